//! When a lamp lights and when it goes out.

use crate::study::LampCosts;

/// The probability must fall by this share below the limit before the lamp goes out, unless the study says otherwise.
pub const CLEAR_MARGIN: f64 = 0.2;

/// Where the lamp of each account lights.
#[derive(Debug, Clone, PartialEq)]
pub struct LampLimits {
    /// Probability from which the lamp may light at all; 0 where costs alone decide.
    pub floor: f64,
    /// The floor by phase, where the data supports different ones; empty = one for all.
    pub by_phase: Vec<f64>,
    /// What acting costs, where the study says.
    pub costs: Option<LampCosts>,
    /// Break-even of an account whose value is not known: that of the typical one.
    pub typical: Option<f64>,
    /// Share of the limit by which the probability must fall before the lamp goes out.
    pub clear_margin: f64,
}

impl LampLimits {
    /// One limit for all accounts, with the margin of the study.
    #[must_use]
    pub fn shared(floor: f64, clear_margin: f64) -> Self {
        Self { floor, by_phase: Vec::new(), costs: None, typical: None, clear_margin }
    }

    /// Probability from which the lamp of an account lights.
    ///
    /// # Formula
    /// ```text
    /// limit = max(floor of its phase, break-even),   break-even = cost / (saves · value)
    /// ```
    /// `value` is the stated one, else the account's revenue per period times `value_periods`; above 1 the limit is never
    /// reached: leave the account alone.
    #[must_use]
    pub fn limit(&self, phase: Option<u32>, revenue: Option<f64>) -> f64 {
        let floor = phase.and_then(|phase| self.by_phase.get(phase as usize)).copied().unwrap_or(self.floor);
        floor.max(self.pays_from(revenue).unwrap_or(0.0))
    }

    fn pays_from(&self, revenue: Option<f64>) -> Option<f64> {
        let own = |costs: LampCosts| kept_value(&costs, revenue).map(|value| break_even(&costs, value));
        self.costs.and_then(own).or(self.typical)
    }

    /// Whether acting pays at this probability: `p · saves · value > cost`. `None` where no costs are stated, or no value is
    /// known.
    #[must_use]
    pub fn worth_acting(&self, p: f64, revenue: Option<f64>) -> Option<bool> {
        self.pays_from(revenue).map(|limit| p > limit)
    }

    /// State after a period with probability `p`: lit from the limit on, out only below `limit · (1 - margin)`. An
    /// unknown probability changes nothing.
    #[must_use]
    pub fn next(&self, lit: bool, p: f64, limit: f64) -> bool {
        next_state(lit, p, limit, self.clear_margin)
    }
}

/// Probability from which acting pays: `cost / (saves · value)`; infinite for an account without value.
#[must_use]
pub fn break_even(costs: &LampCosts, value: f64) -> f64 {
    if value > 0.0 { costs.cost_of_action / (costs.saves * value) } else { f64::INFINITY }
}

/// What keeping an account is worth: the stated value, else its revenue per period times the periods; `None` where neither
/// is known.
#[must_use]
pub fn kept_value(costs: &LampCosts, revenue: Option<f64>) -> Option<f64> {
    costs.value.or_else(|| revenue.filter(|r| r.is_finite()).map(|r| r * costs.value_periods))
}

/// State of a lamp after a period: lit at `p >= limit`, out at `p < limit · (1 - clear_margin)`, else as before.
///
/// # Examples
/// ```
/// use fuellamp::health::next_state;
/// let lit = next_state(false, 0.10, 0.10, 0.2);
/// assert!(lit && next_state(lit, 0.085, 0.10, 0.2) && !next_state(lit, 0.079, 0.10, 0.2));
/// ```
#[must_use]
pub fn next_state(lit: bool, p: f64, limit: f64, clear_margin: f64) -> bool {
    if p >= limit {
        true
    } else if p < limit * (1.0 - clear_margin) {
        false
    } else {
        lit
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn states(p: &[f64], limit: f64, margin: f64) -> Vec<bool> {
        let mut lit = false;
        p.iter()
            .map(|&p| {
                lit = next_state(lit, p, limit, margin);
                lit
            })
            .collect()
    }

    fn changes(states: &[bool]) -> usize {
        states.windows(2).filter(|pair| pair[0] != pair[1]).count()
    }

    proptest! {
        #[test]
        fn a_margin_never_adds_a_change_and_never_puts_out_what_is_above_the_limit(
            p in prop::collection::vec(0.0_f64..1.0, 1..60), limit in 0.05_f64..0.95, margin in 0.0_f64..0.95,
        ) {
            let (with, without) = (states(&p, limit, margin), states(&p, limit, 0.0));
            prop_assert!(changes(&with) <= changes(&without), "{with:?} {without:?}");
            for ((with, without), p) in with.iter().zip(&without).zip(&p) {
                prop_assert!(*with || !*without);
                prop_assert!(!*with || *p >= limit * (1.0 - margin));
            }
        }
    }

    #[test]
    fn an_unknown_probability_changes_nothing() {
        assert_eq!(states(&[0.2, f64::NAN, 0.01, f64::NAN], 0.1, 0.2), [true, true, false, false]);
    }

    #[test]
    fn each_account_has_its_break_even_and_never_less_than_the_floor() {
        let costs = LampCosts { cost_of_action: 60.0, saves: 0.3, value: None, value_periods: 10.0 };
        let mut limits = LampLimits { costs: Some(costs), typical: Some(0.5), ..LampLimits::shared(0.1, 0.2) };
        // 60 / (0.3 * 1000) = 0.2; 60 / (0.3 * 10000) = 0.02, below the floor; 60 / (0.3 * 100) = 2, never
        let at = |value: f64| limits.limit(None, Some(value / 10.0));
        assert!(
            (at(1000.0) - 0.2).abs() < 1e-15 && (at(10_000.0) - 0.1).abs() < 1e-15 && (at(100.0) - 2.0).abs() < 1e-12
        );
        assert!((limits.limit(None, None) - 0.5).abs() < 1e-15 && limits.limit(None, Some(0.0)).is_infinite());
        assert_eq!(limits.worth_acting(0.21, Some(100.0)), Some(true));
        assert_eq!(limits.worth_acting(0.19, Some(100.0)), Some(false));
        assert_eq!(limits.worth_acting(0.03, Some(1_000.0)), Some(true), "worth it, though the lamp is not lit");
        assert_eq!(limits.worth_acting(1.0, Some(10.0)), Some(false));
        limits.by_phase = vec![0.3, 0.05];
        assert!((limits.limit(Some(0), Some(100.0)) - 0.3).abs() < 1e-15);
        assert!((limits.limit(Some(1), Some(100.0)) - 0.2).abs() < 1e-15);
        assert_eq!(LampLimits::shared(0.1, 0.2).worth_acting(0.5, None), None);
    }
}
