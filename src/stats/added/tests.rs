//! Added columns and columns taken out, beside whole fits.

use super::*;
use crate::stats::covariance::{Correction, clustered};
use crate::stats::irls::{FitOptions, fit_logistic};
use crate::stats::laws::{simulate, with_intercept};
use crate::stats::small_sample::{SmallSample, small_sample};

/// The last two of `p` columns added to the model of the others: how far their coefficients are from those of the whole
/// fit, in standard errors of that, and the ratio of the standard errors.
fn compared(penalty: Penalty, n: usize, p: usize, rare: f64, few: bool) -> [(f64, f64); 2] {
    let data = simulate(n, p, rare, 5);
    let of_row = fives(n);
    let clusters = Clusters { of_row: &of_row, n: n / 5, few };
    let all = data.matrix();
    let opt = FitOptions { penalty, ..with_intercept() };
    let small = all.select(&(0..p - 2).collect::<Vec<_>>());
    let fit = fit_logistic(&small, &data.y, &opt).unwrap();
    let base = Base::new(small.clone(), &data.y, clusters, &fit).unwrap();
    let added = base.add(&[all.col(p - 2), all.col(p - 1)], 1e-9).unwrap();
    let whole = fit_logistic(&all, &data.y, &opt).unwrap();
    let covariance = if few {
        small_sample(&whole, &all, &data.y, None, &of_row, n / 5, SmallSample::Cr2).unwrap().covariance
    } else {
        clustered(&whole, &all, &data.y, &of_row, n / 5, Correction::Cr1).unwrap()
    };
    [0, 1].map(|k| {
        let se = covariance[(p - 2 + k, p - 2 + k)].sqrt();
        ((added.coef[k] - whole.coef[p - 2 + k]).abs() / se, added.covariance[(k, k)].sqrt() / se)
    })
}

#[test]
fn added_columns_get_the_coefficients_of_the_whole_fit_and_nearly_its_covariance() {
    for (away, ratio) in compared(Penalty::None, 6000, 7, 0.1, false) {
        assert!(away < 1e-8 && (ratio - 1.0).abs() < 0.01, "{away} {ratio}");
    }
}

#[test]
fn under_firth_leverages_follow_however_many_columns_share_the_events() {
    for (n, p, rare) in [(2000, 7, 0.1), (3000, 30, 0.03), (900, 30, 0.08)] {
        for (away, ratio) in compared(Penalty::Firth, n, p, rare, false) {
            assert!(away < 0.01 && (ratio - 1.0).abs() < 0.03, "{n} {p}: {away} {ratio}");
        }
    }
}

/// The outcome leaks into the last column, more and more. `A` is then another one in the larger model, which must be refused
/// before slope or standard error are wrong.
fn leaked(n: usize, few: bool, within: f64) -> [bool; 7] {
    [0.5, 0.7, 0.9, 1.0, 1.2, 1.5, 2.0].map(|strength| {
        let mut data = simulate(n, 12, 0.03, 5);
        let y = data.y.clone();
        data.cols[11].iter_mut().zip(&y).for_each(|(column, y)| *column += strength * y);
        let opt = if few { FitOptions { penalty: Penalty::Firth, ..with_intercept() } } else { with_intercept() };
        let (all, of_row) = (data.matrix(), fives(n));
        let small = all.select(&(0..11).collect::<Vec<_>>());
        let fit = fit_logistic(&small, &data.y, &opt).unwrap();
        let base = Base::new(small, &data.y, Clusters { of_row: &of_row, n: n / 5, few }, &fit).unwrap();
        let whole = fit_logistic(&all, &data.y, &opt).unwrap();
        let covariance = if few {
            small_sample(&whole, &all, &data.y, None, &of_row, n / 5, SmallSample::Cr2).unwrap().covariance
        } else {
            clustered(&whole, &all, &data.y, &of_row, n / 5, Correction::Cr1).unwrap()
        };
        let se = covariance[(11, 11)].sqrt();
        let found = base.add(&[all.col(11)], 1e-3);
        let away = found.as_ref().map(|found| {
            ((found.coef[0] - whole.coef[11]).abs() / se).max((found.covariance[(0, 0)].sqrt() / se - 1.0).abs())
        });
        assert!(away.is_none_or(|away| away < within), "{strength}: {away:?}");
        away.is_some()
    })
}

