//! Brier score and log loss with intervals, and their paired difference, by cluster and weight.

use super::calibration::LOG_LOSS_EPSILON;
use super::measure_error::MeasureError;
use super::sampling::{Estimate, Sampling, check, mean_against_zero, mean_of};
use super::wald;

/// What a prediction costs, given what happened; lower is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// `(p - y)²`.
    Brier,
    /// `-ln p` of an event, `-ln(1 - p)` otherwise, p cut to [`LOG_LOSS_EPSILON`] from 0 and 1.
    LogLoss,
}

impl Loss {
    /// Loss of one row.
    #[must_use]
    pub fn of(self, p: f64, y: f64) -> f64 {
        match self {
            Self::Brier => (p - y) * (p - y),
            Self::LogLoss => {
                let p = p.clamp(LOG_LOSS_EPSILON, 1.0 - LOG_LOSS_EPSILON);
                if y > 0.5 { -p.ln() } else { -(-p).ln_1p() }
            }
        }
    }

    fn range(self) -> (f64, f64) {
        (0.0, if self == Self::Brier { 1.0 } else { f64::INFINITY })
    }
}

/// Two predictions of the same rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LossDifference {
    /// Mean loss of the first.
    pub first: f64,
    /// Mean loss of the second.
    pub second: f64,
    /// `first - second`, negative where the first is better, with standard error, two-sided test and 95 % interval.
    pub difference: wald::WaldTerm,
}

/// Mean loss with a standard error by cluster.
///
/// # Formula
/// [`super::sampling::mean`] of the rows' losses.
///
/// # Errors
/// [`MeasureError`].
pub fn mean_loss(loss: Loss, p: &[f64], y: &[f64], sampling: Sampling<'_>) -> Result<Estimate, MeasureError> {
    check("p", p, y, true)?;
    let (groups, total) = sampling.groups(y.len())?;
    let (value, variance) = mean_of(y.len(), &sampling, &groups, total, |i| loss.of(p[i], y[i]));
    Ok(Estimate::new(value, variance, loss.range()))
}

/// Difference in mean loss of two predictions of the same rows, tested by cluster.
///
/// # Formula
/// [`super::sampling::mean`] of the rows' differences in loss; unweighted and without clusters it is the paired z test.
///
/// # Assumes
/// Neither prediction was fitted on these rows: for one that was, the difference of a nested pair is not normal
/// (Demler, Pencina & D'Agostino 2012, Statistics in Medicine 31:2577–2587).
///
/// # Errors
/// [`MeasureError`].
///
/// # Source
/// Redelmeier, Bloch & Hickam (1991), Journal of Clinical Epidemiology 44:1141–1146; Diebold & Mariano (1995), JBES
/// 13:253–263.
pub fn loss_difference(
    loss: Loss,
    first: &[f64],
    second: &[f64],
    y: &[f64],
    sampling: Sampling<'_>,
) -> Result<LossDifference, MeasureError> {
    check("first", first, y, true)?;
    check("second", second, y, true)?;
    let (groups, total) = sampling.groups(y.len())?;
    let mean = |p: &[f64]| mean_of(y.len(), &sampling, &groups, total, |i| loss.of(p[i], y[i])).0;
    let gap = |i: usize| loss.of(first[i], y[i]) - loss.of(second[i], y[i]);
    Ok(LossDifference {
        first: mean(first),
        second: mean(second),
        difference: mean_against_zero(y.len(), &sampling, &groups, total, gap),
    })
}

#[cfg(test)]
mod tests {
    use super::super::calibration::{brier, log_loss};
    use super::super::laws::Stream;
    use super::*;

    #[test]
    fn losses_and_their_difference_by_hand() {
        // Brier losses: 0.04 0.25 0.09 and 0.25 0.25 0.25; differences -0.21 0 -0.16, mean -0.37/3.
        let (first, second, y) = ([0.8, 0.5, 0.3], [0.5, 0.5, 0.5], [1.0, 0.0, 0.0]);
        let found = loss_difference(Loss::Brier, &first, &second, &y, Sampling::default()).unwrap();
        assert!((found.first - 0.38 / 3.0).abs() < 1e-15 && (found.second - 0.25).abs() < 1e-15);
        let mean: f64 = -0.37 / 3.0;
        let squares = (-0.21 - mean).powi(2) + mean.powi(2) + (-0.16 - mean).powi(2);
        assert!((found.difference.estimate - mean).abs() < 1e-15);
        assert!((found.difference.std_error - (squares / 6.0).sqrt()).abs() < 1e-15);
        // Rows 1 and 2 are one account: sums of deviations -0.21 - 2 mean, and -0.16 - mean, its opposite.
        let account = Sampling { cluster: Some(&[4, 4, 9]), weight: None };
        let found = loss_difference(Loss::Brier, &first, &second, &y, account).unwrap();
        assert!((found.difference.std_error - 2.0 * (-0.16 - mean).abs() / 3.0).abs() < 1e-15);
        // Weights 1 0 3: (0.04 + 3 · 0.09) / 4.
        let weighted = Sampling { weight: Some(&[1.0, 0.0, 3.0]), cluster: None };
        assert!((mean_loss(Loss::Brier, &first, &y, weighted).unwrap().value - 0.0775).abs() < 1e-16);
        let found = mean_loss(Loss::LogLoss, &[0.5, 0.0], &[1.0, 0.0], Sampling::default()).unwrap();
        assert!((found.value - 0.5 * 2.0_f64.ln()).abs() < 1e-15 && found.ci_low.abs() <= 0.0);
        assert!((Loss::LogLoss.of(0.0, 1.0) - 36.043_653).abs() < 1e-5);
    }

    #[test]
    fn the_means_are_those_of_the_unweighted_measures_and_opposites_differ_in_sign() {
        let mut s = Stream(3);
        let p: Vec<f64> = (0..200).map(|_| s.next()).collect();
        let q: Vec<f64> = (0..200).map(|_| s.next()).collect();
        let y: Vec<f64> = p.iter().map(|p| f64::from(u8::from(s.next() < *p))).collect();
        for (loss, plain) in [(Loss::Brier, brier as fn(&[f64], &[f64]) -> f64), (Loss::LogLoss, log_loss)] {
            let found = loss_difference(loss, &p, &q, &y, Sampling::default()).unwrap();
            assert!((found.first - plain(&p, &y)).abs() < 1e-14 && (found.second - plain(&q, &y)).abs() < 1e-14);
            assert!(found.difference.estimate < 0.0 && found.difference.p < 1e-6);
            let turned = loss_difference(loss, &q, &p, &y, Sampling::default()).unwrap().difference;
            assert!((turned.z + found.difference.z).abs() < 1e-12);
        }
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        let refused = mean_loss(Loss::Brier, &[0.2, 1.2], &[0.0, 1.0], Sampling::default()).unwrap_err();
        assert_eq!(refused, MeasureError::NotProbability { row: 1, value: 1.2 });
        assert_eq!(mean_loss(Loss::LogLoss, &[], &[], Sampling::default()).unwrap_err(), MeasureError::Nothing);
    }
}
