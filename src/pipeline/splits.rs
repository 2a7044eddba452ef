//! Rows to learn from and rows to predict, with the verdicts as they were without the latter: selection is part of the
//! fold.
//!
//! # Across time
//! At each origin the panel is cut: later rows do not exist, outcome windows that end later are censored (the embargo), and
//! all evidence is gathered anew. What was learned there scores the as-of days up to the next origin.
//!
//! # Across accounts
//! An account is scored by a model that saw none of its rows. Its part is taken out of the fit exactly, and out of the evidence
//! to first order (`stability.rs`) or, where that was asked for, exactly (`redraw.rs`).

use crate::traps::audit_columns;
use crate::units::Seed;
use crate::validation::{Origin, folds, origins};
use crate::verdict::KpiVerdict;

use super::admit::Admitted;
use super::examine::{Case, Examination, examined};
use super::redraw::{Resampling, without_parts_exactly};
use super::{PipelineError, Prepared};

/// How KPIs are chosen from the evidence and the verdicts of the rows to learn from.
pub(super) type Choose<'a> = &'a (dyn Fn(&[Case], &[KpiVerdict]) -> Admitted + Sync);

/// Rows to learn from and rows to predict.
#[derive(Debug)]
pub(super) struct Split {
    /// Place of its origin among those of the backtest; 0 without a cut in time.
    pub(super) origin: usize,
    /// Whether later periods were cut away: what is predicted then lies after what was learned.
    pub(super) cut: bool,
    /// Rows of the panel with the values to learn from.
    pub(super) train: Vec<usize>,
    /// Outcome of each.
    pub(super) y: Vec<f64>,
    /// Account of each.
    pub(super) cluster: Vec<u32>,
    /// Rows of the panel to predict from: all as-of days of the accounts held out, also those on which nobody can leave.
    pub(super) test: Vec<usize>,
    /// What the verdicts of the rows to learn from admit.
    pub(super) admitted: Admitted,
    /// Columns that stand for the outcome there.
    pub(super) unfit: Vec<String>,
}

/// Fold of each account of the panel, and how many folds there are; `None` where too few accounts have an event.
pub(super) fn account_folds(ready: &Prepared, seed: Seed) -> Option<(Vec<usize>, usize)> {
    let by_cluster = folds(&events_by_account(ready), seed);
    let count = by_cluster.iter().max()? + 1;
    let mut by_account = vec![0; ready.panel.accounts().len()];
    for (&row, &cluster) in ready.sample.rows.iter().zip(&ready.sample.cluster) {
        by_account[ready.panel.account()[row] as usize] = by_cluster[cluster as usize];
    }
    Some((by_account, count))
}

fn events_by_account(ready: &Prepared) -> Vec<bool> {
    let mut has = vec![false; ready.sample.n_clusters];
    for (&account, y) in ready.sample.cluster.iter().zip(&ready.sample.y) {
        has[account as usize] |= *y > 0.5;
    }
    has
}

/// Splits by account alone, over the whole calendar. `unfit` are the columns that the audit of all rows refuses.
pub(super) fn across_accounts(
    ready: &Prepared,
    (found, unfit): (&Examination, &[String]),
    (fold, count): (&[usize], usize),
    choose: (Choose<'_>, Resampling),
) -> Result<Vec<Split>, PipelineError> {
    let same: Vec<usize> = (0..ready.panel.n_rows()).collect();
    let mut splits = by_fold(ready, &same, (found, unfit), (fold, count), choose)?;
    for (held_out, split) in splits.iter_mut().enumerate() {
        split.test = (0..ready.panel.n_rows()).filter(|&row| fold_of(ready, fold, row) == held_out).collect();
    }
    Ok(splits)
}

/// Splits by account and time. `step` is told about progress.
pub(super) fn across_time(
    ready: &Prepared,
    (fold, count): (&[usize], usize),
    choose: (Choose<'_>, Resampling),
    step: &dyn Fn(&str),
) -> Result<(Vec<Origin>, Vec<Split>), PipelineError> {
    let as_of: Vec<i32> = ready.as_of.iter().map(|&row| ready.panel.period()[row]).collect();
    let reach = i32::try_from(ready.study.kgi.horizon.0).unwrap_or(i32::MAX).max(1) - 1;
    let closes: Vec<i32> =
        ready.sample.rows.iter().map(|&row| ready.panel.period()[row].saturating_add(reach)).collect();
    let plan = origins(&as_of, &closes, &ready.sample.y);
    let mut splits = Vec::new();
    for (place, origin) in plan.iter().enumerate() {
        step("backtest");
        let (past, rows) = ready.until(origin.at)?;
        let found = examined(&past)?;
        let skip = past.not_audited();
        let unfit = audit_columns(&past.panel, &past.sample, &past.as_of, &skip, &past.used_as)?.unfit;
        let mut made = by_fold(&past, &rows, (&found, &unfit), (fold, count), choose)?;
        for (held_out, split) in made.iter_mut().enumerate() {
            // The last score is still in use at the end of knowledge.
            let until = if place + 1 == plan.len() { i32::MAX } else { origin.until };
            let used_on = |row: &usize| (origin.at..=until).contains(&ready.panel.period()[*row]);
            let rows = (0..ready.panel.n_rows()).filter(used_on);
            (split.origin, split.cut) = (place, true);
            split.test = rows.filter(|&row| fold_of(ready, fold, row) == held_out).collect();
        }
        splits.extend(made);
    }
    Ok((plan, splits))
}

/// One split per fold, without rows to predict; `rows` are the rows of the whole panel that the rows of `past` are.
fn by_fold(
    past: &Prepared,
    rows: &[usize],
    (found, unfit): (&Examination, &[String]),
    (fold, count): (&[usize], usize),
    (choose, resampling): (Choose<'_>, Resampling),
) -> Result<Vec<Split>, PipelineError> {
    let mut by_cluster = vec![0; past.sample.n_clusters];
    for (i, &cluster) in past.sample.cluster.iter().enumerate() {
        by_cluster[cluster as usize] = fold_of(past, fold, past.sample.rows[i]);
    }
    let admitted = match resampling {
        Resampling::FirstOrder => {
            found.without_parts(&by_cluster, count, |left, verdicts| choose(&left.cases, verdicts))
        }
        Resampling::Exact => without_parts_exactly(past, fold, count, choose)?,
    };
    let splits = admitted
        .into_iter()
        .enumerate()
        .map(|(held_out, admitted)| {
            let inside = |i: &usize| fold_of(past, fold, past.sample.rows[*i]) != held_out;
            let train: Vec<usize> = (0..past.sample.n_rows()).filter(inside).collect();
            Split {
                origin: 0,
                cut: false,
                y: train.iter().map(|&i| past.sample.y[i]).collect(),
                cluster: train.iter().map(|&i| past.panel.account()[past.sample.rows[i]]).collect(),
                train: train.iter().map(|&i| rows[past.as_of[i]]).collect(),
                test: Vec::new(),
                admitted,
                unfit: unfit.to_vec(),
            }
        })
        .collect();
    Ok(splits)
}

/// Fold of a row of the panel.
fn fold_of(ready: &Prepared, fold: &[usize], row: usize) -> usize {
    fold[ready.panel.account()[row] as usize]
}
