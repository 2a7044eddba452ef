//! Tests of added columns: likelihood ratio from two fits, Rao's score test from the smaller one alone.

use ndarray::Array2;

use super::irls::{LogisticFit, Penalty};
use super::matrix::Matrix;
use super::wald::JointTest;
use super::{linalg, normal};

pub use super::nested_error::NestedError;

/// A larger model may have a log-likelihood smaller by this share without being refused: rounding.
const LIKELIHOOD_ROUNDING: f64 = 1e-10;
/// An added column whose weighted length outside the model is below this share of its own is aliased, as in
/// [`super::alias::ALIAS_TOLERANCE`].
const ALIASED: f64 = 1e-7;
/// An added column whose spread is below this share of its size is constant.
const CONSTANT: f64 = 1e-12;

/// How the variance of the score is estimated.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub enum ScoreVariance<'a> {
    /// From the information: right if the model is.
    #[default]
    Model,
    /// From the squared contributions of the rows: right under misspecified variance, rows independent.
    Rows,
    /// From the squared contributions of clusters of rows: right when rows of a cluster depend on each other.
    Clusters {
        /// Cluster of each row.
        cluster: &'a [u32],
    },
}

/// Likelihood-ratio test of the columns that the larger fit has and the smaller has not.
///
/// # Formula
/// ```text
/// 2 (logL_larger - logL_smaller)  against  χ²,  df = p_larger - p_smaller
/// ```
/// # Assumes
/// The same rows, weights and offset, and columns of the smaller model that the larger can reproduce. Rows, events and
/// the sign of the difference are checked; the rest cannot be seen from the fits.
///
/// # Errors
/// [`NestedError`]: for a penalised fit on either side, and for a larger model that fits worse beyond rounding.
///
/// # Source
/// Wilks (1938), Annals of Mathematical Statistics 9:60–62. Values: R `anova(test = "LRT")`.
pub fn likelihood_ratio(smaller: &LogisticFit, larger: &LogisticFit) -> Result<JointTest, NestedError> {
    match (smaller.penalty, larger.penalty) {
        (Penalty::None, Penalty::None) => {}
        (a, b) if a == b => return Err(NestedError::Penalised),
        _ => return Err(NestedError::PenaltiesDiffer),
    }
    if smaller.link != larger.link {
        return Err(NestedError::LinksDiffer);
    }
    let counts = [("rows", smaller.n_rows, larger.n_rows), ("events", smaller.n_events, larger.n_events)];
    for (what, expected, found) in counts {
        if expected != found {
            return Err(NestedError::NotOfThisFit { what, expected, found });
        }
    }
    let (p, q) = (smaller.coef.len(), larger.coef.len());
    if q <= p {
        return Err(NestedError::NotLarger { smaller: p, larger: q });
    }
    let chi2 = 2.0 * (larger.log_likelihood - smaller.log_likelihood);
    if chi2 < -2.0 * LIKELIHOOD_ROUNDING * (1.0 + smaller.log_likelihood.abs()) {
        let (smaller, larger) = (smaller.log_likelihood, larger.log_likelihood);
        return Err(NestedError::LargerFitsWorse { smaller, larger });
    }
    Ok(joint(chi2.max(0.0), q - p))
}

