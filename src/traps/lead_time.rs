//! Trap: it predicts, but too late to act on, or nobody knows how early.
//!
//! # Detects
//! How long before the event a single period of the KPI still predicts: one slope per lag, with attributes and recorded
//! reasons, from the nearest usable period back to twelve periods before it.
//!
//! ```text
//! logit h_t = controls + b_k x_{t - g0 - k}      k = 0, 1 .. K <= 12,  x in standard deviations at its lag
//! ```
//!
//! A lag speaks when |z| > 1.96 and its Benjamini-Hochberg q over the lags is below 0.05. The lead time is the far end of
//! the unbroken run of speaking lags with one sign that holds the strongest of them. A run of a single lag counts only at
//! the nearest one: so a lucky lag far away adds nothing, and a KPI that works with a delay has a lead time although its
//! nearest period is silent.
//!
//! # Why it fools
//! A dashboard that turns red in the month of the notice predicts well and helps nobody.
//!
//! # Cannot see
//! Which of the periods does the work, where the KPI moves slowly: it then predicts early because it is still the same
//! later. A KPI counted over a trailing window is dated by the window's end. Far lags speak of older accounts only, and
//! are not looked at where fewer than a third of the events have them.
//!
//! # Example
//! ```text
//! months before the event    6    5    4    3    2    1
//! slope                    .01 -.02 -.31 -.35 -.33 -.36      lead time 4
//! ```

use rayon::prelude::*;

use crate::design::Single;
use crate::panel::Panel;
use crate::stats::moments;
use crate::stats::multiplicity::benjamini_hochberg;
use crate::words;

use super::context::{Controls, Copies, TrapContext, push_single};
use super::foundation::Foundation;
use super::{Dossier, Evidence, Measured, Outcome, TestId};

/// Farthest lag, in periods before the nearest usable one: a year of months.
const FARTHEST: u32 = 12;
/// A lag needs so many events, and as many other rows, whose KPI is known that far back ...
const LAG_EVENTS: usize = 20;
/// ... and this share of all events: otherwise it speaks of other customers than the nearest lag does.
const LAG_SHARE: f64 = 1.0 / 3.0;
/// |z| from which a lag speaks.
const SPEAKS_Z: f64 = 1.96;
/// False discovery rate over the lags of one KPI.
const SPEAKS_Q: f64 = 0.05;
/// From when to when before the event a KPI predicts, in periods before the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeadTime {
    /// Nearest lag of the run: 1 + gap where the nearest usable period speaks.
    pub from: u32,
    /// Farthest lag of the run: the lead time.
    pub until: u32,
    /// Farthest lag that the history could carry.
    pub farthest: u32,
}

/// Slopes of all KPIs by lag, and their lead times. `as_of` is the as-of row of each row of the sample, `nearest` the
/// number of periods between as-of row and event where no notice period comes on top.
#[must_use]
pub fn lead_times(context: &TrapContext<'_>, panel: &Panel, as_of: &[usize], nearest: u32) -> Vec<Vec<Evidence>> {
    let adj = Foundation::new(context, context.controls(Controls::Adj, usize::MAX, &Copies::new()));
    (0..context.kpis.len()).into_par_iter().map(|k| lead_time_of(context, &adj, panel, as_of, nearest, k)).collect()
}

