//! What is true about each KPI: the same lives once more with one KPI pushed, all luck left alone.

use rayon::prelude::*;
use serde::{Serialize, Serializer};

use super::cast::Cast;
use super::customer::Customer;
use super::kpi::{Kpi, Weeks};
use super::life::{Fate, Life, Push, Stage, probability};
use super::mechanism::Mechanism;
use super::pilot::{Scale, readings};
use super::world::Billing;
use crate::words::Words;

/// Change of the log-odds of the decision to leave when a KPI is one standard deviation higher in every period.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct DoEffect {
    /// Over all reviews at which somebody could decide to leave.
    pub total: f64,
    /// On the flat plan.
    pub flat: Option<f64>,
    /// On the metered plan.
    pub metered: Option<f64>,
    /// On the seat plan.
    pub seat: Option<f64>,
    /// Before the product change.
    pub early: Option<f64>,
    /// Since then.
    pub late: Option<f64>,
}

/// What is true about one KPI.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KpiTruth {
    /// Name in the study; the key in the JSON form.
    #[serde(skip)]
    pub name: String,
    /// How it came about, `T1` to `T16`.
    pub mechanism: String,
    /// What it counts.
    pub label: Words,
    /// Whether acting on it would be a mistake.
    pub trap: bool,
    /// Verdicts that are right.
    pub ok: Vec<String>,
    /// What intervening does.
    pub do_effect: DoEffect,
    /// Why it looks the way it looks.
    pub explanation: Words,
    /// The KPI that it copies, or through which it works or is hidden.
    pub parent: Option<String>,
}

/// What is true about a company.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Truth {
    /// Seed it was drawn with.
    pub seed: u64,
    /// Circumstances of the company.
    pub world: serde_json::Value,
    /// Decisions to leave that the panel can show.
    pub events: usize,
    /// Rows of the panel: periods of each account from its start to its event.
    pub rows: usize,
    /// One entry per KPI, in study order.
    #[serde(serialize_with = "by_name")]
    pub kpis: Vec<KpiTruth>,
}

fn by_name<S: Serializer>(kpis: &[KpiTruth], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(kpis.iter().map(|kpi| (&kpi.name, kpi)))
}

/// Lives that are lived again: of the levers, and of KPIs on which the decision cannot depend.
const AGAIN: (usize, usize) = (260, 40);

/// Log-odds of one review without and with the push.
#[derive(Debug, Clone, Copy)]
struct Pair {
    billing: Billing,
    early: bool,
    base: f64,
    pushed: f64,
}

/// Intervenes on every KPI in turn.
pub(super) fn truths(stage: Stage<'_>, customers: &[Customer], lives: &[Life], scales: &[Scale]) -> Vec<KpiTruth> {
    let cast: &Cast = stage.cast;
    cast.kpis
        .par_iter()
        .zip(scales)
        .map(|(kpi, scale)| KpiTruth {
            name: kpi.name.clone(),
            mechanism: kpi.mechanism.id(),
            label: kpi.label.clone(),
            trap: kpi.mechanism.is_trap(),
            ok: kpi.mechanism.accepted().iter().map(|&verdict| verdict.to_owned()).collect(),
            do_effect: effect(stage, kpi, *scale, customers, lives),
            explanation: kpi.mechanism.explanation(),
            parent: kpi.parent.and_then(|parent| cast.kpis.get(parent)).map(|parent| parent.name.clone()),
        })
        .collect()
}

/// The push of a KPI by about one standard deviation.
pub(super) fn push_of(stage: Stage<'_>, kpi: &Kpi, scale: Scale) -> Push {
    Push {
        stream: kpi.stream,
        times: scale.times,
        shift: scale.shift,
        sham_from: (kpi.mechanism == Mechanism::T13g).then_some(stage.world.change_day),
    }
}

