//! KPI values as they were known on the as-of date: single periods, carried over gaps, averaged over a window.

use super::Panel;

/// Longest gap over which a value is carried, in periods.
pub(super) const CARRY: u32 = 3;
/// The same for a sparse survey.
pub(super) const CARRY_SPARSE: u32 = 6;
/// Share of missing cells from which a KPI counts as a sparse survey.
pub(super) const SPARSE: f64 = 0.4;

/// Which past row each row may look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lags {
    /// Periods between a row's outcome and its as-of row; contracts differ, so per row.
    pub periods: Vec<u32>,
    /// Periods between a row's outcome and the period in which notice fell due, where only the end is known.
    pub notice: Vec<u32>,
}

/// A column seen from a fixed lag.
#[derive(Debug, Clone, PartialEq)]
pub struct LagColumn {
    /// Value per row, NaN where it was not known.
    pub values: Vec<f64>,
}

impl Panel {
    /// Fills gaps with the last known value of the account, at most `carry` periods old; never from before its first row.
    #[must_use]
    pub fn carried(&self, values: &[f64], carry: u32) -> Vec<f64> {
        let mut out = values.to_vec();
        for spell in self.spells() {
            let mut last: Option<(i32, f64)> = None;
            for row in spell {
                if !values[row].is_nan() {
                    last = Some((self.period[row], values[row]));
                } else if let Some((period, value)) = last
                    && i64::from(self.period[row]) - i64::from(period) <= i64::from(carry)
                {
                    out[row] = value;
                }
            }
        }
        out
    }

    /// Value of each row's past row.
    #[must_use]
    pub fn lagged(&self, values: &[f64], lags: &Lags, extra: u32) -> LagColumn {
        let values = (0..self.n_rows())
            .map(|row| {
                self.row_before(row, lags.periods[row].saturating_add(extra)).map_or(f64::NAN, |past| values[past])
            })
            .collect();
        LagColumn { values }
    }

    /// Value of each row in the period of its event: that of the notice, or of the end where nothing else is known and the
    /// account lived through the whole of it; NaN else.
    #[must_use]
    pub fn at_event(&self, values: &[f64], lags: &Lags) -> Vec<f64> {
        let mut whole = values.to_vec();
        self.cut_short.iter().for_each(|&row| whole[row] = f64::NAN);
        let at = |row| self.row_before(row, lags.notice[row]).map_or(f64::NAN, |past| whole[past]);
        (0..self.n_rows()).map(at).collect()
    }

    /// Mean of the values of the `width` periods ending with each row, over those that are known.
    #[must_use]
    pub fn window_mean(&self, values: &[f64], width: u32) -> Vec<f64> {
        let mut out = vec![f64::NAN; values.len()];
        for spell in self.spells() {
            for row in spell.clone() {
                let mut sum = 0.0;
                let mut n = 0.0;
                for past in (spell.start..=row).rev() {
                    if i64::from(self.period[row]) - i64::from(self.period[past]) >= i64::from(width) {
                        break;
                    }
                    if !values[past].is_nan() {
                        sum += values[past];
                        n += 1.0;
                    }
                }
                if n > 0.0 {
                    out[row] = sum / n;
                }
            }
        }
        out
    }

    /// Mean of all values of the account up to each row.
    #[must_use]
    pub fn history_mean(&self, values: &[f64]) -> Vec<f64> {
        let mut out = vec![f64::NAN; values.len()];
        for spell in self.spells() {
            let (mut sum, mut n) = (0.0, 0.0);
            for row in spell {
                if !values[row].is_nan() {
                    sum += values[row];
                    n += 1.0;
                }
                if n > 0.0 {
                    out[row] = sum / n;
                }
            }
        }
        out
    }

    /// Mean of the values of each account's first `width` periods with a row, known from the end of those periods on; NaN
    /// before, so that no row looks ahead.
    #[must_use]
    pub fn first_mean(&self, values: &[f64], width: u32) -> Vec<f64> {
        let mut out = vec![f64::NAN; values.len()];
        for spell in self.spells() {
            let begin = i64::from(self.period[spell.start]);
            let early = |row: &usize| i64::from(self.period[*row]) - begin < i64::from(width);
            let first: Vec<f64> =
                spell.clone().take_while(early).map(|row| values[row]).filter(|v| !v.is_nan()).collect();
            if !first.is_empty() {
                let mean = first.iter().sum::<f64>() / first.len() as f64;
                spell.filter(|row| !early(row)).for_each(|row| out[row] = mean);
            }
        }
        out
    }

    /// Carry that suits a KPI: longer for a sparse survey.
    #[must_use]
    pub fn carry_for(values: &[f64]) -> u32 {
        let missing = values.iter().filter(|v| v.is_nan()).count();
        if missing as f64 > SPARSE * values.len() as f64 { CARRY_SPARSE } else { CARRY }
    }
}
