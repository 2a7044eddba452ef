//! `fuellamp approve` and what a draft may not do.

use serde_json::Value;

use super::support::{Ended, Panel, Room};

const SCORE: &[&str] = &["score", "out/weights.json", "panel.csv"];

/// Signs whatever is in the score of the room's weights.
fn signature(room: &Room) -> Vec<String> {
    let weights: Value = serde_json::from_str(&room.text("out/weights.json")).unwrap();
    let mut arguments = ["approve", "out", "--by", "M. Sato", "--note", "read on 4 May"].map(str::to_owned).to_vec();
    for kpi in weights["kpis"].as_array().unwrap().iter().filter(|kpi| kpi["in_score"] == true) {
        arguments.extend(["--kpi".to_owned(), format!("{}=keep", kpi["kpi"].as_str().unwrap())]);
    }
    arguments
}

#[test]
fn a_draft_scores_nobody_unless_it_is_asked_for() {
    let room = Room::with_results();
    let refused = room.fuellamp(SCORE);
    assert_eq!(refused.code, Some(2));
    assert!(refused.out.is_empty() && refused.err.contains("fuellamp approve out --by NAME"), "{}", refused.err);
    assert!(refused.err.contains("--allow-draft"), "{}", refused.err);
    for word in ["--allow-draft", "--draft"] {
        let asked = room.fuellamp(&[SCORE, &[word]].concat());
        assert_eq!(asked.code, Some(0), "{}", asked.err);
        assert!(asked.out.lines().next().unwrap().ends_with("used_policies,probability_low,probability_high"));
    }
    let verified = room.fuellamp(&["verify", "out/weights.json"]);
    assert_eq!(verified.code, Some(0), "a draft is no failure: {}", verified.err);
    assert!(verified.out.contains("draft"), "{}", verified.out);
}

#[test]
fn every_row_that_cannot_be_scored_is_named_up_to_ten_and_nothing_is_written() {
    let room = Room::with_results();
    let mut table = "account,month,segment,usage\n".to_owned();
    for row in 1..=13 {
        table += &format!("A-{row},2026-05,a,much of {row}\n");
    }
    room.put("today.csv", &table);
    let score = ["score", "out/weights.json", "today.csv", "--allow-draft", "--out", "scores.csv"];
    let refused = room.fuellamp(&score);
    assert_eq!(refused.code, Some(2));
    assert_eq!(refused.err.matches("cannot be scored: `usage` is not a finite number").count(), 10, "{}", refused.err);
    for said in
        ["`A-1` cannot", "`much of 10`", "today.csv line 2", "today.csv line 11", "3 more rows cannot be scored"]
    {
        assert!(refused.err.contains(said), "{said}: {}", refused.err);
    }
    assert!(!room.path("scores.csv").exists());
    let japanese = room.fuellamp(&[&score[..], &["--lang", "ja"]].concat()).err;
    assert!(japanese.contains("`A-1`を採点できません") && japanese.contains("ほかにも3行"), "{japanese}");
    assert!(!japanese.contains("cannot"), "{japanese}");
}

