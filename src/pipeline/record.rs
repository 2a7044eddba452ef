//! From the results of the stages to the artifact.

use crate::artifact::{
    ARTIFACT_VERSION, AliasRecord, ColumnRecord, DataRecord, FitRecord, HistogramRecord, KpiArtifact, KpiSummary,
    ModelArtifact, Numbers, PeriodRecord, ScoreCovariance, ScoreRecord, SecondOpinion, StudyRecord, TermRecord,
    ThresholdRecord, WholePointsRecord,
};
use crate::hazard::FittedHazard;
use crate::notice::Notice;
use crate::panel::PeriodUnit;
use crate::stats::evalue::{e_value, e_value_limit};
use crate::stats::irls::Penalty;
use crate::stats::moments;
use crate::study::{KpiSpec, Study};
use crate::traps::lead_time::lead_time;
use crate::traps::{Dossier, TestId};
use crate::verdict::thresholds;

use super::chain::chain;
use super::judge::Judged;
use super::reach;
use super::record_validation::validation;
use super::score::Scored;
use super::stability::RESAMPLES;
use super::{PipelineError, Prepared};

/// Events rarer than this: the odds ratio is close to the risk ratio.
const RARE: f64 = 0.15;
/// Width of a bar of the score histogram.
const BAR: usize = 10;

/// Results of all stages.
pub(super) struct Parts<'a> {
    pub(super) study: &'a Study,
    pub(super) file: &'a str,
    pub(super) notices: Vec<Notice>,
    pub(super) study_digest: &'a str,
    pub(super) generator: &'a str,
    pub(super) ready: &'a Prepared,
    pub(super) judged: &'a Judged,
    pub(super) scored: Scored,
}

pub(super) fn record(parts: &Parts<'_>) -> Result<ModelArtifact, PipelineError> {
    let (study, ready, judged, scored) = (parts.study, parts.ready, parts.judged, &parts.scored);
    let mut notices = parts.notices.clone();
    notices.extend(ready.notices.iter().cloned());
    notices.extend(judged.notices.iter().cloned());
    notices.extend(scored.notices.iter().cloned());
    let (chain, about_chain) = chain(study, ready, judged);
    notices.extend(about_chain);
    let renewal = reach::renewal(study, ready)?;
    notices.sort_by_key(|notice| std::cmp::Reverse(notice.severity));
    Ok(ModelArtifact {
        artifact_version: ARTIFACT_VERSION.to_owned(),
        generator: parts.generator.to_owned(),
        study: StudyRecord {
            name: study.name.clone(),
            purpose: study.purpose.clone(),
            language: study.language,
            outcome: study.kgi.outcome.clone(),
            horizon: study.kgi.horizon.0,
            gap: study.kgi.gap.0,
            seed: study.seed.0,
            source: if ready.panel.is_snapshot() { "snapshot" } else { "panel" }.to_owned(),
            max_kpis: study.budget.max_kpis,
            capacity: study.capacity.accounts_per_period,
            digest: parts.study_digest.to_owned(),
        },
        data: data(parts)?,
        notices,
        fit: fit_record(judged, ready),
        kpis: study.kpis.iter().enumerate().map(|(k, kpi)| kpi_record(parts, k, kpi, renewal.as_ref())).collect(),
        validation: validation(study, ready, judged, scored),
        score: ScoreRecord {
            histogram: histogram(&scored.weights, &scored.eta, &ready.sample.y),
            accounts: scored.accounts.clone(),
            whole_points: whole_points(scored),
            revenue_by_band: scored.revenue_by_band.clone(),
            model_covariance: scored.model_covariance.as_ref().map(|m| ScoreCovariance {
                terms: m.terms.clone(),
                means: m.means.clone(),
                rows: m.rows.clone(),
            }),
        },
        weights: scored.weights.clone(),
        approvals: Vec::new(),
        links: reach::links(study, judged),
        chain,
        gut_feeling: scored.gut.clone(),
        lamp: Some(scored.lamp.clone()),
        thresholds: thresholds()
            .into_iter()
            .map(|(name, value, meaning)| ThresholdRecord { name, value, meaning })
            .collect(),
    })
}

