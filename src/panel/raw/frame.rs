//! Rows, attributes and KPIs put together: the panel, in the contract's columns and order.

use polars::prelude::{
    BooleanChunked, Column, DataFrame, Float64Chunked, Int32Chunked, IntoColumn, IntoSeries, NewChunkedArray,
    PlSmallStr, StringChunked,
};

use crate::panel::period::PeriodAxis;
use crate::panel::{Panel, PanelError};
use crate::study::Roles;

use super::RawQuestion;
use super::lives::{Account, Lives};
use super::role_columns::{Attribute, Attributes};
use super::roles::Places;

/// The panel and the roles under its names.
pub(super) struct Built {
    pub(super) panel: Panel,
    pub(super) roles: Roles,
}

/// Puts the columns together.
pub(super) fn build(
    question: &RawQuestion<'_>,
    lives: &Lives,
    attributes: Attributes<'_>,
    kpis: Vec<Option<Vec<f64>>>,
) -> Result<Built, PanelError> {
    let n = lives.n_rows;
    let tables = question.tables;
    let by_row = |value: &dyn Fn(&Account, usize) -> f64| -> Vec<f64> {
        lives.accounts.iter().flat_map(|account| account.periods.clone().map(move |p| value(account, p))).collect()
    };
    let places = attributes.places;
    let mut roles = renamed(question.roles, places);
    let taken = |name: &str| {
        places.columns.iter().any(|placed| placed.name == name) || question.kpis.iter().any(|kpi| kpi.name == name)
    };
    let free = |name: &str| if taken(name) { format!("{name}_derived") } else { name.to_owned() };
    let mut derived: Vec<(usize, String, Vec<f64>)> = Vec::new();
    if roles.tenure.is_none() {
        let name = free("tenure");
        derived.push((places.tenure_before, name.clone(), by_row(&|account, p| lives.tenure(tables, account, p))));
        roles.tenure = Some(name);
    }
    if roles.notice.is_none() && tables.contracts.notice.is_some() {
        let name = free("notice");
        let given = |account: &Account, p: usize| {
            let day = lives.end_days[p];
            let notice = account.contract_at(day).and_then(|signed| signed.contract.notice);
            f64::from(u8::from(notice.is_some_and(|notice| notice <= day)))
        };
        derived.push((places.notice_before, name.clone(), by_row(&given)));
        roles.notice = Some(name);
    }
    if roles.renewal_in.is_none() && tables.contracts.end.is_some() {
        let name = free("renewal_in");
        derived.push((places.renewal_before, name.clone(), by_row(&|account, p| lives.renewal_in(tables, account, p))));
        roles.renewal_in = Some(name);
    }

    let mut columns = vec![accounts(lives), periods(lives)];
    let event = |account: &Account, p: usize| account.event == Some(p);
    columns.push(numbers("outcome", by_row(&|account, p| f64::from(u8::from(event(account, p))))));
    let mut derived = derived.into_iter().peekable();
    for (at, (placed, column)) in places.columns.iter().zip(attributes.columns).enumerate() {
        while let Some((_, name, values)) = derived.next_if(|(before, _, _)| *before <= at) {
            columns.push(numbers(&name, values));
        }
        columns.push(attribute(&placed.name, column, n));
        if at + 1 == places.n_roles {
            columns.extend(derived.by_ref().map(|(_, name, values)| numbers(&name, values)));
        }
    }
    columns.extend(derived.map(|(_, name, values)| numbers(&name, values)));
    for (kpi, values) in question.kpis.iter().zip(kpis) {
        columns.push(numbers(&kpi.name, values.unwrap_or_else(|| vec![f64::NAN; n])));
    }

    let (axis, _) = PeriodAxis::from_dates(&lives.ends)
        .ok_or_else(|| PanelError::TooManyPeriods { column: "period".to_owned() })?;
    let row_accounts = lives.accounts.iter().filter(|account| !account.periods.is_empty());
    let panel = Panel {
        frame: DataFrame::new(n, columns)?,
        accounts: row_accounts.clone().map(|account| account.id.clone()).collect(),
        account: (0..).zip(row_accounts.clone()).flat_map(|(i, a)| std::iter::repeat_n(i, a.periods.len())).collect(),
        periods: axis,
        period: row_accounts
            .clone()
            .flat_map(|a| a.periods.clone())
            .map(|p| i32::try_from(p).unwrap_or(i32::MAX))
            .collect(),
        cut_short: row_accounts
            .clone()
            .flat_map(|a| a.periods.clone().map(move |p| lives.end_days[p] > a.life.last_day))
            .enumerate()
            .filter_map(|(row, short)| short.then_some(row))
            .collect(),
        event: row_accounts.flat_map(|a| a.periods.clone().map(move |p| a.event == Some(p))).collect(),
        snapshot: false,
        digest: String::new(),
        left_out: Vec::new(),
    };
    Ok(Built { panel, roles })
}

fn numbers(name: &str, values: Vec<f64>) -> Column {
    let cells = values.into_iter().map(|x| (!x.is_nan()).then_some(x + 0.0));
    Float64Chunked::from_iter_options(PlSmallStr::from_str(name), cells).into_series().into_column()
}

fn accounts(lives: &Lives) -> Column {
    let ids = lives.accounts.iter().flat_map(|a| std::iter::repeat_n(Some(a.id.as_str()), a.periods.len()));
    StringChunked::from_iter_options("account".into(), ids).into_series().into_column()
}

fn periods(lives: &Lives) -> Column {
    let days = lives.accounts.iter().flat_map(|a| lives.as_of(a).iter().map(|day| Some(*day)));
    Int32Chunked::from_iter_options("period".into(), days).into_date().into_series().into_column()
}

fn attribute(name: &str, column: Option<Attribute>, n: usize) -> Column {
    match column {
        Some(Attribute::Numbers(values)) => numbers(name, values),
        Some(Attribute::Flags(flags)) => {
            BooleanChunked::from_iter_options(PlSmallStr::from_str(name), flags.into_iter()).into_series().into_column()
        }
        Some(Attribute::Texts { codes, levels }) => {
            let text = |code: &Option<u32>| code.and_then(|code| levels.get(code as usize)).map(String::as_str);
            StringChunked::from_iter_options(PlSmallStr::from_str(name), codes.iter().map(text))
                .into_series()
                .into_column()
        }
        None => numbers(name, vec![f64::NAN; n]),
    }
}

/// The roles with the names that the panel's columns have.
fn renamed(roles: &Roles, places: &Places) -> Roles {
    let name = |written: &String| places.find(written).map_or_else(|| written.clone(), |placed| placed.name.clone());
    let one = |column: &Option<String>| column.as_ref().map(name);
    let many = |columns: &[String]| columns.iter().map(name).collect();
    Roles {
        segment: many(&roles.segment),
        billing: one(&roles.billing),
        price: one(&roles.price),
        tenure: one(&roles.tenure),
        notice: one(&roles.notice),
        notice_periods: one(&roles.notice_periods),
        renewal_in: one(&roles.renewal_in),
        term: one(&roles.term),
        disclosed_risk: one(&roles.disclosed_risk),
        reasons: many(&roles.reasons),
        owner: one(&roles.owner),
        weight: one(&roles.weight),
        controls: many(&roles.controls),
        phase: one(&roles.phase),
        incumbent: one(&roles.incumbent),
    }
}
