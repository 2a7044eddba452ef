//! The calibration curve without groups: observed against predicted by local regression, its distances and its band.

use rayon::prelude::*;

use super::measure_error::MeasureError;
use super::normal;
use super::sampling::{Groups, Sampling, check};
use super::smooth::{Neighbourhoods, check_span};

/// How the curve is smoothed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Smoother {
    /// Share of the rows in the neighbourhood of a point.
    pub span: f64,
    /// Points at which the curve is computed when there are more distinct predictions than that; straight lines between.
    pub n_grid: usize,
}

impl Default for Smoother {
    /// The span of Austin & Steyerberg (R's default) and a grid of 100 points.
    fn default() -> Self {
        Self { span: 0.75, n_grid: 100 }
    }
}

/// One point of the curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// Predicted probability.
    pub predicted: f64,
    /// Smoothed share of events at this prediction, cut to 0 and 1.
    pub observed: f64,
    /// Its standard error by cluster; NaN with a single cluster.
    pub se: f64,
    /// Lower 95 % limit at this point, not below 0.
    pub ci_low: f64,
    /// Upper 95 % limit at this point, not above 1.
    pub ci_high: f64,
}

/// The curve and how far it lies from the diagonal.
#[derive(Debug, Clone, PartialEq)]
pub struct SmoothCalibration {
    /// Points in ascending order of the prediction.
    pub curve: Vec<CurvePoint>,
    /// Integrated calibration index: (weighted) mean distance of prediction and curve over the rows.
    pub ici: f64,
    /// Median distance.
    pub e50: f64,
    /// 90th percentile of the distances.
    pub e90: f64,
    /// Largest distance.
    pub emax: f64,
}

impl SmoothCalibration {
    /// The curve at a prediction: on the line between its neighbours, and level beyond the ends.
    #[must_use]
    pub fn observed_at(&self, p: f64) -> f64 {
        let after = self.curve.partition_point(|point| point.predicted < p);
        between(&self.curve, after, p)
    }
}

