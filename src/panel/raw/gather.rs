//! One pass over a log: rows that can be used become records by account, all others are counted with their places.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher};

use chrono::NaiveDate;
use rayon::prelude::*;

use crate::ingest::{Batch, Dates, Log, LogColumn, LogRequest, Partitions, Stamp, is_missing_word, parse_flag, parse_number};
use crate::notice::{Notice, Severity};
use crate::panel::{DayTable, PanelError};
use crate::study::{EventTable, TablesSource};
use crate::words;
use crate::words::Words;

use super::Watch;
use super::audit::{Faults, LeftOut, TableAudit, UNSAFE_SHARE, percent};
use super::lives::Lives;
use super::plan::{Convert, LogPlan};
use super::tables::{RawTables, checked, format_of, possible, zone};

/// Partitions of a log; each holds neighbouring accounts.
const PARTS: usize = 128;
/// Rows of which duplicates are found at once, with their places; later ones are found account by account.
const PLACED: usize = 1 << 21;

/// A log's rows by account, and what was counted.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) records: Partitions,
    /// Whether each account has a row, used or not.
    pub(super) present: Vec<bool>,
    /// Different texts of each value slot that holds codes.
    pub(super) levels: Vec<Vec<String>>,
    counts: Counts,
}

#[derive(Debug, Default)]
struct Counts {
    rows: usize,
    used: usize,
    no_account: Faults,
    unknown: Faults,
    no_date: Faults,
    not_known: Faults,
    before: Faults,
    after: Faults,
    duplicates: Faults,
    bad_values: Vec<(String, Faults)>,
    /// Linked through a contract: before its start, after its end.
    before_contract: Faults,
    after_contract: Faults,
    linked: usize,
    late: usize,
    repeated_ids: Option<(String, usize, usize)>,
    days: Option<(i32, i32)>,
    by_period: Vec<u64>,
    zeros: Faults,
}

/// What [`super::audit::Findings`] takes of a log.
#[derive(Debug)]
pub(super) struct TableCounts {
    pub(super) table: TableAudit,
    pub(super) other: Vec<Notice>,
}

/// Reads a log.
pub(super) fn gather(
    plan: &LogPlan<'_>,
    source: (&TablesSource, &EventTable, &Log),
    raw: &RawTables,
    lives: &Lives,
    watch: Watch<'_>,
) -> Result<Gathered, PanelError> {
    let (tables, spec, log) = source;
    let mut pass = Pass::new(plan, tables, spec, raw, lives)?;
    let (as_text, digests) = plan.request();
    log.read::<PanelError>(&LogRequest { columns: &plan.columns, as_text: &as_text, digests }, |batch| {
        pass.take(&batch)?;
        watch(log.name(), batch.share);
        Ok(())
    })?;
    pass.count_ids();
    let levels = pass.codes.into_iter().map(|codes| {
        let mut levels: Vec<(String, u32)> = codes.into_iter().collect();
        levels.sort_by_key(|(_, code)| *code);
        levels.into_iter().map(|(level, _)| level).collect()
    });
    Ok(Gathered { records: pass.records, present: pass.present, levels: levels.collect(), counts: pass.counts })
}

/// Where the contract of a linked row is.
type Links = HashMap<String, (u32, usize)>;

struct Pass<'p, 'a> {
    plan: &'p LogPlan<'a>,
    lives: &'p Lives,
    possible: std::ops::RangeInclusive<i32>,
    periods: DayTable,
    /// First day of the first period.
    first_day: i32,
    at: Dates<'p>,
    recorded: Dates<'p>,
    value_dates: Vec<Dates<'p>>,
    links: Option<Links>,
    records: Partitions,
    present: Vec<bool>,
    codes: Vec<HashMap<String, u32>>,
    seen: HashSet<u64>,
    ids: HashSet<u64>,
    n_ids: usize,
    counts: Counts,
    // Of the batch, by row.
    /// Account, and row of the contract where the log names contracts.
    accounts: Vec<(u32, u32)>,
    masks: Vec<Vec<bool>>,
    values: Vec<Vec<f64>>,
    keys: Vec<Vec<u64>>,
}

const NOBODY: u32 = u32::MAX;
/// No account is named.
const BLANK: u32 = u32::MAX - 1;
/// A value that is not there, as key.
const NO_KEY: u64 = 0;

