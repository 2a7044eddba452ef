//! What one cluster tells a small-sample covariance, in columns whose information is the identity.

use faer::MatRef;
use ndarray::Array2;

use super::cluster_sums::{Gathered, Sorted, Sums};
use super::covariance::CovarianceError;
use super::irls::LogisticFit;
use super::leverage::{SmallSample, product, psi_times, times};
use super::matrix::Matrix;
use super::rows::{Frame, from_lower};
use super::{linalg, rows};

/// Rows held at a time.
const BLOCK_ROWS: usize = 512;
/// An eigenvalue of `I - B_g` at or below this is zero, as in clubSandwich, unless rounding asks for more.
const VANISHES: f64 = 1e-12;

/// Rows as `q_i = sqrt(weight_i) L⁻¹ z_i`, whose squares sum to the identity.
pub(super) struct Whitened<'a> {
    x: &'a Matrix<'a>,
    frame: &'a Frame,
    working: &'a [f64],
    residual: &'a [f64],
    /// `L⁻ᵀ`, column-major.
    back: Vec<f64>,
    contrasts: Vec<f64>,
    kind: SmallSample,
    vanishes: f64,
}

/// Buffers of one chunk.
struct Work {
    z: Vec<f64>,
    q: Vec<f64>,
    t: Vec<f64>,
    block: Vec<f64>,
    psi: Vec<f64>,
    scratch: Vec<f64>,
    vectors: Vec<f64>,
}

impl<'a> Whitened<'a> {
    pub(super) fn new(
        fit: &'a LogisticFit,
        x: &'a Matrix<'a>,
        working: &'a [f64],
        lower: &Array2<f64>,
        kind: SmallSample,
    ) -> Self {
        Self {
            x,
            frame: &fit.frame,
            working,
            residual: &fit.score_residual,
            // Row-major L⁻¹ read as column-major is its transpose.
            back: linalg::lower_inverse(lower).iter().copied().collect(),
            contrasts: contrasts(&fit.frame, lower),
            kind,
            vanishes: VANISHES.max(16.0 * f64::EPSILON * fit.condition_number),
        }
    }

    pub(super) fn chunk(&self, sorted: &Sorted, clusters: std::ops::Range<usize>) -> Result<Sums, CovarianceError> {
        let p = self.x.n_cols();
        let rows = BLOCK_ROWS.max(p);
        let [z, q] = [vec![0.0; rows * p], vec![0.0; rows * p]];
        let [block, psi, scratch, vectors] = std::array::from_fn(|_| vec![0.0; p * (p + 1)]);
        let mut work = Work { z, q, t: vec![0.0; p * p], block, psi, scratch, vectors };
        let (mut sums, mut gathered) = (Sums::new(p), Gathered::new(p));
        for g in clusters {
            let rows = sorted.of(g);
            if rows.is_empty() {
                continue;
            }
            let d = if rows.len() < p { self.short(rows, &mut work)? } else { self.long(rows, &mut work)? };
            sums.n_full_leverage += usize::from(d.1);
            gathered.push(&work.vectors, &d.0, &mut sums);
        }
        gathered.flush(&mut sums);
        Ok(sums)
    }

    /// q of the rows (column-major) into `work.q`, and their `residual / sqrt(weight)`.
    fn rows(&self, rows: &[usize], work: &mut Work) -> Vec<f64> {
        let (k, p) = (rows.len(), self.x.n_cols());
        let root: Vec<f64> = rows.iter().map(|&i| self.working[i].sqrt()).collect();
        for (j, z) in work.z[..k * p].chunks_mut(k).enumerate() {
            let (c, s) = (self.frame.centre[j], self.frame.inv_scale[j]);
            let col = self.x.col(j);
            for ((z, &i), root) in z.iter_mut().zip(rows).zip(&root) {
                *z = (col[i] - c) * s * root;
            }
        }
        let z = MatRef::from_column_major_slice(&work.z[..k * p], k, p);
        product(&mut work.q[..k * p], z, MatRef::from_column_major_slice(&self.back, p, p));
        rows.iter().zip(root).map(|(&i, root)| if root > 0.0 { self.residual[i] / root } else { 0.0 }).collect()
    }

