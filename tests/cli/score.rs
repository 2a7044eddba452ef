//! `fuellamp score` says what `run` said of the same rows, and of a row the same whatever stands beside it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::support::{Panel, Room, STUDY};

const CODED: &str = r#"segment = ["segment", "branch", "preferred"]"#;

/// The panel with branches `01`, `02`, `1` and `10` and a truth, both as they are written by hand.
fn coded() -> Panel {
    let mut panel = Panel::new();
    panel.header.extend(["branch", "preferred"].map(str::to_owned));
    for row in &mut panel.rows {
        let account: usize = row[0][1..].parse().unwrap();
        row.push(["01", "02", "1", "10", "02"][account % 5].to_owned());
        row.push(if account % 7 < 3 { "TRUE" } else { "FALSE" }.to_owned());
    }
    panel
}

fn json_lines(panel: &Panel) -> String {
    let cell = |column: &str, text: &str| match (column, text) {
        (_, "TRUE" | "FALSE") => json!(text == "TRUE"),
        ("account" | "segment" | "branch", _) => json!(text),
        _ => serde_json::from_str(text).unwrap(),
    };
    let line = |row: &Vec<String>| {
        let cells = panel.header.iter().zip(row).map(|(column, text)| (column.clone(), cell(column, text)));
        Value::Object(cells.collect()).to_string() + "\n"
    };
    panel.rows.iter().map(line).collect()
}

