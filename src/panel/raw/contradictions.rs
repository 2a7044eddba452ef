//! What the tables tell against each other.

use crate::ingest::{ColumnKind, Dates, Table, parse_flag, parse_number};
use crate::notice::{Notice, Severity};
use crate::panel::PanelError;
use crate::study::TablesSource;
use crate::words;
use crate::words::Words;

use super::audit::{Findings, UNSAFE_SHARE, percent};
use super::lives::{Account, Lives};
use super::roles::{Home, Places};
use super::tables::RawTables;

/// Parts of names that speak of leaving.
const LEAVING: [&str; 8] = ["churn", "cancel", "terminat", "attrition", "解約", "離反", "退会", "離脱"];

/// A source that says which accounts have left.
struct Witness {
    name: String,
    left: Vec<bool>,
}

/// Compares the tables and adds what does not agree.
pub(super) fn find(
    tables: &TablesSource,
    raw: &RawTables,
    lives: &Lives,
    places: &Places,
    present: &[Vec<bool>],
    findings: &mut Findings,
) -> Result<(), PanelError> {
    starts(tables, raw, lives, findings);
    let witnesses = witnesses(tables, raw, lives, present)?;
    departures(&witnesses, lives, raw, tables, findings);
    same_columns(tables, raw, lives, findings)?;
    no_history(places, findings);
    Ok(())
}

/// A contract that begins before its account does.
fn starts(tables: &TablesSource, raw: &RawTables, lives: &Lives, findings: &mut Findings) {
    let Some(start) = &tables.accounts.start else { return };
    let with: Vec<&Account> = lives.accounts.iter().filter(|account| !account.contracts.is_empty()).collect();
    let early: Vec<&&Account> = with.iter().filter(|a| a.contracts[0].contract.start < a.life.start).collect();
    let (n, of) = (early.len(), with.len());
    let Some(first) = early.first() else { return };
    let (id, share, own) = (&first.id, percent(n as f64 / of as f64), &tables.contracts.start);
    let what = words!(
        en: "{n} of {of} accounts ({share}) have a contract whose `{own}` is before the account's `{start}`, for example `{id}`",
        ja: "顧客{of}件のうち{n}件（{share}）で、契約の`{own}`が顧客の`{start}`より前です（例：`{id}`）",
    );
    findings.notices.push(contradiction("start_dates", n, of, what, raw));
}

fn contradiction(code: &str, n: usize, of: usize, what: Words, raw: &RawTables) -> Notice {
    let grave = n as f64 >= UNSAFE_SHARE * of.max(1) as f64;
    let severity = if grave { Severity::Unsafe } else { Severity::Warning };
    let files = format!("{}, {}", raw.accounts.name(), raw.contracts.name());
    Notice::new(severity, code, what).at(Words::same(files)).help(words!(
        en: "find out which table is right before anything is concluded from them",
        ja: "結論を出す前に、どの表が正しいかを確認してください",
    ))
}

fn speaks_of_leaving(name: &str) -> bool {
    let lower = name.to_lowercase();
    LEAVING.iter().any(|part| lower.contains(part))
}

/// The contracts, flags of the accounts table and event tables that say who has left.
fn witnesses(
    tables: &TablesSource,
    raw: &RawTables,
    lives: &Lives,
    present: &[Vec<bool>],
) -> Result<Vec<Witness>, PanelError> {
    let left = lives.accounts.iter().map(|account| account.life.departure.is_some()).collect();
    let mut witnesses = vec![Witness { name: "contracts".to_owned(), left }];
    for column in raw.accounts.columns().iter().filter(|column| speaks_of_leaving(&column.name)) {
        if let Some(flags) = flags(&raw.accounts, &column.name, column.kind)? {
            let left = lives.accounts.iter().map(|account| flags[account.row]).collect();
            witnesses.push(Witness { name: format!("accounts.{}", column.name), left });
        }
    }
    for (spec, present) in tables.events.iter().zip(present).filter(|(spec, _)| speaks_of_leaving(&spec.name)) {
        witnesses.push(Witness { name: spec.name.clone(), left: present.clone() });
    }
    Ok(witnesses)
}

/// A column that says yes or no, or holds the date on which it became so.
fn flags(table: &Table, column: &str, kind: ColumnKind) -> Result<Option<Vec<bool>>, PanelError> {
    let cells = table.texts(column)?;
    if kind == ColumnKind::Date {
        return Ok(Some(cells.iter().map(Option::is_some).collect()));
    }
    let all = cells.iter().flatten().all(|cell| parse_flag(cell).is_some());
    Ok(all.then(|| cells.iter().map(|cell| cell.as_deref().and_then(parse_flag).unwrap_or(false)).collect()))
}

