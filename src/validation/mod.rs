//! How good the score is on accounts that it has not seen.

mod folds;
mod measure;
mod origins;

pub use folds::{MAX_FOLDS, folds};
pub use measure::{Performance, fields, performance, predict};
pub use origins::{Origin, origins};