#[test]
fn a_very_strong_column_has_slope_and_error_of_the_whole_fit_or_is_not_added() {
    let added = leaked(3000, false, 0.01);
    assert!(added[0] && added[1] && !added[6], "{added:?}");
}

#[test]
fn with_few_clusters_too_a_very_strong_column_is_refused_before_leverages_are_wrong() {
    let added = leaked(1500, true, 0.02);
    assert!(added[0] && !added[6], "{added:?}");
}

#[test]
fn with_few_events_slopes_and_cr2_are_nearly_those_of_the_whole_fit() {
    for (penalty, n, p, rare) in [
        (Penalty::None, 1500, 7, 0.03),
        (Penalty::Firth, 1500, 7, 0.03),
        (Penalty::Firth, 400, 7, 0.08),
        (Penalty::Firth, 1500, 20, 0.03),
    ] {
        for (away, ratio) in compared(penalty, n, p, rare, true) {
            assert!(away < 0.01 && (ratio - 1.0).abs() < 0.02, "{penalty:?} {n} {p}: {away} {ratio}");
        }
    }
}

#[test]
fn a_column_that_the_model_determines_has_no_coefficient_and_spoils_no_other() {
    let data = simulate(3000, 5, 0.2, 6);
    let of_row: Vec<u32> = (0..3000).collect();
    let all = data.matrix();
    let small = all.select(&[0, 1, 2]);
    let fit = fit_logistic(&small, &data.y, &with_intercept()).unwrap();
    let clusters = Clusters { of_row: &of_row, n: 3000, few: false };
    let base = Base::new(small.clone(), &data.y, clusters, &fit).unwrap();
    let doubled: Vec<f64> = all.col(1).iter().map(|v| 2.0 * v + 1.0).collect();
    let both = base.add(&[&doubled, all.col(4)], 1e-9).unwrap();
    let alone = base.add(&[all.col(4)], 1e-9).unwrap();
    assert!(both.coef[0].is_nan());
    assert!((both.coef[1] - alone.coef[0]).abs() < 1e-12);
}

/// Clusters of five rows.
fn fives(n: usize) -> Vec<u32> {
    (0..n).map(|i| u32::try_from(i / 5).unwrap()).collect()
}

/// Largest distance between two linear predictors.
fn apart(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0_f64, |most, (a, b)| most.max((a - b).abs()))
}

