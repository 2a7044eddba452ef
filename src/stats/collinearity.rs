//! How much the other columns inflate the variance of a coefficient.

use ndarray::Array2;

use super::linalg;
use crate::notice::Explain;
use crate::words;
use crate::words::Words;

/// Generalised variance inflation of a group of columns that stand for one term.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupInflation {
    /// Squared ratio of the volume of the joint confidence region to what it would be without the other columns.
    pub gvif: f64,
    /// Columns in the group.
    pub df: usize,
    /// `gvif^(1 / (2 df))`: inflation of the width of an interval, comparable between groups of any size.
    pub per_df: f64,
}

/// Why there is no inflation factor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CollinearityError {
    /// The covariance is not square.
    #[error("a covariance of {rows} by {cols}")]
    NotSquare {
        /// Rows.
        rows: usize,
        /// Columns.
        cols: usize,
    },
    /// No such column.
    #[error("column {column} does not exist, there are {n}")]
    UnknownColumn {
        /// Asked for.
        column: usize,
        /// Available.
        n: usize,
    },
    /// A group without columns.
    #[error("group {group} has no columns")]
    EmptyGroup {
        /// Its index.
        group: usize,
    },
    /// A column twice in one group, or the intercept in a group.
    #[error("group {group}: column {column} is the intercept or stands there twice")]
    NotAllowed {
        /// Index of the group.
        group: usize,
        /// Column.
        column: usize,
    },
    /// A coefficient without a positive finite variance.
    #[error("the coefficient of column {column} has no positive variance")]
    NoVariance {
        /// Column.
        column: usize,
    },
    /// The correlation of the coefficients has no inverse.
    #[error("the correlation of the coefficients is singular at column {column}")]
    Singular {
        /// First column that is a combination of earlier ones.
        column: usize,
    },
}

impl Explain for CollinearityError {
    fn ja(&self) -> String {
        match self {
            Self::NotSquare { rows, cols } => format!("共分散行列が{rows}×{cols}で、正方行列ではありません"),
            Self::UnknownColumn { column, n } => format!("列{column}は存在しません（全{n}個）"),
            Self::EmptyGroup { group } => format!("グループ{group}に列がありません"),
            Self::NotAllowed { group, column } => {
                format!("グループ{group}の列{column}は、切片であるか重複しています")
            }
            Self::NoVariance { column } => format!("列{column}の係数の分散が正の数ではありません"),
            Self::Singular { column } => format!("係数の相関行列が列{column}で特異です"),
        }
    }

    fn help(&self) -> Option<Words> {
        match self {
            Self::Singular { .. } => Some(words!(en: "drop the column named", ja: "該当する列を除外してください")),
            _ => None,
        }
    }
}

/// Variance inflation factor of every column but the intercept, which gets `None`.
///
/// # Formula
/// ```text
/// VIF_j = (R⁻¹)_jj,   R = correlation of the coefficients without the intercept
/// ```
/// 1 for a column that is uncorrelated with the others under the weights of the fit; the square root is the factor on
/// the width of its interval.
///
/// # Shapes and units
/// `covariance` (p, p) of the coefficients, model-based. Without an intercept in the model the factors compare with
/// columns orthogonal about zero and mean little.
///
/// # Errors
/// [`CollinearityError`].
///
/// # Source
/// The definition of R `car::vif` for generalised linear models, by `vcov`, `cov2cor` and `det`.
pub fn variance_inflation(
    covariance: &Array2<f64>,
    intercept: Option<usize>,
) -> Result<Vec<Option<f64>>, CollinearityError> {
    let (columns, correlation) = correlation(covariance, intercept)?;
    let factor = linalg::cholesky(&correlation).map_err(|at| CollinearityError::Singular { column: columns[at] })?;
    let inverse = linalg::inverse(&factor);
    let mut found = vec![None; covariance.nrows()];
    for (k, &column) in columns.iter().enumerate() {
        found[column] = Some(inverse[[k, k]]);
    }
    Ok(found)
}

