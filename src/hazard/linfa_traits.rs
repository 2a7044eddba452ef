//! linfa's traits around the hazard: parameters with a guard, `Fit` on a `Dataset`, `Predict`.

use linfa::DatasetBase;
use linfa::dataset::{AsSingleTargets, Records as _};
use linfa::prelude::{Fit, ParamGuard};
use linfa::traits::PredictInplace;
use ndarray::{Array1, ArrayBase, Data, Ix2};

use crate::stats::irls::Penalty;
use crate::units::TermName;

use super::HazardError;
use super::fit::{CovarianceKind, FittedHazard, HazardColumns, HazardSettings, PenaltyRule, fit_hazard};

/// Unchecked settings of a hazard for linfa.
///
/// ```
/// use fuellamp::hazard::HazardParams;
/// use linfa::prelude::*;
/// use ndarray::array;
/// let records = array![[0.0], [1.0], [2.0], [3.0], [4.0], [5.0], [6.0], [7.0]];
/// let data = Dataset::new(records.clone(), array![0_usize, 0, 1, 0, 1, 0, 1, 1]);
/// let model = HazardParams::new().fit(&data)?;
/// assert!(model.hazard().coef("x1").is_some_and(|slope| slope > 0.0));
/// let risk = model.predict(&records);
/// assert!(risk[7] > risk[0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct HazardParams(ValidHazardParams);

/// Checked settings.
#[derive(Debug, Clone, Copy)]
pub struct ValidHazardParams {
    settings: HazardSettings,
}

/// A hazard fitted on a linfa dataset; columns are called `x1`, `x2` ... unless the dataset names them.
#[derive(Debug, Clone)]
pub struct LinfaHazard {
    hazard: FittedHazard,
    names: Vec<String>,
}

impl HazardParams {
    /// Firth where the data asks for it; model-based covariance, as a linfa dataset has no accounts.
    #[must_use]
    pub fn new() -> Self {
        Self(ValidHazardParams {
            settings: HazardSettings { penalty: PenaltyRule::Auto, covariance: CovarianceKind::Model },
        })
    }

    /// Uses a ridge weight instead; no standard errors then.
    #[must_use]
    pub fn ridge(mut self, weight: f64) -> Self {
        self.0.settings.penalty = PenaltyRule::Always(Penalty::Ridge(weight));
        self
    }
}

impl Default for HazardParams {
    fn default() -> Self {
        Self::new()
    }
}

impl ParamGuard for HazardParams {
    type Checked = ValidHazardParams;
    type Error = HazardError;

    fn check_ref(&self) -> Result<&Self::Checked, Self::Error> {
        match self.0.settings.penalty {
            PenaltyRule::Always(Penalty::Ridge(weight)) if !(weight.is_finite() && weight >= 0.0) => {
                Err(HazardError::Setting { name: "ridge", value: weight, limit: "finite and not negative" })
            }
            _ => Ok(&self.0),
        }
    }

    fn check(self) -> Result<Self::Checked, Self::Error> {
        self.check_ref()?;
        Ok(self.0)
    }
}

impl<D, T> Fit<ArrayBase<D, Ix2>, T, HazardError> for ValidHazardParams
where
    D: Data<Elem = f64>,
    T: AsSingleTargets<Elem = usize>,
{
    type Object = LinfaHazard;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<LinfaHazard, HazardError> {
        let n = dataset.nsamples();
        let given = dataset.feature_names();
        let names: Vec<String> = (0..dataset.nfeatures())
            .map(|j| given.get(j).filter(|_| given.len() == dataset.nfeatures()).cloned())
            .enumerate()
            .map(|(j, name)| name.unwrap_or_else(|| format!("x{}", j + 1)))
            .collect();
        let ones = vec![1.0; n];
        let columns: Vec<Vec<f64>> = dataset.records().columns().into_iter().map(|c| c.to_vec()).collect();
        let mut terms = vec![(TermName::new("(intercept)"), ones.as_slice())];
        terms.extend(names.iter().zip(&columns).map(|(name, c)| (TermName::new(name.clone()), c.as_slice())));
        let y: Vec<f64> = dataset.as_single_targets().iter().map(|&t| if t > 0 { 1.0 } else { 0.0 }).collect();
        let cluster: Vec<u32> = (0..u32::try_from(n).unwrap_or(u32::MAX)).collect();
        let columns = HazardColumns { terms, y: &y, cluster: &cluster, n_clusters: n, start: None };
        Ok(LinfaHazard { hazard: fit_hazard(&columns, self.settings)?, names })
    }
}

impl LinfaHazard {
    /// The fit with terms, tests and intervals.
    #[must_use]
    pub fn hazard(&self) -> &FittedHazard {
        &self.hazard
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for LinfaHazard {
    /// Hazard per row.
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<f64>) {
        let intercept = self.hazard.coef("(intercept)").unwrap_or(0.0);
        let slopes: Vec<f64> = self.names.iter().map(|name| self.hazard.coef(name).unwrap_or(0.0)).collect();
        for (row, out) in x.rows().into_iter().zip(y.iter_mut()) {
            let eta = intercept + row.iter().zip(&slopes).map(|(x, b)| x * b).sum::<f64>();
            *out = fuellamp_score::probability(eta);
        }
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(x.nrows())
    }
}
