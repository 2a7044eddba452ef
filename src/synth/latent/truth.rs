//! What is true about a company, in the form of every truth file.

use serde::{Serialize, Serializer};

use super::account::Account;
use super::effect::{Effect, Sample, effect, needed};
use super::life::{Life, Stage};
use super::record::{is_shown, last_month};
use super::tune::SAMPLE;
use crate::words::Words;

/// Change of the log-odds of the decision to leave when a KPI is one standard deviation higher in every period.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct DoEffect {
    /// Over all months in which somebody could decide to leave.
    pub total: f64,
    /// On the flat plan.
    pub flat: Option<f64>,
    /// On the metered plan.
    pub metered: Option<f64>,
    /// On the seat plan.
    pub seat: Option<f64>,
    /// Before the KPI lost its effect, or the product changed.
    pub early: Option<f64>,
    /// Since then.
    pub late: Option<f64>,
}

/// What is true about one KPI.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KpiTruth {
    /// Name in the study; the key in the JSON form.
    #[serde(skip)]
    pub name: String,
    /// How it came about, `T1` to `T16`.
    pub mechanism: String,
    /// What reports call it.
    pub label: Words,
    /// Whether acting on it would be a mistake.
    pub trap: bool,
    /// Verdicts that are right.
    pub ok: Vec<String>,
    /// What intervening does.
    pub do_effect: DoEffect,
    /// Why it looks the way it looks.
    pub explanation: Words,
    /// The KPI that it copies, follows or is hidden by.
    pub parent: Option<String>,
    /// Whether a programme pushed it.
    pub pushed: bool,
}

/// What is true about a company.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Truth {
    /// Seed it was drawn with.
    pub seed: u64,
    /// Circumstances of the company.
    pub world: serde_json::Value,
    /// Decisions to leave that the panel shows.
    pub events: usize,
    /// Rows of the panel.
    pub rows: usize,
    /// One entry per KPI, in study order.
    #[serde(serialize_with = "by_name")]
    pub kpis: Vec<KpiTruth>,
}

fn by_name<S: Serializer>(kpis: &[KpiTruth], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(kpis.iter().map(|kpi| (&kpi.name, kpi)))
}

pub(super) fn truth(stage: Stage<'_>, accounts: &[Account], lives: &[Life]) -> Truth {
    let needed = needed(stage.cast);
    let sample = Sample::live(stage, accounts, SAMPLE.0, &needed);
    let kpis = stage.cast.iter().enumerate().map(|(at, kpi)| {
        let Effect { total, plans: [flat, metered, seat], early, late } = effect(stage, &sample, &needed, at);
        KpiTruth {
            name: kpi.name.clone(),
            mechanism: kpi.mechanism.id(),
            label: kpi.label.clone(),
            trap: kpi.mechanism.is_trap(),
            ok: kpi.mechanism.accepted().iter().map(|&verdict| verdict.to_owned()).collect(),
            do_effect: DoEffect { total, flat, metered, seat, early, late },
            explanation: kpi.mechanism.explanation(),
            parent: kpi.parent.map(|parent| stage.cast[parent].name.clone()),
            pushed: kpi.programme.is_some(),
        }
    });
    let kpis = kpis.collect();
    let months = |(account, life): (&Account, &Life)| (last_month(stage, life) - account.start.max(0) + 1).max(0);
    Truth {
        seed: stage.world.asked_seed,
        world: circumstances(stage),
        events: lives.iter().filter(|life| is_shown(stage, life)).count(),
        rows: accounts.iter().zip(lives).map(|pair| months(pair) as usize).sum(),
        kpis,
    }
}

fn circumstances(stage: Stage<'_>) -> serde_json::Value {
    let world = stage.world;
    let levers: serde_json::Map<String, serde_json::Value> = stage
        .cast
        .iter()
        .filter_map(|kpi| {
            let lever = kpi.lever?;
            let facts = serde_json::json!({
                "memory": lever.memory, "via_health": lever.via_health, "follows_health": kpi.loads.health,
                "until": kpi.until,
            });
            Some((kpi.name.clone(), facts))
        })
        .collect();
    serde_json::json!({
        "generator": "latent",
        "family": world.family.name(),
        "n": world.n_accounts,
        "months": world.months,
        "churn": world.rate,
        "target": world.target,
        "effect": world.family.effects(),
        "intercept": stage.tuning.intercept,
        "segments": world.segments,
        "plans": world.plans,
        "hidden": world.hidden,
        "terms": world.terms,
        "signs": world.signs,
        "records": world.records,
        "veterans": world.veterans,
        "product_change": world.change,
        "levers_follow": world.levers_follow,
        "programme": world.programme,
        "levers": levers,
    })
}
