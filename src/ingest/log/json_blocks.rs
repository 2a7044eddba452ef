//! JSON lines in blocks.

use std::path::Path;
use std::sync::Arc;

use super::batch::{Batch, LogColumn};
use super::block::{BLOCK, LONGEST_ROW, Source};
use super::{IngestError, LogFile, LogRequest, content, digest};
use crate::ingest::raw::{Cells, Lines, RawTable, TextCells};
use crate::ingest::{decode, jsonl};

/// Keys of the first block, in the order in which they appear.
pub(super) fn columns(path: &Path, file: &str, gzip: bool) -> Result<Vec<String>, IngestError> {
    let mut blocks = Blocks { source: Source::new(content(path, gzip)?, file), rest: Vec::new(), line: 1, taken: 0 };
    match blocks.next(file)? {
        Some((table, _)) => Ok(table.columns.into_iter().map(|(name, _)| name).collect()),
        None => Err(IngestError::Empty { file: file.to_owned() }),
    }
}

/// Reads a file; see [`super::Log::read`].
pub(super) fn read(
    file: &LogFile,
    all: &[String],
    request: &LogRequest<'_>,
    gzip: bool,
    give: &mut dyn FnMut(Batch, u64) -> bool,
) -> Result<(), IngestError> {
    let shown: Arc<str> = file.name.as_str().into();
    let mut blocks =
        Blocks { source: Source::new(content(&file.path, gzip)?, &file.name), rest: Vec::new(), line: 1, taken: 0 };
    while let Some((table, done)) = blocks.next(&file.name)? {
        let n_rows = table.lines.n_rows();
        if n_rows > 0 {
            let batch = select(table.columns, table.lines, all, request, shown.clone(), 0);
            if !give(batch, if gzip { (blocks.taken / 6).min(file.bytes) } else { blocks.taken }) {
                return Ok(());
            }
        }
        if done {
            break;
        }
    }
    Ok(())
}

/// The columns asked for, and digests over all of them.
pub(super) fn select(
    columns: Vec<(String, Cells)>,
    lines: Lines,
    all: &[String],
    request: &LogRequest<'_>,
    file: Arc<str>,
    first: u64,
) -> Batch {
    let n_rows = lines.n_rows();
    let mut columns: Vec<(String, LogColumn)> =
        columns.into_iter().map(|(name, cells)| (name, column_of(cells))).collect();
    let mut digests = Vec::new();
    if request.digests {
        digests = vec![0; n_rows];
        for name in all {
            if let Some((_, column)) = columns.iter().find(|(own, _)| own == name) {
                digest::fold(&mut digests, column);
            }
        }
    }
    let blank = || {
        let mut cells = TextCells::default();
        cells.pad(n_rows);
        LogColumn::Text(cells)
    };
    let mut given: Vec<LogColumn> = Vec::new();
    for (i, name) in request.columns.iter().enumerate() {
        // A column may be asked for twice.
        let again = request.columns[i + 1..].contains(name);
        let found = columns.iter().position(|(own, _)| own == name);
        given.push(match found {
            Some(at) if again => columns[at].1.clone(),
            Some(at) => columns.swap_remove(at).1,
            None => blank(),
        });
    }
    Batch { columns: given, digests, share: 0.0, lines, first, file }
}

fn column_of(cells: Cells) -> LogColumn {
    match cells {
        Cells::Untyped(cells) | Cells::Text(cells) => LogColumn::Text(cells),
        Cells::Number(cells) => LogColumn::Numbers(cells),
        Cells::Boolean(cells) => LogColumn::Flags(cells),
        Cells::Date(cells) => LogColumn::Days(cells),
    }
}

struct Blocks<'a> {
    source: Source<'a>,
    rest: Vec<u8>,
    line: u64,
    taken: u64,
}

impl Blocks<'_> {
    /// The rows of the next block, and whether it is the last.
    fn next(&mut self, file: &str) -> Result<Option<(RawTable, bool)>, IngestError> {
        let mut cut;
        loop {
            let before = self.rest.len();
            self.source.fill(&mut self.rest, BLOCK)?;
            self.taken += (self.rest.len() - before) as u64;
            cut = if self.source.done {
                self.rest.len()
            } else {
                self.rest.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1)
            };
            if cut > 0 || self.source.done {
                break;
            }
            if self.rest.len() > LONGEST_ROW {
                let detail = "a line is longer than 64 MB".to_owned();
                return Err(IngestError::InvalidJson { file: file.to_owned(), line: self.line, column: 1, detail });
            }
        }
        let rest = self.rest.split_off(cut);
        let bytes = std::mem::replace(&mut self.rest, rest);
        let blank = bytes.iter().all(u8::is_ascii_whitespace);
        if blank {
            self.line += bytes.iter().filter(|b| **b == b'\n').count() as u64;
            return Ok((!self.source.done).then(|| {
                let lines = Lines::Text(Vec::new());
                (RawTable { columns: Vec::new(), lines, notices: Vec::new() }, false)
            }));
        }
        let (text, _) = decode::decode(&bytes, file)?;
        let mut table = jsonl::parse(&text, file).map_err(|error| moved(error, self.line - 1))?;
        if let Lines::Text(lines) = &mut table.lines {
            lines.iter_mut().for_each(|line| *line += self.line - 1);
        }
        self.line += bytes.iter().filter(|b| **b == b'\n').count() as u64;
        Ok(Some((table, self.source.done)))
    }
}

/// The error with the line of the whole file.
fn moved(mut error: IngestError, by: u64) -> IngestError {
    match &mut error {
        IngestError::InvalidJson { line, .. }
        | IngestError::NotAnObject { line, .. }
        | IngestError::NestedJson { line, .. } => *line += by,
        _ => {}
    }
    error
}
