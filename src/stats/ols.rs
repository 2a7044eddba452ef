//! Ordinary least squares with covariance clustered by account.

use ndarray::Array2;

use super::alias::find_aliased;
use super::covariance::{Correction, CovarianceError, clustered_scaled};
use super::influence::influence;
use super::linalg;
use super::matrix::Matrix;
use super::rows::{Frame, Scaled};
use crate::notice::Explain;

/// A least-squares fit.
#[derive(Debug, Clone)]
pub struct OlsFit {
    /// Coefficients in column order.
    pub coef: Vec<f64>,
    /// `y - X coef`.
    pub residual: Vec<f64>,
    /// `Σ residual² / (n - p)`; NaN without degrees of freedom.
    pub residual_variance: f64,
    /// n.
    pub n_rows: usize,
    pub(crate) frame: Frame,
    pub(crate) scaled_inverse: Array2<f64>,
}

/// Why there is no fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OlsError {
    /// Rows of `y` and `x` differ.
    #[error("{found} outcomes for {expected} rows")]
    WrongLength {
        /// Rows of `x`.
        expected: usize,
        /// Length of `y`.
        found: usize,
    },
    /// A missing or infinite outcome.
    #[error("row {row}: the outcome is not finite")]
    NotFinite {
        /// Row.
        row: usize,
    },
    /// Columns that are combinations of the others.
    #[error("columns {columns:?} are combinations of the other columns")]
    Singular {
        /// Their indices.
        columns: Vec<usize>,
    },
}

impl Explain for OlsError {
    fn ja(&self) -> String {
        match self {
            Self::WrongLength { expected, found } => format!("{expected}行に対して結果が{found}個あります"),
            Self::NotFinite { row } => format!("行{row}の結果が有限の数ではありません"),
            Self::Singular { columns } => format!("列{columns:?}は他の列の組み合わせで表されます"),
        }
    }
}

/// Least squares of `y` on the columns of `x`; a column of ones is found and used as the intercept.
///
/// Solved by the normal equations of centred and scaled columns with one refinement step.
///
/// # Errors
/// [`OlsError`].
pub fn fit_ols(x: &Matrix<'_>, y: &[f64]) -> Result<OlsFit, OlsError> {
    let n = x.n_rows();
    if y.len() != n {
        return Err(OlsError::WrongLength { expected: n, found: y.len() });
    }
    if let Some(row) = y.iter().position(|v| !v.is_finite()) {
        return Err(OlsError::NotFinite { row });
    }
    let intercept = (0..x.n_cols()).find(|&j| x.col(j).iter().all(|v| (v - 1.0).abs() <= 0.0));
    let design = Scaled::new(x, intercept);
    let flat: Vec<usize> = (0..x.n_cols()).filter(|&j| design.frame.inv_scale[j] <= 0.0).collect();
    if !flat.is_empty() {
        return Err(OlsError::Singular { columns: flat });
    }
    let ones = vec![1.0; n];
    let (gram, moment) = design.weighted_gram(&ones, y);
    let singular = |column: usize| {
        let columns: Vec<usize> = find_aliased(x).aliased.iter().map(|a| a.column).collect();
        OlsError::Singular { columns: if columns.is_empty() { vec![column] } else { columns } }
    };
    let factor = linalg::cholesky(&gram).map_err(singular)?;
    let suspect = (0..x.n_cols()).find(|&j| factor[[j, j]] * factor[[j, j]] < 1e-9 * gram[[j, j]]);
    if let Some(column) = suspect
        && !find_aliased(x).aliased.is_empty()
    {
        return Err(singular(column));
    }
    let mut beta = linalg::solve(&factor, &moment);
    let residual_at = |beta: &[f64]| -> Vec<f64> { y.iter().zip(design.project(beta)).map(|(y, f)| y - f).collect() };
    let correction = linalg::solve(&factor, &design.transpose_times(&residual_at(&beta)));
    beta.iter_mut().zip(&correction).for_each(|(b, c)| *b += c);
    let residual = residual_at(&beta);
    let freedom = n as f64 - x.n_cols() as f64;
    let squares: f64 = residual.iter().map(|r| r * r).sum();
    Ok(OlsFit {
        coef: design.frame.outside(&beta),
        residual_variance: if freedom > 0.0 { squares / freedom } else { f64::NAN },
        residual,
        n_rows: n,
        scaled_inverse: linalg::inverse(&factor),
        frame: design.frame,
    })
}

/// A least-squares fit whose slopes are read with errors clustered by account (CR1).
#[derive(Debug)]
pub struct ClusteredSlopes<'a> {
    x: Matrix<'a>,
    /// Columns of the caller that have a slope of their own.
    kept: Vec<usize>,
    fit: OlsFit,
    covariance: Array2<f64>,
    cluster: &'a [u32],
    n_clusters: usize,
}

