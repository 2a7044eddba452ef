//! From prepared rows to evidence and verdicts.

use crate::design::{KpiSeries, attributes, kpi_columns, kpi_series};
use crate::hazard::{FittedHazard, HazardColumns, HazardSettings, Opinion, fit_hazard, second_opinion};
use crate::notice::{Explain, Notice, Severity};
use crate::panel::Flag;
use crate::stats::multiplicity::benjamini_hochberg;
use crate::study::{KpiKind, Study};
use crate::traps::{
    Collected, Controls, Copies, Dossier, Evidence, KpiEntry, Split, TestId, TrapContext, audit_columns, collect, leak,
};
use crate::verdict::{KpiFacts, KpiVerdict, decide};
use crate::words;
use crate::words::Words;

use super::reach::{Reach, reach};
use super::{PipelineError, Prepared};

/// Evidence, verdicts and the model behind them.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) series: Vec<Option<KpiSeries>>,
    pub(super) columns: Vec<Option<crate::design::KpiColumns>>,
    pub(super) evidence: Vec<Vec<Evidence>>,
    pub(super) verdicts: Vec<KpiVerdict>,
    pub(super) q: Vec<Option<f64>>,
    pub(super) model: FittedHazard,
    pub(super) opinion: Option<Opinion>,
    pub(super) notices: Vec<Notice>,
    /// Columns that no score may use.
    pub(super) unfit: Vec<String>,
    /// What the logged actions do to the KPIs.
    pub(super) reach: Reach,
}

/// Runs every test on every KPI and applies the rules. `step` is told about progress.
pub(super) fn judge(study: &Study, ready: &Prepared, step: &dyn Fn(&str)) -> Result<Judged, PipelineError> {
    let mut notices = Vec::new();
    step("columns");
    let skip = ready.not_audited();
    let audit = audit_columns(&ready.panel, &ready.sample, &ready.as_of, &skip, &ready.used_as)?;
    let unfit = audit.unfit;
    notices.extend(audit.notices);
    let attributes = attributes(&ready.panel, &study.roles, &ready.sample, &ready.lags)?;
    notices.extend(attributes.notices.iter().filter(|n| n.code != "constant_attribute").cloned());

    let mut entries = Vec::new();
    let mut series = Vec::new();
    let mut unusable = Vec::new();
    for kpi in &study.kpis {
        let read = kpi_series(&ready.panel, kpi);
        let (columns, why) = match &read {
            Ok(values) => {
                notices.extend(values.notices.iter().cloned());
                let columns = kpi_columns(&ready.panel, &kpi.name, values, &ready.sample, &ready.lags)?;
                let why = columns.is_none().then(|| constant(values));
                (columns, why)
            }
            Err(error) => {
                notices.push(not_a_number(error));
                (None, Some(error.what()))
            }
        };
        entries.push(KpiEntry {
            name: kpi.name.clone(),
            kind: kpi.kind,
            columns,
            values: read.as_ref().map_or_else(|_| Vec::new(), |s| s.values.clone()),
            leaky: false,
        });
        series.push(read.ok());
        unusable.push(why);
    }

    step("evidence");
    let period = ready.sample.rows.iter().map(|&row| ready.panel.period()[row]).collect();
    let mut context = TrapContext::new(
        &ready.sample,
        &attributes,
        entries,
        splits(study, ready)?,
        period,
        ready.panel.is_snapshot(),
    )?;
    let hints = hints(study, ready)?;
    let Collected { mut evidence, mut leaks, copies, .. } = collect(&mut context, &ready.panel, hints.as_deref());
    for (found, kpi) in leaks.iter_mut().zip(&context.kpis) {
        // What never varies before the event may still be written at it: a copy of the outcome, a reason for leaving.
        if found.is_none() && kpi.columns.is_none() && !kpi.values.is_empty() {
            let at_event: Vec<f64> = ready.sample.rows.iter().map(|&row| kpi.values[row]).collect();
            *found = leak::leak(&at_event, &ready.sample.y);
        }
    }
    let reach = reach(study, ready, &context, &mut evidence);

    step("verdicts");
    let q = q_values(&evidence, context.snapshot);
    let trace = health_traces(study, &evidence, &context);
    // Findings about the tables; a KPI that stands for the outcome has a rule of its own.
    let unsafe_data = ready.notices.iter().any(|notice| notice.severity == Severity::Unsafe);
    let facts: Vec<KpiFacts<'_>> = study
        .kpis
        .iter()
        .enumerate()
        .map(|(k, kpi)| KpiFacts {
            name: &kpi.name,
            kind: kpi.kind,
            hoped: kpi.hoped,
            dossier: Dossier(&evidence[k]),
            n_events: ready.sample.n_events(),
            n_rows: ready.sample.n_rows(),
            snapshot: context.snapshot,
            unusable: unusable[k].clone(),
            leak: leaks[k],
            q: q[k],
            health_trace: trace[k],
            unsafe_data,
        })
        .collect();
    let verdicts = decide(&facts, &copies);

    step("full model");
    let (model, opinion) = full_model(&context, study)?;
    let columns = context.kpis.into_iter().map(|kpi| kpi.columns).collect();
    Ok(Judged { series, columns, evidence, verdicts, q, model, opinion, notices, unfit, reach })
}

