//! Columns borrowed where they lie.

use crate::notice::Explain;
use crate::words;
use crate::words::Words;

/// A design of n rows by p columns whose columns stay where the caller keeps them.
#[derive(Debug, Clone)]
pub struct Matrix<'a> {
    cols: Vec<&'a [f64]>,
    n_rows: usize,
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
            if let Some(row) = col.iter().position(|v| !v.is_finite()) {
                return Err(MatrixError::NotFinite { column, row });
            }
        }
        Ok(Self { cols, n_rows })
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
        self.cols.get(j).copied().unwrap_or(&[])
    }

    /// The columns named, in that order; indices that do not exist are left out.
    #[must_use]
    pub fn select(&self, columns: &[usize]) -> Self {
        Self { cols: columns.iter().filter_map(|&j| self.cols.get(j).copied()).collect(), n_rows: self.n_rows }
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
