//! Laws that every fit obeys, on random designs.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::covariance::{Correction, clustered, heteroskedastic};
use super::irls::{FitOptions, IrlsError, LogisticFit, Penalty, fit_logistic};
use super::linalg;
use super::link::Link;
use super::matrix::Matrix;
use super::rows::{Response, Scaled};
use super::separation;

/// Deterministic numbers in (0, 1).
pub(super) struct Stream(pub(super) u64);

impl Stream {
    pub(super) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 + 1e-17
    }

    pub(super) fn normal(&mut self) -> f64 {
        super::normal::quantile(self.next())
    }
}

#[derive(Debug, Clone)]
pub(super) struct Data {
    pub(super) cols: Vec<Vec<f64>>,
    pub(super) y: Vec<f64>,
}

/// Intercept and `p - 1` correlated normal columns; about `share` events.
pub(super) fn simulate(n: usize, p: usize, share: f64, seed: u64) -> Data {
    let mut s = Stream(seed);
    let mut cols = vec![vec![1.0; n]];
    let mut eta = vec![(share / (1.0 - share)).ln(); n];
    for j in 1..p {
        let col: Vec<f64> = (0..n).map(|i| s.normal() + if j > 1 { 0.4 * cols[1][i] } else { 0.0 }).collect();
        let b = 0.6 * (s.next() - 0.5);
        eta.iter_mut().zip(&col).for_each(|(e, x)| *e += b * x);
        cols.push(col);
    }
    let y = eta.iter().map(|e| if s.next() < 1.0 / (1.0 + (-e).exp()) { 1.0 } else { 0.0 }).collect();
    Data { cols, y }
}

impl Data {
    pub(super) fn matrix(&self) -> Matrix<'_> {
        Matrix::new(self.cols.iter().map(Vec::as_slice).collect()).unwrap()
    }

    fn fit(&self, penalty: Penalty) -> LogisticFit {
        fit_logistic(&self.matrix(), &self.y, &FitOptions { penalty, ..with_intercept() }).unwrap()
    }
}

pub(super) fn with_intercept() -> FitOptions<'static> {
    FitOptions { intercept: Some(0), ..FitOptions::default() }
}

fn close(found: &[f64], expected: &[f64], relative: f64) {
    assert_eq!(found.len(), expected.len());
    for (f, e) in found.iter().zip(expected) {
        assert!((f - e).abs() <= relative * (e.abs() + 1e-3), "{f:e} is not {e:e}");
    }
}

