//! The record that lies beside a weights file, and what a comparison with it says.

use std::path::{Path, PathBuf};

use fuellamp_score::Weights;

use crate::artifact::{Agreement, FieldDifference, RecordOfWeights};
use crate::notice::{Notice, Severity};
use crate::words;
use crate::words::{Words, counted};

use super::diagnose::Diagnostic;
use super::load::read_text;
use super::run::ARTIFACT;

/// What is said of a weights file and its record.
pub(super) enum Compared {
    /// Nothing is wrong.
    Said(Words),
    /// There is a record, and it cannot be read.
    Unread(Notice),
    /// Fields differ.
    Failed(Box<Diagnostic>),
}

/// Fields that are named; of more, the number is said.
const SHOWN: usize = 10;
/// Characters of a value that are shown.
const WIDTH: usize = 80;

/// Compares the weights in `text`, read from `path`, with the record in the same folder.
pub(super) fn compare(path: &Path, text: &str, weights: &Weights) -> Compared {
    let shown = path.display();
    let Some(beside) = beside(path) else {
        return Compared::Said(words!(
            en: "{shown}: no {ARTIFACT} beside it to compare with: baselines of the reasons, horizon, last day, covariance, texts and the figures of the training were not checked beyond the parity vectors",
            ja: "{shown}：同じフォルダーに{ARTIFACT}がないため、理由の基準値・予測期間・有効期限・共分散・文言・学習時の数値は、検証用の行で確かめられる範囲しか照合していません",
        ));
    };
    let record = match read_text(&beside).map(|text| RecordOfWeights::from_json(&text)) {
        Ok(Ok(record)) => record,
        unread => {
            let why = match unread {
                Ok(Err(error)) => error.to_string(),
                Err(problem) => problem.english(),
                Ok(Ok(_)) => String::new(),
            };
            let record = beside.display();
            let what = words!(
                en: "{shown}: not compared with `{record}`, which cannot be used: {why}",
                ja: "{shown}：`{record}`を使えないため、照合していません：{why}",
            );
            return Compared::Unread(Notice::new(Severity::Warning, "record_unreadable", what).help(words!(
                en: "take the {ARTIFACT} that the run left from a backup, or run the study again",
                ja: "実行時の{ARTIFACT}をバックアップから戻すか、調査をやり直してください",
            )));
        }
    };
    match record.agreement(weights, text) {
        Agreement::Whole => Compared::Said(words!(
            en: "{shown}: agrees with {ARTIFACT} beside it in every field",
            ja: "{shown}：すべての項目が、同じフォルダーの{ARTIFACT}と一致しました",
        )),
        Agreement::BeforeSignature { by, on } => Compared::Said(words!(
            en: "{shown}: as it was before {by} signed on {on}; {ARTIFACT} beside it holds what was signed",
            ja: "{shown}：{by}が{on}に承認する前の内容です（承認後の内容は同じフォルダーの{ARTIFACT}にあります）",
        )),
        Agreement::ButSignature => Compared::Said(words!(
            en: "{shown}: agrees with {ARTIFACT} beside it in every field but those of the signature that it lacks (status, approval, valid_until, sign_off)",
            ja: "{shown}：承認で変わる項目（status、approval、valid_until、sign_off）を除き、同じフォルダーの{ARTIFACT}と一致しました",
        )),
        Agreement::OtherRun => Compared::Said(words!(
            en: "{shown}: {ARTIFACT} beside it is the record of another run (other digests), so only the parity vectors were checked",
            ja: "{shown}：同じフォルダーの{ARTIFACT}は別の実行の記録です（ダイジェストが異なります）。検証用の行だけを照合しました",
        )),
        Agreement::UnknownSignature { by, on, fields } => Compared::Failed(differing(
            path,
            Some(words!(
                en: "{shown}: signed by {by} on {on}, a signature that {ARTIFACT} beside it does not hold",
                ja: "{shown}：{by}による{on}の承認は、同じフォルダーの{ARTIFACT}に記録がありません",
            )),
            &fields,
            words!(
                en: "whoever signs with `fuellamp approve` leaves a record: put the {ARTIFACT} of the folder in which it was signed beside it, or take back the weights of this run and sign those",
                ja: "`fuellamp approve`による承認は記録に残ります。承認したフォルダーの{ARTIFACT}を同じ場所に置くか、この実行の重みに戻して承認してください",
            ),
        )),
        Agreement::Differs { fields, as_signed: true } => Compared::Failed(differing(
            path,
            None,
            &fields,
            words!(
                en: "this file is byte for byte what was signed, so {ARTIFACT} was changed: take back the {ARTIFACT} that the signature left, or run the study again and sign",
                ja: "このファイルは承認時と1バイトも違わないため、変更されたのは{ARTIFACT}です。承認時の{ARTIFACT}に戻すか、調査をやり直して承認してください",
            ),
        )),
        Agreement::Differs { fields, as_signed: false } => Compared::Failed(differing(
            path,
            None,
            &fields,
            words!(
                en: "one of the two was changed by hand or comes from elsewhere: take both files from the run or from a backup, or run the study again",
                ja: "どちらかが手で変更されたか、別の場所のものです。両方を実行結果またはバックアップから戻すか、調査をやり直してください",
            ),
        )),
    }
}

/// `artifact.json` in the folder of a file; of a link also in the folder that it leads to.
fn beside(path: &Path) -> Option<PathBuf> {
    let real = std::fs::canonicalize(path).ok();
    let folders = [path.parent().map(Path::to_path_buf), real.and_then(|real| real.parent().map(Path::to_path_buf))];
    folders.into_iter().flatten().map(|folder| folder.join(ARTIFACT)).find(|record| record.is_file())
}

/// One problem per field, the next step with the last.
fn differing(path: &Path, first: Option<Words>, fields: &[FieldDifference], help: Words) -> Box<Diagnostic> {
    let shown = path.display();
    let line = |own: &FieldDifference| {
        let FieldDifference { field, file, record } = own;
        let (file, record) = (value(file.as_deref()), value(record.as_deref()));
        Words {
            en: format!("{shown}: `{field}` is {} here and {} in {ARTIFACT} beside it", file.en, record.en),
            ja: format!("{shown}：`{field}`は{}ですが、同じフォルダーの{ARTIFACT}では{}です", file.ja, record.ja),
        }
    };
    let mut lines: Vec<Words> = first.into_iter().chain(fields.iter().take(SHOWN).map(line)).collect();
    if fields.len() > SHOWN {
        let n = fields.len() - SHOWN;
        let more = counted(n, "more field");
        let verb = if n == 1 { "differs" } else { "differ" };
        lines.push(words!(en: "{shown}: {more} {verb}", ja: "{shown}：ほかにも{n}項目が異なります"));
    }
    let last = lines.len().saturating_sub(1);
    let problem = |(at, what): (usize, Words)| *Diagnostic::new(what, None, (at == last).then(|| help.clone()));
    Diagnostic::joined(lines.into_iter().enumerate().map(problem).collect())
}

/// A value as it is shown: JSON, cut where it is long.
fn value(json: Option<&str>) -> Words {
    let Some(json) = json else { return words!(en: "absent", ja: "なし") };
    let cut: String = json.chars().take(WIDTH).collect();
    Words::same(if cut.len() < json.len() { format!("{cut}...") } else { cut })
}
