//! What is typed at the end of a long day: the message says what, where and what to do, in the reader's language.

use super::support::{Panel, Room, STUDY};

/// A slip, what the message says of it in English and in Japanese.
type Slip<'a> = (&'a [&'a str], &'a [&'a str], &'a [&'a str]);

fn told(room: &Room, slips: &[Slip<'_>]) {
    for (arguments, english, japanese) in slips {
        for (lang, parts) in [("en", english), ("ja", japanese)] {
            let ended = room.fuellamp(&[&["--lang", lang], *arguments].concat());
            assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.err);
            assert!(!ended.err.contains("os error"), "{arguments:?}: {}", ended.err);
            for part in *parts {
                assert!(ended.err.contains(part), "{arguments:?}, {lang}: no `{part}` in {}", ended.err);
            }
        }
    }
}

#[test]
fn files_and_folders_that_stand_in_each_others_place() {
    let room = Room::with_results();
    std::fs::create_dir(room.path("elsewhere")).unwrap();
    told(
        &room,
        &[
            (
                &["verify", "out"],
                &["is a folder", "did you mean `out/weights.json`?"],
                &["フォルダーです", "`out/weights.json`"],
            ),
            (&["score", "out", "panel.csv"], &["is a folder", "`out/weights.json`"], &["フォルダーです"]),
            (&["check", "."], &["`.` is a folder", "`./study.toml`"], &["フォルダーです", "`./study.toml`"]),
            (&["check", "elsewhere"], &["for example `study.toml`"], &["`study.toml`のように"]),
            (
                &["score", "panel.csv", "out/weights.json"],
                &["`panel.csv` is a table", "fuellamp score weights.json panel.csv"],
                &["`panel.csv`は表です", "fuellamp score weights.json panel.csv"],
            ),
            (&["verify", "panel.csv"], &["`panel.csv` is a table"], &["`panel.csv`は表です"]),
            (
                &["score", "out/weights.json", "out/weights.json", "--allow-draft"],
                &["is a result of a run", "one row per account"],
                &["実行結果です", "顧客ごとに1行"],
            ),
            (&["check", "out/artifact.json"], &["is no study file", "`study.toml`"], &["調査ファイルではありません"]),
            (&["run", "out/report.html", "--out", "o"], &["is no study file"], &["調査ファイルではありません"]),
            (&["run", "study.toml", "--out", "panel.csv"], &["`panel.csv`"], &["`panel.csv`"]),
            (
                &["demo", "--out", "out/verdicts.csv"],
                &["is a file; a folder is needed"],
                &["フォルダーを指定してください"],
            ),
            (
                &["score", "out/weights.json", "panel.csv", "--allow-draft", "--out", "absent/s.csv"],
                &["there is no folder `absent`", "make the folder"],
                &["フォルダー`absent`がありません", "先にフォルダー"],
            ),
            (
                &["approve", "elsewhere", "--by", "M. Sato"],
                &["not the folder of a run", "fuellamp run"],
                &["`fuellamp run"],
            ),
            (&["approve", "absent", "--by", "M. Sato"], &["not the folder of a run"], &["フォルダーではありません"]),
            (
                &["init", "nowhere.parquet", "--out", "new.toml"],
                &["does not exist", "check the path"],
                &["見つかりません", "パスを確認"],
            ),
        ],
    );
    assert!(!room.path("absent").exists() && !room.path("o").exists());
}

#[test]
fn arguments_that_mean_nothing_here() {
    let room = Room::with_results();
    told(
        &room,
        &[
            (&["demo", "--seed", "abc"], &["a whole number from 0"], &["0以上の整数"]),
            (&["demo", "--seed=-1"], &["a whole number from 0"], &["0以上の整数"]),
            (
                &["export", "out", "--format", "sql"],
                &["no command `export`", "weights.json"],
                &["`export`", "weights.json"],
            ),
            (&["revalidate", "out", "study.toml"], &["no command `revalidate`"], &["`revalidate`"]),
            (&["fit", "study.toml", "--lag", "99"], &["--lag"], &["--lag"]),
            (
                &["init", "panel.csv", "panel.csv", "--out", "s.toml"],
                &["is named twice", "once"],
                &["二度", "一度ずつ"],
            ),
            (
                &["approve", "out", "--by", "M. Sato", "--kpi", "turnover=drop:x"],
                &["no KPI `turnover`", "in the score are `usage`"],
                &["`turnover`というKPIはありません", "スコアに含まれるKPI：`usage`"],
            ),
            (
                &["approve", "out", "--by", "M. Sato", "--kpi", "usag=drop:x"],
                &["did you mean `usage`?"],
                &["`usage`のこと"],
            ),
        ],
    );
}

#[test]
fn an_outcome_that_cannot_be_read_is_quoted() {
    let room = Room::furnished();
    let panel = Panel::new().csv(',');
    let lines: Vec<&str> = panel.lines().collect();
    let outcome = lines[0].split(',').position(|column| column == "churn").unwrap();
    let spoilt = |cell: &str| {
        let mut cells: Vec<&str> = lines[1].split(',').collect();
        cells[outcome] = cell;
        [&[lines[0], &cells.join(",")], &lines[2..]].concat().join("\n")
    };
    room.put("panel.csv", spoilt("maybe"));
    told(
        &room,
        &[(
            &["check", "study.toml"],
            &["1 row has no outcome that can be read; the first says `maybe`", "panel.csv line 2", "`positive"],
            &["結果を読み取れない行が1行あります（最初の値は「maybe」）", "`positive"],
        )],
    );
    room.put("panel.csv", spoilt(""));
    told(&room, &[(&["check", "study.toml"], &["1 row has no outcome\n", "fill the cells"], &["結果が空の行が1行"])]);
}

#[test]
fn an_outcome_that_never_happens_beside_notices_that_do_is_told() {
    let room = Room::empty();
    let told = |churn: bool| {
        let mut panel = Panel::new().doubled("churn", "letter");
        if !churn {
            let at = panel.header.iter().position(|column| column == "churn").unwrap();
            panel.rows.iter_mut().for_each(|row| row[at] = "0".to_owned());
        }
        room.put("panel.csv", panel.csv(','));
        room.put("study.toml", STUDY.replace("[roles]", "[roles]\nnotice = \"letter\""));
        let ended = room.fuellamp(&["check", "study.toml"]);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        ended.err.contains("column `churn` says of no account that it left") && ended.err.contains("`letter`")
    };
    assert!(told(false));
    assert!(!told(true));
}