fn log_likelihood(data: &Data, coef: &[f64]) -> f64 {
    (0..data.y.len())
        .map(|i| {
            let eta: f64 = data.cols.iter().zip(coef).map(|(c, b)| c[i] * b).sum();
            data.y[i] * eta - eta.max(0.0) - (-eta.abs()).exp().ln_1p()
        })
        .sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_001), ..ProptestConfig::default() })]

    #[test]
    fn the_score_is_zero_at_the_optimum_for_every_penalty(seed in 0_u64..1 << 40, n in 120_usize..1500, p in 2_usize..7) {
        let data = simulate(n, p, 0.3, seed);
        for penalty in [Penalty::None, Penalty::Firth, Penalty::Ridge(2.5)] {
            let fit = data.fit(penalty);
            // Within the tolerance in standard errors, or in the root mean square of the log-odds.
            let rows = fit.information[[0, 0]].sqrt();
            prop_assert!(fit.converged() && fit.max_score <= 1e-10 * rows.max(1.0), "{:e}", fit.max_score);
            for j in 0..p {
                let pull = match penalty { Penalty::Ridge(l) if j > 0 => l * fit.coef[j], _ => 0.0 };
                let score = linalg::dot(&data.cols[j], &fit.score_residual) - pull;
                let unit = fit.information[[j, j]].sqrt();
                prop_assert!(score.abs() <= 1e-8 * unit, "column {j}: {score:e}");
            }
        }
    }

    #[test]
    fn score_and_information_are_the_derivatives_of_the_log_likelihood(seed in 0_u64..1 << 40, p in 2_usize..6) {
        let data = simulate(700, p, 0.3, seed);
        let x = data.matrix();
        let mut s = Stream(seed ^ 99);
        let coef: Vec<f64> = (0..p).map(|_| 0.5 * s.normal()).collect();
        let mut design = Scaled::new(&x, None);
        design.frame.centre.fill(0.0);
        design.frame.inv_scale.fill(1.0);
        let response = Response { y: &data.y, weights: None, offset: None, link: Link::Logit };
        let mut eta = vec![0.0; 700];
        let at = design.pass(&response, &coef, &mut eta, 1);
        prop_assert!((at.log_likelihood - log_likelihood(&data, &coef)).abs() < 1e-9);
        for j in 0..p {
            let h = 1e-5;
            let (mut up, mut down) = (coef.clone(), coef.clone());
            up[j] += h;
            down[j] -= h;
            let slope = (log_likelihood(&data, &up) - log_likelihood(&data, &down)) / (2.0 * h);
            prop_assert!((slope - at.score[j]).abs() < 1e-5 * (1.0 + slope.abs()));
            let (a, b) = (design.pass(&response, &up, &mut eta, 1), design.pass(&response, &down, &mut eta, 1));
            for k in 0..p {
                let curvature = (b.score[k] - a.score[k]) / (2.0 * h);
                prop_assert!((curvature - at.information[[j, k]]).abs() < 1e-5 * (1.0 + curvature.abs()));
            }
        }
    }

    #[test]
    fn the_firth_score_is_the_derivative_of_the_penalised_log_likelihood(seed in 0_u64..1 << 40) {
        let data = simulate(60, 3, 0.4, seed);
        let fit = data.fit(Penalty::Firth);
        let objective = |coef: &[f64]| {
            let x = data.matrix();
            let mut design = Scaled::new(&x, None);
            design.frame.centre.fill(0.0);
            design.frame.inv_scale.fill(1.0);
            let mut eta = vec![0.0; 60];
            let at = design.pass(&Response { y: &data.y, weights: None, offset: None, link: Link::Logit }, coef, &mut eta, 1);
            at.log_likelihood + 0.5 * linalg::log_det(&linalg::cholesky(&at.information).unwrap())
        };
        prop_assert!((objective(&fit.coef) - fit.penalised_log_likelihood).abs() < 1e-10);
        for j in 0..3 {
            let (mut up, mut down) = (fit.coef.clone(), fit.coef.clone());
            up[j] += 1e-5;
            down[j] -= 1e-5;
            let slope = (objective(&up) - objective(&down)) / 2e-5;
            prop_assert!(slope.abs() < 1e-6, "column {j}: {slope:e}");
        }
    }

    #[test]
    fn units_and_origin_of_a_column_change_only_its_coefficient(seed in 0_u64..1 << 40, power in -12_i32..13) {
        let data = simulate(600, 4, 0.2, seed);
        let unit = 10.0_f64.powi(power);
        let mut moved = data.clone();
        moved.cols[2].iter_mut().for_each(|v| *v = *v * unit + 3.0 * unit);
        for penalty in [Penalty::None, Penalty::Firth] {
            let (a, b) = (data.fit(penalty), moved.fit(penalty));
            close(&[b.coef[1], b.coef[2] * unit, b.coef[3]], &a.coef[1..], 1e-10);
            close(&[b.coef[0] + 3.0 * unit * b.coef[2]], &a.coef[..1], 1e-10);
            prop_assert!((a.log_likelihood - b.log_likelihood).abs() < 1e-10 * a.log_likelihood.abs());
            close(&[b.covariance_model[[2, 2]].sqrt() * unit], &[a.covariance_model[[2, 2]].sqrt()], 1e-10);
        }
    }

    #[test]
    fn row_order_changes_nothing(seed in 0_u64..1 << 40) {
        let data = simulate(1300, 4, 0.2, seed);
        let n = data.y.len();
        let turn = |v: &[f64]| (0..n).map(|i| v[(i * 577 + 13) % n]).collect::<Vec<f64>>();
        let turned = Data { cols: data.cols.iter().map(|c| turn(c)).collect(), y: turn(&data.y) };
        close(&turned.fit(Penalty::None).coef, &data.fit(Penalty::None).coef, 1e-11);
    }

    #[test]
    fn splitting_a_weighted_row_in_two_changes_nothing(seed in 0_u64..1 << 40, row in 0_usize..300, share in 0.01_f64..0.99) {
        let data = simulate(300, 3, 0.3, seed);
        let mut s = Stream(seed ^ 5);
        let weights: Vec<f64> = (0..300).map(|_| (3.0 * s.next()).floor()).collect();
        let mut split = data.clone();
        let mut split_weights = weights.clone();
        split.cols.iter_mut().for_each(|c| c.push(c[row]));
        split.y.push(data.y[row]);
        split_weights.push(weights[row] * share);
        split_weights[row] = weights[row] * (1.0 - share);
        for penalty in [Penalty::None, Penalty::Firth, Penalty::Ridge(1.0)] {
            let fit = |d: &Data, w: &[f64]| {
                fit_logistic(&d.matrix(), &d.y, &FitOptions { weights: Some(w), penalty, ..with_intercept() }).unwrap()
            };
            let (a, b) = (fit(&data, &weights), fit(&split, &split_weights));
            close(&b.coef, &a.coef, 1e-9);
            prop_assert!((a.log_likelihood - b.log_likelihood).abs() < 1e-9);
        }
    }

    #[test]
    fn covariances_are_symmetric_and_positive_semidefinite(seed in 0_u64..1 << 40, groups in 2_usize..40) {
        let data = simulate(400, 5, 0.3, seed);
        let fit = data.fit(Penalty::None);
        let cluster: Vec<u32> = (0..400).map(|i| (i % groups) as u32).collect();
        let all = [
            clustered(&fit, &data.matrix(), &data.y, &cluster, groups, Correction::Cr1).unwrap(),
            heteroskedastic(&fit, &data.matrix(), &data.y, Correction::Cr0).unwrap(),
            fit.covariance_model.clone(),
        ];
        for v in all {
            prop_assert_eq!(&v, &v.t().to_owned());
            let (values, _) = linalg::eigen(&v).unwrap();
            prop_assert!(values[0] >= -1e-12 * values[4], "{:?}", values);
        }
    }

    #[test]
    fn an_offset_shifts_and_a_warm_start_arrives_at_the_same_place(seed in 0_u64..1 << 40) {
        let data = simulate(500, 4, 0.3, seed);
        let plain = data.fit(Penalty::None);
        let offset: Vec<f64> = data.cols[2].iter().map(|v| 0.7 * v).collect();
        let shifted =
            fit_logistic(&data.matrix(), &data.y, &FitOptions { offset: Some(&offset), ..with_intercept() }).unwrap();
        close(&[shifted.coef[2] + 0.7, shifted.coef[3]], &plain.coef[2..], 1e-9);
        let start = vec![1.0, -1.0, 0.5, 2.0];
        let warm =
            fit_logistic(&data.matrix(), &data.y, &FitOptions { start: Some(&start), ..with_intercept() }).unwrap();
        close(&warm.coef, &plain.coef, 1e-9);
        let again =
            fit_logistic(&data.matrix(), &data.y, &FitOptions { start: Some(&plain.coef), ..with_intercept() }).unwrap();
        prop_assert!(again.iterations <= 1);
    }

    /// A dummy that holds events only is quasi-complete separation, and the proof names it and no other column.
    #[test]
    fn quasi_separation_is_proved_and_named(seed in 0_u64..1 << 40, sign in any::<bool>(), holders in 1_usize..9) {
        let mut data = simulate(400, 4, 0.3, seed);
        let wanted = if sign { 0.5 } else { -0.5 };
        let rows: Vec<usize> = (0..400).filter(|&i| (data.y[i] - 0.5) * wanted > 0.0).take(holders).collect();
        data.cols.push((0..400).map(|i| if rows.contains(&i) { 1.0 } else { 0.0 }).collect());
        match fit_logistic(&data.matrix(), &data.y, &with_intercept()) {
            Err(IrlsError::Separation { columns, rows: found, complete }) => {
                prop_assert_eq!(columns.iter().map(|c| (c.column, c.upward)).collect::<Vec<_>>(), vec![(4, sign)]);
                prop_assert_eq!(found, rows);
                prop_assert!(!complete);
            }
            other => prop_assert!(false, "{:?}", other.map(|f| f.coef)),
        }
        let firth = fit_logistic(&data.matrix(), &data.y, &FitOptions { penalty: Penalty::Firth, ..with_intercept() });
        prop_assert!(firth.unwrap().coef.iter().all(|c| c.abs() < 20.0));
    }

    #[test]
    fn a_fit_that_exists_is_never_called_separated(seed in 0_u64..1 << 40) {
        let data = simulate(300, 4, 0.1, seed);
        let x = data.matrix();
        let design = Scaled::new(&x, Some(0));
        let response = Response { y: &data.y, weights: None, offset: None, link: Link::Logit };
        if fit_logistic(&x, &data.y, &with_intercept()).is_ok() {
            prop_assert!(separation::detect(&design, &response, &[]).is_none());
        }
    }
}

