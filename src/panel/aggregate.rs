//! A KPI's value on every as-of date of one account, from the events that were known by then.

use crate::study::Agg;

use super::in_order::{self, is_in_order};
use super::spans::{AsOfDates, Merge, count_keys, count_runs, over_runs};

/// Days of a unit of time in a `trend`.
const TREND_DAYS: f64 = 30.0;

/// One event of one account that matches the KPI's `where`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// Day on which it happened.
    pub at: i32,
    /// Order within everything that happened: the stamp itself.
    pub stamp: i64,
    /// Day from which it was known, at least `at`.
    pub known: i32,
    /// Order in which it was recorded, to break ties of `stamp`; ties of both go to the later in the slice.
    pub recorded: i64,
    /// Value; NaN where there is none.
    pub value: f64,
    /// Number of the value among the different ones, for `distinct`; `None` where there is none.
    pub key: Option<u64>,
}

/// Values on the as-of dates; NaN where no event (or no value) is in the window, or too few for a slope.
///
/// # Formula
/// ```text
/// E(D) = { e : D - window < at_e <= D,  max(at_e, known_e) <= D }
/// trend = 30 Σ (t - t̄)(v - v̄) / Σ (t - t̄)²,  t in days, over at least two different days
/// change = this window minus the one before it: counts (0 where empty), with `value` means
/// ```
/// Work is proportional to events and dates, times the logarithm of the dates; the window's length does not enter.
///
/// # Shapes and units
/// One value per as-of date. `days_since` in whole days.
#[must_use]
pub fn aggregate(agg: Agg, has_value: bool, events: &[Event], dates: &AsOfDates<'_>) -> Vec<f64> {
    match agg {
        Agg::Count | Agg::DistinctDays | Agg::DaysSince | Agg::Change if !has_value && is_in_order(events) => {
            counts_in_order(agg, events, dates)
        }
        _ => aggregate_in_any_order(agg, has_value, events, dates),
    }
}

/// [`aggregate`] of counts and days where [`is_in_order`] holds.
pub(super) fn counts_in_order(agg: Agg, events: &[Event], dates: &AsOfDates<'_>) -> Vec<f64> {
    let counted = |n: Vec<u64>| n.into_iter().map(|n| if n == 0 { f64::NAN } else { n as f64 }).collect();
    match agg {
        Agg::DistinctDays => counted(in_order::distinct_days(events, dates)),
        Agg::DaysSince => {
            let since = |(latest, as_of): (Option<i32>, &i32)| latest.map_or(f64::NAN, |day| f64::from(as_of - day));
            in_order::latest(events, dates).into_iter().zip(dates.as_of).map(since).collect()
        }
        Agg::Change => {
            let (now, before) = (in_order::count(events, dates), in_order::count_before(events, dates));
            now.into_iter().zip(before).map(|(now, before)| now as f64 - before as f64).collect()
        }
        _ => counted(in_order::count(events, dates)),
    }
}

/// [`aggregate`] for events in any order, known at any time.
pub(super) fn aggregate_in_any_order(agg: Agg, has_value: bool, events: &[Event], dates: &AsOfDates<'_>) -> Vec<f64> {
    let k = dates.len();
    let window = |event: &Event| dates.window(event.at, event.known);
    let previous = |event: &Event| dates.previous(event.at, event.known);
    let valued = || events.iter().filter(|event| !event.value.is_nan());
    let counted = |n: Vec<u64>| n.into_iter().map(|n| if n == 0 { f64::NAN } else { n as f64 }).collect();
    let parts = |select: fn(&Event) -> Extremes| over_runs(k, valued().map(|event| (window(event), select(event))));
    match agg {
        Agg::Count => counted(count_runs(k, events.iter().map(window))),
        Agg::DistinctDays => counted(count_keys(k, events.iter().map(|event| (event.at, window(event))))),
        Agg::Distinct => counted(count_keys(k, events.iter().filter_map(|event| Some((event.key?, window(event)))))),
        Agg::Sum => over_runs(k, valued().map(|event| (window(event), Total::of(event))))
            .iter()
            .map(|total| if total.n > 0.0 { total.sum } else { f64::NAN })
            .collect(),
        Agg::Mean => means(&over_runs(k, valued().map(|event| (window(event), Total::of(event))))),
        Agg::Min => parts(Extremes::of).iter().map(|e| if e.low > e.high { f64::NAN } else { e.low }).collect(),
        Agg::Max => parts(Extremes::of).iter().map(|e| if e.low > e.high { f64::NAN } else { e.high }).collect(),
        Agg::Last => over_runs(k, valued().enumerate().map(|(place, event)| (window(event), Last::of(event, place))))
            .iter()
            .map(|last| last.0.map_or(f64::NAN, |(_, _, _, value)| value))
            .collect(),
        Agg::DaysSince => over_runs(k, events.iter().map(|event| (window(event), Latest(event.at))))
            .iter()
            .zip(dates.as_of)
            .map(|(latest, &as_of)| if latest.0 == i32::MIN { f64::NAN } else { f64::from(as_of - latest.0) })
            .collect(),
        Agg::Trend => over_runs(k, valued().map(|event| (window(event), Moments::of(event))))
            .iter()
            .map(|m| if m.first < m.last { TREND_DAYS * m.together / m.squares } else { f64::NAN })
            .collect(),
        Agg::Change if has_value => {
            let now = means(&over_runs(k, valued().map(|event| (window(event), Total::of(event)))));
            let before = means(&over_runs(k, valued().map(|event| (previous(event), Total::of(event)))));
            now.iter().zip(&before).map(|(now, before)| now - before).collect()
        }
        Agg::Change => {
            let (now, before) = (count_runs(k, events.iter().map(window)), count_runs(k, events.iter().map(previous)));
            now.iter().zip(&before).map(|(&now, &before)| now as f64 - before as f64).collect()
        }
    }
}

