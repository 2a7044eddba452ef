//! Columns that a score may be made of, read once.

use std::collections::BTreeMap;

use crate::health::{ScoreInput, score_inputs, split_input};
use crate::panel::Panel;
use crate::study::Study;
use crate::units::TermName;

use super::PipelineError;
use super::admit::Admitted;

/// Columns that a score may be made of.
#[derive(Debug)]
pub(super) struct Candidates {
    attributes: Vec<ScoreInput>,
    /// In study order.
    kpis: Vec<ScoreInput>,
    /// KPIs whose slope differs by the levels of a column.
    split: BTreeMap<(usize, String), ScoreInput>,
    incumbent: Option<ScoreInput>,
    /// Coefficients of the score on all rows, from which the solver starts on parts of them.
    start: BTreeMap<TermName, f64>,
}

/// What goes into a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tier {
    /// What the verdicts admit, with the attributes.
    Score,
    /// Customer attributes alone.
    Attributes,
    /// Attributes and every KPI that is neither a leak nor a copy.
    Everything,
    /// The hand-made score in use today.
    Incumbent,
}

impl Candidates {
    /// Reads every column.
    pub(super) fn read(study: &Study, panel: &Panel) -> Result<Self, PipelineError> {
        let kpis: Result<Vec<ScoreInput>, _> = study.kpis.iter().map(|kpi| split_input(panel, kpi, None)).collect();
        let incumbent =
            study.roles.incumbent.as_deref().map(|column| ScoreInput::of_number(panel, column)).transpose()?;
        let attributes = score_inputs(panel, &study.roles)?;
        Ok(Self { attributes, kpis: kpis?, split: BTreeMap::new(), incumbent, start: BTreeMap::new() })
    }

    /// Reads the columns by whose levels slopes of these selections differ.
    pub(super) fn split_for<'a>(
        &mut self,
        study: &Study,
        panel: &Panel,
        selections: impl IntoIterator<Item = &'a Admitted>,
    ) -> Result<(), PipelineError> {
        for admitted in selections {
            for (k, within) in admitted.within.iter().enumerate().filter(|(k, _)| admitted.kpis[*k]) {
                if let Some(column) = within
                    && !self.split.contains_key(&(k, column.clone()))
                {
                    let input = split_input(panel, &study.kpis[k], Some(column))?;
                    self.split.insert((k, column.clone()), input);
                }
            }
        }
        Ok(())
    }

    /// The inputs of a model, without attributes that stand for the outcome (`unfit`). A column that is attribute and KPI
    /// comes once.
    pub(super) fn inputs(&self, tier: Tier, admitted: &Admitted, unfit: &[String]) -> Vec<&ScoreInput> {
        let kpis: Vec<&ScoreInput> = match tier {
            Tier::Score => (0..self.kpis.len()).filter(|&k| admitted.kpis[k]).map(|k| self.kpi(k, admitted)).collect(),
            Tier::Everything => {
                (0..self.kpis.len()).filter(|&k| admitted.predictive[k]).map(|k| &self.kpis[k]).collect()
            }
            Tier::Attributes => Vec::new(),
            Tier::Incumbent => return self.incumbent.iter().collect(),
        };
        let is_kpi = |column: &str| self.kpis.iter().any(|kpi| kpi.column == column);
        let attributes = self.attributes.iter().filter(|input| {
            let known_before = !unfit.contains(&input.column) || is_kpi(&input.column);
            known_before && kpis.iter().all(|kpi| kpi.column != input.column)
        });
        attributes.chain(kpis.iter().copied()).collect()
    }

    /// Fields of all attributes and KPIs, without columns that stand for the outcome (`unfit`).
    pub(super) fn fields(&self, unfit: &[String]) -> usize {
        let is_kpi = |column: &str| self.kpis.iter().any(|kpi| kpi.column == column);
        let others = self.attributes.iter().filter(|input| !is_kpi(&input.column));
        others.chain(&self.kpis).filter(|input| !unfit.contains(&input.column)).map(ScoreInput::fields).sum()
    }

    /// KPIs in study order.
    pub(super) fn kpis(&self) -> &[ScoreInput] {
        &self.kpis
    }

    /// Coefficients from which the solver starts on parts of the rows.
    pub(super) fn start(&self) -> &BTreeMap<TermName, f64> {
        &self.start
    }

    /// Sets them.
    pub(super) fn start_from(&mut self, coefficients: BTreeMap<TermName, f64>) {
        self.start = coefficients;
    }

    /// Whether the study names a score in use today.
    pub(super) fn has_incumbent(&self) -> bool {
        self.incumbent.is_some()
    }

    fn kpi(&self, k: usize, admitted: &Admitted) -> &ScoreInput {
        let split = admitted.within[k].as_ref().and_then(|column| self.split.get(&(k, column.clone())));
        split.unwrap_or(&self.kpis[k])
    }
}
