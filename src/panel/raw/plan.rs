//! What to read of a log, once for all KPIs and roles that come from it, and how a row is kept.

use crate::ingest::{Commas, Log, LogColumn, LogRequest, grouped, is_missing_word, parse_flag, parse_number};
use crate::panel::PanelError;
use crate::study::{Agg, Condition, EventTable, KpiSpec};

use super::RawQuestion;
use super::roles::{Home, Places};
use super::tables::{RawTables, format_of, zone};

/// How a cell becomes the number that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Convert {
    /// The number itself; anything else is missing.
    Number,
    /// 1 or 0.
    Flag,
    /// Days since 1970.
    Day,
    /// Index of a text among the different ones.
    Code,
}

/// A KPI of the log.
#[derive(Debug, Clone, Copy)]
pub(super) struct KpiPlan<'a> {
    /// Place in the study.
    pub(super) place: usize,
    pub(super) kpi: &'a KpiSpec,
    pub(super) agg: Agg,
    /// Bit of the record's mask; absent = every row.
    pub(super) bit: Option<u32>,
    /// Slot of the record's values.
    pub(super) value: Option<usize>,
    /// Slot of the record's keys.
    pub(super) key: Option<usize>,
}

/// A role column of the log.
#[derive(Debug, Clone, Copy)]
pub(super) struct RolePlan {
    /// Place among the panel's columns.
    pub(super) place: usize,
    pub(super) convert: Convert,
    pub(super) value: usize,
}

/// One pass over a log.
#[derive(Debug)]
pub(super) struct LogPlan<'a> {
    /// Columns to read, each once.
    pub(super) columns: Vec<&'a str>,
    pub(super) account: usize,
    pub(super) at: usize,
    pub(super) recorded: Option<usize>,
    /// Different conditions, and the sets of them that KPIs ask for: a bit each.
    pub(super) conditions: Vec<(usize, &'a Condition)>,
    pub(super) sets: Vec<Vec<usize>>,
    pub(super) values: Vec<(usize, Convert)>,
    pub(super) keys: Vec<usize>,
    pub(super) kpis: Vec<KpiPlan<'a>>,
    pub(super) roles: Vec<RolePlan>,
    /// An identifier of its own, whose repetition is worth a word.
    pub(super) own_id: Option<usize>,
    /// Whether the order within a day matters.
    pub(super) order: bool,
    pub(super) digests: bool,
}

impl<'a> LogPlan<'a> {
    pub(super) fn new(
        question: &RawQuestion<'a>,
        table: usize,
        log: &'a Log,
        places: &'a Places,
        raw: &RawTables,
    ) -> Result<Self, PanelError> {
        let spec = &question.tables.events[table];
        let mut plan = Self {
            columns: Vec::new(),
            account: 0,
            at: 0,
            recorded: None,
            conditions: Vec::new(),
            sets: Vec::new(),
            values: Vec::new(),
            keys: Vec::new(),
            kpis: Vec::new(),
            roles: Vec::new(),
            own_id: None,
            order: false,
            digests: !spec.keep_duplicates,
        };
        plan.account = plan.column(&spec.account);
        plan.at = plan.column(&spec.at);
        plan.recorded = spec.recorded_at.as_deref().map(|column| plan.column(column));
        for (place, kpi) in question.kpis.iter().enumerate() {
            plan.add_kpi(place, kpi, spec);
        }
        let columns: Vec<(usize, &str)> = places
            .columns
            .iter()
            .enumerate()
            .filter(|(_, placed)| placed.home == Home::Events(table))
            .map(|(place, placed)| (place, placed.column.as_str()))
            .collect();
        if !columns.is_empty() {
            let converts = census(log, &columns, spec, question)?;
            for ((place, column), convert) in columns.into_iter().zip(converts) {
                let column = plan.column(column);
                let nothing = if places.columns[place].is_flag { Convert::Flag } else { Convert::Code };
                // A level is a code, whatever its cells look like.
                let convert = if places.columns[place].is_level {
                    convert.map(|found| match found {
                        Convert::Number | Convert::Flag => Convert::Code,
                        other => other,
                    })
                } else {
                    convert
                };
                let convert = convert.unwrap_or(nothing);
                let value = slot(&mut plan.values, (column, convert));
                plan.roles.push(RolePlan { place, convert, value });
                plan.order |= matches!(convert, Convert::Number | Convert::Code);
            }
        }
        plan.own_id = own_id(log, spec, raw).map(|column| plan.column(column));
        Ok(plan)
    }

    fn column(&mut self, name: &'a str) -> usize {
        slot(&mut self.columns, name)
    }

