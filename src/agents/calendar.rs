//! Days of a company: counted from the first simulated day, with the calendar's months beside them.

use chrono::{Datelike, Months, NaiveDate};

/// Months simulated before the panel begins, so that windows reach back and covert decisions are under way.
pub(super) const BEFORE: usize = 8;

/// Months known after the last observed one: annual terms reach that far.
const AFTER: usize = 40;

/// Length of the study's periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Period {
    Week,
    Month,
    Quarter,
}

/// The observed months and their days.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    /// Observed calendar months.
    pub(super) n_months: usize,
    pub(super) period: Period,
    /// Day 0.
    origin: NaiveDate,
    /// First day of every month: month 0 begins on day 0, month [`BEFORE`] is the first observed one.
    first_days: Vec<i32>,
}

impl Calendar {
    /// `n_months` months from the first of the month of `from`.
    pub(super) fn new(from: NaiveDate, n_months: usize, period: Period) -> Self {
        let first = from.with_day(1).unwrap_or(from);
        let back = Months::new(u32::try_from(BEFORE).unwrap_or_default());
        let origin = first.checked_sub_months(back).unwrap_or(first);
        let first_days = (0..=BEFORE + n_months + AFTER)
            .map(|month| {
                let on = Months::new(u32::try_from(month).unwrap_or_default());
                origin.checked_add_months(on).map_or(0, |day| (day - origin).num_days() as i32)
            })
            .collect();
        Self { n_months, period, origin, first_days }
    }

    /// First day of a month; months outside the known ones have 30 days.
    pub(super) fn first_day(&self, month: i32) -> i32 {
        let last = self.first_days.len().saturating_sub(1);
        match usize::try_from(month) {
            Ok(at) if at <= last => self.first_days[at],
            Ok(at) => self.first_days[last] + 30 * (at - last) as i32,
            Err(_) => 30 * month,
        }
    }

    /// Last day of a month.
    pub(super) fn last_day(&self, month: i32) -> i32 {
        self.first_day(month + 1) - 1
    }

    /// The month of a day.
    pub(super) fn month_of(&self, day: i32) -> i32 {
        if day < 0 {
            return day.div_euclid(30);
        }
        self.first_days.partition_point(|&first| first <= day) as i32 - 1
    }

    /// First day of the panel.
    pub(super) fn from(&self) -> i32 {
        self.first_day(BEFORE as i32)
    }

    /// Last day of knowledge.
    pub(super) fn to(&self) -> i32 {
        self.last_day((BEFORE + self.n_months) as i32 - 1)
    }

    /// Weeks from day 0 that are simulated.
    pub(super) fn n_weeks(&self) -> usize {
        usize::try_from(self.to() / 7 + 1).unwrap_or_default()
    }

    /// The date of a day.
    pub(super) fn date(&self, day: i32) -> NaiveDate {
        self.origin.checked_add_signed(chrono::TimeDelta::days(i64::from(day))).unwrap_or(self.origin)
    }

    /// The same day so many months later, clipped to the month's end.
    pub(super) fn add_months(&self, day: i32, months: i32) -> i32 {
        let date = self.date(day);
        let by = Months::new(months.unsigned_abs());
        let moved = if months < 0 { date.checked_sub_months(by) } else { date.checked_add_months(by) };
        moved.map_or(day, |moved| (moved - self.origin).num_days() as i32)
    }

    /// Position in the year, 0 to 1.
    pub(super) fn of_year(&self, day: i32) -> f64 {
        f64::from(self.date(day).ordinal0()) / 365.25
    }

    /// First day of the panel's first period.
    pub(super) fn first_period(&self) -> i32 {
        match self.period {
            Period::Week => self.period_ends().first().map_or(self.from(), |end| end - 6),
            Period::Month | Period::Quarter => self.from(),
        }
    }

    /// Last days of the panel's periods that lie wholly inside the observed months.
    pub(super) fn period_ends(&self) -> Vec<i32> {
        let last = (BEFORE + self.n_months) as i32;
        match self.period {
            Period::Month => (BEFORE as i32..last).map(|month| self.last_day(month)).collect(),
            Period::Quarter => {
                let ends = |month: &i32| self.date(self.last_day(*month)).month().is_multiple_of(3);
                let whole = |month: &i32| self.first_day(month - 2) >= self.from();
                (BEFORE as i32..last).filter(ends).filter(whole).map(|month| self.last_day(month)).collect()
            }
            Period::Week => {
                let to_sunday = 6 - self.date(self.from()).weekday().num_days_from_monday() as i32;
                let first = self.from() + to_sunday;
                (0..)
                    .map(|week| first + 7 * week)
                    .take_while(|&end| end <= self.to())
                    .filter(|&end| end - 6 >= self.from())
                    .collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(period: Period) -> Calendar {
        Calendar::new(NaiveDate::from_ymd_opt(2024, 4, 1).unwrap(), 12, period)
    }

    #[test]
    fn months_and_days_agree() {
        let calendar = calendar(Period::Month);
        assert_eq!(calendar.date(calendar.from()).to_string(), "2024-04-01");
        assert_eq!(calendar.date(calendar.to()).to_string(), "2025-03-31");
        for day in 0..700 {
            let month = calendar.month_of(day);
            assert!(calendar.first_day(month) <= day && day <= calendar.last_day(month), "{day}");
        }
        let end_of_january = calendar.last_day(calendar.month_of(calendar.to()) - 2);
        assert_eq!(calendar.date(calendar.add_months(end_of_january, 1)).to_string(), "2025-02-28");
        assert_eq!(calendar.month_of(-1), -1);
    }

    #[test]
    fn periods_lie_wholly_inside() {
        assert_eq!(calendar(Period::Month).period_ends().len(), 12);
        let quarters = calendar(Period::Quarter);
        let ends: Vec<String> = quarters.period_ends().iter().map(|&day| quarters.date(day).to_string()).collect();
        assert_eq!(ends, ["2024-06-30", "2024-09-30", "2024-12-31", "2025-03-31"]);
        let weeks = calendar(Period::Week);
        assert_eq!(weeks.date(weeks.period_ends()[0]).to_string(), "2024-04-07");
        assert_eq!(weeks.period_ends().len(), 52);
    }
}
