//! A trial run with some of the customers, none of whom may leave: how much KPIs vary, how hard one must push to move
//! them by a standard deviation, and how strong effects must be to be the planned ones.

use rayon::prelude::*;

use super::cast::Cast;
use super::customer::Customer;
use super::kpi::{Kpi, Measure, Weeks};
use super::life::{Fate, Life, Stage, Tuning, happen, probability};
use super::stream::{Drive, Lever};
use super::world::World;

/// Customers in the trial.
const TRIAL: usize = 150;

/// Hardest push.
const HARDEST: f64 = 40.0;

/// Spread of a KPI, and the push that raises it by one standard deviation.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Scale {
    /// On log(1 + value), because the value is skewed.
    pub(super) in_log: bool,
    pub(super) sd: f64,
    /// Factor of the events.
    pub(super) times: f64,
    /// Added to each answer.
    pub(super) shift: f64,
}

impl Scale {
    /// A value on the scale on which it is standardised.
    pub(super) fn transform(&self, value: f64) -> f64 {
        if self.in_log { value.max(0.0).ln_1p() } else { value }
    }
}

/// Weeks of an account's activity.
#[derive(Clone, Copy)]
struct Record<'a> {
    first: usize,
    counts: &'a [u16],
    amounts: &'a [f32],
    /// Last day with a row.
    last: i32,
}

