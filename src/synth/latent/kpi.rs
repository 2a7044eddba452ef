//! A KPI: what its latent process is made of, how a value is recorded, and what it does to the decision.

use super::luck::{expit, poisson_at};
use super::mechanism::Mechanism;
use crate::words::Words;

/// How a latent value becomes a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// Poisson; with a shape negative binomial; with a share of months in which nothing can happen zero-inflated.
    Count { mean: f64, slope: f64, shape: Option<f64>, zeros: f64 },
    /// Log-normal, two decimals.
    Amount { median: f64, slope: f64 },
    /// 0 or 1.
    Flag { cut: f64 },
    /// Between 0 and 1, three decimals.
    Share { centre: f64, slope: f64 },
    /// Whole numbers with a floor and a ceiling.
    Rating { low: f64, top: f64, centre: f64, slope: f64 },
    /// Whole days since something, at most a year.
    Days { median: f64, slope: f64 },
}

/// Luck of one value, the same whether the KPI is pushed or not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chance {
    /// Quantile of the count or flag.
    pub(super) quantile: f64,
    /// Gamma of mean 1 that spreads a negative binomial.
    pub(super) spread: f64,
    /// Uniform that decides about structural zeros.
    pub(super) zero: f64,
}

impl Form {
    /// The value of a latent `x`; it never falls as `x` rises.
    ///
    /// ```text
    /// count   Poisson(m e^{s x} g),  0 with share z        amount, days   m e^{s x}
    /// flag    1 if u < 1 / (1 + e^{-2 (x - c)})            share          1 / (1 + e^{-(c + s x)})
    /// rating  c + s x, rounded, between floor and ceiling
    /// ```
    pub(super) fn realise(self, x: f64, chance: Chance) -> f64 {
        match self {
            Self::Count { zeros, .. } if chance.zero < zeros => 0.0,
            Self::Count { mean, slope, .. } => poisson_at(chance.quantile, mean * (slope * x).exp() * chance.spread),
            Self::Amount { median, slope } => (median * (slope * x).exp() * 100.0).round() / 100.0,
            Self::Flag { cut } => f64::from(u8::from(chance.quantile < expit(2.0 * (x - cut)))),
            Self::Share { centre, slope } => (expit(centre + slope * x) * 1000.0).round() / 1000.0,
            Self::Rating { low, top, centre, slope } => (centre + slope * x).round().clamp(low, top),
            Self::Days { median, slope } => (median * (slope * x).exp()).round().clamp(0.0, 365.0),
        }
    }

    /// The scale on which a value is felt and standardised: log(1 + value) where values are skewed.
    pub(super) fn scale(self, value: f64) -> f64 {
        match self {
            Self::Count { .. } | Self::Amount { .. } | Self::Days { .. } => value.ln_1p(),
            Self::Flag { .. } | Self::Share { .. } | Self::Rating { .. } => value,
        }
    }

    /// Whether many months show the same lowest value.
    pub(super) fn is_rough(self) -> bool {
        match self {
            Self::Count { mean, shape, zeros, .. } => mean < 3.0 || shape.is_some_and(|g| g < 1.5) || zeros > 0.0,
            Self::Flag { .. } => true,
            _ => false,
        }
    }

    /// Shape of the gamma that spreads a count.
    pub(super) fn shape(self) -> Option<f64> {
        if let Self::Count { shape, .. } = self { shape } else { None }
    }
}

/// Weights of the parts of a latent value; the own parts bring its variance to about 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Loads {
    /// Own lasting level, own slow part with its persistence, own monthly part.
    pub(super) level: f64,
    pub(super) slow: f64,
    pub(super) persistence: f64,
    pub(super) monthly: f64,
    pub(super) health: f64,
    pub(super) intent: f64,
    pub(super) fit: f64,
    /// Bought for the feature, or took it up later.
    pub(super) special: f64,
    /// Process shared by use and results.
    pub(super) maturity: f64,
    pub(super) owner: f64,
    pub(super) price: f64,
    pub(super) season: f64,
    /// Times the standardised log-odds of the segment.
    pub(super) segment: f64,
}

impl Loads {
    /// Variance of everything but the own parts.
    pub(super) fn shared(&self) -> f64 {
        [
            self.health,
            self.fit,
            0.45 * self.special,
            self.maturity,
            self.owner,
            self.price,
            0.7 * self.season,
            self.segment,
        ]
        .iter()
        .map(|load| load * load)
        .sum()
    }
}

