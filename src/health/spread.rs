//! How uncertain the coefficients of the score are: for the interval of a customer, and for what changes when one is dropped.

use crate::design::{Design, INTERCEPT};
use crate::hazard::FittedHazard;
use crate::stats::moments::mean;

/// Covariances of a score model.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreSpread {
    /// Clustered by account, lower triangle, intercept first, then every term; zeros for terms that the fit left out. As
    /// [`fuellamp_score::Weights::covariance`].
    pub clustered: Vec<Vec<f64>>,
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

/// Covariances of a fit on the columns of `design`.
pub(super) fn score_spread(fitted: &FittedHazard, design: &Design) -> Option<ScoreSpread> {
    let kept: Vec<&str> = fitted.terms().iter().map(crate::units::TermName::as_str).collect();
    let robust = fitted.covariance_of(&kept)?;
    let place = |term: &str| kept.iter().position(|k| *k == term);
    let all: Vec<Option<usize>> = design.terms.iter().map(|term| place(term.as_str())).collect();
    let entry = |i: Option<usize>, j: Option<usize>| i.zip(j).map_or(0.0, |(i, j)| robust[(i, j)]);
    let clustered: Vec<Vec<f64>> = (0..all.len()).map(|i| (0..=i).map(|j| entry(all[i], all[j])).collect()).collect();
    // What is no covariance is not exported as one.
    let sound = |(i, row): (usize, &Vec<f64>)| row[i] >= 0.0 && row.iter().all(|v| v.is_finite());
    if !clustered.iter().enumerate().all(sound) {
        return None;
    }
    let model = &fitted.fit.covariance_model;
    let means = fitted.terms().iter().map(|term| {
        let at = design.terms.iter().position(|t| t == term).filter(|_| term.as_str() != INTERCEPT);
        at.map_or(1.0, |at| mean(&design.columns[at]))
    });
    Some(ScoreSpread {
        clustered,
        model: ModelCovariance {
            terms: kept.iter().map(|term| (*term).to_owned()).collect(),
            means: means.collect(),
            rows: (0..kept.len()).map(|i| (0..=i).map(|j| model[(i, j)]).collect()).collect(),
        },
    })
}
