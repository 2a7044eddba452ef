//! The lamp of one account, once it is known whether its probability lights it.

use fuellamp_score::Weights;

use crate::words;
use crate::words::Words;

use super::{AccountScore, LampActionRecord};

/// What is known of the lamp of one account.
#[derive(Debug, Clone)]
pub struct LampState<'a> {
    /// Its probability lights it.
    pub lit: bool,
    /// As-of period from which it has done so, or not, without a break.
    pub since: Option<String>,
    /// What is done about it, and by whom.
    pub action: Option<&'a LampActionRecord>,
    /// Nobody answers for any lamp.
    pub refused: bool,
    /// Whether acting is expected to save more than it costs.
    pub worth_acting: Option<bool>,
}

/// How many active accounts are lit, and how many are not although they are over the limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LampCounts {
    /// Lit.
    pub lit: usize,
    /// Over the limit, and none of their reasons has an action with an owner.
    pub without_action: usize,
    /// In a band that asks for action on which acting does not pay.
    pub leave_alone: usize,
}

impl LampCounts {
    /// Sets the lamp of an account and counts it. A lamp that nobody answers for is off, and has no date of its own.
    pub fn set(&mut self, account: &mut AccountScore, state: LampState<'_>, weights: &Weights) {
        let LampState { lit, since, action, refused, worth_acting } = state;
        let on = lit && action.is_some();
        self.lit += usize::from(on);
        self.without_action += usize::from(lit && action.is_none() && !refused);
        account.lamp = if on { "on" } else { "off" }.to_owned();
        account.since = since.filter(|_| on == lit && !refused);
        account.lamp_action = action.filter(|_| on).cloned();
        if let Some(action) = &account.lamp_action {
            account.action = Words::same(&action.name);
        }
        account.worth_acting = worth_acting;
        let calm = weights.bands.iter().all(|band| band.name != account.band || band.at_least <= 0.0);
        if worth_acting == Some(false) && !calm && !on {
            account.action = leave_alone();
            self.leave_alone += 1;
        }
    }
}

/// Action for an account on which acting costs more than it is expected to save.
fn leave_alone() -> Words {
    words!(
        en: "leave alone: acting costs more than it is expected to save",
        ja: "対応しない（対応の費用が、見込まれる効果を上回ります）",
    )
}
