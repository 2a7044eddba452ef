//! The cases kept in `tests/reference/`, each with its generator and provenance.

use fuellamp::stats::collinearity::{generalised_variance_inflation, variance_inflation};
use fuellamp::stats::covariance::{Correction, clustered, heteroskedastic};
use fuellamp::stats::irls::{FitOptions, Penalty, fit_logistic};
use fuellamp::stats::matrix::Matrix;
use fuellamp::stats::nested::{ScoreVariance, likelihood_ratio, score_test};
use fuellamp::stats::ols::fit_ols;
use fuellamp::stats::precision_recall::{average_precision, precision_recall_curve};
use fuellamp::stats::profile::profile_interval;

use crate::data::{fixture, near};

#[test]
fn clustered_and_heteroskedastic_covariance_match_statsmodels() {
    let (t, expected) = (fixture("clustered_logit", "input.csv"), fixture("clustered_logit", "expected.csv"));
    let y = t.number("y");
    let ones = vec![1.0; y.len()];
    let (usage, price, noise) = (t.number("usage"), t.number("price"), t.number("noise"));
    let x = Matrix::new(vec![&ones, &usage, &price, &noise]).unwrap();
    let cluster = t.labels("cluster");
    let fit = fit_logistic(&x, &y, &FitOptions { intercept: Some(0), ..FitOptions::default() }).unwrap();
    let ols = fit_ols(&x, &t.number("spend")).unwrap();
    let covariances = [
        ("logit", "model", &fit.coef, fit.covariance_model.clone()),
        ("logit", "HC0", &fit.coef, heteroskedastic(&fit, &x, &y, Correction::Cr0).unwrap()),
        ("logit", "cluster_CR0", &fit.coef, clustered(&fit, &x, &y, &cluster, 40, Correction::Cr0).unwrap()),
        ("ols", "model", &ols.coef, ols.covariance_model()),
        ("ols", "cluster_CR0", &ols.coef, ols.clustered(&x, &cluster, 40, Correction::Cr0).unwrap()),
    ];
    let mut used = 0;
    let (estimate, se) = (expected.number("estimate"), expected.number("std_error"));
    for (model, kind, coef, v) in &covariances {
        let rows =
            (0..se.len()).filter(|&i| expected.text("model")[i] == *model && expected.text("covariance")[i] == *kind);
        for (j, i) in rows.enumerate() {
            near("estimate", coef[j], estimate[i], 1e-9);
            near(kind, v[[j, j]].sqrt(), se[i], 1e-8);
            used += 1;
        }
    }
    // Excluded: least squares with HC0, which is not offered.
    assert_eq!((used, se.len()), (20, 24));
    let ratio = clustered(&fit, &x, &y, &cluster, 40, Correction::Cr1).unwrap()[[1, 1]] / covariances[2].3[[1, 1]];
    near("CR1 over CR0", ratio, 40.0 / 39.0, 1e-14);
}

#[test]
fn precision_and_recall_match_scikit_learn() {
    let t = fixture("precision_recall", "input.csv");
    let (expected, average) = (fixture("precision_recall", "expected.csv"), fixture("precision_recall", "average.csv"));
    let y = t.number("y");
    let mut used = 0;
    for (name, value) in average.text("score").iter().zip(average.number("average_precision")) {
        let score = t.number(name);
        near(name, average_precision(&score, &y).unwrap(), value, 1e-13);
        let mut points = precision_recall_curve(&score, &y).unwrap();
        points.reverse();
        let rows = expected.filter(|i| expected.text("score")[i] == *name);
        // The other program stops at the first threshold that finds every event; lower ones only lose precision.
        let skipped = points.len() - rows.number("threshold").len();
        for (i, point) in points[skipped..].iter().enumerate() {
            near(name, point.threshold, rows.number("threshold")[i], 1e-15);
            near(name, point.precision, rows.number("precision")[i], 1e-14);
            near(name, point.recall, rows.number("recall")[i], 1e-14);
            used += 1;
        }
    }
    assert_eq!(used, expected.text("score").len());
}

