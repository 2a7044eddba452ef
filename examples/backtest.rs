//! How far the stated probabilities can be trusted, over folders of companies.
//!
//! ```text
//! cargo run --release --example companies -- latent easy 200 OUT --seed 11001
//! cargo run --release --example backtest -- OUT        each OUT/*/study.toml run as a whole, with a capacity of 5 % of the accounts
//! ```
//!
//! Per family: calibration slope and intercept across time (mean, with the spread between companies beside what the sampling of
//! the rows judged explains, and what it explains together with that of the rows learned from), AUC across time, across
//! accounts and corrected by the bootstrap, and the share of leavers met at capacity as the probabilities promised it and as it came. Where `hazards.csv` holds the true probabilities (`companies --
//! recorded`): the share that a list by the truth would have met on the same days, and how often the stated 95 % intervals
//! of the active accounts hold the true probability, and the best one that the score's own inputs allow.

#![expect(clippy::print_stdout, reason = "prints a table")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Parser;
use fuellamp::artifact::{ModelArtifact, ValidationRecord};
use fuellamp::cli::run_file;
use fuellamp::pipeline::RESAMPLES;
use fuellamp::stats::irls::{FitOptions, fit_logistic};
use fuellamp::stats::matrix::Matrix;
use fuellamp::stats::sampling::Sampling;
use fuellamp::stats::top::at_capacity;

/// Decisions from which a company counts.
const MIN_EVENTS: usize = 300;
/// Share of the accounts that a team can act on in a period.
const CAPACITY: f64 = 0.05;

/// Judges the backtests of whole companies.
#[derive(Parser)]
struct Args {
    /// Folders of companies.
    companies: Vec<PathBuf>,
    /// Companies with fewer decisions count too.
    #[arg(long)]
    all: bool,
}

/// A company with what its truth says.
struct Found {
    artifact: ModelArtifact,
    oracle: Option<Oracle>,
}

/// What the true probabilities say about a backtest.
struct Oracle {
    /// Share of the leavers that a list by the truth meets.
    recall: f64,
    /// Active accounts whose stated interval holds the true probability, the best one of the same inputs, and all of them.
    held: usize,
    held_best: usize,
    accounts: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let Args { companies, all } = Args::parse();
    let mut folders: Vec<PathBuf> = Vec::new();
    for arg in &companies {
        let inside = std::fs::read_dir(arg)?.filter_map(|entry| entry.ok().map(|entry| entry.path()));
        folders.extend(inside.filter(|path| path.join("study.toml").exists()));
    }
    folders.sort();
    let mut families: BTreeMap<String, Vec<Found>> = BTreeMap::new();
    let begin = Instant::now();
    for folder in &folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let family = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_').to_owned();
        let found = run_file(&folder.join("study.toml"), Some(CAPACITY))?;
        if found.validation.held_out == "time" && (all || found.data.n_events >= MIN_EVENTS) {
            let oracle = oracle(folder, &found)?;
            families.entry(family).or_default().push(Found { artifact: found, oracle });
        }
    }
    println!("{} companies, {:.1} s each", folders.len(), begin.elapsed().as_secs_f64() / folders.len().max(1) as f64);
    println!(
        "| family | companies | slope | spread | explained by rows judged, with rows learned from | intercept | spread | explained by rows judged, with rows learned from | AUC across time | accounts | corrected | met, promised | met | by the truth | intervals hold the truth, the best of the inputs |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    for (family, found) in &families {
        row(family, found);
    }
    Ok(())
}

