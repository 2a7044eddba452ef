//! Cells as a file holds them, before the types of its columns are known.

use crate::notice::Notice;

/// Text cells of one column in one buffer: 30 million cells must not be 30 million allocations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextCells {
    text: String,
    ends: Vec<usize>,
}

impl TextCells {
    /// Appends a cell.
    pub fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    /// Keeps the first cells.
    pub(super) fn truncate(&mut self, n_rows: usize) {
        self.ends.truncate(n_rows);
        self.text.truncate(self.ends.last().copied().unwrap_or_default());
    }

    /// Blank cells up to `n_rows`.
    pub(super) fn pad(&mut self, n_rows: usize) {
        self.ends.resize(n_rows.max(self.ends.len()), self.text.len());
    }

    /// Cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// One cell; a blank one is missing.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&str> {
        let end = *self.ends.get(row)?;
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start..end).filter(|cell| !is_blank_cell(cell))
    }

    /// The cells in order; blank ones (nothing or whitespace) are missing.
    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let cell = self.text.get(start..end).unwrap_or_default();
            start = end;
            (!is_blank_cell(cell)).then_some(cell)
        })
    }

    fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    fn append(&mut self, other: &Self) {
        let shift = self.text.len();
        self.text.push_str(&other.text);
        self.ends.extend(other.ends.iter().map(|end| end + shift));
    }
}

/// Nothing or whitespace; most cells begin with a letter or a digit.
fn is_blank_cell(cell: &str) -> bool {
    match cell.bytes().next() {
        Some(b'!'..=b'~') => false,
        _ => cell.trim().is_empty(),
    }
}

/// Cells of one column of one file.
#[derive(Debug, Clone)]
pub(super) enum Cells {
    /// Text whose meaning must be inferred: CSV fields, mixed JSON values.
    Untyped(TextCells),
    /// Text that the file declares to be text: never turned into numbers.
    Text(TextCells),
    /// Numbers, NaN where missing.
    Number(Vec<f64>),
    Boolean(Vec<Option<bool>>),
    /// Days since 1970-01-01.
    Date(Vec<Option<i32>>),
}

impl Cells {
    /// Adds the cells of the next file. Columns of different types meet as untyped text; blank cells have no type.
    pub(super) fn append(&mut self, next: Self) {
        match (&mut *self, next) {
            (_, Self::Untyped(next)) if next.is_blank() => self.extend_blank(next.len()),
            (Self::Untyped(cells), next) if cells.is_blank() && !matches!(next, Self::Untyped(_)) => {
                let n_blank = cells.len();
                *self = next.same_type();
                self.extend_blank(n_blank);
                self.append(next);
            }
            (Self::Untyped(a), Self::Untyped(b)) | (Self::Text(a), Self::Text(b)) => a.append(&b),
            (Self::Number(a), Self::Number(b)) => a.extend(b),
            (Self::Boolean(a), Self::Boolean(b)) => a.extend(b),
            (Self::Date(a), Self::Date(b)) => a.extend(b),
            (_, next) => {
                let mut text = std::mem::replace(self, Self::Boolean(Vec::new())).into_text();
                text.append(&next.into_text());
                *self = Self::Untyped(text);
            }
        }
    }

    fn same_type(&self) -> Self {
        match self {
            Self::Untyped(_) => Self::Untyped(TextCells::default()),
            Self::Text(_) => Self::Text(TextCells::default()),
            Self::Number(_) => Self::Number(Vec::new()),
            Self::Boolean(_) => Self::Boolean(Vec::new()),
            Self::Date(_) => Self::Date(Vec::new()),
        }
    }

    fn extend_blank(&mut self, n: usize) {
        match self {
            Self::Untyped(cells) | Self::Text(cells) => cells.pad(cells.len() + n),
            Self::Number(cells) => cells.resize(cells.len() + n, f64::NAN),
            Self::Boolean(cells) => cells.resize(cells.len() + n, None),
            Self::Date(cells) => cells.resize(cells.len() + n, None),
        }
    }

    /// The cells as canonical text.
    pub(super) fn into_text(self) -> TextCells {
        let mut text = TextCells::default();
        match self {
            Self::Untyped(cells) | Self::Text(cells) => return cells,
            Self::Number(cells) => {
                cells.iter().for_each(|&x| text.push(&if x.is_nan() { String::new() } else { render_number(x) }));
            }
            Self::Boolean(cells) => cells.iter().for_each(|&b| text.push(b.map_or("", render_flag))),
            Self::Date(cells) => {
                cells.iter().for_each(|&days| text.push(&days.and_then(render_date).unwrap_or_default()));
            }
        }
        text
    }
}

/// One file, parsed.
#[derive(Debug)]
pub(super) struct RawTable {
    pub(super) columns: Vec<(String, Cells)>,
    pub(super) lines: Lines,
    pub(super) notices: Vec<Notice>,
}

/// Where the rows of a file are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lines {
    /// Line of each row, from 1.
    Text(Vec<u64>),
    /// So many rows of a file without lines.
    Rows(usize),
}

impl Lines {
    pub(super) fn n_rows(&self) -> usize {
        match self {
            Self::Text(lines) => lines.len(),
            Self::Rows(n) => *n,
        }
    }
}

/// `3` rather than `3.0`, else the shortest text that reads back as the same number.
pub(super) fn render_number(x: f64) -> String {
    // Adding zero turns -0 into 0; `{}` never writes an exponent or a trailing `.0`.
    format!("{}", x + 0.0)
}

pub(super) fn render_flag(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}

pub(super) fn render_date(days: i32) -> Option<String> {
    chrono::NaiveDate::from_epoch_days(days).map(|date| date.format("%Y-%m-%d").to_string())
}
