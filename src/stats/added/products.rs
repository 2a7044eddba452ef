//! Information about added columns, and the steps that follow from it.

use ndarray::Array2;

use super::super::blocks::add_dots;
use super::super::kernel::moments;
use super::super::linalg;

/// An added column whose weighted length outside the model is below this share of its own is determined by the model.
const DETERMINED: f64 = 1e-7;

/// `Xᵀ r` and `Tᵀ r`.
pub(super) type Score = (Vec<f64>, Vec<f64>);

/// `B` and the lower triangle of `TᵀWT`, by added column.
#[derive(Clone)]
pub(super) struct Products {
    b: Vec<Vec<f64>>,
    lower: Vec<Vec<f64>>,
}

impl Products {
    pub(super) fn new(p: usize, m: usize) -> Self {
        Self { b: vec![vec![0.0; p]; m], lower: vec![vec![0.0; m]; m] }
    }

    /// Adds the rows of a block; `wt` is room for as many numbers.
    pub(super) fn add(&mut self, w: &[f64], x: &[&[f64]], t: &[&[f64]], wt: &mut [f64]) {
        for k in 0..t.len() {
            wt.iter_mut().zip(w).zip(t[k]).for_each(|((wt, w), t)| *wt = w * t);
            add_dots(&mut self.b[k], x, wt);
            add_dots(&mut self.lower[k], &t[..=k], wt);
        }
    }

    pub(super) fn cross(&self, factor: &Array2<f64>) -> Cross {
        let (b, lower, m) = (&self.b, &self.lower, self.b.len());
        let gram = Array2::from_shape_fn((m, m), |(k, l)| lower[k.max(l)][k.min(l)]);
        let solved: Vec<Vec<f64>> = b.iter().map(|b| linalg::solve(factor, b)).collect();
        let schur = Array2::from_shape_fn((m, m), |(k, l)| gram[(k, l)] - linalg::dot(&b[k], &solved[l]));
        Cross { solved, gram, schur }
    }
}

/// With the information, and with what the steps are solved with.
pub(super) struct Crosses {
    pub(super) plain: Cross,
    pub(super) curved: Cross,
}

#[derive(Clone)]
pub(super) struct Cross {
    /// `A⁻¹ B` by added column.
    pub(super) solved: Vec<Vec<f64>>,
    pub(super) gram: Array2<f64>,
    pub(super) schur: Array2<f64>,
}

impl Cross {
    /// `-A⁻¹ B` by added column: with it a row leaves its part inside the model.
    pub(super) fn out_of(&self) -> Vec<Vec<f64>> {
        self.solved.iter().map(|s| s.iter().map(|s| -s).collect()).collect()
    }

    /// Whether the model leaves nothing of an added column.
    pub(super) fn determines(&self, k: usize) -> bool {
        self.schur[(k, k)] <= DETERMINED * self.gram[(k, k)]
    }

    pub(super) fn step(&self, factor: &Array2<f64>, gx: &[f64], gt: &[f64]) -> Option<(Vec<f64>, Vec<f64>)> {
        let reduced: Vec<f64> = gt.iter().zip(&self.solved).map(|(g, s)| g - linalg::dot(s, gx)).collect();
        let dt = linalg::solve(&linalg::cholesky(&self.schur).ok()?, &reduced);
        let mut dx = linalg::solve(factor, gx);
        for (d, solved) in dt.iter().zip(&self.solved) {
            dx.iter_mut().zip(solved).for_each(|(x, s)| *x -= d * s);
        }
        Some((dx, dt))
    }
}

/// Means, variances and residuals of rows; with lengths `q` the residuals are adjusted by Firth's leverages `q` · variance.
pub(super) fn residuals(eta: &[f64], y: &[f64], length: Option<&[f64]>, [mean, variance, r]: [&mut [f64]; 3]) {
    moments(eta, mean, variance);
    for ((r, y), mean) in r.iter_mut().zip(y).zip(&*mean) {
        *r = y - mean;
    }
    if let Some(length) = length {
        for (((r, q), mean), variance) in r.iter_mut().zip(length).zip(&*mean).zip(&*variance) {
            *r += q * variance * (0.5 - mean);
        }
    }
}
