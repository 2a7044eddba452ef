//! Tables as a proposal sees them.

use crate::cli::load::has_points;
use crate::ingest::{ColumnKind, Dates, IngestError, MonthCell, Table, lost_zero, month, packed_month};
use crate::study::propose::{ColumnSketch, SketchKind};

/// The columns of a table as a proposal sees them.
///
/// # Errors
/// [`IngestError`] for a column that is not what its kind says, which a checked table does not have.
pub(super) fn sketch(table: &Table) -> Result<Vec<ColumnSketch>, IngestError> {
    table.columns().iter().map(|column| sketch_column(table, &column.name, column.kind)).collect()
}

/// Whether every number of a column is a year, a point and one of twelve.
pub(super) fn like_months(table: &Table, name: &str) -> bool {
    let all =
        |cells: Vec<Option<String>>| cells.iter().flatten().all(|cell| matches!(month(cell), Some(MonthCell::End(_))));
    has_points(table, name) && table.texts(name).is_ok_and(all)
}

fn sketch_column(table: &Table, name: &str, kind: ColumnKind) -> Result<ColumnSketch, IngestError> {
    let cells = table.texts(name)?;
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
    let months = months_of(kind, &levels);
    Ok(ColumnSketch { name: name.to_owned(), kind, levels, codes, yes, serial: false, months })
}

/// The last days of a column of months: of `2024-03` and its like, and of `202403` where all values are such numbers.
fn months_of(kind: SketchKind, levels: &[String]) -> Option<Vec<String>> {
    let end = |level: &String| match kind {
        SketchKind::Number => packed_month(level),
        _ => match month(level)? {
            MonthCell::End(day) => Some(day),
            MonthCell::Ambiguous => None,
        },
    };
    let may_be = match kind {
        SketchKind::Number => true,
        SketchKind::Text => lost_zero(levels.iter().map(String::as_str)).is_none(),
        _ => false,
    };
    let day = |level: &String| Some(chrono::NaiveDate::from_epoch_days(end(level)?)?.to_string());
    if may_be && !levels.is_empty() { levels.iter().map(day).collect() } else { None }
}

/// Numbers such as 20240331 as dates: a role of raw tables that asks for a date reads them so.
pub(super) fn with_days(column: ColumnSketch) -> ColumnSketch {
    let dates = Dates::new(None, None).of_role();
    let day = |level: &String| Some(chrono::NaiveDate::from_epoch_days(dates.read(level).ok()?.day)?.to_string());
    match column.levels.iter().map(day).collect::<Option<Vec<String>>>() {
        Some(levels) if column.kind == SketchKind::Number && !levels.is_empty() => {
            ColumnSketch { kind: SketchKind::Date, levels, yes: None, months: None, ..column }
        }
        _ => column,
    }
}
