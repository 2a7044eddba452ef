//! Columns added to a fitted model, at a fraction of the cost of fitting anew.

use ndarray::Array2;

use super::blocks::add_scaled;
use super::irls::{LogisticFit, Penalty};
use super::kernel::moments;
use super::linalg;
use super::link::Link;
use super::matrix::Matrix;
use super::rows::{Frame, Scaled};
use steps::Place;

mod few;
mod products;
mod spread;
mod steps;
mod taken_out;

/// Rows whose columns are read together and stay in the cache.
const BLOCK: usize = 512;
/// Steps before the frozen information is given up.
const MAX_STEPS: usize = 30;

/// A fitted logit to which columns can be added.
///
/// # Formula
/// The coefficients of the larger model are those at which its score vanishes, found by steps with the information about
/// the columns already there as it was:
/// ```text
/// A = XᵀWX of the fit,  B = XᵀWT,  S = TᵀWT - Bᵀ A⁻¹ B
/// step of the added    d = S⁻¹ (Tᵀr - Bᵀ A⁻¹ Xᵀr)
/// step of the others   A⁻¹ (Xᵀr - B d)
/// covariance of d      S⁻¹ (Σ_g U_g U_gᵀ) S⁻¹ · G / (G - 1),  U_g = Σ_{i in g} r_i (T - X A⁻¹ B)_i
/// leverages (Firth)    h_i = w_i (x_iᵀ A⁻¹ x_i + o_iᵀ S⁻¹ o_i),  o_i = (T - X A⁻¹ B)_i
/// ```
/// The coefficients are exact to the tolerance; the covariance is projected with the information of the larger model. Under
/// Firth's penalty the leverages are those of the larger model too, with S and B taken within a twentieth of a standard
/// error of it and A that of the smaller. Where few clusters have an event the covariance is CR2 with the information of the larger model,
/// taken anew, and the clusters corrected that have an event or leverage.
#[derive(Debug)]
pub struct Base<'a> {
    x: Matrix<'a>,
    y: &'a [f64],
    clusters: Clusters<'a>,
    intercept: Option<usize>,
    eta: Vec<f64>,
    firth: bool,
    /// `x_iᵀ A⁻¹ x_i`, where Firth's penalty or a small-sample covariance asks for it.
    length: Vec<f64>,
    /// Of `A`.
    factor: Array2<f64>,
    /// What the steps are solved with: under Firth's penalty the factor of `Xᵀ (1 + H) W X`, the curvature of the score with
    /// its leverages held, else that of `A`.
    curved: Array2<f64>,
    /// The model that this one was taken out of.
    larger: Option<Larger<'a>>,
}

/// A fit whose columns include those of the model; near it lie other models that say the same in more columns.
#[derive(Debug)]
struct Larger<'a> {
    eta: Vec<f64>,
    /// Columns that the model is without, and their coefficients.
    taken: Vec<(&'a [f64], f64)>,
    /// `x_iᵀ A⁻¹ x_i` with all columns, where the model has lengths.
    length: Vec<f64>,
}

/// Whose rows belong together.
#[derive(Debug, Clone, Copy)]
pub struct Clusters<'a> {
    /// Cluster of each row, below `n`.
    pub of_row: &'a [u32],
    /// Clusters.
    pub n: usize,
    /// Few of them have an event: the covariance is CR2, else CR1.
    pub few: bool,
}

/// What was added.
#[derive(Debug, Clone)]
pub struct Added {
    /// Coefficients in reporting units; NaN for columns that the others determine.
    pub coef: Vec<f64>,
    /// Covariance clustered by account, 0 for determined columns.
    pub covariance: Array2<f64>,
    /// Linear predictor of the larger model.
    pub eta: Vec<f64>,
    /// Influence of each cluster on each coefficient, `S⁻¹ U_g`; empty for determined columns.
    pub influence: Vec<Vec<f32>>,
}

impl<'a> Base<'a> {
    /// The fit with its columns; `None` for other links than the logit, ridges, and information that is not regular.
    #[must_use]
    pub fn new(x: Matrix<'a>, y: &'a [f64], clusters: Clusters<'a>, fit: &LogisticFit) -> Option<Self> {
        if fit.link != Link::Logit || matches!(fit.penalty, Penalty::Ridge(_)) || x.n_cols() != fit.coef.len() {
            return None;
        }
        let factor = linalg::cholesky(&fit.information).ok()?;
        let firth = matches!(fit.penalty, Penalty::Firth);
        let (eta, intercept, length) = (fit.eta.clone(), fit.frame.intercept, Vec::new());
        let curved = factor.clone();
        let mut base = Self { x, y, clusters, intercept, eta, firth, length, factor, curved, larger: None };
        if firth || clusters.few {
            base.length = base.lengths();
        }
        if firth {
            base.curved = linalg::cholesky(&base.curvature()).ok()?;
        }
        Some(base)
    }

