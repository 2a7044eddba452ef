//! Files that cannot be cut are read whole.

use std::path::Path;

use super::batch::Batch;
use super::json_blocks::select;
use super::{IngestError, LogFile, LogRequest, unreadable};
use crate::ingest::ReadOptions;
use crate::ingest::raw::RawTable;
use crate::ingest::read::parse;

fn parsed(path: &Path, file: &str, as_text: &[&str]) -> Result<RawTable, IngestError> {
    let bytes = std::fs::read(path).map_err(|e| unreadable(path, &e))?;
    parse(bytes, file, &ReadOptions { text_columns: as_text, ..ReadOptions::default() }).map(|(table, _)| table)
}

/// Names of the columns.
pub(super) fn columns(path: &Path, file: &str) -> Result<Vec<String>, IngestError> {
    Ok(parsed(path, file, &[])?.columns.into_iter().map(|(name, _)| name).collect())
}

/// Reads a file; see [`super::Log::read`].
pub(super) fn read(
    file: &LogFile,
    all: &[String],
    request: &LogRequest<'_>,
    give: &mut dyn FnMut(Batch, u64) -> bool,
) -> Result<(), IngestError> {
    let table = parsed(&file.path, &file.name, request.as_text)?;
    if table.lines.n_rows() > 0 {
        give(select(table.columns, table.lines, all, request, file.name.as_str().into(), 0), file.bytes);
    }
    Ok(())
}
