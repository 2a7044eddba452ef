//! What a long run has worked out, in its folder until it is done.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::pipeline::Keep;

/// Begin of the names of these files.
const NAME: &str = ".unfinished-";

/// Files in an output folder, one for each program, study and data.
#[derive(Debug)]
pub(super) struct KeptInFolder {
    folder: PathBuf,
}

impl KeptInFolder {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf() }
    }

    fn file(&self, key: &str) -> PathBuf {
        let mut name = NAME.to_owned();
        for byte in &Sha256::digest(key.as_bytes())[..8] {
            let _ = write!(name, "{byte:02x}");
        }
        self.folder.join(name)
    }

    /// Removes them all once an exact run is done: what others left unfinished was of another study or other data.
    pub(super) fn clear(self) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(NAME)) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

impl Keep for KeptInFolder {
    fn kept(&self, key: &str) -> Vec<String> {
        let text = std::fs::read(self.file(key)).unwrap_or_default();
        String::from_utf8_lossy(&text).lines().map(str::to_owned).collect()
    }

    /// Where nothing can be written the run goes on without.
    fn keep(&self, key: &str, lines: &[String]) {
        // A line that was torn before ends here.
        let text: String = lines.iter().flat_map(|line| ["\n", line]).chain(["\n"]).collect();
        let file = OpenOptions::new().create(true).append(true).open(self.file(key));
        let _ = file.and_then(|mut file| file.write_all(text.as_bytes()));
    }
}
