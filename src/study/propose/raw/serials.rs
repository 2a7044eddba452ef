//! Columns of days that a spreadsheet wrote as numbers: 45231 is 2023-11-01.

use chrono::NaiveDate;

use super::super::name_words::NameWords;
use super::super::sketch::{ColumnSketch, SketchKind};
use super::super::words_of_columns as names;
use super::TableSketch;

/// Serial numbers from 1990 to 2049: what contracts and logs of today hold.
const PLAUSIBLE: std::ops::Range<f64> = 32_874.0..54_789.0;
/// Day 0 of spreadsheets is so many days before 1970-01-01.
const EPOCH: i32 = 25_569;

/// Whether a column surely holds such numbers: its name is that of a day and of nothing that is counted or paid, and every
/// value lies where days do.
pub(in crate::study::propose) fn is_serial(column: &ColumnSketch) -> bool {
    let words = NameWords::of(&column.name);
    let fits = |lists: &[&[&str]]| lists.iter().any(|patterns| words.fit(patterns) > 0);
    let of_days = [names::START, names::END, names::NOTICE_DAY, names::RECORDED, names::HAPPENED];
    let of_amounts = [
        names::WEIGHT,
        names::PRICE,
        names::ACCUMULATED,
        names::NOTICE_PERIODS,
        names::RENEWAL_IN,
        names::TENURE,
        names::LESS,
        names::USE,
    ];
    column.kind == SketchKind::Number
        && !column.levels.is_empty()
        && column.levels.iter().all(|level| level.parse().is_ok_and(|x: f64| PLAUSIBLE.contains(&x)))
        && fits(&of_days)
        && !fits(&of_amounts)
        && words.names_account() == 0
}

/// The serial number of a day.
pub(super) fn serial_of(day: &str) -> Option<i32> {
    Some(day.parse::<NaiveDate>().ok()?.to_epoch_days() + EPOCH)
}

/// The tables with such columns as days, marked so that the study declares them.
pub(super) fn with_days(tables: &[TableSketch]) -> Vec<TableSketch> {
    let column = |column: &ColumnSketch| if is_serial(column) { as_days(column) } else { column.clone() };
    let table = |table: &TableSketch| TableSketch {
        path: table.path.clone(),
        columns: table.columns.iter().map(column).collect(),
    };
    tables.iter().map(table).collect()
}

fn as_days(column: &ColumnSketch) -> ColumnSketch {
    let mut levels: Vec<String> = Vec::new();
    let mut place = Vec::with_capacity(column.levels.len());
    // Ascending numbers are ascending days; times of one day fall together.
    for level in &column.levels {
        let serial = level.parse::<f64>().map_or(EPOCH, |x| x.floor() as i32);
        let day = NaiveDate::from_epoch_days(serial - EPOCH).unwrap_or_default().to_string();
        if levels.last() != Some(&day) {
            levels.push(day);
        }
        place.push(u32::try_from(levels.len() - 1).unwrap_or(ColumnSketch::MISSING));
    }
    let codes = column.codes.iter().map(|&code| place.get(code as usize).copied().unwrap_or(ColumnSketch::MISSING));
    ColumnSketch {
        name: column.name.clone(),
        kind: SketchKind::Date,
        levels,
        codes: codes.collect(),
        yes: None,
        serial: true,
        months: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, levels: &[&str]) -> ColumnSketch {
        ColumnSketch {
            name: name.to_owned(),
            kind: SketchKind::Number,
            levels: levels.iter().map(|level| (*level).to_owned()).collect(),
            codes: vec![0, 1, ColumnSketch::MISSING],
            yes: None,
            serial: false,
            months: None,
        }
    }

    #[test]
    fn only_plausible_numbers_under_the_name_of_a_day_are_days() {
        for name in ["start_date", "End Date", "契約開始日", "timestamp"] {
            assert!(is_serial(&column(name, &["45231", "45260.5"])), "{name}");
        }
        for name in ["mrr", "amount", "days since start", "account number"] {
            assert!(!is_serial(&column(name, &["45231", "45260"])), "{name}");
        }
        assert!(!is_serial(&column("start_date", &["12", "45260"])));
    }

    #[test]
    fn times_of_one_day_are_one_level() {
        let days = as_days(&column("at", &["45231.25", "45231.75"]));
        assert_eq!((days.levels, days.codes), (vec!["2023-11-01".to_owned()], vec![0, 0, ColumnSketch::MISSING]));
        assert_eq!(serial_of("2023-11-01"), Some(45_231));
    }
}
