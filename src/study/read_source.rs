//! Reads `[snapshot]`, `[panel]` and `[tables]`.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use toml::de::DeValue;

use crate::words;

use super::formats;
use super::problem::StudyProblem;
use super::reader::{Report, Table, start_of};
use super::schema;
use super::shape::{Expected, Fault, Scope};
use super::source::{
    AccountTable, ContractTable, DateFormats, EventTable, PanelSource, Period, SnapshotSource, Source, TablesSource,
};

/// Days within which a new contract is a renewal.
const RENEWAL_TOLERANCE_DAYS: u32 = 31;

/// The sources that the file names, by their tables.
pub(super) fn declared(file: &Table<'_, '_>) -> Vec<&'static Scope> {
    let named = [("snapshot", &schema::SNAPSHOT), ("panel", &schema::PANEL), ("tables", &schema::TABLES)];
    let mut found: Vec<(usize, &'static Scope)> =
        named.into_iter().filter_map(|(key, scope)| Some((start_of(file.raw(key)?), scope))).collect();
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, scope)| scope).collect()
}

/// The source, whatever is wrong with it; every one that is there is read, so that its problems are seen.
pub(super) fn source(file: &Table<'_, '_>, report: &mut Report<'_>) -> Option<Source> {
    let snapshot = file.table("snapshot", &schema::SNAPSHOT, report).map(|t| Source::Snapshot(snapshot(t, report)));
    let panel = file.table("panel", &schema::PANEL, report).map(|t| Source::Panel(panel(t, report)));
    let tables = file.table("tables", &schema::TABLES, report).map(|t| Source::Tables(tables(t, report)));
    match declared(file).as_slice() {
        [] => report.push(StudyProblem::NoSource { at: report.position(file.at) }),
        [first, rest @ ..] => {
            let first_line = file.position(key_of(first), report).line;
            for second in rest {
                let at = file.position(key_of(second), report);
                report.push(StudyProblem::TwoSources { first: first.label, first_line, second: second.label, at });
            }
        }
    }
    snapshot.or(panel).or(tables)
}

fn key_of(scope: &Scope) -> &'static str {
    scope.label.trim_matches(['[', ']'])
}

fn snapshot(table: Table<'_, '_>, report: &mut Report<'_>) -> SnapshotSource {
    SnapshotSource {
        path: table.required("path", report),
        account: table.text("account", report),
        outcome: table.required("outcome", report),
        positive: table.literal_text("positive", report),
    }
}

fn panel(table: Table<'_, '_>, report: &mut Report<'_>) -> PanelSource {
    PanelSource {
        path: table.required("path", report),
        account: table.required("account", report),
        period: table.required("period", report),
        outcome: table.required("outcome", report),
        positive: table.literal_text("positive", report),
    }
}

fn tables(table: Table<'_, '_>, report: &mut Report<'_>) -> TablesSource {
    let periods = [("1w", Period::Week), ("1mo", Period::Month), ("1q", Period::Quarter)];
    for key in ["period", "from", "to", "accounts", "contracts"] {
        if table.raw(key).is_none() {
            table.missing(key, report);
        }
    }
    let period = table.word("period", &periods, report).unwrap_or(Period::Month);
    let (from, to) = (table.date("from", report), table.date("to", report));
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        let at = table.position("from", report);
        report.push(StudyProblem::DatesReversed { from, to, at });
    }
    TablesSource {
        period,
        from: from.unwrap_or(NaiveDate::MIN),
        to: to.unwrap_or(NaiveDate::MAX),
        renewal_tolerance: renewal_tolerance(table, report),
        timezone: timezone(table, report),
        date_format: date_formats(table, report),
        accounts: table.table("accounts", &schema::ACCOUNTS, report).map(|t| accounts(t, report)).unwrap_or_default(),
        contracts: table
            .table("contracts", &schema::CONTRACTS, report)
            .map(|t| contracts(t, report))
            .unwrap_or_default(),
        events: events(table, report),
    }
}

