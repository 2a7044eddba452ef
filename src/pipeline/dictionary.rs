//! The data dictionary of a panel: what every column is, and how it was computed.

use serde::Serialize;

use crate::panel::Panel;
use crate::study::{Condition, KpiSpec, Source, Study};
use crate::words::Words;

use super::data::input;
use super::prepare::columns_of;

/// What every column of a panel is.
#[derive(Debug, Clone, Serialize)]
pub struct Dictionary<'a> {
    /// Program and version.
    pub generator: &'a str,
    /// Name of the study.
    pub study: &'a str,
    /// What the event is called.
    pub outcome: &'a str,
    /// How rows are to be read.
    pub rows: &'static str,
    /// Columns in the order of the file.
    pub columns: Vec<Entry<'a>>,
}

/// One column.
#[derive(Debug, Clone, Serialize)]
pub struct Entry<'a> {
    /// Name.
    pub name: String,
    /// `account`, `period`, `outcome`, a role, `programme`, `kpi`, or `none`.
    pub role: String,
    /// `number`, `boolean`, `date` or `text`.
    pub kind: &'static str,
    /// Rows without a value.
    pub n_missing: usize,
    /// What it means, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meaning: Option<Words>,
    /// Event table, for a KPI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<&'a str>,
    /// Aggregate, for a KPI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agg: Option<&'static str>,
    /// Column that is aggregated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<&'a str>,
    /// Window that ends with the period; absent = since the account's start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<String>,
    /// Conditions on the rows.
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub where_: Option<&'a [Condition]>,
    /// What an empty window means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
}

/// Describes a panel. `opened` is the study in the panel's terms, `asked` the one of the file.
#[must_use]
pub fn dictionary<'a>(panel: &Panel, opened: &Study, asked: &'a Study, generator: &'a str) -> Dictionary<'a> {
    let used_as = columns_of(opened, &input(opened));
    let columns = panel
        .column_names()
        .into_iter()
        .map(|name| {
            let kpi = asked.kpis.iter().find(|kpi| kpi.column() == name);
            let programme = opened.kpis.iter().filter_map(|kpi| kpi.programme.as_ref()).any(|p| p.column == name);
            let role = match used_as.get(&name) {
                Some(role) => role.clone(),
                None if programme => "programme".to_owned(),
                None => "none".to_owned(),
            };
            entry(panel, name, role, kpi, asked)
        })
        .collect();
    Dictionary {
        generator,
        study: &asked.name,
        outcome: &asked.kgi.outcome,
        rows: "one row per account and period in which it was a customer; values as known at the period's end; outcome 1 = left in that period",
        columns,
    }
}

fn entry<'a>(panel: &Panel, name: String, role: String, kpi: Option<&'a KpiSpec>, asked: &Study) -> Entry<'a> {
    let derived = matches!(asked.source, Source::Tables(_)).then_some(name.as_str()).and_then(|name| match name {
        "account" => Some(crate::words!(en: "identifier of the account", ja: "顧客ID")),
        "period" => Some(crate::words!(en: "last day of the period: the as-of date", ja: "期の末日（基準日）")),
        "outcome" => Some(crate::words!(en: "1 = left in this period", ja: "1 = この期に離反")),
        "tenure" => Some(crate::words!(en: "calendar periods since the start's", ja: "開始した期からの経過期数")),
        "notice" => Some(crate::words!(en: "1 = notice has been given", ja: "1 = 解約通知あり")),
        "renewal_in" => Some(crate::words!(
            en: "periods until the end of the term; 0 = the contract can be left in this period",
            ja: "契約満了までの期数（0 = この期に解約できる）",
        )),
        _ => None,
    });
    let extraction = kpi.and_then(|kpi| kpi.extraction.as_ref());
    Entry {
        kind: panel.kind(&name).unwrap_or("number"),
        n_missing: panel.n_missing(&name),
        meaning: kpi.map(|kpi| kpi.label.clone()).or(derived),
        from: extraction.map(|e| e.from.as_str()),
        agg: extraction.map(|e| e.agg.code()),
        value: extraction.and_then(|e| e.value.as_deref()),
        window: extraction.and_then(|e| e.window).map(|window| window.to_string()),
        where_: extraction.map(|e| e.where_.as_slice()).filter(|conditions| !conditions.is_empty()),
        missing: kpi.and_then(|kpi| kpi.missing).map(|policy| match policy {
            crate::study::MissingPolicy::Zero => "zero".to_owned(),
            crate::study::MissingPolicy::Unknown => "unknown".to_owned(),
            crate::study::MissingPolicy::Carry(periods) => format!("carry {periods}"),
        }),
        name,
        role,
    }
}
