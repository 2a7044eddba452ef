//! Which table each role's column is in, and what the panel calls it.

use crate::ingest::IngestError;
use crate::panel::PanelError;
use crate::study::level_columns;

use super::RawQuestion;
use super::tables::RawTables;

/// Where a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    Accounts,
    Contracts,
    Events(usize),
}

/// A column of the panel that comes from a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    /// As the study writes it, with or without its table.
    pub(super) written: String,
    /// Name in the panel.
    pub(super) name: String,
    /// Name in its table.
    pub(super) column: String,
    pub(super) home: Home,
    /// A hint or a reason: where nothing is written at all, nobody had one.
    pub(super) is_flag: bool,
    /// Its values are levels, and numbers among them codes.
    pub(super) is_level: bool,
}

/// Every role and programme column.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// In the contract's order of columns, each once.
    pub(super) columns: Vec<Placed>,
    /// Of these, so many are roles; programmes follow.
    pub(super) n_roles: usize,
    /// Column of accounts or contracts that holds the term.
    pub(super) term: Option<(Home, String)>,
    /// Where derived columns stand: before the column with this index.
    pub(super) tenure_before: usize,
    pub(super) notice_before: usize,
    pub(super) renewal_before: usize,
}

impl Places {
    pub(super) fn find(&self, written: &str) -> Option<&Placed> {
        self.columns.iter().find(|placed| placed.written == written)
    }
}

/// Finds every column that the roles, programmes and tables name, and reports all that are missing at once.
pub(super) fn resolve(question: &RawQuestion<'_>, raw: &RawTables) -> Result<Places, PanelError> {
    let mut problems = missing_columns(question, raw);
    let roles = question.roles;
    let levels = level_columns(roles, question.kpis);
    let mut places = Places::default();
    let mut add = |written: &str, role: &str, places: &mut Places| {
        if places.find(written).is_some() {
            return;
        }
        match find(written, role, question, raw) {
            Ok((home, column)) => {
                let taken = places.columns.iter().any(|placed| placed.name == column)
                    || ["account", "period", "outcome"].contains(&column.as_str())
                    || question.kpis.iter().any(|kpi| kpi.name == column);
                let name = if taken { format!("{}.{column}", table_name(home, question)) } else { column.clone() };
                places.columns.push(Placed {
                    written: written.to_owned(),
                    name,
                    column,
                    home,
                    is_flag: ["disclosed_risk", "reasons"].contains(&role),
                    is_level: levels.contains(&written),
                });
            }
            Err(problem) => problems.push(problem),
        }
    };
    let list = |columns: &[String], role: &str, places: &mut Places, add: &mut dyn FnMut(&str, &str, &mut Places)| {
        columns.iter().for_each(|column| add(column, role, places));
    };
    list(&roles.segment, "segment", &mut places, &mut add);
    for (column, role) in [(&roles.billing, "billing"), (&roles.price, "price")] {
        list(column.as_slice(), role, &mut places, &mut add);
    }
    places.tenure_before = places.columns.len();
    list(roles.tenure.as_slice(), "tenure", &mut places, &mut add);
    places.notice_before = places.columns.len();
    for (column, role) in [(&roles.notice, "notice"), (&roles.notice_periods, "notice_periods")] {
        list(column.as_slice(), role, &mut places, &mut add);
    }
    places.renewal_before = places.columns.len();
    for (column, role) in
        [(&roles.renewal_in, "renewal_in"), (&roles.term, "term"), (&roles.disclosed_risk, "disclosed_risk")]
    {
        list(column.as_slice(), role, &mut places, &mut add);
    }
    list(&roles.reasons, "reasons", &mut places, &mut add);
    for (column, role) in [(&roles.owner, "owner"), (&roles.weight, "weight")] {
        list(column.as_slice(), role, &mut places, &mut add);
    }
    list(&roles.controls, "controls", &mut places, &mut add);
    for (column, role) in [(&roles.phase, "phase"), (&roles.incumbent, "incumbent")] {
        list(column.as_slice(), role, &mut places, &mut add);
    }
    places.n_roles = places.columns.len();
    for programme in question.kpis.iter().filter_map(|kpi| kpi.programme.as_ref()) {
        add(&programme.column, "programme", &mut places);
    }
    if !problems.is_empty() {
        return Err(PanelError::Tables { problems });
    }
    let term = roles.term.as_deref().and_then(|written| places.find(written));
    places.term = term.map(|placed| (placed.home, placed.column.clone()));
    Ok(places)
}

