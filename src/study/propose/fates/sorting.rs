//! The steps by which columns find their place; the first that wants a column has it.

use crate::words;
use crate::words::Words;

use super::naming::{kind_and_hope, kpi_names};
use super::{Fates, KpiGuess, MAX_LEVELS, MAX_SEGMENTS, SINGLE, TOO_GOOD, is_category, is_number, is_text};
use crate::study::propose::guess::Frame;
use crate::study::propose::name_words::NameWords;
use crate::study::propose::sketch::{ColumnSketch, SketchKind};
use crate::study::propose::words_of_columns as names;

pub(super) struct Sorting<'a> {
    pub(super) columns: &'a [ColumnSketch],
    pub(super) names: Vec<NameWords>,
    pub(super) frame: &'a Frame,
    is_placed: Vec<bool>,
    pub(super) fates: Fates,
}

impl<'a> Sorting<'a> {
    pub(super) fn new(columns: &'a [ColumnSketch], frame: &'a Frame) -> Self {
        let of_frame = [frame.account, frame.period, Some(frame.outcome)];
        Self {
            names: columns.iter().map(|column| NameWords::of(&column.name)).collect(),
            is_placed: (0..columns.len()).map(|at| of_frame.contains(&Some(at))).collect(),
            fates: Fates::default(),
            columns,
            frame,
        }
    }

    /// Columns without a place yet.
    pub(super) fn free(&self) -> Vec<usize> {
        self.is_placed.iter().enumerate().filter(|(_, placed)| !**placed).map(|(at, _)| at).collect()
    }

    pub(super) fn leave_out(&mut self, at: usize, why: Words) {
        self.is_placed[at] = true;
        self.fates.left_out.push((at, why));
    }

    fn give(&mut self, role: &'static str, at: usize) {
        self.is_placed[at] = true;
        match self.fates.roles.iter_mut().find(|(key, _)| *key == role) {
            Some((_, columns)) => columns.push(at),
            None => self.fates.roles.push((role, vec![at])),
        }
    }

    pub(super) fn single_roles(&mut self) {
        for (role, patterns, fits) in SINGLE {
            let mut found: Vec<usize> = self.free();
            found.retain(|&at| fits(&self.columns[at]) && self.names[at].fit(patterns) > 0);
            // A snapshot has no moment before the notice, so there a notice is only another name of leaving.
            let is_late = role == "notice" && self.frame.period.is_none();
            found.sort_by_key(|&at| (std::cmp::Reverse(self.names[at].fit(patterns)), at));
            for (rank, at) in found.into_iter().enumerate() {
                if is_late {
                    self.leave_out(
                        at,
                        words!(
                            en: "a notice is known only when the customer is leaving",
                            ja: "解約の通知は、離反が決まってから分かる情報です",
                        ),
                    );
                } else if self.is_too_good(at, role) {
                    continue;
                } else if rank == 0 || !self.fates.roles.iter().any(|(key, _)| *key == role) {
                    self.give(role, at);
                } else if matches!(role, "tenure" | "weight" | "price" | "renewal_in" | "notice_periods" | "incumbent")
                {
                    let first = self.role_name(role);
                    self.leave_out(
                        at,
                        words!(
                            en: "like `{first}` it looks like `{role}`, and one column can have that role",
                            ja: "「{first}」と同じく役割 `{role}` と思われます。この役割に指定できる列は1つです",
                        ),
                    );
                }
            }
        }
    }

    fn role_name(&self, role: &str) -> String {
        let columns = self.fates.roles.iter().find(|(key, _)| *key == role).and_then(|(_, columns)| columns.first());
        columns.map(|&at| self.columns[at].shown_name()).unwrap_or_default()
    }

    /// Roles that end or foresee the contract may foresee it well.
    fn is_too_good(&self, at: usize, role: &str) -> bool {
        let may = ["notice", "disclosed_risk", "renewal_in", "notice_periods"].contains(&role);
        !may && self.columns[at].auc_alone(&self.frame.left) > TOO_GOOD
    }

