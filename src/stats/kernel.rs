//! One Newton pass over a block of rows, written so that the compiler keeps it in vector registers.
//!
//! A block of columns is centred and scaled into a buffer that stays in the cache; linear predictor, residual,
//! score and the triangle of `Zᵀ W Z` are then taken from that buffer, so memory is read once per pass. The products run
//! over tiles of three by three columns whose sums stay in registers. The inner loops count by index: an iterator's
//! constructor is a call of its own where link-time optimisation is off, as it is in this project's profile.

use pulp::{Arch, Simd, WithSimd};

use super::link::{LOGIT_LIMIT, Link};
use super::tiles::{MAX_LANES, Tiles};

/// Rows of one block with everything that is known of them.
pub(super) struct BlockRows<'a> {
    /// Values of the block's rows, by column.
    pub(super) columns: &'a [&'a [f64]],
    pub(super) centre: &'a [f64],
    pub(super) inv_scale: &'a [f64],
    pub(super) beta: &'a [f64],
    pub(super) y: &'a [f64],
    pub(super) weights: Option<&'a [f64]>,
    pub(super) offset: Option<&'a [f64]>,
    pub(super) link: Link,
}

/// Sums over the blocks of a chunk, and the buffers they are made in.
pub(super) struct Sums {
    arch: Arch,
    rows: Buffers,
    pub(super) log_likelihood: f64,
    pub(super) score: Vec<f64>,
    tiles: Tiles,
}

/// One number per row of the block.
struct Buffers {
    eta: Vec<f64>,
    y: Vec<f64>,
    residual: Vec<f64>,
    root: Vec<f64>,
    /// `1 + e^-|eta|` of a logit row.
    above: Vec<f64>,
}

impl Buffers {
    fn new(rows: usize) -> Self {
        let zeros = || vec![0.0; rows];
        Self { eta: zeros(), y: zeros(), residual: zeros(), root: zeros(), above: zeros() }
    }
}

impl Sums {
    pub(super) fn new(p: usize) -> Self {
        let tiles = Tiles::new(p);
        let rows = Buffers::new(tiles.stride());
        Self { arch: Arch::new(), rows, log_likelihood: 0.0, score: vec![0.0; p], tiles }
    }

    /// Adds a block of at most [`block_rows`] rows; `eta` receives the linear predictor.
    pub(super) fn add(&mut self, rows: &BlockRows<'_>, eta: &mut [f64]) {
        let arch = self.arch;
        arch.dispatch(AddBlock { sums: self, rows, eta });
    }

    /// The lower triangle summed over all blocks, column-major p by p.
    pub(super) fn gram(&self) -> Vec<f64> {
        self.tiles.gram()
    }
}

/// Probabilities `1 / (1 + e^-eta)` of the rows.
pub(super) fn means(eta: &[f64], means: &mut [f64]) {
    Arch::new().dispatch(Moments { eta, means, variances: None });
}

/// Probabilities of the rows and `p (1 - p)`, without cancellation.
pub(super) fn moments(eta: &[f64], means: &mut [f64], variances: &mut [f64]) {
    Arch::new().dispatch(Moments { eta, means, variances: Some(variances) });
}

struct Moments<'a> {
    eta: &'a [f64],
    means: &'a mut [f64],
    variances: Option<&'a mut [f64]>,
}

impl WithSimd for Moments<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        /// Rows at a time: buffers in the first-level cache, and a length that every vector divides.
        const ROWS: usize = 256;
        let (mut etas, mut powers) = ([0.0; ROWS], [0.0; ROWS]);
        let mut variances = self.variances;
        for (block, (eta, means)) in self.eta.chunks(ROWS).zip(self.means.chunks_mut(ROWS)).enumerate() {
            etas[..eta.len()].copy_from_slice(eta);
            let mut found = [0.0; ROWS];
            let (one, zero) = (simd.splat_f64s(1.0), simd.splat_f64s(0.0));
            let (from, mantissas) = (S::as_simd_f64s(&etas).0, S::as_mut_simd_f64s(&mut found).0);
            let shifted = S::as_mut_simd_f64s(&mut powers).0;
            for i in 0..from.len() {
                let eta = clamp(simd, from[i]);
                (mantissas[i], shifted[i]) = exp_parts(simd, simd.min_f64s(eta, simd.sub_f64s(zero, eta)));
            }
            powers_of_two(&mut powers);
            let (mantissas, powers_out) = (S::as_mut_simd_f64s(&mut found).0, S::as_mut_simd_f64s(&mut powers).0);
            for i in 0..from.len() {
                let small = simd.mul_f64s(mantissas[i], powers_out[i]);
                let inverse = simd.div_f64s(one, simd.add_f64s(one, small));
                mantissas[i] = mean(simd, clamp(simd, from[i]), small, inverse);
                powers_out[i] = simd.mul_f64s(simd.mul_f64s(small, inverse), inverse);
            }
            means.copy_from_slice(&found[..means.len()]);
            if let Some(variances) = variances.as_deref_mut() {
                let from = block * ROWS;
                variances[from..from + means.len()].copy_from_slice(&powers[..means.len()]);
            }
        }
    }
}

