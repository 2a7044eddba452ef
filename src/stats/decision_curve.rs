//! Decision curves: is acting on the prediction worth more than acting on everybody or on nobody?

use rayon::prelude::*;

use super::measure_error::MeasureError;
use super::sampling::{Estimate, Sampling, check, mean_of};

/// Net benefit at one threshold, in true positives per row (per unit of weight).
///
/// Acting on nobody has net benefit 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NetBenefit {
    /// Probability from which one acts.
    pub threshold: f64,
    /// Acting where the prediction is at or above the threshold.
    pub model: Estimate,
    /// Acting everywhere.
    pub treat_all: f64,
    /// `model - treat_all`.
    pub over_all: Estimate,
    /// Share of the weight on which one acts.
    pub selected_share: f64,
}

/// Net benefit of a prediction over thresholds, in their order.
///
/// # Formula
/// ```text
/// NB(t) = (TP - FP · t / (1 - t)) / W          TP, FP: weight of events and of others with p >= t, W: all weight
/// NB of all = (W₁ - W₀ · t / (1 - t)) / W,     NB of none = 0
/// ```
/// The threshold states the cost: at t = 0.2 one is willing to act on four that would have stayed for one that would have
/// left. Net benefit is a mean over rows, with the standard error of one ([`super::sampling::mean`]).
///
/// # Shapes and units
/// `p` (n) probabilities, `y` (n) 0 or 1, `thresholds` above 0 and below 1.
///
/// # Errors
/// [`MeasureError`], among others `BadThreshold`.
///
/// # Source
/// Vickers & Elkin (2006), Medical Decision Making 26:565–574.
pub fn decision_curve(
    p: &[f64],
    y: &[f64],
    thresholds: &[f64],
    sampling: Sampling<'_>,
) -> Result<Vec<NetBenefit>, MeasureError> {
    check("p", p, y, true)?;
    let (groups, total) = sampling.groups(y.len())?;
    let endless = (f64::NEG_INFINITY, f64::INFINITY);
    let at = |&threshold: &f64| {
        let odds = odds(threshold)?;
        let gain = |i: usize| if y[i] > 0.5 { 1.0 } else { -odds };
        let acted = |i: usize| p[i] >= threshold;
        let mean = |value: &dyn Fn(usize) -> f64| mean_of(y.len(), &sampling, &groups, total, value);
        let (model, model_variance) = mean(&|i| if acted(i) { gain(i) } else { 0.0 });
        let (over, over_variance) = mean(&|i| if acted(i) { 0.0 } else { -gain(i) });
        let selected = (0..y.len()).filter(|&i| acted(i)).map(|i| sampling.weight_of(i)).sum::<f64>();
        Ok(NetBenefit {
            threshold,
            model: Estimate::new(model, model_variance, endless),
            treat_all: (0..y.len()).map(|i| sampling.weight_of(i) * gain(i)).sum::<f64>() / total,
            over_all: Estimate::new(over, over_variance, endless),
            selected_share: selected / total,
        })
    };
    // Errors in their order too, whatever the threads do.
    thresholds.par_iter().map(at).collect::<Vec<_>>().into_iter().collect()
}

fn odds(threshold: f64) -> Result<f64, MeasureError> {
    if threshold > 0.0 && threshold < 1.0 {
        Ok(threshold / (1.0 - threshold))
    } else {
        Err(MeasureError::BadThreshold { threshold })
    }
}

#[cfg(test)]
mod tests {
    use super::super::laws::Stream;
    use super::*;

    const P: [f64; 5] = [0.9, 0.5, 0.2, 0.1, 0.6];
    const Y: [f64; 5] = [1.0, 0.0, 1.0, 0.0, 0.0];

    #[test]
    fn net_benefit_by_hand() {
        let found = decision_curve(&P, &Y, &[0.2, 0.5, 0.95], Sampling::default()).unwrap();
        // 0.2: two events, two others at a quarter each; all: three others.
        assert!((found[0].model.value - 1.5 / 5.0).abs() < 1e-15 && (found[0].treat_all - 1.25 / 5.0).abs() < 1e-15);
        assert!((found[0].over_all.value - 0.05).abs() < 1e-15 && (found[0].selected_share - 0.8).abs() < 1e-15);
        // 0.5, the prediction 0.5 included: one event, two others at 1 each.
        assert!((found[1].model.value + 0.2).abs() < 1e-15 && (found[1].treat_all + 0.2).abs() < 1e-15);
        // Contributions 1 -1 0 0 -1 with mean -0.2.
        let squares = 1.44 + 0.64 + 0.04 + 0.04 + 0.64;
        assert!((found[1].model.se - (squares / 4.0 / 5.0_f64).sqrt()).abs() < 1e-15);
        assert!(found[2].model.value.abs() < 1e-15 && found[2].selected_share.abs() < 1e-15);
        // Weights 1 0 4 0 2: at 0.2 events weigh 5 and others 2, of 7.
        let weighted = Sampling { weight: Some(&[1.0, 0.0, 4.0, 0.0, 2.0]), cluster: None };
        let found = decision_curve(&P, &Y, &[0.2], weighted).unwrap();
        assert!((found[0].model.value - 4.5 / 7.0).abs() < 1e-15 && (found[0].treat_all - 4.5 / 7.0).abs() < 1e-15);
    }

    #[test]
    fn what_the_score_is_ahead_of_acting_on_everybody_is_the_difference_of_the_two() {
        let mut s = Stream(9);
        let p: Vec<f64> = (0..150).map(|_| s.next()).collect();
        let y: Vec<f64> = p.iter().map(|p| f64::from(u8::from(s.next() < *p))).collect();
        let weight: Vec<f64> = (0..150).map(|_| s.next()).collect();
        let account: Vec<u32> = (0..150).map(|i| i % 31).collect();
        let sampling = Sampling { weight: Some(&weight), cluster: Some(&account) };
        let at = decision_curve(&p, &y, &[0.4], sampling).unwrap()[0];
        assert!((at.model.value - at.treat_all - at.over_all.value).abs() < 1e-14);
    }

    #[test]
    fn thresholds_without_odds_are_refused() {
        for threshold in [0.0, 1.0, -0.5, f64::NAN] {
            let refused = decision_curve(&P, &Y, &[threshold], Sampling::default()).unwrap_err();
            assert!(matches!(refused, MeasureError::BadThreshold { .. }));
        }
        assert!(decision_curve(&P, &Y, &[], Sampling::default()).unwrap().is_empty());
        let refused = decision_curve(&[0.9, 2.0], &[1.0, 0.0], &[0.5], Sampling::default()).unwrap_err();
        assert_eq!(refused, MeasureError::NotProbability { row: 1, value: 2.0 });
    }
}
