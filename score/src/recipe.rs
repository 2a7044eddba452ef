//! The one expression tree of preprocessing: from an input column to the fields of the linear predictor.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::level;

/// One input value of one row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// Not known. `NaN` and a blank text count as missing too.
    Missing,
    /// A number.
    Number(f64),
    /// A text; a number written as text is read as a number where a number is asked for.
    Text(&'a str),
}

impl<'a> Value<'a> {
    /// As the text of a level, without spaces around it; `None` where it is missing.
    #[must_use]
    pub fn text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Missing => None,
            Self::Number(x) if x.is_nan() => None,
            Self::Number(x) => Some(Cow::Owned(x.to_string())),
            Self::Text(text) if text.trim().is_empty() => None,
            Self::Text(text) => Some(Cow::Borrowed(text.trim())),
        }
    }
}

/// How one input column becomes fields. The order of operations is fixed:
/// missing rule, clip, transform, centre and scale, fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Recipe {
    /// A numeric input.
    Number(NumberRecipe),
    /// A categorical input.
    Category(CategoryRecipe),
}

/// Preprocessing of a numeric input: `z = (transform(clip(x)) - centre) / scale`, then the fields of `z`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NumberRecipe {
    /// Input column.
    pub column: String,
    /// What to do when the value is missing.
    pub missing: MissingNumber,
    /// Range of the training data, in input units; values outside are moved to the nearer end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip: Option<Clip>,
    /// Applied after clipping.
    pub transform: Transform,
    /// Subtracted after the transform.
    pub centre: f64,
    /// Divided by after centring; never zero.
    pub scale: f64,
    /// Fields of the linear predictor made from `z`.
    pub fields: Vec<Field>,
    /// Where present, every field exists once per level of another column and is 0 outside its level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Within>,
}

/// The column whose levels have slopes of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Within {
    /// Input column with the level.
    pub column: String,
    /// Levels with a slope of their own, found as a level of a category is; the field of level `b` is called `term:b`. In any
    /// other level, and where it is missing, all are 0, as for the average customer.
    pub levels: Vec<String>,
}

/// Preprocessing of a categorical input: one 0/1 field per level, the base level has none.
///
/// Which level a value is, base included; the first rule that finds one decides:
///
/// 0. The value becomes a text: a number as its shortest decimal without exponent (`2.0` is `2`), the JSON values `true` and
///    `false` are `1` and `0`, white space (Unicode) at both ends goes. `null`, NaN and a blank text are missing: `missing`.
/// 1. Same text, byte by byte: case and width count.
/// 2. Same plain decimal number: an optional sign, ASCII digits, at most one point; no exponent, no separator. Compared as
///    text without `+`, leading zeros and trailing zeros behind the point, so that codes of any length differ. Where several
///    levels are that number, it is the one written in that shortest form, if the value begins with it (`1.0` is `1` rather
///    than `01`); else it is none.
/// 3. Same truth, where every level is a truth: one of true, t, false, f (ASCII, any case), or by rule 2 the number 1 or 0.
///    Where several levels are that truth, it is none.
/// 4. None: `other`.
///
/// The levels of `within` and the phases of `phases` are found by the same rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CategoryRecipe {
    /// Input column.
    pub column: String,
    /// The level that the others are compared with.
    pub base: String,
    /// Levels with a field of their own.
    pub levels: Vec<LevelField>,
    /// Levels that are not listed.
    pub other: Fallback,
    /// A missing level.
    pub missing: MissingLevel,
}

/// A level and the name of its 0/1 field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LevelField {
    /// Level as written in the data.
    pub level: String,
    /// Name of its field.
    pub term: String,
}

/// What a value gets that has no field of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fallback {
    /// Scored as the base level; the row says so.
    Base,
    /// A field of its own.
    Term(String),
    /// Not scored: an error.
    Refuse,
}

/// What a missing level gets.
pub type MissingLevel = Fallback;

/// What a missing number gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MissingNumber {
    /// A value in input units, and optionally a 0/1 field that says that it was missing.
    Fill {
        /// Value used, in input units.
        value: f64,
        /// Name of the 0/1 field.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        indicator: Option<String>,
    },
    /// Not scored: an error.
    Refuse,
}

/// Closed range in input units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Clip {
    /// Lowest value kept.
    pub low: f64,
    /// Highest value kept.
    pub high: f64,
}

/// Monotone transform between clipping and scaling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// `x`.
    Identity,
    /// `ln(1 + x)`; negative values count as 0.
    Log1p,
}

/// One field made from the scaled value `z`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Name of the field.
    pub term: String,
    /// Function of `z`.
    pub shape: Shape,
}

