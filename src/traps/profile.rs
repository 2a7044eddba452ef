//! Trap: moves at the event or just before it (late collapse, data export, seats removed).
//!
//! # Detects
//! The slope of the single period t, t - g0, t - g0 - 2 and t - g0 - 4. A lever's effect is there some periods before
//! the decision; a leak is strong in the last period and gone before it.
//!
//! # Why it fools
//! Whoever is about to leave exports data and stops logging in; every model with the last period in it "predicts".
//!
//! # Cannot see
//! Windows that overlap blur the profile; a decision that is covert for longer than the lags examined.
//!
//! # Example
//! ```text
//! months before the event   4    3    2    1    0
//! data exports              0    0    1    9   12
//! ```

use crate::words;

use super::context::{Controls, Copies, TrapContext, push_single};
use super::{Evidence, TestId};

const TESTS: [TestId; 4] = [TestId::AtEvent, TestId::Near, TestId::Near2, TestId::Near4];

/// Lag-gap profile of one KPI.
#[must_use]
pub(super) fn profile(context: &TrapContext<'_>, target: usize) -> Vec<Evidence> {
    let Some(columns) = context.kpis.get(target).and_then(|kpi| kpi.columns.as_ref()) else { return Vec::new() };
    if columns.profile.is_empty() {
        let why = words!(
            en: "one row per customer: nothing is known of earlier periods",
            ja: "顧客ごとに1行なので、過去の期間がわかりません",
        );
        return TESTS.iter().map(|&test| Evidence::not_applicable(test, why.clone())).collect();
    }
    let name = &context.kpis[target].name;
    TESTS
        .iter()
        .zip(&columns.profile)
        .map(|(&test, single)| {
            let mut terms = context.controls(Controls::Adj, target, &Copies::new());
            push_single(&mut terms, name, single);
            context.read(test, &context.fit(terms), name)
        })
        .collect()
}
