//! A fitted hazard: its terms, their tests and intervals.

use std::collections::BTreeMap;

use ndarray::Array2;

use crate::stats::covariance::{Correction, CovarianceError};
use crate::stats::influence::influence;
use crate::stats::irls::LogisticFit;
use crate::stats::matrix::Matrix;
use crate::stats::profile::ProfileInterval;
use crate::stats::student;
use crate::stats::two_way::{TwoWayCovariance, two_way};
use crate::stats::wald::{JointTest, WaldTerm, contrast, joint_wald, wald};
use crate::units::TermName;
use crate::words;
use crate::words::Words;

use super::fit::{HazardColumns, profiles};

/// Confidence level of intervals.
pub(super) const LEVEL: f64 = 0.95;

/// A term that other terms determine exactly; it was left out of the fit.
#[derive(Debug, Clone, PartialEq)]
pub struct AliasedTerm {
    /// The term.
    pub term: TermName,
    /// The combination that it equals.
    pub equals: Vec<(TermName, f64)>,
}

impl AliasedTerm {
    /// The combination as a formula, for example `1 - plan[flat] - plan[seat]`.
    #[must_use]
    pub fn formula(&self) -> String {
        let mut text = String::new();
        for (term, weight) in &self.equals {
            let size = weight.abs();
            let sign = match (text.is_empty(), *weight < 0.0) {
                (true, false) => "",
                (true, true) => "-",
                (false, false) => " + ",
                (false, true) => " - ",
            };
            text.push_str(sign);
            if (size - 1.0).abs() > 1e-9 {
                text.push_str(&format!("{} × ", (size * 1e6).round() / 1e6));
            }
            text.push_str(term.as_str());
        }
        if text.is_empty() { "0".to_owned() } else { text }
    }
}

/// A covariance as it was computed.
#[derive(Debug, Clone)]
pub(super) enum Covariance {
    /// A ridge has none.
    None,
    Model(Array2<f64>),
    Cr1(Array2<f64>),
    /// With the degrees of freedom of each coefficient.
    Cr2(Array2<f64>, Vec<f64>),
    TwoWay(TwoWayCovariance),
}

impl Covariance {
    fn matrix(&self) -> Option<&Array2<f64>> {
        match self {
            Self::None => None,
            Self::Model(v) | Self::Cr1(v) | Self::Cr2(v, _) => Some(v),
            Self::TwoWay(found) => Some(&found.covariance),
        }
    }
}

/// A fitted hazard with its terms, its covariance and the evidence that it converged.
#[derive(Debug, Clone)]
pub struct FittedHazard {
    pub(super) terms: Vec<TermName>,
    pub(super) covariance: Covariance,
    /// By position: terms whose likelihood is too lopsided for a Wald interval.
    pub(super) profiles: BTreeMap<usize, ProfileInterval>,
    /// The solver's result; coefficients in the order of the terms kept.
    pub fit: LogisticFit,
    /// Terms left out because others determine them.
    pub aliased: Vec<AliasedTerm>,
    /// Accounts.
    pub n_clusters: usize,
}

impl FittedHazard {
    /// Terms in the order of the coefficients, intercept first.
    #[must_use]
    pub fn terms(&self) -> &[TermName] {
        &self.terms
    }

    /// Coefficients by term, for a similar fit to start from.
    #[must_use]
    pub fn coefficients(&self) -> BTreeMap<TermName, f64> {
        self.terms.iter().cloned().zip(self.fit.coef.iter().copied()).collect()
    }

    /// Coefficient of a term; `None` where it was aliased or is not in the model.
    #[must_use]
    pub fn coef(&self, term: &str) -> Option<f64> {
        self.fit.coef.get(self.position(term)?).copied()
    }

    /// Estimate, standard error, test and interval of a term (a t test where few accounts have an event); `None` where it was aliased or no inference is allowed.
    #[must_use]
    pub fn term(&self, term: &str) -> Option<WaldTerm> {
        self.at(self.position(term)?)
    }

    /// The same by position.
    #[must_use]
    pub fn at(&self, position: usize) -> Option<WaldTerm> {
        let variance = *self.covariance.matrix()?.get((position, position))?;
        let mut tested = wald(*self.fit.coef.get(position)?, variance.sqrt(), LEVEL);
        if let Some(&df) = self.degrees_of_freedom().and_then(|df| df.get(position)) {
            let half = student::quantile(0.5 + 0.5 * LEVEL, df) * tested.std_error;
            tested.p = student::two_sided_p(tested.z, df);
            (tested.ci_low, tested.ci_high) = (tested.estimate - half, tested.estimate + half);
        }
        if let Some(profile) = self.profiles.get(&position) {
            (tested.ci_low, tested.ci_high, tested.p) = (profile.low, profile.high, profile.p);
        }
        tested.std_error.is_finite().then_some(tested)
    }

