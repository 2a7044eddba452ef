//! Writes the small files of `data/`: `cargo run --release --example bundle`.
//!
//! `tests/bundled.rs` fails when a file differs from what this writes.

use std::path::Path;

use fuellamp::agents::small_company;
use fuellamp::synth::{CompanySettings, simulate, snapshot};
use fuellamp::words::Lang;

/// Few accounts, so that the table can be read by eye; still more than forty decisions to leave.
const PANEL: CompanySettings = CompanySettings { seed: 20_261_001, n_accounts: 200, n_months: 18 };

/// A snapshot keeps one row per account, so it needs more of them.
const SNAPSHOT: CompanySettings = CompanySettings { seed: 20_261_001, n_accounts: 1200, n_months: 12 };

/// A company of agents whose raw tables stay below 400 kB.
const TABLES: u64 = 1;

/// Name and bytes of each file; `/` where it lies in a folder.
#[must_use]
pub(crate) fn files() -> Vec<(String, Vec<u8>)> {
    let panel = simulate(&PANEL);
    let one_row_each = simulate(&SNAPSHOT);
    let mut files = vec![
        ("demo_panel.csv".to_owned(), panel.panel.to_csv()),
        ("demo_panel.study.toml".to_owned(), panel.study_toml(Lang::En, "demo_panel.csv").into_bytes()),
        ("demo_snapshot.csv".to_owned(), snapshot(&one_row_each).to_csv()),
        (
            "demo_snapshot.study.toml".to_owned(),
            one_row_each.snapshot_study_toml(Lang::En, "demo_snapshot.csv").into_bytes(),
        ),
    ];
    let tables = small_company(TABLES).files(Lang::En);
    files.extend(tables.into_iter().map(|(name, bytes)| (format!("demo_tables/{name}"), bytes)));
    files
}

#[allow(dead_code, reason = "the test includes this file for `files` alone")]
fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    std::fs::create_dir_all(folder.join("demo_tables"))?;
    files().into_iter().try_for_each(|(name, bytes)| std::fs::write(folder.join(name), bytes))
}
