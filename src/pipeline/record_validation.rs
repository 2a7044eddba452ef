//! From the backtest to the artifact.

use crate::artifact::{
    AucRecord, CalibrationBinRecord, ComparisonRecord, DifferenceRecord, DropOneRecord, EstimateRecord,
    LevelTrendRecord, OptimismRecord, OriginRecord, UpdateRecord, ValidationRecord,
};
use crate::stats::optimism::Optimism;
use crate::stats::sampling::Estimate as Interval;
use crate::stats::wald::WaldTerm;
use crate::study::Study;
use crate::validation::{Performance, Update};

use super::Prepared;
use super::backtest::{Compared, DroppedOne, Estimate, OriginResult};
use super::judge::Judged;
use super::record_detail::{detail, sample_size};
use super::redraw::Resampling;
use super::score::Scored;

pub(super) fn validation(study: &Study, ready: &Prepared, judged: &Judged, scored: &Scored) -> ValidationRecord {
    let backtest = &scored.backtest;
    let found = backtest.headline();
    let measured = found.map(|estimate| &estimate.performance);
    let held_out = match (&backtest.time, &backtest.accounts) {
        (Some(_), _) => "time",
        (None, Some(_)) => "accounts",
        (None, None) => "nothing",
    };
    let period = |p: i32| ready.panel.periods().label(p).to_owned();
    ValidationRecord {
        folds: found.and(judged.fold.as_ref()).map_or(0, |(_, count)| *count),
        n_rows: found.map_or(0, |estimate| estimate.held.rows.len()),
        n_events: found.map_or(0, |estimate| events(ready, estimate)),
        auc: measured.and_then(|m| m.auc.as_ref()).map(auc_record),
        brier: measured.map(|m| m.brier.0),
        brier_base: measured.map(|m| m.brier.1),
        log_loss: measured.map(|m| m.log_loss.0),
        log_loss_base: measured.map(|m| m.log_loss.1),
        calibration_intercept: measured.and_then(intercept),
        calibration_slope: measured.and_then(slope),
        curve: measured.map_or_else(Vec::new, curve),
        comparisons: backtest.comparisons.iter().filter_map(comparison).collect(),
        held_out: held_out.to_owned(),
        origins: backtest.origins.iter().map(|origin| origin_record(study, origin, &period)).collect(),
        across_accounts: backtest
            .accounts
            .as_ref()
            .map(|e| estimate(&e.performance, e.held.rows.len(), events(ready, e))),
        updates: found.map_or_else(Vec::new, |own| updates(ready, own, &backtest.updates)),
        optimism: backtest.optimism.iter().map(optimism).collect(),
        bootstrap_draws: backtest.optimism.first().map_or(0, |(_, found)| found.n_draws),
        exact: judged.resampling == Resampling::Exact,
        detail: backtest.detail.as_ref().map(|found| detail(found, study.capacity.accounts_per_period)),
        sample_size: sample_size(scored.fields, ready.sample.n_rows(), ready.sample.n_events()),
        drop_one: backtest.dropped.iter().map(|dropped| drop_one(study, dropped)).collect(),
        shrinkage: scored.shrinkage,
        level_trend: scored.trend.map(|trend| LevelTrendRecord {
            per_period: trend.per_period,
            std_error: trend.std_error,
            applied: trend.applied,
        }),
    }
}

fn events(ready: &Prepared, estimate: &Estimate) -> usize {
    estimate.held.rows.iter().filter(|&&row| ready.sample.y[row] > 0.5).count()
}

fn intercept(performance: &Performance) -> Option<(f64, f64)> {
    performance.calibration.as_ref().and_then(|c| pair(c.intercept, c.intercept_se))
}

fn slope(performance: &Performance) -> Option<(f64, f64)> {
    performance.calibration.as_ref().and_then(|c| pair(c.slope, c.slope_se))
}

fn pair(value: f64, se: f64) -> Option<(f64, f64)> {
    (value.is_finite() && se.is_finite()).then_some((value, se))
}

fn curve(performance: &Performance) -> Vec<CalibrationBinRecord> {
    let one = |bin: &crate::stats::calibration::CalibrationBin| CalibrationBinRecord {
        predicted: bin.mean_predicted,
        observed: bin.observed,
        ci_low: bin.ci_low,
        ci_high: bin.ci_high,
        n_rows: bin.n,
        n_events: bin.events,
    };
    performance.curve.iter().map(one).collect()
}

fn comparison(compared: &Compared) -> Option<ComparisonRecord> {
    let performance = &compared.performance;
    Some(ComparisonRecord {
        model: compared.model.clone(),
        auc: auc_record(performance.auc.as_ref()?),
        brier: performance.brier.0,
        difference: compared.difference.as_ref().map(|d| difference(&d.difference)),
    })
}

fn difference(term: &WaldTerm) -> DifferenceRecord {
    DifferenceRecord { estimate: term.estimate, std_error: term.std_error, ci_low: term.ci_low, ci_high: term.ci_high }
}

fn auc_record(auc: &Interval) -> AucRecord {
    AucRecord { auc: auc.value, std_error: auc.se, ci_low: auc.ci_low, ci_high: auc.ci_high }
}

fn estimate(performance: &Performance, n_rows: usize, n_events: usize) -> EstimateRecord {
    EstimateRecord {
        n_rows,
        n_events,
        auc: performance.auc.as_ref().map(auc_record),
        brier: performance.brier.0,
        calibration_intercept: intercept(performance),
        calibration_slope: slope(performance),
        log_loss: Some(performance.log_loss.0),
    }
}

fn origin_record(study: &Study, found: &OriginResult, period: &dyn Fn(i32) -> String) -> OriginRecord {
    let kpis = study.kpis.iter().zip(&found.kpis).filter(|(_, on)| **on).map(|(kpi, _)| kpi.name.clone());
    OriginRecord {
        known_until: period(found.origin.at),
        scored_until: period(found.origin.until),
        train_rows: found.n_train,
        train_events: found.events_train,
        kpis: kpis.collect(),
        estimate: estimate(&found.performance, found.n_rows, found.n_events),
    }
}

fn updates(ready: &Prepared, own: &Estimate, found: &[(Update, Performance)]) -> Vec<UpdateRecord> {
    let (n_rows, n_events) = (own.held.rows.len(), events(ready, own));
    let one = |(update, performance): &(Update, Performance)| UpdateRecord {
        update: update.name().to_owned(),
        estimate: estimate(performance, n_rows, n_events),
    };
    found.iter().map(one).collect()
}

fn drop_one(study: &Study, dropped: &DroppedOne) -> DropOneRecord {
    DropOneRecord {
        kpi: study.kpis[dropped.kpi].name.clone(),
        auc: dropped.difference.second,
        lost: difference(&dropped.difference.difference),
        cost: study.kpis[dropped.kpi].cost,
    }
}

fn optimism((measure, found): &(&'static str, Optimism)) -> OptimismRecord {
    OptimismRecord {
        measure: (*measure).to_owned(),
        apparent: found.apparent,
        optimism: found.optimism,
        corrected: found.corrected,
        std_error: found.mc_error,
    }
}
