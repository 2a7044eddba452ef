//! Profile likelihood intervals: right where a likelihood is lopsided, as it is with few events or under Firth.

use super::irls::{FitOptions, IrlsError, LogisticFit, Penalty, solve};
use super::matrix::Matrix;
use super::normal;

/// Fits per limit at most.
const MAX_FITS: usize = 60;
/// A limit is found when the signed root is this close to its quantile.
const TOLERANCE: f64 = 1e-9;
/// So many standard errors out the likelihood still has not fallen enough: the limit is infinite.
const FAR: f64 = 1e3;

/// Interval and test of one coefficient from its profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProfileInterval {
    /// Lower limit; minus infinity where the likelihood never falls far enough.
    pub low: f64,
    /// Upper limit; plus infinity likewise.
    pub high: f64,
    /// Likelihood-ratio statistic of a coefficient of zero.
    pub chi2: f64,
    /// `P(χ²_1 > chi2)`.
    pub p: f64,
    /// Fits that it took.
    pub fits: usize,
}

/// Why there is no profile.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// A ridge has no likelihood to profile.
    #[error("a ridge-penalised fit has no profile likelihood")]
    Ridge,
    /// No such coefficient.
    #[error("coefficient {index} does not exist, there are {n}")]
    UnknownCoefficient {
        /// Asked for.
        index: usize,
        /// Available.
        n: usize,
    },
    /// A fit with the coefficient held failed.
    #[error("with the coefficient held at {value}: {source}")]
    Held {
        /// Where it was held.
        value: f64,
        /// What the solver said.
        source: IrlsError,
    },
    /// The limit was not found.
    #[error("the limit was not found in {fits} fits")]
    NotFound {
        /// Fits tried.
        fits: usize,
    },
}

impl crate::notice::Explain for ProfileError {
    fn ja(&self) -> String {
        match self {
            Self::Ridge => "リッジ推定にはプロファイル尤度がありません".to_owned(),
            Self::UnknownCoefficient { index, n } => format!("係数{index}は存在しません（全{n}個）"),
            Self::Held { value, source } => format!("係数を{value}に固定した推定：{}", source.ja()),
            Self::NotFound { fits } => format!("{fits}回の推定でも区間の端が見つかりませんでした"),
        }
    }
}

/// Profile (penalised) likelihood interval of coefficient `j` of a fit, with the likelihood-ratio test that it is zero.
///
/// # Formula
/// ```text
/// r(t) = sign(t - coef) · sqrt(2 (l_max - max_{b: b_j = t} l(b)))        limits: r = ±Φ⁻¹((1 + level) / 2)
/// ```
/// Under Firth l is the penalised log-likelihood, its penalty taken over all columns also where one is held (as in
/// logistf). r is nearly a straight line, so the secant method finds a limit in a few fits.
///
/// # Shapes and units
/// `x` (n, p), `y` (n) and `opt` are those of `fit`; `j` below p; the limits are in reporting units.
///
/// # Errors
/// [`ProfileError`].
///
/// # Source
/// Venzon & Moolgavkar (1988), Applied Statistics 37:87–94; Heinze & Schemper (2002), Statistics in Medicine
/// 21:2409–2419.
pub fn profile_interval(
    fit: &LogisticFit,
    x: &Matrix<'_>,
    y: &[f64],
    opt: &FitOptions<'_>,
    j: usize,
    level: f64,
) -> Result<ProfileInterval, ProfileError> {
    if matches!(opt.penalty, Penalty::Ridge(lambda) if lambda > 0.0) {
        return Err(ProfileError::Ridge);
    }
    let (Some(&estimate), Some(variance)) = (fit.coef.get(j), fit.covariance_model.get((j, j))) else {
        return Err(ProfileError::UnknownCoefficient { index: j, n: fit.coef.len() });
    };
    let mut profile = Profile { fit, x, y, opt, j, estimate, se: variance.sqrt(), fits: 0 };
    let target = normal::quantile(0.5 + 0.5 * level);
    let low = profile.limit(-1.0, target)?;
    let high = profile.limit(1.0, target)?;
    let (root, _) = profile.root(0.0, &fit.coef)?;
    let chi2 = root * root;
    Ok(ProfileInterval { low, high, chi2, p: normal::chi_square_sf(chi2, 1), fits: profile.fits })
}

struct Profile<'a> {
    fit: &'a LogisticFit,
    x: &'a Matrix<'a>,
    y: &'a [f64],
    opt: &'a FitOptions<'a>,
    j: usize,
    estimate: f64,
    se: f64,
    fits: usize,
}

