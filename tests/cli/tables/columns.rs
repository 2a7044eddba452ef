//! Files of one pattern, and columns that are not where they should be.

use polars::prelude::{Column, DataFrame, IntoColumn, IntoSeries, NewChunkedArray, ParquetWriter, StringChunked};
use polars::prelude::{Int32Chunked, Int64Chunked, PlSmallStr};

use super::{BOTH, FIRST, ONE, Tables};

const NEED: &str = "help:  files of one pattern are one table and need the same column names";

#[test]
fn files_of_one_pattern_need_the_same_columns() {
    let differ = "error: `log_2.csv` and `log_1.csv` do not have the same columns";
    for (second, place) in [
        ("id,at,val\na,2026-01-06,5\n", "where: log_2.csv lacks `v`, adds `val`"),
        ("id,at\na,2026-01-06\n", "where: log_2.csv lacks `v`"),
        ("at,v\n2026-01-06,5\n", "where: log_2.csv lacks `id`"),
        ("id,when,v\na,2026-01-06,5\n", "where: log_2.csv lacks `at`, adds `when`"),
        ("id,at,v,more\na,2026-01-06,5,x\n", "where: log_2.csv adds `more`"),
        ("ID,at,v\na,2026-01-06,5\n", "where: log_2.csv lacks `id`, adds `ID`"),
    ] {
        Tables::glob(second).refuses(&[differ, place, NEED]);
    }
    Tables::glob("id,at,v,v\na,2026-01-06,5,6\n")
        .refuses(&["error: `log_2.csv` has the same column name more than once: `v` (columns 3, 4)"]);
    Tables::glob("id,at,v,\na,2026-01-06,5,6\n").refuses(&["error: column 4 of `log_2.csv` has no name"]);
}

#[test]
fn an_unnamed_column_without_values_is_left_out_and_said() {
    let study = Tables::glob("id,at,v,,\na,2026-01-06,5,, \n");
    assert_eq!(study.cells("n s"), BOTH);
    study
        .says(&["notice: columns without a name and without a value, left out: 2 (column 4, 5)\n  where: log_2.csv\n"]);
    let signed = "id,start,end,\na,2025-12-01,,\nb,2025-12-01,,\n,,,\n合計,,,\n";
    let study = Tables::new().events(FIRST).sums().file("contracts.csv", signed);
    assert_eq!(study.cells("n s"), ONE);
    study.says(&["left out: 1 (column 4)\n  where: contracts.csv\n", "contracts.csv line 5\n"]);
    let late = Tables::new().events("id,at,v,\na,2026-01-05,1,\nb,2026-02-05,2,x\n").sums();
    late.refuses(&["error: column 4 of `log.csv` has no name"]);
}

#[test]
fn the_order_of_columns_and_the_delimiter_may_differ() {
    for second in [
        "id,at,v\na,2026-01-06,5\n",
        "v,at,id\n5,2026-01-06,a\n",
        "at;id;v\n2026-01-06;a;5\n",
        "v\tid\tat\n5\ta\t2026-01-06\n",
    ] {
        assert_eq!(Tables::glob(second).cells("n s"), BOTH, "{second}");
    }
}

#[test]
fn a_format_for_a_column_that_is_not_there_is_refused() {
    let study = Tables::new().events(FIRST).sums().log_key("date_format = { att = \"excel\" }");
    study.refuses(&["error: `log.csv` has no column `att`", "help:  did you mean `at`?"]);
}

#[test]
fn a_column_that_no_table_has_is_named() {
    let study = Tables::new().events("id,at,val\na,2026-01-06,5\n");
    study.sums().refuses(&["error: `log.csv` has no column `v`"]);
    let study = Tables::new().events(FIRST).kpi("w", "count", "window = \"1mo\"\nwhere = { rolle = \"x\" }");
    study.refuses(&["error: `log.csv` has no column `rolle`"]);
    let study = Tables::new().events("id,att,v\na,2026-01-06,5\n").sums();
    study.refuses(&["error: `log.csv` has no column `at`", "help:  did you mean `att`?"]);
    let study = Tables::new().events(FIRST).file("accounts.csv", "id,joined\na,2025-12-01\n").sums();
    study.refuses(&["error: `accounts.csv` has no column `signup`"]);
}

fn texts(name: &str, cells: &[&str]) -> Column {
    StringChunked::from_slice(PlSmallStr::from_str(name), cells).into_series().into_column()
}

fn numbers(name: &str, cells: &[i64]) -> Column {
    Int64Chunked::from_slice(PlSmallStr::from_str(name), cells).into_series().into_column()
}

fn days(name: &str, cells: &[i32]) -> Column {
    Int32Chunked::from_slice(PlSmallStr::from_str(name), cells).into_date().into_series().into_column()
}

fn parquet(columns: Vec<Column>) -> Vec<u8> {
    let n = columns[0].len();
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut DataFrame::new(n, columns).unwrap()).unwrap();
    bytes
}

