//! Why weights cannot be signed; all of it at once.

use chrono::NaiveDate;
use thiserror::Error;

use crate::notice::Explain;
use crate::verdict::Verdict;
use crate::words;
use crate::words::Words;

/// One problem; the message says what each field is.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's sentence names its fields")]
pub enum ApprovalProblem {
    #[error("a named person signs, and `--by` names nobody")]
    NoName,
    #[error("the name in `--by` holds a line break or another control character")]
    ControlInName,
    #[error("`--kpi {written}` says neither keep nor drop")]
    NoDecision { written: String },
    #[error("the study has no KPI `{name}`")]
    UnknownKpi { name: String, nearest: Option<String>, in_score: Vec<String> },
    #[error("`{kpi}` is decided twice")]
    Twice { kpi: String },
    #[error("`{kpi}` ({}) is not in the score, so it cannot be kept", verdict.name())]
    NotInScore { kpi: String, verdict: Verdict },
    #[error("`{kpi}` cannot be kept any more: {by} dropped it on {on}, and the weights in this folder are without it")]
    Dropped { kpi: String, by: String, on: String },
    #[error("`{kpi}` ({}) is dropped without a reason", verdict.name())]
    NoReason { kpi: String, verdict: Verdict },
    #[error("the weights rest on promising KPIs, each of which a person must keep or drop: {} named", missing.iter().map(|kpi| format!("`{kpi}`")).collect::<Vec<_>>().join(", ") + if missing.len() == 1 { " is not" } else { " are not" })]
    NotNamed { missing: Vec<String> },
    #[error("weights.json is not what artifact.json holds")]
    Disagree,
    #[error("weights.json cannot be used: {}", what.en)]
    Weights { what: Words },
    #[error("the weights expired on {on}")]
    Expired { on: NaiveDate, limit: NaiveDate, today: NaiveDate },
    #[error("`--valid-until {until}` is over: today is {today}")]
    Past { until: NaiveDate, today: NaiveDate },
    #[error("`--valid-until {until}` is later than {limit}")]
    TooLate { until: NaiveDate, limit: NaiveDate, dated: bool },
    #[error("nothing would remain in the score without {}", kpis.iter().map(|kpi| format!("`{kpi}`")).collect::<Vec<_>>().join(", "))]
    NothingLeft { kpis: Vec<String> },
    #[error("`{kpi}` cannot be dropped: artifact.json does not keep the covariance of the coefficients")]
    NoCovariance { kpi: String },
}

impl Explain for ApprovalProblem {
    fn ja(&self) -> String {
        let list = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join("、");
        match self {
            Self::NoName => "承認には担当者の名前が必要ですが、`--by`に名前がありません".to_owned(),
            Self::ControlInName => "`--by`の名前に改行などの制御文字が含まれています".to_owned(),
            Self::NoDecision { written } => format!("`--kpi {written}`にkeepまたはdropの指定がありません"),
            Self::UnknownKpi { name, .. } => format!("調査に`{name}`というKPIはありません"),
            Self::Twice { kpi } => format!("`{kpi}`が二度指定されています"),
            Self::NotInScore { kpi, verdict } => {
                format!("`{kpi}`（{}）はスコアに含まれていないため、keepにはできません", verdict.label().ja)
            }
            Self::Dropped { kpi, by, on } => {
                format!("`{kpi}`は{by}が{on}に除外し、このフォルダーの重みに含まれていないため、keepには戻せません")
            }
            Self::NoReason { kpi, verdict } => {
                format!("`{kpi}`（{}）をdropする理由が書かれていません", verdict.label().ja)
            }
            Self::NotNamed { missing } => format!(
                "重みは「有望」なKPIに基づくため、1件ずつkeepかdropの指定が必要です。指定のないKPI：{}",
                list(missing)
            ),
            Self::Disagree => "weights.jsonの内容がartifact.jsonと一致しません".to_owned(),
            Self::Weights { what } => format!("weights.jsonは使えません：{}", what.ja),
            Self::Expired { on, .. } => format!("この重みは{on}に期限が切れています"),
            Self::Past { until, today } => format!("`--valid-until {until}`は過去の日付です（今日は{today}）"),
            Self::TooLate { until, limit, .. } => format!("`--valid-until {until}`は上限の{limit}を超えています"),
            Self::NothingLeft { kpis } => format!("{}を外すと、スコアに何も残りません", list(kpis)),
            Self::NoCovariance { kpi } => {
                format!("`{kpi}`は外せません。artifact.jsonに係数の共分散が保存されていません")
            }
        }
    }

