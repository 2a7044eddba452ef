//! From raw tables to the panel: who was a customer when, what was known by each as-of date, and what the tables tell
//! against each other.
//!
//! ```text
//! accounts, contracts --lives--> rows: account x period, outcome
//! logs --gather--> records by account --reduce--> KPI values as known, one run over each log
//! accounts, contracts, logs --roles--> attributes as they stood
//! rows + attributes + KPIs --frame--> Panel;  what was counted on the way --audit, contradictions--> findings
//! ```

mod audit;
mod cells;
mod contradictions;
mod counts;
mod dates;
mod frame;
mod gather;
mod ids;
mod lives;
mod no_match;
mod plan;
mod reduce;
mod role_columns;
mod roles;
mod silence;
mod tables;
mod where_;

pub use audit::{LeftOut, TableAudit};
pub use tables::RawTables;

use crate::notice::{Count, Notice};
use crate::study::{KpiSpec, Roles, TablesSource};

use super::{Panel, PanelError};
use gather::gather;
use lives::Lives;
use reduce::reduce;

/// What is asked of the raw tables.
#[derive(Debug, Clone, Copy)]
pub struct RawQuestion<'a> {
    /// The tables and the calendar.
    pub tables: &'a TablesSource,
    /// Roles, with columns of any table.
    pub roles: &'a Roles,
    /// KPIs, each with its extraction.
    pub kpis: &'a [KpiSpec],
}

/// A panel from raw tables.
#[derive(Debug)]
pub struct Assembled {
    /// Its columns are `account`, `period`, `outcome`, roles, programmes, KPIs.
    pub panel: Panel,
    /// The roles with the panel's own column names, derived ones included.
    pub roles: Roles,
    /// Findings: contradictions, coverage, what was left out and why.
    pub notices: Vec<Notice>,
    /// Every table, as it was used.
    pub audit: Vec<TableAudit>,
}

/// Told how far the reading of a table is: its name and the share done.
pub type Watch<'a> = &'a dyn Fn(&str, f64);

/// Builds the panel.
///
/// # Errors
/// [`PanelError`] for absent columns (all at once), dates that can be read in two ways, damaged files, a calendar
/// without a whole period, and tables from which no row comes.
pub fn from_raw(question: &RawQuestion<'_>, raw: &RawTables, watch: Watch<'_>) -> Result<Assembled, PanelError> {
    let places = roles::resolve(question, raw)?;
    let problems = dates::refused(question.tables, raw)?;
    if !problems.is_empty() {
        return Err(PanelError::Tables { problems });
    }
    let mut findings = audit::Findings::default();
    let lives = Lives::read(question.tables, raw, places.term.as_ref(), &mut findings)?;
    let mut attributes = role_columns::Attributes::new(question, raw, &lives, &places)?;
    let mut kpis: Vec<Option<Vec<f64>>> = vec![None; question.kpis.len()];
    let mut present = Vec::new();
    for (table, (spec, log)) in question.tables.events.iter().zip(&raw.logs).enumerate() {
        let plan = plan::LogPlan::new(question, table, log, &places, raw)?;
        findings.notices.extend(log.lacking(&plan.columns));
        watch(log.name(), 0.0);
        let gathered = match gather(&plan, (question.tables, spec, log), raw, &lives, watch) {
            Err(error) if dates::is_of_dates(&error) => {
                let all = dates::of_logs(question.tables, raw)?;
                return Err(if all.is_empty() { error } else { PanelError::Tables { problems: all } });
            }
            gathered => gathered?,
        };
        let reduced = reduce(&plan, &gathered, &lives, question)?;
        for (place, values) in reduced.kpis {
            kpis[place] = Some(values);
        }
        attributes.take(reduced.roles);
        present.push(gathered.present.clone());
        findings.notices.extend(reduced.silence.notice(&spec.name, log.name()));
        findings.notices.extend(gathered.matching.notices(&plan, spec, log));
        let mut counts = gathered.counts.finish(spec, log, reduced.duplicates);
        counts.table.silence = reduced.silence.days();
        counts.table.unmet = gathered.matching.unmet(&plan).map(|(kpi, _)| kpi.kpi.name.clone()).collect();
        findings.add_table(counts, &lives);
    }
    contradictions::find(question.tables, raw, &lives, &places, &present, &mut findings)?;
    let built = frame::build(question, &lives, attributes, kpis)?;
    findings.panel(&lives, question.tables, raw);
    let counts: Vec<Count> = findings.counts();
    let mut panel = built.panel;
    panel.left_out = counts;
    Ok(Assembled { panel, roles: built.roles, notices: findings.notices, audit: findings.tables })
}
