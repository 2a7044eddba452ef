//! Thresholds chosen by what they are worth on companies with a known truth.

use std::error::Error;

use fuellamp::verdict::Thresholds;

/// Factors tried on each threshold.
const FACTORS: [f64; 6] = [0.75, 0.85, 0.93, 1.08, 1.2, 1.35];
/// A threshold stays within this factor of the one in use.
const REACH: f64 = 2.0;
/// Rounds over all thresholds.
const ROUNDS: usize = 4;

/// Name and value of `name=value`.
pub(crate) fn named(pair: &str) -> Result<(&str, &str), String> {
    pair.split_once('=').ok_or_else(|| format!("`{pair}` is not name=value"))
}

/// Sets the threshold of a name.
pub(crate) fn put(limits: &mut Thresholds, name: &str, value: f64) -> Result<(), String> {
    *limits.get_mut(name).ok_or_else(|| format!("there is no threshold `{name}`"))? = value;
    Ok(())
}

/// Moves one threshold at a time, from those given, until nothing is worth `least_gain` more. Those of `keep` stay.
pub(crate) fn by_climbing(
    mut chosen: Thresholds,
    keep: &[String],
    least_gain: f64,
    worth: impl Fn(&Thresholds) -> f64,
) -> Thresholds {
    let mut best = worth(&chosen);
    for _ in 0..ROUNDS {
        let before = best;
        for name in Thresholds::NAMES.iter().filter(|name| !keep.iter().any(|kept| kept == *name)) {
            let tried = FACTORS.iter().filter_map(|factor| {
                let mut other = chosen.clone();
                let value = other.get_mut(name)?;
                *value *= factor;
                let used = *Thresholds::USED.clone().get_mut(name)?;
                let inside = (used / REACH..=used * REACH).contains(value);
                inside.then(|| (worth(&other), other))
            });
            if let Some((gain, other)) =
                tried.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(w, _)| *w > best + least_gain)
            {
                (best, chosen) = (gain, other);
            }
        }
        if best < before + least_gain {
            break;
        }
    }
    chosen
}

/// The best of every combination of some values, given as `name=1:2:3`. Of equals the first.
pub(crate) fn of_grid(
    grid: &[String],
    start: Thresholds,
    worth: impl Fn(&Thresholds) -> f64,
) -> Result<Thresholds, Box<dyn Error>> {
    let mut all = vec![start];
    for pair in grid {
        let (name, values) = named(pair)?;
        let values = values.split(':').map(str::parse).collect::<Result<Vec<f64>, _>>()?;
        let mut more = Vec::new();
        for limits in all {
            for value in &values {
                let mut other = limits.clone();
                put(&mut other, name, *value)?;
                more.push(other);
            }
        }
        all = more;
    }
    let mut best: Option<(f64, Thresholds)> = None;
    for limits in all {
        let gain = worth(&limits);
        if best.as_ref().is_none_or(|(most, _)| gain > *most) {
            best = Some((gain, limits));
        }
    }
    Ok(best.ok_or("no values to choose from")?.1)
}
