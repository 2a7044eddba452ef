//! Traps: the sign differs by billing, segment or phase; the effect is gone in the recent half; it exists only below a
//! threshold.
//!
//! # Detects
//! The full model with the KPI's slope split over the parts.
//!
//! # Why it fools
//! On a flat plan use keeps customers, on a metered one it raises the bill; the average of both says nothing.
//!
//! # Cannot see
//! Parts that (almost) nobody is in: a slope that rests on few events is `not_applicable`, never an opposite sign.
//!
//! # Example
//! ```text
//! plan     flat  flat  metered  metered
//! use      high   low     high      low
//! left        0     1        1        0
//! ```

use crate::stats::moments::quantile;
use crate::units::TermName;
use crate::words;

use super::context::{PART_EVENTS, TrapContext};
use super::foundation::Foundation;
use super::{Evidence, TestId};

/// Quantile at which a KPI is split for the threshold test.
const THRESHOLD_QUANTILE: f64 = 0.4;

/// Slopes by billing plan, segment and phase.
#[must_use]
pub(super) fn by_part(context: &TrapContext<'_>, full: &Foundation<'_>, target: usize) -> Vec<Evidence> {
    let mut found = Vec::new();
    for split in &context.splits {
        let levels = &split.parts.levels;
        let mask = |code: usize| split.parts.codes.iter().map(move |c| *c == u32::try_from(code).ok()).collect();
        let masks: Vec<(String, Vec<bool>)> =
            levels.iter().enumerate().map(|(code, level)| (level.clone(), mask(code))).collect();
        let slopes = split_slopes(context, full, target, split.test, &masks, None);
        found.extend(slopes.into_iter().map(|evidence| Evidence { column: Some(split.column.clone()), ..evidence }));
    }
    found
}

/// Slopes in the first and the second half of the calendar (split at the median event), and their difference.
#[must_use]
pub(super) fn over_time(context: &TrapContext<'_>, full: &Foundation<'_>, target: usize) -> Vec<Evidence> {
    if context.snapshot {
        let why = words!(en: "one row per customer: no calendar", ja: "顧客ごとに1行なので、時期を比べられません");
        return [TestId::Early, TestId::Late].map(|test| Evidence::not_applicable(test, why.clone())).to_vec();
    }
    let events: Vec<f64> = context
        .period
        .iter()
        .zip(&context.sample.y)
        .filter(|(_, y)| **y > 0.5)
        .map(|(period, _)| f64::from(*period))
        .collect();
    let middle = quantile(&events, 0.5);
    let early: Vec<bool> = context.period.iter().map(|&p| f64::from(p) <= middle).collect();
    let late = early.iter().map(|e| !e).collect();
    let masks = [("early".to_owned(), early), ("late".to_owned(), late)];
    let mut found = split_slopes(context, full, target, TestId::Early, &masks, Some(TestId::EarlyLate));
    for evidence in &mut found {
        if evidence.slice.as_deref() == Some("late") {
            evidence.test = TestId::Late;
        }
        evidence.slice = None;
    }
    found
}

/// Slopes before and since people were measured by it, and their difference: what is counted gets gamed. A value is from
/// since then only where every period that it sums up is; those that straddle the day have a slope of their own.
#[must_use]
pub(super) fn since_target(context: &TrapContext<'_>, full: &Foundation<'_>, target: usize) -> Vec<Evidence> {
    let Some(kpi) = context.kpis.get(target) else { return Vec::new() };
    let (Some(from), Some(columns)) = (kpi.target_from, &kpi.columns) else { return Vec::new() };
    let reaches_back = i32::try_from(columns.pace.skip).unwrap_or(i32::MAX) - 1;
    let before = context.as_of.iter().map(|&last| last < from).collect();
    let after = context.as_of.iter().map(|&last| last.saturating_sub(reaches_back) >= from).collect();
    let masks = [("before".to_owned(), before), ("after".to_owned(), after)];
    let mut found = split_slopes(context, full, target, TestId::BeforeTarget, &masks, Some(TestId::TargetBreak));
    for evidence in &mut found {
        if evidence.slice.as_deref() == Some("after") {
            evidence.test = TestId::AfterTarget;
        }
        evidence.slice = None;
    }
    found
}

