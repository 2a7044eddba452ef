//! Local linear regression on one variable, as R's `loess` of degree 1 computes it, at any set of points.

use super::measure_error::MeasureError;

/// Below this share of its largest possible value the spread of a neighbourhood is none, and the fit its mean.
const NO_SPREAD: f64 = 1e-10;

/// Rows in ascending order of x, those of weight 0 left out.
pub(super) struct Neighbourhoods {
    pub(super) x: Vec<f64>,
    pub(super) weight: Vec<f64>,
    /// The row that each came from.
    pub(super) row: Vec<usize>,
    /// Rows of a neighbourhood.
    size: usize,
}

/// The fit at one point as weights on the rows `start..`, in ascending order of x; they sum to 1.
pub(super) struct Local {
    pub(super) start: usize,
    pub(super) weights: Vec<f64>,
}

impl Neighbourhoods {
    /// `span`: share of the rows in a neighbourhood.
    pub(super) fn new(x: &[f64], weight: impl Fn(usize) -> f64, span: f64) -> Self {
        let mut row: Vec<usize> = (0..x.len()).filter(|&i| weight(i) > 0.0).collect();
        row.sort_unstable_by(|&a, &b| x[a].total_cmp(&x[b]).then(a.cmp(&b)));
        // The small addition is that of R, so that 0.7 of 10 rows are 7.
        let size = ((row.len() as f64 * span + 1e-5).floor() as usize).clamp(1, row.len().max(1));
        Self { x: row.iter().map(|&i| x[i]).collect(), weight: row.iter().map(|&i| weight(i)).collect(), row, size }
    }

