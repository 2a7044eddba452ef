use super::*;
use crate::stats::irls::{FitOptions, fit_logistic};
use crate::stats::matrix::Matrix;
use crate::stats::normal;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

fn close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-12, "{a} against {b}");
}

/// Accounts with a lasting and a changing part of health; a rating `r(shared, own, noise)`; held-out log-odds without and
/// with it, fitted on the first half of the accounts.
struct Company {
    without: Vec<f64>,
    with: Vec<f64>,
    rating: Vec<f64>,
    y: Vec<f64>,
    account: Vec<u32>,
}

fn company(seed: u64, n_accounts: u32, rating: impl Fn(f64, f64, f64) -> f64) -> Company {
    const ROWS: u32 = 4;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = || -> f64 { rng.sample(StandardNormal) };
    let (mut seen, mut rated, mut y, mut account) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for g in 0..n_accounts {
        let (lasting, hidden) = (draw(), draw());
        for _ in 0..ROWS {
            let data = (0.5_f64).sqrt() * (lasting + draw());
            let p = 1.0 / (1.0 + (1.5 - 0.8 * data - 0.8 * hidden).exp());
            rated.push(-rating(data, hidden, draw()));
            seen.push(data);
            y.push(f64::from(u8::from(normal::cdf(draw()) < p)));
            account.push(g);
        }
    }
    let half = seen.len() / 2;
    let fit = |columns: &[&[f64]]| -> Vec<f64> {
        let ones = vec![1.0; half];
        let train: Vec<&[f64]> = std::iter::once(&ones[..]).chain(columns.iter().map(|c| &c[..half])).collect();
        let coef = fit_logistic(&Matrix::new(train).unwrap(), &y[..half], &FitOptions::default()).unwrap().coef;
        (half..y.len()).map(|i| coef[0] + columns.iter().zip(&coef[1..]).map(|(c, b)| b * c[i]).sum::<f64>()).collect()
    };
    let (without, with) = (fit(&[&seen]), fit(&[&seen, &rated]));
    Company { without, with, rating: rated[half..].to_vec(), y: y[half..].to_vec(), account: account[half..].to_vec() }
}

fn added(company: &Company) -> Added {
    added_value(&company.without, &company.with, &company.y, &company.account).unwrap()
}

#[test]
fn a_rating_with_knowledge_of_its_own_gains_and_the_sentence_says_so() {
    for seed in 1..=5 {
        let found = added(&company(seed, 2000, |_, hidden, noise| hidden + 0.5 * noise));
        assert_eq!(found.reading(), Reading::Adds, "seed {seed}: {found:?}");
        assert!(found.auc.estimate > 0.03 && found.log_loss.ci_high < 0.0, "seed {seed}: {found:?}");
    }
}

#[test]
fn a_rating_that_copies_the_data_gains_nothing() {
    for seed in 1..=5 {
        let found = added(&company(seed, 2000, |data, _, noise| data + 0.05 * noise));
        assert_eq!(found.reading(), Reading::Nothing, "seed {seed}: {found:?}");
        assert!(found.log_loss.estimate.abs() < 0.002, "seed {seed}: {found:?}");
    }
}

#[test]
fn the_interval_of_pure_noise_holds_nought_and_that_of_knowledge_holds_its_gain() {
    let covered = |rating: fn(f64, f64, f64) -> f64, truth: f64| {
        let of = |seed: u64| {
            let found = added(&company(1000 + seed, 800, rating)).auc;
            found.ci_low <= truth && truth <= found.ci_high
        };
        (0..100).filter(|&seed| of(seed)).count()
    };
    // 100 draws at 95 %: below 89 happens once in a hundred times.
    assert!(covered(|_, _, noise| noise, 0.0) >= 89);
    let large = added(&company(7, 60_000, |_, hidden, noise| hidden + 2.0 * noise)).auc;
    assert!(covered(|_, hidden, noise| hidden + 2.0 * noise, large.estimate) >= 89, "{large:?}");
}

#[test]
fn kappa_of_a_table_by_hand() {
    // Levels 1 (risky), 2, 3; the data swaps two of the rows of the outer groups.
    let safety = [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, f64::NAN];
    let eta = [5.0, 0.0, 3.0, 2.0, 4.0, 1.0, 9.0];
    let y = [1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0];
    let found = agreement(&safety, &eta, &y).unwrap();
    let cells: Vec<Vec<(usize, usize)>> =
        found.groups.iter().map(|g| g.cells.iter().map(|c| (c.n_rows, c.n_events)).collect()).collect();
    assert_eq!(cells, [[(1, 1), (0, 0), (1, 0)], [(0, 0), (2, 1), (0, 0)], [(1, 1), (0, 0), (1, 0)]]);
    // Seen: 2 rows four apart = 8. By chance: margins 2, 2, 2 of 6: (4·4·2 + 4·1·4) / 6 = 8.
    close(found.kappa.unwrap(), 0.0);
    assert!(found.by_level);
    let same = agreement(&safety, &safety.map(|s| -s), &y).unwrap();
    close(same.kappa.unwrap(), 1.0);
    let opposite = agreement(&safety, &safety, &y).unwrap();
    close(opposite.kappa.unwrap(), -1.0);
    assert!(agreement(&[2.0; 4], &[0.0; 4], &[0.0; 4]).is_none());
}

