//! Area under the ROC curve against pROC: DeLong's interval and paired test, with ties.

#[cfg(test)]
mod reference {
    use std::collections::BTreeMap;
    use std::path::Path;

    use fuellamp::stats::discrimination::{auc_delong, auc_delong_paired};

    fn read(file: &str) -> BTreeMap<String, Vec<String>> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/delong_proc").join(file);
        let mut reader = csv::Reader::from_path(path).unwrap();
        let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let mut table: BTreeMap<String, Vec<String>> = names.iter().map(|n| (n.clone(), Vec::new())).collect();
        for record in reader.records() {
            for (name, value) in names.iter().zip(&record.unwrap()) {
                table.get_mut(name).unwrap().push(value.to_owned());
            }
        }
        table
    }

    #[test]
    fn areas_intervals_and_paired_tests_of_proc() {
        let (input, expected) = (read("input.csv"), read("expected.csv"));
        let column = |name: &str| input[name].iter().map(|v| v.parse().unwrap()).collect::<Vec<f64>>();
        let y = column("y");
        let mut used = 0;
        for (i, case) in expected["case"].iter().enumerate() {
            let quantity = expected["quantity"][i].as_str();
            let value: f64 = expected["value"][i].parse().unwrap();
            // Tolerances of PROVENANCE.toml; limits are taken relative to 1, the scale of an area.
            let (found, tolerance) = match case.split_once('-') {
                None => {
                    let area = auc_delong(&column(case), &y).unwrap();
                    match quantity {
                        "auc" => (area.auc, 1e-13),
                        "se" => (area.se, 1e-11),
                        "ci_low" => (area.ci_low, 1e-11 / value),
                        "ci_high" => (area.ci_high, 1e-11 / value),
                        other => panic!("no quantity is called {other}"),
                    }
                }
                Some((first, second)) => {
                    let pair = auc_delong_paired(&column(first), &column(second), &y).unwrap().difference;
                    match quantity {
                        "difference" => (pair.estimate, 1e-12),
                        "z" => (pair.z, 1e-11),
                        "p" => (pair.p, 1e-10 * (1.0 + pair.z * pair.z)),
                        "ci_low" => (pair.ci_low, 1e-11 / value.abs()),
                        "ci_high" => (pair.ci_high, 1e-11 / value.abs()),
                        other => panic!("no quantity is called {other}"),
                    }
                }
            };
            assert!((found - value).abs() <= tolerance * value.abs(), "{case} {quantity}: {found:e} is not {value:e}");
            used += 1;
        }
        assert_eq!(used, 31);
    }
}
