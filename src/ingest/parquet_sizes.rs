//! The lengths and counts that a Parquet file declares, checked before polars reserves memory for them.

use super::flaw::{Flaw, LZ4, ZSTD, check_growth, check_rows, part};
use super::thrift::{Fields, Record, Shape, read};

use Shape::{Byte, Bytes, Int, Ints, Many, One, Texts};

const EMPTY: Fields = &[];
const UNIT: Fields = &[(1, One(EMPTY)), (2, One(EMPTY)), (3, One(EMPTY))];
const TIME: Fields = &[(2, One(UNIT))];
const LOGICAL: Fields = &[
    (1, One(EMPTY)),
    (2, One(EMPTY)),
    (3, One(EMPTY)),
    (4, One(EMPTY)),
    (5, One(&[(1, Int), (2, Int)])),
    (6, One(EMPTY)),
    (7, One(TIME)),
    (8, One(TIME)),
    (10, One(&[(1, Byte)])),
    (11, One(EMPTY)),
    (12, One(EMPTY)),
    (13, One(EMPTY)),
    (14, One(EMPTY)),
    (15, One(EMPTY)),
];
const ELEMENT: Fields = &[
    (1, Int),
    (2, Int),
    (REPETITION, Int),
    (4, Bytes),
    (CHILDREN, Int),
    (6, Int),
    (7, Int),
    (8, Int),
    (9, Int),
    (10, One(LOGICAL)),
];
const STATISTICS: Fields = &[(1, Bytes), (2, Bytes), (3, Int), (4, Int), (5, Bytes), (6, Bytes)];
const COLUMN: Fields = &[
    (1, Int),
    (2, Ints),
    (3, Texts),
    (CODEC, Int),
    (VALUES, Int),
    (6, Int),
    (COMPRESSED, Int),
    (DATA_AT, Int),
    (10, Int),
    (DICTIONARY_AT, Int),
    (12, One(STATISTICS)),
    (14, Int),
    (15, Int),
];
const CHUNK: Fields = &[(1, Bytes), (2, Int), (COLUMN_OF_CHUNK, One(COLUMN)), (4, Int), (5, Int), (6, Int), (7, Int)];
const GROUP: Fields = &[
    (CHUNKS, Many(CHUNK)),
    (2, Int),
    (ROWS, Int),
    (4, Many(&[(1, Int)])),
    (5, Int),
    (6, Int),
    (7, Int),
];
const FOOTER: Fields = &[
    (1, Int),
    (SCHEMA, Many(ELEMENT)),
    (ROWS, Int),
    (GROUPS, Many(GROUP)),
    (5, Many(&[(1, Bytes), (2, Bytes)])),
    (6, Bytes),
    (7, Many(&[(1, One(EMPTY)), (2, One(EMPTY))])),
];
const PAGE: Fields = &[
    (KIND, Int),
    (INFLATED, Int),
    (STORED, Int),
    (4, Int),
    (DATA_1, One(&[(COUNT, Int), (2, Int), (3, Int), (4, Int), (5, One(STATISTICS))])),
    (DICTIONARY, One(&[(COUNT, Int), (2, Int)])),
    (
        DATA_2,
        One(&[(COUNT, Int), (NULLS, Int), (3, Int), (4, Int), (5, Int), (6, Int), (8, One(STATISTICS))]),
    ),
];

const SCHEMA: i16 = 2;
const ROWS: i16 = 3;
const GROUPS: i16 = 4;
const REPETITION: i16 = 3;
const CHILDREN: i16 = 5;
const CHUNKS: i16 = 1;
const COLUMN_OF_CHUNK: i16 = 3;
const CODEC: i16 = 4;
const VALUES: i16 = 5;
const COMPRESSED: i16 = 7;
const DATA_AT: i16 = 9;
const DICTIONARY_AT: i16 = 11;
const KIND: i16 = 1;
const INFLATED: i16 = 2;
const STORED: i16 = 3;
const DATA_1: i16 = 5;
const DICTIONARY: i16 = 7;
const DATA_2: i16 = 8;
const COUNT: i16 = 1;
const NULLS: i16 = 2;

/// Depth of nested groups; each level is a call of polars' own reader.
const MAX_DEPTH: usize = 64;