/// Rao's score test of `added` columns, without fitting the larger model.
///
/// # Formula
/// ```text
/// U = Σ r_i a_i,   a_i = x2_i - B x1_i,   B = I21 I11⁻¹,   r_i = w_i (y_i - h_i),   W = diag(w h (1 - h))   (logit)
/// model:     U' (I22 - I21 I11⁻¹ I12)⁻¹ U
/// rows:      U' (Σ_i r_i² a_i a_i')⁻¹ U
/// clusters:  U' (Σ_g s_g s_g')⁻¹ U,   s_g = Σ_{i in g} r_i a_i              all against χ², df = columns added
/// ```
/// The robust forms have no small-sample factor and are conservative with few clusters.
///
/// # Shapes and units
/// `x` (n, p) and `weights` (n) of the fit; `added` (n, q). The units of the columns do not matter.
///
/// # Assumes
/// With prior weights the robust forms take a weighted row, whatever its count, as one unit. Under another link than the
/// logit r and W are those of the link, W the expected information.
///
/// # Errors
/// [`NestedError`]: for a penalised fit, an added column that the model contains already, and no more clusters than columns
/// added.
///
/// # Source
/// Rao (1948), Mathematical Proceedings of the Cambridge Philosophical Society 44:50–57; generalised: Boos (1992), The
/// American Statistician 46:327–333. Values: R `anova(test = "Rao")`.
pub fn score_test(
    fit: &LogisticFit,
    x: &Matrix<'_>,
    weights: Option<&[f64]>,
    added: &Matrix<'_>,
    variance: ScoreVariance<'_>,
) -> Result<JointTest, NestedError> {
    check(fit, x, weights, added, variance)?;
    let (p, q) = (x.n_cols(), added.n_cols());
    let weight = |i: usize| weights.map_or(1.0, |w| w[i]);
    let curvature: Vec<f64> =
        fit.eta.iter().enumerate().map(|(i, &eta)| weight(i) * fit.link.row(eta, 0.0).weight).collect();
    let model: Vec<Vec<f64>> = (0..p).map(|j| standardised(fit, x, j)).collect();
    let lost = || NestedError::NotOfThisFit { what: "information", expected: p, found: 0 };
    let factor = linalg::cholesky(&gram(&model, &model, &curvature)).map_err(|_| lost())?;

    let mut free = Vec::with_capacity(q);
    for column in 0..q {
        let (outside, share) = residual(&model, &factor, added.col(column), &curvature, fit.frame.intercept.is_some());
        if share < ALIASED {
            return Err(NestedError::Aliased { column });
        }
        free.push(outside);
    }
    let score: Vec<f64> = free.iter().map(|a| linalg::dot(a, &fit.score_residual)).collect();
    let spread = match variance {
        ScoreVariance::Model => gram(&free, &free, &curvature),
        ScoreVariance::Rows => {
            let squares: Vec<f64> = fit.score_residual.iter().map(|r| r * r).collect();
            gram(&free, &free, &squares)
        }
        ScoreVariance::Clusters { cluster } => {
            let sums = cluster_sums(&free, &fit.score_residual, cluster);
            let n_clusters = sums.first().map_or(0, Vec::len);
            if n_clusters <= q {
                return Err(NestedError::TooFewClusters { found: n_clusters, columns: q });
            }
            gram(&sums, &sums, &vec![1.0; n_clusters])
        }
    };
    quadratic_form(&score, &spread)
}

fn check(
    fit: &LogisticFit,
    x: &Matrix<'_>,
    weights: Option<&[f64]>,
    added: &Matrix<'_>,
    variance: ScoreVariance<'_>,
) -> Result<(), NestedError> {
    if !matches!(fit.penalty, Penalty::None) {
        return Err(NestedError::Penalised);
    }
    let n = fit.n_rows;
    let cluster = match variance {
        ScoreVariance::Clusters { cluster } => cluster.len(),
        _ => n,
    };
    let given = [
        ("x columns", fit.coef.len(), x.n_cols()),
        ("x rows", n, x.n_rows()),
        ("rows of the added columns", n, added.n_rows()),
        ("weights", n, weights.map_or(n, <[f64]>::len)),
        ("cluster", n, cluster),
    ];
    match given.into_iter().find(|(_, expected, found)| expected != found) {
        Some((what, expected, found)) => Err(NestedError::NotOfThisFit { what, expected, found }),
        None => Ok(()),
    }
}

/// Column `j` of the model, centred and scaled as in the fit.
fn standardised(fit: &LogisticFit, x: &Matrix<'_>, j: usize) -> Vec<f64> {
    x.col(j).iter().map(|v| (v - fit.frame.centre[j]) * fit.frame.inv_scale[j]).collect()
}

