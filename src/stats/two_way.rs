//! Covariance robust to dependence within accounts and, at the same time, within periods.

use ndarray::Array2;

use super::covariance::{Correction, CovarianceError, check_fit, clustered_meat};
use super::irls::LogisticFit;
use super::linalg;
use super::matrix::Matrix;

/// A negative eigenvalue below this share of the largest is rounding and is not reported.
const ROUNDING: f64 = 1e-12;

/// A two-way clustered covariance and whether it had to be mended.
#[derive(Debug, Clone, PartialEq)]
pub struct TwoWayCovariance {
    /// (p, p), squared log-odds in reporting units; positive semidefinite.
    pub covariance: Array2<f64>,
    /// Clusters with rows: of the first kind, of the second, and of their combinations.
    pub n_clusters: [usize; 3],
    /// The difference had negative eigenvalues, which were set to zero: the standard errors come from too few clusters of
    /// one kind and are to be read with care.
    pub mended: bool,
    /// Smallest over largest eigenvalue before mending, measured against the model-based covariance.
    pub smallest_eigenvalue: f64,
}

/// Covariance of the coefficients, robust to dependence within two kinds of clusters (accounts and periods).
///
/// # Formula
/// ```text
/// V = V_account + V_period - V_(account × period),   each  c A⁻¹ (Σ_g s_g s_gᵀ) A⁻¹  with its own clusters and
/// c = 1 (CR0) or G / (G - 1) (CR1) of its own number of clusters G
/// ```
/// The difference need not be positive semidefinite. Then the negative eigenvalues of `K⁻¹ V K⁻ᵀ`, where `K Kᵀ = A⁻¹`, are
/// set to zero, which the result says. Measured against the model-based covariance, neither units nor coding of
/// the columns change what is mended; R's `fix = TRUE` and the paper take the eigenvalues in the units of the columns.
///
/// # Shapes and units
/// `x` (n, p) and `y` (n) of the fit; `first` and `second` (n): cluster index and number of clusters.
///
/// # Assumes
/// Rows that share neither cluster independent; many clusters of both kinds, as precision is that of the fewer.
///
/// # Errors
/// [`CovarianceError`]; fewer than 2 clusters of either kind are [`CovarianceError::TooFewClusters`].
///
/// # Source
/// Cameron, Gelbach & Miller (2011), JBES 29:238–249. Values: R `sandwich::vcovCL(cluster = ~ a + b, type = "HC0")`, with
/// `cadjust = TRUE` for CR1.
pub fn two_way(
    fit: &LogisticFit,
    x: &Matrix<'_>,
    y: &[f64],
    first: (&[u32], usize),
    second: (&[u32], usize),
    correction: Correction,
) -> Result<TwoWayCovariance, CovarianceError> {
    check_fit(fit, x, y)?;
    let meat = |(cluster, n_clusters): (&[u32], usize)| {
        clustered_meat(&fit.frame, x, &fit.score_residual, cluster, n_clusters, correction)
    };
    let (meat_first, n_first) = meat(first)?;
    let (meat_second, n_second) = meat(second)?;
    let (both, n_both) = combinations(first.0, second.0);
    let (meat_both, _) = meat((&both, n_both))?;
    let meat = meat_first + meat_second - meat_both;

    let root = linalg::cholesky(&fit.scaled_inverse).map_err(|_| CovarianceError::NoEigenvalues)?;
    let (values, vectors) = linalg::eigen(&root.t().dot(&meat).dot(&root)).ok_or(CovarianceError::NoEigenvalues)?;
    let largest = values.last().copied().unwrap_or(0.0);
    let smallest_eigenvalue = values.first().map_or(f64::NAN, |low| low / largest);
    let mended = values.first().is_some_and(|&low| low < -ROUNDING * largest.abs());
    let scaled = if mended {
        let half = root.dot(&vectors) * ndarray::Array1::from_iter(values.iter().map(|v| v.max(0.0).sqrt()));
        half.dot(&half.t())
    } else {
        linalg::sandwich(&fit.scaled_inverse, &meat)
    };
    Ok(TwoWayCovariance {
        covariance: fit.frame.covariance_outside(&scaled),
        n_clusters: [n_first, n_second, n_both],
        mended,
        smallest_eigenvalue,
    })
}

