//! What whoever reads the scores of a table must know about its rows: values that the weights do not know, columns that say
//! nothing, accounts that stand in several rows or in none.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use fuellamp_score::{Recipe, Scored, Used, Value, Weights};

use crate::ingest::Table;
use crate::notice::{Notice, Severity};
use crate::words;
use crate::words::{Words, counted};

use super::score_inputs::ScoreInputs;

/// Rows from which a column that is blank throughout is no accident of a few customers.
const ROWS_BLANK: usize = 10;
/// Rows from which a column is judged by the share that lies outside its range.
const ROWS_OUTSIDE: usize = 20;

/// Policies that stepped in, counted over the rows of a table.
#[derive(Default)]
pub(super) struct Remarks {
    /// By column: how many rows, and the first of them.
    unseen: BTreeMap<String, (usize, usize)>,
    outside: BTreeMap<String, usize>,
}

impl Remarks {
    /// Counts the policies of one row.
    pub(super) fn add(&mut self, weights: &Weights, scored: &Scored, row: usize) {
        let mut unseen = BTreeSet::new();
        for (column, used) in &scored.used {
            match used {
                // A number is never unseen: the level within which it has its slope is.
                Used::Unseen => {
                    let recipe = weights.recipes.iter().find(|recipe| recipe.column() == column);
                    unseen.insert(recipe.and_then(Recipe::within).unwrap_or(column));
                }
                Used::Clipped => *self.outside.entry(column.clone()).or_default() += 1,
                Used::Missing => {}
            }
        }
        for column in unseen {
            self.unseen.entry(column.to_owned()).or_insert((0, row)).0 += 1;
        }
    }

    /// All that is to be said, in the order of the columns.
    pub(super) fn notices(&self, weights: &Weights, table: &Table, inputs: &ScoreInputs) -> Vec<Notice> {
        let n_rows = table.n_rows();
        let mut notices = Vec::new();
        for column in weights.columns() {
            if let Some(&(n, first)) = self.unseen.get(column) {
                let value = inputs.value(column, first).text().unwrap_or_default().into_owned();
                notices.push(unseen(column, &value, (n, n_rows)).at(table.place_of(first).unwrap_or_default()));
            }
            if n_rows >= ROWS_BLANK && (0..n_rows).all(|row| is_blank(inputs.value(column, row))) {
                notices.push(blank(column, n_rows).at(Words::same(table.name())));
            }
            let outside = self.outside.get(column).copied().unwrap_or_default();
            if n_rows >= ROWS_OUTSIDE && 2 * outside >= n_rows {
                notices.push(far_out(column, (outside, n_rows)).at(Words::same(table.name())));
            }
        }
        notices
    }
}

/// Accounts in several rows of one period, and rows without an account.
pub(super) fn of_accounts(ids: &[Option<String>], periods: Option<&[Option<String>]>, table: &Table) -> Vec<Notice> {
    let mut first: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let (mut nameless, mut repeated) = (Vec::new(), Vec::new());
    for (row, id) in ids.iter().enumerate() {
        let id = id.as_deref().unwrap_or_default().trim();
        if id.is_empty() {
            nameless.push(row);
            continue;
        }
        let period = periods.and_then(|periods| periods.get(row)?.as_deref()).unwrap_or_default();
        match first.entry((id, period)) {
            Entry::Vacant(entry) => {
                entry.insert(row);
            }
            Entry::Occupied(entry) => repeated.push((id, *entry.get(), row)),
        }
    }
    let place = |row: usize| table.place_of(row).unwrap_or_default();
    let mut notices = Vec::new();
    if let Some(&(id, one, other)) = repeated.first() {
        let (n, rows) = (repeated.len(), counted(repeated.len(), "row"));
        let repeats = if n == 1 { "repeats" } else { "repeat" };
        let what = words!(
            en: "{rows} {repeats} an account of the same period, first `{id}`: each row has a score of its own",
            ja: "同じ期の同じ顧客が{n}行重複しています（最初は`{id}`）。行ごとに別のスコアを出しました",
        );
        let (one, other) = (place(one), place(other));
        let at = Words { en: format!("{} and {}", one.en, other.en), ja: format!("{}と{}", one.ja, other.ja) };
        notices.push(Notice::new(Severity::Warning, "repeated_accounts", what).at(at).help(words!(
            en: "keep one row per account and period before joining the scores to anything",
            ja: "スコアを結合する前に、顧客と期ごとに1行にしてください",
        )));
    }
    if let Some(&row) = nameless.first() {
        let (n, rows) = (nameless.len(), counted(nameless.len(), "row"));
        let name = if n == 1 { "names" } else { "name" };
        let what = words!(
            en: "{rows} {name} no account: nobody can tell whose scores these are",
            ja: "{n}行に顧客の名前がなく、誰のスコアか分かりません",
        );
        notices.push(Notice::new(Severity::Warning, "rows_without_account", what).at(place(row)).help(words!(
            en: "fill in the account, or leave the rows out",
            ja: "顧客を記入するか、その行を除いてください",
        )));
    }
    notices
}

fn is_blank(value: Value<'_>) -> bool {
    value.text().is_none()
}

fn unseen(column: &str, value: &str, (n, of): (usize, usize)) -> Notice {
    let have = if n == 1 { "has" } else { "have" };
    let what = words!(
        en: "column `{column}`: {n} of {of} rows {have} a value that the weights do not know, first `{value}`; the policy for unseen levels applies",
        ja: "列「{column}」：{of}行のうち{n}行は重みにない値です（最初は「{value}」）。未知の水準の方針で採点しました",
    );
    Notice::new(Severity::Warning, "unseen_levels", what).help(words!(
        en: "compare the spelling with the levels in the weights (case counts); new levels need a new run",
        ja: "重みにある水準と表記を比べてください（大文字と小文字は区別します）。新しい水準があれば、調査をやり直してください",
    ))
}

fn blank(column: &str, of: usize) -> Notice {
    let what = words!(
        en: "column `{column}` is blank in all {of} rows; the policy for missing values applies",
        ja: "列「{column}」は{of}行すべてが空欄です。欠測の方針で採点しました",
    );
    Notice::new(Severity::Warning, "blank_column", what).help(words!(
        en: "check whether the export still fills it: the scores know nothing of this input",
        ja: "書き出し元がまだこの列を埋めているか確認してください。スコアにはこの入力が反映されていません",
    ))
}

fn far_out(column: &str, (n, of): (usize, usize)) -> Notice {
    let what = words!(
        en: "column `{column}`: {n} of {of} rows lie outside the range of the training data and were moved to its ends",
        ja: "列「{column}」：{of}行のうち{n}行が学習データの範囲外のため、範囲の端の値として採点しました",
    );
    Notice::new(Severity::Warning, "outside_range", what).help(words!(
        en: "check its unit and definition; if customers have changed so much, run the study again",
        ja: "単位と定義を確認してください。顧客の状況がそれほど変わったのであれば、調査をやり直してください",
    ))
}
