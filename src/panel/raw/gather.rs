//! One pass over a log: rows that can be used become records by account, all others are counted with their places.

use std::collections::{HashMap, HashSet};

use crate::ingest::{Batch, Commas, DateHome, Dates, Log, LogRequest, Partitions, Stamp};
use crate::panel::{DayTable, PanelError};
use crate::study::{EventTable, TablesSource};

use super::Watch;
use super::audit::Faults;
use super::cells::{BLANK, Converting, Links, NO_KEY, NOBODY, find_accounts, hash_cells, links, stamps};
use super::counts::Counts;
use super::dates::{DateCensus, written};
use super::lives::Lives;
use super::no_match::Matching;
use super::plan::LogPlan;
use super::tables::{RawTables, format_of, possible, zone};

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
    pub(super) counts: Counts,
    /// Which conditions any row met.
    pub(super) matching: Matching,
}

/// Reads a log: with commas between thousands, and once more without where the whole column does not bear that out.
pub(super) fn gather(
    plan: &LogPlan<'_>,
    source: (&TablesSource, &EventTable, &Log),
    raw: &RawTables,
    lives: &Lives,
    watch: Watch<'_>,
) -> Result<Gathered, PanelError> {
    let sure = vec![true; plan.values.len()];
    let (gathered, commas) = gather_once(plan, source, (raw, lives), &sure, watch)?;
    if commas.iter().any(Commas::is_doubtful) {
        let sure: Vec<bool> = commas.iter().map(|commas| !commas.is_doubtful()).collect();
        return Ok(gather_once(plan, source, (raw, lives), &sure, watch)?.0);
    }
    Ok(gathered)
}

fn gather_once(
    plan: &LogPlan<'_>,
    source: (&TablesSource, &EventTable, &Log),
    (raw, lives): (&RawTables, &Lives),
    thousands: &[bool],
    watch: Watch<'_>,
) -> Result<(Gathered, Vec<Commas>), PanelError> {
    let (tables, spec, log) = source;
    let mut pass = Pass::new(plan, tables, spec, raw, lives)?;
    pass.thousands = thousands.to_vec();
    let (as_text, digests) = plan.request();
    log.read::<PanelError>(&LogRequest { columns: &plan.columns, as_text: &as_text, digests }, |batch| {
        pass.take(&batch)?;
        watch(log.name(), batch.share);
        Ok(())
    })?;
    let at_refused = pass.at_cells.refused(plan.columns[plan.at], &pass.home);
    let recorded_refused = plan.recorded.and_then(|at| pass.recorded_cells.refused(plan.columns[at], &pass.home));
    if let Some(problem) = at_refused.or(recorded_refused) {
        return Err(problem);
    }
    pass.count_ids();
    let of_columns = plan.values.iter().zip(&pass.commas);
    pass.counts.thousands =
        of_columns.map(|((column, _), commas)| (plan.columns[*column].to_owned(), commas.n_thousands())).collect();
    let levels = pass.codes.into_iter().map(|codes| {
        let mut levels: Vec<(String, u32)> = codes.into_iter().collect();
        levels.sort_by_key(|(_, code)| *code);
        levels.into_iter().map(|(level, _)| level).collect()
    });
    let gathered = Gathered {
        records: pass.records,
        present: pass.present,
        levels: levels.collect(),
        counts: pass.counts,
        matching: pass.matching,
    };
    Ok((gathered, pass.commas))
}

struct Pass<'p, 'a> {
    plan: &'p LogPlan<'a>,
    lives: &'p Lives,
    possible: std::ops::RangeInclusive<i32>,
    periods: DayTable,
    /// First day of the first period.
    first_day: i32,
    at: Dates<'p>,
    recorded: Dates<'p>,
    home: DateHome,
    at_cells: DateCensus,
    recorded_cells: DateCensus,
    value_dates: Vec<Dates<'p>>,
    /// Whether commas part thousands, and what the cells say about it, by value slot.
    thousands: Vec<bool>,
    commas: Vec<Commas>,
    links: Option<Links>,
    records: Partitions,
    present: Vec<bool>,
    codes: Vec<HashMap<String, u32>>,
    seen: HashSet<u64>,
    ids: HashSet<u64>,
    n_ids: usize,
    counts: Counts,
    matching: Matching,
    // Of the batch, by row.
    /// Account, and row of the contract where the log names contracts.
    accounts: Vec<(u32, u32)>,
    masks: Vec<Vec<bool>>,
    values: Vec<Vec<f64>>,
    keys: Vec<Vec<u64>>,
}

