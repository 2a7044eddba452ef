//! How far the thresholds of the rules lean on the companies that they were chosen on.
//!
//! ```text
//! cargo run --release --example confusion -- COMPANIES... --evidence FILE
//! cargo run --release --example tune -- --learn FILE... --judge FILE...
//! cargo run --release --example tune -- --weigh FILE,... --weigh FILE,...      the weights of the balance of evidence
//! cargo run --release --example tune -- --judge FILE... --ablate      the tables of `confusion`, from evidence in seconds
//! ```
//!
//! Chooses thresholds anew on the companies of `--learn`, all of them one at a time and again until nothing helps, or the best
//! combination of a few values (`--grid`), and prints what the rules do on those of `--judge`, with the thresholds in use and
//! with the chosen ones. Where both come from different
//! generators, the second row is what rules reach that were tuned without the generator that judges them.

#![expect(clippy::print_stdout, reason = "prints a table")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use clap::Parser;
use fuellamp::pipeline::clearly_earlier;
use fuellamp::study::{Hoped, KpiKind};
use fuellamp::traps::leak::Leak;
use fuellamp::traps::{Dossier, Evidence, TestId};
use fuellamp::verdict::{KpiFacts, Thresholds, decide};
use fuellamp::words::Words;
use rayon::prelude::*;
use serde::Deserialize;
use tally::{KpiTruth, Tally, count, print_ablation, print_families};

mod choose;
#[path = "../confusion/tally.rs"]
mod tally;
mod weigh;

/// Chooses thresholds on some companies and judges them on others.
#[derive(Parser)]
struct Args {
    /// Evidence of the companies to choose on.
    #[arg(long, num_args = 1..)]
    learn: Vec<PathBuf>,
    /// Evidence of the companies to judge on.
    #[arg(long, required_unless_present = "weigh", num_args = 1..)]
    judge: Vec<PathBuf>,
    /// Learns the weights of the balance of evidence from the evidence of one generator (files with commas between them); once
    /// for each generator.
    #[arg(long, conflicts_with = "judge")]
    weigh: Vec<String>,
    /// Points of levers that a point of traps validated beyond the aim is worth.
    #[arg(long, default_value_t = 12.0)]
    per_false: f64,
    /// Gain below which a change is no change: a fifth of a point of levers.
    #[arg(long, default_value_t = 0.002)]
    least_gain: f64,
    /// Thresholds that stay as they are.
    #[arg(long, value_delimiter = ',')]
    keep: Vec<String>,
    /// Values to choose from on the companies of `--learn`, every combination of them, instead of climbing from the thresholds in
    /// use: `name=1:2:3,name=4:5`.
    #[arg(long, value_delimiter = ',', requires = "learn")]
    grid: Vec<String>,
    /// Judges with the thresholds in use once whole, then without each group of tests.
    #[arg(long)]
    ablate: bool,
    /// Thresholds to judge with instead of choosing, as `name=value`.
    #[arg(long, value_delimiter = ',')]
    set: Vec<String>,
}

/// One KPI with its truth, as `confusion --evidence` writes it.
#[derive(Clone, Deserialize)]
struct Line {
    company: String,
    family: String,
    kpi: String,
    kind: KpiKind,
    hoped: Hoped,
    events: usize,
    rows: usize,
    #[serde(flatten)]
    truth: KpiTruth,
    q: Option<f64>,
    copies: Vec<(String, f64)>,
    leak: bool,
    /// Leavers beyond every stayer, where that is the leak.
    #[serde(default)]
    stretch: Option<usize>,
    unusable: bool,
    trace: bool,
    rule: String,
    evidence: Vec<Evidence>,
    /// Where the evidence is that of the second look: that of the first.
    #[serde(default)]
    last_period: Option<Vec<Evidence>>,
    /// q before any second look.
    #[serde(default)]
    last_period_q: Option<f64>,
}

impl Line {
    /// Evidence and q that these limits of the second look leave. A KPI is never looked at again here that was not before.
    fn seen(&self, limits: &Thresholds) -> (&[Evidence], Option<f64>) {
        match &self.last_period {
            Some(first) if !clearly_earlier(Dossier(first), limits) => (first, self.last_period_q),
            _ => (&self.evidence, self.q),
        }
    }
}

/// The KPIs of one company.
#[derive(Clone)]
struct Company {
    /// Name of the file and family.
    group: String,
    kpis: Vec<Line>,
    copies: Vec<Vec<(usize, f64)>>,
}

