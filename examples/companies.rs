//! Writes simulated companies as folders of tables, with their study and their truth.
//!
//! `cargo run --release --example companies -- agents FAMILY NUMBER OUT [--seed FIRST] [--lang en|ja]` writes
//! `OUT/FAMILY_00001/` and so on; FAMILY is `easy`, `medium`, `hard`, `adversarial`, `untraced`, `noise` or `all`, and
//! the number in the folder's name is the seed. `latent` instead of `agents` draws companies from latent processes as a
//! monthly panel, where agents leave raw dated tables. `confusion` reads such folders. `recorded` draws companies of one
//! family, `open`, without traps and with the true probability of every row, for `backtest`.

#![expect(clippy::print_stdout, reason = "prints what it wrote")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Parser, ValueEnum};
use fuellamp::agents;
use fuellamp::synth::{latent, recorded};
use fuellamp::words::Lang;

/// Writes simulated companies with their study and their truth.
#[derive(Parser)]
struct Args {
    /// `agents`, `latent` or `recorded`.
    generator: Generator,
    /// A family, or `all`.
    family: String,
    /// Companies per family.
    number: u64,
    /// Folder for the companies' folders.
    out: PathBuf,
    /// Seed of the first company; each further one takes the next.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Language of the studies.
    #[arg(long, default_value = "en", value_parser = language)]
    lang: Lang,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Generator {
    Agents,
    Latent,
    Recorded,
}

fn language(text: &str) -> Result<Lang, String> {
    match text {
        "en" => Ok(Lang::En),
        "ja" => Ok(Lang::Ja),
        _ => Err("en or ja".to_owned()),
    }
}

/// Draws one company.
type Maker = fn(&str, u64, Lang) -> Option<Made>;

/// What a generator made.
struct Made {
    files: Vec<(String, Vec<u8>)>,
    events: usize,
    rows: usize,
    kpis: usize,
}

fn from_agents(family: &str, seed: u64, lang: Lang) -> Option<Made> {
    let company = agents::company(agents::Family::named(family)?, seed);
    let truth = &company.truth;
    Some(Made { files: company.files(lang), events: truth.events, rows: truth.rows, kpis: truth.kpis.len() })
}

fn from_latent(family: &str, seed: u64, lang: Lang) -> Option<Made> {
    let company = latent::company(latent::Family::named(family)?, seed);
    let truth = &company.truth;
    Some(Made { files: company.files(lang), events: truth.events, rows: truth.rows, kpis: truth.kpis.len() })
}

fn from_recorded(family: &str, seed: u64, _: Lang) -> Option<Made> {
    let company = (family == "open").then(|| recorded(seed))?;
    Some(Made { files: company.files(), events: company.events, rows: company.rows, kpis: company.effects.len() })
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let maker: Maker = match args.generator {
        Generator::Agents => from_agents,
        Generator::Latent => from_latent,
        Generator::Recorded => from_recorded,
    };
    let families = match args.family.as_str() {
        "all" if args.generator == Generator::Recorded => vec!["open"],
        "all" => agents::Family::ALL.map(agents::Family::name).to_vec(),
        one => vec![one],
    };
    for family in families {
        for seed in args.seed..args.seed + args.number {
            write(maker, family, seed, args.lang, &args.out)?;
        }
    }
    Ok(())
}

fn write(maker: Maker, family: &str, seed: u64, lang: Lang, out: &Path) -> Result<(), Box<dyn Error>> {
    let begin = Instant::now();
    let Some(Made { files, events, rows: panel, kpis }) = maker(family, seed, lang) else {
        return Err(format!("there is no family `{family}`").into());
    };
    let seconds = begin.elapsed().as_secs_f64();
    let folder = out.join(format!("{family}_{seed:05}"));
    std::fs::create_dir_all(&folder)?;
    let (mut bytes, mut rows) = (0, 0);
    for (name, content) in &files {
        std::fs::write(folder.join(name), content)?;
        bytes += content.len();
        if name.ends_with(".csv") {
            rows += content.iter().filter(|&&byte| byte == b'\n').count();
        }
    }
    println!(
        "{}: {kpis} KPIs, {events} decisions in {panel} rows of the panel; {rows} lines, {:.1} MB, {seconds:.2} s",
        folder.display(),
        bytes as f64 / 1e6,
    );
    Ok(())
}
