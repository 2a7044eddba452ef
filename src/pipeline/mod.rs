//! The order of the stages: the only module that knows it.

mod chain;
mod data;
mod dictionary;
mod error;
mod examine;
mod judge;
mod lamp;
mod lamp_record;
#[cfg(test)]
mod lamp_tests;
mod prepare;
mod reach;
mod readiness;
mod record;
mod regress;
mod run;
mod same_period;
mod score;
mod stability;
#[cfg(test)]
mod tests;
mod to_record;

pub use data::{Data, Opened, open};
pub use dictionary::{Dictionary, Entry, dictionary};
pub use error::PipelineError;
pub use examine::{Case, Examination, examine};
pub use prepare::{Prepared, prepare};
pub use readiness::{Readiness, readiness};
pub use regress::{FitOptions, FitReport, PenaltyChoice, StandardErrors, regress};
pub use run::{Steps, run};
pub use stability::RESAMPLES;