#[test]
fn signed_weights_score_and_every_file_says_who_signed() {
    let room = Room::with_results();
    let before = room.files("out");
    let arguments = signature(&room);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let signed = room.fuellamp(&arguments);
    assert_eq!(signed.code, Some(0), "{}", signed.err);
    assert!(signed.out.contains("M. Sato") && signed.out.contains("keep"), "{}", signed.out);
    let weights: Value = serde_json::from_str(&room.text("out/weights.json")).unwrap();
    let artifact: Value = serde_json::from_str(&room.text("out/artifact.json")).unwrap();
    assert_eq!((&weights["status"], &artifact["weights"]), (&Value::from("approved"), &weights));
    for page in ["out/report.html", "out/leadership.html"] {
        assert!(room.text(page).contains("Approved by M. Sato"), "{page}");
    }
    let after = room.files("out");
    let same = |files: &[(String, Vec<u8>)]| {
        let keep = |name: &str| name.starts_with("charts/") || name.ends_with(".csv");
        files.iter().filter(|(name, _)| keep(name)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(after.len(), before.len(), "no file is added or left behind");
    assert!(same(&after) == same(&before), "a signature changes no chart and no table");

    let scored = room.fuellamp(SCORE);
    assert_eq!(scored.code, Some(0), "{}", scored.err);
    assert!(room.fuellamp(&["verify", "out/weights.json"]).out.contains("signed by M. Sato"));

    let again = room.fuellamp(&[&arguments[..], &["--lang", "ja"]].concat());
    assert_eq!(again.code, Some(0), "{}", again.err);
    assert!(again.out.contains("2回目の承認"), "{}", again.out);
    let artifact: Value = serde_json::from_str(&room.text("out/artifact.json")).unwrap();
    assert_eq!(artifact["approvals"].as_array().unwrap().len(), 2);
}

#[test]
fn signatures_at_the_same_time_all_stand_and_the_files_belong_together() {
    let room = Room::with_results();
    let before = room.files("out").len();
    let people: Vec<String> = (1..=6).map(|n| format!("P{n}")).collect();
    let arguments = signature(&room);
    let signers: Vec<_> = people
        .iter()
        .map(|by| {
            let arguments: Vec<&str> = arguments.iter().map(|a| if a == "M. Sato" { by } else { a.as_str() }).collect();
            let piped = std::process::Stdio::piped;
            room.command(&arguments).stdout(piped()).stderr(piped()).spawn().unwrap()
        })
        .collect();
    for signer in signers {
        let ended: Ended = signer.wait_with_output().unwrap().into();
        assert_eq!(ended.code, Some(0), "{}", ended.err);
    }
    let weights: Value = serde_json::from_str(&room.text("out/weights.json")).unwrap();
    let artifact: Value = serde_json::from_str(&room.text("out/artifact.json")).unwrap();
    let mut signed: Vec<&str> =
        artifact["approvals"].as_array().unwrap().iter().map(|a| a["by"].as_str().unwrap()).collect();
    assert_eq!(weights["approval"]["by"].as_str(), signed.last().copied());
    assert_eq!(artifact["weights"], weights);
    signed.sort_unstable();
    assert_eq!(signed, people);
    assert_eq!(room.files("out").len(), before, "no lock and no temporary file is left");
}

#[test]
fn a_signature_removes_what_killed_ones_left() {
    let room = Room::with_results();
    let now = std::fs::metadata(room.path("out/verdicts.csv")).unwrap().modified().unwrap();
    for (name, minutes) in [("out/.fuellamp-old", 61), ("out/.fuellamp-young", 59)] {
        room.put(name, "half a fi");
        let file = std::fs::OpenOptions::new().write(true).open(room.path(name)).unwrap();
        file.set_modified(now - std::time::Duration::from_secs(60 * minutes)).unwrap();
    }
    let arguments = signature(&room);
    let signed = room.fuellamp(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(signed.code, Some(0), "{}", signed.err);
    assert!(!room.path("out/.fuellamp-old").exists() && room.path("out/.fuellamp-young").exists());
}

#[test]
fn weights_of_old_data_are_not_offered_for_a_signature() {
    let room = Room::furnished();
    let run = ["run", "study.toml", "--out", "out"];
    let offered = room.fuellamp(&run);
    assert!(offered.out.contains("fuellamp approve out --by NAME"), "{}", offered.out);
    room.put("panel.csv", Panel::new().map("month", |_, month| format!("2020-{month:0>2}-01")).csv(','));
    let old = room.fuellamp(&run);
    assert_eq!(old.code, Some(0), "{}", old.err);
    assert!(old.out.contains("draft, expired on 2021-01-31") && old.out.contains("newer data"), "{}", old.out);
    assert!(!old.out.contains("--by NAME"), "{}", old.out);
    let japanese = room.fuellamp(&[&run[..], &["--lang", "ja"]].concat());
    assert!(japanese.out.contains("2021-01-31に期限切れ"), "{}", japanese.out);
    let refused = room.fuellamp(&["approve", "out", "--by", "A\nB", "--kpi", "usage=maybe", "--lang", "en"]);
    for said in ["line break", "neither keep nor drop", "expired on 2021-01-31"] {
        assert!(refused.err.contains(said), "all at once, {said}: {}", refused.err);
    }
}

#[test]
fn what_cannot_be_signed_leaves_every_byte_as_it_was() {
    let room = Room::with_results();
    let before = room.files("out");
    for (arguments, says) in [
        (&["approve", "out", "--by", " "][..], &["names nobody"][..]),
        (
            &["approve", "out", "--by", "A", "--kpi", "usge=keep", "--kpi", "noise=maybe"],
            &["did you mean `usage`", "neither keep nor drop"],
        ),
        (&["approve", "out", "--by", "A", "--kpi", "noise=keep"], &["not in the score"]),
        (&["approve", "absent", "--by", "A"], &["absent"]),
        (&["approve", "out"], &["--by"]),
        (&["approve", "out", "--by", "A", "--valid-until", "soon"], &["valid-until", "as in 2026-12-31"]),
        (&["approve", "out", "--by", "A", "--valid-until", "2026/12/31", "--lang", "ja"], &["2026-12-31のように"]),
        (
            &["approve", "out", "--by", "A", "--kpi", "usage＝drop", "--lang", "ja"],
            &["usage", "理由が書かれていません"],
        ),
    ] {
        let refused = room.fuellamp(arguments);
        assert_eq!(refused.code, Some(2), "{arguments:?}: {}", refused.err);
        for words in says {
            assert!(refused.err.contains(words), "{arguments:?}: {}", refused.err);
        }
        assert!(room.files("out") == before, "{arguments:?} changed something");
    }
    let weights = room.text("out/weights.json");
    room.put("out/weights.json", weights.replacen("\"purpose\": \"", "\"purpose\": \"to ", 1));
    let edited = room.fuellamp(&["approve", "out", "--by", "A"]);
    assert_eq!(edited.code, Some(2));
    assert!(edited.err.contains("not what artifact.json holds"), "{}", edited.err);
}