/// Smoothed observed share against predicted probability.
///
/// # Formula
/// ```text
/// m(p₀) = Σ_i l_i(p₀) y_i               local linear regression, tricube kernel, see `stats::smooth`
/// ICI = Σ w_i |p_i - m(p_i)| / W,       E50, E90, Emax: median, 90th percentile and maximum of |p_i - m(p_i)|
/// se(p₀)² = G/(G - 1) Σ_g (Σ_{i in g} l_i(p₀) (y_i - m(p_i)))²
/// ```
/// The curve is computed exactly at every distinct prediction where there are at most `n_grid`; otherwise at `n_grid`
/// points, half of them at equally spaced ranks and half at equally spaced probabilities, with straight lines between:
/// O(n log n + n_grid · n), the same digits on any number of threads. Percentiles are type 7; with weights the k-th
/// smallest distance has the rank of the middle of its weight (equal weights give type 7). The band is pointwise and takes
/// the smoother as unbiased, as that of `loess` does.
///
/// # Shapes and units
/// `p` (n) probabilities, `y` (n) 0 or 1.
///
/// # Errors
/// [`MeasureError`], among others `BadSmoother`.
///
/// # Source
/// Austin & Steyerberg (2019), Statistics in Medicine 38:4051–4065. They smooth with local parabolas (`loess`, degree 2);
/// lines bend less in the sparse upper tail, where churn is predicted. Values: R `loess(degree = 1)`.
pub fn smooth_calibration(
    p: &[f64],
    y: &[f64],
    sampling: Sampling<'_>,
    smoother: Smoother,
) -> Result<SmoothCalibration, MeasureError> {
    check("p", p, y, true)?;
    check_span(smoother.span, smoother.n_grid)?;
    let (groups, _) = sampling.groups(p.len())?;
    let rows = Neighbourhoods::new(p, |i| sampling.weight_of(i), smoother.span);
    let outcome: Vec<f64> = rows.row.iter().map(|&i| y[i]).collect();
    let grid = grid(&rows.x, smoother.n_grid);
    let locals = |each: &(dyn Fn(f64) -> f64 + Sync)| grid.par_iter().map(|&at| each(at)).collect::<Vec<f64>>();
    let observed = locals(&|at| rows.at(at).apply(|k| outcome[k]).clamp(0.0, 1.0));
    let mut curve: Vec<CurvePoint> = grid
        .iter()
        .zip(observed)
        .map(|(&predicted, observed)| CurvePoint { predicted, observed, se: 0.0, ci_low: 0.0, ci_high: 0.0 })
        .collect();
    let mut after = 0;
    let fitted: Vec<f64> = rows
        .x
        .iter()
        .map(|&p| {
            while curve.get(after).is_some_and(|point| point.predicted < p) {
                after += 1;
            }
            between(&curve, after, p)
        })
        .collect();
    let residual: Vec<f64> = outcome.iter().zip(&fitted).map(|(y, m)| y - m).collect();
    let errors = locals(&|at| standard_error(&rows, &groups, &residual, at));
    let z = normal::quantile(0.975);
    for (point, se) in curve.iter_mut().zip(errors) {
        point.se = se;
        if se.is_nan() {
            (point.ci_low, point.ci_high) = (se, se);
        } else {
            point.ci_low = (point.observed - z * se).max(0.0);
            point.ci_high = (point.observed + z * se).min(1.0);
        }
    }
    let mut gaps: Vec<(f64, f64)> =
        rows.x.iter().zip(&fitted).zip(&rows.weight).map(|((p, m), w)| ((p - m).abs(), *w)).collect();
    let total: f64 = rows.weight.iter().sum();
    let ici = gaps.iter().map(|(gap, w)| gap * w).sum::<f64>() / total;
    gaps.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let emax = gaps.last().map_or(f64::NAN, |last| last.0);
    Ok(SmoothCalibration { curve, ici, e50: percentile(&gaps, 0.5), e90: percentile(&gaps, 0.9), emax })
}

/// Distinct values if they are few, else equally spaced ranks and equally spaced values; ascending.
fn grid(sorted: &[f64], n_grid: usize) -> Vec<f64> {
    let mut distinct = sorted.to_vec();
    distinct.dedup_by(|a, b| *a <= *b);
    let (Some(&low), Some(&high)) = (distinct.first(), distinct.last()) else { return distinct };
    if distinct.len() <= n_grid {
        return distinct;
    }
    let by_rank = n_grid.div_ceil(2).max(2);
    let by_value = n_grid - by_rank;
    let mut grid: Vec<f64> = (0..by_rank).map(|k| sorted[k * (sorted.len() - 1) / (by_rank - 1)]).collect();
    grid.extend((1..=by_value).map(|k| low + (high - low) * k as f64 / (by_value + 1) as f64));
    grid.sort_unstable_by(f64::total_cmp);
    grid.dedup_by(|a, b| *a <= *b);
    grid
}

/// The curve at `p`, whose first point not below it is `after`.
fn between(curve: &[CurvePoint], after: usize, p: f64) -> f64 {
    let Some(right) = curve.get(after) else { return curve.last().map_or(f64::NAN, |last| last.observed) };
    let Some(left) = after.checked_sub(1).and_then(|before| curve.get(before)) else { return right.observed };
    let share = (p - left.predicted) / (right.predicted - left.predicted);
    left.observed + share * (right.observed - left.observed)
}

fn standard_error(rows: &Neighbourhoods, groups: &Groups, residual: &[f64], at: f64) -> f64 {
    if groups.n < 2 {
        return f64::NAN;
    }
    let local = rows.at(at);
    let square = if groups.rows_are_clusters() {
        local.weights.iter().enumerate().map(|(k, l)| (l * residual[local.start + k]).powi(2)).sum::<f64>()
    } else {
        let mut sums = vec![0.0; groups.n];
        for (k, l) in local.weights.iter().enumerate() {
            if let Some(sum) = sums.get_mut(groups.of(rows.row[local.start + k])) {
                *sum += l * residual[local.start + k];
            }
        }
        sums.iter().map(|s| s * s).sum()
    };
    (square * groups.n as f64 / (groups.n - 1) as f64).sqrt()
}