impl<'p, 'a> Pass<'p, 'a> {
    fn new(
        plan: &'p LogPlan<'a>,
        tables: &'p TablesSource,
        spec: &'p EventTable,
        raw: &'p RawTables,
        lives: &'p Lives,
    ) -> Result<Self, PanelError> {
        let zone = zone(tables)?;
        let dates = |column: usize| Dates::new(format_of(plan.columns[column], &spec.date_format, &tables.date_format), zone);
        let counts = Counts {
            bad_values: plan.values.iter().map(|(column, _)| (plan.columns[*column].to_owned(), Faults::default())).collect(),
            by_period: vec![0; lives.ends.len()],
            ..Counts::default()
        };
        Ok(Self {
            plan,
            lives,
            possible: possible(tables),
            periods: DayTable::new(&lives.end_days).ok_or(PanelError::NoPeriod { from: tables.from, to: tables.to })?,
            first_day: lives
                .ends
                .first()
                .and_then(|end| crate::panel::first_day(tables.period, *end))
                .map_or(i32::MAX, |day| day.to_epoch_days()),
            at: dates(plan.at),
            recorded: dates(plan.recorded.unwrap_or(plan.at)),
            value_dates: plan.values.iter().map(|(column, _)| dates(*column)).collect(),
            links: links(tables, spec, raw, lives)?,
            records: Partitions::new(PARTS),
            present: vec![false; lives.accounts.len()],
            codes: vec![HashMap::new(); plan.values.len()],
            seen: HashSet::new(),
            ids: HashSet::new(),
            n_ids: 0,
            counts,
            accounts: Vec::new(),
            masks: vec![Vec::new(); plan.conditions.len()],
            values: vec![Vec::new(); plan.values.len()],
            keys: vec![Vec::new(); plan.keys.len()],
        })
    }

    fn take(&mut self, batch: &Batch) -> Result<(), PanelError> {
        let plan = self.plan;
        let columns = &batch.columns;
        let (lives, links) = (self.lives, self.links.as_ref());
        let (accounts, masks, keys) = (&mut self.accounts, &mut self.masks, &mut self.keys);
        let slots = self.values.iter_mut().zip(&mut self.codes).zip(&mut self.counts.bad_values).zip(&self.value_dates);
        let slots: Vec<_> = slots.zip(&plan.values).collect();
        let mut stamps_of = [(&self.at, Some(plan.at), Ok(Vec::new())), (&self.recorded, plan.recorded, Ok(Vec::new()))];
        rayon::scope(|scope| {
            scope.spawn(|_| find_accounts(&columns[plan.account], lives, links, accounts));
            for (mask, (column, condition)) in masks.iter_mut().zip(&plan.conditions) {
                scope.spawn(|_| super::where_::matches(&columns[*column], condition, mask));
            }
            for ((((out, codes), (_, faults)), dates), (column, convert)) in slots {
                let convert = Converting { convert: *convert, dates, batch };
                scope.spawn(move |_| convert.column(&columns[*column], out, codes, faults));
            }
            for (keys, column) in keys.iter_mut().zip(&plan.keys) {
                scope.spawn(|_| hash_cells(&columns[*column], keys));
            }
            for (dates, column, out) in &mut stamps_of {
                if let Some(column) = *column {
                    scope.spawn(move |_| *out = stamps(dates, batch, column, plan.columns[column]));
                }
            }
        });
        let [(.., at), (.., recorded)] = stamps_of;
        let (at, recorded) = (at?, recorded?);
        self.leading_zeros(batch);
        if let Some(column) = plan.own_id {
            let mut hashes = Vec::new();
            hash_cells(&columns[column], &mut hashes);
            self.n_ids += hashes.iter().filter(|hash| **hash != NO_KEY).count();
            self.ids.extend(hashes.into_iter().filter(|hash| *hash != NO_KEY));
        }
        for row in 0..batch.n_rows() {
            self.row(batch, row, at[row], plan.recorded.map(|_| recorded[row]))?;
        }
        Ok(())
    }