impl Profile<'_> {
    /// `sqrt(2 (l_max - l(t)))` and the coefficients there.
    fn root(&mut self, t: f64, start: &[f64]) -> Result<(f64, Vec<f64>), ProfileError> {
        self.fits += 1;
        let mut start = start.to_vec();
        start[self.j] = t;
        // The intercept of a centred design is no coordinate of its own: without centring it is.
        let intercept = self.opt.intercept.filter(|&k| k != self.j);
        let opt = FitOptions { start: Some(&start), intercept, ..*self.opt };
        let held =
            solve(self.x, self.y, &opt, Some((self.j, t))).map_err(|source| ProfileError::Held { value: t, source })?;
        let fall = 2.0 * (self.fit.penalised_log_likelihood - held.penalised_log_likelihood);
        Ok((fall.max(0.0).sqrt(), held.coef))
    }

    fn limit(&mut self, side: f64, target: f64) -> Result<f64, ProfileError> {
        // Distances from the estimate in standard errors, with the root there.
        let (mut near, mut near_root) = (0.0, 0.0);
        let mut far: Option<(f64, f64)> = None;
        let mut at = target;
        let mut start = self.fit.coef.clone();
        for _ in 0..MAX_FITS {
            let (root, coef) = self.root(self.estimate + side * at * self.se, &start)?;
            if (root - target).abs() <= TOLERANCE {
                return Ok(self.estimate + side * at * self.se);
            }
            start = coef;
            if root < target {
                (near, near_root) = (at, root);
            } else {
                far = Some((at, root));
            }
            at = match far {
                // Between the two, by the line through them; the middle where the line leads next to an end.
                Some((far, far_root)) => {
                    let secant = near + (far - near) * (target - near_root) / (far_root - near_root);
                    let width = far - near;
                    if width <= 1e-14 * far {
                        return Ok(self.estimate + side * secant * self.se);
                    }
                    secant.clamp(near + 1e-3 * width, far - 1e-3 * width)
                }
                None if at >= FAR => return Ok(side * f64::INFINITY),
                None => (at * (target / root.max(0.25 * target)).max(1.05)).min(FAR),
            };
        }
        Err(ProfileError::NotFound { fits: self.fits })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::irls::fit_logistic;
    use crate::stats::laws::{simulate, with_intercept};

    /// A share has a likelihood of one parameter: its limits solve a scalar equation.
    #[test]
    fn the_interval_of_a_share_solves_its_equation() {
        let ones = vec![1.0; 40];
        let y: Vec<f64> = (0..40).map(|i| if i < 3 { 1.0 } else { 0.0 }).collect();
        let x = Matrix::new(vec![&ones]).unwrap();
        let fit = fit_logistic(&x, &y, &with_intercept()).unwrap();
        let found = profile_interval(&fit, &x, &y, &with_intercept(), 0, 0.95).unwrap();
        let log_likelihood = |eta: f64| 3.0 * eta - 40.0 * (1.0 + eta.exp()).ln();
        let fall = |eta: f64| 2.0 * (log_likelihood((3.0_f64 / 37.0).ln()) - log_likelihood(eta));
        for limit in [found.low, found.high] {
            assert!((fall(limit) - 3.841_458_820_694_124).abs() < 1e-7, "{limit}");
        }
        assert!(found.low < fit.coef[0] && fit.coef[0] < found.high);
        assert!((found.chi2 - fall(0.0)).abs() < 1e-9);
    }

    #[test]
    fn at_each_limit_the_likelihood_ratio_has_the_probability_of_the_level() {
        let data = simulate(300, 4, 0.2, 5);
        let x = data.matrix();
        for penalty in [Penalty::None, Penalty::Firth] {
            let opt = FitOptions { penalty, ..with_intercept() };
            let fit = fit_logistic(&x, &data.y, &opt).unwrap();
            for j in 0..4 {
                let found = profile_interval(&fit, &x, &data.y, &opt, j, 0.9).unwrap();
                assert!(found.low < fit.coef[j] && fit.coef[j] < found.high);
                // With many rows the profile is close to the Wald interval and never equal to it.
                let half = 1.644_853_626_951_472_7 * fit.se_model(j).unwrap();
                assert!((found.high - fit.coef[j] - half).abs() < 0.1 * half);
                if j > 0 && penalty == Penalty::None {
                    // The profile at the limit again, with the column as an offset.
                    let offset: Vec<f64> = data.cols[j].iter().map(|v| v * found.high).collect();
                    let others: Vec<usize> = (0..4).filter(|&k| k != j).collect();
                    let held = FitOptions { offset: Some(&offset), ..opt };
                    let held = fit_logistic(&x.select(&others), &data.y, &held).unwrap();
                    let fall = 2.0 * (fit.log_likelihood - held.log_likelihood);
                    assert!((fall - 2.705_543_454_095_414_6).abs() < 1e-7, "{fall}");
                }
            }
        }
    }

    #[test]
    fn a_ridge_and_an_unknown_coefficient_are_refused() {
        let data = simulate(200, 3, 0.3, 9);
        let x = data.matrix();
        let opt = FitOptions { penalty: Penalty::Ridge(1.0), ..with_intercept() };
        let fit = fit_logistic(&x, &data.y, &opt).unwrap();
        assert_eq!(profile_interval(&fit, &x, &data.y, &opt, 1, 0.95).unwrap_err(), ProfileError::Ridge);
        let fit = fit_logistic(&x, &data.y, &with_intercept()).unwrap();
        assert_eq!(
            profile_interval(&fit, &x, &data.y, &with_intercept(), 3, 0.95).unwrap_err(),
            ProfileError::UnknownCoefficient { index: 3, n: 3 }
        );
    }
}
