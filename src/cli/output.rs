//! What a command prints, and the folder that it leaves its results in.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::notice::Explain;
use crate::words;

use super::args::Global;
use super::diagnose::Diagnostic;
use super::inputs::Inputs;
use super::staged::replace_all;
use super::target::{TEMPORARY, Target, TargetError};

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
            words!(en: "cannot write to standard output: {error}", ja: "標準出力に書き込めません：{error}"),
            None,
            None,
        )),
        _ => Ok(()),
    }
}

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

/// Proves that a folder can be written to, and removes what killed runs left in it.
pub(super) fn prepare_folder(path: &Path) -> Result<(), TargetError> {
    let probe = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(path);
    let probe = probe.map_err(|error| TargetError::unwritable(path, &error))?;
    // The clock of the file system, which also dated the other files.
    if let Ok(now) = probe.as_file().metadata().and_then(|metadata| metadata.modified()) {
        sweep(path, now);
        sweep(&path.join(CHARTS), now);
    }
    Ok(())
}

/// A folder that results are written into, checked before the work begins.
pub(super) struct OutputFolder {
    path: PathBuf,
    inputs: Inputs,
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
    /// Makes the folder and proves that it can be written to, and that none of the files `names` is an input.
    pub(super) fn open(path: &Path, inputs: Inputs, names: &[&str]) -> Result<Self, Box<Diagnostic>> {
        let taken: Vec<_> = names.iter().filter_map(|name| inputs.spare(&path.join(name)).err()).collect();
        if !taken.is_empty() {
            return Err(Diagnostic::all(taken.iter().map(|error| error as &dyn Explain)));
        }
        let made = !path.exists();
        std::fs::create_dir_all(path).map_err(|error| TargetError::unwritable(path, &error))?;
        prepare_folder(path)?;
        Ok(Self { path: path.to_path_buf(), inputs, made })
    }

    /// The folder.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Path of a file inside.
    pub(super) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes files inside, all of them or none: see [`replace_all`]. A name may contain one folder.
    pub(super) fn write_all(&self, files: &[(String, Vec<u8>)]) -> Result<(), Box<Diagnostic>> {
        for (name, _) in files {
            if let Some(folder) = self.path.join(name).parent() {
                std::fs::create_dir_all(folder).map_err(|error| TargetError::unwritable(folder, &error))?;
            }
        }
        replace_all(&self.path, files, &self.inputs)
    }

    /// Writes one file inside.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Box<Diagnostic>> {
        Ok(Target::new(&self.path.join(name), &self.inputs)?.write(bytes)?)
    }
}