/// Function of the scaled value `z`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// `z`.
    Linear,
    /// `max(0, z - knot)`.
    Hinge {
        /// Where the slope begins, in units of `z`.
        knot: f64,
    },
    /// 1 where `low <= z < high`, else 0; an absent end is open.
    Bin {
        /// Closed lower end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        low: Option<f64>,
        /// Open upper end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        high: Option<f64>,
    },
}

/// A policy that had to step in for one value; every scored row lists those it used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Used {
    /// The value was missing and replaced.
    Missing,
    /// The level was not seen in training.
    Unseen,
    /// The value was outside the training range and moved to its end.
    Clipped,
}

/// Why a value cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueError {
    /// Missing, and the recipe refuses missing values.
    Missing {
        /// Input column.
        column: String,
    },
    /// Neither a finite number nor blank.
    NotANumber {
        /// Input column.
        column: String,
        /// The value as text.
        value: String,
    },
    /// A level that was not seen in training, and the recipe refuses those.
    Unseen {
        /// Input column.
        column: String,
        /// The level.
        value: String,
    },
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { column } => {
                write!(f, "input `{column}` is missing and these weights refuse missing values")
            }
            Self::NotANumber { column, value } => write!(f, "input `{column}` is not a finite number: `{value}`"),
            Self::Unseen { column, value } => write!(f, "input `{column}` has a level not seen in training: `{value}`"),
        }
    }
}

impl std::error::Error for ValueError {}

impl Recipe {
    /// Input column.
    #[must_use]
    pub fn column(&self) -> &str {
        match self {
            Self::Number(r) => &r.column,
            Self::Category(r) => &r.column,
        }
    }

    /// Second input column, whose level decides which slope applies.
    #[must_use]
    pub fn within(&self) -> Option<&str> {
        match self {
            Self::Number(r) => r.within.as_ref().map(|w| w.column.as_str()),
            Self::Category(_) => None,
        }
    }

    /// Names of the fields, in the order in which [`Recipe::expand`] writes them.
    #[must_use]
    pub fn terms(&self) -> Vec<String> {
        match self {
            Self::Number(r) => {
                let mut names: Vec<String> = match &r.within {
                    None => r.fields.iter().map(|f| f.term.clone()).collect(),
                    Some(within) => {
                        let levels = |f: &Field| within.levels.iter().map(|l| format!("{}:{l}", f.term)).collect();
                        r.fields.iter().flat_map::<Vec<String>, _>(levels).collect()
                    }
                };
                if let MissingNumber::Fill { indicator: Some(term), .. } = &r.missing {
                    names.push(term.clone());
                }
                names
            }
            Self::Category(r) => {
                let mut names: Vec<String> = r.levels.iter().map(|l| l.term.clone()).collect();
                for fallback in [&r.other, &r.missing] {
                    if let Fallback::Term(term) = fallback {
                        names.push(term.clone());
                    }
                }
                names
            }
        }
    }

    /// Appends the values of the fields for one row, in the order of [`Recipe::terms`]. `within` is the value of the
    /// column named by [`Recipe::within`]; it is not looked at where there is none.
    ///
    /// # Errors
    /// [`ValueError`] where a policy refuses the value or it is not a finite number.
    pub fn expand(&self, value: Value<'_>, within: Value<'_>, out: &mut Vec<f64>) -> Result<Option<Used>, ValueError> {
        match self {
            Self::Number(r) => r.expand(value, within, out),
            Self::Category(r) => r.expand(value, out),
        }
    }
}

impl NumberRecipe {
    fn expand(&self, value: Value<'_>, within: Value<'_>, out: &mut Vec<f64>) -> Result<Option<Used>, ValueError> {
        let known = self.number(value)?;
        let (x, mut used) = match (known, &self.missing) {
            (Some(x), _) => (x, None),
            (None, MissingNumber::Fill { value, .. }) => (*value, Some(Used::Missing)),
            (None, MissingNumber::Refuse) => return Err(ValueError::Missing { column: self.column.clone() }),
        };
        let clipped = match self.clip {
            Some(Clip { low, .. }) if x < low => low,
            Some(Clip { high, .. }) if x > high => high,
            _ => x,
        };
        if used.is_none() && clipped.total_cmp(&x).is_ne() {
            used = Some(Used::Clipped);
        }
        let transformed = match self.transform {
            Transform::Identity => clipped,
            Transform::Log1p => clipped.max(0.0).ln_1p(),
        };
        let z = (transformed - self.centre) / self.scale;
        match &self.within {
            None => out.extend(self.fields.iter().map(|field| field.shape.at(z))),
            Some(parts) => {
                let here = within.text();
                let part =
                    here.as_deref().and_then(|here| level::position(parts.levels.iter().map(String::as_str), here));
                if part.is_none() && used.is_none() {
                    used = Some(if here.is_none() { Used::Missing } else { Used::Unseen });
                }
                for field in &self.fields {
                    out.extend((0..parts.levels.len()).map(|i| if part == Some(i) { field.shape.at(z) } else { 0.0 }));
                }
            }
        }
        if let MissingNumber::Fill { indicator: Some(_), .. } = &self.missing {
            out.push(f64::from(u8::from(known.is_none())));
        }
        Ok(used)
    }

