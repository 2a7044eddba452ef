//! What nobody records: satisfaction, intent to leave, and the true level of each KPI, month by month.

use super::catalogue::Kpi;
use super::market::Account;
use super::rng::{chance, normal, stream};
use super::settings::CompanySettings;

/// Moves one KPI's own level in every month, everything else and every random draw left alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Push {
    pub(crate) kpi: Kpi,
    /// In units of the KPI's standardised level.
    pub(crate) by: f64,
}

/// Hidden states of one account; months count from the start of the burn-in.
#[derive(Debug, Clone)]
pub(crate) struct HiddenPath {
    satisfaction: Vec<f64>,
    intent: Vec<bool>,
    champion_left: Vec<bool>,
    levels: Vec<Vec<f64>>,
}

impl HiddenPath {
    /// Slow satisfaction, standard normal.
    pub(crate) fn satisfaction(&self, month: usize) -> f64 {
        self.satisfaction.get(month).copied().unwrap_or(0.0)
    }

    /// A short-lived intent to leave, one to three months.
    pub(crate) fn intent(&self, month: usize) -> bool {
        self.intent.get(month).copied().unwrap_or(false)
    }

    /// The sponsor left within the last six months.
    pub(crate) fn champion_left(&self, month: usize) -> bool {
        self.champion_left.get(month).copied().unwrap_or(false)
    }

    /// Standardised true level of a KPI.
    pub(crate) fn level(&self, kpi: Kpi, month: usize) -> f64 {
        self.levels.get(kpi.position()).and_then(|months| months.get(month)).copied().unwrap_or(0.0)
    }
}

/// Lives of the hidden states of one account, with or without a push.
pub(crate) fn path(settings: &CompanySettings, account: &Account, push: Option<Push>) -> HiddenPath {
    let n = settings.end();
    let mut levels: Vec<Vec<f64>> = Kpi::ALL.iter().map(|&kpi| own_level(settings, account, kpi, n)).collect();
    let months_of = |levels: &[Vec<f64>], kpi: Kpi| levels.get(kpi.position()).cloned().unwrap_or_default();
    // Whatever follows from a KPI is computed after the KPI has been pushed, and before it is pushed itself.
    raise(&mut levels, push.filter(|push| push.kpi != Kpi::AutomationsLive));
    let logins = months_of(&levels, Kpi::Logins);
    if let Some(automations) = levels.get_mut(Kpi::AutomationsLive.position()) {
        follow_logins(automations, &logins);
    }
    raise(&mut levels, push.filter(|push| push.kpi == Kpi::AutomationsLive));
    let (goals, tickets) = (months_of(&levels, Kpi::GoalsRecognised), months_of(&levels, Kpi::TicketDays));
    let satisfaction = satisfaction(settings, account, &goals, &tickets);
    let intent = intent(settings, account, &satisfaction);
    let champion_left = champion(settings, account, n);
    HiddenPath { satisfaction, intent, champion_left, levels }
}

/// First-order autoregression around a lasting level, variance 1: `x_t = b + w_t`, `w_t = r w_(t-1) + e_t`.
fn autoregression(rng: &mut rand_chacha::ChaCha8Rng, n: usize, lasting: f64, persistence: f64) -> Vec<f64> {
    let level = lasting.sqrt() * normal(rng);
    let spread = (1.0 - lasting).sqrt();
    let shock = spread * (1.0 - persistence * persistence).sqrt();
    let mut changing = spread * normal(rng);
    (0..n)
        .map(|_| {
            changing = persistence * changing + shock * normal(rng);
            level + changing
        })
        .collect()
}

fn own_level(settings: &CompanySettings, account: &Account, kpi: Kpi, n: usize) -> Vec<f64> {
    let mut rng = stream(settings.seed, &format!("level {}", kpi.name()), account.index);
    let motion = kpi.motion();
    autoregression(&mut rng, n, motion.lasting, motion.persistence)
}

fn raise(levels: &mut [Vec<f64>], push: Option<Push>) {
    let Some(Push { kpi, by }) = push else { return };
    for month in levels.get_mut(kpi.position()).into_iter().flatten() {
        *month += by;
    }
}

