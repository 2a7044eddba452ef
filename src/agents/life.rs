//! The life of one customer, week by week: moods, projects, managers, activities, and the reviews at which it may decide to leave.

use super::cast::Cast;
use super::customer::{Customer, Review};
use super::dice::{Dice, count_at};
use super::mechanism::Mechanism;
use super::stream::{Answer, Drive, Log, Stream, Survey};
use super::world::{Billing, World};

/// What was found out about the company before lives can count: sizes of effects.
#[derive(Debug, Clone, Default)]
pub(super) struct Tuning {
    /// Log-odds of leaving at a review on monthly terms, with all else average.
    pub(super) intercept: f64,
    /// Log-odds per unit of each lever's form.
    pub(super) slope: Vec<f64>,
    /// Average of each lever's form.
    pub(super) centre: Vec<f64>,
}

/// An intervention on one KPI's rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Push {
    pub(super) stream: usize,
    /// Factor of the events.
    pub(super) times: f64,
    /// Added to every answer of a survey.
    pub(super) shift: f64,
    /// From this day on only sham rows are added.
    pub(super) sham_from: Option<i32>,
}

/// Which reviews lead to leaving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// As the dice fall.
    Free,
    /// None.
    Stays,
    /// This one, or none: the fate of the same life without an intervention.
    As(Option<usize>),
}

/// A review that took place while the customer had not decided.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Held {
    pub(super) review: Review,
    /// Log-odds of the decision to leave.
    pub(super) eta: f64,
}

/// A hint at leaving: when it fell and when the manager heard of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hint {
    pub(super) day: i32,
    pub(super) heard: i32,
}

/// The luck of an activity in one week, for drawing it again.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Drawn {
    pub(super) rate: f32,
    pub(super) quantile: f32,
    pub(super) size: f32,
}

/// All that happened to a customer.
#[derive(Debug, Clone, Default)]
pub(super) struct Life {
    /// First simulated week.
    pub(super) first: usize,
    /// Events by stream and week.
    pub(super) counts: Vec<Vec<u16>>,
    /// Amounts by stream and week; the average event has 1, answers have their score.
    pub(super) amounts: Vec<Vec<f32>>,
    /// By stream and week, where asked for.
    pub(super) drawn: Vec<Vec<Drawn>>,
    /// Average experience of each lever's form over the life.
    pub(super) held: Vec<Held>,
    /// Position in `held` of the decision to leave.
    pub(super) decision: Option<usize>,
    pub(super) hints: Vec<Hint>,
    pub(super) champion_left: Option<i32>,
    /// Sum of each lever's form and number of weeks.
    pub(super) forms: (Vec<f64>, usize),
}

impl Life {
    /// The decision to leave.
    pub(super) fn leaving(&self) -> Option<Review> {
        self.decision.and_then(|at| self.held.get(at)).map(|held| held.review)
    }
}

/// A company ready to be lived in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stage<'a> {
    pub(super) world: &'a World,
    pub(super) cast: &'a Cast,
    pub(super) tuning: &'a Tuning,
}

/// Days by which a manager hears of a hint later.
const HEARING: f64 = 12.0;

/// What is left of a manager's worry after a week.
const WORRY_LEFT: f64 = 0.8;

/// Weeks in which a new manager contacts nobody.
const HANDOVER: i32 = 28;

/// Chance that a customer decides to leave at these log-odds.
pub(super) fn probability(eta: f64) -> f64 {
    1.0 / (1.0 + (-eta).exp())
}

/// One activity of one customer.
struct Habit {
    dice: Dice,
    lasting: f64,
    moving: f64,
    /// What was lately experienced, about 1 for the typical customer; for those who follow it.
    recent: f64,
}

/// State of a life.
struct State<'a> {
    stage: Stage<'a>,
    customer: &'a Customer,
    habits: Vec<Habit>,
    /// Experience remembered for each lever, in multiples of the typical.
    memory: Vec<f64>,
    mood: f64,
    maturity: (f64, f64),
    project_until: usize,
    worry: f64,
    decided: Option<i32>,
    champion_left: Option<i32>,
    special: bool,
}

