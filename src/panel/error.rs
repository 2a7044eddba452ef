//! Why a panel cannot be built or read.

use crate::ingest::IngestError;
use crate::notice::Explain;
use crate::words;
use crate::words::Words;

/// Why a panel cannot be built or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PanelError {
    /// The table cannot be read as asked.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// A column of the study is not in the table.
    #[error("there is no column `{column}`{}", near(.suggestion.as_deref()))]
    NoColumn {
        /// Column asked for.
        column: String,
        /// What it is needed for.
        needed_as: String,
        /// Table.
        table: String,
        /// Nearest column.
        suggestion: Option<String>,
    },
    /// A cell that must be known is blank.
    #[error("{n} rows have no {what}")]
    Blank {
        /// `account`, `period` or `outcome`.
        what: String,
        /// Column.
        column: String,
        /// How many rows.
        n: usize,
        /// The first of them.
        first: String,
    },
    /// Periods are neither whole numbers nor dates.
    #[error("period `{value}` in column `{column}` is neither a whole number nor a date")]
    BadPeriod {
        /// Column.
        column: String,
        /// Value.
        value: String,
        /// Where.
        place: String,
    },
    /// Periods span more than a calendar can.
    #[error("the periods in column `{column}` span more than a million")]
    TooManyPeriods {
        /// Column.
        column: String,
    },
    /// Two different rows for one account and period.
    #[error("account `{account}` has two different rows for period {period}")]
    TwoRows {
        /// Account.
        account: String,
        /// Period.
        period: String,
        /// The rows.
        place: String,
        /// How many such rows there are in all.
        n: usize,
    },
    /// A column does not hold what its role needs.
    #[error("column `{column}` holds {found}, a {needed} is needed")]
    WrongKind {
        /// Column.
        column: String,
        /// Kind found.
        found: String,
        /// Kind needed.
        needed: String,
    },
    /// polars refused an operation on the frame.
    #[error("the table cannot be put in order: {0}")]
    Frame(#[from] polars::error::PolarsError),
}

fn near(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

impl Explain for PanelError {
    fn ja(&self) -> String {
        match self {
            Self::Ingest(error) => error.ja(),
            Self::NoColumn { column, suggestion, .. } => match suggestion {
                Some(name) => format!("列`{column}`がありません。`{name}`のことですか"),
                None => format!("列`{column}`がありません"),
            },
            Self::Blank { what, n, .. } => {
                let what = match what.as_str() {
                    "account" => "顧客ID",
                    "period" => "期間",
                    _ => "結果",
                };
                format!("{what}が空の行が{n}行あります")
            }
            Self::BadPeriod { column, value, .. } => format!("列`{column}`の期間`{value}`は整数でも日付でもありません"),
            Self::TooManyPeriods { column } => format!("列`{column}`の期間が百万を超えています"),
            Self::TwoRows { account, period, .. } => {
                format!("顧客`{account}`の期間{period}に、内容の異なる行が二つあります")
            }
            Self::WrongKind { column, found, needed } => format!("列`{column}`は{found}ですが、{needed}が必要です"),
            Self::Frame(error) => format!("表を並べ替えられません: {error}"),
        }
    }

    fn place(&self) -> Option<Words> {
        match self {
            Self::Ingest(error) => error.place(),
            Self::NoColumn { needed_as, table, .. } => {
                Some(words!(en: "{table}, needed as {needed_as}", ja: "{table}（用途: {needed_as}）"))
            }
            Self::Blank { column, first, .. } => {
                Some(words!(en: "column `{column}`, first at {first}", ja: "列`{column}`、最初は{first}"))
            }
            Self::BadPeriod { place, .. } | Self::TwoRows { place, .. } => Some(Words::same(place.clone())),
            _ => None,
        }
    }

    fn help(&self) -> Option<Words> {
        match self {
            Self::Ingest(error) => error.help(),
            Self::NoColumn { .. } => Some(words!(
                en: "correct the name in the study file, or the header of the table",
                ja: "調査ファイルの列名か、表の見出しを直してください",
            )),
            Self::Blank { .. } => Some(words!(
                en: "fill the cells or take the rows out of the table",
                ja: "空欄を埋めるか、その行を表から除いてください",
            )),
            Self::BadPeriod { .. } | Self::TooManyPeriods { .. } => Some(words!(
                en: "write periods as consecutive whole numbers or as ISO dates such as 2026-09-30",
                ja: "期間は連続した整数か、2026-09-30のようなISO形式の日付で書いてください",
            )),
            Self::TwoRows { n, .. } => Some(words!(
                en: "a panel has one row per account and period; {n} rows break this. Merge them, or use [snapshot] for a table without time",
                ja: "パネルは顧客と期間ごとに1行です（違反{n}行）。行をまとめるか、時間のない表なら[snapshot]を使ってください",
            )),
            Self::WrongKind { needed, .. } if needed == "number" => Some(words!(
                en: "give numbers in this column, or use it as segment or controls",
                ja: "この列を数値にするか、segmentかcontrolsとして使ってください",
            )),
            Self::WrongKind { .. } | Self::Frame(_) => None,
        }
    }
}
