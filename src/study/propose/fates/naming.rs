//! Names of KPIs, and what a name says of its KPI.

use std::collections::BTreeSet;

use crate::study::Fault;
use crate::study::propose::name_words::NameWords;
use crate::study::propose::sketch::ColumnSketch;
use crate::study::propose::words_of_columns as names;

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
pub(super) fn kpi_names(columns: &[ColumnSketch], candidates: &[usize]) -> Vec<(usize, String)> {
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
pub(in crate::study::propose) fn clean(name: &str) -> String {
    let line: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let short: String = line.trim().chars().take(Fault::MAX_CHARS).collect();
    match short.trim() {
        "" => "kpi".to_owned(),
        "(intercept)" => "intercept".to_owned(),
        name => name.to_owned(),
    }
}
