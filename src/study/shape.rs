//! Small words that the problems of a study file are made of, in both languages.

use std::fmt;

use toml::de::DeValue;

use crate::words;
use crate::words::Words;

/// One table of the file and the keys it knows.
#[derive(Debug, PartialEq, Eq)]
pub struct Scope {
    /// As written in the file: `[kgi]`, `[[kpi]]`, `action`.
    pub label: &'static str,
    /// In Japanese, where it differs.
    pub label_ja: &'static str,
    /// Its keys.
    pub keys: &'static [&'static str],
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label)
    }
}

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Text.
    Text,
    /// Whole number.
    Integer,
    /// Number.
    Number,
    /// Truth value.
    Flag,
    /// Date.
    Date,
    /// Table.
    Table,
    /// Tables under a double header.
    Tables,
    /// Text or a list of texts.
    TextOrList,
    /// Text or a table.
    TextOrTable,
    /// Text, number, truth value or date, or a list of them.
    Comparable,
}

impl Expected {
    /// English.
    #[must_use]
    pub fn en(self) -> &'static str {
        match self {
            Self::Text => "text in quotes",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Flag => "true or false",
            Self::Date => "a date like 2026-09-30",
            Self::Table => "a table",
            Self::Tables => "a list of tables, each under its own double header",
            Self::TextOrList => "text or a list of texts",
            Self::TextOrTable => "text or a table",
            Self::Comparable => "text, a number, true/false or a date, or a list of these",
        }
    }

    /// Japanese.
    #[must_use]
    pub fn ja(self) -> &'static str {
        match self {
            Self::Text => "引用符で囲んだ文字列",
            Self::Integer => "整数",
            Self::Number => "数値",
            Self::Flag => "true または false",
            Self::Date => "2026-09-30 のような日付",
            Self::Table => "テーブル",
            Self::Tables => "二重の見出しで始まるテーブルの並び",
            Self::TextOrList => "文字列または文字列のリスト",
            Self::TextOrTable => "文字列またはテーブル",
            Self::Comparable => "文字列・数値・真偽値・日付、またはそのリスト",
        }
    }
}

/// What stands there instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Text.
    Text,
    /// Whole number.
    Integer,
    /// Decimal number.
    Decimal,
    /// Truth value.
    Flag,
    /// Date or time.
    Date,
    /// List.
    List,
    /// Table.
    Table,
}

impl Found {
    pub(super) fn of(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(_) => Self::Text,
            DeValue::Integer(_) => Self::Integer,
            DeValue::Float(_) => Self::Decimal,
            DeValue::Boolean(_) => Self::Flag,
            DeValue::Datetime(_) => Self::Date,
            DeValue::Array(_) => Self::List,
            DeValue::Table(_) => Self::Table,
        }
    }

    /// English.
    #[must_use]
    pub fn en(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "a whole number",
            Self::Decimal => "a decimal number",
            Self::Flag => "true/false",
            Self::Date => "a date or time",
            Self::List => "a list",
            Self::Table => "a table",
        }
    }

    /// Japanese.
    #[must_use]
    pub fn ja(self) -> &'static str {
        match self {
            Self::Text => "文字列",
            Self::Integer => "整数",
            Self::Decimal => "小数",
            Self::Flag => "真偽値",
            Self::Date => "日付・時刻",
            Self::List => "リスト",
            Self::Table => "テーブル",
        }
    }
}

/// Why a text cannot be read as what it should say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing in it.
    Blank,
    /// White space at an end.
    Edges,
    /// Line breaks or other control characters.
    Control,
    /// More than [`Fault::MAX_CHARS`] characters.
    TooLong,
    /// A name that the program uses itself.
    Reserved,
    /// A dot in the name of an event table.
    Dot,
    /// Not a calendar date.
    Date,
    /// A date with a time of day.
    Time,
    /// Not a length of time.
    Window,
    /// Not a number of days.
    Days,
    /// Neither a zone name nor an offset.
    Zone,
    /// Not a way to write dates.
    DateFormat,
}

impl Fault {
    /// Longest name.
    pub const MAX_CHARS: usize = 200;

