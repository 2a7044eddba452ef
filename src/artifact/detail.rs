//! What the exported score alone is asked for on held-out rows.

use serde::{Deserialize, Serialize};

use super::AucRecord;

/// A value with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct IntervalRecord {
    /// Estimate.
    pub value: f64,
    /// Lower end.
    pub ci_low: f64,
    /// Upper end.
    pub ci_high: f64,
}

/// Calibration, decisions and lists of the exported score on held-out rows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DetailRecord {
    /// Mean, median and 90 % quantile of the distance between predicted and smoothed observed probability: ICI, E50, E90.
    pub calibration_error: Option<(f64, f64, f64)>,
    /// Smoothed calibration curve with its 95 % band.
    pub curve: Vec<CurveRecord>,
    /// Reliability, generalised resolution and uncertainty of the Brier score, in ten groups: the first minus the second plus
    /// the third is the score.
    pub brier_parts: Option<(f64, f64, f64)>,
    /// Area under the precision-recall curve.
    pub average_precision: Option<f64>,
    /// The riskiest rows, by share.
    pub gains: Vec<GainRecord>,
    /// Net benefit by threshold, per row.
    pub decisions: Vec<NetBenefitRecord>,
    /// The accounts that the team can act on in each period.
    pub at_capacity: Option<CapacityRecord>,
    /// The same with rows weighted by revenue, where the study names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_revenue: Option<ByRevenueRecord>,
}

/// Measures with rows weighted by revenue.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ByRevenueRecord {
    /// Area under the ROC curve.
    pub auc: Option<AucRecord>,
    /// Mean squared error.
    pub brier: Option<f64>,
    /// Mean negative log-likelihood.
    pub log_loss: Option<f64>,
    /// Calibration intercept, ideal 0, with standard error.
    pub calibration_intercept: Option<(f64, f64)>,
    /// Calibration slope, ideal 1, with standard error.
    pub calibration_slope: Option<(f64, f64)>,
    /// Area under the precision-recall curve.
    pub average_precision: Option<f64>,
    /// Among the riskiest rows up to this share of the rows: shares of the revenue.
    pub gains: Vec<GainRecord>,
    /// Net benefit by threshold, per unit of revenue.
    pub decisions: Vec<NetBenefitRecord>,
}

/// One point of a smoothed calibration curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurveRecord {
    /// Predicted probability.
    pub predicted: f64,
    /// Smoothed observed probability.
    pub observed: f64,
    /// Lower end of its 95 % interval.
    pub ci_low: f64,
    /// Upper end.
    pub ci_high: f64,
}

/// The riskiest share of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GainRecord {
    /// Share of the rows.
    pub share: f64,
    /// Share of these that left.
    pub precision: IntervalRecord,
    /// Share of all who left that is among them.
    pub recall: IntervalRecord,
    /// Precision over the overall rate.
    pub lift: f64,
}

/// Net benefit of acting on everybody above a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NetBenefitRecord {
    /// Probability from which one acts.
    pub threshold: f64,
    /// Net benefit of the score, per row.
    pub score: IntervalRecord,
    /// Net benefit of acting on everybody; on nobody it is 0.
    pub everybody: f64,
    /// Share of the rows acted on.
    pub acted_on: f64,
}

/// The accounts that the team can act on in each period, riskiest first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CapacityRecord {
    /// Accounts per period.
    pub accounts: f64,
    /// Periods.
    pub periods: usize,
    /// Share of those acted on that left.
    pub precision: IntervalRecord,
    /// Share of those who left that the stated probabilities promised among those acted on.
    #[serde(default)]
    pub promised: f64,
    /// Share of those who left that was acted on.
    pub recall: IntervalRecord,
    /// Share of the revenue that left that was acted on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recall_by_revenue: Option<IntervalRecord>,
}

/// Whether there is enough data for a score, asked before the fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SampleSizeRecord {
    /// Fields that the score may choose from.
    pub fields: usize,
    /// Rows at hand.
    pub n_rows: u64,
    /// Events at hand.
    pub n_events: u64,
    /// Rows needed.
    pub rows_needed: u64,
    /// Events needed.
    pub events_needed: u64,
    /// Criterion that asks for most: `shrinkage`, `optimism` or `overall_risk`.
    pub binding: String,
    /// Shrinkage to expect with the data at hand; below 0.9 slopes are much too large.
    pub shrinkage_expected: f64,
    /// Share of explained variation that was anticipated (Nagelkerke).
    pub anticipated_r2: f64,
}
