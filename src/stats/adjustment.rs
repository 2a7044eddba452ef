//! Firth's adjustment over a block of rows: leverages, their pull on the score, and its curvature.

use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::{Accum, MatMut, MatRef, Par};
use pulp::{Arch, Simd, WithSimd};

use super::kernel::{BlockRows, moments};
use super::tiles::Tiles;

/// Sums over the blocks of a chunk, and the buffers they are made in.
pub(super) struct Adjustment {
    arch: Arch,
    /// The block times `L⁻ᵀ`, whose rows are as long as the roots of the leverages per weight.
    outer: Vec<f64>,
    rows: Rows,
    /// `Σ z_i h_i (1/2 - mu_i)`.
    pub(super) pull: Vec<f64>,
    tiles: Tiles,
}

/// One number per row of the block.
struct Rows {
    weight: Vec<f64>,
    mean: Vec<f64>,
    variance: Vec<f64>,
    leverage: Vec<f64>,
    /// `h (1/2 - mu)`.
    pull: Vec<f64>,
    /// Of `(m + h) mu (1 - mu)`.
    root: Vec<f64>,
}

impl Adjustment {
    pub(super) fn new(p: usize) -> Self {
        let tiles = Tiles::new(p);
        let zeros = || vec![0.0; tiles.stride()];
        let rows =
            Rows { weight: zeros(), mean: zeros(), variance: zeros(), leverage: zeros(), pull: zeros(), root: zeros() };
        Self { arch: Arch::new(), outer: vec![0.0; tiles.stride() * p], rows, pull: vec![0.0; p], tiles }
    }

    /// Adds a block of at most [`super::tiles::block_rows`] rows: `leverages` receives `w_i z_iᵀ A⁻¹ z_i`. `transposed` is
    /// `L⁻ᵀ`, column-major; of `rows` coefficients, outcome and offset are not read.
    pub(super) fn add(&mut self, rows: &BlockRows<'_>, eta: &[f64], transposed: &[f64], leverages: &mut [f64]) {
        let (arch, n) = (self.arch, eta.len());
        arch.dispatch(Fill { into: self, rows });
        let (stride, p) = (self.tiles.stride(), self.pull.len());
        triangular::matmul(
            MatMut::from_column_major_slice_mut(&mut self.outer, stride, p),
            BlockStructure::Rectangular,
            Accum::Replace,
            MatRef::from_column_major_slice(self.tiles.block(), stride, p),
            BlockStructure::Rectangular,
            MatRef::from_column_major_slice(transposed, p, p),
            BlockStructure::TriangularUpper,
            1.0,
            Par::Seq,
        );
        let own = &mut self.rows;
        moments(eta, &mut own.mean[..n], &mut own.variance[..n]);
        match rows.weights {
            Some(weights) => own.weight[..n].copy_from_slice(weights),
            None => own.weight[..n].fill(1.0),
        }
        // Rows that do not exist have no weight.
        own.weight[n..].fill(0.0);
        arch.dispatch(Weigh { of: self });
        leverages.copy_from_slice(&self.rows.leverage[..n]);
    }

    /// `Σ z_i z_iᵀ (m_i + h_i) mu_i (1 - mu_i)`: its lower triangle, column-major p by p.
    pub(super) fn curvature(&self) -> Vec<f64> {
        self.tiles.gram()
    }
}

struct Fill<'s, 'a> {
    into: &'s mut Adjustment,
    rows: &'s BlockRows<'a>,
}

impl WithSimd for Fill<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { into, rows } = self;
        // Without coefficients there is no linear predictor: its room is not read.
        into.tiles.fill(simd, rows, &mut into.rows.mean);
    }
}

struct Weigh<'s> {
    of: &'s mut Adjustment,
}

