//! A random company: its size, calendar, customers' circumstances, staff and habits of recording.

use chrono::NaiveDate;

use super::Family;
use super::calendar::{Calendar, Period};
use super::dice::Dice;

/// How the customer pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Billing {
    Flat,
    Metered,
    Seat,
}

/// A kind of customer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    pub(super) share: f64,
    /// Log-odds of leaving beside everything else.
    pub(super) churn: f64,
}

/// An account manager of the vendor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner {
    /// Standard normal: how well customers feel looked after.
    pub(super) skill: f64,
    /// Factor of the contacts that the manager begins.
    pub(super) diligence: f64,
    /// Day on which the manager leaves the vendor.
    pub(super) leaves: Option<i32>,
}

/// How a customer's hint at leaving is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RiskRecord {
    Nowhere,
    /// Date of the first hint, in the accounts table.
    Date,
    /// A log with one row per hint.
    Log,
}

/// What the company writes down, and how well.
#[derive(Debug, Clone, Copy)]
pub(super) struct Records {
    pub(super) risk: RiskRecord,
    pub(super) purpose: bool,
    pub(super) champion: bool,
    pub(super) notice: bool,
    /// Share of contacts entered late, and mean days by which.
    pub(super) late: (f64, f64),
    /// Share of contacts whose date of entry is empty.
    pub(super) undated: f64,
    /// Share of rows written twice by a faulty export.
    pub(super) doubled: f64,
    /// Share of attribute cells that are empty.
    pub(super) blank: f64,
    /// Monthly contracts as one open row (else a new row each year).
    pub(super) open_monthly: bool,
}

/// A product outage: usage falls and tickets rise for some weeks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outage {
    pub(super) week: usize,
    pub(super) weeks: usize,
    /// What is left of use.
    pub(super) left: f64,
    /// Fall of the mood, in its standard deviations.
    pub(super) hurt: f64,
}

/// Prices of running contracts rise.
#[derive(Debug, Clone, Copy)]
pub(super) struct PriceRise {
    pub(super) day: i32,
    /// By this share of the price.
    pub(super) by: f64,
    /// Log-odds of leaving in the ninety days after.
    pub(super) shock: f64,
}

/// Everything about the company but its KPIs.
#[derive(Debug, Clone)]
pub(super) struct World {
    /// As asked for.
    pub(super) asked_seed: u64,
    /// Of all dice: companies of different families have nothing in common but the number.
    pub(super) seed: u64,
    pub(super) family: Family,
    pub(super) calendar: Calendar,
    pub(super) n_accounts: usize,
    /// Decisions to leave that the panel shall hold.
    pub(super) decisions: f64,
    /// Smallest and largest planted effect of a lasting push, log-odds per standard deviation; by what differs between
    /// customers by itself, for shorter times, about half of it shows.
    pub(super) effect: (f64, f64),
    pub(super) n_kpis: usize,
    pub(super) segments: Vec<Segment>,
    pub(super) plans: Vec<(Billing, f64, f64)>,
    /// Shares of monthly, quarterly and annual terms.
    pub(super) terms: [f64; 3],
    /// Months of notice and their shares.
    pub(super) notice_months: Vec<(i32, f64)>,
    /// Mean months for which a decision is kept secret.
    pub(super) covert_months: f64,
    pub(super) mood_strength: f64,
    /// Correlation of the mood with the week before.
    pub(super) mood_persistence: f64,
    /// Log-odds per standard deviation of how well the product fits, a lasting trait nobody sees.
    pub(super) fit_strength: f64,
    /// Log-odds by which customers stay who bought for the special feature.
    pub(super) purpose_strength: f64,
    pub(super) purpose_share: f64,
    /// Share of the others who take the special feature up later.
    pub(super) adopters: f64,
    /// A project is cancelled: chance per week, log-odds, weeks.
    pub(super) project: (f64, f64, usize),
    /// The champion leaves: chance per week, log-odds in the half year after.
    pub(super) champion: (f64, f64),
    /// Hints at leaving per week of an account of average risk.
    pub(super) hints: f64,
    /// Chance that the manager hears one.
    pub(super) heard: f64,
    /// Season: size in the logarithm of activity, phase in years.
    pub(super) season: (f64, f64),
    pub(super) price_rise: Option<PriceRise>,
    pub(super) outage: Option<Outage>,
    /// Day of the product change that ends an old effect.
    pub(super) change_day: i32,
    pub(super) owners: Vec<Owner>,
    pub(super) owner_strength: f64,
    /// Share by which all of the customer's activity falls after the decision.
    pub(super) wind_down: f64,
    pub(super) records: Records,
    /// Habit of naming: 0 and 1 English, 2 Japanese.
    pub(super) style: usize,
    /// Rows of all logs beyond which activities are logged more sparsely.
    pub(super) rows: f64,
    /// The company for reading by eye: a fixed cast in four logs.
    pub(super) small: bool,
}

