//! What the highest scores find: precision, recall and lift of a top, cumulative gains, and the top of each period.
//!
//! Rows are selected by count, since the team's hours are spent on accounts, not on revenue; weights say what was found.

use rayon::prelude::*;

use super::measure_error::MeasureError;
use super::sampling::{Estimate, Sampling, check, mean_of};

/// The rows with the highest scores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Top {
    /// Rows selected; a share of the rows need not be a whole number.
    pub n_selected: f64,
    /// The same over all rows.
    pub selected_share: f64,
    /// Share of events among what is selected (of its weight).
    pub precision: Estimate,
    /// Share of all events that is selected (of their weight): the cumulative gain.
    pub recall: Estimate,
    /// Precision of as many rows drawn at random (in each period).
    pub base_rate: f64,
    /// `precision / base_rate`.
    pub lift: f64,
    /// Rows that tie at a cut and are not all inside; each is counted in part.
    pub n_tied_at_cut: usize,
}

/// The top of each period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AtCapacity {
    /// All periods together.
    pub top: Top,
    /// Periods with rows.
    pub n_periods: usize,
    /// Periods with fewer rows than the capacity: all of them are selected.
    pub n_periods_below_capacity: usize,
}

/// The `k` rows with the highest scores.
///
/// # Formula
/// ```text
/// f_i = 1 above the cut, 0 below, and (k - rows above) / (rows at the cut) for those that tie at it
/// precision = Σ f w y / Σ f w,   recall = Σ f w y / Σ w y,   base rate = Σ w y / Σ w,   lift = precision / base rate
/// ```
/// Standard errors are those of the two ratios by cluster, with the selection as given.
///
/// # Errors
/// [`MeasureError`], among others `BadTop`, `NoEvents` and `NothingSelected`.
///
/// # Source
/// McSherry & Najork (2008), ECIR, Lecture Notes in Computer Science 4956:414–421 (ties).
pub fn top_rows(score: &[f64], y: &[f64], k: usize, sampling: Sampling<'_>) -> Result<Top, MeasureError> {
    check("score", score, y, false)?;
    if k == 0 || k > y.len() {
        return Err(MeasureError::BadTop { k, n_rows: y.len() });
    }
    let mut selection = Selection::new(score.len());
    selection.take(score, &ranked(score, |_| 0), k as f64);
    selection.measure(y, &sampling)
}

/// The given share of the rows with the highest scores; as [`top_rows`] with k = share · n, which need not be whole.
///
/// # Errors
/// [`MeasureError`], among others `BadShare`, `NoEvents` and `NothingSelected`.
pub fn top_share(score: &[f64], y: &[f64], share: f64, sampling: Sampling<'_>) -> Result<Top, MeasureError> {
    let one = gains(score, y, &[share], sampling)?;
    one.first().copied().ok_or(MeasureError::Nothing)
}

/// [`top_share`] for several shares: `recall` against `selected_share` is the curve of cumulative gains, `lift` that of lift.
///
/// # Errors
/// [`MeasureError`], among others `BadShare`, `NoEvents` and `NothingSelected`.
pub fn gains(score: &[f64], y: &[f64], shares: &[f64], sampling: Sampling<'_>) -> Result<Vec<Top>, MeasureError> {
    check("score", score, y, false)?;
    let order = ranked(score, |_| 0);
    let one = |&share: &f64| {
        if !(share > 0.0 && share <= 1.0) {
            return Err(MeasureError::BadShare { share });
        }
        let mut selection = Selection::new(score.len());
        selection.take(score, &order, share * score.len() as f64);
        selection.measure(y, &sampling)
    };
    // Errors in their order too, whatever the threads do.
    shares.par_iter().map(one).collect::<Vec<_>>().into_iter().collect()
}

