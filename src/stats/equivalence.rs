//! Two one-sided tests: is the effect too small to matter?

use super::normal;

/// What the two tests say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Equivalence {
    /// One-sided p against an effect at or below `-bound`.
    pub p_low: f64,
    /// One-sided p against an effect at or above `+bound`.
    pub p_high: f64,
    /// The larger of the two.
    pub p: f64,
    /// Lower limit of the 90 % interval.
    pub ci90_low: f64,
    /// Upper limit of the 90 % interval.
    pub ci90_high: f64,
    /// The 90 % interval lies inside `±bound`, which is `p < 0.05`.
    pub equivalent: bool,
}

/// Two one-sided tests of `|effect| >= bound` at 5 %.
///
/// Everything is NaN, and nothing equivalent, unless the standard error and the bound are positive numbers.
///
/// # Source
/// Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15:657–680.
#[must_use]
pub fn tost(estimate: f64, se: f64, bound: f64) -> Equivalence {
    let usable = se.is_finite() && se > 0.0 && bound > 0.0 && estimate.is_finite();
    let se = if usable { se } else { f64::NAN };
    let half = normal::quantile(0.95) * se;
    let (ci90_low, ci90_high) = (estimate - half, estimate + half);
    let (p_low, p_high) = if usable {
        (normal::sf((estimate + bound) / se), normal::cdf((estimate - bound) / se))
    } else {
        (f64::NAN, f64::NAN)
    };
    let p = if usable { p_low.max(p_high) } else { f64::NAN };
    Equivalence { p_low, p_high, p, ci90_low, ci90_high, equivalent: ci90_low > -bound && ci90_high < bound }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_precise_effect_is_equivalent_and_a_vague_one_is_not() {
        let e = tost(0.0, 0.1, 0.26);
        assert!((e.p - normal::sf(2.6)).abs() < 1e-16 && e.equivalent);
        assert!((e.ci90_high - 0.1644853626951472).abs() < 1e-15);
        assert!(!tost(0.0, 0.2, 0.26).equivalent);
        assert!(!tost(0.2, 0.1, 0.26).equivalent);
        assert!(tost(0.0, 0.0, 0.26).p.is_nan() && !tost(0.0, 0.0, 0.26).equivalent);
    }
}