impl<'p, 'a> Pass<'p, 'a> {
    fn new(
        plan: &'p LogPlan<'a>,
        tables: &'p TablesSource,
        spec: &'p EventTable,
        raw: &'p RawTables,
        lives: &'p Lives,
    ) -> Result<Self, PanelError> {
        let zone = zone(tables)?;
        let dates =
            |column: usize| Dates::new(format_of(plan.columns[column], &spec.date_format, &tables.date_format), zone);
        let counts = Counts {
            bad_values: plan
                .values
                .iter()
                .map(|(column, _)| (plan.columns[*column].to_owned(), Faults::default()))
                .collect(),
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
            at: dates(plan.at).of_events(),
            recorded: dates(plan.recorded.unwrap_or(plan.at)).of_events(),
            home: DateHome::Events(spec.name.clone()),
            at_cells: DateCensus::default(),
            recorded_cells: DateCensus::default(),
            value_dates: plan.values.iter().map(|(column, _)| dates(*column)).collect(),
            thousands: vec![true; plan.values.len()],
            commas: plan.values.iter().map(|_| Commas::default()).collect(),
            links: links(tables, spec, raw, lives)?,
            records: Partitions::new(PARTS),
            present: vec![false; lives.accounts.len()],
            codes: vec![HashMap::new(); plan.values.len()],
            seen: HashSet::new(),
            ids: HashSet::new(),
            n_ids: 0,
            counts,
            matching: Matching::new(plan),
            accounts: Vec::new(),
            masks: vec![Vec::new(); plan.conditions.len()],
            values: vec![Vec::new(); plan.values.len()],
            keys: vec![Vec::new(); plan.keys.len()],
        })
    }

    fn take(&mut self, batch: &Batch) -> Result<(), PanelError> {
        let plan = self.plan;
        let columns = &batch.columns;
        let (lives, links, home) = (self.lives, self.links.as_ref(), &self.home);
        let (accounts, masks, keys) = (&mut self.accounts, &mut self.masks, &mut self.keys);
        let slots = self.values.iter_mut().zip(&mut self.codes).zip(&mut self.counts.bad_values).zip(&self.value_dates);
        let slots: Vec<_> = slots.zip(&plan.values).zip(self.commas.iter_mut().zip(&self.thousands)).collect();
        let mut stamps_of =
            [(&self.at, Some(plan.at), Ok(Vec::new())), (&self.recorded, plan.recorded, Ok(Vec::new()))];
        rayon::scope(|scope| {
            scope.spawn(|_| find_accounts(&columns[plan.account], lives, links, accounts));
            for (mask, (column, condition)) in masks.iter_mut().zip(&plan.conditions) {
                scope.spawn(|_| super::where_::matches(&columns[*column], condition, mask));
            }
            for (((((out, codes), (_, faults)), dates), (column, convert)), (commas, thousands)) in slots {
                let convert = Converting { convert: *convert, dates, batch, thousands: *thousands };
                scope.spawn(move |_| convert.column(&columns[*column], out, codes, (faults, commas)));
            }
            for (keys, column) in keys.iter_mut().zip(&plan.keys) {
                scope.spawn(|_| hash_cells(&columns[*column], keys));
            }
            for (dates, column, out) in &mut stamps_of {
                if let Some(column) = *column {
                    scope.spawn(move |_| *out = stamps(dates, batch, column, (plan.columns[column], home)));
                }
            }
        });
        let [(.., at), (.., recorded)] = stamps_of;
        let (at, recorded) = (at?, recorded?);
        for row in 0..batch.n_rows() {
            let cell = |column: usize| written(&columns[column], row);
            self.at_cells.add(at[row], || cell(plan.at), || batch.place(row));
            if let Some(column) = plan.recorded {
                self.recorded_cells.add(recorded[row], || cell(column), || batch.place(row));
            }
        }
        self.matching.take(plan, batch, &self.masks);
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
        let cells = &batch.columns[self.plan.account];
        for (row, _) in self.accounts.iter().enumerate().filter(|(_, (account, _))| *account == NOBODY) {
            if cells.text(row).is_some_and(|cell| self.lives.is_known_without_zeros(cell)) {
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
            } else if over.is_some_and(|over| at.since > over) {
                counts.after_contract.add(place);
            }
        }
        if at.day < start {
            counts.before.add(place);
            return Ok(());
        }
        // A month in which the account left is known with the month's end; what it says is of the account's time.
        if at.since > end {
            let came_back = self.lives.accounts.get(account as usize).is_some_and(|account| account.life.returns > 0);
            if came_back { &mut counts.after_return } else { &mut counts.after }.add(place);
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
    fn append(
        &mut self,
        account: u32,
        row: usize,
        at: Stamp,
        known: Stamp,
        digest: Option<u64>,
    ) -> Result<(), PanelError> {
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