    /// Fewer rows k than columns: `f(Qᵀ Q) = I + Qᵀ ψ(Q Qᵀ) Q`, k by k.
    fn short(&self, rows: &[usize], work: &mut Work) -> Result<(Vec<f64>, bool), CovarianceError> {
        let (k, p) = (rows.len(), self.x.n_cols());
        let e = self.rows(rows, work);
        let q = MatRef::from_column_major_slice(&work.q[..k * p], k, p);
        let (t, block) = (&mut work.t[..k * k], &mut work.block[..k * (p + 1)]);
        let (psi, scratch) = (&mut work.psi[..k * (p + 1)], &mut work.scratch[..k * (p + 1)]);
        product(t, q, q.transpose());
        product(&mut block[..k * p], q, MatRef::from_column_major_slice(&self.contrasts, p, p));
        let u: Vec<f64> = work.q[..k * p].chunks(k).map(|col| linalg::dot(col, &e)).collect();
        times_rows(&work.q[..k * p], k, &u, &mut block[k * p..]);
        let full = psi_times(self.kind, t, block, psi, scratch, self.vanishes)?;
        // f(Q Qᵀ) Q a, in place of Q a.
        times(t, k, psi, scratch);
        block.iter_mut().zip(scratch.iter()).for_each(|(b, s)| *b += s);
        let d = block[..k * p].chunks(k).map(|f| linalg::dot(f, f)).collect();
        block[k * p..].copy_from_slice(&psi[k * p..]);
        product(&mut work.vectors, q.transpose(), MatRef::from_column_major_slice(block, k, p + 1));
        work.vectors[p * p..].iter_mut().zip(&u).for_each(|(v, u)| *v += u);
        Ok((d, full))
    }

    /// At least as many rows as columns: p by p, rows a block at a time.
    fn long(&self, rows: &[usize], work: &mut Work) -> Result<(Vec<f64>, bool), CovarianceError> {
        let p = self.x.n_cols();
        let (mut gram, mut u) = (vec![0.0; p * p], vec![0.0; p]);
        for rows in rows.chunks(BLOCK_ROWS.max(p)) {
            let e = self.rows(rows, work);
            rows::add_gram(&mut gram, &work.q, rows.len(), p);
            for (u, col) in u.iter_mut().zip(work.q.chunks(rows.len())) {
                *u += linalg::dot(col, &e);
            }
        }
        work.t.iter_mut().zip(from_lower(&gram, p)).for_each(|(t, g)| *t = g);
        work.block[..p * p].copy_from_slice(&self.contrasts);
        work.block[p * p..].copy_from_slice(&u);
        let full = psi_times(self.kind, &work.t, &work.block, &mut work.psi, &mut work.scratch, self.vanishes)?;
        times(&work.t, p, &work.psi, &mut work.scratch);
        work.block.iter_mut().zip(&work.scratch).for_each(|(b, s)| *b += s);
        times(&work.t, p, &work.block, &mut work.vectors);
        let pairs = work.block[..p * p].chunks(p).zip(work.vectors.chunks(p));
        let d = pairs.map(|(f, v)| linalg::dot(f, v)).collect();
        work.vectors[p * p..].copy_from_slice(&work.block[p * p..]);
        Ok((d, full))
    }
}

/// `out = q u` for a column-major `q` of k rows.
fn times_rows(q: &[f64], k: usize, u: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    for (col, u) in q.chunks(k).zip(u) {
        out.iter_mut().zip(col).for_each(|(o, q)| *o += q * u);
    }
}

/// Columns `a_j = L⁻¹ c_j` of unit length, where `c_jᵀ beta` is coefficient j in reporting units (column-major).
fn contrasts(frame: &Frame, lower: &Array2<f64>) -> Vec<f64> {
    let p = lower.nrows();
    let inverse = linalg::lower_inverse(lower);
    let mut out = Vec::with_capacity(p * p);
    for j in 0..p {
        let mut c = vec![0.0; p];
        c[j] = 1.0;
        if frame.intercept == Some(j) {
            (0..p).filter(|&k| k != j).for_each(|k| c[k] = -frame.centre[k] * frame.inv_scale[k]);
        }
        let a = linalg::times(&inverse, &c);
        let length = linalg::dot(&a, &a).sqrt();
        out.extend(a.iter().map(|v| v / length));
    }
    out
}
