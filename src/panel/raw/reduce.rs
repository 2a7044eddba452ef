//! Records of a log to values on the as-of dates, account by account; partitions side by side.

use std::collections::HashSet;

use rayon::prelude::*;

use crate::panel::PanelError;
use crate::panel::aggregate::{Event, aggregate, aggregate_in_any_order, carry, counts_in_order};
use crate::panel::calendar::day_before;
use crate::panel::in_order::is_in_order;
use crate::panel::spans::{AsOfDates, DayTable, DayTables};
use crate::study::{Agg, KpiSpec, MissingPolicy};

use super::RawQuestion;
use super::gather::Gathered;
use super::lives::{Account, Lives};
use super::plan::{Convert, KpiPlan, LogPlan};
use super::silence::Silence;

/// Every so many accounts one is checked for values that know the future.
const CHECKED: usize = 61;

/// Turned over, days before 1970 come before those since.
const SIGN: u32 = 1 << 31;

/// Values by row of the panel.
#[derive(Debug, Default)]
pub(super) struct Reduced {
    /// KPI's place in the study, its values.
    pub(super) kpis: Vec<(usize, Vec<f64>)>,
    /// Role column's place, its values.
    pub(super) roles: Vec<RoleValues>,
    /// Exact duplicates found here.
    pub(super) duplicates: usize,
    /// Days without an event, at departures and before.
    pub(super) silence: Silence,
}

/// A role that comes from a log.
#[derive(Debug)]
pub(super) struct RoleValues {
    pub(super) place: usize,
    pub(super) convert: Convert,
    pub(super) values: Vec<f64>,
    /// Texts that the values number, for codes.
    pub(super) levels: Vec<String>,
}

/// The windows of a KPI on all periods of the calendar.
struct Windows {
    before: Vec<i32>,
    before_previous: Vec<i32>,
    tables: Option<[DayTable; 3]>,
}

impl Windows {
    fn new(kpi: &KpiSpec, lives: &Lives) -> Self {
        let window = kpi.extraction.as_ref().and_then(|extraction| extraction.window);
        let day = |times: u32| {
            let before = |end| {
                window.and_then(|window| day_before(end, window, times)).map_or(i32::MIN, |day| day.to_epoch_days())
            };
            lives.ends.iter().map(|&end| before(end)).collect()
        };
        let (before, before_previous): (Vec<i32>, Vec<i32>) = (day(1), day(2));
        let table = DayTable::new;
        let tables = match (table(&lives.end_days), table(&before), table(&before_previous)) {
            (Some(as_of), Some(before), Some(previous)) => Some([as_of, before, previous]),
            _ => None,
        };
        Self { before, before_previous, tables }
    }

    fn of<'w>(&'w self, account: &Account, lives: &'w Lives) -> AsOfDates<'w> {
        let periods = account.periods.clone();
        AsOfDates {
            as_of: &lives.end_days[periods.clone()],
            before: &self.before[periods.clone()],
            before_previous: &self.before_previous[periods.clone()],
            tables: self.tables.as_ref().map(|[as_of, before, before_previous]| DayTables {
                as_of,
                before,
                before_previous,
                offset: periods.start,
            }),
        }
    }
}

