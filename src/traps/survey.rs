//! Trap: a survey that no longer says anything (always "no problem"), while silence does.
//!
//! # Detects
//! Sparse replies of which the two top answers are more than 90 %; and whether "no answer lately" predicts.
//!
//! # Why it fools
//! Whoever is unhappy has stopped answering; the average stays at nine of ten until the end.
//!
//! # Cannot see
//! Whether those who do not answer are unhappy, where silence has no history.
//!
//! # Example
//! ```text
//! month        1  2  3  4  5
//! answer       9  -  -  10 -
//! left         0  0  0  0  1
//! ```

use crate::panel::Panel;
use crate::study::KpiKind;
use crate::units::TermName;

use super::context::TrapContext;
use super::foundation::Foundation;
use super::{Evidence, Measured, TestId};

/// A survey is sparse from this share of missing replies.
pub(super) const SPARSE: f64 = 0.4;
/// Periods without an answer that count as silence.
const SILENT: u32 = 6;

/// Ceiling and silence of a perception KPI; nothing for others.
#[must_use]
pub(super) fn survey(context: &TrapContext<'_>, adj: &Foundation<'_>, panel: &Panel, target: usize) -> Vec<Evidence> {
    let Some(kpi) = context.kpis.get(target).filter(|kpi| kpi.kind == KpiKind::Perception) else { return Vec::new() };
    let replies: Vec<f64> = kpi.values.iter().copied().filter(|v| !v.is_nan()).collect();
    let missing = kpi.values.len() - replies.len();
    if (missing as f64) < SPARSE * kpi.values.len() as f64 || replies.is_empty() {
        return Vec::new();
    }
    let mut found = vec![Evidence::measured(
        TestId::Ceiling,
        Measured {
            estimate: top_two_share(&replies),
            std_error: None,
            p: None,
            n_rows: replies.len(),
            n_events: context.sample.n_events(),
        },
    )];
    if context.snapshot {
        return found;
    }
    let known: Vec<f64> = kpi.values.iter().map(|v| if v.is_nan() { 0.0 } else { 1.0 }).collect();
    let answered = panel.window_mean(&known, SILENT);
    let silent: Vec<f64> = context
        .sample
        .rows
        .iter()
        .map(|&row| panel.row_before(row, 1).map_or(0.0, |past| if answered[past] > 0.0 { 0.0 } else { 1.0 }))
        .collect();
    let name = format!("{}[silent]", kpi.name);
    let terms = vec![(TermName::new(name.clone()), silent.as_slice())];
    found.push(context.read(TestId::Silent, &adj.with(terms), &name));
    found
}

/// Share of the replies that give one of the two highest answers.
fn top_two_share(replies: &[f64]) -> f64 {
    let mut answers = replies.to_vec();
    answers.sort_by(|a, b| b.total_cmp(a));
    answers.dedup();
    let second = answers.get(1).or(answers.first()).copied().unwrap_or(f64::NAN);
    replies.iter().filter(|&&r| r >= second).count() as f64 / replies.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_top_answers_are_counted_whatever_the_scale() {
        assert!((top_two_share(&[9.0, 10.0, 10.0, 3.0]) - 0.75).abs() < 1e-15);
        assert!((top_two_share(&[5.0]) - 1.0).abs() < 1e-15);
    }
}
