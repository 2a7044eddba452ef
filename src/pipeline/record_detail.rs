//! Details of the held-out predictions, for the artifact.

use crate::artifact::{
    AucRecord, ByRevenueRecord, CapacityRecord, CurveRecord, DetailRecord, GainRecord, IntervalRecord,
    NetBenefitRecord, SampleSizeRecord,
};
use crate::stats::decision_curve::NetBenefit;
use crate::stats::sample_size::{Anticipated, Criterion, SampleSizeSpec, at_hand, riley};
use crate::stats::sampling::Estimate;
use crate::stats::top::Top;
use crate::validation::{ByRevenue, Detail};

/// Share of explained variation (Nagelkerke) expected where nothing is known beforehand: Riley et al. (2020), BMJ 368:m441.
const EXPECTED_R2: f64 = 0.15;

/// Riley's criteria for a score that may choose from so many fields.
pub(super) fn sample_size(fields: usize, n_rows: usize, n_events: usize) -> Option<SampleSizeRecord> {
    let (n_rows, n_events) = (n_rows as u64, n_events as u64);
    let rate = n_events as f64 / n_rows.max(1) as f64;
    let anticipated = Anticipated::Nagelkerke(EXPECTED_R2);
    let needed = riley(&SampleSizeSpec::new(fields, rate, anticipated)).ok()?;
    let now = at_hand(n_rows, n_events, fields, anticipated).ok()?;
    let binding = match needed.binding {
        Criterion::Shrinkage => "shrinkage",
        Criterion::Optimism => "optimism",
        Criterion::OverallRisk => "overall_risk",
    };
    Some(SampleSizeRecord {
        fields,
        n_rows,
        n_events,
        rows_needed: needed.n,
        events_needed: needed.n_events,
        binding: binding.to_owned(),
        shrinkage_expected: now.shrinkage,
        anticipated_r2: EXPECTED_R2,
    })
}

/// Everything that the exported score alone is asked for.
pub(super) fn detail(found: &Detail, capacity: Option<f64>) -> DetailRecord {
    DetailRecord {
        calibration_error: found.smooth.as_ref().map(|smooth| (smooth.ici, smooth.e50, smooth.e90)),
        curve: found.smooth.as_ref().map_or_else(Vec::new, |smooth| thinned(&smooth.curve)),
        brier_parts: found
            .brier
            .as_ref()
            .map(|parts| (parts.reliability, parts.generalised_resolution(), parts.uncertainty)),
        average_precision: found.average_precision,
        gains: gains(&found.gains),
        decisions: decisions(&found.decisions),
        at_capacity: found
            .at_capacity
            .as_ref()
            .filter(|at| known(at.top.precision) && known(at.top.recall))
            .zip(capacity)
            .map(|(at, accounts)| CapacityRecord {
                accounts,
                periods: at.n_periods,
                promised: found.promised.unwrap_or_default(),
                precision: interval(at.top.precision),
                recall: interval(at.top.recall),
                recall_by_revenue: found
                    .by_revenue
                    .as_ref()
                    .and_then(|by| by.recall_at_capacity)
                    .filter(|recall| known(*recall))
                    .map(interval),
            }),
        by_revenue: found.by_revenue.as_ref().map(by_revenue),
    }
}

fn gains(found: &[(f64, Top)]) -> Vec<GainRecord> {
    let sure = found.iter().filter(|(_, top)| known(top.precision) && known(top.recall));
    let one = |(share, top): &(f64, Top)| GainRecord {
        share: *share,
        precision: interval(top.precision),
        recall: interval(top.recall),
        lift: top.lift,
    };
    sure.map(one).collect()
}

fn decisions(found: &[NetBenefit]) -> Vec<NetBenefitRecord> {
    let one = |decision: &NetBenefit| NetBenefitRecord {
        threshold: decision.threshold,
        score: interval(decision.model),
        everybody: decision.treat_all,
        acted_on: decision.selected_share,
    };
    found.iter().filter(|decision| known(decision.model)).map(one).collect()
}

fn by_revenue(found: &ByRevenue) -> ByRevenueRecord {
    let value = |estimate: Option<Estimate>| estimate.map(|e| e.value).filter(|x| x.is_finite());
    let pair = |x: f64, se: f64| (x.is_finite() && se.is_finite()).then_some((x, se));
    let calibration = found.calibration.as_ref();
    ByRevenueRecord {
        auc: known(found.auc).then_some(AucRecord {
            auc: found.auc.value,
            std_error: found.auc.se,
            ci_low: found.auc.ci_low,
            ci_high: found.auc.ci_high,
        }),
        brier: value(found.brier),
        log_loss: value(found.log_loss),
        calibration_intercept: calibration.and_then(|c| pair(c.intercept, c.intercept_se)),
        calibration_slope: calibration.and_then(|c| pair(c.slope, c.slope_se)),
        average_precision: found.average_precision,
        gains: gains(&found.gains),
        decisions: decisions(&found.decisions),
    }
}

/// Every fifth point: enough for a chart.
fn thinned(curve: &[crate::stats::smooth_calibration::CurvePoint]) -> Vec<CurveRecord> {
    let one = |point: &crate::stats::smooth_calibration::CurvePoint| CurveRecord {
        predicted: point.predicted,
        observed: point.observed,
        ci_low: point.ci_low,
        ci_high: point.ci_high,
    };
    curve.iter().step_by(5).map(one).collect()
}

/// Whether there is an interval: not with one account alone.
fn known(found: Estimate) -> bool {
    [found.value, found.ci_low, found.ci_high].iter().all(|x| x.is_finite())
}

fn interval(found: Estimate) -> IntervalRecord {
    IntervalRecord { value: found.value, ci_low: found.ci_low, ci_high: found.ci_high }
}
