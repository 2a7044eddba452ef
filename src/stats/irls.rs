//! Logistic regression by Newton's method (iteratively reweighted least squares).

use ndarray::Array2;
use rayon::prelude::*;

use super::matrix::Matrix;
use super::newton::Newton;
use super::rows::{Frame, Response, Scaled};

pub use super::irls_error::{Diverging, IrlsError};
pub use super::link::Link;

/// Values handed to a thread at a time.
const PARALLEL: usize = 1 << 15;

/// Default of [`FitOptions::tolerance`]: a ten-thousand-millionth of a standard error.
pub const DEFAULT_TOLERANCE: f64 = 1e-10;
/// Default of [`FitOptions::max_iterations`].
pub const DEFAULT_MAX_ITERATIONS: usize = 100;

/// What is added to the log-likelihood.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Penalty {
    /// Nothing: maximum likelihood.
    #[default]
    None,
    /// `- λ/2 · Σ coef_j²` over all columns but the intercept, in reporting units.
    Ridge(f64),
    /// `+ 1/2 · log det I(coef)` (Jeffreys prior; Firth 1993): finite under separation, bias of first order removed.
    Firth,
}

/// How to fit.
#[derive(Debug, Clone, Copy)]
pub struct FitOptions<'a> {
    /// Penalty.
    pub penalty: Penalty,
    /// From the linear predictor to the probability.
    pub link: Link,
    /// Index of the column of ones, if there is one. Only then are the other columns centred inside.
    pub intercept: Option<usize>,
    /// Added to the linear predictor of each row.
    pub offset: Option<&'a [f64]>,
    /// Prior (frequency) weights, at least 0.
    pub weights: Option<&'a [f64]>,
    /// First guess in reporting units, in column order.
    pub start: Option<&'a [f64]>,
    /// Newton steps allowed.
    pub max_iterations: usize,
    /// Bound on `max_j |score_j| / sqrt(I_jj)` and on the Newton decrement `sqrt(scoreᵀ I⁻¹ score)`, which is the distance
    /// from the optimum in standard errors. Where there is an intercept, also reached within a thousand times that, if the
    /// root mean square of the moves left in the log-odds (`decrement / sqrt(Σ w)`) is within it: a million rows know their
    /// log-odds better than a standard error's share says. The last step is always taken in the coefficients.
    pub tolerance: f64,
}

impl Default for FitOptions<'_> {
    fn default() -> Self {
        Self {
            penalty: Penalty::None,
            link: Link::Logit,
            intercept: None,
            offset: None,
            weights: None,
            start: None,
            max_iterations: DEFAULT_MAX_ITERATIONS,
            tolerance: DEFAULT_TOLERANCE,
        }
    }
}

/// Why the iteration ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// Scaled score and Newton decrement within the tolerance.
    ScoreWithinTolerance,
    /// Within 1e-7 standard errors of the optimum, and rounding allows no further progress.
    RoundingFloor,
}

/// A fitted logistic regression with the evidence that it is one.
#[derive(Debug, Clone)]
pub struct LogisticFit {
    /// Coefficients in reporting units, in column order.
    pub coef: Vec<f64>,
    /// Linear predictor of each row, offset included.
    pub eta: Vec<f64>,
    /// Fitted probability of each row.
    pub fitted: Vec<f64>,
    /// Contribution of each row to the score: under the logit link `weight · (y - fitted)`, plus `h (1/2 - fitted)` under
    /// Firth.
    pub score_residual: Vec<f64>,
    /// Log-likelihood without penalty.
    pub log_likelihood: f64,
    /// With the penalty, in reporting units.
    pub penalised_log_likelihood: f64,
    /// Newton steps taken.
    pub iterations: usize,
    /// Largest `|score_j| / sqrt(I_jj)` at the solution (penalised score).
    pub max_score: f64,
    /// Why it ended.
    pub stop: StopReason,
    /// `XᵀWX` in reporting units, without the ridge.
    pub information: Array2<f64>,
    /// Inverse of the information (of the penalised one under a ridge, which is no covariance).
    pub covariance_model: Array2<f64>,
    /// Of the scaled information, after scaling to a unit diagonal.
    pub condition_number: f64,
    /// Penalty used.
    pub penalty: Penalty,
    /// Link used.
    pub link: Link,
    /// n.
    pub n_rows: usize,
    /// Rows with y = 1 and positive weight.
    pub n_events: usize,
    pub(crate) frame: Frame,
    pub(crate) scaled_inverse: Array2<f64>,
}

impl LogisticFit {
    /// Whether the solution is one.
    #[must_use]
    pub fn converged(&self) -> bool {
        matches!(self.stop, StopReason::ScoreWithinTolerance | StopReason::RoundingFloor)
    }

    /// Whether standard errors mean anything: converged and not ridge.
    #[must_use]
    pub fn allows_inference(&self) -> bool {
        self.converged() && !matches!(self.penalty, Penalty::Ridge(_))
    }

    /// Model-based standard error of coefficient `j`; `None` where none may be stated.
    #[must_use]
    pub fn se_model(&self, j: usize) -> Option<f64> {
        if !self.allows_inference() {
            return None;
        }
        self.covariance_model.get((j, j)).map(|v| v.sqrt())
    }
}

