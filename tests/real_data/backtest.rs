//! A score of one year on the students of the next.

use crate::prepare::prepared;
use crate::program::{data_is_here, run};

#[test]
#[expect(clippy::print_stderr, reason = "the drift is the result")]
fn drift_from_2013_to_2014_is_measured_and_mended() {
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
    let updates = validation["updates"].as_array().unwrap();
    let level = &updates[0]["estimate"];
    let both = &updates[1]["estimate"];
    for (name, estimate) in [
        ("later months, other students", validation),
        ("the same, level of those months known", level),
        ("the same, level and slope known", both),
        ("same calendar, other students", accounts),
    ] {
        eprintln!(
            "{name}: AUC {:.3}, intercept {:.2} ± {:.2}, slope {:.2} ± {:.2}, log-loss {:.5}",
            number(&estimate["auc"]["auc"]),
            number(&estimate["calibration_intercept"][0]),
            number(&estimate["calibration_intercept"][1]),
            number(&estimate["calibration_slope"][0]),
            number(&estimate["calibration_slope"][1]),
            number(&estimate["log_loss"]),
        );
    }
    eprintln!("trend of the level: {}", validation["level_trend"]);
    // Courses of February 2014 begin after those of 2013 are known.
    let last = validation["origins"].as_array().unwrap().last().unwrap();
    assert!(last["known_until"].as_str().unwrap() >= "2014-01-31", "{last}");
    // Random splits see the drift of no year: the level is right by construction, across time it is not.
    let off = |estimate: &serde_json::Value| number(&estimate["calibration_intercept"][0]).abs();
    assert!(off(accounts) < 0.05, "{accounts}");
    let worst = validation["origins"].as_array().unwrap().iter().map(|origin| off(&origin["estimate"]));
    assert!(worst.fold(0.0, f64::max) > 0.15, "{validation}");
    // Recalibration mends level and slope, on students that it has not learned from.
    assert!(off(level) < 0.05 && off(both) < 0.05, "{updates:?}");
    assert!((number(&both["calibration_slope"][0]) - 1.0).abs() < 0.05, "{both}");
    assert!(number(&both["log_loss"]) < number(&level["log_loss"]), "{updates:?}");
    assert!(number(&level["log_loss"]) < number(&validation["log_loss"]), "{updates:?}");
}
