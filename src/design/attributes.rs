//! What differs between accounts beside KPIs: attributes that may confound, and recorded reasons to leave.

use fuellamp_score::Recipe;

use crate::notice::{Notice, Severity};
use crate::panel::{Flag, Lags, Panel};
use crate::study::Roles;
use crate::words;

use super::learn::{LogRule, MAX_LEVELS, NumberOptions, learn_category, learn_number};
use super::{Design, DesignError, Input, Sample};

/// Periods within which a disclosed risk counts as recent.
const HINT_WINDOW: u32 = 3;
/// Calendar time enters from this many periods on.
const PERIODS_FOR_TREND: usize = 6;

/// A recipe with the values it was learned on, one per row of the sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Fielded {
    /// Preprocessing.
    pub recipe: Recipe,
    /// Values before preprocessing.
    pub input: Input,
}

/// Columns that stand for the customer and not for a KPI.
#[derive(Debug, Clone, Default)]
pub struct Attributes {
    /// Segment, billing, price, tenure, term, phase, owner and controls: what a score may use too.
    pub account: Vec<Fielded>,
    /// Calendar time, which a score cannot use.
    pub calendar: Vec<Fielded>,
    /// Whatever was recorded beforehand that says why somebody would leave.
    pub reasons: Vec<Fielded>,
    /// Columns that cannot be used, with the reason.
    pub notices: Vec<Notice>,
}

impl Attributes {
    /// Attributes and calendar as columns, without intercept.
    ///
    /// # Errors
    /// [`DesignError::Value`].
    pub fn design(&self) -> Result<Design, DesignError> {
        expand(self.account.iter().chain(&self.calendar))
    }

    /// Recorded reasons as columns.
    ///
    /// # Errors
    /// [`DesignError::Value`].
    pub fn reasons_design(&self) -> Result<Design, DesignError> {
        expand(self.reasons.iter())
    }
}

fn expand<'a>(parts: impl Iterator<Item = &'a Fielded>) -> Result<Design, DesignError> {
    let mut design = Design::default();
    for part in parts {
        design.expand(&part.recipe, &part.input, None)?;
    }
    Ok(design)
}

/// Learns the attribute columns of a sample.
///
/// Attributes of the contract are those of the as-of row, so that a change made while leaving is not seen; tenure and
/// controls are the row's own, as calendar-like quantities are known in advance. Reasons are those of the as-of row, a
/// disclosed risk counts when it was recorded within the three periods that end there.
///
/// # Errors
/// [`DesignError`] for columns that do not exist.
pub fn attributes(panel: &Panel, roles: &Roles, sample: &Sample, lags: &Lags) -> Result<Attributes, DesignError> {
    let mut found = Attributes::default();
    let as_of: Vec<usize> =
        sample.rows.iter().map(|&row| panel.row_before(row, lags.periods[row]).unwrap_or(row)).collect();
    let categorical =
        roles.segment.iter().chain(&roles.billing).chain(&roles.term).chain(&roles.phase).chain(&roles.owner);
    for column in categorical {
        found.category(panel, column, &as_of)?;
    }
    if let Some(column) = &roles.price {
        found.number(panel, column, &as_of, LogRule::Always)?;
    }
    if let Some(column) = &roles.tenure {
        found.number(panel, column, &sample.rows, LogRule::Always)?;
    }
    for column in &roles.controls {
        match panel.kind(column)? {
            "text" | "date" => found.category(panel, column, &sample.rows)?,
            _ => found.number(panel, column, &sample.rows, LogRule::IfSkewed)?,
        }
    }
    if !panel.is_snapshot() && panel.periods().len() >= PERIODS_FOR_TREND {
        let time: Vec<f64> = sample.rows.iter().map(|&row| f64::from(panel.period()[row])).collect();
        let middle = f64::from(panel.periods().last()) / 2.0;
        let bend = time.iter().map(|t| (t - middle).powi(2)).collect();
        for (name, values) in [("(calendar)", time), ("(calendar²)", bend)] {
            let recipe = learn_number(name, &values, NumberOptions { log: LogRule::Never, clip: false });
            let field = |recipe| Fielded { recipe: Recipe::Number(recipe), input: Input::Number(values.clone()) };
            found.calendar.extend(recipe.map(field));
        }
    }
    if let Some(column) = &roles.disclosed_risk {
        let recent: Vec<f64> = hinted(panel, column)?;
        found.flag(column, as_of.iter().map(|&row| recent[row]).collect());
    }
    for column in &roles.reasons {
        match panel.flags(column) {
            Ok(flags) if panel.kind(column)? != "number" || is_binary(panel, column)? => {
                found.flag(column, as_of.iter().map(|&row| flag_value(flags[row])).collect());
            }
            Ok(_) => found.reason_number(panel, column, &as_of)?,
            Err(_) => {
                let input = Input::Category(panel.category(column)?).take(&as_of);
                if let Input::Category(category) = &input {
                    found.reasons.extend(
                        learn_category(column, category).map(|recipe| Fielded { recipe, input: input.clone() }),
                    );
                }
            }
        }
    }
    Ok(found)
}

