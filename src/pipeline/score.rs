//! From verdicts to weights, validation and current scores.

use std::collections::BTreeMap;

use fuellamp_score::{
    Digests, KpiRecord, Label, ReasonGroup, SCHEMA_VERSION, Status, StudyRef, Training, Value, Weights,
};
use serde_json::Value as Json;

use crate::artifact::{AccountInputs, AccountScore, GutRecord, LampRecord};
use crate::health::{
    LevelTrend, ModelCovariance, ScoreInput, TrainingRows, WholePoints, bands, fit_score_model, mapping,
    parity_vectors, whole_points,
};
use crate::notice::Notice;
use crate::study::Study;
use crate::units::Seed;
use crate::verdict::Verdict;
use crate::words::Words;

use super::backtest::{Backtest, backtest};
use super::candidates::{Candidates, Tier};
use super::gut;
use super::held_out::{fields, of_inputs};
use super::judge::Judged;
use super::lamp::{LampCall, lamp};
use super::phases::Phases;
use super::score_notices::{basis_notice, budget_notice, conditional, flat_notice, other_score_notice};
use super::{PipelineError, Prepared};

/// The exported score and how good it is.
#[derive(Debug)]
pub(super) struct Scored {
    pub(super) weights: Weights,
    pub(super) in_score: Vec<bool>,
    pub(super) eta: Vec<f64>,
    /// Factor by which the fitted slopes were shrunk.
    pub(super) shrinkage: f64,
    /// Level of the last periods.
    pub(super) trend: Option<LevelTrend>,
    pub(super) backtest: Backtest,
    /// Fields that the score may choose from.
    pub(super) fields: usize,
    /// Whole points of its fields.
    pub(super) whole: WholePoints,
    pub(super) accounts: Vec<AccountScore>,
    pub(super) lamp: LampRecord,
    pub(super) revenue_by_band: Vec<(String, f64)>,
    pub(super) gut: Vec<GutRecord>,
    pub(super) model_covariance: Option<ModelCovariance>,
    pub(super) notices: Vec<Notice>,
}

/// What the weights say of themselves beside the numbers.
pub(super) struct Provenance<'a> {
    pub(super) generator: &'a str,
    pub(super) study_digest: &'a str,
}

