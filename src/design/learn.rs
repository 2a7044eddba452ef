//! Recipes learned from training rows: which fill value, range, transform, centre and scale; which levels.

use fuellamp_score::{
    CategoryRecipe, Clip, Fallback, Field, LevelField, MissingNumber, NumberRecipe, Recipe, Shape, Transform,
};

use crate::panel::Category;
use crate::stats::moments;

/// Skewness from which a non-negative column is taken as `ln(1 + x)`.
pub(super) const SKEWED: f64 = 1.0;
/// A level with fewer training rows than this shares the field `other`.
pub(super) const LEVEL_ROWS: usize = 20;
/// At most so many levels have a field of their own; the rest share `other`.
pub(super) const MAX_LEVELS: usize = 30;

/// When `ln(1 + x)` is taken; never of columns with negative values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogRule {
    /// Never.
    Never,
    /// When the skewness is above `SKEWED`.
    IfSkewed,
    /// Always.
    Always,
}

/// How a numeric recipe is learned.
#[derive(Debug, Clone, Copy)]
pub struct NumberOptions {
    /// When the logarithm is taken.
    pub log: LogRule,
    /// Remember the range of the training rows and clip to it.
    pub clip: bool,
}

/// Learns a standardised linear recipe: `z` has mean 0 and standard deviation 1 over the known training values, a
/// missing value gets the mean and, where any is missing, a 0/1 field of its own.
///
/// Returns `None` where no training value is known or all are equal.
#[must_use]
pub fn learn_number(column: &str, values: &[f64], options: NumberOptions) -> Option<NumberRecipe> {
    let mut known: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    if let Some((low, high)) = options.clip.then(|| fences(&known)).flatten() {
        for value in &mut known {
            *value = value.clamp(low, high);
        }
    }
    let (low, high) = known.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
    if low >= high {
        return None;
    }
    let log = low >= 0.0
        && match options.log {
            LogRule::Never => false,
            LogRule::IfSkewed => skewness(&known) > SKEWED,
            LogRule::Always => true,
        };
    let transformed: Vec<f64> = if log { known.iter().map(|v| v.ln_1p()).collect() } else { known.clone() };
    let (centre, scale) = (moments::mean(&transformed), moments::sd(&transformed));
    if !(scale > 0.0 && scale.is_finite() && centre.is_finite()) {
        return None;
    }
    let any_missing = known.len() < values.len();
    Some(NumberRecipe {
        column: column.to_owned(),
        missing: MissingNumber::Fill {
            value: if log { centre.exp_m1() } else { centre }.clamp(low, high),
            indicator: any_missing.then(|| format!("{column}[missing]")),
        },
        clip: options.clip.then_some(Clip { low, high }),
        transform: if log { Transform::Log1p } else { Transform::Identity },
        centre,
        scale,
        fields: vec![Field { term: column.to_owned(), shape: Shape::Linear }],
        within: None,
    })
}

/// Learns a categorical recipe: the most frequent level is the base, rare levels and levels beyond `MAX_LEVELS` share
/// `other`, a missing level has a field of its own where any is missing.
///
/// Returns `None` where fewer than two of base, levels, other and missing occur.
#[must_use]
pub fn learn_category(column: &str, category: &Category) -> Option<Recipe> {
    let mut counts: Vec<(usize, &String)> = category.levels.iter().map(|level| (0, level)).collect();
    for &code in category.codes.iter().flatten() {
        counts[code as usize].0 += 1;
    }
    counts.retain(|(n, _)| *n > 0);
    counts.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let base = counts.first()?.1.clone();
    let mut own: Vec<&String> =
        counts.iter().skip(1).take(MAX_LEVELS).filter(|(n, _)| *n >= LEVEL_ROWS).map(|(_, level)| *level).collect();
    own.sort();
    let missing = category.codes.iter().any(Option::is_none);
    let mut recipe = CategoryRecipe {
        column: column.to_owned(),
        base,
        levels: own
            .into_iter()
            .map(|level| LevelField { level: level.clone(), term: format!("{column}[{level}]") })
            .collect(),
        other: Fallback::Base,
        missing: if missing { Fallback::Term(format!("{column}[(missing)]")) } else { Fallback::Base },
    };
    // A rare spelling of a level, `1` beside `01`, is that level and shares nothing.
    if counts.iter().any(|(_, level)| !recipe.knows(level)) {
        recipe.other = Fallback::Term(format!("{column}[(other)]"));
    }
    let constant = recipe.levels.is_empty() && recipe.other == Fallback::Base && !missing;
    (!constant).then_some(Recipe::Category(recipe))
}

/// Where values far out stop, for columns in which a handful of rows make the spread: a slope over two days that lie close
/// together can be a thousand times the usual one, and leverage like that makes robust standard errors far too small where
/// the event is rare. `None` for columns without such tails, for those that hardly vary in the middle and for those
/// without negative values, which have their logarithm.
///
/// ```text
/// median ± 8 r,  r = (q₇₅ - q₂₅) / 1.349,   where kurtosis > 50 and sd > 4 r
/// ```
pub(super) fn fences(known: &[f64]) -> Option<(f64, f64)> {
    const FENCE: f64 = 8.0;
    const KURTOSIS: f64 = 50.0;
    const SPREAD: f64 = 4.0;
    /// Between the quartiles of a normal variable, in standard deviations.
    const BETWEEN_QUARTILES: f64 = 1.349;
    if known.iter().all(|v| *v >= 0.0) {
        return None;
    }
    let (mean, sd) = (moments::mean(known), moments::sd(known));
    let varies = sd > 0.0 && sd.is_finite();
    if !varies {
        return None;
    }
    let fourth = known.iter().map(|v| ((v - mean) / sd).powi(4)).sum::<f64>() / known.len() as f64;
    if fourth <= KURTOSIS {
        return None;
    }
    let mut sorted = known.to_vec();
    sorted.sort_by(f64::total_cmp);
    let [low, middle, high] = [0.25, 0.5, 0.75].map(|q| moments::quantile_sorted(&sorted, q));
    let usual = (high - low) / BETWEEN_QUARTILES;
    (usual > 0.0 && sd > SPREAD * usual).then_some((middle - FENCE * usual, middle + FENCE * usual))
}

