//! Which rows belong to which account, and which rows are the same.

use super::{FIRST, Tables};

fn rows(cells: &[String]) -> [&str; 2] {
    [&cells[0], &cells[3]]
}

#[test]
fn ids_keep_their_zeros() {
    let accounts = ["00123", "123"];
    let study = Tables::new().accounts(&accounts).sums();
    let study = study.events("id,at,v\n00123,2026-01-05,1\n123,2026-01-05,2\n123,2026-01-06,4\n 0123 ,2026-01-05,8\n");
    assert_eq!(rows(&study.cells("n s")), ["00123 2026-01-31 1 1", "123 2026-01-31 2 6"]);
    study.says(&[
        "warning: `log`: 1 unknown accounts would be known without their leading zeros, or with them\n  where: log.csv line 5",
    ]);
    let study = Tables::new().accounts(&accounts).path("log.jsonl").sums().events(
        "{\"id\":123,\"at\":\"2026-01-05\",\"v\":2}\n{\"id\":\"00123\",\"at\":\"2026-01-05\",\"v\":1}\n\
         {\"id\":\"123\",\"at\":\"2026-01-06\",\"v\":4}\n",
    );
    assert_eq!(rows(&study.cells("n s")), ["00123 2026-01-31 1 1", "123 2026-01-31 2 6"]);
}

#[test]
fn long_numbers_as_ids_keep_every_digit() {
    let accounts = ["9007199254740993", "9007199254740992"];
    let study = Tables::new().accounts(&accounts).path("log.jsonl").sums();
    let study = study.events("{\"id\":9007199254740993,\"at\":\"2026-01-05\",\"v\":2}\n");
    assert_eq!(rows(&study.cells("n s")), ["9007199254740992 2026-01-31 0 0", "9007199254740993 2026-01-31 1 2"]);
    let study = Tables::new().accounts(&accounts).sums().events("id,at,v\n9007199254740993,2026-01-05,2\n");
    assert_eq!(rows(&study.cells("n s")), ["9007199254740992 2026-01-31 0 0", "9007199254740993 2026-01-31 1 2"]);
}

#[test]
fn a_wave_dash_in_cp932_matches_one_in_utf8() {
    let log =
        "id,at,種類,v\n東京～1,2026-01-05,訪問～電話,1\n東京～1,2026-01-06,訪問,2\n千葉2,2026-01-07,訪問～電話,4\n";
    let (bytes, _, lossy) = encoding_rs::SHIFT_JIS.encode(log);
    assert!(!lossy && bytes.windows(2).any(|pair| pair == [0x81, 0x60]));
    let visits = |dash: char| format!("window = \"1mo\"\nwhere = {{ \"種類\" = \"訪問{dash}電話\" }}");
    // U+FF5E is what Windows makes of the two bytes, U+301C what others make of them.
    for (account, value) in [('\u{ff5e}', '\u{ff5e}'), ('\u{301c}', '\u{ff5e}'), ('\u{ff5e}', '\u{301c}')] {
        let tokyo = format!("東京{account}1");
        let study = Tables::new().accounts(&[&tokyo, "千葉2"]).events(&bytes).sums();
        let cells = study.kpi("w", "count", &visits(value)).cells("n s w");
        let tokyo = format!("{tokyo} 2026-01-31 2 3 1");
        assert_eq!(rows(&cells), ["千葉2 2026-01-31 1 4 1", &tokyo], "{account:?} {value:?}");
    }
}

#[test]
fn exact_duplicates_count_once_across_files() {
    let study = || {
        let first = format!("{FIRST}a,2026-01-05,1\n");
        Tables::glob("v,at,id\n1,2026-01-05,a\n3,2026-01-05,a\n").file("log_1.csv", first)
    };
    assert_eq!(rows(&study().cells("n s")), ["a 2026-01-31 2 4", "b 2026-01-31 0 0"]);
    study().says(&[
        "  log: exact duplicates: 2\n",
        "warning: `log`: exact duplicates: 2 of 5 rows (40 %)\n  where: log_1.csv line 4, log_2.csv line 2\n",
    ]);
    let kept = study().log_key("keep_duplicates = true");
    assert_eq!(rows(&kept.cells("n s")), ["a 2026-01-31 4 6", "b 2026-01-31 0 0"]);
}

#[test]
fn rows_that_differ_in_a_column_nobody_asked_for_are_two() {
    let study = Tables::new().sums().events("id,at,v,note\na,2026-01-05,1,x\na,2026-01-05,1,y\na,2026-01-05,1,x\n");
    assert_eq!(rows(&study.cells("n s")), ["a 2026-01-31 2 2", "b 2026-01-31 0 0"]);
}
