//! Why `init` wrote no study file.

use std::path::PathBuf;

use crate::cli::target::TargetError;
use crate::ingest::IngestError;
use crate::notice::Explain;
use crate::study::propose::ProposeError;
use crate::words;
use crate::words::Words;

/// Why no study file was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InitError {
    /// The table cannot be read.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// The table does not show what the study is about.
    #[error("{error}")]
    Propose {
        /// What is missing.
        error: ProposeError,
        /// The table.
        table: String,
    },
    /// The study file is there already.
    #[error("`{}` exists already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The same table twice.
    #[error("`{}` is named twice", path.display())]
    Twice {
        /// The table.
        path: PathBuf,
    },
    /// A path that TOML cannot hold.
    #[error("the path `{}` is not valid Unicode", path.display())]
    NotUnicode {
        /// The path.
        path: PathBuf,
    },
    /// The study file cannot be written.
    #[error(transparent)]
    Target(#[from] TargetError),
}

impl Explain for InitError {
    fn ja(&self) -> String {
        match self {
            Self::Ingest(error) => error.ja(),
            Self::Propose { error, .. } => error.ja(),
            Self::Exists { path } => format!("「{}」はすでに存在します", path.display()),
            Self::Twice { path } => format!("「{}」が二度指定されています", path.display()),
            Self::NotUnicode { path } => format!("パス「{}」は Unicode として読めません", path.display()),
            Self::Target(error) => error.ja(),
        }
    }

    fn place(&self) -> Option<Words> {
        match self {
            Self::Ingest(error) => error.place(),
            Self::Target(error) => error.place(),
            Self::Propose { error, table } => Some(match error.place() {
                Some(Words { en, ja }) => words!(en: "{table}, {en}", ja: "{table} {ja}"),
                None => Words::same(table),
            }),
            _ => None,
        }
    }

    fn help(&self) -> Option<Words> {
        match self {
            Self::Ingest(error) => error.help(),
            Self::Propose { error, .. } => error.help(),
            Self::Exists { .. } => Some(words!(
                en: "choose another file with `--out`, or overwrite it with `--force`",
                ja: "`--out` で別のファイルを指定するか、`--force` で上書きしてください",
            )),
            Self::Twice { .. } => Some(words!(
                en: "name each table once: one alone for a panel or a snapshot, or accounts, contracts and events",
                ja: "表は一度ずつ指定してください。パネルかスナップショットなら1つだけ、元の表なら顧客・契約・イベントの各表です",
            )),
            Self::NotUnicode { .. } => {
                Some(words!(en: "rename the file or its folder", ja: "ファイルまたはフォルダーの名前を変えてください"))
            }
            Self::Target(error) => error.help(),
        }
    }
}
