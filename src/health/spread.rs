//! How uncertain the coefficients of the score are: for the interval of a customer, and for what changes when one is dropped.

use crate::design::{Design, INTERCEPT};
use crate::hazard::FittedHazard;
use crate::stats::irls::Penalty;
use crate::stats::moments::mean;

/// Covariances of a score model.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreSpread {
    /// Clustered by account, lower triangle, intercept first, then every term; zeros for terms that the fit left out. As
    /// [`fuellamp_score::Weights::covariance`].
    pub clustered: Vec<Vec<f64>>,
    /// Mean of each term's field over the training rows, as in `clustered`; 1 for the intercept.
    pub means: Vec<f64>,
    /// Model-based.
    pub model: ModelCovariance,
}

/// Inverse information of the coefficients that were fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelCovariance {
    /// Terms that were fitted, intercept first; those that others determine are not among them.
    pub terms: Vec<String>,
    /// Mean of each term's field over the training rows; 1 for the intercept.
    pub means: Vec<f64>,
    /// Lower triangle in squared log-odds, in the order of `terms`.
    pub rows: Vec<Vec<f64>>,
}

impl ScoreSpread {
    /// The covariances after all slopes were multiplied by one factor, itself taken as known, and the level at the mean of
    /// all fields kept.
    ///
    /// # Formula
    /// ```text
    /// β' = f β,  a' = a + (1 - f) mᵀβ:   cov(β') = f² cov(β),  cov(a', β') = f cov(a', β),  var(a') = var(a + (1 - f) mᵀβ)
    /// ```
    pub(super) fn scale_slopes(&mut self, factor: f64) {
        scale(&mut self.clustered, &self.means, factor);
        scale(&mut self.model.rows, &self.model.means, factor);
    }

    /// Adds what is not known of the level for other reasons to its variance, clustered alone: the inverse of the
    /// model-based covariance stays the information of the fit.
    pub(super) fn widen_level(&mut self, variance: f64) {
        if let Some(own) = self.clustered.first_mut().and_then(|row| row.first_mut()) {
            *own += variance;
        }
    }
}

fn scale(rows: &mut [Vec<f64>], means: &[f64], factor: f64) {
    let n = rows.len();
    let entry = |rows: &[Vec<f64>], i: usize, j: usize| rows[i.max(j)][i.min(j)];
    let weight: Vec<f64> = (0..n).map(|i| if i == 0 { 1.0 } else { (1.0 - factor) * means[i] }).collect();
    let with_level: Vec<f64> = (0..n).map(|i| (0..n).map(|j| entry(rows, i, j) * weight[j]).sum()).collect();
    let level: f64 = with_level.iter().zip(&weight).map(|(c, w)| c * w).sum();
    for (i, row) in rows.iter_mut().enumerate() {
        for (j, value) in row.iter_mut().enumerate() {
            *value = match (i, j) {
                (0, _) => level,
                (_, 0) => factor * with_level[i],
                _ => factor * factor * *value,
            };
        }
    }
}

/// Covariances of a fit on the columns of `design`.
///
/// Under Firth's penalty no clustered variance is smaller than the model-based one (`V <- D V D`, `D` diagonal): the sandwich has
/// nothing to measure for a field without an event or with a handful, and would call sure what nobody has seen.
pub(super) fn score_spread(fitted: &FittedHazard, design: &Design) -> Option<ScoreSpread> {
    let kept: Vec<&str> = fitted.terms().iter().map(crate::units::TermName::as_str).collect();
    let robust = fitted.covariance_of(&kept)?;
    let place = |term: &str| kept.iter().position(|k| *k == term);
    let all: Vec<Option<usize>> = design.terms.iter().map(|term| place(term.as_str())).collect();
    let model = &fitted.fit.covariance_model;
    let wider = |i: usize| match fitted.fit.penalty {
        Penalty::Firth if robust[(i, i)] > 0.0 => (model[(i, i)] / robust[(i, i)]).max(1.0).sqrt(),
        _ => 1.0,
    };
    let wider: Vec<f64> = (0..kept.len()).map(wider).collect();
    let entry =
        |i: Option<usize>, j: Option<usize>| i.zip(j).map_or(0.0, |(i, j)| robust[(i, j)] * wider[i] * wider[j]);
    let clustered: Vec<Vec<f64>> = (0..all.len()).map(|i| (0..=i).map(|j| entry(all[i], all[j])).collect()).collect();
    // What is no covariance is not exported as one.
    let sound = |(i, row): (usize, &Vec<f64>)| row[i] >= 0.0 && row.iter().all(|v| v.is_finite());
    if !clustered.iter().enumerate().all(sound) {
        return None;
    }
    let means = fitted.terms().iter().map(|term| {
        let at = design.terms.iter().position(|t| t == term).filter(|_| term.as_str() != INTERCEPT);
        at.map_or(1.0, |at| mean(&design.columns[at]))
    });
    let means_of_all = design.terms.iter().zip(&design.columns);
    Some(ScoreSpread {
        clustered,
        means: means_of_all.map(|(term, x)| if term.as_str() == INTERCEPT { 1.0 } else { mean(x) }).collect(),
        model: ModelCovariance {
            terms: kept.iter().map(|term| (*term).to_owned()).collect(),
            means: means.collect(),
            rows: (0..kept.len()).map(|i| (0..=i).map(|j| model[(i, j)]).collect()).collect(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shrinking_keeps_the_error_of_the_level_at_the_mean_and_scales_that_of_a_slope() {
        // A field around 50: the intercept is uncertain by far extrapolation, the level at the mean is not.
        let (level, slope, mean) = (0.04, 0.002, 50.0);
        let rows = vec![vec![level + mean * mean * slope], vec![-mean * slope, slope]];
        let model = ModelCovariance {
            terms: vec![INTERCEPT.to_owned(), "x".to_owned()],
            means: vec![1.0, mean],
            rows: rows.clone(),
        };
        let mut spread = ScoreSpread { clustered: rows, means: vec![1.0, mean], model };
        spread.scale_slopes(0.5);
        spread.widen_level(0.01);
        for (rows, added) in [(&spread.clustered, 0.01), (&spread.model.rows, 0.0)] {
            let at = |x: f64| rows[0][0] + 2.0 * x * rows[1][0] + x * x * rows[1][1];
            assert!((at(mean) - level - added).abs() < 1e-12, "{rows:?}");
            assert!((at(mean + 10.0) - level - added - 0.25 * 100.0 * slope).abs() < 1e-12, "{rows:?}");
        }
    }
}
