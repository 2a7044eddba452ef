//! How the rows of a measure came about: their weights, their clusters, and the interval of a mean.

use super::measure_error::MeasureError;
use super::{normal, wald};

/// Weights and clusters of rows. By default every row weighs 1 and is a cluster of its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sampling<'a> {
    /// What a row counts, for example its revenue: a finite number, at least 0. Weights are taken as given, not as random.
    pub weight: Option<&'a [f64]>,
    /// Label of the cluster (account) of each row; labels need not be dense. Rows of weight 0 make no cluster.
    pub cluster: Option<&'a [u32]>,
}

/// A measure with its standard error and 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The measure.
    pub value: f64,
    /// Standard error; NaN with a single cluster.
    pub se: f64,
    /// Lower limit, `value - 1.96 se`, within the range of the measure.
    pub ci_low: f64,
    /// Upper limit, `value + 1.96 se`, within the range of the measure.
    pub ci_high: f64,
}

impl Estimate {
    /// The normal interval, cut to the range that the measure has.
    pub(super) fn new(value: f64, variance: f64, range: (f64, f64)) -> Self {
        let se = variance.max(0.0).sqrt();
        let se = if variance.is_nan() { f64::NAN } else { se };
        let half = normal::quantile(0.975) * se;
        let (mut ci_low, mut ci_high) = (value - half, value + half);
        // Not clamp and not max, which would lose a NaN.
        if ci_low < range.0 {
            ci_low = range.0;
        }
        if ci_high > range.1 {
            ci_high = range.1;
        }
        Self { value, se, ci_low, ci_high }
    }
}

impl<'a> Sampling<'a> {
    pub(super) fn weight_of(&self, row: usize) -> f64 {
        self.weight.map_or(1.0, |w| w[row])
    }

    /// Lengths and weights; the groups of the rows with positive weight and the sum of the weights.
    pub(super) fn groups(&self, n_rows: usize) -> Result<(Groups, f64), MeasureError> {
        for (what, found) in [("weight", self.weight.map(<[_]>::len)), ("cluster", self.cluster.map(<[_]>::len))] {
            if let Some(found) = found.filter(|found| *found != n_rows) {
                return Err(MeasureError::WrongLength { what, found, rows: n_rows });
            }
        }
        let bad = |i: &usize| !(self.weight_of(*i) >= 0.0 && self.weight_of(*i).is_finite());
        if let Some(row) = (0..n_rows).find(bad) {
            return Err(MeasureError::BadWeight { row, value: self.weight_of(row) });
        }
        let total: f64 = (0..n_rows).map(|i| self.weight_of(i)).sum();
        if total <= 0.0 {
            return Err(MeasureError::Nothing);
        }
        Ok((Groups::new(self, n_rows), total))
    }
}

/// Rows by cluster: the number of each, below the number of clusters with a row of positive weight.
pub(super) struct Groups {
    /// `None` where every row is its own cluster; `u32::MAX` marks rows of weight 0.
    index: Option<Vec<u32>>,
    pub(super) n: usize,
}

impl Groups {
    fn new(sampling: &Sampling<'_>, n_rows: usize) -> Self {
        let used = |i: &usize| sampling.weight_of(*i) > 0.0;
        let Some(cluster) = sampling.cluster else {
            return Self { index: None, n: (0..n_rows).filter(used).count() };
        };
        let mut labels: Vec<u32> = (0..n_rows).filter(used).map(|i| cluster[i]).collect();
        labels.sort_unstable();
        labels.dedup();
        let place = |i: usize| {
            if used(&i) { labels.partition_point(|l| *l < cluster[i]) as u32 } else { u32::MAX }
        };
        Self { index: Some((0..n_rows).map(place).collect()), n: labels.len() }
    }

    /// Sums of `u` by cluster of the `rows`.
    pub(super) fn sums(&self, rows: impl Iterator<Item = usize>, u: impl Fn(usize) -> f64) -> Vec<f64> {
        match &self.index {
            None => rows.map(u).collect(),
            Some(index) => {
                let mut sums = vec![0.0; self.n];
                for i in rows {
                    if let Some(sum) = sums.get_mut(index[i] as usize) {
                        *sum += u(i);
                    }
                }
                sums
            }
        }
    }

    pub(super) fn rows_are_clusters(&self) -> bool {
        self.index.is_none()
    }

    /// The cluster of a row of positive weight: its number, or the row where every row is its own.
    pub(super) fn of(&self, row: usize) -> usize {
        self.index.as_ref().map_or(row, |index| index[row] as usize)
    }

    /// `G / (G - 1) Σ_g (Σ_{i in g} u_i)²`; NaN below two clusters.
    pub(super) fn variance(&self, n_rows: usize, u: impl Fn(usize) -> f64) -> f64 {
        if self.n < 2 {
            return f64::NAN;
        }
        let sum: f64 = self.sums(0..n_rows, u).iter().map(|s| s * s).sum();
        sum * self.n as f64 / (self.n - 1) as f64
    }
}

