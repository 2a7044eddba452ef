//! Columns added to a fitted model, at a fraction of the cost of fitting anew.

use ndarray::Array2;

use super::blocks::{add_dots, add_scaled};
use super::irls::{LogisticFit, Penalty};
use super::kernel::means;
use super::linalg;
use super::link::{LOGIT_LIMIT, Link, logistic};
use super::matrix::Matrix;

/// Rows whose columns are read together and stay in the cache.
const BLOCK: usize = 512;
/// Steps before the frozen information is given up.
const MAX_STEPS: usize = 30;
/// So many standard errors away the information about the added columns is still that for the covariance.
const STALE: f64 = 0.02;
/// An added column whose weighted length outside the model is below this share of its own is determined by the model.
const DETERMINED: f64 = 1e-7;

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
/// ```
/// The coefficients are exact to the tolerance; S and B of the covariance are taken within a fiftieth of a standard error of the
/// larger model, A remains that of the smaller. Under Firth's penalty the leverages remain those of the smaller model.
#[derive(Debug)]
pub struct Base<'a> {
    x: Matrix<'a>,
    y: &'a [f64],
    eta: Vec<f64>,
    /// Leverages under Firth's penalty, else empty.
    hat: Vec<f64>,
    factor: Array2<f64>,
}

/// What was added.
#[derive(Debug, Clone)]
pub struct Added {
    /// Coefficients in reporting units; NaN for columns that the others determine.
    pub coef: Vec<f64>,
    /// Covariance clustered by account (CR1), 0 for determined columns.
    pub covariance: Array2<f64>,
    /// Linear predictor of the larger model.
    pub eta: Vec<f64>,
    /// Influence of each cluster on each coefficient, `S⁻¹ U_g`; empty for determined columns.
    pub influence: Vec<Vec<f32>>,
}

impl<'a> Base<'a> {
    /// The fit with its columns; `None` for other links than the logit, ridges, and information that is not regular.
    #[must_use]
    pub fn new(x: Matrix<'a>, y: &'a [f64], fit: &LogisticFit) -> Option<Self> {
        if fit.link != Link::Logit || matches!(fit.penalty, Penalty::Ridge(_)) || x.n_cols() != fit.coef.len() {
            return None;
        }
        let factor = linalg::cholesky(&fit.information).ok()?;
        let mut base = Self { x, y, eta: fit.eta.clone(), hat: Vec::new(), factor };
        if matches!(fit.penalty, Penalty::Firth) {
            base.hat = base.leverages();
        }
        Some(base)
    }

    /// `w_i x_iᵀ A⁻¹ x_i`.
    fn leverages(&self) -> Vec<f64> {
        let inverse = linalg::lower_inverse(&self.factor);
        let p = self.x.n_cols();
        let mut hat = vec![0.0; self.eta.len()];
        for (block, out) in hat.chunks_mut(BLOCK).enumerate() {
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
            for (i, h) in out.iter_mut().enumerate() {
                *h *= logistic(self.eta[start + i].clamp(-LOGIT_LIMIT, LOGIT_LIMIT)).1;
            }
        }
        hat
    }

