//! E-values: how strong a hidden common cause would have to be.

/// Risk ratio that an odds ratio stands for: itself when the outcome is rare, else its square root.
fn risk_ratio(odds_ratio: f64, rare: bool) -> f64 {
    if rare { odds_ratio } else { odds_ratio.sqrt() }
}

/// Least risk ratio by which a hidden cause must be tied to both KPI and outcome to explain the whole odds ratio.
///
/// `rare`: the outcome happens in less than about 15 % of rows. 1 means that nothing is needed; NaN for a ratio that is
/// not positive.
///
/// # Formula
/// ```text
/// E = RR + √(RR (RR - 1)),   RR = max(r, 1/r),   r = OR if rare, √OR otherwise
/// ```
///
/// # Source
/// VanderWeele & Ding (2017), Annals of Internal Medicine 167:268–274.
#[must_use]
pub fn e_value(odds_ratio: f64, rare: bool) -> f64 {
    if odds_ratio.is_nan() || odds_ratio <= 0.0 {
        return f64::NAN;
    }
    let r = risk_ratio(odds_ratio, rare);
    let rr = r.max(1.0 / r);
    if rr.is_finite() { rr + (rr * (rr - 1.0)).sqrt() } else { f64::INFINITY }
}

/// E-value of the limit of the interval that is nearer to 1; exactly 1 when the interval holds 1.
#[must_use]
pub fn e_value_limit(ci_low: f64, ci_high: f64, rare: bool) -> f64 {
    if ci_low.is_nan() || ci_high.is_nan() {
        f64::NAN
    } else if ci_low > 1.0 {
        e_value(ci_low, rare)
    } else if ci_high < 1.0 {
        e_value(ci_high, rare)
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_and_its_mirror() {
        // VanderWeele & Ding 2017: RR 3.9 (1.8, 8.7) has E-values 7.26 and 3.0.
        assert!((e_value(3.9, true) - 7.263_034_344).abs() < 1e-8);
        assert!((e_value(1.0 / 3.9, true) - e_value(3.9, true)).abs() < 1e-12);
        assert!((e_value_limit(1.8, 8.7, true) - 3.0).abs() < 1e-12);
        assert!((e_value(4.0, false) - (2.0 + 2.0_f64.sqrt())).abs() < 1e-15);
        assert!((e_value_limit(0.8, 1.2, true) - 1.0).abs() < 1e-16);
        assert!(e_value(0.0, true).is_nan());
    }
}
