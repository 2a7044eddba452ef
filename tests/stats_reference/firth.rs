//! Firth's penalty on a separated table.

use fuellamp::stats::irls::{FitOptions, Link, Penalty, fit_logistic};
use fuellamp::stats::profile::profile_interval;

use crate::data::{fixture, near, numeric, shared};
use crate::model::{Design, Kind, Model, compare};

pub(crate) const MODELS: [Model; 1] = [Model {
    dataset: "sex2",
    name: "Firth logit: case ~ age+oc+vic+vicl+vis+dia",
    kind: Kind::Firth,
    design: |path| {
        let t = numeric(path, "sex2.csv");
        Design::with_intercept(t.number("case")).numbers(&t, &["age", "oc", "vic", "vicl", "vis", "dia"])
    },
}];

#[test]
fn firth_on_a_separated_table() {
    compare(&MODELS);
}

#[test]
fn firth_against_extended_precision() {
    let Some(path) = shared() else { return };
    let fit = (MODELS[0].design)(&path).fit(Penalty::Firth, Link::Logit);
    let exact = fixture("firth_sex2", "expected.csv");
    for (j, term) in exact.text("term").iter().enumerate() {
        near(term, fit.coef[j], exact.number("estimate")[j], 1e-9);
        near(term, fit.se_model(j).unwrap(), exact.number("std_error")[j], 1e-9);
    }
    near("log-likelihood", fit.log_likelihood, exact.number("loglik")[0], 1e-9);
    // logistf prints the penalised log-likelihood -132.5394 for this table.
    near("penalised log-likelihood", fit.penalised_log_likelihood, -132.5394, 1e-6);
}

/// Intervals and tests by profile penalised likelihood as logistf prints them for this table (its manual's example).
#[test]
fn profile_intervals_under_separation_match_those_that_logistf_prints() {
    let Some(path) = shared() else { return };
    let design = (MODELS[0].design)(&path);
    let x = design.matrix();
    let options = FitOptions { penalty: Penalty::Firth, intercept: Some(0), ..FitOptions::default() };
    let fit = fit_logistic(&x, &design.y, &options).unwrap();
    let printed = [
        ("(Intercept)", -0.8185591, 1.07315110, 8.020268e-01),
        ("age", -1.9737884, -0.30742674, 6.143472e-03),
        ("oc", -0.9414436, 0.78920202, 8.751911e-01),
        ("vic", 1.2730233, 3.43543239, 1.678877e-06),
        ("vicl", -3.2608631, -1.11773618, 1.237805e-05),
        ("vis", -1.6080880, 0.01518319, 5.449701e-02),
        ("dia", 0.7745730, 8.03029072, 4.951873e-03),
    ];
    for (term, low, high, p) in printed {
        let j = design.names.iter().position(|name| name == term).unwrap();
        let found = profile_interval(&fit, &x, &design.y, &options, j, 0.95).unwrap();
        // logistf stops its search for a limit at about 1e-5.
        assert!((found.low - low).abs() < 2e-4 && (found.high - high).abs() < 2e-4, "{term}: {found:?}");
        near(term, found.p, p, 1e-3);
    }
}
