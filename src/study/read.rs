//! Reads a whole study file: text -> tree -> tables -> checks -> notices.

use std::collections::BTreeSet;

use toml::de::{DeTable, DeValue};

use crate::notice::Noted;
use crate::units::{Gap, Horizon, Seed};
use crate::words;
use crate::words::Lang;

use super::checks;
use super::formats;
use super::notices;
use super::problem::{StudyProblem, StudyProblems};
use super::read_kpi;
use super::read_lamp;
use super::read_source::{self, periods};
use super::reader::{Report, Table};
use super::schema;
use super::source::{SnapshotSource, Source};
use super::types::{Budget, Capacity, Kgi, KpiSpec, Roles, Study};

/// Default name of the event.
const OUTCOME: &str = "churn";
/// Default seed.
const SEED: u64 = 1;

/// A KPI with the table that it was read from, for the positions of later problems.
pub(super) type ReadKpi<'a, 'i> = (Table<'a, 'i>, KpiSpec);

/// Reads a study file from its text; `file` is the name shown in messages.
///
/// # Errors
/// [`StudyProblems`] with every problem of the file, each with line and column. Only a text that is no TOML hides the
/// problems of meaning behind those of syntax.
///
/// # Examples
/// ```
/// let text = "schema = 1\n[study]\nname = \"q\"\npurpose = \"p\"\n[snapshot]\npath = \"c.csv\"\naccount = \"id\"\n\
///             outcome = \"left\"\n[[kpi]]\nname = \"logins\"\nkind = \"behaviour\"\nhoped = \"mroe\"\n";
/// let problems = fuellamp::study::parse_study(text, "study.toml").unwrap_err().problems;
/// assert_eq!(problems[0].to_string(), "`hoped` in [[kpi]] is `mroe`; it must be one of more, less");
/// assert_eq!(problems[0].position().line, 12);
/// ```
pub fn parse_study(text: &str, file: &str) -> Result<Noted<Study>, StudyProblems> {
    let mut report = Report::new(text, file);
    let (root, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        syntax_problems(&errors, &mut report);
        let language = language_of(root.get_ref());
        return Err(StudyProblems { file: file.to_owned(), problems: report.into_sorted(), language });
    }
    let file_table = Table::open(root.get_ref(), 0, &schema::FILE, &mut report);
    let (study, kpis) = read(&file_table, &mut report);
    if !report.problems.is_empty() {
        return Err(StudyProblems { file: file.to_owned(), problems: report.into_sorted(), language: study.language });
    }
    let notices = notices::notices(&study, &kpis, &report);
    Ok(Noted { value: study, notices })
}

/// The language of a file that is otherwise broken, so that its problems are told in it.
fn language_of(root: &DeTable<'_>) -> Lang {
    let language = root.get("study").and_then(|study| study.get_ref().as_table()?.get("language")?.get_ref().as_str());
    if language == Some("ja") { Lang::Ja } else { Lang::default() }
}

/// After so many broken lines the file is something else, and more of them help nobody.
const MAX_BROKEN_LINES: usize = 5;

fn syntax_problems(errors: &[toml::de::Error], report: &mut Report<'_>) {
    let mut lines = BTreeSet::new();
    for error in errors {
        let at = report.position(error.span().map_or(0, |span| span.start));
        // One slip makes several errors on its line; the first says it.
        if lines.len() < MAX_BROKEN_LINES && lines.insert(at.line) {
            let message = error.message().trim().replace('\n', "; ");
            report.push(StudyProblem::Syntax { message, at });
        }
    }
}

