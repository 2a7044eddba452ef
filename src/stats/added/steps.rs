//! Steps from a fit to the optimum of the model with added columns, of several such models side by side.

use std::ops::Range;

use ndarray::Array2;

use super::super::blocks::{add_dots, add_scaled};
use super::super::kernel::moments;
use super::super::linalg;
use super::products::{Cross, Crosses, Products, Score, residuals};
use super::{BLOCK, Base, MAX_STEPS};

/// So many standard errors away the information about the added columns is still that for the covariance.
const STALE: f64 = 0.05;
/// A step shorter than so many standard errors ends near enough to take the information there.
const NEAR: f64 = 1.0;

/// Where the steps are.
pub(super) struct State {
    pub(super) eta: Vec<f64>,
    /// `x_iᵀ I⁻¹ x_i` of the larger model under Firth's penalty, else empty.
    pub(super) length: Vec<f64>,
}

/// Everything known where the steps are.
pub(super) struct Place {
    pub(super) state: State,
    /// Coefficients of the added columns.
    pub(super) coef: Vec<f64>,
    /// Way of the coefficients of the model since the steps began.
    pub(super) moved: Vec<f64>,
    score: Score,
    pub(super) cross: Crosses,
}

/// One set of added columns and how far its steps have come.
pub(super) struct Way<'c> {
    pub(super) added: &'c [&'c [f64]],
    /// Those of which the model leaves something; where it does not of all, no step is taken.
    pub(super) estimable: Vec<usize>,
    /// `None` where the steps got lost.
    pub(super) at: Option<Place>,
    arrived: bool,
    /// Length of the last step.
    before: f64,
    /// Way since the information about the added columns was taken, in standard errors.
    since: f64,
    /// The information is taken once on the way, and again at the end if that was too early.
    on_the_way: bool,
}

/// A step of the coefficients of the model and of the added ones, and whether the information is taken after it.
struct Step {
    x: Vec<f64>,
    t: Vec<f64>,
    informed: bool,
}

impl Way<'_> {
    /// Whether the model determines an added column.
    pub(super) fn determined(&self) -> bool {
        self.estimable.len() < self.added.len()
    }

    /// No more steps.
    fn stop(&mut self) {
        self.at = None;
    }

    /// The end of the steps, if they arrived.
    pub(super) fn arrived(self) -> Option<Place> {
        self.at.filter(|_| self.arrived)
    }

    /// The next step; `None` at the end.
    fn next(&mut self, base: &Base<'_>, taken: usize, tolerance: f64) -> Option<Step> {
        if self.arrived {
            return None;
        }
        let at = self.at.as_mut()?;
        let (gx, gt) = &at.score;
        let found = at.cross.curved.step(&base.curved, gx, gt).map(|(x, t)| {
            let decrement = (linalg::dot(&x, gx) + linalg::dot(&t, gt)).max(0.0).sqrt();
            (x, t, decrement)
        });
        let good = |d: f64| d.is_finite() && (taken <= 3 || d <= 0.9 * self.before);
        let Some((x, t, decrement)) = found.filter(|(_, _, decrement)| good(*decrement)) else {
            self.stop();
            return None;
        };
        self.before = decrement;
        at.coef.iter_mut().zip(&t).for_each(|(b, d)| *b += d);
        at.moved.iter_mut().zip(&x).for_each(|(b, d)| *b += d);
        self.arrived = decrement <= tolerance;
        self.since += decrement;
        let informed = (self.on_the_way && taken > 0 && decrement < NEAR) || (self.arrived && self.since > STALE);
        Some(Step { x, t, informed })
    }
}

/// What a sweep does for one set of added columns.
struct Job<'j> {
    added: &'j [&'j [f64]],
    state: &'j mut State,
    step: Option<&'j Step>,
    score: Score,
    /// The information, if it is taken: as it is, and with what the steps are solved with.
    products: Option<[Products; 2]>,
}

impl<'j> Job<'j> {
    fn new(p: usize, added: &'j [&'j [f64]], state: &'j mut State, step: Option<&'j Step>) -> Self {
        let m = added.len();
        let informed = step.is_none_or(|step| step.informed);
        let products = informed.then(|| [Products::new(p, m), Products::new(p, m)]);
        Self { added, state, step, score: (vec![0.0; p], vec![0.0; m]), products }
    }

    /// The score, and the information if it was taken.
    fn found(self, base: &Base<'_>) -> (Score, Option<Crosses>) {
        let crosses = self.products.map(|[plain, curved]| {
            let plain = plain.cross(&base.factor);
            let curved = if base.firth { curved.cross(&base.curved) } else { plain.clone() };
            Crosses { plain, curved }
        });
        (self.score, crosses)
    }
}

