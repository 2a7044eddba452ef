//! Two sets of predictions for the same rows: what changes, with an interval that allows for accounts with many rows.

use crate::stats::wald::{WaldTerm, wald};

/// Width of the intervals.
const LEVEL: f64 = 0.95;

/// A measure of both predictions, and `first - second`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Paired {
    pub(super) first: f64,
    pub(super) second: f64,
    pub(super) difference: WaldTerm,
}

/// Difference of two areas under the ROC curve; `None` without events, without non-events, or below two accounts.
///
/// # Formula
/// ```text
/// phi_i = (V10_i - A) / n1 for events, (V01_i - A) / n0 for others        V: share of the other class outranked, ties half
/// se² = G / (G - 1) Σ_g (Σ_{i in g} phi_i^first - phi_i^second)²
/// ```
///
/// # Source
/// Obuchowski (1997), Biometrics 53:567–578, as influence sums.
pub(super) fn auc_difference(first: &[f64], second: &[f64], y: &[f64], account: &[u32]) -> Option<Paired> {
    let (a, first_parts) = outranked(first, y)?;
    let (b, second_parts) = outranked(second, y)?;
    let n_events = y.iter().filter(|y| **y > 0.5).count() as f64;
    let n_others = y.len() as f64 - n_events;
    let part = |i: usize| {
        let centred = (first_parts[i] - a) - (second_parts[i] - b);
        centred / if y[i] > 0.5 { n_events } else { n_others }
    };
    Some(Paired { first: a, second: b, difference: difference(a - b, spread(account, part)?)? })
}

/// Difference of two mean negative log-likelihoods of log-odds; `None` below two accounts.
///
/// # Formula
/// ```text
/// loss_i = log(1 + e^eta_i) - y_i eta_i,  d_i = loss_i^first - loss_i^second,  se² = G / (G - 1) Σ_g (Σ_{i in g} (d_i - d) / n)²
/// ```
pub(super) fn log_loss_difference(first: &[f64], second: &[f64], y: &[f64], account: &[u32]) -> Option<Paired> {
    let n = y.len() as f64;
    let loss = |eta: &[f64]| -> Vec<f64> {
        let soft_plus = |eta: f64| eta.max(0.0) + (-eta.abs()).exp().ln_1p();
        eta.iter().zip(y).map(|(eta, y)| soft_plus(*eta) - y * eta).collect()
    };
    let (first, second) = (loss(first), loss(second));
    let mean = |loss: &[f64]| loss.iter().sum::<f64>() / n;
    let (a, b) = (mean(&first), mean(&second));
    let se = spread(account, |i| (first[i] - second[i] - (a - b)) / n)?;
    Some(Paired { first: a, second: b, difference: difference(a - b, se)? })
}

/// The same predictions differ by nothing, and surely so; without a finite error there is no difference to speak of.
fn difference(estimate: f64, se: f64) -> Option<WaldTerm> {
    let term = wald(estimate, se, LEVEL);
    let sure = WaldTerm { ci_low: estimate, ci_high: estimate, ..term };
    (estimate.is_finite() && se.is_finite()).then_some(if se > 0.0 { term } else { sure })
}

/// `sqrt(G / (G - 1) Σ_g (Σ_{i in g} part_i)²)`.
fn spread(account: &[u32], part: impl Fn(usize) -> f64) -> Option<f64> {
    let n = account.iter().max().map_or(0, |last| *last as usize + 1);
    let mut sums: Vec<Option<f64>> = vec![None; n];
    for (i, account) in account.iter().enumerate() {
        *sums[*account as usize].get_or_insert(0.0) += part(i);
    }
    let sums: Vec<f64> = sums.into_iter().flatten().collect();
    let groups = sums.len() as f64;
    (sums.len() > 1).then(|| (groups / (groups - 1.0) * sums.iter().map(|s| s * s).sum::<f64>()).sqrt())
}

