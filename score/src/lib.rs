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
//!
//! Scoring works with any weights. Whether a service may *rely* on them is another question: a named person must have
//! signed (`fuellamp approve`), and weights expire. [`Weights::usable`] answers it for a given day:
//!
//! ```
//! # let json = fuellamp_score::example::WEIGHTS_JSON;
//! use fuellamp_score::{Approval, Status, Unusable, Weights};
//! let mut weights = Weights::from_json(json)?;
//! assert_eq!(weights.usable("2027-01-15"), Err(Unusable::Draft));
//! // What `fuellamp approve` writes:
//! weights.status = Status::Approved;
//! weights.approval = Some(Approval { by: "M. Sato".into(), on: "2027-01-10".into(), note: None });
//! assert_eq!(weights.usable("2027-03-31"), Ok(())); // the last day of validity
//! assert!(matches!(weights.usable("2027-04-01"), Err(Unusable::Expired { .. })));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! From format 1.1 on the file carries the covariance of its coefficients, and every scored row its standard error and a
//! 95 % interval ([`Scored::interval`]). From 1.2 on it may carry limits of the bands by lifecycle phase ([`PhaseBands`]).
#![forbid(unsafe_code)]

mod bands;
pub mod example;
mod level;
mod parity;
mod recipe;
mod score;
mod usable;
mod weights;

pub use bands::{Band, PhaseBands, PhaseLimits};
pub use parity::{Difference, Expected, ParityFailure, ParityVector};
pub use recipe::{
    CategoryRecipe, Clip, Fallback, Field, LevelField, MissingLevel, MissingNumber, NumberRecipe, Recipe, Shape,
    Transform, Used, Value, ValueError, Within,
};
pub use score::{Contribution, Interval, ScoreError, Scored, probability};
pub use usable::Unusable;
pub use weights::{
    Approval, Basis, Digests, Intercept, KpiRecord, Label, ReasonGroup, SCHEMA_VERSION, ScoreMapping, SignOff, Status,
    StudyRef, Term, Training, Weights, WeightsError,
};

/// JSON Schema (2020-12) of the weights file.
#[cfg(feature = "schema")]
#[must_use]
pub fn weights_schema() -> schemars::Schema {
    schemars::schema_for!(Weights)
}
