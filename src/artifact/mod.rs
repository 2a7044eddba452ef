//! The complete versioned record of a run. Every file that a run leaves is rendered from it.

mod account;
mod agreement;
mod approval;
mod chain;
mod data;
mod detail;
mod gut;
mod kpi;
mod lamp;
mod lit;
mod model;
mod unusable;
mod validation;

use serde::{Deserialize, Serialize};

pub use account::{AccountInputs, AccountScore};
pub use agreement::{Agreement, FieldDifference, RecordOfWeights};
pub use approval::{ApprovalRecord, DecisionRecord, weights_digest};
pub use chain::{
    ChainRecord, HighUseAccount, HighUseRecord, LagRecord, LinkRecord, RenewalRecord, ResponseRecord, StageRecord,
    TimingRecord,
};
pub use data::{ColumnRecord, CountRecord, DataRecord, PeriodRecord};
pub use detail::{
    ByRevenueRecord, CapacityRecord, CurveRecord, DetailRecord, GainRecord, IntervalRecord, NetBenefitRecord,
    SampleSizeRecord,
};
pub use gut::{GutAccount, GutAdded, GutAgreement, GutCell, GutDifference, GutGroup, GutPast, GutRecord, GutShare};
pub use kpi::{KpiArtifact, KpiSummary, Numbers};
pub use lamp::{
    LampActionRecord, LampBacktestRecord, LampCostRecord, LampPhaseRecord, LampRecord, LampRefusal, LeadRecord,
    LoadRecord, MissRecord, PhaseLimitRecord, ShareRecord, WentOutRecord,
};
pub use lit::{LampCounts, LampState};
pub use model::{
    AliasRecord, FitRecord, HistogramRecord, ReasonRecord, ScoreCovariance, ScoreRecord, SecondOpinion, TermRecord,
    WholePointsRecord,
};
pub use validation::{
    AucRecord, CalibrationBinRecord, ComparisonRecord, DifferenceRecord, DropOneRecord, EstimateRecord,
    LevelTrendRecord, OptimismRecord, OriginRecord, UpdateRecord, ValidationRecord,
};

use crate::notice::Notice;
use crate::words::Lang;

/// Version of the artifact format, `major.minor.patch`.
pub const ARTIFACT_VERSION: &str = "1.0.0";

/// Everything that a run found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelArtifact {
    /// [`ARTIFACT_VERSION`] of the writer.
    pub artifact_version: String,
    /// Program and version.
    pub generator: String,
    /// The question asked.
    pub study: StudyRecord,
    /// What was read and what was left out.
    pub data: DataRecord,
    /// What the reader must know, worst first.
    pub notices: Vec<Notice>,
    /// The full hazard model with all admissible KPIs.
    pub fit: FitRecord,
    /// One entry per KPI, in study order.
    pub kpis: Vec<KpiArtifact>,
    /// Out-of-fold performance of the exported score.
    pub validation: ValidationRecord,
    /// Distribution, bands and current accounts of the exported score.
    pub score: ScoreRecord,
    /// The exported weights, as in `weights.json`.
    pub weights: fuellamp_score::Weights,
    /// Every logged action and programme with every KPI that is no action: whether it moves it. Empty where nothing is
    /// logged, and for a snapshot.
    #[serde(default)]
    pub links: Vec<LinkRecord>,
    /// Which steps from use to recognised result the KPIs cover, and the heavy users that left all the same.
    #[serde(default)]
    pub chain: ChainRecord,
    /// Ratings by the people who look after the accounts, beside the data: one entry per KPI marked `gut_feeling`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gut_feeling: Vec<GutRecord>,
    /// The fuel lamp, and what it would have done; absent in artifacts of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lamp: Option<LampRecord>,
    /// Signatures, oldest first; the last one is that of the weights. Empty for a draft.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<ApprovalRecord>,
    /// Thresholds of the verdict rules, for the annex: name, value, source.
    pub thresholds: Vec<ThresholdRecord>,
}

/// The question asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StudyRecord {
    /// Name of the study.
    pub name: String,
    /// Why the score is wanted.
    pub purpose: String,
    /// Language of reports.
    pub language: Lang,
    /// What the event is called.
    pub outcome: String,
    /// Periods in the outcome window.
    pub horizon: u32,
    /// Whole periods needed to act.
    pub gap: u32,
    /// Seed of every random stream.
    pub seed: u64,
    /// `snapshot` or `panel`.
    pub source: String,
    /// At most so many KPIs enter the score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_kpis: Option<usize>,
    /// Accounts that the team can act on per period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<f64>,
    /// SHA-256 of the study file.
    pub digest: String,
}

/// One threshold of the rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThresholdRecord {
    /// Name.
    pub name: String,
    /// Value.
    pub value: f64,
    /// Meaning and source.
    pub meaning: crate::words::Words,
}

/// Why an artifact cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArtifactError {
    /// Not the JSON of an artifact.
    #[error("not an artifact of fuellamp: {0}")]
    Json(#[from] serde_json::Error),
    /// Written by another major version.
    #[error("artifact has format version {found}, this program reads {ARTIFACT_VERSION}")]
    Version {
        /// Version found.
        found: String,
    },
}

impl ModelArtifact {
    /// The file's text: indented JSON, numbers as the shortest decimals that read back the same.
    ///
    /// # Errors
    /// [`ArtifactError::Json`].
    pub fn to_json(&self) -> Result<String, ArtifactError> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }

    /// Reads an artifact of the same major version.
    ///
    /// # Errors
    /// [`ArtifactError`] for damaged files and other major versions.
    pub fn from_json(text: &str) -> Result<Self, ArtifactError> {
        same_major(text)?;
        Ok(serde_json::from_str(text)?)
    }
}

/// Refuses what another major version wrote.
fn same_major(text: &str) -> Result<(), ArtifactError> {
    #[derive(Deserialize)]
    struct VersionOnly {
        artifact_version: String,
    }
    let found = serde_json::from_str::<VersionOnly>(text)?.artifact_version;
    if found.split('.').next() == ARTIFACT_VERSION.split('.').next() {
        Ok(())
    } else {
        Err(ArtifactError::Version { found })
    }
}
