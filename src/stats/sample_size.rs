//! How many rows a prediction model needs before it is fitted, and what to expect from the rows at hand.

use super::normal;
use super::sample_size_error::SampleSizeError;

/// Points of the quadrature over a normal score, and how far out it reaches in standard deviations.
const QUADRATURE: (usize, f64) = (4000, 12.0);
/// The multiple of a standard error that the articles print.
const Z: f64 = 1.96;

/// What is known or hoped of the model's quality, after correction for optimism.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Anticipated {
    /// Cox and Snell's R².
    CoxSnell(f64),
    /// Nagelkerke's R²: Cox and Snell's over its maximum.
    Nagelkerke(f64),
    /// Area under the ROC curve (C statistic), turned into R² by [`r2_from_auc`].
    Auc(f64),
}

/// The question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampleSizeSpec {
    /// Candidate parameters without the intercept, those that selection may drop included.
    pub n_parameters: usize,
    /// Share of events, between 0 and 1.
    pub outcome_rate: f64,
    /// Quality of the model.
    pub anticipated: Anticipated,
    /// Shrinkage factor aimed at: 0.9 means coefficients too large by a tenth.
    pub shrinkage: f64,
    /// Largest gap allowed between apparent and corrected Nagelkerke R².
    pub r2_optimism: f64,
    /// Largest half width allowed of the 95 % interval of the overall share of events.
    pub risk_margin: f64,
}

impl SampleSizeSpec {
    /// The articles' limits: shrinkage 0.9, gap 0.05, half width 0.05.
    #[must_use]
    pub fn new(n_parameters: usize, outcome_rate: f64, anticipated: Anticipated) -> Self {
        Self { n_parameters, outcome_rate, anticipated, shrinkage: 0.9, r2_optimism: 0.05, risk_margin: 0.05 }
    }
}

/// What a sample must be large enough for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Criterion {
    /// Coefficients need little shrinkage.
    Shrinkage,
    /// Apparent R² is close to the corrected one.
    Optimism,
    /// The overall share of events is known well.
    OverallRisk,
}

/// Rows needed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampleSize {
    /// Cox and Snell's R² that was anticipated.
    pub r2_cs: f64,
    /// Its maximum at this share of events.
    pub r2_max: f64,
    /// Rows for [`Criterion::Shrinkage`].
    pub n_shrinkage: u64,
    /// Rows for [`Criterion::Optimism`].
    pub n_optimism: u64,
    /// Rows for [`Criterion::OverallRisk`].
    pub n_risk: u64,
    /// The largest of the three.
    pub n: u64,
    /// Events among `n` rows, rounded up.
    pub n_events: u64,
    /// Events per candidate parameter.
    pub epp: f64,
    /// The criterion that asks for most rows; the first of equals.
    pub binding: Criterion,
    /// Shrinkage factor to expect with `n` rows.
    pub shrinkage: f64,
}

/// What to expect from the rows there are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AtHand {
    /// Cox and Snell's R² that was anticipated.
    pub r2_cs: f64,
    /// Shrinkage factor to expect; below 0.9 is too little data for the parameters.
    pub shrinkage: f64,
    /// Gap to expect between apparent and corrected Nagelkerke R².
    pub r2_optimism: f64,
    /// Half width of the 95 % interval of the overall share of events.
    pub risk_margin: f64,
    /// Events per candidate parameter.
    pub epp: f64,
}

