//! The declared question: what a study file says, complete and checked.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::units::{Gap, Horizon, Seed};
use crate::words::{Lang, Words};

use super::extraction::Extraction;
use super::source::{Source, iso_date};

/// A whole study: the question, the data, the candidates and what the team can do.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct Study {
    /// Short name, for example `2026Q3`.
    pub name: String,
    /// Why the score is wanted; it decides which errors are expensive.
    pub purpose: String,
    /// Language of reports. Default: English.
    pub language: Lang,
    /// Seed of every random stream. Default: 1.
    pub seed: Seed,
    /// The event and its window.
    pub kgi: Kgi,
    /// Where the rows come from.
    pub source: Source,
    /// What columns mean beside being KPIs.
    pub roles: Roles,
    /// The candidates, in study order; at least one, names unique.
    pub kpis: Vec<KpiSpec>,
    /// How many KPIs may enter the score.
    pub budget: Budget,
    /// How many accounts the team can act on.
    pub capacity: Capacity,
    /// Where the lamp changes colour.
    pub lamp: Lamp,
}

/// The key goal indicator: the event, and the window in which it counts.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct Kgi {
    /// What the event is called in reports. Default: `churn`.
    pub outcome: String,
    /// Periods in the outcome window. Default: 1.
    pub horizon: Horizon,
    /// Whole periods needed to act before the window opens. Default: 0.
    pub gap: Gap,
}

/// Columns that mean something beside being KPIs.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct Roles {
    /// Attributes that may confound: compared within.
    pub segment: Vec<String>,
    /// How the customer pays (flat, metered, seat ...).
    pub billing: Option<String>,
    /// Price per period.
    pub price: Option<String>,
    /// Periods since the account's start; derived when absent.
    pub tenure: Option<String>,
    /// Formal notice: rows after it leave the risk set.
    pub notice: Option<String>,
    /// Periods of notice that the contract asks for.
    pub notice_periods: Option<String>,
    /// Periods until the contract can end.
    pub renewal_in: Option<String>,
    /// Length of the contract term (annual, monthly ...).
    pub term: Option<String>,
    /// The customer hinted at leaving (date or flag).
    pub disclosed_risk: Option<String>,
    /// Anything recorded beforehand that says why somebody would leave.
    pub reasons: Vec<String>,
    /// Who looks after the account.
    pub owner: Option<String>,
    /// Revenue, for value-weighted figures.
    pub weight: Option<String>,
    /// Columns always in the model.
    pub controls: Vec<String>,
    /// Lifecycle phase; thresholds may differ by it.
    pub phase: Option<String>,
    /// The hand-made score in use today, to be beaten.
    pub incumbent: Option<String>,
}

/// One candidate KPI.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct KpiSpec {
    /// Unique name; the column as well, unless `column` is given.
    pub name: String,
    /// What reports call it. Default: the name.
    pub label: Words,
    /// What kind of thing it measures.
    pub kind: KpiKind,
    /// Where it stands between use and relationship.
    pub stage: Option<Stage>,
    /// The direction that people believe is good.
    pub hoped: Hoped,
    /// Why it is a candidate.
    pub reason: Option<String>,
    /// Hours a quarter to collect, at least 0.
    pub cost: Option<f64>,
    /// Column of the panel or snapshot, where it is not the name.
    pub column: Option<String>,
    /// How it is computed; present exactly under `[tables]`.
    pub extraction: Option<Extraction>,
    /// What an absent value means; absent = the default of the aggregate.
    pub missing: Option<MissingPolicy>,
    /// When people began to be measured by it.
    #[serde(serialize_with = "iso_date::serialize_option")]
    pub became_target: Option<NaiveDate>,
    /// When its definition changed; values before and after are standardised apart.
    #[serde(serialize_with = "iso_date::serialize_option")]
    pub definition_changed: Option<NaiveDate>,
    /// What to do when it is low.
    pub action: Option<ActionSpec>,
    /// A programme that pushed it.
    pub programme: Option<Programme>,
    /// Under `[snapshot]`: when its value was measured, beside the decision to leave; absent = nobody says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured: Option<MeasuredWhen>,
    /// A rating of the account by the people who look after it: compared with what the data says. Default: false.
    #[serde(skip_serializing_if = "is_false")]
    pub gut_feeling: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

