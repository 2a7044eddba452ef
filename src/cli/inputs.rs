//! Which files a command reads, so that none of them is written.

#[cfg(unix)]
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use super::target::TargetError;

/// The files that a command reads, which it therefore never writes. Pipes and devices lose nothing by it.
#[derive(Debug, Default)]
pub(super) struct Inputs(Vec<(PathBuf, Identity)>);

impl Inputs {
    pub(super) fn new(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let known = |path: PathBuf| identity(&path).map(|identity| (path, identity));
        Self(paths.into_iter().filter_map(known).collect())
    }

    /// Refuses a path that is one of them, under whatever name.
    pub(super) fn spare(&self, path: &Path) -> Result<(), TargetError> {
        let own = identity(path);
        match self.0.iter().find(|(_, identity)| Some(identity) == own.as_ref()) {
            None => Ok(()),
            Some((input, _)) => {
                Err(TargetError::IsInput { path: path.display().to_string(), input: input.display().to_string() })
            }
        }
    }
}

/// What two paths to the same file have in common, also through links.
#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(not(unix))]
type Identity = PathBuf;

/// Identity of a regular file.
#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    std::fs::metadata(path).ok().filter(Metadata::is_file).map(|metadata| device_and_inode(&metadata))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> Option<Identity> {
    path.is_file().then(|| path.canonicalize().ok()).flatten()
}

#[cfg(unix)]
pub(super) fn device_and_inode(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}
