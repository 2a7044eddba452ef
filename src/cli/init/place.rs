//! Where the study file goes, and the paths in it.

use std::path::{Component, Path, PathBuf};

use super::InitError;
use crate::cli::inputs::Inputs;
use crate::cli::target::Target;
use crate::ingest::files_of;

/// Path of the table as seen from the folder of the study file, with `/`; absolute where there is no way between them.
pub(super) fn path_from(out: &Path, table: &Path) -> Result<String, InitError> {
    let folder = resolved(out.parent().unwrap_or(Path::new("")));
    let file = table.file_name().map(Path::new).unwrap_or(table);
    let target = resolved(table.parent().unwrap_or(Path::new(""))).join(file);
    let (from, to): (Vec<Component<'_>>, Vec<Component<'_>>) =
        (folder.components().collect(), target.components().collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut parts: Vec<Component<'_>> = Vec::new();
    if shared > 0 {
        parts.extend(from.iter().skip(shared).map(|_| Component::ParentDir));
        parts.extend(to.iter().skip(shared));
    } else {
        parts.extend(&to);
    }
    let not_unicode = || InitError::NotUnicode { path: table.to_owned() };
    if shared == 0 {
        return target.to_str().map(str::to_owned).ok_or_else(not_unicode);
    }
    let texts: Option<Vec<&str>> = parts.iter().map(|part| part.as_os_str().to_str()).collect();
    texts.map(|texts| texts.join("/")).ok_or_else(not_unicode)
}

/// A folder without links and dots, as far as it exists.
fn resolved(folder: &Path) -> PathBuf {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    folder.canonicalize().or_else(|_| std::path::absolute(folder)).unwrap_or_else(|_| folder.to_owned())
}

/// The study file to write: none of the tables, and unless `force` nothing that is there already.
pub(super) fn target(out: &Path, tables: &[PathBuf], force: bool) -> Result<Target, InitError> {
    let inputs = Inputs::new(tables.iter().flat_map(|table| files_of(table).unwrap_or_default()));
    let target = Target::new(out, &inputs)?;
    match target.end() {
        Some(_) if !force && out.symlink_metadata().is_ok() => Err(InitError::Exists { path: out.to_owned() }),
        _ => Ok(target),
    }
}

/// What the paths in the study are relative to: its file, or the working folder where it goes into a stream.
pub(super) fn seen_from<'a>(target: &Target, out: &'a Path) -> &'a Path {
    target.end().map_or(Path::new(""), |_| out)
}

pub(super) fn write(target: &Target, out: &Path, text: &str, force: bool) -> Result<(), InitError> {
    if force {
        return Ok(target.write(text.as_bytes())?);
    }
    let written = target.write_new(text.as_bytes())?;
    if written { Ok(()) } else { Err(InitError::Exists { path: out.to_owned() }) }
}
