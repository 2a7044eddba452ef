//! Parquet row group by row group, column by column: memory holds the packed and unpacked cells of one group at most.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use polars::prelude::{ArrayRef, ArrowField, ArrowSchema, DataType, PlSmallStr, PolarsResult, Series, TimeUnit};
use polars_arrow::array::{DictionaryArray, Utf8ViewArray};
use polars_arrow::datatypes::{ArrowDataType, DTYPE_CATEGORICAL_NEW, IntegerType};
use polars_parquet::read::{
    BasicDecompressor, FileMetadata, Filter, PageReader, column_iter_to_arrays, infer_schema, read_metadata,
};
use rayon::prelude::*;

use super::batch::{Batch, LogColumn};
use super::{IngestError, LogFile, LogRequest, digest, unreadable};
use crate::ingest::columnar::{cells_of, first_line, is_usable};
use crate::ingest::delimited::check_names;
use crate::ingest::flaw::Flaw;
use crate::ingest::parquet_sizes::Footer;
use crate::ingest::raw::{Cells, Lines, TextCells};
use crate::words;
use crate::words::Words;

/// Rows that are unpacked at once; some writers put a whole file into one group.
const ROWS: usize = 1 << 20;

/// Names of the columns whose type can be used.
pub(super) fn columns(path: &Path, file: &str) -> Result<Vec<String>, IngestError> {
    let open = OpenFile::new(path, file)?;
    let names: Vec<String> =
        open.schema.iter_values().filter(|f| is_usable(&f.dtype)).map(|f| f.name.to_string()).collect();
    if names.is_empty() {
        let columns = open.schema.iter_names().map(ToString::to_string).collect();
        return Err(IngestError::NoUsableColumn { file: file.to_owned(), columns });
    }
    check_names(&names, file)?;
    Ok(names)
}

/// Reads a file; see [`super::Log::read`].
pub(super) fn read(
    file: &LogFile,
    all: &[String],
    request: &LogRequest<'_>,
    give: &mut dyn FnMut(Batch, u64) -> bool,
) -> Result<(), IngestError> {
    let mut open = OpenFile::new(&file.path, &file.name)?;
    let shown: Arc<str> = file.name.as_str().into();
    let mut names: Vec<&str> = request.columns.to_vec();
    if request.digests {
        names.extend(all.iter().map(String::as_str));
    }
    names.sort_unstable();
    names.dedup();
    let n_groups = open.metadata.row_groups.len();
    let mut first = 0;
    for group in 0..n_groups {
        let n_rows = open.metadata.row_groups[group].num_rows();
        let packed: Vec<Vec<u8>> = names.iter().map(|name| open.chunk(group, name)).collect::<Result<_, _>>()?;
        let mut start = 0;
        while start < n_rows {
            let end = n_rows.min(start + ROWS);
            let range = (n_rows > ROWS).then(|| Filter::new_ranged(start, end));
            let columns = names
                .par_iter()
                .zip(&packed)
                .map(|(name, bytes)| {
                    open.unpack(group, name, bytes, range.clone(), end - start, request.as_text.contains(name))
                })
                .collect::<Result<Vec<LogColumn>, _>>()?;
            let column = |name: &str| names.iter().position(|own| *own == name).map(|at| &columns[at]);
            let mut digests = Vec::new();
            if request.digests {
                digests = vec![0; end - start];
                all.iter().filter_map(|name| column(name)).for_each(|cells| digest::fold(&mut digests, cells));
            }
            let given = request.columns.iter().filter_map(|name| column(name).cloned()).collect();
            let lines = Lines::Rows(end - start);
            let batch =
                Batch { columns: given, digests, share: 0.0, lines, first: first + start as u64, file: shown.clone() };
            let read = file.bytes * (group as u64 * 1000 + (end * 1000 / n_rows) as u64) / (n_groups as u64 * 1000);
            if !give(batch, read) {
                return Ok(());
            }
            start = end;
        }
        first += n_rows as u64;
    }
    Ok(())
}

