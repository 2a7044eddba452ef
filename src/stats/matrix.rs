//! Columns borrowed where they lie.

use rayon::prelude::*;

use super::frame::centre_and_norm;
use crate::notice::Explain;
use crate::words;
use crate::words::Words;

/// A design of n rows by p columns whose columns stay where the caller keeps them.
///
/// What is known of a column (that it is finite, where its centre is, how far it spreads) is found once and shared by all
/// selections, so that many models on one pool of columns do not look for it again.
#[derive(Debug, Clone)]
pub struct Matrix<'a> {
    cols: Vec<Column<'a>>,
    n_rows: usize,
}

#[derive(Debug, Clone, Copy)]
struct Column<'a> {
    values: &'a [f64],
    /// Centre and root sum of squares about it.
    spread: (f64, f64),
}

impl<'a> Column<'a> {
    fn new(column: usize, values: &'a [f64]) -> Result<Self, MatrixError> {
        let spread = centre_and_norm(values, true);
        // Sums over a value that is not finite are not finite either: the search is for those, and for an overflow.
        if !(spread.0.is_finite() && spread.1.is_finite())
            && let Some(row) = values.iter().position(|v| !v.is_finite())
        {
            return Err(MatrixError::NotFinite { column, row });
        }
        Ok(Self { values, spread })
    }
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
                ja: "推定の前に欠測値を補完または除外し、除外した行を記録してください"
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
        }
        let examined: Vec<Result<Column<'a>, MatrixError>> =
            cols.into_par_iter().enumerate().map(|(column, values)| Column::new(column, values)).collect();
        Ok(Self { cols: examined.into_iter().collect::<Result<_, _>>()?, n_rows })
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

    /// Centre of column `j` and root sum of squares about it.
    pub(crate) fn spread(&self, j: usize) -> (f64, f64) {
        self.cols.get(j).map_or((0.0, 0.0), |c| c.spread)
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
    fn values_that_are_no_numbers_are_found_among_any_others() {
        for others in [0.0, 1.0, 1e300, -1e-300] {
            for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                let mut col = vec![others; 100];
                col[77] = bad;
                assert_eq!(Matrix::new(vec![&col]).unwrap_err(), MatrixError::NotFinite { column: 0, row: 77 });
            }
        }
        let all = [f64::NAN; 3];
        assert_eq!(Matrix::new(vec![&all]).unwrap_err(), MatrixError::NotFinite { column: 0, row: 0 });
        assert!(Matrix::new(vec![&[1e300, -1e300, 0.0]]).is_ok());
    }

    #[test]
    fn selection_keeps_order_and_rows() {
        let (a, b) = ([1.0, 2.0], [3.0, 4.0]);
        let m = Matrix::new(vec![&a, &b]).unwrap().select(&[1, 0]);
        assert_eq!((m.n_rows(), m.n_cols(), m.col(0)), (2, 2, &b[..]));
    }
}
