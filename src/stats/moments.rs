//! Mean, spread, quantiles, correlation. Callers pass finite values; an empty input gives NaN.

/// Arithmetic mean, with the rounding of a first pass taken out by a second.
#[must_use]
pub fn mean(v: &[f64]) -> f64 {
    if v.is_empty() {
        return f64::NAN;
    }
    let n = v.len() as f64;
    let first = v.iter().sum::<f64>() / n;
    first + v.iter().map(|x| x - first).sum::<f64>() / n
}

/// Standard deviation with divisor n - 1; NaN below two values.
#[must_use]
pub fn sd(v: &[f64]) -> f64 {
    if v.len() < 2 {
        return f64::NAN;
    }
    let m = mean(v);
    (v.iter().map(|x| (x - m) * (x - m)).sum::<f64>() / (v.len() - 1) as f64).sqrt()
}

/// Quantile of type 7 of Hyndman & Fan (1996), the default of R: linear between order statistics. `q` is cut to [0, 1].
#[must_use]
pub fn quantile(v: &[f64], q: f64) -> f64 {
    let mut sorted = v.to_vec();
    sorted.sort_by(f64::total_cmp);
    quantile_sorted(&sorted, q)
}

/// The same for values already in ascending order.
#[must_use]
pub fn quantile_sorted(sorted: &[f64], q: f64) -> f64 {
    if sorted.is_empty() || q.is_nan() {
        return f64::NAN;
    }
    let at = q.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let low = at.floor() as usize;
    let high = (low + 1).min(sorted.len() - 1);
    sorted[low] + (at - at.floor()) * (sorted[high] - sorted[low])
}

/// Pearson correlation; NaN when the lengths differ, below two values, or when either side is constant.
#[must_use]
pub fn correlation(a: &[f64], b: &[f64]) -> f64 {
    if a.len() != b.len() || a.len() < 2 {
        return f64::NAN;
    }
    let (ma, mb) = (mean(a), mean(b));
    let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        let (x, y) = (x - ma, y - mb);
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    if aa > 0.0 && bb > 0.0 { (ab / (aa.sqrt() * bb.sqrt())).clamp(-1.0, 1.0) } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand_and_at_the_edges() {
        let v = [4.0, 1.0, 3.0, 2.0];
        assert!((mean(&v) - 2.5).abs() < 1e-15);
        assert!((sd(&v) - (5.0_f64 / 3.0).sqrt()).abs() < 1e-15);
        // R: quantile(1:4, c(0.4, 0.9)) is 2.2, 3.7.
        assert!((quantile(&v, 0.4) - 2.2).abs() < 1e-15 && (quantile(&v, 0.9) - 3.7).abs() < 1e-15);
        assert!(mean(&[]).is_nan() && sd(&[1.0]).is_nan() && quantile(&[], 0.5).is_nan());
        assert!((correlation(&v, &[8.0, 2.0, 6.0, 4.0]) - 1.0).abs() < 1e-15);
        assert!(correlation(&v, &[1.0; 4]).is_nan());
    }
}
