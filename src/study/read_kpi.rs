//! Reads `[[kpi]]`.

use toml::de::DeValue;

use crate::words;
use crate::words::Words;

use super::extraction::{Agg, Condition, Extraction, Literal};
use super::formats;
use super::problem::StudyProblem;
use super::read_source::periods;
use super::reader::{Report, Table, number_of, shown, start_of, toml_date};
use super::schema;
use super::shape::{Expected, Fault, Scope};
use super::types::{ActionSpec, Assignment, Hoped, KpiKind, KpiSpec, MeasuredWhen, MissingPolicy, Programme, Stage};

const KINDS: [(&str, KpiKind); 5] = [
    ("action", KpiKind::Action),
    ("behaviour", KpiKind::Behaviour),
    ("perception", KpiKind::Perception),
    ("outcome", KpiKind::Outcome),
    ("friction", KpiKind::Friction),
];

const STAGES: [(&str, Stage); 5] = [
    ("use", Stage::Use),
    ("result", Stage::Result),
    ("recognised", Stage::Recognised),
    ("relationship", Stage::Relationship),
    ("environment", Stage::Environment),
];

const MEASURED: [(&str, MeasuredWhen); 3] =
    [("before", MeasuredWhen::Before), ("while_leaving", MeasuredWhen::WhileLeaving), ("after", MeasuredWhen::After)];

const AGGS: [(&str, Agg); 11] = [
    ("count", Agg::Count),
    ("sum", Agg::Sum),
    ("mean", Agg::Mean),
    ("min", Agg::Min),
    ("max", Agg::Max),
    ("last", Agg::Last),
    ("distinct_days", Agg::DistinctDays),
    ("distinct", Agg::Distinct),
    ("days_since", Agg::DaysSince),
    ("trend", Agg::Trend),
    ("change", Agg::Change),
];

/// One KPI. `source` is the table of the one source, `None` where the file does not name exactly one.
pub(super) fn kpi(table: Table<'_, '_>, source: Option<&'static Scope>, report: &mut Report<'_>) -> KpiSpec {
    let name = table.required("name", report);
    if let Some(fault) = formats::name_fault(&name) {
        table.bad_text("name", &name, fault, table.offset("name"), report);
    }
    let shown_name = shown(&name);
    keys_of_another_source(table, &shown_name, source, report);
    for key in ["kind", "hoped"] {
        if table.raw(key).is_none() {
            table.missing(key, report);
        }
    }
    let under_tables = source == Some(&schema::TABLES);
    let extraction = under_tables.then(|| extraction(table, &shown_name, report));
    let missing = missing(table, report);
    if missing == Some(MissingPolicy::Zero) && extraction.as_ref().is_some_and(|e| e.agg == Agg::DaysSince) {
        let at = table.position("missing", report);
        report.push(StudyProblem::ZeroDaysSince { kpi: shown_name, at });
    }
    let at_least_zero = words!(en: "a number of hours, 0 or more", ja: "0以上の時間数");
    KpiSpec {
        label: label(table, &name, report),
        kind: table.word("kind", &KINDS, report).unwrap_or(KpiKind::Behaviour),
        stage: table.word("stage", &STAGES, report),
        hoped: table.word("hoped", &[("more", Hoped::More), ("less", Hoped::Less)], report).unwrap_or(Hoped::More),
        reason: table.remark("reason", report),
        cost: table.number("cost", |hours| hours >= 0.0, at_least_zero, report),
        column: table.text("column", report),
        extraction,
        missing,
        became_target: table.date("became_target", report),
        definition_changed: table.date("definition_changed", report),
        action: action(table, report),
        programme: programme(table, report),
        measured: table.word("measured", &MEASURED, report),
        gut_feeling: table.flag("gut_feeling", report).unwrap_or(false),
        name,
    }
}

