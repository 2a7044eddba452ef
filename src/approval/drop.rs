//! The weights without some of their inputs, close to what a refit without them gives.

use fuellamp_score::Weights;
use ndarray::Array2;

use crate::artifact::ScoreCovariance;
use crate::stats::linalg::{cholesky, solve};

/// Weights without some inputs, and what their artifact keeps of them.
#[derive(Debug, Clone)]
pub struct Dropped {
    /// The weights: recipes, terms and reasons of the inputs are gone, the other coefficients moved. Parity vectors are
    /// still those of before.
    pub weights: Weights,
    /// Model-based covariance of what remains.
    pub covariance: ScoreCovariance,
}

/// Takes input columns out of the weights without the data they were fitted on.
///
/// # Formula
/// With `J` the fields of the dropped columns, `R` the intercept and the other fields, `V` the inverse information at the
/// estimate `b`, and `B = V_RJ V_JJ⁻¹`:
///
/// ```text
/// b_R <- b_R - B b_J                        maximum of the log-likelihood's second-order expansion, given b_J = 0
/// b_0 <- b_0 - (1 - 2 h) s² / 2             s² = b_Jᵀ V_JJ⁻¹ b_J / (V⁻¹)_00, h = events / rows
/// V_RR <- V_RR - B V_JR                     model-based
/// C_RR <- A C Aᵀ, A = [I, -B]               clustered by account
/// ```
///
/// `s²` is the variance, weighted as the information is, of what the dropped columns said beyond the others. Without it the
/// mean of a convex function is larger than the function of the mean: the first line alone would overstate the risk of
/// everybody by about `exp(s²/2)`. It follows from the third-order term of the expansion where `s²` is the same for all rows.
///
/// # Assumes
/// What is dropped is no large part of the score: the remaining difference is of the order of its square where `s²` differs
/// between rows, else of its cube. The trend of the level stays as it was; a refit would find it anew. A field that other
/// fields determined had no weight and gets none here, where a refit
/// might give it one.
///
/// # Errors
/// `None` where names or numbers do not belong together, or `V` is singular.
///
/// # Source
/// One-step estimators: Le Cam (1956); for logistic regression Pregibon (1981), Annals of Statistics 9(4):705–724.
#[must_use]
pub fn drop_columns(weights: &Weights, kept: &ScoreCovariance, columns: &[&str]) -> Option<Dropped> {
    let v = full(&kept.rows)?;
    let n = kept.terms.len();
    if v.nrows() != n || kept.means.len() != n {
        return None;
    }
    // Position in the weights (0 = intercept), by position in the covariance.
    let mut place = Vec::with_capacity(n);
    for (k, term) in kept.terms.iter().enumerate() {
        place.push(if k == 0 { 0 } else { 1 + weights.terms.iter().position(|t| t.term == *term)? });
    }
    let goes = |at: usize| at > 0 && columns.contains(&weights.terms[at - 1].column.as_str());
    let (gone, rest): (Vec<usize>, Vec<usize>) = (0..n).partition(|&k| goes(place[k]));
    let coefficient = |k: usize| match place[k] {
        0 => weights.intercept.coefficient,
        at => weights.terms[at - 1].coefficient,
    };
    let factor = cholesky(&Array2::from_shape_fn((gone.len(), gone.len()), |(a, b)| v[(gone[a], gone[b])])).ok()?;
    // Rows of B, by position in `rest`.
    let b: Vec<Vec<f64>> =
        rest.iter().map(|&r| solve(&factor, &gone.iter().map(|&j| v[(r, j)]).collect::<Vec<_>>())).collect();
    let through = |b: &[f64], entry: &dyn Fn(usize) -> f64| -> f64 {
        b.iter().zip(&gone).map(|(b, &j)| b * entry(j)).sum::<f64>()
    };

    let mut new = weights.clone();
    for (&r, b) in rest.iter().zip(&b) {
        let moved = coefficient(r) - through(b, &coefficient);
        match place[r] {
            0 => new.intercept.coefficient = moved,
            at => new.terms[at - 1].coefficient = moved,
        }
    }
    new.intercept.coefficient -= 0.5 * curvature(weights) * {
        let dropped: Vec<f64> = gone.iter().map(|&j| coefficient(j)).collect();
        let squared: f64 = solve(&factor, &dropped).iter().zip(&dropped).map(|(a, b)| a * b).sum();
        squared / information_of_intercept(&v)?
    };
    if let Some(rows) = &weights.covariance {
        let c = full(rows).filter(|c| c.nrows() == weights.terms.len() + 1)?;
        let at = |i: usize, j: usize| c[(place[i], place[j])];
        let mut moved = Array2::<f64>::zeros(c.raw_dim());
        for (x, &r) in rest.iter().enumerate() {
            for (y, &s) in rest.iter().enumerate() {
                let own = through(&b[x], &|j| at(j, s)) + through(&b[y], &|j| at(r, j));
                let both = through(&b[x], &|i| through(&b[y], &|j| at(i, j)));
                moved[(place[r], place[s])] = at(r, s) - own + both;
            }
        }
        for i in 0..c.nrows() {
            moved[(i, i)] = moved[(i, i)].max(0.0);
        }
        let se = |i: usize| moved[(i, i)].sqrt();
        new.intercept.std_error = new.intercept.std_error.map(|_| se(0));
        for (i, term) in new.terms.iter_mut().enumerate() {
            term.std_error = term.std_error.map(|_| se(i + 1));
        }
        let stays: Vec<usize> = (0..c.nrows()).filter(|&i| !goes(i)).collect();
        new.covariance = Some(lower(stays.len(), |i, j| moved[(stays[i], stays[j])]));
    }
    new.recipes.retain(|recipe| !columns.contains(&recipe.column()));
    new.terms.retain(|term| !columns.contains(&term.column.as_str()));
    new.reasons.retain(|reason| !columns.contains(&reason.column.as_str()));
    let covariance = ScoreCovariance {
        terms: rest.iter().map(|&r| kept.terms[r].clone()).collect(),
        means: rest.iter().map(|&r| kept.means[r]).collect(),
        rows: lower(rest.len(), |x, y| v[(rest[x], rest[y])] - through(&b[x], &|j| v[(j, rest[y])])),
    };
    for reason in &mut new.reasons {
        let own = new.terms.iter().filter(|term| term.column == reason.column);
        let mean = |term: &str| covariance.terms.iter().position(|t| t == term).map_or(0.0, |k| covariance.means[k]);
        reason.baseline = own.map(|term| term.coefficient * mean(&term.term)).sum();
    }
    Some(Dropped { weights: new, covariance })
}