/// Size, decisions, effects, strength of the mood, KPIs.
struct Shape {
    accounts: (f64, f64),
    months: (usize, usize),
    decisions: (f64, f64),
    effect: (f64, f64),
    mood: (f64, f64),
    kpis: (usize, usize),
}

fn shape(family: Family) -> Shape {
    let medium = Shape {
        accounts: (450.0, 1000.0),
        months: (20, 40),
        decisions: (200.0, 300.0),
        effect: (0.55, 0.95),
        mood: (0.25, 0.55),
        kpis: (7, 13),
    };
    match family {
        Family::Easy => Shape {
            accounts: (850.0, 1500.0),
            months: (24, 36),
            decisions: (480.0, 720.0),
            effect: (0.8, 1.5),
            mood: (0.2, 0.5),
            kpis: (8, 14),
        },
        Family::Medium => medium,
        Family::Hard => Shape {
            accounts: (130.0, 480.0),
            months: (18, 48),
            decisions: (65.0, 95.0),
            effect: (0.35, 0.7),
            mood: (0.3, 0.6),
            kpis: (6, 12),
        },
        Family::Adversarial | Family::Untraced => Shape { mood: (0.7, 1.0), ..medium },
        Family::Noise => Shape { accounts: (250.0, 1000.0), kpis: (6, 14), ..medium },
    }
}

impl World {
    /// Draws the company.
    pub(super) fn draw(family: Family, seed: u64) -> Self {
        let asked_seed = seed;
        let seed = seed.wrapping_mul(8).wrapping_add(family as u64);
        let dice = &mut Dice::of(seed, family.name(), 0);
        let shape = shape(family);
        let hidden = matches!(family, Family::Adversarial | Family::Untraced);
        let n_accounts = dice.log_between(shape.accounts.0, shape.accounts.1).round() as usize;
        let period = [Period::Month, Period::Quarter, Period::Week][dice.weighted(&[0.8, 0.1, 0.1])];
        // Whole years from a quarter's start let a quarterly panel begin at once.
        let mut n_months = dice.whole(shape.months.0, shape.months.1);
        if period == Period::Quarter {
            n_months = n_months.max(27) / 3 * 3;
        }
        let year = 2021 + dice.whole(0, 2) as i32;
        let month = 1 + 3 * dice.whole(0, 3) as u32;
        let from = NaiveDate::from_ymd_opt(year, month, 1).unwrap_or_default();
        let calendar = Calendar::new(from, n_months, period);
        let (first, last) = (calendar.from(), calendar.to());
        let inside =
            |dice: &mut Dice, low: f64, high: f64| first + (dice.between(low, high) * f64::from(last - first)) as i32;
        let change_day = inside(dice, 0.4, 0.6);
        let price_rise = dice.chance(0.4).then(|| PriceRise {
            day: calendar.first_day(calendar.month_of(inside(dice, 0.25, 0.8))),
            by: dice.between(0.05, 0.2),
            shock: dice.between(0.2, 0.7),
        });
        let outage = dice.chance(0.35).then(|| Outage {
            week: (inside(dice, 0.15, 0.9) / 7) as usize,
            weeks: dice.whole(1, 3),
            left: dice.between(0.1, 0.6),
            hurt: dice.between(0.0, 0.5),
        });
        let n_owners = (n_accounts as f64 / dice.between(25.0, 70.0)).ceil() as usize;
        let owners = (0..n_owners.max(2)).map(|_| owner(dice, first, last)).collect();
        let mood_persistence = if hidden { dice.between(0.975, 0.99) } else { dice.between(0.92, 0.98) };
        Self {
            asked_seed,
            seed,
            family,
            n_accounts,
            decisions: dice.between(shape.decisions.0, shape.decisions.1).min(0.7 * n_accounts as f64),
            effect: shape.effect,
            n_kpis: dice.whole(shape.kpis.0, shape.kpis.1),
            segments: segments(dice),
            plans: plans(dice),
            terms: [[1.0, 0.0, 0.0], [0.6, 0.0, 0.4], [0.25, 0.0, 0.75], [0.4, 0.3, 0.3]]
                [dice.weighted(&[0.3, 0.3, 0.2, 0.2])],
            notice_months: notice(dice),
            covert_months: dice.pick(0.0, &[0.3, 0.5, 1.0, 1.0, 2.0]),
            mood_strength: dice.between(shape.mood.0, shape.mood.1),
            mood_persistence,
            fit_strength: dice.between(0.1, 0.4),
            purpose_strength: dice.between(0.7, 1.3),
            purpose_share: dice.between(0.2, 0.45),
            adopters: dice.pick(0.0, &[0.0, 0.15, 0.35]),
            project: (dice.between(0.002, 0.006), dice.between(1.0, 2.0), dice.whole(3, 7)),
            champion: (dice.between(0.001, 0.004), dice.between(0.3, 1.0)),
            hints: dice.log_between(0.004, 0.012),
            heard: dice.between(0.6, 0.95),
            season: (dice.pick(0.0, &[0.0, 0.1, 0.25]), dice.unit()),
            price_rise,
            outage,
            change_day,
            owners,
            owner_strength: dice.between(0.05, 0.25),
            wind_down: dice.pick(0.0, &[0.0, 0.1, 0.25]),
            records: records(family, dice),
            style: dice.weighted(&[0.35, 0.3, 0.35]),
            rows: 220_000.0,
            small: false,
            calendar,
        }
    }

