//! Area under the ROC curve with DeLong's variance, ties exact, in O(n log n).

use super::{normal, wald};
use crate::notice::Explain;

/// Area under the curve of one score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Auc {
    /// `P(score of an event > score of a non-event) + 1/2 P(equal)`.
    pub auc: f64,
    /// DeLong standard error; NaN with a single event or non-event.
    pub se: f64,
    /// Lower limit of the 95 % interval, not below 0.
    pub ci_low: f64,
    /// Upper limit of the 95 % interval, not above 1.
    pub ci_high: f64,
    /// Rows with y = 1.
    pub n_events: usize,
    /// Rows.
    pub n_rows: usize,
}

/// Two scores on the same rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AucDifference {
    /// Area of the first score.
    pub first: f64,
    /// Area of the second score.
    pub second: f64,
    /// `first - second` with DeLong's standard error, two-sided test and 95 % interval.
    pub difference: wald::WaldTerm,
}

/// Why there is no area.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DiscriminationError {
    /// Nothing to rank.
    #[error("ranking needs events and non-events: {n_events} events in {n_rows} rows")]
    OneClass {
        /// Rows with y = 1.
        n_events: usize,
        /// Rows.
        n_rows: usize,
    },
    /// Score and outcome are not of the same rows.
    #[error("{scores} scores for {rows} outcomes")]
    WrongLength {
        /// Scores.
        scores: usize,
        /// Outcomes.
        rows: usize,
    },
    /// A score that cannot be ranked, or an outcome other than 0 and 1.
    #[error("row {row}: the score is not a number or the outcome is not 0 or 1")]
    BadRow {
        /// Row.
        row: usize,
    },
}

impl Explain for DiscriminationError {
    fn ja(&self) -> String {
        match self {
            Self::OneClass { n_events, n_rows } => {
                format!("順位付けにはイベントの有無の両方が必要です（{n_rows}行中{n_events}件）")
            }
            Self::WrongLength { scores, rows } => format!("結果{rows}行に対してスコアが{scores}個あります"),
            Self::BadRow { row } => format!("行{row}のスコアが数値でないか、結果が0または1ではありません"),
        }
    }
}

/// Area under the ROC curve with DeLong's interval.
///
/// # Formula
/// ```text
/// V10_i = (R_i - R_i^events) / n0        V01_j = 1 - (R_j - R_j^others) / n1        midranks over all rows and within class
/// auc = mean V10,   se² = var(V10) / n1 + var(V01) / n0
/// ```
///
/// # Errors
/// [`DiscriminationError`].
///
/// # Source
/// DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44:837–845; fast form: Sun & Xu (2014), IEEE SPL 21:1389–1393.
pub fn auc_delong(score: &[f64], y: &[f64]) -> Result<Auc, DiscriminationError> {
    let parts = placements(score, y)?;
    let se = variance_of_mean(&parts.events, &parts.events).max(0.0) + variance_of_mean(&parts.others, &parts.others);
    let se = se.sqrt();
    let half = normal::quantile(0.975) * se;
    let auc = parts.auc();
    Ok(Auc {
        auc,
        se,
        ci_low: if half.is_nan() { f64::NAN } else { (auc - half).max(0.0) },
        ci_high: if half.is_nan() { f64::NAN } else { (auc + half).min(1.0) },
        n_events: parts.events.len(),
        n_rows: score.len(),
    })
}

/// DeLong's test of two scores on the same rows.
///
/// # Errors
/// [`DiscriminationError`].
pub fn auc_delong_paired(first: &[f64], second: &[f64], y: &[f64]) -> Result<AucDifference, DiscriminationError> {
    let (a, b) = (placements(first, y)?, placements(second, y)?);
    let differ = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<f64>>();
    let (events, others) = (differ(&a.events, &b.events), differ(&a.others, &b.others));
    let variance = variance_of_mean(&events, &events) + variance_of_mean(&others, &others);
    Ok(AucDifference {
        first: a.auc(),
        second: b.auc(),
        difference: wald::wald(a.auc() - b.auc(), variance.max(0.0).sqrt(), 0.95),
    })
}

/// Share of the other class that each row outranks, events and non-events in row order.
struct Placements {
    events: Vec<f64>,
    others: Vec<f64>,
}

impl Placements {
    fn auc(&self) -> f64 {
        super::moments::mean(&self.events)
    }
}

