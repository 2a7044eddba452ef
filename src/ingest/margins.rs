//! What an export writes around its rows: unnamed blank columns, blank rows, and a total below the last row.

use super::IngestError;
use super::infer::{parse_number, shorten};
use super::numeral::grouped;
use super::raw::TextCells;
use super::written::half_width;
use crate::notice::{Notice, Severity};
use crate::words;
use crate::words::Words;

/// What the first cell of a row of totals says, in lower case and without blanks and signs.
const TOTALS: [&str; 16] = [
    "total",
    "totals",
    "grandtotal",
    "subtotal",
    "overalltotal",
    "sum",
    "average",
    "mean",
    "合計",
    "総計",
    "総合計",
    "小計",
    "計",
    "平均",
    "合計行",
    "トータル",
];
/// A column that is filled in nine of ten rows is one that every row fills.
const FILLED_OF_TEN: usize = 9;

/// Positions, from 0, of the columns that have no name.
pub(super) fn unnamed(names: &[String]) -> Vec<usize> {
    (0..names.len()).filter(|&at| names.get(at).is_some_and(|name| name.trim().is_empty())).collect()
}

/// The error of an unnamed column that holds values, by its position from 0.
pub(super) fn no_name(file: &str, at: usize) -> IngestError {
    IngestError::BlankColumnName { file: file.to_owned(), position: at + 1 }
}

/// What to say of unnamed columns without values, at these positions from 0.
pub(super) fn unnamed_notice(file: &str, at: &[usize]) -> Option<Notice> {
    let n = at.len();
    let positions = |with: &str| at.iter().map(|at| (at + 1).to_string()).collect::<Vec<_>>().join(with);
    let (en, ja) = (positions(", "), positions("、"));
    let what = words!(
        en: "columns without a name and without a value, left out: {n} (column {en})",
        ja: "列名も値もない列が{n}列あるため除きました（{ja}列目）",
    );
    (n > 0).then(|| Notice::new(Severity::Info, "unnamed_columns", what).at(Words::same(file)))
}

/// What to say of rows without any value, with the line of the first.
pub(super) fn blank_rows_notice(file: &str, n: usize, first: u64) -> Option<Notice> {
    let what = words!(en: "rows without any value, left out: {n}", ja: "値のない行が{n}行あるため除きました");
    let place = words!(en: "{file} line {first}", ja: "{file} {first}行目");
    (n > 0).then(|| Notice::new(Severity::Info, "blank_rows", what).at(place))
}

/// Takes the rows of totals off the end of a table, each with a notice.
///
/// Such a row begins with a word for a total, and holds nothing but numbers otherwise. A customer may have that name: the
/// row must also leave a column blank that every other row fills, or hold the sum of the rows above it.
pub(super) fn leave_out_totals(columns: &mut [TextCells], lines: &mut Vec<u64>, file: &str) -> Vec<Notice> {
    let mut notices = Vec::new();
    while let Some(word) = total_at_end(columns, lines.len()) {
        columns.iter_mut().for_each(|cells| cells.truncate(lines.len() - 1));
        let Some(line) = lines.pop() else { break };
        let what = words!(
            en: "a row of totals (`{word}`) stands below the table and is left out",
            ja: "表の末尾にある集計行（「{word}」）を除きました",
        );
        let place = words!(en: "{file} line {line}", ja: "{file} {line}行目");
        notices.push(Notice::new(Severity::Warning, "total_row", what).at(place).help(words!(
            en: "remove it from the export; a customer of this name needs another one to be counted",
            ja: "出力から集計行を除いてください。この名前の顧客がいる場合は、別の名前にすると数えられます",
        )));
    }
    notices
}