#[test]
fn many_values_become_thirds_and_uneven_levels_can_still_agree() {
    let safety: Vec<f64> = (0..90).map(f64::from).collect();
    let eta: Vec<f64> = safety.iter().map(|s| -s).collect();
    let found = agreement(&safety, &eta, &vec![0.0; 90]).unwrap();
    assert!(!found.by_level);
    let sizes: Vec<usize> = found.groups.iter().map(|g| g.cells.iter().map(|c| c.n_rows).sum()).collect();
    assert_eq!(sizes, [30, 30, 30]);
    close(found.kappa.unwrap(), 1.0);
    assert!(found.groups[0].high < found.groups[1].low);
    let skewed: Vec<f64> = (0..90).map(|i| if i < 9 { 1.0 } else { 5.0 }).collect();
    close(agreement(&skewed, &eta, &vec![0.0; 90]).unwrap().kappa.unwrap(), 1.0);
}

#[test]
fn ranks_apart_by_hand_and_those_without_rating_left_out() {
    let safety = [5.0, 5.0, 1.0, f64::NAN, 3.0];
    let eta = [2.0, -1.0, 0.0, 7.0, 1.0];
    // Data's ranks of the four rated: 7/8, 1/8, 3/8, 5/8; the rating's: 2/8, 2/8, 7/8, 5/8.
    let found = lean(&safety, &eta);
    for (found, wanted) in found.iter().zip([0.625, -0.125, -0.5, f64::NAN, 0.0]) {
        assert!(found.is_nan() == wanted.is_nan());
        if !wanted.is_nan() {
            close(*found, wanted);
        }
    }
    assert_eq!(latest(&[0, 0, 1, 2, 2, 2]), [1, 2, 5]);
}

#[test]
fn who_was_right_is_counted_both_ways() {
    let lean = [0.5, 0.4, 0.9, 0.34, -0.5, -0.6, 0.1, 0.0, f64::NAN];
    let y = [1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0];
    let found = past(&lean, &y);
    assert_eq!((found.n_accounts, found.n_events), (8, 4));
    assert_eq!((found.data_riskier.n, found.data_riskier.of), (2, 4));
    assert_eq!((found.gut_riskier.n, found.gut_riskier.of), (1, 2));
    assert_eq!((found.gut_right.n, found.data_right.n, found.data_right.of), (3, 3, 6));
    let (difference, low, high) = found.difference.unwrap();
    close(difference, 0.0);
    assert!(low < 0.0 && high > 0.0);
    assert!(past(&[0.5, 0.1], &[1.0, 0.0]).difference.is_none());
}

#[test]
fn the_interval_of_two_shares_is_newcombes() {
    // Newcombe (1998), table II, method 10: 56/70 - 48/80 = 0.2000, 0.0524 to 0.3339.
    let lean: Vec<f64> = std::iter::repeat_n(0.5, 70).chain(std::iter::repeat_n(-0.5, 80)).collect();
    let y: Vec<f64> = (0..150).map(|i| f64::from(u8::from(i < 56 || (70..118).contains(&i)))).collect();
    let (difference, low, high) = past(&lean, &y).difference.unwrap();
    close(difference, 0.2);
    assert!((low - 0.0524).abs() < 5e-5 && (high - 0.3339).abs() < 5e-5, "{low} {high}");
}

#[test]
fn where_only_one_side_knows_the_hidden_part_it_judges_better() {
    let judged = |rating: fn(f64, f64, f64) -> f64| {
        let company = company(3, 8000, rating);
        let last = latest(&company.account);
        let pick = |v: &[f64]| -> Vec<f64> { last.iter().map(|&i| v[i]).collect() };
        past(&lean(&pick(&company.rating), &pick(&company.without)), &pick(&company.y))
    };
    let (_, _, high) = judged(|data, hidden, _| data + 3.0 * hidden).difference.unwrap();
    assert!(high < 0.0, "the rating knows more");
    let (_, low, _) = judged(|_, _, noise| noise).difference.unwrap();
    assert!(low > 0.0, "the data knows more");
}
