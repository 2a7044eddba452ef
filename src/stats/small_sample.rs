//! Clustered covariance for few or unequal clusters: CR2 and CR3 with Satterthwaite degrees of freedom.

use ndarray::Array2;
use rayon::prelude::*;

use super::cluster_sums::{Sorted, Sums};
use super::covariance::{CovarianceError, check_clusters, check_fit};
use super::irls::LogisticFit;
use super::linalg;
use super::matrix::Matrix;
use super::rows::{Scaled, from_lower};
use super::whiten::Whitened;

pub use super::leverage::SmallSample;

/// Largest entry of `A A⁻¹ - I` when the weights are those of the fit.
const SAME_INFORMATION: f64 = 1e-6;

/// A clustered covariance for few clusters, with the degrees of freedom of each coefficient's t test.
#[derive(Debug, Clone, PartialEq)]
pub struct SmallSampleCovariance {
    /// (p, p), squared log-odds in reporting units.
    pub covariance: Array2<f64>,
    /// Satterthwaite degrees of freedom of each coefficient; NaN where no cluster tells anything about its variance.
    pub df: Vec<f64>,
    /// Correction.
    pub kind: SmallSample,
    /// Clusters that have rows.
    pub n_clusters: usize,
    /// Clusters that alone identify a direction of the coefficients, which is left out of their correction.
    pub n_full_leverage: usize,
}

/// Covariance of the coefficients from clusters that are few or unequal, with Satterthwaite degrees of freedom.
///
/// # Formula
/// ```text
/// V = A⁻¹ (Σ_g s̃_g s̃_gᵀ) A⁻¹,   s̃_g = L E_g L⁻¹ s_g,   A = XᵀWX = L Lᵀ,   W = diag(w_i h_i (1 - h_i))
/// B_g = L⁻¹ X_gᵀ W_g X_g L⁻ᵀ,   E_g = (I - B_g)^(-1/2) (CR2) or (I - B_g)⁻¹ (CR3),   s_g = Σ_{i in g} x_i w_i (y_i - h_i)
///
/// df(c) = (tr P)² / tr P²,   P_gk = [g = k] d_g - v_gᵀ v_k,   a = L⁻¹ c,   v_g = B_g E_g a,   d_g = aᵀ E_g v_g
/// ```
/// `L E_g L⁻¹ s_g = X̃_gᵀ (I - H_gg)^(-1/2) ẽ_g` with rows and residuals multiplied by the root of their working weight, so
/// this is CR2 of the linear model of the last Newton step with independent errors of one variance, whose degrees of
/// freedom take the same working model. Nothing of the size of a cluster's rows squared is formed: with fewer rows than
/// columns the algebra is rows by rows, else columns by columns. Where the eigenvalues of `B_g` sum to little, the power is
/// a series that leaves out less than 1e-14 of it.
///
/// Another CR2 of the same expectation exists: clubSandwich on a `glm` takes a root that is symmetric after another
/// weighting by the working variance. Standard errors of the two differ by about 1 % of themselves or less in
/// `tests/reference/covariance_r`; CR3 is the same in both.
///
/// Where a cluster alone identifies a coefficient, `B_g` has an eigenvalue 1 and `I - B_g` no inverse. As in
/// clubSandwich's CR2 the generalised inverse is taken: the direction adds nothing to the variance (the residuals have
/// nothing in it), and the result counts such clusters. A standard error of a coefficient that lives in one cluster
/// is no measure of its error.
///
/// # Shapes and units
/// `x` (n, p), `y` (n), `weights` (n) of the fit; `cluster` (n), below `n_clusters`.
///
/// # Assumes
/// Clusters independent of each other. Under Firth the residuals are those of the adjusted score.
///
/// # Errors
/// [`CovarianceError`]; [`CovarianceError::WeightsNotOfThisFit`] where the weights give another information matrix.
///
/// # Source
/// Bell & McCaffrey (2002), Survey Methodology 28:169–181; Kauermann & Carroll (2001), JASA 96:1387–1396; Mancl & DeRouen
/// (2001), Biometrics 57:126–134 (CR3); Pustejovsky & Tipton (2018), JBES 36:672–683. Values: R clubSandwich.
pub fn small_sample(
    fit: &LogisticFit,
    x: &Matrix<'_>,
    y: &[f64],
    weights: Option<&[f64]>,
    cluster: &[u32],
    n_clusters: usize,
    kind: SmallSample,
) -> Result<SmallSampleCovariance, CovarianceError> {
    check_fit(fit, x, y)?;
    if let Some(w) = weights.filter(|w| w.len() != fit.n_rows) {
        return Err(CovarianceError::NotOfThisFit { what: "weights", expected: fit.n_rows, found: w.len() });
    }
    let found = check_clusters(fit.n_rows, cluster, n_clusters)?;
    let working = working_weights(&fit.eta, weights);
    let lower = information_factor(fit, x, &working)?;
    let whitened = Whitened::new(fit, x, &working, &lower, kind);
    let sorted = Sorted::new(cluster, n_clusters);
    let parts: Vec<Sums> =
        sorted.chunks().into_par_iter().map(|c| whitened.chunk(&sorted, c)).collect::<Result<_, _>>()?;
    let p = x.n_cols();
    let mut total = Sums::new(p);
    for part in parts {
        total.add(&part);
    }
    // V = L⁻ᵀ M L⁻¹ in scaled columns.
    let inverse = linalg::lower_inverse(&lower);
    let scaled = inverse.t().dot(&from_lower(&total.meat, p)).dot(&inverse);
    let df = (0..p).map(|j| {
        let gram = from_lower(&total.grams[j * p * p..(j + 1) * p * p], p);
        total.trace[j] * total.trace[j] / (total.square[j] + gram.iter().map(|g| g * g).sum::<f64>())
    });
    Ok(SmallSampleCovariance {
        covariance: fit.frame.covariance_outside(&scaled),
        df: df.collect(),
        kind,
        n_clusters: found,
        n_full_leverage: total.n_full_leverage,
    })
}