impl KpiSpec {
    /// The column that holds it: `column`, else the name.
    #[must_use]
    pub fn column(&self) -> &str {
        self.column.as_deref().unwrap_or(&self.name)
    }
}

/// What kind of thing a KPI measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KpiKind {
    /// Ours to decide.
    Action,
    /// What the customer does.
    Behaviour,
    /// What the customer says or thinks.
    Perception,
    /// What the customer gains.
    Outcome,
    /// What goes wrong for the customer.
    Friction,
}

/// Where a KPI stands on the way from use to relationship.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The product is used.
    Use,
    /// The use has a result.
    Result,
    /// The customer recognises the result.
    Recognised,
    /// The relationship with the people who decide.
    Relationship,
    /// What surrounds the customer.
    Environment,
}

/// The direction of a KPI that people believe is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hoped {
    /// The more, the less churn.
    More,
    /// The less, the less churn.
    Less,
}

/// When the value of a snapshot's column was measured, beside the decision to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasuredWhen {
    /// Up to a day on which every customer was still there and undecided.
    Before,
    /// In the time in which customers were leaving.
    WhileLeaving,
    /// Once the outcome was known.
    After,
}

/// What an absent value means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingPolicy {
    /// Nothing happened: 0.
    Zero,
    /// Not known.
    Unknown,
    /// The last known value, up to so many periods old (at least 1).
    Carry(u32),
}

/// What to do about a KPI, and who does it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct ActionSpec {
    /// What is done.
    pub name: String,
    /// Who does it.
    pub owner: Option<String>,
    /// Where the steps are written.
    pub playbook: Option<String>,
}

/// A programme that pushed a KPI for some accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct Programme {
    /// Column that says which accounts were pushed.
    pub column: String,
    /// How those accounts were picked.
    pub assignment: Assignment,
}

/// How the accounts of a programme were picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Assignment {
    /// By lot.
    Random,
    /// By people; never evidence of a cause.
    Chosen,
}

/// How many indicators people can look after.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct Budget {
    /// At most so many KPIs enter the score; at least 1.
    pub max_kpis: Option<usize>,
}

/// How much the team can do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct Capacity {
    /// Accounts per period that the team can act on; above 0.
    pub accounts_per_period: Option<f64>,
}

/// Where the lamp changes colour, and what is done when it is lit.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct Lamp {
    /// Stated churn probabilities; absent = from costs, else from the capacity.
    pub bands: Option<BandLimits>,
    /// Hysteresis: share of the limit by which the probability must fall before the lamp goes out, in [0, 1).
    pub clear_margin: Option<f64>,
    /// What acting costs and saves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub costs: Option<LampCosts>,
    /// What is done about any account whose lamp is lit; absent = the action of the KPI that is its first reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<ActionSpec>,
}

/// What acting on an account costs and what it saves: act where `p · saves · value > cost_of_action`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct LampCosts {
    /// Cost of acting once, above 0, in the unit of `value`.
    pub cost_of_action: f64,
    /// Share of those who would leave that the action keeps, above 0 and at most 1.
    pub saves: f64,
    /// What keeping any account is worth, above 0; absent = the role `weight` times `value_periods`.
    pub value: Option<f64>,
    /// Periods of the role `weight` that a kept account is worth, above 0. Default: 1.
    pub value_periods: f64,
}

/// Churn probabilities from which the lamp is yellow and red, 0 < yellow < red < 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct BandLimits {
    /// Red from here.
    pub red: f64,
    /// Yellow from here.
    pub yellow: f64,
}