impl Company {
    /// The same without some tests, as if the data could not carry them.
    fn without(&self, tests: &[TestId]) -> Self {
        let mut left = self.clone();
        for evidence in left.kpis.iter_mut().flat_map(|line| line.last_period.iter_mut().chain([&mut line.evidence])) {
            evidence.retain(|evidence| !tests.contains(&evidence.test));
        }
        left
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let Args { learn, judge, weigh: generators, per_false, least_gain, keep, grid, ablate, set } = Args::parse();
    if !generators.is_empty() {
        let files = |list: &String| list.split(',').map(PathBuf::from).collect::<Vec<_>>();
        let read = generators.iter().map(|list| read(&files(list))).collect::<Result<Vec<_>, _>>()?;
        return weigh::weigh(&read);
    }
    let (learn, judge) = (read(&learn)?, read(&judge)?);
    let mut chosen = Thresholds::USED;
    for pair in &set {
        let (name, value) = choose::named(pair)?;
        choose::put(&mut chosen, name, value.parse()?)?;
    }
    let worth = |limits: &Thresholds| worth(&learn, limits, per_false);
    if !grid.is_empty() {
        chosen = choose::of_grid(&grid, chosen, worth)?;
    } else if set.is_empty() && !learn.is_empty() {
        chosen = choose::by_climbing(chosen, &keep, least_gain, worth);
    }
    println!("| threshold | in use | chosen |");
    println!("|---|---|---|");
    for name in Thresholds::NAMES {
        let (mut used, mut new) = (Thresholds::USED, chosen.clone());
        if let (Some(used), Some(new)) = (used.get_mut(name), new.get_mut(name))
            && (*used - *new).abs() > 0.0
        {
            println!("| {name} | {used} | {new:.3} |");
        }
    }
    for (who, companies) in [("chosen on", &learn), ("judged on", &judge)] {
        for (which, limits) in [("in use", &Thresholds::USED), ("chosen", &chosen)] {
            println!("\n{who}, thresholds {which}:\n");
            print_families(&tallies(companies, limits));
        }
    }
    if ablate {
        print_ablation(|tests| {
            tallies(&judge.iter().map(|one| one.without(tests)).collect::<Vec<_>>(), &Thresholds::USED)
        });
    }
    Ok(())
}

fn read(files: &[PathBuf]) -> Result<Vec<Company>, Box<dyn Error>> {
    let mut companies: BTreeMap<(PathBuf, String), Vec<Line>> = BTreeMap::new();
    for file in files {
        for line in std::fs::read_to_string(file)?.lines() {
            let line: Line = serde_json::from_str(line).map_err(|error| format!("{}: {error}", file.display()))?;
            companies.entry((Path::new(file).to_owned(), line.company.clone())).or_default().push(line);
        }
    }
    Ok(companies.into_iter().map(|((file, _), lines)| company(&file, lines)).collect())
}

fn company(file: &Path, lines: Vec<Line>) -> Company {
    let place = |name: &str| lines.iter().position(|line| line.kpi == name);
    let copies = lines.iter().map(|line| line.copies.iter().filter_map(|(name, r)| Some((place(name)?, *r))).collect());
    let (copies, family) = (copies.collect(), lines.first().map_or("", |line| &line.family));
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    Company { group: format!("{stem} {family}"), copies, kpis: lines }
}

fn tallies(companies: &[Company], limits: &Thresholds) -> BTreeMap<String, Tally> {
    let judged: Vec<_> = companies
        .par_iter()
        .map(|company| {
            let facts: Vec<KpiFacts<'_>> = company.kpis.iter().map(|line| facts(line, limits)).collect();
            decide(&facts, &company.copies)
        })
        .collect();
    let mut families: BTreeMap<String, Tally> = BTreeMap::new();
    for (company, verdicts) in companies.iter().zip(judged) {
        let tally = families.entry(company.group.clone()).or_default();
        tally.companies += 1;
        for (line, verdict) in company.kpis.iter().zip(&verdicts) {
            count(tally, &line.truth, verdict);
        }
    }
    families
}

fn facts<'a>(line: &'a Line, limits: &'a Thresholds) -> KpiFacts<'a> {
    let leak = match (line.stretch, &*line.rule) {
        (Some(events), _) => Leak::PureStretch(events),
        (None, "2l") => Leak::WhileLeaving,
        (None, _) => Leak::Perfect(1.0),
    };
    let (evidence, q) = line.seen(limits);
    KpiFacts {
        name: &line.kpi,
        kind: line.kind,
        hoped: line.hoped,
        dossier: Dossier(evidence),
        n_events: line.events,
        n_rows: line.rows,
        account_periods: line.rows,
        // Advice is not judged.
        accounts_now: 0,
        snapshot: false,
        unusable: line.unusable.then(|| Words::same("unusable")),
        leak: line.leak.then_some(leak),
        q,
        health_trace: line.trace,
        unsafe_data: false,
        limits,
    }
}

/// What a set of thresholds is worth, averaged over files and families: shares of levers found and of traps named, less levers
/// dismissed and traps validated beyond the aim of the family.
fn worth(companies: &[Company], limits: &Thresholds, per_false: f64) -> f64 {
    let families = tallies(companies, limits);
    let one = |(group, t): (&String, &Tally)| {
        let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
        let aim = match group.rsplit(' ').next().unwrap_or_default() {
            "easy" | "hard" | "noise" => 0.005,
            "medium" => 0.015,
            _ => 0.02,
        };
        let beyond = (share(t.false_validations, t.traps) - aim).max(0.0);
        share(t.levers_validated, t.levers) + 0.3 * share(t.traps_named, t.traps)
            - share(t.levers_dismissed, t.levers)
            - per_false * beyond
    };
    families.iter().map(one).sum::<f64>() / families.len().max(1) as f64
}
