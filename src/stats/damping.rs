//! The way out where Newton's own step leads nowhere.

use super::linalg;
use super::newton::{Newton, Point};

/// First share of the largest possible curvature that is added: with the whole of it a step of a logit always rises.
const START: f64 = 1.0;
/// By so much the share falls after a step that gains what it promised, and grows after one that falls or gains next to nothing.
const FACTOR: f64 = 4.0;
/// Shares of the gain that the curvature promises, below which the share grows and above which it falls.
const GAINED: (f64, f64) = (0.25, 0.75);
/// It never falls below this share.
const LEAST: f64 = 1e-9;
/// Shares tried for one step.
const MAX_TRIES: usize = 20;
/// Damped steps of one fit: those that lead out need a dozen, and a penalised likelihood that is all but flat would take
/// hundreds without arriving.
const MAX_STEPS: usize = 100;
/// Largest curvature of a row of a logit, reached at even odds.
const CURVATURE: f64 = 0.25;

/// Levenberg's damping of Newton's steps: the share of the largest possible curvature that is added to the information.
///
/// A few rows that carry a column alone can be overshot by a step that raises the likelihood of all other rows. Sure of their
/// outcome, right or wrong, they leave next to no information on their column, and Newton's step from there is astronomical.
///
/// # Source
/// Böhning & Lindsay (1988), "Monotonicity of quadratic-approximation algorithms", *Annals of the Institute of Statistical
/// Mathematics* 40: X′X/4 bounds the information of a logit. Levenberg (1944) for what is added; Marquardt (1963) and Fletcher
/// (1971) for when: by the gain of a step beside the gain that the curvature promises.
#[derive(Debug, Default)]
pub(super) struct Damping {
    share: f64,
    steps: usize,
}

impl Damping {
    /// Steps are to be damped.
    pub(super) fn is_on(&self) -> bool {
        self.share > 0.0
    }

    /// Newton's steps lead somewhere again.
    pub(super) fn off(&mut self) {
        self.share = 0.0;
    }

    /// A damped step that does not lower the objective; the rows' predictors back where there is none.
    pub(super) fn step(
        &mut self,
        newton: &Newton<'_>,
        at: &Point,
        score: &[f64],
        mut eta: Vec<f64>,
    ) -> Result<Point, Vec<f64>> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Err(eta);
        }
        let information = newton.information(at);
        let slack = newton.slack(at);
        let largest = CURVATURE * newton.total_weight();
        if !self.is_on() {
            self.share = START;
        }
        for _ in 0..MAX_TRIES {
            let mut damped = information.clone();
            (0..score.len()).for_each(|j| damped[[j, j]] += self.share * largest);
            let Ok(factor) = linalg::cholesky(&damped) else { return Err(eta) };
            let step = linalg::solve(&factor, score);
            let next = newton.evaluate(at.beta.iter().zip(&step).map(|(b, s)| b + s).collect(), eta);
            let gained = next.objective - at.objective;
            if next.objective.is_finite() && gained >= -slack {
                // (I + D) step = score, so step·score − step′ I step / 2 is half of step·score + step′ D step.
                let added = self.share * largest * linalg::dot(&step, &step);
                let promised = 0.5 * (linalg::dot(&step, score) + added);
                // Over an optimum to its other side the objective rises a little, and would again from there.
                if gained < GAINED.0 * promised {
                    self.share *= FACTOR;
                } else if gained > GAINED.1 * promised {
                    self.share = (self.share / FACTOR).max(LEAST);
                }
                return Ok(next);
            }
            eta = next.eta;
            self.share *= FACTOR;
        }
        Err(eta)
    }
}
