//! Cells of a batch as accounts, moments, numbers and keys.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};

use rayon::prelude::*;

use crate::ingest::{
    Batch, Commas, DateHome, Dates, LogColumn, Stamp, code, grouped, is_missing_word, parse_flag, parse_number,
};
use crate::panel::PanelError;
use crate::study::{EventTable, TablesSource};
use crate::words::Words;

use super::audit::Faults;
use super::lives::Lives;
use super::plan::Convert;
use super::tables::{RawTables, checked, short};

/// The account is not known.
pub(super) const NOBODY: u32 = u32::MAX;
/// No account is named.
pub(super) const BLANK: u32 = u32::MAX - 1;
/// A value that is not there, as key.
pub(super) const NO_KEY: u64 = 0;
/// Where the contract of a linked row is.
pub(super) type Links = HashMap<String, (u32, usize)>;
/// The account of each row.
pub(super) fn find_accounts(column: &LogColumn, lives: &Lives, links: Option<&Links>, out: &mut Vec<(u32, u32)>) {
    /// Rows that are worth a task.
    const ROWS: usize = 1 << 14;
    let find = |cell: &str| match links {
        None => (lives.find(cell).unwrap_or(NOBODY), NOBODY),
        Some(links) => {
            let linked = links.get(cell.trim());
            linked.map_or((NOBODY, NOBODY), |(account, row)| (*account, u32::try_from(*row).unwrap_or(NOBODY)))
        }
    };
    let rows = (0..column.len()).into_par_iter().with_min_len(ROWS);
    match column {
        LogColumn::Text(cells) => {
            rows.map(|row| cells.get(row).map_or((BLANK, NOBODY), find)).collect_into_vec(out);
        }
        LogColumn::Levels { codes, levels } => {
            let known: Vec<(u32, u32)> = levels.iter().map(|level| level.map_or((BLANK, NOBODY), find)).collect();
            let of = |row: usize| known.get(codes[row] as usize).copied().unwrap_or((BLANK, NOBODY));
            rows.map(of).collect_into_vec(out);
        }
        LogColumn::Numbers(cells) => {
            let number = |row: usize| Some(cells[row]).filter(|x| !x.is_nan());
            rows.map(|row| number(row).map_or((BLANK, NOBODY), |x| find(&x.to_string()))).collect_into_vec(out);
        }
        _ => rows.map(|_| (NOBODY, NOBODY)).collect_into_vec(out),
    }
}

/// How the cells of a column become numbers.
pub(super) struct Converting<'c, 'd> {
    pub(super) convert: Convert,
    pub(super) dates: &'c Dates<'d>,
    pub(super) batch: &'c Batch,
    /// Whether commas part thousands.
    pub(super) thousands: bool,
}

impl Converting<'_, '_> {
    pub(super) fn column(
        &self,
        column: &LogColumn,
        out: &mut Vec<f64>,
        codes: &mut HashMap<String, u32>,
        (faults, commas): (&mut Faults, &mut Commas),
    ) {
        let (convert, dates, batch, thousands) = (self.convert, self.dates, self.batch, self.thousands);
        out.clear();
        let mut text = |row: usize, cell: Option<&str>| -> f64 {
            let Some(cell) = cell.filter(|cell| !is_missing_word(cell)) else { return f64::NAN };
            let value = match convert {
                Convert::Number => {
                    commas.count(cell);
                    let number = parse_number(cell).or_else(|| grouped(cell).filter(|_| thousands));
                    number.or_else(|| parse_flag(cell).map(|flag| f64::from(u8::from(flag))))
                }
                Convert::Flag => parse_flag(cell).map(|flag| f64::from(u8::from(flag))),
                Convert::Day => dates.read(cell).ok().map(|stamp| f64::from(stamp.day)),
                Convert::Code => {
                    let next = u32::try_from(codes.len()).unwrap_or(u32::MAX);
                    Some(f64::from(*codes.entry(code(cell).to_owned()).or_insert(next)))
                }
            };
            value.unwrap_or_else(|| {
                faults.add(|| {
                    let (place, cell) = (batch.place(row), short(cell));
                    Words { en: format!("{}: `{cell}`", place.en), ja: format!("{}：「{cell}」", place.ja) }
                });
                f64::NAN
            })
        };
        match (column, convert) {
            (LogColumn::Numbers(cells), Convert::Number | Convert::Flag) => {
                // Of infinite size are cells that the rest of the program does not reckon with.
                out.extend(cells.iter().map(|x| if x.abs() <= 1e100 { *x } else { f64::NAN }));
            }
            (LogColumn::Flags(cells), Convert::Number | Convert::Flag) => {
                out.extend(cells.iter().map(|cell| cell.map_or(f64::NAN, |flag| f64::from(u8::from(flag)))));
            }
            (LogColumn::Days(cells), Convert::Day) => {
                out.extend(cells.iter().map(|day| day.map_or(f64::NAN, f64::from)));
            }
            (LogColumn::Instants { micros, zoned }, Convert::Day) => out.extend(micros.iter().map(|cell| {
                cell.and_then(|micros| dates.of_instant(micros, *zoned)).map_or(f64::NAN, |stamp| f64::from(stamp.day))
            })),
            (LogColumn::Text(cells), _) => out.extend(cells.iter().enumerate().map(|(row, cell)| text(row, cell))),
            (LogColumn::Levels { codes, levels }, _) => {
                out.extend(codes.iter().enumerate().map(|(row, &code)| text(row, levels.get(code as usize))));
            }
            (LogColumn::Numbers(cells), _) => {
                let shown = |x: &f64| (!x.is_nan()).then(|| x.to_string());
                out.extend(cells.iter().enumerate().map(|(row, x)| text(row, shown(x).as_deref())));
            }
            (LogColumn::Flags(cells), _) => {
                let shown = |flag: Option<bool>| flag.map(|flag| if flag { "true" } else { "false" });
                out.extend(cells.iter().enumerate().map(|(row, cell)| text(row, shown(*cell))));
            }
            (other, _) => {
                (0..other.len()).for_each(|row| faults.add(|| batch.place(row)));
                out.resize(other.len(), f64::NAN);
            }
        }
    }
}