/// Rows of a CSV file by the first column, the last of each.
fn by_account(text: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        let cells = header.iter().zip(&record).map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        (record[0].to_owned(), cells)
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

#[test]
fn run_and_score_say_the_same_of_accounts_with_codes_and_truths_from_every_format() {
    let room = Room::empty();
    let study = STUDY.replace(r#"segment = ["segment"]"#, CODED);
    room.put("panel.csv", coded().csv(','));
    room.put("panel.jsonl", json_lines(&coded()));
    room.put("study.toml", &study);
    assert_eq!(room.fuellamp(&["panel", "study.toml", "--out", "panel.parquet"]).code, Some(0));
    for table in ["panel.csv", "panel.jsonl", "panel.parquet"] {
        room.put("study.toml", study.replace("panel.csv", table));
        let ran = room.fuellamp(&["run", "study.toml", "--out", "out"]);
        assert_eq!(ran.code, Some(0), "{table}: {}", ran.err);
        let weights = room.text("out/weights.json");
        for level in [r#""01""#, r#""1""#, r#""10""#, r#""true""#] {
            assert!(weights.contains(&format!(r#""level": {level}"#)), "{table} has no level {level}");
        }
        let scored = room.fuellamp(&["score", "out/weights.json", table, "--allow-draft"]);
        assert_eq!(scored.code, Some(0), "{table}: {}", scored.err);
        let (own, again) = (by_account(&room.text("out/scores.csv")), by_account(&scored.out));
        assert!(own.len() > 20, "{} active accounts", own.len());
        for (account, own) in &own {
            let again = &again[account];
            for column in ["score", "probability", "probability_low", "probability_high"] {
                let number = |row: &BTreeMap<String, String>| row[column].parse::<f64>().unwrap();
                let (own, again) = (number(own), number(again));
                assert!((own - again).abs() <= 1e-9, "{table}, {account}, {column}: {own} and {again}");
            }
            assert_eq!(own["used_policies"], again["used_policies"], "{table}, {account}");
        }
    }
}

/// Exit code, and the scores of the row `X` from its fourth column on, where it stands alone and behind good rows.
fn beside(room: &Room, cells: &str) -> Vec<(Option<i32>, String)> {
    let one = |n: usize| {
        let good: String = (0..n).map(|n| format!("A{n},5,large,0.{}1,02,TRUE\n", n % 10)).collect();
        room.put("few.csv", format!("account,month,segment,usage,branch,preferred\n{good}X,5,{cells}\n"));
        let ended = room.fuellamp(&["score", "out/weights.json", "few.csv", "--allow-draft"]);
        let row = ended.out.lines().find(|line| line.starts_with("X,"));
        if ended.code == Some(2) {
            assert!(ended.err.contains("`X` cannot be scored: `usage`"), "{cells}, {n}: {}", ended.err);
            assert!(ended.err.contains(&format!("few.csv line {}", n + 2)), "{cells}, {n}: {}", ended.err);
        }
        (ended.code, row.map(|row| row.splitn(4, ',').last().unwrap().to_owned()).unwrap_or_default())
    };
    [0, 1, 5, 20, 200].map(one).to_vec()
}

#[test]
fn a_row_scores_the_same_alone_and_among_others() {
    let room = Room::empty();
    room.put("panel.csv", coded().csv(','));
    room.put("study.toml", STUDY.replace(r#"segment = ["segment"]"#, CODED));
    assert_eq!(room.fuellamp(&["run", "study.toml", "--out", "out"]).code, Some(0));
    let weights: Value = serde_json::from_str(&room.text("out/weights.json")).unwrap();
    assert!(weights["recipes"].as_array().unwrap().iter().any(|r| r["column"] == "usage" && r["kind"] == "number"));
    for (usage, code, policy) in [
        ("0.5", 0, ""),
        ("NA", 0, "usage:missing"),
        ("-", 0, "usage:missing"),
        ("", 0, "usage:missing"),
        ("１２", 0, "usage:clipped"),
        ("\"1,234\"", 2, ""),
        ("12円", 2, ""),
        ("true", 2, ""),
        ("inf", 2, ""),
    ] {
        let seen = beside(&room, &format!("large,{usage},01,TRUE"));
        assert!(seen.iter().all(|one| *one == seen[0]), "{usage}: {seen:?}");
        assert_eq!(seen[0].0, Some(code), "{usage}: {seen:?}");
        assert!(seen[0].1.contains(policy), "{usage}: {seen:?}");
    }
    for branch in ["1,TRUE", "1.0,T", "01,true", "1,1", "NA,FALSE", "A1,f"] {
        let seen = beside(&room, &format!("large,0.5,{branch}"));
        assert!(seen.iter().all(|one| *one == seen[0]) && seen[0].0 == Some(0), "{branch}: {seen:?}");
        assert!(!seen[0].1.contains("preferred:unseen"), "{branch}: {seen:?}");
        assert_eq!(seen[0].1.contains("branch:unseen"), branch.contains('A'), "{branch}: {seen:?}");
    }
}

#[test]
fn a_table_without_the_account_column_is_numbered_and_says_so() {
    let room = Room::with_results();
    room.put("nobody.csv", Panel::new().without("account").csv(','));
    let scored = room.fuellamp(&["score", "out/weights.json", "nobody.csv", "--allow-draft"]);
    assert_eq!(scored.code, Some(0), "{}", scored.err);
    assert!(
        scored.out.starts_with("row,month,") && scored.err.contains("no account column `account`"),
        "{}",
        scored.err
    );
    let named = room.fuellamp(&["score", "out/weights.json", "panel.csv", "--allow-draft"]);
    assert!(!named.err.contains("account column"), "{}", named.err);
}

#[test]
fn weights_that_cannot_be_used_say_why_in_the_readers_language() {
    let room = Room::with_results();
    let whole = room.text("out/weights.json");
    let weights: Value = serde_json::from_str(&whole).unwrap();
    let version = r#""schema_version": "1.2.0""#;
    assert!(whole.contains(version));
    let with = |key: &str, value: Value| {
        let mut weights = weights.clone();
        weights[key] = value;
        weights.to_string()
    };
    let newer = whole.replacen(version, r#""schema_version": "2.0.0""#, 1);
    let key = whole.replacen(version, r#""schema_version": "1.3.0", "surprise": 1"#, 1);
    for (name, text, says) in [
        ("day.json", with("valid_until", json!("2025/12/31")), ["`2025/12/31` is no date", "`valid_until`"]),
        ("word.json", with("valid_until", json!("abc")), ["`abc` is no date", "`valid_until`"]),
        ("newer.json", newer, ["newer fuellamp (format 2.0.0", "新しいfuellamp"]),
        ("key.json", key, ["newer fuellamp (format 1.3.0", "新しいfuellamp"]),
        ("surprise.json", with("surprise", json!(1)), ["unknown field `surprise`", "`surprise`は"]),
        ("bands.json", with("bands", json!([])), ["bands must fall", "`bands`の内容"]),
        ("half.json", whole[..whole.len() / 2].to_owned(), ["EOF", "途中で切れています"]),
    ] {
        room.put(name, &text);
        for arguments in [&["verify", name][..], &["score", name, "panel.csv", "--allow-draft"]] {
            for (lang, says) in ["en", "ja"].into_iter().zip(says) {
                let ended = room.fuellamp(&[&["--lang", lang], arguments].concat());
                assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.err);
                assert!(ended.err.contains(says), "{arguments:?}: {}", ended.err);
                let updates = ended.err.contains(if lang == "en" { "update fuellamp" } else { "fuellampを更新" });
                assert_eq!(updates, ["newer.json", "key.json"].contains(&name), "{}", ended.err);
                assert!(lang == "en" || !ended.err.contains(" is "), "English in Japanese: {}", ended.err);
            }
        }
    }
    let mut parity = weights["parity"].clone();
    parity[2]["expected"]["log_odds"] = json!(9.0);
    room.put("parity.json", with("parity", parity));
    let japanese = room.fuellamp(&["--lang", "ja", "verify", "parity.json"]);
    assert_eq!(japanese.code, Some(1));
    assert!(japanese.err.contains("parity[2]の結果が一致しません（`log_odds`は"), "{}", japanese.err);
    assert!(!japanese.err.contains("expected"), "{}", japanese.err);
}

/// Warnings of `score` about a table of good rows, each changed by `change`, by code.
fn warned(room: &Room, rows: usize, change: impl Fn(usize) -> [String; 4]) -> BTreeMap<String, (String, String)> {
    let lines: String = (0..rows).map(|row| change(row).join(",") + "\n").collect();
    room.put("today.csv", format!("account,month,segment,usage\n{lines}"));
    let ended = room.fuellamp(&["--json", "score", "out/weights.json", "today.csv", "--allow-draft"]);
    assert_eq!((ended.code, ended.out.lines().count()), (Some(0), rows + 1), "{}", ended.err);
    let parsed = ended.err.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let text = |line: &Value, key: &str| line[key].as_str().unwrap_or_default().to_owned();
    let own = |line: Value| (text(&line, "code"), (text(&line, "what"), text(&line, "where")));
    parsed.filter(|line| line["kind"] == "warning").map(own).collect()
}

#[test]
fn a_column_that_an_export_has_spoilt_is_named_and_a_few_odd_cells_are_not() {
    let room = Room::with_results();
    let row = |row: usize, segment: &str, usage: &str| [format!("B{row}"), "11".into(), segment.into(), usage.into()];
    assert!(warned(&room, 40, |n| row(n, "small", "0.5")).is_empty());
    let few = warned(&room, 40, |n| row(n, "small", if n < 19 { "1e6" } else { "" }));
    assert!(few.is_empty(), "{few:?}");
    assert!(warned(&room, 9, |n| row(n, "", "")).is_empty(), "a handful of customers may have no value");

    let cased = warned(&room, 40, |n| row(n, if n % 2 == 1 { "Large" } else { "large" }, "0.5"));
    let (what, place) = &cased["unseen_levels"];
    assert!(what.contains("`segment`: 20 of 40 rows have") && what.contains("first `Large`"), "{what}");
    assert_eq!((place.as_str(), cased.len()), ("today.csv line 3", 1));
    let blank = warned(&room, 10, |n| row(n, "small", " "));
    assert!(blank["blank_column"].0.contains("`usage` is blank in all 10 rows"), "{blank:?}");
    let minutes = warned(&room, 40, |n| row(n, "small", if n < 20 { "60" } else { "0.5" }));
    assert!(minutes["outside_range"].0.contains("`usage`: 20 of 40 rows"), "{minutes:?}");
}

#[test]
fn accounts_that_are_repeated_or_nameless_are_named() {
    let room = Room::with_results();
    let row = |account: &str, month: usize| [account.to_owned(), month.to_string(), "small".into(), "0.5".into()];
    assert!(warned(&room, 3, |n| row("B1", n)).is_empty(), "a history repeats accounts, each period once");
    let accounts = ["B1", "B2", " B2 ", "", "B2", "  "];
    let found = warned(&room, 6, |n| row(accounts[n], 11));
    let (what, place) = &found["repeated_accounts"];
    assert!(what.starts_with("2 rows repeat an account") && what.contains("`B2`"), "{what}");
    assert_eq!(place, "today.csv line 3 and today.csv line 4");
    let (what, place) = &found["rows_without_account"];
    assert!(what.starts_with("2 rows name no account"), "{what}");
    assert_eq!((place.as_str(), found.len()), ("today.csv line 5", 2));
}

#[test]
fn a_number_that_python_does_not_know_is_told_to_be_null() {
    let room = Room::with_results();
    room.put("today.jsonl", "{\"account\": \"B1\", \"month\": 11, \"segment\": \"small\", \"usage\": NaN}\n");
    let score = ["score", "out/weights.json", "today.jsonl", "--allow-draft"];
    let refused = room.fuellamp(&score);
    assert_eq!(refused.code, Some(2));
    assert!(refused.err.contains("today.jsonl line 1") && refused.err.contains("is null (NaN"), "{}", refused.err);
    room.put("today.jsonl", room.text("today.jsonl").replace("NaN", "null"));
    let scored = room.fuellamp(&score);
    assert!(scored.code == Some(0) && scored.out.contains("usage:missing"), "{}", scored.err);
}

#[test]
fn columns_in_another_case_are_told_what_to_be_called() {
    let room = Room::with_results();
    room.put("upper.csv", Panel::new().rename("usage", "USAGE").rename("segment", "Segment").csv(','));
    let ended = room.fuellamp(&["score", "out/weights.json", "upper.csv", "--allow-draft"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("`USAGE` -> `usage`") && ended.err.contains("`Segment` -> `segment`"), "{}", ended.err);
    room.put("fewer.csv", Panel::new().rename("usage", "USAGE").without("segment").csv(','));
    let ended = room.fuellamp(&["score", "out/weights.json", "fewer.csv", "--allow-draft"]);
    assert!(ended.err.contains("add the columns"), "{}", ended.err);
}

#[test]
fn a_night_without_rows_is_scored_and_a_file_without_columns_is_not() {
    let room = Room::with_results();
    room.put("night.csv", "account,month,segment,usage\n");
    let score = |table: &str| {
        room.fuellamp(&["--json", "score", "out/weights.json", table, "--allow-draft", "--explain", "--out", "s.csv"])
    };
    let scored = score("night.csv");
    assert_eq!(scored.code, Some(0), "{}", scored.err);
    assert!(scored.err.contains("\"code\":\"no_rows\"") && scored.err.contains("night.csv"), "{}", scored.err);
    let empty = room.text("s.csv");
    assert!(empty.starts_with("account,month,score,probability,band,") && empty.lines().count() == 1, "{empty}");
    room.put("night.csv", "account,month,segment,usage\nB1,11,small,0.5\n");
    assert!(!score("night.csv").err.contains("no_rows"));
    assert_eq!(room.text("s.csv").lines().next(), empty.lines().next(), "the same header as with rows");
    // What an export that broke off leaves is refused, and last night's scores stay.
    for (broken, says) in [("", "is empty"), ("account,month,segment\n", "`usage`")] {
        room.put("broken.csv", broken);
        let refused = score("broken.csv");
        assert_eq!(refused.code, Some(2), "{broken}");
        assert!(refused.err.contains(says), "{}", refused.err);
        assert_eq!(room.text("s.csv").lines().count(), 2);
    }
    let study = room.fuellamp(&["check", "study.toml"]);
    assert_eq!(study.code, Some(0), "{}", study.err);
    room.put("panel.csv", Panel::new().csv(',').lines().next().unwrap());
    assert_eq!(room.fuellamp(&["check", "study.toml"]).code, Some(2), "nothing can be learned from a header");
}

#[test]
fn accounts_come_back_as_written_but_for_what_a_spreadsheet_would_compute() {
    let room = Room::with_results();
    let ids = ["00012", "12345678901234567890", "12345678901234567891", "-5", "+81", "1.0", "顧客 一"];
    let marked = ["=1+1", "-5+2", "@sum", "+-1", "-"];
    let rows: String = ids.iter().chain(&marked).map(|id| format!("{id},11,small,0.5\n")).collect();
    room.put("today.csv", format!("account,month,segment,usage\n{rows}"));
    let scored = room.fuellamp(&["score", "out/weights.json", "today.csv", "--allow-draft"]);
    assert_eq!(scored.code, Some(0), "{}", scored.err);
    let accounts = by_account(&scored.out);
    assert!(ids.iter().all(|id| accounts.contains_key(*id)), "{accounts:?}");
    assert!(marked.iter().all(|id| accounts.contains_key(&format!("'{id}"))), "{accounts:?}");
    assert!(scored.err.contains("5 accounts of column `account`"), "{}", scored.err);
    assert!(scored.err.contains("first `'=1+1`") && scored.err.contains("take the apostrophe off"), "{}", scored.err);
}

/// What an engine does that compares texts alone, or without case, width or blanks.
#[test]
fn an_engine_that_compares_levels_in_another_way_fails_a_parity_vector() {
    let room = Room::empty();
    room.put("panel.csv", coded().csv(','));
    room.put("study.toml", STUDY.replace(r#"segment = ["segment"]"#, CODED));
    assert_eq!(room.fuellamp(&["run", "study.toml", "--out", "out"]).code, Some(0));
    let weights = fuellamp_score::Weights::from_json(&room.text("out/weights.json")).unwrap();
    let vectors: BTreeMap<&str, _> = weights.parity.iter().map(|vector| (&*vector.covers, vector)).collect();
    // The log-odds with another value in the column.
    let with = |covers: &str, value: Value| {
        let mut vector = vectors[covers].clone();
        vector.inputs.insert(covers.split(' ').next().unwrap().to_owned(), value);
        weights.score(|column| vector.value(column)).unwrap().log_odds
    };
    let expected = |covers: &str| vectors[covers].expected.log_odds;
    let apart = |a: f64, b: f64| (a - b).abs() > 1e-6;
    let text = |covers: &str| vectors[covers].inputs[covers.split(' ').next().unwrap()].clone();

    // Texts alone: what is the level would be unseen, and blanks too.
    for covers in [
        "segment with blanks around it",
        "branch with blanks around it",
        "branch with a zero in front",
        "branch as a number",
        "preferred with blanks around it",
        "preferred in another case",
        "preferred as a truth",
    ] {
        assert!(apart(expected(covers), with(covers, json!("\u{2603}"))), "{covers}: {:?}", vectors[covers]);
    }
    // Without case or width: what is unseen would be the level.
    for (covers, level) in [
        ("segment in another case", text("segment in another case").as_str().unwrap().to_lowercase()),
        ("segment in full width", text("segment in another case").as_str().unwrap().to_lowercase()),
    ] {
        assert!(apart(expected(covers), with(covers, json!(level))), "{covers}: {:?}", vectors[covers]);
    }
    for column in ["segment", "branch", "preferred"] {
        let covers = format!("{column} blank");
        assert!(!apart(expected(&covers), with(&covers, Value::Null)), "{covers}");
    }
}
