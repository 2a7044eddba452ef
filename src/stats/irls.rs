//! Logistic regression by Newton's method (iteratively reweighted least squares).

use ndarray::Array2;

use super::alias::find_aliased_weighted;
use super::linalg;
use super::matrix::Matrix;
use super::rows::{Frame, Pass, Response, Scaled, logistic};
use super::separation::{self, Direction};

pub use super::irls_error::{Diverging, IrlsError};

/// Default of [`FitOptions::tolerance`]: a ten-thousand-millionth of a standard error.
pub const DEFAULT_TOLERANCE: f64 = 1e-10;
/// Default of [`FitOptions::max_iterations`].
pub const DEFAULT_MAX_ITERATIONS: usize = 100;
/// Half steps tried before a Newton step is given up.
const MAX_HALVINGS: usize = 40;
/// Within this many standard errors of the optimum a full step is taken without comparing log-likelihoods, whose
/// difference is below their rounding there.
const QUADRATIC_ZONE: f64 = 1e-5;
/// Distance from the optimum, in standard errors, at which progress lost to rounding counts as arrival.
const ROUNDING_ZONE: f64 = 1e-7;
/// A first relative pivot below this has the columns examined for exact collinearity.
const SUSPECT_PIVOT: f64 = 1e-9;
/// Newton steps before rows that still move are examined for separation.
const SEPARATION_FROM: usize = 8;
/// Log-odds beyond which an apparently converged fit is examined for separation.
const EXTREME_ETA: f64 = 12.0;

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
    /// from the optimum in standard errors.
    pub tolerance: f64,
}

impl Default for FitOptions<'_> {
    fn default() -> Self {
        Self {
            penalty: Penalty::None,
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
    /// Contribution of each row to the score, `weight · (y - fitted)`, plus `h (1/2 - fitted)` under Firth.
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

/// Fits `P(y = 1) = 1 / (1 + e^-eta)`, `eta = offset + X coef`.
///
/// # Formula
/// ```text
/// maximise  Σ w_i [ y_i eta_i - log(1 + e^eta_i) ] + penalty,   Newton:  I step = score,  I = Xᵀ diag(w h (1 - h)) X
/// ```
/// Columns are centred and scaled inside and results reported outside; sums run over fixed blocks of rows and are added
/// in row order, so the number of threads changes no digit. Under Firth the score is
/// `Σ x_i [ w_i (y_i - h_i) + hat_i (1/2 - h_i) ]`.
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
    check(x, y, opt)?;
    let response = Response { y, weights: opt.weights, offset: opt.offset };
    let design = Scaled::new(x, opt.intercept);
    let flat: Vec<usize> = (0..x.n_cols()).filter(|&j| design.frame.inv_scale[j] <= 0.0).collect();
    if !flat.is_empty() {
        return Err(IrlsError::Singular { columns: flat });
    }
    let newton = Newton { design: &design, response: &response, penalty: opt.penalty };
    let first = newton.evaluate(first_guess(&design, &response, opt));
    newton.refuse_collinear(&first)?;
    newton.run(first, opt)
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
        .and_then(|v| v.iter().position(|&v| !good(v)).map(|at| (at, v[at])))
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
    if opt.max_iterations == 0 {
        return Err(IrlsError::BadInput { what: "max_iterations", position: 0, value: 0.0 });
    }
    if let Some(k) = opt.intercept {
        if k >= p {
            return Err(IrlsError::BadInput { what: "intercept", position: k, value: f64::NAN });
        }
        if let Some(position) = x.col(k).iter().position(|v| (v - 1.0).abs() > 0.0) {
            return Err(IrlsError::BadInput { what: "intercept", position, value: x.col(k)[position] });
        }
    }
    let counted = (0..n).filter(|&i| opt.weights.is_none_or(|w| w[i] > 0.0));
    let (n_rows, events) = counted.fold((0, 0), |(n, e), i| (n + 1, e + usize::from(y[i] > 0.5)));
    if events == 0 || events == n_rows {
        return Err(IrlsError::OneClass { n_rows, events: events > 0 });
    }
    Ok(())
}

/// The caller's, or the intercept alone.
fn first_guess(design: &Scaled<'_>, r: &Response<'_>, opt: &FitOptions<'_>) -> Vec<f64> {
    if let Some(start) = opt.start {
        return design.frame.inside(start);
    }
    let mut beta = vec![0.0; design.x.n_cols()];
    if let (Some(k), None) = (opt.intercept, r.offset) {
        let (total, events) = (0..r.y.len()).fold((0.0, 0.0), |(t, e), i| (t + r.weight(i), e + r.weight(i) * r.y[i]));
        beta[k] = (events / (total - events)).ln();
    }
    beta
}

/// Everything known at one `beta`.
struct Point {
    beta: Vec<f64>,
    eta: Vec<f64>,
    pass: Pass,
    /// Factor of the penalised information, or the column that broke it.
    factor: Result<Array2<f64>, usize>,
    /// Penalised log-likelihood in scaled units.
    objective: f64,
}

/// Penalised score at a point, and what follows from it.
struct Slope {
    hat: Option<Vec<f64>>,
    step: Vec<f64>,
    decrement: f64,
    max_score: f64,
}

struct Newton<'a> {
    design: &'a Scaled<'a>,
    response: &'a Response<'a>,
    penalty: Penalty,
}

