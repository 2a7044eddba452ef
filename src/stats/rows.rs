//! Passes over the rows of a centred and scaled design, in fixed chunks so that threads never change a digit.

use std::ops::Range;

use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::{Accum, MatMut, MatRef, Par};
use ndarray::Array2;
use rayon::prelude::*;

use super::adjustment::Adjustment;
use super::kernel::{BlockRows, Sums};
use super::link::Link;
use super::matrix::Matrix;
use super::tiles::block_rows;

pub(crate) use super::frame::{CONSTANT_TOLERANCE, Frame, centre_and_norm};

/// Rows copied at a time into a contiguous buffer: 512 rows of 25 columns are 100 KiB and stay in the second-level cache.
const BLOCK_ROWS: usize = 512;
/// Most partial sums kept at once. A function of nothing, so the order of additions depends on n alone.
const MAX_CHUNKS: usize = 32;

/// Fewest blocks of a partial sum in a Newton pass, whose buffers are worth as much work as a block.
const MIN_BLOCKS: usize = 8;

/// Columns as the solver sees them, `z = (x - centre) * inv_scale`, without a copy of the matrix.
#[derive(Debug, Clone)]
pub(crate) struct Scaled<'a> {
    pub(crate) x: &'a Matrix<'a>,
    pub(crate) frame: Frame,
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
    pub(crate) link: Link,
}

impl Response<'_> {
    pub(crate) fn weight(&self, i: usize) -> f64 {
        self.weights.map_or(1.0, |w| w[i])
    }
}

/// Rows per partial sum.
pub(crate) fn chunk_rows(n: usize) -> usize {
    n.div_ceil(BLOCK_ROWS).div_ceil(MAX_CHUNKS).max(1) * BLOCK_ROWS
}

/// Blocks of a partial sum, of which only each so-many-th is read.
fn blocks_per_chunk(n: usize, block: usize, every: usize) -> usize {
    n.div_ceil(block).div_ceil(every).div_ceil(MAX_CHUNKS).max(MIN_BLOCKS) * every
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

    /// Log-likelihood, score and expected information at `beta`; `eta` receives the linear predictor.
    ///
    /// With `every` above 1 only each so-many-th block of rows is read: a sample spread over the whole table.
    pub(crate) fn pass(&self, r: &Response<'_>, beta: &[f64], eta: &mut [f64], every: usize) -> Pass {
        let (n, p) = (self.x.n_rows(), self.x.n_cols());
        let block = block_rows(p);
        let blocks_per_chunk = blocks_per_chunk(n, block, every);
        let parts: Vec<Sums> = eta
            .par_chunks_mut(blocks_per_chunk * block)
            .enumerate()
            .map(|(c, eta)| {
                let mut sums = Sums::new(p);
                let mut columns: Vec<&[f64]> = Vec::with_capacity(p);
                for (b, eta) in eta.chunks_mut(block).enumerate().step_by(every) {
                    let start = (c * blocks_per_chunk + b) * block;
                    let rows = self.block(r, beta, start..start + eta.len(), &mut columns);
                    sums.add(&rows, eta);
                }
                sums
            })
            .collect();
        let (mut log_likelihood, mut score, mut gram) = (0.0, vec![0.0; p], vec![0.0; p * p]);
        for part in parts {
            log_likelihood += part.log_likelihood;
            score.iter_mut().zip(&part.score).for_each(|(a, b)| *a += b);
            gram.iter_mut().zip(&part.gram()).for_each(|(a, b)| *a += b);
        }
        Pass { log_likelihood, score, information: from_lower(&gram, p) }
    }

    /// Firth's adjustment at `eta`, from the inverse factor of the information.
    pub(crate) fn hat(&self, r: &Response<'_>, eta: &[f64], lower_inverse: &Array2<f64>) -> Hat {
        let (n, p) = (self.x.n_rows(), self.x.n_cols());
        let block = block_rows(p);
        let per_chunk = blocks_per_chunk(n, block, 1) * block;
        let mut hat = vec![0.0; n];
        // Row-major L⁻¹ read as column-major is L⁻ᵀ.
        let transposed: Vec<f64> = lower_inverse.iter().copied().collect();
        let parts: Vec<Adjustment> = hat
            .par_chunks_mut(per_chunk)
            .enumerate()
            .map(|(c, hat)| {
                let mut sums = Adjustment::new(p);
                let mut columns: Vec<&[f64]> = Vec::with_capacity(p);
                for (b, hat) in hat.chunks_mut(block).enumerate() {
                    let start = c * per_chunk + b * block;
                    let rows = start..start + hat.len();
                    let rows = self.block(r, &[], rows, &mut columns);
                    sums.add(&rows, &eta[start..start + hat.len()], &transposed, hat);
                }
                sums
            })
            .collect();
        let (mut pull, mut gram) = (vec![0.0; p], vec![0.0; p * p]);
        for part in parts {
            pull.iter_mut().zip(&part.pull).for_each(|(a, b)| *a += b);
            gram.iter_mut().zip(&part.curvature()).for_each(|(a, b)| *a += b);
        }
        Hat { diagonal: hat, pull, curvature: from_lower(&gram, p) }
    }

    /// Rows of a block, with their columns in `columns`.
    fn block<'b>(
        &'b self,
        r: &Response<'b>,
        beta: &'b [f64],
        rows: Range<usize>,
        columns: &'b mut Vec<&'a [f64]>,
    ) -> BlockRows<'b> {
        columns.clear();
        columns.extend((0..self.x.n_cols()).map(|j| &self.x.col(j)[rows.clone()]));
        BlockRows {
            columns,
            centre: &self.frame.centre,
            inv_scale: &self.frame.inv_scale,
            beta,
            y: &r.y[rows.clone()],
            weights: r.weights.map(|w| &w[rows.clone()]),
            offset: r.offset.map(|o| &o[rows]),
            link: r.link,
        }
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
                let (mut weighted, mut root) = ([0.0; BLOCK_ROWS], [0.0; BLOCK_ROWS]);
                for i in 0..rows {
                    weighted[i] = w[start + i] * v[start + i];
                    root[i] = w[start + i].sqrt();
                }
                add_moment(moment, buf, &weighted[..rows]);
                for z in buf[..rows * p].chunks_mut(rows) {
                    z.iter_mut().zip(&root[..rows]).for_each(|(z, w)| *z *= w);
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
