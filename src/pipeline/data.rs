//! The data of a study, and the panel that it makes.

use crate::ingest::Table;
use crate::notice::Notice;
use crate::panel::{Panel, PanelInput, RawQuestion, RawTables, TableAudit, Watch, build, from_raw};
use crate::study::{KpiSpec, MissingPolicy, Source, Study};

use super::PipelineError;
use super::prepare::{check_columns, columns_of};
use super::refused::text_kpis;

/// One table, or raw tables from which the panel is built.
#[derive(Debug)]
pub enum Data {
    /// A snapshot or a panel.
    Table(Box<Table>),
    /// Accounts, contracts and logs.
    Raw(Box<RawTables>),
}

impl Data {
    /// File names for messages.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Table(table) => table.name().to_owned(),
            Self::Raw(raw) => {
                let mut names = vec![raw.accounts.name(), raw.contracts.name()];
                names.extend(raw.logs.iter().map(crate::ingest::Log::name));
                names.join(", ")
            }
        }
    }
}

/// A panel with the study in its terms.
#[derive(Debug)]
pub struct Opened {
    /// The study; for raw tables, roles and KPIs name the panel's columns.
    pub study: Study,
    /// The panel, without its digest.
    pub panel: Panel,
    /// What was found on the way.
    pub notices: Vec<Notice>,
    /// Raw tables as they were used.
    pub audit: Vec<TableAudit>,
}

/// Makes the panel.
///
/// # Errors
/// [`PipelineError`] for absent columns (all at once) and tables that are no panel.
pub fn open(study: &Study, data: Data, watch: Watch<'_>) -> Result<Opened, PipelineError> {
    match data {
        Data::Table(table) => {
            let input = input(study);
            check_columns(&table, &columns_of(study, &input))?;
            let mut notices = table.notices().to_vec();
            notices.extend(text_kpis(study, &table));
            let built = build(*table, &input)?;
            notices.extend(built.notices);
            Ok(Opened { study: study.clone(), panel: built.value, notices, audit: Vec::new() })
        }
        Data::Raw(raw) => {
            let Source::Tables(tables) = &study.source else { return Err(PipelineError::NoTables) };
            let question = RawQuestion { tables, roles: &study.roles, kpis: &study.kpis };
            let made = from_raw(&question, &raw, watch)?;
            let mut notices = raw.accounts.notices().to_vec();
            notices.extend(raw.contracts.notices().iter().cloned());
            notices.extend(made.notices);
            let kpis = study.kpis.iter().map(of_the_panel).collect();
            let study = Study { roles: made.roles, kpis, ..study.clone() };
            Ok(Opened { study, panel: made.panel, notices, audit: made.audit })
        }
    }
}

/// The KPI as a column of the panel: its missing policy has been applied.
fn of_the_panel(kpi: &KpiSpec) -> KpiSpec {
    let missing = kpi.missing.map(|policy| match policy {
        MissingPolicy::Carry(_) => MissingPolicy::Unknown,
        other => other,
    });
    KpiSpec { missing, ..kpi.clone() }
}

/// The columns that carry the form of the panel.
pub(super) fn input(study: &Study) -> PanelInput<'_> {
    match &study.source {
        Source::Snapshot(s) => PanelInput {
            account: s.account.as_deref(),
            period: None,
            outcome: &s.outcome,
            positive: s.positive.as_deref(),
            notice: None,
        },
        Source::Panel(p) => PanelInput {
            account: Some(&p.account),
            period: Some(&p.period),
            outcome: &p.outcome,
            positive: p.positive.as_deref(),
            notice: study.roles.notice.as_deref(),
        },
        Source::Tables(_) => PanelInput {
            account: Some("account"),
            period: Some("period"),
            outcome: "outcome",
            positive: None,
            notice: None,
        },
    }
}