impl Newton<'_> {
    /// Ridge weight of scaled coefficient `j`.
    fn ridge(&self, j: usize) -> f64 {
        match self.penalty {
            Penalty::Ridge(lambda) if self.design.frame.intercept != Some(j) => {
                lambda * self.design.frame.inv_scale[j] * self.design.frame.inv_scale[j]
            }
            _ => 0.0,
        }
    }

    fn evaluate(&self, beta: Vec<f64>) -> Point {
        let mut eta = vec![0.0; self.design.x.n_rows()];
        let pass = self.design.pass(self.response, &beta, &mut eta);
        let mut penalised = pass.information.clone();
        let mut objective = pass.log_likelihood;
        for j in 0..beta.len() {
            penalised[[j, j]] += self.ridge(j);
            objective -= 0.5 * self.ridge(j) * beta[j] * beta[j];
        }
        let factor = linalg::cholesky(&penalised);
        if matches!(self.penalty, Penalty::Firth) {
            objective += factor.as_ref().map_or(f64::NEG_INFINITY, |l| 0.5 * linalg::log_det(l));
        }
        Point { beta, eta, pass, factor, objective }
    }

    fn slope(&self, at: &Point, factor: &Array2<f64>) -> Slope {
        let mut score = at.pass.score.clone();
        for (j, s) in score.iter_mut().enumerate() {
            *s -= self.ridge(j) * at.beta[j];
        }
        let mut hat = None;
        let mut curvature = None;
        if matches!(self.penalty, Penalty::Firth) {
            let found = self.design.hat(self.response, &at.eta, &linalg::lower_inverse(factor));
            score.iter_mut().zip(&found.pull).for_each(|(s, a)| *s += a);
            // The information alone ignores that the adjustment falls with beta, and overshoots by up to two.
            curvature = linalg::cholesky(&found.curvature).ok();
            hat = Some(found.diagonal);
        }
        let natural = linalg::solve(factor, &score);
        let decrement = linalg::dot(&natural, &score).max(0.0).sqrt();
        let step = curvature.map_or(natural, |l| linalg::solve(&l, &score));
        let max_score = score
            .iter()
            .enumerate()
            .fold(0.0_f64, |m, (j, s)| m.max(s.abs() / (at.pass.information[[j, j]] + self.ridge(j)).sqrt()));
        Slope { hat, step, decrement, max_score }
    }

    /// Exact collinearity is decided on the columns, not on their products.
    fn refuse_collinear(&self, first: &Point) -> Result<(), IrlsError> {
        if matches!(self.penalty, Penalty::Ridge(lambda) if lambda > 0.0) {
            return Ok(());
        }
        let suspect = first.factor.as_ref().map_or(true, |l| {
            (0..l.nrows()).any(|j| l[[j, j]] * l[[j, j]] < SUSPECT_PIVOT * first.pass.information[[j, j]])
        });
        if !suspect {
            return Ok(());
        }
        let columns: Vec<usize> =
            find_aliased_weighted(self.design.x, self.response.weights).aliased.iter().map(|a| a.column).collect();
        match (&first.factor, columns.is_empty()) {
            (_, false) => Err(IrlsError::Singular { columns }),
            (Err(column), true) => Err(IrlsError::Singular { columns: vec![*column] }),
            (Ok(_), true) => Ok(()),
        }
    }

    fn run(&self, first: Point, opt: &FitOptions<'_>) -> Result<LogisticFit, IrlsError> {
        let mut at = first;
        let mut best = f64::INFINITY;
        let mut since_best = 0;
        let mut iterations = 0;
        loop {
            let Ok(factor) = at.factor.clone() else {
                return Err(self.no_factor(&at, iterations));
            };
            let slope = self.slope(&at, &factor);
            if slope.decrement < 0.9 * best {
                best = slope.decrement;
                since_best = 0;
            } else {
                since_best += 1;
            }
            let within = slope.decrement <= opt.tolerance && slope.max_score <= opt.tolerance;
            let floor = since_best >= 3 && slope.decrement <= ROUNDING_ZONE;
            if within || floor {
                self.refuse_runaway(&at, &slope)?;
                let stop = if within { StopReason::ScoreWithinTolerance } else { StopReason::RoundingFloor };
                return Ok(self.finish(at, &factor, slope, iterations, stop));
            }
            if iterations >= opt.max_iterations {
                return Err(self.gave_up(&at, &slope, iterations));
            }
            let Some(next) = self.advance(&at, &slope) else {
                return Err(self.gave_up(&at, &slope, iterations));
            };
            iterations += 1;
            let moved = at.eta.iter().zip(&next.eta).fold(0.0_f64, |m, (a, b)| m.max((a - b).abs()));
            if matches!(self.penalty, Penalty::None) && iterations >= SEPARATION_FROM && moved > 0.5 {
                let found = separation::certify(self.design, self.response, &next.beta)
                    .or_else(|| separation::certify(self.design, self.response, &slope.step));
                if let Some(found) = found {
                    return Err(self.separated(found));
                }
            }
            at = next;
        }
    }

    /// A Newton step, halved until the penalised log-likelihood does not fall.
    fn advance(&self, at: &Point, slope: &Slope) -> Option<Point> {
        let slack = 1e-13 * (1.0 + at.objective.abs());
        let mut share = 1.0;
        for _ in 0..MAX_HALVINGS {
            let beta: Vec<f64> = at.beta.iter().zip(&slope.step).map(|(b, s)| b + share * s).collect();
            let next = self.evaluate(beta);
            let rises = next.objective.is_finite() && next.objective >= at.objective - slack;
            if rises || (slope.decrement < QUADRATIC_ZONE && next.factor.is_ok()) {
                return Some(next);
            }
            share *= 0.5;
        }
        None
    }

    fn no_factor(&self, at: &Point, iterations: usize) -> IrlsError {
        if matches!(self.penalty, Penalty::None)
            && let Some(found) = separation::detect(self.design, self.response, &[&at.beta])
        {
            return self.separated(found);
        }
        match at.factor {
            Err(column) if iterations == 0 => IrlsError::Singular { columns: vec![column] },
            _ => IrlsError::NotConverged { iterations, decrement: f64::INFINITY },
        }
    }

    fn gave_up(&self, at: &Point, slope: &Slope, iterations: usize) -> IrlsError {
        if matches!(self.penalty, Penalty::None)
            && let Some(found) = separation::detect(self.design, self.response, &[&at.beta, &slope.step])
        {
            return self.separated(found);
        }
        IrlsError::NotConverged { iterations, decrement: slope.decrement }
    }

    /// Near an optimum at infinity the decrement vanishes too, but the next step still moves the runaway rows.
    fn refuse_runaway(&self, at: &Point, slope: &Slope) -> Result<(), IrlsError> {
        let extreme = at.eta.iter().any(|e| e.abs() > EXTREME_ETA);
        if !extreme || !matches!(self.penalty, Penalty::None) {
            return Ok(());
        }
        let moves = self.design.project(&slope.step).iter().any(|m| m.abs() > 1e-3);
        match moves.then(|| separation::detect(self.design, self.response, &[&at.beta, &slope.step])).flatten() {
            Some(found) => Err(self.separated(found)),
            None => Ok(()),
        }
    }

    fn separated(&self, found: Direction) -> IrlsError {
        let frame = &self.design.frame;
        let outside = frame.outside(&found.scaled);
        let largest = found.scaled.iter().fold(0.0_f64, |m, d| m.max(d.abs()));
        let columns = (0..outside.len())
            .filter(|&j| {
                if frame.intercept == Some(j) {
                    let parts: f64 =
                        (0..outside.len()).filter(|&k| k != j).map(|k| (outside[k] * frame.centre[k]).abs()).sum();
                    outside[j].abs() > 1e-5 * (found.scaled[j].abs() + parts)
                } else {
                    found.scaled[j].abs() > 1e-5 * largest
                }
            })
            .map(|column| Diverging { column, upward: outside[column] > 0.0 })
            .collect();
        IrlsError::Separation { columns, rows: found.rows, complete: found.complete }
    }

    fn finish(
        &self,
        at: Point,
        factor: &Array2<f64>,
        slope: Slope,
        iterations: usize,
        stop: StopReason,
    ) -> LogisticFit {
        let frame = self.design.frame.clone();
        let scaled_inverse = linalg::inverse(factor);
        let fitted: Vec<f64> = at.eta.iter().map(|&e| logistic(e).0).collect();
        let r = self.response;
        let score_residual = (0..fitted.len())
            .map(|i| {
                let pull = slope.hat.as_ref().map_or(0.0, |h| h[i] * (0.5 - fitted[i]));
                r.weight(i) * (r.y[i] - fitted[i]) + pull
            })
            .collect();
        let shift = if matches!(self.penalty, Penalty::Firth) { 0.5 * frame.log_det_shift() } else { 0.0 };
        LogisticFit {
            coef: frame.outside(&at.beta),
            fitted,
            score_residual,
            log_likelihood: at.pass.log_likelihood,
            penalised_log_likelihood: at.objective + shift,
            iterations,
            max_score: slope.max_score,
            stop,
            information: frame.information_outside(&at.pass.information),
            covariance_model: frame.covariance_outside(&scaled_inverse),
            condition_number: linalg::condition_number(&at.pass.information),
            penalty: self.penalty,
            n_rows: at.eta.len(),
            n_events: (0..at.eta.len()).filter(|&i| r.y[i] > 0.5 && r.weight(i) > 0.0).count(),
            eta: at.eta,
            frame,
            scaled_inverse,
        }
    }
}