/// Computes every KPI and role of a log.
pub(super) fn reduce(
    plan: &LogPlan<'_>,
    gathered: &Gathered,
    lives: &Lives,
    question: &RawQuestion<'_>,
) -> Result<Reduced, PanelError> {
    let windows: Vec<Windows> = plan.kpis.iter().map(|kpi| Windows::new(kpi.kpi, lives)).collect();
    let n_parts = gathered.records.len();
    let n_accounts = lives.accounts.len();
    let bound = |part: usize| (part * n_accounts).div_ceil(n_parts);
    let parts: Vec<Part> = (0..n_parts)
        .into_par_iter()
        .map(|part| {
            let bytes = gathered.records.read(part)?;
            reduce_part(plan, &windows, &bytes, bound(part)..bound(part + 1), lives, question)
        })
        .collect::<Result<_, PanelError>>()?;
    let mut reduced = Reduced::default();
    let join = |pick: &dyn Fn(&Part) -> &Vec<f64>| parts.iter().flat_map(|part| pick(part).iter().copied()).collect();
    for (i, kpi) in plan.kpis.iter().enumerate() {
        reduced.kpis.push((kpi.place, join(&|part| &part.kpis[i])));
    }
    for (i, role) in plan.roles.iter().enumerate() {
        let levels = gathered.levels[role.value].clone();
        let values = join(&|part| &part.roles[i]);
        reduced.roles.push(RoleValues { place: role.place, convert: role.convert, values, levels });
    }
    parts.iter().for_each(|part| reduced.silence.add(&part.silence));
    reduced.duplicates = parts.iter().map(|part| part.duplicates).sum();
    Ok(reduced)
}

/// Values of neighbouring accounts.
struct Part {
    kpis: Vec<Vec<f64>>,
    roles: Vec<Vec<f64>>,
    duplicates: usize,
    silence: Silence,
}

fn reduce_part(
    plan: &LogPlan<'_>,
    windows: &[Windows],
    bytes: &[u8],
    accounts: std::ops::Range<usize>,
    lives: &Lives,
    question: &RawQuestion<'_>,
) -> Result<Part, PanelError> {
    let layout = Layout::new(plan);
    let sorted = by_account(bytes, layout.stride, accounts.clone());
    let n_rows: usize = lives.accounts[accounts.clone()].iter().map(|a| a.periods.len()).sum();
    let room = |n: usize| (0..n).map(|_| Vec::with_capacity(n_rows)).collect::<Vec<_>>();
    let mut part =
        Part { kpis: room(plan.kpis.len()), roles: room(plan.roles.len()), duplicates: 0, silence: Silence::default() };
    let mut records: Vec<&[u8]> = Vec::new();
    let mut days: Vec<u64> = Vec::new();
    let mut unsorted: Vec<&[u8]> = Vec::new();
    let mut all: Vec<Event> = Vec::new();
    let mut events: Vec<Event> = Vec::new();
    for place in accounts.clone() {
        let account = &lives.accounts[place];
        records.clear();
        records.extend(sorted.of(place - accounts.start).chunks_exact(layout.stride));
        part.duplicates += layout.drop_duplicates(&mut records);
        // By day, those of a day as in the file: cheaper for what follows, and changes no value.
        days.clear();
        days.extend(
            (0..).zip(&records).map(|(at, record)| (u64::from(day_of(record).cast_unsigned() ^ SIGN) << 32) | at),
        );
        if !days.is_sorted() {
            days.sort_unstable();
            std::mem::swap(&mut records, &mut unsorted);
            records.clear();
            records.extend(days.iter().map(|day| unsorted[(day & u64::from(u32::MAX)) as usize]));
        }
        all.clear();
        all.extend(records.iter().map(|record| layout.event(record)));
        part.silence.take(&all, account, lives);
        let in_order = is_in_order(&all);
        for ((kpi, windows), out) in plan.kpis.iter().zip(windows).zip(&mut part.kpis) {
            events.clear();
            let own = match (kpi.bit, kpi.value, kpi.key) {
                (None, None, None) => &all,
                _ => {
                    let rows = records.iter().zip(&all);
                    let matching = rows.filter(|(record, _)| kpi.bit.is_none_or(|bit| layout.has(record, bit)));
                    events.extend(matching.map(|(record, event)| layout.with_value(record, event, kpi)));
                    &events
                }
            };
            let dates = windows.of(account, lives);
            let raw = match kpi.agg {
                Agg::Count | Agg::DistinctDays | Agg::DaysSince | Agg::Change if in_order && kpi.value.is_none() => {
                    counts_in_order(kpi.agg, own, &dates)
                }
                _ => aggregate_in_any_order(kpi.agg, kpi.value.is_some(), own, &dates),
            };
            if place % CHECKED == 0 {
                check_knowledge(kpi, own, &dates, &raw, (place, account))?;
            }
            out.extend(with_policy(raw, kpi));
        }
        for (role, out) in plan.roles.iter().zip(&mut part.roles) {
            events.clear();
            events.extend(
                records
                    .iter()
                    .zip(&all)
                    .map(|(record, event)| Event { value: layout.value(record, role.value), ..*event }),
            );
            out.extend(role_values(role.convert, &events, account, lives, question));
        }
    }
    Ok(part)
}

