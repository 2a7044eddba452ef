//! A rating of the sample beside its data.

use crate::artifact::{
    GutAccount, GutAdded, GutAgreement, GutCell, GutDifference, GutGroup, GutPast, GutRecord, GutShare,
};
use crate::words;

pub(super) fn gut_feeling() -> GutRecord {
    let difference = |estimate: f64, std_error: f64| GutDifference {
        estimate,
        std_error,
        ci_low: estimate - 1.96 * std_error,
        ci_high: estimate + 1.96 * std_error,
    };
    let cell = |n_rows: usize, n_events: usize| GutCell {
        n_rows,
        n_events,
        observed: (n_rows > 0).then(|| n_events as f64 / n_rows as f64),
    };
    let group = |low: f64, high: f64, cells: [(usize, usize); 3]| GutGroup {
        low,
        high,
        cells: cells.into_iter().map(|(n, events)| cell(n, events)).collect(),
    };
    let account = |i: usize, known: bool| {
        let (safe, left) = (i.is_multiple_of(3), i.is_multiple_of(2));
        GutAccount {
            account: format!("A-{:04}", 3000 + i),
            as_of: Some("2026-08-31".into()),
            rating: if safe { 5.0 } else { 1.5 },
            probability: if safe { 0.21 } else { 0.008 },
            gut_says: if safe { "safe" } else { "risky" }.into(),
            apart: if safe { 0.8 } else { -0.7 },
            left: known.then_some(left),
            right: known.then(|| if left == safe { "data" } else { "gut" }.into()),
        }
    };
    let share = |n: usize, of: usize, ci_low: f64, ci_high: f64| GutShare { n, of, ci_low, ci_high };
    GutRecord {
        kpi: "kpi_promising".into(),
        label: words!(en: "CSM’s rating", ja: "CSMの評価"),
        hoped: "more".into(),
        n_rows: 11_842,
        n_rated: 9_410,
        summary: words!(en: "The rating knows something that the data does not.", ja: "評価には、データにない情報が含まれています。"),
        added: Some(GutAdded {
            auc_without: 0.781,
            auc_with: 0.806,
            auc: difference(0.025, 0.006),
            log_loss_without: 0.1282,
            log_loss_with: 0.1241,
            log_loss: difference(-0.0041, 0.0011),
        }),
        agreement: Some(GutAgreement {
            by_level: false,
            groups: vec![
                group(1.0, 2.5, [(1400, 140), (1000, 40), (0, 0)]),
                group(3.0, 3.5, [(1000, 60), (1600, 41), (910, 9)]),
                group(4.0, 5.0, [(0, 0), (910, 20), (2590, 12)]),
            ],
            kappa: Some(0.41),
        }),
        past: Some(GutPast {
            n_accounts: 980,
            n_events: 402,
            apart: 1.0 / 3.0,
            data_riskier: share(31, 88, 0.261, 0.456),
            gut_riskier: share(44, 97, 0.358, 0.552),
            gut_right: share(101, 185, 0.474, 0.616),
            data_right: share(84, 185, 0.384, 0.526),
            summary: words!(en: "Neither judged clearly better.", ja: "どちらが正しいかは、はっきりしません。"),
            largest: (0..14).map(|i| account(i, true)).collect(),
        }),
        n_current: 23,
        current: (20..43).map(|i| account(i, false)).collect(),
    }
}