    /// `x_iᵀ A⁻¹ x_i`.
    fn lengths(&self) -> Vec<f64> {
        let inverse = linalg::lower_inverse(&self.factor);
        let p = self.x.n_cols();
        let mut length = vec![0.0; self.eta.len()];
        for (block, out) in length.chunks_mut(BLOCK).enumerate() {
            let start = block * BLOCK;
            let mut u = [0.0; BLOCK];
            for k in 0..p {
                let u = &mut u[..out.len()];
                u.fill(0.0);
                let factors: Vec<f64> = (0..=k).map(|j| inverse[(k, j)]).collect();
                let columns: Vec<&[f64]> = (0..=k).map(|j| &self.x.col(j)[start..start + out.len()]).collect();
                add_scaled(u, &factors, &columns);
                out.iter_mut().zip(&*u).for_each(|(h, u)| *h += u * u);
            }
        }
        length
    }

    /// `Xᵀ (1 + H) W X` where the steps begin.
    fn curvature(&self) -> Array2<f64> {
        let (mut mean, mut weight) = (vec![0.0; self.eta.len()], vec![0.0; self.eta.len()]);
        moments(&self.eta, &mut mean, &mut weight);
        weight.iter_mut().zip(&self.length).for_each(|(w, q)| *w *= 1.0 + *w * q);
        let frame = Frame::as_given(self.x.n_cols());
        Scaled { x: &self.x, frame }.weighted_gram(&weight, &weight).0
    }

    /// Linear predictor of the fit.
    #[must_use]
    pub fn eta(&self) -> &[f64] {
        &self.eta
    }

    /// Its columns.
    pub fn columns(&self) -> impl Iterator<Item = &'a [f64]> {
        (0..self.x.n_cols()).map(|j| self.x.col(j))
    }

    /// The model with `added` columns; `None` where the steps do not arrive within `tolerance` standard errors, or arrive where
    /// `A` is too far from the information about the columns already there: such a model is to be fitted whole.
    #[must_use]
    pub fn add(&self, added: &[&[f64]], tolerance: f64) -> Option<Added> {
        self.add_each(&[added], tolerance).pop().flatten()
    }

    /// The same for several models, each with its own added columns: those already there are read once for all.
    #[must_use]
    pub fn add_each(&self, sets: &[&[&[f64]]], tolerance: f64) -> Vec<Option<Added>> {
        let mut ways = self.begin(sets);
        self.arrive(&mut ways, tolerance);
        let spreads = if self.clusters.few { Vec::new() } else { self.many(&ways) };
        let mut spreads = spreads.into_iter();
        let found = ways.into_iter().map(|way| {
            let (added, spread) = (way.added, spreads.next().flatten());
            if way.determined() {
                return self.without_determined(added, &way.estimable, tolerance);
            }
            let Place { state, coef, cross, .. } = way.arrived()?;
            let (covariance, influence) =
                if self.clusters.few { self.few(added, &state, &cross.plain)? } else { spread? };
            Some(Added { coef, covariance, eta: state.eta, influence })
        });
        found.collect()
    }

    /// By how much the coefficients of the model move when columns are added, and the coefficients of those: a start for the
    /// whole fit, within about `tolerance` standard errors. `None` where the steps do not arrive, or the model determines one.
    #[must_use]
    pub fn near(&self, added: &[&[f64]], tolerance: f64) -> Option<(Vec<f64>, Vec<f64>)> {
        let sets = [added];
        let mut ways = self.begin(&sets);
        self.arrive(&mut ways, tolerance);
        let Place { moved, coef, .. } = ways.pop()?.arrived()?;
        Some((moved, coef))
    }

    fn without_determined(&self, added: &[&[f64]], estimable: &[usize], tolerance: f64) -> Option<Added> {
        let kept: Vec<&[f64]> = estimable.iter().map(|&k| added[k]).collect();
        if kept.is_empty() {
            let covariance = Array2::zeros((added.len(), added.len()));
            let (coef, influence) = (vec![f64::NAN; added.len()], vec![Vec::new(); added.len()]);
            return Some(Added { coef, covariance, eta: self.eta.clone(), influence });
        }
        let mut found = self.add(&kept, tolerance)?;
        let mut coef = vec![f64::NAN; added.len()];
        let mut covariance = Array2::zeros((added.len(), added.len()));
        let mut influence = vec![Vec::new(); added.len()];
        for (i, &k) in estimable.iter().enumerate() {
            coef[k] = found.coef[i];
            influence[k] = std::mem::take(&mut found.influence[i]);
            for (j, &l) in estimable.iter().enumerate() {
                covariance[(k, l)] = found.covariance[(i, j)];
            }
        }
        Some(Added { coef, covariance, eta: found.eta, influence })
    }
}

#[cfg(test)]
mod tests;
