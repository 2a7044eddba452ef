//! Measures of held-out predictions, with errors that allow for accounts with many rows.

use crate::stats::brier::{BrierParts, brier_parts_in_groups};
use crate::stats::calibration::{Calibration, CalibrationBin, brier, calibration_curve, log_loss};
use crate::stats::clustered_auc::auc_clustered;
use crate::stats::clustered_calibration::calibration_clustered;
use crate::stats::decision_curve::{NetBenefit, decision_curve};
use crate::stats::loss::{Loss, mean_loss};
use crate::stats::precision_recall::{average_precision, average_precision_weighted};
use crate::stats::sampling::{Estimate, Sampling};
use crate::stats::smooth_calibration::{SmoothCalibration, Smoother, smooth_calibration};
use crate::stats::top::{AtCapacity, Top, at_capacity, gains, selected_at_capacity};

/// Points of the calibration curve.
const CURVE_POINTS: usize = 10;
/// Shares of the rows for the gains.
const SHARES: [f64; 5] = [0.01, 0.02, 0.05, 0.1, 0.2];
/// Thresholds of the decision curve, as multiples of the event rate.
const TIMES_RATE: [f64; 6] = [0.5, 1.0, 1.5, 2.0, 3.0, 5.0];

/// Held-out predictions with what they are made by; all of one length (n).
#[derive(Debug, Clone, Copy)]
pub struct Predictions<'a> {
    /// Log-odds.
    pub eta: &'a [f64],
    /// 1 = left.
    pub y: &'a [f64],
    /// Account.
    pub cluster: &'a [u32],
}

/// Measures of a set of predictions.
#[derive(Debug, Clone, PartialEq)]
pub struct Performance {
    /// Area under the ROC curve.
    pub auc: Option<Estimate>,
    /// Mean squared error, and that of the base rate.
    pub brier: (f64, f64),
    /// Mean negative log-likelihood, and that of the base rate.
    pub log_loss: (f64, f64),
    /// Intercept and slope.
    pub calibration: Option<Calibration>,
    /// Calibration curve.
    pub curve: Vec<CalibrationBin>,
}

/// What the exported score alone is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Detail {
    /// Smooth calibration curve with ICI, E50, E90.
    pub smooth: Option<SmoothCalibration>,
    /// Brier score in parts.
    pub brier: Option<BrierParts>,
    /// Area under the precision-recall curve.
    pub average_precision: Option<f64>,
    /// Precision, recall and lift of the riskiest rows, by share.
    pub gains: Vec<(f64, Top)>,
    /// Net benefit by threshold.
    pub decisions: Vec<NetBenefit>,
    /// What the team can act on in each period.
    pub at_capacity: Option<AtCapacity>,
    /// Share of all expected events among these: what the probabilities promise.
    pub promised: Option<f64>,
    /// The same with rows weighted by revenue.
    pub by_revenue: Option<ByRevenue>,
}

/// Measures weighted by revenue.
#[derive(Debug, Clone, PartialEq)]
pub struct ByRevenue {
    /// Area under the ROC curve.
    pub auc: Estimate,
    /// Mean squared error.
    pub brier: Option<Estimate>,
    /// Mean negative log-likelihood.
    pub log_loss: Option<Estimate>,
    /// Intercept and slope.
    pub calibration: Option<Calibration>,
    /// The riskiest rows.
    pub gains: Vec<(f64, Top)>,
    /// Net benefit by threshold, per unit of revenue.
    pub decisions: Vec<NetBenefit>,
    /// Area under the precision-recall curve.
    pub average_precision: Option<f64>,
    /// Share of the revenue that left among the accounts that the team can act on.
    pub recall_at_capacity: Option<Estimate>,
}

/// Probabilities of log-odds.
fn probabilities(eta: &[f64]) -> Vec<f64> {
    eta.iter().map(|&e| fuellamp_score::probability(e)).collect()
}

/// Measures of log-odds against outcomes.
#[must_use]
pub fn performance(made: Predictions<'_>) -> Performance {
    let Predictions { eta, y, cluster } = made;
    let p = probabilities(eta);
    let base = vec![y.iter().sum::<f64>() / y.len().max(1) as f64; y.len()];
    let sampling = Sampling { weight: None, cluster: Some(cluster) };
    Performance {
        auc: auc_clustered(eta, y, sampling).ok().map(|found| found.auc).filter(|auc| auc.se.is_finite()),
        brier: (brier(&p, y), brier(&base, y)),
        log_loss: (log_loss(&p, y), log_loss(&base, y)),
        calibration: calibration_clustered(eta, y, sampling).ok(),
        curve: calibration_curve(&p, y, CURVE_POINTS),
    }
}

