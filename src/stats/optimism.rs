//! Optimism of a measure on the rows that a model was fitted on, from draws of these rows.

use super::measure_error::MeasureError;
use super::moments;

/// A measure on the data of the fit, and what is left of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Optimism {
    /// The measure of the model on its own rows.
    pub apparent: f64,
    /// By how much a model looks better on the rows of its draw than on all rows, on average.
    pub optimism: f64,
    /// Monte Carlo standard error of `optimism` and of `corrected`: the error from drawing no more often; NaN below two draws.
    pub mc_error: f64,
    /// `apparent - optimism`.
    pub corrected: f64,
    /// Draws with both numbers.
    pub n_draws: usize,
    /// Draws that are left out: one of the numbers is missing, as when the model could not be fitted.
    pub n_failed: usize,
}

/// Corrects a measure for optimism.
///
/// # Formula
/// ```text
/// optimism = Σ_b (m_b on draw b - m_b on all rows) / B          m_b: the model made from draw b, selection included
/// mc_error = sd over the draws / √B
/// ```
/// The interval of `corrected` is not `± 2 mc_error`: that is what more draws would remove, not what more data would.
///
/// # Shapes and units
/// `on_draw`, `on_original` (B), NaN where a draw failed.
///
/// # Errors
/// [`MeasureError`]: `WrongLength`, `NoDraws` where no draw has both numbers or `apparent` is none.
///
/// # Source
/// Efron & Gong (1983), American Statistician 37:36–48; Harrell, Lee & Mark (1996), Statistics in Medicine 15:361–387. Values:
/// R `rms::validate` and `rms::calibrate`.
pub fn optimism(apparent: f64, on_draw: &[f64], on_original: &[f64]) -> Result<Optimism, MeasureError> {
    if on_draw.len() != on_original.len() {
        let (found, rows) = (on_original.len(), on_draw.len());
        return Err(MeasureError::WrongLength { what: "on_original", found, rows });
    }
    let gaps: Vec<f64> =
        on_draw.iter().zip(on_original).map(|(draw, all)| draw - all).filter(|gap| gap.is_finite()).collect();
    let n_failed = on_draw.len() - gaps.len();
    if gaps.is_empty() || !apparent.is_finite() {
        return Err(MeasureError::NoDraws { n_draws: on_draw.len(), n_failed });
    }
    let optimism = moments::mean(&gaps);
    Ok(Optimism {
        apparent,
        optimism,
        mc_error: moments::sd(&gaps) / (gaps.len() as f64).sqrt(),
        corrected: apparent - optimism,
        n_draws: gaps.len(),
        n_failed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand_with_a_failed_draw() {
        let found = optimism(0.8, &[0.85, 0.9, f64::NAN, 0.75], &[0.75, 0.7, 0.7, 0.75]).unwrap();
        // Gaps 0.1, 0.2, 0: mean 0.1, sd 0.1.
        assert!((found.optimism - 0.1).abs() < 1e-15 && (found.corrected - 0.7).abs() < 1e-15);
        assert!((found.mc_error - 0.1 / 3.0_f64.sqrt()).abs() < 1e-15);
        assert_eq!((found.n_draws, found.n_failed), (3, 1));
        assert!(optimism(0.5, &[0.6], &[0.5]).unwrap().mc_error.is_nan());
    }

    #[test]
    fn without_draws_there_is_none() {
        let refused = optimism(0.8, &[f64::NAN], &[0.5]).unwrap_err();
        assert_eq!(refused, MeasureError::NoDraws { n_draws: 1, n_failed: 1 });
        assert_eq!(optimism(f64::NAN, &[0.5], &[0.5]).unwrap_err(), MeasureError::NoDraws { n_draws: 1, n_failed: 0 });
        assert_eq!(
            optimism(0.8, &[0.5, 0.5], &[0.5]).unwrap_err(),
            MeasureError::WrongLength { what: "on_original", found: 1, rows: 2 }
        );
    }
}