#[test]
fn variance_inflation_matches_its_definition_in_r() {
    let (t, expected) = (fixture("variance_inflation", "input.csv"), fixture("variance_inflation", "expected.csv"));
    let names = ["seats", "usage", "tickets", "plan2", "plan3", "plan4", "tenure", "tenure2"];
    let y = t.number("y");
    let ones = vec![1.0; y.len()];
    let cols: Vec<Vec<f64>> = names.iter().map(|n| t.number(n)).collect();
    let x = Matrix::new(std::iter::once(&ones[..]).chain(cols.iter().map(Vec::as_slice)).collect()).unwrap();
    let fit = fit_logistic(&x, &y, &FitOptions { intercept: Some(0), ..FitOptions::default() }).unwrap();
    let column = |name: &str| names.iter().position(|n| *n == name).unwrap() + 1;
    let groups: Vec<Vec<usize>> = expected.text("group").iter().map(|g| g.split('+').map(column).collect()).collect();
    let plain = variance_inflation(&fit.covariance_model, Some(0)).unwrap();
    let found = generalised_variance_inflation(&fit.covariance_model, Some(0), &groups).unwrap();
    assert_eq!(found.len(), 10);
    for (i, group) in expected.text("group").iter().enumerate() {
        near(group, found[i].gvif, expected.number("gvif")[i], 1e-9);
        near(group, found[i].per_df, expected.number("per_df")[i], 1e-9);
        assert_eq!(found[i].df, groups[i].len());
        if let [only] = groups[i][..] {
            near(group, plain[only].unwrap(), expected.number("gvif")[i], 1e-9);
        }
    }
}

#[test]
fn likelihood_ratio_and_score_tests_match_r() {
    let (t, expected) = (fixture("nested_tests", "input.csv"), fixture("nested_tests", "expected.csv"));
    let (y, cluster, counts) = (t.number("y"), t.labels("cluster"), t.number("weight"));
    let (ones, x1) = (vec![1.0; y.len()], t.number("x1"));
    let x = Matrix::new(vec![&ones, &x1]).unwrap();
    for i in 0..expected.text("test").len() {
        let weights = (expected.text("weighted")[i] == "TRUE").then_some(&counts[..]);
        let opt = FitOptions { intercept: Some(0), weights, ..FitOptions::default() };
        let cols: Vec<Vec<f64>> = expected.text("added")[i].split('+').map(|n| t.number(n)).collect();
        let added = Matrix::new(cols.iter().map(Vec::as_slice).collect()).unwrap();
        let small = fit_logistic(&x, &y, &opt).unwrap();
        let by = |variance| score_test(&small, &x, weights, &added, variance).unwrap();
        let test = &expected.text("test")[i];
        let found = match test.as_str() {
            "LRT" => {
                let all = [&ones[..], &x1].into_iter().chain(cols.iter().map(Vec::as_slice)).collect();
                likelihood_ratio(&small, &fit_logistic(&Matrix::new(all).unwrap(), &y, &opt).unwrap()).unwrap()
            }
            "Rao" => by(ScoreVariance::Model),
            "rows" => by(ScoreVariance::Rows),
            "clusters" => by(ScoreVariance::Clusters { cluster: &cluster }),
            other => panic!("unknown test {other}"),
        };
        near(test, found.chi2, expected.number("chi2")[i], 1e-9);
        near(test, found.p, expected.number("p")[i], 1e-8);
        assert_eq!(found.df, expected.number("df")[i] as usize);
    }
}

#[test]
fn profile_intervals_match_the_definition_and_r_confint() {
    let (t, expected) = (fixture("profile_r", "input.csv"), fixture("profile_r", "expected.csv"));
    let (y, ones) = (t.number("y"), vec![1.0; t.number("y").len()]);
    let columns = [t.number("x1"), t.number("x2"), t.number("x3")];
    let x = Matrix::new(vec![&ones, &columns[0], &columns[1], &columns[2]]).unwrap();
    let mut used = 0;
    for (name, penalty) in [("none", Penalty::None), ("firth", Penalty::Firth)] {
        let options = FitOptions { penalty, intercept: Some(0), ..FitOptions::default() };
        let fit = fit_logistic(&x, &y, &options).unwrap();
        let rows = expected.filter(|i| expected.text("penalty")[i] == name);
        for j in 0..4 {
            let found = profile_interval(&fit, &x, &y, &options, j, 0.95).unwrap();
            near("estimate", fit.coef[j], rows.number("estimate")[j], 1e-8);
            near("lower limit", found.low, rows.number("low")[j], 1e-7);
            near("upper limit", found.high, rows.number("high")[j], 1e-7);
            near("likelihood ratio", found.chi2, rows.number("chi2")[j], 1e-8);
            let own = (rows.number("confint_low")[j], rows.number("confint_high")[j]);
            if penalty == Penalty::None {
                let se = fit.se_model(j).unwrap();
                assert!((found.low - own.0).abs() < 2e-3 * se && (found.high - own.1).abs() < 2e-3 * se, "{own:?}");
            }
            used += 1;
        }
    }
    assert_eq!(used, expected.text("term").len());
}
