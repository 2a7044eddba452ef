//! By how much each cluster moves an estimate, to first order.

use super::matrix::Matrix;

/// Rows whose columns are read together and stay in the cache.
const BLOCK: usize = 512;

/// Influence of each cluster on the linear combination `vᵀ A b` of estimates b whose score is `Xᵀ r`.
///
/// # Formula
/// ```text
/// φ_g = Σ_{i in g} (x_iᵀ v) r_i        v = A⁻¹ e_k for the k-th coefficient, A its information
/// b_k with cluster g counted w_g times  ≈  b_k + Σ_g (w_g - 1) φ_g
/// ```
/// So `-φ_g` is what leaving the cluster out does, `Σ_g φ_g = 0` at the solution, and `Σ_g φ_g² · G / (G - 1)` is the
/// clustered variance (CR1). A logit's r is `y - h`, adjusted under Firth; that of least squares is the residual.
///
/// # Shapes and units
/// `x` (n, p), `v` (p), `residual` and `cluster` (n), the latter below `n_clusters`. Returns (`n_clusters`) in the unit of the
/// estimate, in single precision: it is compared with standard errors.
///
/// # Source
/// Cook & Weisberg (1982), Residuals and Influence in Regression, §3.4; Davison & Hinkley (1997), Bootstrap Methods and
/// their Application, §2.7.
#[must_use]
pub fn influence(x: &Matrix<'_>, v: &[f64], residual: &[f64], cluster: &[u32], n_clusters: usize) -> Vec<f32> {
    let mut sums = vec![0.0; n_clusters];
    let mut along = [0.0; BLOCK];
    for (block, (residual, cluster)) in residual.chunks(BLOCK).zip(cluster.chunks(BLOCK)).enumerate() {
        let rows = block * BLOCK..block * BLOCK + residual.len();
        let along = &mut along[..residual.len()];
        along.fill(0.0);
        for (j, v) in v.iter().enumerate() {
            along.iter_mut().zip(&x.col(j)[rows.clone()]).for_each(|(a, x)| *a += v * x);
        }
        for ((a, r), &g) in along.iter().zip(residual).zip(cluster) {
            if let Some(sum) = sums.get_mut(g as usize) {
                *sum += a * r;
            }
        }
    }
    single(&sums)
}

