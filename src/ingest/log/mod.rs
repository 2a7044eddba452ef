//! Logs: tables that need not fit in memory, read block by block, only the columns that are asked for.
//!
//! CSV (also gzipped) and JSON lines come in blocks of some megabytes, Parquet in row groups; a row group is read column
//! by column, so that memory holds one of them at a time. What cannot be cut (Arrow IPC, UTF-16, lines that end with a
//! carriage return alone) is read whole.

mod batch;
mod block;
mod csv_blocks;
mod digest;
mod json_blocks;
mod row_groups;
mod whole;

pub use batch::{Batch, LogColumn};

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;

use super::columnar::Columnar;
use super::read::{Format, file_name, format_of};
use super::{IngestError, decode, margins, paths};
use crate::notice::{Notice, Severity};
use crate::words;
use crate::words::Words;

/// Bytes by which a file's format, encoding and delimiter are told.
const SAMPLE: usize = 1 << 16;
/// Blocks that wait to be used while the next one is read.
const WAITING: usize = 2;

/// A log of one or more files with the same columns.
#[derive(Debug, Clone)]
pub struct Log {
    name: String,
    files: Vec<LogFile>,
    columns: Vec<String>,
    notices: Vec<Notice>,
}

/// One file of a log.
#[derive(Debug, Clone)]
pub(super) struct LogFile {
    pub(super) path: PathBuf,
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) form: Form,
    pub(super) columns: Vec<String>,
}

/// How a file is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Csv { gzip: bool, delimiter: u8 },
    Json { gzip: bool },
    Parquet,
    Whole,
}

/// What to read of a log.
#[derive(Debug, Clone, Copy)]
pub struct LogRequest<'a> {
    /// Columns, in the order in which a batch gives them.
    pub columns: &'a [&'a str],
    /// Of these, the ones to give as text exactly as written: ids keep their zeros and digits.
    pub as_text: &'a [&'a str],
    /// Whether every row comes with a digest of all of its cells, to tell exact duplicates.
    pub digests: bool,
}

impl Log {
    /// Opens a log: finds its files, and compares their columns before anything is read.
    ///
    /// # Errors
    /// [`IngestError`] for files that are absent, empty, of an unknown format, or whose columns differ.
    pub fn open(path: &Path) -> Result<Self, IngestError> {
        let mut files: Vec<LogFile> = Vec::new();
        let mut notices = Vec::new();
        for path in paths::expand(path)? {
            let (file, found) = open(path)?;
            notices.extend(found);
            if let Some(first) = files.first() {
                let lacks = |a: &[String], b: &[String]| {
                    a.iter().filter(|n| !n.trim().is_empty() && !b.contains(n)).cloned().collect::<Vec<_>>()
                };
                let (missing, extra) = (lacks(&first.columns, &file.columns), lacks(&file.columns, &first.columns));
                let may_lack = matches!(file.form, Form::Json { .. });
                let same = missing.is_empty() && extra.is_empty();
                if !may_lack && !same {
                    let (first, file) = (first.name.clone(), file.name);
                    return Err(IngestError::HeadersDiffer { first, file, missing, extra });
                }
            }
            files.push(file);
        }
        let shown = file_name(path);
        let name = if files.len() > 1 { format!("{shown} ({} files)", files.len()) } else { shown };
        let mut columns: Vec<String> = Vec::new();
        for column in files.iter().flat_map(|file| &file.columns) {
            if !column.trim().is_empty() && !columns.contains(column) {
                columns.push(column.clone());
            }
        }
        Ok(Self { name, files, columns, notices })
    }

    /// The file name or pattern, for messages.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bytes of all files, as they are stored.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Names of the columns, in the order of the first file.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// What had to be assumed so far.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Says which column is not there, with names that are near.
    ///
    /// # Errors
    /// [`IngestError::ColumnMissing`].
    pub fn needs(&self, column: &str) -> Result<(), IngestError> {
        if self.columns.iter().any(|known| known == column) {
            return Ok(());
        }
        Err(IngestError::ColumnMissing {
            table: self.name.clone(),
            column: column.to_owned(),
            near: paths::nearest(column, &self.columns),
        })
    }

    /// Files that begin without columns which others have. Rows of JSON lines may leave a key out, but where a whole
    /// file does, the key may have been renamed.
    #[must_use]
    pub fn lacking(&self, columns: &[&str]) -> Vec<Notice> {
        let mut notices = Vec::new();
        for column in columns {
            let lacks = |file: &&LogFile| !file.columns.iter().any(|own| own == column);
            let mut without = self.files.iter().filter(lacks);
            let Some(LogFile { name, .. }) = without.next() else { continue };
            let (n, of) = (1 + without.count(), self.files.len());
            let what = words!(
                en: "{n} of {of} files begin without the key `{column}`: where it is absent, the cell counts as missing",
                ja: "{of}個のファイルのうち{n}個の先頭部分に「{column}」がありません。ない行では欠測として扱います",
            );
            notices.push(Notice::new(Severity::Warning, "key_absent", what).at(Words::same(name)).help(words!(
                en: "if the key has another name there, rename it",
                ja: "別の名前になっている場合は、名前を揃えてください",
            )));
        }
        notices
    }

