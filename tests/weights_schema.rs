//! The published JSON Schema is up to date, accepts what the program writes and refuses what it does not.

#[path = "../examples/schema.rs"]
mod schema;

#[cfg(test)]
mod weights_schema {
    use std::path::Path;
    use std::process::Command;

    use serde_json::{Value, json};

    use crate::schema::published;

    fn validator() -> jsonschema::Validator {
        let schema: Value = serde_json::from_str(&published().unwrap()).unwrap();
        jsonschema::validator_for(&schema).unwrap()
    }

    fn example() -> Value {
        serde_json::from_str(fuellamp_score::example::WEIGHTS_JSON).unwrap()
    }

    #[test]
    fn the_published_file_is_up_to_date() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("score/weights.schema.json");
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(kept == published().unwrap(), "out of date: cargo run --release --example schema");
    }

    #[test]
    fn the_example_is_valid() {
        let errors: Vec<String> = validator().iter_errors(&example()).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }

    #[test]
    fn weights_of_a_run_are_valid() {
        let folder = tempfile::tempdir().unwrap();
        let study = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/demo_panel.study.toml");
        let output =
            Command::new(env!("CARGO_BIN_EXE_fuellamp")).arg("run").arg(study).arg("--out").arg(folder.path()).output();
        assert_eq!(output.unwrap().status.code(), Some(0));
        let text = std::fs::read_to_string(folder.path().join("weights.json")).unwrap();
        let weights: Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<String> = validator().iter_errors(&weights).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }

    #[test]
    fn a_file_that_a_scorer_would_misread_is_refused() {
        let validator = validator();
        let refused = |change: &dyn Fn(&mut Value)| {
            let mut weights = example();
            change(&mut weights);
            !validator.is_valid(&weights)
        };
        assert!(refused(&|w| w["recipes"][0]["transform"] = json!("sqrt")), "a transform nobody knows");
        assert!(refused(&|w| w["terms"][0]["coefficient"] = json!("0.75")), "a number as text");
        assert!(refused(&|w| w["status"] = json!("final")), "a status nobody knows");
        assert!(refused(&|w| w["surprise"] = json!(1)), "an unknown key");
        assert!(refused(&|w| drop(w.as_object_mut().unwrap().remove("score"))), "no score mapping");
        assert!(!refused(&|_| ()), "the example as it is");
    }
}
