//! Columns of a panel, read by type. Past the design no other module touches the frame.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use polars::prelude::{Column, DataType};
use strsim::normalized_damerau_levenshtein;

use super::{Panel, PanelError};

/// A column of levels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Distinct levels in byte order.
    pub levels: Vec<String>,
    /// Level of each row, an index into `levels`; `None` = missing.
    pub codes: Vec<Option<u32>>,
}

/// A recorded yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// Recorded as so.
    Yes,
    /// Recorded as not so.
    No,
    /// Not recorded.
    Unknown,
}

/// Cells of a column as text.
pub(super) fn texts_of(column: &Column) -> Result<Vec<Option<String>>, PanelError> {
    Ok(match column.dtype() {
        DataType::Boolean => column.bool()?.iter().map(|cell| cell.map(|b| b.to_string())).collect(),
        DataType::Float64 => column.f64()?.iter().map(|cell| cell.map(|x| x.to_string())).collect(),
        DataType::String => column.str()?.iter().map(|cell| cell.map(str::to_owned)).collect(),
        _ => days_of(column)?.into_iter().map(|cell| cell.map(|d| d.to_string())).collect(),
    })
}

fn days_of(column: &Column) -> Result<Vec<Option<NaiveDate>>, PanelError> {
    let epoch = NaiveDate::default();
    let day = |n: i32| epoch.checked_add_signed(chrono::TimeDelta::days(i64::from(n)));
    Ok(column.date()?.physical().iter().map(|cell| cell.and_then(day)).collect())
}

impl Panel {
    fn raw(&self, name: &str) -> Result<&Column, PanelError> {
        self.frame.column(name).map_err(|_| PanelError::NoColumn {
            column: name.to_owned(),
            needed_as: "column".to_owned(),
            table: "panel".to_owned(),
            suggestion: self.nearest(name),
        })
    }

    /// The column whose name is nearest to a name that does not exist.
    #[must_use]
    pub fn nearest(&self, name: &str) -> Option<String> {
        const SIMILAR_ENOUGH: f64 = 0.6;
        self.column_names()
            .into_iter()
            .map(|known| (normalized_damerau_levenshtein(&known.to_lowercase(), &name.to_lowercase()), known))
            .filter(|(similarity, _)| *similarity >= SIMILAR_ENOUGH)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, known)| known)
    }

    /// `number`, `boolean`, `date` or `text`.
    ///
    /// # Errors
    /// [`PanelError::NoColumn`].
    pub fn kind(&self, name: &str) -> Result<&'static str, PanelError> {
        Ok(match self.raw(name)?.dtype() {
            DataType::Boolean => "boolean",
            DataType::Date => "date",
            DataType::String => "text",
            _ => "number",
        })
    }

    /// Rows without a value; all of them where there is no such column.
    #[must_use]
    pub fn n_missing(&self, name: &str) -> usize {
        self.frame.column(name).map_or(self.n_rows(), Column::null_count)
    }

    /// Numbers, NaN where missing; booleans as 0 and 1.
    ///
    /// # Errors
    /// [`PanelError::WrongKind`] for texts and dates.
    pub fn numbers(&self, name: &str) -> Result<Vec<f64>, PanelError> {
        let column = self.raw(name)?;
        match column.dtype() {
            DataType::Boolean => {
                Ok(column.bool()?.iter().map(|cell| cell.map_or(f64::NAN, |b| f64::from(u8::from(b)))).collect())
            }
            DataType::Float64 => Ok(column.f64()?.iter().map(|cell| cell.unwrap_or(f64::NAN)).collect()),
            _ if column.null_count() == column.len() => Ok(vec![f64::NAN; column.len()]),
            _ => Err(PanelError::WrongKind {
                column: name.to_owned(),
                found: self.kind(name)?.to_owned(),
                needed: "number".to_owned(),
            }),
        }
    }

    /// Cells as text, whatever the kind: 3 and not 3.0, ISO dates.
    ///
    /// # Errors
    /// [`PanelError::NoColumn`].
    pub fn texts(&self, name: &str) -> Result<Vec<Option<String>>, PanelError> {
        texts_of(self.raw(name)?)
    }

    /// Dates.
    ///
    /// # Errors
    /// [`PanelError::WrongKind`] for anything else.
    pub fn dates(&self, name: &str) -> Result<Vec<Option<NaiveDate>>, PanelError> {
        let column = self.raw(name)?;
        if column.null_count() == column.len() {
            return Ok(vec![None; column.len()]);
        }
        if column.dtype() != &DataType::Date {
            return Err(PanelError::WrongKind {
                column: name.to_owned(),
                found: self.kind(name)?.to_owned(),
                needed: "date".to_owned(),
            });
        }
        days_of(column)
    }

    /// Levels of a column, whatever its kind.
    ///
    /// # Errors
    /// [`PanelError::NoColumn`].
    pub fn category(&self, name: &str) -> Result<Category, PanelError> {
        let texts = self.texts(name)?;
        let mut codes = BTreeMap::new();
        for text in texts.iter().flatten() {
            codes.entry(text.trim().to_owned()).or_insert(0_u32);
        }
        codes.remove("");
        for (code, value) in (0..).zip(codes.values_mut()) {
            *value = code;
        }
        let rows = texts.iter().map(|t| t.as_deref().and_then(|t| codes.get(t.trim()).copied())).collect();
        Ok(Category { levels: codes.into_keys().collect(), codes: rows })
    }

    /// A recorded yes or no: 0/1, true/false, yes/no; a date means no before it and yes from its period on.
    ///
    /// # Errors
    /// [`PanelError::WrongKind`] for other texts.
    pub fn flags(&self, name: &str) -> Result<Vec<Flag>, PanelError> {
        let from = |yes: bool| if yes { Flag::Yes } else { Flag::No };
        match self.kind(name)? {
            "date" => {
                let dates = self.dates(name)?;
                let as_of = self.period.iter().map(|&p| self.periods.date(p));
                Ok(dates
                    .into_iter()
                    .zip(as_of)
                    .map(|(date, as_of)| match (date, as_of) {
                        (Some(date), Some(as_of)) => from(date <= as_of),
                        (Some(_), None) => Flag::Yes,
                        (None, _) => Flag::No,
                    })
                    .collect())
            }
            "text" => self
                .texts(name)?
                .into_iter()
                .map(|cell| match cell.as_deref().map(|t| t.trim().to_lowercase()).as_deref() {
                    None | Some("") => Ok(Flag::Unknown),
                    Some("yes" | "y" | "true" | "はい" | "有") => Ok(Flag::Yes),
                    Some("no" | "n" | "false" | "いいえ" | "無") => Ok(Flag::No),
                    Some(_) => Err(PanelError::WrongKind {
                        column: name.to_owned(),
                        found: "text".to_owned(),
                        needed: "yes/no flag".to_owned(),
                    }),
                })
                .collect(),
            _ => Ok(self
                .numbers(name)?
                .into_iter()
                .map(|x| if x.is_nan() { Flag::Unknown } else { from(x.abs() > 0.0) })
                .collect()),
        }
    }
}
