//! From a checked table to a panel: canonical order, one row per account and period, nothing after the event.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use polars::prelude::{IdxCa, IdxSize, NewChunkedArray};
use sha2::{Digest, Sha256};

use crate::ingest::{ColumnKind, Dates, MonthCell, Table, lost_zero, month, packed_month};
use crate::notice::{Count, Noted, Notice, Severity};
use crate::words;

use super::period::PeriodAxis;
use super::risk_set::event_position;
use super::{Panel, PanelError};

/// Which columns of the table carry the form of the panel.
#[derive(Debug, Clone, Copy)]
pub struct PanelInput<'a> {
    /// Account identifier; absent = every row is an account of its own, called by its place in the file.
    pub account: Option<&'a str>,
    /// Period; absent for a snapshot.
    pub period: Option<&'a str>,
    /// Outcome.
    pub outcome: &'a str,
    /// The value that means left, where 0/1, true/false or Yes/No does not say it.
    pub positive: Option<&'a str>,
    /// Formal notice.
    pub notice: Option<&'a str>,
}

/// Builds a panel: checks the form, sorts rows by account and period, moves the event to the recorded notice and
/// drops the rows after it.
///
/// # Errors
/// [`PanelError`] for absent columns, blank identifiers, unreadable periods, and two different rows for one account and
/// period.
pub fn build(table: Table, input: &PanelInput<'_>) -> Result<Noted<Panel>, PanelError> {
    let mut notices = Vec::new();
    let accounts = match input.account {
        Some(column) => known(&table, column, "account", trimmed(table.texts(column)?))?,
        None => (1..=table.n_rows()).map(|n| format!("row {n}")).collect(),
    };
    let (periods, period) = match input.period {
        Some(column) => axis(&table, column)?,
        None => (PeriodAxis::none(), vec![0; table.n_rows()]),
    };
    let left = known(&table, input.outcome, "outcome", table.flags(input.outcome, input.positive)?)?;
    let places: Vec<usize> = (0..table.n_rows()).collect();
    let cells = rendered_rows(&table, &places)?;
    let mut order = places;
    // Without identifiers the cells decide alone, so that the order of the file still changes nothing.
    let key = |row: usize| (input.account.map(|_| &accounts[row]), period[row], &cells[row]);
    order.sort_by(|&a, &b| key(a).cmp(&key(b)));

    let mut left_out = Vec::new();
    if input.period.is_some() {
        let same = |a: usize, b: usize| accounts[a] == accounts[b] && period[a] == period[b];
        let clash = |pair: &&[usize]| same(pair[0], pair[1]) && cells[pair[0]] != cells[pair[1]];
        if let Some(pair) = order.windows(2).find(clash) {
            return Err(two_rows(&table, &accounts, &periods, &period, pair, order.windows(2).filter(clash).count()));
        }
        let before = order.len();
        order.dedup_by(|a, b| same(*a, *b));
        count(&mut left_out, before - order.len(), words!(en: "exact duplicate rows", ja: "完全に同じ行（重複）"));
    } else {
        notices.extend(repeated_accounts(&order, &accounts));
    }

    let mut panel = assemble(table, &order, &accounts, &period, &left, periods, input)?.with_digest()?;
    let said = panel.event.iter().any(|left| *left);
    let dropped = panel.drop_after_event(input.notice)?;
    notices.extend(input.notice.filter(|_| !said).and_then(|notice| panel.never_left(input.outcome, notice)));
    count(&mut left_out, dropped, words!(en: "rows after the event", ja: "離反後の行"));
    panel.left_out = left_out;
    if let Some(notice) = panel.skipped_periods() {
        notices.push(notice);
    }
    Ok(Noted { value: panel, notices })
}

/// An identifier is the same with blanks around it, as in raw tables and as segments are.
fn trimmed(cells: Vec<Option<String>>) -> Vec<Option<String>> {
    let tidy = |cell: Option<String>| cell.map(|cell| cell.trim().to_owned()).filter(|cell| !cell.is_empty());
    cells.into_iter().map(tidy).collect()
}

fn count(list: &mut Vec<Count>, n: usize, what: crate::words::Words) {
    if n > 0 {
        list.push(Count { what, n });
    }
}

fn known<T: Clone>(table: &Table, column: &str, what: &str, values: Vec<Option<T>>) -> Result<Vec<T>, PanelError> {
    let n = values.iter().filter(|v| v.is_none()).count();
    match values.iter().position(Option::is_none) {
        Some(row) => Err(PanelError::Blank {
            what: what.to_owned(),
            column: column.to_owned(),
            n,
            first: table.line_of(row).unwrap_or_default(),
            misread: table.column(column).and_then(|info| info.bad_cells.first()).map(|cell| cell.value.clone()),
        }),
        None => Ok(values.into_iter().flatten().collect()),
    }
}

