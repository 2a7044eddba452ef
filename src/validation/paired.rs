//! Two sets of predictions for the same rows: what changes, with an interval that allows for accounts with many rows.

use crate::stats::clustered_auc::auc_clustered_paired;
use crate::stats::discrimination::AucDifference;
use crate::stats::loss::{Loss, LossDifference, loss_difference};
use crate::stats::sampling::Sampling;
use crate::stats::wald::WaldTerm;

/// Difference of two areas under the ROC curve of log-odds, clustered by `account`; `None` without events, without
/// non-events, or below two accounts.
#[must_use]
pub fn auc_difference(first: &[f64], second: &[f64], y: &[f64], account: &[u32]) -> Option<AucDifference> {
    let sampling = Sampling { weight: None, cluster: Some(account) };
    let found = auc_clustered_paired(first, second, y, sampling).ok()?;
    Some(AucDifference { difference: sure(found.difference)?, ..found })
}

/// Difference of two mean negative log-likelihoods of log-odds, clustered by `account`; `None` below two accounts.
#[must_use]
pub(super) fn log_loss_difference(first: &[f64], second: &[f64], y: &[f64], account: &[u32]) -> Option<LossDifference> {
    let p = |eta: &[f64]| -> Vec<f64> { eta.iter().map(|&eta| fuellamp_score::probability(eta)).collect() };
    let sampling = Sampling { weight: None, cluster: Some(account) };
    let found = loss_difference(Loss::LogLoss, &p(first), &p(second), y, sampling).ok()?;
    Some(LossDifference { difference: sure(found.difference)?, ..found })
}

/// The same predictions differ by nothing, and surely so; without a finite error there is no difference to speak of.
fn sure(term: WaldTerm) -> Option<WaldTerm> {
    let certain = WaldTerm { ci_low: term.estimate, ci_high: term.estimate, ..term };
    let known = term.estimate.is_finite() && term.std_error.is_finite();
    known.then_some(if term.std_error > 0.0 { term } else { certain })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_predictions_differ_by_nothing_and_surely_so() {
        let sharp = [3.0_f64.ln(), -(3.0_f64.ln())];
        let same = auc_difference(&sharp, &sharp, &[1.0, 0.0], &[0, 1]).unwrap().difference;
        assert!(same.estimate.abs() < 1e-16 && same.ci_low.abs() < 1e-16 && same.ci_high.abs() < 1e-16);
        // p = 1/2 for both rows against p = 3/4 of the event and 1/4 of the other.
        let found = log_loss_difference(&sharp, &[0.0, 0.0], &[1.0, 0.0], &[0, 1]).unwrap();
        assert!((found.first - (4.0_f64 / 3.0).ln()).abs() < 1e-15 && (found.second - 2.0_f64.ln()).abs() < 1e-15);
        assert!(auc_difference(&[0.0, 1.0], &[0.0, 1.0], &[0.0, 0.0], &[0, 1]).is_none());
        assert!(log_loss_difference(&sharp, &sharp, &[1.0, 0.0], &[0, 0]).is_none());
    }
}
