//! The level that a score is stated at: that of the last period, where the log-odds have drifted over the calendar.

use std::collections::BTreeMap;

use crate::stats::irls::{FitOptions, fit_logistic};
use crate::stats::matrix::Matrix;

use super::model::ScoreModel;
use super::shrink::shift_to_observed;

/// Decisions below which no trend is looked for.
const MIN_EVENTS: usize = 40;
/// Periods below which none is.
const MIN_PERIODS: usize = 6;

/// Drift of the level over the calendar, beside everything in the score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelTrend {
    /// Log-odds by which the level moves per period.
    pub per_period: f64,
    /// Its standard error, widened by what periods differ beyond chance (seasons, a price rise).
    pub std_error: f64,
    /// Log-odds by which the intercept was moved.
    pub applied: f64,
    /// Standard error of this move.
    pub applied_error: f64,
}

impl ScoreModel {
    /// Moves the intercept to where a shrunken trend of the level stands in the last period.
    ///
    /// # Formula
    /// ```text
    /// logit p = a + η + b (t - T)              T = last period
    /// se²     = φ I⁻¹,  φ = max(1, Σ_t (O_t - E_t)² / V_t / (periods - 2))
    /// k       = b² / (b² + se²)                what chance may explain of b is left out
    /// applied: a with  Σ expit(η + a + k b (t - T)) = Σ y
    /// var(a)  ≈ k² se² (mean of t - T)², added to that of the intercept
    /// ```
    /// `period` (n): calendar position of each row. The trend is held at its last value and not drawn further. `None` and
    /// no move with fewer than 40 decisions or six periods.
    ///
    /// # Source
    /// Quasi-likelihood: McCullagh & Nelder (1989), §4.5. Shrinkage: Thompson (1968), JASA 63:113–122.
    pub fn follow_trend(&mut self, y: &[f64], period: &[i32]) -> Option<LevelTrend> {
        let (first, last) = (*period.iter().min()?, *period.iter().max()?);
        if y.iter().filter(|y| **y > 0.5).count() < MIN_EVENTS || first == last {
            return None;
        }
        let (ones, ago): (Vec<f64>, Vec<f64>) = period.iter().map(|&t| (1.0, f64::from(t - last))).unzip();
        let x = Matrix::new(vec![&ones, &ago]).ok()?;
        let options = FitOptions { intercept: Some(0), offset: Some(&self.eta), ..FitOptions::default() };
        let fit = fit_logistic(&x, y, &options).ok()?;
        let (b, se) = (fit.coef[1], (fit.covariance_model[(1, 1)] * dispersion(&fit.fitted, y, period)?).sqrt());
        if !(b.is_finite() && se.is_finite()) {
            return None;
        }
        let share = if b == 0.0 { 0.0 } else { b * b / (b * b + se * se) };
        let kept = share * b;
        let drifted: Vec<f64> = self.eta.iter().zip(&ago).map(|(eta, ago)| eta + kept * ago).collect();
        let applied = shift_to_observed(&drifted, y)?.0;
        let w: Vec<f64> = fit.fitted.iter().map(|p| p * (1.0 - p)).collect();
        let back = w.iter().zip(&ago).map(|(w, ago)| w * ago).sum::<f64>() / w.iter().sum::<f64>();
        let trend = LevelTrend { per_period: b, std_error: se, applied, applied_error: (back * share * se).abs() };
        self.hold_trend(&trend);
        Some(trend)
    }

    /// Moves the intercept by a trend that was found before, and adds its error.
    pub fn hold_trend(&mut self, trend: &LevelTrend) {
        self.move_intercept(trend.applied);
        if let Some(spread) = &mut self.spread {
            spread.widen_level(trend.applied_error.powi(2));
            self.intercept.std_error = spread.clustered.first().map(|row| row[0].sqrt());
        }
    }
}

/// Pearson's χ² of the events of each period over its degrees of freedom, at least 1; `None` with too few periods.
fn dispersion(fitted: &[f64], y: &[f64], period: &[i32]) -> Option<f64> {
    let mut periods: BTreeMap<i32, (f64, f64)> = BTreeMap::new();
    for ((p, y), t) in fitted.iter().zip(y).zip(period) {
        let (excess, variance) = periods.entry(*t).or_default();
        *excess += y - p;
        *variance += p * (1.0 - p);
    }
    let chi2: f64 = periods.values().filter(|(_, v)| *v > 0.0).map(|(excess, v)| excess * excess / v).sum();
    (periods.len() >= MIN_PERIODS).then(|| (chi2 / (periods.len() - 2) as f64).max(1.0))
}

#[cfg(test)]
mod tests {
    use fuellamp_score::Intercept;

    use super::*;

    /// A model that knows the mean level alone, and rows of 24 periods whose share of events is that of the line.
    fn rows(line: impl Fn(i32) -> f64) -> (ScoreModel, Vec<f64>, Vec<i32>) {
        let (mut y, mut period) = (Vec::new(), Vec::new());
        for t in 0..24 {
            let events = (1000.0 * fuellamp_score::probability(line(t))).round() as usize;
            y.extend((0..1000).map(|i| f64::from(u8::from(i < events))));
            period.extend([t; 1000]);
        }
        let rate = y.iter().sum::<f64>() / y.len() as f64;
        let level = (rate / (1.0 - rate)).ln();
        let model = ScoreModel {
            intercept: Intercept { coefficient: level, std_error: None },
            recipes: Vec::new(),
            terms: Vec::new(),
            eta: vec![level; y.len()],
            baselines: Vec::new(),
            spread: None,
        };
        (model, y, period)
    }

    #[test]
    fn the_level_is_that_of_the_last_period() {
        let (mut model, y, period) = rows(|t| -2.0 - 0.04 * f64::from(t));
        let found = model.follow_trend(&y, &period).unwrap();
        assert!((found.per_period + 0.04).abs() < 0.002, "{found:?}");
        // A hundredth of a trend of ten standard errors may be chance.
        assert!(found.std_error < 0.1 * found.per_period.abs(), "{found:?}");
        assert!((model.intercept.coefficient + 2.0 + 23.0 * 0.04).abs() < 0.02, "{model:?}");
        assert!((model.eta[0] - model.intercept.coefficient).abs() < 1e-12);
    }

    #[test]
    fn chance_and_seasons_move_little_or_nothing() {
        let (mut flat, y, period) = rows(|_| -2.0);
        assert!(flat.follow_trend(&y, &period).unwrap().applied.abs() < 1e-9);
        // Two winters of which the second is cut short look like a trend to whoever takes months as independent.
        let season = |t: i32| -2.0 + 0.8 * (f64::from(t) * std::f64::consts::TAU / 16.0).cos();
        let (mut seasonal, y, period) = rows(season);
        let found = seasonal.follow_trend(&y, &period).unwrap();
        assert!(found.std_error > 0.008 && found.applied.abs() < 0.1, "{found:?}");
    }

    #[test]
    fn few_decisions_or_periods_say_nothing_about_a_trend() {
        let (mut model, y, period) = rows(|t| -2.0 - 0.04 * f64::from(t));
        assert_eq!(model.follow_trend(&y[..4000], &period[..4000]), None);
        let few: Vec<f64> = y.iter().enumerate().map(|(i, y)| if i % 100 == 0 { *y } else { 0.0 }).collect();
        assert_eq!(model.follow_trend(&few, &period), None);
    }
}