fn values(
    world: &World,
    kpi: &Kpi,
    customer: &Customer,
    record: Record<'_>,
    of: &dyn Fn(Weeks<'_>) -> f64,
) -> Vec<f64> {
    let weeks = (f64::from(kpi.window.days) / 7.0).round().max(1.0) as usize;
    let ends = world.calendar.period_ends();
    ends.iter()
        .filter(|&&end| end >= customer.start && end <= record.last)
        .filter_map(|&end| {
            let until = (usize::try_from((end + 1) / 7).ok()?).saturating_sub(record.first).min(record.counts.len());
            let from = until.saturating_sub(weeks);
            Some(of(Weeks { counts: &record.counts[from..until], amounts: &record.amounts[from..until] }))
        })
        .collect()
}

/// The KPI on the as-of dates of one life.
pub(super) fn readings(
    stage: Stage<'_>,
    kpi: &Kpi,
    customer: &Customer,
    life: &Life,
    of: &dyn Fn(Weeks<'_>) -> f64,
) -> Vec<f64> {
    let last = life.leaving().map_or(i32::MAX, |review| review.notice);
    let record =
        Record { first: life.first, counts: &life.counts[kpi.stream], amounts: &life.amounts[kpi.stream], last };
    values(stage.world, kpi, customer, record, of)
}

/// Effects and scales of a company.
pub(super) fn tune(world: &World, cast: &Cast, customers: &[Customer]) -> (Tuning, Vec<Scale>) {
    let step = customers.len().div_ceil(TRIAL).max(1);
    let sample: Vec<&Customer> = customers.iter().step_by(step).collect();
    let without = Tuning::default();
    let trial = Stage { world, cast, tuning: &without };
    let lives: Vec<Life> = sample.par_iter().map(|customer| trial.live(customer, None, Fate::Stays, true)).collect();
    let scales: Vec<Scale> = cast.kpis.par_iter().map(|kpi| scale(trial, kpi, &sample, &lives)).collect();
    let weeks: usize = lives.iter().map(|life| life.forms.1).sum();
    let centre: Vec<f64> = (0..cast.levers.len())
        .map(|at| lives.iter().map(|life| life.forms.0[at]).sum::<f64>() / weeks.max(1) as f64)
        .collect();
    let slope = cast.levers.iter().map(|lever| slope(trial, lever, &scales, &lives)).collect();
    let mut tuning = Tuning { intercept: 0.0, slope, centre };
    let doubts: Vec<Life> = {
        let stage = Stage { world, cast, tuning: &tuning };
        sample.par_iter().map(|customer| stage.live(customer, None, Fate::Stays, false)).collect()
    };
    let wanted = world.decisions * sample.len() as f64 / customers.len().max(1) as f64;
    tuning.intercept = intercept(world, &doubts, wanted);
    (tuning, scales)
}

/// The activity of a stream in a kept life, with its events pushed.
fn redraw(stage: Stage<'_>, stream: usize, life: &Life, times: f64) -> (Vec<u16>, Vec<f32>) {
    let own = &stage.cast.streams[stream];
    life.drawn[stream]
        .iter()
        .map(|&drawn| {
            let (count, amount) = happen(own, drawn, times * f64::from(drawn.rate));
            (count, amount as f32)
        })
        .unzip()
}

fn scale(stage: Stage<'_>, kpi: &Kpi, sample: &[&Customer], lives: &[Life]) -> Scale {
    let all = |redrawn: Option<f64>| -> Vec<f64> {
        let mut all = Vec::new();
        for (customer, life) in sample.iter().zip(lives) {
            let again = redrawn.map(|times| redraw(stage, kpi.stream, life, times));
            let (counts, amounts) = match &again {
                Some((counts, amounts)) => (counts, amounts),
                None => (&life.counts[kpi.stream], &life.amounts[kpi.stream]),
            };
            let record = Record { first: life.first, counts, amounts, last: i32::MAX };
            let value = |weeks: Weeks<'_>| weeks.value(kpi.measure, customer.users);
            all.extend(values(stage.world, kpi, customer, record, &value));
        }
        all
    };
    let base: Vec<f64> = all(None).into_iter().filter(|value| value.is_finite()).collect();
    let (mean, sd, skew) = moments(&base);
    if matches!(kpi.measure, Measure::Mean | Measure::Last) {
        return Scale { in_log: false, sd, times: 1.0, shift: sd };
    }
    let mut scale = Scale { in_log: skew > 1.0, sd, times: 1.0, shift: 0.0 };
    let mean = if scale.in_log {
        let logs: Vec<f64> = base.iter().map(|value| value.ln_1p()).collect();
        let (mean, sd, _) = moments(&logs);
        scale.sd = sd;
        mean
    } else {
        mean
    };
    let (mut low, mut high) = (0.0, HARDEST.ln());
    for _ in 0..10 {
        let middle: f64 = 0.5 * (low + high);
        let pushed: Vec<f64> = all(Some(middle.exp())).into_iter().map(|value| scale.transform(value)).collect();
        if moments(&pushed).0 - mean < scale.sd { low = middle } else { high = middle }
    }
    scale.times = (0.5 * (low + high)).exp();
    scale
}

/// Mean, standard deviation, skewness.
fn moments(values: &[f64]) -> (f64, f64, f64) {
    let n = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    let moment = |power: i32| values.iter().map(|value| (value - mean).powi(power)).sum::<f64>() / n;
    let sd = moment(2).sqrt().max(1e-6);
    (mean, sd, moment(3) / sd.powi(3))
}

/// Log-odds per unit of the lever's form, so that one standard deviation of its KPI has the planned effect.
fn slope(stage: Stage<'_>, lever: &Lever, scales: &[Scale], lives: &[Life]) -> f64 {
    let kpi = stage.cast.kpis.iter().position(|kpi| kpi.stream == lever.stream);
    let times = kpi.and_then(|at| scales.get(at)).map_or(2.0, |scale| scale.times);
    let stream = &stage.cast.streams[lever.stream];
    let gamed = stream.drives.iter().find_map(|drive| match drive {
        Drive::Gamed { from, .. } => Some(*from),
        _ => None,
    });
    let last = gamed.or(lever.until).unwrap_or(i32::MAX);
    let form = |times: f64, life: &Life| -> (f64, usize) {
        let (counts, amounts) = redraw(stage, lever.stream, life, times);
        let (mut memory, mut sum, mut n) = (times.min(2.0), 0.0, 0);
        for (at, (count, amount)) in counts.iter().zip(&amounts).enumerate() {
            if 7 * (life.first + at) as i32 > last {
                break;
            }
            let felt = if stream.by_amount { f64::from(*amount) } else { f64::from(*count) };
            memory += (felt / stream.rate.max(1e-9) - memory) / lever.memory;
            // The start of the memory is a guess.
            if at as f64 > lever.memory {
                sum += lever.form.of(memory);
                n += 1;
            }
        }
        (sum, n)
    };
    let mean = |times: f64| {
        let sums = lives.iter().map(|life| form(times, life)).fold((0.0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        sums.0 / sums.1.max(1) as f64
    };
    lever.target / (mean(times) - mean(1.0)).max(0.03)
}

/// The intercept with which as many customers are expected to leave, within the observed months, as wanted.
fn intercept(world: &World, lives: &[Life], wanted: f64) -> f64 {
    let (from, to) = (world.calendar.from(), world.calendar.to());
    let expected = |intercept: f64| -> f64 {
        let leaving = |life: &Life| {
            let (mut stays, mut sum) = (1.0, 0.0);
            for held in &life.held {
                let leaves = stays * probability(held.eta + intercept);
                let event = if world.records.notice { held.review.notice } else { held.review.end };
                sum += if (from..=to).contains(&event) { leaves } else { 0.0 };
                stays -= leaves;
            }
            sum
        };
        lives.iter().map(leaving).sum()
    };
    // More doubt brings more decisions, until so many leave before the panel begins that it brings fewer. The first
    // crossing is wanted, else the most that can be reached.
    let grid = |step: i32| -9.0 + 0.1 * f64::from(step);
    let reached: Vec<(f64, f64)> = (0..100).map(|step| (grid(step), expected(grid(step)))).collect();
    let most = reached.iter().copied().fold((-9.0, 0.0), |best, now| if now.1 > best.1 { now } else { best });
    let Some((mut high, _)) = reached.iter().copied().find(|(_, events)| *events >= wanted) else { return most.0 };
    let mut low = high - 0.1;
    for _ in 0..20 {
        let middle = 0.5 * (low + high);
        if expected(middle) < wanted { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}
