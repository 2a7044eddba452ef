//! The fitted model, its validation, and the score.

use serde::{Deserialize, Serialize};

use crate::words::Words;

use super::AccountScore;

/// A fitted hazard model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FitRecord {
    /// Coefficients per standard deviation (KPIs) or per unit (0/1 fields), intercept first.
    pub terms: Vec<TermRecord>,
    /// Columns that other columns determine exactly; they were left out.
    pub aliased: Vec<AliasRecord>,
    /// Rows.
    pub n_rows: usize,
    /// Events.
    pub n_events: usize,
    /// Accounts, the clusters of the covariance.
    pub n_accounts: usize,
    /// Log-likelihood at the solution.
    pub log_likelihood: f64,
    /// Newton steps.
    pub iterations: usize,
    /// Largest component of the score at the solution, scaled columns.
    pub max_score: f64,
    /// Why the iteration stopped.
    pub stop: String,
    /// Condition number of the scaled information.
    pub condition_number: f64,
    /// `none`, `firth` or `ridge`.
    pub penalty: String,
    /// Name of the covariance of the standard errors.
    pub covariance: String,
    /// Independent solver on the same rows; absent where it could not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_opinion: Option<SecondOpinion>,
}

/// One coefficient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TermRecord {
    /// Name of the term.
    pub term: String,
    /// Log-odds.
    pub estimate: f64,
    /// Standard error.
    pub std_error: Option<f64>,
    /// Estimate over standard error.
    pub z: Option<f64>,
    /// Two-sided p.
    pub p: Option<f64>,
    /// Lower end of the 95 % interval.
    pub ci_low: Option<f64>,
    /// Upper end.
    pub ci_high: Option<f64>,
}

/// A column that others determine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AliasRecord {
    /// Term left out.
    pub term: String,
    /// The combination of other terms that it equals, as a formula.
    pub equals: String,
}

/// What an independent solver found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SecondOpinion {
    /// Solver and version.
    pub solver: String,
    /// Rows of the seeded sample that both solved.
    pub n_rows: usize,
    /// Events in the sample.
    pub n_events: usize,
    /// Ridge weight that both used.
    pub ridge: f64,
    /// Largest absolute difference of the coefficients, per standard deviation of what each term adds to those before it.
    pub largest_difference: f64,
    /// Difference above which the run stops with an error.
    pub tolerance: f64,
}

/// The exported score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreRecord {
    /// Distribution of the score over the rows of the risk set, ten points per bar from 0 to 100.
    pub histogram: Vec<HistogramRecord>,
    /// Active accounts, lowest score first (ties: highest probability, then account).
    pub accounts: Vec<AccountScore>,
    /// The score in whole points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole_points: Option<WholePointsRecord>,
    /// Sum of the revenue weight by band over active accounts that can leave in the window, where the study names a weight.
    pub revenue_by_band: Vec<(String, f64)>,
    /// Model-based covariance of the coefficients: what `fuellamp approve` needs to drop a KPI. Absent where the fit allows
    /// no inference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_covariance: Option<ScoreCovariance>,
}

/// Inverse information of the coefficients of the exported score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreCovariance {
    /// Terms that were fitted, intercept first; a term of the weights that is not among them is determined by others.
    pub terms: Vec<String>,
    /// Mean of each term's field over the training rows; 1 for the intercept.
    pub means: Vec<f64>,
    /// Lower triangle in squared log-odds: row `i` has `i + 1` numbers.
    pub rows: Vec<Vec<f64>>,
}

/// The score in whole points, to be typed into any platform, and what the rounding costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WholePointsRecord {
    /// Points at zero of every field.
    pub start: f64,
    /// Points per unit of each field, in the order of the terms of the weights.
    pub points: Vec<f64>,
    /// AUC lost on the training rows.
    pub auc_lost: f64,
    /// Points by which the score moves: half of the rows by less.
    pub median_move: f64,
    /// The most that it moves.
    pub largest_move: f64,
}

/// One bar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistogramRecord {
    /// Lower end of the bar.
    pub from: f64,
    /// Upper end.
    pub to: f64,
    /// Rows that stayed.
    pub stayed: usize,
    /// Rows that ended in the event.
    pub left: usize,
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReasonRecord {
    /// Input column.
    pub column: String,
    /// Name for people.
    pub label: Words,
    /// Points of the score, negative is harmful.
    pub points: f64,
}
