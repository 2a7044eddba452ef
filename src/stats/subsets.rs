//! Sums over all subsets of one size: the denominator of the conditional likelihood of one stratum.

/// Linear predictors of a stratum may differ by this much; `e^±300` and all products of two of them are still doubles.
pub(crate) const SPREAD_LIMIT: f64 = 600.0;

/// Logarithm of the sum with its first two derivatives, which are the moments of `Σ z` over a drawn subset.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Subsets {
    pub(crate) log_sum: f64,
    pub(crate) mean: Vec<f64>,
    /// Lower triangle, row by row.
    pub(crate) covariance: Vec<f64>,
}

/// Entries of the lower triangle of a p by p matrix.
pub(crate) fn triangle(p: usize) -> usize {
    p * (p + 1) / 2
}

/// Sum of `exp(Σ_{i in S} eta_i)` over all subsets S of `size` rows, with the mean and covariance of `Σ_{i in S} z_i`.
///
/// `None` where the linear predictors lie more than [`SPREAD_LIMIT`] apart.
///
/// # Formula
/// ```text
/// B(d, j) = B(d, j-1) + w_j B(d-1, j-1),   w_j = e^(eta_j - c)
/// r(d, j) = B(d, j) / B(d-1, j) = (r(d, j-1) + w_j) / (1 + w_j / r(d-1, j-1)),   log B(D, n) = Σ_d log r(d, n)
/// q = w_j / (w_j + r(d, j-1))                       chance that row j is in S, given d of the first j rows are
/// M(d, j) = (1-q) M(d, j-1) + q (M(d-1, j-1) + z_j)
/// V(d, j) = (1-q) V(d, j-1) + q V(d-1, j-1) + q (1-q) δ δᵀ,   δ = M(d-1, j-1) + z_j - M(d, j-1)
/// ```
/// Ratios instead of the sums themselves: nothing overflows. Moments instead of derivatives of the sums: every term is
/// positive or a weighted mean, so nothing cancels, and V is positive semidefinite as computed.
///
/// # Shapes and units
/// `eta` (n), finite; `z` (n, p) row by row, `0 <= size <= n`. Time O(n · size · p²), memory O(size · p²).
///
/// # Source
/// Recursion: Gail, Lubin & Rubinstein (1981), Biometrika 68:703–707; Howard (1972), JRSS B 34:210–211.
pub(crate) fn subsets(eta: &[f64], z: &[f64], p: usize, size: usize) -> Option<Subsets> {
    let (low, high) = eta.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &e| (l.min(e), h.max(e)));
    if high - low > SPREAD_LIMIT {
        return None;
    }
    let (n, width, centre) = (eta.len(), p + triangle(p), 0.5 * (low + high));
    let mut ratio = vec![0.0; size + 1];
    // Mean and covariance for each number of rows drawn so far, one after the other.
    let mut moments = vec![0.0; (size + 1) * width];
    for (j, (e, z)) in eta.iter().zip(z.chunks(p)).enumerate() {
        let w = (e - centre).exp();
        // Fewer than this many drawn by now cannot become `size` with the rows to come.
        let needed = (size + j + 1).saturating_sub(n).max(1);
        for d in (1..=size.min(j + 1)).rev() {
            let before = ratio[d];
            if d >= needed {
                let (fewer, same) = moments[(d - 1) * width..(d + 1) * width].split_at_mut(width);
                mix(fewer, same, z, w / (w + before), before / (w + before));
            }
            ratio[d] = if d == 1 { before + w } else { (before + w) / (1.0 + w / ratio[d - 1]) };
        }
    }
    let found = &moments[size * width..];
    Some(Subsets {
        log_sum: ratio[1..].iter().map(|r| r.ln()).sum::<f64>() + size as f64 * centre,
        mean: found[..p].to_vec(),
        covariance: found[p..].to_vec(),
    })
}

