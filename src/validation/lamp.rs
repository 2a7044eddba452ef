//! The lamp on accounts that the score had not seen: how early it lit, how often for nothing, what it missed.
//!
//! ```text
//! as-of period a speaks of the window (a + gap, a + gap + horizon];  in time for an event in e:  a <= e - gap - 1
//! an episode (lit from a to b) is right if a <= e - gap - 1 and b >= e - gap - horizon;  lead = e - a
//! false if the account stayed to the end of b's window and could have left in it
//! ```

use std::collections::BTreeMap;

use crate::health::LampLimits;
use crate::stats::moments::quantile_sorted;

use super::lamp_share::{Part, Share, share};
use super::lamp_steps::{Episode, Outcome, Step, episodes, judge, steps};

/// Periods counted as a year where the length of a period is not known.
const PERIODS_PER_YEAR: f64 = 12.0;

/// One account and as-of period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LampRow {
    /// Account, an index into the accounts.
    pub account: u32,
    /// As-of period.
    pub period: i32,
    /// Probability of leaving by a model that saw neither the account nor its future; NaN = none.
    pub probability: f64,
    /// Lifecycle phase.
    pub phase: Option<u32>,
    /// The contract can be left in the window that the probability speaks of: only then is the lamp lit.
    pub open: bool,
    /// Periods until the contract can be left; `None` = it can be.
    pub renewal_in: Option<f64>,
    /// Something was done about the account in this period.
    pub acted: bool,
    /// Revenue per period, which weighs it and may move its limit.
    pub value: Option<f64>,
}

/// What became of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LampAccount {
    /// Period in which it left, or decided to.
    pub event: Option<i32>,
    /// Last period in which it was seen.
    pub last_seen: i32,
}

/// What the lamp is judged by.
#[derive(Debug, Clone, PartialEq)]
pub struct LampSettings {
    /// Where it lights and goes out.
    pub limits: LampLimits,
    /// Whole periods needed to act.
    pub gap: u32,
    /// Periods in the outcome window, at least 1.
    pub horizon: u32,
    /// Periods in a year, where it is known.
    pub periods_per_year: Option<f64>,
    /// Actions are logged at all.
    pub actions_logged: bool,
}

/// How early something was, in periods.
#[derive(Debug, Clone, PartialEq)]
pub struct LeadTimes {
    /// How many.
    pub n: usize,
    /// Quarter, half and three quarters of them were no earlier (quantiles of type 7).
    pub quartiles: [f64; 3],
    /// Earliest.
    pub max: u32,
    /// Periods and how many.
    pub histogram: Vec<(u32, usize)>,
}

/// How the lamp went out in the period after a lit one.
#[derive(Debug, Clone, PartialEq)]
pub struct WentOut {
    /// Lit periods with a logged action, without, or all of them.
    pub acted: Option<bool>,
    /// Lit periods after which the lamp went out.
    pub out: Share,
    /// Of those, the account stayed through the window that followed; `None` where no window is over.
    pub stayed: Option<Share>,
}

/// What the lamp had shown of an account that left without its warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissHistory {
    /// It was never lit.
    NeverLit,
    /// It was lit and went out before.
    WentOut,
    /// It lit when there was no time left to act.
    TooLate,
}

/// An account that left, could have been seen, and was not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Miss {
    /// Account.
    pub account: u32,
    /// Period in which it left.
    pub period: i32,
    /// Its probability at the last as-of period in time.
    pub probability: f64,
    /// Its phase then.
    pub phase: Option<u32>,
    /// What the lamp had shown.
    pub history: MissHistory,
    /// Its revenue.
    pub value: Option<f64>,
}

/// Accounts in one as-of period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Load {
    /// With a prediction.
    pub active: usize,
    /// Lit.
    pub lit: usize,
    /// Of these, lit in this period; none in the first period of all, before which nothing is known.
    pub newly_lit: usize,
}

