//! Dates as people and programs write them.

use super::Tables;

const MONTHS: [&str; 3] = ["2026-01-31", "2026-02-28", "2026-03-31"];

/// Rows of `a` and `b` with a count for every month.
fn counts(a: [u32; 3], b: [u32; 3]) -> Vec<String> {
    let rows = |account: &str, n: [u32; 3]| -> Vec<String> {
        MONTHS.iter().zip(n).map(|(month, n)| format!("{account} {month} {n}")).collect()
    };
    [rows("a", a), rows("b", b)].concat()
}

fn log(dates: &[(&str, &str)]) -> Tables {
    let text = dates.iter().fold("id,at\n".to_owned(), |text, (id, at)| format!("{text}{id},{at}\n"));
    Tables::new().events(text).total()
}

#[test]
fn forms_may_be_mixed_in_one_column() {
    let mixed = [
        ("a", "2026-01-05"),
        ("a", "2026/01/06"),
        ("a", "2026/1/7"),
        ("a", "2026-01-31T14:59:59Z"),
        ("a", "2026-01-31T15:00:00Z"),
        ("a", "2026-02-01 00:30:00+09:00"),
        ("b", "2026-02-28T09:59:59-0500"),
        ("b", "2026-02-28 10:00:00.000 -05:00"),
    ];
    assert_eq!(log(&mixed).key("timezone = \"Asia/Tokyo\"").cells("n"), counts([4, 6, 6], [0, 1, 2]));
    assert_eq!(log(&mixed).cells("n"), counts([5, 6, 6], [0, 2, 2]), "without a zone: as written");
}

#[test]
fn a_date_without_a_known_month_is_an_error_until_it_is_declared() {
    let log = || log(&[("a", "2026-01-20"), ("a", "03/02/2026"), ("b", "2026/03/01")]);
    log().refuses(&[
        "error: date `03/02/2026` of column `at` does not say which number is the month",
        "where: log.csv line 3",
        "help:  declare `date_format = { at = \"DD/MM/YYYY\" }` or `\"MM/DD/YYYY\"` in the `[[tables.events]]` section of `log`",
    ]);
    let february = counts([1, 2, 2], [0, 0, 1]);
    assert_eq!(log().log_key("date_format = \"DD/MM/YYYY\"").cells("n"), february);
    assert_eq!(log().log_key("date_format = { at = \"DD/MM/YYYY\" }").cells("n"), february);
    assert_eq!(log().key("date_format = { at = \"DD/MM/YYYY\" }").cells("n"), february);
    // The table's own format goes before the study's.
    let own = log().key("date_format = \"DD/MM/YYYY\"").log_key("date_format = { at = \"MM/DD/YYYY\" }");
    assert_eq!(own.cells("n"), counts([1, 1, 2], [0, 0, 1]));
}

#[test]
fn dates_that_a_declared_order_makes_impossible_are_left_out() {
    let study = log(&[("a", "01/20/2026"), ("a", "20/01/2026"), ("b", "02/29/2026")]);
    let study = study.log_key("date_format = \"MM/DD/YYYY\"");
    assert_eq!(study.cells("n"), counts([1, 1, 1], [0, 0, 0]));
    study.says(&[
        "  log: rows without a possible date: 2\n",
        "unsafe: `log`: rows without a possible date: 2 of 3 rows (67 %)\n  where: log.csv line 3, log.csv line 4\n",
    ]);
}

#[test]
fn dates_of_accounts_and_contracts_are_checked_alike() {
    let log = || log(&[("a", "2026-01-20")]);
    let signup = "id,signup\na,2025-12-01\nb,02/12/2025\n";
    log().file("accounts.csv", signup).refuses(&[
        "error: date `02/12/2025` of column `signup` does not say which number is the month",
        "where: accounts.csv line 3",
    ]);
    // 46022 is 2025-12-31.
    let contracts = "id,start,end\na,2025-12-01,\nb,46022,\n";
    log().file("contracts.csv", contracts).refuses(&[
        "error: `46022` in the date column `start` is a serial number of a spreadsheet",
        "where: contracts.csv line 3",
    ]);
    let declared = log()
        .file("accounts.csv", "id,signup\na,45992\nb,45992.5\n")
        .file("contracts.csv", "id,start,end\na,45992,46080\nb,45992,\n")
        .key("date_format = { signup = \"excel\", start = \"excel\", end = \"excel\" }");
    // The contract of `a` ends on 2026-02-27.
    let rows = ["a 2026-01-31 0 1", "a 2026-02-28 1 1", "b 2026-01-31 0 0", "b 2026-02-28 0 0", "b 2026-03-31 0 0"];
    assert_eq!(declared.cells("outcome n"), rows);
}

