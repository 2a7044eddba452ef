//! The type of a column follows from all of its cells.

use std::collections::{BTreeMap, HashSet};

use polars::prelude::{
    BooleanChunked, Column, DateChunked, Float64Chunked, Int32Chunked, IntoColumn, IntoSeries, NewChunkedArray,
    PlSmallStr, StringChunkedBuilder,
};

use super::numeral::{Commas, grouped};
use super::raw::{Cells, TextCells};
use super::written;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Nothing: every cell is missing.
    Empty,
    /// True and false.
    Boolean,
    /// Numbers.
    Number,
    /// Calendar dates; a time of day is dropped.
    Date,
    /// Anything else.
    Text,
}

/// What is known about one column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnInfo {
    /// Its name, as in the header.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// Cells without a value: blank, a word for missing, or bad.
    pub n_missing: usize,
    /// Different values among the others.
    pub n_distinct: usize,
    /// The first cells, at most five, that do not fit the kind of the column.
    pub bad_cells: Vec<BadCell>,
    /// How many such cells there are.
    pub n_bad_cells: usize,
}

/// A cell that does not fit the kind of its column and counts as missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadCell {
    /// Line in its file, or row where the file has no lines; both from 1.
    pub line: u64,
    /// Name of the column.
    pub column: String,
    /// The cell as written, shortened.
    pub value: String,
}

/// A typed column, before its bad cells are looked up in the files.
pub(super) struct Inferred {
    pub(super) column: Column,
    pub(super) kind: ColumnKind,
    pub(super) n_missing: usize,
    pub(super) n_distinct: usize,
    /// Row and text of the first bad cells.
    pub(super) bad: Vec<(usize, String)>,
    pub(super) n_bad: usize,
    /// Words that were taken for missing, with their counts.
    pub(super) missing_words: BTreeMap<String, usize>,
    /// Integers that f64 cannot tell from their neighbours.
    pub(super) n_too_long: usize,
    /// Numbers that were read without their thousands separators.
    pub(super) n_thousands: usize,
}

/// How many bad cells are named.
const N_NAMED: usize = 5;
/// A column with bad cells keeps its type from so many good cells on ...
const LEAST_GOOD: usize = 5;
/// ... if they are nine in ten.
const GOOD_OF_TEN: usize = 9;
/// Squares and their sums over any table stay finite up to here.
const LARGEST: f64 = 1e100;
/// From 2^53 on, neighbouring integers share one f64.
const FIRST_INEXACT: f64 = 9_007_199_254_740_992.0;
const MISSING_WORDS: [&str; 7] = ["NA", "N/A", "null", "NaN", "NULL", "None", "-"];

/// What a column is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadAs {
    /// What its cells look like.
    Inferred,
    /// The same, but numbers are codes and stay text.
    Levels,
    /// Text, every cell as it is written.
    Text,
}

/// Finds the type of one column and converts its cells.
pub(super) fn infer(name: &str, cells: Cells, read_as: ReadAs) -> Inferred {
    match cells {
        cells if read_as == ReadAs::Text => text(name, &cells.into_text()),
        cells @ Cells::Number(_) if read_as == ReadAs::Levels => text(name, &cells.into_text()),
        Cells::Untyped(cells) => untyped(name, &cells, read_as == ReadAs::Levels),
        Cells::Text(cells) => declared_text(name, &cells),
        Cells::Number(values) => {
            let bad = |(row, x): (usize, &f64)| (!fits(*x) && !x.is_nan()).then(|| (row, x.to_string()));
            let bad = Bad::collect(values.iter().enumerate().filter_map(bad));
            let values: Vec<f64> = values.into_iter().map(|x| if fits(x) { x } else { f64::NAN }).collect();
            numbers(name, values, bad, BTreeMap::new())
        }
        Cells::Boolean(values) => booleans(name, &values),
        Cells::Date(values) => {
            let possible = |days: i32| chrono::NaiveDate::from_epoch_days(days).is_some();
            let bad = |(row, day): (usize, &Option<i32>)| day.filter(|d| !possible(*d)).map(|d| (row, d.to_string()));
            let bad = Bad::collect(values.iter().enumerate().filter_map(bad));
            dates(name, values.into_iter().map(|day| day.filter(|d| possible(*d))).collect(), bad, BTreeMap::new())
        }
    }
}

