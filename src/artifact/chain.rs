//! From action to KPI to outcome: how early a KPI predicts, what moves it, and which steps the KPIs cover.

use serde::{Deserialize, Serialize};

use crate::words::Words;

/// How early a KPI predicts, in periods before the event.
///
/// ```text
/// decision window = lead_periods .. gap + 1 before the event;  room = lead_periods - gap
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimingRecord {
    /// Largest lag at which it still predicts.
    pub lead_periods: u32,
    /// Nearest lag at which it does; above `gap + 1` where it works with a delay.
    pub from_periods: u32,
    /// Largest lag that the history could carry.
    pub farthest: u32,
    /// It predicts at the largest lag that could be looked at, so the lead time may be longer.
    pub at_least: bool,
    /// Periods in which it already predicts and in which there is still time to act.
    pub room: u32,
    /// Lags count to the day on which notice falls due and not to the event, because only the end of a contract is known.
    #[serde(default)]
    pub to_notice_due: bool,
    /// Where contracts have fixed terms: who is in the decision window now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal: Option<RenewalRecord>,
}

/// The decision window against the contracts that are running.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RenewalRecord {
    /// Column with the periods until the contract can be left.
    pub column: String,
    /// Active accounts that cannot leave yet.
    pub n_running: usize,
    /// Of these, accounts whose next chance to leave lies within the decision window.
    pub n_in_window: usize,
}

/// Whether anything logged moves a KPI.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResponseRecord {
    /// `responsive`, `not_responsive` or `not_applicable`.
    pub status: String,
    /// Why it is not applicable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not: Option<Words>,
}

/// One action or programme and one KPI.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinkRecord {
    /// Name of the action KPI, or column of the programme.
    pub action: String,
    /// It is a programme: slopes are per push and not per standard deviation of the action.
    pub programme: bool,
    /// Name of the KPI.
    pub kpi: String,
    /// `responsive`, `not_responsive` or `not_applicable`.
    pub status: String,
    /// Why it is not applicable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not: Option<Words>,
    /// Periods after the action at which the KPI first moves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_lag: Option<u32>,
    /// Benjamini-Hochberg q over all pairs of action and KPI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<f64>,
    /// The slope to show: at the first lag that moves the KPI, else the strongest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<LagRecord>,
    /// All slopes that could be measured.
    pub lags: Vec<LagRecord>,
    /// Rows.
    pub n_rows: usize,
}

/// Slope of a KPI on an action some periods before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LagRecord {
    /// Periods after the action; 0 is the action's own, for programmes only.
    pub lag: u32,
    /// Standard deviations of the KPI per standard deviation of the action, or per push of the programme.
    pub estimate: f64,
    /// Standard error, clustered by account.
    pub std_error: Option<f64>,
    /// Lower end of the 95 % interval.
    pub ci_low: Option<f64>,
    /// Upper end.
    pub ci_high: Option<f64>,
    /// Two-sided p.
    pub p: Option<f64>,
}

/// Which steps from use to recognised result the KPIs cover.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ChainRecord {
    /// `use`, `result`, `recognised`, `relationship`, `environment` with their KPIs, then those without a stage.
    pub stages: Vec<StageRecord>,
    /// Per KPI of stage `use`: who used much and left all the same.
    pub high_use: Vec<HighUseRecord>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageRecord {
    /// Name in the study; absent for KPIs without a stage.
    pub stage: Option<String>,
    /// KPIs, in study order.
    pub kpis: Vec<String>,
}

/// Accounts with high use by one KPI.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HighUseRecord {
    /// The KPI.
    pub kpi: String,
    /// Its upper quartile over accounts: mean of the last three periods with time left to act, in the KPI's units.
    pub threshold: f64,
    /// Accounts with a value.
    pub n_accounts: usize,
    /// Of these, accounts that left.
    pub n_left: usize,
    /// Accounts with high use.
    pub n_high: usize,
    /// Of these, accounts that left.
    pub n_high_left: usize,
    /// The first of these, highest value first.
    pub left: Vec<HighUseAccount>,
}

/// An account with high use that left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HighUseAccount {
    /// Account as written in the data.
    pub account: String,
    /// Mean of the KPI over the last periods with time left to act.
    pub value: f64,
    /// Period in which it left; absent for a snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_in: Option<String>,
}
