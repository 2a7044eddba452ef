//! What one diagnostic saw about one KPI: numbers, or the reason why it could not run.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::words::Words;

/// Tests that a verdict may cite. Slopes are log-odds per standard deviation of the KPI unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestId {
    /// Single period t (the outcome's own), with controls.
    AtEvent,
    /// Single period t - g0.
    Near,
    /// Single period one step before t - g0: two months, or the window that the values sum up where that is longer.
    Near2,
    /// Two steps before.
    Near4,
    /// Three steps before.
    Near6,
    /// The smoothed KPI alone.
    Raw,
    /// With account attributes.
    Stat,
    /// With attributes and recorded reasons.
    Adj,
    /// With the other KPIs too.
    Full,
    /// Level M of the level-and-change split.
    Level,
    /// Change D of the level-and-change split.
    Change,
    /// Joint test of level and change (estimate is the chi-squared).
    LevelChange,
    /// Level minus change slope.
    LevelGap,
    /// The account's first periods, beside what has changed since.
    Initial,
    /// What has changed since the account's first periods.
    Since,
    /// First periods minus since.
    InitialGap,
    /// Slope within one billing plan.
    ByBilling,
    /// Slope within one segment.
    BySegment,
    /// Slope within one lifecycle phase.
    ByPhase,
    /// First half of the calendar.
    Early,
    /// Second half of the calendar.
    Late,
    /// Early minus late slope.
    EarlyLate,
    /// Before it became a target.
    BeforeTarget,
    /// Since it became a target.
    AfterTarget,
    /// Before minus after it became a target.
    TargetBreak,
    /// Below the 40 % quantile of the KPI.
    Below,
    /// Above the 40 % quantile.
    Above,
    /// Last period's risk score moving the KPI (standard deviations per standard deviation of risk).
    Lead,
    /// Disclosed risk moving the KPI (standard deviations after a hint).
    Hint,
    /// Full attributes plus one other KPI at a time: the share of the slope that is left.
    Mediator,
    /// Survey: no answer lately.
    Silent,
    /// Churn on a programme that pushed the KPI (log-odds of full exposure).
    IntentToTreat,
    /// The KPI on the programme (standard deviations of full exposure).
    FirstStage,
    /// Churn on the programme over the KPI on the programme: log-odds per standard deviation that the push brought.
    Pushed,
    /// Two one-sided tests against the smallest effect that matters.
    Equivalence,
    /// Correlation with a near-copy (estimate is r).
    NearCopy,
    /// Slope beside a near-copy in one model, with attributes and reasons; the slice names the copy.
    BesideCopy,
    /// Shares of replies and of the top answers of a survey (estimate is the top share).
    Ceiling,
    /// Ranking by this KPI alone (estimate is the AUC).
    AucAlone,
    /// Standard deviation between accounts' own months over the whole standard deviation (estimate is the share).
    WithinShare,
    /// Single period at one lag, with attributes and reasons; the slice is the number of periods before the event.
    LagSlope,
    /// The largest lag at which the KPI still predicts (estimate is periods before the event).
    LeadTime,
    /// A logged action or programme, named by the slice, moving the KPI (standard deviations of the KPI per standard
    /// deviation of the action, or per push of the programme).
    Responsive,
}

/// One diagnostic of one KPI.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Which test.
    pub test: TestId,
    /// Part of the data or other KPI that it speaks of: a plan, a segment, another KPI's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slice: Option<String>,
    /// Column whose levels the slices are, where the test splits by a column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What came out.
    pub outcome: Outcome,
    /// By how much each account moves the estimate; in memory only, for drawing accounts again.
    #[serde(skip)]
    pub influence: Option<Influence>,
}

/// By how much each account of the sample moves an estimate, to first order: `estimate + Σ (w_g - 1) φ_g` with account g
/// counted `w_g` times.
#[derive(Debug, Clone, PartialEq)]
pub struct Influence {
    /// φ by account.
    pub by_account: Arc<[f32]>,
    /// Degrees of freedom of the estimate's t test; absent = the normal limit.
    pub df: Option<f64>,
}

impl Influence {
    /// Of an estimate with a normal test.
    #[must_use]
    pub fn new(by_account: Vec<f32>) -> Self {
        Self { by_account: by_account.into(), df: None }
    }