fn lead_time_of(
    context: &TrapContext<'_>,
    adj: &Foundation<'_>,
    panel: &Panel,
    as_of: &[usize],
    nearest: u32,
    target: usize,
) -> Vec<Evidence> {
    let Some(columns) = context.kpis.get(target).and_then(|kpi| kpi.columns.as_ref()) else { return Vec::new() };
    if context.snapshot {
        let why = words!(
            en: "one row per customer: how early it moves cannot be seen",
            ja: "顧客ごとに1行なので、どれだけ前に動くかは見えません",
        );
        return vec![Evidence::not_applicable(TestId::LeadTime, why)];
    }
    let mut lags: Vec<(u32, usize, usize, Option<Single>)> = Vec::new();
    for k in 0..=FARTHEST {
        let values: Vec<f64> =
            as_of.iter().map(|&row| panel.row_before(row, k).map_or(f64::NAN, |past| columns.by_row[past])).collect();
        let n_rows = values.iter().filter(|v| !v.is_nan()).count();
        let n_events = values.iter().zip(&context.sample.y).filter(|(v, y)| !v.is_nan() && **y > 0.5).count();
        let enough = n_events >= LAG_EVENTS && n_rows - n_events >= LAG_EVENTS;
        if !enough || (n_events as f64) < LAG_SHARE * context.sample.n_events() as f64 {
            break;
        }
        lags.push((nearest.saturating_add(k), n_rows, n_events, standardised(values)));
    }
    let name = &context.kpis[target].name;
    let asked = lags.iter().filter_map(|(.., single)| {
        let mut terms = Vec::new();
        push_single(&mut terms, name, single.as_ref()?);
        Some(terms)
    });
    let fits = adj.with_each(asked.collect());
    let measured = lags.iter().filter(|(.., single)| single.is_some()).zip(fits).filter_map(
        |((lag, n_rows, n_events, _), fit)| {
            let term = fit.ok()?.term(name)?;
            let measured = Measured { n_rows: *n_rows, n_events: *n_events, ..context.measured(&term) };
            Some(Evidence::measured(TestId::LagSlope, measured).of(lag.to_string()))
        },
    );
    let mut found: Vec<Evidence> = measured.collect();
    if found.is_empty() {
        let why = words!(
            en: "too few events have a known value of the period before: no lag can be measured",
            ja: "前の期の値が分かる離反が少なすぎ、どの時点の傾きも測れません",
        );
        return vec![Evidence::not_applicable(TestId::LeadTime, why)];
    }
    if let Some((lead, measured)) = read_with_slope(Dossier(&found)) {
        let measured = Measured { estimate: f64::from(lead.until), std_error: None, ..measured };
        found.push(Evidence::measured(TestId::LeadTime, measured));
    }
    found
}

fn standardised(values: Vec<f64>) -> Option<Single> {
    let known: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
    let (centre, sd) = (moments::mean(&known), moments::sd(&known));
    if !(sd > 1e-9 && sd.is_finite()) {
        return None;
    }
    let missing = known.len() < values.len();
    Some(Single {
        missing: missing.then(|| values.iter().map(|v| f64::from(u8::from(v.is_nan()))).collect()),
        z: values.into_iter().map(|v| if v.is_nan() { 0.0 } else { (v - centre) / sd }).collect(),
    })
}

/// The lead time that the slopes by lag show; `None` where no lag speaks or none was measured.
///
/// # Example
/// ```
/// use fuellamp::traps::{Dossier, Evidence, Measured, TestId, lead_time};
/// let slope = |lag: u32, estimate: f64| {
///     let measured = Measured { estimate, std_error: Some(0.1), p: None, n_rows: 900, n_events: 90 };
///     Evidence::measured(TestId::LagSlope, measured).of(lag.to_string())
/// };
/// // Months 1 to 3 speak; month 5 does again, but month 4 breaks the run.
/// let slopes: Vec<_> = [-0.5, -0.6, -0.4, 0.0, -0.3].into_iter().zip(1..).map(|(b, lag)| slope(lag, b)).collect();
/// let lead = lead_time::lead_time(Dossier(&slopes)).unwrap();
/// assert_eq!((lead.from, lead.until, lead.farthest), (1, 3, 5));
/// ```
#[must_use]
pub fn lead_time(slopes: Dossier<'_>) -> Option<LeadTime> {
    read_with_slope(slopes).map(|(lead, _)| lead)
}

