//! From verdicts to a health score: which inputs, which weights, which points, which bands.

mod bands;
mod inputs;
mod lamp;
mod lamp_action;
mod model;
mod points;
mod shrink;
mod spellings;
mod spread;
mod trend;
mod vectors;

pub use bands::{BandPlan, bands};
pub use inputs::{ScoreInput, score_inputs, split_input};
pub use lamp::{CLEAR_MARGIN, LampLimits, break_even, kept_value, next_state};
pub use lamp_action::{LampAction, LampActions, Refusal, lamp_actions};
pub use model::{ScoreModel, ScoreModelError, TrainingRows, fit_score_model, fit_score_slopes, mapping};
pub use points::{WholePoints, whole_points};
pub use shrink::shift_to_observed;
pub use spread::{ModelCovariance, ScoreSpread};
pub use trend::LevelTrend;
pub use vectors::parity_vectors;