    /// Counts unknown accounts that are known but for their leading zeros.
    fn leading_zeros(&mut self, batch: &Batch) {
        let LogColumn::Text(cells) = &batch.columns[self.plan.account] else { return };
        for (row, _) in self.accounts.iter().enumerate().filter(|(_, (account, _))| *account == NOBODY) {
            if cells.get(row).is_some_and(|cell| self.lives.is_known_without_zeros(cell)) {
                self.counts.zeros.add(|| batch.place(row));
            }
        }
    }

    fn row(
        &mut self,
        batch: &Batch,
        row: usize,
        at: Option<Stamp>,
        recorded: Option<Option<Stamp>>,
    ) -> Result<(), PanelError> {
        let place = || batch.place(row);
        let counts = &mut self.counts;
        counts.rows += 1;
        let (account, contract) = self.accounts[row];
        let Some(at) = at.filter(|at| self.possible.contains(&at.day)) else {
            counts.no_date.add(place);
            return Ok(());
        };
        if account == BLANK {
            counts.no_account.add(place);
            return Ok(());
        }
        let Some(&(start, end)) = self.lives.limits.get(account as usize) else {
            counts.unknown.add(place);
            return Ok(());
        };
        if let Some(present) = self.present.get_mut(account as usize) {
            *present = true;
        }
        let digest = batch.digests.get(row).copied();
        if let Some(digest) = digest
            && self.seen.len() < PLACED
            && !self.seen.insert(digest)
        {
            counts.duplicates.add(place);
            return Ok(());
        }
        if let Some((begin, over)) = self.lives.contract_days.get(contract as usize) {
            counts.linked += 1;
            if begin.is_some_and(|begin| at.day < begin) {
                counts.before_contract.add(place);
            } else if over.is_some_and(|over| at.day > over) {
                counts.after_contract.add(place);
            }
        }
        if at.day < start {
            counts.before.add(place);
            return Ok(());
        }
        if at.day > end {
            counts.after.add(place);
            return Ok(());
        }
        let known = match recorded {
            Some(None) => {
                counts.not_known.add(place);
                return Ok(());
            }
            Some(Some(recorded)) => recorded,
            None => at,
        };
        counts.used += 1;
        counts.late += usize::from(known.day > at.day.saturating_add(30));
        counts.days = Some(counts.days.map_or((at.day, at.day), |(first, last)| (first.min(at.day), last.max(at.day))));
        if at.day >= self.first_day
            && let Some(n) = counts.by_period.get_mut(self.periods.first_from(at.day))
        {
            *n += 1;
        }
        self.append(account, row, at, known, digest)
    }

    /// Appends the record: account, day, order, knowledge, mask, values, keys, digest.
    fn append(&mut self, account: u32, row: usize, at: Stamp, known: Stamp, digest: Option<u64>) -> Result<(), PanelError> {
        let plan = self.plan;
        let part = account as usize * PARTS / self.lives.accounts.len().max(1);
        let end = self.records.end_of(part);
        end.extend_from_slice(&account.to_le_bytes());
        end.extend_from_slice(&at.day.to_le_bytes());
        if plan.order {
            end.extend_from_slice(&at.micros.to_le_bytes());
        }
        if plan.recorded.is_some() {
            end.extend_from_slice(&known.day.max(at.day).to_le_bytes());
            end.extend_from_slice(&known.micros.to_le_bytes());
        }
        for sets in plan.sets.chunks(8) {
            let holds = |set: &Vec<usize>| set.iter().all(|&condition| self.masks[condition][row]);
            end.push(sets.iter().enumerate().fold(0, |byte, (bit, set)| byte | (u8::from(holds(set)) << bit)));
        }
        for values in &self.values {
            end.extend_from_slice(&values[row].to_le_bytes());
        }
        for keys in &self.keys {
            end.extend_from_slice(&keys[row].to_le_bytes());
        }
        if plan.digests {
            end.extend_from_slice(&digest.unwrap_or_default().to_le_bytes());
        }
        Ok(self.records.appended(plan.stride())?)
    }

    fn count_ids(&mut self) {
        let Some(column) = self.plan.own_id else { return };
        let repeated = self.n_ids - self.ids.len();
        // An identifier of something else repeats much more often.
        if repeated > 0 && 2 * repeated < self.n_ids {
            self.counts.repeated_ids = Some((self.plan.columns[column].to_owned(), repeated, self.n_ids));
        }
    }
}

