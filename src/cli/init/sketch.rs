//! Tables as a proposal sees them.

use crate::cli::load::has_points;
use crate::ingest::{ColumnKind, Dates, IngestError, MonthCell, Table, lost_zero, month};
use crate::study::propose::{ColumnSketch, SketchKind};

/// The columns of a table as a proposal sees them.
///
/// # Errors
/// [`IngestError`] for a column that is not what its kind says, which a checked table does not have.
pub(super) fn sketch(table: &Table) -> Result<Vec<ColumnSketch>, IngestError> {
    table.columns().iter().map(|column| sketch_column(table, &column.name, column.kind)).collect()
}

/// The same where a column of months is one of dates, as a panel reads it.
pub(super) fn sketch_months(table: &Table) -> Result<Vec<ColumnSketch>, IngestError> {
    let of_column = |name: &str, kind| {
        let cells = table.texts(name)?;
        let end = |cell: &String| match month(cell)? {
            MonthCell::End(day) => Some(chrono::NaiveDate::from_epoch_days(day)?.to_string()),
            MonthCell::Ambiguous => None,
        };
        let days: Option<Vec<Option<String>>> = match kind {
            ColumnKind::Text if lost_zero(cells.iter().flatten().map(String::as_str)).is_none() => {
                cells.iter().map(|cell| cell.as_ref().map_or(Some(None), |cell| end(cell).map(Some))).collect()
            }
            _ => None,
        };
        match days {
            Some(days) => sketch_cells(table, name, ColumnKind::Date, &days),
            None => sketch_cells(table, name, kind, &cells),
        }
    };
    table.columns().iter().map(|column| of_column(&column.name, column.kind)).collect()
}

/// Whether every number of a column is a year, a point and one of twelve.
pub(super) fn like_months(table: &Table, name: &str) -> bool {
    let all =
        |cells: Vec<Option<String>>| cells.iter().flatten().all(|cell| matches!(month(cell), Some(MonthCell::End(_))));
    has_points(table, name) && table.texts(name).is_ok_and(all)
}

fn sketch_column(table: &Table, name: &str, kind: ColumnKind) -> Result<ColumnSketch, IngestError> {
    sketch_cells(table, name, kind, &table.texts(name)?)
}

fn sketch_cells(
    table: &Table,
    name: &str,
    kind: ColumnKind,
    cells: &[Option<String>],
) -> Result<ColumnSketch, IngestError> {
    let mut codes = vec![ColumnSketch::MISSING; cells.len()];
    let mut order: Vec<usize> = (0..cells.len()).filter(|&row| cells[row].is_some()).collect();
    if kind == ColumnKind::Number {
        let numbers = table.numbers(name)?;
        order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
    } else {
        order.sort_by(|&a, &b| cells[a].cmp(&cells[b]));
    }
    let flags = table.flags(name, None).ok();
    let mut levels: Vec<String> = Vec::new();
    let mut yes: Vec<bool> = Vec::new();
    for row in order {
        let Some(cell) = &cells[row] else { continue };
        if levels.last() != Some(cell) {
            levels.push(cell.clone());
            yes.extend(flags.as_ref().and_then(|flags| flags[row]));
        }
        codes[row] = u32::try_from(levels.len() - 1).unwrap_or(ColumnSketch::MISSING);
    }
    let kind = match kind {
        ColumnKind::Empty => SketchKind::Empty,
        ColumnKind::Boolean => SketchKind::Boolean,
        ColumnKind::Number => SketchKind::Number,
        ColumnKind::Date => SketchKind::Date,
        ColumnKind::Text => SketchKind::Text,
    };
    let yes = (!levels.is_empty() && yes.len() == levels.len()).then_some(yes);
    Ok(ColumnSketch { name: name.to_owned(), kind, levels, codes, yes, serial: false })
}

/// Numbers such as 20240331 as dates: a role of raw tables that asks for a date reads them so.
pub(super) fn with_days(column: ColumnSketch) -> ColumnSketch {
    let dates = Dates::new(None, None).of_role();
    let day = |level: &String| Some(chrono::NaiveDate::from_epoch_days(dates.read(level).ok()?.day)?.to_string());
    match column.levels.iter().map(day).collect::<Option<Vec<String>>>() {
        Some(levels) if column.kind == SketchKind::Number && !levels.is_empty() => {
            ColumnSketch { kind: SketchKind::Date, levels, yes: None, ..column }
        }
        _ => column,
    }
}
