//! The months of one account: hidden processes, decisions, KPI values.

use super::account::{Account, Review};
use super::kpi::{After, Chance, Kpi, Picked, Rescue, Trigger};
use super::luck::{Luck, expit};
use super::world::World;

/// Numbers that are found by simulation before the company lives.
#[derive(Debug, Clone)]
pub(super) struct Tuning {
    /// Mean and standard deviation of each KPI's monthly value on its scale.
    pub(super) centre: Vec<f64>,
    pub(super) spread: Vec<f64>,
    /// Coefficient of each lever.
    pub(super) coef: Vec<f64>,
    pub(super) intercept: f64,
}

/// Everything that all accounts share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stage<'a> {
    pub(super) world: &'a World,
    pub(super) cast: &'a [Kpi],
    pub(super) tuning: &'a Tuning,
}

/// How a life is lived.
#[derive(Debug, Clone, Copy)]
pub(super) struct How<'a> {
    /// Whether decisions to leave are made; without, the account stays to the last month.
    pub(super) decides: bool,
    /// One KPI with a higher latent value in every month.
    pub(super) push: Option<(usize, f64)>,
    /// KPIs that have to be simulated; the others have no values.
    pub(super) needed: &'a [bool],
}

/// A month in which leaving was possible.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Held {
    pub(super) review: Review,
    /// Log-odds of the decision.
    pub(super) eta: f64,
    /// The part of it that no KPI has in it.
    pub(super) hidden: f64,
}

/// What happened to an account. Lists by month begin with the account's first month simulated.
#[derive(Debug, Clone)]
pub(super) struct Life {
    pub(super) first: i32,
    /// By KPI and month.
    pub(super) values: Vec<Vec<f64>>,
    pub(super) health: Vec<f64>,
    /// The customer gave a sign of leaving; the champion left.
    pub(super) signs: Vec<bool>,
    pub(super) champion: Vec<bool>,
    /// Month from which each KPI was pushed by a programme.
    pub(super) pushed: Vec<Option<i32>>,
    pub(super) held: Vec<Held>,
    pub(super) left: Option<Review>,
}

/// What moves by month within one account.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    health: f64,
    /// Part of the health that KPIs made.
    lift: f64,
    intent: f64,
    maturity: f64,
}

/// One KPI within one account.
struct Track {
    luck: Luck,
    level: f64,
    slow: f64,
    /// The latest latent value without programmes, pushes and rescue visits.
    natural: f64,
    /// Sums of the standardised values up to each month, from 0.
    sums: Vec<f64>,
}

