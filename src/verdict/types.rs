//! The verdict on one KPI, with the rule that fired and its numbers in words.

use serde::{Deserialize, Serialize};

use crate::words::Words;

/// The thirteen verdicts; names are the same everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Predicts, and every trap test that the data allows is consistent with acting on it.
    Validated,
    /// As validated, but not strong enough or not confirmed recently.
    Promising,
    /// An earlier step: its effect runs through a later KPI.
    Mediated,
    /// Direction or existence differs by segment, billing or phase.
    SegmentDependent,
    /// Moves at or after the decision.
    Lagging,
    /// Churn risk moves it, not the other way round.
    ReverseCausal,
    /// Who has it differs, not what it does.
    Confounded,
    /// A near-copy of another KPI, which is named.
    Redundant,
    /// Used to predict, no longer does.
    Fading,
    /// Survey that no longer says anything.
    Stale,
    /// Computed from the outcome or known only after it.
    KgiDerived,
    /// Tested with enough data, and any effect is too small to matter.
    NoEvidence,
    /// The data cannot decide.
    CannotTell,
}

impl Verdict {
    /// All verdicts, in the order of reports.
    pub const ALL: [Self; 13] = [
        Self::Validated,
        Self::Promising,
        Self::Mediated,
        Self::SegmentDependent,
        Self::Lagging,
        Self::ReverseCausal,
        Self::Confounded,
        Self::Redundant,
        Self::Fading,
        Self::Stale,
        Self::KgiDerived,
        Self::NoEvidence,
        Self::CannotTell,
    ];

    /// Name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Validated => "validated",
            Self::Promising => "promising",
            Self::Mediated => "mediated",
            Self::SegmentDependent => "segment_dependent",
            Self::Lagging => "lagging",
            Self::ReverseCausal => "reverse_causal",
            Self::Confounded => "confounded",
            Self::Redundant => "redundant",
            Self::Fading => "fading",
            Self::Stale => "stale",
            Self::KgiDerived => "kgi_derived",
            Self::NoEvidence => "no_evidence",
            Self::CannotTell => "cannot_tell",
        }
    }

    /// Name for people.
    #[must_use]
    pub fn label(self) -> Words {
        let (en, ja) = match self {
            Self::Validated => ("validated", "検証済み"),
            Self::Promising => ("promising", "有望"),
            Self::Mediated => ("mediated", "途中の段階"),
            Self::SegmentDependent => ("depends on segment", "区分で異なる"),
            Self::Lagging => ("lagging", "遅行"),
            Self::ReverseCausal => ("reverse-causal", "逆因果"),
            Self::Confounded => ("confounded", "交絡"),
            Self::Redundant => ("redundant", "重複"),
            Self::Fading => ("fading", "効力低下"),
            Self::Stale => ("stale", "形骸化"),
            Self::KgiDerived => ("derived from the outcome", "結果の言い換え"),
            Self::NoEvidence => ("no evidence", "関連なし"),
            Self::CannotTell => ("cannot tell", "判定できない"),
        };
        Words { en: en.to_owned(), ja: ja.to_owned() }
    }

    /// Whether acting on the KPI is supported.
    #[must_use]
    pub fn lever(self) -> Answer {
        match self {
            Self::Validated => Answer::Yes,
            Self::Promising | Self::Mediated | Self::SegmentDependent | Self::CannotTell => Answer::Unclear,
            _ => Answer::No,
        }
    }
}

/// Answer to one question about a KPI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Yes.
    Yes,
    /// No.
    No,
    /// The data does not say.
    Unclear,
}

impl Answer {
    /// Name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unclear => "unclear",
        }
    }
}

/// Sign of the association in the full model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More of it, less churn.
    Protective,
    /// More of it, more churn.
    Harmful,
    /// Differs between parts of the customers.
    Mixed,
    /// None to speak of.
    None,
}

impl Direction {
    /// Name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Protective => "protective",
            Self::Harmful => "harmful",
            Self::Mixed => "mixed",
            Self::None => "none",
        }
    }
}

/// The verdict on one KPI.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KpiVerdict {
    /// The verdict.
    pub verdict: Verdict,
    /// Does it predict?
    pub predicts: Answer,
    /// Sign of the full slope.
    pub direction: Direction,
    /// Identifier of the rule that fired, for the annex.
    pub rule: String,
    /// The trap that it is, for people and machines: `rescue_contact`, `late_collapse` ...; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trap: Option<String>,
    /// The numbers of the rule that fired, in words.
    pub reason: Words,
    /// What would settle or strengthen it: what to record, or which small programme.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settle: Option<Words>,
    /// KPI that this one is a near-copy of or acts through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_kpi: Option<String>,
    /// Column by whose levels the direction differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub differs_by: Option<String>,
}
