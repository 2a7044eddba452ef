//! What the Brier score is made of: calibration, sorting, and how uncertain the outcome was to begin with.

use super::calibration::groups_of_equal_size;
use crate::notice::Explain;

/// Parts of the Brier score; they add up to it exactly (see [`BrierParts::sum`]).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BrierParts {
    /// Mean squared difference of prediction and outcome.
    pub brier: f64,
    /// Distance of the groups' mean predictions from their shares of events; 0 is perfect calibration.
    pub reliability: f64,
    /// Distance of the groups' shares of events from the overall share; more is better.
    pub resolution: f64,
    /// Variance of the outcome: the Brier score of predicting the overall share for every row.
    pub uncertainty: f64,
    /// Variance of the predictions within groups; 0 where predictions within a group are equal.
    pub within_variance: f64,
    /// Twice the covariance of prediction and outcome within groups; 0 where predictions within a group are equal.
    pub within_covariance: f64,
    /// Groups with rows.
    pub n_groups: usize,
}

impl BrierParts {
    /// `reliability - resolution + uncertainty + within_variance - within_covariance`, which is the Brier score.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.reliability - self.generalised_resolution() + self.uncertainty
    }

    /// `resolution - within_variance + within_covariance`: resolution that hardly depends on how groups were formed.
    #[must_use]
    pub fn generalised_resolution(&self) -> f64 {
        self.resolution - self.within_variance + self.within_covariance
    }
}

/// Why the Brier score could not be taken apart.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BrierError {
    /// Nothing to measure.
    #[error("the brier score needs at least one row and one group")]
    Nothing,
    /// Vectors of different length.
    #[error("{what} has {found} values for {rows} predictions")]
    WrongLength {
        /// `y` or `group`.
        what: &'static str,
        /// Values found.
        found: usize,
        /// Predictions.
        rows: usize,
    },
    /// A prediction outside 0 to 1, or an outcome other than 0 and 1.
    #[error("row {row}: the prediction is not a probability or the outcome is not 0 or 1")]
    BadRow {
        /// Row.
        row: usize,
    },
    /// A weight that is negative, infinite or not a number, or no positive one.
    #[error("row {row}: the weight is not a finite number of at least 0, or no row has a positive one")]
    BadWeight {
        /// Row.
        row: usize,
    },
}

impl Explain for BrierError {
    fn ja(&self) -> String {
        match self {
            Self::Nothing => "ブライアスコアには少なくとも1行と1グループが必要です".to_owned(),
            Self::WrongLength { what, found, rows } => {
                format!("予測{rows}個に対して{what}の値が{found}個あります")
            }
            Self::BadRow { row } => format!("行{row}の予測が確率でないか、結果が0または1ではありません"),
            Self::BadWeight { row } => {
                format!("行{row}の重みが0以上の有限の数値でないか、重みが正の行がありません")
            }
        }
    }
}

/// Murphy's three parts, over groups of rows with equal predictions; the terms within groups are 0.
///
/// # Formula
/// ```text
/// Brier = Σ_k n_k (p_k - o_k)² / n  -  Σ_k n_k (o_k - o)² / n  +  o (1 - o)
///         reliability                  resolution                 uncertainty
/// ```
/// Where nearly every prediction is different, so is nearly every group, and the parts say little: use
/// [`brier_parts_in_groups`].
///
/// # Errors
/// [`BrierError`].
///
/// # Source
/// Murphy (1973), Journal of Applied Meteorology 12:595–600.
pub fn brier_parts(p: &[f64], y: &[f64]) -> Result<BrierParts, BrierError> {
    check(p, y)?;
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_unstable_by(|&a, &b| p[a].total_cmp(&p[b]).then(a.cmp(&b)));
    Ok(parts(p, y, |_| 1.0, order.chunk_by(|&a, &b| p[a] >= p[b])))
}

/// The five parts over about equally large groups, formed as in the calibration curve.
///
/// # Formula
/// ```text
/// Brier = reliability - (resolution - within_variance + within_covariance) + uncertainty
/// within_variance   = Σ_k Σ_i (p_ki - p_k)² / n
/// within_covariance = 2 Σ_k Σ_i (p_ki - p_k) (y_ki - o_k) / n          p_k, o_k: means of group k
/// ```
///
/// # Errors
/// [`BrierError`].
///
/// # Source
/// Stephenson, Coelho & Jolliffe (2008), Weather and Forecasting 23:752–757.
pub fn brier_parts_in_groups(p: &[f64], y: &[f64], groups: usize) -> Result<BrierParts, BrierError> {
    check(p, y)?;
    if groups == 0 {
        return Err(BrierError::Nothing);
    }
    Ok(parts(p, y, |_| 1.0, groups_of_equal_size(p, groups).iter().map(Vec::as_slice)))
}

