//! A model that many tests build on: fitted once, then each test adds its own columns.

use std::collections::BTreeMap;

use ndarray::Array2;

use crate::hazard::{FittedHazard, HazardColumns};
use crate::stats::added::{Added, Base};
use crate::stats::wald::{JointTest, WaldTerm, contrast, joint_wald, wald};
use crate::units::TermName;
use crate::words::Words;

use super::Influence;
use super::context::{TrapContext, distinct, distinct_beside};
use super::everything::Everything;

/// A fit whose slopes can be read by name.
pub(super) trait Tested {
    /// Slope of a term; `None` where the others determine it.
    fn tested(&self, term: &str) -> Option<WaldTerm>;

    /// By how much each account moves that slope.
    fn influence(&self, term: &str) -> Option<Influence>;
}

impl<T: Tested> Tested for &T {
    fn tested(&self, term: &str) -> Option<WaldTerm> {
        (*self).tested(term)
    }

    fn influence(&self, term: &str) -> Option<Influence> {
        (*self).influence(term)
    }
}

/// A fitted model with its columns.
#[derive(Debug)]
pub(super) struct Fitted<'c> {
    pub(super) hazard: FittedHazard,
    pub(super) columns: HazardColumns<'c>,
}

impl Tested for Fitted<'_> {
    fn tested(&self, term: &str) -> Option<WaldTerm> {
        self.hazard.term(term)
    }

    fn influence(&self, term: &str) -> Option<Influence> {
        let by_account = self.hazard.influence(term, &self.columns)?;
        Some(Influence { df: self.hazard.degrees_of_freedom_of(term), ..Influence::new(by_account) })
    }
}

/// A fitted model of controls, ready to be added to.
#[derive(Debug)]
pub(super) struct Foundation<'a> {
    context: &'a TrapContext<'a>,
    terms: Vec<(TermName, &'a [f64])>,
    /// Linear predictor of the controls alone.
    pub(super) eta: Result<Vec<f64>, Words>,
    /// Absent where the controls cannot be added to.
    base: Option<Base<'a>>,
    /// Coefficients of the controls, from which whole fits start; absent where they are not known.
    start: Option<BTreeMap<TermName, f64>>,
}

/// The columns that a test added, with their covariance.
#[derive(Debug, Clone)]
pub(super) struct Slopes {
    terms: Vec<TermName>,
    coef: Vec<f64>,
    covariance: Array2<f64>,
    /// Of each account on each slope; empty where there is none.
    influence: Vec<Vec<f32>>,
}

