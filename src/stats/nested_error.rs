//! Why two models could not be compared.

use crate::notice::Explain;
use crate::words;
use crate::words::Words;

/// Why there is no test of the added columns.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NestedError {
    /// A penalised fit: its likelihood is not at its maximum, and its score is not zero.
    #[error("no likelihood-ratio or score test from a penalised fit")]
    Penalised,
    /// Two fits under different penalties.
    #[error("the two fits were made under different penalties, so their likelihoods cannot be compared")]
    PenaltiesDiffer,
    /// Two fits under different links: neither model contains the other.
    #[error("the two fits were made under different links, so neither model contains the other")]
    LinksDiffer,
    /// Fits, columns or vectors of different rows.
    #[error("{what}: {found}, the fit has {expected}")]
    NotOfThisFit {
        /// `rows`, `events`, `x columns`, `x rows`, `rows of the added columns`, `weights`, `cluster` or `information`.
        what: &'static str,
        /// In the (smaller) fit.
        expected: usize,
        /// Given.
        found: usize,
    },
    /// Nothing was added.
    #[error("the larger model has {larger} columns, the smaller {smaller}")]
    NotLarger {
        /// Columns of the smaller model.
        smaller: usize,
        /// Columns of the other one.
        larger: usize,
    },
    /// The models are not nested.
    #[error("the larger model fits worse (log-likelihood {larger} after {smaller}): the models are not nested")]
    LargerFitsWorse {
        /// Log-likelihood of the smaller model.
        smaller: f64,
        /// Log-likelihood of the larger one.
        larger: f64,
    },
    /// A column that the model, or the columns added before it, contain already.
    #[error("added column {column} is a combination of columns before it, or its score does not vary")]
    Aliased {
        /// Its index among the added columns.
        column: usize,
    },
    /// As many columns as clusters leave the variance of the score without an inverse.
    #[error("{found} clusters cannot test {columns} columns: more clusters than columns are needed")]
    TooFewClusters {
        /// Clusters with rows.
        found: usize,
        /// Columns added.
        columns: usize,
    },
}

impl Explain for NestedError {
    fn ja(&self) -> String {
        match self {
            Self::Penalised => "罰則付き推定からは尤度比検定もスコア検定も行えません".to_owned(),
            Self::PenaltiesDiffer => "2つの推定の罰則が異なるため、尤度を比較できません".to_owned(),
            Self::LinksDiffer => "2つの推定のリンクが異なり、一方が他方を含みません".to_owned(),
            Self::NotOfThisFit { what, expected, found } => {
                format!("{what}は{found}ですが、推定に使われたのは{expected}です")
            }
            Self::NotLarger { smaller, larger } => {
                format!("大きいはずのモデルの列は{larger}個で、小さいモデルの{smaller}個を上回りません")
            }
            Self::LargerFitsWorse { smaller, larger } => format!(
                "大きいモデルの当てはまりが悪くなっています（対数尤度{smaller}に対して{larger}）。モデルが入れ子になっていません"
            ),
            Self::Aliased { column } => {
                format!("追加した列{column}は前の列の組み合わせであるか、そのスコアが変動しません")
            }
            Self::TooFewClusters { found, columns } => {
                format!("クラスター{found}個では{columns}列を検定できません。列数より多いクラスターが必要です")
            }
        }
    }

    fn help(&self) -> Option<Words> {
        match self {
            Self::Penalised | Self::PenaltiesDiffer => Some(words!(
                en: "refit without a penalty, or report the estimates with their intervals only",
                ja: "罰則なしで推定し直すか、推定値と区間のみを報告してください"
            )),
            Self::LargerFitsWorse { .. } => Some(words!(
                en: "check that both fits use the same rows and weights, and that the larger holds all columns of the smaller",
                ja: "両方の推定が同じ行と重みを使い、大きいモデルが小さいモデルの列をすべて含むことを確認してください"
            )),
            Self::Aliased { .. } => Some(words!(en: "leave the column out", ja: "その列を除外してください")),
            Self::TooFewClusters { .. } => Some(words!(
                en: "test fewer columns at once, or use the model-based test",
                ja: "一度に検定する列を減らすか、モデルに基づく検定を用いてください"
            )),
            _ => None,
        }
    }
}
