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

/// Tunes a company.
pub(super) fn tune(world: &World, cast: &[Kpi], accounts: &[Account]) -> Tuning {
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
    let tangled = |kpi: &Kpi| {
        kpi.lever.is_some_and(|lever| lever.knee.is_some() || lever.via_health > 0.0)
            || (kpi.follows.abs() > 0.0 && !kpi.hidden)
    };
    let rounds = if cast.iter().any(tangled) { 2 } else { 1 };
    for _ in 0..rounds {
        tuning.intercept = intercept_for(world, cast, accounts, &tuning, SAMPLE.0, &needed);
        let stage = Stage { world, cast, tuning: &tuning };
        let sample = Sample::live(stage, accounts, SAMPLE.0, &needed);
        let coef = (0..n).map(|at| {
            let Some(lever) = cast[at].lever else { return 0.0 };
            let reached = tuned_part(&cast[at], &effect(stage, &sample, &needed, at));
            // The sign stays the mechanism's; a factor beyond these means that the push did nearly nothing.
            tuning.coef[at] * (lever.target / reached).clamp(0.1, 8.0)
        });
        tuning.coef = coef.collect();
    }
    tuning.intercept = intercept_for(world, cast, accounts, &tuning, SAMPLE.1, &needed);
    tuning
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
