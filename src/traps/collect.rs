//! All evidence of all KPIs: leaky ones first, because as controls they stand for the outcome.

use rayon::prelude::*;

use crate::panel::{Lags, Panel};
use crate::stats::discrimination::auc_delong;

use super::context::{Asked, Controls, Copies, TrapContext};
use super::everything::Everything;
use super::foundation::Foundation;
use super::{Dossier, Evidence, Measured, TestId};
use super::{concurrent, leak, level_change, near_copy, path, profile, programme, rescue, slices, survey};

/// Looser than the verdict on purpose: what may stand for the outcome is no control of another KPI.
///
/// A KPI is leaky when |near| exceeds this many standard errors ...
const LEAKY_Z: f64 = 4.0;
/// ... its slopes two and four periods earlier are below this share of it ...
const LEAKY_EARLIER: f64 = 0.3;
/// ... and at the event it has the same sign and more than this share.
const LEAKY_AT_EVENT: f64 = 0.4;
/// Mediators are looked for when |z(adj)| exceeds this and the full slope does not, the same way round.
const MEDIATED_Z: f64 = 2.0;

/// Evidence by KPI, with what the verdicts need beside it.
#[derive(Debug)]
pub struct Collected {
    /// Evidence by KPI, in study order.
    pub evidence: Vec<Vec<Evidence>>,
    /// How each KPI stands for the outcome, if it does.
    pub leaks: Vec<Option<leak::Leak>>,
    /// Near-copies by KPI.
    pub copies: Copies,
}

/// Runs every test on every KPI. The order of the results does not depend on the number of threads.
#[must_use]
pub fn collect(context: &TrapContext<'_>, panel: &Panel, lags: &Lags, hints: Option<&[f64]>) -> Collected {
    let n = context.kpis.len();
    let adj = Foundation::new(context, context.controls(Controls::Adj, usize::MAX, &Copies::new()));
    let leaks: Vec<Option<leak::Leak>> = (0..n).into_par_iter().map(|k| leak_of(context, &adj, k)).collect();
    let profiles: Vec<Vec<Evidence>> = (0..n).into_par_iter().map(|k| profile::profile(context, &adj, k)).collect();
    let leaky = leaks.iter().zip(&profiles).map(|(leak, profile)| leak.is_some() || is_leaky(Dossier(profile)));
    context.set_leaky(leaky.collect());
    let copies = near_copy::near_copies(context);
    let stat = Foundation::new(context, context.controls(Controls::Stat, usize::MAX, &Copies::new()));
    let by_attributes = programme::by_attributes(context);
    let everything = Everything::new(context);
    let shared = Shared { stat, adj, everything, by_attributes, copies: &copies, panel, lags, hints };
    let mut evidence: Vec<Vec<Evidence>> = (0..n).into_par_iter().map(|k| one(context, &shared, k)).collect();
    for (evidence, profile) in evidence.iter_mut().zip(profiles) {
        evidence.splice(0..0, profile);
    }
    Collected { evidence, leaks, copies }
}

/// The same tests of some KPIs, whose columns have changed since.
#[must_use]
pub fn collect_again(
    context: &TrapContext<'_>,
    (panel, lags, hints): (&Panel, &Lags, Option<&[f64]>),
    copies: &Copies,
    targets: &[usize],
) -> Vec<Vec<Evidence>> {
    let adj = Foundation::new(context, context.controls(Controls::Adj, usize::MAX, &Copies::new()));
    let stat = Foundation::new(context, context.controls(Controls::Stat, usize::MAX, &Copies::new()));
    // Of a few KPIs each full model is fitted by itself.
    let everything = None;
    let by_attributes = programme::by_attributes(context);
    let shared = Shared { stat, adj, everything, by_attributes, copies, panel, lags, hints };
    let again = |&target: &usize| {
        let mut evidence = profile::profile(context, &shared.adj, target);
        evidence.extend(one(context, &shared, target));
        evidence
    };
    targets.par_iter().map(again).collect()
}

