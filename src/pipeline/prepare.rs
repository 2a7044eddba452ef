//! From a study and its table to the rows of the model.

use std::collections::BTreeMap;

use crate::design::{Sample, sample};
use crate::ingest::Table;
use crate::notice::{Count, Notice};
use crate::panel::{Lags, Outcome, Panel, PanelInput, RiskSet, TableAudit, Terms, Watch, outcome, risk_set, waits};
use crate::study::{Roles, Study};
use crate::units::Horizon;
use crate::words;

use super::PipelineError;
use super::data::{Data, Opened, input, open};
use super::oddities::oddities;

/// Everything that the fits start from.
#[derive(Debug)]
pub struct Prepared {
    /// The study in the terms of the panel.
    pub study: Study,
    /// Rows with their cells.
    pub panel: Panel,
    /// Who can leave.
    pub risk_set: RiskSet,
    /// Who left.
    pub outcome: Outcome,
    /// Periods from the as-of row to the outcome, per row.
    pub lags: Lags,
    /// Periods that must go by after each row until its outcome window holds one in which the contract can be left.
    pub waits: Vec<u32>,
    /// Rows of the model.
    pub sample: Sample,
    /// As-of row of each row of the model.
    pub as_of: Vec<usize>,
    /// What the reader must know so far.
    pub notices: Vec<Notice>,
    /// Rows left out, with the reason.
    pub left_out: Vec<Count>,
    /// Role of every column that has one.
    pub used_as: BTreeMap<String, String>,
    /// Raw tables as they were used; empty for one table.
    pub audit: Vec<TableAudit>,
}

impl Prepared {
    /// What would have been prepared at the end of a period, and the row of this panel that each of its rows is.
    pub(super) fn until(&self, last: i32) -> Result<(Self, Vec<usize>), PipelineError> {
        let (panel, rows) = self.panel.until(last)?;
        Ok((of_panel(self.study.clone(), panel, None, self.notices.clone(), self.audit.clone())?, rows))
    }

    /// What would have been prepared with each account of the panel `count` times.
    pub(super) fn drawn(&self, count: impl Fn(usize) -> usize) -> Result<Self, PipelineError> {
        of_panel(self.study.clone(), self.panel.drawn(count)?, None, self.notices.clone(), self.audit.clone())
    }

    /// Columns that make the form of the panel, or were derived for it: nothing about them is the study's to correct. Nor
    /// does a KPI that no row of its log speaks of need a word about being the same everywhere beside the reason for it.
    pub(super) fn not_audited(&self) -> Vec<&str> {
        let form = |column: &String, role: &str| {
            let derived = !self.audit.is_empty() && column == role;
            ["account", "period", "outcome"].contains(&role)
                || (derived && ["tenure", "notice", "renewal_in"].contains(&role))
        };
        let of_form =
            self.used_as.iter().filter(|(column, role)| form(column, role)).map(|(column, _)| column.as_str());
        of_form.chain(self.audit.iter().flat_map(|table| &table.unmet).map(String::as_str)).collect()
    }
}

/// Builds the panel, the risk set, the outcome and the sample.
///
/// `lag` overrides the lag of the study (`gap + 1`, and the notice periods where no notice is recorded); a snapshot has
/// none.
///
/// # Errors
/// [`PipelineError`] for absent columns (all at once), a form that is no panel, and samples without rows.
pub fn prepare(study: &Study, data: Data, lag: Option<u32>, watch: Watch<'_>) -> Result<Prepared, PipelineError> {
    let Opened { study, panel, mut notices, audit } = open(study, data, watch)?;
    notices.extend(oddities(&study, &panel)?);
    of_panel(study, panel.with_digest()?, lag, notices, audit)
}