/// What the lamp would have done.
#[derive(Debug, Clone, PartialEq)]
pub struct LampBacktest {
    /// Accounts with a prediction.
    pub n_accounts: usize,
    /// Predictions.
    pub n_rows: usize,
    /// Events from the first period on in which a prediction could have been in time.
    pub n_events: usize,
    /// Events before that: nothing is said about them.
    pub n_untested: usize,
    /// Events of accounts without a prediction in time: they left too early, or inside the gap.
    pub n_too_early: usize,
    /// Events with a prediction in time, of `n_events`.
    pub foreseeable: Option<Share>,
    /// Events whose lamp was lit in time, of `n_events`.
    pub caught: Option<Share>,
    /// The same in revenue.
    pub foreseeable_revenue: Option<Share>,
    /// The same in revenue.
    pub caught_revenue: Option<Share>,
    /// Periods from lighting to the event, of the events caught.
    pub before_churn: Option<LeadTimes>,
    /// Periods from lighting to when the contract could be left, of the events caught whose contract was running.
    pub before_renewal: Option<LeadTimes>,
    /// Episodes.
    pub n_episodes: usize,
    /// Episodes whose window is not over.
    pub n_unresolved: usize,
    /// Episodes in which the account could not have left.
    pub n_locked_in: usize,
    /// Episodes that lit when there was no time left to act.
    pub n_too_late: usize,
    /// Episodes in which the account stayed, of those in which it stayed or was lit in time and left.
    pub false_share: Option<Share>,
    /// The same in revenue.
    pub false_revenue: Option<Share>,
    /// Changes between on and off per account and year, with the margin and without it.
    pub flicker: [f64; 2],
    /// Periods taken for a year: 12 where their length is not known.
    pub periods_per_year: f64,
    /// Accounts times years observed.
    pub account_years: f64,
    /// How often it went out: in all lit periods, and, where actions are logged, with and without one.
    pub went_out: Vec<WentOut>,
    /// Events that were foreseeable and not caught, most valuable first.
    pub misses: Vec<Miss>,
    /// Accounts by as-of period.
    pub load: BTreeMap<i32, Load>,
}

/// Replays the lamp over held-out predictions. `rows` by account, then period; `accounts` by index.
///
/// `None` where no row has a prediction.
#[must_use]
pub fn lamp_backtest(rows: &[LampRow], accounts: &[LampAccount], settings: &LampSettings) -> Option<LampBacktest> {
    let earliest = rows.iter().filter(|row| row.probability.is_finite()).map(|row| row.period).min()?;
    let mut tally = Tally::default();
    let mut at = 0;
    while let Some(first) = rows.get(at) {
        let own = rows[at..].iter().take_while(|row| row.account == first.account).count();
        if let Some(account) = accounts.get(first.account as usize) {
            tally.account(&rows[at..at + own], at, *account, settings, earliest);
        }
        at += own;
    }
    Some(tally.done(settings))
}

/// Sums over accounts.
#[derive(Default)]
struct Tally {
    n_accounts: usize,
    n_rows: usize,
    n_untested: usize,
    n_too_early: usize,
    n_episodes: usize,
    n_unresolved: usize,
    n_locked_in: usize,
    n_too_late: usize,
    foreseeable: [Vec<Part>; 2],
    caught: [Vec<Part>; 2],
    false_alarms: [Vec<Part>; 2],
    before_churn: Vec<u32>,
    before_renewal: Vec<u32>,
    changes: [usize; 2],
    periods: f64,
    /// Without an action, with one.
    out: [Vec<Part>; 2],
    stayed: [Vec<Part>; 2],
    misses: Vec<Miss>,
    load: BTreeMap<i32, Load>,
}

