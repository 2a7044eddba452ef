//! A lamp with everything that a lamp can say.

use std::collections::BTreeMap;

use crate::artifact::{
    LampActionRecord, LampBacktestRecord, LampCostRecord, LampPhaseRecord, LampRecord, LampRefusal, LeadRecord,
    LoadRecord, MissRecord, PhaseLimitRecord, ShareRecord, WentOutRecord,
};
use crate::words;

fn share(n: f64, of: f64) -> ShareRecord {
    let p = n / of;
    let half = 1.96 * (p * (1.0 - p) / of.min(2_000.0)).sqrt();
    ShareRecord { share: p, ci_low: p - half, ci_high: p + half, n, of }
}

fn lead(histogram: Vec<(u32, usize)>) -> LeadRecord {
    let n = histogram.iter().map(|(_, n)| n).sum();
    let max = histogram.iter().map(|(periods, _)| *periods).max().unwrap_or(0);
    LeadRecord { n, q25: 2.0, median: 3.5, q75: 6.0, max, histogram }
}

/// The lamp of the sample.
pub(super) fn lamp() -> LampRecord {
    let miss = |i: u16, history: &str| MissRecord {
        account: format!("B-{:04}", 2000 + i),
        period: "2026-05-31".into(),
        probability: 0.021,
        band: "green".into(),
        history: history.into(),
        revenue: Some(90_000.0 - 500.0 * f64::from(i)),
    };
    LampRecord {
        red: 0.10,
        floor: Some(0.10),
        clear_below: 0.08,
        clear_margin: 0.2,
        clear: words!(en: "goes out when the probability falls below 8%", ja: "確率が8%を下回ると消灯します"),
        limit_source: words!(en: "stated in the study", ja: "調査ファイルで指定"),
        costs: Some(LampCostRecord {
            cost_of_action: 50.0,
            saves: 0.3,
            value: None,
            value_periods: 12.0,
            break_even: Some(0.037),
        }),
        phases: Some(LampPhaseRecord {
            column: "phase".into(),
            differs: false,
            chi2: Some(2.1),
            df: Some(1),
            p: Some(0.147),
            phases: vec![
                PhaseLimitRecord { phase: "onboarding".into(), n_events: 88, red: 0.10 },
                PhaseLimitRecord { phase: "steady".into(), n_events: 324, red: 0.10 },
            ],
            why: words!(en: "one limit for all phases", ja: "フェーズ共通の基準です"),
        }),
        action: Some(LampActionRecord { name: "health review".into(), owner: "CSM lead".into(), playbook: None }),
        actions: BTreeMap::new(),
        refused: None,
        n_lit: 6,
        n_without_action: 0,
        n_leave_alone: 2,
        backtest: Some(LampBacktestRecord {
            n_accounts: 1_003,
            n_rows: 11_204,
            horizon: 1,
            gap: 0,
            n_events: 398,
            n_untested: 14,
            n_too_early: 22,
            foreseeable: Some(share(376.0, 398.0)),
            foreseeable_revenue: Some(share(38_000.0, 40_000.0)),
            caught: Some(share(231.0, 398.0)),
            caught_revenue: Some(share(25_600.0, 40_000.0)),
            before_churn: Some(lead(vec![
                (1, 52),
                (2, 44),
                (3, 41),
                (4, 30),
                (5, 22),
                (6, 17),
                (8, 12),
                (11, 9),
                (19, 4),
            ])),
            before_renewal: Some(lead(vec![(1, 20), (3, 14), (7, 6)])),
            n_episodes: 812,
            n_unresolved: 24,
            n_locked_in: 31,
            n_too_late: 0,
            false_share: Some(share(526.0, 757.0)),
            false_revenue: Some(share(51_000.0, 80_000.0)),
            flicker: 0.71,
            flicker_without_margin: 1.24,
            periods_per_year: 12.0,
            went_out: vec![
                WentOutRecord { acted: None, out: share(520.0, 2_310.0), stayed: Some(share(505.0, 520.0)) },
                WentOutRecord { acted: Some(true), out: share(130.0, 610.0), stayed: Some(share(124.0, 130.0)) },
                WentOutRecord { acted: Some(false), out: share(390.0, 1_700.0), stayed: None },
            ],
            misses_by_band: vec![("red".into(), 0), ("yellow".into(), 61), ("green".into(), 84)],
            misses: (0..24).map(|i| miss(i, ["never_lit", "went_out", "too_late"][usize::from(i % 3)])).collect(),
            load: (0..24_u8)
                .map(|i| LoadRecord {
                    period: format!("{}-{:02}", 2024 + u16::from(i / 12), i % 12 + 1),
                    active: 380 + 11 * usize::from(i),
                    lit: 30 + usize::from(i * 5 % 17),
                    newly_lit: 9 + usize::from(i * 7 % 13),
                })
                .collect(),
            mean_lit: 38.2,
            mean_newly_lit: 14.9,
            n_over_capacity: Some(0),
            capacity: Some(40.0),
        }),
        no_backtest: None,
    }
}