    /// The model with `added` columns; `None` where the steps do not arrive within `tolerance` standard errors.
    #[must_use]
    pub fn add(&self, added: &[&[f64]], cluster: &[u32], n_clusters: usize, tolerance: f64) -> Option<Added> {
        let m = added.len();
        let mut eta = self.eta.clone();
        let (mut score, first) = self.sweep(added, &mut eta, None, true);
        let mut cross = first?;
        let estimable: Vec<usize> = (0..m).filter(|&k| cross.schur[(k, k)] > DETERMINED * cross.gram[(k, k)]).collect();
        if estimable.len() < m {
            return self.without_determined(added, &estimable, cluster, n_clusters, tolerance);
        }
        let mut coef = vec![0.0; m];
        let mut arrived = false;
        let mut before = f64::INFINITY;
        // Way since the information about the added columns was taken, in standard errors.
        let mut since = 0.0;
        for step in 0..MAX_STEPS {
            let (gx, gt) = &score;
            let (dx, dt) = cross.step(&self.factor, gx, gt)?;
            let decrement = (linalg::dot(&dx, gx) + linalg::dot(&dt, gt)).max(0.0).sqrt();
            if !decrement.is_finite() || (step > 3 && decrement > 0.9 * before) {
                return None;
            }
            before = decrement;
            coef.iter_mut().zip(&dt).for_each(|(b, d)| *b += d);
            arrived = decrement <= tolerance;
            since += decrement;
            let informed = step == 1 || (arrived && since > STALE);
            let (moved, anew) = self.sweep(added, &mut eta, Some((&dx, &dt)), informed);
            score = moved;
            if let Some(anew) = anew {
                (cross, since) = (anew, 0.0);
            }
            if arrived {
                break;
            }
        }
        if !arrived {
            return None;
        }
        let (covariance, influence) = self.covariance(added, &eta, &cross, cluster, n_clusters)?;
        Some(Added { coef, covariance, eta, influence })
    }

