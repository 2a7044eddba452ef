//! Trap: moves at the event or just before it (late collapse, data export, seats removed).
//!
//! # Detects
//! The slope of the single period t, t - g0 and one, two and three steps before it. A step is two months, or the window
//! that the values sum up where that is longer, so that no two looks share a day. A lever's effect is there some periods
//! before the decision; a leak is strong in the last period and gone before it.
//!
//! # Why it fools
//! Whoever is about to leave exports data and stops logging in; every model with the last period in it "predicts".
//!
//! # Cannot see
//! Trailing sums in a finished panel, whose window nobody declared, blur the profile; a decision that is covert for longer
//! than the lags examined.
//!
//! # Example
//! ```text
//! months before the event   4    3    2    1    0
//! data exports              0    0    1    9   12
//! ```

use crate::design::Single;
use crate::words;

use super::context::{Asked, PART_EVENTS, TrapContext, push_single};
use super::foundation::Foundation;
use super::{Evidence, TestId};

const TESTS: [TestId; 5] = [TestId::AtEvent, TestId::Near, TestId::Near2, TestId::Near4, TestId::Near6];

/// Lag-gap profile of one KPI.
#[must_use]
pub(super) fn profile(context: &TrapContext<'_>, adj: &Foundation<'_>, target: usize) -> Vec<Evidence> {
    let Some(columns) = context.kpis.get(target).and_then(|kpi| kpi.columns.as_ref()) else { return Vec::new() };
    if columns.profile.is_empty() {
        let why = words!(
            en: "one row per customer: nothing is known of earlier periods",
            ja: "顧客ごとに1行なので、過去の期が分かりません",
        );
        return TESTS.iter().map(|&test| Evidence::not_applicable(test, why.clone())).collect();
    }
    let name = &context.kpis[target].name;
    let looks: Vec<(TestId, &Single, usize)> = TESTS
        .into_iter()
        .zip(&columns.profile)
        .filter(|(test, _)| context.asked != Asked::ForRules || *test != TestId::Near6)
        .map(|(test, single)| {
            let known =
                |(i, y): (usize, &f64)| *y > 0.5 && single.missing.as_ref().is_none_or(|missing| missing[i] < 0.5);
            (test, single, context.sample.y.iter().enumerate().filter(|&(i, y)| known((i, y))).count())
        })
        .collect();
    let asked = looks.iter().filter(|(.., events)| *events >= PART_EVENTS).map(|(_, single, _)| {
        let mut terms = Vec::new();
        push_single(&mut terms, name, single);
        terms
    });
    let mut fits = adj.with_each(asked.collect()).into_iter().peekable();
    let found = looks.iter().map(|&(test, _, events)| match fits.next_if(|_| events >= PART_EVENTS) {
        Some(fit) => context.read(test, &fit, name),
        None => Evidence::not_applicable(
            test,
            words!(
                en: "its value is known for only {events} of those who left, in a period that they lived through",
                ja: "離反した顧客のうち、その期の値が最後まで揃うのは{events}件だけです",
            ),
        ),
    });
    found.collect()
}
