//! Predictions of rows by models that knew neither their account nor their time.

use rayon::prelude::*;

use crate::design::Sample;
use crate::health::{ScoreInput, TrainingRows, fit_score_model, fit_score_slopes};

use super::Prepared;
use super::admit::Admitted;
use super::candidates::{Candidates, Tier};
use super::splits::Split;

/// Predictions by models that knew neither the account nor the time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HeldOut {
    /// Rows of the sample that were predicted, ascending.
    pub(super) rows: Vec<usize>,
    /// Log-odds of each.
    pub(super) eta: Vec<f64>,
    /// Place of the origin that predicted each.
    pub(super) origin: Vec<usize>,
    /// Log-odds as of each row of the panel, NaN where nothing was predicted.
    pub(super) by_row: Vec<f64>,
}

impl HeldOut {
    /// Account of each row.
    pub(super) fn cluster(&self, sample: &Sample) -> Vec<u32> {
        self.rows.iter().map(|&row| sample.cluster[row]).collect()
    }

    /// Outcome of each row.
    pub(super) fn y(&self, sample: &Sample) -> Vec<f64> {
        self.rows.iter().map(|&row| sample.y[row]).collect()
    }
}

/// How a model is made from the rows to learn from and asked for the others: log-odds, `None` where there is no fit.
pub(super) type Model<'a> = &'a (dyn Fn(&Split, &[usize]) -> Option<Vec<f64>> + Sync);

/// Predicts the rows of every split; `None` where one of the models cannot be fitted or there is nothing to predict.
pub(super) fn held_out(ready: &Prepared, splits: &[Split], model: Model<'_>) -> Option<HeldOut> {
    let predicted = splits.par_iter().filter(|split| !split.test.is_empty());
    let parts: Option<Vec<(&Split, Vec<f64>)>> =
        predicted.map(|split| Some((split, model(split, &split.test)?))).collect();
    let mut by_row = vec![f64::NAN; ready.panel.n_rows()];
    let mut origin = vec![0; ready.panel.n_rows()];
    for (split, eta) in parts? {
        for (&row, eta) in split.test.iter().zip(eta) {
            (by_row[row], origin[row]) = (eta, split.origin);
        }
    }
    let rows: Vec<usize> = (0..ready.sample.n_rows()).filter(|&i| by_row[ready.as_of[i]].is_finite()).collect();
    (!rows.is_empty()).then(|| HeldOut {
        eta: rows.iter().map(|&i| by_row[ready.as_of[i]]).collect(),
        origin: rows.iter().map(|&i| origin[ready.as_of[i]]).collect(),
        rows,
        by_row,
    })
}

/// The logit of a tier, shrunken; across time at the level of the last period that it knows.
pub(super) fn logit(
    ready: &Prepared,
    candidates: &Candidates,
    tier: Tier,
    split: &Split,
    at: &[usize],
) -> Option<Vec<f64>> {
    logit_of(ready, candidates, (tier, &split.admitted), split, at)
}

/// The same with a selection of its own.
pub(super) fn logit_of(
    ready: &Prepared,
    candidates: &Candidates,
    (tier, admitted): (Tier, &Admitted),
    split: &Split,
    at: &[usize],
) -> Option<Vec<f64>> {
    let inputs = candidates.inputs(tier, admitted, &split.unfit);
    let mut model = fit_score_slopes(&inputs, &training(split), candidates.start()).ok()?;
    // Where verdicts chose, every field that they looked at counts.
    let everything = candidates.inputs(Tier::Everything, admitted, &split.unfit);
    model.shrink(&split.y, if tier == Tier::Score { fields(&everything) } else { 0 });
    if split.cut {
        let period: Vec<i32> = split.train.iter().map(|&row| ready.panel.period()[row]).collect();
        model.follow_trend(&split.y, &period);
    }
    model.predict(&inputs, at)
}

/// Log-odds of every row of the sample by plain fits of these inputs, each without the accounts that it scores.
pub(super) fn of_inputs(ready: &Prepared, splits: &[Split], inputs: &[&ScoreInput]) -> Option<Vec<f64>> {
    let found =
        held_out(ready, splits, &|split, at| fit_score_model(inputs, &training(split)).ok()?.predict(inputs, at))?;
    (found.rows.len() == ready.sample.n_rows()).then_some(found.eta)
}

fn training(split: &Split) -> TrainingRows<'_> {
    let n_clusters = split.cluster.iter().max().map_or(0, |&last| last as usize + 1);
    TrainingRows { as_of: &split.train, y: &split.y, cluster: &split.cluster, n_clusters }
}

/// Inputs as fields: a category has one for each level but the first.
pub(super) fn fields(inputs: &[&ScoreInput]) -> usize {
    inputs.iter().map(|input| input.fields()).sum()
}