fn data(parts: &Parts<'_>) -> Result<DataRecord, PipelineError> {
    let ready = parts.ready;
    let (panel, axis) = (&ready.panel, ready.panel.periods());
    let timed = !panel.is_snapshot();
    let mut periods: Vec<PeriodRecord> = if timed {
        (0..=axis.last()).map(|p| PeriodRecord { period: axis.label(p).to_owned(), at_risk: 0, events: 0 }).collect()
    } else {
        Vec::new()
    };
    for (&row, y) in ready.sample.rows.iter().zip(&ready.sample.y) {
        if let Some(slot) = usize::try_from(panel.period()[row]).ok().and_then(|p| periods.get_mut(p)) {
            slot.at_risk += 1;
            slot.events += usize::from(*y > 0.5);
        }
    }
    let mut columns = Vec::new();
    for name in panel.column_names() {
        let category = panel.category(&name)?;
        let missing = category.codes.iter().filter(|c| c.is_none()).count();
        columns.push(ColumnRecord {
            kind: panel.kind(&name)?.to_owned(),
            used_as: ready.used_as.get(&name).cloned(),
            missing_share: missing as f64 / panel.n_rows().max(1) as f64,
            n_distinct: category.levels.len(),
            name,
        });
    }
    Ok(DataRecord {
        files: vec![parts.file.to_owned()],
        digest: panel.digest().to_owned(),
        n_rows: panel.n_rows(),
        n_accounts: panel.accounts().len(),
        n_rows_at_risk: ready.sample.n_rows(),
        n_events: ready.sample.n_events(),
        period_from: timed.then(|| axis.label(0).to_owned()),
        period_to: timed.then(|| axis.label(axis.last()).to_owned()),
        period_unit: match axis.unit() {
            PeriodUnit::Week => Some("week"),
            PeriodUnit::Month => Some("month"),
            PeriodUnit::Quarter => Some("quarter"),
            PeriodUnit::Index | PeriodUnit::Date | PeriodUnit::None => None,
        }
        .map(str::to_owned),
        left_out: ready.left_out.clone(),
        periods,
        columns,
    })
}

fn fit_record(judged: &Judged, ready: &Prepared) -> FitRecord {
    let model: &FittedHazard = &judged.model;
    let terms = model
        .terms()
        .iter()
        .enumerate()
        .map(|(i, term)| {
            let tested = model.at(i);
            TermRecord {
                term: term.as_str().to_owned(),
                estimate: model.fit.coef[i],
                std_error: tested.map(|t| t.std_error),
                z: tested.map(|t| t.z),
                p: tested.map(|t| t.p),
                ci_low: tested.map(|t| t.ci_low),
                ci_high: tested.map(|t| t.ci_high),
            }
        })
        .collect();
    FitRecord {
        terms,
        aliased: model
            .aliased
            .iter()
            .map(|a| AliasRecord { term: a.term.as_str().to_owned(), equals: a.formula() })
            .collect(),
        n_rows: model.fit.n_rows,
        n_events: model.fit.n_events,
        n_accounts: ready.sample.n_clusters,
        log_likelihood: model.fit.log_likelihood,
        iterations: model.fit.iterations,
        max_score: model.fit.max_score,
        stop: if model.fit.converged() { "converged" } else { "not converged" }.to_owned(),
        condition_number: model.fit.condition_number,
        penalty: match model.fit.penalty {
            Penalty::None => "none",
            Penalty::Firth => "firth",
            Penalty::Ridge(_) => "ridge",
        }
        .to_owned(),
        covariance: model.covariance_name().en,
        second_opinion: judged.opinion.as_ref().map(|o| SecondOpinion {
            solver: "linfa-logistic 0.8 (L-BFGS)".to_owned(),
            n_rows: o.n_rows,
            n_events: o.n_events,
            ridge: o.ridge,
            largest_difference: o.largest_difference,
            tolerance: o.tolerance,
        }),
    }
}