/// `w h (1 - h)`, without cancellation where h is near 1.
fn working_weights(eta: &[f64], weights: Option<&[f64]>) -> Vec<f64> {
    let variance = |eta: f64| {
        let small = (-eta.abs()).exp();
        small / ((1.0 + small) * (1.0 + small))
    };
    (0..eta.len()).map(|i| weights.map_or(1.0, |w| w[i]) * variance(eta[i])).collect()
}

/// Lower factor of the information in scaled columns, refused where it is not that of the fit.
fn information_factor(fit: &LogisticFit, x: &Matrix<'_>, working: &[f64]) -> Result<Array2<f64>, CovarianceError> {
    let design = Scaled { x, frame: fit.frame.clone() };
    let (information, _) = design.weighted_gram(working, working);
    let product = information.dot(&fit.scaled_inverse);
    let allowed = SAME_INFORMATION.max(1e3 * f64::EPSILON * fit.condition_number);
    let same = product.indexed_iter().all(|((i, j), v)| (v - f64::from(u8::from(i == j))).abs() <= allowed);
    if same { linalg::cholesky(&information).ok() } else { None }.ok_or(CovarianceError::WeightsNotOfThisFit)
}

#[cfg(test)]
mod tests {
    use super::super::covariance::{Correction, clustered};
    use super::super::irls::{FitOptions, Penalty, fit_logistic};
    use super::super::laws::{Data, Stream, simulate, with_intercept};
    use super::*;

    /// Clusters of 1 to `most` rows.
    fn clusters(n: usize, most: usize, seed: u64) -> (Vec<u32>, usize) {
        let mut s = Stream(seed);
        let mut cluster = Vec::new();
        let mut g = 0;
        while cluster.len() < n {
            let rows = 1 + (s.next() * most as f64) as usize;
            cluster.extend(std::iter::repeat_n(g, rows.min(n - cluster.len())));
            g += 1;
        }
        (cluster, g as usize)
    }

    fn run(data: &Data, cluster: &[u32], n_clusters: usize, kind: SmallSample) -> SmallSampleCovariance {
        let fit = fit_logistic(&data.matrix(), &data.y, &with_intercept()).unwrap();
        small_sample(&fit, &data.matrix(), &data.y, None, cluster, n_clusters, kind).unwrap()
    }

    /// Rows by rows, by the definition: `X̃_gᵀ (I - H_gg)^(-power) ẽ_g`.
    fn by_definition(data: &Data, cluster: &[u32], n_clusters: usize, power: f64) -> Array2<f64> {
        let x = data.matrix();
        let fit = fit_logistic(&x, &data.y, &with_intercept()).unwrap();
        let p = x.n_cols();
        let a = &fit.covariance_model;
        let mut meat = Array2::<f64>::zeros((p, p));
        for g in 0..n_clusters {
            let rows: Vec<usize> = (0..cluster.len()).filter(|&i| cluster[i] as usize == g).collect();
            let root = |i: usize| (fit.fitted[i] * (1.0 - fit.fitted[i])).sqrt();
            let xg = Array2::from_shape_fn((rows.len(), p), |(k, j)| root(rows[k]) * x.col(j)[rows[k]]);
            let e: Vec<f64> = rows.iter().map(|&i| (data.y[i] - fit.fitted[i]) / root(i)).collect();
            let (values, u) = linalg::eigen(&(Array2::eye(rows.len()) - xg.dot(a).dot(&xg.t()))).unwrap();
            let rotated = linalg::times(&u.t().to_owned(), &e);
            let scaled: Vec<f64> = rotated.iter().zip(&values).map(|(r, v)| r * v.powf(-power)).collect();
            let score = ndarray::Array1::from(linalg::times(&xg.t().to_owned(), &linalg::times(&u, &scaled)));
            let column = score.insert_axis(ndarray::Axis(1));
            meat = meat + column.dot(&column.t());
        }
        linalg::sandwich(a, &meat)
    }

