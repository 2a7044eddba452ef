//! Which column of each table names its account: by its name, and by whether other tables share its values.

use std::collections::HashSet;

use super::super::name_words::NameWords;
use super::super::sketch::{ColumnSketch, SketchKind};
use super::TableSketch;

/// Share of the smaller column's values that two columns of one thing have in common.
const SHARED: f64 = 0.5;
/// The same where no name says that a column holds accounts ...
const SHARED_UNNAMED: f64 = 0.8;
/// ... which then needs so many different values: categories repeat from table to table, too.
const MANY: usize = 20;
/// A name from which alone a table's account is taken.
const BY_NAME: u32 = 40;
/// The name of a customer without `id`: believed where another table has its values.
const BARE: u32 = 45;
/// The identifier of a customer.
const CUSTOMER: u32 = 60;

/// A column that could hold accounts.
struct Candidate {
    column: usize,
    /// Its name, where that is one of an identifier of something.
    id: Option<String>,
    is_unique: bool,
    rank: u32,
    values: HashSet<String>,
    /// Numbers are the same by chance: 1, 2, 3 is in every table.
    is_text: bool,
}

impl Candidate {
    fn of(at: usize, column: &ColumnSketch) -> Option<Self> {
        let is_text = column.kind == SketchKind::Text;
        if column.n_distinct() == 0 || !(is_text || column.is_whole()) {
            return None;
        }
        let name = NameWords::of(&column.name);
        let rank = match name.names_account() {
            score @ 4.. => score * 10,
            _ if name.is_bare_customer() && column.n_distinct() > 2 => BARE,
            _ => 0,
        };
        let id = name.is_id().then(|| column.name.clone());
        let values = if rank > 0 || (is_text && column.n_distinct() > MANY) {
            column.levels.iter().map(|level| plain(level)).collect()
        } else {
            HashSet::new()
        };
        Some(Self { column: at, id, is_unique: column.is_unique(), rank, values, is_text })
    }

    /// Whether both are the same identifier, of which one table has one row each.
    fn is_same_id(&self, other: &Self) -> bool {
        let n = self.values.iter().filter(|value| other.values.contains(*value)).count() as f64;
        self.id.is_some()
            && self.id == other.id
            && (self.is_unique || other.is_unique)
            && n > MANY as f64
            && n >= SHARED_UNNAMED * self.values.len().min(other.values.len()) as f64
    }

    /// Whether it says that `other` holds the same accounts.
    fn supports(&self, other: &Self) -> bool {
        let (small, large) = match self.values.len() <= other.values.len() {
            true => (&self.values, &other.values),
            false => (&other.values, &self.values),
        };
        let least = match (other.rank, self.rank) {
            (0, BARE | CUSTOMER) if other.is_text && other.values.len() > MANY => SHARED_UNNAMED,
            (0, _) | (_, 0) => return false,
            _ => SHARED,
        };
        let n = small.iter().filter(|value| large.contains(*value)).count();
        n > 0 && n as f64 >= least * small.len() as f64
    }
}

/// A value without what programs add or take away: blanks around it, leading zeros.
fn plain(level: &str) -> String {
    let level = level.trim();
    match level.bytes().all(|byte| byte.is_ascii_digit()) {
        true => level.trim_start_matches('0').to_owned(),
        false => level.to_owned(),
    }
}

/// The account's column of each table, `None` where there is none. Values in common with another table decide, then the
/// name; a name such as `account` or `顧客` alone decides nothing.
pub(super) fn account_columns(tables: &[TableSketch]) -> Vec<Option<usize>> {
    let candidates: Vec<Vec<Candidate>> = tables
        .iter()
        .map(|table| table.columns.iter().enumerate().filter_map(|(at, column)| Candidate::of(at, column)).collect())
        .collect();
    let is_shared = |table: usize, candidate: &Candidate| {
        let others = candidates.iter().enumerate().filter(|(at, _)| *at != table).flat_map(|(_, others)| others);
        others.into_iter().any(|other| other.supports(candidate))
    };
    let found: Vec<Option<usize>> = candidates
        .iter()
        .enumerate()
        .map(|(table, own)| {
            let ranked = own.iter().map(|candidate| (is_shared(table, candidate), candidate.rank, candidate));
            ranked
                .filter(|&(shared, rank, _)| shared || (rank >= BY_NAME && rank != BARE))
                .max_by_key(|&(shared, rank, candidate)| (shared, rank, std::cmp::Reverse(candidate.column)))
                .map(|(_, _, candidate)| candidate.column)
        })
        .collect();
    if found.iter().any(Option::is_some) {
        return found;
    }
    // Where no name is one of customers, an identifier such as `GSID` that tables share is theirs.
    let is_same = |table: usize, candidate: &Candidate| {
        let others = candidates.iter().enumerate().filter(|(at, _)| *at != table).flat_map(|(_, others)| others);
        others.into_iter().filter(|other| candidate.is_same_id(other)).count()
    };
    let of_table = |(table, own): (usize, &Vec<Candidate>)| {
        let shared = own.iter().map(|candidate| (is_same(table, candidate), candidate.column));
        shared.filter(|(n, _)| *n > 0).max_by_key(|(n, at)| (*n, std::cmp::Reverse(*at))).map(|(_, at)| at)
    };
    candidates.iter().enumerate().map(of_table).collect()
}
