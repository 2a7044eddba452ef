//! Not a trap but the way out of all of them: a programme that pushed the KPI for accounts drawn by lot.
//!
//! # Detects
//! Churn on the exposure to the programme (intent to treat), the KPI on the exposure (first stage), and their ratio: the
//! log-odds per standard deviation that the push brought (Angrist, Imbens & Rubin 1996). Exposure is the share of the
//! smoothing periods in which the account was in the programme. The lot is also drawn again: the programme's months are dealt
//! anew to the accounts, and the score of the exposure tells how often luck does as well. The standard error is the larger
//! of that and the one clustered by account.
//!
//! # Why it fools
//! Accounts that people chose differ before the first call; such a programme is never evidence.
//!
//! # Cannot see
//! Whether the programme worked through another door than the KPI.
//!
//! # Example
//! ```text
//! account       A  B  C  D  E  F
//! in the lot    1  0  0  1  1  0
//! left          0  1  0  0  0  1
//! ```

use std::collections::BTreeMap;
use std::ops::Range;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::panel::{Lags, Panel};
use crate::stats::linalg::{cholesky, dot, solve};
use crate::stats::matrix::Matrix;
use crate::stats::ols::ClusteredSlopes;
use crate::stats::wald::wald;
use crate::stats::{moments, normal};
use crate::units::TermName;
use crate::words;
use crate::words::Words;

use super::context::{Controls, Copies, Push, TrapContext};
use super::{Evidence, Influence, Measured, TestId};

/// Events to be expected among the exposed rows if the programme did nothing, for it to speak; how many there were is the
/// outcome and must not decide.
const MIN_EXPECTED: f64 = 5.0;
/// New draws of the lot.
const DRAWS: u64 = 400;

/// Hazards by attributes alone, from which every lot starts; `None` where there is no lot, or no fit.
#[must_use]
pub(super) fn by_attributes(context: &TrapContext<'_>) -> Option<Vec<f64>> {
    let drawn = context.kpis.iter().any(|kpi| kpi.programme.as_ref().is_some_and(|push| push.random));
    let fit = drawn.then(|| context.fit(context.controls(Controls::Stat, usize::MAX, &Copies::new())))?;
    Some(fit.ok()?.hazard.fit.eta.iter().map(|eta| 1.0 / (1.0 + (-eta).exp())).collect())
}

/// Intent to treat, first stage and their ratio.
#[must_use]
pub(super) fn programme(
    context: &TrapContext<'_>,
    (panel, lags): (&Panel, &Lags),
    by_attributes: Option<&[f64]>,
    target: usize,
) -> Vec<Evidence> {
    let tests = [TestId::IntentToTreat, TestId::FirstStage, TestId::Pushed];
    let none = |why: Words| tests.map(|test| Evidence::not_applicable(test, why.clone())).to_vec();
    let kpi = &context.kpis[target];
    let Some(columns) = kpi.columns.as_ref() else { return Vec::new() };
    let Some(push) = &kpi.programme else {
        return none(words!(en: "no programme pushed it", ja: "このKPIを引き上げた施策はありません"));
    };
    if !push.random {
        return none(words!(
            en: "people chose the accounts of its programme, so it proves nothing",
            ja: "施策の対象を人が選んだため、根拠になりません",
        ));
    }
    let past = panel.window_mean(&push.by_row, columns.pace.smoothing);
    let past = panel.lagged(&past, lags, 0).values;
    let exposure: Vec<f64> =
        context.sample.rows.iter().map(|&row| if past[row].is_nan() { 0.0 } else { past[row] }).collect();
    let rows = exposure.iter().filter(|d| **d > 0.0).count();
    let expected = rows as f64 * context.sample.n_events() as f64 / context.sample.n_rows() as f64;
    if expected < MIN_EXPECTED || rows == exposure.len() {
        return none(words!(
            en: "{rows} of the rows were exposed to the programme: too few, or all of them",
            ja: "施策の対象になった行が{rows}行です（少なすぎるか、全部です）",
        ));
    }
    let term = "(programme)";
    let mut terms = context.controls(Controls::Stat, target, &Copies::new());
    terms.push((TermName::new(term), &exposure));
    let fit = context.fit(terms);
    let mut itt = context.read(TestId::IntentToTreat, &fit, term);
    if let (super::Outcome::Measured(measured), Some(mu)) = (&mut itt.outcome, by_attributes) {
        let lot = Lot { context, panel, lags, push, smoothing: columns.pace.smoothing };
        if let Some(sd) = lot.spread(mu, &exposure) {
            measured.std_error = Some(measured.std_error.unwrap_or(0.0).max(sd));
            measured.p = Some(normal::two_sided_p(measured.z()));
        }
    }
    let ones = vec![1.0; exposure.len()];
    let mut x: Vec<&[f64]> = vec![&ones, &exposure];
    x.extend(context.stat.columns.iter().map(Vec::as_slice));
    let sample = context.sample;
    let stage = Matrix::new(x).ok().and_then(|x| {
        let fitted = ClusteredSlopes::new(&x, &columns.smoothed.z, &sample.cluster, sample.n_clusters).ok()?;
        Some((fitted.slope(1)?, fitted.influence(1)?))
    });
    let first = match stage {
        Some(((estimate, std_error), influence)) => Evidence::measured(
            TestId::FirstStage,
            Measured {
                estimate,
                std_error: Some(std_error),
                p: Some(wald(estimate, std_error, 0.95).p),
                n_rows: sample.n_rows(),
                n_events: sample.n_events(),
            },
        )
        .moved_by(Some(Influence::new(influence))),
        None => Evidence::not_applicable(
            TestId::FirstStage,
            words!(en: "the attributes determine who was in the programme", ja: "施策の対象が属性だけで決まってしまいます"),
        ),
    };
    let ratio = ratio(&itt, &first);
    vec![itt, first, ratio]
}

