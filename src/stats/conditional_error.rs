//! Why a conditional logistic regression has no estimate.

use super::irls_error::Diverging;
use crate::notice::Explain;
use crate::words;
use crate::words::Words;

/// Why there is no conditional fit.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConditionalError {
    /// A vector of the wrong length.
    #[error("{what} has {found} values, expected {expected}")]
    WrongLength {
        /// `y` or `stratum`.
        what: &'static str,
        /// Expected length.
        expected: usize,
        /// Found length.
        found: usize,
    },
    /// A value outside its range.
    #[error("{what}, position {position}: {value} is not allowed")]
    BadInput {
        /// `y`, `tolerance` or `max_iterations`.
        what: &'static str,
        /// Where in the vector.
        position: usize,
        /// The value.
        value: f64,
    },
    /// Nothing to compare within a stratum.
    #[error("none of {n_strata} strata has both outcomes")]
    NoVariation {
        /// Strata with rows.
        n_strata: usize,
    },
    /// Columns that do not vary within any stratum that has both outcomes.
    #[error("columns {columns:?} are constant within every stratum that has both outcomes")]
    ConstantWithin {
        /// Their indices.
        columns: Vec<usize>,
    },
    /// Columns that are combinations of the others within the strata.
    #[error("within strata, columns {columns:?} are combinations of the other columns")]
    Singular {
        /// Their indices.
        columns: Vec<usize>,
    },
    /// No finite maximum of the conditional likelihood.
    #[error(
        "separation within strata: the coefficients of columns {:?} have no finite estimate (the events rank first in \
         all strata, strictly in {strata})",
        .columns.iter().map(|c| c.column).collect::<Vec<_>>()
    )]
    Separation {
        /// Columns whose coefficients run off, with the direction.
        columns: Vec<Diverging>,
        /// Strata in which some event is ranked above some non-event.
        strata: usize,
    },
    /// The iteration did not arrive.
    #[error("no convergence after {iterations} steps: {decrement:.1e} standard errors from the optimum")]
    NotConverged {
        /// Steps taken.
        iterations: usize,
        /// Newton decrement at the last point.
        decrement: f64,
    },
}

impl Explain for ConditionalError {
    fn ja(&self) -> String {
        match self {
            Self::WrongLength { what, expected, found } => {
                format!("{what}の値は{found}個ですが、{expected}個必要です")
            }
            Self::BadInput { what, position, value } => {
                format!("{what}の位置{position}の値{value}は使用できません")
            }
            Self::NoVariation { n_strata } => {
                format!("{n_strata}個の層のどれにも両方の結果が含まれていません")
            }
            Self::ConstantWithin { columns } => {
                format!("列{columns:?}は、両方の結果を含むどの層の中でも一定です")
            }
            Self::Singular { columns } => format!("層の中では、列{columns:?}は他の列の組み合わせで表されます"),
            Self::Separation { columns, strata } => {
                let columns: Vec<usize> = columns.iter().map(|c| c.column).collect();
                format!(
                    "層内の分離：列{columns:?}の係数は有限の値に定まりません（すべての層でイベントが上位に並び、うち{strata}層では厳密に上位です）"
                )
            }
            Self::NotConverged { iterations, decrement } => {
                format!("{iterations}回の反復で収束しませんでした（最適点まで標準誤差の{decrement:.1e}倍）")
            }
        }
    }

    fn help(&self) -> Option<Words> {
        match self {
            Self::NoVariation { .. } => Some(words!(
                en: "use larger strata, or a longer period, until some hold both outcomes",
                ja: "両方の結果を含む層ができるように、層または期間を広げてください"
            )),
            Self::ConstantWithin { .. } => Some(words!(
                en: "drop the columns: what does not change within a stratum cannot be told from the stratum itself",
                ja: "該当する列を除外してください。層の中で変化しないものは、層そのものの効果と区別できません"
            )),
            Self::Singular { .. } => Some(words!(en: "drop the columns named", ja: "該当する列を除外してください")),
            Self::Separation { .. } => Some(words!(
                en: "check whether the column is a consequence of the outcome; otherwise drop it or merge levels",
                ja: "その列が結果から生じたものでないか確認し、そうでなければ除外するか水準を統合してください"
            )),
            Self::NotConverged { .. } => Some(words!(
                en: "allow more steps, or drop columns that nearly repeat each other",
                ja: "反復回数の上限を上げるか、ほぼ重複する列を除外してください"
            )),
            _ => None,
        }
    }
}
