//! A row of the reference as a design, and its comparison with the fit.

use std::path::Path;

use fuellamp::stats::conditional::{ConditionalOptions, fit_conditional};
use fuellamp::stats::covariance::{Correction, clustered};
use fuellamp::stats::irls::{FitOptions, Link, LogisticFit, Penalty, fit_logistic};
use fuellamp::stats::matrix::Matrix;

use crate::data::{Table, near, numeric, shared};
use crate::r_glm::r_glm;

/// Reference numbers are printed to ten digits; half a unit of the last one is at most 5e-10 relative.
const COEF: f64 = 1e-8;
const SE: f64 = 1e-7;
const LOG_LIKELIHOOD: f64 = 1e-9;
/// The shared Firth reference stopped at a modified score of 3.6e-7; `tests/reference/firth_sex2` holds the optimum.
const FIRTH: f64 = 5e-7;
/// The shared conditional logits stopped up to 6e-8 standard errors short; `tests/reference/conditional_logit` repeats that
/// stop to the last digit printed, and holds the optimum.
const CONDITIONAL: f64 = 1e-7;
/// Our optimum against that of the other iteration, relative, with a share of the standard error as the floor.
const OPTIMUM: f64 = 1e-9;

/// What is fitted.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Logit,
    Cloglog,
    Firth,
    /// A logit with the covariance clustered by `group`.
    Clustered,
    /// Conditional on the events of each `group`.
    Conditional,
}

/// One (dataset, model) of the reference file that the library can give.
pub(crate) struct Model {
    pub(crate) dataset: &'static str,
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) design: fn(&Path) -> Design,
}

/// Named columns with the outcome.
pub(crate) struct Design {
    pub(crate) names: Vec<String>,
    pub(crate) cols: Vec<Vec<f64>>,
    pub(crate) y: Vec<f64>,
    pub(crate) weights: Option<Vec<f64>>,
    pub(crate) group: Option<Vec<u32>>,
}

impl Design {
    pub(crate) fn with_intercept(y: Vec<f64>) -> Self {
        let ones = vec![1.0; y.len()];
        Self::without_intercept(y).column("(Intercept)", ones)
    }

    pub(crate) fn without_intercept(y: Vec<f64>) -> Self {
        Self { names: Vec::new(), cols: Vec::new(), y, weights: None, group: None }
    }

    pub(crate) fn column(mut self, name: impl Into<String>, values: Vec<f64>) -> Self {
        self.names.push(name.into());
        self.cols.push(values);
        self
    }

    /// Columns of the table under their own names.
    pub(crate) fn numbers(self, t: &Table, names: &[&str]) -> Self {
        names.iter().fold(self, |design, name| design.column(*name, t.number(name)))
    }

    pub(crate) fn square(self, t: &Table, name: &str) -> Self {
        let squares = t.number(name).iter().map(|v| v * v).collect();
        self.column(format!("I({name}^2)"), squares)
    }

    /// Dummies of the levels named (R's treatment contrasts, the base left out), called `prefix` and the level.
    pub(crate) fn levels(self, t: &Table, column: &str, prefix: &str, levels: &[&str]) -> Self {
        levels.iter().fold(self, |design, level| design.column(format!("{prefix}{level}"), t.is(column, level)))
    }

    pub(crate) fn weighted(mut self, weights: Vec<f64>) -> Self {
        self.weights = Some(weights);
        self
    }

    pub(crate) fn grouped(mut self, group: Vec<u32>) -> Self {
        self.group = Some(group);
        self
    }

    pub(crate) fn matrix(&self) -> Matrix<'_> {
        Matrix::new(self.cols.iter().map(Vec::as_slice).collect()).unwrap()
    }

    pub(crate) fn fit(&self, penalty: Penalty, link: Link) -> LogisticFit {
        let opt = FitOptions {
            penalty,
            link,
            intercept: self.names.iter().position(|n| n == "(Intercept)"),
            weights: self.weights.as_deref(),
            ..FitOptions::default()
        };
        fit_logistic(&self.matrix(), &self.y, &opt).unwrap()
    }
}

/// The rows of one model in the file.
struct Expected {
    terms: Vec<String>,
    estimate: Vec<f64>,
    se: Vec<f64>,
    log_likelihood: f64,
    n: usize,
}

fn expected(path: &Path, model: &Model) -> Expected {
    let all = numeric(path, "reference_results.csv");
    let of_model = |i: usize| all.text("dataset")[i] == model.dataset && all.text("model")[i] == model.name;
    let t = all.filter(of_model);
    assert!(!t.text("term").is_empty(), "{}: {} is not in the file", model.dataset, model.name);
    Expected {
        terms: t.text("term").to_vec(),
        estimate: t.number("estimate"),
        se: t.number("std_error"),
        log_likelihood: t.number("loglik")[0],
        n: t.number("n")[0] as usize,
    }
}

