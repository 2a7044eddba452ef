//! One fit of named columns: aliased columns out, penalty where the data asks for it, covariance by account.

use std::collections::BTreeMap;

use ndarray::Array2;

use crate::stats::alias::{Aliased, find_aliased};
use crate::stats::covariance::{Correction, clustered};
use crate::stats::irls::{FitOptions, IrlsError, Link, LogisticFit, Penalty, fit_logistic};
use crate::stats::matrix::Matrix;
use crate::stats::profile::{ProfileInterval, profile_interval};
use crate::stats::wald::{JointTest, WaldTerm, contrast, joint_wald, wald};
use crate::units::TermName;

use super::HazardError;

/// Below this many events per column the likelihood is penalised (Firth). Vittinghoff & McCulloch (2007).
const EVENTS_PER_COLUMN: f64 = 10.0;
/// Confidence level of intervals.
const LEVEL: f64 = 0.95;

/// Named columns with outcome and cluster.
#[derive(Debug, Clone)]
pub struct HazardColumns<'a> {
    /// Name and values, intercept first.
    pub terms: Vec<(TermName, &'a [f64])>,
    /// 1 = left in the outcome window.
    pub y: &'a [f64],
    /// Account per row, below `n_clusters`.
    pub cluster: &'a [u32],
    /// Accounts.
    pub n_clusters: usize,
    /// Coefficients of a similar model, by term, from which the solver starts; it ends at the same place.
    pub start: Option<&'a BTreeMap<TermName, f64>>,
}

/// Which penalty a fit uses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PenaltyRule {
    /// Firth below ten events per column and on separation, else none.
    Auto,
    /// Always this one; separation is an error under [`Penalty::None`].
    Always(Penalty),
}

/// Covariance of the standard errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CovarianceKind {
    /// Inverse information.
    Model,
    /// Clustered by account, CR1: `G / (G - 1)`.
    Cluster,
}

impl CovarianceKind {
    /// Name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Model => "model-based",
            Self::Cluster => "clustered by account (CR1)",
        }
    }
}

/// Settings of a fit.
#[derive(Debug, Clone, Copy)]
pub struct HazardSettings {
    /// Penalty.
    pub penalty: PenaltyRule,
    /// Covariance.
    pub covariance: CovarianceKind,
    /// From the linear predictor to the hazard. Firth's penalty is for the logit alone.
    pub link: Link,
}

impl Default for HazardSettings {
    fn default() -> Self {
        Self { penalty: PenaltyRule::Auto, covariance: CovarianceKind::Cluster, link: Link::Logit }
    }
}

/// A term that other terms determine exactly; it was left out of the fit.
#[derive(Debug, Clone, PartialEq)]
pub struct AliasedTerm {
    /// The term.
    pub term: TermName,
    /// The combination that it equals.
    pub equals: Vec<(TermName, f64)>,
}

impl AliasedTerm {
    /// The combination as a formula, for example `1 - plan[flat] - plan[seat]`.
    #[must_use]
    pub fn formula(&self) -> String {
        let mut text = String::new();
        for (term, weight) in &self.equals {
            let size = weight.abs();
            let sign = match (text.is_empty(), *weight < 0.0) {
                (true, false) => "",
                (true, true) => "-",
                (false, false) => " + ",
                (false, true) => " - ",
            };
            text.push_str(sign);
            if (size - 1.0).abs() > 1e-9 {
                text.push_str(&format!("{} × ", (size * 1e6).round() / 1e6));
            }
            text.push_str(term.as_str());
        }
        if text.is_empty() { "0".to_owned() } else { text }
    }
}

/// A fitted hazard with its terms, its covariance and the evidence that it converged.
#[derive(Debug, Clone)]
pub struct FittedHazard {
    terms: Vec<TermName>,
    covariance: Option<Array2<f64>>,
    /// By position: terms whose likelihood is too lopsided for a Wald interval.
    profiles: BTreeMap<usize, ProfileInterval>,
    /// The solver's result; coefficients in the order of the terms kept.
    pub fit: LogisticFit,
    /// Terms left out because others determine them.
    pub aliased: Vec<AliasedTerm>,
    /// Accounts.
    pub n_clusters: usize,
}

