//! Some rows of a log.

use std::sync::Arc;

use crate::ingest::raw::{Cells, Lines, TextCells};
use crate::words;
use crate::words::Words;

/// Neighbouring rows of one file, the columns in the order of the request.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Columns, as long as each other.
    pub columns: Vec<LogColumn>,
    /// Digest of all cells of each row; empty unless asked for.
    pub digests: Vec<u64>,
    /// Share of the log that has been read, 0 to 1.
    pub share: f64,
    pub(super) lines: Lines,
    /// Rows of the file before this batch; counts where the file has no lines.
    pub(super) first: u64,
    pub(super) file: Arc<str>,
}

/// Cells of one column; a missing one is `None`, NaN or blank.
#[derive(Debug, Clone)]
pub enum LogColumn {
    /// Text as written.
    Text(TextCells),
    /// Text that the file keeps once for many rows.
    Levels {
        /// Place of each cell's text among the levels; [`u32::MAX`] where missing.
        codes: Vec<u32>,
        /// The different texts.
        levels: TextCells,
    },
    /// Numbers, NaN where missing.
    Numbers(Vec<f64>),
    /// Truths.
    Flags(Vec<Option<bool>>),
    /// Days since 1970-01-01.
    Days(Vec<Option<i32>>),
    /// Microseconds since 1970, in UTC where the file says so.
    Instants {
        /// Microseconds.
        micros: Vec<Option<i64>>,
        /// Whether they are instants in UTC; else they are what the wall clock showed.
        zoned: bool,
    },
}

impl Batch {
    /// Rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.lines.n_rows()
    }

    /// The columns as the cells of a table.
    pub(in crate::ingest) fn into_cells(self) -> impl Iterator<Item = Cells> {
        self.columns.into_iter().map(|column| match column {
            LogColumn::Text(cells) => Cells::Untyped(cells),
            LogColumn::Levels { codes, levels } => {
                let mut cells = TextCells::default();
                codes.iter().for_each(|&code| cells.push(levels.get(code as usize).unwrap_or_default()));
                Cells::Untyped(cells)
            }
            LogColumn::Numbers(cells) => Cells::Number(cells),
            LogColumn::Flags(cells) => Cells::Boolean(cells),
            LogColumn::Days(cells) => Cells::Date(cells),
            LogColumn::Instants { micros, .. } => {
                let day = |micros: i64| i32::try_from(micros.div_euclid(86_400_000_000)).ok();
                Cells::Date(micros.into_iter().map(|micros| micros.and_then(day)).collect())
            }
        })
    }

    /// File and line of a row, for example `log.csv line 12`; `row 12` where the file has no lines.
    #[must_use]
    pub fn place(&self, row: usize) -> Words {
        let file = &self.file;
        match &self.lines {
            Lines::Text(lines) => {
                let line = lines.get(row).copied().unwrap_or_default();
                words!(en: "{file} line {line}", ja: "{file} {line}行目")
            }
            Lines::Rows(_) => {
                let row = self.first + row as u64 + 1;
                words!(en: "{file} row {row}", ja: "{file} {row}件目")
            }
        }
    }
}

impl LogColumn {
    /// Cells.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(cells) => cells.len(),
            Self::Levels { codes, .. } => codes.len(),
            Self::Numbers(cells) => cells.len(),
            Self::Flags(cells) => cells.len(),
            Self::Days(cells) => cells.len(),
            Self::Instants { micros, .. } => micros.len(),
        }
    }

    /// The text of a cell; `None` where it is missing, or the column holds no text.
    #[must_use]
    pub fn text(&self, row: usize) -> Option<&str> {
        match self {
            Self::Text(cells) => cells.get(row),
            Self::Levels { codes, levels } => levels.get(*codes.get(row)? as usize),
            _ => None,
        }
    }

    /// Whether there is no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
