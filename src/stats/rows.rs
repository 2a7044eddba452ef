//! Passes over the rows of a centred and scaled design, in fixed chunks so that threads never change a digit.

use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::{Accum, MatMut, MatRef, Par};
use ndarray::Array2;
use rayon::prelude::*;

use super::matrix::Matrix;

/// Rows copied at a time into a contiguous buffer: 512 rows of 25 columns are 100 KiB and stay in the second-level cache.
const BLOCK_ROWS: usize = 512;
/// Most partial sums kept at once. A function of nothing, so the order of additions depends on n alone.
const MAX_CHUNKS: usize = 32;
/// Columns whose spread is below this share of their size are constant: fewer than four digits of variation are left.
pub(crate) const CONSTANT_TOLERANCE: f64 = 1e-12;
/// Beyond this log-odds every quantity of a row has reached its limit in double precision.
const ETA_LIMIT: f64 = 700.0;

/// Columns as the solver sees them, `z = (x - centre) * inv_scale`, without a copy of the matrix.
#[derive(Debug, Clone)]
pub(crate) struct Scaled<'a> {
    pub(crate) x: &'a Matrix<'a>,
    pub(crate) frame: Frame,
}

/// Centre and scale per column, and the way back to reporting units.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) centre: Vec<f64>,
    pub(crate) inv_scale: Vec<f64>,
    pub(crate) intercept: Option<usize>,
}

/// Sum of `term` over the values in eight independent sums, in an order that does not depend on the machine.
fn lane_sum(col: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    let mut sums = [0.0; 8];
    let eights = col.chunks_exact(8);
    let rest: f64 = eights.remainder().iter().map(|&v| term(v)).sum();
    for eight in eights {
        for (sum, &v) in sums.iter_mut().zip(eight) {
            *sum += term(v);
        }
    }
    sums.iter().sum::<f64>() + rest
}

/// Mean and root sum of squares about it (about zero unless `centred`), safe against overflow and underflow.
pub(crate) fn centre_and_norm(col: &[f64], centred: bool) -> (f64, f64) {
    let n = col.len().max(1) as f64;
    let centre_of = |unit: f64| {
        if !centred {
            return 0.0;
        }
        let first = lane_sum(col, |v| v * unit) / n;
        first + lane_sum(col, |v| v * unit - first) / n
    };
    let square = |v: f64| v * v;
    let mean = centre_of(1.0);
    let squares = lane_sum(col, |v| square(v - mean));
    if (1e-200..1e200).contains(&squares) {
        return (mean, squares.sqrt());
    }
    let largest = col.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let unit = 1.0 / largest;
    if !unit.is_finite() || largest <= 0.0 {
        return (0.0, 0.0);
    }
    let mean = centre_of(unit);
    (mean * largest, lane_sum(col, |v| square(v * unit - mean)).sqrt() * largest)
}

impl Frame {
    /// Centres (when an intercept can take up the shift) and scales to unit standard deviation.
    ///
    /// A constant column beside an intercept gets `inv_scale = 0`; the caller must treat it as aliased.
    pub(crate) fn of(x: &Matrix<'_>, intercept: Option<usize>) -> Self {
        let root_n = (x.n_rows().max(1) as f64).sqrt();
        let pairs: Vec<(f64, f64)> = (0..x.n_cols())
            .into_par_iter()
            .map(|j| {
                if intercept == Some(j) {
                    return (0.0, 1.0);
                }
                let (centre, norm) = centre_and_norm(x.col(j), intercept.is_some());
                let sd = norm / root_n;
                let inv = 1.0 / sd;
                if sd <= CONSTANT_TOLERANCE * centre.abs() || !inv.is_finite() { (centre, 0.0) } else { (centre, inv) }
            })
            .collect();
        let (centre, inv_scale) = pairs.into_iter().unzip();
        Self { centre, inv_scale, intercept }
    }

    /// Reporting coefficients from scaled ones.
    pub(crate) fn outside(&self, beta: &[f64]) -> Vec<f64> {
        let mut coef: Vec<f64> = beta.iter().zip(&self.inv_scale).map(|(b, s)| b * s).collect();
        if let Some(k) = self.intercept {
            let shift: f64 = (0..beta.len()).filter(|&j| j != k).map(|j| coef[j] * self.centre[j]).sum();
            coef[k] = beta[k] - shift;
        }
        coef
    }

    /// Scaled coefficients from reporting ones.
    pub(crate) fn inside(&self, coef: &[f64]) -> Vec<f64> {
        let mut beta: Vec<f64> = coef.iter().zip(&self.inv_scale).map(|(b, s)| b / s).collect();
        if let Some(k) = self.intercept {
            let shift: f64 = (0..coef.len()).filter(|&j| j != k).map(|j| coef[j] * self.centre[j]).sum();
            beta[k] = coef[k] + shift;
        }
        beta
    }

