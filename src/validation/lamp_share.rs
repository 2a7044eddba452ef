//! Shares over accounts, of counts or of revenue, with an interval that knows that what one account does is one story.

use crate::stats::normal;

/// A share with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// Numerator over denominator.
    pub share: f64,
    /// Lower end.
    pub ci_low: f64,
    /// Upper end.
    pub ci_high: f64,
    /// Sum of the numerators.
    pub n: f64,
    /// Sum of the denominators.
    pub of: f64,
}

/// What one account adds to a share: `part` of `whole`, in `units` episodes or events.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Part {
    pub(super) part: f64,
    pub(super) whole: f64,
    pub(super) units: usize,
}

impl Part {
    /// Adds one episode or event of a weight.
    pub(super) fn add(&mut self, hit: bool, weight: f64) {
        self.part += if hit { weight } else { 0.0 };
        self.whole += weight;
        self.units += 1;
    }
}

/// Ratio of sums over accounts, with Wilson's interval at the effective number of units.
///
/// # Formula
/// ```text
/// p = Σ part_g / Σ whole_g,   v = Σ (part_g - p whole_g)² / (Σ whole_g)²,   m = min(p (1 - p) / v, Σ units)
/// (p + z²/2m ± z sqrt(p (1 - p)/m + z²/4m²)) / (1 + z²/m)
/// ```
/// Where all accounts agree (v = 0) the effective number is Kish's `(Σ whole)² / Σ whole²`. `None` without weight.
///
/// # Source
/// Wilson (1927), JASA 22:209–212; effective sizes as in Korn & Graubard (1998), Survey Methodology 24:193–201.
pub(super) fn share(parts: &[Part]) -> Option<Share> {
    let sum = |of: fn(&Part) -> f64| parts.iter().map(of).sum::<f64>();
    let (part, whole) = (sum(|g| g.part), sum(|g| g.whole));
    if whole <= 0.0 || !whole.is_finite() {
        return None;
    }
    let p = (part / whole).clamp(0.0, 1.0);
    let units = parts.iter().map(|g| g.units).sum::<usize>() as f64;
    let v = parts.iter().map(|g| (g.part - p * g.whole).powi(2)).sum::<f64>() / (whole * whole);
    let kish = whole * whole / sum(|g| g.whole * g.whole);
    let spread = p * (1.0 - p);
    let m = if v > 0.0 && spread > 0.0 { (spread / v).min(units) } else { kish };
    let z = normal::quantile(0.975);
    let centre = p + z * z / (2.0 * m);
    let half = z * (spread / m + z * z / (4.0 * m * m)).sqrt();
    let scale = 1.0 + z * z / m;
    Some(Share {
        share: p,
        ci_low: ((centre - half) / scale).max(0.0),
        ci_high: ((centre + half) / scale).min(1.0),
        n: part,
        of: whole,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::calibration::wilson;

    fn one(hit: bool, weight: f64) -> Part {
        let mut part = Part::default();
        part.add(hit, weight);
        part
    }

    #[test]
    fn one_unit_per_account_gives_wilsons_interval() {
        for (events, n) in [(7, 40), (1, 9), (40, 40), (0, 12)] {
            let parts: Vec<Part> = (0..n).map(|i| one(i < events, 1.0)).collect();
            let (got, want) = (share(&parts).unwrap(), wilson(events, n, 0.95));
            assert!(
                (got.ci_low - want.0).abs() < 1e-12 && (got.ci_high - want.1).abs() < 1e-12,
                "{events} of {n}: {got:?}"
            );
        }
        assert_eq!(share(&[]), None);
    }

    #[test]
    fn repeating_every_account_ten_times_over_narrows_nothing() {
        let once: Vec<Part> = (0..30).map(|i| one(i % 3 == 0, 1.0)).collect();
        let often: Vec<Part> =
            once.iter().map(|g| Part { part: 10.0 * g.part, whole: 10.0 * g.whole, units: 10 * g.units }).collect();
        let (once, often) = (share(&once).unwrap(), share(&often).unwrap());
        assert!((once.ci_low - often.ci_low).abs() < 1e-12 && (often.of - 300.0).abs() < 1e-12);
        // one account that is nearly all the revenue is nearly all that is known
        let heavy: Vec<Part> = (0..30).map(|i| one(i % 3 == 0, if i == 0 { 1000.0 } else { 1.0 })).collect();
        let heavy = share(&heavy).unwrap();
        assert!(heavy.share > 0.97 && heavy.ci_low < 0.9, "{heavy:?}");
    }
}
