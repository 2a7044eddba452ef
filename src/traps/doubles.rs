//! Trap: one thing in two columns, or a column computed from others.
//!
//! # Detects
//! Columns that are equal but for a factor, a constant and rounding; columns whose values go together one to one; columns
//! that are an exact sum of others.
//!
//! # Why it fools
//! A model splits one effect between them at will, and each looks weak.
//!
//! # Cannot see
//! Products and other formulas that are not sums.
//!
//! # Example
//! ```text
//! minutes   265.1  161.6  243.4
//! charge    45.07  27.47  41.38
//! ```

use crate::hazard::AliasedTerm;
use crate::notice::{Notice, Severity};
use crate::panel::Category;
use crate::stats::alias::find_aliased;
use crate::stats::matrix::Matrix;
use crate::stats::moments::{correlation, mean, sd};
use crate::units::TermName;
use crate::words;

/// Correlation from which one column is a multiple of the other.
const SAME: f64 = 1.0 - 1e-12;
/// Correlation from which rounding may be the only difference.
const NEARLY: f64 = 0.999;
/// Rounding moves a value by half a unit of its last digit; the estimated line adds a little.
const ROUNDED: f64 = 0.75;
/// Finest rounding that is looked for, in decimals.
const MAX_DECIMALS: i32 = 6;
/// Doubles are looked for on at most so many rows, then confirmed on all.
const PROBE_ROWS: usize = 2_000;
/// More levels than this are not compared one to one.
const MAX_LEVELS: usize = 50;
/// An exact sum misses by less than this share of a standard deviation.
const EXACT: f64 = 1e-9;

/// A column that may repeat others.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) column: String,
    /// Whether the study names it; what is not used can do no harm.
    pub(super) used: bool,
    /// Numbers; absent for texts and dates.
    pub(super) values: Option<Vec<f64>>,
    pub(super) category: Category,
}