fn axis(table: &Table, column: &str) -> Result<(PeriodAxis, Vec<i32>), PanelError> {
    // A cell that does not fit its column counts as missing from here on; as a period it is an error of its own.
    if let Some(cell) = table.column(column).and_then(|info| info.bad_cells.first()) {
        return Err(PanelError::BadPeriod {
            column: column.to_owned(),
            value: cell.value.clone(),
            place: format!("{} line {}", table.name(), cell.line),
        });
    }
    let too_many = || PanelError::TooManyPeriods { column: column.to_owned() };
    if table.column(column).is_some_and(|c| c.kind == ColumnKind::Date) {
        let dates: Vec<NaiveDate> = known(table, column, "period", table.dates(column)?)?;
        return PeriodAxis::from_dates(&dates).ok_or_else(too_many);
    }
    let texts = known(table, column, "period", table.texts(column)?)?;
    let ambiguous = |value: &str| PanelError::AmbiguousPeriod {
        column: column.to_owned(),
        value: value.to_owned(),
        place: texts.iter().position(|text| text == value).and_then(|row| table.line_of(row)).unwrap_or_default(),
    };
    if let Some(value) = lost_zero(texts.iter().map(String::as_str)) {
        return Err(ambiguous(value));
    }
    // Numbers of this size are days, or months where all of them are, and no count of periods; a month is named by its last day.
    let compact = Dates::new(None, None).of_role();
    let day = |text: &String| match (compact.read(text), month(text)) {
        (Ok(stamp), _) => Some(stamp.day),
        (Err(_), Some(MonthCell::End(day))) => Some(day),
        _ => packed_month(text),
    };
    let days: Option<Vec<NaiveDate>> =
        texts.iter().map(|text| day(text).and_then(NaiveDate::from_epoch_days)).collect();
    if let Some(days) = days {
        return PeriodAxis::from_dates(&days).ok_or_else(too_many);
    }
    if let Some(value) = texts.iter().find(|text| month(text) == Some(MonthCell::Ambiguous)) {
        return Err(ambiguous(value));
    }
    let mut values = Vec::with_capacity(texts.len());
    for (row, text) in texts.iter().enumerate() {
        values.push(text.parse::<i64>().map_err(|_| PanelError::BadPeriod {
            column: column.to_owned(),
            value: text.clone(),
            place: table.line_of(row).unwrap_or_default(),
        })?);
    }
    PeriodAxis::from_integers(&values).ok_or_else(too_many)
}

/// Every row as one text, to compare rows and to digest them in an order that does not depend on the file's.
fn rendered_rows(table: &Table, rows: &[usize]) -> Result<Vec<String>, PanelError> {
    let mut texts = vec![String::new(); rows.len()];
    for column in table.columns() {
        for (text, cell) in texts.iter_mut().zip(table.texts(&column.name)?) {
            text.push_str(cell.as_deref().map_or("\u{0}", str::trim));
            text.push('\u{1f}');
        }
    }
    Ok(texts)
}

fn two_rows(
    table: &Table,
    accounts: &[String],
    periods: &PeriodAxis,
    period: &[i32],
    pair: &[usize],
    n: usize,
) -> PanelError {
    let lines: Vec<String> = pair.iter().filter_map(|&row| table.line_of(row)).collect();
    PanelError::TwoRows {
        account: accounts[pair[0]].clone(),
        period: periods.label(period[pair[0]]).to_owned(),
        place: lines.join(", "),
        n,
    }
}

fn repeated_accounts(order: &[usize], accounts: &[String]) -> Option<Notice> {
    let repeated = order.windows(2).filter(|pair| accounts[pair[0]] == accounts[pair[1]]).count();
    let first = order.windows(2).find(|pair| accounts[pair[0]] == accounts[pair[1]]).map(|pair| &accounts[pair[0]])?;
    Some(
        Notice::new(
            Severity::Warning,
            "repeated_account",
            words!(
                en: "{repeated} rows repeat an account that the snapshot already has, for example `{first}`",
                ja: "スナップショットに同じ顧客の行が{repeated}行あります（例：`{first}`）",
            ),
        )
        .help(words!(
            en: "rows of one account are kept and treated as dependent; if they are periods, use [panel]",
            ja: "同じ顧客の行は残し、互いに独立でないものとして扱います。行が期を表すなら[panel]を使ってください",
        )),
    )
}

