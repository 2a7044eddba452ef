//! Columns that can be neither a role nor a KPI, each with the reason.

use crate::words;

use super::sorting::Sorting;
use super::{MAX_CODES, MAX_LEVELS, TOO_GOOD, is_number};
use crate::study::propose::raw::serials::is_serial;
use crate::study::propose::sketch::SketchKind;
use crate::study::propose::words_of_columns as names;

impl Sorting<'_> {
    pub(super) fn leave_out_unusable(&mut self) {
        for at in self.free() {
            let column = &self.columns[at];
            let n = column.n_distinct();
            let is_id = self.names[at].names_account() >= 3 && n > MAX_LEVELS;
            let why = if column.name.trim().is_empty() {
                words!(en: "its name is blank, so no key can name it", ja: "列名が空白のため指定できません")
            } else if n == 0 {
                words!(en: "it is empty", ja: "値がありません")
            } else if n == 1 && is_number(column) && self.names[at].fit(names::NOTICE_PERIODS) > 0 {
                // The same notice for everybody still says when the decision was taken.
                continue;
            } else if n == 1 && column.n_missing() > 0 {
                words!(en: "it has one value, and is empty elsewhere", ja: "値が1種類だけで、ほかは空欄です")
            } else if n == 1 {
                words!(en: "it has the same value in every row", ja: "すべての行で同じ値です")
            } else if column.kind == SketchKind::Date {
                words!(en: "it is a date; a KPI is a number or a yes/no", ja: "日付の列です。KPI は数値か「はい/いいえ」です")
            } else if is_serial(column) {
                words!(
                    en: "its numbers are days of a spreadsheet; a KPI is a number or a yes/no",
                    ja: "日付のシリアル値の列です。KPI は数値か「はい/いいえ」です",
                )
            } else if column.has_decimal_commas() {
                words!(
                    en: "its numbers have a decimal comma; write them with a point to use them",
                    ja: "小数点がカンマの数値です。使うには小数点をピリオドにしてください",
                )
            } else if column.looks_like_dates() {
                words!(
                    en: "it looks like dates that cannot be read; write them as YYYY-MM-DD to use them",
                    ja: "日付のようですが読み取れません。使うには YYYY-MM-DD の形式で書き直してください",
                )
            } else if column.kind == SketchKind::Text && column.is_unique() || is_id || self.is_row_number(at) {
                words!(en: "it is an identifier or a code, and measures nothing", ja: "識別番号またはコードで、量を表していません")
            } else if column.kind == SketchKind::Text && n > MAX_LEVELS && self.names[at].fit(names::OWNER) == 0 {
                words!(en: "it is text with {n} different values", ja: "{n}種類の値を持つ文字列です")
            } else {
                continue;
            };
            self.leave_out(at, why);
        }
    }

    /// Whole numbers that differ in every row and leave no hole.
    fn is_row_number(&self, at: usize) -> bool {
        let column = &self.columns[at];
        let ends = column.levels.first().zip(column.levels.last());
        let span = ends.and_then(|(a, b)| b.parse::<i64>().ok()?.checked_sub(a.parse().ok()?));
        column.n_rows() > MAX_CODES
            && column.is_whole()
            && column.is_unique()
            && span == i64::try_from(column.n_rows() - 1).ok()
    }

    pub(super) fn leave_out_doubles(&mut self) {
        // In a panel the notice is what dates the leaving, so the two may well agree in every row.
        let is_notice = |at: usize| {
            self.frame.period.is_some() && self.columns[at].is_yes_no() && self.names[at].fit(names::NOTICE) > 0
        };
        let free: Vec<usize> = self.free().into_iter().filter(|&at| !is_notice(at)).collect();
        for at in free {
            let is_double = |&other: &usize| self.columns[at].is_double_of(&self.columns[other]);
            let dropped = |other: &usize| self.fates.left_out.iter().any(|(out, _)| out == other);
            let first = (0..self.columns.len())
                .filter(|o| *o < at || *o == self.frame.outcome)
                .filter(|o| !dropped(o))
                .find(is_double);
            if let Some(first) = first {
                let name = self.columns[first].shown_name();
                self.leave_out(
                    at,
                    words!(en: "it says the same as `{name}` in every row", ja: "すべての行で「{name}」と同じ内容です"),
                );
            }
        }
    }

    pub(super) fn leave_out_outcomes(&mut self) {
        for at in self.free() {
            let auc = self.columns[at].auc_alone(&self.frame.left);
            if auc > TOO_GOOD {
                self.leave_out(at, words!(
                    en: "alone it tells almost perfectly who left (AUC {auc:.3}), so it probably records the outcome",
                    ja: "単独で離反をほぼ完全に判別します（AUC {auc:.3}）。結果そのものを記録した列と思われます",
                ));
            }
        }
    }
}
