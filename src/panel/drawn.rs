//! The panel with its accounts drawn again.

use polars::prelude::{IdxCa, IdxSize, NewChunkedArray};

use super::{Panel, PanelError};

impl Panel {
    /// The panel in which each account (an index into [`Panel::accounts`]) comes `count` times: an account that came twice is
    /// two accounts with the same history, one that did not come has no row.
    ///
    /// # Errors
    /// [`PanelError`] where the cells cannot be copied.
    pub fn drawn(&self, count: impl Fn(usize) -> usize) -> Result<Self, PanelError> {
        let mut accounts = Vec::with_capacity(self.accounts.len());
        let (mut rows, mut account) = (Vec::with_capacity(self.n_rows()), Vec::with_capacity(self.n_rows()));
        let mut begin = 0;
        for same in self.account.chunk_by(|a, b| a == b) {
            let index = same[0] as usize;
            for copy in 0..count(index) {
                let number = u32::try_from(accounts.len()).unwrap_or(u32::MAX);
                let name = &self.accounts[index];
                accounts.push(if copy == 0 { name.clone() } else { format!("{name}~{copy}") });
                rows.extend(begin..begin + same.len());
                account.resize(rows.len(), number);
            }
            begin += same.len();
        }
        self.taken(&rows, accounts, account)
    }

    /// These rows, which may repeat, as those of `accounts`.
    pub(super) fn taken(&self, rows: &[usize], accounts: Vec<String>, account: Vec<u32>) -> Result<Self, PanelError> {
        let index: Vec<IdxSize> = rows.iter().map(|&row| IdxSize::try_from(row).unwrap_or(IdxSize::MAX)).collect();
        let cut_short = |row: &usize| self.cut_short.binary_search(row).is_ok();
        Ok(Self {
            frame: self.frame.take(&IdxCa::from_slice("row".into(), &index))?,
            accounts,
            account,
            periods: self.periods.clone(),
            period: rows.iter().map(|&row| self.period[row]).collect(),
            event: rows.iter().map(|&row| self.event[row]).collect(),
            cut_short: (0..rows.len()).filter(|&i| cut_short(&rows[i])).collect(),
            snapshot: self.snapshot,
            digest: self.digest.clone(),
            left_out: Vec::new(),
        })
    }
}
