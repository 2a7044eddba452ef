//! Reads `[lamp]`: where the lamp changes colour, what acting costs and saves, and what is done.

use crate::words;

use super::problem::StudyProblem;
use super::read_kpi::action;
use super::reader::{Report, Table};
use super::schema;
use super::types::{BandLimits, Lamp, LampCosts};

/// Periods of revenue that a kept account is worth where the study does not say.
const VALUE_PERIODS: f64 = 1.0;

/// The lamp of a study; `roles` decides whether each account has a value of its own.
pub(super) fn lamp(file: &Table<'_, '_>, roles: Option<Table<'_, '_>>, report: &mut Report<'_>) -> Lamp {
    let Some(table) = file.table("lamp", &schema::LAMP, report) else { return Lamp::default() };
    let share = words!(en: "a share of at least 0 and below 1", ja: "0以上1未満の割合");
    let clear_margin = table.number("clear_margin", |share| (0.0..1.0).contains(&share), share, report);
    let bands = table.table("bands", &schema::BANDS, report).and_then(|bands| limits(bands, report));
    let costs = costs(table, roles.is_some_and(|roles| roles.raw("weight").is_some()), report);
    Lamp { bands, clear_margin, costs, action: action(table, report) }
}

fn limits(bands: Table<'_, '_>, report: &mut Report<'_>) -> Option<BandLimits> {
    let mut limit = |key| {
        if bands.raw(key).is_none() {
            bands.missing(key, report);
        }
        let inside = words!(en: "a churn probability above 0 and below 1", ja: "0より大きく1より小さい離反確率");
        bands.number(key, |p| p > 0.0 && p < 1.0, inside, report)
    };
    let (red, yellow) = (limit("red"), limit("yellow"));
    let (red, yellow) = (red?, yellow?);
    if red <= yellow {
        let at = bands.position("red", report);
        report.push(StudyProblem::BandOrder { red, yellow, at });
    }
    Some(BandLimits { red, yellow })
}

/// Cost and effect need each other, and a value: stated, or each account's own.
fn costs(table: Table<'_, '_>, has_weight: bool, report: &mut Report<'_>) -> Option<LampCosts> {
    let above_zero = || words!(en: "a number above 0", ja: "0より大きい数");
    let share = words!(en: "a share above 0 and at most 1", ja: "0より大きく1以下の割合");
    let cost = table.number("cost_of_action", |x| x > 0.0, above_zero(), report);
    let saves = table.number("saves", |x| x > 0.0 && x <= 1.0, share, report);
    let value = table.number("value", |x| x > 0.0, above_zero(), report);
    let periods = table.number("value_periods", |x| x > 0.0, above_zero(), report);
    let named = |key: &str| table.raw(key).is_some();
    if !["cost_of_action", "saves", "value", "value_periods"].into_iter().any(named) {
        return None;
    }
    for key in ["cost_of_action", "saves"] {
        if !named(key) {
            table.missing(key, report);
        }
    }
    if !named("value") && !has_weight {
        table.missing("value", report);
    }
    Some(LampCosts { cost_of_action: cost?, saves: saves?, value, value_periods: periods.unwrap_or(VALUE_PERIODS) })
}
