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
    assert!((ended.out + &ended.err).contains("(months such as 2024-03 are none): `visits.csv`"));
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
                "場所: t.csv 83行目",
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
