//! Compares the share of account resamples in which verdicts come back, in one step as every run reports it, with drawing,
//! fitting and judging everything again.
//!
//! ```text
//! cargo run --release --example stability -- COMPANIES... [--draws 60]      each COMPANIES/*/study.toml of a panel in CSV
//! ```
//!
//! Prints both shares per KPI, how far they are apart on average, what chance alone would do, and their correlation. Companies
//! come from `cargo run --release --example companies -- latent ...`.

#![expect(clippy::print_stdout, reason = "prints a table")]

mod resample;

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Parser;
use fuellamp::pipeline::RESAMPLES;

use resample::{Company, real_shares};

/// Compares one-step with real account resampling.
#[derive(Parser)]
struct Args {
    /// Folders of companies.
    #[arg(required = true)]
    companies: Vec<PathBuf>,
    /// Real draws per company.
    #[arg(long, default_value_t = 60)]
    draws: usize,
    /// Seed of the real draws.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// One KPI's two shares.
struct Pair {
    step: f64,
    real: f64,
}

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let Args { companies, draws, seed } = Args::parse();
    let mut folders = Vec::new();
    for arg in &companies {
        let inside = std::fs::read_dir(arg)?.filter_map(|entry| entry.ok().map(|entry| entry.path()));
        folders.extend(inside.filter(|path| path.join("study.toml").exists()));
    }
    folders.sort();
    println!("company\tkpi\tverdict\trule\tone_step\treal");
    let mut pairs = Vec::new();
    for folder in &folders {
        pairs.extend(compare(folder, draws, seed)?);
    }
    summary(&pairs, draws);
    Ok(())
}

fn compare(folder: &Path, draws: usize, seed: u64) -> Result<Vec<Pair>, Box<dyn std::error::Error + Send + Sync>> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let study = std::fs::read_to_string(folder.join("study.toml"))?;
    let company = Company::new(&study, |path| Ok(std::fs::read(folder.join(path))?))?;
    let found = company.whole()?;
    let begin = Instant::now();
    let step = found.stability(company.study().seed, RESAMPLES);
    let fast = begin.elapsed();
    let begin = Instant::now();
    let real = real_shares(&company, seed, draws)?;
    let slow = begin.elapsed();
    let mut pairs = Vec::new();
    for (((case, verdict), step), real) in found.cases.iter().zip(found.verdicts()).zip(step).zip(real) {
        let Some(step) = step else { continue };
        println!("{name}\t{}\t{}\t{}\t{step:.2}\t{real:.2}", case.name, verdict.verdict.name(), verdict.rule);
        pairs.push(Pair { step, real });
    }
    println!(
        "# {name}: {RESAMPLES} in one step {:.3} s, {draws} in full {:.1} s",
        fast.as_secs_f64(),
        slow.as_secs_f64()
    );
    Ok(pairs)
}

fn summary(pairs: &[Pair], draws: usize) {
    let n = pairs.len() as f64;
    let mean = |value: fn(&Pair) -> f64| pairs.iter().map(value).sum::<f64>() / n;
    let (step, real) = (mean(|p| p.step), mean(|p| p.real));
    let product = |a: fn(&Pair) -> f64, b: fn(&Pair) -> f64| {
        pairs.iter().map(|p| (a(p) - mean(a)) * (b(p) - mean(b))).sum::<f64>()
    };
    let spread = (product(|p| p.step, |p| p.step) * product(|p| p.real, |p| p.real)).sqrt();
    let correlation = product(|p| p.step, |p| p.real) / spread;
    // Both shares are counts: their difference has this error where the two ways agree; |normal| averages 0.8 of it.
    let noise = |p: &Pair| {
        let share = 0.5 * (p.step + p.real);
        (share * (1.0 - share) * (1.0 / draws as f64 + 1.0 / f64::from(RESAMPLES))).sqrt()
    };
    let chance = (2.0 / std::f64::consts::PI).sqrt() * pairs.iter().map(noise).sum::<f64>() / n;
    let apart = mean(|p| (p.step - p.real).abs());
    println!(
        "{} KPIs: mean share {step:.3} in one step, {real:.3} in full; apart by {apart:.3} on average (chance alone: {chance:.3}); \
         correlation {correlation:.3}",
        pairs.len(),
    );
}