/// `1 - 2 h` at the event rate: the third derivative of the log-likelihood over the second, one row.
fn curvature(weights: &Weights) -> f64 {
    1.0 - 2.0 * weights.training.events as f64 / weights.training.rows.max(1) as f64
}

/// `(V⁻¹)_00`: the sum of the rows' working weights.
fn information_of_intercept(v: &Array2<f64>) -> Option<f64> {
    let mut unit = vec![0.0; v.nrows()];
    *unit.first_mut()? = 1.0;
    solve(&cholesky(v).ok()?, &unit).first().copied().filter(|sum| *sum > 0.0)
}

/// Symmetric matrix from its lower triangle.
fn full(rows: &[Vec<f64>]) -> Option<Array2<f64>> {
    let whole = rows.iter().enumerate().all(|(i, row)| row.len() == i + 1);
    whole.then(|| Array2::from_shape_fn((rows.len(), rows.len()), |(i, j)| rows[i.max(j)][i.min(j)]))
}

fn lower(n: usize, entry: impl Fn(usize, usize) -> f64) -> Vec<Vec<f64>> {
    (0..n).map(|i| (0..=i).map(|j| entry(i, j)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fuellamp_score::example;

    /// Made-up information, cluster sums and scores: where the log-likelihood is a quadratic, nothing is approximate.
    fn made_up(n: usize, salt: f64) -> Array2<f64> {
        let a = Array2::from_shape_fn((n, n + 2), |(i, j)| (((i + 1) * (3 * j + 2)) as f64 * salt).sin());
        a.dot(&a.t())
    }

    fn inverse(a: &Array2<f64>) -> Array2<f64> {
        crate::stats::linalg::inverse(&cholesky(a).unwrap())
    }

    fn part(a: &Array2<f64>, at: &[usize]) -> Array2<f64> {
        Array2::from_shape_fn((at.len(), at.len()), |(i, j)| a[(at[i], at[j])])
    }

    fn triangle(a: &Array2<f64>) -> Vec<Vec<f64>> {
        lower(a.nrows(), |i, j| a[(i, j)])
    }

    #[track_caller]
    fn close(got: f64, want: f64) {
        assert!((got - want).abs() < 1e-10 * want.abs().max(1.0), "{got} is not {want}");
    }

    #[test]
    fn on_a_quadratic_it_is_the_refit() {
        let (information, meat) = (made_up(5, 1.3), made_up(5, 0.7));
        let pull = [0.3, -1.1, 0.4, 0.9, -0.2];
        let v = inverse(&information);
        let estimate: Vec<f64> = (0..5).map(|i| (0..5).map(|j| v[(i, j)] * pull[j]).sum()).collect();
        let robust = v.dot(&meat).dot(&v);
        let mut weights = Weights::from_json(example::WEIGHTS_JSON).unwrap();
        weights.intercept.coefficient = estimate[0];
        weights.intercept.std_error = Some(robust[(0, 0)].sqrt());
        for (i, term) in weights.terms.iter_mut().enumerate() {
            term.coefficient = estimate[i + 1];
            term.std_error = Some(robust[(i + 1, i + 1)].sqrt());
        }
        weights.covariance = Some(triangle(&robust));
        weights.check().unwrap();
        let names = std::iter::once("(intercept)".to_owned()).chain(weights.terms.iter().map(|t| t.term.clone()));
        let means = vec![1.0, 0.1, 0.2, 0.3, 0.4];
        let kept = ScoreCovariance { terms: names.collect(), means, rows: triangle(&v) };
        for (column, rest) in [("plan", [0, 1, 2]), ("open_tickets", [0, 3, 4])] {
            let dropped = drop_columns(&weights, &kept, &[column]).unwrap();
            let v = inverse(&part(&information, &rest));
            let c = v.dot(&part(&meat, &rest)).dot(&v);
            let refit: Vec<f64> = (0..3).map(|i| (0..3).map(|j| v[(i, j)] * pull[rest[j]]).sum()).collect();
            let w = &dropped.weights;
            w.check().unwrap();
            let gone: Vec<usize> = (1..5).filter(|i| !rest.contains(i)).collect();
            let beyond = inverse(&part(&inverse(&information), &gone));
            let squared: f64 = gone
                .iter()
                .enumerate()
                .map(|(a, &i)| {
                    gone.iter().enumerate().map(|(b, &j)| estimate[i] * beyond[(a, b)] * estimate[j]).sum::<f64>()
                })
                .sum();
            // The example has 80 events in 1000 rows.
            close(w.intercept.coefficient, refit[0] - 0.5 * 0.84 * squared / information[(0, 0)]);
            for (i, term) in w.terms.iter().enumerate() {
                close(term.coefficient, refit[i + 1]);
                close(term.std_error.unwrap(), c[(i + 1, i + 1)].sqrt());
            }
            for i in 0..3 {
                for j in 0..=i {
                    close(dropped.covariance.rows[i][j], v[(i, j)]);
                    close(w.covariance.as_ref().unwrap()[i][j], c[(i, j)]);
                }
            }
            let average: f64 = w.terms.iter().zip(&dropped.covariance.means[1..]).map(|(t, m)| t.coefficient * m).sum();
            assert_eq!(w.reasons.len(), 1);
            close(w.reasons[0].baseline, average);
        }
    }

    #[test]
    fn a_field_that_was_left_out_of_the_fit_stays_without_weight() {
        let mut weights = Weights::from_json(example::WEIGHTS_JSON).unwrap();
        weights.covariance = None;
        let terms = ["(intercept)", "open_tickets", "plan[metered]"].map(str::to_owned).to_vec();
        let rows = vec![vec![0.04], vec![0.01, 0.02], vec![-0.01, 0.005, 0.05]];
        let kept = ScoreCovariance { terms, means: vec![1.0, 0.0, 0.5], rows };
        let dropped = drop_columns(&weights, &kept, &["open_tickets"]).unwrap();
        assert_eq!(dropped.weights.terms.len(), 2);
        close(dropped.weights.terms[0].coefficient, 0.5 - 0.005 / 0.02 * 0.75);
        // 1 / (V⁻¹)_00 by Schur's complement.
        let one_over = 0.04 - 8e-6 / 9.75e-4;
        close(
            dropped.weights.intercept.coefficient,
            -3.0 - 0.01 / 0.02 * 0.75 - 0.42 * (0.75 * 0.75 / 0.02) * one_over,
        );
        close(dropped.weights.terms[1].coefficient, 0.0);
        assert!(
            drop_columns(&weights, &ScoreCovariance { terms: vec!["(intercept)".into()], ..kept }, &["plan"]).is_none()
        );
    }
}
