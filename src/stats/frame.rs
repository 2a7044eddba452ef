//! Centre and scale of every column, and the way between scaled and reporting units.

use ndarray::Array2;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::matrix::Matrix;

/// Columns whose spread is below this share of their size are constant: fewer than four digits of variation are left.
pub(crate) const CONSTANT_TOLERANCE: f64 = 1e-12;
/// Rows looked at for a first guess of the centre.
const GLANCE: usize = 64;

/// Centre and scale per column, and the way back to reporting units.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) centre: Vec<f64>,
    pub(crate) inv_scale: Vec<f64>,
    pub(crate) intercept: Option<usize>,
}

/// Sum of `term` over the values in eight independent sums, in an order that does not depend on the machine.
fn lane_sum(col: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    let mut sums = [0.0; 8];
    let eights = col.chunks_exact(8);
    let rest: f64 = eights.remainder().iter().map(|&v| term(v)).sum();
    for eight in eights {
        for (sum, &v) in sums.iter_mut().zip(eight) {
            *sum += term(v);
        }
    }
    sums.iter().sum::<f64>() + rest
}

/// Mean and root sum of squares about it (about zero unless `centred`), safe against overflow and underflow.
pub(crate) fn centre_and_norm(col: &[f64], centred: bool) -> (f64, f64) {
    let n = col.len().max(1) as f64;
    let square = |v: f64| v * v;
    if centred {
        // One pass about a guess; good where the guess is within a few standard deviations of the mean.
        let step = (col.len() / GLANCE).max(1);
        let (count, sum) = col.iter().step_by(step).fold((0.0, 0.0), |(n, s), v| (n + 1.0, s + v));
        let guess: f64 = sum / f64::max(count, 1.0);
        let (shift, squares) = lane_sums(col, guess);
        let (shift, spread) = (shift / n, squares - shift * shift / n);
        if (1e-200..1e200).contains(&squares) && square(shift) * n < spread && spread > 1e-6 * n * square(guess) {
            return (guess + shift, spread.sqrt());
        }
    }
    let centre_of = |unit: f64| {
        if !centred {
            return 0.0;
        }
        let first = lane_sum(col, |v| v * unit) / n;
        first + lane_sum(col, |v| v * unit - first) / n
    };
    let mean = centre_of(1.0);
    let squares = lane_sum(col, |v| square(v - mean));
    if (1e-200..1e200).contains(&squares) {
        return (mean, squares.sqrt());
    }
    let largest = col.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let unit = 1.0 / largest;
    if !unit.is_finite() || largest <= 0.0 {
        // A maximum passes over values that are no numbers, and the caller must not.
        let nothing = if mean.is_nan() { f64::NAN } else { 0.0 };
        return (nothing, nothing);
    }
    let mean = centre_of(unit);
    (mean * largest, lane_sum(col, |v| square(v * unit - mean)).sqrt() * largest)
}

/// `Σ (v - guess)` and `Σ (v - guess)²`, in the order of [`lane_sum`].
fn lane_sums(col: &[f64], guess: f64) -> (f64, f64) {
    Arch::new().dispatch(LaneSums { col, guess })
}

struct LaneSums<'a> {
    col: &'a [f64],
    guess: f64,
}

impl WithSimd for LaneSums<'_> {
    type Output = (f64, f64);

    /// Eight sums in whatever vectors the machine has: the same additions in all of them.
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> (f64, f64) {
        let (eights, rest) = self.col.as_chunks::<8>();
        let (mut first, mut second) = ([0.0; 8], [0.0; 8]);
        for eight in eights {
            for lane in 0..8 {
                let d = eight[lane] - self.guess;
                first[lane] += d;
                second[lane] += d * d;
            }
        }
        for (slot, &v) in rest.iter().enumerate() {
            first[slot] += v - self.guess;
            second[slot] += (v - self.guess) * (v - self.guess);
        }
        (first.iter().sum(), second.iter().sum())
    }
}

