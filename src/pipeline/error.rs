//! Why a run cannot be done.

use crate::design::DesignError;
use crate::hazard::HazardError;
use crate::health::ScoreModelError;
use crate::ingest::IngestError;
use crate::notice::Explain;
use crate::panel::PanelError;
use crate::words;
use crate::words::Words;

/// Why a run cannot be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// The panel cannot be built.
    #[error(transparent)]
    Panel(#[from] PanelError),
    /// The columns of the model cannot be made.
    #[error(transparent)]
    Design(#[from] DesignError),
    /// The model cannot be fitted.
    #[error(transparent)]
    Hazard(#[from] HazardError),
    /// The score cannot be fitted.
    #[error(transparent)]
    Score(#[from] ScoreModelError),
    /// Raw tables were given to a study of one table.
    #[error("the study names no raw tables")]
    NoTables,
    /// The study names columns that the table does not have.
    #[error("{} of the study's columns are not in the table: {}", .missing.len(), list(.missing))]
    Columns {
        /// Column, what it is needed for, the nearest column.
        missing: Vec<(String, String, Option<String>)>,
        /// Table.
        table: String,
    },
    /// Columns do not hold what they are needed for.
    #[error("{}", .problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Refused {
        /// One problem per column.
        problems: Vec<IngestError>,
    },
    /// The weights contradict themselves.
    #[error("the weights cannot be written: {0}")]
    Weights(#[from] fuellamp_score::WeightsError),
}

fn list(missing: &[(String, String, Option<String>)]) -> String {
    let name = |(column, role, near): &(String, String, Option<String>)| match near {
        Some(near) => format!("`{column}` ({role}; did you mean `{near}`?)"),
        None => format!("`{column}` ({role})"),
    };
    missing.iter().map(name).collect::<Vec<_>>().join(", ")
}

impl Explain for PipelineError {
    fn ja(&self) -> String {
        match self {
            Self::Panel(e) => e.ja(),
            Self::Design(e) => e.ja(),
            Self::Hazard(e) => e.ja(),
            Self::Score(e) => e.ja(),
            Self::Refused { problems } => problems.iter().map(Explain::ja).collect::<Vec<_>>().join("、"),
            Self::NoTables => "この調査には[tables]がありません".to_owned(),
            Self::Columns { missing, .. } => {
                let name = |(column, role, near): &(String, String, Option<String>)| match near {
                    Some(near) => format!("`{column}`（{role}。`{near}`のことですか）"),
                    None => format!("`{column}`（{role}）"),
                };
                let names = missing.iter().map(name).collect::<Vec<_>>().join("、");
                format!("調査ファイルの列のうち{}個が表にありません：{names}", missing.len())
            }
            Self::Weights(e) => format!("重みを書き出せません：{}", e.ja()),
        }
    }

    fn parts(&self) -> Option<Vec<&dyn Explain>> {
        match self {
            Self::Panel(e) => e.parts(),
            Self::Refused { problems } => Some(problems.iter().map(|problem| problem as &dyn Explain).collect()),
            _ => None,
        }
    }

    fn place(&self) -> Option<Words> {
        match self {
            Self::Panel(e) => e.place(),
            Self::Design(e) => e.place(),
            Self::Hazard(e) => e.place(),
            Self::Score(e) => e.place(),
            Self::Columns { table, .. } => Some(Words::same(table.clone())),
            Self::Refused { .. } | Self::NoTables | Self::Weights(_) => None,
        }
    }

    fn help(&self) -> Option<Words> {
        match self {
            Self::Panel(e) => e.help(),
            Self::Design(e) => e.help(),
            Self::Hazard(e) => e.help(),
            Self::Score(e) => e.help(),
            Self::Columns { .. } => Some(words!(
                en: "correct the names in the study file, or the header of the table",
                ja: "調査ファイルの列名か、表の見出しを直してください",
            )),
            Self::Refused { problems } => problems.first().and_then(Explain::help),
            Self::NoTables | Self::Weights(_) => None,
        }
    }
}
