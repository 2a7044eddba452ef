//! How much better the score looks on its own rows than on new ones: accounts drawn again, everything repeated.
//!
//! # Formula
//! ```text
//! corrected = apparent - mean over draws (measure of the draw's model on the draw - on all rows)      Harrell's bootstrap
//! ```
//! In every draw the verdicts are decided anew (`stability.rs`, to first order), KPIs are admitted by them, and the recipes,
//! the fit and its shrinkage are made from the draw's rows. Each draw has its own random stream: neither threads nor
//! an interruption change one.
//!
//! # Source
//! Efron & Gong (1983), The American Statistician 37:36–48; Harrell, Lee & Mark (1996), Statistics in Medicine 15:361–387, as
//! `validate` of the R package rms, with the selection inside.

use rayon::prelude::*;

use crate::health::{TrainingRows, fit_score_slopes};
use crate::stats::calibration::{brier, calibration_quick, log_loss};
use crate::stats::discrimination::auc_delong;
use crate::stats::optimism::{Optimism, optimism as correct};
use crate::stats::resample::Draws;

use super::Prepared;
use super::admit::Admitted;
use super::candidates::{Candidates, Tier};
use super::held_out::fields;

/// Measures of one set of predictions.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Measures {
    /// AUC, Brier score, log-loss, calibration intercept, calibration slope.
    values: [f64; MEASURES],
}

/// Measures that are corrected.
const MEASURES: usize = 5;
/// Their names, as in the artifact.
const NAMES: [&str; MEASURES] = ["auc", "brier", "log_loss", "calibration_intercept", "calibration_slope"];

impl Measures {
    /// Measures log-odds against outcomes; NaN where one cannot be had.
    fn of(eta: &[f64], y: &[f64]) -> Self {
        let p: Vec<f64> = eta.iter().map(|&eta| fuellamp_score::probability(eta)).collect();
        let auc = auc_delong(eta, y).map_or(f64::NAN, |auc| auc.auc);
        let (intercept, slope) = calibration_quick(eta, y).unwrap_or((f64::NAN, f64::NAN));
        Self { values: [auc, brier(&p, y), log_loss(&p, y), intercept, slope] }
    }
}

/// Every measure that can be had with its optimism, by name; `admitted` has one selection per draw, `apparent` are the log-odds
/// of the shrunken score on its own rows.
pub(super) fn optimism(
    ready: &Prepared,
    candidates: &Candidates,
    unfit: &[String],
    (draws, admitted): (&Draws, &[Admitted]),
    apparent: &[f64],
) -> Vec<(&'static str, Optimism)> {
    let sample = &ready.sample;
    let one = |(draw, admitted): (usize, &Admitted)| -> Option<[Measures; 2]> {
        let drawn: Vec<usize> = (0..sample.n_rows())
            .flat_map(|i| std::iter::repeat_n(i, draws.count(draw, sample.cluster[i] as usize)))
            .collect();
        let as_of: Vec<usize> = drawn.iter().map(|&i| ready.as_of[i]).collect();
        let y: Vec<f64> = drawn.iter().map(|&i| sample.y[i]).collect();
        let cluster: Vec<u32> = drawn.iter().map(|&i| sample.cluster[i]).collect();
        let rows = TrainingRows { as_of: &as_of, y: &y, cluster: &cluster, n_clusters: sample.n_clusters };
        let inputs = candidates.inputs(Tier::Score, admitted, unfit);
        let mut model = fit_score_slopes(&inputs, &rows, candidates.start()).ok()?;
        model.shrink(&y, fields(&candidates.inputs(Tier::Everything, admitted, unfit)));
        // Rows of the draw have their log-odds already.
        let mut original = vec![f64::NAN; sample.n_rows()];
        drawn.iter().zip(&model.eta).for_each(|(&i, &eta)| original[i] = eta);
        let others: Vec<usize> = (0..sample.n_rows()).filter(|&i| original[i].is_nan()).collect();
        let others_as_of: Vec<usize> = others.iter().map(|&i| ready.as_of[i]).collect();
        let of_others = model.predict(&inputs, &others_as_of)?;
        others.iter().zip(of_others).for_each(|(&i, eta)| original[i] = eta);
        Some([Measures::of(&model.eta, &y), Measures::of(&original, &sample.y)])
    };
    let pairs: Vec<[Measures; 2]> = admitted.par_iter().enumerate().filter_map(one).collect();
    let apparent = Measures::of(apparent, &sample.y);
    let corrected = |(m, name): (usize, &'static str)| {
        let of = |side: usize| -> Vec<f64> { pairs.iter().map(|pair| pair[side].values[m]).collect() };
        // A constant prediction has no calibration slope, one draw no error.
        let found = correct(apparent.values[m], &of(0), &of(1)).ok()?;
        found.mc_error.is_finite().then_some((name, found))
    };
    NAMES.into_iter().enumerate().filter_map(corrected).collect()
}
