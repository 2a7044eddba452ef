//! From verdicts to weights, validation and current scores.

use std::collections::BTreeMap;

use fuellamp_score::{
    Basis, Digests, KpiRecord, Label, ReasonGroup, SCHEMA_VERSION, Status, StudyRef, Training, Value, Weights,
};
use serde_json::Value as Json;

use crate::artifact::{AccountInputs, AccountScore};
use crate::health::{
    ModelCovariance, ScoreInput, TrainingRows, bands, fit_score_model, mapping, parity_vectors, score_inputs,
    split_input,
};
use crate::notice::{Notice, Severity};
use crate::study::Study;
use crate::traps::{Dossier, TestId};
use crate::units::Seed;
use crate::validation::{Performance, folds, out_of_fold, performance};
use crate::verdict::{Direction, Verdict};
use crate::words;
use crate::words::Words;

use super::judge::Judged;
use super::{PipelineError, Prepared};

/// The exported score and how good it is.
#[derive(Debug)]
pub(super) struct Scored {
    pub(super) weights: Weights,
    pub(super) in_score: Vec<bool>,
    pub(super) eta: Vec<f64>,
    pub(super) folds: usize,
    pub(super) measured: Option<Performance>,
    pub(super) comparisons: Vec<(Words, Performance)>,
    pub(super) accounts: Vec<AccountScore>,
    pub(super) revenue_by_band: Vec<(String, f64)>,
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
    let (basis, in_score) = admit(study, judged);
    notices.extend(basis_notice(basis));
    let attributes = usable(score_inputs(&ready.panel, &study.roles)?, judged, study);
    let mut kpi_inputs = Vec::new();
    for (k, kpi) in study.kpis.iter().enumerate() {
        let within = judged.verdicts[k].differs_by.as_deref();
        kpi_inputs.push(split_input(&ready.panel, kpi, within)?);
    }
    let chosen: Vec<&ScoreInput> = attributes
        .iter()
        .filter(|input| !study.kpis.iter().zip(&in_score).any(|(k, on)| *on && k.column() == input.column))
        .chain(kpi_inputs.iter().zip(&in_score).filter(|(_, on)| **on).map(|(input, _)| input))
        .collect();
    step("score");
    let rows = TrainingRows {
        as_of: &ready.as_of,
        y: &ready.sample.y,
        cluster: &ready.sample.cluster,
        n_clusters: ready.sample.n_clusters,
    };
    let model = fit_score_model(&chosen, &rows)?;
    let base = ready.sample.n_events() as f64 / ready.sample.n_rows() as f64;
    let reasons = model
        .recipes
        .iter()
        .zip(&model.baselines)
        .map(|(recipe, &baseline)| reason_group(study, judged, recipe.column(), baseline))
        .collect();
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
        valid_until: periods.expires().map(|day| day.to_string()),
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
        bands: bands(study, &[], base).bands,
        reasons,
        kpis: kpi_records(study, judged, &in_score),
        digests: Digests { data: ready.panel.digest().to_owned(), study: provenance.study_digest.to_owned() },
        notices: Vec::new(),
        parity: Vec::new(),
    };
    let inputs: BTreeMap<&str, &ScoreInput> = chosen.iter().map(|input| (input.column.as_str(), *input)).collect();
    let active = active_rows(ready);
    let current: Vec<f64> =
        active.iter().filter_map(|&row| score_row(&weights, &inputs, row).ok().map(|s| s.probability)).collect();
    let plan = bands(study, &current, base);
    weights.bands = plan.bands;
    weights.notices = notices.iter().map(|n| label(&n.what)).collect();
    weights.notices.push(Label { en: format!("bands: {}", plan.source.en), ja: format!("区分: {}", plan.source.ja) });
    weights.parity = parity_vectors(&weights, Seed(study.seed.0));
    weights.check()?;

    step("validation");
    let has_event = events_by_account(ready);
    let fold = folds(&has_event, study.seed);
    let found = out_of_fold(&chosen, &ready.sample, &ready.as_of, &fold);
    if found.is_none() {
        notices.push(Notice::new(
            Severity::Warning,
            "not_validated",
            words!(
                en: "too few accounts with an event to hold any back: the score was not tested on accounts it has not seen",
                ja: "離反した顧客が少なすぎるため、学習に使っていない顧客での検証はできませんでした",
            ),
        ));
    }
    let measured = found.as_ref().map(|oof| performance(&oof.eta, &ready.sample.y));
    let compare = |inputs: Vec<&ScoreInput>| {
        out_of_fold(&inputs, &ready.sample, &ready.as_of, &fold).map(|oof| performance(&oof.eta, &ready.sample.y))
    };
    let everything: Vec<&ScoreInput> = attributes
        .iter()
        .chain(kpi_inputs.iter().enumerate().filter(|(k, _)| admissible(judged, *k)).map(|(_, input)| input))
        .collect();
    let mut comparisons = Vec::new();
    if let Some(own) = &measured {
        comparisons.push((words!(en: "this score", ja: "このスコア"), own.clone()));
        let others = [
            (words!(en: "customer attributes only", ja: "顧客属性のみ"), attributes.iter().collect()),
            (
                words!(en: "attributes and every KPI that is no leak", ja: "属性と、結果の言い換えでないすべてのKPI"),
                everything,
            ),
        ];
        comparisons.extend(others.into_iter().filter_map(|(name, inputs)| Some((name, compare(inputs)?))));
    }
    let accounts = accounts(study, ready, &weights, &inputs, &active)?;
    let revenue_by_band = AccountScore::revenue_by_band(&accounts, &weights);
    Ok(Scored {
        weights,
        in_score,
        eta: model.eta,
        folds: found.as_ref().map_or(0, |oof| oof.folds),
        measured,
        comparisons,
        accounts,
        revenue_by_band,
        model_covariance: model.spread.map(|spread| spread.model),
        notices,
    })
}

