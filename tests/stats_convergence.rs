//! Firth's penalised fit arrives where levels are so rare that a row or two are all that is known of them.

#[cfg(test)]
mod convergence {
    use fuellamp::stats::irls::{FitOptions, Penalty, fit_logistic};
    use fuellamp::stats::matrix::Matrix;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use rand_distr::StandardNormal;

    const ROWS: usize = 4_000;

    /// An intercept, `waves` covariates, a level of two rows of which one has the event, and one of a single row without.
    fn company(seed: u64, waves: usize, slope: f64, skewed: bool, rare: f64) -> (Vec<Vec<f64>>, Vec<f64>) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut normal = || rng.sample::<f64, _>(StandardNormal);
        let mut columns = vec![vec![1.0; ROWS]];
        for _ in 0..waves {
            columns.push((0..ROWS).map(|_| if skewed { (1.5 * normal()).exp() } else { normal() }).collect());
        }
        let eta = |row: usize| columns[1..].iter().map(|c| c[row].min(6.0) * slope).sum::<f64>() - rare;
        let chances: Vec<f64> = (0..ROWS).map(|row| 1.0 / (1.0 + eta(row).exp())).collect();
        let mut y: Vec<f64> = chances.iter().map(|p| f64::from(u8::from(rng.random::<f64>() > *p))).collect();
        (y[0], y[1], y[2]) = (1.0, 0.0, 0.0);
        let level = |rows: &[usize]| (0..ROWS).map(|row| f64::from(u8::from(rows.contains(&row)))).collect();
        columns.push(level(&[0, 1]));
        columns.push(level(&[2]));
        (columns, y)
    }

    #[test]
    fn rare_levels_do_not_keep_a_penalised_fit_from_its_optimum() {
        let mut failed = Vec::new();
        let mut most = 0;
        for seed in 0..24 {
            for (waves, slope, skewed, rare) in [
                (2, 1.0, false, 6.0),
                (4, 0.8, false, 6.0),
                (2, 0.6, true, 6.0),
                (4, 0.5, true, 7.0),
                (6, 1.2, false, 9.0),
            ] {
                let (columns, y) = company(seed, waves, slope, skewed, rare);
                let x = Matrix::new(columns.iter().map(Vec::as_slice).collect()).unwrap();
                let options = FitOptions { penalty: Penalty::Firth, intercept: Some(0), ..FitOptions::default() };
                match fit_logistic(&x, &y, &options) {
                    Ok(fit) => {
                        most = most.max(fit.iterations);
                        assert!(fit.max_score < 1e-6, "{seed} {waves} {slope} {skewed} {rare}: {}", fit.max_score);
                    }
                    Err(error) => failed.push(format!("{seed} {waves} {slope} {skewed} {rare}: {error}")),
                }
            }
        }
        assert!(failed.is_empty(), "{} fits:\n{}", failed.len(), failed.join("\n"));
        assert!(most <= 40, "{most} steps");
    }
}