fn renewal_tolerance(table: Table<'_, '_>, report: &mut Report<'_>) -> u32 {
    let Some(text) = table.text("renewal_tolerance", report) else { return RENEWAL_TOLERANCE_DAYS };
    formats::days(&text).unwrap_or_else(|| {
        table.bad_text("renewal_tolerance", &text, Fault::Days, table.offset("renewal_tolerance"), report);
        RENEWAL_TOLERANCE_DAYS
    })
}

fn timezone(table: Table<'_, '_>, report: &mut Report<'_>) -> Option<String> {
    let zone = table.text("timezone", report)?;
    if !formats::is_zone(&zone) {
        table.bad_text("timezone", &zone, Fault::Zone, table.offset("timezone"), report);
    }
    Some(zone)
}

fn accounts(table: Table<'_, '_>, report: &mut Report<'_>) -> AccountTable {
    AccountTable {
        path: table.required("path", report),
        account: table.required("account", report),
        start: table.text("start", report),
        date_format: date_formats(table, report),
    }
}

fn contracts(table: Table<'_, '_>, report: &mut Report<'_>) -> ContractTable {
    if table.raw("end").is_none() && table.raw("notice").is_none() {
        report.push(StudyProblem::NoEndOfContract { at: report.position(table.at) });
    }
    ContractTable {
        path: table.required("path", report),
        account: table.required("account", report),
        start: table.required("start", report),
        end: table.text("end", report),
        notice: table.text("notice", report),
        date_format: date_formats(table, report),
    }
}

fn events(tables: Table<'_, '_>, report: &mut Report<'_>) -> Vec<EventTable> {
    let mut first_lines: BTreeMap<String, usize> = BTreeMap::new();
    let mut events = Vec::new();
    for table in tables.tables("events", &schema::EVENTS, report).into_iter().flatten() {
        let name = table.required("name", report);
        let reserved = ["accounts", "contracts"].contains(&name.as_str()).then_some(Fault::Reserved);
        let dot = name.contains('.').then_some(Fault::Dot);
        if let Some(fault) = formats::name_fault(&name).or(reserved).or(dot) {
            table.bad_text("name", &name, fault, table.offset("name"), report);
        }
        let at = table.position("name", report);
        match first_lines.get(&name) {
            Some(&first_line) if !name.is_empty() => {
                report.push(StudyProblem::SameName { table: table.scope, name: name.clone(), first_line, at });
            }
            _ => {
                first_lines.insert(name.clone(), at.line);
            }
        }
        events.push(EventTable {
            name,
            path: table.required("path", report),
            account: table.required("account", report),
            at: table.required("at", report),
            recorded_at: table.text("recorded_at", report),
            keep_duplicates: table.flag("keep_duplicates", report).unwrap_or(false),
            date_format: date_formats(table, report),
        });
    }
    events
}

/// One format for all columns, or a table of column = format.
fn date_formats(table: Table<'_, '_>, report: &mut Report<'_>) -> DateFormats {
    const KEY: &str = "date_format";
    let mut formats_read = DateFormats::default();
    let Some(value) = table.raw(KEY) else { return formats_read };
    let read = |value: &toml::Spanned<DeValue<'_>>, report: &mut Report<'_>| {
        let DeValue::String(text) = value.get_ref() else {
            table.wrong_type(KEY, value, Expected::TextOrTable, report);
            return None;
        };
        let format = formats::date_format(text);
        if format.is_none() {
            table.bad_text(KEY, text, Fault::DateFormat, start_of(value), report);
        }
        format
    };
    match value.get_ref() {
        DeValue::Table(columns) => {
            for (column, format) in columns {
                if let Some(format) = read(format, report) {
                    formats_read.columns.insert(column.get_ref().to_string(), format);
                }
            }
        }
        _ => formats_read.all = read(value, report),
    }
    formats_read
}

/// Reads a whole number of periods.
pub(super) fn periods(table: Table<'_, '_>, key: &str, min: u64, report: &mut Report<'_>) -> Option<u32> {
    // A thousand periods are 19 years of weeks; more is a slip of the pen.
    const MAX: u64 = 1000;
    let limit = words!(en: "between {min} and {MAX} periods", ja: "{min}以上{MAX}以下の期数");
    table.integer(key, min, MAX, limit, report).and_then(|n| u32::try_from(n).ok())
}
