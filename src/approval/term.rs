//! Until when signed weights may hold.

use chrono::{Datelike, Months, NaiveDate};

use crate::artifact::ModelArtifact;

use super::problem::ApprovalProblem;

/// A quarter, in months: how long weights without dates may hold from today.
const QUARTER: u32 = 3;
/// From the day on which verdicts expire, a quarter after the data's end, to a year after it, in months.
const REST_OF_YEAR: u32 = 9;

/// The last day of validity to sign, from what was asked for or what the weights say; `None` where neither says a day.
///
/// # Errors
/// A day that is over, or later than a year after the data's end (a quarter from today without dates).
pub(super) fn valid_until(
    artifact: &ModelArtifact,
    asked: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<Option<NaiveDate>, ApprovalProblem> {
    let expires = artifact.kpis.iter().find_map(|kpi| kpi.numbers.expires.as_deref()?.parse::<NaiveDate>().ok());
    let limit = match expires {
        Some(day) => months_later(day, REST_OF_YEAR),
        None => months_later(today, QUARTER),
    };
    match (asked, artifact.weights.valid_until.as_deref().and_then(|day| day.parse::<NaiveDate>().ok())) {
        (Some(until), _) if until < today => Err(ApprovalProblem::Past { until, today }),
        (Some(until), _) if until > limit => Err(ApprovalProblem::TooLate { until, limit, dated: expires.is_some() }),
        (Some(until), _) => Ok(Some(until)),
        (None, Some(on)) if on < today => Err(ApprovalProblem::Expired { on, limit, today }),
        (None, standing) => Ok(standing),
    }
}

/// Months later; the last day of a month stays the last day of a month.
fn months_later(day: NaiveDate, months: u32) -> NaiveDate {
    let later = day.checked_add_months(Months::new(months)).unwrap_or(day);
    let is_last = day.succ_opt().is_some_and(|next| next.day() == 1);
    let last = later.with_day(1).and_then(|first| first.checked_add_months(Months::new(1))).and_then(|d| d.pred_opt());
    if is_last { last.unwrap_or(later) } else { later }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn month_ends_stay_month_ends() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(months_later(day("2026-11-30"), 3), day("2027-02-28"));
        assert_eq!(months_later(day("2027-03-31"), 9), day("2027-12-31"));
        assert_eq!(months_later(day("2027-02-28"), 9), day("2027-11-30"));
        assert_eq!(months_later(day("2027-01-15"), 9), day("2027-10-15"));
    }
}
