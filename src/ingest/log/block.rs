//! Blocks of a text file, and what must be known of its first bytes.

use std::io::{ErrorKind, Read};
use std::path::Path;

use encoding_rs::SHIFT_JIS;

use super::{IngestError, content};

/// Bytes of a block.
pub(super) const BLOCK: usize = 8 << 20;
/// No cell of a table is as long as this; a quote was left open.
pub(super) const LONGEST_ROW: usize = 64 << 20;

/// The start of what a gzip file unpacks to.
pub(super) fn first_of_gzip(path: &Path, n_bytes: usize, file: &str) -> Result<Vec<u8>, IngestError> {
    let mut bytes = Vec::new();
    let mut source = Source::new(content(path, true)?, file);
    source.fill(&mut bytes, n_bytes)?;
    if bytes.is_empty() { Err(IngestError::Empty { file: file.to_owned() }) } else { Ok(bytes) }
}

/// Whether text cannot be cut at its line feeds: UTF-16, or lines that end with a carriage return alone.
pub(super) fn must_be_whole(sample: &[u8]) -> bool {
    let utf16 = sample.starts_with(&[0xFF, 0xFE])
        || sample.starts_with(&[0xFE, 0xFF])
        || sample.iter().take(1024).any(|b| *b == 0);
    utf16 || (sample.contains(&b'\r') && !sample.contains(&b'\n'))
}

/// Bytes that come in order, with a count and errors that name the file.
pub(super) struct Source<'a> {
    reader: Box<dyn Read>,
    file: &'a str,
    read: usize,
    pub(super) done: bool,
}

impl<'a> Source<'a> {
    pub(super) fn new(reader: Box<dyn Read>, file: &'a str) -> Self {
        Self { reader, file, read: 0, done: false }
    }

    /// Appends up to `n_bytes`; fewer only at the end.
    pub(super) fn fill(&mut self, bytes: &mut Vec<u8>, n_bytes: usize) -> Result<(), IngestError> {
        let before = bytes.len();
        let outcome = Read::by_ref(&mut self.reader).take(n_bytes as u64).read_to_end(bytes);
        self.read += bytes.len() - before;
        self.done = bytes.len() - before < n_bytes;
        let file = || self.file.to_owned();
        match outcome {
            Ok(_) => Ok(()),
            Err(e) if e.kind() == ErrorKind::UnexpectedEof => {
                Err(IngestError::TruncatedGzip { file: file(), decoded: self.read })
            }
            Err(e) if matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::InvalidData) => {
                Err(IngestError::DamagedGzip { file: file(), detail: e.to_string() })
            }
            Err(e) => Err(IngestError::Unreadable { path: file(), detail: e.to_string() }),
        }
    }
}

/// The encoding of a file, as far as its text has told: ASCII is both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Ascii,
    Utf8,
    Cp932,
}

impl Encoding {
    /// A cell as text; the first one that is not ASCII decides for the file.
    ///
    /// # Errors
    /// Offset of the first byte that does not fit, and what was tried.
    pub(super) fn decode<'c>(&mut self, cell: &'c [u8]) -> Result<std::borrow::Cow<'c, str>, (usize, &'static str)> {
        let utf8 = std::str::from_utf8(cell);
        match (*self, utf8) {
            (Self::Ascii | Self::Utf8, Ok(text)) => {
                if *self == Self::Ascii && !text.is_ascii() {
                    *self = Self::Utf8;
                }
                Ok(text.into())
            }
            (Self::Utf8, Err(error)) => Err((error.valid_up_to(), "UTF-8")),
            (Self::Cp932, Ok(text)) if text.is_ascii() => Ok(text.into()),
            (_, other) => match SHIFT_JIS.decode_without_bom_handling_and_without_replacement(cell) {
                Some(text) => {
                    *self = Self::Cp932;
                    Ok(text)
                }
                None => Err((other.err().map_or(0, |error| error.valid_up_to()), "UTF-8 / CP932")),
            },
        }
    }
}
