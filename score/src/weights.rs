//! The weights file: everything that a service needs to score a customer, and to know whether it may.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::bands::{Band, PhaseBands};
use crate::parity::ParityVector;
use crate::recipe::{MissingNumber, Recipe};
use crate::usable::day_of;

/// Version of the file format that this crate writes. A reader accepts the same major version.
pub const SCHEMA_VERSION: &str = "1.2.0";

/// Weights of a health score, self-sufficient: preprocessing, coefficients, score mapping, bands, sign-off, vectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// Version of this file format, `major.minor.patch`.
    pub schema_version: String,
    /// Program and version that wrote the file.
    pub generator: String,
    /// The study the weights come from.
    pub study: StudyRef,
    /// `draft` until a named person approved.
    pub status: Status,
    /// Which verdicts the weights rest on.
    pub basis: Basis,
    /// The person who signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// Last day of validity, ISO date; absent where the data has no dates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), extend("format" = "date")))]
    pub valid_until: Option<String>,
    /// What the weights were fitted on.
    pub training: Training,
    /// Log-odds with every field at zero.
    pub intercept: Intercept,
    /// Preprocessing, one recipe per input column, in the order of evaluation.
    pub recipes: Vec<Recipe>,
    /// Coefficients, one per field of the recipes and in their order.
    pub terms: Vec<Term>,
    /// Covariance of the coefficients, clustered by account, in squared log-odds: lower triangle, row `i` has `i + 1`
    /// numbers; intercept first, then the terms in their order. A term that the fit left out has zeros. Since 1.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covariance: Option<Vec<Vec<f64>>>,
    /// From log-odds to the score.
    pub score: ScoreMapping,
    /// Bands from the highest probability of leaving to the lowest; the last begins at 0.
    pub bands: Vec<Band>,
    /// Where the bands begin in the lifecycle phases that need limits of their own; absent where one limit serves all. Since
    /// 1.2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phases: Option<PhaseBands>,
    /// How contributions are summed up into reasons.
    pub reasons: Vec<ReasonGroup>,
    /// Verdict and sign-off per KPI of the study.
    pub kpis: Vec<KpiRecord>,
    /// Digests of what the weights were made from.
    pub digests: Digests,
    /// What the reader must know.
    pub notices: Vec<Label>,
    /// Inputs with the expected result, replayed by [`Weights::verify`].
    pub parity: Vec<ParityVector>,
}

/// The study in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StudyRef {
    /// Name of the study.
    pub name: String,
    /// Why the score is wanted.
    pub purpose: String,
    /// What the event is called.
    pub outcome: String,
    /// Column that identifies the account, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Column with the period, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
}

/// Whether the weights may be used in production.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nobody has signed yet.
    Draft,
    /// Signed by the person in `approval`.
    Approved,
}

/// Which verdicts the weights rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// KPIs that passed every trap test that the data allows.
    Validated,
    /// No KPI was validated; these predict, and nothing more is known.
    Promising,
    /// No KPI at all; customer attributes only.
    Controls,
}

/// A person's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Name of the person.
    pub by: String,
    /// Day of the signature, ISO date.
    pub on: String,
    /// What the person noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What the weights were fitted on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Account-periods.
    pub rows: u64,
    /// Of these, how many ended in the event.
    pub events: u64,
    /// Accounts.
    pub accounts: u64,
    /// First period of the data.
    pub from: String,
    /// Last period of the data.
    pub to: String,
    /// Whole periods between the input values and the opening of the outcome window.
    pub gap: u32,
    /// Periods in the outcome window that the probability speaks of.
    pub horizon: u32,
}

/// Log-odds with every field at zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Intercept {
    /// Estimate.
    pub coefficient: f64,
    /// Standard error, clustered by account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub std_error: Option<f64>,
}

/// Coefficient of one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Name of the field.
    pub term: String,
    /// Input column it is made from.
    pub column: String,
    /// Change in log-odds per unit of the field.
    pub coefficient: f64,
    /// Standard error, clustered by account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub std_error: Option<f64>,
}

/// Affine map from log-odds to the score: `clip(offset - slope x log-odds, low, high)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScoreMapping {
    /// Score at log-odds 0.
    pub offset: f64,
    /// Points per unit of log-odds; positive.
    pub slope: f64,
    /// Lowest score.
    pub low: f64,
    /// Highest score.
    pub high: f64,
    /// Direction, in words.
    pub direction: Label,
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// English.
    pub en: String,
    /// Japanese.
    pub ja: String,
}

