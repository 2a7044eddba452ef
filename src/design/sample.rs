//! The rows that a model learns from: at risk, outcome known, past known.

use crate::panel::{Lags, Outcome, Panel, RiskSet};

use super::DesignError;

/// Rows of a model, with outcome and cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Rows of the panel, ascending.
    pub rows: Vec<usize>,
    /// 1 = left in the outcome window.
    pub y: Vec<f64>,
    /// Account per row, renumbered without gaps.
    pub cluster: Vec<u32>,
    /// Accounts.
    pub n_clusters: usize,
    /// Rows left out for want of a past row.
    pub no_past: usize,
    /// Events among these: accounts that left too early, or inside the gap, to be acted on.
    pub events_without_past: usize,
}

/// Picks the rows of a model: in the risk set, outcome known, and a row of the same account at the row's lag.
///
/// # Errors
/// [`DesignError::NoRows`].
pub fn sample(panel: &Panel, risk_set: &RiskSet, outcome: &Outcome, lags: &Lags) -> Result<Sample, DesignError> {
    let mut picked = Sample {
        rows: Vec::new(),
        y: Vec::new(),
        cluster: Vec::new(),
        n_clusters: 0,
        no_past: 0,
        events_without_past: 0,
    };
    let mut last_account = None;
    for row in 0..panel.n_rows() {
        let (true, Some(left)) = (risk_set.at_risk[row], outcome.left[row]) else { continue };
        if panel.row_before(row, lags.periods[row]).is_none() {
            picked.no_past += 1;
            picked.events_without_past += usize::from(left);
            continue;
        }
        if last_account != Some(panel.account()[row]) {
            last_account = Some(panel.account()[row]);
            picked.n_clusters += 1;
        }
        picked.rows.push(row);
        picked.y.push(f64::from(u8::from(left)));
        picked.cluster.push(u32::try_from(picked.n_clusters - 1).unwrap_or(u32::MAX));
    }
    if picked.rows.is_empty() {
        return Err(DesignError::NoRows {
            rows: panel.n_rows(),
            locked: risk_set.locked_in,
            censored: outcome.counts.censored,
            no_past: picked.no_past,
            lag: lags.periods.iter().copied().min().unwrap_or(0),
        });
    }
    Ok(picked)
}

impl Sample {
    /// Events.
    #[must_use]
    pub fn n_events(&self) -> usize {
        self.y.iter().filter(|&&y| y > 0.5).count()
    }

    /// Rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.rows.len()
    }
}
