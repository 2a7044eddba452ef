//! Everything known about one KPI.

use serde::{Deserialize, Serialize};

use crate::traps::Evidence;
use crate::verdict::KpiVerdict;
use crate::words::Words;

use super::{ResponseRecord, TimingRecord};

/// Everything known about one KPI.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KpiArtifact {
    /// Name in the study.
    pub name: String,
    /// Name for people.
    pub label: Words,
    /// Input column.
    pub column: String,
    /// `action`, `behaviour`, `perception`, `outcome` or `friction`.
    pub kind: String,
    /// `use`, `result`, `recognised`, `relationship`, `environment`; absent where the study does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// `more` or `less`: the direction people believe is good.
    pub hoped: String,
    /// Why it is a candidate, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Hours a quarter to collect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// Action that the study ties to it: name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Owner of the action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_owner: Option<String>,
    /// Description of the values.
    pub summary: KpiSummary,
    /// All tests, those that could not run with their reason.
    pub evidence: Vec<Evidence>,
    /// The verdict.
    pub verdict: KpiVerdict,
    /// Share of account resamples in which the verdict came back, 0 to 1; absent where none were drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict_share: Option<f64>,
    /// Number of these resamples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict_resamples: Option<u32>,
    /// How early it predicts; absent where no single period before the event does, or none could be measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timing: Option<TimingRecord>,
    /// Whether anything logged moves it; absent for actions, which are ours to decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<ResponseRecord>,
    /// Numbers of `verdicts.csv`.
    pub numbers: Numbers,
}

/// Description of the values of a KPI.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KpiSummary {
    /// Share of missing cells in the panel.
    pub missing_share: f64,
    /// Distinct values.
    pub n_distinct: usize,
    /// Mean of the values, in the KPI's units; absent where there is none.
    pub mean: Option<f64>,
    /// Standard deviation, in the KPI's units.
    pub sd: Option<f64>,
    /// Smallest value.
    pub min: Option<f64>,
    /// Largest value.
    pub max: Option<f64>,
    /// Whether `ln(1 + x)` was taken because the values are counts with a long tail.
    pub log1p: bool,
}

/// Numbers of one line of `verdicts.csv`; absent where a test could not run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    /// Odds ratio per standard deviation in the full model.
    pub odds_ratio: Option<f64>,
    /// Lower end of its 95 % interval.
    pub ci_low: Option<f64>,
    /// Upper end.
    pub ci_high: Option<f64>,
    /// Two-sided p of the full slope.
    pub p: Option<f64>,
    /// Benjamini-Hochberg q over the KPIs of the study.
    pub q: Option<f64>,
    /// E-value of the odds ratio.
    pub e_value: Option<f64>,
    /// E-value of the interval limit nearest to 1.
    pub e_value_limit: Option<f64>,
    /// Lead time: the largest lag at which it still predicts, in periods before the event.
    pub lead_periods: Option<u32>,
    /// AUC of this KPI alone.
    pub auc_alone: Option<f64>,
    /// Rows of the full model.
    pub n_rows: usize,
    /// Events of the full model.
    pub n_events: usize,
    /// Whether it enters the exported score.
    pub in_score: bool,
    /// Day on which the verdict expires, ISO date.
    pub expires: Option<String>,
}