/// The `capacity` highest scores of each period, ranked within the period, all periods added up.
///
/// # Formula
/// As [`top_rows`] within each period; a period with fewer rows is selected whole. The base rate is the precision of as
/// many rows drawn at random within each period: `Σ_t c_t Σ_{i in t} w y / Σ_t c_t Σ_{i in t} w`, c_t the share selected.
///
/// # Shapes and units
/// `period` (n) any label of the period of each row; `capacity` rows per period.
///
/// # Errors
/// [`MeasureError`], among others `BadTop` for a capacity of 0, `NoEvents` and `NothingSelected`.
pub fn at_capacity(
    score: &[f64],
    y: &[f64],
    period: &[u32],
    capacity: usize,
    sampling: Sampling<'_>,
) -> Result<AtCapacity, MeasureError> {
    check("score", score, y, false)?;
    let (selection, n_periods, n_periods_below_capacity) = selection_at_capacity(score, period, capacity)?;
    Ok(AtCapacity { top: selection.measure(y, &sampling)?, n_periods, n_periods_below_capacity })
}

/// How much of each row the `capacity` of its period reaches: 1, 0, or a part where scores tie at the cut.
///
/// # Errors
/// [`MeasureError`]: `WrongLength`, `NotFinite`, `BadTop`.
pub fn selected_at_capacity(score: &[f64], period: &[u32], capacity: usize) -> Result<Vec<f64>, MeasureError> {
    if let Some(row) = score.iter().position(|s| s.is_nan()) {
        return Err(MeasureError::NotFinite { row });
    }
    Ok(selection_at_capacity(score, period, capacity)?.0.part)
}

fn selection_at_capacity(
    score: &[f64],
    period: &[u32],
    capacity: usize,
) -> Result<(Selection, usize, usize), MeasureError> {
    if period.len() != score.len() {
        return Err(MeasureError::WrongLength { what: "period", found: period.len(), rows: score.len() });
    }
    if capacity == 0 {
        return Err(MeasureError::BadTop { k: 0, n_rows: score.len() });
    }
    let mut selection = Selection::new(score.len());
    let (mut n_periods, mut below) = (0, 0);
    for rows in ranked(score, |i| period[i]).chunk_by(|&a, &b| period[a] == period[b]) {
        n_periods += 1;
        below += usize::from(rows.len() < capacity);
        selection.take(score, rows, capacity.min(rows.len()) as f64);
    }
    Ok((selection, n_periods, below))
}

/// Rows by stratum, the highest score first.
fn ranked(score: &[f64], stratum: impl Fn(usize) -> u32) -> Vec<usize> {
    let mut order: Vec<usize> = (0..score.len()).collect();
    // Adding 0 makes -0 equal to 0 in the total order too.
    order.sort_unstable_by(|&a, &b| {
        let by_score = (score[b] + 0.0).total_cmp(&(score[a] + 0.0));
        stratum(a).cmp(&stratum(b)).then(by_score).then(a.cmp(&b))
    });
    order
}

/// How much of each row is selected, and how much would be by chance.
struct Selection {
    part: Vec<f64>,
    by_chance: Vec<f64>,
    n_selected: f64,
    n_tied_at_cut: usize,
}

impl Selection {
    fn new(n_rows: usize) -> Self {
        Self { part: vec![0.0; n_rows], by_chance: vec![0.0; n_rows], n_selected: 0.0, n_tied_at_cut: 0 }
    }

    /// Takes the first `k` of `rows`, which are ranked.
    fn take(&mut self, score: &[f64], rows: &[usize], k: f64) {
        let mut above = 0.0;
        for tied in rows.chunk_by(|&a, &b| score[a] <= score[b]) {
            let size = tied.len() as f64;
            let part = ((k - above) / size).clamp(0.0, 1.0);
            tied.iter().for_each(|&i| self.part[i] = part);
            if part > 0.0 && part < 1.0 {
                self.n_tied_at_cut += tied.len();
            }
            above += size;
        }
        rows.iter().for_each(|&i| self.by_chance[i] = k / rows.len() as f64);
        self.n_selected += k;
    }