/// [`FIRST`] as Parquet, and a second file.
fn parquets(second: Vec<Column>) -> Tables {
    let first = vec![texts("id", &["a", "b"]), texts("at", &["2026-01-05", "2026-02-05"]), numbers("v", &[1, 2])];
    let study = Tables::new().path("log_*.parquet").sums();
    study.file("log_1.parquet", parquet(first)).file("log_2.parquet", parquet(second))
}

#[test]
fn parquet_files_of_one_pattern_need_the_same_columns() {
    let (id, at, v) = (texts("id", &["a"]), texts("at", &["2026-01-06"]), numbers("v", &[5]));
    let differ = "error: `log_2.parquet` and `log_1.parquet` do not have the same columns";
    let renamed = vec![id.clone(), at.clone(), numbers("val", &[5])];
    parquets(renamed).refuses(&[differ, "where: log_2.parquet lacks `v`, adds `val`", NEED]);
    parquets(vec![id.clone(), v.clone()]).refuses(&[differ, "where: log_2.parquet lacks `at`", NEED]);
    assert_eq!(parquets(vec![v.clone(), at.clone(), id.clone()]).cells("n s"), BOTH);
    // 2026-01-06 as a date, and a number as text.
    assert_eq!(parquets(vec![v, days("at", &[20_459]), id.clone()]).cells("n s"), BOTH);
    assert_eq!(parquets(vec![id, at, texts("v", &["5"])]).cells("n s"), BOTH);
}

#[test]
fn parquet_ids_are_text_and_numbers_are_no_dates() {
    let row = |id: Column| vec![id, texts("at", &["2026-01-06"]), numbers("v", &[5])];
    let sums = |id: Column| parquets(row(id)).accounts(&["5", "05"]).cells("n s");
    let (none, some) = ("2026-01-31 0 0", "2026-01-31 1 5");
    let numeric = sums(numbers("id", &[5]));
    assert_eq!([&numeric[0], &numeric[3]], [&format!("05 {none}"), &format!("5 {some}")]);
    let text = sums(texts("id", &["05"]));
    assert_eq!([&text[0], &text[3]], [&format!("05 {some}"), &format!("5 {none}")]);
    parquets(vec![texts("id", &["a"]), numbers("at", &[46_028]), numbers("v", &[5])]).refuses(&[
        "error: `46028` in the date column `at` is a serial number of a spreadsheet",
        "where: log_2.parquet row 1",
    ]);
}

#[test]
fn parquet_that_is_cut_off_or_no_parquet_is_named() {
    let whole = parquet(vec![texts("id", &["a"]), texts("at", &["2026-01-06"]), numbers("v", &[5])]);
    for bytes in [&whole[..whole.len() / 2], &whole[..whole.len() - 1], b"PAR1 nothing here PAR1", FIRST.as_bytes()] {
        let study = parquets(vec![texts("id", &["a"])]).file("log_2.parquet", bytes);
        let ended = study.run(&["panel", "study.toml", "--out", "x.csv"]);
        assert_eq!(ended.code, Some(2), "{}", ended.err);
        assert!(ended.err.contains("`log_2.parquet`"), "{}", ended.err);
        study.refuses(&[]);
    }
}

#[test]
fn json_lines_may_leave_out_keys_and_a_file_without_one_is_named() {
    let first = "{\"id\":\"a\",\"at\":\"2026-01-05\",\"v\":1}\n{\"id\":\"b\",\"at\":\"2026-02-05\",\"v\":2}\n";
    let study = |second: &str| {
        let study = Tables::new().path("log_*.jsonl").sums();
        study.file("log_1.jsonl", first).file("log_2.jsonl", second)
    };
    assert_eq!(study("{\"v\":5,\"at\":\"2026-01-06\",\"id\":\"a\"}\n").cells("n s"), BOTH);
    let renamed = study("{\"id\":\"a\",\"at\":\"2026-01-06\",\"val\":5}\n");
    assert_eq!(renamed.cells("n s")[0], "a 2026-01-31 2 1");
    renamed.says(&[
        "warning: 1 of 2 files begin without the key `v`: where it is absent, the cell counts as missing\n  where: log_2.jsonl\n",
    ]);
    let undated = study("{\"id\":\"a\",\"date\":\"2026-01-06\",\"v\":5}\n");
    assert_eq!(undated.cells("n s"), ONE);
    undated.says(&["unsafe: `log`: rows without a possible date: 1 of 3 rows (33 %)", "where: log_2.jsonl line 1"]);
    study("{\"id\":\"a\",\"at\":\n").refuses(&["where: log_2.jsonl line 1, character 15"]);
}

