//! The refit behind the weights, and the mapping from log-odds to points.

use std::collections::BTreeMap;

use fuellamp_score::{Intercept, Label, Recipe, ScoreMapping, Term};

use crate::design::{Design, DesignError, INTERCEPT};
use crate::hazard::{CovarianceKind, HazardColumns, HazardError, HazardSettings, fit_hazard};
use crate::stats::moments::quantile;
use crate::units::TermName;

use super::inputs::ScoreInput;
use super::spread::{ScoreSpread, score_spread};

/// Scores of the riskiest and the safest hundredth of the training rows.
const LOW_SCORE: f64 = 5.0;
const HIGH_SCORE: f64 = 95.0;
const TAIL: f64 = 0.01;

/// Recipes with coefficients.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreModel {
    /// Log-odds with every field at zero.
    pub intercept: Intercept,
    /// Preprocessing, in the order of evaluation.
    pub recipes: Vec<Recipe>,
    /// Coefficients, one per field.
    pub terms: Vec<Term>,
    /// Log-odds of the training rows.
    pub eta: Vec<f64>,
    /// Mean contribution of each recipe over the training rows.
    pub baselines: Vec<f64>,
    /// Covariances of the coefficients; `None` where the fit allows no inference.
    pub spread: Option<ScoreSpread>,
}

/// Rows that a score model learns from: the as-of row of each outcome.
#[derive(Debug, Clone, Copy)]
pub struct TrainingRows<'a> {
    /// Panel rows with the input values.
    pub as_of: &'a [usize],
    /// 1 = left.
    pub y: &'a [f64],
    /// Account per row.
    pub cluster: &'a [u32],
    /// Accounts.
    pub n_clusters: usize,
}

impl ScoreModel {
    /// Coefficients by term, intercept included.
    #[must_use]
    pub fn coefficients(&self) -> BTreeMap<TermName, f64> {
        let terms = self.terms.iter().map(|term| (TermName::new(term.term.clone()), term.coefficient));
        std::iter::once((TermName::new(INTERCEPT), self.intercept.coefficient)).chain(terms).collect()
    }

    /// Fields of panel rows under the recipes, one column per term; `None` where an input of the model is not among
    /// `inputs`.
    #[must_use]
    pub fn fields(&self, inputs: &[&ScoreInput], rows: &[usize]) -> Option<Vec<Vec<f64>>> {
        let mut design = Design::default();
        for recipe in &self.recipes {
            let input = inputs.iter().find(|input| input.column == recipe.column())?;
            let within = input.within.as_ref().map(|(_, values)| values.take(rows));
            design.expand(recipe, &input.values.take(rows), within.as_ref()).ok()?;
        }
        Some(design.columns)
    }

    /// Log-odds of panel rows; `None` where an input of the model is not among `inputs`.
    #[must_use]
    pub fn predict(&self, inputs: &[&ScoreInput], rows: &[usize]) -> Option<Vec<f64>> {
        let columns = self.fields(inputs, rows)?;
        let mut eta = vec![self.intercept.coefficient; rows.len()];
        for (column, term) in columns.iter().zip(&self.terms) {
            for (eta, x) in eta.iter_mut().zip(column) {
                *eta += term.coefficient * x;
            }
        }
        Some(eta)
    }
}

/// Learns the recipes of the inputs and fits their coefficients. Fields that others determine get the weight 0.
///
/// # Errors
/// [`HazardError`] where there is nothing to fit.
pub fn fit_score_model(inputs: &[&ScoreInput], rows: &TrainingRows<'_>) -> Result<ScoreModel, ScoreModelError> {
    fit(inputs, rows, None, HazardSettings::default())
}

/// The same for predictions alone: no clustered errors, and the solver starts from the coefficients of a similar model.
///
/// # Errors
/// As [`fit_score_model`].
pub fn fit_score_slopes(
    inputs: &[&ScoreInput],
    rows: &TrainingRows<'_>,
    start: &BTreeMap<TermName, f64>,
) -> Result<ScoreModel, ScoreModelError> {
    let quick = HazardSettings { covariance: CovarianceKind::Model, ..HazardSettings::default() };
    fit(inputs, rows, (!start.is_empty()).then_some(start), quick)
}

