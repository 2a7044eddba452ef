//! Laws of the conditional logistic regression, on random strata.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::conditional::{ConditionalError, ConditionalFit, ConditionalOptions, fit_conditional};
use super::conditional_strata::Strata;
use super::irls_error::Diverging;
use super::laws::{Data, Stream, simulate};
use super::matrix::Matrix;

fn matrix(cols: &[Vec<f64>]) -> Matrix<'_> {
    Matrix::new(cols.iter().map(Vec::as_slice).collect()).unwrap()
}

fn fit(cols: &[Vec<f64>], y: &[f64], stratum: &[u32]) -> Result<ConditionalFit, ConditionalError> {
    fit_conditional(&matrix(cols), y, stratum, &ConditionalOptions::default())
}

/// Columns without the intercept, and strata of uneven size with labels out of order.
fn strata(n: usize, p: usize, share: f64, per_stratum: usize, seed: u64) -> (Data, Vec<u32>) {
    let mut data = simulate(n, p + 1, share, seed);
    data.cols.remove(0);
    let mut s = Stream(seed ^ 9);
    let n_strata = (n / per_stratum) as f64;
    let stratum = (0..n).map(|_| 1000 - (s.next() * n_strata) as u32).collect();
    (data, stratum)
}

fn close(found: &[f64], expected: &[f64], relative: f64) {
    assert_eq!(found.len(), expected.len());
    for (f, e) in found.iter().zip(expected) {
        assert!((f - e).abs() <= relative * (e.abs() + 1e-2), "{f:e} is not {e:e}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_001), ..ProptestConfig::default() })]

    #[test]
    fn score_and_information_are_the_derivatives_of_the_log_likelihood(
        seed in 0_u64..1 << 40, p in 1_usize..4, per_stratum in 3_usize..60, share in 0.1_f64..0.9,
    ) {
        let (data, stratum) = strata(240, p, share, per_stratum, seed);
        let strata = Strata::new(&matrix(&data.cols), &data.y, &stratum).unwrap();
        let mut s = Stream(seed);
        let beta: Vec<f64> = (0..p).map(|_| s.next() - 0.5).collect();
        let at = strata.evaluate(beta.clone()).unwrap();
        let h = 1e-5;
        for j in 0..p {
            let moved = |step: f64| {
                let mut b = beta.clone();
                b[j] += step;
                strata.evaluate(b).unwrap()
            };
            let (up, down) = (moved(h), moved(-h));
            let slope = (up.log_likelihood - down.log_likelihood) / (2.0 * h);
            prop_assert!((slope - at.score[j]).abs() < 1e-6 * (1.0 + at.score[j].abs()), "{slope} {}", at.score[j]);
            for k in 0..p {
                let curve = -(up.score[k] - down.score[k]) / (2.0 * h);
                prop_assert!((curve - at.information[[j, k]]).abs() < 1e-6 * (1.0 + at.information[[j, j]]));
            }
        }
    }

    /// Matched pairs with one binary covariate: the estimate is the log ratio of discordant pairs.
    #[test]
    fn pairs_with_a_binary_covariate_give_the_mcnemar_odds_ratio(
        exposed_case in 1_usize..60, exposed_control in 1_usize..60, neither in 0_usize..20,
    ) {
        let (mut x, mut y, mut stratum) = (Vec::new(), Vec::new(), Vec::new());
        for pair in 0..exposed_case + exposed_control + neither {
            let (case, control) = if pair < exposed_case {
                (1.0, 0.0)
            } else if pair < exposed_case + exposed_control {
                (0.0, 1.0)
            } else {
                (1.0, 1.0)
            };
            x.extend([case, control]);
            y.extend([1.0, 0.0]);
            stratum.extend([pair as u32; 2]);
        }
        let found = fit(&[x], &y, &stratum).unwrap();
        let (b, c) = (exposed_case as f64, exposed_control as f64);
        prop_assert!((found.coef[0] - (b / c).ln()).abs() < 1e-10);
        prop_assert!((found.covariance[[0, 0]] - (1.0 / b + 1.0 / c)).abs() < 1e-10);
        let n = b + c;
        let expected = b * (b / n).ln() + c * (c / n).ln() - neither as f64 * 2.0_f64.ln();
        prop_assert!((found.log_likelihood - expected).abs() < 1e-10 * (1.0 + expected.abs()));
    }

    #[test]
    fn a_constant_added_to_a_stratum_changes_nothing(seed in 0_u64..1 << 40) {
        let (data, stratum) = strata(300, 3, 0.3, 12, seed);
        let plain = fit(&data.cols, &data.y, &stratum).unwrap();
        let mut s = Stream(seed ^ 3);
        let shifts: Vec<f64> = (0..1001).map(|_| 100.0 * s.normal()).collect();
        let mut moved = data.cols.clone();
        moved[1].iter_mut().zip(&stratum).for_each(|(v, &g)| *v += shifts[g as usize]);
        let moved = fit(&moved, &data.y, &stratum).unwrap();
        close(&moved.coef, &plain.coef, 1e-9);
        prop_assert!((moved.log_likelihood - plain.log_likelihood).abs() < 1e-9);
    }

    #[test]
    fn turning_the_outcome_turns_the_signs_and_labels_and_units_change_nothing_else(seed in 0_u64..1 << 40) {
        let (data, stratum) = strata(300, 2, 0.4, 9, seed);
        let plain = fit(&data.cols, &data.y, &stratum).unwrap();
        prop_assert!(plain.max_score <= 1e-10);
        let turned: Vec<f64> = data.y.iter().map(|y| 1.0 - y).collect();
        let other = fit(&data.cols, &turned, &stratum).unwrap();
        close(&other.coef, &plain.coef.iter().map(|b| -b).collect::<Vec<f64>>(), 1e-9);
        prop_assert!((other.log_likelihood - plain.log_likelihood).abs() < 1e-9);
        let cols = vec![data.cols[0].iter().map(|v| 1e6 * v).collect(), data.cols[1].clone()];
        let labels: Vec<u32> = stratum.iter().map(|g| g.wrapping_mul(2_654_435_761)).collect();
        let renamed = fit(&cols, &data.y, &labels).unwrap();
        close(&[renamed.coef[0] * 1e6, renamed.coef[1]], &plain.coef, 1e-9);
        close(&[renamed.covariance[[0, 1]] * 1e6], &[plain.covariance[[0, 1]]], 1e-9);
    }

    /// An event in one stratum of each pair lies above its non-events along the second column, and nowhere below.
    #[test]
    fn separation_is_proved_and_named(seed in 0_u64..1 << 40, sign in any::<bool>()) {
        let (mut data, stratum) = strata(300, 1, 0.3, 10, seed);
        let up = if sign { 1.0 } else { -1.0 };
        let used: Vec<usize> = (0..300).filter(|&i| data.y[i] > 0.5 && has_both(&data.y, &stratum, i)).take(5).collect();
        data.cols.push((0..300).map(|i| if used.contains(&i) { up } else { 0.0 }).collect());
        match fit(&data.cols, &data.y, &stratum) {
            Err(ConditionalError::Separation { columns, strata }) => {
                prop_assert_eq!(columns, vec![Diverging { column: 1, upward: sign }]);
                let mut hit: Vec<u32> = used.iter().map(|&i| stratum[i]).collect();
                hit.sort_unstable();
                hit.dedup();
                prop_assert_eq!(strata, hit.len());
            }
            other => prop_assert!(false, "{:?}", other),
        }
    }
}

fn has_both(y: &[f64], stratum: &[u32], row: usize) -> bool {
    (0..y.len()).any(|k| stratum[k] == stratum[row] && (y[k] - y[row]).abs() > 0.5)
}

#[test]
fn strata_of_hundreds_of_rows_with_dozens_of_events_are_fitted() {
    let (data, stratum) = strata(3000, 2, 0.1, 500, 8);
    let found = fit(&data.cols, &data.y, &stratum).unwrap();
    assert!(found.n_strata_used + found.n_strata_dropped >= 5 && found.max_score <= 1e-10, "{found:?}");
    // Few large strata: nearly the unconditional estimate with an intercept per stratum.
    let mut cols = data.cols.clone();
    let mut labels = stratum.clone();
    labels.sort_unstable();
    labels.dedup();
    cols.extend(labels.iter().map(|g| stratum.iter().map(|s| f64::from(u8::from(s == g))).collect::<Vec<f64>>()));
    let dummies = super::irls::fit_logistic(&matrix(&cols), &data.y, &super::irls::FitOptions::default()).unwrap();
    for j in 0..2 {
        assert!((found.coef[j] - dummies.coef[j]).abs() < 0.2 * found.covariance[[j, j]].sqrt());
    }
}

#[test]
fn strata_without_variation_are_counted_and_useless_columns_refused_by_index() {
    let y = [1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0];
    let stratum = [7, 7, 7, 2, 2, 5, 5, 9, 9];
    let x = vec![3.0, 1.0, 5.0, 1.0, 2.0, 8.0, 9.0, 2.0, 4.0];
    let found = fit(std::slice::from_ref(&x), &y, &stratum).unwrap();
    assert_eq!((found.n_strata_used, found.n_strata_dropped, found.n_rows_used), (2, 2, 5));
    // Varies in the dropped strata only, and by rounding in one that counts.
    let flat = vec![0.1, 0.1, 0.1, 1.0, 2.0, 8.0, 9.0, 0.7, 0.7 + 1e-16];
    let doubled: Vec<f64> = x.iter().zip(&stratum).map(|(v, &g)| 2.0 * v + f64::from(g)).collect();
    assert_eq!(
        fit(&[x.clone(), flat], &y, &stratum).unwrap_err(),
        ConditionalError::ConstantWithin { columns: vec![1] }
    );
    assert_eq!(fit(&[x.clone(), doubled], &y, &stratum).unwrap_err(), ConditionalError::Singular { columns: vec![1] });
    assert_eq!(
        fit(&[x[3..7].to_vec()], &y[3..7], &stratum[3..7]).unwrap_err(),
        ConditionalError::NoVariation { n_strata: 2 }
    );
    assert_eq!(
        fit(std::slice::from_ref(&x), &y[1..], &stratum).unwrap_err(),
        ConditionalError::WrongLength { what: "y", expected: 9, found: 8 }
    );
    let mut half = y;
    half[4] = 0.5;
    assert_eq!(
        fit(std::slice::from_ref(&x), &half, &stratum).unwrap_err(),
        ConditionalError::BadInput { what: "y", position: 4, value: 0.5 }
    );
    let once = ConditionalOptions { max_iterations: 1, ..ConditionalOptions::default() };
    assert!(matches!(
        fit_conditional(&matrix(&[x]), &y, &stratum, &once),
        Err(ConditionalError::NotConverged { iterations: 1, .. })
    ));
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let (data, stratum) = strata(4000, 3, 0.3, 8, 5);
    let bits = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let found = pool.install(|| fit(&data.cols, &data.y, &stratum)).unwrap();
        found.coef.iter().chain(&found.covariance).map(|v| v.to_bits()).collect::<Vec<u64>>()
    };
    assert_eq!(bits(1), bits(3));
}
