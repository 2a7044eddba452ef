//! Who, when and whether: the account, the period and the outcome.

use std::collections::BTreeMap;

use super::ProposeError;
use super::name_words::NameWords;
use super::sketch::{ColumnSketch, SketchKind};
use super::words_of_columns::{LEFT, LEFT_DAY, NOT_A_PERIOD, NOT_AN_OUTCOME, PERIOD, SOME_OUTCOME, STAYED};

/// The columns that say who, when and whether.
#[derive(Debug)]
pub(super) struct Frame {
    /// Column of the account; `None` where no column can be it.
    pub(super) account: Option<usize>,
    /// Column of the period, for a panel.
    pub(super) period: Option<usize>,
    /// Column of the outcome.
    pub(super) outcome: usize,
    /// The value of the outcome that means left.
    pub(super) positive: usize,
    /// Whether the study file must say it.
    pub(super) say_positive: bool,
    /// Whether only the order or frequency of the values told which one means left.
    pub(super) positive_is_a_guess: bool,
    /// Whether the name is only that of some outcome.
    pub(super) outcome_is_a_guess: bool,
    /// Whether each row left.
    pub(super) left: Vec<bool>,
    /// Rows that share account and period with another, different row, where a panel was meant.
    pub(super) clashes: usize,
    /// Rows of an account beyond its first.
    pub(super) repeats: usize,
}

pub(super) fn frame(columns: &[ColumnSketch]) -> Result<Frame, ProposeError> {
    let names: Vec<NameWords> = columns.iter().map(|column| NameWords::of(&column.name)).collect();
    let outcome = outcome(columns, &names)?;
    let who = who_and_when(columns, &names, outcome.column);
    let left = columns[outcome.column].codes.iter().map(|&code| code as usize == outcome.positive).collect();
    let account = who.account;
    let repeats = account.map_or(0, |at| columns[at].n_rows() - columns[at].n_missing() - columns[at].n_distinct());
    Ok(Frame {
        account,
        period: who.period,
        outcome: outcome.column,
        positive: outcome.positive,
        say_positive: outcome.say,
        positive_is_a_guess: outcome.is_a_guess,
        outcome_is_a_guess: outcome.name_is_vague,
        left,
        clashes: who.clashes,
        repeats,
    })
}

struct Outcome {
    column: usize,
    positive: usize,
    say: bool,
    is_a_guess: bool,
    name_is_vague: bool,
}

/// Most values that an outcome can have, for example dropout, enrolled, graduate.
const MAX_OUTCOMES: usize = 5;

fn outcome(columns: &[ColumnSketch], names: &[NameWords]) -> Result<Outcome, ProposeError> {
    let mut best: Option<(u32, usize)> = None;
    for (at, (column, name)) in columns.iter().zip(names).enumerate() {
        let score = outcome_score(column, name);
        if score > 0 && best.is_none_or(|(other, _)| score > other) {
            best = Some((score, at));
        }
    }
    let Some((score, at)) = best else {
        let constant = columns
            .iter()
            .zip(names)
            .find(|(column, name)| column.n_distinct() == 1 && name.fit(LEFT) > 1 && name.fit(NOT_AN_OUTCOME) == 0);
        if let Some((column, _)) = constant {
            return Err(ProposeError::OneOutcome { column: column.shown_name() });
        }
        let two_valued = columns.iter().filter(|column| column.n_distinct() == 2).map(ColumnSketch::shown_name);
        let is_day_of_leaving = |(column, name): &(&ColumnSketch, &NameWords)| {
            column.kind == SketchKind::Date && column.n_missing() > 0 && name.fit(LEFT_DAY) > 0
        };
        let left_on = columns.iter().zip(names).find(is_day_of_leaving).map(|(column, _)| column.shown_name());
        return Err(ProposeError::NoOutcome { two_valued: two_valued.collect(), left_on });
    };
    let column = &columns[at];
    let name = &names[at];
    let inverse = name.fit(LEFT) == 0 && name.fit(STAYED) > 0;
    let by_word = column.levels.iter().position(|level| says_left(level));
    let by_flag = column.yes.as_ref().and_then(|yes| yes.iter().position(|&yes| yes != inverse));
    let (positive, say, is_a_guess) = match (by_flag, by_word) {
        (Some(level), _) => (level, inverse, false),
        (None, Some(level)) => (level, true, false),
        (None, None) if column.kind == SketchKind::Text => {
            let rarest = (0..column.n_distinct()).min_by_key(|&level| column.count(level)).unwrap_or(0);
            (rarest, true, true)
        }
        (None, None) => (if inverse { 0 } else { column.n_distinct() - 1 }, true, true),
    };
    Ok(Outcome { column: at, positive, say, is_a_guess, name_is_vague: score < CLEAR_NAME })
}

/// From here on the name itself says that somebody left.
const CLEAR_NAME: u32 = 10;

fn outcome_score(column: &ColumnSketch, name: &NameWords) -> u32 {
    let two = column.n_distinct() == 2;
    let few = column.kind == SketchKind::Text && (3..=MAX_OUTCOMES).contains(&column.n_distinct());
    if column.name.trim().is_empty() || !(two || few) || name.fit(NOT_AN_OUTCOME) > 0 || name.names_account() > 3 {
        return 0;
    }
    let by_name = match (name.fit(LEFT), name.fit(STAYED), name.fit(SOME_OUTCOME)) {
        (left @ 1.., _, _) => CLEAR_NAME + left,
        (0, 1.., _) => 7,
        (0, 0, 1..) => 5,
        _ => 0,
    };
    let by_word = column.yes.is_none() && column.levels.iter().any(|level| says_left(level));
    // Three values are an outcome only where one of them says that somebody left.
    if !two && !by_word {
        return 0;
    }
    // `churn` rather than `churn_within_trial`: the shorter of two names is the general one.
    let plain = u32::from(by_name > 0 && name.tokens().len() <= 2);
    let bonus = if by_word { 4 } else { 0 };
    if by_name == 0 && by_word && !two { 0 } else { by_name * 2 + bonus + plain }
}