/// The five parts with weights, for example revenue, over groups of about equally many rows.
///
/// Means, shares and sums are weighted; rows of weight 0 are left out before groups are formed.
///
/// # Errors
/// [`BrierError`], among others `BadWeight`.
///
/// # Source
/// As [`brier_parts_in_groups`]; weights: Young (2010), Quarterly Journal of the Royal Meteorological Society 136:1364–1370.
pub fn brier_parts_weighted(p: &[f64], y: &[f64], weight: &[f64], groups: usize) -> Result<BrierParts, BrierError> {
    check(p, y)?;
    if weight.len() != p.len() {
        return Err(BrierError::WrongLength { what: "weight", found: weight.len(), rows: p.len() });
    }
    if let Some(row) = weight.iter().position(|w| !(*w >= 0.0 && w.is_finite())) {
        return Err(BrierError::BadWeight { row });
    }
    if groups == 0 {
        return Err(BrierError::Nothing);
    }
    let kept: Vec<usize> = (0..p.len()).filter(|&i| weight[i] > 0.0).collect();
    if kept.is_empty() {
        return Err(BrierError::BadWeight { row: 0 });
    }
    let of = |v: &[f64]| kept.iter().map(|&i| v[i]).collect::<Vec<f64>>();
    let (p, y, weight) = (of(p), of(y), of(weight));
    Ok(parts(&p, &y, |i| weight[i], groups_of_equal_size(&p, groups).iter().map(Vec::as_slice)))
}

/// The five parts over groups given by label, for example account segments.
///
/// # Errors
/// [`BrierError`].
///
/// # Source
/// As [`brier_parts_in_groups`].
pub fn brier_parts_by(p: &[f64], y: &[f64], group: &[u32]) -> Result<BrierParts, BrierError> {
    check(p, y)?;
    if group.len() != p.len() {
        return Err(BrierError::WrongLength { what: "group", found: group.len(), rows: p.len() });
    }
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by_key(|&i| group[i]);
    Ok(parts(p, y, |_| 1.0, order.chunk_by(|&a, &b| group[a] == group[b])))
}

fn check(p: &[f64], y: &[f64]) -> Result<(), BrierError> {
    if y.len() != p.len() {
        return Err(BrierError::WrongLength { what: "y", found: y.len(), rows: p.len() });
    }
    let bad = |i: &usize| !(0.0..=1.0).contains(&p[*i]) || !(y[*i].abs() <= 0.0 || (y[*i] - 1.0).abs() <= 0.0);
    match (0..p.len()).find(bad) {
        Some(row) => Err(BrierError::BadRow { row }),
        None if p.is_empty() => Err(BrierError::Nothing),
        None => Ok(()),
    }
}

