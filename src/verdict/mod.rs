//! From evidence to one verdict per KPI: rules as data, no statistics.

mod balance;
mod decide;
mod doubts;
mod facts;
mod programme;
mod rules;
mod say;
mod settle;
#[cfg(test)]
mod tests;
mod thresholds;
mod types;

pub use balance::WEIGHTS;
pub use decide::decide;
pub use facts::{KpiFacts, Opposite};
pub use rules::{RULES, Rule};
pub use thresholds::{Thresholds, thresholds};
pub use types::{Answer, Direction, KpiVerdict, Verdict};
