//! How good the score is on accounts that it has not seen.

mod folds;
mod measure;

pub use folds::{MAX_FOLDS, folds};
pub use measure::{OutOfFold, Performance, out_of_fold, performance};