fn row(family: &str, found: &[Found]) {
    let slope = pairs(found, |v| v.calibration_slope, "calibration_slope");
    let intercept = pairs(found, |v| v.calibration_intercept, "calibration_intercept");
    let time = mean(found, |v| v.auc.map(|auc| auc.auc));
    let accounts = mean(found, |v| v.across_accounts.as_ref()?.auc.map(|auc| auc.auc));
    let corrected = mean(found, |v| v.optimism.iter().find(|o| o.measure == "auc").map(|o| o.corrected));
    let promised = mean(found, |v| Some(v.detail.as_ref()?.at_capacity?.promised));
    let met = mean(found, |v| Some(v.detail.as_ref()?.at_capacity?.recall.value));
    let known: Vec<(f64, &Oracle)> = found
        .iter()
        .filter_map(|f| Some((f.artifact.validation.detail.as_ref()?.at_capacity?.recall.value, f.oracle.as_ref()?)))
        .collect();
    let by_truth = if known.is_empty() {
        "- | -".to_owned()
    } else {
        let n = known.len() as f64;
        let ahead: Vec<f64> = known.iter().map(|(met, oracle)| oracle.recall - met).collect();
        let all: usize = known.iter().map(|(_, o)| o.accounts).sum();
        let share =
            |of: fn(&Oracle) -> usize| 100.0 * known.iter().map(|(_, o)| of(o)).sum::<usize>() as f64 / all as f64;
        format!(
            "{:.1} %, ahead by {:.1} points (largest {:.1}) | {:.1} %, {:.1} %",
            100.0 * known.iter().map(|(_, oracle)| oracle.recall).sum::<f64>() / n,
            100.0 * ahead.iter().sum::<f64>() / n,
            100.0 * ahead.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            share(|o| o.held),
            share(|o| o.held_best),
        )
    };
    println!(
        "| {family} | {} | {} | {} | {time:.3} | {accounts:.3} | {corrected:.3} | {:.1} % | {:.1} % | {by_truth} |",
        found.len(),
        slope,
        intercept,
        100.0 * promised,
        100.0 * met
    );
}

fn mean(found: &[Found], of: impl Fn(&ValidationRecord) -> Option<f64>) -> f64 {
    let values: Vec<f64> = found.iter().filter_map(|found| of(&found.artifact.validation)).collect();
    values.iter().sum::<f64>() / values.len() as f64
}

