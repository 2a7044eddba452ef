//! Whether the lifecycle phases need limits of their own.

use crate::stats::irls::{FitOptions, fit_logistic};
use crate::stats::matrix::Matrix;
use crate::stats::nested::likelihood_ratio;

/// Limits differ by phase only below this p.
pub const PHASE_LEVEL: f64 = 0.01;
/// Every phase needs this many events.
pub const PHASE_EVENTS: usize = 40;

/// Whether equal log-odds mean equal risk in every phase.
#[derive(Debug, Clone, PartialEq)]
pub struct PhaseTest {
    /// Events by phase.
    pub events: Vec<usize>,
    /// Likelihood-ratio statistic, degrees of freedom and p; `None` where it could not be tested.
    pub tested: Option<(f64, usize, f64)>,
    /// Intercept and slope shared by the phases, intercept of each phase, slope beside those; absent where not tested.
    pub lines: Option<PhaseLines>,
}

/// Recalibration lines, shared and by phase.
#[derive(Debug, Clone, PartialEq)]
pub struct PhaseLines {
    /// `a` and `b` of `a + b eta`.
    pub shared: (f64, f64),
    /// `a_phase` and `b` of `a_phase + b eta`.
    pub own: (Vec<f64>, f64),
}

impl PhaseTest {
    /// The data supports different limits.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.tested.is_some_and(|(_, _, p)| p < PHASE_LEVEL)
    }

    /// The shared limit `p` in each phase: the prediction that carries the risk there which `p` carries on the whole. Empty
    /// where the phases were not tested.
    #[must_use]
    pub fn limits(&self, p: f64) -> Vec<f64> {
        let Some(PhaseLines { shared, own }) = &self.lines else { return Vec::new() };
        let risk = shared.0 + shared.1 * (p / (1.0 - p)).ln();
        own.0.iter().map(|a| fuellamp_score::probability((risk - a) / own.1)).collect()
    }

    /// The inverse of [`PhaseTest::limits`]: the prediction that carries the risk on the whole which `p` carries in `phase`;
    /// `p` itself where the phases were not tested.
    #[must_use]
    pub fn on_the_whole(&self, p: f64, phase: usize) -> f64 {
        let Some(PhaseLines { shared, own }) = &self.lines else { return p };
        let Some(a) = own.0.get(phase) else { return p };
        let risk = a + own.1 * (p / (1.0 - p)).ln();
        fuellamp_score::probability((risk - shared.0) / shared.1)
    }
}

/// Tests held-out log-odds `eta` (NaN = none) against outcomes `y` for intercepts by `phase`.
///
/// # Formula
/// ```text
/// logit P(y) = a + b eta    against    logit P(y) = a_phase + b eta;   χ² on phases - 1
/// limit of a phase: eta_phase with a_phase + b' eta_phase = a + b eta (smaller model a, b; larger a_phase, b')
/// ```
/// Not tested below two phases or [`PHASE_EVENTS`] events in any of them, and where eta does not rank (`b <= 0`). An
/// account leaves once, so rows given the past are independent and the likelihood is that of the hazard.
///
/// # Source
/// Cox (1958), Biometrika 45:562–565 (recalibration); Wilks (1938), Annals of Mathematical Statistics 9:60–62.
#[must_use]
pub fn phase_test(eta: &[f64], y: &[f64], phase: &[Option<u32>], n_phases: usize) -> PhaseTest {
    let rows: Vec<(f64, f64, usize)> = eta
        .iter()
        .zip(y)
        .zip(phase)
        .filter_map(|((eta, y), phase)| Some((*eta, *y, (*phase)? as usize)))
        .filter(|(eta, _, phase)| eta.is_finite() && *phase < n_phases)
        .collect();
    let mut events = vec![0; n_phases];
    rows.iter().filter(|(_, y, _)| *y > 0.5).for_each(|(_, _, phase)| events[*phase] += 1);
    let fitted = if n_phases > 1 && events.iter().all(|&n| n >= PHASE_EVENTS) { fit(&rows, n_phases) } else { None };
    match fitted {
        Some((tested, lines)) => PhaseTest { events, tested: Some(tested), lines: Some(lines) },
        None => PhaseTest { events, tested: None, lines: None },
    }
}

type Fitted = ((f64, usize, f64), PhaseLines);

fn fit(rows: &[(f64, f64, usize)], n_phases: usize) -> Option<Fitted> {
    let y: Vec<f64> = rows.iter().map(|row| row.1).collect();
    let mut columns = vec![vec![1.0; rows.len()], rows.iter().map(|row| row.0).collect()];
    for phase in 1..n_phases {
        columns.push(rows.iter().map(|row| f64::from(u8::from(row.2 == phase))).collect());
    }
    let x = Matrix::new(columns.iter().map(Vec::as_slice).collect()).ok()?;
    let options = FitOptions { intercept: Some(0), ..FitOptions::default() };
    let smaller = fit_logistic(&x.select(&[0, 1]), &y, &options).ok()?;
    let larger = fit_logistic(&x, &y, &options).ok()?;
    let (shared, own) = ((smaller.coef[0], smaller.coef[1]), &larger.coef);
    if shared.1 <= 0.0 || own[1] <= 0.0 {
        return None;
    }
    let joint = likelihood_ratio(&smaller, &larger).ok()?;
    let intercepts = (0..n_phases).map(|phase| own[0] + if phase == 0 { 0.0 } else { own[phase + 1] }).collect();
    Some(((joint.chi2, joint.df, joint.p), PhaseLines { shared, own: (intercepts, own[1]) }))
}
