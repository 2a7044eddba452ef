//! Rows that cannot be scored, all at once.

use fuellamp_score::{ScoreError, ValueError};

use crate::words;
use crate::words::{Words, counted};

use super::diagnose::Diagnostic;

/// Rows that the policies of the weights refuse.
#[derive(Default)]
pub(super) struct Refused {
    shown: Vec<Diagnostic>,
    more: usize,
}

impl Refused {
    /// Rows that are named.
    const SHOWN: usize = 10;

    /// Takes a row that could not be scored.
    pub(super) fn add(&mut self, error: &ScoreError, account: &str, place: Option<Words>) {
        if self.shown.len() == Self::SHOWN {
            self.more += 1;
            return;
        }
        let (what, help) = match error {
            ScoreError::Value(ValueError::Missing { column }) => (
                words!(
                    en: "`{account}` cannot be scored: `{column}` is missing, and these weights refuse missing values",
                    ja: "`{account}`を採点できません。`{column}`が空欄ですが、この重みは欠測を認めていません",
                ),
                words!(en: "fill in the value", ja: "値を入力してください"),
            ),
            ScoreError::Value(ValueError::NotANumber { column, value }) => (
                words!(
                    en: "`{account}` cannot be scored: `{column}` is not a finite number: `{value}`",
                    ja: "`{account}`を採点できません。`{column}`の「{value}」は有限の数値ではありません",
                ),
                words!(
                    en: "correct the value (no unit, no ambiguous separator), or leave the cell blank to use the policy for missing values",
                    ja: "値を直すか（単位や紛らわしい区切り記号は使えません）、空欄にしてください（空欄は欠測の方針に従います）",
                ),
            ),
            ScoreError::Value(ValueError::Unseen { column, value }) => (
                words!(
                    en: "`{account}` cannot be scored: `{column}` has a level that was not seen in training: `{value}`",
                    ja: "`{account}`を採点できません。`{column}`の「{value}」は学習データにありません",
                ),
                words!(
                    en: "correct the value, or run the study on data that has it",
                    ja: "値を直すか、その値を含むデータで調査をやり直してください",
                ),
            ),
            ScoreError::Weights => (
                words!(en: "the weights are inconsistent", ja: "重みが整合していません"),
                words!(en: "export the weights again", ja: "重みを書き出し直してください"),
            ),
        };
        self.shown.push(*Diagnostic::new(what, place, Some(help)));
    }

    /// All of them, if there are any.
    pub(super) fn end(mut self) -> Option<Box<Diagnostic>> {
        if self.more > 0 {
            let n = self.more;
            let rows = counted(n, "more row");
            let what = words!(en: "{rows} cannot be scored", ja: "ほかにも{n}行を採点できません");
            self.shown.push(*Diagnostic::new(what, None, None));
        }
        (!self.shown.is_empty()).then(|| Diagnostic::joined(self.shown))
    }
}
