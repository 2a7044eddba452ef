//! The company's files in the folder of `fuellamp demo`, and that they replace nobody else's.

use std::path::Path;

use crate::synth::{Company, CompanySettings, simulate};
use crate::words;
use crate::words::{Lang, Words};

use super::diagnose::Diagnostic;

const PANEL: &str = "panel.csv";
/// The study file of the demo.
pub(super) const STUDY: &str = "study.toml";
const TRUTH: &str = "truth.json";

/// Table, study and truth of a company, in the order in which they are written.
pub(super) fn files_of(company: &Company, lang: Lang) -> [(&'static str, Vec<u8>); 3] {
    [
        (PANEL, company.panel.to_csv()),
        (STUDY, company.study_toml(lang, PANEL).into_bytes()),
        (TRUTH, company.truth_json().into_bytes()),
    ]
}

/// Refuses a folder in which one of these files is there and is no demo's: of the company asked for or of the one whose seed
/// the study there names, in either language, byte by byte. A demo's study that somebody went on to edit is theirs.
///
/// # Errors
/// A [`Diagnostic`] that names the files.
pub(super) fn spare_others(folder: &Path, company: &Company) -> Result<(), Box<Diagnostic>> {
    let mut left = others(folder, company);
    if !left.is_empty()
        && let Some(seed) = seed_of(&folder.join(STUDY))
    {
        let before = simulate(&CompanySettings { seed, ..CompanySettings::default() });
        let others = others(folder, &before);
        left.retain(|name| others.contains(name));
    }
    if left.is_empty() {
        return Ok(());
    }
    let names = left.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
    let (en, ja) = (names.join(", "), names.join("、"));
    let file = if left.len() == 1 { "a file" } else { "files" };
    Err(Diagnostic::new(
        words!(
            en: "the demo would replace {file} that it did not write or that somebody changed: {en}",
            ja: "デモが書いたものでない（または、その後に変更された）ファイルを置き換えてしまいます：{ja}",
        ),
        Some(Words::same(folder.display().to_string())),
        Some(words!(
            en: "choose another folder with --out; delete the files first if nobody needs them",
            ja: "--outで別のフォルダーを指定してください。不要なファイルであれば、先に削除してください",
        )),
    ))
}

/// Files that are there and not those of this company.
fn others(folder: &Path, company: &Company) -> Vec<&'static str> {
    let [en, ja] = [Lang::En, Lang::Ja].map(|lang| files_of(company, lang));
    let foreign = en.into_iter().zip(ja).filter(|((name, en), (_, ja))| {
        let path = folder.join(name);
        // The length first: a table of somebody else may be larger than memory.
        path.symlink_metadata().is_ok() && ![en, ja].into_iter().any(|own| holds(&path, own))
    });
    foreign.map(|((name, _), _)| name).collect()
}

fn holds(path: &Path, bytes: &[u8]) -> bool {
    let alike = std::fs::metadata(path).is_ok_and(|there| there.is_file() && there.len() == bytes.len() as u64);
    alike && std::fs::read(path).is_ok_and(|there| there == bytes)
}

/// Seed that a study file names, if it is one that can be read.
fn seed_of(study: &Path) -> Option<u64> {
    /// A demo's study has some ten thousand bytes.
    const MOST: u64 = 1 << 20;
    let there = std::fs::metadata(study).ok().filter(|there| there.is_file() && there.len() < MOST)?;
    let text = std::fs::read_to_string(study).ok().filter(|_| there.len() > 0)?;
    text.lines().find_map(|line| line.strip_prefix("seed = ")?.trim().parse().ok())
}
