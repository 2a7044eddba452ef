//! Hostile input: a clear sentence and exit code 2 where nothing could be done, a notice where it could; never a
//! panic, never a file that is cut off, never a leftover.

use std::io::Write;

use super::case::{CHECK, FIT, RUN, assert_all, case};
use super::support::{Panel, Room, STUDY};

fn remove(room: &Room, name: &str) {
    std::fs::remove_file(room.path(name)).unwrap();
}

fn panel(room: &Room, change: impl Fn(Panel) -> Panel) {
    room.put("panel.csv", change(Panel::new()).csv(','));
}

fn study(room: &Room, from: &str, to: &str) {
    assert!(STUDY.contains(from), "the study has no `{from}`");
    room.put("study.toml", STUDY.replacen(from, to, 1));
}

#[test]
fn study_files() {
    assert_all(&[
        case("missing study", 2, RUN, |r| remove(r, "study.toml"), &["study.toml", "No such file"]),
        case("a folder as study", 2, &["run", ".", "--out", "out"], |_| (), &["`.` is a folder", "study.toml"]),
        case("empty study", 2, RUN, |r| r.put("study.toml", ""), &["`schema = 1`", "[study]", "[panel]", "[[kpi]]"]),
        case("the table as study", 2, &["run", "panel.csv", "--out", "out"], |_| (), &["`fuellamp init panel.csv`"]),
        case(
            "study in CP932",
            2,
            RUN,
            |r| {
                let text = STUDY.replace("find accounts to call", "離反しそうな顧客を探す");
                r.put("study.toml", encoding_rs::SHIFT_JIS.encode(&text).0);
            },
            &["study.toml", "UTF-8", "line 4"],
        ),
        case("study in UTF-8 with a byte order mark", 0, RUN, |r| r.put("study.toml", format!("\u{feff}{STUDY}")), &[]),
        case("study with carriage returns", 0, RUN, |r| r.put("study.toml", STUDY.replace('\n', "\r\n")), &[]),
        case("not TOML", 2, RUN, |r| study(r, "name = \"small\"", "name = \"small"), &["study.toml", "line 3"]),
        case(
            "unknown keys with the nearest known key",
            2,
            RUN,
            |r| study(r, "horizon = 1", "horizn = 1"),
            &["horizn", "`horizon`", "line 9"],
        ),
        case(
            "several problems at once",
            2,
            RUN,
            |r| {
                let text = STUDY.replace("horizon = 1", "horizn = 1").replace("gap = 0", "gap = -2");
                r.put("study.toml", text.replace("kind = \"behaviour\"", "kind = \"behavior\""));
            },
            &["horizn", "gap", "behavior", "`behaviour`", "line 10"],
        ),
        case(
            "two sources",
            2,
            RUN,
            |r| study(r, "[roles]", "[snapshot]\npath = \"panel.csv\"\noutcome = \"churn\"\n[roles]"),
            &["[snapshot]", "[panel]"],
        ),
        case(
            "keys of raw tables under [panel]",
            2,
            RUN,
            |r| study(r, "reason = \"somebody asked\"", "reason = \"x\"\nfrom = \"contacts\"\nagg = \"count\""),
            &["from", "agg", "[panel]"],
        ),
        case(
            "one column as outcome and KPI",
            2,
            RUN,
            |r| study(r, "name = \"noise\"", "name = \"noise\"\ncolumn = \"churn\""),
            &["churn", "outcome"],
        ),
        case(
            "two KPIs of one name",
            2,
            RUN,
            |r| study(r, "name = \"noise\"", "name = \"usage\""),
            &["usage", "line 19"],
        ),
        case(
            "raw tables",
            2,
            RUN,
            |r| {
                let source =
                    "[panel]\npath = \"panel.csv\"\naccount = \"account\"\nperiod = \"month\"\noutcome = \"churn\"\n";
                let tables = "[tables]\nperiod = \"1mo\"\nfrom = 2024-01-01\nto = 2026-09-30\n\
                    accounts = { path = \"a.csv\", account = \"id\", start = \"signup\" }\n\
                    contracts = { path = \"c.csv\", account = \"id\", start = \"start\", end = \"end\" }\n\
                    [[tables.events]]\nname = \"contacts\"\npath = \"e.csv\"\naccount = \"id\"\nat = \"date\"\n";
                let text = STUDY.replace(source, tables).replace(
                    "hoped = \"more\"\n",
                    "hoped = \"more\"\nfrom = \"contacts\"\nagg = \"count\"\nwindow = \"90d\"\n",
                );
                r.put("study.toml", text);
            },
            &["`a.csv` does not exist", "`c.csv` does not exist", "`e.csv` does not exist"],
        ),
        case("negative horizon", 2, RUN, |r| study(r, "horizon = 1", "horizon = -1"), &["horizon", "-1", "line 9"]),
        case("horizon 0", 2, RUN, |r| study(r, "horizon = 1", "horizon = 0"), &["horizon", "line 9"]),
        case("huge horizon", 2, RUN, |r| study(r, "horizon = 1", "horizon = 9223372036854775807"), &["horizon"]),
        case("horizon as text", 2, RUN, |r| study(r, "horizon = 1", "horizon = \"one\""), &["horizon", "line 9"]),
        case("gap larger than the panel", 2, RUN, |r| study(r, "gap = 0", "gap = 50"), &["gap"]),
        case("negative seed", 2, RUN, |r| study(r, "seed = 7", "seed = -7"), &["seed", "line 6"]),
        case(
            "column that is not there",
            2,
            RUN,
            |r| study(r, "[\"segment\"]", "[\"segmnt\"]"),
            &["segmnt", "did you mean `segment`"],
        ),
        case("check finds the same", 2, CHECK, |r| study(r, "horizon = 1", "horizn = 1"), &["horizn"]),
    ]);
}

