//! A first study file from several raw tables: which one holds accounts, which contracts, and what the logs could show.

mod account;
mod draft;
mod kpis;
mod rhythm;
pub(super) mod serials;

use crate::words;
use crate::words::{Lang, Words};

use super::fates::clean;
use super::name_words::NameWords;
use super::page::Page;
use super::sketch::{ColumnSketch, SketchKind};
use super::wide::{Wide, wide};
use super::words_of_columns as names;
use super::{Proposal, ProposeError};
use draft::Draft;

/// A raw table, or the first rows of one.
#[derive(Debug, Clone)]
pub struct TableSketch {
    /// Path as the study file should name it.
    pub path: String,
    /// Its columns.
    pub columns: Vec<ColumnSketch>,
}

/// What a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Accounts,
    Contracts,
    Log,
}

/// A table of accounts may repeat one row of so many.
const REPEATED_OF: usize = 50;

/// A table with what its columns mean.
struct Sorted<'a> {
    table: &'a TableSketch,
    name: String,
    words: Vec<NameWords>,
    account: usize,
    /// Columns of days.
    dates: Vec<usize>,
    /// Columns of months.
    months: Vec<usize>,
}

impl Sorted<'_> {
    fn column(&self, at: usize) -> &ColumnSketch {
        &self.table.columns[at]
    }

    /// Whether it says when something began and when it ended or was to end.
    fn could_be_contracts(&self) -> bool {
        let Some(start) = self.start() else { return false };
        self.end().is_some() || self.date(names::NOTICE_DAY).is_some_and(|notice| notice != start)
    }

    /// The day on which an account or contract began; rather that than the day on which somebody wrote it down.
    fn start(&self) -> Option<usize> {
        let fit = |at: &usize| self.words[*at].fit(names::START);
        let on_paper = |at: &usize| self.words[*at].fit(names::START_ON_PAPER) > 0;
        let starts = self.dates.iter().copied().filter(|at| fit(at) > 0);
        starts.max_by_key(|at| (!on_paper(at), fit(at), std::cmp::Reverse(*at)))
    }

    /// The last day of a contract: where that is filled for those who stay as well, it is a plan, and the day on which customers
    /// left says who did.
    fn end(&self) -> Option<usize> {
        let start = self.start();
        let written = self.date(names::END).filter(|end| Some(*end) != start);
        let left = self.date(names::LEFT_DAY).filter(|left| Some(*left) != start && self.column(*left).n_missing() > 0);
        match (written, left) {
            (Some(written), Some(left)) if !self.is_plan(written, left) => Some(written),
            (written, left) => left.or(written),
        }
    }

    /// Whether an end is filled for nine in ten of those who did not leave.
    fn is_plan(&self, end: usize, left: usize) -> bool {
        let is_blank = |at: usize, row: &usize| self.column(at).codes.get(*row) == Some(&ColumnSketch::MISSING);
        let stayed: Vec<usize> = (0..self.column(left).n_rows()).filter(|row| is_blank(left, row)).collect();
        let filled = stayed.iter().filter(|row| !is_blank(end, row)).count();
        end != left && filled * 10 >= stayed.len() * 9
    }

    /// Whether it says when something happened.
    fn has_time(&self) -> bool {
        !self.dates.is_empty() || !self.months.is_empty()
    }

    /// Rows that repeat an account.
    fn n_repeats(&self) -> usize {
        let account = self.column(self.account);
        account.n_rows() - account.n_missing() - account.n_distinct()
    }

    /// Whether it has one row per account, but for a few that an export wrote twice; a log of rare events repeats few
    /// accounts, too, and has the date of each.
    fn could_be_accounts(&self) -> bool {
        let (repeats, account) = (self.n_repeats(), self.column(self.account));
        let few = repeats > 0 && repeats * REPEATED_OF <= account.n_rows();
        let lasting = [names::START, names::END, names::NOTICE_DAY, names::RISK, names::REASONS, names::RECORDED];
        let is_lasting = |&at: &usize| lasting.iter().any(|patterns| self.words[at].fit(patterns) > 0);
        account.is_unique() || (few && (self.called_accounts() || self.dates.iter().all(is_lasting)))
    }

    /// Whether the file is called after customers.
    fn called_accounts(&self) -> bool {
        let name = NameWords::of(&self.name);
        name.tokens().iter().any(|word| names::CUSTOMERS.contains(&word.strip_suffix('s').unwrap_or(word)))
    }

    /// How well the name of the file is one of contracts: cases are opened and closed, too.
    fn called_contracts(&self) -> i64 {
        let name = NameWords::of(&self.name);
        i64::from(name.fit(names::CONTRACTS)) - i64::from(name.fit(names::FRICTION) + name.fit(names::USE))
    }

    /// The date column whose name fits best.
    fn date(&self, patterns: &[&str]) -> Option<usize> {
        let fit = |at: &usize| self.words[*at].fit(patterns);
        self.dates.iter().copied().filter(|at| fit(at) > 0).max_by_key(|at| (fit(at), std::cmp::Reverse(*at)))
    }
}

