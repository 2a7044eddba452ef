//! No text makes the reader panic or contradict itself.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;

/// A file is read, or refused with problems in order and inside it; in both cases twice the same.
fn holds(text: &str) -> Result<(), TestCaseError> {
    let lines = text.matches('\n').count() + 1;
    match parse_study(text, "study.toml") {
        Ok(noted) => {
            let again = parse_study(text, "study.toml").unwrap();
            prop_assert_eq!(noted.value, again.value);
            prop_assert_eq!(noted.notices, again.notices);
        }
        Err(found) => {
            prop_assert!(!found.problems.is_empty());
            let at: Vec<(usize, usize)> =
                found.problems.iter().map(|p| (p.position().line, p.position().column)).collect();
            prop_assert!(at.is_sorted());
            prop_assert!(at.iter().all(|&(line, column)| (1..=lines).contains(&line) && column >= 1));
            for problem in &found.problems {
                prop_assert!(!problem.to_string().contains('\n'), "{}", problem);
                prop_assert!(!problem.ja().is_empty());
                prop_assert!(problem.help().is_none_or(|help| !help.en.is_empty() && !help.ja.is_empty()));
            }
            // By text, because a NaN of the file does not equal itself.
            let again = parse_study(text, "study.toml").unwrap_err();
            prop_assert_eq!(format!("{found:?}"), format!("{again:?}"));
        }
    }
    Ok(())
}

/// Pieces that a study is made of, and some that it is not.
const PIECES: [&str; 30] = [
    "[",
    "]",
    "[[kpi]]",
    "{",
    "}",
    "=",
    "\n",
    "\r\n",
    "\"",
    "'",
    ".",
    ",",
    "name",
    "missing",
    "where",
    "carry",
    "-1",
    "0x_",
    "1e999",
    "9223372036854775808",
    "nan",
    "true",
    "2024-02-29",
    "99:99",
    "\u{feff}",
    "\u{0}",
    "鍵",
    "\\",
    "#",
    "\"\"\"",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_001), ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,200}") {
        holds(&text)?;
    }

    #[test]
    fn any_heap_of_pieces_is_read_or_refused(pieces in proptest::collection::vec(0..PIECES.len(), 0..60)) {
        let text: String = pieces.iter().map(|&piece| PIECES[piece]).collect();
        holds(&text)?;
    }

    #[test]
    fn any_mutated_study_is_read_or_refused(
        base in 0..3_usize,
        cuts in proptest::collection::vec((0.0..1.0_f64, 0..12_usize, 0..PIECES.len()), 1..5),
    ) {
        let whole = everything(PANEL_SOURCE, "");
        let mut chars: Vec<char> = [PANEL, TABLES, &whole][base].chars().collect();
        for (place, length, piece) in cuts {
            let from = (place * chars.len() as f64) as usize;
            let to = (from + length).min(chars.len());
            chars.splice(from..to, PIECES[piece].chars());
        }
        holds(&chars.into_iter().collect::<String>())?;
    }

    #[test]
    fn any_value_under_any_key_is_read_or_refused(
        scope in 0..schema::ALL.len(),
        key in 0..20_usize,
        value in prop::sample::select(vec![
            "\"\"", "\"x\"", "1", "-1", "0.5", "inf", "true", "2024-01-01", "10:00:00", "[]", "[1]", "[[]]",
            "[\"a\", \"a\"]", "{}", "{ a = 1 }", "{ carry = 1 }", "\"\\u0000\"", "99999999999999999999", "1e400",
        ]),
    ) {
        let scope = schema::ALL[scope];
        let key = scope.keys[key % scope.keys.len()];
        let line = format!("{key} = {value}");
        for base in [PANEL, TABLES] {
            let header = format!("{}\n", scope.label);
            holds(&base.replacen(&header, &format!("{header}{line}\n"), 1))?;
            // The same key in place of the one that is there.
            let old = |old: &str| old.starts_with(&format!("{key} "));
            let replaced: Vec<&str> = base.lines().map(|kept| if old(kept) { line.as_str() } else { kept }).collect();
            holds(&replaced.join("\n"))?;
        }
    }
}
