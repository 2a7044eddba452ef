//! Do predicted probabilities mean what they say?

use super::irls::{FitOptions, IrlsError, fit_logistic};
use super::matrix::{Matrix, MatrixError};
use super::normal;
use crate::notice::Explain;

/// Probabilities are kept this far from 0 and 1 in the log loss, as scikit-learn did for doubles: one certain error costs 36.
pub const LOG_LOSS_EPSILON: f64 = f64::EPSILON;

/// Calibration in the large and calibration slope.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// Intercept with `eta` as offset; ideal 0.
    pub intercept: f64,
    /// Its model-based standard error.
    pub intercept_se: f64,
    /// Coefficient of `eta` when refitted; ideal 1.
    pub slope: f64,
    /// Its model-based standard error.
    pub slope_se: f64,
}

/// One group of a calibration curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CalibrationBin {
    /// Mean predicted probability.
    pub mean_predicted: f64,
    /// Share of events.
    pub observed: f64,
    /// Rows.
    pub n: usize,
    /// Events.
    pub events: usize,
    /// Lower 95 % limit of the share (Wilson).
    pub ci_low: f64,
    /// Upper 95 % limit of the share (Wilson).
    pub ci_high: f64,
}

/// Why calibration could not be measured.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CalibrationError {
    /// The linear predictor is missing or infinite somewhere.
    #[error("linear predictor: {0}")]
    Predictor(#[from] MatrixError),
    /// The refit failed.
    #[error("calibration refit: {0}")]
    Refit(#[from] IrlsError),
}

impl Explain for CalibrationError {
    fn ja(&self) -> String {
        match self {
            Self::Predictor(e) => format!("線形予測子：{}", e.ja()),
            Self::Refit(e) => format!("較正の再推定：{}", e.ja()),
        }
    }
}

/// Calibration intercept (with `eta` as offset) and slope (`eta` refitted).
///
/// # Errors
/// [`CalibrationError`], among others when `eta` is constant or separates the outcome.
///
/// # Source
/// Cox (1958), Biometrika 45:562–565; Van Calster et al. (2016), Journal of Clinical Epidemiology 74:167–176.
pub fn calibration_intercept_slope(eta: &[f64], y: &[f64]) -> Result<Calibration, CalibrationError> {
    let ones = vec![1.0; eta.len()];
    let x = Matrix::new(vec![&ones, eta])?;
    let large = FitOptions { intercept: Some(0), offset: Some(eta), ..FitOptions::default() };
    let intercept = fit_logistic(&x.select(&[0]), y, &large)?;
    let slope = fit_logistic(&x, y, &FitOptions { intercept: Some(0), ..FitOptions::default() })?;
    Ok(Calibration {
        intercept: intercept.coef[0],
        intercept_se: intercept.covariance_model[[0, 0]].sqrt(),
        slope: slope.coef[1],
        slope_se: slope.covariance_model[[1, 1]].sqrt(),
    })
}

/// Calibration intercept and slope without their errors, for loops: Newton's method in O(n).
///
/// `None` where it leads nowhere: one outcome only, constant `eta`, separation.
#[must_use]
pub fn calibration_quick(eta: &[f64], y: &[f64]) -> Option<(f64, f64)> {
    Some((newton(eta, y, false)?[0], newton(eta, y, true)?[1]))
}

/// Calibration intercept alone, as in [`calibration_quick`].
#[must_use]
pub fn intercept_quick(eta: &[f64], y: &[f64]) -> Option<f64> {
    Some(newton(eta, y, false)?[0])
}

/// Intercept and slope of the outcome on `eta`, together: `logit P(y) = a + b eta`; `None` where they do not exist.
#[must_use]
pub fn recalibration(eta: &[f64], y: &[f64]) -> Option<(f64, f64)> {
    newton(eta, y, true).map(|[a, b]| (a, b))
}

/// Intercept and slope of the outcome on `eta`; the slope stays at 1 unless it is asked for.
fn newton(eta: &[f64], y: &[f64], with_slope: bool) -> Option<[f64; 2]> {
    const STEPS: usize = 30;
    const CLOSE: f64 = 1e-9;
    let mut at = [0.0, 1.0];
    for _ in 0..STEPS {
        let (mut g, mut h) = ([0.0; 2], [0.0; 3]);
        for (eta, y) in eta.iter().zip(y) {
            let p = 1.0 / (1.0 + (-(at[0] + at[1] * eta)).exp());
            let w = p * (1.0 - p);
            g = [g[0] + y - p, g[1] + (y - p) * eta];
            h = [h[0] + w, h[1] + w * eta, h[2] + w * eta * eta];
        }
        let det = h[0] * h[2] - h[1] * h[1];
        let step = if with_slope {
            [(h[2] * g[0] - h[1] * g[1]) / det, (h[0] * g[1] - h[1] * g[0]) / det]
        } else {
            [g[0] / h[0], 0.0]
        };
        at = [at[0] + step[0], at[1] + step[1]];
        if !at.iter().all(|x| x.is_finite()) {
            return None;
        }
        if step.iter().all(|step| step.abs() < CLOSE) {
            return Some(at);
        }
    }
    None
}

/// Predicted against observed in about equally large groups, lowest first; rows with equal predictions stay together.
///
/// `p` and `y` must be of equal length, otherwise there are no groups. Fewer groups than asked for come back when ties
/// or few rows leave no choice.
///
/// # Source
/// Interval: Wilson (1927), JASA 22:209–212.
#[must_use]
pub fn calibration_curve(p: &[f64], y: &[f64], groups: usize) -> Vec<CalibrationBin> {
    if p.len() != y.len() || groups == 0 {
        return Vec::new();
    }
    groups_of_equal_size(p, groups).iter().map(|rows| bin(rows, p, y)).collect()
}

/// Rows in about equally large groups of ascending `p`, equal values together; none of the groups is empty.
pub(crate) fn groups_of_equal_size(p: &[f64], groups: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_unstable_by(|&a, &b| p[a].total_cmp(&p[b]).then(a.cmp(&b)));
    let mut found = Vec::new();
    let mut start = 0;
    for g in 1..=groups {
        let mut end = (g * order.len()).div_ceil(groups);
        while end > 0 && end < order.len() && p[order[end]] <= p[order[end - 1]] {
            end += 1;
        }
        if end > start {
            found.push(order[start..end].to_vec());
            start = end;
        }
    }
    found
}

fn bin(rows: &[usize], p: &[f64], y: &[f64]) -> CalibrationBin {
    let n = rows.len();
    let events = rows.iter().filter(|&&i| y[i] > 0.5).count();
    let (ci_low, ci_high) = wilson(events, n, 0.95);
    CalibrationBin {
        mean_predicted: rows.iter().map(|&i| p[i]).sum::<f64>() / n as f64,
        observed: events as f64 / n as f64,
        n,
        events,
        ci_low,
        ci_high,
    }
}

/// Wilson score interval of a share; NaN for no rows.
#[must_use]
pub fn wilson(events: usize, n: usize, level: f64) -> (f64, f64) {
    let (z, n) = (normal::quantile(0.5 + 0.5 * level), n as f64);
    let share = events as f64 / n;
    let centre = share + z * z / (2.0 * n);
    let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    (((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0))
}

/// Mean squared difference of predicted probability and outcome; NaN for no rows.
#[must_use]
pub fn brier(p: &[f64], y: &[f64]) -> f64 {
    p.iter().zip(y).map(|(p, y)| (p - y) * (p - y)).sum::<f64>() / p.len().min(y.len()) as f64
}

/// Mean negative log-likelihood, probabilities cut to [`LOG_LOSS_EPSILON`] from 0 and 1; NaN for no rows.
#[must_use]
pub fn log_loss(p: &[f64], y: &[f64]) -> f64 {
    let loss = |(p, y): (&f64, &f64)| {
        let p = p.clamp(LOG_LOSS_EPSILON, 1.0 - LOG_LOSS_EPSILON);
        if *y > 0.5 { -p.ln() } else { -(-p).ln_1p() }
    };
    p.iter().zip(y).map(loss).sum::<f64>() / p.len().min(y.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fit_is_calibrated_on_its_own_rows_and_a_doubled_predictor_has_half_the_slope() {
        let x: Vec<f64> = (0..200).map(|i| f64::from(i % 17) / 5.0 - 1.5).collect();
        let y: Vec<f64> = (0..200).map(|i| if (i * 7 + i * i) % 23 < 6 + i % 17 / 3 { 1.0 } else { 0.0 }).collect();
        let ones = vec![1.0; 200];
        let design = Matrix::new(vec![&ones, &x]).unwrap();
        let fit = fit_logistic(&design, &y, &FitOptions { intercept: Some(0), ..FitOptions::default() }).unwrap();
        let own = calibration_intercept_slope(&fit.eta, &y).unwrap();
        assert!(own.intercept.abs() < 1e-9 && (own.slope - 1.0).abs() < 1e-9, "{own:?}");
        let half: Vec<f64> = fit.eta.iter().map(|e| 0.3 + 0.5 * e).collect();
        let (slow, quick) = (calibration_intercept_slope(&half, &y).unwrap(), calibration_quick(&half, &y).unwrap());
        assert!((slow.intercept - quick.0).abs() < 1e-7 && (slow.slope - quick.1).abs() < 1e-7, "{slow:?} {quick:?}");
        assert!(calibration_quick(&[0.5; 4], &[0.0, 1.0, 1.0, 0.0]).is_none());
        let doubled: Vec<f64> = fit.eta.iter().map(|e| 2.0 * e).collect();
        assert!((calibration_intercept_slope(&doubled, &y).unwrap().slope - 0.5).abs() < 1e-9);
    }

    #[test]
    fn groups_keep_ties_together_and_count_every_row() {
        let p = [0.1, 0.1, 0.1, 0.2, 0.3, 0.9];
        let y = [0.0, 1.0, 0.0, 0.0, 1.0, 1.0];
        let bins = calibration_curve(&p, &y, 3);
        let sizes: Vec<(usize, usize)> = bins.iter().map(|b| (b.n, b.events)).collect();
        assert_eq!(sizes, vec![(3, 1), (1, 0), (2, 2)]);
        assert!(calibration_curve(&[], &[], 3).is_empty());
        // R: prop.test(1, 10, correct = FALSE) has the interval 0.01787621, 0.4041500.
        let (low, high) = wilson(1, 10, 0.95);
        assert!((low - 0.017_876_213).abs() < 1e-8 && (high - 0.404_150_03).abs() < 1e-7, "{low} {high}");
    }

    #[test]
    fn losses_by_hand_and_at_certainty() {
        assert!((brier(&[0.5, 1.0], &[1.0, 0.0]) - 0.625).abs() < 1e-16);
        assert!((log_loss(&[0.5, 0.25], &[1.0, 0.0]) - 0.5 * (2.0_f64.ln() - 0.75_f64.ln())).abs() < 1e-15);
        assert!((log_loss(&[0.0], &[1.0]) - 36.043_653).abs() < 1e-5);
        assert!(brier(&[], &[]).is_nan());
    }
}
