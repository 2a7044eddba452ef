//! A simulated SaaS company with planted traps and known truth, for the demo, tests and notebooks.
//!
//! Kumo Ledger K.K. sells accounting software to businesses on flat, metered and seat plans, by the year or by the month.
//! Each month every customer who could leave decides by a logit of what was true the month before: five KPIs really
//! matter, one of them only before a product change and one in opposite directions by plan, beside satisfaction, fit and a
//! short-lived intent to leave, which nobody records. The decision is kept for one to three months before notice is given.
//!
//! ```text
//! market -> health -> decide -> kpis -> panel, snapshot        truth: the same lives again with one KPI pushed
//! ```
//!
//! Nothing here knows how a verdict is reached, so the simulator can judge the method and not only confirm it.

mod catalogue;
mod decide;
mod health;
mod kpis;
pub mod latent;
mod market;
mod panel;
mod recorded;
mod rng;
mod settings;
mod snapshot;
mod study;
mod table;
mod truth;
mod wording;

pub use recorded::{Recorded, recorded};
pub use settings::CompanySettings;
pub use table::{Column, PanelTable};
pub use truth::{DoEffect, KpiTruth, Truth};

use crate::words::Lang;

/// The simulated company: what is recorded about it, and what is true.
#[derive(Debug, Clone)]
pub struct Company {
    /// One row per account and month: `account_id`, `month` (its last day), `churn`, attributes, KPIs.
    pub panel: PanelTable,
    /// What really matters.
    pub truth: Truth,
    records: panel::Records,
}

/// Simulates the company. The same settings give the same bytes.
///
/// # Example
/// ```
/// use fuellamp::synth::{CompanySettings, simulate};
/// let company = simulate(&CompanySettings { n_accounts: 50, ..CompanySettings::default() });
/// assert_eq!(company.truth.n_rows, company.panel.n_rows());
/// ```
#[must_use]
pub fn simulate(settings: &CompanySettings) -> Company {
    let records = panel::record(settings);
    Company { panel: panel::panel(&records), truth: truth::truth(&records), records }
}

/// One row per customer at the end of the month before the last three, with `churned` = `Yes` or `No` for those three.
///
/// Holds the customers whose contract could be left in these months. Survey answers are the last ones within six months.
/// Empty for a company observed for three months or less.
#[must_use]
pub fn snapshot(company: &Company) -> PanelTable {
    snapshot::snapshot(&company.records)
}

impl Company {
    /// The complete, commented study file for the panel, which lies at `panel_path` as seen from the study file.
    #[must_use]
    pub fn study_toml(&self, lang: Lang, panel_path: &str) -> String {
        study::panel_study(&self.records.settings, lang, panel_path)
    }

    /// The study file for the [`snapshot`].
    #[must_use]
    pub fn snapshot_study_toml(&self, lang: Lang, snapshot_path: &str) -> String {
        study::snapshot_study(&self.records.settings, lang, snapshot_path)
    }

    /// The truth as indented JSON: seed, rows, events, and the KPIs by name.
    #[must_use]
    pub fn truth_json(&self) -> String {
        // Plain structs of text and finite numbers always serialise.
        serde_json::to_string_pretty(&self.truth).map(|json| json + "\n").unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
