//! Finds by simulation what has to be known before the company lives: standardisation, coefficients, intercept.

use rayon::prelude::*;

use super::account::Account;
use super::effect::{Effect, Sample, bisect, effect, needed};
use super::kpi::Kpi;
use super::life::{How, Life, Stage, Tuning};
use super::luck::expit;
use super::mechanism::Mechanism;
use super::world::World;

/// Accounts simulated to standardise and to find effects; and to find the intercept.
pub(super) const SAMPLE: (usize, usize) = (160, 500);

/// Rounds in which effects are brought to their targets.
const MOST_ROUNDS: usize = 5;

/// A lever that had to change by less is tuned; a round in which all changed by less is the last.
const NEAR: f64 = 0.02;
const FAR: f64 = 0.1;

/// Tunes a company; names the levers that no coefficient brings to their target.
pub(super) fn tune(world: &World, cast: &[Kpi], accounts: &[Account]) -> (Tuning, Vec<usize>) {
    let n = cast.len();
    let intercept = (world.rate / (1.0 - world.rate)).ln();
    let mut tuning = Tuning { centre: vec![0.0; n], spread: vec![1.0; n], coef: vec![0.0; n], intercept };
    // Twice, as a KPI that follows another one depends on how that one is standardised.
    for _ in 0..2 {
        let stage = Stage { world, cast, tuning: &tuning };
        let sample = Sample::live(stage, accounts, SAMPLE.0, &vec![true; n]);
        let moments: Vec<(f64, f64)> = (0..n).map(|at| moments(&cast[at], &sample.lives, at)).collect();
        (tuning.centre, tuning.spread) = moments.into_iter().unzip();
    }
    let needed = needed(cast);
    tuning.coef = cast.iter().map(|kpi| kpi.lever.map_or(0.0, |lever| lever.target)).collect();
    // Thresholds, flags and effects through health answer unevenly to their coefficient: those that miss are tuned again.
    let mut open: Vec<usize> = (0..n).filter(|&at| cast[at].lever.is_some()).collect();
    let mut missed = Vec::new();
    for _ in 0..MOST_ROUNDS {
        tuning.intercept = intercept_for(world, cast, accounts, &tuning, SAMPLE.0, &needed);
        let stage = Stage { world, cast, tuning: &tuning };
        let sample = Sample::live(stage, accounts, SAMPLE.0, &needed);
        let factor = |&at: &usize| {
            let target = cast[at].lever.map_or(0.0, |lever| lever.target);
            // The sign stays the mechanism's, and nothing jumps.
            (at, (target / tuned_part(&cast[at], &effect(stage, &sample, &needed, at))).clamp(0.4, 2.5))
        };
        let factors: Vec<(usize, f64)> = open.iter().map(factor).collect();
        for &(at, factor) in &factors {
            tuning.coef[at] *= factor;
        }
        open = factors.iter().filter(|(_, factor)| (factor - 1.0).abs() > NEAR).map(|(at, _)| *at).collect();
        missed = factors.iter().filter(|(_, factor)| (factor - 1.0).abs() > FAR).map(|(at, _)| *at).collect();
        if missed.is_empty() {
            break;
        }
    }
    tuning.intercept = intercept_for(world, cast, accounts, &tuning, SAMPLE.1, &needed);
    (tuning, missed)
}

/// The part of an effect that a lever's target speaks of.
pub(super) fn tuned_part(kpi: &Kpi, effect: &Effect) -> f64 {
    let part = match kpi.mechanism {
        Mechanism::T3 => effect.plans[0],
        Mechanism::T13 | Mechanism::T13g => effect.early,
        _ => None,
    };
    part.unwrap_or(effect.total)
}

/// Mean and standard deviation of the monthly values on their scale.
fn moments(kpi: &Kpi, lives: &[Life], at: usize) -> (f64, f64) {
    let (mut n, mut sum, mut square) = (0.0, 0.0, 0.0);
    for value in lives.iter().flat_map(|life| &life.values[at]).map(|&value| kpi.form.scale(value)) {
        n += 1.0;
        sum += value;
        square += value * value;
    }
    let mean = sum / f64::max(n, 1.0);
    (mean, (square / f64::max(n, 1.0) - mean * mean).max(1e-6).sqrt())
}

/// The intercept with which the panel is expected to show the wanted number of decisions.
///
/// ```text
/// a with  Σ_accounts Σ_reviews S p(η + a) [the panel shows it] = wanted,   S = Π of 1 - p(η + a) so far
/// ```
fn intercept_for(
    world: &World,
    cast: &[Kpi],
    accounts: &[Account],
    tuning: &Tuning,
    most: usize,
    needed: &[bool],
) -> f64 {
    let stage = Stage { world, cast, tuning };
    let step = accounts.len().div_ceil(most).max(1);
    let chosen: Vec<&Account> = accounts.iter().step_by(step).collect();
    let how = How { decides: false, push: None, needed };
    let held: Vec<Vec<(f64, bool)>> = chosen
        .par_iter()
        .map(|account| {
            let reviews = stage.live(account, how).held;
            let event = |notice: i32, end: i32| if world.records.notice { notice } else { end };
            reviews.iter().map(|held| (held.eta, event(held.review.notice, held.review.end) < world.months)).collect()
        })
        .collect();
    let wanted = world.target * chosen.len() as f64 / accounts.len() as f64;
    let expected = |shift: f64| -> f64 {
        held.iter()
            .map(|reviews| {
                let (mut stays, mut events) = (1.0, 0.0);
                for &(eta, shown) in reviews {
                    let p = expit(eta + shift);
                    events += if shown { stays * p } else { 0.0 };
                    stays *= 1.0 - p;
                }
                events
            })
            .sum()
    };
    tuning.intercept + bisect(-8.0, 8.0, |shift| expected(shift) - wanted)
}
