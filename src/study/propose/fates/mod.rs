//! What becomes of every other column: a role, a KPI, or left out with the reason.

mod leaving_out;
mod naming;
mod sorting;

use crate::words::Words;

use super::guess::Frame;
use super::name_words::NameWords;
use super::sketch::{ColumnSketch, SketchKind};
use super::words_of_columns as names;
pub(super) use naming::clean;
use sorting::Sorting;

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
    ("billing", names::BILLING, is_way_to_pay),
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

fn is_way_to_pay(column: &ColumnSketch) -> bool {
    is_category(column) && NameWords::of(&column.name).fit(names::PLACE) == 0
}

pub(super) fn is_category(column: &ColumnSketch) -> bool {
    match column.kind {
        SketchKind::Text => !column.is_yes_no() && !column.has_yes_and_no() && column.n_distinct() <= MAX_LEVELS,
        SketchKind::Number => !column.is_yes_no() && column.is_whole() && column.n_distinct() <= MAX_CODES,
        _ => false,
    }
}
