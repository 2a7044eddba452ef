//! Precision and recall of a ranking, ties exact, in O(n log n).

use crate::notice::Explain;

/// All rows with a score at or above one threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrecisionRecallPoint {
    /// Lowest score selected.
    pub threshold: f64,
    /// Share of events among the rows selected.
    pub precision: f64,
    /// Share of all events that is selected.
    pub recall: f64,
    /// Rows selected.
    pub n_selected: usize,
}

/// Why there is no precision or recall.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrecisionRecallError {
    /// Nothing to find.
    #[error("precision and recall need events: there is none in {n_rows} rows")]
    NoEvents {
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
    /// A weight that is negative, infinite or not a number.
    #[error("row {row}: the weight is not a finite number of at least 0")]
    BadWeight {
        /// Row.
        row: usize,
    },
}

impl Explain for PrecisionRecallError {
    fn ja(&self) -> String {
        match self {
            Self::NoEvents { n_rows } => {
                format!("適合率と再現率にはイベントが必要ですが、{n_rows}行に1件もありません")
            }
            Self::WrongLength { scores, rows } => format!("結果{rows}行に対してスコアが{scores}個あります"),
            Self::BadRow { row } => format!("行{row}のスコアが数値でないか、結果が0または1ではありません"),
            Self::BadWeight { row } => format!("行{row}の重みが0以上の有限の数値ではありません"),
        }
    }
}

/// Precision and recall at every distinct score, highest first; the last point selects every row.
///
/// # Errors
/// [`PrecisionRecallError`].
///
/// # Source
/// Values: scikit-learn `precision_recall_curve`, which lists the points in the opposite order and adds (1, 0).
pub fn precision_recall_curve(score: &[f64], y: &[f64]) -> Result<Vec<PrecisionRecallPoint>, PrecisionRecallError> {
    let ranked = ranked(score, y)?;
    let n_events = ranked.last().map_or(0, |g| g.events_to_here) as f64;
    Ok(ranked
        .iter()
        .map(|g| PrecisionRecallPoint {
            threshold: g.score,
            precision: g.events_to_here as f64 / g.rows_to_here as f64,
            recall: g.events_to_here as f64 / n_events,
            n_selected: g.rows_to_here,
        })
        .collect())
}

/// Average precision: the area under the step function of precision over recall.
///
/// # Formula
/// ```text
/// AP = Σ_k (R_k - R_{k-1}) P_k        over distinct scores from the highest; rows with equal scores enter together
/// ```
/// The share of events is its expectation under a constant score; no interpolation between points, which would be
/// too optimistic (Davis & Goadrich 2006, ICML, 233–240).
///
/// # Errors
/// [`PrecisionRecallError`].
///
/// # Source
/// Values: scikit-learn `average_precision_score`.
pub fn average_precision(score: &[f64], y: &[f64]) -> Result<f64, PrecisionRecallError> {
    let mut before = 0.0;
    Ok(precision_recall_curve(score, y)?
        .iter()
        .map(|point| {
            let gained = point.recall - before;
            before = point.recall;
            gained * point.precision
        })
        .sum())
}

/// Average precision with weights: precision and recall are shares of weight, for example of revenue.
///
/// # Errors
/// [`PrecisionRecallError`], among others `BadWeight`, and `NoEvents` where no event has a positive weight.
///
/// # Source
/// Values: scikit-learn `average_precision_score` with `sample_weight`.
pub fn average_precision_weighted(score: &[f64], y: &[f64], weight: &[f64]) -> Result<f64, PrecisionRecallError> {
    ranked(score, y)?;
    if weight.len() != y.len() {
        return Err(PrecisionRecallError::WrongLength { scores: weight.len(), rows: y.len() });
    }
    if let Some(row) = weight.iter().position(|w| !(*w >= 0.0 && w.is_finite())) {
        return Err(PrecisionRecallError::BadWeight { row });
    }
    let events: f64 = weight.iter().zip(y).map(|(w, y)| w * y).sum();
    if events <= 0.0 {
        return Err(PrecisionRecallError::NoEvents { n_rows: y.len() });
    }
    let mut order: Vec<usize> = (0..y.len()).collect();
    order.sort_unstable_by(|&a, &b| (score[b] + 0.0).total_cmp(&(score[a] + 0.0)).then(a.cmp(&b)));
    let (mut found, mut selected, mut sum) = (0.0, 0.0, 0.0);
    for tied in order.chunk_by(|&a, &b| score[a] <= score[b]) {
        let gained: f64 = tied.iter().map(|&i| weight[i] * y[i]).sum();
        found += gained;
        selected += tied.iter().map(|&i| weight[i]).sum::<f64>();
        if selected > 0.0 {
            sum += gained / events * found / selected;
        }
    }
    Ok(sum)
}

/// Rows of one score, with counts of all rows down to it.
struct Tied {
    score: f64,
    rows_to_here: usize,
    events_to_here: usize,
}