/// Everything else; `period` (n): calendar position of each row; `capacity`: accounts that the team can act on in one;
/// `revenue` (n), rows without any left out.
#[must_use]
pub fn detail(made: Predictions<'_>, period: &[u32], capacity: Option<usize>, revenue: Option<&[f64]>) -> Detail {
    let Predictions { eta, y, cluster } = made;
    let p = probabilities(eta);
    let sampling = Sampling { weight: None, cluster: Some(cluster) };
    let thresholds = thresholds(y);
    Detail {
        smooth: smooth_calibration(&p, y, sampling, Smoother::default()).ok(),
        brier: brier_parts_in_groups(&p, y, CURVE_POINTS).ok(),
        average_precision: average_precision(eta, y).ok(),
        gains: riskiest(eta, y, sampling),
        decisions: decision_curve(&p, y, &thresholds, sampling).unwrap_or_default(),
        at_capacity: capacity.and_then(|k| at_capacity(eta, y, period, k, sampling).ok()),
        promised: capacity.and_then(|k| promised(eta, &p, period, k)),
        by_revenue: revenue.and_then(|revenue| by_revenue(made, period, capacity, revenue, &thresholds)),
    }
}

fn thresholds(y: &[f64]) -> Vec<f64> {
    let rate = y.iter().sum::<f64>() / y.len().max(1) as f64;
    TIMES_RATE.iter().map(|times| times * rate).filter(|t| *t > 0.0 && *t < 1.0).collect()
}

fn riskiest(eta: &[f64], y: &[f64], sampling: Sampling<'_>) -> Vec<(f64, Top)> {
    gains(eta, y, &SHARES, sampling).map_or_else(|_| Vec::new(), |tops| SHARES.into_iter().zip(tops).collect())
}

/// `Σ selected p / Σ p`.
fn promised(eta: &[f64], p: &[f64], period: &[u32], capacity: usize) -> Option<f64> {
    let selected = selected_at_capacity(eta, period, capacity).ok()?;
    let among: f64 = selected.iter().zip(p).map(|(selected, p)| selected * p).sum();
    Some(among / p.iter().sum::<f64>())
}

fn by_revenue(
    made: Predictions<'_>,
    period: &[u32],
    capacity: Option<usize>,
    revenue: &[f64],
    thresholds: &[f64],
) -> Option<ByRevenue> {
    let known: Vec<usize> = (0..made.y.len()).filter(|&i| revenue[i].is_finite() && revenue[i] >= 0.0).collect();
    let pick = |values: &[f64]| -> Vec<f64> { known.iter().map(|&i| values[i]).collect() };
    let (eta, y, weight) = (pick(made.eta), pick(made.y), pick(revenue));
    let cluster: Vec<u32> = known.iter().map(|&i| made.cluster[i]).collect();
    let sampling = Sampling { weight: Some(&weight), cluster: Some(&cluster) };
    let auc = auc_clustered(&eta, &y, sampling).ok()?.auc;
    // Who is met is decided among all rows; revenue that is not known counts for nothing.
    let counted: Vec<f64> = revenue.iter().map(|&v| if v.is_finite() && v >= 0.0 { v } else { 0.0 }).collect();
    let every = Sampling { weight: Some(&counted), cluster: Some(made.cluster) };
    let recall =
        capacity.and_then(|k| at_capacity(made.eta, made.y, period, k, every).ok()).map(|found| found.top.recall);
    let p = probabilities(&eta);
    Some(ByRevenue {
        auc,
        brier: mean_loss(Loss::Brier, &p, &y, sampling).ok(),
        log_loss: mean_loss(Loss::LogLoss, &p, &y, sampling).ok(),
        calibration: calibration_clustered(&eta, &y, sampling).ok(),
        gains: riskiest(&eta, &y, sampling),
        decisions: decision_curve(&p, &y, thresholds, sampling).unwrap_or_default(),
        average_precision: average_precision_weighted(&eta, &y, &weight).ok(),
        recall_at_capacity: recall,
    })
}
