//! A KPI as the evidence needs it: smoothed, as single periods at several lags, as level and change.

use fuellamp_score::{NumberRecipe, Recipe};

use crate::notice::{Notice, Severity};
use crate::panel::{Flag, Lags, Panel, PeriodUnit};
use crate::stats::moments;
use crate::study::{KpiSpec, MissingPolicy};
use crate::words;

use super::definition::standardised_apart;
use super::learn::{LogRule, NumberOptions, fences, learn_number};
use super::{Design, DesignError, Input, Sample};

/// Months over which a KPI is averaged: the real decision precedes the formal one by an unknown delay.
const SMOOTHING: u32 = 3;
/// Months between the looks back of the lag profile.
const STEP: u32 = 2;
/// Weeks of a weekly panel that count as a month.
const WEEKS: u32 = 4;

/// How far apart the looks at a KPI lie, so that none shares a day with another: a value that sums up 90 days is itself
/// three months long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Periods averaged to the smoothed KPI.
    pub smoothing: u32,
    /// Periods between the looks of the lag profile.
    pub step: u32,
    /// Periods before the as-of row at which the level ends.
    pub skip: u32,
    /// Periods by which the smoothed value, its level and its change are older than the as-of row.
    pub delay: u32,
}

impl Pace {
    /// The pace of a KPI whose values sum up `window` periods (1 where they do not reach back).
    #[must_use]
    pub fn of(unit: PeriodUnit, window: u32) -> Self {
        let month = if unit == PeriodUnit::Week { WEEKS } else { 1 };
        let window = window.max(1);
        Self {
            smoothing: (SMOOTHING * month + 1).saturating_sub(window).max(1),
            step: (STEP * month).max(window),
            skip: (SMOOTHING * month).max(window),
            delay: 0,
        }
    }

    /// The same a month earlier: decisions are made before anything is recorded of them.
    #[must_use]
    pub fn earlier(self, unit: PeriodUnit) -> Self {
        Self { delay: if unit == PeriodUnit::Week { WEEKS } else { 1 }, ..self }
    }
}

/// A KPI by row of the panel, in its own units.
#[derive(Debug, Clone, PartialEq)]
pub struct KpiSeries {
    /// Values by row, NaN = not known; with the study's missing policy applied, nothing carried.
    pub values: Vec<f64>,
    /// Longest gap over which a value is carried, in periods.
    pub carry: u32,
    /// How a text column was read as a number, how a change of definition was bridged.
    pub notices: Vec<Notice>,
}

/// One value per row of the sample, standardised, with a 0/1 column where any was missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Single {
    /// Standardised values, 0 where missing.
    pub z: Vec<f64>,
    /// 1 where missing; absent where none is.
    pub missing: Option<Vec<f64>>,
}

/// A KPI as the evidence needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct KpiColumns {
    /// Recipe of the single value at the as-of row, as a score would use it.
    pub recipe: NumberRecipe,
    /// Value at the as-of row, in the KPI's units.
    pub input: Vec<f64>,
    /// Mean over the periods that end at the as-of row, or [`Pace::delay`] periods before it.
    pub smoothed: Single,
    /// Single periods: that of the event, then t - g0 and one, two and three steps before it; empty for a snapshot.
    pub profile: Vec<Single>,
    /// Mean of all periods that end before the smoothed value begins, on the scale of `smoothed`; absent for a snapshot.
    pub level: Option<Single>,
    /// `smoothed` minus level, 0 where the level is unknown.
    pub change: Option<Vec<f64>>,
    /// The KPI of each panel row on the scale of the recipe, carried over gaps, NaN where unknown.
    pub by_row: Vec<f64>,
    /// Mean of the account's first periods, on the scale of `smoothed`; absent for a snapshot.
    pub initial: Option<Single>,
    /// `smoothed` minus `initial`, 0 where that is unknown.
    pub since: Option<Vec<f64>>,
    /// How far apart the looks lie.
    pub pace: Pace,
}

/// Reads a KPI: numbers and booleans as they are, texts that say yes or no as 1 and 0.
///
/// # Errors
/// [`DesignError::TextKpi`] for free text; [`DesignError::Panel`] for absent columns.
pub fn kpi_series(panel: &Panel, kpi: &KpiSpec) -> Result<KpiSeries, DesignError> {
    let column = kpi.column();
    let (mut values, notice) = match panel.kind(column)? {
        "text" => from_text(panel, kpi)?,
        _ => (panel.numbers(column)?, None),
    };
    let carry = match kpi.missing {
        Some(MissingPolicy::Zero) => {
            for value in values.iter_mut().filter(|v| v.is_nan()) {
                *value = 0.0;
            }
            0
        }
        Some(MissingPolicy::Carry(periods)) => periods,
        Some(MissingPolicy::Unknown) => 0,
        None => Panel::carry_for(&values),
    };
    let changed = kpi.definition_changed.and_then(|day| standardised_apart(panel, &kpi.name, day, &mut values));
    let stopped = stop_far_out(&kpi.name, &mut values);
    Ok(KpiSeries { values, carry, notices: notice.into_iter().chain(changed).chain(stopped).collect() })
}

