//! Confusion of verdicts with planted truth, over a folder of companies.
//!
//! `cargo run --release --example confusion -- COMPANIES RESULTS` runs `fuellamp run` on every `COMPANIES/*/study.toml`
//! and compares `RESULTS/*/verdicts.csv` with `COMPANIES/*/truth.json`. A verdict for a trap is right when the truth
//! accepts it; `validated` also needs the right sign.
//!
//! `cargo run --release --example confusion -- --simulate 20 RESULTS` needs nothing else: it first simulates that many
//! companies, in three sizes by turns, into `RESULTS/companies/`, and then compares as above. They come from the
//! simulator of `fuellamp demo` with other seeds; whoever wrote the rules of the verdicts knew that simulator.

#![expect(clippy::print_stdout, reason = "prints a table")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use fuellamp::synth::{CompanySettings, simulate};
use fuellamp::words::Lang;
use serde::Deserialize;

#[derive(Deserialize)]
struct Truth {
    kpis: BTreeMap<String, KpiTruth>,
}

#[derive(Deserialize)]
struct KpiTruth {
    mechanism: String,
    trap: bool,
    ok: Vec<String>,
    do_effect: BTreeMap<String, Option<f64>>,
}

#[derive(Default)]
struct Tally {
    companies: usize,
    traps: usize,
    levers: usize,
    false_validations: usize,
    levers_validated: usize,
    levers_dismissed: usize,
    traps_named: usize,
    flags: usize,
    flags_right: usize,
    seconds: f64,
    slowest: f64,
}

/// Verdicts that leave the question open.
const OPEN: [&str; 3] = ["cannot_tell", "promising", "insufficient"];

const USAGE: &str = "usage: confusion COMPANIES RESULTS, or: confusion --simulate NUMBER RESULTS";

/// Accounts of the simulated companies: about 620, 310 and 95 decisions to leave in 30 months.
const SIZES: [usize; 3] = [1500, 750, 250];

/// Seed of the first simulated company; each further one takes the next. None of them is the demo's.
const FIRST_SEED: u64 = 90_001;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let (companies, results) = match args[..] {
        ["--simulate", number, results] => {
            let results = PathBuf::from(results);
            (make_companies(number.parse()?, &results)?, results)
        }
        [companies, results] => (PathBuf::from(companies), PathBuf::from(results)),
        _ => return Err(USAGE.into()),
    };
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&companies)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.join("truth.json").exists())
        .collect();
    folders.sort();
    let mut families: BTreeMap<String, Tally> = BTreeMap::new();
    let mut matrix: BTreeMap<(String, String), usize> = BTreeMap::new();
    for folder in &folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let out = results.join(&name);
        let seconds = run(&folder.join("study.toml"), &out)?;
        let truth: Truth = serde_json::from_str(&std::fs::read_to_string(folder.join("truth.json"))?)?;
        let family = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_').to_owned();
        let tally = families.entry(family).or_default();
        tally.companies += 1;
        tally.seconds += seconds;
        tally.slowest = tally.slowest.max(seconds);
        for row in csv::Reader::from_path(out.join("verdicts.csv"))?.deserialize::<BTreeMap<String, String>>() {
            let row = row?;
            let (kpi, verdict, direction) = (&row["kpi"], &row["verdict"], &row["direction"]);
            if let Some(truth) = truth.kpis.get(kpi) {
                count(tally, truth, verdict, direction);
                *matrix.entry((truth.mechanism.clone(), verdict.clone())).or_default() += 1;
            }
        }
    }
    print_families(&families);
    print_matrix(&matrix);
    Ok(())
}

/// Simulates companies as `fuellamp demo` does and returns their folder; the size is in the name, the family.
fn make_companies(number: usize, results: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let companies = results.join("companies");
    if companies.exists() {
        return Err(format!("{} is already there: choose a new folder", companies.display()).into());
    }
    for (seed, (position, n_accounts)) in (FIRST_SEED..).zip(SIZES.into_iter().cycle().take(number).enumerate()) {
        let company = simulate(&CompanySettings { seed, n_accounts, ..CompanySettings::default() });
        let folder = companies.join(format!("accounts_{n_accounts}_{:03}", position / SIZES.len() + 1));
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("panel.csv"), company.panel.to_csv())?;
        std::fs::write(folder.join("study.toml"), company.study_toml(Lang::En, "panel.csv"))?;
        std::fs::write(folder.join("truth.json"), company.truth_json())?;
        println!("{}: {} decisions to leave", folder.display(), company.truth.n_events);
    }
    Ok(companies)
}

