//! The room as a whole: every format, the errors of files, and hostile bytes.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use polars::prelude::{
    BooleanChunked, Column, DataFrame, DataType, IntoColumn, IntoSeries, IpcWriter, ListChunked, NamedFrom,
    NewChunkedArray, ParquetWriter, PlSmallStr, SerWriter, Series, TimeUnit,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use tempfile::TempDir;

use super::*;
use crate::notice::Explain;

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

fn read(path: &Path) -> Result<Table, IngestError> {
    read_table(path, &ReadOptions::default())
}

/// One file of this name and content.
fn table(name: &str, bytes: impl AsRef<[u8]>) -> Result<Table, IngestError> {
    let folder = Folder::new();
    read(&folder.file(name, bytes))
}

fn csv(text: &str) -> Table {
    table("t.csv", text).unwrap()
}

fn kinds(table: &Table) -> Vec<ColumnKind> {
    table.columns().iter().map(|c| c.kind).collect()
}

fn codes(table: &Table) -> Vec<&str> {
    table.notices().iter().map(|n| n.code.as_str()).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn parquet(mut frame: DataFrame) -> Vec<u8> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame).unwrap();
    bytes
}

fn ipc(mut frame: DataFrame) -> Vec<u8> {
    let mut bytes = Vec::new();
    IpcWriter::new(&mut bytes).finish(&mut frame).unwrap();
    bytes
}

fn series<T, P: ?Sized>(name: &str, values: T) -> Series
where
    Series: NamedFrom<T, P>,
{
    Series::new(PlSmallStr::from_str(name), values)
}

/// Ids, whole numbers, reals, truths, texts, days, instants, lists; the last row lacks most of them.
fn mixed_frame() -> DataFrame {
    let truths = BooleanChunked::from_slice_options("truth".into(), &[Some(true), Some(false), None]);
    let days = series("day", [Some(20_089i32), Some(20_090), None]).cast(&DataType::Date).unwrap();
    let stamps = [Some(20_089i64 * 86_400_000_000 + 1), Some(-1), None];
    let stamps = series("stamp", stamps).cast(&DataType::Datetime(TimeUnit::Microseconds, None)).unwrap();
    let lists: ListChunked = [Some(series("", [1i64])), Some(series("", [2i64, 3])), None].into_iter().collect();
    let columns: Vec<Column> = vec![
        series("id", [10i64, 9_007_199_254_740_993, 3]).into_column(),
        series("count", [Some(1i32), Some(2), None]).into_column(),
        series("real", [Some(1.5f64), Some(f64::INFINITY), None]).into_column(),
        truths.into_series().into_column(),
        series("text", [Some("007"), Some("x"), None]).into_column(),
        days.into_column(),
        stamps.into_column(),
        lists.into_series().with_name("list".into()).into_column(),
    ];
    DataFrame::new(3, columns).unwrap()
}

#[test]
fn columns_of_a_csv_get_the_kind_of_all_their_cells() {
    let text = "empty,flag,letter,sex,number,date,stamp,text,yes\n\
                ,true,t,F,1,2026-01-31,2026/1/31 09:30,a,Yes\n\
                ,FALSE,F,F,-2.5e3,2026/02/01,2026-02-01T23:59:59.25+09:00,1,No\n\
                \"  \",,f,F, 3 ,,2026-02-02,,yes\n";
    let table = csv(text);
    use ColumnKind::{Boolean, Date, Empty, Number, Text};
    assert_eq!(kinds(&table), [Empty, Boolean, Boolean, Text, Number, Date, Date, Text, Text]);
    assert_eq!(table.numbers("number").unwrap(), [1.0, -2500.0, 3.0]);
    assert_eq!(table.flags("yes", None).unwrap(), [Some(true), Some(false), Some(true)]);
    assert_eq!(table.flags("flag", None).unwrap(), [Some(true), Some(false), None]);
    assert_eq!(table.texts("stamp").unwrap()[1].as_deref(), Some("2026-02-01"));
    assert_eq!(table.dates("date").unwrap()[0], chrono::NaiveDate::from_ymd_opt(2026, 1, 31));
    let info = table.column("text").unwrap();
    assert_eq!((info.n_missing, info.n_distinct), (1, 2));
    assert!(table.notices().is_empty(), "{:?}", table.notices());
    let types: Vec<_> = table.frame().columns().iter().map(|c| c.dtype().clone()).collect();
    assert!(
        types.iter().all(|t| matches!(t, DataType::Boolean | DataType::Float64 | DataType::Date | DataType::String))
    );
}

