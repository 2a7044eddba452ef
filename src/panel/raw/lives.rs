//! The lives of all accounts and the rows that follow from them.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use chrono::NaiveDate;

use crate::ingest::DateHome;
use crate::panel::calendar::{first_day, period_ends, periods_between};
use crate::panel::life::{Contract, Departure, Knowledge, Life, life};
use crate::panel::{PanelError, calendar};
use crate::study::TablesSource;
use crate::words;

use super::audit::{Faults, Findings, LeftOut};
use super::ids::{Ids, twin};
use super::roles::Home;
use super::tables::{RawTables, days};

/// Words in a `term` column for a contract that can be left every month.
const MONTHLY: [&str; 13] = [
    "monthly",
    "month",
    "1",
    "1.0",
    "1mo",
    "m2m",
    "month-to-month",
    "month to month",
    "月次",
    "月契約",
    "月額",
    "月払い",
    "毎月",
];

/// A contract with its row in the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signed {
    pub(super) contract: Contract,
    pub(super) row: usize,
    /// It can be left in any month, whatever its end says.
    pub(super) monthly: bool,
}

/// One account.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) id: String,
    /// Row in the accounts table.
    pub(super) row: usize,
    pub(super) life: Life,
    /// Contracts of its first spell, by start.
    pub(super) contracts: Vec<Signed>,
    /// Every contract of its own.
    pub(super) n_contracts: usize,
    /// Whether a contract was open, and no notice given, at the end of knowledge.
    pub(super) has_open_contract: bool,
    /// Periods in which it has a row.
    pub(super) periods: Range<usize>,
    /// Period of the event, if in a row.
    pub(super) event: Option<usize>,
    /// First of its rows in the panel.
    pub(super) first_row: usize,
}

/// All accounts in the order of the panel, and the calendar.
#[derive(Debug)]
pub(super) struct Lives {
    pub(super) accounts: Vec<Account>,
    index: Ids,
    /// First and last day of which an event of each account can be.
    pub(super) limits: Vec<(i32, i32)>,
    /// Identifiers of digits alone, without their leading zeros.
    numbers: HashSet<String>,
    /// Last days of the periods.
    pub(super) ends: Vec<NaiveDate>,
    /// The same as days since 1970.
    pub(super) end_days: Vec<i32>,
    pub(super) n_rows: usize,
    /// Ends of contracts are terms known in advance, not the days on which somebody left.
    pub(super) ends_are_terms: bool,
    pub(super) contract_days: Vec<(Option<i32>, Option<i32>)>,
}

