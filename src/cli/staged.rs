//! Files of a folder that are replaced together.

use std::path::Path;

use tempfile::NamedTempFile;

use crate::notice::Explain;

use super::diagnose::Diagnostic;
use super::inputs::Inputs;
use super::target::{Target, TargetError};

/// Replaces files of a folder one after the other, after all of them have been written beside their targets: what can run
/// out, disk and permissions, has run out before the first is touched. Where a file still cannot be replaced, those before
/// it are put back.
pub(super) fn replace_all(folder: &Path, files: &[(String, Vec<u8>)], inputs: &Inputs) -> Result<(), Box<Diagnostic>> {
    let mut targets = Vec::with_capacity(files.len());
    let mut refused = Vec::new();
    for (name, bytes) in files {
        match Target::new(&folder.join(name), inputs) {
            Ok(target) => targets.push((target, bytes.as_slice())),
            Err(error) => refused.push(error),
        }
    }
    if !refused.is_empty() {
        return Err(Diagnostic::all(refused.iter().map(|error| error as &dyn Explain)));
    }
    let staged: Vec<Staged<'_>> =
        targets.iter().map(|(target, bytes)| Staged::new(target, bytes)).collect::<Result<_, _>>()?;
    let mut done: Vec<Placed<'_>> = Vec::with_capacity(staged.len());
    for file in staged {
        match file.place() {
            Ok(placed) => done.push(placed),
            Err(error) => {
                let mut problems = vec![error];
                problems.extend(done.iter().rev().filter_map(|placed| placed.put_back().err()));
                return Err(Diagnostic::all(problems.iter().map(|error| error as &dyn Explain)));
            }
        }
    }
    Ok(())
}

/// Bytes on their way to a target.
struct Staged<'a> {
    target: &'a Target,
    bytes: &'a [u8],
    /// The new file beside the target; a stream has none and is written when its turn comes.
    file: Option<NamedTempFile>,
    /// What is there now.
    before: Option<Vec<u8>>,
}

impl<'a> Staged<'a> {
    fn new(target: &'a Target, bytes: &'a [u8]) -> Result<Self, TargetError> {
        let Some(end) = target.end() else { return Ok(Self { target, bytes, file: None, before: None }) };
        Ok(Self { target, bytes, before: std::fs::read(end).ok(), file: Some(target.stage_bytes(end, bytes)?) })
    }

    fn place(self) -> Result<Placed<'a>, TargetError> {
        match (self.file, self.target.end()) {
            (Some(file), Some(end)) => {
                file.persist(end).map_err(|error| self.target.unwritable(&error.error))?;
            }
            _ => self.target.write(self.bytes)?,
        }
        Ok(Placed { target: self.target, before: self.before })
    }
}

/// A target that was written, with what was there before.
struct Placed<'a> {
    target: &'a Target,
    before: Option<Vec<u8>>,
}

impl Placed<'_> {
    /// Puts back what was there; what went into a stream cannot be taken back.
    fn put_back(&self) -> Result<(), TargetError> {
        match (self.target.end(), &self.before) {
            (None, _) => Ok(()),
            (_, Some(bytes)) => self.target.write(bytes),
            (Some(end), None) => std::fs::remove_file(end).map_err(|error| self.target.unwritable(&error)),
        }
    }
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
        let refused = replace_all(folder.path(), &files("signed"), &Inputs::default()).unwrap_err();
        assert_eq!(refused.problems.len(), 1, "{}", refused.english());
        assert_eq!(std::fs::read_to_string(at("a")).unwrap(), "old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else is left");

        std::fs::remove_dir_all(at("b")).unwrap();
        replace_all(folder.path(), &files("signed"), &Inputs::default()).unwrap();
        assert!(["a", "new", "b"].iter().all(|name| std::fs::read_to_string(at(name)).unwrap() == "signed"));
    }
}