impl Tally {
    fn account(&mut self, rows: &[LampRow], at: usize, account: LampAccount, settings: &LampSettings, earliest: i32) {
        let steps = steps(rows, at, account, &settings.limits);
        let row_of = |step: &Step| &rows[step.row - at];
        let worth = rows
            .iter()
            .filter(|row| account.event.is_none_or(|event| row.period < event))
            .filter_map(|row| row.value.filter(|v| v.is_finite() && *v >= 0.0))
            .next_back();
        if !steps.is_empty() {
            self.n_accounts += 1;
            self.n_rows += steps.len();
            self.over_time(rows, (at, earliest), account, &steps, settings);
            self.going_out(&steps, row_of, account, settings);
        }
        let episodes = episodes(&steps);
        self.episodes(&episodes, &steps, account, rows, worth, settings);
        let Some(event) = account.event else { return };
        let in_time = event - settings.gap.cast_signed() - 1;
        if in_time < earliest {
            self.n_untested += 1;
            return;
        }
        let last = steps.iter().rfind(|step| step.period <= in_time);
        let led = episodes
            .iter()
            .rfind(|episode| judge(**episode, &steps, account, rows, settings) == Outcome::Right)
            .copied();
        for (sums, hit) in [(&mut self.foreseeable, last.is_some()), (&mut self.caught, led.is_some())] {
            for (sum, weight) in sums.iter_mut().zip([Some(1.0), worth]) {
                let mut part = Part::default();
                part.add(hit, weight.unwrap_or(0.0));
                sum.push(part);
            }
        }
        let Some(last) = last else {
            self.n_too_early += 1;
            return;
        };
        if let Some(episode) = led {
            let lit = &steps[episode.first];
            self.before_churn.push((event - lit.period).unsigned_abs());
            if let Some(until) = row_of(lit).renewal_in.filter(|r| r.is_finite() && *r > 0.0) {
                self.before_renewal.push(until.round().min(1e6) as u32);
            }
        } else {
            let history = match episodes.last() {
                None => MissHistory::NeverLit,
                Some(episode) if steps[episode.first].period > in_time => MissHistory::TooLate,
                Some(_) => MissHistory::WentOut,
            };
            let LampRow { account, probability, phase, .. } = *row_of(last);
            self.misses.push(Miss { account, period: event, probability, phase, history, value: worth });
        }
    }

    fn episodes(
        &mut self,
        episodes: &[Episode],
        steps: &[Step],
        account: LampAccount,
        rows: &[LampRow],
        worth: Option<f64>,
        settings: &LampSettings,
    ) {
        let mut parts = [Part::default(); 2];
        for episode in episodes {
            self.n_episodes += 1;
            let wrong = match judge(*episode, steps, account, rows, settings) {
                Outcome::Right => false,
                Outcome::False => true,
                Outcome::TooLate => {
                    self.n_too_late += 1;
                    continue;
                }
                Outcome::LockedIn => {
                    self.n_locked_in += 1;
                    continue;
                }
                Outcome::Unresolved => {
                    self.n_unresolved += 1;
                    continue;
                }
            };
            parts[0].add(wrong, 1.0);
            parts[1].add(wrong, worth.unwrap_or(0.0));
        }
        for (sums, part) in self.false_alarms.iter_mut().zip(parts) {
            sums.push(part);
        }
    }

    /// Changes between on and off, and how many are lit when.
    fn over_time(
        &mut self,
        rows: &[LampRow],
        (at, earliest): (usize, i32),
        account: LampAccount,
        with: &[Step],
        settings: &LampSettings,
    ) {
        let without = steps(rows, at, account, &LampLimits { clear_margin: 0.0, ..settings.limits.clone() });
        for (changes, steps) in self.changes.iter_mut().zip([with, &without]) {
            let both_open = |pair: &[Step]| pair.iter().all(|step| rows[step.row - at].open);
            *changes += steps.windows(2).filter(|pair| both_open(pair) && pair[0].lit != pair[1].lit).count();
        }
        self.periods += with.windows(2).map(|pair| f64::from(pair[1].period - pair[0].period)).sum::<f64>();
        let mut was = false;
        for step in with {
            let load = self.load.entry(step.period).or_default();
            load.active += 1;
            load.lit += usize::from(step.lit);
            load.newly_lit += usize::from(step.lit && !was && step.period > earliest);
            was = step.lit;
        }
    }