fn effect(stage: Stage<'_>, kpi: &Kpi, scale: Scale, customers: &[Customer], lives: &[Life]) -> DoEffect {
    let wanted = if stage.cast.matters(kpi.stream) { AGAIN.0 } else { AGAIN.1 };
    let step = customers.len().div_ceil(wanted).max(1);
    let push = push_of(stage, kpi, scale);
    let mut pairs = Vec::new();
    let (mut rise, mut n) = (0.0, 0_usize);
    for (customer, life) in customers.iter().zip(lives).step_by(step) {
        let pushed = stage.live(customer, Some(push), Fate::As(life.decision), false);
        pairs.extend(life.held.iter().zip(&pushed.held).map(|(base, pushed)| Pair {
            billing: customer.billing,
            early: base.review.day < stage.world.change_day,
            base: base.eta,
            pushed: pushed.eta,
        }));
        let read = |life: &Life| {
            readings(stage, kpi, customer, life, &|weeks: Weeks<'_>| weeks.value(kpi.measure, customer.users))
        };
        for (before, after) in read(life).into_iter().zip(read(&pushed)) {
            if before.is_finite() && after.is_finite() {
                rise += scale.transform(after) - scale.transform(before);
                n += 1;
            }
        }
    }
    // The push was found on other lives; per standard deviation it is divided by what it did to these.
    let reached = (rise / n.max(1) as f64 / scale.sd.max(1e-9)).clamp(0.3, 3.0);
    let group = |keep: &dyn Fn(&Pair) -> bool| {
        let kept: Vec<(f64, f64)> =
            pairs.iter().filter(|pair| keep(pair)).map(|pair| (pair.base, pair.pushed)).collect();
        offset(&kept).map(|shift| shift / reached)
    };
    DoEffect {
        total: group(&|_| true).unwrap_or(0.0),
        flat: group(&|pair| pair.billing == Billing::Flat),
        metered: group(&|pair| pair.billing == Billing::Metered),
        seat: group(&|pair| pair.billing == Billing::Seat),
        early: group(&|pair| pair.early),
        late: group(&|pair| !pair.early),
    }
}

/// The whole truth: events and rows of the panel beside the KPIs.
pub(super) fn company(stage: Stage<'_>, customers: &[Customer], lives: &[Life], kpis: Vec<KpiTruth>) -> Truth {
    let world = stage.world;
    let ends = world.calendar.period_ends();
    let (mut events, mut rows) = (0, 0);
    for (customer, life) in customers.iter().zip(lives) {
        let first = ends.partition_point(|&end| end < customer.start);
        let (last, happened) = match event_day(stage, life) {
            Some(day) if day < world.calendar.first_period() => (first, false),
            Some(day) => {
                let at = ends.partition_point(|&end| end < day);
                ((at + 1).min(ends.len()), at < ends.len())
            }
            None => (ends.len(), false),
        };
        events += usize::from(happened);
        rows += last.saturating_sub(first);
    }
    let records = &world.records;
    let circumstances = serde_json::json!({
        "family": world.family.name(),
        "n": world.n_accounts,
        "months": world.calendar.n_months,
        "period": format!("{:?}", world.calendar.period).to_lowercase(),
        "effect": [world.effect.0, world.effect.1],
        "intercept": stage.tuning.intercept,
        "mood_strength": world.mood_strength,
        "mood_persistence": world.mood_persistence,
        "covert_months": world.covert_months,
        "terms": world.terms,
        "notice_months": world.notice_months.iter().map(|(months, _)| *months).collect::<Vec<_>>(),
        "notice_recorded": records.notice,
        "risk_recorded": format!("{:?}", records.risk).to_lowercase(),
        "purpose_recorded": records.purpose,
        "champion_recorded": records.champion,
        "late_share": records.late.0,
        "adopters": world.adopters,
        "product_change": world.calendar.date(world.change_day).to_string(),
        "price_rise": world.price_rise.map(|rise| world.calendar.date(rise.day).to_string()),
        "outage": world.outage.map(|outage| world.calendar.date(7 * outage.week as i32).to_string()),
        "season": world.season.0,
        "wind_down": world.wind_down,
    });
    Truth { seed: world.asked_seed, world: circumstances, events, rows, kpis }
}

/// Day of the event as the tables tell it: the recorded notice, else the last active day; none where neither is known.
pub(super) fn event_day(stage: Stage<'_>, life: &Life) -> Option<i32> {
    let to = stage.world.calendar.to();
    let review = life.leaving().filter(|review| review.notice <= to)?;
    let day = if stage.world.records.notice { review.notice } else { review.end };
    (day <= to).then_some(day)
}

/// The shift of all base log-odds that gives as many decisions as the push; exactly 0 where the push moves nothing.
///
/// ```text
/// d with  Σ p(base + d) = Σ p(pushed),  found by halving
/// ```
fn offset(pairs: &[(f64, f64)]) -> Option<f64> {
    if pairs.is_empty() {
        return None;
    }
    if pairs.iter().all(|(base, pushed)| base.to_bits() == pushed.to_bits()) {
        return Some(0.0);
    }
    let wanted: f64 = pairs.iter().map(|&(_, pushed)| probability(pushed)).sum();
    let (mut low, mut high) = (-12.0, 12.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        let reached: f64 = pairs.iter().map(|&(base, _)| probability(base + middle)).sum();
        if reached < wanted { low = middle } else { high = middle }
    }
    Some(0.5 * (low + high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_shift_is_found_and_none_is_exactly_none() {
        let base = [-4.0, -2.0, 0.3];
        let shifted: Vec<(f64, f64)> = base.iter().map(|&b| (b, b - 0.7)).collect();
        assert!((offset(&shifted).unwrap() + 0.7).abs() < 1e-9);
        let same: Vec<(f64, f64)> = base.iter().map(|&b| (b, b)).collect();
        assert_eq!(offset(&same).map(f64::to_bits), Some(0.0_f64.to_bits()));
        assert_eq!(offset(&[]), None);
    }
}
