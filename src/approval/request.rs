//! What a person asks for: a signature, with decisions about single KPIs.

use chrono::NaiveDate;

use super::problem::ApprovalProblem;

/// A signature as asked for on the command line.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Name of the person.
    pub by: String,
    /// What the person notes; the reason of every decision that has none of its own.
    pub note: Option<String>,
    /// Decisions as written, [`KpiDecision::parse`].
    pub kpis: Vec<String>,
    /// Last day of validity, where it shall not be that of the weights.
    pub valid_until: Option<NaiveDate>,
}

/// Keep or drop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It stays in the score.
    Keep,
    /// It leaves the score.
    Drop,
}

impl Decision {
    /// `keep` or `drop`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Drop => "drop",
        }
    }
}

/// A decision about one KPI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KpiDecision {
    /// Name in the study.
    pub kpi: String,
    /// Keep or drop.
    pub decision: Decision,
    /// Its own reason.
    pub reason: Option<String>,
}

impl KpiDecision {
    /// Reads `NAME=keep`, `NAME=drop` or either with `:REASON` behind it. Names and reasons may contain `=` and `:`. Both signs
    /// may be the wide ones that Japanese input methods write.
    ///
    /// ```
    /// use fuellamp::approval::{Decision, KpiDecision};
    /// let read = KpiDecision::parse("seats=drop:we stop measuring it: cost = 4 h")?;
    /// assert_eq!((read.kpi.as_str(), read.decision), ("seats", Decision::Drop));
    /// assert_eq!(read.reason.as_deref(), Some("we stop measuring it: cost = 4 h"));
    /// assert_eq!(KpiDecision::parse("a=b=keep")?.kpi, "a=b");
    /// # Ok::<(), fuellamp::approval::ApprovalProblem>(())
    /// ```
    ///
    /// # Errors
    /// [`ApprovalProblem::NoDecision`] where there is neither `=keep` nor `=drop`.
    pub fn parse(written: &str) -> Result<Self, ApprovalProblem> {
        for (at, sign) in written.match_indices(['=', '＝']) {
            let (kpi, rest) = (written[..at].trim(), &written[at + sign.len()..]);
            let (word, reason) =
                rest.split_once([':', '：']).map_or((rest, None), |(word, reason)| (word, Some(reason)));
            let decision = match word.trim() {
                "keep" => Decision::Keep,
                "drop" => Decision::Drop,
                _ => continue,
            };
            if !kpi.is_empty() {
                return Ok(Self { kpi: kpi.to_owned(), decision, reason: filled(reason) });
            }
        }
        Err(ApprovalProblem::NoDecision { written: written.to_owned() })
    }
}

/// A text that says something.
pub(super) fn filled(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_decides_nothing_is_refused() {
        for written in ["usage", "usage=", "usage=maybe", "=keep", "keep", "usage:keep", "usage=KEEP", ""] {
            assert!(KpiDecision::parse(written).is_err(), "{written}");
        }
        let read = KpiDecision::parse(" 決裁者との接触 = keep : ").unwrap();
        assert_eq!(read, KpiDecision { kpi: "決裁者との接触".into(), decision: Decision::Keep, reason: None });
    }

    #[test]
    fn wide_signs_decide_as_narrow_ones_do() {
        let narrow = KpiDecision::parse("usage=drop:負担: 大").unwrap();
        for written in ["usage=drop：負担: 大", "usage＝drop:負担: 大", "usage ＝ drop ： 負担: 大"] {
            assert_eq!(KpiDecision::parse(written).as_ref(), Ok(&narrow), "{written}");
        }
    }
}
