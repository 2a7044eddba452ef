//! Reads typed values out of a parsed TOML tree and collects what is wrong instead of stopping at it.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::words::Words;

use super::problem::{Position, StudyProblem};
use super::schema;
use super::shape::{Expected, Fault, Found, Scope};

/// The problems found so far, and how to turn a byte offset into a position.
pub(super) struct Report<'t> {
    file: &'t str,
    text: &'t str,
    line_starts: Vec<usize>,
    pub(super) problems: Vec<StudyProblem>,
}

impl<'t> Report<'t> {
    pub(super) fn new(text: &'t str, file: &'t str) -> Self {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file, text, line_starts, problems: Vec::new() }
    }

    /// Line and column of a byte offset; past the end means the end.
    pub(super) fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.line_starts.partition_point(|&start| start <= offset).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or("").trim_start_matches('\u{feff}');
        Position { file: self.file.to_owned(), line, column: before.chars().count() + 1 }
    }

    pub(super) fn push(&mut self, problem: StudyProblem) {
        self.problems.push(problem);
    }

    /// Problems in file order.
    pub(super) fn into_sorted(mut self) -> Vec<StudyProblem> {
        self.problems.sort_by_key(|problem| {
            let at = problem.position();
            (at.line, at.column)
        });
        self.problems
    }
}

/// The nearest of the known words, if any is near enough to be meant.
pub(super) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    // Two thirds alike: `horizn` finds `horizon`, `period` does not find `price`.
    const ALIKE: f64 = 0.65;
    // Longer than any key: nothing was meant, and comparing costs length times length.
    const MAX_BYTES: usize = 64;
    if word.len() > MAX_BYTES {
        return None;
    }
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::normalized_damerau_levenshtein(&word, candidate), candidate))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate.to_owned())
}

/// A text as messages show it: on one line and not too long.
pub(super) fn shown(text: &str) -> String {
    const MAX_CHARS: usize = 80;
    let mut line = String::new();
    for c in text.chars().take(MAX_CHARS) {
        if c.is_control() { line.extend(c.escape_default()) } else { line.push(c) }
    }
    if text.chars().nth(MAX_CHARS).is_some() {
        line.push('…');
    }
    line
}

/// Byte offset at which a value begins.
pub(super) fn start_of(value: &Spanned<DeValue<'_>>) -> usize {
    value.span().start
}

/// One table of the file.
#[derive(Clone, Copy)]
pub(super) struct Table<'a, 'i> {
    keys: &'a DeTable<'i>,
    /// Where its problems are shown when no key of it is to blame.
    pub(super) at: usize,
    pub(super) scope: &'static Scope,
}

impl<'a, 'i> Table<'a, 'i> {
    /// Opens a table and reports its unknown keys.
    pub(super) fn open(keys: &'a DeTable<'i>, at: usize, scope: &'static Scope, report: &mut Report<'_>) -> Self {
        for (key, _) in keys.iter().filter(|(key, _)| !scope.keys.contains(&key.get_ref().as_ref())) {
            let name = key.get_ref().as_ref();
            let belongs = schema::ALL.iter().filter(|other| other.keys.contains(&name));
            let problem = StudyProblem::UnknownKey {
                key: shown(name),
                table: scope,
                nearest: nearest(name, scope.keys.iter().copied()),
                belongs: belongs.copied().collect(),
                at: report.position(key.span().start),
            };
            report.push(problem);
        }
        Self { keys, at, scope }
    }

    pub(super) fn raw(&self, key: &str) -> Option<&'a Spanned<DeValue<'i>>> {
        self.keys.get(key)
    }

    /// Where a key's value begins, else where the table does.
    pub(super) fn offset(&self, key: &str) -> usize {
        self.raw(key).map_or(self.at, start_of)
    }

    pub(super) fn position(&self, key: &str, report: &Report<'_>) -> Position {
        report.position(self.offset(key))
    }

    /// A table that was opened before, for positions: reports nothing again.
    pub(super) fn reopened(&self, key: &str, scope: &'static Scope) -> Option<Self> {
        let value = self.raw(key)?;
        Some(Self { keys: value.get_ref().as_table()?, at: start_of(value), scope })
    }

    pub(super) fn wrong_type(
        &self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        expected: Expected,
        report: &mut Report<'_>,
    ) {
        let at = report.position(start_of(value));
        let found = Found::of(value.get_ref());
        report.push(StudyProblem::WrongType { key: key.to_owned(), table: self.scope, expected, found, at });
    }

