//! Trap: who has it differs, not what it does (selection, segment, bought for the feature).
//!
//! # Detects
//! The slope alone, with account attributes, with recorded reasons, with the other KPIs. An association that one of
//! these steps explains away belongs to what was added there.
//!
//! # Why it fools
//! Large customers use the special feature and stay; selling it to small ones keeps none of them.
//!
//! # Cannot see
//! What nobody recorded. The E-value says how strong such a cause would have to be.
//!
//! # Example
//! ```text
//! segment       large  large  small  small  small
//! feature used      1      1      0      0      1
//! left              0      0      1      0      1
//! ```

use crate::design::KpiColumns;
use crate::stats::equivalence::tost;
use crate::stats::wald::WaldTerm;

use super::context::{Controls, Copies, KpiEntry, TrapContext, push_single};
use super::everything::Everything;
use super::foundation::{Foundation, Slopes, Tested};
use super::{Evidence, Measured, TestId};

/// Odds ratio per standard deviation of the smallest effect worth acting on (1.3), as log-odds.
pub const SMALLEST_EFFECT: f64 = 0.26;

/// The path from the raw to the full slope, and the equivalence test of the full one.
#[must_use]
pub(super) fn path(
    context: &TrapContext<'_>,
    models: (&Foundation<'_>, &Foundation<'_>, Option<&Everything<'_>>),
    target: usize,
    copies: &Copies,
) -> Vec<Evidence> {
    let Some(columns) = context.kpis.get(target).and_then(|kpi| kpi.columns.as_ref()) else {
        return Vec::new();
    };
    let name = &context.kpis[target].name;
    let steps = [
        (TestId::Raw, Controls::None),
        (TestId::Stat, Controls::Stat),
        (TestId::Adj, Controls::Adj),
        (TestId::Full, Controls::Full),
    ];
    let mut found = Vec::new();
    let (stat, adj, everything) = models;
    let mut full: Option<WaldTerm> = None;
    for (test, controls) in steps {
        let mut own = Vec::new();
        push_single(&mut own, name, &columns.smoothed);
        let near = match controls {
            Controls::Stat => stat.near(&own),
            Controls::Adj => adj.near(&own),
            Controls::None | Controls::Full => None,
        };
        let mut terms = context.controls(controls, target, copies);
        terms.extend(own);
        let own;
        let fit = match everything.and_then(|everything| everything.of(terms.clone())) {
            Some(fit) => Ok(fit),
            None => {
                own = context.fit_from(terms, near.as_ref());
                own.as_ref().map_err(Clone::clone)
            }
        };
        found.push(context.read(test, &fit, name));
        full = fit.ok().and_then(|fit| fit.tested(name));
    }
    // The full slope's own: it was read last.
    let influence = found.last().and_then(|full| full.influence.clone());
    found.extend(full.map(|term| {
        let test = tost(term.estimate, term.std_error, SMALLEST_EFFECT);
        let measured = Measured { p: Some(test.p), ..context.measured(&term) };
        Evidence::measured(TestId::Equivalence, measured).moved_by(influence)
    }));
    found
}

/// Trap: an earlier step whose effect runs through a later KPI (use without results). The slope with attributes and
/// reasons, given one other KPI at a time; the estimate is the slope that is left, the slice names the other KPI.
#[must_use]
pub(super) fn mediators(
    context: &TrapContext<'_>,
    adj: &Foundation<'_>,
    target: usize,
    copies: &Copies,
) -> Vec<Evidence> {
    let Some(columns) = context.kpis.get(target).and_then(|kpi| kpi.columns.as_ref()) else { return Vec::new() };
    let name = &context.kpis[target].name;
    let others: Vec<(&KpiEntry, &KpiColumns)> = context
        .kpis
        .iter()
        .enumerate()
        .filter(|(index, _)| {
            let near_copy = copies[target].iter().any(|(copy, _)| copy == index);
            *index != target && !context.is_leaky(*index) && !near_copy
        })
        .filter_map(|(_, other)| Some((other, other.columns.as_ref()?)))
        .collect();
    let asked = others.iter().map(|(other, theirs)| {
        let mut terms = Vec::new();
        push_single(&mut terms, &other.name, &theirs.smoothed);
        push_single(&mut terms, name, &columns.smoothed);
        terms
    });
    let fits = adj.with_each(asked.collect());
    // Only a KPI that itself speaks given this one can carry its effect.
    const SPEAKS: f64 = 3.0;
    let speaks = |fit: &Slopes, other: &str| fit.term(other).is_some_and(|t| t.z.abs() > SPEAKS);
    let found =
        others.iter().zip(&fits).filter(|((other, _), fit)| fit.as_ref().is_ok_and(|fit| speaks(fit, &other.name)));
    found.map(|((other, _), fit)| context.read(TestId::Mediator, fit, name).of(&other.name)).collect()
}
