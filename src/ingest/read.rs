//! From a path to one checked table.

use std::fs;
use std::path::Path;

use polars::prelude::DataFrame;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::columnar::{self, Columnar};
use super::infer::{BadCell, ColumnInfo, Inferred, ReadAs, infer};
use super::numeral::thousands_notice;
use super::raw::{Cells, Lines, RawTable, TextCells};
use super::table::{Parts, Source};
use super::{IngestError, Table, decode, delimited, jsonl, paths};
use crate::notice::{Notice, Severity};
use crate::words;
use crate::words::Words;

/// How to read a table.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadOptions<'a> {
    /// Columns that stay text as written, for example ids with leading zeros; names that the table lacks are ignored.
    pub text_columns: &'a [&'a str],
    /// Columns whose values are levels: numbers are codes there and stay text as written, but for a `.0` at their end. Dates
    /// and truths are found as elsewhere.
    pub level_columns: &'a [&'a str],
    /// A header without rows is a table: there is nothing to learn from it, but nothing wrong with it either.
    pub may_be_empty: bool,
}

impl ReadOptions<'_> {
    fn read_as(&self, column: &str) -> ReadAs {
        if self.text_columns.contains(&column) {
            ReadAs::Text
        } else if self.level_columns.contains(&column) {
            ReadAs::Levels
        } else {
            ReadAs::Inferred
        }
    }
}

/// Reads one file, or all files that match a pattern, as one table.
///
/// The format follows from the ending, unless the first bytes plainly say otherwise. Files of one pattern are read in
/// path order and must have the same columns, in any order (JSON lines may lack some). See [`ColumnInfo`] for what is
/// found out about each column and [`Table::notices`] for what was assumed.
///
/// # Errors
/// Every variant of [`IngestError`] but those of the typed reads.
pub fn read_table(path: &Path, options: &ReadOptions<'_>) -> Result<Table, IngestError> {
    let files = paths::expand(path)?;
    let n_files = files.len();
    let mut hasher = Sha256::new();
    let mut sources: Vec<Source> = Vec::with_capacity(n_files);
    let mut whole: Option<RawTable> = None;
    let mut notices = Vec::new();
    for file in &files {
        let bytes = fs::read(file)
            .map_err(|e| IngestError::Unreadable { path: file.display().to_string(), detail: e.to_string() })?;
        hasher.update(&bytes);
        let name = file_name(file);
        let (mut raw, may_lack) = parse(bytes, &name, options)?;
        notices.append(&mut raw.notices);
        if raw.lines.n_rows() == 0 && n_files > 1 {
            let what = words!(en: "`{name}` has a header and no rows", ja: "「{name}」にはデータ行がありません");
            notices.push(Notice::new(Severity::Info, "file_without_rows", what).at(Words::same(&name)));
        }
        match &mut whole {
            None => {
                whole = Some(RawTable {
                    columns: std::mem::take(&mut raw.columns),
                    lines: Lines::Rows(0),
                    notices: Vec::new(),
                });
            }
            Some(whole) => {
                let n_before = sources.iter().map(|s: &Source| s.lines.n_rows()).sum();
                let first = sources.first().map(|s| s.file.clone()).unwrap_or_default();
                let n_new = raw.lines.n_rows();
                stack(whole, raw.columns, n_before, n_new, may_lack, &first, &name)?;
            }
        }
        sources.push(Source { file: name, lines: raw.lines });
    }
    let shown = file_name(path);
    let name = if n_files > 1 { format!("{shown} ({n_files} files)") } else { shown };
    let n_rows: usize = sources.iter().map(|s| s.lines.n_rows()).sum();
    let columns = whole.map(|raw| raw.columns).unwrap_or_default();
    if n_rows == 0 && !options.may_be_empty {
        return Err(IngestError::HeaderOnly { file: name });
    }
    let digest: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let inferred: Vec<(String, Inferred)> = columns
        .into_par_iter()
        .map(|(column, cells)| {
            let inferred = infer(&column, cells, options.read_as(&column));
            (column, inferred)
        })
        .collect();
    finish(name, digest, sources, inferred, n_rows, notices)
}

pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// The table, or the first rows of one that is too large to look at whole.
///
/// # Errors
/// As [`read_table`].
pub fn read_head(path: &Path) -> Result<Table, IngestError> {
    /// Files up to this size are read whole.
    const SMALL: u64 = 64 << 20;
    let log = super::Log::open(path)?;
    if log.bytes() <= SMALL {
        return read_table(path, &ReadOptions::default());
    }
    let names: Vec<&str> = log.columns().iter().map(String::as_str).collect();
    let mut head = None;
    let request = super::LogRequest { columns: &names, as_text: &[], digests: false };
    // The first block is enough: stopping is no error.
    let stopped = log.read::<Stop>(&request, |batch| {
        head = Some(batch);
        Err(Stop::Enough)
    });
    if let Err(Stop::Failed(error)) = stopped {
        return Err(error);
    }
    let Some(batch) = head else { return Err(IngestError::HeaderOnly { file: log.name().to_owned() }) };
    let n_rows = batch.n_rows();
    let inferred = names
        .iter()
        .zip(batch.into_cells())
        .map(|(name, cells)| ((*name).to_owned(), infer(name, cells, ReadAs::Inferred)));
    let sources = vec![Source { file: log.name().to_owned(), lines: Lines::Rows(n_rows) }];
    finish(log.name().to_owned(), String::new(), sources, inferred.collect(), n_rows, Vec::new())
}

/// Why the reading of a log ends early.
enum Stop {
    Enough,
    Failed(IngestError),
}

impl From<IngestError> for Stop {
    fn from(error: IngestError) -> Self {
        Self::Failed(error)
    }
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Delimited,
    JsonLines,
    Columnar(Columnar),
}

/// The parsed file, and whether its rows may lack columns.
pub(super) fn parse(bytes: Vec<u8>, file: &str, options: &ReadOptions<'_>) -> Result<(RawTable, bool), IngestError> {
    if bytes.is_empty() {
        return Err(IngestError::Empty { file: file.to_owned() });
    }
    let lower = file.to_lowercase();
    let (bytes, stem) = if decode::is_gzip(&bytes) {
        (decode::gunzip(&bytes, file)?, lower.strip_suffix(".gz").unwrap_or(&lower))
    } else if let Some(stem) = lower.strip_suffix(".gz") {
        let plain = bytes.iter().take(512).all(|b| matches!(b, b'\t' | b'\r' | b'\n' | 0x20..));
        if !plain {
            return Err(IngestError::DamagedGzip { file: file.to_owned(), detail: "invalid gzip header".to_owned() });
        }
        (bytes, stem)
    } else {
        (bytes, lower.as_str())
    };
    if bytes.is_empty() {
        return Err(IngestError::Empty { file: file.to_owned() });
    }
    let format = format_of(stem, &bytes, file)?;
    if let Format::Columnar(kind) = format {
        // Both need their integers to the last digit.
        let exact = [options.text_columns, options.level_columns].concat();
        return Ok((columnar::parse(&bytes, kind, file, &exact)?, false));
    }
    let (text, notice) = decode::decode(&bytes, file)?;
    let mut raw = match format {
        Format::JsonLines => jsonl::parse(&text, file)?,
        _ => delimited::parse(&text, file)?,
    };
    raw.notices.extend(notice);
    Ok((raw, format == Format::JsonLines))
}

