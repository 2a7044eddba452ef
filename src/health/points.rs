//! Whole points that can be typed into any customer-success platform, and what the rounding costs.

use crate::stats::calibration::log_loss;
use crate::stats::discrimination::auc_delong;

use fuellamp_score::ScoreMapping;

use super::model::ScoreModel;

/// Whole points of the fields, and what they cost.
#[derive(Debug, Clone, PartialEq)]
pub struct WholePoints {
    /// Points at zero of every field.
    pub start: f64,
    /// Points per unit of each field, in the order of the terms.
    pub points: Vec<f64>,
    /// AUC lost on the training rows.
    pub auc_lost: f64,
    /// Mean log-likelihood lost per row.
    pub log_loss_added: f64,
    /// Points by which the score of a training row moves: half of the rows by less, and the most.
    pub moved: (f64, f64),
}

/// Rounds the points of every field.
///
/// # Formula
/// ```text
/// score = offset - slope x (intercept + Σ b_j x_j)     points_j = round(-slope b_j),  start = round(offset - slope x intercept)
/// ```
/// `columns` holds the fields of the training rows, one column per term; scores are not clipped here, so that the loss is
/// that of the rounding alone. NaN where the training rows have one outcome.
#[must_use]
pub fn whole_points(model: &ScoreModel, columns: &[Vec<f64>], mapping: &ScoreMapping, y: &[f64]) -> WholePoints {
    let start = (mapping.offset - mapping.slope * model.intercept.coefficient).round();
    let points: Vec<f64> = model.terms.iter().map(|term| (-mapping.slope * term.coefficient).round() + 0.0).collect();
    let mut score = vec![start; model.eta.len()];
    for (column, points) in columns.iter().zip(&points) {
        score.iter_mut().zip(column).for_each(|(score, x)| *score += points * x);
    }
    let rounded: Vec<f64> = score.iter().map(|score| (mapping.offset - score) / mapping.slope).collect();
    let area = |eta: &[f64]| auc_delong(eta, y).map_or(f64::NAN, |auc| auc.auc);
    let loss = |eta: &[f64]| {
        let p: Vec<f64> = eta.iter().map(|&eta| fuellamp_score::probability(eta)).collect();
        log_loss(&p, y)
    };
    let mut moved: Vec<f64> =
        model.eta.iter().zip(&rounded).map(|(exact, rounded)| mapping.slope * (exact - rounded).abs()).collect();
    moved.sort_by(f64::total_cmp);
    WholePoints {
        start,
        points,
        auc_lost: area(&model.eta) - area(&rounded),
        log_loss_added: loss(&rounded) - loss(&model.eta),
        moved: (moved.get(moved.len() / 2).copied().unwrap_or(0.0), moved.last().copied().unwrap_or(0.0)),
    }
}

#[cfg(test)]
mod tests {
    use fuellamp_score::{Intercept, Label, Term};

    use super::*;

    #[test]
    fn points_are_rounded_and_the_loss_is_that_of_the_rounded_score() {
        let columns = vec![vec![0.0, 1.0, 2.0, 3.0], vec![1.0, 0.0, 1.0, 0.0]];
        let term = |b: f64| Term { term: String::new(), column: String::new(), coefficient: b, std_error: None };
        let eta = |b: [f64; 2]| (0..4).map(|i| -1.0 + b[0] * columns[0][i] + b[1] * columns[1][i]).collect::<Vec<_>>();
        let mapping = ScoreMapping {
            offset: 50.0,
            slope: 10.0,
            low: 0.0,
            high: 100.0,
            direction: Label { en: String::new(), ja: String::new() },
        };
        let model = |b: [f64; 2]| ScoreModel {
            intercept: Intercept { coefficient: -1.0, std_error: None },
            recipes: Vec::new(),
            terms: b.map(term).to_vec(),
            eta: eta(b),
            baselines: Vec::new(),
            spread: None,
        };
        let y = [0.0, 0.0, 1.0, 1.0];
        let whole = whole_points(&model([0.3, -0.2]), &columns, &mapping, &y);
        assert_eq!((whole.start, &*whole.points), (60.0, &[-3.0, 2.0][..]));
        assert!(whole.auc_lost.abs() < 1e-12 && whole.log_loss_added.abs() < 1e-12 && whole.moved.1 < 1e-9);
        // 0.34 becomes 3 points, 0.16 becomes 2: rows move by 0.4 points per unit of each.
        let whole = whole_points(&model([0.34, -0.16]), &columns, &mapping, &y);
        assert_eq!(&*whole.points, &[-3.0, 2.0]);
        assert!((whole.moved.1 - 1.2).abs() < 1e-9, "{whole:?}");
        // Both below half a point: the score is the same for everybody.
        let whole = whole_points(&model([0.04, -0.03]), &columns, &mapping, &y);
        assert_eq!(&*whole.points, &[0.0, 0.0]);
        assert!((whole.auc_lost - 0.5).abs() < 1e-12, "{whole:?}");
    }
}
