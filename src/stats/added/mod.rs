//! Columns added to a fitted model, at a fraction of the cost of fitting anew.

use ndarray::Array2;

use super::blocks::{add_dots, add_scaled};
use super::irls::{LogisticFit, Penalty};
use super::kernel::{means, moments};
use super::linalg;
use super::link::Link;
use super::matrix::Matrix;
use super::rows::{Frame, Scaled};
use super::secant::Secants;

mod cross;
mod few;
mod spread;

use cross::{Cross, Crosses, Products};

/// Rows whose columns are read together and stay in the cache.
const BLOCK: usize = 512;
/// Steps before the frozen information is given up.
const MAX_STEPS: usize = 30;
/// So many standard errors away the information about the added columns is still that for the covariance.
const STALE: f64 = 0.02;
/// So many standard errors away the information about the columns already there is another one: the covariance asks for it
/// anew, and leverages made of it are wrong.
const FAR: f64 = 6.0;
/// A step shorter than so many standard errors ends near enough to take the information there.
const NEAR: f64 = 1.0;

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
/// standard error of the larger model; A is that of the smaller, in the covariance only while the way from there is short. Under
/// Firth's penalty the leverages are those of the larger model too, and a long way ends in [`Missed`]. Where few clusters have an event the covariance is CR2 with the information of the larger model,
/// taken anew, and the clusters corrected that have an event or leverage.
#[derive(Debug)]
pub struct Base<'a> {
    x: Matrix<'a>,
    y: &'a [f64],
    clusters: Clusters<'a>,
    intercept: Option<usize>,
    coef: Vec<f64>,
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

/// No larger model was found near enough.
#[derive(Debug)]
pub struct Missed {
    /// Where a fit of the whole should start: coefficients of the columns of the model, then of the added ones.
    pub coef: Option<Vec<f64>>,
}

/// How an attempt to add columns ended.
enum Way {
    Arrived(Box<Moved>),
    /// The model determines some of them; these are the others.
    Determined(Vec<usize>),
}

/// Where the steps arrived.
struct Moved {
    /// Of the columns of the model, then of the added ones.
    coef: Vec<f64>,
    state: State,
    /// At most [`STALE`] standard errors from there.
    cross: Cross,
}

impl Moved {
    /// `sqrt(dᵀ S d)` of the added coefficients d: their standard errors from the model.
    fn is_far(&self) -> bool {
        let added = &self.coef[self.coef.len() - self.cross.gram.nrows()..];
        linalg::dot(added, &linalg::times(&self.cross.schur, added)).max(0.0).sqrt() > FAR
    }
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
        let (coef, eta, intercept) = (fit.coef.clone(), fit.eta.clone(), fit.frame.intercept);
        let curved = factor.clone();
        let mut base = Self { x, y, clusters, intercept, coef, eta, firth, length: Vec::new(), factor, curved };
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

    /// The model with `added` columns.
    ///
    /// # Errors
    /// [`Missed`] where the steps do not arrive within `tolerance` standard errors, or under Firth's penalty so far away that the
    /// leverages of the model are no part of those of the larger one.
    pub fn add(&self, added: &[&[f64]], tolerance: f64) -> Result<Added, Missed> {
        let nowhere = || Missed { coef: None };
        match self.moved(added, tolerance).ok_or_else(nowhere)? {
            Way::Arrived(moved) if self.firth && moved.is_far() => Err(Missed { coef: Some(moved.coef) }),
            Way::Arrived(moved) => self.with_covariance(added, *moved).ok_or_else(nowhere),
            Way::Determined(estimable) => self.without_determined(added, &estimable, tolerance),
        }
    }

    fn with_covariance(&self, added: &[&[f64]], moved: Moved) -> Option<Added> {
        let far = moved.is_far();
        let Moved { mut coef, state, cross } = moved;
        let (covariance, influence) = if self.clusters.few {
            self.few(added, &state)?
        } else if far {
            self.many(added, &state, &self.anew(&cross, &state)?)?
        } else {
            self.many(added, &state, &cross)?
        };
        Some(Added { coef: coef.split_off(self.x.n_cols()), covariance, eta: state.eta, influence })
    }

