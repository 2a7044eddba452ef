//! Files that are cut off, damaged, or written by other programs.

use std::io::Write;

use super::{BOTH, FIRST, ONE, Tables};

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(content).unwrap();
    gzip.finish().unwrap()
}

/// A log of two packed files.
fn packed(second: impl AsRef<[u8]>) -> Tables {
    let study = Tables::new().path("log_*.csv.gz").sums();
    study.file("log_1.csv.gz", gzip(FIRST.as_bytes())).file("log_2.csv.gz", second)
}

#[test]
fn a_gzip_log_that_is_cut_off_leaves_nothing() {
    assert_eq!(packed(gzip(b"id,at,v\na,2026-01-06,5\n")).cells("n s"), BOTH);
    let text = (0..20_000).fold("id,at,v\n".to_owned(), |text, n| format!("{text}a,2026-01-06,{}\n", n * 7919 % 9973));
    let whole = gzip(text.as_bytes());
    let all = format!("error: the gzip data of `log_2.csv.gz` is cut off after {} decoded bytes", text.len());
    packed(&whole[..whole.len() - 1]).refuses(&[&all]);
    packed(&whole[..10]).refuses(&["error: the gzip data of `log_2.csv.gz` is cut off after 0 decoded bytes"]);
    let study = packed(&whole[..whole.len() / 2]);
    let ended = study.run(&["panel", "study.toml", "--out", "x.csv"]);
    assert!(ended.err.contains("error: the gzip data of `log_2.csv.gz` is cut off after "), "{}", ended.err);
    study.refuses(&["help:  copy or export the file again and compare its size with the original"]);
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 64].fill(0xa5);
    let study = packed(damaged);
    let ended = study.run(&["panel", "study.toml", "--out", "x.csv"]);
    assert!(ended.err.contains("of `log_2.csv.gz` is damaged: "), "{}", ended.err);
    study.refuses(&[]);
}

