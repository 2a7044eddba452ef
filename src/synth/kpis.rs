//! What is recorded: one function per KPI, each with the way in which it fools.

use rand_chacha::ChaCha8Rng;

use super::catalogue::Kpi;
use super::decide::Fate;
use super::health::HiddenPath;
use super::market::{Account, Plan};
use super::rng::{chance, class, count, normal, stream};
use super::settings::CompanySettings;

/// Everything that shows in the records of one account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Life<'a> {
    pub(crate) settings: &'a CompanySettings,
    pub(crate) account: &'a Account,
    pub(crate) path: &'a HiddenPath,
    pub(crate) fate: &'a Fate,
}

/// Hints at leaving, by month: heard by somebody, and those of them that were written down.
#[derive(Debug, Clone)]
pub(crate) struct Hints {
    pub(crate) heard: Vec<bool>,
    pub(crate) recorded: Vec<bool>,
}

impl Hints {
    pub(crate) fn heard_in(&self, month: usize) -> bool {
        self.heard.get(month).copied().unwrap_or(false)
    }

    pub(crate) fn recorded_in(&self, month: usize) -> bool {
        self.recorded.get(month).copied().unwrap_or(false)
    }
}

impl Life<'_> {
    fn rng(&self, purpose: &str) -> ChaCha8Rng {
        stream(self.settings.seed, purpose, self.account.index)
    }

    fn level(&self, kpi: Kpi, month: usize) -> f64 {
        self.path.level(kpi, month)
    }

    /// Months until the notice; `None` for accounts that stay.
    fn months_to_notice(&self, month: usize) -> Option<usize> {
        self.fate.left.and_then(|exit| exit.notice.checked_sub(month))
    }

    fn covert(&self, month: usize) -> bool {
        self.fate.left.is_some_and(|exit| (exit.decided..exit.notice).contains(&month))
    }
}

/// Customers who think of leaving say so in some months; two hints of three are written down, always before the notice.
pub(crate) fn hints(life: Life<'_>) -> Hints {
    let mut rng = life.rng("hints");
    let mut heard = Vec::with_capacity(life.settings.end());
    let mut recorded = Vec::with_capacity(life.settings.end());
    for month in 0..life.settings.end() {
        let (says, writes) = (chance(&mut rng, 0.6), chance(&mut rng, 0.66));
        let says_after_deciding = chance(&mut rng, 0.3);
        let told = (life.path.intent(month) && says) || (life.covert(month) && says_after_deciding);
        let before_notice = life.months_to_notice(month) != Some(0);
        heard.push(told);
        recorded.push(told && writes && before_notice);
    }
    Hints { heard, recorded }
}

/// The values of one KPI in every simulated month; `None` where nothing was recorded.
pub(crate) fn observe(life: Life<'_>, hints: &Hints, kpi: Kpi) -> Vec<Option<f64>> {
    let mut rng = life.rng(&format!("record {}", kpi.name()));
    let mut lost = life.rng(&format!("lost {}", kpi.name()));
    let copy_level = if kpi == Kpi::AutomationRuns { Kpi::AutomationsLive } else { kpi };
    let scale = 10_f64.powi(i32::try_from(kpi.decimals()).unwrap_or(0));
    (0..life.settings.end())
        .map(|month| {
            let level = life.level(copy_level, month);
            let value = match kpi {
                Kpi::ExecContacts => exec_contacts(&mut rng, life, hints, level, month),
                Kpi::SpecialFeatureDays => special_feature_days(&mut rng, life, level),
                Kpi::UsageHours => usage_hours(&mut rng, life, level),
                Kpi::NpsScore => nps_score(&mut rng, life, month),
                Kpi::Logins => logins(&mut rng, life, level),
                Kpi::AutomationsLive => automations_live(&mut rng, level),
                Kpi::AutomationRuns => automation_runs(&mut rng, level, life.level(kpi, month)),
                Kpi::ReviewMinutes => review_minutes(&mut rng, level),
                Kpi::GoalsRecognised => goals_recognised(&mut rng, level),
                Kpi::TicketDays => ticket_days_open(&mut rng, level),
                Kpi::TemplateUses => template_uses(&mut rng, level),
                Kpi::DataExports => data_exports(&mut rng, life, level, month),
                Kpi::WebinarVisits => webinar_visits(&mut rng, level),
                Kpi::PulseScore => pulse_score(&mut rng, life, level, month),
            };
            let is_lost = chance(&mut lost, kpi.lost_share());
            value.filter(|_| !is_lost).map(|value| (value * scale).round() / scale)
        })
        .collect()
}

/// Rescue contact (T1): managers and executives run to customers who hinted, and once more when the notice is on the table.
/// Contact itself changes nothing.
fn exec_contacts(rng: &mut ChaCha8Rng, life: Life<'_>, hints: &Hints, level: f64, month: usize) -> Option<f64> {
    let usual = (-0.1 + 0.45 * level + 0.2 * life.account.segment.size()).exp();
    let after_hint = if month > 0 && hints.heard_in(month - 1) { 2.4 } else { 0.0 };
    let at_hint = if hints.heard_in(month) { 0.9 } else { 0.0 };
    let at_notice = if life.months_to_notice(month) == Some(0) { 2.0 } else { 0.0 };
    Some(count(rng, usual + after_hint + at_hint + at_notice))
}

