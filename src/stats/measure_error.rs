//! Why a prediction could not be measured.

use crate::notice::Explain;
use crate::words;
use crate::words::Words;

/// Why there is no measure.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MeasureError {
    /// No row counts.
    #[error("nothing to measure: no row has a positive weight")]
    Nothing,
    /// Vectors of different length.
    #[error("`{what}` has {found} values for {rows} rows")]
    WrongLength {
        /// Name of the argument.
        what: &'static str,
        /// Values found.
        found: usize,
        /// Rows.
        rows: usize,
    },
    /// A value that is not a number.
    #[error("row {row}: the value is not a finite number")]
    NotFinite {
        /// Row.
        row: usize,
    },
    /// A prediction outside 0 to 1.
    #[error("row {row}: the prediction {value} is not a probability")]
    NotProbability {
        /// Row.
        row: usize,
        /// Found.
        value: f64,
    },
    /// An outcome other than 0 and 1.
    #[error("row {row}: the outcome {value} is neither 0 nor 1")]
    NotOutcome {
        /// Row.
        row: usize,
        /// Found.
        value: f64,
    },
    /// A weight that is negative, infinite or not a number.
    #[error("row {row}: the weight {value} is not a finite number of at least 0")]
    BadWeight {
        /// Row.
        row: usize,
        /// Found.
        value: f64,
    },
    /// Nothing to tell apart.
    #[error("ranking needs events and non-events of positive weight: {n_events} events in {n_rows} rows")]
    OneClass {
        /// Events of positive weight.
        n_events: usize,
        /// Rows of positive weight.
        n_rows: usize,
    },
    /// Nothing to find.
    #[error("nothing to find: there is no event of positive weight in {n_rows} rows")]
    NoEvents {
        /// Rows.
        n_rows: usize,
    },
    /// Only rows of weight 0 would be selected.
    #[error("the rows selected all have weight 0")]
    NothingSelected,
    /// No such top.
    #[error("the top {k} of {n_rows} rows does not exist")]
    BadTop {
        /// Asked for.
        k: usize,
        /// Rows.
        n_rows: usize,
    },
    /// A share that selects nothing or more than everything.
    #[error("the share {share} is not above 0 and at most 1")]
    BadShare {
        /// Asked for.
        share: f64,
    },
    /// A threshold at which costs and benefits have no ratio.
    #[error("the threshold {threshold} is not between 0 and 1")]
    BadThreshold {
        /// Asked for.
        threshold: f64,
    },
    /// A smoother without neighbourhood or without grid.
    #[error(
        "a smoother needs a span above 0 and at most 1 and two grid points or more: span {span}, {n_grid} grid points"
    )]
    BadSmoother {
        /// Asked for.
        span: f64,
        /// Asked for.
        n_grid: usize,
    },
    /// Every draw failed, or the measure itself.
    #[error("no optimism: {n_failed} of {n_draws} draws have no measure, or the measure on all rows is missing")]
    NoDraws {
        /// Draws.
        n_draws: usize,
        /// Those without a number.
        n_failed: usize,
    },
}

impl Explain for MeasureError {
    fn ja(&self) -> String {
        match self {
            Self::Nothing => "測定対象がありません（重みが正の行がありません）".to_owned(),
            Self::WrongLength { what, found, rows } => format!("{rows}行に対して`{what}`の値が{found}個あります"),
            Self::NotFinite { row } => format!("行{row}の値が有限の数値ではありません"),
            Self::NotProbability { row, value } => format!("行{row}の予測値{value}は確率ではありません"),
            Self::NotOutcome { row, value } => format!("行{row}の結果{value}は0でも1でもありません"),
            Self::BadWeight { row, value } => format!("行{row}の重み{value}は0以上の有限の数値ではありません"),
            Self::OneClass { n_events, n_rows } => {
                format!("順位付けには、重みが正のイベントあり・なしの行が両方必要です（{n_rows}行中{n_events}件）")
            }
            Self::NoEvents { n_rows } => format!("{n_rows}行に重みが正のイベントが1件もありません"),
            Self::NothingSelected => "選ばれた行の重みがすべて0です".to_owned(),
            Self::BadTop { k, n_rows } => format!("{n_rows}行の中から上位{k}行を選ぶことはできません"),
            Self::BadShare { share } => format!("割合{share}は0より大きく1以下でなければなりません"),
            Self::BadThreshold { threshold } => format!("しきい値{threshold}は0と1の間でなければなりません"),
            Self::BadSmoother { span, n_grid } => {
                format!("平滑化には0より大きく1以下のスパンと2点以上の格子が必要です（スパン{span}、格子{n_grid}点）")
            }
            Self::NoDraws { n_draws, n_failed } => format!(
                "楽観度を計算できません（{n_draws}回の抽出のうち{n_failed}回で評価指標がないか、全行での評価指標がありません）"
            ),
        }
    }

    fn place(&self) -> Option<Words> {
        match self {
            Self::NotFinite { row }
            | Self::NotProbability { row, .. }
            | Self::NotOutcome { row, .. }
            | Self::BadWeight { row, .. } => Some(words!(en: "row {row}", ja: "行{row}")),
            _ => None,
        }
    }

    fn help(&self) -> Option<Words> {
        match self {
            Self::BadWeight { .. } => Some(words!(
                en: "give every row a weight of at least 0, for example its revenue, or measure without weights",
                ja: "すべての行に0以上の重み（売上など）を与えるか、重みなしで測定してください",
            )),
            Self::OneClass { .. } | Self::NoEvents { .. } => Some(words!(
                en: "measure on a longer period, so that there are rows of both outcomes",
                ja: "両方の結果の行が含まれるよう、より長い期間で測定してください",
            )),
            Self::NothingSelected => Some(words!(
                en: "select more rows, or measure without weights",
                ja: "選ぶ行を増やすか、重みなしで測定してください",
            )),
            Self::BadTop { .. } => Some(words!(
                en: "ask for one row or more, and for no more rows than there are",
                ja: "1行以上、行数以下の値を指定してください",
            )),
            _ => None,
        }
    }
}
