//! A score of one year on the students of the next.

use crate::prepare::prepared;
use crate::program::{data_is_here, run};

#[test]
#[expect(clippy::print_stderr, reason = "the drift is the result")]
fn a_score_of_2013_is_judged_on_2014_and_its_level_follows() {
    if !data_is_here() {
        return;
    }
    let found = run(&prepared("oulad_years").study);
    let validation = &found.artifact["validation"];
    assert_eq!(validation["held_out"], "time");
    let number = |value: &serde_json::Value| value.as_f64().unwrap();
    for origin in validation["origins"].as_array().unwrap() {
        let estimate = &origin["estimate"];
        eprintln!(
            "known until {}, scored until {}: {} events before, {} after, AUC {:.3}, intercept {:.2} ± {:.2}, slope {:.2} ± {:.2}",
            origin["known_until"],
            origin["scored_until"],
            origin["train_events"],
            estimate["n_events"],
            number(&estimate["auc"]["auc"]),
            number(&estimate["calibration_intercept"][0]),
            number(&estimate["calibration_intercept"][1]),
            number(&estimate["calibration_slope"][0]),
            number(&estimate["calibration_slope"][1]),
        );
    }
    let accounts = &validation["across_accounts"];
    eprintln!(
        "across time {:.3}, across accounts {:.3}; intercept {:.2} and {:.2}; level of the last months: {}",
        number(&validation["auc"]["auc"]),
        number(&accounts["auc"]["auc"]),
        number(&validation["calibration_intercept"][0]),
        number(&accounts["calibration_intercept"][0]),
        validation["recent"],
    );
    // Courses of February 2014 begin after those of 2013 are known.
    let last = validation["origins"].as_array().unwrap().last().unwrap();
    assert!(last["known_until"].as_str().unwrap() >= "2014-01-31", "{last}");
    // Random splits see the drift of no year: the level is right by construction, across time it is not.
    assert!(number(&accounts["calibration_intercept"][0]).abs() < 0.05, "{accounts}");
    assert!(
        number(&validation["calibration_intercept"][0]).abs() > number(&accounts["calibration_intercept"][0]).abs()
    );
}