/// `Σ_i w_i a_i b_i'` for columns `a`, `b`.
fn gram(a: &[Vec<f64>], b: &[Vec<f64>], w: &[f64]) -> Array2<f64> {
    let sum = |u: &[f64], v: &[f64]| u.iter().zip(v).zip(w).map(|((u, v), w)| u * v * w).sum();
    Array2::from_shape_fn((a.len(), b.len()), |(i, j)| sum(&a[i], &b[j]))
}

/// The part of a column outside the weighted span of the model, scaled to unit length, and its share of the column.
///
/// Beside an intercept the share is that of the centred column, so that a large mean is not mistaken for collinearity.
fn residual(
    model: &[Vec<f64>],
    factor: &Array2<f64>,
    column: &[f64],
    w: &[f64],
    beside_intercept: bool,
) -> (Vec<f64>, f64) {
    let length = |v: &[f64]| v.iter().zip(w).map(|(v, w)| v * v * w).sum::<f64>().sqrt();
    let centre = if beside_intercept { super::moments::mean(column) } else { 0.0 };
    let largest = column.iter().fold(0.0_f64, |m, v| m.max((v - centre).abs())).max(f64::MIN_POSITIVE);
    let mut outside: Vec<f64> = column.iter().map(|v| (v - centre) / largest).collect();
    if largest <= CONSTANT * centre.abs() {
        return (outside, 0.0);
    }
    let whole = length(&outside);
    // Twice: the second pass removes what rounding left of the first.
    for _ in 0..2 {
        let moment: Vec<f64> = gram(model, std::slice::from_ref(&outside), w).into_iter().collect();
        for (b, z) in linalg::solve(factor, &moment).iter().zip(model) {
            outside.iter_mut().zip(z).for_each(|(o, z)| *o -= b * z);
        }
    }
    let share = length(&outside) / whole.max(f64::MIN_POSITIVE);
    let scale = 1.0 / length(&outside).max(f64::MIN_POSITIVE);
    outside.iter_mut().for_each(|o| *o *= scale);
    (outside, share)
}

/// Sums of `r_i a_i` over each cluster that has rows, one vector per column.
fn cluster_sums(free: &[Vec<f64>], r: &[f64], cluster: &[u32]) -> Vec<Vec<f64>> {
    let mut order: Vec<usize> = (0..r.len()).collect();
    order.sort_by_key(|&i| cluster[i]);
    free.iter()
        .map(|a| {
            order
                .chunk_by(|&i, &k| cluster[i] == cluster[k])
                .map(|rows| rows.iter().map(|&i| r[i] * a[i]).sum())
                .collect()
        })
        .collect()
}

/// `U' V⁻¹ U` on the correlation, so that units cannot spoil the factorisation.
fn quadratic_form(score: &[f64], variance: &Array2<f64>) -> Result<JointTest, NestedError> {
    let q = score.len();
    let sd: Vec<f64> = variance.diag().iter().map(|v| v.sqrt()).collect();
    if let Some(column) = sd.iter().position(|s| !(s.is_finite() && *s > 0.0)) {
        return Err(NestedError::Aliased { column });
    }
    let correlation = Array2::from_shape_fn((q, q), |(i, j)| variance[[i, j]] / (sd[i] * sd[j]));
    let factor = linalg::cholesky(&correlation).map_err(|column| NestedError::Aliased { column })?;
    let z: Vec<f64> = score.iter().zip(&sd).map(|(u, s)| u / s).collect();
    Ok(joint(linalg::dot(&z, &linalg::solve(&factor, &z)), q))
}

