//! Strata with both outcomes, gathered, centred and scaled, and the conditional likelihood over them.

use ndarray::Array2;
use rayon::prelude::*;

use super::alias::find_aliased;
use super::conditional_error::ConditionalError;
use super::linalg;
use super::matrix::Matrix;
use super::subsets::{subsets, triangle};

/// Strata per partial sum: a function of nothing, so the number of threads changes no digit.
const CHUNK_STRATA: usize = 32;
/// A column whose spread within strata is below this share of its size is constant there.
const CONSTANT_WITHIN: f64 = 1e-12;
/// Violations of the ranking below this share of its largest gap are rounding.
const VIOLATION: f64 = 1e-7;

/// One stratum in the gathered rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    start: usize,
    n: usize,
    size: usize,
}

/// Rows of the strata used. Where events are the majority, outcome and sign of the columns are turned: the likelihood of
/// the non-events under `-x` is the same, and its sums are shorter.
#[derive(Debug)]
pub(crate) struct Strata {
    /// (n, p) row by row, centred within the stratum, scaled to unit spread.
    z: Vec<f64>,
    pub(crate) y: Vec<f64>,
    pub(crate) spans: Vec<Span>,
    pub(crate) n_dropped: usize,
    pub(crate) inv_scale: Vec<f64>,
}

/// Everything known at one `beta` (scaled units).
#[derive(Debug, Clone)]
pub(crate) struct Pass {
    pub(crate) beta: Vec<f64>,
    pub(crate) log_likelihood: f64,
    pub(crate) score: Vec<f64>,
    pub(crate) information: Array2<f64>,
}

/// Log-likelihood, score and lower triangle of the information of some strata.
struct Part {
    log_likelihood: f64,
    score: Vec<f64>,
    lower: Vec<f64>,
}

impl Part {
    fn zero(p: usize) -> Self {
        Self { log_likelihood: 0.0, score: vec![0.0; p], lower: vec![0.0; triangle(p)] }
    }
}

impl Strata {
    pub(crate) fn new(x: &Matrix<'_>, y: &[f64], stratum: &[u32]) -> Result<Self, ConditionalError> {
        let p = x.n_cols();
        let mut order: Vec<usize> = (0..y.len()).collect();
        order.sort_by_key(|&i| stratum[i]);
        let mut found = Self { z: Vec::new(), y: Vec::new(), spans: Vec::new(), n_dropped: 0, inv_scale: vec![0.0; p] };
        let mut magnitude = vec![0.0_f64; p];
        for rows in order.chunk_by(|&a, &b| stratum[a] == stratum[b]) {
            let events = rows.iter().filter(|&&i| y[i] > 0.5).count();
            if events == 0 || events == rows.len() {
                found.n_dropped += 1;
                continue;
            }
            let (start, turned) = (found.y.len(), 2 * events > rows.len());
            found.spans.push(Span { start, n: rows.len(), size: events.min(rows.len() - events) });
            found.y.extend(rows.iter().map(|&i| if turned { 1.0 - y[i] } else { y[i] }));
            found.z.resize(found.y.len() * p, 0.0);
            for (j, magnitude) in magnitude.iter_mut().enumerate() {
                let values: Vec<f64> = rows.iter().map(|&i| x.col(j)[i]).collect();
                *magnitude = values.iter().fold(*magnitude, |m, v| m.max(v.abs()));
                // Rounding of the mean must not make a constant vary.
                if values.iter().all(|&v| (v - values[0]).abs() <= 0.0) {
                    continue;
                }
                let mean = super::moments::mean(&values);
                for (i, v) in values.iter().enumerate() {
                    found.z[(start + i) * p + j] = if turned { mean - v } else { v - mean };
                }
            }
        }
        if found.spans.is_empty() {
            return Err(ConditionalError::NoVariation { n_strata: found.n_dropped });
        }
        found.scale(&magnitude)?;
        Ok(found)
    }

    fn scale(&mut self, magnitude: &[f64]) -> Result<(), ConditionalError> {
        let p = magnitude.len();
        let mut columns = Vec::new();
        for (j, magnitude) in magnitude.iter().enumerate() {
            let column = || self.z.iter().skip(j).step_by(p);
            // In units of the largest deviation, so that squares neither overflow nor vanish.
            let largest = column().fold(0.0_f64, |m, z| m.max(z.abs()));
            let squares: f64 = column().map(|z| (z / largest) * (z / largest)).sum();
            self.inv_scale[j] = 1.0 / (largest * (squares / self.y.len() as f64).sqrt());
            if largest <= CONSTANT_WITHIN * magnitude || !self.inv_scale[j].is_finite() {
                columns.push(j);
            }
        }
        if !columns.is_empty() {
            return Err(ConditionalError::ConstantWithin { columns });
        }
        for row in self.z.chunks_mut(p) {
            row.iter_mut().zip(&self.inv_scale).for_each(|(z, s)| *z *= s);
        }
        Ok(())
    }

