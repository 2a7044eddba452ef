//! What is wrong with a study file: every problem at once, each with its line and column.

use chrono::NaiveDate;
use thiserror::Error;

use crate::notice::Explain;
use crate::words;
use crate::words::{Lang, Words};

use super::shape::{Expected, Fault, Found, Meaning, Scope, User};

/// Where in a study file; lines and columns start at 1, columns count characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The file's name as given.
    pub file: String,
    /// Line.
    pub line: usize,
    /// Column in characters.
    pub column: usize,
}

impl Position {
    /// `study.toml line 12, column 3`.
    #[must_use]
    pub fn words(&self) -> Words {
        let Self { file, line, column } = self;
        words!(en: "{file} line {line}, column {column}", ja: "{file} {line}行目 {column}文字目")
    }
}

/// All problems of one study file.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("the study file {file} has {} problem{}", problems.len(), if problems.len() == 1 { "" } else { "s" })]
pub struct StudyProblems {
    /// The file's name as given.
    pub file: String,
    /// In file order; never empty.
    pub problems: Vec<StudyProblem>,
    /// The language that the file asks for, as far as it can be read.
    pub language: Lang,
}

impl Explain for StudyProblems {
    fn ja(&self) -> String {
        format!("調査ファイル {} に{}件の問題があります", self.file, self.problems.len())
    }

    fn place(&self) -> Option<Words> {
        Some(Words::same(self.file.clone()))
    }
}

/// One problem of a study file; the message says what each field is.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's sentence names its fields")]
pub enum StudyProblem {
    /// Not TOML.
    #[error("this is not valid TOML: {message}")]
    Syntax { message: String, at: Position },
    /// No such key.
    #[error("unknown key `{key}` in {table}")]
    UnknownKey {
        key: String,
        table: &'static Scope,
        nearest: Option<String>,
        belongs: Vec<&'static Scope>,
        at: Position,
    },
    /// A value of another type.
    #[error("`{key}` in {table} must be {}, not {}", expected.en(), found.en())]
    WrongType { key: String, table: &'static Scope, expected: Expected, found: Found, at: Position },
    /// A required key is absent or blank.
    #[error("{table} needs `{key}`")]
    MissingKey { key: String, table: &'static Scope, at: Position },
    /// A required table is absent.
    #[error("the study file needs {table}")]
    MissingTable { table: &'static Scope, at: Position },
    /// A word that is none of those allowed.
    #[error("`{key}` in {table} is `{value}`; it must be one of {}", allowed.join(", "))]
    UnknownWord {
        key: String,
        table: &'static Scope,
        value: String,
        allowed: Vec<&'static str>,
        nearest: Option<String>,
        at: Position,
    },
    /// A number outside its limits.
    #[error("`{key}` in {table} is {value}; it must be {}", limit.en)]
    OutOfRange { key: String, table: &'static Scope, value: String, limit: Words, at: Position },
    /// A text that cannot be read as what it should say.
    #[error("`{key}` in {table} is `{value}`: {}", fault.words().en)]
    BadText { key: String, table: &'static Scope, value: String, fault: Fault, at: Position },
    /// Another version of the format.
    #[error("this program reads `schema = 1`, and the file says `schema = {found}`")]
    OtherSchema { found: String, at: Position },
    /// None of the three sources.
    #[error("the study names no data: none of [snapshot], [panel] and [tables] is there")]
    NoSource { at: Position },
    /// More than one source.
    #[error("{second} is a second source: line {first_line} already has {first}")]
    TwoSources { first: &'static str, first_line: usize, second: &'static str, at: Position },
    /// No candidate.
    #[error("the study has no KPI to test")]
    NoKpi { at: Position },
    /// A name used twice.
    #[error("{table} `{name}` is there twice, first on line {first_line}")]
    SameName { table: &'static Scope, name: String, first_line: usize, at: Position },
    /// A key that only makes sense with another source.
    #[error("KPI `{kpi}`: `{key}` has no meaning under {source_table}")]
    NotForSource { kpi: String, key: &'static str, source_table: &'static str, at: Position },
    /// An aggregate without its column.
    #[error("KPI `{kpi}`: `agg = \"{agg}\"` needs `value`, the column to aggregate")]
    NeedsValue { kpi: String, agg: &'static str, at: Position },
    /// A column that the aggregate does not read.
    #[error("KPI `{kpi}`: `agg = \"{agg}\"` does not use `value`")]
    ValueNotUsed { kpi: String, agg: &'static str, at: Position },
    /// A change without a window.
    #[error("KPI `{kpi}`: `agg = \"change\"` compares two windows, and no `window` is given")]
    ChangeNeedsWindow { kpi: String, at: Position },
    /// Zero days since something that never happened.
    #[error("KPI `{kpi}`: `missing = \"zero\"` with `agg = \"days_since\"` would say that it happened today")]
    ZeroDaysSince { kpi: String, at: Position },
    /// No event table of that name.
    #[error("KPI `{kpi}`: no event table is named `{from}`")]
    NoSuchEvents { kpi: String, from: String, known: Vec<String>, nearest: Option<String>, at: Position },
    /// A column of the source used as something else.
    #[error("{} uses column `{column}`, which is the {} of the data", user.words().en, meaning.words().en)]
    ReservedColumn { user: User, column: String, meaning: Meaning, at: Position },
    /// One column, two meanings.
    #[error("column `{column}` cannot be both {} and {}", first.words().en, second.words().en)]
    TwoMeanings { column: String, first: User, second: User, at: Position },
    /// One value twice in a list.
    #[error("`{key}` in {table} names `{value}` twice")]
    Repeated { key: String, table: &'static Scope, value: String, at: Position },
    /// A list without a value.
    #[error("`{key}` in {table} is an empty list")]
    EmptyList { key: String, table: &'static Scope, at: Position },
    /// Bands in the wrong order.
    #[error("`red` ({red}) must be above `yellow` ({yellow}): both are churn probabilities")]
    BandOrder { red: f64, yellow: f64, at: Position },
    /// The panel would end before it begins.
    #[error("`from` ({from}) is after `to` ({to})")]
    DatesReversed { from: NaiveDate, to: NaiveDate, at: Position },
    /// Contracts that can never end.
    #[error("`contracts` has neither `end` nor `notice`, so nobody could ever leave")]
    NoEndOfContract { at: Position },
}

impl StudyProblem {
    /// Where it is.
    #[must_use]
    pub fn position(&self) -> &Position {
        match self {
            Self::Syntax { at, .. }
            | Self::UnknownKey { at, .. }
            | Self::WrongType { at, .. }
            | Self::MissingKey { at, .. }
            | Self::MissingTable { at, .. }
            | Self::UnknownWord { at, .. }
            | Self::OutOfRange { at, .. }
            | Self::BadText { at, .. }
            | Self::OtherSchema { at, .. }
            | Self::NoSource { at }
            | Self::TwoSources { at, .. }
            | Self::NoKpi { at }
            | Self::SameName { at, .. }
            | Self::NotForSource { at, .. }
            | Self::NeedsValue { at, .. }
            | Self::ValueNotUsed { at, .. }
            | Self::ChangeNeedsWindow { at, .. }
            | Self::ZeroDaysSince { at, .. }
            | Self::NoSuchEvents { at, .. }
            | Self::ReservedColumn { at, .. }
            | Self::TwoMeanings { at, .. }
            | Self::Repeated { at, .. }
            | Self::EmptyList { at, .. }
            | Self::BandOrder { at, .. }
            | Self::DatesReversed { at, .. }
            | Self::NoEndOfContract { at } => at,
        }
    }
}
