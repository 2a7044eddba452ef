//! The validation of the sample artifact.

use crate::artifact::{
    AucRecord, ByRevenueRecord, CalibrationBinRecord, CapacityRecord, ComparisonRecord, DetailRecord, DifferenceRecord,
    DropOneRecord, EstimateRecord, GainRecord, IntervalRecord, LevelTrendRecord, NetBenefitRecord, OptimismRecord,
    OriginRecord, SampleSizeRecord, UpdateRecord, ValidationRecord,
};
use crate::words;

use super::count;

/// How the score did, with everything measured.
pub(super) fn validation() -> ValidationRecord {
    ValidationRecord {
        folds: 5,
        n_rows: 11_842,
        n_events: 412,
        auc: Some(auc(0.781)),
        brier: Some(0.0298),
        brier_base: Some(0.0336),
        log_loss: Some(0.1282),
        log_loss_base: Some(0.1511),
        calibration_intercept: Some((-0.03, 0.06)),
        calibration_slope: Some((0.94, 0.07)),
        curve: (1..=8_u8)
            .map(|i| {
                let p = 0.0035 * f64::from(i).powi(2);
                let observed = p * (1.0 + 0.12 * (f64::from(i) * 1.7).sin());
                CalibrationBinRecord {
                    predicted: p,
                    observed,
                    ci_low: observed * 0.72,
                    ci_high: observed * 1.3 + 0.004,
                    n_rows: 1_480,
                    n_events: count(1_480.0 * observed),
                }
            })
            .collect(),
        comparisons: vec![
            ComparisonRecord {
                model: words!(en: "Exported score", ja: "出力するスコア"),
                auc: auc(0.781),
                brier: 0.0298,
                difference: None,
            },
            ComparisonRecord {
                model: words!(en: "Gradient-boosted trees", ja: "勾配ブースティング木"),
                auc: auc(0.792),
                brier: 0.0295,
                difference: Some(difference(-0.011)),
            },
        ],
        held_out: "time".into(),
        origins: vec![origin("2025-09-30", "2025-12-31", 168, 0.79), origin("2025-12-31", "2026-06-30", 244, 0.77)],
        across_accounts: Some(estimate(0.785)),
        optimism: [("auc", 0.803, 0.009), ("brier", 0.0294, -0.0002), ("calibration_slope", 1.04, 0.05)]
            .map(|(measure, apparent, optimism)| OptimismRecord {
                measure: measure.into(),
                apparent,
                optimism,
                corrected: apparent - optimism,
                std_error: 0.001,
            })
            .to_vec(),
        detail: Some(detail()),
        sample_size: Some(SampleSizeRecord {
            fields: 21,
            n_rows: 11_842,
            n_events: 412,
            rows_needed: 6_310,
            events_needed: 220,
            binding: "shrinkage".into(),
            shrinkage_expected: 0.94,
            anticipated_r2: 0.15,
        }),
        drop_one: vec![DropOneRecord {
            kpi: "kpi_validated".into(),
            auc: 0.741,
            lost: difference(0.04),
            cost: Some(3.0),
        }],
        updates: vec![UpdateRecord { update: "level".into(), estimate: estimate(0.78) }],
        bootstrap_draws: 200,
        exact: false,
        shrinkage: 0.96,
        level_trend: Some(LevelTrendRecord { per_period: -0.031, std_error: 0.01, applied: -0.28 }),
    }
}

fn auc(auc: f64) -> AucRecord {
    AucRecord { auc, std_error: 0.012, ci_low: auc - 0.024, ci_high: auc + 0.024 }
}

fn detail() -> DetailRecord {
    let near = |value: f64| IntervalRecord { value, ci_low: value * 0.9, ci_high: value * 1.1 };
    DetailRecord {
        calibration_error: Some((0.0041, 0.0029, 0.0102)),
        curve: Vec::new(),
        brier_parts: Some((0.0004, 0.0042, 0.0336)),
        average_precision: Some(0.21),
        gains: vec![GainRecord { share: 0.05, precision: near(0.18), recall: near(0.26), lift: 5.2 }],
        decisions: vec![NetBenefitRecord { threshold: 0.05, score: near(0.011), everybody: -0.016, acted_on: 0.14 }],
        at_capacity: Some(CapacityRecord {
            accounts: 40.0,
            periods: 9,
            promised: 0.43,
            precision: near(0.16),
            recall: near(0.44),
            recall_by_revenue: Some(near(0.51)),
        }),
        by_revenue: Some(ByRevenueRecord {
            auc: Some(auc(0.80)),
            brier: Some(0.0287),
            log_loss: Some(0.121),
            calibration_intercept: Some((0.05, 0.10)),
            calibration_slope: Some((1.04, 0.11)),
            average_precision: Some(0.24),
            gains: vec![GainRecord { share: 0.05, precision: near(0.20), recall: near(0.31), lift: 6.1 }],
            decisions: vec![NetBenefitRecord {
                threshold: 0.05,
                score: near(0.013),
                everybody: -0.014,
                acted_on: 0.12,
            }],
        }),
    }
}

fn difference(estimate: f64) -> DifferenceRecord {
    DifferenceRecord { estimate, std_error: 0.004, ci_low: estimate - 0.008, ci_high: estimate + 0.008 }
}

fn estimate(area: f64) -> EstimateRecord {
    EstimateRecord {
        n_rows: 5_120,
        n_events: 178,
        auc: Some(auc(area)),
        brier: 0.0301,
        calibration_intercept: Some((0.02, 0.08)),
        calibration_slope: Some((0.97, 0.09)),
        log_loss: Some(0.139),
    }
}

fn origin(known: &str, scored: &str, events: usize, area: f64) -> OriginRecord {
    OriginRecord {
        known_until: known.into(),
        scored_until: scored.into(),
        train_rows: 20 * events,
        train_events: events,
        kpis: vec!["kpi_validated".into()],
        estimate: estimate(area),
    }
}
