//! The record of the lamp, with what it says in words.

use std::collections::BTreeMap;

use fuellamp_score::Value;

use crate::artifact::{
    LampBacktestRecord, LampCostRecord, LampCounts, LampPhaseRecord, LampRecord, LampRefusal, LeadRecord, LoadRecord,
    MissRecord, PhaseLimitRecord, ShareRecord, WentOutRecord,
};
use crate::health::{LampActions, LampLimits};
use crate::validation::{LampBacktest, LeadTimes, Load, Miss, MissHistory, PHASE_EVENTS, PHASE_LEVEL, Share};
use crate::words;
use crate::words::Words;

use super::lamp::{LampCall, action_record};

/// Misses by name in the record.
const MISSES: usize = 50;

/// What the lamp found.
pub(super) struct Found {
    pub(super) limits: LampLimits,
    pub(super) actions: LampActions,
    pub(super) now: LampCounts,
    pub(super) backtest: Option<LampBacktest>,
}

pub(super) fn record(call: &LampCall<'_>, found: Found) -> LampRecord {
    // Where costs are stated, that of the account of typical value.
    let first = call.weights.bands.first().map_or(1.0, |band| band.at_least);
    let red = call.plan.typical.map_or(first, |typical| found.limits.floor.max(typical));
    let margin = found.limits.clear_margin;
    let clear_below = red * (1.0 - margin);
    let own_limits = found.limits.costs.is_some() || !found.limits.by_phase.is_empty();
    let snapshot = call.ready.panel.is_snapshot();
    LampRecord {
        red,
        floor: Some(found.limits.floor),
        clear_below,
        clear_margin: margin,
        clear: clear(clear_below, margin, own_limits),
        limit_source: call.plan.source.clone(),
        costs: found.limits.costs.map(|costs| LampCostRecord {
            cost_of_action: costs.cost_of_action,
            saves: costs.saves,
            value: costs.value,
            value_periods: costs.value_periods,
            break_even: call.plan.typical,
        }),
        phases: phases(call, &found),
        action: match &found.actions {
            LampActions::Shared(action) => Some(action_record(action)),
            LampActions::ByKpi(_) | LampActions::Refused(_) => None,
        },
        actions: match &found.actions {
            LampActions::ByKpi(actions) => {
                let own = call.study.kpis.iter().zip(actions);
                own.filter_map(|(kpi, action)| Some((kpi.column().to_owned(), action_record(action.as_ref()?))))
                    .collect()
            }
            LampActions::Shared(_) | LampActions::Refused(_) => BTreeMap::new(),
        },
        refused: match &found.actions {
            LampActions::Refused(refusal) => {
                Some(LampRefusal { what: refusal.what.clone(), help: refusal.help.clone() })
            }
            LampActions::Shared(_) | LampActions::ByKpi(_) => None,
        },
        n_lit: found.now.lit,
        n_without_action: found.now.without_action,
        n_leave_alone: found.now.leave_alone,
        no_backtest: found.backtest.is_none().then(|| {
            if snapshot {
                words!(
                    en: "a snapshot has no time in which a lamp could light and go out",
                    ja: "一時点のデータには時間の流れがないため、点灯と消灯を検証できません",
                )
            } else {
                words!(
                    en: "too few accounts left to predict any of them by a model that had not seen them",
                    ja: "離反した顧客が少なく、学習に使っていない顧客での予測ができないため、検証できません",
                )
            }
        }),
        backtest: found.backtest.map(|backtest| backtest_record(call, backtest)),
    }
}

/// `8`, `8.5`: per cent.
fn per_cent(share: f64) -> String {
    let text = format!("{:.1}", 100.0 * share);
    text.trim_end_matches(".0").to_owned()
}

/// When a lamp goes out, in words.
fn clear(below: f64, margin: f64, own_limits: bool) -> Words {
    let (below, of_limit) = (per_cent(below), per_cent(1.0 - margin));
    if own_limits {
        words!(
            en: "goes out when the probability falls below {of_limit}% of the account's own limit ({below}% at the shared one)",
            ja: "確率が、その顧客の点灯の基準の{of_limit}%を下回ると消灯します（共通の基準では{below}%未満）",
        )
    } else {
        words!(en: "goes out when the probability falls below {below}%", ja: "確率が{below}%を下回ると消灯します")
    }
}

