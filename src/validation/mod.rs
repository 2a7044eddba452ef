//! How good the score is on accounts that it has not seen, and what its lamp would have done.

mod boosted;
mod folds;
pub mod gut;
mod lamp;
mod lamp_phase;
mod lamp_share;
mod lamp_steps;
#[cfg(test)]
mod lamp_tests;
mod measure;
mod origins;
mod paired;
mod updating;

pub use boosted::{MAX_ROWS, boosted};
pub use folds::{MAX_FOLDS, folds};
pub use lamp::{
    LampAccount, LampBacktest, LampRow, LampSettings, LeadTimes, Load, Miss, MissHistory, WentOut, lamp_backtest,
};
pub use lamp_phase::{PHASE_EVENTS, PHASE_LEVEL, PhaseTest, phase_test};
pub use lamp_share::Share;
pub use measure::{ByRevenue, Detail, Performance, Predictions, detail, performance};
pub use origins::{Origin, origins};
pub use paired::auc_difference;
pub use updating::{Update, updated};
