//! One fit of named columns: aliased columns out, penalty where the data asks for it, covariance by account.

use std::collections::BTreeMap;

use crate::stats::alias::{Aliased, find_aliased};
use crate::stats::covariance::{Correction, CovarianceError, clustered};
use crate::stats::irls::{DEFAULT_TOLERANCE, FitOptions, IrlsError, Link, LogisticFit, Penalty, fit_logistic};
use crate::stats::matrix::Matrix;
use crate::stats::profile::{ProfileInterval, profile_interval};
use crate::stats::small_sample::{SmallSample, small_sample};
use crate::units::TermName;

use super::HazardError;
use super::fitted::{AliasedTerm, Covariance, FittedHazard, LEVEL};

/// Below this many events per column the likelihood is penalised (Firth). Vittinghoff & McCulloch (2007).
const EVENTS_PER_COLUMN: f64 = 10.0;
/// Newton steps allowed under Firth's penalty.
const FIRTH_STEPS: usize = 1000;
/// Below this many accounts with an event CR1 is too small: tests of size 5 % reject more often than that.
pub const FEW_EVENT_CLUSTERS: usize = 50;

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
    /// Clustered by account: CR1, or CR2 with Satterthwaite degrees of freedom where few accounts have an event.
    Cluster,
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
    /// Terms that separate get interval and test from their profile penalised likelihood, some twenty fits each: for models
    /// whose intervals are shown. Otherwise they have Wald's.
    pub profile_separated: bool,
    /// Distance from the optimum, in standard errors, at which the solver stops; a last step is taken from there.
    pub tolerance: f64,
}

impl Default for HazardSettings {
    fn default() -> Self {
        Self {
            penalty: PenaltyRule::Auto,
            covariance: CovarianceKind::Cluster,
            link: Link::Logit,
            profile_separated: false,
            tolerance: DEFAULT_TOLERANCE,
        }
    }
}

/// Fits a hazard on named columns.
///
/// Columns that earlier columns determine are left out and named. Under [`PenaltyRule::Auto`] Firth's penalty is used
/// below ten events per column and on separation; with [`HazardSettings::profile_separated`] the terms that separate then
/// get intervals and tests from their profile penalised likelihood (Heinze & Schemper 2002).
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
    let separated = if settings.profile_separated { separated } else { Vec::new() };
    let profiles = profiles(&fit, &x, columns.y, separated);
    let covariance = covariance(columns, settings.covariance, &fit, &x)?;
    Ok(FittedHazard { terms, covariance, profiles, fit, aliased, n_clusters: columns.n_clusters })
}

fn covariance(
    columns: &HazardColumns<'_>,
    kind: CovarianceKind,
    fit: &LogisticFit,
    x: &Matrix<'_>,
) -> Result<Covariance, CovarianceError> {
    let (y, cluster, n_clusters) = (columns.y, columns.cluster, columns.n_clusters);
    match kind {
        _ if !fit.allows_inference() => Ok(Covariance::None),
        CovarianceKind::Model => Ok(Covariance::Model(fit.covariance_model.clone())),
        // The algebra of CR2 is that of the logit's working weights.
        CovarianceKind::Cluster if fit.link == Link::Logit && event_clusters(columns) < FEW_EVENT_CLUSTERS => {
            let found = small_sample(fit, x, y, None, cluster, n_clusters, SmallSample::Cr2)?;
            Ok(Covariance::Cr2(found.covariance, found.df))
        }
        CovarianceKind::Cluster => Ok(Covariance::Cr1(clustered(fit, x, y, cluster, n_clusters, Correction::Cr1)?)),
    }
}

/// Accounts with an event.
fn event_clusters(columns: &HazardColumns<'_>) -> usize {
    let mut left = vec![false; columns.n_clusters];
    for (&cluster, &y) in columns.cluster.iter().zip(columns.y) {
        if let Some(left) = left.get_mut(cluster as usize).filter(|_| y > 0.5) {
            *left = true;
        }
    }
    left.iter().filter(|left| **left).count()
}

/// A fit, and the columns whose coefficients would have run off without a penalty.
struct Solved {
    fit: LogisticFit,
    separated: Vec<usize>,
}

