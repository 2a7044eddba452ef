//! Trap: a number that matters and that nothing we do moves.
//!
//! # Detects
//! Whether a logged action or a programme moves a KPI afterwards, how soon and how much. Least squares of the KPI of
//! period t on the action of the three periods before, given the KPI of the same three periods, the attributes and the
//! recorded reasons, clustered by account:
//!
//! ```text
//! x_t = Σ_{j=1..3} a_j d_{t-j} + Σ_{j=1..3} r_j x_{t-j} + controls        x, d in standard deviations
//! ```
//!
//! The KPI's own past goes back as far as the action's, so that an action taken because the KPI was low is not taken for
//! what brings it back. A programme is decided before its period begins, so its lags are 0, 1 and 2; an action may answer
//! the KPI of its own period. Rows in which the customer leaves are left out: what moves then is the leaving. A pair of action
//! and KPI is responsive when three times its smallest p has a Benjamini-Hochberg q below 0.05 over all pairs of the
//! study; how soon is the first lag whose p times three is below 0.05, how much the slope at that lag. Later slopes are not
//! read by themselves: a lasting effect sits in the KPI's own past by then, and shows with the opposite sign.
//!
//! # Why it fools
//! A KPI can drive the outcome and be out of reach; a playbook against it then costs effort and changes nothing.
//!
//! # Cannot see
//! An action that answers something hidden which moves the KPI too; a programme that every account has, or has always
//! had; effects that take longer than three periods, and those of an action within its own. That the moved KPI moves the
//! outcome is another question: the KPI's own verdict.
//!
//! # Example
//! ```text
//! month           1  2  3  4  5
//! trainings       0  1  0  0  0
//! active users    4  4  6  6  7      moved one month later
//! ```

use rayon::prelude::*;

use crate::panel::Panel;
use crate::stats::matrix::Matrix;
use crate::stats::multiplicity::benjamini_hochberg;
use crate::stats::ols::ClusteredSlopes;
use crate::stats::wald::wald;
use crate::study::KpiKind;
use crate::words;
use crate::words::Words;

use super::context::TrapContext;
use super::{Evidence, Measured, TestId};

/// Periods after an action in which a KPI may move.
pub const LAGS: usize = 3;
/// Fewer rows than this say nothing about what moves a KPI.
const MIN_ROWS: usize = 200;
/// An action or programme needs so many rows in which it happened, and as many in which it did not.
const MIN_ACTED: usize = 20;
/// A lag counts as moved when three times its p is below this.
const MOVED_P: f64 = 0.05;
/// False discovery rate over all pairs of action and KPI.
const MOVED_Q: f64 = 0.05;

/// Something that we do: a logged action, or a programme.
#[derive(Debug, Clone)]
pub struct Driver {
    /// Name of the action KPI or of the programme's column.
    pub name: String,
    /// A programme: its slope is per push and not per standard deviation.
    pub programme: bool,
    /// Value by panel row, NaN = not known.
    pub by_row: Vec<f64>,
}

/// What one action or programme does to one KPI.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// Name of the action KPI or of the programme's column.
    pub driver: String,
    /// It is a programme.
    pub programme: bool,
    /// KPI, by position in the study.
    pub kpi: usize,
    /// Slopes at lags 1, 2, 3 of an action, 0, 1, 2 of a programme; absent where other columns determine that lag.
    pub slopes: Vec<Option<Measured>>,
    /// Benjamini-Hochberg q over all pairs of three times the smallest p.
    pub q: Option<f64>,
    /// First lag at which it moves the KPI, in periods; absent where it does not.
    pub first: Option<usize>,
    /// Why it could not be tested.
    pub why_not: Option<Words>,
}

impl Response {
    /// The slope to show with its lag: at the first lag that moves the KPI, else the strongest.
    #[must_use]
    pub fn shown(&self) -> Option<(usize, Measured)> {
        let at = |index: usize| Some((nearest(self.programme) + index, (*self.slopes.get(index)?)?));
        let first = self.first.and_then(|lag| lag.checked_sub(nearest(self.programme)));
        first.and_then(at).or_else(|| strongest(&self.slopes).and_then(at))
    }

    /// All slopes that could be measured, with their lags.
    pub fn lags(&self) -> impl Iterator<Item = (usize, Measured)> {
        let from = nearest(self.programme);
        self.slopes.iter().enumerate().filter_map(move |(index, slope)| Some((from + index, (*slope)?)))
    }
}

/// The nearest lag of a driver.
fn nearest(programme: bool) -> usize {
    usize::from(!programme)
}

/// Position of the largest |z|.
fn strongest(slopes: &[Option<Measured>]) -> Option<usize> {
    let z = |index: usize| slopes[index].map_or(0.0, |m| m.z().abs());
    (0..slopes.len()).filter(|&i| slopes[i].is_some()).max_by(|&a, &b| z(a).total_cmp(&z(b)).then(b.cmp(&a)))
}

