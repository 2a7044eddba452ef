//! Covariance of added columns where few clusters have an event: CR2.

use faer::MatRef;
use ndarray::{Array2, Axis};

use super::super::leverage::{SmallSample, product, psi_times, times};
use super::super::linalg;
use super::super::matrix::Matrix;
use super::super::rows::Scaled;
use super::Base;
use super::products::{Cross, residuals};
use super::spread::{Spread, outer};
use super::steps::State;

/// A cluster without an event whose leverages sum to less is left as it is: its few residuals would grow by half of it.
const SLIGHT: f64 = 0.1;
/// Share of `S` that may be wrong before the leverages of Firth's penalty are.
const SKEWED: f64 = 0.05;
/// Rows of a cluster whose leverage matrix is formed.
const MOST_ROWS: usize = 512;
/// An eigenvalue of `I - H_gg` at or below this is zero.
const VANISHES: f64 = 1e-9;

impl Base<'_> {
    /// CR2 of the added columns with the information of the larger model, and the influences of the clusters.
    ///
    /// `(I - H_gg)^(-1/2)` is taken of the clusters with an event and of those with leverage; `None` where one of them is too
    /// long, the information is not regular, or `A` was too far from it for the leverages of Firth's penalty.
    pub(super) fn few(&self, added: &[&[f64]], state: &State, cross: &Cross) -> Option<Spread> {
        let (n, p, m) = (state.eta.len(), self.x.n_cols(), added.len());
        let all = Matrix::new((0..p).map(|j| self.x.col(j)).chain(added.iter().copied()).collect()).ok()?;
        let design = Scaled::new(&all, self.intercept);
        let (mut mean, mut weight, mut r) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        residuals(&state.eta, self.y, state.length.get(..n), [&mut mean, &mut weight, &mut r]);
        let (information, _) = design.weighted_gram(&weight, &weight);
        let lower = linalg::cholesky(&information).ok()?;
        let inverse = linalg::inverse(&lower);
        if self.firth && skew(&inverse, &design.frame.inv_scale, &cross.schur)? > SKEWED {
            return None;
        }
        let scores: Vec<Vec<f64>> = (p..p + m)
            .map(|k| {
                let mut score = design.project(&inverse.row(k).to_vec());
                score.iter_mut().for_each(|v| *v *= design.frame.inv_scale[k]);
                score
            })
            .collect();
        let plain = self.sums(&scores, &r);
        let back = linalg::lower_inverse(&lower);
        for rows in self.heavy(&weight) {
            self.correct(&design, &back, &rows, &weight, &mut r)?;
        }
        let covariance = outer(&self.sums(&scores, &r), m);
        let influence = (0..m).map(|k| plain.chunks(m).map(|u| u[k] as f32).collect()).collect();
        Some((covariance, influence))
    }

    /// `Σ_{i in g} score_i r_i` by cluster and column.
    fn sums(&self, scores: &[Vec<f64>], r: &[f64]) -> Vec<f64> {
        let m = scores.len();
        let mut sums = vec![0.0; self.clusters.n * m];
        for (k, score) in scores.iter().enumerate() {
            for ((u, r), g) in score.iter().zip(r).zip(self.clusters.of_row) {
                sums[*g as usize * m + k] += u * r;
            }
        }
        sums
    }

    /// Rows of the clusters whose residuals their own rows have shortened.
    fn heavy(&self, weight: &[f64]) -> Vec<Vec<usize>> {
        let mut leverage = vec![0.0; self.clusters.n];
        for (i, &g) in self.clusters.of_row.iter().enumerate() {
            let event = if self.y[i] > 0.5 { 1.0 } else { 0.0 };
            leverage[g as usize] += event + weight[i] * self.length[i];
        }
        let mut rows: Vec<Vec<usize>> = vec![Vec::new(); self.clusters.n];
        for (i, &g) in self.clusters.of_row.iter().enumerate() {
            if leverage[g as usize] > SLIGHT {
                rows[g as usize].push(i);
            }
        }
        rows.retain(|rows| !rows.is_empty());
        rows
    }

    /// Residuals `sqrt(w) (I - H)^(-1/2) (r / sqrt(w))` of the rows of one cluster.
    fn correct(
        &self,
        design: &Scaled<'_>,
        back: &Array2<f64>,
        rows: &[usize],
        weight: &[f64],
        r: &mut [f64],
    ) -> Option<()> {
        let (k, p) = (rows.len(), back.nrows());
        if k > MOST_ROWS {
            return None;
        }
        let root: Vec<f64> = rows.iter().map(|&i| weight[i].sqrt()).collect();
        let (mut z, mut q, mut h) = (vec![0.0; k * p], vec![0.0; k * p], vec![0.0; k * k]);
        for (j, z) in z.chunks_mut(k).enumerate() {
            let (c, s, column) = (design.frame.centre[j], design.frame.inv_scale[j], design.x.col(j));
            z.iter_mut().zip(rows).zip(&root).for_each(|((z, &i), root)| *z = (column[i] - c) * s * root);
        }
        // Row-major L⁻¹ read as column-major is L⁻ᵀ.
        let back = back.as_slice()?;
        let z = MatRef::from_column_major_slice(&z, k, p);
        product(&mut q, z, MatRef::from_column_major_slice(back, p, p));
        let q = MatRef::from_column_major_slice(&q, k, p);
        product(&mut h, q, q.transpose());
        let e: Vec<f64> =
            rows.iter().zip(&root).map(|(&i, root)| if *root > 0.0 { r[i] / root } else { 0.0 }).collect();
        let (mut psi, mut scratch) = (vec![0.0; k], vec![0.0; k]);
        psi_times(SmallSample::Cr2, &h, &e, &mut psi, &mut scratch, VANISHES).ok()?;
        times(&h, k, &psi, &mut scratch);
        for ((&i, root), (e, more)) in rows.iter().zip(&root).zip(e.iter().zip(&scratch)) {
            r[i] = root * (e + more);
        }
        Some(())
    }
}

/// Largest share by which the `S` that the steps were taken with differs from that of the larger model: the inverse of the
/// last rows and columns of its inverse information, whose columns are scaled.
fn skew(inverse: &Array2<f64>, inv_scale: &[f64], schur: &Array2<f64>) -> Option<f64> {
    let (all, m) = (inverse.nrows(), schur.nrows());
    let added: Vec<usize> = (all - m..all).collect();
    let block = inverse.select(Axis(0), &added).select(Axis(1), &added);
    let whole = linalg::inverse(&linalg::cholesky(&block).ok()?);
    let apart = |k: usize| (whole[(k, k)] / inv_scale[added[k]].powi(2) / schur[(k, k)] - 1.0).abs();
    Some((0..m).map(apart).fold(0.0, f64::max))
}
