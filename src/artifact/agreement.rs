//! Whether a weights file is what the record of its run holds, field by field.

use fuellamp_score::{Approval, Status, Weights};
use serde::Deserialize;
use serde_json::Value as Json;

use super::{ApprovalRecord, ArtifactError, same_major, weights_digest};

/// What `artifact.json` keeps of the weights: the part of it that a weights file can be compared with.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct RecordOfWeights {
    weights: Weights,
    #[serde(default)]
    approvals: Vec<ApprovalRecord>,
}

/// What a comparison found.
#[derive(Debug, Clone, PartialEq)]
pub enum Agreement {
    /// Every field is the same.
    Whole,
    /// The file is what it was before a later signature that the record holds.
    BeforeSignature {
        /// Who signed.
        by: String,
        /// On which day.
        on: String,
    },
    /// A draft that differs from what was signed in nothing but the fields of the signature.
    ButSignature,
    /// The record is that of another run: other data or another study, and other vectors.
    OtherRun,
    /// A signature stands in the file that the record does not know.
    UnknownSignature {
        /// Who signed, as the file has it.
        by: String,
        /// On which day.
        on: String,
        /// Fields beside those of the signature that differ.
        fields: Vec<FieldDifference>,
    },
    /// Fields differ.
    Differs {
        /// All of them, in the order of the file.
        fields: Vec<FieldDifference>,
        /// The file is, byte for byte, what was signed last: then the record was changed.
        as_signed: bool,
    },
}

/// A field with what both say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldDifference {
    /// Path of the field: `reasons[usage].baseline`, `covariance[2][1]`, `terms.length` where one has more entries.
    pub field: String,
    /// Value in the weights file, as JSON; `None` where it is absent.
    pub file: Option<String>,
    /// Value in the record.
    pub record: Option<String>,
}

impl RecordOfWeights {
    /// Reads the part of an artifact that speaks of the weights.
    ///
    /// # Errors
    /// [`ArtifactError`] for damaged files and other major versions.
    pub fn from_json(text: &str) -> Result<Self, ArtifactError> {
        same_major(text)?;
        Ok(serde_json::from_str(text)?)
    }

    /// Compares a weights file, `text` being its bytes, with the record.
    ///
    /// Numbers are the same when they are the same double; how the JSON is written plays no part. A draft differs from what
    /// was signed in the fields of the signature (status, approval, valid_until, sign_off) and, where a KPI was dropped, in many: earlier states of the
    /// file are known by the digests that every signature keeps. A signature without a record is a difference, because
    /// whoever signs leaves one.
    #[must_use]
    pub fn agreement(&self, weights: &Weights, text: &str) -> Agreement {
        if *weights == self.weights {
            return Agreement::Whole;
        }
        let digest = weights_digest(text);
        let as_signed = self.approvals.last().is_some_and(|last| last.signed == digest);
        if let Some(next) = self.approvals.iter().rev().find(|next| next.replaces == digest && !as_signed) {
            return Agreement::BeforeSignature { by: next.by.clone(), on: next.on.clone() };
        }
        if weights.digests != self.weights.digests && weights.parity != self.weights.parity {
            return Agreement::OtherRun;
        }
        let (file, record) = (unsigned(weights), unsigned(&self.weights));
        let unknown = |by: &str, on: &str| !as_signed && self.approvals.iter().all(|a| (&*a.by, &*a.on) != (by, on));
        match (weights.status, &weights.approval) {
            (Status::Draft, _) if self.weights.status == Status::Approved && file == record => Agreement::ButSignature,
            (Status::Approved, Some(Approval { by, on, .. })) if unknown(by, on) => {
                let fields = field_differences(&file, &record);
                Agreement::UnknownSignature { by: by.clone(), on: on.clone(), fields }
            }
            _ => Agreement::Differs { fields: field_differences(weights, &self.weights), as_signed },
        }
    }
}

/// Weights without what a signature sets: status, signature, last day, and decisions about KPIs.
fn unsigned(weights: &Weights) -> Weights {
    let mut weights = Weights { status: Status::Draft, approval: None, valid_until: None, ..weights.clone() };
    for kpi in &mut weights.kpis {
        kpi.sign_off = None;
    }
    weights
}

