//! Lengths of time in the periods of the study.

use super::format::plain;
use super::names::say;
use crate::artifact::ModelArtifact;
use crate::words::Lang;

/// How periods are counted and called.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock<'a> {
    /// Whole periods needed to act.
    pub(super) gap: u32,
    unit: Option<&'a str>,
}

impl<'a> Clock<'a> {
    /// The clock of a study.
    pub(super) fn of(artifact: &'a ModelArtifact) -> Self {
        Self { gap: artifact.study.gap, unit: artifact.data.period_unit.as_deref() }
    }

    /// `months`, `か月前` and so on, for the axis of a chart.
    pub(super) fn before_the_event(self, lang: Lang) -> &'static str {
        match self.unit {
            Some("month") => say(lang, "months before the event", "離反までの月数"),
            Some("week") => say(lang, "weeks before the event", "離反までの週数"),
            Some("quarter") => say(lang, "quarters before the event", "離反までの四半期数"),
            _ => say(lang, "periods before the event", "離反までの期数"),
        }
    }

    /// `1 month`, `5 months`, `5か月`.
    pub(super) fn length(self, n: u32, lang: Lang) -> String {
        let (one, many, ja) = match self.unit {
            Some("month") => ("month", "months", "か月"),
            Some("week") => ("week", "weeks", "週間"),
            Some("quarter") => ("quarter", "quarters", "四半期"),
            _ => ("period", "periods", "期"),
        };
        match lang {
            Lang::En => format!("{n} {}", if n == 1 { one } else { many }),
            Lang::Ja => format!("{n}{ja}"),
        }
    }

    /// The same for a number between two whole ones: `3.5 months`.
    pub(super) fn lasting(self, n: f64, lang: Lang) -> String {
        let unit = self.length(if (n - 1.0).abs() < f64::EPSILON { 1 } else { 2 }, lang);
        format!("{}{}", plain(n), unit.trim_start_matches(|c: char| c.is_ascii_digit()))
    }

    /// Whether the length of a period is known.
    pub(super) fn is_known(self) -> bool {
        matches!(self.unit, Some("month" | "week" | "quarter"))
    }

    /// `5 to 1 months`, `1 month` where both are the same; `5〜1か月`.
    pub(super) fn span(self, far: u32, near: u32, lang: Lang) -> String {
        if far == near {
            return self.length(far, lang);
        }
        let length = self.length(near.max(2), lang);
        let unit = length.trim_start_matches(|c: char| c.is_ascii_digit());
        match lang {
            Lang::En => format!("{far} to {near}{unit}"),
            Lang::Ja => format!("{far}〜{near}{unit}"),
        }
    }
}