/// KPIs that may enter: validated and segment-dependent ones, else promising ones; strongest first, within the budget.
fn admit(study: &Study, judged: &Judged) -> (Basis, Vec<bool>) {
    let having = |wanted: &[Verdict]| -> Vec<usize> {
        (0..study.kpis.len())
            .filter(|&k| wanted.contains(&judged.verdicts[k].verdict) && as_observed(judged, k))
            .collect()
    };
    let validated = having(&[Verdict::Validated]);
    let (basis, mut picked) = if validated.is_empty() {
        let promising = having(&[Verdict::Promising]);
        (if promising.is_empty() { Basis::Controls } else { Basis::Promising }, promising)
    } else {
        (Basis::Validated, having(&[Verdict::Validated, Verdict::SegmentDependent]))
    };
    let strength = |k: usize| Dossier(&judged.evidence[k]).get(TestId::Full).map_or(0.0, |m| m.z().abs());
    picked.sort_by(|&a, &b| strength(b).total_cmp(&strength(a)).then(a.cmp(&b)));
    picked.truncate(study.budget.max_kpis.unwrap_or(usize::MAX));
    (basis, (0..study.kpis.len()).map(|k| picked.contains(&k)).collect())
}

/// A programme may have shown the opposite of what is observed; the weight would be the observed one, and wrong.
fn as_observed(judged: &Judged, k: usize) -> bool {
    let observed = Dossier(&judged.evidence[k]).get(TestId::Full).map_or(0.0, |m| m.estimate);
    match judged.verdicts[k].direction {
        Direction::Protective => observed <= 0.0,
        Direction::Harmful => observed >= 0.0,
        Direction::Mixed | Direction::None => true,
    }
}

fn column_used_as(ready: &Prepared, role: &str) -> Option<String> {
    ready.used_as.iter().find(|(_, used)| *used == role).map(|(column, _)| column.clone())
}

