//! Reference values of other programs: coefficients, standard errors and log-likelihoods to the digits they print.

#[cfg(test)]
mod reference {
    use std::collections::BTreeMap;
    use std::io::Read;
    use std::path::{Path, PathBuf};

    use faer::Mat;
    use faer::linalg::solvers::SolveLstsq;
    use fuellamp::stats::covariance::{Correction, clustered, heteroskedastic};
    use fuellamp::stats::irls::{FitOptions, LogisticFit, Penalty, fit_logistic};
    use fuellamp::stats::matrix::Matrix;
    use fuellamp::stats::ols::fit_ols;

    /// Reference numbers are printed to ten digits; half a unit of the last one is at most 5e-10 relative.
    const COEF: f64 = 1e-8;
    /// The shared Firth reference stopped at a modified score of 3.6e-7; `tests/reference/firth_sex2` holds the optimum.
    const FIRTH: f64 = 5e-7;
    const SE: f64 = 1e-7;
    const LOG_LIKELIHOOD: f64 = 1e-9;

    struct Table(BTreeMap<String, Vec<String>>);

    impl Table {
        fn read(path: &Path) -> Self {
            let bytes = std::fs::read(path).unwrap();
            let mut text = String::new();
            if path.extension().is_some_and(|e| e == "gz") {
                flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
            } else {
                text = String::from_utf8(bytes).unwrap();
            }
            let mut reader = csv::Reader::from_reader(text.as_bytes());
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

        fn number(&self, name: &str) -> Vec<f64> {
            self.text(name).iter().map(|v| v.parse().unwrap_or(f64::NAN)).collect()
        }

        fn is(&self, name: &str, value: &str) -> Vec<f64> {
            self.text(name).iter().map(|v| if v == value { 1.0 } else { 0.0 }).collect()
        }
    }

    #[expect(clippy::print_stderr, reason = "a skipped test must be heard")]
    fn data() -> Option<PathBuf> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
        if path.is_dir() {
            Some(path)
        } else {
            eprintln!("SKIPPED: no reference data at {}", path.display());
            None
        }
    }

    fn near(what: &str, found: f64, expected: f64, relative: f64) {
        assert!((found - expected).abs() <= relative * expected.abs(), "{what}: {found:.12e} is not {expected:.12e}");
    }

    /// Coefficients and standard errors as R's `glm` reports them: stopped on the deviance, weights of the iterate before
    /// the last.
    ///
    /// The reference was computed with the default `epsilon = 1e-8`, so its standard errors (off by up to 1e-5) and, in one
    /// table, its coefficients (off by up to 1e-7) belong to a point that is not yet the optimum. Repeating that iteration
    /// reproduces them; with a tight epsilon it must agree with the fit.
    fn r_glm(x: &Matrix<'_>, y: &[f64], epsilon: f64) -> (Vec<f64>, Vec<f64>) {
        let (n, p) = (x.n_rows(), x.n_cols());
        let mut eta: Vec<f64> = y.iter().map(|y| ((y + 0.5) / (1.5 - y)).ln()).collect();
        let mut deviance_before = f64::INFINITY;
        for _ in 0..50 {
            let mu: Vec<f64> = eta.iter().map(|e| 1.0 / (1.0 + (-e).exp())).collect();
            let root: Vec<f64> = mu.iter().map(|m| (m * (1.0 - m)).sqrt()).collect();
            let z = Mat::from_fn(n, 1, |i, _| root[i] * eta[i] + (y[i] - mu[i]) / root[i]);
            let qr = Mat::from_fn(n, p, |i, j| root[i] * x.col(j)[i]).qr();
            let coef = qr.solve_lstsq(&z);
            eta = (0..n).map(|i| (0..p).map(|j| x.col(j)[i] * coef[(j, 0)]).sum()).collect();
            let softplus = |e: f64| e.max(0.0) + (-e.abs()).exp().ln_1p();
            let deviance: f64 = eta.iter().zip(y).map(|(e, y)| 2.0 * (softplus(*e) - y * e)).sum();
            if (deviance - deviance_before).abs() / (deviance.abs() + 0.1) < epsilon {
                let r = qr.thin_R();
                // Row j of R⁻¹ by back substitution on each unit vector.
                let mut inverse = Mat::<f64>::zeros(p, p);
                for k in 0..p {
                    for i in (0..=k).rev() {
                        let known: f64 = ((i + 1)..=k).map(|m| r[(i, m)] * inverse[(m, k)]).sum();
                        inverse[(i, k)] = (f64::from(u8::from(i == k)) - known) / r[(i, i)];
                    }
                }
                let se =
                    (0..p).map(|j| (0..p).map(|k| inverse[(j, k)] * inverse[(j, k)]).sum::<f64>().sqrt()).collect();
                return ((0..p).map(|j| coef[(j, 0)]).collect(), se);
            }
            deviance_before = deviance;
        }
        panic!("the iteration of the other program did not stop");
    }

