//! The input columns of a table as the weights want them: a cell is judged by its recipe and never by its neighbours.

use std::collections::BTreeMap;

use fuellamp_score::{Recipe, Value, Weights};

use crate::ingest::{Table, is_missing_word, parse_number};
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
                Some(recipe @ Recipe::Number(_)) => inputs.numbers(name, cells, is_truth(recipe), table.name()),
                _ => Cells::Texts(cells),
            };
            inputs.columns.push((name.to_owned(), cells));
        }
        if absent.is_empty() { Ok(inputs) } else { Err(lacking(&absent, table.name())) }
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

    fn numbers(&mut self, column: &str, cells: Vec<Option<String>>, truth: bool, table: &str) -> Cells {
        let mut others = BTreeMap::new();
        let mut words: BTreeMap<String, usize> = BTreeMap::new();
        let values = cells.into_iter().enumerate().map(|(row, cell)| {
            let Some(cell) = cell else { return f64::NAN };
            match parse_number(&cell) {
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

/// Whether the column held truths when the weights were fitted: from 0 to 1, both seen.
fn is_truth(recipe: &Recipe) -> bool {
    let Recipe::Number(recipe) = recipe else { return false };
    recipe.clip.is_some_and(|clip| clip.low.abs() <= 0.0 && (clip.high - 1.0).abs() <= 0.0)
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
        ja: "列「{column}」の{n}個のセルを欠測として読み込みました: {ja}",
    );
    (n > 0).then(|| Notice::new(Severity::Info, "missing_words", what).at(Words::same(table)))
}

fn lacking(absent: &[&str], table: &str) -> Box<Diagnostic> {
    let (n, names) = (absent.len(), absent.join("`, `"));
    let columns = if n == 1 { "column" } else { "columns" };
    let are = if n == 1 { "is" } else { "are" };
    Diagnostic::new(
        words!(
            en: "{n} input {columns} of the weights {are} not in the table: `{names}`",
            ja: "重みの入力列が{n}個、表にありません: `{names}`",
        ),
        Some(Words::same(table)),
        Some(words!(
            en: "add the columns; leave cells blank where a value is not known",
            ja: "列を追加してください。値がわからないセルは空欄で構いません",
        )),
    )
}
