//! Why the sample size of a model could not be stated.

use crate::notice::Explain;
use crate::words;
use crate::words::Words;

/// Why there is no sample size.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SampleSizeError {
    /// Nothing is estimated.
    #[error("a model without candidate parameters needs no rows")]
    NoParameters,
    /// A share of events at which there is nothing to predict.
    #[error("the share of events {rate} is not between 0 and 1")]
    BadRate {
        /// Given.
        rate: f64,
    },
    /// An R² that no model of this outcome can have.
    #[error("Cox and Snell's R² of {r2_cs} is not between 0 and {max:.4}, its maximum at this share of events")]
    BadR2 {
        /// Given, or what the given number comes to.
        r2_cs: f64,
        /// Largest possible.
        max: f64,
    },
    /// An area that no informative model has.
    #[error("the anticipated area under the curve {auc} is not above 0.5 and below 1")]
    BadAuc {
        /// Given.
        auc: f64,
    },
    /// A limit of one of the criteria.
    #[error("the limit `{limit}` of {value} is not between 0 and 1")]
    BadLimit {
        /// Its name.
        limit: &'static str,
        /// Given.
        value: f64,
    },
    /// More shrinkage than the R² allows.
    #[error("a shrinkage factor of {shrinkage} is not above Cox and Snell's R² of {r2_cs}")]
    ShrinkageBelowR2 {
        /// Given.
        shrinkage: f64,
        /// Anticipated.
        r2_cs: f64,
    },
}

impl Explain for SampleSizeError {
    fn ja(&self) -> String {
        match self {
            Self::NoParameters => "候補となるパラメータのないモデルに必要な行数はありません".to_owned(),
            Self::BadRate { rate } => format!("イベントの割合{rate}は0と1の間でなければなりません"),
            Self::BadR2 { r2_cs, max } => {
                format!("Cox–SnellのR²の値{r2_cs}は、このイベント割合での上限{max:.4}と0の間でなければなりません")
            }
            Self::BadAuc { auc } => format!("想定するAUCの値{auc}は0.5より大きく1より小さくなければなりません"),
            Self::BadLimit { limit, value } => format!("基準値`{limit}`の値{value}は0と1の間でなければなりません"),
            Self::ShrinkageBelowR2 { shrinkage, r2_cs } => {
                format!("縮小係数{shrinkage}は、Cox–SnellのR²（{r2_cs}）より大きくなければなりません")
            }
        }
    }

    fn help(&self) -> Option<Words> {
        match self {
            Self::BadR2 { .. } | Self::BadAuc { .. } => Some(words!(
                en: "use the figure of an earlier model, or 15 % of the maximum R² where nothing is known",
                ja: "過去のモデルの値を使うか、情報がない場合は上限の15%のR²を使ってください",
            )),
            Self::ShrinkageBelowR2 { .. } => Some(words!(
                en: "ask for a shrinkage factor of 0.9 or more",
                ja: "縮小係数は0.9以上にしてください",
            )),
            _ => None,
        }
    }
}
