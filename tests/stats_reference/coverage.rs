//! Every model of the reference file is compared, or excluded with a reason.

use std::collections::BTreeSet;

use crate::data::{numeric, shared};
use crate::model::Model;
use crate::{counted_cells, cross_sections, firth, panels, periods};

const COX: &str = "proportional hazards in continuous time, which the library does not fit";
const LEAST_SQUARES: &str = "an outcome that is not binary: no logistic-type model";

/// Models that no logistic-type model gives: dataset, model, reason.
const EXCLUDED: &[(&str, &str, &str)] = &[
    ("lalonde_cps", "OLS: re78 ~ treat (NSW treated + CPS controls)", LEAST_SQUARES),
    ("lalonde_nsw_experiment", "OLS: re78 ~ treat", LEAST_SQUARES),
    ("lalonde_observational", "OLS: re78 ~ treat", LEAST_SQUARES),
    ("lalonde_observational", "OLS: re78 ~ treat + all covariates", LEAST_SQUARES),
    ("nhefs", "OLS: wt82_71 ~ qsmk (unadjusted; complete cases)", LEAST_SQUARES),
    (
        "nhefs",
        "IP-weighted mean model: wt82_71 ~ qsmk (naive WLS SE - use robust)",
        "weighted least squares with a standard error that the file itself calls naive",
    ),
    (
        "ohio_wheeze",
        "GEE exchangeable, robust SE: resp ~ age*smoke",
        "a working correlation, which the library does not estimate",
    ),
    ("rossi", "Cox (efron): + employed PREVIOUS week", COX),
    ("rossi", "Cox (efron): + employed SAME week (reverse-causal)", COX),
    ("rossi", "Cox (efron): baseline covariates", COX),
    ("stanford_heart", "Cox, ever-transplanted as baseline (IMMORTAL-TIME BIASED)", COX),
    ("stanford_heart", "Cox, time-dependent transplant", COX),
];

/// Every family, as its own test compares it.
fn families() -> [&'static [Model]; 5] {
    [&cross_sections::MODELS, &counted_cells::MODELS, &periods::MODELS, &panels::MODELS, &firth::MODELS]
}

#[test]
fn every_model_of_the_file_is_compared_or_excluded_with_a_reason() {
    let Some(path) = shared() else { return };
    let file = numeric(&path, "reference_results.csv");
    let all: BTreeSet<(&str, &str)> =
        file.text("dataset").iter().map(String::as_str).zip(file.text("model").iter().map(String::as_str)).collect();
    let compared: Vec<(&str, &str)> =
        families().into_iter().flatten().map(|model| (model.dataset, model.name)).collect();
    let excluded = EXCLUDED.iter().map(|(dataset, model, _)| (*dataset, *model));
    let named: Vec<(&str, &str)> = compared.iter().copied().chain(excluded).collect();
    let distinct: BTreeSet<(&str, &str)> = named.iter().copied().collect();
    assert_eq!(distinct.len(), named.len(), "a model is named twice");
    assert_eq!(distinct, all);
    assert!(EXCLUDED.iter().all(|(_, _, reason)| reason.len() > 20));
}
