//! From verdicts to a health score: which inputs, which weights, which points, which bands.

mod bands;
mod inputs;
mod model;
mod spread;
mod vectors;

pub use bands::{BandPlan, bands};
pub use inputs::{ScoreInput, score_inputs, split_input};
pub use model::{ScoreModel, ScoreModelError, TrainingRows, fit_score_model, mapping};
pub use spread::{ModelCovariance, ScoreSpread};
pub use vectors::parity_vectors;
