//! How far the stated probabilities can be trusted, over folders of companies.
//!
//! ```text
//! cargo run --release --example companies -- latent easy 200 OUT --seed 11001
//! cargo run --release --example backtest -- OUT        each OUT/*/study.toml run as a whole, with a capacity of 5 % of the accounts
//! ```
//!
//! Per family: calibration slope and intercept across time (mean, with the spread between companies beside what sampling
//! explains), AUC across time, across accounts and corrected by the bootstrap, and the share of leavers met at capacity as
//! the probabilities promised it and as it came.

#![expect(clippy::print_stdout, reason = "prints a table")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use fuellamp::artifact::{ModelArtifact, ValidationRecord};
use fuellamp::cli::run_file;

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

fn main() -> Result<(), Box<dyn Error>> {
    let Args { companies, all } = Args::parse();
    let mut folders: Vec<PathBuf> = Vec::new();
    for arg in &companies {
        let inside = std::fs::read_dir(arg)?.filter_map(|entry| entry.ok().map(|entry| entry.path()));
        folders.extend(inside.filter(|path| path.join("study.toml").exists()));
    }
    folders.sort();
    let mut families: BTreeMap<String, Vec<ModelArtifact>> = BTreeMap::new();
    let begin = Instant::now();
    for folder in &folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let family = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_').to_owned();
        let found = run_file(&folder.join("study.toml"), Some(CAPACITY))?;
        if found.validation.held_out == "time" && (all || found.data.n_events >= MIN_EVENTS) {
            families.entry(family).or_default().push(found);
        }
    }
    println!("{} companies, {:.1} s each", folders.len(), begin.elapsed().as_secs_f64() / folders.len().max(1) as f64);
    println!(
        "| family | companies | slope | spread | explained | intercept | spread | explained | AUC across time | accounts | corrected | met, promised | met |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    for (family, found) in &families {
        row(family, found);
    }
    Ok(())
}

fn row(family: &str, found: &[ModelArtifact]) {
    let slope = pairs(found, |v| v.calibration_slope);
    let intercept = pairs(found, |v| v.calibration_intercept);
    let time = mean(found, |v| v.auc.map(|auc| auc.auc));
    let accounts = mean(found, |v| v.across_accounts.as_ref()?.auc.map(|auc| auc.auc));
    let corrected = mean(found, |v| v.optimism.iter().find(|o| o.measure == "auc").map(|o| o.corrected));
    let promised = mean(found, |v| Some(v.detail.as_ref()?.at_capacity?.promised));
    let met = mean(found, |v| Some(v.detail.as_ref()?.at_capacity?.recall.value));
    println!(
        "| {family} | {} | {} | {} | {time:.3} | {accounts:.3} | {corrected:.3} | {:.1} % | {:.1} % |",
        found.len(),
        slope,
        intercept,
        100.0 * promised,
        100.0 * met
    );
}

fn mean(found: &[ModelArtifact], of: impl Fn(&ValidationRecord) -> Option<f64>) -> f64 {
    let values: Vec<f64> = found.iter().filter_map(|artifact| of(&artifact.validation)).collect();
    values.iter().sum::<f64>() / values.len() as f64
}

/// Mean with its standard error, standard deviation between companies, and the one that the standard errors explain.
fn pairs(found: &[ModelArtifact], of: impl Fn(&ValidationRecord) -> Option<(f64, f64)>) -> String {
    let known: Vec<(f64, f64)> = found.iter().filter_map(|artifact| of(&artifact.validation)).collect();
    let n = known.len() as f64;
    let mean = known.iter().map(|(value, _)| value).sum::<f64>() / n;
    let spread = (known.iter().map(|(value, _)| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    let explained = (known.iter().map(|(_, se)| se * se).sum::<f64>() / n).sqrt();
    format!("{mean:.3} ± {:.3} | {spread:.3} | {explained:.3}", spread / n.sqrt())
}
