//! What each data sheet warns of.

use crate::program::{data_is_here, done, fuellamp, root, run, study, text};

#[test]
fn telco_has_eleven_missing_charges_and_its_repeated_levels_are_named() {
    if !data_is_here() {
        return;
    }
    let found = run(&study("telco_ibm"));
    let charges = found.column("TotalCharges");
    assert_eq!(charges["kind"], "number");
    assert!((charges["missing_share"].as_f64().unwrap() * 7043.0 - 11.0).abs() < 1e-9);
    assert_eq!(found.artifact["data"]["n_rows"], 7043);
    assert_eq!(found.artifact["data"]["n_events"], 1869);
    let doubled =
        ["OnlineSecurity", "OnlineBackup", "DeviceProtection", "TechSupport", "StreamingTV", "StreamingMovies"];
    let aliased = found.artifact["fit"]["aliased"].as_array().unwrap();
    let (_, err) = done(&["fit", study("telco_ibm").to_str().unwrap()]);
    let report = found.read("report.html");
    for column in doubled {
        let term = format!("{column}[No internet service]");
        assert!(aliased.iter().any(|a| a["term"] == term.as_str()), "{term} is not among {aliased:?}");
        assert!(err.contains(&format!("`{term}` was left out")), "{err}");
        assert!(report.contains(&term), "the report does not name {term}");
    }
    assert!(err.contains("11 rows with a missing value were dropped"), "{err}");
    assert!(err.contains("MultipleLines[No phone service] = (intercept) - PhoneService[Yes]"), "{err}");
}

#[test]
fn rossi_shows_how_much_employment_shrinks_under_the_lag() {
    if !data_is_here() {
        return;
    }
    let file = study("rossi_weekly");
    let employed = |args: &[&str]| {
        let (out, _) = done(&[&["fit", file.to_str().unwrap()], args].concat());
        let row = out.lines().find(|line| line.starts_with("employed,")).unwrap().to_owned();
        row.split(',').nth(1).unwrap().parse::<f64>().unwrap()
    };
    // The data sheet's -1.334 and -0.783 have week squared beside week.
    assert!((employed(&["--lag", "0"]) + 1.334).abs() < 0.015);
    assert!((employed(&[]) + 0.783).abs() < 0.015);
    let found = run(&file);
    let (at_event, near) = (found.estimate("employed", "at_event"), found.estimate("employed", "near"));
    assert!(near < 0.0 && at_event < 1.4 * near, "at the event {at_event}, the week before {near}");
    assert_ne!(found.verdict("employed"), "validated");
    let report = found.read("report.html");
    for slope in [at_event, near] {
        let shown = format!("\u{2212}{:.3}", slope.abs());
        assert!(report.contains(&shown), "the report does not show a slope of {shown}");
    }
}