fn basis_notice(basis: Basis) -> Option<Notice> {
    let what = match basis {
        Basis::Validated => return None,
        Basis::Promising => words!(
            en: "no KPI is validated: the weights rest on promising ones, which predict and may not be levers",
            ja: "検証済みのKPIがないため、重みは「有望」なKPIに基づきます。予測には役立ちますが、働きかけて効くとは限りません",
        ),
        Basis::Controls => words!(
            en: "no KPI is validated or promising: the weights hold customer attributes only",
            ja: "検証済み・有望なKPIがないため、重みは顧客属性だけです",
        ),
    };
    Some(Notice::new(Severity::Warning, "basis", what))
}

/// Attributes without those that the audit found to stand for the outcome.
fn usable(inputs: Vec<ScoreInput>, judged: &Judged, study: &Study) -> Vec<ScoreInput> {
    inputs
        .into_iter()
        .filter(|input| !judged.unfit.contains(&input.column) || study.kpis.iter().any(|k| k.column() == input.column))
        .collect()
}

fn admissible(judged: &Judged, k: usize) -> bool {
    let open = !matches!(judged.verdicts[k].verdict, Verdict::KgiDerived | Verdict::Redundant);
    open && judged.columns[k].is_some()
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
fn active_rows(ready: &Prepared) -> Vec<usize> {
    let last = ready.panel.periods().last();
    (0..ready.panel.n_rows()).filter(|&row| ready.panel.period()[row] == last && !ready.panel.event()[row]).collect()
}

fn score_row(
    weights: &Weights,
    inputs: &BTreeMap<&str, &ScoreInput>,
    row: usize,
) -> Result<fuellamp_score::Scored, fuellamp_score::ScoreError> {
    weights.score(|column| input_value(inputs, column, row))
}

fn input_value<'a>(inputs: &BTreeMap<&str, &'a ScoreInput>, column: &str, row: usize) -> Value<'a> {
    match inputs.get(column) {
        Some(input) => input.values.value(row),
        None => inputs
            .values()
            .find_map(|input| input.within.as_ref().filter(|(name, _)| name == column))
            .map_or(Value::Missing, |(_, values)| values.value(row)),
    }
}

fn events_by_account(ready: &Prepared) -> Vec<bool> {
    let mut has = vec![false; ready.sample.n_clusters];
    for (&account, y) in ready.sample.cluster.iter().zip(&ready.sample.y) {
        has[account as usize] |= *y > 0.5;
    }
    has
}

fn accounts(
    study: &Study,
    ready: &Prepared,
    weights: &Weights,
    inputs: &BTreeMap<&str, &ScoreInput>,
    active: &[usize],
) -> Result<Vec<AccountScore>, PipelineError> {
    let revenue = study.roles.weight.as_ref().map(|column| ready.panel.numbers(column)).transpose()?;
    let mut scored: Vec<AccountScore> = active
        .iter()
        .filter_map(|&row| {
            let period = ready.panel.periods().label(ready.panel.period()[row]);
            let known = AccountInputs {
                account: ready.panel.accounts()[ready.panel.account()[row] as usize].clone(),
                as_of: (!period.is_empty()).then(|| period.to_owned()),
                inputs: values(weights, inputs, row),
                weight: revenue.as_ref().map(|values| values[row]).filter(|value| value.is_finite()),
            };
            AccountScore::of(weights, known)
        })
        .collect();
    AccountScore::sort(&mut scored);
    Ok(scored)
}

/// Values of the input columns of one row, as JSON.
fn values(weights: &Weights, inputs: &BTreeMap<&str, &ScoreInput>, row: usize) -> BTreeMap<String, Json> {
    let columns = weights.recipes.iter().flat_map(|recipe| std::iter::once(recipe.column()).chain(recipe.within()));
    let value = |column: &str| match input_value(inputs, column, row) {
        Value::Missing => Json::Null,
        Value::Number(x) => serde_json::Number::from_f64(x).map_or(Json::Null, Json::Number),
        Value::Text(text) => Json::from(text),
    };
    columns.map(|column| (column.to_owned(), value(column))).collect()
}