impl Gathered {
    /// The counts as findings; `duplicates` were found account by account.
    pub(super) fn finish(self, spec: &EventTable, log: &Log, duplicates: usize) -> TableCounts {
        let mut counts = self.counts;
        counts.duplicates.n += duplicates;
        counts.used -= duplicates;
        let other = counts.notices(spec, log);
        let left_out = vec![
            LeftOut::new(words!(en: "rows without an account", ja: "顧客IDのない行"), counts.no_account),
            LeftOut::new(words!(en: "rows of unknown accounts", ja: "顧客表にない顧客の行"), counts.unknown),
            LeftOut::new(words!(en: "rows without a possible date", ja: "日付が正しくない行"), counts.no_date),
            LeftOut::new(words!(en: "exact duplicates", ja: "完全に同じ行（重複）"), counts.duplicates),
            LeftOut::new(words!(en: "rows before the account's start", ja: "顧客の開始日より前の行"), counts.before),
            LeftOut::new(words!(en: "rows after the account's end", ja: "顧客の終了日より後の行"), counts.after),
            LeftOut::new(
                words!(en: "rows that cannot be proven to have been known", ja: "いつ記録されたか証明できない行"),
                counts.not_known,
            ),
        ];
        let date = |day: i32| NaiveDate::from_epoch_days(day);
        let table = TableAudit {
            name: spec.name.clone(),
            file: log.name().to_owned(),
            n_rows: counts.rows,
            n_used: counts.used,
            left_out,
            days: counts.days.and_then(|(first, last)| Some((date(first)?, date(last)?))),
            by_period: counts.by_period,
        };
        TableCounts { table, other }
    }
}

impl Counts {
    fn notices(&self, spec: &EventTable, log: &Log) -> Vec<Notice> {
        let mut notices = log.notices().to_vec();
        let (name, account) = (&spec.name, &spec.account);
        let share = |n: usize| percent(n as f64 / self.linked.max(1) as f64);
        let places = |faults: &Faults| {
            let join = |pick: fn(&Words) -> &String| faults.examples.iter().map(pick).cloned().collect::<Vec<_>>().join(", ");
            Words { en: join(|w| &w.en), ja: join(|w| &w.ja) }
        };
        let grave = |n: usize| if n as f64 >= UNSAFE_SHARE * self.linked.max(1) as f64 { Severity::Unsafe } else { Severity::Warning };
        if self.before_contract.n > 0 {
            let (n, of) = (self.before_contract.n, self.linked);
            let share = share(n);
            let what = words!(
                en: "`{name}`: {n} of {of} rows ({share}) are dated before the contract that their `{account}` names begins",
                ja: "`{name}`: {of}行のうち{n}行（{share}）の日付が、`{account}`の契約の開始日より前です",
            );
            notices.push(Notice::new(grave(n), "before_contract", what).at(places(&self.before_contract)));
        }
        if self.after_contract.n > 0 {
            let (n, of) = (self.after_contract.n, self.linked);
            let share = share(n);
            let what = words!(
                en: "`{name}`: {n} of {of} rows ({share}) are dated after the contract that their `{account}` names has ended",
                ja: "`{name}`: {of}行のうち{n}行（{share}）の日付が、`{account}`の契約の終了日より後です",
            );
            notices.push(Notice::new(grave(n), "after_contract", what).at(places(&self.after_contract)));
        }
        if let Some((column, n, of)) = &self.repeated_ids {
            let what = words!(
                en: "`{name}`: {n} of {of} rows repeat a `{column}` that another row has; they count as rows of their own unless all cells are the same",
                ja: "`{name}`: {of}行のうち{n}行の`{column}`が重複しています。すべての値が同じ行だけを重複として除きます",
            );
            notices.push(Notice::new(Severity::Warning, "repeated_ids", what).at(Words::same(log.name())));
        }
        if self.late > 0 {
            let (late, used) = (self.late, self.used);
            let what = words!(
                en: "`{name}`: {late} of {used} rows were recorded more than 30 days after they happened; they count from the day of the record",
                ja: "`{name}`: {used}行のうち{late}行は、発生から30日以上遅れて記録されています。記録された日から使います",
            );
            notices.push(Notice::new(Severity::Info, "late_records", what).at(Words::same(log.name())));
        }
        for (column, faults) in self.bad_values.iter().filter(|(_, faults)| faults.n > 0) {
            let n = faults.n;
            let what = words!(
                en: "`{name}`: {n} cells of `{column}` are not of its kind and count as missing",
                ja: "`{name}`: `{column}`の{n}個の値は読み取れないため、欠測として扱います",
            );
            notices.push(Notice::new(Severity::Warning, "bad_cells", what).at(places(faults)));
        }
        if self.zeros.n > 0 {
            let n = self.zeros.n;
            let what = words!(
                en: "`{name}`: {n} unknown accounts would be known without their leading zeros, or with them",
                ja: "`{name}`: 先頭のゼロの有無を除けば一致する顧客IDが{n}件あります",
            );
            notices.push(Notice::new(Severity::Warning, "leading_zeros", what).at(places(&self.zeros)));
        }
        notices
    }
}

