//! Where `--out` may lead: over no input, into pipes and through links, with the mode of the file that was there.

use super::support::{Room, STUDY};

/// A room with results, a run's folder that holds the table of another study, and other names for the panel.
fn room() -> Room {
    let room = Room::with_results();
    std::fs::create_dir_all(room.path("old")).unwrap();
    room.put("old/scores.csv", room.text("panel.csv"));
    room.put("again.toml", STUDY.replace("panel.csv", "old/*.csv"));
    std::fs::hard_link(room.path("panel.csv"), room.path("hard.csv")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("panel.csv", room.path("link.csv")).unwrap();
    room
}

#[test]
fn no_command_writes_over_what_it_reads() {
    let room = room();
    let score = ["score", "out/weights.json", "panel.csv", "--allow-draft", "--out"];
    let score = |out| [&score[..], &[out]].concat();
    let mut cases = vec![
        score("panel.csv"),
        score("out/weights.json"),
        score("./out/../panel.csv"),
        vec!["fit", "study.toml", "--out", "study.toml"],
        vec!["fit", "study.toml", "--out", "panel.csv"],
        vec!["fit", "again.toml", "--out", "old/scores.csv"],
        vec!["panel", "study.toml", "--out", "panel.csv"],
        vec!["init", "panel.csv", "--out", "panel.csv"],
        vec!["init", "panel.csv", "--out", "panel.csv", "--force"],
        vec!["init", "panel.csv", "out/verdicts.csv", "--out", "out/verdicts.csv", "--force"],
        vec!["run", "again.toml", "--out", "old"],
    ];
    #[cfg(unix)]
    cases.extend([score("hard.csv"), score("link.csv")]);
    let before = room.files(".");
    for arguments in cases {
        let refused = room.fuellamp(&arguments);
        assert_eq!(refused.code, Some(2), "{arguments:?}: {}", refused.err);
        assert!(refused.err.contains("is an input of this command"), "{arguments:?}: {}", refused.err);
        assert!(refused.err.contains("choose another place with --out"), "{arguments:?}: {}", refused.err);
        let japanese = room.fuellamp(&[&arguments[..], &["--lang", "ja"]].concat());
        assert_eq!(japanese.code, Some(2), "{arguments:?}");
        assert!(japanese.err.contains("入力ファイルです") && japanese.err.contains("別の場所"), "{}", japanese.err);
        assert!(room.files(".") == before, "{arguments:?} changed something");
    }
    // What a command does not read may be replaced.
    let other = room.fuellamp(&score("out/scores.csv"));
    assert_eq!(other.code, Some(0), "{}", other.err);
}

#[test]
fn the_other_name_of_an_input_is_told() {
    let room = room();
    let refused = room.fuellamp(&["fit", "study.toml", "--out", "./study.toml"]);
    assert!(refused.err.contains("the same file as `study.toml`"), "{}", refused.err);
}

#[test]
#[cfg(unix)]
fn a_link_stays_and_the_file_behind_it_is_replaced_with_its_mode() {
    use std::os::unix::fs::PermissionsExt;
    let room = Room::furnished();
    std::fs::create_dir(room.path("far")).unwrap();
    for (name, mode) in [("far/a.csv", 0o600), ("far/b.csv", 0o640), ("far/c.csv", 0o664)] {
        room.put(name, "old");
        std::fs::set_permissions(room.path(name), PermissionsExt::from_mode(mode)).unwrap();
        let link = room.path("link.csv");
        std::os::unix::fs::symlink(name, &link).unwrap();
        let ended = room.fuellamp(&["fit", "study.toml", "--out", "link.csv"]);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        assert!(link.symlink_metadata().unwrap().is_symlink(), "{name}");
        assert!(room.text(name).starts_with("term,"), "{name}");
        assert_eq!(std::fs::metadata(room.path(name)).unwrap().permissions().mode() & 0o7777, mode, "{name}");
        std::fs::remove_file(link).unwrap();
    }
    // A link to nothing yet makes what it names; two links to each other are an error.
    std::os::unix::fs::symlink("far/new.toml", room.path("new.toml")).unwrap();
    let init = ["init", "panel.csv", "--out", "new.toml"];
    assert_eq!(room.fuellamp(&init).code, Some(2), "without --force a link is something that is there");
    assert_eq!(room.fuellamp(&[&init[..], &["--force"]].concat()).code, Some(0));
    assert!(room.text("far/new.toml").contains("schema = 1"));
    std::os::unix::fs::symlink("y.csv", room.path("x.csv")).unwrap();
    std::os::unix::fs::symlink("x.csv", room.path("y.csv")).unwrap();
    let ended = room.fuellamp(&["fit", "study.toml", "--out", "x.csv"]);
    assert_eq!(ended.code, Some(2), "{}", ended.err);
    assert!(ended.err.contains("cannot write `x.csv`"), "{}", ended.err);
}

#[test]
#[cfg(unix)]
fn a_pipe_is_written_and_stays_a_pipe() {
    use std::os::unix::fs::FileTypeExt;
    let room = Room::furnished();
    let made = std::process::Command::new("mkfifo").arg(room.path("pipe.csv")).status().unwrap();
    assert!(made.success());
    let pipe = room.path("pipe.csv");
    let reader = std::thread::spawn(move || std::fs::read_to_string(pipe).unwrap());
    let ended = room.fuellamp(&["fit", "study.toml", "--out", "pipe.csv"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(room.path("pipe.csv").metadata().unwrap().file_type().is_fifo());
    assert_eq!(reader.join().unwrap(), room.fuellamp(&["fit", "study.toml"]).out);
}

#[test]
#[cfg(target_os = "linux")]
fn standard_output_may_be_named_as_a_file() {
    let room = Room::furnished();
    // By a link of the room's own: whatever goes wrong, the system's stays.
    std::os::unix::fs::symlink("/dev/stdout", room.path("here.csv")).unwrap();
    let plain = room.fuellamp(&["fit", "study.toml"]).out;
    assert_eq!(room.fuellamp(&["fit", "study.toml", "--out", "here.csv"]).out, plain);
    // A log that goes on keeps what it has.
    room.put("log.txt", "kept\n");
    let log = std::fs::OpenOptions::new().append(true).open(room.path("log.txt")).unwrap();
    let mut command = room.command(&["fit", "study.toml", "--out", "here.csv"]);
    assert!(command.stdout(log).status().unwrap().success());
    assert_eq!(room.text("log.txt"), format!("kept\n{plain}"));
    // A study that goes to standard output is seen from the working folder, and replaces nothing that was there.
    let study = room.fuellamp(&["init", "panel.csv", "--out", "here.csv", "--quiet"]);
    assert_eq!(study.code, Some(0), "{}", study.err);
    assert!(study.out.contains("path = \"panel.csv\""), "{}", study.out);
}
