//! The table of `docs/real_data.md`: data set, KPI, verdict, what a specialist would say.
//!
//! `cargo test --release --test real_data table -- --nocapture` prints it from fresh runs and fails where the page differs.

use crate::prepare::prepared;
use crate::program::{Run, data_is_here, root, run, study};

/// Study, whether its table is prepared first, and per KPI what a specialist would say and whether the verdict agrees.
type Expected = (&'static str, bool, &'static [(&'static str, &'static str, &'static str)]);

const EXPECTED: [Expected; 13] = [
    (
        "rossi_weekly",
        false,
        &[(
            "employed",
            "an arrested man does not work: read the week before (log-odds per unit -0.78, same week -1.33); not randomised, so no proof",
            "yes; the notice `same_period` says how much comes with the event",
        )],
    ),
    (
        "bankchurners",
        false,
        &[
            ("risk_model_1", "output of a classifier that had seen the outcome", "yes"),
            ("transactions", "counted in the year in which they left: lagging", "yes"),
            ("spend", "the same", "yes"),
            ("inactive_months", "the same; the study declares it", "yes, as declared"),
            ("relationships", "cannot be dated; a lead at best", "yes"),
            (
                "revolving_balance",
                "a balance of zero is often the account being closed: probably lagging",
                "partly: nothing in the values shows it",
            ),
            (
                "contacts",
                "bank and customer talk when the customer leaves: reverse",
                "partly: a snapshot has no order of events",
            ),
        ],
    ),
    (
        "student_dropout_uci697",
        false,
        &[
            ("sem2_approved", "zero because the student has gone: lagging", "yes"),
            ("sem2_grade", "the same", "yes"),
            ("sem1_approved", "many left during the first semester too: mostly lagging", "yes"),
            ("sem1_grade", "the same", "partly: just below the limit"),
            (
                "fees_paid",
                "who has decided stops paying: a warning, not a lever",
                "partly: a snapshot has no order of events",
            ),
            ("scholarship", "selected by merit and need; promising at best", "yes"),
        ],
    ),
    (
        "iranian_churn",
        false,
        &[
            ("inactive", "near the outcome: lagging", "yes"),
            ("seconds", "whoever leaves a prepaid line has stopped using it: lagging", "yes"),
            (
                "complained",
                "83 % of those who complained left: a late warning",
                "partly: alone an odds ratio of 2.7 per sd, below the limit",
            ),
            ("call_failures", "harmful only beside use; needs dates", "yes"),
        ],
    ),
    (
        "ecommerce_churn",
        false,
        &[
            ("complained", "of the last month: lagging; the study declares it", "yes, as declared"),
            ("cashback", "follows from what is bought, and from whom", "yes"),
        ],
    ),
    (
        "contributors_tables",
        true,
        &[
            ("days_since_commit", "the outcome in other words", "yes"),
            ("commits_90d", "zero before every departure, by definition", "yes"),
        ],
    ),
    (
        "contributors_panel",
        true,
        &[
            ("months_since_commit", "the outcome in other words", "yes"),
            ("commits", "zero before every departure, by definition", "yes; before this rule it was `validated`"),
            ("active_months_6", "the same", "yes"),
        ],
    ),
    (
        "oulad_2013J",
        true,
        &[
            ("submissions_30d", "many stop first and unregister later: lagging, not a lever", "yes"),
            ("days_since_submission", "the same", "yes"),
            ("mean_score", "a symptom of how the course goes", "partly: not decided"),
            ("days_late", "an earlier sign of the same stopping", "partly: an earlier step, but of no lever"),
        ],
    ),
    ("ravenstack", false, &[("tickets_90d", "one account really ends: nothing can be said", "yes")]),
    (
        "ravenstack_usage",
        false,
        &[
            ("features_90d", "random numbers, and dates that contradict each other", "yes"),
            ("errors_90d", "the same", "yes"),
        ],
    ),
    (
        "nhefs_death",
        false,
        &[(
            "quit_smoking",
            "the old and the sick stop: hazard ratio 1.39 at first, 1.0 adjusted (Hernan & Robins)",
            "yes",
        )],
    ),
    ("nhefs_gain", true, &[("quit_smoking", "a real effect, larger once adjusted (2.5 to 3.4 kg)", "yes")]),
    (
        "lalonde_observational",
        true,
        &[(
            "training",
            "naive sign wrong, adjusted near the experiment, too few to be sure",
            "yes; per unit: raw +0.09, adjusted -0.48, by lot -0.54",
        )],
    ),
];

fn rows(name: &str, found: &Run, kpis: &[(&str, &str, &str)], out: &mut Vec<String>) {
    for (kpi, specialist, right) in kpis {
        let verdict = &found.kpi(kpi)["verdict"];
        let odds = |test| match found.try_estimate(kpi, test) {
            Some(slope) if slope.exp() < 0.005 => "< 0.01".to_owned(),
            Some(slope) if slope.exp() > 100.0 => "> 100".to_owned(),
            Some(slope) => format!("{:.2}", slope.exp()),
            None => "-".to_owned(),
        };
        let (word, rule) = (verdict["verdict"].as_str().unwrap(), verdict["rule"].as_str().unwrap());
        out.push(format!(
            "| {name} | `{kpi}` | `{word}` ({rule}) | {} | {} | {specialist} | {right} |",
            odds("raw"),
            odds("full")
        ));
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "the table is the result")]
fn the_page_shows_what_the_program_says() {
    if !data_is_here() {
        return;
    }
    let mut table = Vec::new();
    for (name, made, kpis) in EXPECTED {
        let found = if made { run(&prepared(name).study) } else { run(&study(name)) };
        rows(name, &found, kpis, &mut table);
    }
    let table = table.join("\n");
    println!("{table}");
    let page = std::fs::read_to_string(root().join("docs/real_data.md")).unwrap();
    assert!(page.contains(&table), "docs/real_data.md differs from the table above");
}
