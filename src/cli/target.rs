//! Where results go: never over an input, straight into what is no regular file, else beside the target and renamed, so that
//! an interrupted run leaves the old file whole.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use thiserror::Error;

use crate::notice::Explain;
use crate::words;
use crate::words::Words;

use super::inputs::Inputs;
#[cfg(unix)]
use super::inputs::device_and_inode;

/// Begin of the names of files that are still being written.
pub(super) const TEMPORARY: &str = ".fuellamp-";

/// Why a result could not be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TargetError {
    /// The target is a file that the same command reads.
    #[error("`{path}` is an input of this command and would be overwritten")]
    IsInput {
        /// The target.
        path: String,
        /// The same file as it was given as an input.
        input: String,
    },
    /// The folder of the target is not there.
    #[error("cannot write `{path}`: there is no folder `{folder}`")]
    NoFolder {
        /// The target.
        path: String,
        /// Its folder.
        folder: String,
    },
    /// A file stands where a folder is to be made.
    #[error("`{path}` is a file; a folder is needed here")]
    IsFile {
        /// The target.
        path: String,
    },
    /// The operating system refused.
    #[error("cannot write `{path}`: {detail}")]
    Unwritable {
        /// The target.
        path: String,
        /// What the system says.
        detail: String,
    },
}

impl TargetError {
    /// What the system says about a path.
    pub(super) fn unwritable(path: &Path, error: &io::Error) -> Self {
        let (shown, folder) = (path.display().to_string(), folder_of(path));
        match error.kind() {
            io::ErrorKind::NotFound if !folder.exists() => {
                return Self::NoFolder { path: shown, folder: folder.display().to_string() };
            }
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory if path.is_file() => {
                return Self::IsFile { path: shown };
            }
            _ => (),
        }
        let detail = error.to_string();
        // A temporary file's name behind it means nothing to a reader.
        let detail = detail.split(" at path \"").next().unwrap_or_default().to_owned();
        Self::Unwritable { path: path.display().to_string(), detail }
    }
}

impl Explain for TargetError {
    fn ja(&self) -> String {
        match self {
            Self::IsInput { path, .. } => {
                format!("`{path}`はこのコマンドの入力ファイルです。書き込むと入力が失われます")
            }
            Self::NoFolder { path, folder } => format!("`{path}`に書き込めません：フォルダー`{folder}`がありません"),
            Self::IsFile { path } => format!("`{path}`はファイルです。フォルダーを指定してください"),
            Self::Unwritable { path, detail } => format!("`{path}`に書き込めません：{detail}"),
        }
    }

    fn place(&self) -> Option<Words> {
        match self {
            Self::IsInput { path, input } if path != input => {
                Some(words!(en: "the same file as `{input}`", ja: "`{input}`と同じファイル"))
            }
            Self::NoFolder { .. } | Self::IsFile { .. } => None,
            Self::IsInput { path, .. } | Self::Unwritable { path, .. } => Some(Words::same(path)),
        }
    }

    fn help(&self) -> Option<Words> {
        Some(match self {
            Self::IsInput { .. } => {
                words!(en: "choose another place with --out", ja: "--outで別の場所を指定してください")
            }
            Self::NoFolder { folder, .. } => words!(
                en: "make the folder `{folder}` first, or choose another place with --out",
                ja: "先にフォルダー`{folder}`を作るか、--outで別の場所を指定してください",
            ),
            Self::IsFile { .. } => words!(
                en: "let --out name a folder, which may be a new one",
                ja: "--outにはフォルダーを指定してください（なければ作られます）",
            ),
            Self::Unwritable { .. } => words!(
                en: "choose another place with --out, or free disk space and permissions there",
                ja: "--outで別の場所を指定するか、空き容量と権限を確認してください",
            ),
        })
    }
}

/// A place for a result, checked before the work begins.
#[derive(Debug)]
pub(super) struct Target {
    path: PathBuf,
    way: Way,
}

#[derive(Debug)]
enum Way {
    /// A regular file, there or to come: what the path means after all links.
    Replaced(PathBuf),
    /// A pipe or a device: opened when it is written.
    Straight,
    /// Standard output or error of this process, by whatever name. Opened once more, a file behind it would be written from
    /// its begin.
    #[cfg(unix)]
    Own(File),
}

impl Target {
    /// # Errors
    /// [`TargetError`] for an input of the command, a folder, or a path that leads nowhere.
    pub(super) fn new(path: &Path, inputs: &Inputs) -> Result<Self, TargetError> {
        inputs.spare(path)?;
        let refuse = |error: io::Error| TargetError::unwritable(path, &error);
        let way = match std::fs::metadata(path) {
            Ok(there) if there.is_dir() => return Err(refuse(io::ErrorKind::IsADirectory.into())),
            #[cfg(unix)]
            Ok(there) if own_stream(&there).is_some() => own_stream(&there).map_or(Way::Straight, Way::Own),
            Ok(there) if !there.is_file() => Way::Straight,
            Ok(_) => Way::Replaced(behind_links(path).map_err(refuse)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let end = behind_links(path).map_err(refuse)?;
                std::fs::metadata(folder_of(&end)).map_err(refuse)?;
                Way::Replaced(end)
            }
            Err(error) => return Err(refuse(error)),
        };
        Ok(Self { path: path.to_owned(), way })
    }