/// A finite number of sensible size as it may be written in a cell.
#[must_use]
pub fn parse_number(cell: &str) -> Option<f64> {
    let cell = written::half_width(cell.trim());
    // Rust also reads "inf" and "nan"; a number starts with a digit, a sign or a point.
    if !cell.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    cell.parse().ok().filter(|x| fits(*x))
}

/// Days since 1970-01-01 of a day as [`written::day`] reads it, with or without a time of day and an offset from UTC.
pub(super) fn parse_date(cell: &str) -> Option<i32> {
    let cell = written::half_width(cell.trim());
    let (date, time) = match cell.find(['T', ' ']) {
        Some(at) => (cell.get(..at)?, Some(cell.get(at + 1..)?)),
        None => (cell.as_ref(), None),
    };
    time.is_none_or(is_time).then(|| written::day(date))?
}

/// The truth of a word that says yes or no.
#[must_use]
pub fn parse_flag(word: &str) -> Option<bool> {
    match word.trim().to_lowercase().as_str() {
        "1" | "true" | "t" | "yes" | "y" | "はい" | "有" => Some(true),
        "0" | "false" | "f" | "no" | "n" | "いいえ" | "無" => Some(false),
        _ => None,
    }
}

/// Whether a cell is one of the words that stand for a missing number.
#[must_use]
pub fn is_missing_word(cell: &str) -> bool {
    MISSING_WORDS.contains(&cell.trim())
}

fn fits(x: f64) -> bool {
    x.abs() <= LARGEST
}

/// `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fff`, then nothing, `Z` or an offset from UTC.
fn is_time(text: &str) -> bool {
    let text = text.trim();
    let clock_len = text.find(['Z', '+', '-']).unwrap_or(text.len());
    let (Some(clock), Some(zone)) = (text.get(..clock_len), text.get(clock_len..)) else { return false };
    let clock = clock.trim_end();
    let zone_ok = match zone.strip_prefix(['+', '-']) {
        Some(offset) => matches!(offset.len(), 2 | 4 | 5) && offset.bytes().all(|b| b.is_ascii_digit() || b == b':'),
        None => matches!(zone, "" | "Z"),
    };
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let limits = [23, 59, 60];
    let parts: Vec<&str> = whole.split(':').collect();
    let part_ok = |(part, limit): (&&str, &u32)| {
        part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()) && part.parse::<u32>().is_ok_and(|n| n <= *limit)
    };
    zone_ok
        && matches!(parts.len(), 2 | 3)
        && parts.iter().zip(&limits).all(part_ok)
        && fraction.bytes().all(|b| b.is_ascii_digit())
}

#[derive(Default)]
struct Bad {
    first: Vec<(usize, String)>,
    count: usize,
}

impl Bad {
    fn collect(cells: impl Iterator<Item = (usize, String)>) -> Self {
        let mut bad = Self::default();
        cells.for_each(|(row, value)| {
            bad.count += 1;
            if bad.first.len() < N_NAMED {
                bad.first.push((row, shorten(&value)));
            }
        });
        bad
    }
}

/// At most forty characters, on one line.
pub(super) fn shorten(value: &str) -> String {
    const LONGEST: usize = 40;
    let mut short: String = value.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if value.chars().nth(LONGEST).is_some() {
        short.push('…');
    }
    short
}

/// What the cells of an untyped column look like.
#[derive(Default)]
struct Census {
    n_present: usize,
    n_numbers: usize,
    n_dates: usize,
    n_words: usize,
    n_true_false: usize,
    /// `t` and `f` alone: bits 1 and 2 say which were seen. A column of `F` alone is a category, not a truth.
    n_letters: usize,
    letters: u8,
    commas: Commas,
}