    /// Columns that are combinations of earlier ones within the strata.
    pub(crate) fn aliased(&self) -> Vec<usize> {
        let p = self.inv_scale.len();
        let cols: Vec<Vec<f64>> = (0..p).map(|j| self.z.iter().skip(j).step_by(p).copied().collect()).collect();
        match Matrix::new(cols.iter().map(Vec::as_slice).collect()) {
            Ok(x) => find_aliased(&x).aliased.iter().map(|a| a.column).collect(),
            Err(_) => (0..p).collect(),
        }
    }

    fn project(&self, direction: &[f64]) -> Vec<f64> {
        self.z.chunks(direction.len()).map(|z| linalg::dot(z, direction)).collect()
    }

    /// Log-likelihood, score and information; `None` where a linear predictor runs out of range.
    pub(crate) fn evaluate(&self, beta: Vec<f64>) -> Option<Pass> {
        let p = beta.len();
        let eta = self.project(&beta);
        if eta.iter().any(|e| !e.is_finite()) {
            return None;
        }
        let parts: Vec<Option<Part>> = self
            .spans
            .par_chunks(CHUNK_STRATA)
            .map(|spans| {
                let mut part = Part::zero(p);
                for span in spans {
                    let rows = span.start..span.start + span.n;
                    let z = &self.z[rows.start * p..rows.end * p];
                    let sums = subsets(&eta[rows.clone()], z, p, span.size)?;
                    part.log_likelihood -= sums.log_sum;
                    for (i, z) in rows.zip(z.chunks(p)).filter(|(i, _)| self.y[*i] > 0.5) {
                        part.log_likelihood += eta[i];
                        part.score.iter_mut().zip(z).for_each(|(s, z)| *s += z);
                    }
                    part.score.iter_mut().zip(&sums.mean).for_each(|(s, m)| *s -= m);
                    part.lower.iter_mut().zip(&sums.covariance).for_each(|(s, v)| *s += v);
                }
                Some(part)
            })
            .collect();
        let mut all = Part::zero(p);
        for part in parts {
            let part = part?;
            all.log_likelihood += part.log_likelihood;
            all.score.iter_mut().zip(&part.score).for_each(|(a, b)| *a += b);
            all.lower.iter_mut().zip(&part.lower).for_each(|(a, b)| *a += b);
        }
        let information = Array2::from_shape_fn((p, p), |(i, j)| all.lower[triangle(i.max(j)) + i.min(j)]);
        Some(Pass { beta, log_likelihood: all.log_likelihood, score: all.score, information })
    }

    /// Largest change of a linear predictor, within its stratum, along a step.
    pub(crate) fn largest_move(&self, step: &[f64]) -> f64 {
        self.project(step).iter().fold(0.0, |m, v| m.max(v.abs()))
    }

    /// The number of strata in which some event ranks above some non-event, if in none an event ranks below one: then the
    /// observed subset is the likeliest of its size at every point along the direction, and no finite maximum exists.
    pub(crate) fn separated_along(&self, direction: &[f64]) -> Option<usize> {
        let u = self.project(direction);
        let ranges: Vec<[f64; 4]> = self
            .spans
            .iter()
            .map(|s| {
                let range = |event: bool| {
                    (s.start..s.start + s.n)
                        .filter(|&i| (self.y[i] > 0.5) == event)
                        .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), i| (l.min(u[i]), h.max(u[i])))
                };
                let ((el, eh), (ol, oh)) = (range(true), range(false));
                [el, eh, ol, oh]
            })
            .collect();
        let largest = ranges.iter().fold(0.0_f64, |m, [_, eh, ol, _]| m.max(eh - ol));
        let proved = largest > 0.0 && ranges.iter().all(|[el, _, _, oh]| el - oh >= -VIOLATION * largest);
        proved.then(|| ranges.iter().filter(|[_, eh, ol, _]| eh - ol > 10.0 * VIOLATION * largest).count())
    }
}
