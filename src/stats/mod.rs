//! Numerics of the discrete-time hazard: arrays and numbers only.
//!
//! A model is fitted by [`irls::fit_logistic`] on a [`matrix::Matrix`] of borrowed columns; [`covariance`] and [`wald`]
//! turn a fit into inference; the other modules measure predictions or adjust what was measured.
//! Letters: n rows, p columns, G clusters.

pub mod alias;
pub mod calibration;
pub mod covariance;
pub mod discrimination;
pub mod equivalence;
pub mod evalue;
pub mod irls;
mod irls_error;
mod leverage;
mod linalg;
pub mod matrix;
pub mod moments;
pub mod multiplicity;
pub mod normal;
pub mod ols;
mod rows;
mod separation;
pub mod small_sample;
pub mod student;
pub mod two_way;
pub mod wald;

#[cfg(test)]
mod coverage;
#[cfg(test)]
mod laws;
