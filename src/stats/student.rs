//! Student's t distribution, degrees of freedom whole or not, without loss far out.

use std::f64::consts::PI;

use super::normal;

/// Degrees of freedom at which the distribution is the normal one in double precision, wherever its tail is a number.
const NORMAL: f64 = 1e30;
/// Most terms of a continued fraction; both need fewer than 100.
const MAX_TERMS: usize = 1000;
/// Most steps of the root search; it is monotone from its second step and quadratic at the end.
const MAX_STEPS: usize = 200;

/// `P(|T| > |t|)`; NaN unless `df > 0`, the normal tail for infinite `df`.
///
/// # Formula
/// ```text
/// p = I_x(df/2, 1/2),   x = df / (df + t²)          (regularised incomplete beta, by its continued fraction)
/// ```
///
/// # Source
/// NIST Digital Library of Mathematical Functions, 8.17.22; Hill (1970), Communications of the ACM 13:617–619
/// (Algorithm 395). Values: R `pt`.
#[must_use]
pub fn two_sided_p(t: f64, df: f64) -> f64 {
    if t.is_nan() || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if df >= NORMAL {
        return normal::two_sided_p(t);
    }
    let at = Beta::at(t, df);
    if at.far() { at.tail() } else { 1.0 - at.centre() }
}

/// `P(T > t)`, accurate where it is tiny.
#[must_use]
pub fn sf(t: f64, df: f64) -> f64 {
    let half = 0.5 * two_sided_p(t, df);
    if t < 0.0 { 1.0 - half } else { half }
}

/// `t` with `P(T <= t) = p`; infinite at 0 and 1, NaN outside or unless `df > 0`.
///
/// Newton's method on the logarithm of the tail over the logarithm of t (between the quartiles, on the probability of the
/// centre), where the curve is concave, so that no start can lose the root.
#[must_use]
pub fn quantile(p: f64, df: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if df >= NORMAL || p <= 0.0 || p >= 1.0 {
        return normal::quantile(p);
    }
    let tail = p.min(1.0 - p);
    let t = if tail > 0.25 { central_quantile((2.0 * p - 1.0).abs(), df) } else { tail_quantile(2.0 * tail, df) };
    if p < 0.5 { -t } else { t }
}

/// `t` with `P(|T| <= t) = inside`.
fn central_quantile(inside: f64, df: f64) -> f64 {
    let mut t = 0.0;
    for _ in 0..MAX_STEPS {
        let step = (inside - Beta::at(t, df).centre()) / (2.0 * density(t, df));
        t += step;
        if step.abs() <= f64::EPSILON * t.abs() {
            break;
        }
    }
    t
}

/// `t` with `P(|T| > t) = outside`.
fn tail_quantile(outside: f64, df: f64) -> f64 {
    let mut t = -normal::quantile(0.5 * outside);
    for _ in 0..MAX_STEPS {
        let found = two_sided_p(t, df);
        let step = (found / outside).ln() * found / (2.0 * t * density(t, df));
        if !step.is_finite() {
            break;
        }
        t *= step.exp();
        if step.abs() <= 2.0 * f64::EPSILON {
            break;
        }
    }
    t
}

fn density(t: f64, df: f64) -> f64 {
    gamma_ratio(0.5 * df) / (PI * df).sqrt() * (-0.5 * (df + 1.0) * ln_one_plus_square(t, df)).exp()
}

/// `ln(1 + t²/df)` without overflow.
fn ln_one_plus_square(t: f64, df: f64) -> f64 {
    let r = t.abs() / df.sqrt();
    if r > 1e100 { 2.0 * r.ln() } else { (r * r).ln_1p() }
}

/// `Γ(a + 1/2) / Γ(a)`: raised to at least 20 by the recurrence, then by its asymptotic series, whose next term is 1e-15.
fn gamma_ratio(a: f64) -> f64 {
    let (mut a, mut factor) = (a, 1.0);
    while a < 20.0 {
        factor *= a / (a + 0.5);
        a += 1.0;
    }
    let q = 1.0 / (a * a);
    let log = (-1.0 / 8.0 + q * (1.0 / 192.0 + q * (-1.0 / 640.0 + q * (17.0 / 14_336.0 - q * 31.0 / 18_432.0)))) / a;
    factor * a.sqrt() * log.exp()
}

/// The incomplete beta function at one t.
struct Beta {
    /// `df / 2`.
    a: f64,
    /// `df / (df + t²)` and its complement.
    x: f64,
    rest: f64,
    /// `x^a (1 - x)^(1/2) / B(a, 1/2)`.
    front: f64,
}

impl Beta {
    fn at(t: f64, df: f64) -> Self {
        let a = 0.5 * df;
        let log = ln_one_plus_square(t, df);
        let share = if t.is_infinite() { 1.0 } else { t.abs() / df.sqrt().hypot(t) };
        let front = (-a * log).exp() * share * gamma_ratio(a) / PI.sqrt();
        Self { a, x: (-log).exp(), rest: share * share, front }
    }

    /// On the side of the mean where the continued fraction of the tail converges.
    fn far(&self) -> bool {
        self.rest * (self.a + 2.5) > 1.5
    }

    fn tail(&self) -> f64 {
        self.front * contracted_fraction(self.a, 0.5, self.x, self.rest)
    }