impl Base<'_> {
    /// Where the steps begin: at the fit with none of the columns, or in the larger model with those that come nearest to the
    /// columns taken out.
    pub(super) fn begin<'c>(&self, sets: &'c [&'c [&'c [f64]]]) -> Vec<Way<'c>> {
        let p = self.x.n_cols();
        let (mut states, coefs): (Vec<State>, Vec<Vec<f64>>) = sets.iter().map(|added| self.first(added)).unzip();
        let jobs = states.iter_mut().zip(sets).map(|(state, added)| Job::new(p, added, state, None));
        let found = self.sweep(jobs.collect());
        let mut ways: Vec<Way<'_>> = Vec::with_capacity(sets.len());
        for (((added, state), coef), (score, cross)) in sets.iter().zip(states).zip(coefs).zip(found) {
            let leaves = |k: &usize| cross.as_ref().is_some_and(|cross| !cross.plain.determines(*k));
            let estimable: Vec<usize> = (0..added.len()).filter(leaves).collect();
            let cross = cross.filter(|_| estimable.len() == added.len());
            let at = cross.map(|cross| Place { state, coef, moved: vec![0.0; p], score, cross });
            let (arrived, before, since, on_the_way) = (false, f64::INFINITY, 0.0, true);
            ways.push(Way { added, estimable, at, arrived, before, since, on_the_way });
        }
        self.releverage(&mut ways.iter_mut().collect::<Vec<_>>());
        ways
    }

    fn first(&self, added: &[&[f64]]) -> (State, Vec<f64>) {
        let (eta, coef, length) =
            self.beside(added).unwrap_or_else(|| (self.eta.clone(), vec![0.0; added.len()], self.length.as_slice()));
        let length = if self.firth { length.to_vec() } else { Vec::new() };
        (State { eta, length }, coef)
    }

    /// Steps to the optimum of each larger model.
    pub(super) fn arrive(&self, ways: &mut [Way<'_>], tolerance: f64) {
        for taken in 0..MAX_STEPS {
            let steps: Vec<Option<Step>> = ways.iter_mut().map(|way| way.next(self, taken, tolerance)).collect();
            let mut moving: Vec<(&mut Way<'_>, &Step)> =
                ways.iter_mut().zip(&steps).filter_map(|(way, step)| Some((way, step.as_ref()?))).collect();
            if moving.is_empty() {
                break;
            }
            let jobs = moving.iter_mut().filter_map(|(way, step)| {
                Some(Job::new(self.x.n_cols(), way.added, &mut way.at.as_mut()?.state, Some(*step)))
            });
            let found = self.sweep(jobs.collect());
            let mut releveraged: Vec<&mut Way<'_>> = Vec::new();
            for ((way, _), (score, cross)) in moving.into_iter().zip(found) {
                let Some(at) = &mut way.at else { continue };
                at.score = score;
                let Some(cross) = cross else { continue };
                (at.cross, way.since, way.on_the_way) = (cross, 0.0, false);
                if self.firth {
                    // New leverages move the target: one more step at least.
                    (way.arrived, way.before) = (false, f64::INFINITY);
                    releveraged.push(way);
                }
            }
            self.releverage(&mut releveraged);
        }
    }

    /// Rows of the blocks that are read together.
    pub(super) fn blocks(&self) -> impl Iterator<Item = Range<usize>> {
        let n = self.y.len();
        (0..n).step_by(BLOCK).map(move |start| start..(start + BLOCK).min(n))
    }

    /// These rows of the columns.
    pub(super) fn rows<'s>(&'s self, x: &mut Vec<&'s [f64]>, rows: &Range<usize>) {
        x.clear();
        x.extend((0..self.x.n_cols()).map(|j| &self.x.col(j)[rows.clone()]));
    }

    /// Moves the linear predictors by their steps and takes the scores there, `Xᵀ r` and `Tᵀ r`; on request also the
    /// information about the added columns. The columns are read once, which is what it costs.
    fn sweep(&self, mut jobs: Vec<Job<'_>>) -> Vec<(Score, Option<Crosses>)> {
        let (mut mean, mut variance, mut r, mut wt) = ([0.0; BLOCK], [0.0; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
        let mut x: Vec<&[f64]> = Vec::with_capacity(self.x.n_cols());
        for rows in self.blocks() {
            self.rows(&mut x, &rows);
            let n = rows.len();
            let (mean, variance, r, wt) = (&mut mean[..n], &mut variance[..n], &mut r[..n], &mut wt[..n]);
            for job in &mut jobs {
                let t: Vec<&[f64]> = job.added.iter().map(|t| &t[rows.clone()]).collect();
                let State { eta, length } = &mut *job.state;
                let (eta, length) = (&mut eta[rows.clone()], length.get(rows.clone()));
                if let Some(step) = job.step {
                    add_scaled(eta, &step.x, &x);
                    add_scaled(eta, &step.t, &t);
                }
                residuals(eta, &self.y[rows.clone()], length, [mean, variance, r]);
                add_dots(&mut job.score.0, &x, r);
                add_dots(&mut job.score.1, &t, r);
                let Some([plain, curved]) = &mut job.products else { continue };
                plain.add(variance, &x, &t, wt);
                if let Some(length) = length {
                    // With leverages h held, the adjusted score falls by (1 + h) mu (1 - mu).
                    variance.iter_mut().zip(length).for_each(|(w, q)| *w *= 1.0 + *w * q);
                    curved.add(variance, &x, &t, wt);
                }
            }
        }
        jobs.into_iter().map(|job| job.found(self)).collect()
    }

    /// Under Firth's penalty: the leverages of the larger models, and the scores with them.
    fn releverage(&self, ways: &mut [&mut Way<'_>]) {
        if ways.is_empty() || !self.firth {
            return;
        }
        let mut outsides: Vec<Option<Outside>> =
            ways.iter().map(|way| Outside::new(&way.at.as_ref()?.cross.plain)).collect();
        let (mut mean, mut variance, mut change) = ([0.0; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
        let mut x: Vec<&[f64]> = Vec::with_capacity(self.x.n_cols());
        for rows in self.blocks() {
            let n = rows.len();
            self.rows(&mut x, &rows);
            for (way, outside) in ways.iter_mut().zip(&mut outsides) {
                let (Some(at), Some(outside)) = (&mut way.at, outside) else { continue };
                let before = &mut at.state.length[rows.clone()];
                moments(&at.state.eta[rows.clone()], &mut mean[..n], &mut variance[..n]);
                let length = &mut change[..n];
                length.copy_from_slice(&self.length[rows.clone()]);
                outside.add_lengths(way.added, &x, &rows, length);
                for i in 0..n {
                    let anew = length[i];
                    length[i] = (anew - before[i]) * variance[i] * (0.5 - mean[i]);
                    before[i] = anew;
                }
                add_dots(&mut at.score.0, &x, length);
                let t: Vec<&[f64]> = way.added.iter().map(|t| &t[rows.clone()]).collect();
                add_dots(&mut at.score.1, &t, length);
            }
        }
        // Information that is not regular leads nowhere.
        let lost = ways.iter_mut().zip(&outsides).filter(|(_, outside)| outside.is_none());
        lost.for_each(|(way, _)| way.stop());
    }
}

/// What lies outside the model of added columns.
pub(super) struct Outside {
    out_of: Vec<Vec<f64>>,
    /// `S⁻¹`.
    bread: Array2<f64>,
    /// Of the rows of a block.
    pub(super) values: Vec<[f64; BLOCK]>,
}

impl Outside {
    pub(super) fn new(cross: &Cross) -> Option<Self> {
        let bread = linalg::inverse(&linalg::cholesky(&cross.schur).ok()?);
        let out_of = cross.out_of();
        let values = vec![[0.0; BLOCK]; out_of.len()];
        Some(Self { out_of, bread, values })
    }

    /// Adds `o_iᵀ S⁻¹ o_i`.
    pub(super) fn add_lengths(&mut self, added: &[&[f64]], x: &[&[f64]], rows: &Range<usize>, length: &mut [f64]) {
        let n = rows.len();
        for (k, column) in added.iter().enumerate() {
            let (before, from) = self.values.split_at_mut(k);
            let outside = &mut from[0][..n];
            outside.copy_from_slice(&column[rows.clone()]);
            add_scaled(outside, &self.out_of[k], x);
            for (l, other) in before.iter().enumerate() {
                let twice = 2.0 * self.bread[(k, l)];
                length.iter_mut().zip(&*outside).zip(other).for_each(|((h, a), b)| *h += twice * a * b);
            }
            length.iter_mut().zip(&*outside).for_each(|(h, a)| *h += self.bread[(k, k)] * a * a);
        }
    }
}
