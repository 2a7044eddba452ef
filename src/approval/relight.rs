//! The lamps after the weights changed, from the limits and the states that the artifact keeps.

use std::collections::BTreeMap;

use fuellamp_score::{Value, Weights};

use crate::artifact::{AccountScore, LampActionRecord, LampCounts, LampRecord, LampRefusal, LampState};
use crate::health::LampLimits;
use crate::study::LampCosts;
use crate::words;

/// State of each lamp before: whether it was on, and since when.
pub(super) type Before = BTreeMap<String, (bool, Option<String>)>;

/// What [`relight`] continues.
pub(super) fn before(accounts: &[AccountScore]) -> Before {
    accounts.iter().map(|a| (a.account.clone(), (a.lamp == "on", a.since.clone()))).collect()
}

/// Lights the lamps of accounts that were scored anew.
///
/// The periods before the last are not kept, so a lamp goes on from the state it had: at or above the limit it is lit, below
/// the limit less the margin it is out, between the two as it was. Where that changes, the date is that of the last period.
/// An artifact of a version that did not keep the floor leaves the lamps blank.
pub(super) fn relight(lamp: &mut LampRecord, accounts: &mut [AccountScore], weights: &Weights, before: &Before) {
    let Some(limits) = limits(lamp) else { return };
    let columns = weights.columns();
    lamp.actions.retain(|column, _| columns.iter().any(|left| left == column));
    if lamp.action.is_none() && lamp.actions.is_empty() && lamp.refused.is_none() {
        lamp.refused = Some(LampRefusal {
            what: words!(
                en: "no KPI whose action has an owner is left in the score, so the lamp is not lit for anybody",
                ja: "担当者付きの対応があるKPIがスコアに残っていないため、ランプは点灯しません",
            ),
            help: words!(
                en: "add to the study: [lamp] action = {{ name = \"...\", owner = \"...\" }}, and run it again",
                ja: "調査ファイルに [lamp] action = {{ name = \"...\", owner = \"...\" }} を追加し、調査をやり直してください",
            ),
        });
    }
    let mut counts = LampCounts::default();
    for account in accounts {
        let (was_on, was_since) = before.get(&account.account).cloned().unwrap_or_default();
        let limit = limits.limit(phase(lamp, account), account.weight);
        let lit = !account.is_locked() && limits.next(was_on, account.probability, limit);
        let since = if lit == was_on { was_since } else { account.as_of.clone() };
        let action = action(lamp, account).cloned();
        let state = LampState {
            lit,
            since,
            action: action.as_ref(),
            refused: lamp.refused.is_some(),
            worth_acting: limits.worth_acting(account.probability, account.weight),
        };
        counts.set(account, state, weights);
    }
    lamp.count(counts);
}

fn limits(lamp: &LampRecord) -> Option<LampLimits> {
    let differing = lamp.phases.as_ref().filter(|phases| phases.differs);
    Some(LampLimits {
        floor: lamp.floor?,
        by_phase: differing.map_or_else(Vec::new, |phases| phases.phases.iter().map(|phase| phase.red).collect()),
        costs: lamp.costs.map(|costs| LampCosts {
            cost_of_action: costs.cost_of_action,
            saves: costs.saves,
            value: costs.value,
            value_periods: costs.value_periods,
        }),
        typical: lamp.costs.and_then(|costs| costs.break_even),
        clear_margin: lamp.clear_margin,
    })
}

/// Position of the account's phase among those with limits.
fn phase(lamp: &LampRecord, account: &AccountScore) -> Option<u32> {
    let phases = lamp.phases.as_ref().filter(|phases| phases.differs)?;
    let own = Value::from_json(account.inputs.get(&phases.column)?).text()?;
    u32::try_from(phases.phases.iter().position(|phase| phase.phase == own)?).ok()
}

/// The shared action, else that of the first reason that has one.
fn action<'a>(lamp: &'a LampRecord, account: &AccountScore) -> Option<&'a LampActionRecord> {
    if lamp.refused.is_some() {
        return None;
    }
    let own = || account.reasons.iter().find_map(|reason| lamp.actions.get(&reason.column));
    lamp.action.as_ref().or_else(own)
}

#[cfg(test)]
mod tests {
    use fuellamp_score::example;
    use serde_json::{Value as Json, json};

    use super::*;

    fn account(name: &str, probability: f64, more: Json) -> AccountScore {
        let mut known = json!({
            "account": name, "as_of": "2026-09", "score": 50.0, "probability": probability, "band": "red",
            "reasons": [{"column": "use", "label": {"en": "", "ja": ""}, "points": -3.0}],
            "action": {"en": "", "ja": ""}, "used_policies": [],
        });
        known.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(known).unwrap()
    }