/// Delta method; the two stages share rows, but the noise of the second dwarfs that of the first.
fn ratio(itt: &Evidence, first: &Evidence) -> Evidence {
    const STRONG: f64 = 3.3;
    let (super::Outcome::Measured(effect), super::Outcome::Measured(moved)) = (&itt.outcome, &first.outcome) else {
        return Evidence::not_applicable(
            TestId::Pushed,
            words!(en: "one of the two stages could not be fitted", ja: "2段階のどちらかを推定できませんでした"),
        );
    };
    if moved.z() < STRONG {
        let (size, z) = (moved.estimate, moved.z());
        return Evidence::not_applicable(
            TestId::Pushed,
            words!(
                en: "the programme did not move it enough ({size:+.2} sd, z {z:.1})",
                ja: "施策でこのKPIが十分に動いていません（{size:+.2}標準偏差、z {z:.1}）",
            ),
        );
    }
    let estimate = effect.estimate / moved.estimate;
    let relative = (effect.std_error.unwrap_or(0.0) / moved.estimate).powi(2)
        + (estimate * moved.std_error.unwrap_or(0.0) / moved.estimate).powi(2);
    let std_error = relative.sqrt();
    let p = Some(wald(estimate, std_error, 0.95).p);
    let influence = itt
        .influence
        .as_ref()
        .zip(first.influence.as_ref())
        .and_then(|(effect, first)| effect.combined(1.0 / moved.estimate, first, -estimate / moved.estimate));
    Evidence::measured(TestId::Pushed, Measured { estimate, std_error: Some(std_error), p, ..*effect })
        .moved_by(influence)
}

/// The lot, ready to be drawn again.
struct Lot<'a, 'c> {
    context: &'a TrapContext<'c>,
    panel: &'a Panel,
    lags: &'a Lags,
    push: &'a Push,
    smoothing: u32,
}

impl Lot<'_, '_> {
    /// Standard deviation of the one-step estimate over new draws: accounts swap the calendars of their exposure.
    fn spread(&self, mu: &[f64], exposure: &[f64]) -> Option<f64> {
        let information = self.information(mu, exposure)?;
        let calendars = self.calendars();
        let residuals = self.residuals(mu, calendars.len());
        let mut order: Vec<usize> = (0..calendars.len()).collect();
        let mut dice = ChaCha8Rng::seed_from_u64(DRAWS);
        let mut scores = Vec::new();
        for _ in 0..DRAWS {
            order.shuffle(&mut dice);
            let score = |(own, dealt): (&Residuals, &usize)| own.pushed(&calendars[*dealt], self.smoothing);
            scores.push(residuals.iter().zip(&order).map(score).sum::<f64>());
        }
        Some(moments::sd(&scores) / information).filter(|sd| sd.is_finite())
    }

    /// Running sums of each account's residuals by the period that its KPI was read in.
    fn residuals(&self, mu: &[f64], n_accounts: usize) -> Vec<Residuals> {
        let sample = self.context.sample;
        let mut by_account: Vec<Vec<(i32, f64)>> = vec![Vec::new(); n_accounts];
        for (index, &row) in sample.rows.iter().enumerate() {
            let period = self.panel.period()[row] - i32::try_from(self.lags.periods[row]).unwrap_or(0);
            if let Some(own) = by_account.get_mut(self.panel.account()[row] as usize) {
                own.push((period, sample.y[index] - mu[index]));
            }
        }
        by_account.into_iter().map(Residuals::new).collect()
    }

