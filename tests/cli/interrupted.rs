//! Runs that are cut short, that fail after a good one, full disks, closed pipes, damaged weights.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::support::{Ended, FUELLAMP, Panel, RESULTS, Room, STUDY, incomplete};

#[test]
fn a_killed_run_leaves_every_file_absent_or_complete() {
    let room = Room::furnished();
    let mut killed_while_writing = 0;
    for wait in 0..40_u64 {
        let mut child = room
            .command(&["run", "study.toml", "--out", "out"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The run takes some 50 ms to compute; files follow within a few more.
        std::thread::sleep(Duration::from_millis(5 * wait));
        child.kill().unwrap();
        let status = child.wait().unwrap();
        let files: Vec<_> = room.files("out").into_iter().filter(|(name, _)| !temporary(name)).collect();
        let faults: Vec<String> = files.iter().filter_map(|(name, bytes)| incomplete(name, bytes)).collect();
        assert!(faults.is_empty(), "killed after {} ms: {faults:?}", 5 * wait);
        let all = RESULTS.iter().all(|&file| files.iter().any(|(name, _)| name == file));
        assert!(all || !status.success(), "a run that ended well left {} files", files.len());
        killed_while_writing += usize::from(!all && !files.is_empty());
        if room.path("out").exists() {
            std::fs::remove_dir_all(room.path("out")).unwrap();
        }
    }
    if killed_while_writing == 0 {
        complain("no kill fell between the first and the last file: only the computation was interrupted");
    }
}

#[test]
fn an_exact_run_goes_on_where_it_was_killed_and_leaves_the_same_files() {
    let room = Room::furnished();
    let exact = |out: &str| room.command(&["run", "study.toml", "--exact", "--quiet", "--out", out]);
    // Other files come and go while the run is at work.
    let unfinished = || {
        let entries = std::fs::read_dir(room.path("out")).ok()?.flatten();
        let mut kept = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(".unfinished-"));
        std::fs::read(kept.next()?.path()).ok().filter(|bytes| !bytes.is_empty())
    };
    let mut child = exact("out").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let kept = loop {
        if let Some(bytes) = unfinished() {
            child.kill().unwrap();
            child.wait().unwrap();
            break bytes;
        }
        assert!(child.try_wait().unwrap().is_none(), "the run was over before anything was kept");
        std::thread::sleep(Duration::from_millis(1));
    };
    assert!(kept.starts_with(b"\n{\"draw\":0,"), "{:?}", String::from_utf8_lossy(&kept));
    assert!(!room.path("out/artifact.json").exists());
    // A run to first order in between is no reason to lose them.
    assert_eq!(room.fuellamp(&["run", "study.toml", "--out", "out"]).code, Some(0));
    assert_eq!(unfinished(), Some(kept));
    assert!(exact("out").status().unwrap().success());
    assert!(exact("whole").status().unwrap().success());
    assert_eq!(room.files("out"), room.files("whole"), "the same files, and nothing unfinished");
}

fn temporary(name: &str) -> bool {
    name.rsplit('/').next().is_some_and(|file| file.starts_with(".fuellamp") || file.starts_with(".tmp"))
}

#[expect(clippy::print_stderr, reason = "a test that could not do its work says so")]
fn complain(text: &str) {
    eprintln!("{text}");
}

#[test]
fn a_run_removes_what_killed_runs_left_and_spares_what_may_be_in_use() {
    let room = Room::with_results();
    // The results were written just now.
    let now = std::fs::metadata(room.path("out/verdicts.csv")).unwrap().modified().unwrap();
    for (name, minutes) in [
        ("out/.fuellamp-old", 61),
        ("out/charts/.fuellamp-old", 61),
        ("out/.fuellamp-young", 59),
        ("out/.other-old", 600),
        ("out/notes.txt", 600),
    ] {
        room.put(name, "half a fi");
        let file = std::fs::OpenOptions::new().write(true).open(room.path(name)).unwrap();
        file.set_modified(now - Duration::from_secs(60 * minutes)).unwrap();
    }
    let ended = room.fuellamp(&["run", "study.toml", "--out", "out"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let there = |name: &str| room.path(name).exists();
    assert!(!there("out/.fuellamp-old") && !there("out/charts/.fuellamp-old"), "leftovers of a killed run stay");
    assert!(there("out/.fuellamp-young") && there("out/.other-old") && there("out/notes.txt"), "too much was removed");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_output_disk_is_an_error_that_leaves_whole_files_only() {
    // A limit on the size of a file stands for a full disk: a write beyond it fails, once the signal is ignored.
    for (kib, lang, refusal) in [(64, "en", "error: cannot write `out/"), (4, "ja", "エラー：`out/")] {
        let room = Room::furnished();
        let script = format!("trap '' XFSZ; ulimit -f {kib}; exec \"$0\" --lang {lang} run study.toml --out out");
        let ended: Ended = Command::new("bash")
            .args(["-c", &script, FUELLAMP])
            .current_dir(room.path("."))
            .stdin(Stdio::null())
            .output()
            .unwrap()
            .into();
        assert_eq!(ended.code, Some(2), "{}", ended.err);
        assert!(ended.err.starts_with(refusal) && ended.err.contains("--out"), "{}", ended.err);
        assert!(!ended.err.contains(".fuellamp-"), "a name that means nothing to a reader: {}", ended.err);
        let files = room.files("out");
        assert!(files.iter().all(|(name, _)| !temporary(name)), "a temporary file stays");
        let faults: Vec<String> = files.iter().filter_map(|(name, bytes)| incomplete(name, bytes)).collect();
        assert!(faults.is_empty(), "{faults:?}");
        assert!(files.iter().all(|(_, bytes)| bytes.len() <= kib * 1024), "the limit did not hold");
    }
}

#[test]
fn a_run_that_fails_leaves_the_old_results_whole() {
    let room = Room::with_results();
    let before = room.files("out");
    room.put("panel.csv", Panel::new().map("churn", |_, _| "0".to_owned()).csv(','));
    let ended = room.fuellamp(&["run", "study.toml", "--out", "out"]);
    assert_eq!(ended.code, Some(2), "{}", ended.err);
    assert!(before == room.files("out"), "a run that failed changed the results");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error_on_standard_output() {
    let room = Room::furnished();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ended = room.command(&["fit", "study.toml"]).stdout(full).output().unwrap();
    let err = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(2), "{err}");
    assert!(err.contains("cannot write to standard output"), "{err}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_run_whose_messages_cannot_be_printed_does_not_crash() {
    for arguments in [&["run", "study.toml", "--out", "out"][..], &["check", "study.toml"], &["--help"]] {
        let room = Room::furnished();
        let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ended = room.command(arguments).stdout(full()).output().unwrap();
        let err = String::from_utf8(ended.stderr).unwrap();
        assert!(!err.contains("internal error"), "{arguments:?}: {err}");
        let silent = room.command(arguments).stdout(full()).stderr(full()).status().unwrap();
        assert!(matches!(silent.code(), Some(0 | 2)), "{arguments:?}: {silent}");
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    for arguments in [
        &["run", "study.toml", "--out", "out"][..],
        &["check", "study.toml"],
        &["fit", "study.toml"],
        &["score", "out/weights.json", "panel.csv", "--allow-draft"],
        &["verify", "out/weights.json"],
        &["init", "panel.csv", "--out", "new.toml", "--force"],
    ] {
        let room = Room::with_results();
        let mut child = room.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        {
            let mut pipe = BufReader::with_capacity(16, child.stdout.take().unwrap());
            pipe.read_line(&mut line).unwrap();
        }
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        let status = child.wait().unwrap();
        assert!(!line.trim().is_empty(), "{arguments:?} printed nothing");
        assert!(!err.contains("error: "), "{arguments:?}: {err}");
        assert_eq!(status.code(), Some(0), "{arguments:?}: {err}");
    }
}

#[test]
fn a_pipe_closed_before_the_first_line_is_no_error() {
    for arguments in [&["run", "study.toml", "--out", "out"][..], &["fit", "study.toml"], &["check", "study.toml"]] {
        let room = Room::furnished();
        let mut child = room.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        let err = String::from_utf8(ended.stderr).unwrap();
        assert!(!err.contains("error: "), "{arguments:?}: {err}");
        assert_eq!(ended.status.code(), Some(0), "{arguments:?}: {err}");
    }
}

#[test]
fn diagnostics_as_json_are_one_object_per_line() {
    let room = Room::furnished();
    room.put("study.toml", STUDY.replace("horizon = 1", "horizn = 1").replace("gap = 0", "gap = -2"));
    let broken = room.fuellamp(&["--json", "run", "study.toml", "--out", "out"]);
    let absent = room.fuellamp(&["--json", "--lang", "ja", "run", "absent.toml", "--out", "out"]);
    room.put("study.toml", STUDY);
    room.put("panel.csv", Panel::new().map("noise", |_, _| "3".to_owned()).csv(','));
    let noticed = room.fuellamp(&["--json", "run", "study.toml", "--out", "out"]);
    let lag = room.fuellamp(&["--json", "fit", "study.toml", "--penalty", "nonsense"]);
    for (ended, kind, least) in
        [(&broken, "error", 2), (&absent, "error", 1), (&noticed, "warning", 1), (&lag, "error", 1)]
    {
        let lines: Vec<Value> = ended
            .err
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect();
        assert!(lines.len() >= least, "{}", ended.err);
        for line in &lines {
            assert!(line["what"].as_str().is_some_and(|what| !what.is_empty()), "{line}");
        }
        assert!(lines.iter().any(|line| line["kind"] == kind), "{}", ended.err);
    }
}

#[test]
fn everything_printed_is_japanese_when_asked() {
    let room = Room::with_results();
    let japanese = |text: &str| text.chars().any(|c| matches!(c, '\u{3040}'..='\u{30ff}'));
    for arguments in [
        &["--lang", "ja", "run", "study.toml", "--out", "out"][..],
        &["--lang", "ja", "check", "study.toml"],
        &["--lang", "ja", "verify", "out/weights.json"],
    ] {
        let ended = room.fuellamp(arguments);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        assert!(japanese(&ended.out), "{arguments:?}: {}", ended.out);
        assert!(!ended.err.contains("error") && !ended.err.contains("warning"), "{}", ended.err);
    }
    let page = room.text("out/report.html");
    assert!(page.contains("lang=\"ja\""), "the report says its language");
    for arguments in [
        &["--lang", "ja", "run", "absent.toml", "--out", "out"][..],
        &["--lang", "ja", "fit", "study.toml", "--penalty", "nonsense"],
        &["--lang", "ja", "score", "absent.json", "panel.csv"],
        &["--lang", "ja", "verify", "study.toml"],
        &["--lang", "ja", "init", "absent.csv", "--out", "new.toml"],
    ] {
        let ended = room.fuellamp(arguments);
        assert_eq!(ended.code, Some(2), "{}", ended.err);
        assert!(ended.err.starts_with("エラー：") && japanese(&ended.err), "{arguments:?}: {}", ended.err);
    }
}

#[test]
fn weights_that_were_changed_or_damaged_are_refused() {
    let room = Room::with_results();
    let whole = room.text("out/weights.json");
    assert_eq!(room.fuellamp(&["verify", "out/weights.json"]).code, Some(0));
    let parsed: Value = serde_json::from_str(&whole).unwrap();
    let coefficient = parsed["intercept"]["coefficient"].to_string();

    room.put("changed.json", whole.replacen(&coefficient, "0.123", 1));
    let verify = room.fuellamp(&["verify", "changed.json"]);
    assert_eq!(verify.code, Some(1), "a mismatch is exit code 1: {}", verify.err);
    assert!(verify.err.contains("changed.json"), "{}", verify.err);
    let score = room.fuellamp(&["score", "changed.json", "panel.csv"]);
    assert_eq!(score.code, Some(2), "{}", score.err);
    assert!(score.out.is_empty(), "scores were printed from weights that do not verify");

    let damaged = [
        ("empty.json", String::new()),
        ("half.json", whole[..whole.len() / 2].to_owned()),
        ("array.json", "[]".to_owned()),
        ("null.json", whole.replacen(&coefficient, "null", 1)),
        ("infinite.json", whole.replacen(&coefficient, "1e999", 1)),
        ("future.json", whole.replacen("\"schema_version\": \"1.", "\"schema_version\": \"99.", 1)),
    ];
    for (name, text) in damaged {
        assert_ne!(text, whole);
        room.put(name, text);
        for arguments in [&["verify", name][..], &["score", name, "panel.csv"]] {
            let ended = room.fuellamp(arguments);
            assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.err);
            assert!(ended.err.contains(name) && !ended.err.contains("internal error"), "{}", ended.err);
            assert!(ended.out.is_empty(), "{arguments:?}: {}", ended.out);
        }
    }
    let both = room.fuellamp(&["verify", "half.json", "out/weights.json"]);
    assert_eq!(both.code, Some(2), "one good file does not hide a damaged one");
}

#[test]
fn a_table_that_lacks_an_input_is_refused_by_name() {
    let room = Room::with_results();
    let scores = room.fuellamp(&["score", "out/weights.json", "panel.csv", "--allow-draft"]);
    assert_eq!(scores.code, Some(0), "{}", scores.err);
    assert_eq!(scores.out.lines().count(), Panel::new().rows.len() + 1);

    room.put("lacking.csv", Panel::new().without("segment").csv(','));
    let ended = room.fuellamp(&["score", "out/weights.json", "lacking.csv", "--draft", "--out", "scores.csv"]);
    assert_eq!(ended.code, Some(2), "{}", ended.err);
    assert!(ended.err.contains("`segment`"), "{}", ended.err);
    assert!(!room.path("scores.csv").exists(), "a refused table leaves no scores");
}
