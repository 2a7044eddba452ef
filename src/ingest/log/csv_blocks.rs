//! Delimited text in blocks: rows are cut where the parser says that one begins, never inside quotes.

use std::path::Path;
use std::sync::Arc;

use csv::{ByteRecord, ReaderBuilder};

use super::batch::{Batch, LogColumn};
use super::block::{BLOCK, Encoding, LONGEST_ROW, Source};
use super::{IngestError, LogFile, LogRequest, content, digest};
use crate::ingest::delimited::{check_named, sniff};
use crate::ingest::margins;
use crate::ingest::raw::{Lines, TextCells};
use crate::words;
use crate::words::Words;

const UTF8_BOM: &[u8] = &[0xEF, 0xBB, 0xBF];

/// Delimiter and column names; a column without one has no value, or reading it is an error.
pub(super) fn header(path: &Path, file: &str, gzip: bool, sample: &[u8]) -> Result<(u8, Vec<String>), IngestError> {
    let delimiter = sniff(&String::from_utf8_lossy(sample));
    let mut rows = Rows::new(content(path, gzip)?, file, delimiter);
    let mut names = None;
    rows.next(&mut |row, line, encoding| {
        if names.is_none() {
            let decode = |(at, cell): (usize, &[u8])| match encoding.decode(cell) {
                Ok(text) => Ok(clean(&text)),
                Err(fault) => {
                    let n = at + 1;
                    Err(undecodable(file, line, cell, fault, words!(en: "column name {n}", ja: "{n}列目の列名")))
                }
            };
            names = Some(row.iter().enumerate().map(decode).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(())
    })?;
    let names = names.ok_or_else(|| IngestError::Empty { file: file.to_owned() })?;
    check_named(&names, file)?;
    Ok((delimiter, names))
}

fn undecodable(file: &str, line: u64, cell: &[u8], fault: (usize, &'static str), what: Words) -> IngestError {
    let (at, tried) = fault;
    let byte = cell.get(at).copied().unwrap_or_default();
    IngestError::UndecodableCell { file: file.to_owned(), line, cell: what, byte, tried }
}

fn clean(name: &str) -> String {
    name.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').to_owned()
}

/// Reads a file; see [`super::Log::read`].
pub(super) fn read(
    file: &LogFile,
    all: &[String],
    request: &LogRequest<'_>,
    gzip: bool,
    delimiter: u8,
    give: &mut dyn FnMut(Batch, u64) -> bool,
) -> Result<(), IngestError> {
    let place = |name: &str| file.columns.iter().position(|own| own == name);
    let wanted: Vec<Option<usize>> = request.columns.iter().map(|name| place(name)).collect();
    // Files of one log may order their columns differently; digests follow the log's order.
    let order: Vec<usize> = all.iter().filter_map(|name| place(name)).collect();
    let n_fields = file.columns.len();
    let unnamed = margins::unnamed(&file.columns);
    let shown: Arc<str> = file.name.as_str().into();
    let mut rows = Rows::new(content(&file.path, gzip)?, &file.name, delimiter);
    let mut is_header = true;
    loop {
        let mut columns = vec![TextCells::default(); wanted.len()];
        let (mut lines, mut digests) = (Vec::new(), Vec::new());
        let more = rows.next(&mut |row, line, encoding| {
            if std::mem::take(&mut is_header) {
                return Ok(());
            }
            if row.len() != n_fields {
                let (file, found) = (file.name.clone(), row.len());
                return Err(IngestError::RaggedRow {
                    file,
                    line,
                    found,
                    expected: n_fields,
                    delimiter: char::from(delimiter),
                });
            }
            let has_value = |place: &&usize| row.get(**place).is_some_and(|cell| !cell.trim_ascii().is_empty());
            if let Some(&place) = unnamed.iter().find(has_value) {
                return Err(margins::no_name(&file.name, place));
            }
            for ((cells, place), name) in columns.iter_mut().zip(&wanted).zip(request.columns) {
                let cell = place.and_then(|place| row.get(place)).unwrap_or_default();
                match encoding.decode(cell) {
                    Ok(text) => cells.push(&text),
                    Err(fault) => {
                        let what = words!(en: "the value of column `{name}`", ja: "列「{name}」の値");
                        return Err(undecodable(&file.name, line, cell, fault, what));
                    }
                }
            }
            if request.digests {
                digests.push(digest::of_cells(order.iter().map(|&place| row.get(place).unwrap_or_default())));
            }
            lines.push(line);
            Ok(())
        })?;
        let (lines, read) = (Lines::Text(lines), rows.packed(file.bytes, gzip));
        if lines.n_rows() > 0 {
            let columns = columns.into_iter().map(LogColumn::Text).collect();
            let batch = Batch { columns, digests, share: 0.0, lines, first: 0, file: shown.clone() };
            if !give(batch, read) {
                return Ok(());
            }
        }
        if !more {
            return Ok(());
        }
    }
}

/// The rows of a file, block by block.
struct Rows<'a> {
    source: Source<'a>,
    file: &'a str,
    delimiter: u8,
    /// What of the last block belongs to a row that may go on.
    rest: Vec<u8>,
    /// Line of the first byte of `rest`, from 1.
    line: u64,
    encoding: Encoding,
    taken: u64,
    started: bool,
}

impl<'a> Rows<'a> {
    fn new(reader: Box<dyn std::io::Read>, file: &'a str, delimiter: u8) -> Self {
        let source = Source::new(reader, file);
        Self { source, file, delimiter, rest: Vec::new(), line: 1, encoding: Encoding::Ascii, taken: 0, started: false }
    }

    /// Bytes of the packed file that have been used, about.
    fn packed(&self, bytes: u64, gzip: bool) -> u64 {
        // How far a packed file is cannot be seen from outside its decoder; text packs to about a sixth.
        if gzip { (self.taken / 6).min(bytes) } else { self.taken }
    }

    /// Gives the rows of the next block with their lines; `false` after the last one.
    fn next(
        &mut self,
        each: &mut dyn FnMut(&ByteRecord, u64, &mut Encoding) -> Result<(), IngestError>,
    ) -> Result<bool, IngestError> {
        let before = self.rest.len();
        self.source.fill(&mut self.rest, BLOCK)?;
        self.taken += (self.rest.len() - before) as u64;
        if !self.started {
            self.started = true;
            if self.rest.starts_with(UTF8_BOM) {
                self.rest.drain(..UTF8_BOM.len());
                self.encoding = Encoding::Utf8;
            }
        }
        let last = self.source.done;
        let bytes = std::mem::take(&mut self.rest);
        let mut reader = ReaderBuilder::new()
            .delimiter(self.delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(bytes.as_slice());
        let broken = |e: csv::Error| IngestError::NoFrame { file: self.file.to_owned(), detail: e.to_string() };
        let (mut row, mut next) = (ByteRecord::new(), ByteRecord::new());
        let mut at = 0;
        let mut line = self.line;
        let mut held = false;
        while reader.read_byte_record(&mut next).map_err(broken)? {
            if held {
                each(&row, line, &mut self.encoding)?;
            }
            let start = next.position().and_then(|p| usize::try_from(p.byte()).ok()).unwrap_or_default();
            // The parser counts blank lines to the row after them.
            let blank = bytes[start..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
            line += bytes[at..start + blank].iter().filter(|b| **b == b'\n').count() as u64;
            at = start + blank;
            std::mem::swap(&mut row, &mut next);
            held = true;
        }
        if !held {
            return Ok(!last);
        }
        if last {
            let quotes = bytes[at..].iter().filter(|b| **b == b'"').count();
            let opens =
                bytes.get(at) == Some(&b'"') || bytes[at..].windows(2).any(|pair| pair == [self.delimiter, b'"']);
            if quotes % 2 == 1 && opens {
                return Err(IngestError::UnclosedQuote { file: self.file.to_owned(), line });
            }
            each(&row, line, &mut self.encoding)?;
            return Ok(false);
        }
        if bytes.len() - at > LONGEST_ROW {
            return Err(IngestError::UnclosedQuote { file: self.file.to_owned(), line });
        }
        self.line = line;
        self.rest = bytes[at..].to_vec();
        Ok(true)
    }
}
