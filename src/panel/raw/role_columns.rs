//! Attributes by row of the panel: accounts' as they are, contracts' as they stood, events' as last known.

use crate::ingest::{ColumnKind, DateFault, DateHome, Dates, NoDate, Table, is_missing_word};
use crate::panel::PanelError;
use crate::study::DateFormats;

use super::RawQuestion;
use super::lives::{Account, Lives};
use super::plan::Convert;
use super::reduce::RoleValues;
use super::roles::{Home, Placed, Places};
use super::tables::{RawTables, bad_date, date_column};

/// A column of the panel.
#[derive(Debug, Clone)]
pub(super) enum Attribute {
    Numbers(Vec<f64>),
    Flags(Vec<Option<bool>>),
    /// Index of each row's text.
    Texts {
        codes: Vec<Option<u32>>,
        levels: Vec<String>,
    },
}

/// The columns of all roles and programmes, in their order.
#[derive(Debug)]
pub(super) struct Attributes<'p> {
    pub(super) places: &'p Places,
    pub(super) columns: Vec<Option<Attribute>>,
}

impl<'p> Attributes<'p> {
    /// Reads those of accounts and contracts.
    pub(super) fn new(
        question: &RawQuestion<'_>,
        raw: &RawTables,
        lives: &Lives,
        places: &'p Places,
    ) -> Result<Self, PanelError> {
        let columns = places
            .columns
            .iter()
            .map(|placed| match placed.home {
                Home::Accounts => {
                    let row = |account: &Account, _| Some(account.row);
                    let formats = &question.tables.accounts.date_format;
                    attribute(&raw.accounts, placed, formats, question, lives, &row).map(Some)
                }
                Home::Contracts => {
                    let row = |account: &Account, day| account.contract_at(day).map(|signed| signed.row);
                    let formats = &question.tables.contracts.date_format;
                    attribute(&raw.contracts, placed, formats, question, lives, &row).map(Some)
                }
                Home::Events(_) => Ok(None),
            })
            .collect::<Result<_, PanelError>>()?;
        Ok(Self { places, columns })
    }

    /// Takes those of a log.
    pub(super) fn take(&mut self, roles: Vec<RoleValues>) {
        for role in roles {
            let attribute = match role.convert {
                Convert::Code => {
                    let code = |x: f64| (!x.is_nan()).then_some(x as u32);
                    Attribute::Texts { codes: role.values.into_iter().map(code).collect(), levels: role.levels }
                }
                _ => Attribute::Numbers(role.values),
            };
            self.columns[role.place] = Some(attribute);
        }
    }
}

/// A column of a table by row of the panel; `row` says which row of the table holds for an account on a day.
fn attribute(
    table: &Table,
    placed: &Placed,
    formats: &DateFormats,
    question: &RawQuestion<'_>,
    lives: &Lives,
    row: &dyn Fn(&Account, i32) -> Option<usize>,
) -> Result<Attribute, PanelError> {
    let column = placed.column.as_str();
    let mut rows = Vec::with_capacity(lives.n_rows);
    let mut as_of = Vec::with_capacity(lives.n_rows);
    for account in &lives.accounts {
        for &day in lives.as_of(account) {
            rows.push(row(account, day));
            as_of.push(day);
        }
    }
    if let Some(days) = date_column(table, column, formats, question.tables)? {
        let flag = |(row, as_of): (&Option<usize>, &i32)| {
            f64::from(u8::from(row.and_then(|row| days[row]).is_some_and(|day| day <= *as_of)))
        };
        return Ok(Attribute::Numbers(rows.iter().zip(&as_of).map(flag).collect()));
    }
    if placed.is_flag && table.texts(column)?.iter().flatten().all(|cell| is_missing_word(cell)) {
        return Ok(Attribute::Numbers(vec![0.0; lives.n_rows]));
    }
    match table.column(column).map(|info| info.kind) {
        Some(ColumnKind::Number) => {
            let cells = table.numbers(column)?;
            // A hint on day 45360 of a spreadsheet is no number above zero from the first day on.
            let is_serial = |x: &&f64| Dates::new(None, None).read_number(**x) == Err(NoDate::Serial);
            let known = || cells.iter().filter(|x| !x.is_nan());
            if placed.is_flag
                && known().all(|x| is_serial(&x))
                && let Some(row) = cells.iter().position(|x| !x.is_nan())
            {
                let home = if placed.home == Home::Accounts { DateHome::Accounts } else { DateHome::Contracts };
                let place = table.place_of(row).unwrap_or_default();
                return Err(bad_date(place, column, &cells[row].to_string(), &home, DateFault::Serial));
            }
            Ok(Attribute::Numbers(rows.iter().map(|row| row.map_or(f64::NAN, |row| cells[row])).collect()))
        }
        Some(ColumnKind::Boolean) => {
            let cells = table.flags(column, None)?;
            Ok(Attribute::Flags(rows.iter().map(|row| row.and_then(|row| cells[row])).collect()))
        }
        _ => {
            let cells = table.texts(column)?;
            let mut levels: Vec<String> =
                cells.iter().flatten().map(|cell| cell.trim().to_owned()).filter(|cell| !cell.is_empty()).collect();
            levels.sort_unstable();
            levels.dedup();
            let codes: Vec<Option<u32>> = cells
                .iter()
                .map(|cell| {
                    let cell = cell.as_deref()?.trim();
                    let code = levels.binary_search_by(|level| level.as_str().cmp(cell)).ok()?;
                    u32::try_from(code).ok()
                })
                .collect();
            Ok(Attribute::Texts { codes: rows.iter().map(|row| row.and_then(|row| codes[row])).collect(), levels })
        }
    }
}
