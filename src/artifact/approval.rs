//! Who signed the weights, when, and what was decided about each KPI.

use fuellamp_score::Basis;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRecord {
    /// Name of the person.
    pub by: String,
    /// Day of the signature, ISO date.
    pub on: String,
    /// What the person noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Last day of validity of what was signed, ISO date; absent where nobody set one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
    /// Which verdicts the signed weights rest on.
    pub basis: Basis,
    /// Decisions about KPIs: all that were named, and those that were kept by signing.
    pub decisions: Vec<DecisionRecord>,
    /// SHA-256 of `weights.json` as it was before; a file with this digest is an approval that was interrupted.
    pub replaces: String,
    /// SHA-256 of `weights.json` as it was signed.
    pub signed: String,
}

/// What was decided about one KPI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionRecord {
    /// Name in the study.
    pub kpi: String,
    /// Verdict at that time.
    pub verdict: String,
    /// `keep` or `drop`.
    pub decision: String,
    /// Whether the person named the KPI; otherwise it was kept by signing the weights that hold it.
    pub named: bool,
    /// Reason given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// SHA-256 of the text of `weights.json` in hexadecimal, as [`ApprovalRecord`] keeps it.
#[must_use]
pub fn weights_digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
