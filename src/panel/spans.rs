//! Which as-of dates an event counts on, and sums over events by as-of date in time linear in the events.
//!
//! On the as-of dates of one account an event counts on one run of neighbours: from the first date on which it was known to
//! the last whose window still reaches back to it. A late record only shortens the run. So no window is ever read again
//! for the next date: runs go into the nodes of a segment tree, and every date collects the nodes above it.

use std::ops::Range;

/// The as-of dates of one account with where their windows begin, as days; both in ascending order.
#[derive(Debug, Clone, Copy)]
pub struct AsOfDates<'a> {
    /// Last day that is known.
    pub as_of: &'a [i32],
    /// Last day before the window.
    pub before: &'a [i32],
    /// Last day before the window that precedes it, for `change`.
    pub before_previous: &'a [i32],
    /// The same three, looked up by day, where many accounts share a calendar.
    pub tables: Option<DayTables<'a>>,
}

/// First dates from any day on, of a calendar of which an account has a part.
#[derive(Debug, Clone, Copy)]
pub struct DayTables<'a> {
    /// Of the as-of dates.
    pub as_of: &'a DayTable,
    /// Of the days before the windows.
    pub before: &'a DayTable,
    /// Of the days before the windows that precede them.
    pub before_previous: &'a DayTable,
    /// Index of the account's first date in the calendar.
    pub offset: usize,
}

/// For every day the index of the first date that is not before it: a search done once for all events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayTable {
    first: i32,
    index: Vec<u32>,
    n_dates: usize,
}

impl DayTable {
    /// Table of ascending dates. Dates that lie too far apart for a table have none, and are searched.
    #[must_use]
    pub fn new(dates: &[i32]) -> Option<Self> {
        /// Two hundred years of days.
        const LONGEST: i32 = 73_000;
        let (first, last) = (*dates.first()?, *dates.last()?);
        let length = last.checked_sub(first).filter(|length| *length < LONGEST)?;
        let index = (0..=length).map(|day| u32::try_from(first_from(dates, first + day)).unwrap_or(u32::MAX)).collect();
        Some(Self { first, index, n_dates: dates.len() })
    }

    /// Index of the first date that is not before `day`.
    #[must_use]
    pub fn first_from(&self, day: i32) -> usize {
        match day.checked_sub(self.first) {
            None => self.n_dates,
            Some(after) => match usize::try_from(after) {
                Err(_) => 0,
                Ok(after) => self.index.get(after).map_or(self.n_dates, |&index| index as usize),
            },
        }
    }
}

impl AsOfDates<'_> {
    /// Dates on which an event of day `at`, known from day `known`, is in the window.
    #[must_use]
    pub fn window(&self, at: i32, known: i32) -> Range<usize> {
        match &self.tables {
            Some(t) => run(self.own(t, t.as_of, known.max(at)), self.own(t, t.before, at)),
            None => run(first_from(self.as_of, known.max(at)), first_from(self.before, at)),
        }
    }

    /// Dates on which it is in the window before.
    #[must_use]
    pub fn previous(&self, at: i32, known: i32) -> Range<usize> {
        let (known, before, previous) = match &self.tables {
            Some(t) => {
                (self.own(t, t.as_of, known.max(at)), self.own(t, t.before, at), self.own(t, t.before_previous, at))
            }
            None => (
                first_from(self.as_of, known.max(at)),
                first_from(self.before, at),
                first_from(self.before_previous, at),
            ),
        };
        run(known.max(before), previous)
    }

    /// Index among the account's own dates.
    fn own(&self, tables: &DayTables<'_>, table: &DayTable, day: i32) -> usize {
        table.first_from(day).saturating_sub(tables.offset).min(self.as_of.len())
    }

    /// K.
    #[must_use]
    pub fn len(&self) -> usize {
        self.as_of.len()
    }

    /// Whether there is no date.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.as_of.is_empty()
    }
}

/// Index of the first date that is not before `day`.
fn first_from(dates: &[i32], day: i32) -> usize {
    dates.partition_point(|&date| date < day)
}

fn run(from: usize, to: usize) -> Range<usize> {
    from..to.max(from)
}

/// What can be put together in any order.
pub(super) trait Merge: Clone {
    /// Of nothing.
    const NOTHING: Self;
    /// Takes another part in.
    fn merge(&mut self, other: &Self);
}

/// Every date's sum over the runs that hold it: O((events + dates) log dates), without a subtraction.
pub(super) fn over_runs<M: Merge>(n_dates: usize, runs: impl Iterator<Item = (Range<usize>, M)>) -> Vec<M> {
    let mut nodes = vec![M::NOTHING; 2 * n_dates];
    // Runs to the last date need no tree: each date collects all that begin up to it.
    let mut open = vec![M::NOTHING; n_dates];
    for (run, part) in runs {
        if run.end == n_dates {
            if let Some(open) = open.get_mut(run.start) {
                open.merge(&part);
            }
            continue;
        }
        let (mut low, mut high) = (run.start + n_dates, run.end + n_dates);
        while low < high {
            if low % 2 == 1 {
                nodes[low].merge(&part);
                low += 1;
            }
            if high % 2 == 1 {
                high -= 1;
                nodes[high].merge(&part);
            }
            low /= 2;
            high /= 2;
        }
    }
    // From the root down: a parent stands before its children.
    for node in 2..nodes.len() {
        let (above, below) = nodes.split_at_mut(node);
        below[0].merge(&above[node / 2]);
    }
    let mut dates = nodes.split_off(n_dates);
    let mut so_far = M::NOTHING;
    for (date, open) in dates.iter_mut().zip(&open) {
        so_far.merge(open);
        date.merge(&so_far);
    }
    dates
}

