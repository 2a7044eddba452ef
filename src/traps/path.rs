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

use crate::stats::equivalence::tost;
use crate::words::Words;

use super::context::{Controls, Copies, TrapContext, push_single};
use super::foundation::{Fitted, Foundation};
use super::{Dossier, Evidence, Measured, TestId};

/// Odds ratio per standard deviation of the smallest effect worth acting on (1.3), as log-odds.
pub const SMALLEST_EFFECT: f64 = 0.26;

/// Models that the path of every KPI begins with or ends at.
#[derive(Debug)]
pub(super) struct Ends<'a> {
    /// With attributes.
    stat: Foundation<'a>,
    /// With all KPIs but leaky ones.
    pub(super) full: Result<Fitted<'a>, Words>,
}

impl<'a> Ends<'a> {
    pub(super) fn new(context: &'a TrapContext<'_>) -> Self {
        let stat = Foundation::new(context, context.controls(Controls::Stat, usize::MAX, &Copies::new()));
        Self { stat, full: context.fit(context.controls(Controls::Full, usize::MAX, &Copies::new())) }
    }

    /// The full model of a KPI that every other one is given in: the same for all of them.
    fn full(&self, context: &TrapContext<'_>, target: usize, copies: &Copies) -> Option<&Fitted<'a>> {
        let own = context.kpis[target].leaky || !copies[target].is_empty();
        // Where columns determine each other it matters which of them comes last.
        self.full.as_ref().ok().filter(|fit| !own && fit.hazard.aliased.is_empty())
    }
}

/// The path from the raw to the full slope, and the equivalence test of the full one.
#[must_use]
pub(super) fn path(
    context: &TrapContext<'_>,
    ends: &Ends<'_>,
    adj: &Foundation<'_>,
    target: usize,
    copies: &Copies,
) -> Vec<Evidence> {
    let Some(columns) = context.kpis.get(target).and_then(|kpi| kpi.columns.as_ref()) else {
        return Vec::new();
    };
    let name = &context.kpis[target].name;
    let own = || {
        let mut terms = Vec::new();
        push_single(&mut terms, name, &columns.smoothed);
        terms
    };
    let beside = |controls| [context.controls(controls, target, copies), own()].concat();
    let mut found = vec![
        context.read(TestId::Raw, &context.fit(beside(Controls::None)), name),
        context.read(TestId::Stat, &ends.stat.anew(own()), name),
        context.read(TestId::Adj, &adj.anew(own()), name),
    ];
    let full = match ends.full(context, target, copies) {
        Some(shared) => context.read(TestId::Full, &Ok(shared), name),
        None => context.read(TestId::Full, &context.fit(beside(Controls::Full)), name),
    };
    let equivalence = Dossier(std::slice::from_ref(&full)).get(TestId::Full).and_then(|slope| {
        let test = tost(slope.estimate, slope.std_error?, SMALLEST_EFFECT);
        let measured = Measured { p: Some(test.p), ..*slope };
        Some(Evidence::measured(TestId::Equivalence, measured).moved_by(full.influence.clone()))
    });
    found.push(full);
    found.extend(equivalence);
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
    let mut found = Vec::new();
    for (index, other) in context.kpis.iter().enumerate() {
        let near_copy = copies[target].iter().any(|(copy, _)| *copy == index);
        let (false, Some(theirs)) = (index == target || other.leaky || near_copy, &other.columns) else { continue };
        let mut terms = Vec::new();
        push_single(&mut terms, &other.name, &theirs.smoothed);
        push_single(&mut terms, name, &columns.smoothed);
        let fit = adj.with(terms);
        // Only a KPI that itself speaks given this one can carry its effect.
        const SPEAKS: f64 = 3.0;
        if let Ok(fitted) = &fit
            && fitted.term(&other.name).is_some_and(|t| t.z.abs() > SPEAKS)
        {
            found.push(context.read(TestId::Mediator, &fit, name).of(&other.name));
        }
    }
    found
}
