//! Parity vectors: inputs with the result that every scorer of these weights must reproduce.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::recipe::Value;
use crate::score::ScoreError;
use crate::weights::Weights;

/// Relative difference allowed in log-odds, probability and score.
const TOLERANCE: f64 = 1e-12;
/// The same for the standard error, whose sum of products cancels.
const ERROR_TOLERANCE: f64 = 1e-9;

/// One row with its expected result. An absent input and `null` both mean missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ParityVector {
    /// What the row exercises.
    pub covers: String,
    /// Inputs by column: numbers, texts, truths or null.
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
    /// Standard error of the linear predictor; absent where the weights carry no covariance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub std_error: Option<f64>,
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
        difference: Difference,
    },
}

/// How the result of a vector differs.
#[derive(Debug, Clone, PartialEq)]
pub enum Difference {
    /// It cannot be scored.
    Refused(ScoreError),
    /// A number differs.
    Number {
        /// `log_odds`, `probability`, `score` or `std_error`.
        of: &'static str,
        /// What this scorer computes.
        found: f64,
        /// What the file says.
        expected: f64,
    },
    /// The band differs.
    Band {
        /// What this scorer computes.
        found: String,
        /// What the file says.
        expected: String,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Number { of, found, expected } => write!(f, "{of} is {found}, expected {expected}"),
            Self::Band { found, expected } => write!(f, "band is {found}, expected {expected}"),
        }
    }
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

impl<'a> Value<'a> {
    /// A JSON value as an input: numbers and booleans are numbers, texts are texts, everything else is missing.
    #[must_use]
    pub fn from_json(json: &'a Json) -> Self {
        match json {
            Json::Number(n) => n.as_f64().map_or(Self::Missing, Self::Number),
            Json::String(text) => Self::Text(text),
            Json::Bool(flag) => Self::Number(f64::from(u8::from(*flag))),
            _ => Self::Missing,
        }
    }
}

impl ParityVector {
    /// Input value of a column.
    #[must_use]
    pub fn value(&self, column: &str) -> Value<'_> {
        self.inputs.get(column).map_or(Value::Missing, Value::from_json)
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
            let fail = |difference| ParityFailure::Mismatch { index, covers: vector.covers.clone(), difference };
            let got = self.score(|column| vector.value(column)).map_err(|e| fail(Difference::Refused(e)))?;
            let want = &vector.expected;
            let std_error = want.std_error.map(|want| (got.std_error.unwrap_or(f64::NAN), want));
            for (of, (found, expected), tolerance) in [
                ("log_odds", (got.log_odds, want.log_odds), TOLERANCE),
                ("probability", (got.probability, want.probability), TOLERANCE),
                ("score", (got.score, want.score), TOLERANCE),
            ]
            .into_iter()
            .chain(std_error.map(|pair| ("std_error", pair, ERROR_TOLERANCE)))
            {
                let close = (found - expected).abs() <= tolerance * expected.abs().max(1.0);
                if !close {
                    return Err(fail(Difference::Number { of, found, expected }));
                }
            }
            if got.band != want.band {
                return Err(fail(Difference::Band { found: got.band, expected: want.band.clone() }));
            }
        }
        Ok(())
    }
}
