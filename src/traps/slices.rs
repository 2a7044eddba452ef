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

use crate::design::Single;
use crate::stats::moments::quantile;
use crate::units::TermName;
use crate::words;
use crate::words::Words;

use super::context::{Asked, MISSING, PART_EVENTS, TrapContext};
use super::foundation::{Foundation, Slopes};
use super::{Evidence, Outcome, TestId};

/// Quantile at which a KPI is split for the threshold test.
const THRESHOLD_QUANTILE: f64 = 0.4;

/// A part of the rows.
struct Part {
    test: TestId,
    name: String,
    rows: Vec<bool>,
}

/// A split of the rows.
struct Cut {
    /// Column of the panel whose values are the parts.
    column: Option<String>,
    parts: Vec<Part>,
    /// Test of the difference between two parts.
    difference: Option<TestId>,
}

/// Slopes by billing plan, segment and phase; in both halves of the calendar; below and above a threshold; before and since
/// people were measured by the KPI.
#[must_use]
pub(super) fn slices(context: &TrapContext<'_>, full: &Foundation<'_>, target: usize) -> Vec<Evidence> {
    let Some(kpi) = context.kpis.get(target) else { return Vec::new() };
    let Some(columns) = &kpi.columns else { return Vec::new() };
    let mut cuts: Vec<Cut> = context.splits.iter().map(by_part).collect();
    let mut found = Vec::new();
    if context.snapshot {
        let why = words!(en: "one row per customer: no calendar", ja: "顧客ごとに1行なので、時期を比べられません");
        found.extend([TestId::Early, TestId::Late].map(|test| Evidence::not_applicable(test, why.clone())));
    } else {
        cuts.push(over_time(context));
    }
    if context.asked != Asked::ForRules {
        cuts.push(threshold(&columns.smoothed.z));
    }
    cuts.extend(kpi.target_from.map(|from| since_target(context, from, columns.pace.skip + columns.pace.delay)));
    let split: Vec<Split<'_>> =
        cuts.iter().map(|cut| Split::new(&kpi.name, &columns.smoothed, cut, &context.sample.y)).collect();
    let asked: Vec<_> = split.iter().filter(|split| split.speaks()).map(Split::terms).collect();
    let mut fits = full.with_each(asked).into_iter();
    for split in &split {
        found.extend(split.read(context, split.speaks().then(|| fits.next()).flatten()));
    }
    found
}

fn by_part(split: &super::Split) -> Cut {
    let part = |(code, name): (usize, &String)| Part {
        test: split.test,
        name: name.clone(),
        rows: split.parts.codes.iter().map(|c| *c == u32::try_from(code).ok()).collect(),
    };
    let parts = split.parts.levels.iter().enumerate().map(part).collect();
    Cut { column: Some(split.column.clone()), parts, difference: None }
}

/// A cut into rows that are in the first part and in the second.
fn two(names: [(TestId, &str); 2], rows: [Vec<bool>; 2], difference: Option<TestId>) -> Cut {
    let part = |((test, name), rows): ((TestId, &str), Vec<bool>)| Part { test, name: name.to_owned(), rows };
    Cut { column: None, parts: names.into_iter().zip(rows).map(part).collect(), difference }
}

/// The first and the second half of the calendar, split at the median event.
fn over_time(context: &TrapContext<'_>) -> Cut {
    let rows = context.period.iter().zip(&context.sample.y);
    let events: Vec<f64> = rows.filter(|(_, y)| **y > 0.5).map(|(period, _)| f64::from(*period)).collect();
    let middle = quantile(&events, 0.5);
    let early: Vec<bool> = context.period.iter().map(|&p| f64::from(p) <= middle).collect();
    let late = early.iter().map(|e| !e).collect();
    two([(TestId::Early, "early"), (TestId::Late, "late")], [early, late], Some(TestId::EarlyLate))
}

/// Before and since people were measured by it: what is counted gets gamed. A value is from since then only where every
/// period that it sums up is; those that straddle the day have a slope of their own.
fn since_target(context: &TrapContext<'_>, from: i32, skip: u32) -> Cut {
    let reaches_back = i32::try_from(skip).unwrap_or(i32::MAX) - 1;
    let before = context.as_of.iter().map(|&last| last < from).collect();
    let after = context.as_of.iter().map(|&last| last.saturating_sub(reaches_back) >= from).collect();
    let names = [(TestId::BeforeTarget, "before"), (TestId::AfterTarget, "after")];
    two(names, [before, after], Some(TestId::TargetBreak))
}

/// Below and above the 40 % quantile of the KPI.
fn threshold(z: &[f64]) -> Cut {
    let cut = quantile(z, THRESHOLD_QUANTILE);
    let below: Vec<bool> = z.iter().map(|&z| z <= cut).collect();
    let above = below.iter().map(|b| !b).collect();
    two([(TestId::Below, "below"), (TestId::Above, "above")], [below, above], None)
}

