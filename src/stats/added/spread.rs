//! Covariance of added columns where many clusters have an event.

use ndarray::Array2;

use super::super::blocks::{add_dots, add_scaled};
use super::super::linalg;
use super::products::{Crosses, residuals};
use super::steps::{Place, State, Way};
use super::{BLOCK, Base};

/// Share of `S` that may be wrong before the model is fitted whole; half of it is in a standard error.
const SKEWED: f64 = 0.1;

/// Covariance of the added columns, and the influence of each cluster on each coefficient.
pub(super) type Spread = (Array2<f64>, Vec<Vec<f32>>);

/// A set of added columns at the end of its steps: its part inside the model taken away, `O = T - X s`.
struct Apart<'w> {
    added: &'w [&'w [f64]],
    at: &'w Place,
    /// `-s` by added column.
    out_of: Vec<Vec<f64>>,
    /// `Xᵀ W O` by added column: 0 where the projection is exact.
    left: Vec<Vec<f64>>,
    /// `Σ_{i in g} o_i r_i` by cluster and column.
    sums: Vec<f64>,
}

impl Base<'_> {
    /// CR1 of the added columns, and the influences of the clusters that it is made of; `None` where the steps did not lead,
    /// or to a model in which `A` no longer projects.
    pub(super) fn many(&self, ways: &[Way<'_>]) -> Vec<Option<Spread>> {
        let apart = |way| Apart::new(way, self.x.n_cols(), self.clusters.n);
        let mut aparts: Vec<Option<Apart<'_>>> = ways.iter().map(apart).collect();
        let (mut outside, mut mean, mut variance, mut r) = ([0.0; BLOCK], [0.0; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
        let mut x: Vec<&[f64]> = Vec::with_capacity(self.x.n_cols());
        for rows in self.blocks() {
            let n = rows.len();
            self.rows(&mut x, &rows);
            for apart in aparts.iter_mut().flatten() {
                let State { eta, length } = &apart.at.state;
                let (outside, variance, r) = (&mut outside[..n], &mut variance[..n], &mut r[..n]);
                let into = [&mut mean[..n], &mut *variance, &mut *r];
                residuals(&eta[rows.clone()], &self.y[rows.clone()], length.get(rows.clone()), into);
                let m = apart.added.len();
                for k in 0..m {
                    outside.copy_from_slice(&apart.added[k][rows.clone()]);
                    add_scaled(outside, &apart.out_of[k], &x);
                    for ((u, r), g) in outside.iter().zip(&*r).zip(&self.clusters.of_row[rows.start..]) {
                        apart.sums[*g as usize * m + k] += u * r;
                    }
                    outside.iter_mut().zip(&*variance).for_each(|(o, w)| *o *= *w);
                    add_dots(&mut apart.left[k], &x, outside);
                }
            }
        }
        let right = |apart: &Apart<'_>| apart.skew(&self.factor) <= SKEWED;
        aparts
            .into_iter()
            .map(|apart| apart.filter(right).and_then(|apart| self.spread(&apart.at.cross, &apart.sums)))
            .collect()
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

impl<'w> Apart<'w> {
    fn new(way: &'w Way<'_>, p: usize, clusters: usize) -> Option<Self> {
        let (added, at, m) = (way.added, way.at.as_ref()?, way.added.len());
        let (out_of, left) = (at.cross.plain.out_of(), vec![vec![0.0; p]; m]);
        Some(Self { added, at, out_of, left, sums: vec![0.0; clusters * m] })
    }

    /// Share by which `S` of a column is wrong for want of the larger model's `A`: with `e = XᵀWO` it is
    /// `TᵀWT - BᵀA⁻¹B = OᵀWO + eᵀs`, and `O` itself is too long by `eᵀA⁻¹e`.
    fn skew(&self, factor: &Array2<f64>) -> f64 {
        let of = |(k, (left, out_of)): (usize, (&Vec<f64>, &Vec<f64>))| {
            let more = linalg::dot(&linalg::solve(factor, left), left);
            (linalg::dot(left, out_of).abs() + more) / self.at.cross.plain.schur[(k, k)]
        };
        self.left.iter().zip(&self.out_of).enumerate().map(of).fold(0.0, f64::max)
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
