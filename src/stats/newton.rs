//! Newton's method on the penalised log-likelihood, with its way out where there is no optimum.

use ndarray::Array2;
use rayon::prelude::*;

use super::alias::find_aliased_weighted;
use super::damping::Damping;
use super::irls::{DEFAULT_TOLERANCE, Diverging, FitOptions, IrlsError, Link, LogisticFit, Penalty, StopReason};
use super::kernel;
use super::linalg;
use super::rows::{Pass, Response, Scaled};
use super::separation::{self, Direction};

/// Half steps tried before a Newton step is damped.
const MAX_HALVINGS: usize = 12;
/// Within this many standard errors of the optimum a full step is taken without comparing log-likelihoods, whose
/// difference is below their rounding there.
const QUADRATIC_ZONE: f64 = 1e-5;
/// Within this many standard errors of the optimum the curvature of a penalised fit learns from the last step.
const SECANT_ZONE: f64 = 1.0;
/// Distance from the optimum, in standard errors, at which progress lost to rounding counts as arrival.
const ROUNDING_ZONE: f64 = 1e-7;
/// A large table is left this many times the tolerance from the optimum, if no log-odds then lacks more than the tolerance.
const CLOSE: f64 = 1e3;
/// A first relative pivot below this has the columns examined for exact collinearity.
const SUSPECT_PIVOT: f64 = 1e-9;
/// Newton steps before rows that still move are examined for separation.
const SEPARATION_FROM: usize = 8;
/// Log-odds beyond which an apparently converged fit is examined for separation.
const EXTREME_ETA: f64 = 12.0;
/// Rows from which the first guess comes from a sample of blocks.
const SAMPLED_FROM: usize = 1 << 15;
/// About so many rows are in that sample ...
const SAMPLE_ROWS: usize = 1 << 13;
/// ... but never less than one block in so many.
const MAX_SPARSITY: usize = 16;
/// Newton steps on the sample at most.
const SAMPLE_STEPS: usize = 8;
/// The last of them reads so many times as many blocks, which saves a step on the whole table.
const DENSER: usize = 3;

/// The caller's, or the intercept alone.
fn first_guess(design: &Scaled<'_>, r: &Response<'_>, opt: &FitOptions<'_>) -> Vec<f64> {
    if let Some(start) = opt.start {
        return design.frame.inside(start);
    }
    let mut beta = vec![0.0; design.x.n_cols()];
    if let (Some(k), None) = (opt.intercept, r.offset) {
        let (total, events) = totals(r);
        beta[k] = r.link.predictor(events / total);
    }
    beta
}

/// Weight of all rows and of those with the event.
fn totals(r: &Response<'_>) -> (f64, f64) {
    match r.weights {
        // Whole numbers: exact in any order.
        None => (r.y.len() as f64, r.y.par_chunks(PARALLEL).map(|y| y.iter().sum::<f64>()).sum()),
        Some(w) => w.iter().zip(r.y).fold((0.0, 0.0), |(t, e), (w, y)| (t + w, e + w * y)),
    }
}

/// Everything known at one `beta`.
pub(super) struct Point {
    pub(super) beta: Vec<f64>,
    pub(super) eta: Vec<f64>,
    pass: Pass,
    /// Factor of the penalised information, or the column that broke it.
    factor: Result<Array2<f64>, usize>,
    /// Penalised log-likelihood in scaled units.
    pub(super) objective: f64,
}

/// Penalised score at a point, and what follows from it.
struct Slope {
    hat: Option<Vec<f64>>,
    score: Vec<f64>,
    step: Vec<f64>,
    decrement: f64,
    max_score: f64,
}

/// The matrix with row and column `j` of the identity, so that a solution has nothing there.
fn without(a: &Array2<f64>, j: usize) -> Array2<f64> {
    let mut reduced = a.clone();
    reduced.row_mut(j).fill(0.0);
    reduced.column_mut(j).fill(0.0);
    reduced[[j, j]] = 1.0;
    reduced
}