/// Slopes below and above the 40 % quantile of the KPI.
#[must_use]
pub(super) fn threshold(context: &TrapContext<'_>, full: &Foundation<'_>, target: usize) -> Vec<Evidence> {
    let Some(columns) = context.kpis.get(target).and_then(|kpi| kpi.columns.as_ref()) else { return Vec::new() };
    let cut = quantile(&columns.smoothed.z, THRESHOLD_QUANTILE);
    let below: Vec<bool> = columns.smoothed.z.iter().map(|&z| z <= cut).collect();
    let above = below.iter().map(|b| !b).collect();
    let masks = [("below".to_owned(), below), ("above".to_owned(), above)];
    let mut found = split_slopes(context, full, target, TestId::Below, &masks, None);
    for evidence in &mut found {
        if evidence.slice.as_deref() == Some("above") {
            evidence.test = TestId::Above;
        }
        evidence.slice = None;
    }
    found
}

fn split_slopes(
    context: &TrapContext<'_>,
    full: &Foundation<'_>,
    target: usize,
    test: TestId,
    masks: &[(String, Vec<bool>)],
    difference: Option<TestId>,
) -> Vec<Evidence> {
    let Some(columns) = context.kpis.get(target).and_then(|kpi| kpi.columns.as_ref()) else { return Vec::new() };
    let (name, y, z) = (&context.kpis[target].name, &context.sample.y, &columns.smoothed.z);
    let counts = |mask: &[bool]| {
        let rows = mask.iter().filter(|m| **m).count();
        let events = mask.iter().zip(y).filter(|(m, y)| **m && **y > 0.5).count();
        (rows, events)
    };
    let speaks = |mask: &[bool]| {
        let (rows, events) = counts(mask);
        events >= PART_EVENTS && rows - events >= PART_EVENTS
    };
    let slopes: Vec<(TermName, Vec<f64>)> = masks
        .iter()
        .filter(|(_, mask)| speaks(mask))
        .map(|(part, mask)| {
            let column = z.iter().zip(mask).map(|(z, m)| if *m { *z } else { 0.0 }).collect();
            (TermName::new(format!("{name}:{part}")), column)
        })
        .collect();
    let few = |part: &str, events: usize| {
        Evidence::not_applicable(
            test,
            words!(en: "only {events} events in `{part}`", ja: "`{part}`には離反が{events}件しかありません"),
        )
        .of(part)
    };
    let mut found: Vec<Evidence> =
        masks.iter().filter(|(_, m)| !speaks(m)).map(|(part, m)| few(part, counts(m).1)).collect();
    if slopes.len() < 2 {
        return found;
    }
    let mut terms: Vec<(TermName, &[f64])> = Vec::new();
    if let Some(missing) = &columns.smoothed.missing {
        terms.push((TermName::new(format!("{name}[missing]")), missing));
    }
    // Rows of parts that cannot speak keep a slope of their own, so that they do not lean on the others.
    let speaking: Vec<&[bool]> = masks.iter().map(|(_, m)| m.as_slice()).filter(|m| speaks(m)).collect();
    let rest: Vec<f64> =
        z.iter().enumerate().map(|(i, z)| if speaking.iter().any(|m| m[i]) { 0.0 } else { *z }).collect();
    if rest.iter().any(|v| v.abs() > 0.0) {
        terms.push((TermName::new(format!("{name}:(rest)")), &rest));
    }
    terms.extend(slopes.iter().map(|(term, column)| (term.clone(), column.as_slice())));
    let fit = full.with(terms);
    for (part, mask) in masks.iter().filter(|(_, mask)| speaks(mask)) {
        let mut evidence = context.read(test, &fit, &format!("{name}:{part}")).of(part);
        if let super::Outcome::Measured(measured) = &mut evidence.outcome {
            (measured.n_rows, measured.n_events) = counts(mask);
        }
        found.push(evidence);
    }
    if let (Some(test), Ok(fit), [first, second]) = (difference, &fit, masks) {
        let (first, second) = (format!("{name}:{}", first.0), format!("{name}:{}", second.0));
        let gap = fit.difference(&first, &second);
        let influence = fit.influence_on_difference(&first, &second);
        found.extend(gap.map(|gap| Evidence::measured(test, context.measured(&gap)).moved_by(influence)));
    }
    found
}
