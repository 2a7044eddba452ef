//! Logits of tables of counts: a row per cell and outcome, with frequency weights.

use std::path::Path;

use fuellamp::stats::irls::{Link, Penalty};

use crate::data::{numeric, shared};
use crate::model::{Design, Kind, Model, compare};

const fn counted(dataset: &'static str, name: &'static str, design: fn(&Path) -> Design) -> Model {
    Model { dataset, name, kind: Kind::Logit, design }
}

pub(crate) const MODELS: [Model; 4] = [
    counted("ucb_admissions", "logit, Freq-weighted: admitted ~ female", admissions),
    counted("ucb_admissions", "logit, Freq-weighted: admitted ~ female + Dept", |path| {
        let t = numeric(path, "ucb_admissions.csv");
        admissions(path).levels(&t, "Dept", "Dept", &["B", "C", "D", "E", "F"])
    }),
    counted("kidney_stones", "logit, count-weighted: success ~ A", stones),
    counted("kidney_stones", "logit, count-weighted: success ~ A + stone_size", |path| {
        let t = numeric(path, "kidney_stones.csv");
        stones(path).levels(&t, "stone_size", "stone_size", &["small"])
    }),
];

fn admissions(path: &Path) -> Design {
    let t = numeric(path, "ucb_admissions.csv");
    Design::with_intercept(t.is("Admit", "Admitted"))
        .column("female", t.is("Gender", "Female"))
        .weighted(t.number("Freq"))
}

fn stones(path: &Path) -> Design {
    let t = numeric(path, "kidney_stones.csv");
    Design::with_intercept(t.number("success")).column("A", t.is("treatment", "A_open")).weighted(t.number("count"))
}

#[test]
fn logits_of_counted_cells() {
    compare(&MODELS);
}

#[test]
fn a_counted_cell_is_as_many_rows() {
    let Some(path) = shared() else { return };
    for model in MODELS {
        let cells = (model.design)(&path);
        let counts = cells.weights.clone().unwrap();
        let repeat = |v: &Vec<f64>| {
            v.iter().zip(&counts).flat_map(|(v, c)| std::iter::repeat_n(*v, *c as usize)).collect::<Vec<f64>>()
        };
        let mut rows = Design::without_intercept(repeat(&cells.y));
        for (name, col) in cells.names.iter().zip(&cells.cols) {
            rows = rows.column(name.clone(), repeat(col));
        }
        let (a, b) = (cells.fit(Penalty::None, Link::Logit), rows.fit(Penalty::None, Link::Logit));
        for j in 0..a.coef.len() {
            assert!(
                (a.coef[j] - b.coef[j]).abs() < 1e-10
                    && (a.se_model(j).unwrap() - b.se_model(j).unwrap()).abs() < 1e-10
            );
        }
    }
}