/// A file whose footer has been read and checked.
struct OpenFile<'a> {
    file: File,
    path: &'a Path,
    name: &'a str,
    bytes: u64,
    metadata: FileMetadata,
    schema: ArrowSchema,
    footer: Footer,
    /// Columns of text of which not all pages refer to a dictionary.
    plain: Mutex<BTreeSet<String>>,
}

impl<'a> OpenFile<'a> {
    fn new(path: &'a Path, name: &'a str) -> Result<Self, IngestError> {
        let damaged = |detail: Words| IngestError::Damaged { file: name.to_owned(), format: "Parquet", detail };
        let mut file = File::open(path).map_err(|e| unreadable(path, &e))?;
        let bytes = file.metadata().map_err(|e| unreadable(path, &e))?.len();
        let last = |file: &mut File, n: u64| {
            let mut tail = Vec::new();
            file.seek(SeekFrom::Start(bytes - n)).and_then(|_| file.read_to_end(&mut tail)).map(|_| tail)
        };
        if bytes < 12 {
            return Err(damaged(Flaw::Outside.words()));
        }
        let end = last(&mut file, 8).map_err(|e| unreadable(path, &e))?;
        if !end.ends_with(b"PAR1") {
            return Err(damaged(words!(en: "its closing mark is missing", ja: "終端の識別子がありません")));
        }
        let length = Footer::length(&end).map_err(|flaw| damaged(flaw.words()))? as u64;
        if length > bytes {
            return Err(damaged(Flaw::Outside.words()));
        }
        let tail = last(&mut file, length).map_err(|e| unreadable(path, &e))?;
        let footer = Footer::read(&tail, bytes).map_err(|flaw| damaged(flaw.words()))?;
        let outcome = catch_unwind(AssertUnwindSafe(|| -> PolarsResult<_> {
            file.seek(SeekFrom::Start(0))?;
            let mut metadata = read_metadata(&mut file)?;
            // Categories are stored as plain text; only the writer's note about its own types says otherwise.
            metadata.key_value_metadata = None;
            let schema = infer_schema(&metadata)?;
            Ok((metadata, schema))
        }));
        match outcome {
            Ok(Ok((metadata, schema))) => {
                Ok(Self { file, path, name, bytes, metadata, schema, footer, plain: Mutex::default() })
            }
            Ok(Err(error)) => Err(damaged(Words::same(first_line(&error.to_string())))),
            Err(_) => Err(damaged(contradiction())),
        }
    }

    fn damaged(&self, detail: Words) -> IngestError {
        IngestError::Damaged { file: self.name.to_owned(), format: "Parquet", detail }
    }

    fn is_plain(&self, column: &str) -> bool {
        self.plain.lock().unwrap_or_else(PoisonError::into_inner).contains(column)
    }

    fn remember_plain(&self, column: &str) {
        self.plain.lock().unwrap_or_else(PoisonError::into_inner).insert(column.to_owned());
    }

    fn place(&self, group: usize, column: &str) -> Result<usize, IngestError> {
        let chunks = self.metadata.row_groups[group].parquet_columns();
        let is_it = |path: &[_]| matches!(path, [only] if AsRef::<str>::as_ref(only) == column);
        chunks
            .iter()
            .position(|chunk| is_it(&chunk.descriptor().path_in_schema))
            .ok_or_else(|| self.damaged(Flaw::Counts.words()))
    }

    /// The packed bytes of a column's part of a group, checked.
    fn chunk(&mut self, group: usize, column: &str) -> Result<Vec<u8>, IngestError> {
        let place = self.place(group, column)?;
        let (start, length) = self.footer.range(group, place).map_err(|flaw| self.damaged(flaw.words()))?;
        if start.checked_add(length).is_none_or(|end| end > self.bytes) {
            return Err(self.damaged(Flaw::Outside.words()));
        }
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
        let read = self.file.seek(SeekFrom::Start(start)).and_then(|_| self.file.read_exact(&mut bytes));
        read.map_err(|e| unreadable(self.path, &e))?;
        self.footer.check_chunk(group, place, &bytes).map_err(|flaw| self.damaged(flaw.words()))?;
        Ok(bytes)
    }

