//! What becomes of every other column: a role, a KPI, or left out with the reason.

use std::collections::BTreeSet;

use crate::study::Fault;
use crate::words;
use crate::words::Words;

use super::guess::Frame;
use super::name_words::NameWords;
use super::raw::serials::is_serial;
use super::sketch::{ColumnSketch, SketchKind};
use super::words_of_columns as names;

/// Every column beside account, period and outcome; each is in one place only.
#[derive(Debug, Default)]
pub(super) struct Fates {
    /// Key of `[roles]` with its columns, in the order in which people read them.
    pub(super) roles: Vec<(&'static str, Vec<usize>)>,
    /// Candidates, in table order.
    pub(super) kpis: Vec<KpiGuess>,
    /// What was left out, with the reason, in table order.
    pub(super) left_out: Vec<(usize, Words)>,
}

/// One candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KpiGuess {
    pub(super) column: usize,
    /// Unique, and a name that a study file accepts.
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) hoped: &'static str,
    /// Column that says who was pushed towards it.
    pub(super) programme: Option<usize>,
}

/// An AUC that a KPI known beforehand does not reach.
const TOO_GOOD: f64 = 0.98;
/// A category with more values compares nobody with anybody.
const MAX_LEVELS: usize = 50;
/// Numbers with more values are not the codes of a category.
const MAX_CODES: usize = 20;
/// More attributes split the customers into groups of one.
const MAX_SEGMENTS: usize = 8;

pub(super) fn fates(columns: &[ColumnSketch], frame: &Frame) -> Fates {
    let mut sorting = Sorting::new(columns, frame);
    sorting.leave_out_unusable();
    sorting.leave_out_doubles();
    sorting.single_roles();
    sorting.leave_out_outcomes();
    sorting.lists();
    sorting.programmes_and_kpis();
    let mut fates = sorting.fates;
    fates.left_out.sort_by_key(|(at, _)| *at);
    fates.roles.retain(|(_, columns)| !columns.is_empty());
    fates
}

/// The type that a role asks for.
pub(super) type Fits = fn(&ColumnSketch) -> bool;

/// Roles with one column, with their patterns and types; where two want a column, the first has it.
pub(super) const SINGLE: [(&str, &[&str], Fits); 12] = [
    ("renewal_in", names::RENEWAL_IN, is_quantity),
    ("notice_periods", names::NOTICE_PERIODS, is_number),
    ("notice", names::NOTICE, ColumnSketch::is_yes_no),
    ("disclosed_risk", names::RISK, ColumnSketch::is_yes_no),
    ("incumbent", names::INCUMBENT, is_quantity),
    ("tenure", names::TENURE, is_quantity),
    ("weight", names::WEIGHT, is_quantity),
    ("price", names::PRICE, is_quantity),
    ("term", names::TERM, is_category),
    ("billing", names::BILLING, is_category),
    ("owner", names::OWNER, is_text),
    ("phase", names::PHASE, is_category),
];

fn is_number(column: &ColumnSketch) -> bool {
    column.kind == SketchKind::Number
}

fn is_quantity(column: &ColumnSketch) -> bool {
    is_number(column) && column.n_distinct() > 2
}

fn is_text(column: &ColumnSketch) -> bool {
    column.kind == SketchKind::Text && column.yes.is_none() && !column.is_unique()
}

pub(super) fn is_category(column: &ColumnSketch) -> bool {
    match column.kind {
        SketchKind::Text => !column.is_yes_no() && !column.has_yes_and_no() && column.n_distinct() <= MAX_LEVELS,
        SketchKind::Number => !column.is_yes_no() && column.is_whole() && column.n_distinct() <= MAX_CODES,
        _ => false,
    }
}

struct Sorting<'a> {
    columns: &'a [ColumnSketch],
    names: Vec<NameWords>,
    frame: &'a Frame,
    is_placed: Vec<bool>,
    fates: Fates,
}

impl<'a> Sorting<'a> {
    fn new(columns: &'a [ColumnSketch], frame: &'a Frame) -> Self {
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
    fn free(&self) -> Vec<usize> {
        self.is_placed.iter().enumerate().filter(|(_, placed)| !**placed).map(|(at, _)| at).collect()
    }

    fn leave_out(&mut self, at: usize, why: Words) {
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

    fn leave_out_unusable(&mut self) {
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

    fn leave_out_doubles(&mut self) {
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

    fn single_roles(&mut self) {
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

    fn leave_out_outcomes(&mut self) {
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

    fn lists(&mut self) {
        let mut segments = Vec::new();
        for at in self.free() {
            let (column, name) = (&self.columns[at], &self.names[at]);
            let category = is_category(column)
                || (is_text(column) && column.n_distinct() <= MAX_LEVELS && !column.has_yes_and_no());
            let attribute = name.fit(names::ATTRIBUTE) > 0 && !column.has_yes_and_no();
            if is_number(column)
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

    fn programmes_and_kpis(&mut self) {
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

/// Kind and hoped direction as the name suggests them.
pub(super) fn kind_and_hope(name: &NameWords) -> (&'static str, &'static str) {
    let recency = name.fit(names::LESS) > 0;
    let kind = if recency {
        "behaviour"
    } else if name.fit(names::PERCEPTION) > 0 {
        "perception"
    } else if name.fit(names::FRICTION) > 0 {
        "friction"
    } else if name.fit(names::RESULT) > 0 {
        "outcome"
    } else if name.fit(names::USE) == 0 && name.fit(names::ACTION) > 0 {
        "action"
    } else {
        "behaviour"
    };
    (kind, if recency || kind == "friction" { "less" } else { "more" })
}

/// A name that the study file accepts for each column; names that are right already are never changed.
fn kpi_names(columns: &[ColumnSketch], candidates: &[usize]) -> Vec<(usize, String)> {
    let is_right = |at: usize| columns.get(at).is_some_and(|column| clean(&column.name) == column.name);
    let mut taken: BTreeSet<String> =
        candidates.iter().filter(|&&at| is_right(at)).map(|&at| columns[at].name.clone()).collect();
    let mut named = Vec::with_capacity(candidates.len());
    for &at in candidates {
        let base = clean(&columns[at].name);
        let mut name = base.clone();
        let mut next = 2_usize;
        while !is_right(at) && !taken.insert(name.clone()) {
            name = clean(&format!("{} {next}", base.chars().take(Fault::MAX_CHARS - 12).collect::<String>()));
            next += 1;
        }
        named.push((at, name));
    }
    named
}

/// The name on one line, without white space at its ends, not too long, and not the program's own.
pub(super) fn clean(name: &str) -> String {
    let line: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let short: String = line.trim().chars().take(Fault::MAX_CHARS).collect();
    match short.trim() {
        "" => "kpi".to_owned(),
        "(intercept)" => "intercept".to_owned(),
        name => name.to_owned(),
    }
}
