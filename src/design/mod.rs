//! From a panel to named columns of numbers: coding, scaling and lags, all through the recipes of `fuellamp-score`.

mod attributes;
mod definition;
mod error;
mod kpi;
mod learn;
mod regression;
mod sample;

pub use attributes::{Attributes, Fielded, attributes};
pub use error::DesignError;
pub use kpi::{KpiColumns, KpiSeries, Pace, Single, kpi_columns, kpi_series};
pub use learn::{LogRule, NumberOptions, learn_category, learn_number};
pub use regression::{Regression, Scale, regression};
pub use sample::{Sample, sample};

use fuellamp_score::{Recipe, Value};

use crate::panel::Category;
use crate::units::TermName;

/// Named columns of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Design {
    /// One name per column.
    pub terms: Vec<TermName>,
    /// Values by column.
    pub columns: Vec<Vec<f64>>,
}

/// Values of one input column, ready for a recipe.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Numbers, NaN = missing.
    Number(Vec<f64>),
    /// Levels.
    Category(Category),
}

impl Input {
    /// The value of one row as a scorer would meet it.
    #[must_use]
    pub fn value(&self, row: usize) -> Value<'_> {
        match self {
            Self::Number(values) => values.get(row).copied().map_or(Value::Missing, Value::Number),
            Self::Category(category) => category
                .codes
                .get(row)
                .copied()
                .flatten()
                .and_then(|code| category.levels.get(code as usize))
                .map_or(Value::Missing, |level| Value::Text(level)),
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Number(values) => values.len(),
            Self::Category(category) => category.codes.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows named, in that order.
    #[must_use]
    pub fn take(&self, rows: &[usize]) -> Self {
        match self {
            Self::Number(values) => Self::Number(rows.iter().map(|&row| values[row]).collect()),
            Self::Category(category) => Self::Category(Category {
                levels: category.levels.clone(),
                codes: rows.iter().map(|&row| category.codes[row]).collect(),
            }),
        }
    }
}

impl Design {
    /// A design with the column of ones.
    #[must_use]
    pub fn with_intercept(n_rows: usize) -> Self {
        Self { terms: vec![TermName::new(INTERCEPT)], columns: vec![vec![1.0; n_rows]] }
    }

    /// Number of columns.
    #[must_use]
    pub fn n_terms(&self) -> usize {
        self.terms.len()
    }

    /// Adds one column.
    pub fn push(&mut self, term: impl Into<String>, column: Vec<f64>) {
        self.terms.push(TermName::new(term));
        self.columns.push(column);
    }

    /// Adds the columns of another design.
    pub fn extend(&mut self, other: &Self) {
        self.terms.extend(other.terms.iter().cloned());
        self.columns.extend(other.columns.iter().cloned());
    }

    /// Adds the fields that a recipe makes of an input; `within` is the column that its slopes differ by.
    ///
    /// # Errors
    /// [`DesignError::Value`] where the recipe refuses a value.
    pub fn expand(&mut self, recipe: &Recipe, input: &Input, within: Option<&Input>) -> Result<(), DesignError> {
        let terms = recipe.terms();
        let n = input.len();
        if let (Recipe::Category(_), Input::Category(category)) = (recipe, input) {
            let columns = expand_levels(recipe, category, terms.len())?;
            terms.into_iter().zip(columns).for_each(|(term, column)| self.push(term, column));
            return Ok(());
        }
        let columns = match (input, within) {
            // Bits are compared faster than values that may be texts.
            (Input::Number(values), None) => {
                let keys = values.iter().map(|value| value.to_bits());
                expand_rows(recipe, terms.len(), keys, |bits| (Value::Number(f64::from_bits(bits)), Value::Missing))?
            }
            _ => {
                let part = |row| within.map_or(Value::Missing, |input| input.value(row));
                expand_rows(recipe, terms.len(), (0..n).map(|row| (input.value(row), part(row))), |pair| pair)?
            }
        };
        for (term, column) in terms.into_iter().zip(columns) {
            self.push(term, column);
        }
        Ok(())
    }
}

/// Fields of rows, one column per field; a row like the one before is not read again: an account drawn twice has its rows
/// twice, one after the other.
fn expand_rows<'a, K: PartialEq + Copy>(
    recipe: &Recipe,
    n_terms: usize,
    rows: impl ExactSizeIterator<Item = K>,
    values: impl Fn(K) -> (Value<'a>, Value<'a>),
) -> Result<Vec<Vec<f64>>, DesignError> {
    let mut columns = vec![Vec::with_capacity(rows.len()); n_terms];
    let mut fields = Vec::with_capacity(n_terms);
    let mut before = None;
    for key in rows {
        if before != Some(key) {
            let (value, part) = values(key);
            fields.clear();
            recipe.expand(value, part, &mut fields)?;
            before = Some(key);
        }
        columns.iter_mut().zip(&fields).for_each(|(column, &field)| column.push(field));
    }
    Ok(columns)
}