fn read_with_slope(slopes: Dossier<'_>) -> Option<(LeadTime, Measured)> {
    let mut lags: Vec<(u32, Measured)> = slopes
        .0
        .iter()
        .filter(|e| e.test == TestId::LagSlope)
        .filter_map(|e| match (&e.outcome, e.slice.as_deref().and_then(|s| s.parse().ok())) {
            (Outcome::Measured(m), Some(lag)) => Some((lag, *m)),
            _ => None,
        })
        .collect();
    lags.sort_by_key(|(lag, _)| *lag);
    let p: Vec<f64> =
        lags.iter().map(|(_, m)| m.p.unwrap_or_else(|| crate::stats::wald::wald(m.z(), 1.0, 0.95).p)).collect();
    let q = benjamini_hochberg(&p);
    let speaks = |i: usize| lags[i].1.z().abs() > SPEAKS_Z && q[i] < SPEAKS_Q;
    // Neighbours in the list are neighbours in time unless a lag between them could not be fitted.
    let goes_on = |from: usize, to: usize| {
        speaks(to) && lags[to].1.estimate * lags[from].1.estimate > 0.0 && lags[to].0 == lags[from].0 + 1
    };
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for i in (0..lags.len()).filter(|&i| speaks(i)) {
        match runs.last_mut().filter(|(_, last)| goes_on(*last, i)) {
            Some((_, last)) => *last = i,
            None => runs.push((i, i)),
        }
    }
    let strength = |(first, last): (usize, usize)| (first..=last).map(|i| lags[i].1.z().abs()).fold(0.0, f64::max);
    let (first, last) = runs
        .into_iter()
        .filter(|&(first, last)| first < last || first == 0)
        .max_by(|&a, &b| strength(a).total_cmp(&strength(b)).then(b.cmp(&a)))?;
    let farthest = lags.last().map_or(0, |(lag, _)| *lag);
    Some((LeadTime { from: lags[first].0, until: lags[last].0, farthest }, lags[last].1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slopes(z: &[f64]) -> Vec<Evidence> {
        z.iter()
            .zip(1_u32..)
            .map(|(&estimate, lag)| {
                let measured = Measured { estimate, std_error: Some(1.0), p: None, n_rows: 500, n_events: 50 };
                Evidence::measured(TestId::LagSlope, measured).of(lag.to_string())
            })
            .collect()
    }

    fn read(z: &[f64]) -> Option<(u32, u32, u32)> {
        lead_time(Dossier(&slopes(z))).map(|lead| (lead.from, lead.until, lead.farthest))
    }

    #[test]
    fn the_run_of_the_strongest_lag_counts_and_ends_at_a_break_or_a_change_of_sign() {
        assert_eq!(read(&[-5.0, -4.0, -3.0, -0.5, -4.5]), Some((1, 3, 5)));
        assert_eq!(read(&[9.0, 3.0, -3.0, -3.0]), Some((1, 2, 4)), "rescue near, health before");
        assert_eq!(read(&[0.2, -1.0, -5.0, -4.0, 0.0]), Some((3, 4, 5)), "works with a delay");
        assert_eq!(read(&[0.2, -1.0, 1.5]), None);
        assert_eq!(read(&[0.2, -1.0, -6.0, 0.0, -4.0, -4.0]), Some((5, 6, 6)), "a lone lag in the middle is chance");
        assert_eq!(read(&[0.2, -1.0, -6.0, 0.0]), None);
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn many_lags_that_were_looked_at_make_one_that_is_barely_significant_say_nothing() {
        // p of 2.1 is 0.036: alone it speaks, as the best of eight it does not.
        assert_eq!(read(&[-2.1]), Some((1, 1, 1)));
        assert_eq!(read(&[-2.1, 0.1, 0.3, -0.2, 0.4, -0.6, 0.7, -0.1]), None);
    }

    #[test]
    fn a_lag_that_could_not_be_fitted_breaks_the_run() {
        let mut gap = slopes(&[-5.0, -5.0, -5.0, -5.0]);
        gap.remove(2);
        assert_eq!(lead_time(Dossier(&gap)).map(|lead| lead.until), Some(2));
    }
}
