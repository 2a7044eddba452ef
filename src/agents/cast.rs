//! The KPIs of a company: which mechanisms are planted, in which activities.

use super::Family;
use super::calendar::Period;
use super::dice::Dice;
use super::kpi::{Kpi, Measure, Window};
use super::mechanism::Mechanism;
use super::stream::{Answer, Drive, Form, Lever, Log, Stream, Survey};
use super::vocabulary::{label, topic_of, topics};
use super::world::{Billing, World};

/// Activities, effects and KPIs.
#[derive(Debug, Clone, Default)]
pub(super) struct Cast {
    pub(super) streams: Vec<Stream>,
    pub(super) levers: Vec<Lever>,
    pub(super) kpis: Vec<Kpi>,
}

impl Cast {
    /// Draws the cast of a world.
    pub(super) fn draw(world: &World) -> Self {
        let dice = Dice::of(world.seed, "cast", 0);
        let mut maker = Maker { world, dice, cast: Self::default(), free: Vec::new() };
        maker.free = Log::ALL
            .iter()
            .map(|&log| {
                let mut positions: Vec<usize> = (0..topics(log).len()).collect();
                maker.dice.shuffle(&mut positions);
                (log, positions)
            })
            .collect();
        if world.small {
            maker.free.retain(|(log, _)| !matches!(log, Log::Logins | Log::Admin | Log::Outcomes));
        }
        for mechanism in maker.plan() {
            if maker.cast.kpis.len() < world.n_kpis {
                maker.plant(mechanism);
            }
        }
        if !world.small {
            maker.background();
        }
        maker.shrink();
        maker.rename();
        maker.cast
    }

    /// Whether the decision can depend on what happens in a stream.
    pub(super) fn matters(&self, stream: usize) -> bool {
        let feeds = |drive: &Drive| matches!(drive, Drive::Follows { stream: from, .. } if *from == stream);
        self.levers.iter().any(|lever| lever.stream == stream)
            || self.streams.iter().any(|other| other.drives.iter().any(feeds))
    }
}

struct Maker<'w> {
    world: &'w World,
    dice: Dice,
    cast: Cast,
    /// Topics of each log that no activity has yet.
    free: Vec<(Log, Vec<usize>)>,
}

/// Mechanisms that really work, the chain of use, result and recognised result as its last step.
const REAL: [Mechanism; 9] = [
    Mechanism::T10,
    Mechanism::T11,
    Mechanism::T10,
    Mechanism::T12,
    Mechanism::T14,
    Mechanism::T15,
    Mechanism::T16,
    Mechanism::T6r,
    Mechanism::T10,
];

const TRAPS: [Mechanism; 15] = [
    Mechanism::T1,
    Mechanism::T2,
    Mechanism::T2o,
    Mechanism::T3,
    Mechanism::T4,
    Mechanism::T5,
    Mechanism::T5x,
    Mechanism::T5b,
    Mechanism::T5c,
    Mechanism::T5c,
    Mechanism::T7,
    Mechanism::T8,
    Mechanism::T9,
    Mechanism::T13,
    Mechanism::T13g,
];