impl<'a> Foundation<'a> {
    pub(super) fn new(context: &'a TrapContext<'_>, terms: Vec<(TermName, &'a [f64])>) -> Self {
        let terms = distinct(terms, &context.sample.y);
        let fit = context.fit(terms.clone()).map(|fit| fit.hazard);
        let base = fit.as_ref().ok().and_then(|fit| {
            let column = |term: &TermName| terms.iter().find(|(name, _)| name == term).map(|(_, column)| *column);
            let columns: Option<Vec<&[f64]>> = fit.terms().iter().map(column).collect();
            context.base(columns?, &fit.fit)
        });
        let start = fit.as_ref().ok().map(FittedHazard::coefficients);
        Self { context, terms, eta: fit.map(|fit| fit.fit.eta), base, start }
    }

    /// The same by steps from the model with everything, where that leads there.
    pub(super) fn within(
        context: &'a TrapContext<'_>,
        everything: Option<&Everything<'a>>,
        terms: Vec<(TermName, &'a [f64])>,
    ) -> Self {
        let terms = distinct(terms, &context.sample.y);
        match everything.and_then(|everything| everything.without(&terms)) {
            Some(base) => {
                let eta = Ok(base.eta().to_vec());
                Self { context, terms, eta, base: Some(base), start: None }
            }
            None => Self::new(context, terms),
        }
    }

    /// Coefficients close to those of the model with more columns, from which it can be fitted whole.
    pub(super) fn near(&self, added: &[(TermName, &[f64])]) -> Option<BTreeMap<TermName, f64>> {
        let added = distinct_beside(&self.terms, added.to_vec(), &self.context.sample.y);
        let columns: Vec<&[f64]> = added.iter().map(|(_, column)| *column).collect();
        let (mut start, base) = (self.start.clone()?, self.base.as_ref()?);
        let (moved, coef) = base.near(&columns, CLOSE_ENOUGH)?;
        for (term, column) in &self.terms {
            let moved = base.columns().zip(&moved).find(|(own, _)| std::ptr::eq(*own, *column));
            if let (Some(coef), Some((_, moved))) = (start.get_mut(term), moved) {
                *coef += moved;
            }
        }
        start.extend(added.into_iter().map(|(term, _)| term).zip(coef));
        Some(start)
    }

    /// The model with more columns.
    pub(super) fn with(&self, added: Vec<(TermName, &[f64])>) -> Result<Slopes, Words> {
        self.with_each(vec![added]).pop().unwrap_or_else(|| self.whole(Vec::new()))
    }

    /// The models with more columns, several at once: the controls are then read once for all.
    pub(super) fn with_each(&self, sets: Vec<Vec<(TermName, &[f64])>>) -> Vec<Result<Slopes, Words>> {
        let Some(base) = &self.base else { return sets.into_iter().map(|added| self.whole(added)).collect() };
        let y = &self.context.sample.y;
        // What the controls keep is decided; of the added columns only some may be left.
        let distinct: Vec<_> = sets.iter().map(|added| distinct_beside(&self.terms, added.clone(), y)).collect();
        let columns: Vec<Vec<&[f64]>> =
            distinct.iter().map(|added| added.iter().map(|(_, column)| *column).collect()).collect();
        let columns: Vec<&[&[f64]]> = columns.iter().map(Vec::as_slice).collect();
        let found = base.add_each(&columns, CLOSE_ENOUGH);
        let slopes = found.into_iter().zip(distinct).zip(sets).map(|((found, distinct), added)| {
            let Some(Added { coef, covariance, influence, .. }) = found else { return self.whole(added) };
            let terms = distinct.into_iter().map(|(term, _)| term).collect();
            Ok(Slopes { terms, coef, covariance, influence })
        });
        slopes.collect()
    }

    /// The model with more columns, fitted whole.
    fn whole(&self, added: Vec<(TermName, &[f64])>) -> Result<Slopes, Words> {
        let mut all: Vec<(TermName, &[f64])> = self.terms.clone();
        let names: Vec<TermName> = added.iter().map(|(term, _)| term.clone()).collect();
        all.extend(added);
        // Most slopes stay near those of the controls alone.
        let fit = self.context.fit_from(all, self.start.as_ref())?;
        let hazard = &fit.hazard;
        let terms: Vec<TermName> = names.into_iter().filter(|name| hazard.term(name.as_str()).is_some()).collect();
        let coef = terms.iter().map(|term| hazard.coef(term.as_str()).unwrap_or(f64::NAN)).collect();
        let names: Vec<&str> = terms.iter().map(TermName::as_str).collect();
        let covariance =
            hazard.covariance_of(&names).unwrap_or_else(|| Array2::from_elem((terms.len(), terms.len()), f64::NAN));
        let influence = names.iter().map(|term| hazard.influence(term, &fit.columns).unwrap_or_default()).collect();
        Ok(Slopes { terms, coef, covariance, influence })
    }
}

impl Slopes {
    fn position(&self, term: &str) -> Option<usize> {
        self.terms.iter().position(|t| t.as_str() == term).filter(|&k| self.coef[k].is_finite())
    }

    /// A column's slope; `None` where the others determine it.
    pub(super) fn term(&self, term: &str) -> Option<WaldTerm> {
        let k = self.position(term)?;
        Some(wald(self.coef[k], self.covariance[(k, k)].sqrt(), LEVEL)).filter(|tested| tested.std_error.is_finite())
    }

    /// First slope minus second.
    pub(super) fn difference(&self, first: &str, second: &str) -> Option<WaldTerm> {
        let mut weights = vec![0.0; self.terms.len()];
        weights[self.position(first)?] = 1.0;
        weights[self.position(second)?] = -1.0;
        contrast(&self.coef, &self.covariance, &weights, LEVEL).ok()
    }

    /// By how much each account moves that difference.
    pub(super) fn influence_on_difference(&self, first: &str, second: &str) -> Option<Influence> {
        self.influence(first)?.combined(1.0, &self.influence(second)?, -1.0)
    }

    /// Whether all of them are zero.
    pub(super) fn joint(&self, terms: &[&str]) -> Option<JointTest> {
        let positions: Option<Vec<usize>> = terms.iter().map(|term| self.position(term)).collect();
        joint_wald(&self.coef, &self.covariance, &positions?).ok()
    }
}

impl Tested for Slopes {
    fn tested(&self, term: &str) -> Option<WaldTerm> {
        self.term(term)
    }

    fn influence(&self, term: &str) -> Option<Influence> {
        let found = self.influence.get(self.position(term)?).filter(|found| !found.is_empty())?;
        Some(Influence::new(found.clone()))
    }
}

/// Evidence is read to two digits: added columns stop after a step shorter than this share of a standard error; what is left
/// is shorter still.
const CLOSE_ENOUGH: f64 = 3e-3;
/// Coverage of the intervals.
const LEVEL: f64 = 0.95;
