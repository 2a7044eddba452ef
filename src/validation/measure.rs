//! Measures of predictions.

use crate::stats::calibration::{
    Calibration, CalibrationBin, brier, calibration_curve, calibration_intercept_slope, log_loss,
};
use crate::stats::discrimination::{Auc, auc_delong};

/// Points of the calibration curve.
const CURVE_POINTS: usize = 10;

/// Measures of a set of predictions.
#[derive(Debug, Clone, PartialEq)]
pub struct Performance {
    /// Discrimination.
    pub auc: Option<Auc>,
    /// Mean squared error, and that of the base rate.
    pub brier: (f64, f64),
    /// Mean negative log-likelihood, and that of the base rate.
    pub log_loss: (f64, f64),
    /// Intercept and slope.
    pub calibration: Option<Calibration>,
    /// Calibration curve.
    pub curve: Vec<CalibrationBin>,
}

/// Measures of log-odds against outcomes.
#[must_use]
pub fn performance(eta: &[f64], y: &[f64]) -> Performance {
    let p: Vec<f64> = eta.iter().map(|&e| fuellamp_score::probability(e)).collect();
    let rate = y.iter().sum::<f64>() / y.len().max(1) as f64;
    let base = vec![rate; y.len()];
    Performance {
        auc: auc_delong(eta, y).ok().filter(|auc| auc.se.is_finite()),
        brier: (brier(&p, y), brier(&base, y)),
        log_loss: (log_loss(&p, y), log_loss(&base, y)),
        calibration: calibration_intercept_slope(eta, y).ok(),
        curve: calibration_curve(&p, y, CURVE_POINTS),
    }
}
