//! Covariance of added columns where many clusters have an event.

use ndarray::Array2;

use super::super::blocks::{add_dots, add_scaled};
use super::super::linalg;
use super::products::residuals;
use super::steps::{State, Way};
use super::{BLOCK, Base};

/// Share of a column's squared length outside the model that may be left inside it: its root bounds the error of an influence.
const INSIDE: f64 = 5e-4;
/// Projections before the model is fitted whole.
const PROJECTIONS: usize = 4;

/// Covariance of the added columns, and the influence of each cluster on each coefficient.
pub(super) type Spread = (Array2<f64>, Vec<Vec<f32>>);

/// A set of added columns at the end of its steps: its part inside the model taken away, `O = T - X s`.
struct Apart<'w> {
    added: &'w [&'w [f64]],
    state: &'w State,
    /// `-s` by added column.
    out_of: Vec<Vec<f64>>,
    /// `e = Xᵀ W O` by added column: 0 where the projection is exact.
    left: Vec<Vec<f64>>,
    /// Lower triangle of `Oᵀ W O`.
    lower: Vec<Vec<f64>>,
    /// `Σ_{i in g} o_i r_i` by cluster and column.
    sums: Vec<f64>,
    /// `S`, once the projection is right.
    schur: Option<Array2<f64>>,
}

impl Base<'_> {
    /// CR1 of the added columns, and the influences of the clusters that it is made of; `None` where the steps did not lead,
    /// or to a model into which `A` does not project.
    ///
    /// # Formula
    /// `s` begins as `A⁻¹ B` with the information as it was and is repeated with that of the larger model, `s + A⁻¹ e`, until
    /// ```text
    /// eᵀ A⁻¹ e <= INSIDE · S,   S = Oᵀ W O - eᵀ A⁻¹ e
    /// ```
    pub(super) fn many(&self, ways: &[Way<'_>]) -> Vec<Option<Spread>> {
        let apart = |way| Apart::new(way, self.x.n_cols(), self.clusters.n);
        let mut aparts: Vec<Option<Apart<'_>>> = ways.iter().map(apart).collect();
        for _ in 0..PROJECTIONS {
            let mut open: Vec<_> = aparts.iter_mut().flatten().filter(|apart| apart.schur.is_none()).collect();
            if open.is_empty() {
                break;
            }
            self.project(&mut open);
            open.iter_mut().for_each(|apart| apart.settle(&self.factor));
        }
        aparts.into_iter().map(|apart| self.spread(&apart?)).collect()
    }

    /// What lies outside the model, and what of it does not.
    fn project(&self, aparts: &mut [&mut Apart<'_>]) {
        let (mut mean, mut variance, mut r) = ([0.0; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
        let most = aparts.iter().map(|apart| apart.added.len()).max().unwrap_or(0);
        let (mut outside, mut weighted) = (vec![[0.0; BLOCK]; most], [0.0; BLOCK]);
        let mut x: Vec<&[f64]> = Vec::with_capacity(self.x.n_cols());
        for rows in self.blocks() {
            let n = rows.len();
            self.rows(&mut x, &rows);
            for apart in aparts.iter_mut() {
                let State { eta, length } = apart.state;
                let (variance, r) = (&mut variance[..n], &mut r[..n]);
                let into = [&mut mean[..n], &mut *variance, &mut *r];
                residuals(&eta[rows.clone()], &self.y[rows.clone()], length.get(rows.clone()), into);
                let m = apart.added.len();
                for k in 0..m {
                    let o = &mut outside[k][..n];
                    o.copy_from_slice(&apart.added[k][rows.clone()]);
                    add_scaled(o, &apart.out_of[k], &x);
                    for ((o, r), g) in o.iter().zip(&*r).zip(&self.clusters.of_row[rows.start..]) {
                        apart.sums[*g as usize * m + k] += o * r;
                    }
                    let weighted = &mut weighted[..n];
                    weighted.iter_mut().zip(&*o).zip(&*variance).for_each(|((wo, o), w)| *wo = o * w);
                    add_dots(&mut apart.left[k], &x, weighted);
                    let before: Vec<&[f64]> = outside[..=k].iter().map(|o| &o[..n]).collect();
                    add_dots(&mut apart.lower[k], &before, weighted);
                }
            }
        }
    }

    fn spread(&self, apart: &Apart<'_>) -> Option<Spread> {
        let bread = linalg::inverse(&linalg::cholesky(apart.schur.as_ref()?).ok()?);
        let (g, m) = (self.clusters.n as f64, bread.nrows());
        let covariance = linalg::sandwich(&bread, &outer(&apart.sums, m)) * (g / (g - 1.0));
        let influence = (0..m).map(|k| {
            let row: Vec<f64> = (0..m).map(|l| bread[(k, l)]).collect();
            apart.sums.chunks(m).map(|u| linalg::dot(&row, u) as f32).collect()
        });
        Some((covariance, influence.collect()))
    }
}

impl<'w> Apart<'w> {
    fn new(way: &'w Way<'_>, p: usize, clusters: usize) -> Option<Self> {
        let (added, at, m) = (way.added, way.at.as_ref()?, way.added.len());
        let (left, lower) = (vec![vec![0.0; p]; m], (1..=m).map(|k| vec![0.0; k]).collect());
        let (out_of, sums) = (at.cross.plain.out_of(), vec![0.0; clusters * m]);
        Some(Self { added, state: &at.state, out_of, left, lower, sums, schur: None })
    }

    /// `S`, or what is left inside the model taken away for another look.
    fn settle(&mut self, factor: &Array2<f64>) {
        let m = self.added.len();
        let more: Vec<Vec<f64>> = self.left.iter().map(|left| linalg::solve(factor, left)).collect();
        let inside = |k: usize, l: usize| linalg::dot(&self.left[k], &more[l]);
        let schur = Array2::from_shape_fn((m, m), |(k, l)| self.lower[k.max(l)][k.min(l)] - inside(k, l));
        if (0..m).all(|k| inside(k, k) <= INSIDE * schur[(k, k)]) {
            self.schur = Some(schur);
            return;
        }
        for (out_of, more) in self.out_of.iter_mut().zip(&more) {
            out_of.iter_mut().zip(more).for_each(|(out, more)| *out -= more);
        }
        self.left.iter_mut().chain(&mut self.lower).chain([&mut self.sums]).for_each(|sums| sums.fill(0.0));
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