    fn add_kpi(&mut self, place: usize, kpi: &'a KpiSpec, spec: &EventTable) {
        let Some(extraction) = kpi.extraction.as_ref().filter(|e| e.from == spec.name) else { return };
        let mut set = Vec::new();
        for condition in &extraction.where_ {
            let column = self.column(&condition.column);
            let known = self.conditions.iter().position(|(_, own)| *own == condition);
            set.push(known.unwrap_or_else(|| {
                self.conditions.push((column, condition));
                self.conditions.len() - 1
            }));
        }
        let bit = (!set.is_empty()).then(|| u32::try_from(slot(&mut self.sets, set)).unwrap_or(u32::MAX));
        let column = extraction.value.as_deref().map(|column| self.column(column));
        let is_key = extraction.agg == Agg::Distinct;
        let value = column.filter(|_| !is_key).map(|column| slot(&mut self.values, (column, Convert::Number)));
        let key = column.filter(|_| is_key).map(|column| slot(&mut self.keys, column));
        self.order |= extraction.agg == Agg::Last;
        self.kpis.push(KpiPlan { place, kpi, agg: extraction.agg, bit, value, key });
    }

    /// Asks for the plan's columns; the account's as text.
    pub(super) fn request(&self) -> ([&'a str; 1], bool) {
        ([self.columns[self.account]], self.digests)
    }

    /// Bytes of the mask of a record.
    pub(super) fn mask_bytes(&self) -> usize {
        self.sets.len().div_ceil(8)
    }

    /// Bytes of a record: account, day, then what the plan needs.
    pub(super) fn stride(&self) -> usize {
        let recorded = if self.recorded.is_some() { 12 } else { 0 };
        let order = if self.order { 8 } else { 0 };
        let digest = if self.digests { 8 } else { 0 };
        8 + order + recorded + self.mask_bytes() + 8 * (self.values.len() + self.keys.len()) + digest
    }
}

/// Place of an entry, added where it is new.
fn slot<T: PartialEq>(list: &mut Vec<T>, entry: T) -> usize {
    list.iter().position(|known| *known == entry).unwrap_or_else(|| {
        list.push(entry);
        list.len() - 1
    })
}

/// What the cells of role columns are, from all of them; `None` where there is none.
fn census(
    log: &Log,
    columns: &[(usize, &str)],
    spec: &EventTable,
    question: &RawQuestion<'_>,
) -> Result<Vec<Option<Convert>>, PanelError> {
    let zone = zone(question.tables)?;
    let names: Vec<&str> = columns.iter().map(|(_, name)| *name).collect();
    let dates: Vec<_> = names
        .iter()
        .map(|name| crate::ingest::Dates::new(format_of(name, &spec.date_format, &question.tables.date_format), zone))
        .collect();
    let mut commas: Vec<Commas> = names.iter().map(|_| Commas::default()).collect();
    // Whether all cells so far are truths, numbers, dates; whether there was any.
    let mut all = vec![[true, true, true, false]; names.len()];
    log.read::<PanelError>(&LogRequest { columns: &names, as_text: &[], digests: false }, |batch| {
        for (((column, seen), dates), commas) in batch.columns.iter().zip(&mut all).zip(&dates).zip(&mut commas) {
            let look = |cell: &str| {
                commas.count(cell);
                let truth = seen[0] && parse_flag(cell).is_some();
                let number = seen[1] && parse_number(cell).or_else(|| grouped(cell)).is_some();
                *seen = [truth, number, seen[2] && !number && dates.read(cell).is_ok(), true];
            };
            match column {
                LogColumn::Text(cells) => {
                    cells.iter().flatten().filter(|cell| !is_missing_word(cell)).for_each(look);
                }
                LogColumn::Levels { levels, .. } => {
                    levels.iter().flatten().filter(|cell| !is_missing_word(cell)).for_each(look);
                }
                LogColumn::Numbers(cells) => {
                    for x in cells.iter().filter(|x| !x.is_nan()) {
                        let truth = x.abs() <= 0.0 || (x - 1.0).abs() <= 0.0;
                        *seen = [seen[0] && truth, seen[1], false, true];
                    }
                }
                LogColumn::Flags(_) => *seen = [seen[0], false, false, true],
                LogColumn::Days(_) | LogColumn::Instants { .. } => *seen = [false, false, seen[2], true],
            }
        }
        Ok(())
    })?;
    Ok(all
        .into_iter()
        .zip(&commas)
        .map(|(seen, commas)| match seen {
            [.., false] => None,
            [true, ..] => Some(Convert::Flag),
            [_, true, ..] if !commas.is_doubtful() => Some(Convert::Number),
            [_, _, true, _] => Some(Convert::Day),
            _ => Some(Convert::Code),
        })
        .collect())
}

/// A column that looks like the log's own identifier; looked at in small logs only.
fn own_id<'a>(log: &'a Log, spec: &EventTable, raw: &RawTables) -> Option<&'a str> {
    /// Larger logs are not worth the memory.
    const SMALL: u64 = 64 << 20;
    if log.bytes() > SMALL {
        return None;
    }
    let elsewhere = |name: &str| raw.accounts.column(name).is_some() || raw.contracts.column(name).is_some();
    log.columns()
        .iter()
        .map(String::as_str)
        .filter(|name| *name != spec.account && !elsewhere(name))
        .find(|name| name.to_lowercase().ends_with("id") || name.ends_with("番号"))
}
