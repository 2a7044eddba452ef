//! Columns added to a fitted model, at a fraction of the cost of fitting anew.

use ndarray::Array2;

use super::blocks::{add_dots, add_scaled};
use super::irls::{LogisticFit, Penalty};
use super::kernel::{means, moments};
use super::linalg;
use super::link::Link;
use super::matrix::Matrix;
use super::rows::{Frame, Scaled};

mod few;
mod spread;

/// Rows whose columns are read together and stay in the cache.
const BLOCK: usize = 512;
/// Steps before the frozen information is given up.
const MAX_STEPS: usize = 30;
/// So many standard errors away the information about the added columns is still that for the covariance.
const STALE: f64 = 0.02;
/// A step shorter than so many standard errors ends near enough to take the information there.
const NEAR: f64 = 1.0;
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
/// leverages (Firth)    h_i = w_i (x_iᵀ A⁻¹ x_i + o_iᵀ S⁻¹ o_i),  o_i = (T - X A⁻¹ B)_i
/// ```
/// The coefficients are exact to the tolerance; S and B of the covariance and of the leverages are taken within a fiftieth of a
/// standard error of the larger model, A remains that of the smaller. Under Firth's penalty the leverages are those
/// of the larger model too. Where few clusters have an event the covariance is CR2 with the information of the larger model,
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

/// Where the steps are.
struct State {
    eta: Vec<f64>,
    /// Leverages under Firth's penalty, else empty.
    hat: Vec<f64>,
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
        let (eta, intercept) = (fit.eta.clone(), fit.frame.intercept);
        let curved = factor.clone();
        let mut base = Self { x, y, clusters, intercept, eta, firth, length: Vec::new(), factor, curved };
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