#[test]
fn serial_numbers_count_only_where_declared() {
    // 46053 is 2026-01-31; later in the day comes earlier in the file.
    let text = "id,at,v\na,46053.75,1\na,46053.25,2\na,46053.999,3\na,46053.5,4\na,46054.25,5\nb,2026-03-01,6\n";
    let study = || Tables::new().events(text).total().kpi("l", "last", "value = \"v\"");
    let rows = [
        "a 2026-01-31 4 3",
        "a 2026-02-28 5 5",
        "a 2026-03-31 5 5",
        "b 2026-01-31 0 ",
        "b 2026-02-28 0 ",
        "b 2026-03-31 1 6",
    ];
    assert_eq!(study().log_key("date_format = { at = \"excel\" }").cells("n l"), rows);
    let next = "help:  declare `date_format = { at = \"excel\" }` in the `[[tables.events]]` section of `log`, or write the dates as YYYY-MM-DD";
    let serial = "error: `46053.75` in the date column `at` is a serial number of a spreadsheet";
    study().refuses(&[serial, "where: log.csv line 2", next]);
    let json = |log_key: &str| {
        let study = Tables::new().path("log.jsonl").total().log_key(log_key);
        study.events(
            "{\"id\":\"a\",\"at\":\"2026-01-05\"}\n{\"id\":\"a\",\"at\":46053.75}\n{\"id\":\"b\",\"at\":46054}\n",
        )
    };
    json("").refuses(&[serial, "where: log.jsonl line 2", next]);
    assert_eq!(json("date_format = { at = \"excel\" }").cells("n"), counts([2, 2, 2], [0, 1, 1]));
}

#[test]
fn japanese_dates_are_read_wherever_dates_are() {
    let study = log(&[
        ("a", "2026年1月5日"),
        ("a", "令和8年2月1日"),
        ("a", "R8.2.2"),
        ("b", "２０２６／３／１"),
        ("b", "2026.3.2"),
    ])
    .file("accounts.csv", "id,signup\na,平成30年4月1日\nb,20251201\n")
    .file("contracts.csv", "id,start,end\na,2025年12月1日,\nb,20251201,20260331\n");
    assert_eq!(study.cells("n"), counts([1, 3, 3], [0, 0, 2]));
    // Eight digits are a date where the study says that the column holds dates.
    assert_eq!(log(&[("a", "20260105"), ("b", "20260301")]).cells("n"), counts([1, 1, 1], [0, 0, 1]));
}

#[test]
fn columns_that_are_no_dates_are_refused_all_at_once() {
    let study = log(&[("a", "5 Jan 2026"), ("b", "6 Jan 2026")])
        .file("accounts.csv", "id,signup\na,45992\nb,45992\n")
        .file("contracts.csv", "id,start,end\na,1st December 2025,31/03/2026\nb,2nd December 2025,\n");
    study.refuses(&[
        "error: `45992` in the date column `signup` is a serial number of a spreadsheet",
        "help:  declare `date_format = { signup = \"excel\" }` inside the braces of `accounts = { ... }` in the study, or write the dates as YYYY-MM-DD",
        "error: 2 of 2 values of the date column `start` cannot be read as dates, for example `1st December 2025`",
        "where: contracts.csv line 2",
        "error: date `31/03/2026` of column `end` does not say which number is the month",
        "help:  declare `date_format = { end = \"DD/MM/YYYY\" }` inside the braces of `contracts = { ... }` in the study",
        "error: 2 of 2 values of the date column `at` cannot be read as dates, for example `5 Jan 2026`",
        "where: log.csv line 2",
    ]);
    let unreadable = log(&[("a", "5 Jan 2026"), ("b", "6 Jan 2026")]);
    unreadable
        .refuses(&["error: 2 of 2 values of the date column `at` cannot be read as dates, for example `5 Jan 2026`"]);
    assert_eq!(unreadable.log_key("date_format = \"%d %b %Y\"").cells("n"), counts([1, 1, 1], [1, 1, 1]));
}

#[test]
fn serial_numbers_in_the_column_of_a_hint_are_no_numbers() {
    let study = || {
        let accounts = "id,signup,Risk flagged on\na,2025-12-01,46053\nb,2025-12-01,\n";
        let roles = "[roles]\ndisclosed_risk = \"Risk flagged on\"\n";
        log(&[("a", "2026-01-20")]).file("accounts.csv", accounts).log_end(roles)
    };
    study().refuses(&[
        "error: `46053` in the date column `Risk flagged on` is a serial number of a spreadsheet",
        "where: accounts.csv line 2",
        "help:  declare `date_format = { \"Risk flagged on\" = \"excel\" }` inside the braces of `accounts = { ... }` in the study, or write the dates as YYYY-MM-DD",
    ]);
}

#[test]
fn impossible_dates_are_left_out_and_counted() {
    let study = log(&[
        ("a", "2026-01-05"),
        ("a", "2026-02-29"),
        ("a", ""),
        ("a", "1989-12-31"),
        ("a", "2036-04-01"),
        ("a", "soon"),
        ("b", "2026-01-31T24:00:00"),
    ]);
    assert_eq!(study.cells("n"), counts([1, 1, 1], [0, 0, 0]));
    study.says(&["unsafe: `log`: rows without a possible date: 6 of 7 rows (86 %)\n  where: log.csv line 3, log.csv line 4, log.csv line 5, ...\n"]);
}