fn keys_of_another_source(table: Table<'_, '_>, name: &str, source: Option<&'static Scope>, report: &mut Report<'_>) {
    let Some(source) = source else { return };
    let foreign: &[&'static str] =
        if *source == schema::TABLES { &["column"] } else { &["from", "agg", "value", "window", "where"] };
    for key in foreign.iter().filter(|key| table.raw(key).is_some()) {
        let at = table.position(key, report);
        report.push(StudyProblem::NotForSource { kpi: name.to_owned(), key, source_table: source.label, at });
    }
    if *source != schema::SNAPSHOT && table.raw("measured").is_some() {
        let (key, at) = ("measured", table.position("measured", report));
        report.push(StudyProblem::NotForSource { kpi: name.to_owned(), key, source_table: source.label, at });
    }
}

fn label(table: Table<'_, '_>, name: &str, report: &mut Report<'_>) -> Words {
    let Some(value) = table.raw("label") else { return Words::same(name) };
    match value.get_ref() {
        DeValue::Table(_) => {
            let Some(both) = table.table("label", &schema::LABEL, report) else { return Words::same(name) };
            match (both.text("en", report), both.text("ja", report)) {
                (Some(en), Some(ja)) => Words { en, ja },
                (one, other) => Words::same(one.or(other).unwrap_or_else(|| name.to_owned())),
            }
        }
        DeValue::String(_) => table.text("label", report).map_or_else(|| Words::same(name), Words::same),
        _ => {
            table.wrong_type("label", value, Expected::TextOrTable, report);
            Words::same(name)
        }
    }
}

fn extraction(table: Table<'_, '_>, name: &str, report: &mut Report<'_>) -> Extraction {
    if table.raw("agg").is_none() {
        table.missing("agg", report);
    }
    let from = table.required("from", report);
    let agg = table.word("agg", &AGGS, report);
    let value = table.text("value", report);
    let kpi = || name.to_owned();
    if let Some(agg) = agg {
        let has_value = table.raw("value").is_some();
        if agg.needs_value() && !has_value {
            let at = table.position("agg", report);
            report.push(StudyProblem::NeedsValue { kpi: kpi(), agg: agg.code(), at });
        }
        if has_value && !agg.takes_value() {
            let at = table.position("value", report);
            report.push(StudyProblem::ValueNotUsed { kpi: kpi(), agg: agg.code(), at });
        }
        if agg == Agg::Change && table.raw("window").is_none() {
            let at = table.position("agg", report);
            report.push(StudyProblem::ChangeNeedsWindow { kpi: kpi(), at });
        }
    }
    let window = table.text("window", report).and_then(|text| {
        let window = formats::window(&text);
        if window.is_none() {
            table.bad_text("window", &text, Fault::Window, table.offset("window"), report);
        }
        window
    });
    Extraction { from, agg: agg.unwrap_or(Agg::Count), value, window, where_: conditions(table, report) }
}

fn conditions(table: Table<'_, '_>, report: &mut Report<'_>) -> Vec<Condition> {
    let Some(value) = table.raw("where") else { return Vec::new() };
    let DeValue::Table(columns) = value.get_ref() else {
        table.wrong_type("where", value, Expected::Table, report);
        return Vec::new();
    };
    let mut conditions = Vec::new();
    for (column, value) in columns {
        let key = format!("where.{}", column.get_ref());
        let mut any_of = Vec::new();
        match value.get_ref() {
            DeValue::Array(items) if items.is_empty() => {
                let at = report.position(start_of(value));
                report.push(StudyProblem::EmptyList { key, table: table.scope, at });
            }
            DeValue::Array(items) => {
                any_of.extend(items.iter().filter_map(|item| literal(table, &key, item, report)));
            }
            _ => any_of.extend(literal(table, &key, value, report)),
        }
        conditions.push(Condition { column: column.get_ref().to_string(), any_of });
    }
    conditions
}

fn literal(
    table: Table<'_, '_>,
    key: &str,
    value: &toml::Spanned<DeValue<'_>>,
    report: &mut Report<'_>,
) -> Option<Literal> {
    let literal = match value.get_ref() {
        DeValue::String(text) => Some(Literal::Text(text.to_string())),
        DeValue::Boolean(flag) => Some(Literal::Flag(*flag)),
        DeValue::Datetime(stamp) if stamp.time.is_none() => toml_date(stamp).map(Literal::Date),
        other => number_of(other).filter(|number| number.is_finite()).map(Literal::Number),
    };
    if literal.is_none() {
        table.wrong_type(key, value, Expected::Comparable, report);
    }
    literal
}

fn missing(table: Table<'_, '_>, report: &mut Report<'_>) -> Option<MissingPolicy> {
    let value = table.raw("missing")?;
    match value.get_ref() {
        DeValue::Table(_) => {
            let carry = table.table("missing", &schema::CARRY, report)?;
            if carry.raw("carry").is_none() {
                carry.missing("carry", report);
            }
            periods(carry, "carry", 1, report).map(MissingPolicy::Carry)
        }
        DeValue::String(text) => match text.as_ref() {
            "zero" => Some(MissingPolicy::Zero),
            "unknown" => Some(MissingPolicy::Unknown),
            other => {
                let allowed = vec!["zero", "unknown", "{ carry = 3 }"];
                table.unknown_word("missing", other.to_owned(), allowed, report);
                None
            }
        },
        _ => {
            table.wrong_type("missing", value, Expected::TextOrTable, report);
            None
        }
    }
}

pub(super) fn action(table: Table<'_, '_>, report: &mut Report<'_>) -> Option<ActionSpec> {
    let action = table.table("action", &schema::ACTION, report)?;
    Some(ActionSpec {
        name: action.required("name", report),
        owner: action.remark("owner", report),
        playbook: action.remark("playbook", report),
    })
}

fn programme(table: Table<'_, '_>, report: &mut Report<'_>) -> Option<Programme> {
    let programme = table.table("programme", &schema::PROGRAMME, report)?;
    if programme.raw("assignment").is_none() {
        programme.missing("assignment", report);
    }
    let ways = [("random", Assignment::Random), ("chosen", Assignment::Chosen)];
    Some(Programme {
        column: programme.required("column", report),
        assignment: programme.word("assignment", &ways, report).unwrap_or(Assignment::Chosen),
    })
}
