//! What the steps taken so far tell of the curvature.

use std::collections::VecDeque;

use super::linalg::dot;

/// Steps remembered.
const MEMORY: usize = 6;
/// A step along which the score fell by less than this share of what the curvature at hand says tells nothing.
const FLAT: f64 = 1e-3;

/// Corrects steps of an inverse curvature that is only near the true one (frozen, or without a term that is dear): along the
/// directions gone already the score's own differences are believed.
///
/// Limited-memory BFGS about a given inverse `H`, on a concave objective with score `g`:
/// ```text
/// s = step,  y = g before - g after,   step so that  H' y = s  for the last step and nearly for those before
/// ```
///
/// # Source
/// Nocedal (1980), "Updating quasi-Newton matrices with limited storage", *Mathematics of Computation* 35.
#[derive(Debug, Default)]
pub(super) struct Secants {
    pairs: VecDeque<Pair>,
}

#[derive(Debug)]
struct Pair {
    step: Vec<f64>,
    fall: Vec<f64>,
    /// `1 / (step · fall)`.
    per: f64,
}

impl Secants {
    /// A step was taken between two scores.
    pub(super) fn learn(&mut self, step: Vec<f64>, before: &[f64], after: &[f64]) {
        let fall: Vec<f64> = before.iter().zip(after).map(|(b, a)| b - a).collect();
        let along = dot(&step, &fall);
        // What a step as long as this one should have removed.
        if along.is_finite() && along > FLAT * dot(&step, before).abs() {
            self.pairs.push_back(Pair { per: 1.0 / along, step, fall });
            if self.pairs.len() > MEMORY {
                self.pairs.pop_front();
            }
        }
    }

    /// The step from `score`, where `inverse` multiplies with the inverse curvature at hand.
    pub(super) fn step(&self, score: &[f64], inverse: impl FnOnce(&[f64]) -> Vec<f64>) -> Vec<f64> {
        let mut rest = score.to_vec();
        let mut shares = Vec::with_capacity(self.pairs.len());
        for pair in self.pairs.iter().rev() {
            let share = pair.per * dot(&pair.step, &rest);
            rest.iter_mut().zip(&pair.fall).for_each(|(r, y)| *r -= share * y);
            shares.push(share);
        }
        let mut step = inverse(&rest);
        for (pair, share) in self.pairs.iter().zip(shares.into_iter().rev()) {
            let lacks = share - pair.per * dot(&pair.fall, &step);
            step.iter_mut().zip(&pair.step).for_each(|(d, s)| *d += lacks * s);
        }
        step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Score of `-(b - 1)' diag(curvature) (b - 1) / 2`.
    fn score(curvature: &[f64], b: &[f64]) -> Vec<f64> {
        curvature.iter().zip(b).map(|(c, b)| c * (1.0 - b)).collect()
    }

    /// Steps until the score is gone, where every curvature is taken for 1.
    fn steps(curvature: &[f64], remembers: bool) -> usize {
        let mut b = vec![0.0; curvature.len()];
        let mut secants = Secants::default();
        for taken in 0..500 {
            let before = score(curvature, &b);
            if before.iter().all(|g| g.abs() < 1e-10) {
                return taken;
            }
            let step = secants.step(&before, <[f64]>::to_vec);
            b.iter_mut().zip(&step).for_each(|(b, s)| *b += s);
            if remembers {
                secants.learn(step, &before, &score(curvature, &b));
            }
        }
        500
    }

    #[test]
    fn the_last_step_is_believed() {
        let mut secants = Secants::default();
        secants.learn(vec![1.0, 2.0], &[3.0, 1.0], &[1.0, -1.0]);
        secants.learn(vec![0.5, -0.25], &[1.0, -1.0], &[0.4, -0.8]);
        let found = secants.step(&[0.6, -0.2], |v| vec![v[0] * 0.3, v[1] * 0.1]);
        assert!((found[0] - 0.5).abs() < 1e-12 && (found[1] + 0.25).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn an_inverse_that_is_off_by_half_arrives_in_half_the_steps_or_less() {
        let curvature = [0.5, 0.6, 0.9, 1.0, 1.3, 1.5];
        let (with, without) = (steps(&curvature, true), steps(&curvature, false));
        assert!(with * 2 <= without, "{with} against {without}");
    }

    #[test]
    fn a_step_along_which_the_score_rose_is_not_believed() {
        let mut secants = Secants::default();
        secants.learn(vec![1.0, 0.0], &[1.0, 0.0], &[2.0, 0.0]);
        secants.learn(vec![1.0, 0.0], &[1.0, 0.0], &[f64::NAN, 0.0]);
        assert_eq!(secants.step(&[1.0, 0.0], <[f64]>::to_vec), [1.0, 0.0]);
        secants.learn(vec![1.0, 0.0], &[1.0, 0.0], &[0.5, 0.0]);
        assert_eq!(secants.step(&[1.0, 0.0], <[f64]>::to_vec), [2.0, 0.0]);
    }
}