#[test]
fn complete_separation_is_proved_also_by_the_rectifier_alone() {
    let x: Vec<f64> = (0..60).map(|i| f64::from(i) * 0.1 + if i >= 30 { 0.3 } else { 0.0 }).collect();
    let noise: Vec<f64> = (0..60).map(|i| f64::from(i * 37 % 11)).collect();
    let y: Vec<f64> = (0..60).map(|i| if i >= 30 { 1.0 } else { 0.0 }).collect();
    let data = Data { cols: vec![vec![1.0; 60], noise, x], y };
    let Err(IrlsError::Separation { columns, rows, complete }) =
        fit_logistic(&data.matrix(), &data.y, &with_intercept())
    else {
        panic!("not called separation");
    };
    assert!(complete && rows.len() == 60);
    assert!(columns.iter().any(|c| c.column == 2 && c.upward));
    let x = data.matrix();
    let design = Scaled::new(&x, Some(0));
    let response = Response { y: &data.y, weights: None, offset: None, link: Link::Logit };
    assert!(separation::detect(&design, &response, &[]).is_some());
}

#[test]
fn coefficients_of_many_steps_prove_separation_though_the_others_are_large_too() {
    let mut data = simulate(6_000, 5, 0.02, 8);
    let events: Vec<usize> = (0..6_000).filter(|&i| data.y[i] > 0.5).collect();
    let held = &events[..events.len() * 4 / 5];
    data.cols.push((0..6_000).map(|i| if held.contains(&i) { 1.0 } else { 0.0 }).collect());
    let x = data.matrix();
    let design = Scaled::new(&x, Some(0));
    let response = Response { y: &data.y, weights: None, offset: None, link: Link::Logit };
    let far = [-5.0, 0.6, -0.5, 0.5, 0.6, 8.0];
    assert!(separation::certify(&design, &response, &far).is_none(), "others move by more than half a log-odds");
    let near = separation::share(&design, &response, &far).unwrap();
    let found = separation::certify(&design, &response, &near).unwrap();
    assert_eq!(found.rows, held);
    assert!(!found.complete);
}

