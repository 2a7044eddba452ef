//! Many models on one pool of columns: shared preparation, warm starts, scheduled over the cores.

use rayon::prelude::*;

use super::irls::{FitOptions, IrlsError, Link, LogisticFit, Penalty, fit_logistic};
use super::matrix::Matrix;

/// Rows times columns from which models run one after the other, each on all cores, so that only one holds its rows in
/// memory; below it they run side by side.
const LARGE_MODEL: usize = 100_000_000;

/// One model of a plan.
#[derive(Debug, Clone, Default)]
pub struct PlannedModel<'a> {
    /// Columns of the pool, in the order of the coefficients; the intercept among them where there is one.
    pub columns: Vec<usize>,
    /// Prior weights: zero for rows held out of a fold, counts for a bootstrap replicate.
    pub weights: Option<&'a [f64]>,
    /// First guess by column of the model; absent = the coefficients of the model the plan was warmed by.
    pub start: Option<Vec<f64>>,
}

/// Models that share rows and columns.
///
/// The order of the results is that of the models, and no digit depends on the number of threads: a model's sums run over
/// fixed blocks of rows however it is scheduled, and its start does not depend on other models of the plan.
///
/// ```
/// use fuellamp::stats::matrix::Matrix;
/// use fuellamp::stats::plan::{FitPlan, PlannedModel};
/// let (one, use_hours) = ([1.0; 6], [1.0, 5.0, 2.0, 4.0, 3.0, 6.0]);
/// let left = [1.0, 0.0, 0.0, 1.0, 1.0, 0.0];
/// let plan = FitPlan::new(Matrix::new(vec![&one, &use_hours])?, &left, Some(0));
/// let models = [vec![0], vec![0, 1]].map(|columns| PlannedModel { columns, ..PlannedModel::default() });
/// let likelihoods = plan.run(&models, |_, fit, _| fit.map_or(f64::NAN, |f| f.log_likelihood));
/// assert!(likelihoods[1] > likelihoods[0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct FitPlan<'a> {
    pool: Matrix<'a>,
    y: &'a [f64],
    intercept: Option<usize>,
    warm: Option<Vec<f64>>,
    /// Penalty of every model.
    pub penalty: Penalty,
    /// Link of every model.
    pub link: Link,
}

impl<'a> FitPlan<'a> {
    /// A plan over a pool of columns; `intercept` is the pool's column of ones.
    #[must_use]
    pub fn new(pool: Matrix<'a>, y: &'a [f64], intercept: Option<usize>) -> Self {
        Self { pool, y, intercept, warm: None, penalty: Penalty::None, link: Link::Logit }
    }

    /// Starts every model that has no start of its own from a fit of the columns named: 0 for the others.
    #[must_use]
    pub fn warmed_by(mut self, columns: &[usize], fit: &LogisticFit) -> Self {
        let mut warm = vec![0.0; self.pool.n_cols()];
        for (&column, &coef) in columns.iter().zip(&fit.coef) {
            if let Some(slot) = warm.get_mut(column) {
                *slot = coef;
            }
        }
        self.warm = Some(warm);
        self
    }

    /// Fits one model; returns its columns too, as a covariance needs them.
    ///
    /// # Errors
    /// [`IrlsError`]; columns beyond the pool are a [`IrlsError::WrongLength`].
    pub fn fit(&self, model: &PlannedModel<'_>) -> Result<(LogisticFit, Matrix<'a>), IrlsError> {
        let x = self.pool.select(&model.columns);
        if x.n_cols() != model.columns.len() || model.columns.is_empty() {
            return Err(IrlsError::WrongLength {
                what: "columns",
                expected: model.columns.len().max(1),
                found: x.n_cols(),
            });
        }
        let warm = || Some(model.columns.iter().map(|&j| self.warm.as_ref().map_or(0.0, |w| w[j])).collect());
        let start = model.start.clone().or_else(|| self.warm.as_ref().and_then(|_| warm()));
        let options = FitOptions {
            penalty: self.penalty,
            link: self.link,
            intercept: self.intercept.and_then(|k| model.columns.iter().position(|&j| j == k)),
            weights: model.weights,
            start: start.as_deref(),
            ..FitOptions::default()
        };
        Ok((fit_logistic(&x, self.y, &options)?, x))
    }

