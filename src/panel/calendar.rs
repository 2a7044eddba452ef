//! Periods and windows of the calendar: weeks from Monday, months, quarters, and what lies so long before a day.

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::study::{Period, Window, WindowUnit};

/// Last days of the periods that lie wholly inside `[from, to]`, in order.
#[must_use]
pub fn period_ends(period: Period, from: NaiveDate, to: NaiveDate) -> Vec<NaiveDate> {
    let mut ends = Vec::new();
    let mut day = from;
    while let Some(end) = last_day(period, day).filter(|&end| end <= to) {
        if first_day(period, end).is_some_and(|first| first >= from) {
            ends.push(end);
        }
        let Some(next) = end.checked_add_days(Days::new(1)) else { break };
        day = next;
    }
    ends
}

/// First day of the period that holds `day`; `None` beyond the calendar.
#[must_use]
pub fn first_day(period: Period, day: NaiveDate) -> Option<NaiveDate> {
    match period {
        Period::Week => day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday()))),
        Period::Month => day.with_day(1),
        Period::Quarter => day.with_day(1)?.with_month0(day.month0() / 3 * 3),
    }
}

/// Last day of the period that holds `day`; `None` beyond the calendar.
#[must_use]
pub fn last_day(period: Period, day: NaiveDate) -> Option<NaiveDate> {
    let first = first_day(period, day)?;
    let next = match period {
        Period::Week => first.checked_add_days(Days::new(7)),
        Period::Month => first.checked_add_months(Months::new(1)),
        Period::Quarter => first.checked_add_months(Months::new(3)),
    };
    next?.pred_opt()
}

/// Calendar periods from one day's to another's, for example the tenure: 31 January to 1 February is one month.
#[must_use]
pub fn periods_between(period: Period, from: NaiveDate, to: NaiveDate) -> i64 {
    let months = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
    let weeks = |day: NaiveDate| (i64::from(day.num_days_from_ce()) - 1).div_euclid(7);
    match period {
        Period::Week => weeks(to) - weeks(from),
        Period::Month => months(to) - months(from),
        Period::Quarter => months(to).div_euclid(3) - months(from).div_euclid(3),
    }
}

/// The day before a window that ends with `as_of` (so many windows of that length before it); months clip to month ends:
/// a month before 31 March is 29 or 28 February. `None` beyond the calendar.
#[must_use]
pub fn day_before(as_of: NaiveDate, window: Window, times: u32) -> Option<NaiveDate> {
    let count = window.count.checked_mul(times)?;
    let days = |length: u64| as_of.checked_sub_days(Days::new(u64::from(count).checked_mul(length)?));
    let months = |length: u32| as_of.checked_sub_months(Months::new(count.checked_mul(length)?));
    match window.unit {
        WindowUnit::Day => days(1),
        WindowUnit::Week => days(7),
        WindowUnit::Month => months(1),
        WindowUnit::Quarter => months(3),
        WindowUnit::Year => months(12),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn ends(period: Period, from: &str, to: &str) -> Vec<String> {
        period_ends(period, day(from), day(to)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn only_whole_periods_count_and_leap_days_and_iso_weeks_are_right() {
        assert_eq!(ends(Period::Month, "2024-01-02", "2024-03-31"), ["2024-02-29", "2024-03-31"]);
        assert_eq!(ends(Period::Month, "2023-02-01", "2023-03-30"), ["2023-02-28"]);
        assert_eq!(ends(Period::Quarter, "2023-10-01", "2024-06-29"), ["2023-12-31", "2024-03-31"]);
        // 2024-12-30 is the Monday of the first week of 2025.
        assert_eq!(ends(Period::Week, "2024-12-23", "2025-01-11"), ["2024-12-29", "2025-01-05"]);
        assert!(ends(Period::Month, "2024-05-02", "2024-05-31").is_empty());
        assert!(ends(Period::Week, "2024-05-02", "2024-05-01").is_empty());
    }

    #[test]
    fn windows_clip_to_month_ends_and_days_are_exact() {
        let before = |as_of: &str, count, unit, times| {
            day_before(day(as_of), Window { count, unit }, times).map(|day| day.to_string())
        };
        assert_eq!(before("2024-03-31", 1, WindowUnit::Month, 1).as_deref(), Some("2024-02-29"));
        assert_eq!(before("2024-03-31", 1, WindowUnit::Month, 2).as_deref(), Some("2024-01-31"));
        assert_eq!(before("2024-02-29", 1, WindowUnit::Year, 1).as_deref(), Some("2023-02-28"));
        assert_eq!(before("2024-05-31", 1, WindowUnit::Quarter, 1).as_deref(), Some("2024-02-29"));
        assert_eq!(before("2024-03-31", 90, WindowUnit::Day, 1).as_deref(), Some("2024-01-01"));
        assert_eq!(before("2024-03-31", 2, WindowUnit::Week, 2).as_deref(), Some("2024-03-03"));
        assert_eq!(before("2024-03-31", u32::MAX, WindowUnit::Year, 1), None);
    }

    #[test]
    fn periods_are_counted_on_the_calendar() {
        let between = |period, from, to| periods_between(period, day(from), day(to));
        assert_eq!(between(Period::Month, "2024-01-31", "2024-02-01"), 1);
        assert_eq!(between(Period::Quarter, "2023-12-31", "2024-04-01"), 2);
        assert_eq!(between(Period::Week, "2024-12-29", "2024-12-30"), 1);
        assert_eq!(between(Period::Week, "2024-12-30", "2025-01-05"), 0);
    }

    /// Every day of fifty years lies in the period that its first and last day bound.
    #[test]
    fn every_day_lies_in_one_period() {
        for period in [Period::Week, Period::Month, Period::Quarter] {
            let mut today = day("1999-12-27");
            while today < day("2049-12-31") {
                let (first, last) = (first_day(period, today).unwrap(), last_day(period, today).unwrap());
                assert!(first <= today && today <= last, "{today}");
                assert_eq!((periods_between(period, first, today), periods_between(period, today, last)), (0, 0));
                assert_eq!(periods_between(period, last, last.succ_opt().unwrap()), 1, "{last}");
                today = today.succ_opt().unwrap();
            }
        }
    }
}
