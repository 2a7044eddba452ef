//! The model with all KPIs: fitted once, it is the full model of each of them, and the model without one is near it.

use crate::stats::added::Base;
use crate::units::TermName;

use super::context::{Controls, Copies, MISSING, TrapContext, distinct};
use super::foundation::Fitted;

/// The model of attributes, reasons and all KPIs that may be controls.
#[derive(Debug)]
pub(super) struct Everything<'a> {
    fitted: Fitted<'a>,
    base: Option<Base<'a>>,
}

impl<'a> Everything<'a> {
    /// `None` where it cannot be fitted, or some of its columns determine others: then which are left out depends on their order.
    pub(super) fn new(context: &'a TrapContext<'_>) -> Option<Self> {
        let fitted = context.fit(context.controls(Controls::Full, usize::MAX, &Copies::new())).ok()?;
        if !fitted.hazard.aliased.is_empty() {
            return None;
        }
        let columns = fitted.columns.terms.iter().map(|(_, column)| *column).collect();
        let base = context.base(columns, &fitted.hazard.fit);
        Some(Self { fitted, base })
    }

    /// The fit, if these are its terms but for those that [`distinct`] leaves out.
    pub(super) fn of(&self, terms: Vec<(TermName, &[f64])>) -> Option<&Fitted<'a>> {
        let positions = self.positions(&distinct(terms, self.fitted.columns.y))?;
        (positions.len() == self.fitted.columns.terms.len()).then_some(&self.fitted)
    }

    /// The model of these of its terms.
    pub(super) fn without(&self, terms: &[(TermName, &[f64])]) -> Option<Base<'a>> {
        let kept = self.positions(terms)?;
        self.base.as_ref()?.taken_out(&kept, &self.fitted.hazard.fit.coef, CLOSE_ENOUGH)
    }

    /// Where the terms are; `None` if one is not there. Columns of missing values may be there under the name of another KPI.
    fn positions(&self, terms: &[(TermName, &[f64])]) -> Option<Vec<usize>> {
        let own = &self.fitted.columns.terms;
        let find = |(name, column): &(TermName, &[f64])| {
            let equal = || own.iter().position(|(_, own)| own == column).filter(|_| name.as_str().ends_with(MISSING));
            own.iter().position(|(own, _)| own == name).or_else(equal)
        };
        terms.iter().map(find).collect()
    }
}

/// Evidence is read to two digits: the model is left this many standard errors from its optimum.
const CLOSE_ENOUGH: f64 = 1e-3;