#[test]
fn one_class_collinear_columns_and_wrong_inputs_are_precise_errors() {
    let mut data = simulate(100, 3, 0.3, 4);
    data.cols.push(data.cols[1].iter().zip(&data.cols[2]).map(|(a, b)| 2.0 * a - b + 1.0).collect());
    let fit = |d: &Data, opt: &FitOptions<'_>| fit_logistic(&d.matrix(), &d.y, opt).unwrap_err();
    assert_eq!(fit(&data, &with_intercept()), IrlsError::Singular { columns: vec![3] });
    assert_eq!(
        fit(&data, &FitOptions { penalty: Penalty::Firth, ..with_intercept() }),
        IrlsError::Singular { columns: vec![3] }
    );
    data.cols[3] = vec![5.0; 100];
    assert_eq!(fit(&data, &with_intercept()), IrlsError::Singular { columns: vec![3] });
    assert_eq!(
        fit(&data, &FitOptions { offset: Some(&[1.0]), ..with_intercept() }),
        IrlsError::WrongLength { what: "offset", expected: 100, found: 1 }
    );
    data.y[7] = 0.5;
    assert_eq!(fit(&data, &with_intercept()), IrlsError::BadInput { what: "y", position: 7, value: 0.5 });
    data.y.fill(0.0);
    assert_eq!(fit(&data, &with_intercept()), IrlsError::OneClass { n_rows: 100, events: false });
}

#[test]
fn correlation_of_six_nines_still_converges_and_a_ridge_allows_more_columns_than_rows() {
    let mut data = simulate(3000, 2, 0.3, 11);
    let mut s = Stream(3);
    let near: Vec<f64> = data.cols[1].iter().map(|v| v + 1.4e-3 * s.normal()).collect();
    data.cols.push(near);
    let fit = data.fit(Penalty::None);
    assert!(fit.converged() && fit.condition_number > 1e5);
    let wide = simulate(20, 30, 0.5, 3);
    assert!(matches!(
        fit_logistic(&wide.matrix(), &wide.y, &with_intercept()),
        Err(IrlsError::Singular { columns }) if columns.len() == 10
    ));
    let ridge = wide.fit(Penalty::Ridge(1.0));
    assert!(ridge.converged() && !ridge.allows_inference());
    assert!(clustered(&ridge, &wide.matrix(), &wide.y, &[0; 20], 1, Correction::Cr0).is_err());
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let data = simulate(30_000, 12, 0.05, 77);
    let bits = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let fit = data.fit(Penalty::Firth);
            fit.coef.iter().chain(&fit.covariance_model).map(|v| v.to_bits()).collect::<Vec<u64>>()
        })
    };
    let one = bits(1);
    assert_eq!(one, bits(2));
    assert_eq!(one, bits(5));
}