/// Proposes a study file for several tables.
///
/// # Errors
/// [`ProposeError::NoContracts`] where no table says when customers began and left, [`ProposeError::NoLog`] where none
/// holds events.
pub fn propose_raw(tables: &[TableSketch], lang: Lang) -> Result<Proposal, ProposeError> {
    let wide = |table: &TableSketch| wide(&table.path, &table.columns);
    let (wide, tables): (Vec<(&TableSketch, Option<Wide>)>, Vec<_>) =
        tables.iter().map(|table| (table, wide(table))).partition(|(_, wide)| wide.as_ref().is_some_and(Wide::is_most));
    let beside: Vec<Wide> = tables.iter().filter_map(|(_, wide)| wide.clone()).collect();
    let tables: Vec<TableSketch> = tables.into_iter().map(|(table, _)| table.clone()).collect();
    let wide: Vec<Wide> = wide.into_iter().filter_map(|(_, wide)| wide).collect();
    let no_log = |tables: &[TableSketch]| match wide.is_empty() {
        true => ProposeError::NoLog { tables: tables.iter().map(|t| t.path.clone()).collect() },
        false => ProposeError::Wide { tables: wide.clone() },
    };
    if tables.is_empty() && !wide.is_empty() {
        return Err(no_log(&tables));
    }
    let tables = &serials::with_days(&tables)[..];
    let mut left_out = Vec::new();
    let mut sorted = Vec::new();
    let mut strangers = Vec::new();
    for (table, account) in tables.iter().zip(account::account_columns(tables)) {
        match account {
            Some(account) => sorted.push(sorted_by(table, account)),
            None => strangers.push(table),
        }
    }
    let contracts = (0..sorted.len())
        .filter(|&at| sorted[at].could_be_contracts())
        .max_by_key(|&at| (sorted[at].called_contracts(), std::cmp::Reverse(at)))
        .ok_or_else(|| ProposeError::NoContracts {
            tables: tables.iter().map(|t| t.path.clone()).collect(),
            unread: unread_dates(tables),
        })?;
    // A log may name contracts instead of accounts.
    for table in strangers {
        let shared = table.columns.iter().position(|column| {
            let theirs = sorted[contracts].table.columns.iter().find(|theirs| theirs.name == column.name);
            theirs.is_some_and(ColumnSketch::is_unique) && NameWords::of(&column.name).names_account() > 0
        });
        match shared {
            Some(account) => sorted.push(sorted_by(table, account)),
            None => left_out.push(table.path.clone()),
        }
    }
    let accounts = (0..sorted.len())
        .filter(|&at| at != contracts && sorted[at].could_be_accounts())
        .max_by_key(|&at| {
            let table = &sorted[at];
            (table.called_accounts(), table.table.columns.len() - table.dates.len(), std::cmp::Reverse(at))
        })
        .unwrap_or(contracts);
    let part = |at: usize| match at {
        at if at == contracts => Part::Contracts,
        at if at == accounts => Part::Accounts,
        _ => Part::Log,
    };
    let logs: Vec<&Sorted<'_>> =
        (0..sorted.len()).filter(|&at| part(at) == Part::Log && sorted[at].has_time()).map(|at| &sorted[at]).collect();
    left_out.extend(
        (0..sorted.len())
            .filter(|&at| part(at) == Part::Log && !sorted[at].has_time())
            .map(|at| sorted[at].table.path.clone()),
    );
    if logs.is_empty() {
        return Err(no_log(tables));
    }
    let mut draft = Draft { page: Page::new(lang) };
    draft.head(&sorted[accounts], &sorted[contracts], &logs);
    draft.roles(&sorted[accounts], &sorted[contracts], &logs);
    // A log of those who left is the outcome itself; it stays for the comparison with the contracts.
    let of_leaving = |log: &Sorted<'_>| NameWords::of(&log.name).fit(names::LEFT) > 0 || kpis::only_hints(log);
    let speaking: Vec<&Sorted<'_>> = logs.iter().copied().filter(|log| !of_leaving(log)).collect();
    let n_kpis = draft.kpis(&speaking);
    if n_kpis == 0 {
        return Err(no_log(tables));
    }
    draft.limits();
    let mut summary = say(&sorted[accounts], &sorted[contracts], &logs, n_kpis, &left_out);
    for (wide, is_used) in wide.iter().map(|wide| (wide, false)).chain(beside.iter().map(|wide| (wide, true))) {
        summary.push(wide.remark(is_used));
    }
    Ok(Proposal { summary, toml: draft.page.text })
}

