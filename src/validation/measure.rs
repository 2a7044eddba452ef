//! Predictions of a score model, and their measures.

use crate::design::Design;
use crate::health::{ScoreInput, ScoreModel};
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

/// Fields of panel rows under a model's recipes, one column per term; `None` where an input of the model is not among
/// `inputs`.
#[must_use]
pub fn fields(model: &ScoreModel, inputs: &[&ScoreInput], rows: &[usize]) -> Option<Vec<Vec<f64>>> {
    let mut design = Design::default();
    for recipe in &model.recipes {
        let input = inputs.iter().find(|input| input.column == recipe.column())?;
        let within = input.within.as_ref().map(|(_, values)| values.take(rows));
        design.expand(recipe, &input.values.take(rows), within.as_ref()).ok()?;
    }
    Some(design.columns)
}

/// Log-odds of panel rows under a model; `None` where an input of the model is not among `inputs`.
#[must_use]
pub fn predict(model: &ScoreModel, inputs: &[&ScoreInput], rows: &[usize]) -> Option<Vec<f64>> {
    let columns = fields(model, inputs, rows)?;
    let mut eta = vec![model.intercept.coefficient; rows.len()];
    for (column, term) in columns.iter().zip(&model.terms) {
        for (eta, x) in eta.iter_mut().zip(column) {
            *eta += term.coefficient * x;
        }
    }
    Some(eta)
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