impl<'a> ClusteredSlopes<'a> {
    /// Fits; columns that earlier ones determine are left out first.
    ///
    /// # Errors
    /// [`OlsError`]; [`CovarianceError`] where the clusters do not fit the rows.
    pub fn new(x: &Matrix<'a>, y: &[f64], cluster: &'a [u32], n_clusters: usize) -> Result<Self, SlopesError> {
        // Most designs have full rank but for columns that are the same in every row of a subset: aliases are looked for where
        // this one has not.
        let varied = varied(x);
        let (kept, fit) = match fit_ols(&x.select(&varied), y) {
            Err(OlsError::Singular { .. }) => {
                let kept = find_aliased(x).kept;
                let fit = fit_ols(&x.select(&kept), y)?;
                (kept, fit)
            }
            fit => (varied, fit?),
        };
        let x = x.select(&kept);
        let covariance = fit.clustered(&x, cluster, n_clusters, Correction::Cr1)?;
        Ok(Self { x, kept, fit, covariance, cluster, n_clusters })
    }

    /// Estimate and standard error of a column; `None` where earlier ones determine it.
    #[must_use]
    pub fn slope(&self, column: usize) -> Option<(f64, f64)> {
        let k = self.position(column)?;
        Some((*self.fit.coef.get(k)?, self.covariance.get((k, k))?.sqrt()))
    }

    /// Influence of each cluster on the slope of a column, by [`influence`].
    #[must_use]
    pub fn influence(&self, column: usize) -> Option<Vec<f32>> {
        let k = self.position(column)?;
        let inverse = self.fit.frame.covariance_outside(&self.fit.scaled_inverse);
        Some(influence(&self.x, &inverse.row(k).to_vec(), &self.fit.residual, self.cluster, self.n_clusters))
    }

    fn position(&self, column: usize) -> Option<usize> {
        self.kept.iter().position(|kept| *kept == column)
    }
}

/// The columns but those that are constant beside an earlier constant one.
fn varied(x: &Matrix<'_>) -> Vec<usize> {
    let mut constant_before = false;
    let mut kept = Vec::with_capacity(x.n_cols());
    for j in 0..x.n_cols() {
        let constant = x.col(j).windows(2).all(|pair| pair[0].to_bits() == pair[1].to_bits());
        if !(constant && constant_before) {
            kept.push(j);
        }
        constant_before |= constant;
    }
    kept
}

/// Why there are no slopes.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SlopesError {
    /// No fit.
    #[error(transparent)]
    Fit(#[from] OlsError),
    /// No covariance.
    #[error(transparent)]
    Covariance(#[from] CovarianceError),
}

impl Explain for SlopesError {
    fn ja(&self) -> String {
        match self {
            Self::Fit(error) => error.ja(),
            Self::Covariance(error) => error.ja(),
        }
    }
}

impl OlsFit {
    /// `σ² (XᵀX)⁻¹`.
    #[must_use]
    pub fn covariance_model(&self) -> Array2<f64> {
        self.frame.covariance_outside(&(&self.scaled_inverse * self.residual_variance))
    }

    /// `c (XᵀX)⁻¹ (Σ_g s_g s_gᵀ) (XᵀX)⁻¹` with `s_g = Σ_{i in g} x_i residual_i` and `c = G / (G - 1)` for CR1.
    ///
    /// # Errors
    /// [`CovarianceError`].
    pub fn clustered(
        &self,
        x: &Matrix<'_>,
        cluster: &[u32],
        n_clusters: usize,
        correction: Correction,
    ) -> Result<Array2<f64>, CovarianceError> {
        let given = [("x columns", self.coef.len(), x.n_cols()), ("x rows", self.n_rows, x.n_rows())];
        for (what, expected, found) in given {
            if expected != found {
                return Err(CovarianceError::NotOfThisFit { what, expected, found });
            }
        }
        clustered_scaled(&self.frame, &self.scaled_inverse, x, &self.residual, cluster, n_clusters, correction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_by_hand() {
        let (one, x) = ([1.0; 3], [0.0, 1.0, 2.0]);
        let design = Matrix::new(vec![&one, &x]).unwrap();
        let fit = fit_ols(&design, &[1.0, 3.0, 2.0]).unwrap();
        assert!((fit.coef[0] - 1.5).abs() < 1e-14 && (fit.coef[1] - 0.5).abs() < 1e-14);
        // Residuals -0.5, 1, -0.5; variance 1.5; slope variance 1.5 / 2.
        assert!((fit.covariance_model()[[1, 1]] - 0.75).abs() < 1e-14);
        // Each row its own cluster, CR0: Σ (x - 1)² e² / 2² = (0.25 + 0.25) / 4.
        let v = fit.clustered(&design, &[0, 1, 2], 3, Correction::Cr0).unwrap();
        assert!((v[[1, 1]] - 0.125).abs() < 1e-14);
    }

    #[test]
    fn a_repeated_column_is_refused_by_index() {
        let (one, x) = ([1.0; 3], [0.0, 1.0, 2.0]);
        let design = Matrix::new(vec![&one, &x, &x]).unwrap();
        assert_eq!(fit_ols(&design, &[1.0, 3.0, 2.0]).unwrap_err(), OlsError::Singular { columns: vec![2] });
    }
}