/// The first cell of the last row, where that is a row of totals.
fn total_at_end(columns: &[TextCells], n_rows: usize) -> Option<String> {
    let last = n_rows.checked_sub(1)?;
    let mut filled = filled(columns, last);
    let (first, word) = filled.next().filter(|(_, word)| is_total(word))?;
    let numbers: Vec<(usize, f64)> = filled.map(|(at, cell)| Some((at, number(cell)?))).collect::<Option<_>>()?;
    // Subtotals above it are no rows of the table, either.
    let is_row = |row: &usize| !self::filled(columns, *row).next().is_some_and(|(_, cell)| is_total(cell));
    let body = (0..last).rev().find(is_row).map_or(0, |row| row + 1);
    if body < 2 {
        return None;
    }
    let is_gap = |(at, cells): (usize, &TextCells)| {
        let n_filled = (0..body).filter(|row| cells.get(*row).is_some()).count();
        at != first && cells.get(last).is_none() && n_filled * 10 >= body * FILLED_OF_TEN
    };
    let is_sum = |&(at, total): &(usize, f64)| {
        let rows = columns.get(at).into_iter().flat_map(|cells| (0..body).filter_map(|row| cells.get(row)));
        let sum: f64 = rows.filter_map(number).sum();
        // Totals are rounded as people like to read them; small counts agree by chance.
        sum.abs() >= 10.0 && (sum - total).abs() <= 0.5 + 1e-6 * sum.abs()
    };
    let found = columns.iter().enumerate().any(is_gap) || numbers.iter().any(is_sum);
    found.then(|| shorten(word.trim()))
}

/// The cells of a row that hold something, with their columns.
fn filled(columns: &[TextCells], row: usize) -> impl Iterator<Item = (usize, &str)> {
    columns.iter().enumerate().filter_map(move |(at, cells)| Some((at, cells.get(row)?)))
}

fn is_total(cell: &str) -> bool {
    let plain: String = half_width(cell).chars().filter(|c| c.is_alphanumeric()).collect();
    TOTALS.contains(&plain.to_lowercase().as_str())
}

fn number(cell: &str) -> Option<f64> {
    let cell = cell.trim();
    let cell = cell.strip_suffix('%').unwrap_or(cell);
    parse_number(cell).or_else(|| grouped(cell))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns of rows of cells, and what is left of their rows.
    fn left(rows: &[&[&str]]) -> (usize, Vec<String>) {
        let mut columns = vec![TextCells::default(); rows[0].len()];
        for row in rows {
            columns.iter_mut().zip(*row).for_each(|(cells, cell)| cells.push(cell));
        }
        let mut lines: Vec<u64> = (2..).take(rows.len()).collect();
        let said = leave_out_totals(&mut columns, &mut lines, "t.csv");
        assert!(columns.iter().all(|cells| cells.len() == lines.len()));
        (lines.len(), said.iter().map(|notice| notice.what.en.clone()).collect())
    }

    #[test]
    fn a_total_is_known_by_its_word_and_by_a_gap_or_a_sum() {
        for word in ["合計", "合　計", "Total", "GRAND TOTAL", "Grand total:", "総計", "計", "小計", "Sub-total"]
        {
            let rows: [&[&str]; 4] = [&["A1", "x", "3"], &["A2", "y", "4"], &["A3", "x", "5"], &[word, "", "12"]];
            assert_eq!(left(&rows).0, 3, "{word}");
        }
        // No gap: the sum tells, with a comma between thousands.
        assert_eq!(left(&[&["A1", "1000"], &["A2", "2000"], &["Total", "3,000"]]).0, 2);
        // A subtotal and a total, one above the other, behind a blank account.
        let both: [&[&str]; 5] =
            [&["1", "A", "5"], &["2", "B", "6"], &["3", "C", "7"], &["", "小計", "18"], &["", "合計", "18"]];
        let (n, said) = left(&both);
        assert_eq!((n, said.len()), (3, 2));
        assert!(said[0].contains("`合計`") && said[1].contains("`小計`"), "{said:?}");
        // An average leaves its gap, too.
        assert_eq!(left(&[&["A1", "x", "3"], &["A2", "y", "4"], &["平均", "", "3.5"]]).0, 2);
    }

    #[test]
    fn a_customer_of_that_name_stays() {
        for rows in [
            [&["A1", "x", "3"], &["A2", "y", "4"], &["Total", "z", "9"]],
            [&["A1", "", "3"], &["A2", "y", "4"], &["Total", "", "9"]],
            [&["A1", "3", "0"], &["A2", "4", "1"], &["Total", "9", "0"]],
            [&["Total", "", "7"], &["A1", "x", "3"], &["A2", "y", "4"]],
            [&["A1", "x", "3"], &["A2", "y", "4"], &["Totalite", "", "7"]],
        ] {
            let rows: Vec<&[&str]> = rows.iter().map(|row| &row[..]).collect();
            assert_eq!(left(&rows).0, 3, "{rows:?}");
        }
        assert_eq!(left(&[&["A1", "x"], &["Total", ""]]).0, 2, "too few rows to tell");
    }
}