#[test]
fn nine_good_cells_in_ten_make_a_number_column_and_name_the_bad_one() {
    let text = "id,x\n1,1\n2,2\n3,\"1,234\"\n4,4\n5,5\n6,6\n7,7\n8,8\n9,9\n10,NA\n11,11\n";
    let table = csv(text);
    let info = table.column("x").unwrap();
    assert_eq!((info.kind, info.n_missing, info.n_bad_cells), (ColumnKind::Number, 2, 1));
    assert_eq!(info.bad_cells, [BadCell { line: 4, column: "x".into(), value: "1,234".into() }]);
    assert_eq!(codes(&table), ["bad_cells", "missing_words"]);
    let place = table.notices()[0].place.clone().unwrap();
    assert_eq!((place.en.as_str(), place.ja.as_str()), ("t.csv line 4: `1,234`", "t.csv 4行目：「1,234」"));
    assert!(table.notices()[1].what.en.contains("`NA` 1"));

    assert_eq!(csv("x\n1\n2\n3\n4\nbad\n").column("x").unwrap().kind, ColumnKind::Text);
    let eight_in_nine = "x\n1\n2\n3\n4\n5\n6\n7\n8\nbad\n";
    assert_eq!(csv(eight_in_nine).column("x").unwrap().kind, ColumnKind::Text);
}

#[test]
fn infinite_and_huge_values_are_bad_cells() {
    let good = "1\n".repeat(30);
    let table = csv(&format!("x\n{good}inf\n1e301\n-1e999\n"));
    let info = table.column("x").unwrap();
    assert_eq!((info.kind, info.n_bad_cells, info.n_distinct), (ColumnKind::Number, 3, 1));
    assert_eq!(info.bad_cells.iter().map(|b| b.line).collect::<Vec<_>>(), [32, 33, 34]);
}

#[test]
fn words_for_missing_stay_text_in_a_text_column() {
    let table = csv("a,b\nNA,1\nx,null\n-,\n");
    assert_eq!(table.texts("a").unwrap(), [Some("NA".into()), Some("x".into()), Some("-".into())]);
    assert_eq!(table.column("b").unwrap().n_missing, 2);
    assert_eq!(codes(&table), ["missing_words"]);
}

#[test]
fn ids_stay_as_written() {
    let folder = Folder::new();
    let path = folder.file("t.csv", "id,other\n00123,00123\n123,123\n1.0,1.0\n");
    let table = read_table(&path, &ReadOptions { text_columns: &["id"], ..ReadOptions::default() }).unwrap();
    assert_eq!(table.texts("id").unwrap(), ["00123", "123", "1.0"].map(|s| Some(s.to_owned())));
    assert_eq!(table.column("id").unwrap().n_distinct, 3);
    assert_eq!(table.texts("other").unwrap(), ["123", "123", "1"].map(|s| Some(s.to_owned())));
    let path = folder.file("t.parquet", parquet(mixed_frame()));
    let table =
        read_table(&path, &ReadOptions { text_columns: &["id", "count", "real"], ..ReadOptions::default() }).unwrap();
    let ids = ["10", "9007199254740993", "3"].map(|s| Some(s.to_owned()));
    assert_eq!(table.texts("id").unwrap(), ids);
    assert_eq!(table.texts("count").unwrap(), [Some("1".into()), Some("2".into()), None]);
}