    fn number(&self, value: Value<'_>) -> Result<Option<f64>, ValueError> {
        let refuse = |text: String| ValueError::NotANumber { column: self.column.clone(), value: text };
        match value {
            Value::Missing => Ok(None),
            Value::Number(x) if x.is_nan() => Ok(None),
            Value::Number(x) if x.is_infinite() => Err(refuse(x.to_string())),
            Value::Number(x) => Ok(Some(x)),
            Value::Text(text) if text.trim().is_empty() => Ok(None),
            Value::Text(text) => match text.trim().parse::<f64>() {
                Ok(x) if x.is_finite() => Ok(Some(x)),
                _ => Err(refuse(text.to_owned())),
            },
        }
    }
}

impl Shape {
    fn at(&self, z: f64) -> f64 {
        match *self {
            Self::Linear => z,
            Self::Hinge { knot } => (z - knot).max(0.0),
            Self::Bin { low, high } => {
                let inside = low.is_none_or(|low| z >= low) && high.is_none_or(|high| z < high);
                f64::from(u8::from(inside))
            }
        }
    }
}

impl CategoryRecipe {
    /// Whether a value is the base or one of the levels.
    #[must_use]
    pub fn knows(&self, value: &str) -> bool {
        self.position(value.trim()).is_some()
    }

    /// Position of a value among the levels, behind them the base.
    fn position(&self, value: &str) -> Option<usize> {
        let levels = self.levels.iter().map(|level| level.level.as_str());
        level::position(levels.chain(std::iter::once(self.base.as_str())), value)
    }

