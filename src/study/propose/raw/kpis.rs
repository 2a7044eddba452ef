//! What a log could show of a customer: how much happened and when last, and apart what is of a kind of its own.

use std::fmt::Write as _;

use super::super::fates::clean;
use super::super::name_words::NameWords;
use super::super::render::quoted;
use super::super::sketch::{ColumnSketch, SketchKind};
use super::super::words_of_columns as names;
use super::Sorted;
use super::rhythm::Rhythm;

/// A KPI as the study file says it.
pub(super) struct Candidate {
    pub(super) name: String,
    kind: &'static str,
    hoped: &'static str,
    from: String,
    agg: &'static str,
    value: Option<String>,
    window: Option<&'static str>,
    /// Only rows with this value in this column.
    only: Option<(String, String)>,
}

impl Candidate {
    /// Its table in the study file.
    pub(super) fn toml(&self) -> String {
        let (name, from) = (quoted(&self.name), quoted(&self.from));
        let (kind, hoped, agg) = (self.kind, self.hoped, self.agg);
        let mut text =
            format!("[[kpi]]\nname = {name}\nkind = \"{kind}\"\nhoped = \"{hoped}\"\nfrom = {from}\nagg = \"{agg}\"\n");
        if let Some(value) = &self.value {
            let _ = writeln!(text, "value = {}", quoted(value));
        }
        if let Some((column, value)) = &self.only {
            let _ = writeln!(text, "where = {{ {} = {} }}", quoted(column), quoted(value));
        }
        if let Some(window) = self.window {
            let _ = writeln!(text, "window = \"{window}\"");
        }
        text
    }
}

/// Kind and hoped direction that a name speaks for.
fn kind_of(words: &NameWords) -> Option<(&'static str, &'static str)> {
    let fits = |patterns: &[&str]| words.fit(patterns) > 0;
    if fits(names::FRICTION) {
        Some(("friction", "less"))
    } else if fits(names::ACTION) {
        Some(("action", "more"))
    } else if fits(names::PERCEPTION) {
        Some(("perception", "more"))
    } else if fits(names::RESULT) {
        Some(("outcome", "more"))
    } else {
        None
    }
}

const BEHAVIOUR: (&str, &str) = ("behaviour", "more");

/// Numbers that a log carries beside who and when.
fn quantities(log: &Sorted<'_>) -> Vec<usize> {
    let is_one = |at: &usize| {
        let column = log.column(*at);
        *at != log.account
            && !log.months.contains(at)
            && column.kind == SketchKind::Number
            && column.n_distinct() > 2
            && !column.is_unique()
            && log.words[*at].names_account() == 0
    };
    (0..log.table.columns.len()).filter(is_one).collect()
}

/// Candidates of a log with their turn: the first of every log before the second of any, `None` for those that stay comments.
/// What changes little from one total to the next comes last. Beside its whole a part says how far its rows differ from the
/// rest: a question to ask of contacts with those who decide, not of every kind of row.
pub(super) fn candidates(log: &Sorted<'_>) -> Vec<(Option<usize>, Candidate)> {
    let rhythm = log.rhythm();
    let of_months = monthly(log, rhythm);
    if !of_months.is_empty() {
        let turn = |candidate: &Candidate| match candidate.agg {
            "mean" | "last" => 0,
            "change" => 5,
            _ => 6,
        };
        let of_months = of_months.into_iter().map(|candidate| (Some(turn(&candidate)), candidate));
        return of_months.chain(parts(log).into_iter().map(|(_, part)| (None, part))).collect();
    }
    let turn = |candidate: &Candidate| match candidate.agg {
        "count" => 0,
        "days_since" => 1,
        "distinct_days" => 3,
        "change" => 5,
        "trend" => 6,
        _ => 4,
    };
    let totals = totals(log).into_iter().map(|candidate| (Some(turn(&candidate)), candidate));
    totals.chain(parts(log).into_iter().map(|(named, part)| (named.then_some(2), part))).collect()
}

/// Numbers of a table with one row per month that are worth a KPI.
const MAX_NUMBERS: usize = 8;