#[test]
fn integers_beyond_exact_numbers_are_pointed_out() {
    let table = csv("id\n9007199254740993\n1\n");
    assert_eq!(codes(&table), ["inexact_integers"]);
}

#[test]
fn binary_formats_give_the_same_table() {
    for (name, bytes) in [("t.parquet", parquet(mixed_frame())), ("t.arrow", ipc(mixed_frame()))] {
        let table = table(name, bytes).unwrap();
        use ColumnKind::{Boolean, Date, Number, Text};
        assert_eq!(kinds(&table), [Number, Number, Number, Boolean, Text, Date, Date], "{name}");
        assert_eq!(table.texts("count").unwrap(), [Some("1".into()), Some("2".into()), None]);
        assert_eq!(table.texts("text").unwrap()[0].as_deref(), Some("007"));
        assert_eq!(table.flags("truth", None).unwrap(), [Some(true), Some(false), None]);
        assert_eq!(table.texts("day").unwrap()[0].as_deref(), Some("2025-01-01"));
        let stamps = [Some("2025-01-01".to_owned()), Some("1969-12-31".to_owned()), None];
        assert_eq!(table.texts("stamp").unwrap(), stamps);
        assert_eq!(codes(&table), ["columns_left_out", "inexact_integers", "bad_cells"], "{name}");
        assert!(table.notices()[0].what.en.contains("`list` (list)"), "{:?}", table.notices()[0]);
        assert_eq!(table.line_of(1).unwrap(), format!("{name} row 2"));
    }
}

/// The folder of files written by another implementation of the formats; see `PROVENANCE.toml` in it.
fn reference_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/column_types")
}

fn reference(file: &str) -> Table {
    read(&reference_folder().join(file)).unwrap()
}

fn stored(file: &str) -> Vec<u8> {
    fs::read(reference_folder().join(file)).unwrap()
}

#[test]
fn files_of_another_writer_keep_what_can_be_used_and_name_the_rest() {
    for (file, has_categories) in [("types.parquet", true), ("types.feather", false)] {
        let table = reference(file);
        let dates = [Some("2026-01-01".to_owned()), None, Some("2026-01-02".to_owned())];
        for name in ["date", "stamp_s", "stamp_ns", "stamp_utc", "stamp_tokyo"] {
            assert_eq!(table.column(name).unwrap().kind, ColumnKind::Date, "{file} {name}");
            assert_eq!(table.texts(name).unwrap(), dates, "{file} {name}");
        }
        assert_eq!(table.texts("text").unwrap(), [Some("007".into()), None, Some("x".into())]);
        assert_eq!(table.texts("int64").unwrap(), [Some("1".into()), Some("2".into()), None]);
        assert_eq!(table.column("nothing").unwrap().kind, ColumnKind::Empty);
        assert_eq!(table.column("category").is_some(), has_categories, "{file}");
        if has_categories {
            assert_eq!(table.texts("category").unwrap(), [Some("a".into()), Some("b".into()), None]);
        }
        assert_eq!(codes(&table), ["columns_left_out", "dates_in_utc"]);
        let left_out = &table.notices()[0].what.en;
        for name in ["int8", "decimal", "struct", "list", "map", "time", "duration", "binary"] {
            assert!(left_out.contains(&format!("`{name}` (")), "{left_out}");
        }
        assert!(table.notices()[1].what.en.starts_with("the dates of `stamp_tokyo` are"));
    }
}