/// Whether a value such as `Attrited Customer` or `解約` says that somebody left.
fn says_left(level: &str) -> bool {
    let words = NameWords::of(level);
    let negated = ["not", "no", "non", "never", "un"].iter().any(|no| words.tokens().iter().any(|token| token == no));
    words.fit(LEFT) > 0 && !negated && !level.contains("なし") && !level.contains("未")
}

struct WhoAndWhen {
    account: Option<usize>,
    period: Option<usize>,
    clashes: usize,
}

fn who_and_when(columns: &[ColumnSketch], names: &[NameWords], outcome: usize) -> WhoAndWhen {
    let can_identify = |column: &ColumnSketch| match column.kind {
        SketchKind::Text => true,
        SketchKind::Number => column.is_whole(),
        _ => false,
    };
    let mut named: Vec<(u32, bool, usize)> = (0..columns.len())
        .filter(|&at| at != outcome && can_identify(&columns[at]) && !columns[at].name.trim().is_empty())
        .map(|at| (names[at].names_account().max(u32::from(names[at].is_bare_customer())), columns[at].is_unique(), at))
        .filter(|(score, ..)| *score > 0)
        .filter(|(.., at)| columns[*at].n_distinct() > 2 || columns[*at].is_unique())
        .collect();
    named.sort_by_key(|&(score, unique, at)| (std::cmp::Reverse(score), std::cmp::Reverse(unique), at));
    let periods = period_candidates(columns, names, outcome);
    let mut fewest_clashes: Option<(usize, usize)> = None;
    for &(score, unique, account) in &named {
        if unique {
            continue;
        }
        // A number called `account` is who the row is about where it comes back in every period, and an amount elsewhere.
        let is_doubtful = score <= 2 && columns[account].kind == SketchKind::Number;
        for &period in periods.iter().filter(|&&period| period != account) {
            match clashes(columns, account, period) {
                _ if is_doubtful && columns[period].is_unique() => {}
                0 => return WhoAndWhen { account: Some(account), period: Some(period), clashes: 0 },
                _ if is_doubtful => {}
                n if fewest_clashes.is_none_or(|(other, _)| n < other) => fewest_clashes = Some((n, account)),
                _ => {}
            }
        }
    }
    // Nine in ten rows fit the panel that was meant; fewer, and nothing was meant.
    let meant = fewest_clashes.filter(|(n, _)| n * 10 <= columns.first().map_or(0, ColumnSketch::n_rows));
    let first_unique_text = columns.iter().position(|c| c.kind == SketchKind::Text && c.is_unique() && c.n_rows() > 2);
    let first_unique = columns.first().filter(|c| c.is_whole() && c.is_unique() && c.n_rows() > 2).map(|_| 0);
    // A code that repeats, such as an area code, says nothing about who the row is.
    let by_name = named.iter().find(|(score, unique, _)| *unique || *score >= 5);
    WhoAndWhen {
        account: by_name
            .map(|&(.., at)| at)
            .or(first_unique_text.or(first_unique).filter(|&at| at != outcome && !columns[at].name.trim().is_empty())),
        period: None,
        clashes: meant.map_or(0, |(n, _)| n),
    }
}

fn period_candidates(columns: &[ColumnSketch], names: &[NameWords], outcome: usize) -> Vec<usize> {
    let mut found: Vec<(u32, usize)> = Vec::new();
    for (at, (column, name)) in columns.iter().zip(names).enumerate() {
        let can = match column.kind {
            SketchKind::Date => true,
            SketchKind::Number => column.is_whole(),
            SketchKind::Text => is_year_month(column),
            _ => false,
        };
        if at == outcome || !can || column.n_missing() > 0 || column.n_distinct() < 2 || column.name.trim().is_empty() {
            continue;
        }
        let by_name = if name.fit(NOT_A_PERIOD) > 0 { 0 } else { name.fit(PERIOD) };
        let dated = column.kind == SketchKind::Date && name.fit(NOT_A_PERIOD) == 0;
        let score = by_name * 2 + u32::from(dated);
        if score > 0 {
            found.push((score, at));
        }
    }
    found.sort_by_key(|&(score, at)| (std::cmp::Reverse(score), at));
    found.into_iter().map(|(_, at)| at).collect()
}

/// `2026-03`, `2026/3`, `2026年3月`: a month that no program reads as a date.
pub(super) fn is_year_month(column: &ColumnSketch) -> bool {
    column.kind == SketchKind::Text
        && column.levels.iter().all(|level| {
            let digits: Vec<&str> =
                level.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
            matches!(digits.as_slice(), [year, month] if year.len() == 4 && month.len() <= 2)
        })
}

/// Rows that share account and period with another row without being its exact double.
fn clashes(columns: &[ColumnSketch], account: usize, period: usize) -> usize {
    let mut seen: BTreeMap<(u32, u32), usize> = BTreeMap::new();
    let mut clashes = 0;
    for (row, key) in columns[account].codes.iter().copied().zip(columns[period].codes.iter().copied()).enumerate() {
        match seen.get(&key) {
            None => {
                seen.insert(key, row);
            }
            Some(&first) => {
                clashes += usize::from(columns.iter().any(|c| c.codes.get(first) != c.codes.get(row)));
            }
        }
    }
    clashes
}