    /// The covariance that the standard errors come from.
    #[must_use]
    pub fn covariance_name(&self) -> Words {
        match &self.covariance {
            Covariance::None => words!(en: "none", ja: "なし"),
            Covariance::Model(_) => words!(en: "model-based", ja: "モデルに基づく"),
            Covariance::Cr1(_) => words!(en: "clustered by account (CR1)", ja: "顧客単位のクラスター頑健（CR1）"),
            Covariance::Cr2(..) => words!(
                en: "clustered by account (CR2, Satterthwaite degrees of freedom)",
                ja: "顧客単位のクラスター頑健（CR2、Satterthwaiteの自由度）",
            ),
            Covariance::TwoWay(found) => {
                let [accounts, periods, _] = found.n_clusters;
                words!(
                    en: "clustered by account and by period (CR1; {accounts} accounts, {periods} periods)",
                    ja: "顧客と期の二方向クラスター頑健（CR1、顧客{accounts}件、{periods}期）",
                )
            }
        }
    }

    /// Degrees of freedom of each coefficient's t test, where few accounts have an event; absent = the normal limit.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> Option<&[f64]> {
        match &self.covariance {
            Covariance::Cr2(_, df) => Some(df),
            _ => None,
        }
    }

    /// Degrees of freedom of one term's t test.
    #[must_use]
    pub fn degrees_of_freedom_of(&self, term: &str) -> Option<f64> {
        self.degrees_of_freedom()?.get(self.position(term)?).copied()
    }

    /// Joint Wald test of several terms, against χ² also where single terms have a t test.
    #[must_use]
    pub fn joint(&self, terms: &[&str]) -> Option<JointTest> {
        let positions: Option<Vec<usize>> = terms.iter().map(|term| self.position(term)).collect();
        joint_wald(&self.fit.coef, self.covariance.matrix()?, &positions?).ok()
    }

    /// Covariance of some terms, in the order asked for; `None` where one has none.
    #[must_use]
    pub fn covariance_of(&self, terms: &[&str]) -> Option<Array2<f64>> {
        let all = self.covariance.matrix()?;
        let at: Vec<usize> = terms.iter().map(|term| self.position(term)).collect::<Option<_>>()?;
        Some(Array2::from_shape_fn((at.len(), at.len()), |(i, j)| all[(at[i], at[j])]))
    }

    /// `coef(first) - coef(second)` with its test.
    #[must_use]
    pub fn difference(&self, first: &str, second: &str) -> Option<WaldTerm> {
        let mut weights = vec![0.0; self.terms.len()];
        *weights.get_mut(self.position(first)?)? = 1.0;
        *weights.get_mut(self.position(second)?)? = -1.0;
        contrast(&self.fit.coef, self.covariance.matrix()?, &weights, LEVEL).ok()
    }

    /// The same fit with the interval and test of every term from its profile likelihood; `columns` are those of the fit.
    #[must_use]
    pub fn with_profiles(mut self, columns: &HazardColumns<'_>) -> Self {
        if let Ok(x) = Matrix::new(self.columns_of(columns)) {
            self.profiles = profiles(&self.fit, &x, columns.y, 0..self.terms.len());
        }
        self
    }

    /// The same fit with its covariance clustered by account and by period; `columns` are those of the fit, `period` numbers
    /// the period of each row from 0. The result says with [`Self::two_way`] whether it had to be mended.
    ///
    /// # Errors
    /// [`CovarianceError`], with fewer than two periods or accounts, and from a ridge fit.
    pub fn with_two_way(
        mut self,
        columns: &HazardColumns<'_>,
        period: &[u32],
        n_periods: usize,
    ) -> Result<Self, CovarianceError> {
        let x = Matrix::new(self.columns_of(columns)).map_err(|_| CovarianceError::NoInference)?;
        let (first, second) = ((columns.cluster, columns.n_clusters), (period, n_periods));
        self.covariance = Covariance::TwoWay(two_way(&self.fit, &x, columns.y, first, second, Correction::Cr1)?);
        Ok(self)
    }

    /// The two-way covariance, where it was asked for.
    #[must_use]
    pub fn two_way(&self) -> Option<&TwoWayCovariance> {
        match &self.covariance {
            Covariance::TwoWay(found) => Some(found),
            _ => None,
        }
    }

    /// By how much each account moves a coefficient, to first order ([`influence`]); `columns` are those of the fit. `None`
    /// where the term was aliased or no inference is allowed.
    #[must_use]
    pub fn influence(&self, term: &str, columns: &HazardColumns<'_>) -> Option<Vec<f32>> {
        let position = self.position(term).filter(|_| self.fit.allows_inference())?;
        let x = Matrix::new(self.columns_of(columns)).ok().filter(|x| x.n_cols() == self.terms.len())?;
        let v = self.fit.covariance_model.row(position).to_vec();
        Some(influence(&x, &v, &self.fit.score_residual, columns.cluster, columns.n_clusters))
    }

    /// Values of the terms kept.
    fn columns_of<'a>(&self, columns: &HazardColumns<'a>) -> Vec<&'a [f64]> {
        let values = |term| columns.terms.iter().find(|(name, _)| name == term).map(|(_, values)| *values);
        self.terms.iter().filter_map(values).collect()
    }

    /// Whether the interval and test of a term come from its profile likelihood.
    #[must_use]
    pub fn is_profiled(&self, position: usize) -> bool {
        self.profiles.contains_key(&position)
    }

    fn position(&self, term: &str) -> Option<usize> {
        self.terms.iter().position(|t| t.as_str() == term)
    }
}
