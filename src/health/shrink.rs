//! A fit is better on its own rows than on new ones: slopes are shrunk before anyone relies on them.

use crate::stats::calibration::{intercept_quick, log_loss};

use super::model::ScoreModel;

/// Slopes keep at least this share of what was fitted: below it nothing but the base rate should be stated, and the factor
/// itself is mostly noise.
const LEAST: f64 = 0.1;

impl ScoreModel {
    /// Shrinks all slopes by one factor and moves the intercept so that the expected events are the observed ones.
    ///
    /// # Formula
    /// ```text
    /// factor = (χ² - df) / χ²      χ² = 2 (ℓ - ℓ0), ℓ0 with the intercept alone; df = fields considered, at least those fitted
    /// ```
    /// Fields that were looked at and left out count: choosing is fitting too. Returns the factor.
    ///
    /// # Source
    /// van Houwelingen & le Cessie (1990), Statistics in Medicine 9:1303–1325; Harrell, Lee & Mark (1996), ibid. 15:361–387.
    pub fn shrink(&mut self, y: &[f64], considered: usize) -> f64 {
        let n = y.len() as f64;
        let rate = y.iter().sum::<f64>() / n.max(1.0);
        let p: Vec<f64> = self.eta.iter().map(|&eta| fuellamp_score::probability(eta)).collect();
        let chi2 = 2.0 * n * (log_loss(&vec![rate; y.len()], y) - log_loss(&p, y));
        let df = considered.max(self.terms.len()) as f64;
        let factor = if chi2 > 0.0 { (1.0 - df / chi2).clamp(LEAST, 1.0) } else { LEAST };
        self.shrink_by(factor, y);
        factor
    }

    /// Shrinks all slopes by a known factor and moves the intercept so that the expected events are the observed ones.
    pub fn shrink_by(&mut self, factor: f64, y: &[f64]) {
        self.scale_slopes(factor);
        if let Some(shift) = shift_to_observed(&self.eta, y) {
            self.move_intercept(shift.0);
        }
    }

    /// Adds to the intercept, as after a change of the base rate.
    pub fn move_intercept(&mut self, shift: f64) {
        self.intercept.coefficient += shift;
        self.eta.iter_mut().for_each(|eta| *eta += shift);
    }

    fn scale_slopes(&mut self, factor: f64) {
        let start = self.intercept.coefficient;
        for term in &mut self.terms {
            term.coefficient *= factor;
            term.std_error = term.std_error.map(|se| se * factor);
        }
        self.baselines.iter_mut().for_each(|part| *part *= factor);
        if let Some(spread) = &mut self.spread {
            spread.scale_slopes(factor);
            self.intercept.std_error = spread.clustered.first().map(|row| row[0].sqrt());
        }
        self.eta.iter_mut().for_each(|eta| *eta = start + factor * (*eta - start));
    }
}

/// By how much log-odds must move so that the expected events are the observed ones, with its standard error.
#[must_use]
pub fn shift_to_observed(eta: &[f64], y: &[f64]) -> Option<(f64, f64)> {
    let shift = intercept_quick(eta, y)?;
    let information: f64 = eta.iter().map(|&eta| fuellamp_score::probability(eta + shift)).map(|p| p * (1.0 - p)).sum();
    Some((shift, information.sqrt().recip()))
}

#[cfg(test)]
mod tests {
    use fuellamp_score::{Intercept, Term};

    use super::*;

    fn model(slope: f64, x: &[f64]) -> ScoreModel {
        let term =
            Term { term: "x".to_owned(), column: "x".to_owned(), coefficient: slope, std_error: Some(0.1 * slope) };
        ScoreModel {
            intercept: Intercept { coefficient: -1.0, std_error: None },
            recipes: Vec::new(),
            terms: vec![term],
            eta: x.iter().map(|x| -1.0 + slope * x).collect(),
            baselines: vec![slope * crate::stats::moments::mean(x)],
            spread: None,
        }
    }

    #[test]
    fn the_factor_is_that_of_the_likelihood_ratio_and_events_still_add_up() {
        let x: Vec<f64> = (0..400).map(|i| f64::from(i % 20) / 10.0 - 1.0).collect();
        let y: Vec<f64> = (0..400).map(|i| f64::from(u8::from((i * 37) % 100 < 10 + 3 * (i % 20)))).collect();
        let mut shrunk = model(1.5, &x);
        let (ll, rate) = (
            -400.0 * log_loss(&shrunk.eta.iter().map(|&e| 1.0 / (1.0 + (-e).exp())).collect::<Vec<_>>(), &y),
            y.iter().sum::<f64>() / 400.0,
        );
        let null = 400.0 * (rate * rate.ln() + (1.0 - rate) * (1.0 - rate).ln());
        let chi2 = 2.0 * (ll - null);
        let factor = shrunk.shrink(&y, 4);
        assert!(chi2 > 8.0 && (factor - (chi2 - 4.0) / chi2).abs() < 1e-12, "{chi2} {factor}");
        assert!((shrunk.terms[0].coefficient - 1.5 * factor).abs() < 1e-12);
        let expected: f64 = shrunk.eta.iter().map(|&eta| fuellamp_score::probability(eta)).sum();
        assert!((expected - y.iter().sum::<f64>()).abs() < 1e-6);
        let again: f64 = shrunk.intercept.coefficient + shrunk.terms[0].coefficient * x[7];
        assert!((again - shrunk.eta[7]).abs() < 1e-12);
    }

    #[test]
    fn what_explains_nothing_keeps_a_tenth() {
        let x: Vec<f64> = (0..100).map(|i| f64::from(i % 2)).collect();
        let y: Vec<f64> = (0..100).map(|i| f64::from(u8::from(i % 4 < 2))).collect();
        assert!((model(0.01, &x).shrink(&y, 3) - LEAST).abs() < 1e-12);
    }
}
