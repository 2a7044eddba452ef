//! What keeps a sound signal from being validated, where one rule has several grounds: the rule asks for any of them, its
//! sentence names those that hold.

use crate::traps::TestId as T;

use super::facts::KpiFacts;

/// Grounds on which a signal is too weak to rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Weak {
    /// The recent half does not confirm it.
    pub(super) unconfirmed: bool,
    /// The full slope is not clear enough.
    pub(super) faint: bool,
    /// A weak hidden cause would do.
    pub(super) explicable: bool,
    /// The recent half has too little of the slope before.
    pub(super) weaker: bool,
}

impl Weak {
    /// The grounds that hold.
    pub(super) fn of(f: &KpiFacts<'_>) -> Self {
        let (early, late) = (f.slope(T::Early), f.slope(T::Late));
        let sign = early.signum();
        Self {
            unconfirmed: f.along_full(T::Late) < f.limits.recent_z,
            faint: f.z(T::Full).abs() < f.limits.strong_z,
            explicable: f.e_value_limit() < f.limits.strong_e,
            weaker: f.z(T::EarlyLate) * sign > f.limits.fading_doubt_z
                && late * sign < f.limits.fading_doubt_left * early.abs(),
        }
    }

    /// Whether any holds.
    pub(super) fn any(self) -> bool {
        self.unconfirmed || self.faint || self.explicable || self.weaker
    }
}

/// What is not ours to decide and is only moderately strong must have been there for some time, between customers too: the
/// trace of an intent to leave that began a few periods ago has neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Young {
    /// Two steps before the last period nothing was to be seen.
    pub(super) forgotten: bool,
    /// The level does not keep up with the change.
    pub(super) recent: bool,
}

impl Young {
    /// The grounds that hold.
    pub(super) fn of(f: &KpiFacts<'_>) -> Self {
        let strength = f.z(T::Full).abs();
        let sign = f.slope(T::Full).signum();
        let decided_by_others = !f.is_action();
        Self {
            forgotten: decided_by_others
                && f.get(T::Near4).is_some()
                && f.along_full(T::Near4) < f.limits.remembered_z
                && strength < f.limits.moderate_z,
            recent: decided_by_others
                && f.slope(T::Level) * sign < f.limits.recent_level * f.slope(T::Change) * sign
                && strength < f.limits.moderate_level_z,
        }
    }

    /// Whether any holds.
    pub(super) fn any(self) -> bool {
        self.forgotten || self.recent
    }
}