/// Fits `P(y = 1) = 1 / (1 + e^-eta)` (or another [`Link`]), `eta = offset + X coef`.
///
/// # Formula
/// ```text
/// maximise  Σ w_i [ y_i eta_i - log(1 + e^eta_i) ] + penalty,   Newton:  I step = score,  I = Xᵀ diag(w h (1 - h)) X
/// ```
/// Columns are centred and scaled inside and results reported outside; sums run over fixed blocks of rows and are added
/// in row order, so the number of threads changes no digit. Under Firth the score is
/// `Σ x_i [ w_i (y_i - h_i) + hat_i (1/2 - h_i) ]`. Under another link the information is the expected one (Fisher scoring),
/// as in R's `glm`. Large tables start from a fit on a sample of their blocks, which changes the way and not the goal.
///
/// # Shapes and units
/// `x` (n, p) with the intercept as a column; `y` (n), 0 or 1. Coefficients in log-odds per unit of the column.
///
/// # Errors
/// [`IrlsError::OneClass`], [`IrlsError::Singular`], [`IrlsError::NotConverged`], wrong lengths or values, and
/// [`IrlsError::Separation`] only with a proof: a direction d with `(2 y_i - 1) x_i · d >= 0` for all rows and `> 0` for
/// those named.
///
/// # Source
/// McCullagh & Nelder (1989); Firth (1993), Biometrika 80:27–38; Heinze & Schemper (2002), Statistics in Medicine
/// 21:2409–2419; separation: Albert & Anderson (1984), Biometrika 71:1–10.
pub fn fit_logistic(x: &Matrix<'_>, y: &[f64], opt: &FitOptions<'_>) -> Result<LogisticFit, IrlsError> {
    solve(x, y, opt, None)
}

/// The fit, or with `held` the best one among those with that coefficient at that value (in reporting units; not of the
/// intercept of a centred design). Under Firth the penalty stays that of all columns.
pub(crate) fn solve(
    x: &Matrix<'_>,
    y: &[f64],
    opt: &FitOptions<'_>,
    held: Option<(usize, f64)>,
) -> Result<LogisticFit, IrlsError> {
    check(x, y, opt)?;
    let response = Response { y, weights: opt.weights, offset: opt.offset, link: opt.link };
    let design = Scaled::new(x, opt.intercept);
    let flat: Vec<usize> = (0..x.n_cols()).filter(|&j| design.frame.inv_scale[j] <= 0.0).collect();
    if !flat.is_empty() {
        return Err(IrlsError::Singular { columns: flat });
    }
    Newton { design: &design, response: &response, penalty: opt.penalty, held }.fit(opt)
}

fn check(x: &Matrix<'_>, y: &[f64], opt: &FitOptions<'_>) -> Result<(), IrlsError> {
    let (n, p) = (x.n_rows(), x.n_cols());
    let lengths = [
        ("y", n, y.len()),
        ("offset", n, opt.offset.map_or(n, <[f64]>::len)),
        ("weights", n, opt.weights.map_or(n, <[f64]>::len)),
        ("start", p, opt.start.map_or(p, <[f64]>::len)),
    ];
    for (what, expected, found) in lengths {
        if expected != found {
            return Err(IrlsError::WrongLength { what, expected, found });
        }
    }
    let refuse = |what, values: Option<&[f64]>, good: fn(f64) -> bool| match values
        .and_then(|v| first_bad(v, good).map(|at| (at, v[at])))
    {
        Some((position, value)) => Err(IrlsError::BadInput { what, position, value }),
        None => Ok(()),
    };
    refuse("y", Some(y), |v| v.abs() <= 0.0 || (v - 1.0).abs() <= 0.0)?;
    refuse("offset", opt.offset, f64::is_finite)?;
    refuse("weights", opt.weights, |v| v.is_finite() && v >= 0.0)?;
    refuse("start", opt.start, f64::is_finite)?;
    refuse("tolerance", Some(&[opt.tolerance]), |v| v.is_finite() && v > 0.0)?;
    if let Penalty::Ridge(lambda) = opt.penalty {
        refuse("ridge", Some(&[lambda]), |v| v.is_finite() && v >= 0.0)?;
    }
    if matches!((opt.penalty, opt.link), (Penalty::Firth, Link::Cloglog)) {
        return Err(IrlsError::FirthNeedsLogit);
    }
    if opt.max_iterations == 0 {
        return Err(IrlsError::BadInput { what: "max_iterations", position: 0, value: 0.0 });
    }
    if let Some(k) = opt.intercept {
        if k >= p {
            return Err(IrlsError::BadInput { what: "intercept", position: k, value: f64::NAN });
        }
        if let Some(position) = first_bad(x.col(k), |v| (v - 1.0).abs() <= 0.0) {
            return Err(IrlsError::BadInput { what: "intercept", position, value: x.col(k)[position] });
        }
    }
    let count = |y: &[f64], weights: Option<&[f64]>| match weights {
        None => (y.len(), y.iter().map(|&y| usize::from(y > 0.5)).sum()),
        Some(w) => {
            w.iter().zip(y).filter(|(w, _)| **w > 0.0).fold((0, 0), |(n, e), (_, &y)| (n + 1, e + usize::from(y > 0.5)))
        }
    };
    let add = |a: (usize, usize), b: (usize, usize)| (a.0 + b.0, a.1 + b.1);
    let (n_rows, events) = y
        .par_chunks(PARALLEL)
        .enumerate()
        .map(|(part, y)| count(y, opt.weights.map(|w| &w[part * PARALLEL..part * PARALLEL + y.len()])))
        .reduce(|| (0, 0), add);
    if events == 0 || events == n_rows {
        return Err(IrlsError::OneClass { n_rows, events: events > 0 });
    }
    Ok(())
}

/// Position of the first value that is not good.
fn first_bad(values: &[f64], good: fn(f64) -> bool) -> Option<usize> {
    let bad_in = |part: &[f64]| {
        let mut all = true;
        for &v in part {
            all &= good(v);
        }
        if all { None } else { part.iter().position(|&v| !good(v)) }
    };
    let parts = values.par_chunks(PARALLEL).enumerate();
    parts.filter_map(|(part, values)| bad_in(values).map(|at| part * PARALLEL + at)).min()
}