impl Lives {
    /// Reads accounts and contracts.
    pub(super) fn read(
        tables: &TablesSource,
        raw: &RawTables,
        term: Option<&(Home, String)>,
        findings: &mut Findings,
    ) -> Result<Self, PanelError> {
        let ends = period_ends(tables.period, tables.from, tables.to);
        if ends.is_empty() {
            return Err(PanelError::NoPeriod { from: tables.from, to: tables.to });
        }
        let end_days: Vec<i32> = ends.iter().map(NaiveDate::to_epoch_days).collect();
        let mut bad_start = Faults::default();
        let starts = match &tables.accounts.start {
            Some(column) => {
                let own = &tables.accounts.date_format;
                days(&raw.accounts, column, own, tables, &DateHome::Accounts, &mut bad_start)?
            }
            None => vec![None; raw.accounts.n_rows()],
        };
        let term_of = |home| term.filter(|(own, _)| *own == home).map(|(_, column)| column.as_str());
        let contracts = Contracts::read(tables, raw, term_of(Home::Contracts))?;
        let terms = term_of(Home::Accounts).map(|column| raw.accounts.texts(column)).transpose()?;
        let contract_days = contracts.days.clone();
        let first = ends.first().and_then(|&end| first_day(tables.period, end)).map_or(i32::MIN, |d| d.to_epoch_days());
        let mut accounts = Vec::new();
        let mut seen: HashMap<String, u32> = HashMap::new();
        let (mut blank, mut repeated, mut no_start) = (Faults::default(), Faults::default(), Faults::default());
        let knowledge = Knowledge {
            to: tables.to.to_epoch_days(),
            renewal_tolerance: i32::try_from(tables.renewal_tolerance).unwrap_or(i32::MAX),
        };
        let mut own = contracts.by_account;
        for (row, id) in raw.accounts.texts(&tables.accounts.account)?.into_iter().enumerate() {
            let place = || raw.accounts.place_of(row).unwrap_or_default();
            let Some(id) = id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()) else {
                blank.add(place);
                continue;
            };
            if seen.insert(id.clone(), 0).is_some() {
                repeated.add(place);
                continue;
            }
            let mut signed = own.remove(&id).or_else(|| own.remove(&twin(&id)?)).unwrap_or_default();
            if terms.as_ref().and_then(|terms| terms[row].as_deref()).is_some_and(is_monthly) {
                signed.iter_mut().for_each(|signed| signed.monthly = true);
            }
            let plain: Vec<Contract> = signed.iter().map(|signed| signed.contract).collect();
            let Some(life) = life(starts[row], &plain, knowledge) else {
                no_start.add(place);
                continue;
            };
            accounts.push(Account::new(id, row, life, signed, (first, &end_days, knowledge.to)));
        }
        let mut unknown = Faults::default();
        let mut orphans: Vec<usize> = own.into_values().flatten().map(|signed| signed.row).collect();
        orphans.sort_unstable();
        orphans.iter().for_each(|&row| unknown.add(|| raw.contracts.place_of(row).unwrap_or_default()));
        accounts.sort_by(|a, b| a.id.cmp(&b.id));
        let mut n_rows = 0;
        for account in &mut accounts {
            account.first_row = n_rows;
            n_rows += account.periods.len();
        }
        let left_out = vec![
            LeftOut::new(words!(en: "rows without an account", ja: "顧客IDのない行"), blank),
            LeftOut::new(words!(en: "accounts that the table already has", ja: "重複する顧客の行"), repeated),
            LeftOut::new(words!(en: "accounts without a start", ja: "開始日の分からない顧客"), no_start),
        ];
        findings.add_plain(&raw.accounts, "accounts", left_out, accounts.len());
        findings.bad_starts(bad_start);
        let mut left_out = contracts.left_out;
        left_out.push(LeftOut::new(words!(en: "contracts of unknown accounts", ja: "顧客表にない顧客の契約"), unknown));
        findings.add_plain(&raw.contracts, "contracts", left_out, accounts.iter().map(|a| a.n_contracts).sum());
        if n_rows == 0 {
            return Err(PanelError::NoRows { accounts: accounts.len(), table: raw.accounts.name().to_owned() });
        }
        let ends_are_terms = contracts.ends_are_terms || terms.is_some();
        let index = Ids::new(accounts.iter().map(|account| account.id.as_str()));
        let limits = accounts.iter().map(Account::limits).collect();
        let numbers = accounts.iter().filter_map(|account| without_zeros(&account.id)).collect();
        Ok(Self { accounts, index, limits, numbers, ends, end_days, n_rows, ends_are_terms, contract_days })
    }

    /// Index of an account.
    pub(super) fn find(&self, id: &str) -> Option<u32> {
        self.index.find(id).or_else(|| self.index.find(id.trim())).or_else(|| self.index.find(&twin(id.trim())?))
    }

    /// Whether an unknown account would be known if leading zeros did not count.
    pub(super) fn is_known_without_zeros(&self, id: &str) -> bool {
        without_zeros(id).is_some_and(|number| self.numbers.contains(&number))
    }

    /// As-of days of an account's rows.
    pub(super) fn as_of(&self, account: &Account) -> &[i32] {
        &self.end_days[account.periods.clone()]
    }

    /// Periods from the row's to that of the end of the term that runs on its first day; 0 where the contract can be left.
    pub(super) fn renewal_in(&self, tables: &TablesSource, account: &Account, period: usize) -> f64 {
        let end = self.ends[period];
        let Some(first) = first_day(tables.period, end) else { return 0.0 };
        let (first_n, end_n) = (first.to_epoch_days(), end.to_epoch_days());
        let runs = |signed: &&Signed| signed.contract.start <= first_n && signed.last_day() >= first_n;
        let last = account.contracts.iter().filter(runs).max_by_key(|signed| signed.last_day());
        // In the period of the start no term runs on the first day: the one that starts first.
        let starts = || {
            account
                .contracts
                .iter()
                .filter(|s| s.contract.start > first_n && s.contract.start <= end_n)
                .min_by_key(|s| s.contract.start)
        };
        let Some(signed) = last.or_else(starts) else { return 0.0 };
        match signed.contract.end.and_then(NaiveDate::from_epoch_days) {
            Some(day) if self.ends_are_terms && !signed.monthly => {
                periods_between(tables.period, end, day).max(0) as f64
            }
            _ => 0.0,
        }
    }

    /// Tenure of a row: calendar periods since the start's.
    pub(super) fn tenure(&self, tables: &TablesSource, account: &Account, period: usize) -> f64 {
        NaiveDate::from_epoch_days(account.life.start)
            .map_or(f64::NAN, |start| calendar::periods_between(tables.period, start, self.ends[period]) as f64)
    }
}