    /// What is wrong, in both languages.
    #[must_use]
    pub fn words(self) -> Words {
        let max = Self::MAX_CHARS;
        match self {
            Self::Blank => words!(en: "it is blank", ja: "空欄です"),
            Self::Edges => words!(en: "it begins or ends with white space", ja: "先頭または末尾に空白があります"),
            Self::Control => {
                words!(en: "it holds a line break or control character", ja: "改行や制御文字が含まれています")
            }
            Self::TooLong => words!(en: "it has more than {max} characters", ja: "{max}文字を超えています"),
            Self::Reserved => words!(en: "the program uses this name itself", ja: "プログラムが使う名前です"),
            Self::Dot => words!(en: "a dot separates table and column", ja: "ピリオドはテーブルと列の区切りに使います"),
            Self::Date => words!(en: "no such date", ja: "存在しない日付です"),
            Self::Time => words!(en: "a date without a time of day is wanted", ja: "時刻のない日付で書いてください"),
            Self::Window => words!(en: "not a length of time", ja: "期間の長さとして読めません"),
            Self::Days => words!(en: "not a number of days", ja: "日数として読めません"),
            Self::Zone => words!(en: "neither a time zone nor an offset", ja: "タイムゾーンとして読めません"),
            Self::DateFormat => words!(en: "not a way to write dates", ja: "日付の書式として読めません"),
        }
    }

    pub(super) fn help(self) -> Option<Words> {
        Some(match self {
            Self::Blank | Self::Time => return None,
            Self::Edges | Self::Control | Self::TooLong | Self::Reserved | Self::Dot => words!(
                en: "choose another name; the `column` of a KPI under [panel] or [snapshot] may keep the one that the data uses",
                ja: "別の名前にしてください。[panel] と [snapshot] の KPI では、データ側の列名を `column` で指定できます"
            ),
            Self::Date => words!(en: "write dates as 2026-09-30", ja: "2026-09-30 の形で書いてください"),
            Self::Window => words!(
                en: "write a whole number of d, w, mo, q or y, for example \"90d\" or \"3mo\"",
                ja: "\"90d\" や \"3mo\" のように、整数と単位（d, w, mo, q, y）で書いてください"
            ),
            Self::Days => {
                words!(en: "write days or weeks, for example \"31d\"", ja: "\"31d\" のように日（d）か週（w）で書いてください")
            }
            Self::Zone => {
                words!(en: "write \"Asia/Tokyo\" or \"+09:00\"", ja: "\"Asia/Tokyo\" や \"+09:00\" のように書いてください")
            }
            Self::DateFormat => words!(
                en: "write \"DD/MM/YYYY\", \"MM/DD/YYYY\", \"excel\", or a pattern such as \"%d.%m.%Y\"",
                ja: "\"DD/MM/YYYY\"、\"MM/DD/YYYY\"、\"excel\"、または \"%d.%m.%Y\" のような書式で書いてください"
            ),
        })
    }
}

/// What a column of the source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The account's identifier.
    Account,
    /// The period.
    Period,
    /// The outcome.
    Outcome,
}

impl Meaning {
    /// The key of the source that names the column.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Period => "period",
            Self::Outcome => "outcome",
        }
    }

    pub(super) fn words(self) -> Words {
        match self {
            Self::Account => words!(en: "account", ja: "顧客"),
            Self::Period => words!(en: "period", ja: "期"),
            Self::Outcome => words!(en: "outcome", ja: "結果"),
        }
    }
}

/// Who uses a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum User {
    /// A KPI, by name.
    Kpi(String),
    /// The programme of a KPI.
    Programme(String),
    /// A key, with its table.
    Key(String),
}

impl User {
    pub(super) fn words(&self) -> Words {
        match self {
            Self::Kpi(name) => words!(en: "KPI `{name}`", ja: "KPI `{name}`"),
            Self::Programme(name) => {
                words!(en: "the programme of KPI `{name}`", ja: "KPI `{name}` の施策（programme）")
            }
            Self::Key(key) => words!(en: "`{key}`", ja: "`{key}`"),
        }
    }
}
