//! From prepared rows to the evidence about every KPI, and from evidence to verdicts.

use chrono::NaiveDate;
use rayon::prelude::*;

use crate::design::{Attributes, KpiSeries, Pace, Sample, kpi_columns, kpi_series};
use crate::notice::{Explain, Notice, Severity};
use crate::panel::{Flag, Panel, Watch};
use crate::stats::multiplicity::benjamini_hochberg;
use crate::study::{Agg, Assignment, Hoped, KpiKind, KpiSpec, MeasuredWhen, Source, Study};
use crate::traps::{
    Asked, Collected, Copies, Dossier, Evidence, KpiEntry, Push, Split, TestId, TrapContext, collect, leak,
};
use crate::verdict::{KpiFacts, KpiVerdict, Thresholds, decide};
use crate::words;
use crate::words::Words;

use super::earlier::look_again;
use super::score::active_rows;
use super::{Data, PipelineError, Prepared, prepare};

/// All that is known about one KPI before the verdict.
#[derive(Debug, Clone)]
pub struct Case {
    /// Name in the study.
    pub name: String,
    /// What it measures.
    pub kind: KpiKind,
    /// Direction that people believe is good.
    pub hoped: Hoped,
    /// Every test.
    pub evidence: Vec<Evidence>,
    /// Why it cannot be tested at all.
    pub unusable: Option<Words>,
    /// How it stands for the outcome.
    pub leak: Option<leak::Leak>,
    /// Something else recorded shows how healthy the account was.
    pub health_trace: bool,
    /// Where its tests look at values a month older: what they found in the last period.
    pub last_period: Option<Vec<Evidence>>,
}

/// The evidence about all KPIs of a study: what the rules read, and nothing else.
#[derive(Debug, Clone)]
pub struct Examination {
    /// In study order.
    pub cases: Vec<Case>,
    /// Near-copies by KPI.
    pub copies: Copies,
    /// Decisions to leave.
    pub n_events: usize,
    /// Rows of the model.
    pub n_rows: usize,
    /// Periods that accounts were watched for.
    pub account_periods: usize,
    /// Accounts that are customers now.
    pub accounts_now: usize,
    /// One row per customer.
    pub snapshot: bool,
    /// The tables contradict each other.
    pub unsafe_data: bool,
    /// Decisions to leave of each account of the model.
    pub events_by_account: Vec<u32>,
}

impl Examination {
    /// Benjamini-Hochberg q of each KPI: of the joint test of level and change, for a snapshot of the full slope.
    #[must_use]
    pub fn q_values(&self) -> Vec<Option<f64>> {
        let test = if self.snapshot { TestId::Full } else { TestId::LevelChange };
        let p = |case: &Case| Dossier(&case.evidence).get(test).and_then(|m| m.p).unwrap_or(f64::NAN);
        let p: Vec<f64> = self.cases.iter().map(p).collect();
        benjamini_hochberg(&p).into_iter().map(|q| (!q.is_nan()).then_some(q)).collect()
    }

    /// Applies the rules.
    #[must_use]
    pub fn verdicts(&self) -> Vec<KpiVerdict> {
        const USED: &Thresholds = &Thresholds::USED;
        let facts: Vec<KpiFacts<'_>> = self
            .cases
            .iter()
            .zip(self.q_values())
            .map(|(case, q)| KpiFacts {
                name: &case.name,
                kind: case.kind,
                hoped: case.hoped,
                dossier: Dossier(&case.evidence),
                n_events: self.n_events,
                n_rows: self.n_rows,
                account_periods: self.account_periods,
                accounts_now: self.accounts_now,
                snapshot: self.snapshot,
                unusable: case.unusable.clone(),
                leak: case.leak,
                q,
                health_trace: case.health_trace,
                unsafe_data: self.unsafe_data,
                limits: USED,
            })
            .collect();
        let mut verdicts = decide(&facts, &self.copies);
        for verdict in self
            .cases
            .iter()
            .zip(&mut verdicts)
            .filter(|(case, _)| case.last_period.is_some())
            .map(|(_, verdict)| verdict)
        {
            let Words { en, ja } = &verdict.reason;
            verdict.reason = words!(
                en: "{en} (on values a month older than those of the full model: it tells more one step before the last period)",
                ja: "{ja}（全体モデルより1か月前までの値で検定：直前期よりその1段階前の方が離反をよく説明するため）",
            );
        }
        verdicts
    }

    /// The same before the second look: all tests look at the last period.
    #[must_use]
    pub fn of_last_period(mut self) -> Self {
        for case in &mut self.cases {
            if let Some(evidence) = case.last_period.take() {
                case.evidence = evidence;
            }
        }
        self
    }

