//! The verdicts on real tables, with the sizes that are known from elsewhere.

use crate::prepare::prepared;
use crate::program::{Run, data_is_here, done, run, study};

/// Log-odds per unit of a column: `fuellamp fit`.
fn declared(study: &str, column: &str) -> f64 {
    let (out, _) = done(&["fit", study]);
    let row = out.lines().find(|line| line.starts_with(&format!("{column},"))).unwrap();
    row.split(',').nth(1).unwrap().parse().unwrap()
}

fn all(found: &Run, expected: &[(&str, &str)]) {
    for (kpi, verdict) in expected {
        assert_eq!(found.verdict(kpi), *verdict, "{kpi}: {}", found.kpi(kpi)["verdict"]["reason"]["en"]);
    }
}

#[test]
fn the_week_of_the_arrest_is_flagged_and_the_week_before_has_its_own_size() {
    if !data_is_here() {
        return;
    }
    let found = run(&study("rossi_weekly"));
    all(&found, &[("employed", "promising")]);
    let flagged = found.notices("same_period").join("\n");
    assert!(flagged.contains("`employed`: odds ratio 0.52") && flagged.contains("0.68 before it"), "{flagged}");
    assert!((declared(study("rossi_weekly").to_str().unwrap(), "employed") + 0.783).abs() < 0.015);
}

#[test]
fn what_was_measured_while_card_holders_left_is_lagging() {
    if !data_is_here() {
        return;
    }
    let found = run(&study("bankchurners"));
    all(&found, &[("transactions", "lagging"), ("spend", "lagging"), ("inactive_months", "lagging")]);
    all(&found, &[("risk_model_1", "kgi_derived"), ("risk_model_2", "kgi_derived")]);
}

#[test]
fn the_second_semester_is_lagging() {
    if !data_is_here() {
        return;
    }
    let found = run(&study("student_dropout_uci697"));
    all(&found, &[("sem2_approved", "lagging"), ("sem2_grade", "lagging"), ("scholarship", "promising")]);
}

#[test]
fn a_status_near_the_outcome_and_a_complaint_of_the_last_month_are_lagging() {
    if !data_is_here() {
        return;
    }
    let telecom = run(&study("iranian_churn"));
    all(&telecom, &[("inactive", "lagging"), ("seconds", "lagging")]);
    all(&run(&study("ecommerce_churn")), &[("complained", "lagging")]);
}

#[test]
fn months_since_the_last_commit_are_the_outcome_where_leaving_is_silence() {
    if !data_is_here() {
        return;
    }
    let tables = run(&prepared("contributors_tables").study);
    assert_eq!(tables.notices("outcome_from_silence").len(), 1);
    all(&tables, &[("days_since_commit", "kgi_derived"), ("commits_90d", "lagging"), ("areas_90d", "lagging")]);
    assert!(tables.kpi("days_since_commit")["verdict"]["reason"]["en"].as_str().unwrap().contains("182 days"));
    // Made by somebody else, the panel has no log to look into; the values themselves tell.
    let panel = run(&prepared("contributors_panel").study);
    all(&panel, &[("months_since_commit", "kgi_derived"), ("commits", "lagging"), ("areas", "lagging")]);
}

#[test]
fn no_submissions_this_month_is_lagging() {
    if !data_is_here() {
        return;
    }
    let found = run(&prepared("oulad_2013J").study);
    assert_eq!(found.artifact["data"]["n_events"], 1185);
    all(&found, &[("submissions_30d", "lagging"), ("days_since_submission", "lagging")]);
}

#[test]
fn nothing_is_validated_where_tables_contradict_each_other() {
    if !data_is_here() {
        return;
    }
    for name in ["ravenstack", "ravenstack_usage"] {
        let found = run(&study(name));
        for kpi in found.artifact["kpis"].as_array().unwrap() {
            let verdict = kpi["verdict"]["verdict"].as_str().unwrap();
            assert!(["cannot_tell", "no_evidence", "redundant"].contains(&verdict), "{name}: {kpi}");
        }
        assert!(found.artifact["notices"].as_array().unwrap().iter().any(|n| n["severity"] == "unsafe"), "{name}");
    }
}

#[test]
fn who_stops_smoking_dies_more_often_only_until_age_is_held_fixed() {
    if !data_is_here() {
        return;
    }
    // Hernan and Robins, chapter 17: a hazard ratio of 1.39 at first, 1.0 adjusted.
    let found = run(&study("nhefs_death"));
    all(&found, &[("quit_smoking", "confounded")]);
    let sd = found.kpi("quit_smoking")["summary"]["sd"].as_f64().unwrap();
    let per_unit = |test| (found.estimate("quit_smoking", test) / sd).exp();
    assert!((1.3..1.6).contains(&per_unit("raw")), "{}", per_unit("raw"));
    assert!((0.9..1.1).contains(&per_unit("full")), "{}", per_unit("full"));
}

#[test]
fn stopping_to_smoke_moves_weight_more_once_adjusted() {
    if !data_is_here() {
        return;
    }
    // 2.5 kg at first, 3.4 kg weighted: a third more. The outcome here is a gain of more than 5 kg.
    let found = run(&prepared("nhefs_gain").study);
    all(&found, &[("quit_smoking", "promising")]);
    let (raw, full) = (found.estimate("quit_smoking", "raw"), found.estimate("quit_smoking", "full"));
    assert!(raw > 0.2 && full > 1.2 * raw && full < 1.5 * raw, "{raw} {full}");
}

#[test]
fn adjustment_turns_the_harm_of_training_into_the_benefit_that_the_lot_shows() {
    if !data_is_here() {
        return;
    }
    let observed = run(&prepared("lalonde_observational").study);
    let by_lot = run(&prepared("lalonde_experiment").study);
    let slope =
        |found: &Run, test| found.estimate("training", test) / found.kpi("training")["summary"]["sd"].as_f64().unwrap();
    let (raw, full, truth) = (slope(&observed, "raw"), slope(&observed, "full"), slope(&by_lot, "raw"));
    assert!(raw > 0.0 && full < -0.3 && truth < -0.4, "{raw} {full} {truth}");
    assert!((full - truth).abs() < 0.25 * (raw - truth).abs(), "{raw} {full} {truth}");
    assert_ne!(observed.verdict("training"), "confounded");
    all(&by_lot, &[("training", "promising")]);
}
