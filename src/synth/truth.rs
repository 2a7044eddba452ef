//! The truth about each KPI: what happens to the decisions when it is moved, everything else and all luck left alone.

use serde::{Serialize, Serializer};

use super::catalogue::Kpi;
use super::decide::{log_odds, probability};
use super::health::{Push, path};
use super::market::Plan;
use super::panel::Records;
use super::wording;
use crate::words::Words;

/// Change of the log-odds of the decision to leave when a KPI is one standard deviation higher in every month.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct DoEffect {
    /// Over all months in which somebody could leave; 0 for an empty company.
    pub total: f64,
    /// On the flat plan.
    pub flat: Option<f64>,
    /// On the metered plan.
    pub metered: Option<f64>,
    /// On the seat plan.
    pub seat: Option<f64>,
    /// Before the product change in the middle of the observed months.
    pub early: Option<f64>,
    /// Since then.
    pub late: Option<f64>,
}

/// What is true about one KPI.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KpiTruth {
    /// Column of the panel; the key in the JSON form.
    #[serde(skip)]
    pub name: String,
    /// How the data came about: `T1` to `T13`, with `T6m` an early step, `T6r` the end of the chain, `T5x` a leak and
    /// `T5c` a symptom of satisfaction.
    #[serde(rename = "mechanism")]
    pub trap_id: String,
    /// Whether acting on it would be a mistake; false for real levers and for the early step, which works.
    pub trap: bool,
    /// Verdicts that are right.
    pub ok: Vec<String>,
    /// What intervening does.
    pub do_effect: DoEffect,
    /// Why it looks the way it looks.
    pub explanation: Words,
    /// The KPI that it copies or through which it works.
    pub parent: Option<String>,
}

/// What is true about the simulated company.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Truth {
    /// Seed it was simulated with.
    pub seed: u64,
    /// Rows of the panel.
    #[serde(rename = "rows")]
    pub n_rows: usize,
    /// Decisions to leave.
    #[serde(rename = "events")]
    pub n_events: usize,
    /// One entry per KPI, in study order.
    #[serde(serialize_with = "by_name")]
    pub kpis: Vec<KpiTruth>,
}

fn by_name<S: Serializer>(kpis: &[KpiTruth], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(kpis.iter().map(|kpi| (&kpi.name, kpi)))
}

impl Truth {
    /// The truth about the KPI with this name.
    #[must_use]
    pub fn kpi(&self, name: &str) -> Option<&KpiTruth> {
        self.kpis.iter().find(|kpi| kpi.name == name)
    }
}

/// Log-odds of one possible decision without and with the push.
struct Pair {
    plan: Plan,
    early: bool,
    base: f64,
    pushed: f64,
}

/// Intervenes on every KPI in turn.
pub(crate) fn truth(records: &Records) -> Truth {
    let kpis = Kpi::ALL
        .iter()
        .map(|&kpi| KpiTruth {
            name: kpi.name().to_owned(),
            trap_id: kpi.trap_id().to_owned(),
            trap: kpi.is_trap(),
            ok: kpi.accepted().iter().map(|&verdict| verdict.to_owned()).collect(),
            do_effect: do_effect(&pairs(records, kpi)),
            explanation: wording::explanation(kpi),
            parent: kpi.parent().map(|parent| parent.name().to_owned()),
        })
        .collect();
    Truth {
        seed: records.settings.seed,
        n_rows: records.rows.len(),
        n_events: records.rows.iter().filter(|row| row.left).count(),
        kpis,
    }
}

/// Re-simulates every account with the KPI's own level one standard deviation higher; levels have variance 1.
fn pairs(records: &Records, kpi: Kpi) -> Vec<Pair> {
    let settings = &records.settings;
    let mut pairs = Vec::new();
    for (account, fate) in records.accounts.iter().zip(&records.fates) {
        let base = path(settings, account, None);
        let pushed = path(settings, account, Some(Push { kpi, by: 1.0 }));
        pairs.extend(fate.at_risk.iter().map(|&exit| Pair {
            plan: account.plan,
            early: exit.notice < settings.product_change(),
            base: log_odds(settings, account, &base, exit),
            pushed: log_odds(settings, account, &pushed, exit),
        }));
    }
    pairs
}

fn do_effect(pairs: &[Pair]) -> DoEffect {
    let group = |keep: &dyn Fn(&Pair) -> bool| {
        let kept: Vec<(f64, f64)> =
            pairs.iter().filter(|pair| keep(pair)).map(|pair| (pair.base, pair.pushed)).collect();
        offset(&kept)
    };
    DoEffect {
        total: group(&|_| true).unwrap_or(0.0),
        flat: group(&|pair| pair.plan == Plan::Flat),
        metered: group(&|pair| pair.plan == Plan::Metered),
        seat: group(&|pair| pair.plan == Plan::Seat),
        early: group(&|pair| pair.early),
        late: group(&|pair| !pair.early),
    }
}

/// The one shift of all base log-odds that gives as many decisions as the push; `None` without pairs.
///
/// # Formula
/// ```text
/// d solves  Σ_i p(base_i + d) = Σ_i p(pushed_i)        p(x) = 1 / (1 + exp(-x))
/// ```
/// by Newton's method; the left side is increasing in d. Exactly 0 when the push moves nothing.
fn offset(pairs: &[(f64, f64)]) -> Option<f64> {
    if pairs.is_empty() {
        return None;
    }
    let wanted: f64 = pairs.iter().map(|&(_, pushed)| probability(pushed)).sum();
    let mut shift = 0.0;
    for _ in 0..50 {
        let reached: f64 = pairs.iter().map(|&(base, _)| probability(base + shift)).sum();
        let slope: f64 = pairs.iter().map(|&(base, _)| probability(base + shift)).map(|p| p * (1.0 - p)).sum();
        let step = ((wanted - reached) / slope.max(f64::MIN_POSITIVE)).clamp(-1.0, 1.0);
        shift += step;
        if step.abs() < 1e-13 {
            break;
        }
    }
    Some(shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_shift_is_found_exactly_and_no_shift_is_exactly_zero() {
        let base = [-4.0, -3.0, -1.0, 0.5, 2.0];
        let shifted: Vec<(f64, f64)> = base.iter().map(|&b| (b, b - 0.6)).collect();
        assert!((offset(&shifted).unwrap() + 0.6).abs() < 1e-12);
        let same: Vec<(f64, f64)> = base.iter().map(|&b| (b, b)).collect();
        assert_eq!(offset(&same).unwrap().to_bits(), 0.0_f64.to_bits());
        assert_eq!(offset(&[]), None);
    }

    #[test]
    fn opposite_shifts_of_equal_accounts_do_not_cancel_on_the_probability_scale() {
        // p(-1) + p(1) = 1 = 2 p(0), so around even odds they cancel; below them the higher one weighs more.
        assert!(offset(&[(0.0, 1.0), (0.0, -1.0)]).unwrap().abs() < 1e-12);
        assert!(offset(&[(-3.0, -2.0), (-3.0, -4.0)]).unwrap() > 0.2);
    }
}
