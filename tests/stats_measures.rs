//! Measures of predictions against other programs: clustered AUC, calibration curve, Brier parts, sample size.

#[cfg(test)]
mod reference {
    use std::collections::BTreeMap;
    use std::path::Path;

    use fuellamp::stats::brier::{BrierParts, brier_parts, brier_parts_in_groups, brier_parts_weighted};
    use fuellamp::stats::clustered_auc::{auc_clustered, auc_clustered_paired};
    use fuellamp::stats::precision_recall::average_precision_weighted;
    use fuellamp::stats::sample_size::{Anticipated, SampleSizeSpec, r2_from_auc, riley};
    use fuellamp::stats::sampling::Sampling;
    use fuellamp::stats::smooth::smooth;
    use fuellamp::stats::smooth_calibration::{Smoother, smooth_calibration};

    type Columns = BTreeMap<String, Vec<String>>;

    fn read(case: &str, file: &str) -> Columns {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(case).join(file);
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

    fn numbers(table: &Columns, name: &str) -> Vec<f64> {
        table[name].iter().map(|v| v.parse().unwrap()).collect()
    }

    fn labels(table: &Columns, name: &str) -> Vec<u32> {
        table[name].iter().map(|v| v.parse().unwrap()).collect()
    }

    /// Rows of `expected.csv`.
    fn expected(case: &str) -> Vec<(String, String, f64)> {
        let table = read(case, "expected.csv");
        let value = numbers(&table, "value");
        table["case"].iter().zip(&table["quantity"]).zip(value).map(|((c, q), v)| (c.clone(), q.clone(), v)).collect()
    }

    #[track_caller]
    fn near(what: &str, found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance, "{what}: {found:.12e} is not {expected:.12e}");
    }

    #[test]
    fn areas_with_rows_in_clusters() {
        let input = read("clustered_auc", "input.csv");
        let (first, second, y) = (numbers(&input, "first"), numbers(&input, "second"), numbers(&input, "y"));
        let (weight, account) = (numbers(&input, "weight"), labels(&input, "account"));
        let mut used = 0;
        for (case, quantity, value) in expected("clustered_auc") {
            let sampling = Sampling {
                cluster: case.starts_with("accounts").then_some(&account[..]),
                weight: case.ends_with("weighted").then_some(&weight[..]),
            };
            let pair = auc_clustered_paired(&first, &second, &y, sampling).unwrap();
            let found = match quantity.as_str() {
                "first" => auc_clustered(&first, &y, sampling).unwrap().auc.value,
                "second" => pair.second,
                "se" => auc_clustered(&first, &y, sampling).unwrap().auc.se,
                "se_difference" => pair.difference.std_error,
                "z" => pair.difference.z,
                other => panic!("no quantity is called {other}"),
            };
            near(&format!("{case} {quantity}"), found, value, 1e-12 * value.max(1.0));
            used += 1;
        }
        assert_eq!(used, 17);
    }

    #[test]
    fn calibration_curves_of_loess() {
        let input = read("smooth_calibration", "input.csv");
        let (p, y, weight) = (numbers(&input, "p"), numbers(&input, "y"), numbers(&input, "weight"));
        let account = labels(&input, "account");
        let mut used = 0;
        for (case, quantity, value) in expected("smooth_calibration") {
            used += 1;
            let (weights, span) = case.split_once('-').unwrap_or(("default", "0.75"));
            let span: f64 = span.parse().unwrap();
            let sampling = |by_account: bool| Sampling {
                weight: (weights == "weighted").then_some(&weight[..]),
                cluster: by_account.then_some(&account[..]),
            };
            let smoother = Smoother { span, n_grid: 500 };
            let (name, at) = quantity.split_once('_').unwrap_or((&quantity, "0"));
            let at: f64 = at.parse().unwrap();
            let curve = smooth_calibration(&p, &y, sampling(name == "secluster"), smoother).unwrap();
            let point = || curve.curve.iter().find(|point| (point.predicted - at).abs() < 1e-9).unwrap();
            let found = match name {
                "ici" => curve.ici,
                "emax" => curve.emax,
                "e50" => curve.e50,
                "e90" => curve.e90,
                "observed" => {
                    let alone = smooth(&p, &y, &[at], sampling(false).weight, span).unwrap()[0];
                    near(&format!("{case} {quantity}"), alone, value, 1e-9);
                    point().observed
                }
                "se" | "secluster" => point().se,
                other => panic!("no quantity is called {other}"),
            };
            // R's default is another smoother (local parabolas, interpolated): near, but not the same.
            let tolerance = if case == "default" { 0.01 } else { 1e-9 };
            near(&format!("{case} {quantity}"), found, value, tolerance);
        }
        assert_eq!(used, 97);
    }

