//! The lower triangle of `ZᵀZ` over blocks of rows, in tiles of three by three columns.

use pulp::{Arch, Simd, WithSimd};

use super::kernel::BlockRows;

/// Columns of a tile: nine sums and six operands fill the sixteen registers of AVX2.
const TILE: usize = 3;
/// Widest vector of doubles among the instruction sets.
pub(super) const MAX_LANES: usize = 8;
/// Numbers in a block at most: 208 KiB, which leaves room in a second-level cache of 512 KiB. Smaller blocks would fit the
/// first level and lose more to the memory, which likes long runs of a column (measured: 64 to 512 rows of 20 columns).
const BLOCK_CELLS: usize = 26 * 1024;
/// Rows of a block at most, and at least.
const BLOCK_ROWS: (usize, usize) = (512, 64);

/// Rows per block for `p` columns: a function of p alone, so that sums do not depend on the machine's load.
pub(super) fn block_rows(p: usize) -> usize {
    let mut rows = BLOCK_ROWS.0;
    while rows > BLOCK_ROWS.1 && rows * p.next_multiple_of(TILE) > BLOCK_CELLS {
        rows /= 2;
    }
    rows
}

/// A block of rows in the cache, and the sums of its tiles, nine vectors each, over all blocks so far.
pub(super) struct Tiles {
    p: usize,
    stride: usize,
    /// The block, one column after the other, padded with rows and columns of zeros.
    z: Vec<f64>,
    sums: Vec<f64>,
}

impl Tiles {
    pub(super) fn new(p: usize) -> Self {
        let side = p.div_ceil(TILE);
        let stride = block_rows(p);
        let sums = vec![0.0; side * (side + 1) / 2 * TILE * TILE * MAX_LANES];
        Self { p, stride, z: vec![0.0; side * TILE * stride], sums }
    }

    /// Rows of a block, from one column to the next.
    pub(super) const fn stride(&self) -> usize {
        self.stride
    }

    /// The block, stride by p, column-major.
    pub(super) fn block(&self) -> &[f64] {
        &self.z[..self.stride * self.p]
    }

    /// Takes the rows into the block, centred and scaled, and adds their share of the linear predictor to `eta`; without
    /// coefficients there is none.
    #[inline(always)]
    pub(super) fn fill<S: Simd>(&mut self, simd: S, rows: &BlockRows<'_>, eta: &mut [f64]) {
        for (j, (z, column)) in self.z.chunks_exact_mut(self.stride).zip(rows.columns).enumerate() {
            let slope = rows.beta.get(j).copied().unwrap_or(0.0);
            scale(simd, column, rows.centre[j], rows.inv_scale[j], slope, z, eta);
        }
    }

    /// Adds `Zᵀ residual` to the score and multiplies every row by the root of its weight.
    #[inline(always)]
    pub(super) fn weigh<S: Simd>(&mut self, simd: S, residual: &[f64], root: &[f64], score: &mut [f64]) {
        let residual = S::as_simd_f64s(residual).0.as_chunks::<4>().0;
        let root = S::as_simd_f64s(root).0.as_chunks::<4>().0;
        for (score, z) in score.iter_mut().zip(self.z.chunks_exact_mut(self.stride)) {
            let z = S::as_mut_simd_f64s(z).0.as_chunks_mut::<4>().0;
            let mut sums = [simd.splat_f64s(0.0); 4];
            for i in 0..z.len().min(residual.len()).min(root.len()) {
                for lane in 0..4 {
                    sums[lane] = simd.mul_add_e_f64s(z[i][lane], residual[i][lane], sums[lane]);
                    z[i][lane] = simd.mul_f64s(z[i][lane], root[i][lane]);
                }
            }
            let sum = simd.add_f64s(simd.add_f64s(sums[0], sums[1]), simd.add_f64s(sums[2], sums[3]));
            *score += simd.reduce_sum_f64s(sum);
        }
    }

    /// The lower triangle summed over all blocks, column-major p by p.
    pub(super) fn gram(&self) -> Vec<f64> {
        let mut gram = vec![0.0; self.p * self.p];
        Arch::new().dispatch(Reduce { tiles: &self.sums, gram: &mut gram, p: self.p });
        gram
    }

