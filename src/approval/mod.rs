//! A named person signs the weights of a run, keeps or drops KPIs, and says why. What was signed, by whom and until when
//! becomes part of the artifact and of the weights.
//!
//! ```text
//! ModelArtifact + weights.json + Request --approve--> signed ModelArtifact + weights.json, or every problem at once
//! ```

mod drop;
mod problem;
mod relight;
mod request;
mod rescore;
mod sign;
mod term;

pub use drop::{Dropped, drop_columns};
pub use problem::ApprovalProblem;
pub use request::{Decision, KpiDecision, Request};
pub use sign::{Approved, approve};
