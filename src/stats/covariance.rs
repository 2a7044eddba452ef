//! Covariance of the coefficients that is robust to repeated rows of one account and to misspecified variance.

use ndarray::Array2;
use rayon::prelude::*;

use super::irls::LogisticFit;
use super::linalg;
use super::matrix::Matrix;
use super::rows::{Frame, Scaled};
use crate::notice::Explain;

/// Small-sample factor of a robust covariance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Correction {
    /// No factor (CR0, HC0).
    Cr0,
    /// `G / (G - 1)` for clusters (CR1 of a maximum-likelihood model), `n / (n - p)` for rows (HC1).
    #[default]
    Cr1,
}

/// Why there is no covariance.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CovarianceError {
    /// The fit is penalised by a ridge or has not converged.
    #[error("no standard errors from a fit that is ridge-penalised or has not converged")]
    NoInference,
    /// One cluster says nothing about variation between clusters.
    #[error("{found} clusters have rows, at least 2 are needed")]
    TooFewClusters {
        /// Clusters with at least one row.
        found: usize,
    },
    /// Rows and columns are not those of the fit.
    #[error("{what} has {found}, the fit has {expected}")]
    NotOfThisFit {
        /// `x columns`, `x rows`, `y`, `weights` or `cluster`.
        what: &'static str,
        /// In the fit.
        expected: usize,
        /// Given.
        found: usize,
    },
    /// A cluster index at or above the number of clusters.
    #[error("row {row}: cluster {cluster} is not below {n_clusters}")]
    UnknownCluster {
        /// Row.
        row: usize,
        /// Its cluster.
        cluster: u32,
        /// Number declared.
        n_clusters: usize,
    },
    /// No more rows than columns.
    #[error("{n_rows} rows leave no degree of freedom for {n_cols} columns")]
    NoDegreesOfFreedom {
        /// n.
        n_rows: usize,
        /// p.
        n_cols: usize,
    },
    /// The prior weights are not those of the fit.
    #[error("these prior weights give another information matrix than that of the fit")]
    WeightsNotOfThisFit,
    /// A leverage matrix that is not made of numbers.
    #[error("the eigenvalues of a cluster's leverage could not be computed")]
    NoEigenvalues,
}

impl Explain for CovarianceError {
    fn ja(&self) -> String {
        match self {
            Self::NoInference => "リッジ推定または未収束の推定からは標準誤差を求められません".to_owned(),
            Self::TooFewClusters { found } => format!("行を持つクラスターは{found}個ですが、2個以上必要です"),
            Self::NotOfThisFit { what, expected, found } => {
                format!("{what}は{found}ですが、推定に使われたのは{expected}です")
            }
            Self::UnknownCluster { row, cluster, n_clusters } => {
                format!("行{row}のクラスター番号{cluster}が{n_clusters}未満ではありません")
            }
            Self::NoDegreesOfFreedom { n_rows, n_cols } => {
                format!("{n_rows}行では{n_cols}列に対して自由度が残りません")
            }
            Self::WeightsNotOfThisFit => "この事前の重みからは、推定時とは異なる情報行列が得られます".to_owned(),
            Self::NoEigenvalues => "クラスターのてこ比行列の固有値を計算できませんでした".to_owned(),
        }
    }
}

/// Covariance of the coefficients, robust to dependent rows within a cluster.
///
/// # Formula
/// ```text
/// V = c A⁻¹ (Σ_g s_g s_gᵀ) A⁻¹,   A = XᵀWX,   s_g = Σ_{i in g} x_i (y_i - h_i),   c = 1 (CR0) or G / (G - 1) (CR1)
/// ```
/// Under Firth `y_i - h_i` carries the Firth adjustment, so that the contributions sum to zero. Computed in centred and
/// scaled columns. G counts clusters that have rows.
///
/// # Shapes and units
/// `x` (n, p), `y` (n) and `cluster` (n, below `n_clusters`) of the fit. Returns (p, p) in reporting units.
///
/// # Errors
/// [`CovarianceError`]; never a covariance from a ridge fit.
///
/// # Source
/// Liang & Zeger (1986), Biometrika 73:13–22. Values: R `sandwich::vcovCL(type = "HC0")`, statsmodels `cov_type="cluster"`.
pub fn clustered(
    fit: &LogisticFit,
    x: &Matrix<'_>,
    y: &[f64],
    cluster: &[u32],
    n_clusters: usize,
    correction: Correction,
) -> Result<Array2<f64>, CovarianceError> {
    check_fit(fit, x, y)?;
    clustered_scaled(&fit.frame, &fit.scaled_inverse, x, &fit.score_residual, cluster, n_clusters, correction)
}

