//! linfa's traits around the hazard: parameters with a guard, `Fit` on a `Dataset`, `Predict`.

use linfa::DatasetBase;
use linfa::dataset::{AsSingleTargets, Records as _};
use linfa::prelude::{Fit, ParamGuard};
use linfa::traits::PredictInplace;
use ndarray::{Array1, ArrayBase, Data, Ix2};

use crate::stats::irls::{Link, Penalty};
use crate::units::TermName;

use super::HazardError;
use super::fit::{CovarianceKind, HazardColumns, HazardSettings, PenaltyRule, fit_hazard};
use super::fitted::FittedHazard;

/// A target that says whether the account left.
pub trait EventTarget {
    /// 1 = left, 0 = stayed; other numbers are refused by the fit.
    fn number(&self) -> f64;
}

impl EventTarget for f64 {
    fn number(&self) -> f64 {
        *self
    }
}

impl EventTarget for usize {
    fn number(&self) -> f64 {
        if *self > 0 { 1.0 } else { 0.0 }
    }
}

impl EventTarget for bool {
    fn number(&self) -> f64 {
        f64::from(u8::from(*self))
    }
}

/// Unchecked settings of a hazard for linfa.
///
/// Targets may be `usize`, `bool` or `f64`; with `f64` linfa's cross-validation can compare them with predicted hazards.
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
    link: Link,
}

impl HazardParams {
    /// Firth where the data asks for it; model-based covariance, as a linfa dataset has no accounts.
    #[must_use]
    pub fn new() -> Self {
        Self(ValidHazardParams {
            settings: HazardSettings { covariance: CovarianceKind::Model, ..HazardSettings::default() },
        })
    }

    /// Another link: [`Link::Cloglog`] is the proportional hazard observed in periods.
    #[must_use]
    pub fn link(mut self, link: Link) -> Self {
        self.0.settings.link = link;
        self
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
    T: AsSingleTargets,
    T::Elem: EventTarget,
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
        let y: Vec<f64> = dataset.as_single_targets().iter().map(EventTarget::number).collect();
        let cluster: Vec<u32> = (0..u32::try_from(n).unwrap_or(u32::MAX)).collect();
        let columns = HazardColumns { terms, y: &y, cluster: &cluster, n_clusters: n, start: None };
        Ok(LinfaHazard { hazard: fit_hazard(&columns, self.settings)?, names, link: self.settings.link })
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
            *out = self.link.probability(eta);
        }
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(x.nrows())
    }
}

#[cfg(test)]
mod tests {
    use linfa::Dataset;
    use linfa::prelude::*;
    use ndarray::{Array1, Array2};

    use super::*;

    /// A risky half and a safe one, with a column of noise.
    fn data() -> Dataset<f64, f64, ndarray::Ix1> {
        let records =
            Array2::from_shape_fn((400, 2), |(i, j)| if j == 0 { (i % 2) as f64 } else { (i * 37 % 101) as f64 });
        let targets = Array1::from_shape_fn(400, |i| if i * 7 % 20 < 3 + 12 * (i % 2) { 1.0 } else { 0.0 });
        Dataset::new(records, targets)
    }

    #[test]
    fn cross_validation_of_linfa_ranks_a_model_that_knows_above_one_that_shrinks_all_away() {
        let brier = |predicted: &Array1<f64>, truth: &ndarray::ArrayView1<'_, f64>| -> Result<f64, linfa::Error> {
            Ok(predicted.iter().zip(truth).map(|(p, y)| (p - y) * (p - y)).sum::<f64>() / predicted.len() as f64)
        };
        let models = [HazardParams::new(), HazardParams::new().ridge(1e9)];
        let checked: Vec<ValidHazardParams> = models.iter().map(|m| *m.check_ref().unwrap()).collect();
        let mut data = data();
        let losses = data.cross_validate_single(5, &checked, brier).unwrap();
        assert!(losses[0] < 0.8 * losses[1], "{losses:?}");
        // Shrunk to the mean, the loss is the variance of the outcome.
        assert!((losses[1] - 0.25).abs() < 0.02, "{losses:?}");
    }

    #[test]
    fn a_negative_ridge_is_refused_and_another_link_predicts_with_its_own_inverse() {
        assert!(HazardParams::new().ridge(-1.0).check().is_err());
        let hazard = HazardParams::new().link(Link::Cloglog).fit(&data()).unwrap();
        let predicted = hazard.predict(data().records());
        let mean = predicted.iter().sum::<f64>() / 400.0;
        let share = data().targets().iter().sum::<f64>() / 400.0;
        assert!((mean - share).abs() < 1e-2, "{mean} {share}");
        assert!(predicted[1] > predicted[0]);
    }
}
