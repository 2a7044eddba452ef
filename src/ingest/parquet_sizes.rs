//! The lengths and counts that a Parquet file declares, checked before polars reserves memory for them.

use polars_parquet::parquet::compression::{Compression, DecompressionContext, decompress};

use super::delta::{check_lengths, check_shared};
use super::flaw::{Flaw, LZ4, ZSTD, check_growth, check_rows, part, part_after};
use super::thrift::{Fields, Record, Shape, read};

use Shape::{Byte, Bytes, Int, Ints, Many, One, Texts, Truth};

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
const GROUP: Fields =
    &[(CHUNKS, Many(CHUNK)), (2, Int), (ROWS, Int), (4, Many(&[(1, Int)])), (5, Int), (6, Int), (7, Int)];
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
    (DATA_1, One(&[(COUNT, Int), (ENCODING_1, Int), (3, Int), (4, Int), (5, One(STATISTICS))])),
    (DICTIONARY, One(&[(COUNT, Int), (2, Int)])),
    (
        DATA_2,
        One(&[
            (COUNT, Int),
            (NULLS, Int),
            (3, Int),
            (ENCODING_2, Int),
            (DEFINITIONS, Int),
            (REPETITIONS, Int),
            (IS_COMPRESSED, Truth),
            (8, One(STATISTICS)),
        ]),
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
const ENCODING_1: i16 = 2;
const ENCODING_2: i16 = 4;
const DEFINITIONS: i16 = 5;
const REPETITIONS: i16 = 6;
const IS_COMPRESSED: i16 = 7;

/// Values of `REPETITION`: a value per row that may lack; none or many values per row.
const OPTIONAL: i64 = 1;
const REPEATED: i64 = 2;

/// Encodings of texts whose lengths polars reserves memory for.
const DELTA_LENGTHS: i64 = 6;
const DELTA_TEXTS: i64 = 7;
/// The last encoding that there is.
const LAST_ENCODING: i64 = 9;

/// Depth of nested groups; each level is a call of polars' own reader.
const MAX_DEPTH: usize = 64;

/// Checks the footer and the pages of every column that is a single value per row.
///
/// # Errors
/// The first [`Flaw`]. Columns of lists and structures are not looked at; they are never read.
pub(super) fn check(bytes: &[u8]) -> Result<(), Flaw> {
    let footer = Footer::read(bytes, bytes.len() as u64)?;
    for group in 0..footer.record.many(GROUPS).len() {
        for column in 0..footer.leaves.len() {
            let (start, length) = footer.range(group, column)?;
            footer.check_chunk(group, column, part(bytes, start, length)?)?;
        }
    }
    Ok(())
}

/// What a file says of its parts.
pub(super) struct Footer {
    record: Record,
    leaves: Vec<Leaf>,
}

impl Footer {
    /// Reads and checks the footer at the end of `tail`, which ends with the file of `file_len` bytes.
    pub(super) fn read(tail: &[u8], file_len: u64) -> Result<Self, Flaw> {
        let start = tail.len().checked_sub(Self::length(tail)?).ok_or(Flaw::Outside)?;
        let (record, _) = read(tail.get(start..).ok_or(Flaw::Outside)?, FOOTER)?;
        let leaves = leaves(record.many(SCHEMA))?;
        let rows = record.size(ROWS)?;
        check_rows(rows, leaves.len(), usize::try_from(file_len).unwrap_or(usize::MAX))?;
        let mut sum = 0u64;
        for group in record.many(GROUPS) {
            sum = sum.checked_add(group.size(ROWS)?).ok_or(Flaw::Counts)?;
            if group.many(CHUNKS).len() != leaves.len() {
                return Err(Flaw::Counts);
            }
        }
        if sum == rows { Ok(Self { record, leaves }) } else { Err(Flaw::Counts) }
    }

    /// Bytes of the footer with its length and the closing mark.
    pub(super) fn length(tail: &[u8]) -> Result<usize, Flaw> {
        // Four bytes of length and four of the closing mark.
        let end = tail.len().checked_sub(8).ok_or(Flaw::Outside)?;
        let length: [u8; 4] = tail.get(end..end + 4).and_then(|b| b.try_into().ok()).ok_or(Flaw::Outside)?;
        (u32::from_le_bytes(length) as usize).checked_add(8).ok_or(Flaw::Outside)
    }

    fn chunk(&self, group: usize, column: usize) -> Result<(&Record, u64), Flaw> {
        let group = self.record.many(GROUPS).get(group).ok_or(Flaw::Outside)?;
        let chunk = group.many(CHUNKS).get(column).ok_or(Flaw::Counts)?;
        Ok((chunk.one(COLUMN_OF_CHUNK)?, group.size(ROWS)?))
    }

    /// Start and length of a column's part of a row group.
    pub(super) fn range(&self, group: usize, column: usize) -> Result<(u64, u64), Flaw> {
        let (column, _) = self.chunk(group, column)?;
        let start = match column.int(DICTIONARY_AT) {
            Some(_) => column.size(DICTIONARY_AT)?,
            None => column.size(DATA_AT)?,
        };
        Ok((start, column.size(COMPRESSED)?))
    }

    /// Checks the pages of such a part.
    pub(super) fn check_chunk(&self, group: usize, column: usize, bytes: &[u8]) -> Result<(), Flaw> {
        let leaf = *self.leaves.get(column).ok_or(Flaw::Counts)?;
        let (column, rows) = self.chunk(group, column)?;
        check_pages(bytes, column, rows, leaf)
    }
}

/// A column of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaf {
    /// Inside a list or a structure: never read.
    Nested,
    /// A column of the table itself with a value per row, all of them there or some lacking.
    Single { is_optional: bool },
}

