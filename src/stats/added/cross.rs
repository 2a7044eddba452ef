//! Products of added columns with those of the model.

use ndarray::Array2;

use super::super::blocks::add_dots;
use super::super::linalg;

/// An added column whose weighted length outside the model is below this share of its own is determined by the model.
const DETERMINED: f64 = 1e-7;

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
        let (lower, m) = (&self.lower, self.b.len());
        Cross::of(self.b.clone(), Array2::from_shape_fn((m, m), |(k, l)| lower[k.max(l)][k.min(l)]), factor)
    }
}

/// With the information, and with what the steps are solved with.
pub(super) struct Crosses {
    pub(super) plain: Cross,
    pub(super) curved: Cross,
}

#[derive(Clone)]
pub(super) struct Cross {
    pub(super) b: Vec<Vec<f64>>,
    /// `A⁻¹ B` by added column.
    pub(super) solved: Vec<Vec<f64>>,
    pub(super) gram: Array2<f64>,
    pub(super) schur: Array2<f64>,
}

impl Cross {
    pub(super) fn of(b: Vec<Vec<f64>>, gram: Array2<f64>, factor: &Array2<f64>) -> Self {
        let solved: Vec<Vec<f64>> = b.iter().map(|b| linalg::solve(factor, b)).collect();
        let schur = Array2::from_shape_fn(gram.dim(), |(k, l)| gram[(k, l)] - linalg::dot(&b[k], &solved[l]));
        Self { b, solved, gram, schur }
    }

    /// `-A⁻¹ B` by added column: with it a row leaves its part inside the model.
    pub(super) fn out_of(&self) -> Vec<Vec<f64>> {
        self.solved.iter().map(|s| s.iter().map(|s| -s).collect()).collect()
    }

    /// Whether the model leaves nothing of an added column.
    pub(super) fn determines(&self, k: usize) -> bool {
        self.schur[(k, k)] <= DETERMINED * self.gram[(k, k)]
    }

    /// From the score, with the factors of the information about the model and of `S`.
    pub(super) fn step(&self, model: &Array2<f64>, schur: &Array2<f64>, score: &[f64]) -> Vec<f64> {
        let (gx, gt) = score.split_at(model.nrows());
        let reduced: Vec<f64> = gt.iter().zip(&self.solved).map(|(g, s)| g - linalg::dot(s, gx)).collect();
        let added = linalg::solve(schur, &reduced);
        let mut step = linalg::solve(model, gx);
        for (d, solved) in added.iter().zip(&self.solved) {
            step.iter_mut().zip(solved).for_each(|(x, s)| *x -= d * s);
        }
        step.extend(added);
        step
    }
}
