//! How large a random programme must be to settle a question, and what one can show with the accounts that there are.

use crate::traps::TestId;
use crate::words;
use crate::words::Words;

use super::facts::KpiFacts;

/// How long the programme would run, in periods.
const PERIODS: u32 = 12;

/// Five years of months; nobody waits longer.
const LONGEST: f64 = 60.0;

/// z of a two-sided test at 5 % with a power of 80 %.
const POWER: f64 = 1.959_963_984_540_054 + 0.841_621_233_572_914;

/// The size of a programme, half of whose accounts are pushed by one standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Programme {
    /// The effect that it is to find.
    pub(super) odds_ratio: f64,
    /// Accounts to watch for twelve periods.
    pub(super) accounts: usize,
    /// What all accounts show, where there are fewer.
    pub(super) all: Option<AllAccounts>,
}

/// A programme with every account that there is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct AllAccounts {
    /// Accounts.
    pub(super) accounts: usize,
    /// The weakest effect that twelve periods show.
    pub(super) odds_ratio: f64,
    /// Periods for the effect that is to be found; absent beyond five years of months.
    pub(super) periods: Option<usize>,
}

/// The programme that would settle a KPI; `None` without a slope, for a snapshot, or where nobody is a customer any more.
///
/// # Formula
/// ```text
/// D = 4 (z₀.₉₇₅ + z₀.₈)² / β²        decisions to leave that show a log odds ratio of β, half of the accounts pushed
/// ```
/// Accounts = D over the decisions of one account in twelve periods, at today's rate; the weakest effect of `n` accounts and the
/// periods that they need are the same equation solved for β and for the time. β is half the observed slope, because slopes
/// found first are too large, and no less than the smallest effect worth acting on; in the direction observed, or hoped for
/// where nothing is observed.
///
/// # Source
/// Schoenfeld (1983), Biometrics 39(2):499-503.
pub(super) fn programme(f: &KpiFacts<'_>) -> Option<Programme> {
    let effect = (0.5 * f.get(TestId::Full)?.estimate.abs()).max(f.limits.equivalence);
    let events = 4.0 * (POWER / effect).powi(2);
    let per_period = f.n_events as f64 / f.account_periods as f64;
    let accounts = events / (per_period * f64::from(PERIODS));
    if f.snapshot || f.accounts_now == 0 || !accounts.is_finite() {
        return None;
    }
    let sign = if f.signal() { f.slope(TestId::Full).signum() } else { f.good_sign() };
    let now = f.accounts_now as f64;
    let all = (accounts > now).then(|| {
        let weakest = 2.0 * POWER / (now * per_period * f64::from(PERIODS)).sqrt();
        let periods = events / (now * per_period);
        AllAccounts {
            accounts: f.accounts_now,
            odds_ratio: (sign * weakest).exp(),
            periods: (periods <= LONGEST).then_some(periods.ceil() as usize),
        }
    });
    Some(Programme { odds_ratio: (sign * effect).exp(), accounts: (accounts / 10.0).ceil() as usize * 10, all })
}

/// Advice that ends in a programme by lot, with the size that it needs. Short, because leadership reads it too.
pub(super) fn and_programme(f: &KpiFacts<'_>, advice: Words) -> Words {
    let Some(Programme { odds_ratio, accounts, all }) = programme(f) else { return advice };
    let Some(all) = all else {
        return advice.and(words!(
            en: "; {accounts} accounts over {PERIODS} periods would show an odds ratio of {odds_ratio:.2}",
            ja: "。顧客{accounts}件を{PERIODS}期追えば、オッズ比{odds_ratio:.2}の効果を検出できます",
        ));
    };
    let (n, weakest) = (all.accounts, all.odds_ratio);
    advice.and(match all.periods {
        Some(periods) => words!(
            en: "; to show an odds ratio of {odds_ratio:.2}, all {n} accounts need about {periods} periods ({PERIODS} periods: {weakest:.2} at best)",
            ja: "。オッズ比{odds_ratio:.2}の検出には今の顧客{n}件すべてで約{periods}期かかります（{PERIODS}期では{weakest:.2}まで）",
        ),
        None => words!(
            en: "; all {n} accounts are too few to show an odds ratio of {odds_ratio:.2} ({PERIODS} periods: {weakest:.2} at best)",
            ja: "。オッズ比{odds_ratio:.2}の検出には今の顧客{n}件では足りません（{PERIODS}期では{weakest:.2}まで）",
        ),
    })
}