#[test]
fn tables() {
    assert_all(&[
        case("missing table", 2, RUN, |r| remove(r, "panel.csv"), &["panel.csv"]),
        case(
            "a folder as table",
            2,
            RUN,
            |r| {
                remove(r, "panel.csv");
                std::fs::create_dir(r.path("panel.csv")).unwrap();
            },
            &["panel.csv"],
        ),
        case("empty file", 2, RUN, |r| r.put("panel.csv", ""), &["panel.csv", "empty"]),
        case("blank lines only", 2, RUN, |r| r.put("panel.csv", "\n\n\r\n"), &["panel.csv"]),
        case("zero bytes", 2, RUN, |r| r.put("panel.csv", [0_u8; 4096]), &["panel.csv"]),
        case("header only", 2, RUN, |r| panel(r, |p| p.rows(|_| false)), &["panel.csv", "no rows"]),
        case(
            "one row",
            2,
            RUN,
            |r| panel(r, |p| p.rows(|row| row[0] == "A000" && row[1] == "1")),
            &["no row is left to model"],
        ),
        case(
            "one row, fit",
            2,
            FIT,
            |r| panel(r, |p| p.rows(|row| row[0] == "A000" && row[1] == "1")),
            &["no row is left to model"],
        ),
        case(
            "everyone censored",
            2,
            RUN,
            |r| panel(r, |p| p.map("churn", |_, _| "0".to_owned())),
            &["none of 914 rows end in the event", "`positive`"],
        ),
        case(
            "everyone censored, check",
            0,
            CHECK,
            |r| panel(r, |p| p.map("churn", |_, _| "0".to_owned())),
            &["`run` has nothing to compare and will refuse", "`positive`"],
        ),
        case(
            "everyone leaves in every row",
            2,
            RUN,
            |r| panel(r, |p| p.map("churn", |_, _| "1".to_owned())),
            &["no row is left to model"],
        ),
        case(
            "one decision to leave",
            0,
            RUN,
            |r| {
                panel(r, |p| {
                    p.map("churn", |_, _| "0".to_owned()).map("churn", |n, c| if n == 700 { "1" } else { c }.to_owned())
                });
            },
            &["warning"],
        ),
        case(
            "ragged row",
            2,
            RUN,
            |r| {
                let text = Panel::new().csv(',').replacen("A001,1,", "A001,1,extra,extra,", 1);
                r.put("panel.csv", text);
            },
            &["8 and 6", "panel.csv line"],
        ),
        case(
            "quote never closed",
            2,
            RUN,
            |r| r.put("panel.csv", Panel::new().csv(',') + "\"A999,1,0,small,1,1\n"),
            &["quote", "panel.csv line 1066"],
        ),
        case("duplicate column names", 2, RUN, |r| panel(r, |p| p.rename("noise", "usage")), &["`usage`"]),
        case("nameless column", 2, RUN, |r| panel(r, |p| p.rename("noise", "")), &["column 6", "no name"]),
        case(
            "two rows for one account and period",
            2,
            RUN,
            |r| {
                r.put("panel.csv", Panel::new().csv(',') + "A000,1,0,large,0.9,0.9\n");
            },
            &["`A000`", "two different rows", "period 1"],
        ),
        case(
            "an exact double of a row",
            0,
            RUN,
            |r| {
                let text = Panel::new().csv(',');
                let row = text.lines().nth(1).unwrap().to_owned();
                r.put("panel.csv", format!("{text}{row}\n"));
            },
            &[],
        ),
        case(
            "bad period",
            2,
            RUN,
            |r| panel(r, |p| p.map("month", |n, c| if n == 5 { "soon" } else { c }.to_owned())),
            &["`month`", "soon"],
        ),
        case("fractional period", 2, RUN, |r| panel(r, |p| p.map("month", |_, c| format!("{c}.5"))), &["`month`"]),
        case(
            "huge period",
            2,
            RUN,
            |r| panel(r, |p| p.map("month", |n, c| if n == 5 { "9223372036854775807" } else { c }.to_owned())),
            &["`month`"],
        ),
        case(
            "blank period",
            2,
            RUN,
            |r| panel(r, |p| p.map("month", |n, c| if n == 5 { "" } else { c }.to_owned())),
            &["`month`", "line 7"],
        ),
        case(
            "blank account",
            2,
            RUN,
            |r| panel(r, |p| p.map("account", |n, c| if n == 5 { "" } else { c }.to_owned())),
            &["`account`", "line 7"],
        ),
        case(
            "blank outcome",
            2,
            RUN,
            |r| panel(r, |p| p.map("churn", |n, c| if n == 5 { "" } else { c }.to_owned())),
            &["`churn`", "line 7"],
        ),
        case(
            "outcome 2",
            2,
            RUN,
            |r| panel(r, |p| p.map("churn", |n, c| if n == 5 { "2" } else { c }.to_owned())),
            &["`churn`", "0/1"],
        ),
        case(
            "CP932 table",
            0,
            RUN,
            |r| {
                let text = Panel::new()
                    .map("segment", |_, c| if c == "large" { "大企業" } else { "中小企業" }.to_owned())
                    .csv(',');
                r.put("panel.csv", encoding_rs::SHIFT_JIS.encode(&text).0);
            },
            &[],
        ),
        case(
            "UTF-16 table",
            0,
            RUN,
            |r| {
                let text = Panel::new()
                    .map("segment", |_, c| if c == "large" { "大企業" } else { "中小企業" }.to_owned())
                    .csv('\t');
                let units = std::iter::once(0xfeff).chain(text.encode_utf16());
                r.put("panel.csv", units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
            },
            &[],
        ),
        case(
            "bytes of no encoding",
            2,
            RUN,
            |r| {
                let mut bytes = Panel::new().csv(',').into_bytes();
                bytes.splice(200..202, [0xff, 0xfd]);
                r.put("panel.csv", bytes);
            },
            &["UTF-8"],
        ),
        case("semicolons", 0, RUN, |r| r.put("panel.csv", Panel::new().csv(';')), &[]),
        case("tabs", 0, RUN, |r| r.put("panel.csv", Panel::new().csv('\t')), &[]),
        case(
            "gzip cut off",
            2,
            RUN,
            |r| {
                let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                gzip.write_all(Panel::new().csv(',').as_bytes()).unwrap();
                let bytes = gzip.finish().unwrap();
                r.put("panel.csv.gz", &bytes[..bytes.len() / 2]);
                study(r, "panel.csv", "panel.csv.gz");
            },
            &["panel.csv.gz", "gzip"],
        ),
        case(
            "text named parquet",
            2,
            RUN,
            |r| {
                r.put("panel.parquet", Panel::new().csv(','));
                study(r, "panel.csv", "panel.parquet");
            },
            &["panel.parquet"],
        ),
        case(
            "spreadsheet",
            2,
            RUN,
            |r| {
                r.put("panel.xlsx", b"PK\x03\x04 not a table");
                study(r, "panel.csv", "panel.xlsx");
            },
            &["panel.xlsx", "CSV"],
        ),
    ]);
}

#[test]
fn columns() {
    assert_all(&[
        case("all-missing KPI", 0, RUN, |r| panel(r, |p| p.map("noise", |_, _| String::new())), &["noise"]),
        case("constant KPI", 0, RUN, |r| panel(r, |p| p.map("noise", |_, _| "3".to_owned())), &["noise"]),
        case(
            "negative revenue",
            0,
            CHECK,
            |r| {
                study(r, "segment = [\"segment\"]", "segment = [\"segment\"]\nweight = \"fee\"");
                panel(r, |p| {
                    p.doubled("noise", "fee")
                        .map("fee", |n, fee| if n == 5 { "-20".to_owned() } else { fee.to_owned() })
                });
            },
            &["`fee`, by which accounts are weighted, is negative in 1 of", "for example -20 for `A"],
        ),
        case(
            "only customers that left",
            0,
            CHECK,
            |r| {
                panel(r, |p| {
                    let gone: Vec<String> =
                        p.rows.iter().filter(|row| row[2] == "1").map(|row| row[0].clone()).collect();
                    p.rows(|row| gone.contains(&row[0]))
                });
            },
            &["no account is a customer at the end of the data"],
        ),
        case(
            "every KPI constant",
            0,
            RUN,
            |r| panel(r, |p| p.map("noise", |_, _| "3".to_owned()).map("usage", |_, _| "1".to_owned())),
            &["noise"],
        ),
        case(
            "10,000 levels as segment",
            0,
            RUN,
            |r| {
                r.put("panel.csv", Panel::sized(1_500, 10).map("segment", |n, _| format!("level {n}")).csv(','));
            },
            &["segment"],
        ),
        case(
            "10,000 levels as segment, fit",
            2,
            FIT,
            |r| {
                r.put("panel.csv", Panel::sized(1_500, 10).map("segment", |n, _| format!("level {n}")).csv(','));
            },
            &["segment"],
        ),
        case(
            "10,000 levels as KPI",
            0,
            RUN,
            |r| {
                r.put("panel.csv", Panel::sized(1_500, 10).map("noise", |n, _| format!("level {n}")).csv(','));
            },
            &["noise"],
        ),
        case(
            "1e300",
            0,
            RUN,
            |r| panel(r, |p| p.map("noise", |n, c| if n % 100 == 5 { "1e300" } else { c }.to_owned())),
            &["`noise`", "1e300"],
        ),
        case(
            "1e300, fit",
            0,
            FIT,
            |r| panel(r, |p| p.map("noise", |n, c| if n % 100 == 5 { "1e300" } else { c }.to_owned())),
            &[],
        ),
        case(
            "largest numbers",
            0,
            RUN,
            |r| panel(r, |p| p.map("noise", |n, _| if n % 2 == 0 { "1.7e308" } else { "-1.7e308" }.to_owned())),
            &[],
        ),
        case(
            "numbers beyond the largest",
            0,
            RUN,
            |r| panel(r, |p| p.map("noise", |n, c| if n == 5 { "1e999" } else { c }.to_owned())),
            &["noise"],
        ),
        case(
            "NaN and inf",
            0,
            RUN,
            |r| {
                panel(r, |p| {
                    p.map("noise", |n, c| {
                        ["NaN", "inf", "-inf", c, c, c, c, c, c, c, c, c, c, c, c, c][n % 16].to_owned()
                    })
                });
            },
            &[
                "column `noise` (KPI `noise`) must hold numbers",
                "first `inf` (infinite or too large)",
                "panel.csv line 3: `inf`",
            ],
        ),
        case(
            "few bad cells",
            0,
            RUN,
            |r| panel(r, |p| p.map("noise", |n, c| if n == 5 { "about 3" } else { c }.to_owned())),
            &["noise", "about 3", "line 7"],
        ),
        case(
            "all text",
            0,
            RUN,
            |r| panel(r, |p| p.map("noise", |_, _| "many".to_owned())),
            &["`noise`", "text", "many"],
        ),
        case(
            "perfectly separated KPI",
            0,
            RUN,
            |r| {
                let p = Panel::new();
                let left: Vec<bool> = p.rows.iter().map(|row| row[2] == "1").collect();
                let next = move |n: usize| left.get(n + 1).copied().unwrap_or(false);
                r.put("panel.csv", p.map("noise", |n, _| if next(n) { "9" } else { "1" }.to_owned()).csv(','));
            },
            &["noise"],
        ),
        case(
            "perfectly separated KPI, fit",
            2,
            FIT,
            |r| {
                let p = Panel::new();
                let left: Vec<bool> = p.rows.iter().map(|row| row[2] == "1").collect();
                let next = move |n: usize| left.get(n + 1).copied().unwrap_or(false);
                r.put("panel.csv", p.map("noise", |n, _| if next(n) { "9" } else { "1" }.to_owned()).csv(','));
            },
            &["noise", "firth"],
        ),
        case(
            "KPI equal to the outcome",
            0,
            RUN,
            |r| {
                panel(r, |p| p.without("noise").doubled("churn", "noise"));
            },
            &[],
        ),
        case(
            "KPI equal to another",
            0,
            RUN,
            |r| panel(r, |p| p.without("noise").doubled("usage", "noise")),
            &["noise"],
        ),
        case("formulas as accounts", 0, RUN, |r| panel(r, |p| p.map("account", |_, c| format!("=1+{c}"))), &[]),
        case(
            "accounts of one character and of ten thousand",
            0,
            RUN,
            |r| {
                panel(r, |p| p.map("account", |_, c| if c == "A001" { "x".repeat(10_000) } else { c.to_owned() }));
            },
            &[],
        ),
    ]);
}

#[test]
fn arguments() {
    assert_all(&[
        case(
            "no such penalty",
            2,
            &["fit", "study.toml", "--penalty", "nonsense"],
            |_| (),
            &["nonsense", "ridge", "firth"],
        ),
        case("negative ridge", 2, &["fit", "study.toml", "--penalty", "ridge=-1"], |_| (), &["ridge"]),
        case("ridge NaN", 2, &["fit", "study.toml", "--penalty", "ridge=NaN"], |_| (), &["ridge"]),
        case("lag longer than the panel", 2, &["fit", "study.toml", "--lag", "99999"], |_| (), &["99999"]),
        case("no threads", 2, &["run", "study.toml", "--out", "out", "--threads", "0"], |_| (), &["--threads"]),
        case("no command", 2, &[], |_| (), &["Usage"]),
        case("misspelt command", 2, &["verfy"], |_| (), &["verify"]),
        case(
            "output below a file",
            2,
            &["run", "study.toml", "--out", "panel.csv/out"],
            |_| (),
            &["panel.csv/out", "--out"],
        ),
        case("output is a file", 2, &["run", "study.toml", "--out", "panel.csv"], |_| (), &["panel.csv", "--out"]),
        case("demo below a file", 2, &["demo", "--out", "panel.csv/out"], |_| (), &["panel.csv/out", "--out"]),
        case(
            "coefficients below a file",
            2,
            &["fit", "study.toml", "--out", "panel.csv/coef.csv"],
            |_| (),
            &["panel.csv/coef.csv"],
        ),
        case("init of a missing table", 2, &["init", "absent.csv", "--out", "new.toml"], |_| (), &["absent.csv"]),
        case("init does not replace", 2, &["init", "panel.csv"], |_| (), &["study.toml", "--force"]),
        case("Japanese", 2, &["run", "absent.toml", "--out", "out", "--lang", "ja"], |_| (), &["エラー", "読めません"]),
        case(
            "Japanese from the study",
            2,
            RUN,
            |r| {
                study(r, "\"en\"", "\"ja\"");
                remove(r, "panel.csv");
            },
            &["エラー", "panel.csv"],
        ),
        case(
            "Japanese problems from the study",
            2,
            RUN,
            |r| {
                r.put("study.toml", STUDY.replace("\"en\"", "\"ja\"").replace("horizon = 1", "horizn = 1"));
            },
            &["エラー", "horizn"],
        ),
    ]);
}

#[test]
fn a_text_that_is_no_study_is_refused_in_a_few_lines() {
    let room = Room::furnished();
    room.put("study.toml", Panel::new().csv(','));
    let ended = room.fuellamp(RUN);
    assert_eq!(ended.code, Some(2), "{}", ended.err);
    assert!(ended.err.lines().count() <= 12, "{} lines", ended.err.lines().count());
}

#[test]
fn a_copy_of_the_outcome_is_never_a_lever() {
    let room = Room::furnished();
    panel(&room, |p| p.without("noise").doubled("churn", "noise"));
    assert_eq!(room.fuellamp(RUN).code, Some(0));
    let text = room.text("out/verdicts.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let record = reader.records().map(Result::unwrap).find(|record| &record[0] == "noise").unwrap();
    assert!(["kgi_derived", "cannot_tell"].contains(&&record[1]), "{record:?}");
    assert_ne!(&record[3], "yes");
    assert_eq!(&record[16], "false");
}