    /// With the information about the columns already there as it is now.
    fn anew(&self, cross: &Cross, state: &State) -> Option<Cross> {
        let (mut mean, mut weight) = (vec![0.0; state.eta.len()], vec![0.0; state.eta.len()]);
        moments(&state.eta, &mut mean, &mut weight);
        let frame = Frame::as_given(self.x.n_cols());
        let (information, _) = Scaled { x: &self.x, frame }.weighted_gram(&weight, &weight);
        let factor = linalg::cholesky(&information).ok()?;
        Some(Cross::of(cross.b.clone(), cross.gram.clone(), &factor))
    }

    /// Nearly the coefficients of the columns of the model and of the added ones, for a fit of the whole to start from; `None`
    /// also where one of them is determined.
    #[must_use]
    pub fn coefficients(&self, added: &[&[f64]], tolerance: f64) -> Option<Vec<f64>> {
        match self.moved(added, tolerance)? {
            Way::Arrived(moved) => Some(moved.coef),
            Way::Determined(_) => None,
        }
    }

    fn moved(&self, added: &[&[f64]], tolerance: f64) -> Option<Way> {
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
            return Some(Way::Determined(estimable));
        }
        let mut coef = [&self.coef[..], &vec![0.0; m]].concat();
        let mut before = f64::INFINITY;
        // Way since the information about the added columns was taken, in standard errors.
        let mut since = 0.0;
        // A model brings its leverages without those of the added columns.
        let mut leveraged = !self.firth;
        let mut secants = Secants::default();
        for step in 0..MAX_STEPS {
            let factor = linalg::cholesky(&cross.curved.schur).ok()?;
            let frozen = |score: &[f64]| cross.curved.step(&self.curved, &factor, score);
            let decrement = linalg::dot(&frozen(&score), &score).max(0.0).sqrt();
            if !decrement.is_finite() || (step > 3 && decrement > 0.9 * before) {
                return None;
            }
            let along = secants.step(&score, frozen);
            coef.iter_mut().zip(&along).for_each(|(b, d)| *b += d);
            (before, since) = (decrement, since + decrement);
            let informed = decrement < NEAR && (since > STALE || !leveraged);
            let (moved, anew) = self.sweep(added, &mut state, Some(&along), informed);
            secants.learn(along, &score, &moved);
            score = moved;
            if let Some(anew) = anew {
                (cross, since) = (anew, 0.0);
                if self.firth {
                    self.releverage(added, &mut state, &cross.plain, &mut score)?;
                    // New leverages move the target: one more step at least.
                    (before, leveraged) = (f64::INFINITY, true);
                    continue;
                }
            }
            if decrement <= tolerance {
                return Some(Way::Arrived(Box::new(Moved { coef, state, cross: cross.plain })));
            }
        }
        None
    }

    fn without_determined(&self, added: &[&[f64]], estimable: &[usize], tolerance: f64) -> Result<Added, Missed> {
        let kept: Vec<&[f64]> = estimable.iter().map(|&k| added[k]).collect();
        if kept.is_empty() {
            let covariance = Array2::zeros((added.len(), added.len()));
            let (coef, influence) = (vec![f64::NAN; added.len()], vec![Vec::new(); added.len()]);
            return Ok(Added { coef, covariance, eta: self.eta.clone(), influence });
        }
        let mut found = self.add(&kept, tolerance).map_err(|_| Missed { coef: None })?;
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
        Ok(Added { coef, covariance, eta: found.eta, influence })
    }

    /// Moves the linear predictor by a step of the coefficients and takes the score there, `Xᵀ r` then `Tᵀ r`; on request also
    /// the information about the added columns. The columns are read once, which is what it costs.
    fn sweep(
        &self,
        added: &[&[f64]],
        state: &mut State,
        step: Option<&[f64]>,
        informed: bool,
    ) -> (Vec<f64>, Option<Crosses>) {
        let (p, m) = (self.x.n_cols(), added.len());
        let mut score = vec![0.0; p + m];
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
            if let Some(step) = step {
                add_scaled(eta, &step[..p], &x);
                add_scaled(eta, &step[p..], &t);
            }
            means(eta, mean);
            residuals(y, mean, hat, r);
            add_dots(&mut score[..p], &x, r);
            add_dots(&mut score[p..], &t, r);
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
        (score, crosses)
    }

    /// Under Firth's penalty: the leverages of the larger model, and the score with them.
    fn releverage(&self, added: &[&[f64]], state: &mut State, cross: &Cross, score: &mut [f64]) -> Option<()> {
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
            let (gx, gt) = score.split_at_mut(x.len());
            add_dots(gx, &x, length);
            let t: Vec<&[f64]> = added.iter().map(|t| &t[rows.clone()]).collect();
            add_dots(gt, &t, length);
        }
        Some(())
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
    use crate::stats::laws::{Data, simulate, with_intercept};
    use crate::stats::small_sample::{SmallSample, small_sample};

    /// The last two of `p` columns added to the model of the others: how far their coefficients are from those of the whole
    /// fit, in standard errors of that, and the ratio of the standard errors.
    fn compared(penalty: Penalty, n: usize, p: usize, rare: f64, few: bool) -> [(f64, f64); 2] {
        compared_of(&simulate(n, p, rare, 5), penalty, few).map(|[away, ratio, _]| (away, ratio))
    }

    /// The same of given data, and the z of the whole fit.
    fn compared_of(data: &Data, penalty: Penalty, few: bool) -> [[f64; 3]; 2] {
        let (n, p) = (data.y.len(), data.cols.len());
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
            let exact = whole.coef[p - 2 + k];
            [(added.coef[k] - exact).abs() / se, added.covariance[(k, k)].sqrt() / se, exact / se]
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

    #[test]
    fn a_column_that_changes_everything_has_the_error_of_the_whole_fit_or_under_firth_asks_for_that() {
        for strength in [1.0, 2.0] {
            let mut data = simulate(3000, 12, 0.03, 5);
            let y = data.y.clone();
            data.cols[11].iter_mut().zip(&y).for_each(|(column, y)| *column += strength * y);
            let [_, [away, ratio, z]] = compared_of(&data, Penalty::None, false);
            assert!(z > 8.0 && away < 1e-8 && (ratio - 1.0).abs() < 0.01, "{z}: {away} {ratio}");
            let (all, opt) = (data.matrix(), FitOptions { penalty: Penalty::Firth, ..with_intercept() });
            let of_row: Vec<u32> = (0..3000).collect();
            let small = all.select(&(0..11).collect::<Vec<_>>());
            let fit = fit_logistic(&small, &data.y, &opt).unwrap();
            let base = Base::new(small, &data.y, Clusters { of_row: &of_row, n: 3000, few: false }, &fit).unwrap();
            let missed = base.add(&[all.col(11)], 1e-3).unwrap_err();
            let whole = fit_logistic(&all, &data.y, &opt).unwrap();
            let away =
                missed.coef.map(|coef| (coef[11] - whole.coef[11]).abs() / whole.covariance_model[(11, 11)].sqrt());
            assert!(away.is_some_and(|away| away < 0.5), "{away:?}");
        }
    }

    #[test]
    fn whole_fits_start_beside_where_they_end() {
        for (penalty, bound) in [(Penalty::None, 1e-3), (Penalty::Firth, 0.02)] {
            let data = simulate(3000, 12, 0.03, 5);
            let of_row: Vec<u32> = (0..3000).collect();
            let (all, opt) = (data.matrix(), FitOptions { penalty, ..with_intercept() });
            let small = all.select(&(0..10).collect::<Vec<_>>());
            let fit = fit_logistic(&small, &data.y, &opt).unwrap();
            let base = Base::new(small, &data.y, Clusters { of_row: &of_row, n: 3000, few: false }, &fit).unwrap();
            let near = base.coefficients(&[all.col(10), all.col(11)], 5e-3).unwrap();
            let whole = fit_logistic(&all, &data.y, &opt).unwrap();
            for (k, (near, exact)) in near.iter().zip(&whole.coef).enumerate() {
                let away = (near - exact).abs() / whole.covariance_model[(k, k)].sqrt();
                assert!(away < bound, "{penalty:?} {k}: {away}");
            }
        }
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
