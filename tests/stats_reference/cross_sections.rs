//! Plain logits: one row per person, no weights.

use std::path::Path;

use crate::data::{Table, numeric};
use crate::model::{Design, Kind, Model, compare};

const fn logit(dataset: &'static str, name: &'static str, design: fn(&Path) -> Design) -> Model {
    Model { dataset, name, kind: Kind::Logit, design }
}

pub(crate) const MODELS: [Model; 9] = [
    logit("birthwt", "glm logit: low ~ age+lwt+race+ftv", |path| {
        let t = numeric(path, "birthwt.csv");
        Design::with_intercept(t.number("low")).numbers(&t, &["age", "lwt", "ftv"]).levels(
            &t,
            "race",
            "race",
            &["2", "3"],
        )
    }),
    logit("birthwt", "glm logit: low ~ age+lwt+race+smoke+ptl+ht+ui", |path| {
        let t = numeric(path, "birthwt.csv");
        Design::with_intercept(t.number("low")).numbers(&t, &["age", "lwt", "smoke", "ptl", "ht", "ui"]).levels(
            &t,
            "race",
            "race",
            &["2", "3"],
        )
    }),
    logit("spector", "glm logit: GRADE ~ GPA+TUCE+PSI", |path| {
        let t = numeric(path, "spector.csv");
        Design::with_intercept(t.number("GRADE")).numbers(&t, &["GPA", "TUCE", "PSI"])
    }),
    logit(
        "fair_affairs_6366",
        "glm logit: (affairs>0) ~ occupation+educ+occupation_husb+rate_marriage+age+yrs_married+children+religious",
        |path| {
            let t = numeric(path, "fair_affairs_6366.csv.gz");
            Design::with_intercept(any(&t, "affairs"))
                .numbers(&t, &["occupation", "educ", "occupation_husb", "rate_marriage"])
                .numbers(&t, &["age", "yrs_married", "children", "religious"])
        },
    ),
    logit(
        "affairs_601",
        "glm logit: (affairs>0) ~ gender+age+yearsmarried+children+religiousness+education+occupation+rating",
        |path| {
            let t = numeric(path, "affairs_601.csv");
            Design::with_intercept(any(&t, "affairs"))
                .numbers(&t, &["age", "yearsmarried", "religiousness", "education", "occupation", "rating"])
                .levels(&t, "gender", "gender", &["male"])
                .levels(&t, "children", "children", &["yes"])
        },
    ),
    logit("icu", "glm logit: died ~ age", |path| {
        let t = numeric(path, "icu.csv");
        Design::with_intercept(t.is("died", "Yes")).numbers(&t, &["age"])
    }),
    logit(
        "uis",
        "glm logit: Y ~ AGE+np1+np2+IV2+IV3+RACE+TREAT+SITE+AGE:np1+RACE:SITE, np1=10/(NDT+1), np2=np1*log((NDT+1)/10)",
        |path| {
            let t = numeric(path, "uis.csv");
            let y = t.number("TIME").iter().map(|v| if *v > 365.0 { 1.0 } else { 0.0 }).collect();
            let np1: Vec<f64> = t.number("NDT").iter().map(|v| 10.0 / (v + 1.0)).collect();
            let np2 = np1.iter().map(|v| -v * v.ln()).collect();
            Design::with_intercept(y)
                .numbers(&t, &["AGE", "RACE", "TREAT", "SITE"])
                .column("IV2", t.is("IV", "2"))
                .column("IV3b", t.is("IV", "3"))
                .column("AGE:np1", times(&t.number("AGE"), &np1))
                .column("RACE:SITE", times(&t.number("RACE"), &t.number("SITE")))
                .column("np1", np1)
                .column("np2", np2)
        },
    ),
    logit("telco_ibm", "glm logit: churn ~ tenure+MonthlyCharges+Contract+PaperlessBilling+SeniorCitizen", |path| {
        let t = Table::read(&path.join("telco_ibm/telco_churn.csv"));
        Design::with_intercept(t.is("Churn", "Yes"))
            .numbers(&t, &["tenure", "MonthlyCharges", "SeniorCitizen"])
            .levels(&t, "Contract", "Contract", &["One year", "Two year"])
            .levels(&t, "PaperlessBilling", "PaperlessBilling", &["Yes"])
    }),
    logit("nhefs", "propensity logit: qsmk ~ (Hernan & Robins program 12.2 confounders)", |path| {
        let all = numeric(path, "nhefs.csv");
        let weighed = all.number("wt82_71");
        let t = all.filter(|i| !weighed[i].is_nan());
        let design = Design::with_intercept(t.number("qsmk"))
            .numbers(&t, &["sex", "race"])
            .levels(&t, "education", "factor(education)", &["2", "3", "4", "5"])
            .levels(&t, "exercise", "factor(exercise)", &["1", "2"])
            .levels(&t, "active", "factor(active)", &["1", "2"]);
        let curved = ["age", "smokeintensity", "smokeyrs", "wt71"];
        curved.iter().fold(design.numbers(&t, &curved), |design, name| design.square(&t, name))
    }),
];

fn any(t: &Table, name: &str) -> Vec<f64> {
    t.number(name).iter().map(|v| if *v > 0.0 { 1.0 } else { 0.0 }).collect()
}

fn times(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a * b).collect()
}

#[test]
fn plain_logits_of_one_row_per_person() {
    compare(&MODELS);
}
