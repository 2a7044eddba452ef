//! `fuellamp approve` and what a draft may not do.

use serde_json::Value;

use super::support::Room;

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
        (&["approve", "out", "--by", "A", "--valid-until", "soon"], &["valid-until"]),
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