impl Expected {
    /// Puts the terms in the order of the columns, one for one.
    fn ordered(mut self, names: &[String]) -> Self {
        assert_eq!(self.terms.len(), names.len(), "{:?} against {names:?}", self.terms);
        let at = |name: &String| {
            self.terms.iter().position(|t| t == name).unwrap_or_else(|| panic!("no term {name} in {:?}", self.terms))
        };
        let order: Vec<usize> = names.iter().map(at).collect();
        self.estimate = order.iter().map(|&i| self.estimate[i]).collect();
        self.se = order.iter().map(|&i| self.se[i]).collect();
        self.terms = names.to_vec();
        self
    }
}

/// Compares every term of every model with the file.
pub(crate) fn compare(models: &[Model]) {
    let Some(path) = shared() else { return };
    for model in models {
        let design = (model.design)(&path);
        let expected = expected(&path, model).ordered(&design.names);
        assert_eq!(expected.n, design.y.len(), "rows of {}", model.name);
        match model.kind {
            Kind::Logit | Kind::Clustered | Kind::Cloglog => glm(model, &design, &expected),
            Kind::Firth => firth(&design, &expected),
            Kind::Conditional => conditional(&design, &expected),
        }
    }
}

fn glm(model: &Model, design: &Design, expected: &Expected) {
    let link = if model.kind == Kind::Cloglog { Link::Cloglog } else { Link::Logit };
    let theirs = r_glm(design, link);
    let fit = design.fit(Penalty::None, link);
    let robust = (model.kind == Kind::Clustered).then(|| {
        let group = design.group.as_ref().unwrap();
        let n_clusters = group.iter().max().unwrap() + 1;
        clustered(&fit, &design.matrix(), &design.y, group, n_clusters as usize, Correction::Cr0).unwrap()
    });
    for (j, term) in expected.terms.iter().enumerate() {
        let what = format!("{}: {}: {term}", model.dataset, model.name);
        near(&what, theirs.unfinished.coef[j], expected.estimate[j], COEF);
        match &robust {
            Some(v) => near(&format!("{what}, robust"), v[[j, j]].sqrt(), expected.se[j], SE),
            None => near(&format!("{what}, s.e."), theirs.unfinished.se[j], expected.se[j], SE),
        }
        let (coef, se) = (theirs.finished.coef[j], theirs.finished.se[j]);
        assert!((fit.coef[j] - coef).abs() <= OPTIMUM * (coef.abs() + 0.01 * se), "{what}: {} {coef}", fit.coef[j]);
        near(&format!("{what}, s.e. at the optimum"), fit.se_model(j).unwrap(), se, OPTIMUM);
    }
    near(
        &format!("{}: log-likelihood at the optimum", model.name),
        fit.log_likelihood,
        theirs.finished.log_likelihood,
        1e-12,
    );
    // The file has none for estimating equations.
    if !expected.log_likelihood.is_nan() {
        near(&format!("{}: log-likelihood", model.name), fit.log_likelihood, expected.log_likelihood, LOG_LIKELIHOOD);
    } else {
        assert!(model.kind == Kind::Clustered, "{}: no log-likelihood", model.name);
    }
}

fn firth(design: &Design, expected: &Expected) {
    let fit = design.fit(Penalty::Firth, Link::Logit);
    for (j, term) in expected.terms.iter().enumerate() {
        near(term, fit.coef[j], expected.estimate[j], FIRTH);
        near(term, fit.se_model(j).unwrap(), expected.se[j], FIRTH);
    }
    near("log-likelihood", fit.log_likelihood, expected.log_likelihood, COEF);
}

fn conditional(design: &Design, expected: &Expected) {
    let group = design.group.as_ref().unwrap();
    let fit = fit_conditional(&design.matrix(), &design.y, group, &ConditionalOptions::default()).unwrap();
    for (j, term) in expected.terms.iter().enumerate() {
        let short = (fit.coef[j] - expected.estimate[j]).abs() / expected.se[j];
        assert!(short <= CONDITIONAL, "{term}: {} is not {}", fit.coef[j], expected.estimate[j]);
        near(&format!("{term}, s.e."), fit.covariance[[j, j]].sqrt(), expected.se[j], SE);
    }
    near("conditional log-likelihood", fit.log_likelihood, expected.log_likelihood, LOG_LIKELIHOOD);
}