/// Smallest sample for developing a model of a binary outcome.
///
/// # Formula
/// ```text
/// n(S) = P / ((S - 1) ln(1 - R² / S))                P candidate parameters, R² Cox and Snell's, corrected
/// shrinkage:    S = 0.9
/// optimism:     S = R² / (R² + 0.05 max R²)
/// overall risk: n = (1.96 / 0.05)² φ (1 - φ)         φ the share of events
/// ```
/// # Assumes
/// Independent rows. Rows of one account repeat each other: read n as accounts, or as rows over the design effect.
///
/// # Errors
/// [`SampleSizeError`].
///
/// # Source
/// Riley et al. (2019), Statistics in Medicine 38:1276–1296, equations 11, 23 and 28; Riley et al. (2020), BMJ 368:m441.
/// Values: `pmsampsize`, which rounds an R² that it computes to three or four decimals; nothing is rounded here.
pub fn riley(spec: &SampleSizeSpec) -> Result<SampleSize, SampleSizeError> {
    for (limit, value) in
        [("shrinkage", spec.shrinkage), ("r2_optimism", spec.r2_optimism), ("risk_margin", spec.risk_margin)]
    {
        if !(value > 0.0 && value < 1.0) {
            return Err(SampleSizeError::BadLimit { limit, value });
        }
    }
    let (r2_cs, r2_max) = r2(spec.n_parameters, spec.outcome_rate, spec.anticipated)?;
    if r2_cs >= spec.shrinkage {
        return Err(SampleSizeError::ShrinkageBelowR2 { shrinkage: spec.shrinkage, r2_cs });
    }
    let p = spec.n_parameters as f64;
    let rows = |shrinkage: f64| (p / ((shrinkage - 1.0) * (-r2_cs / shrinkage).ln_1p())).ceil() as u64;
    let phi = spec.outcome_rate;
    let n_shrinkage = rows(spec.shrinkage);
    let n_optimism = rows(r2_cs / (r2_cs + spec.r2_optimism * r2_max));
    let n_risk = ((Z / spec.risk_margin).powi(2) * phi * (1.0 - phi)).ceil() as u64;
    let n = n_shrinkage.max(n_optimism).max(n_risk);
    let binding = if n == n_shrinkage {
        Criterion::Shrinkage
    } else if n == n_optimism {
        Criterion::Optimism
    } else {
        Criterion::OverallRisk
    };
    Ok(SampleSize {
        r2_cs,
        r2_max,
        n_shrinkage,
        n_optimism,
        n_risk,
        n,
        n_events: (n as f64 * phi).ceil() as u64,
        epp: n as f64 * phi / p,
        binding,
        shrinkage: expected_shrinkage(n as f64, p, r2_cs),
    })
}

/// What `n` rows with `n_events` events promise a model of `n_parameters`.
///
/// # Formula
/// The shrinkage S solves `n = P / ((S - 1) ln(1 - R² / S))` (the heuristic of Van Houwelingen & Le Cessie, `S = 1 + P /
/// (n ln(1 - R²_apparent))` with `R²_apparent = R² / S`); the gap in Nagelkerke R² is `(R² / S - R²) / max R²`.
///
/// # Errors
/// [`SampleSizeError`].
///
/// # Source
/// As [`riley`].
pub fn at_hand(
    n: u64,
    n_events: u64,
    n_parameters: usize,
    anticipated: Anticipated,
) -> Result<AtHand, SampleSizeError> {
    let rate = n_events as f64 / n as f64;
    let (r2_cs, r2_max) = r2(n_parameters, rate, anticipated)?;
    let shrinkage = expected_shrinkage(n as f64, n_parameters as f64, r2_cs);
    Ok(AtHand {
        r2_cs,
        shrinkage,
        r2_optimism: (r2_cs / shrinkage - r2_cs) / r2_max,
        risk_margin: Z * (rate * (1.0 - rate) / n as f64).sqrt(),
        epp: n_events as f64 / n_parameters as f64,
    })
}

/// Largest possible Cox and Snell R² at a share of events: `1 - (φ^φ (1 - φ)^(1 - φ))²`; NaN outside 0 to 1.
#[must_use]
pub fn max_r2(outcome_rate: f64) -> f64 {
    -(2.0 * null_log_likelihood(outcome_rate)).exp_m1()
}

/// Cox and Snell's R² of a model with the given area under the ROC curve.
///
/// # Formula
/// The linear predictor is N(0, 1) among non-events and N(μ, 1) among events, `μ = √2 Φ⁻¹(auc)`. Then the true model is
/// `logit p(x) = logit φ + μ x - μ²/2` and
/// ```text
/// R² = 1 - exp(2 (l₀ - l)),   l₀ = φ ln φ + (1 - φ) ln(1 - φ),   l = φ E₁ ln p + (1 - φ) E₀ ln(1 - p)
/// ```
/// The article simulates a million rows and fits them; here the expectations are integrals, to ten digits.
///
/// # Errors
/// [`SampleSizeError::BadRate`], [`SampleSizeError::BadAuc`] unless above 0.5 and below 1.
///
/// # Source
/// Riley, Van Calster & Collins (2021), Statistics in Medicine 40:859–864.
pub fn r2_from_auc(auc: f64, outcome_rate: f64) -> Result<f64, SampleSizeError> {
    if !(outcome_rate > 0.0 && outcome_rate < 1.0) {
        return Err(SampleSizeError::BadRate { rate: outcome_rate });
    }
    if !(auc > 0.5 && auc < 1.0) {
        return Err(SampleSizeError::BadAuc { auc });
    }
    let phi = outcome_rate;
    let mu = std::f64::consts::SQRT_2 * normal::quantile(auc);
    let offset = (phi / (1.0 - phi)).ln() - 0.5 * mu * mu;
    let (points, reach) = QUADRATURE;
    let step = 2.0 * reach / points as f64;
    // The trapezoidal rule is exact to rounding for a function that fades like a normal density at both ends.
    let log_likelihood: f64 = (0..=points)
        .map(|k| {
            let z = k as f64 * step - reach;
            let density = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
            let event = -softplus(-(offset + mu * (z + mu)));
            let other = -softplus(offset + mu * z);
            density * (phi * event + (1.0 - phi) * other) * step
        })
        .sum();
    Ok(-(2.0 * (null_log_likelihood(phi) - log_likelihood)).exp_m1())
}

