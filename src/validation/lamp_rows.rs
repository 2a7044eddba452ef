//! Held-out predictions for every row of the panel: the lamp also looks at periods in which a contract cannot be left.

use rayon::prelude::*;

use crate::design::{Design, Sample};
use crate::health::{ScoreInput, ScoreModel, TrainingRows, fit_score_model};

/// Log-odds of every panel row by a model that saw no row of its account.
///
/// `fold` by cluster of the sample, `fold_of_row` by row of the panel; an account outside the sample was seen by no model
/// and may have any fold. `None` where a fold cannot be fitted or there are none.
#[must_use]
pub fn held_out_rows(
    inputs: &[&ScoreInput],
    sample: &Sample,
    as_of: &[usize],
    fold: &[usize],
    fold_of_row: &[usize],
) -> Option<Vec<f64>> {
    let k = fold.iter().max().map(|k| k + 1)?;
    let parts: Option<Vec<(Vec<usize>, Vec<f64>)>> = (0..k)
        .into_par_iter()
        .map(|held_out| {
            let train: Vec<usize> =
                (0..sample.n_rows()).filter(|&i| fold[sample.cluster[i] as usize] != held_out).collect();
            let at: Vec<usize> = train.iter().map(|&i| as_of[i]).collect();
            let y: Vec<f64> = train.iter().map(|&i| sample.y[i]).collect();
            let cluster: Vec<u32> = train.iter().map(|&i| sample.cluster[i]).collect();
            let rows = TrainingRows { as_of: &at, y: &y, cluster: &cluster, n_clusters: sample.n_clusters };
            let model = fit_score_model(inputs, &rows).ok()?;
            let own: Vec<usize> = (0..fold_of_row.len()).filter(|&row| fold_of_row[row] == held_out).collect();
            let eta = predict(&model, inputs, &own)?;
            Some((own, eta))
        })
        .collect();
    let mut eta = vec![f64::NAN; fold_of_row.len()];
    for (rows, values) in parts? {
        for (row, value) in rows.into_iter().zip(values) {
            eta[row] = value;
        }
    }
    Some(eta)
}

fn predict(model: &ScoreModel, inputs: &[&ScoreInput], rows: &[usize]) -> Option<Vec<f64>> {
    let mut design = Design::default();
    for recipe in &model.recipes {
        let input = inputs.iter().find(|input| input.column == recipe.column())?;
        let within = input.within.as_ref().map(|(_, values)| values.take(rows));
        design.expand(recipe, &input.values.take(rows), within.as_ref()).ok()?;
    }
    let mut eta = vec![model.intercept.coefficient; rows.len()];
    for (column, term) in design.columns.iter().zip(&model.terms) {
        for (eta, x) in eta.iter_mut().zip(column) {
            *eta += term.coefficient * x;
        }
    }
    Some(eta)
}
