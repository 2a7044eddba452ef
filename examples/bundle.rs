//! Writes the small files of `data/`: `cargo run --release --example bundle`.
//!
//! `tests/bundled.rs` fails when a file differs from what this writes.

use std::path::Path;

use fuellamp::synth::{CompanySettings, simulate, snapshot};
use fuellamp::words::Lang;

/// Few accounts, so that the table can be read by eye; still more than forty decisions to leave.
const PANEL: CompanySettings = CompanySettings { seed: 20_261_001, n_accounts: 200, n_months: 18 };

/// A snapshot keeps one row per account, so it needs more of them.
const SNAPSHOT: CompanySettings = CompanySettings { seed: 20_261_001, n_accounts: 1200, n_months: 12 };

/// Name and bytes of each file.
#[must_use]
pub(crate) fn files() -> Vec<(&'static str, Vec<u8>)> {
    let panel = simulate(&PANEL);
    let one_row_each = simulate(&SNAPSHOT);
    vec![
        ("demo_panel.csv", panel.panel.to_csv()),
        ("demo_panel.study.toml", panel.study_toml(Lang::En, "demo_panel.csv").into_bytes()),
        ("demo_snapshot.csv", snapshot(&one_row_each).to_csv()),
        ("demo_snapshot.study.toml", one_row_each.snapshot_study_toml(Lang::En, "demo_snapshot.csv").into_bytes()),
    ]
}

#[allow(dead_code, reason = "the test includes this file for `files` alone")]
fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    std::fs::create_dir_all(&folder)?;
    files().into_iter().try_for_each(|(name, bytes)| std::fs::write(folder.join(name), bytes))
}
