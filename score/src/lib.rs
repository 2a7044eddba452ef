//! Scores customers with weights that fuellamp exported. Depends on `serde` and `serde_json`, nothing else.
//!
//! The trainer evaluates its own design matrix with [`Recipe`] and scores with [`Weights::score`], so the product and
//! the services that import the weights share every line of arithmetic.
//!
//! ```text
//! input -> missing rule -> clip -> log1p -> centre and scale -> fields (linear, hinge, bin, level)
//! log-odds = intercept + sum of coefficient x field      probability = 1 / (1 + exp(-log-odds))
//! health score = offset - slope x log-odds, clipped to 0..100; 100 = healthy
//! ```
//!
//! A service loads the file, lets it replay its own parity vectors, and scores:
//!
//! ```
//! # let json = fuellamp_score::example::WEIGHTS_JSON;
//! use fuellamp_score::{Value, Weights};
//! let weights = Weights::from_json(json)?;
//! weights.verify()?;
//! let scored = weights.score(|column| match column {
//!     "open_tickets" => Value::Number(7.0),
//!     "plan" => Value::Text("metered"),
//!     _ => Value::Missing,
//! })?;
//! assert!(scored.score < 50.0 && scored.band == "red");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

pub mod example;
mod parity;
mod recipe;
mod score;
mod weights;

pub use parity::{Expected, ParityFailure, ParityVector};
pub use recipe::{
    CategoryRecipe, Clip, Fallback, Field, LevelField, MissingLevel, MissingNumber, NumberRecipe, Recipe, Shape,
    Transform, Used, Value, ValueError, Within,
};
pub use score::{Contribution, ScoreError, Scored, probability};
pub use weights::{
    Approval, Band, Basis, Digests, Intercept, KpiRecord, Label, ReasonGroup, SCHEMA_VERSION, ScoreMapping, SignOff,
    Status, StudyRef, Term, Training, Weights, WeightsError,
};

/// JSON Schema (2020-12) of the weights file.
#[cfg(feature = "schema")]
#[must_use]
pub fn weights_schema() -> schemars::Schema {
    schemars::schema_for!(Weights)
}