/// Checks the footer and the pages of every column that is a single value per row.
///
/// # Errors
/// The first [`Flaw`]. Columns of lists and structures are not looked at; they are never read.
pub(super) fn check(bytes: &[u8]) -> Result<(), Flaw> {
    // Four bytes of length and four of the closing mark.
    let end = bytes.len().checked_sub(8).ok_or(Flaw::Outside)?;
    let length: [u8; 4] = bytes.get(end..end + 4).and_then(|b| b.try_into().ok()).ok_or(Flaw::Outside)?;
    let start = end.checked_sub(u32::from_le_bytes(length) as usize).ok_or(Flaw::Outside)?;
    let (footer, _) = read(bytes.get(start..).ok_or(Flaw::Outside)?, FOOTER)?;
    let leaves = leaves(footer.many(SCHEMA))?;
    let rows = footer.size(ROWS)?;
    check_rows(rows, leaves.len(), bytes.len())?;
    let mut sum = 0u64;
    for group in footer.many(GROUPS) {
        let rows = group.size(ROWS)?;
        sum = sum.checked_add(rows).ok_or(Flaw::Counts)?;
        if group.many(CHUNKS).len() != leaves.len() {
            return Err(Flaw::Counts);
        }
        for (chunk, is_single) in group.many(CHUNKS).iter().zip(&leaves) {
            check_chunk(bytes, chunk.one(COLUMN_OF_CHUNK)?, rows, *is_single)?;
        }
    }
    if sum == rows { Ok(()) } else { Err(Flaw::Counts) }
}

/// For each column of values, whether it is one of the table itself with a value per row.
fn leaves(schema: &[Record]) -> Result<Vec<bool>, Flaw> {
    let mut leaves = Vec::new();
    // Children that are still to come, from the root down.
    let mut open: Vec<u64> = Vec::new();
    for (position, element) in schema.iter().enumerate() {
        let n_children = element.int(CHILDREN).unwrap_or(0).max(0).cast_unsigned();
        if position > 0 {
            *open.last_mut().ok_or(Flaw::Unreadable)? -= 1;
            if n_children == 0 {
                leaves.push(open.len() == 1 && element.int(REPETITION) != Some(2));
            }
        }
        if n_children > 0 {
            open.push(n_children);
        }
        while open.last() == Some(&0) {
            open.pop();
        }
        if open.len() > MAX_DEPTH {
            return Err(Flaw::Unreadable);
        }
    }
    if open.is_empty() { Ok(leaves) } else { Err(Flaw::Unreadable) }
}

fn check_chunk(bytes: &[u8], column: &Record, rows: u64, is_single: bool) -> Result<(), Flaw> {
    let start = match column.int(DICTIONARY_AT) {
        Some(_) => column.size(DICTIONARY_AT)?,
        None => column.size(DATA_AT)?,
    };
    let mut pages = part(bytes, start, column.size(COMPRESSED)?)?;
    let n_values = column.size(VALUES)?;
    if !is_single {
        return Ok(());
    }
    if n_values != rows {
        return Err(Flaw::Counts);
    }
    let most = most(column.int(CODEC));
    let mut seen = 0u64;
    while seen < n_values {
        let (page, length) = read(pages, PAGE)?;
        let (stored, inflated) = (page.size(STORED)?, page.size(INFLATED)?);
        check_growth(stored, inflated, most)?;
        let n_values_of_page = match page.int(KIND) {
            Some(0) => page.one(DATA_1)?.size(COUNT)?,
            Some(2) => {
                // Each entry of a dictionary takes a byte at least.
                if page.one(DICTIONARY)?.size(COUNT)? > inflated {
                    return Err(Flaw::Counts);
                }
                0
            }
            Some(3) => {
                let page = page.one(DATA_2)?;
                let count = page.size(COUNT)?;
                if page.size(NULLS)? > count {
                    return Err(Flaw::Counts);
                }
                count
            }
            _ => return Err(Flaw::Unreadable),
        };
        seen = seen.checked_add(n_values_of_page).ok_or(Flaw::Counts)?;
        pages = part(pages, length as u64, stored).and_then(|_| part_after(pages, length as u64 + stored))?;
    }
    if seen == n_values { Ok(()) } else { Err(Flaw::Counts) }
}

fn part_after(bytes: &[u8], start: u64) -> Result<&[u8], Flaw> {
    usize::try_from(start).ok().and_then(|start| bytes.get(start..)).ok_or(Flaw::Outside)
}

/// The most that a compression makes of a byte; of the unknown ones and Brotli, no more is asked than of Zstandard.
fn most(codec: Option<i64>) -> u64 {
    match codec {
        Some(0) => 1,
        // Snappy copies at most 64 bytes with two.
        Some(1) => 64,
        // Deflate: 258 bytes in two bits.
        Some(2) => 1032,
        Some(5 | 7) => LZ4,
        _ => ZSTD,
    }
}
