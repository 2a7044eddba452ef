//! A model without some of its columns, by steps from the fit with all of them.

use ndarray::{Array2, Axis};

use super::super::blocks::{add_dots, add_scaled};
use super::super::kernel::moments;
use super::super::linalg;
use super::products::{Cross, residuals};
use super::steps::Outside;
use super::{BLOCK, Base, Larger, MAX_STEPS};

impl<'a> Base<'a> {
    /// The model with the columns `kept`, given the coefficients of all of them; `None` where the steps do not arrive within
    /// `tolerance` standard errors.
    ///
    /// # Formula
    /// With `T` the columns taken out, `c` their coefficients, and `A`, `B`, `S` the information of the larger fit:
    /// ```text
    /// O = T - X A⁻¹ B,   eta begins at eta - O c,   x_iᵀ A⁻¹ x_i is that of the larger fit less o_iᵀ S⁻¹ o_i
    /// ```
    /// `A` remains that of the larger fit: columns added to the model, which replace what was taken out, lead back to about there.
    #[must_use]
    pub fn taken_out(&self, kept: &[usize], coef: &[f64], tolerance: f64) -> Option<Self> {
        let out: Vec<usize> = (0..self.x.n_cols()).filter(|j| !kept.contains(j)).collect();
        let intercept = match self.intercept {
            Some(k) => Some(kept.iter().position(|&j| j == k)?),
            None => None,
        };
        let taken: Vec<(&'a [f64], f64)> = out.iter().map(|&j| (self.x.col(j), coef[j])).collect();
        let factor = linalg::cholesky(&of_product(&self.factor, kept, kept)).ok()?;
        let curved =
            if self.firth { linalg::cholesky(&of_product(&self.curved, kept, kept)).ok()? } else { factor.clone() };
        let between = of_product(&self.factor, kept, &out);
        let solved: Vec<Vec<f64>> =
            between.columns().into_iter().map(|b| linalg::solve(&factor, &b.to_vec())).collect();
        let gram = of_product(&self.factor, &out, &out);
        let mut schur = gram.clone();
        for ((k, l), s) in schur.indexed_iter_mut() {
            *s -= linalg::dot(&between.column(k).to_vec(), &solved[l]);
        }
        let x = self.x.select(kept);
        let larger = Larger { eta: self.eta.clone(), taken, length: self.length.clone() };
        let (y, clusters, firth) = (self.y, self.clusters, self.firth);
        let (eta, length) = (Vec::new(), Vec::new());
        let mut base = Self { x, y, clusters, intercept, eta, firth, length, factor, curved, larger: Some(larger) };
        base.step_out(Outside::new(&Cross { solved, gram, schur })?);
        base.settle(tolerance)?;
        Some(base)
    }

    /// Linear predictor and lengths without what the columns taken out add to the others.
    fn step_out(&mut self, mut outside: Outside) {
        let Some(larger) = &self.larger else { return };
        let (mut eta, mut length) = (larger.eta.clone(), larger.length.clone());
        let columns: Vec<&[f64]> = larger.taken.iter().map(|(column, _)| *column).collect();
        let mut x: Vec<&[f64]> = Vec::with_capacity(self.x.n_cols());
        let mut more = [0.0; BLOCK];
        for rows in self.blocks() {
            self.rows(&mut x, &rows);
            let more = &mut more[..rows.len()];
            more.fill(0.0);
            outside.add_lengths(&columns, &x, &rows, more);
            for ((_, coef), outside) in larger.taken.iter().zip(&outside.values) {
                eta[rows.clone()].iter_mut().zip(outside).for_each(|(eta, o)| *eta -= coef * o);
            }
            if let Some(length) = length.get_mut(rows) {
                length.iter_mut().zip(&*more).for_each(|(h, more)| *h -= more);
            }
        }
        (self.eta, self.length) = (eta, length);
    }

    /// Steps to where the score of the model vanishes.
    fn settle(&mut self, tolerance: f64) -> Option<()> {
        let mut before = f64::INFINITY;
        let mut step = vec![0.0; self.x.n_cols()];
        for taken in 0..MAX_STEPS {
            let score = self.move_by(&step);
            step = linalg::solve(&self.curved, &score);
            let decrement = linalg::dot(&step, &score).max(0.0).sqrt();
            if !decrement.is_finite() || (taken > 3 && decrement > 0.9 * before) {
                return None;
            }
            if decrement <= tolerance {
                return Some(());
            }
            before = decrement;
        }
        None
    }

    /// Moves the coefficients; the score there.
    fn move_by(&mut self, step: &[f64]) -> Vec<f64> {
        let p = self.x.n_cols();
        let mut score = vec![0.0; p];
        let (mut mean, mut variance, mut r) = ([0.0; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
        let mut x: Vec<&[f64]> = Vec::with_capacity(p);
        for (block, eta) in self.eta.chunks_mut(BLOCK).enumerate() {
            let (rows, n) = (block * BLOCK..block * BLOCK + eta.len(), eta.len());
            x.clear();
            x.extend((0..p).map(|j| &self.x.col(j)[rows.clone()]));
            add_scaled(eta, step, &x);
            let length = self.length.get(rows.clone()).filter(|_| self.firth);
            let r = &mut r[..n];
            residuals(eta, &self.y[rows], length, [&mut mean[..n], &mut variance[..n], r]);
            add_dots(&mut score, &x, r);
        }
        score
    }

    /// Linear predictor near the larger model with `added` for what was taken out, the coefficients that come nearest to it by
    /// least squares, and the lengths there; `None` where there is no larger model, or those columns cannot stand for it.
    pub(super) fn beside(&self, added: &[&[f64]]) -> Option<(Vec<f64>, Vec<f64>, &[f64])> {
        let larger = self.larger.as_ref()?;
        let mut eta = larger.eta.clone();
        let mut share = vec![0.0; eta.len()];
        for (column, coef) in &larger.taken {
            share.iter_mut().zip(*column).for_each(|(s, v)| *s += coef * v);
        }
        let (mut mean, mut weight) = (vec![0.0; eta.len()], vec![0.0; eta.len()]);
        moments(&eta, &mut mean, &mut weight);
        let m = added.len();
        let (mut gram, mut moment) = (Array2::<f64>::zeros((m, m)), vec![0.0; m]);
        for k in 0..m {
            let weighted: Vec<f64> = added[k].iter().zip(&weight).map(|(t, w)| t * w).collect();
            add_dots(&mut moment[k..=k], &[&weighted], &share);
            for l in 0..=k {
                gram[(k, l)] = linalg::dot(&weighted, added[l]);
                gram[(l, k)] = gram[(k, l)];
            }
        }
        let coef = linalg::solve(&linalg::cholesky(&gram).ok()?, &moment);
        let toward: Vec<f64> = coef.iter().copied().chain(larger.taken.iter().map(|(_, coef)| -coef)).collect();
        let columns: Vec<&[f64]> =
            added.iter().copied().chain(larger.taken.iter().map(|(column, _)| *column)).collect();
        add_scaled(&mut eta, &toward, &columns);
        coef.iter().all(|c| c.is_finite()).then_some((eta, coef, larger.length.as_slice()))
    }
}

/// Rows and columns of `l lᵀ`.
fn of_product(l: &Array2<f64>, rows: &[usize], columns: &[usize]) -> Array2<f64> {
    l.select(Axis(0), rows).dot(&l.select(Axis(0), columns).t())
}