    fn centre(&self) -> f64 {
        if self.far() { 1.0 - self.tail() } else { self.front * continued_fraction(0.5, self.a, self.rest) / 0.5 }
    }
}

/// Continued fraction of the incomplete beta function, modified Lentz evaluation.
fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    let (mut c, mut d) = (1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0)));
    let mut value = d;
    for m in 1..MAX_TERMS {
        let m = m as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / (1.0 + even * d);
        c = 1.0 + even / c;
        value *= c * d;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / (1.0 + odd * d);
        c = 1.0 + odd / c;
        value *= c * d;
        if (c * d - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

/// The same fraction over a, every two terms in one, written in the complement y of x: with many degrees of freedom x
/// rounds to so near 1 that y could not be had from it.
fn contracted_fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let (c, c0, c1) = (1.0 + (a + b) * y - b, b / a, 1.0 + 1.0 / a);
    let (mut p, mut s) = (1.0, a + 1.0);
    // Numerator and denominator of the convergent before the last and of the last, the latter scaled to 1.
    let (mut before, mut value) = ((0.0, c1 / c), c1 / c);
    for n in 1..MAX_TERMS {
        let n = n as f64;
        let t = n / a;
        let w = n * (b - n) * x;
        let alpha = p * (p + c0) * (a / s) * (a / s) * w * x;
        let beta = n + w / s + (t + 1.0) / (c1 + 2.0 * t) * (c + n * (1.0 + y));
        p = 1.0 + t;
        s += 2.0;
        let (top, bottom) = (alpha * before.0 + beta * value, alpha * before.1 + beta);
        before = (value / bottom, 1.0 / bottom);
        let last = value;
        value = top / bottom;
        if (value - last).abs() <= f64::EPSILON * value {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64, relative: f64) {
        assert!((found - expected).abs() <= relative * expected.abs(), "{found:e} is not {expected:e}");
    }

    #[test]
    fn one_and_two_degrees_of_freedom_have_closed_forms() {
        for t in [1e-6_f64, 0.4, 1.0, 3.0, 1e3, 1e9, 1e150] {
            close(two_sided_p(t, 1.0), 2.0 / PI * (1.0 / t).atan(), 5e-14);
            // 1 - t / √(2 + t²), written without cancellation.
            let root = 2.0_f64.sqrt().hypot(t);
            close(two_sided_p(t, 2.0), 2.0 / (root * (root + t)), 5e-14);
        }
        close(quantile(0.75, 1.0), 1.0, 1e-14);
        close(quantile(1e-12, 1.0), -1.0 / (PI * 1e-12).tan(), 1e-12);
    }

    #[test]
    fn many_degrees_of_freedom_keep_their_digits_up_to_the_normal() {
        // mpmath at 40 digits.
        for (df, t, expected) in [
            (9e5, 0.5, 0.617_075_199_696_857_9),
            (9e5, 2.0, 0.045_500_563_846_330_68),
            (9e5, 6.0, 1.973_924_771_532_563e-9),
            (9e5, 20.0, 5.758_737_499_474_152e-89),
            (2e6, 0.5, 0.617_075_132_462_176_8),
            (2e6, 2.0, 0.045_500_398_873_806_754),
            (2e6, 6.0, 1.973_512_526_393_226_1e-9),
            (2e6, 20.0, 5.619_048_183_066_884e-89),
            (1e9, 6.0, 1.973_175_964_498_492e-9),
        ] {
            close(two_sided_p(t, df), expected, 1e-13);
        }
        for t in [1e-3, 1.6, 2.0, 37.0] {
            close(two_sided_p(t, 0.99 * NORMAL), normal::two_sided_p(t), 2e-13);
            close(two_sided_p(t, 1e300), normal::two_sided_p(t), 1e-15);
        }
        close(two_sided_p(2.0, f64::INFINITY), normal::two_sided_p(2.0), 1e-16);
        close(quantile(0.975, 1e9), normal::quantile(0.975), 1e-8);
    }

    #[test]
    fn quantile_inverts_the_tail_at_any_degrees_of_freedom() {
        for df in [0.2, 0.5, 1.3, 4.0, 27.5, 1e3, 1e5, 1e7] {
            for p in [0.501, 0.6, 0.7499, 0.7501, 0.975, 0.999_999] {
                let t = quantile(p, df);
                close(sf(t, df), 1.0 - p, 1e-10);
                close(quantile(1.0 - p, df), -t, 1e-10);
            }
            close(sf(-quantile(1e-40, df), df), 1e-40, 1e-11);
        }
        assert!(quantile(0.5, 3.0).abs() < 1e-16 && quantile(1.0, 3.0).is_infinite());
    }

    #[test]
    fn what_is_no_distribution_has_no_value() {
        assert!(two_sided_p(1.0, 0.0).is_nan() && two_sided_p(f64::NAN, 3.0).is_nan());
        assert!(quantile(1.5, 3.0).is_nan() && quantile(0.5, f64::NAN).is_nan());
        close(two_sided_p(0.0, 3.0), 1.0, 0.0);
        assert!(two_sided_p(f64::INFINITY, 3.0) <= 0.0 && (sf(-1.0, 5.0) + sf(1.0, 5.0) - 1.0).abs() < 1e-15);
    }
}