/// Input columns whose contributions are one reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReasonGroup {
    /// Input column.
    pub column: String,
    /// Name shown to people.
    pub label: Label,
    /// Log-odds from this column for the average customer in training: what a contribution is compared with.
    pub baseline: f64,
    /// Action suggested when this is the top reason; absent for what nobody can act on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Label>,
}

/// Verdict and sign-off of one KPI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KpiRecord {
    /// Name in the study.
    pub kpi: String,
    /// Input column.
    pub column: String,
    /// One of the thirteen verdicts.
    pub verdict: String,
    /// Whether it enters the score.
    pub in_score: bool,
    /// A person's decision, where one was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_off: Option<SignOff>,
}

/// A person's decision about one KPI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignOff {
    /// Name of the person.
    pub by: String,
    /// `keep` or `drop`.
    pub decision: String,
    /// Reason given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// SHA-256 digests in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Digests {
    /// Of the data as it was read (cells in canonical row order, not file bytes).
    pub data: String,
    /// Of the study file.
    pub study: String,
}

/// Why a weights file cannot be used.
#[derive(Debug)]
pub enum WeightsError {
    /// Not the JSON of a weights file.
    Json(serde_json::Error),
    /// Written in another major version of the format.
    SchemaVersion {
        /// Version found.
        found: String,
    },
    /// Written in a later version of the format, with something that this reader does not know.
    Newer {
        /// Version found.
        found: String,
    },
    /// Fields and coefficients do not belong together, or a number is not finite or out of its range.
    Inconsistent {
        /// Key of the file, with the column, term or phase where there is one: `recipes[usage]`.
        part: String,
        /// What is wrong with it.
        what: String,
    },
}

impl fmt::Display for WeightsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => write!(f, "not a weights file: {error}"),
            Self::SchemaVersion { found } => {
                write!(f, "weights have format version {found}, this reader knows {SCHEMA_VERSION}")
            }
            Self::Newer { found } => {
                write!(f, "written by a newer fuellamp (format {found}; this program reads up to {SCHEMA_VERSION})")
            }
            Self::Inconsistent { what, .. } => write!(f, "weights contradict themselves: {what}"),
        }
    }
}

impl std::error::Error for WeightsError {}

impl Weights {
    /// Reads and checks a weights file.
    ///
    /// # Errors
    /// [`WeightsError`] for a damaged file, another major format version, a later one with something unknown, or
    /// coefficients that do not match the recipes.
    pub fn from_json(text: &str) -> Result<Self, WeightsError> {
        let found = serde_json::from_str::<VersionOnly>(text).map_err(WeightsError::Json)?.schema_version;
        let (theirs, own) = (version(&found), version(SCHEMA_VERSION));
        let newer = theirs > own;
        if theirs.map(|(major, _)| major) != own.map(|(major, _)| major) {
            return Err(if newer { WeightsError::Newer { found } } else { WeightsError::SchemaVersion { found } });
        }
        let read = serde_json::from_str::<Self>(text).map_err(WeightsError::Json);
        // What a later version adds is unknown here, and no damage.
        read.and_then(|weights| weights.check().map(|()| weights))
            .map_err(|error| if newer { WeightsError::Newer { found } } else { error })
    }

    /// The file's text: indented JSON with the shortest decimals that read back to the same numbers.
    ///
    /// # Errors
    /// [`WeightsError`] where [`Weights::check`] fails.
    pub fn to_json(&self) -> Result<String, WeightsError> {
        self.check()?;
        let mut text = serde_json::to_string_pretty(self).map_err(WeightsError::Json)?;
        text.push('\n');
        Ok(text)
    }

