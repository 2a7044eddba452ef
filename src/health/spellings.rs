//! Levels as services send them: in another case or width, with blanks around them, as a number or a truth, or blank. Rows that
//! a scorer fails which compares texts alone, or which lets a database compare them without case, width or blanks.

use std::collections::BTreeMap;

use fuellamp_score::{Recipe, Value, Weights};
use serde_json::{Number, Value as Json, json};

/// One row: inputs by column.
type Row = BTreeMap<String, Json>;

/// For each column of levels, spellings of the level that moves the result of `row` most, with what they are. The expected
/// result is that of the scoring crate, whose page says which level each of them is.
pub(super) fn rows(weights: &Weights, row: &Row) -> Vec<(String, Row)> {
    let mut rows = Vec::new();
    for (column, levels) in columns(weights) {
        let with = |value: Json| {
            let mut row = row.clone();
            row.insert(column.to_owned(), value);
            row
        };
        let eta = |value: Json| {
            let row = with(value);
            weights.score(|column| row.get(column).map_or(Value::Missing, Value::from_json)).ok().map(|s| s.log_odds)
        };
        // What is not known and not missing either.
        let unknown = eta(json!("\u{2603}"));
        let moves = |level: &str| (eta(json!(level)).unwrap_or(0.0) - unknown.unwrap_or(0.0)).abs();
        let Some(strongest) = levels.iter().copied().reduce(|a, b| if moves(b) > moves(a) { b } else { a }) else {
            continue;
        };
        rows.extend(
            spellings(&levels, strongest).into_iter().map(|(how, value)| (format!("{column} {how}"), with(value))),
        );
        rows.push((format!("{column} blank"), with(json!(" \u{3000} "))));
    }
    rows
}

/// The columns of levels, each once, with the levels that are known of it.
fn columns(weights: &Weights) -> Vec<(&str, Vec<&str>)> {
    let mut columns: Vec<(&str, Vec<&str>)> = Vec::new();
    for recipe in &weights.recipes {
        if let Recipe::Category(r) = recipe {
            let levels = r.levels.iter().map(|level| level.level.as_str()).chain([r.base.as_str()]);
            columns.push((&r.column, levels.collect()));
        }
    }
    for recipe in &weights.recipes {
        if let Recipe::Number(r) = recipe
            && let Some(within) = &r.within
            && !columns.iter().any(|(column, _)| *column == within.column)
        {
            columns.push((&within.column, within.levels.iter().map(String::as_str).collect()));
        }
    }
    columns
}

/// One of some levels in other spellings, with what they are.
pub(super) fn spellings(levels: &[&str], level: &str) -> Vec<(&'static str, Json)> {
    let mut found = vec![("with blanks around it", json!(format!("\u{3000}{level}\t")))];
    let texts = [
        ("in another case", other_case(level)),
        ("in full width", full_width(level)),
        ("with a zero in front", level.bytes().all(|byte| byte.is_ascii_digit()).then(|| format!("0{level}"))),
    ];
    found.extend(texts.into_iter().filter_map(|(how, text)| Some((how, json!(text?)))));
    found.extend(as_number(level).map(|number| ("as a number", Json::Number(number))));
    // Where some level is no truth, a truth of JSON is the number 1 or 0, which tables write as a word.
    if levels.iter().all(|level| truth(level).is_some()) {
        found.extend(truth(level).map(|truth| ("as a truth", json!(truth))));
    }
    found
}

fn truth(level: &str) -> Option<bool> {
    let is = |words: [&str; 3]| words.iter().any(|word| level.eq_ignore_ascii_case(word));
    if is(["true", "t", "1"]) { Some(true) } else { is(["false", "f", "0"]).then_some(false) }
}

fn other_case(level: &str) -> Option<String> {
    let upper = level.to_uppercase();
    let other = if upper == level { level.to_lowercase() } else { upper };
    (other != level).then_some(other)
}

/// Printable ASCII in the wide forms of East Asian text.
fn full_width(level: &str) -> Option<String> {
    let wide = |letter: char| match letter {
        '!'..='~' => char::from_u32(u32::from(letter) + 0xfee0).unwrap_or(letter),
        other => other,
    };
    let other: String = level.chars().map(wide).collect();
    (other != level).then_some(other)
}

/// A code as a service sends it that takes it for a number, where a number holds all its digits.
fn as_number(level: &str) -> Option<Number> {
    let whole: i64 = level.bytes().all(|byte| byte.is_ascii_digit()).then(|| level.parse().ok())??;
    (whole < 1_i64 << 53).then(|| Number::from(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(level: &str) -> Vec<String> {
        spellings(&[level], level).into_iter().map(|(how, value)| format!("{how}: {value}")).collect()
    }

    #[test]
    fn a_level_is_spelt_as_services_spell_it() {
        assert_eq!(
            said("Gold"),
            ["with blanks around it: \"\u{3000}Gold\\t\"", "in another case: \"GOLD\"", "in full width: \"Ｇｏｌｄ\""]
        );
        assert_eq!(said("GOLD")[1], "in another case: \"gold\"");
        assert_eq!(said("従量課金"), ["with blanks around it: \"\u{3000}従量課金\\t\""]);
        let code = said("01");
        assert_eq!(code[1..], ["in full width: \"０１\"", "with a zero in front: \"001\"", "as a number: 1"]);
        assert_eq!(said("12345678901234567890").len(), 3, "no number holds all its digits");
        assert_eq!(said("TRUE").last().unwrap(), "as a truth: true");
        assert_eq!(said("0").last().unwrap(), "as a truth: false");
        assert_eq!(spellings(&["0", "1", "2"], "1").last().unwrap().0, "as a number", "a count is no truth");
    }
}
