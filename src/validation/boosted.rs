//! A gradient-boosted tree on the inputs of the score: a yardstick of what a sum of points leaves on the table.

use forust_ml::objective::ObjectiveType;
use forust_ml::{GradientBooster, Matrix};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::design::Input;
use crate::health::ScoreInput;
use crate::units::Seed;

/// Trees, their depth and the share of each that is added.
const TREES: usize = 100;
const DEPTH: usize = 3;
const LEARNING_RATE: f32 = 0.1;
/// A leaf holds at least this much information `Σ p (1 - p)`: about as many expected events.
const LEAF_INFORMATION: f32 = 3.0;
/// Ridge weight of a leaf.
const RIDGE: f32 = 1.0;
/// Cut points tried per input.
const BINS: u16 = 64;
/// Levels of a category with a field of their own, the most frequent first.
const MAX_LEVELS: usize = 30;
/// Rows above which rows without an event are sampled.
pub const MAX_ROWS: usize = 300_000;
/// Stream of that sample.
const STREAM: u64 = 0xb005;

/// Log-odds of panel rows `test` under a gradient-boosted tree fitted on panel rows `train`.
///
/// # Formula
/// ```text
/// eta = log(r / (1 - r)) + 0.1 Σ_k tree_k(x),   k = 1..100, depth 3; leaf = Σ(y - p) / (Σ p (1 - p) + 1)
/// above 300 000 rows: a share s of the rows without event is kept, and eta + log s is returned
/// ```
/// # Shapes and units
/// `inputs`: columns by panel row. `train` (n) panel rows with outcomes `y` (n), 0 or 1; `test` (m) panel rows. Returns
/// (m). A missing number goes the way that fits best at each split; a category has one field per level (the thirty most
/// frequent in `train`), all missing where it is. The column of [`ScoreInput::within`] is an input like others.
///
/// # Assumes
/// Nothing of form; the settings are modest and not tuned, so a better tree may exist. The same for a seed on any number
/// of threads.
///
/// `None` where `y` has one value only, or no input.
///
/// # Source
/// Friedman (2001), Annals of Statistics 29(5):1189–1232; second-order leaves: Chen & Guestrin (2016), KDD.
#[must_use]
pub fn boosted(inputs: &[&ScoreInput], train: &[usize], y: &[f64], test: &[usize], seed: Seed) -> Option<Vec<f64>> {
    let n_events = y.iter().filter(|y| **y > 0.5).count();
    if train.len() != y.len() || n_events == 0 || n_events == y.len() {
        return None;
    }
    let (kept, share) = rows_kept(y, n_events, MAX_ROWS, seed);
    let rows: Vec<usize> = kept.iter().map(|&i| train[i]).collect();
    let outcomes: Vec<f64> = kept.iter().map(|&i| y[i]).collect();
    let fields = fields(inputs, &rows);
    if fields.is_empty() {
        return None;
    }
    let values = cells(&fields, &rows);
    let rate = n_events as f64 / rows.len() as f64;
    let mut booster = GradientBooster::default()
        .set_objective_type(ObjectiveType::LogLoss)
        .set_iterations(TREES)
        .set_max_depth(DEPTH)
        .set_learning_rate(LEARNING_RATE)
        .set_l2(RIDGE)
        .set_min_leaf_weight(LEAF_INFORMATION)
        .set_nbins(BINS)
        .set_initialize_base_score(false)
        .set_base_score((rate / (1.0 - rate)).ln())
        .set_seed(seed.0);
    booster.fit(&Matrix::new(&values, rows.len(), fields.len()), &outcomes, &vec![1.0; rows.len()], None).ok()?;
    if test.is_empty() {
        return Some(Vec::new());
    }
    let values = cells(&fields, test);
    let mut eta = booster.predict(&Matrix::new(&values, test.len(), fields.len()), true);
    eta.iter_mut().for_each(|eta| *eta += share.ln());
    eta.iter().all(|eta| eta.is_finite()).then_some(eta)
}

