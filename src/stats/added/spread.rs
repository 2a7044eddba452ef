//! Covariance of added columns where many clusters have an event.

use ndarray::Array2;

use super::super::blocks::add_scaled;
use super::super::linalg;
use super::products::{Crosses, residuals};
use super::steps::{State, Way};
use super::{BLOCK, Base};

/// Covariance of the added columns, and the influence of each cluster on each coefficient.
pub(super) type Spread = (Array2<f64>, Vec<Vec<f32>>);

impl Base<'_> {
    /// CR1 of the added columns, and the influences of the clusters that it is made of; `None` where the steps did not lead.
    pub(super) fn many(&self, ways: &[Way<'_>]) -> Vec<Option<Spread>> {
        let m = |way: &Way<'_>| way.added.len();
        let mut sums: Vec<Vec<f64>> = ways.iter().map(|way| vec![0.0; self.clusters.n * m(way)]).collect();
        let out_of = |way: &Way<'_>| Some(way.at.as_ref()?.cross.plain.out_of());
        let out_of: Vec<Option<Vec<Vec<f64>>>> = ways.iter().map(out_of).collect();
        let (mut outside, mut mean, mut variance, mut r) = ([0.0; BLOCK], [0.0; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
        let mut x: Vec<&[f64]> = Vec::with_capacity(self.x.n_cols());
        for start in (0..self.y.len()).step_by(BLOCK) {
            let rows = start..(start + BLOCK).min(self.y.len());
            let n = rows.len();
            self.rows(&mut x, &rows);
            for ((way, out_of), sums) in ways.iter().zip(&out_of).zip(&mut sums) {
                let (Some(at), Some(out_of)) = (&way.at, out_of) else { continue };
                let State { eta, length } = &at.state;
                let into = [&mut mean[..n], &mut variance[..n], &mut r[..n]];
                residuals(&eta[rows.clone()], &self.y[rows.clone()], length.get(rows.clone()), into);
                for (k, out_of) in out_of.iter().enumerate() {
                    let outside = &mut outside[..n];
                    outside.copy_from_slice(&way.added[k][rows.clone()]);
                    add_scaled(outside, out_of, &x);
                    for ((u, r), g) in outside.iter().zip(&r[..n]).zip(&self.clusters.of_row[start..]) {
                        sums[*g as usize * m(way) + k] += u * r;
                    }
                }
            }
        }
        ways.iter().zip(sums).map(|(way, sums)| self.spread(&way.at.as_ref()?.cross, &sums)).collect()
    }

    fn spread(&self, cross: &Crosses, sums: &[f64]) -> Option<Spread> {
        let bread = linalg::inverse(&linalg::cholesky(&cross.plain.schur).ok()?);
        let (g, m) = (self.clusters.n as f64, bread.nrows());
        let covariance = linalg::sandwich(&bread, &outer(sums, m)) * (g / (g - 1.0));
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
