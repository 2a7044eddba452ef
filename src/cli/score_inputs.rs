//! The input columns of a table as the weights want them: a cell is judged by its recipe and never by its neighbours.

use std::collections::BTreeMap;

use fuellamp_score::{Clip, Recipe, Value, Weights};

use crate::ingest::{Table, grouped, is_missing_word, parse_number};
use crate::notice::{Notice, Severity};
use crate::words;
use crate::words::Words;

use super::diagnose::Diagnostic;

/// The input columns of the weights, by row of the table. All were read as text.
pub(super) struct ScoreInputs {
    columns: Vec<(String, Cells)>,
    /// Words that were taken for missing.
    pub(super) notices: Vec<Notice>,
}

/// One column of the table.
enum Cells {
    /// Numbers, NaN where missing; by row what is neither, which a scorer refuses.
    Numbers(Vec<f64>, BTreeMap<usize, String>),
    Texts(Vec<Option<String>>),
}

impl ScoreInputs {
    /// Reads them.
    ///
    /// # Errors
    /// Names every column that the table lacks, even where the weights have a policy for missing values.
    pub(super) fn read(weights: &Weights, table: &Table) -> Result<Self, Box<Diagnostic>> {
        let mut inputs = Self { columns: Vec::new(), notices: Vec::new() };
        let mut absent = Vec::new();
        for name in weights.columns() {
            if table.column(name).is_none() {
                absent.push(name);
                continue;
            }
            let cells = table.texts(name)?;
            let recipe = weights.recipes.iter().find(|recipe| recipe.column() == name);
            let cells = match recipe {
                Some(Recipe::Number(recipe)) => inputs.numbers(name, cells, recipe.clip, table.name()),
                _ => Cells::Texts(cells),
            };
            inputs.columns.push((name.to_owned(), cells));
        }
        if absent.is_empty() { Ok(inputs) } else { Err(lacking(&absent, table)) }
    }

    /// The value of a column in a row.
    pub(super) fn value(&self, column: &str, row: usize) -> Value<'_> {
        match self.columns.iter().find(|(name, _)| name == column) {
            Some((_, Cells::Numbers(values, others))) => match others.get(&row) {
                Some(text) => Value::Text(text),
                None => values.get(row).map_or(Value::Missing, |x| Value::Number(*x)),
            },
            Some((_, Cells::Texts(cells))) => {
                cells.get(row).and_then(Option::as_deref).map_or(Value::Missing, Value::Text)
            }
            None => Value::Missing,
        }
    }

    fn numbers(&mut self, column: &str, cells: Vec<Option<String>>, seen: Option<Clip>, table: &str) -> Cells {
        let truth = is_truth(seen);
        let mut others = BTreeMap::new();
        let mut words: BTreeMap<String, usize> = BTreeMap::new();
        let values = cells.into_iter().enumerate().map(|(row, cell)| {
            let Some(cell) = cell else { return f64::NAN };
            match parse_number(&cell).or_else(|| thousands(&cell, seen)) {
                Some(x) => x,
                None if is_missing_word(&cell) => {
                    *words.entry(cell.trim().to_owned()).or_default() += 1;
                    f64::NAN
                }
                None => truth.then(|| truth_of(&cell)).flatten().unwrap_or_else(|| {
                    others.insert(row, cell);
                    f64::NAN
                }),
            }
        });
        let values = values.collect();
        self.notices.extend(read_as_missing(column, &words, table));
        Cells::Numbers(values, others)
    }
}

/// The number of `1,363.94`. Of `30,000`, which may as well have a decimal comma, only where one of the two was among what
/// the weights were fitted on.
fn thousands(cell: &str, seen: Option<Clip>) -> Option<f64> {
    let value = grouped(cell)?;
    let Some(decimal) = parse_number(&cell.replace(',', ".")) else { return Some(value) };
    let known = |x: f64| seen.is_some_and(|seen| (seen.low..=seen.high).contains(&x));
    (known(value) && !known(decimal)).then_some(value)
}

/// Whether the column held truths when the weights were fitted: from 0 to 1, both seen.
fn is_truth(seen: Option<Clip>) -> bool {
    seen.is_some_and(|seen| seen.low.abs() <= 0.0 && (seen.high - 1.0).abs() <= 0.0)
}

/// A truth as tables write it.
fn truth_of(cell: &str) -> Option<f64> {
    let is = |words: [&str; 2]| words.iter().any(|word| cell.trim().eq_ignore_ascii_case(word));
    if is(["true", "t"]) { Some(1.0) } else { is(["false", "f"]).then_some(0.0) }
}

fn read_as_missing(column: &str, words: &BTreeMap<String, usize>, table: &str) -> Option<Notice> {
    let n: usize = words.values().sum();
    let en = words.iter().map(|(word, n)| format!("`{word}` {n}")).collect::<Vec<_>>().join(", ");
    let ja = words.iter().map(|(word, n)| format!("「{word}」{n}個")).collect::<Vec<_>>().join("、");
    let what = words!(
        en: "cells of column `{column}` read as missing: {en}",
        ja: "列「{column}」の{n}個のセルを欠測として読み込みました：{ja}",
    );
    (n > 0).then(|| Notice::new(Severity::Info, "missing_words", what).at(Words::same(table)))
}

/// Columns that are absent; of those that stand in the table in another case, under which name.
fn lacking(absent: &[&str], table: &Table) -> Box<Diagnostic> {
    let (n, names) = (absent.len(), absent.join("`, `"));
    let columns = if n == 1 { "column" } else { "columns" };
    let are = if n == 1 { "is" } else { "are" };
    let meant = |name: &&str| {
        let own = table.columns().iter().find(|column| column.name.to_lowercase() == name.to_lowercase())?;
        Some((own.name.clone(), (*name).to_owned()))
    };
    let renames: Vec<(String, String)> = absent.iter().filter_map(meant).collect();
    let help = if renames.len() == n {
        let list: Vec<String> = renames.iter().map(|(from, to)| format!("`{from}` -> `{to}`")).collect();
        let list = list.join(", ");
        words!(
            en: "capital and small letters count in names of columns: rename {list}",
            ja: "列名は大文字と小文字を区別します。列名を変更してください：{list}",
        )
    } else {
        words!(
            en: "add the columns; leave cells blank where a value is not known",
            ja: "列を追加してください。値が分からないセルは空欄で構いません",
        )
    };
    Diagnostic::new(
        words!(
            en: "{n} input {columns} of the weights {are} not in the table: `{names}`",
            ja: "重みの入力列が{n}個、表にありません：`{names}`",
        ),
        Some(Words::same(table.name())),
        Some(help),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_stands_between_thousands_where_it_can_mean_nothing_else() {
        let fees = Some(Clip { low: 900.0, high: 90_000.0 });
        assert_eq!(thousands("30,000", fees), Some(30_000.0));
        assert_eq!(thousands("1,363.94", None), Some(1_363.94));
        assert_eq!(thousands("1,234,567", None), Some(1_234_567.0));
        assert_eq!(thousands("30,000", None), None, "it may be thirty");
        assert_eq!(thousands("1,234", Some(Clip { low: 0.5, high: 2_000.0 })), None, "both were seen");
        assert_eq!(thousands("1,5", fees), None);
    }
}
