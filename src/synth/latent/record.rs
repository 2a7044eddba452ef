//! What is written down: the panel as CSV.

use std::fmt::Write;

use super::account::Account;
use super::kpi::Kpi;
use super::life::{Life, Stage};
use super::luck::Luck;

/// A KPI's value as its system shows it in a month, before anything is lost; NaN before the account's first month.
///
/// ```text
/// mean or sum of the values of the last `window` months, over what exists
/// ```
pub(super) fn shown(kpi: &Kpi, values: &[f64], at: usize) -> f64 {
    let window = kpi.recording.window.max(1) as usize;
    let Some(upto) = values.get(..=at) else { return f64::NAN };
    let last = &upto[upto.len().saturating_sub(window)..];
    let sum: f64 = last.iter().sum();
    let value = if kpi.recording.sum { sum } else { sum / last.len() as f64 };
    (value * 1000.0).round() / 1000.0
}

/// The value on its scale, smoothed over three months: what one standard deviation in the truth refers to.
pub(super) fn smoothed(kpi: &Kpi, values: &[f64], at: usize) -> f64 {
    let window = if kpi.recording.survey.is_some() { 1 } else { 3 };
    let months = at.saturating_sub(window - 1)..=at;
    let n = months.clone().count() as f64;
    months.map(|month| kpi.form.scale(shown(kpi, values, month))).sum::<f64>() / n
}

/// Last month of an account in the panel.
pub(super) fn last_month(stage: Stage<'_>, life: &Life) -> i32 {
    life.left.map_or(i32::MAX, |review| review.end).min(stage.world.months - 1)
}

/// Whether the panel shows the account's leaving: its notice, or its last month where notices are not recorded.
pub(super) fn is_shown(stage: Stage<'_>, life: &Life) -> bool {
    let event = |review: super::account::Review| if stage.world.records.notice { review.notice } else { review.end };
    life.left.is_some_and(|review| event(review) < stage.world.months)
}