#[test]
fn a_condition_that_no_row_meets_names_the_value_that_was_meant() {
    let study = Tables::new().events("id,at,channel\na,2026-01-05,web\nb,2026-01-06,automation\n").kpi(
        "n",
        "count",
        "window = \"90d\"\nwhere = { channel = \"automatoin\" }",
    );
    study.says(&[
        "warning: KPI `n`: no row of `log` has `channel = \"automatoin\"`, so its value is the same everywhere\n  where: log.csv\n",
        "help:  did you mean `automation`? the values of `channel` are `automation`, `web`",
    ]);
    let told = study.told();
    assert!(!told.contains("same value in every row"), "one mistake, two advices:\n{told}");
    let both = Tables::new().events("id,at,channel,who\na,2026-01-05,web,x\nb,2026-01-06,app,y\n").kpi(
        "n",
        "count",
        "window = \"90d\"\nwhere = { channel = \"web\", who = \"y\" }",
    );
    both.says(&["KPI `n`: no row of `log` meets all conditions of its `where` at once"]);
}

#[test]
fn numbers_of_a_log_are_read_as_those_of_a_table() {
    let sums = |cells: [&str; 3]| {
        let rows = ["a,2026-01-05", "b,2026-02-05", "a,2026-01-06"].iter().zip(cells);
        let text = rows.fold("id,at,v\n".to_owned(), |text, (row, cell)| format!("{text}{row},\"{cell}\"\n"));
        Tables::new().events(text).sums()
    };
    let read = sums(["1,000.5", "2", "５，０００"]);
    assert_eq!(read.cells("s")[0], "a 2026-01-31 6000.5");
    read.says(&["numbers of column `v` with a thousands separator, which were read without it: 2"]);
    assert_eq!(sums(["1\u{a0}000", "2", "5"]).cells("s")[0], "a 2026-01-31 1005");
    // One comma proves nothing, and a currency is no number.
    let doubtful = sums(["1,000", "2", "5"]);
    assert_eq!(doubtful.cells("s")[0], "a 2026-01-31 5");
    doubtful.says(&["1 cells of `v` are not of its kind and count as missing", "log.csv line 2: `1,000`"]);
    assert_eq!(sums(["1,5", "2,000", "3,000"]).cells("s")[0], "a 2026-01-31 0");
    assert_eq!(sums(["¥1,000", "2", "5"]).cells("s")[0], "a 2026-01-31 5");
}

#[test]
fn codes_of_a_log_stay_as_written() {
    let text = "id,at,kind\na,2026-01-05,01\nb,2026-02-05,1\na,2026-02-06,02.0\n";
    let study = || Tables::new().events(text).total().log_end("[roles]\nsegment = [\"kind\"]\n");
    assert_eq!(study().cells("kind")[..2], ["a 2026-01-31 01", "a 2026-02-28 02"]);
    assert_eq!(study().cells("kind")[4], "b 2026-02-28 1");
    let truths = text.replace(",01\n", ",TRUE\n").replace(",1\n", ",FALSE\n").replace("02.0", "TRUE");
    let cells = study().events(truths).cells("kind");
    assert_eq!((cells[0].as_str(), cells[4].as_str()), ("a 2026-01-31 TRUE", "b 2026-02-28 FALSE"));
    let only = Tables::new().events(text).kpi("n", "count", "window = \"1mo\"\nwhere = { kind = \"01\" }");
    assert_eq!((only.cells("n")[0].as_str(), only.cells("n")[4].as_str()), ("a 2026-01-31 1", "b 2026-02-28 0"));
}

#[test]
fn roles_that_need_numbers_are_refused_by_check_with_their_cells() {
    let study = |mrr: [&str; 2]| {
        let accounts = format!("id,signup,mrr\na,2025-12-01,\"{}\"\nb,2025-12-01,\"{}\"\n", mrr[0], mrr[1]);
        let tables = Tables::new().events("id,at\na,2026-01-05\nb,2026-01-06\n").file("accounts.csv", accounts);
        tables.total().log_end("[roles]\nweight = \"mrr\"\n")
    };
    let refused = study(["¥1,364", "¥980"]).run(&["check", "study.toml"]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    for words in [
        "column `mrr` (role `weight`) must hold numbers; values that are none: 2 of 2, first `¥1,364` (a currency sign)",
        "where: accounts.csv line 2: `¥1,364`, accounts.csv line 3: `¥980`",
        "help:  write the plain number, and the unit into the column's name",
    ] {
        assert!(refused.err.contains(words), "`{words}` is not in:\n{}", refused.err);
    }
    study(["1,363.94", "30,000"])
        .says(&["numbers of column `mrr` with a thousands separator, which were read without it: 2"]);
    assert_eq!(study(["1,363.94", "30,000"]).cells("mrr").first().map(String::as_str), Some("a 2026-01-31 1363.94"));
    assert_eq!(study(["１２", "３４"]).cells("mrr").first().map(String::as_str), Some("a 2026-01-31 12"));
    let one = study(["12", "1,234"]).run(&["check", "study.toml"]);
    assert!(one.code == Some(2) && one.err.contains("(a thousands separator or a decimal comma)"), "{}", one.err);
}