/// The action KPIs of a study as drivers.
#[must_use]
pub fn actions(context: &TrapContext<'_>) -> Vec<Driver> {
    context
        .kpis
        .iter()
        .filter(|kpi| kpi.kind == KpiKind::Action)
        .filter_map(|kpi| {
            let columns = kpi.columns.as_ref()?;
            Some(Driver { name: kpi.name.clone(), programme: false, by_row: columns.by_row.clone() })
        })
        .collect()
}

/// What every driver does to every KPI that is no action, drivers within KPIs, both in order; nothing for a snapshot.
#[must_use]
pub fn responses(context: &TrapContext<'_>, panel: &Panel, drivers: &[Driver]) -> Vec<Response> {
    if context.snapshot {
        return Vec::new();
    }
    let pairs: Vec<(usize, &Driver)> = (0..context.kpis.len())
        .filter(|&k| context.kpis[k].kind != KpiKind::Action && context.kpis[k].columns.is_some())
        .flat_map(|k| drivers.iter().map(move |driver| (k, driver)))
        .collect();
    let mut found: Vec<Response> = pairs.into_par_iter().map(|(k, driver)| pair(context, panel, k, driver)).collect();
    judge(&mut found);
    found
}

/// Decides over all pairs together which are responsive.
fn judge(found: &mut [Response]) {
    let p: Vec<f64> = found
        .iter()
        .map(|r| {
            let smallest = r.slopes.iter().flatten().filter_map(|m| m.p).reduce(f64::min);
            smallest.map_or(f64::NAN, |p| (p * LAGS as f64).min(1.0))
        })
        .collect();
    for (response, q) in found.iter_mut().zip(benjamini_hochberg(&p)) {
        response.q = (!q.is_nan()).then_some(q);
        let moves = |m: &Option<Measured>| m.and_then(|m| m.p).is_some_and(|p| p * (LAGS as f64) < MOVED_P);
        let first = response.slopes.iter().position(moves).map(|index| nearest(response.programme) + index);
        response.first = first.filter(|_| q < MOVED_Q);
    }
}

fn pair(context: &TrapContext<'_>, panel: &Panel, kpi: usize, driver: &Driver) -> Response {
    let own = context.kpis[kpi].columns.as_ref().map_or(&[][..], |c| &c.by_row);
    let result = slopes(context, panel, own, driver);
    let (slopes, why_not) = match result {
        Ok(slopes) if slopes.iter().all(Option::is_none) => (slopes, Some(never_changes())),
        Ok(slopes) => (slopes, None),
        Err(why) => (vec![None; LAGS], Some(why)),
    };
    Response { driver: driver.name.clone(), programme: driver.programme, kpi, slopes, q: None, first: None, why_not }
}

fn never_changes() -> Words {
    words!(
        en: "the action never varies beside the attributes and the KPI's own past",
        ja: "行動が、属性とKPI自身の過去だけで決まってしまいます",
    )
}

fn slopes(
    context: &TrapContext<'_>,
    panel: &Panel,
    own: &[f64],
    driver: &Driver,
) -> Result<Vec<Option<Measured>>, Words> {
    let mut kept: Vec<usize> = Vec::new();
    let mut now: Vec<f64> = Vec::new();
    let mut acted: Vec<Vec<f64>> = vec![Vec::new(); LAGS];
    let mut past: Vec<Vec<f64>> = vec![Vec::new(); LAGS];
    for (index, &row) in context.sample.rows.iter().enumerate() {
        let before: Vec<usize> = (1_u32..).take(LAGS).map_while(|lag| panel.row_before(row, lag)).collect();
        if panel.event()[row] || before.len() < LAGS {
            continue;
        }
        let doing: Vec<usize> =
            [row].iter().chain(&before).skip(nearest(driver.programme)).take(LAGS).copied().collect();
        let known = |values: &[f64], rows: &[usize]| rows.iter().all(|&r| values[r].is_finite());
        if !own[row].is_finite() || !known(own, &before) || !known(&driver.by_row, &doing) {
            continue;
        }
        kept.push(index);
        now.push(own[row]);
        for lag in 0..LAGS {
            past[lag].push(own[before[lag]]);
            acted[lag].push(driver.by_row[doing[lag]]);
        }
    }
    let n = kept.len();
    if n < MIN_ROWS {
        return Err(words!(
            en: "only {n} rows have four periods in a row with both known",
            ja: "両方の値が4期続けて分かる行が{n}行しかありません",
        ));
    }
    let usual = most_frequent(&acted[0]);
    let n_acted = acted[0].iter().filter(|v| (**v - usual).abs() > 1e-9).count();
    if n_acted.min(n) < MIN_ACTED {
        return Err(words!(
            en: "the action differs from its usual value in {n_acted} rows only",
            ja: "行動が普段の値と異なる行が{n_acted}行しかありません",
        ));
    }
    let take = |values: &[f64]| -> Vec<f64> { kept.iter().map(|&i| values[i]).collect() };
    let controls: Vec<Vec<f64>> =
        context.stat.columns.iter().chain(&context.reasons.columns).map(|c| take(c)).collect();
    let ones = vec![1.0; n];
    // What the action must add to stands before it, so that of columns which determine each other the action goes.
    let mut x: Vec<&[f64]> = vec![&ones];
    x.extend(past.iter().chain(&controls).map(Vec::as_slice));
    let wanted: Vec<usize> = (x.len()..x.len() + LAGS).collect();
    x.extend(acted.iter().map(Vec::as_slice));
    let cluster: Vec<u32> = kept.iter().map(|&i| context.sample.cluster[i]).collect();
    let explain = |error: &dyn crate::notice::Explain| error.what();
    let x = Matrix::new(x).map_err(|e| explain(&e))?;
    let found = ClusteredSlopes::new(&x, &now, &cluster, context.sample.n_clusters).map_err(|e| explain(&e))?;
    let n_events = kept.iter().filter(|&&i| context.sample.y[i] > 0.5).count();
    let measured = |(estimate, std_error): (f64, f64)| {
        let p = wald(estimate, std_error, 0.95).p;
        (std_error > 0.0 && p.is_finite()).then_some(Measured {
            estimate,
            std_error: Some(std_error),
            p: Some(p),
            n_rows: n,
            n_events,
        })
    };
    Ok(wanted.into_iter().map(|column| found.slope(column).and_then(measured)).collect())
}