    /// The same without what drawing accounts again needs, which is most of its memory.
    #[must_use]
    pub fn without_influences(mut self) -> Self {
        for evidence in self.cases.iter_mut().flat_map(|case| &mut case.evidence) {
            evidence.influence = None;
        }
        self
    }

    /// The same without some tests, as if the data could not carry them: for ablation.
    #[must_use]
    pub fn without(&self, tests: &[TestId]) -> Self {
        let mut left = self.clone();
        for case in &mut left.cases {
            case.evidence.retain(|evidence| !tests.contains(&evidence.test));
        }
        left
    }
}

/// Evidence about the KPIs of a study, without score and report.
///
/// # Errors
/// [`PipelineError`].
pub fn examine(study: &Study, data: Data, watch: Watch<'_>) -> Result<Examination, PipelineError> {
    examined(&prepare(study, data, None, watch)?)
}

/// The same from prepared rows.
///
/// # Errors
/// [`PipelineError`].
pub fn examined(ready: &Prepared) -> Result<Examination, PipelineError> {
    examined_for(ready, Asked::All)
}

/// The same, as much of it as is asked for.
///
/// # Errors
/// [`PipelineError`].
pub fn examined_for(ready: &Prepared, asked: Asked) -> Result<Examination, PipelineError> {
    let study = &ready.study;
    let attributes = crate::design::attributes(&ready.panel, &study.roles, &ready.sample, &ready.lags)?;
    let mut read = read_kpis(study, ready)?;
    let mut context = context(study, ready, &attributes, &mut read)?;
    context.asked = asked;
    let mut examined = examination(study, ready, &context, std::mem::take(&mut read.unusable))?;
    look_again(study, ready, &mut context, &read.series, &mut examined)?;
    Ok(examined)
}

/// KPIs as they were read.
#[derive(Debug, Default)]
pub(super) struct ReadKpis {
    entries: Vec<KpiEntry>,
    pub(super) series: Vec<Option<KpiSeries>>,
    /// Why a KPI cannot be tested at all.
    pub(super) unusable: Vec<Option<Words>>,
    pub(super) notices: Vec<Notice>,
}

/// Reads every KPI.
pub(super) fn read_kpis(study: &Study, ready: &Prepared) -> Result<ReadKpis, PipelineError> {
    let read: Vec<Result<ReadKpi, PipelineError>> =
        study.kpis.par_iter().map(|kpi| read_kpi(study, kpi, ready)).collect();
    let mut all = ReadKpis::default();
    for kpi in read {
        let kpi = kpi?;
        all.notices.extend(kpi.notices);
        all.entries.push(kpi.entry);
        all.series.push(kpi.series);
        all.unusable.push(kpi.unusable);
    }
    Ok(all)
}

struct ReadKpi {
    entry: KpiEntry,
    series: Option<KpiSeries>,
    unusable: Option<Words>,
    notices: Vec<Notice>,
}

fn read_kpi(study: &Study, kpi: &KpiSpec, ready: &Prepared) -> Result<ReadKpi, PipelineError> {
    let read = kpi_series(&ready.panel, kpi);
    let mut notices = Vec::new();
    let (columns, unusable) = match &read {
        Ok(values) => {
            notices.extend(values.notices.iter().cloned());
            let pace = pace(study, kpi, ready);
            let columns = kpi_columns(&ready.panel, &kpi.name, values, &ready.sample, &ready.lags, pace)?;
            let why = columns.is_none().then(|| constant(values));
            (columns, why)
        }
        Err(error) => {
            notices.push(not_a_number(error));
            (None, Some(error.what()))
        }
    };
    let entry = KpiEntry {
        name: kpi.name.clone(),
        kind: kpi.kind,
        columns,
        values: read.as_ref().map_or_else(|_| Vec::new(), |s| s.values.clone()),
        programme: push(kpi, ready)?,
        declared: declared(study, kpi, ready),
        known_before: kpi.measured == Some(MeasuredWhen::Before),
        target_from: kpi.became_target.and_then(|day| first_period_from(&ready.panel, day)),
    };
    Ok(ReadKpi { entry, series: read.ok(), unusable, notices })
}

/// What the tests share.
pub(super) fn context<'r>(
    study: &Study,
    ready: &'r Prepared,
    attributes: &Attributes,
    read: &mut ReadKpis,
) -> Result<TrapContext<'r>, PipelineError> {
    let calendar = |rows: &[usize]| rows.iter().map(|&row| ready.panel.period()[row]).collect::<Vec<i32>>();
    let periods = [calendar(&ready.sample.rows), calendar(&ready.as_of)];
    let entries = std::mem::take(&mut read.entries);
    let snapshot = ready.panel.is_snapshot();
    Ok(TrapContext::new(&ready.sample, attributes, entries, splits(study, ready)?, periods, snapshot)?)
}

