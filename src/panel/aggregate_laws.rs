//! Every aggregate against its definition, event by event and date by date, and blind to what was not yet known.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;

const ALL: [Agg; 11] = [
    Agg::Count,
    Agg::Sum,
    Agg::Mean,
    Agg::Min,
    Agg::Max,
    Agg::Last,
    Agg::DistinctDays,
    Agg::Distinct,
    Agg::DaysSince,
    Agg::Trend,
    Agg::Change,
];

fn event() -> impl Strategy<Value = Event> {
    // Days before, within and after the dates; a third recorded late, a sixth without a value.
    (-40_i32..400, 0_i32..90, 0_u32..3, 0_i64..4, 0_u32..6, 0_u32..6).prop_map(
        |(at, late, is_late, hour, key, null)| {
            let known = if is_late == 0 { at + late } else { at };
            let value = if null == 0 { f64::NAN } else { f64::from(key) * 1.25 - 2.0 };
            let key = (null > 0).then_some(u64::from(key));
            Event { at, stamp: i64::from(at) * 24 + hour, known, recorded: i64::from(known), value, key }
        },
    )
}

/// Month-like dates with windows of `window` days.
fn dates(window: i32) -> [Vec<i32>; 3] {
    let as_of: Vec<i32> = (1..=12).map(|month| month * 30 + month % 2).collect();
    let back = |days: i32| as_of.iter().map(|day| day - days).collect();
    [as_of.clone(), back(window), back(2 * window)]
}

fn by_definition(agg: Agg, has_value: bool, events: &[Event], as_of: i32, before: i32, earlier: i32) -> f64 {
    let known = |low: i32, high: i32| -> Vec<&Event> {
        events.iter().filter(|e| e.at > low && e.at <= high && e.at.max(e.known) <= as_of).collect()
    };
    let rows = known(before, as_of);
    let valued = |rows: &[&Event]| -> Vec<f64> { rows.iter().map(|e| e.value).filter(|v| !v.is_nan()).collect() };
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let values = valued(&rows);
    let distinct = |mut keys: Vec<i64>| {
        keys.sort_unstable();
        keys.dedup();
        keys.len() as f64
    };
    let or_unknown = |n: f64| if n > 0.0 { n } else { f64::NAN };
    match agg {
        Agg::Count => or_unknown(rows.len() as f64),
        Agg::Sum if values.is_empty() => f64::NAN,
        Agg::Sum => values.iter().sum(),
        Agg::Mean => mean(&values),
        Agg::Min => values.iter().copied().fold(f64::NAN, f64::min),
        Agg::Max => values.iter().copied().fold(f64::NAN, f64::max),
        Agg::Last => {
            let with_value = rows.iter().filter(|e| !e.value.is_nan());
            with_value.max_by_key(|e| (e.stamp, e.recorded)).map_or(f64::NAN, |e| e.value)
        }
        Agg::DistinctDays => or_unknown(distinct(rows.iter().map(|e| i64::from(e.at)).collect())),
        Agg::Distinct => or_unknown(distinct(rows.iter().filter_map(|e| e.key.map(|key| key as i64)).collect())),
        Agg::DaysSince => rows.iter().map(|e| e.at).max().map_or(f64::NAN, |at| f64::from(as_of - at)),
        Agg::Trend => {
            let points: Vec<(f64, f64)> =
                rows.iter().filter(|e| !e.value.is_nan()).map(|e| (f64::from(e.at), e.value)).collect();
            let (t, v) = (mean(&points.iter().map(|p| p.0).collect::<Vec<_>>()), mean(&values));
            let squares: f64 = points.iter().map(|p| (p.0 - t).powi(2)).sum();
            if squares > 1e-9 {
                30.0 * points.iter().map(|p| (p.0 - t) * (p.1 - v)).sum::<f64>() / squares
            } else {
                f64::NAN
            }
        }
        Agg::Change if has_value => mean(&values) - mean(&valued(&known(earlier, before))),
        Agg::Change => rows.len() as f64 - known(earlier, before).len() as f64,
    }
}

fn same(a: f64, b: f64) -> bool {
    (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-9 * (1.0 + b.abs())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_001), ..ProptestConfig::default() })]

    #[test]
    fn every_aggregate_is_its_definition(
        events in proptest::collection::vec(event(), 0..60),
        window in prop_oneof![1_i32..10, Just(30), Just(90), Just(10_000)],
        has_value: bool,
    ) {
        let [as_of, before, before_previous] = dates(window);
        let dates = AsOfDates { as_of: &as_of, before: &before, before_previous: &before_previous, tables: None };
        for agg in ALL {
            let found = aggregate(agg, has_value, &events, &dates);
            prop_assert_eq!(found.len(), as_of.len());
            for (k, &value) in found.iter().enumerate() {
                let expected = by_definition(agg, has_value, &events, as_of[k], before[k], before_previous[k]);
                prop_assert!(same(value, expected), "{:?} on {}: {} is not {}", agg, as_of[k], value, expected);
            }
        }
    }

    /// Changing, adding or deleting what was not known on an as-of date leaves that date and all before it bit for bit.
    #[test]
    fn nothing_that_was_not_yet_known_changes_a_value(
        events in proptest::collection::vec(event(), 0..40),
        other in proptest::collection::vec(event(), 0..20),
        cut in 0_usize..12,
        window in prop_oneof![Just(7), Just(90), Just(10_000)],
    ) {
        let [as_of, before, before_previous] = dates(window);
        let dates = AsOfDates { as_of: &as_of, before: &before, before_previous: &before_previous, tables: None };
        let known = |e: &&Event| e.at.max(e.known) <= as_of[cut];
        // The future thrown away and another one put in its place.
        let mut changed: Vec<Event> = events.iter().filter(known).copied().collect();
        changed.extend(other.iter().filter(|e| !known(e)));
        for agg in ALL {
            for has_value in [true, false] {
                let (one, two) = (aggregate(agg, has_value, &events, &dates), aggregate(agg, has_value, &changed, &dates));
                for k in 0..=cut {
                    prop_assert!(same(one[k], two[k]), "{:?} on {}: {} and {}", agg, as_of[k], one[k], two[k]);
                }
            }
        }
    }
}

#[test]
fn a_value_is_carried_so_many_periods_and_never_from_before_the_first() {
    let n = f64::NAN;
    let mut values = [n, 2.0, n, n, n, 5.0, n];
    carry(&mut values, 2);
    let expected = [n, 2.0, 2.0, 2.0, n, 5.0, 5.0];
    assert!(values.iter().zip(expected).all(|(&a, b)| same(a, b)), "{values:?}");
}

#[test]
fn the_later_of_two_stamps_is_last_then_the_later_recorded_then_the_later_in_the_file() {
    let event = |stamp, recorded, value| Event { at: 5, stamp, known: 6, recorded, value, key: None };
    let dates = AsOfDates { as_of: &[10], before: &[0], before_previous: &[-10], tables: None };
    let last = |events: &[Event]| aggregate(Agg::Last, true, events, &dates)[0];
    let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
    assert!(close(last(&[event(7, 1, 1.0), event(6, 9, 2.0)]), 1.0));
    assert!(close(last(&[event(7, 3, 1.0), event(7, 2, 2.0)]), 1.0));
    assert!(close(last(&[event(7, 3, 1.0), event(7, 3, 2.0)]), 2.0));
    // A later value that is missing is passed over.
    assert!(close(last(&[event(7, 3, 1.0), event(8, 3, f64::NAN)]), 1.0));
}