#[inline(always)]
fn clamp<S: Simd>(simd: S, eta: S::f64s) -> S::f64s {
    simd.min_f64s(simd.max_f64s(eta, simd.splat_f64s(-LOGIT_LIMIT)), simd.splat_f64s(LOGIT_LIMIT))
}

/// The mean from `small = e^-|eta|` and `inverse = 1 / (1 + small)`.
#[inline(always)]
fn mean<S: Simd>(simd: S, eta: S::f64s, small: S::f64s, inverse: S::f64s) -> S::f64s {
    let (zero, one) = (simd.splat_f64s(0.0), simd.splat_f64s(1.0));
    // 1 above zero and 0 below: the mean is 1 / (1 + small) above and small / (1 + small) below.
    let up = simd.min_f64s(simd.max_f64s(simd.mul_f64s(eta, simd.splat_f64s(STEEP)), zero), one);
    simd.mul_f64s(simd.mul_add_e_f64s(up, simd.sub_f64s(one, small), small), inverse)
}

struct AddBlock<'s, 'a> {
    sums: &'s mut Sums,
    rows: &'s BlockRows<'a>,
    eta: &'s mut [f64],
}

impl WithSimd for AddBlock<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { sums, rows, eta } = self;
        let n = eta.len();
        let own = &mut sums.rows;
        match rows.offset {
            Some(offset) => own.eta[..n].copy_from_slice(offset),
            None => own.eta[..n].fill(0.0),
        }
        own.y[..n].copy_from_slice(rows.y);
        sums.tiles.fill(simd, rows, &mut own.eta);
        // Rows that do not exist are certain events: they have no residual, no weight and no log-likelihood.
        own.eta[n..].fill(LOGIT_LIMIT);
        own.y[n..].fill(1.0);
        eta.copy_from_slice(&own.eta[..n]);
        sums.log_likelihood += match (rows.link, rows.weights) {
            (Link::Logit, None) => logit_rows(simd, own),
            (Link::Logit, Some(weights)) => weighted_logit_rows(simd, own, weights),
            (link, weights) => any_rows(link, own, n, weights),
        };
        sums.tiles.weigh(simd, &own.residual, &own.root, &mut sums.score);
        sums.tiles.add(simd);
    }
}

/// Turns a positive number into at least 1; between the two the two sides agree.
const STEEP: f64 = 1e300;

/// Residual and root of the weight of unweighted logit rows; returns their log-likelihood.
#[inline(always)]
fn logit_rows<S: Simd>(simd: S, rows: &mut Buffers) -> f64 {
    let (zero, one) = (simd.splat_f64s(0.0), simd.splat_f64s(1.0));
    let found = S::as_mut_simd_f64s(&mut rows.residual).0.iter_mut().zip(S::as_mut_simd_f64s(&mut rows.root).0);
    for (&eta, (mantissa, power)) in S::as_simd_f64s(&rows.eta).0.iter().zip(found) {
        let eta = clamp(simd, eta);
        (*mantissa, *power) = exp_parts(simd, simd.min_f64s(eta, simd.sub_f64s(zero, eta)));
    }
    powers_of_two(&mut rows.root);
    let mut linear = zero;
    // log(1 + e^-|eta|) of the block is the logarithm of a product: at most 2^512, where a vector is one number.
    let mut product = one;
    let given = S::as_simd_f64s(&rows.eta).0.iter().zip(S::as_simd_f64s(&rows.y).0);
    let found = S::as_mut_simd_f64s(&mut rows.residual).0.iter_mut().zip(S::as_mut_simd_f64s(&mut rows.root).0);
    let aboves = S::as_mut_simd_f64s(&mut rows.above).0;
    for (((&eta, &y), (residual, root)), kept) in given.zip(found).zip(aboves) {
        let eta = clamp(simd, eta);
        let small = simd.mul_f64s(*residual, *root);
        let above = simd.add_f64s(one, small);
        let inverse = simd.div_f64s(one, above);
        *residual = simd.sub_f64s(y, mean(simd, eta, small, inverse));
        *root = simd.mul_f64s(simd.sqrt_f64s(small), inverse);
        linear = simd.add_f64s(linear, simd.sub_f64s(simd.mul_f64s(y, eta), simd.max_f64s(eta, zero)));
        product = simd.mul_f64s(product, above);
        *kept = above;
    }
    let mut lanes = [1.0; MAX_LANES];
    if let Some(first) = S::as_mut_simd_f64s(&mut lanes).0.first_mut() {
        *first = product;
    }
    simd.reduce_sum_f64s(linear) - lanes.iter().map(|p| p.ln()).sum::<f64>()
}

