//! Confusion of verdicts with planted truth, over folders of companies.
//!
//! ```text
//! cargo run --release --example confusion -- COMPANIES...          each COMPANIES/*/study.toml against its truth.json
//! ... --without lead,hint        as if the data could not carry these tests
//! ... --ablate                   once whole, then without each group of tests
//! ... --evidence FILE            writes every KPI's evidence with its truth, one JSON object per line
//! ... --wrong                    names every false validation and every dismissed lever
//! ... --whole                    how far evidence and verdicts are from those of tests of which each model is fitted whole
//! ```
//!
//! A verdict for a trap is right when the truth accepts it; `validated` also needs the right sign. Levers are the KPIs that
//! the truth lets be validated; earlier steps, which it wants called `mediated`, count among the flags only. Companies come from
//! `cargo run --release --example companies`.

#![expect(clippy::print_stdout, reason = "prints a table")]

mod tally;
mod whole;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use clap::Parser;
use fuellamp::cli::timed_examination;
use fuellamp::pipeline::{Case, Examination, RESAMPLES};
use fuellamp::traps::leak::Leak;
use fuellamp::traps::{Asked, TestId};
use fuellamp::units::Seed;
use fuellamp::verdict::KpiVerdict;
use serde::Deserialize;
use tally::{KpiTruth, Tally, count, print_ablation, print_families};
use whole::{Apart, print_apart};

#[derive(Deserialize)]
struct Truth {
    kpis: BTreeMap<String, Planted>,
}

/// What is true about a KPI, and what was planted.
#[derive(Deserialize)]
struct Planted {
    mechanism: String,
    #[serde(flatten)]
    truth: KpiTruth,
}

struct Company {
    name: String,
    family: String,
    truth: Truth,
    examined: Examination,
    /// How often each verdict comes back when accounts are drawn again; asked for with the evidence only.
    shares: Vec<Option<f64>>,
    seconds: f64,
    /// From whole fits, if that is asked for.
    apart: Option<Apart>,
}

/// Of the draws of accounts.
const SEED: Seed = Seed(1);

/// Compares verdicts with planted truth.
#[derive(Parser)]
struct Args {
    /// Folders of companies.
    #[arg(required = true)]
    companies: Vec<PathBuf>,
    /// Tests to leave out, as if the data could not carry them.
    #[arg(long, value_delimiter = ',', value_parser = test)]
    without: Vec<TestId>,
    /// Once whole, then without each group of tests.
    #[arg(long)]
    ablate: bool,
    /// File for every KPI's evidence with its truth, one JSON object per line.
    #[arg(long)]
    evidence: Option<PathBuf>,
    /// Name every false validation and every dismissed lever.
    #[arg(long)]
    wrong: bool,
    /// Compare with models fitted whole, which takes several times as long.
    #[arg(long)]
    whole: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let Args { companies, without, ablate, evidence, wrong, whole } = Args::parse();
    let mut folders: Vec<PathBuf> = Vec::new();
    for arg in &companies {
        let inside = std::fs::read_dir(arg)?.filter_map(|entry| entry.ok().map(|entry| entry.path()));
        folders.extend(inside.filter(|path| path.join("truth.json").exists()));
    }
    folders.sort();
    let companies = all(&folders, evidence.is_some(), whole)?;
    if let Some(file) = evidence {
        write_evidence(&companies, &file)?;
    }
    print_families(&judged(&companies, &without, wrong));
    print_matrix(&companies, &without);
    if ablate {
        print_ablation(|tests| judged(&companies, tests, false));
    }
    if whole {
        print_apart(companies.iter().filter_map(|company| company.apart.as_ref()));
    }
    Ok(())
}

fn test(name: &str) -> Result<TestId, String> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).map_err(|_| format!("there is no test `{name}`"))
}

/// All companies, as many at a time as there are processors. Threads of their own and not the pool's: a task of the pool
/// that waits takes on another one, and companies within companies would end the stack.
fn all(folders: &[PathBuf], shares: bool, whole: bool) -> Result<Vec<Company>, Box<dyn Error>> {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let work = || {
        let mut done = Vec::new();
        while let Some(folder) = folders.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push(company(folder, shares, whole));
        }
        done
    };
    let found: Vec<Result<Company, String>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    });
    let mut companies = found.into_iter().collect::<Result<Vec<_>, _>>()?;
    companies.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(companies)
}