    pub(super) fn bad_text(&self, key: &str, value: &str, fault: Fault, at: usize, report: &mut Report<'_>) {
        let at = report.position(at);
        let value = shown(value);
        report.push(StudyProblem::BadText { key: key.to_owned(), table: self.scope, value, fault, at });
    }

    pub(super) fn missing(&self, key: &str, report: &mut Report<'_>) {
        let at = self.position(key, report);
        report.push(StudyProblem::MissingKey { key: key.to_owned(), table: self.scope, at });
    }

    fn out_of_range(&self, key: &str, value: String, limit: Words, report: &mut Report<'_>) {
        let at = self.position(key, report);
        report.push(StudyProblem::OutOfRange { key: key.to_owned(), table: self.scope, value, limit, at });
    }

    /// Text, not blank.
    pub(super) fn text(&self, key: &str, report: &mut Report<'_>) -> Option<String> {
        let value = self.raw(key)?;
        match value.get_ref() {
            DeValue::String(text) if text.trim().is_empty() => {
                self.bad_text(key, text, Fault::Blank, start_of(value), report);
                None
            }
            DeValue::String(text) => Some(text.clone().into_owned()),
            _ => {
                self.wrong_type(key, value, Expected::Text, report);
                None
            }
        }
    }

    /// Text; blank counts as absent.
    pub(super) fn remark(&self, key: &str, report: &mut Report<'_>) -> Option<String> {
        match self.raw(key)?.get_ref() {
            DeValue::String(text) if text.trim().is_empty() => None,
            _ => self.text(key, report),
        }
    }

    /// Text that must be there; empty after a problem was reported.
    pub(super) fn required(&self, key: &str, report: &mut Report<'_>) -> String {
        let absent = match self.raw(key).map(Spanned::get_ref) {
            None => true,
            Some(DeValue::String(text)) => text.trim().is_empty(),
            Some(_) => false,
        };
        if absent {
            self.missing(key, report);
            return String::new();
        }
        self.text(key, report).unwrap_or_default()
    }

    /// Text, or a number or truth value as it is written.
    pub(super) fn literal_text(&self, key: &str, report: &mut Report<'_>) -> Option<String> {
        match self.raw(key)?.get_ref() {
            DeValue::Integer(number) => Some(number.to_string()),
            DeValue::Boolean(flag) => Some(flag.to_string()),
            _ => self.text(key, report),
        }
    }

    /// A text or a list of different texts; absent = empty.
    pub(super) fn texts(&self, key: &str, report: &mut Report<'_>) -> Vec<String> {
        let Some(value) = self.raw(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            if value.get_ref().is_str() {
                return self.text(key, report).into_iter().collect();
            }
            self.wrong_type(key, value, Expected::TextOrList, report);
            return Vec::new();
        };
        let mut texts = Vec::new();
        let mut seen = BTreeSet::new();
        for item in items.iter() {
            match item.get_ref() {
                DeValue::String(text) if text.trim().is_empty() => {
                    self.bad_text(key, text, Fault::Blank, start_of(item), report);
                }
                DeValue::String(text) if !seen.insert(text.as_ref()) => {
                    let at = report.position(start_of(item));
                    let value = shown(text);
                    report.push(StudyProblem::Repeated { key: key.to_owned(), table: self.scope, value, at });
                }
                DeValue::String(text) => texts.push(text.clone().into_owned()),
                _ => self.wrong_type(key, item, Expected::TextOrList, report),
            }
        }
        texts
    }

    /// A whole number in [min, max]; `limit` says so in words.
    pub(super) fn integer(&self, key: &str, min: u64, max: u64, limit: Words, report: &mut Report<'_>) -> Option<u64> {
        let value = self.raw(key)?;
        let DeValue::Integer(number) = value.get_ref() else {
            self.wrong_type(key, value, Expected::Integer, report);
            return None;
        };
        let parsed = u64::from_str_radix(number.as_str(), number.radix()).ok().filter(|n| (min..=max).contains(n));
        if parsed.is_none() {
            self.out_of_range(key, number.to_string(), limit, report);
        }
        parsed
    }