/// Makes a curvature agree with the last step, by the update of Broyden, Fletcher, Goldfarb and Shanno.
///
/// # Formula
/// ```text
/// C + y y′ / y′s − C s s′ C / s′C s        s: step, y: fall of the score along it
/// ```
/// The curvature of Firth's adjustment is an upper bound where a row is all that is known of a column; steps then arrive at a
/// geometric rate, along one direction, which is the last one.
///
/// # Source
/// Nocedal & Wright (2006), *Numerical Optimization*, section 6.1.
fn secant(curvature: &mut Array2<f64>, step: &[f64], before: &[f64], score: &[f64]) {
    let fall: Vec<f64> = before.iter().zip(score).map(|(before, now)| before - now).collect();
    let bent: Vec<f64> =
        curvature.outer_iter().map(|row| row.iter().zip(step).map(|(c, s)| c * s).sum::<f64>()).collect();
    let (found, bound) = (linalg::dot(&fall, step), linalg::dot(&bent, step));
    // Next to nothing along the step, or less: then it is rounding, or no maximum.
    if !(bound > 0.0 && found > 0.01 * bound) {
        return;
    }
    for ((i, j), c) in curvature.indexed_iter_mut() {
        *c += fall[i] * fall[j] / found - bent[i] * bent[j] / bound;
    }
}

/// Values handed to a thread at a time.
const PARALLEL: usize = 1 << 15;

/// Largest change of a linear predictor.
fn moved(before: &[f64], after: &[f64]) -> f64 {
    before.iter().zip(after).fold(0.0_f64, |m, (a, b)| m.max((a - b).abs()))
}

pub(super) struct Newton<'a> {
    pub(super) design: &'a Scaled<'a>,
    pub(super) response: &'a Response<'a>,
    pub(super) penalty: Penalty,
    /// A coefficient that stays at a value in reporting units.
    pub(super) held: Option<(usize, f64)>,
}

