//! Conditional (fixed-effects) logistic regression: each stratum has its own intercept, and none of them is estimated.

use ndarray::Array2;

use super::conditional_strata::{Pass, Strata};
use super::irls::{DEFAULT_MAX_ITERATIONS, DEFAULT_TOLERANCE};
use super::irls_error::Diverging;
use super::linalg;
use super::matrix::Matrix;

pub use super::conditional_error::ConditionalError;

/// Half steps tried before a Newton step is given up.
const MAX_HALVINGS: usize = 40;
/// Within this many standard errors of the optimum a full step is taken without comparing log-likelihoods, whose
/// difference is below their rounding there.
const QUADRATIC_ZONE: f64 = 1e-5;
/// Distance from the optimum, in standard errors, at which progress lost to rounding counts as arrival.
const ROUNDING_ZONE: f64 = 1e-7;
/// Newton steps before rows that still move are examined for separation: early enough for the direction, which drowns in
/// the rounding of the score some thirty steps later.
const SEPARATION_FROM: usize = 8;
/// A separated row moves by about one per step for ever.
const RUNAWAY: f64 = 0.5;
/// A step that moves a row by more log-odds than this has not arrived, however flat the likelihood.
const STILL_MOVING: f64 = 1e-3;

/// How to fit.
#[derive(Debug, Clone, Copy)]
pub struct ConditionalOptions {
    /// Newton steps allowed.
    pub max_iterations: usize,
    /// Bound on `max_j |score_j| / sqrt(I_jj)` and on the Newton decrement `sqrt(scoreᵀ I⁻¹ score)`.
    pub tolerance: f64,
}

impl Default for ConditionalOptions {
    fn default() -> Self {
        Self { max_iterations: DEFAULT_MAX_ITERATIONS, tolerance: DEFAULT_TOLERANCE }
    }
}

/// A fitted conditional logistic regression with the evidence that it is one.
#[derive(Debug, Clone)]
pub struct ConditionalFit {
    /// Coefficients in log-odds per unit, in column order.
    pub coef: Vec<f64>,
    /// Model-based covariance of the coefficients, the inverse of the information.
    pub covariance: Array2<f64>,
    /// Conditional log-likelihood; strata without both outcomes contribute nothing.
    pub log_likelihood: f64,
    /// Strata with both outcomes.
    pub n_strata_used: usize,
    /// Strata with one outcome only, which say nothing about the coefficients.
    pub n_strata_dropped: usize,
    /// Rows in the strata used.
    pub n_rows_used: usize,
    /// Newton steps taken.
    pub iterations: usize,
    /// Largest `|score_j| / sqrt(I_jj)` at the solution.
    pub max_score: f64,
}

/// Fits the log-odds ratios within strata, given the number of events of each stratum.
///
/// # Formula
/// ```text
/// maximise  Σ_g [ Σ_{i in g} y_i x_i·b - log Σ_{S in g, |S| = D_g} exp(Σ_{i in S} x_i·b) ],   D_g = events of stratum g
/// ```
/// Exact: the sum is over all subsets. Newton's method with step halving; score and information are moments of the
/// subsets. Time O(rows × events × p²) per stratum and step, where of events and non-events the fewer count.
///
/// # Shapes and units
/// `x` (n, p) without an intercept; `y` (n), 0 or 1; `stratum` (n), any labels, in any order.
///
/// # Assumes
/// Rows of one stratum share its intercept and are independent given it.
///
/// # Errors
/// [`ConditionalError`]: among others `ConstantWithin` for a column that no stratum sees vary, and `Separation` with a
/// proof: a direction along which the events of every stratum rank first.
///
/// # Source
/// Breslow & Day (1980), Statistical Methods in Cancer Research I, ch. 7; Chamberlain (1980), Review of Economic Studies
/// 47:225–238; sums: Gail, Lubin & Rubinstein (1981), Biometrika 68:703–707. Values: R `survival::clogit(method = "exact")`.
pub fn fit_conditional(
    x: &Matrix<'_>,
    y: &[f64],
    stratum: &[u32],
    opt: &ConditionalOptions,
) -> Result<ConditionalFit, ConditionalError> {
    check(x, y, stratum, opt)?;
    let strata = Strata::new(x, y, stratum)?;
    let columns = strata.aliased();
    if !columns.is_empty() {
        return Err(ConditionalError::Singular { columns });
    }
    let nowhere = ConditionalError::NotConverged { iterations: 0, decrement: f64::INFINITY };
    let mut at = strata.evaluate(vec![0.0; x.n_cols()]).ok_or(nowhere)?;
    let (mut best, mut since_best, mut iterations) = (f64::INFINITY, 0, 0);
    let mut last_step: Option<Vec<f64>> = None;
    loop {
        let Ok(factor) = linalg::cholesky(&at.information) else {
            return Err(gave_up(&strata, &at, last_step.as_deref(), iterations, f64::INFINITY));
        };
        let step = linalg::solve(&factor, &at.score);
        let decrement = linalg::dot(&step, &at.score).max(0.0).sqrt();
        let max_score = scaled_score(&at);
        if decrement < 0.9 * best {
            (best, since_best) = (decrement, 0);
        } else {
            since_best += 1;
        }
        let within = decrement <= opt.tolerance && max_score <= opt.tolerance;
        if within || (since_best >= 3 && decrement <= ROUNDING_ZONE) {
            if strata.largest_move(&step) > STILL_MOVING {
                return Err(gave_up(&strata, &at, Some(&step), iterations, decrement));
            }
            return Ok(finish(&strata, &at, &factor, iterations, max_score));
        }
        if iterations >= SEPARATION_FROM
            && strata.largest_move(&step) > RUNAWAY
            && let Some(found) = separation(&strata, &step)
        {
            return Err(found);
        }
        let next = if iterations < opt.max_iterations { advance(&strata, &at, &step, decrement) } else { None };
        let Some(next) = next else {
            return Err(gave_up(&strata, &at, Some(&step), iterations, decrement));
        };
        iterations += 1;
        last_step = Some(step);
        at = next;
    }
}

