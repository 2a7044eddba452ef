//! The logs: every event of every activity as a dated row.

use chrono::{Datelike, Weekday};
use rayon::prelude::*;

use super::customer::Customer;
use super::dice::Dice;
use super::life::{Life, Stage};
use super::names::{self, Names};
use super::stream::{Log, Stream};
use super::table::Csv;
use super::vocabulary::topic_of;
use super::world::RiskRecord;

/// One event.
struct Event {
    day: i32,
    /// Minute of the day.
    minute: u16,
    customer: u32,
    stream: u16,
    person: u16,
    amount: f32,
    /// Day on which it was entered; none where nobody wrote it.
    entered: Option<i32>,
    doubled: bool,
}

/// Every log that has an activity, and the log of hints where the company keeps one.
pub(super) fn logs(stage: Stage<'_>, names: &Names, customers: &[Customer], lives: &[Life]) -> Vec<(String, Vec<u8>)> {
    let kept: Vec<Log> = kept(stage);
    let mut files: Vec<(String, Vec<u8>)> =
        kept.par_iter().map(|&log| (names.log(log).1, written(stage, names, log, customers, lives))).collect();
    if stage.world.records.risk == RiskRecord::Log {
        files.push((names.risk_log().1.to_owned(), hints(stage, names, customers, lives)));
    }
    files
}

/// The logs that this company keeps, in a fixed order.
pub(super) fn kept(stage: Stage<'_>) -> Vec<Log> {
    Log::ALL.into_iter().filter(|log| stage.cast.streams.iter().any(|stream| stream.log == *log)).collect()
}

/// Columns of a log, in order; the identifier, the account and the date come first.
pub(super) fn header(names: &Names, log: Log) -> Vec<&'static str> {
    let mut header = vec![names.say(names::ROW_ID), names.say(names::ACCOUNT), names.say(names::DATE)];
    if log == Log::Contacts {
        header.push(names.say(names::RECORDED));
    }
    header.push(names.topic_column(log));
    header.extend(names.amount_column(log).map(|(name, _)| name));
    header.extend(match log {
        Log::Usage | Log::Logins | Log::Admin => vec![names.say(names::USER)],
        Log::Contacts => vec![names.say(names::ROLE), names.say(names::BEGUN_BY)],
        Log::Surveys | Log::Outcomes => vec![names.say(names::ROLE)],
        Log::Tickets => Vec::new(),
    });
    header
}

fn written(stage: Stage<'_>, names: &Names, log: Log, customers: &[Customer], lives: &[Life]) -> Vec<u8> {
    let world = stage.world;
    let mut events = Vec::new();
    for (customer, life) in customers.iter().zip(lives) {
        for (index, stream) in stage.cast.streams.iter().enumerate().filter(|(_, stream)| stream.log == log) {
            happened(stage, index, stream, customer, life, &mut events);
        }
    }
    events.sort_by_key(|event| (event.day, event.minute, event.customer, event.stream, event.person));
    let ids: Vec<String> = customers.iter().map(|customer| names.id(customer.index)).collect();
    let days: Vec<String> = (-1200..=world.calendar.to()).map(|day| names.date(world.calendar.date(day))).collect();
    let date = |day: i32| usize::try_from(day + 1200).ok().and_then(|at| days.get(at)).map_or("", String::as_str);
    let header = header(names, log);
    let mut csv = Csv::new(header.iter().copied());
    let stamped = names.stamps && matches!(log, Log::Usage | Log::Logins);
    for (number, event) in events.iter().enumerate() {
        let stream = &stage.cast.streams[usize::from(event.stream)];
        let (row, person) = ((number + 1).to_string(), format!("u{}", event.person));
        let stamp =
            stamped.then(|| format!("{} {:02}:{:02}:00", date(event.day), event.minute / 60, event.minute % 60));
        let amount =
            names.amount_column(log).map(|(_, average)| written_amount(log, f64::from(event.amount) * average));
        let mut cells: Vec<&str> =
            vec![&row, &ids[event.customer as usize], stamp.as_deref().unwrap_or(date(event.day))];
        if log == Log::Contacts {
            cells.push(event.entered.map_or("", date));
        }
        cells.push(topic_of(log, stream.topic).value(names.lang()));
        cells.extend(amount.as_deref());
        match log {
            Log::Usage | Log::Logins | Log::Admin => cells.push(&person),
            Log::Contacts => cells.extend([names.role(stream.role), names.side(stream)]),
            Log::Surveys | Log::Outcomes => cells.push(names.role(stream.role)),
            Log::Tickets => {}
        }
        for _ in 0..=usize::from(event.doubled) {
            csv.row(cells.iter().copied());
        }
    }
    csv.bytes()
}

