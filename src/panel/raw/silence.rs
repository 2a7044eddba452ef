//! Whether a departure was derived from silence: a fixed number of days after the last event of a log.
//!
//! Then whatever is counted from that log knows the departure in advance, and days since the last event are the outcome in
//! other words. A log that has an event on fixed days anyway is told apart by the days of silence on other dates, which
//! are as regular there.

use std::collections::BTreeMap;

use crate::notice::{Notice, Severity};
use crate::panel::aggregate::Event;
use crate::words;
use crate::words::Words;

use super::audit::percent;
use super::lives::{Account, Lives};

/// Departures below which nothing is said.
const FEW: u32 = 20;
/// Share of the departures that come the same number of days after the last event.
const SAME: f64 = 0.8;
/// Share of other dates with the commonest number of days, above which the log itself is regular.
const REGULAR: f64 = 0.5;

/// How many times so many days had passed since the last event.
type Days = BTreeMap<i32, u32>;

/// Silence before departures, and before the as-of dates of the same accounts.
#[derive(Debug, Default, Clone)]
pub(super) struct Silence {
    at_departure: Days,
    before: Days,
}

impl Silence {
    /// Takes an account's events, sorted by day.
    pub(super) fn take(&mut self, events: &[Event], account: &Account, lives: &Lives) {
        let Some(departure) = account.life.departure else { return };
        let since = |day: i32| {
            let n = events.partition_point(|event| event.at <= day);
            n.checked_sub(1).map(|last| day - events[last].at)
        };
        let Some(days) = since(departure.day()) else { return };
        *self.at_departure.entry(days).or_default() += 1;
        for days in lives.as_of(account).iter().filter(|day| **day < departure.day()).filter_map(|&day| since(day)) {
            *self.before.entry(days).or_default() += 1;
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (own, theirs) in [(&mut self.at_departure, &other.at_departure), (&mut self.before, &other.before)] {
            theirs.iter().for_each(|(days, n)| *own.entry(*days).or_default() += n);
        }
    }

    /// Days of silence from which departures were derived, the share of departures that keep to it, and of how many.
    fn definition(&self) -> Option<(i32, f64, u32)> {
        let (days, share, n) = commonest(&self.at_departure)?;
        let regular = commonest(&self.before).is_some_and(|(_, share, _)| share >= REGULAR);
        (n >= FEW && share >= SAME && !regular).then_some((days, share, n))
    }

    /// Days of silence from which departures were derived.
    pub(super) fn days(&self) -> Option<i32> {
        self.definition().map(|(days, _, _)| days)
    }

    /// The finding, where departures follow from silence.
    pub(super) fn notice(&self, log: &str, file: &str) -> Option<Notice> {
        let (days, share, n) = self.definition()?;
        let share = percent(share);
        let what = words!(
            en: "in {share} of {n} departures the last event of `{log}` lies {days} days before: leaving was derived from silence, and what is counted from `{log}` knows it in advance",
            ja: "離反{n}件のうち{share}で、`{log}`の最後のイベントが{days}日前です。離反は「イベントがないこと」から作られており、`{log}`から数えた値は結果を先取りしています",
        );
        Some(Notice::new(Severity::Unsafe, "outcome_from_silence", what).at(Words::same(file)).help(words!(
            en: "take departures from notices or cancellations that were recorded on their own",
            ja: "離反は、別に記録された解約の申し出や解約日から取ってください",
        )))
    }
}

/// The commonest number of days, the share of it and its neighbours (dates of two time zones differ by a day), and of how
/// many.
fn commonest(days: &Days) -> Option<(i32, f64, u32)> {
    let n: u32 = days.values().sum();
    let (&day, _) = days.iter().max_by_key(|(day, count)| (**count, std::cmp::Reverse(**day)))?;
    let near: u32 = days.range(day.saturating_sub(1)..=day.saturating_add(1)).map(|(_, count)| count).sum();
    Some((day, f64::from(near) / f64::from(n), n))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(at_departure: &[(i32, u32)], before: &[(i32, u32)]) -> Option<Notice> {
        let days = |list: &[(i32, u32)]| list.iter().copied().collect();
        Silence { at_departure: days(at_departure), before: days(before) }.notice("deals", "deals.csv")
    }

    #[test]
    fn the_same_silence_before_most_departures_is_a_definition() {
        let spread: Vec<(i32, u32)> = (0..60).map(|day| (day, 5)).collect();
        let found = notice(&[(120, 60), (119, 30), (3, 10)], &spread).unwrap();
        assert_eq!((found.severity, found.code.as_str()), (Severity::Unsafe, "outcome_from_silence"));
        assert!(found.what.en.starts_with("in 90 % of 100 departures the last event of `deals` lies 120 days before"));
        assert_eq!(notice(&[(120, 60), (80, 40)], &spread), None);
        assert_eq!(notice(&[(120, 19)], &spread), None);
    }

    #[test]
    fn a_log_with_an_event_every_day_is_none() {
        assert_eq!(notice(&[(0, 100)], &[(0, 900), (1, 50), (4, 50)]), None);
        assert!(notice(&[(0, 100)], &[(0, 10), (10, 10), (20, 10), (30, 10)]).is_some());
    }
}