/// Mean of the three months before this one; 0 where there is none.
fn mean_before(months: &[f64], month: usize) -> f64 {
    let before = months.get(month.saturating_sub(3)..month).unwrap_or_default();
    if before.is_empty() { 0.0 } else { before.iter().sum::<f64>() / before.len() as f64 }
}

/// Use becomes results: automations are built in the three months after people log in.
fn follow_logins(automations: &mut [f64], logins: &[f64]) {
    for (month, own) in automations.iter_mut().enumerate() {
        *own = 0.74 * mean_before(logins, month) + 0.70 * *own;
    }
}

/// A slow mood of its own, fit, and what the customer lived through lately: goals reached and tickets left waiting.
fn satisfaction(settings: &CompanySettings, account: &Account, goals: &[f64], tickets: &[f64]) -> Vec<f64> {
    let mut rng = stream(settings.seed, "satisfaction", account.index);
    let mood = autoregression(&mut rng, goals.len(), 0.2, 0.9);
    let lived = (0..goals.len()).map(|month| 0.40 * mean_before(goals, month) - 0.45 * mean_before(tickets, month));
    mood.into_iter().zip(lived).map(|(mood, lived)| 0.30 * account.fit + 0.75 * mood + lived).collect()
}

/// Episodes of one to three months, more often when satisfaction is low.
fn intent(settings: &CompanySettings, account: &Account, satisfaction: &[f64]) -> Vec<bool> {
    let mut rng = stream(settings.seed, "intent", account.index);
    let mut months_in = 0;
    satisfaction
        .iter()
        .map(|mood| {
            let start = 1.0 / (1.0 + (3.1 + 0.4 * mood).exp());
            let probability = match months_in {
                0 => start,
                1 | 2 => 0.5,
                _ => 0.0,
            };
            months_in = if chance(&mut rng, probability) { months_in + 1 } else { 0 };
            months_in > 0
        })
        .collect()
}

fn champion(settings: &CompanySettings, account: &Account, n: usize) -> Vec<bool> {
    let mut rng = stream(settings.seed, "champion", account.index);
    let leaves: Vec<bool> = (0..n).map(|_| chance(&mut rng, 0.01)).collect();
    (0..n).map(|month| leaves.iter().take(month + 1).skip(month.saturating_sub(5)).any(|&left| left)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::market::account;
    use super::*;

    fn company() -> CompanySettings {
        CompanySettings { n_accounts: 400, ..CompanySettings::default() }
    }

    #[test]
    fn levels_are_standardised() {
        let settings = company();
        for kpi in Kpi::ALL {
            let values: Vec<f64> =
                (0..400).map(|index| path(&settings, &account(&settings, index), None).level(kpi, 36)).collect();
            let mean = values.iter().sum::<f64>() / 400.0;
            let sd = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 399.0).sqrt();
            // Monte Carlo errors of mean and sd at n = 400 are 0.05 and 0.035; four of each.
            assert!(mean.abs() < 0.2 && (sd - 1.0).abs() < 0.14, "{}: mean {mean}, sd {sd}", kpi.name());
        }
    }

    #[test]
    fn a_push_moves_its_own_kpi_and_what_follows_from_it_only() {
        let settings = company();
        let account = account(&settings, 3);
        let base = path(&settings, &account, None);
        let pushed = path(&settings, &account, Some(Push { kpi: Kpi::Logins, by: 1.0 }));
        for kpi in Kpi::ALL {
            let moved = pushed.level(kpi, 40) - base.level(kpi, 40);
            let expected = match kpi {
                Kpi::Logins => 1.0,
                Kpi::AutomationsLive => 0.74,
                _ => 0.0,
            };
            assert!((moved - expected).abs() < 1e-12, "{} moved {moved}", kpi.name());
        }
    }

    #[test]
    fn an_intent_to_leave_lasts_at_most_three_months() {
        let settings = company();
        let mut longest = 0;
        for index in 0..400 {
            let path = path(&settings, &account(&settings, index), None);
            let mut run = 0;
            for month in 0..settings.end() {
                run = if path.intent(month) { run + 1 } else { 0 };
                longest = longest.max(run);
            }
        }
        assert_eq!(longest, 3);
    }
}