/// Fits a hazard on named columns.
///
/// Columns that earlier columns determine are left out and named. Under [`PenaltyRule::Auto`] Firth's penalty is used
/// below ten events per column and on separation; the terms that separate then get intervals and tests from their profile
/// penalised likelihood (Heinze & Schemper 2002).
///
/// # Errors
/// [`HazardError`]; separation only where no penalty was allowed.
pub fn fit_hazard(columns: &HazardColumns<'_>, settings: HazardSettings) -> Result<FittedHazard, HazardError> {
    let all = Matrix::new(columns.terms.iter().map(|(_, values)| *values).collect())?;
    let everything: Vec<usize> = (0..columns.terms.len()).collect();
    // Most designs have full rank: the solver says when this one has not, and only then are aliases looked for.
    let (kept, aliased, fit) = match solve(columns, &all, &everything, settings) {
        Err(IrlsError::Singular { .. }) => {
            let report = find_aliased(&all);
            let aliased = report.aliased.iter().map(|alias| named_alias(columns, alias)).collect();
            let fit = solve(columns, &all, &report.kept, settings);
            (report.kept, aliased, fit)
        }
        fit => (everything, Vec::new(), fit),
    };
    let x = all.select(&kept);
    let terms: Vec<TermName> = kept.iter().map(|&j| columns.terms[j].0.clone()).collect();
    let Solved { fit, separated } = fit.map_err(|error| named(error, &terms, columns.y.len()))?;
    let profiles = profiles(&fit, &x, columns.y, separated);
    let covariance = match settings.covariance {
        _ if !fit.allows_inference() => None,
        CovarianceKind::Model => Some(fit.covariance_model.clone()),
        CovarianceKind::Cluster => {
            Some(clustered(&fit, &x, columns.y, columns.cluster, columns.n_clusters, Correction::Cr1)?)
        }
    };
    Ok(FittedHazard { terms, covariance, profiles, fit, aliased, n_clusters: columns.n_clusters })
}

/// A fit, and the columns whose coefficients would have run off without a penalty.
struct Solved {
    fit: LogisticFit,
    separated: Vec<usize>,
}

/// Profile intervals of the columns named; a column whose profile cannot be followed keeps its Wald interval.
fn profiles(
    fit: &LogisticFit,
    x: &Matrix<'_>,
    y: &[f64],
    columns: impl IntoIterator<Item = usize>,
) -> BTreeMap<usize, ProfileInterval> {
    let opt = FitOptions { penalty: fit.penalty, link: fit.link, intercept: Some(0), ..FitOptions::default() };
    columns.into_iter().filter_map(|j| Some((j, profile_interval(fit, x, y, &opt, j, LEVEL).ok()?))).collect()
}

/// Fits the columns kept, with the penalty that the settings ask for.
fn solve(
    columns: &HazardColumns<'_>,
    all: &Matrix<'_>,
    kept: &[usize],
    settings: HazardSettings,
) -> Result<Solved, IrlsError> {
    let x = all.select(kept);
    let start: Option<Vec<f64>> = columns
        .start
        .map(|known| kept.iter().map(|&j| known.get(&columns.terms[j].0).copied().unwrap_or(0.0)).collect());
    let fit = |penalty| {
        let (start, link) = (start.as_deref(), settings.link);
        let options = FitOptions { penalty, link, intercept: Some(0), start, ..FitOptions::default() };
        fit_logistic(&x, columns.y, &options).map(|fit| Solved { fit, separated: Vec::new() })
    };
    match settings.penalty {
        PenaltyRule::Always(penalty) => fit(penalty),
        PenaltyRule::Auto => {
            let events = columns.y.iter().sum::<f64>();
            if events < EVENTS_PER_COLUMN * kept.len() as f64 && settings.link == Link::Logit {
                return fit(Penalty::Firth);
            }
            match fit(Penalty::None) {
                Err(IrlsError::Separation { columns, .. }) if settings.link == Link::Logit => {
                    let separated = columns.iter().map(|c| c.column).collect();
                    fit(Penalty::Firth).map(|found| Solved { separated, ..found })
                }
                result => result,
            }
        }
    }
}