/// Weighted mean of `values` with a standard error by cluster.
///
/// # Formula
/// ```text
/// m = Σ_i w_i v_i / W,    se² = G / (G - 1) Σ_g (Σ_{i in g} w_i (v_i - m) / W)²        W = Σ_i w_i
/// ```
/// Without weights and clusters this is the standard deviation over √n.
///
/// # Errors
/// [`MeasureError`]: `NotFinite`, `WrongLength`, `BadWeight`, `Nothing`.
///
/// # Source
/// Cochran (1977), Sampling Techniques, 3rd edition, section 6.4 (ratio to size) and 9A.2.
pub fn mean(values: &[f64], sampling: Sampling<'_>) -> Result<Estimate, MeasureError> {
    if let Some(row) = values.iter().position(|v| !v.is_finite()) {
        return Err(MeasureError::NotFinite { row });
    }
    let (groups, total) = sampling.groups(values.len())?;
    let (value, variance) = mean_of(values.len(), &sampling, &groups, total, |i| values[i]);
    Ok(Estimate::new(value, variance, (f64::NEG_INFINITY, f64::INFINITY)))
}

/// The same for values that are computed; the mean and its variance.
pub(super) fn mean_of(
    n_rows: usize,
    sampling: &Sampling<'_>,
    groups: &Groups,
    total: f64,
    value: impl Fn(usize) -> f64,
) -> (f64, f64) {
    let sum = |shift: f64| (0..n_rows).map(|i| sampling.weight_of(i) * (value(i) - shift)).sum::<f64>() / total;
    let first = sum(0.0);
    let mean = first + sum(first);
    (mean, groups.variance(n_rows, |i| sampling.weight_of(i) * (value(i) - mean) / total))
}

/// The same with a test against 0.
pub(super) fn mean_against_zero(
    n_rows: usize,
    sampling: &Sampling<'_>,
    groups: &Groups,
    total: f64,
    value: impl Fn(usize) -> f64,
) -> wald::WaldTerm {
    let (mean, variance) = mean_of(n_rows, sampling, groups, total, value);
    wald::wald(mean, variance.sqrt(), 0.95)
}

/// Both vectors of one length, `p` probabilities (or any score), `y` 0 or 1.
pub(super) fn check(name: &'static str, p: &[f64], y: &[f64], probability: bool) -> Result<(), MeasureError> {
    if p.len() != y.len() {
        return Err(MeasureError::WrongLength { what: name, found: p.len(), rows: y.len() });
    }
    if let Some(row) = p.iter().position(|p| p.is_nan()) {
        return Err(MeasureError::NotFinite { row });
    }
    if let Some(row) = p.iter().position(|p| probability && !(0.0..=1.0).contains(p)) {
        return Err(MeasureError::NotProbability { row, value: p[row] });
    }
    match y.iter().position(|y| !(y.abs() <= 0.0 || (y - 1.0).abs() <= 0.0)) {
        Some(row) => Err(MeasureError::NotOutcome { row, value: y[row] }),
        None if y.is_empty() => Err(MeasureError::Nothing),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_by_hand_plain_weighted_and_in_clusters() {
        let v = [1.0, 2.0, 4.0, 9.0];
        // Mean 4, sum of squares 38: variance of the mean 38 / 3 / 4.
        let plain = mean(&v, Sampling::default()).unwrap();
        assert!((plain.value - 4.0).abs() < 1e-15 && (plain.se - (38.0_f64 / 12.0).sqrt()).abs() < 1e-15);
        assert!((plain.ci_high - 4.0 - 1.959_963_984_540_054 * plain.se).abs() < 1e-14);
        // Clusters {1, 4} and {2, 9}: sums of deviations -3 and 3, so 2 (9 + 9) / 16.
        let clustered = mean(&v, Sampling { cluster: Some(&[7, 900, 7, 900]), weight: None }).unwrap();
        assert!((clustered.se - 1.5).abs() < 1e-15);
        // Weights 1 1 2 0: mean 11/4; contributions (-7/4, -3/4, 5/2) / 4, three rows count.
        let weight = [1.0, 1.0, 2.0, 0.0];
        let weighted = mean(&v, Sampling { weight: Some(&weight), cluster: None }).unwrap();
        let squares = (1.75_f64.powi(2) + 0.75_f64.powi(2) + 2.5_f64.powi(2)) / 16.0;
        assert!((weighted.value - 2.75).abs() < 1e-15 && (weighted.se - (1.5 * squares).sqrt()).abs() < 1e-15);
        // The row of weight 0 has a cluster of its own, which does not count.
        let one_left = mean(&v, Sampling { weight: Some(&weight), cluster: Some(&[3, 3, 3, 5]) }).unwrap();
        assert!(one_left.se.is_nan() && one_left.ci_low.is_nan() && one_left.ci_high.is_nan());
    }

    #[test]
    fn what_has_no_mean_is_refused() {
        let refused = |v: &[f64], weight, cluster| mean(v, Sampling { weight, cluster }).unwrap_err();
        assert_eq!(refused(&[], None, None), MeasureError::Nothing);
        assert_eq!(refused(&[1.0], Some(&[0.0]), None), MeasureError::Nothing);
        assert_eq!(refused(&[1.0], Some(&[-2.0]), None), MeasureError::BadWeight { row: 0, value: -2.0 });
        let endless = refused(&[1.0, 2.0], Some(&[1.0, f64::INFINITY]), None);
        assert_eq!(endless, MeasureError::BadWeight { row: 1, value: f64::INFINITY });
        assert_eq!(refused(&[1.0, f64::NAN], None, None), MeasureError::NotFinite { row: 1 });
        let short = refused(&[1.0, 2.0], None, Some(&[1]));
        assert_eq!(short, MeasureError::WrongLength { what: "cluster", found: 1, rows: 2 });
        let short = refused(&[1.0, 2.0], Some(&[1.0; 3]), None);
        assert_eq!(short, MeasureError::WrongLength { what: "weight", found: 3, rows: 2 });
    }
}