fn check(x: &Matrix<'_>, y: &[f64], stratum: &[u32], opt: &ConditionalOptions) -> Result<(), ConditionalError> {
    let n = x.n_rows();
    for (what, found) in [("y", y.len()), ("stratum", stratum.len())] {
        if found != n {
            return Err(ConditionalError::WrongLength { what, expected: n, found });
        }
    }
    let binary = |v: f64| v.abs() <= 0.0 || (v - 1.0).abs() <= 0.0;
    if let Some(position) = y.iter().position(|&v| !binary(v)) {
        return Err(ConditionalError::BadInput { what: "y", position, value: y[position] });
    }
    if !(opt.tolerance.is_finite() && opt.tolerance > 0.0) {
        return Err(ConditionalError::BadInput { what: "tolerance", position: 0, value: opt.tolerance });
    }
    if opt.max_iterations == 0 {
        return Err(ConditionalError::BadInput { what: "max_iterations", position: 0, value: 0.0 });
    }
    Ok(())
}

fn scaled_score(at: &Pass) -> f64 {
    at.score.iter().zip(at.information.diag()).fold(0.0, |m, (s, i)| m.max(s.abs() / i.sqrt()))
}

/// A Newton step, halved until the log-likelihood does not fall.
fn advance(strata: &Strata, at: &Pass, step: &[f64], decrement: f64) -> Option<Pass> {
    let slack = 1e-13 * (1.0 + at.log_likelihood.abs());
    let mut share = 1.0;
    for _ in 0..MAX_HALVINGS {
        let beta = at.beta.iter().zip(step).map(|(b, s)| b + share * s).collect();
        if let Some(next) = strata.evaluate(beta)
            && (next.log_likelihood >= at.log_likelihood - slack || decrement < QUADRATIC_ZONE)
        {
            return Some(next);
        }
        share *= 0.5;
    }
    None
}

/// Separation, if it can be proved along a direction.
fn separation(strata: &Strata, direction: &[f64]) -> Option<ConditionalError> {
    let n_strict = strata.separated_along(direction)?;
    let largest = direction.iter().fold(0.0_f64, |m, d| m.max(d.abs()));
    let columns = (0..direction.len())
        .filter(|&j| direction[j].abs() > 1e-5 * largest)
        .map(|column| Diverging { column, upward: direction[column] > 0.0 })
        .collect();
    Some(ConditionalError::Separation { columns, strata: n_strict })
}

/// Separation along the last step or from the origin, otherwise no convergence.
fn gave_up(strata: &Strata, at: &Pass, step: Option<&[f64]>, iterations: usize, decrement: f64) -> ConditionalError {
    let proof = step.into_iter().chain([&at.beta[..]]).find_map(|direction| separation(strata, direction));
    proof.unwrap_or(ConditionalError::NotConverged { iterations, decrement })
}

fn finish(strata: &Strata, at: &Pass, factor: &Array2<f64>, iterations: usize, max_score: f64) -> ConditionalFit {
    let unit = &strata.inv_scale;
    let inverse = linalg::inverse(factor);
    ConditionalFit {
        coef: at.beta.iter().zip(unit).map(|(b, u)| b * u).collect(),
        covariance: Array2::from_shape_fn(inverse.raw_dim(), |(i, j)| inverse[[i, j]] * (unit[i] * unit[j])),
        log_likelihood: at.log_likelihood,
        n_strata_used: strata.spans.len(),
        n_strata_dropped: strata.n_dropped,
        n_rows_used: strata.y.len(),
        iterations,
        max_score,
    }
}