impl Stage<'_> {
    /// Lives one account.
    ///
    /// ```text
    /// H_t = ρ H_{t-1} + √(1-ρ²) ε + lift,    I_t = δ I_{t-1} + episodes,    M_t = 0.85 M_{t-1} + 0.53 ε
    /// η_t = a + fixed + calendar + b_I I_{t-1} - b_H H_{t-1} + Σ_k β_k (1 - v_k) mean of z_k over its memory up to t-1
    /// lift of H_t:  - Σ_k β_k v_k (1 - ρ) / b_H · z_k(t-1),  so that a lasting rise of z_k by 1 adds β_k v_k to η
    /// ```
    pub(super) fn live(self, account: &Account, how: How<'_>) -> Life {
        let (world, first) = (self.world, account.first());
        let luck = &mut Luck::of(world.seed, "hidden", account.index);
        let mut tracks: Vec<Track> = (0..self.cast.len()).map(|at| Track::start(self, account, at)).collect();
        let mut life = Life {
            first,
            values: vec![Vec::new(); self.cast.len()],
            health: Vec::new(),
            signs: Vec::new(),
            champion: Vec::new(),
            pushed: vec![None; self.cast.len()],
            held: Vec::new(),
            left: None,
        };
        let mut senses: Vec<bool> = Vec::new();
        let lots = self.lots(account);
        let mut state = State { health: luck.normal(), maturity: luck.normal(), ..State::default() };
        let fixed = world.fixed_part(account);
        let mut reviews = account.reviews.iter().copied().peekable();
        let mut month = first;
        while month < world.months.min(life.left.map_or(i32::MAX, |review| review.end + 1)) {
            // The decision knows what was true until the month before.
            while let Some(review) = reviews.next_if(|review| review.month <= month) {
                if review.month < month || life.left.is_some() {
                    continue;
                }
                let unseen = self.unseen(account, review, state, fixed);
                let eta = unseen + self.seen(account, &tracks, month - first, month);
                life.held.push(Held { review, eta, hidden: unseen });
                let decides = expit(eta)
                    > Luck::of(world.seed, "decision", account.index * 128 + (month - first) as usize).unit();
                life.left = (decides && how.decides).then_some(review);
            }
            let before = state;
            self.next_state(&mut state, before, account, &tracks, luck, &mut life);
            let sign = self.sign_chance(state, life.left.is_some());
            life.signs.push(luck.unit() < sign);
            senses.push(luck.unit() < sign);
            for (at, lot) in lots.iter().enumerate() {
                if let Some((from, draw)) = *lot
                    && from.max(account.start) == month
                    && self.picks(at, draw, account, state)
                {
                    life.pushed[at] = Some(month);
                }
            }
            // Copies come last, as they show the same month of what they copy.
            for copies in [false, true] {
                for at in (0..self.cast.len()).filter(|&at| self.cast[at].copy == copies && how.needed[at]) {
                    let mut x = self.latent(at, &mut tracks, account, state, month, &life);
                    x += contact(self.cast[at].rescue, &life.signs, &senses);
                    if let Some((pushed, by)) = how.push
                        && pushed == at
                    {
                        x += by;
                    }
                    let value = tracks[at].value(&self.cast[at], x);
                    let z = (self.cast[at].form.scale(value) - self.tuning.centre[at]) / self.tuning.spread[at];
                    tracks[at].remember(z.clamp(-5.0, 5.0));
                    life.values[at].push(value);
                }
            }
            month += 1;
        }
        life
    }

    /// Log-odds without the KPIs.
    fn unseen(self, account: &Account, review: Review, state: State, fixed: f64) -> f64 {
        let hidden = &self.world.hidden;
        // On a long term a year's decisions have to be made in a few months.
        let terms = &self.world.terms;
        let dense = if review.long { (f64::from(terms.long.1) / f64::from(terms.window)).ln() } else { 0.0 };
        self.tuning.intercept + fixed + dense + self.world.moving_part(account, review.month)
            - hidden.health * (state.health + state.lift)
            + hidden.intent.0 * state.intent
    }

    /// What the KPIs add to the log-odds of a decision at the position `at`.
    fn seen(self, account: &Account, tracks: &[Track], at: i32, month: i32) -> f64 {
        let effect = |(k, kpi): (usize, &Kpi)| {
            let Some(lever) = kpi.lever else { return 0.0 };
            if kpi.until.is_some_and(|until| month >= until) {
                return 0.0;
            }
            let factor = lever.plans[account.plan] * (1.0 - lever.via_health);
            self.tuning.coef[k] * factor * tracks[k].mean(at as usize, lever.memory, lever.knee)
        };
        self.cast.iter().enumerate().map(effect).sum()
    }

    fn next_state(
        self,
        state: &mut State,
        before: State,
        account: &Account,
        tracks: &[Track],
        luck: &mut Luck,
        life: &mut Life,
    ) {
        let hidden = &self.world.hidden;
        let rho = hidden.persistence;
        let made: f64 = self
            .cast
            .iter()
            .enumerate()
            .filter_map(|(k, kpi)| {
                let lever = kpi.lever.filter(|lever| lever.via_health > 0.0)?;
                Some(-self.tuning.coef[k] * lever.via_health / hidden.health.max(0.05) * tracks[k].latest())
            })
            .sum();
        // Those who were there before have lived with the first month's values for as long.
        let share = match life.health.len() {
            1 => 1.0 - rho.powi(life.first - account.start + 1),
            _ => 1.0 - rho,
        };
        state.health = if life.health.is_empty() {
            before.health
        } else {
            rho * before.health + (1.0 - rho * rho).sqrt() * luck.normal()
        };
        state.lift = (rho * before.lift + share * made).clamp(-3.0, 3.0);
        let (_, start, decay) = hidden.intent;
        let (starts, gone) = (luck.chance(start), luck.chance(hidden.champion));
        state.intent = (decay * before.intent + f64::from(u8::from(starts)) + 1.3 * f64::from(u8::from(gone))).min(2.0);
        state.maturity = 0.85 * before.maturity + (1.0_f64 - 0.85 * 0.85).sqrt() * luck.normal();
        life.health.push(state.health + state.lift);
        life.champion.push(gone);
    }

    /// Chance of a sign of leaving in a month.
    fn sign_chance(self, state: State, decided: bool) -> f64 {
        let (signs, hidden) = (self.world.signs, &self.world.hidden);
        let danger = hidden.intent.0 * state.intent - hidden.health.max(0.3) * (state.health + state.lift);
        let chance = expit(signs.base + 1.6 * signs.slope * danger);
        if decided { chance.max(signs.decided) } else { chance }
    }

    /// Month and lot of the account in the programme of each KPI.
    fn lots(self, account: &Account) -> Vec<Option<(i32, f64)>> {
        let luck = &mut Luck::of(self.world.seed, "programme", account.index);
        let mut lot = |kpi: &Kpi| {
            let programme = kpi.programme?;
            let wave = luck.whole(0, programme.waves - 1);
            Some((programme.start + wave * programme.apart, luck.unit()))
        };
        self.cast.iter().map(&mut lot).collect()
    }

    fn picks(self, at: usize, draw: f64, account: &Account, state: State) -> bool {
        let Some(programme) = self.cast[at].programme else { return false };
        let chosen = |score: f64| expit(2.5 * score + (programme.share / (1.0 - programme.share)).ln());
        draw < match programme.picked {
            Picked::ByLot => programme.share,
            Picked::Risky => chosen(0.7 * state.intent - state.health - state.lift),
            Picked::Big => chosen(account.log_price),
        }
    }

    /// Latent value of a KPI before rescue visits and pushes from outside.
    fn latent(self, at: usize, tracks: &mut [Track], account: &Account, state: State, month: i32, life: &Life) -> f64 {
        let (world, kpi) = (self.world, &self.cast[at]);
        let loads = &kpi.loads;
        let special = account.special || account.adopts.is_some_and(|from| month >= from);
        let season = (std::f64::consts::TAU * (f64::from(month) + world.hidden.season.1) / 12.0).sin();
        let own = tracks[at].own(kpi);
        let mut x = own
            + loads.health * (state.health + state.lift)
            + loads.intent * state.intent
            + loads.fit * account.fit
            + loads.special * (f64::from(u8::from(special)) - world.hidden.special.1)
            + loads.maturity * state.maturity
            + loads.owner * world.owners[account.owner]
            + loads.price * account.log_price
            + loads.season * season
            + loads.segment * world.segment_score(account.segment);
        if let Some(parent) = kpi.parent {
            // The month before, whether or not the parent already has this month's value; a copy shows the same month.
            let months = life.health.len() - usize::from(!kpi.copy);
            let parent = &tracks[parent];
            x += kpi.follows * if kpi.hidden { parent.natural } else { parent.at(months) };
        }
        tracks[at].natural = x;
        if kpi.gamed && kpi.until.is_some_and(|until| month >= until) {
            let made_up = tracks[at].luck.normal();
            x = 0.9 + 0.3 * (x - own) + 0.25 * own + 0.85 * made_up;
        }
        if let (Some(programme), Some(_)) = (kpi.programme, life.pushed[at]) {
            x += programme.size;
        }
        match (kpi.after, life.left) {
            (Some(After::Collapse(speed, most)), Some(left)) => {
                x - kpi.upward() * (speed * (f64::from(month - left.month) + 0.5)).min(most)
            }
            (Some(After::Leak(size, span)), Some(left)) => {
                let event = if world.records.notice { left.notice } else { left.end };
                if (event - span + 1..=event).contains(&month) { x + size } else { x }
            }
            _ => x,
        }
    }
}

