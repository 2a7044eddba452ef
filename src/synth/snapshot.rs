//! One row per customer: the same company as somebody sees it who never kept histories.

use super::catalogue::Kpi;
use super::market::Account;
use super::panel::{Record, Records, attribute_columns, kpi_column};
use super::settings::BURN_IN;
use super::table::{Column, PanelTable};

/// Months of the outcome window at the end of the observed months.
pub(crate) const WINDOW: usize = 3;
/// Months for which a survey answer still counts as the current one.
const ANSWER_KEEPS: usize = 6;

/// The last month before the outcome window, counted from the start of the burn-in; `None` for a shorter company.
fn as_of(records: &Records) -> Option<usize> {
    records.settings.n_months.checked_sub(WINDOW + 1).map(|month| month + BURN_IN)
}

/// Customers at the end of the month before the outcome window whose contract can be left within it, and whether they did.
pub(crate) fn snapshot(records: &Records) -> PanelTable {
    let mut rows: Vec<Record> = Vec::new();
    let mut outcomes = Vec::new();
    for block in records.rows.chunk_by(|a, b| a.account == b.account) {
        let Some(as_of) = as_of(records) else { break };
        let Some(account) = block.first().and_then(|row| records.accounts.get(row.account)) else { continue };
        let can_leave = (as_of + 1..=as_of + WINDOW).any(|month| account.months_to_term_end(month) == 0);
        let Some(row) = block.iter().find(|row| row.month == as_of && !row.left && can_leave) else { continue };
        rows.push(with_last_answers(row, block));
        outcomes.push(if block.iter().any(|row| row.left) { "Yes" } else { "No" }.to_owned());
    }
    let shown: Vec<&Record> = rows.iter().collect();
    let ids = shown.iter().map(|row| records.accounts.get(row.account).map(Account::id).unwrap_or_default()).collect();
    let mut columns = vec![("account_id".to_owned(), Column::Text(ids))];
    columns.extend(attribute_columns(records, &shown));
    columns.extend(Kpi::ALL.iter().map(|&kpi| (kpi.name().to_owned(), kpi_column(shown.iter().copied(), kpi))));
    columns.push(("churned".to_owned(), Column::Text(outcomes)));
    PanelTable { columns }
}

fn with_last_answers(row: &Record, history: &[Record]) -> Record {
    let mut shown = row.clone();
    for survey in [Kpi::NpsScore, Kpi::PulseScore] {
        let recent = |past: &&Record| past.month <= row.month && past.month + ANSWER_KEEPS > row.month;
        let answer = history.iter().filter(recent).filter_map(|past| past.kpi(survey)).next_back();
        if let Some(slot) = shown.kpis.get_mut(survey.position()) {
            *slot = answer;
        }
    }
    shown
}
