//! Why a logistic regression has no estimate.

use crate::notice::Explain;
use crate::words;
use crate::words::Words;

/// A column whose coefficient runs off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Diverging {
    /// Index of the column.
    pub column: usize,
    /// Towards plus infinity; otherwise minus infinity.
    pub upward: bool,
}

/// Why there is no fit.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum IrlsError {
    /// Nothing to tell apart.
    #[error("all {n_rows} rows have the same outcome ({})", if *.events { "event" } else { "no event" })]
    OneClass {
        /// Rows of positive weight.
        n_rows: usize,
        /// Every row is an event; otherwise none is.
        events: bool,
    },
    /// Columns that are combinations of the others.
    #[error("columns {columns:?} are combinations of the other columns")]
    Singular {
        /// Their indices.
        columns: Vec<usize>,
    },
    /// No finite maximum of the likelihood.
    #[error(
        "{} separation: the coefficients of columns {:?} have no finite estimate ({} rows are predicted with certainty)",
        if *.complete { "complete" } else { "quasi-complete" },
        .columns.iter().map(|c| c.column).collect::<Vec<_>>(),
        .rows.len()
    )]
    Separation {
        /// Columns whose coefficients run off, with the direction.
        columns: Vec<Diverging>,
        /// Rows whose fitted probability tends to 0 or 1.
        rows: Vec<usize>,
        /// Every row is among them.
        complete: bool,
    },
    /// The iteration did not arrive.
    #[error("no convergence after {iterations} steps: {decrement:.1e} standard errors from the optimum")]
    NotConverged {
        /// Steps taken.
        iterations: usize,
        /// Newton decrement at the last point.
        decrement: f64,
    },
    /// Firth's penalty is implemented for the logit link alone.
    #[error("Firth's penalty needs the logit link")]
    FirthNeedsLogit,
    /// A vector of the wrong length.
    #[error("{what} has {found} values, expected {expected}")]
    WrongLength {
        /// `y`, `offset`, `weights` or `start`.
        what: &'static str,
        /// Expected length.
        expected: usize,
        /// Found length.
        found: usize,
    },
    /// A value outside its range.
    #[error("{what}, position {position}: {value} is not allowed")]
    BadInput {
        /// `y`, `offset`, `weights`, `start`, `intercept`, `ridge`, `tolerance` or `max_iterations`.
        what: &'static str,
        /// Where in the vector.
        position: usize,
        /// The value.
        value: f64,
    },
}

impl Explain for IrlsError {
    fn ja(&self) -> String {
        match self {
            Self::OneClass { n_rows, events: true } => format!("{n_rows}行すべてでイベントが発生しています"),
            Self::OneClass { n_rows, events: false } => format!("{n_rows}行のどれにもイベントが発生していません"),
            Self::Singular { columns } => format!("列{columns:?}は他の列の組み合わせで表されます"),
            Self::Separation { columns, rows, complete } => {
                let kind = if *complete { "完全分離" } else { "準完全分離" };
                let columns: Vec<usize> = columns.iter().map(|c| c.column).collect();
                format!("{kind}：列{columns:?}の係数は有限の値に定まりません（{}行が確実に予測されます）", rows.len())
            }
            Self::NotConverged { iterations, decrement } => {
                format!("{iterations}回の反復で収束しませんでした（最適点まで標準誤差の{decrement:.1e}倍）")
            }
            Self::FirthNeedsLogit => "Firth法はロジットリンクでのみ使えます".to_owned(),
            Self::WrongLength { what, expected, found } => {
                format!("{what}の値は{found}個ですが、{expected}個必要です")
            }
            Self::BadInput { what, position, value } => {
                format!("{what}の位置{position}の値{value}は使用できません")
            }
        }
    }

    fn help(&self) -> Option<Words> {
        match self {
            Self::OneClass { .. } => Some(words!(
                en: "widen the period or the group until both outcomes occur",
                ja: "両方の結果が含まれるように、期間または対象を広げてください"
            )),
            Self::Singular { .. } => Some(words!(en: "drop the columns named", ja: "該当する列を除外してください")),
            Self::Separation { .. } => Some(words!(
                en: "check whether the column is a consequence of the outcome; otherwise merge levels or use the Firth penalty",
                ja: "その列が結果から生じたものでないか確認し、そうでなければ水準を統合するかFirth法を用いてください"
            )),
            Self::NotConverged { .. } => Some(words!(
                en: "allow more steps, or drop columns that nearly repeat each other",
                ja: "反復回数の上限を上げるか、ほぼ重複する列を除外してください"
            )),
            _ => None,
        }
    }
}