/// The contract of each identifier, where the log names contracts and not accounts.
pub(super) fn links(
    tables: &TablesSource,
    spec: &EventTable,
    raw: &RawTables,
    lives: &Lives,
) -> Result<Option<Links>, PanelError> {
    let names_contract = spec.account != tables.accounts.account
        && spec.account != tables.contracts.account
        && raw.contracts.column(&spec.account).is_some();
    if !names_contract {
        return Ok(None);
    }
    let accounts = raw.contracts.texts(&tables.contracts.account)?;
    let mut links = HashMap::new();
    for (row, id) in raw.contracts.texts(&spec.account)?.into_iter().enumerate() {
        if let (Some(id), Some(account)) = (id, accounts[row].as_deref().and_then(|account| lives.find(account))) {
            links.entry(id.trim().to_owned()).or_insert((account, row));
        }
    }
    Ok(Some(links))
}

/// The moments of a column; `None` where there is none or it is no date.
pub(super) fn stamps(
    dates: &Dates<'_>,
    batch: &Batch,
    column: usize,
    (name, home): (&str, &DateHome),
) -> Result<Vec<Option<Stamp>>, PanelError> {
    let read = |row: usize, stamp, cell: &dyn Fn() -> String| match stamp {
        Ok(stamp) => Ok(Some(stamp)),
        Err(doubt) => checked(Err(doubt), || batch.place(row), name, &cell(), home),
    };
    match &batch.columns[column] {
        LogColumn::Text(cells) => cells
            .iter()
            .enumerate()
            .map(|(row, cell)| match cell {
                Some(cell) => read(row, dates.read(cell), &|| cell.to_owned()),
                None => Ok(None),
            })
            .collect(),
        LogColumn::Levels { codes, levels } => codes
            .iter()
            .enumerate()
            .map(|(row, &code)| match levels.get(code as usize) {
                Some(cell) => read(row, dates.read(cell), &|| cell.to_owned()),
                None => Ok(None),
            })
            .collect(),
        LogColumn::Numbers(cells) => cells
            .iter()
            .enumerate()
            .map(|(row, x)| if x.is_nan() { Ok(None) } else { read(row, dates.read_number(*x), &|| x.to_string()) })
            .collect(),
        LogColumn::Days(cells) => Ok(cells.iter().map(|day| day.map(Stamp::of_day)).collect()),
        LogColumn::Instants { micros, zoned } => {
            Ok(micros.iter().map(|micros| micros.and_then(|m| dates.of_instant(m, *zoned))).collect())
        }
        LogColumn::Flags(cells) => Ok(vec![None; cells.len()]),
    }
}

/// A hash of each cell's text; [`NO_KEY`] where there is none.
pub(super) fn hash_cells(column: &LogColumn, out: &mut Vec<u64>) {
    out.clear();
    let hash = |bytes: &[u8]| {
        let mut hasher = DefaultHasher::new();
        hasher.write(bytes);
        hasher.finish().max(NO_KEY + 1)
    };
    let text = |cell: Option<&str>| match cell.map(str::trim) {
        Some(cell) if !is_missing_word(cell) => hash(cell.as_bytes()),
        _ => NO_KEY,
    };
    match column {
        LogColumn::Text(cells) => out.extend(cells.iter().map(text)),
        LogColumn::Levels { codes, levels } => {
            let known: Vec<u64> = levels.iter().map(text).collect();
            out.extend(codes.iter().map(|&code| known.get(code as usize).copied().unwrap_or(NO_KEY)));
        }
        LogColumn::Numbers(cells) => {
            out.extend(
                cells.iter().map(|x| if x.is_nan() { NO_KEY } else { hash(&(x + 0.0).to_bits().to_le_bytes()) }),
            );
        }
        LogColumn::Flags(cells) => {
            out.extend(cells.iter().map(|cell| cell.map_or(NO_KEY, |flag| hash(&[u8::from(flag)]))));
        }
        LogColumn::Days(cells) => {
            out.extend(cells.iter().map(|cell| cell.map_or(NO_KEY, |day| hash(&day.to_le_bytes()))))
        }
        LogColumn::Instants { micros, .. } => {
            out.extend(micros.iter().map(|cell| cell.map_or(NO_KEY, |micros| hash(&micros.to_le_bytes()))));
        }
    }
}
