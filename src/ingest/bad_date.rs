//! Dates that cannot be read, and where a study says how the dates of a column are written.

use super::month::{MonthCell, month_alone};
use super::when::possible_orders;
use crate::words;
use crate::words::Words;

/// The part of `[tables]` to which a date column belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateHome {
    /// The table of accounts.
    Accounts,
    /// The table of contracts.
    Contracts,
    /// The event table of this name.
    Events(String),
}

impl DateHome {
    /// How to declare the format of a column, for example `excel`; other formats that could be meant follow the first.
    pub(super) fn declare(&self, column: &str, formats: &[&str]) -> Words {
        let key = toml_key(column);
        let (first, others) = formats.split_first().unwrap_or((&"excel", &[]));
        let or = |with: &str| others.iter().map(|other| format!("{with}`\"{other}\"`")).collect::<String>();
        let entry = format!("date_format = {{ {key} = \"{first}\" }}");
        let (or_en, or_ja) = (or(" or "), or("または"));
        match self {
            Self::Events(name) => words!(
                en: "declare `{entry}`{or_en} in the `[[tables.events]]` section of `{name}`",
                ja: "調査ファイルの「{name}」の `[[tables.events]]` に `{entry}` {or_ja}を指定してください",
            ),
            Self::Accounts | Self::Contracts => {
                let table = if *self == Self::Accounts { "accounts" } else { "contracts" };
                words!(
                    en: "declare `{entry}`{or_en} inside the braces of `{table} = {{ ... }}` in the study",
                    ja: "調査ファイルの `{table} = {{ ... }}` の波括弧の中に `{entry}` {or_ja}を指定してください",
                )
            }
        }
    }
}

/// A column that a study uses as a date, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadDate {
    /// File and line of the cell.
    pub place: Words,
    /// The column.
    pub column: String,
    /// The cell.
    pub value: String,
    /// Where the study says how the column's dates are written.
    pub home: DateHome,
    /// What is wrong.
    pub fault: DateFault,
}

/// What is wrong with a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateFault {
    /// It can be read in two ways.
    Ambiguous,
    /// It is the serial number of a spreadsheet.
    Serial,
    /// It can be more than one month.
    Month,
    /// It is no date, and hardly another value of the column is one.
    Unreadable {
        /// Values that are no dates.
        n: usize,
        /// All values.
        of: usize,
    },
}

impl BadDate {
    pub(super) fn what(&self) -> Words {
        let Self { column, value, .. } = self;
        match &self.fault {
            DateFault::Ambiguous => words!(
                en: "date `{value}` of column `{column}` does not say which number is the month",
                ja: "列「{column}」の日付「{value}」は、どちらが月か分かりません",
            ),
            DateFault::Serial => words!(
                en: "`{value}` in the date column `{column}` is a serial number of a spreadsheet",
                ja: "日付の列「{column}」の値「{value}」は、表計算ソフトのシリアル値です",
            ),
            DateFault::Month => words!(
                en: "month `{value}` of column `{column}` can be read in more than one way",
                ja: "列「{column}」の年月「{value}」は、複数の読み方ができます",
            ),
            DateFault::Unreadable { n, of } => words!(
                en: "{n} of {of} values of the date column `{column}` cannot be read as dates, for example `{value}`",
                ja: "日付の列「{column}」の{of}個の値のうち{n}個を日付として読めません（例：「{value}」）",
            ),
        }
    }

    /// Whether the cell names a month, in a table of which every date is a day.
    fn is_month(&self) -> bool {
        let of_events = matches!(self.home, DateHome::Events(_));
        !of_events && matches!(month_alone(&self.value), Some(MonthCell::End(_)))
    }

    pub(super) fn help(&self) -> Words {
        match &self.fault {
            DateFault::Ambiguous => self.home.declare(&self.column, possible_orders(&self.value)),
            DateFault::Serial => {
                let Words { en, ja } = self.home.declare(&self.column, &["excel"]);
                words!(
                    en: "{en}, or write the dates as YYYY-MM-DD",
                    ja: "{ja}。日付をYYYY-MM-DDで書き直してもかまいません",
                )
            }
            DateFault::Month => words!(
                en: "write months as 2024-03: the year in four digits, the month in two",
                ja: "年月は2024-03のように、年を4桁、月を2桁で書いてください",
            ),
            DateFault::Unreadable { .. } if self.is_month() => words!(
                en: "a month does not say on which day it begins or ends for this account: write the day as YYYY-MM-DD; months are read in event tables alone, where a row counts from the last day of its month on",
                ja: "年月だけでは何日のことか分かりません。日付をYYYY-MM-DDで書いてください。年月のまま読めるのはイベントの表だけです（その月の末日から有効な行として扱います）",
            ),
            DateFault::Unreadable { .. } => {
                let Words { en, ja } = self.home.declare(&self.column, &["%d %b %Y"]);
                words!(
                    en: "write the dates as YYYY-MM-DD, name another column, or {en}, with the pattern of these dates in place of `%d %b %Y`",
                    ja: "日付をYYYY-MM-DDで書き直すか、正しい列を指定してください。または、{ja}（`%d %b %Y` は実際の書き方に合わせます）",
                )
            }
        }
    }
}

/// A text as a key of TOML: quoted unless it is a bare key.
#[must_use]
pub fn toml_key(text: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !text.is_empty() && text.chars().all(is_bare) {
        return text.to_owned();
    }
    let mut key = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' | '\\' => key.extend(['\\', c]),
            c if c.is_control() => key.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => key.push(c),
        }
    }
    key.push('"');
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_what_toml_reads_back() {
        for text in
            ["start", "Signup Date", "契約開始日", "a.b", "say \"x\" \\", "", "tab\tand\u{7f}\nend", "'", "1-2_3"]
        {
            let written = format!("{} = 1", toml_key(text));
            let read: toml::Table = written.parse().unwrap_or_else(|error| panic!("{written}: {error}"));
            assert_eq!(read.keys().collect::<Vec<_>>(), [text]);
        }
        assert_eq!(toml_key("start_date"), "start_date");
    }

    #[test]
    fn advice_is_toml_and_says_where_it_goes() {
        let en = DateHome::Contracts.declare("契約開始日", &["DD/MM/YYYY", "MM/DD/YYYY"]).en;
        assert_eq!(
            en,
            "declare `date_format = { \"契約開始日\" = \"DD/MM/YYYY\" }` or `\"MM/DD/YYYY\"` inside the braces of `contracts = { ... }` in the study"
        );
        let ja = DateHome::Events("logins".to_owned()).declare("at", &["excel"]).ja;
        assert_eq!(
            ja,
            "調査ファイルの「logins」の `[[tables.events]]` に `date_format = { at = \"excel\" }` を指定してください"
        );
    }
}
