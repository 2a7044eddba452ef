//! An independent solver on the same rows: a bug in one of them shows as a difference.

use linfa::DatasetBase;
use linfa::prelude::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::stats::irls::{FitOptions, Penalty, fit_logistic};
use crate::stats::matrix::Matrix;
use crate::stats::moments;
use crate::units::{Seed, TermName};

use super::{FittedHazard, HazardColumns, HazardError};

/// Largest number of rows on which both solvers run; linfa-logistic takes about fifteen times as long as Newton.
pub const SAMPLE_ROWS: usize = 50_000;
/// Ridge weight of both solvers, on columns of standard deviation 1: small, and never linfa's silent default of 1.
const RIDGE: f64 = 1e-3;
/// Gradient tolerance asked of linfa-logistic; its L-BFGS ends there or where rounding stops it.
const GRADIENT: f64 = 1e-8;
/// Largest difference of a coefficient that rounding explains, in units of its standard error where that is above 1.
const TOLERANCE: f64 = 1e-4;
/// Stream of the sample's random numbers.
const STREAM: u64 = 0x5ec0;

/// What both solvers found.
#[derive(Debug, Clone, PartialEq)]
pub struct Opinion {
    /// Rows of the sample.
    pub n_rows: usize,
    /// Events in it.
    pub n_events: usize,
    /// Ridge weight that both used.
    pub ridge: f64,
    /// Largest difference of a coefficient, per standard deviation of what its term adds to the terms before it.
    pub largest_difference: f64,
    /// Difference above which it is an error.
    pub tolerance: f64,
}

/// Fits the model's terms with linfa-logistic and with our own solver, both with the same explicit ridge, on the same
/// seeded sample of at most [`SAMPLE_ROWS`] rows, and compares the coefficients.
///
/// Both see the same orthogonal columns: each term less what earlier terms say of it, with standard deviation 1. They span
/// the model's columns, and a solver without second derivatives reaches the optimum also where terms are near-copies.
///
/// Returns `None` where the sample has fewer than two events or non-events or no term.
///
/// # Errors
/// [`HazardError::Disagreement`] when a coefficient differs by more than rounding explains.
pub fn second_opinion(
    columns: &HazardColumns<'_>,
    fitted: &FittedHazard,
    seed: Seed,
) -> Result<Option<Opinion>, HazardError> {
    let rows = sample_rows(columns.y.len(), seed);
    let y: Vec<f64> = rows.iter().map(|&row| columns.y[row]).collect();
    let n_events = y.iter().filter(|&&y| y > 0.5).count();
    if n_events < 2 || y.len() - n_events < 2 {
        return Ok(None);
    }
    let mut terms: Vec<&TermName> = Vec::new();
    let mut scaled: Vec<Vec<f64>> = Vec::new();
    for (term, values) in &columns.terms {
        let picked: Vec<f64> = rows.iter().map(|&row| values[row]).collect();
        let (mean, sd) = (moments::mean(&picked), moments::sd(&picked));
        if sd > 0.0 && fitted.terms().contains(term) {
            let centred = picked.iter().map(|v| (v - mean) / sd).collect();
            if let Some(own) = orthogonal(centred, &scaled) {
                terms.push(term);
                scaled.push(own);
            }
        }
    }
    if terms.is_empty() {
        return Ok(None);
    }
    let theirs = linfa_coefficients(&scaled, &y)?;
    let ones = vec![1.0; y.len()];
    let x = Matrix::new(std::iter::once(ones.as_slice()).chain(scaled.iter().map(Vec::as_slice)).collect())?;
    let options = FitOptions { penalty: Penalty::Ridge(RIDGE), intercept: Some(0), ..FitOptions::default() };
    let ours = fit_logistic(&x, &y, &options).map_err(|source| HazardError::Solver { source })?;
    // Where the likelihood is nearly flat (a standard error far above 1) both stop within a fraction of that error.
    let unit = |j: usize| ours.covariance_model.get((j, j)).map_or(1.0, |v| v.sqrt().max(1.0));
    let pairs = ours.coef.iter().enumerate().skip(1).zip(&theirs);
    let differences = pairs.map(|((j, a), b)| (a - b).abs() / unit(j));
    let (worst, difference) = differences.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, f64::INFINITY));
    if difference.is_nan() || difference > TOLERANCE {
        return Err(HazardError::Disagreement { term: terms[worst].clone(), difference, tolerance: TOLERANCE });
    }
    Ok(Some(Opinion { n_rows: y.len(), n_events, ridge: RIDGE, largest_difference: difference, tolerance: TOLERANCE }))
}

/// What a standardised column adds to orthogonal ones, with standard deviation 1; `None` where that is rounding.
fn orthogonal(mut column: Vec<f64>, before: &[Vec<f64>]) -> Option<Vec<f64>> {
    const ROUNDING: f64 = 1e-9;
    // Twice is enough (Kahan; Parlett 1980, section 6.9): the second pass takes out the rounding of the first.
    for _ in 0..2 {
        for other in before {
            let share =
                column.iter().zip(other).map(|(a, b)| a * b).sum::<f64>() / other.iter().map(|b| b * b).sum::<f64>();
            column.iter_mut().zip(other).for_each(|(a, b)| *a -= share * b);
        }
    }
    let (mean, sd) = (moments::mean(&column), moments::sd(&column));
    (sd > ROUNDING).then(|| column.iter().map(|v| (v - mean) / sd).collect())
}

/// Coefficients by linfa-logistic, intercept left out, signed so that larger means more events: which class it takes
/// for positive depends on the order and number of the labels, so its own record of it decides the sign.
fn linfa_coefficients(columns: &[Vec<f64>], y: &[f64]) -> Result<Vec<f64>, HazardError> {
    let records = Array2::from_shape_fn((y.len(), columns.len()), |(i, j)| columns[j][i]);
    let targets: Array1<usize> = y.iter().map(|&y| usize::from(y > 0.5)).collect();
    let model = LogisticRegression::default()
        .alpha(RIDGE)
        .with_intercept(true)
        .max_iterations(1_000)
        .gradient_tolerance(GRADIENT)
        .fit(&DatasetBase::new(records, targets))
        .map_err(|error| HazardError::Linfa(linfa::error::Error::Parameters(error.to_string())))?;
    let sign = if model.labels().pos.class == 1 { 1.0 } else { -1.0 };
    Ok(model.params().iter().map(|c| sign * c).collect())
}

/// Row indices in ascending order: all of them, or a sample without replacement.
fn sample_rows(n: usize, seed: Seed) -> Vec<usize> {
    if n <= SAMPLE_ROWS {
        return (0..n).collect();
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed.0);
    random.set_stream(STREAM);
    // Selection sampling (Knuth 1969, algorithm S): each row is kept with the chance that still fills the sample.
    let mut rows = Vec::with_capacity(SAMPLE_ROWS);
    for row in 0..n {
        let wanted = (SAMPLE_ROWS - rows.len()) as u64;
        if (random.next_u64() % (n - row) as u64) < wanted {
            rows.push(row);
        }
    }
    rows
}