/// Places of the rows to learn from, ascending: all events, and a seeded sample of the others where there are more than
/// `most` rows (at least one row without event per row with one). Also the share of the others that is kept.
fn rows_kept(y: &[f64], n_events: usize, most: usize, seed: Seed) -> (Vec<usize>, f64) {
    let n_others = y.len() - n_events;
    let wanted = most.saturating_sub(n_events).max(n_events).min(n_others);
    if y.len() <= most || wanted == n_others {
        return ((0..y.len()).collect(), 1.0);
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed.0);
    random.set_stream(STREAM);
    // Each row without event in turn, with the chance that leaves exactly `wanted` of them.
    let (mut left, mut open) = (wanted as u64, n_others as u64);
    let mut kept = Vec::with_capacity(wanted + n_events);
    for (i, y) in y.iter().enumerate() {
        if *y > 0.5 {
            kept.push(i);
        } else {
            if random.next_u64() % open < left {
                kept.push(i);
                left -= 1;
            }
            open -= 1;
        }
    }
    (kept, wanted as f64 / n_others as f64)
}

/// One column of the tree's matrix.
enum Field<'a> {
    Number(&'a [f64]),
    /// Whether the code of the row is this one.
    Level(&'a [Option<u32>], u32),
}

fn fields<'a>(inputs: &[&'a ScoreInput], rows: &[usize]) -> Vec<Field<'a>> {
    let mut fields = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    let own = inputs.iter().map(|input| (input.column.as_str(), &input.values));
    let within =
        inputs.iter().filter_map(|input| input.within.as_ref().map(|(column, values)| (column.as_str(), values)));
    for (column, values) in own.chain(within) {
        if seen.contains(&column) {
            continue;
        }
        seen.push(column);
        match values {
            Input::Number(values) => fields.push(Field::Number(values)),
            Input::Category(category) => {
                let mut counts: Vec<(usize, u32)> = (0..category.levels.len()).map(|_| 0).zip(0..).collect();
                for code in rows.iter().filter_map(|&row| category.codes[row]) {
                    counts[code as usize].0 += 1;
                }
                counts.retain(|(n, _)| *n > 0);
                counts.sort_by_key(|&(n, code)| (std::cmp::Reverse(n), code));
                fields.extend(counts.iter().take(MAX_LEVELS).map(|&(_, code)| Field::Level(&category.codes, code)));
            }
        }
    }
    fields
}

