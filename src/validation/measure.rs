//! Out-of-fold predictions and their measures; every preparation step is repeated inside the fold.

use rayon::prelude::*;

use crate::design::{Design, Sample};
use crate::health::{ScoreInput, ScoreModel, TrainingRows, fit_score_model};
use crate::stats::calibration::{
    Calibration, CalibrationBin, brier, calibration_curve, calibration_intercept_slope, log_loss,
};
use crate::stats::discrimination::{Auc, auc_delong};

/// Points of the calibration curve.
const CURVE_POINTS: usize = 10;

/// Out-of-fold log-odds of every row, with the folds used.
#[derive(Debug, Clone, PartialEq)]
pub struct OutOfFold {
    /// Folds.
    pub folds: usize,
    /// Log-odds by row of the sample.
    pub eta: Vec<f64>,
}

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

/// Predicts every row by a model that saw no row of its account. `None` where a fold cannot be fitted.
#[must_use]
pub fn out_of_fold(inputs: &[&ScoreInput], sample: &Sample, as_of: &[usize], fold: &[usize]) -> Option<OutOfFold> {
    let k = fold.iter().max().map(|k| k + 1)?;
    let parts: Option<Vec<(Vec<usize>, Vec<f64>)>> = (0..k)
        .into_par_iter()
        .map(|held_out| {
            let inside = |row: &usize| fold[sample.cluster[*row] as usize] != held_out;
            let (train, test): (Vec<usize>, Vec<usize>) = (0..sample.n_rows()).partition(inside);
            let rows: Vec<usize> = train.iter().map(|&i| as_of[i]).collect();
            let y: Vec<f64> = train.iter().map(|&i| sample.y[i]).collect();
            let cluster: Vec<u32> = train.iter().map(|&i| sample.cluster[i]).collect();
            let rows = TrainingRows { as_of: &rows, y: &y, cluster: &cluster, n_clusters: sample.n_clusters };
            let model = fit_score_model(inputs, &rows).ok()?;
            let at: Vec<usize> = test.iter().map(|&i| as_of[i]).collect();
            let eta = predict(&model, inputs, &at)?;
            Some((test, eta))
        })
        .collect();
    let mut eta = vec![0.0; sample.n_rows()];
    for (rows, values) in parts? {
        for (row, value) in rows.into_iter().zip(values) {
            eta[row] = value;
        }
    }
    Some(OutOfFold { folds: k, eta })
}

/// Log-odds of panel rows under a model.
fn predict(model: &ScoreModel, inputs: &[&ScoreInput], rows: &[usize]) -> Option<Vec<f64>> {
    let mut design = Design::default();
    for recipe in &model.recipes {
        let input = inputs.iter().find(|input| input.column == recipe.column())?;
        let within = input.within.as_ref().map(|(_, values)| values.take(rows));
        design.expand(recipe, &input.values.take(rows), within.as_ref()).ok()?;
    }
    let mut eta = vec![model.intercept.coefficient; rows.len()];
    for (column, term) in design.columns.iter().zip(&model.terms) {
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
