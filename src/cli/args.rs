//! Arguments of the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::words::Lang;

/// Which KPIs really predict churn, which only look as if they did, and a health score from those that survive.
#[derive(Debug, Parser)]
#[command(name = "fuellamp", version, about, propagate_version = true, max_term_width = 120)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Language of everything printed and written: ja | en (default: the study's, else en)
    #[arg(long, global = true, value_enum)]
    pub lang: Option<LangArg>,
    /// Threads; results do not depend on it (default: all cores)
    #[arg(long, global = true, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Print nothing but errors and what was asked for
    #[arg(long, global = true)]
    pub quiet: bool,
    /// Diagnostics as JSON lines on standard error
    #[arg(long, global = true)]
    pub json: bool,
}

impl Global {
    /// Language asked for, else English.
    #[must_use]
    pub fn lang_or_english(&self) -> Lang {
        self.lang_or(Lang::En)
    }

    /// Language asked for, else that of the study.
    #[must_use]
    pub fn lang_or(&self, study: Lang) -> Lang {
        self.lang.map_or(study, |lang| match lang {
            LangArg::Ja => Lang::Ja,
            LangArg::En => Lang::En,
        })
    }
}

/// A language on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LangArg {
    /// Japanese.
    Ja,
    /// English.
    En,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the whole study on a simulated SaaS company with planted traps; needs nothing but this program
    Demo(DemoArgs),
    /// Write a first study file from the tables it is shown
    Init(InitArgs),
    /// Audit the study and its data without a fit
    Check(CheckArgs),
    /// Build the panel, ready for any other tool: one row per account and period, with values as they were known
    Panel(PanelArgs),
    /// Fit only the declared regression, for statisticians to compare with R
    Fit(FitArgs),
    /// Everything: verdicts, report, leadership page, weights, scores
    Run(RunArgs),
    /// Sign the weights of a run by name, and keep or drop single KPIs with a reason
    Approve(ApproveArgs),
    /// Score the rows of a table with exported weights
    Score(ScoreArgs),
    /// Replay the parity vectors of exported weights, compare them with the artifact.json beside them, check their expiry
    Verify(VerifyArgs),
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Folder for the tables, the study file and the results
    #[arg(long, default_value = "fuellamp-demo")]
    pub out: PathBuf,
    /// Seed of the simulated company
    #[arg(long, default_value_t = 20_261_001, value_parser = seed)]
    pub seed: u64,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Table: CSV, TSV, JSON lines, Parquet or Arrow IPC; also .gz
    #[arg(required = true)]
    pub tables: Vec<PathBuf>,
    /// Study file to write
    #[arg(long, default_value = "study.toml")]
    pub out: PathBuf,
    /// Replace an existing study file
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Study file
    pub study: PathBuf,
}

/// Arguments of `panel`.
#[derive(Debug, Args)]
pub struct PanelArgs {
    /// Study file
    pub study: PathBuf,
    /// File to write: .parquet, or .csv with its data dictionary beside it
    #[arg(long)]
    pub out: PathBuf,
}

/// Arguments of `fit`.
#[derive(Debug, Args)]
pub struct FitArgs {
    /// Study file
    pub study: PathBuf,
    /// none | firth | ridge=WEIGHT
    #[arg(long, default_value = "none")]
    pub penalty: String,
    /// Standard errors: model | cluster (by account) | two-way (by account and by period)
    #[arg(long, value_enum, default_value_t = SeArg::Cluster)]
    pub se: SeArg,
    /// Numeric terms per unit (raw) or per standard deviation (sd)
    #[arg(long, value_enum, default_value_t = ScaleArg::Raw)]
    pub scale: ScaleArg,
    /// Periods from KPI to outcome; 0 uses the same period (default: gap + 1)
    #[arg(long, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub lag: Option<u32>,
    /// CSV file to write (default: standard output)
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// Standard errors on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SeArg {
    /// Inverse information.
    Model,
    /// Clustered by account.
    Cluster,
    /// Clustered by account and by period.
    TwoWay,
}

/// Units on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScaleArg {
    /// The column's own.
    Raw,
    /// Standard deviations.
    Sd,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Study file
    pub study: PathBuf,
    /// Folder for the results
    #[arg(long)]
    pub out: PathBuf,
    /// Repeat all evidence in each of the 200 account resamples, instead of to first order (minutes instead of seconds)
    #[arg(long)]
    pub exact: bool,
}

/// Arguments of `approve`.
#[derive(Debug, Args)]
pub struct ApproveArgs {
    /// Folder of a run
    pub dir: PathBuf,
    /// Name of the person who signs
    #[arg(long)]
    pub by: String,
    /// What the person notes; the reason of every --kpi that has none of its own
    #[arg(long)]
    pub note: Option<String>,
    /// Decision about one KPI, with its reason: NAME=keep, NAME=drop or NAME=drop:REASON
    #[arg(long = "kpi", value_name = "NAME=keep|drop[:REASON]")]
    pub kpis: Vec<String>,
    /// Last day of validity, 2026-12-31 (default: that of the weights, a quarter after the data's end)
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub valid_until: Option<chrono::NaiveDate>,
}

/// A seed on the command line.
fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "write a whole number from 0, as in 20261001".to_owned())
}

/// A day on the command line.
fn day(text: &str) -> Result<chrono::NaiveDate, String> {
    text.parse().map_err(|_| "write a day that exists, as in 2026-12-31".to_owned())
}

/// Arguments of `score`.
#[derive(Debug, Args)]
pub struct ScoreArgs {
    /// weights.json of a run
    pub weights: PathBuf,
    /// Table with one row per account to score
    pub table: PathBuf,
    /// Add the contribution of every input in points; with that of the average customer (points_baseline) they make the score before it is cut off at 0 and 100
    #[arg(long)]
    pub explain: bool,
    /// Score although nobody has signed the weights
    #[arg(long, visible_alias = "draft")]
    pub allow_draft: bool,
    /// CSV file to write (default: standard output)
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// weights.json files
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
}