/// All admissible KPIs with the attributes and reasons in one model, and an independent solver's opinion of it.
fn full_model(context: &TrapContext<'_>, study: &Study) -> Result<(FittedHazard, Option<Opinion>), PipelineError> {
    let columns = HazardColumns {
        terms: context.estimable(context.controls(Controls::Full, usize::MAX, &Copies::new())),
        y: &context.sample.y,
        cluster: &context.sample.cluster,
        n_clusters: context.sample.n_clusters,
        start: None,
    };
    let shown = HazardSettings { profile_separated: true, ..HazardSettings::default() };
    let model = fit_hazard(&columns, shown)?;
    let opinion = second_opinion(&columns, &model, study.seed)?;
    Ok((model, opinion))
}

fn constant(values: &KpiSeries) -> Words {
    if values.values.iter().all(|v| v.is_nan()) {
        words!(en: "it is never filled in", ja: "値が一つもありません")
    } else {
        words!(
            en: "it has the same value wherever it could be tested",
            ja: "検定できる範囲では、どの行も同じ値です",
        )
    }
}

fn not_a_number(error: &dyn Explain) -> Notice {
    let mut notice = Notice::new(Severity::Warning, "kpi_not_a_number", error.what());
    notice.place = error.place();
    notice.help = error.help();
    notice
}

/// Billing, segments and phase of the as-of rows.
fn splits(study: &Study, ready: &Prepared) -> Result<Vec<Split>, PipelineError> {
    let roles = &study.roles;
    let named = roles
        .billing
        .iter()
        .map(|c| (TestId::ByBilling, c))
        .chain(roles.segment.iter().map(|c| (TestId::BySegment, c)))
        .chain(roles.phase.iter().map(|c| (TestId::ByPhase, c)));
    let mut splits = Vec::new();
    for (test, column) in named {
        let mut parts = ready.panel.category(column)?;
        parts.codes = ready.as_of.iter().map(|&row| parts.codes[row]).collect();
        const MAX_PARTS: usize = 12;
        if (2..=MAX_PARTS).contains(&parts.levels.len()) {
            splits.push(Split { test, column: column.clone(), parts });
        }
    }
    Ok(splits)
}

/// Disclosed risk by panel row, 0 or 1.
fn hints(study: &Study, ready: &Prepared) -> Result<Option<Vec<f64>>, PipelineError> {
    let Some(column) = &study.roles.disclosed_risk else { return Ok(None) };
    let flags = ready.panel.flags(column)?;
    Ok(Some(flags.into_iter().map(|flag| if flag == Flag::Yes { 1.0 } else { 0.0 }).collect()))
}

fn q_values(evidence: &[Vec<Evidence>], snapshot: bool) -> Vec<Option<f64>> {
    let test = if snapshot { TestId::Full } else { TestId::LevelChange };
    let p: Vec<f64> = evidence.iter().map(|e| Dossier(e).get(test).and_then(|m| m.p).unwrap_or(f64::NAN)).collect();
    benjamini_hochberg(&p).into_iter().map(|q| (!q.is_nan()).then_some(q)).collect()
}

/// Whether something beside each KPI shows how healthy the account was: a disclosed risk, or another live survey.
fn health_traces(study: &Study, evidence: &[Vec<Evidence>], context: &TrapContext<'_>) -> Vec<bool> {
    const CEILING: f64 = 0.9;
    let live = |k: usize| {
        study.kpis[k].kind == KpiKind::Perception
            && context.kpis[k].columns.is_some()
            && Dossier(&evidence[k]).get(TestId::Ceiling).is_none_or(|m| m.estimate <= CEILING)
    };
    (0..study.kpis.len())
        .map(|k| study.roles.disclosed_risk.is_some() || (0..study.kpis.len()).any(|other| other != k && live(other)))
        .collect()
}
