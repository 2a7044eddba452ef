//! `fit`: only the declared regression, for statisticians to compare.

use std::collections::{BTreeMap, BTreeSet};

use crate::design::{INTERCEPT, Scale, regression};
use crate::hazard::{AliasedTerm, CovarianceKind, HazardColumns, HazardError, HazardSettings, PenaltyRule, fit_hazard};
use crate::notice::Notice;
use crate::panel::Watch;
use crate::stats::irls::Penalty;
use crate::stats::wald::WaldTerm;
use crate::study::Study;
use crate::words::Words;

use super::{Data, PipelineError, prepare};

/// Penalty as asked for on the command line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PenaltyChoice {
    /// Maximum likelihood.
    None,
    /// Firth.
    Firth,
    /// Ridge with this weight.
    Ridge(f64),
}

/// Standard errors as asked for on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandardErrors {
    /// Inverse information.
    Model,
    /// Clustered by account.
    Cluster,
    /// Clustered by account and by period.
    TwoWay,
}

/// Options of a declared regression.
#[derive(Debug, Clone, Copy)]
pub struct FitOptions {
    /// Penalty.
    pub penalty: PenaltyChoice,
    /// Covariance of the standard errors.
    pub standard_errors: StandardErrors,
    /// Units of numeric terms.
    pub scale: Scale,
    /// Periods from KPI to outcome; absent = `gap + 1`.
    pub lag: Option<u32>,
}

/// A fitted regression as `fit` prints it.
#[derive(Debug, Clone)]
pub struct FitReport {
    /// Term, estimate and, where inference is allowed, its test; intercept first.
    pub terms: Vec<(String, f64, Option<WaldTerm>)>,
    /// Terms left out because others determine them.
    pub aliased: Vec<AliasedTerm>,
    /// Rows, events, accounts.
    pub n: (usize, usize, usize),
    /// Rows dropped because a value is missing.
    pub n_incomplete: usize,
    /// Columns that are constant in the complete rows.
    pub constant: Vec<String>,
    /// Log-likelihood, iterations, largest scaled score.
    pub convergence: (f64, usize, f64),
    /// Name of the covariance.
    pub covariance: Words,
    /// The two-way covariance was no covariance before its negative eigenvalues were set to zero.
    pub mended: bool,
    /// Intervals and p are those of the profile penalised likelihood, as logistf's.
    pub profiled: bool,
    /// Lag used; absent for a snapshot.
    pub lag: Option<u32>,
    /// What the reader must know.
    pub notices: Vec<Notice>,
}

/// Fits the declared regression: no transform, no imputation, treatment contrasts.
///
/// # Errors
/// [`PipelineError`]; separation under [`PenaltyChoice::None`] is one.
pub fn regress(study: &Study, data: Data, options: &FitOptions, watch: Watch<'_>) -> Result<FitReport, PipelineError> {
    let lag = options.lag.unwrap_or(study.kgi.gap.0.saturating_add(1));
    let ready = prepare(study, data, Some(lag), watch)?;
    let study = &ready.study;
    let model = regression(&ready.panel, study, &ready.sample, &ready.lags, options.scale)?;
    let columns = HazardColumns {
        terms: model.design.terms.iter().cloned().zip(model.design.columns.iter().map(Vec::as_slice)).collect(),
        y: &model.y,
        cluster: &model.cluster,
        n_clusters: model.n_clusters,
        start: None,
    };
    let penalty = PenaltyRule::Always(match options.penalty {
        PenaltyChoice::None => Penalty::None,
        PenaltyChoice::Firth => Penalty::Firth,
        PenaltyChoice::Ridge(weight) => Penalty::Ridge(weight),
    });
    let covariance = match options.standard_errors {
        StandardErrors::Cluster => CovarianceKind::Cluster,
        StandardErrors::Model | StandardErrors::TwoWay => CovarianceKind::Model,
    };
    let mut fitted = fit_hazard(&columns, HazardSettings { penalty, covariance, ..HazardSettings::default() })?;
    if options.standard_errors == StandardErrors::TwoWay && fitted.fit.allows_inference() {
        let (period, n_periods) = numbered(model.rows.iter().map(|&row| ready.panel.period()[row]));
        fitted = fitted.with_two_way(&columns, &period, n_periods).map_err(HazardError::from)?;
    }
    let profiled = matches!((options.penalty, options.standard_errors), (PenaltyChoice::Firth, StandardErrors::Model));
    if profiled {
        fitted = fitted.with_profiles(&columns);
    }
    let terms = fitted
        .terms()
        .iter()
        .enumerate()
        .map(|(i, term)| (term.as_str().to_owned(), fitted.fit.coef[i], fitted.at(i)))
        .collect::<Vec<_>>();
    debug_assert!(terms.first().is_none_or(|(name, _, _)| name == INTERCEPT));
    Ok(FitReport {
        terms,
        n: (fitted.fit.n_rows, fitted.fit.n_events, model.n_clusters),
        n_incomplete: model.n_incomplete,
        constant: model.constant,
        convergence: (fitted.fit.log_likelihood, fitted.fit.iterations, fitted.fit.max_score),
        covariance: fitted.covariance_name(),
        mended: fitted.two_way().is_some_and(|found| found.mended),
        profiled,
        lag: (!ready.panel.is_snapshot()).then_some(lag),
        aliased: fitted.aliased,
        notices: ready.notices,
    })
}

/// The values numbered from 0 in their order, and how many there are.
fn numbered(values: impl Iterator<Item = i32> + Clone) -> (Vec<u32>, usize) {
    let known: BTreeSet<i32> = values.clone().collect();
    let index: BTreeMap<i32, u32> = known.into_iter().zip(0..).collect();
    (values.filter_map(|value| index.get(&value).copied()).collect(), index.len())
}