#[test]
fn an_event_counts_when_it_was_known() {
    let text = "id,at,rec\na,2026-01-05,2026-01-05\na,2026-01-06,2026-02-01\na,2026-01-07,\n\
                b,2026-01-31T23:00:00,2026-01-31T23:59:59\nb,2026-02-02,2026-01-02\nb,2026-03-02,2027-01-02\n";
    let study = Tables::new().events(text).total().log_key("recorded_at = \"rec\"");
    assert_eq!(study.cells("n"), counts([1, 2, 2], [1, 2, 2]));
    study.says(&[
        "  log: rows that cannot be proven to have been known: 1\n",
        "warning: `log`: rows that cannot be proven to have been known: 1 of 6 rows (17 %)\n  where: log.csv line 4\n",
    ]);
}

/// The months of a log from December 2025 to March 2026, for `a` alone.
fn months(write: fn(i32, u32) -> String) -> Tables {
    let at: Vec<String> =
        [(2025, 12), (2026, 1), (2026, 2), (2026, 3)].map(|(year, month)| write(year, month)).to_vec();
    log(&at.iter().map(|at| ("a", at.as_str())).collect::<Vec<_>>())
}

#[test]
fn a_month_counts_from_its_last_day_on_however_it_is_written() {
    let writings: [fn(i32, u32) -> String; 7] = [
        |year, month| format!("{year}-{month:02}"),
        |year, month| format!("{year}/{month}"),
        |year, month| format!("{year}{month:02}"),
        |year, month| format!("{year}年{month}月"),
        |year, month| format!("令和{}年{month}月分", year - 2018),
        |year, month| format!("{} {year}", ["Dec", "Jan", "Feb", "Mar"][month as usize % 12]),
        |year, month| format!("{month:02}/{year}"),
    ];
    for write in writings {
        assert_eq!(months(write).cells("n"), counts([2, 3, 4], [0, 0, 0]), "{}", write(2026, 1));
        // Weeks that end on 25 January, 1 and 8 February, 22 February and 1 March: no row enters before its month is over.
        let weeks = months(write).span("1w", "2026-01-19", "2026-03-01").cells("n");
        let of_a = ["01-25 1", "02-01 2", "02-08 2", "02-15 2", "02-22 2", "03-01 3"];
        assert_eq!(weeks[..6], of_a.map(|row| format!("a 2026-{row}")), "{}", write(2026, 1));
    }
    let json = "{\"id\":\"a\",\"at\":202601}\n{\"id\":\"a\",\"at\":\"2026-02\"}\n";
    assert_eq!(Tables::new().path("log.jsonl").events(json).total().cells("n"), counts([1, 2, 2], [0, 0, 0]));
}

#[test]
fn twelve_weeks_hold_three_months_and_the_month_of_leaving_is_of_the_account() {
    let study = months(|year, month| format!("{year}-{month:02}")).kpi("w", "count", "window = \"12w\"");
    assert_eq!(study.cells("w"), counts([2, 3, 3], [0, 0, 0]));
    let left = "id,start,end\na,2025-12-20,2026-02-10\nb,2025-12-01,\n";
    let study = study.file("contracts.csv", left).file("accounts.csv", "id,signup\na,2025-12-20\nb,2025-12-01\n");
    let rows = ["a 2026-01-31 0 2", "a 2026-02-28 1 3", "b 2026-01-31 0 0", "b 2026-02-28 0 0", "b 2026-03-31 0 0"];
    assert_eq!(study.cells("outcome n"), rows);
    // March began after the end.
    study.says(&["  log: rows after the account's end: 1\n"]);
}

#[test]
fn a_row_is_known_with_the_month_in_which_it_was_recorded() {
    let text = "id,at,rec\na,2026-01-05,2026-01\na,2026-01-06,2026年2月\nb,2026-02,2026-02-10\nb,2026-02,2026-03-02\n";
    let study = Tables::new().events(text).total().log_key("recorded_at = \"rec\"");
    assert_eq!(study.cells("n"), counts([1, 2, 2], [0, 1, 2]));
}

#[test]
fn a_month_in_doubt_is_refused_and_a_contract_needs_a_day() {
    for cell in ["Jan-26", "26年1月", "1/26", "2026.1"] {
        log(&[("a", "2026-02"), ("b", cell)]).refuses(&[
            &format!("error: month `{cell}` of column `at` can be read in more than one way"),
            "where: log.csv line 3",
            "help:  write months as 2024-03: the year in four digits, the month in two",
        ]);
    }
    let contracts = "id,start,end\na,2025-12,\nb,2025-12,2026-02\n";
    log(&[("a", "2026-02")]).file("contracts.csv", contracts).refuses(&[
        "error: 2 of 2 values of the date column `start` cannot be read as dates, for example `2025-12`",
        "help:  a month does not say on which day it begins or ends for this account: write the day as YYYY-MM-DD; months are read in event tables alone, where a row counts from the last day of its month on",
    ]);
}
