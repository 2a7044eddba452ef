//! Circumstances of one company, drawn before its KPIs and accounts.

use serde::Serialize;

use super::Family;
use super::luck::Luck;
use super::mechanism::{LEVERS, Mechanism, TRAPS};

/// How an account pays; the position in every list by plan.
pub(super) const PLANS: [&str; 3] = ["flat", "metered", "seat"];

/// Months simulated before the first one observed, so that memories and trailing windows are full.
pub(super) const BEFORE: i32 = 10;

/// What is written down beside the KPIs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Records {
    /// The month of the formal notice.
    pub(super) notice: bool,
    /// Signs of leaving that a customer gave; the share that is written down.
    pub(super) risk: Option<f64>,
    /// The champion's leaving; true where the flag stays up from then on.
    pub(super) champion: Option<bool>,
    /// What the account bought the product for.
    pub(super) purpose: bool,
    pub(super) owner: bool,
    pub(super) tenure: bool,
    /// The account's price.
    pub(super) price: bool,
    /// Periods are dates and not numbers.
    pub(super) dates: bool,
    /// Share of cells that are lost at random in a KPI that loses any.
    pub(super) missing: f64,
    /// First month and length of a failure of the recording.
    pub(super) blackout: Option<(i32, i32)>,
    /// How much less the unhealthy answer surveys.
    pub(super) silence: f64,
}

/// Hidden processes, in log-odds of the decision per standard deviation or per episode.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Hidden {
    pub(super) health: f64,
    pub(super) persistence: f64,
    /// Strength of an episode of the wish to leave, its chance per month and what is left of it a month later.
    pub(super) intent: (f64, f64, f64),
    /// Chance per month that the champion leaves.
    pub(super) champion: f64,
    pub(super) fit: f64,
    /// Strength of having bought for the special feature, and the share of those who did.
    pub(super) special: (f64, f64),
    pub(super) owner: f64,
    pub(super) price: f64,
    /// Strength and months of the danger of the first months.
    pub(super) early: (f64, f64),
    /// Strength and phase of the season.
    pub(super) season: (f64, f64),
    /// Month and strength of a price rise, which wears off in some months.
    pub(super) price_rise: Option<(i32, f64)>,
    /// Month and strength of an outage that hits some accounts.
    pub(super) outage: Option<(i32, f64)>,
}

/// Contracts: who is bound for how long.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Terms {
    /// Share of accounts with a long term, and its months.
    pub(super) long: (f64, i32),
    /// Months before the notice is due in which those on a long term make up their minds.
    pub(super) window: i32,
    /// Months of notice: one of these per account.
    pub(super) notice: Vec<i32>,
    /// Weights of 0 to 3 months between decision and notice.
    pub(super) covert: [f64; 4],
}

/// How signs of leaving come about: log-odds per month of a sign, its slope on the hidden danger, and the chance of a sign
/// in a month between the decision and the end.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Signs {
    pub(super) base: f64,
    pub(super) slope: f64,
    pub(super) decided: f64,
}

/// Circumstances of one company.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) family: Family,
    pub(super) asked_seed: u64,
    pub(super) seed: u64,
    pub(super) months: i32,
    /// Calendar month of the first period, counted from January 2021.
    pub(super) first_month: i32,
    pub(super) n_accounts: usize,
    /// Expected number of decisions that the panel shows.
    pub(super) target: f64,
    pub(super) rate: f64,
    pub(super) mechanisms: Vec<Mechanism>,
    /// Share and log-odds of each segment.
    pub(super) segments: Vec<(f64, f64)>,
    pub(super) plans: [f64; 3],
    pub(super) plan_effects: [f64; 3],
    /// Quality of each owner.
    pub(super) owners: Vec<f64>,
    pub(super) hidden: Hidden,
    pub(super) terms: Terms,
    pub(super) signs: Signs,
    pub(super) records: Records,
    /// Share of accounts that were there before the first month.
    pub(super) veterans: f64,
    /// Month of a change of the product.
    pub(super) change: i32,
    /// How much levers follow the hidden health, 0 in most companies.
    pub(super) levers_follow: f64,
    /// Some KPIs were pushed.
    pub(super) programme: bool,
    /// Onboarding in months.
    pub(super) onboarding: i32,
}

