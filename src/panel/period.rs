//! The calendar of a panel: integer indices or dates, counted from the first period.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

/// Length of a period, as found in the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeriodUnit {
    /// Integers, whatever they stand for.
    Index,
    /// Dates seven days apart.
    Week,
    /// Dates in different calendar months.
    Month,
    /// Dates three calendar months apart.
    Quarter,
    /// Dates with no such pattern: counted in their order.
    Date,
    /// No time at all.
    None,
}

/// Names of the periods from the first to the last, and how they are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodAxis {
    unit: PeriodUnit,
    labels: Vec<String>,
    dates: Vec<Option<NaiveDate>>,
}

impl PeriodAxis {
    /// The axis of a snapshot.
    #[must_use]
    pub fn none() -> Self {
        Self { unit: PeriodUnit::None, labels: vec![String::new()], dates: vec![None] }
    }

    /// Axis of integer periods, and the position of each value on it.
    ///
    /// Returns `None` where the values span more than a million periods.
    #[must_use]
    pub fn from_integers(values: &[i64]) -> Option<(Self, Vec<i32>)> {
        let (first, last) = (values.iter().min()?, values.iter().max()?);
        let length = last.checked_sub(*first).filter(|&n| n < MAX_PERIODS)?;
        let labels = (0..=length).map(|i| (first + i).to_string()).collect::<Vec<_>>();
        let dates = vec![None; labels.len()];
        let positions = values.iter().map(|v| i32::try_from(v - first).unwrap_or(i32::MAX)).collect();
        Some((Self { unit: PeriodUnit::Index, labels, dates }, positions))
    }

    /// Axis of dated periods, and the position of each date on it. Months, quarters and weeks are recognised by their
    /// distances; a month or quarter in which nobody is a customer keeps its place.
    #[must_use]
    pub fn from_dates(values: &[NaiveDate]) -> Option<(Self, Vec<i32>)> {
        let mut distinct = values.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let first = *distinct.first()?;
        let unit = unit_of(&distinct);
        let position = |date: NaiveDate| -> i64 {
            match unit {
                PeriodUnit::Month => month_number(date) - month_number(first),
                PeriodUnit::Quarter => (month_number(date) - month_number(first)) / 3,
                PeriodUnit::Week => (date - first).num_days() / 7,
                _ => i64::try_from(distinct.partition_point(|&d| d < date)).unwrap_or(i64::MAX),
            }
        };
        let length = usize::try_from(position(*distinct.last()?)).ok().filter(|&n| (n as i64) < MAX_PERIODS)?;
        let mut dates = vec![None; length + 1];
        for &date in &distinct {
            if let Some(slot) = usize::try_from(position(date)).ok().and_then(|i| dates.get_mut(i)) {
                *slot = Some(date);
            }
        }
        let labels = dates.iter().enumerate().map(|(i, d)| d.map_or_else(|| format!("+{i}"), |d| d.to_string()));
        let labels = labels.collect();
        let positions = values.iter().map(|&d| i32::try_from(position(d)).unwrap_or(i32::MAX)).collect();
        Some((Self { unit, labels, dates }, positions))
    }

    /// The axis up to a period.
    #[must_use]
    pub(super) fn until(&self, last: i32) -> Self {
        let length = usize::try_from(last.saturating_add(1)).unwrap_or(0).min(self.labels.len());
        Self { unit: self.unit, labels: self.labels[..length].to_vec(), dates: self.dates[..length].to_vec() }
    }

    /// Length of a period.
    #[must_use]
    pub fn unit(&self) -> PeriodUnit {
        self.unit
    }

    /// Number of periods from the first to the last.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no period.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Period as written in the data.
    #[must_use]
    pub fn label(&self, period: i32) -> &str {
        usize::try_from(period).ok().and_then(|i| self.labels.get(i)).map_or("", String::as_str)
    }

    /// Date of a period, where periods are dates.
    #[must_use]
    pub fn date(&self, period: i32) -> Option<NaiveDate> {
        usize::try_from(period).ok().and_then(|i| self.dates.get(i).copied().flatten())
    }

    /// Position of the last period.
    #[must_use]
    pub fn last(&self) -> i32 {
        i32::try_from(self.labels.len()).unwrap_or(i32::MAX) - 1
    }

    /// Last day of the data: the last day of its last period. Periods that all begin a month, quarter or week are named by
    /// their first day and end with their last one; any other date is the day itself. Absent without dates.
    #[must_use]
    pub fn end(&self) -> Option<NaiveDate> {
        let last = self.date(self.last())?;
        let all = |holds: &dyn Fn(NaiveDate) -> bool| self.dates.iter().flatten().all(|&day| holds(day));
        let begins_month = |day: NaiveDate| day.day() == 1;
        let begins_week = |day: NaiveDate| day.weekday() == Weekday::Mon;
        let next = match self.unit {
            PeriodUnit::Month if all(&begins_month) => last.checked_add_months(Months::new(1)),
            PeriodUnit::Quarter if all(&begins_month) => last.checked_add_months(Months::new(3)),
            PeriodUnit::Week if all(&begins_week) => last.checked_add_days(Days::new(7)),
            _ => return Some(last),
        };
        next?.pred_opt()
    }

