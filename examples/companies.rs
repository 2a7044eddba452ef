//! Writes simulated companies as folders of raw tables, with their study and their truth.
//!
//! `cargo run --release --example companies -- agents FAMILY NUMBER OUT [--seed FIRST] [--lang en|ja]` writes
//! `OUT/FAMILY_00001/` and so on; FAMILY is `easy`, `medium`, `hard`, `adversarial`, `untraced`, `noise` or `all`, and
//! the number in the folder's name is the seed. `confusion` reads such folders.

#![expect(clippy::print_stdout, reason = "prints what it wrote")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use fuellamp::agents::{Family, company};
use fuellamp::words::Lang;

const USAGE: &str =
    "usage: companies agents easy|medium|hard|adversarial|untraced|noise|all NUMBER OUT [--seed FIRST] [--lang en|ja]";

fn main() -> Result<(), Box<dyn Error>> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let first: u64 = option(&mut args, "--seed")?.map_or(Ok(1), |seed| seed.parse())?;
    let lang = match option(&mut args, "--lang")?.as_deref() {
        None | Some("en") => Lang::En,
        Some("ja") => Lang::Ja,
        Some(_) => return Err(USAGE.into()),
    };
    let [kind, family, number, out] = &args[..] else { return Err(USAGE.into()) };
    if kind != "agents" {
        return Err(USAGE.into());
    }
    let families = match Family::named(family) {
        Some(family) => vec![family],
        None if family == "all" => Family::ALL.to_vec(),
        None => return Err(USAGE.into()),
    };
    let number: u64 = number.parse()?;
    for family in families {
        for seed in first..first + number {
            write(family, seed, lang, &PathBuf::from(out))?;
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

fn write(family: Family, seed: u64, lang: Lang, out: &Path) -> Result<(), Box<dyn Error>> {
    let begin = Instant::now();
    let company = company(family, seed);
    let files = company.files(lang);
    let seconds = begin.elapsed().as_secs_f64();
    let folder = out.join(format!("{}_{seed:05}", family.name()));
    std::fs::create_dir_all(&folder)?;
    let (mut bytes, mut rows) = (0, 0);
    for (name, content) in &files {
        std::fs::write(folder.join(name), content)?;
        bytes += content.len();
        if name.ends_with(".csv") {
            rows += content.iter().filter(|&&byte| byte == b'\n').count();
        }
    }
    let (events, panel, kpis) = (company.truth.events, company.truth.rows, company.truth.kpis.len());
    println!(
        "{}: {kpis} KPIs, {events} decisions in {panel} rows of the panel; {rows} lines, {:.1} MB, {seconds:.2} s",
        folder.display(),
        bytes as f64 / 1e6,
    );
    Ok(())
}
