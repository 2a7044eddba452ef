//! Red, yellow, green: from stated probabilities, else from what the team can act on.

use fuellamp_score::{Band, Label};

use crate::stats::moments::quantile;
use crate::study::{BandLimits, Study};
use crate::words;
use crate::words::Words;

use super::lamp::break_even;

/// From costs: yellow begins at this share of red.
const YELLOW_TIMES_COSTS: f64 = 0.5;
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
    /// Probability from which the lamp may light whatever the account is worth; 0 where costs alone decide.
    pub floor: f64,
    /// Break-even of the typical active account, where costs and values are known.
    pub typical: Option<f64>,
}

/// Bands of a study. `current` are the probabilities of the active accounts, `values` what keeping each of them is worth
/// (only read where the study states costs; those that are not known left out), `base` the event rate of the training rows.
///
/// Stated limits come first. Costs put red where acting on the account of median value breaks even, and the capacity puts
/// it where no more accounts are above than the team can act on; with both, the higher of the two.
#[must_use]
pub fn bands(study: &Study, current: &[f64], values: &[f64], base: f64) -> BandPlan {
    let typical = study.lamp.costs.and_then(|costs| {
        let known: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        let value = costs.value.unwrap_or_else(|| quantile(&known, 0.5));
        Some(break_even(&costs, value)).filter(|p| p.is_finite())
    });
    let capacity = study.capacity.accounts_per_period.filter(|_| !current.is_empty());
    let (limits, floor, source) = match (study.lamp.bands, typical, capacity) {
        (Some(limits), _, _) => (limits, limits.red, words!(en: "stated in the study", ja: "調査ファイルで指定")),
        (None, Some(even), None) => (
            below(even),
            0.0,
            words!(
                en: "from the stated costs: acting on the account of median value breaks even here",
                ja: "指定された費用から算出（中央値の顧客で、対応の費用と効果が釣り合う確率）",
            ),
        ),
        (None, Some(even), Some(capacity)) => {
            let own = from_capacity(current, capacity, base);
            let limits = if own.red < even { below(even) } else { own };
            let source = words!(
                en: "the higher of where acting on the account of median value breaks even and where the {capacity} accounts begin that the team can act on per period",
                ja: "対応の費用と効果が釣り合う確率（中央値の顧客）と、1期に対応できる{capacity}件から決まる確率のうち高いほう",
            );
            (limits, own.red, source)
        }
        (None, None, Some(capacity)) => {
            let limits = from_capacity(current, capacity, base);
            let source = words!(
                en: "from the {capacity} accounts that the team can act on per period",
                ja: "1期に対応できる{capacity}件から算出",
            );
            (limits, limits.red, source)
        }
        (None, None, None) => {
            let red = (RED_TIMES_BASE * base).min(0.9);
            let yellow = (YELLOW_TIMES_BASE * base).min(red * 0.75);
            let source = words!(
                en: "three times and one and a half times the base rate; state a capacity to set them by what the team can do",
                ja: "平均の3倍と1.5倍。対応できる件数（capacity）を指定すると、それに合わせます",
            );
            (BandLimits { red, yellow }, red, source)
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
                ("read the reasons, call this period", "理由を確認し、今期中に顧客へ連絡する"),
            ),
            band(
                "yellow",
                limits.yellow,
                ("yellow", "黄"),
                ("read the reasons, plan an action", "理由を確認し、対応を計画する"),
            ),
            band("green", 0.0, ("green", "緑"), ("no action needed", "対応は不要")),
        ],
        source,
        floor,
        typical,
    }
}

/// Red where acting breaks even, yellow at half of it.
fn below(even: f64) -> BandLimits {
    let red = even.clamp(1e-9, 1.0 - 1e-9);
    BandLimits { red, yellow: red * YELLOW_TIMES_COSTS }
}

