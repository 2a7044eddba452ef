//! Draws from a stream of one purpose, in the distributions that the companies need.

use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma};

use crate::synth::rng;

/// A stream of luck.
#[derive(Debug, Clone)]
pub(in crate::synth) struct Luck(ChaCha8Rng);

impl Luck {
    /// The stream of one purpose of one account or KPI.
    pub(in crate::synth) fn of(seed: u64, purpose: &str, index: usize) -> Self {
        Self(rng::stream(seed, purpose, index as u64))
    }

    /// Uniform in [0, 1).
    pub(in crate::synth) fn unit(&mut self) -> f64 {
        rng::uniform(&mut self.0)
    }

    /// Standard normal.
    pub(in crate::synth) fn normal(&mut self) -> f64 {
        rng::normal(&mut self.0)
    }

    /// Uniform in [low, high).
    pub(in crate::synth) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Uniform in the logarithm.
    pub(in crate::synth) fn log_between(&mut self, low: f64, high: f64) -> f64 {
        self.between(low.ln(), high.ln()).exp()
    }

    /// True with this probability.
    pub(in crate::synth) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number in [low, high].
    pub(in crate::synth) fn whole(&mut self, low: i32, high: i32) -> i32 {
        let span = f64::from((high - low).max(0) + 1);
        low + ((self.unit() * span) as i32).min((high - low).max(0))
    }

    /// A position drawn with these weights.
    pub(in crate::synth) fn weighted(&mut self, weights: &[f64]) -> usize {
        let total: f64 = weights.iter().sum();
        let shares: Vec<f64> = weights.iter().map(|weight| weight / total).collect();
        rng::class(&mut self.0, &shares)
    }

    /// One of some items with their weights.
    pub(in crate::synth) fn choose<T: Copy>(&mut self, items: &[(T, f64)]) -> T {
        let weights: Vec<f64> = items.iter().map(|(_, weight)| *weight).collect();
        items[self.weighted(&weights)].0
    }

    /// In random order.
    pub(in crate::synth) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.whole(0, last as i32) as usize);
        }
    }

    /// Gamma of mean 1 with this shape.
    pub(in crate::synth) fn gamma(&mut self, shape: f64) -> f64 {
        Gamma::new(shape, 1.0 / shape).map_or(1.0, |gamma| gamma.sample(&mut self.0))
    }
}

/// Logistic function.
pub(in crate::synth) fn expit(eta: f64) -> f64 {
    1.0 / (1.0 + (-eta).exp())
}

/// The count below which a share `u` of a Poisson distribution lies; it never falls as the mean rises.
///
/// ```text
/// min n with  Σ_{k <= n} e^{-m} m^k / k!  > u
/// ```
pub(in crate::synth) fn poisson_at(u: f64, mean: f64) -> f64 {
    // Above it the first term would vanish in floating point.
    let mean = mean.clamp(0.0, 120.0);
    let mut term = (-mean).exp();
    let (mut reached, mut count) = (term, 0.0);
    while u >= reached && count < 400.0 {
        count += 1.0;
        term *= mean / count;
        reached += term;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_their_mean_and_rise_with_it() {
        let mut luck = Luck::of(1, "counts", 0);
        let draws: Vec<f64> = (0..20_000).map(|_| luck.unit()).collect();
        for mean in [0.2, 3.0, 40.0] {
            let total: f64 = draws.iter().map(|&u| poisson_at(u, mean)).sum();
            // Four Monte Carlo errors.
            assert!((total / 20_000.0 - mean).abs() < 4.0 * (mean / 20_000.0_f64).sqrt(), "{mean}");
            assert!(draws.iter().all(|&u| poisson_at(u, mean) <= poisson_at(u, 1.2 * mean)));
        }
    }

    #[test]
    fn draws_stay_in_their_bounds_and_gammas_have_mean_one() {
        let mut luck = Luck::of(2, "bounds", 0);
        assert!((0..200).map(|_| luck.whole(-2, 1)).all(|n| (-2..=1).contains(&n)));
        let twos = (0..10_000).filter(|_| luck.choose(&[(1, 3.0), (2, 1.0)]) == 2).count();
        assert!((2300..2700).contains(&twos), "{twos}");
        let mean = (0..20_000).map(|_| luck.gamma(0.8)).sum::<f64>() / 20_000.0;
        assert!((mean - 1.0).abs() < 4.0 * (1.25_f64 / 20_000.0).sqrt(), "{mean}");
    }
}