    /// Of `weight` times this estimate plus `other_weight` times another one; `None` if they know other accounts.
    #[must_use]
    pub fn combined(&self, weight: f64, other: &Self, other_weight: f64) -> Option<Self> {
        let sum = |(a, b): (&f32, &f32)| (weight * f64::from(*a) + other_weight * f64::from(*b)) as f32;
        let both = self.by_account.iter().zip(other.by_account.iter());
        (self.by_account.len() == other.by_account.len()).then(|| Self::new(both.map(sum).collect()))
    }

    /// Correlation of two estimates over samples of accounts: that of their influences.
    #[must_use]
    pub fn correlation(&self, other: &Self) -> f64 {
        let sum = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
        let (a, b) = (&self.by_account, &other.by_account);
        sum(a, b) / (sum(a, a) * sum(b, b)).sqrt()
    }
}

/// What came out of a diagnostic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Numbers.
    Measured(Measured),
    /// The data cannot carry the test; never a pass.
    NotApplicable(Words),
}

/// Estimate with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Estimate, in the unit of the test.
    pub estimate: f64,
    /// Standard error, clustered by account; absent for descriptive figures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub std_error: Option<f64>,
    /// Two-sided p-value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
    /// Rows used.
    pub n_rows: usize,
    /// Events among them.
    pub n_events: usize,
}

impl Measured {
    /// Estimate over standard error; 0 where there is none.
    #[must_use]
    pub fn z(&self) -> f64 {
        match self.std_error {
            Some(se) if se > 0.0 => self.estimate / se,
            _ => 0.0,
        }
    }

    /// Confidence interval at 95 %.
    #[must_use]
    pub fn interval(&self) -> Option<(f64, f64)> {
        const Z975: f64 = 1.959_963_984_540_054;
        self.std_error.map(|se| (self.estimate - Z975 * se, self.estimate + Z975 * se))
    }
}

impl Evidence {
    /// A test with numbers.
    #[must_use]
    pub fn measured(test: TestId, measured: Measured) -> Self {
        Self { test, slice: None, column: None, outcome: Outcome::Measured(measured), influence: None }
    }

    /// A test that could not run, with the reason.
    #[must_use]
    pub fn not_applicable(test: TestId, reason: Words) -> Self {
        Self { test, slice: None, column: None, outcome: Outcome::NotApplicable(reason), influence: None }
    }

    /// Says by how much each account moves it.
    #[must_use]
    pub fn moved_by(mut self, influence: Option<Influence>) -> Self {
        self.influence = influence;
        self
    }

    /// Says which part of the data or which other KPI it speaks of.
    #[must_use]
    pub fn of(mut self, slice: impl Into<String>) -> Self {
        self.slice = Some(slice.into());
        self
    }
}

/// Slopes within the levels of one column.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitSlopes<'a> {
    /// The column.
    pub column: &'a str,
    /// Level and slope.
    pub parts: Vec<(&'a str, Measured)>,
}

/// The evidence of one KPI, read by test.
#[derive(Debug, Clone, Copy)]
pub struct Dossier<'a>(pub &'a [Evidence]);

impl<'a> Dossier<'a> {
    /// Numbers of a test, if it ran.
    #[must_use]
    pub fn get(self, test: TestId) -> Option<&'a Measured> {
        self.all(test).next().map(|(_, measured)| measured)
    }

    /// Slopes of a test that splits the customers, apart by the column that it splits by.
    #[must_use]
    pub fn splits(self, test: TestId) -> Vec<SplitSlopes<'a>> {
        let mut splits: Vec<SplitSlopes<'a>> = Vec::new();
        for evidence in self.0.iter().filter(|e| e.test == test) {
            let Outcome::Measured(measured) = &evidence.outcome else { continue };
            let (column, part) = (evidence.column.as_deref().unwrap_or(""), evidence.slice.as_deref().unwrap_or(""));
            match splits.iter_mut().find(|split| split.column == column) {
                Some(split) => split.parts.push((part, *measured)),
                None => splits.push(SplitSlopes { column, parts: vec![(part, *measured)] }),
            }
        }
        splits
    }

    /// Every slice of a test that ran.
    pub fn all(self, test: TestId) -> impl Iterator<Item = (&'a str, &'a Measured)> {
        self.0.iter().filter(move |e| e.test == test).filter_map(|e| match &e.outcome {
            Outcome::Measured(measured) => Some((e.slice.as_deref().unwrap_or(""), measured)),
            Outcome::NotApplicable(_) => None,
        })
    }
}
