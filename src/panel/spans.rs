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
}

impl AsOfDates<'_> {
    /// Dates on which an event of day `at`, known from day `known`, is in the window.
    #[must_use]
    pub fn window(&self, at: i32, known: i32) -> Range<usize> {
        run(first_from(self.as_of, known.max(at)), first_from(self.before, at))
    }

    /// Dates on which it is in the window before.
    #[must_use]
    pub fn previous(&self, at: i32, known: i32) -> Range<usize> {
        let from = first_from(self.as_of, known.max(at)).max(first_from(self.before, at));
        run(from, first_from(self.before_previous, at))
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
    for (run, part) in runs {
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
    nodes.split_off(n_dates)
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
        let dates = AsOfDates { as_of: &[30, 60, 90], before: &[0, 30, 60], before_previous: &[-30, 0, 30] };
        assert_eq!((dates.window(30, 30), dates.previous(30, 30)), (0..1, 1..2));
        assert_eq!((dates.window(31, 31), dates.previous(31, 31)), (1..2, 2..3));
        assert!(dates.window(0, 0).is_empty() && dates.window(91, 91).is_empty());
        // Known only after its window is over: in no window, and in the one before.
        assert!(dates.window(20, 40).is_empty());
        assert_eq!(dates.previous(20, 40), 1..2);
        assert_eq!(dates.previous(20, 61), 2..2);
    }
}
