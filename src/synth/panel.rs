//! The recorded rows of all accounts, and the panel table made of them.

use super::catalogue::Kpi;
use super::decide::{Fate, fate};
use super::health::path;
use super::kpis::{Hints, Life, hints, observe, revenue};
use super::market::{Account, account};
use super::settings::CompanySettings;
use super::table::{Column, PanelTable};

/// One account and month, as recorded.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// Position of the account in [`Records::accounts`].
    pub(crate) account: usize,
    /// Counted from the start of the burn-in.
    pub(crate) month: usize,
    pub(crate) left: bool,
    pub(crate) hint: bool,
    pub(crate) champion_left: bool,
    pub(crate) revenue: f64,
    /// Points of the score in use today.
    pub(crate) incumbent: f64,
    /// In the order of [`Kpi::ALL`].
    pub(crate) kpis: Vec<Option<f64>>,
}

impl Record {
    pub(crate) fn kpi(&self, kpi: Kpi) -> Option<f64> {
        self.kpis.get(kpi.position()).copied().flatten()
    }
}

/// Everything recorded about the company.
#[derive(Debug, Clone)]
pub(crate) struct Records {
    pub(crate) settings: CompanySettings,
    pub(crate) accounts: Vec<Account>,
    pub(crate) fates: Vec<Fate>,
    /// By account, then month.
    pub(crate) rows: Vec<Record>,
}

/// Lives the whole company and writes its records.
pub(crate) fn record(settings: &CompanySettings) -> Records {
    let mut records = Records { settings: *settings, accounts: Vec::new(), fates: Vec::new(), rows: Vec::new() };
    for index in 0..settings.n_accounts {
        let account = account(settings, index as u64);
        let path = path(settings, &account, None);
        let fate = fate(settings, &account, &path);
        let life = Life { settings, account: &account, path: &path, fate: &fate };
        let hints = hints(life);
        records.rows.extend(rows(index, life, &hints));
        records.accounts.push(account);
        records.fates.push(fate);
    }
    records
}

fn rows(position: usize, life: Life<'_>, hints: &Hints) -> Vec<Record> {
    let observed: Vec<Vec<Option<f64>>> = Kpi::ALL.iter().map(|&kpi| observe(life, hints, kpi)).collect();
    let mut last_nps = None;
    (life.account.entry..life.fate.end(life.settings))
        .map(|month| {
            let kpis: Vec<Option<f64>> = observed.iter().map(|months| months.get(month).copied().flatten()).collect();
            let mut record = Record {
                account: position,
                month,
                left: life.fate.left.is_some_and(|exit| exit.notice == month),
                hint: hints.recorded_in(month),
                champion_left: life.path.champion_left(month),
                revenue: revenue(life, month),
                incumbent: 0.0,
                kpis,
            };
            last_nps = record.kpi(Kpi::NpsScore).or(last_nps);
            record.incumbent = hand_made_score(&record, last_nps);
            record
        })
        .collect()
}

/// The score in use today, points agreed in a meeting: contact, logins, special feature and survey all count as good.
fn hand_made_score(record: &Record, last_nps: Option<f64>) -> f64 {
    let contacts = 8.0 * record.kpi(Kpi::ExecContacts).unwrap_or(0.0).min(4.0);
    let logins = 6.0 * (1.0 + record.kpi(Kpi::Logins).unwrap_or(0.0)).ln().min(5.0);
    let feature = record.kpi(Kpi::SpecialFeatureDays).unwrap_or(0.0).min(10.0);
    let survey = 2.0 * last_nps.unwrap_or(6.0);
    (contacts + logins + feature + survey).round()
}

fn flag(value: bool) -> Option<i64> {
    Some(i64::from(value))
}

// Truncation is meant: the values are whole numbers far below the limits of the type.
fn whole(value: f64) -> Option<i64> {
    Some(value as i64)
}

/// The column of one KPI over these rows.
pub(crate) fn kpi_column<'a>(rows: impl Iterator<Item = &'a Record>, kpi: Kpi) -> Column {
    let values = rows.map(|row| row.kpi(kpi));
    if kpi.decimals() == 0 {
        Column::Integer(values.map(|value| value.and_then(whole)).collect())
    } else {
        Column::Number(values.collect())
    }
}

/// The attribute columns that a panel and a snapshot share, from `segment` to `current_score`.
pub(crate) fn attribute_columns(records: &Records, rows: &[&Record]) -> Vec<(String, Column)> {
    let of_account = |row: &&Record| records.accounts.get(row.account);
    let text = |get: fn(&Account) -> &'static str| {
        Column::Text(rows.iter().map(|row| of_account(row).map_or("", get).to_owned()).collect())
    };
    let tenure = |row: &&Record| of_account(row).map(|account| account.tenure(row.month) as i64);
    let columns = [
        ("segment", text(|account| account.segment.name())),
        ("plan", text(|account| account.plan.name())),
        ("term", text(|account| if account.annual { "annual" } else { "monthly" })),
        (
            "monthly_price",
            Column::Integer(rows.iter().map(|row| of_account(row).and_then(|a| whole(a.monthly_price))).collect()),
        ),
        ("mrr", Column::Integer(rows.iter().map(|row| whole(row.revenue)).collect())),
        ("tenure", Column::Integer(rows.iter().map(tenure).collect())),
        (
            "onboarding",
            Column::Integer(
                rows.iter().map(|row| of_account(row).and_then(|a| flag(a.in_onboarding(row.month)))).collect(),
            ),
        ),
        ("csm", text(|account| account.manager)),
        ("risk_hint", Column::Integer(rows.iter().map(|row| flag(row.hint)).collect())),
        ("champion_left", Column::Integer(rows.iter().map(|row| flag(row.champion_left)).collect())),
        (
            "purpose_special",
            Column::Integer(rows.iter().map(|row| of_account(row).and_then(|a| flag(a.purpose_special))).collect()),
        ),
        ("current_score", Column::Integer(rows.iter().map(|row| whole(row.incumbent)).collect())),
    ];
    columns.into_iter().map(|(name, column)| (name.to_owned(), column)).collect()
}

/// The panel: one row per account and month, sorted by both.
pub(crate) fn panel(records: &Records) -> PanelTable {
    let rows: Vec<&Record> = records.rows.iter().collect();
    let ids = rows.iter().map(|row| records.accounts.get(row.account).map(Account::id).unwrap_or_default()).collect();
    let to_term_end = rows
        .iter()
        .map(|row| records.accounts.get(row.account).map(|account| account.months_to_term_end(row.month) as i64))
        .collect();
    let mut columns = vec![
        ("account_id".to_owned(), Column::Text(ids)),
        ("month".to_owned(), Column::Date(rows.iter().map(|row| records.settings.date(row.month)).collect())),
        ("churn".to_owned(), Column::Integer(rows.iter().map(|row| flag(row.left)).collect())),
        ("notice_given".to_owned(), Column::Integer(rows.iter().map(|row| flag(row.left)).collect())),
        ("months_to_term_end".to_owned(), Column::Integer(to_term_end)),
    ];
    columns.extend(attribute_columns(records, &rows));
    columns.extend(Kpi::ALL.iter().map(|&kpi| (kpi.name().to_owned(), kpi_column(rows.iter().copied(), kpi))));
    PanelTable { columns }
}