/// The columns of values in the order of their chunks.
fn leaves(schema: &[Record]) -> Result<Vec<Leaf>, Flaw> {
    let mut leaves = Vec::new();
    // Children that are still to come, from the root down.
    let mut open: Vec<u64> = Vec::new();
    for (position, element) in schema.iter().enumerate() {
        let n_children = element.int(CHILDREN).unwrap_or(0).max(0).cast_unsigned();
        if position > 0 {
            *open.last_mut().ok_or(Flaw::Unreadable)? -= 1;
            let repetition = element.int(REPETITION);
            let is_single = open.len() == 1 && repetition != Some(REPEATED);
            match n_children {
                0 if is_single => leaves.push(Leaf::Single { is_optional: repetition == Some(OPTIONAL) }),
                0 => leaves.push(Leaf::Nested),
                _ => {}
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

fn check_pages(bytes: &[u8], column: &Record, rows: u64, leaf: Leaf) -> Result<(), Flaw> {
    let mut rest = bytes;
    let Leaf::Single { is_optional } = leaf else { return Ok(()) };
    let n_values = column.size(VALUES)?;
    if n_values != rows {
        return Err(Flaw::Counts);
    }
    let codec = compression(column.int(CODEC));
    let mut seen = 0u64;
    while seen < n_values {
        let (header, length) = read(rest, PAGE)?;
        let (stored, inflated) = (header.size(STORED)?, header.size(INFLATED)?);
        check_growth(stored, inflated, most(codec))?;
        let body = part(rest, length as u64, stored)?;
        rest = part_after(rest, length as u64 + stored)?;
        let page = Page { body, inflated, codec, is_optional };
        let count = page.check(&header)?;
        seen = seen.checked_add(count).ok_or(Flaw::Counts)?;
    }
    if seen == n_values { Ok(()) } else { Err(Flaw::Counts) }
}

/// A page without its header.
struct Page<'a> {
    body: &'a [u8],
    inflated: u64,
    codec: Option<Compression>,
    is_optional: bool,
}

impl Page<'_> {
    /// Checks the page and returns its number of values; that of a dictionary is 0.
    fn check(&self, header: &Record) -> Result<u64, Flaw> {
        match header.int(KIND) {
            Some(0) => {
                let data = header.one(DATA_1)?;
                let count = data.size(COUNT)?;
                self.check_texts(data.int(ENCODING_1), count, || {
                    let bytes = self.inflate(0)?;
                    let levels = if self.is_optional {
                        let length = bytes.first_chunk::<4>().ok_or(Flaw::Outside)?;
                        4 + u64::from(u32::from_le_bytes(*length))
                    } else {
                        0
                    };
                    Ok(part_after(&bytes, levels)?.to_vec())
                })?;
                Ok(count)
            }
            // Each entry of a dictionary takes a byte at least.
            Some(2) if header.one(DICTIONARY)?.size(COUNT)? > self.inflated => Err(Flaw::Counts),
            Some(2) => Ok(0),
            Some(3) => {
                let data = header.one(DATA_2)?;
                let count = data.size(COUNT)?;
                if data.size(NULLS)? > count {
                    return Err(Flaw::Counts);
                }
                let levels = data.size(DEFINITIONS)?.saturating_add(data.size(REPETITIONS)?);
                self.check_texts(data.int(ENCODING_2), count, || match data.int(IS_COMPRESSED) {
                    Some(0) => Ok(part_after(self.body, levels)?.to_vec()),
                    _ => self.inflate(levels),
                })?;
                Ok(count)
            }
            _ => Err(Flaw::Unreadable),
        }
    }

    /// Checks the lengths of texts where the encoding has some; only then are the values taken out.
    fn check_texts(
        &self,
        encoding: Option<i64>,
        count: u64,
        values: impl Fn() -> Result<Vec<u8>, Flaw>,
    ) -> Result<(), Flaw> {
        match encoding {
            Some(DELTA_LENGTHS) => check_lengths(&values()?, count),
            Some(DELTA_TEXTS) => check_shared(&values()?, count),
            Some(0..=LAST_ENCODING) => Ok(()),
            _ => Err(Flaw::Unreadable),
        }
    }

    /// The bytes after the first `plain`, which are never compressed, as they were before compression.
    fn inflate(&self, plain: u64) -> Result<Vec<u8>, Flaw> {
        let stored = part_after(self.body, plain)?;
        let Some(codec) = self.codec else { return Ok(stored.to_vec()) };
        if stored.is_empty() {
            return Ok(Vec::new());
        }
        let n_bytes = self.inflated.checked_sub(plain).and_then(|n| usize::try_from(n).ok()).ok_or(Flaw::Outside)?;
        let mut bytes = vec![0; n_bytes];
        decompress(codec, stored, &mut bytes, &mut DecompressionContext::Unset).map_err(|_| Flaw::Unreadable)?;
        Ok(bytes)
    }
}

/// The compression with this number; `None` for no compression, and for an unknown one, which polars refuses.
fn compression(codec: Option<i64>) -> Option<Compression> {
    Some(match codec? {
        1 => Compression::Snappy,
        2 => Compression::Gzip,
        4 => Compression::Brotli,
        5 => Compression::Lz4,
        6 => Compression::Zstd,
        7 => Compression::Lz4Raw,
        _ => return None,
    })
}

/// The most that a compression makes of a byte; of Brotli, no more is expected than of Zstandard.
fn most(codec: Option<Compression>) -> u64 {
    match codec {
        // Snappy copies at most 64 bytes with an element of two or more.
        Some(Compression::Snappy) => 64,
        // Deflate: 258 bytes in two bits.
        Some(Compression::Gzip) => 1032,
        Some(Compression::Lz4 | Compression::Lz4Raw) => LZ4,
        Some(_) => ZSTD,
        None => 1,
    }
}