impl Frame {
    /// Centres (when an intercept can take up the shift) and scales to unit standard deviation.
    ///
    /// A constant column beside an intercept gets `inv_scale = 0`; the caller must treat it as aliased.
    pub(crate) fn of(x: &Matrix<'_>, intercept: Option<usize>) -> Self {
        let root_n = (x.n_rows().max(1) as f64).sqrt();
        let pairs: Vec<(f64, f64)> = (0..x.n_cols())
            .into_par_iter()
            .map(|j| {
                if intercept == Some(j) {
                    return (0.0, 1.0);
                }
                let (centre, norm) = if intercept.is_some() { x.spread(j) } else { centre_and_norm(x.col(j), false) };
                let sd = norm / root_n;
                let inv = 1.0 / sd;
                if sd <= CONSTANT_TOLERANCE * centre.abs() || !inv.is_finite() { (centre, 0.0) } else { (centre, inv) }
            })
            .collect();
        let (centre, inv_scale) = pairs.into_iter().unzip();
        Self { centre, inv_scale, intercept }
    }

    /// Of columns taken as they are.
    pub(crate) fn as_given(n_cols: usize) -> Self {
        Self { centre: vec![0.0; n_cols], inv_scale: vec![1.0; n_cols], intercept: None }
    }

    /// Reporting coefficients from scaled ones.
    pub(crate) fn outside(&self, beta: &[f64]) -> Vec<f64> {
        let mut coef: Vec<f64> = beta.iter().zip(&self.inv_scale).map(|(b, s)| b * s).collect();
        if let Some(k) = self.intercept {
            let shift: f64 = (0..beta.len()).filter(|&j| j != k).map(|j| coef[j] * self.centre[j]).sum();
            coef[k] = beta[k] - shift;
        }
        coef
    }

    /// Scaled coefficients from reporting ones.
    pub(crate) fn inside(&self, coef: &[f64]) -> Vec<f64> {
        let mut beta: Vec<f64> = coef.iter().zip(&self.inv_scale).map(|(b, s)| b / s).collect();
        if let Some(k) = self.intercept {
            let shift: f64 = (0..coef.len()).filter(|&j| j != k).map(|j| coef[j] * self.centre[j]).sum();
            beta[k] = coef[k] + shift;
        }
        beta
    }

    /// `T V Tᵀ` with `coef = T beta`.
    pub(crate) fn covariance_outside(&self, v: &Array2<f64>) -> Array2<f64> {
        let p = v.nrows();
        let mut t = Array2::<f64>::zeros((p, p));
        for j in 0..p {
            t[[j, j]] = self.inv_scale[j];
        }
        if let Some(k) = self.intercept {
            for j in (0..p).filter(|&j| j != k) {
                t[[k, j]] = -self.centre[j] * self.inv_scale[j];
            }
        }
        congruence(&t, v)
    }

    /// `T⁻ᵀ A T⁻¹`: information in reporting units.
    pub(crate) fn information_outside(&self, a: &Array2<f64>) -> Array2<f64> {
        let p = a.nrows();
        let mut t = Array2::<f64>::zeros((p, p));
        for j in 0..p {
            t[[j, j]] = 1.0 / self.inv_scale[j];
        }
        if let Some(k) = self.intercept {
            for j in (0..p).filter(|&j| j != k) {
                t[[j, k]] = self.centre[j];
            }
        }
        congruence(&t, a)
    }

    /// `-2 log |det T|`: what is added to the log determinant of the scaled information.
    pub(crate) fn log_det_shift(&self) -> f64 {
        -2.0 * self.inv_scale.iter().map(|s| s.ln()).sum::<f64>()
    }
}

fn congruence(t: &Array2<f64>, v: &Array2<f64>) -> Array2<f64> {
    let out = t.dot(v).dot(&t.t());
    Array2::from_shape_fn(out.raw_dim(), |(i, j)| 0.5 * (out[[i, j]] + out[[j, i]]))
}