/// In single precision.
pub(super) fn single(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&v| v as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::super::added::{Base, Clusters};
    use super::super::covariance::{Correction, clustered};
    use super::super::irls::{FitOptions, LogisticFit, Penalty, fit_logistic};
    use super::super::laws::{Data, simulate, with_intercept};
    use super::super::ols::ClusteredSlopes;
    use super::*;

    const G: usize = 300;

    /// Accounts of seven rows.
    fn accounts() -> (Data, Vec<u32>) {
        (simulate(7 * G, 5, 0.15, 21), (0..7 * G).map(|i| u32::try_from(i / 7).unwrap()).collect())
    }

    fn fit(data: &Data, penalty: Penalty) -> LogisticFit {
        fit_logistic(&data.matrix(), &data.y, &FitOptions { penalty, ..with_intercept() }).unwrap()
    }

    fn without(data: &Data, cluster: &[u32], g: u32) -> Data {
        let keep = |values: &[f64]| values.iter().zip(cluster).filter(|(_, c)| **c != g).map(|(v, _)| *v).collect();
        Data { cols: data.cols.iter().map(|c| keep(c)).collect(), y: keep(&data.y) }
    }

    /// Sum, and CR1 variance.
    fn moments(phi: &[f32]) -> (f64, f64) {
        let g = phi.len() as f64;
        let squares: f64 = phi.iter().map(|&v| f64::from(v).powi(2)).sum();
        (phi.iter().map(|&v| f64::from(v)).sum(), squares * g / (g - 1.0))
    }

    #[test]
    fn influences_of_a_fit_sum_to_zero_and_their_squares_to_its_clustered_variance() {
        let (data, cluster) = accounts();
        let x = data.matrix();
        for penalty in [Penalty::None, Penalty::Firth] {
            let fit = fit(&data, penalty);
            let covariance = clustered(&fit, &x, &data.y, &cluster, G, Correction::Cr1).unwrap();
            for k in 0..5 {
                let v = fit.covariance_model.row(k).to_vec();
                let (sum, variance) = moments(&influence(&x, &v, &fit.score_residual, &cluster, G));
                let se = covariance[[k, k]].sqrt();
                assert!(sum.abs() < 1e-5 * se, "{penalty:?} {k}: {sum}");
                assert!((variance.sqrt() / se - 1.0).abs() < 1e-5, "{penalty:?} {k}");
            }
        }
    }

    #[test]
    fn influences_of_added_columns_sum_to_zero_and_their_squares_to_their_variance() {
        let (data, cluster) = accounts();
        let all = data.matrix();
        let small = all.select(&[0, 1, 2]);
        for penalty in [Penalty::None, Penalty::Firth] {
            let opt = FitOptions { penalty, ..with_intercept() };
            let fit = fit_logistic(&small, &data.y, &opt).unwrap();
            let clusters = Clusters { of_row: &cluster, n: G, few: false };
            let base = Base::new(small.clone(), &data.y, clusters, &fit).unwrap();
            let doubled: Vec<f64> = all.col(1).iter().map(|v| 2.0 * v).collect();
            let found = base.add(&[all.col(3), &doubled, all.col(4)], 1e-8).unwrap();
            for k in [0, 2] {
                let (sum, variance) = moments(&found.influence[k]);
                let se = found.covariance[(k, k)].sqrt();
                assert!(sum.abs() < 1e-5 * se, "{penalty:?} {k}: {sum}");
                assert!((variance.sqrt() / se - 1.0).abs() < 1e-6, "{penalty:?} {k}");
            }
            assert!(found.influence[1].is_empty(), "a determined column has none");
            let both: f64 = found.influence[0].iter().zip(&found.influence[2]).map(|(a, b)| f64::from(a * b)).sum();
            let apart = both * G as f64 / (G as f64 - 1.0) - found.covariance[(0, 2)];
            assert!(apart.abs() < 1e-5 * found.covariance[(0, 0)], "{penalty:?}");
        }
    }

    #[test]
    fn leaving_an_account_out_moves_a_slope_by_minus_its_influence() {
        let (data, cluster) = accounts();
        let x = data.matrix();
        for penalty in [Penalty::None, Penalty::Firth] {
            let whole = fit(&data, penalty);
            let v = whole.covariance_model.row(3).to_vec();
            let phi = influence(&x, &v, &whole.score_residual, &cluster, G);
            let mut strongest: Vec<u32> = (0..G as u32).collect();
            strongest.sort_by(|a, b| phi[*b as usize].abs().total_cmp(&phi[*a as usize].abs()));
            for &g in strongest.iter().take(20).chain(strongest.iter().skip(100).take(5)) {
                let moved = fit(&without(&data, &cluster, g), penalty).coef[3] - whole.coef[3];
                let expected = -f64::from(phi[g as usize]);
                let off = (moved - expected).abs();
                assert!(off < 0.15 * expected.abs() + 1e-4, "{penalty:?} {g}: {moved} is not {expected}");
            }
        }
    }

    #[test]
    fn influences_of_least_squares_agree_with_its_clustered_error_and_with_leaving_out() {
        let (data, cluster) = accounts();
        let slopes = |data: &Data, cluster: &[u32]| {
            let (y, x) = data.cols.split_last().unwrap();
            let doubled: Vec<f64> = x[1].iter().map(|v| 2.0 * v).collect();
            let mut columns: Vec<&[f64]> = x.iter().map(Vec::as_slice).collect();
            columns.insert(2, &doubled);
            let matrix = Matrix::new(columns).unwrap();
            let found = ClusteredSlopes::new(&matrix, y, cluster, G).unwrap();
            assert!(found.slope(2).is_none() && found.influence(2).is_none(), "a determined column");
            (found.slope(3).unwrap(), found.influence(3).unwrap())
        };
        let ((estimate, se), phi) = slopes(&data, &cluster);
        let (sum, variance) = moments(&phi);
        assert!(sum.abs() < 1e-5 * se && (variance.sqrt() / se - 1.0).abs() < 1e-5);
        for g in [3_u32, 50, 211] {
            let left: Vec<u32> = cluster.iter().copied().filter(|c| *c != g).collect();
            let ((moved, _), _) = slopes(&without(&data, &cluster, g), &left);
            let expected = -f64::from(phi[g as usize]);
            assert!((moved - estimate - expected).abs() < 0.1 * expected.abs() + 1e-6, "{g}");
        }
    }
}