/// Third standardised moment; 0 where it is not defined.
fn skewness(values: &[f64]) -> f64 {
    let (mean, sd) = (moments::mean(values), moments::sd(values));
    if !(sd > 0.0 && sd.is_finite()) {
        return 0.0;
    }
    moments::mean(&values.iter().map(|v| ((v - mean) / sd).powi(3)).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_out_values_stop_where_a_handful_makes_the_spread() {
        // Quantiles of a Cauchy variable, as slopes over short spans are distributed.
        let tan = |i: usize| (std::f64::consts::PI * ((f64::from(i as u32) + 0.5) / 2000.0 - 0.5)).tan();
        let cauchy: Vec<f64> = (0..2000).map(tan).collect();
        let (low, high) = fences(&cauchy).unwrap();
        // Quartiles at -1 and 1: 8 · 2 / 1.349.
        assert!((high - 11.86).abs() < 0.02 && (low + high).abs() < 1e-6, "{low} {high}");
        // In other units they stop at the same rows.
        let (moved_low, moved_high) = fences(&cauchy.iter().map(|v| 60.0 * v - 1000.0).collect::<Vec<_>>()).unwrap();
        assert!((moved_low - (60.0 * low - 1000.0)).abs() < 1e-8 && (moved_high - (60.0 * high - 1000.0)).abs() < 1e-8);
        let recipe = learn_number("x", &cauchy, NumberOptions { log: LogRule::IfSkewed, clip: true }).unwrap();
        assert_eq!(recipe.clip, Some(Clip { low, high }));
        assert!(recipe.scale < 4.0, "{}", recipe.scale);
        // A normal variable, rare events, exponential waits and zeros with a few values of either sign keep their range.
        let normal: Vec<f64> = (1..2000).map(|i| crate::stats::normal::quantile(f64::from(i) / 2000.0)).collect();
        let rare: Vec<f64> = (0..2000).map(|i| f64::from(u8::from(i % 400 == 0))).collect();
        let waits: Vec<f64> = (1..2000).map(|i| -(f64::from(i) / 2000.0).ln() - 1.0).collect();
        let seldom: Vec<f64> = (0..2000).map(|i| if i % 100 == 0 { f64::from(i - 1000) } else { 0.0 }).collect();
        for column in [normal, rare, waits, seldom] {
            assert_eq!(fences(&column), None);
        }
    }

    #[test]
    fn counts_with_a_long_tail_are_logged_and_standardised_and_scores_are_not() {
        let counts: Vec<f64> = (0..100).map(|i| if i < 95 { f64::from(i % 3) } else { 400.0 }).collect();
        let options = NumberOptions { log: LogRule::IfSkewed, clip: true };
        let recipe = learn_number("calls", &counts, options).unwrap();
        assert_eq!(recipe.transform, Transform::Log1p);
        assert_eq!(recipe.clip, Some(Clip { low: 0.0, high: 400.0 }));
        let scores: Vec<f64> = (0..100).map(f64::from).collect();
        assert_eq!(learn_number("score", &scores, options).unwrap().transform, Transform::Identity);
        let signed: Vec<f64> = counts.iter().map(|c| c - 1.0).collect();
        assert_eq!(learn_number("change", &signed, options).unwrap().transform, Transform::Identity);
    }

    #[test]
    fn a_missing_value_sits_at_the_mean_and_says_so() {
        let recipe = learn_number("x", &[1.0, 3.0, f64::NAN], NumberOptions { log: LogRule::Never, clip: false });
        let mut out = Vec::new();
        Recipe::Number(recipe.unwrap())
            .expand(fuellamp_score::Value::Missing, fuellamp_score::Value::Missing, &mut out)
            .unwrap();
        assert_eq!(out.len(), 2);
        assert!(out[0].abs() < 1e-15 && (out[1] - 1.0).abs() < 1e-15);
    }

    #[test]
    fn constants_and_columns_without_values_make_no_recipe() {
        let options = NumberOptions { log: LogRule::IfSkewed, clip: true };
        assert!(learn_number("x", &[2.0, 2.0, f64::NAN], options).is_none());
        assert!(learn_number("x", &[f64::NAN; 3], options).is_none());
        assert!(learn_number("x", &[1e300, -1e300], options).is_none(), "no finite standard deviation");
    }

    #[test]
    fn ten_thousand_levels_share_one_field() {
        let levels: Vec<String> = (0..10_000).map(|i| format!("city {i:05}")).collect();
        let codes = (0..10_050).map(|i: u32| Some(if i < 10_000 { i } else { 7 })).collect();
        let recipe = learn_category("city", &Category { levels, codes }).unwrap();
        assert_eq!(recipe.terms(), ["city[(other)]"]);
    }
}