/// Fields of a category: a level is read once, not in every row that has it.
fn expand_levels(recipe: &Recipe, category: &Category, n_terms: usize) -> Result<Vec<Vec<f64>>, DesignError> {
    let mut of_level: Vec<Option<Vec<f64>>> = vec![None; category.levels.len() + 1];
    let mut columns = vec![Vec::with_capacity(category.codes.len()); n_terms];
    for &code in &category.codes {
        let level = code.and_then(|code| category.levels.get(code as usize));
        let known = &mut of_level[level.and(code).map_or(0, |code| code as usize + 1)];
        if known.is_none() {
            let mut fields = Vec::with_capacity(n_terms);
            recipe.expand(level.map_or(Value::Missing, |level| Value::Text(level)), Value::Missing, &mut fields)?;
            *known = Some(fields);
        }
        for (column, &field) in columns.iter_mut().zip(known.iter().flatten()) {
            column.push(field);
        }
    }
    Ok(columns)
}

/// Name of the column of ones.
pub const INTERCEPT: &str = "(intercept)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_in_every_row_the_fields_that_a_scorer_gives_it_whatever_stood_before() {
        let values = vec![3.0, 3.0, f64::NAN, f64::NAN, 0.0, -0.0, 0.0, 3.0, 3.0, 9.0];
        let codes = [0, 1, 1, 1, 0, 0, 0, 0, 0, 1].map(Some).to_vec();
        let part = Input::Category(Category { levels: vec!["a".to_owned(), "b".to_owned()], codes });
        let mut number = learn_number("x", &values, NumberOptions { log: LogRule::Always, clip: true }).unwrap();
        for levels in [None, Some(vec!["a".to_owned(), "b".to_owned()])] {
            number.within = levels.map(|levels| fuellamp_score::Within { column: "part".to_owned(), levels });
            let recipe = Recipe::Number(number.clone());
            let input = Input::Number(values.clone());
            let mut design = Design::default();
            design.expand(&recipe, &input, Some(&part)).unwrap();
            for row in 0..input.len() {
                let mut fields = Vec::new();
                recipe.expand(input.value(row), part.value(row), &mut fields).unwrap();
                let found: Vec<f64> = design.columns.iter().map(|column| column[row]).collect();
                assert_eq!(found, fields, "row {row}");
            }
        }
    }

    #[test]
    fn a_category_has_in_every_row_the_fields_that_a_scorer_gives_it() {
        let levels: Vec<String> = ["flat", "seat", " flat ", "new"].map(str::to_owned).to_vec();
        let category = Category { levels, codes: vec![Some(1), None, Some(0), Some(2), Some(3), Some(0), Some(9)] };
        let learnt = Category { levels: category.levels.clone(), codes: vec![Some(0), Some(0), Some(1), None] };
        let recipe = learn_category("plan", &learnt).unwrap();
        let input = Input::Category(category);
        let mut design = Design::default();
        design.expand(&recipe, &input, None).unwrap();
        assert!(design.n_terms() > 0);
        for row in 0..input.len() {
            let mut fields = Vec::new();
            recipe.expand(input.value(row), Value::Missing, &mut fields).unwrap();
            let found: Vec<f64> = design.columns.iter().map(|column| column[row]).collect();
            assert_eq!(found, fields, "row {row}");
        }
    }
}
