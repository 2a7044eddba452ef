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
