//! Calibration intercept and slope where rows come in clusters and may weigh differently.

use super::calibration::{Calibration, CalibrationError};
use super::covariance::{self, Correction, CovarianceError};
use super::irls::{FitOptions, fit_logistic};
use super::matrix::Matrix;
use super::measure_error::MeasureError;
use super::sampling::Sampling;
use crate::notice::Explain;

/// Why calibration could not be measured.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ClusteredCalibrationError {
    /// Rows, weights or clusters cannot be used.
    #[error("calibration: {0}")]
    Rows(#[from] MeasureError),
    /// There is no intercept or no slope.
    #[error(transparent)]
    Fit(#[from] CalibrationError),
    /// There is no standard error.
    #[error("standard error of the calibration: {0}")]
    Covariance(#[from] CovarianceError),
}

impl Explain for ClusteredCalibrationError {
    fn ja(&self) -> String {
        match self {
            Self::Rows(e) => format!("較正：{}", e.ja()),
            Self::Fit(e) => e.ja(),
            Self::Covariance(e) => format!("較正の標準誤差：{}", e.ja()),
        }
    }
}

/// Calibration intercept (with `eta` as offset) and slope (`eta` refitted), with standard errors by cluster.
///
/// # Formula
/// As [`super::calibration::calibration_intercept_slope`], each row's likelihood multiplied by its weight over the mean
/// weight; covariance CR1 of [`covariance::clustered`], rows as clusters where none are given.
///
/// # Errors
/// [`ClusteredCalibrationError`], among others when `eta` is constant or separates the outcome.
///
/// # Source
/// Cox (1958), Biometrika 45:562–565; Liang & Zeger (1986), Biometrika 73:13–22.
pub fn calibration_clustered(
    eta: &[f64],
    y: &[f64],
    sampling: Sampling<'_>,
) -> Result<Calibration, ClusteredCalibrationError> {
    super::sampling::check("eta", eta, y, false)?;
    let (groups, total) = sampling.groups(y.len())?;
    let kept: Vec<usize> = (0..y.len()).filter(|&i| sampling.weight_of(i) > 0.0).collect();
    let mean_weight = total / kept.len() as f64;
    let of = |v: &[f64]| kept.iter().map(|&i| v[i]).collect::<Vec<f64>>();
    let (eta, y) = (of(eta), of(y));
    let weights: Vec<f64> = kept.iter().map(|&i| sampling.weight_of(i) / mean_weight).collect();
    let cluster: Vec<u32> = kept
        .iter()
        .enumerate()
        .map(|(place, &i)| if groups.rows_are_clusters() { place as u32 } else { groups.of(i) as u32 })
        .collect();
    let ones = vec![1.0; y.len()];
    let x = Matrix::new(vec![&ones, &eta]).map_err(CalibrationError::from)?;
    let options = FitOptions { intercept: Some(0), weights: Some(&weights), ..FitOptions::default() };
    let level = x.select(&[0]);
    let large = FitOptions { offset: Some(&eta), ..options };
    let intercept = fit_logistic(&level, &y, &large).map_err(CalibrationError::from)?;
    let slope = fit_logistic(&x, &y, &options).map_err(CalibrationError::from)?;
    let error = |fit, x: &Matrix<'_>, k: usize| {
        covariance::clustered(fit, x, &y, &cluster, groups.n, Correction::Cr1).map(|v| v[[k, k]].sqrt())
    };
    Ok(Calibration {
        intercept: intercept.coef[0],
        intercept_se: error(&intercept, &level, 0)?,
        slope: slope.coef[1],
        slope_se: error(&slope, &x, 1)?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::calibration::calibration_intercept_slope;
    use super::super::laws::Stream;
    use super::*;

    fn data(n: usize) -> (Vec<f64>, Vec<f64>) {
        let mut s = Stream(31);
        let eta: Vec<f64> = (0..n).map(|_| 4.0 * s.next() - 3.0).collect();
        let y = eta.iter().map(|e| f64::from(u8::from(s.next() < 1.0 / (1.0 + (0.2 - 0.7 * e).exp())))).collect();
        (eta, y)
    }

    #[test]
    fn equal_weights_change_nothing_and_errors_of_a_true_model_are_about_the_model_based_ones() {
        let (eta, y) = data(20_000);
        let plain = calibration_intercept_slope(&eta, &y).unwrap();
        let found = calibration_clustered(&eta, &y, Sampling { weight: Some(&[90.0; 20_000]), cluster: None }).unwrap();
        assert!((found.intercept - plain.intercept).abs() < 1e-9 && (found.slope - plain.slope).abs() < 1e-9);
        assert!((found.slope - 0.7).abs() < 4.0 * found.slope_se);
        // The refitted model is the truth, so both standard errors of the slope estimate the same.
        assert!((found.slope_se / plain.slope_se - 1.0).abs() < 0.03, "{found:?} {plain:?}");
    }

    #[test]
    fn whole_weights_are_repeated_rows_of_one_cluster() {
        let (eta, y) = data(300);
        let weight: Vec<f64> = (0..300).map(|i| f64::from(i % 4)).collect();
        let cluster: Vec<u32> = (0..300).map(|i| 7 * (i / 3)).collect();
        let found =
            calibration_clustered(&eta, &y, Sampling { weight: Some(&weight), cluster: Some(&cluster) }).unwrap();
        let rows: Vec<usize> = (0..300).flat_map(|i| vec![i; i % 4]).collect();
        let of = |v: &[f64]| rows.iter().map(|&i| v[i]).collect::<Vec<f64>>();
        let labels: Vec<u32> = rows.iter().map(|&i| cluster[i]).collect();
        let repeated =
            calibration_clustered(&of(&eta), &of(&y), Sampling { weight: None, cluster: Some(&labels) }).unwrap();
        for (a, b) in [
            (found.intercept, repeated.intercept),
            (found.intercept_se, repeated.intercept_se),
            (found.slope, repeated.slope),
            (found.slope_se, repeated.slope_se),
        ] {
            assert!((a - b).abs() < 1e-8, "{a} is not {b}");
        }
    }

    #[test]
    fn what_has_no_calibration_is_refused() {
        let refused = calibration_clustered(&[0.0, 1.0], &[0.0, 2.0], Sampling::default()).unwrap_err();
        assert_eq!(refused, ClusteredCalibrationError::Rows(MeasureError::NotOutcome { row: 1, value: 2.0 }));
        let refused = calibration_clustered(&[0.5; 4], &[0.0, 1.0, 0.0, 1.0], Sampling::default()).unwrap_err();
        assert!(matches!(refused, ClusteredCalibrationError::Fit(_)), "{refused:?}");
        let (eta, y) = data(60);
        let one = Sampling { weight: None, cluster: Some(&[3; 60]) };
        let refused = calibration_clustered(&eta, &y, one).unwrap_err();
        let expected = ClusteredCalibrationError::Covariance(CovarianceError::TooFewClusters { found: 1 });
        assert_eq!(refused, expected);
    }
}
