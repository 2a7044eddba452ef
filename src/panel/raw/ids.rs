//! Identifiers looked up a hundred million times: all texts in one buffer, so that a lookup stays in the cache.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

/// Different texts, numbered in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Ids {
    /// Short texts as one number each, and the numbers under their hashes: a table that stays in the cache.
    short: HashTable<u32>,
    keys: Vec<u128>,
    long: HashTable<u32>,
    text: String,
    ends: Vec<usize>,
    hasher: FixedState,
}

/// A text of up to 15 bytes as one number, different for different texts.
pub(super) fn packed(text: &str) -> Option<u128> {
    let bytes = text.as_bytes();
    let n = bytes.len();
    // Whole words at once, the second up to the end of the text: copying byte by byte takes longer than the lookup.
    let (low, high) = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(first), Some(last)) if n < 16 => {
            let rest = u64::from_le_bytes(*last).checked_shr(8 * (16 - u32::try_from(n).ok()?)).unwrap_or(0);
            (u64::from_le_bytes(*first), rest)
        }
        (None, _) => (bytes.iter().rev().fold(0, |word, byte| (word << 8) | u64::from(*byte)), 0),
        _ => return None,
    };
    // A zero byte at the end of the text is not the same as none.
    Some(u128::from(low) | (u128::from(high) << 64) | ((n as u128) << 120))
}

impl Ids {
    /// Numbers the texts; of two that are the same, the first counts.
    pub(super) fn new<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut ids = Self::default();
        for text in texts {
            let number = u32::try_from(ids.ends.len()).unwrap_or(u32::MAX);
            ids.text.push_str(text);
            ids.ends.push(ids.text.len());
            if ids.find(text).is_some() {
                continue;
            }
            let Self { short, keys, long, text: all, ends, hasher } = &mut ids;
            match packed(text) {
                Some(key) => {
                    keys.resize(number as usize, 0);
                    keys.push(key);
                    short.insert_unique(hasher.hash_one(key), number, |&other| hasher.hash_one(keys[other as usize]));
                }
                None => {
                    long.insert_unique(hasher.hash_one(text), number, |&other| hasher.hash_one(part(all, ends, other)));
                }
            }
        }
        ids
    }

    /// Number of a text.
    pub(super) fn find(&self, text: &str) -> Option<u32> {
        if let Some(key) = packed(text) {
            return self.short.find(self.hasher.hash_one(key), |&number| self.keys[number as usize] == key).copied();
        }
        let is_it = |&number: &u32| part(&self.text, &self.ends, number) == text;
        self.long.find(self.hasher.hash_one(text), is_it).copied()
    }
}

fn part<'t>(text: &'t str, ends: &[usize], number: u32) -> &'t str {
    let number = number as usize;
    let start = number.checked_sub(1).map_or(0, |before| ends[before]);
    text.get(start..ends[number]).unwrap_or_default()
}

/// Characters of JIS that CP932 decodes to another one on Windows than elsewhere: a wave dash in one export is a
/// full-width tilde in the next.
const TWINS: [(char, char); 6] = [
    ('\u{301c}', '\u{ff5e}'),
    ('\u{2212}', '\u{ff0d}'),
    ('\u{2016}', '\u{2225}'),
    ('\u{a2}', '\u{ffe0}'),
    ('\u{a3}', '\u{ffe1}'),
    ('\u{ac}', '\u{ffe2}'),
];

/// The text as another program would have decoded the same CP932; `None` where all agree.
pub(super) fn twin(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let swapped = |from: fn(&(char, char)) -> char, to: fn(&(char, char)) -> char| -> Option<String> {
        let other = |c: char| TWINS.iter().find(|pair| from(pair) == c).map(to);
        text.chars().any(|c| other(c).is_some()).then(|| text.chars().map(|c| other(c).unwrap_or(c)).collect())
    };
    swapped(|pair| pair.0, |pair| pair.1).or_else(|| swapped(|pair| pair.1, |pair| pair.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_twin_is_the_same_text_decoded_elsewhere() {
        assert_eq!(twin("A\u{301c}1\u{2212}"), Some("A\u{ff5e}1\u{ff0d}".to_owned()));
        assert_eq!(twin("東\u{ff5e}1"), Some("東\u{301c}1".to_owned()));
        assert_eq!((twin("A~1-"), twin("東京")), (None, None));
    }

    #[test]
    fn a_text_has_the_number_of_its_first_place() {
        let ids = Ids::new(["b", "", "a", "b", "ab"].into_iter());
        assert_eq!(["b", "", "a", "ab", "ba"].map(|text| ids.find(text)), [Some(0), Some(1), Some(2), Some(4), None]);
        assert_eq!((packed("a"), packed(&"a".repeat(16))), (packed("a"), None));
        assert_ne!(packed("a"), packed("a\0"));
        let many: Vec<String> = (0..5000).map(|n| format!("{}{n}", "A".repeat(n % 20))).collect();
        let ids = Ids::new(many.iter().map(String::as_str));
        assert!((0..5000).all(|n| ids.find(&many[n as usize]) == Some(n)) && ids.find("A5000").is_none());
    }
}