/// The same with prior weights: the log-likelihood is summed row by row.
#[inline(always)]
fn weighted_logit_rows<S: Simd>(simd: S, rows: &mut Buffers, weights: &[f64]) -> f64 {
    logit_rows(simd, rows);
    let mut sum = 0.0;
    for (i, &m) in weights.iter().enumerate() {
        let eta = rows.eta[i].clamp(-LOGIT_LIMIT, LOGIT_LIMIT);
        sum += m * (rows.y[i] * eta - eta.max(0.0) - rows.above[i].ln());
        rows.residual[i] *= m;
        rows.root[i] *= m.sqrt();
    }
    sum
}

/// The same for any link and prior weights, row by row.
#[inline(always)]
fn any_rows(link: Link, rows: &mut Buffers, n: usize, weights: Option<&[f64]>) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        let row = link.row(rows.eta[i], rows.y[i]);
        let m = weights.map_or(1.0, |w| w[i]);
        rows.residual[i] = m * row.residual;
        rows.root[i] = (m * row.weight).sqrt();
        sum += m * row.log_likelihood;
    }
    rows.residual[n..].fill(0.0);
    rows.root[n..].fill(0.0);
    sum
}

/// `e^a` for `-708 <= a <= 0` as a number and, in the low bits of another, the exponent of a power of two; their product
/// ([`powers_of_two`] between) has a relative error below 2 units in the last place.
///
/// `a = k ln 2 + r`, `|r| <= 0.35`; the Taylor polynomial of degree 13 leaves 4e-18.
#[inline(always)]
fn exp_parts<S: Simd>(simd: S, a: S::f64s) -> (S::f64s, S::f64s) {
    /// Adding 1.5 · 2^52 rounds to a whole number and leaves it in the low bits; 1023 is the bias of the exponent.
    const MAGIC: f64 = 6_755_399_441_055_744.0 + 1023.0;
    const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    /// 1 / 13!, 1 / 12! ... 1 / 2!.
    const TAYLOR: [f64; 12] = [
        1.0 / 6_227_020_800.0,
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
    ];
    let magic = simd.splat_f64s(MAGIC);
    let shifted = simd.add_f64s(simd.mul_f64s(a, simd.splat_f64s(std::f64::consts::LOG2_E)), magic);
    let k = simd.sub_f64s(shifted, magic);
    let r = simd.sub_f64s(a, simd.mul_f64s(k, simd.splat_f64s(LN2_HIGH)));
    let r = simd.sub_f64s(r, simd.mul_f64s(k, simd.splat_f64s(LN2_LOW)));
    let mut p = simd.splat_f64s(TAYLOR[0]);
    for &coefficient in &TAYLOR[1..] {
        p = simd.mul_add_e_f64s(p, r, simd.splat_f64s(coefficient));
    }
    (simd.add_f64s(simd.splat_f64s(1.0), simd.mul_add_e_f64s(simd.mul_f64s(r, r), p, r)), shifted)
}

