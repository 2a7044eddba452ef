//! From a row to log-odds, probability, score, band and reasons.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::recipe::{Used, Value, ValueError};
use crate::weights::Weights;

/// A scored row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    /// Linear predictor.
    pub log_odds: f64,
    /// Probability of the event within the horizon.
    pub probability: f64,
    /// Health score, 100 = healthy.
    pub score: f64,
    /// Name of the band.
    pub band: String,
    /// Contribution per input column against the average customer, most harmful first (ties in file order).
    pub contributions: Vec<Contribution>,
    /// Policies that had to step in, by column.
    pub used: Vec<(String, Used)>,
    /// Standard error of the linear predictor, from the covariance of the coefficients; `None` where the weights carry none.
    #[serde(default)]
    pub std_error: Option<f64>,
    /// 95 % interval; `None` where the weights carry no covariance.
    #[serde(default)]
    pub interval: Option<Interval>,
}

/// 95 % interval of one row: where the expected probability may lie because the coefficients were estimated. Whether
/// this one customer leaves is not what it speaks of, nor whether the future resembles the training data.
///
/// ```text
/// log-odds ± 1.96 se,  se² = x V xᵀ,  x = (1, fields);   probability = 1 / (1 + exp(-log-odds)), and the score of each end
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end of the probability.
    pub probability_low: f64,
    /// Upper end of the probability.
    pub probability_high: f64,
    /// Lower end of the score, that of the higher probability.
    pub score_low: f64,
    /// Upper end of the score.
    pub score_high: f64,
}

/// 97.5 % point of the normal distribution.
const Z975: f64 = 1.959_963_984_540_054;

/// What one input column adds, compared with the average customer in training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contribution {
    /// Input column.
    pub column: String,
    /// Log-odds above (harmful) or below (protective) the average customer.
    pub log_odds: f64,
    /// The same in points of the score: negative is harmful.
    pub points: f64,
}

/// Why a row cannot be scored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScoreError {
    /// A value cannot be used.
    Value(ValueError),
    /// The weights are inconsistent; [`Weights::check`] says how.
    Weights,
}

impl fmt::Display for ScoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(error) => error.fmt(f),
            Self::Weights => f.write_str("the weights are inconsistent"),
        }
    }
}

impl std::error::Error for ScoreError {}

impl From<ValueError> for ScoreError {
    fn from(error: ValueError) -> Self {
        Self::Value(error)
    }
}

/// `1 / (1 + exp(-log_odds))`, without overflow.
#[must_use]
pub fn probability(log_odds: f64) -> f64 {
    if log_odds >= 0.0 {
        1.0 / (1.0 + (-log_odds).exp())
    } else {
        let e = log_odds.exp();
        e / (1.0 + e)
    }
}

impl Weights {
    /// Scores one row; `value` gives the value of an input column.
    ///
    /// # Errors
    /// [`ScoreError`] where a value cannot be used.
    pub fn score<'a>(&self, value: impl Fn(&str) -> Value<'a>) -> Result<Scored, ScoreError> {
        let mut log_odds = self.intercept.coefficient;
        let mut contributions = Vec::with_capacity(self.recipes.len());
        let mut used = Vec::new();
        let mut fields = Vec::new();
        let mut row = vec![1.0];
        let mut terms = self.terms.iter();
        for recipe in &self.recipes {
            fields.clear();
            let within = recipe.within().map_or(Value::Missing, &value);
            if let Some(policy) = recipe.expand(value(recipe.column()), within, &mut fields)? {
                used.push((recipe.column().to_owned(), policy));
            }
            let mut part = 0.0;
            for field in &fields {
                part += terms.next().ok_or(ScoreError::Weights)?.coefficient * field;
            }
            log_odds += part;
            row.extend_from_slice(&fields);
            if let Some(group) = self.reasons.iter().find(|g| g.column == recipe.column()) {
                let difference = part - group.baseline;
                contributions.push(Contribution {
                    column: group.column.clone(),
                    log_odds: difference,
                    points: -self.score.slope * difference,
                });
            }
        }
        let phase = self.phases.as_ref().map_or(Value::Missing, |phases| value(&phases.column));
        if let Some((column, policy)) = self.phase_policy(phase)
            && !used.iter().any(|(known, _)| *known == column)
        {
            used.push((column, policy));
        }
        contributions.sort_by(|a, b| b.log_odds.total_cmp(&a.log_odds));
        let p = probability(log_odds);
        let std_error = self.covariance.as_ref().map(|covariance| std_error(covariance, &row));
        Ok(Scored {
            log_odds,
            probability: p,
            score: self.score_of(log_odds),
            band: self.band_of(p, phase).ok_or(ScoreError::Weights)?.to_owned(),
            contributions,
            used,
            std_error,
            interval: std_error.map(|se| self.interval(log_odds, se)),
        })
    }

    /// 95 % interval around a linear predictor with this standard error.
    fn interval(&self, log_odds: f64, std_error: f64) -> Interval {
        let (low, high) = (log_odds - Z975 * std_error, log_odds + Z975 * std_error);
        Interval {
            probability_low: probability(low),
            probability_high: probability(high),
            score_low: self.score_of(high),
            score_high: self.score_of(low),
        }
    }

    /// Health score of a linear predictor.
    #[must_use]
    pub fn score_of(&self, log_odds: f64) -> f64 {
        let s = &self.score;
        (s.offset - s.slope * log_odds).clamp(s.low, s.high)
    }
}

/// `sqrt(x V xᵀ)` from the lower triangle of `V`.
fn std_error(covariance: &[Vec<f64>], x: &[f64]) -> f64 {
    let mut variance = 0.0;
    for (i, (row, xi)) in covariance.iter().zip(x).enumerate() {
        for (j, (v, xj)) in row.iter().zip(x).enumerate() {
            let times = if i == j { 1.0 } else { 2.0 };
            variance += times * xi * xj * v;
        }
    }
    variance.max(0.0).sqrt()
}