/// How many runs hold each date.
pub(super) fn count_runs(n_dates: usize, runs: impl Iterator<Item = Range<usize>>) -> Vec<u64> {
    let mut change = vec![0_i64; n_dates + 1];
    for run in runs {
        change[run.start] += 1;
        change[run.end] -= 1;
    }
    let mut now = 0;
    change[..n_dates]
        .iter()
        .map(|step| {
            now += step;
            now.unsigned_abs()
        })
        .collect()
}

/// How many different keys have a run on each date.
pub(super) fn count_keys<K: Ord>(n_dates: usize, runs: impl Iterator<Item = (K, Range<usize>)>) -> Vec<u64> {
    let mut sorted: Vec<(K, usize, usize)> =
        runs.filter(|(_, run)| !run.is_empty()).map(|(key, run)| (key, run.start, run.end)).collect();
    sorted.sort_unstable();
    let mut apart: Vec<Range<usize>> = Vec::new();
    let mut last: Option<&K> = None;
    for (key, from, to) in &sorted {
        match apart.last_mut().filter(|run| last == Some(key) && *from <= run.end) {
            Some(run) => run.end = run.end.max(*to),
            None => apart.push(*from..*to),
        }
        last = Some(key);
    }
    count_runs(n_dates, apart.into_iter())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone)]
    struct Sum(u64);

    impl Merge for Sum {
        const NOTHING: Self = Self(0);

        fn merge(&mut self, other: &Self) {
            self.0 += other.0;
        }
    }

    #[test]
    fn a_date_sums_the_runs_that_hold_it_and_no_others() {
        for n_dates in [0, 1, 2, 3, 7, 36] {
            let runs: Vec<Range<usize>> =
                (0..=n_dates).flat_map(|from| (from..=n_dates).map(move |to| from..to)).collect();
            let weight = |run: &Range<usize>| (run.start * 41 + run.end) as u64;
            let found = over_runs(n_dates, runs.iter().map(|run| (run.clone(), Sum(weight(run)))));
            let counts = count_runs(n_dates, runs.iter().cloned());
            for date in 0..n_dates {
                let holding: Vec<&Range<usize>> = runs.iter().filter(|run| run.contains(&date)).collect();
                assert_eq!(found[date].0, holding.iter().map(|run| weight(run)).sum::<u64>(), "{n_dates}");
                assert_eq!(counts[date], holding.len() as u64);
            }
        }
    }

    #[test]
    fn a_key_counts_once_a_date_however_many_runs_it_has() {
        let runs = [("a", 0..3), ("b", 1..2), ("a", 2..5), ("a", 6..7), ("b", 5..5), ("a", 5..6)];
        assert_eq!(count_keys(8, runs.into_iter()), [1, 2, 1, 1, 1, 1, 1, 0]);
    }

    #[test]
    fn windows_are_open_at_the_left_closed_at_the_right_and_late_records_enter_late() {
        // As-of days 30, 60, 90 with windows of 30 days.
        let (as_of, before, before_previous) = ([30, 60, 90], [0, 30, 60], [-30, 0, 30]);
        let dates = AsOfDates { as_of: &as_of, before: &before, before_previous: &before_previous, tables: None };
        assert_eq!((dates.window(30, 30), dates.previous(30, 30)), (0..1, 1..2));
        assert_eq!((dates.window(31, 31), dates.previous(31, 31)), (1..2, 2..3));
        assert!(dates.window(0, 0).is_empty() && dates.window(91, 91).is_empty());
        // Known only after its window is over: in no window, and in the one before.
        assert!(dates.window(20, 40).is_empty());
        assert_eq!(dates.previous(20, 40), 1..2);
        assert_eq!(dates.previous(20, 61), 2..2);
    }

    /// The part of a calendar that an account has, looked up and searched.
    #[test]
    fn looking_a_day_up_is_the_same_as_searching_for_it() {
        let as_of = [30, 58, 89, 119, 150, 180];
        let windows = [as_of.map(|day| day - 45), as_of.map(|day| day - 90)];
        let tables: Vec<DayTable> =
            [&as_of, &windows[0], &windows[1]].into_iter().map(|dates| DayTable::new(dates).unwrap()).collect();
        for own in [0..6, 2..5, 5..6, 3..3] {
            let searched = AsOfDates {
                as_of: &as_of[own.clone()],
                before: &windows[0][own.clone()],
                before_previous: &windows[1][own.clone()],
                tables: None,
            };
            let looked_up = AsOfDates {
                tables: Some(DayTables {
                    as_of: &tables[0],
                    before: &tables[1],
                    before_previous: &tables[2],
                    offset: own.start,
                }),
                ..searched
            };
            for at in -120..260 {
                for late in [0, 1, 40] {
                    assert_eq!(looked_up.window(at, at + late), searched.window(at, at + late), "{own:?} {at} {late}");
                    assert_eq!(
                        looked_up.previous(at, at + late),
                        searched.previous(at, at + late),
                        "{own:?} {at} {late}"
                    );
                }
            }
        }
        assert_eq!(DayTable::new(&[i32::MIN, i32::MIN]).map(|table| table.first_from(0)), Some(2));
        assert_eq!(DayTable::new(&[i32::MIN, 0]), None);
    }
}
