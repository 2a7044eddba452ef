//! A checked table and its typed reads.

use chrono::NaiveDate;
use polars::prelude::{Column, DataFrame, DataType};

use super::error::{BadNumbers, Wanted};
use super::infer::{is_missing_word, parse_date, parse_flag, parse_number, shorten};
use super::numeral::is_no_number;
use super::raw::{Lines, render_date, render_flag, render_number};
use super::{ColumnInfo, ColumnKind, IngestError, paths};
use crate::notice::Notice;
use crate::words;
use crate::words::Words;

/// Rows of one or more files with named, typed columns.
///
/// The frame has columns of polars type Boolean, Float64, Date and String only; a column without any value is String.
/// A missing cell is null. Rows keep the order of the files.
#[derive(Debug, Clone)]
pub struct Table {
    frame: DataFrame,
    name: String,
    sources: Vec<Source>,
    columns: Vec<ColumnInfo>,
    digest: String,
    notices: Vec<Notice>,
}

/// What a table is made of.
pub(super) struct Parts {
    pub(super) frame: DataFrame,
    pub(super) name: String,
    pub(super) sources: Vec<Source>,
    pub(super) columns: Vec<ColumnInfo>,
    pub(super) digest: String,
    pub(super) notices: Vec<Notice>,
}

/// The rows that came from one file.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) file: String,
    pub(super) lines: Lines,
}

impl Table {
    pub(super) fn new(parts: Parts) -> Self {
        let Parts { frame, name, sources, columns, digest, notices } = parts;
        Self { frame, name, sources, columns, digest, notices }
    }

    /// The data frame.
    #[must_use]
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// The data frame, without the rest.
    #[must_use]
    pub fn into_frame(self) -> DataFrame {
        self.frame
    }

    /// The file name or pattern, for messages.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is known about each column, in the order of the (first) file.
    #[must_use]
    pub fn columns(&self) -> &[ColumnInfo] {
        &self.columns
    }