fn written_amount(log: Log, amount: f64) -> String {
    match log {
        Log::Surveys => format!("{amount:.0}"),
        Log::Outcomes => format!("{:.0}", amount.max(1.0)),
        _ => format!("{:.1}", amount.max(0.1)),
    }
}

/// Spreads the events of each week over its days, fewer at weekends.
fn happened(
    stage: Stage<'_>,
    index: usize,
    stream: &Stream,
    customer: &Customer,
    life: &Life,
    events: &mut Vec<Event>,
) {
    let (world, records) = (stage.world, &stage.world.records);
    let dice = &mut Dice::of(world.seed, &format!("rows {index}"), customer.index);
    let monday = world.calendar.date(0).weekday().num_days_from_monday() as i32;
    let last = life.leaving().map_or(i32::MAX, |review| review.end).min(world.calendar.to());
    for (at, (&count, &amount)) in life.counts[index].iter().zip(&life.amounts[index]).enumerate() {
        let week = 7 * (life.first + at) as i32;
        let each: Vec<f64> = (0..count).map(|_| (stream.spread * dice.bell()).exp()).collect();
        let total: f64 = each.iter().sum();
        for share in each {
            let mut offset = dice.whole(0, 6) as i32;
            let weekday = (monday + week + offset).rem_euclid(7);
            if weekday >= Weekday::Sat.num_days_from_monday() as i32 && dice.chance(0.8) {
                offset = (offset + 2 + dice.whole(0, 2) as i32) % 7;
            }
            let day = week + offset;
            let person = dice.whole(1, customer.users.max(2));
            let late = dice.chance(records.late.0);
            let delay = if late { (-records.late.1 * (1.0 - dice.unit()).ln()).ceil() as i32 } else { 0 };
            let undated = dice.chance(records.undated);
            let entered = day + delay;
            // What is entered after the end of knowledge is not in the export.
            let exported = stream.log != Log::Contacts || entered <= world.calendar.to();
            let event = Event {
                day,
                minute: (480.0 + 600.0 * dice.unit()) as u16,
                customer: customer.index as u32,
                stream: index as u16,
                person: person as u16,
                amount: if stream.survey.is_some() { amount } else { (f64::from(amount) * share / total) as f32 },
                entered: (!undated).then_some(entered),
                doubled: dice.chance(records.doubled),
            };
            if exported && day >= customer.start.max(0) && day <= last {
                events.push(event);
            }
        }
    }
}

/// One row per hint that a manager heard of and wrote down.
fn hints(stage: Stage<'_>, names: &Names, customers: &[Customer], lives: &[Life]) -> Vec<u8> {
    let to = stage.world.calendar.to();
    let mut rows: Vec<(i32, String)> = customers
        .iter()
        .zip(lives)
        .flat_map(|(customer, life)| {
            let last = life.leaving().map_or(to, |review| review.end.min(to));
            let heard = life.hints.iter().map(|hint| hint.heard).filter(move |&heard| heard <= last);
            heard.map(|heard| (heard, names.id(customer.index)))
        })
        .collect();
    rows.sort();
    let mut csv = Csv::new([names.say(names::ACCOUNT), names.say(names::DATE), names.say(names::RISK_FLAG)]);
    for (day, id) in &rows {
        csv.row([id.as_str(), &names.date(stage.world.calendar.date(*day)), "1"]);
    }
    csv.bytes()
}
