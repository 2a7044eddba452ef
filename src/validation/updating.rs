//! What drift over time costs, and how much of it moving the level, or level and slope, would mend.

use crate::stats::calibration::{intercept_quick, recalibration};

/// Decisions below which a part is left as it is.
const MIN_EVENTS: usize = 10;

/// How predictions are brought up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Update {
    /// `logit p + a`: the intercept alone.
    Level,
    /// `a + b logit p`.
    LevelAndSlope,
}

impl Update {
    /// All updates, mildest first.
    pub const ALL: [Self; 2] = [Self::Level, Self::LevelAndSlope];

    /// Name in the artifact.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Level => "level",
            Self::LevelAndSlope => "level_and_slope",
        }
    }
}

/// Log-odds after the update: within each block of time learned from the accounts of the other folds, so that nobody's
/// outcome is in its own prediction.
///
/// `eta`, `y`, `block`, `fold` (n). A block of which the other folds hold fewer than ten events, or ten stayers, keeps its
/// log-odds. This needs outcomes of the very time that is predicted: it says what was lost to drift of level and slope, as
/// against lost order, and not what a score would have reached on the day.
///
/// # Source
/// Janssen, Moons, Kalkman, Grobbee & Vergouwe (2008), J Clin Epidemiol 61:76–86, methods 1 and 2.
#[must_use]
pub fn updated(eta: &[f64], y: &[f64], block: &[usize], fold: &[usize], update: Update) -> Vec<f64> {
    let mut new = eta.to_vec();
    let (blocks, folds) = (count(block), count(fold));
    for at in 0..blocks {
        for held in 0..folds {
            let others: Vec<usize> = (0..eta.len()).filter(|&i| block[i] == at && fold[i] != held).collect();
            let pick = |values: &[f64]| -> Vec<f64> { others.iter().map(|&i| values[i]).collect() };
            let (other_eta, other_y) = (pick(eta), pick(y));
            let events = other_y.iter().filter(|y| **y > 0.5).count();
            if events.min(other_y.len() - events) < MIN_EVENTS {
                continue;
            }
            let line = match update {
                Update::Level => intercept_quick(&other_eta, &other_y).map(|a| (a, 1.0)),
                Update::LevelAndSlope => recalibration(&other_eta, &other_y),
            };
            let Some((a, b)) = line else { continue };
            for i in (0..eta.len()).filter(|&i| block[i] == at && fold[i] == held) {
                new[i] = a + b * eta[i];
            }
        }
    }
    new
}

fn count(labels: &[usize]) -> usize {
    labels.iter().max().map_or(0, |last| last + 1)
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;
    use rand_distr::{Distribution, StandardNormal, StandardUniform};

    use super::*;
    use crate::stats::calibration::{calibration_intercept_slope, log_loss};

    /// Log-odds, outcomes of `drift + 0.6 eta`, block and fold.
    fn drifted(drift: [f64; 2]) -> (Vec<f64>, Vec<f64>, Vec<usize>, Vec<usize>) {
        let random = &mut ChaCha8Rng::seed_from_u64(3);
        let eta: Vec<f64> = (0..8000)
            .map(|_| {
                let z: f64 = StandardNormal.sample(random);
                z - 2.0
            })
            .collect();
        let block: Vec<usize> = (0..8000).map(|i| i / 4000).collect();
        let y = eta.iter().zip(&block).map(|(eta, &b)| {
            let u: f64 = StandardUniform.sample(random);
            f64::from(u8::from(u < fuellamp_score::probability(drift[b] + 0.6 * eta)))
        });
        (eta.clone(), y.collect(), block, (0..8000).map(|i| i % 5).collect())
    }

    #[test]
    fn level_and_slope_of_each_block_are_mended_on_accounts_that_were_not_learned_from() {
        let (eta, y, block, fold) = drifted([0.5, -1.2]);
        let p = |eta: &[f64]| -> Vec<f64> { eta.iter().map(|&e| fuellamp_score::probability(e)).collect() };
        let level = updated(&eta, &y, &block, &fold, Update::Level);
        let both = updated(&eta, &y, &block, &fold, Update::LevelAndSlope);
        for at in 0..2 {
            let here = |values: &[f64]| values[at * 4000..(at + 1) * 4000].to_vec();
            let stated = calibration_intercept_slope(&here(&eta), &here(&y)).unwrap();
            assert!(stated.intercept.abs() > 4.0 * stated.intercept_se, "{stated:?}");
            let moved = calibration_intercept_slope(&here(&level), &here(&y)).unwrap();
            assert!(moved.intercept.abs() < moved.intercept_se && (moved.slope - 0.6).abs() < 0.15, "{moved:?}");
            let mended = calibration_intercept_slope(&here(&both), &here(&y)).unwrap();
            assert!(mended.intercept.abs() < mended.intercept_se, "{mended:?}");
            assert!((mended.slope - 1.0).abs() < 2.0 * mended.slope_se, "{mended:?}");
        }
        assert!(log_loss(&p(&both), &y) < log_loss(&p(&level), &y));
        assert!(log_loss(&p(&level), &y) < log_loss(&p(&eta), &y));
    }

    #[test]
    fn nothing_is_learned_from_few_and_nobody_learns_from_itself() {
        let (eta, y, block, fold) = drifted([0.5, -1.2]);
        let few: Vec<f64> = y.iter().enumerate().map(|(i, y)| if i % 500 == 0 { *y } else { 0.0 }).collect();
        assert_eq!(updated(&eta, &few, &block, &fold, Update::Level), eta);
        let mut other = y.clone();
        other[7] = 1.0 - other[7];
        let (one, two) = (
            updated(&eta, &y, &block, &fold, Update::LevelAndSlope),
            updated(&eta, &other, &block, &fold, Update::LevelAndSlope),
        );
        assert!((one[7] - two[7]).abs() < 1e-15 && (one[8] - two[8]).abs() > 0.0);
    }
}
