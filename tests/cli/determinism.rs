//! The same input gives the same bytes, on any number of threads and in any order of rows.

use std::collections::BTreeMap;

use serde_json::Value;

use super::support::{Panel, Room};

fn results(room: &Room, options: &[&str]) -> Vec<(String, Vec<u8>)> {
    let arguments: Vec<&str> = ["run", "study.toml", "--out", "out"].iter().chain(options).copied().collect();
    let ended = room.fuellamp(&arguments);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let files = room.files("out");
    assert!(files.len() > 8, "a run leaves its tables, pages and charts, not {}", files.len());
    files
}

fn assert_same_bytes(one: &[(String, Vec<u8>)], other: &[(String, Vec<u8>)]) {
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(one), names(other));
    for ((name, left), (_, right)) in one.iter().zip(other) {
        assert!(left == right, "{name} differs");
    }
}

#[test]
fn one_thread_and_two_write_the_same_bytes() {
    let one = results(&Room::furnished(), &["--threads", "1"]);
    let two = results(&Room::furnished(), &["--threads", "2"]);
    assert_same_bytes(&one, &two);
}

#[test]
fn a_second_run_into_the_same_folder_changes_nothing() {
    let room = Room::furnished();
    assert_same_bytes(&results(&room, &[]), &results(&room, &[]));
}

#[test]
fn japanese_results_are_repeatable() {
    let options = ["--lang", "ja", "--threads", "2"];
    assert_same_bytes(&results(&Room::furnished(), &options), &results(&Room::furnished(), &["--lang", "ja"]));
}

#[test]
fn large_panels_do_not_depend_on_threads() {
    // Enough rows for several chunks of a parallel sum.
    let furnish = || {
        let room = Room::furnished();
        room.put("panel.csv", Panel::sized(2_000, 12).csv(','));
        room
    };
    assert_same_bytes(&results(&furnish(), &["--threads", "1"]), &results(&furnish(), &["--threads", "2"]));
}

#[test]
fn the_order_of_rows_changes_no_number() {
    let sorted = Room::furnished();
    let shuffled = Room::furnished();
    shuffled.put("panel.csv", Panel::new().shuffled().csv(','));
    assert_ne!(sorted.text("panel.csv"), shuffled.text("panel.csv"));
    let by_name = |files: Vec<(String, Vec<u8>)>| files.into_iter().collect::<BTreeMap<_, _>>();
    let (one, other) = (by_name(results(&sorted, &[])), by_name(results(&shuffled, &[])));
    for name in ["verdicts.csv", "scores.csv"] {
        let text = |files: &BTreeMap<String, Vec<u8>>| String::from_utf8(files[name].clone()).unwrap();
        assert_eq!(text(&one), text(&other), "{name}");
    }
    let artifact =
        |files: &BTreeMap<String, Vec<u8>>| serde_json::from_slice::<Value>(&files["artifact.json"]).unwrap();
    let (one, other) = (artifact(&one), artifact(&other));
    for part in ["fit", "kpis", "validation", "score"] {
        assert_eq!(one[part], other[part], "{part}");
    }
    assert!(one["data"]["digest"].is_string());
    assert_eq!(one["data"]["digest"], other["data"]["digest"]);
}

#[test]
fn an_account_is_the_same_with_blanks_around_its_name() {
    let room = Room::furnished();
    let told = |room: &Room| {
        let ended = room.fuellamp(&["check", "study.toml"]);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        ended.out + &ended.err
    };
    let plain = told(&room);
    assert!(plain.contains("rows of 150 accounts"), "{plain}");
    let blanks = |n: usize, id: &str| if n.is_multiple_of(4) { format!(" {id} ") } else { id.to_owned() };
    room.put("panel.csv", Panel::new().map("account", blanks).csv(','));
    assert_eq!(told(&room), plain);
}