/// What a rescue contact answers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trigger {
    /// Signs that the customer gave, written down or not.
    Sign,
    /// The owner's own sense, never written down.
    Sense,
    /// Both.
    Both,
}

/// Contact that follows signs of leaving.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rescue {
    pub(super) trigger: Trigger,
    /// Rise of the latent value, months until it comes, months it lasts.
    pub(super) size: f64,
    pub(super) delay: i32,
    pub(super) lasting: i32,
}

/// What a decision to leave does to a KPI.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum After {
    /// Falls by so much per month, at most by so much.
    Collapse(f64, f64),
    /// Rises by so much in so many months up to the event.
    Leak(f64, i32),
}

/// What a KPI does to the decision.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lever {
    /// Wanted change of the log-odds per standard deviation, with its sign; on the flat plan, or early, where it differs.
    pub(super) target: f64,
    /// Months over which the decision remembers: the mean of that many.
    pub(super) memory: usize,
    /// Share of the effect that works through the slow health.
    pub(super) via_health: f64,
    /// Standardised value above which more changes nothing.
    pub(super) knee: Option<f64>,
    /// Factor by plan.
    pub(super) plans: [f64; 3],
}

/// How values get into the panel.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Recording {
    /// Months of a trailing window (1 = the month alone), and whether it is a sum rather than a mean.
    pub(super) window: i32,
    pub(super) sum: bool,
    /// Months between surveys and share of answers.
    pub(super) survey: Option<(i32, f64)>,
    /// Share of cells lost at random.
    pub(super) missing: f64,
    /// Lost while the recording fails.
    pub(super) blackout: bool,
}

/// A programme that pushed a KPI.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Programme {
    /// Month of the first wave, number of waves, and months between them.
    pub(super) start: i32,
    pub(super) waves: i32,
    pub(super) apart: i32,
    /// Rise of the latent value, in about its standard deviations.
    pub(super) size: f64,
    pub(super) share: f64,
    pub(super) picked: Picked,
}

/// How the accounts of a programme were picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Picked {
    ByLot,
    Risky,
    Big,
}

/// One KPI.
#[derive(Debug, Clone)]
pub(super) struct Kpi {
    pub(super) name: String,
    pub(super) label: Words,
    pub(super) mechanism: Mechanism,
    pub(super) kind: &'static str,
    pub(super) hoped: &'static str,
    /// More of it goes along with trouble.
    pub(super) turned: bool,
    pub(super) form: Form,
    pub(super) loads: Loads,
    pub(super) rescue: Option<Rescue>,
    pub(super) after: Option<After>,
    pub(super) lever: Option<Lever>,
    /// The KPI that it copies, follows, or is hidden by.
    pub(super) parent: Option<usize>,
    /// Weight of the parent's standardised value of the month before; of the same month for a copy.
    pub(super) follows: f64,
    pub(super) copy: bool,
    /// Goes along with what the parent is by itself, not with what is done to it: hidden by it, not caused.
    pub(super) hidden: bool,
    /// Month from which the effect is gone.
    pub(super) until: Option<i32>,
    /// From then on values are made up.
    pub(super) gamed: bool,
    /// Month in which it became a target.
    pub(super) became_target: Option<i32>,
    pub(super) recording: Recording,
    pub(super) programme: Option<Programme>,
}

impl Kpi {
    /// +1 where healthy accounts show more of it, else -1.
    pub(super) fn upward(&self) -> f64 {
        if self.turned { -1.0 } else { 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_never_fall_as_the_latent_value_rises() {
        let forms = [
            Form::Count { mean: 3.0, slope: 0.6, shape: Some(1.2), zeros: 0.3 },
            Form::Amount { median: 40.0, slope: 0.8 },
            Form::Flag { cut: 0.4 },
            Form::Share { centre: 0.5, slope: 0.7 },
            Form::Rating { low: 1.0, top: 5.0, centre: 4.0, slope: 0.8 },
            Form::Days { median: 20.0, slope: 0.6 },
        ];
        for form in forms {
            for quantile in [0.05, 0.5, 0.95] {
                let chance = Chance { quantile, spread: 1.0, zero: 0.9 };
                let values: Vec<f64> = (-30..30).map(|x| form.realise(f64::from(x) / 10.0, chance)).collect();
                assert!(values.windows(2).all(|pair| pair[0] <= pair[1]), "{form:?} {values:?}");
                assert!(values.iter().all(|&value| value >= 0.0 && form.scale(value).is_finite()));
            }
        }
        assert!(forms[0].realise(2.0, Chance { quantile: 0.9, spread: 1.0, zero: 0.1 }).abs() < 1e-12);
    }
}