/// Percentile of values with weights, ascending: linear between the middles of the weights.
fn percentile(sorted: &[(f64, f64)], q: f64) -> f64 {
    let (Some(first), Some(last)) = (sorted.first(), sorted.last()) else { return f64::NAN };
    let total: f64 = sorted.iter().map(|v| v.1).sum();
    let target = 0.5 * first.1 + q * (total - 0.5 * (first.1 + last.1));
    let mut before = (first.0, 0.5 * first.1);
    let mut cumulated = 0.0;
    for &(value, weight) in sorted {
        let middle = cumulated + 0.5 * weight;
        if middle >= target {
            let share = if middle > before.1 { (target - before.1) / (middle - before.1) } else { 1.0 };
            return before.0 + share * (value - before.0);
        }
        before = (value, middle);
        cumulated += weight;
    }
    last.0
}

#[cfg(test)]
mod tests {
    use super::super::laws::Stream;
    use super::super::moments::quantile_sorted;
    use super::*;

    fn data(n: usize, truth: impl Fn(f64) -> f64) -> (Vec<f64>, Vec<f64>) {
        let mut s = Stream(11);
        let p: Vec<f64> = (0..n).map(|_| s.next().powi(2)).collect();
        let y = p.iter().map(|p| f64::from(u8::from(s.next() < truth(*p)))).collect();
        (p, y)
    }

    #[test]
    fn a_known_shift_is_measured() {
        // Observed = 0.1 + 0.6 p, a line, which local lines estimate without bias; p = u², so |0.1 - 0.4 p| has the mean
        // 2 (0.1 · 0.5 - 0.4 · 0.125/3) - (0.1 - 0.4/3), with the crossing at p = 0.25, u = 0.5.
        let (p, y) = data(60_000, |p| 0.1 + 0.6 * p);
        let found = smooth_calibration(&p, &y, Sampling::default(), Smoother::default()).unwrap();
        let truth = 2.0 * (0.1 * 0.5 - 0.4 * 0.125 / 3.0) - (0.1 - 0.4 / 3.0);
        assert!((found.ici - truth).abs() < 0.004, "{} for {truth}", found.ici);
        assert!((found.emax - 0.3).abs() < 0.02 && found.e50 < found.e90 && found.e90 < found.emax);
        for point in &found.curve {
            let truth = 0.1 + 0.6 * point.predicted;
            assert!((point.observed - truth).abs() < 4.0 * point.se && point.se < 0.02, "{point:?}");
        }
        assert!((found.observed_at(0.25) - 0.25).abs() < 0.01);
        assert!((found.observed_at(2.0) - found.curve.last().unwrap().observed).abs() <= 0.0);
        assert!((found.observed_at(-1.0) - found.curve[0].observed).abs() <= 0.0);
    }

    #[test]
    fn lines_between_grid_points_lose_next_to_nothing() {
        let (p, y) = data(3000, |p| p.powf(1.7));
        let at = |n_grid| smooth_calibration(&p, &y, Sampling::default(), Smoother { span: 0.3, n_grid }).unwrap();
        let (exact, quick) = (at(3000), at(100));
        assert_eq!((exact.curve.len(), quick.curve.len()), (3000, 100));
        for (a, b) in [(exact.ici, quick.ici), (exact.e50, quick.e50), (exact.e90, quick.e90), (exact.emax, quick.emax)]
        {
            assert!((a - b).abs() < 5e-4, "{a} {b}");
        }
        for point in &exact.curve {
            assert!((quick.observed_at(point.predicted) - point.observed).abs() < 2e-3);
        }
    }

