//! Small dense symmetric algebra (p by p).

use faer::{Mat, Side};
use ndarray::Array2;

/// A pivot below this share of its diagonal entry is rounding, not information (about 450 machine epsilons).
const PIVOT_FLOOR: f64 = 1e-13;

/// Lower Cholesky factor, or the first column whose pivot is rounding.
pub(crate) fn cholesky(a: &Array2<f64>) -> Result<Array2<f64>, usize> {
    let p = a.nrows();
    let mut l = Array2::<f64>::zeros((p, p));
    for j in 0..p {
        let mut pivot = a[[j, j]];
        for k in 0..j {
            pivot -= l[[j, k]] * l[[j, k]];
        }
        if !(pivot.is_finite() && pivot > PIVOT_FLOOR * a[[j, j]] && pivot > f64::MIN_POSITIVE) {
            return Err(j);
        }
        let root = pivot.sqrt();
        l[[j, j]] = root;
        for i in (j + 1)..p {
            let mut sum = a[[i, j]];
            for k in 0..j {
                sum -= l[[i, k]] * l[[j, k]];
            }
            l[[i, j]] = sum / root;
        }
    }
    Ok(l)
}

/// Solves `L Lᵀ x = b`.
pub(crate) fn solve(l: &Array2<f64>, b: &[f64]) -> Vec<f64> {
    let p = l.nrows();
    let mut x = b.to_vec();
    for i in 0..p {
        for k in 0..i {
            x[i] -= l[[i, k]] * x[k];
        }
        x[i] /= l[[i, i]];
    }
    for i in (0..p).rev() {
        for k in (i + 1)..p {
            x[i] -= l[[k, i]] * x[k];
        }
        x[i] /= l[[i, i]];
    }
    x
}

/// `L⁻¹`, lower triangular.
pub(crate) fn lower_inverse(l: &Array2<f64>) -> Array2<f64> {
    let p = l.nrows();
    let mut inv = Array2::<f64>::zeros((p, p));
    for j in 0..p {
        inv[[j, j]] = 1.0 / l[[j, j]];
        for i in (j + 1)..p {
            let mut sum = 0.0;
            for k in j..i {
                sum -= l[[i, k]] * inv[[k, j]];
            }
            inv[[i, j]] = sum / l[[i, i]];
        }
    }
    inv
}

/// `(L Lᵀ)⁻¹`, exactly symmetric.
pub(crate) fn inverse(l: &Array2<f64>) -> Array2<f64> {
    let li = lower_inverse(l);
    let p = l.nrows();
    let mut inv = Array2::<f64>::zeros((p, p));
    for i in 0..p {
        for j in 0..=i {
            let mut sum = 0.0;
            for k in i..p {
                sum += li[[k, i]] * li[[k, j]];
            }
            inv[[i, j]] = sum;
            inv[[j, i]] = sum;
        }
    }
    inv
}

/// `log det (L Lᵀ)`.
pub(crate) fn log_det(l: &Array2<f64>) -> f64 {
    2.0 * l.diag().iter().map(|d| d.ln()).sum::<f64>()
}

/// Eigenvalues (ascending) and vectors (columns) of a symmetric matrix.
pub(crate) fn eigen(a: &Array2<f64>) -> Option<(Vec<f64>, Array2<f64>)> {
    let p = a.nrows();
    let m = Mat::<f64>::from_fn(p, p, |i, j| a[[i, j]]);
    let e = m.self_adjoint_eigen(Side::Lower).ok()?;
    let s = e.S().column_vector();
    let u = e.U();
    Some(((0..p).map(|i| s[i]).collect(), Array2::from_shape_fn((p, p), |(i, j)| u[(i, j)])))
}

/// Ratio of the largest to the smallest eigenvalue after scaling to a unit diagonal.
pub(crate) fn condition_number(a: &Array2<f64>) -> f64 {
    let d: Vec<f64> = a.diag().iter().map(|v| v.sqrt()).collect();
    let unit = Array2::from_shape_fn(a.raw_dim(), |(i, j)| a[[i, j]] / (d[i] * d[j]));
    match eigen(&unit) {
        Some((values, _)) => match (values.first(), values.last()) {
            (Some(&low), Some(&high)) if low > 0.0 => high / low,
            _ => f64::INFINITY,
        },
        None => f64::INFINITY,
    }
}

/// `a · v`.
pub(crate) fn times(a: &Array2<f64>, v: &[f64]) -> Vec<f64> {
    a.rows().into_iter().map(|row| row.iter().zip(v).map(|(a, v)| a * v).sum()).collect()
}

/// `u · v`, in eight independent sums: one alone waits for each addition to end.
pub(crate) fn dot(u: &[f64], v: &[f64]) -> f64 {
    const LANES: usize = 8;
    let n = u.len().min(v.len());
    let ((u, u_rest), (v, v_rest)) = (u[..n].as_chunks::<LANES>(), v[..n].as_chunks::<LANES>());
    let mut sums = [0.0; LANES];
    for (u, v) in u.iter().zip(v) {
        for lane in 0..LANES {
            sums[lane] += u[lane] * v[lane];
        }
    }
    sums.iter().sum::<f64>() + u_rest.iter().zip(v_rest).map(|(a, b)| a * b).sum::<f64>()
}

/// `A B A` for symmetric `A`, `B`, made exactly symmetric.
pub(crate) fn sandwich(a: &Array2<f64>, b: &Array2<f64>) -> Array2<f64> {
    let v = a.dot(b).dot(a);
    Array2::from_shape_fn(v.raw_dim(), |(i, j)| 0.5 * (v[[i, j]] + v[[j, i]]))
}
