//! The demo and the files that are in its folder already.

use std::fs;

use super::support::Room;

#[test]
fn the_demo_replaces_its_own_files_and_nobody_elses() {
    let room = Room::empty();
    let demo = |arguments: &[&str]| room.fuellamp(&[&["demo", "--out", "demo"], arguments].concat());
    assert_eq!(demo(&["--seed", "5"]).code, Some(0));
    let again = demo(&["--lang", "ja"]);
    assert_eq!(again.code, Some(0), "of another seed, in another language: {}", again.err);

    let study = room.text("demo/study.toml");
    room.put("demo/study.toml", format!("{study}# mine\n"));
    let before = room.files("demo");
    let ended = demo(&[]);
    assert_eq!(ended.code, Some(2), "{}", ended.out);
    for part in ["did not write", "`study.toml`", "where: demo", "--out"] {
        assert!(ended.err.contains(part), "{part}: {}", ended.err);
    }
    let ended = demo(&["--lang", "ja"]);
    assert!(ended.code == Some(2) && ended.err.contains("`study.toml`"), "{}", ended.err);
    assert!(room.files("demo") == before, "nothing was written");
}

#[test]
fn a_study_and_tables_of_somebody_else_are_kept() {
    let room = Room::empty();
    fs::create_dir(room.path("demo")).unwrap();
    fs::create_dir(room.path("other")).unwrap();
    room.put("demo/panel.csv", "account,month\n");
    room.put("demo/study.toml", "schema = 1\nseed = 3\n");
    let ended = room.fuellamp(&["demo", "--out", "demo"]);
    assert_eq!(ended.code, Some(2), "{}", ended.out);
    assert!(ended.err.contains("`panel.csv`, `study.toml`"), "{}", ended.err);
    assert_eq!(room.files("demo").len(), 2);

    room.put("other/notes.txt", "mine");
    let ended = room.fuellamp(&["demo", "--out", "other"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(room.files("other").iter().any(|(name, bytes)| name.ends_with("notes.txt") && bytes == b"mine"));
}