/// What a table with a row per month says of each of its numbers: the mean of three months, its change and its trend. How many
/// rows there are, and how long ago the last was, says nothing there.
fn monthly(log: &Sorted<'_>, rhythm: Rhythm) -> Vec<Candidate> {
    if rhythm == Rhythm::Days {
        return Vec::new();
    }
    let of_log = kind_of(&NameWords::of(&log.name)).unwrap_or(BEHAVIOUR);
    let of_number = |at: usize| {
        let column = &log.column(at).name;
        let is_use = log.words[at].fit(names::USE) > 0;
        let (kind, hoped) = kind_of(&log.words[at]).unwrap_or(if is_use { BEHAVIOUR } else { of_log });
        let (first, window) = if kind == "perception" { ("last", None) } else { ("mean", Some(rhythm.quarter())) };
        let of = move |agg: &'static str, window| Candidate {
            name: format!("{}_{}_{agg}", log.name, clean(column)),
            kind,
            hoped,
            from: log.name.clone(),
            agg,
            value: Some(column.clone()),
            window,
            only: None,
        };
        [of(first, window), of("change", Some(rhythm.quarter())), of("trend", Some(rhythm.half_year()))]
    };
    quantities(log).into_iter().take(MAX_NUMBERS).flat_map(of_number).collect()
}

/// Count, distinct days, days since the last and change of everything in a log, and up to two of its numbers.
fn totals(log: &Sorted<'_>) -> Vec<Candidate> {
    let (kind, hoped) = kind_of(&NameWords::of(&log.name)).unwrap_or(BEHAVIOUR);
    let against = if hoped == "more" { "less" } else { "more" };
    let name = &log.name;
    let of_rows = |name: String, hoped, agg, window| Candidate {
        name,
        kind,
        hoped,
        from: log.name.clone(),
        agg,
        value: None,
        window,
        only: None,
    };
    let mut found = vec![
        of_rows(format!("{name}_count_90d"), hoped, "count", Some("90d")),
        of_rows(format!("{name}_days_90d"), hoped, "distinct_days", Some("90d")),
        of_rows(format!("{name}_days_since"), against, "days_since", None),
        of_rows(format!("{name}_change_90d"), hoped, "change", Some("90d")),
    ];
    for at in quantities(log).into_iter().take(2) {
        let column = &log.column(at).name;
        let asked = log.words[at].fit(names::PERCEPTION) > 0;
        let (kind, hoped) = if asked { ("perception", "more") } else { (kind, hoped) };
        let (agg, window) = if asked { ("last", None) } else { ("mean", Some("90d")) };
        for (agg, window) in [(agg, window), ("trend", Some("180d"))] {
            found.push(Candidate {
                name: format!("{name}_{}_{agg}", clean(column)),
                kind,
                value: Some(column.clone()),
                ..of_rows(String::new(), hoped, agg, window)
            });
        }
    }
    found
}

/// More kinds of row in one column are many things in one table.
const MAX_KINDS: usize = 20;
/// More parts of one column say little that is new ...
const MAX_OF_COLUMN: usize = 5;
/// ... and so do more of one log.
const MAX_OF_LOG: usize = 6;
/// Kinds with a smaller share of the rows say little.
const RARE: f64 = 0.02;
/// Longer texts were typed, not chosen.
const LONGEST: usize = 40;