impl World {
    /// Draws the circumstances; the family and the seed decide everything.
    pub(super) fn draw(family: Family, asked_seed: u64) -> Self {
        // Families of the same seed have nothing in common.
        let seed = asked_seed.wrapping_mul(8).wrapping_add(family as u64);
        let luck = &mut Luck::of(seed, "world", 0);
        let months = luck.whole(18, 48);
        let (rate, target) = (family.rate(luck), family.target(luck));
        let veterans = luck.between(0.3, 0.85);
        let (health, persistence) = family.health(luck);
        let plans = plans(luck);
        let mechanisms = mechanisms(family, plans, luck);
        let has = |mechanism| mechanisms.contains(&mechanism);
        let records = records(family, has(Mechanism::T2o), has(Mechanism::T13g), months, luck);
        let mean_months = f64::from(months) * (veterans + 0.55 * (1.0 - veterans));
        let left = 1.0 - (-rate * mean_months).exp();
        Self {
            family,
            asked_seed,
            seed,
            months,
            first_month: luck.whole(0, 23),
            n_accounts: (target / left.min(0.7)).ceil() as usize,
            target,
            rate,
            segments: segments(has(Mechanism::T9), luck),
            plans,
            plan_effects: [0.0, luck.between(-0.3, 0.4), luck.between(-0.3, 0.3)],
            owners: (0..luck.whole(6, 24)).map(|_| luck.normal()).collect(),
            hidden: Hidden {
                health,
                persistence,
                // A symptom of the wish to leave needs a wish that is there to be seen.
                intent: if has(Mechanism::T5b) {
                    (luck.between(1.2, 2.2), luck.between(0.02, 0.05), luck.between(0.45, 0.75))
                } else {
                    (luck.between(0.8, 2.0), luck.between(0.008, 0.035), luck.between(0.25, 0.7))
                },
                champion: luck.between(0.003, 0.015),
                fit: if has(Mechanism::T2) { luck.between(0.4, 0.7) } else { luck.between(0.0, 0.35) },
                special: (if has(Mechanism::T2) { luck.between(0.7, 1.4) } else { luck.between(0.0, 0.4) }, {
                    luck.between(0.15, 0.45)
                }),
                owner: if has(Mechanism::T2o) { luck.between(0.35, 0.65) } else { luck.between(0.0, 0.25) },
                price: luck.between(-0.2, 0.2),
                early: (luck.between(0.0, 1.2), luck.between(2.0, 8.0)),
                season: (luck.between(0.0, 0.3), luck.between(0.0, 12.0)),
                price_rise: luck.chance(0.4).then(|| (luck.whole(4, months - 4), luck.between(0.2, 0.9))),
                outage: luck.chance(0.35).then(|| (luck.whole(4, months - 4), luck.between(0.3, 1.0))),
            },
            terms: terms(luck),
            signs: Signs {
                base: luck.between(-4.4, -3.2),
                slope: luck.between(0.5, 1.2),
                decided: luck.between(0.2, 0.6),
            },
            records,
            veterans,
            change: (f64::from(months) * luck.between(0.4, 0.6)) as i32,
            levers_follow: if luck.chance(0.35) { luck.between(0.1, 0.3) } else { 0.0 },
            programme: luck.chance(0.4),
            onboarding: luck.whole(2, 5),
            mechanisms,
        }
    }

    /// Log-odds of a segment, standardised over the segments.
    pub(super) fn segment_score(&self, segment: usize) -> f64 {
        let total: f64 = self.segments.iter().map(|(share, _)| share).sum();
        let mean = self.segments.iter().map(|(share, effect)| share * effect).sum::<f64>() / total;
        let square = self.segments.iter().map(|(share, effect)| share * (effect - mean).powi(2)).sum::<f64>() / total;
        (self.segments[segment].1 - mean) / square.sqrt().max(1e-6)
    }

    /// What never changes in the log-odds of an account.
    pub(super) fn fixed_part(&self, account: &super::account::Account) -> f64 {
        self.segments[account.segment].1 + self.plan_effects[account.plan]
            - self.hidden.fit * account.fit
            - self.hidden.special.0 * f64::from(u8::from(account.special))
            - self.hidden.owner * self.owners[account.owner]
            + self.hidden.price * account.log_price
    }

    /// What the calendar and the age of an account add to its log-odds.
    pub(super) fn moving_part(&self, account: &super::account::Account, month: i32) -> f64 {
        let hidden = &self.hidden;
        let season = hidden.season.0 * (std::f64::consts::TAU * (f64::from(month) + hidden.season.1) / 12.0).sin();
        let early = hidden.early.0 * (-f64::from(month - account.start) / hidden.early.1).exp();
        let rise = hidden.price_rise.filter(|(from, _)| month >= *from);
        let rise = rise.map_or(0.0, |(from, size)| size * (-f64::from(month - from) / 4.0).exp());
        let outage = hidden.outage.filter(|(at, _)| (*at..at + 3).contains(&month) && account.hit);
        season + early + rise + outage.map_or(0.0, |(_, size)| size)
    }
}

