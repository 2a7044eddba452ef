//! The raw tables of a study.

use std::ops::RangeInclusive;

use crate::ingest::{BadDate, ColumnKind, DateFault, DateHome, Dates, Log, NoDate, Stamp, Table, Zone};
use crate::panel::PanelError;
use crate::study::{DateFormat, DateFormats, TablesSource};
use crate::words::Words;

use super::audit::Faults;
use crate::ingest::IngestError;

/// Accounts and contracts in memory, logs to be read.
#[derive(Debug)]
pub struct RawTables {
    /// Accounts; their identifiers and dates as text.
    pub accounts: Table,
    /// Contracts; their identifiers and dates as text.
    pub contracts: Table,
    /// One log per event table, in study order.
    pub logs: Vec<Log>,
}

/// The format of a column: the table's own before the study's.
pub(super) fn format_of<'a>(column: &str, own: &'a DateFormats, study: &'a DateFormats) -> Option<&'a DateFormat> {
    own.columns.get(column).or(own.all.as_ref()).or_else(|| study.columns.get(column)).or(study.all.as_ref())
}

/// The study's time zone.
pub(super) fn zone(tables: &TablesSource) -> Result<Option<Zone>, PanelError> {
    tables
        .timezone
        .as_deref()
        .map(|zone| Zone::parse(zone).ok_or_else(|| IngestError::NoZone { zone: zone.to_owned() }.into()))
        .transpose()
}

/// The days of a column of an account or contract table. Blank cells are `None`; impossible ones too, and counted.
pub(super) fn days(
    table: &Table,
    column: &str,
    own: &DateFormats,
    tables: &TablesSource,
    home: &DateHome,
    faults: &mut Faults,
) -> Result<Vec<Option<i32>>, PanelError> {
    let dates = Dates::new(format_of(column, own, &tables.date_format), zone(tables)?).of_role();
    let possible = possible(tables);
    let mut days = Vec::with_capacity(table.n_rows());
    for (row, cell) in table.texts(column)?.into_iter().enumerate() {
        let Some(cell) = cell.filter(|cell| !cell.trim().is_empty() && !crate::ingest::is_missing_word(cell)) else {
            days.push(None);
            continue;
        };
        match checked(dates.read(&cell), || table.place_of(row).unwrap_or_default(), column, &cell, home)? {
            Some(stamp) if possible.contains(&stamp.day) => days.push(Some(stamp.day)),
            _ => {
                faults.add(|| table.place_of(row).unwrap_or_default());
                days.push(None);
            }
        }
    }
    Ok(days)
}

/// A stamp, or nothing where the cell is no date; a date that can be read in two ways is an error.
pub(super) fn checked(
    stamp: Result<Stamp, NoDate>,
    place: impl Fn() -> Words,
    column: &str,
    cell: &str,
    home: &DateHome,
) -> Result<Option<Stamp>, PanelError> {
    match stamp {
        Ok(stamp) => Ok(Some(stamp)),
        Err(doubt) => doubtful(doubt, place(), column, cell, home).map_or(Ok(None), Err),
    }
}

/// The error of a cell that is a date in more than one way; `None` for one that is none.
pub(super) fn doubtful(doubt: NoDate, place: Words, column: &str, cell: &str, home: &DateHome) -> Option<PanelError> {
    let fault = match doubt {
        NoDate::Nonsense => return None,
        NoDate::Ambiguous => DateFault::Ambiguous,
        NoDate::Serial => DateFault::Serial,
        NoDate::Month => DateFault::Month,
    };
    Some(bad_date(place, column, cell, home, fault))
}

/// The beginning of a cell, on one line.
pub(super) fn short(cell: &str) -> String {
    cell.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The error of a date column.
pub(super) fn bad_date(place: Words, column: &str, cell: &str, home: &DateHome, fault: DateFault) -> PanelError {
    let (column, value) = (column.to_owned(), short(cell));
    IngestError::Date(Box::new(BadDate { place, column, value, home: home.clone(), fault })).into()
}

/// Days that are possible: from 1990 to ten years after the end of knowledge.
pub(super) fn possible(tables: &TablesSource) -> RangeInclusive<i32> {
    /// 1990-01-01.
    const EARLIEST: i32 = 7305;
    let latest = tables.to.checked_add_months(chrono::Months::new(120)).unwrap_or(tables.to);
    EARLIEST..=latest.to_epoch_days()
}

/// Whether every cell of a text or date column is a date in its declared format; such a column means a day, not a level.
pub(super) fn date_column(
    table: &Table,
    column: &str,
    own: &DateFormats,
    tables: &TablesSource,
) -> Result<Option<Vec<Option<i32>>>, PanelError> {
    let format = format_of(column, own, &tables.date_format);
    match table.column(column).map(|info| info.kind) {
        Some(ColumnKind::Date) => {}
        Some(ColumnKind::Text) => {}
        Some(ColumnKind::Number) if format == Some(&DateFormat::ExcelSerial) && own.columns.contains_key(column) => {}
        _ => return Ok(None),
    }
    let dates = Dates::new(format, zone(tables)?);
    let mut days = Vec::with_capacity(table.n_rows());
    let mut any = false;
    for cell in table.texts(column)? {
        match cell.as_deref().filter(|cell| !cell.trim().is_empty()) {
            None => days.push(None),
            Some(cell) => match dates.read(cell) {
                Ok(stamp) => {
                    any = true;
                    days.push(Some(stamp.day));
                }
                Err(_) => return Ok(None),
            },
        }
    }
    Ok(any.then_some(days))
}
