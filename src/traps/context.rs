//! What every trap test shares: rows, controls, KPIs, and one way to fit them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::design::{Attributes, Design, DesignError, INTERCEPT, KpiColumns, Sample, Single};
use crate::hazard::{FEW_EVENT_CLUSTERS, HazardColumns, HazardSettings, fit_hazard};
use crate::panel::Category;
use crate::stats::added::{Base, Clusters};
use crate::stats::irls::LogisticFit;
use crate::stats::matrix::Matrix;
use crate::stats::wald::WaldTerm;
use crate::study::KpiKind;
use crate::units::TermName;
use crate::words;
use crate::words::Words;

use super::foundation::{Fitted, Tested};
use super::leak::Leak;
use super::{Evidence, Measured, TestId};

/// A programme that pushed a KPI.
#[derive(Debug, Clone)]
pub struct Push {
    /// In the programme, by panel row: 0 or 1.
    pub by_row: Vec<f64>,
    /// Accounts were drawn by lot.
    pub random: bool,
}

/// A part of the customers needs this many events and as many other rows to speak.
pub(super) const PART_EVENTS: usize = 15;

/// One KPI as the tests see it.
#[derive(Debug, Clone)]
pub struct KpiEntry {
    /// Name in the study.
    pub name: String,
    /// What it measures.
    pub kind: KpiKind,
    /// Columns; `None` where it is constant, unknown or text.
    pub columns: Option<KpiColumns>,
    /// Values by panel row, in the KPI's units, NaN = missing, nothing carried.
    pub values: Vec<f64>,
    /// A programme that pushed it.
    pub programme: Option<Push>,
    /// What the study or its tables say about when its value came to be.
    pub declared: Option<Leak>,
    /// The study says that its value is from before the decision.
    pub known_before: bool,
    /// First period in which people were measured by it, in the calendar of the panel.
    pub target_from: Option<i32>,
}

/// A split of the customers, with the part of each row of the sample.
#[derive(Debug, Clone)]
pub struct Split {
    /// Test that uses it.
    pub test: TestId,
    /// Column.
    pub column: String,
    /// Part of each row.
    pub parts: Category,
}

/// What is asked of the tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Asked {
    /// Everything.
    #[default]
    All,
    /// Nothing but what the rules read: no influences, no figures for display.
    ForRules,
    /// Everything, each model fitted whole: slower, to hold the steps of [`crate::stats::added`] to.
    Whole,
}

/// What every test shares.
#[derive(Debug)]
pub struct TrapContext<'a> {
    /// Rows, outcome and cluster.
    pub sample: &'a Sample,
    /// Ones.
    pub intercept: Vec<f64>,
    /// Attributes and calendar.
    pub stat: Design,
    /// Recorded reasons.
    pub reasons: Design,
    /// KPIs in study order.
    pub kpis: Vec<KpiEntry>,
    /// Billing, segments, phase.
    pub splits: Vec<Split>,
    /// Calendar position of each row of the sample.
    pub period: Vec<i32>,
    /// Calendar position of the row whose values each row of the sample knows.
    pub as_of: Vec<i32>,
    /// One row per customer, no time.
    pub snapshot: bool,
    /// What is asked for.
    pub asked: Asked,
    /// Accounts that left.
    accounts_with_event: usize,
    /// By KPI: stands for the outcome, or moves with it alone, and is never a control of another. Found once, by the tests.
    leaky: OnceLock<Vec<bool>>,
    /// Coefficients of the model with everything, from which every other fit starts.
    start: BTreeMap<TermName, f64>,
}

/// Which controls a model has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Controls {
    /// Intercept only.
    None,
    /// Attributes.
    Stat,
    /// Attributes and reasons.
    Adj,
    /// Attributes, reasons, and all other KPIs but near-copies and leaky ones.
    Full,
}

/// Near-copies: this many correlations of a KPI with others, by index.
pub type Copies = Vec<Vec<(usize, f64)>>;