    fn without_determined(
        &self,
        added: &[&[f64]],
        estimable: &[usize],
        cluster: &[u32],
        n_clusters: usize,
        tolerance: f64,
    ) -> Option<Added> {
        let kept: Vec<&[f64]> = estimable.iter().map(|&k| added[k]).collect();
        if kept.is_empty() {
            let covariance = Array2::zeros((added.len(), added.len()));
            let (coef, influence) = (vec![f64::NAN; added.len()], vec![Vec::new(); added.len()]);
            return Some(Added { coef, covariance, eta: self.eta.clone(), influence });
        }
        let mut found = self.add(&kept, cluster, n_clusters, tolerance)?;
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

    /// Moves the linear predictor by a step of the coefficients and takes the score there, `Xᵀ r` and `Tᵀ r`; on request also
    /// the information about the added columns. The columns are read once, which is what it costs.
    fn sweep(
        &self,
        added: &[&[f64]],
        eta: &mut [f64],
        step: Option<(&[f64], &[f64])>,
        informed: bool,
    ) -> (Score, Option<Cross>) {
        let (p, m) = (self.x.n_cols(), added.len());
        let (mut gx, mut gt) = (vec![0.0; p], vec![0.0; m]);
        let (mut b, mut gram) = (vec![vec![0.0; p]; m], vec![vec![0.0; m]; m]);
        let (mut mean, mut r, mut wt) = ([0.0; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
        let mut x: Vec<&[f64]> = Vec::with_capacity(p);
        let mut t: Vec<&[f64]> = Vec::with_capacity(m);
        for (block, eta) in eta.chunks_mut(BLOCK).enumerate() {
            let rows = block * BLOCK..block * BLOCK + eta.len();
            x.clear();
            x.extend((0..p).map(|j| &self.x.col(j)[rows.clone()]));
            t.clear();
            t.extend(added.iter().map(|t| &t[rows.clone()]));
            let (mean, r, wt) = (&mut mean[..eta.len()], &mut r[..eta.len()], &mut wt[..eta.len()]);
            let (y, hat) = (&self.y[rows.clone()], self.hat.get(rows));
            if let Some((dx, dt)) = step {
                add_scaled(eta, dx, &x);
                add_scaled(eta, dt, &t);
            }
            means(eta, mean);
            residuals(y, mean, hat, r);
            add_dots(&mut gx, &x, r);
            add_dots(&mut gt, &t, r);
            if !informed {
                continue;
            }
            mean.iter_mut().for_each(|mean| *mean *= 1.0 - *mean);
            let w = mean;
            if let Some(hat) = hat {
                // With leverages held, the adjusted score falls by (1 + h) mu (1 - mu).
                w.iter_mut().zip(hat).for_each(|(w, h)| *w *= 1.0 + h);
            }
            for k in 0..m {
                wt.iter_mut().zip(&*w).zip(t[k]).for_each(|((wt, w), t)| *wt = w * t);
                add_dots(&mut b[k], &x, wt);
                add_dots(&mut gram[k], &t[..=k], wt);
            }
        }
        ((gx, gt), informed.then(|| self.cross(&b, &gram)))
    }

    /// From `B` and the lower triangle of `TᵀWT`, by added column.
    fn cross(&self, b: &[Vec<f64>], lower: &[Vec<f64>]) -> Cross {
        let m = b.len();
        let gram = Array2::from_shape_fn((m, m), |(k, l)| lower[k.max(l)][k.min(l)]);
        let solved: Vec<Vec<f64>> = b.iter().map(|b| linalg::solve(&self.factor, b)).collect();
        let schur = Array2::from_shape_fn((m, m), |(k, l)| gram[(k, l)] - linalg::dot(&b[k], &solved[l]));
        Cross { solved, gram, schur }
    }

    /// Covariance of the added columns, and the influences of the clusters that it is made of.
    fn covariance(
        &self,
        added: &[&[f64]],
        eta: &[f64],
        cross: &Cross,
        cluster: &[u32],
        n_clusters: usize,
    ) -> Option<(Array2<f64>, Vec<Vec<f32>>)> {
        let m = added.len();
        let mut sums = vec![0.0; n_clusters * m];
        let mut outside = [0.0; BLOCK];
        let (mut mean, mut r) = ([0.0; BLOCK], [0.0; BLOCK]);
        let out_of: Vec<Vec<f64>> = cross.solved.iter().map(|s| s.iter().map(|s| -s).collect()).collect();
        let mut x: Vec<&[f64]> = Vec::with_capacity(self.x.n_cols());
        for (block, eta) in eta.chunks(BLOCK).enumerate() {
            let start = block * BLOCK;
            let rows = start..start + eta.len();
            x.clear();
            x.extend((0..self.x.n_cols()).map(|j| &self.x.col(j)[rows.clone()]));
            let (mean, r) = (&mut mean[..eta.len()], &mut r[..eta.len()]);
            means(eta, mean);
            residuals(&self.y[rows.clone()], mean, self.hat.get(rows.clone()), r);
            for k in 0..m {
                let outside = &mut outside[..eta.len()];
                outside.copy_from_slice(&added[k][rows.clone()]);
                add_scaled(outside, &out_of[k], &x);
                for ((u, r), g) in outside.iter().zip(&*r).zip(&cluster[start..]) {
                    sums[*g as usize * m + k] += u * r;
                }
            }
        }
        let mut meat = Array2::<f64>::zeros((m, m));
        for u in sums.chunks(m) {
            for k in 0..m {
                for l in 0..m {
                    meat[(k, l)] += u[k] * u[l];
                }
            }
        }
        let bread = linalg::inverse(&linalg::cholesky(&cross.schur).ok()?);
        let row = |k: usize| (0..m).map(|l| bread[(k, l)]).collect::<Vec<f64>>();
        let influence = |k: usize| {
            let row = row(k);
            sums.chunks(m).map(|u| linalg::dot(&row, u) as f32).collect()
        };
        let g = n_clusters as f64;
        Some((linalg::sandwich(&bread, &meat) * (g / (g - 1.0)), (0..m).map(influence).collect()))
    }
}

/// `Xᵀ r` and `Tᵀ r`.
type Score = (Vec<f64>, Vec<f64>);

struct Cross {
    /// `A⁻¹ B` by added column.
    solved: Vec<Vec<f64>>,
    gram: Array2<f64>,
    schur: Array2<f64>,
}

impl Cross {
    fn step(&self, factor: &Array2<f64>, gx: &[f64], gt: &[f64]) -> Option<(Vec<f64>, Vec<f64>)> {
        let reduced: Vec<f64> = gt.iter().zip(&self.solved).map(|(g, s)| g - linalg::dot(s, gx)).collect();
        let dt = linalg::solve(&linalg::cholesky(&self.schur).ok()?, &reduced);
        let mut dx = linalg::solve(factor, gx);
        for (d, solved) in dt.iter().zip(&self.solved) {
            dx.iter_mut().zip(solved).for_each(|(x, s)| *x -= d * s);
        }
        Some((dx, dt))
    }
}

/// Residuals, adjusted where leverages are given.
fn residuals(y: &[f64], mean: &[f64], hat: Option<&[f64]>, r: &mut [f64]) {
    for ((r, y), mean) in r.iter_mut().zip(y).zip(mean) {
        *r = y - mean;
    }
    if let Some(hat) = hat {
        for ((r, h), mean) in r.iter_mut().zip(hat).zip(mean) {
            *r += h * (0.5 - mean);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::covariance::{Correction, clustered};
    use crate::stats::irls::{FitOptions, fit_logistic};
    use crate::stats::laws::{simulate, with_intercept};

    fn compared(penalty: Penalty, n: usize) -> (Added, LogisticFit, Array2<f64>) {
        let data = simulate(n, 7, 0.1, 5);
        let cluster: Vec<u32> = (0..n).map(|i| u32::try_from(i / 5).unwrap()).collect();
        let all = data.matrix();
        let opt = FitOptions { penalty, ..with_intercept() };
        let small = all.select(&[0, 1, 2, 3, 4]);
        let base = Base::new(small.clone(), &data.y, &fit_logistic(&small, &data.y, &opt).unwrap()).unwrap();
        let added = base.add(&[all.col(5), all.col(6)], &cluster, n / 5, 1e-9).unwrap();
        let whole = fit_logistic(&all, &data.y, &opt).unwrap();
        let covariance = clustered(&whole, &all, &data.y, &cluster, n / 5, Correction::Cr1).unwrap();
        (added, whole, covariance)
    }

    #[test]
    fn added_columns_get_the_coefficients_of_the_whole_fit_and_nearly_its_covariance() {
        let (added, whole, covariance) = compared(Penalty::None, 6000);
        for k in 0..2 {
            assert!((added.coef[k] - whole.coef[5 + k]).abs() < 1e-9, "{k}");
            let ratio = added.covariance[(k, k)].sqrt() / covariance[(5 + k, 5 + k)].sqrt();
            assert!((ratio - 1.0).abs() < 0.01, "{k}: {ratio}");
        }
    }

    #[test]
    fn under_firth_the_leverages_of_the_smaller_model_move_a_coefficient_by_a_hundredth_of_its_error() {
        let (added, whole, covariance) = compared(Penalty::Firth, 2000);
        for k in 0..2 {
            let se = covariance[(5 + k, 5 + k)].sqrt();
            assert!((added.coef[k] - whole.coef[5 + k]).abs() < 0.02 * se, "{k}");
            assert!((added.covariance[(k, k)].sqrt() / se - 1.0).abs() < 0.03, "{k}");
        }
    }

    #[test]
    fn a_column_that_the_model_determines_has_no_coefficient_and_spoils_no_other() {
        let data = simulate(3000, 5, 0.2, 6);
        let cluster: Vec<u32> = (0..3000).collect();
        let all = data.matrix();
        let small = all.select(&[0, 1, 2]);
        let base =
            Base::new(small.clone(), &data.y, &fit_logistic(&small, &data.y, &with_intercept()).unwrap()).unwrap();
        let doubled: Vec<f64> = all.col(1).iter().map(|v| 2.0 * v + 1.0).collect();
        let both = base.add(&[&doubled, all.col(4)], &cluster, 3000, 1e-9).unwrap();
        let alone = base.add(&[all.col(4)], &cluster, 3000, 1e-9).unwrap();
        assert!(both.coef[0].is_nan());
        assert!((both.coef[1] - alone.coef[0]).abs() < 1e-12);
    }
}
