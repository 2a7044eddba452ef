//! `fuellamp fit` against another program, term by term.

#[cfg(test)]
mod reference {
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    const ESTIMATE: f64 = 1e-8;
    const STD_ERROR: f64 = 1e-7;
    const LOG_LIKELIHOOD: f64 = 1e-11;
    /// The Firth reference is an optimum in extended precision.
    const FIRTH: f64 = 1e-8;

    fn root() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
    }

    #[expect(clippy::print_stderr, reason = "a skipped test must be heard")]
    fn data_is_here() -> bool {
        let data = root().join("../shared/data");
        let here = data.is_dir();
        if !here {
            eprintln!("SKIPPED: no tables at {}", data.display());
        }
        here
    }

    /// What `fit` printed: rows by term, and the lines on standard error.
    struct Fitted {
        rows: BTreeMap<String, Vec<Option<f64>>>,
        notes: String,
    }

    fn fit(study: &Path, options: &[&str]) -> Fitted {
        let output = Command::new(env!("CARGO_BIN_EXE_fuellamp")).arg("fit").arg(study).args(options).output().unwrap();
        let notes = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{notes}");
        Fitted { rows: table(&output.stdout, 0), notes }
    }

    /// Numbers of a CSV table by the text in column `key`.
    fn table(bytes: &[u8], key: usize) -> BTreeMap<String, Vec<Option<f64>>> {
        let mut reader = csv::Reader::from_reader(bytes);
        let numbers = |r: &csv::StringRecord| r.iter().skip(key + 1).map(|cell| cell.parse().ok()).collect();
        reader.records().map(Result::unwrap).map(|r| (r.get(key).unwrap().to_owned(), numbers(&r))).collect()
    }

    fn fixture(file: &str) -> PathBuf {
        root().join("tests/reference/declared_glm").join(file)
    }

    /// Terms of one case: estimate, model-based and clustered standard error.
    fn expected(case: &str) -> BTreeMap<String, Vec<Option<f64>>> {
        let text = std::fs::read_to_string(fixture("expected.csv")).unwrap();
        let own = |line: &&str| line.starts_with("case,") || line.starts_with(&format!("{case},"));
        let lines: Vec<&str> = text.lines().filter(own).collect();
        let found = table(lines.join("\n").as_bytes(), 1);
        assert!(!found.is_empty(), "no case {case}");
        found
    }

    #[track_caller]
    fn near(what: &str, found: Option<f64>, expected: Option<f64>, relative: f64) {
        let (found, expected) = (found.unwrap(), expected.unwrap());
        assert!((found - expected).abs() <= relative * expected.abs(), "{what}: {found:e} is not {expected:e}");
    }

    /// Compares estimates and the standard errors of both kinds, the sample and the log-likelihood.
    #[track_caller]
    fn compare(case: &str, study: &Path, options: &[&str]) {
        let expected = expected(case);
        for (kind, column) in [("model", 1), ("cluster", 2)] {
            let fitted = fit(study, &[options, &["--se", kind]].concat());
            let terms: Vec<&String> = fitted.rows.keys().collect();
            assert_eq!(terms, expected.keys().collect::<Vec<_>>(), "{case}");
            for (term, numbers) in &expected {
                let what = format!("{case}, {kind}: {term}");
                near(&what, fitted.rows[term][0], numbers[0], ESTIMATE);
                near(&what, fitted.rows[term][1], numbers[column], STD_ERROR);
            }
            let sizes = &table(&std::fs::read(fixture("sizes.csv")).unwrap(), 0)[case];
            let [n, events, accounts, log_likelihood] = sizes.as_slice() else { panic!("{sizes:?}") };
            let head = format!("n {}, events {}, accounts {},", n.unwrap(), events.unwrap(), accounts.unwrap());
            assert!(fitted.notes.contains(&head), "{case}: no `{head}` in {}", fitted.notes);
            let line = fitted.notes.lines().find_map(|l| l.strip_prefix("log-likelihood ")).unwrap();
            near(case, line.parse().ok(), *log_likelihood, LOG_LIKELIHOOD);
        }
    }

    #[test]
    fn telco_agrees_in_every_estimate_and_standard_error_raw_and_per_standard_deviation() {
        if !data_is_here() {
            return;
        }
        let study = root().join("tests/studies/telco_ibm.toml");
        compare("telco", &study, &["--penalty", "none"]);
        compare("telco_sd", &study, &["--scale", "sd"]);
    }

    #[test]
    fn rossi_agrees_in_the_same_week_and_one_week_later() {
        if !data_is_here() {
            return;
        }
        let study = root().join("tests/studies/rossi_weekly.toml");
        compare("rossi_lag0", &study, &["--lag", "0"]);
        compare("rossi_lag1", &study, &[]);
    }

    #[test]
    fn rossi_agrees_with_errors_clustered_by_person_and_by_week() {
        if !data_is_here() {
            return;
        }
        let expected = std::fs::read(root().join("tests/reference/two_way_rossi/expected.csv")).unwrap();
        let expected = table(&expected, 0);
        let fitted = fit(&root().join("tests/studies/rossi_weekly.toml"), &["--se", "two-way"]);
        assert_eq!(fitted.rows.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        for (term, numbers) in &expected {
            near(term, fitted.rows[term][0], numbers[0], ESTIMATE);
            near(term, fitted.rows[term][1], numbers[1], STD_ERROR);
        }
        assert!(fitted.notes.contains("by account and by period (CR1; 431 accounts, 51 periods)"), "{}", fitted.notes);
        let plain = root().join("tests/studies/telco_ibm.toml");
        let mut snapshot = Command::new(env!("CARGO_BIN_EXE_fuellamp"));
        let refused = snapshot.arg("fit").arg(plain).args(["--se", "two-way"]).output().unwrap();
        assert_eq!(refused.status.code(), Some(2));
        assert!(String::from_utf8(refused.stderr).unwrap().contains("two periods"));
    }

    #[test]
    fn the_simulated_company_agrees() {
        let folder = tempfile::tempdir().unwrap();
        let demo = Command::new(env!("CARGO_BIN_EXE_fuellamp"))
            .args(["demo", "--quiet", "--out"])
            .arg(folder.path())
            .output()
            .unwrap();
        assert_eq!(demo.status.code(), Some(0));
        let study = folder.path().join("plain.toml");
        std::fs::copy(fixture("demo.toml"), &study).unwrap();
        // A change of the simulated company shows here first: run generate.py on its new panel.
        compare("demo", &study, &[]);
    }

    #[test]
    fn firth_agrees_with_the_optimum_and_ridge_has_no_standard_errors() {
        if !data_is_here() {
            return;
        }
        let study = fixture("sex2.toml");
        let firth = fit(&study, &["--penalty", "firth", "--se", "model"]);
        let optimum = std::fs::read(root().join("tests/reference/firth_sex2/expected.csv")).unwrap();
        let optimum = table(&optimum, 0);
        assert_eq!(optimum.len(), firth.rows.len());
        for (term, numbers) in &optimum {
            let found = &firth.rows[&term.replace("(Intercept)", "(intercept)")];
            near(term, found[0], numbers[0], FIRTH);
            near(term, found[1], numbers[1], FIRTH);
        }
        let ridge = fit(&study, &["--penalty", "ridge=1"]);
        for (term, numbers) in &expected("sex2_ridge1") {
            near(term, ridge.rows[term][0], numbers[0], ESTIMATE);
            assert!(ridge.rows[term][1..].iter().all(Option::is_none), "{term} has a standard error");
        }
        assert!(ridge.notes.contains("a ridge fit has no standard errors"), "{}", ridge.notes);
        let refused = Command::new(env!("CARGO_BIN_EXE_fuellamp")).arg("fit").arg(&study).output().unwrap();
        assert_eq!(refused.status.code(), Some(2));
        assert!(String::from_utf8(refused.stderr).unwrap().contains("`dia` has no finite estimate"));
    }
}