/// Selection (T2): who bought the product for the feature uses it and stays; the use changes nothing.
fn special_feature_days(rng: &mut ChaCha8Rng, life: Life<'_>, level: f64) -> Option<f64> {
    let bought_for_it = if life.account.purpose_special { 1.5 } else { 0.0 };
    Some(count(rng, (0.3 + bought_for_it + 0.55 * level).exp()).min(23.0))
}

/// Sign differs by billing (T3): on flat and seat plans use means value, on metered plans it means a larger bill.
fn usage_hours(rng: &mut ChaCha8Rng, life: Life<'_>, level: f64) -> Option<f64> {
    Some((3.4 + 0.7 * life.account.segment.size() + 0.6 * level + 0.1 * normal(rng)).exp())
}

/// Always positive, sparse and old (T4): whoever answers gives a 9 or a 10, whatever comes next.
fn nps_score(rng: &mut ChaCha8Rng, life: Life<'_>, month: usize) -> Option<f64> {
    let asked = (month as u64 + life.account.index).is_multiple_of(3);
    let answers = chance(rng, (0.38 + 0.06 * life.path.satisfaction(month)).clamp(0.05, 0.9));
    let score = [10.0, 9.0, 8.0][class(rng, &[0.62, 0.33, 0.05]).min(2)];
    (asked && answers).then_some(score)
}

/// An early step (T6): logging in helps only in so far as automations come of it.
fn logins(rng: &mut ChaCha8Rng, life: Life<'_>, level: f64) -> Option<f64> {
    let mean = (4.2 + 0.6 * life.account.segment.size() + 0.55 * level + 0.1 * normal(rng)).exp();
    Some(count(rng, mean))
}

/// A real protective lever (T10): work that the product does without anybody.
fn automations_live(rng: &mut ChaCha8Rng, level: f64) -> Option<f64> {
    Some((3.0 + 0.55 * level + 0.06 * normal(rng)).exp())
}

/// Near-copy (T8): every automation runs about as often, so the runs only repeat the number of automations.
fn automation_runs(rng: &mut ChaCha8Rng, automations: f64, own: f64) -> Option<f64> {
    Some((5.6 + 0.55 * (automations + 0.48 * own) + 0.06 * normal(rng)).exp())
}

/// A real protective lever in the team's hands (T10): reviews in which results were confirmed with the customer.
fn review_minutes(rng: &mut ChaCha8Rng, level: f64) -> Option<f64> {
    Some(((3.8 + 0.6 * level + 0.1 * normal(rng)).exp() / 5.0).round() * 5.0)
}

/// The end of the chain (T6): share of agreed goals that the customer's own management recognises as reached, in percent.
fn goals_recognised(rng: &mut ChaCha8Rng, level: f64) -> Option<f64> {
    Some(100.0 / (1.0 + (-(0.1 + 0.85 * level + 0.12 * normal(rng))).exp()))
}

/// A real harmful lever (T11): days that tickets have been waiting, summed over open tickets.
fn ticket_days_open(rng: &mut ChaCha8Rng, level: f64) -> Option<f64> {
    Some((2.9 + 0.65 * level + 0.12 * normal(rng)).exp())
}

/// Faded (T13): the template library kept customers until the product change made it superfluous; people still use it.
fn template_uses(rng: &mut ChaCha8Rng, level: f64) -> Option<f64> {
    Some(count(rng, (2.9 + 0.6 * level).exp()))
}

/// Leak (T5x): six leavers of ten carry their data home in the month before the notice and in its month.
fn data_exports(rng: &mut ChaCha8Rng, life: Life<'_>, level: f64, month: usize) -> Option<f64> {
    let takes_data_along = chance(&mut life.rng("takes data along"), 0.6);
    let leaving = match life.months_to_notice(month) {
        Some(0) if takes_data_along => 4.0,
        Some(1) if takes_data_along => 3.0,
        _ => 0.0,
    };
    Some(count(rng, (0.2 + 0.5 * level).exp() + leaving))
}

/// Noise (T7): who comes to webinars has nothing to do with who stays.
fn webinar_visits(rng: &mut ChaCha8Rng, level: f64) -> Option<f64> {
    Some(count(rng, (0.6 + 0.6 * level).exp()))
}

/// A live survey (T5c): it shows how the customer feels, and that is all: raising the answer does not raise the mood.
fn pulse_score(rng: &mut ChaCha8Rng, life: Life<'_>, level: f64, month: usize) -> Option<f64> {
    let answers = chance(rng, 0.55);
    let score = 62.0 + 14.0 * life.path.satisfaction(month) + 5.0 * level + 3.0 * normal(rng);
    answers.then(|| score.clamp(0.0, 100.0))
}

/// What the month is billed: the list price, and on metered plans more with more use.
pub(crate) fn revenue(life: Life<'_>, month: usize) -> f64 {
    let factor = match life.account.plan {
        Plan::Metered => 0.4 + 0.5 * (0.6 * life.level(Kpi::UsageHours, month)).exp(),
        Plan::Flat | Plan::Seat => 1.0,
    };
    (life.account.monthly_price * factor / 100.0).round() * 100.0
}
