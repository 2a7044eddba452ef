//! Thrift's compact protocol, as far as the headers of a Parquet file use it, read without trusting a length.
//!
//! polars reserves room for as many list entries as a footer names before it looks at the first. A field is read here
//! as polars reads it, by its number; a field of another type than its number allows is refused, because the two
//! readers would part ways there.

use super::flaw::Flaw;

/// What a numbered field of a structure must hold.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Int,
    Byte,
    Truth,
    Bytes,
    Ints,
    Texts,
    One(Fields),
    Many(Fields),
}

/// Number and shape of the fields that polars reads; every other field is skipped by its written type.
pub(super) type Fields = &'static [(i16, Shape)];

/// The integers and structures of a structure that was read.
#[derive(Debug, Default)]
pub(super) struct Record(Vec<(i16, Value)>);

#[derive(Debug)]
enum Value {
    Int(i64),
    One(Record),
    Many(Vec<Record>),
}

impl Record {
    fn last(&self, id: i16) -> Option<&Value> {
        // Of a field that is written twice, the reader keeps the last.
        self.0.iter().rev().find(|(field, _)| *field == id).map(|(_, value)| value)
    }

    pub(super) fn int(&self, id: i16) -> Option<i64> {
        match self.last(id) {
            Some(Value::Int(number)) => Some(*number),
            _ => None,
        }
    }

    /// A length or count: an integer that must be there and not be negative.
    pub(super) fn size(&self, id: i16) -> Result<u64, Flaw> {
        self.int(id).and_then(|number| u64::try_from(number).ok()).ok_or(Flaw::Unreadable)
    }

    pub(super) fn one(&self, id: i16) -> Result<&Record, Flaw> {
        match self.last(id) {
            Some(Value::One(record)) => Ok(record),
            _ => Err(Flaw::Unreadable),
        }
    }

    pub(super) fn many(&self, id: i16) -> &[Record] {
        match self.last(id) {
            Some(Value::Many(records)) => records,
            _ => &[],
        }
    }
}

/// Reads one structure at the start of `bytes` and returns it with the number of its bytes.
///
/// # Errors
/// [`Flaw::Unreadable`] if the bytes end too early, a list names more entries than bytes follow, or a type is wrong.
pub(super) fn read(bytes: &[u8], fields: Fields) -> Result<(Record, usize), Flaw> {
    let mut reader = Reader { bytes };
    let record = reader.record(fields)?;
    Ok((record, bytes.len() - reader.bytes.len()))
}

const STOP: u8 = 0;
const BYTE: u8 = 3;
const INTS: [u8; 3] = [4, 5, 6];
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCT: u8 = 12;
/// Depth to which polars follows structures that it does not know.
const MAX_DEPTH: u8 = 60;

struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8, Flaw> {
        let (&first, rest) = self.bytes.split_first().ok_or(Flaw::Unreadable)?;
        self.bytes = rest;
        Ok(first)
    }

    fn varint(&mut self) -> Result<u64, Flaw> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Flaw::Unreadable)
    }

    fn int(&mut self) -> Result<i64, Flaw> {
        let number = self.varint()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    fn pass(&mut self, n: u64) -> Result<(), Flaw> {
        let n = usize::try_from(n).map_err(|_| Flaw::Unreadable)?;
        self.bytes = self.bytes.get(n..).ok_or(Flaw::Unreadable)?;
        Ok(())
    }

    fn binary(&mut self) -> Result<(), Flaw> {
        let n = self.varint()?;
        self.pass(n)
    }

    /// Type of the entries of a list and their number; each entry takes a byte at least.
    fn list(&mut self) -> Result<(u8, usize), Flaw> {
        let head = self.byte()?;
        let n = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
        let n = usize::try_from(n).ok().filter(|n| *n <= self.bytes.len()).ok_or(Flaw::Unreadable)?;
        Ok((head & 0x0F, n))
    }

    /// Number and type of the next field; `None` at the end of the structure.
    fn field(&mut self, before: i16) -> Result<Option<(i16, u8)>, Flaw> {
        let head = self.byte()?;
        let (delta, kind) = (i16::from(head >> 4), head & 0x0F);
        if kind == STOP {
            return Ok(None);
        }
        let id = if delta == 0 { i16::try_from(self.int()?).ok() } else { before.checked_add(delta) };
        Ok(Some((id.ok_or(Flaw::Unreadable)?, kind)))
    }

    fn record(&mut self, fields: Fields) -> Result<Record, Flaw> {
        let mut record = Record::default();
        let mut before = 0;
        while let Some((id, kind)) = self.field(before)? {
            before = id;
            let Some((_, shape)) = fields.iter().find(|(field, _)| *field == id) else {
                self.skip(kind, MAX_DEPTH)?;
                continue;
            };
            match shape {
                Shape::Int if INTS.contains(&kind) => record.0.push((id, Value::Int(self.int()?))),
                // The value of a truth is in its type.
                Shape::Truth if kind == 1 || kind == 2 => record.0.push((id, Value::Int(i64::from(kind == 1)))),
                Shape::Byte if kind == BYTE => self.pass(1)?,
                Shape::Bytes if kind == BINARY => self.binary()?,
                Shape::One(inner) if kind == STRUCT => record.0.push((id, Value::One(self.record(inner)?))),
                Shape::Many(inner) if kind == LIST => {
                    let (entry, n) = self.list()?;
                    if n > 0 && entry != STRUCT {
                        return Err(Flaw::Unreadable);
                    }
                    let entries = (0..n).map(|_| self.record(inner)).collect::<Result<_, _>>()?;
                    record.0.push((id, Value::Many(entries)));
                }
                Shape::Ints | Shape::Texts if kind == LIST => {
                    let is_text = matches!(shape, Shape::Texts);
                    let (entry, n) = self.list()?;
                    if n > 0 && (if is_text { entry != BINARY } else { !INTS.contains(&entry) }) {
                        return Err(Flaw::Unreadable);
                    }
                    (0..n).try_for_each(|_| if is_text { self.binary() } else { self.varint().map(drop) })?;
                }
                _ => return Err(Flaw::Unreadable),
            }
        }
        Ok(record)
    }

    fn skip(&mut self, kind: u8, depth: u8) -> Result<(), Flaw> {
        let depth = depth.checked_sub(1).ok_or(Flaw::Unreadable)?;
        match kind {
            1 | 2 => Ok(()),
            BYTE => self.pass(1),
            kind if INTS.contains(&kind) => self.varint().map(drop),
            DOUBLE => self.pass(8),
            BINARY => self.binary(),
            LIST => {
                let (entry, n) = self.list()?;
                // A list of truths has a byte for each, which polars does not skip.
                if n > 0 && entry <= 2 {
                    return Err(Flaw::Unreadable);
                }
                (0..n).try_for_each(|_| self.skip(entry, depth))
            }
            STRUCT => {
                let mut before = 0;
                while let Some((id, kind)) = self.field(before)? {
                    before = id;
                    self.skip(kind, depth)?;
                }
                Ok(())
            }
            _ => Err(Flaw::Unreadable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INNER: Fields = &[(1, Shape::Int)];
    const OUTER: Fields = &[(1, Shape::Int), (2, Shape::Many(INNER)), (3, Shape::Bytes), (4, Shape::Ints)];

    #[test]
    fn numbers_lists_and_unknown_fields_are_read() {
        // 1: -3; 2: two structures with 1 = 1 and 1 = 150; 3: two bytes; 9: an unknown double.
        let bytes =
            [0x15, 5, 0x19, 0x2C, 0x15, 2, 0, 0x15, 0xAC, 2, 0, 0x18, 2, b'a', b'b', 0x67, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let (record, n) = read(&bytes, OUTER).unwrap();
        assert_eq!((record.int(1), n), (Some(-3), bytes.len()));
        let inner: Vec<_> = record.many(2).iter().map(|r| r.int(1)).collect();
        assert_eq!(inner, [Some(1), Some(150)]);
        assert!(record.size(1).is_err() && record.size(9).is_err() && record.one(1).is_err());
    }

    #[test]
    fn lengths_beyond_the_end_and_wrong_types_are_refused() {
        for bytes in [
            &[0x29, 0xFC, 0xFF, 0xFF, 0xFF, 0x07, 0][..],
            &[0x38, 0x7F, 0],
            &[0x2C, 0, 0],
            &[0x29, 0x25, 2, 2, 0],
            &[0x15, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1, 0],
            &[0x9B, 0],
            &[0x15, 2],
        ] {
            assert_eq!(read(bytes, OUTER).unwrap_err(), Flaw::Unreadable, "{bytes:x?}");
        }
        assert!(read(&[0x9C; 100], OUTER).is_err(), "structures without end");
    }
}