    /// The model with `added` columns; `None` where the steps do not arrive within `tolerance` standard errors.
    #[must_use]
    pub fn add(&self, added: &[&[f64]], tolerance: f64) -> Option<Added> {
        let m = added.len();
        let mut state = State { eta: self.eta.clone(), hat: Vec::new() };
        if self.firth {
            let (mut mean, mut variance) = (vec![0.0; self.eta.len()], vec![0.0; self.eta.len()]);
            moments(&self.eta, &mut mean, &mut variance);
            state.hat = self.length.iter().zip(&variance).map(|(q, w)| q * w).collect();
        }
        let (mut score, first) = self.sweep(added, &mut state, None, true);
        let mut cross = first?;
        let estimable: Vec<usize> = (0..m).filter(|&k| !cross.plain.determines(k)).collect();
        if estimable.len() < m {
            return self.without_determined(added, &estimable, tolerance);
        }
        let mut coef = vec![0.0; m];
        let mut arrived = false;
        let mut before = f64::INFINITY;
        // Way since the information about the added columns was taken, in standard errors.
        let mut since = 0.0;
        // The information is taken once on the way, and again at the end if that was too early.
        let mut on_the_way = true;
        for step in 0..MAX_STEPS {
            let (gx, gt) = &score;
            let (dx, dt) = cross.curved.step(&self.curved, gx, gt)?;
            let decrement = (linalg::dot(&dx, gx) + linalg::dot(&dt, gt)).max(0.0).sqrt();
            if !decrement.is_finite() || (step > 3 && decrement > 0.9 * before) {
                return None;
            }
            before = decrement;
            coef.iter_mut().zip(&dt).for_each(|(b, d)| *b += d);
            arrived = decrement <= tolerance;
            since += decrement;
            let informed = (on_the_way && step > 0 && decrement < NEAR) || (arrived && since > STALE);
            let (moved, anew) = self.sweep(added, &mut state, Some((&dx, &dt)), informed);
            score = moved;
            if let Some(anew) = anew {
                (cross, since, on_the_way) = (anew, 0.0, false);
                self.releverage(added, &mut state, &cross.plain, &mut score)?;
                if self.firth {
                    // New leverages move the target: one more step at least.
                    (arrived, before) = (false, f64::INFINITY);
                }
            }
            if arrived {
                break;
            }
        }
        if !arrived {
            return None;
        }
        let (covariance, influence) =
            if self.clusters.few { self.few(added, &state)? } else { self.many(added, &state, &cross.plain)? };
        Some(Added { coef, covariance, eta: state.eta, influence })
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

    /// Moves the linear predictor by a step of the coefficients and takes the score there, `Xᵀ r` and `Tᵀ r`; on request also
    /// the information about the added columns. The columns are read once, which is what it costs.
    fn sweep(
        &self,
        added: &[&[f64]],
        state: &mut State,
        step: Option<(&[f64], &[f64])>,
        informed: bool,
    ) -> (Score, Option<Crosses>) {
        let (p, m) = (self.x.n_cols(), added.len());
        let (mut gx, mut gt) = (vec![0.0; p], vec![0.0; m]);
        let mut plain = Products::new(p, m);
        let mut curved = plain.clone();
        let (mut mean, mut r, mut wt) = ([0.0; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
        let mut x: Vec<&[f64]> = Vec::with_capacity(p);
        let mut t: Vec<&[f64]> = Vec::with_capacity(m);
        let State { eta, hat } = state;
        for (block, eta) in eta.chunks_mut(BLOCK).enumerate() {
            let rows = block * BLOCK..block * BLOCK + eta.len();
            x.clear();
            x.extend((0..p).map(|j| &self.x.col(j)[rows.clone()]));
            t.clear();
            t.extend(added.iter().map(|t| &t[rows.clone()]));
            let (mean, r, wt) = (&mut mean[..eta.len()], &mut r[..eta.len()], &mut wt[..eta.len()]);
            let (y, hat) = (&self.y[rows.clone()], hat.get(rows));
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
            plain.add(w, &x, &t, wt);
            if let Some(hat) = hat {
                // With leverages held, the adjusted score falls by (1 + h) mu (1 - mu).
                w.iter_mut().zip(hat).for_each(|(w, h)| *w *= 1.0 + h);
                curved.add(w, &x, &t, wt);
            }
        }
        let crosses = informed.then(|| {
            let plain = plain.cross(&self.factor);
            let curved = if self.firth { curved.cross(&self.curved) } else { plain.clone() };
            Crosses { plain, curved }
        });
        ((gx, gt), crosses)
    }

    /// Under Firth's penalty: the leverages of the larger model, and the score with them.
    fn releverage(&self, added: &[&[f64]], state: &mut State, cross: &Cross, score: &mut Score) -> Option<()> {
        if !self.firth {
            return Some(());
        }
        let m = added.len();
        let bread = linalg::inverse(&linalg::cholesky(&cross.schur).ok()?);
        let out_of = cross.out_of();
        let mut outside = vec![[0.0; BLOCK]; m];
        let (mut mean, mut variance, mut change) = ([0.0; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
        let mut x: Vec<&[f64]> = Vec::with_capacity(self.x.n_cols());
        for (block, hat) in state.hat.chunks_mut(BLOCK).enumerate() {
            let rows = block * BLOCK..block * BLOCK + hat.len();
            let n = hat.len();
            x.clear();
            x.extend((0..self.x.n_cols()).map(|j| &self.x.col(j)[rows.clone()]));
            moments(&state.eta[rows.clone()], &mut mean[..n], &mut variance[..n]);
            let length = &mut change[..n];
            length.copy_from_slice(&self.length[rows.clone()]);
            for k in 0..m {
                let (before, from) = outside.split_at_mut(k);
                let outside = &mut from[0][..n];
                outside.copy_from_slice(&added[k][rows.clone()]);
                add_scaled(outside, &out_of[k], &x);
                for (l, other) in before.iter().enumerate() {
                    let twice = 2.0 * bread[(k, l)];
                    length.iter_mut().zip(&*outside).zip(other).for_each(|((h, a), b)| *h += twice * a * b);
                }
                length.iter_mut().zip(&*outside).for_each(|(h, a)| *h += bread[(k, k)] * a * a);
            }
            for i in 0..n {
                let anew = length[i] * variance[i];
                length[i] = (anew - hat[i]) * (0.5 - mean[i]);
                hat[i] = anew;
            }
            add_dots(&mut score.0, &x, length);
            let t: Vec<&[f64]> = added.iter().map(|t| &t[rows.clone()]).collect();
            add_dots(&mut score.1, &t, length);
        }
        Some(())
    }
}

/// `Xᵀ r` and `Tᵀ r`.
type Score = (Vec<f64>, Vec<f64>);

/// `B` and the lower triangle of `TᵀWT`, by added column.
#[derive(Clone)]
struct Products {
    b: Vec<Vec<f64>>,
    lower: Vec<Vec<f64>>,
}

impl Products {
    fn new(p: usize, m: usize) -> Self {
        Self { b: vec![vec![0.0; p]; m], lower: vec![vec![0.0; m]; m] }
    }

    /// Adds the rows of a block; `wt` is room for as many numbers.
    fn add(&mut self, w: &[f64], x: &[&[f64]], t: &[&[f64]], wt: &mut [f64]) {
        for k in 0..t.len() {
            wt.iter_mut().zip(w).zip(t[k]).for_each(|((wt, w), t)| *wt = w * t);
            add_dots(&mut self.b[k], x, wt);
            add_dots(&mut self.lower[k], &t[..=k], wt);
        }
    }

    fn cross(&self, factor: &Array2<f64>) -> Cross {
        let (b, lower, m) = (&self.b, &self.lower, self.b.len());
        let gram = Array2::from_shape_fn((m, m), |(k, l)| lower[k.max(l)][k.min(l)]);
        let solved: Vec<Vec<f64>> = b.iter().map(|b| linalg::solve(factor, b)).collect();
        let schur = Array2::from_shape_fn((m, m), |(k, l)| gram[(k, l)] - linalg::dot(&b[k], &solved[l]));
        Cross { solved, gram, schur }
    }
}

/// With the information, and with what the steps are solved with.
struct Crosses {
    plain: Cross,
    curved: Cross,
}

#[derive(Clone)]
struct Cross {
    /// `A⁻¹ B` by added column.
    solved: Vec<Vec<f64>>,
    gram: Array2<f64>,
    schur: Array2<f64>,
}

impl Cross {
    /// `-A⁻¹ B` by added column: with it a row leaves its part inside the model.
    fn out_of(&self) -> Vec<Vec<f64>> {
        self.solved.iter().map(|s| s.iter().map(|s| -s).collect()).collect()
    }

    /// Whether the model leaves nothing of an added column.
    fn determines(&self, k: usize) -> bool {
        self.schur[(k, k)] <= DETERMINED * self.gram[(k, k)]
    }

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
    use crate::stats::small_sample::{SmallSample, small_sample};

    /// The last two of `p` columns added to the model of the others: how far their coefficients are from those of the whole
    /// fit, in standard errors of that, and the ratio of the standard errors.
    fn compared(penalty: Penalty, n: usize, p: usize, rare: f64, few: bool) -> [(f64, f64); 2] {
        let data = simulate(n, p, rare, 5);
        let of_row: Vec<u32> = (0..n).map(|i| u32::try_from(i / 5).unwrap()).collect();
        let clusters = Clusters { of_row: &of_row, n: n / 5, few };
        let all = data.matrix();
        let opt = FitOptions { penalty, ..with_intercept() };
        let small = all.select(&(0..p - 2).collect::<Vec<_>>());
        let fit = fit_logistic(&small, &data.y, &opt).unwrap();
        let base = Base::new(small.clone(), &data.y, clusters, &fit).unwrap();
        let added = base.add(&[all.col(p - 2), all.col(p - 1)], 1e-9).unwrap();
        let whole = fit_logistic(&all, &data.y, &opt).unwrap();
        let covariance = if few {
            small_sample(&whole, &all, &data.y, None, &of_row, n / 5, SmallSample::Cr2).unwrap().covariance
        } else {
            clustered(&whole, &all, &data.y, &of_row, n / 5, Correction::Cr1).unwrap()
        };
        [0, 1].map(|k| {
            let se = covariance[(p - 2 + k, p - 2 + k)].sqrt();
            ((added.coef[k] - whole.coef[p - 2 + k]).abs() / se, added.covariance[(k, k)].sqrt() / se)
        })
    }

    #[test]
    fn added_columns_get_the_coefficients_of_the_whole_fit_and_nearly_its_covariance() {
        for (away, ratio) in compared(Penalty::None, 6000, 7, 0.1, false) {
            assert!(away < 1e-8 && (ratio - 1.0).abs() < 0.01, "{away} {ratio}");
        }
    }

    #[test]
    fn under_firth_leverages_follow_however_many_columns_share_the_events() {
        for (n, p, rare) in [(2000, 7, 0.1), (3000, 30, 0.03), (900, 30, 0.08)] {
            for (away, ratio) in compared(Penalty::Firth, n, p, rare, false) {
                assert!(away < 0.01 && (ratio - 1.0).abs() < 0.03, "{n} {p}: {away} {ratio}");
            }
        }
    }

    /// The outcome leaks into the last column, more and more. `A` is then another one in the larger model: the steps must say so by not
    /// arriving before the standard error is wrong.
    #[test]
    fn a_very_strong_column_has_the_error_of_the_whole_fit_or_is_not_added() {
        let added = [0.5, 0.7, 0.9, 1.0, 1.2, 1.5, 2.0].map(|strength| {
            let mut data = simulate(3000, 12, 0.03, 5);
            let y = data.y.clone();
            data.cols[11].iter_mut().zip(&y).for_each(|(column, y)| *column += strength * y);
            let (all, opt) = (data.matrix(), with_intercept());
            let of_row: Vec<u32> = (0..3000).map(|i| i / 5).collect();
            let small = all.select(&(0..11).collect::<Vec<_>>());
            let fit = fit_logistic(&small, &data.y, &opt).unwrap();
            let base = Base::new(small, &data.y, Clusters { of_row: &of_row, n: 600, few: false }, &fit).unwrap();
            let whole = fit_logistic(&all, &data.y, &opt).unwrap();
            let covariance = clustered(&whole, &all, &data.y, &of_row, 600, Correction::Cr1).unwrap();
            let ratio =
                base.add(&[all.col(11)], 1e-3).map(|found| (found.covariance[(0, 0)] / covariance[(11, 11)]).sqrt());
            assert!(ratio.is_none_or(|ratio| (ratio - 1.0).abs() < 0.01), "{strength}: {ratio:?}");
            ratio.is_some()
        });
        assert!(added[0] && added[1] && !added[6], "{added:?}");
    }

    #[test]
    fn with_few_events_slopes_and_cr2_are_nearly_those_of_the_whole_fit() {
        for (penalty, n, p, rare) in [
            (Penalty::None, 1500, 7, 0.03),
            (Penalty::Firth, 1500, 7, 0.03),
            (Penalty::Firth, 400, 7, 0.08),
            (Penalty::Firth, 1500, 20, 0.03),
        ] {
            for (away, ratio) in compared(penalty, n, p, rare, true) {
                assert!(away < 0.01 && (ratio - 1.0).abs() < 0.02, "{penalty:?} {n} {p}: {away} {ratio}");
            }
        }
    }

    #[test]
    fn a_column_that_the_model_determines_has_no_coefficient_and_spoils_no_other() {
        let data = simulate(3000, 5, 0.2, 6);
        let of_row: Vec<u32> = (0..3000).collect();
        let all = data.matrix();
        let small = all.select(&[0, 1, 2]);
        let fit = fit_logistic(&small, &data.y, &with_intercept()).unwrap();
        let clusters = Clusters { of_row: &of_row, n: 3000, few: false };
        let base = Base::new(small.clone(), &data.y, clusters, &fit).unwrap();
        let doubled: Vec<f64> = all.col(1).iter().map(|v| 2.0 * v + 1.0).collect();
        let both = base.add(&[&doubled, all.col(4)], 1e-9).unwrap();
        let alone = base.add(&[all.col(4)], 1e-9).unwrap();
        assert!(both.coef[0].is_nan());
        assert!((both.coef[1] - alone.coef[0]).abs() < 1e-12);
    }
}