    /// Fits, and compares every term of the named model; `terms` are in the order of the columns.
    fn compare(
        dataset: &str,
        model: &str,
        cols: &[(&str, Vec<f64>)],
        y: &[f64],
        penalty: Penalty,
    ) -> Option<LogisticFit> {
        let results = Table::read(&data()?.join("numeric_reference/reference_results.csv"));
        let ones = vec![1.0; y.len()];
        let columns: Vec<&[f64]> = std::iter::once(&ones[..]).chain(cols.iter().map(|c| &c.1[..])).collect();
        let x = Matrix::new(columns).unwrap();
        let fit = fit_logistic(&x, y, &FitOptions { penalty, intercept: Some(0), ..FitOptions::default() }).unwrap();
        let (unfinished, finished) = (r_glm(&x, y, 1e-8), r_glm(&x, y, 1e-15));
        let names: Vec<&str> = std::iter::once("(Intercept)").chain(cols.iter().map(|c| c.0)).collect();
        let rows: Vec<usize> = (0..results.text("term").len())
            .filter(|&i| results.text("dataset")[i] == dataset && results.text("model")[i] == model)
            .collect();
        assert_eq!(rows.len(), names.len(), "{dataset}: {model}");
        let (estimate, se, loglik) =
            (results.number("estimate"), results.number("std_error"), results.number("loglik"));
        for i in rows {
            let term = &results.text("term")[i];
            let j = names.iter().position(|n| n == term).unwrap_or_else(|| panic!("no column for {term}"));
            if matches!(penalty, Penalty::Firth) {
                near(term, fit.coef[j], estimate[i], FIRTH);
                near(term, fit.se_model(j).unwrap(), se[i], FIRTH);
                near("log-likelihood", fit.log_likelihood, loglik[i], 1e-8);
                continue;
            }
            near(term, unfinished.0[j], estimate[i], COEF);
            near(term, fit.coef[j], finished.0[j], 1e-9);
            if model.contains("robust") {
                continue;
            }
            near(term, unfinished.1[j], se[i], SE);
            near(term, fit.se_model(j).unwrap(), finished.1[j], 1e-9);
            near("log-likelihood", fit.log_likelihood, loglik[i], LOG_LIKELIHOOD);
        }
        Some(fit)
    }

