//! How early each KPI predicts, and what moves it: the tests that come after the evidence, and their records.

use crate::artifact::{LagRecord, LinkRecord, RenewalRecord, ResponseRecord, TimingRecord};
use crate::notice::Explain;
use crate::panel::{Flag, Panel};
use crate::study::{KpiKind, KpiSpec, Study};
use crate::traps::lead_time::{LeadTime, lead_times};
use crate::traps::responsive::{Driver, Response, actions, evidence, responses, untested};
use crate::traps::{Evidence, Measured, TestId, TrapContext};
use crate::words::Words;

use super::judge::Judged;
use super::{PipelineError, Prepared};

/// What the logged actions and programmes do to the KPIs.
#[derive(Debug)]
pub(super) struct Reach {
    /// Every pair of driver and KPI.
    pub(super) responses: Vec<Response>,
    /// Why nothing could be tried, if so.
    pub(super) untested: Option<Words>,
}

/// Adds lead times and responses to the evidence.
pub(super) fn reach(study: &Study, ready: &Prepared, context: &TrapContext<'_>, found: &mut [Vec<Evidence>]) -> Reach {
    let early = lead_times(context, &ready.panel, &ready.as_of, nearest(study));
    let mut drivers = actions(context);
    let (programmes, unreadable) = programmes(study, &ready.panel);
    drivers.extend(programmes);
    let responses = responses(context, &ready.panel, &drivers);
    let moved = evidence(context, &responses, drivers.len());
    for ((own, early), moved) in found.iter_mut().zip(early).zip(moved) {
        own.extend(early);
        own.extend(moved);
    }
    for (k, column, why) in unreadable {
        found[k].push(Evidence::not_applicable(TestId::Responsive, why).of(column));
    }
    Reach { responses, untested: untested(context.snapshot, drivers.len()) }
}

/// Periods between the nearest usable value and the event, or the day on which notice falls due.
fn nearest(study: &Study) -> u32 {
    study.kgi.gap.0.saturating_add(1)
}

/// A programme whose column cannot be read: the KPI that names it, the column, why.
type Unreadable = (usize, String, Words);

/// Programmes by column, each once; a KPI's programme whose column cannot be read is reported with its reason.
fn programmes(study: &Study, panel: &Panel) -> (Vec<Driver>, Vec<Unreadable>) {
    let mut drivers: Vec<Driver> = Vec::new();
    let mut unreadable = Vec::new();
    for (k, programme) in study.kpis.iter().enumerate().filter_map(|(k, kpi)| Some((k, kpi.programme.as_ref()?))) {
        let column = &programme.column;
        if drivers.iter().any(|driver| driver.programme && driver.name == *column) {
            continue;
        }
        match panel.flags(column) {
            Ok(flags) => {
                let number = |flag| match flag {
                    Flag::Yes => 1.0,
                    Flag::No => 0.0,
                    Flag::Unknown => f64::NAN,
                };
                let by_row = flags.into_iter().map(number).collect();
                drivers.push(Driver { name: column.clone(), programme: true, by_row });
            }
            Err(error) => unreadable.push((k, column.clone(), error.what())),
        }
    }
    (drivers, unreadable)
}

/// Contracts that run, of active accounts: by account the periods until it can be left, counted to the day on which
/// notice falls due where only the end is known.
#[derive(Debug)]
pub(super) struct Renewal {
    column: String,
    running: Vec<f64>,
}

/// Running contracts at the end of the data; `None` where the study has no `renewal_in`.
pub(super) fn renewal(study: &Study, ready: &Prepared) -> Result<Option<Renewal>, PipelineError> {
    let panel = &ready.panel;
    let Some(column) = study.roles.renewal_in.as_ref().filter(|_| !panel.is_snapshot()) else { return Ok(None) };
    let (until, last) = (panel.numbers(column)?, panel.periods().last());
    let active = (0..panel.n_rows()).filter(|&row| panel.period()[row] == last && !panel.event()[row]);
    let running = active
        .filter(|&row| until[row] > 0.0)
        .map(|row| until[row] - f64::from(ready.lags.periods[row].saturating_sub(nearest(study))))
        .collect();
    Ok(Some(Renewal { column: column.clone(), running }))
}

/// The record of a lead time: against the gap, and against the running contracts.
pub(super) fn timing(
    study: &Study,
    ready: &Prepared,
    lead: Option<LeadTime>,
    renewal: Option<&Renewal>,
) -> Option<TimingRecord> {
    let lead = lead?;
    let window = f64::from(nearest(study))..=f64::from(lead.until);
    Some(TimingRecord {
        lead_periods: lead.until,
        from_periods: lead.from,
        farthest: lead.farthest,
        at_least: lead.until == lead.farthest,
        room: lead.until.saturating_sub(study.kgi.gap.0),
        to_notice_due: ready.lags.periods.iter().any(|&lag| lag > nearest(study)),
        renewal: renewal.map(|renewal| RenewalRecord {
            column: renewal.column.clone(),
            n_running: renewal.running.len(),
            n_in_window: renewal.running.iter().filter(|until| window.contains(until)).count(),
        }),
    })
}

/// Whether anything logged moves a KPI; `None` for actions and for KPIs that cannot be tested at all.
pub(super) fn response(kpi: &KpiSpec, judged: &Judged, k: usize) -> Option<ResponseRecord> {
    if kpi.kind == KpiKind::Action || judged.columns[k].is_none() {
        return None;
    }
    let own: Vec<&Response> = judged.reach.responses.iter().filter(|r| r.kpi == k).collect();
    let tested = own.iter().any(|r| r.why_not.is_none());
    let why_not = match &judged.reach.untested {
        Some(why) => Some(why.clone()),
        None if tested => None,
        None => own.iter().find_map(|r| r.why_not.clone()),
    };
    let status = match (&why_not, own.iter().any(|r| r.first.is_some())) {
        (_, true) => "responsive",
        (Some(_), false) => "not_applicable",
        (None, false) => "not_responsive",
    };
    Some(ResponseRecord { status: status.to_owned(), why_not })
}

/// Every pair of driver and KPI.
pub(super) fn links(study: &Study, judged: &Judged) -> Vec<LinkRecord> {
    let periods = |lag: usize| u32::try_from(lag).unwrap_or(u32::MAX);
    let one = |response: &Response| {
        let lag = |(lag, m): (usize, Measured)| {
            let interval = m.interval();
            LagRecord {
                lag: periods(lag),
                estimate: m.estimate,
                std_error: m.std_error,
                ci_low: interval.map(|(low, _)| low),
                ci_high: interval.map(|(_, high)| high),
                p: m.p,
            }
        };
        LinkRecord {
            action: response.driver.clone(),
            programme: response.programme,
            kpi: study.kpis[response.kpi].name.clone(),
            status: match (&response.why_not, response.first) {
                (Some(_), _) => "not_applicable",
                (None, Some(_)) => "responsive",
                (None, None) => "not_responsive",
            }
            .to_owned(),
            why_not: response.why_not.clone(),
            first_lag: response.first.map(periods),
            q: response.q,
            shown: response.shown().map(lag),
            lags: response.lags().map(lag).collect(),
            n_rows: response.slopes.iter().flatten().map(|m| m.n_rows).max().unwrap_or(0),
        }
    };
    judged.reach.responses.iter().map(one).collect()
}