fn most_frequent(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let runs = sorted.chunk_by(|a, b| (a - b).abs() <= 1e-9);
    runs.max_by_key(|run| run.len()).and_then(|run| run.first()).copied().unwrap_or(f64::NAN)
}

/// The responses as evidence of each KPI, one entry per driver; for KPIs that no driver was tried on, why.
#[must_use]
pub fn evidence(context: &TrapContext<'_>, responses: &[Response], n_drivers: usize) -> Vec<Vec<Evidence>> {
    let one = |k: usize| -> Vec<Evidence> {
        let kpi = &context.kpis[k];
        if kpi.kind == KpiKind::Action || kpi.columns.is_none() {
            return Vec::new();
        }
        if let Some(why) = untested(context.snapshot, n_drivers) {
            return vec![Evidence::not_applicable(TestId::Responsive, why)];
        }
        responses
            .iter()
            .filter(|r| r.kpi == k)
            .map(|r| {
                match (r.shown(), &r.why_not) {
                    (Some((_, measured)), None) => Evidence::measured(TestId::Responsive, measured),
                    (_, why) => Evidence::not_applicable(TestId::Responsive, why.clone().unwrap_or_else(never_changes)),
                }
                .of(&r.driver)
            })
            .collect()
    };
    (0..context.kpis.len()).map(one).collect()
}

/// Why no KPI can be tested for its response, if so.
#[must_use]
pub fn untested(snapshot: bool, n_drivers: usize) -> Option<Words> {
    if snapshot {
        return Some(words!(
            en: "one row per customer: what moved the KPI before cannot be seen",
            ja: "顧客ごとに1行なので、KPIが何によって動いたかは見えません",
        ));
    }
    (n_drivers == 0).then(|| {
        words!(
            en: "no action or programme is logged (a KPI of kind `action`, or `programme`)",
            ja: "行動や施策が記録されていません（種類`action`のKPI、または`programme`）",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(z: [f64; LAGS]) -> Response {
        let slope = |z: f64| {
            let p = wald(z, 1.0, 0.95).p;
            Some(Measured { estimate: z, std_error: Some(1.0), p: Some(p), n_rows: 900, n_events: 0 })
        };
        Response {
            driver: "training".to_owned(),
            programme: false,
            kpi: 0,
            slopes: z.into_iter().map(slope).collect(),
            q: None,
            first: None,
            why_not: None,
        }
    }

    #[test]
    fn the_first_clear_lag_counts_whatever_follows_it_and_noise_moves_nothing() {
        let mut found = vec![
            response([0.3, 6.0, 3.0]),
            response([-2.0, 6.0, 0.0]),
            response([2.2, 0.1, -0.4]),
            response([0.0; 3]),
            response([4.0, -5.0, 0.0]),
        ];
        judge(&mut found);
        let first: Vec<Option<usize>> = found.iter().map(|r| r.first).collect();
        assert_eq!(first, [Some(2), Some(2), None, None, Some(1)]);
        assert_eq!(found[0].shown().map(|(lag, m)| (lag, m.estimate)), Some((2, 6.0)));
        assert_eq!(found[2].shown().map(|(lag, _)| lag), Some(1), "the strongest is shown where none moves");
    }

    #[test]
    fn the_lags_of_a_programme_begin_with_its_own_period() {
        let mut found = vec![Response { programme: true, ..response([7.0, 0.2, 3.0]) }];
        judge(&mut found);
        assert_eq!(found[0].first, Some(0));
        assert_eq!(found[0].shown().map(|(lag, m)| (lag, m.estimate)), Some((0, 7.0)));
        assert_eq!(found[0].lags().map(|(lag, _)| lag).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(response([7.0, 0.2, 3.0]).lags().map(|(lag, _)| lag).collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn without_actions_the_reason_is_given() {
        assert!(untested(false, 0).is_some_and(|why| why.en.contains("programme")));
        assert!(untested(true, 2).is_some() && untested(false, 1).is_none());
    }
}
