//! Rows sorted by cluster, and what the clusters add up to in a small-sample covariance.

use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::{Accum, MatMut, MatRef, Par};

use super::linalg;

/// Clusters whose vectors are gathered before one product.
const BLOCK_CLUSTERS: usize = 32;
/// Partial sums, a function of nothing, so that threads change no digit.
const MAX_CHUNKS: u64 = 16;

/// Rows in the order of their clusters.
pub(super) struct Sorted {
    rows: Vec<usize>,
    starts: Vec<usize>,
}

impl Sorted {
    pub(super) fn new(cluster: &[u32], n_clusters: usize) -> Self {
        let mut starts = vec![0; n_clusters + 1];
        cluster.iter().for_each(|&g| starts[g as usize + 1] += 1);
        for g in 0..n_clusters {
            starts[g + 1] += starts[g];
        }
        let (mut next, mut rows) = (starts.clone(), vec![0; cluster.len()]);
        for (row, &g) in cluster.iter().enumerate() {
            rows[next[g as usize]] = row;
            next[g as usize] += 1;
        }
        Self { rows, starts }
    }

    pub(super) fn of(&self, g: usize) -> &[usize] {
        &self.rows[self.starts[g]..self.starts[g + 1]]
    }

    /// Ranges of clusters with about the same number of rows.
    pub(super) fn chunks(&self) -> Vec<std::ops::Range<usize>> {
        let n = self.rows.len() as u64;
        let part = |g: usize| (self.starts[g] as u64 * MAX_CHUNKS / n.max(1)).min(MAX_CHUNKS - 1);
        let last = self.starts.len() - 1;
        let mut cuts: Vec<usize> = (0..last).filter(|&g| g == 0 || part(g) != part(g - 1)).collect();
        cuts.push(last);
        cuts.windows(2).map(|w| w[0]..w[1]).collect()
    }
}

/// What clusters add up to; matrices column-major, lower triangles.
pub(super) struct Sums {
    /// `Σ E u (E u)ᵀ`.
    pub(super) meat: Vec<f64>,
    /// `Σ v vᵀ` of each coefficient.
    pub(super) grams: Vec<f64>,
    /// `Σ d - |v|²` and `Σ d² - 2 d |v|²` of each coefficient.
    pub(super) trace: Vec<f64>,
    pub(super) square: Vec<f64>,
    pub(super) n_full_leverage: usize,
}

impl Sums {
    pub(super) fn new(p: usize) -> Self {
        let square = p * p;
        Self {
            meat: vec![0.0; square],
            grams: vec![0.0; square * p],
            trace: vec![0.0; p],
            square: vec![0.0; p],
            n_full_leverage: 0,
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        let pairs = [
            (&mut self.meat, &other.meat),
            (&mut self.grams, &other.grams),
            (&mut self.trace, &other.trace),
            (&mut self.square, &other.square),
        ];
        for (sum, part) in pairs {
            sum.iter_mut().zip(part).for_each(|(a, b)| *a += b);
        }
        self.n_full_leverage += other.n_full_leverage;
    }
}

/// Vectors of up to [`BLOCK_CLUSTERS`] clusters: v of every coefficient and, last, `E u`; each p long.
pub(super) struct Gathered {
    vectors: Vec<f64>,
    count: usize,
    p: usize,
}

impl Gathered {
    pub(super) fn new(p: usize) -> Self {
        Self { vectors: vec![0.0; (p + 1) * BLOCK_CLUSTERS * p], count: 0, p }
    }

    /// Takes the (p, p + 1) vectors of one cluster and its d.
    pub(super) fn push(&mut self, vectors: &[f64], d: &[f64], sums: &mut Sums) {
        let p = self.p;
        for (j, v) in vectors.chunks(p).enumerate() {
            let at = (j * BLOCK_CLUSTERS + self.count) * p;
            self.vectors[at..at + p].copy_from_slice(v);
            if let Some(&d) = d.get(j) {
                let square = linalg::dot(v, v);
                sums.trace[j] += d - square;
                sums.square[j] += d * (d - 2.0 * square);
            }
        }
        self.count += 1;
        if self.count == BLOCK_CLUSTERS {
            self.flush(sums);
        }
    }

    pub(super) fn flush(&mut self, sums: &mut Sums) {
        let p = self.p;
        for (j, v) in self.vectors.chunks(BLOCK_CLUSTERS * p).enumerate() {
            let v = MatRef::from_column_major_slice(&v[..self.count * p], p, self.count);
            let sum = if j < p { &mut sums.grams[j * p * p..(j + 1) * p * p] } else { &mut sums.meat[..] };
            triangular::matmul(
                MatMut::from_column_major_slice_mut(sum, p, p),
                BlockStructure::TriangularLower,
                Accum::Add,
                v,
                BlockStructure::Rectangular,
                v.transpose(),
                BlockStructure::Rectangular,
                1.0,
                Par::Seq,
            );
        }
        self.count = 0;
    }
}