fn table_name(home: Home, question: &RawQuestion<'_>) -> String {
    match home {
        Home::Accounts => "accounts".to_owned(),
        Home::Contracts => "contracts".to_owned(),
        Home::Events(table) => question.tables.events[table].name.clone(),
    }
}

/// Columns that the tables themselves and the KPIs need.
fn missing_columns(question: &RawQuestion<'_>, raw: &RawTables) -> Vec<PanelError> {
    let mut problems: Vec<PanelError> = Vec::new();
    let tables = question.tables;
    let mut needs = |result: Result<(), IngestError>| {
        let new = result.err().map(PanelError::from);
        problems.extend(new.filter(|new| !problems.iter().any(|old| old.to_string() == new.to_string())));
    };
    for column in [Some(&tables.accounts.account), tables.accounts.start.as_ref()]
        .into_iter()
        .flatten()
        .chain(tables.accounts.date_format.columns.keys())
    {
        needs(raw.accounts.texts(column).map(drop));
    }
    let contracts = &tables.contracts;
    for column in [Some(&contracts.account), Some(&contracts.start), contracts.end.as_ref(), contracts.notice.as_ref()]
        .into_iter()
        .flatten()
        .chain(contracts.date_format.columns.keys())
    {
        needs(raw.contracts.texts(column).map(drop));
    }
    for (spec, log) in tables.events.iter().zip(&raw.logs) {
        for column in [Some(&spec.account), Some(&spec.at), spec.recorded_at.as_ref()]
            .into_iter()
            .flatten()
            .chain(spec.date_format.columns.keys())
        {
            needs(log.needs(column));
        }
        for extraction in question.kpis.iter().filter_map(|kpi| kpi.extraction.as_ref()).filter(|e| e.from == spec.name)
        {
            extraction.value.iter().for_each(|column| needs(log.needs(column)));
            extraction.where_.iter().for_each(|condition| needs(log.needs(&condition.column)));
        }
    }
    problems
}

/// The one table that has a column, or the one that the study names.
fn find(written: &str, role: &str, question: &RawQuestion<'_>, raw: &RawTables) -> Result<(Home, String), PanelError> {
    let events = || question.tables.events.iter().zip(&raw.logs).enumerate();
    let has = |home: Home, column: &str| match home {
        Home::Accounts => raw.accounts.column(column).is_some(),
        Home::Contracts => raw.contracts.column(column).is_some(),
        Home::Events(table) => raw.logs[table].columns().iter().any(|own| own == column),
    };
    let homes: Vec<Home> =
        [Home::Accounts, Home::Contracts].into_iter().chain(events().map(|(i, _)| Home::Events(i))).collect();
    let found: Vec<Home> = homes.iter().copied().filter(|&home| has(home, written)).collect();
    if let [home] = found[..] {
        return Ok((home, written.to_owned()));
    }
    // One file as both: each row is an account and its contract.
    let same_file = question.tables.accounts.path == question.tables.contracts.path;
    if same_file && found == [Home::Accounts, Home::Contracts] {
        return Ok((Home::Contracts, written.to_owned()));
    }
    if found.is_empty()
        && let Some((table, column)) = written.split_once('.')
        && let Some(home) = homes.iter().copied().find(|&home| table_name(home, question) == table)
        && has(home, column)
    {
        return Ok((home, column.to_owned()));
    }
    let tables = found.iter().map(|&home| format!("{}.{written}", table_name(home, question))).collect();
    let mut known: Vec<String> = raw.accounts.columns().iter().map(|c| c.name.clone()).collect();
    known.extend(raw.contracts.columns().iter().map(|c| c.name.clone()));
    known.extend(raw.logs.iter().flat_map(|log| log.columns().to_vec()));
    let near = known
        .into_iter()
        .map(|name| (strsim::normalized_damerau_levenshtein(&name.to_lowercase(), &written.to_lowercase()), name))
        .filter(|(similar, _)| *similar >= 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name);
    Err(PanelError::RoleColumn { role: role.to_owned(), column: written.to_owned(), tables, near })
}
