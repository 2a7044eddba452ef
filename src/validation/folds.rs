//! Folds by account: all rows of an account are in one fold, accounts with events spread evenly.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::units::Seed;

/// Folds, where there are enough accounts with events.
pub const MAX_FOLDS: usize = 5;
/// Every fold needs this many accounts with events.
const EVENTS_PER_FOLD: usize = 2;
/// Stream of the shuffle.
const STREAM: u64 = 0xf01d;

/// Fold of each account; empty where fewer than two folds can be made.
///
/// `has_event` (G): whether the account has an event in the sample. Accounts are shuffled by the seed and dealt out,
/// those with events first, so that folds differ by at most one of either kind.
#[must_use]
pub fn folds(has_event: &[bool], seed: Seed) -> Vec<usize> {
    let with = has_event.iter().filter(|e| **e).count();
    let without = has_event.len() - with;
    let k = MAX_FOLDS.min(with / EVENTS_PER_FOLD).min(without.max(if with == has_event.len() { with } else { 0 }));
    if k < 2 {
        return Vec::new();
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed.0);
    random.set_stream(STREAM);
    let mut order: Vec<usize> = (0..has_event.len()).collect();
    for i in (1..order.len()).rev() {
        let j = usize::try_from(random.next_u64() % (i as u64 + 1)).unwrap_or(0);
        order.swap(i, j);
    }
    order.sort_by_key(|&account| !has_event[account]);
    let mut fold = vec![0; has_event.len()];
    for (place, account) in order.into_iter().enumerate() {
        fold[account] = place % k;
    }
    fold
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_spread_evenly_and_the_seed_decides() {
        let has_event: Vec<bool> = (0..103).map(|i| i % 5 == 0).collect();
        let first = folds(&has_event, Seed(1));
        let per_fold = |k: usize| (0..103).filter(|&a| first[a] == k && has_event[a]).count();
        assert!((0..5).all(|k| (4..=5).contains(&per_fold(k))), "{first:?}");
        assert_eq!(first, folds(&has_event, Seed(1)));
        assert_ne!(first, folds(&has_event, Seed(2)));
        assert!(folds(&[true, false, false], Seed(1)).is_empty());
    }
}
