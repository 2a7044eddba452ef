//! The balance of evidence: one number from what the single tests say together, for a signal that no trap explains.
//!
//! `balance = 1 / (1 + exp(-(w₀ + Σ wᵢ xᵢ)))`, ten measures of a KPI's evidence, each held within limits so that none can carry a
//! verdict alone. The weights are a logistic regression of lever against trap over the simulated companies that rules are tuned
//! on, every generator with the same weight (`tune --weigh`); each has the sign that its reason gives it. It says how alike the
//! evidence is to that of levers there, not how probable a cause is here.

use crate::traps::TestId as T;
use crate::words::Words;

use super::facts::KpiFacts;
use super::thresholds::Thresholds;

/// One measure: the name of its weight among the thresholds, its value and the limits it is held within.
struct Measure {
    weight: fn(&Thresholds) -> f64,
    value: fn(&KpiFacts<'_>) -> f64,
    within: (f64, f64),
}

macro_rules! measures {
    ($($weight:ident $low:literal to $high:literal, $value:expr;)*) => {
        /// Names of the weights, in the order of [`KpiFacts::measures`].
        pub const WEIGHTS: &[&str] = &[$(stringify!($weight)),*];

        const MEASURES: &[Measure] = &[$(Measure {
            weight: |limits| limits.$weight, value: $value, within: ($low, $high),
        }),*];
    };
}

measures! {
    balance_level -1.0 to 5.0, |f| f.along_full(T::Level);
    balance_both_halves -1.0 to 4.0, |f| f.along_full(T::Early).min(f.along_full(T::Late));
    balance_late -1.0 to 5.0, |f| f.along_full(T::Late);
    balance_at_event -1.0 to 5.0, |f| f.along_full(T::AtEvent);
    balance_lead 0.0 to 4.0, |f| f.along_full(T::Lead);
    balance_still 0.5 to 3.0, |f| f.std_error(T::Change) / f.std_error(T::Level);
    balance_action 0.0 to 1.0, |f| f64::from(u8::from(f.is_action()));
    balance_copy 0.0 to 1.0, |f| f64::from(u8::from(f.get(T::NearCopy).is_some()));
    balance_left 0.0 to 2.0, |f| f.slope(T::Full) / f.slope(T::Raw);
    balance_earlier 0.0 to 1.5, |f| f.slope(T::Near2) / f.slope(T::Near);
}

impl KpiFacts<'_> {
    /// The measures of the balance, each within its limits (0, or the limit next to it, where a test did not run); `None` where
    /// level, change or one of the halves is missing.
    #[must_use]
    pub fn measures(&self) -> Option<Vec<f64>> {
        if [T::Full, T::Level, T::Change, T::Early, T::Late].into_iter().any(|test| self.get(test).is_none()) {
            return None;
        }
        let held = |measure: &Measure| {
            let (low, high) = measure.within;
            let value = (measure.value)(self);
            if value.is_finite() { value.clamp(low, high) } else { 0.0_f64.clamp(low, high) }
        };
        Some(MEASURES.iter().map(held).collect())
    }

    /// The balance of evidence, 0 to 1; `None` where the measures are missing.
    #[must_use]
    pub fn balance(&self) -> Option<f64> {
        let weighed = MEASURES.iter().zip(self.measures()?).map(|(measure, x)| (measure.weight)(self.limits) * x);
        let sum = self.limits.balance_start + weighed.sum::<f64>();
        Some(1.0 / (1.0 + (-sum).exp()))
    }

    /// Together the tests speak for a lever, though one of them alone would hold it back.
    pub(super) fn borne_out(&self) -> bool {
        !self.snapshot && self.balance().is_some_and(|balance| balance > self.limits.balance_bears)
    }

    /// Together the tests say too little, though none of them alone holds it back, and a hidden cause need not be strong.
    pub(super) fn outweighed(&self) -> bool {
        self.balance().is_some_and(|balance| balance < self.limits.balance_doubt)
            && self.e_value_limit() < self.limits.balance_e
    }

    fn std_error(&self, test: T) -> f64 {
        self.get(test).and_then(|m| m.std_error).unwrap_or(f64::NAN)
    }
}

/// The balance in words.
pub(super) fn say(f: &KpiFacts<'_>) -> Words {
    let balance = f.balance().unwrap_or(0.0);
    crate::words!(en: "balance of all tests {balance:.2}", ja: "全検定の総合評価{balance:.2}")
}
