//! Why a hazard cannot be fitted, by the names of terms.

use crate::notice::Explain;
use crate::stats::covariance::CovarianceError;
use crate::stats::irls::IrlsError;
use crate::stats::matrix::MatrixError;
use crate::units::TermName;
use crate::words;
use crate::words::Words;

/// Why a hazard cannot be fitted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HazardError {
    /// Nobody left, or everybody.
    #[error("{} of {n_rows} rows end in the event: there is nothing to compare", if *.events { "all" } else { "none" })]
    OneClass {
        /// Rows.
        n_rows: usize,
        /// Every row is an event.
        events: bool,
    },
    /// Terms without a finite estimate.
    #[error("{} no finite estimate ({} separation)", name_terms(.terms), if *.complete { "complete" } else { "quasi-complete" })]
    Separation {
        /// The terms and whether their coefficient runs to plus infinity.
        terms: Vec<(TermName, bool)>,
        /// Rows predicted with certainty.
        rows: usize,
        /// All rows.
        n_rows: usize,
        /// Every row is predicted with certainty.
        complete: bool,
    },
    /// The solver failed otherwise.
    #[error("{source}")]
    Solver {
        /// What the solver said.
        source: IrlsError,
    },
    /// A column is not finite or of another length.
    #[error("{0}")]
    Matrix(#[from] MatrixError),
    /// No clustered covariance.
    #[error("{0}")]
    Covariance(#[from] CovarianceError),
    /// Two solvers disagree.
    #[error("two independent solvers disagree on `{term}` by {difference:.1e}, more than {tolerance:.0e}")]
    Disagreement {
        /// Term with the largest difference.
        term: TermName,
        /// The difference in log-odds per standard deviation.
        difference: f64,
        /// Largest difference allowed.
        tolerance: f64,
    },
    /// A setting is out of its range.
    #[error("{name} is {value}; it must be {limit}")]
    Setting {
        /// Setting.
        name: &'static str,
        /// Value.
        value: f64,
        /// What is allowed.
        limit: &'static str,
    },
    /// linfa refused the data.
    #[error("{0}")]
    Linfa(#[from] linfa::error::Error),
}

fn name_terms(terms: &[(TermName, bool)]) -> String {
    let names: Vec<String> = terms.iter().map(|(term, _)| format!("`{term}`")).collect();
    match names.as_slice() {
        [one] => format!("term {one} has"),
        _ => format!("terms {} have", names.join(", ")),
    }
}

impl Explain for HazardError {
    fn ja(&self) -> String {
        match self {
            Self::OneClass { n_rows, events: true } => {
                format!("{n_rows}行すべてが離反しており、比べる相手がいません")
            }
            Self::OneClass { n_rows, events: false } => format!("{n_rows}行のどれも離反しておらず、学べません"),
            Self::Separation { terms, complete, .. } => {
                let names: Vec<String> = terms.iter().map(|(term, _)| format!("`{term}`")).collect();
                let kind = if *complete { "完全分離" } else { "準完全分離" };
                format!("項{}の推定値が有限に定まりません（{kind}）", names.join("、"))
            }
            Self::Solver { source } => source.ja(),
            Self::Matrix(error) => error.ja(),
            Self::Covariance(error) => error.ja(),
            Self::Disagreement { term, difference, tolerance } => {
                format!("独立した二つの解法が`{term}`で{difference:.1e}食い違います（許容{tolerance:.0e}）")
            }
            Self::Setting { name, value, limit } => format!("{name}は{value}です（許される値：{limit}）"),
            Self::Linfa(error) => error.to_string(),
        }
    }

    fn place(&self) -> Option<Words> {
        match self {
            Self::Separation { rows, n_rows, .. } => Some(words!(
                en: "hazard fit on {n_rows} rows, {rows} of them predicted with certainty",
                ja: "{n_rows}行のハザード推定（うち{rows}行が確実に予測されます）",
            )),
            _ => None,
        }
    }

    fn help(&self) -> Option<Words> {
        match self {
            Self::OneClass { .. } => Some(words!(
                en: "check the outcome column and, if it is text, say which value means left with `positive`",
                ja: "結果の列を確認し、文字列なら離反を表す値を`positive`で指定してください",
            )),
            Self::Separation { .. } => Some(words!(
                en: "check whether the term is a consequence of the event; otherwise merge levels or request a penalised fit (--penalty firth)",
                ja: "その項が離反の結果でないか確認してください。そうでなければ水準をまとめるか、罰則付き推定（--penalty firth）を使ってください",
            )),
            Self::Solver { source } => source.help(),
            Self::Covariance(CovarianceError::TooFewClusters { .. }) => Some(words!(
                en: "clustered standard errors need at least two accounts, and two-way ones two periods too: use --se model or --se cluster",
                ja: "クラスター頑健な標準誤差には2件以上の顧客が、二方向ではさらに2つ以上の期が必要です。--se modelか--se clusterを使ってください",
            )),
            Self::Disagreement { .. } => Some(words!(
                en: "this is a defect of the program or of extreme data: please report it, with the study file",
                ja: "プログラムの欠陥か極端なデータが原因です。調査ファイルを添えて報告してください",
            )),
            _ => None,
        }
    }
}
