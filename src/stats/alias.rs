//! Exact collinearity: which columns are combinations of earlier ones, and which combination.

use faer::Mat;

use super::matrix::Matrix;
use super::rows::{CONSTANT_TOLERANCE, centre_and_norm};

/// A column whose part outside the span of the columns kept before it is shorter than this share of its own
/// (centred) length is aliased: the rule of R's `lm` (LINPACK `dqrdc2`, `tol = 1e-07`).
pub const ALIAS_TOLERANCE: f64 = 1e-7;
/// Weights that contribute less than this share of the aliased column's length are rounding and dropped.
const WEIGHT_FLOOR: f64 = 1e-9;
/// Rows folded at a time into the triangular factor.
const FOLD_ROWS: usize = 1024;

/// A column that adds nothing to those kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Aliased {
    /// Its index.
    pub column: usize,
    /// `column = Σ weight · kept column`; empty for a column of zeros.
    pub combination: Vec<(usize, f64)>,
}

/// Columns to keep, and what the others are made of.
#[derive(Debug, Clone, PartialEq)]
pub struct AliasReport {
    /// Linearly independent columns, ascending.
    pub kept: Vec<usize>,
    /// The others, ascending.
    pub aliased: Vec<Aliased>,
}

/// Finds exactly collinear columns.
///
/// Columns are examined in order, so of a dependent set the last is aliased; a constant column, if there is one, counts
/// as the intercept and goes first. Columns are centred (beside an intercept) and scaled before the decision, so units do
/// not matter. The rows are folded block by block into a triangular factor by Householder reflections: nothing is squared,
/// and a correlation of 0.999999 is kept.
///
/// # Source
/// The limited pivoting of LINPACK `dqrdc2` as in R's `lm`, with [`ALIAS_TOLERANCE`].
#[must_use]
pub fn find_aliased(x: &Matrix<'_>) -> AliasReport {
    find_aliased_weighted(x, None)
}

/// The same among rows of positive weight.
pub(crate) fn find_aliased_weighted(x: &Matrix<'_>, weights: Option<&[f64]>) -> AliasReport {
    let p = x.n_cols();
    let used: Vec<usize> = (0..x.n_rows()).filter(|&i| weights.is_none_or(|w| w[i] > 0.0)).collect();
    let gathered: Vec<Vec<f64>>;
    let cols: Vec<&[f64]> = if used.len() == x.n_rows() {
        (0..p).map(|j| x.col(j)).collect()
    } else {
        gathered = (0..p).map(|j| used.iter().map(|&i| x.col(j)[i]).collect()).collect();
        gathered.iter().map(Vec::as_slice).collect()
    };
    let spread: Vec<(f64, f64)> = cols.iter().map(|c| centre_and_norm(c, true)).collect();
    let root_n = (used.len().max(1) as f64).sqrt();
    let constant: Vec<bool> = spread.iter().map(|&(c, s)| s / root_n <= CONSTANT_TOLERANCE * c.abs()).collect();
    let anchor = (0..p).find(|&j| constant[j] && spread[j].0.abs() > 0.0);

    let mut kept: Vec<usize> = anchor.into_iter().collect();
    let mut aliased = Vec::new();
    let mut open = Vec::new();
    for j in (0..p).filter(|&j| Some(j) != anchor) {
        match anchor {
            Some(k) if constant[j] => {
                let weight = spread[j].0 / spread[k].0;
                let combination = if weight.abs() > 0.0 { vec![(k, weight)] } else { Vec::new() };
                aliased.push(Aliased { column: j, combination });
            }
            _ => open.push(j),
        }
    }
    // Without an intercept columns are scaled by their length about zero.
    let frames: Vec<(f64, f64)> =
        open.iter().map(|&j| if anchor.is_some() { spread[j] } else { centre_and_norm(cols[j], false) }).collect();
    let r = triangular_factor(&cols, &open, &frames);
    for outcome in limited_pivoting(&r) {
        match outcome {
            Outcome::Kept(k) => kept.push(open[k]),
            Outcome::Aliased(k, weights) => {
                let mut combination = Vec::new();
                let mut constant_part = frames[k].0;
                for (m, w) in weights {
                    let weight = w * frames[k].1 / frames[m].1;
                    constant_part -= weight * frames[m].0;
                    if w.abs() > WEIGHT_FLOOR {
                        combination.push((open[m], weight));
                    }
                }
                if let Some(a) = anchor {
                    let size = frames[k].0.abs().max(frames[k].1 / root_n);
                    if constant_part.abs() > WEIGHT_FLOOR * size {
                        combination.push((a, constant_part / spread[a].0));
                    }
                }
                combination.sort_by_key(|c| c.0);
                aliased.push(Aliased { column: open[k], combination });
            }
        }
    }
    kept.sort_unstable();
    aliased.sort_by_key(|a| a.column);
    AliasReport { kept, aliased }
}