    /// `T V Tᵀ` with `coef = T beta`.
    pub(crate) fn covariance_outside(&self, v: &Array2<f64>) -> Array2<f64> {
        let p = v.nrows();
        let mut t = Array2::<f64>::zeros((p, p));
        for j in 0..p {
            t[[j, j]] = self.inv_scale[j];
        }
        if let Some(k) = self.intercept {
            for j in (0..p).filter(|&j| j != k) {
                t[[k, j]] = -self.centre[j] * self.inv_scale[j];
            }
        }
        congruence(&t, v)
    }

    /// `T⁻ᵀ A T⁻¹`: information in reporting units.
    pub(crate) fn information_outside(&self, a: &Array2<f64>) -> Array2<f64> {
        let p = a.nrows();
        let mut t = Array2::<f64>::zeros((p, p));
        for j in 0..p {
            t[[j, j]] = 1.0 / self.inv_scale[j];
        }
        if let Some(k) = self.intercept {
            for j in (0..p).filter(|&j| j != k) {
                t[[j, k]] = self.centre[j];
            }
        }
        congruence(&t, a)
    }

    /// `-2 log |det T|`: what is added to the log determinant of the scaled information.
    pub(crate) fn log_det_shift(&self) -> f64 {
        -2.0 * self.inv_scale.iter().map(|s| s.ln()).sum::<f64>()
    }
}

fn congruence(t: &Array2<f64>, v: &Array2<f64>) -> Array2<f64> {
    let out = t.dot(v).dot(&t.t());
    Array2::from_shape_fn(out.raw_dim(), |(i, j)| 0.5 * (out[[i, j]] + out[[j, i]]))
}

/// What one pass over the rows found at one `beta`.
#[derive(Debug, Clone)]
pub(crate) struct Pass {
    pub(crate) log_likelihood: f64,
    pub(crate) score: Vec<f64>,
    pub(crate) information: Array2<f64>,
}

/// Firth's adjustment at one `beta`.
#[derive(Debug, Clone)]
pub(crate) struct Hat {
    /// `h_i = w_i z_iᵀ A⁻¹ z_i`.
    pub(crate) diagonal: Vec<f64>,
    /// `Σ z_i h_i (1/2 - mu_i)`.
    pub(crate) pull: Vec<f64>,
    /// Derivative of the adjusted score with `h` held: `Σ z_i z_iᵀ (m_i + h_i) mu_i (1 - mu_i)`.
    pub(crate) curvature: Array2<f64>,
}

/// Outcome, prior weights and offset of the rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Response<'a> {
    pub(crate) y: &'a [f64],
    pub(crate) weights: Option<&'a [f64]>,
    pub(crate) offset: Option<&'a [f64]>,
}

impl Response<'_> {
    pub(crate) fn weight(&self, i: usize) -> f64 {
        self.weights.map_or(1.0, |w| w[i])
    }
}

/// Probability, variance `p (1 - p)` and `e^-|eta|`, without overflow or cancellation.
pub(crate) fn logistic(eta: f64) -> (f64, f64, f64) {
    let e = (-eta.abs()).exp();
    let d = 1.0 + e;
    let p = if eta >= 0.0 { 1.0 / d } else { e / d };
    (p, e / (d * d), e)
}

/// Rows per partial sum.
pub(crate) fn chunk_rows(n: usize) -> usize {
    n.div_ceil(BLOCK_ROWS).div_ceil(MAX_CHUNKS).max(1) * BLOCK_ROWS
}

/// Adds the lower triangle of `bufᵀ buf` to `gram` (column-major p by p).
pub(crate) fn add_gram(gram: &mut [f64], buf: &[f64], rows: usize, p: usize) {
    let z = MatRef::from_column_major_slice(&buf[..rows * p], rows, p);
    triangular::matmul(
        MatMut::from_column_major_slice_mut(gram, p, p),
        BlockStructure::TriangularLower,
        Accum::Add,
        z.transpose(),
        BlockStructure::Rectangular,
        z,
        BlockStructure::Rectangular,
        1.0,
        Par::Seq,
    );
}

/// Symmetric matrix from the lower triangle of a column-major one.
pub(crate) fn from_lower(gram: &[f64], p: usize) -> Array2<f64> {
    Array2::from_shape_fn((p, p), |(i, j)| gram[i.min(j) * p + i.max(j)])
}

struct Partial {
    log_likelihood: f64,
    score: Vec<f64>,
    gram: Vec<f64>,
}

