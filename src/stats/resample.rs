//! Clusters drawn with replacement, and what that does to estimates, to first order.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

/// Stream of the first draw; the others follow it.
const STREAM: u64 = 0xd4a3_0000;
/// Clusters that are added up in single precision before they join the sum.
const BLOCK: usize = 512;

/// How often each cluster was drawn, in B draws of as many clusters as there are, with replacement.
///
/// Each draw has its own random stream, keyed by (seed, draw): neither the number of threads nor that of draws changes one.
#[derive(Debug, Clone)]
pub struct Draws {
    /// By cluster, then by draw. More than 255 times does not happen: one cluster alone has been drawn once.
    counts: Vec<u8>,
    n_clusters: usize,
    n_draws: usize,
}

impl Draws {
    /// Draws of `n_clusters` clusters.
    #[must_use]
    pub fn new(seed: u64, n_clusters: usize, n_draws: usize) -> Self {
        let one = |draw: usize| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(STREAM + draw as u64);
            let mut counts = vec![0_u8; n_clusters];
            for _ in 0..n_clusters {
                // The upper half of the product is uniform below n.
                let place = (u128::from(random.next_u64()) * n_clusters as u128) >> 64;
                if let Some(count) = usize::try_from(place).ok().and_then(|place| counts.get_mut(place)) {
                    *count = count.saturating_add(1);
                }
            }
            counts
        };
        let by_draw: Vec<Vec<u8>> = (0..n_draws).into_par_iter().map(one).collect();
        let mut counts = Vec::with_capacity(n_clusters * n_draws);
        for cluster in 0..n_clusters {
            counts.extend(by_draw.iter().map(|draw| draw[cluster]));
        }
        Self { counts, n_clusters, n_draws }
    }

    /// One draw per part that leaves the clusters of this part out and takes every other once.
    #[must_use]
    pub fn leaving_out(part: &[usize], n_parts: usize) -> Self {
        let counts = part.iter().flat_map(|&own| (0..n_parts).map(move |p| u8::from(p != own))).collect();
        Self { counts, n_clusters: part.len(), n_draws: n_parts }
    }

    /// Draws.
    #[must_use]
    pub fn n_draws(&self) -> usize {
        self.n_draws
    }

    /// How often a cluster came in one draw.
    #[must_use]
    pub fn count(&self, draw: usize, cluster: usize) -> usize {
        self.counts.get(cluster * self.n_draws + draw).copied().map_or(0, usize::from)
    }

    /// `Σ_g (w_g - 1) φ_g` for each `phi` (by cluster), of every draw; zeros where a `phi` is not of these clusters.
    ///
    /// With φ the influences of an estimate this is how far each draw moves it; with φ a number of each cluster, by how
    /// much its total changes.
    #[must_use]
    pub fn shifts(&self, phi: &[&[f32]]) -> Vec<Vec<f64>> {
        let (n_draws, n_phi) = (self.n_draws, phi.len());
        let mut sums = vec![vec![0.0; n_draws]; n_phi];
        let usable: Vec<usize> = (0..n_phi).filter(|&k| phi[k].len() == self.n_clusters).collect();
        if usable.is_empty() || n_draws == 0 {
            return sums;
        }
        let mut product = vec![0.0_f32; n_draws * usable.len()];
        let (mut counts, mut packed) = (Vec::new(), Vec::new());
        for (block, drawn) in self.counts.chunks(BLOCK * n_draws).enumerate() {
            let rows = drawn.len() / n_draws;
            counts.clear();
            counts.extend(drawn.iter().map(|&count| f32::from(count)));
            packed.clear();
            usable.iter().for_each(|&k| packed.extend_from_slice(&phi[k][block * BLOCK..block * BLOCK + rows]));
            matmul(
                MatMut::from_column_major_slice_mut(&mut product, n_draws, usable.len()),
                Accum::Replace,
                MatRef::from_column_major_slice(&counts, n_draws, rows),
                MatRef::from_column_major_slice(&packed, rows, usable.len()),
                1.0,
                Par::Seq,
            );
            for (&k, part) in usable.iter().zip(product.chunks(n_draws)) {
                sums[k].iter_mut().zip(part).for_each(|(sum, &part)| *sum += f64::from(part));
            }
        }
        for &k in &usable {
            let found: f64 = phi[k].iter().map(|&phi| f64::from(phi)).sum();
            sums[k].iter_mut().for_each(|sum| *sum -= found);
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_draw_has_as_many_clusters_as_there_are_and_repeats_some() {
        let draws = Draws::new(7, 1000, 40);
        let mut absent = 0;
        for draw in 0..40 {
            assert_eq!((0..1000).map(|g| draws.count(draw, g)).sum::<usize>(), 1000);
            absent += (0..1000).filter(|&g| draws.count(draw, g) == 0).count();
        }
        // (1 - 1/n)^n = 36.8 % are left out; 40,000 cells, their error below a third of a percent.
        let share = f64::from(u32::try_from(absent).unwrap()) / 40_000.0;
        assert!((share - 0.3677).abs() < 0.01, "{share}");
    }

    #[test]
    fn shifts_are_the_weighted_sums() {
        let draws = Draws::new(1, 1300, 5);
        let phi: Vec<f32> = (0..1300_u16).map(|g| f32::from(g % 17) - 8.0).collect();
        for (draw, shift) in draws.shifts(&[&phi, &phi[1..]])[0].iter().enumerate() {
            let by_hand: f64 = (0..1300).map(|g| (draws.count(draw, g) as f64 - 1.0) * f64::from(phi[g])).sum();
            assert!((shift - by_hand).abs() < 1e-3, "{shift} is not {by_hand}");
        }
        assert_eq!(draws.shifts(&[&phi[1..]]), [[0.0; 5]]);
    }

    #[test]
    fn a_draw_depends_on_the_seed_and_its_number_alone() {
        let counts = |draws: &Draws, draw| (0..300).map(|g| draws.count(draw, g)).collect::<Vec<_>>();
        let (few, many, other) = (Draws::new(3, 300, 4), Draws::new(3, 300, 9), Draws::new(4, 300, 4));
        assert_eq!(counts(&few, 2), counts(&many, 2));
        assert_ne!(counts(&few, 2), counts(&few, 3));
        assert_ne!(counts(&few, 2), counts(&other, 2));
    }
}