pub(super) fn format_of(stem: &str, bytes: &[u8], file: &str) -> Result<Format, IngestError> {
    let unknown = |found: Words| Err(IngestError::UnknownFormat { file: file.to_owned(), found });
    // First bytes that no text file has outrank the ending.
    for (mark, format) in
        [(&b"PAR1"[..], Format::Columnar(Columnar::Parquet)), (b"ARROW1", Format::Columnar(Columnar::Ipc))]
    {
        if bytes.starts_with(mark) {
            return Ok(format);
        }
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return unknown(
            words!(en: "its content is a zip archive or an Excel workbook", ja: "内容はZIP書庫またはExcelブックです"),
        );
    }
    if bytes.starts_with(b"FEA1") {
        return unknown(words!(en: "its content is Feather version 1", ja: "内容はFeatherバージョン1です"));
    }
    match stem.rsplit_once('.').map(|(_, ending)| ending) {
        Some("csv" | "tsv" | "txt") => Ok(Format::Delimited),
        Some("jsonl" | "ndjson" | "json") => Ok(Format::JsonLines),
        Some("parquet" | "pq") => Ok(Format::Columnar(Columnar::Parquet)),
        Some("arrow" | "ipc" | "feather") => Ok(Format::Columnar(Columnar::Ipc)),
        Some(ending) => unknown(words!(en: "the ending is `.{ending}`", ja: "拡張子は「.{ending}」です")),
        None => unknown(words!(en: "it has no ending", ja: "拡張子がありません")),
    }
}

/// Adds the rows of the next file of a pattern, its columns found by name.
fn stack(
    whole: &mut RawTable,
    next: Vec<(String, Cells)>,
    n_before: usize,
    n_new: usize,
    may_lack: bool,
    first: &str,
    file: &str,
) -> Result<(), IngestError> {
    let mut next: Vec<(String, Option<Cells>)> = next.into_iter().map(|(n, c)| (n, Some(c))).collect();
    let names = |columns: &[(String, Option<Cells>)]| columns.iter().map(|c| c.0.clone()).collect::<Vec<_>>();
    let known: Vec<String> = whole.columns.iter().map(|c| c.0.clone()).collect();
    let found = names(&next);
    let missing: Vec<String> = known.iter().filter(|n| !found.contains(n)).cloned().collect();
    let extra: Vec<String> = found.iter().filter(|n| !known.contains(n)).cloned().collect();
    let differ = !missing.is_empty() || !extra.is_empty();
    if differ && !may_lack {
        return Err(IngestError::HeadersDiffer { first: first.to_owned(), file: file.to_owned(), missing, extra });
    }
    for (name, cells) in &mut whole.columns {
        let added = next.iter_mut().find(|(n, _)| n == name).and_then(|(_, cells)| cells.take());
        cells.append(added.unwrap_or_else(|| blank(n_new)));
    }
    for (name, cells) in next {
        if let Some(cells) = cells {
            let mut column = blank(n_before);
            column.append(cells);
            whole.columns.push((name, column));
        }
    }
    Ok(())
}

fn blank(n_rows: usize) -> Cells {
    let mut cells = TextCells::default();
    cells.pad(n_rows);
    Cells::Untyped(cells)
}

fn finish(
    name: String,
    digest: String,
    sources: Vec<Source>,
    inferred: Vec<(String, Inferred)>,
    n_rows: usize,
    mut notices: Vec<Notice>,
) -> Result<Table, IngestError> {
    let mut infos = Vec::with_capacity(inferred.len());
    let mut columns = Vec::with_capacity(inferred.len());
    for (column, found) in inferred {
        let bad_cells: Vec<BadCell> = found
            .bad
            .iter()
            .map(|(row, value)| BadCell {
                line: super::table::locate(&sources, *row).map_or(0, |(_, line)| line),
                column: column.clone(),
                value: value.clone(),
            })
            .collect();
        notices.extend(bad_cells_notice(&column, &found, &sources, &name));
        notices.extend(missing_words_notice(&column, &found, &name));
        notices.extend(too_long_notice(&column, &found, &name));
        notices.extend(thousands_notice(&column, found.n_thousands, &name));
        infos.push(ColumnInfo {
            name: column,
            kind: found.kind,
            n_missing: found.n_missing,
            n_distinct: found.n_distinct,
            bad_cells,
            n_bad_cells: found.n_bad,
        });
        columns.push(found.column);
    }
    let frame = DataFrame::new(n_rows, columns)
        .map_err(|error| IngestError::NoFrame { file: name.clone(), detail: error.to_string() })?;
    Ok(Table::new(Parts { frame, name, sources, columns: infos, digest, notices }))
}