/// The slope of a KPI split over the parts of a cut.
struct Split<'a> {
    name: &'a str,
    single: &'a Single,
    cut: &'a Cut,
    /// Rows and events of each part.
    counts: Vec<(usize, usize)>,
    /// The KPI in each part that speaks, and 0 elsewhere.
    slopes: Vec<(TermName, Vec<f64>)>,
    /// The same in the parts that cannot speak.
    rest: Option<Vec<f64>>,
}

impl<'a> Split<'a> {
    fn new(name: &'a str, single: &'a Single, cut: &'a Cut, y: &[f64]) -> Self {
        let z = &single.z;
        let count = |part: &Part| {
            let rows = part.rows.iter().filter(|m| **m).count();
            (rows, part.rows.iter().zip(y).filter(|(m, y)| **m && **y > 0.5).count())
        };
        let counts: Vec<(usize, usize)> = cut.parts.iter().map(count).collect();
        let mut split = Self { name, single, cut, counts, slopes: Vec::new(), rest: None };
        let speaking: Vec<&Part> = split.parts(true).map(|(part, _)| part).collect();
        split.slopes = speaking
            .iter()
            .map(|part| (split.term(part), z.iter().zip(&part.rows).map(|(z, m)| if *m { *z } else { 0.0 }).collect()))
            .collect();
        // Rows of parts that cannot speak keep a slope of their own, so that they do not lean on the others.
        let rest: Vec<f64> =
            z.iter().enumerate().map(|(i, z)| if speaking.iter().any(|m| m.rows[i]) { 0.0 } else { *z }).collect();
        split.rest = rest.iter().any(|v| v.abs() > 0.0).then_some(rest);
        split
    }

    /// Parts with rows and events: those that speak, or the others.
    fn parts(&self, speaking: bool) -> impl Iterator<Item = (&'a Part, (usize, usize))> {
        let speaks = |(rows, events): (usize, usize)| events >= PART_EVENTS && rows - events >= PART_EVENTS;
        self.cut.parts.iter().zip(self.counts.clone()).filter(move |(_, counts)| speaks(*counts) == speaking)
    }

    fn term(&self, part: &Part) -> TermName {
        TermName::new(format!("{}:{}", self.name, part.name))
    }

    /// Whether two parts do.
    fn speaks(&self) -> bool {
        self.slopes.len() >= 2
    }

    /// Columns to be added to the full model.
    fn terms(&self) -> Vec<(TermName, &[f64])> {
        let mut terms: Vec<(TermName, &[f64])> = Vec::new();
        if let Some(missing) = &self.single.missing {
            terms.push((TermName::new(format!("{}{MISSING}", self.name)), missing));
        }
        terms.extend(self.rest.as_deref().map(|rest| (TermName::new(format!("{}:(rest)", self.name)), rest)));
        terms.extend(self.slopes.iter().map(|(term, column)| (term.clone(), column.as_slice())));
        terms
    }

    /// Of the fit, if two parts speak.
    fn read(&self, context: &TrapContext<'_>, fit: Option<Result<Slopes, Words>>) -> Vec<Evidence> {
        let of = |evidence: Evidence, part: &Part| match &self.cut.column {
            Some(column) => Evidence { column: Some(column.clone()), ..evidence.of(&part.name) },
            None => evidence,
        };
        let few = |(part, (_, events)): (&Part, (usize, usize))| {
            let name = &part.name;
            // Parts of the calendar or of the KPI have names of our own, which say nothing to a reader.
            let why = if self.cut.column.is_some() {
                words!(en: "only {events} events in `{name}`", ja: "`{name}`には離反が{events}件しかありません")
            } else {
                words!(en: "only {events} events in this part", ja: "この部分には離反が{events}件しかありません")
            };
            of(Evidence::not_applicable(part.test, why), part)
        };
        let mut found: Vec<Evidence> = self.parts(false).map(few).collect();
        let Some(fit) = fit else { return found };
        for (part, counts) in self.parts(true) {
            let mut evidence = of(context.read(part.test, &fit, self.term(part).as_str()), part);
            if let Outcome::Measured(measured) = &mut evidence.outcome {
                (measured.n_rows, measured.n_events) = counts;
            }
            found.push(evidence);
        }
        if let (Some(test), Ok(fit), [first, second]) = (self.cut.difference, &fit, self.cut.parts.as_slice()) {
            let (first, second) = (self.term(first), self.term(second));
            let gap = fit.difference(first.as_str(), second.as_str());
            let influence = fit.influence_on_difference(first.as_str(), second.as_str());
            found.extend(gap.map(|gap| Evidence::measured(test, context.measured(&gap)).moved_by(influence)));
        }
        found
    }
}