    fn unpack(
        &self,
        group: usize,
        column: &str,
        bytes: &[u8],
        range: Option<Filter>,
        n_rows: usize,
        as_text: bool,
    ) -> Result<LogColumn, IngestError> {
        let place = self.place(group, column)?;
        let chunk = &self.metadata.row_groups[group].parquet_columns()[place];
        let Some(field) = self.schema.get(column) else { return Ok(LogColumn::Numbers(Vec::new())) };
        let arrays = |field: &ArrowField, range: Option<Filter>| {
            let pages = PageReader::new(Cursor::new(bytes.to_vec().into()), chunk, vec![], usize::MAX);
            let pages = BasicDecompressor::new(pages, vec![]);
            let kind = &chunk.descriptor().descriptor.primitive_type;
            column_iter_to_arrays(vec![pages], vec![kind], field.clone(), range).map(|(arrays, _)| arrays)
        };
        if chunk.dictionary_page_offset().is_some() && field.dtype == ArrowDataType::Utf8View && !self.is_plain(column)
        {
            let field = as_levels(field);
            let read = catch_unwind(AssertUnwindSafe(|| levels(&arrays(&field, range.clone()).ok()?)));
            match read {
                Ok(Some(column)) if column.len() == n_rows => return Ok(column),
                // Some pages hold the texts themselves.
                _ => self.remember_plain(column),
            }
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| -> PolarsResult<LogColumn> {
            column_of(&Series::try_from((field, arrays(field, range)?))?, as_text)
        }));
        match outcome {
            Ok(Ok(column)) if column.len() == n_rows => Ok(column),
            Ok(Ok(_)) => Err(self.damaged(Flaw::Counts.words())),
            Ok(Err(error)) => Err(self.damaged(Words::same(first_line(&error.to_string())))),
            Err(_) => Err(self.damaged(contradiction())),
        }
    }
}

fn contradiction() -> Words {
    words!(en: "its parts contradict each other", ja: "内部の情報に矛盾があります")
}

/// The field of a text column as the reader of dictionaries wants it.
fn as_levels(field: &ArrowField) -> ArrowField {
    let note = (DTYPE_CATEGORICAL_NEW.into(), PlSmallStr::EMPTY);
    let dtype = ArrowDataType::Dictionary(IntegerType::UInt32, Box::new(ArrowDataType::Utf8View), false);
    ArrowField { dtype, metadata: Some(Arc::new([note].into())), ..field.clone() }
}

/// A column with each text once; `None` where the arrays are of another kind.
fn levels(arrays: &[ArrayRef]) -> Option<LogColumn> {
    let (mut codes, mut texts) = (Vec::new(), TextCells::default());
    for array in arrays {
        let array = array.as_any().downcast_ref::<DictionaryArray<u32>>()?;
        let values = array.values().as_any().downcast_ref::<Utf8ViewArray>()?;
        let before = u32::try_from(texts.len()).ok()?;
        values.values_iter().for_each(|text| texts.push(text));
        let code = |code: u32| code.saturating_add(before);
        codes.extend(array.keys().iter().map(|key| key.map_or(u32::MAX, |key| code(*key))));
    }
    Some(LogColumn::Levels { codes, levels: texts })
}

fn column_of(series: &Series, as_text: bool) -> PolarsResult<LogColumn> {
    if let (DataType::Datetime(unit, zone), false) = (series.dtype(), as_text) {
        let zoned = zone.is_some();
        let scale = |stamp: i64| match unit {
            TimeUnit::Nanoseconds => Some(stamp.div_euclid(1000)),
            TimeUnit::Microseconds => Some(stamp),
            TimeUnit::Milliseconds => stamp.checked_mul(1000),
        };
        let micros = series.datetime()?.physical().iter().map(|stamp| stamp.and_then(scale)).collect();
        return Ok(LogColumn::Instants { micros, zoned });
    }
    Ok(match cells_of(series, as_text)? {
        Cells::Untyped(cells) | Cells::Text(cells) => LogColumn::Text(cells),
        Cells::Number(cells) => LogColumn::Numbers(cells),
        Cells::Boolean(cells) => LogColumn::Flags(cells),
        Cells::Date(cells) => LogColumn::Days(cells),
    })
}
