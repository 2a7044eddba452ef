//! Files become checked tables: decoding, parsing, column types, and typed reads that name file and line.
//!
//! A file is CSV (`.csv`, `.tsv`, `.txt`), JSON lines (`.jsonl`, `.ndjson`, `.json`), Parquet or Arrow IPC (`.arrow`,
//! `.ipc`, `.feather`); the two text forms may be gzipped. A path with `*` or `?` reads every file that matches, in
//! name order, as one table. The type of a column follows from all of its cells, never from a sample, and what had to
//! be assumed or left out travels with the [`Table`] as notices.

mod bad_date;
mod columnar;
mod decode;
mod delimited;
mod delta;
mod error;
mod flaw;
mod infer;
mod ipc_sizes;
mod jsonl;
mod log;
mod margins;
mod month;
mod numeral;
mod parquet_sizes;
mod paths;
mod raw;
mod read;
mod spill;
mod table;
mod thrift;
mod when;
mod written;

pub use bad_date::{BadDate, DateFault, DateHome, toml_key};
pub use error::{BadNumbers, IngestError, Wanted};
pub(crate) use infer::code;
pub use infer::{BadCell, ColumnInfo, ColumnKind, is_missing_word, parse_flag, parse_number};
pub use log::{Batch, Log, LogColumn, LogRequest};
pub(crate) use month::{MonthCell, lost_zero, month, packed_month};
pub(crate) use numeral::{Commas, grouped, thousands_notice};
pub use paths::{expand as files_of, nearest};
pub use raw::TextCells;
pub use read::{ReadOptions, read_head, read_table};
pub use spill::Partitions;
pub use table::Table;
pub use when::{Dates, NoDate, Stamp, Zone};

#[cfg(test)]
mod tests;
