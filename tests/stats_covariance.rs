//! Robust covariances and Student's t against R: sandwich, clubSandwich, `pt` and `qt`.

#[cfg(test)]
mod reference {
    use std::collections::BTreeMap;
    use std::path::Path;

    use fuellamp::stats::covariance::{Correction, clustered, heteroskedastic};
    use fuellamp::stats::irls::{FitOptions, LogisticFit, fit_logistic};
    use fuellamp::stats::matrix::Matrix;
    use fuellamp::stats::normal;
    use fuellamp::stats::small_sample::{SmallSample, small_sample};
    use fuellamp::stats::student;
    use fuellamp::stats::two_way::two_way;
    use ndarray::Array2;

    /// The tolerances of `tests/reference/covariance_r/PROVENANCE.toml`.
    const ESTIMATE: f64 = 1e-9;
    const SE: f64 = 1e-8;
    const DF: f64 = 1e-8;
    const P: f64 = 1e-7;
    /// Distance of clubSandwich's CR2 of a `glm`, which takes another root of the same matrix.
    const OTHER_ROOT: f64 = 0.01;

    struct Table(BTreeMap<String, Vec<String>>);

    impl Table {
        fn read(case: &str, file: &str) -> Self {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(case).join(file);
            let mut reader = csv::Reader::from_path(path).unwrap();
            let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
            let mut cols = vec![Vec::new(); names.len()];
            for record in reader.records() {
                for (col, value) in cols.iter_mut().zip(&record.unwrap()) {
                    col.push(value.to_owned());
                }
            }
            Self(names.into_iter().zip(cols).collect())
        }

        fn text(&self, name: &str) -> &[String] {
            &self.0[name]
        }

        /// Empty cells are NaN.
        fn number(&self, name: &str) -> Vec<f64> {
            let read = |v: &String| if v.is_empty() { f64::NAN } else { v.parse().unwrap() };
            self.text(name).iter().map(read).collect()
        }

        fn index(&self, name: &str) -> Vec<u32> {
            self.text(name).iter().map(|v| v.parse().unwrap()).collect()
        }
    }

    fn near(what: &str, found: f64, expected: f64, relative: f64) {
        assert!((found - expected).abs() <= relative * expected.abs(), "{what}: {found:.12e} is not {expected:.12e}");
    }

    /// Covariance and, for a t test, degrees of freedom of one name of the table; `alone` clusters identify a coefficient.
    fn covariance(
        name: &str,
        fit: &LogisticFit,
        x: &Matrix<'_>,
        weights: Option<&[f64]>,
        alone: usize,
        input: &Table,
    ) -> (Array2<f64>, Option<Vec<f64>>) {
        let y = input.number("y");
        let account = input.index("account");
        let one_way = |correction| clustered(fit, x, &y, &account, 25, correction).unwrap();
        let small = |kind| {
            let found = small_sample(fit, x, &y, weights, &account, 25, kind).unwrap();
            assert_eq!((found.n_clusters, found.n_full_leverage), (25, alone));
            (found.covariance, Some(found.df))
        };
        let plain = name.strip_suffix("_mended").unwrap_or(name);
        let both = |a: &str, n_a, b: &str, n_b, correction| {
            let found = two_way(fit, x, &y, (&input.index(a), n_a), (&input.index(b), n_b), correction).unwrap();
            assert_eq!(found.mended, plain != name, "{name}: {}", found.smallest_eigenvalue);
            found.covariance
        };
        let v = match plain {
            "model" => fit.covariance_model.clone(),
            "HC0" => heteroskedastic(fit, x, &y, Correction::Cr0).unwrap(),
            "HC1" => heteroskedastic(fit, x, &y, Correction::Cr1).unwrap(),
            "CR0" => one_way(Correction::Cr0),
            "CR1" => one_way(Correction::Cr1),
            "CR2" | "CR2_clubSandwich_glm" => return small(SmallSample::Cr2),
            "CR3" => return small(SmallSample::Cr3),
            "two_way_CR0" => both("account", 25, "month", 20, Correction::Cr0),
            "two_way_CR1" => both("account", 25, "month", 20, Correction::Cr1),
            "two_way_few_CR1" => both("region", 4, "quarter", 3, Correction::Cr1),
            other => panic!("no covariance is called {other}"),
        };
        (v, None)
    }

