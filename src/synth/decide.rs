//! The decision to leave: a logit of what was true the month before, kept to oneself for one to three months.

use super::catalogue::Kpi;
use super::health::HiddenPath;
use super::market::{Account, Plan, Segment};
use super::rng::{class, stream, uniform};
use super::settings::CompanySettings;

/// Shares of decisions that stay covert for one, two and three months.
const COVERT_SHARES: [f64; 3] = [0.5, 0.35, 0.15];

/// A month in which the account could give notice, and the month that would have caused it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exit {
    /// Month of the notice.
    pub(crate) notice: usize,
    /// Month of the decision, one to three before the notice.
    pub(crate) decided: usize,
    /// Month whose state decides, the one before the decision.
    pub(crate) cause: usize,
}

/// What became of an account.
#[derive(Debug, Clone)]
pub(crate) struct Fate {
    /// Every month in which it could have given notice, up to the one in which it did.
    pub(crate) at_risk: Vec<Exit>,
    /// The decision that was taken, if any.
    pub(crate) left: Option<Exit>,
}

impl Fate {
    /// First month without a row.
    pub(crate) fn end(&self, settings: &CompanySettings) -> usize {
        self.left.map_or(settings.end(), |exit| exit.notice + 1)
    }
}

/// Log-odds that the account decides to give this notice.
///
/// Every slope is per standard deviation of the KPI's true level.
pub(crate) fn log_odds(settings: &CompanySettings, account: &Account, path: &HiddenPath, exit: Exit) -> f64 {
    let level = |kpi| path.level(kpi, exit.cause);
    let usage = match account.plan {
        Plan::Metered => 0.65,
        Plan::Flat | Plan::Seat => -0.55,
    };
    let templates = if exit.notice < settings.product_change() { -0.75 } else { 0.0 };
    let levers = usage * level(Kpi::UsageHours) + templates * level(Kpi::TemplateUses)
        - 0.75 * level(Kpi::AutomationsLive)
        - 0.55 * level(Kpi::ReviewMinutes)
        - 0.50 * level(Kpi::GoalsRecognised)
        + 0.60 * level(Kpi::TicketDays);
    let hidden =
        -0.20 * path.satisfaction(exit.cause) - 0.20 * account.fit + if path.intent(exit.cause) { 1.7 } else { 0.0 };
    let recorded =
        if account.purpose_special { -1.5 } else { 0.0 } + if path.champion_left(exit.cause) { 0.8 } else { 0.0 };
    let contract = if account.annual { 1.25 } else { 0.0 } + if account.in_onboarding(exit.cause) { 0.3 } else { 0.0 }
        - 0.15 * (1.0 + account.tenure(exit.cause) as f64).ln()
        + match account.segment {
            Segment::Enterprise => -0.35,
            Segment::Mid => 0.0,
            Segment::Small => 0.3,
        };
    -3.16 + levers + hidden + recorded + contract + account.manager_effect
}

/// The probability that belongs to these log-odds.
pub(crate) fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// Lives the account through its contract until it gives notice or the months end.
pub(crate) fn fate(settings: &CompanySettings, account: &Account, path: &HiddenPath) -> Fate {
    let mut covert = stream(settings.seed, "covert", account.index);
    let mut draw = stream(settings.seed, "decision", account.index);
    let mut at_risk = Vec::new();
    for notice in account.entry..settings.end() {
        let delay = 1 + class(&mut covert, &COVERT_SHARES);
        let chance = uniform(&mut draw);
        if account.months_to_term_end(notice) > 0 {
            continue;
        }
        // Nobody enters before the burn-in is over, so the cause lies within the simulated months.
        let exit = Exit { notice, decided: notice.saturating_sub(delay), cause: notice.saturating_sub(delay + 1) };
        at_risk.push(exit);
        if chance < probability(log_odds(settings, account, path, exit)) {
            return Fate { at_risk, left: Some(exit) };
        }
    }
    Fate { at_risk, left: None }
}

#[cfg(test)]
mod tests {
    use super::super::{health, market};
    use super::*;

    #[test]
    fn notice_falls_one_to_three_months_after_the_decision_and_only_when_the_term_allows() {
        let settings = CompanySettings { n_accounts: 300, ..CompanySettings::default() };
        let mut delays = [0; 4];
        for index in 0..300 {
            let account = market::account(&settings, index);
            let fate = fate(&settings, &account, &health::path(&settings, &account, None));
            if let Some(exit) = fate.left {
                delays[exit.notice - exit.decided] += 1;
                assert_eq!((account.months_to_term_end(exit.notice), exit.decided - exit.cause), (0, 1));
                assert_eq!(fate.at_risk.last(), Some(&exit));
                assert_eq!(fate.end(&settings), exit.notice + 1);
            }
        }
        assert!(delays[0] == 0 && delays[1] > delays[2] && delays[2] > delays[3] && delays[3] > 0, "{delays:?}");
    }

    #[test]
    fn half_is_the_probability_at_even_odds() {
        assert!((probability(0.0) - 0.5).abs() < 1e-15 && probability(-800.0) >= 0.0 && probability(800.0) <= 1.0);
    }
}