/// What is of a kind of its own in a log: contacts with those who decide, contacts that the customer began, the use of one
/// feature. Of each column one kind at least is left out, or the parts would make the whole.
fn parts(log: &Sorted<'_>) -> Vec<(bool, Candidate)> {
    let of_log = kind_of(&NameWords::of(&log.name));
    let score = quantities(log).into_iter().next().filter(|_| of_log.is_some_and(|(kind, _)| kind == "perception"));
    // Of a table about months the numbers are added up: its rows come every month whatever happens.
    let rhythm = log.rhythm();
    let sum = quantities(log).into_iter().next().filter(|_| rhythm != Rhythm::Days && score.is_none());
    let mut columns: Vec<(bool, usize, Vec<usize>)> = (0..log.table.columns.len())
        .filter(|&at| at != log.account && says_what_kind(log, at))
        .map(|at| {
            let (named, levels) = chosen(log.column(at));
            (named, at, levels)
        })
        .collect();
    columns.sort_by_key(|(named, _, _)| !named);
    let mut found: Vec<(bool, Candidate)> = Vec::new();
    for (named, at, levels) in columns {
        let column = log.column(at);
        for level in levels {
            let value = &column.levels[level];
            let words = NameWords::of(value);
            let (kind, hoped) = match of_log {
                Some(("action", _)) if words.fit(names::THEIRS) > 0 => BEHAVIOUR,
                Some(known) => known,
                // A feature called after tickets is used like any other.
                None if NameWords::of(&log.name).fit(names::USE) > 0 => BEHAVIOUR,
                None => kind_of(&words).filter(|(kind, _)| *kind != "perception").unwrap_or(BEHAVIOUR),
            };
            let (agg, window, end) = match (score, sum) {
                (Some(_), _) => ("last", None, "last"),
                (None, Some(_)) => ("sum", Some(rhythm.quarter()), "sum"),
                (None, None) => ("count", Some("90d"), "90d"),
            };
            let short = clean(&format!("{}_{value}_{end}", log.name));
            let long = || clean(&format!("{}_{}_{value}_{end}", log.name, column.name));
            let name = if found.iter().any(|(_, known)| known.name == short) { long() } else { short };
            let part = Candidate {
                name,
                kind,
                hoped,
                from: log.name.clone(),
                agg,
                value: score.or(sum).map(|at| log.column(at).name.clone()),
                window,
                only: Some((column.name.clone(), value.clone())),
            };
            found.push((named, part));
        }
    }
    found.truncate(MAX_OF_LOG);
    found
}

/// Whether a column sorts the rows of a log into a few kinds.
fn says_what_kind(log: &Sorted<'_>, at: usize) -> bool {
    let (column, words) = (log.column(at), &log.words[at]);
    column.kind == SketchKind::Text
        && !log.months.contains(&at)
        && !column.is_yes_no()
        && (2..=MAX_KINDS).contains(&column.n_distinct())
        && column.levels.iter().all(|level| level.chars().count() <= LONGEST)
        && words.names_account() == 0
        && words.fit(names::OWNER) == 0
        && words.fit(names::LEFT) == 0
}

/// The kinds to count apart, and whether their names ask for it; else the most frequent.
fn chosen(column: &ColumnSketch) -> (bool, Vec<usize>) {
    let n = column.n_distinct();
    let fit = |patterns: &[&str]| -> Vec<usize> {
        (0..n).filter(|&level| NameWords::of(&column.levels[level]).fit(patterns) > 0).collect()
    };
    for patterns in [names::DECIDERS, names::THEIRS] {
        let found = fit(patterns);
        if (1..n).contains(&found.len()) {
            return (true, found.into_iter().take(2).collect());
        }
    }
    let rows = (column.n_rows() - column.n_missing()) as f64;
    let mut frequent: Vec<(usize, usize)> = (0..n).map(|level| (column.count(level), level)).collect();
    frequent.sort_by_key(|&(count, level)| (std::cmp::Reverse(count), level));
    let most = MAX_OF_COLUMN.min(n - 1);
    let enough = |count: usize| count as f64 >= RARE * rows;
    (false, frequent.into_iter().take(most).filter(|(count, _)| enough(*count)).map(|(_, level)| level).collect())
}

/// The column in which customers hinted at leaving.
pub(super) fn hint(log: &Sorted<'_>) -> Option<usize> {
    (0..log.table.columns.len())
        .filter(|&at| at != log.account && log.column(at).yes.is_some())
        .find(|&at| log.words[at].fit(names::RISK) > 0)
}

/// Whether a log records hints at leaving and nothing else.
pub(super) fn only_hints(log: &Sorted<'_>) -> bool {
    let Some(hint) = hint(log) else { return false };
    (0..log.table.columns.len()).all(|at| {
        at == hint
            || at == log.account
            || log.dates.contains(&at)
            || log.months.contains(&at)
            || log.words[at].names_account() > 0
    })
}