/// The last known value where there is none, if it is at most `periods` old.
pub fn carry(values: &mut [f64], periods: u32) {
    let mut last = (f64::NAN, 0_u32);
    for value in values {
        if value.is_nan() {
            last.1 = last.1.saturating_add(1);
            if last.1 <= periods {
                *value = last.0;
            }
        } else {
            last = (*value, 0);
        }
    }
}

fn means(totals: &[Total]) -> Vec<f64> {
    totals.iter().map(|total| if total.n > 0.0 { total.sum / total.n } else { f64::NAN }).collect()
}

/// Number and sum of values.
#[derive(Debug, Clone, Copy)]
struct Total {
    n: f64,
    sum: f64,
}

impl Total {
    fn of(event: &Event) -> Self {
        Self { n: 1.0, sum: event.value }
    }
}

impl Merge for Total {
    const NOTHING: Self = Self { n: 0.0, sum: 0.0 };

    fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.sum += other.sum;
    }
}

/// Sums of products with time, about their own means: no digit is lost to a late epoch.
#[derive(Debug, Clone, Copy)]
struct Moments {
    n: f64,
    mean_day: f64,
    mean: f64,
    squares: f64,
    together: f64,
    first: i32,
    last: i32,
}

impl Moments {
    fn of(event: &Event) -> Self {
        let (value, day) = (event.value, event.at);
        Self { n: 1.0, mean_day: f64::from(day), mean: value, first: day, last: day, ..Self::NOTHING }
    }
}

impl Merge for Moments {
    const NOTHING: Self =
        Self { n: 0.0, mean_day: 0.0, mean: 0.0, squares: 0.0, together: 0.0, first: i32::MAX, last: i32::MIN };

    fn merge(&mut self, other: &Self) {
        let n = self.n + other.n;
        if other.n <= 0.0 {
            return;
        }
        let (days, values) = (other.mean_day - self.mean_day, other.mean - self.mean);
        let share = other.n / n;
        self.squares += other.squares + days * days * self.n * share;
        self.together += other.together + days * values * self.n * share;
        self.mean_day += days * share;
        self.mean += values * share;
        self.n = n;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

/// Smallest and largest value.
#[derive(Debug, Clone, Copy)]
struct Extremes {
    low: f64,
    high: f64,
}

impl Extremes {
    fn of(event: &Event) -> Self {
        Self { low: event.value, high: event.value }
    }
}

impl Merge for Extremes {
    const NOTHING: Self = Self { low: f64::INFINITY, high: f64::NEG_INFINITY };

    fn merge(&mut self, other: &Self) {
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
    }
}

/// Latest day.
#[derive(Debug, Clone, Copy)]
struct Latest(i32);

impl Merge for Latest {
    const NOTHING: Self = Self(i32::MIN);

    fn merge(&mut self, other: &Self) {
        self.0 = self.0.max(other.0);
    }
}

/// Stamp, time of record, place in the file and value of the last event.
#[derive(Debug, Clone, Copy)]
struct Last(Option<(i64, i64, usize, f64)>);

impl Last {
    fn of(event: &Event, place: usize) -> Self {
        Self(Some((event.stamp, event.recorded, place, event.value)))
    }
}

impl Merge for Last {
    const NOTHING: Self = Self(None);

    fn merge(&mut self, other: &Self) {
        let order = |last: &Self| last.0.map(|(stamp, recorded, place, _)| (stamp, recorded, place));
        if order(other) > order(self) {
            *self = *other;
        }
    }
}

#[cfg(test)]
#[path = "aggregate_laws.rs"]
mod aggregate_laws;