impl Census {
    fn count(&mut self, cell: &str) {
        let cell = cell.trim();
        self.n_present += 1;
        self.commas.count(cell);
        if parse_number(cell).is_some() {
            self.n_numbers += 1;
        } else if is_missing_word(cell) {
            self.n_words += 1;
        } else if cell.len() <= 5 && (cell.eq_ignore_ascii_case("true") || cell.eq_ignore_ascii_case("false")) {
            self.n_true_false += 1;
        } else if cell.eq_ignore_ascii_case("t") || cell.eq_ignore_ascii_case("f") {
            self.n_letters += 1;
            self.letters |= if cell.eq_ignore_ascii_case("t") { 1 } else { 2 };
        } else if parse_date(cell).is_some() {
            self.n_dates += 1;
        }
    }

    fn is_mostly(&self, n_good: usize) -> bool {
        let n = self.n_present - self.n_words;
        n_good > 0 && (n_good == n || (n_good >= LEAST_GOOD && n_good * 10 >= n * GOOD_OF_TEN))
    }

    fn is_boolean(&self) -> bool {
        let letters_ok = self.n_letters == 0 || self.letters == 3 || self.n_true_false > 0;
        self.n_true_false + self.n_letters == self.n_present && letters_ok
    }
}

fn untyped(name: &str, cells: &TextCells, as_levels: bool) -> Inferred {
    let mut census = Census::default();
    cells.iter().flatten().for_each(|cell| census.count(cell));
    if census.n_present == 0 {
        text(name, cells)
    } else if as_levels && census.is_mostly(census.n_numbers) {
        codes(name, cells)
    } else if census.is_mostly(census.n_numbers + census.commas.n_thousands()) {
        let n_thousands = census.commas.n_thousands();
        let number = |cell: &str| parse_number(cell).or_else(|| grouped(cell).filter(|_| n_thousands > 0));
        let (values, bad, words) = parse_all(cells, number);
        let values = values.into_iter().map(|x| x.unwrap_or(f64::NAN)).collect();
        Inferred { n_thousands, ..numbers(name, values, bad, words) }
    } else if census.is_mostly(census.n_dates) {
        let (values, bad, words) = parse_all(cells, parse_date);
        dates(name, values, bad, words)
    } else if census.is_boolean() {
        booleans(name, &cells.iter().map(|cell| cell.and_then(parse_flag)).collect::<Vec<_>>())
    } else {
        text(name, cells)
    }
}

/// Numbers that are names: `01` stays `01`, and `1.0` is the `1` that other programs write where a cell is missing.
fn codes(name: &str, cells: &TextCells) -> Inferred {
    let mut written = TextCells::default();
    for cell in cells.iter() {
        written.push(code(cell.unwrap_or_default()));
    }
    text(name, &written)
}

/// A code without the `.0` at its end.
pub(crate) fn code(cell: &str) -> &str {
    let cell = cell.trim();
    let whole = cell.split_once('.').filter(|(whole, part)| {
        let is_integer = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
        is_integer && !part.is_empty() && part.bytes().all(|byte| byte == b'0')
    });
    whole.map_or(cell, |(whole, _)| whole)
}

/// Text that the file itself declares as text is never a number, but dates have no other way to be written.
fn declared_text(name: &str, cells: &TextCells) -> Inferred {
    let is_date = cells.iter().flatten().all(|cell| parse_date(cell).is_some());
    if is_date && cells.iter().flatten().next().is_some() {
        let (values, bad, words) = parse_all(cells, parse_date);
        dates(name, values, bad, words)
    } else {
        text(name, cells)
    }
}

