//! Accounts by period: who was a customer when, what was known, and who left.
//!
//! A row is an account and a period in which it was a customer. Rows are sorted by account, then period, whatever the
//! order of the file, so that shuffled files give the same results. A snapshot is a panel of one period.

mod aggregate;
mod as_of;
mod build;
mod calendar;
mod column;
mod drawn;
mod error;
mod in_order;
mod life;
mod outcome;
mod period;
mod raw;
mod risk_set;
mod spans;
mod until;
mod write;

pub use aggregate::{Event, aggregate, carry};
pub use as_of::{LagColumn, Lags};
pub use build::{PanelInput, build};
pub use calendar::{day_before, first_day, last_day, period_ends, periods_between};
pub use column::{Category, Flag};
pub use error::PanelError;
pub use life::{Contract, Departure, Knowledge, Life, life};
pub use outcome::{Outcome, OutcomeCounts, outcome};
pub use period::{PeriodAxis, PeriodUnit};
pub use raw::{Assembled, LeftOut, RawQuestion, RawTables, TableAudit, Watch, from_raw};
pub use risk_set::{RiskSet, Terms, risk_set, waits};
pub use spans::{AsOfDates, DayTable, DayTables};
pub use write::DICTIONARY_KEY;

use polars::prelude::DataFrame;

use crate::notice::Count;

/// One row per account and period at risk, with the cells as they were read.
#[derive(Debug, Clone)]
pub struct Panel {
    frame: DataFrame,
    accounts: Vec<String>,
    account: Vec<u32>,
    periods: PeriodAxis,
    period: Vec<i32>,
    event: Vec<bool>,
    /// Rows whose period the account did not live to its last day.
    cut_short: Vec<usize>,
    snapshot: bool,
    digest: String,
    left_out: Vec<Count>,
}

impl Panel {
    /// Rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.account.len()
    }

    /// Accounts in the order of their rows: sorted by identifier where there is one.
    #[must_use]
    pub fn accounts(&self) -> &[String] {
        &self.accounts
    }

    /// Account of each row, an index into [`Panel::accounts`]: the cluster of every covariance.
    #[must_use]
    pub fn account(&self) -> &[u32] {
        &self.account
    }

    /// Period of each row, counted from the first period of the data.
    #[must_use]
    pub fn period(&self) -> &[i32] {
        &self.period
    }

    /// The periods and their names.
    #[must_use]
    pub fn periods(&self) -> &PeriodAxis {
        &self.periods
    }

    /// Whether the account left in this row's period.
    #[must_use]
    pub fn event(&self) -> &[bool] {
        &self.event
    }

    /// Rows, ascending, whose period ended after the account's last day as a customer: what is counted in them is counted
    /// over less time. Only raw tables tell.
    #[must_use]
    pub fn cut_short(&self) -> &[usize] {
        &self.cut_short
    }

    /// One row per customer, no time.
    #[must_use]
    pub fn is_snapshot(&self) -> bool {
        self.snapshot
    }

    /// SHA-256 over the cells in canonical row order.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Rows left out while building, with the reason.
    #[must_use]
    pub fn left_out(&self) -> &[Count] {
        &self.left_out
    }

    /// Names of the columns, in file order.
    #[must_use]
    pub fn column_names(&self) -> Vec<String> {
        self.frame.get_column_names().iter().map(|name| name.to_string()).collect()
    }

    /// Whether there is such a column.
    #[must_use]
    pub fn has_column(&self, name: &str) -> bool {
        self.frame.get_column_index(name).is_some()
    }

    /// Row of the same account `lag` periods earlier; `None` where the account has no such row.
    #[must_use]
    pub fn row_before(&self, row: usize, lag: u32) -> Option<usize> {
        if lag == 0 {
            return Some(row);
        }
        let (account, wanted) = (*self.account.get(row)?, self.period.get(row)?.checked_sub_unsigned(lag)?);
        let found = |r: usize| self.account[r] == account && self.period[r] == wanted;
        // Mostly every period has its row, and it lies so many rows back.
        if let Some(direct) = row.checked_sub(lag as usize).filter(|&r| found(r)) {
            return Some(direct);
        }
        (0..row).rev().take_while(|&r| self.account[r] == account && self.period[r] >= wanted).find(|&r| found(r))
    }

    /// Rows of each account, first to last.
    pub fn spells(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        let mut start = 0;
        std::iter::from_fn(move || {
            let account = *self.account.get(start)?;
            let length = self.account[start..].iter().take_while(|&&a| a == account).count();
            let spell = start..start + length;
            start += length;
            Some(spell)
        })
    }
}
