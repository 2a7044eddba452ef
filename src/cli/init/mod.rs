//! `fuellamp init TABLE...`: reads the tables and writes a first study file beside the user's other files.

mod error;
mod place;
mod sketch;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use crate::ingest::{ReadOptions, read_head, read_table};
use crate::notice::Notice;
use crate::study::propose::{TableSketch, propose, propose_raw};
use crate::words;
use crate::words::{Lang, Words};

pub use error::InitError;
use place::{path_from, seen_from, target, write};
use sketch::{like_months, sketch, with_days};

/// What `init` did, for the terminal.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The study file.
    pub path: PathBuf,
    /// What was guessed and what to check by hand, one line each.
    pub summary: Vec<Words>,
    /// What reading the table brought up.
    pub notices: Vec<Notice>,
}

/// Reads the table, proposes a study and writes it to `out`; an existing file is kept unless `force`.
///
/// # Errors
/// [`InitError`]; nothing is written then.
pub fn run(tables: &[PathBuf], out: &Path, lang: Lang, force: bool) -> Result<Written, InitError> {
    let [path] = tables else { return run_raw(tables, out, lang, force) };
    let target = target(out, tables, force)?;
    let mut table = read_table(path, &ReadOptions::default())?;
    // Numbers such as 2024.03 may be months, of which 2024.10 needs its zero.
    let pointed: Vec<String> =
        table.columns().iter().map(|c| c.name.clone()).filter(|c| like_months(&table, c)).collect();
    if !pointed.is_empty() {
        let columns: Vec<&str> = pointed.iter().map(String::as_str).collect();
        table = read_table(path, &ReadOptions { level_columns: &columns, ..ReadOptions::default() })?;
    }
    let columns = sketch(&table)?;
    let path_in_study = path_from(seen_from(&target, out), path)?;
    let proposal = propose(&columns, &path_in_study, lang)
        .map_err(|error| InitError::Propose { error, table: table.name().to_owned() })?;
    write(&target, out, &proposal.toml, force)?;
    let mut summary = proposal.summary;
    summary.push(what_next(out));
    Ok(Written { path: out.to_owned(), summary, notices: table.notices().to_vec() })
}

fn what_next(out: &Path) -> Words {
    let shown = out.display();
    words!(
        en: "wrote {shown}; next: fuellamp check {shown}",
        ja: "{shown} を作成しました。次の手順：fuellamp check {shown}",
    )
}

/// The same for several raw tables. Of a large one, the first rows tell what its columns are.
fn run_raw(tables: &[PathBuf], out: &Path, lang: Lang, force: bool) -> Result<Written, InitError> {
    if let Some((_, path)) = tables.iter().enumerate().find(|(at, path)| tables[..*at].contains(path)) {
        return Err(InitError::Twice { path: path.clone() });
    }
    let target = target(out, tables, force)?;
    let from = seen_from(&target, out);
    let mut sketches = Vec::new();
    let mut notices = Vec::new();
    for path in tables {
        let table = read_head(path)?;
        notices.extend(table.notices().iter().cloned());
        let columns = sketch(&table)?.into_iter().map(with_days).collect();
        sketches.push(TableSketch { path: path_from(from, path)?, columns });
    }
    let names = tables.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
    let proposal = propose_raw(&sketches, lang).map_err(|error| InitError::Propose { error, table: names })?;
    write(&target, out, &proposal.toml, force)?;
    let mut summary = proposal.summary;
    summary.push(what_next(out));
    Ok(Written { path: out.to_owned(), summary, notices })
}
