//! Coverage of intervals and size of tests with dependent rows, by simulation with known truth.
//!
//! Each bound is the expected share plus or minus three of its own Monte-Carlo standard errors, and where a method is
//! known to miss its level the test says by how much and holds it to that.

use rayon::prelude::*;

use super::covariance::{Correction, clustered};
use super::irls::fit_logistic;
use super::laws::{Data, Stream, with_intercept};
use super::small_sample::{SmallSample, small_sample};
use super::{normal, student};

/// Intercept, a skewed cluster-level covariate, a cluster-level covariate without effect, a covariate of the row.
const TRUTH: [f64; 4] = [-1.0, 0.5, 0.0, 0.4];
const INTERCEPT: usize = 0;
const SKEWED: usize = 1;
const NULL: usize = 2;
const OF_THE_ROW: usize = 3;
/// Correlation of the latent variables of two rows of one cluster.
const DEPENDENCE: f64 = 0.3;

/// Two normals from two uniforms (Box & Muller).
fn normals(s: &mut Stream) -> [f64; 2] {
    let (radius, angle) = ((-2.0 * s.next().ln()).sqrt(), std::f64::consts::TAU * s.next());
    [radius * angle.cos(), radius * angle.sin()]
}

/// Clusters of 2 to 6 rows whose outcomes share a random effect of the cluster.
///
/// `y = 1` where `Φ(√ρ b_g + √(1 - ρ) e_i) < h_i`: the left side is uniform, so each row follows the logistic model with the
/// coefficients [`TRUTH`] exactly, whatever the dependence.
fn simulate(n_clusters: usize, s: &mut Stream) -> (Data, Vec<u32>) {
    let mut data = Data { cols: vec![Vec::new(); 4], y: Vec::new() };
    let mut cluster = Vec::new();
    for g in 0..n_clusters {
        let skewed = -s.next().ln();
        let [null, shared] = normals(s);
        for _ in 0..2 + (5.0 * s.next()) as usize {
            let [usage, own] = normals(s);
            let row = [1.0, skewed, null, usage];
            let eta: f64 = row.iter().zip(TRUTH).map(|(x, b)| x * b).sum();
            let uniform = normal::cdf(DEPENDENCE.sqrt() * shared + (1.0 - DEPENDENCE).sqrt() * own);
            data.cols.iter_mut().zip(row).for_each(|(col, v)| col.push(v));
            data.y.push(if uniform < 1.0 / (1.0 + (-eta).exp()) { 1.0 } else { 0.0 });
            cluster.push(g as u32);
        }
    }
    (data, cluster)
}

/// Share of replicates whose 95 % interval holds the truth, per coefficient; of the coefficient without effect, one less
/// the size of the test at 5 %.
struct Coverage {
    model: [f64; 4],
    cr1: [f64; 4],
    cr2: [f64; 4],
    error: f64,
}

fn run(n_clusters: usize, replicates: usize, seed: u64) -> Coverage {
    let hits: Vec<[[bool; 4]; 3]> = (0..replicates)
        .into_par_iter()
        .map(|r| {
            // A stream of its own, keyed by seed and replicate.
            let key = Stream(seed ^ (r as u64).wrapping_mul(0xd134_2543_de82_ef95)).next().to_bits();
            let (data, cluster) = simulate(n_clusters, &mut Stream(key));
            let x = data.matrix();
            let fit = fit_logistic(&x, &data.y, &with_intercept()).unwrap();
            let cr1 = clustered(&fit, &x, &data.y, &cluster, n_clusters, Correction::Cr1).unwrap();
            let cr2 = small_sample(&fit, &x, &data.y, None, &cluster, n_clusters, SmallSample::Cr2).unwrap();
            let z = normal::quantile(0.975);
            let holds = |j: usize, variance: f64, q: f64| (fit.coef[j] - TRUTH[j]).abs() <= q * variance.sqrt();
            [
                std::array::from_fn(|j| holds(j, fit.covariance_model[[j, j]], z)),
                std::array::from_fn(|j| holds(j, cr1[[j, j]], z)),
                std::array::from_fn(|j| holds(j, cr2.covariance[[j, j]], student::quantile(0.975, cr2.df[j]))),
            ]
        })
        .collect();
    let share = |method: usize, j: usize| hits.iter().filter(|h| h[method][j]).count() as f64 / replicates as f64;
    let of = |method: usize| std::array::from_fn(|j| share(method, j));
    let error = (0.95 * 0.05 / replicates as f64).sqrt();
    Coverage { model: of(0), cr1: of(1), cr2: of(2), error }
}

/// Within three Monte-Carlo standard errors of 95 %.
fn holds_its_level(share: f64, error: f64) -> bool {
    (share - 0.95).abs() <= 3.0 * error
}

/// With 50 clusters the normal interval from CR1 is short of its level for what varies between clusters only (0.928 found,
/// for both covariates). CR2 with Satterthwaite's degrees of freedom holds it, except that it is on the safe side for
/// the skewed covariate: the working model that gives its degrees of freedom has no dependence (0.964 found, 0.97 allowed).
#[test]
fn with_50_clusters_cr1_covers_too_little_and_cr2_with_its_degrees_of_freedom_repairs_it() {
    let found = run(50, 4000, 1);
    for j in [SKEWED, NULL] {
        assert!(found.cr1[j] < 0.95 - 3.0 * found.error && found.cr1[j] > 0.90, "coefficient {j}: {:?}", found.cr1);
    }
    for j in [INTERCEPT, NULL, OF_THE_ROW] {
        assert!(holds_its_level(found.cr2[j], found.error), "coefficient {j}: {:?}", found.cr2);
    }
    assert!(found.cr2[SKEWED] > 0.95 - 3.0 * found.error && found.cr2[SKEWED] < 0.97, "{:?}", found.cr2);
}

/// With 200 clusters CR1 is still up to one and a half points short for the skewed covariate; without regard to the
/// dependence a test of a cluster-level covariate without effect rejects far too often.
#[test]
fn with_200_clusters_cr1_is_nearly_there_and_the_model_based_interval_is_not() {
    let found = run(200, 1500, 2);
    for j in [SKEWED, NULL, OF_THE_ROW] {
        assert!(found.cr1[j] > 0.935 - 3.0 * found.error && found.cr1[j] < 0.95 + 3.0 * found.error, "{:?}", found.cr1);
        assert!(holds_its_level(found.cr2[j], found.error), "coefficient {j}: {:?}", found.cr2);
    }
    assert!(1.0 - found.model[NULL] > 0.08, "size {}", 1.0 - found.model[NULL]);
}

/// With 2,000 clusters CR1 holds its level and so does CR2; more data does not help the model-based interval.
#[test]
fn with_2000_clusters_cr1_holds_its_level() {
    let found = run(2000, 400, 3);
    for j in 0..4 {
        assert!(holds_its_level(found.cr1[j], found.error), "coefficient {j}: {:?}", found.cr1);
        assert!(holds_its_level(found.cr2[j], found.error), "coefficient {j}: {:?}", found.cr2);
    }
    assert!(found.model[NULL] < 0.95 - 3.0 * found.error, "{:?}", found.model);
}