/// Columns that look like dates and are not read as such, with their tables.
fn unread_dates(tables: &[TableSketch]) -> Vec<String> {
    let of_table = |table: &TableSketch| {
        let is_of_log = |column: &ColumnSketch| {
            let words = NameWords::of(&column.name);
            let is_end = [names::START, names::END, names::NOTICE_DAY].iter().any(|patterns| words.fit(patterns) > 0);
            column.months.is_some() && !is_end
        };
        let unread = table.columns.iter().filter(|column| column.looks_like_dates() && !is_of_log(column));
        unread.map(|column| format!("{}: {}", table.path, column.shown_name())).collect::<Vec<_>>()
    };
    tables.iter().flat_map(of_table).collect()
}

fn say(
    accounts: &Sorted<'_>,
    contracts: &Sorted<'_>,
    logs: &[&Sorted<'_>],
    n_kpis: usize,
    left_out: &[String],
) -> Vec<Words> {
    let (a, c) = (&accounts.table.path, &contracts.table.path);
    let l = logs.iter().map(|log| log.table.path.as_str()).collect::<Vec<_>>().join(", ");
    let mut lines = vec![
        words!(en: "accounts: {a}; contracts: {c}; events: {l}", ja: "顧客：{a}、契約：{c}、イベント：{l}"),
        words!(en: "{n_kpis} candidate KPIs; delete what nobody believes in, and say why the rest is believed", ja: "KPI候補{n_kpis}個。不要なものを消し、残りには候補にした理由を書いてください"),
    ];
    let (repeats, column) = (accounts.n_repeats(), accounts.column(accounts.account).shown_name());
    if repeats > 0 && !std::ptr::eq(accounts.table, contracts.table) {
        lines.push(words!(
            en: "CHECK: rows of `{a}` that repeat a `{column}`: {repeats}; only the first row of an account is used",
            ja: "要確認：「{a}」に同じ「{column}」の行が{repeats}行あります。顧客ごとに最初の行だけを使います",
        ));
    }
    let is_serial = |table: &&&Sorted<'_>| table.table.columns.iter().any(|column| column.serial);
    let of_spreadsheets: Vec<String> = [accounts, contracts]
        .iter()
        .chain(logs)
        .filter(is_serial)
        .map(|table| table.table.path.clone())
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect();
    if !of_spreadsheets.is_empty() {
        let names = super::list(&of_spreadsheets);
        lines.push(words!(
            en: "CHECK: numbers in date columns of {names} are taken for days of a spreadsheet; `date_format` in the study says which",
            ja: "要確認：{names} の日付の列の数値を表計算ソフトのシリアル値とみなし、調査ファイルに `date_format` を書きました",
        ));
    }
    if !left_out.is_empty() {
        let names = super::list(left_out);
        lines.push(words!(
            en: "not used, because no column names an account, or none a day or month: {names}",
            ja: "顧客ID、または日付・年月の列が見つからないため使わない表：{names}",
        ));
    }
    lines
}

/// A table with its account and its dates.
fn sorted_by(table: &TableSketch, account: usize) -> Sorted<'_> {
    let words: Vec<NameWords> = table.columns.iter().map(|column| NameWords::of(&column.name)).collect();
    let dates = (0..words.len()).filter(|&at| table.columns[at].kind == SketchKind::Date).collect();
    let months = (0..words.len()).filter(|&at| rhythm::holds_months(&table.columns[at], &words[at])).collect();
    let file = table.path.rsplit(['/', '\\']).next().unwrap_or(&table.path);
    let stem = clean(file.split('.').next().unwrap_or(file)).replace(['.', '*', '?'], "");
    let stem = stem.trim_matches(['-', '_', ' ']).to_owned();
    let name = if stem.is_empty() || ["accounts", "contracts"].contains(&stem.as_str()) {
        format!("{stem}_log")
    } else {
        stem
    };
    Sorted { table, name, words, account, dates, months }
}