fn field_differences(file: &Weights, record: &Weights) -> Vec<FieldDifference> {
    let mut found = Vec::new();
    let json = |weights: &Weights| serde_json::to_value(weights).unwrap_or_default();
    differences("", Some(&json(file)), Some(&json(record)), &mut found);
    found
}

/// Keys that name an entry of a list.
const NAMES: [&str; 6] = ["term", "column", "kpi", "name", "phase", "level"];

fn differences(field: &str, file: Option<&Json>, record: Option<&Json>, found: &mut Vec<FieldDifference>) {
    match (file, record) {
        (Some(Json::Object(file)), Some(Json::Object(record))) => {
            let below = |key: &str| if field.is_empty() { key.to_owned() } else { format!("{field}.{key}") };
            for (key, value) in file {
                differences(&below(key), Some(value), record.get(key), found);
            }
            for (key, value) in record.iter().filter(|(key, _)| !file.contains_key(*key)) {
                differences(&below(key), None, Some(value), found);
            }
        }
        (Some(Json::Array(file)), Some(Json::Array(record))) if file.len() != record.len() => {
            let length = |list: &[Json]| Some(list.len().to_string());
            let field = format!("{field}.length");
            found.push(FieldDifference { field, file: length(file), record: length(record) });
        }
        (Some(Json::Array(file)), Some(Json::Array(record))) => {
            for (at, (file, record)) in file.iter().zip(record).enumerate() {
                differences(&format!("{field}[{}]", name(file, record, at)), Some(file), Some(record), found);
            }
        }
        (file, record) if file != record => {
            let text = |value: Option<&Json>| value.map(Json::to_string);
            found.push(FieldDifference { field: field.to_owned(), file: text(file), record: text(record) });
        }
        _ => {}
    }
}

