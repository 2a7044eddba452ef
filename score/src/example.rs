//! A small weights file, for documentation, tests and trying out an integration.

/// Weights with two inputs: open tickets (log, missing indicator) and the plan (three levels).
pub const WEIGHTS_JSON: &str = include_str!("example.json");