/// Covariance robust to misspecified variance, rows independent (HC0, HC1).
///
/// # Formula
/// ```text
/// V = c A⁻¹ (Σ_i x_i x_iᵀ (y_i - h_i)²) A⁻¹,   c = 1 (HC0) or n / (n - p) (HC1)
/// ```
///
/// # Errors
/// [`CovarianceError`].
///
/// # Source
/// White (1980), Econometrica 48:817–838.
pub fn heteroskedastic(
    fit: &LogisticFit,
    x: &Matrix<'_>,
    y: &[f64],
    correction: Correction,
) -> Result<Array2<f64>, CovarianceError> {
    check_fit(fit, x, y)?;
    let (n, p) = (x.n_rows(), x.n_cols());
    let factor = match correction {
        Correction::Cr0 => 1.0,
        Correction::Cr1 if n > p => n as f64 / (n - p) as f64,
        Correction::Cr1 => return Err(CovarianceError::NoDegreesOfFreedom { n_rows: n, n_cols: p }),
    };
    let design = Scaled { x, frame: fit.frame.clone() };
    let squares: Vec<f64> = fit.score_residual.iter().map(|r| r * r).collect();
    let (meat, _) = design.weighted_gram(&squares, &squares);
    Ok(fit.frame.covariance_outside(&(linalg::sandwich(&fit.scaled_inverse, &meat) * factor)))
}

/// Refuses a fit without inference, and rows or columns of another one.
pub(crate) fn check_fit(fit: &LogisticFit, x: &Matrix<'_>, y: &[f64]) -> Result<(), CovarianceError> {
    if !fit.allows_inference() {
        return Err(CovarianceError::NoInference);
    }
    let given =
        [("x columns", fit.coef.len(), x.n_cols()), ("x rows", fit.n_rows, x.n_rows()), ("y", fit.n_rows, y.len())];
    for (what, expected, found) in given {
        if expected != found {
            return Err(CovarianceError::NotOfThisFit { what, expected, found });
        }
    }
    Ok(())
}

/// Number of clusters that have rows.
pub(crate) fn check_clusters(n: usize, cluster: &[u32], n_clusters: usize) -> Result<usize, CovarianceError> {
    if cluster.len() != n {
        return Err(CovarianceError::NotOfThisFit { what: "cluster", expected: n, found: cluster.len() });
    }
    if let Some(row) = cluster.iter().position(|&g| g as usize >= n_clusters) {
        return Err(CovarianceError::UnknownCluster { row, cluster: cluster[row], n_clusters });
    }
    let mut present = vec![false; n_clusters];
    for &g in cluster {
        present[g as usize] = true;
    }
    let found = present.iter().filter(|&&p| p).count();
    if found < 2 { Err(CovarianceError::TooFewClusters { found }) } else { Ok(found) }
}

/// The clustered sandwich for any estimate whose score contribution of row i is `z_i residual_i`.
pub(crate) fn clustered_scaled(
    frame: &Frame,
    scaled_inverse: &Array2<f64>,
    x: &Matrix<'_>,
    residual: &[f64],
    cluster: &[u32],
    n_clusters: usize,
    correction: Correction,
) -> Result<Array2<f64>, CovarianceError> {
    let (meat, _) = clustered_meat(frame, x, residual, cluster, n_clusters, correction)?;
    Ok(frame.covariance_outside(&linalg::sandwich(scaled_inverse, &meat)))
}

/// `c Σ_g s_g s_gᵀ` in scaled columns, and the number of clusters that have rows.
pub(crate) fn clustered_meat(
    frame: &Frame,
    x: &Matrix<'_>,
    residual: &[f64],
    cluster: &[u32],
    n_clusters: usize,
    correction: Correction,
) -> Result<(Array2<f64>, usize), CovarianceError> {
    let (n, p) = (x.n_rows(), x.n_cols());
    let found = check_clusters(n, cluster, n_clusters)?;
    let mut sums = vec![0.0; n_clusters * p];
    sums.par_chunks_mut(n_clusters).enumerate().for_each(|(j, totals)| {
        let (c, s) = (frame.centre[j], frame.inv_scale[j]);
        // Rows of a cluster mostly follow each other: their sum is kept until another one begins.
        let (mut current, mut sum) = (0, 0.0);
        for ((&g, &v), &r) in cluster.iter().zip(x.col(j)).zip(residual) {
            if g != current {
                totals[current as usize] += sum;
                (current, sum) = (g, 0.0);
            }
            sum += (v - c) * s * r;
        }
        totals[current as usize] += sum;
    });
    let mut meat = vec![0.0; p * p];
    super::rows::add_gram(&mut meat, &sums, n_clusters, p);
    let factor = match correction {
        Correction::Cr0 => 1.0,
        Correction::Cr1 => found as f64 / (found - 1) as f64,
    };
    Ok((super::rows::from_lower(&meat, p) * factor, found))
}
