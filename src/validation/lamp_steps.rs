//! The lamp of one account over time: what it showed after each period, and its episodes.

use crate::health::LampLimits;

use super::lamp::{LampAccount, LampRow, LampSettings};

/// One as-of period with a prediction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    /// Position of the row.
    pub(super) row: usize,
    pub(super) period: i32,
    pub(super) lit: bool,
}

/// A run of lit steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Episode {
    /// Step that lit it.
    pub(super) first: usize,
    /// Last lit step.
    pub(super) last: usize,
}

/// How an episode ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The account left in a window that the lamp spoke of, and there was time to act.
    Right,
    /// It lit when there was no time left to act.
    TooLate,
    /// The account stayed.
    False,
    /// The account could not have left.
    LockedIn,
    /// The window is not over.
    Unresolved,
}

/// States of the lamp after each as-of period that has a prediction and lies before the event; out where the contract cannot
/// be left in the window.
pub(super) fn steps(rows: &[LampRow], at: usize, account: LampAccount, limits: &LampLimits) -> Vec<Step> {
    let mut lit = false;
    let before = |row: &LampRow| account.event.is_none_or(|event| row.period < event);
    rows.iter()
        .enumerate()
        .filter(|(_, row)| row.probability.is_finite() && before(row))
        .map(|(i, row)| {
            lit = row.open && limits.next(lit, row.probability, limits.limit(row.phase, row.value));
            Step { row: at + i, period: row.period, lit }
        })
        .collect()
}

/// Runs of lit steps, in order.
pub(super) fn episodes(steps: &[Step]) -> Vec<Episode> {
    let mut found: Vec<Episode> = Vec::new();
    for (i, _) in steps.iter().enumerate().filter(|(_, step)| step.lit) {
        match found.last_mut() {
            Some(episode) if episode.last + 1 == i => episode.last = i,
            _ => found.push(Episode { first: i, last: i }),
        }
    }
    found
}

/// Whether the lamp was right in this episode; `rows` are those of the account.
pub(super) fn judge(
    episode: Episode,
    steps: &[Step],
    account: LampAccount,
    rows: &[LampRow],
    settings: &LampSettings,
) -> Outcome {
    let (gap, horizon) = (settings.gap.cast_signed(), settings.horizon.cast_signed());
    let (first, last) = (steps[episode.first].period, steps[episode.last].period);
    let end = last + gap + horizon;
    if let Some(event) = account.event {
        if first > event - gap - 1 {
            return Outcome::TooLate;
        }
        if end >= event {
            return Outcome::Right;
        }
    } else if end > account.last_seen {
        return Outcome::Unresolved;
    }
    let open = |row: &LampRow| row.period > first + gap && row.period <= end && row.renewal_in.is_none_or(|r| r <= 0.0);
    if rows.iter().any(open) { Outcome::False } else { Outcome::LockedIn }
}