fn placements(score: &[f64], y: &[f64]) -> Result<Placements, DiscriminationError> {
    if score.len() != y.len() {
        return Err(DiscriminationError::WrongLength { scores: score.len(), rows: y.len() });
    }
    let bad = |i: &usize| score[*i].is_nan() || !(y[*i].abs() <= 0.0 || (y[*i] - 1.0).abs() <= 0.0);
    if let Some(row) = (0..y.len()).find(bad) {
        return Err(DiscriminationError::BadRow { row });
    }
    let n_events = y.iter().filter(|y| **y > 0.5).count();
    let (n1, n0) = (n_events as f64, (y.len() - n_events) as f64);
    if n_events == 0 || n_events == y.len() {
        return Err(DiscriminationError::OneClass { n_events, n_rows: y.len() });
    }
    let mut order: Vec<usize> = (0..score.len()).collect();
    order.sort_unstable_by(|&a, &b| (score[a] + 0.0).total_cmp(&(score[b] + 0.0)).then(a.cmp(&b)));
    let mut share = vec![0.0; score.len()];
    let (mut events_below, mut others_below) = (0.0, 0.0);
    let mut start = 0;
    while start < order.len() {
        let value = score[order[start]];
        let length = order[start..].iter().take_while(|&&i| score[i] <= value).count();
        let tied = &order[start..start + length];
        let events = tied.iter().filter(|&&i| y[i] > 0.5).count() as f64;
        let others = length as f64 - events;
        for &i in tied {
            share[i] =
                if y[i] > 0.5 { (others_below + 0.5 * others) / n0 } else { (n1 - events_below - 0.5 * events) / n1 };
        }
        events_below += events;
        others_below += others;
        start += length;
    }
    let class = |event: bool| (0..y.len()).filter(|&i| (y[i] > 0.5) == event).map(|i| share[i]).collect();
    Ok(Placements { events: class(true), others: class(false) })
}

/// Covariance (divisor n - 1) over n; NaN below two values.
fn variance_of_mean(a: &[f64], b: &[f64]) -> f64 {
    if a.len() < 2 {
        return f64::NAN;
    }
    let (ma, mb) = (super::moments::mean(a), super::moments::mean(b));
    let sum: f64 = a.iter().zip(b).map(|(a, b)| (a - ma) * (b - mb)).sum();
    sum / (a.len() - 1) as f64 / a.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DeLong by its definition: every pair compared.
    fn brute(scores: [&[f64]; 2], y: &[f64]) -> ([f64; 2], f64) {
        let events: Vec<usize> = (0..y.len()).filter(|&i| y[i] > 0.5).collect();
        let others: Vec<usize> = (0..y.len()).filter(|&i| y[i] < 0.5).collect();
        let kernel = |s: &[f64], i: usize, j: usize| {
            if s[i] > s[j] {
                1.0
            } else if s[i] < s[j] {
                0.0
            } else {
                0.5
            }
        };
        let mut auc = [0.0; 2];
        let (mut v10, mut v01) = (vec![0.0; events.len()], vec![0.0; others.len()]);
        for (k, s) in scores.iter().enumerate() {
            let sign = if k == 0 { 1.0 } else { -1.0 };
            for (a, &i) in events.iter().enumerate() {
                for (b, &j) in others.iter().enumerate() {
                    let psi = kernel(s, i, j);
                    auc[k] += psi / (events.len() * others.len()) as f64;
                    v10[a] += sign * psi / others.len() as f64;
                    v01[b] += sign * psi / events.len() as f64;
                }
            }
        }
        let var = |v: &[f64]| {
            let m = v.iter().sum::<f64>() / v.len() as f64;
            v.iter().map(|x| (x - m).powi(2)).sum::<f64>() / (v.len() - 1) as f64
        };
        (auc, (var(&v10) / events.len() as f64 + var(&v01) / others.len() as f64).sqrt())
    }

    fn data(n: usize) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f64 / (1_u64 << 31) as f64
        };
        let mut rows = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..n {
            let y = if next() < 0.3 { 1.0 } else { 0.0 };
            rows.0.push(((next() + 0.2 * y) * 12.0).floor());
            rows.1.push(next() + 0.4 * y);
            rows.2.push(y);
        }
        rows
    }

    #[test]
    fn agrees_with_every_pair_compared_ties_included() {
        let (a, b, y) = data(237);
        let zeros = vec![0.0; y.len()];
        let (auc, se) = brute([&a, &zeros], &y);
        let found = auc_delong(&a, &y).unwrap();
        assert!((found.auc - auc[0]).abs() < 1e-13 && (found.se - se).abs() < 1e-13);
        let (auc, se) = brute([&a, &b], &y);
        let pair = auc_delong_paired(&a, &b, &y).unwrap();
        assert!((pair.first - auc[0]).abs() < 1e-13 && (pair.second - auc[1]).abs() < 1e-13);
        assert!((pair.difference.std_error - se).abs() < 1e-13);
    }

    #[test]
    fn perfect_useless_and_impossible_scores() {
        let y = [0.0, 0.0, 1.0, 1.0];
        let perfect = auc_delong(&[1.0, 2.0, 3.0, 4.0], &y).unwrap();
        assert!((perfect.auc - 1.0).abs() < 1e-16 && perfect.se.abs() < 1e-16);
        assert!((auc_delong(&[5.0; 4], &y).unwrap().auc - 0.5).abs() < 1e-16);
        assert!((auc_delong(&[0.0, -0.0, 0.0, -0.0], &y).unwrap().auc - 0.5).abs() < 1e-16);
        assert_eq!(
            auc_delong(&[1.0, 2.0], &[0.0, 0.0]).unwrap_err(),
            DiscriminationError::OneClass { n_events: 0, n_rows: 2 }
        );
        assert_eq!(auc_delong(&[f64::NAN, 2.0], &[0.0, 1.0]).unwrap_err(), DiscriminationError::BadRow { row: 0 });
        assert!(auc_delong(&[1.0, 2.0], &[0.0, 1.0]).unwrap().se.is_nan());
    }
}
