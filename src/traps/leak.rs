//! Trap: computed from the outcome, or known only after it (a classifier's output, a cancellation reason).
//!
//! # Detects
//! A column that ranks (almost) perfectly alone; a stretch of values in which everybody left, too long to be chance; and
//! a column that is filled in for one outcome only.
//!
//! # Why it fools
//! Nothing predicts churn as well as churn.
//!
//! # Cannot see
//! A copy of the outcome with enough noise on it looks like a strong KPI. Ask when the value was written.
//!
//! # Example
//! ```text
//! left           1     0     0     1
//! model output .99   .01   .02   .98
//! ```

use crate::stats::discrimination::auc_delong;

/// Ranking from which a column stands for the outcome.
const PERFECT_AUC: f64 = 0.99;
/// Fewer events or stayers than this show no leak of any kind.
const FEWEST: usize = 20;
/// A stretch of events only must hold this many of them: with k events and no stayer the hazard in the stretch is above
/// 0.05^(1/k) with 95 % confidence, which is 0.905 for 30 and 0.86 for 20. A KPI known before the decision hardly ever
/// singles out accounts of which nine in ten leave within the horizon ...
const PURE_EVENTS: usize = 30;
/// ... and this share of all events ...
const PURE_SHARE: f64 = 0.2;
/// ... and be this unlikely by chance.
const PURE_CHANCE: f64 = 1e-9;

/// How a column stands for the outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Leak {
    /// It ranks almost perfectly: the AUC.
    Perfect(f64),
    /// So many events lie in a stretch of values without a single stayer.
    PureStretch(usize),
    /// It is filled in for one outcome only: share of filled cells among leavers and among stayers.
    Filled(f64, f64),
    /// The study says that it was written once the outcome was known.
    Afterwards,
    /// Leaving was derived from so many days without an event, and it counts the days since the last one.
    Recency(i32),
    /// Leaving was derived from so many days without an event, and it is computed from the same events.
    Silent(i32),
    /// The study says that it was measured while customers were leaving.
    WhileLeaving,
    /// No account left beyond some value, where so many would be expected.
    NoLeaver(f64),
    /// One row per customer, and a slope (log-odds per standard deviation) that no KPI from before a decision has.
    TooStrong(f64),
}

impl Leak {
    /// Whether it moves with the departure, rather than being the outcome in other words.
    #[must_use]
    pub fn late(self) -> bool {
        matches!(self, Self::Silent(_) | Self::WhileLeaving | Self::NoLeaver(_) | Self::TooStrong(_))
    }
}

/// Looks for a leak in one column; NaN = missing. `None` where it cannot be told from a KPI.
#[must_use]
pub fn leak(values: &[f64], y: &[f64]) -> Option<Leak> {
    let known: Vec<(f64, f64)> = values.iter().copied().zip(y.iter().copied()).filter(|(v, _)| !v.is_nan()).collect();
    let events = y.iter().filter(|y| **y > 0.5).count();
    let stayers = y.len() - events;
    if events < FEWEST || stayers < FEWEST {
        return None;
    }
    let known_events = known.iter().filter(|(_, y)| *y > 0.5).count();
    let filled = (known_events as f64 / events as f64, (known.len() - known_events) as f64 / stayers as f64);
    const ALMOST_ALL: f64 = 0.95;
    const ALMOST_NONE: f64 = 0.02;
    if (filled.0 > ALMOST_ALL && filled.1 < ALMOST_NONE) || (filled.1 > ALMOST_ALL && filled.0 < ALMOST_NONE) {
        return Some(Leak::Filled(filled.0, filled.1));
    }
    let (score, outcome): (Vec<f64>, Vec<f64>) = known.iter().copied().unzip();
    let auc = auc_delong(&score, &outcome).ok()?.auc;
    if auc.max(1.0 - auc) >= PERFECT_AUC {
        return Some(Leak::Perfect(auc.max(1.0 - auc)));
    }
    let pure = pure_stretch(known, known_events);
    let base = known_events as f64 / score.len() as f64;
    let chance = base.powi(i32::try_from(pure).unwrap_or(i32::MAX));
    let long = pure >= PURE_EVENTS && pure as f64 >= PURE_SHARE * events as f64;
    (long && chance < PURE_CHANCE).then_some(Leak::PureStretch(pure))
}

/// Events at either end of the sorted values before the first stayer; equal values count together.
fn pure_stretch(mut known: Vec<(f64, f64)>, events: usize) -> usize {
    known.sort_by(|a, b| a.0.total_cmp(&b.0));
    let stayer = |pair: &&(f64, f64)| pair.1 < 0.5;
    let (Some(first), Some(last)) = (known.iter().find(stayer), known.iter().rev().find(stayer)) else { return events };
    let below = known.iter().filter(|(v, y)| *v < first.0 && *y > 0.5).count();
    let above = known.iter().filter(|(v, y)| *v > last.0 && *y > 0.5).count();
    below.max(above)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(n: usize) -> Vec<f64> {
        (0..n).map(|i| f64::from(u8::from(i % 4 == 0))).collect()
    }

    #[test]
    fn a_classifiers_output_and_a_late_flag_are_leaks() {
        let y = outcome(400);
        let output: Vec<f64> = y.iter().enumerate().map(|(i, y)| 0.9 * y + 1e-4 * i as f64).collect();
        assert!(matches!(leak(&output, &y), Some(Leak::Perfect(_))));
        let flag: Vec<f64> =
            y.iter().enumerate().map(|(i, y)| if *y > 0.5 && i % 8 == 0 { 1.0 } else { 0.0 }).collect();
        assert_eq!(leak(&flag, &y), Some(Leak::PureStretch(50)));
        let reason: Vec<f64> = y.iter().map(|y| if *y > 0.5 { 3.0 } else { f64::NAN }).collect();
        assert!(matches!(leak(&reason, &y), Some(Leak::Filled(_, _))));
    }

    #[test]
    fn a_strong_kpi_and_a_few_pure_rows_are_none() {
        let y = outcome(400);
        let strong: Vec<f64> = y.iter().enumerate().map(|(i, y)| 0.3 * y + ((i * 37) % 100) as f64 / 60.0).collect();
        assert_eq!(leak(&strong, &y), None);
        let tail: Vec<f64> = y.iter().enumerate().map(|(i, y)| if *y > 0.5 && i < 40 { 1.0 } else { 0.0 }).collect();
        assert_eq!(leak(&tail, &y), None);
    }

    #[test]
    fn thirty_events_without_a_stayer_are_a_leak_and_fewer_are_none() {
        let y = outcome(400);
        let flagged = |n: usize| -> Vec<f64> {
            y.iter().enumerate().map(|(i, y)| if *y > 0.5 && i < 4 * n { 1.0 } else { 0.0 }).collect()
        };
        assert_eq!(leak(&flagged(30), &y), Some(Leak::PureStretch(30)));
        assert_eq!(leak(&flagged(29), &y), None);
        let confidence = |hazard: f64| 1.0 - hazard.powi(i32::try_from(PURE_EVENTS).unwrap());
        assert!(confidence(0.9) > 0.95 && confidence(0.91) < 0.95);
    }
}
