//! What acting on a KPI does: the same lives with the KPI pushed, all luck left alone.

use rayon::prelude::*;

use super::account::Account;
use super::kpi::Kpi;
use super::life::{Held, How, Life, Stage};
use super::luck::expit;
use super::record::smoothed;

/// Rise of the latent value by which a KPI is pushed.
const PUSH: f64 = 1.0;

/// Change of the log-odds of the decision per standard deviation of a KPI.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Effect {
    pub(super) total: f64,
    /// By plan; none where nobody is on it.
    pub(super) plans: [Option<f64>; 3],
    /// Before and after the month in which something changed.
    pub(super) early: Option<f64>,
    pub(super) late: Option<f64>,
}

/// Lives of some accounts that stay to the end.
#[derive(Debug)]
pub(super) struct Sample<'a> {
    pub(super) accounts: Vec<&'a Account>,
    pub(super) lives: Vec<Life>,
}

impl<'a> Sample<'a> {
    /// Lives at most about so many accounts, evenly spread.
    pub(super) fn live(stage: Stage<'_>, accounts: &'a [Account], most: usize, needed: &[bool]) -> Self {
        let step = accounts.len().div_ceil(most).max(1);
        let accounts: Vec<&Account> = accounts.iter().step_by(step).collect();
        let how = How { decides: false, push: None, needed };
        let lives = accounts.par_iter().map(|account| stage.live(account, how)).collect();
        Self { accounts, lives }
    }
}

/// KPIs on which a decision depends, directly or through another KPI.
pub(super) fn needed(cast: &[Kpi]) -> Vec<bool> {
    let mut needed: Vec<bool> = cast.iter().map(|kpi| kpi.lever.is_some()).collect();
    for kpi in cast.iter().filter(|kpi| kpi.lever.is_some() && !kpi.hidden) {
        if let Some(parent) = kpi.parent.filter(|_| kpi.follows.abs() > 0.0) {
            needed[parent] = true;
        }
    }
    needed
}

/// The effect of one KPI, exactly 0 where no decision depends on it.
///
/// ```text
/// d with  Σ p(η + d) = Σ p(η pushed)  over all months in which leaving was possible,
/// divided by the rise of the smoothed KPI in its overall standard deviations
/// ```
pub(super) fn effect(stage: Stage<'_>, sample: &Sample<'_>, needed: &[bool], at: usize) -> Effect {
    let kpi = &stage.cast[at];
    let plan_used = |plan: usize| stage.world.plans[plan] > 0.0;
    if !needed[at] {
        let plans = [0, 1, 2].map(|plan| plan_used(plan).then_some(0.0));
        return Effect { total: 0.0, plans, early: Some(0.0), late: Some(0.0) };
    }
    let how = How { decides: false, push: Some((at, PUSH)), needed };
    let pushed: Vec<Life> = sample.accounts.par_iter().map(|account| stage.live(account, how)).collect();
    let reached = rise(kpi, &sample.lives, &pushed, at);
    let change = kpi.until.unwrap_or(stage.world.change);
    let pairs: Vec<(usize, bool, f64, f64)> = sample
        .accounts
        .iter()
        .zip(sample.lives.iter().zip(&pushed))
        .flat_map(|(account, (base, pushed))| {
            let pair =
                |(base, pushed): (&Held, &Held)| (account.plan, base.review.month < change, base.eta, pushed.eta);
            base.held.iter().zip(&pushed.held).map(pair)
        })
        .collect();
    let group = |keep: &dyn Fn(usize, bool) -> bool| {
        let kept: Vec<(f64, f64)> =
            pairs.iter().filter(|pair| keep(pair.0, pair.1)).map(|pair| (pair.2, pair.3)).collect();
        offset(&kept).map(|shift| shift / reached)
    };
    Effect {
        total: group(&|_, _| true).unwrap_or(0.0),
        plans: [0, 1, 2].map(|wanted| group(&|plan, _| plan == wanted)),
        early: group(&|_, early| early),
        late: group(&|_, early| !early),
    }
}

/// Mean rise of the smoothed KPI in standard deviations of all its months in the panel.
fn rise(kpi: &Kpi, base: &[Life], pushed: &[Life], at: usize) -> f64 {
    let read = |lives: &[Life]| -> Vec<f64> {
        let months = |life: &Life| {
            let from = usize::try_from(-life.first).unwrap_or(0);
            (from..life.values[at].len()).map(|month| smoothed(kpi, &life.values[at], month)).collect::<Vec<f64>>()
        };
        lives.iter().flat_map(months).collect()
    };
    let (before, after) = (read(base), read(pushed));
    let n = before.len().max(1) as f64;
    let mean = before.iter().sum::<f64>() / n;
    let sd = (before.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / n).sqrt();
    let rise = after.iter().sum::<f64>() / n - mean;
    // A KPI that hardly moves when pushed has no meaningful effect per standard deviation; keep the number finite.
    (rise / sd.max(1e-9)).max(0.05)
}

/// The shift of all base log-odds that gives as many decisions as the push.
fn offset(pairs: &[(f64, f64)]) -> Option<f64> {
    if pairs.is_empty() {
        return None;
    }
    if pairs.iter().all(|(base, pushed)| base.to_bits() == pushed.to_bits()) {
        return Some(0.0);
    }
    let wanted: f64 = pairs.iter().map(|&(_, pushed)| expit(pushed)).sum();
    Some(bisect(-12.0, 12.0, |shift| pairs.iter().map(|&(base, _)| expit(base + shift)).sum::<f64>() - wanted))
}

/// Where a rising function crosses zero.
pub(super) fn bisect(mut low: f64, mut high: f64, f: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if f(middle) < 0.0 { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_shift_is_found_and_none_is_exactly_none() {
        let base = [-3.0, -1.0, 0.5];
        let shifted: Vec<(f64, f64)> = base.iter().map(|&b| (b, b + 0.4)).collect();
        assert!((offset(&shifted).unwrap() - 0.4).abs() < 1e-9);
        let same: Vec<(f64, f64)> = base.iter().map(|&b| (b, b)).collect();
        assert_eq!(offset(&same).map(f64::to_bits), Some(0.0_f64.to_bits()));
        assert_eq!(offset(&[]), None);
    }
}