/// A role's values: flags are of the period in which they became known, dates hold from their day on, others last.
fn role_values(
    convert: Convert,
    events: &[Event],
    account: &Account,
    lives: &Lives,
    question: &RawQuestion<'_>,
) -> Vec<f64> {
    let as_of = lives.as_of(account);
    match convert {
        Convert::Flag => {
            let mut values = vec![0.0; as_of.len()];
            for event in events.iter().filter(|event| event.value > 0.0) {
                let known = event.known.max(event.at);
                let period = as_of.partition_point(|end| *end < known);
                let first = lives.ends[account.periods.clone()]
                    .get(period)
                    .and_then(|end| crate::panel::first_day(question.tables.period, *end));
                if first.is_some_and(|first| known >= first.to_epoch_days())
                    && let Some(value) = values.get_mut(period)
                {
                    *value = 1.0;
                }
            }
            values
        }
        Convert::Day => as_of
            .iter()
            .map(|&day| {
                let holds = |event: &Event| event.known.max(event.at) <= day && event.value <= f64::from(day);
                f64::from(u8::from(events.iter().any(holds)))
            })
            .collect(),
        Convert::Number | Convert::Code => {
            let all = vec![i32::MIN; as_of.len()];
            aggregate(Agg::Last, true, events, &AsOfDates { as_of, before: &all, before_previous: &all, tables: None })
        }
    }
}

/// Compares the values with those from the events alone that were known by each as-of date.
fn check_knowledge(
    kpi: &KpiPlan<'_>,
    events: &[Event],
    dates: &AsOfDates<'_>,
    values: &[f64],
    (place, account): (usize, &Account),
) -> Result<(), PanelError> {
    for (k, (&as_of, value)) in dates.as_of.iter().zip(values).enumerate() {
        // A few dates of each account tell as much as all of them.
        if k % 5 != place % 5 {
            continue;
        }
        let known: Vec<Event> = events.iter().filter(|e| e.at.max(e.known) <= as_of).copied().collect();
        let one = AsOfDates {
            as_of: &dates.as_of[k..=k],
            before: &dates.before[k..=k],
            before_previous: &dates.before_previous[k..=k],
            tables: None,
        };
        let alone = aggregate(kpi.agg, kpi.value.is_some(), &known, &one)[0];
        let close = (alone - value).abs() <= 1e-9 * alone.abs().max(1.0);
        let same = close || (alone.is_nan() && value.is_nan());
        if !same {
            return Err(PanelError::Leak { kpi: kpi.kpi.name.clone(), account: account.id.clone(), as_of });
        }
    }
    Ok(())
}

/// The missing policy of a KPI on the values of one account.
fn with_policy(mut values: Vec<f64>, kpi: &KpiPlan<'_>) -> Vec<f64> {
    let by_default = match kpi.agg {
        Agg::Count | Agg::Sum | Agg::Distinct | Agg::DistinctDays => MissingPolicy::Zero,
        _ => MissingPolicy::Unknown,
    };
    match kpi.kpi.missing.unwrap_or(by_default) {
        MissingPolicy::Zero => values.iter_mut().filter(|value| value.is_nan()).for_each(|value| *value = 0.0),
        MissingPolicy::Carry(periods) => carry(&mut values, periods),
        MissingPolicy::Unknown => {}
    }
    values
}

