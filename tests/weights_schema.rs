//! The published JSON Schema is up to date. That it accepts what the program writes, and refuses what a scorer would
//! misread, is checked with an independent validator by `.ci/run`.

#[path = "../examples/schema.rs"]
mod schema;

#[cfg(test)]
mod weights_schema {
    use std::path::Path;

    use serde_json::Value;

    use crate::schema::published;

    #[test]
    fn the_published_file_is_up_to_date() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("score/weights.schema.json");
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(kept == published().unwrap(), "out of date: cargo run --release --example schema");
    }

    #[test]
    fn it_asks_for_everything_that_a_scorer_needs() {
        let schema: Value = serde_json::from_str(&published().unwrap()).unwrap();
        let required: Vec<&str> = schema["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        for key in ["schema_version", "status", "intercept", "recipes", "terms", "score", "bands", "parity"] {
            assert!(required.contains(&key), "{key} is optional");
        }
        assert_eq!(schema["additionalProperties"], Value::Bool(false));
    }
}