/// R of the centred and scaled open columns, as columns of length at most their number.
fn triangular_factor(cols: &[&[f64]], open: &[usize], frames: &[(f64, f64)]) -> Vec<Vec<f64>> {
    let p = open.len();
    let n = cols.first().map_or(0, |c| c.len());
    let mut r = Mat::<f64>::zeros(0, p);
    let mut start = 0;
    while start < n && p > 0 {
        let rows = FOLD_ROWS.max(p).min(n - start);
        let top = r.nrows();
        let stacked = Mat::<f64>::from_fn(top + rows, p, |i, j| {
            if i < top {
                r[(i, j)]
            } else {
                let (centre, norm) = frames[j];
                if norm > 0.0 { (cols[open[j]][start + i - top] - centre) / norm } else { 0.0 }
            }
        });
        let qr = stacked.qr();
        let thin = qr.thin_R();
        r = Mat::from_fn(thin.nrows(), p, |i, j| if i <= j { thin[(i, j)] } else { 0.0 });
        start += rows;
    }
    (0..p).map(|j| (0..r.nrows()).map(|i| r[(i, j)]).collect()).collect()
}

enum Outcome {
    Kept(usize),
    /// Column, and its weights on the kept ones, in scaled units.
    Aliased(usize, Vec<(usize, f64)>),
}

/// Gram-Schmidt with reorthogonalisation on the columns of R, in order.
fn limited_pivoting(r: &[Vec<f64>]) -> Vec<Outcome> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let mut basis: Vec<(usize, Vec<f64>)> = Vec::new();
    // Column m of the triangle: weights of kept column m on the basis.
    let mut triangle: Vec<Vec<f64>> = Vec::new();
    let mut outcomes = Vec::new();
    for (k, column) in r.iter().enumerate() {
        let mut rest = column.clone();
        let mut weights = vec![0.0; basis.len()];
        for _ in 0..2 {
            for (w, (_, q)) in weights.iter_mut().zip(&basis) {
                let along = dot(q, &rest);
                *w += along;
                rest.iter_mut().zip(q).for_each(|(v, q)| *v -= along * q);
            }
        }
        let (left, length) = (dot(&rest, &rest).sqrt(), dot(column, column).sqrt());
        if left > ALIAS_TOLERANCE * length && length > 0.0 {
            rest.iter_mut().for_each(|v| *v /= left);
            weights.push(left);
            triangle.push(weights);
            basis.push((k, rest));
            outcomes.push(Outcome::Kept(k));
        } else {
            for m in (0..basis.len()).rev() {
                for later in (m + 1)..basis.len() {
                    weights[m] -= triangle[later][m] * weights[later];
                }
                weights[m] /= triangle[m][m];
            }
            outcomes.push(Outcome::Aliased(k, basis.iter().map(|b| b.0).zip(weights).collect()));
        }
    }
    outcomes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_a_dependent_set_is_named_with_its_combination() {
        let one = vec![1.0; 6];
        let a = vec![1.0, 2.0, 3.0, 4.0, 5.0, 7.0];
        let b = vec![0.0, 1.0, 0.0, 1.0, 1.0, 0.0];
        let c: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 2.0 * a - 3e6 * b + 5.0).collect();
        let zero = vec![0.0; 6];
        let report = find_aliased(&Matrix::new(vec![&one, &a, &b, &c, &zero]).unwrap());
        assert_eq!(report.kept, vec![0, 1, 2]);
        assert_eq!(report.aliased.len(), 2);
        assert_eq!(report.aliased[0].column, 3);
        let expected = [(0, 5.0), (1, 2.0), (2, -3e6)];
        for (found, expected) in report.aliased[0].combination.iter().zip(expected) {
            assert_eq!(found.0, expected.0);
            assert!((found.1 - expected.1).abs() <= 1e-7 * expected.1.abs(), "{found:?}");
        }
        assert_eq!(report.aliased[1], Aliased { column: 4, combination: vec![] });
    }

    #[test]
    fn dummies_that_sum_to_one_alias_the_last_dummy() {
        let one = vec![1.0; 4];
        let (d, e) = (vec![1.0, 0.0, 1.0, 0.0], vec![0.0, 1.0, 0.0, 1.0]);
        let report = find_aliased(&Matrix::new(vec![&one, &d, &e]).unwrap());
        assert_eq!(report.kept, vec![0, 1]);
        let weights: Vec<(usize, i64)> =
            report.aliased[0].combination.iter().map(|&(j, w)| (j, (w * 1e9).round() as i64)).collect();
        assert_eq!(weights, vec![(0, 1_000_000_000), (1, -1_000_000_000)]);
    }

    #[test]
    fn near_collinear_columns_are_kept_whatever_their_units() {
        let n = 4000;
        let one = vec![1.0; n];
        let a: Vec<f64> = (0..n).map(|i| 1e12 * (i as f64 * 0.37).sin()).collect();
        let b: Vec<f64> = (0..n).map(|i| 1e-12 * ((i as f64 * 0.37).sin() + 1e-5 * (i as f64 * 1.3).cos())).collect();
        let report = find_aliased(&Matrix::new(vec![&one, &a, &b]).unwrap());
        assert_eq!(report.kept, vec![0, 1, 2]);
    }

    #[test]
    fn more_columns_than_rows_keeps_as_many_as_rows() {
        let cols: Vec<Vec<f64>> =
            (0..5).map(|j| (0..3).map(|i| ((i * 7 + j * 3 + i * j * j) % 11) as f64).collect()).collect();
        let report = find_aliased(&Matrix::new(cols.iter().map(Vec::as_slice).collect()).unwrap());
        assert_eq!(report.kept.len(), 3);
        assert_eq!(report.aliased.len(), 2);
    }
}
