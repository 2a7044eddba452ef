//! Churn in the outcome window; unknown where the window is not fully observed.

use crate::units::Horizon;

use super::Panel;

/// Outcome of each row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// 1 = left in the window `t .. t + horizon - 1`, 0 = stayed, `None` = the window is not fully observed.
    pub left: Vec<Option<bool>>,
    /// What was counted on the way.
    pub counts: OutcomeCounts,
}

/// Counts of an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutcomeCounts {
    /// Rows whose window reaches past the end of knowledge.
    pub censored: usize,
}

/// Outcome of each row for a window of `horizon` periods that opens with the row's own period.
///
/// A window that reaches past the last period is censored even if an event was already seen in it: keeping only the
/// events of unfinished windows would make leaving look more frequent at the end.
#[must_use]
pub fn outcome(panel: &Panel, horizon: Horizon) -> Outcome {
    let reach = i32::try_from(horizon.0).unwrap_or(i32::MAX).max(1) - 1;
    let last = panel.periods().last();
    let mut left = vec![None; panel.n_rows()];
    let mut censored = 0;
    for spell in panel.spells() {
        let event_at = spell.clone().find(|&row| panel.event()[row]).map(|row| panel.period()[row]);
        for row in spell {
            let period = panel.period()[row];
            if period.saturating_add(reach) > last {
                censored += 1;
            } else {
                left[row] = Some(event_at.is_some_and(|at| at - period <= reach));
            }
        }
    }
    Outcome { left, counts: OutcomeCounts { censored } }
}
