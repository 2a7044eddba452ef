//! A folder with a study and a small panel, the program run in it, and what must hold after every run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The program under test.
pub(crate) const FUELLAMP: &str = env!("CARGO_BIN_EXE_fuellamp");

/// Every file of a run whose name does not depend on the data.
pub(crate) const RESULTS: [&str; 6] =
    ["artifact.json", "verdicts.csv", "scores.csv", "weights.json", "report.html", "leadership.html"];

/// A study of the panel of [`Panel::new`]; cases change it with `replace`.
pub(crate) const STUDY: &str = r#"schema = 1
[study]
name = "small"
purpose = "find accounts to call"
language = "en"
seed = 7
[kgi]
outcome = "churn"
horizon = 1
gap = 0
[panel]
path = "panel.csv"
account = "account"
period = "month"
outcome = "churn"
[roles]
segment = ["segment"]
[[kpi]]
name = "usage"
kind = "behaviour"
stage = "use"
hoped = "more"
reason = "it looks alive"
[[kpi]]
name = "noise"
kind = "behaviour"
stage = "use"
hoped = "more"
reason = "somebody asked"
"#;

/// What a run printed and how it ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

/// A temporary folder in which the program runs.
pub(crate) struct Room(TempDir);

impl Room {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// A folder with `study.toml` and `panel.csv` that run without an error.
    pub(crate) fn furnished() -> Self {
        let room = Self::empty();
        room.put("study.toml", STUDY);
        room.put("panel.csv", Panel::new().csv(','));
        room
    }

    /// A folder in which the study has been run into `out`.
    pub(crate) fn with_results() -> Self {
        let room = Self::furnished();
        let ended = room.fuellamp(&["run", "study.toml", "--out", "out"]);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        room
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The program with this folder as its working directory.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(FUELLAMP);
        command.current_dir(self.0.path()).args(arguments).stdin(Stdio::null());
        command
    }

    pub(crate) fn fuellamp(&self, arguments: &[&str]) -> Ended {
        self.command(arguments).output().unwrap().into()
    }

    /// Every file below a folder with its bytes, by relative path; empty where the folder is absent.
    pub(crate) fn files(&self, folder: &str) -> Vec<(String, Vec<u8>)> {
        let root = self.path(folder);
        let mut files = Vec::new();
        collect(&root, &root, &mut files);
        files.sort();
        files
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.is_file() {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            files.push((name, fs::read(&path).unwrap()));
        }
    }
}

/// Faults of a file that a run left, judged by its name: an absent end or text that does not parse.
pub(crate) fn incomplete(name: &str, bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let whole = match name.rsplit('.').next() {
        Some("json") => serde_json::from_str::<serde_json::Value>(text).is_ok(),
        Some("html") => text.trim_end().ends_with("</html>"),
        Some("svg") => text.trim_end().ends_with("</svg>"),
        Some("csv") => {
            let mut reader = csv::ReaderBuilder::new().from_reader(bytes);
            text.ends_with('\n') && reader.records().all(|record| record.is_ok())
        }
        _ => true,
    };
    (!whole).then(|| format!("{name} is cut off"))
}

/// A panel as text: 150 accounts over 10 months, `usage` protective by construction, `noise` of no use.
#[derive(Clone)]
pub(crate) struct Panel {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Panel {
    pub(crate) fn new() -> Self {
        Self::sized(150, 10)
    }

    /// The hazard in a month is logistic in last month's usage: 40 % at 0, 1 % at 1.
    pub(crate) fn sized(accounts: usize, months: usize) -> Self {
        let mut random = Random(0x5eed);
        let mut rows = Vec::new();
        for account in 0..accounts {
            let habit = random.unit();
            let mut last = habit;
            for month in 1..=months {
                let hazard = 1.0 / (1.0 + (0.4 + 4.2 * last).exp());
                let left = month > 1 && random.unit() < hazard;
                let usage = (0.7 * habit + 0.3 * random.unit()).clamp(0.0, 1.0);
                let segment = if account % 3 == 0 { "large" } else { "small" };
                let cells = [
                    format!("A{account:03}"),
                    month.to_string(),
                    u8::from(left).to_string(),
                    segment.to_owned(),
                    format!("{usage:.4}"),
                    format!("{:.4}", random.unit()),
                ];
                rows.push(cells.to_vec());
                last = usage;
                if left {
                    break;
                }
            }
        }
        Self { header: ["account", "month", "churn", "segment", "usage", "noise"].map(str::to_owned).to_vec(), rows }
    }

    fn place(&self, column: &str) -> usize {
        self.header.iter().position(|name| name == column).unwrap()
    }

    /// Every cell of a column from its row number and its value before.
    pub(crate) fn map(mut self, column: &str, cell: impl Fn(usize, &str) -> String) -> Self {
        let place = self.place(column);
        for (n, row) in self.rows.iter_mut().enumerate() {
            row[place] = cell(n, &row[place]);
        }
        self
    }

    pub(crate) fn rename(mut self, column: &str, name: &str) -> Self {
        let place = self.place(column);
        self.header[place] = name.to_owned();
        self
    }

    pub(crate) fn without(mut self, column: &str) -> Self {
        let place = self.place(column);
        self.header.remove(place);
        for row in &mut self.rows {
            row.remove(place);
        }
        self
    }

    /// A column that repeats another under a new name.
    pub(crate) fn doubled(mut self, column: &str, name: &str) -> Self {
        let place = self.place(column);
        self.header.push(name.to_owned());
        for row in &mut self.rows {
            row.push(row[place].clone());
        }
        self
    }

    pub(crate) fn rows(mut self, keep: impl Fn(&[String]) -> bool) -> Self {
        self.rows.retain(|row| keep(row));
        self
    }

    pub(crate) fn shuffled(mut self) -> Self {
        let mut random = Random(99);
        for last in (1..self.rows.len()).rev() {
            self.rows.swap(last, random.below(last + 1));
        }
        self
    }

    /// The table as delimited text, quoted where needed.
    pub(crate) fn csv(&self, delimiter: char) -> String {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter as u8).from_writer(Vec::new());
        for row in std::iter::once(&self.header).chain(&self.rows) {
            writer.write_record(row).unwrap();
        }
        String::from_utf8(writer.into_inner().unwrap()).unwrap()
    }
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in [0, 1).
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}
