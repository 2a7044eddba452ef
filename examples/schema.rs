//! Writes the published JSON Schema of `weights.json`: `cargo run --release --example schema`.
//!
//! `tests/weights_schema.rs` fails when the file differs from what this writes.

use std::path::Path;

/// The schema as it is published: indented, with a final line end.
///
/// # Errors
/// Never in practice: a schema is plain JSON.
pub(crate) fn published() -> serde_json::Result<String> {
    serde_json::to_string_pretty(&fuellamp_score::weights_schema()).map(|json| json + "\n")
}

#[allow(dead_code, reason = "the test includes this file for `published` alone")]
fn main() -> std::io::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("score/weights.schema.json");
    std::fs::write(path, published()?)
}
