//! What single keys cannot show: names used twice, columns with two meanings, references to nothing.

use std::collections::BTreeMap;

use super::formats;
use super::problem::StudyProblem;
use super::read::ReadKpi;
use super::reader::{Report, Table, nearest, shown};
use super::schema;
use super::shape::{Fault, Meaning, Scope, User};
use super::source::Source;
use super::types::{KpiSpec, Roles, Study};

/// Roles that measure different things: no two of them can be one column.
const DISTINCT: [&str; 8] =
    ["notice", "notice_periods", "renewal_in", "disclosed_risk", "tenure", "term", "price", "incumbent"];

/// Roles that share their column with no other role at all.
const ALONE: [&str; 2] = ["notice", "incumbent"];

/// Roles that a tested KPI cannot have: they are held fixed while it is tested, or end the risk set.
const NOT_A_KPI: [&str; 6] = ["notice", "notice_periods", "renewal_in", "disclosed_risk", "reasons", "controls"];

/// Roles that may use the column of the period.
const BASELINE: [&str; 2] = ["tenure", "controls"];

/// Column names that a built panel uses itself.
const PANEL_COLUMNS: [&str; 3] = ["account", "period", "outcome"];

/// Reports every contradiction between keys.
pub(super) fn check(
    file: &Table<'_, '_>,
    roles_table: Option<Table<'_, '_>>,
    study: &Study,
    kpis: &[ReadKpi<'_, '_>],
    only_source: Option<&'static Scope>,
    report: &mut Report<'_>,
) {
    let reported_already =
        file.raw("kpi").is_some_and(|value| value.get_ref().as_array().is_none_or(|a| !a.is_empty()));
    if kpis.is_empty() && !reported_already {
        report.push(StudyProblem::NoKpi { at: file.position("kpi", report) });
    }
    same_names(kpis, report);
    event_tables(study, kpis, report);
    let roles = columns_by_role(&study.roles);
    if let Some(table) = roles_table {
        role_conflicts(table, &roles, report);
    }
    let reserved = if only_source.is_some() { reserved_columns(file, &study.source, report) } else { Vec::new() };
    for (role, column) in &roles {
        let Some(table) = roles_table else { break };
        let at = table.offset(role);
        // The calendar is known in advance: as tenure or control it is the baseline of the hazard.
        let calendar = BASELINE.contains(role);
        let taken: Vec<_> = reserved.iter().copied().filter(|(m, _)| !calendar || *m != Meaning::Period).collect();
        report_reserved(&taken, column, || User::Key((*role).to_owned()), at, report);
    }
    for (table, kpi) in kpis {
        kpi_columns(*table, kpi, &roles, &reserved, only_source, report);
    }
}

fn same_names(kpis: &[ReadKpi<'_, '_>], report: &mut Report<'_>) {
    let mut first_lines: BTreeMap<&str, usize> = BTreeMap::new();
    for (table, kpi) in kpis.iter().filter(|(_, kpi)| !kpi.name.is_empty()) {
        let at = table.position("name", report);
        if let Some(&first_line) = first_lines.get(kpi.name.as_str()) {
            report.push(StudyProblem::SameName { table: table.scope, name: shown(&kpi.name), first_line, at });
        } else {
            first_lines.insert(&kpi.name, at.line);
        }
    }
}

fn event_tables(study: &Study, kpis: &[ReadKpi<'_, '_>], report: &mut Report<'_>) {
    let Source::Tables(tables) = &study.source else { return };
    let known: Vec<&str> = tables.events.iter().map(|events| events.name.as_str()).filter(|n| !n.is_empty()).collect();
    for (table, kpi) in kpis {
        let Some(from) = kpi.extraction.as_ref().map(|e| e.from.as_str()).filter(|from| !from.is_empty()) else {
            continue;
        };
        if !known.contains(&from) {
            let problem = StudyProblem::NoSuchEvents {
                kpi: shown(&kpi.name),
                from: shown(from),
                known: known.iter().map(|&name| name.to_owned()).collect(),
                nearest: nearest(from, known.iter().copied()),
                at: table.position("from", report),
            };
            report.push(problem);
        }
    }
}

