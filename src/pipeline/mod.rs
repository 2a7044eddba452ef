//! The order of the stages: the only module that knows it.

mod error;
mod judge;
mod prepare;
mod readiness;
mod record;
mod regress;
mod run;
mod score;

pub use error::PipelineError;
pub use prepare::{Prepared, prepare};
pub use readiness::{Readiness, readiness};
pub use regress::{FitOptions, FitReport, PenaltyChoice, StandardErrors, regress};
pub use run::{Steps, run};