    /// What is known about one column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&ColumnInfo> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.frame.height()
    }

    /// Where a row is, counted from 0, for example `file.csv line 12`; `row 12` where the file has no lines.
    #[must_use]
    pub fn line_of(&self, row: usize) -> Option<String> {
        self.place_of(row).map(|place| place.en)
    }

    /// As [`Table::line_of`], in both languages.
    #[must_use]
    pub fn place_of(&self, row: usize) -> Option<Words> {
        place_of(&self.sources, row)
    }

    /// SHA-256 of the bytes of the files, one after the other, in lower-case hexadecimal.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What had to be assumed, left out or counted as missing.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// A column as numbers, NaN where missing; booleans are 0 and 1, text is read cell by cell.
    ///
    /// # Errors
    /// The column does not exist, holds dates, or holds a text that is not a number.
    pub fn numbers(&self, name: &str) -> Result<Vec<f64>, IngestError> {
        let column = self.find(name)?;
        if let Some(cells) = column.try_f64() {
            return Ok(cells.iter().map(|x| x.unwrap_or(f64::NAN)).collect());
        }
        if let Some(cells) = column.try_bool() {
            return Ok(cells.iter().map(|b| b.map_or(f64::NAN, |b| f64::from(u8::from(b)))).collect());
        }
        let Some(cells) = column.try_str() else { return Err(self.wrong_kind(name, Wanted::Numbers)) };
        let number = |(row, cell): (usize, Option<&str>)| match cell {
            None => Ok(f64::NAN),
            Some(cell) if is_missing_word(cell) => Ok(f64::NAN),
            Some(cell) => parse_number(cell).ok_or_else(|| self.wrong_value(row, name, cell, Wanted::Numbers)),
        };
        cells.iter().enumerate().map(number).collect()
    }

    /// Why a column cannot be read as numbers, with the first cells that stand in the way; `None` where it can.
    ///
    /// # Errors
    /// The column does not exist.
    pub fn no_numbers(&self, name: &str, needed_as: &Words) -> Result<Option<IngestError>, IngestError> {
        const SHOWN: usize = 3;
        if self.column(name).is_some_and(|column| column.kind == ColumnKind::Date) {
            return Ok(Some(self.wrong_kind(name, Wanted::Numbers)));
        }
        let Some(cells) = self.find(name)?.try_str() else { return Ok(None) };
        let known = || cells.iter().enumerate().filter_map(|(row, cell)| Some((row, cell?)));
        let mut bad: Vec<(usize, &str)> = known().filter(|(_, cell)| is_no_number(cell)).collect();
        // Text that the file declares as text stays text, even where it is a number.
        if bad.is_empty() {
            bad.extend(known());
        }
        let Some((_, value)) = bad.first() else { return Ok(None) };
        let places: Vec<Words> = bad
            .iter()
            .take(SHOWN)
            .map(|(row, cell)| {
                let (place, cell) = (self.place_of(*row).unwrap_or_default(), shorten(cell));
                Words { en: format!("{}: `{cell}`", place.en), ja: format!("{}：「{cell}」", place.ja) }
            })
            .collect();
        let join = |pick: fn(&Words) -> &str, with: &str| places.iter().map(pick).collect::<Vec<_>>().join(with);
        let more = if bad.len() > SHOWN { (", ...", "、ほか") } else { ("", "") };
        Ok(Some(IngestError::Numbers(Box::new(BadNumbers {
            place: Words {
                en: format!("{}{}", join(|w| &w.en, ", "), more.0),
                ja: format!("{}{}", join(|w| &w.ja, "、"), more.1),
            },
            column: name.to_owned(),
            needed_as: needed_as.clone(),
            value: shorten(value),
            n: bad.len(),
            of: known().filter(|(_, cell)| !cell.trim().is_empty() && !is_missing_word(cell)).count(),
        }))))
    }

    /// A column as text, whatever its kind: `3` rather than `3.0`, `true`, `2026-01-31`.
    ///
    /// # Errors
    /// The column does not exist.
    pub fn texts(&self, name: &str) -> Result<Vec<Option<String>>, IngestError> {
        let column = self.find(name)?;
        Ok(match column.dtype() {
            DataType::Float64 => {
                column.try_f64().map(|c| c.iter().map(|x| x.map(render_number)).collect()).unwrap_or_default()
            }
            DataType::Boolean => column
                .try_bool()
                .map(|c| c.iter().map(|b| b.map(|b| render_flag(b).to_owned())).collect())
                .unwrap_or_default(),
            DataType::Date => days_of(column).into_iter().map(|day| day.and_then(render_date)).collect(),
            _ => column.try_str().map(|c| c.iter().map(|s| s.map(str::to_owned)).collect()).unwrap_or_default(),
        })
    }

    /// A column as truths: 0/1, true/false, yes/no, y/n, はい/いいえ, 有/無, in any case.
    ///
    /// With `positive`, that value is true and any other is false.
    ///
    /// # Errors
    /// The column does not exist, holds dates (without `positive`), or holds another value: the first is named.
    pub fn flags(&self, name: &str, positive: Option<&str>) -> Result<Vec<Option<bool>>, IngestError> {
        if let Some(positive) = positive {
            return self.equal_to(name, positive);
        }
        let column = self.find(name)?;
        if let Some(cells) = column.try_bool() {
            return Ok(cells.iter().collect());
        }
        if column.dtype() == &DataType::Date {
            return Err(self.wrong_kind(name, Wanted::Flags));
        }
        let flag = |(row, cell): (usize, Option<String>)| match cell {
            None => Ok(None),
            Some(cell) => parse_flag(&cell).map(Some).ok_or_else(|| self.wrong_value(row, name, &cell, Wanted::Flags)),
        };
        self.texts(name)?.into_iter().enumerate().map(flag).collect()
    }

    /// A column as dates; text is read cell by cell.
    ///
    /// # Errors
    /// The column does not exist, holds numbers or booleans, or holds a text that is not a date.
    pub fn dates(&self, name: &str) -> Result<Vec<Option<NaiveDate>>, IngestError> {
        let column = self.find(name)?;
        if column.dtype() == &DataType::Date {
            return Ok(days_of(column).into_iter().map(|day| day.and_then(NaiveDate::from_epoch_days)).collect());
        }
        let Some(cells) = column.try_str() else { return Err(self.wrong_kind(name, Wanted::Dates)) };
        let date = |(row, cell): (usize, Option<&str>)| match cell {
            None => Ok(None),
            Some(cell) => match parse_date(cell).and_then(NaiveDate::from_epoch_days) {
                Some(date) => Ok(Some(date)),
                None => Err(self.wrong_value(row, name, cell, Wanted::Dates)),
            },
        };
        cells.iter().enumerate().map(date).collect()
    }

    fn equal_to(&self, name: &str, positive: &str) -> Result<Vec<Option<bool>>, IngestError> {
        let positive = positive.trim();
        let column = self.find(name)?;
        if let (Some(cells), Some(truth)) = (column.try_bool(), parse_flag(positive)) {
            return Ok(cells.iter().map(|b| b.map(|b| b == truth)).collect());
        }
        let wanted = match (column.dtype(), parse_number(positive), parse_date(positive)) {
            (DataType::Float64, Some(x), _) => render_number(x),
            (DataType::Date, _, Some(days)) => render_date(days).unwrap_or_default(),
            _ => positive.to_owned(),
        };
        Ok(self.texts(name)?.into_iter().map(|cell| cell.map(|cell| cell.trim() == wanted)).collect())
    }

    fn find(&self, name: &str) -> Result<&Column, IngestError> {
        self.frame.column(name).map_err(|_| {
            let names: Vec<String> = self.columns.iter().map(|c| c.name.clone()).collect();
            IngestError::ColumnMissing {
                table: self.name.clone(),
                column: name.to_owned(),
                near: paths::nearest(name, &names),
            }
        })
    }

    fn wrong_kind(&self, name: &str, wanted: Wanted) -> IngestError {
        let kind = self.column(name).map_or(ColumnKind::Empty, |column| column.kind);
        IngestError::WrongKind { table: self.name.clone(), column: name.to_owned(), kind, wanted }
    }

    fn wrong_value(&self, row: usize, name: &str, value: &str, wanted: Wanted) -> IngestError {
        let place = self.place_of(row).unwrap_or_else(|| Words::same(&self.name));
        IngestError::WrongValue { place, column: name.to_owned(), value: shorten(value), wanted }
    }
}

/// File of a row and its line there (or its row, where the file has no lines), both from 1.
pub(super) fn locate(sources: &[Source], row: usize) -> Option<(&Source, u64)> {
    let mut row = row;
    for source in sources {
        let n_rows = source.lines.n_rows();
        if row < n_rows {
            let line = match &source.lines {
                Lines::Text(lines) => lines.get(row).copied()?,
                Lines::Rows(_) => row as u64 + 1,
            };
            return Some((source, line));
        }
        row -= n_rows;
    }
    None
}

/// `file.csv line 12`, in both languages.
pub(super) fn place_of(sources: &[Source], row: usize) -> Option<Words> {
    let (Source { file, lines }, line) = locate(sources, row)?;
    Some(match lines {
        Lines::Text(_) => words!(en: "{file} line {line}", ja: "{file} {line}行目"),
        Lines::Rows(_) => words!(en: "{file} row {line}", ja: "{file} {line}件目"),
    })
}

fn days_of(column: &Column) -> Vec<Option<i32>> {
    column.try_date().map(|days| days.physical().iter().collect()).unwrap_or_default()
}
