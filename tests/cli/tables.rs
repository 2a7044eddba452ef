//! Raw tables as exports really are: the exact cells of the panel, or one error that names file, place and next step.

mod bytes;
mod calendar;
mod columns;
mod dates;
mod ids;
mod lives;

use std::fmt::Write as _;

use super::support::{Ended, Room};

/// The first file of a log of two.
const FIRST: &str = "id,at,v\na,2026-01-05,1\nb,2026-02-05,2\n";
/// The counts and sums of [`FIRST`] and one more row: `a`, 2026-01-06, 5.
const BOTH: [&str; 6] = [
    "a 2026-01-31 2 6",
    "a 2026-02-28 0 0",
    "a 2026-03-31 0 0",
    "b 2026-01-31 0 0",
    "b 2026-02-28 1 2",
    "b 2026-03-31 0 0",
];
/// The counts and sums of [`FIRST`] alone.
const ONE: [&str; 6] = [
    "a 2026-01-31 1 1",
    "a 2026-02-28 0 0",
    "a 2026-03-31 0 0",
    "b 2026-01-31 0 0",
    "b 2026-02-28 1 2",
    "b 2026-03-31 0 0",
];

/// A study of two accounts from December 2025, January to March 2026, and one log.
struct Tables {
    room: Room,
    names: Vec<String>,
    calendar: String,
    keys: String,
    notice: &'static str,
    path: &'static str,
    log: String,
    kpis: String,
}

impl Tables {
    fn new() -> Self {
        let new = Self {
            room: Room::empty(),
            names: Vec::new(),
            calendar: String::new(),
            keys: String::new(),
            notice: "",
            path: "log.csv",
            log: String::new(),
            kpis: String::new(),
        };
        new.span("1mo", "2026-01-01", "2026-03-31")
            .file("accounts.csv", "id,signup\na,2025-12-01\nb,2025-12-01\n")
            .file("contracts.csv", "id,start,end\na,2025-12-01,\nb,2025-12-01,\n")
    }

    /// A log of two CSV files, with the count of rows and the sum of `v` in a month.
    fn glob(second: impl AsRef<[u8]>) -> Self {
        Self::new().path("log_*.csv").file("log_1.csv", FIRST).file("log_2.csv", second).sums()
    }

    fn file(mut self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.room.put(name, content);
        if !self.names.iter().any(|known| known == name) {
            self.names.push(name.to_owned());
        }
        self
    }

    /// The log of the study, with its content.
    fn events(self, content: impl AsRef<[u8]>) -> Self {
        let path = self.path;
        self.file(path, content)
    }

    /// Accounts of these names instead of `a` and `b`.
    fn accounts(self, ids: &[&str]) -> Self {
        let rows = |header: &str, rest: &str| {
            ids.iter().fold(header.to_owned(), |text, id| format!("{text}\n{id},2025-12-01{rest}")) + "\n"
        };
        let (accounts, contracts) = (rows("id,signup", ""), rows("id,start,end", ","));
        self.file("accounts.csv", accounts).file("contracts.csv", contracts)
    }

    fn span(mut self, period: &str, from: &str, to: &str) -> Self {
        self.calendar = format!("period = \"{period}\"\nfrom = {from}\nto = {to}\n");
        self
    }

    fn path(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }

    /// A key under `[tables]`.
    fn key(mut self, key: &str) -> Self {
        self.keys = format!("{}{key}\n", self.keys);
        self
    }

    /// A key of the log.
    fn log_key(mut self, key: &str) -> Self {
        self.log = format!("{}{key}\n", self.log);
        self
    }

    /// Sections at the end of the study.
    fn log_end(mut self, sections: &str) -> Self {
        self.kpis.push_str(sections);
        self
    }

    /// Contracts have a column `notice`.
    fn notice(mut self) -> Self {
        self.notice = ", notice = \"notice\"";
        self
    }

    fn kpi(mut self, name: &str, agg: &str, more: &str) -> Self {
        write!(
            self.kpis,
            "[[kpi]]\nname = \"{name}\"\nkind = \"behaviour\"\nhoped = \"more\"\nreason = \"asked\"\n\
             from = \"log\"\nagg = \"{agg}\"\n{more}\n"
        )
        .unwrap();
        self
    }

    fn sums(self) -> Self {
        self.kpi("n", "count", "window = \"1mo\"").kpi("s", "sum", "window = \"1mo\"\nvalue = \"v\"")
    }

    /// Events since the account's start.
    fn total(self) -> Self {
        self.kpi("n", "count", "")
    }

    fn study(&self) -> String {
        let Self { calendar, keys, notice, path, log, kpis, .. } = self;
        format!(
            "schema = 1\n[study]\nname = \"t\"\npurpose = \"find accounts to call\"\nlanguage = \"en\"\nseed = 1\n\
             [kgi]\noutcome = \"churn\"\n[tables]\n{calendar}{keys}\
             accounts = {{ path = \"accounts.csv\", account = \"id\", start = \"signup\" }}\n\
             contracts = {{ path = \"contracts.csv\", account = \"id\", start = \"start\", end = \"end\"{notice} }}\n\
             [[tables.events]]\nname = \"log\"\npath = \"{path}\"\naccount = \"id\"\nat = \"at\"\n{log}{kpis}"
        )
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        self.room.put("study.toml", self.study());
        self.room.fuellamp(arguments)
    }

    /// Account, period and the named columns of every row of the panel.
    fn cells(&self, columns: &str) -> Vec<String> {
        let ended = self.run(&["panel", "study.toml", "--out", "x.csv"]);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        let text = self.room.text("x.csv");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let wanted: Vec<usize> = ["account", "period"]
            .into_iter()
            .chain(columns.split(' '))
            .map(|name| header.iter().position(|own| own == name).unwrap_or_else(|| panic!("no `{name}`: {text}")))
            .collect();
        let row = |row: csv::StringRecord| wanted.iter().map(|&at| &row[at]).collect::<Vec<_>>().join(" ");
        reader.records().map(|record| row(record.unwrap())).collect()
    }

    /// What `check`, which succeeds, says.
    fn told(&self) -> String {
        let ended = self.run(&["check", "study.toml"]);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        ended.out + &ended.err
    }

    /// `check` succeeds and says all of this.
    fn says(&self, words: &[&str]) {
        let all = self.told();
        words.iter().for_each(|words| assert!(all.contains(words), "`{words}` is not in:\n{all}"));
    }

    /// Both commands end with the same error, which has these lines and a help line; no file is left.
    fn refuses(&self, lines: &[&str]) {
        for arguments in [&["panel", "study.toml", "--out", "x.csv"][..], &["check", "study.toml"]] {
            let ended = self.run(arguments);
            assert_eq!(ended.code, Some(2), "{arguments:?}\n{}{}", ended.out, ended.err);
            for line in lines {
                assert!(ended.err.lines().any(|said| said.trim() == *line), "`{line}` is not in:\n{}", ended.err);
            }
            let help = ended.err.lines().find_map(|line| line.trim().strip_prefix("help:"));
            assert!(help.is_some_and(|help| help.trim().len() > 10), "no help:\n{}", ended.err);
            let files = self.room.files(".").into_iter().map(|(name, _)| name);
            let left: Vec<String> = files.filter(|n| n != "study.toml" && !self.names.contains(n)).collect();
            assert!(left.is_empty(), "left: {left:?}");
        }
    }
}