    /// A small easy company on monthly terms of mixed length, with English files, to be read by eye.
    pub(super) fn small(seed: u64) -> Self {
        let mut world = Self::draw(Family::Easy, seed);
        let from = NaiveDate::from_ymd_opt(2024, 4, 1).unwrap_or_default();
        world.calendar = Calendar::new(from, 18, Period::Month);
        let (first, last) = (world.calendar.from(), world.calendar.to());
        world.change_day = (first + last) / 2;
        (world.price_rise, world.outage) = (None, None);
        for owner in &mut world.owners {
            owner.leaves = None;
        }
        world.owners.truncate(4);
        world.n_accounts = 150;
        world.decisions = 62.0;
        (world.n_kpis, world.rows, world.small) = (6, 7_000.0, true);
        world.effect = (0.7, 1.0);
        world.terms = [0.7, 0.0, 0.3];
        world.notice_months = vec![(1, 1.0)];
        world.covert_months = 0.5;
        world.records = Records { risk: RiskRecord::Date, notice: true, open_monthly: true, ..world.records };
        world.style = 0;
        world
    }

    /// The manager of an account on a day: when one leaves the vendor, the next in the list takes over.
    pub(super) fn owner_at(&self, first: usize, day: i32) -> usize {
        match self.owners.get(first).and_then(|owner| owner.leaves) {
            Some(leaves) if day >= leaves => (first + 1) % self.owners.len(),
            _ => first,
        }
    }
}

fn owner(dice: &mut Dice, first: i32, last: i32) -> Owner {
    Owner {
        skill: dice.bell(),
        diligence: dice.log_between(0.5, 1.8),
        leaves: dice.chance(0.2).then(|| dice.between(f64::from(first), f64::from(last)) as i32),
    }
}

fn segments(dice: &mut Dice) -> Vec<Segment> {
    let n = dice.whole(2, 5);
    let spread = dice.between(0.2, 0.8);
    (0..n).map(|_| Segment { share: dice.between(0.5, 1.5), churn: spread * dice.bell() }).collect()
}

fn plans(dice: &mut Dice) -> Vec<(Billing, f64, f64)> {
    let mut plans = vec![(Billing::Flat, dice.between(0.35, 0.6), 0.0)];
    plans.push((Billing::Metered, dice.between(0.25, 0.45), 0.3 * dice.bell()));
    if dice.chance(0.5) {
        plans.push((Billing::Seat, dice.between(0.15, 0.35), 0.3 * dice.bell()));
    }
    plans
}

fn notice(dice: &mut Dice) -> Vec<(i32, f64)> {
    match dice.weighted(&[0.25, 0.3, 0.2, 0.25]) {
        0 => vec![(0, 1.0)],
        1 => vec![(1, 1.0)],
        2 => vec![(2, 1.0)],
        _ => vec![(0, 0.3), (1, 0.4), (3, 0.3)],
    }
}

fn records(family: Family, dice: &mut Dice) -> Records {
    let seen = dice.weighted(&[0.3, 0.4, 0.3]);
    let risk = match (family, seen) {
        (Family::Untraced, _) => RiskRecord::Nowhere,
        (Family::Easy, 0 | 1) | (_, 1) => RiskRecord::Date,
        (_, 0) => RiskRecord::Nowhere,
        _ => RiskRecord::Log,
    };
    let traced = family != Family::Untraced;
    Records {
        risk,
        purpose: dice.chance(0.5) && traced,
        champion: dice.chance(0.4) && traced,
        notice: dice.chance(0.55),
        late: (dice.between(0.05, 0.4), dice.between(2.0, 15.0)),
        undated: dice.pick(0.0, &[0.0, 0.005, 0.01]),
        doubled: dice.pick(0.0, &[0.0, 0.002]),
        blank: dice.pick(0.0, &[0.0, 0.02, 0.05]),
        open_monthly: dice.chance(0.6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn companies_differ_and_stay_within_their_family() {
        for family in Family::ALL {
            let worlds: Vec<World> = (0..40).map(|seed| World::draw(family, seed)).collect();
            assert!(worlds.iter().all(|w| (100..=1500).contains(&w.n_accounts) && (6..=14).contains(&w.n_kpis)));
            assert!(worlds.iter().all(|w| (18..=48).contains(&w.calendar.n_months)));
            let first = worlds[0].n_accounts;
            assert!(worlds.iter().any(|w| w.n_accounts != first));
            assert!(worlds.iter().any(|w| w.records.notice) && worlds.iter().any(|w| !w.records.notice));
            if family == Family::Untraced {
                assert!(worlds.iter().all(|w| w.records.risk == RiskRecord::Nowhere && !w.records.purpose));
            }
        }
    }
}
