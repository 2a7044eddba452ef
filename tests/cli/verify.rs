//! `fuellamp verify` against the record of the run: an edit is named, a signature is no edit.

use serde_json::{Value, json};

use super::support::{Ended, Room};

/// The weights of the room with one change, as `out/NAME`.
fn put(room: &Room, name: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut weights: Value = serde_json::from_str(&room.text("out/weights.json")).unwrap();
    change(&mut weights);
    let path = format!("out/{name}");
    room.put(&path, weights.to_string());
    path
}

fn sign(room: &Room, more: &[&str]) -> Ended {
    let weights: Value = serde_json::from_str(&room.text("out/weights.json")).unwrap();
    let mut arguments = ["approve", "out", "--by", "M. Sato"].map(str::to_owned).to_vec();
    let named = |kpi: &Value| more.iter().any(|word| word.starts_with(kpi["kpi"].as_str().unwrap()));
    for kpi in weights["kpis"].as_array().unwrap().iter().filter(|kpi| kpi["in_score"] == true && !named(kpi)) {
        arguments.extend(["--kpi".to_owned(), format!("{}=keep", kpi["kpi"].as_str().unwrap())]);
    }
    arguments.extend(more.iter().map(|word| (*word).to_owned()));
    let signed = room.fuellamp(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(signed.code, Some(0), "{}", signed.err);
    signed
}

#[test]
fn a_field_that_no_vector_uses_is_compared_with_the_record() {
    let room = Room::with_results();
    let fresh = room.fuellamp(&["verify", "out/weights.json"]);
    assert_eq!((fresh.code, fresh.err.as_str()), (Some(0), ""));
    assert!(fresh.out.contains("agrees with artifact.json beside it in every field"), "{}", fresh.out);
    let whole: Value = serde_json::from_str(&room.text("out/weights.json")).unwrap();
    let column = whole["reasons"][0]["column"].as_str().unwrap();
    for (name, pointer, value, field) in [
        ("baseline.json", "/reasons/0/baseline", json!(9.5), format!("reasons[{column}].baseline")),
        ("horizon.json", "/training/horizon", json!(12), "training.horizon".to_owned()),
        ("covariance.json", "/covariance/1/0", json!(0.0), "covariance[1][0]".to_owned()),
        ("until.json", "/valid_until", json!("2999-01-01"), "valid_until".to_owned()),
        ("action.json", "/bands/0/action/ja", json!("何もしない"), "bands[red].action.ja".to_owned()),
        ("study.json", "/digests/study", json!("00"), "digests.study".to_owned()),
    ] {
        let path = put(&room, name, |weights| match weights.pointer_mut(pointer) {
            Some(field) => *field = value.clone(),
            None => weights[&pointer[1..]] = value.clone(),
        });
        let ended = room.fuellamp(&["verify", &path]);
        assert_eq!(ended.code, Some(1), "{name}: {}", ended.err);
        let before = whole.pointer(pointer).map_or("absent".to_owned(), Value::to_string);
        let line = format!("{path}: `{field}` is {value} here and {before} in");
        assert!(ended.err.contains(&line) && ended.err.contains("changed by hand"), "{line}: {}", ended.err);
    }
    let japanese = room.fuellamp(&["--lang", "ja", "--quiet", "verify", "out/horizon.json"]);
    assert!(
        japanese.err.contains("`training.horizon`は12ですが") && !japanese.err.contains(" is "),
        "{}",
        japanese.err
    );
    assert!(japanese.out.is_empty(), "{}", japanese.out);
    let machine = room.fuellamp(&["--json", "verify", "out/horizon.json", "out/until.json"]).err;
    let kinds = machine.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["kind"].clone());
    assert_eq!(kinds.collect::<Vec<_>>(), ["error", "error"], "{machine}");
    put(&room, "weights.json", |weights| weights["reasons"] = json!([]));
    assert_eq!(room.fuellamp(&["verify", "out/weights.json"]).code, Some(1));
}

#[test]
fn drafts_and_earlier_signatures_are_no_edits_and_a_made_up_one_is() {
    let room = Room::with_results();
    let draft = room.text("out/weights.json");
    room.put("out/draft.json", &draft);
    let rewritten = put(&room, "rewritten.json", |_| ());
    sign(&room, &[]);
    let first = room.text("out/weights.json");
    room.put("out/first.json", &first);
    sign(&room, &["--kpi", "usage=drop:costly"]);
    for (file, says) in [
        ("out/weights.json", "agrees with artifact.json beside it in every field"),
        ("out/first.json", "as it was before M. Sato signed on"),
        ("out/draft.json", "as it was before M. Sato signed on"),
    ] {
        let ended = room.fuellamp(&["verify", file]);
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{file}");
        assert!(ended.out.contains(says), "{file}: {}", ended.out);
    }
    // Before the KPI was dropped: no digest knows the rewritten draft, and nothing but the signature differs.
    let other = Room::with_results();
    sign(&other, &[]);
    other.put("out/rewritten.json", room.text(&rewritten));
    let ended = other.fuellamp(&["verify", "out/rewritten.json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.out.contains("but those of the signature"), "{}", ended.out);
    let forged = put(&other, "forged.json", |weights| weights["approval"]["by"] = json!("Nobody"));
    let ended = other.fuellamp(&["verify", &forged]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("signed by Nobody on") && ended.err.contains("does not hold"), "{}", ended.err);
}

#[test]
fn without_a_record_of_this_run_it_says_what_was_not_compared() {
    let room = Room::with_results();
    let edited = put(&room, "edited.json", |weights| weights["training"]["horizon"] = json!(12));
    room.put("alone.json", room.text(&edited));
    for (lang, says) in [("en", "horizon, last day, covariance, texts"), ("ja", "予測期間・有効期限・共分散・文言")]
    {
        let alone = room.fuellamp(&["--lang", lang, "verify", "alone.json"]);
        assert_eq!(alone.code, Some(0), "{}", alone.err);
        assert!(alone.out.lines().any(|line| line.contains("artifact.json") && line.contains(says)), "{}", alone.out);
    }
    let other = put(&room, "other.json", |weights| {
        weights["digests"]["data"] = json!("00");
        weights["parity"].as_array_mut().unwrap().pop();
    });
    let ended = room.fuellamp(&["verify", &other]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert!(ended.out.contains("the record of another run"), "{}", ended.out);
    for damaged in ["{", "[]", r#"{"artifact_version": "9.0.0"}"#] {
        room.put("out/artifact.json", damaged);
        let ended = room.fuellamp(&["verify", "out/weights.json"]);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        assert!(ended.err.starts_with("warning: ") && ended.err.contains("not compared with"), "{}", ended.err);
    }
}

#[cfg(unix)]
#[test]
fn a_link_leads_to_the_record_beside_its_target() {
    let room = Room::with_results();
    let edited = put(&room, "edited.json", |weights| weights["training"]["horizon"] = json!(12));
    std::os::unix::fs::symlink(room.path(&edited), room.path("current.json")).unwrap();
    assert_eq!(room.fuellamp(&["verify", "current.json"]).code, Some(1));
}
