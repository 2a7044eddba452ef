//! Time of the whole evidence against rows and against KPIs.
//!
//! ```text
//! cargo run --release --example scale -- WORK [--copies 1,2,5,15,45] [--kpis 2,4,8] [--threads 2]
//! cargo run --release --example scale -- WORK --study STUDY.toml [--study ...]
//! ```
//!
//! Draws one latent company, writes its accounts several times over into WORK, and prints a table; or times studies as they
//! are. The evidence begins with the prepared rows of the panel; reading the files, and building the panel from raw tables, has
//! a column of its own.

#![expect(clippy::print_stdout, reason = "prints a table")]

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Parser;
use fuellamp::cli::timed_examination;
use fuellamp::synth::latent::{Family, company};
use fuellamp::traps::Asked;
use fuellamp::words::Lang;

/// A company with ten KPIs whose customers can nearly all leave every month.
const SEED: u64 = 6004;
const KPI: &str = "[[kpi]]";

/// Time of the whole evidence against rows and against KPIs.
#[derive(Parser)]
struct Args {
    /// Folder for the tables.
    work: PathBuf,
    /// How often the accounts are repeated.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2, 5, 15, 45])]
    copies: Vec<usize>,
    /// How many KPIs, at one copy.
    #[arg(long, value_delimiter = ',', default_values_t = [2, 4, 6, 8])]
    kpis: Vec<usize>,
    /// Time this study instead.
    #[arg(long)]
    study: Vec<PathBuf>,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    println!(
        "| rows of the panel | KPIs | rows at risk | seconds | microseconds per row at risk and KPI | seconds to the rows |\n|---|---|---|---|---|---|"
    );
    for study in &args.study {
        time(study, args.threads)?;
    }
    if !args.study.is_empty() {
        return Ok(());
    }
    let made = company(Family::Easy, SEED).files(Lang::En);
    let text = |name: &str| -> Result<String, Box<dyn Error>> {
        let file = made.iter().find(|(file, _)| file == name).ok_or("the generator wrote no such file")?;
        Ok(String::from_utf8(file.1.clone())?)
    };
    let (study, panel) = (text("study.toml")?, text("panel.csv")?);
    let all = study.matches(KPI).count();
    fs::create_dir_all(&args.work)?;
    let runs = args.copies.iter().map(|&copies| (copies, all)).chain(args.kpis.iter().map(|&kpis| (1, kpis)));
    for (copies, kpis) in runs {
        fs::write(args.work.join("study.toml"), first_kpis(&study, kpis))?;
        fs::write(args.work.join("panel.csv"), repeated(&panel, copies))?;
        time(&args.work.join("study.toml"), args.threads)?;
    }
    Ok(())
}

/// Prints a row of the table.
fn time(study: &Path, threads: usize) -> Result<(), Box<dyn Error>> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(64 << 20).build()?;
    let start = Instant::now();
    let (examined, reading) = pool.install(|| timed_examination(study, Asked::All))?;
    let seconds = (start.elapsed() - reading).as_secs_f64();
    let (rows, kpis) = (examined.n_rows, examined.cases.len());
    let per = 1e6 * seconds / (rows * kpis) as f64;
    let before = reading.as_secs_f64();
    println!("| {} | {kpis} | {rows} | {seconds:.2} | {per:.2} | {before:.2} |", examined.account_periods);
    Ok(())
}

/// The study with its first KPIs only.
fn first_kpis(study: &str, n: usize) -> String {
    study.split(KPI).take(n + 1).collect::<Vec<_>>().join(KPI)
}

/// Every account `copies` times, each under a name of its own; the account is the first cell, and no cell is quoted.
fn repeated(panel: &str, copies: usize) -> String {
    let (header, rows) = panel.split_once('\n').unwrap_or((panel, ""));
    let mut out = format!("{header}\n");
    for copy in 0..copies {
        for row in rows.lines() {
            let (account, rest) = row.split_once(',').unwrap_or((row, ""));
            // Writing into a string cannot fail.
            let _ = writeln!(out, "{account}-{copy},{rest}");
        }
    }
    out
}