/// Every role that is there with its columns, in the order of the schema.
pub(super) fn columns_by_role(roles: &Roles) -> Vec<(&'static str, &str)> {
    let mut columns: Vec<(&'static str, &str)> = Vec::new();
    columns.extend(roles.segment.iter().map(|column| ("segment", column.as_str())));
    let single = [
        ("billing", &roles.billing),
        ("price", &roles.price),
        ("tenure", &roles.tenure),
        ("notice", &roles.notice),
        ("notice_periods", &roles.notice_periods),
        ("renewal_in", &roles.renewal_in),
        ("term", &roles.term),
        ("disclosed_risk", &roles.disclosed_risk),
        ("owner", &roles.owner),
        ("weight", &roles.weight),
        ("phase", &roles.phase),
        ("incumbent", &roles.incumbent),
    ];
    columns.extend(single.into_iter().filter_map(|(role, column)| Some((role, column.as_deref()?))));
    columns.extend(roles.reasons.iter().map(|column| ("reasons", column.as_str())));
    columns.extend(roles.controls.iter().map(|column| ("controls", column.as_str())));
    columns
}

fn role_conflicts(table: Table<'_, '_>, roles: &[(&'static str, &str)], report: &mut Report<'_>) {
    for (later, (second, column)) in roles.iter().enumerate() {
        for (first, _) in roles.iter().take(later).filter(|(_, other)| other == column) {
            let distinct = DISTINCT.contains(first) && DISTINCT.contains(second);
            if distinct || ALONE.contains(first) || ALONE.contains(second) {
                let (first, second) = (User::Key((*first).to_owned()), (*second).to_owned());
                let at = table.position(&second, report);
                let second = User::Key(second);
                report.push(StudyProblem::TwoMeanings { column: (*column).to_owned(), first, second, at });
            }
        }
    }
}

/// The columns that say who, when and whether; they must be three.
fn reserved_columns<'s>(file: &Table<'_, '_>, source: &'s Source, report: &mut Report<'_>) -> Vec<(Meaning, &'s str)> {
    let (key, scope, columns) = match source {
        Source::Snapshot(s) => {
            let account = s.account.iter().map(|account| (Meaning::Account, account));
            ("snapshot", &schema::SNAPSHOT, account.chain([(Meaning::Outcome, &s.outcome)]).collect::<Vec<_>>())
        }
        Source::Panel(p) => (
            "panel",
            &schema::PANEL,
            vec![(Meaning::Account, &p.account), (Meaning::Period, &p.period), (Meaning::Outcome, &p.outcome)],
        ),
        Source::Tables(_) => return Vec::new(),
    };
    let table = file.reopened(key, scope).unwrap_or(*file);
    let columns: Vec<(Meaning, &str)> = columns
        .into_iter()
        .map(|(meaning, column)| (meaning, column.as_str()))
        .filter(|(_, c)| !c.is_empty())
        .collect();
    for (later, (second, column)) in columns.iter().enumerate() {
        if let Some((first, _)) = columns.iter().take(later).find(|(_, other)| other == column) {
            let user = |meaning: Meaning| User::Key(meaning.key().to_owned());
            let problem = StudyProblem::TwoMeanings {
                column: (*column).to_owned(),
                first: user(*first),
                second: user(*second),
                at: table.position(second.key(), report),
            };
            report.push(problem);
        }
    }
    columns
}

fn report_reserved(
    reserved: &[(Meaning, &str)],
    column: &str,
    user: impl Fn() -> User,
    at: usize,
    report: &mut Report<'_>,
) {
    for (meaning, _) in reserved.iter().filter(|(_, other)| *other == column) {
        let at = report.position(at);
        let column = column.to_owned();
        report.push(StudyProblem::ReservedColumn { user: user(), column, meaning: *meaning, at });
    }
}

fn kpi_columns(
    table: Table<'_, '_>,
    kpi: &KpiSpec,
    roles: &[(&'static str, &str)],
    reserved: &[(Meaning, &str)],
    only_source: Option<&'static Scope>,
    report: &mut Report<'_>,
) {
    let under_tables = only_source == Some(&schema::TABLES);
    let at = table.offset(if kpi.column.is_some() { "column" } else { "name" });
    let user = || User::Kpi(shown(&kpi.name));
    report_reserved(reserved, kpi.column(), user, at, report);
    if under_tables && PANEL_COLUMNS.contains(&kpi.name.as_str()) && formats::name_fault(&kpi.name).is_none() {
        table.bad_text("name", &kpi.name, Fault::Reserved, table.offset("name"), report);
    }
    // A built panel has one column per name, so there no role can share it.
    let taken =
        roles.iter().filter(|(role, column)| *column == kpi.column() && (under_tables || NOT_A_KPI.contains(role)));
    for (role, column) in taken {
        let at = report.position(at);
        let first = User::Key((*role).to_owned());
        report.push(StudyProblem::TwoMeanings { column: (*column).to_owned(), first, second: user(), at });
    }
    let Some(programme) = kpi.programme.as_ref().filter(|programme| !programme.column.is_empty()) else { return };
    let pushed = || User::Programme(shown(&kpi.name));
    report_reserved(reserved, &programme.column, pushed, table.offset("programme"), report);
    if programme.column == kpi.column() {
        let at = table.position("programme", report);
        let column = programme.column.clone();
        report.push(StudyProblem::TwoMeanings { column, first: user(), second: pushed(), at });
    }
}
