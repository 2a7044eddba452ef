//! Ratings by the people who look after the accounts, beside what the data says.

use serde::{Deserialize, Serialize};

use crate::words::Words;

/// One rating beside the data. "The data" is a model of the attributes and of every KPI that is no leak, without any rating,
/// on accounts held out of its fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GutRecord {
    /// KPI.
    pub kpi: String,
    /// Name for people.
    pub label: Words,
    /// Direction of the rating that means safe: `more` or `less`.
    pub hoped: String,
    /// Rows of the risk set.
    pub n_rows: usize,
    /// Those with a rating.
    pub n_rated: usize,
    /// What the rating adds, in a sentence; or why it was not compared.
    pub summary: Words,
    /// What it adds, in numbers.
    pub added: Option<GutAdded>,
    /// Rating by data.
    pub agreement: Option<GutAgreement>,
    /// Contradictions whose outcome is known, one row per account: its last one.
    pub past: Option<GutPast>,
    /// Active accounts on which rating and data contradict each other.
    pub n_current: usize,
    /// The largest of these contradictions first, at most a hundred: to be talked about.
    pub current: Vec<GutAccount>,
}

/// Gain of predictions with the rating over those without.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GutAdded {
    /// AUC of the data alone.
    pub auc_without: f64,
    /// AUC of data and rating.
    pub auc_with: f64,
    /// With minus without; above 0 the rating helps.
    pub auc: GutDifference,
    /// Mean negative log-likelihood of the data alone.
    pub log_loss_without: f64,
    /// The same of data and rating.
    pub log_loss_with: f64,
    /// With minus without; below 0 the rating helps.
    pub log_loss: GutDifference,
}

/// A difference with its interval, clustered by account.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GutDifference {
    /// Difference.
    pub estimate: f64,
    /// Standard error.
    pub std_error: f64,
    /// Lower end of the 95 % interval.
    pub ci_low: f64,
    /// Upper end.
    pub ci_high: f64,
}

/// Rating by data, riskiest first both ways.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GutAgreement {
    /// Groups are the levels of the rating; else thirds of the rows.
    pub by_level: bool,
    /// Groups of the rating.
    pub groups: Vec<GutGroup>,
    /// Weighted kappa: 1 same order, 0 as if by chance.
    pub kappa: Option<f64>,
}

/// Rows with a similar rating.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GutGroup {
    /// Lowest rating.
    pub low: f64,
    /// Highest rating.
    pub high: f64,
    /// By the data's risk; groups of the same sizes as the rating's.
    pub cells: Vec<GutCell>,
}

/// Rows of which rating and data say certain things.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GutCell {
    /// Rows.
    pub n_rows: usize,
    /// Events.
    pub n_events: usize,
    /// Share of the rows with the event; absent for no rows.
    pub observed: Option<f64>,
}

/// Who was right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GutPast {
    /// Accounts with a rating.
    pub n_accounts: usize,
    /// Those among them that left.
    pub n_events: usize,
    /// Ranks of risk differ by at least this share of the accounts.
    pub apart: f64,
    /// The data saw much more risk than the rating: how many of these accounts left.
    pub data_riskier: GutShare,
    /// The rating saw much more risk than the data: how many left.
    pub gut_riskier: GutShare,
    /// How often the rating was right.
    pub gut_right: GutShare,
    /// How often the data was right.
    pub data_right: GutShare,
    /// Who judged better, in a sentence.
    pub summary: Words,
    /// Largest contradictions first, at most fifty.
    pub largest: Vec<GutAccount>,
}

/// A share with its 95 % Wilson interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GutShare {
    /// Counted.
    pub n: usize,
    /// Out of.
    pub of: usize,
    /// Lower end, 0 to 1.
    pub ci_low: f64,
    /// Upper end.
    pub ci_high: f64,
}

/// An account on which rating and data contradict each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GutAccount {
    /// Account as written in the data.
    pub account: String,
    /// Period of the values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// The rating.
    pub rating: f64,
    /// Probability of leaving that the data gives.
    pub probability: f64,
    /// What the rating says beside the data: `safe` or `risky`.
    pub gut_says: String,
    /// Data's rank of risk minus the rating's, -1 to 1.
    pub apart: f64,
    /// Whether it left; absent while nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<bool>,
    /// `gut` or `data`; absent while nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<String>,
}