impl<'a> Scaled<'a> {
    pub(crate) fn new(x: &'a Matrix<'a>, intercept: Option<usize>) -> Self {
        Self { x, frame: Frame::of(x, intercept) }
    }

    /// Copies rows `start..start + rows` of every column, centred and scaled, into `buf` (column-major).
    pub(crate) fn fill(&self, start: usize, rows: usize, buf: &mut [f64]) {
        for j in 0..self.x.n_cols() {
            let (c, s) = (self.frame.centre[j], self.frame.inv_scale[j]);
            let source = &self.x.col(j)[start..start + rows];
            for (z, &v) in buf[j * rows..(j + 1) * rows].iter_mut().zip(source) {
                *z = (v - c) * s;
            }
        }
    }

    /// Calls `each(start, rows, block, slice of out)` for every block of a chunk, chunks in parallel, and returns the
    /// chunks' states in row order.
    pub(crate) fn chunks<S: Send>(
        &self,
        out: &mut [f64],
        begin: impl Fn() -> S + Sync,
        each: impl Fn(&mut S, usize, usize, &mut [f64], &mut [f64]) + Sync,
    ) -> Vec<S> {
        let p = self.x.n_cols();
        let chunk = chunk_rows(self.x.n_rows());
        out.par_chunks_mut(chunk)
            .enumerate()
            .map(|(c, out)| {
                let mut state = begin();
                let mut buf = vec![0.0; BLOCK_ROWS.min(out.len()) * p];
                for (b, out) in out.chunks_mut(BLOCK_ROWS).enumerate() {
                    let start = c * chunk + b * BLOCK_ROWS;
                    self.fill(start, out.len(), &mut buf);
                    each(&mut state, start, out.len(), &mut buf, out);
                }
                state
            })
            .collect()
    }

    /// Log-likelihood, score and information at `beta`; `eta` receives the linear predictor.
    pub(crate) fn pass(&self, r: &Response<'_>, beta: &[f64], eta: &mut [f64]) -> Pass {
        let p = self.x.n_cols();
        let parts = self.chunks(
            eta,
            || Partial { log_likelihood: 0.0, score: vec![0.0; p], gram: vec![0.0; p * p] },
            |part, start, rows, buf, eta| {
                linear_predictor(buf, rows, beta, r.offset.map(|o| &o[start..start + rows]), eta);
                let mut residual = [0.0; BLOCK_ROWS];
                let mut root = [0.0; BLOCK_ROWS];
                // Unweighted, log(1 + e^-|eta|) of a block is the logarithm of one product, at most 2^512.
                let (mut sum, mut product) = (0.0, 1.0);
                for i in 0..rows {
                    let e = eta[i].clamp(-ETA_LIMIT, ETA_LIMIT);
                    let (mu, variance, small) = logistic(e);
                    let (y, m) = (r.y[start + i], r.weight(start + i));
                    sum += m * (y * e - e.max(0.0));
                    match r.weights {
                        None => product *= 1.0 + small,
                        Some(_) => sum -= m * small.ln_1p(),
                    }
                    residual[i] = m * (y - mu);
                    root[i] = (m * variance).sqrt();
                }
                part.log_likelihood += sum - product.ln();
                add_moment(&mut part.score, buf, &residual[..rows]);
                for z in buf[..rows * p].chunks_mut(rows) {
                    for (z, w) in z.iter_mut().zip(&root[..rows]) {
                        *z *= w;
                    }
                }
                add_gram(&mut part.gram, buf, rows, p);
            },
        );
        let mut sum = Partial { log_likelihood: 0.0, score: vec![0.0; p], gram: vec![0.0; p * p] };
        for part in parts {
            sum.log_likelihood += part.log_likelihood;
            sum.score.iter_mut().zip(&part.score).for_each(|(a, b)| *a += b);
            sum.gram.iter_mut().zip(&part.gram).for_each(|(a, b)| *a += b);
        }
        Pass { log_likelihood: sum.log_likelihood, score: sum.score, information: from_lower(&sum.gram, p) }
    }

