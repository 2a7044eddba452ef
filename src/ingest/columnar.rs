//! Parquet and Arrow IPC files: the columns that the program can use, as numbers, booleans, dates and text.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use polars::prelude::{
    ArrowDataType, ArrowSchema, DataFrame, DataType, IpcReader, ParquetReader, PolarsError, PolarsResult, SerReader,
    Series, TimeUnit,
};

use super::delimited::check_names;
use super::flaw::Flaw;
use super::raw::{Cells, Lines, RawTable, TextCells, render_number};
use super::{IngestError, ipc_sizes, parquet_sizes};
use crate::notice::{Notice, Severity};
use crate::words;
use crate::words::Words;

/// A binary table format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Columnar {
    Parquet,
    Ipc,
}

impl Columnar {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Parquet => "Parquet",
            Self::Ipc => "Arrow IPC",
        }
    }

    fn mark(self) -> &'static [u8] {
        match self {
            Self::Parquet => b"PAR1",
            Self::Ipc => b"ARROW1",
        }
    }
}

/// Reads a Parquet or Arrow IPC file that lies in memory. Integers of columns in `text_columns` become text exactly.
///
/// # Errors
/// [`IngestError::Damaged`] for whatever the reader refuses, [`IngestError::NoUsableColumn`] if no type can be used.
pub(super) fn parse(
    bytes: &[u8],
    format: Columnar,
    file: &str,
    text_columns: &[&str],
) -> Result<RawTable, IngestError> {
    let damaged = |detail: Words| IngestError::Damaged { file: file.to_owned(), format: format.name(), detail };
    if format == Columnar::Ipc && bytes.starts_with(&[0xFF; 4]) {
        return Err(damaged(words!(
            en: "it is an Arrow stream, not an Arrow file",
            ja: "Arrowファイル形式ではなく、Arrowストリーム形式です",
        )));
    }
    if !bytes.starts_with(format.mark()) {
        return Err(damaged(words!(
            en: "its first bytes are not those of the format",
            ja: "先頭のバイトがこの形式のものではありません",
        )));
    }
    if bytes.len() < 2 * format.mark().len() || !bytes.ends_with(format.mark()) {
        return Err(damaged(words!(en: "its closing mark is missing", ja: "終端の識別子がありません")));
    }
    // The readers end the process when a damaged length asks for more memory than there is, so lengths come first.
    match format {
        Columnar::Parquet => parquet_sizes::check(bytes),
        Columnar::Ipc => ipc_sizes::check(bytes),
    }
    .map_err(|flaw| damaged(flaw.words()))?;
    // They stop at other contradictions with a panic now and then; here it becomes an error.
    let outcome = catch_unwind(AssertUnwindSafe(|| match format {
        Columnar::Parquet => read_parquet(bytes),
        Columnar::Ipc => read_ipc(bytes),
    }));
    let selection = match outcome {
        Ok(Ok(selection)) => selection,
        Ok(Err(error)) => return Err(damaged(Words::same(first_line(&error.to_string())))),
        Err(_) => return Err(damaged(words!(en: "its parts contradict each other", ja: "内部の情報に矛盾があります"))),
    };
    let Selection { frame, left_out, zoned } = selection;
    if frame.as_ref().is_some_and(|frame| frame.columns().iter().any(|column| column.len() != frame.height())) {
        return Err(damaged(Flaw::Counts.words()));
    }
    let Some(frame) = frame else {
        let columns: Vec<String> = left_out.into_iter().map(|(name, _)| name).collect();
        let file = file.to_owned();
        return Err(if columns.is_empty() {
            IngestError::Empty { file }
        } else {
            IngestError::NoUsableColumn { file, columns }
        });
    };
    convert(&frame, &left_out, &zoned, file, text_columns).map_err(|error| match error {
        Failure::Frame(error) => damaged(Words::same(first_line(&error.to_string()))),
        Failure::Names(error) => error,
    })
}

/// The usable columns of a file, read; name and type of the others; names of instants outside UTC.
struct Selection {
    frame: Option<DataFrame>,
    left_out: Vec<(String, String)>,
    zoned: Vec<String>,
}

enum Failure {
    Frame(PolarsError),
    Names(IngestError),
}

impl From<PolarsError> for Failure {
    fn from(error: PolarsError) -> Self {
        Self::Frame(error)
    }
}

