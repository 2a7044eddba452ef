//! What may be chosen about the simulated company.

use chrono::{Datelike, Months, NaiveDate};

/// Months simulated before the first observed one, so that histories start in their usual spread.
///
/// Inside this module months count from the start of the burn-in.
pub(crate) const BURN_IN: usize = 24;

/// Size and seed of the simulated company. Everything else about it is fixed, so that its truth can be described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompanySettings {
    /// Seed of every random stream; the same seed gives the same bytes.
    pub seed: u64,
    /// Accounts that ever exist.
    pub n_accounts: usize,
    /// Calendar months observed; the last one is [`CompanySettings::last_month`].
    pub n_months: usize,
}

impl Default for CompanySettings {
    fn default() -> Self {
        Self { seed: 20_261_001, n_accounts: 1500, n_months: 30 }
    }
}

impl CompanySettings {
    /// Last day of the last observed month, 2026-09-30, whatever the number of months.
    #[must_use]
    pub fn last_month() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 9, 30).unwrap_or_default()
    }

    /// Last day of the month with this index; 0 is the first observed month.
    #[must_use]
    pub fn month_end(&self, month: usize) -> NaiveDate {
        let months_back = self.n_months.saturating_sub(month.saturating_add(1));
        let first_of_last = Self::last_month().with_day(1).unwrap_or_default();
        let back = u32::try_from(months_back).unwrap_or(u32::MAX);
        first_of_last
            .checked_sub_months(Months::new(back))
            .and_then(|first| first.checked_add_months(Months::new(1)))
            .and_then(|next| next.pred_opt())
            .unwrap_or_default()
    }

    /// First month after the simulated ones.
    pub(crate) fn end(&self) -> usize {
        self.n_months + BURN_IN
    }

    /// Last day of a month counted from the start of the burn-in.
    pub(crate) fn date(&self, month: usize) -> NaiveDate {
        self.month_end(month.saturating_sub(BURN_IN))
    }

    /// First month after the product change that ended the worth of the old templates (trap T13).
    pub(crate) fn product_change(&self) -> usize {
        self.n_months / 2 + BURN_IN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_end_on_their_last_day_and_count_back_from_september_2026() {
        let settings = CompanySettings::default();
        let ends: Vec<String> = [0, 1, 10, 22, 29].iter().map(|&m| settings.month_end(m).to_string()).collect();
        assert_eq!(ends, ["2024-04-30", "2024-05-31", "2025-02-28", "2026-02-28", "2026-09-30"]);
    }
}
