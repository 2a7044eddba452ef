//! Parity vectors: inputs with the result that every scorer of these weights must reproduce.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::recipe::Value;
use crate::weights::Weights;

/// Relative difference allowed in log-odds, probability and score.
const TOLERANCE: f64 = 1e-12;

/// One row with its expected result. An absent input and `null` both mean missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ParityVector {
    /// What the row exercises.
    pub covers: String,
    /// Inputs by column: numbers, texts or null.
    pub inputs: BTreeMap<String, Json>,
    /// What a scorer must return.
    pub expected: Expected,
}

/// Expected result of one row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Linear predictor.
    pub log_odds: f64,
    /// Probability of the event.
    pub probability: f64,
    /// Health score.
    pub score: f64,
    /// Name of the band.
    pub band: String,
}

/// The first vector that this scorer does not reproduce.
#[derive(Debug, Clone, PartialEq)]
pub enum ParityFailure {
    /// The file carries no vectors, so nothing can be verified.
    NoVectors,
    /// A vector could not be scored or gave another result.
    Mismatch {
        /// Position in the file, from 0.
        index: usize,
        /// What the vector exercises.
        covers: String,
        /// What was found against what was expected.
        difference: String,
    },
}

impl fmt::Display for ParityFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVectors => f.write_str("the weights carry no parity vectors"),
            Self::Mismatch { index, covers, difference } => {
                write!(f, "parity vector {index} ({covers}) is not reproduced: {difference}")
            }
        }
    }
}

impl std::error::Error for ParityFailure {}

impl ParityVector {
    /// Input value of a column.
    #[must_use]
    pub fn value(&self, column: &str) -> Value<'_> {
        match self.inputs.get(column) {
            Some(Json::Number(n)) => n.as_f64().map_or(Value::Missing, Value::Number),
            Some(Json::String(text)) => Value::Text(text),
            Some(Json::Bool(flag)) => Value::Number(f64::from(u8::from(*flag))),
            _ => Value::Missing,
        }
    }
}

impl Weights {
    /// Replays every parity vector.
    ///
    /// # Errors
    /// [`ParityFailure`] for the first vector that is not reproduced.
    pub fn verify(&self) -> Result<(), ParityFailure> {
        if self.parity.is_empty() {
            return Err(ParityFailure::NoVectors);
        }
        for (index, vector) in self.parity.iter().enumerate() {
            let fail =
                |difference: String| ParityFailure::Mismatch { index, covers: vector.covers.clone(), difference };
            let got = self.score(|column| vector.value(column)).map_err(|e| fail(e.to_string()))?;
            let want = &vector.expected;
            for (name, got, want) in [
                ("log-odds", got.log_odds, want.log_odds),
                ("probability", got.probability, want.probability),
                ("score", got.score, want.score),
            ] {
                if (got - want).abs() > TOLERANCE * want.abs().max(1.0) {
                    return Err(fail(format!("{name} is {got}, expected {want}")));
                }
            }
            if got.band != want.band {
                return Err(fail(format!("band is {}, expected {}", got.band, want.band)));
            }
        }
        Ok(())
    }
}
