//! Why a weights file cannot be used, in both languages. The scoring crate itself speaks English.

use fuellamp_score::{Difference, ParityFailure, SCHEMA_VERSION, ScoreError, ValueError, WeightsError};

use crate::notice::Explain;
use crate::words;
use crate::words::Words;

fn again() -> Words {
    words!(
        en: "export the weights again: this file is cut off, or was changed by hand and no longer holds together",
        ja: "重みを書き出し直してください。ファイルが途中で切れているか、手で変更されて整合しなくなっています",
    )
}

impl Explain for WeightsError {
    fn ja(&self) -> String {
        match self {
            Self::Json(error) => {
                let (line, column, fault) = (error.line(), error.column(), fault(error));
                format!("重みのファイルとして読めません（{line}行目{column}文字目：{fault}）")
            }
            Self::SchemaVersion { found } => {
                format!("ファイルの形式が{found}です。このプログラムで読める形式は{SCHEMA_VERSION}までです")
            }
            Self::Newer { found } => format!(
                "新しいfuellampで書き出されたファイルです（形式{found}。このプログラムで読めるのは{SCHEMA_VERSION}まで）"
            ),
            Self::Inconsistent { part, .. } if part == "valid_until" => {
                "有効期限`valid_until`が2026-12-31の形の日付ではありません".to_owned()
            }
            Self::Inconsistent { part, .. } => format!("`{part}`の内容が、ファイルのほかの部分と矛盾しています"),
        }
    }

    fn help(&self) -> Option<Words> {
        Some(match self {
            Self::Newer { .. } => words!(en: "update fuellamp", ja: "fuellampを更新してください"),
            _ => again(),
        })
    }
}

/// The parser's message in Japanese, as far as it names something.
fn fault(error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "途中で切れています".to_owned();
    }
    if !error.is_data() {
        return "JSONの書き方が正しくありません".to_owned();
    }
    let message = error.to_string();
    let named = message.split('`').nth(1).unwrap_or_default();
    if message.starts_with("missing field") {
        format!("項目`{named}`がありません")
    } else if message.starts_with("unknown") {
        format!("`{named}`は使えない項目または値です")
    } else {
        "値の型または形が違います".to_owned()
    }
}

impl Explain for ParityFailure {
    fn ja(&self) -> String {
        let Self::Mismatch { index, difference, .. } = self else {
            return "検証用の入力（parity）がありません".to_owned();
        };
        match difference {
            Difference::Refused(error) => {
                let why = match error {
                    ScoreError::Value(
                        ValueError::Missing { column }
                        | ValueError::NotANumber { column, .. }
                        | ValueError::Unseen { column, .. },
                    ) => format!("`{column}`の値を使えません"),
                    ScoreError::Weights => "重みが整合していません".to_owned(),
                };
                format!("検証用の入力parity[{index}]を採点できません（{why}）")
            }
            Difference::Number { of, found, expected } => {
                format!("検証用の入力parity[{index}]の結果が一致しません（`{of}`は{found}、ファイルの値は{expected}）")
            }
            Difference::Band { found, expected } => {
                format!("検証用の入力parity[{index}]の結果が一致しません（区分は{found}、ファイルの値は{expected}）")
            }
        }
    }

    fn help(&self) -> Option<Words> {
        Some(again())
    }
}
