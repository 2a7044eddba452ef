//! Inverse powers of `I - B` for the leverage matrix B of one cluster.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use ndarray::Array2;

use super::covariance::CovarianceError;
use super::linalg;

/// Largest share of the answer that a shortened power series may leave out.
const SERIES_ERROR: f64 = 1e-14;
/// Highest power of B in the series; beyond it an eigen-decomposition costs no more.
const MAX_ORDER: usize = 12;

/// How the score of a cluster is enlarged for what its own rows took from the residuals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SmallSample {
    /// `(I - H_gg)^(-1/2)`: without bias if the working variance is right and clusters are of the same kind.
    #[default]
    Cr2,
    /// `(I - H_gg)⁻¹`: close to the jackknife, on the safe side.
    Cr3,
}

impl SmallSample {
    /// `ψ(λ) = (f(λ) - 1) / λ` without cancellation, where `f(λ)` is the power of `1 - λ`, and zero where that vanishes.
    fn psi(self, lambda: f64, vanishes: f64) -> f64 {
        let rest = 1.0 - lambda;
        if rest <= vanishes {
            return -1.0 / lambda;
        }
        match self {
            Self::Cr2 => 1.0 / (rest.sqrt() * (1.0 + rest.sqrt())),
            Self::Cr3 => 1.0 / rest,
        }
    }

    /// Coefficient of `λ^k` in `ψ(λ)`, at most 1.
    fn coefficient(self, k: usize) -> f64 {
        match self {
            Self::Cr2 => (1..=k + 1).map(|m| (2 * m - 1) as f64 / (2 * m) as f64).product(),
            Self::Cr3 => 1.0,
        }
    }
}

/// Highest power needed when the eigenvalues of B are at least 0 and sum to `trace`; `None` where the series is too long.
///
/// `f = 1 + λ ψ` is at least 1, and leaving out the powers of ψ above m changes it by at most `trace^(m+2) / (1 - trace)`.
fn order(trace: f64) -> Option<usize> {
    let mut left_out = trace * trace / (1.0 - trace);
    for m in 0..=MAX_ORDER {
        if trace < 0.5 && left_out <= SERIES_ERROR {
            return Some(m);
        }
        left_out *= trace;
    }
    None
}

/// `out = ψ(t) block` for a symmetric `t` (dim by dim) and a `block` (dim by cols), all column-major; true where an
/// eigenvalue of `t` is 1 to within `vanishes` and the generalised inverse was taken.
pub(crate) fn psi_times(
    kind: SmallSample,
    t: &[f64],
    block: &[f64],
    out: &mut [f64],
    scratch: &mut [f64],
    vanishes: f64,
) -> Result<bool, CovarianceError> {
    let dim = t.len().isqrt();
    let cols = block.len() / dim;
    let trace: f64 = t.iter().step_by(dim + 1).sum();
    if let Some(order) = order(trace) {
        let highest = kind.coefficient(order);
        out.iter_mut().zip(block).for_each(|(o, b)| *o = highest * b);
        for k in (0..order).rev() {
            times(t, dim, out, scratch);
            let coefficient = kind.coefficient(k);
            out.iter_mut().zip(scratch.iter().zip(block)).for_each(|(o, (s, b))| *o = s + coefficient * b);
        }
        return Ok(false);
    }
    let (values, vectors) = linalg::eigen(&Array2::from_shape_fn((dim, dim), |(i, j)| t[i.min(j) * dim + i.max(j)]))
        .ok_or(CovarianceError::NoEigenvalues)?;
    // Row-major U read as column-major is Uᵀ.
    let transposed: Vec<f64> = vectors.iter().copied().collect();
    let u_transposed = MatRef::from_column_major_slice(&transposed, dim, dim);
    product(scratch, u_transposed, MatRef::from_column_major_slice(block, dim, cols));
    let psi: Vec<f64> = values.iter().map(|&v| kind.psi(v, vanishes)).collect();
    for col in scratch.chunks_mut(dim) {
        col.iter_mut().zip(&psi).for_each(|(s, p)| *s *= p);
    }
    product(out, u_transposed.transpose(), MatRef::from_column_major_slice(scratch, dim, cols));
    Ok(values.last().is_some_and(|&v| 1.0 - v <= vanishes))
}

/// `out = t block` for a `t` (dim by dim), column-major.
pub(crate) fn times(t: &[f64], dim: usize, block: &[f64], out: &mut [f64]) {
    let block = MatRef::from_column_major_slice(block, dim, block.len() / dim);
    product(out, MatRef::from_column_major_slice(t, dim, dim), block);
}

/// `out = left right`, column-major.
pub(crate) fn product(out: &mut [f64], left: MatRef<'_, f64>, right: MatRef<'_, f64>) {
    let out = MatMut::from_column_major_slice_mut(out, left.nrows(), right.ncols());
    matmul(out, Accum::Replace, left, right, 1.0, Par::Seq);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn psi_of(kind: SmallSample, t: &[f64], block: &[f64]) -> (Vec<f64>, bool) {
        let (mut out, mut scratch) = (vec![0.0; block.len()], vec![0.0; block.len()]);
        let full = psi_times(kind, t, block, &mut out, &mut scratch, 1e-12).unwrap();
        (out, full)
    }

    #[test]
    fn the_series_is_as_good_as_the_closed_form_wherever_it_is_used() {
        for kind in [SmallSample::Cr2, SmallSample::Cr3] {
            for trace in [0.0, 1e-12, 1e-5, 1e-3, 0.01, 0.05, 0.09] {
                let order = order(trace).unwrap();
                let series: f64 = (0..=order).map(|k| kind.coefficient(k) * trace.powi(k as i32)).sum();
                let (found, exact) = (1.0 + trace * series, 1.0 + trace * kind.psi(trace, 1e-12));
                assert!((found - exact).abs() <= SERIES_ERROR + 4.0 * f64::EPSILON, "{kind:?} {trace}");
            }
        }
        assert_eq!((order(0.2), order(0.9), order(3.0), order(f64::NAN)), (None, None, None, None));
        assert_eq!((order(1e-8), order(1e-5)), (Some(0), Some(1)));
    }

    #[test]
    fn a_two_by_two_matrix_by_hand() {
        // Eigenvalues 0.75 along (1, 1) and 0.19 along (1, -1): powers -1/2 of the rest are 2 and 10/9.
        let t = [0.47, 0.28, 0.28, 0.47];
        let (psi, full) = psi_of(SmallSample::Cr2, &t, &[1.0, 1.0, 1.0, -1.0]);
        assert!(!full);
        for (found, expected) in psi.iter().zip([1.0 / 0.75, 1.0 / 0.75, 1.0 / 9.0 / 0.19, -1.0 / 9.0 / 0.19]) {
            assert!((found - expected).abs() < 1e-14);
        }
        let (psi, _) = psi_of(SmallSample::Cr3, &t, &[1.0, 1.0]);
        assert!((psi[0] - 4.0).abs() < 1e-13);
    }

    #[test]
    fn a_direction_of_full_leverage_is_taken_out() {
        let t = [1.0, 0.0, 0.0, 0.36];
        for (kind, other) in [(SmallSample::Cr2, 1.25), (SmallSample::Cr3, 1.0 / 0.64)] {
            let (psi, full) = psi_of(kind, &t, &[1.0, 1.0]);
            // f = 1 + λ ψ
            assert!(full && (1.0 + psi[0]).abs() < 1e-15 && (1.0 + 0.36 * psi[1] - other).abs() < 1e-14);
        }
    }
}
