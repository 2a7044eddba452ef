//! A KPI whose definition changed: values before and after are standardised apart.

use chrono::NaiveDate;

use crate::notice::{Notice, Severity};
use crate::panel::Panel;
use crate::stats::moments;
use crate::words;

/// Puts the values of periods that end before `changed` on the scale of those since: `x' = m₁ + s₁ (x − m₀) / s₀`, with
/// mean and standard deviation of both parts, on the scale of `ln(1 + x)` where no value is negative.
///
/// Standardised apart and put together again, in today's units: what follows needs to know of one definition only, and a
/// score computes the KPI as it is defined today. A change of the KPI itself on that day is not told from that of its
/// definition. Values stay as they are where one part is empty or does not vary, with a warning.
pub(super) fn standardised_apart(panel: &Panel, kpi: &str, changed: NaiveDate, values: &mut [f64]) -> Option<Notice> {
    let warning = |what| Some(Notice::new(Severity::Warning, "definition_changed", what));
    let early = |row: usize| panel.periods().date(panel.period()[row]).map(|end| end < changed);
    let Some(before) = (0..values.len()).map(early).collect::<Option<Vec<bool>>>() else {
        return warning(words!(
            en: "KPI `{kpi}` changed its definition on {changed}, but the periods have no dates: it is taken as it is",
            ja: "KPI`{kpi}`の定義は{changed}に変わりましたが、期に日付がないため、そのまま使います",
        ));
    };
    if !put_on_one_scale(values, &before) {
        return warning(words!(
            en: "KPI `{kpi}` changed its definition on {changed}, but on one side of that day it has no values that vary: it is taken as it is",
            ja: "KPI`{kpi}`の定義は{changed}に変わりましたが、その前後の一方に変動する値がないため、そのまま使います",
        ));
    }
    let what = words!(
        en: "KPI `{kpi}` changed its definition on {changed}: earlier values are standardised apart and shown on today's scale",
        ja: "KPI`{kpi}`の定義は{changed}に変わりました。それ以前の値は別に標準化し、現在の尺度に合わせて使います",
    );
    Some(Notice::new(Severity::Info, "definition_changed", what))
}

/// Moves the values marked `before` to the scale of the others; false where either part does not vary.
fn put_on_one_scale(values: &mut [f64], before: &[bool]) -> bool {
    let logs = values.iter().all(|x| x.is_nan() || *x >= 0.0);
    let on_scale = |x: f64| if logs { x.ln_1p() } else { x };
    let part = |wanted: bool| -> Vec<f64> {
        let own = values.iter().zip(before).filter(|(x, before)| !x.is_nan() && **before == wanted);
        own.map(|(x, _)| on_scale(*x)).collect()
    };
    let (old, new) = (part(true), part(false));
    let (m0, s0, m1, s1) = (moments::mean(&old), moments::sd(&old), moments::mean(&new), moments::sd(&new));
    let varies = |s: f64| s.is_finite() && s > 1e-12;
    if !(varies(s0) && varies(s1)) {
        return false;
    }
    for (x, _) in values.iter_mut().zip(before).filter(|(_, before)| **before) {
        let moved = m1 + s1 * (on_scale(*x) - m0) / s0;
        *x = if logs { moved.exp_m1().max(0.0) } else { moved };
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn halves() -> (Vec<f64>, Vec<bool>) {
        let values = (0..60).map(|i| f64::from((i * 37) % 23) - 11.0).collect();
        (values, (0..60).map(|i| i % 5 < 3).collect())
    }

    #[test]
    fn another_unit_and_zero_before_the_change_make_no_difference() {
        let (mut values, before) = halves();
        let mut other: Vec<f64> =
            values.iter().zip(&before).map(|(x, b)| if *b { 40.0 * x - 7.0 } else { *x }).collect();
        assert!(put_on_one_scale(&mut values, &before) && put_on_one_scale(&mut other, &before));
        assert!(values.iter().zip(&other).all(|(a, b)| (a - b).abs() < 1e-9));
        let part = |wanted: bool| -> Vec<f64> {
            values.iter().zip(&before).filter(|(_, b)| **b == wanted).map(|(x, _)| *x).collect()
        };
        let (old, new) = (part(true), part(false));
        assert!((moments::mean(&old) - moments::mean(&new)).abs() < 1e-9);
        assert!((moments::sd(&old) - moments::sd(&new)).abs() < 1e-9);
    }

    #[test]
    fn counts_stay_counts_and_the_values_of_today_stay_as_they_are() {
        let (values, before) = halves();
        let counts: Vec<f64> =
            values.iter().zip(&before).map(|(x, b)| (x + 11.0) * if *b { 9.0 } else { 1.0 }).collect();
        let mut moved = counts.clone();
        moved[3] = f64::NAN;
        assert!(put_on_one_scale(&mut moved, &before));
        assert!(moved.iter().all(|x| x.is_nan() || *x >= 0.0) && moved[3].is_nan());
        let today = counts.iter().zip(&moved).zip(&before).filter(|((_, new), before)| !**before && !new.is_nan());
        today.for_each(|((old, new), _)| assert!((old - new).abs() < 1e-15));
        let mut flat = vec![1.0; 60];
        assert!(!put_on_one_scale(&mut flat, &before) && flat.iter().all(|x| (x - 1.0).abs() < 1e-15));
    }
}