/// Runs every test on every KPI.
pub(super) fn examination(
    study: &Study,
    ready: &Prepared,
    context: &TrapContext<'_>,
    unusable: Vec<Option<Words>>,
) -> Result<Examination, PipelineError> {
    let hints = hints(study, ready)?;
    let Collected { evidence, mut leaks, copies } = collect(context, &ready.panel, &ready.lags, hints.as_deref());
    for (found, kpi) in leaks.iter_mut().zip(&context.kpis) {
        // What never varies before the event may still be written at it: a copy of the outcome, a reason for leaving.
        if found.is_none() && kpi.columns.is_none() && !kpi.values.is_empty() {
            let at_event: Vec<f64> = ready.sample.rows.iter().map(|&row| kpi.values[row]).collect();
            *found = leak::leak(&at_event, &ready.sample.y);
        }
    }

    let trace = health_traces(study, &evidence, context);
    let cases = study
        .kpis
        .iter()
        .zip(evidence)
        .zip(unusable.into_iter().zip(leaks.into_iter().zip(trace)))
        .map(|((kpi, evidence), (unusable, (leak, health_trace)))| Case {
            name: kpi.name.clone(),
            kind: kpi.kind,
            hoped: kpi.hoped,
            evidence,
            unusable,
            leak,
            health_trace,
            last_period: None,
        })
        .collect();
    Ok(Examination {
        cases,
        copies,
        n_events: ready.sample.n_events(),
        n_rows: ready.sample.n_rows(),
        account_periods: ready.panel.n_rows(),
        accounts_now: active_rows(ready).len(),
        snapshot: context.snapshot,
        // Findings about the tables; a KPI that stands for the outcome has a rule of its own.
        unsafe_data: ready.notices.iter().any(|notice| notice.severity == Severity::Unsafe),
        events_by_account: events_by_account(&ready.sample),
    })
}

fn events_by_account(sample: &Sample) -> Vec<u32> {
    let mut events = vec![0; sample.n_clusters];
    for (&account, _) in sample.cluster.iter().zip(&sample.y).filter(|(_, y)| **y > 0.5) {
        events[account as usize] += 1;
    }
    events
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

/// What the study or its tables say about when the KPI's value came to be.
fn declared(study: &Study, kpi: &KpiSpec, ready: &Prepared) -> Option<leak::Leak> {
    match kpi.measured {
        Some(MeasuredWhen::After) => return Some(leak::Leak::Afterwards),
        Some(MeasuredWhen::WhileLeaving) => return Some(leak::Leak::WhileLeaving),
        Some(MeasuredWhen::Before) | None => {}
    }
    let (Source::Tables(_), Some(extraction)) = (&study.source, &kpi.extraction) else { return None };
    let days = ready.audit.iter().find(|table| table.name == extraction.from)?.silence?;
    let recency = extraction.agg == Agg::DaysSince && extraction.where_.is_empty();
    Some(if recency { leak::Leak::Recency(days) } else { leak::Leak::Silent(days) })
}

/// How far apart looks at the KPI must lie: the periods that its declared window spans.
pub(super) fn pace(study: &Study, kpi: &KpiSpec, ready: &Prepared) -> Pace {
    let window = kpi.extraction.as_ref().and_then(|extraction| extraction.window);
    let periods = match (&study.source, window) {
        (Source::Tables(tables), Some(window)) => (window.days() / tables.period.days()).round().max(1.0) as u32,
        _ => 1,
    };
    Pace::of(ready.panel.periods().unit(), periods)
}

/// Who was in the KPI's programme, by panel row.
fn push(kpi: &KpiSpec, ready: &Prepared) -> Result<Option<Push>, PipelineError> {
    let Some(programme) = &kpi.programme else { return Ok(None) };
    let flags = ready.panel.flags(&programme.column)?;
    let by_row = flags.into_iter().map(|flag| f64::from(u8::from(flag == Flag::Yes))).collect();
    Ok(Some(Push { by_row, random: programme.assignment == Assignment::Random }))
}

/// First period that ends on the day or later.
fn first_period_from(panel: &Panel, day: NaiveDate) -> Option<i32> {
    let axis = panel.periods();
    (0..=axis.last()).find(|&period| axis.date(period).is_some_and(|date| date >= day))
}

/// Disclosed risk by panel row, 0 or 1.
pub(super) fn hints(study: &Study, ready: &Prepared) -> Result<Option<Vec<f64>>, PipelineError> {
    let Some(column) = &study.roles.disclosed_risk else { return Ok(None) };
    let flags = ready.panel.flags(column)?;
    Ok(Some(flags.into_iter().map(|flag| if flag == Flag::Yes { 1.0 } else { 0.0 }).collect()))
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
