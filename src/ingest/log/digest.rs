//! Digests of rows: exact duplicates have the same.

use std::hash::{DefaultHasher, Hasher};

use super::LogColumn;

/// Between cells, so that `ab|c` is not `a|bc`; in no text.
const BETWEEN: u8 = 0xFF;

/// Digest of cells as bytes.
pub(super) fn of_cells<'a>(cells: impl Iterator<Item = &'a [u8]>) -> u64 {
    let mut hasher = DefaultHasher::new();
    for cell in cells {
        hasher.write(cell);
        hasher.write_u8(BETWEEN);
    }
    hasher.finish()
}

/// Takes the next column into the digests of its rows.
pub(super) fn fold(digests: &mut [u64], column: &LogColumn) {
    let mix = |digest: &mut u64, cell: &dyn Fn(&mut DefaultHasher)| {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(*digest);
        cell(&mut hasher);
        *digest = hasher.finish();
    };
    match column {
        LogColumn::Text(cells) => {
            for (digest, cell) in digests.iter_mut().zip(cells.iter()) {
                mix(digest, &|hasher| hasher.write(cell.unwrap_or_default().as_bytes()));
            }
        }
        LogColumn::Levels { codes, levels } => {
            for (digest, code) in digests.iter_mut().zip(codes) {
                let cell = levels.get(*code as usize).unwrap_or_default();
                mix(digest, &|hasher| hasher.write(cell.as_bytes()));
            }
        }
        LogColumn::Numbers(cells) => {
            for (digest, cell) in digests.iter_mut().zip(cells) {
                mix(digest, &|hasher| hasher.write_u64((cell + 0.0).to_bits()));
            }
        }
        LogColumn::Flags(cells) => {
            for (digest, cell) in digests.iter_mut().zip(cells) {
                mix(digest, &|hasher| hasher.write_u8(cell.map_or(2, u8::from)));
            }
        }
        LogColumn::Days(cells) => {
            for (digest, cell) in digests.iter_mut().zip(cells) {
                mix(digest, &|hasher| hasher.write_i64(cell.map_or(i64::MIN, i64::from)));
            }
        }
        LogColumn::Instants { micros, .. } => {
            for (digest, cell) in digests.iter_mut().zip(micros) {
                mix(digest, &|hasher| hasher.write_i64(cell.unwrap_or(i64::MIN)));
            }
        }
    }
}
