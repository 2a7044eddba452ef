//! Lifecycle phases: whether bands and lamp need limits of their own in each, and what those are.

use std::collections::BTreeSet;

use fuellamp_score::{PhaseBands, PhaseLimits, Value};

use crate::health::BandPlan;
use crate::panel::{Category, Panel};
use crate::study::Study;
use crate::validation::{PhaseTest, phase_test};

use super::{PipelineError, Prepared};

/// More phases than this are no phases.
const MAX_PHASES: usize = 12;

/// The phases of a study.
#[derive(Debug)]
pub(super) struct Phases {
    column: String,
    category: Category,
    /// `None` where nothing was held out.
    pub(super) test: Option<PhaseTest>,
}

impl Phases {
    /// Reads the phases and tests them on held-out log-odds by row of the panel; `None` where the study names no phase, or
    /// too many.
    pub(super) fn read(
        study: &Study,
        ready: &Prepared,
        held_out: Option<&[f64]>,
    ) -> Result<Option<Self>, PipelineError> {
        let Some(column) = study.roles.phase.clone() else { return Ok(None) };
        let panel: &Panel = &ready.panel;
        let category = panel.category(&column)?;
        if category.levels.len() > MAX_PHASES {
            return Ok(None);
        }
        let test = held_out.map(|held_out| {
            let eta: Vec<f64> = ready.as_of.iter().map(|&row| held_out[row]).collect();
            let of: Vec<Option<u32>> = ready.as_of.iter().map(|&row| category.codes[row]).collect();
            phase_test(&eta, &ready.sample.y, &of, category.levels.len())
        });
        Ok(Some(Self { column, category, test }))
    }

    /// Column of the phase.
    pub(super) fn column(&self) -> &str {
        &self.column
    }

    /// Names of the phases.
    pub(super) fn names(&self) -> &[String] {
        &self.category.levels
    }

    /// Phase of a row, an index into the names.
    pub(super) fn of(&self, row: usize) -> Option<u32> {
        self.category.codes[row]
    }

    /// The same as an input of the weights.
    pub(super) fn value(&self, row: usize) -> Value<'_> {
        self.of(row).map_or(Value::Missing, |phase| self.name(phase))
    }

    /// Name of a phase as an input of the weights.
    pub(super) fn name(&self, phase: u32) -> Value<'_> {
        Value::Text(&self.category.levels[phase as usize])
    }

    fn differing(&self) -> Option<&PhaseTest> {
        self.test.as_ref().filter(|test| test.differs())
    }

    /// A probability in a row's phase, as the one that carries the same risk on the whole: what shared limits are set by.
    pub(super) fn on_the_whole(&self, p: f64, row: usize) -> f64 {
        match (self.differing(), self.of(row)) {
            (Some(test), Some(phase)) => test.on_the_whole(p, phase as usize),
            _ => p,
        }
    }

    /// The limit `shared` in each phase; empty where the phases do not differ, or nothing but costs decides.
    pub(super) fn limits(&self, shared: f64) -> Vec<f64> {
        self.differing().filter(|_| shared > 0.0).map_or_else(Vec::new, |test| test.limits(shared))
    }

    /// Limits of the bands by phase, for the weights.
    pub(super) fn bands(&self, plan: &BandPlan) -> Option<PhaseBands> {
        let test = self.differing().filter(|_| plan.floor > 0.0)?;
        let by_band: Vec<Option<Vec<f64>>> =
            plan.bands.iter().map(|band| (band.at_least > 0.0).then(|| test.limits(band.at_least))).collect();
        let mut seen = BTreeSet::new();
        let limits = self.category.levels.iter().enumerate().filter(|(_, level)| seen.insert(level.trim())).map(
            |(phase, level)| PhaseLimits {
                phase: level.trim().to_owned(),
                at_least: by_band.iter().map(|limits| limits.as_ref().map_or(0.0, |limits| limits[phase])).collect(),
            },
        );
        Some(PhaseBands { column: self.column.clone(), limits: limits.collect() })
    }
}