/// What the tests of all KPIs read.
struct Shared<'a> {
    /// The model of attributes.
    stat: Foundation<'a>,
    /// The model of attributes and reasons.
    adj: Foundation<'a>,
    everything: Option<Everything<'a>>,
    /// Hazards by attributes alone, where a programme asks for them.
    by_attributes: Option<Vec<f64>>,
    copies: &'a Copies,
    panel: &'a Panel,
    lags: &'a Lags,
    hints: Option<&'a [f64]>,
}

fn one(context: &TrapContext<'_>, shared: &Shared<'_>, target: usize) -> Vec<Evidence> {
    let Shared { stat, adj, everything, by_attributes, copies, panel, lags, hints } = shared;
    let everything = everything.as_ref();
    let full = &Foundation::within(context, everything, context.controls(Controls::Full, target, copies));
    let mut evidence = path::path(context, (stat, adj, everything), target, copies);
    evidence.extend(level_change::level_change(context, full, target));
    evidence.extend(slices::slices(context, full, target));
    evidence.extend(rescue::what_moves_it(context, full, panel, target, *hints));
    evidence.extend(programme::programme(context, (panel, lags), by_attributes.as_deref(), target));
    evidence.extend(survey::survey(context, adj, panel, target));
    evidence.extend(near_copy::evidence(context, adj, target, copies));
    if context.asked != Asked::ForRules {
        evidence.extend(auc_alone(context, target));
    }
    let adjusted = Dossier(&evidence).get(TestId::Adj).map_or(0.0, Measured::z);
    let left = Dossier(&evidence).get(TestId::Full).map_or(0.0, Measured::z);
    if adjusted.abs() > MEDIATED_Z && left * adjusted.signum() < MEDIATED_Z {
        evidence.extend(path::mediators(context, adj, target, copies));
    }
    evidence
}

/// How a KPI stands for the outcome or moves with the departure, if it does: what is said of it, then what it shows.
fn leak_of(context: &TrapContext<'_>, adj: &Foundation<'_>, target: usize) -> Option<leak::Leak> {
    let kpi = context.kpis.get(target)?;
    kpi.declared
        .or_else(|| kpi.columns.as_ref().and_then(|columns| leak::leak(&columns.input, &context.sample.y)))
        .or_else(|| concurrent::no_leaver(context, target).map(leak::Leak::NoLeaver))
        .or_else(|| concurrent::too_strong(context, adj, target).map(leak::Leak::TooStrong))
}

/// Strong in the last period only, and the same way at the event.
fn is_leaky(profile: Dossier<'_>) -> bool {
    let get = |test| profile.get(test);
    let (Some(near), Some(near2), Some(near4)) = (get(TestId::Near), get(TestId::Near2), get(TestId::Near4)) else {
        return false;
    };
    let earlier = LEAKY_EARLIER * near.estimate.abs();
    near.z().abs() > LEAKY_Z
        && near2.estimate.abs() < earlier
        && near4.estimate.abs() < earlier
        // Where the period of the event was cut short nothing can be asked of it.
        && get(TestId::AtEvent)
            .is_none_or(|at| at.estimate * near.estimate.signum() > LEAKY_AT_EVENT * near.estimate.abs())
}

fn auc_alone(context: &TrapContext<'_>, target: usize) -> Option<Evidence> {
    let columns = context.kpis.get(target)?.columns.as_ref()?;
    let auc = auc_delong(&columns.smoothed.z, &context.sample.y).ok()?;
    // Either direction ranks: the smaller side is turned round.
    let estimate = auc.auc.max(1.0 - auc.auc);
    Some(Evidence::measured(
        TestId::AucAlone,
        Measured {
            estimate,
            std_error: auc.se.is_finite().then_some(auc.se),
            p: None,
            n_rows: auc.n_rows,
            n_events: auc.n_events,
        },
    ))
}