impl Signed {
    /// Last day as far as is known.
    pub(super) fn last_day(&self) -> i32 {
        self.contract.end.or(self.contract.notice).unwrap_or(i32::MAX)
    }
}

impl Account {
    fn new(id: String, row: usize, life: Life, signed: Vec<Signed>, calendar: (i32, &[i32], i32)) -> Self {
        let (first_day, ends, to) = calendar;
        let first = ends.partition_point(|end| *end < life.start);
        let (last, event) = match life.departure.map(Departure::day) {
            // Left before the calendar, or before it began.
            Some(day) if day < first_day || day < life.start => (first, None),
            Some(day) => match ends.partition_point(|end| *end < day) {
                at if at < ends.len() => (at + 1, Some(at)),
                _ => (ends.len(), None),
            },
            None => (ends.len(), None),
        };
        let n_contracts = signed.len();
        let given_up = |s: &Signed| s.contract.notice.is_some_and(|day| day <= to);
        let has_open_contract = signed.iter().any(|s| s.contract.start <= to && s.last_day() > to && !given_up(s));
        let contracts = signed.into_iter().filter(|s| s.contract.start <= life.last_day).collect();
        let periods = first.min(last)..last;
        Self { id, row, life, contracts, n_contracts, has_open_contract, periods, event, first_row: 0 }
    }

    /// From its start to the end of the contract with which it left, where that is known.
    fn limits(&self) -> (i32, i32) {
        let end = self.life.departure.and(self.life.end);
        (self.life.start, end.unwrap_or(i32::MAX))
    }

    /// The contract whose attributes hold at a day: of those in force the one that started last, else the one that ended
    /// last. Without the second part, a row after the contract's end would lack them, and the lack would tell who left.
    pub(super) fn contract_at(&self, day: i32) -> Option<&Signed> {
        let started = || self.contracts.iter().filter(|signed| signed.contract.start <= day);
        let in_force = started()
            .filter(|signed| signed.contract.end.is_none_or(|end| end >= day))
            .max_by_key(|signed| (signed.contract.start, signed.row));
        in_force.or_else(|| started().max_by_key(|signed| (signed.contract.end, signed.contract.start, signed.row)))
    }
}

struct Contracts {
    by_account: HashMap<String, Vec<Signed>>,
    left_out: Vec<LeftOut>,
    ends_are_terms: bool,
    /// Start and end of each row of the table.
    days: Vec<(Option<i32>, Option<i32>)>,
}

