//! Families of companies: how hard it is to find the truth about one.

use super::luck::Luck;

/// How hard it is to find the truth about a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// About 650 decisions to leave, strong effects.
    Easy,
    /// About 290 decisions, middling effects.
    Medium,
    /// About 80 decisions, weak effects.
    Hard,
    /// As medium, with a slow hidden health as strong as the levers.
    Adversarial,
    /// As adversarial, and no trace of the health is recorded.
    Untraced,
    /// No KPI has anything to do with leaving.
    Noise,
}

impl Family {
    /// All families.
    pub const ALL: [Self; 6] = [Self::Easy, Self::Medium, Self::Hard, Self::Adversarial, Self::Untraced, Self::Noise];

    /// Name in folders and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Easy => "easy",
            Self::Medium => "medium",
            Self::Hard => "hard",
            Self::Adversarial => "adversarial",
            Self::Untraced => "untraced",
            Self::Noise => "noise",
        }
    }

    /// The family with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.name() == name)
    }

    /// Bounds of the decisions that the panel shows.
    #[must_use]
    pub fn events(self) -> (usize, usize) {
        match self {
            Self::Easy => (450, 950),
            Self::Medium | Self::Adversarial | Self::Untraced => (150, 400),
            Self::Hard => (50, 150),
            Self::Noise => (50, 800),
        }
    }

    /// Expected decisions of one company, far enough inside the bounds for chance.
    pub(super) fn target(self, luck: &mut Luck) -> f64 {
        match self {
            Self::Easy => luck.log_between(540.0, 780.0),
            Self::Medium | Self::Adversarial | Self::Untraced => luck.between(195.0, 350.0),
            Self::Hard => luck.log_between(68.0, 118.0),
            Self::Noise => luck.log_between(85.0, 650.0),
        }
    }

    /// Expected share of accounts that leave in a month.
    pub(super) fn rate(self, luck: &mut Luck) -> f64 {
        match self {
            Self::Easy => luck.log_between(0.018, 0.055),
            Self::Hard => luck.log_between(0.006, 0.02),
            _ => luck.log_between(0.01, 0.04),
        }
    }

    /// Size of a real effect, in log-odds per standard deviation of the KPI.
    pub(super) fn effect(self, luck: &mut Luck) -> f64 {
        match self {
            Self::Easy if luck.chance(0.15) => luck.between(0.79, 0.97),
            Self::Easy => luck.between(0.51, 0.79),
            Self::Hard => luck.between(0.21, 0.39),
            _ => luck.between(0.36, 0.59),
        }
    }

    /// Bounds of the size of a real effect.
    #[must_use]
    pub fn effects(self) -> (f64, f64) {
        match self {
            Self::Easy => (0.5, 1.0),
            Self::Hard => (0.2, 0.4),
            _ => (0.35, 0.6),
        }
    }

    /// Strength of the hidden health, in log-odds per standard deviation, and its persistence from month to month.
    pub(super) fn health(self, luck: &mut Luck) -> (f64, f64) {
        match self {
            Self::Adversarial | Self::Untraced => (luck.between(0.4, 0.7), luck.between(0.92, 0.98)),
            Self::Hard => (luck.between(0.05, 0.35), luck.between(0.8, 0.97)),
            _ => (luck.between(0.1, 0.5), luck.between(0.8, 0.97)),
        }
    }
}