/// Refits the admitted KPIs, writes weights, validates them out of fold and scores the active accounts.
pub(super) fn score(
    study: &Study,
    ready: &Prepared,
    judged: &Judged,
    provenance: &Provenance<'_>,
    step: &dyn Fn(&str),
) -> Result<Scored, PipelineError> {
    let mut notices = Vec::new();
    let (basis, in_score) = (judged.admitted.basis, judged.admitted.kpis.clone());
    notices.extend(basis_notice(basis));
    notices.extend(budget_notice(study, &judged.admitted.over_budget));
    let mut candidates = Candidates::read(study, &ready.panel)?;
    candidates.split_for(study, &ready.panel, [&judged.admitted])?;
    step("score");
    let rows = TrainingRows {
        as_of: &ready.as_of,
        y: &ready.sample.y,
        cluster: &ready.sample.cluster,
        n_clusters: ready.sample.n_clusters,
    };
    let chosen = candidates.inputs(Tier::Score, &judged.admitted, &judged.unfit);
    let mut model = fit_score_model(&chosen, &rows)?;
    let start = model.coefficients();
    let everything = candidates.inputs(Tier::Everything, &judged.admitted, &judged.unfit);
    let fields = fields(&everything);
    let shrinkage = model.shrink(&ready.sample.y, fields);
    let period: Vec<i32> = ready.as_of.iter().map(|&row| ready.panel.period()[row]).collect();
    let own = model.eta.clone();
    let trend = model.follow_trend(&ready.sample.y, &period);
    candidates.start_from(start);
    let backtest = backtest(ready, judged, &mut candidates, &own, step)?;
    notices.extend(backtest.notices.iter().cloned());
    notices.extend(other_score_notice(&backtest, &in_score));
    let chosen = candidates.inputs(Tier::Score, &judged.admitted, &judged.unfit);
    let base = ready.sample.n_events() as f64 / ready.sample.n_rows() as f64;
    let reasons = model
        .recipes
        .iter()
        .zip(&model.baselines)
        .map(|(recipe, &baseline)| reason_group(study, judged, recipe.column(), baseline))
        .collect();
    notices.extend(flat_notice(&model.eta));
    let periods = ready.panel.periods();
    let mut weights = Weights {
        schema_version: SCHEMA_VERSION.to_owned(),
        generator: provenance.generator.to_owned(),
        study: StudyRef {
            name: study.name.clone(),
            purpose: study.purpose.clone(),
            outcome: study.kgi.outcome.clone(),
            account: column_used_as(ready, "account"),
            period: column_used_as(ready, "period"),
        },
        status: Status::Draft,
        basis,
        approval: None,
        // An ISO date has four digits of the year.
        valid_until: periods.expires().map(|day| day.to_string()).filter(|day| day.len() == 10),
        training: Training {
            rows: ready.sample.n_rows() as u64,
            events: ready.sample.n_events() as u64,
            accounts: ready.sample.n_clusters as u64,
            from: periods.label(0).to_owned(),
            to: periods.label(periods.last()).to_owned(),
            gap: if ready.panel.is_snapshot() { 0 } else { study.kgi.gap.0 },
            horizon: if ready.panel.is_snapshot() { 1 } else { study.kgi.horizon.0 },
        },
        intercept: model.intercept.clone(),
        recipes: model.recipes.clone(),
        terms: model.terms.clone(),
        covariance: model.spread.as_ref().map(|spread| spread.clustered.clone()),
        score: mapping(&model.eta),
        bands: bands(study, &[], &[], base).bands,
        phases: None,
        reasons,
        kpis: kpi_records(study, judged, &in_score),
        digests: Digests { data: ready.panel.digest().to_owned(), study: provenance.study_digest.to_owned() },
        notices: Vec::new(),
        parity: Vec::new(),
    };
    let held_out = backtest.headline().map(|estimate| &*estimate.held.by_row);
    let phases = Phases::read(study, ready, held_out)?;
    let inputs = chosen.iter().map(|input| (input.column.as_str(), *input)).collect();
    let rows = ScoreRows { inputs, phases: phases.as_ref() };
    let active = active_rows(ready);
    // What the team can act on in a period goes to those whose contract can be left in the window.
    let open = active.iter().filter(|&&row| ready.waits[row] == 0);
    let current: Vec<f64> = open
        .filter_map(|&row| {
            let p = rows.score(&weights, row).ok()?.probability;
            Some(rows.phases.map_or(p, |phases| phases.on_the_whole(p, row)))
        })
        .collect();
    let values = super::lamp::values(study, &ready.panel, &active)?;
    let plan = bands(study, &current, &values, base);
    weights.bands = plan.bands.clone();
    weights.phases = rows.phases.and_then(|phases| phases.bands(&plan));
    if ready.risk_set.locked_in > 0 {
        notices.push(conditional());
    }
    weights.notices = notices.iter().map(|n| label(&n.what)).collect();
    weights
        .notices
        .push(Label { en: format!("bands: {}", plan.source.en), ja: format!("色の境目：{}", plan.source.ja) });
    let columns = model.fields(&chosen, &ready.as_of).unwrap_or_default();
    let whole = whole_points(&model, &columns, &weights.score, &ready.sample.y);
    weights.parity = parity_vectors(&weights, Seed(study.seed.0));
    weights.check()?;

    let everything = candidates.inputs(Tier::Everything, &judged.admitted, &judged.unfit);
    let rated =
        gut::Rated { study, ready, judged, everything: &everything, kpi_inputs: candidates.kpis(), active: &active };
    let gut = gut::gut_feeling(&rated, &|inputs| of_inputs(ready, &judged.across_accounts, inputs))?;
    let mut accounts = accounts(study, ready, &weights, &rows, &active)?;
    let call =
        LampCall { study, ready, judged, in_score: &in_score, weights: &weights, rows: &rows, plan: &plan, held_out };
    let lamp = lamp(&call, &mut accounts)?;
    notices.extend(super::lamp::notice(&lamp));
    let revenue_by_band = AccountScore::revenue_by_band(&accounts, &weights);
    Ok(Scored {
        weights,
        in_score,
        eta: model.eta,
        shrinkage,
        trend,
        backtest,
        fields,
        whole,
        accounts,
        lamp,
        revenue_by_band,
        gut,
        model_covariance: model.spread.map(|spread| spread.model),
        notices,
    })
}

fn column_used_as(ready: &Prepared, role: &str) -> Option<String> {
    ready.used_as.iter().find(|(_, used)| *used == role).map(|(column, _)| column.clone())
}