fn parse_all<T>(
    cells: &TextCells,
    parse: impl Fn(&str) -> Option<T>,
) -> (Vec<Option<T>>, Bad, BTreeMap<String, usize>) {
    let mut words = BTreeMap::new();
    let mut unfit = Vec::new();
    let mut values = Vec::with_capacity(cells.len());
    for (row, cell) in cells.iter().enumerate() {
        let value = cell.and_then(&parse);
        if let (None, Some(cell)) = (&value, cell) {
            if is_missing_word(cell) {
                *words.entry(cell.trim().to_owned()).or_insert(0) += 1;
            } else {
                unfit.push((row, cell.to_owned()));
            }
        }
        values.push(value);
    }
    (values, Bad::collect(unfit.into_iter()), words)
}

fn empty(name: &str, n_rows: usize) -> Inferred {
    let mut cells = TextCells::default();
    cells.pad(n_rows);
    text(name, &cells)
}

fn text(name: &str, cells: &TextCells) -> Inferred {
    let mut builder = StringChunkedBuilder::new(PlSmallStr::from_str(name), cells.len());
    let mut distinct = HashSet::new();
    let mut n_missing = 0;
    for cell in cells.iter() {
        match cell {
            Some(cell) => {
                distinct.insert(cell);
            }
            None => n_missing += 1,
        }
        builder.append_option(cell);
    }
    let kind = if n_missing == cells.len() { ColumnKind::Empty } else { ColumnKind::Text };
    let column = builder.finish().into_series().into_column();
    finished(column, kind, n_missing, distinct.len(), Bad::default(), BTreeMap::new())
}

fn numbers(name: &str, values: Vec<f64>, bad: Bad, words: BTreeMap<String, usize>) -> Inferred {
    let mut bits: Vec<u64> = values.iter().filter(|x| !x.is_nan()).map(|x| (x + 0.0).to_bits()).collect();
    let n_missing = values.len() - bits.len();
    if bits.is_empty() && bad.count == 0 {
        return empty(name, values.len());
    }
    let n_too_long = values.iter().filter(|x| x.abs() >= FIRST_INEXACT && x.abs() < 1e19).count();
    bits.sort_unstable();
    bits.dedup();
    let cells = values.iter().map(|x| (!x.is_nan()).then_some(x + 0.0));
    let column = Float64Chunked::from_iter_options(PlSmallStr::from_str(name), cells).into_series().into_column();
    let mut inferred = finished(column, ColumnKind::Number, n_missing, bits.len(), bad, words);
    inferred.n_too_long = n_too_long;
    inferred
}

fn booleans(name: &str, values: &[Option<bool>]) -> Inferred {
    let n_missing = values.iter().filter(|v| v.is_none()).count();
    if n_missing == values.len() {
        return empty(name, values.len());
    }
    let n_distinct = [true, false].iter().filter(|flag| values.contains(&Some(**flag))).count();
    let cells = values.iter().copied();
    let column = BooleanChunked::from_iter_options(PlSmallStr::from_str(name), cells).into_series().into_column();
    finished(column, ColumnKind::Boolean, n_missing, n_distinct, Bad::default(), BTreeMap::new())
}

fn dates(name: &str, values: Vec<Option<i32>>, bad: Bad, words: BTreeMap<String, usize>) -> Inferred {
    let mut days: Vec<i32> = values.iter().flatten().copied().collect();
    let n_missing = values.len() - days.len();
    if days.is_empty() && bad.count == 0 {
        return empty(name, values.len());
    }
    days.sort_unstable();
    days.dedup();
    let days_column = Int32Chunked::from_iter_options(PlSmallStr::from_str(name), values.into_iter());
    let column: DateChunked = days_column.into_date();
    finished(column.into_series().into_column(), ColumnKind::Date, n_missing, days.len(), bad, words)
}

fn finished(
    column: Column,
    kind: ColumnKind,
    n_missing: usize,
    n_distinct: usize,
    bad: Bad,
    missing_words: BTreeMap<String, usize>,
) -> Inferred {
    Inferred {
        column,
        kind,
        n_missing,
        n_distinct,
        bad: bad.first,
        n_bad: bad.count,
        missing_words,
        n_too_long: 0,
        n_thousands: 0,
    }
}
