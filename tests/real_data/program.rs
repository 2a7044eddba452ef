//! The program run as a user runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// Every study with the processor time that its run may take, backtest and 200 draws of the accounts included, in multiples
/// of the peer's in `speed.rs`.
pub(crate) const STUDIES: [(&str, f64); 13] = [
    ("telco_ibm", 12.0),
    ("rossi_weekly", 15.0),
    ("bankchurners", 14.0),
    ("ecommerce_churn", 8.0),
    ("ibm_hr_attrition", 4.0),
    ("iranian_churn", 3.0),
    ("mlc_churn", 5.0),
    ("bank_balances_28k", 30.0),
    ("student_dropout_uci697", 4.0),
    ("saas_churn_pysurvival", 3.0),
    ("ravenstack", 4.0),
    ("ravenstack_usage", 14.0),
    ("nhefs_death", 2.0),
];

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn study(name: &str) -> PathBuf {
    root().join("tests/studies").join(format!("{name}.toml"))
}

/// The folder of the shared tables.
pub(crate) fn data() -> PathBuf {
    root().join("../shared/data")
}

/// Whether the tables are there; says so aloud where they are not.
#[expect(clippy::print_stderr, reason = "a skipped test must be heard")]
pub(crate) fn data_is_here() -> bool {
    let data = data();
    let here = data.is_dir();
    if !here {
        eprintln!("SKIPPED: no tables at {}", data.display());
    }
    here
}

pub(crate) fn fuellamp(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fuellamp")).args(args).output().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Runs a command that must succeed; returns what it printed on both channels.
pub(crate) fn done(args: &[&str]) -> (String, String) {
    let output = fuellamp(args);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "fuellamp {}: {err}", args.join(" "));
    (out, err)
}

/// What a run left.
pub(crate) struct Run {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) artifact: Value,
}

pub(crate) fn run(study: &Path) -> Run {
    let folder = tempfile::tempdir().unwrap();
    done(&["run", study.to_str().unwrap(), "--out", folder.path().to_str().unwrap(), "--quiet"]);
    let json = std::fs::read_to_string(folder.path().join("artifact.json")).unwrap();
    Run { artifact: serde_json::from_str(&json).unwrap(), folder }
}

impl Run {
    /// Notices with this code: what and, where there is one, place.
    pub(crate) fn notices(&self, code: &str) -> Vec<String> {
        let list = self.artifact["notices"].as_array().unwrap();
        let sentence = |n: &Value| {
            format!("{} | {}", n["what"]["en"].as_str().unwrap(), n["place"]["en"].as_str().unwrap_or_default())
        };
        list.iter().filter(|n| n["code"] == code).map(sentence).collect()
    }

    #[track_caller]
    pub(crate) fn names(&self, code: &str, columns: &[&str]) {
        for column in columns {
            let quoted = format!("`{column}`");
            let found = self.notices(code);
            assert!(found.iter().any(|n| n.contains(&quoted)), "no {code} names {quoted}: {found:#?}");
        }
    }

    pub(crate) fn column(&self, name: &str) -> &Value {
        self.artifact["data"]["columns"].as_array().unwrap().iter().find(|c| c["name"] == name).unwrap()
    }

    pub(crate) fn kpi(&self, name: &str) -> &Value {
        self.artifact["kpis"].as_array().unwrap().iter().find(|k| k["name"] == name).unwrap()
    }

    pub(crate) fn verdict(&self, kpi: &str) -> &str {
        self.kpi(kpi)["verdict"]["verdict"].as_str().unwrap()
    }

    /// Estimate of a test that ran.
    pub(crate) fn estimate(&self, kpi: &str, test: &str) -> f64 {
        self.try_estimate(kpi, test).unwrap()
    }

    /// Estimate of a test, if it ran.
    pub(crate) fn try_estimate(&self, kpi: &str, test: &str) -> Option<f64> {
        let list = self.kpi(kpi)["evidence"].as_array().unwrap();
        list.iter().find(|e| e["test"] == test)?["outcome"]["measured"]["estimate"].as_f64()
    }

    pub(crate) fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(file)).unwrap()
    }
}