    #[test]
    fn every_covariance_of_sandwich_and_club_sandwich() {
        let (input, expected) = (Table::read("covariance_r", "input.csv"), Table::read("covariance_r", "expected.csv"));
        let y = input.number("y");
        let weight = input.number("weight");
        let (estimate, se) = (expected.number("estimate"), expected.number("std_error"));
        let (df, p) = (expected.number("df"), expected.number("p"));
        let (mut used, mut bounded, mut without_df) = (0, 0, 0);
        for (model, terms, weights) in [
            ("plain", &["(Intercept)", "usage", "segment", "seats"][..], None),
            ("weighted", &["(Intercept)", "usage", "segment"][..], Some(&weight[..])),
            ("alone", &["(Intercept)", "usage", "segment", "alone"][..], None),
        ] {
            let columns: Vec<Vec<f64>> =
                terms.iter().map(|t| if *t == "(Intercept)" { vec![1.0; y.len()] } else { input.number(t) }).collect();
            let x = Matrix::new(columns.iter().map(Vec::as_slice).collect()).unwrap();
            let fit =
                fit_logistic(&x, &y, &FitOptions { weights, intercept: Some(0), ..FitOptions::default() }).unwrap();
            for i in (0..se.len()).filter(|&i| expected.text("model")[i] == model) {
                let kind = &expected.text("covariance")[i];
                let term = &expected.text("term")[i];
                let j = terms.iter().position(|t| t == term).unwrap();
                let what = format!("{model} {kind} {term}");
                let (v, t_df) = covariance(kind, &fit, &x, weights, usize::from(model == "alone"), &input);
                let found = v[[j, j]].sqrt();
                near(&what, fit.coef[j], estimate[i], ESTIMATE);
                if kind == "CR2_clubSandwich_glm" {
                    near(&what, found, se[i], OTHER_ROOT);
                    near(&what, t_df.unwrap()[j], df[i], OTHER_ROOT);
                    bounded += 1;
                    continue;
                }
                near(&what, found, se[i], SE);
                let z = fit.coef[j] / found;
                match t_df {
                    Some(t_df) if !df[i].is_nan() => {
                        near(&what, t_df[j], df[i], DF);
                        near(&what, student::two_sided_p(z, t_df[j]), p[i], P);
                    }
                    Some(_) => without_df += 1,
                    None => near(&what, normal::two_sided_p(z), p[i], P * (1.0 + z * z)),
                }
                used += 1;
            }
        }
        // Only bounded: the other root of clubSandwich. Without degrees of freedom: CR3 where clubSandwich has no inverse.
        assert_eq!((used, bounded, without_df), (se.len() - 7, 7, 4));
        assert_eq!(se.len(), 117);
    }

    #[test]
    fn tails_and_quantiles_of_student() {
        let expected = Table::read("student_r", "expected.csv");
        let (df, at, value) = (expected.number("df"), expected.number("at"), expected.number("value"));
        for (i, quantity) in expected.text("quantity").iter().enumerate() {
            let what = format!("{quantity} of {} at {} degrees of freedom", at[i], df[i]);
            match quantity.as_str() {
                "two_sided_p" => near(&what, student::two_sided_p(at[i], df[i]), value[i], 1e-12),
                "quantile" => near(&what, student::quantile(at[i], df[i]), value[i], 1e-11),
                other => panic!("no quantity is called {other}"),
            }
        }
        assert_eq!(value.len(), 220);
    }
}