    /// Fits every model and keeps what `read` makes of it; a fit itself holds three numbers per row and is dropped.
    pub fn run<T: Send>(
        &self,
        models: &[PlannedModel<'_>],
        read: impl Fn(usize, Result<&LogisticFit, &IrlsError>, &Matrix<'a>) -> T + Sync,
    ) -> Vec<T> {
        let one = |(index, model): (usize, &PlannedModel<'_>)| match self.fit(model) {
            Ok((fit, x)) => read(index, Ok(&fit), &x),
            Err(error) => read(index, Err(&error), &self.pool),
        };
        let largest = models.iter().map(|m| m.columns.len()).max().unwrap_or(0);
        if largest * self.y.len() >= LARGE_MODEL {
            models.iter().enumerate().map(one).collect()
        } else {
            models.par_iter().enumerate().map(one).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::laws::{simulate, with_intercept};

    fn models<'w>(weights: &'w [f64]) -> Vec<PlannedModel<'w>> {
        let of = |columns: &[usize]| PlannedModel { columns: columns.to_vec(), ..PlannedModel::default() };
        let mut models = vec![of(&[0]), of(&[0, 1]), of(&[0, 3, 2]), of(&[0, 1, 2, 3, 4])];
        models.push(PlannedModel { weights: Some(weights), ..of(&[0, 1, 4]) });
        models
    }

    #[test]
    fn every_model_of_a_plan_is_the_model_fitted_alone_from_a_cold_start() {
        let data = simulate(2000, 5, 0.2, 21);
        let weights: Vec<f64> = (0..2000).map(|i| (i % 3) as f64).collect();
        let whole = fit_logistic(&data.matrix(), &data.y, &with_intercept()).unwrap();
        let plan = FitPlan::new(data.matrix(), &data.y, Some(0)).warmed_by(&[0, 1, 2, 3, 4], &whole);
        let models = models(&weights);
        let found = plan.run(&models, |_, fit, x| (fit.unwrap().coef.clone(), x.n_cols()));
        for (model, (coef, n_cols)) in models.iter().zip(&found) {
            let opt = FitOptions { weights: model.weights, ..with_intercept() };
            let alone = fit_logistic(&data.matrix().select(&model.columns), &data.y, &opt).unwrap();
            assert_eq!(*n_cols, model.columns.len());
            for (a, b) in coef.iter().zip(&alone.coef) {
                assert!((a - b).abs() < 1e-10 * (1.0 + b.abs()), "{:?}: {a} {b}", model.columns);
            }
        }
    }

    #[test]
    fn threads_change_neither_the_order_nor_a_bit() {
        let data = simulate(3000, 5, 0.2, 22);
        let weights = vec![1.0; 3000];
        let bits = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let plan = FitPlan::new(data.matrix(), &data.y, Some(0));
            pool.install(|| plan.run(&models(&weights), |k, fit, _| (k, fit.unwrap().coef[0].to_bits())))
        };
        assert_eq!(bits(1), bits(3));
    }

    #[test]
    fn a_column_beyond_the_pool_is_an_error_of_that_model_alone() {
        let data = simulate(200, 3, 0.3, 23);
        let plan = FitPlan::new(data.matrix(), &data.y, Some(0));
        let models = [vec![0, 9], vec![0, 1]].map(|columns| PlannedModel { columns, ..PlannedModel::default() });
        let fine = plan.run(&models, |_, fit, _| fit.is_ok());
        assert_eq!(fine, [false, true]);
    }
}
