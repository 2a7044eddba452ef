//! What was read, what was left out, and what the columns look like.

use serde::{Deserialize, Serialize};

pub use crate::notice::Count as CountRecord;

/// What was read and what was left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataRecord {
    /// File names as in the study.
    pub files: Vec<String>,
    /// SHA-256 of the cells in canonical row order.
    pub digest: String,
    /// Rows read.
    pub n_rows: usize,
    /// Accounts read.
    pub n_accounts: usize,
    /// Rows in the risk set of the model.
    pub n_rows_at_risk: usize,
    /// Events in the risk set: the decisions to leave that can be learned from.
    pub n_events: usize,
    /// First period as written in the data; absent for a snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period_from: Option<String>,
    /// Last period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period_to: Option<String>,
    /// Length of a period, as found in the data: `month`, `week` or `quarter`; absent where it is none of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period_unit: Option<String>,
    /// Rows left out and why, in the order of the pipeline.
    pub left_out: Vec<CountRecord>,
    /// At risk and left, by period; empty for a snapshot.
    pub periods: Vec<PeriodRecord>,
    /// Every column with its use.
    pub columns: Vec<ColumnRecord>,
}

/// One period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodRecord {
    /// Period as written in the data.
    pub period: String,
    /// Accounts in the risk set.
    pub at_risk: usize,
    /// Events.
    pub events: usize,
}

/// One column of the data: a line of the dictionary that reports print.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnRecord {
    /// Name.
    pub name: String,
    /// `number`, `boolean`, `date`, `text` or `empty`.
    pub kind: String,
    /// What it is used for: `kpi`, `segment`, `outcome` ...; absent for unused columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_as: Option<String>,
    /// Share of missing cells.
    pub missing_share: f64,
    /// Distinct values.
    pub n_distinct: usize,
}
