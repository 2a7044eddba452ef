//! Products of many columns with one, over the rows of a block that stays in the cache.
//!
//! Loops count by index over slices of one length, and sums have names: a closure is a call where the caller's instruction
//! set is not the crate's, and an array of sums leaves the registers.

use pulp::{Arch, Simd, WithSimd};

/// Columns read together.
const TILE: usize = 4;
/// Vectors of rows read together.
const DEEP: usize = 2;

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
            dots_of_four(simd, out, columns, v);
        }
        for (out, column) in out_rest.iter_mut().zip(rest) {
            *out += dot(simd, column, v);
        }
    }
}

#[inline(always)]
fn dots_of_four<S: Simd>(simd: S, out: &mut [f64; TILE], columns: &[&[f64]; TILE], v: &[f64]) {
    let rows = v.len();
    let [a, b, c, d] = *columns;
    let (a, b, c, d) = (&a[..rows], &b[..rows], &c[..rows], &d[..rows]);
    let ((av, ar), (bv, br)) = (S::as_simd_f64s(a), S::as_simd_f64s(b));
    let ((cv, cr), (dv, dr)) = (S::as_simd_f64s(c), S::as_simd_f64s(d));
    let (vv, vr) = S::as_simd_f64s(v);
    let (a2, a_last) = av.as_chunks::<DEEP>();
    let (b2, b_last) = bv.as_chunks::<DEEP>();
    let (c2, c_last) = cv.as_chunks::<DEEP>();
    let (d2, d_last) = dv.as_chunks::<DEEP>();
    let (v2, v_last) = vv.as_chunks::<DEEP>();
    let n = v2.len();
    let (a2, b2, c2, d2) = (&a2[..n], &b2[..n], &c2[..n], &d2[..n]);
    let zero = simd.splat_f64s(0.0);
    let (mut a0, mut b0, mut c0, mut d0) = (zero, zero, zero, zero);
    let (mut a1, mut b1, mut c1, mut d1) = (zero, zero, zero, zero);
    for i in 0..n {
        let [first, second] = v2[i];
        a0 = simd.mul_add_e_f64s(a2[i][0], first, a0);
        b0 = simd.mul_add_e_f64s(b2[i][0], first, b0);
        c0 = simd.mul_add_e_f64s(c2[i][0], first, c0);
        d0 = simd.mul_add_e_f64s(d2[i][0], first, d0);
        a1 = simd.mul_add_e_f64s(a2[i][1], second, a1);
        b1 = simd.mul_add_e_f64s(b2[i][1], second, b1);
        c1 = simd.mul_add_e_f64s(c2[i][1], second, c1);
        d1 = simd.mul_add_e_f64s(d2[i][1], second, d1);
    }
    for i in 0..v_last.len() {
        a0 = simd.mul_add_e_f64s(a_last[i], v_last[i], a0);
        b0 = simd.mul_add_e_f64s(b_last[i], v_last[i], b0);
        c0 = simd.mul_add_e_f64s(c_last[i], v_last[i], c0);
        d0 = simd.mul_add_e_f64s(d_last[i], v_last[i], d0);
    }
    out[0] += simd.reduce_sum_f64s(simd.add_f64s(a0, a1)) + plain_dot(ar, vr);
    out[1] += simd.reduce_sum_f64s(simd.add_f64s(b0, b1)) + plain_dot(br, vr);
    out[2] += simd.reduce_sum_f64s(simd.add_f64s(c0, c1)) + plain_dot(cr, vr);
    out[3] += simd.reduce_sum_f64s(simd.add_f64s(d0, d1)) + plain_dot(dr, vr);
}

#[inline(always)]
fn dot<S: Simd>(simd: S, column: &[f64], v: &[f64]) -> f64 {
    let ((a, ar), (v, vr)) = (S::as_simd_f64s(&column[..v.len()]), S::as_simd_f64s(v));
    let ((a4, a_last), (v4, v_last)) = (a.as_chunks::<TILE>(), v.as_chunks::<TILE>());
    let a4 = &a4[..v4.len()];
    let zero = simd.splat_f64s(0.0);
    let (mut s0, mut s1, mut s2, mut s3) = (zero, zero, zero, zero);
    for i in 0..v4.len() {
        s0 = simd.mul_add_e_f64s(a4[i][0], v4[i][0], s0);
        s1 = simd.mul_add_e_f64s(a4[i][1], v4[i][1], s1);
        s2 = simd.mul_add_e_f64s(a4[i][2], v4[i][2], s2);
        s3 = simd.mul_add_e_f64s(a4[i][3], v4[i][3], s3);
    }
    for i in 0..v_last.len() {
        s0 = simd.mul_add_e_f64s(a_last[i], v_last[i], s0);
    }
    let sum = simd.add_f64s(simd.add_f64s(s0, s1), simd.add_f64s(s2, s3));
    simd.reduce_sum_f64s(sum) + plain_dot(ar, vr)
}

/// Of the rows that fill no vector.
#[inline(always)]
fn plain_dot(a: &[f64], v: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..v.len() {
        sum += a[i] * v[i];
    }
    sum
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
        let (tiles, rest) = columns[..factors.len()].as_chunks::<TILE>();
        let (factor_tiles, factor_rest) = factors.as_chunks::<TILE>();
        for (factors, columns) in factor_tiles.iter().zip(tiles) {
            scaled_four(simd, out, factors, columns);
        }
        let (wide, out_rest) = S::as_mut_simd_f64s(out);
        for (&f, column) in factor_rest.iter().zip(rest) {
            let (column, last) = S::as_simd_f64s(column);
            let (column, factor) = (&column[..wide.len()], simd.splat_f64s(f));
            for i in 0..wide.len() {
                wide[i] = simd.mul_add_e_f64s(factor, column[i], wide[i]);
            }
            for i in 0..out_rest.len() {
                out_rest[i] += f * last[i];
            }
        }
    }
}

#[inline(always)]
fn scaled_four<S: Simd>(simd: S, out: &mut [f64], factors: &[f64; TILE], columns: &[&[f64]; TILE]) {
    let (wide, out_rest) = S::as_mut_simd_f64s(out);
    let n = wide.len();
    let [a, b, c, d] = *columns;
    let ((a, ar), (b, br)) = (S::as_simd_f64s(a), S::as_simd_f64s(b));
    let ((c, cr), (d, dr)) = (S::as_simd_f64s(c), S::as_simd_f64s(d));
    let (a, b, c, d) = (&a[..n], &b[..n], &c[..n], &d[..n]);
    let [fa, fb, fc, fd] = *factors;
    let (wa, wb) = (simd.splat_f64s(fa), simd.splat_f64s(fb));
    let (wc, wd) = (simd.splat_f64s(fc), simd.splat_f64s(fd));
    for i in 0..n {
        let sum = simd.mul_add_e_f64s(wb, b[i], simd.mul_add_e_f64s(wa, a[i], wide[i]));
        wide[i] = simd.mul_add_e_f64s(wd, d[i], simd.mul_add_e_f64s(wc, c[i], sum));
    }
    for i in 0..out_rest.len() {
        out_rest[i] += fa * ar[i] + fb * br[i] + fc * cr[i] + fd * dr[i];
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