impl WithSimd for Weigh<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Adjustment { outer, rows, pull, tiles, .. } = self.of;
        rows.leverage.fill(0.0);
        let leverages = S::as_mut_simd_f64s(&mut rows.leverage).0;
        for outer in outer.chunks_exact(tiles.stride()) {
            let outer = S::as_simd_f64s(outer).0;
            for i in 0..leverages.len().min(outer.len()) {
                leverages[i] = simd.mul_add_e_f64s(outer[i], outer[i], leverages[i]);
            }
        }
        let (means, variances) = (S::as_simd_f64s(&rows.mean).0, S::as_simd_f64s(&rows.variance).0);
        let weights = S::as_simd_f64s(&rows.weight).0;
        let (pulls, roots) = (S::as_mut_simd_f64s(&mut rows.pull).0, S::as_mut_simd_f64s(&mut rows.root).0);
        let half = simd.splat_f64s(0.5);
        for i in 0..leverages.len() {
            let weight = simd.mul_f64s(weights[i], variances[i]);
            let h = simd.mul_f64s(leverages[i], weight);
            leverages[i] = h;
            pulls[i] = simd.mul_f64s(h, simd.sub_f64s(half, means[i]));
            roots[i] = simd.sqrt_f64s(simd.mul_add_e_f64s(h, variances[i], weight));
        }
        tiles.weigh(simd, &rows.pull, &rows.root, pull);
        tiles.add(simd);
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::stats::linalg;
    use crate::stats::link::{Link, logistic};

    /// Blocks of every remainder, with and without weights, by the definition of each number.
    #[test]
    fn leverages_pull_and_curvature_are_those_of_the_rows() {
        for (n, p) in [(1, 1), (5, 2), (511, 3), (512, 4), (63, 29)] {
            let value = |i: usize, j: usize| ((i * 7 + j * 13 + i * j) % 11) as f64 / 3.0 - 1.5;
            let columns: Vec<Vec<f64>> = (0..p).map(|j| (0..n).map(|i| value(i, j)).collect()).collect();
            let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
            let (centre, inv_scale) = (vec![0.25; p], vec![1.5; p]);
            let z = |i: usize, j: usize| (value(i, j) - 0.25) * 1.5;
            let eta: Vec<f64> = (0..n).map(|i| (i % 17) as f64 - 8.0).collect();
            let given: Vec<f64> = (0..n).map(|i| (i % 4) as f64).collect();
            // Any regular information will do.
            let information = Array2::from_shape_fn((p, p), |(i, j)| if i == j { 2.0 + i as f64 } else { 0.3 });
            let lower = linalg::cholesky(&information).unwrap();
            let (inverse, transposed) = (linalg::inverse(&lower), linalg::lower_inverse(&lower));
            for weights in [None, Some(&given[..])] {
                let rows = BlockRows {
                    columns: &slices,
                    centre: &centre,
                    inv_scale: &inv_scale,
                    beta: &[],
                    y: &eta,
                    weights,
                    offset: None,
                    link: Link::Logit,
                };
                let mut sums = Adjustment::new(p);
                let mut found = vec![f64::NAN; n];
                let transposed: Vec<f64> = transposed.iter().copied().collect();
                sums.add(&rows, &eta, &transposed, &mut found);
                sums.add(&rows, &eta, &transposed, &mut found);
                let (mut pull, mut curvature) = (vec![0.0; p], vec![0.0; p * p]);
                for i in 0..n {
                    let (mean, variance, _) = logistic(eta[i]);
                    let weight = weights.map_or(1.0, |w| w[i]);
                    let row: Vec<f64> = (0..p).map(|j| z(i, j)).collect();
                    let leverage = weight * variance * linalg::dot(&row, &linalg::times(&inverse, &row));
                    assert!((found[i] - leverage).abs() < 1e-12 * (1.0 + leverage), "{n} {p} row {i}");
                    for j in 0..p {
                        pull[j] += 2.0 * leverage * (0.5 - mean) * row[j];
                        for k in 0..=j {
                            curvature[k * p + j] += 2.0 * (weight + leverage) * variance * row[j] * row[k];
                        }
                    }
                }
                let curved = sums.curvature();
                let mut pairs = sums.pull.iter().zip(&pull).chain(curved.iter().zip(&curvature));
                assert!(pairs.all(|(a, b)| (a - b).abs() < 1e-11 * (1.0 + b.abs())), "{n} {p}");
            }
        }
    }
}
