//! Trap: one of many signs of the same hidden health.
//!
//! # Detects
//! How much of the smoothed KPI, and of its change, the attributes and the other KPIs explain: R squared of a least-squares
//! fit. A lever that moves on its own says something that no other KPI says.
//!
//! # Why it fools
//! Whoever is content logs in, answers, calls and stays; each of these predicts, none of them does it.
//!
//! # Cannot see
//! Health that shows in this KPI alone.
//!
//! # Example
//! ```text
//! month      1  2  3  4
//! logins     9  7  4  2
//! mood       8  7  5  3
//! replies    6  5  3  1
//! ```

use crate::stats::alias::find_aliased;
use crate::stats::matrix::Matrix;
use crate::stats::moments;
use crate::stats::ols::fit_ols;

use super::context::{Controls, Copies, TrapContext};
use super::{Evidence, Measured, TestId};

/// R squared of the smoothed KPI and of its change on everything else.
#[must_use]
pub(super) fn shared(context: &TrapContext<'_>, target: usize, copies: &Copies) -> Vec<Evidence> {
    let Some(columns) = context.kpis.get(target).and_then(|kpi| kpi.columns.as_ref()) else { return Vec::new() };
    let controls = context.controls(Controls::Full, target, copies);
    let level: Vec<&[f64]> = controls.iter().map(|(_, column)| *column).collect();
    let changes: Vec<&[f64]> = std::iter::once(context.intercept.as_slice())
        .chain(
            context
                .kpis
                .iter()
                .enumerate()
                .filter(|(other, kpi)| {
                    *other != target && !kpi.leaky && !copies[target].iter().any(|(copy, _)| copy == other)
                })
                .filter_map(|(_, kpi)| kpi.columns.as_ref()?.change.as_deref()),
        )
        .collect();
    let measured = |test, r2| {
        Evidence::measured(
            test,
            Measured {
                estimate: r2,
                std_error: None,
                p: None,
                n_rows: context.sample.n_rows(),
                n_events: context.sample.n_events(),
            },
        )
    };
    let whole = r_squared(level, &columns.smoothed.z).map(|r2| measured(TestId::Shared, r2));
    let change = columns.change.as_ref().and_then(|change| r_squared(changes, change));
    whole.into_iter().chain(change.map(|r2| measured(TestId::SharedChange, r2))).collect()
}

fn r_squared(x: Vec<&[f64]>, y: &[f64]) -> Option<f64> {
    let all = Matrix::new(x).ok()?;
    let x = all.select(&find_aliased(&all).kept);
    let fit = fit_ols(&x, y).ok()?;
    let rest: f64 = fit.residual.iter().map(|r| r * r).sum();
    let mean = moments::mean(y);
    let whole: f64 = y.iter().map(|y| (y - mean).powi(2)).sum();
    (whole > 0.0).then(|| 1.0 - rest / whole)
}
