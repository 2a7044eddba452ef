//! Products of many columns with one, over the rows of a block that stays in the cache.

use pulp::{Arch, Simd, WithSimd};

/// Columns whose sums stay in registers together.
const TILE: usize = 6;

/// `out_j += column_j · v`.
pub(super) fn add_dots(out: &mut [f64], columns: &[&[f64]], v: &[f64]) {
    Arch::new().dispatch(Dots { out, columns, v });
}

/// `out += Σ_j factor_j column_j`.
pub(super) fn add_scaled(out: &mut [f64], factors: &[f64], columns: &[&[f64]]) {
    Arch::new().dispatch(Scaled { out, factors, columns });
}

struct Dots<'a> {
    out: &'a mut [f64],
    columns: &'a [&'a [f64]],
    v: &'a [f64],
}

impl WithSimd for Dots<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { out, columns, v } = self;
        let (tiles, rest) = columns.as_chunks::<TILE>();
        let (out_tiles, out_rest) = out[..columns.len()].as_chunks_mut::<TILE>();
        for (out, columns) in out_tiles.iter_mut().zip(tiles) {
            tile(simd, out, columns, v);
        }
        for (out, column) in out_rest.iter_mut().zip(rest) {
            tile(simd, std::array::from_mut(out), &[*column], v);
        }
    }
}

/// The loop counts by index: without link-time optimisation an iterator's constructor is a call.
#[inline(always)]
fn tile<S: Simd, const N: usize>(simd: S, out: &mut [f64; N], columns: &[&[f64]; N], v: &[f64]) {
    let (vectors, v_rest) = S::as_simd_f64s(v);
    let n = vectors.len();
    let parts: [(&[S::f64s], &[f64]); N] = std::array::from_fn(|k| S::as_simd_f64s(&columns[k][..v.len()]));
    let wide: [&[S::f64s]; N] = std::array::from_fn(|k| &parts[k].0[..n]);
    let mut sums = [simd.splat_f64s(0.0); N];
    for i in 0..n {
        for k in 0..N {
            sums[k] = simd.mul_add_e_f64s(wide[k][i], vectors[i], sums[k]);
        }
    }
    for k in 0..N {
        let rest: f64 = parts[k].1.iter().zip(v_rest).map(|(x, v)| x * v).sum();
        out[k] += simd.reduce_sum_f64s(sums[k]) + rest;
    }
}

struct Scaled<'a> {
    out: &'a mut [f64],
    factors: &'a [f64],
    columns: &'a [&'a [f64]],
}

impl WithSimd for Scaled<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { out, factors, columns } = self;
        let rows = out.len();
        let (out, out_rest) = S::as_mut_simd_f64s(out);
        for j in 0..factors.len() {
            let (column, rest) = S::as_simd_f64s(&columns[j][..rows]);
            let factor = simd.splat_f64s(factors[j]);
            for i in 0..out.len() {
                out[i] = simd.mul_add_e_f64s(factor, column[i], out[i]);
            }
            for i in 0..out_rest.len() {
                out_rest[i] += factors[j] * rest[i];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::laws::Stream;

    #[test]
    fn products_are_those_of_plain_loops_whatever_the_number_of_rows_and_columns() {
        let mut s = Stream(3);
        for (rows, p) in [(0, 3), (1, 1), (7, 5), (64, 6), (203, 13), (512, 20)] {
            let columns: Vec<Vec<f64>> = (0..p).map(|_| (0..rows).map(|_| s.normal()).collect()).collect();
            let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
            let v: Vec<f64> = (0..rows).map(|_| s.normal()).collect();
            let factors: Vec<f64> = (0..p).map(|_| s.normal()).collect();
            let (mut dots, mut scaled) = (vec![1.0; p], v.clone());
            add_dots(&mut dots, &columns, &v);
            add_scaled(&mut scaled, &factors, &columns);
            for j in 0..p {
                let plain = 1.0 + columns[j].iter().zip(&v).map(|(x, v)| x * v).sum::<f64>();
                assert!((dots[j] - plain).abs() < 1e-11, "{rows} rows, column {j}");
            }
            for i in 0..rows {
                let plain = v[i] + (0..p).map(|j| factors[j] * columns[j][i]).sum::<f64>();
                assert!((scaled[i] - plain).abs() < 1e-12, "{p} columns, row {i}");
            }
        }
    }
}
