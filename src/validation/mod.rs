//! How good the score is on accounts that it has not seen.

mod boosted;
mod folds;
pub mod gut;
mod measure;
mod origins;
mod paired;

pub use boosted::{MAX_ROWS, boosted};
pub use folds::{MAX_FOLDS, folds};
pub use measure::{Performance, performance};
pub use origins::{Origin, origins};
