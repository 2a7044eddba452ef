//! How the linear predictor becomes a probability, and what a row then contributes.

/// Beyond this log-odds every quantity of a row has reached its limit in double precision.
pub(crate) const LOGIT_LIMIT: f64 = 700.0;
/// Beyond this the survival `exp(-e^eta)` of the complementary log-log link is no longer a normal number.
const CLOGLOG_LIMIT: f64 = 6.55;

/// From the linear predictor to the probability of the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Link {
    /// `p = 1 / (1 + e^-eta)`: coefficients are log odds ratios.
    #[default]
    Logit,
    /// `p = 1 - exp(-e^eta)`: coefficients are log hazard ratios of a proportional hazard observed in periods
    /// (Prentice & Gloeckler 1978, Biometrics 34:57–67).
    Cloglog,
}

/// What one row contributes at one linear predictor, per unit of prior weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Row {
    /// Probability.
    pub(crate) mean: f64,
    /// Expected information about eta: `(dp/deta)² / (p (1 - p))`.
    pub(crate) weight: f64,
    /// Derivative of the log-likelihood by eta.
    pub(crate) residual: f64,
    /// Log-likelihood.
    pub(crate) log_likelihood: f64,
}

impl Link {
    /// Everything about one row, without overflow or cancellation.
    #[inline]
    pub(crate) fn row(self, eta: f64, y: f64) -> Row {
        match self {
            Self::Logit => {
                let eta = eta.clamp(-LOGIT_LIMIT, LOGIT_LIMIT);
                let (mean, weight, small) = logistic(eta);
                Row { mean, weight, residual: y - mean, log_likelihood: y * eta - eta.max(0.0) - small.ln_1p() }
            }
            Self::Cloglog => {
                let hazard = eta.clamp(-LOGIT_LIMIT, CLOGLOG_LIMIT).exp();
                let (survival, mean) = ((-hazard).exp(), -(-hazard).exp_m1());
                let event = y > 0.5;
                Row {
                    mean,
                    weight: hazard * hazard * survival / mean,
                    residual: if event { hazard * survival / mean } else { -hazard },
                    log_likelihood: if event { mean.ln() } else { -hazard },
                }
            }
        }
    }

    /// Probability of the event at a linear predictor.
    #[must_use]
    pub fn probability(self, eta: f64) -> f64 {
        self.row(eta, 0.0).mean
    }

    /// Linear predictor of a probability strictly between 0 and 1.
    pub(crate) fn predictor(self, mean: f64) -> f64 {
        match self {
            Self::Logit => (mean / (1.0 - mean)).ln(),
            Self::Cloglog => (-(-mean).ln_1p()).ln(),
        }
    }
}

/// Probability, variance `p (1 - p)` and `e^-|eta|`, without overflow or cancellation.
pub(crate) fn logistic(eta: f64) -> (f64, f64, f64) {
    let e = (-eta.abs()).exp();
    let d = 1.0 + e;
    let p = if eta >= 0.0 { 1.0 / d } else { e / d };
    (p, e / (d * d), e)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn residual_and_weight_are_derivatives_and_expectations_of_the_log_likelihood() {
        for link in [Link::Logit, Link::Cloglog] {
            for eta in [-9.0, -3.0, -0.4, 0.0, 0.7, 1.5] {
                let h = 1e-5;
                let slope =
                    |y: f64| (link.row(eta + h, y).log_likelihood - link.row(eta - h, y).log_likelihood) / (2.0 * h);
                let (stay, leave) = (link.row(eta, 0.0), link.row(eta, 1.0));
                assert!((leave.residual - slope(1.0)).abs() < 1e-8 * (1.0 + slope(1.0).abs()), "{link:?} {eta}");
                assert!((stay.residual - slope(0.0)).abs() < 1e-8 * (1.0 + slope(0.0).abs()), "{link:?} {eta}");
                // Mean zero, and the variance of the score is the expected information.
                let p = leave.mean;
                assert!((p * leave.residual + (1.0 - p) * stay.residual).abs() < 1e-14);
                let variance = p * leave.residual.powi(2) + (1.0 - p) * stay.residual.powi(2);
                assert!((variance - leave.weight).abs() < 1e-12 * leave.weight, "{link:?} {eta}");
                assert!((link.predictor(p) - eta).abs() < 1e-12 * (1.0 + eta.abs()));
            }
        }
    }

    #[test]
    fn far_out_every_quantity_stays_finite() {
        for link in [Link::Logit, Link::Cloglog] {
            for eta in [-1e300, -800.0, 800.0, 1e300] {
                for y in [0.0, 1.0] {
                    let row = link.row(eta, y);
                    assert!(row.mean.is_finite() && row.weight >= 0.0 && row.residual.is_finite());
                    assert!(row.log_likelihood.is_finite() && row.log_likelihood <= 0.0);
                }
            }
        }
    }
}