/// The fit of nine columns, ready to have some taken out, beside the whole fit of others.
fn taken_out(
    penalty: Penalty,
    check: impl Fn(&Matrix<'_>, &Base<'_>, &[f64], &dyn Fn(&Matrix<'_>) -> (LogisticFit, Array2<f64>)),
) {
    let data = simulate(4000, 9, 0.06, 8);
    let (all, opt, of_row) = (data.matrix(), FitOptions { penalty, ..with_intercept() }, fives(4000));
    let whole = |x: &Matrix<'_>| {
        let fit = fit_logistic(x, &data.y, &opt).unwrap();
        let covariance = clustered(&fit, x, &data.y, &of_row, 800, Correction::Cr1).unwrap();
        (fit, covariance)
    };
    let (fit, _) = whole(&all);
    let base = Base::new(all.clone(), &data.y, Clusters { of_row: &of_row, n: 800, few: false }, &fit).unwrap();
    check(&all, &base, &fit.coef, &whole);
}

#[test]
fn a_model_with_columns_taken_out_is_the_fit_without_them() {
    for (penalty, close) in [(Penalty::None, 1e-7), (Penalty::Firth, 0.02)] {
        taken_out(penalty, |all, base, coef, whole| {
            let kept = [0, 2, 3, 4, 5, 7, 8];
            let smaller = base.taken_out(&kept, coef, 1e-9).unwrap();
            let (whole, _) = whole(&all.select(&kept));
            assert!(apart(smaller.eta(), &whole.eta) < close, "{penalty:?}: {}", apart(smaller.eta(), &whole.eta));
            assert!(apart(smaller.eta(), base.eta()) > 0.1, "the columns taken out say nothing");
        });
    }
}

/// A column taken out comes back in two parts: the model has not that column, but one that says more.
#[test]
fn what_replaces_a_column_taken_out_gets_the_coefficients_of_the_whole_fit() {
    for (penalty, close) in [(Penalty::None, 1e-7), (Penalty::Firth, 0.01)] {
        taken_out(penalty, |all, base, coef, whole| {
            let kept: Vec<usize> = (0..8).collect();
            let part = |even: usize| -> Vec<f64> {
                all.col(8).iter().enumerate().map(|(i, v)| if i % 2 == even { *v } else { 0.0 }).collect()
            };
            let (even, odd) = (part(0), part(1));
            let smaller = base.taken_out(&kept, coef, 1e-3).unwrap();
            let added = smaller.add(&[&even, &odd], 1e-9).unwrap();
            let columns = kept.iter().map(|&j| all.col(j)).chain([&even[..], &odd[..]]).collect();
            let (whole, covariance) = whole(&Matrix::new(columns).unwrap());
            for k in 0..2 {
                let se = covariance[(8 + k, 8 + k)].sqrt();
                let away = (added.coef[k] - whole.coef[8 + k]).abs() / se;
                let ratio = added.covariance[(k, k)].sqrt() / se;
                assert!(away < close && (ratio - 1.0).abs() < 0.01, "{penalty:?} {k}: {away} {ratio}");
            }
        });
    }
}

#[test]
fn models_side_by_side_are_those_one_by_one_to_the_last_digit() {
    for penalty in [Penalty::None, Penalty::Firth] {
        let data = simulate(3000, 8, 0.1, 5);
        let (all, of_row) = (data.matrix(), fives(3000));
        let clusters = Clusters { of_row: &of_row, n: 600, few: false };
        let small = all.select(&[0, 1, 2, 3, 4]);
        let fit = fit_logistic(&small, &data.y, &FitOptions { penalty, ..with_intercept() }).unwrap();
        let base = Base::new(small, &data.y, clusters, &fit).unwrap();
        // The second set holds a column that the model determines.
        let doubled: Vec<f64> = all.col(1).iter().map(|v| 2.0 * v).collect();
        let sets: [&[&[f64]]; 3] = [&[all.col(5)], &[&doubled, all.col(6)], &[all.col(6), all.col(7)]];
        let together = base.add_each(&sets, 1e-3);
        for (together, set) in together.iter().zip(sets) {
            let alone = base.add(set, 1e-3);
            let (together, alone) = (together.as_ref().unwrap(), alone.unwrap());
            let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&together.coef), bits(&alone.coef));
            assert_eq!(together.covariance, alone.covariance);
            assert_eq!(together.influence, alone.influence);
        }
    }
}

#[test]
fn a_whole_fit_started_near_where_added_columns_arrive_needs_hardly_a_step() {
    let data = simulate(4000, 12, 0.04, 5);
    let (all, opt, of_row) = (data.matrix(), FitOptions { penalty: Penalty::Firth, ..with_intercept() }, fives(4000));
    let small = all.select(&(0..11).collect::<Vec<_>>());
    let fit = fit_logistic(&small, &data.y, &opt).unwrap();
    let base = Base::new(small, &data.y, Clusters { of_row: &of_row, n: 800, few: false }, &fit).unwrap();
    let (moved, coef) = base.near(&[all.col(11)], 1e-4).unwrap();
    let start: Vec<f64> = fit.coef.iter().zip(&moved).map(|(b, d)| b + d).chain(coef).collect();
    let from = |start| fit_logistic(&all, &data.y, &FitOptions { start, tolerance: 1e-3, ..opt }).unwrap();
    let (near, far) = (from(Some(&start[..])), from(None));
    assert!(near.iterations <= 1 && far.iterations >= 3, "{} {}", near.iterations, far.iterations);
    for (near, far) in near.coef.iter().zip(&far.coef) {
        assert!((near - far).abs() < 1e-3, "{near} {far}");
    }
}