    /// Input columns in the order in which they are first asked for: those of the recipes, the ones that they read a number
    /// within, and the phase.
    #[must_use]
    pub fn columns(&self) -> Vec<&str> {
        let mut columns: Vec<&str> = Vec::new();
        let read = self.recipes.iter().flat_map(|recipe| std::iter::once(recipe.column()).chain(recipe.within()));
        for column in read.chain(self.phases.as_ref().map(|phases| &*phases.column)) {
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        columns
    }

    /// Checks that coefficients match the recipes and every number is finite and in its range.
    ///
    /// # Errors
    /// [`WeightsError::Inconsistent`].
    pub fn check(&self) -> Result<(), WeightsError> {
        let wrong = |part: String, what: String| Err(WeightsError::Inconsistent { part, what });
        let mut columns = BTreeSet::new();
        let mut fields = Vec::new();
        for recipe in &self.recipes {
            if !columns.insert(recipe.column()) {
                return wrong(
                    format!("recipes[{}]", recipe.column()),
                    format!("column `{}` has two recipes", recipe.column()),
                );
            }
            if let Recipe::Number(r) = recipe {
                let fill = match r.missing {
                    MissingNumber::Fill { value, .. } => value,
                    MissingNumber::Refuse => 0.0,
                };
                let ordered = r.clip.is_none_or(|c| c.low <= c.high);
                if !(r.centre.is_finite() && r.scale.is_finite() && r.scale > 0.0 && fill.is_finite() && ordered) {
                    return wrong(
                        format!("recipes[{}]", r.column),
                        format!("column `{}` has no finite centre, scale, fill value or range", r.column),
                    );
                }
            }
            fields.extend(recipe.terms().into_iter().map(|term| (term, recipe.column())));
        }
        if fields.len() != self.terms.len() {
            return wrong("terms".into(), format!("{} fields but {} coefficients", fields.len(), self.terms.len()));
        }
        for ((field, column), term) in fields.into_iter().zip(&self.terms) {
            if term.term != field || term.column != column {
                return wrong(
                    format!("terms[{}]", term.term),
                    format!("coefficient `{}` stands where field `{field}` is expected", term.term),
                );
            }
            if !term.coefficient.is_finite() {
                return wrong(format!("terms[{field}]"), format!("coefficient `{field}` is not finite"));
            }
        }
        self.check_covariance()?;
        let s = &self.score;
        if self.status == Status::Approved && self.approval.as_ref().is_none_or(|a| a.by.trim().is_empty()) {
            return wrong("approval".into(), "the status is `approved`, but nobody has signed".into());
        }
        let finite = [self.intercept.coefficient, s.offset, s.slope, s.low, s.high].iter().all(|x| x.is_finite());
        if !finite || s.slope <= 0.0 || s.low >= s.high {
            return wrong(
                "score".into(),
                "intercept or score mapping is not finite or not increasing in health".into(),
            );
        }
        self.check_bands()?;
        if let Some(day) = self.valid_until.as_deref().filter(|day| day_of(day).is_none()) {
            return wrong("valid_until".into(), format!("the last day `{day}` is no date of the form 2026-12-31"));
        }
        for group in &self.reasons {
            if !columns.contains(group.column.as_str()) || !group.baseline.is_finite() {
                return wrong(
                    format!("reasons[{}]", group.column),
                    format!("reason `{}` names no input column or has no finite baseline", group.column),
                );
            }
        }
        Ok(())
    }

    /// Checks that the covariance has a row per coefficient and the squared standard errors on its diagonal.
    fn check_covariance(&self) -> Result<(), WeightsError> {
        let Some(rows) = &self.covariance else { return Ok(()) };
        let wrong = |what: String| Err(WeightsError::Inconsistent { part: "covariance".into(), what });
        if rows.len() != self.terms.len() + 1 {
            return wrong(format!("{} coefficients but {} rows of covariance", self.terms.len() + 1, rows.len()));
        }
        let errors = std::iter::once(self.intercept.std_error).chain(self.terms.iter().map(|term| term.std_error));
        for (i, (row, std_error)) in rows.iter().zip(errors).enumerate() {
            if row.len() != i + 1 || !row.iter().all(|x| x.is_finite()) || row[i] < 0.0 {
                return wrong(format!("row {i} of the covariance is no row of a lower triangle of finite numbers"));
            }
            let variance = std_error.map_or(0.0, |se| se * se);
            if (row[i] - variance).abs() > VARIANCE_TOLERANCE * variance.max(row[i]) {
                return wrong(format!("row {i} of the covariance has another variance than the standard error says"));
            }
        }
        Ok(())
    }
}

/// Relative difference allowed between a squared standard error and the diagonal of the covariance.
const VARIANCE_TOLERANCE: f64 = 1e-9;

#[derive(Deserialize)]
struct VersionOnly {
    schema_version: String,
}

/// Major and minor number of a version.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}