    fn expand(&self, value: Value<'_>, out: &mut Vec<f64>) -> Result<Option<Used>, ValueError> {
        let text = value.text();
        let found = text.as_deref().map(|text| self.position(text));
        let unseen = found == Some(None);
        // The base level comes last and has no field.
        let listed = found.flatten().filter(|&position| position < self.levels.len());
        match (&text, unseen) {
            (None, _) if self.missing == Fallback::Refuse => {
                return Err(ValueError::Missing { column: self.column.clone() });
            }
            (Some(text), true) if self.other == Fallback::Refuse => {
                return Err(ValueError::Unseen { column: self.column.clone(), value: text.to_string() });
            }
            _ => {}
        }
        let flag = |on: bool| f64::from(u8::from(on));
        out.extend((0..self.levels.len()).map(|i| flag(listed == Some(i))));
        if let Fallback::Term(_) = self.other {
            out.push(flag(unseen));
        }
        if let Fallback::Term(_) = self.missing {
            out.push(flag(text.is_none()));
        }
        Ok(match text {
            None => Some(Used::Missing),
            Some(_) if unseen => Some(Used::Unseen),
            Some(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number() -> NumberRecipe {
        NumberRecipe {
            column: "tickets".into(),
            missing: MissingNumber::Fill { value: 3.0, indicator: Some("tickets[missing]".into()) },
            clip: Some(Clip { low: 0.0, high: 7.0 }),
            transform: Transform::Log1p,
            centre: 0.0,
            scale: 2.0_f64.ln(),
            fields: vec![
                Field { term: "tickets".into(), shape: Shape::Linear },
                Field { term: "tickets>1".into(), shape: Shape::Hinge { knot: 1.0 } },
                Field { term: "tickets in [2, 3)".into(), shape: Shape::Bin { low: Some(2.0), high: Some(3.0) } },
            ],
            within: None,
        }
    }

    fn expanded(recipe: &Recipe, value: Value<'_>) -> (Vec<f64>, Option<Used>) {
        let mut out = Vec::new();
        let used = recipe.expand(value, Value::Missing, &mut out).unwrap();
        assert_eq!(out.len(), recipe.terms().len(), "one value per term");
        (out, used)
    }

    fn close(got: &[f64], want: &[f64]) {
        assert_eq!(got.len(), want.len());
        for (g, w) in got.iter().zip(want) {
            assert!((g - w).abs() < 1e-14, "{got:?} against {want:?}");
        }
    }

    #[test]
    fn a_number_is_filled_clipped_logged_scaled_and_shaped_in_this_order() {
        let recipe = Recipe::Number(number());
        // ln(1 + 3) / ln 2 = 2
        let (out, used) = expanded(&recipe, Value::Number(3.0));
        close(&out, &[2.0, 1.0, 1.0, 0.0]);
        assert_eq!(used, None);
        let (out, used) = expanded(&recipe, Value::Missing);
        close(&out, &[2.0, 1.0, 1.0, 1.0]);
        assert_eq!(used, Some(Used::Missing));
        // clipped to 7: log2(8) = 3, on the open end of the bin
        let (out, used) = expanded(&recipe, Value::Number(1e300));
        close(&out, &[3.0, 2.0, 0.0, 0.0]);
        assert_eq!(used, Some(Used::Clipped));
        let (out, _) = expanded(&recipe, Value::Text(" 1 "));
        close(&out, &[1.0, 0.0, 0.0, 0.0]);
        assert_eq!(expanded(&recipe, Value::Number(f64::NAN)).1, Some(Used::Missing));
    }

    #[test]
    fn what_is_not_a_finite_number_is_refused_by_name() {
        let recipe = Recipe::Number(number());
        for value in [Value::Text("many"), Value::Number(f64::INFINITY), Value::Text("inf")] {
            let error = recipe.expand(value, Value::Missing, &mut Vec::new()).unwrap_err();
            assert!(error.to_string().contains("tickets"), "{error}");
        }
    }

    #[test]
    fn unseen_and_missing_levels_follow_their_own_fallbacks() {
        let recipe = Recipe::Category(CategoryRecipe {
            column: "plan".into(),
            base: "flat".into(),
            levels: vec![LevelField { level: "__other__".into(), term: "plan[__other__]".into() }],
            other: Fallback::Base,
            missing: Fallback::Term("plan[missing]".into()),
        });
        assert_eq!(expanded(&recipe, Value::Text("flat")), (vec![0.0, 0.0], None));
        // a real level may be called like a reserved word
        assert_eq!(expanded(&recipe, Value::Text("__other__")), (vec![1.0, 0.0], None));
        assert_eq!(expanded(&recipe, Value::Text("constructor")), (vec![0.0, 0.0], Some(Used::Unseen)));
        assert_eq!(expanded(&recipe, Value::Missing), (vec![0.0, 1.0], Some(Used::Missing)));
    }

    #[test]
    fn a_code_and_a_truth_keep_their_field_however_they_are_sent() {
        let recipe = |base: &str, level: &str| {
            Recipe::Category(CategoryRecipe {
                column: "branch".into(),
                base: base.into(),
                levels: vec![LevelField { level: level.into(), term: "branch[level]".into() }],
                other: Fallback::Term("branch[(other)]".into()),
                missing: Fallback::Base,
            })
        };
        let codes = recipe("01", "02");
        for two in [Value::Text("02"), Value::Text(" 2"), Value::Text("2.0"), Value::Number(2.0)] {
            assert_eq!(expanded(&codes, two), (vec![1.0, 0.0], None), "{two:?}");
        }
        assert_eq!(expanded(&codes, Value::Number(1.0)), (vec![0.0, 0.0], None));
        assert_eq!(expanded(&codes, Value::Number(3.0)), (vec![0.0, 1.0], Some(Used::Unseen)));
        let truths = recipe("false", "true");
        let sent = serde_json::json!(true);
        for yes in [Value::Text("TRUE"), Value::Text("true"), Value::from_json(&sent)] {
            assert_eq!(expanded(&truths, yes), (vec![1.0, 0.0], None), "{yes:?}");
        }
        assert_eq!(expanded(&truths, Value::Text("False")), (vec![0.0, 0.0], None));
    }

    #[test]
    fn a_slope_of_its_own_applies_within_its_level_only() {
        let levels = vec!["flat".to_owned(), "metered".to_owned()];
        let recipe = Recipe::Number(NumberRecipe {
            fields: vec![Field { term: "use".into(), shape: Shape::Linear }],
            within: Some(Within { column: "plan".into(), levels }),
            ..number()
        });
        assert_eq!(recipe.terms(), ["use:flat", "use:metered", "tickets[missing]"]);
        let mut out = Vec::new();
        recipe.expand(Value::Number(3.0), Value::Text("metered"), &mut out).unwrap();
        close(&out, &[0.0, 2.0, 0.0]);
        out.clear();
        let used = recipe.expand(Value::Number(3.0), Value::Text("seat"), &mut out).unwrap();
        close(&out, &[0.0, 0.0, 0.0]);
        assert_eq!(used, Some(Used::Unseen));
    }

    #[test]
    fn an_unknown_transform_is_refused_not_skipped() {
        let text = serde_json::to_string(&Recipe::Number(number())).unwrap();
        assert_eq!(serde_json::from_str::<Recipe>(&text).unwrap(), Recipe::Number(number()));
        assert!(serde_json::from_str::<Recipe>(&text.replace("log1p", "sqrt")).is_err());
        assert!(serde_json::from_str::<Recipe>(&text.replace("\"centre\"", "\"center\"")).is_err());
    }
}