/// Index of each row's pair among the pairs that occur, and their number.
fn combinations(first: &[u32], second: &[u32]) -> (Vec<u32>, usize) {
    let pair = |(&a, &b): (&u32, &u32)| (u64::from(a) << 32) | u64::from(b);
    let pairs: Vec<u64> = first.iter().zip(second).map(pair).collect();
    let mut known = pairs.clone();
    known.sort_unstable();
    known.dedup();
    let index = pairs.iter().map(|pair| known.partition_point(|k| k < pair) as u32).collect();
    (index, known.len())
}

#[cfg(test)]
mod tests {
    use super::super::covariance::{clustered, heteroskedastic};
    use super::super::irls::{FitOptions, fit_logistic};
    use super::super::laws::{simulate, with_intercept};
    use super::*;

    #[test]
    fn crossed_clusters_are_the_sum_less_the_rows_and_nested_clusters_the_outer_alone() {
        let data = simulate(600, 3, 0.3, 5);
        let x = data.matrix();
        let fit = fit_logistic(&x, &data.y, &with_intercept()).unwrap();
        let account: Vec<u32> = (0..600).map(|i| i / 20).collect();
        let month: Vec<u32> = (0..600).map(|i| i % 20).collect();
        let found = two_way(&fit, &x, &data.y, (&account, 30), (&month, 20), Correction::Cr0).unwrap();
        let one = |cluster: &[u32], n| clustered(&fit, &x, &data.y, cluster, n, Correction::Cr0).unwrap();
        let rows = heteroskedastic(&fit, &x, &data.y, Correction::Cr0).unwrap();
        let sum = one(&account, 30) + one(&month, 20) - rows;
        assert_eq!((found.n_clusters, found.mended), ([30, 20, 600], false));
        assert!(found.covariance.iter().zip(&sum).all(|(f, s)| (f - s).abs() < 1e-13 * sum[[0, 0]]));
        let group: Vec<u32> = account.iter().map(|a| a / 3).collect();
        let nested = two_way(&fit, &x, &data.y, (&account, 30), (&group, 10), Correction::Cr0).unwrap();
        let outer = one(&group, 10);
        assert!(nested.covariance.iter().zip(&outer).all(|(f, s)| (f - s).abs() < 1e-13 * outer[[0, 0]]));
    }

    #[test]
    fn an_indefinite_difference_is_mended_whatever_the_units_and_said_so() {
        let data = simulate(400, 4, 0.3, 9);
        let few: Vec<u32> = (0..400).map(|i| i % 3).collect();
        let other: Vec<u32> = (0..400).map(|i| i / 3 % 3).collect();
        let run = |data: &super::super::laws::Data| {
            let x = data.matrix();
            let fit = fit_logistic(&x, &data.y, &FitOptions { intercept: Some(0), ..FitOptions::default() }).unwrap();
            two_way(&fit, &x, &data.y, (&few, 3), (&other, 3), Correction::Cr1).unwrap()
        };
        let found = run(&data);
        assert!(found.mended && found.smallest_eigenvalue < -0.01);
        let correlation =
            |v: &Array2<f64>| Array2::from_shape_fn((4, 4), |(i, j)| v[[i, j]] / (v[[i, i]] * v[[j, j]]).sqrt());
        let (values, _) = linalg::eigen(&correlation(&found.covariance)).unwrap();
        assert!(values[0] > -1e-12, "{values:?}");
        // Another unit and another origin of a column: the covariance carries over exactly.
        let mut moved = data.clone();
        moved.cols[2].iter_mut().for_each(|v| *v = 1e4 * *v + 500.0);
        let again = run(&moved);
        for (i, j, factor) in [(1, 1, 1.0), (2, 2, 1e-8), (1, 2, 1e-4), (3, 3, 1.0)] {
            let expected = found.covariance[[i, j]] * factor;
            let unit = (found.covariance[[i, i]] * found.covariance[[j, j]]).sqrt() * factor;
            assert!((again.covariance[[i, j]] - expected).abs() < 1e-9 * unit);
        }
    }

    #[test]
    fn one_period_is_refused() {
        let data = simulate(60, 2, 0.3, 1);
        let fit = fit_logistic(&data.matrix(), &data.y, &with_intercept()).unwrap();
        let account: Vec<u32> = (0..60).map(|i| i / 5).collect();
        let period = vec![0; 60];
        let refused = two_way(&fit, &data.matrix(), &data.y, (&account, 12), (&period, 1), Correction::Cr1);
        assert_eq!(refused.unwrap_err(), CovarianceError::TooFewClusters { found: 1 });
    }
}