/// Moves the low twelve bits up to where sign and exponent are.
#[inline(always)]
fn powers_of_two(values: &mut [f64]) {
    for value in values {
        *value = f64::from_bits(value.to_bits() << 52);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Exp(f64);

    impl WithSimd for Exp {
        type Output = f64;

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> f64 {
            let (mantissa, shifted) = exp_parts(simd, simd.splat_f64s(self.0));
            let mut power = [simd.reduce_max_f64s(shifted)];
            powers_of_two(&mut power);
            simd.reduce_max_f64s(mantissa) * power[0]
        }
    }

    fn exp_of(a: f64) -> f64 {
        let (best, scalar) = (Arch::new().dispatch(Exp(a)), Arch::Scalar.dispatch(Exp(a)));
        assert!((best - scalar).abs() <= 4.0 * f64::EPSILON * scalar, "{a}");
        best
    }

    #[test]
    fn the_exponential_is_right_to_two_units_in_the_last_place() {
        for i in 0..=70_800 {
            let a = -f64::from(i) * 0.01 + 1e-3 * f64::from(i % 7) - 6e-3;
            let a = a.max(-708.0);
            let (found, expected) = (exp_of(a), a.exp());
            assert!((found - expected).abs() <= 2.0 * f64::EPSILON * expected, "{a}: {found:e} {expected:e}");
        }
        assert!((exp_of(0.0) - 1.0).abs() < 1e-300);
    }

    #[test]
    fn means_are_those_of_the_logistic_function_at_every_length() {
        for n in [0, 1, 7, 255, 256, 257, 1000] {
            let eta: Vec<f64> = (0..n).map(|i| (f64::from(i) - 400.0) * 0.731).collect();
            let mut found = vec![f64::NAN; eta.len()];
            means(&eta, &mut found);
            for (&eta, &mean) in eta.iter().zip(&found) {
                let expected = Link::Logit.probability(eta);
                assert!((mean - expected).abs() <= 8.0 * f64::EPSILON * expected, "{eta}: {mean:e} {expected:e}");
            }
        }
    }

    /// Blocks of every remainder, by the definition of each sum.
    #[test]
    fn sums_are_those_of_the_rows_for_every_number_of_rows_and_columns() {
        for (n, p) in [(1, 1), (5, 2), (511, 3), (512, 4), (64, 31), (63, 29), (8, 9), (127, 104)] {
            let value = |i: usize, j: usize| ((i * 7 + j * 13 + i * j) % 11) as f64 / 3.0 - 1.5;
            let columns: Vec<Vec<f64>> = (0..p).map(|j| (0..n).map(|i| value(i, j)).collect()).collect();
            let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
            let y: Vec<f64> = (0..n).map(|i| if i % 3 == 0 { 1.0 } else { 0.0 }).collect();
            let (centre, inv_scale) = (vec![0.25; p], vec![1.5; p]);
            let beta: Vec<f64> = (0..p).map(|j| 0.2 - 0.05 * j as f64).collect();
            let weights: Vec<f64> = (0..n).map(|i| (i % 4) as f64).collect();
            for (link, weights) in [(Link::Logit, None), (Link::Logit, Some(&weights[..])), (Link::Cloglog, None)] {
                let rows = BlockRows {
                    columns: &slices,
                    centre: &centre,
                    inv_scale: &inv_scale,
                    beta: &beta,
                    y: &y,
                    weights,
                    offset: None,
                    link,
                };
                let mut sums = Sums::new(p);
                let mut eta = vec![0.0; n];
                sums.add(&rows, &mut eta);
                sums.add(&rows, &mut eta);
                let gram = sums.gram();
                let z = |i: usize, j: usize| (value(i, j) - 0.25) * 1.5;
                let (mut log_likelihood, mut score, mut expected) = (0.0, vec![0.0; p], vec![0.0; p * p]);
                for i in 0..n {
                    let predictor: f64 = (0..p).map(|j| z(i, j) * beta[j]).sum();
                    assert!((predictor - eta[i]).abs() < 1e-12);
                    let (row, m) = (link.row(predictor, y[i]), 2.0 * weights.map_or(1.0, |w| w[i]));
                    log_likelihood += m * row.log_likelihood;
                    for j in 0..p {
                        score[j] += m * row.residual * z(i, j);
                        for k in 0..=j {
                            expected[k * p + j] += m * row.weight * z(i, j) * z(i, k);
                        }
                    }
                }
                assert!((sums.log_likelihood - log_likelihood).abs() < 1e-11 * (1.0 + log_likelihood.abs()));
                let pairs = sums.score.iter().zip(&score).chain(gram.iter().zip(&expected));
                assert!(pairs.clone().all(|(a, b)| (a - b).abs() < 1e-11 * (1.0 + b.abs())), "{n} {p} {link:?}");
            }
        }
    }
}