    /// 300 samples of 60 accounts whose rows are alike: the band of the curve at 0.3 covers; that of independent rows does not.
    #[test]
    fn the_band_covers_when_clusters_are_given() {
        let mut s = Stream(17);
        let cluster: Vec<u32> = (0..480).map(|i| i / 8).collect();
        let (mut by_cluster, mut by_row) = (0, 0);
        for _ in 0..300 {
            // Each account has one prediction, and in half of the samples' accounts all rows go one way.
            let account: Vec<f64> = (0..60).map(|_| 0.6 * s.next()).collect();
            let fate: Vec<f64> = account.iter().map(|p| f64::from(u8::from(s.next() < *p))).collect();
            let p: Vec<f64> = (0..480).map(|i| account[i / 8]).collect();
            let y: Vec<f64> =
                (0..480).map(|i| if i % 2 == 0 { fate[i / 8] } else { f64::from(u8::from(s.next() < p[i])) }).collect();
            let covers = |sampling| {
                let found = smooth_calibration(&p, &y, sampling, Smoother::default()).unwrap();
                let near =
                    found.curve.iter().min_by(|a, b| (a.predicted - 0.3).abs().total_cmp(&(b.predicted - 0.3).abs()));
                let near = near.unwrap();
                usize::from(near.ci_low <= near.predicted && near.predicted <= near.ci_high)
            };
            by_cluster += covers(Sampling { cluster: Some(&cluster), weight: None });
            by_row += covers(Sampling::default());
        }
        // 95 % of 300 are 285 with a standard error of 3.8; sandwiches of 60 clusters fall a little short.
        assert!((270..=296).contains(&by_cluster) && by_row < 255, "{by_cluster} {by_row}");
    }

    #[test]
    fn percentiles_are_type_seven_and_weights_count() {
        let mut s = Stream(2);
        let mut v: Vec<f64> = (0..37).map(|_| s.next()).collect();
        v.sort_by(f64::total_cmp);
        for q in [0.0, 0.1, 0.5, 0.9, 1.0] {
            let even: Vec<(f64, f64)> = v.iter().map(|v| (*v, 2.5)).collect();
            assert!((percentile(&even, q) - quantile_sorted(&v, q)).abs() < 1e-14);
        }
        // Middles at 1/2, 5/2, 9/2; the median target is 1/2 + 4/2 = 5/2, the middle value.
        assert!((percentile(&[(1.0, 1.0), (5.0, 3.0), (9.0, 1.0)], 0.5) - 5.0).abs() < 1e-15);
        // Middles 3/2 and 7/2: a quarter of the way is 1 + 8/4.
        assert!((percentile(&[(1.0, 3.0), (9.0, 1.0)], 0.25) - 3.0).abs() < 1e-15);
    }

    #[test]
    fn constant_predictions_certain_outcomes_and_wrong_settings() {
        let y = [1.0, 0.0, 0.0, 0.0];
        let found = smooth_calibration(&[0.4; 4], &y, Sampling::default(), Smoother::default()).unwrap();
        assert!(found.curve.len() == 1 && (found.curve[0].observed - 0.25).abs() < 1e-15);
        assert!((found.ici - 0.15).abs() < 1e-15 && (found.emax - 0.15).abs() < 1e-15);
        // Variance of a mean: 4/3 · (9 + 1 + 1 + 1)/16 / 16.
        assert!((found.curve[0].se - (4.0_f64 / 3.0 * 0.75 / 16.0).sqrt()).abs() < 1e-15);
        let weights = Sampling { weight: Some(&[3.0, 1.0, 0.0, 0.0]), cluster: None };
        let found = smooth_calibration(&[0.4; 4], &y, weights, Smoother::default()).unwrap();
        assert!((found.curve[0].observed - 0.75).abs() < 1e-15);
        let none = Smoother { span: 1.5, n_grid: 1 };
        let refused = smooth_calibration(&[0.4; 4], &y, Sampling::default(), none).unwrap_err();
        assert_eq!(refused, MeasureError::BadSmoother { span: 1.5, n_grid: 1 });
    }
}