/// The whole study; where something is wrong a placeholder stands in for it, and the report is not empty.
fn read<'a, 'i>(file: &Table<'a, 'i>, report: &mut Report<'_>) -> (Study, Vec<ReadKpi<'a, 'i>>) {
    schema_version(file, report);
    let study = file.table("study", &schema::STUDY, report);
    if file.raw("study").is_none() {
        let at = report.position(file.at);
        report.push(StudyProblem::MissingTable { table: &schema::STUDY, at });
    }
    let source = read_source::source(file, report);
    let declared = read_source::declared(file);
    let only_source = if let [only] = declared.as_slice() { Some(*only) } else { None };
    let kpis: Vec<ReadKpi<'a, 'i>> = file
        .tables("kpi", &schema::KPI, report)
        .into_iter()
        .flatten()
        .map(|table| (table, read_kpi::kpi(table, only_source, report)))
        .collect();
    let roles_table = file.table("roles", &schema::ROLES, report);
    let roles = roles_table.map(|table| roles(table, report)).unwrap_or_default();
    let study = Study {
        name: study.map(|table| study_name(table, report)).unwrap_or_default(),
        purpose: study.map(|table| table.required("purpose", report)).unwrap_or_default(),
        language: study
            .and_then(|table| table.word("language", &[("en", Lang::En), ("ja", Lang::Ja)], report))
            .unwrap_or_default(),
        seed: Seed(study.and_then(|table| seed(table, report)).unwrap_or(SEED)),
        kgi: kgi(file.table("kgi", &schema::KGI, report), report),
        source: source.unwrap_or_else(|| Source::Snapshot(SnapshotSource::default())),
        roles,
        kpis: kpis.iter().map(|(_, spec)| spec.clone()).collect(),
        budget: budget(file, report),
        capacity: capacity(file, report),
        lamp: read_lamp::lamp(file, roles_table, report),
    };
    checks::check(file, roles_table, &study, &kpis, only_source, report);
    (study, kpis)
}

fn schema_version(file: &Table<'_, '_>, report: &mut Report<'_>) {
    let found = match file.raw("schema").map(toml::Spanned::get_ref) {
        None => return file.missing("schema", report),
        Some(DeValue::Integer(number)) if number.to_string() == "1" => return,
        Some(DeValue::Integer(number)) => number.to_string(),
        Some(DeValue::String(text)) => format!("\"{text}\""),
        Some(DeValue::Float(number)) => number.to_string(),
        Some(other) => other.type_str().to_owned(),
    };
    let at = file.position("schema", report);
    report.push(StudyProblem::OtherSchema { found, at });
}

fn study_name(table: Table<'_, '_>, report: &mut Report<'_>) -> String {
    let name = table.required("name", report);
    if let Some(fault) = formats::name_fault(&name) {
        table.bad_text("name", &name, fault, table.offset("name"), report);
    }
    name
}

fn seed(table: Table<'_, '_>, report: &mut Report<'_>) -> Option<u64> {
    // TOML's own integers end here.
    const MAX: u64 = i64::MAX as u64;
    let limit = words!(en: "a whole number from 0 to {MAX}", ja: "0以上{MAX}以下の整数");
    table.integer("seed", 0, MAX, limit, report)
}

fn kgi(table: Option<Table<'_, '_>>, report: &mut Report<'_>) -> Kgi {
    let Some(table) = table else { return Kgi { outcome: OUTCOME.to_owned(), horizon: Horizon(1), gap: Gap(0) } };
    Kgi {
        outcome: table.text("outcome", report).unwrap_or_else(|| OUTCOME.to_owned()),
        horizon: Horizon(periods(table, "horizon", 1, report).unwrap_or(1)),
        gap: Gap(periods(table, "gap", 0, report).unwrap_or(0)),
    }
}

fn roles(table: Table<'_, '_>, report: &mut Report<'_>) -> Roles {
    Roles {
        segment: table.texts("segment", report),
        billing: table.text("billing", report),
        price: table.text("price", report),
        tenure: table.text("tenure", report),
        notice: table.text("notice", report),
        notice_periods: table.text("notice_periods", report),
        renewal_in: table.text("renewal_in", report),
        term: table.text("term", report),
        disclosed_risk: table.text("disclosed_risk", report),
        reasons: table.texts("reasons", report),
        owner: table.text("owner", report),
        weight: table.text("weight", report),
        controls: table.texts("controls", report),
        phase: table.text("phase", report),
        incumbent: table.text("incumbent", report),
    }
}

fn budget(file: &Table<'_, '_>, report: &mut Report<'_>) -> Budget {
    const MAX: u64 = 10_000;
    let Some(table) = file.table("budget", &schema::BUDGET, report) else { return Budget::default() };
    let limit = words!(en: "a whole number from 1 to {MAX}", ja: "1以上{MAX}以下の整数");
    let max_kpis = table.integer("max_kpis", 1, MAX, limit, report);
    Budget { max_kpis: max_kpis.and_then(|n| usize::try_from(n).ok()) }
}

fn capacity(file: &Table<'_, '_>, report: &mut Report<'_>) -> Capacity {
    let Some(table) = file.table("capacity", &schema::CAPACITY, report) else { return Capacity::default() };
    let limit = words!(en: "a number of accounts above 0", ja: "0より大きい顧客数");
    Capacity { accounts_per_period: table.number("accounts_per_period", |n| n > 0.0, limit, report) }
}
