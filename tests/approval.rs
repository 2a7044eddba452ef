//! Signing the weights of a simulated company: what is refused, what is recorded, and what dropping a KPI does.

#[cfg(test)]
mod approval {
    use std::path::Path;
    use std::sync::OnceLock;

    use chrono::NaiveDate;
    use fuellamp::approval::{ApprovalProblem, Approved, Request, approve, drop_columns};
    use fuellamp::artifact::{AccountScore, ModelArtifact};
    use fuellamp::health::{
        LevelTrend, ScoreInput, ScoreModel, TrainingRows, fit_score_model, next_state, score_inputs, split_input,
    };
    use fuellamp::ingest::{ReadOptions, read_table};
    use fuellamp::notice::Explain;
    use fuellamp::pipeline::{self, Data};
    use fuellamp::study::{Study, parse_study};
    use fuellamp::synth::{CompanySettings, simulate};
    use fuellamp::words::Lang;
    use fuellamp_score::{Basis, Status, Unusable, Value, Weights};

    const ACCOUNT: &str = "account_id";

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Study and panel of the demo's company.
    fn company() -> (Study, Data) {
        let company = simulate(&CompanySettings::default());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("panel.csv");
        std::fs::write(&path, company.panel.to_csv()).unwrap();
        let study = parse_study(&company.study_toml(Lang::En, "panel.csv"), "study.toml").unwrap().value;
        let table = read_table(&path, &ReadOptions { text_columns: &[ACCOUNT], ..ReadOptions::default() }).unwrap();
        (study, Data::Table(Box::new(table)))
    }

    fn run(study: &Study, data: Data) -> ModelArtifact {
        let request = pipeline::Request { study_digest: "00", generator: "test", ..Default::default() };
        pipeline::run(study, data, request, &|_| (), &|_, _| ()).unwrap()
    }