    fn columns<'n>(table: &Table, names: &[&'n str]) -> Vec<(&'n str, Vec<f64>)> {
        names.iter().map(|&n| (n, table.number(n))).collect()
    }

    #[test]
    fn birth_weight() {
        let Some(path) = data() else { return };
        let t = Table::read(&path.join("numeric_reference/birthwt.csv"));
        let mut cols = columns(&t, &["age", "lwt", "ftv"]);
        cols.push(("race2", t.is("race", "2")));
        cols.push(("race3", t.is("race", "3")));
        compare("birthwt", "glm logit: low ~ age+lwt+race+ftv", &cols, &t.number("low"), Penalty::None);
        cols.retain(|c| c.0 != "ftv");
        cols.extend(columns(&t, &["smoke", "ptl", "ht", "ui"]));
        compare("birthwt", "glm logit: low ~ age+lwt+race+smoke+ptl+ht+ui", &cols, &t.number("low"), Penalty::None);
    }

    #[test]
    fn spector_and_fair() {
        let Some(path) = data() else { return };
        let t = Table::read(&path.join("numeric_reference/spector.csv"));
        let cols = columns(&t, &["GPA", "TUCE", "PSI"]);
        compare("spector", "glm logit: GRADE ~ GPA+TUCE+PSI", &cols, &t.number("GRADE"), Penalty::None);

        let t = Table::read(&path.join("numeric_reference/fair_affairs_6366.csv.gz"));
        let names =
            ["occupation", "educ", "occupation_husb", "rate_marriage", "age", "yrs_married", "children", "religious"];
        let y: Vec<f64> = t.number("affairs").iter().map(|v| if *v > 0.0 { 1.0 } else { 0.0 }).collect();
        let model = format!("glm logit: (affairs>0) ~ {}", names.join("+"));
        compare("fair_affairs_6366", &model, &columns(&t, &names), &y, Penalty::None);
    }

    #[test]
    fn recidivism_week_by_week() {
        let Some(path) = data() else { return };
        let t = Table::read(&path.join("rossi_weekly/rossi_person_week.csv"));
        for (employed, label) in [("employed", "SAME"), ("employed_prev_week", "PREVIOUS")] {
            let kept: Vec<usize> = (0..t.text(employed).len()).filter(|&i| !t.text(employed)[i].is_empty()).collect();
            let take = |v: Vec<f64>| kept.iter().map(|&i| v[i]).collect::<Vec<f64>>();
            let week = take(t.number("week"));
            let cols = vec![
                ("finyes", take(t.is("fin", "yes"))),
                ("age", take(t.number("age"))),
                ("raceother", take(t.is("race", "other"))),
                ("wexpyes", take(t.is("wexp", "yes"))),
                ("marnot married", take(t.is("mar", "not married"))),
                ("paroyes", take(t.is("paro", "yes"))),
                ("prio", take(t.number("prio"))),
                (employed, take(t.number(employed))),
                ("I(week^2)", week.iter().map(|w| w * w).collect()),
                ("week", week),
            ];
            let model = format!("person-week logit: + employed {label} week + week + week^2");
            compare("rossi", &model, &cols, &take(t.number("arrest")), Penalty::None);
        }
    }

    #[test]
    fn firth_on_a_separated_table() {
        let Some(path) = data() else { return };
        let t = Table::read(&path.join("numeric_reference/sex2.csv"));
        let cols = columns(&t, &["age", "oc", "vic", "vicl", "vis", "dia"]);
        let fit =
            compare("sex2", "Firth logit: case ~ age+oc+vic+vicl+vis+dia", &cols, &t.number("case"), Penalty::Firth);
        let fit = fit.unwrap();
        let exact = Table::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/firth_sex2/expected.csv"));
        for (j, term) in exact.text("term").iter().enumerate() {
            near(term, fit.coef[j], exact.number("estimate")[j], 1e-9);
            near(term, fit.se_model(j).unwrap(), exact.number("std_error")[j], 1e-9);
        }
        near("log-likelihood", fit.log_likelihood, exact.number("loglik")[0], 1e-9);
        // logistf prints the penalised log-likelihood -132.5394 for this table.
        near("penalised log-likelihood", fit.penalised_log_likelihood, -132.5394, 1e-6);
    }

    #[test]
    fn generalised_estimating_equations_with_independence_are_a_clustered_logit() {
        let Some(path) = data() else { return };
        let t = Table::read(&path.join("numeric_reference/ohio_wheeze.csv"));
        let mut cols = columns(&t, &["age", "smoke"]);
        cols.push(("age:smoke", cols[0].1.iter().zip(&cols[1].1).map(|(a, s)| a * s).collect()));
        let y = t.number("resp");
        let model = "GEE independence, robust SE: resp ~ age*smoke";
        let fit = compare("ohio_wheeze", model, &cols, &y, Penalty::None).unwrap();
        let ones = vec![1.0; y.len()];
        let x = Matrix::new(std::iter::once(&ones[..]).chain(cols.iter().map(|c| &c.1[..])).collect()).unwrap();
        let cluster: Vec<u32> = t.number("id").iter().map(|v| *v as u32).collect();
        let v = clustered(&fit, &x, &y, &cluster, 537, Correction::Cr0).unwrap();
        for (j, se) in [0.1190767885, 0.05821417988, 0.1878385265, 0.0882946856].into_iter().enumerate() {
            near("robust standard error", v[[j, j]].sqrt(), se, SE);
        }
    }

    #[test]
    fn clustered_and_heteroskedastic_covariance_match_statsmodels() {
        let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/clustered_logit");
        let t = Table::read(&case.join("input.csv"));
        let expected = Table::read(&case.join("expected.csv"));
        let y = t.number("y");
        let ones = vec![1.0; y.len()];
        let (usage, price, noise) = (t.number("usage"), t.number("price"), t.number("noise"));
        let x = Matrix::new(vec![&ones, &usage, &price, &noise]).unwrap();
        let cluster: Vec<u32> = t.number("cluster").iter().map(|v| *v as u32).collect();
        let fit = fit_logistic(&x, &y, &FitOptions { intercept: Some(0), ..FitOptions::default() }).unwrap();
        let ols = fit_ols(&x, &t.number("spend")).unwrap();
        let covariances = [
            ("logit", "model", &fit.coef, fit.covariance_model.clone()),
            ("logit", "HC0", &fit.coef, heteroskedastic(&fit, &x, &y, Correction::Cr0).unwrap()),
            ("logit", "cluster_CR0", &fit.coef, clustered(&fit, &x, &y, &cluster, 40, Correction::Cr0).unwrap()),
            ("ols", "model", &ols.coef, ols.covariance_model()),
            ("ols", "cluster_CR0", &ols.coef, ols.clustered(&x, &cluster, 40, Correction::Cr0).unwrap()),
        ];
        let mut used = 0;
        let (estimate, se) = (expected.number("estimate"), expected.number("std_error"));
        for (model, kind, coef, v) in &covariances {
            let rows = (0..se.len())
                .filter(|&i| expected.text("model")[i] == *model && expected.text("covariance")[i] == *kind);
            for (j, i) in rows.enumerate() {
                near("estimate", coef[j], estimate[i], 1e-9);
                near(kind, v[[j, j]].sqrt(), se[i], 1e-8);
                used += 1;
            }
        }
        // Excluded: least squares with HC0, which is not offered.
        assert_eq!((used, se.len()), (20, 24));
        let ratio = clustered(&fit, &x, &y, &cluster, 40, Correction::Cr1).unwrap()[[1, 1]] / covariances[2].3[[1, 1]];
        near("CR1 over CR0", ratio, 40.0 / 39.0, 1e-14);
    }
}