    /// Last day on which a verdict from this data holds: one quarter after its end, from the end of a month to the end of a
    /// month. Absent without dates.
    #[must_use]
    pub fn expires(&self) -> Option<NaiveDate> {
        let end = self.end()?;
        let next = end.succ_opt()?;
        if next.day() == 1 {
            next.checked_add_months(Months::new(3))?.pred_opt()
        } else {
            end.checked_add_months(Months::new(3))
        }
    }
}

/// More periods than this are a mistaken column, not a calendar.
const MAX_PERIODS: i64 = 1_000_000;

fn month_number(date: NaiveDate) -> i64 {
    i64::from(date.year()) * 12 + i64::from(date.month0())
}

fn unit_of(distinct: &[NaiveDate]) -> PeriodUnit {
    let steps = |f: &dyn Fn(NaiveDate, NaiveDate) -> i64| -> Vec<i64> {
        distinct.windows(2).map(|pair| f(pair[0], pair[1])).collect()
    };
    let months = steps(&|a, b| month_number(b) - month_number(a));
    let days = steps(&|a, b| (b - a).num_days());
    if months.is_empty() {
        PeriodUnit::Date
    } else if months.iter().all(|&m| m > 0 && m % 3 == 0) {
        PeriodUnit::Quarter
    } else if months.iter().all(|&m| m > 0) {
        PeriodUnit::Month
    } else if days.iter().all(|&d| d % 7 == 0) {
        PeriodUnit::Week
    } else {
        PeriodUnit::Date
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn month_ends_are_one_apart_and_an_empty_month_keeps_its_place() {
        let dates = [day("2024-01-31"), day("2024-02-29"), day("2024-05-31"), day("2024-06-30")];
        let (axis, at) = PeriodAxis::from_dates(&dates).unwrap();
        assert_eq!((axis.unit(), at), (PeriodUnit::Month, vec![0, 1, 4, 5]));
        assert_eq!(axis.expires(), Some(day("2024-09-30")));
    }

    #[test]
    fn weeks_and_quarters_are_recognised() {
        let (axis, at) = PeriodAxis::from_dates(&[day("2024-01-07"), day("2024-01-14"), day("2024-01-28")]).unwrap();
        assert_eq!((axis.unit(), at), (PeriodUnit::Week, vec![0, 1, 3]));
        let (axis, at) = PeriodAxis::from_dates(&[day("2024-03-31"), day("2023-12-31")]).unwrap();
        assert_eq!((axis.unit(), at), (PeriodUnit::Quarter, vec![1, 0]));
    }

    #[test]
    fn integers_are_counted_from_the_smallest() {
        let (axis, at) = PeriodAxis::from_integers(&[202_401, 202_403]).unwrap();
        assert_eq!((axis.len(), at, axis.label(1)), (3, vec![0, 2], "202402"));
        assert!(PeriodAxis::from_integers(&[0, i64::MAX]).is_none());
    }

    #[test]
    fn verdicts_expire_a_quarter_after_the_last_day_of_the_data() {
        let cases: [(&str, &[&str], &str, &str); 12] = [
            ("months by their last day", &["2026-08-31", "2026-09-30"], "2026-09-30", "2026-12-31"),
            ("into the next year", &["2026-11-30", "2026-12-31"], "2026-12-31", "2027-03-31"),
            ("into February", &["2026-10-31", "2026-11-30"], "2026-11-30", "2027-02-28"),
            ("into a leap year's February", &["2027-10-31", "2027-11-30"], "2027-11-30", "2028-02-29"),
            ("from February", &["2026-01-31", "2026-02-28"], "2026-02-28", "2026-05-31"),
            ("months by their first day", &["2026-08-01", "2026-09-01"], "2026-09-30", "2026-12-31"),
            ("months by a day between", &["2026-08-15", "2026-09-15"], "2026-09-15", "2026-12-15"),
            ("quarters by their last day", &["2026-06-30", "2026-09-30", "2026-12-31"], "2026-12-31", "2027-03-31"),
            ("quarters by their first day", &["2026-07-01", "2026-10-01"], "2026-12-31", "2027-03-31"),
            ("weeks by their Sunday", &["2026-12-20", "2026-12-27"], "2026-12-27", "2027-03-27"),
            ("weeks by their Monday", &["2026-12-21", "2026-12-28"], "2027-01-03", "2027-04-03"),
            ("one day", &["2026-09-30"], "2026-09-30", "2026-12-31"),
        ];
        for (name, dates, end, expires) in cases {
            let dates: Vec<NaiveDate> = dates.iter().map(|text| day(text)).collect();
            let (axis, _) = PeriodAxis::from_dates(&dates).unwrap();
            assert_eq!((axis.end(), axis.expires()), (Some(day(end)), Some(day(expires))), "{name}");
        }
        assert_eq!((PeriodAxis::none().end(), PeriodAxis::none().expires()), (None, None));
        assert_eq!(PeriodAxis::from_integers(&[1, 2]).unwrap().0.expires(), None);
    }
}
