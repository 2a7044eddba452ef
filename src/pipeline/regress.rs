//! `fit`: only the declared regression, for statisticians to compare.

use crate::design::{INTERCEPT, Scale, regression};
use crate::hazard::{AliasedTerm, CovarianceKind, HazardColumns, HazardSettings, PenaltyRule, fit_hazard};
use crate::ingest::Table;
use crate::notice::Notice;
use crate::stats::irls::Penalty;
use crate::stats::wald::WaldTerm;
use crate::study::Study;
use crate::words::Words;

use super::{PipelineError, prepare};

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

/// Options of a declared regression.
#[derive(Debug, Clone, Copy)]
pub struct FitOptions {
    /// Penalty.
    pub penalty: PenaltyChoice,
    /// Covariance of the standard errors.
    pub covariance: CovarianceKind,
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
pub fn regress(study: &Study, table: Table, options: &FitOptions) -> Result<FitReport, PipelineError> {
    let lag = options.lag.unwrap_or(study.kgi.gap.0.saturating_add(1));
    let ready = prepare(study, table, Some(lag))?;
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
    let settings = HazardSettings { penalty, covariance: options.covariance, ..HazardSettings::default() };
    let mut fitted = fit_hazard(&columns, settings)?;
    let profiled = matches!((options.penalty, options.covariance), (PenaltyChoice::Firth, CovarianceKind::Model));
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
        profiled,
        lag: (!ready.panel.is_snapshot()).then_some(lag),
        aliased: fitted.aliased,
        notices: ready.notices,
    })
}