    /// Firth's adjustment at `eta`, from the inverse factor of the information.
    pub(crate) fn hat(&self, r: &Response<'_>, eta: &[f64], lower_inverse: &Array2<f64>) -> Hat {
        let p = self.x.n_cols();
        let mut hat = vec![0.0; self.x.n_rows()];
        // Row-major L⁻¹ read as column-major is L⁻ᵀ.
        let transposed: Vec<f64> = lower_inverse.iter().copied().collect();
        let parts = self.chunks(
            &mut hat,
            || (vec![0.0; p], vec![0.0; p * p], vec![0.0; BLOCK_ROWS * p]),
            |(pull, gram, scratch), start, rows, buf, hat| {
                matmul(
                    MatMut::from_column_major_slice_mut(&mut scratch[..rows * p], rows, p),
                    Accum::Replace,
                    MatRef::from_column_major_slice(&buf[..rows * p], rows, p),
                    MatRef::from_column_major_slice(&transposed, p, p),
                    1.0,
                    Par::Seq,
                );
                for t in scratch[..rows * p].chunks(rows) {
                    hat.iter_mut().zip(t).for_each(|(h, t)| *h += t * t);
                }
                let mut residual = [0.0; BLOCK_ROWS];
                let mut root = [0.0; BLOCK_ROWS];
                for i in 0..rows {
                    let (mu, variance, _) = logistic(eta[start + i].clamp(-ETA_LIMIT, ETA_LIMIT));
                    let m = r.weight(start + i);
                    hat[i] *= m * variance;
                    residual[i] = hat[i] * (0.5 - mu);
                    root[i] = ((m + hat[i]) * variance).sqrt();
                }
                add_moment(pull, buf, &residual[..rows]);
                for z in buf[..rows * p].chunks_mut(rows) {
                    z.iter_mut().zip(&root[..rows]).for_each(|(z, w)| *z *= w);
                }
                add_gram(gram, buf, rows, p);
            },
        );
        let (mut pull, mut gram) = (vec![0.0; p], vec![0.0; p * p]);
        for (part, g, _) in parts {
            pull.iter_mut().zip(&part).for_each(|(a, b)| *a += b);
            gram.iter_mut().zip(&g).for_each(|(a, b)| *a += b);
        }
        Hat { diagonal: hat, pull, curvature: from_lower(&gram, p) }
    }

    /// `z_i · direction` for every row.
    pub(crate) fn project(&self, direction: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.x.n_rows()];
        self.chunks(&mut out, || (), |(), _, rows, buf, out| linear_predictor(buf, rows, direction, None, out));
        out
    }

    /// `Zᵀ v`.
    pub(crate) fn transpose_times(&self, v: &[f64]) -> Vec<f64> {
        let p = self.x.n_cols();
        let mut unused = vec![0.0; self.x.n_rows()];
        let parts = self.chunks(
            &mut unused,
            || vec![0.0; p],
            |moment, start, rows, buf, _| add_moment(moment, buf, &v[start..start + rows]),
        );
        let mut moment = vec![0.0; p];
        for part in parts {
            moment.iter_mut().zip(&part).for_each(|(a, b)| *a += b);
        }
        moment
    }

    /// `Zᵀ diag(w) Z` and `Zᵀ diag(w) v` for given row weights.
    pub(crate) fn weighted_gram(&self, w: &[f64], v: &[f64]) -> (Array2<f64>, Vec<f64>) {
        let p = self.x.n_cols();
        let mut unused = vec![0.0; self.x.n_rows()];
        let parts = self.chunks(
            &mut unused,
            || (vec![0.0; p * p], vec![0.0; p]),
            |(gram, moment), start, rows, buf, _| {
                for (m, z) in moment.iter_mut().zip(buf[..rows * p].chunks_mut(rows)) {
                    for (i, z) in z.iter_mut().enumerate() {
                        *m += w[start + i] * v[start + i] * *z;
                        *z *= w[start + i].sqrt();
                    }
                }
                add_gram(gram, buf, rows, p);
            },
        );
        let (mut gram, mut moment) = (vec![0.0; p * p], vec![0.0; p]);
        for (g, m) in parts {
            gram.iter_mut().zip(&g).for_each(|(a, b)| *a += b);
            moment.iter_mut().zip(&m).for_each(|(a, b)| *a += b);
        }
        (from_lower(&gram, p), moment)
    }
}

/// `eta = offset + block · beta`.
fn linear_predictor(buf: &[f64], rows: usize, beta: &[f64], offset: Option<&[f64]>, eta: &mut [f64]) {
    match offset {
        Some(o) => eta.copy_from_slice(o),
        None => eta.fill(0.0),
    }
    let p = beta.len();
    matmul(
        MatMut::from_column_major_slice_mut(eta, rows, 1),
        Accum::Add,
        MatRef::from_column_major_slice(&buf[..rows * p], rows, p),
        MatRef::from_column_major_slice(beta, p, 1),
        1.0,
        Par::Seq,
    );
}

/// `sum += blockᵀ · v`.
fn add_moment(sum: &mut [f64], buf: &[f64], v: &[f64]) {
    let (rows, p) = (v.len(), sum.len());
    matmul(
        MatMut::from_column_major_slice_mut(sum, p, 1),
        Accum::Add,
        MatRef::from_column_major_slice(&buf[..rows * p], rows, p).transpose(),
        MatRef::from_column_major_slice(v, rows, 1),
        1.0,
        Par::Seq,
    );
}
