//! Counts over events that come by day and were known when they happened: a window is then a stretch of the list.

use super::aggregate::Event;
use super::spans::AsOfDates;

/// Whether events come by day, and none was known later than it happened.
#[must_use]
pub(super) fn is_in_order(events: &[Event]) -> bool {
    events.is_sorted_by_key(|event| event.at) && events.iter().all(|event| event.known <= event.at)
}

/// Events up to and with a day.
fn up_to(events: &[Event], day: i32) -> usize {
    events.partition_point(|event| event.at <= day)
}

/// Events in each window.
pub(super) fn count(events: &[Event], dates: &AsOfDates<'_>) -> Vec<u64> {
    let windows = dates.as_of.iter().zip(dates.before);
    windows.map(|(&as_of, &before)| (up_to(events, as_of) - up_to(events, before)) as u64).collect()
}

/// Events in each window before.
pub(super) fn count_before(events: &[Event], dates: &AsOfDates<'_>) -> Vec<u64> {
    let windows = dates.before.iter().zip(dates.before_previous);
    windows.map(|(&before, &earlier)| (up_to(events, before) - up_to(events, earlier)) as u64).collect()
}

/// Different days with an event in each window.
pub(super) fn distinct_days(events: &[Event], dates: &AsOfDates<'_>) -> Vec<u64> {
    let mut days: Vec<i32> = events.iter().map(|event| event.at).collect();
    days.dedup();
    let up_to = |day: i32| days.partition_point(|at| *at <= day);
    let windows = dates.as_of.iter().zip(dates.before);
    windows.map(|(&as_of, &before)| (up_to(as_of) - up_to(before)) as u64).collect()
}

/// Day of the last event in each window.
pub(super) fn latest(events: &[Event], dates: &AsOfDates<'_>) -> Vec<Option<i32>> {
    let windows = dates.as_of.iter().zip(dates.before);
    let last = |(&as_of, &before): (&i32, &i32)| {
        let last = events.get(up_to(events, as_of).checked_sub(1)?)?.at;
        (last > before).then_some(last)
    };
    windows.map(last).collect()
}
