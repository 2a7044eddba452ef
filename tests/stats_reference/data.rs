//! Tables as text columns, and the comparison of two numbers.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

pub(crate) struct Table(BTreeMap<String, Vec<String>>);

impl Table {
    pub(crate) fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
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

    pub(crate) fn text(&self, name: &str) -> &[String] {
        self.0.get(name).unwrap_or_else(|| panic!("no column {name}"))
    }

    pub(crate) fn number(&self, name: &str) -> Vec<f64> {
        self.text(name).iter().map(|v| v.parse().unwrap_or(f64::NAN)).collect()
    }

    pub(crate) fn is(&self, name: &str, value: &str) -> Vec<f64> {
        self.text(name).iter().map(|v| if v == value { 1.0 } else { 0.0 }).collect()
    }

    pub(crate) fn labels(&self, name: &str) -> Vec<u32> {
        self.number(name).iter().map(|v| *v as u32).collect()
    }

    /// The rows for which `keep` holds.
    pub(crate) fn filter(&self, keep: impl Fn(usize) -> bool) -> Self {
        let take = |v: &Vec<String>| (0..v.len()).filter(|&i| keep(i)).map(|i| v[i].clone()).collect();
        Self(self.0.iter().map(|(name, v)| (name.clone(), take(v))).collect())
    }
}

/// The folder of the shared tables, or a word that nothing was tested.
#[expect(clippy::print_stderr, reason = "a skipped test must be heard")]
pub(crate) fn shared() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if path.is_dir() {
        Some(path)
    } else {
        eprintln!("SKIPPED: no reference data at {}", path.display());
        None
    }
}

pub(crate) fn numeric(path: &Path, file: &str) -> Table {
    Table::read(&path.join("numeric_reference").join(file))
}

/// A file of a case kept with the tests.
pub(crate) fn fixture(case: &str, file: &str) -> Table {
    Table::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(case).join(file))
}

#[track_caller]
pub(crate) fn near(what: &str, found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= relative * expected.abs(), "{what}: {found:.12e} is not {expected:.12e}");
}