/// Never more accounts at red than the capacity: where the last place is shared, red begins above the shared value.
/// Yellow begins at the average risk at the lowest: who is below it is no candidate for a plan, however many the team could
/// make.
fn from_capacity(current: &[f64], capacity: f64, base: f64) -> BandLimits {
    let mut falling = current.to_vec();
    falling.sort_by(|a, b| b.total_cmp(a));
    // Between two accounts and not at one: an exporter that rounds its last bit differently must find the same band.
    let between = |above: f64, below: f64| 0.5 * (above + below);
    let at = |count: f64| {
        let place = (count.floor().max(1.0) as usize).min(falling.len());
        let limit = falling[place - 1];
        match falling.get(place) {
            Some(&next) if next >= limit => match falling.iter().rev().copied().find(|&p| p > limit) {
                Some(above) => between(above, limit),
                None => between(limit, 1.0),
            },
            Some(&next) => between(limit, next),
            None => between(limit, 0.0),
        }
    };
    let red = at(capacity).clamp(1e-9, 1.0 - 1e-9);
    let yellow = at(capacity * (1.0 + YELLOW_TIMES_CAPACITY)).max(base.min(red * 0.75)).clamp(1e-12, red * 0.999);
    BandLimits { red, yellow }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_accounts_are_red_as_the_team_can_act_on() {
        let current: Vec<f64> = (1..=100).map(|i| f64::from(i) / 200.0).collect();
        let limits = from_capacity(&current, 10.0, 0.0);
        assert_eq!(current.iter().filter(|&&p| p >= limits.red).count(), 10);
        assert_eq!(current.iter().filter(|&&p| p >= limits.yellow).count(), 40);
        let busy = from_capacity(&current, 10.0, 0.4);
        assert_eq!((busy.red, busy.yellow), (limits.red, 0.75 * limits.red), "yellow at the average risk, below red");
        assert!((from_capacity(&current, 10.0, 0.32).yellow - 0.32).abs() < 1e-15);
        let all = from_capacity(&[0.2, 0.2], 40.0, 0.0);
        assert!(all.yellow < all.red);
    }

    #[test]
    fn a_shared_last_place_lights_nobody_beyond_the_capacity() {
        let current = [0.5, 0.4, 0.3, 0.3, 0.3, 0.1];
        for capacity in 1..=6_u8 {
            let limits = from_capacity(&current, f64::from(capacity), 0.0);
            let n = current.iter().filter(|&&p| p >= limits.red).count();
            assert!(n <= usize::from(capacity), "{n} of {capacity}");
        }
        assert_eq!([0.2; 9].iter().filter(|&&p| p >= from_capacity(&[0.2; 9], 4.0, 0.0).red).count(), 0);
    }

    #[test]
    fn costs_put_red_where_the_median_account_breaks_even() {
        let text = |more: &str| {
            format!(
                "schema = 1\n[study]\nname = \"q\"\npurpose = \"p\"\n[snapshot]\npath = \"c.csv\"\naccount = \"id\"\n\
                 outcome = \"left\"\n[roles]\nweight = \"mrr\"\n{more}\n[[kpi]]\nname = \"a\"\nkind = \"behaviour\"\n\
                 hoped = \"more\"\n"
            )
        };
        let study = |more: &str| crate::study::parse_study(&text(more), "study.toml").unwrap().value;
        let lamp = "[lamp]\ncost_of_action = 50.0\nsaves = 0.25";
        let current: Vec<f64> = (1..=100).map(|i| f64::from(i) / 200.0).collect();
        let values = [500.0, 1000.0, 9000.0, f64::NAN];
        // 50 / (0.25 * 1000)
        let plan = bands(&study(lamp), &current, &values, 0.02);
        assert!((plan.bands[0].at_least - 0.2).abs() < 1e-15 && plan.floor == 0.0);
        assert_eq!(plan.typical, Some(plan.bands[0].at_least));
        // the 10 accounts begin at 0.455, above the break-even; the 90 at 0.055, below it; limits lie half way to the next
        let both = |capacity: u8| {
            bands(&study(&format!("{lamp}\n[capacity]\naccounts_per_period = {capacity}")), &current, &values, 0.02)
        };
        assert!((both(10).bands[0].at_least - 0.4525).abs() < 1e-12 && (both(10).floor - 0.4525).abs() < 1e-12);
        assert!((both(90).bands[0].at_least - 0.2).abs() < 1e-12 && (both(90).floor - 0.0525).abs() < 1e-12);
        // no value known: costs cannot set a limit
        assert_eq!(bands(&study(lamp), &current, &[], 0.02).typical, None);
        let stated = bands(&study(&format!("{lamp}\nbands = {{ red = 0.1, yellow = 0.05 }}")), &current, &values, 0.02);
        assert!((stated.floor - 0.1).abs() < 1e-15 && stated.typical.is_some());
    }
}
