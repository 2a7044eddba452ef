//! Who can leave: rows in which the contract can be left, and rows of an event.

use super::{Flag, Lags, Panel, PanelError};

/// Rows in which the account could leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskSet {
    /// Whether each row is at risk.
    pub at_risk: Vec<bool>,
    /// Rows in which the contract could not be left.
    pub locked_in: usize,
}

/// Columns that say when a contract can be left.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terms<'a> {
    /// Column of the periods until the term ends, 0 in its last period and in contracts without a term.
    pub renewal_in: Option<&'a str>,
    /// Column of the periods before the end at which notice falls due, where the event is a recorded notice.
    pub notice_due: Option<&'a str>,
}

/// Risk set of a panel: a row is in it when the contract can be left in its period (in the last period of a term, or where
/// notices are recorded in the period in which notice falls due; in any period without a term or where nothing is known)
/// or when it carries the event. Rows in which nobody can leave are structural zeros: kept in a fit, they would bring
/// separation and wrong term effects.
///
/// # Errors
/// [`PanelError`] where one of the columns is absent or not numeric.
pub fn risk_set(panel: &Panel, terms: Terms<'_>) -> Result<RiskSet, PanelError> {
    let mut at_risk = vec![true; panel.n_rows()];
    if let Some(column) = terms.renewal_in {
        let left = panel.numbers(column)?;
        let due = terms.notice_due.map(|column| panel.numbers(column)).transpose()?;
        let mut longest = vec![0.0_f64; panel.n_rows()];
        for spell in panel.spells() {
            let most = spell.clone().map(|row| left[row]).fold(0.0, f64::max);
            longest[spell].fill(most);
        }
        for (row, &periods) in left.iter().enumerate() {
            // A term shorter than its notice can be left from its beginning.
            let due = due.as_ref().map_or(0.0, |due| due[row].round().max(0.0).min(longest[row]));
            // The last periods of a term come after longer ones; a contract without a term is at 0 always.
            let fixed = periods > 0.0 || panel.row_before(row, 1).is_some_and(|before| left[before] > 0.0);
            let can_leave = if fixed && due > 0.0 { (periods - due).abs() < 0.5 } else { periods <= 0.0 };
            at_risk[row] = panel.event()[row] || periods.is_nan() || can_leave;
        }
    }
    let locked_in = at_risk.iter().filter(|&&here| !here).count();
    Ok(RiskSet { at_risk, locked_in })
}

/// When a contract with a fixed term can be left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Chance {
    /// Periods to the next period in which it can be left; at least 1.
    next: u32,
    /// Periods from that one to the one after, the longest term of the account taken.
    term: u32,
}

impl Chance {
    /// Periods that must go by until one of the periods `first` to `last` ahead is one in which the contract can be left.
    fn wait(self, first: u32, last: u32) -> u32 {
        let missed = first.saturating_sub(self.next).div_ceil(self.term.max(1));
        self.next.saturating_add(missed.saturating_mul(self.term)).saturating_sub(last)
    }
}

/// Periods that must go by after each row until its outcome window (`lags.periods` ahead, `horizon` periods long) holds one in
/// which the contract can be left, as the terms stand in that row: 0 where it does, where there is no term, and where nothing is
/// known. For the rows of the model it is 0, unless terms changed between a row and its window.
///
/// # Errors
/// [`PanelError`] where one of the columns is absent or not numeric.
pub fn waits(panel: &Panel, terms: Terms<'_>, lags: &Lags, horizon: u32) -> Result<Vec<u32>, PanelError> {
    let mut waits = vec![0; panel.n_rows()];
    let Some(column) = terms.renewal_in else { return Ok(waits) };
    let left = panel.numbers(column)?;
    let due = terms.notice_due.map(|column| panel.numbers(column)).transpose()?;
    for spell in panel.spells() {
        let longest = spell.clone().map(|row| left[row]).fold(0.0, f64::max);
        for row in spell {
            let periods = left[row];
            let fixed = periods > 0.0 || panel.row_before(row, 1).is_some_and(|before| left[before] > 0.0);
            if !fixed || periods.is_nan() {
                continue;
            }
            let due = due.as_ref().map_or(0.0, |due| due[row].round().max(0.0).min(longest));
            let (ahead, term) = ((periods - due).round(), longest.round() + 1.0);
            let next = if ahead >= 1.0 { ahead } else { ahead + term };
            let whole = |x: f64| x.clamp(1.0, 1e6) as u32;
            let first = lags.periods[row];
            waits[row] = Chance { next: whole(next), term: whole(term) }
                .wait(first, first.saturating_add(horizon).saturating_sub(1));
        }
    }
    Ok(waits)
}

/// Position of the event in one account's rows, from the recorded notice where there is one.
///
/// The event is the start of the last run of notices that no renewal follows: a notice after which the account goes on
/// as a customer without one is withdrawn, unless the account leaves later on.
pub(super) fn event_position(left: &[bool], notice: Option<&[Flag]>) -> Option<usize> {
    let left_at = left.iter().position(|&l| l);
    let Some(notice) = notice else { return left_at };
    let end = left_at.map_or(left.len(), |at| at + 1);
    let last_notice = notice[..end].iter().rposition(|&n| n == Flag::Yes);
    match (last_notice, left_at) {
        (Some(last), _) if left_at.is_some() || last + 1 == left.len() => {
            let run = notice[..=last].iter().rev().take_while(|&&n| n == Flag::Yes).count();
            Some(last + 1 - run)
        }
        _ => left_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(text: &str) -> Vec<Flag> {
        text.chars().map(|c| if c == '1' { Flag::Yes } else { Flag::No }).collect()
    }

    fn at(left: &str, notice: &str) -> Option<usize> {
        let left: Vec<bool> = left.chars().map(|c| c == '1').collect();
        event_position(&left, Some(&flags(notice)))
    }

    #[test]
    fn a_window_waits_for_the_next_chance_that_it_can_hold() {
        let annual = |next| Chance { next, term: 12 };
        assert_eq!([1, 2, 12].map(|next| annual(next).wait(1, 1)), [0, 1, 11]);
        assert_eq!(annual(2).wait(1, 3), 0, "a window of three periods");
        // Time to act: the chance in the next period is lost, the one a year later counts.
        assert_eq!([1, 2, 3, 4].map(|next| annual(next).wait(3, 3)), [10, 11, 0, 1]);
        assert_eq!(Chance { next: 1, term: 1 }.wait(4, 4), 0, "a term of one period");
    }

    #[test]
    fn the_notice_is_the_event_and_a_withdrawn_one_is_not() {
        assert_eq!(at("00001", "00100"), Some(2), "one month marked, left two months later");
        assert_eq!(at("00001", "00111"), Some(2), "marked from the notice on");
        assert_eq!(at("00000", "00011"), Some(3), "notice given, end not yet reached");
        assert_eq!(at("00000", "01100"), None, "withdrawn");
        assert_eq!(at("00001", "00000"), Some(4), "no notice recorded");
        assert_eq!(at("000001", "110010"), Some(4), "withdrawn once, given again");
        assert_eq!(event_position(&[false, true], None), Some(1));
    }
}