impl Attributes {
    fn category(&mut self, panel: &Panel, column: &str, rows: &[usize]) -> Result<(), DesignError> {
        let input = Input::Category(panel.category(column)?).take(rows);
        let Input::Category(category) = &input else { return Ok(()) };
        if category.levels.len() > MAX_LEVELS {
            let n = category.levels.len();
            self.notices.push(
                Notice::new(
                    Severity::Warning,
                    "many_levels",
                    words!(
                        en: "column `{column}` has {n} levels; the {MAX_LEVELS} largest are kept and the rest share one field",
                        ja: "列`{column}`の水準が{n}個あります。大きい{MAX_LEVELS}個を残し、ほかは一つにまとめました",
                    ),
                )
                .help(words!(
                    en: "an attribute compares customers within a level; give a coarser one",
                    ja: "属性は水準の中で顧客を比べるためのものです。もっと粗い区分にしてください",
                )),
            );
        }
        match learn_category(column, category) {
            Some(recipe) => self.account.push(Fielded { recipe, input }),
            None => self.notices.push(constant(column)),
        }
        Ok(())
    }

    fn number(&mut self, panel: &Panel, column: &str, rows: &[usize], log: LogRule) -> Result<(), DesignError> {
        let input = Input::Number(panel.numbers(column)?).take(rows);
        let Input::Number(values) = &input else { return Ok(()) };
        match learn_number(column, values, NumberOptions { log, clip: true }) {
            Some(recipe) => self.account.push(Fielded { recipe: Recipe::Number(recipe), input }),
            None => self.notices.push(constant(column)),
        }
        Ok(())
    }

    fn reason_number(&mut self, panel: &Panel, column: &str, rows: &[usize]) -> Result<(), DesignError> {
        let input = Input::Number(panel.numbers(column)?).take(rows);
        let Input::Number(values) = &input else { return Ok(()) };
        let recipe = learn_number(column, values, NumberOptions { log: LogRule::IfSkewed, clip: true });
        self.reasons.extend(recipe.map(|recipe| Fielded { recipe: Recipe::Number(recipe), input }));
        Ok(())
    }

    fn flag(&mut self, column: &str, values: Vec<f64>) {
        match learn_number(column, &values, NumberOptions { log: LogRule::Never, clip: true }) {
            Some(recipe) => {
                self.reasons.push(Fielded { recipe: Recipe::Number(recipe), input: Input::Number(values) });
            }
            None => self.notices.push(constant(column)),
        }
    }
}

fn is_binary(panel: &Panel, column: &str) -> Result<bool, DesignError> {
    Ok(panel.category(column)?.levels.len() <= 2)
}

fn flag_value(flag: Flag) -> f64 {
    match flag {
        Flag::Yes => 1.0,
        Flag::No => 0.0,
        Flag::Unknown => f64::NAN,
    }
}

/// 1 where a risk was disclosed within the [`HINT_WINDOW`] periods that end with the row. Silence is no disclosure.
fn hinted(panel: &Panel, column: &str) -> Result<Vec<f64>, DesignError> {
    let flags = panel.flags(column)?;
    let yes: Vec<f64> = flags.into_iter().map(|flag| if flag == Flag::Yes { 1.0 } else { 0.0 }).collect();
    Ok(panel.window_mean(&yes, HINT_WINDOW).into_iter().map(|share| if share > 0.0 { 1.0 } else { 0.0 }).collect())
}

fn constant(column: &str) -> Notice {
    Notice::new(
        Severity::Info,
        "constant_attribute",
        words!(
            en: "column `{column}` has the same value in every row and was left out",
            ja: "列`{column}`はどの行も同じ値なので除きました",
        ),
    )
}