    #[test]
    fn short_and_long_clusters_agree_with_the_definition_row_by_row() {
        // Few clusters take the eigenvalues, many the series; 6 columns against 1 to 3, or 1 to 20, rows.
        for (n, most) in [(60, 3), (1200, 3), (150, 20), (4000, 20)] {
            let data = simulate(n, 6, 0.4, n as u64);
            let (cluster, n_clusters) = clusters(n, most, 3);
            for (kind, power) in [(SmallSample::Cr2, 0.5), (SmallSample::Cr3, 1.0)] {
                let found = run(&data, &cluster, n_clusters, kind);
                let expected = by_definition(&data, &cluster, n_clusters, power);
                for (f, e) in found.covariance.diag().iter().zip(expected.diag()) {
                    assert!((f - e).abs() < 1e-10 * e, "{n} rows, {kind:?}: {f:e} is not {e:e}");
                }
                assert_eq!((found.n_clusters, found.n_full_leverage), (n_clusters, 0));
            }
        }
    }

    #[test]
    fn one_row_per_cluster_and_an_intercept_alone_by_hand() {
        // Equal rows: B_g = 1/G, V (CR2) = Σ (y - h)² / (1 - 1/G) / (G h (1 - h))², the covariance CR1; df = G - 1.
        let y: Vec<f64> = (0..40).map(|i| if i % 4 == 0 { 1.0 } else { 0.0 }).collect();
        let data = Data { cols: vec![vec![1.0; 40]], y };
        let cluster: Vec<u32> = (0..40).collect();
        let found = run(&data, &cluster, 40, SmallSample::Cr2);
        let fit = fit_logistic(&data.matrix(), &data.y, &with_intercept()).unwrap();
        let one = clustered(&fit, &data.matrix(), &data.y, &cluster, 40, Correction::Cr1).unwrap();
        assert!((found.covariance[[0, 0]] / one[[0, 0]] - 1.0).abs() < 1e-12);
        assert!((found.df[0] - 39.0).abs() < 1e-9, "{}", found.df[0]);
        let third = run(&data, &cluster, 40, SmallSample::Cr3);
        assert!((third.covariance[[0, 0]] / one[[0, 0]] - 40.0 / 39.0).abs() < 1e-12);
    }

    #[test]
    fn many_clusters_need_no_correction_and_units_labels_and_threads_change_nothing() {
        let data = simulate(9000, 5, 0.2, 4);
        let (cluster, n_clusters) = clusters(9000, 6, 8);
        let found = run(&data, &cluster, n_clusters, SmallSample::Cr2);
        let fit = fit_logistic(&data.matrix(), &data.y, &with_intercept()).unwrap();
        let plain = clustered(&fit, &data.matrix(), &data.y, &cluster, n_clusters, Correction::Cr0).unwrap();
        for (j, df) in found.df.iter().enumerate() {
            let ratio = found.covariance[[j, j]] / plain[[j, j]];
            assert!(ratio > 1.0 && ratio < 1.01 && *df > 300.0, "{ratio} {df}");
        }
        let mut moved = data.clone();
        moved.cols[2].iter_mut().for_each(|v| *v = 1e6 * *v + 3e6);
        let relabelled: Vec<u32> = cluster.iter().map(|g| n_clusters as u32 - g).collect();
        let again = run(&moved, &relabelled, n_clusters + 7, SmallSample::Cr2);
        for j in 1..5 {
            let unit = if j == 2 { 1e12 } else { 1.0 };
            assert!((again.covariance[[j, j]] * unit / found.covariance[[j, j]] - 1.0).abs() < 1e-9);
            assert!((again.df[j] / found.df[j] - 1.0).abs() < 1e-9);
        }
        let bits = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let v = pool.install(|| run(&data, &cluster, n_clusters, SmallSample::Cr3));
            v.covariance.iter().chain(&v.df).map(|v| v.to_bits()).collect::<Vec<u64>>()
        };
        assert_eq!(bits(1), bits(3));
    }

    #[test]
    fn weights_of_another_fit_and_a_ridge_are_refused_and_firth_is_not() {
        let data = simulate(300, 3, 0.3, 2);
        let x = data.matrix();
        let (cluster, n) = clusters(300, 9, 5);
        let weights: Vec<f64> = (0..300).map(|i| 0.5 + f64::from(i % 3)).collect();
        let fit = |penalty| {
            fit_logistic(&x, &data.y, &FitOptions { weights: Some(&weights), penalty, ..with_intercept() }).unwrap()
        };
        let small = |fit: &LogisticFit, weights: Option<&[f64]>| {
            small_sample(fit, &x, &data.y, weights, &cluster, n, SmallSample::Cr2)
        };
        let weighted = fit(Penalty::None);
        assert!(small(&weighted, Some(&weights)).is_ok());
        assert_eq!(small(&weighted, None).unwrap_err(), CovarianceError::WeightsNotOfThisFit);
        assert_eq!(
            small(&weighted, Some(&weights[1..])).unwrap_err(),
            CovarianceError::NotOfThisFit { what: "weights", expected: 300, found: 299 }
        );
        assert_eq!(small(&fit(Penalty::Ridge(1.0)), Some(&weights)).unwrap_err(), CovarianceError::NoInference);
        assert!(small(&fit(Penalty::Firth), Some(&weights)).unwrap().df.iter().all(|df| *df > 1.0));
    }
}