/// Columns of roles that this company records, in order.
pub(super) fn role_columns(stage: Stage<'_>) -> Vec<&'static str> {
    let (world, records) = (stage.world, stage.world.records);
    let mut columns = vec!["segment", "plan"];
    let mut add = |there: bool, column| {
        if there {
            columns.push(column);
        }
    };
    add(records.price, "monthly_price");
    add(world.terms.long.0 > 0.0, "term");
    add(records.tenure, "tenure");
    add(true, "onboarding");
    add(true, "notice_months");
    add(world.terms.long.0 > 0.0, "months_to_term_end");
    add(records.owner, "csm");
    add(records.notice, "notice_given");
    add(records.risk.is_some(), "risk_flag");
    add(records.champion.is_some(), "champion_left");
    add(records.purpose, "purpose_special");
    columns
}

/// Column of the programme of a KPI.
pub(super) fn push_column(kpi: &Kpi) -> String {
    format!("push_{}", kpi.name)
}

/// The panel and its number of rows.
pub(super) fn panel(stage: Stage<'_>, accounts: &[Account], lives: &[Life]) -> (Vec<u8>, usize) {
    let roles = role_columns(stage);
    let mut text = format!("account_id,month,churn,{}", roles.join(","));
    for kpi in stage.cast {
        let _ = write!(text, ",{}", kpi.name);
    }
    for kpi in stage.cast.iter().filter(|kpi| kpi.programme.is_some()) {
        let _ = write!(text, ",{}", push_column(kpi));
    }
    text.push('\n');
    let ids = ids(stage, accounts.len());
    let mut order: Vec<usize> = (0..accounts.len()).collect();
    order.sort_by(|&a, &b| ids[a].cmp(&ids[b]));
    let mut rows = 0;
    for at in order {
        rows += account_rows(stage, &accounts[at], &lives[at], &ids[at], &roles, &mut text);
    }
    (text.into_bytes(), rows)
}

/// Identifiers whose order says nothing about the start.
fn ids(stage: Stage<'_>, n: usize) -> Vec<String> {
    let luck = &mut Luck::of(stage.world.seed, "ids", 0);
    let prefix = luck.choose(&[("A-", 1.0), ("c", 1.0), ("ACC", 1.0)]);
    let mut numbers: Vec<usize> = (1..=n).collect();
    luck.shuffle(&mut numbers);
    numbers.into_iter().map(|number| format!("{prefix}{number:05}")).collect()
}

/// A month as the panel writes it: the date of its last day, or its number.
pub(super) fn period(stage: Stage<'_>, month: i32) -> String {
    if !stage.world.records.dates {
        return month.to_string();
    }
    let next = stage.world.first_month + month + 1;
    let (year, month0) = (2021 + next.div_euclid(12), next.rem_euclid(12) as u32);
    let first = chrono::NaiveDate::from_ymd_opt(year, month0 + 1, 1).and_then(|day| day.pred_opt());
    first.map(|day| day.to_string()).unwrap_or_default()
}

fn account_rows(
    stage: Stage<'_>,
    account: &Account,
    life: &Life,
    id: &str,
    roles: &[&str],
    text: &mut String,
) -> usize {
    let world = stage.world;
    let lost = lost(stage, account, life);
    let luck = &mut Luck::of(world.seed, "flags", account.index);
    let flags: Vec<bool> = life.signs.iter().map(|&sign| flagged(stage, sign, luck)).collect();
    let (first, last) = (account.start.max(0), last_month(stage, life));
    for month in first..=last {
        let at = (month - life.first) as usize;
        let left = life.left.is_some_and(|review| review.end == month);
        let _ = write!(text, "{id},{},{}", period(stage, month), u8::from(left));
        for &role in roles {
            text.push(',');
            let _ = match role {
                "segment" => write!(text, "{}", ["smb", "mid", "large", "public"][account.segment]),
                "plan" => write!(text, "{}", account.plan_name()),
                "monthly_price" => write!(text, "{}", account.price),
                "term" => write!(text, "{}", term_name(account.term)),
                "tenure" => write!(text, "{}", month - account.start),
                "onboarding" => write!(text, "{}", u8::from(month - account.start < world.onboarding)),
                "notice_months" => write!(text, "{}", account.notice_months),
                "months_to_term_end" => write!(text, "{}", account.renewal_in(month)),
                "csm" => write!(text, "csm_{:02}", account.owner + 1),
                "notice_given" => {
                    write!(text, "{}", u8::from(life.left.is_some_and(|review| review.notice <= month)))
                }
                "risk_flag" => write!(text, "{}", u8::from(flags[at])),
                "champion_left" => {
                    let since = if world.records.champion == Some(true) { 0 } else { at };
                    write!(text, "{}", u8::from(life.champion[since..=at].contains(&true)))
                }
                _ => write!(text, "{}", u8::from(account.special)),
            };
        }
        for (kpi, (values, lost)) in stage.cast.iter().zip(life.values.iter().zip(&lost)) {
            text.push(',');
            if !lost[at] {
                let _ = write!(text, "{}", shown(kpi, values, at));
            }
        }
        for (_, from) in stage.cast.iter().zip(&life.pushed).filter(|(kpi, _)| kpi.programme.is_some()) {
            let _ = write!(text, ",{}", u8::from(from.is_some_and(|from| from <= month)));
        }
        text.push('\n');
    }
    (last - first + 1).max(0) as usize
}

fn term_name(term: i32) -> &'static str {
    match term {
        1 => "monthly",
        3 => "quarterly",
        6 => "half_year",
        _ => "annual",
    }
}

/// Whether a sign is written down: with the company's share, and now and then where there was none.
fn flagged(stage: Stage<'_>, sign: bool, luck: &mut Luck) -> bool {
    let share = stage.world.records.risk.unwrap_or(0.0);
    luck.chance(if sign { share } else { 0.004 })
}

/// Which cells are lost, by KPI and month: surveys not asked or not answered, chance, and failures of the recording.
fn lost(stage: Stage<'_>, account: &Account, life: &Life) -> Vec<Vec<bool>> {
    let world = stage.world;
    let one = |(at, kpi): (usize, &Kpi)| {
        let luck = &mut Luck::of(world.seed, "lost cells", account.index * 64 + at);
        let recording = kpi.recording;
        let phase = luck.whole(0, 11);
        (0..life.values[at].len())
            .map(|position| {
                let month = life.first + position as i32;
                let (chance, answer) = (luck.unit(), luck.unit());
                let failed = world
                    .records
                    .blackout
                    .is_some_and(|(from, months)| recording.blackout && (from..from + months).contains(&month));
                let silent = recording.survey.is_some_and(|(every, share)| {
                    let unwell = super::luck::expit(-1.5 * life.health[position] - 0.5);
                    (month + phase).rem_euclid(every) != 0 || answer >= share * (1.0 - world.records.silence * unwell)
                });
                failed || silent || chance < recording.missing
            })
            .collect()
    };
    stage.cast.iter().enumerate().map(one).collect()
}