impl Newton<'_> {
    pub(super) fn fit(&self, opt: &FitOptions<'_>) -> Result<LogisticFit, IrlsError> {
        let first = self.first_point(opt);
        self.refuse_collinear(&first)?;
        self.run(first, opt)
    }

    /// Ridge weight of scaled coefficient `j`.
    fn ridge(&self, j: usize) -> f64 {
        match self.penalty {
            Penalty::Ridge(lambda) if self.design.frame.intercept != Some(j) => {
                lambda * self.design.frame.inv_scale[j] * self.design.frame.inv_scale[j]
            }
            _ => 0.0,
        }
    }

    /// The caller's start, or a fit on a sample of blocks where there are many, or the intercept alone.
    fn first_point(&self, opt: &FitOptions<'_>) -> Point {
        let n = self.design.x.n_rows();
        let mut guess = first_guess(self.design, self.response, opt);
        if let Some((j, value)) = self.held {
            guess[j] = value / self.design.frame.inv_scale[j];
        }
        if n >= SAMPLED_FROM
            && opt.start.is_none()
            && opt.offset.is_none()
            && opt.intercept.is_some()
            && self.held.is_none()
        {
            let mut eta = vec![0.0; n];
            let Some(beta) = self.sampled_guess(guess.clone(), &mut eta) else {
                return self.evaluate(guess, eta);
            };
            let point = self.evaluate(beta, eta);
            // Better than the intercept alone, or the sample was no image of the table.
            let (total, events) = totals(self.response);
            let alone = |y| self.response.link.row(self.response.link.predictor(events / total), y).log_likelihood;
            if point.factor.is_ok() && point.pass.log_likelihood > events * alone(1.0) + (total - events) * alone(0.0) {
                return point;
            }
            return self.evaluate(guess, point.eta);
        }
        self.evaluate(guess, vec![0.0; n])
    }

    /// Newton steps on one block in so many, and a last one on more of them.
    fn sampled_guess(&self, guess: Vec<f64>, eta: &mut [f64]) -> Option<Vec<f64>> {
        let every = (eta.len() / SAMPLE_ROWS).clamp(2, MAX_SPARSITY);
        let mut beta = guess;
        let mut before = f64::NEG_INFINITY;
        for _ in 0..SAMPLE_STEPS {
            let (log_likelihood, decrement) = self.sample_step(&mut beta, eta, every)?;
            if log_likelihood < before {
                return None;
            }
            before = log_likelihood;
            if decrement < 0.5 {
                break;
            }
        }
        if every / DENSER > 1 {
            self.sample_step(&mut beta, eta, every / DENSER)?;
        }
        Some(beta)
    }

    /// One step on one block in so many: log-likelihood before it, and its length in standard errors.
    fn sample_step(&self, beta: &mut [f64], eta: &mut [f64], every: usize) -> Option<(f64, f64)> {
        let pass = self.design.pass(self.response, beta, eta, every);
        if !pass.log_likelihood.is_finite() {
            return None;
        }
        let mut information = pass.information;
        for j in 0..beta.len() {
            // One more row's worth of caution per column: the sample may be separated.
            information[[j, j]] += 1.0;
        }
        let factor = linalg::cholesky(&information).ok()?;
        let step = linalg::solve(&factor, &pass.score);
        beta.iter_mut().zip(&step).for_each(|(b, s)| *b += s);
        Some((pass.log_likelihood, linalg::dot(&step, &pass.score).max(0.0).sqrt()))
    }

    pub(super) fn evaluate(&self, beta: Vec<f64>, mut eta: Vec<f64>) -> Point {
        let pass = self.design.pass(self.response, &beta, &mut eta, 1);
        let mut objective = pass.log_likelihood;
        for (j, b) in beta.iter().enumerate() {
            objective -= 0.5 * self.ridge(j) * b * b;
        }
        let factor = linalg::cholesky(&self.penalised(&pass.information));
        if matches!(self.penalty, Penalty::Firth) {
            objective += factor.as_ref().map_or(f64::NEG_INFINITY, |l| 0.5 * linalg::log_det(l));
        }
        Point { beta, eta, pass, factor, objective }
    }

    fn penalised(&self, information: &Array2<f64>) -> Array2<f64> {
        let mut penalised = information.clone();
        for j in 0..penalised.nrows() {
            penalised[[j, j]] += self.ridge(j);
        }
        penalised
    }

    /// Of a point, as steps are solved with.
    pub(super) fn information(&self, at: &Point) -> Array2<f64> {
        let penalised = self.penalised(&at.pass.information);
        match self.held {
            Some((j, _)) => without(&penalised, j),
            None => penalised,
        }
    }

    /// Weight of all rows.
    pub(super) fn total_weight(&self) -> f64 {
        totals(self.response).0
    }

    /// What the objective may lose to rounding.
    pub(super) fn slack(&self, at: &Point) -> f64 {
        1e-13 * (1.0 + at.objective.abs())
    }

    /// Score with ridge, without Firth's pull.
    fn score(&self, at: &Point) -> Vec<f64> {
        let mut score = at.pass.score.clone();
        for (j, s) in score.iter_mut().enumerate() {
            *s -= self.ridge(j) * at.beta[j];
        }
        if let Some((j, _)) = self.held {
            score[j] = 0.0;
        }
        score
    }

    /// `last`: the step that led here, and the score before it.
    fn slope(&self, at: &Point, factor: &Array2<f64>, last: Option<&(Vec<f64>, Vec<f64>)>) -> Slope {
        let mut score = self.score(at);
        let mut hat = None;
        let mut curvature = None;
        if matches!(self.penalty, Penalty::Firth) {
            let found = self.design.hat(self.response, &at.eta, &linalg::lower_inverse(factor));
            score.iter_mut().zip(&found.pull).for_each(|(s, a)| *s += a);
            // The information alone ignores that the adjustment falls with beta, and overshoots by up to two.
            curvature = Some(self.held.map_or_else(|| found.curvature.clone(), |(j, _)| without(&found.curvature, j)));
            hat = Some(found.diagonal);
        }
        let reduced = self.held.and_then(|(j, _)| {
            score[j] = 0.0;
            linalg::cholesky(&self.information(at)).ok()
        });
        let natural = linalg::solve(reduced.as_ref().unwrap_or(factor), &score);
        let decrement = linalg::dot(&natural, &score).max(0.0).sqrt();
        let curvature = curvature.and_then(|mut curvature| {
            if let Some((moved, before)) = last.filter(|_| decrement < SECANT_ZONE) {
                secant(&mut curvature, moved, before, &score);
            }
            linalg::cholesky(&curvature).ok()
        });
        let step = curvature.map_or(natural, |l| linalg::solve(&l, &score));
        let max_score = score
            .iter()
            .enumerate()
            .fold(0.0_f64, |m, (j, s)| m.max(s.abs() / (at.pass.information[[j, j]] + self.ridge(j)).sqrt()));
        Slope { hat, score, step, decrement, max_score }
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
        let mut spare = vec![0.0; at.eta.len()];
        let mut best = f64::INFINITY;
        let mut since_best = 0;
        let mut iterations = 0;
        let mut damping = Damping::default();
        let mut last: Option<(Vec<f64>, Vec<f64>)> = None;
        loop {
            let Ok(factor) = at.factor.clone() else {
                if iterations >= opt.max_iterations || !at.objective.is_finite() {
                    return Err(self.no_factor(&at, iterations));
                }
                self.refuse_separated(&[&at.beta])?;
                let Ok(next) = damping.step(self, &at, &self.score(&at), spare) else {
                    return Err(self.no_factor(&at, iterations));
                };
                iterations += 1;
                spare = std::mem::replace(&mut at, next).eta;
                continue;
            };
            let slope = self.slope(&at, &factor, last.as_ref());
            if slope.decrement < 0.9 * best {
                best = slope.decrement;
                since_best = 0;
            } else {
                since_best += 1;
            }
            // Near an optimum at infinity a loose tolerance is soon met; whether there is one only a tight one tells.
            let within = self.arrived(&at, &slope, opt.tolerance)
                && (opt.tolerance <= DEFAULT_TOLERANCE
                    || self.arrived(&at, &slope, DEFAULT_TOLERANCE)
                    || !self.runs_away(&at, &slope));
            let floor = since_best >= 3 && slope.decrement <= ROUNDING_ZONE;
            if within || floor {
                self.refuse_runaway(&at, &slope)?;
                let stop = if within { StopReason::ScoreWithinTolerance } else { StopReason::RoundingFloor };
                return Ok(self.finish(at, &factor, slope, iterations, stop, spare));
            }
            if iterations >= opt.max_iterations {
                return Err(self.gave_up(&at, &slope, iterations));
            }
            // While steps are damped, Newton's own is tried whole: once it leads somewhere, damping has done its work.
            let tries = if damping.is_on() { 1 } else { MAX_HALVINGS };
            let next = match self.advance(&at, &slope, spare, tries) {
                Ok(next) => {
                    damping.off();
                    next
                }
                Err(eta) => match damping.step(self, &at, &slope.score, eta) {
                    Ok(next) => next,
                    Err(_) => return Err(self.gave_up(&at, &slope, iterations)),
                },
            };
            iterations += 1;
            if iterations >= SEPARATION_FROM && moved(&at.eta, &next.eta) > 0.5 {
                self.refuse_separated(&[&next.beta, &slope.step])?;
            }
            let moved = next.beta.iter().zip(&at.beta).map(|(after, before)| after - before).collect();
            last = Some((moved, slope.score));
            spare = std::mem::replace(&mut at, next).eta;
        }
    }

    /// Within the tolerance in standard errors, or so close that the rows' log-odds would move by less than it.
    fn arrived(&self, at: &Point, slope: &Slope, tolerance: f64) -> bool {
        let distance = slope.decrement.max(slope.max_score);
        // decrement² = Σ w (move of eta)², and Σ w is the intercept's information.
        let rows = self.design.frame.intercept.map_or(0.0, |k| at.pass.information[[k, k]].sqrt());
        distance <= tolerance || (distance <= CLOSE * tolerance && slope.decrement <= tolerance * rows)
    }

    /// A Newton step, halved until the penalised log-likelihood does not fall.
    fn advance(&self, at: &Point, slope: &Slope, mut eta: Vec<f64>, tries: usize) -> Result<Point, Vec<f64>> {
        let slack = self.slack(at);
        let mut share = 1.0;
        for _ in 0..tries {
            let beta: Vec<f64> = at.beta.iter().zip(&slope.step).map(|(b, s)| b + share * s).collect();
            let next = self.evaluate(beta, eta);
            let rises = next.objective.is_finite() && next.objective >= at.objective - slack;
            if rises || (slope.decrement < QUADRATIC_ZONE && next.factor.is_ok()) {
                return Ok(next);
            }
            eta = next.eta;
            share *= 0.5;
        }
        Err(eta)
    }

    /// An error where one of the directions is proved to separate the rows.
    fn refuse_separated(&self, candidates: &[&[f64]]) -> Result<(), IrlsError> {
        if !matches!(self.penalty, Penalty::None) {
            return Ok(());
        }
        let found = candidates.iter().find_map(|c| separation::certify(self.design, self.response, c));
        found.map_or(Ok(()), |found| Err(self.separated(found)))
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
        let runs = self.runs_away(at, slope);
        match runs.then(|| separation::detect(self.design, self.response, &[&at.beta, &slope.step])).flatten() {
            Some(found) => Err(self.separated(found)),
            None => Ok(()),
        }
    }

    /// Some row is all but sure, and the next step still moves a row.
    fn runs_away(&self, at: &Point, slope: &Slope) -> bool {
        matches!(self.penalty, Penalty::None)
            && at.eta.iter().any(|e| e.abs() > EXTREME_ETA)
            && self.design.project(&slope.step).iter().any(|m| m.abs() > 1e-3)
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
        mut fitted: Vec<f64>,
    ) -> LogisticFit {
        let frame = self.design.frame.clone();
        let scaled_inverse = linalg::inverse(factor);
        let r = self.response;
        let mut score_residual = vec![0.0; at.eta.len()];
        let parts = fitted.par_chunks_mut(PARALLEL).zip(score_residual.par_chunks_mut(PARALLEL)).enumerate();
        let n_events = parts
            .map(|(part, (fitted, residual))| {
                let first = part * PARALLEL;
                self.last_rows(&at, slope.hat.as_deref(), first, fitted, residual)
            })
            .sum();
        let shift = if matches!(self.penalty, Penalty::Firth) { 0.5 * frame.log_det_shift() } else { 0.0 };
        // The step already found, too small to matter for any other number, takes the last digits out of the start.
        let within = stop == StopReason::ScoreWithinTolerance;
        let last = |(b, s): (&f64, &f64)| if within { b + s } else { *b };
        let beta: Vec<f64> = at.beta.iter().zip(&slope.step).map(last).collect();
        LogisticFit {
            coef: frame.outside(&beta),
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
            link: r.link,
            n_rows: at.eta.len(),
            n_events,
            eta: at.eta,
            frame,
            scaled_inverse,
        }
    }

    /// Fitted values and score residuals of the rows from `first`; returns how many events count.
    fn last_rows(
        &self,
        at: &Point,
        hat: Option<&[f64]>,
        first: usize,
        fitted: &mut [f64],
        residual: &mut [f64],
    ) -> usize {
        let r = self.response;
        let rows = first..first + fitted.len();
        match (r.link, r.weights, hat) {
            (Link::Logit, None, None) => {
                kernel::means(&at.eta[rows.clone()], fitted);
                for ((residual, &mean), &y) in residual.iter_mut().zip(&*fitted).zip(&r.y[rows.clone()]) {
                    *residual = y - mean;
                }
            }
            _ => {
                for ((fitted, residual), i) in fitted.iter_mut().zip(residual).zip(rows.clone()) {
                    let row = r.link.row(at.eta[i], r.y[i]);
                    let pull = hat.map_or(0.0, |h| h[i] * (0.5 - row.mean));
                    (*fitted, *residual) = (row.mean, r.weight(i) * row.residual + pull);
                }
            }
        }
        rows.filter(|&i| r.y[i] > 0.5 && r.weight(i) > 0.0).count()
    }
}