    /// The regular file that is replaced; a pipe, a device or standard output has none.
    pub(super) fn end(&self) -> Option<&Path> {
        match &self.way {
            Way::Replaced(end) => Some(end),
            _ => None,
        }
    }

    /// What the system says about this target.
    pub(super) fn unwritable(&self, error: &io::Error) -> TargetError {
        TargetError::unwritable(&self.path, error)
    }

    /// Writes bytes. A pipe whose reader went away is no error, as on standard output.
    pub(super) fn write(&self, bytes: &[u8]) -> Result<(), TargetError> {
        self.write_with(|file| self.put(file, bytes))
    }

    /// The same for what is written piece by piece.
    pub(super) fn write_with<E: From<TargetError>>(
        &self,
        write: impl FnOnce(&mut File) -> Result<(), E>,
    ) -> Result<(), E> {
        let refuse = |error: io::Error| E::from(self.unwritable(&error));
        match &self.way {
            Way::Replaced(end) => {
                let file = self.stage(end, write)?;
                file.persist(end).map_err(|error| refuse(error.error))?;
                Ok(())
            }
            Way::Straight => write(&mut OpenOptions::new().write(true).open(&self.path).map_err(refuse)?),
            #[cfg(unix)]
            Way::Own(file) => write(&mut file.try_clone().map_err(refuse)?),
        }
    }

    /// Writes bytes where nothing is yet; `false`, with nothing written, where something came between.
    pub(super) fn write_new(&self, bytes: &[u8]) -> Result<bool, TargetError> {
        let Way::Replaced(end) = &self.way else { return self.write(bytes).map(|()| true) };
        match self.stage_bytes(end, bytes)?.persist_noclobber(end) {
            Ok(_) => Ok(true),
            Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(failed) => Err(self.unwritable(&failed.error)),
        }
    }

    fn put(&self, file: &mut File, bytes: &[u8]) -> Result<(), TargetError> {
        match file.write_all(bytes) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(self.unwritable(&error)),
            _ => Ok(()),
        }
    }

    /// A file beside the target that holds these bytes.
    pub(super) fn stage_bytes(&self, end: &Path, bytes: &[u8]) -> Result<NamedTempFile, TargetError> {
        self.stage(end, |file| self.put(file, bytes))
    }

    /// A file beside the target, written and flushed to disk, that others may read and write as they may the target.
    fn stage<E: From<TargetError>>(
        &self,
        end: &Path,
        write: impl FnOnce(&mut File) -> Result<(), E>,
    ) -> Result<NamedTempFile, E> {
        let refuse = |error: io::Error| E::from(self.unwritable(&error));
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY);
        // For a new file the user's umask decides; a temporary one would otherwise be readable by its owner alone.
        #[cfg(unix)]
        let before = std::fs::metadata(end).ok();
        #[cfg(unix)]
        if before.is_none() {
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        }
        let mut file = builder.tempfile_in(folder_of(end)).map_err(refuse)?;
        #[cfg(unix)]
        if let Some(before) = before {
            liken(file.as_file(), &before);
        }
        // Written through the plain file: an error then does not carry the temporary name.
        write(file.as_file_mut())?;
        file.as_file().sync_all().map_err(refuse)?;
        Ok(file)
    }
}

/// Standard output or standard error, if that is what is there.
#[cfg(unix)]
fn own_stream(there: &Metadata) -> Option<File> {
    use std::os::fd::{AsFd, BorrowedFd};
    let same = |stream: BorrowedFd<'_>| {
        let file = File::from(stream.try_clone_to_owned().ok()?);
        let own = file.metadata().ok()?;
        (device_and_inode(&own) == device_and_inode(there)).then_some(file)
    };
    same(io::stdout().as_fd()).or_else(|| same(io::stderr().as_fd()))
}

/// What a path means after all links, also where the last one leads to nothing yet.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    /// As many as an operating system follows.
    const MOST: usize = 40;
    let mut end = path.to_owned();
    for _ in 0..MOST {
        match std::fs::read_link(&end) {
            Ok(next) => end = folder_of(&end).join(next),
            Err(_) => return Ok(end),
        }
    }
    Err(io::Error::other("too many links"))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Gives a file the owner, group and mode of another, as far as the user may: the mode speaks of owner and group.
#[cfg(unix)]
fn liken(file: &File, other: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let _ = fchown(file, None, Some(other.gid()));
    let _ = fchown(file, Some(other.uid()), None);
    let _ = file.set_permissions(other.permissions());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_comes_without_the_name_of_a_temporary_file() {
        let folder = tempfile::tempdir().unwrap();
        let absent = folder.path().join("absent");
        let error = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(&absent).unwrap_err();
        assert!(error.to_string().contains(TEMPORARY), "{error}");
        let said = TargetError::unwritable(Path::new("out"), &error).to_string();
        assert!(said.starts_with("cannot write `out`: ") && !said.contains(TEMPORARY), "{said}");
        assert!(said.len() > "cannot write `out`: ".len(), "{said}");
    }
}