    /// The nearest rows to `at` and their greatest distance.
    fn nearest(&self, at: f64) -> (usize, f64) {
        let (mut low, mut high) = (0, self.x.len() - self.size);
        while low < high {
            let middle = low.midpoint(high);
            // The window moves right while the row it would gain is nearer than the one it would lose.
            if self.x[middle + self.size] - at < at - self.x[middle] {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        (low, (at - self.x[low]).max(self.x[low + self.size - 1] - at))
    }

    /// The fit at one point.
    pub(super) fn at(&self, at: f64) -> Local {
        let (mut start, width) = self.nearest(at);
        let mut end = start + self.size;
        if width <= 0.0 {
            // The neighbourhood is one value: the mean of all rows that have it.
            start = self.x.partition_point(|x| *x < at);
            end = self.x.partition_point(|x| *x <= at);
        }
        let kernel = |i: usize| {
            if width <= 0.0 {
                return self.weight[i];
            }
            let u = ((self.x[i] - at) / width).abs().min(1.0);
            let v = 1.0 - u * u * u;
            self.weight[i] * v * v * v
        };
        let mut weights: Vec<f64> = (start..end).map(kernel).collect();
        let sum: f64 = weights.iter().sum();
        let x = &self.x[start..end];
        // Distances from the point itself, so that large values of x do not cancel.
        let mean = weights.iter().zip(x).map(|(w, x)| w * (x - at)).sum::<f64>() / sum;
        let spread: f64 = weights.iter().zip(x).map(|(w, x)| w * (x - at - mean) * (x - at - mean)).sum();
        let lean = if spread > NO_SPREAD * width * width * sum { mean / spread } else { 0.0 };
        for (w, x) in weights.iter_mut().zip(x) {
            *w *= 1.0 / sum - lean * (x - at - mean);
        }
        Local { start, weights }
    }
}

impl Local {
    /// `Σ l_i v_i`, with `v` in ascending order of x.
    pub(super) fn apply(&self, v: impl Fn(usize) -> f64) -> f64 {
        self.weights.iter().enumerate().map(|(k, l)| l * v(self.start + k)).sum()
    }
}

/// Local linear regression of `y` on `x` at each of `at`, exact (not interpolated), one after the other.
///
/// # Formula
/// ```text
/// q = ⌊span · n⌋,  h = distance of the q-th nearest row,  k_i = w_i (1 - (|x_i - x₀| / h)³)³
/// m(x₀) = intercept at x₀ of the least squares line of y on x with weights k
/// ```
/// Where all neighbours have one value of x the line is their mean. O(n span) per point.
///
/// # Shapes and units
/// `x`, `y`, `weight` (n), any finite numbers, weights at least 0; `at` should lie within the range of x.
///
/// # Errors
/// [`MeasureError`]: `WrongLength`, `NotFinite`, `BadWeight`, `BadSmoother`, `Nothing`.
///
/// # Source
/// Cleveland (1979), JASA 74:829–836, without robustness steps. Values: R `loess(degree = 1)` with `surface = "direct"`.
pub fn smooth(x: &[f64], y: &[f64], at: &[f64], weight: Option<&[f64]>, span: f64) -> Result<Vec<f64>, MeasureError> {
    if y.len() != x.len() {
        return Err(MeasureError::WrongLength { what: "y", found: y.len(), rows: x.len() });
    }
    if let Some(row) = (0..x.len()).find(|&i| !(x[i].is_finite() && y[i].is_finite())) {
        return Err(MeasureError::NotFinite { row });
    }
    if let Some(row) = at.iter().position(|v| !v.is_finite()) {
        return Err(MeasureError::NotFinite { row });
    }
    check_span(span, 2)?;
    let sampling = super::sampling::Sampling { weight, cluster: None };
    sampling.groups(x.len())?;
    let rows = Neighbourhoods::new(x, |i| sampling.weight_of(i), span);
    Ok(at.iter().map(|&at| rows.at(at).apply(|k| y[rows.row[k]])).collect())
}

pub(super) fn check_span(span: f64, n_grid: usize) -> Result<(), MeasureError> {
    if span > 0.0 && span <= 1.0 && n_grid >= 2 { Ok(()) } else { Err(MeasureError::BadSmoother { span, n_grid }) }
}

#[cfg(test)]
mod tests {
    use super::super::laws::Stream;
    use super::*;

    #[test]
    fn a_neighbourhood_of_four_by_hand() {
        // At 1 the four nearest of 0 1 2 4 9 are 0 1 2 4; h = 3: kernel (26/27)³, 1, (26/27)³, 0. By symmetry the line at 1
        // is the weighted mean of y.
        let k = (26.0_f64 / 27.0).powi(3);
        let found = smooth(&[9.0, 0.0, 1.0, 2.0, 4.0], &[7.0, 1.0, 0.0, 5.0, 100.0], &[1.0], None, 0.8).unwrap();
        assert!((found[0] - 6.0 * k / (1.0 + 2.0 * k)).abs() < 1e-14);
        // A weight of 2 at 0: the line through weighted points, by the normal equations.
        let w = [1.0, 2.0, 1.0, 1.0, 1.0];
        let found = smooth(&[9.0, 0.0, 1.0, 2.0, 4.0], &[7.0, 1.0, 0.0, 5.0, 100.0], &[1.0], Some(&w), 0.8).unwrap();
        let (s0, s1, s2) = (3.0 * k + 1.0, -k, 3.0 * k);
        let (t0, t1) = (2.0 * k + 5.0 * k, -2.0 * k + 5.0 * k);
        assert!((found[0] - (s2 * t0 - s1 * t1) / (s0 * s2 - s1 * s1)).abs() < 1e-14);
    }

    #[test]
    fn lines_are_kept_and_one_value_has_its_mean() {
        let mut s = Stream(5);
        let x: Vec<f64> = (0..300).map(|_| 1e6 + (s.next() * 40.0).floor()).collect();
        let y: Vec<f64> = x.iter().map(|x| 3.0 - 0.5 * (x - 1e6)).collect();
        for (at, found) in x.iter().zip(smooth(&x, &y, &x, None, 0.2).unwrap()) {
            assert!((found - (3.0 - 0.5 * (at - 1e6))).abs() < 1e-9);
        }
        // Half of the rows tie at 1 and a third is the neighbourhood; all of them are averaged.
        let found =
            smooth(&[1.0, 1.0, 1.0, 0.0, 2.0, 3.0], &[3.0, 6.0, 0.0, 9.0, 9.0, 9.0], &[1.0], None, 0.34).unwrap();
        assert!((found[0] - 3.0).abs() < 1e-15);
        assert!((smooth(&[4.0; 3], &[0.0, 1.0, 1.0], &[4.0], None, 1.0).unwrap()[0] - 2.0 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn what_cannot_be_smoothed_is_refused() {
        let refused = smooth(&[1.0], &[1.0], &[1.0], None, 0.0).unwrap_err();
        assert_eq!(refused, MeasureError::BadSmoother { span: 0.0, n_grid: 2 });
        assert_eq!(smooth(&[], &[], &[1.0], None, 0.5).unwrap_err(), MeasureError::Nothing);
        assert_eq!(
            smooth(&[1.0, f64::NAN], &[1.0; 2], &[], None, 0.5).unwrap_err(),
            MeasureError::NotFinite { row: 1 }
        );
        assert_eq!(smooth(&[1.0], &[1.0], &[f64::NAN], None, 0.5).unwrap_err(), MeasureError::NotFinite { row: 0 });
        let refused = smooth(&[1.0], &[], &[1.0], None, 0.5).unwrap_err();
        assert_eq!(refused, MeasureError::WrongLength { what: "y", found: 0, rows: 1 });
    }
}