    /// Information about the exposure that the attributes leave.
    fn information(&self, mu: &[f64], exposure: &[f64]) -> Option<f64> {
        let w: Vec<f64> = mu.iter().map(|m| m * (1.0 - m)).collect();
        let mut x: Vec<&[f64]> = vec![&self.context.intercept];
        x.extend(self.context.stat.columns.iter().map(Vec::as_slice));
        let k = x.len();
        let weighted = |a: &[f64]| -> Vec<f64> { a.iter().zip(&w).map(|(a, w)| a * w).collect() };
        let mut gram = ndarray::Array2::zeros((k, k));
        for i in 0..k {
            let column = weighted(x[i]);
            for j in 0..=i {
                gram[(i, j)] = dot(&column, x[j]) + if i == j { 1e-9 } else { 0.0 };
                gram[(j, i)] = gram[(i, j)];
            }
        }
        let factor = cholesky(&gram).ok()?;
        let pushed = weighted(exposure);
        let cross: Vec<f64> = x.iter().map(|column| dot(column, &pushed)).collect();
        let explained = dot(&cross, &solve(&factor, &cross));
        Some(dot(&pushed, exposure) - explained).filter(|left| *left > 0.0)
    }

    /// Stretches of periods in the programme, by account.
    fn calendars(&self) -> Vec<Calendar> {
        let mut by_account: BTreeMap<u32, Calendar> = BTreeMap::new();
        for (row, &account) in self.panel.account().iter().enumerate() {
            let calendar = by_account.entry(account).or_default();
            if self.push.by_row[row] > 0.5 {
                let period = self.panel.period()[row];
                match calendar.last_mut() {
                    Some(stretch) if stretch.end == period => stretch.end += 1,
                    _ => calendar.push(period..period + 1),
                }
            }
        }
        by_account.into_values().collect()
    }
}

/// Stretches of periods in the programme.
type Calendar = Vec<Range<i32>>;

/// Residuals of one account, summed from its first period on.
#[derive(Debug, Default)]
struct Residuals {
    first: i32,
    /// Sum over all periods.
    total: f64,
    /// Sum over the periods before `first + i`, summed over all smaller i.
    summed: Vec<f64>,
}

impl Residuals {
    fn new(cells: Vec<(i32, f64)>) -> Self {
        let periods = || cells.iter().map(|(period, _)| *period);
        let (Some(first), Some(last)) = (periods().min(), periods().max()) else { return Self::default() };
        let mut residuals = vec![0.0; usize::try_from(last - first).unwrap_or(0) + 1];
        for (period, residual) in &cells {
            residuals[usize::try_from(period - first).unwrap_or(0)] += residual;
        }
        let (mut total, mut sum, mut summed) = (0.0, 0.0, vec![0.0]);
        for residual in residuals {
            sum += total;
            summed.push(sum);
            total += residual;
        }
        Self { first, total, summed }
    }

    /// Residuals before each period, summed over all periods up to `period`, which is not counted.
    fn until(&self, period: i64) -> f64 {
        let (Some(last), Ok(at)) = (self.summed.len().checked_sub(1), usize::try_from(period - i64::from(self.first)))
        else {
            return 0.0;
        };
        self.summed[at.min(last)] + at.saturating_sub(last) as f64 * self.total
    }

    /// Residuals times the share of the `width` periods up to each that a calendar holds: a period in the programme counts
    /// in itself and in the `width - 1` after it.
    fn pushed(&self, calendar: &[Range<i32>], width: u32) -> f64 {
        let one = |stretch: &Range<i32>| {
            let (start, end, width) = (i64::from(stretch.start), i64::from(stretch.end), i64::from(width));
            self.until(end + width) - self.until(start + width) - self.until(end) + self.until(start)
        };
        calendar.iter().map(one).sum::<f64>() / f64::from(width)
    }
}

#[cfg(test)]
mod tests {
    use std::slice;

    use super::*;

    /// Every period of the calendar counts in itself and in the two after it, wherever the account has rows.
    #[test]
    fn stretches_count_what_their_periods_count_one_by_one() {
        let cells = vec![(3, 0.5), (4, -0.25), (6, 1.0), (9, -2.0)];
        let residuals = Residuals::new(cells.clone());
        let width = 3;
        for stretch in [0..1, 0..4, 2..5, 3..10, 4..4, 8..20, 12..14, -5..30] {
            let mut one_by_one = 0.0;
            for at in stretch.clone() {
                one_by_one += cells.iter().filter(|(p, _)| (at..at + width).contains(p)).map(|(_, r)| r).sum::<f64>();
            }
            let found = residuals.pushed(slice::from_ref(&stretch), width.unsigned_abs());
            assert!((found - one_by_one / f64::from(width)).abs() < 1e-12, "{stretch:?}: {found}");
        }
        assert!(Residuals::new(Vec::new()).pushed(slice::from_ref(&(0..5)), 3).abs() < 1e-300);
    }
}