/// Name of an entry, where both sides give it the same, else its position.
fn name(file: &Json, record: &Json, at: usize) -> String {
    let of = |entry: &'_ Json| NAMES.iter().find_map(|key| entry.get(key)?.as_str().map(str::to_owned));
    match (of(file), of(record)) {
        (Some(file), Some(record)) if file == record => file,
        _ => at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use fuellamp_score::{Basis, example};
    use serde_json::json;

    use super::*;
    use crate::artifact::ARTIFACT_VERSION;

    fn draft() -> Weights {
        Weights::from_json(example::WEIGHTS_JSON).unwrap()
    }

    fn signed(by: &str) -> Weights {
        let approval = Some(Approval { by: by.into(), on: "2026-10-01".into(), note: None });
        Weights { status: Status::Approved, approval, valid_until: Some("2026-11-30".into()), ..draft() }
    }

    fn approval(by: &str, replaces: &Weights, signed: &Weights) -> ApprovalRecord {
        ApprovalRecord {
            by: by.into(),
            on: "2026-10-01".into(),
            note: None,
            valid_until: None,
            basis: Basis::Validated,
            decisions: Vec::new(),
            replaces: weights_digest(&replaces.to_json().unwrap()),
            signed: weights_digest(&signed.to_json().unwrap()),
        }
    }

    fn unsigned_run() -> RecordOfWeights {
        RecordOfWeights { weights: draft(), approvals: Vec::new() }
    }

    fn signed_run() -> RecordOfWeights {
        let weights = signed("M. Sato");
        RecordOfWeights { approvals: vec![approval("M. Sato", &draft(), &weights)], weights }
    }

    fn agreement(record: &RecordOfWeights, weights: &Weights) -> Agreement {
        record.agreement(weights, &weights.to_json().unwrap())
    }

    fn fields(agreement: Agreement) -> Vec<String> {
        match agreement {
            Agreement::Differs { fields, .. } => fields.into_iter().map(|own| own.field).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_field_that_differs_is_named_with_both_values() {
        let mut weights = draft();
        weights.reasons[0].baseline = 0.5;
        weights.training.horizon = 9;
        weights.valid_until = None;
        weights.parity.pop();
        let Agreement::Differs { fields, as_signed: false } = agreement(&unsigned_run(), &weights) else { panic!() };
        let found = |field: &str| fields.iter().find(|own| own.field == field).cloned().unwrap();
        let column = &weights.reasons[0].column;
        assert_eq!(found(&format!("reasons[{column}].baseline")).file.as_deref(), Some("0.5"));
        let horizon = found("training.horizon");
        assert_eq!((horizon.file.as_deref(), horizon.record.as_deref()), (Some("9"), Some("1")));
        let until = found("valid_until");
        assert_eq!((until.file, until.record.as_deref()), (None, Some("\"2027-03-31\"")));
        let (parity, n) = (found("parity.length"), draft().parity.len());
        assert_eq!((parity.file, parity.record), (Some((n - 1).to_string()), Some(n.to_string())));
        assert_eq!(fields.len(), 4);
    }

    #[test]
    fn a_draft_beside_the_record_of_its_signature_is_no_difference() {
        let before = Agreement::BeforeSignature { by: "M. Sato".into(), on: "2026-10-01".into() };
        assert_eq!(agreement(&signed_run(), &draft()), before);
        assert_eq!(signed_run().agreement(&draft(), "written anew"), Agreement::ButSignature);
        assert_eq!(agreement(&signed_run(), &signed("M. Sato")), Agreement::Whole);
        let mut edited = draft();
        edited.training.horizon = 2;
        assert!(fields(agreement(&signed_run(), &edited)).contains(&"training.horizon".to_owned()));
    }

    #[test]
    fn what_was_signed_before_a_later_signature_dropped_a_kpi_is_known_by_its_digest() {
        let first = signed("M. Sato");
        let mut second = signed("K. Abe");
        second.intercept.coefficient = -2.0;
        let mut record = signed_run();
        record.approvals.push(approval("K. Abe", &first, &second));
        record.weights = second;
        assert_eq!(
            agreement(&record, &first),
            Agreement::BeforeSignature { by: "K. Abe".into(), on: "2026-10-01".into() }
        );
        assert_eq!(
            agreement(&record, &draft()),
            Agreement::BeforeSignature { by: "M. Sato".into(), on: "2026-10-01".into() }
        );
    }

    #[test]
    fn a_signature_without_a_record_is_a_difference_of_its_own() {
        for record in [unsigned_run(), signed_run()] {
            let mut forged = signed("Nobody");
            let unknown = |fields| Agreement::UnknownSignature { by: "Nobody".into(), on: "2026-10-01".into(), fields };
            assert_eq!(agreement(&record, &forged), unknown(Vec::new()));
            forged.training.gap = 2;
            let gap = ("training.gap".to_owned(), Some("2".to_owned()), Some("0".to_owned()));
            let gap = FieldDifference { field: gap.0, file: gap.1, record: gap.2 };
            assert_eq!(agreement(&record, &forged), unknown(vec![gap]));
        }
        let mut longer = signed("M. Sato");
        longer.valid_until = Some("2029-12-31".into());
        assert_eq!(fields(agreement(&signed_run(), &longer)), ["valid_until"]);
        let mut record = signed_run();
        record.weights.valid_until = Some("2029-12-31".into());
        let as_signed = agreement(&record, &signed("M. Sato"));
        assert!(
            matches!(as_signed, Agreement::Differs { as_signed: true, .. }),
            "the record was changed: {as_signed:?}"
        );
    }

    #[test]
    fn the_record_of_another_run_is_not_compared() {
        let mut other = draft();
        other.digests.data = "ff".into();
        assert_eq!(fields(agreement(&unsigned_run(), &other)), ["digests.data"], "an edit of the digest alone");
        other.parity.pop();
        assert_eq!(agreement(&unsigned_run(), &other), Agreement::OtherRun);
    }

    #[test]
    fn what_is_no_artifact_is_refused() {
        let weights = serde_json::to_value(draft()).unwrap();
        let text = |version: &str| json!({ "artifact_version": version, "weights": weights, "fit": 3 }).to_string();
        assert_eq!(RecordOfWeights::from_json(&text(ARTIFACT_VERSION)).unwrap(), unsigned_run());
        assert!(matches!(RecordOfWeights::from_json(&text("9.0.0")), Err(ArtifactError::Version { .. })));
        assert!(RecordOfWeights::from_json(example::WEIGHTS_JSON).is_err());
    }
}