/// Records side by side by account, in the file's order within each: what follows reads them several times.
struct Sorted {
    bytes: Vec<u8>,
    /// Where each account's begin.
    first: Vec<usize>,
}

impl Sorted {
    fn of(&self, account: usize) -> &[u8] {
        &self.bytes[self.first[account]..self.first[account + 1]]
    }
}

fn by_account(bytes: &[u8], stride: usize, accounts: std::ops::Range<usize>) -> Sorted {
    let n = accounts.len();
    let account =
        |record: &[u8]| (read_u32(record, 0) as usize).saturating_sub(accounts.start).min(n.saturating_sub(1));
    let mut first = vec![0; n + 1];
    for record in bytes.chunks_exact(stride) {
        first[account(record) + 1] += stride;
    }
    for i in 0..n {
        first[i + 1] += first[i];
    }
    let mut next = first.clone();
    let mut sorted = vec![0; bytes.len()];
    for record in bytes.chunks_exact(stride) {
        let slot = &mut next[account(record)];
        sorted[*slot..*slot + stride].copy_from_slice(record);
        *slot += stride;
    }
    Sorted { bytes: sorted, first }
}

/// Where the parts of a record are.
struct Layout {
    stride: usize,
    order: Option<usize>,
    recorded: Option<usize>,
    mask: usize,
    values: usize,
    keys: usize,
    digest: Option<usize>,
}

impl Layout {
    fn new(plan: &LogPlan<'_>) -> Self {
        let mut at = 8;
        let mut take = |bytes: usize| {
            at += bytes;
            at - bytes
        };
        let order = plan.order.then(|| take(8));
        let recorded = plan.recorded.map(|_| take(12));
        let mask = take(plan.mask_bytes());
        let values = take(8 * plan.values.len());
        let keys = take(8 * plan.keys.len());
        let digest = plan.digests.then(|| take(8));
        Self { stride: plan.stride(), order, recorded, mask, values, keys, digest }
    }

    fn has(&self, record: &[u8], bit: u32) -> bool {
        record[self.mask + bit as usize / 8] & (1 << (bit % 8)) != 0
    }

    fn event(&self, record: &[u8]) -> Event {
        let at = day_of(record);
        let stamp = self.order.map_or_else(|| i64::from(at), |place| read_u64(record, place).cast_signed());
        let (known, recorded) = match self.recorded {
            Some(place) => (read_u32(record, place).cast_signed(), read_u64(record, place + 4).cast_signed()),
            None => (at, stamp),
        };
        Event { at, stamp, known, recorded, value: f64::NAN, key: None }
    }

    fn value(&self, record: &[u8], slot: usize) -> f64 {
        f64::from_bits(read_u64(record, self.values + 8 * slot))
    }

    /// The event with the value or key of a KPI.
    fn with_value(&self, record: &[u8], event: &Event, kpi: &KpiPlan<'_>) -> Event {
        let value = kpi.value.map_or(f64::NAN, |slot| self.value(record, slot));
        let key = kpi.key.map(|slot| read_u64(record, self.keys + 8 * slot)).filter(|key| *key != 0);
        Event { value, key, ..*event }
    }

    /// Keeps the first of rows with the same digest.
    fn drop_duplicates(&self, records: &mut Vec<&[u8]>) -> usize {
        let Some(place) = self.digest else { return 0 };
        let before = records.len();
        let mut seen = HashSet::with_capacity(before);
        records.retain(|record| seen.insert(read_u64(record, place)));
        before - records.len()
    }
}

fn day_of(record: &[u8]) -> i32 {
    read_u32(record, 4).cast_signed()
}

fn read_u32(record: &[u8], at: usize) -> u32 {
    record.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes)
}

fn read_u64(record: &[u8], at: usize) -> u64 {
    record.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes)
}