/// Values far out count as less, and the reader hears of it.
fn stop_far_out(kpi: &str, values: &mut [f64]) -> Option<Notice> {
    let known: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let (low, high) = fences(&known)?;
    let n = known.iter().filter(|v| !(low..=high).contains(*v)).count();
    for value in values.iter_mut().filter(|v| v.is_finite()) {
        *value = value.clamp(low, high);
    }
    let share = 100.0 * n as f64 / known.len() as f64;
    let what = words!(
        en: "KPI `{kpi}`: {n} values ({share:.1} %) lie far out, beyond {low:.3} and {high:.3}, and count as these: a handful of them would otherwise decide its slope",
        ja: "KPI`{kpi}`：{low:.3}〜{high:.3}から大きく外れた値が{n}件（{share:.1}%）あり、この範囲の端として扱います。そうしないと、わずかな行だけで傾きが決まってしまいます",
    );
    Some(Notice::new(Severity::Info, "far_out", what))
}

fn from_text(panel: &Panel, kpi: &KpiSpec) -> Result<(Vec<f64>, Option<Notice>), DesignError> {
    let column = kpi.column();
    if let Ok(flags) = panel.flags(column) {
        let number = |flag| match flag {
            Flag::Yes => 1.0,
            Flag::No => 0.0,
            Flag::Unknown => f64::NAN,
        };
        return Ok((flags.into_iter().map(number).collect(), None));
    }
    let category = panel.category(column)?;
    let yes = category.levels.iter().position(|level| level.eq_ignore_ascii_case("yes"));
    let no = category.levels.iter().any(|level| level.eq_ignore_ascii_case("no"));
    let one = match yes {
        Some(yes) if no => yes,
        _ if category.levels.len() == 2 => 1,
        _ => {
            // The values that made text of the column, not the numbers beside them.
            let is_number = |level: &&String| level.parse::<f64>().is_ok_and(|x| x.abs() <= 1e100);
            let odd = category.levels.iter().filter(|level| !is_number(level));
            let examples: Vec<&str> = odd.take(3).map(String::as_str).collect();
            return Err(DesignError::TextKpi {
                kpi: kpi.name.clone(),
                column: column.to_owned(),
                levels: category.levels.len(),
                examples: examples.join(", "),
            });
        }
    };
    let level = category.levels[one].clone();
    let values = category.codes.iter().map(|code| code.map_or(f64::NAN, |c| f64::from(u8::from(c as usize == one))));
    let name = &kpi.name;
    let notice = Notice::new(
        Severity::Info,
        "text_kpi",
        words!(
            en: "KPI `{name}` is text; `{level}` counts as 1 and every other value as 0",
            ja: "KPI`{name}`は文字列です。`{level}`を1、ほかの値を0として扱います",
        ),
    );
    Ok((values.collect(), Some(notice)))
}

