//! Discrete-time hazards: one row per person and period at risk.

use std::path::Path;

use fuellamp::stats::irls::{Link, Penalty};

use crate::data::{Table, numeric, shared};
use crate::model::{Design, Kind, Model, compare};

const GRADES: [u32; 6] = [7, 8, 9, 10, 11, 12];

pub(crate) const MODELS: [Model; 6] = [
    Model {
        dataset: "rossi",
        name: "person-week logit: + employed SAME week + week + week^2",
        kind: Kind::Logit,
        design: |path| weeks(path, "employed"),
    },
    Model {
        dataset: "rossi",
        name: "person-week logit: + employed PREVIOUS week + week + week^2",
        kind: Kind::Logit,
        design: |path| weeks(path, "employed_prev_week"),
    },
    Model {
        dataset: "first_sex",
        name: "person-period logit: event ~ 0+grade dummies",
        kind: Kind::Logit,
        design: |path| grades(path, &[]),
    },
    Model {
        dataset: "first_sex",
        name: "person-period logit: event ~ 0+grade dummies + parental_transition",
        kind: Kind::Logit,
        design: |path| grades(path, &[("pt", "parental_transition")]),
    },
    Model {
        dataset: "first_sex",
        name: "person-period logit: event ~ 0+grade dummies + parental_transition + parental_antisociality",
        kind: Kind::Logit,
        design: |path| grades(path, &[("pt", "parental_transition"), ("pas", "parental_antisociality")]),
    },
    Model {
        dataset: "first_sex",
        name: "person-period cloglog: event ~ 0+grade dummies + parental_transition",
        kind: Kind::Cloglog,
        design: |path| grades(path, &[("pt", "parental_transition")]),
    },
];

fn weeks(path: &Path, employed: &str) -> Design {
    let all = Table::read(&path.join("rossi_weekly/rossi_person_week.csv"));
    let t = all.filter(|i| !all.text(employed)[i].is_empty());
    Design::with_intercept(t.number("arrest"))
        .numbers(&t, &["age", "prio", employed, "week"])
        .square(&t, "week")
        .levels(&t, "fin", "fin", &["yes"])
        .levels(&t, "race", "race", &["other"])
        .levels(&t, "wexp", "wexp", &["yes"])
        .levels(&t, "mar", "mar", &["not married"])
        .levels(&t, "paro", "paro", &["yes"])
}

/// Each boy from grade 7 to the grade of his event or censoring; the event falls in the last one.
fn grades(path: &Path, covariates: &[(&str, &str)]) -> Design {
    let t = numeric(path, "first_sex.csv");
    let (last, censored) = (t.labels("grade"), t.number("censor"));
    let rows: Vec<(usize, u32)> =
        (0..last.len()).flat_map(|person| (GRADES[0]..=last[person]).map(move |grade| (person, grade))).collect();
    let event = |&(person, grade): &(usize, u32)| f64::from(u8::from(grade == last[person] && censored[person] < 0.5));
    let mut design = Design::without_intercept(rows.iter().map(event).collect());
    for grade in GRADES {
        let dummy = rows.iter().map(|r| f64::from(u8::from(r.1 == grade))).collect();
        design = design.column(format!("factor(grade){grade}"), dummy);
    }
    for (name, column) in covariates {
        let values = t.number(column);
        design = design.column(*name, rows.iter().map(|r| values[r.0]).collect());
    }
    design
}

#[test]
fn hazards_of_persons_and_periods() {
    compare(&MODELS);
}

#[test]
fn the_periods_are_those_of_the_data_sheet() {
    let Some(path) = shared() else { return };
    let design = grades(&path, &[]);
    assert_eq!((design.y.len(), design.y.iter().sum::<f64>() as usize), (822, 126));
    let deviance = -2.0 * design.fit(Penalty::None, Link::Logit).log_likelihood;
    assert!((deviance - 651.96).abs() < 0.005, "{deviance}");
}