#[test]
fn what_other_programs_put_around_the_rows_does_no_harm() {
    let utf16 = |text: &str| -> Vec<u8> {
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    let plain = "id,at,v\na,2026-01-06,5\n";
    for second in [
        format!("\u{feff}{plain}").into_bytes(),
        format!("\u{feff}{plain}").replace('\n', "\r\n").into_bytes(),
        plain.replace('\n', "\r").into_bytes(),
        b"id,at,v\na,2026-01-06,5".to_vec(),
        b"\"id\",\"at\",\"v\"\n\"a\",\"2026-01-06\",\"5\"\n".to_vec(),
        b"id,at,v\n\n\na,2026-01-06,5\n\n".to_vec(),
        utf16(plain),
    ] {
        assert_eq!(Tables::glob(&second).cells("n s"), BOTH, "{:?}", String::from_utf8_lossy(&second));
    }
    assert_eq!(Tables::glob("id,at,v\n").cells("n s"), ONE, "a header alone adds nothing");
}

#[test]
fn an_empty_file_of_a_pattern_is_named() {
    Tables::glob("").refuses(&["error: file `log_2.csv` is empty"]);
    Tables::new().events("").sums().refuses(&["error: file `log.csv` is empty"]);
    Tables::new().path("log_*.csv").sums().refuses(&["error: no file matches `log_*.csv`"]);
    let header = Tables::new().events("id,at,v\n").sums();
    header.says(&["warning: `log` has no event that can be used\n  where: log.csv\n"]);
    assert!(header.cells("n s").iter().all(|row| row.ends_with(" 0 0")));
    let empty = Tables::new().events(FIRST).sums();
    empty.file("accounts.csv", "").refuses(&["error: file `accounts.csv` is empty"]);
    let empty = Tables::new().events(FIRST).sums();
    empty.file("contracts.csv", "").refuses(&["error: file `contracts.csv` is empty"]);
}

#[test]
fn lines_are_counted_through_quoted_line_breaks() {
    let study = Tables::glob("id,at,v\r\na,2026-01-06,\"5\"\r\n\"a\r\nb\",2026-01-06,5\r\n\r\nzz,2026-01-06,5\r\n");
    assert_eq!(study.cells("n s"), BOTH);
    study.says(&["`log`: rows of unknown accounts: 2 of 5 rows (40 %)\n  where: log_2.csv line 3, log_2.csv line 6\n"]);
    let kept = "id,at,v,note\na,2026-01-06,5,\"said\n\"\"no\"\", twice\"\n";
    let study = Tables::new().sums().events(kept);
    let study = study.kpi("w", "count", "window = \"1mo\"\nwhere = { note = \"said\\n\\\"no\\\", twice\" }");
    assert_eq!(study.cells("n s w")[0], "a 2026-01-31 1 5 1");
}

#[test]
fn a_quote_that_is_never_closed_is_placed() {
    let lines = ["error: a quoted value is opened and never closed", "where: log_2.csv line 3"];
    Tables::glob("id,at,v\na,2026-01-06,5\n\"a,2026-01-06,5\nb,2026-02-06,5\n").refuses(&lines);
    // Longer than what is read at once.
    let long = "b,2026-02-06,5\n".repeat(700_000);
    Tables::glob(format!("id,at,v\na,2026-01-06,5\na,2026-01-06,\"5\n{long}")).refuses(&lines);
}

#[test]
fn rows_of_another_length_are_placed() {
    Tables::glob("id,at,v\na,2026-01-06,5\na,2026-01-06\n")
        .refuses(&["error: a row and the header differ in their number of fields: 2 and 3", "where: log_2.csv line 3"]);
    Tables::glob("id,at,v\na,2026-01-06,1,5\n").refuses(&["where: log_2.csv line 2"]);
}

#[test]
fn odd_cells_count_as_what_they_are() {
    let rest = "a,2026-01-06,5\n";
    let nul = Tables::glob(format!("id,at,v\n{rest}a\0,2026-01-06,5\na,2026-01-\x0006,5\n"));
    assert_eq!(nul.cells("n s"), BOTH);
    nul.says(&[
        "rows of unknown accounts: 1 of 5 rows (20 %)\n  where: log_2.csv line 3\n",
        "where: log_2.csv line 4\n",
    ]);
    let value = Tables::glob("id,at,v\na,2026-01-06,5\0\n");
    assert_eq!(value.cells("n s")[0], "a 2026-01-31 2 1");
    value.says(&[
        "warning: `log`: 1 cells of `v` are not of its kind and count as missing\n  where: log_2.csv line 2: `5 `\n",
    ]);
    let long = "x".repeat(1 << 20);
    for row in [format!("{long},2026-01-06,5\n"), format!("a,{long},5\n")] {
        let study = Tables::glob(format!("id,at,v\n{rest}{row}"));
        assert_eq!(study.cells("n s"), BOTH);
        study.says(&["1 of 4 rows (25 %)\n  where: log_2.csv line 3\n"]);
    }
    assert_eq!(Tables::glob(format!("id,at,v\n{rest}b,2026-01-06,{long}\n")).cells("n s")[3], "b 2026-01-31 1 0");
}

#[test]
fn bytes_of_no_encoding_are_placed() {
    let bad = |row: &[u8]| Tables::glob([b"id,at,v\na,2026-01-06,5\n", row].concat());
    let value = "error: the value of column `v` of `log_2.csv` is not text in UTF-8 / CP932: byte 0xff";
    bad(b"a,2026-01-06,5\xff\xfd\n").refuses(&[value, "where: log_2.csv line 3", "help:  save the file as UTF-8"]);
    let id = "error: the value of column `id` of `log_2.csv` is not text in UTF-8: byte 0xe3";
    let study = bad("東京,2026-01-06,5\n".as_bytes());
    let bytes = [study.room.text("log_2.csv").as_bytes(), b"a\xe3\x81,2026-01-06,5\n"].concat();
    study.file("log_2.csv", bytes).refuses(&[id, "where: log_2.csv line 4"]);
    let name = "error: column name 2 of `log_2.csv` is not text in UTF-8 / CP932: byte 0xfd";
    Tables::glob(b"id,a\xfd\xff,v\na,2026-01-06,5\n").refuses(&[name, "where: log_2.csv line 1"]);
    let garbage: Vec<u8> = (128..=255).collect();
    Tables::glob(garbage.repeat(40)).refuses(&["where: log_2.csv line 1"]);
}
