//! What the rules read: the evidence of one KPI as named numbers.

use crate::stats::evalue::e_value_limit;
use crate::study::{Hoped, KpiKind};
use crate::traps::leak::Leak;
use crate::traps::{Dossier, Measured, TestId};
use crate::words::Words;

use super::thresholds::Thresholds;

/// Events in fewer rows than this share count as rare: the odds ratio is then close to the risk ratio.
const RARE: f64 = 0.15;

/// z of the limits of a 90 % interval, each of which is a one-sided limit of 95 %.
pub(super) const ONE_SIDED: f64 = 1.644_853_626_951_472;

/// Two one-sided tests at 1 % are an interval of 98 %.
pub(super) const EQUIVALENCE_INTERVAL_Z: f64 = 2.326_347_874_040_841;

/// The evidence of one KPI, as the rules read it.
#[derive(Debug, Clone)]
pub struct KpiFacts<'a> {
    /// Name in the study.
    pub name: &'a str,
    /// What it measures.
    pub kind: KpiKind,
    /// Direction people believe is good.
    pub hoped: Hoped,
    /// All tests.
    pub dossier: Dossier<'a>,
    /// Decisions to leave in the sample.
    pub n_events: usize,
    /// Rows of the sample.
    pub n_rows: usize,
    /// Periods that accounts were watched for, whether they could leave in them or not.
    pub account_periods: usize,
    /// Accounts that are customers now, whom a programme could push.
    pub accounts_now: usize,
    /// One row per customer.
    pub snapshot: bool,
    /// Why it cannot be tested at all.
    pub unusable: Option<Words>,
    /// How it stands for the outcome.
    pub leak: Option<Leak>,
    /// Benjamini-Hochberg q over the KPIs: of the joint test of level and change, for a snapshot of the full slope.
    pub q: Option<f64>,
    /// Something recorded shows how healthy the account was: a disclosed risk or another live perception KPI.
    pub health_trace: bool,
    /// The tables contradict each other, or the outcome was derived from what is to predict it.
    pub unsafe_data: bool,
    /// Thresholds of the rules.
    pub limits: &'a Thresholds,
}