#[test]
fn bankchurners_names_the_classifier_the_identifier_and_the_computed_column() {
    if !data_is_here() {
        return;
    }
    let found = run(&study("bankchurners"));
    const CLASSIFIER: &str = "Naive_Bayes_Classifier_Attrition_Flag_Card_Category_Contacts_Count_12_mon_Dependent_count_Education_Level_Months_Inactive_12_mon";
    found.names("stands_for_outcome", &[&format!("{CLASSIFIER}_1"), &format!("{CLASSIFIER}_2")]);
    for kpi in ["risk_model_1", "risk_model_2"] {
        assert_eq!(found.verdict(kpi), "kgi_derived");
        assert_eq!(found.kpi(kpi)["numbers"]["in_score"], false);
    }
    let auc = found.artifact["validation"]["auc"]["auc"].as_f64().unwrap();
    // Without what was measured while they left; with all columns the data sheet has 0.92.
    assert!((0.70..0.85).contains(&auc), "an AUC of {auc} has seen what was measured while they left");
    found.names("identifier_column", &["CLIENTNUM"]);
    found.names("determined_column", &["Avg_Open_To_Buy"]);
    let sums = found.notices("determined_column").join("\n");
    assert!(sums.contains("Avg_Open_To_Buy = Credit_Limit - Total_Revolving_Bal"), "{sums}");

    // With the classifier the outcome is certain, and no likelihood has a maximum.
    let refused = fuellamp(&["fit", study("bankchurners").to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("complete separation"));
    // Without it the computed column is aliased.
    let written = std::fs::read_to_string(study("bankchurners")).unwrap();
    let data = root().join("../shared/data");
    let honest: Vec<String> = written
        .lines()
        .filter(|line| !line.contains("risk_model"))
        .map(|line| line.replace("../../../shared/data", data.to_str().unwrap()))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("study.toml");
    std::fs::write(&file, honest.join("\n")).unwrap();
    let (_, err) = done(&["fit", file.to_str().unwrap()]);
    assert!(err.contains("`Avg_Open_To_Buy` was left out"), "{err}");
    assert!(err.contains("Avg_Open_To_Buy = Credit_Limit - Total_Revolving_Bal"), "{err}");
}

#[test]
fn ecommerce_names_its_identifier_and_keeps_its_missing_cells() {
    if !data_is_here() {
        return;
    }
    let found = run(&study("ecommerce_churn"));
    found.names("identifier_column", &["CustomerID"]);
    let columns = found.artifact["data"]["columns"].as_array().unwrap();
    let missing: f64 = columns.iter().map(|c| c["missing_share"].as_f64().unwrap() * 5630.0).sum();
    assert!((missing - 1856.0).abs() < 1e-6, "{missing} missing cells");
    assert_eq!(found.artifact["data"]["n_rows_at_risk"], 5630, "rows with missing cells stay in the model");
}

#[test]
fn hr_names_its_constants_and_its_identifier() {
    if !data_is_here() {
        return;
    }
    let found = run(&study("ibm_hr_attrition"));
    found.names("constant_column", &["EmployeeCount", "Over18", "StandardHours"]);
    found.names("identifier_column", &["EmployeeNumber"]);
    assert_eq!(found.verdict("StandardHours"), "cannot_tell");
    assert_eq!(found.verdict("EmployeeNumber"), "no_evidence");
}

#[test]
fn iranian_names_age_group_as_age() {
    if !data_is_here() {
        return;
    }
    let found = run(&study("iranian_churn"));
    let same = found.notices("doubled_column");
    assert!(same.iter().any(|n| n.contains("`Age Group`") && n.contains("`Age`")), "{same:?}");
    assert_eq!(same.len(), 1, "{same:?}");
}

#[test]
fn mlc_names_four_charges_as_their_minutes_and_keeps_one_of_each() {
    if !data_is_here() {
        return;
    }
    let found = run(&study("mlc_churn"));
    let same = found.notices("doubled_column");
    for part in ["day", "eve", "night", "intl"] {
        let (minutes, charge) = (format!("`total_{part}_minutes`"), format!("`total_{part}_charge`"));
        assert!(same.iter().any(|n| n.contains(&minutes) && n.contains(&charge)), "{part}: {same:?}");
        let pair = [format!("{part}_minutes"), format!("{part}_charge")];
        let redundant = pair.iter().filter(|kpi| found.verdict(kpi) == "redundant").count();
        assert_eq!(redundant, 1, "{part}");
    }
    assert_eq!(same.len(), 4, "{same:?}");
}

#[test]
fn bank_balances_names_codes_and_the_identifier() {
    if !data_is_here() {
        return;
    }
    let found = run(&study("bank_balances_28k"));
    found.names("code_column", &["city", "branch_code"]);
    found.names("identifier_column", &["customer_id"]);
    let days = found.column("days_since_last_transaction");
    assert!((days["missing_share"].as_f64().unwrap() * 28_382.0 - 3223.0).abs() < 1e-6);
}

#[test]
fn student_dropout_asks_for_one_of_three_classes() {
    if !data_is_here() {
        return;
    }
    let found = run(&study("student_dropout_uci697"));
    assert_eq!(found.artifact["data"]["n_rows"], 4424);
    assert_eq!(found.artifact["data"]["n_events"], 1421);
    let written = std::fs::read_to_string(study("student_dropout_uci697")).unwrap();
    let data = root().join("../shared/data");
    let unsaid =
        written.replace("positive = \"Dropout\"\n", "").replace("../../../shared/data", data.to_str().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("study.toml");
    std::fs::write(&file, unsaid).unwrap();
    let refused = fuellamp(&["check", file.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(2));
    let err = text(&refused.stderr);
    assert!(err.contains("`Target` is not a yes or no") && err.contains("`positive = "), "{err}");
}

#[test]
fn saas_takes_the_time_at_risk_as_tenure_and_not_as_a_kpi() {
    if !data_is_here() {
        return;
    }
    let found = run(&study("saas_churn_pysurvival"));
    assert_eq!(found.column("months_active")["used_as"], "tenure");
    assert_eq!(found.artifact["data"]["n_events"], 932);
    let kpis = found.artifact["kpis"].as_array().unwrap();
    assert!(kpis.iter().all(|k| k["column"] != "months_active"));
}