fn departures(witnesses: &[Witness], lives: &Lives, raw: &RawTables, tables: &TablesSource, findings: &mut Findings) {
    let count = |keep: &dyn Fn(usize) -> bool| (0..lives.accounts.len()).filter(|&i| keep(i)).count();
    for (i, a) in witnesses.iter().enumerate() {
        for b in &witnesses[i + 1..] {
            let (n_a, n_b) = (count(&|i| a.left[i]), count(&|i| b.left[i]));
            let (both, either) = (count(&|i| a.left[i] && b.left[i]), count(&|i| a.left[i] || b.left[i]));
            if both == either {
                continue;
            }
            let (name_a, name_b) = (&a.name, &b.name);
            let what = words!(
                en: "`{name_a}` says that {n_a} accounts left, `{name_b}` that {n_b} did; only {both} are the same",
                ja: "離反した顧客は、`{name_a}`では{n_a}件、`{name_b}`では{n_b}件で、一致するのは{both}件だけです",
            );
            findings.notices.push(contradiction("who_left", either - both, either, what, raw));
        }
    }
    let to = tables.to;
    for witness in &witnesses[1..] {
        let n = count(&|i| witness.left[i]);
        let open = count(&|i| witness.left[i] && lives.accounts[i].has_open_contract);
        if open > 0 {
            let name = &witness.name;
            let what = words!(
                en: "of {n} accounts that left according to `{name}`, {open} still hold an open contract on {to}",
                ja: "`{name}`で離反とされる顧客{n}件のうち{open}件は、{to}の時点で契約が継続しています",
            );
            findings.notices.push(contradiction("left_with_open_contract", open, n, what, raw));
        }
    }
}

/// Columns that accounts and contracts both have, with other values.
fn same_columns(
    tables: &TablesSource,
    raw: &RawTables,
    lives: &Lives,
    findings: &mut Findings,
) -> Result<(), PanelError> {
    let ids = [&tables.accounts.account, &tables.contracts.account];
    for column in raw.accounts.columns() {
        let name = &column.name;
        if ids.contains(&name) || raw.contracts.column(name).is_none() || speaks_of_leaving(name) {
            continue;
        }
        let (own, theirs) = (raw.accounts.texts(name)?, raw.contracts.texts(name)?);
        let (mut n, mut of) = (0, 0);
        for account in &lives.accounts {
            for signed in &account.contracts {
                if let (Some(a), Some(b)) = (&own[account.row], &theirs[signed.row]) {
                    of += 1;
                    n += usize::from(!same(a, b));
                }
            }
        }
        if of > 0 && n > 0 {
            let share = percent(n as f64 / of as f64);
            let what = words!(
                en: "`{name}` of the account and of the contract differ in {n} of {of} contracts ({share})",
                ja: "`{name}`の値が、顧客の表と契約の表とで異なる契約が{of}件のうち{n}件（{share}）あります",
            );
            let mut notice = contradiction("columns_differ", n, of, what, raw);
            // An account may hold the sum or the latest of its contracts.
            notice.severity = Severity::Warning;
            findings.notices.push(notice);
        }
    }
    Ok(())
}

/// Whether two cells say the same, however each table writes its dates and numbers.
fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim(), b.trim());
    let day = |cell: &str| Dates::new(None, None).read(cell).ok().map(|stamp| stamp.micros);
    let equal = |a: Option<f64>, b: Option<f64>| a.is_some_and(|a| b.is_some_and(|b| a.total_cmp(&b).is_eq()));
    a == b || (day(a).is_some() && day(a) == day(b)) || equal(parse_number(a), parse_number(b))
}

/// Attributes of accounts have no history: today's value stands for the past.
fn no_history(places: &Places, findings: &mut Findings) {
    let names: Vec<&str> =
        places.columns.iter().filter(|p| p.home == Home::Accounts).map(|placed| placed.column.as_str()).collect();
    if names.is_empty() {
        return;
    }
    let listed = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let what = words!(
        en: "attributes of accounts have no history and are trusted to have held all along: {listed}",
        ja: "顧客の属性には履歴がないため、過去も同じ値だったとみなします：{listed}",
    );
    findings.notices.push(Notice::new(Severity::Info, "no_history", what).help(words!(
        en: "an attribute that changes belongs into a table of events with its date",
        ja: "変わりうる属性は、日付つきのイベントの表に記録してください",
    )));
}