    fn help(&self) -> Option<Words> {
        Some(match self {
            Self::NoName => words!(en: "give the name of the person who answers for it: --by \"M. Sato\"",
                ja: "責任を持つ人の名前を指定してください：--by \"佐藤\""),
            Self::ControlInName => words!(
                en: "write the name on one line: --by \"M. Sato\"",
                ja: "名前は1行で書いてください：--by \"佐藤\"",
            ),
            Self::NoDecision { .. } => words!(
                en: "write --kpi NAME=keep or --kpi NAME=drop, with a reason behind a colon: --kpi \"NAME=drop:too costly to collect\"",
                ja: "--kpi NAME=keepまたは--kpi NAME=dropと書き、理由はコロンの後に続けます：--kpi \"NAME=drop:収集の負担が大きい\"",
            ),
            Self::UnknownKpi { nearest: Some(nearest), .. } => {
                words!(en: "did you mean `{nearest}`?", ja: "`{nearest}`のことでしょうか")
            }
            Self::UnknownKpi { in_score, .. } => {
                let quoted: Vec<String> = in_score.iter().map(|kpi| format!("`{kpi}`")).collect();
                let (en, ja) = (quoted.join(", "), quoted.join("、"));
                words!(en: "in the score are {en}", ja: "スコアに含まれるKPI：{ja}")
            }
            Self::Twice { .. } => words!(en: "decide it once", ja: "指定は一度だけにしてください"),
            Self::NotInScore { kpi, .. } => words!(
                en: "leave out `--kpi {kpi}=keep`; to bring a KPI into the score, settle what its verdict asks for and run the study again",
                ja: "`--kpi {kpi}=keep`は外してください。スコアに入れるには、判定が求める点を解消してから調査をやり直してください",
            ),
            Self::Dropped { .. } => words!(
                en: "run the study again: its new draft holds every KPI that its verdict lets into the score; sign that one",
                ja: "調査をやり直してください。新しいdraftには、判定によりスコアに入るKPIがすべて含まれます。そのdraftを承認してください",
            ),
            Self::NoReason { kpi, .. } => words!(
                en: "say why: --kpi \"{kpi}=drop:REASON\", or --note for all decisions",
                ja: "理由を書いてください：--kpi \"{kpi}=drop:理由\"（全体の理由は--note）",
            ),
            Self::NotNamed { missing } => {
                let line = missing.iter().map(|kpi| format!("--kpi \"{kpi}=keep\"")).collect::<Vec<_>>().join(" ");
                words!(
                    en: "decide each of them, for example: {line}",
                    ja: "それぞれ決めてください。例：{line}",
                )
            }
            Self::Disagree | Self::Weights { .. } => words!(
                en: "neither file may be edited by hand, nor come from another run: run the study again into this folder",
                ja: "どちらのファイルも手で編集したり、別の実行のものと混ぜたりはできません。このフォルダーに調査をやり直してください",
            ),
            Self::Expired { limit, today, .. } if limit >= today => words!(
                en: "run the study on newer data; or extend the validity on your own account, to {limit} at the latest: --valid-until DATE",
                ja: "新しいデータで調査をやり直してください。承認者の責任で延長する場合は、{limit}までの日付を--valid-untilで指定できます",
            ),
            Self::Expired { .. } => {
                words!(en: "run the study on newer data", ja: "新しいデータで調査をやり直してください")
            }
            Self::Past { .. } => words!(en: "give a day from today on", ja: "今日以降の日付を指定してください"),
            Self::TooLate { dated: true, .. } => words!(
                en: "weights hold for a quarter, and on a person's word for a year after the end of their data at most",
                ja: "重みの有効期間は原則1四半期です。承認者の判断でも、データの終わりから1年を超えることはできません",
            ),
            Self::TooLate { .. } => words!(
                en: "data without dates cannot show its age: a quarter from today at most",
                ja: "日付のないデータは古さが分からないため、今日から1四半期以内にしてください",
            ),
            Self::NothingLeft { .. } => words!(
                en: "keep one of them, or do not use a score",
                ja: "1件以上残すか、スコアの利用を見送ってください",
            ),
            Self::NoCovariance { .. } => words!(
                en: "run the study again with this version, or take the KPI out of the study",
                ja: "このバージョンで調査をやり直すか、調査ファイルからKPIを外してください",
            ),
        })
    }
}
