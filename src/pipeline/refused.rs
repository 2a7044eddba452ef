//! Columns that are no numbers where numbers are needed: those that a run refuses, and KPIs that it cannot use.

use crate::ingest::{ColumnKind, IngestError, Table};
use crate::notice::{Explain, Notice, Severity};
use crate::study::{KpiSpec, Study};
use crate::words;
use crate::words::Words;

use super::{Data, PipelineError};

/// Refuses columns of roles that have to hold numbers and do not.
///
/// # Errors
/// [`PipelineError::Refused`] with all of them. What is absent is another error.
pub fn refused_columns(study: &Study, data: &Data) -> Result<(), PipelineError> {
    let roles = &study.roles;
    let numeric = [
        (&roles.price, "price"),
        (&roles.weight, "weight"),
        (&roles.tenure, "tenure"),
        (&roles.notice_periods, "notice_periods"),
        (&roles.renewal_in, "renewal_in"),
        (&roles.incumbent, "incumbent"),
    ];
    let mut problems: Vec<IngestError> = Vec::new();
    let mut add = |table: &Table, column: &str, needed_as: Words| {
        if let Ok(Some(problem)) = table.no_numbers(column, &needed_as)
            && !problems.iter().any(|known| is_of(known, column))
        {
            problems.push(problem);
        }
    };
    for (written, role) in numeric.into_iter().filter_map(|(column, role)| Some((column.as_deref()?, role))) {
        let needed_as = words!(en: "role `{role}`", ja: "役割 `{role}`");
        match data {
            Data::Table(table) => add(table, written, needed_as),
            Data::Raw(raw) => {
                for (table, name) in [(&raw.accounts, "accounts."), (&raw.contracts, "contracts.")] {
                    let own = written.strip_prefix(name).filter(|_| table.column(written).is_none());
                    add(table, own.unwrap_or(written), needed_as.clone());
                }
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(PipelineError::Refused { problems }) }
}

/// KPIs of which a run can say nothing because their columns hold text, with the cells that made text of them.
pub(super) fn text_kpis(study: &Study, table: &Table) -> Vec<Notice> {
    let of_kpi = |kpi: &KpiSpec| {
        let name = &kpi.name;
        let needed_as = words!(en: "KPI `{name}`", ja: "KPI「{name}」");
        let problem = table.no_numbers(kpi.column(), &needed_as).ok().flatten()?;
        let mut notice = Notice::new(Severity::Warning, "text_kpi", problem.what());
        (notice.place, notice.help) = (problem.place(), problem.help());
        Some(notice)
    };
    study.kpis.iter().filter(|kpi| !has_two_answers(table, kpi)).filter_map(of_kpi).collect()
}

fn is_of(problem: &IngestError, column: &str) -> bool {
    matches!(problem, IngestError::Numbers(numbers) if numbers.column == column)
}

/// Text that the design reads as 1 and 0: a yes and a no, or two values.
fn has_two_answers(table: &Table, kpi: &KpiSpec) -> bool {
    let column = kpi.column();
    let has = |texts: &[Option<String>], word: &str| {
        texts.iter().flatten().any(|text| text.trim().eq_ignore_ascii_case(word))
    };
    let is_text = table.column(column).is_some_and(|info| info.kind == ColumnKind::Text);
    is_text
        && (table.flags(column, None).is_ok()
            || table.column(column).is_some_and(|info| info.n_distinct == 2)
            || table.texts(column).is_ok_and(|texts| has(&texts, "yes") && has(&texts, "no")))
}
