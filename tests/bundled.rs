//! The files of `data/` are what the simulators write, and all three studies run.

#[path = "../examples/bundle.rs"]
mod bundle;

#[cfg(test)]
mod bundled {
    use std::path::{Path, PathBuf};
    use std::process::{Command, Output};

    use crate::bundle::files;

    fn data() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("data")
    }

    /// Runs a bundled study from a copy of the folder, so that `data/` stays as it is.
    fn run(study: &str, language: &str) -> (tempfile::TempDir, Output) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("demo_tables")).unwrap();
        for (name, _) in files() {
            std::fs::copy(data().join(&name), folder.path().join(&name)).unwrap();
        }
        let output = Command::new(env!("CARGO_BIN_EXE_fuellamp"))
            .args(["run", study, "--out", "results", "--lang", language])
            .current_dir(folder.path())
            .output()
            .unwrap();
        (folder, output)
    }

    /// Column `verdict` by KPI.
    fn verdicts(folder: &Path) -> Vec<(String, String)> {
        let mut reader = csv::Reader::from_path(folder.join("results/verdicts.csv")).unwrap();
        reader.records().map(|row| row.map(|r| (r[0].to_owned(), r[1].to_owned())).unwrap()).collect()
    }

    #[test]
    fn the_files_are_what_the_simulator_writes() {
        for (name, bytes) in files() {
            let kept = std::fs::read(data().join(&name)).unwrap_or_default();
            assert!(kept == bytes, "data/{name} is out of date: cargo run --release --example bundle");
        }
    }

    #[test]
    fn the_panel_study_runs_and_dismisses_no_planted_lever() {
        let (folder, output) = run("demo_panel.study.toml", "en");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let verdicts = verdicts(folder.path());
        assert_eq!(verdicts.len(), 14);
        let of = |name: &str| verdicts.iter().find(|(kpi, _)| kpi == name).map(|(_, v)| v.as_str()).unwrap();
        assert_eq!(of("data_exports"), "lagging");
        // Few decisions leave levers open; they must not be called mirages.
        for lever in ["automations_live", "ticket_days_open"] {
            assert!(["validated", "promising", "cannot_tell"].contains(&of(lever)), "{lever}: {}", of(lever));
        }
    }

    #[test]
    fn the_raw_tables_are_small_and_their_study_runs() {
        let bytes: usize =
            files().iter().filter(|(name, _)| name.starts_with("demo_tables/")).map(|(_, b)| b.len()).sum();
        assert!(bytes < 400_000, "{bytes} bytes");
        let (folder, output) = run("demo_tables/study.toml", "en");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let verdicts = verdicts(folder.path());
        assert_eq!(verdicts.len(), 6);
        let truth = std::fs::read_to_string(data().join("demo_tables/truth.json")).unwrap();
        let truth: serde_json::Value = serde_json::from_str(&truth).unwrap();
        for (kpi, verdict) in &verdicts {
            // About sixty decisions leave most questions open; a trap must not be taken for a lever.
            let trap = truth["kpis"][kpi]["trap"].as_bool().unwrap();
            assert!(!(trap && verdict == "validated"), "{kpi}: {verdict}");
        }
    }

    #[test]
    fn the_snapshot_study_runs_and_promises_nothing_better_than_promising() {
        for language in ["en", "ja"] {
            let (folder, output) = run("demo_snapshot.study.toml", language);
            assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
            let verdicts = verdicts(folder.path());
            assert_eq!(verdicts.len(), 14);
            assert!(verdicts.iter().all(|(_, verdict)| verdict != "validated"), "{verdicts:?}");
            assert!(verdicts.iter().any(|(_, verdict)| verdict == "promising"), "{verdicts:?}");
        }
    }
}
