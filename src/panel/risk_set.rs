//! Who can leave: rows in which the contract can be left, and rows of an event.

use super::{Flag, Panel, PanelError};

/// Rows in which the account could leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskSet {
    /// Whether each row is at risk.
    pub at_risk: Vec<bool>,
    /// Rows in which the contract could not be left.
    pub locked_in: usize,
}

/// Risk set of a panel: a row is in it when the contract can be left in its period (`renewal_in` = 0 or unknown) or
/// when it carries the event. Rows in which nobody can leave are structural zeros: kept in a fit, they would bring
/// separation and wrong term effects.
///
/// # Errors
/// [`PanelError`] where the `renewal_in` column is absent or not numeric.
pub fn risk_set(panel: &Panel, renewal_in: Option<&str>) -> Result<RiskSet, PanelError> {
    let mut at_risk = vec![true; panel.n_rows()];
    if let Some(column) = renewal_in {
        for (row, periods) in panel.numbers(column)?.into_iter().enumerate() {
            at_risk[row] = panel.event()[row] || periods.is_nan() || periods <= 0.0;
        }
    }
    let locked_in = at_risk.iter().filter(|&&here| !here).count();
    Ok(RiskSet { at_risk, locked_in })
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