/// Shares of the three plans: one, two or all of them.
fn plans(luck: &mut Luck) -> [f64; 3] {
    let raw = [luck.between(0.2, 1.0), luck.between(0.2, 0.8), luck.between(0.1, 0.7)];
    match luck.whole(0, 9) {
        0 => [1.0, 0.0, 0.0],
        1 => [0.0, raw[1], raw[2]],
        2 | 3 => [raw[0], raw[1], 0.0],
        4 => [raw[0], 0.0, raw[2]],
        _ => raw,
    }
    .map(|share| share / 2.5)
}

fn segments(simpson: bool, luck: &mut Luck) -> Vec<(f64, f64)> {
    let n = luck.whole(2, 4);
    let spread = if simpson { luck.between(0.55, 0.9) } else { luck.between(0.0, 0.6) };
    let mut drawn: Vec<(f64, f64)> = (0..n)
        .map(|at| {
            // Evenly spaced with some play, so that two segments never agree by accident.
            let place = 2.0 * f64::from(at) / f64::from(n - 1) - 1.0 + luck.between(-0.2, 0.2);
            (luck.between(0.4, 1.0), spread * place)
        })
        .collect();
    luck.shuffle(&mut drawn);
    drawn
}

fn terms(luck: &mut Luck) -> Terms {
    let share = luck.choose(&[(0.0, 1.0), (luck.clone().between(0.2, 0.8), 2.5), (1.0, 0.3)]);
    let months = luck.choose(&[(12, 4.0), (6, 1.0), (3, 0.5)]);
    let notice = match luck.whole(0, 5) {
        0 | 1 => vec![0],
        2 => vec![1],
        3 => vec![luck.whole(2, 3)],
        4 => vec![0, 1],
        _ => vec![0, 1, luck.whole(2, 3)],
    };
    let covert = match luck.whole(0, 3) {
        0 => [1.0, 0.3, 0.0, 0.0],
        1 => [0.4, 1.0, 0.4, 0.0],
        2 => [0.2, 0.5, 1.0, 0.5],
        _ => [1.0, 1.0, 1.0, 1.0],
    };
    // The term outlasts notice, secrecy and the window.
    let window = luck.whole(1, 4).min(months - 1);
    Terms { long: (share, months), window, notice, covert }
}

fn records(family: Family, owners_matter: bool, target_date: bool, months: i32, luck: &mut Luck) -> Records {
    let traced = family != Family::Untraced;
    Records {
        notice: luck.chance(0.5),
        risk: (luck.chance(if family == Family::Adversarial { 0.85 } else { 0.6 }) && traced)
            .then(|| luck.between(0.35, 0.85)),
        champion: (luck.chance(0.45) && traced).then(|| luck.chance(0.5)),
        purpose: luck.chance(0.5) && traced,
        owner: luck.chance(if owners_matter { 0.85 } else { 0.4 }),
        tenure: luck.chance(0.75),
        price: luck.chance(0.9),
        dates: luck.chance(0.6) || target_date,
        missing: luck.between(0.0, 0.14),
        blackout: luck.chance(0.3).then(|| (luck.whole(3, months - 3), luck.whole(1, 2))),
        silence: if luck.chance(0.5) { luck.between(0.2, 0.7) } else { 0.0 },
    }
}

/// Six to thirteen mechanisms with at least two levers and two traps, or noise only.
fn mechanisms(family: Family, plans: [f64; 3], luck: &mut Luck) -> Vec<Mechanism> {
    let n = luck.whole(6, 13) as usize;
    if family == Family::Noise {
        return vec![Mechanism::T7; n];
    }
    let total: f64 = plans.iter().sum();
    let mixed = plans[0] > 0.25 * total && plans[1] > 0.25 * total;
    let n_levers = ((n as f64 * luck.between(0.3, 0.55)) as usize).max(2);
    let mut drawn = Vec::new();
    while drawn.len() < n_levers {
        let lever = luck.choose(&LEVERS);
        let most = if lever == Mechanism::T10 { 3 } else { usize::from(lever != Mechanism::T6r) + 1 };
        if drawn.iter().filter(|&&other| other == lever).count() < most {
            drawn.push(lever);
        }
    }
    if drawn.contains(&Mechanism::T6r) {
        match luck.whole(0, 2) {
            0 => drawn.push(Mechanism::T6m),
            1 => drawn.push(Mechanism::T6z),
            _ => drawn.extend([Mechanism::T6m, Mechanism::T6z]),
        }
    }
    while drawn.len() < n.max(n_levers + 3) {
        let trap = luck.choose(&TRAPS);
        let most = if matches!(trap, Mechanism::T7 | Mechanism::T5c | Mechanism::T1) { 2 } else { 1 };
        if drawn.iter().filter(|&&other| other == trap).count() < most && (trap != Mechanism::T3 || mixed) {
            drawn.push(trap);
        }
    }
    luck.shuffle(&mut drawn);
    drawn
}