fn phases(call: &LampCall<'_>, found: &Found) -> Option<LampPhaseRecord> {
    let phases = call.rows.phases?;
    let test = phases.test.as_ref()?;
    let own = |phase: usize| found.limits.by_phase.get(phase).copied().unwrap_or(found.limits.floor);
    let least = test.events.iter().copied().min().unwrap_or(0);
    let p = test.tested.map_or_else(String::new, |(_, _, p)| format!("{p:.3}"));
    let why = match test.tested {
        None if least < PHASE_EVENTS => words!(
            en: "one limit for all phases: {PHASE_EVENTS} events are needed in each, and one has {least}",
            ja: "フェーズ共通の基準です。フェーズごとに{PHASE_EVENTS}件以上の離反が必要ですが、最少のフェーズは{least}件です",
        ),
        None => words!(
            en: "one limit for all phases: whether they differ could not be tested",
            ja: "フェーズ共通の基準です。違いの検定はできませんでした",
        ),
        Some(_) if !found.limits.by_phase.is_empty() => words!(
            en: "each phase has its own limit: the same prediction means different risks (p {p}, below {PHASE_LEVEL})",
            ja: "フェーズ別の基準です。予測が同じでも実際の離反率が異なります（p={p}、{PHASE_LEVEL}未満）",
        ),
        Some(_) => words!(
            en: "one limit for all phases: the data does not show that the same prediction means different risks (p {p}, not below {PHASE_LEVEL})",
            ja: "フェーズ共通の基準です。同じ予測で離反率が異なるとは言えません（p={p}、{PHASE_LEVEL}以上）",
        ),
    };
    Some(LampPhaseRecord {
        column: phases.column().to_owned(),
        differs: !found.limits.by_phase.is_empty(),
        chi2: test.tested.map(|(chi2, _, _)| chi2),
        df: test.tested.map(|(_, df, _)| df),
        p: test.tested.map(|(_, _, p)| p),
        phases: phases
            .names()
            .iter()
            .enumerate()
            .map(|(i, phase)| PhaseLimitRecord {
                phase: phase.clone(),
                n_events: test.events.get(i).copied().unwrap_or(0),
                red: own(i),
            })
            .collect(),
        why,
    })
}

fn share(of: Share) -> ShareRecord {
    ShareRecord { share: of.share, ci_low: of.ci_low, ci_high: of.ci_high, n: of.n, of: of.of }
}

fn lead(of: LeadTimes) -> LeadRecord {
    let [q25, median, q75] = of.quartiles;
    LeadRecord { n: of.n, q25, median, q75, max: of.max, histogram: of.histogram }
}

fn backtest_record(call: &LampCall<'_>, found: LampBacktest) -> LampBacktestRecord {
    let (study, panel) = (call.study, &call.ready.panel);
    let band = |miss: &Miss| {
        let phase = call.rows.phases.zip(miss.phase).map_or(Value::Missing, |(phases, phase)| phases.name(phase));
        call.weights.band_of(miss.probability, phase).unwrap_or_default().to_owned()
    };
    let miss = |miss: &Miss| MissRecord {
        account: panel.accounts()[miss.account as usize].clone(),
        period: panel.periods().label(miss.period).to_owned(),
        probability: miss.probability,
        band: band(miss),
        history: match miss.history {
            MissHistory::NeverLit => "never_lit",
            MissHistory::WentOut => "went_out",
            MissHistory::TooLate => "too_late",
        }
        .to_owned(),
        revenue: miss.value,
    };
    let capacity = study.capacity.accounts_per_period;
    let n_periods = found.load.len();
    let mean = |of: fn(&Load) -> usize, n: usize| found.load.values().map(of).sum::<usize>() as f64 / n.max(1) as f64;
    // Who lit in the first period is not known.
    let (mean_lit, mean_newly_lit) =
        (mean(|load| load.lit, n_periods), mean(|load| load.newly_lit, n_periods.saturating_sub(1)));
    let n_over_capacity =
        capacity.map(|capacity| found.load.values().filter(|load| load.newly_lit as f64 > capacity).count());
    LampBacktestRecord {
        n_accounts: found.n_accounts,
        n_rows: found.n_rows,
        horizon: study.kgi.horizon.0,
        gap: study.kgi.gap.0,
        n_events: found.n_events,
        n_untested: found.n_untested,
        n_too_early: found.n_too_early,
        foreseeable: found.foreseeable.map(share),
        foreseeable_revenue: found.foreseeable_revenue.map(share),
        caught: found.caught.map(share),
        caught_revenue: found.caught_revenue.map(share),
        before_churn: found.before_churn.map(lead),
        before_renewal: found.before_renewal.map(lead),
        n_episodes: found.n_episodes,
        n_unresolved: found.n_unresolved,
        n_locked_in: found.n_locked_in,
        n_too_late: found.n_too_late,
        false_share: found.false_share.map(share),
        false_revenue: found.false_revenue.map(share),
        flicker: found.flicker[0],
        flicker_without_margin: found.flicker[1],
        periods_per_year: found.periods_per_year,
        went_out: found
            .went_out
            .into_iter()
            .map(|w| WentOutRecord { acted: w.acted, out: share(w.out), stayed: w.stayed.map(share) })
            .collect(),
        misses_by_band: call
            .weights
            .bands
            .iter()
            .map(|b| {
                let n = found.misses.iter().filter(|miss| band(miss) == b.name).count();
                (b.name.clone(), n)
            })
            .collect(),
        misses: found.misses.iter().take(MISSES).map(miss).collect(),
        load: found
            .load
            .into_iter()
            .map(|(period, load)| LoadRecord {
                period: panel.periods().label(period).to_owned(),
                active: load.active,
                lit: load.lit,
                newly_lit: load.newly_lit,
            })
            .collect(),
        mean_lit,
        mean_newly_lit,
        n_over_capacity,
        capacity,
    }
}