fn named_alias(columns: &HazardColumns<'_>, alias: &Aliased) -> AliasedTerm {
    let name = |j: usize| columns.terms[j].0.clone();
    AliasedTerm {
        term: name(alias.column),
        equals: alias.combination.iter().map(|&(j, weight)| (name(j), weight)).collect(),
    }
}

fn named(error: IrlsError, terms: &[TermName], n_rows: usize) -> HazardError {
    match error {
        IrlsError::OneClass { n_rows, events } => HazardError::OneClass { n_rows, events },
        IrlsError::Separation { columns, rows, complete } => HazardError::Separation {
            terms: columns.iter().filter_map(|d| Some((terms.get(d.column)?.clone(), d.upward))).collect(),
            rows: rows.len(),
            n_rows,
            complete,
        },
        source => HazardError::Solver { source },
    }
}

impl FittedHazard {
    /// Terms in the order of the coefficients, intercept first.
    #[must_use]
    pub fn terms(&self) -> &[TermName] {
        &self.terms
    }

    /// Coefficient of a term; `None` where it was aliased or is not in the model.
    #[must_use]
    pub fn coef(&self, term: &str) -> Option<f64> {
        self.fit.coef.get(self.position(term)?).copied()
    }

    /// Estimate, standard error, test and interval of a term; `None` where it was aliased or no inference is allowed.
    #[must_use]
    pub fn term(&self, term: &str) -> Option<WaldTerm> {
        self.at(self.position(term)?)
    }

    /// The same by position.
    #[must_use]
    pub fn at(&self, position: usize) -> Option<WaldTerm> {
        let variance = *self.covariance.as_ref()?.get((position, position))?;
        let mut tested = wald(*self.fit.coef.get(position)?, variance.sqrt(), LEVEL);
        if let Some(profile) = self.profiles.get(&position) {
            (tested.ci_low, tested.ci_high, tested.p) = (profile.low, profile.high, profile.p);
        }
        tested.std_error.is_finite().then_some(tested)
    }

    /// Joint Wald test of several terms.
    #[must_use]
    pub fn joint(&self, terms: &[&str]) -> Option<JointTest> {
        let positions: Option<Vec<usize>> = terms.iter().map(|term| self.position(term)).collect();
        joint_wald(&self.fit.coef, self.covariance.as_ref()?, &positions?).ok()
    }

    /// `coef(first) - coef(second)` with its test.
    #[must_use]
    pub fn difference(&self, first: &str, second: &str) -> Option<WaldTerm> {
        let mut weights = vec![0.0; self.terms.len()];
        *weights.get_mut(self.position(first)?)? = 1.0;
        *weights.get_mut(self.position(second)?)? = -1.0;
        contrast(&self.fit.coef, self.covariance.as_ref()?, &weights, LEVEL).ok()
    }

    /// The same fit with the interval and test of every term from its profile likelihood; `columns` are those of the fit.
    #[must_use]
    pub fn with_profiles(mut self, columns: &HazardColumns<'_>) -> Self {
        let kept: Vec<&[f64]> = self
            .terms
            .iter()
            .filter_map(|term| columns.terms.iter().find(|(name, _)| name == term).map(|(_, values)| *values))
            .collect();
        if let Ok(x) = Matrix::new(kept) {
            self.profiles = profiles(&self.fit, &x, columns.y, 0..self.terms.len());
        }
        self
    }

    /// Whether the interval and test of a term come from its profile likelihood.
    #[must_use]
    pub fn is_profiled(&self, position: usize) -> bool {
        self.profiles.contains_key(&position)
    }

    fn position(&self, term: &str) -> Option<usize> {
        self.terms.iter().position(|t| t.as_str() == term)
    }
}
