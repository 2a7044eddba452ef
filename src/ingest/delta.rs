//! Lengths in Parquet's delta encodings of texts, checked before polars reserves memory for each text.
//!
//! Such a page begins with the lengths of its texts (`DELTA_LENGTH_BYTE_ARRAY`), or with those of the beginning shared
//! with the text before and of the rest (`DELTA_BYTE_ARRAY`), each as a sequence of differences in packed bits.

use super::flaw::{Flaw, ZSTD, check_growth, part_after};

/// Checks the lengths of a page of whole texts: as many as the page has values at most, none beyond its bytes.
pub(super) fn check_lengths(values: &[u8], n_values: u64) -> Result<(), Flaw> {
    let (lengths, mut rest) = sequence(values, n_values)?;
    for length in lengths {
        rest = part_after(rest, u64::try_from(length).map_err(|_| Flaw::Outside)?)?;
    }
    Ok(())
}

/// Checks the lengths of a page of texts that share their beginning with the text before.
pub(super) fn check_shared(values: &[u8], n_values: u64) -> Result<(), Flaw> {
    let (shared, rest) = sequence(values, n_values)?;
    let (own, mut rest) = sequence(rest, n_values)?;
    if shared.len() != own.len() {
        return Err(Flaw::Counts);
    }
    let (mut before, mut total) = (0u64, 0u64);
    for (shared, own) in shared.into_iter().zip(own) {
        let shared = u64::try_from(shared).ok().filter(|shared| *shared <= before).ok_or(Flaw::Outside)?;
        let own = u64::try_from(own).map_err(|_| Flaw::Outside)?;
        rest = part_after(rest, own)?;
        before = shared + own;
        total = total.saturating_add(before);
    }
    check_growth(values.len() as u64, total, ZSTD)
}

/// Decodes one sequence of at most `most` numbers (`DELTA_BINARY_PACKED`) and returns what follows it.
///
/// # Formula
/// ```text
/// sequence = values per block, miniblocks per block, count (ULEB128), first value (zigzag), blocks
/// block    = least difference (zigzag), a width per miniblock (a byte each), differences from the least in packed bits
/// ```
fn sequence(bytes: &[u8], most: u64) -> Result<(Vec<i64>, &[u8]), Flaw> {
    let mut rest = bytes;
    let per_block = varint(&mut rest)?;
    let n_parts = varint(&mut rest)?;
    let count = varint(&mut rest)?;
    let mut value = zigzag(varint(&mut rest)?);
    if n_parts == 0 || !per_block.is_multiple_of(n_parts) || per_block == 0 {
        return Err(Flaw::Unreadable);
    }
    if count > most {
        return Err(Flaw::Counts);
    }
    let per_part = per_block / n_parts;
    let count = usize::try_from(count).map_err(|_| Flaw::Counts)?;
    let mut numbers = Vec::new();
    if count > 0 {
        numbers.push(value);
    }
    while numbers.len() < count {
        let least = zigzag(varint(&mut rest)?);
        let widths = rest;
        rest = part_after(rest, n_parts)?;
        let widths = widths.get(..widths.len() - rest.len()).unwrap_or_default();
        for width in widths {
            let wanted = (count - numbers.len()) as u64;
            if wanted == 0 {
                break;
            }
            let n_bits = u64::from(*width).checked_mul(per_part).filter(|_| *width <= 64).ok_or(Flaw::Unreadable)?;
            let packed = rest;
            rest = part_after(rest, n_bits.div_ceil(8))?;
            for position in 0..wanted.min(per_part) {
                let difference = least.wrapping_add(bits(packed, position * u64::from(*width), *width).cast_signed());
                value = value.wrapping_add(difference);
                numbers.push(value);
            }
        }
    }
    Ok((numbers, rest))
}

fn zigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

fn varint(bytes: &mut &[u8]) -> Result<u64, Flaw> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or(Flaw::Unreadable)?;
        *bytes = rest;
        number |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(Flaw::Unreadable)
}

/// The number in `width` bits from the bit `start`, the lowest first; bits beyond the end are 0.
fn bits(packed: &[u8], start: u64, width: u8) -> u64 {
    let first = usize::try_from(start / 8).unwrap_or(usize::MAX);
    let mut window = [0u8; 16];
    let bytes = packed.get(first..).unwrap_or_default();
    window.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    let all = u128::from_le_bytes(window) >> (start % 8);
    (all & ((1u128 << width) - 1)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lengths 3, 3, 5: block of 128 in 4 parts, first 3, least difference 0, width 2, differences 0 and 2.
    const LENGTHS: [u8; 17] = [0x80, 1, 4, 3, 6, 0, 2, 0, 0, 0, 0b1000, 0, 0, 0, 0, 0, 0];

    #[test]
    fn differences_are_summed_and_the_rest_is_what_follows() {
        let mut bytes = LENGTHS.to_vec();
        bytes.push(0);
        bytes.extend_from_slice(b"abcdefghijk");
        let (numbers, rest) = sequence(&bytes, 3).unwrap();
        assert_eq!((numbers, rest), (vec![3, 3, 5], &b"abcdefghijk"[..]));
        assert_eq!(check_lengths(&bytes, 3), Ok(()));
        assert_eq!(check_lengths(&bytes, 2), Err(Flaw::Counts));
        assert_eq!(check_lengths(&bytes[..bytes.len() - 1], 3), Err(Flaw::Outside));
        assert_eq!(bits(&[0xFF; 9], 3, 64), u64::MAX);
        assert_eq!(bits(&[0b1010_1010], 1, 3), 0b101);
    }

    #[test]
    fn a_shared_beginning_is_no_longer_than_the_text_before() {
        // Two texts: 3 of its own; 2 shared and 1 of its own.
        let page = |shared: u8| [[128, 1, 4, 2, 0, shared, 0, 0, 0, 0], [128, 1, 4, 2, 6, 3, 0, 0, 0, 0]].concat();
        let with_texts = |shared: u8| [page(shared), b"abcx".to_vec()].concat();
        assert_eq!(check_shared(&with_texts(4), 2), Ok(()));
        assert_eq!(check_shared(&with_texts(8), 2), Err(Flaw::Outside));
        assert_eq!(check_shared(&page(4), 2), Err(Flaw::Outside));
        // A first text that shares 2^40 bytes with nothing: polars would reserve them.
        let terabyte =
            [&[128, 1, 4, 1][..], &[0x80, 0x80, 0x80, 0x80, 0x80, 0x40], &[128, 1, 4, 1, 6], b"abc"].concat();
        assert_eq!(check_shared(&terabyte, 1), Err(Flaw::Outside));
    }
}
