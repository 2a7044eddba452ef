//! How a KPI is computed from an event table.

use std::fmt;

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

use super::source::iso_date;

/// A KPI under `[tables]`: rows of one event table, filtered, in a window, aggregated.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct Extraction {
    /// Name of the event table.
    pub from: String,
    /// What is computed.
    pub agg: Agg,
    /// Column, where the aggregate needs one.
    pub value: Option<String>,
    /// `(as_of - window, as_of]`; absent = since the account's start.
    pub window: Option<Window>,
    /// All must hold; sorted by column.
    #[serde(rename = "where")]
    pub where_: Vec<Condition>,
}

/// What is computed from the matching rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Agg {
    /// Rows.
    Count,
    /// Sum of values.
    Sum,
    /// Mean of values.
    Mean,
    /// Smallest value.
    Min,
    /// Largest value.
    Max,
    /// Last value.
    Last,
    /// Calendar days with a row.
    DistinctDays,
    /// Different values.
    Distinct,
    /// Whole days since the last row.
    DaysSince,
    /// Least-squares slope of values per 30 days.
    Trend,
    /// This window minus the one before: counts without `value`, means with it.
    Change,
}

impl Agg {
    /// As written in a study file.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::Min => "min",
            Self::Max => "max",
            Self::Last => "last",
            Self::DistinctDays => "distinct_days",
            Self::Distinct => "distinct",
            Self::DaysSince => "days_since",
            Self::Trend => "trend",
            Self::Change => "change",
        }
    }

    /// Whether it cannot be computed without `value`.
    #[must_use]
    pub fn needs_value(self) -> bool {
        matches!(self, Self::Sum | Self::Mean | Self::Min | Self::Max | Self::Last | Self::Distinct | Self::Trend)
    }

    /// Whether `value` has a meaning for it.
    #[must_use]
    pub fn takes_value(self) -> bool {
        self.needs_value() || self == Self::Change
    }
}

/// Length of a window, for example `90d`; the artifact holds it as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    /// How many units, at least 1.
    pub count: u32,
    /// The unit.
    pub unit: WindowUnit,
}

impl Window {
    /// Days that it spans, months and longer at their mean length.
    #[must_use]
    pub fn days(self) -> f64 {
        let unit = match self.unit {
            WindowUnit::Day => 1.0,
            WindowUnit::Week => 7.0,
            WindowUnit::Month => MONTH_DAYS,
            WindowUnit::Quarter => 3.0 * MONTH_DAYS,
            WindowUnit::Year => 12.0 * MONTH_DAYS,
        };
        f64::from(self.count) * unit
    }
}

/// Mean length of a calendar month, in days.
pub(super) const MONTH_DAYS: f64 = 365.25 / 12.0;

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.count, self.unit.code())
    }
}

impl Serialize for Window {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Unit of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowUnit {
    /// `d`.
    Day,
    /// `w`, 7 days.
    Week,
    /// `mo`; clips to month ends.
    Month,
    /// `q`, 3 months.
    Quarter,
    /// `y`, 12 months.
    Year,
}

impl WindowUnit {
    /// As written in a study file.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Day => "d",
            Self::Week => "w",
            Self::Month => "mo",
            Self::Quarter => "q",
            Self::Year => "y",
        }
    }
}

/// One key of `where`: the column equals any of the values; null never matches.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct Condition {
    /// Column of the event table.
    pub column: String,
    /// At least one.
    pub any_of: Vec<Literal>,
}

/// A value in `where`; numbers and booleans compare by value.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Literal {
    /// Text.
    Text(String),
    /// Finite number.
    Number(f64),
    /// Boolean.
    Flag(bool),
    /// Date.
    #[serde(serialize_with = "iso_date::serialize")]
    Date(NaiveDate),
}
