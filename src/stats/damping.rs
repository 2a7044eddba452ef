//! The way out where Newton's own step leads nowhere.

use super::linalg;
use super::newton::{Newton, Point};

/// First share of the largest possible curvature that is added: with the whole of it a step of a logit always rises.
const START: f64 = 1.0;
/// By so much the share falls after a step that rises, and grows after one that does not.
const FACTOR: f64 = 4.0;
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
/// Mathematics* 40: X′X/4 bounds the information of a logit. Levenberg (1944) for what is added, and when.
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
            if next.objective.is_finite() && next.objective >= at.objective - slack {
                self.share = (self.share / FACTOR).max(LEAST);
                return Ok(next);
            }
            eta = next.eta;
            self.share *= FACTOR;
        }
        Err(eta)
    }
}
