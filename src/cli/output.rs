//! Files are written beside their target and renamed, so an interrupted run leaves the old one whole.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::words;
use crate::words::Words;

use super::args::Global;
use super::diagnose::Diagnostic;

/// Prints a line for the user unless quiet. A reader that went away is no error; the results are on disk.
pub(super) fn say(global: &Global, line: &str) {
    if global.quiet {
        return;
    }
    if let Err(error) = writeln!(std::io::stdout(), "{}", printable(line))
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        complain(&format!("stdout: {error}"));
    }
}

/// Prints to standard error; where that fails there is nobody left to tell.
pub fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{}", printable(line));
}

/// Text without what a terminal acts on: control characters and overrides of the writing direction.
fn printable(text: &str) -> String {
    let harmless = |c: char| match c {
        '\n' => Some(c),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
        c if c.is_control() => Some(' '),
        c => Some(c),
    };
    text.chars().filter_map(harmless).collect()
}

/// Writes what was asked for to standard output; a closed pipe is no error.
pub(super) fn to_stdout(bytes: &[u8]) -> Result<(), Box<Diagnostic>> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Diagnostic::new(
            words!(en: "cannot write to standard output: {error}", ja: "標準出力に書き込めません: {error}"),
            None,
            None,
        )),
        _ => Ok(()),
    }
}

/// Begin of the names of files that are still being written.
const TEMPORARY: &str = ".fuellamp-";

/// Age from which such a file belongs to no run that is still at work.
const ABANDONED: Duration = Duration::from_secs(3600);

/// Folder of the charts inside an output folder.
pub(super) const CHARTS: &str = "charts";

/// Removes what killed runs left in a folder. What cannot be removed stays: it is no reason to stop.
fn sweep(folder: &Path, now: SystemTime) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let Ok(metadata) = entry.metadata() else { continue };
        let is_old = metadata.modified().is_ok_and(|then| now.duration_since(then).is_ok_and(|age| age > ABANDONED));
        if metadata.is_file() && is_old && entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// A folder that results are written into, checked before the work begins.
pub(super) struct OutputFolder {
    path: PathBuf,
    made: bool,
}

impl Drop for OutputFolder {
    /// A run that could not be done leaves no empty folder behind; one with files in it is not removed.
    fn drop(&mut self) {
        if self.made {
            let _ = std::fs::remove_dir(self.path.join(CHARTS));
            let _ = std::fs::remove_dir(&self.path);
        }
    }
}

impl OutputFolder {
    /// Makes the folder and proves that it can be written to.
    pub(super) fn open(path: &Path) -> Result<Self, Box<Diagnostic>> {
        let refuse = |error: std::io::Error| unwritable(path, &error);
        let made = !path.exists();
        std::fs::create_dir_all(path).map_err(refuse)?;
        let probe = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(path).map_err(refuse)?;
        // The clock of the file system, which also dated the other files.
        if let Ok(now) = probe.as_file().metadata().and_then(|metadata| metadata.modified()) {
            sweep(path, now);
            sweep(&path.join(CHARTS), now);
        }
        Ok(Self { path: path.to_path_buf(), made })
    }

    /// Path of a file inside.
    pub(super) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes files inside, all of them or none: see [`replace_all`].
    pub(super) fn write_all(&self, files: &[(String, Vec<u8>)]) -> Result<(), Box<Diagnostic>> {
        for (name, _) in files {
            if let Some(folder) = self.path.join(name).parent() {
                std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
            }
        }
        replace_all(&self.path, files)
    }

    /// Writes one file inside; `name` may contain one folder.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Box<Diagnostic>> {
        let target = self.path.join(name);
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        }
        write_file(&target, bytes)
    }
}

/// Writes a file beside its target, flushes it to disk, and renames it over the target.
pub(super) fn write_file(target: &Path, bytes: &[u8]) -> Result<(), Box<Diagnostic>> {
    write_file_with(target, |file| file.write_all(bytes).map_err(|error| unwritable(target, &error)))
}

/// Replaces files of a folder one after the other, after all of them have been written beside their targets: what can run
/// out, disk and permissions, has run out before the first is touched. Where a file still cannot be replaced, those before
/// it are put back.
pub(super) fn replace_all(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<(), Box<Diagnostic>> {
    let mut staged = Vec::with_capacity(files.len());
    for (name, bytes) in files {
        let target = folder.join(name);
        let before = std::fs::read(&target).ok();
        staged.push((
            stage(&target, |file| file.write_all(bytes).map_err(|error| unwritable(&target, &error)))?,
            target,
            before,
        ));
    }
    let mut done: Vec<(PathBuf, Option<Vec<u8>>)> = Vec::new();
    for (file, target, before) in staged {
        if let Err(error) = file.persist(&target) {
            let mut problem = unwritable(&target, &error.error);
            for (target, before) in done.iter().rev() {
                let back = match before {
                    Some(bytes) => write_file(target, bytes),
                    None => std::fs::remove_file(target).map_err(|error| unwritable(target, &error)),
                };
                if let Err(more) = back {
                    problem.problems.extend(more.problems);
                }
            }
            return Err(problem);
        }
        done.push((target, before));
    }
    Ok(())
}

/// The same for what is written piece by piece.
pub(super) fn write_file_with(
    target: &Path,
    write: impl FnOnce(&mut File) -> Result<(), Box<Diagnostic>>,
) -> Result<(), Box<Diagnostic>> {
    let file = stage(target, write)?;
    file.persist(target).map_err(|error| unwritable(target, &error.error))?;
    Ok(())
}

/// A file beside its target, written and flushed to disk.
fn stage(
    target: &Path,
    write: impl FnOnce(&mut File) -> Result<(), Box<Diagnostic>>,
) -> Result<tempfile::NamedTempFile, Box<Diagnostic>> {
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    // The user's umask decides; a temporary file would otherwise be readable by its owner alone.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let refuse = |error: std::io::Error| unwritable(target, &error);
    let mut file = builder.tempfile_in(folder).map_err(refuse)?;
    // Written through the plain file: an error then does not carry the temporary name.
    write(file.as_file_mut())?;
    file.as_file().sync_all().map_err(refuse)?;
    Ok(file)
}

fn unwritable(path: &Path, error: &std::io::Error) -> Box<Diagnostic> {
    let shown = path.display();
    let help: Words = words!(
        en: "choose another place with --out, or free disk space and permissions there",
        ja: "--outで別の場所を指定するか、空き容量と権限を確認してください",
    );
    Diagnostic::new(
        words!(en: "cannot write `{shown}`: {error}", ja: "`{shown}`に書き込めません: {error}"),
        Some(Words::same(shown.to_string())),
        Some(help),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_replaced_together_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let files = |text: &str| ["a", "new", "b"].map(|name| (name.to_owned(), text.as_bytes().to_vec()));
        std::fs::write(at("a"), "old").unwrap();
        // No file can take the place of a folder with something in it.
        std::fs::create_dir_all(at("b").join("full")).unwrap();
        let refused = replace_all(folder.path(), &files("signed")).unwrap_err();
        assert_eq!(refused.problems.len(), 1, "{}", refused.english());
        assert_eq!(std::fs::read_to_string(at("a")).unwrap(), "old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else is left");

        std::fs::remove_dir_all(at("b")).unwrap();
        replace_all(folder.path(), &files("signed")).unwrap();
        assert!(["a", "new", "b"].iter().all(|name| std::fs::read_to_string(at(name)).unwrap() == "signed"));
    }
}
