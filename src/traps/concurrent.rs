//! Trap: measured while the customer was leaving (last quarter's transactions, a complaint of the last month).
//!
//! # Detects
//! Columns that the study declares so, or that come from the very log whose silence is called leaving; a stretch of values
//! in which nobody left although many should have; and in a snapshot a slope too steep for anything that was known before a
//! decision.
//!
//! # Why it fools
//! Whoever has left does nothing any more. The less somebody did in the year that ends with the departure, the likelier is
//! the departure: nothing predicts better, and nothing could have been done about it.
//!
//! # Cannot see
//! A modest column of a snapshot that was measured in the same window. Ask when each column ends, and say so (`measured`).
//!
//! # Example
//! ```text
//! left                      1    1    0    0    0
//! transactions, this year  12   31   70   88   95     the year in which they left
//! ```

use crate::study::KpiKind;

use super::context::{Controls, Copies, TrapContext, push_single};
use super::foundation::Foundation;

/// Leavers that a stretch without one should have held. With none, the hazard there is below a twentieth of the average
/// with 95 % confidence (3 / 60).
const EXPECTED_LEAVERS: f64 = 60.0;
/// Log-odds per standard deviation, alone and with attributes and reasons, from which a column of a snapshot is not from before the
/// decision: odds ratio 3. Cohen calls 0.8 standard deviations large, and in this scale a shift of d standard deviations
/// between leavers and stayers is a slope of about d.
const TOO_STRONG: f64 = 1.098_612_288_668_109_8;
/// The same, by so many standard errors from nothing.
const TOO_STRONG_Z: f64 = 4.0;

/// Leavers expected beyond the last one at either end of the values, where there are enough. What is ours to decide is left
/// alone: a rule may well keep everybody.
#[must_use]
pub(super) fn no_leaver(context: &TrapContext<'_>, target: usize) -> Option<f64> {
    let kpi = context.kpis.get(target).filter(|kpi| kpi.kind != KpiKind::Action && !kpi.known_before)?;
    expected_beyond(&kpi.columns.as_ref()?.input, &context.sample.y)
}

/// NaN = missing.
fn expected_beyond(values: &[f64], y: &[f64]) -> Option<f64> {
    let known = || values.iter().zip(y).filter(|(v, _)| !v.is_nan());
    let (mut n, mut events, mut lowest, mut highest) = (0_usize, 0_usize, f64::INFINITY, f64::NEG_INFINITY);
    for (v, y) in known() {
        n += 1;
        if *y > 0.5 {
            events += 1;
            lowest = lowest.min(*v);
            highest = highest.max(*v);
        }
    }
    let below = known().filter(|(v, _)| **v < lowest).count();
    let above = known().filter(|(v, _)| **v > highest).count();
    let expected = below.max(above) as f64 * events as f64 / n.max(1) as f64;
    (events > 0 && expected >= EXPECTED_LEAVERS).then_some(expected)
}

/// In a snapshot, a slope that nothing known before a decision has; actions are left alone here too.
#[must_use]
pub(super) fn too_strong(context: &TrapContext<'_>, adj: &Foundation<'_>, target: usize) -> Option<f64> {
    let kpi = context.kpis.get(target).filter(|kpi| kpi.kind != KpiKind::Action && !kpi.known_before)?;
    if !context.snapshot {
        return None;
    }
    let single = &kpi.columns.as_ref()?.smoothed;
    let mut terms = Vec::new();
    push_single(&mut terms, &kpi.name, single);
    let tested = adj.with(terms).ok()?.term(&kpi.name)?;
    let strong = |slope: f64, z: f64| slope.abs() > TOO_STRONG && z.abs() > TOO_STRONG_Z;
    if !strong(tested.estimate, tested.z) {
        return None;
    }
    // An attribute that all but determines the KPI leaves it little spread, and inflates a slope per standard deviation.
    let mut terms = context.controls(Controls::None, target, &Copies::new());
    push_single(&mut terms, &kpi.name, single);
    let alone = context.fit(terms).ok()?.hazard.term(&kpi.name)?;
    strong(alone.estimate, alone.z).then_some(tested.estimate)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every tenth leaves, among the lower `share` of the values only.
    fn rows(n: usize, share: f64) -> (Vec<f64>, Vec<f64>) {
        let value = |i: usize| ((i * 37) % n) as f64;
        let left = |i: usize| value(i) < share * n as f64 && i.is_multiple_of(10);
        ((0..n).map(value).collect(), (0..n).map(|i| f64::from(u8::from(left(i)))).collect())
    }

    #[test]
    fn a_stretch_in_which_nobody_left_needs_sixty_who_should_have() {
        let (values, y) = rows(3001, 0.7);
        assert!(expected_beyond(&values, &y).is_some_and(|expected| (60.0..66.0).contains(&expected)));
        let (values, y) = rows(3001, 0.9);
        assert_eq!(expected_beyond(&values, &y), None);
        let turned: Vec<f64> = rows(3001, 0.7).0.iter().map(|v| -v).collect();
        assert!(expected_beyond(&turned, &rows(3001, 0.7).1).is_some());
        assert_eq!(expected_beyond(&[1.0, f64::NAN], &[0.0, 1.0]), None);
    }
}
