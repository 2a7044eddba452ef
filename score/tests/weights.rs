//! The weights file as a service meets it: read, refused, replayed, scored.

#[cfg(test)]
mod weights {
    use fuellamp_score::{Status, Unusable, Used, Value, Weights, WeightsError, example};
    use serde_json::{Value as Json, json};

    fn altered(change: impl FnOnce(&mut Json)) -> String {
        let mut json: Json = serde_json::from_str(example::WEIGHTS_JSON).unwrap();
        change(&mut json);
        json.to_string()
    }

    #[test]
    fn vectors_computed_by_another_program_are_reproduced() {
        // The expected values of the example were computed in Python, not by this crate.
        Weights::from_json(example::WEIGHTS_JSON).unwrap().verify().unwrap();
    }

    #[test]
    fn reading_and_writing_keeps_every_byte() {
        let text = Weights::from_json(example::WEIGHTS_JSON).unwrap().to_json().unwrap();
        assert_eq!(Weights::from_json(&text).unwrap().to_json().unwrap(), text);
        assert_eq!(text, example::WEIGHTS_JSON);
    }

    #[test]
    fn a_changed_coefficient_fails_verification() {
        let text = altered(|w| w["terms"][0]["coefficient"] = json!(0.750_000_1));
        let failure = Weights::from_json(&text).unwrap().verify().unwrap_err();
        assert!(failure.to_string().contains("typical"), "{failure}");
        let text = altered(|w| w["parity"] = json!([]));
        assert!(Weights::from_json(&text).unwrap().verify().is_err(), "no vectors is no proof");
    }

    #[test]
    fn what_a_reader_does_not_know_is_refused() {
        let newer = altered(|w| w["schema_version"] = json!("2.0.0"));
        assert!(matches!(Weights::from_json(&newer), Err(WeightsError::Newer { found }) if found == "2.0.0"));
        let newer = altered(|w| {
            w["schema_version"] = json!("1.3.0");
            w["surprise"] = json!(1);
        });
        assert!(matches!(Weights::from_json(&newer), Err(WeightsError::Newer { found }) if found == "1.3.0"));
        let nothing_new = altered(|w| w["schema_version"] = json!("1.10.0"));
        assert!(Weights::from_json(&nothing_new).is_ok(), "the same major version");
        for other in ["0.9.0", "one", ""] {
            let text = altered(|w| w["schema_version"] = json!(other));
            assert!(matches!(Weights::from_json(&text), Err(WeightsError::SchemaVersion { .. })), "{other}");
        }
        for text in [
            altered(|w| w["surprise"] = json!(1)),
            altered(|w| w["terms"][0]["term"] = json!("other_name")),
            altered(|w| w["recipes"][0]["scale"] = json!(0.0)),
            altered(|w| w["recipes"][0]["fields"][0]["shape"] = json!("cubic")),
            altered(|w| w["bands"][2]["at_least"] = json!(0.01)),
            altered(|w| w["score"]["slope"] = json!(-1.0)),
            altered(|w| {
                w["terms"].as_array_mut().unwrap().pop();
            }),
            "{}".to_owned(),
            example::WEIGHTS_JSON[..400].to_owned(),
        ] {
            assert!(Weights::from_json(&text).is_err(), "accepted: {}", &text[..60.min(text.len())]);
        }
    }

    #[test]
    fn a_last_day_that_is_no_day_of_the_calendar_is_refused() {
        for day in [
            "2025/12/31",
            "20260131",
            "abc",
            "",
            "2026-1-31",
            "2026-02-29",
            "2026-04-31",
            "2026-00-10",
            "２０２６-01-01",
        ] {
            match Weights::from_json(&altered(|w| w["valid_until"] = json!(day))) {
                Err(WeightsError::Inconsistent { part, what }) => {
                    assert!(part == "valid_until" && what.contains(&format!("`{day}`")), "{part}: {what}");
                }
                other => panic!("{day}: {other:?}"),
            }
        }
        for day in ["2028-02-29", "2000-02-29", "2026-12-31"] {
            assert!(Weights::from_json(&altered(|w| w["valid_until"] = json!(day))).is_ok(), "{day}");
        }
        assert!(Weights::from_json(&altered(|w| w["valid_until"] = json!("1900-02-29"))).is_err());
    }