/// Mean with its standard error, standard deviation between companies, and the ones that the standard errors explain without
/// and with the rows that were learned from.
fn pairs(found: &[Found], of: impl Fn(&ValidationRecord) -> Option<(f64, f64)>, measure: &str) -> String {
    let known: Vec<(f64, f64)> = found.iter().filter_map(|found| of(&found.artifact.validation)).collect();
    let n = known.len() as f64;
    let mean = known.iter().map(|(value, _)| value).sum::<f64>() / n;
    let spread = (known.iter().map(|(value, _)| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    let explained = (known.iter().map(|(_, se)| se * se).sum::<f64>() / n).sqrt();
    let learned = found.iter().filter_map(|found| learned(found, measure)).sum::<f64>() / n;
    let both = (explained * explained + learned).sqrt();
    format!("{mean:.3} ± {:.3} | {spread:.3} | {explained:.3}, {both:.3}", spread / n.sqrt())
}

/// Variance of a measure that comes from the rows learned from: that between the models of the bootstrap, all of them judged on
/// the same rows, times how many fewer events the models of the earlier days had.
fn learned(found: &Found, measure: &str) -> Option<f64> {
    let validation = &found.artifact.validation;
    let between = validation.optimism.iter().find(|o| o.measure == measure)?.std_error.powi(2) * f64::from(RESAMPLES);
    let events = found.artifact.data.n_events as f64;
    let fewer = validation.origins.iter().map(|origin| events / origin.train_events as f64).sum::<f64>();
    Some(between * fewer / validation.origins.len() as f64)
}

/// Reads the true probabilities, where the company has them.
fn oracle(folder: &Path, found: &ModelArtifact) -> Result<Option<Oracle>, Box<dyn Error>> {
    let file = folder.join("hazards.csv");
    let (Some(first), Some(at)) = (found.validation.origins.first(), found.validation.detail.as_ref()) else {
        return Ok(None);
    };
    let Some(at) = at.at_capacity.filter(|_| file.exists()) else { return Ok(None) };
    let from: u32 = first.known_until.parse()?;
    let columns: Vec<&str> = found.kpis.iter().filter(|k| k.numbers.in_score).map(|k| k.name.as_str()).collect();
    let mut reader = csv::Reader::from_path(folder.join("panel.csv"))?;
    let header = reader.headers()?.clone();
    let mut rows: BTreeMap<(String, u32), (bool, Vec<f64>)> = BTreeMap::new();
    for row in reader.records() {
        let row = row?;
        let cell = |name: &str| header.iter().position(|h| h == name).map_or("", |at| &row[at]);
        let is = |name: &str, level: &str| f64::from(u8::from(cell(name) == level));
        let mut x =
            vec![is("segment", "s1"), is("segment", "s2"), is("plan", "p1"), cell("price").parse::<f64>()?.ln()];
        for column in &columns {
            x.push(cell(column).parse()?);
        }
        rows.insert((row[0].to_owned(), row[1].parse()?), (&row[2] == "1", x));
    }
    let (mut p, mut y, mut month) = (Vec::new(), Vec::new(), Vec::new());
    let (mut x, mut truth, mut last) = (Vec::new(), Vec::new(), BTreeMap::new());
    for row in csv::Reader::from_path(file)?.records() {
        let row = row?;
        let (account, at, probability): (_, u32, f64) = (row[0].to_owned(), row[1].parse()?, row[2].parse()?);
        let inputs =
            rows.get(&(account.clone(), at)).map(|(_, x)| x.clone()).ok_or("a row of hazards.csv is no row")?;
        if let Some((next, _)) = rows.get(&(account.clone(), at + 1)) {
            if at >= from {
                p.push(probability);
                y.push(f64::from(u8::from(*next)));
                month.push(at);
            }
            x.push(inputs);
            truth.push(probability);
        } else {
            last.insert(account, (probability, inputs));
        }
    }
    let recall = at_capacity(&p, &y, &month, at.accounts as usize, Sampling::default())?.top.recall.value;
    let best = best(&x, &truth)?;
    let stated = found.score.accounts.iter().filter_map(|a| Some((a.interval?, last.get(&a.account)?)));
    let mut oracle = Oracle { recall, held: 0, held_best: 0, accounts: 0 };
    for (interval, (truth, x)) in stated {
        let eta = best[0] + best[1..].iter().zip(x).map(|(b, x)| b * x).sum::<f64>();
        let holds = |p: f64| usize::from((interval.probability_low..=interval.probability_high).contains(&p));
        oracle.accounts += 1;
        oracle.held += holds(*truth);
        oracle.held_best += holds(1.0 / (1.0 + (-eta).exp()));
    }
    Ok(Some(oracle))
}

/// The logit of these inputs that is nearest to the true probabilities: every row once as a leaver and once as a stayer, by
/// its probability.
fn best(x: &[Vec<f64>], truth: &[f64]) -> Result<Vec<f64>, Box<dyn Error>> {
    let twice = |of: &dyn Fn(usize) -> f64| -> Vec<f64> { (0..x.len()).chain(0..x.len()).map(of).collect() };
    let mut columns = vec![vec![1.0; 2 * x.len()]];
    columns.extend((0..x.first().map_or(0, Vec::len)).map(|k| twice(&|i| x[i][k])));
    let y: Vec<f64> = (0..2 * x.len()).map(|i| f64::from(u8::from(i < x.len()))).collect();
    let weights: Vec<f64> = truth.iter().copied().chain(truth.iter().map(|p| 1.0 - p)).collect();
    let options = FitOptions { intercept: Some(0), weights: Some(&weights), ..FitOptions::default() };
    Ok(fit_logistic(&Matrix::new(columns.iter().map(Vec::as_slice).collect())?, &y, &options)?.coef)
}
