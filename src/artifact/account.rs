//! The current score of one active account.

use std::collections::BTreeMap;

use fuellamp_score::{Interval, Label, Used, Value, Weights};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::words::Words;

use super::{LampActionRecord, ReasonRecord};

/// Reasons shown per account.
const REASONS: usize = 3;
/// Points below which a difference from the average customer is no reason.
const POINTS: f64 = 0.05;

/// The current score of one active account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccountScore {
    /// Account as written in the data.
    pub account: String,
    /// Period of the input values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// Health score, 100 = healthy.
    pub score: f64,
    /// Probability of leaving within the horizon, in a period in which the contract can be left.
    pub probability: f64,
    /// Band.
    pub band: String,
    /// What lowers the score most, compared with the average customer.
    pub reasons: Vec<ReasonRecord>,
    /// Suggested action; a person decides.
    pub action: Words,
    /// Inputs that were missing, unseen or outside the training range.
    pub used_policies: Vec<String>,
    /// Standard error of the log-odds; absent where the weights carry no covariance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub std_error: Option<f64>,
    /// 95 % interval of probability and score, from the uncertainty of the coefficients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// Values of the input columns as they were read, `null` where missing: what the score was computed from.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, Json>,
    /// Revenue weight, where the study names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
    /// Periods that must go by before the outcome window holds one in which the contract can be left; absent where the study
    /// names no terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked_for: Option<u32>,
    /// `on` or `off`; empty where it was not computed.
    #[serde(default)]
    pub lamp: String,
    /// As-of period from which the lamp has been on or off without a break; absent for a snapshot, and where nobody answers
    /// for the lamp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Whether acting is expected to save more than it costs; absent where no costs are stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worth_acting: Option<bool>,
    /// What is done about the lit lamp, and by whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lamp_action: Option<LampActionRecord>,
}

/// What is known of an account before it is scored.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountInputs {
    /// Account as written in the data.
    pub account: String,
    /// Period of the input values.
    pub as_of: Option<String>,
    /// Values by input column, `null` where missing.
    pub inputs: BTreeMap<String, Json>,
    /// Revenue weight.
    pub weight: Option<f64>,
    /// See [`AccountScore::locked_for`].
    pub locked_for: Option<u32>,
}

impl AccountScore {
    /// Scores one account; `None` where a policy of the weights refuses a value.
    #[must_use]
    pub fn of(weights: &Weights, known: AccountInputs) -> Option<Self> {
        let value = |column: &str| known.inputs.get(column).map_or(Value::Missing, Value::from_json);
        let result = weights.score(value).ok()?;
        let group = |column: &str| weights.reasons.iter().find(|g| g.column == column);
        let harmful = result.contributions.iter().filter(|c| c.points < -POINTS);
        let reasons = harmful.clone().take(REASONS).map(|c| ReasonRecord {
            column: c.column.clone(),
            label: group(&c.column).map_or_else(Words::default, |g| words_of(&g.label)),
            points: c.points,
        });
        let band = weights.bands.iter().find(|b| b.name == result.band)?;
        let own = harmful.clone().take(REASONS).find_map(|c| group(&c.column).and_then(|g| g.action.as_ref()));
        let calm = band.at_least <= 0.0;
        let locked = known.locked_for.is_some_and(|periods| periods > 0);
        let action = match own {
            _ if calm => words_of(&band.action),
            Some(own) => words_of(own),
            None if locked => wait(),
            None => words_of(&band.action),
        };
        Some(Self {
            account: known.account,
            as_of: known.as_of,
            score: result.score,
            probability: result.probability,
            reasons: reasons.collect(),
            action,
            used_policies: result.used.iter().map(|(column, used)| format!("{column}:{}", policy(*used))).collect(),
            std_error: result.std_error,
            interval: result.interval,
            inputs: known.inputs,
            weight: known.weight,
            locked_for: known.locked_for,
            band: result.band,
            lamp: String::new(),
            since: None,
            worth_acting: None,
            lamp_action: None,
        })
    }

    /// Whether the contract runs on beyond the window that the probability speaks of.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.locked_for.is_some_and(|periods| periods > 0)
    }

    /// Lowest score first, among equal ones (the score is cut off at 0 and 100) the highest probability, then by account: the
    /// order of every list of accounts.
    pub fn sort(accounts: &mut [Self]) {
        accounts.sort_by(|a, b| {
            let by_score = a.score.total_cmp(&b.score).then_with(|| b.probability.total_cmp(&a.probability));
            by_score.then_with(|| a.account.cmp(&b.account))
        });
    }

    /// Sum of the revenue weights by band over the accounts that can leave in the window, in the order of the weights' bands;
    /// empty where no account has a weight.
    #[must_use]
    pub fn revenue_by_band(accounts: &[Self], weights: &Weights) -> Vec<(String, f64)> {
        if accounts.iter().all(|account| account.weight.is_none()) {
            return Vec::new();
        }
        let sum =
            |band: &str| accounts.iter().filter(|a| a.band == band && !a.is_locked()).filter_map(|a| a.weight).sum();
        weights.bands.iter().map(|band| (band.name.clone(), sum(&band.name))).collect()
    }
}

/// Action for an account at risk that cannot leave yet.
fn wait() -> Words {
    Words {
        en: "contract runs on: prepare for the period in which it can be left".to_owned(),
        ja: "契約期間中（離反できる期に向けて準備する）".to_owned(),
    }
}

fn policy(used: Used) -> &'static str {
    match used {
        Used::Missing => "missing",
        Used::Unseen => "unseen",
        Used::Clipped => "clipped",
    }
}

fn words_of(label: &Label) -> Words {
    Words { en: label.en.clone(), ja: label.ja.clone() }
}
