//! Which files a path means, and which names are near a name that does not exist.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::IngestError;

/// The file itself, or all files that match a pattern, sorted by path.
///
/// # Errors
/// [`IngestError`] where there is none, for a folder, and where the system refuses.
pub fn expand(path: &Path) -> Result<Vec<PathBuf>, IngestError> {
    let shown = path.display().to_string();
    match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => Err(IngestError::Directory { path: shown }),
        Ok(_) => Ok(vec![path.to_owned()]),
        Err(_) if shown.contains(['*', '?']) => {
            let files = matches(path);
            if files.is_empty() { Err(IngestError::NoMatch { pattern: shown }) } else { Ok(files) }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            Err(IngestError::Missing { path: shown, near: nearest(&name, &names_in(folder)) })
        }
        Err(error) => Err(IngestError::Unreadable { path: shown, detail: error.to_string() }),
    }
}

/// Up to three of `names` that are near `name`, nearest first; ties in byte order.
#[must_use]
pub fn nearest(name: &str, names: &[String]) -> Vec<String> {
    /// Below this similarity two names are different words rather than spellings.
    const LEAST: f64 = 0.6;
    let lower = name.to_lowercase();
    let mut scored: Vec<(f64, &String)> = names
        .iter()
        .map(|other| (strsim::normalized_damerau_levenshtein(&lower, &other.to_lowercase()), other))
        .filter(|(score, other)| *score >= LEAST && *other != name)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    scored.into_iter().take(3).map(|(_, other)| other.clone()).collect()
}

/// Whether a name matches a pattern with `*` (any characters) and `?` (one character).
pub(super) fn name_matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p + 1, n));
                p += 1;
            }
            Some(&c) if c == '?' || Some(&c) == name.get(n) => {
                p += 1;
                n += 1;
            }
            _ => match retry {
                Some((after_star, taken)) => {
                    retry = Some((after_star, taken + 1));
                    p = after_star;
                    n = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|&c| c == '*')
}

fn matches(path: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for component in path.components() {
        let text = component.as_os_str().to_string_lossy().into_owned();
        if !matches!(component, Component::Normal(_)) || !text.contains(['*', '?']) {
            found.iter_mut().for_each(|p| p.push(component));
            continue;
        }
        found = found
            .iter()
            .flat_map(|folder| {
                let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
                let names = names_in(listed);
                // A hidden file is only meant by a pattern that starts with a dot itself.
                let names = names
                    .into_iter()
                    .filter(|n| name_matches(&text, n) && (text.starts_with('.') || !n.starts_with('.')));
                names.map(|n| folder.join(n)).collect::<Vec<_>>()
            })
            .collect();
    }
    found.retain(|p| p.is_file());
    found.sort();
    found
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_names() {
        for (pattern, name, expected) in [
            ("*.csv", "a.csv", true),
            ("*.csv", "a.csv.gz", false),
            ("a?c*", "abc", true),
            ("a?c*", "ac", false),
            ("*a*b", "xaxbxb", true),
            ("*", "", true),
            ("売上_*.csv", "売上_4月.csv", true),
        ] {
            assert_eq!(name_matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn the_nearest_name_comes_first() {
        let names = ["churn", "Churned", "tenure"].map(str::to_owned);
        assert_eq!(nearest("Churn", &names), ["churn", "Churned"]);
        assert!(nearest("mrr", &names).is_empty());
    }
}
