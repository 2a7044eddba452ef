//! `stats::optimism` against rms: `validate` and `calibrate` of two logistic regressions, five hundred draws each.
//!
//! rms draws its own rows, so agreement is judged by Monte Carlo error, which twenty runs of rms with other seeds measured.

#[cfg(test)]
mod reference {
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};

    use fuellamp::stats::calibration::{brier, log_loss};
    use fuellamp::stats::discrimination::{auc_delong, auc_delong_paired};
    use fuellamp::stats::irls::{FitOptions, LogisticFit, fit_logistic};
    use fuellamp::stats::matrix::Matrix;
    use fuellamp::stats::optimism::optimism;
    use fuellamp::stats::resample::Draws;
    use fuellamp::stats::smooth::smooth;
    use rayon::prelude::*;

    const N_DRAWS: usize = 500;
    /// Without `Emax`, which is a function of two others.
    const MEASURES: [&str; 10] = ["Dxy", "R2", "Intercept", "Slope", "D", "U", "Q", "B", "g", "gp"];

    type Columns = BTreeMap<String, Vec<String>>;

    #[expect(clippy::print_stderr, reason = "a skipped test must be heard")]
    fn shared() -> Option<PathBuf> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/numeric_reference");
        if path.is_dir() {
            Some(path)
        } else {
            eprintln!("SKIPPED: no reference data at {}", path.display());
            None
        }
    }

    fn read(path: &Path) -> Columns {
        let mut reader = csv::Reader::from_path(path).unwrap();
        let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let mut table: Columns = names.iter().map(|n| (n.clone(), Vec::new())).collect();
        for record in reader.records() {
            for (name, value) in names.iter().zip(&record.unwrap()) {
                table.get_mut(name).unwrap().push(value.to_owned());
            }
        }
        table
    }

    /// Figures of rms with the standard deviation of a run.
    fn expected(case: &str) -> BTreeMap<String, (f64, f64)> {
        let table = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/rms_validate/expected.csv"));
        (0..table["case"].len())
            .filter(|&i| table["case"][i] == case)
            .map(|i| {
                let value = table["value"][i].parse().unwrap();
                (table["quantity"][i].clone(), (value, table["sd"][i].parse().unwrap_or(f64::NAN)))
            })
            .collect()
    }

    /// Columns with the intercept first, and the outcome.
    struct Data {
        x: Vec<Vec<f64>>,
        y: Vec<f64>,
    }

    impl Data {
        fn of(path: &Path, case: &str, small: bool) -> Self {
            let table = read(&path.join(format!("{case}.csv")));
            let column = |name: &str| table[name].iter().map(|v| v.parse().unwrap()).collect::<Vec<f64>>();
            let is = |v: &[f64], level: f64| v.iter().map(|v| f64::from(u8::from((v - level).abs() < 0.5))).collect();
            let (outcome, names): (&str, &[&str]) = match (case, small) {
                ("birthwt", false) => ("low", &["age", "lwt", "smoke", "ptl", "ht", "ui", "black", "other"]),
                ("birthwt", true) => ("low", &["age", "lwt"]),
                (_, false) => ("CENSOR", &["AGE", "BECK", "IV3", "NDT", "RACE", "TREAT", "SITE"]),
                (_, true) => ("CENSOR", &["AGE", "NDT"]),
            };
            let y = column(outcome);
            let mut x = vec![vec![1.0; y.len()]];
            x.extend(names.iter().map(|name| match *name {
                "black" => is(&column("race"), 2.0),
                "other" => is(&column("race"), 3.0),
                name => column(name),
            }));
            Self { x, y }
        }

        fn drawn(&self, draws: &Draws, draw: usize) -> Self {
            let rows: Vec<usize> = (0..self.y.len()).flat_map(|i| vec![i; draws.count(draw, i)]).collect();
            let of = |v: &Vec<f64>| rows.iter().map(|&i| v[i]).collect();
            Self { x: self.x.iter().map(of).collect(), y: of(&self.y) }
        }

        fn fit(&self) -> Option<LogisticFit> {
            fit(&self.x.iter().map(Vec::as_slice).collect::<Vec<_>>(), &self.y)
        }

        fn eta(&self, coef: &[f64]) -> Vec<f64> {
            (0..self.y.len()).map(|i| self.x.iter().zip(coef).map(|(x, b)| x[i] * b).sum()).collect()
        }
    }

    fn fit(x: &[&[f64]], y: &[f64]) -> Option<LogisticFit> {
        let x = Matrix::new(x.to_vec()).unwrap();
        fit_logistic(&x, y, &FitOptions { intercept: Some(0), ..FitOptions::default() }).ok()
    }

    fn probabilities(eta: &[f64]) -> Vec<f64> {
        eta.iter().map(|e| 1.0 / (1.0 + (-e).exp())).collect()
    }

    /// Gini's mean difference.
    fn gini(v: &[f64]) -> f64 {
        let mut v = v.to_vec();
        v.sort_by(f64::total_cmp);
        let n = v.len() as f64;
        v.iter().enumerate().map(|(k, v)| (2.0 * k as f64 + 1.0 - n) * v).sum::<f64>() * 2.0 / (n * (n - 1.0))
    }

    /// Measures of a linear predictor; on its own rows (`own`) intercept and slope are 0 and 1 by construction.
    fn measures(eta: &[f64], y: &[f64], own: bool) -> Option<[f64; 10]> {
        let n = y.len() as f64;
        let ones = vec![1.0; y.len()];
        let refit = fit(&[&ones, eta], y)?;
        let (intercept, slope) = if own { (0.0, 1.0) } else { (refit.coef[0], refit.coef[1]) };
        let share = y.iter().sum::<f64>() / n;
        let null = -2.0 * n * (share * share.ln() + (1.0 - share) * (1.0 - share).ln());
        let deviance = -2.0 * refit.log_likelihood;
        let ratio = null - deviance;
        let p = probabilities(eta);
        let d = (ratio - 1.0) / n;
        let u = (2.0 * n * log_loss(&p, y) - deviance - 2.0) / n;
        let line: Vec<f64> = eta.iter().map(|e| intercept + slope * e).collect();
        Some([
            2.0 * auc_delong(eta, y).ok()?.auc - 1.0,
            (1.0 - (-ratio / n).exp()) / (1.0 - (-null / n).exp()),
            intercept,
            slope,
            d,
            u,
            d - u,
            brier(&p, y),
            gini(&line),
            gini(&probabilities(&line)),
        ])
    }

    /// Four Monte Carlo errors of one run against the mean of twenty.
    fn bound(sd: f64) -> f64 {
        4.0 * sd * (1.0 + 1.0 / 20.0_f64).sqrt()
    }

    fn compare(case: &str) {
        let Some(path) = shared() else { return };
        let (data, expected) = (Data::of(&path, case, false), expected(case));
        let draws = Draws::new(20_261_127, data.y.len(), N_DRAWS);
        let whole = data.fit().unwrap();
        let at: Vec<f64> = (1..=9).map(|i| expected[&format!("predicted_{i}")].0).collect();
        let curve = |eta: &[f64], y: &[f64]| smooth(&probabilities(eta), y, &at, None, 2.0 / 3.0).unwrap();
        // Per draw: measures and curve on the draw, then on all rows.
        let found: Vec<Option<(Vec<f64>, Vec<f64>)>> = (0..N_DRAWS)
            .into_par_iter()
            .map(|draw| {
                let drawn = data.drawn(&draws, draw);
                let model = drawn.fit()?;
                let of = |data: &Data, own| {
                    let eta = data.eta(&model.coef);
                    let mut all = measures(&eta, &data.y, own)?.to_vec();
                    all.extend(curve(&eta, &data.y));
                    Some(all)
                };
                Some((of(&drawn, true)?, of(&data, false)?))
            })
            .collect();
        let column = |k: usize, all: bool| -> Vec<f64> {
            found
                .iter()
                .map(|f| f.as_ref().map_or(f64::NAN, |(draw, original)| if all { original[k] } else { draw[k] }))
                .collect()
        };
        let apparent = measures(&whole.eta, &data.y, true).unwrap();
        let mut corrected = BTreeMap::new();
        for (k, name) in MEASURES.into_iter().enumerate() {
            let summary = optimism(apparent[k], &column(k, false), &column(k, true)).unwrap();
            let (value, sd) = expected[&format!("optimism_{name}")];
            let shown = expected[&format!("apparent_{name}")].0;
            assert!(
                (summary.apparent - shown).abs() < 1e-6 * shown.abs().max(0.1),
                "{case} {name}: {summary:?}, rms {shown}"
            );
            assert!((summary.optimism - value).abs() < bound(sd), "{case} {name}: {summary:?}, rms {value} ± {sd}");
            // The error stated is the one measured, which twenty runs know to 16 %.
            assert!((0.5..1.7).contains(&(summary.mc_error / sd)), "{case} {name}: {summary:?}, rms {sd}");
            if matches!(name, "Dxy" | "R2" | "Slope" | "D" | "Q" | "B") {
                assert!(value.abs() > 2.0 * bound(sd), "{case} {name}: no optimism at all would pass");
            }
            corrected.insert(name, summary.corrected);
        }
        let emax = (1..2000)
            .map(|k| {
                let p = f64::from(k) / 2000.0;
                let line = corrected["Intercept"] + corrected["Slope"] * (p / (1.0 - p)).ln();
                (p - 1.0 / (1.0 + (-line).exp())).abs()
            })
            .fold(0.0, f64::max);
        let (value, sd) = expected["optimism_Emax"];
        assert!((emax - value).abs() < bound(sd), "{case} Emax: {emax}, rms {value} ± {sd}");
        for (i, (observed, at)) in curve(&whole.eta, &data.y).into_iter().zip(&at).enumerate() {
            let k = MEASURES.len() + i;
            let summary = optimism(observed, &column(k, false), &column(k, true)).unwrap();
            let shown = expected[&format!("curve_apparent_{}", i + 1)].0;
            // R's lowess computes every hundredth of the range and draws lines between, the smoother here every point.
            assert!((observed - shown).abs() < 1e-3, "{case} at {at}: {observed}, lowess {shown}");
            let (value, sd) = expected[&format!("curve_corrected_{}", i + 1)];
            assert!(
                (summary.corrected - value).abs() < bound(sd) + 1e-3,
                "{case} at {at}: {summary:?}, rms {value} ± {sd}"
            );
        }
    }

    #[test]
    fn low_birth_weight_as_validated_and_calibrated_by_rms() {
        compare("birthwt");
    }

    #[test]
    fn return_to_drug_use_as_validated_and_calibrated_by_rms() {
        compare("uis");
    }

    #[test]
    fn areas_intervals_and_paired_tests_of_proc_on_both() {
        let Some(path) = shared() else { return };
        for case in ["birthwt", "uis"] {
            let expected = expected(case);
            let of = |small| Data::of(&path, case, small);
            let (large, small) = (of(false), of(true));
            let (a, b) = (large.fit().unwrap().eta, small.fit().unwrap().eta);
            let area = auc_delong(&a, &large.y).unwrap();
            let pair = auc_delong_paired(&a, &b, &large.y).unwrap();
            for (name, found) in [
                ("auc", area.auc),
                ("auc_low", area.ci_low),
                ("auc_high", area.ci_high),
                ("auc_small", pair.second),
                ("paired_z", pair.difference.z),
                ("paired_p", pair.difference.p),
                ("paired_low", pair.difference.ci_low),
                ("paired_high", pair.difference.ci_high),
            ] {
                let value = expected[name].0;
                assert!((found - value).abs() < 1e-9, "{case} {name}: {found} is not {value}");
            }
        }
    }
}