fn fit(
    inputs: &[&ScoreInput],
    rows: &TrainingRows<'_>,
    start: Option<&BTreeMap<TermName, f64>>,
    settings: HazardSettings,
) -> Result<ScoreModel, ScoreModelError> {
    let mut design = Design::with_intercept(rows.as_of.len());
    let mut recipes = Vec::new();
    let mut owners: Vec<String> = Vec::new();
    for input in inputs {
        let own = input.at(rows.as_of);
        let Some(recipe) = own.recipe() else { continue };
        design.expand(&recipe, &own.values, own.within.as_ref().map(|(_, values)| values))?;
        owners.resize(design.n_terms() - 1, input.column.clone());
        recipes.push(recipe);
    }
    let columns = HazardColumns {
        terms: design.terms.iter().cloned().zip(design.columns.iter().map(Vec::as_slice)).collect(),
        y: rows.y,
        cluster: rows.cluster,
        n_clusters: rows.n_clusters,
        start,
    };
    let fitted = fit_hazard(&columns, settings)?;
    let spread = if settings.covariance == CovarianceKind::Cluster { score_spread(&fitted, &design) } else { None };
    let std_error = |at: usize, term: &str| {
        let own = fitted.term(term)?.std_error;
        Some(spread.as_ref().map_or(own, |spread| spread.clustered[at][at].sqrt()))
    };
    let terms: Vec<Term> = design.terms[1..]
        .iter()
        .zip(owners)
        .enumerate()
        .map(|(i, (term, column))| Term {
            term: term.as_str().to_owned(),
            column,
            coefficient: fitted.coef(term.as_str()).unwrap_or(0.0),
            std_error: std_error(i + 1, term.as_str()),
        })
        .collect();
    let mut baselines = Vec::with_capacity(recipes.len());
    let mut next = 1;
    for recipe in &recipes {
        let fields = recipe.terms().len();
        let mut sum = 0.0;
        for (column, term) in design.columns[next..next + fields].iter().zip(&terms[next - 1..]) {
            sum += term.coefficient * crate::stats::moments::mean(column);
        }
        baselines.push(sum);
        next += fields;
    }
    let intercept =
        Intercept { coefficient: fitted.coef(INTERCEPT).unwrap_or(0.0), std_error: std_error(0, INTERCEPT) };
    Ok(ScoreModel { spread, intercept, recipes, terms, eta: fitted.fit.eta, baselines })
}

/// Why there is no score model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScoreModelError {
    /// The columns cannot be made.
    #[error(transparent)]
    Design(#[from] DesignError),
    /// The fit failed.
    #[error(transparent)]
    Hazard(#[from] HazardError),
}

impl crate::notice::Explain for ScoreModelError {
    fn ja(&self) -> String {
        match self {
            Self::Design(error) => error.ja(),
            Self::Hazard(error) => error.ja(),
        }
    }
    fn place(&self) -> Option<crate::words::Words> {
        match self {
            Self::Design(error) => error.place(),
            Self::Hazard(error) => error.place(),
        }
    }
    fn help(&self) -> Option<crate::words::Words> {
        match self {
            Self::Design(error) => error.help(),
            Self::Hazard(error) => error.help(),
        }
    }
}

/// Mapping from log-odds to 0..100: the safest hundredth of the rows scores 95 or more, the riskiest 5 or less.
#[must_use]
pub fn mapping(eta: &[f64]) -> ScoreMapping {
    let (safe, risky) = (quantile(eta, TAIL), quantile(eta, 1.0 - TAIL));
    let round = |x: f64| (x * 1e4).round() / 1e4;
    let slope = if risky - safe > 1e-6 { (HIGH_SCORE - LOW_SCORE) / (risky - safe) } else { 10.0 };
    let slope = round(slope).max(1e-4);
    ScoreMapping {
        offset: round(LOW_SCORE + slope * risky),
        slope,
        low: 0.0,
        high: 100.0,
        direction: Label { en: "100 = healthy".to_owned(), ja: "100 = 健全".to_owned() },
    }
}
