//! One case of a table of hostile inputs, and what must hold after each of them.

use super::support::{Ended, RESULTS, Room, incomplete};

pub(crate) const RUN: &[&str] = &["run", "study.toml", "--out", "out"];
pub(crate) const CHECK: &[&str] = &["check", "study.toml"];
pub(crate) const FIT: &[&str] = &["fit", "study.toml"];

/// What is done to a furnished room, the command, and what must come of it.
pub(crate) struct Case {
    name: &'static str,
    make: fn(&Room),
    command: &'static [&'static str],
    code: i32,
    /// Words on standard error; every one must be there.
    says: &'static [&'static str],
}

/// A case from its name, exit code, command, change of the room, and words on standard error.
pub(crate) fn case(
    name: &'static str,
    code: i32,
    command: &'static [&'static str],
    make: fn(&Room),
    says: &'static [&'static str],
) -> Case {
    Case { name, make, command, code, says }
}

/// Runs every case and reports all that fail.
pub(crate) fn assert_all(cases: &[Case]) {
    let faults: Vec<String> = cases.iter().filter_map(try_case).collect();
    assert!(faults.is_empty(), "{} of {} cases fail\n\n{}", faults.len(), cases.len(), faults.join("\n\n"));
}

fn try_case(case: &Case) -> Option<String> {
    let room = Room::furnished();
    (case.make)(&room);
    let ended = room.fuellamp(case.command);
    let faults = faults(case, &room, &ended);
    (!faults.is_empty()).then(|| {
        let (name, code) = (case.name, ended.code);
        format!("== {name}\n{}\n-- exit {code:?}, standard error:\n{}", faults.join("\n"), ended.err)
    })
}

fn faults(case: &Case, room: &Room, ended: &Ended) -> Vec<String> {
    let mut faults = Vec::new();
    if ended.code != Some(case.code) {
        faults.push(format!("exit code {} expected", case.code));
    }
    for words in case.says {
        if !ended.err.contains(words) {
            faults.push(format!("standard error does not say `{words}`"));
        }
    }
    for words in ["internal error", "内部エラー", "panicked", "RUST_BACKTRACE", "unwrap()"] {
        if ended.err.contains(words) || ended.out.contains(words) {
            faults.push(format!("`{words}` was printed"));
        }
    }
    if case.code == 2 && !ended.err.contains("error") && !ended.err.contains("エラー") {
        faults.push("no error was printed".to_owned());
    }
    for (name, bytes) in room.files(".") {
        if name.rsplit('/').next().is_some_and(|file| file.starts_with('.')) {
            faults.push(format!("{name} was left"));
        }
        faults.extend(incomplete(&name, &bytes).filter(|_| name.starts_with("out/")));
    }
    let results = room.files("out");
    if case.command == RUN && case.code == 2 && !results.is_empty() {
        faults.push("a run that could not be done left results".to_owned());
    }
    if case.command == RUN && case.code == 0 {
        let missing = RESULTS.iter().filter(|&&file| !results.iter().any(|(name, _)| name == file));
        faults.extend(missing.map(|file| format!("{file} is missing")));
    }
    faults
}