fn assemble(
    table: Table,
    order: &[usize],
    accounts: &[String],
    period: &[i32],
    left: &[bool],
    periods: PeriodAxis,
    input: &PanelInput<'_>,
) -> Result<Panel, PanelError> {
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    let mut names: Vec<String> = Vec::new();
    for &row in order {
        numbers.entry(accounts[row].as_str()).or_insert_with(|| {
            names.push(accounts[row].clone());
            u32::try_from(names.len()).unwrap_or(u32::MAX) - 1
        });
    }
    let index: Vec<IdxSize> = order.iter().map(|&row| IdxSize::try_from(row).unwrap_or(IdxSize::MAX)).collect();
    let frame = table.into_frame().take(&IdxCa::from_slice("row".into(), &index))?;
    Ok(Panel {
        frame,
        account: order.iter().map(|&row| numbers[accounts[row].as_str()]).collect(),
        accounts: names,
        periods,
        period: order.iter().map(|&row| period[row]).collect(),
        event: order.iter().map(|&row| left[row]).collect(),
        cut_short: Vec::new(),
        snapshot: input.period.is_none(),
        digest: String::new(),
        left_out: Vec::new(),
    })
}

impl Panel {
    /// The panel with the digest of its cells.
    ///
    /// # Errors
    /// [`PanelError`] where a column cannot be read.
    pub fn with_digest(mut self) -> Result<Self, PanelError> {
        if self.digest.is_empty() {
            self.digest = self.cells_digest()?;
        }
        Ok(self)
    }

    fn cells_digest(&self) -> Result<String, PanelError> {
        let mut hash = Sha256::new();
        for name in self.column_names() {
            hash.update(name.as_bytes());
            for cell in self.texts(&name)? {
                hash.update(cell.as_deref().unwrap_or("\u{0}").as_bytes());
                hash.update([0x1f]);
            }
        }
        Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Moves events to the notice and keeps the rows up to the event. Returns the number of rows dropped.
    fn drop_after_event(&mut self, notice: Option<&str>) -> Result<usize, PanelError> {
        if self.snapshot {
            return Ok(0);
        }
        let notice = notice.map(|column| self.flags(column)).transpose()?;
        let mut keep = Vec::with_capacity(self.n_rows());
        let mut event = vec![false; self.n_rows()];
        for spell in self.spells().collect::<Vec<_>>() {
            let at = event_position(&self.event[spell.clone()], notice.as_ref().map(|n| &n[spell.clone()]));
            let end = at.map_or(spell.end, |at| spell.start + at + 1);
            if at.is_some() {
                event[end - 1] = true;
            }
            keep.extend(spell.start..end);
        }
        let dropped = self.n_rows() - keep.len();
        let index: Vec<IdxSize> = keep.iter().map(|&row| IdxSize::try_from(row).unwrap_or(IdxSize::MAX)).collect();
        self.frame = self.frame.take(&IdxCa::from_slice("row".into(), &index))?;
        self.account = keep.iter().map(|&row| self.account[row]).collect();
        self.period = keep.iter().map(|&row| self.period[row]).collect();
        self.event = keep.iter().map(|&row| event[row]).collect();
        Ok(dropped)
    }

    /// An outcome that never says that anybody left, beside notices that do: one of the two columns is probably another one.
    fn never_left(&self, outcome: &str, notice: &str) -> Option<Notice> {
        let n = self.event.iter().filter(|left| **left).count();
        (n > 0).then(|| {
            Notice::new(
                Severity::Warning,
                "outcome_never",
                words!(
                    en: "column `{outcome}` says of no account that it left; all {n} decisions to leave come from `{notice}`",
                    ja: "列`{outcome}`では、どの顧客も離反していません。離反{n}件はすべて`{notice}`によるものです",
                ),
            )
            .help(words!(
                en: "check which column says who left, and the filter of the export",
                ja: "離反を示す列と、書き出すときの絞り込みを確認してください",
            ))
        })
    }

    fn skipped_periods(&self) -> Option<Notice> {
        let skips: Vec<usize> = (1..self.n_rows())
            .filter(|&r| self.account[r] == self.account[r - 1] && self.period[r] > self.period[r - 1] + 1)
            .collect();
        let first = *skips.first()?;
        let (n, account) = (skips.len(), &self.accounts[self.account[first] as usize]);
        let label = self.periods.label(self.period[first]);
        Some(
            Notice::new(
                Severity::Warning,
                "skipped_periods",
                words!(
                    en: "{n} times an account skips periods, for example `{account}` before {label}",
                    ja: "期が飛んでいる箇所が{n}件あります（例：顧客`{account}`の{label}の前）",
                ),
            )
            .help(words!(
                en: "values from before a skipped period count as unknown; write a row for every period in which the account was a customer",
                ja: "飛んだ期より前の値は不明として扱います。契約中のすべての期に行を作ってください",
            )),
        )
    }
}
