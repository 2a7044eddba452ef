//! `init` on tables as exports really are: which one holds accounts, which column names them, and what it says.

use std::fmt::Write as _;

use super::support::{Panel, Room};

const ACCOUNTS: usize = 120;

/// Accounts, contracts and logins; account columns are called `names`, the first accounts row is repeated where `twice`.
fn tables(names: [&str; 3], twice: bool) -> Room {
    let room = Room::empty();
    let mut accounts = format!("{},signup,segment,mrr\n", names[0]);
    let mut contracts = format!("id,{},start_date,end_date\n", names[1]);
    let mut logins = format!("id,{},timestamp,channel\n", names[2]);
    for i in 0..ACCOUNTS {
        let row = format!("A{i:04},2023-01-{:02},{},{}\n", 1 + i % 28, ["x", "y"][i % 2], 100 + 7 * i % 90);
        accounts.push_str(&row);
        if twice && i == 0 {
            accounts.push_str(&row);
        }
        let end = if i % 4 == 0 { format!("2024-{:02}-28", 2 + i % 10) } else { String::new() };
        writeln!(contracts, "C{i:04},A{i:04},2023-01-{:02},{end}", 1 + i % 28).unwrap();
        for month in 1..=12 {
            if i % 4 != 0 || month <= 2 + i % 10 {
                let (day, channel) = (1 + (i * month) % 28, ["web", "app", "api"][(i + month) % 3]);
                writeln!(logins, "{},A{i:04},2024-{month:02}-{day:02},{channel}", 12 * i + month).unwrap();
            }
        }
    }
    room.put("acc.csv", accounts);
    room.put("contracts.csv", contracts);
    room.put("logins.csv", logins);
    room
}