/// Profile intervals of the columns named; a column whose profile cannot be followed keeps its Wald interval.
pub(super) fn profiles(
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
        let default = FitOptions::default();
        // With hardly an event per column the penalised likelihood is flat, and Newton's steps are short.
        let steps = if penalty == Penalty::Firth { FIRTH_STEPS } else { default.max_iterations };
        let options = FitOptions {
            penalty,
            link,
            intercept: Some(0),
            start,
            max_iterations: steps,
            tolerance: settings.tolerance,
            ..default
        };
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Accounts of four rows; every so-many-th account has an event in its last row, `use` is lower before it.
    fn accounts(n: usize, every: usize) -> (Vec<f64>, Vec<f64>, Vec<f64>, Vec<u32>) {
        let rows = 4 * n;
        let left: Vec<f64> = (0..rows).map(|i| if i % 4 == 3 && (i / 4) % every == 0 { 1.0 } else { 0.0 }).collect();
        let hours = (0..rows).map(|i| ((i * 37) % 29) as f64 / 10.0 - 0.8 * left[i]).collect();
        let cluster = (0..rows).map(|i| u32::try_from(i / 4).unwrap()).collect();
        (vec![1.0; rows], hours, left, cluster)
    }

    fn fitted(n: usize, every: usize) -> FittedHazard {
        let (ones, hours, y, cluster) = accounts(n, every);
        let terms = vec![(TermName::new("(intercept)"), &ones[..]), (TermName::new("hours"), &hours[..])];
        let columns = HazardColumns { terms, y: &y, cluster: &cluster, n_clusters: n, start: None };
        fit_hazard(&columns, HazardSettings::default()).unwrap()
    }

    #[test]
    fn few_accounts_with_an_event_get_cr2_and_a_t_test_and_many_get_cr1() {
        let (few, many) = (fitted(120, 4), fitted(400, 4));
        assert!(few.covariance_name().en.contains("CR2") && many.covariance_name().en.contains("CR1"));
        assert!(many.degrees_of_freedom().is_none());
        let (term, df) = (few.term("hours").unwrap(), few.degrees_of_freedom().unwrap()[1]);
        assert!((5.0..120.0).contains(&df), "{df}");
        // Wider than the normal interval, and the test and the interval say the same.
        let half = 0.5 * (term.ci_high - term.ci_low);
        assert!(half > 1.96 * term.std_error);
        assert!((crate::stats::student::two_sided_p(half / term.std_error, df) - 0.05).abs() < 1e-9);
        assert!((term.p - crate::stats::student::two_sided_p(term.z, df)).abs() < 1e-15);
    }

    #[test]
    fn a_separated_term_gets_the_interval_of_its_profile_and_the_others_keep_theirs() {
        let (ones, hours, y, cluster) = accounts(400, 2);
        // Held by leavers alone.
        let flag: Vec<f64> = (0..y.len()).map(|i| if y[i] > 0.5 && i % 16 == 3 { 1.0 } else { 0.0 }).collect();
        let terms = vec![
            (TermName::new("(intercept)"), &ones[..]),
            (TermName::new("hours"), &hours[..]),
            (TermName::new("flag"), &flag[..]),
        ];
        let columns = HazardColumns { terms, y: &y, cluster: &cluster, n_clusters: 400, start: None };
        let shown = HazardSettings { profile_separated: true, ..HazardSettings::default() };
        let fitted = fit_hazard(&columns, shown).unwrap();
        assert_eq!(fitted.fit.penalty, Penalty::Firth);
        assert_eq!((fitted.is_profiled(1), fitted.is_profiled(2)), (false, true));
        let (flag, hours) = (fitted.term("flag").unwrap(), fitted.term("hours").unwrap());
        // The likelihood of a separated term falls on one side only: its profile is lopsided, Wald's interval is not.
        let (below, above) = (flag.estimate - flag.ci_low, flag.ci_high - flag.estimate);
        assert!(flag.ci_low > 0.0 && above > 1.5 * below, "{flag:?}");
        assert!((hours.ci_high + hours.ci_low - 2.0 * hours.estimate).abs() < 1e-9);
        let strict = HazardSettings { penalty: PenaltyRule::Always(Penalty::None), ..HazardSettings::default() };
        assert!(matches!(fit_hazard(&columns, strict), Err(HazardError::Separation { .. })));
    }
}