fn company(folder: &Path, shares: bool, whole: bool) -> Result<Company, String> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let family = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_').to_owned();
    let begin = Instant::now();
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", folder.display());
    let examine = |asked: Asked| {
        let (examined, _) = timed_examination(&folder.join("study.toml"), asked).map_err(|error| failed(&error))?;
        Ok::<_, String>(examined)
    };
    let examined = examine(Asked::All)?;
    let shares = if shares { examined.stability(SEED, RESAMPLES) } else { vec![None; examined.cases.len()] };
    let examined = examined.without_influences();
    let seconds = begin.elapsed().as_secs_f64();
    let text = std::fs::read_to_string(folder.join("truth.json")).map_err(|error| failed(&error))?;
    let truth = serde_json::from_str(&text).map_err(|error| failed(&error))?;
    let apart = if whole { Some(Apart::of(&name, &examined, &examine(Asked::Whole)?)) } else { None };
    Ok(Company { name, family, truth, examined, shares, seconds, apart })
}

fn write_evidence(companies: &[Company], file: &Path) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::BufWriter::new(std::fs::File::create(file)?);
    for company in companies {
        let examined = &company.examined;
        let (q, verdicts) = (examined.q_values(), examined.verdicts());
        let first_q = examined.clone().of_last_period().q_values();
        for (k, case) in examined.cases.iter().enumerate() {
            let Some(planted) = company.truth.kpis.get(&case.name) else { continue };
            let truth = &planted.truth;
            let copies: Vec<(&str, f64)> =
                examined.copies[k].iter().map(|(j, r)| (examined.cases[*j].name.as_str(), *r)).collect();
            let line = serde_json::json!({
                "company": company.name, "family": company.family, "kpi": case.name, "kind": case.kind,
                "hoped": case.hoped, "events": examined.n_events, "rows": examined.n_rows,
                "mechanism": planted.mechanism, "trap": truth.trap, "ok": truth.ok, "effect": truth.do_effect,
                "q": q[k], "share": company.shares[k], "copies": copies, "leak": case.leak.is_some(),
                "stretch": stretch(case), "unusable": case.unusable.is_some(),
                "trace": case.health_trace, "verdict": verdicts[k].verdict.name(), "rule": verdicts[k].rule,
                "direction": verdicts[k].direction.name(), "evidence": case.evidence,
                "last_period": case.last_period, "last_period_q": first_q[k],
            });
            writeln!(out, "{line}")?;
        }
    }
    out.flush()?;
    Ok(())
}

/// Leavers beyond every stayer, where that is the leak.
fn stretch(case: &Case) -> Option<usize> {
    let Some(Leak::PureStretch(leavers)) = case.leak else { return None };
    Some(leavers)
}

fn judged(companies: &[Company], without: &[TestId], wrong: bool) -> BTreeMap<String, Tally> {
    let mut families: BTreeMap<String, Tally> = BTreeMap::new();
    for company in companies {
        let tally = families.entry(company.family.clone()).or_default();
        tally.companies += 1;
        tally.seconds += company.seconds;
        tally.slowest = tally.slowest.max(company.seconds);
        let examined = company.examined.without(without);
        for (case, verdict) in examined.cases.iter().zip(examined.verdicts()) {
            let Some(planted) = company.truth.kpis.get(&case.name) else { continue };
            let said = count(tally, &planted.truth, &verdict);
            if let Some(said) = said.filter(|_| wrong) {
                print_wrong(company, case, planted, &verdict, said);
            }
        }
    }
    families
}

fn print_wrong(company: &Company, case: &Case, planted: &Planted, verdict: &KpiVerdict, said: &str) {
    let (name, mechanism, rule) = (&company.name, &planted.mechanism, &verdict.rule);
    println!(
        "{said}: {name} {} ({mechanism}) {} by rule {rule}: {}",
        case.name,
        verdict.verdict.name(),
        verdict.reason.en
    );
}

fn print_matrix(companies: &[Company], without: &[TestId]) {
    let mut matrix: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for company in companies {
        let examined = company.examined.without(without);
        for (case, verdict) in examined.cases.iter().zip(examined.verdicts()) {
            if let Some(planted) = company.truth.kpis.get(&case.name) {
                *matrix.entry((planted.mechanism.as_str(), verdict.verdict.name())).or_default() += 1;
            }
        }
    }
    let verdicts = distinct(matrix.keys().map(|(_, verdict)| *verdict));
    println!("\n| planted | {} |", verdicts.join(" | "));
    println!("|---|{}", "---|".repeat(verdicts.len()));
    for mechanism in distinct(matrix.keys().map(|(mechanism, _)| *mechanism)) {
        let cell = |verdict: &&str| matrix.get(&(mechanism, *verdict)).map_or_else(String::new, usize::to_string);
        println!("| {mechanism} | {} |", verdicts.iter().map(cell).collect::<Vec<_>>().join(" | "));
    }
}

fn distinct<'a>(all: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut all: Vec<&str> = all.collect();
    all.sort_unstable();
    all.dedup();
    all
}