    /// What came after each lit period: another lit one, a dark one, or the event.
    fn going_out<'r>(
        &mut self,
        steps: &[Step],
        row_of: impl Fn(&Step) -> &'r LampRow,
        account: LampAccount,
        settings: &LampSettings,
    ) {
        let (mut out, mut stayed) = ([Part::default(); 2], [Part::default(); 2]);
        for (i, step) in steps.iter().enumerate().filter(|(_, step)| step.lit) {
            let group = usize::from(row_of(step).acted);
            match steps.get(i + 1) {
                // The window is over: it did not go out because something was solved.
                Some(next) if !row_of(next).open => {}
                Some(next) if !next.lit => {
                    out[group].add(true, 1.0);
                    let end = next.period + settings.gap.cast_signed() + settings.horizon.cast_signed();
                    match account.event {
                        Some(event) => stayed[group].add(event > end, 1.0),
                        None if end <= account.last_seen => stayed[group].add(true, 1.0),
                        None => {}
                    }
                }
                Some(_) => out[group].add(false, 1.0),
                None if account.event.is_some() => out[group].add(false, 1.0),
                None => {}
            }
        }
        for (sums, parts) in [(&mut self.out, out), (&mut self.stayed, stayed)] {
            for (sum, part) in sums.iter_mut().zip(parts) {
                sum.push(part);
            }
        }
    }

    fn done(mut self, settings: &LampSettings) -> LampBacktest {
        self.misses.sort_by(|a, b| {
            let worth = |miss: &Miss| miss.value.unwrap_or(f64::NEG_INFINITY);
            worth(b).total_cmp(&worth(a)).then(a.probability.total_cmp(&b.probability)).then(a.account.cmp(&b.account))
        });
        let periods_per_year = settings.periods_per_year.unwrap_or(PERIODS_PER_YEAR);
        let years = self.periods / periods_per_year;
        let per_year = |n: usize| if years > 0.0 { n as f64 / years } else { 0.0 };
        let mut went_out = Vec::new();
        let both = |of: &[Vec<Part>; 2]| of.concat();
        let groups = if settings.actions_logged { &[None, Some(true), Some(false)][..] } else { &[None][..] };
        for &acted in groups {
            let pick = |of: &[Vec<Part>; 2]| acted.map_or_else(|| both(of), |acted| of[usize::from(acted)].clone());
            if let Some(out) = share(&pick(&self.out)) {
                went_out.push(WentOut { acted, out, stayed: share(&pick(&self.stayed)) });
            }
        }
        LampBacktest {
            n_accounts: self.n_accounts,
            n_rows: self.n_rows,
            n_events: self.foreseeable[0].len(),
            n_untested: self.n_untested,
            n_too_early: self.n_too_early,
            foreseeable: share(&self.foreseeable[0]),
            caught: share(&self.caught[0]),
            foreseeable_revenue: share(&self.foreseeable[1]),
            caught_revenue: share(&self.caught[1]),
            before_churn: lead_times(self.before_churn),
            before_renewal: lead_times(self.before_renewal),
            n_episodes: self.n_episodes,
            n_unresolved: self.n_unresolved,
            n_locked_in: self.n_locked_in,
            n_too_late: self.n_too_late,
            false_share: share(&self.false_alarms[0]),
            false_revenue: share(&self.false_alarms[1]),
            flicker: self.changes.map(per_year),
            periods_per_year,
            account_years: years,
            went_out,
            misses: self.misses,
            load: self.load,
        }
    }
}

fn lead_times(mut periods: Vec<u32>) -> Option<LeadTimes> {
    periods.sort_unstable();
    let max = *periods.last()?;
    let sorted: Vec<f64> = periods.iter().map(|&n| f64::from(n)).collect();
    let mut histogram: Vec<(u32, usize)> = Vec::new();
    for &n in &periods {
        match histogram.last_mut() {
            Some((known, count)) if *known == n => *count += 1,
            _ => histogram.push((n, 1)),
        }
    }
    let quartiles = [0.25, 0.5, 0.75].map(|q| quantile_sorted(&sorted, q));
    Some(LeadTimes { n: periods.len(), quartiles, max, histogram })
}