fn bad_cells_notice(column: &str, found: &Inferred, sources: &[Source], table: &str) -> Option<Notice> {
    let n = found.n_bad;
    let places: Vec<Words> = found
        .bad
        .iter()
        .filter_map(|(row, value)| {
            let place = super::table::place_of(sources, *row)?;
            Some(Words { en: format!("{}: `{value}`", place.en), ja: format!("{}：「{value}」", place.ja) })
        })
        .collect();
    let more = if n > places.len() { (", ...", "、ほか") } else { ("", "") };
    let join =
        |pick: fn(&Words) -> &String, with: &str| places.iter().map(pick).cloned().collect::<Vec<_>>().join(with);
    let kind = match found.kind {
        super::ColumnKind::Date => words!(en: "dates", ja: "日付"),
        _ => words!(en: "numbers", ja: "数値"),
    };
    let what = Words {
        en: format!(
            "column `{column}` of `{table}` holds {}; cells that do not fit and count as missing: {n}",
            kind.en
        ),
        ja: format!(
            "「{table}」の列「{column}」は{}の列ですが、読み取れない{n}個のセルを欠測として扱いました",
            kind.ja
        ),
    };
    let place = Words {
        en: format!("{}{}", join(|w| &w.en, ", "), more.0),
        ja: format!("{}{}", join(|w| &w.ja, "、"), more.1),
    };
    let key = super::toml_key(column);
    let help = match found.kind {
        super::ColumnKind::Date => words!(
            en: "correct the cells, or leave them empty where the day is unknown; serial numbers of a spreadsheet such as 45360 are read where `[tables]` declares `date_format = {{ {key} = \"excel\" }}` in the part of this table",
            ja: "セルの値を修正するか、不明な場合は空欄にしてください。45360のような表計算ソフトのシリアル値は、`[tables]` のこの表の項目に `date_format = {{ {key} = \"excel\" }}` を指定すると読み取れます",
        ),
        _ => words!(
            en: "correct the cells, or leave them empty where the value is unknown; numbers have no currency sign and no decimal comma",
            ja: "セルの値を修正するか、不明な場合は空欄にしてください。数値に通貨記号は使えません。小数点はピリオドで書きます",
        ),
    };
    (n > 0).then(|| Notice::new(Severity::Warning, "bad_cells", what).at(place).help(help))
}

fn missing_words_notice(column: &str, found: &Inferred, table: &str) -> Option<Notice> {
    let n: usize = found.missing_words.values().sum();
    let en = found.missing_words.iter().map(|(word, n)| format!("`{word}` {n}")).collect::<Vec<_>>().join(", ");
    let ja = found.missing_words.iter().map(|(word, n)| format!("「{word}」{n}個")).collect::<Vec<_>>().join("、");
    let what = Words {
        en: format!("cells of column `{column}` read as missing: {en}"),
        ja: format!("列「{column}」の{n}個のセルを欠測として読み込みました：{ja}"),
    };
    (n > 0).then(|| Notice::new(Severity::Info, "missing_words", what).at(Words::same(table)))
}

fn too_long_notice(column: &str, found: &Inferred, table: &str) -> Option<Notice> {
    let n = found.n_too_long;
    let what = words!(
        en: "values of column `{column}` with more digits than a number can hold exactly: {n}",
        ja: "列「{column}」の{n}個の値は、数値として正確に扱える桁数を超えています",
    );
    (n > 0).then(|| {
        Notice::new(Severity::Warning, "inexact_integers", what).at(Words::same(table)).help(words!(
            en: "if these are ids, declare the column as the account or as text",
            ja: "IDの場合は、顧客IDの列または文字列の列として指定してください",
        ))
    })
}