/// Generalised variance inflation of groups of columns: the levels of a factor, the terms of a spline.
///
/// # Formula
/// ```text
/// GVIF = det R11 · det R22 / det R      R11 within the group, R22 among all other columns, intercept left out
/// ```
/// It does not depend on the base level or on the basis chosen. For one column it is the ordinary factor.
///
/// # Shapes and units
/// `groups`: column indices; they need not cover all columns, and a column may be in several groups.
///
/// # Errors
/// [`CollinearityError`].
///
/// # Source
/// Fox & Monette (1992), JASA 87:178–183. Values: the definition of R `car::vif`, by `vcov`, `cov2cor` and `det`.
pub fn generalised_variance_inflation(
    covariance: &Array2<f64>,
    intercept: Option<usize>,
    groups: &[Vec<usize>],
) -> Result<Vec<GroupInflation>, CollinearityError> {
    let (columns, correlation) = correlation(covariance, intercept)?;
    let log_det = |kept: &[usize]| {
        let part = Array2::from_shape_fn((kept.len(), kept.len()), |(i, j)| correlation[[kept[i], kept[j]]]);
        match linalg::cholesky(&part) {
            Ok(factor) => Ok(linalg::log_det(&factor)),
            Err(at) => Err(CollinearityError::Singular { column: columns[kept[at]] }),
        }
    };
    let all: Vec<usize> = (0..columns.len()).collect();
    let whole = log_det(&all)?;
    let mut found = Vec::with_capacity(groups.len());
    for (group, members) in groups.iter().enumerate() {
        let mut inside = Vec::with_capacity(members.len());
        for &column in members {
            match columns.iter().position(|&c| c == column) {
                _ if column >= covariance.nrows() => {
                    return Err(CollinearityError::UnknownColumn { column, n: covariance.nrows() });
                }
                Some(k) if !inside.contains(&k) => inside.push(k),
                _ => return Err(CollinearityError::NotAllowed { group, column }),
            }
        }
        if inside.is_empty() {
            return Err(CollinearityError::EmptyGroup { group });
        }
        let others: Vec<usize> = all.iter().copied().filter(|k| !inside.contains(k)).collect();
        let log_gvif = log_det(&inside)? + log_det(&others)? - whole;
        let df = inside.len();
        found.push(GroupInflation { gvif: log_gvif.exp(), df, per_df: (log_gvif / (2 * df) as f64).exp() });
    }
    Ok(found)
}

/// Columns but the intercept, and the correlation of their coefficients.
fn correlation(
    covariance: &Array2<f64>,
    intercept: Option<usize>,
) -> Result<(Vec<usize>, Array2<f64>), CollinearityError> {
    let (rows, cols) = covariance.dim();
    if rows != cols {
        return Err(CollinearityError::NotSquare { rows, cols });
    }
    if let Some(column) = intercept.filter(|&k| k >= rows) {
        return Err(CollinearityError::UnknownColumn { column, n: rows });
    }
    let columns: Vec<usize> = (0..rows).filter(|&j| Some(j) != intercept).collect();
    let positive = |j: &usize| covariance[[*j, *j]].is_finite() && covariance[[*j, *j]] > 0.0;
    if let Some(&column) = columns.iter().find(|j| !positive(j)) {
        return Err(CollinearityError::NoVariance { column });
    }
    let unit: Vec<f64> = columns.iter().map(|&j| covariance[[j, j]].sqrt()).collect();
    let correlation = Array2::from_shape_fn((columns.len(), columns.len()), |(i, j)| {
        if i == j { 1.0 } else { covariance[[columns[i], columns[j]]] / (unit[i] * unit[j]) }
    });
    Ok((columns, correlation))
}

#[cfg(test)]
mod tests {
    use super::super::irls::fit_logistic;
    use super::super::laws::{simulate, with_intercept};
    use super::*;

