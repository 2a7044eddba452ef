//! How good the score is on quarters and accounts that it has not seen.

use serde::{Deserialize, Serialize};

use crate::words::Words;

use super::{DetailRecord, SampleSizeRecord};

/// How good the exported score is on what it has not seen: across time where the data reaches far enough, else across
/// accounts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ValidationRecord {
    /// Folds, drawn by account; 0 where there were too few accounts with events.
    pub folds: usize,
    /// Rows scored out of fold.
    pub n_rows: usize,
    /// Events among them.
    pub n_events: usize,
    /// Discrimination.
    pub auc: Option<AucRecord>,
    /// Mean squared error of the probabilities.
    pub brier: Option<f64>,
    /// The same for the base rate.
    pub brier_base: Option<f64>,
    /// Mean negative log-likelihood.
    pub log_loss: Option<f64>,
    /// The same for the base rate.
    pub log_loss_base: Option<f64>,
    /// Calibration intercept, ideal 0, with standard error.
    pub calibration_intercept: Option<(f64, f64)>,
    /// Calibration slope, ideal 1, with standard error.
    pub calibration_slope: Option<(f64, f64)>,
    /// Calibration curve.
    pub curve: Vec<CalibrationBinRecord>,
    /// The exported score beside other models on the same rows.
    pub comparisons: Vec<ComparisonRecord>,
    /// What was held out for the figures above: `time` (accounts and time), `accounts`, or nothing.
    #[serde(default)]
    pub held_out: String,
    /// Every day at which a score was made, and how it did until the next.
    #[serde(default)]
    pub origins: Vec<OriginRecord>,
    /// The same measures with accounts held out over the whole calendar, beside those across time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub across_accounts: Option<EstimateRecord>,
    /// The figures across time after moving level, or level and slope, of each origin's block.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub updates: Vec<UpdateRecord>,
    /// Apparent and corrected measures by account bootstrap with the selection repeated inside.
    #[serde(default)]
    pub optimism: Vec<OptimismRecord>,
    /// Draws of that bootstrap.
    #[serde(default)]
    pub bootstrap_draws: usize,
    /// Whether all evidence was computed anew in every draw and every fold, instead of to first order.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exact: bool,
    /// Calibration, decisions and lists of the score on the held-out rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<DetailRecord>,
    /// Whether there is enough data for a score, asked before the fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample_size: Option<SampleSizeRecord>,
    /// What each KPI of the score is worth on the same held-out rows, least first: which would go first.
    #[serde(default)]
    pub drop_one: Vec<DropOneRecord>,
    /// Factor by which the fitted slopes were shrunk.
    #[serde(default = "one")]
    pub shrinkage: f64,
    /// Drift of the level over the calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level_trend: Option<LevelTrendRecord>,
}

/// AUC with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AucRecord {
    /// Area under the ROC curve.
    pub auc: f64,
    /// Standard error, clustered by account (Obuchowski 1997).
    pub std_error: f64,
    /// Lower end of the 95 % interval.
    pub ci_low: f64,
    /// Upper end.
    pub ci_high: f64,
}

/// One point of the calibration curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBinRecord {
    /// Mean predicted probability.
    pub predicted: f64,
    /// Observed share.
    pub observed: f64,
    /// Lower end of the 95 % Wilson interval of the observed share.
    pub ci_low: f64,
    /// Upper end.
    pub ci_high: f64,
    /// Rows.
    pub n_rows: usize,
    /// Events.
    pub n_events: usize,
}

/// Another model on the same folds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparisonRecord {
    /// What the model is.
    pub model: Words,
    /// Its AUC.
    pub auc: AucRecord,
    /// Its Brier score.
    pub brier: f64,
    /// AUC of the exported score minus that of this model, paired; absent for the score itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<DifferenceRecord>,
}

/// A difference with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DifferenceRecord {
    /// First minus second.
    pub estimate: f64,
    /// Standard error.
    pub std_error: f64,
    /// Lower end of the 95 % interval.
    pub ci_low: f64,
    /// Upper end.
    pub ci_high: f64,
}

/// Measures of one set of predictions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EstimateRecord {
    /// Rows predicted.
    pub n_rows: usize,
    /// Events among them.
    pub n_events: usize,
    /// Discrimination.
    pub auc: Option<AucRecord>,
    /// Mean squared error of the probabilities.
    pub brier: f64,
    /// Calibration intercept, ideal 0, with standard error.
    pub calibration_intercept: Option<(f64, f64)>,
    /// Calibration slope, ideal 1, with standard error.
    pub calibration_slope: Option<(f64, f64)>,
    /// Mean negative log-likelihood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_loss: Option<f64>,
}

/// The predictions across time after an update that other accounts of the same time teach: what drift cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UpdateRecord {
    /// `level` or `level_and_slope`.
    pub update: String,
    /// How they do.
    pub estimate: EstimateRecord,
}

/// A day at which a score was made from what was known, and how it did until the next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OriginRecord {
    /// Last period known.
    pub known_until: String,
    /// Last as-of period scored.
    pub scored_until: String,
    /// Rows learned from in the first fold.
    pub train_rows: usize,
    /// Events among them.
    pub train_events: usize,
    /// KPIs in the score of the first fold.
    pub kpis: Vec<String>,
    /// How it did.
    pub estimate: EstimateRecord,
}

/// The score without one of its KPIs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DropOneRecord {
    /// KPI.
    pub kpi: String,
    /// AUC without it.
    pub auc: f64,
    /// AUC of the score minus that without the KPI, paired.
    pub lost: DifferenceRecord,
    /// Hours a quarter to collect it, where the study says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
}

/// A measure with its optimism.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OptimismRecord {
    /// `auc`, `brier`, `log_loss`, `calibration_intercept` or `calibration_slope`.
    pub measure: String,
    /// On the rows that were learned from.
    pub apparent: f64,
    /// Mean difference between a draw's own rows and all rows.
    pub optimism: f64,
    /// Apparent minus optimism.
    pub corrected: f64,
    /// Monte-Carlo standard error of the optimism.
    pub std_error: f64,
}

/// Drift of the level over the calendar, beside everything in the score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LevelTrendRecord {
    /// Log-odds by which it moves per period.
    pub per_period: f64,
    /// Its standard error, seasons allowed for.
    pub std_error: f64,
    /// Log-odds by which the score's level was moved to that of the last period.
    pub applied: f64,
}

fn one() -> f64 {
    1.0
}