impl Stage<'_> {
    /// Lives through the life of a customer. The same luck is used whatever is pushed.
    pub(super) fn live(&self, customer: &Customer, push: Option<Push>, fate: Fate, keep: bool) -> Life {
        let (world, seed, index) = (self.world, self.world.seed, customer.index);
        let n = self.cast.streams.len();
        let mut mood_dice = Dice::of(seed, "mood", index);
        let mut hint_dice = Dice::of(seed, "hints", index);
        let mut choice = Dice::of(seed, "choice", index);
        let mut state = self.begin(customer, &mut mood_dice);
        let reviews = customer.reviews(world);
        let mut upcoming = reviews.iter().copied().enumerate().peekable();
        let first = usize::try_from(customer.start.max(0) / 7).unwrap_or_default();
        let mut life = Life {
            first,
            counts: vec![Vec::new(); n],
            amounts: vec![Vec::new(); n],
            drawn: vec![Vec::new(); if keep { n } else { 0 }],
            forms: (vec![0.0; self.cast.levers.len()], 0),
            ..Life::default()
        };
        let mut end = i32::MAX;
        for week in first..world.calendar.n_weeks() {
            let day = 7 * week as i32;
            if day > end {
                break;
            }
            state.feel(week, &mut mood_dice);
            let heard = life.hints.iter().filter(|hint| hint.heard >= day && hint.heard < day + 7).count();
            state.worry = if heard > 0 { 1.0 } else { state.worry * WORRY_LEFT };
            state.act(week, push, &mut life, keep);
            state.remember(day, &life);
            for (sum, lever) in life.forms.0.iter_mut().zip(0..) {
                *sum += self.cast.levers[lever].form.of(state.memory[lever]);
            }
            life.forms.1 += 1;
            let doubt = state.doubt(day);
            let hint =
                world.hints * (0.8 * doubt).clamp(-2.5, 2.5).exp() * if state.decided.is_some() { 3.0 } else { 1.0 };
            let (said, heard, after) = (hint_dice.chance(hint), hint_dice.chance(world.heard), hint_dice.unit());
            if said && heard {
                life.hints.push(Hint { day: day + 3, heard: day + 4 + (HEARING * after) as i32 });
            }
            while let Some((_, review)) = upcoming.next_if(|(_, review)| review.day < day + 7) {
                let draw = choice.unit();
                if state.decided.is_some() {
                    continue;
                }
                let eta = self.tuning.intercept + customer.term.per_review() + doubt;
                let at = life.held.len();
                life.held.push(Held { review, eta });
                let leaves = match fate {
                    Fate::Free => draw < probability(eta),
                    Fate::Stays => false,
                    Fate::As(decision) => decision == Some(at),
                };
                if leaves {
                    life.decision = Some(at);
                    state.decided = Some(review.day);
                    end = review.end;
                }
            }
        }
        life.champion_left = state.champion_left;
        life
    }

    fn begin<'a>(&'a self, customer: &'a Customer, mood_dice: &mut Dice) -> State<'a> {
        let habits: Vec<Habit> = (0..self.cast.streams.len())
            .map(|stream| {
                let mut dice = Dice::of(self.world.seed, &format!("activity {stream}"), customer.index);
                let (lasting, moving) = (dice.bell(), dice.bell());
                Habit { dice, lasting, moving, recent: 1.0 }
            })
            .collect();
        let memory = self
            .cast
            .levers
            .iter()
            .map(|lever| {
                let stream = &self.cast.streams[lever.stream];
                // Newcomers have had little of anything.
                let had = if customer.start < 0 { 1.0 } else { 0.5 };
                had * (stream.lasting * habits[lever.stream].lasting).exp()
            })
            .collect();
        let (mood, lasting, now) = (mood_dice.bell(), mood_dice.bell(), mood_dice.bell());
        State {
            stage: *self,
            customer,
            habits,
            memory,
            mood,
            maturity: (lasting, now),
            project_until: 0,
            worry: 0.0,
            decided: None,
            champion_left: None,
            special: self.cast.kpis.iter().any(|kpi| kpi.mechanism == Mechanism::T2),
        }
    }
}

