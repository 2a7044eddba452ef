//! Identifiers looked up a hundred million times: all texts in one buffer, so that a lookup stays in the cache.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

/// Different texts, numbered in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Ids {
    /// Short texts as one number each: a lookup is one access.
    short: HashTable<(u128, u32)>,
    long: HashTable<u32>,
    text: String,
    ends: Vec<usize>,
    hasher: FixedState,
}

/// A text of up to 15 bytes as one number, different for different texts.
pub(super) fn packed(text: &str) -> Option<u128> {
    let bytes = text.as_bytes();
    let mut room = [0; 16];
    room.get_mut(..bytes.len()).filter(|_| bytes.len() < 16)?.copy_from_slice(bytes);
    // A zero byte at the end of the text is not the same as none.
    room[15] = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
    Some(u128::from_le_bytes(room))
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
            let Self { short, long, text: all, ends, hasher } = &mut ids;
            match packed(text) {
                Some(key) => {
                    short.insert_unique(hasher.hash_one(key), (key, number), |(other, _)| hasher.hash_one(other));
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
            return self.short.find(self.hasher.hash_one(key), |(other, _)| *other == key).map(|(_, number)| *number);
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

#[cfg(test)]
mod tests {
    use super::*;

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