fn kpi_record(parts: &Parts<'_>, k: usize, kpi: &KpiSpec, renewal: Option<&reach::Renewal>) -> KpiArtifact {
    let (study, ready, judged, scored) = (parts.study, parts.ready, parts.judged, &parts.scored);
    KpiArtifact {
        name: kpi.name.clone(),
        label: kpi.label.clone(),
        column: kpi.column().to_owned(),
        kind: code(&kpi.kind),
        stage: kpi.stage.map(|stage| code(&stage)),
        hoped: code(&kpi.hoped),
        why: kpi.reason.clone(),
        cost: kpi.cost,
        action: kpi.action.as_ref().map(|a| a.name.clone()),
        action_owner: kpi.action.as_ref().and_then(|a| a.owner.clone()),
        summary: summary(judged, k),
        evidence: judged.evidence[k].clone(),
        verdict: judged.verdicts[k].clone(),
        verdict_share: judged.stability[k],
        verdict_resamples: judged.stability[k].map(|_| RESAMPLES),
        timing: reach::timing(study, ready, lead_time(Dossier(&judged.evidence[k])), renewal),
        response: reach::response(kpi, judged, k),
        numbers: numbers(parts, k, scored.in_score[k]),
    }
}

/// The serde name of a plain enum.
fn code<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}

fn summary(judged: &Judged, k: usize) -> KpiSummary {
    let values = judged.series[k].as_ref().map_or(&[][..], |s| &s.values);
    let mut known: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let finite = |x: f64| x.is_finite().then_some(x);
    let (mean, sd) = (finite(moments::mean(&known)), finite(moments::sd(&known)));
    known.sort_by(f64::total_cmp);
    let (min, max) = (known.first().copied(), known.last().copied());
    let n = known.len();
    known.dedup();
    KpiSummary {
        missing_share: if values.is_empty() { 1.0 } else { 1.0 - n as f64 / values.len() as f64 },
        n_distinct: known.len(),
        mean,
        sd,
        min,
        max,
        log1p: judged.columns[k].as_ref().is_some_and(|c| c.recipe.transform == fuellamp_score::Transform::Log1p),
    }
}

fn numbers(parts: &Parts<'_>, k: usize, in_score: bool) -> Numbers {
    let (ready, judged) = (parts.ready, parts.judged);
    let dossier = Dossier(&judged.evidence[k]);
    let full = dossier.get(TestId::Full);
    let interval = full.and_then(crate::traps::Measured::interval);
    let rare = (ready.sample.n_events() as f64) < RARE * ready.sample.n_rows() as f64;
    let finite = |x: f64| x.is_finite().then_some(x);
    Numbers {
        odds_ratio: full.and_then(|m| finite(m.estimate.exp())),
        ci_low: interval.and_then(|(low, _)| finite(low.exp())),
        ci_high: interval.and_then(|(_, high)| finite(high.exp())),
        p: full.and_then(|m| m.p),
        q: judged.q[k],
        e_value: full.and_then(|m| finite(e_value(m.estimate.exp(), rare))),
        e_value_limit: interval.and_then(|(low, high)| finite(e_value_limit(low.exp(), high.exp(), rare))),
        lead_periods: lead_time(dossier).map(|lead| lead.until),
        auc_alone: dossier.get(TestId::AucAlone).map(|m| m.estimate),
        n_rows: ready.sample.n_rows(),
        n_events: ready.sample.n_events(),
        in_score,
        expires: ready.panel.periods().expires().map(|day| day.to_string()),
    }
}

fn whole_points(scored: &Scored) -> Option<WholePointsRecord> {
    let whole = &scored.whole;
    (whole.auc_lost.is_finite() && !whole.points.is_empty()).then(|| WholePointsRecord {
        start: whole.start,
        points: whole.points.clone(),
        auc_lost: whole.auc_lost,
        median_move: whole.moved.0,
        largest_move: whole.moved.1,
    })
}

fn histogram(weights: &fuellamp_score::Weights, eta: &[f64], y: &[f64]) -> Vec<HistogramRecord> {
    let mut bars: Vec<HistogramRecord> = (0..100 / BAR)
        .map(|i| HistogramRecord { from: (i * BAR) as f64, to: ((i + 1) * BAR) as f64, stayed: 0, left: 0 })
        .collect();
    let last = bars.len() - 1;
    for (eta, y) in eta.iter().zip(y) {
        let place = (weights.score_of(*eta) / BAR as f64).floor().max(0.0) as usize;
        let bar = &mut bars[place.min(last)];
        if *y > 0.5 {
            bar.left += 1;
        } else {
            bar.stayed += 1;
        }
    }
    bars
}