/// Runs the program beside this example and returns the seconds it took.
fn run(study: &Path, out: &Path) -> Result<f64, Box<dyn Error>> {
    let program = std::env::current_exe()?.parent().and_then(Path::parent).map(|p| p.join("fuellamp"));
    let program = program.filter(|p| p.exists()).ok_or("build the program first: cargo build --release")?;
    let begin = Instant::now();
    let output = Command::new(program).arg("--quiet").arg("run").arg(study).arg("--out").arg(out).output()?;
    if !output.status.success() {
        return Err(format!("{}: {}", study.display(), String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(begin.elapsed().as_secs_f64())
}

fn count(tally: &mut Tally, truth: &KpiTruth, verdict: &str, direction: &str) {
    let effect = truth.do_effect.get("total").copied().flatten().unwrap_or(0.0);
    let sign = if effect < 0.0 { "protective" } else { "harmful" };
    let validated = verdict == "validated";
    let open = OPEN.contains(&verdict);
    if truth.trap {
        tally.traps += 1;
        let accepted = |v: &str| truth.ok.iter().any(|ok| ok == v || (ok == "insufficient" && v == "cannot_tell"));
        tally.false_validations += usize::from(validated && !accepted("validated"));
        tally.traps_named += usize::from(accepted(verdict));
        if !open && !validated {
            tally.flags += 1;
            tally.flags_right += usize::from(accepted(verdict));
        }
    } else {
        tally.levers += 1;
        let right = validated && (effect.abs() <= 0.0 || direction == sign);
        tally.levers_validated += usize::from(right);
        tally.false_validations += usize::from(validated && !right);
        let accepted = truth.ok.iter().any(|ok| ok == verdict);
        tally.levers_dismissed += usize::from(!open && !validated && !accepted);
        if !open && !validated {
            tally.flags += 1;
            tally.flags_right += usize::from(accepted);
        }
    }
}

fn share(part: usize, whole: usize) -> String {
    if whole == 0 {
        return "-".to_owned();
    }
    format!("{:.1} % ({part}/{whole})", 100.0 * part as f64 / whole as f64)
}

fn print_families(families: &BTreeMap<String, Tally>) {
    println!(
        "| family | companies | false validation | levers validated | lever dismissed | trap named right | flags right | s mean (slowest) |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for (family, t) in families {
        println!(
            "| {family} | {} | {} | {} | {} | {} | {} | {:.1} ({:.1}) |",
            t.companies,
            share(t.false_validations, t.traps),
            share(t.levers_validated, t.levers),
            share(t.levers_dismissed, t.levers),
            share(t.traps_named, t.traps),
            share(t.flags_right, t.flags),
            t.seconds / t.companies as f64,
            t.slowest,
        );
    }
}

fn print_matrix(matrix: &BTreeMap<(String, String), usize>) {
    let mut verdicts: Vec<&str> = matrix.keys().map(|(_, v)| v.as_str()).collect();
    verdicts.sort_unstable();
    verdicts.dedup();
    let mut mechanisms: Vec<&str> = matrix.keys().map(|(m, _)| m.as_str()).collect();
    mechanisms.sort_unstable();
    mechanisms.dedup();
    println!("\n| planted | {} |", verdicts.join(" | "));
    println!("|---|{}", "---|".repeat(verdicts.len()));
    for mechanism in mechanisms {
        let cells: Vec<String> = verdicts
            .iter()
            .map(|v| matrix.get(&(mechanism.to_owned(), (*v).to_owned())).map_or_else(String::new, usize::to_string))
            .collect();
        println!("| {mechanism} | {} |", cells.join(" | "));
    }
}
