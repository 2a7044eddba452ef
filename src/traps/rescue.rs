//! Trap: churn risk moves the KPI, not the other way round (rescue contact).
//!
//! # Detects
//! Whether last period's risk score (built without this KPI) moves the KPI, and whether a disclosed risk does: least
//! squares of the KPI on its own two lags, the attributes and the risk (Granger 1969; Horwitz & Feinstein 1980).
//!
//! # Why it fools
//! CSMs run to customers who hinted at leaving; contact then looks as if it drove them away.
//!
//! # Cannot see
//! A hint that nobody recorded and that no other KPI shows.
//!
//! # Example
//! ```text
//! month        1  2  3  4  5
//! hint         0  0  1  0  0
//! contacts     1  0  1  6  5
//! left         0  0  0  0  1
//! ```

use crate::design::INTERCEPT;
use crate::panel::Panel;
use crate::stats::matrix::Matrix;
use crate::stats::moments;
use crate::stats::ols::ClusteredSlopes;
use crate::stats::wald::wald;
use crate::words;

use super::context::TrapContext;
use super::foundation::Foundation;
use super::{Evidence, Influence, Measured, TestId};

/// A standard error below this, of standardised values, is rounding: nothing is left to move.
const ROUNDING: f64 = 1e-12;
/// Fewer rows than this say nothing about what moves a KPI.
const MIN_ROWS: usize = 200;

/// What moves the KPI: last period's risk, and a disclosed risk.
#[must_use]
pub(super) fn what_moves_it(
    context: &TrapContext<'_>,
    full: &Foundation<'_>,
    panel: &Panel,
    target: usize,
    hints: Option<&[f64]>,
) -> Vec<Evidence> {
    let Some(columns) = context.kpis.get(target).and_then(|kpi| kpi.columns.as_ref()) else { return Vec::new() };
    if context.snapshot {
        let why = words!(
            en: "one row per customer: what moved the KPI before cannot be seen",
            ja: "顧客ごとに1行なので、KPIが何によって動いたかは見えません",
        );
        return [TestId::Lead, TestId::Hint].map(|test| Evidence::not_applicable(test, why.clone())).to_vec();
    }
    let own = &columns.by_row;
    let mut found = Vec::new();
    let risk = full.eta.as_ref().map_err(Clone::clone).map(|eta| {
        let (mean, sd) = (moments::mean(eta), moments::sd(eta));
        let mut by_row = vec![f64::NAN; panel.n_rows()];
        for (&row, eta) in context.sample.rows.iter().zip(eta) {
            by_row[row] = if sd > 0.0 { (eta - mean) / sd } else { 0.0 };
        }
        by_row
    });
    found.push(match risk {
        Ok(risk) => moved_by(context, panel, own, &risk, TestId::Lead),
        Err(why) => Evidence::not_applicable(TestId::Lead, why),
    });
    found.push(match hints {
        Some(hints) => moved_by(context, panel, own, hints, TestId::Hint),
        None => Evidence::not_applicable(
            TestId::Hint,
            words!(
                en: "no disclosed risk is recorded (`disclosed_risk` under [roles])",
                ja: "解約のほのめかしが記録されていません（[roles]の`disclosed_risk`）",
            ),
        ),
    });
    found
}

/// Slope of the KPI of period t on a driver of period t - 1, given the KPI of t - 1 and t - 2 and the attributes.
fn moved_by(context: &TrapContext<'_>, panel: &Panel, own: &[f64], driver: &[f64], test: TestId) -> Evidence {
    let mut kept: Vec<usize> = Vec::new();
    let mut columns = vec![Vec::new(); 4];
    for (index, &row) in context.sample.rows.iter().enumerate() {
        let (Some(one), Some(two)) = (panel.row_before(row, 1), panel.row_before(row, 2)) else { continue };
        let cells = [own[row], own[one], own[two], driver[one]];
        if cells.iter().all(|v| v.is_finite()) {
            kept.push(index);
            for (column, cell) in columns.iter_mut().zip(cells) {
                column.push(cell);
            }
        }
    }
    if kept.len() < MIN_ROWS {
        let n = kept.len();
        return Evidence::not_applicable(
            test,
            words!(en: "only {n} rows have three periods in a row", ja: "3期続けて値のある行が{n}行しかありません"),
        );
    }
    let take = |values: &[f64]| -> Vec<f64> { kept.iter().map(|&i| values[i]).collect() };
    let attributes: Vec<Vec<f64>> = context.stat.columns.iter().map(|c| take(c)).collect();
    let ones = vec![1.0; kept.len()];
    let mut x: Vec<&[f64]> = vec![&ones, &columns[1], &columns[2], &columns[3]];
    x.extend(attributes.iter().map(Vec::as_slice));
    let cluster: Vec<u32> = kept.iter().map(|&i| context.sample.cluster[i]).collect();
    let fitted = Matrix::new(x)
        .ok()
        .and_then(|x| ClusteredSlopes::new(&x, &columns[0], &cluster, context.sample.n_clusters).ok());
    let slope = fitted.as_ref().and_then(|fitted| Some((fitted.slope(3)?, fitted.influence(3)?)));
    match slope {
        Some(((_, std_error), _)) if std_error < ROUNDING => Evidence::not_applicable(
            test,
            words!(en: "its own earlier values determine it", ja: "このKPIは、それ以前の値だけで決まってしまいます"),
        ),
        Some(((estimate, std_error), influence)) => {
            let tested = wald(estimate, std_error, 0.95);
            Evidence::measured(
                test,
                Measured {
                    estimate,
                    std_error: Some(std_error),
                    p: Some(tested.p),
                    n_rows: kept.len(),
                    n_events: kept.iter().filter(|&&i| context.sample.y[i] > 0.5).count(),
                },
            )
            .moved_by(Some(Influence::new(influence)))
        }
        None => Evidence::not_applicable(
            test,
            words!(
                en: "the driver never varies beside `{INTERCEPT}` and the attributes",
                ja: "要因が、切片`{INTERCEPT}`と属性だけで決まってしまいます",
            ),
        ),
    }
}