#[test]
fn one_event_in_many_rows_is_fitted_or_separated_but_never_wrong() {
    let mut data = simulate(5000, 2, 0.3, 1);
    data.y.fill(0.0);
    data.y[17] = 1.0;
    let fit = fit_logistic(&data.matrix().select(&[0]), &data.y, &with_intercept()).unwrap();
    assert!((fit.coef[0] - (1.0_f64 / 4999.0).ln()).abs() < 1e-12);
    assert!((fit.covariance_model[[0, 0]] - (1.0 + 1.0 / 4999.0)).abs() < 1e-10);
}

#[test]
fn five_hundred_columns_are_one_fit_and_its_score_is_zero() {
    let data = simulate(6_000, 500, 0.4, 8);
    let fit = data.fit(Penalty::None);
    assert!(fit.converged());
    for (j, col) in data.cols.iter().enumerate() {
        let score = linalg::dot(col, &fit.score_residual);
        assert!(score.abs() < 1e-8 * fit.information[[j, j]].sqrt(), "column {j}: {score:e}");
    }
}

#[test]
fn a_large_table_that_starts_from_a_sample_ends_where_it_would_without() {
    let data = simulate(140_000, 4, 0.03, 31);
    let sampled = data.fit(Penalty::None);
    let start = vec![0.0; 4];
    let opt = FitOptions { start: Some(&start), ..with_intercept() };
    let plain = fit_logistic(&data.matrix(), &data.y, &opt).unwrap();
    close(&sampled.coef, &plain.coef, 1e-11);
    assert!(sampled.iterations < plain.iterations);
    // Sorted by outcome, a block in so many is no image of the table, and still the optimum is the same.
    let mut order: Vec<usize> = (0..140_000).collect();
    order.sort_by(|&a, &b| data.y[a].total_cmp(&data.y[b]));
    let sorted = Data {
        cols: data.cols.iter().map(|c| order.iter().map(|&i| c[i]).collect()).collect(),
        y: order.iter().map(|&i| data.y[i]).collect(),
    };
    close(&sorted.fit(Penalty::None).coef, &plain.coef, 1e-10);
}

/// Twelve rows carry a column alone, and the first step, which raises the likelihood of all other rows, overshoots them.
#[test]
fn a_column_that_few_rows_carry_is_fitted_where_newton_overshoots_it() {
    for n in [20_000, 80_000] {
        let mut data = simulate(n, 3, 0.01, 5);
        let strong: Vec<f64> = data.cols[1].iter().map(|v| 3.0 * v).collect();
        let mut s = Stream(9);
        for (y, x) in data.y.iter_mut().zip(&strong) {
            *y = if s.next() < 1.0 / (1.0 + (5.5 - x).exp()) { 1.0 } else { 0.0 };
        }
        // Five of six that lost it left, one of six that gained it.
        let carried = |i: usize| (i % 97 == 50 && i / 97 < 12).then_some(i / 97);
        let few: Vec<f64> = (0..n).map(|i| carried(i).map_or(0.0, |k| if k < 6 { -1.0 } else { 1.0 })).collect();
        (0..n).filter_map(|i| Some((i, carried(i)?))).for_each(|(i, k)| {
            data.y[i] = if k < 5 || k == 6 { 1.0 } else { 0.0 };
        });
        data.cols.push(few);
        for penalty in [Penalty::None, Penalty::Firth, Penalty::Ridge(0.01)] {
            let fit = data.fit(penalty);
            assert!(fit.converged() && fit.iterations < 40, "{penalty:?}: {} steps", fit.iterations);
            assert!((-9.0..-2.0).contains(&fit.coef[3]), "{penalty:?}: {:?}", fit.coef);
        }
        let fit = data.fit(Penalty::None);
        for (j, col) in data.cols.iter().enumerate() {
            let score = linalg::dot(col, &fit.score_residual);
            assert!(score.abs() < 1e-8 * fit.information[[j, j]].sqrt(), "column {j}: {score:e}");
        }
    }
}