/// Two levels of one column with slopes of opposite sign.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Opposite<'a> {
    /// The column.
    pub column: &'a str,
    /// Level and slope.
    pub first: (&'a str, Measured),
    /// Level and slope of the other.
    pub second: (&'a str, Measured),
}

impl<'a> KpiFacts<'a> {
    /// Numbers of a test that ran.
    #[must_use]
    pub fn get(&self, test: TestId) -> Option<&'a Measured> {
        self.dossier.get(test)
    }

    /// A test that was called for and could not run.
    #[must_use]
    pub fn untested(&self, test: TestId) -> bool {
        self.get(test).is_none() && self.dossier.0.iter().any(|evidence| evidence.test == test)
    }

    /// z of a test; 0 where it did not run.
    #[must_use]
    pub fn z(&self, test: TestId) -> f64 {
        self.get(test).map_or(0.0, Measured::z)
    }

    /// Estimate of a test; 0 where it did not run.
    #[must_use]
    pub fn slope(&self, test: TestId) -> f64 {
        self.get(test).map_or(0.0, |m| m.estimate)
    }

    /// Sign of a slope that people hope for: -1 where more of the KPI should mean less churn.
    #[must_use]
    pub fn good_sign(&self) -> f64 {
        match self.hoped {
            Hoped::More => -1.0,
            Hoped::Less => 1.0,
        }
    }

    /// z in the hoped direction: positive = as hoped.
    #[must_use]
    pub fn hoped_z(&self, test: TestId) -> f64 {
        self.z(test) * self.good_sign()
    }

    /// z in the direction of the full slope.
    #[must_use]
    pub fn along_full(&self, test: TestId) -> f64 {
        self.z(test) * self.slope(TestId::Full).signum()
    }

    /// Whether it is ours to decide.
    #[must_use]
    pub fn is_action(&self) -> bool {
        self.kind == KpiKind::Action
    }

    /// There is an association at all.
    #[must_use]
    pub fn signal(&self) -> bool {
        self.q.is_some_and(|q| q < self.limits.signal_q) || self.z(TestId::Full).abs() > self.limits.signal_z
    }

    /// |z| of the difference between level and change; 0 where the split did not run.
    #[must_use]
    pub fn level_change_z(&self) -> f64 {
        self.z(TestId::LevelGap).abs()
    }

    /// Level and change tell the same story.
    #[must_use]
    pub fn coherent(&self) -> bool {
        let (Some(level), Some(change)) = (self.get(TestId::Level), self.get(TestId::Change)) else { return false };
        let sign = self.slope(TestId::Full).signum();
        let (m, d) = (level.estimate * sign, change.estimate * sign);
        let gap = self.level_change_z();
        let lopsided = (m < self.limits.balance * d || d < self.limits.balance * m) && gap > self.limits.gone_z;
        let both = change.z() * sign > self.limits.change_z && !lopsided;
        // A clear slope may leave little change to see, if it is no other than the level's.
        let alike = self.z(TestId::Full).abs() > self.limits.alike_z
            && change.z() * sign > self.limits.alike_change_z
            && gap < self.limits.alike_gap_z;
        level.z() * sign > self.limits.level_z && (both || alike)
    }

    /// Strong in the last period only, gone or reversed before, and stronger at the event, or as strong with nothing at all
    /// before: a lever with a short memory is weaker at the event than in the period that decided.
    #[must_use]
    pub fn leaky(&self) -> bool {
        let near = self.slope(TestId::Near);
        let share = |test| self.get(test).map(|m| m.estimate / near);
        let (Some(near2), Some(near4)) = (share(TestId::Near2), share(TestId::Near4)) else { return false };
        let late = share(TestId::AtEvent).is_none_or(|at| {
            at > self.limits.leaky_at_event || (at > self.limits.leaky_at_event_less && near2 < self.limits.leaky_gone)
        });
        self.z(TestId::Near).abs() > self.limits.leaky_z
            && near2 < self.limits.leaky_earlier
            && near4 < self.limits.leaky_earlier
            && late
    }

    /// Strongest at the event, weaker the older, and more in the change than in the level: a decision kept secret for some
    /// periods smears a collapse over them.
    #[must_use]
    pub fn collapses(&self) -> bool {
        let near = self.slope(TestId::Near);
        let along = |test| self.get(test).map(|m| m.estimate * near.signum());
        let (Some(at), Some(near2), Some(near4)) = (along(TestId::AtEvent), along(TestId::Near2), along(TestId::Near4))
        else {
            return false;
        };
        let sign = self.slope(TestId::Full).signum();
        let (level, change) = (self.slope(TestId::Level) * sign, self.slope(TestId::Change) * sign);
        self.z(TestId::Near).abs() > self.limits.leaky_z
            && at > self.limits.collapse_at_event * near.abs()
            && near2 < self.limits.collapse_near2 * near.abs()
            && near4 < self.limits.collapse_near4 * near.abs()
            && level < self.limits.collapse_level * change
    }

    /// Something sets an action off: risk, a hint, or the event itself.
    #[must_use]
    pub fn set_off(&self) -> bool {
        let near = self.slope(TestId::Near);
        self.z(TestId::Lead) > self.limits.set_off_z
            || self.z(TestId::Hint) > self.limits.set_off_z
            || self.slope(TestId::AtEvent) * near.signum() > self.limits.set_off_at_event * near.abs()
    }

    /// Since it became a target the slope is clearly weaker.
    #[must_use]
    pub fn gamed(&self) -> bool {
        self.z(TestId::BeforeTarget).abs() > self.limits.fading_early_z
            && self.target_break_z() > self.limits.target_break_z
    }

    /// z of before minus since it became a target, in the direction of before.
    #[must_use]
    pub fn target_break_z(&self) -> f64 {
        self.z(TestId::TargetBreak) * self.slope(TestId::BeforeTarget).signum()
    }

    /// A random programme runs against the observed slope: how many of its standard errors the two are apart.
    #[must_use]
    pub fn programme_against(&self) -> Option<f64> {
        let pushed = self.get(TestId::Pushed)?;
        let against = -self.along_full(TestId::Pushed) > self.limits.pushed_against_z;
        against.then_some((pushed.estimate - self.slope(TestId::Full)).abs() / pushed.std_error?)
    }

    /// A random programme confirms the observed slope.
    #[must_use]
    pub fn confirmed(&self) -> bool {
        self.get(TestId::Pushed).is_some() && self.along_full(TestId::Pushed) > self.limits.pushed_confirms_z
    }

    /// No test saw anything.
    #[must_use]
    pub fn quiet(&self) -> bool {
        self.loudest() < self.limits.quiet_z
            && [TestId::Adj, TestId::Full].into_iter().all(|test| self.z(test).abs() < self.limits.quiet_main_z)
    }

    /// Largest |z| of the tests beside the adjusted slopes.
    #[must_use]
    pub fn loudest(&self) -> f64 {
        use TestId as T;
        const ALL: [TestId; 12] = [
            T::Near,
            T::Near2,
            T::Near4,
            T::AtEvent,
            T::Raw,
            T::Lead,
            T::Hint,
            T::Level,
            T::Early,
            T::Late,
            T::Since,
            T::Initial,
        ];
        ALL.into_iter().map(|test| self.z(test).abs()).fold(0.0, f64::max)
    }

    /// Any effect is too small to act on.
    #[must_use]
    pub fn surely_small(&self) -> bool {
        self.surely_small_alone() || self.small_and_gone()
    }

    /// Too small to act on, whatever else the tests show.
    #[must_use]
    pub fn surely_small_alone(&self) -> bool {
        self.equivalence_below(self.limits.equivalence_p)
    }

    /// Too small to act on by a p that is not so small, where many have left: a lever would hardly be as quiet then, and not
    /// leave the recent half empty.
    #[must_use]
    pub fn small_and_gone(&self) -> bool {
        self.n_events as f64 >= self.limits.many_events
            && self.get(TestId::Late).is_some()
            && self.along_full(TestId::Late) < self.limits.equivalence_late_z
            && self.equivalence_below(self.limits.equivalence_many_p)
    }

    fn equivalence_below(&self, limit: f64) -> bool {
        self.get(TestId::Equivalence).and_then(|m| m.p).is_some_and(|p| p < limit)
    }

    /// Strong at the event, absent before.
    #[must_use]
    pub fn jump(&self) -> bool {
        let at = self.slope(TestId::AtEvent).abs();
        let earlier = |test| self.get(test).is_some_and(|m| m.estimate.abs() < self.limits.jump_earlier * at);
        self.z(TestId::AtEvent).abs() > self.limits.jump_z && earlier(TestId::Near2) && earlier(TestId::Near4)
    }

    /// An action that runs against the hope, and that risk or a hint sets off.
    #[must_use]
    pub fn rescue(&self) -> bool {
        let against = -self.hoped_z(TestId::AtEvent) > self.limits.rescue_at_event_z
            || -self.hoped_z(TestId::Adj) > self.limits.rescue_adj_z;
        let set_off =
            self.z(TestId::Lead) > self.limits.lead_z || self.z(TestId::Hint) > self.limits.lead_z || self.jump();
        self.is_action() && against && set_off
    }

    /// Slope of `later` not significant and below the explained share of `earlier`, which was; what has changed its sign is
    /// explained away altogether.
    #[must_use]
    pub fn explained(&self, earlier: TestId, later: TestId) -> bool {
        let (Some(before), Some(after)) = (self.get(earlier), self.get(later)) else { return false };
        before.z().abs() > self.limits.raw_z
            && after.z().abs() < self.limits.gone_z
            && after.estimate * before.estimate.signum() < self.limits.explained_left * before.estimate.abs()
    }

    /// E-value of the interval limit nearest to no effect.
    #[must_use]
    pub fn e_value_limit(&self) -> f64 {
        let rare = (self.n_events as f64) < RARE * self.n_rows as f64;
        self.get(TestId::Full)
            .and_then(Measured::interval)
            .map_or(1.0, |(low, high)| e_value_limit(low.exp(), high.exp(), rare))
    }

    /// Nothing recorded shows the account's health, and health of no great weight would explain what is no action.
    #[must_use]
    pub(super) fn hidden_health_would_do(&self) -> bool {
        !self.is_action() && !self.health_trace && self.e_value_limit() < self.limits.untraced_e
    }

    /// Both clear, or clearly different with one of them strong.
    fn opposed(&self, a: &Measured, b: &Measured) -> bool {
        let spread = (a.std_error.unwrap_or(0.0).powi(2) + b.std_error.unwrap_or(0.0).powi(2)).sqrt();
        let difference = if spread > 0.0 { (a.estimate - b.estimate).abs() / spread } else { 0.0 };
        let both = a.z().abs() > self.limits.opposite_z && b.z().abs() > self.limits.opposite_z;
        let one =
            difference > self.limits.opposite_difference_z && a.z().abs().max(b.z().abs()) > self.limits.opposite_one_z;
        a.estimate * b.estimate < 0.0 && (both || one)
    }

    /// Two parts of the customers with slopes of opposite sign: the column, and level and slope of both.
    #[must_use]
    pub fn opposite(&self) -> Option<Opposite<'a>> {
        for test in [TestId::ByBilling, TestId::BySegment, TestId::ByPhase] {
            for split in self.dossier.splits(test) {
                for (i, first) in split.parts.iter().enumerate() {
                    if let Some(second) =
                        split.parts.iter().skip(i + 1).find(|second| self.opposed(&first.1, &second.1))
                    {
                        return Some(Opposite { column: split.column, first: *first, second: *second });
                    }
                }
            }
        }
        None
    }

    /// The other KPI that takes over the slope: its name and the share that is left.
    #[must_use]
    pub fn mediator(&self) -> Option<(&'a str, f64)> {
        let adj = self.slope(TestId::Adj);
        self.dossier
            .all(TestId::Mediator)
            .map(|(other, left)| (other, left.estimate / adj))
            .filter(|(_, left)| *left < self.limits.mediated_left)
            .min_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Decisions needed until an effect too small to act on would be called so, from the standard error found; `None` where
    /// there are as many.
    #[must_use]
    pub fn events_needed(&self) -> Option<usize> {
        let se = self.get(TestId::Full)?.std_error?;
        let factor = (EQUIVALENCE_INTERVAL_Z * se / self.limits.equivalence).powi(2);
        (factor > 1.0).then(|| (self.n_events as f64 * factor / 10.0).ceil() as usize * 10)
    }
}
