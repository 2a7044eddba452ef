//! The order of the stages: the only module that knows it.

mod admit;
mod backtest;
#[cfg(test)]
mod backtest_tests;
mod candidates;
mod chain;
mod data;
mod dictionary;
mod earlier;
mod error;
mod examine;
mod gut;
mod held_out;
mod judge;
mod lamp;
mod lamp_record;
#[cfg(test)]
mod lamp_tests;
mod oddities;
mod optimism;
mod phases;
mod prepare;
mod reach;
mod readiness;
mod record;
mod record_detail;
mod record_validation;
mod redraw;
mod refused;
mod regress;
mod run;
mod same_period;
mod score;
mod score_notices;
mod splits;
mod stability;
#[cfg(test)]
mod tests;
mod to_record;

pub use data::{Data, Opened, open};
pub use dictionary::{Dictionary, Entry, dictionary};
pub use earlier::clearly_earlier;
pub use error::PipelineError;
pub use examine::{Case, Examination, examine, examined, examined_for};
pub use prepare::{Prepared, prepare};
pub use readiness::{Readiness, readiness};
pub use redraw::{Keep, Resampling};
pub use refused::refused_columns;
pub use regress::{FitOptions, FitReport, PenaltyChoice, StandardErrors, regress};
pub use run::{Request, Steps, run};
pub use stability::RESAMPLES;
