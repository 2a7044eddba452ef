//! Rating against data, group by group.

use crate::stats::moments::quantile_sorted;

/// Ratings with at most so many levels are shown by level, others in thirds.
pub const MAX_LEVELS: usize = 5;

/// How far rating and data agree.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// Groups are the levels of the rating; else thirds of the rated rows.
    pub by_level: bool,
    /// Groups of the rating, the one that it calls riskiest first.
    pub groups: Vec<RatingGroup>,
    /// Weighted kappa: 1 = same order, 0 = as if by chance, below 0 = opposite.
    pub kappa: Option<f64>,
}

/// Rows with a similar rating.
#[derive(Debug, Clone, PartialEq)]
pub struct RatingGroup {
    /// Lowest safety of the group.
    pub low: f64,
    /// Highest safety.
    pub high: f64,
    /// By what the data says, riskiest first; as many as there are groups.
    pub cells: Vec<Cell>,
}

/// Rows on which rating and data say certain things.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell {
    /// Rows.
    pub n_rows: usize,
    /// Events.
    pub n_events: usize,
}

/// The table of rating by data.
///
/// The data's groups have the sizes of the rating's (rows of one probability stay together), so a rating that ranks as the
/// data does fills the diagonal, however unevenly its levels are used.
///
/// # Formula
/// ```text
/// kappa = 1 - Σ (i - j)² n_ij / Σ (i - j)² n_i. n_.j / n
/// ```
/// # Shapes and units
/// `safety` (n): the rating, higher = safer, NaN = not rated; `eta` (n) held-out log-odds of leaving; `y` (n) 0 or 1. Rows
/// without a rating are left out. `None` where the rating does not vary.
///
/// # Source
/// Cohen (1968), Psychological Bulletin 70(4):213–220, quadratic weights.
#[must_use]
pub fn agreement(safety: &[f64], eta: &[f64], y: &[f64]) -> Option<Agreement> {
    let rated: Vec<usize> = (0..safety.len()).filter(|&i| safety[i].is_finite() && eta[i].is_finite()).collect();
    let mut sorted: Vec<f64> = rated.iter().map(|&i| safety[i]).collect();
    sorted.sort_by(f64::total_cmp);
    let mut levels = sorted.clone();
    levels.dedup();
    let by_level = levels.len() <= MAX_LEVELS;
    // Highest safety of each group.
    let mut tops: Vec<f64> =
        if by_level { levels } else { [1.0 / 3.0, 2.0 / 3.0, 1.0].map(|q| quantile_sorted(&sorted, q)).to_vec() };
    tops.dedup();
    if tops.len() < 2 {
        return None;
    }
    let own = |i: usize| tops.partition_point(|top| *top < safety[i]).min(tops.len() - 1);
    let mut sizes = vec![0; tops.len()];
    rated.iter().for_each(|&i| sizes[own(i)] += 1);
    let mut by_risk: Vec<f64> = rated.iter().map(|&i| eta[i]).collect();
    by_risk.sort_by(|a, b| b.total_cmp(a));
    let mut end = 0;
    // Lowest log-odds of each group of the data but the last.
    let cuts: Vec<f64> = sizes[..sizes.len() - 1]
        .iter()
        .map(|size| {
            end += size;
            by_risk[end - 1]
        })
        .collect();
    let mut groups: Vec<RatingGroup> =
        vec![
            RatingGroup { low: f64::INFINITY, high: f64::NEG_INFINITY, cells: vec![Cell::default(); tops.len()] };
            tops.len()
        ];
    for &i in &rated {
        let group = &mut groups[own(i)];
        (group.low, group.high) = (group.low.min(safety[i]), group.high.max(safety[i]));
        let cell = &mut group.cells[cuts.iter().filter(|cut| eta[i] < **cut).count()];
        cell.n_rows += 1;
        cell.n_events += usize::from(y[i] > 0.5);
    }
    let kappa = kappa(&groups);
    Some(Agreement { by_level, groups, kappa })
}

fn kappa(groups: &[RatingGroup]) -> Option<f64> {
    let count = |i: usize, j: usize| groups[i].cells[j].n_rows as f64;
    let k = groups.len();
    let rows: Vec<f64> = (0..k).map(|i| (0..k).map(|j| count(i, j)).sum()).collect();
    let columns: Vec<f64> = (0..k).map(|j| (0..k).map(|i| count(i, j)).sum()).collect();
    let n: f64 = rows.iter().sum();
    let (mut seen, mut expected) = (0.0, 0.0);
    for (i, row) in rows.iter().enumerate() {
        for (j, column) in columns.iter().enumerate() {
            let apart = (i as f64 - j as f64).powi(2);
            seen += apart * count(i, j);
            expected += apart * row * column / n;
        }
    }
    (expected > 0.0).then(|| 1.0 - seen / expected)
}