pub(super) fn first_line(message: &str) -> &str {
    message.lines().next().unwrap_or(message)
}

fn read_parquet(bytes: &[u8]) -> PolarsResult<Selection> {
    let mut reader = ParquetReader::new(Cursor::new(bytes));
    let schema = reader.schema()?;
    let mut stored = schema.clone();
    if schema.iter_values().any(|field| matches!(field.dtype, ArrowDataType::Dictionary(..))) {
        // Categories are stored as plain text; only the writer's note about its own types says otherwise.
        let mut metadata = reader.get_metadata()?.as_ref().clone();
        metadata.key_value_metadata = None;
        reader = ParquetReader::new(Cursor::new(bytes));
        reader.set_metadata(Arc::new(metadata));
        stored = reader.schema()?;
    }
    let (usable, left_out, zoned) = select(&schema, &stored);
    let frame = if usable.is_empty() { None } else { Some(reader.with_projection(Some(usable)).finish()?) };
    Ok(Selection { frame, left_out, zoned })
}

fn read_ipc(bytes: &[u8]) -> PolarsResult<Selection> {
    let mut reader = IpcReader::new(Cursor::new(bytes));
    let schema = reader.schema()?;
    let (usable, left_out, zoned) = select(&schema, &schema);
    let frame = if usable.is_empty() { None } else { Some(reader.with_projection(Some(usable)).finish()?) };
    Ok(Selection { frame, left_out, zoned })
}

/// Positions of the columns whose type can be used, name and type of the others, names of instants outside UTC.
fn select(declared: &ArrowSchema, stored: &ArrowSchema) -> (Vec<usize>, Vec<(String, String)>, Vec<String>) {
    let (mut usable, mut left_out, mut zoned) = (Vec::new(), Vec::new(), Vec::new());
    for (position, (declared, stored)) in declared.iter_values().zip(stored.iter_values()).enumerate() {
        let is_category = matches!(declared.dtype, ArrowDataType::Dictionary(..));
        let dtype = if is_category { &stored.dtype } else { &declared.dtype };
        if is_usable(dtype) && is_usable(&stored.dtype) {
            usable.push(position);
        } else {
            left_out.push((declared.name.to_string(), type_name(&declared.dtype)));
        }
        if matches!(dtype, ArrowDataType::Timestamp(_, Some(zone)) if !matches!(zone.as_str(), "UTC" | "Z" | "+00:00"))
        {
            zoned.push(declared.name.to_string());
        }
    }
    (usable, left_out, zoned)
}

pub(super) fn is_usable(dtype: &ArrowDataType) -> bool {
    matches!(
        dtype,
        ArrowDataType::Boolean
            | ArrowDataType::Int32
            | ArrowDataType::Int64
            | ArrowDataType::UInt32
            | ArrowDataType::UInt64
            | ArrowDataType::Float32
            | ArrowDataType::Float64
            | ArrowDataType::Utf8
            | ArrowDataType::LargeUtf8
            | ArrowDataType::Utf8View
            | ArrowDataType::Date32
            | ArrowDataType::Date64
            | ArrowDataType::Timestamp(..)
            | ArrowDataType::Null
    )
}