/// Rise of a contact that follows signs; the lists end with this month.
fn contact(rescue: Option<Rescue>, signs: &[bool], senses: &[bool]) -> f64 {
    let Some(rescue) = rescue else { return 0.0 };
    let fired = |list: &[bool]| {
        let end = list.len() as i32 - rescue.delay;
        (end - rescue.lasting..end).any(|at| at >= 0 && list[at as usize])
    };
    let here = match rescue.trigger {
        Trigger::Sign => fired(signs),
        Trigger::Sense => fired(senses),
        Trigger::Both => fired(signs) || fired(senses),
    };
    if here { rescue.size } else { 0.0 }
}

impl Track {
    fn start(stage: Stage<'_>, account: &Account, at: usize) -> Self {
        let mut luck = Luck::of(stage.world.seed, "kpi of account", account.index * 64 + at);
        let (level, slow) = (luck.normal(), luck.normal());
        Self { luck, level, slow, natural: 0.0, sums: vec![0.0] }
    }

    /// Own part of the latent value of the next month.
    fn own(&mut self, kpi: &Kpi) -> f64 {
        let loads = &kpi.loads;
        let rho = loads.persistence;
        self.slow = rho * self.slow + (1.0 - rho * rho).sqrt() * self.luck.normal();
        loads.level * self.level + loads.slow * self.slow + loads.monthly * self.luck.normal()
    }

    /// The value of a latent `x`; takes the same number of draws whatever `x` is.
    fn value(&mut self, kpi: &Kpi, x: f64) -> f64 {
        let (quantile, zero) = (self.luck.unit(), self.luck.unit());
        let spread = kpi.form.shape().map_or(1.0, |shape| self.luck.gamma(shape));
        kpi.form.realise(x, Chance { quantile, spread, zero })
    }

    fn remember(&mut self, z: f64) {
        self.sums.push(self.sums.last().copied().unwrap_or(0.0) + z);
    }

    /// The latest standardised value, 0 before the first.
    fn latest(&self) -> f64 {
        match self.sums[..] {
            [.., before, last] => last - before,
            _ => 0.0,
        }
    }

    /// The standardised value of the month at which there are so many, 0 where there are fewer.
    fn at(&self, months: usize) -> f64 {
        match (months.checked_sub(1).and_then(|before| self.sums.get(before)), self.sums.get(months)) {
            (Some(before), Some(last)) => last - before,
            _ => 0.0,
        }
    }

    /// Mean over the last months before the position `end`, values above the knee counted as the knee.
    fn mean(&self, end: usize, memory: usize, knee: Option<f64>) -> f64 {
        let end = end.min(self.sums.len() - 1);
        let begin = end.saturating_sub(memory);
        if begin == end {
            return 0.0;
        }
        let months = (end - begin) as f64;
        match knee {
            None => (self.sums[end] - self.sums[begin]) / months,
            Some(knee) => {
                self.sums[begin..=end].windows(2).map(|pair| (pair[1] - pair[0]).min(knee)).sum::<f64>() / months
            }
        }
    }
}