    #[test]
    fn reasons_are_points_against_the_average_customer() {
        let weights = Weights::from_json(example::WEIGHTS_JSON).unwrap();
        let row = |column: &str| match column {
            "open_tickets" => Value::Number(2.0),
            _ => Value::Text("metered"),
        };
        let scored = weights.score(row).unwrap();
        // Contributions and the score differ by the constant of the average customer only.
        let average = weights.intercept.coefficient + weights.reasons.iter().map(|r| r.baseline).sum::<f64>();
        let points: f64 = scored.contributions.iter().map(|c| c.points).sum();
        assert!((weights.score_of(average) + points - scored.score).abs() < 1e-12);
        assert!(scored.contributions[0].log_odds >= scored.contributions[1].log_odds);
    }

    /// The example with a covariance: five coefficients, `V = diag(se) R diag(se)` with correlation 0.5 between the first two.
    fn uncertain() -> Weights {
        Weights::from_json(&altered(|w| {
            w["schema_version"] = json!("1.1.0");
            w["covariance"] = json!([
                [0.0625],
                [0.015_625, 0.015_625],
                [0.0, 0.0, 0.0625],
                [0.0, 0.0, 0.0, 0.0625],
                [0.0, 0.0, 0.0, 0.0, 0.25]
            ]);
        }))
        .unwrap()
    }

    #[test]
    fn a_scored_row_says_how_uncertain_it_is() {
        let row = |column: &str| match column {
            "open_tickets" => Value::Number(2.0),
            _ => Value::Text("metered"),
        };
        let plain = Weights::from_json(example::WEIGHTS_JSON).unwrap().score(row).unwrap();
        assert_eq!((plain.std_error, plain.interval), (None, None));
        let scored = uncertain().score(row).unwrap();
        // By hand: fields z = (ln 3 - 0.75) / 0.5 and metered = 1.
        let z = (3.0_f64.ln() - 0.75) / 0.5;
        let variance = 0.0625 + 2.0 * 0.015_625 * z + 0.015_625 * z * z + 0.0625;
        let se = scored.std_error.unwrap();
        assert!((se - variance.sqrt()).abs() < 1e-15);
        let interval = scored.interval.unwrap();
        let ends = |half: f64| 1.0 / (1.0 + (-(scored.log_odds + half)).exp());
        assert!((interval.probability_low - ends(-1.959_963_984_540_054 * se)).abs() < 1e-15);
        assert!((interval.probability_high - ends(1.959_963_984_540_054 * se)).abs() < 1e-15);
        assert!(interval.score_low < scored.score && scored.score < interval.score_high);
        assert!((interval.score_high - interval.score_low - 2.0 * 1.959_963_984_540_054 * se * 15.0).abs() < 1e-12);
        assert_eq!((plain.log_odds, plain.score), (scored.log_odds, scored.score));
    }

    #[test]
    fn a_covariance_that_does_not_belong_to_the_coefficients_is_refused() {
        let bend = |change: fn(&mut Vec<Vec<f64>>)| {
            let mut weights = uncertain();
            change(weights.covariance.as_mut().unwrap());
            weights.check()
        };
        assert!(bend(|_| ()).is_ok());
        for change in [
            (|rows| drop(rows.pop())) as fn(&mut Vec<Vec<f64>>),
            |rows| rows[2].push(0.0),
            |rows| rows[3][3] = 0.07,
            |rows| rows[3][3] = -0.0625,
            |rows| rows[3][0] = f64::NAN,
        ] {
            assert!(bend(change).is_err());
        }
    }

    /// The example with limits of their own in two phases.
    fn phased() -> Weights {
        Weights::from_json(&altered(|w| {
            w["schema_version"] = json!("1.2.0");
            w["phases"] = json!({ "column": "phase", "limits": [
                { "phase": "adoption", "at_least": [0.4, 0.2, 0.0] },
                { "phase": "2", "at_least": [0.01, 0.005, 0.0] },
            ] });
        }))
        .unwrap()
    }

