//! What a damaged Parquet or Arrow file claims and cannot hold, found before memory is asked for.
//!
//! A failed allocation ends the process and cannot be caught, so each length that the readers of polars reserve room
//! for is compared with the file first.

use crate::words;
use crate::words::Words;

/// Why a file is not handed to its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A header does not follow its format.
    Unreadable,
    /// A part begins or ends outside the file.
    Outside,
    /// Row counts, or counts of values, that should agree and do not.
    Counts,
    /// A part that would grow beyond what its compression can do.
    Inflated { stored: u64, claimed: u64 },
    /// More rows than a file of this size plausibly has.
    Rows { rows: u64, bytes: u64 },
    /// The machine does not have the memory.
    Memory { bytes: u64 },
}

impl Flaw {
    pub(super) fn words(self) -> Words {
        match self {
            Self::Unreadable => {
                words!(en: "one of its headers cannot be decoded", ja: "ヘッダーの一部を解読できません")
            }
            Self::Outside => words!(
                en: "one of its parts is said to lie outside the file",
                ja: "内部の一部がファイルの範囲外を指しています",
            ),
            Self::Counts => words!(
                en: "its counts of rows and values contradict each other",
                ja: "行数と値の個数に矛盾があります",
            ),
            Self::Inflated { stored, claimed } => words!(
                en: "a part of {stored} bytes is said to hold {claimed} bytes",
                ja: "{stored}バイトの部分に、{claimed}バイト分のデータがあると記録されています",
            ),
            Self::Rows { rows, bytes } => words!(
                en: "it is said to hold {rows} rows in {bytes} bytes",
                ja: "{bytes}バイトのファイルに、{rows}行あると記録されています",
            ),
            Self::Memory { bytes } => words!(
                en: "reading it would take {bytes} bytes of memory, more than there is",
                ja: "読み込みに{bytes}バイトのメモリーが必要ですが、空きが足りません",
            ),
        }
    }
}

/// Rows that a file of any size may have. Runs of equal values take next to no room.
const ROWS: u64 = 1_000_000;

/// Rows per byte beyond those. In an honest table accounts and periods change between rows, so it stays far below.
const ROWS_PER_BYTE: u64 = 1_000;

/// Bytes that reading may take for one cell: a view of a text, and its copy as a number or a place in a text.
const BYTES_PER_CELL: u64 = 32;

/// Bytes that any part may grow to, however small it is when compressed.
const ALWAYS_GRANTED: u64 = 1 << 26;

/// The most that Zstandard makes of a byte: a block of 128 KiB of one value takes four.
pub(super) const ZSTD: u64 = 1 << 15;

/// The most that LZ4 makes of a byte: each byte of a length adds 255.
pub(super) const LZ4: u64 = 255;

/// Refuses more rows than the file can plausibly hold, or than there is memory for.
pub(super) fn check_rows(rows: u64, n_columns: usize, n_bytes: usize) -> Result<(), Flaw> {
    let bytes = n_bytes as u64;
    if rows > ROWS.saturating_add(bytes.saturating_mul(ROWS_PER_BYTE)) {
        return Err(Flaw::Rows { rows, bytes });
    }
    let needed = rows.saturating_mul(BYTES_PER_CELL).saturating_mul(n_columns as u64);
    let wanted = usize::try_from(needed).map_err(|_| Flaw::Memory { bytes: needed })?;
    // Asks the allocator without touching a page; the black box keeps the compiler from assuming the answer.
    std::hint::black_box(Vec::<u8>::new()).try_reserve_exact(wanted).map_err(|_| Flaw::Memory { bytes: needed })
}

/// Refuses a part that claims to become larger than its compression allows.
pub(super) fn check_growth(stored: u64, claimed: u64, most: u64) -> Result<(), Flaw> {
    let limit = stored.saturating_mul(most).max(ALWAYS_GRANTED);
    if claimed > limit { Err(Flaw::Inflated { stored, claimed }) } else { Ok(()) }
}

/// The bytes from `start`, as many as `length`.
pub(super) fn part(bytes: &[u8], start: u64, length: u64) -> Result<&[u8], Flaw> {
    let end = start.checked_add(length).and_then(|end| usize::try_from(end).ok());
    let start = usize::try_from(start).ok();
    start.zip(end).and_then(|(start, end)| bytes.get(start..end)).ok_or(Flaw::Outside)
}

/// What follows the first `length` bytes.
pub(super) fn part_after(bytes: &[u8], length: u64) -> Result<&[u8], Flaw> {
    usize::try_from(length).ok().and_then(|start| bytes.get(start..)).ok_or(Flaw::Outside)
}
