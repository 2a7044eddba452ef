//! Luck by purpose: each purpose of each agent has its own stream, so that pushing one behaviour leaves all other luck alone.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardUniform};

/// A stream of luck.
#[derive(Debug, Clone)]
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of one purpose of one agent: the key is the seed, the agent's number and the purpose's text, each byte
    /// folded into one of two 64-bit words (FNV-1a from two different offsets).
    pub(super) fn of(seed: u64, purpose: &str, agent: usize) -> Self {
        let fold = |from: u64| {
            purpose.bytes().fold(from, |word, byte| (word ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
        };
        let words = [seed, agent as u64, fold(0x6c62_272e_07bb_0142), fold(0xcbf2_9ce4_8422_2325)];
        let mut key = [0_u8; 32];
        for (slot, byte) in key.iter_mut().zip(words.iter().flat_map(|word| word.to_le_bytes())) {
            *slot = byte;
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    /// Uniform in [0, 1).
    pub(super) fn unit(&mut self) -> f64 {
        StandardUniform.sample(&mut self.0)
    }

    /// Roughly standard normal (sum of three uniforms, within 3), always three draws.
    pub(super) fn bell(&mut self) -> f64 {
        2.0 * (self.unit() + self.unit() + self.unit() - 1.5)
    }

    /// Uniform in [low, high).
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Uniform in the logarithm.
    pub(super) fn log_between(&mut self, low: f64, high: f64) -> f64 {
        self.between(low.ln(), high.ln()).exp()
    }

    /// True with this probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number in [low, high].
    pub(super) fn whole(&mut self, low: usize, high: usize) -> usize {
        let n = high.saturating_sub(low) + 1;
        low + ((self.unit() * n as f64) as usize).min(n - 1)
    }

    /// A position drawn with these weights.
    pub(super) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        weights
            .iter()
            .position(|weight| {
                left -= weight;
                left < 0.0
            })
            .unwrap_or(weights.len().saturating_sub(1))
    }

    /// One of the items; the first where there is none to choose from.
    pub(super) fn pick<T: Copy>(&mut self, first: T, others: &[T]) -> T {
        match self.whole(0, others.len()) {
            0 => first,
            at => others.get(at - 1).copied().unwrap_or(first),
        }
    }

    /// In random order.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.whole(0, last));
        }
    }
}

/// The Poisson count of this mean at this quantile: it never falls when the mean rises.
pub(super) fn count_at(quantile: f64, mean: f64) -> u16 {
    // A week in which nobody could do more: above it the sum below would start from zero.
    const MOST: f64 = 60.0;
    if mean.is_nan() || mean <= 0.0 {
        return 0;
    }
    let mean = mean.min(MOST);
    let mut probability = (-mean).exp();
    let mut reached = probability;
    let mut count = 0_u16;
    while quantile >= reached && count < 200 {
        count += 1;
        probability *= mean / f64::from(count);
        reached += probability;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ_by_seed_purpose_and_agent() {
        let first = |seed, purpose, agent| Dice::of(seed, purpose, agent).unit().to_bits();
        assert_eq!(first(1, "mood", 2), first(1, "mood", 2));
        for other in [first(2, "mood", 2), first(1, "hint", 2), first(1, "mood", 3)] {
            assert_ne!(other, first(1, "mood", 2));
        }
    }

    #[test]
    fn counts_have_their_mean_and_rise_with_it() {
        let mut dice = Dice::of(1, "counts", 0);
        let draws: Vec<f64> = (0..20_000).map(|_| dice.unit()).collect();
        for mean in [0.3, 2.0, 15.0] {
            let total: f64 = draws.iter().map(|&u| f64::from(count_at(u, mean))).sum();
            // Four Monte Carlo errors.
            assert!((total / 20_000.0 - mean).abs() < 4.0 * (mean / 20_000.0).sqrt(), "{mean}");
            assert!(draws.iter().all(|&u| count_at(u, mean) <= count_at(u, 1.3 * mean)));
        }
        assert_eq!((count_at(0.99, 0.0), count_at(0.5, f64::NAN)), (0, 0));
    }

    #[test]
    fn bells_are_standard_and_weights_are_kept() {
        let mut dice = Dice::of(3, "bell", 0);
        let draws: Vec<f64> = (0..20_000).map(|_| dice.bell()).collect();
        let square: f64 = draws.iter().map(|x| x * x).sum::<f64>() / 20_000.0;
        assert!((square - 1.0).abs() < 0.03, "{square}");
        let hits = (0..10_000).filter(|_| dice.weighted(&[2.0, 5.0, 3.0]) == 1).count();
        assert!((4800..5200).contains(&hits), "{hits}");
        assert!((0..100).all(|_| (3..=5).contains(&dice.whole(3, 5))));
    }
}
