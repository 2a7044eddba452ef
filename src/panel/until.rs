//! The panel as it stood at an earlier day.

use polars::prelude::{IdxCa, IdxSize, NewChunkedArray};

use super::{Panel, PanelError};

impl Panel {
    /// The panel as it stood at the end of a period, and the place in this panel of each of its rows.
    ///
    /// Later rows do not exist: who left after it is a customer, and an outcome window that reaches past it is censored.
    /// Accounts keep their numbers, also those that had not come yet.
    ///
    /// # Errors
    /// [`PanelError`] where the cells cannot be copied.
    pub fn until(&self, last: i32) -> Result<(Self, Vec<usize>), PanelError> {
        let rows: Vec<usize> = (0..self.n_rows()).filter(|&row| self.period[row] <= last).collect();
        let index: Vec<IdxSize> = rows.iter().map(|&row| IdxSize::try_from(row).unwrap_or(IdxSize::MAX)).collect();
        let earlier = Self {
            frame: self.frame.take(&IdxCa::from_slice("row".into(), &index))?,
            accounts: self.accounts.clone(),
            account: rows.iter().map(|&row| self.account[row]).collect(),
            periods: self.periods.until(last),
            period: rows.iter().map(|&row| self.period[row]).collect(),
            event: rows.iter().map(|&row| self.event[row]).collect(),
            cut_short: self.cut_short.iter().filter_map(|row| rows.binary_search(row).ok()).collect(),
            snapshot: self.snapshot,
            digest: self.digest.clone(),
            left_out: Vec::new(),
        };
        Ok((earlier, rows))
    }
}