    #[test]
    fn parts_of_the_brier_score() {
        let input = read("brier_parts", "input.csv");
        let (p, y, weight) = (numbers(&input, "p"), numbers(&input, "y"), numbers(&input, "weight"));
        let mut used = 0;
        for (case, quantity, value) in expected("brier_parts") {
            used += 1;
            let parts: BrierParts = match case.as_str() {
                "distinct" => brier_parts(&p, &y),
                "ten" => brier_parts_in_groups(&p, &y, 10),
                "ten_weighted" => brier_parts_weighted(&p, &y, &weight, 10),
                "three_weighted" => brier_parts_weighted(&p, &y, &weight, 3),
                _ => {
                    near(&case, average_precision_weighted(&p, &y, &weight).unwrap(), value, 1e-12);
                    continue;
                }
            }
            .unwrap();
            let found = match quantity.as_str() {
                "brier" => parts.brier,
                "reliability" => parts.reliability,
                "resolution" => parts.resolution,
                "uncertainty" => parts.uncertainty,
                "within_variance" => parts.within_variance,
                "within_covariance" => parts.within_covariance,
                "n_groups" => parts.n_groups as f64,
                other => panic!("no quantity is called {other}"),
            };
            near(&format!("{case} {quantity}"), found, value, 1e-13);
        }
        assert_eq!(used, 29);
    }

    #[test]
    fn sample_sizes_of_pmsampsize() {
        let table = read("sample_size", "expected.csv");
        let cell = |i: usize, name: &str| numbers(&table, name)[i];
        for (i, case) in table["case"].iter().enumerate() {
            let (p, rate, shrinkage) = match case.as_str() {
                "chagas" | "strong" | "cstatistic" => (24, 0.174, 0.9),
                "preeclampsia" | "nagelkerke" => (30, 0.05, 0.9),
                "common" => (24, 0.25, 0.9),
                "overall_risk" => (4, 0.5, 0.9),
                "shrinkage" => (12, 0.3, 0.95),
                "cstatistic_weak" => (10, 0.08, 0.9),
                other => panic!("no case is called {other}"),
            };
            // The R² that the program printed and used; how it came to it is compared below.
            let spec =
                SampleSizeSpec { shrinkage, ..SampleSizeSpec::new(p, rate, Anticipated::CoxSnell(cell(i, "r2_cs"))) };
            let found = riley(&spec).unwrap();
            for (name, n) in [
                ("n_shrinkage", found.n_shrinkage),
                ("n_optimism", found.n_optimism),
                ("n_risk", found.n_risk),
                ("n", found.n),
            ] {
                near(&format!("{case} {name}"), n as f64, cell(i, name), 0.0);
            }
            near(case, found.r2_max, cell(i, "r2_max"), 1e-8);
            near(case, found.epp, cell(i, "epp"), 0.005 + 1e-9);
        }
        assert_eq!(table["case"].len(), 9);
        let of = |case: &str| cell(table["case"].iter().position(|c| c == case).unwrap(), "r2_cs");
        let nagelkerke = riley(&SampleSizeSpec::new(30, 0.05, Anticipated::Nagelkerke(0.15))).unwrap().r2_cs;
        near("nagelkerke, three decimals", nagelkerke, of("nagelkerke"), 0.0005);
        // One simulation of a million rows: the standard error of R² is about 0.0005 and 0.0003.
        near("auc", r2_from_auc(0.89, 0.174).unwrap(), of("cstatistic"), 0.0015);
        near("weak auc", r2_from_auc(0.65, 0.08).unwrap(), of("cstatistic_weak"), 0.0008);
    }
}
