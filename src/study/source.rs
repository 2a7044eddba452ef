//! Where the rows of a study come from: a snapshot, a panel or raw tables.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::extraction::MONTH_DAYS;

/// Exactly one of the three sources.
#[expect(clippy::large_enum_variant, reason = "one per study, never in a list")]
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// One row per customer, no time.
    Snapshot(SnapshotSource),
    /// One row per account and period, made by the user.
    Panel(PanelSource),
    /// Raw tables; the program builds the panel.
    Tables(TablesSource),
}

/// One row per customer. Paths are relative to the study file and may be globs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct SnapshotSource {
    /// The table's file.
    pub path: String,
    /// Column with the account's identifier; absent = every row is a customer of its own.
    pub account: Option<String>,
    /// Column that says who left.
    pub outcome: String,
    /// The value of `outcome` that means left, where 0/1, true/false or Yes/No does not say it.
    pub positive: Option<String>,
}

/// One row per account and period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct PanelSource {
    /// The table's file.
    pub path: String,
    /// Column with the account's identifier.
    pub account: String,
    /// Column with the period: integer index or date.
    pub period: String,
    /// Column that is 1 in the period in which the account left.
    pub outcome: String,
    /// The value of `outcome` that means left, where 0/1, true/false or Yes/No does not say it.
    pub positive: Option<String>,
}

/// Raw tables from which the panel is built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct TablesSource {
    /// Length of a period.
    pub period: Period,
    /// First day of the panel.
    #[serde(serialize_with = "iso_date::serialize")]
    pub from: NaiveDate,
    /// Last day of knowledge; outcome windows that reach past it are censored.
    #[serde(serialize_with = "iso_date::serialize")]
    pub to: NaiveDate,
    /// A contract that starts within so many days after an end is a renewal. Default: 31.
    pub renewal_tolerance: u32,
    /// Zone into which stamps with an offset are converted, for example `Asia/Tokyo` or `+09:00`.
    pub timezone: Option<String>,
    /// How dates are written, for all tables that do not say it themselves.
    pub date_format: DateFormats,
    /// Who the accounts are.
    pub accounts: AccountTable,
    /// What they signed.
    pub contracts: ContractTable,
    /// What happened, in study order; names unique.
    pub events: Vec<EventTable>,
}

/// Length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// ISO week, `1w`.
    Week,
    /// Calendar month, `1mo`.
    Month,
    /// Calendar quarter, `1q`.
    Quarter,
}

impl Period {
    /// Days that it spans, months and quarters at their mean length.
    #[must_use]
    pub fn days(self) -> f64 {
        match self {
            Self::Week => 7.0,
            Self::Month => MONTH_DAYS,
            Self::Quarter => 3.0 * MONTH_DAYS,
        }
    }
}

/// The accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct AccountTable {
    /// The table's file.
    pub path: String,
    /// Column with the account's identifier.
    pub account: String,
    /// Column with the day on which the account began; absent = its first contract's start.
    pub start: Option<String>,
    /// How this table's dates are written.
    pub date_format: DateFormats,
}

/// The contracts. At least one of `end` and `notice` is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct ContractTable {
    /// The table's file.
    pub path: String,
    /// Column with the account's identifier.
    pub account: String,
    /// Column with the first day.
    pub start: String,
    /// Column with the last active day; empty = open-ended.
    pub end: Option<String>,
    /// Column with the date of the recorded notice.
    pub notice: Option<String>,
    /// How this table's dates are written.
    pub date_format: DateFormats,
}

/// One table of events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct EventTable {
    /// Name by which KPIs refer to it.
    pub name: String,
    /// The table's file.
    pub path: String,
    /// Column with the account's identifier.
    pub account: String,
    /// Column that says when it happened: a day, a stamp, or a month, which counts from its last day on.
    pub at: String,
    /// Column that says when it was known, likewise.
    pub recorded_at: Option<String>,
    /// Whether exact duplicates count each. Default: false.
    pub keep_duplicates: bool,
    /// How this table's dates are written.
    pub date_format: DateFormats,
}

/// How dates are written: for all columns, or for each apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct DateFormats {
    /// For every column that is not in `columns`; absent = ISO, `YYYY/MM/DD`, Japanese writings, and in events months.
    pub all: Option<DateFormat>,
    /// By column name.
    pub columns: BTreeMap<String, DateFormat>,
}

/// How a date that is not ISO is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DateFormat {
    /// `DD/MM/YYYY`: 01/02/2026 is the first of February.
    DayFirst,
    /// `MM/DD/YYYY`: 01/02/2026 is the second of January.
    MonthFirst,
    /// `excel`: days since 1899-12-30.
    ExcelSerial,
    /// A pattern with `%`, for example `%d.%m.%Y`.
    Pattern(String),
}

/// Dates as `YYYY-MM-DD` in the artifact.
pub(super) mod iso_date {
    use chrono::NaiveDate;
    use serde::Serializer;

    pub(crate) fn serialize<S: Serializer>(date: &NaiveDate, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(date)
    }

    #[expect(clippy::ref_option, reason = "the signature that serialize_with asks for")]
    pub(crate) fn serialize_option<S: Serializer>(date: &Option<NaiveDate>, to: S) -> Result<S::Ok, S::Error> {
        match date {
            Some(date) => to.collect_str(date),
            None => to.serialize_none(),
        }
    }
}
