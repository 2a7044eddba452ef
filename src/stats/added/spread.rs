//! Covariance of added columns where many clusters have an event.

use ndarray::Array2;

use super::super::blocks::add_scaled;
use super::super::kernel::means;
use super::super::linalg;
use super::{BLOCK, Base, Cross, State, residuals};

impl Base<'_> {
    /// CR1 of the added columns, and the influences of the clusters that it is made of.
    pub(super) fn many(&self, added: &[&[f64]], state: &State, cross: &Cross) -> Option<(Array2<f64>, Vec<Vec<f32>>)> {
        let m = added.len();
        let mut sums = vec![0.0; self.clusters.n * m];
        let mut outside = [0.0; BLOCK];
        let (mut mean, mut r) = ([0.0; BLOCK], [0.0; BLOCK]);
        let out_of = cross.out_of();
        let mut x: Vec<&[f64]> = Vec::with_capacity(self.x.n_cols());
        for (block, eta) in state.eta.chunks(BLOCK).enumerate() {
            let start = block * BLOCK;
            let rows = start..start + eta.len();
            x.clear();
            x.extend((0..self.x.n_cols()).map(|j| &self.x.col(j)[rows.clone()]));
            let (mean, r) = (&mut mean[..eta.len()], &mut r[..eta.len()]);
            means(eta, mean);
            residuals(&self.y[rows.clone()], mean, state.hat.get(rows.clone()), r);
            for k in 0..m {
                let outside = &mut outside[..eta.len()];
                outside.copy_from_slice(&added[k][rows.clone()]);
                add_scaled(outside, &out_of[k], &x);
                for ((u, r), g) in outside.iter().zip(&*r).zip(&self.clusters.of_row[start..]) {
                    sums[*g as usize * m + k] += u * r;
                }
            }
        }
        let bread = linalg::inverse(&linalg::cholesky(&cross.schur).ok()?);
        let g = self.clusters.n as f64;
        let covariance = linalg::sandwich(&bread, &outer(&sums, m)) * (g / (g - 1.0));
        let influence = (0..m).map(|k| {
            let row: Vec<f64> = (0..m).map(|l| bread[(k, l)]).collect();
            sums.chunks(m).map(|u| linalg::dot(&row, u) as f32).collect()
        });
        Some((covariance, influence.collect()))
    }
}

/// `Σ_g u_g u_gᵀ` of vectors of `m`, one after the other.
pub(super) fn outer(sums: &[f64], m: usize) -> Array2<f64> {
    let mut outer = Array2::<f64>::zeros((m, m));
    for u in sums.chunks(m) {
        for k in 0..m {
            for l in 0..m {
                outer[(k, l)] += u[k] * u[l];
            }
        }
    }
    outer
}