fn init(room: &Room) -> String {
    let ended = room.fuellamp(&["init", "acc.csv", "contracts.csv", "logins.csv", "--out", "study.toml", "--force"]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    ended.out + &ended.err
}

fn study(room: &Room) -> String {
    room.text("study.toml")
}

#[test]
fn a_repeated_row_does_not_make_a_log_of_the_accounts() {
    let room = tables(["account_id"; 3], true);
    let said = init(&room);
    assert!(said.contains("accounts: acc.csv; contracts: contracts.csv; events: logins.csv"), "{said}");
    assert!(said.contains("rows of `acc.csv` that repeat a `account_id`: 1"), "{said}");
    let text = study(&room);
    assert!(text.contains("segment = [\"segment\"]") && text.contains("weight = \"mrr\""), "{text}");
    let check = room.fuellamp(&["check", "study.toml"]);
    assert_eq!(check.code, Some(0), "{}", check.err);
}

#[test]
fn bare_words_name_accounts_where_other_tables_have_their_values() {
    for names in [
        ["account_id", "account", "Account"],
        ["顧客ID", "顧客", "顧客"],
        ["SFDC Account", "SFDC Account", "client"],
        ["customer", "company", "customer"],
        // No word for customers at all: the values are those of the accounts.
        ["account_id", "sfdc ref", "who"],
    ] {
        let room = tables(names, false);
        let said = init(&room);
        assert!(said.contains("accounts: acc.csv; contracts: contracts.csv; events: logins.csv"), "{names:?}\n{said}");
        let text = study(&room);
        for name in names {
            assert!(text.contains(&format!("account = \"{name}\"")), "{name}\n{text}");
        }
        let check = room.fuellamp(&["check", "study.toml"]);
        assert_eq!(check.code, Some(0), "{names:?}\n{}", check.err);
    }
}

#[test]
fn a_role_whose_column_a_log_has_too_names_its_table() {
    let room = tables(["account_id"; 3], false);
    let logins = room.text("logins.csv");
    let mut lines = logins.lines();
    let header = lines.next().unwrap();
    let with = lines.fold(format!("{header},segment\n"), |text, line| text + line + ",x\n");
    room.put("logins.csv", with);
    init(&room);
    let text = study(&room);
    assert!(text.contains("segment = [\"accounts.segment\"]") && text.contains("weight = \"mrr\""), "{text}");
    let check = room.fuellamp(&["check", "study.toml"]);
    assert_eq!(check.code, Some(0), "{}", check.err);
}

#[test]
fn a_category_that_two_tables_share_names_no_account() {
    let room = tables(["account_id"; 3], false);
    let mut visits = "team,date,channel\n".to_owned();
    for day in 1..=28 {
        writeln!(visits, "north,2024-03-{day:02},web").unwrap();
    }
    room.put("visits.csv", visits);
    let ended = room.fuellamp(&["init", "acc.csv", "contracts.csv", "logins.csv", "visits.csv", "--out", "study.toml"]);
    assert!((ended.out + &ended.err).contains("or none a day or month: `visits.csv`"));
}

#[test]
fn what_panel_writes_is_a_panel_for_init() {
    let room = tables(["account_id"; 3], false);
    init(&room);
    for out in ["pan.csv", "pan.parquet"] {
        let panel = room.fuellamp(&["panel", "study.toml", "--out", out]);
        assert_eq!(panel.code, Some(0), "{}", panel.err);
        let ended = room.fuellamp(&["init", out, "--out", "study.toml", "--force"]);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        let text = study(&room);
        for line in ["[panel]", "account = \"account\"", "period = \"period\"", "outcome = \"outcome\""] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        for role in ["tenure = \"tenure\"", "weight = \"mrr\"", "segment = [\"segment\"]"] {
            assert!(text.contains(role), "{role}\n{text}");
        }
        assert!(!text.contains("name = \"account\"") && text.contains("name = \"logins_count_90d\""), "{text}");
        let check = room.fuellamp(&["check", "study.toml"]);
        assert_eq!(check.code, Some(0), "{}", check.err);
        // The raw tables again, for the next format.
        init(&room);
    }
}

#[test]
fn dates_of_eight_digits_and_in_kanji_make_a_study() {
    let kanji = |text: String| {
        let day = |part: &str| {
            let mut parts = part.split('-');
            let [Some(year), Some(month), Some(day), None] = [parts.next(), parts.next(), parts.next(), parts.next()]
            else {
                return part.to_owned();
            };
            format!("{year}年{month}月{day}日")
        };
        let row = |line: &str| line.split(',').map(day).collect::<Vec<_>>().join(",") + "\n";
        text.lines().map(row).collect::<String>()
    };
    let compact = |text: String| text.replace('-', "");
    for write in [&kanji as &dyn Fn(String) -> String, &compact] {
        let room = tables(["account_id"; 3], false);
        for file in ["acc.csv", "contracts.csv", "logins.csv"] {
            room.put(file, write(room.text(file)));
        }
        let said = init(&room);
        assert!(said.contains("accounts: acc.csv; contracts: contracts.csv; events: logins.csv"), "{said}");
        let text = study(&room);
        assert!(text.contains("from = 2024-01-01") || text.contains("from = 2024-02-01"), "{text}");
        let check = room.fuellamp(&["check", "study.toml"]);
        assert_eq!(check.code, Some(0), "{}", check.err);
    }
}

#[test]
fn serial_numbers_of_a_spreadsheet_are_declared_and_said() {
    let room = tables(["account_id"; 3], false);
    init(&room);
    let before = study(&room);
    let serial = |text: String| {
        let day = |part: &str| match part.parse::<chrono::NaiveDate>() {
            Ok(day) => (day.to_epoch_days() + 25_569).to_string(),
            Err(_) => part.to_owned(),
        };
        text.lines().map(|line| line.split(',').map(day).collect::<Vec<_>>().join(",") + "\n").collect::<String>()
    };
    for file in ["acc.csv", "contracts.csv", "logins.csv"] {
        room.put(file, serial(room.text(file)));
    }
    let said = init(&room);
    assert!(said.contains("CHECK: numbers in date columns of `acc.csv`, `contracts.csv`, `logins.csv`"), "{said}");
    let text = study(&room);
    for line in [
        "# dates of contracts.csv (start_date, end_date) are numbers of a spreadsheet, for example 44927, which is 2023-01-01",
        "date_format = { start_date = \"excel\", end_date = \"excel\" } }",
        "date_format = { timestamp = \"excel\" }",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    // Everything but the declarations is as with dates.
    let kept = |text: &str| {
        let of_dates = |line: &&str| line.contains("date") || line.starts_with("accounts = ");
        text.lines().filter(|line| !of_dates(line)).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(kept(&text), kept(&before));
    let check = room.fuellamp(&["check", "study.toml"]);
    assert_eq!(check.code, Some(0), "{}", check.err);
}

#[test]
fn exports_that_cannot_be_used_as_they_are_say_why() {
    let room = Room::empty();
    let init = |text: String| {
        room.put("t.csv", text);
        let ended = room.fuellamp(&["init", "t.csv", "--out", "study.toml", "--force"]);
        (ended.code, ended.err)
    };
    let rows = |row: &dyn Fn(usize) -> String| (0..40).map(row).collect::<String>();
    let caret = init("customer_id^churned^logins\n".to_owned() + &rows(&|i| format!("A{i}^{}^{i}\n", i % 2)));
    assert!(
        caret.0 == Some(2) && caret.1.contains("the table has one column, `customer_id^churned^logins`"),
        "{caret:?}"
    );
    assert!(caret.1.contains("a comma, a semicolon, a tab or `|`"), "{caret:?}");
    let body = rows(&|i| format!("A{i},{},{i}\n", i % 2));
    let titled = init(format!("Customers 2024,,\ncustomer_id,churned,logins\n{body}"));
    assert!(titled.0 == Some(2) && titled.1.contains("a title or a second header stands above"), "{titled:?}");
    let footed = init(format!("customer_id,churned,logins\n{body}\nReport of 2024-12-01\n"));
    assert!(footed.0 == Some(2) && footed.1.contains("titles, totals and other lines"), "{footed:?}");
    let comma =
        "customer_id;churned;logins;tickets\n".to_owned() + &rows(&|i| format!("A{i};{};{i},5;{}\n", i % 2, i % 7));
    assert_eq!(init(comma).0, Some(0));
    assert!(study(&room).contains("`logins`: its numbers have a decimal comma"), "{}", study(&room));
}

/// A month of 2024 in the writing of its place.
type Writing = fn(u32) -> String;

#[test]
fn months_of_a_panel_are_read_however_they_are_written() {
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct"];
    let month = |cell: &str| cell.parse::<u32>().unwrap();
    let writings: [Writing; 9] = [
        |m| format!("2024{m:02}"),
        |m| format!("2024年{m}月"),
        |m| format!("令和6年{m}月分"),
        |m| format!("２０２４／{m}"),
        |m| format!("2024/{m}"),
        |m| format!("2024-{m:02}"),
        |m| format!("2024.{m:02}"),
        |m| format!("2024.{m}"),
        |m| format!("{m:02}/2024"),
    ];
    let written = |write: &dyn Fn(u32) -> String| Panel::new().map("month", |_, cell| write(month(cell))).csv(',');
    let mut scores: Vec<String> = Vec::new();
    let by_name = |m: u32| format!("{} 2024", names[m as usize - 1]);
    let last = |m: u32| {
        let next = chrono::NaiveDate::from_ymd_opt(2024, m + 1, 1).unwrap();
        next.pred_opt().unwrap().to_string()
    };
    let all = writings.iter().map(|write| written(write)).chain([written(&by_name), written(&last)]);
    for csv in all {
        let room = Room::empty();
        room.put("panel.csv", csv);
        let ended = room.fuellamp(&["init", "panel.csv", "--out", "study.toml"]);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        let text = study(&room);
        assert!(text.contains("[panel]") && text.contains("period = \"month\""), "{text}");
        assert!(!text.contains("CHECK: write the months"), "{text}");
        let panel = room.fuellamp(&["panel", "study.toml", "--out", "x.csv"]);
        let check = room.fuellamp(&["check", "study.toml"]);
        assert_eq!((panel.code, check.code), (Some(0), Some(0)), "{}{}", panel.err, check.err);
        if scores.len() < 2 {
            let run = room.fuellamp(&["run", "study.toml", "--out", "out"]);
            assert_eq!(run.code, Some(0), "{}", run.err);
            scores.push(room.text("out/scores.csv"));
        }
    }
    assert!(scores[0].contains(",2024-10-31,") && scores[0] == scores[1], "{}", scores[0]);
}

#[test]
fn a_period_that_can_be_two_months_is_refused_with_its_place() {
    for (cell, write) in [
        ("Jan-24", (|_| "Jan-24".to_owned()) as Writing),
        ("24年1月", |m| format!("24年{m}月")),
        ("2024.1", |m| format!("2024.{}", if m == 1 { "1".to_owned() } else { format!("{:02}", m % 9 + 4) })),
    ] {
        let room = Room::furnished();
        room.put("panel.csv", Panel::new().map("month", |_, month| write(month.parse().unwrap())).csv(','));
        let ended = room.fuellamp(&["check", "study.toml"]);
        assert_eq!(ended.code, Some(2), "{cell}");
        let what = format!("period `{cell}` in column `month` can be read in more than one way");
        for words in [&what, "where: panel.csv line 2", "write months as 2024-03"] {
            assert!(ended.err.contains(words), "{words}\n{}", ended.err);
        }
    }
}

#[test]
fn packed_months_pass_the_turn_of_a_year_without_a_hole() {
    let room = Room::furnished();
    let month = |cell: &str| cell.parse::<u32>().unwrap() + 5;
    let packed = |_, cell: &str| match month(cell) {
        later @ 13.. => format!("2024{:02}", later - 12),
        same => format!("2023{same:02}"),
    };
    room.put("panel.csv", Panel::new().map("month", packed).csv(','));
    let check = room.fuellamp(&["check", "study.toml"]);
    assert_eq!(check.code, Some(0), "{}", check.err);
    assert!(!check.err.contains("skips periods"), "{}", check.err);
    let run = room.fuellamp(&["run", "study.toml", "--out", "out"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(room.text("out/scores.csv").contains(",2024-03-31,"), "{}", room.text("out/scores.csv"));
    // One number that is no month makes all of them a count.
    room.put("panel.csv", Panel::new().map("month", |_, cell| format!("2024{:02}", month(cell))).csv(','));
    let panel = room.fuellamp(&["panel", "study.toml", "--out", "x.csv"]);
    assert!(panel.code == Some(0) && room.text("x.csv").contains(",202413,"), "{}", panel.err);
}

/// Logins and seats of [`tables`] as one row per account and month.
fn monthly(write: &dyn Fn(u32) -> String) -> String {
    let mut text = "account_id,対象月,logins,seats\n".to_owned();
    for i in 0..ACCOUNTS {
        let last = if i % 4 == 0 { 2 + i as u32 % 10 } else { 12 };
        for month in 1..=last {
            let (logins, seats) = ((7 * i + 3 * month as usize) % 41, 1 + (i + month as usize) % 9);
            writeln!(text, "A{i:04},{},{logins},{seats}", write(month)).unwrap();
        }
    }
    text
}

#[test]
fn a_monthly_table_is_a_log_whose_numbers_are_averaged() {
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let by_name = |m: u32| format!("{} 2024", names[m as usize - 1]);
    let others: [Writing; 5] = [
        |m| format!("2024-{m:02}"),
        |m| format!("2024/{m:02}"),
        |m| format!("2024年{m}月"),
        |m| format!("2024{m:02}"),
        |m| format!("令和6年{m}月"),
    ];
    let mut panels: Vec<String> = Vec::new();
    let writings =
        others.iter().map(|write| write as &dyn Fn(u32) -> String).chain([&by_name as &dyn Fn(u32) -> String]);
    for write in writings {
        let room = tables(["account_id"; 3], false);
        room.put("logins.csv", monthly(write));
        let said = init(&room);
        assert!(said.contains("accounts: acc.csv; contracts: contracts.csv; events: logins.csv"), "{said}");
        let text = study(&room);
        for line in [
            "at = \"対象月\"",
            "from = 2024-01-01\nto = 2024-12-31",
            "# CHECK: if the last month was not over",
            "name = \"logins_logins_mean\"",
            "name = \"logins_seats_change\"",
            "agg = \"mean\"\nvalue = \"seats\"\nwindow = \"12w\"",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert!(!text.contains("agg = \"count\"") && !text.contains("days_since"), "{text}");
        let check = room.fuellamp(&["check", "study.toml"]);
        let panel = room.fuellamp(&["panel", "study.toml", "--out", "x.csv"]);
        assert_eq!((check.code, panel.code), (Some(0), Some(0)), "{}{}", check.err, panel.err);
        panels.push(room.text("x.csv"));
    }
    assert!(panels.iter().all(|panel| *panel == panels[0]) && panels[0].lines().count() > 1000);
    // The first of the month is a day like any other to the program; init says what it may stand for.
    let room = tables(["account_id"; 3], false);
    room.put("logins.csv", monthly(&|m| format!("2024-{m:02}-01")));
    let ended =
        room.fuellamp(&["init", "acc.csv", "contracts.csv", "logins.csv", "--out", "study.toml", "--lang", "ja"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let text = study(&room);
    assert!(text.contains("日付がすべて月初です") && text.contains("window = \"3mo\""), "{text}");
    assert!(text.contains("to = 2024-12-31"), "{text}");
}

#[test]
fn months_as_columns_are_named_with_the_line_that_makes_rows_of_them() {
    let room = tables(["account_id"; 3], false);
    let mut wide = "account_id,2024-01,2024-02,2024-03,2024-04\n".to_owned();
    for i in 0..ACCOUNTS {
        writeln!(wide, "A{i:04},{},{},{},", i % 7, i % 5, i % 11).unwrap();
    }
    room.put("usage.csv", &wide);
    let line = "pd.read_csv(\"usage.csv\").melt(id_vars=[\"account_id\"], var_name=\"month\", value_name=\"value\").to_csv(\"usage_long.csv\", index=False)";
    let all = ["init", "acc.csv", "contracts.csv", "usage.csv", "--out", "study.toml", "--force"];
    let only = ["init", "usage.csv", "--out", "study.toml", "--force"];
    for arguments in [&all[..], &only] {
        let en = room.fuellamp(arguments);
        assert_eq!(en.code, Some(2), "{}", en.out);
        let what = "`usage.csv` has a column for every month (4: `2024-01` to `2024-04`), and no column that says when";
        assert!(en.err.contains(what) && en.err.contains(line), "{}", en.err);
        let ja = room.fuellamp(&[arguments, &["--lang", "ja"]].concat());
        assert!(ja.err.contains("「usage.csv」は月ごとに列が分かれており") && ja.err.contains(line), "{}", ja.err);
        assert!(!room.path("study.toml").exists());
    }
    // Beside a log it is left out, and never taken for the accounts.
    let with = ["init", "contracts.csv", "usage.csv", "logins.csv", "--out", "study.toml"];
    let ended = room.fuellamp(&with);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let said = ended.out + &ended.err;
    assert!(said.contains("not used: `usage.csv` has a column for every month") && said.contains(line), "{said}");
    assert!(said.contains("accounts: contracts.csv; contracts: contracts.csv; events: logins.csv"), "{said}");
}

#[test]
fn what_a_spreadsheet_writes_around_the_rows_is_left_out_and_said() {
    let room = Room::empty();
    let mut text = "customer_id,plan,logins,tickets,churned,\n".to_owned();
    for i in 0..80 {
        writeln!(text, "C{i:03},{},{},{},{},", ["basic", "pro"][i % 2], 7 * i % 23, i % 5, u8::from(i % 3 == 0))
            .unwrap();
    }
    room.put("plain.csv", &text);
    text.push_str(",,,,,\n合計,,880,160,27,\n");
    room.put("t.csv", &text);
    for (lang, words) in [
        (
            "en",
            [
                "a row of totals (`合計`) stands below the table and is left out",
                "where: t.csv line 83",
                "left out: 1 (column 6)",
            ],
        ),
        (
            "ja",
            [
                "表の末尾にある集計行（「合計」）を除きました",
                "場所：t.csv 83行目",
                "列名も値もない列が1列あるため除きました（6列目）",
            ],
        ),
    ] {
        let ended = room.fuellamp(&["init", "t.csv", "--out", "study.toml", "--force", "--lang", lang]);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        words.iter().for_each(|words| assert!(ended.err.contains(words), "{words}\n{}", ended.err));
        let with = room.fuellamp(&["check", "study.toml"]);
        assert_eq!(with.code, Some(0), "{}", with.err);
        room.put("plain.toml", study(&room).replace("t.csv", "plain.csv"));
        assert_eq!(room.fuellamp(&["check", "plain.toml"]).out, with.out);
    }
}

/// Lives of 120 invented customers: start, and end of every third.
fn life(i: usize) -> (String, String) {
    let end = if i.is_multiple_of(3) { format!("2024-{:02}-{:02}", 2 + i % 8, 1 + i % 28) } else { String::new() };
    (format!("2023-{:02}-{:02}", 1 + i % 6, 1 + i % 28), end)
}

/// A table of one row per customer, or of three.
fn export(room: &Room, name: &str, header: &str, each: usize, row: &dyn Fn(usize, usize) -> String) {
    let rows = (0..ACCOUNTS).flat_map(|i| (0..each).map(move |k| row(i, k) + "\n"));
    room.put(name, format!("{header}\n{}", rows.collect::<String>()));
}

/// `init` on all of these succeeds, `check` accepts the study, and it has these lines.
fn understood(room: &Room, files: &[&str], lines: &[&str]) -> String {
    let ended = room.fuellamp(&[&["init"][..], files, &["--out", "study.toml", "--force"]].concat());
    assert_eq!(ended.code, Some(0), "{files:?}\n{}", ended.err);
    let text = study(room);
    lines.iter().for_each(|line| assert!(text.contains(line), "{line}\n{text}"));
    let check = room.fuellamp(&["check", "study.toml"]);
    assert_eq!(check.code, Some(0), "{}\n{text}", check.err);
    text
}

#[test]
fn headers_of_well_known_exports_are_understood() {
    let room = Room::empty();
    let day = |i: usize, k: usize| format!("2024-{:02}-{:02}", 1 + (i + 3 * k) % 9, 1 + (5 * i + k) % 28);
    // HubSpot: the company's number has another name in every table, and a planned end is no departure.
    export(
        &room,
        "companies.csv",
        "Record ID,Company name,Company owner,Industry,Create Date,Account Health",
        1,
        &|i, _| {
            format!(
                "{},Firm {i},{},{},2022-12-{:02} 10:00,{}",
                7000 + i,
                ["Ann", "Bob"][i % 2],
                ["IT", "Food"][i / 2 % 2],
                1 + i % 28,
                ["Red", "Green"][i % 2]
            )
        },
    );
    let signed =
        "Subscription ID,Company ID,Deal Close Date,Contract Start Date,Contract End Date,Renewal Date,Churn Date,ARR";
    export(&room, "subscriptions.csv", signed, 1, &|i, _| {
        let (start, end) = life(i);
        format!(
            "S{i},{},2022-12-{:02},{start},2026-12-31,2025-01-01,{end},{}",
            7000 + i,
            1 + i % 28,
            1000 + 37 * i % 900
        )
    });
    export(&room, "tickets.csv", "Ticket ID,Associated Company ID,Create date,Close date,Priority", 3, &|i, k| {
        format!(
            "{},{},{} 09:00,{} 12:00,{}",
            90_000 + 3 * i + k,
            7000 + i,
            day(i, k),
            day(i, k),
            ["Low", "High"][(i + k) % 2]
        )
    });
    let text = understood(
        &room,
        &["companies.csv", "subscriptions.csv", "tickets.csv"],
        &[
            "accounts = { path = \"companies.csv\", account = \"Record ID\", start = \"Create Date\" }",
            "account = \"Company ID\", start = \"Contract Start Date\", end = \"Churn Date\" }",
            "# CHECK: `Contract End Date` is filled for customers who stay, too",
            "account = \"Associated Company ID\"\nat = \"Create date\"",
            "weight = \"ARR\"",
        ],
    );
    assert!(!text.contains("segment = [\"Account Health"), "{text}");
    // Salesforce: the record of an account is older than the customer, and bills go to a country.
    export(
        &room,
        "Account.csv",
        "Account ID,Type,Created Date,Customer Since,CSM,Health Score,Billing Country",
        1,
        &|i, _| {
            format!(
                "001A{i:04},Customer,2022-01-01,{},{},{},{}",
                life(i).0,
                ["Ann", "Bob"][i % 2],
                i % 97,
                ["JP", "US"][i % 2]
            )
        },
    );
    export(&room, "Contract.csv", "Contract ID,Account ID,Contract Start Date,Contract End Date,MRR", 1, &|i, _| {
        let (start, end) = life(i);
        format!("800{i},001A{i:04},{start},{end},{}", 100 + i % 90)
    });
    export(&room, "Task.csv", "Activity ID,Account ID,Subject,Date", 3, &|i, k| {
        format!("00T{},001A{i:04},{},{}", 3 * i + k, ["Call", "QBR", "Email"][(i + k) % 3], day(i, k))
    });
    let text = understood(
        &room,
        &["Account.csv", "Contract.csv", "Task.csv"],
        &[
            "account = \"Account ID\", start = \"Customer Since\" }",
            "start = \"Contract Start Date\", end = \"Contract End Date\" }",
            "owner = \"CSM\"",
            "incumbent = \"Health Score\"",
        ],
    );
    assert!(!text.contains("billing ="), "{text}");
    // Gainsight: contracts are dates of the company.
    export(
        &room,
        "company.csv",
        "GSID,CSM,Original Contract Date,Renewal Date,Churn Date,ARR,Current Score",
        1,
        &|i, _| {
            let (start, end) = life(i);
            format!("1P02{i:04},{},{start},2026-12-31,{end},{},{}", ["Ann", "Bob"][i % 2], 1000 + 7 * i, i % 97)
        },
    );
    export(&room, "timeline.csv", "Activity ID,GSID,Activity Date,Activity Type", 3, &|i, k| {
        format!("{},1P02{i:04},{},{}", 3 * i + k, day(i, k), ["Meeting", "EBR"][(i + k) % 2])
    });
    understood(
        &room,
        &["company.csv", "timeline.csv"],
        &[
            "contracts = { path = \"company.csv\", account = \"GSID\", start = \"Original Contract Date\", end = \"Churn Date\" }",
            "incumbent = \"Current Score\"",
        ],
    );
    // Japanese: the day of leaving beside the planned end.
    export(&room, "顧客一覧.csv", "顧客ID,業種,担当CSM,登録日,月額,健康スコア", 1, &|i, _| {
        format!(
            "K{i:04},{},{},2022-12-01,{},{}",
            ["製造", "小売"][i % 2],
            ["佐藤", "鈴木"][i / 2 % 2],
            1000 + 7 * i,
            i % 97
        )
    });
    export(
        &room,
        "契約.csv",
        "契約番号,顧客ID,契約開始日,契約終了日,更新日,解約日",
        1,
        &|i, _| {
            let (start, end) = life(i);
            format!("B{i},K{i:04},{start},2026-12-31,2025-01-01,{end}")
        },
    );
    export(&room, "活動履歴.csv", "活動ID,顧客ID,活動日,活動種別,更新日", 3, &|i, k| {
        format!("{},K{i:04},{},{},{}", 3 * i + k, day(i, k), ["訪問", "電話"][(i + k) % 2], day(i, k))
    });
    understood(
        &room,
        &["顧客一覧.csv", "契約.csv", "活動履歴.csv"],
        &[
            "start = \"契約開始日\", end = \"解約日\" }",
            "at = \"活動日\"",
            "owner = \"担当CSM\"",
            "incumbent = \"健康スコア\"",
        ],
    );
}

#[test]
fn a_day_of_leaving_alone_is_no_outcome_and_the_help_says_what_to_do() {
    let room = Room::empty();
    export(&room, "s.csv", "Company ID,Industry,Logins,Account Health,Churn Date", 1, &|i, _| {
        format!("{i},{},{},{},{}", ["x", "y", "z"][i % 3], 7 * i % 31, ["Red", "Yellow", "Green"][i % 3], life(i).1)
    });
    for (lang, words) in [
        ("en", "`Churn Date` is filled for those who left: add a column `churn` with 1 where it is filled"),
        ("ja", "「Churn Date」は離反した顧客だけに入っています"),
    ] {
        let ended = room.fuellamp(&["init", "s.csv", "--out", "study.toml", "--lang", lang]);
        assert!(ended.code == Some(2) && ended.err.contains(words), "{}", ended.err);
    }
    export(&room, "s.csv", "Company ID,Logins,Account Health,Churned", 1, &|i, _| {
        format!("{i},{},{},{}", 7 * i % 31, ["Red", "Yellow", "Green"][i % 5 % 3], u8::from(i % 3 == 0))
    });
    let ended = room.fuellamp(&["init", "s.csv", "--out", "study.toml"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(
        study(&room).contains("`Account Health`: it looks like the health rating in use today"),
        "{}",
        study(&room)
    );
}

#[test]
fn contracts_whose_dates_cannot_be_read_are_named() {
    let room = tables(["account_id"; 3], false);
    room.put("contracts.csv", "account_id,start_date,end_date\nA0000,31/12/2023,\nA0001,30/11/2023,28/02/2024\n");
    let ended = room.fuellamp(&["init", "acc.csv", "contracts.csv", "logins.csv", "--out", "study.toml"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.err.contains("not read as dates: `contracts.csv: start_date`, `contracts.csv: end_date`"),
        "{}",
        ended.err
    );
}
