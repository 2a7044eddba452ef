//! Many tests at once.

/// Benjamini-Hochberg adjusted p-values (q-values), in the order given.
///
/// A NaN stands for a test that was not made: it stays NaN and does not count.
///
/// # Formula
/// ```text
/// q_(i) = min_{k >= i} min(1, m p_(k) / k)
/// ```
///
/// # Source
/// Benjamini & Hochberg (1995), JRSS B 57:289–300. Values: R `p.adjust(method = "BH")`.
#[must_use]
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|&i| !p[i].is_nan()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]).then(a.cmp(&b)));
    let m = order.len() as f64;
    let mut q = vec![f64::NAN; p.len()];
    let mut least = 1.0_f64;
    for (rank, &i) in order.iter().enumerate().rev() {
        least = least.min(p[i] * m / (rank + 1) as f64);
        q[i] = least;
    }
    q
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_p_adjust_and_leaves_out_tests_not_made() {
        // R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "BH") is 0.02 0.04 0.04 0.02.
        let q = benjamini_hochberg(&[0.01, f64::NAN, 0.04, 0.03, 0.005]);
        assert!(q[1].is_nan());
        for (i, expected) in [(0, 0.02), (2, 0.04), (3, 0.04), (4, 0.02)] {
            assert!((q[i] - expected).abs() < 1e-15, "{q:?}");
        }
        assert!(benjamini_hochberg(&[]).is_empty());
        assert!((benjamini_hochberg(&[0.9])[0] - 0.9).abs() < 1e-16);
    }
}
