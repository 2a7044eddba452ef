//! When the rows of a log happened: on days, or once a month for everything in it.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use super::super::name_words::NameWords;
use super::super::sketch::{ColumnSketch, SketchKind};
use super::super::words_of_columns as names;
use super::{REPEATED_OF, Sorted};

/// What a row of a log is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rhythm {
    /// Something that happened on a day.
    Days,
    /// A month, which is known with its last day.
    MonthEnds,
    /// A month that is named by its first day.
    MonthStarts,
}

impl Rhythm {
    /// The window of three months; it holds exactly three rows at the end of every month.
    pub(super) fn quarter(self) -> &'static str {
        match self {
            Self::Days => "90d",
            // The ends of three months lie 59 to 62 days before the last of them at most, those of four 89 at least.
            Self::MonthEnds => "12w",
            Self::MonthStarts => "3mo",
        }
    }

    /// The window of six months.
    pub(super) fn half_year(self) -> &'static str {
        match self {
            // The ends of six months lie within 153 days, those of seven 181 at least.
            Self::Days | Self::MonthEnds => "180d",
            Self::MonthStarts => "6mo",
        }
    }
}

/// Whether a column of raw tables holds months: text always does, six digits under the name of a time.
pub(super) fn holds_months(column: &ColumnSketch, words: &NameWords) -> bool {
    let is_timely = [names::PERIOD, names::HAPPENED, names::MONTH].iter().any(|patterns| words.fit(patterns) > 0);
    column.months.is_some() && words.names_account() == 0 && (column.kind == SketchKind::Text || is_timely)
}

impl Sorted<'_> {
    /// The column that says when a row happened: the month where that and the account make a row unique or no day is told,
    /// else the date whose name fits best, else the first.
    pub(super) fn happened(&self) -> usize {
        let recorded = self.date(names::RECORDED);
        let fit = |at: &usize| self.words[*at].fit(names::HAPPENED).max(self.words[*at].fit(names::START));
        let days = || self.dates.iter().copied().filter(|at| Some(*at) != recorded);
        let month =
            self.months.iter().copied().max_by_key(|at| (self.words[*at].fit(names::PERIOD), std::cmp::Reverse(*at)));
        if let Some(month) = month.filter(|month| days().next().is_none() || self.is_key(*month)) {
            return month;
        }
        days().max_by_key(|at| (fit(at), std::cmp::Reverse(*at))).or(recorded).unwrap_or(0)
    }

    /// What its rows are about.
    pub(super) fn rhythm(&self) -> Rhythm {
        let at = self.happened();
        if self.months.contains(&at) {
            return Rhythm::MonthEnds;
        }
        let days: Vec<NaiveDate> = self.column(at).levels.iter().filter_map(|level| level.parse().ok()).collect();
        let is_last = |day: &NaiveDate| day.succ_opt().is_some_and(|next| next.day() == 1);
        let found = if self.column(at).kind != SketchKind::Date || days.len() < 2 {
            Rhythm::Days
        } else if days.iter().all(|day| day.day() == 1) {
            Rhythm::MonthStarts
        } else if days.iter().all(is_last) {
            Rhythm::MonthEnds
        } else {
            Rhythm::Days
        };
        // Counting pairs is dear in a long log, and most are of days.
        if found == Rhythm::Days || self.is_key(at) { found } else { Rhythm::Days }
    }

    /// First and last day that its rows speak of.
    pub(super) fn days(&self, at: usize) -> Option<(NaiveDate, NaiveDate)> {
        let column = self.column(at);
        let levels = column.months.as_ref().filter(|_| self.months.contains(&at)).unwrap_or(&column.levels);
        let days: Vec<NaiveDate> = levels.iter().map(|level| level.parse().ok()).collect::<Option<_>>()?;
        let (first, last) = (*days.iter().min()?, *days.iter().max()?);
        if at != self.happened() || self.rhythm() == Rhythm::Days {
            return Some((first, last));
        }
        let end = last.with_day(1)?.checked_add_months(chrono::Months::new(1))?.pred_opt()?;
        Some((first.with_day(1)?, end))
    }

    /// Whether account and this column tell the rows apart, but for a few.
    fn is_key(&self, at: usize) -> bool {
        let (accounts, times) = (&self.column(self.account).codes, &self.column(at).codes);
        let pairs: BTreeSet<(u32, u32)> = accounts.iter().copied().zip(times.iter().copied()).collect();
        (accounts.len() - pairs.len()) * REPEATED_OF <= accounts.len()
    }
}
