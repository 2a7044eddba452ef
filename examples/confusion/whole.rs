//! How far evidence by steps is from evidence of which each model is fitted whole.

use fuellamp::pipeline::Examination;
use fuellamp::traps::{Evidence, Measured, Outcome};

/// Differences of |z| that are counted.
const STEPS: [f64; 5] = [0.02, 0.05, 0.1, 0.2, 0.5];
/// A difference that is named.
const NAMED: f64 = 0.2;

/// The two kinds of evidence about one company side by side.
pub(crate) struct Apart {
    /// Differences of |z|, by test that ran in both.
    z: Vec<f64>,
    /// Tests that ran in one only.
    alone: usize,
    verdicts: usize,
    differ: usize,
    /// Verdicts that differ and large differences, in words.
    named: Vec<String>,
}

impl Apart {
    /// Compares them.
    pub(crate) fn of(company: &str, steps: &Examination, whole: &Examination) -> Self {
        let mut apart = Self { z: Vec::new(), alone: 0, verdicts: steps.cases.len(), differ: 0, named: Vec::new() };
        let (by_steps, by_whole) = (steps.verdicts(), whole.verdicts());
        for (k, (case, other)) in steps.cases.iter().zip(&whole.cases).enumerate() {
            let (said, meant) = (&by_steps[k], &by_whole[k]);
            if said.verdict != meant.verdict {
                apart.differ += 1;
                let (said, meant) = (said.verdict.name(), meant.verdict.name());
                apart.named.push(format!("{company} {}: `{said}` by steps, `{meant}` by whole fits", case.name));
            }
            for evidence in &case.evidence {
                let pair = other.evidence.iter().find(|other| same(evidence, other)).map(measured);
                match (measured(evidence), pair.flatten()) {
                    (Some(a), Some(b)) if a.std_error.is_some() && b.std_error.is_some() => {
                        let z = (a.z() - b.z()).abs();
                        apart.z.push(z);
                        if z > NAMED {
                            let (name, test) = (&case.name, evidence.test);
                            apart.named.push(format!("{company} {name} {test:?}: {}, whole {}", say(a), say(b)));
                        }
                    }
                    (Some(_), None) | (None, Some(_)) => apart.alone += 1,
                    _ => {}
                }
            }
            let lacks = |other: &&Evidence| !case.evidence.iter().any(|evidence| same(evidence, other));
            apart.alone += other.evidence.iter().filter(lacks).filter(|other| measured(other).is_some()).count();
        }
        apart
    }
}

fn same(a: &Evidence, b: &Evidence) -> bool {
    a.test == b.test && a.slice == b.slice && a.column == b.column
}

fn measured(evidence: &Evidence) -> Option<&Measured> {
    match &evidence.outcome {
        Outcome::Measured(measured) => Some(measured),
        Outcome::NotApplicable(_) => None,
    }
}

fn say(measured: &Measured) -> String {
    format!("{:.3} (z {:.2})", measured.estimate, measured.z())
}

/// Prints all companies together.
pub(crate) fn print_apart<'a>(companies: impl Iterator<Item = &'a Apart>) {
    let companies: Vec<&Apart> = companies.collect();
    let sum = |of: fn(&Apart) -> usize| companies.iter().map(|company| of(company)).sum::<usize>();
    let mut z: Vec<f64> = companies.iter().flat_map(|company| company.z.iter().copied()).collect();
    z.sort_by(f64::total_cmp);
    let differ = sum(|company| company.differ);
    println!(
        "\nBeside whole fits: {differ} of {} verdicts differ; {} tests, {} more ran one way only; largest difference of |z| {:.2}.",
        sum(|company| company.verdicts),
        z.len(),
        sum(|company| company.alone),
        z.last().copied().unwrap_or(0.0)
    );
    for step in STEPS {
        let beyond = z.len() - z.partition_point(|z| *z <= step);
        println!("- beyond {step}: {beyond} ({:.3} %)", 100.0 * beyond as f64 / z.len().max(1) as f64);
    }
    companies.iter().flat_map(|company| &company.named).for_each(|line| println!("- {line}"));
}
