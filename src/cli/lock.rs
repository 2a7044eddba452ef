//! One writer at a time in a folder of results.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::words;
use crate::words::Words;

use super::diagnose::Diagnostic;
use super::target::TargetError;

/// Locked while a folder is read and written. One that a killed process left is locked by nobody and taken over.
const NAME: &str = ".fuellamp.lock";

/// How long another writer is waited for: a signature takes well below a second.
const PATIENCE: Duration = Duration::from_secs(20);

/// Between two looks at a lock that another holds.
const PAUSE: Duration = Duration::from_millis(20);

/// While this is held, no other process of this program writes into the folder.
#[derive(Debug)]
pub(super) struct FolderLock {
    path: PathBuf,
    /// Closing it ends the lock, also when the process is killed.
    _file: File,
}

impl Drop for FolderLock {
    /// Removed while it is still locked: whoever waits for it sees that it is gone and makes a new one.
    fn drop(&mut self) {
        if cfg!(unix) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl FolderLock {
    /// Waits for other writers and keeps them out.
    ///
    /// # Errors
    /// Where another writer does not come to an end, or nothing can be written into the folder.
    pub(super) fn take(folder: &Path) -> Result<Self, Box<Diagnostic>> {
        Self::take_within(folder, PATIENCE)
    }

    fn take_within(folder: &Path, patience: Duration) -> Result<Self, Box<Diagnostic>> {
        let path = folder.join(NAME);
        let refuse = |error: std::io::Error| TargetError::unwritable(folder, &error);
        let begin = Instant::now();
        loop {
            let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(refuse)?;
            match file.try_lock() {
                Ok(()) if is_still_there(&file, &path) => return Ok(Self { path, _file: file }),
                // Where files cannot be locked, one writer at a time is up to the users.
                Err(TryLockError::Error(error)) if error.kind() == std::io::ErrorKind::Unsupported => {
                    return Ok(Self { path, _file: file });
                }
                Err(TryLockError::Error(error)) => return Err(refuse(error).into()),
                Ok(()) | Err(TryLockError::WouldBlock) => {}
            }
            if begin.elapsed() > patience {
                return Err(busy(folder));
            }
            std::thread::sleep(PAUSE);
        }
    }
}

/// Whether the file that was locked is the one that others will find.
#[cfg(unix)]
fn is_still_there(file: &File, path: &Path) -> bool {
    use super::inputs::device_and_inode;
    let found = std::fs::metadata(path).and_then(|there| Ok((there, file.metadata()?)));
    found.is_ok_and(|(there, own)| device_and_inode(&there) == device_and_inode(&own))
}

/// Nothing removes it there.
#[cfg(not(unix))]
fn is_still_there(_file: &File, _path: &Path) -> bool {
    true
}

fn busy(folder: &Path) -> Box<Diagnostic> {
    let shown = folder.display();
    Diagnostic::new(
        words!(
            en: "another `approve`, `run` or `demo` is writing into `{shown}`, and did not come to an end",
            ja: "別の`approve`、`run`または`demo`が`{shown}`に書き込み中で、終わりません",
        ),
        Some(Words::same(shown.to_string())),
        Some(words!(
            en: "nothing was changed here; wait until it is done and try again",
            ja: "こちらからは何も変更していません。その処理が終わってからやり直してください",
        )),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_writer_waits_then_gives_up_and_may_write_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let first = FolderLock::take(folder.path()).unwrap();
        let refused = FolderLock::take_within(folder.path(), Duration::from_millis(50)).unwrap_err();
        assert!(refused.english().contains("did not come to an end"), "{}", refused.english());
        drop(first);
        let second = FolderLock::take_within(folder.path(), Duration::ZERO).unwrap();
        drop(second);
        if cfg!(unix) {
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
        }
    }

    #[test]
    fn what_a_killed_writer_left_keeps_nobody_out() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(NAME), "").unwrap();
        drop(FolderLock::take_within(folder.path(), Duration::ZERO).unwrap());
    }
}
