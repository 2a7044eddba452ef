//! Why a design cannot be made.

use fuellamp_score::ValueError;

use crate::notice::Explain;
use crate::panel::PanelError;
use crate::words;
use crate::words::Words;

/// Why a design cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DesignError {
    /// A column cannot be read as its role needs.
    #[error(transparent)]
    Panel(#[from] PanelError),
    /// A recipe refuses a value.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// No row is left to model.
    #[error(
        "no row is left to model: of {rows} rows, {locked} cannot be left in their period, {censored} have an unfinished outcome window and {no_past} have no row {lag} periods before"
    )]
    NoRows {
        /// Rows of the panel.
        rows: usize,
        /// Rows outside the risk set.
        locked: usize,
        /// Rows whose window is censored.
        censored: usize,
        /// Rows without a past row.
        no_past: usize,
        /// Smallest lag.
        lag: u32,
    },
    /// A KPI column holds free text.
    #[error("KPI `{kpi}` holds text with {levels} different values, of which these are no numbers: {examples}")]
    TextKpi {
        /// KPI.
        kpi: String,
        /// Column.
        column: String,
        /// Distinct values.
        levels: usize,
        /// A few of those that are no numbers.
        examples: String,
    },
    /// A category has so many levels that each is hardly more than a row.
    #[error("column `{column}` has {levels} levels; a regression takes at most {limit}")]
    TooManyLevels {
        /// Column.
        column: String,
        /// Distinct values.
        levels: usize,
        /// Most that are taken.
        limit: usize,
    },
}

impl Explain for DesignError {
    fn ja(&self) -> String {
        match self {
            Self::Panel(error) => error.ja(),
            Self::Value(error) => format!("値を使えません：{error}"),
            Self::NoRows { rows, locked, censored, no_past, lag } => format!(
                "分析できる行が残りません。{rows}行のうち、その期に解約できない行が{locked}、結果の期間が終わっていない行が{censored}、{lag}期前の行がない行が{no_past}です"
            ),
            Self::TextKpi { kpi, levels, examples, .. } => {
                format!("KPI`{kpi}`は{levels}種類の値を持つ文字列の列です。数値でない値：{examples}")
            }
            Self::TooManyLevels { column, levels, limit } => {
                format!("列`{column}`の水準が{levels}個あります。回帰で扱えるのは{limit}個までです")
            }
        }
    }

    fn place(&self) -> Option<Words> {
        match self {
            Self::Panel(error) => error.place(),
            Self::TextKpi { column, .. } => Some(words!(en: "column `{column}`", ja: "列`{column}`")),
            _ => None,
        }
    }

    fn help(&self) -> Option<Words> {
        match self {
            Self::Panel(error) => error.help(),
            Self::NoRows { .. } => Some(words!(
                en: "give a longer panel, a shorter gap, horizon or --lag, or check the column named in `renewal_in`",
                ja: "パネルを長くするか、gap・horizon・--lagを短くするか、`renewal_in`の列を確認してください",
            )),
            Self::TextKpi { .. } => Some(words!(
                en: "a KPI is a number or a yes/no; use the column as segment or controls, or write one column per value",
                ja: "KPIは数値か「はい/いいえ」です。この列はsegmentかcontrolsとして使うか、値ごとの列に分けてください",
            )),
            Self::TooManyLevels { .. } => Some(words!(
                en: "merge rare values into one, or take the column out of the roles if it names single accounts",
                ja: "まれな値を一つにまとめるか、個々の顧客を表す列であればrolesから外してください",
            )),
            Self::Value(_) => None,
        }
    }
}
