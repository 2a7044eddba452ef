//! Writes simulated companies as folders of tables, with their study and their truth.
//!
//! `cargo run --release --example companies -- agents FAMILY NUMBER OUT [--seed FIRST] [--lang en|ja]` writes
//! `OUT/FAMILY_00001/` and so on; FAMILY is `easy`, `medium`, `hard`, `adversarial`, `untraced`, `noise` or `all`, and
//! the number in the folder's name is the seed. `latent` instead of `agents` draws companies from latent processes as a
//! monthly panel, where agents leave raw dated tables. `confusion` reads such folders.

#![expect(clippy::print_stdout, reason = "prints what it wrote")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use fuellamp::agents;
use fuellamp::synth::latent;
use fuellamp::words::Lang;

const USAGE: &str = "usage: companies agents|latent easy|medium|hard|adversarial|untraced|noise|all NUMBER OUT \
                     [--seed FIRST] [--lang en|ja]";

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

fn main() -> Result<(), Box<dyn Error>> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let first: u64 = option(&mut args, "--seed")?.map_or(Ok(1), |seed| seed.parse())?;
    let lang = match option(&mut args, "--lang")?.as_deref() {
        None | Some("en") => Lang::En,
        Some("ja") => Lang::Ja,
        Some(_) => return Err(USAGE.into()),
    };
    let [kind, family, number, out] = &args[..] else { return Err(USAGE.into()) };
    let maker: Maker = match kind.as_str() {
        "agents" => from_agents,
        "latent" => from_latent,
        _ => return Err(USAGE.into()),
    };
    let families = match family.as_str() {
        "all" => agents::Family::ALL.map(agents::Family::name).to_vec(),
        one => vec![one],
    };
    let number: u64 = number.parse()?;
    for family in families {
        for seed in first..first + number {
            write(maker, family, seed, lang, &PathBuf::from(out))?;
        }
    }
    Ok(())
}

/// Takes an option and its value out of the arguments.
fn option(args: &mut Vec<String>, name: &str) -> Result<Option<String>, Box<dyn Error>> {
    let Some(at) = args.iter().position(|arg| arg == name) else { return Ok(None) };
    if at + 1 >= args.len() {
        return Err(USAGE.into());
    }
    let value = args.remove(at + 1);
    args.remove(at);
    Ok(Some(value))
}

fn write(maker: Maker, family: &str, seed: u64, lang: Lang, out: &Path) -> Result<(), Box<dyn Error>> {
    let begin = Instant::now();
    let Some(Made { files, events, rows: panel, kpis }) = maker(family, seed, lang) else { return Err(USAGE.into()) };
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
