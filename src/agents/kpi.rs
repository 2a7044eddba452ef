//! A KPI as the company declares it: an activity, counted in a window.

use super::mechanism::Mechanism;
use super::stream::Log;
use crate::words;
use crate::words::Words;

/// How the rows in the window become a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Count,
    /// Sum of minutes, hours or money.
    Sum,
    DistinctDays,
    /// Different people.
    People,
    Mean,
    Last,
}

impl Measure {
    /// As written in the study.
    pub(super) fn agg(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Sum => "sum",
            Self::DistinctDays => "distinct_days",
            Self::People => "distinct",
            Self::Mean => "mean",
            Self::Last => "last",
        }
    }

    /// For the label, before the window.
    pub(super) fn words(self, log: Log) -> Words {
        match (self, log) {
            (Self::Count, _) => words!(en: "number in", ja: "件数"),
            (Self::Sum, Log::Tickets) => words!(en: "hours waited in", ja: "待ち時間"),
            (Self::Sum, Log::Outcomes) => words!(en: "value in", ja: "効果額"),
            (Self::Sum, _) => words!(en: "minutes in", ja: "時間（分）"),
            (Self::DistinctDays, _) => words!(en: "days in", ja: "日数"),
            (Self::People, _) => words!(en: "people in", ja: "利用者数"),
            (Self::Mean, _) => words!(en: "mean score in", ja: "平均点"),
            (Self::Last, _) => words!(en: "last score in", ja: "直近の点"),
        }
    }
}

/// A window as written, and its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) text: &'static str,
    pub(super) days: i32,
}

/// One KPI of the study.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kpi {
    pub(super) name: String,
    pub(super) label: Words,
    pub(super) mechanism: Mechanism,
    pub(super) stream: usize,
    pub(super) measure: Measure,
    pub(super) window: Window,
    /// Position among the KPIs of the one that it copies, or through which it works or is hidden.
    pub(super) parent: Option<usize>,
    pub(super) kind: &'static str,
    pub(super) stage: &'static str,
    pub(super) hoped: &'static str,
    /// Day on which people began to be measured by it.
    pub(super) became_target: Option<i32>,
}

/// What one account did in the weeks of a window: events and amounts by week.
pub(super) struct Weeks<'a> {
    pub(super) counts: &'a [u16],
    pub(super) amounts: &'a [f32],
}

impl Weeks<'_> {
    /// The KPI's value; NaN where nobody answered.
    ///
    /// Days and people within a week are what a random spread over 6 days, or over `users` people, gives on average.
    pub(super) fn value(&self, measure: Measure, users: usize) -> f64 {
        let total: f64 = self.counts.iter().map(|&n| f64::from(n)).sum();
        let amount = || self.amounts.iter().map(|&x| f64::from(x)).sum::<f64>();
        let spread = |places: f64, n: f64| places * (1.0 - (1.0 - 1.0 / places).powf(n));
        match measure {
            Measure::Count => total,
            Measure::Sum => amount(),
            Measure::DistinctDays => self.counts.iter().map(|&n| spread(6.0, f64::from(n))).sum(),
            Measure::People => spread(users.max(2) as f64, total),
            Measure::Mean if total > 0.0 => amount() / total,
            Measure::Last => {
                let last = self.counts.iter().zip(self.amounts).rev().find(|(n, _)| **n > 0);
                last.map_or(f64::NAN, |(_, &score)| f64::from(score))
            }
            Measure::Mean => f64::NAN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_window() {
        let weeks = Weeks { counts: &[1, 0, 2], amounts: &[9.0, 0.0, 14.0] };
        let of = |measure| weeks.value(measure, 4);
        assert!((of(Measure::Count) - 3.0).abs() < 1e-12 && (of(Measure::Sum) - 23.0).abs() < 1e-6);
        assert!((of(Measure::Mean) - 23.0 / 3.0).abs() < 1e-6 && (of(Measure::Last) - 14.0).abs() < 1e-6);
        assert!(of(Measure::DistinctDays) > 2.5 && of(Measure::DistinctDays) < 3.0 && of(Measure::People) < 3.0);
        let none = Weeks { counts: &[0], amounts: &[0.0] };
        assert!(none.value(Measure::Mean, 4).is_nan() && none.value(Measure::Count, 4).abs() < 1e-12);
    }
}