/// Each length of a file lies somewhere: a huge number at every place reaches them all. A reservation for one of them
/// would end the process, which no assertion could report.
#[test]
fn absurd_lengths_at_any_place_are_errors() {
    const VARINT: [u8; 5] = [0xFF, 0xFF, 0xFF, 0xFF, 0x0F];
    for (name, whole) in [
        ("t.arrow", stored("types.feather")),
        ("t.arrow", ipc(mixed_frame())),
        ("t.parquet", stored("types.parquet")),
        ("t.parquet", parquet(mixed_frame())),
    ] {
        let folder = Folder::new();
        let lengths = [(1i64 << 61).to_le_bytes().to_vec(), (1i64 << 40).to_le_bytes().to_vec(), VARINT.to_vec()];
        for length in lengths {
            let step = if length.len() == 8 { 8 } else { 1 };
            for at in (0..whole.len() - length.len()).step_by(step) {
                let mut bytes = whole.clone();
                bytes[at..at + length.len()].copy_from_slice(&length);
                if let Err(error) = read(&folder.file(name, bytes)) {
                    assert!(!error.to_string().is_empty(), "{name} at {at}");
                }
            }
        }
    }
}

#[test]
fn a_compressed_buffer_that_claims_exabytes_is_damage() {
    let mut bytes = stored("types.feather");
    let at = bytes.windows(4).position(|window| window == [0x28, 0xB5, 0x2F, 0xFD]).unwrap();
    bytes[at - 8..at].copy_from_slice(&5_000_000_000_000_000_000i64.to_le_bytes());
    let error = table("t.arrow", bytes).unwrap_err();
    assert!(matches!(error, IngestError::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("is said to hold 5000000000000000000 bytes"), "{error}");
    assert!(error.ja().contains("5000000000000000000"), "{}", error.ja());
}

#[test]
fn json_lines_give_numbers_truths_dates_and_texts() {
    let text = "{\"id\":\"007\",\"n\":1.0,\"t\":true,\"d\":\"2026-01-31\"}\n{\"id\":\"7\",\"n\":null,\"t\":false,\"d\":null}\n";
    for name in ["t.jsonl", "t.ndjson", "t.json"] {
        let table = table(name, text).unwrap();
        use ColumnKind::{Boolean, Date, Number, Text};
        assert_eq!(kinds(&table), [Text, Number, Boolean, Date]);
        assert_eq!(table.texts("n").unwrap(), [Some("1".into()), None]);
        assert_eq!(table.line_of(1).unwrap(), format!("{name} line 2"));
    }
}

#[test]
fn gzip_is_opened_by_ending_and_by_content() {
    let bytes = gzip(b"a;b\n1;2\n");
    for name in ["t.csv.gz", "t.csv"] {
        assert_eq!(table(name, &bytes).unwrap().numbers("b").unwrap(), [2.0]);
    }
    assert_eq!(table("t.jsonl.gz", gzip(b"{\"a\":1}")).unwrap().n_rows(), 1);
    let cut = table("t.csv.gz", &bytes[..bytes.len() - 4]);
    assert!(matches!(cut, Err(IngestError::TruncatedGzip { .. })), "{cut:?}");
    assert!(matches!(table("t.csv.gz", b"\0\x01\x02"), Err(IngestError::DamagedGzip { .. })));
}

#[test]
fn the_content_outranks_a_wrong_ending() {
    assert_eq!(table("t.csv", parquet(mixed_frame())).unwrap().n_rows(), 3);
    assert_eq!(table("download", ipc(mixed_frame())).unwrap().n_rows(), 3);
    assert!(matches!(table("t.csv", b"PK\x03\x04..."), Err(IngestError::UnknownFormat { .. })));
    assert!(matches!(table("t.dat", b"a,b\n1,2\n"), Err(IngestError::UnknownFormat { .. })));
}

#[test]
fn a_pattern_is_one_table_in_path_order() {
    let folder = Folder::new();
    folder.file("e_2.csv", "b,a\n3,x\n");
    folder.file("e_1.csv", "a,b\ny,1\n\nz,2\n");
    folder.file("other.csv", "c\n1\n");
    let table = read(&folder.0.path().join("e_*.csv")).unwrap();
    assert_eq!(table.texts("a").unwrap(), ["y", "z", "x"].map(|s| Some(s.to_owned())));
    assert_eq!(table.numbers("b").unwrap(), [1.0, 2.0, 3.0]);
    assert_eq!(table.line_of(1).unwrap(), "e_1.csv line 4");
    assert_eq!(table.line_of(2).unwrap(), "e_2.csv line 2");
    assert_eq!(table.line_of(3), None);
    assert_eq!(table.name(), "e_*.csv (2 files)");
    let joined = table.digest().to_owned();
    let one = folder.file("joined.csv", "a,b\ny,1\n\nz,2\nb,a\n3,x\n");
    assert_eq!(read(&one).unwrap().digest(), joined);

    let error = read(&folder.0.path().join("*.csv")).unwrap_err();
    let IngestError::HeadersDiffer { ref first, ref file, ref missing, ref extra } = error else { panic!("{error}") };
    assert_eq!((first.as_str(), file.as_str()), ("e_1.csv", "other.csv"));
    assert_eq!((missing.as_slice(), extra.as_slice()), (&["a".to_owned(), "b".to_owned()][..], &["c".to_owned()][..]));
    assert_eq!(error.place().unwrap().en, "other.csv lacks `a`, `b`, adds `c`");
    let nothing = read(&folder.0.path().join("x_*.csv"));
    assert!(matches!(nothing, Err(IngestError::NoMatch { .. })));
}

#[test]
fn formats_mix_in_a_pattern() {
    let folder = Folder::new();
    let frame = DataFrame::new(1, vec![series("x", [2.0f64]).into_column(), series("d", ["2026-01-02"]).into_column()]);
    folder.file("m_1.parquet", parquet(frame.unwrap()));
    folder.file("m_2.csv", "x,d\n3,2026-01-03\n");
    let table = read(&folder.0.path().join("m_*")).unwrap();
    assert_eq!(kinds(&table), [ColumnKind::Number, ColumnKind::Date]);
    assert_eq!(table.numbers("x").unwrap(), [2.0, 3.0]);
    assert_eq!(table.line_of(0).unwrap(), "m_1.parquet row 1");
}

#[test]
fn a_file_without_values_does_not_change_the_type_of_a_column() {
    let ids = "{\"id\":\"007\",\"n\":1}\n";
    let blank = "{\"id\":null}\n{\"m\":2}\n";
    for (first, second, expected) in [(ids, blank, [Some("007"), None, None]), (blank, ids, [None, None, Some("007")])]
    {
        let folder = Folder::new();
        folder.file("a.jsonl", first);
        folder.file("b.jsonl", second);
        let table = read(&folder.0.path().join("*.jsonl")).unwrap();
        assert_eq!(table.texts("id").unwrap(), expected.map(|s| s.map(str::to_owned)));
        let n_missing = ["id", "n", "m"].map(|name| table.column(name).unwrap().n_missing);
        assert_eq!(n_missing, [2, 2, 2]);
    }
    let folder = Folder::new();
    folder.file("a.csv", "truth,count,day,text,real,id,stamp\n");
    let frame = mixed_frame().drop("list").unwrap();
    folder.file("b.parquet", parquet(frame.clone()));
    folder.file("c.parquet", parquet(frame));
    let table = read(&folder.0.path().join("*")).unwrap();
    assert_eq!((table.n_rows(), table.column("text").unwrap().kind), (6, ColumnKind::Text));
    assert_eq!(table.texts("text").unwrap()[3].as_deref(), Some("007"));
    assert_eq!(table.line_of(3).unwrap(), "c.parquet row 1");
}

#[test]
fn the_digest_is_the_sha256_of_the_file() {
    let table = csv("a\n1\n");
    assert_eq!(table.digest(), "309b0e45a73d3fc5325e2b6ed0a01ef8b9cde6b05a5633c1f893f970d52bfddc");
}

#[test]
fn files_that_are_not_there_or_hold_nothing() {
    let folder = Folder::new();
    folder.file("customers.csv", "a\n1\n");
    let error = read(&folder.0.path().join("custmers.csv")).unwrap_err();
    assert!(matches!(&error, IngestError::Missing { near, .. } if near == &["customers.csv"]), "{error:?}");
    assert_eq!(error.help().unwrap().en, "did you mean `customers.csv`?");
    assert!(matches!(read(folder.0.path()), Err(IngestError::Directory { .. })));
    for nothing in ["", " \n\n", "\u{feff}", "\r\n"] {
        assert_eq!(table("t.csv", nothing).unwrap_err(), IngestError::Empty { file: "t.csv".into() }, "{nothing:?}");
    }
    for header in ["a,b", "a,b\n", "a,b\r\n\r\n"] {
        assert_eq!(table("t.csv", header).unwrap_err(), IngestError::HeaderOnly { file: "t.csv".into() });
    }
    assert!(matches!(table("t.csv.gz", gzip(b"")), Err(IngestError::Empty { .. })));
    assert!(matches!(table("t.parquet", parquet(mixed_frame().head(Some(0)))), Err(IngestError::HeaderOnly { .. })));
}

#[test]
fn cut_binary_files_are_damaged() {
    for (name, bytes) in [("t.parquet", parquet(mixed_frame())), ("t.arrow", ipc(mixed_frame()))] {
        for n in [1, 4, 7, bytes.len() / 2, bytes.len() - 1] {
            let error = table(name, &bytes[..n]).unwrap_err();
            assert!(matches!(error, IngestError::Damaged { .. }), "{name} {n}: {error:?}");
        }
    }
    let lists = DataFrame::new(3, vec![mixed_frame().column("list").unwrap().clone()]).unwrap();
    assert!(matches!(table("t.parquet", parquet(lists)), Err(IngestError::NoUsableColumn { .. })));
}

#[test]
fn typed_reads_name_the_first_value_that_does_not_fit() {
    let table = csv("name,churn,when,mrr\nA,Left,2026-01-01,10\nB,Stayed,soon,20\n");
    let error = table.numbers("name").unwrap_err();
    assert_eq!(error.to_string(), "value `A` of column `name` is not a number");
    assert_eq!(error.place().unwrap().en, "t.csv line 2");
    let error = table.dates("when").unwrap_err();
    assert_eq!(
        (error.to_string(), error.place().unwrap().ja),
        ("value `soon` of column `when` is not a date".into(), "t.csv 3行目".into())
    );
    assert!(matches!(table.flags("churn", None), Err(IngestError::WrongValue { ref value, .. }) if value == "Left"));
    assert_eq!(table.flags("churn", Some("Left")).unwrap(), [Some(true), Some(false)]);
    assert_eq!(table.flags("mrr", Some("20.0")).unwrap(), [Some(false), Some(true)]);
    assert!(matches!(table.dates("mrr"), Err(IngestError::WrongKind { kind: ColumnKind::Number, .. })));
    assert!(matches!(table.flags("mrr", None), Err(IngestError::WrongValue { .. })));
    let dated = csv("d\n2026-01-01\n");
    assert!(matches!(dated.numbers("d"), Err(IngestError::WrongKind { wanted: Wanted::Numbers, .. })));
    let error = table.numbers("Mrr ").unwrap_err();
    assert!(matches!(&error, IngestError::ColumnMissing { near, .. } if near == &["mrr"]), "{error:?}");
}

#[test]
fn flags_know_the_words_of_both_languages() {
    let table = csv("a,b,c,d,e\nはい,有,Y,1,x\nいいえ,無,n,0,x\n,,,,x\n");
    for name in ["a", "b", "c", "d"] {
        assert_eq!(table.flags(name, None).unwrap(), [Some(true), Some(false), None], "{name}");
    }
}

#[test]
fn impossible_dates_are_not_dates() {
    let text = "d\n2026-02-28\n2026-02-29\n";
    assert_eq!(csv(text).column("d").unwrap().kind, ColumnKind::Text);
    for wrong in
        ["2026-13-01", "26-01-01", "01/02/2026", "2026-01-01 25:00", "2026-01-01T", "2026-01-01x", "2026-1-1-1"]
    {
        assert_eq!(super::infer::parse_date(wrong), None, "{wrong}");
    }
    assert_eq!(super::infer::parse_date("1970/1/2 23:59:59Z"), Some(1));
}

#[test]
fn every_error_speaks_both_languages() {
    let folder = Folder::new();
    let path = |name: &str, bytes: &[u8]| folder.file(name, bytes);
    let errors = [
        path("a.csv", b"a,a\n1,2\n"),
        path("b.csv", b"a,\n1,2\n"),
        path("c.csv", b"a,b\n1\n"),
        path("d.csv", b"a\n\xFF\n"),
        path("e.csv", b"a\n\"x\n"),
        path("f.jsonl", b"{"),
        path("g.jsonl", b"1"),
        path("h.jsonl", b"{\"a\":{}}"),
        path("i.parquet", b"PAR1"),
        path("j.xyz", b"1"),
        path("k.csv", b""),
        folder.0.path().join("zzz.csv"),
        folder.0.path().to_owned(),
    ];
    for path in errors {
        let error = read(&path).unwrap_err();
        let what = error.what();
        assert!(what.ja.chars().any(|c| ('ぁ'..='ん').contains(&c)), "{what:?}");
        assert!(what.en.is_ascii() && !what.en.ends_with('.'), "{what:?}");
        if let Some(help) = error.help() {
            assert!(help.en.is_ascii() && !help.ja.is_empty(), "{help:?}");
        }
    }
}

/// A data set of the project's test data, or a loud word that it is not there.
fn shared(file: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(file);
    let found = path.is_file();
    if !found {
        let mut err = std::io::stderr();
        writeln!(err, "SKIPPED: test data `{file}` is not beside the project").unwrap();
    }
    found.then_some(path)
}

#[test]
fn blank_cells_of_real_customers_are_missing_numbers() {
    let Some(path) = shared("telco_ibm/telco_churn.csv") else { return };
    let table = read(&path).unwrap();
    let info = table.column("TotalCharges").unwrap();
    assert_eq!((info.kind, info.n_missing, info.n_bad_cells), (ColumnKind::Number, 11, 0));
    let left = table.flags("Churn", None).unwrap().into_iter().flatten().filter(|left| *left).count();
    assert_eq!((table.n_rows(), table.columns().len(), left), (7043, 21, 1869));
    assert_eq!(table.column("gender").unwrap().n_distinct, 2);
}

#[test]
fn real_tables_have_their_known_sizes() {
    for (file, n_rows, n_columns) in [
        ("bankchurners/bank_churners.csv", 10_127, 23),
        ("ecommerce_churn/ecommerce_churn.csv", 5_630, 20),
        ("mlc_churn/mlc_churn.csv", 5_000, 20),
        ("iranian_churn/iranian_churn.csv", 3_150, 14),
        ("bank_balances_28k/bank_balances.csv", 28_382, 21),
        ("cdnow/cdnow_transactions.csv", 69_659, 4),
        ("contributors_rust_analyzer/commits.csv.gz", 41_328, 11),
        ("oulad_2013_2014B/submissions.csv.gz", 121_738, 8),
        ("rossi_weekly/rossi_person_week.csv", 19_809, 12),
    ] {
        let Some(path) = shared(file) else { continue };
        let table = read(&path).unwrap();
        assert_eq!((table.n_rows(), table.columns().len()), (n_rows, n_columns), "{file}");
    }
}

#[test]
fn double_blanks_inside_a_real_header_are_kept() {
    let Some(path) = shared("iranian_churn/iranian_churn.csv") else { return };
    assert!(read(&path).unwrap().column("Call  Failure").is_some());
}

#[test]
fn dates_of_real_transactions_are_dates() {
    let Some(path) = shared("cdnow/cdnow_transactions.csv") else { return };
    let table = read(&path).unwrap();
    let dates = table.dates("date").unwrap();
    let ymd = chrono::NaiveDate::from_ymd_opt;
    assert_eq!(
        (dates.iter().flatten().min().copied(), dates.iter().flatten().max().copied()),
        (ymd(1997, 1, 1), ymd(1998, 6, 30))
    );
    let cents: f64 = table.numbers("dollars").unwrap().iter().map(|x| (x * 100.0).round()).sum();
    assert_eq!(cents as i64, 250_031_563);
}

/// Bytes near a valid file: cut, and with some of them changed.
fn near(valid: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let n = valid.len();
    let changes = prop::collection::vec((0..n, any::<u8>()), 0..6);
    (changes, prop_oneof![3 => Just(n), 1 => 0..=n]).prop_map(move |(changes, cut)| {
        let mut bytes = valid.clone();
        changes.into_iter().for_each(|(at, byte)| bytes[at] = byte);
        bytes.truncate(cut);
        bytes
    })
}

fn any_file() -> impl Strategy<Value = (String, Vec<u8>)> {
    let text = "a,b,c\n1,\"x,y\",2026-01-01\n2,z,2026-01-02\n";
    let json = "{\"a\":1,\"b\":\"x\"}\n{\"a\":2.5,\"b\":null}\n";
    let csv_names =
        prop::sample::select(vec!["t.csv", "t.tsv", "t.txt", "t.csv.gz", "t.jsonl", "t.parquet", "t.arrow"]);
    let content = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        "[a-c,;\"\n\r\t| 0-9.あé-]{0,80}".prop_map(String::into_bytes),
        near(text.as_bytes().to_vec()),
        near(json.as_bytes().to_vec()),
        near(gzip(text.as_bytes())),
    ];
    prop_oneof![
        6 => (csv_names, content).prop_map(|(name, bytes)| (name.to_owned(), bytes)),
        3 => near(parquet(mixed_frame())).prop_map(|bytes| ("t.parquet".to_owned(), bytes)),
        3 => near(ipc(mixed_frame())).prop_map(|bytes| ("t.arrow".to_owned(), bytes)),
        1 => near(stored("types.parquet")).prop_map(|bytes| ("t.parquet".to_owned(), bytes)),
        1 => near(stored("types.feather")).prop_map(|bytes| ("t.arrow".to_owned(), bytes)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_001), ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_bring_the_reader_down((name, bytes) in any_file()) {
        match table(&name, &bytes) {
            Ok(table) => {
                prop_assert!(table.n_rows() > 0);
                for info in table.columns() {
                    let texts = table.texts(&info.name).unwrap();
                    prop_assert_eq!(texts.iter().filter(|t| t.is_none()).count(), info.n_missing);
                    let _ = (table.numbers(&info.name), table.flags(&info.name, None), table.dates(&info.name));
                }
                prop_assert!((0..table.n_rows()).all(|row| table.line_of(row).is_some()));
            }
            Err(error) => prop_assert!(!error.ja().is_empty() && !error.to_string().is_empty()),
        }
    }

    #[test]
    fn numbers_survive_a_round_trip(values in prop::collection::vec(-1e9f64..1e9, 1..40)) {
        let text: String = values.iter().map(|x| format!("{x}\n")).collect();
        prop_assert_eq!(csv(&format!("x\n{text}")).numbers("x").unwrap(), values);
    }

    #[test]
    fn quoted_texts_survive_a_round_trip(cells in prop::collection::vec("[a-z\",;\n あ]{1,12}", 1..20)) {
        let text: String = cells.iter().map(|c| format!("\"q{}\",1\n", c.replace('"', "\"\""))).collect();
        let expected: Vec<_> = cells.iter().map(|c| Some(format!("q{c}"))).collect();
        prop_assert_eq!(csv(&format!("x,y\n{text}")).texts("x").unwrap(), expected);
    }
}