impl Contracts {
    fn read(tables: &TablesSource, raw: &RawTables, term: Option<&str>) -> Result<Self, PanelError> {
        let (table, spec) = (&raw.contracts, &tables.contracts);
        let mut faults = Faults::default();
        let mut read = |column: &Option<String>| match column {
            Some(column) => days(table, column, &spec.date_format, tables, &DateHome::Contracts, &mut faults).map(Some),
            None => Ok(None),
        };
        let starts = read(&Some(spec.start.clone()))?.unwrap_or_default();
        let (ends, notices) = (read(&spec.end)?, read(&spec.notice)?);
        let at = |days: &Option<Vec<Option<i32>>>, row: usize| days.as_ref().and_then(|days| days[row]);
        let terms = term.filter(|term| table.column(term).is_some()).map(|term| table.texts(term)).transpose()?;
        let written_ends = spec.end.as_ref().map(|column| table.texts(column)).transpose()?;
        let mut by_account: HashMap<String, Vec<Signed>> = HashMap::new();
        let (mut no_account, mut no_start, mut reversed, mut bad_end) =
            (Faults::default(), Faults::default(), Faults::default(), Faults::default());
        let (mut running, mut running_with_end) = (0_usize, 0_usize);
        let to = tables.to.to_epoch_days();
        let mut days = Vec::with_capacity(table.n_rows());
        for (row, id) in table.texts(&spec.account)?.into_iter().enumerate() {
            let place = || table.place_of(row).unwrap_or_default();
            let (start, end, notice) = (starts[row], at(&ends, row), at(&notices, row));
            days.push((start, end));
            let Some(id) = id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()) else {
                no_account.add(place);
                continue;
            };
            let Some(start) = start else {
                no_start.add(place);
                continue;
            };
            let written = written_ends.as_ref().is_some_and(|ends| {
                ends[row]
                    .as_deref()
                    .is_some_and(|cell| !cell.trim().is_empty() && !crate::ingest::is_missing_word(cell))
            });
            if end.is_none() && written {
                bad_end.add(place);
                continue;
            }
            if end.is_some_and(|end| end < start) {
                reversed.add(place);
                continue;
            }
            let contract = Contract { start, end, notice };
            let monthly = terms.as_ref().and_then(|terms| terms[row].as_deref()).is_some_and(is_monthly);
            let signed = Signed { contract, row, monthly };
            if start <= to && signed.last_day() > to {
                running += 1;
                running_with_end += usize::from(end.is_some());
            }
            by_account.entry(id).or_default().push(signed);
        }
        by_account.values_mut().for_each(|signed| signed.sort_by_key(|s| (s.contract.start, s.row)));
        let left_out = vec![
            LeftOut::new(words!(en: "contracts without an account", ja: "顧客IDのない契約"), no_account),
            LeftOut::contradiction(
                words!(en: "contracts without a possible start", ja: "開始日が正しくない契約"),
                no_start,
            ),
            LeftOut::contradiction(
                words!(en: "contracts without a possible end", ja: "終了日が正しくない契約"),
                bad_end,
            ),
            LeftOut::contradiction(
                words!(en: "contracts that end before they start", ja: "開始日より前に終了する契約"),
                reversed,
            ),
        ];
        // Where those who are still customers have no end, an end is the day on which somebody left, and known only then.
        let ends_are_terms = terms.is_some() || (running > 0 && 2 * running_with_end >= running);
        Ok(Self { by_account, left_out, ends_are_terms, days })
    }
}

fn is_monthly(term: &str) -> bool {
    MONTHLY.contains(&term.trim().to_lowercase().as_str())
}

/// An identifier of digits alone, without its leading zeros.
fn without_zeros(id: &str) -> Option<String> {
    let id = id.trim();
    (!id.is_empty() && id.bytes().all(|b| b.is_ascii_digit())).then(|| id.trim_start_matches('0').to_owned())
}
