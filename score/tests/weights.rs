//! The weights file as a service meets it: read, refused, replayed, scored.

#[cfg(test)]
mod weights {
    use fuellamp_score::{Value, Weights, WeightsError, example};
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
        assert!(matches!(Weights::from_json(&newer), Err(WeightsError::SchemaVersion { .. })));
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
}