/// Column after column.
fn cells(fields: &[Field<'_>], rows: &[usize]) -> Vec<f64> {
    let mut cells = Vec::with_capacity(fields.len() * rows.len());
    for field in fields {
        match field {
            Field::Number(values) => {
                cells.extend(rows.iter().map(|&row| if values[row].is_finite() { values[row] } else { f64::NAN }));
            }
            Field::Level(codes, level) => {
                let is = |code: u32| f64::from(u8::from(code == *level));
                cells.extend(rows.iter().map(|&row| codes[row].map_or(f64::NAN, is)));
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::LogRule;
    use crate::panel::Category;
    use crate::stats::discrimination::auc_delong;
    use crate::stats::moments::mean;

    fn uniform(n: usize, stream: u64) -> Vec<f64> {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        random.set_stream(stream);
        (0..n).map(|_| (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64).collect()
    }

    fn input(column: &str, values: Input) -> ScoreInput {
        ScoreInput { column: column.to_owned(), values, within: None, log: LogRule::Never, missing_is_zero: false }
    }

    fn outcomes(p: impl Fn(usize) -> f64, n: usize) -> Vec<f64> {
        uniform(n, 99).into_iter().enumerate().map(|(i, u)| f64::from(u8::from(u < p(i)))).collect()
    }

    fn auc(inputs: &[&ScoreInput], y: &[f64]) -> f64 {
        let half = y.len() / 2;
        let (train, test): (Vec<usize>, Vec<usize>) = ((0..half).collect(), (half..y.len()).collect());
        let eta = boosted(inputs, &train, &y[..half], &test, Seed(1)).unwrap();
        auc_delong(&eta, &y[half..]).unwrap().auc
    }

    #[test]
    fn finds_what_no_sum_of_points_can_and_nothing_in_noise() {
        let n = 8000;
        let (a, b) = (uniform(n, 1), uniform(n, 2));
        let y = outcomes(|i| if (a[i] > 0.5) == (b[i] > 0.5) { 0.4 } else { 0.1 }, n);
        let (a, b) = (input("a", Input::Number(a)), input("b", Input::Number(b)));
        // The best two-valued score: AUC = 1/2 + (share of events - share of others in the risky half) / 2.
        let (event_in_high, other_in_high) = (0.4 / 0.5, 0.6 / 1.5);
        let best = 0.5 + (event_in_high - other_in_high) / 2.0;
        let found = auc(&[&a, &b], &y);
        assert!((found - best).abs() < 0.03, "{found} against {best}");
        let noise = outcomes(|_| 0.1, n);
        let found = auc(&[&a, &b], &noise);
        assert!((found - 0.5).abs() < 0.05, "{found}");
    }

    #[test]
    fn missing_cells_and_levels_carry_their_information() {
        let n = 6000;
        let (u, v) = (uniform(n, 3), uniform(n, 4));
        let gone: Vec<bool> = u.iter().map(|u| *u < 0.3).collect();
        let y = outcomes(|i| if gone[i] { 0.5 } else { 0.1 }, n);
        let number = input("x", Input::Number((0..n).map(|i| if gone[i] { f64::NAN } else { v[i] }).collect()));
        let levels = vec!["a".to_owned(), "b".to_owned()];
        let codes = (0..n).map(|i| Some(u32::from(gone[i]))).collect();
        let named = input("c", Input::Category(Category { levels: levels.clone(), codes }));
        let codes = (0..n).map(|i| (!gone[i]).then_some(0)).collect();
        let silent = input("s", Input::Category(Category { levels, codes }));
        let (event_in_gone, other_in_gone) = (0.15 / 0.22, 0.15 / 0.78);
        let best = 0.5 + (event_in_gone - other_in_gone) / 2.0;
        for (what, found) in [("number", auc(&[&number], &y)), ("levels", auc(&[&named], &y))] {
            assert!((found - best).abs() < 0.03, "{what}: {found} against {best}");
        }
        assert!((auc(&[&silent], &y) - best).abs() < 0.03);
    }

    #[test]
    fn sampled_rows_without_event_keep_the_level_of_the_probabilities() {
        let n = 40_000;
        let x = uniform(n, 5);
        let y = outcomes(|i| 0.02 + 0.06 * x[i], n);
        let n_events = y.iter().filter(|y| **y > 0.5).count();
        let (kept, share) = rows_kept(&y, n_events, 10_000, Seed(3));
        assert_eq!(kept.len(), 10_000);
        assert!(kept.windows(2).all(|w| w[0] < w[1]));
        assert_eq!(kept.iter().filter(|&&i| y[i] > 0.5).count(), n_events);
        assert_ne!(kept, rows_kept(&y, n_events, 10_000, Seed(4)).0);
        let input = input("x", Input::Number(x));
        let thin: Vec<f64> = kept.iter().map(|&i| y[i]).collect();
        let all: Vec<usize> = (0..n).collect();
        let eta = boosted(&[&input], &kept, &thin, &all, Seed(1)).unwrap();
        let p: Vec<f64> = eta.iter().map(|eta| fuellamp_score::probability(eta + share.ln())).collect();
        let rate = n_events as f64 / n as f64;
        assert!((mean(&p) - rate).abs() < 0.03 * rate, "{} against {rate}", mean(&p));
    }

    #[test]
    fn the_number_of_threads_changes_no_bit_and_one_class_is_refused() {
        let n = 3000;
        let x = uniform(n, 6);
        let y = outcomes(|i| 0.3 * x[i], n);
        let input = input("x", Input::Number(x));
        let rows: Vec<usize> = (0..n).collect();
        let on = |threads: usize| -> Vec<u64> {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let eta = pool.install(|| boosted(&[&input], &rows, &y, &rows, Seed(1)).unwrap());
            eta.into_iter().map(f64::to_bits).collect()
        };
        assert_eq!(on(1), on(4));
        assert!(boosted(&[&input], &rows, &vec![0.0; n], &rows, Seed(1)).is_none());
        assert!(boosted(&[], &rows, &y, &rows, Seed(1)).is_none());
    }
}
