//! Random streams keyed by (seed, purpose, account), so that a new KPI does not move the draws of the others.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Poisson, StandardNormal, StandardUniform};

/// The stream of one purpose for one account.
///
/// The key is the seed, the 64-bit FNV-1a hash of the purpose and the index, each little-endian, followed by zeros.
pub(crate) fn stream(seed: u64, purpose: &str, index: u64) -> ChaCha8Rng {
    let hash = purpose
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let words = seed.to_le_bytes().into_iter().chain(hash.to_le_bytes()).chain(index.to_le_bytes());
    let mut key = [0_u8; 32];
    for (slot, byte) in key.iter_mut().zip(words) {
        *slot = byte;
    }
    ChaCha8Rng::from_seed(key)
}

/// A standard normal draw.
pub(crate) fn normal(rng: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(rng)
}

/// A uniform draw from [0, 1).
pub(crate) fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    StandardUniform.sample(rng)
}

/// True with this probability; always one draw.
pub(crate) fn chance(rng: &mut ChaCha8Rng, probability: f64) -> bool {
    uniform(rng) < probability
}

/// A Poisson count with this mean; 0 where the mean is not a positive number.
pub(crate) fn count(rng: &mut ChaCha8Rng, mean: f64) -> f64 {
    Poisson::new(mean).map_or(0.0, |poisson| poisson.sample(rng))
}

/// The position of the class drawn with these shares; the last one takes what is left.
pub(crate) fn class(rng: &mut ChaCha8Rng, shares: &[f64]) -> usize {
    let draw = uniform(rng);
    let mut total = 0.0;
    shares
        .iter()
        .position(|share| {
            total += share;
            draw < total
        })
        .unwrap_or(shares.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ_by_seed_purpose_and_index() {
        let first = |seed, purpose, index| uniform(&mut stream(seed, purpose, index)).to_bits();
        assert_eq!(first(1, "logins", 2), first(1, "logins", 2));
        let others = [first(2, "logins", 2), first(1, "nps", 2), first(1, "logins", 3)];
        assert!(others.iter().all(|&bits| bits != first(1, "logins", 2)));
    }

    #[test]
    fn a_class_is_drawn_with_its_share() {
        let mut rng = stream(7, "class", 0);
        let hits = (0..10_000).filter(|_| class(&mut rng, &[0.2, 0.5, 0.3]) == 1).count();
        assert!((4850..5150).contains(&hits), "{hits} of 10000, three Monte Carlo errors are 150");
        assert_eq!(count(&mut rng, f64::NAN).to_bits(), 0.0_f64.to_bits());
    }
}