impl<'a> TrapContext<'a> {
    /// Collects the columns.
    ///
    /// # Errors
    /// [`DesignError::Value`].
    pub fn new(
        sample: &'a Sample,
        attributes: &Attributes,
        kpis: Vec<KpiEntry>,
        splits: Vec<Split>,
        [period, as_of]: [Vec<i32>; 2],
        snapshot: bool,
    ) -> Result<Self, DesignError> {
        let mut context = Self {
            intercept: vec![1.0; sample.n_rows()],
            stat: attributes.design()?,
            reasons: attributes.reasons_design()?,
            sample,
            kpis,
            splits,
            period,
            as_of,
            snapshot,
            asked: Asked::All,
            accounts_with_event: accounts_with_event(sample),
            leaky: OnceLock::new(),
            start: BTreeMap::new(),
        };
        let everything = context.fit(context.controls(Controls::Full, usize::MAX, &Copies::new()));
        context.start = everything.map_or_else(|_| BTreeMap::new(), |fit| fit.hazard.coefficients());
        Ok(context)
    }

    /// Says which KPIs stand for the outcome.
    pub(super) fn set_leaky(&self, leaky: Vec<bool>) {
        // What was found first stays.
        self.leaky.get_or_init(|| leaky);
    }

    /// Whether a KPI was found to stand for the outcome.
    pub(super) fn is_leaky(&self, kpi: usize) -> bool {
        self.leaky.get().and_then(|leaky| leaky.get(kpi)).is_some_and(|leaky| *leaky)
    }

    /// Controls of a model about KPI `target` (an index beyond the list means: about none).
    #[must_use]
    pub fn controls(&self, controls: Controls, target: usize, copies: &Copies) -> Vec<(TermName, &[f64])> {
        let mut terms = vec![(TermName::new(INTERCEPT), self.intercept.as_slice())];
        if controls >= Controls::Stat {
            terms.extend(self.stat.terms.iter().cloned().zip(self.stat.columns.iter().map(Vec::as_slice)));
        }
        if controls >= Controls::Adj {
            terms.extend(self.reasons.terms.iter().cloned().zip(self.reasons.columns.iter().map(Vec::as_slice)));
        }
        if controls == Controls::Full {
            for (index, other) in self.kpis.iter().enumerate() {
                let near_copy = copies.get(target).is_some_and(|list| list.iter().any(|(copy, _)| *copy == index));
                if index == target || self.is_leaky(index) || near_copy {
                    continue;
                }
                if let Some(columns) = &other.columns {
                    push_single(&mut terms, &other.name, &columns.smoothed);
                }
            }
        }
        terms
    }

    /// Fits named columns on the sample, penalty chosen by the data, covariance by account.
    ///
    /// # Errors
    /// A sentence for the reader: why there is no fit.
    pub(super) fn fit<'c>(&'c self, terms: Vec<(TermName, &'c [f64])>) -> Result<Fitted<'c>, Words> {
        self.fit_from(terms, None)
    }

    /// The same from the coefficients of a similar model, if one is closer than the model with everything.
    ///
    /// # Errors
    /// As [`Self::fit`].
    pub(super) fn fit_from<'c>(
        &'c self,
        terms: Vec<(TermName, &'c [f64])>,
        start: Option<&BTreeMap<TermName, f64>>,
    ) -> Result<Fitted<'c>, Words> {
        let terms = distinct(terms, &self.sample.y);
        let start = start.or((!self.start.is_empty()).then_some(&self.start));
        let (y, cluster, n_clusters) = (&*self.sample.y, &*self.sample.cluster, self.sample.n_clusters);
        let columns = HazardColumns { terms: terms.clone(), y, cluster, n_clusters, start };
        let settings = HazardSettings { tolerance: CLOSE_ENOUGH, ..HazardSettings::default() };
        let hazard = fit_hazard(&columns, settings).map_err(|error| crate::notice::Explain::what(&error))?;
        Ok(Fitted { hazard, columns: HazardColumns { terms, y, cluster, n_clusters, start: None } })
    }

