//! Columns whose values are levels, so that numbers in them are codes.

use super::{KpiSpec, Roles};

/// Columns that are used as levels and as nothing else.
#[must_use]
pub fn level_columns<'s>(roles: &'s Roles, kpis: &'s [KpiSpec]) -> Vec<&'s str> {
    let single = [&roles.price, &roles.tenure, &roles.notice, &roles.notice_periods, &roles.renewal_in];
    let more = [&roles.disclosed_risk, &roles.weight, &roles.incumbent];
    let quantities: Vec<&str> = single
        .into_iter()
        .chain(more)
        .flatten()
        .chain(roles.reasons.iter().chain(&roles.controls))
        .map(String::as_str)
        .chain(kpis.iter().map(KpiSpec::column))
        .chain(kpis.iter().filter_map(|kpi| kpi.programme.as_ref()).map(|programme| programme.column.as_str()))
        .collect();
    let single = roles.billing.iter().chain(&roles.term).chain(&roles.phase).chain(&roles.owner);
    roles.segment.iter().chain(single).map(String::as_str).filter(|column| !quantities.contains(column)).collect()
}