fn ranked(score: &[f64], y: &[f64]) -> Result<Vec<Tied>, PrecisionRecallError> {
    if score.len() != y.len() {
        return Err(PrecisionRecallError::WrongLength { scores: score.len(), rows: y.len() });
    }
    let bad = |i: &usize| score[*i].is_nan() || !(y[*i].abs() <= 0.0 || (y[*i] - 1.0).abs() <= 0.0);
    if let Some(row) = (0..y.len()).find(bad) {
        return Err(PrecisionRecallError::BadRow { row });
    }
    // Adding 0 makes -0 equal to 0 in the total order too.
    let mut rows: Vec<(f64, bool)> = score.iter().zip(y).map(|(s, y)| (s + 0.0, *y > 0.5)).collect();
    rows.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let (mut rows_to_here, mut events_to_here) = (0, 0);
    let ranked: Vec<Tied> = rows
        .chunk_by(|a, b| a.0 <= b.0)
        .map(|tied| {
            rows_to_here += tied.len();
            events_to_here += tied.iter().filter(|r| r.1).count();
            Tied { score: tied[0].0, rows_to_here, events_to_here }
        })
        .collect();
    if events_to_here == 0 { Err(PrecisionRecallError::NoEvents { n_rows: y.len() }) } else { Ok(ranked) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand_with_ties_and_in_any_order() {
        // Ranked: 0.9 (1), 0.8 (0), 0.5 (1, 0, 1), 0.1 (0).
        let (score, y) = ([0.5, 0.1, 0.9, 0.5, 0.8, 0.5], [1.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
        let points = precision_recall_curve(&score, &y).unwrap();
        let expected = [(0.9, 1.0, 1.0 / 3.0), (0.8, 0.5, 1.0 / 3.0), (0.5, 0.6, 1.0), (0.1, 0.5, 1.0)];
        assert_eq!(points.len(), 4);
        for (point, (threshold, precision, recall)) in points.iter().zip(expected) {
            assert!((point.threshold - threshold).abs() < 1e-16 && (point.precision - precision).abs() < 1e-15);
            assert!((point.recall - recall).abs() < 1e-15);
        }
        assert!((average_precision(&score, &y).unwrap() - (1.0 / 3.0 + 2.0 / 3.0 * 0.6)).abs() < 1e-15);
    }

    #[test]
    fn a_perfect_score_has_one_and_a_constant_one_the_share_of_events() {
        let y = [0.0, 1.0, 0.0, 1.0, 0.0];
        assert!((average_precision(&y, &y).unwrap() - 1.0).abs() < 1e-15);
        assert!((average_precision(&[0.0, -0.0, 0.0, 0.0, -0.0], &y).unwrap() - 0.4).abs() < 1e-15);
        assert!((average_precision(&[1.0, 2.0], &[1.0, 1.0]).unwrap() - 1.0).abs() < 1e-15);
    }

    /// The average of the precision at each event over all orders of the tied rows would differ; the step function is
    /// this sum over thresholds, compared with the definition row by row.
    #[test]
    fn agrees_with_the_definition_at_every_threshold() {
        let score: Vec<f64> = (0..400).map(|i| f64::from(i * i % 37)).collect();
        let y: Vec<f64> = (0..400).map(|i| f64::from(u8::from(i * 7 % 11 < 3))).collect();
        let n_events = y.iter().sum::<f64>();
        let count =
            |t: f64, events: bool| (0..400).filter(|&i| score[i] >= t && (!events || y[i] > 0.5)).count() as f64;
        let mut levels = score.clone();
        levels.sort_by(|a, b| b.total_cmp(a));
        levels.dedup();
        let (mut expected, mut before) = (0.0, 0.0);
        for t in levels {
            expected += (count(t, true) / n_events - before) * count(t, true) / count(t, false);
            before = count(t, true) / n_events;
        }
        assert!((average_precision(&score, &y).unwrap() - expected).abs() < 1e-14);
    }

    #[test]
    fn weights_by_hand_and_without_effect_when_equal() {
        // Ranked: 0.9 (event, 2), 0.8 (other, 0), 0.5 (event 1, other 3, event 4), 0.1 (other, 5).
        let (score, y) = ([0.5, 0.1, 0.9, 0.5, 0.8, 0.5], [1.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
        let found = average_precision_weighted(&score, &y, &[1.0, 5.0, 2.0, 3.0, 0.0, 4.0]).unwrap();
        assert!((found - (2.0 / 7.0 + 5.0 / 7.0 * 0.7)).abs() < 1e-15);
        let equal = average_precision_weighted(&score, &y, &[3.5; 6]).unwrap();
        assert!((equal - average_precision(&score, &y).unwrap()).abs() < 1e-15);
        let refused = average_precision_weighted(&score, &y, &[1.0, 1.0, 0.0, 1.0, -1.0, 0.0]).unwrap_err();
        assert_eq!(refused, PrecisionRecallError::BadWeight { row: 4 });
        let none = average_precision_weighted(&score, &y, &[0.0, 1.0, 0.0, 1.0, 1.0, 0.0]).unwrap_err();
        assert_eq!(none, PrecisionRecallError::NoEvents { n_rows: 6 });
    }

    #[test]
    fn what_cannot_be_ranked_is_refused() {
        assert_eq!(average_precision(&[1.0], &[0.0]).unwrap_err(), PrecisionRecallError::NoEvents { n_rows: 1 });
        assert_eq!(average_precision(&[], &[]).unwrap_err(), PrecisionRecallError::NoEvents { n_rows: 0 });
        assert_eq!(
            average_precision(&[1.0], &[0.0, 1.0]).unwrap_err(),
            PrecisionRecallError::WrongLength { scores: 1, rows: 2 }
        );
        assert_eq!(average_precision(&[f64::NAN], &[1.0]).unwrap_err(), PrecisionRecallError::BadRow { row: 0 });
        assert_eq!(average_precision(&[1.0, 2.0], &[1.0, 0.5]).unwrap_err(), PrecisionRecallError::BadRow { row: 1 });
    }
}
