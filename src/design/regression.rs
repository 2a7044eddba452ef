//! The declared regression, as R's `glm` would code it: no transform, no imputation, treatment contrasts.

use fuellamp_score::{
    CategoryRecipe, Fallback, Field, LevelField, MissingNumber, NumberRecipe, Recipe, Shape, Transform,
};

use crate::panel::{Lags, Panel};
use crate::stats::moments;
use crate::study::Study;

use super::{Design, DesignError, Input, Sample};

/// Units of the numeric terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// The column's own.
    Raw,
    /// Standard deviations, centred.
    Sd,
}

/// More levels than this are names, not categories; a Newton step on them would take hours.
const MAX_LEVELS: usize = 1_000;

/// A regression ready to fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Regression {
    /// Intercept first.
    pub design: Design,
    /// 1 = left.
    pub y: Vec<f64>,
    /// Account per row.
    pub cluster: Vec<u32>,
    /// Accounts.
    pub n_clusters: usize,
    /// Row of the panel, per row.
    pub rows: Vec<usize>,
    /// Rows dropped because a value is missing.
    pub n_incomplete: usize,
    /// Columns with the same value in every complete row; they make no term.
    pub constant: Vec<String>,
}

/// Codes the declared regression: controls, roles and KPIs as linear terms, in this order.
///
/// KPIs, disclosed risk and reasons are taken `lag` periods before the row; attributes of the contract too, tenure and
/// controls are the row's own. Rows with any missing value are dropped and counted.
///
/// # Errors
/// [`DesignError`] for columns that do not exist and for categories of more than a thousand levels.
pub fn regression(
    panel: &Panel,
    study: &Study,
    sample: &Sample,
    lags: &Lags,
    scale: Scale,
) -> Result<Regression, DesignError> {
    let roles = &study.roles;
    let as_of: Vec<usize> =
        sample.rows.iter().map(|&row| panel.row_before(row, lags.periods[row]).unwrap_or(row)).collect();
    let own = roles.controls.iter().chain(&roles.tenure).map(|column| (column.as_str(), &sample.rows));
    let contract = roles.segment.iter().chain(&roles.billing).chain(&roles.price).chain(&roles.term);
    let recorded = roles.phase.iter().chain(&roles.owner).chain(&roles.disclosed_risk).chain(&roles.reasons);
    let past = contract.chain(recorded).map(String::as_str).chain(study.kpis.iter().map(|kpi| kpi.column()));
    let mut inputs: Vec<(&str, Input)> = Vec::new();
    for (column, rows) in own.chain(past.map(|column| (column, &as_of))) {
        if inputs.iter().any(|(name, _)| *name == column) {
            continue;
        }
        let input = match panel.kind(column)? {
            "number" | "boolean" => Input::Number(panel.numbers(column)?),
            _ => Input::Category(panel.category(column)?),
        };
        if let Input::Category(category) = &input
            && category.levels.len() > MAX_LEVELS
        {
            return Err(DesignError::TooManyLevels {
                column: column.to_owned(),
                levels: category.levels.len(),
                limit: MAX_LEVELS,
            });
        }
        inputs.push((column, input.take(rows)));
    }
    let complete: Vec<usize> =
        (0..sample.n_rows()).filter(|&i| inputs.iter().all(|(_, input)| known(input, i))).collect();
    if complete.is_empty() {
        return Err(DesignError::NoRows {
            rows: panel.n_rows(),
            locked: 0,
            censored: 0,
            no_past: panel.n_rows() - sample.n_rows(),
            lag: lags.periods.iter().copied().min().unwrap_or(0),
        });
    }
    let mut design = Design::with_intercept(complete.len());
    let mut constant = Vec::new();
    for (column, input) in inputs {
        let input = input.take(&complete);
        match recipe(column, &input, scale) {
            Some(recipe) => design.expand(&recipe, &input, None)?,
            None => constant.push(column.to_owned()),
        }
    }
    let cluster: Vec<u32> = complete.iter().map(|&i| sample.cluster[i]).collect();
    let mut seen = cluster.clone();
    seen.sort_unstable();
    seen.dedup();
    let cluster = cluster.iter().map(|c| u32::try_from(seen.partition_point(|s| s < c)).unwrap_or(u32::MAX)).collect();
    Ok(Regression {
        design,
        y: complete.iter().map(|&i| sample.y[i]).collect(),
        cluster,
        n_clusters: seen.len(),
        rows: complete.iter().map(|&i| sample.rows[i]).collect(),
        n_incomplete: sample.n_rows() - complete.len(),
        constant,
    })
}

fn known(input: &Input, row: usize) -> bool {
    match input {
        Input::Number(values) => values[row].is_finite(),
        Input::Category(category) => category.codes[row].is_some(),
    }
}

fn recipe(column: &str, input: &Input, scale: Scale) -> Option<Recipe> {
    match input {
        Input::Number(values) => {
            let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
            let (centre, unit) = match scale {
                Scale::Raw => (0.0, 1.0),
                Scale::Sd => (moments::mean(values), moments::sd(values)),
            };
            (low < high && unit > 0.0 && unit.is_finite()).then(|| {
                Recipe::Number(NumberRecipe {
                    column: column.to_owned(),
                    missing: MissingNumber::Refuse,
                    clip: None,
                    transform: Transform::Identity,
                    centre,
                    scale: unit,
                    fields: vec![Field { term: column.to_owned(), shape: Shape::Linear }],
                    within: None,
                })
            })
        }
        Input::Category(category) => {
            let mut present: Vec<u32> = category.codes.iter().flatten().copied().collect();
            present.sort_unstable();
            present.dedup();
            let mut levels = present.iter().map(|&code| category.levels[code as usize].clone());
            let base = levels.next()?;
            let levels: Vec<LevelField> =
                levels.map(|level| LevelField { term: format!("{column}[{level}]"), level }).collect();
            (!levels.is_empty()).then(|| {
                Recipe::Category(CategoryRecipe {
                    column: column.to_owned(),
                    base,
                    levels,
                    other: Fallback::Refuse,
                    missing: Fallback::Refuse,
                })
            })
        }
    }
}