/// `ln(1 + e^x)`.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// Per row, at the share of events.
fn null_log_likelihood(rate: f64) -> f64 {
    rate * rate.ln() + (1.0 - rate) * (-rate).ln_1p()
}

/// Cox and Snell's R² and its maximum.
fn r2(n_parameters: usize, rate: f64, anticipated: Anticipated) -> Result<(f64, f64), SampleSizeError> {
    if n_parameters == 0 {
        return Err(SampleSizeError::NoParameters);
    }
    if !(rate > 0.0 && rate < 1.0) {
        return Err(SampleSizeError::BadRate { rate });
    }
    let max = max_r2(rate);
    let r2_cs = match anticipated {
        Anticipated::CoxSnell(r2) => r2,
        Anticipated::Nagelkerke(share) => share * max,
        Anticipated::Auc(auc) => r2_from_auc(auc, rate)?,
    };
    if r2_cs > 0.0 && r2_cs < max { Ok((r2_cs, max)) } else { Err(SampleSizeError::BadR2 { r2_cs, max }) }
}

/// The S above R² at which `(1 - S) · -ln(1 - R²/S) = P / n`, which falls from infinity to 0 between R² and 1.
fn expected_shrinkage(n: f64, p: f64, r2_cs: f64) -> f64 {
    let (mut low, mut high) = (r2_cs, 1.0);
    // Sixty halvings exhaust the digits.
    for _ in 0..60 {
        let s = 0.5 * (low + high);
        if (s - 1.0) * (-r2_cs / s).ln_1p() > p / n {
            low = s;
        } else {
            high = s;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chagas disease: 24 parameters, 17.4 % events, R² 0.288. The abstract of Riley et al. (2019) states 4.8 events per
    /// parameter; the help of pmsampsize works the same example.
    #[test]
    fn the_published_diagnostic_example() {
        let found = riley(&SampleSizeSpec::new(24, 0.174, Anticipated::CoxSnell(0.288))).unwrap();
        assert_eq!((found.n_shrinkage, found.n_optimism, found.n_risk), (623, 662, 221));
        assert_eq!((found.n, found.n_events, found.binding), (662, 116, Criterion::Optimism));
        assert!((found.epp - 4.8).abs() < 0.005 && (found.shrinkage - 0.905).abs() < 5e-4);
    }

    /// Pre-eclampsia, BMJ 2020;368:m441: 30 parameters, 5 % events, R² 0.05: 5249 women, 8.75 events per parameter.
    #[test]
    fn the_published_prognostic_example() {
        let found = riley(&SampleSizeSpec::new(30, 0.05, Anticipated::CoxSnell(0.05))).unwrap();
        assert_eq!((found.n, found.n_risk, found.binding), (5249, 73, Criterion::Shrinkage));
        assert!((found.epp - 8.75).abs() < 0.005 && found.n_events == 263);
        // There it comes from Nagelkerke's R² of 15 % with a maximum of 0.33.
        assert!((max_r2(0.05) - 0.33).abs() < 0.005);
        let exact = riley(&SampleSizeSpec::new(30, 0.05, Anticipated::Nagelkerke(0.15))).unwrap();
        assert!((exact.r2_cs / exact.r2_max - 0.15).abs() < 1e-15);
    }

    /// Riley, Van Calster & Collins (2021) simulate C 0.81 at 77 % events and find R² 0.21. The expectation is R's `integrate`.
    #[test]
    fn the_published_area_under_the_curve() {
        let found = r2_from_auc(0.81, 0.77).unwrap();
        assert!((found - 0.21).abs() < 0.005 && (found - 0.212_053_719_056).abs() < 1e-11, "{found}");
        assert!((found / max_r2(0.77) - 0.321_336_058_555).abs() < 1e-11);
        for (auc, rate, r2_cs) in [(0.89, 0.174, 0.290_954_910_091), (0.65, 0.08, 0.021_371_917_909_9)] {
            assert!((r2_from_auc(auc, rate).unwrap() - r2_cs).abs() < 1e-11);
        }
        // Events and non-events change places.
        assert!((found - r2_from_auc(0.81, 0.23).unwrap()).abs() < 1e-12);
        assert!(r2_from_auc(0.5 + 1e-6, 0.3).unwrap() < 1e-9);
        assert!((r2_from_auc(1.0 - 1e-13, 0.3).unwrap() - max_r2(0.3)).abs() < 1e-6);
    }

    #[test]
    fn overall_risk_binds_where_the_model_is_small_and_strong() {
        let found = riley(&SampleSizeSpec::new(4, 0.5, Anticipated::CoxSnell(0.3))).unwrap();
        assert_eq!((found.n, found.binding), (385, Criterion::OverallRisk));
        // With more rows than shrinkage needs, less of it is expected.
        assert!(found.n_shrinkage < 100 && found.shrinkage > 0.97);
    }

    #[test]
    fn what_is_at_hand_inverts_what_is_needed() {
        for (p, rate, r2_cs) in [(24, 0.2, 0.288), (30, 0.05, 0.05), (5, 0.4, 0.6)] {
            let anticipated = Anticipated::CoxSnell(r2_cs);
            let needed = riley(&SampleSizeSpec::new(p, rate, anticipated)).unwrap();
            let found =
                |n: u64| at_hand(n * 100, (n as f64 * rate * 100.0).round() as u64, p * 100, anticipated).unwrap();
            // A hundredfold of everything: rounding n up moves the shrinkage little.
            assert!((found(needed.n_shrinkage).shrinkage - 0.9).abs() < 0.002);
            assert!((found(needed.n_optimism).r2_optimism - 0.05).abs() < 0.001);
            assert!((found(needed.n_risk).risk_margin * 10.0 - 0.05).abs() < 5e-4);
            assert!((found(needed.n).epp - needed.epp).abs() < 1e-2);
        }
        // By hand: S = 0.5 with R² 0.25 needs P / (0.5 ln 2) rows.
        let n = 10.0 / (0.5 * std::f64::consts::LN_2);
        assert!((expected_shrinkage(n, 10.0, 0.25) - 0.5).abs() < 1e-14);
        assert!(at_hand(50, 10, 40, Anticipated::CoxSnell(0.1)).unwrap().shrinkage < 0.3);
    }

    #[test]
    fn impossible_questions_are_refused() {
        let with = |p, rate, anticipated| riley(&SampleSizeSpec::new(p, rate, anticipated)).unwrap_err();
        assert_eq!(with(0, 0.1, Anticipated::CoxSnell(0.1)), SampleSizeError::NoParameters);
        assert_eq!(with(3, 0.0, Anticipated::CoxSnell(0.1)), SampleSizeError::BadRate { rate: 0.0 });
        assert_eq!(with(3, 0.1, Anticipated::Auc(0.5)), SampleSizeError::BadAuc { auc: 0.5 });
        assert!(matches!(with(3, 0.1, Anticipated::CoxSnell(0.9)), SampleSizeError::BadR2 { .. }));
        assert!(matches!(with(3, 0.1, Anticipated::Nagelkerke(1.0)), SampleSizeError::BadR2 { .. }));
        let strict = SampleSizeSpec { shrinkage: 0.2, ..SampleSizeSpec::new(3, 0.5, Anticipated::CoxSnell(0.3)) };
        assert_eq!(riley(&strict).unwrap_err(), SampleSizeError::ShrinkageBelowR2 { shrinkage: 0.2, r2_cs: 0.3 });
        let none = SampleSizeSpec { risk_margin: 0.0, ..strict };
        assert_eq!(riley(&none).unwrap_err(), SampleSizeError::BadLimit { limit: "risk_margin", value: 0.0 });
        assert!(matches!(at_hand(0, 0, 3, Anticipated::CoxSnell(0.1)), Err(SampleSizeError::BadRate { .. })));
    }
}
