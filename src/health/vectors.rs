//! Parity vectors: made rows, never customers, that exercise every policy of the weights.

use std::collections::BTreeMap;

use fuellamp_score::{Expected, MissingNumber, ParityVector, Recipe, Transform, Value, Weights};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::{Value as Json, json};

use crate::units::Seed;

use super::spellings::{self, spellings};

/// Stream of the random rows.
const STREAM: u64 = 0x7ec7;
/// Random rows beside those that exercise one policy each.
const RANDOM_ROWS: usize = 24;
/// Draws in search of a row whose phase decides its band.
const PHASE_DRAWS: usize = 400;

/// Rows that exercise every policy, with what these weights give for them.
#[must_use]
pub fn parity_vectors(weights: &Weights, seed: Seed) -> Vec<ParityVector> {
    let typical: BTreeMap<String, Json> = inputs(weights, &mut |_, options| options[0].clone());
    let mut rows = vec![("typical".to_owned(), typical.clone())];
    rows.push(("everything missing".to_owned(), inputs(weights, &mut |_, _| Json::Null)));
    for recipe in &weights.recipes {
        let column = recipe.column();
        let mut with = |covers: String, value: Json| {
            let mut row = typical.clone();
            row.insert(column.to_owned(), value);
            rows.push((covers, row));
        };
        with(format!("{column} missing"), Json::Null);
        match recipe {
            Recipe::Number(r) => {
                if let Some(clip) = r.clip {
                    let width = (clip.high - clip.low).max(1.0);
                    with(format!("{column} at its lowest"), json!(clip.low));
                    with(format!("{column} at its highest"), json!(clip.high));
                    with(format!("{column} below its range"), json!(clip.low - width));
                    with(format!("{column} above its range"), json!(clip.high + width));
                }
            }
            Recipe::Category(r) => {
                with(format!("{column} unseen"), json!("a level that nobody has \u{2603}"));
                with(format!("{column} with a quote"), json!("O'Brien \"&\" <b>"));
                for level in &r.levels {
                    with(format!("{column} is a level"), json!(level.level));
                }
            }
        }
    }
    if let Some(phases) = &weights.phases {
        let own = phases.limits.iter().map(|limits| (format!("{} is a phase", phases.column), json!(limits.phase)));
        let unknown = [
            (format!("{} is no phase", phases.column), json!("a phase that nobody has \u{2603}")),
            (format!("{} missing", phases.column), Json::Null),
        ];
        for (covers, phase) in own.chain(unknown) {
            let mut row = typical.clone();
            row.insert(phases.column.clone(), phase);
            rows.push((covers, row));
        }
    }
    // Numbers above their centre: where they are at it, a slope within one level shows nothing.
    let raised =
        inputs(weights, &mut |_, options| options.get(2).filter(|x| x.is_number()).unwrap_or(&options[0]).clone());
    rows.extend(spellings::rows(weights, &raised));
    let mut random = ChaCha8Rng::seed_from_u64(seed.0);
    random.set_stream(STREAM);
    for n in 0..RANDOM_ROWS {
        rows.push((format!("mixed {}", n + 1), mixed(weights, &mut random)));
    }
    let decided = decided_by_phase(weights, &mut random);
    if let Some(phases) = &weights.phases {
        for (covers, row) in &decided {
            let all: Vec<&str> = phases.limits.iter().map(|limits| limits.phase.as_str()).collect();
            let phase = row.get(&phases.column).and_then(Json::as_str).unwrap_or_default();
            for (how, value) in spellings(&all, phase) {
                let mut row = row.clone();
                row.insert(phases.column.clone(), value);
                rows.push((format!("{covers}, {how}"), row));
            }
        }
    }
    rows.extend(decided);
    rows.into_iter()
        .filter_map(|(covers, inputs)| {
            let empty = Expected { log_odds: 0.0, probability: 0.0, score: 0.0, band: String::new(), std_error: None };
            let mut vector = ParityVector { covers, inputs, expected: empty };
            let scored = weights.score(|column| vector.value(column)).ok()?;
            vector.expected = Expected {
                log_odds: scored.log_odds,
                probability: scored.probability,
                score: scored.score,
                band: scored.band,
                std_error: scored.std_error,
            };
            Some(vector)
        })
        .collect()
}

/// A row of plausible values, some of them missing.
fn mixed(weights: &Weights, random: &mut ChaCha8Rng) -> BTreeMap<String, Json> {
    inputs(weights, &mut |_, options| {
        let at = random.next_u64() % (options.len() as u64 + 1);
        usize::try_from(at).ok().and_then(|at| options.get(at)).cloned().unwrap_or(Json::Null)
    })
}

/// For each phase a row that the shared limits would put into another band: a scorer that ignores phases fails there.
fn decided_by_phase(weights: &Weights, random: &mut ChaCha8Rng) -> Vec<(String, BTreeMap<String, Json>)> {
    let Some(phases) = &weights.phases else { return Vec::new() };
    let decided = |row: &BTreeMap<String, Json>| {
        let value = |column: &str| row.get(column).map_or(Value::Missing, Value::from_json);
        weights.score(value).is_ok_and(|s| weights.band_of(s.probability, Value::Missing) != Some(&*s.band))
    };
    let mut found = Vec::new();
    for limits in &phases.limits {
        for _ in 0..PHASE_DRAWS {
            let mut row = mixed(weights, random);
            row.insert(phases.column.clone(), json!(limits.phase));
            if decided(&row) {
                found.push((format!("{} decides the band", phases.column), row));
                break;
            }
        }
    }
    found
}

/// One row: for each input column one of its plausible values.
fn inputs(weights: &Weights, pick: &mut dyn FnMut(&str, &[Json]) -> Json) -> BTreeMap<String, Json> {
    let mut row = BTreeMap::new();
    for recipe in &weights.recipes {
        let options: Vec<Json> = match recipe {
            Recipe::Number(r) => {
                let fill = match r.missing {
                    MissingNumber::Fill { value, .. } => value,
                    MissingNumber::Refuse => r.centre,
                };
                let step = |sd: f64| {
                    let t = r.centre + sd * r.scale;
                    let x = if r.transform == Transform::Log1p { t.exp_m1() } else { t };
                    (x * 1e6).round() / 1e6
                };
                [fill, step(-1.0), step(1.0), step(0.3)].iter().filter(|x| x.is_finite()).map(|x| json!(x)).collect()
            }
            Recipe::Category(r) => {
                std::iter::once(&r.base).chain(r.levels.iter().map(|l| &l.level)).map(|level| json!(level)).collect()
            }
        };
        let value = if options.is_empty() { Json::Null } else { pick(recipe.column(), &options) };
        row.insert(recipe.column().to_owned(), value);
    }
    for recipe in &weights.recipes {
        if let (Recipe::Number(r), Some(column)) = (recipe, recipe.within())
            && !row.contains_key(column)
        {
            let options: Vec<Json> = r.within.iter().flat_map(|w| &w.levels).map(|level| json!(level)).collect();
            let value = if options.is_empty() { Json::Null } else { pick(column, &options) };
            row.insert(column.to_owned(), value);
        }
    }
    if let Some(phases) = &weights.phases
        && !row.contains_key(&phases.column)
    {
        let options: Vec<Json> = phases.limits.iter().map(|limits| json!(limits.phase)).collect();
        row.insert(phases.column.clone(), pick(&phases.column, &options));
    }
    row
}
