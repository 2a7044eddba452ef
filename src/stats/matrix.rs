//! Columns borrowed where they lie.

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::frame::centre_and_norm;
use crate::notice::Explain;
use crate::words;
use crate::words::Words;

/// Values checked together for being finite.
const FINITE_CHECK: usize = 4096;

/// A design of n rows by p columns whose columns stay where the caller keeps them.
///
/// What is known of a column (that it is finite, where its centre is, how far it spreads) is found once and shared by all
/// selections, so that many models on one pool of columns do not look for it again.
#[derive(Debug, Clone)]
pub struct Matrix<'a> {
    cols: Vec<Column<'a>>,
    n_rows: usize,
}

#[derive(Debug, Clone)]
struct Column<'a> {
    values: &'a [f64],
    /// Centre and root sum of squares about it.
    spread: Arc<OnceLock<(f64, f64)>>,
}

/// Why columns are no design matrix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MatrixError {
    /// Nothing was given.
    #[error("a design needs at least one column")]
    NoColumns,
    /// Columns of different length.
    #[error("column {column} has {found} rows, column 0 has {expected}")]
    UnequalLengths {
        /// Index of the first column that differs.
        column: usize,
        /// Rows of column 0.
        expected: usize,
        /// Rows of that column.
        found: usize,
    },
    /// A missing or infinite value.
    #[error("column {column}, row {row}: the value is not finite")]
    NotFinite {
        /// Index of the column.
        column: usize,
        /// Index of the first such row.
        row: usize,
    },
}

impl Explain for MatrixError {
    fn ja(&self) -> String {
        match self {
            Self::NoColumns => "計画行列には少なくとも1列が必要です".to_owned(),
            Self::UnequalLengths { column, expected, found } => {
                format!("列{column}は{found}行ですが、列0は{expected}行です")
            }
            Self::NotFinite { column, row } => format!("列{column}、行{row}の値が有限の数ではありません"),
        }
    }

    fn help(&self) -> Option<Words> {
        match self {
            Self::NotFinite { .. } => Some(words!(
                en: "fill or drop missing values before the fit, and record which rows were dropped",
                ja: "推定の前に欠損値を補完または除外し、除外した行を記録してください"
            )),
            _ => None,
        }
    }
}

/// Zero times a value is zero unless it is not finite; adding up vectorises, searching does not.
fn all_finite(values: &[f64]) -> bool {
    let mut sums = [0.0; 8];
    let (eights, rest) = values.as_chunks::<8>();
    for eight in eights {
        for (sum, v) in sums.iter_mut().zip(eight) {
            *sum += v * 0.0;
        }
    }
    sums.iter().chain(rest).all(|v| v.is_finite())
}

impl<'a> Matrix<'a> {
    /// Checks equal lengths and finite values.
    ///
    /// # Errors
    /// [`MatrixError`], naming the first column (and row) at fault.
    pub fn new(cols: Vec<&'a [f64]>) -> Result<Self, MatrixError> {
        let n_rows = cols.first().ok_or(MatrixError::NoColumns)?.len();
        for (column, col) in cols.iter().enumerate() {
            if col.len() != n_rows {
                return Err(MatrixError::UnequalLengths { column, expected: n_rows, found: col.len() });
            }
        }
        let bad = |(column, col): (usize, &&[f64])| {
            let clean = col.chunks(FINITE_CHECK).all(all_finite);
            let row = if clean { None } else { col.iter().position(|v| !v.is_finite()) };
            row.map(|row| MatrixError::NotFinite { column, row })
        };
        match cols.par_iter().enumerate().find_map_first(bad) {
            Some(error) => Err(error),
            None => {
                let known = |values| Column { values, spread: Arc::default() };
                Ok(Self { cols: cols.into_iter().map(known).collect(), n_rows })
            }
        }
    }

    /// n.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// p.
    #[must_use]
    pub fn n_cols(&self) -> usize {
        self.cols.len()
    }

    /// Column `j`; empty if there is none.
    #[must_use]
    pub fn col(&self, j: usize) -> &'a [f64] {
        self.cols.get(j).map_or(&[], |column| column.values)
    }

    /// Centre of column `j` and root sum of squares about it, found at the first call.
    pub(crate) fn spread(&self, j: usize) -> (f64, f64) {
        self.cols.get(j).map_or((0.0, 0.0), |c| *c.spread.get_or_init(|| centre_and_norm(c.values, true)))
    }

    /// The columns named, in that order; indices that do not exist are left out.
    #[must_use]
    pub fn select(&self, columns: &[usize]) -> Self {
        Self { cols: columns.iter().filter_map(|&j| self.cols.get(j).cloned()).collect(), n_rows: self.n_rows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unequal_lengths_and_missing_values_are_named() {
        let (a, b) = ([1.0, 2.0], [1.0]);
        assert_eq!(
            Matrix::new(vec![&a, &b]).unwrap_err(),
            MatrixError::UnequalLengths { column: 1, expected: 2, found: 1 }
        );
        let c = [1.0, f64::NAN];
        assert_eq!(Matrix::new(vec![&a, &c]).unwrap_err(), MatrixError::NotFinite { column: 1, row: 1 });
        assert_eq!(Matrix::new(vec![]).unwrap_err(), MatrixError::NoColumns);
    }

    #[test]
    fn selection_keeps_order_and_rows() {
        let (a, b) = ([1.0, 2.0], [3.0, 4.0]);
        let m = Matrix::new(vec![&a, &b]).unwrap().select(&[1, 0]);
        assert_eq!((m.n_rows(), m.n_cols(), m.col(0)), (2, 2, &b[..]));
    }
}
