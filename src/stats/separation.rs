//! Separation: a direction along which the likelihood rises for ever, proved on the rows.

use rayon::prelude::*;

use super::linalg;
use super::rows::{Response, Scaled};

/// Violations below this share of the largest separated row are rounding.
const VIOLATION: f64 = 1e-7;
/// Eigenvalues of a unit-variance Gram below this are null directions (1e-11 squared length, 3e-6 in length).
const NULL_SPACE: f64 = 1e-11;
/// Cut points that part rows on the separating plane from rows that run away, in log-odds per Newton step: a separated
/// row moves by about one per step, the others by an amount that shrinks geometrically.
const CUTS: [f64; 6] = [0.5, 0.1, 1e-2, 1e-3, 1e-5, 1e-7];
/// Projections tried before the search is given up.
const MAX_PROJECTIONS: usize = 600;

/// A direction with `s_i z_i · d >= 0` for every row and `> 0` for `rows`, where `s_i = 2 y_i - 1`.
#[derive(Debug, Clone)]
pub(crate) struct Direction {
    /// In scaled units.
    pub(crate) scaled: Vec<f64>,
    /// Rows that are strictly on their side.
    pub(crate) rows: Vec<usize>,
    /// Every row is.
    pub(crate) complete: bool,
}

/// Proof or nothing: first the candidates, then their shares, last the iterative rectifier of Correia, Guimarães & Zylkin (2019).
pub(crate) fn detect(design: &Scaled<'_>, r: &Response<'_>, candidates: &[&[f64]]) -> Option<Direction> {
    candidates
        .iter()
        .find_map(|c| certify(design, r, c))
        .or_else(|| candidates.iter().find_map(|c| certify(design, r, &share(design, r, c)?)))
        .or_else(|| rectify(design, r))
}

/// The candidate as a share of the row that ran farthest: coefficients of many steps leave the other rows far behind, though
/// those too move by more than a step's worth.
pub(crate) fn share(design: &Scaled<'_>, r: &Response<'_>, candidate: &[f64]) -> Option<Vec<f64>> {
    let (_, high) = range(&margins(design, r, candidate));
    (high > 1.0 && high.is_finite()).then(|| candidate.iter().map(|value| value / high).collect())
}

/// `s_i z_i · d`, infinite for rows that do not count.
fn margins(design: &Scaled<'_>, r: &Response<'_>, d: &[f64]) -> Vec<f64> {
    let mut z = design.project(d);
    z.par_iter_mut().enumerate().for_each(|(i, z)| {
        if r.y[i] < 0.5 {
            *z = -*z;
        }
        if r.weight(i) <= 0.0 {
            *z = f64::INFINITY;
        }
    });
    z
}

fn range(margins: &[f64]) -> (f64, f64) {
    margins.iter().filter(|m| m.is_finite()).fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &m| (l.min(m), h.max(m)))
}

fn accept(d: Vec<f64>, margins: &[f64]) -> Option<Direction> {
    let (low, high) = range(margins);
    if !(high > 0.0 && low >= -VIOLATION * high) {
        return None;
    }
    let rows: Vec<usize> =
        (0..margins.len()).filter(|&i| margins[i].is_finite() && margins[i] > 10.0 * VIOLATION * high).collect();
    Some(Direction { scaled: d, rows, complete: low > 10.0 * VIOLATION * high })
}

/// Checks whether `candidate`, cleaned of what it moves on rows that should stay put, separates the rows.
///
/// Rows below a cut are taken to lie on the separating plane; the candidate is projected on the null space of those rows,
/// and the projection must then have no row on the wrong side. A false claim is impossible beyond rounding.
pub(crate) fn certify(design: &Scaled<'_>, r: &Response<'_>, candidate: &[f64]) -> Option<Direction> {
    let first = margins(design, r, candidate);
    let (low, high) = range(&first);
    if !(high > 0.0 && high.is_finite()) {
        return None;
    }
    if low > 10.0 * VIOLATION * high {
        return accept(candidate.to_vec(), &first);
    }
    let length = linalg::dot(candidate, candidate);
    let mut last_count = usize::MAX;
    for cut in CUTS {
        let cut = cut * high.min(1.0);
        if low < -cut {
            break;
        }
        let on_plane: Vec<f64> = first.iter().map(|&m| if m <= cut { 1.0 } else { 0.0 }).collect();
        let count = on_plane.iter().filter(|&&w| w > 0.0).count();
        if count == last_count || count == first.len() {
            continue;
        }
        last_count = count;
        let (gram, _) = design.weighted_gram(&on_plane, &on_plane);
        let (values, vectors) = linalg::eigen(&gram)?;
        let mut cleaned = vec![0.0; candidate.len()];
        for (k, value) in values.iter().enumerate() {
            if *value <= NULL_SPACE * first.len() as f64 {
                let v = vectors.column(k);
                let along: f64 = v.iter().zip(candidate).map(|(v, c)| v * c).sum();
                cleaned.iter_mut().zip(v).for_each(|(c, v)| *c += along * v);
            }
        }
        if linalg::dot(&cleaned, &cleaned) <= 1e-8 * length {
            continue;
        }
        let margins = margins(design, r, &cleaned);
        if let Some(found) = accept(cleaned, &margins) {
            return Some(found);
        }
    }
    None
}

/// Alternating projections between the column space (signed rows) and the non-negative orthant.
///
/// # Source
/// Correia, Guimarães & Zylkin (2019), "Verifying the existence of maximum likelihood estimates for generalized linear
/// models", arXiv:1903.01633, section 3, for a binary outcome, where every row lies on the boundary of its support.
fn rectify(design: &Scaled<'_>, r: &Response<'_>) -> Option<Direction> {
    let n = r.y.len();
    let active: Vec<f64> = (0..n).map(|i| if r.weight(i) > 0.0 { 1.0 } else { 0.0 }).collect();
    let sign = |i: usize| if r.y[i] > 0.5 { active[i] } else { -active[i] };
    let (gram, _) = design.weighted_gram(&active, &active);
    let factor = linalg::cholesky(&gram).ok()?;
    let mut target: Vec<f64> = (0..n).map(sign).collect();
    for round in 1..=MAX_PROJECTIONS {
        let d = linalg::solve(&factor, &design.transpose_times(&target));
        let fitted = margins(design, r, &d);
        let (low, high) = range(&fitted);
        if high.is_nan() || high <= 1e-9 {
            return None;
        }
        if (low >= -1e-9 * high || round % 15 == 0)
            && let Some(found) = certify(design, r, &d.iter().map(|v| v / high).collect::<Vec<_>>())
        {
            return Some(found);
        }
        target = (0..n).map(|i| if fitted[i].is_finite() { sign(i) * fitted[i].max(0.0) } else { 0.0 }).collect();
    }
    None
}