    /// Reads the log from its first row to its last. The next block is read while `each` works on the one before.
    ///
    /// # Errors
    /// [`IngestError`] where a file is damaged or a row does not fit; whatever `each` says.
    pub fn read<E: From<IngestError>>(
        &self,
        request: &LogRequest<'_>,
        mut each: impl FnMut(Batch) -> Result<(), E>,
    ) -> Result<(), E> {
        for column in request.columns {
            self.needs(column)?;
        }
        let total = self.bytes().max(1) as f64;
        std::thread::scope(|scope| {
            let (give, take) = sync_channel::<Result<Batch, IngestError>>(WAITING);
            scope.spawn(move || {
                let mut before = 0;
                for file in &self.files {
                    let done = self.read_file(file, request, &mut |mut batch: Batch, read: u64| {
                        batch.share = ((before + read) as f64 / total).min(1.0);
                        // The other side has stopped with an error of its own.
                        give.send(Ok(batch)).is_ok()
                    });
                    before += file.bytes;
                    if let Err(error) = done {
                        let _ = give.send(Err(error));
                        return;
                    }
                }
            });
            for batch in take {
                each(batch?)?;
            }
            Ok(())
        })
    }

    fn read_file(
        &self,
        file: &LogFile,
        request: &LogRequest<'_>,
        give: &mut dyn FnMut(Batch, u64) -> bool,
    ) -> Result<(), IngestError> {
        match file.form {
            Form::Csv { gzip, delimiter } => csv_blocks::read(file, &self.columns, request, gzip, delimiter, give),
            Form::Json { gzip } => json_blocks::read(file, &self.columns, request, gzip, give),
            Form::Parquet => row_groups::read(file, &self.columns, request, give),
            Form::Whole => whole::read(file, &self.columns, request, give),
        }
    }
}

pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> IngestError {
    IngestError::Unreadable { path: path.display().to_string(), detail: error.to_string() }
}

/// The file's form and columns, from its first bytes and its ending.
fn open(path: PathBuf) -> Result<(LogFile, Vec<Notice>), IngestError> {
    let name = file_name(&path);
    let bytes = path.metadata().map_err(|e| unreadable(&path, &e))?.len();
    if bytes == 0 {
        return Err(IngestError::Empty { file: name });
    }
    let mut file = File::open(&path).map_err(|e| unreadable(&path, &e))?;
    let mut sample = Vec::new();
    Read::by_ref(&mut file).take(SAMPLE as u64).read_to_end(&mut sample).map_err(|e| unreadable(&path, &e))?;
    let lower = name.to_lowercase();
    let gzip = decode::is_gzip(&sample);
    let mut stem = lower.as_str();
    if let Some(inner) = lower.strip_suffix(".gz") {
        stem = inner;
    }
    if gzip {
        sample = block::first_of_gzip(&path, SAMPLE, &name)?;
    }
    let whole = |notices| {
        let columns = whole::columns(&path, &name)?;
        Ok((LogFile { path: path.clone(), name: name.clone(), bytes, form: Form::Whole, columns }, notices))
    };
    let (form, columns) = match format_of(stem, &sample, &name)? {
        Format::Columnar(Columnar::Parquet) if !gzip => (Form::Parquet, row_groups::columns(&path, &name)?),
        Format::Columnar(_) => return whole(Vec::new()),
        _ if block::must_be_whole(&sample) => return whole(Vec::new()),
        Format::JsonLines => (Form::Json { gzip }, json_blocks::columns(&path, &name, gzip)?),
        Format::Delimited => {
            let (delimiter, columns) = csv_blocks::header(&path, &name, gzip, &sample)?;
            (Form::Csv { gzip, delimiter }, columns)
        }
    };
    let notices = margins::unnamed_notice(&name, &margins::unnamed(&columns)).into_iter().collect();
    Ok((LogFile { path, name, bytes, form, columns }, notices))
}

/// The content of a file, unpacked where it is packed.
pub(super) fn content(path: &Path, gzip: bool) -> Result<Box<dyn Read>, IngestError> {
    let file = File::open(path).map_err(|e| unreadable(path, &e))?;
    let buffered = BufReader::with_capacity(1 << 20, file);
    Ok(if gzip { Box::new(flate2::read::MultiGzDecoder::new(buffered)) } else { Box::new(buffered) })
}