fn parts<'a>(
    p: &[f64],
    y: &[f64],
    weight: impl Fn(usize) -> f64,
    groups: impl Iterator<Item = &'a [usize]>,
) -> BrierParts {
    let n: f64 = (0..p.len()).map(&weight).sum();
    let overall = (0..p.len()).map(|i| weight(i) * y[i]).sum::<f64>() / n;
    let mut found = BrierParts {
        brier: (0..p.len()).map(|i| weight(i) * (p[i] - y[i]) * (p[i] - y[i])).sum::<f64>() / n,
        reliability: 0.0,
        resolution: 0.0,
        uncertainty: overall * (1.0 - overall),
        within_variance: 0.0,
        within_covariance: 0.0,
        n_groups: 0,
    };
    for rows in groups {
        let size: f64 = rows.iter().map(|&i| weight(i)).sum();
        let observed = rows.iter().map(|&i| weight(i) * y[i]).sum::<f64>() / size;
        // Distances from the first value: equal predictions have a mean that is exactly theirs.
        let first = p[rows[0]];
        let predicted = first + rows.iter().map(|&i| weight(i) * (p[i] - first)).sum::<f64>() / size;
        found.n_groups += 1;
        found.reliability += size / n * (predicted - observed) * (predicted - observed);
        found.resolution += size / n * (observed - overall) * (observed - overall);
        for &i in rows {
            found.within_variance += weight(i) * (p[i] - predicted) * (p[i] - predicted) / n;
            found.within_covariance += 2.0 * weight(i) * (p[i] - predicted) * (y[i] - observed) / n;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::super::laws::Stream;
    use super::*;

    #[test]
    fn murphys_parts_by_hand() {
        // 0.2: outcomes 0 0 1 0 (share 1/4); 0.8: outcomes 1 1 0 (share 2/3); overall 3/7.
        let found = brier_parts(&[0.2, 0.8, 0.2, 0.2, 0.8, 0.2, 0.8], &[0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0]).unwrap();
        assert!((found.brier - 1.48 / 7.0).abs() < 1e-15);
        let reliability = (4.0 * 0.05_f64.powi(2) + 3.0 * (0.8_f64 - 2.0 / 3.0).powi(2)) / 7.0;
        let resolution = (4.0 * (0.25_f64 - 3.0 / 7.0).powi(2) + 3.0 * (2.0 / 3.0 - 3.0 / 7.0_f64).powi(2)) / 7.0;
        assert!((found.reliability - reliability).abs() < 1e-15 && (found.resolution - resolution).abs() < 1e-15);
        assert!((found.uncertainty - 12.0 / 49.0).abs() < 1e-15 && found.n_groups == 2);
        assert!(found.within_variance.abs() <= 0.0 && found.within_covariance.abs() <= 0.0);
        assert!((found.sum() - found.brier).abs() < 1e-15);
    }

    #[test]
    fn the_terms_within_a_group_by_hand() {
        // One group: means 0.4 and 0.5; deviations of p: -0.3, -0.1, 0.1, 0.3.
        let found = brier_parts_in_groups(&[0.1, 0.3, 0.5, 0.7], &[0.0, 1.0, 0.0, 1.0], 1).unwrap();
        assert!((found.reliability - 0.01).abs() < 1e-15 && found.resolution.abs() < 1e-15);
        assert!((found.within_variance - 0.05).abs() < 1e-15);
        // 2/4 · (0.3 - 0.1 - 0.1 + 0.3) / 2 = 0.1.
        assert!((found.within_covariance - 0.1).abs() < 1e-15);
        assert!((found.brier - 0.21).abs() < 1e-15 && (found.sum() - 0.21).abs() < 1e-15);
        assert!((found.generalised_resolution() - 0.05).abs() < 1e-15);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_001), ..ProptestConfig::default() })]

        #[test]
        fn the_parts_sum_to_the_score(seed in 0_u64..1 << 40, n in 1_usize..400, levels in 1_u32..60, groups in 1_usize..30) {
            let mut s = Stream(seed);
            let p: Vec<f64> = (0..n).map(|_| (s.next() * f64::from(levels)).floor() / f64::from(levels)).collect();
            let y: Vec<f64> = p.iter().map(|p| f64::from(u8::from(s.next() < 0.8 * p + 0.1))).collect();
            let label: Vec<u32> = (0..n).map(|_| (s.next() * groups as f64) as u32).collect();
            let equal = brier_parts(&p, &y).unwrap();
            prop_assert!(equal.within_variance.abs() <= 0.0 && equal.within_covariance.abs() <= 0.0);
            let all = [equal, brier_parts_in_groups(&p, &y, groups).unwrap(), brier_parts_by(&p, &y, &label).unwrap()];
            for found in all {
                prop_assert!((found.sum() - found.brier).abs() < 1e-13, "{found:?}");
                prop_assert!(found.reliability >= 0.0 && found.resolution >= 0.0 && found.within_variance >= 0.0);
                prop_assert!(found.resolution <= found.uncertainty + 1e-13);
            }
        }
    }

    #[test]
    fn whole_weights_are_repeated_rows_and_parts_still_add_up() {
        let (p, y) = ([0.1, 0.3, 0.5, 0.7, 0.9], [0.0, 1.0, 0.0, 1.0, 1.0]);
        let found = brier_parts_weighted(&p, &y, &[2.0, 1.0, 3.0, 0.0, 1.0], 1).unwrap();
        let (p_each, y_each) = ([0.1, 0.1, 0.3, 0.5, 0.5, 0.5, 0.9], [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
        let repeated = brier_parts_in_groups(&p_each, &y_each, 1).unwrap();
        for (a, b) in [
            (found.brier, repeated.brier),
            (found.reliability, repeated.reliability),
            (found.uncertainty, repeated.uncertainty),
            (found.within_variance, repeated.within_variance),
            (found.within_covariance, repeated.within_covariance),
        ] {
            assert!((a - b).abs() < 1e-15, "{a} is not {b}");
        }
        let found = brier_parts_weighted(&p, &y, &[0.3, 1.7, 4.0, 0.1, 9.0], 3).unwrap();
        assert!((found.sum() - found.brier).abs() < 1e-15 && found.n_groups == 3);
        for weight in [[1.0, -1.0], [1.0, f64::NAN]] {
            let refused = brier_parts_weighted(&[0.5; 2], &[0.0, 1.0], &weight, 1).unwrap_err();
            assert_eq!(refused, BrierError::BadWeight { row: 1 });
        }
        let refused = brier_parts_weighted(&[0.5; 2], &[0.0, 1.0], &[0.0; 2], 1).unwrap_err();
        assert_eq!(refused, BrierError::BadWeight { row: 0 });
    }

    #[test]
    fn what_is_no_probability_or_outcome_is_refused() {
        assert_eq!(brier_parts(&[], &[]).unwrap_err(), BrierError::Nothing);
        assert_eq!(brier_parts_in_groups(&[0.5], &[1.0], 0).unwrap_err(), BrierError::Nothing);
        assert_eq!(brier_parts(&[0.5, 1.5], &[1.0, 0.0]).unwrap_err(), BrierError::BadRow { row: 1 });
        assert_eq!(brier_parts(&[0.5, 0.5], &[0.5, 0.0]).unwrap_err(), BrierError::BadRow { row: 0 });
        assert_eq!(brier_parts(&[0.5], &[]).unwrap_err(), BrierError::WrongLength { what: "y", found: 0, rows: 1 });
        assert_eq!(
            brier_parts_by(&[0.5], &[1.0], &[]).unwrap_err(),
            BrierError::WrongLength { what: "group", found: 0, rows: 1 }
        );
    }
}