/// Every pair that says the same, and every column that others determine.
pub(super) fn doubles(candidates: &[Candidate]) -> Vec<Notice> {
    let mut found = Vec::new();
    let mut numeric: Vec<(&Candidate, &[f64])> = Vec::new();
    for (i, second) in candidates.iter().enumerate() {
        let mut alone = true;
        for first in candidates.iter().take(i) {
            let how = same(first, second);
            found.extend(how.map(|how| doubled(first, second, how)));
            alone &= !matches!(how, Some(Same::Line | Same::Rounded));
        }
        numeric.extend(second.values.as_deref().filter(|_| alone).map(|values| (second, values)));
    }
    found.extend(sums(&numeric));
    found
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Same {
    Line,
    Rounded,
    OneToOne,
}

fn same(first: &Candidate, second: &Candidate) -> Option<Same> {
    if let (Some(a), Some(b)) = (&first.values, &second.values) {
        let linear = line(a, b, PROBE_ROWS).and_then(|_| line(a, b, usize::MAX));
        if linear.is_some() {
            return linear;
        }
    }
    one_to_one(&first.category, &second.category).then_some(Same::OneToOne)
}

/// Whether the first `limit` rows lie on a line, exactly or but for rounding.
fn line(a: &[f64], b: &[f64], limit: usize) -> Option<Same> {
    let known = |(x, y): &(&f64, &f64)| !x.is_nan() && !y.is_nan();
    let (x, y): (Vec<f64>, Vec<f64>) = a.iter().zip(b).take(limit).filter(known).map(|(x, y)| (*x, *y)).unzip();
    if x.len() <= 2 {
        return None;
    }
    let r = correlation(&x, &y);
    if r.abs() >= SAME {
        return Some(Same::Line);
    }
    let rounded = r.abs() >= NEARLY && (off_by_rounding(&x, &y, r) || off_by_rounding(&y, &x, r));
    rounded.then_some(Same::Rounded)
}

/// Whether `y` is a line in `x` rounded to the decimals that `y` is written with.
fn off_by_rounding(x: &[f64], y: &[f64], r: f64) -> bool {
    let Some(unit) = unit(y) else { return false };
    let slope = r * sd(y) / sd(x);
    let intercept = mean(y) - slope * mean(x);
    x.iter().zip(y).all(|(x, y)| (y - intercept - slope * x).abs() <= ROUNDED * unit)
}

/// The last digit that all values are written with.
fn unit(values: &[f64]) -> Option<f64> {
    const OFF: f64 = 1e-6;
    (0..=MAX_DECIMALS).map(|decimals| 0.1_f64.powi(decimals)).find(|unit| {
        values.iter().all(|v| {
            let steps = v / unit;
            (steps - steps.round()).abs() <= OFF
        })
    })
}

/// Whether each level of one goes with one level of the other.
fn one_to_one(a: &Category, b: &Category) -> bool {
    let n = a.levels.len();
    if n != b.levels.len() || !(2..=MAX_LEVELS).contains(&n) {
        return false;
    }
    let mut there: Vec<Option<u32>> = vec![None; n];
    let mut back: Vec<Option<u32>> = vec![None; n];
    a.codes.iter().zip(&b.codes).all(|pair| match pair {
        (Some(i), Some(j)) => {
            let forth = there.get_mut(*i as usize).map(|slot| *slot.get_or_insert(*j));
            let home = back.get_mut(*j as usize).map(|slot| *slot.get_or_insert(*i));
            forth == Some(*j) && home == Some(*i)
        }
        (None, None) => true,
        _ => false,
    })
}

/// Columns that are exact sums of others.
fn sums(numeric: &[(&Candidate, &[f64])]) -> Vec<Notice> {
    let n = numeric.first().map_or(0, |(_, values)| values.len());
    let complete: Vec<usize> = (0..n).filter(|&row| numeric.iter().all(|(_, v)| v[row].is_finite())).collect();
    let step = complete.len().div_ceil(PROBE_ROWS).max(1);
    let probe: Vec<usize> = complete.iter().copied().step_by(step).collect();
    if probe.len() < 2 * (numeric.len() + 1) {
        return Vec::new();
    }
    let picked: Vec<Vec<f64>> = numeric.iter().map(|(_, v)| probe.iter().map(|&row| v[row]).collect()).collect();
    let ones = vec![1.0; probe.len()];
    let columns = std::iter::once(ones.as_slice()).chain(picked.iter().map(Vec::as_slice)).collect();
    let Ok(matrix) = Matrix::new(columns) else { return Vec::new() };
    let name = |column: usize| TermName::new(column.checked_sub(1).map_or("1", |k| &numeric[k].0.column));
    let value = |column: usize, row: usize| column.checked_sub(1).map_or(1.0, |k| numeric[k].1[row]);
    let mut found = Vec::new();
    for aliased in find_aliased(&matrix).aliased {
        let summed = |row: usize| aliased.combination.iter().map(|&(k, w)| w * value(k, row)).sum::<f64>();
        let spread = sd(&complete.iter().map(|&row| value(aliased.column, row)).collect::<Vec<_>>());
        let holds = complete.iter().all(|&row| {
            let size = spread + aliased.combination.iter().map(|&(k, w)| (w * value(k, row)).abs()).sum::<f64>();
            (value(aliased.column, row) - summed(row)).abs() <= EXACT * size
        });
        if spread > 0.0 && holds {
            let equals = aliased.combination.iter().map(|&(k, weight)| (name(k), weight)).collect();
            let parts = aliased.combination.iter().map(|(k, _)| *k).chain([aliased.column]);
            let used = parts.filter_map(|k| k.checked_sub(1)).all(|k| numeric[k].0.used);
            found.push(determined(used, &AliasedTerm { term: name(aliased.column), equals }));
        }
    }
    found
}

fn severity(used: bool) -> Severity {
    if used { Severity::Warning } else { Severity::Info }
}

fn doubled(first: &Candidate, second: &Candidate, how: Same) -> Notice {
    let used = first.used && second.used;
    let (first, second) = (&first.column, &second.column);
    let what = match how {
        Same::Line => words!(
            en: "columns `{first}` and `{second}` are the same but for a factor and a constant",
            ja: "列`{first}`と`{second}`は、倍率と定数を除いて同じものです",
        ),
        Same::Rounded => words!(
            en: "columns `{first}` and `{second}` are the same but for a factor, a constant and rounding",
            ja: "列`{first}`と`{second}`は、倍率と定数、端数の丸めを除いて同じものです",
        ),
        Same::OneToOne => words!(
            en: "columns `{first}` and `{second}` say the same: each value of one goes with one value of the other",
            ja: "列`{first}`と`{second}`は同じ内容です。値が一対一に対応しています",
        ),
    };
    Notice::new(severity(used), "doubled_column", what)
        .help(words!(en: "keep one of them", ja: "どちらか一方だけを使ってください"))
}

fn determined(used: bool, aliased: &AliasedTerm) -> Notice {
    let (term, formula) = (&aliased.term, aliased.formula());
    Notice::new(
        severity(used),
        "determined_column",
        words!(en: "column `{term}` is computed from others", ja: "列`{term}`は、ほかの列から計算されたものです"),
    )
    .at(words!(en: "{term} = {formula}", ja: "{term} = {formula}"))
    .help(words!(en: "leave one of them out", ja: "いずれか一つを除いてください"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(column: &str, values: &[f64]) -> Candidate {
        let mut levels: Vec<String> = values.iter().map(f64::to_string).collect();
        levels.sort();
        levels.dedup();
        let code = |v: &f64| levels.iter().position(|l| *l == v.to_string()).and_then(|at| u32::try_from(at).ok());
        let codes = values.iter().map(code).collect();
        Candidate {
            column: column.to_owned(),
            used: true,
            values: Some(values.to_vec()),
            category: Category { levels, codes },
        }
    }

    fn found(candidates: &[Candidate]) -> Vec<(String, String)> {
        doubles(candidates).into_iter().map(|n| (n.code, n.place.map_or(n.what.en, |place| place.en))).collect()
    }

    fn minutes() -> Vec<f64> {
        (0..200).map(|i| f64::from((i * 37) % 101) * 1.7 + 20.0).collect()
    }

    #[test]
    fn a_charge_rounded_to_cents_is_its_minutes_and_a_noisier_one_is_not() {
        let charge: Vec<f64> = minutes().iter().map(|m| (m * 17.0).round() / 100.0).collect();
        let pair = found(&[number("minutes", &minutes()), number("charge", &charge)]);
        assert_eq!(pair.len(), 1);
        assert!(pair[0].1.ends_with("but for a factor, a constant and rounding"), "{}", pair[0].1);
        let noisy: Vec<f64> = charge.iter().enumerate().map(|(i, c)| c + 0.01 * f64::from(i as u32 % 3)).collect();
        assert_eq!(found(&[number("minutes", &minutes()), number("noisy", &noisy)]), []);
    }

    #[test]
    fn a_group_that_renames_the_ages_says_the_same_and_one_that_merges_two_does_not() {
        let ages = [15.0, 25.0, 30.0, 45.0, 55.0];
        let age: Vec<f64> = (0..100).map(|i| ages[i % 5]).collect();
        let group: Vec<f64> = (0..100).map(|i| (i % 5 + 1) as f64).collect();
        let pair = found(&[number("age", &age), number("group", &group)]);
        assert_eq!(pair.len(), 1);
        assert!(pair[0].1.contains("each value of one goes with one value of the other"));
        let merged: Vec<f64> = group.iter().map(|g| g.min(4.0)).collect();
        assert_eq!(found(&[number("age", &age), number("merged", &merged)]), []);
    }

    #[test]
    fn a_difference_of_two_columns_is_named_with_its_formula() {
        let limit: Vec<f64> = (0..300).map(|i| f64::from((i * 53) % 97) * 100.0).collect();
        let used: Vec<f64> = (0..300).map(|i| f64::from((i * 29) % 89)).collect();
        let open: Vec<f64> = limit.iter().zip(&used).map(|(l, u)| l - u).collect();
        let sums = found(&[number("limit", &limit), number("used", &used), number("open", &open)]);
        assert_eq!(sums, [("determined_column".to_owned(), "open = limit - used".to_owned())]);
    }
}