impl Maker<'_> {
    /// Mechanisms in the order of planting: what others refer to comes first.
    fn plan(&mut self) -> Vec<Mechanism> {
        let n = self.world.n_kpis;
        if self.world.small {
            use Mechanism as M;
            return vec![M::T10, M::T11, M::T1, M::T5, M::T2, M::T5c];
        }
        if self.world.family == Family::Noise {
            return vec![Mechanism::T7; n];
        }
        let n_real = ((n as f64) * self.dice.between(0.33, 0.48)).round() as usize;
        let (mut real, mut traps) = (REAL.to_vec(), TRAPS.to_vec());
        self.dice.shuffle(&mut real);
        self.dice.shuffle(&mut traps);
        real.truncate(n_real.max(2));
        if matches!(self.world.family, Family::Adversarial | Family::Untraced) {
            // A hidden slow health is only a danger where KPIs show it.
            traps.retain(|trap| *trap != Mechanism::T5c);
            traps.splice(0..0, [Mechanism::T5c, Mechanism::T5c, Mechanism::T1]);
            traps = unique(traps, Mechanism::T1);
        }
        if self.world.family == Family::Easy {
            // Visible health: somebody asks.
            traps.retain(|trap| *trap != Mechanism::T5c);
            traps.insert(0, Mechanism::T5c);
        }
        real.sort_by_key(|mechanism| u8::from(*mechanism == Mechanism::T14));
        real.extend(traps);
        real
    }

    fn plant(&mut self, mechanism: Mechanism) {
        use Mechanism as M;
        match mechanism {
            M::T6r => self.chain(),
            M::T8 => self.copy(),
            M::T4 => {
                let survey = Survey {
                    every_weeks: self.dice.pick(4, &[13, 26]),
                    answered: self.dice.between(0.15, 0.4),
                    by_mood: self.dice.pick(0.0, &[0.4]),
                    answer: Answer::High,
                };
                self.survey(M::T4, survey);
            }
            M::T5c if self.asks() => {
                let survey = Survey {
                    every_weeks: self.dice.pick(4, &[4, 9, 13]),
                    answered: self.dice.between(0.3, 0.8),
                    by_mood: self.dice.pick(0.0, &[0.2]),
                    answer: Answer::Mood,
                };
                self.survey(M::T5c, survey);
            }
            M::T7 if self.dice.chance(0.15) => {
                let survey = Survey { every_weeks: 9, answered: 0.5, by_mood: 0.0, answer: Answer::Noise };
                self.survey(M::T7, survey);
            }
            M::T3 => {
                let Some(stream) = self.stream(&[Log::Usage, Log::Logins], Vec::new()) else { return };
                let metered = self.dice.between(0.7, 1.3);
                let lever = self.lever(stream, -1.2, [1.0, -metered, 0.5]);
                self.cast.levers.push(lever);
                self.kpi(M::T3, stream, None);
            }
            M::T14 => self.masked(),
            other => self.plain(other),
        }
    }

    /// Whether the mood shows in a survey here and not in behaviour.
    fn asks(&mut self) -> bool {
        match self.world.family {
            Family::Untraced => false,
            Family::Adversarial => self.dice.chance(0.3),
            Family::Easy => true,
            _ => self.dice.chance(0.5),
        }
    }

    /// One activity, driven in the mechanism's way, perhaps with an effect.
    fn plain(&mut self, mechanism: Mechanism) {
        use Mechanism as M;
        let dice = &mut self.dice;
        let (low, high) = if dice.chance(0.5) { (-1.0, -0.6) } else { (0.6, 1.0) };
        let signed = dice.between(low, high);
        let mut drives: Vec<Drive> = match mechanism {
            M::T1 => vec![Drive::Worry(dice.between(4.0, 14.0))],
            M::T15 => vec![Drive::Worry(dice.between(1.5, 4.0))],
            M::T2 => vec![Drive::Special(dice.between(4.0, 9.0))],
            M::T2o => vec![Drive::Skill(dice.between(0.5, 0.9))],
            M::T5 => vec![Drive::Stops { share: dice.between(0.7, 0.95), weeks: dice.between(1.0, 5.0) }],
            M::T5x => vec![Drive::Clears(dice.between(0.25, 0.8))],
            M::T5b => vec![Drive::Project(dice.between(0.7, 0.95))],
            M::T5c => vec![Drive::Mood(dice.between(0.45, 0.8))],
            M::T9 => vec![Drive::Segment(signed)],
            M::T13g => vec![Drive::Gamed { from: self.world.change_day, times: dice.between(2.0, 5.0) }],
            _ => Vec::new(),
        };
        let logs: &[Log] = match mechanism {
            M::T1 | M::T15 | M::T16 | M::T2o | M::T13g => &[Log::Contacts],
            M::T2 => &[Log::Usage],
            M::T5 | M::T5b => &[Log::Usage, Log::Usage, Log::Logins],
            M::T5x => &[Log::Admin],
            M::T5c => &[Log::Usage, Log::Logins, Log::Tickets],
            M::T9 => &[Log::Usage, Log::Tickets, Log::Contacts, Log::Admin],
            M::T11 => &[Log::Tickets],
            M::T13 => &[Log::Usage, Log::Contacts],
            M::T7 => &[Log::Usage, Log::Contacts, Log::Tickets, Log::Admin, Log::Outcomes, Log::Logins],
            _ => &[Log::Usage, Log::Contacts, Log::Outcomes, Log::Usage],
        };
        if let (M::T5c, Some(Drive::Mood(size))) = (mechanism, drives.first_mut())
            && self.free.iter().all(|(log, free)| !matches!(log, Log::Usage | Log::Logins) || free.is_empty())
        {
            // Only tickets are left, and the unhappy write more of them.
            *size = -*size;
        }
        let Some(stream) = self.stream(logs, drives) else { return };
        if mechanism == M::T5c && self.cast.streams[stream].log == Log::Tickets {
            for drive in &mut self.cast.streams[stream].drives {
                if let Drive::Mood(size) = drive {
                    *size = -size.abs();
                }
            }
        }
        let sign = if matches!(mechanism, M::T11 | M::T16) { 1.0 } else { -1.0 };
        if matches!(mechanism, M::T10 | M::T11 | M::T12 | M::T13 | M::T13g | M::T15 | M::T16) {
            let mut lever = self.lever(stream, sign, [1.0; 3]);
            if mechanism == M::T12 {
                lever.form = Form::Below(self.dice.between(0.7, 1.1));
            }
            if mechanism == M::T13 {
                lever.until = Some(self.world.change_day);
            }
            if matches!(mechanism, M::T13 | M::T13g) {
                // What has ended leaves no long memory behind.
                (lever.through_mood, lever.memory) = (false, lever.memory.min(5.0));
            }
            self.cast.levers.push(lever);
        }
        if mechanism == M::T5x {
            // Nothing to export for a customer who stays.
            let stream = &mut self.cast.streams[stream];
            stream.rate = stream.rate.min(0.04);
        }
        self.kpi(mechanism, stream, None);
    }

    /// Training for those in trouble: with tickets if these matter here, else in the segments that leave most.
    fn masked(&mut self) {
        let harmful = self.cast.kpis.iter().position(|kpi| kpi.mechanism == Mechanism::T11);
        let drive = match harmful.map(|at| self.cast.kpis[at].stream) {
            Some(stream) => Drive::Follows { stream, power: self.dice.between(0.6, 1.0) },
            None => Drive::Segment(self.dice.between(0.5, 0.9)),
        };
        let Some(stream) = self.stream(&[Log::Contacts, Log::Usage], vec![drive]) else { return };
        let lever = self.lever(stream, -1.0, [1.0; 3]);
        self.cast.levers.push(lever);
        self.kpi(Mechanism::T14, stream, harmful);
    }

    /// Use, result, recognised result. The recognised result is what counts; use leads to it or only goes along.
    fn chain(&mut self) {
        let causal = self.dice.chance(0.65);
        let maturity = self.dice.between(0.5, 0.7);
        let used = |causal: bool| if causal { Vec::new() } else { vec![Drive::Maturity(maturity)] };
        let Some(usage) = self.stream(&[Log::Usage], used(causal)) else { return };
        let power = self.dice.between(0.8, 1.1);
        let follows = |from| vec![Drive::Follows { stream: from, power }];
        let result_drives = if causal { follows(usage) } else { used(false) };
        let Some(result) = self.stream(&[Log::Outcomes, Log::Usage], result_drives) else { return };
        let Some(seen) = self.stream(&[Log::Outcomes, Log::Contacts], follows(result)) else { return };
        for late in [result, seen] {
            // What comes of something has little habit of its own.
            let stream = &mut self.cast.streams[late];
            (stream.lasting, stream.moving) = (0.5 * stream.lasting, 0.5 * stream.moving);
        }
        self.cast.streams[seen].rate = self.cast.streams[seen].rate.max(0.2);
        let lever = self.lever(seen, -1.0, [1.0; 3]);
        self.cast.levers.push(Lever { through_mood: false, ..lever });
        let last = self.cast.kpis.len();
        self.kpi(Mechanism::T6r, seen, None);
        let early = if causal { Mechanism::T6m } else { Mechanism::T6z };
        if self.cast.kpis.len() < self.world.n_kpis {
            self.kpi(early, usage, Some(last));
        }
        if self.cast.kpis.len() < self.world.n_kpis && self.dice.chance(0.4) {
            // The result itself does lead to recognition.
            self.kpi(Mechanism::T6m, result, Some(last));
        }
    }

    /// A second log of a lever's activity.
    fn copy(&mut self) {
        let usable = |kpi: &Kpi| matches!(kpi.mechanism, Mechanism::T10 | Mechanism::T12 | Mechanism::T6r);
        let Some(parent) = self.cast.kpis.iter().position(usable) else { return };
        let from = self.cast.kpis[parent].stream;
        let each = self.dice.between(1.0, 3.0);
        let logs: &[Log] = &[self.cast.streams[from].log, Log::Usage, Log::Admin];
        let Some(stream) = self.stream(logs, vec![Drive::Copies { stream: from, each }]) else { return };
        let (kind, vendor) = (self.cast.kpis[parent].kind, self.cast.streams[from].vendor);
        self.cast.streams[stream].vendor = vendor;
        self.kpi(Mechanism::T8, stream, Some(parent));
        let (window, measure) = (self.cast.kpis[parent].window, self.cast.kpis[parent].measure);
        if let Some(copy) = self.cast.kpis.last_mut() {
            copy.kind = kind;
            if copy.window.days != window.days || measure == Measure::Sum {
                copy.measure = Measure::Count;
            }
        }
    }

    fn survey(&mut self, mechanism: Mechanism, survey: Survey) {
        let Some(stream) = self.stream(&[Log::Surveys], Vec::new()) else { return };
        self.cast.streams[stream].survey = Some(survey);
        self.kpi(mechanism, stream, None);
    }

    /// Rows nobody made a KPI of, so that conditions in the study matter.
    fn background(&mut self) {
        for log in [Log::Usage, Log::Contacts, Log::Tickets] {
            if self.cast.streams.iter().any(|stream| stream.log == log) && self.dice.chance(0.6) {
                self.stream(&[log], Vec::new());
            }
        }
    }

    /// Large companies with long histories log less per account, so that the files stay small.
    fn shrink(&mut self) {
        let months = self.world.calendar.n_months as f64;
        let account_weeks = 0.65 * self.world.n_accounts as f64 * (months * 4.35 + 30.0);
        let mut expected = vec![0.0; self.cast.streams.len()];
        for at in 0..self.cast.streams.len() {
            let stream = &self.cast.streams[at];
            let spread = stream.lasting.powi(2) + stream.moving.powi(2);
            expected[at] = account_weeks * stream.rate * (0.5 * spread).exp();
            for drive in &stream.drives {
                match *drive {
                    Drive::Copies { stream: from, each } => expected[at] = each * expected[from],
                    Drive::Special(times) => expected[at] *= 1.0 + 0.4 * times,
                    _ => {}
                }
            }
        }
        let small = self.world.small;
        let frequent = |stream: &Stream| small || matches!(stream.log, Log::Usage | Log::Logins);
        let total = |of: bool| -> f64 {
            self.cast.streams.iter().zip(&expected).filter(|(stream, _)| frequent(stream) == of).map(|(_, n)| n).sum()
        };
        let factor = ((self.world.rows - total(false)) / total(true).max(1.0)).clamp(0.1, 1.0);
        self.cast.streams.iter_mut().filter(|stream| frequent(stream)).for_each(|stream| stream.rate *= factor);
    }

    /// Some companies number their KPIs, some name them in Japanese.
    fn rename(&mut self) {
        let numbered = self.dice.chance(0.25) && !self.world.small;
        for (at, kpi) in self.cast.kpis.iter_mut().enumerate() {
            if numbered {
                kpi.name = format!("kpi_{:02}", at + 1);
            } else if self.world.style == 2 {
                let own = &self.cast.streams[kpi.stream];
                let (topic, measure) = (topic_of(own.log, own.topic), kpi.measure.words(own.log));
                kpi.name = format!("{}_{}_{}", topic.ja, measure.ja, kpi.window.text);
            }
        }
    }

    /// A new activity in the first of these logs, from a random one on, that has a topic left.
    fn stream(&mut self, logs: &[Log], drives: Vec<Drive>) -> Option<usize> {
        let first = self.dice.whole(0, logs.len().saturating_sub(1));
        let order = (0..logs.len()).map(|at| logs[(first + at) % logs.len()]);
        let (log, topic) = order.into_iter().find_map(|log| {
            let (_, free) = self.free.iter_mut().find(|(own, _)| *own == log)?;
            free.pop().map(|topic| (log, topic))
        })?;
        let dice = &mut self.dice;
        // Events per month.
        let monthly = match log {
            Log::Usage => dice.log_between(1.5, 9.0),
            Log::Logins => dice.log_between(4.0, 14.0),
            Log::Contacts => dice.log_between(0.5, 2.5),
            Log::Tickets => dice.log_between(0.5, 2.0),
            Log::Admin => dice.log_between(0.3, 1.5),
            Log::Outcomes => dice.log_between(0.5, 2.5),
            Log::Surveys => 1.0,
        };
        let vendor = log == Log::Contacts && dice.chance(0.85);
        let stream = Stream {
            log,
            topic,
            rate: monthly / 4.35,
            lasting: dice.between(0.3, 0.6),
            moving: dice.between(0.4, 0.7),
            persistence: dice.between(0.85, 0.97),
            spread: dice.between(0.3, 0.7),
            by_amount: false,
            vendor,
            role: dice.weighted(&[0.4, 0.3, 0.3]),
            drives,
            survey: None,
        };
        self.cast.streams.push(stream);
        Some(self.cast.streams.len() - 1)
    }

    fn lever(&mut self, stream: usize, sign: f64, by_plan: [f64; 3]) -> Lever {
        let dice = &mut self.dice;
        let (low, high) = self.world.effect;
        let form = match dice.weighted(&[0.5, 0.2, 0.3]) {
            0 => Form::Log,
            1 => Form::Linear,
            _ => Form::Saturating(dice.between(0.6, 1.5)),
        };
        let through_mood = dice.chance(0.12) && self.world.mood_strength > 0.3;
        Lever {
            stream,
            target: sign * dice.between(low, high),
            form,
            memory: dice.pick(4.0, &[6.0, 10.0, 16.0, 26.0]),
            by_plan,
            until: None,
            through_mood: through_mood
                && self.world.plans.iter().all(|plan| plan.0 != Billing::Metered || by_plan[1] > 0.0),
        }
    }

    fn kpi(&mut self, mechanism: Mechanism, stream: usize, parent: Option<usize>) {
        let dice = &mut self.dice;
        let own = &mut self.cast.streams[stream];
        let measure = match own.log {
            Log::Usage => [Measure::Count, Measure::Sum, Measure::DistinctDays][dice.weighted(&[0.45, 0.25, 0.3])],
            Log::Logins => [Measure::Count, Measure::DistinctDays, Measure::People][dice.weighted(&[0.4, 0.35, 0.25])],
            Log::Contacts | Log::Tickets | Log::Outcomes if dice.chance(0.3) => Measure::Sum,
            Log::Surveys => [Measure::Mean, Measure::Last][dice.weighted(&[0.6, 0.4])],
            _ => Measure::Count,
        };
        own.by_amount = measure == Measure::Sum;
        let window = window(dice, self.world.calendar.period, own.log);
        let topic = topic_of(own.log, own.topic);
        let (kind, stage) = match own.log {
            Log::Contacts if own.vendor => ("action", "relationship"),
            Log::Contacts => ("behaviour", "relationship"),
            Log::Usage | Log::Logins | Log::Admin => ("behaviour", "use"),
            Log::Tickets => ("friction", "environment"),
            Log::Surveys => ("perception", "relationship"),
            Log::Outcomes if mechanism == Mechanism::T6r => ("outcome", "recognised"),
            Log::Outcomes => ("outcome", "result"),
        };
        let less = own.log == Log::Tickets || (own.log == Log::Admin && mechanism != Mechanism::T8);
        self.cast.kpis.push(Kpi {
            name: format!("{}_{}_{}", topic.id, measure.agg(), window.text),
            label: label(topic, &measure.words(own.log), window.text),
            mechanism,
            stream,
            measure,
            window,
            parent,
            kind,
            stage,
            hoped: if less { "less" } else { "more" },
            became_target: (mechanism == Mechanism::T13g).then_some(self.world.change_day),
        });
    }
}

/// Windows that suit the period; surveys are sparse and need long ones.
fn window(dice: &mut Dice, period: Period, log: Log) -> Window {
    let of = |text, days| Window { text, days };
    let long = [of("120d", 120), of("180d", 180)];
    let all = match (period, log) {
        (_, Log::Surveys) => return dice.pick(of("90d", 90), &long),
        (Period::Week, _) => [of("30d", 30), of("4w", 28), of("60d", 60), of("90d", 90)],
        (Period::Month, _) => [of("60d", 60), of("90d", 90), of("1mo", 30), of("120d", 120)],
        (Period::Quarter, _) => [of("90d", 90), of("1q", 91), of("120d", 120), of("60d", 60)],
    };
    dice.pick(if period == Period::Quarter { of("1q", 91) } else { of("30d", 30) }, &all)
}

/// The list with one of several equal members.
fn unique(mut list: Vec<Mechanism>, of: Mechanism) -> Vec<Mechanism> {
    let mut seen = false;
    list.retain(|mechanism| *mechanism != of || !std::mem::replace(&mut seen, true));
    list
}
