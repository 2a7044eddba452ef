//! Bands of probability: one set of limits, or limits of their own for lifecycle phases.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::level;
use crate::recipe::{Used, Value};
use crate::weights::{Label, Weights, WeightsError};

/// A band of probability with the action that it calls for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// `red`, `yellow` or `green`.
    pub name: String,
    /// The band begins at this probability of leaving.
    pub at_least: f64,
    /// Name shown to people.
    pub label: Label,
    /// What to do.
    pub action: Label,
}

/// Where the bands begin in lifecycle phases in which the same probability carries another risk. A phase that is not listed,
/// and a row without one, has the limits of the bands themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PhaseBands {
    /// Input column with the phase, found among those listed as a level of a category is.
    pub column: String,
    /// Limits by phase.
    pub limits: Vec<PhaseLimits>,
}

/// Limits of one phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PhaseLimits {
    /// The phase as it stands in the column.
    pub phase: String,
    /// Probability at which each band begins, in the order of the bands; falling, the last 0.
    pub at_least: Vec<f64>,
}

impl Weights {
    /// Name of the band of a probability in a phase; the phase is not looked at where the weights have none.
    #[must_use]
    pub fn band_of(&self, probability: f64, phase: Value<'_>) -> Option<&str> {
        let own = self.limits_of(phase).ok();
        let limit = |i: usize, band: &Band| own.map_or(Some(band.at_least), |own| own.at_least.get(i).copied());
        let holds = |(i, band): &(usize, &Band)| limit(*i, band).is_some_and(|limit| probability >= limit);
        self.bands.iter().enumerate().find(holds).map(|(_, band)| band.name.as_str())
    }

    /// Limits of a phase, or why those of the bands themselves apply; that reason is `None` where there are no phases.
    fn limits_of(&self, phase: Value<'_>) -> Result<&PhaseLimits, Option<Used>> {
        let phases = self.phases.as_ref().ok_or(None)?;
        let text = phase.text().ok_or(Some(Used::Missing))?;
        let found = level::position(phases.limits.iter().map(|limits| limits.phase.as_str()), &text);
        found.and_then(|phase| phases.limits.get(phase)).ok_or(Some(Used::Unseen))
    }

    /// Column of the phase and the policy that stepped in, for a row whose phase has no limits.
    pub(crate) fn phase_policy(&self, phase: Value<'_>) -> Option<(String, Used)> {
        let used = self.limits_of(phase).err()??;
        self.phases.as_ref().map(|phases| (phases.column.clone(), used))
    }

    /// Checks that the bands cover every probability, in every phase.
    pub(crate) fn check_bands(&self) -> Result<(), WeightsError> {
        let wrong = |part: String, what: String| Err(WeightsError::Inconsistent { part, what });
        let shared: Vec<f64> = self.bands.iter().map(|band| band.at_least).collect();
        if !covers(&shared) {
            return wrong("bands".into(), "bands must fall and the last must begin at 0".into());
        }
        let mut seen = BTreeSet::new();
        for own in self.phases.iter().flat_map(|phases| &phases.limits) {
            let phase = &own.phase;
            if phase.trim() != phase || phase.is_empty() || !seen.insert(phase) {
                return wrong(
                    format!("phases[{phase}]"),
                    format!("phase `{phase}` is listed twice, is empty or has spaces around it"),
                );
            }
            if own.at_least.len() != self.bands.len() || !covers(&own.at_least) {
                return wrong(
                    format!("phases[{phase}]"),
                    format!("phase `{phase}` needs one limit per band; they must fall and the last must be 0"),
                );
            }
        }
        Ok(())
    }
}

/// Finite, falling, down to 0.
fn covers(limits: &[f64]) -> bool {
    limits.iter().all(|x| x.is_finite())
        && limits.windows(2).all(|pair| pair[0] > pair[1])
        && limits.last().is_some_and(|last| *last <= 0.0)
}