    fn measure(&self, y: &[f64], sampling: &Sampling<'_>) -> Result<Top, MeasureError> {
        let n = y.len();
        let (_, total) = sampling.groups(n)?;
        let ratio = |of: &dyn Fn(usize) -> f64, value: &dyn Fn(usize) -> f64| {
            let weight: Vec<f64> = (0..n).map(|i| sampling.weight_of(i) * of(i)).collect();
            let within = Sampling { weight: Some(&weight), cluster: sampling.cluster };
            let (groups, total) = within.groups(n).ok()?;
            let (mean, variance) = mean_of(n, &within, &groups, total, value);
            Some(Estimate::new(mean, variance, (0.0, 1.0)))
        };
        let recall = ratio(&|i| y[i], &|i| self.part[i]).ok_or(MeasureError::NoEvents { n_rows: n })?;
        let precision = ratio(&|i| self.part[i], &|i| y[i]).ok_or(MeasureError::NothingSelected)?;
        let sum = |value: &dyn Fn(usize) -> f64| (0..n).map(|i| sampling.weight_of(i) * value(i)).sum::<f64>() / total;
        let base_rate = sum(&|i| self.by_chance[i] * y[i]) / sum(&|i| self.by_chance[i]);
        Ok(Top {
            n_selected: self.n_selected,
            selected_share: self.n_selected / n as f64,
            precision,
            recall,
            base_rate,
            lift: precision.value / base_rate,
            n_tied_at_cut: self.n_tied_at_cut,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::laws::Stream;
    use super::*;

    // Ranked: 0.9 (1), 0.8 (0), 0.5 (1, 0, 1), 0.1 (0).
    const SCORE: [f64; 6] = [0.5, 0.1, 0.9, 0.5, 0.8, 0.5];
    const Y: [f64; 6] = [1.0, 0.0, 1.0, 0.0, 0.0, 1.0];

    #[test]
    fn a_top_by_hand_with_ties_shared() {
        // Three rows: 1 + 0 + a third each of 1, 0, 1.
        let found = top_rows(&SCORE, &Y, 3, Sampling::default()).unwrap();
        assert!((found.precision.value - 5.0 / 9.0).abs() < 1e-15 && (found.recall.value - 5.0 / 9.0).abs() < 1e-15);
        assert!((found.base_rate - 0.5).abs() < 1e-15 && (found.lift - 10.0 / 9.0).abs() < 1e-15);
        assert!(found.n_tied_at_cut == 3 && (found.selected_share - 0.5).abs() < 1e-15);
        // Parts of the events: 1/3, 1, 1/3 with mean 5/9; variance of a mean of three.
        let squares = 2.0 * (2.0_f64 / 9.0).powi(2) + (4.0_f64 / 9.0).powi(2);
        assert!((found.recall.se - (1.5 * squares / 9.0).sqrt()).abs() < 1e-15);
        // Weights 10 1 1 10 2 1: selected 10/3 + 1 + 10/3 + 2 + 1/3 = 10, of which events 10/3 + 1 + 1/3.
        let weighted = Sampling { weight: Some(&[10.0, 1.0, 1.0, 10.0, 2.0, 1.0]), cluster: None };
        let found = top_rows(&SCORE, &Y, 3, weighted).unwrap();
        assert!((found.precision.value - 14.0 / 30.0).abs() < 1e-15);
        assert!((found.recall.value - 14.0 / 36.0).abs() < 1e-15 && (found.base_rate - 12.0 / 25.0).abs() < 1e-15);
    }

    #[test]
    fn gains_rise_to_everything_and_shares_need_not_be_whole_rows() {
        let found = gains(&SCORE, &Y, &[0.25, 0.5, 1.0], Sampling::default()).unwrap();
        // 1.5 rows: the first and half of the second.
        assert!((found[0].n_selected - 1.5).abs() < 1e-15 && (found[0].precision.value - 2.0 / 3.0).abs() < 1e-15);
        assert!((found[0].recall.value - 1.0 / 3.0).abs() < 1e-15 && found[0].n_tied_at_cut == 1);
        assert!((found[1].recall.value - 5.0 / 9.0).abs() < 1e-15);
        assert!((found[2].recall.value - 1.0).abs() < 1e-15 && (found[2].lift - 1.0).abs() < 1e-15);
        assert_eq!(top_share(&SCORE, &Y, 0.5, Sampling::default()).unwrap(), found[1]);
    }

    /// With ties shared out evenly the expected events grow by each row's share of its tie, and end at all of them.
    #[test]
    fn one_row_more_adds_the_share_of_events_in_its_tie() {
        let mut s = Stream(4);
        let score: Vec<f64> = (0..90).map(|_| (s.next() * 14.0).floor()).collect();
        let y: Vec<f64> = score.iter().map(|x| f64::from(u8::from(s.next() < x / 20.0))).collect();
        let events = y.iter().sum::<f64>();
        let mut falling = score.clone();
        falling.sort_by(|a, b| b.total_cmp(a));
        let mut before = 0.0;
        for k in 1..=90 {
            let found = top_rows(&score, &y, k, Sampling::default()).unwrap();
            let tie: Vec<f64> = (0..90).filter(|&i| (score[i] - falling[k - 1]).abs() < 0.5).map(|i| y[i]).collect();
            before += tie.iter().sum::<f64>() / tie.len() as f64;
            assert!((found.recall.value * events - before).abs() < 1e-12, "{k}");
            assert!((found.precision.value * k as f64 - before).abs() < 1e-12, "{k}");
        }
        assert!((before - events).abs() < 1e-12);
    }

    #[test]
    fn capacity_is_spent_within_each_period() {
        // Period 7: 0.9 (1), 0.8 (0), 0.5 (0); period 3: 0.2 (1), 0.1 (0); period 5: one row, 0.4 (0).
        let (score, y) = ([0.9, 0.2, 0.8, 0.4, 0.1, 0.5], [1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        let period = [7, 3, 7, 5, 3, 7];
        let found = at_capacity(&score, &y, &period, 1, Sampling::default()).unwrap();
        // One row each: 0.9, 0.2, 0.4. A single ranking would have taken 0.9, 0.8, 0.5.
        assert!((found.top.precision.value - 2.0 / 3.0).abs() < 1e-15 && (found.top.recall.value - 1.0).abs() < 1e-15);
        // By chance: 1/3 + 1/2 + 0 of 3.
        assert!((found.top.base_rate - 5.0 / 18.0).abs() < 1e-15 && (found.top.n_selected - 3.0).abs() < 1e-15);
        assert_eq!((found.n_periods, found.n_periods_below_capacity), (3, 0));
        let found = at_capacity(&score, &y, &period, 2, Sampling::default()).unwrap();
        assert!((found.top.n_selected - 5.0).abs() < 1e-15 && found.n_periods_below_capacity == 1);
        assert!((found.top.precision.value - 0.4).abs() < 1e-15);
        // Ties at the cut of one period.
        let part = selected_at_capacity(&[1.0, 1.0, 1.0, 5.0, 0.0], &[1, 1, 1, 1, 2], 2).unwrap();
        for (found, expected) in part.iter().zip([1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 1.0, 1.0]) {
            assert!((found - expected).abs() < 1e-15);
        }
    }

    #[test]
    fn what_cannot_be_selected_is_refused() {
        for k in [0, 7] {
            let refused = top_rows(&SCORE, &Y, k, Sampling::default()).unwrap_err();
            assert_eq!(refused, MeasureError::BadTop { k, n_rows: 6 });
        }
        for share in [0.0, 1.1, f64::NAN] {
            let refused = top_share(&SCORE, &Y, share, Sampling::default()).unwrap_err();
            assert!(matches!(refused, MeasureError::BadShare { .. }));
        }
        let refused = top_rows(&SCORE, &[0.0; 6], 2, Sampling::default()).unwrap_err();
        assert_eq!(refused, MeasureError::NoEvents { n_rows: 6 });
        let weight = [1.0, 1.0, 0.0, 1.0, 1.0, 1.0];
        let refused = top_rows(&SCORE, &Y, 1, Sampling { weight: Some(&weight), cluster: None }).unwrap_err();
        assert_eq!(refused, MeasureError::NothingSelected);
        let refused = at_capacity(&SCORE, &Y, &[1; 5], 2, Sampling::default()).unwrap_err();
        assert_eq!(refused, MeasureError::WrongLength { what: "period", found: 5, rows: 6 });
        assert_eq!(selected_at_capacity(&[1.0], &[1], 0).unwrap_err(), MeasureError::BadTop { k: 0, n_rows: 1 });
        assert_eq!(selected_at_capacity(&[f64::NAN], &[1], 1).unwrap_err(), MeasureError::NotFinite { row: 0 });
    }
}
