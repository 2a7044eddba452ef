//! Numerics of the discrete-time hazard: arrays and numbers only.
//!
//! A model is fitted by [`irls::fit_logistic`] on a [`matrix::Matrix`] of borrowed columns, many at once by a
//! [`plan::FitPlan`]; [`covariance`], [`wald`], [`profile`] and [`nested`] turn a fit into inference; the other modules
//! measure predictions or adjust what was measured. Letters: n rows, p columns, G clusters.

pub mod added;
mod adjustment;
pub mod alias;
mod blocks;
pub mod brier;
pub mod calibration;
mod cluster_sums;
pub mod clustered_auc;
pub mod clustered_calibration;
pub mod collinearity;
pub mod conditional;
mod conditional_error;
mod conditional_strata;
pub mod covariance;
mod damping;
pub mod decision_curve;
pub mod discrimination;
pub mod equivalence;
pub mod evalue;
mod frame;
pub mod influence;
pub mod irls;
mod irls_error;
mod kernel;
mod leverage;
pub(crate) mod linalg;
mod link;
pub mod loss;
pub mod matrix;
pub mod measure_error;
pub mod moments;
pub mod multiplicity;
pub mod nested;
mod nested_error;
mod newton;
pub mod normal;
pub mod ols;
pub mod optimism;
pub mod plan;
pub mod precision_recall;
pub mod profile;
pub mod resample;
mod rows;
pub mod sample_size;
pub mod sample_size_error;
pub mod sampling;
mod separation;
pub mod small_sample;
pub mod smooth;
pub mod smooth_calibration;
pub mod student;
mod subsets;
mod tiles;
pub mod top;
pub mod two_way;
pub mod wald;
mod whiten;

#[cfg(test)]
mod conditional_laws;
#[cfg(test)]
mod coverage;
#[cfg(test)]
mod laws;