/// A study in which nobody acts, and a snapshot.
pub(super) fn refused() -> LampRecord {
    LampRecord {
        refused: Some(LampRefusal {
            what: words!(en: "nobody acts when it is lit", ja: "点灯しても誰も動かないことになっています"),
            help: words!(en: "name an action and its owner", ja: "対応と担当者を決めてください"),
        }),
        action: None,
        costs: None,
        phases: None,
        n_lit: 0,
        n_leave_alone: 0,
        backtest: None,
        no_backtest: Some(words!(en: "a snapshot has no time", ja: "一時点のデータには時間の流れがありません")),
        ..lamp()
    }
}

/// The lamp with hostile names.
pub(super) fn hostile(names: &[&str]) -> LampRecord {
    let mut lamp = lamp();
    let name = |i: usize| names[i % names.len()].to_owned();
    lamp.action = Some(LampActionRecord { name: name(0), owner: name(1), playbook: Some(name(2)) });
    for (i, phase) in lamp.phases.iter_mut().flat_map(|phases| &mut phases.phases).enumerate() {
        phase.phase = name(i);
    }
    if let Some(found) = &mut lamp.backtest {
        for (i, miss) in found.misses.iter_mut().enumerate() {
            (miss.account, miss.period, miss.band) = (name(i), name(i + 1), name(i + 2));
        }
        found.load.iter_mut().enumerate().for_each(|(i, load)| load.period = name(i));
    }
    lamp
}

/// The lamp with numbers at the ends of what a float can be.
pub(super) fn extreme(ends: &[f64]) -> LampRecord {
    let mut lamp = lamp();
    let end = |i: usize| ends[i % ends.len()];
    (lamp.red, lamp.clear_below) = (end(5), end(6));
    if let Some(found) = &mut lamp.backtest {
        for (i, share) in [&mut found.foreseeable, &mut found.caught, &mut found.false_share].into_iter().enumerate() {
            *share = Some(ShareRecord {
                share: end(i),
                ci_low: end(i + 1),
                ci_high: end(i + 2),
                n: end(i + 3),
                of: end(i + 4),
            });
        }
        let histogram = vec![(1, usize::MAX), (u32::MAX, 1)];
        found.before_churn =
            Some(LeadRecord { n: usize::MAX, q25: end(5), median: end(5), q75: end(6), max: u32::MAX, histogram });
        found.load = vec![LoadRecord { period: String::new(), active: 0, lit: 0, newly_lit: 0 }];
        (found.capacity, found.flicker, found.mean_lit) = (Some(end(6)), end(5), end(7));
        found.misses.iter_mut().enumerate().for_each(|(i, miss)| miss.revenue = Some(end(i)));
    }
    lamp
}