    /// A fit of these columns, ready to be added to; `None` where that is not possible or not asked for.
    pub(super) fn base<'c>(&'c self, columns: Vec<&'c [f64]>, fit: &LogisticFit) -> Option<Base<'c>> {
        if self.asked == Asked::Whole {
            return None;
        }
        let few = self.accounts_with_event < FEW_EVENT_CLUSTERS;
        let clusters = Clusters { of_row: &self.sample.cluster, n: self.sample.n_clusters, few };
        Base::new(Matrix::new(columns).ok()?, &self.sample.y, clusters, fit)
    }

    /// The terms that have a coefficient of their own in this sample.
    #[must_use]
    pub fn estimable<'c>(&self, terms: Vec<(TermName, &'c [f64])>) -> Vec<(TermName, &'c [f64])> {
        distinct(terms, &self.sample.y)
    }

    /// A test whose result is one term of a fit.
    #[must_use]
    pub(super) fn read(&self, test: TestId, fit: &Result<impl Tested, Words>, term: &str) -> Evidence {
        match fit {
            Ok(fit) => match fit.tested(term) {
                Some(tested) => {
                    let influence = if self.asked == Asked::ForRules { None } else { fit.influence(term) };
                    Evidence::measured(test, self.measured(&tested)).moved_by(influence)
                }
                None => Evidence::not_applicable(test, determined(term)),
            },
            Err(why) => Evidence::not_applicable(test, why.clone()),
        }
    }

    /// A tested term with the size of the sample.
    #[must_use]
    pub fn measured(&self, tested: &WaldTerm) -> Measured {
        Measured {
            estimate: tested.estimate,
            std_error: Some(tested.std_error),
            p: Some(tested.p),
            n_rows: self.sample.n_rows(),
            n_events: self.sample.n_events(),
        }
    }
}

fn accounts_with_event(sample: &Sample) -> usize {
    let mut left = vec![false; sample.n_clusters];
    sample.cluster.iter().zip(&sample.y).filter(|(_, y)| **y > 0.5).for_each(|(&g, _)| left[g as usize] = true);
    left.into_iter().filter(|left| *left).count()
}

/// Without columns of missing values that repeat an earlier one (KPIs recorded together are missing together) or that
/// hold too few events to have a coefficient: those would separate, and a missing value sits at the mean anyway.
pub(super) fn distinct<'c>(terms: Vec<(TermName, &'c [f64])>, y: &[f64]) -> Vec<(TermName, &'c [f64])> {
    distinct_beside(&[], terms, y)
}

/// The same of columns added to those that are there.
pub(super) fn distinct_beside<'c>(
    there: &[(TermName, &[f64])],
    added: Vec<(TermName, &'c [f64])>,
    y: &[f64],
) -> Vec<(TermName, &'c [f64])> {
    let mut kept: Vec<(TermName, &[f64])> = Vec::with_capacity(added.len());
    for (term, column) in added {
        if term.as_str().ends_with(MISSING) {
            let rows = column.iter().filter(|m| **m > 0.5).count();
            let events = column.iter().zip(y).filter(|(m, y)| **m > 0.5 && **y > 0.5).count();
            let few = events.min(rows - events) < MISSING_EVENTS;
            if few || there.iter().chain(&kept).any(|(_, earlier)| *earlier == column) {
                continue;
            }
        }
        kept.push((term, column));
    }
    kept
}

fn determined(term: &str) -> Words {
    words!(
        en: "`{term}` is determined by the other columns of this model",
        ja: "`{term}`はこのモデルのほかの列だけで決まってしまいます",
    )
}

/// Evidence is read to two digits. Firth's steps, of which each is a third of the one before, then end after half as many.
const CLOSE_ENOUGH: f64 = 1e-4;
/// Ending of the name of a column that says where a KPI is missing.
pub(super) const MISSING: &str = "[missing]";
/// A column of missing values needs this many events and as many other rows.
const MISSING_EVENTS: usize = 5;

/// Adds a standardised column and, where values are missing, its 0/1 column.
pub(super) fn push_single<'a>(terms: &mut Vec<(TermName, &'a [f64])>, name: &str, single: &'a Single) {
    if let Some(missing) = &single.missing {
        terms.push((TermName::new(format!("{name}{MISSING}")), missing));
    }
    terms.push((TermName::new(name), &single.z));
}
