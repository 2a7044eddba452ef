//! Inputs of the score: columns as a service has them at the as-of date, nothing carried and nothing averaged.

use fuellamp_score::{Fallback, MissingNumber, Recipe, Within};

use crate::design::{DesignError, Input, LogRule, NumberOptions, learn_category, learn_number};
use crate::panel::Panel;
use crate::study::{KpiSpec, MissingPolicy, Roles};

/// One input column of the score, with its values by panel row.
#[derive(Debug, Clone)]
pub struct ScoreInput {
    /// Column.
    pub column: String,
    /// Values by panel row.
    pub values: Input,
    /// Column whose levels have slopes of their own.
    pub within: Option<(String, Input)>,
    /// When the logarithm is taken.
    pub log: LogRule,
    /// A missing number counts as 0.
    pub missing_is_zero: bool,
}

/// Customer attributes and recorded reasons that a score may use. The owner is left out: an account must not score
/// worse for who looks after it.
///
/// # Errors
/// [`DesignError`] for columns that do not exist.
pub fn score_inputs(panel: &Panel, roles: &Roles) -> Result<Vec<ScoreInput>, DesignError> {
    let levels = roles.segment.iter().chain(&roles.billing).chain(&roles.term).chain(&roles.phase);
    let amounts = roles.price.iter().chain(&roles.tenure);
    let others = roles.controls.iter().chain(&roles.disclosed_risk).chain(&roles.reasons);
    let mut inputs: Vec<ScoreInput> = Vec::new();
    let typed = levels
        .map(|column| (column, true, LogRule::Never))
        .chain(amounts.map(|column| (column, false, LogRule::Always)))
        .chain(others.map(|column| (column, false, LogRule::IfSkewed)));
    for (column, as_levels, log) in typed {
        // A date is a day and not an amount; what has happened by then is for the evidence to see.
        if panel.kind(column)? != "date" && inputs.iter().all(|input| input.column != *column) {
            let values = read(panel, column, as_levels)?;
            inputs.push(ScoreInput { column: column.clone(), values, within: None, log, missing_is_zero: false });
        }
    }
    Ok(inputs)
}

/// A KPI as an input; `within` names the column by whose levels its slope differs.
///
/// # Errors
/// [`DesignError`] for columns that do not exist.
pub fn split_input(panel: &Panel, kpi: &KpiSpec, within: Option<&str>) -> Result<ScoreInput, DesignError> {
    let within =
        within.map(|column| Ok::<_, DesignError>((column.to_owned(), read(panel, column, true)?))).transpose()?;
    Ok(ScoreInput {
        column: kpi.column().to_owned(),
        values: read(panel, kpi.column(), false)?,
        within,
        log: LogRule::IfSkewed,
        missing_is_zero: kpi.missing == Some(MissingPolicy::Zero),
    })
}

fn read(panel: &Panel, column: &str, as_levels: bool) -> Result<Input, DesignError> {
    Ok(match panel.kind(column)? {
        "number" | "boolean" if !as_levels => Input::Number(panel.numbers(column)?),
        _ => Input::Category(panel.category(column)?),
    })
}

impl ScoreInput {
    /// A column read as a number.
    ///
    /// # Errors
    /// [`DesignError`] for columns that do not exist.
    pub fn of_number(panel: &Panel, column: &str) -> Result<Self, DesignError> {
        let values = read(panel, column, false)?;
        Ok(Self { column: column.to_owned(), values, within: None, log: LogRule::Never, missing_is_zero: false })
    }

    /// Fields that it becomes, at most: one for a number (of each level that its slope differs by), one for each level of a
    /// category but the first.
    #[must_use]
    pub fn fields(&self) -> usize {
        match (&self.values, &self.within) {
            (Input::Number(_), Some((_, Input::Category(parts)))) => parts.levels.len(),
            (Input::Number(_), _) => 1,
            (Input::Category(category), _) => category.levels.len().saturating_sub(1),
        }
    }

    /// Learns the recipe on some rows; `None` where the values do not vary.
    #[must_use]
    pub fn learn(&self, rows: &[usize]) -> Option<Recipe> {
        self.at(rows).recipe()
    }

    /// The rows named, in that order.
    #[must_use]
    pub(super) fn at(&self, rows: &[usize]) -> Self {
        Self {
            column: self.column.clone(),
            values: self.values.take(rows),
            within: self.within.as_ref().map(|(column, input)| (column.clone(), input.take(rows))),
            ..*self
        }
    }

    /// Learns the recipe on all rows.
    pub(super) fn recipe(&self) -> Option<Recipe> {
        match &self.values {
            Input::Number(values) => {
                let mut recipe = learn_number(&self.column, values, NumberOptions { log: self.log, clip: true })?;
                if self.missing_is_zero {
                    recipe.missing = MissingNumber::Fill { value: 0.0, indicator: None };
                }
                if let Some((column, Input::Category(category))) = &self.within
                    && let Some(Recipe::Category(parts)) = learn_category(column, category)
                {
                    let mut levels: Vec<String> =
                        std::iter::once(parts.base).chain(parts.levels.into_iter().map(|l| l.level)).collect();
                    levels.sort();
                    recipe.within = Some(Within { column: column.clone(), levels });
                }
                Some(Recipe::Number(recipe))
            }
            Input::Category(category) => {
                let mut recipe = learn_category(&self.column, category)?;
                if let Recipe::Category(parts) = &mut recipe
                    && parts.missing == Fallback::Refuse
                {
                    parts.missing = Fallback::Base;
                }
                Some(recipe)
            }
        }
    }
}