/// Columns of a KPI for the rows of a sample.
///
/// Returns `None` where the KPI is constant or never known at the as-of rows.
///
/// # Errors
/// [`DesignError::Value`].
pub fn kpi_columns(
    panel: &Panel,
    column: &str,
    series: &KpiSeries,
    sample: &Sample,
    lags: &Lags,
    pace: Pace,
) -> Result<Option<KpiColumns>, DesignError> {
    let carried = panel.carried(&series.values, series.carry);
    let past = panel.lagged(&carried, lags, 0).values;
    let input: Vec<f64> = sample.rows.iter().map(|&row| past[row]).collect();
    let Some(recipe) = learn_number(column, &input, NumberOptions { log: LogRule::IfSkewed, clip: true }) else {
        return Ok(None);
    };
    let by_row = scaled(&recipe, &carried)?;
    let pick = |values: &[f64], extra: u32| -> Vec<f64> {
        let seen = panel.lagged(values, lags, extra).values;
        sample.rows.iter().map(|&row| seen[row]).collect()
    };
    if panel.is_snapshot() {
        let Some((smoothed, _)) = standardised(pick(&by_row, 0)) else { return Ok(None) };
        return Ok(Some(KpiColumns {
            recipe,
            input,
            smoothed,
            profile: Vec::new(),
            level: None,
            change: None,
            by_row,
            initial: None,
            since: None,
            pace,
        }));
    }
    let smooth = panel.window_mean(&by_row, pace.smoothing);
    let raw = pick(&smooth, pace.delay);
    let Some((smoothed, sd)) = standardised(raw.clone()) else { return Ok(None) };
    let known: Vec<f64> = raw.iter().copied().filter(|v| !v.is_nan()).collect();
    let centre = moments::mean(&known);
    let at_event = panel.at_event(&by_row, lags);
    let own: Vec<f64> = sample.rows.iter().map(|&row| at_event[row]).collect();
    let profile = std::iter::once(own).chain((0..4).map(|k| pick(&by_row, k * pace.step)));
    let profile = profile.map(|v| standardised(v).map_or_else(|| flat(sample.n_rows()), |(s, _)| s)).collect();
    let (level, change) = split(&pick(&panel.history_mean(&by_row), pace.skip + pace.delay), &raw, centre, sd);
    let first = pick(&panel.first_mean(&by_row, pace.skip), pace.smoothing + pace.delay);
    let (initial, since) = split(&first, &raw, centre, sd);
    Ok(Some(KpiColumns {
        recipe,
        input,
        smoothed,
        profile,
        level: Some(level),
        change: Some(change),
        by_row,
        initial: Some(initial),
        since: Some(since),
        pace,
    }))
}

/// An older value on the scale of the smoothed one, and the smoothed one minus it. A row whose older value is unknown
/// keeps its smoothed one for it, so that the split never loses a row.
fn split(older: &[f64], raw: &[f64], centre: f64, sd: f64) -> (Single, Vec<f64>) {
    let scaled = |v: f64| (v - centre) / sd;
    let change = older
        .iter()
        .zip(raw)
        .map(|(&m, &z)| if m.is_nan() || z.is_nan() { 0.0 } else { scaled(z) - scaled(m) })
        .collect();
    let level = older.iter().zip(raw).map(|(&m, &z)| scaled(if m.is_nan() { z } else { m })).collect();
    (filled(level), change)
}

fn flat(n: usize) -> Single {
    Single { z: vec![0.0; n], missing: None }
}

/// The recipe's linear field for each value, NaN where the value is missing.
fn scaled(recipe: &NumberRecipe, values: &[f64]) -> Result<Vec<f64>, DesignError> {
    let mut only_linear = recipe.clone();
    only_linear.clip = None;
    let mut design = Design::default();
    design.expand(&Recipe::Number(only_linear), &Input::Number(values.to_vec()), None)?;
    let linear = design.columns.swap_remove(0);
    Ok(linear.into_iter().zip(values).map(|(z, v)| if v.is_nan() { f64::NAN } else { z }).collect())
}

/// Centres and scales to the known values; `None` where they do not vary.
fn standardised(values: Vec<f64>) -> Option<(Single, f64)> {
    let known: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
    let (centre, sd) = (moments::mean(&known), moments::sd(&known));
    if !(sd > 1e-9 && sd.is_finite()) {
        return None;
    }
    Some((filled(values.into_iter().map(|v| (v - centre) / sd).collect()), sd))
}

fn filled(values: Vec<f64>) -> Single {
    let missing = values.iter().any(|v| v.is_nan());
    Single {
        missing: missing.then(|| values.iter().map(|v| f64::from(u8::from(v.is_nan()))).collect()),
        z: values.into_iter().map(|v| if v.is_nan() { 0.0 } else { v }).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_never_share_a_day_of_the_window_and_weeks_are_paced_like_months() {
        let month = |window| Pace::of(PeriodUnit::Month, window);
        assert_eq!(month(1), Pace { smoothing: 3, step: 2, skip: 3, delay: 0 });
        assert_eq!(month(3), Pace { smoothing: 1, step: 3, skip: 3, delay: 0 });
        assert_eq!(month(6), Pace { smoothing: 1, step: 6, skip: 6, delay: 0 });
        assert_eq!(Pace::of(PeriodUnit::Week, 1), Pace { smoothing: 12, step: 8, skip: 12, delay: 0 });
        assert_eq!([PeriodUnit::Month, PeriodUnit::Week].map(|unit| month(1).earlier(unit).delay), [1, 4]);
        for window in 1..12 {
            let pace = month(window);
            // The smoothed value spans smoothing + window - 1 periods; the level ends before them.
            assert!(pace.skip > pace.smoothing + window - 2 && pace.step >= window, "{window}");
        }
    }
}
