//! The accounts and contracts tables.

use super::calendar::Period;
use super::customer::{Customer, Term};
use super::dice::Dice;
use super::life::{Life, Stage};
use super::names::{self, Names};
use super::table::Csv;
use super::world::{RiskRecord, World};

/// A row of the contracts table.
struct Signed {
    start: i32,
    end: Option<i32>,
    notice: Option<i32>,
    price: f64,
}

/// The accounts, by identifier.
pub(super) fn accounts(stage: Stage<'_>, names: &Names, customers: &[Customer], lives: &[Life]) -> (String, Vec<u8>) {
    let (world, records) = (stage.world, &stage.world.records);
    let say = |name| names.say(name);
    let mut header = vec![
        say(names::ACCOUNT),
        say(names::SIGNUP),
        say(names::SEGMENT),
        say(names::SIZE),
        say(names::OWNER),
        say(names::ONBOARDING),
    ];
    let optional = [
        (names.plan_in_accounts, names::PLAN),
        (records.purpose, names::PURPOSE),
        (records.risk == RiskRecord::Date, names::RISK),
        (records.champion, names::CHAMPION),
    ];
    header.extend(optional.iter().filter(|(there, _)| *there).map(|(_, name)| say(*name)));
    let mut csv = Csv::new(header);
    let date = |day: i32| names.date(world.calendar.date(day));
    let known = |day: Option<i32>| day.filter(|&day| day <= world.calendar.to()).map(date).unwrap_or_default();
    for at in by_id(names, customers) {
        let (customer, life) = (&customers[at], &lives[at]);
        let dice = &mut Dice::of(world.seed, "cells", customer.index);
        let blank = dice.chance(records.blank);
        let purposes = names.other_purposes();
        let other = purposes[dice.whole(0, 2)];
        let last = life.leaving().map_or(world.calendar.to(), |review| review.end.min(world.calendar.to()));
        let mut cells = vec![
            names.id(customer.index),
            date(customer.start),
            names.segment(customer.segment).to_owned(),
            customer.users.to_string(),
            names.owner(world.owner_at(customer.owner, last)),
            if blank { String::new() } else { names.path(customer.onboarding).to_owned() },
        ];
        if names.plan_in_accounts {
            cells.push(names.billing(customer.billing).to_owned());
        }
        if records.purpose {
            cells.push(if customer.special { names.special } else { other }.to_owned());
        }
        if records.risk == RiskRecord::Date {
            cells.push(known(life.hints.iter().map(|hint| hint.heard).min()));
        }
        if records.champion {
            cells.push(known(life.champion_left));
        }
        csv.row(cells.iter().map(String::as_str));
    }
    (names.accounts_file().to_owned(), csv.bytes())
}

/// The contracts, by account and start.
pub(super) fn contracts(stage: Stage<'_>, names: &Names, customers: &[Customer], lives: &[Life]) -> (String, Vec<u8>) {
    let (world, records) = (stage.world, &stage.world.records);
    let say = |name| names.say(name);
    let mut header = vec![say(names::CONTRACT), say(names::ACCOUNT), say(names::START), say(names::END)];
    if records.notice {
        header.push(say(names::NOTICE));
    }
    header.extend([say(names::TERM), say(names::NOTICE_PERIODS), say(names::PRICE)]);
    if !names.plan_in_accounts {
        header.push(say(names::PLAN));
    }
    let mut csv = Csv::new(header);
    let date = |day: i32| names.date(world.calendar.date(day));
    let mut number = 10_000;
    for at in by_id(names, customers) {
        let (customer, life) = (&customers[at], &lives[at]);
        let dice = &mut Dice::of(world.seed, "contracts", customer.index);
        let mut signed = signed(world, customer, life, dice);
        signed.sort_by_key(|contract| contract.start);
        for contract in signed {
            number += 1;
            let blank = dice.chance(0.5 * records.blank);
            let mut cells = vec![
                number.to_string(),
                names.id(customer.index),
                date(contract.start),
                contract.end.map(date).unwrap_or_default(),
            ];
            if records.notice {
                cells.push(contract.notice.map(date).unwrap_or_default());
            }
            cells.push(names.term(customer.term).to_owned());
            cells.push(notice_periods(world, customer).to_string());
            cells.push(if blank { String::new() } else { format!("{:.0}", contract.price) });
            if !names.plan_in_accounts {
                cells.push(names.billing(customer.billing).to_owned());
            }
            csv.row(cells.iter().map(String::as_str));
        }
    }
    (names.contracts_file().to_owned(), csv.bytes())
}

/// Positions of the customers in the order of their identifiers.
fn by_id(names: &Names, customers: &[Customer]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..customers.len()).collect();
    order.sort_by_cached_key(|&at| names.id(customers[at].index));
    order
}

fn notice_periods(world: &World, customer: &Customer) -> i32 {
    match world.calendar.period {
        Period::Month => customer.notice_months,
        Period::Quarter => (customer.notice_months + 2) / 3,
        Period::Week => (f64::from(customer.notice_months) * 4.35).round() as i32,
    }
}

/// What a customer signed: the contracts of its life, add-ons, and sometimes a return.
fn signed(world: &World, customer: &Customer, life: &Life, dice: &mut Dice) -> Vec<Signed> {
    let calendar = &world.calendar;
    let to = calendar.to();
    // A notice after the end of knowledge has not been given yet.
    let leaving = life.leaving().filter(|review| review.notice <= to);
    let last = leaving.map(|review| review.end);
    let rise = world.price_rise.filter(|rise| rise.day > customer.start);
    let price = |start: i32| customer.price * (1.0 + rise.filter(|rise| start >= rise.day).map_or(0.0, |rise| rise.by));
    let mut contracts: Vec<Signed> = Vec::new();
    let mut push = |start: i32, end: Option<i32>| {
        let notice =
            leaving.filter(|review| world.records.notice && end == Some(review.end)).map(|review| review.notice);
        contracts.push(Signed { start, end, notice, price: price(start) });
    };
    if customer.term == Term::Monthly && world.records.open_monthly {
        // A new price is a new contract.
        match rise.filter(|rise| rise.day <= to && last.is_none_or(|last| rise.day <= last)) {
            Some(rise) => {
                push(customer.start, Some(rise.day - 1));
                push(rise.day, last);
            }
            None => push(customer.start, last),
        }
    } else {
        let months = if customer.term == Term::Monthly { 12 } else { customer.term.months() };
        for n in 0.. {
            let start = calendar.add_months(customer.start, n * months);
            // A renewal is signed before it begins: the one of the day after the end of knowledge is known.
            if start > last.unwrap_or(to + 1) {
                break;
            }
            let end = calendar.add_months(customer.start, (n + 1) * months) - 1;
            push(start, Some(last.map_or(end, |last| last.min(end))));
        }
    }
    let (extra, part, back, wait) = (dice.chance(0.06), dice.unit(), dice.chance(0.05), dice.between(60.0, 220.0));
    let begin = customer.start.max(0);
    let known_until = last.unwrap_or(to).min(to);
    if extra && known_until > begin + 90 {
        let start = begin + 30 + (part * f64::from(known_until - begin - 60)) as i32;
        let running =
            contracts.iter().find(|contract| contract.start <= start && contract.end.is_none_or(|end| end >= start));
        if let Some(end) = running.map(|contract| contract.end) {
            contracts.push(Signed { start, end, notice: None, price: (0.3 * customer.price).round() });
        }
    }
    if let Some(left) = last.filter(|_| back) {
        let start = left + wait as i32;
        if start <= to {
            contracts.push(Signed { start, end: None, notice: None, price: price(start) });
        }
    }
    contracts
}