impl State<'_> {
    /// What changes in the customer's house: mood, maturity, projects, the champion. Always the same number of draws.
    fn feel(&mut self, week: usize, dice: &mut Dice) {
        let world = self.stage.world;
        let keep =
            |now: f64, persistence: f64, draw: f64| persistence * now + (1.0 - persistence * persistence).sqrt() * draw;
        self.mood = keep(self.mood, world.mood_persistence, dice.bell());
        self.maturity.1 = keep(self.maturity.1, 0.96, dice.bell());
        if dice.chance(world.project.0) {
            self.project_until = week + world.project.2;
        }
        if dice.chance(world.champion.0) && self.champion_left.is_none() {
            self.champion_left = Some(7 * week as i32 + 2);
        }
        if let Some(outage) = world.outage.filter(|outage| outage.week == week) {
            self.mood -= outage.hurt;
        }
    }

    /// Draws every activity of the week.
    fn act(&mut self, week: usize, push: Option<Push>, life: &mut Life, keep: bool) {
        let cast = self.stage.cast;
        for (index, stream) in cast.streams.iter().enumerate() {
            let pushed = push.filter(|push| push.stream == index);
            if let Some(survey) = stream.survey {
                let (count, score) = self.answer(index, survey, week, pushed);
                life.counts[index].push(count);
                life.amounts[index].push(score);
                if keep {
                    life.drawn[index].push(Drawn::default());
                }
                continue;
            }
            let (real, sham) = self.rate(index, stream, week, life);
            let habit = &mut self.habits[index];
            habit.moving = stream.persistence * habit.moving
                + (1.0 - stream.persistence * stream.persistence).sqrt() * habit.dice.bell();
            let drawn = Drawn {
                rate: (real + sham) as f32,
                quantile: habit.dice.unit() as f32,
                size: habit.dice.bell() as f32,
            };
            let day = 7 * week as i32;
            let times = pushed.map_or(1.0, |push| push.times);
            let only_sham = pushed.and_then(|push| push.sham_from).is_some_and(|from| day >= from);
            let felt = if only_sham { real } else { times * real };
            let (count, amount) = happen(stream, drawn, times * (real + sham));
            let experience = if sham > 0.0 || only_sham { happen(stream, drawn, felt).1 } else { amount };
            let felt = if stream.by_amount { experience } else { f64::from(happen_count(drawn, felt)) };
            // A quarter of a year of experience, for those who follow it.
            habit.recent += (felt / stream.rate.max(1e-9) - habit.recent) / 13.0;
            life.counts[index].push(count);
            life.amounts[index].push(amount as f32);
            if keep {
                life.drawn[index].push(drawn);
            }
            for (lever, memory) in cast.levers.iter().zip(&mut self.memory) {
                if lever.stream == index {
                    *memory += (felt / stream.rate.max(1e-9) - *memory) / lever.memory;
                }
            }
        }
    }

    /// Real and sham events expected this week.
    fn rate(&self, index: usize, stream: &Stream, week: usize, life: &Life) -> (f64, f64) {
        let (world, customer) = (self.stage.world, self.customer);
        let day = 7 * week as i32;
        let habit = &self.habits[index];
        let mut log_rate = stream.lasting * habit.lasting + stream.moving * habit.moving;
        let (mut factor, mut added, mut sham) = (1.0, 0.0, 0.0);
        let by_customer = matches!(stream.log, Log::Usage | Log::Logins);
        if by_customer {
            let (size, phase) = world.season;
            log_rate += size * (std::f64::consts::TAU * (world.calendar.of_year(day) + phase)).sin();
            if self.decided.is_some() {
                factor *= 1.0 - world.wind_down;
            }
        }
        if let Some(outage) = world.outage.filter(|outage| (outage.week..outage.week + outage.weeks).contains(&week)) {
            factor *= match stream.log {
                Log::Usage | Log::Logins => outage.left,
                Log::Tickets => 1.0 / outage.left.max(0.3),
                _ => 1.0,
            };
        }
        if stream.vendor {
            let owner = world.owner_at(customer.owner, day);
            factor *= world.owners[owner].diligence;
            let left = world.owners[customer.owner].leaves;
            if left.is_some_and(|left| (left..left + HANDOVER).contains(&day)) {
                factor *= 0.15;
            }
        }
        let weeks_since = self.decided.map(|decided| f64::from(day - decided) / 7.0);
        for drive in &stream.drives {
            match *drive {
                Drive::Worry(times) => added += times * self.worry * stream.rate,
                Drive::Special(times) => {
                    let adopted = customer.adopts.is_some_and(|adopts| adopts <= day);
                    factor *= if customer.special || adopted { times } else { 0.35 };
                }
                Drive::Segment(size) => log_rate += size * segment_units(world, customer.segment),
                Drive::Mood(size) => log_rate += size * self.mood,
                Drive::Project(share) if week < self.project_until => factor *= 1.0 - share,
                Drive::Stops { share, weeks } => {
                    factor *= 1.0 - share * weeks_since.map_or(0.0, |since| ((since + 0.5) / weeks).clamp(0.0, 1.0));
                }
                Drive::Clears(weekly) if self.decided.is_some() => added += weekly,
                Drive::Follows { stream: from, power } => factor *= (0.1 + self.habits[from].recent).powf(power),
                Drive::Maturity(size) => log_rate += size * (0.7 * self.maturity.0 + 0.7 * self.maturity.1),
                Drive::Skill(size) => {
                    log_rate += size * world.owners[world.owner_at(customer.owner, day)].skill;
                }
                Drive::Copies { stream: from, each } => {
                    let events = life.counts[from].last().copied().unwrap_or_default();
                    return (each * f64::from(events), 0.0);
                }
                Drive::Gamed { from, times } if day >= from => sham = times,
                Drive::Project(_) | Drive::Clears(_) | Drive::Gamed { .. } => {}
            }
        }
        let own = stream.rate * log_rate.exp() * factor;
        // Sham rows are written by quota, whatever the customer's own habit is.
        (own + added, sham * stream.rate)
    }

    /// The answer to a survey, if it is asked for this week and given.
    fn answer(&mut self, index: usize, survey: Survey, week: usize, pushed: Option<Push>) -> (u16, f32) {
        let dice = &mut self.habits[index].dice;
        let (reply, noise, top) = (dice.unit(), dice.bell(), dice.unit());
        let asked = (week + self.customer.index).is_multiple_of(survey.every_weeks);
        if !asked || reply >= (survey.answered * (survey.by_mood * self.mood).exp()).min(0.97) {
            return (0, 0.0);
        }
        let score = match survey.answer {
            Answer::High if top < 0.05 => 8.0,
            Answer::High if top < 0.45 => 9.0,
            Answer::High => 10.0,
            Answer::Mood => (6.6 + 1.7 * self.mood + 1.1 * noise).round().clamp(0.0, 10.0),
            Answer::Noise => (7.0 + 1.7 * noise).round().clamp(0.0, 10.0),
        };
        (1, (score + pushed.map_or(0.0, |push| push.shift)) as f32)
    }

    /// Levers that work through the mood.
    fn remember(&mut self, day: i32, _life: &Life) {
        let world = self.stage.world;
        for at in 0..self.stage.cast.levers.len() {
            if self.stage.cast.levers[at].through_mood {
                // A slow mood has not taken up all of it within the life of a customer: on average this share.
                let (persistence, weeks) = (world.mood_persistence, 80.0);
                let taken_up = 1.0 - (1.0 - persistence.powf(weeks)) / (weeks * (1.0 - persistence));
                let weekly = self.effect(at, day) * (1.0 - persistence) / taken_up.max(0.3);
                self.mood -= weekly / world.mood_strength.max(0.05);
            }
        }
    }

    /// Log-odds that a lever adds now.
    fn effect(&self, at: usize, day: i32) -> f64 {
        let (lever, tuning) = (&self.stage.cast.levers[at], self.stage.tuning);
        if lever.until.is_some_and(|until| day > until) {
            return 0.0;
        }
        let plan = match self.customer.billing {
            Billing::Flat => 0,
            Billing::Metered => 1,
            Billing::Seat => 2,
        };
        let (slope, centre) =
            (tuning.slope.get(at).copied().unwrap_or(0.0), tuning.centre.get(at).copied().unwrap_or(0.0));
        lever.by_plan[plan] * slope * (lever.form.of(self.memory[at]) - centre)
    }

    /// What speaks for leaving today, in log-odds around the average.
    fn doubt(&self, day: i32) -> f64 {
        let (world, customer) = (self.stage.world, self.customer);
        let direct = |at: &usize| !self.stage.cast.levers[*at].through_mood;
        let levers: f64 = (0..self.memory.len()).filter(direct).map(|at| self.effect(at, day)).sum();
        let owner = world.owner_at(customer.owner, day);
        let manager = if self.stage.cast.kpis.iter().any(|kpi| kpi.mechanism == Mechanism::T2o) {
            0.3 + world.owner_strength
        } else {
            world.owner_strength
        };
        let within = |from: Option<i32>, days: i32| from.is_some_and(|from| (from..from + days).contains(&day));
        let mut doubt = levers - world.mood_strength * self.mood - world.fit_strength * customer.fit;
        doubt += world.segments[customer.segment].churn + customer.plan_churn;
        doubt -= manager * world.owners[owner].skill;
        if 7 * self.project_until as i32 > day {
            doubt += world.project.1;
        }
        if within(self.champion_left, 180) {
            doubt += world.champion.1;
        }
        if let Some(rise) = world.price_rise.filter(|rise| within(Some(rise.day), 90)) {
            doubt += rise.shock;
        }
        if self.special && customer.special {
            doubt -= world.purpose_strength;
        }
        doubt
    }
}

/// Log-odds of a segment in units of their spread.
fn segment_units(world: &World, segment: usize) -> f64 {
    let n = world.segments.len() as f64;
    let mean = world.segments.iter().map(|segment| segment.churn).sum::<f64>() / n;
    let square = world.segments.iter().map(|segment| (segment.churn - mean).powi(2)).sum::<f64>() / n;
    (world.segments[segment].churn - mean) / square.sqrt().max(0.05)
}

fn happen_count(drawn: Drawn, rate: f64) -> u16 {
    count_at(f64::from(drawn.quantile), rate)
}

/// Events and their total amount at a rate, with the luck that was drawn.
///
/// ```text
/// total = n exp(s z / √n - s² / 2n)        s spread of one event in the logarithm, z the week's luck
/// ```
pub(super) fn happen(stream: &Stream, drawn: Drawn, rate: f64) -> (u16, f64) {
    let count = happen_count(drawn, rate);
    if count == 0 {
        return (0, 0.0);
    }
    let n = f64::from(count);
    let spread = stream.spread;
    (count, n * (spread * f64::from(drawn.size) / n.sqrt() - spread * spread / (2.0 * n)).exp())
}
