//! Red, yellow, green: from stated probabilities, else from what the team can act on.

use fuellamp_score::{Band, Label};

use crate::study::{BandLimits, Study};
use crate::words;
use crate::words::Words;

/// Without capacity: red begins at this multiple of the base rate, yellow at the other.
const RED_TIMES_BASE: f64 = 3.0;
const YELLOW_TIMES_BASE: f64 = 1.5;
/// With capacity: yellow holds this many times as many accounts as the team can act on in a period.
const YELLOW_TIMES_CAPACITY: f64 = 3.0;

/// Bands with where their limits come from.
#[derive(Debug, Clone, PartialEq)]
pub struct BandPlan {
    /// From red to green.
    pub bands: Vec<Band>,
    /// Where the limits come from, for the report.
    pub source: Words,
}

/// Bands of a study. `current` are the probabilities of the active accounts, `base` the event rate of the training rows.
#[must_use]
pub fn bands(study: &Study, current: &[f64], base: f64) -> BandPlan {
    let (limits, source) = match (study.lamp.bands, study.capacity.accounts_per_period) {
        (Some(limits), _) => (limits, words!(en: "stated in the study", ja: "調査ファイルで指定")),
        (None, Some(capacity)) if !current.is_empty() => (
            from_capacity(current, capacity),
            words!(
                en: "from the {capacity} accounts that the team can act on per period",
                ja: "1期に対応できる{capacity}件から算出",
            ),
        ),
        _ => {
            let red = (RED_TIMES_BASE * base).min(0.9);
            let yellow = (YELLOW_TIMES_BASE * base).min(red * 0.75);
            (
                BandLimits { red, yellow },
                words!(
                    en: "three times and one and a half times the base rate; state a capacity to set them by what the team can do",
                    ja: "平均の3倍と1.5倍。対応できる件数（capacity）を指定すると、それに合わせます",
                ),
            )
        }
    };
    let band = |name: &str, at_least: f64, label: (&str, &str), action: (&str, &str)| Band {
        name: name.to_owned(),
        at_least,
        label: Label { en: label.0.to_owned(), ja: label.1.to_owned() },
        action: Label { en: action.0.to_owned(), ja: action.1.to_owned() },
    };
    BandPlan {
        bands: vec![
            band(
                "red",
                limits.red,
                ("red", "赤"),
                ("look at the reasons and contact the account this period", "理由を確認し、今期中に顧客へ連絡する"),
            ),
            band(
                "yellow",
                limits.yellow,
                ("yellow", "黄"),
                ("look at the reasons and plan an action", "理由を確認し、対応を計画する"),
            ),
            band("green", 0.0, ("green", "緑"), ("no action needed", "対応は不要")),
        ],
        source,
    }
}

fn from_capacity(current: &[f64], capacity: f64) -> BandLimits {
    let mut falling = current.to_vec();
    falling.sort_by(|a, b| b.total_cmp(a));
    let at = |count: f64| {
        let place = (count.floor().max(1.0) as usize).min(falling.len()) - 1;
        falling[place]
    };
    let red = at(capacity).clamp(1e-9, 1.0 - 1e-9);
    let yellow = at(capacity * (1.0 + YELLOW_TIMES_CAPACITY)).clamp(1e-12, red * 0.999);
    BandLimits { red, yellow }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_accounts_are_red_as_the_team_can_act_on() {
        let current: Vec<f64> = (1..=100).map(|i| f64::from(i) / 200.0).collect();
        let limits = from_capacity(&current, 10.0);
        assert_eq!(current.iter().filter(|&&p| p >= limits.red).count(), 10);
        assert_eq!(current.iter().filter(|&&p| p >= limits.yellow).count(), 40);
        let all = from_capacity(&[0.2, 0.2], 40.0);
        assert!(all.yellow < all.red);
    }
}
