//! Wald tests and intervals: one coefficient, several together, linear contrasts.

use ndarray::Array2;

use super::{linalg, normal};
use crate::notice::Explain;

/// One coefficient with its standard error, test and interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WaldTerm {
    /// Estimate.
    pub estimate: f64,
    /// Standard error.
    pub std_error: f64,
    /// `estimate / std_error`.
    pub z: f64,
    /// Two-sided, from the complementary error function.
    pub p: f64,
    /// Lower limit.
    pub ci_low: f64,
    /// Upper limit.
    pub ci_high: f64,
}

/// A test of several numbers at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JointTest {
    /// The statistic: Wald, likelihood ratio or score.
    pub chi2: f64,
    /// Degrees of freedom.
    pub df: usize,
    /// `P(χ²_df > chi2)`.
    pub p: f64,
}

/// Why there is no joint test or contrast.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WaldError {
    /// Nothing to test.
    #[error("a joint test needs at least one coefficient")]
    Nothing,
    /// No such coefficient.
    #[error("coefficient {index} does not exist, there are {n}")]
    UnknownCoefficient {
        /// Asked for.
        index: usize,
        /// Available.
        n: usize,
    },
    /// Shapes that do not fit.
    #[error("{n} coefficients, but a covariance of {rows} by {cols} and {weights} weights")]
    Shapes {
        /// Coefficients.
        n: usize,
        /// Rows of the covariance.
        rows: usize,
        /// Columns of the covariance.
        cols: usize,
        /// Weights of the contrast (equal to `n` for a joint test).
        weights: usize,
    },
    /// The covariance of the tested coefficients has no inverse.
    #[error("the covariance of coefficients {indices:?} is singular")]
    SingularCovariance {
        /// Tested coefficients.
        indices: Vec<usize>,
    },
}

impl Explain for WaldError {
    fn ja(&self) -> String {
        match self {
            Self::Nothing => "同時検定には少なくとも1つの係数が必要です".to_owned(),
            Self::UnknownCoefficient { index, n } => format!("係数{index}は存在しません（全{n}個）"),
            Self::Shapes { n, rows, cols, weights } => {
                format!("係数{n}個に対し、共分散行列が{rows}×{cols}、重みが{weights}個です")
            }
            Self::SingularCovariance { indices } => format!("係数{indices:?}の共分散行列が特異です"),
        }
    }
}

/// Estimate ± z · standard error; NaN where the standard error is not a positive number.
///
/// `level` is the coverage, for example 0.95.
#[must_use]
pub fn wald(estimate: f64, std_error: f64, level: f64) -> WaldTerm {
    let usable = std_error.is_finite() && std_error > 0.0;
    let z = if usable { estimate / std_error } else { f64::NAN };
    let half = if usable { normal::quantile(0.5 + 0.5 * level) * std_error } else { f64::NAN };
    let p = if z.is_nan() { f64::NAN } else { normal::two_sided_p(z) };
    WaldTerm { estimate, std_error, z, p, ci_low: estimate - half, ci_high: estimate + half }
}

/// Tests that all coefficients of `idx` are zero: `bᵀ V⁻¹ b` against χ² with as many degrees of freedom.
///
/// # Errors
/// [`WaldError`].
pub fn joint_wald(coef: &[f64], cov: &Array2<f64>, idx: &[usize]) -> Result<JointTest, WaldError> {
    shapes(coef, cov, coef.len())?;
    if idx.is_empty() {
        return Err(WaldError::Nothing);
    }
    if let Some(&index) = idx.iter().find(|&&i| i >= coef.len()) {
        return Err(WaldError::UnknownCoefficient { index, n: coef.len() });
    }
    let singular = || WaldError::SingularCovariance { indices: idx.to_vec() };
    // Tested as z values on their correlation, so that units cannot spoil the factorisation.
    let sd: Vec<f64> = idx.iter().map(|&i| cov[[i, i]].sqrt()).collect();
    if sd.iter().any(|s| !(s.is_finite() && *s > 0.0)) {
        return Err(singular());
    }
    let correlation = Array2::from_shape_fn((idx.len(), idx.len()), |(a, b)| cov[[idx[a], idx[b]]] / (sd[a] * sd[b]));
    let z: Vec<f64> = idx.iter().zip(&sd).map(|(&i, s)| coef[i] / s).collect();
    let factor = linalg::cholesky(&correlation).map_err(|_| singular())?;
    let chi2 = linalg::dot(&z, &linalg::solve(&factor, &z));
    Ok(JointTest { chi2, df: idx.len(), p: normal::chi_square_sf(chi2, idx.len()) })
}

/// `Σ weight_j coef_j` with its standard error.
///
/// # Errors
/// [`WaldError::Shapes`].
pub fn contrast(coef: &[f64], cov: &Array2<f64>, weights: &[f64], level: f64) -> Result<WaldTerm, WaldError> {
    shapes(coef, cov, weights.len())?;
    let variance = linalg::dot(weights, &linalg::times(cov, weights));
    Ok(wald(linalg::dot(weights, coef), variance.max(0.0).sqrt(), level))
}

fn shapes(coef: &[f64], cov: &Array2<f64>, weights: usize) -> Result<(), WaldError> {
    let (n, rows, cols) = (coef.len(), cov.nrows(), cov.ncols());
    if (rows, cols, weights) == (n, n, n) { Ok(()) } else { Err(WaldError::Shapes { n, rows, cols, weights }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_term_by_hand() {
        let t = wald(1.0, 0.5, 0.95);
        assert!((t.z - 2.0).abs() < 1e-15);
        assert!((t.p - 0.04550026389635842).abs() < 1e-15);
        assert!((t.ci_low - (1.0 - 0.979981992270027)).abs() < 1e-14);
        assert!(wald(1.0, 0.0, 0.95).p.is_nan());
    }

    #[test]
    fn joint_test_of_one_coefficient_is_its_z_squared_and_of_two_by_hand() {
        let cov = ndarray::array![[4.0, 1.0], [1.0, 2.0]];
        let one = joint_wald(&[4.0, 1.0], &cov, &[0]).unwrap();
        assert!((one.chi2 - 4.0).abs() < 1e-14 && (one.p - 0.04550026389635842).abs() < 1e-15);
        // Inverse is [[2, -1], [-1, 4]] / 7; (4, 1) gives (32 - 8 + 4) / 7 = 4.
        let two = joint_wald(&[4.0, 1.0], &cov, &[0, 1]).unwrap();
        assert!((two.chi2 - 4.0).abs() < 1e-13 && (two.p - (-2.0_f64).exp()).abs() < 1e-14);
        let difference = contrast(&[4.0, 1.0], &cov, &[1.0, -1.0], 0.95).unwrap();
        assert!((difference.std_error - 2.0).abs() < 1e-14 && (difference.estimate - 3.0).abs() < 1e-15);
    }

    #[test]
    fn a_singular_covariance_and_an_unknown_coefficient_are_named() {
        let cov = ndarray::array![[1.0, 1.0], [1.0, 1.0]];
        assert_eq!(
            joint_wald(&[1.0, 1.0], &cov, &[0, 1]).unwrap_err(),
            WaldError::SingularCovariance { indices: vec![0, 1] }
        );
        assert_eq!(joint_wald(&[1.0, 1.0], &cov, &[2]).unwrap_err(), WaldError::UnknownCoefficient { index: 2, n: 2 });
    }
}