    pub(super) fn lists(&mut self) {
        let mut segments = Vec::new();
        for at in self.free() {
            let (column, name) = (&self.columns[at], &self.names[at]);
            let category = is_category(column)
                || (is_text(column) && column.n_distinct() <= MAX_LEVELS && !column.has_yes_and_no());
            let attribute = name.fit(names::ATTRIBUTE) > 0 && !column.has_yes_and_no();
            if column.kind == SketchKind::Text && name.fit(names::INCUMBENT) > 0 {
                self.leave_out(
                    at,
                    words!(
                        en: "it looks like the health rating in use today; as a number it could be the `incumbent` to be beaten",
                        ja: "現在使っている健全度の評価と思われます。数値にすれば `incumbent`（比較の基準）に指定できます",
                    ),
                );
            } else if is_number(column)
                && column.n_distinct() > 2
                && name.fit(names::AGE) > 0
                && name.fit(names::ATTRIBUTE) == 0
            {
                self.give("controls", at);
            } else if column.is_yes_no() && name.fit(names::REASONS) > 0 {
                self.give("reasons", at);
            } else if name.fit(names::CONTROLS) > 0 && (is_category(column) || column.kind != SketchKind::Text) {
                self.give("controls", at);
            } else if column.kind == SketchKind::Text && category || attribute && (category || column.is_yes_no()) {
                segments.push(at);
            } else if attribute && column.is_whole() {
                let n = column.n_distinct();
                self.leave_out(
                    at,
                    words!(
                        en: "its {n} numbers look like codes of a category, not like a quantity",
                        ja: "{n}種類の数値は、量ではなく区分のコードと思われます",
                    ),
                );
            } else if name.fit(names::ACCUMULATED) > 0 {
                self.leave_out(
                    at,
                    words!(
                        en: "it adds up over the customer's time, so it follows from tenure and price",
                        ja: "契約期間を通した累計のため、期間と価格から決まります",
                    ),
                );
            }
        }
        segments.sort_by_key(|&at| (std::cmp::Reverse(self.names[at].fit(names::FIRST_ATTRIBUTE)), at));
        for (rank, at) in segments.into_iter().enumerate() {
            if rank < MAX_SEGMENTS {
                self.give("segment", at);
            } else {
                self.leave_out(
                    at,
                    words!(
                        en: "it is an attribute, and `segment` has enough of them to begin with",
                        ja: "属性の列ですが、`segment` には最初の候補が十分あります",
                    ),
                );
            }
        }
    }

    pub(super) fn programmes_and_kpis(&mut self) {
        let free: Vec<usize> = self.free().into_iter().filter(|&at| self.is_kpi(at)).collect();
        let pushed = |at: usize| {
            let target = names::PROGRAMME.iter().find_map(|start| self.columns[at].name.strip_prefix(start))?;
            free.iter().copied().find(|&kpi| kpi != at && self.columns[kpi].name == target)
        };
        let programmes: Vec<(usize, usize)> = free.iter().filter_map(|&at| Some((pushed(at)?, at))).collect();
        let is_programme = |at: usize| programmes.iter().any(|(_, programme)| *programme == at);
        let candidates: Vec<usize> = free.iter().copied().filter(|&at| !is_programme(at)).collect();
        for (at, name) in kpi_names(self.columns, &candidates) {
            let programme = programmes.iter().find(|(kpi, _)| *kpi == at).map(|(_, programme)| *programme);
            let (kind, hoped) = kind_and_hope(&self.names[at]);
            self.fates.kpis.push(KpiGuess { column: at, name, kind, hoped, programme });
        }
        for at in free {
            self.is_placed[at] = true;
        }
        for at in self.free() {
            self.leave_out(
                at,
                words!(
                    en: "it is text; a KPI is a number or a yes/no",
                    ja: "文字列の列です。KPI は数値か「はい/いいえ」です",
                ),
            );
        }
    }

    fn is_kpi(&self, at: usize) -> bool {
        let column = &self.columns[at];
        matches!(column.kind, SketchKind::Number | SketchKind::Boolean) || column.is_yes_no() || column.has_yes_and_no()
    }
}