    #[test]
    fn two_columns_by_hand() {
        // Correlation 0.6 between the coefficients: 1 / (1 - 0.36). The intercept's row must not matter.
        let v = ndarray::array![[9.0, 5.0, 5.0], [5.0, 4.0, 1.2], [5.0, 1.2, 1.0]];
        let found = variance_inflation(&v, Some(0)).unwrap();
        assert_eq!(found[0], None);
        assert!((found[1].unwrap() - 1.5625).abs() < 1e-14 && (found[2].unwrap() - 1.5625).abs() < 1e-14);
        let pair = generalised_variance_inflation(&v, Some(0), &[vec![1, 2], vec![2]]).unwrap();
        assert!((pair[0].gvif - 1.0).abs() < 1e-14 && pair[0].df == 2);
        assert!((pair[1].gvif - 1.5625).abs() < 1e-14 && (pair[1].per_df - 1.25).abs() < 1e-14);
        // Alone beside the intercept nothing inflates.
        let one = variance_inflation(&ndarray::array![[9.0, 5.0], [5.0, 4.0]], Some(0)).unwrap();
        assert!((one[1].unwrap() - 1.0).abs() < 1e-15);
    }

    #[test]
    fn the_generalised_factor_ignores_the_basis_and_reduces_to_the_ordinary_one() {
        let mut data = simulate(500, 5, 0.3, 21);
        let inflation = |d: &super::super::laws::Data, groups: &[Vec<usize>]| {
            let fit = fit_logistic(&d.matrix(), &d.y, &with_intercept()).unwrap();
            let plain = variance_inflation(&fit.covariance_model, Some(0)).unwrap();
            (plain, generalised_variance_inflation(&fit.covariance_model, Some(0), groups).unwrap())
        };
        let (plain, grouped) = inflation(&data, &[vec![3, 2], vec![1], vec![4]]);
        for (group, column) in [(1, 1), (2, 4)] {
            assert!((grouped[group].gvif - plain[column].unwrap()).abs() < 1e-12);
        }
        assert!(plain[1].unwrap() > 1.1, "{plain:?}");
        let mixed: Vec<f64> = data.cols[2].iter().zip(&data.cols[3]).map(|(a, b)| 3.0 * a + b).collect();
        data.cols[3] = mixed;
        let (_, again) = inflation(&data, &[vec![2, 3]]);
        assert!((again[0].gvif - grouped[0].gvif).abs() < 1e-11);
    }

    #[test]
    fn what_is_no_covariance_and_no_group_is_refused_by_index() {
        let v = ndarray::array![[9.0, 5.0, 5.0], [5.0, 4.0, 1.2], [5.0, 1.2, 1.0]];
        let refused = |groups: &[Vec<usize>]| generalised_variance_inflation(&v, Some(0), groups).unwrap_err();
        assert_eq!(refused(&[vec![1], vec![]]), CollinearityError::EmptyGroup { group: 1 });
        assert_eq!(refused(&[vec![1, 0]]), CollinearityError::NotAllowed { group: 0, column: 0 });
        assert_eq!(refused(&[vec![1, 1]]), CollinearityError::NotAllowed { group: 0, column: 1 });
        assert_eq!(refused(&[vec![3]]), CollinearityError::UnknownColumn { column: 3, n: 3 });
        assert_eq!(
            variance_inflation(&Array2::zeros((2, 3)), None).unwrap_err(),
            CollinearityError::NotSquare { rows: 2, cols: 3 }
        );
        assert_eq!(
            variance_inflation(&Array2::zeros((2, 2)), Some(0)).unwrap_err(),
            CollinearityError::NoVariance { column: 1 }
        );
        let flat = ndarray::array![[1.0, 1.0], [1.0, 1.0]];
        assert_eq!(variance_inflation(&flat, None).unwrap_err(), CollinearityError::Singular { column: 1 });
        assert_eq!(
            variance_inflation(&flat, Some(5)).unwrap_err(),
            CollinearityError::UnknownColumn { column: 5, n: 2 }
        );
    }
}