/// The account of each row.
fn find_accounts(column: &LogColumn, lives: &Lives, links: Option<&Links>, out: &mut Vec<(u32, u32)>) {
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
        LogColumn::Numbers(cells) => {
            let number = |row: usize| Some(cells[row]).filter(|x| !x.is_nan());
            rows.map(|row| number(row).map_or((BLANK, NOBODY), |x| find(&x.to_string()))).collect_into_vec(out);
        }
        _ => rows.map(|_| (NOBODY, NOBODY)).collect_into_vec(out),
    }
}

/// How the cells of a column become numbers.
struct Converting<'c, 'd> {
    convert: Convert,
    dates: &'c Dates<'d>,
    batch: &'c Batch,
}

impl Converting<'_, '_> {
    fn column(&self, column: &LogColumn, out: &mut Vec<f64>, codes: &mut HashMap<String, u32>, faults: &mut Faults) {
        let (convert, dates, batch) = (self.convert, self.dates, self.batch);
        out.clear();
        let mut text = |row: usize, cell: Option<&str>| -> f64 {
            let Some(cell) = cell.filter(|cell| !is_missing_word(cell)) else { return f64::NAN };
            let value = match convert {
                Convert::Number => parse_number(cell).or_else(|| parse_flag(cell).map(|flag| f64::from(u8::from(flag)))),
                Convert::Flag => parse_flag(cell).map(|flag| f64::from(u8::from(flag))),
                Convert::Day => dates.read(cell).ok().map(|stamp| f64::from(stamp.day)),
                Convert::Code => {
                    let next = u32::try_from(codes.len()).unwrap_or(u32::MAX);
                    Some(f64::from(*codes.entry(cell.trim().to_owned()).or_insert(next)))
                }
            };
            value.unwrap_or_else(|| {
                faults.add(|| batch.place(row));
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
fn links(
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
fn stamps(dates: &Dates<'_>, batch: &Batch, column: usize, name: &str) -> Result<Vec<Option<Stamp>>, PanelError> {
    let read = |row: usize, stamp, cell: &dyn Fn() -> String| match stamp {
        Ok(stamp) => Ok(Some(stamp)),
        Err(doubt) => checked(Err(doubt), || batch.place(row), name, &cell()),
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
fn hash_cells(column: &LogColumn, out: &mut Vec<u64>) {
    out.clear();
    let hash = |bytes: &[u8]| {
        let mut hasher = DefaultHasher::new();
        hasher.write(bytes);
        hasher.finish().max(NO_KEY + 1)
    };
    match column {
        LogColumn::Text(cells) => out.extend(cells.iter().map(|cell| match cell.map(str::trim) {
            Some(cell) if !is_missing_word(cell) => hash(cell.as_bytes()),
            _ => NO_KEY,
        })),
        LogColumn::Numbers(cells) => {
            out.extend(cells.iter().map(|x| if x.is_nan() { NO_KEY } else { hash(&(x + 0.0).to_bits().to_le_bytes()) }));
        }
        LogColumn::Flags(cells) => {
            out.extend(cells.iter().map(|cell| cell.map_or(NO_KEY, |flag| hash(&[u8::from(flag)]))));
        }
        LogColumn::Days(cells) => out.extend(cells.iter().map(|cell| cell.map_or(NO_KEY, |day| hash(&day.to_le_bytes())))),
        LogColumn::Instants { micros, .. } => {
            out.extend(micros.iter().map(|cell| cell.map_or(NO_KEY, |micros| hash(&micros.to_le_bytes()))));
        }
    }
}
