//! The churn model: P(churn in the period, given active at its start), by logistic regression on account-periods.
//!
//! linfa's traits are the outer interface ([`HazardParams`], `Fit`, `Predict`); inside, [`fit_hazard`] fits named
//! columns where they lie.

mod error;
mod fit;
mod fitted;
mod linfa_traits;
mod second_opinion;

pub use error::HazardError;
pub use fit::{CovarianceKind, FEW_EVENT_CLUSTERS, HazardColumns, HazardSettings, PenaltyRule, fit_hazard};
pub use fitted::{AliasedTerm, FittedHazard};
pub use linfa_traits::{EventTarget, HazardParams, LinfaHazard, ValidHazardParams};
pub use second_opinion::{Opinion, SAMPLE_ROWS, second_opinion};