/// Moments of a mixture: with chance `q` those of `fewer` shifted by `z`, otherwise `same`, which is overwritten.
fn mix(fewer: &[f64], same: &mut [f64], z: &[f64], q: f64, rest: f64) {
    let p = z.len();
    let (mean, covariance) = same.split_at_mut(p);
    let mut at = 0;
    for a in 0..p {
        let da = fewer[a] + z[a] - mean[a];
        for b in 0..=a {
            let db = fewer[b] + z[b] - mean[b];
            covariance[at] = rest * covariance[at] + q * (fewer[p + at] + rest * da * db);
            at += 1;
        }
    }
    for a in 0..p {
        mean[a] = rest * mean[a] + q * (fewer[a] + z[a]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By listing every subset.
    fn brute(eta: &[f64], z: &[f64], p: usize, size: usize) -> Subsets {
        let (mut total, mut mean, mut second) = (0.0, vec![0.0; p], vec![0.0; triangle(p)]);
        for set in (0_u32..1 << eta.len()).filter(|s| s.count_ones() as usize == size) {
            let rows: Vec<usize> = (0..eta.len()).filter(|i| set >> i & 1 == 1).collect();
            let weight = rows.iter().map(|&i| eta[i]).sum::<f64>().exp();
            let sum: Vec<f64> = (0..p).map(|a| rows.iter().map(|&i| z[i * p + a]).sum()).collect();
            total += weight;
            let mut at = 0;
            for a in 0..p {
                mean[a] += weight * sum[a];
                for b in 0..=a {
                    second[at] += weight * sum[a] * sum[b];
                    at += 1;
                }
            }
        }
        mean.iter_mut().for_each(|m| *m /= total);
        let mut at = 0;
        for a in 0..p {
            for b in 0..=a {
                second[at] = second[at] / total - mean[a] * mean[b];
                at += 1;
            }
        }
        Subsets { log_sum: total.ln(), mean, covariance: second }
    }

    fn close(found: &[f64], expected: &[f64], absolute: f64) {
        for (f, e) in found.iter().zip(expected) {
            assert!((f - e).abs() <= absolute, "{f:e} is not {e:e}");
        }
    }

    #[test]
    fn every_size_agrees_with_listing_all_subsets() {
        let eta: Vec<f64> = (0..9).map(|i| f64::from(i * 37 % 11) * 0.5 - 2.0).collect();
        let z: Vec<f64> = (0..18).map(|i| f64::from(i * i % 13) * 0.3 - 1.5).collect();
        for size in 0..=9 {
            let (found, expected) = (subsets(&eta, &z, 2, size).unwrap(), brute(&eta, &z, 2, size));
            assert!((found.log_sum - expected.log_sum).abs() < 1e-13, "{size}");
            close(&found.mean, &expected.mean, 1e-13);
            close(&found.covariance, &expected.covariance, 1e-12);
        }
    }

    #[test]
    fn large_strata_keep_their_digits_and_stay_finite() {
        // Equal weights: a draw without replacement, log C(800, 90), mean and variance of the hypergeometric total.
        let (n, size) = (800_usize, 90_usize);
        let z: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i < 300))).collect();
        let log_choose: f64 = (1..=size).map(|k| (((n - size + k) as f64) / k as f64).ln()).sum();
        let found = subsets(&vec![250.0; n], &z, 1, size).unwrap();
        assert!((found.log_sum - log_choose - 250.0 * 90.0).abs() < 1e-12 * found.log_sum, "{}", found.log_sum);
        let share = 300.0 / 800.0;
        assert!((found.mean[0] - 90.0 * share).abs() < 1e-11);
        let variance = 90.0 * share * (1.0 - share) * 710.0 / 799.0;
        assert!((found.covariance[0] - variance).abs() < 1e-11 * variance);
        // The widest spread allowed: the larger half is drawn with certainty.
        let eta: Vec<f64> = (0..n).map(|i| if i < size { 300.0 } else { -300.0 }).collect();
        let found = subsets(&eta, &z, 1, size).unwrap();
        assert!((found.log_sum - 27_000.0).abs() < 1e-9 && (found.mean[0] - 90.0).abs() < 1e-12);
        assert_eq!(subsets(&[0.0, 700.0], &[1.0, 2.0], 1, 1), None);
    }
}
