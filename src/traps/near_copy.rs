//! Trap: two names for one thing.
//!
//! # Detects
//! Correlation above 0.85 between KPIs on the scale of the models, and the slope of each beside the other in one model: what
//! a copy adds of its own is noise, so the one that keeps its slope speaks for the group.
//!
//! # Why it fools
//! Near-copies share the effect between them: each looks weak, or one looks strong and the other harmful, by chance.
//!
//! # Cannot see
//! Which copy is the cause, where both are equally exact.
//!
//! # Example
//! ```text
//! automations live   2  3  5  8  9
//! automation runs   21 28 55 80 88
//! ```

use crate::stats::moments::correlation;

use super::context::{Copies, TrapContext, push_single};
use super::foundation::Foundation;
use super::{Evidence, Measured, TestId};

/// Correlation from which two KPIs are one.
pub const NEAR_COPY: f64 = 0.85;

/// For each KPI the others that are near-copies of it, with the correlation.
#[must_use]
pub(super) fn near_copies(context: &TrapContext<'_>) -> Copies {
    let z = |index: usize| context.kpis[index].columns.as_ref().map(|c| c.smoothed.z.as_slice());
    let n = context.kpis.len();
    let mut copies = vec![Vec::new(); n];
    for a in 0..n {
        for b in (0..n).filter(|&b| b > a) {
            if let (Some(first), Some(second)) = (z(a), z(b)) {
                let r = correlation(first, second);
                if r.abs() > NEAR_COPY {
                    copies[a].push((b, r));
                    copies[b].push((a, r));
                }
            }
        }
    }
    copies
}

/// The correlations, and the slopes beside each copy.
#[must_use]
pub(super) fn evidence(
    context: &TrapContext<'_>,
    adj: &Foundation<'_>,
    target: usize,
    copies: &Copies,
) -> Vec<Evidence> {
    let name = &context.kpis[target].name;
    let mut found = Vec::new();
    for &(other, r) in &copies[target] {
        let measured = Measured {
            estimate: r,
            std_error: None,
            p: None,
            n_rows: context.sample.n_rows(),
            n_events: context.sample.n_events(),
        };
        let copy = &context.kpis[other].name;
        found.push(Evidence::measured(TestId::NearCopy, measured).of(copy));
        if let (Some(own), Some(theirs)) = (&context.kpis[target].columns, &context.kpis[other].columns) {
            let mut terms = Vec::new();
            push_single(&mut terms, copy, &theirs.smoothed);
            push_single(&mut terms, name, &own.smoothed);
            found.push(context.read(TestId::BesideCopy, &adj.with(terms), name).of(copy));
        }
    }
    found
}