    /// A finite number that is `inside`; `limit` says in words what that means.
    pub(super) fn number(
        &self,
        key: &str,
        inside: impl Fn(f64) -> bool,
        limit: Words,
        report: &mut Report<'_>,
    ) -> Option<f64> {
        let value = self.raw(key)?;
        let Some(number) = number_of(value.get_ref()) else {
            self.wrong_type(key, value, Expected::Number, report);
            return None;
        };
        if number.is_finite() && inside(number) {
            return Some(number);
        }
        let written = match value.get_ref() {
            DeValue::Integer(number) => number.to_string(),
            DeValue::Float(number) => number.to_string(),
            _ => number.to_string(),
        };
        self.out_of_range(key, written, limit, report);
        None
    }

    pub(super) fn flag(&self, key: &str, report: &mut Report<'_>) -> Option<bool> {
        let value = self.raw(key)?;
        if value.get_ref().as_bool().is_none() {
            self.wrong_type(key, value, Expected::Flag, report);
        }
        value.get_ref().as_bool()
    }

    /// A TOML date, or the same in quotes.
    pub(super) fn date(&self, key: &str, report: &mut Report<'_>) -> Option<NaiveDate> {
        let value = self.raw(key)?;
        let (written, date, fault) = match value.get_ref() {
            DeValue::String(text) => (text.to_string(), iso_date(text), Fault::Date),
            DeValue::Datetime(stamp) if stamp.time.is_some() || stamp.date.is_none() => {
                (stamp.to_string(), None, Fault::Time)
            }
            DeValue::Datetime(stamp) => (stamp.to_string(), toml_date(stamp), Fault::Date),
            _ => {
                self.wrong_type(key, value, Expected::Date, report);
                return None;
            }
        };
        if date.is_none() {
            self.bad_text(key, &written, fault, start_of(value), report);
        }
        date
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&self, key: &str, words: &[(&'static str, T)], report: &mut Report<'_>) -> Option<T> {
        let text = self.text(key, report)?;
        let meant = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if meant.is_none() {
            self.unknown_word(key, text, words.iter().map(|(word, _)| *word).collect(), report);
        }
        meant
    }

    pub(super) fn unknown_word(&self, key: &str, value: String, allowed: Vec<&'static str>, report: &mut Report<'_>) {
        let at = self.position(key, report);
        let nearest = nearest(&value, allowed.iter().copied());
        let value = shown(&value);
        report.push(StudyProblem::UnknownWord { key: key.to_owned(), table: self.scope, value, allowed, nearest, at });
    }

    /// A table under a key, with its own known keys.
    pub(super) fn table(&self, key: &str, scope: &'static Scope, report: &mut Report<'_>) -> Option<Table<'a, 'i>> {
        let value = self.raw(key)?;
        match value.get_ref() {
            DeValue::Table(keys) => Some(Table::open(keys, start_of(value), scope, report)),
            _ => {
                self.wrong_type(key, value, Expected::Table, report);
                None
            }
        }
    }

    /// The tables under a double header, in file order; `None` stands for a member that is no table.
    pub(super) fn tables(
        &self,
        key: &str,
        scope: &'static Scope,
        report: &mut Report<'_>,
    ) -> Vec<Option<Table<'a, 'i>>> {
        let Some(value) = self.raw(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(key, value, Expected::Tables, report);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items.iter() {
            let DeValue::Table(keys) = item.get_ref() else {
                self.wrong_type(key, item, Expected::Tables, report);
                tables.push(None);
                continue;
            };
            tables.push(Some(Table::open(keys, start_of(item), scope, report)));
        }
        tables
    }
}

/// The number a value is, as written in any base.
pub(super) fn number_of(value: &DeValue<'_>) -> Option<f64> {
    match value {
        // Every integer of the format fits 64 bits; larger ones become infinite and are refused as such.
        DeValue::Integer(number) => {
            Some(i64::from_str_radix(number.as_str(), number.radix()).map_or(f64::INFINITY, |whole| whole as f64))
        }
        DeValue::Float(number) => Some(number.as_str().parse().unwrap_or(f64::NAN)),
        _ => None,
    }
}

/// The calendar date of a stamp.
pub(super) fn toml_date(stamp: &toml::value::Datetime) -> Option<NaiveDate> {
    let date = stamp.date?;
    NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
}

fn iso_date(text: &str) -> Option<NaiveDate> {
    let digits = text
        .bytes()
        .enumerate()
        .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    if text.len() == 10 && digits { NaiveDate::parse_from_str(text, "%Y-%m-%d").ok() } else { None }
}