fn label(words: &Words) -> Label {
    Label { en: words.en.clone(), ja: words.ja.clone() }
}

fn reason_group(study: &Study, judged: &Judged, column: &str, baseline: f64) -> ReasonGroup {
    let kpi = study.kpis.iter().position(|k| k.column() == column);
    let words = kpi.map_or_else(|| Words::same(column), |k| study.kpis[k].label.clone());
    // An action is suggested only where acting on the KPI is supported.
    let action = kpi
        .filter(|&k| judged.verdicts[k].verdict == Verdict::Validated)
        .and_then(|k| study.kpis[k].action.as_ref())
        .map(|action| Label { en: action.name.clone(), ja: action.name.clone() });
    ReasonGroup { column: column.to_owned(), label: label(&words), baseline, action }
}

fn kpi_records(study: &Study, judged: &Judged, in_score: &[bool]) -> Vec<KpiRecord> {
    study
        .kpis
        .iter()
        .enumerate()
        .map(|(k, kpi)| KpiRecord {
            kpi: kpi.name.clone(),
            column: kpi.column().to_owned(),
            verdict: judged.verdicts[k].verdict.name().to_owned(),
            in_score: in_score[k],
            sign_off: None,
        })
        .collect()
}

/// Rows of the accounts that are customers now: in the last period without event; in a snapshot those that stayed.
pub(super) fn active_rows(ready: &Prepared) -> Vec<usize> {
    let last = ready.panel.periods().last();
    (0..ready.panel.n_rows()).filter(|&row| ready.panel.period()[row] == last && !ready.panel.event()[row]).collect()
}

/// What the weights are asked about each row of the panel.
pub(super) struct ScoreRows<'a> {
    inputs: BTreeMap<&'a str, &'a ScoreInput>,
    pub(super) phases: Option<&'a Phases>,
}

impl ScoreRows<'_> {
    pub(super) fn score(
        &self,
        weights: &Weights,
        row: usize,
    ) -> Result<fuellamp_score::Scored, fuellamp_score::ScoreError> {
        weights.score(|column| self.value(column, row))
    }

    /// Lifecycle phase of a row.
    pub(super) fn phase(&self, row: usize) -> Option<u32> {
        self.phases.and_then(|phases| phases.of(row))
    }

    fn value(&self, column: &str, row: usize) -> Value<'_> {
        if let Some(input) = self.inputs.get(column) {
            return input.values.value(row);
        }
        let mut within = self.inputs.values().filter_map(|input| input.within.as_ref());
        match (within.find(|(name, _)| name == column), self.phases.filter(|phases| phases.column() == column)) {
            (Some((_, values)), _) => values.value(row),
            (None, Some(phases)) => phases.value(row),
            (None, None) => Value::Missing,
        }
    }

    /// Values of the input columns of one row, as JSON.
    fn values(&self, weights: &Weights, row: usize) -> BTreeMap<String, Json> {
        let value = |column: &str| match self.value(column, row) {
            Value::Missing => Json::Null,
            Value::Number(x) => serde_json::Number::from_f64(x).map_or(Json::Null, Json::Number),
            Value::Text(text) => Json::from(text),
        };
        weights.columns().into_iter().map(|column| (column.to_owned(), value(column))).collect()
    }
}

fn accounts(
    study: &Study,
    ready: &Prepared,
    weights: &Weights,
    rows: &ScoreRows<'_>,
    active: &[usize],
) -> Result<Vec<AccountScore>, PipelineError> {
    let revenue = study.roles.weight.as_ref().map(|column| ready.panel.numbers(column)).transpose()?;
    let contracts = study.roles.renewal_in.is_some() && !ready.panel.is_snapshot();
    let mut scored: Vec<AccountScore> = active
        .iter()
        .filter_map(|&row| {
            let period = ready.panel.periods().label(ready.panel.period()[row]);
            let known = AccountInputs {
                account: ready.panel.accounts()[ready.panel.account()[row] as usize].clone(),
                as_of: (!period.is_empty()).then(|| period.to_owned()),
                inputs: rows.values(weights, row),
                locked_for: contracts.then(|| ready.waits[row]),
                weight: revenue.as_ref().map(|values| values[row]).filter(|value| value.is_finite()),
            };
            AccountScore::of(weights, known)
        })
        .collect();
    AccountScore::sort(&mut scored);
    Ok(scored)
}