    /// The demo's company, whose data ends on 2026-09-30.
    fn demo() -> &'static ModelArtifact {
        static DEMO: OnceLock<ModelArtifact> = OnceLock::new();
        DEMO.get_or_init(|| {
            let (study, data) = company();
            run(&study, data)
        })
    }

    /// A company at one point in time: promising KPIs, no dates.
    fn snapshot() -> &'static ModelArtifact {
        static SNAPSHOT: OnceLock<ModelArtifact> = OnceLock::new();
        SNAPSHOT.get_or_init(|| {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
            let text = std::fs::read_to_string(folder.join("demo_snapshot.study.toml")).unwrap();
            let study = parse_study(&text, "study.toml").unwrap().value;
            let table = read_table(
                &folder.join("demo_snapshot.csv"),
                &ReadOptions { text_columns: &[ACCOUNT], ..ReadOptions::default() },
            )
            .unwrap();
            run(&study, Data::Table(Box::new(table)))
        })
    }

    fn request(kpis: &[&str]) -> Request {
        let kpis = kpis.iter().map(|kpi| (*kpi).to_owned()).collect();
        Request { by: "M. Sato".into(), note: None, kpis, valid_until: None }
    }

    fn sign(artifact: &ModelArtifact, request: &Request, today: &str) -> Result<Approved, Vec<ApprovalProblem>> {
        approve(artifact, &artifact.weights.to_json().unwrap(), request, day(today))
    }

    fn in_score(artifact: &ModelArtifact) -> Vec<&str> {
        artifact.weights.kpis.iter().filter(|kpi| kpi.in_score).map(|kpi| kpi.kpi.as_str()).collect()
    }

    #[test]
    fn a_signature_is_part_of_artifact_and_weights() {
        let signed = sign(demo(), &request(&[]), "2026-10-05").unwrap();
        let weights = Weights::from_json(&signed.weights).unwrap();
        assert_eq!(weights, signed.artifact.weights);
        assert_eq!((weights.status, weights.usable("2026-12-31")), (Status::Approved, Ok(())));
        assert_eq!(weights.usable("2027-01-01"), Err(Unusable::Expired { on: "2026-12-31".into() }));
        let approval = weights.approval.as_ref().unwrap();
        assert_eq!((approval.by.as_str(), approval.on.as_str()), ("M. Sato", "2026-10-05"));
        for kpi in &weights.kpis {
            assert_eq!(
                kpi.sign_off.as_ref().map(|s| s.decision.as_str()),
                kpi.in_score.then_some("keep"),
                "{}",
                kpi.kpi
            );
        }
        assert_eq!(signed.artifact.approvals.len(), 1);
        assert_eq!(weights.terms, demo().weights.terms, "a signature moves no weight");
        let (before, after) = (&demo().score, &signed.artifact.score);
        assert_eq!(before, after);
    }

    #[test]
    fn signing_again_keeps_the_history() {
        let first = sign(demo(), &request(&[]), "2026-10-05").unwrap();
        let kpi = in_score(demo())[0];
        let again = Request {
            by: "K. Ito".into(),
            note: Some("checked with the CSM leads".into()),
            valid_until: Some(day("2027-01-31")),
            ..request(&[&format!("{kpi}=keep:we act on it")])
        };
        let second = sign(&first.artifact, &again, "2026-11-02").unwrap();
        let history: Vec<_> = second.artifact.approvals.iter().map(|a| (a.by.as_str(), a.on.as_str())).collect();
        assert_eq!(history, [("M. Sato", "2026-10-05"), ("K. Ito", "2026-11-02")]);
        let weights = &second.artifact.weights;
        assert_eq!(weights.approval.as_ref().unwrap().by, "K. Ito");
        assert_eq!(weights.valid_until.as_deref(), Some("2027-01-31"));
        let own = weights.kpis.iter().find(|k| k.kpi == kpi).unwrap().sign_off.as_ref().unwrap();
        assert_eq!(own.reason.as_deref(), Some("we act on it"));
        // Between the writes of artifact.json and weights.json: the next signature goes on from the artifact.
        let earlier = demo().weights.to_json().unwrap();
        let resumed = approve(&first.artifact, &earlier, &again, day("2026-11-02")).unwrap();
        assert!(resumed.notices.iter().any(|n| n.code == "interrupted_approval"));
        assert_eq!(resumed.weights, second.weights);
        assert!(
            approve(&second.artifact, &earlier, &again, day("2026-11-02")).is_err(),
            "older still is another run's"
        );
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let kept = in_score(demo())[0];
        let out = demo().weights.kpis.iter().find(|kpi| !kpi.in_score && kpi.verdict != "validated").unwrap();
        let mistakes = request(&[
            "open_ticket=keep",
            kept,
            &format!("{kept}=drop"),
            &format!("{kept}=keep"),
            &format!("{}=keep", out.kpi),
        ]);
        let all = Request { by: " ".into(), valid_until: Some(day("2027-10-01")), ..mistakes };
        let problems = sign(demo(), &all, "2026-10-05").unwrap_err();
        let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems.len(), 7, "{text:#?}");
        let instead = problems.iter().find_map(|p| match p {
            ApprovalProblem::UnknownKpi { nearest, in_score, .. } => {
                Some(nearest.iter().chain(in_score).cloned().collect())
            }
            _ => None,
        });
        let instead: Vec<String> = instead.unwrap();
        assert!(!instead.is_empty() && instead.iter().all(|name| demo().kpis.iter().any(|kpi| kpi.name == *name)));
        for problem in &problems {
            assert!(problem.help().is_some() && problem.ja() != problem.to_string());
        }
        assert!(matches!(problems.last(), Some(ApprovalProblem::TooLate { dated: true, .. })));
        let japanese: Vec<String> = problems.iter().map(Explain::ja).collect();
        let said = |words: &str| japanese.iter().any(|line| line.contains(words));
        assert!(!said(out.verdict.as_str()) && said("はスコアに含まれていないため"), "{japanese:#?}");
        // A name stands on one line of every page and terminal.
        for by in ["M. Sato\nK. Ito", "M. Sato\u{1b}[1m", "M.\u{2028}Sato"] {
            let problems = sign(demo(), &Request { by: by.into(), ..request(&[]) }, "2026-10-05").unwrap_err();
            assert_eq!(problems, [ApprovalProblem::ControlInName], "{by:?}");
        }
        // The overriding decision needs a reason, its own or the note.
        let reasoned = Request { note: Some("we stop collecting it".into()), ..request(&[&format!("{kept}=drop")]) };
        let signed = sign(demo(), &reasoned, "2026-10-05").unwrap();
        let own = signed.artifact.weights.kpis.iter().find(|k| k.kpi == kept).unwrap();
        assert_eq!(own.sign_off.as_ref().unwrap().reason.as_deref(), Some("we stop collecting it"));
        // A mirage may be dropped without one: it is the tool's own advice, and no weight moves.
        let agreed = sign(demo(), &request(&[&format!("{}=drop", out.kpi)]), "2026-10-05").unwrap();
        assert_eq!(agreed.artifact.weights.terms, demo().weights.terms);
    }

    #[test]
    fn files_that_do_not_belong_together_are_refused() {
        let mut other = demo().weights.clone();
        other.study.purpose.push('!');
        let refused = |text: &str| approve(demo(), text, &request(&[]), day("2026-10-05")).unwrap_err();
        assert_eq!(refused(&other.to_json().unwrap()), [ApprovalProblem::Disagree]);
        let mut bent = demo().clone();
        bent.weights.terms[0].coefficient += 1e-6;
        let text = bent.weights.to_json().unwrap();
        let problems = approve(&bent, &text, &request(&[]), day("2026-10-05")).unwrap_err();
        assert!(matches!(problems[..], [ApprovalProblem::Weights { .. }]), "{problems:?}");
        assert!(matches!(refused("{}")[..], [ApprovalProblem::Weights { .. }]));
    }

    #[test]
    fn expired_weights_are_signed_on_a_persons_word_alone_and_for_a_year_at_most() {
        let problems = sign(demo(), &request(&[]), "2027-01-01").unwrap_err();
        assert!(matches!(problems[..], [ApprovalProblem::Expired { .. }]), "{problems:?}");
        assert!(problems[0].help().unwrap().en.contains("2027-09-30"));
        let until = |date: &str| Request { valid_until: Some(day(date)), ..request(&[]) };
        assert!(sign(demo(), &until("2027-09-30"), "2027-01-01").is_ok());
        let late = sign(demo(), &until("2027-10-01"), "2027-01-01").unwrap_err();
        assert!(matches!(late[..], [ApprovalProblem::TooLate { .. }]));
        let past = sign(demo(), &until("2026-12-31"), "2027-01-01").unwrap_err();
        assert!(matches!(past[..], [ApprovalProblem::Past { .. }]));
        let over = sign(demo(), &request(&[]), "2027-10-01").unwrap_err();
        assert!(!over[0].help().unwrap().en.contains("--valid-until"), "a year after its end data is too old");
    }

    #[test]
    fn promising_kpis_are_decided_one_by_one() {
        let artifact = snapshot();
        assert_eq!((artifact.weights.basis, &artifact.weights.valid_until), (Basis::Promising, &None));
        let names: Vec<String> = in_score(artifact).iter().map(|kpi| (*kpi).to_owned()).collect();
        let problems = sign(artifact, &request(&[&format!("{}=keep", names[0])]), "2026-10-05").unwrap_err();
        assert_eq!(problems, [ApprovalProblem::NotNamed { missing: names[1..].to_vec() }]);

        let each: Vec<String> = names.iter().map(|kpi| format!("{kpi}=keep")).collect();
        let each: Vec<&str> = each.iter().map(String::as_str).collect();
        let signed = sign(artifact, &request(&each), "2026-10-05").unwrap();
        assert!(signed.notices.iter().any(|n| n.code == "no_expiry"));
        assert_eq!(signed.artifact.weights.usable("2999-01-01"), Ok(()));
        let until = |date: &str| Request { valid_until: Some(day(date)), ..request(&each) };
        assert!(sign(artifact, &until("2027-01-05"), "2026-10-05").is_ok());
        let late = sign(artifact, &until("2027-01-06"), "2026-10-05").unwrap_err();
        assert!(matches!(late[..], [ApprovalProblem::TooLate { dated: false, .. }]));

        // Without any of them the score holds attributes, which may be signed and says so.
        let none: Vec<String> = names.iter().map(|kpi| format!("{kpi}=drop")).collect();
        let none: Vec<&str> = none.iter().map(String::as_str).collect();
        match sign(artifact, &request(&none), "2026-10-05") {
            Ok(signed) => {
                assert_eq!(signed.artifact.weights.basis, Basis::Controls);
                assert!(signed.notices.iter().any(|n| n.code == "controls_signed"));
            }
            Err(problems) => assert!(matches!(problems[..], [ApprovalProblem::NothingLeft { .. }]), "{problems:?}"),
        }
    }

    #[test]
    fn a_dropped_kpi_leaves_the_weights_and_everything_that_follows() {
        let kpi = in_score(demo())[0];
        let column = demo().weights.kpis.iter().find(|k| k.kpi == kpi).unwrap().column.clone();
        let signed = sign(demo(), &request(&[&format!("{kpi}=drop:we stop collecting it")]), "2026-10-05").unwrap();
        let (artifact, weights) = (&signed.artifact, &signed.artifact.weights);
        weights.check().unwrap();
        weights.verify().unwrap();
        assert!(!signed.weights.contains(&format!("\"column\": \"{column}\",\n      \"coefficient\"")));
        assert!(weights.terms.iter().all(|t| t.column != column) && weights.reasons.iter().all(|r| r.column != column));
        assert!(!artifact.kpis.iter().find(|k| k.name == kpi).unwrap().numbers.in_score);
        assert_eq!((&weights.score, &weights.bands), (&demo().weights.score, &demo().weights.bands));
        // Every active account has its new score, reasons without the KPI, and reasons that still add up.
        assert_eq!(artifact.score.accounts.len(), demo().score.accounts.len());
        let average = weights.intercept.coefficient + weights.reasons.iter().map(|r| r.baseline).sum::<f64>();
        for account in &artifact.score.accounts {
            let value = |column: &str| account.inputs.get(column).map_or(Value::Missing, Value::from_json);
            let scored = weights.score(value).unwrap();
            assert_eq!((scored.score, scored.interval), (account.score, account.interval));
            assert!(account.reasons.iter().all(|reason| reason.column != column));
            let parts: f64 = scored.contributions.iter().map(|c| c.log_odds).sum();
            assert!((average + parts - scored.log_odds).abs() < 1e-9);
        }
        // Its lamp goes on from the state that it had.
        let lamp = artifact.lamp.as_ref().unwrap();
        let mut changed = 0;
        for account in &artifact.score.accounts {
            let old = demo().score.accounts.iter().find(|old| old.account == account.account).unwrap();
            let on = |account: &AccountScore| account.lamp == "on";
            let lit = next_state(on(old), account.probability, lamp.floor.unwrap(), lamp.clear_margin);
            let answered = account.reasons.iter().any(|reason| lamp.actions.contains_key(&reason.column));
            assert_eq!(on(account), lit && answered && !account.is_locked(), "{}", account.account);
            changed += usize::from(on(account) != on(old));
        }
        assert!(changed > 0 && lamp.n_lit > 0, "{changed} of {}", lamp.n_lit);
        assert_eq!(lamp.n_lit, artifact.score.accounts.iter().filter(|account| account.lamp == "on").count());
        let revenue = |artifact: &ModelArtifact| artifact.score.revenue_by_band.iter().map(|(_, sum)| sum).sum::<f64>();
        assert!((revenue(artifact) - revenue(demo())).abs() < 1e-6 * revenue(demo()));
        assert!(artifact.notices.iter().any(|n| n.code == "dropped_by_hand"));
        // Dropped is dropped: it cannot be kept afterwards, and dropping it again only records.
        let back = sign(artifact, &request(&[&format!("{kpi}=keep")]), "2026-10-06").unwrap_err();
        assert!(
            matches!(&back[..], [ApprovalProblem::Dropped { by, on, .. }] if by == "M. Sato" && on == "2026-10-05")
        );
        assert!(back[0].help().unwrap().en.starts_with("run the study again"));
        let again = sign(artifact, &request(&[&format!("{kpi}=drop:as before")]), "2026-10-06").unwrap();
        assert_eq!(again.artifact.weights.terms, weights.terms);
    }

    #[test]
    fn accounts_whose_inputs_are_not_kept_are_left_out_and_counted() {
        let mut old = demo().clone();
        for account in old.score.accounts.iter_mut().take(3) {
            account.inputs.clear();
        }
        let drop = request(&[&format!("{}=drop:too costly", in_score(demo())[0])]);
        let signed = sign(&old, &drop, "2026-10-05").unwrap();
        assert_eq!(signed.artifact.score.accounts.len() + 3, demo().score.accounts.len());
        assert!(signed.notices.iter().any(|n| n.code == "scores_left_out" && n.what.en.starts_with("3 accounts")));
        old.score.model_covariance = None;
        let problems = sign(&old, &drop, "2026-10-05").unwrap_err();
        assert!(matches!(problems[..], [ApprovalProblem::NoCovariance { .. }]));
    }

    /// Fits the exported score's inputs without some columns.
    fn refit(
        inputs: &[ScoreInput],
        rows: &TrainingRows<'_>,
        level: Result<&[i32], &LevelTrend>,
        without: &[&str],
        shrinkage: f64,
    ) -> (ScoreModel, Option<LevelTrend>) {
        let chosen: Vec<&ScoreInput> = inputs.iter().filter(|i| !without.contains(&i.column.as_str())).collect();
        let mut model = fit_score_model(&chosen, rows).unwrap();
        model.shrink_by(shrinkage, rows.y);
        let trend = match level {
            Ok(period) => model.follow_trend(rows.y, period),
            Err(found) => {
                model.hold_trend(found);
                Some(*found)
            }
        };
        (model, trend)
    }

    #[expect(clippy::print_stderr, reason = "the differences are figures to read")]
    #[test]
    fn dropping_is_close_to_a_refit_and_leaving_the_rest_alone_is_not() {
        let (study, data) = company();
        let artifact = demo();
        let ready = pipeline::prepare(&study, data, None, &|_, _| ()).unwrap();
        let attributes = score_inputs(&ready.panel, &study.roles).unwrap();
        let inputs: Vec<ScoreInput> = artifact
            .weights
            .recipes
            .iter()
            .map(|recipe| match study.kpis.iter().find(|kpi| kpi.column() == recipe.column()) {
                Some(kpi) => split_input(&ready.panel, kpi, recipe.within()).unwrap(),
                None => attributes.iter().find(|input| input.column == recipe.column()).unwrap().clone(),
            })
            .collect();
        let sample = &ready.sample;
        let rows =
            TrainingRows { as_of: &ready.as_of, y: &sample.y, cluster: &sample.cluster, n_clusters: sample.n_clusters };
        let period: Vec<i32> = ready.as_of.iter().map(|&row| ready.panel.period()[row]).collect();
        let (whole, trend) = refit(&inputs, &rows, Ok(&period), &[], artifact.validation.shrinkage);
        let same =
            whole.terms.iter().zip(&artifact.weights.terms).all(|(a, b)| (a.coefficient - b.coefficient).abs() < 1e-9);
        assert!(same && whole.terms.len() == artifact.weights.terms.len(), "the exported weights are this fit");
        let kept = artifact.score.model_covariance.as_ref().unwrap();
        let score = |weights: &Weights, row: usize| {
            let value = |column: &str| {
                let own = inputs.iter().find(|i| i.column == column).map(|i| &i.values);
                let within =
                    || inputs.iter().find_map(|i| i.within.as_ref().filter(|(name, _)| name == column).map(|w| &w.1));
                own.or_else(within).map_or(Value::Missing, |values| values.value(row))
            };
            weights.score(value).unwrap().log_odds
        };
        let columns: Vec<&str> =
            artifact.weights.kpis.iter().filter(|kpi| kpi.in_score).map(|kpi| kpi.column.as_str()).collect();
        let mut sets: Vec<Vec<&str>> = columns.iter().map(|column| vec![*column]).collect();
        sets.push(columns[..2].to_vec());
        let mut wrong = Vec::new();
        for set in sets {
            let stepped = drop_columns(&artifact.weights, kept, &set).unwrap();
            // A refit would find another trend of the level, which the weights know nothing of.
            let (exact, _) = refit(&inputs, &rows, Err(&trend.unwrap()), &set, artifact.validation.shrinkage);
            let spread = exact.spread.as_ref().unwrap();
            let mut in_errors = 0.0_f64;
            let mut se_ratio = 0.0_f64;
            let pairs = stepped.weights.terms.iter().zip(&exact.terms).map(|(a, b)| {
                assert_eq!(a.term, b.term);
                ((a.coefficient, a.std_error), (b.coefficient, b.std_error))
            });
            let intercepts = (&stepped.weights.intercept, &exact.intercept);
            let first = (
                (intercepts.0.coefficient, intercepts.0.std_error),
                (intercepts.1.coefficient, intercepts.1.std_error),
            );
            for ((a, a_se), (b, b_se)) in std::iter::once(first).chain(pairs) {
                if let (Some(a_se), Some(b_se)) = (a_se, b_se) {
                    in_errors = in_errors.max((a - b).abs() / b_se);
                    se_ratio = se_ratio.max((a_se / b_se).ln().abs());
                }
            }
            let mut model_ratio = 0.0_f64;
            for (i, (a, b)) in stepped.covariance.rows.iter().zip(&spread.model.rows).enumerate() {
                model_ratio = model_ratio.max((0.5 * (a[i] / b[i]).ln()).abs());
            }
            let mut naive = artifact.weights.clone();
            naive.recipes.retain(|r| !set.contains(&r.column()));
            naive.terms.retain(|t| !set.contains(&t.column.as_str()));
            naive.reasons.clear();
            naive.covariance = None;
            let (mut step_far, mut naive_far, mut points) = (0.0_f64, 0.0_f64, 0.0_f64);
            for (&row, eta) in ready.as_of.iter().zip(&exact.eta) {
                let stepped_eta = score(&stepped.weights, row);
                step_far += (stepped_eta - eta).powi(2);
                naive_far += (score(&naive, row) - eta).powi(2);
                points = points.max((stepped.weights.score_of(stepped_eta) - stepped.weights.score_of(*eta)).abs());
            }
            let n = exact.eta.len() as f64;
            let (step_far, naive_far) = ((step_far / n).sqrt(), (naive_far / n).sqrt());
            let moved = (first.0.0 - first.1.0).abs();
            eprintln!(
                "without {set:?}: coefficients {in_errors:.3} standard errors, errors {se_ratio:.4} (model {model_ratio:.4}), \
                 log-odds {step_far:.4} (left alone {naive_far:.4}), intercept {moved:.4}, largest {points:.2} points"
            );
            wrong.extend((in_errors >= 1.0).then(|| format!("{set:?}: {in_errors} standard errors")));
            wrong.extend((se_ratio >= 0.05).then(|| format!("{set:?}: errors by {se_ratio}")));
            wrong.extend((model_ratio >= 0.05).then(|| format!("{set:?}: model-based errors by {model_ratio}")));
            wrong.extend((step_far >= 0.3 * naive_far).then(|| format!("{set:?}: {step_far} against {naive_far}")));
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
