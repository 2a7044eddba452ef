//! Persons seen in several years, and matched sets: pooled, within and between, clustered, conditional.

use std::path::Path;

use fuellamp::stats::conditional::{ConditionalError, ConditionalOptions, fit_conditional};

use crate::data::{Table, fixture, near, numeric, shared};
use crate::model::{Design, Kind, Model, compare};

const YEARS: [&str; 7] = ["1981", "1982", "1983", "1984", "1985", "1986", "1987"];

pub(crate) const MODELS: [Model; 6] = [
    Model {
        dataset: "wagepan",
        name: "pooled logit: union ~ educ+exper+exper^2+married+black+hisp+south+year",
        kind: Kind::Logit,
        design: |path| {
            let t = wages(path);
            years(Design::with_intercept(t.number("union")), &t)
                .numbers(&t, &["educ", "exper", "married", "black", "hisp", "south"])
                .square(&t, "exper")
        },
    },
    Model {
        dataset: "wagepan",
        name: "pooled logit: union ~ married+rur+south+year",
        kind: Kind::Logit,
        design: |path| {
            let t = wages(path);
            years(Design::with_intercept(t.number("union")), &t).numbers(&t, &["married", "rur", "south"])
        },
    },
    Model {
        dataset: "wagepan",
        name: "pooled logit, hybrid within/between: union ~ married_w+married_b+rur_w+rur_b+south_w+south_b+year",
        kind: Kind::Logit,
        design: |path| {
            let t = wages(path);
            let mut design = years(Design::with_intercept(t.number("union")), &t);
            for name in ["married", "rur", "south"] {
                let (values, man) = (t.number(name), t.labels("nr"));
                let between = means(&values, &man);
                let within = values.iter().zip(&between).map(|(v, m)| v - m).collect();
                design = design.column(format!("{name}_w"), within).column(format!("{name}_b"), between);
            }
            design
        },
    },
    Model {
        dataset: "wagepan",
        name: "FE conditional logit: union ~ married+rur+south+year | nr",
        kind: Kind::Conditional,
        design: |path| {
            let t = wages(path);
            years(Design::without_intercept(t.number("union")), &t)
                .numbers(&t, &["married", "rur", "south"])
                .grouped(t.labels("nr"))
        },
    },
    Model {
        dataset: "infert",
        name: "conditional logit (exact): case ~ spontaneous+induced | stratum",
        kind: Kind::Conditional,
        design: |path| {
            let t = numeric(path, "infert.csv");
            Design::without_intercept(t.number("case"))
                .numbers(&t, &["spontaneous", "induced"])
                .grouped(t.labels("stratum"))
        },
    },
    Model {
        dataset: "ohio_wheeze",
        name: "GEE independence, robust SE: resp ~ age*smoke",
        kind: Kind::Clustered,
        design: |path| {
            let t = numeric(path, "ohio_wheeze.csv");
            let both = t.number("age").iter().zip(t.number("smoke")).map(|(a, s)| a * s).collect();
            Design::with_intercept(t.number("resp"))
                .numbers(&t, &["age", "smoke"])
                .column("age:smoke", both)
                .grouped(t.labels("id"))
        },
    },
];

fn wages(path: &Path) -> Table {
    numeric(path, "wagepan.csv.gz")
}

fn years(design: Design, t: &Table) -> Design {
    design.levels(t, "year", "factor(year)", &YEARS)
}

/// The mean of each group, on every row of it.
fn means(values: &[f64], group: &[u32]) -> Vec<f64> {
    let mut sums = std::collections::BTreeMap::new();
    for (v, g) in values.iter().zip(group) {
        let sum: &mut (f64, f64) = sums.entry(*g).or_default();
        *sum = (sum.0 + v, sum.1 + 1.0);
    }
    group.iter().map(|g| sums[g].0 / sums[g].1).collect()
}

#[test]
fn pooled_clustered_and_conditional_logits() {
    compare(&MODELS);
}

#[test]
fn conditional_logits_against_extended_precision() {
    let Some(path) = shared() else { return };
    let exact = fixture("conditional_logit", "expected.csv");
    let mut used = 0;
    for model in MODELS.iter().filter(|m| m.kind == Kind::Conditional) {
        let design = (model.design)(&path);
        let group = design.group.as_ref().unwrap();
        let fit = fit_conditional(&design.matrix(), &design.y, group, &ConditionalOptions::default()).unwrap();
        let t = exact.filter(|i| exact.text("dataset")[i] == model.dataset);
        for (i, term) in t.text("term").iter().enumerate() {
            let j = design.names.iter().position(|n| n == term).unwrap();
            near(term, fit.coef[j], t.number("estimate")[i], 1e-9);
            near(term, fit.covariance[[j, j]].sqrt(), t.number("std_error")[i], 1e-9);
            used += 1;
        }
        near(model.name, fit.log_likelihood, t.number("loglik")[0], 1e-12);
    }
    assert_eq!(used, exact.text("term").len());
}

#[test]
fn men_who_never_change_union_status_are_counted_and_a_constant_trait_is_refused() {
    let Some(path) = shared() else { return };
    let t = wages(&path);
    let man = t.labels("nr");
    let design = Design::without_intercept(t.number("union")).numbers(&t, &["married", "educ"]);
    let fit = |columns: &[usize]| {
        fit_conditional(&design.matrix().select(columns), &design.y, &man, &ConditionalOptions::default())
    };
    let found = fit(&[0]).unwrap();
    assert_eq!(found.n_strata_used + found.n_strata_dropped, 545);
    assert_eq!(found.n_rows_used, 8 * found.n_strata_used);
    let refused = fit(&[0, 1]).unwrap_err();
    assert_eq!(refused, ConditionalError::ConstantWithin { columns: vec![1] });
}
