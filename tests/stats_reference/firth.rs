//! Firth's penalty on a separated table.

use fuellamp::stats::irls::Penalty;

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
    let fit = (MODELS[0].design)(&path).fit(Penalty::Firth);
    let exact = fixture("firth_sex2", "expected.csv");
    for (j, term) in exact.text("term").iter().enumerate() {
        near(term, fit.coef[j], exact.number("estimate")[j], 1e-9);
        near(term, fit.se_model(j).unwrap(), exact.number("std_error")[j], 1e-9);
    }
    near("log-likelihood", fit.log_likelihood, exact.number("loglik")[0], 1e-9);
    // logistf prints the penalised log-likelihood -132.5394 for this table.
    near("penalised log-likelihood", fit.penalised_log_likelihood, -132.5394, 1e-6);
}
