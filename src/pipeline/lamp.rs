//! The fuel lamp: who is lit now and since when, who acts, and what the lamp would have done.

use std::collections::BTreeMap;

use fuellamp_score::Weights;
use rayon::prelude::*;

use crate::artifact::{AccountScore, LampActionRecord, LampCounts, LampRecord, LampState};
use crate::health::{BandPlan, CLEAR_MARGIN, LampAction, LampActions, LampLimits, kept_value, lamp_actions};
use crate::notice::{Notice, Severity};
use crate::panel::{Panel, PeriodUnit};
use crate::study::{KpiKind, Study};
use crate::validation::{LampAccount, LampRow, LampSettings, lamp_backtest};
use crate::verdict::Verdict;

use super::judge::Judged;
use super::lamp_record::{Found, record};
use super::score::ScoreRows;
use super::{PipelineError, Prepared};

/// A logged action counts as above the usual by more than this share of itself: rounding.
const ROUNDING: f64 = 1e-9;

/// What the lamp is made of.
pub(super) struct LampCall<'a> {
    pub(super) study: &'a Study,
    pub(super) ready: &'a Prepared,
    pub(super) judged: &'a Judged,
    pub(super) in_score: &'a [bool],
    pub(super) weights: &'a Weights,
    pub(super) rows: &'a ScoreRows<'a>,
    pub(super) plan: &'a BandPlan,
    /// Log-odds by row of the panel, from models that knew neither its account nor its time; NaN = none.
    pub(super) held_out: Option<&'a [f64]>,
}

/// Columns that the lamp reads, by row of the panel.
struct Columns {
    revenue: Option<Vec<f64>>,
    renewal_in: Option<Vec<f64>>,
}

impl Columns {
    fn read(study: &Study, panel: &Panel) -> Result<Self, PipelineError> {
        let numbers = |column: &Option<String>| column.as_ref().map(|column| panel.numbers(column)).transpose();
        Ok(Self { revenue: numbers(&study.roles.weight)?, renewal_in: numbers(&study.roles.renewal_in)? })
    }

    fn revenue(&self, row: usize) -> Option<f64> {
        self.revenue.as_ref().map(|revenue| revenue[row]).filter(|x| x.is_finite())
    }

    fn renewal_in(&self, row: usize) -> Option<f64> {
        self.renewal_in.as_ref().map(|until| until[row]).filter(|x| x.is_finite())
    }
}

/// What keeping each of these accounts is worth, where the study states costs; unknown ones left out.
pub(super) fn values(study: &Study, panel: &Panel, rows: &[usize]) -> Result<Vec<f64>, PipelineError> {
    let Some(costs) = &study.lamp.costs else { return Ok(Vec::new()) };
    let columns = Columns::read(study, panel)?;
    Ok(rows.iter().filter_map(|&row| kept_value(costs, columns.revenue(row))).collect())
}

/// Why nobody's lamp is lit, if so.
pub(super) fn notice(lamp: &LampRecord) -> Option<Notice> {
    let refused = lamp.refused.as_ref()?;
    Some(Notice::new(Severity::Info, "lamp_refused", refused.what.clone()).help(refused.help.clone()))
}

/// Lights the lamps of the active accounts and replays them over what the score had not seen.
pub(super) fn lamp(call: &LampCall<'_>, accounts: &mut [AccountScore]) -> Result<LampRecord, PipelineError> {
    let (study, ready) = (call.study, call.ready);
    let columns = Columns::read(study, &ready.panel)?;
    let margin = study.lamp.clear_margin.unwrap_or(CLEAR_MARGIN);
    let shared = call.plan.floor;
    let limits = LampLimits {
        floor: shared,
        by_phase: call.rows.phases.map_or_else(Vec::new, |phases| phases.limits(shared)),
        costs: study.lamp.costs,
        typical: call.plan.typical,
        clear_margin: margin,
    };
    let lever = |k: usize| call.in_score[k] && call.judged.verdicts[k].verdict == Verdict::Validated;
    let lever: Vec<bool> = (0..study.kpis.len()).map(lever).collect();
    let actions = lamp_actions(study, &lever);
    let now = light(call, &columns, &limits, &actions, accounts);
    let backtest = call.held_out.filter(|_| !ready.panel.is_snapshot()).and_then(|held_out| {
        let (rows, lives) = history(call, &columns, held_out);
        lamp_backtest(&rows, &lives, &settings(call, &limits))
    });
    let found = Found { limits, actions, now, backtest };
    Ok(record(call, found))
}