fn type_name(dtype: &ArrowDataType) -> String {
    match dtype {
        ArrowDataType::List(_) | ArrowDataType::LargeList(_) | ArrowDataType::FixedSizeList(..) => "list".to_owned(),
        ArrowDataType::Struct(_) => "struct".to_owned(),
        ArrowDataType::Map(..) => "map".to_owned(),
        ArrowDataType::Dictionary(..) => "dictionary".to_owned(),
        ArrowDataType::Decimal(p, s)
        | ArrowDataType::Decimal32(p, s)
        | ArrowDataType::Decimal64(p, s)
        | ArrowDataType::Decimal256(p, s) => format!("decimal({p}, {s})"),
        ArrowDataType::Time32(_) | ArrowDataType::Time64(_) => "time".to_owned(),
        ArrowDataType::Duration(_) => "duration".to_owned(),
        ArrowDataType::Binary | ArrowDataType::LargeBinary | ArrowDataType::BinaryView => "binary".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}

fn convert(
    frame: &DataFrame,
    left_out: &[(String, String)],
    zoned: &[String],
    file: &str,
    text_columns: &[&str],
) -> Result<RawTable, Failure> {
    let names: Vec<String> = frame.columns().iter().map(|c| c.name().to_string()).collect();
    check_names(&names, file).map_err(Failure::Names)?;
    let mut columns = Vec::with_capacity(names.len());
    let mut notices = Vec::new();
    for (column, name) in frame.columns().iter().zip(names) {
        let series = column.as_materialized_series();
        let cells = cells_of(series, text_columns.contains(&name.as_str()))?;
        columns.push((name, cells));
    }
    if !left_out.is_empty() {
        notices.push(left_out_notice(left_out, file));
    }
    if !zoned.is_empty() {
        let (en, ja) = (listed(zoned, "`", "`", ", "), listed(zoned, "「", "」", "、"));
        let what = Words {
            en: format!("the dates of {en} are those in UTC, not in the time zone of the column"),
            ja: format!("{ja}の日付は、列のタイムゾーンではなくUTCでの日付です"),
        };
        notices.push(Notice::new(Severity::Info, "dates_in_utc", what).at(Words::same(file)));
    }
    Ok(RawTable { columns, lines: Lines::Rows(frame.height()), notices })
}

pub(super) fn cells_of(series: &Series, as_text: bool) -> PolarsResult<Cells> {
    let is_integer = matches!(series.dtype(), DataType::Int32 | DataType::Int64 | DataType::UInt32 | DataType::UInt64);
    Ok(match series.dtype() {
        DataType::Boolean => Cells::Boolean(series.bool()?.iter().collect()),
        DataType::String => {
            let mut cells = TextCells::default();
            series.str()?.iter().for_each(|cell| cells.push(cell.unwrap_or_default()));
            Cells::Text(cells)
        }
        DataType::Date => Cells::Date(series.date()?.physical().iter().collect()),
        DataType::Datetime(unit, _) => {
            let per_day = match unit {
                TimeUnit::Nanoseconds => 86_400_000_000_000,
                TimeUnit::Microseconds => 86_400_000_000,
                TimeUnit::Milliseconds => 86_400_000,
            };
            let days = |stamp: i64| i32::try_from(stamp.div_euclid(per_day)).ok();
            Cells::Date(series.datetime()?.physical().iter().map(|stamp| stamp.and_then(days)).collect())
        }
        DataType::Null => {
            let mut cells = TextCells::default();
            cells.pad(series.len());
            Cells::Untyped(cells)
        }
        _ if as_text && is_integer => {
            let mut cells = TextCells::default();
            match series.dtype() {
                DataType::UInt64 => series.u64()?.iter().for_each(|n| cells.push(&written(n))),
                _ => series.cast(&DataType::Int64)?.i64()?.iter().for_each(|n| cells.push(&written(n))),
            }
            Cells::Text(cells)
        }
        _ => {
            let numbers = series.cast(&DataType::Float64)?;
            let numbers = numbers.f64()?.iter().map(|x| x.unwrap_or(f64::NAN));
            if as_text {
                let mut cells = TextCells::default();
                numbers.for_each(|x| cells.push(&if x.is_nan() { String::new() } else { render_number(x) }));
                Cells::Text(cells)
            } else {
                Cells::Number(numbers.collect())
            }
        }
    })
}

fn written<T: std::fmt::Display>(number: Option<T>) -> String {
    number.map(|n| n.to_string()).unwrap_or_default()
}

fn listed(names: &[String], open: &str, close: &str, between: &str) -> String {
    names.iter().map(|name| format!("{open}{name}{close}")).collect::<Vec<_>>().join(between)
}

fn left_out_notice(left_out: &[(String, String)], file: &str) -> Notice {
    let n = left_out.len();
    let en = left_out.iter().map(|(name, kind)| format!("`{name}` ({kind})")).collect::<Vec<_>>().join(", ");
    let ja = left_out.iter().map(|(name, kind)| format!("「{name}」（{kind}）")).collect::<Vec<_>>().join("、");
    let what = words!(
        en: "columns left out because of their type: {en}",
        ja: "型に対応していないため、{n}列を除外しました：{ja}",
    );
    Notice::new(Severity::Warning, "columns_left_out", what).at(Words::same(file)).help(words!(
        en: "export them as numbers, text, booleans or dates if they are needed",
        ja: "必要な場合は、数値、文字列、真偽値、日付のいずれかの型で出力してください",
    ))
}
