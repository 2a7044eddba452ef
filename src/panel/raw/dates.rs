//! Columns that the study uses as dates and that are none: all of them at once, before anything is counted.

use crate::ingest::{
    DateFault, DateHome, Dates, IngestError, Log, LogColumn, LogRequest, NoDate, Stamp, Table, is_missing_word,
};
use crate::panel::PanelError;
use crate::study::{DateFormats, EventTable, TablesSource};
use crate::words::Words;

use super::tables::{RawTables, bad_date, doubtful, format_of, zone};

/// A column of dates has more than one readable value in so many; fewer are not the dates of this column.
const READABLE_OF: usize = 10;

/// What the cells of a date column are.
#[derive(Debug, Default)]
pub(super) struct DateCensus {
    readable: usize,
    unreadable: usize,
    first: Option<(Words, String)>,
}

impl DateCensus {
    /// Counts a cell: the date that it is, or its text where that is none.
    pub(super) fn add(
        &mut self,
        stamp: Option<Stamp>,
        cell: impl FnOnce() -> Option<String>,
        place: impl FnOnce() -> Words,
    ) {
        if stamp.is_some() {
            self.readable += 1;
        } else if let Some(cell) = cell().filter(|cell| !cell.trim().is_empty() && !is_missing_word(cell)) {
            self.unreadable += 1;
            self.first.get_or_insert_with(|| (place(), cell));
        }
    }

    /// The error where none or few of the values are dates.
    pub(super) fn refused(&mut self, column: &str, home: &DateHome) -> Option<PanelError> {
        let (n, of) = (self.unreadable, self.readable + self.unreadable);
        let (place, value) = self.first.take_if(|_| self.readable * READABLE_OF <= of)?;
        Some(bad_date(place, column, &value, home, DateFault::Unreadable { n, of }))
    }
}

/// Every date column of accounts and contracts that cannot be read; with one of them, those of the logs, too.
pub(super) fn refused(tables: &TablesSource, raw: &RawTables) -> Result<Vec<PanelError>, PanelError> {
    let contracts = &tables.contracts;
    let of_contracts = [Some(&contracts.start), contracts.end.as_ref(), contracts.notice.as_ref()];
    let mut problems = Vec::new();
    for column in tables.accounts.start.iter() {
        let own = &tables.accounts.date_format;
        problems.extend(of_table(&raw.accounts, column, own, tables, &DateHome::Accounts)?);
    }
    for column in of_contracts.into_iter().flatten() {
        problems.extend(of_table(&raw.contracts, column, &contracts.date_format, tables, &DateHome::Contracts)?);
    }
    if !problems.is_empty() {
        problems.extend(of_logs(tables, raw)?);
    }
    Ok(problems)
}

fn of_table(
    table: &Table,
    column: &str,
    own: &DateFormats,
    tables: &TablesSource,
    home: &DateHome,
) -> Result<Option<PanelError>, PanelError> {
    let dates = Dates::new(format_of(column, own, &tables.date_format), zone(tables)?).of_role();
    let mut census = DateCensus::default();
    for (row, cell) in table.texts(column)?.into_iter().enumerate() {
        let Some(cell) = cell.filter(|cell| !cell.trim().is_empty()) else { continue };
        let place = || table.place_of(row).unwrap_or_default();
        match dates.read(&cell) {
            Err(doubt @ (NoDate::Ambiguous | NoDate::Serial | NoDate::Month)) => {
                return Ok(doubtful(doubt, place(), column, &cell, home));
            }
            stamp => census.add(stamp.ok(), || Some(cell), place),
        }
    }
    Ok(census.refused(column, home))
}

/// The same for the logs, of which the first rows are looked at.
pub(super) fn of_logs(tables: &TablesSource, raw: &RawTables) -> Result<Vec<PanelError>, PanelError> {
    let mut problems = Vec::new();
    for (spec, log) in tables.events.iter().zip(&raw.logs) {
        for column in [Some(&spec.at), spec.recorded_at.as_ref()].into_iter().flatten() {
            problems.extend(of_log(log, column, spec, tables)?);
        }
    }
    Ok(problems)
}

fn of_log(log: &Log, column: &str, spec: &EventTable, tables: &TablesSource) -> Result<Option<PanelError>, PanelError> {
    let dates = Dates::new(format_of(column, &spec.date_format, &tables.date_format), zone(tables)?).of_events();
    let home = DateHome::Events(spec.name.clone());
    let mut census = DateCensus::default();
    let mut found = None;
    let mut is_first = true;
    log.read::<PanelError>(&LogRequest { columns: &[column], as_text: &[], digests: false }, |batch| {
        let Some(cells) = batch.columns.first().filter(|_| std::mem::take(&mut is_first)) else { return Ok(()) };
        for row in 0..batch.n_rows() {
            let Some(cell) = written(cells, row) else { continue };
            let stamp = match cells {
                LogColumn::Numbers(cells) => dates.read_number(cells.get(row).copied().unwrap_or(f64::NAN)),
                _ => dates.read(&cell),
            };
            match stamp {
                Err(doubt @ (NoDate::Ambiguous | NoDate::Serial | NoDate::Month)) if found.is_none() => {
                    found = doubtful(doubt, batch.place(row), column, &cell, &home);
                }
                stamp => census.add(stamp.ok(), || Some(cell), || batch.place(row)),
            }
        }
        Ok(())
    })?;
    Ok(found.or_else(|| census.refused(column, &home)))
}

/// What stands in a cell that is text or a number.
pub(super) fn written(cells: &LogColumn, row: usize) -> Option<String> {
    match cells {
        LogColumn::Numbers(cells) => cells.get(row).filter(|x| !x.is_nan()).map(ToString::to_string),
        _ => cells.text(row).map(str::to_owned),
    }
}

/// Whether an error says that a column is no date, so that others may be none, too.
pub(super) fn is_of_dates(error: &PanelError) -> bool {
    matches!(error, PanelError::Ingest(IngestError::Date(_)))
}