    fn lamp(more: Json) -> LampRecord {
        let words = json!({"en": "", "ja": ""});
        let mut lamp = json!({
            "red": 0.1, "floor": 0.1, "clear_below": 0.08, "clear_margin": 0.2, "clear": words, "limit_source": words,
            "n_lit": 0, "n_without_action": 0, "n_leave_alone": 0, "action": {"name": "call", "owner": "CSM"},
        });
        lamp.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(lamp).unwrap()
    }

    fn lit(lamp: &mut LampRecord, accounts: &mut [AccountScore], was: &[&str]) -> Vec<String> {
        let before = accounts
            .iter()
            .map(|a| (a.account.clone(), (was.contains(&&*a.account), Some("2026-01".to_owned()))))
            .collect();
        relight(lamp, accounts, &Weights::from_json(example::WEIGHTS_JSON).unwrap(), &before);
        let on = |a: &&AccountScore| a.lamp == "on";
        accounts.iter().filter(on).map(|a| format!("{} {}", a.account, a.since.clone().unwrap_or_default())).collect()
    }

    #[test]
    fn a_lamp_goes_on_from_its_state_and_has_a_new_date_where_that_changed() {
        let mut accounts = [
            account("stays lit", 0.12, json!({})),
            account("newly lit", 0.1, json!({})),
            account("held by the margin", 0.081, json!({})),
            account("never lit", 0.081, json!({})),
            account("out", 0.079, json!({})),
            account("locked", 0.5, json!({"locked_for": 2})),
        ];
        let mut lamp = lamp(json!({}));
        let on = lit(&mut lamp, &mut accounts, &["stays lit", "held by the margin", "out", "locked"]);
        assert_eq!(on, ["stays lit 2026-01", "newly lit 2026-09", "held by the margin 2026-01"]);
        let out: Vec<_> = accounts[3..].iter().map(|a| (a.lamp.as_str(), a.since.as_deref().unwrap())).collect();
        assert_eq!(out, [("off", "2026-01"), ("off", "2026-09"), ("off", "2026-09")]);
        assert_eq!((lamp.n_lit, lamp.n_without_action), (3, 0));
        assert!(accounts[0].lamp_action.as_ref().is_some_and(|action| action.owner == "CSM"));
    }

    #[test]
    fn limits_are_those_of_the_phase_and_of_what_the_account_is_worth() {
        let phases = json!({"column": "phase", "differs": true, "why": {"en": "", "ja": ""}, "phases": [
            {"phase": "new", "n_events": 50, "red": 0.3}, {"phase": "old", "n_events": 50, "red": 0.05},
        ]});
        let costs = json!({"cost_of_action": 10.0, "saves": 0.5, "value_periods": 12.0, "break_even": 0.02});
        let mut lamp = lamp(json!({"phases": phases, "costs": costs}));
        let of = |phase: &str, weight: f64| json!({"inputs": {"phase": phase}, "weight": weight});
        // Acting pays from 10 / (0.5 * 12 * weight): 0.0167 at 100, 0.167 at 10.
        let mut accounts = [
            account("new", 0.2, of("new", 100.0)),
            account("old", 0.06, of("old", 100.0)),
            account("unknown", 0.2, of("other", 100.0)),
            account("small", 0.06, of("old", 10.0)),
        ];
        assert_eq!(lit(&mut lamp, &mut accounts, &[]), ["old 2026-09", "unknown 2026-09"]);
        assert_eq!(accounts.map(|a| a.worth_acting), [Some(true), Some(true), Some(true), Some(false)]);
    }

    #[test]
    fn without_an_action_left_nobody_is_lit_and_an_older_artifact_stays_blank() {
        let gone = json!({"action": null, "actions": {"gone": {"name": "call", "owner": "CSM"}}});
        let mut lamp_of_kpis = lamp(gone);
        assert!(lit(&mut lamp_of_kpis, &mut [account("a", 0.9, json!({}))], &["a"]).is_empty());
        assert!(lamp_of_kpis.refused.unwrap().what.en.contains("left in the score") && lamp_of_kpis.n_lit == 0);
        let mut older = lamp(json!({"floor": null}));
        let mut accounts = [account("a", 0.9, json!({}))];
        assert!(lit(&mut older, &mut accounts, &["a"]).is_empty());
        assert_eq!((accounts[0].lamp.as_str(), older.refused), ("", None));
    }
}
