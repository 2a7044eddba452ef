//! Every study checks, runs, and leaves every file; a snapshot is never more than promising.

use crate::program::{STUDIES, data_is_here, done, root, run, study};

const FILES: [&str; 6] =
    ["artifact.json", "verdicts.csv", "report.html", "leadership.html", "weights.json", "scores.csv"];

#[test]
fn every_study_is_short_and_its_check_and_run_succeed_and_leave_every_file() {
    if !data_is_here() {
        return;
    }
    for (name, _) in STUDIES {
        let file = study(name);
        let written = std::fs::read_to_string(&file).unwrap();
        assert!(written.lines().count() < 30, "{name} is too long");
        done(&["check", file.to_str().unwrap()]);
        let found = run(&file);
        for file in FILES {
            assert!(!found.read(file).trim().is_empty(), "{name}: {file} is empty");
        }
        let charts = std::fs::read_dir(found.folder.path().join("charts")).unwrap();
        let svg = charts.map(|c| c.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "svg")).count();
        assert!(svg >= 2, "{name}: {svg} charts");
        let mut verdicts = csv::Reader::from_path(found.folder.path().join("verdicts.csv")).unwrap();
        let rows: Vec<csv::StringRecord> = verdicts.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), found.artifact["kpis"].as_array().unwrap().len(), "{name}");
        if name != "rossi_weekly" {
            for row in &rows {
                let (verdict, lever) = (row.get(1).unwrap(), row.get(3).unwrap());
                assert_ne!(verdict, "validated", "{name}: {row:?}");
                assert_ne!(lever, "yes", "{name}: {row:?}");
            }
        }
    }
}

#[test]
fn every_study_file_is_in_the_list() {
    let mut there: Vec<String> = std::fs::read_dir(root().join("tests/studies"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let mut listed: Vec<String> = STUDIES.iter().map(|(name, _)| (*name).to_owned()).collect();
    there.sort();
    listed.sort();
    assert_eq!(there, listed);
}
