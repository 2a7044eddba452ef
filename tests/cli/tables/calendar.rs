//! Where periods and windows begin and end.

use super::Tables;

fn one(dates: &[&str]) -> Tables {
    let text = dates.iter().fold("id,at\n".to_owned(), |text, at| format!("{text}a,{at}\n"));
    let accounts = "id,signup\na,2022-12-01\n";
    Tables::new().events(text).file("accounts.csv", accounts).file("contracts.csv", "id,start,end\na,2022-12-01,\n")
}

#[test]
fn months_end_at_midnight_in_the_zone_on_both_sides_of_a_clock_change() {
    // The last second of the first month, the first and last of the second, and the first of the third.
    for (zone, from, to, stamps) in [
        (
            "America/New_York",
            "2026-02-01",
            "2026-04-30",
            ["2026-03-01T04:59:59Z", "2026-03-01T05:00:00Z", "2026-04-01T03:59:59Z", "2026-04-01T04:00:00Z"],
        ),
        (
            "America/New_York",
            "2026-10-01",
            "2026-12-31",
            ["2026-11-01T03:59:59Z", "2026-11-01T04:00:00Z", "2026-12-01T04:59:59Z", "2026-12-01T05:00:00Z"],
        ),
        (
            "Europe/Berlin",
            "2026-02-01",
            "2026-04-30",
            ["2026-02-28T22:59:59Z", "2026-02-28T23:00:00Z", "2026-03-31T21:59:59Z", "2026-03-31T22:00:00Z"],
        ),
        (
            "Europe/Berlin",
            "2026-10-01",
            "2026-12-31",
            ["2026-10-31T22:59:59Z", "2026-10-31T23:00:00Z", "2026-11-30T22:59:59Z", "2026-11-30T23:00:00Z"],
        ),
        (
            "Europe/Berlin",
            "2026-09-01",
            "2026-11-30",
            ["2026-09-30T21:59:59Z", "2026-09-30T22:00:00Z", "2026-10-31T22:59:59.999Z", "2026-11-01T00:00:00+01:00"],
        ),
    ] {
        let study = one(&stamps).span("1mo", from, to).key(&format!("timezone = \"{zone}\"")).total();
        let cells = study.kpi("today", "count", "window = \"1d\"").cells("n today");
        let counts: Vec<&str> = cells.iter().map(|row| &row["a 2026-02-28 ".len()..]).collect();
        assert_eq!(counts, ["1 1", "3 1", "4 0"], "{zone} from {from}");
    }
}

#[test]
fn a_zone_that_does_not_exist_is_refused() {
    let study = one(&["2026-01-05"]).total().key("timezone = \"Europe/Berln\"");
    study.refuses(&["error: there is no time zone `Europe/Berln`"]);
}

const LEAP: [&str; 8] =
    ["2023-02-28", "2023-03-01", "2024-01-29", "2024-01-31", "2024-02-29", "2024-03-01", "2024-03-31", "2024-04-30"];

fn windows(dates: &[&str]) -> Tables {
    let windows = [("m", "1mo"), ("q", "1q"), ("y", "1y"), ("w", "1w"), ("d", "30d")];
    windows
        .into_iter()
        .fold(one(dates), |study, (name, window)| study.kpi(name, "count", &format!("window = \"{window}\"")))
}

#[test]
fn windows_around_29_february() {
    // 31 March: from 1 March on. 29 February: from 30 January, and from 1 March of last year. 30 April: from 31 March.
    let rows = ["a 2024-01-31 2 2 4", "a 2024-02-29 2 3 4", "a 2024-03-31 2 5 5", "a 2024-04-30 2 5 6"];
    assert_eq!(windows(&LEAP).span("1mo", "2024-01-01", "2024-04-30").cells("m q y"), rows);
    // The year up to 28 February holds the 29th of the year before.
    let rows = ["a 2025-02-28 0 0 4", "a 2025-03-31 0 0 1"];
    assert_eq!(windows(&LEAP).span("1mo", "2025-02-01", "2025-03-31").cells("m q y"), rows);
}

#[test]
fn quarters() {
    // 30 June looks back to 31 March: 30 March is the same day a quarter before.
    let rows = ["a 2024-03-31 2 5 5 1 1", "a 2024-06-30 0 2 6 0 0"];
    assert_eq!(windows(&LEAP).span("1q", "2024-01-01", "2024-09-29").cells("m q y w d"), rows);
    let tenure = ["a 2024-03-31 0 5", "a 2024-06-30 0 6"];
    assert_eq!(windows(&LEAP).span("1q", "2024-01-01", "2024-09-29").cells("outcome tenure"), tenure);
}

#[test]
fn iso_weeks_across_the_year_end() {
    let dates = ["2025-12-28", "2025-12-29", "2026-01-04", "2026-01-05", "2026-01-11", "2026-01-18"];
    let rows = ["a 2026-01-04 2 3", "a 2026-01-11 2 5"];
    // From a Wednesday to a Saturday: only the weeks wholly inside.
    assert_eq!(windows(&dates).span("1w", "2025-12-24", "2026-01-17").cells("w d"), rows);
    // 2020 had 53 weeks, and 2021 began inside the last.
    let dates = ["2020-12-27", "2020-12-28", "2020-12-31", "2021-01-01", "2021-01-03", "2021-01-04"];
    let study = windows(&dates).file("accounts.csv", "id,signup\na,2020-01-01\n");
    let study = study.file("contracts.csv", "id,start,end\na,2020-01-01,2021-01-04\n");
    let rows = ["a 2020-12-27 0 1", "a 2021-01-03 0 4", "a 2021-01-10 1 1"];
    assert_eq!(study.span("1w", "2020-12-21", "2021-01-10").cells("outcome w"), rows);
}