fn of_panel(
    study: Study,
    panel: Panel,
    lag: Option<u32>,
    notices: Vec<Notice>,
    audit: Vec<TableAudit>,
) -> Result<Prepared, PipelineError> {
    let used_as = columns_of(&study, &input(&study));
    let roles = &study.roles;
    let notice_due = roles.notice_periods.as_deref().filter(|_| roles.notice.is_some());
    let terms = Terms { renewal_in: roles.renewal_in.as_deref(), notice_due };
    let risk_set = risk_set(&panel, terms)?;
    let horizon = if panel.is_snapshot() { Horizon(1) } else { study.kgi.horizon };
    let outcome = outcome(&panel, horizon);
    let lags = lags(&panel, &study, lag)?;
    let waits = if panel.is_snapshot() { vec![0; panel.n_rows()] } else { waits(&panel, terms, &lags, horizon.0)? };
    let sample = sample(&panel, &risk_set, &outcome, &lags)?;
    let as_of = sample.rows.iter().map(|&row| panel.row_before(row, lags.periods[row]).unwrap_or(row)).collect();
    let mut left_out = panel.left_out().to_vec();
    let mut count = |n: usize, what| {
        if n > 0 {
            left_out.push(Count { what, n });
        }
    };
    count(
        risk_set.locked_in,
        words!(en: "rows in which the contract cannot be left", ja: "契約上、解約できない期の行"),
    );
    count(
        outcome.counts.censored,
        words!(en: "rows whose outcome window is not over", ja: "結果の期間がまだ終わっていない行"),
    );
    count(sample.no_past, words!(en: "rows without values from before", ja: "過去の値がない行"));
    count(
        sample.events_without_past,
        words!(
            en: "of these, accounts that left before there was time to act",
            ja: "うち、対応する間もなく離反した顧客",
        ),
    );
    Ok(Prepared { study, panel, risk_set, outcome, lags, waits, sample, as_of, notices, left_out, used_as, audit })
}

/// Every column that the study names, with what it is needed for.
pub(super) fn columns_of(study: &Study, input: &PanelInput<'_>) -> BTreeMap<String, String> {
    let mut columns = BTreeMap::new();
    let mut add = |column: &str, role: &str| {
        columns.entry(column.to_owned()).or_insert_with(|| role.to_owned());
    };
    if let Some(column) = input.account {
        add(column, "account");
    }
    add(input.outcome, "outcome");
    if let Some(column) = input.period {
        add(column, "period");
    }
    let Roles {
        segment,
        billing,
        price,
        tenure,
        notice,
        notice_periods,
        renewal_in,
        term,
        disclosed_risk,
        reasons,
        owner,
        weight,
        controls,
        phase,
        incumbent,
    } = &study.roles;
    for (list, role) in [(segment, "segment"), (reasons, "reasons"), (controls, "controls")] {
        for column in list {
            add(column, role);
        }
    }
    for (column, role) in [
        (billing, "billing"),
        (price, "price"),
        (tenure, "tenure"),
        (notice, "notice"),
        (notice_periods, "notice_periods"),
        (renewal_in, "renewal_in"),
        (term, "term"),
        (disclosed_risk, "disclosed_risk"),
        (owner, "owner"),
        (weight, "weight"),
        (phase, "phase"),
        (incumbent, "incumbent"),
    ] {
        if let Some(column) = column {
            add(column, role);
        }
    }
    for kpi in &study.kpis {
        add(kpi.column(), "kpi");
        if let Some(programme) = &kpi.programme {
            add(&programme.column, "programme");
        }
    }
    columns
}

pub(super) fn check_columns(table: &Table, used_as: &BTreeMap<String, String>) -> Result<(), PipelineError> {
    let known: Vec<&str> = table.columns().iter().map(|c| c.name.as_str()).collect();
    let near = |name: &str| {
        let similar = |k: &&str| strsim::normalized_damerau_levenshtein(&k.to_lowercase(), &name.to_lowercase());
        known.iter().map(|k| (similar(k), *k)).filter(|(s, _)| *s >= 0.6).max_by(|a, b| a.0.total_cmp(&b.0))
    };
    let missing: Vec<_> = used_as
        .iter()
        .filter(|(column, _)| !known.contains(&column.as_str()))
        .map(|(column, role)| (column.clone(), role.clone(), near(column).map(|(_, k)| k.to_owned())))
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(PipelineError::Columns { missing, table: table.name().to_owned() }) }
}

/// Periods from the as-of row to the outcome: `gap + 1`, and where only the end of the contract is known the periods of
/// notice before it, row by row.
fn lags(panel: &Panel, study: &Study, lag: Option<u32>) -> Result<Lags, PipelineError> {
    let n = panel.n_rows();
    if panel.is_snapshot() {
        return Ok(Lags { periods: vec![0; n], notice: vec![0; n] });
    }
    if let Some(lag) = lag {
        return Ok(Lags { periods: vec![lag; n], notice: vec![0; n] });
    }
    let base = study.kgi.gap.0.saturating_add(1);
    let notice: Vec<u32> = match (&study.roles.notice, &study.roles.notice_periods) {
        (None, Some(column)) => {
            let whole = |p: f64| if p.is_finite() && p > 0.0 { p.round().min(1e6) as u32 } else { 0 };
            panel.numbers(column)?.into_iter().map(whole).collect()
        }
        _ => vec![0; n],
    };
    Ok(Lags { periods: notice.iter().map(|notice| base.saturating_add(*notice)).collect(), notice })
}