fn joint(chi2: f64, df: usize) -> JointTest {
    JointTest { chi2, df, p: normal::chi_square_sf(chi2, df) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::super::irls::{FitOptions, fit_logistic};
    use super::super::laws::{Data, simulate, with_intercept};
    use super::*;

    fn fit(data: &Data, columns: &[usize]) -> LogisticFit {
        fit_logistic(&data.matrix().select(columns), &data.y, &with_intercept()).unwrap()
    }

    #[test]
    fn one_dummy_gives_pearsons_and_the_likelihood_chi_square_of_a_four_fold_table() {
        // 12 of 40 events without, 27 of 60 with.
        let cells = [(0.0, 0.0, 28.0), (0.0, 1.0, 12.0), (1.0, 0.0, 33.0), (1.0, 1.0, 27.0)];
        let (x, y): (Vec<f64>, Vec<f64>) = cells.iter().map(|c| (c.0, c.1)).unzip();
        let weights: Vec<f64> = cells.iter().map(|c| c.2).collect();
        let ones = [1.0; 4];
        let both = Matrix::new(vec![&ones, &x]).unwrap();
        let opt = FitOptions { weights: Some(&weights), ..with_intercept() };
        let null = fit_logistic(&both.select(&[0]), &y, &opt).unwrap();
        let full = fit_logistic(&both, &y, &opt).unwrap();
        let (mut pearson, mut likelihood) = (0.0, 0.0);
        for (x, y, count) in cells {
            let expected = if x > 0.5 { 60.0 } else { 40.0 } * if y > 0.5 { 0.39 } else { 0.61 };
            pearson += (count - expected) * (count - expected) / expected;
            likelihood += 2.0 * count * (count / expected).ln();
        }
        let model = ScoreVariance::Model;
        let score = score_test(&null, &both.select(&[0]), Some(&weights), &both.select(&[1]), model).unwrap();
        assert!((score.chi2 - pearson).abs() < 1e-12 && score.df == 1, "{score:?}");
        let ratio = likelihood_ratio(&null, &full).unwrap();
        assert!((ratio.chi2 - likelihood).abs() < 1e-11);
        assert!((ratio.p - normal::chi_square_sf(likelihood, 1)).abs() < 1e-12);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_001), ..ProptestConfig::default() })]

        #[test]
        fn units_shifts_and_order_change_no_statistic_and_the_forms_agree_near_the_null(seed in 0_u64..1 << 40) {
            let data = simulate(4000, 5, 0.3, seed);
            let x = data.matrix();
            let (small, large) = (fit(&data, &[0, 1, 2]), fit(&data, &[0, 1, 2, 3, 4]));
            let cluster: Vec<u32> = (0..4000).map(|i| i % 800).collect();
            let variances = [ScoreVariance::Model, ScoreVariance::Rows, ScoreVariance::Clusters { cluster: &cluster }];
            let ratio = likelihood_ratio(&small, &large).unwrap();
            let moved: Vec<f64> = (0..4000).map(|i| 1e6 + 3e4 * data.cols[3][i] + 1e4 * data.cols[1][i]).collect();
            let turned = Matrix::new(vec![&data.cols[4], &moved]).unwrap();
            for variance in variances {
                let plain = score_test(&small, &x.select(&[0, 1, 2]), None, &x.select(&[3, 4]), variance).unwrap();
                let other = score_test(&small, &x.select(&[0, 1, 2]), None, &turned, variance).unwrap();
                prop_assert!((plain.chi2 - other.chi2).abs() < 1e-8 * (1.0 + plain.chi2), "{plain:?} {other:?}");
                // Far from the null the forms part: the squared contributions then hold the squared mean too.
                let near_null = ratio.chi2 < 20.0;
                prop_assert!(!near_null || (plain.chi2 - ratio.chi2).abs() < 0.3 * ratio.chi2 + 1.0, "{plain:?} {ratio:?}");
            }
            // A cluster per row is the form for rows.
            let alone: Vec<u32> = (0..4000).rev().collect();
            let by = |v| score_test(&small, &x.select(&[0, 1, 2]), None, &x.select(&[3, 4]), v).unwrap().chi2;
            let (rows, clusters) = (by(ScoreVariance::Rows), by(ScoreVariance::Clusters { cluster: &alone }));
            prop_assert!((rows - clusters).abs() < 1e-9 * (1.0 + rows));
        }
    }

    #[test]
    fn repeated_rows_double_the_model_based_statistic_and_not_the_clustered_one() {
        let data = simulate(600, 4, 0.3, 5);
        let twice = |v: &Vec<f64>| v.iter().chain(v).copied().collect::<Vec<f64>>();
        let doubled = Data { cols: data.cols.iter().map(twice).collect(), y: twice(&data.y) };
        let cluster: Vec<u32> = (0..600).chain(0..600).collect();
        let by = |d: &Data, v: ScoreVariance<'_>| {
            let x = d.matrix();
            score_test(&fit(d, &[0, 1]), &x.select(&[0, 1]), None, &x.select(&[2, 3]), v).unwrap().chi2
        };
        let (once, again) = (by(&data, ScoreVariance::Model), by(&doubled, ScoreVariance::Model));
        assert!((again - 2.0 * once).abs() < 1e-9 * again);
        let clustered = by(&doubled, ScoreVariance::Clusters { cluster: &cluster });
        let rows = by(&data, ScoreVariance::Rows);
        assert!((clustered - rows).abs() < 1e-9 * rows);
    }

    #[test]
    fn models_that_cannot_be_compared_are_refused() {
        let mut data = simulate(300, 4, 0.3, 9);
        let penalised =
            |penalty| fit_logistic(&data.matrix(), &data.y, &FitOptions { penalty, ..with_intercept() }).unwrap();
        let (small, large) = (fit(&data, &[0, 1]), fit(&data, &[0, 1, 2]));
        let firth = penalised(Penalty::Firth);
        assert_eq!(likelihood_ratio(&small, &firth).unwrap_err(), NestedError::PenaltiesDiffer);
        assert_eq!(likelihood_ratio(&firth, &firth).unwrap_err(), NestedError::Penalised);
        assert_eq!(likelihood_ratio(&large, &small).unwrap_err(), NestedError::NotLarger { smaller: 3, larger: 2 });
        let other = simulate(200, 4, 0.3, 9);
        assert_eq!(
            likelihood_ratio(&small, &fit(&other, &[0, 1, 2])).unwrap_err(),
            NestedError::NotOfThisFit { what: "rows", expected: 300, found: 200 }
        );
        let mut worse = large.clone();
        worse.log_likelihood = small.log_likelihood - 1e-3;
        assert!(matches!(likelihood_ratio(&small, &worse), Err(NestedError::LargerFitsWorse { .. })));
        worse.log_likelihood = small.log_likelihood - 1e-11;
        assert!(likelihood_ratio(&small, &worse).unwrap().chi2.abs() <= 0.0);

        data.cols.push(data.cols[1].iter().map(|v| 5.0 - 2.0 * v).collect());
        let x = data.matrix();
        let test = |fit: &LogisticFit, added: &[usize], v: ScoreVariance<'_>| {
            score_test(fit, &x.select(&[0, 1]), None, &x.select(added), v).unwrap_err()
        };
        assert_eq!(test(&small, &[2, 4], ScoreVariance::Model), NestedError::Aliased { column: 1 });
        assert_eq!(test(&small, &[2, 2], ScoreVariance::Rows), NestedError::Aliased { column: 1 });
        let two: Vec<u32> = (0..300).map(|i| i % 2).collect();
        assert_eq!(
            test(&small, &[2, 3], ScoreVariance::Clusters { cluster: &two }),
            NestedError::TooFewClusters { found: 2, columns: 2 }
        );
        assert_eq!(
            test(&small, &[2], ScoreVariance::Clusters { cluster: &two[1..] }),
            NestedError::NotOfThisFit { what: "cluster", expected: 300, found: 299 }
        );
        assert_eq!(test(&firth, &[2], ScoreVariance::Model), NestedError::Penalised);
        assert_eq!(
            test(&large, &[3], ScoreVariance::Model),
            NestedError::NotOfThisFit { what: "x columns", expected: 3, found: 2 }
        );
    }
}
