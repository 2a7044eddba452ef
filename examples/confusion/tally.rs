//! Verdicts against the truth, counted.

use std::collections::BTreeMap;

use fuellamp::traps::TestId;
use fuellamp::verdict::{KpiVerdict, Verdict};
use serde::Deserialize;

/// What is true about a KPI.
#[derive(Clone, Deserialize)]
pub(crate) struct KpiTruth {
    pub(crate) trap: bool,
    pub(crate) ok: Vec<String>,
    #[serde(alias = "effect")]
    pub(crate) do_effect: BTreeMap<String, Option<f64>>,
}

/// Counts of one family.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) companies: usize,
    pub(crate) traps: usize,
    pub(crate) levers: usize,
    pub(crate) steps: usize,
    pub(crate) validated: usize,
    pub(crate) false_validations: usize,
    pub(crate) levers_validated: usize,
    pub(crate) levers_dismissed: usize,
    pub(crate) traps_named: usize,
    pub(crate) open: usize,
    pub(crate) flags: usize,
    pub(crate) flags_right: usize,
    pub(crate) seconds: f64,
    pub(crate) slowest: f64,
}

/// Counts one verdict; says what is badly wrong with it.
pub(crate) fn count(tally: &mut Tally, truth: &KpiTruth, verdict: &KpiVerdict) -> Option<&'static str> {
    let effect = truth.do_effect.get("total").copied().flatten().unwrap_or(0.0);
    let sign = if effect < 0.0 { "protective" } else { "harmful" };
    let name = verdict.verdict.name();
    let validated = verdict.verdict == Verdict::Validated;
    let open = matches!(verdict.verdict, Verdict::CannotTell | Verdict::Promising);
    let accepted = truth.ok.iter().any(|ok| ok == name || (ok == "insufficient" && name == "cannot_tell"));
    let right = validated && (effect.abs() <= 0.0 || verdict.direction.name() == sign);
    tally.validated += usize::from(validated);
    tally.open += usize::from(open);
    if !open && !validated {
        tally.flags += 1;
        tally.flags_right += usize::from(accepted);
    }
    if truth.trap {
        tally.traps += 1;
        tally.traps_named += usize::from(accepted);
        let fooled = validated && !accepted;
        tally.false_validations += usize::from(fooled);
        return fooled.then_some("FALSE VALIDATION");
    }
    // An earlier step whose effect runs through a later KPI is no trap, and no lever of its own either.
    if !truth.ok.iter().any(|ok| ok == "validated") {
        tally.steps += 1;
        return None;
    }
    tally.levers += 1;
    tally.levers_validated += usize::from(right);
    tally.false_validations += usize::from(validated && !right);
    let dismissed = !open && !validated && !accepted;
    tally.levers_dismissed += usize::from(dismissed);
    (dismissed || (validated && !right)).then_some(if dismissed { "dismissed" } else { "WRONG SIGN" })
}

/// A share with its counts.
pub(crate) fn share(part: usize, whole: usize) -> String {
    if whole == 0 {
        return "-".to_owned();
    }
    format!("{:.1} % ({part}/{whole})", 100.0 * part as f64 / whole as f64)
}

/// One row per family.
pub(crate) fn print_families(families: &BTreeMap<String, Tally>) {
    println!(
        "| family | companies | false validation | wrong among validated | levers validated | lever dismissed | trap named right | flags right | left open | s mean (slowest) |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for (family, t) in families {
        println!(
            "| {family} | {} | {} | {} | {} | {} | {} | {} | {} | {:.2} ({:.2}) |",
            t.companies,
            share(t.false_validations, t.traps),
            share(t.false_validations, t.validated),
            share(t.levers_validated, t.levers),
            share(t.levers_dismissed, t.levers),
            share(t.traps_named, t.traps),
            share(t.flags_right, t.flags),
            share(t.open, t.traps + t.levers + t.steps),
            t.seconds / t.companies as f64,
            t.slowest,
        );
    }
}

/// Groups of tests that are left out together: a reader thinks of them as one check.
const GROUPS: [(&str, &[TestId]); 11] = [
    ("lag profile", &[TestId::AtEvent, TestId::Near, TestId::Near2, TestId::Near4, TestId::Near6]),
    ("level and change", &[TestId::Level, TestId::Change, TestId::LevelGap]),
    ("first periods", &[TestId::Initial, TestId::Since, TestId::InitialGap]),
    ("path to full", &[TestId::Raw, TestId::Stat]),
    ("recent half", &[TestId::Early, TestId::Late, TestId::EarlyLate]),
    ("threshold", &[TestId::Below, TestId::Above]),
    ("parts of customers", &[TestId::ByBilling, TestId::BySegment, TestId::ByPhase]),
    ("what moves it", &[TestId::Lead, TestId::Hint]),
    ("mediators", &[TestId::Mediator]),
    ("survey", &[TestId::Ceiling, TestId::Silent]),
    ("programme", &[TestId::IntentToTreat, TestId::FirstStage, TestId::Pushed]),
];

/// What `judged` makes of the companies once whole, then without each group of tests.
pub(crate) fn print_ablation(judged: impl Fn(&[TestId]) -> BTreeMap<String, Tally>) {
    println!("\n| without | false validation | levers validated | lever dismissed | trap named right | flags right |");
    println!("|---|---|---|---|---|---|");
    print_ablated("nothing", &judged(&[]));
    for (name, tests) in GROUPS {
        print_ablated(name, &judged(tests));
    }
}

fn print_ablated(name: &str, families: &BTreeMap<String, Tally>) {
    for (family, t) in families {
        println!(
            "| {name} ({family}) | {} | {} | {} | {} | {} |",
            share(t.false_validations, t.traps),
            share(t.levers_validated, t.levers),
            share(t.levers_dismissed, t.levers),
            share(t.traps_named, t.traps),
            share(t.flags_right, t.flags),
        );
    }
}