    #[test]
    fn the_phase_decides_where_a_band_begins() {
        let weights = phased();
        weights.verify().expect("rows without a phase have the shared limits");
        assert_eq!(weights.columns(), ["open_tickets", "plan", "phase"]);
        let scored = |phase: Value<'static>| {
            let row = |column: &str| match column {
                "open_tickets" => Value::Number(20.0),
                "plan" => Value::Text("flat"),
                _ => phase,
            };
            weights.score(row).unwrap()
        };
        // ln 21 = 3.04, so z = 4.59 and the log-odds are -3 + 0.75 z: about 0.61, red by the shared limit of 0.1.
        let p = scored(Value::Missing).probability;
        assert!(0.4 < p && p < 0.7, "{p}");
        for (phase, want, used) in [
            (Value::Text("adoption"), "red", None),
            (Value::Text(" adoption "), "red", None),
            (Value::Number(2.0), "red", None),
            (Value::Text("renewal"), "red", Some(Used::Unseen)),
            (Value::Text("  "), "red", Some(Used::Missing)),
            (Value::Missing, "red", Some(Used::Missing)),
        ] {
            let scored = scored(phase);
            assert_eq!(scored.band, want, "{phase:?}");
            assert_eq!(scored.used, used.map(|used| ("phase".to_owned(), used)).into_iter().collect::<Vec<_>>());
            assert!((scored.probability - p).abs() <= 0.0, "a phase moves the band alone");
        }
        let at = |p: f64, phase: &'static str| weights.band_of(p, Value::Text(phase)).unwrap().to_owned();
        let bands = |phase| [0.005, 0.05, 0.2, 0.39, 0.4].map(|p| at(p, phase));
        assert_eq!(bands("adoption"), ["green", "green", "yellow", "yellow", "red"]);
        assert_eq!(bands("2"), ["yellow", "red", "red", "red", "red"]);
        assert_eq!(bands("renewal"), ["green", "yellow", "red", "red", "red"], "the shared limits");
    }

    #[test]
    fn limits_of_a_phase_that_do_not_cover_every_probability_are_refused() {
        let bend = |change: fn(&mut Weights)| {
            let mut weights = phased();
            change(&mut weights);
            weights.check()
        };
        assert!(bend(|_| ()).is_ok());
        for change in [
            (|w| w.phases.as_mut().unwrap().limits[0].at_least.truncate(2)) as fn(&mut Weights),
            |w| w.phases.as_mut().unwrap().limits[0].at_least[2] = 0.001,
            |w| w.phases.as_mut().unwrap().limits[1].at_least.swap(0, 1),
            |w| w.phases.as_mut().unwrap().limits[1].at_least[0] = f64::NAN,
            |w| w.phases.as_mut().unwrap().limits[1].phase = "adoption".into(),
            |w| w.phases.as_mut().unwrap().limits[1].phase = " 2".into(),
            |w| w.phases.as_mut().unwrap().limits[1].phase = String::new(),
        ] {
            assert!(bend(change).is_err());
        }
    }

    #[test]
    fn drafts_and_expired_weights_are_not_usable() {
        let mut weights = Weights::from_json(example::WEIGHTS_JSON).unwrap();
        assert_eq!(weights.usable("2026-12-31"), Err(Unusable::Draft));
        weights.status = Status::Approved;
        assert_eq!(weights.usable("2026-12-31"), Ok(()));
        assert_eq!(weights.usable("2027-03-31"), Ok(()), "the last day counts");
        assert_eq!(weights.usable("2027-04-01"), Err(Unusable::Expired { on: "2027-03-31".into() }));
        for text in ["", "tomorrow", "2027-3-31", "31/03/2027", "2027-13-01", "2027-03-00", "２０２７-01"] {
            assert_eq!(weights.usable(text), Err(Unusable::NoDate { text: text.into() }), "{text}");
        }
        weights.valid_until = Some("soon".into());
        assert!(weights.usable("2026-12-31").is_err(), "what cannot be read proves nothing");
        weights.valid_until = None;
        assert_eq!(weights.usable("2999-01-01"), Ok(()));
    }
}
