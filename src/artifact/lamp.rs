//! The fuel lamp: where it lights, who acts, and what it would have done.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::words::Words;

use super::LampCounts;

/// The lamp of a study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LampRecord {
    /// Probability from which it lights (of the account of typical value, where costs are stated).
    pub red: f64,
    /// Probability from which it may light whatever the account is worth; 0 where costs alone decide. Absent in artifacts of
    /// earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<f64>,
    /// Probability below which it goes out again.
    pub clear_below: f64,
    /// Share by which the probability must fall below the limit.
    pub clear_margin: f64,
    /// The condition for going out, in words.
    pub clear: Words,
    /// Where the limit comes from.
    pub limit_source: Words,
    /// What acting costs and saves, where the study says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub costs: Option<LampCostRecord>,
    /// Whether the limits differ by lifecycle phase; absent where the study names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phases: Option<LampPhaseRecord>,
    /// The action of every lit lamp; absent where it is that of the account's first reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<LampActionRecord>,
    /// Without one action for all: those of the KPIs in the score, by input column.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub actions: BTreeMap<String, LampActionRecord>,
    /// Why nobody's lamp is lit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<LampRefusal>,
    /// Active accounts whose lamp is lit.
    pub n_lit: usize,
    /// Active accounts over the limit whose lamp is not lit, because none of their reasons has an action with an owner.
    pub n_without_action: usize,
    /// Active accounts in a band that asks for action on which acting does not pay.
    pub n_leave_alone: usize,
    /// What it would have done on accounts that the score had not seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backtest: Option<LampBacktestRecord>,
    /// Why that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_backtest: Option<Words>,
}

impl LampRecord {
    /// Takes the counts of the active accounts.
    pub fn count(&mut self, counts: LampCounts) {
        (self.n_lit, self.n_without_action, self.n_leave_alone) =
            (counts.lit, counts.without_action, counts.leave_alone);
    }
}

/// Act where `p · saves · value > cost_of_action`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LampCostRecord {
    /// Cost of acting on one account.
    pub cost_of_action: f64,
    /// Share of those who would leave that the action keeps.
    pub saves: f64,
    /// Stated value of every account; absent = revenue per period times `value_periods`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Periods of revenue that a kept account is worth.
    pub value_periods: f64,
    /// Probability from which acting pays for the account of median value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_even: Option<f64>,
}

/// Limits by lifecycle phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LampPhaseRecord {
    /// Column of the phase.
    pub column: String,
    /// Whether the phases have limits of their own.
    pub differs: bool,
    /// Likelihood-ratio statistic; absent where the phases were not tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chi2: Option<f64>,
    /// Degrees of freedom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub df: Option<usize>,
    /// Its p.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
    /// Phases with their events and limits.
    pub phases: Vec<PhaseLimitRecord>,
    /// Why so, in words.
    pub why: Words,
}

/// The limit of one phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhaseLimitRecord {
    /// Name of the phase.
    pub phase: String,
    /// Events with a held-out prediction.
    pub n_events: usize,
    /// Probability from which the lamp lights.
    pub red: f64,
}

/// What is done about a lit lamp, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LampActionRecord {
    /// What is done.
    pub name: String,
    /// Who does it.
    pub owner: String,
    /// Where the steps are written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playbook: Option<String>,
}

/// Why there is no lamp.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LampRefusal {
    /// What is missing.
    pub what: Words,
    /// What to add.
    pub help: Words,
}

/// A share with its 95 % interval, clustered by account.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ShareRecord {
    /// `n / of`.
    pub share: f64,
    /// Lower end.
    pub ci_low: f64,
    /// Upper end.
    pub ci_high: f64,
    /// Count or revenue with the property.
    pub n: f64,
    /// Count or revenue in all.
    pub of: f64,
}

/// How early, in periods.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeadRecord {
    /// How many.
    pub n: usize,
    /// First quartile.
    pub q25: f64,
    /// Median.
    pub median: f64,
    /// Third quartile.
    pub q75: f64,
    /// Earliest.
    pub max: u32,
    /// Periods and how many, ascending.
    pub histogram: Vec<(u32, usize)>,
}

/// How the lamp went out in the period after a lit one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WentOutRecord {
    /// Lit periods with a logged action, without one; absent = all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acted: Option<bool>,
    /// Lit periods after which it went out.
    pub out: ShareRecord,
    /// Of those, the account stayed through the outcome window that followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stayed: Option<ShareRecord>,
}

/// An account that left, could have been seen, and was not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MissRecord {
    /// Account as written in the data.
    pub account: String,
    /// Period in which it left.
    pub period: String,
    /// Held-out probability at the last as-of period in time.
    pub probability: f64,
    /// Its band then.
    pub band: String,
    /// `never_lit`, `went_out` or `too_late`.
    pub history: String,
    /// Its revenue per period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revenue: Option<f64>,
}

/// Accounts in one as-of period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadRecord {
    /// The period.
    pub period: String,
    /// With a held-out prediction.
    pub active: usize,
    /// Lit.
    pub lit: usize,
    /// Of these, lit in this period; none in the first of all, before which nothing is known.
    pub newly_lit: usize,
}

/// The lamp replayed over held-out predictions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LampBacktestRecord {
    /// Accounts.
    pub n_accounts: usize,
    /// Account-periods.
    pub n_rows: usize,
    /// Periods an account must stay after the lamp for it to have been false.
    pub horizon: u32,
    /// Whole periods needed to act.
    pub gap: u32,
    /// Events that a prediction could have announced.
    pub n_events: usize,
    /// Events before the first prediction.
    pub n_untested: usize,
    /// Events of accounts that left too early, or inside the gap.
    pub n_too_early: usize,
    /// Events with a prediction in time.
    pub foreseeable: Option<ShareRecord>,
    /// The same in revenue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foreseeable_revenue: Option<ShareRecord>,
    /// Events whose lamp was lit in time.
    pub caught: Option<ShareRecord>,
    /// The same in revenue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caught_revenue: Option<ShareRecord>,
    /// Periods from lighting to the event.
    pub before_churn: Option<LeadRecord>,
    /// Periods from lighting to when the contract could be left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_renewal: Option<LeadRecord>,
    /// Lit episodes.
    pub n_episodes: usize,
    /// Of these, the window is not over.
    pub n_unresolved: usize,
    /// Of these, the account could not have left.
    pub n_locked_in: usize,
    /// Of these, lit when there was no time left to act.
    pub n_too_late: usize,
    /// Episodes in which the account stayed, of the others.
    pub false_share: Option<ShareRecord>,
    /// The same in revenue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub false_revenue: Option<ShareRecord>,
    /// Changes between on and off per account and year.
    pub flicker: f64,
    /// The same without the margin.
    pub flicker_without_margin: f64,
    /// Periods taken for a year; 12 where the length of a period is not known.
    pub periods_per_year: f64,
    /// How often it went out, after logged actions and without.
    pub went_out: Vec<WentOutRecord>,
    /// Events that were foreseeable and not caught, by band at the last as-of period in time.
    pub misses_by_band: Vec<(String, usize)>,
    /// The same by name, most revenue first, at most 50.
    pub misses: Vec<MissRecord>,
    /// Accounts by as-of period.
    pub load: Vec<LoadRecord>,
    /// Accounts lit per period, on average over the periods.
    pub mean_lit: f64,
    /// Accounts newly lit per period, on average over all but the first.
    pub mean_newly_lit: f64,
    /// Periods in which more were newly lit than the team can act on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_over_capacity: Option<usize>,
    /// Accounts that the team can act on per period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<f64>,
}