    /// Adds the lower triangle of `ZᵀZ` of the block, tile by tile.
    #[inline(always)]
    pub(super) fn add<S: Simd>(&mut self, simd: S) {
        let (z, _) = S::as_simd_f64s(&self.z);
        let (tiles, _) = S::as_mut_simd_f64s(&mut self.sums);
        let step = self.stride / S::F64_LANES;
        let mut tiles = tiles.chunks_exact_mut(TILE * TILE);
        let panels: usize = z.len() / (TILE * step);
        for row in 0..panels {
            let a = &z[row * TILE * step..(row + 1) * TILE * step];
            let (a0, a) = a.split_at(step);
            let (a1, a2) = a.split_at(step);
            for column in 0..=row {
                let b = &z[column * TILE * step..(column + 1) * TILE * step];
                let (b0, b) = b.split_at(step);
                let (b1, b2) = b.split_at(step);
                let Some(tile) = tiles.next() else { return };
                let [mut s00, mut s01, mut s02, mut s10, mut s11, mut s12, mut s20, mut s21, mut s22] =
                    [simd.splat_f64s(0.0); TILE * TILE];
                let (a0, a1, a2) = (&a0[..step], &a1[..step], &a2[..step]);
                let (b0, b1, b2) = (&b0[..step], &b1[..step], &b2[..step]);
                for i in 0..step {
                    let (x0, x1, x2) = (a0[i], a1[i], a2[i]);
                    let (y0, y1, y2) = (b0[i], b1[i], b2[i]);
                    s00 = simd.mul_add_e_f64s(x0, y0, s00);
                    s01 = simd.mul_add_e_f64s(x0, y1, s01);
                    s02 = simd.mul_add_e_f64s(x0, y2, s02);
                    s10 = simd.mul_add_e_f64s(x1, y0, s10);
                    s11 = simd.mul_add_e_f64s(x1, y1, s11);
                    s12 = simd.mul_add_e_f64s(x1, y2, s12);
                    s20 = simd.mul_add_e_f64s(x2, y0, s20);
                    s21 = simd.mul_add_e_f64s(x2, y1, s21);
                    s22 = simd.mul_add_e_f64s(x2, y2, s22);
                }
                let found = [s00, s01, s02, s10, s11, s12, s20, s21, s22];
                for k in 0..TILE * TILE {
                    tile[k] = simd.add_f64s(tile[k], found[k]);
                }
            }
        }
    }
}

/// Centred and scaled values into `z`, their share of the linear predictor added to `eta`.
#[inline(always)]
fn scale<S: Simd>(simd: S, column: &[f64], c: f64, s: f64, b: f64, z: &mut [f64], eta: &mut [f64]) {
    let (head, tail) = S::as_simd_f64s(column);
    let done = head.len() * S::F64_LANES;
    let (centre, factor, slope) = (simd.splat_f64s(c), simd.splat_f64s(s), simd.splat_f64s(b));
    let (zs, etas) = (&mut S::as_mut_simd_f64s(z).0[..head.len()], &mut S::as_mut_simd_f64s(eta).0[..head.len()]);
    for i in 0..head.len() {
        zs[i] = simd.mul_f64s(simd.sub_f64s(head[i], centre), factor);
        etas[i] = simd.mul_add_e_f64s(zs[i], slope, etas[i]);
    }
    if column.len() < z.len() {
        for ((z, eta), &v) in z[done..].iter_mut().zip(&mut eta[done..]).zip(tail) {
            *z = (v - c) * s;
            *eta += *z * b;
        }
        z[column.len()..].fill(0.0);
    }
}

struct Reduce<'a> {
    tiles: &'a [f64],
    gram: &'a mut [f64],
    p: usize,
}

impl WithSimd for Reduce<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (tiles, _) = S::as_simd_f64s(self.tiles);
        let mut tiles = tiles.chunks_exact(TILE * TILE);
        for row in 0..self.p.div_ceil(TILE) {
            for column in 0..=row {
                let Some(tile) = tiles.next() else { return };
                for (k, &sum) in tile.iter().enumerate() {
                    let (i, j) = (row * TILE + k / TILE, column * TILE + k % TILE);
                    if i < self.p && j <= i {
                        self.gram[j * self.p + i] = simd.reduce_sum_f64s(sum);
                    }
                }
            }
        }
    }
}
