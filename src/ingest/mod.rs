//! Files become checked tables: decoding, parsing, column types, and typed reads that name file and line.
//!
//! A file is CSV (`.csv`, `.tsv`, `.txt`), JSON lines (`.jsonl`, `.ndjson`, `.json`), Parquet or Arrow IPC (`.arrow`,
//! `.ipc`, `.feather`); the two text forms may be gzipped. A path with `*` or `?` reads every file that matches, in
//! name order, as one table. The type of a column follows from all of its cells, never from a sample, and what had to
//! be assumed or left out travels with the [`Table`] as notices.

mod columnar;
mod decode;
mod delimited;
mod delta;
mod error;
mod flaw;
mod infer;
mod ipc_sizes;
mod jsonl;
mod parquet_sizes;
mod paths;
mod raw;
mod read;
mod table;
mod thrift;

pub use error::{IngestError, Wanted};
pub use infer::{BadCell, ColumnInfo, ColumnKind};
pub use read::{ReadOptions, read_table};
pub use table::Table;

#[cfg(test)]
mod tests;
