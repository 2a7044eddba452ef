//! The panel as it stood at an earlier day.

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
        let account = rows.iter().map(|&row| self.account[row]).collect();
        let taken = self.taken(&rows, self.accounts.clone(), account)?;
        Ok((Self { periods: self.periods.until(last), ..taken }, rows))
    }
}