/// The area, and by row the share of the other class on its right side: below an event, above a non-event.
fn outranked(eta: &[f64], y: &[f64]) -> Option<(f64, Vec<f64>)> {
    let n_events = y.iter().filter(|y| **y > 0.5).count() as f64;
    let n_others = y.len() as f64 - n_events;
    if n_events < 1.0 || n_others < 1.0 || eta.iter().any(|eta| eta.is_nan()) {
        return None;
    }
    let mut order: Vec<usize> = (0..eta.len()).collect();
    order.sort_by(|&i, &j| eta[i].total_cmp(&eta[j]));
    let mut share = vec![0.0; eta.len()];
    let (mut events_below, mut others_below, mut start) = (0.0, 0.0, 0);
    while start < order.len() {
        let tied = order[start..].iter().take_while(|&&i| eta[i] <= eta[order[start]]).count();
        let block = &order[start..start + tied];
        let events = block.iter().filter(|&&i| y[i] > 0.5).count() as f64;
        let others = tied as f64 - events;
        for &i in block {
            share[i] = if y[i] > 0.5 {
                (others_below + 0.5 * others) / n_others
            } else {
                (n_events - events_below - 0.5 * events) / n_events
            };
        }
        (events_below, others_below, start) = (events_below + events, others_below + others, start + tied);
    }
    let area = share.iter().zip(y).filter(|(_, y)| **y > 0.5).map(|(s, _)| s).sum::<f64>() / n_events;
    Some((area, share))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::discrimination::auc_delong_paired;

    fn rows(n: usize) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let mut state = 5_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f64 / (1_u64 << 31) as f64
        };
        let mut made = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..n {
            let y = f64::from(u8::from(next() < 0.3));
            made.0.push(((next() + 0.3 * y) * 15.0).floor() / 15.0 - 1.0);
            made.1.push(next() + 0.2 * y - 1.0);
            made.2.push(y);
        }
        made
    }

    #[test]
    fn with_one_row_per_account_it_is_delong_up_to_the_divisor() {
        let (a, b, y) = rows(400);
        let alone: Vec<u32> = (0..400).collect();
        let found = auc_difference(&a, &b, &y, &alone).unwrap();
        let delong = auc_delong_paired(&a, &b, &y).unwrap();
        assert!((found.first - delong.first).abs() < 1e-13 && (found.second - delong.second).abs() < 1e-13);
        // DeLong divides by n1 (n1 - 1) and n0 (n0 - 1), the clustered sum by n1², n0² and G / (G - 1).
        assert!((found.difference.std_error / delong.difference.std_error - 1.0).abs() < 0.01);
    }

    #[test]
    fn every_row_three_times_changes_no_standard_error_but_for_the_same_account() {
        let (a, b, y) = rows(200);
        let thrice = |v: &[f64]| -> Vec<f64> { v.iter().flat_map(|x| [*x; 3]).collect() };
        let alone: Vec<u32> = (0..200).collect();
        let copied: Vec<u32> = (0..200).flat_map(|g| [g; 3]).collect();
        for compare in [auc_difference, log_loss_difference] {
            let once = compare(&a, &b, &y, &alone).unwrap();
            let three = compare(&thrice(&a), &thrice(&b), &thrice(&y), &copied).unwrap();
            assert!((once.difference.estimate - three.difference.estimate).abs() < 1e-13);
            assert!((once.difference.std_error / three.difference.std_error - 1.0).abs() < 1e-12);
            let apart: Vec<u32> = (0..600).collect();
            let naive = compare(&thrice(&a), &thrice(&b), &thrice(&y), &apart).unwrap();
            assert!(naive.difference.std_error < 0.6 * once.difference.std_error);
        }
    }

    #[test]
    fn log_loss_by_hand_and_what_cannot_be_compared() {
        // p = 1/2 for both rows against p = 3/4 of the event and 1/4 of the other.
        let sharp = [3.0_f64.ln(), -(3.0_f64.ln())];
        let found = log_loss_difference(&sharp, &[0.0, 0.0], &[1.0, 0.0], &[0, 1]).unwrap();
        assert!((found.first - (4.0_f64 / 3.0).ln()).abs() < 1e-15 && (found.second - 2.0_f64.ln()).abs() < 1e-15);
        assert!(found.difference.std_error.abs() < 1e-15);
        assert!(auc_difference(&[0.0, 1.0], &[0.0, 1.0], &[0.0, 0.0], &[0, 1]).is_none());
        assert!(log_loss_difference(&sharp, &sharp, &[1.0, 0.0], &[0, 0]).is_none());
        let same = auc_difference(&sharp, &sharp, &[1.0, 0.0], &[0, 1]).unwrap().difference;
        assert!(same.estimate.abs() < 1e-16 && same.ci_low.abs() < 1e-16 && same.ci_high.abs() < 1e-16);
    }
}