/// Sets the lamp of each active account: the exported weights replayed over its periods.
fn light(
    call: &LampCall<'_>,
    columns: &Columns,
    limits: &LampLimits,
    actions: &LampActions,
    accounts: &mut [AccountScore],
) -> LampCounts {
    let panel = &call.ready.panel;
    let spells: BTreeMap<&str, std::ops::Range<usize>> =
        panel.spells().map(|spell| (panel.accounts()[panel.account()[spell.start] as usize].as_str(), spell)).collect();
    let states: Vec<(bool, Option<i32>)> = accounts
        .par_iter()
        .map(|account| {
            let (mut lit, mut since) = (false, None);
            for row in spells.get(account.account.as_str()).cloned().unwrap_or_default() {
                let p = call.rows.score(call.weights, row).map_or(f64::NAN, |scored| scored.probability);
                let open = call.ready.waits[row] == 0;
                let next = open && limits.next(lit, p, limits.limit(call.rows.phase(row), columns.revenue(row)));
                if next != lit || since.is_none() {
                    since = Some(panel.period()[row]);
                }
                lit = next;
            }
            (lit, since)
        })
        .collect();
    let mut now = LampCounts::default();
    let refused = matches!(actions, LampActions::Refused(_));
    for (account, (lit, since)) in accounts.iter_mut().zip(states) {
        let reasons =
            account.reasons.iter().filter_map(|r| call.study.kpis.iter().position(|k| k.column() == r.column));
        let action = actions.of(reasons).map(action_record);
        let revenue = spells.get(account.account.as_str()).and_then(|spell| columns.revenue(spell.end - 1));
        let since = since.filter(|_| !panel.is_snapshot()).map(|period| panel.periods().label(period).to_owned());
        let worth_acting = limits.worth_acting(account.probability, revenue);
        now.set(account, LampState { lit, since, action: action.as_ref(), refused, worth_acting }, call.weights);
    }
    now
}

pub(super) fn action_record(action: &LampAction) -> LampActionRecord {
    LampActionRecord { name: action.name.clone(), owner: action.owner.clone(), playbook: action.playbook.clone() }
}

fn settings(call: &LampCall<'_>, limits: &LampLimits) -> LampSettings {
    LampSettings {
        limits: limits.clone(),
        gap: call.study.kgi.gap.0,
        horizon: call.study.kgi.horizon.0,
        periods_per_year: match call.ready.panel.periods().unit() {
            PeriodUnit::Week => Some(365.25 / 7.0),
            PeriodUnit::Month => Some(12.0),
            PeriodUnit::Quarter => Some(4.0),
            PeriodUnit::Index | PeriodUnit::Date | PeriodUnit::None => None,
        },
        actions_logged: call.study.kpis.iter().any(|kpi| kpi.kind == KpiKind::Action),
    }
}

/// Every row of the panel as the lamp saw it, and what became of its account.
fn history(call: &LampCall<'_>, columns: &Columns, held_out: &[f64]) -> (Vec<LampRow>, Vec<LampAccount>) {
    let panel = &call.ready.panel;
    let acted = acted(call.study, panel);
    let rows = (0..panel.n_rows())
        .map(|row| LampRow {
            account: panel.account()[row],
            period: panel.period()[row],
            probability: if held_out[row].is_nan() { f64::NAN } else { fuellamp_score::probability(held_out[row]) },
            phase: call.rows.phase(row),
            open: call.ready.waits[row] == 0,
            renewal_in: columns.renewal_in(row),
            acted: acted[row],
            value: columns.revenue(row),
        })
        .collect();
    let mut lives = vec![LampAccount { event: None, last_seen: 0 }; panel.accounts().len()];
    for row in 0..panel.n_rows() {
        let life = &mut lives[panel.account()[row] as usize];
        life.last_seen = panel.period()[row];
        if panel.event()[row] {
            // Where only the end of the contract is known, notice fell due this much earlier: no lamp helps after it.
            let notice = i32::try_from(call.ready.lags.notice[row]).unwrap_or(i32::MAX);
            life.event = Some(panel.period()[row].saturating_sub(notice));
        }
    }
    (rows, lives)
}

/// Rows in which more was done than usual: an action KPI above the mean of the account's earlier periods.
fn acted(study: &Study, panel: &Panel) -> Vec<bool> {
    let mut acted = vec![false; panel.n_rows()];
    for kpi in study.kpis.iter().filter(|kpi| kpi.kind == KpiKind::Action) {
        let Ok(values) = panel.numbers(kpi.column()) else { continue };
        let mean = panel.history_mean(&values);
        for ((acted, value), mean) in acted.iter_mut().zip(&values).zip(&mean) {
            *acted |= *value > 0.0 && *value > mean + ROUNDING * value.abs();
        }
    }
    acted
}
