//! The invariants of the module tree, mostly of absence, read off the source.

#[cfg(test)]
mod invariants {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::{Path, PathBuf};

    /// From the ground up: a module imports only what stands before it.
    const ORDER: [&str; 20] = [
        "words",
        "units",
        "notice",
        "stats",
        "study",
        "ingest",
        "panel",
        "design",
        "hazard",
        "traps",
        "verdict",
        "health",
        "validation",
        "artifact",
        "approval",
        "report",
        "synth",
        "agents",
        "pipeline",
        "cli",
    ];

    /// Where the order alone allows too much: everything that these modules may import.
    const ONLY: [(&str, &[&str]); 9] = [
        ("stats", &["units", "words", "notice"]),
        ("ingest", &["study", "units", "words", "notice"]),
        ("hazard", &["stats", "units", "words", "notice"]),
        ("verdict", &["traps", "study", "stats", "units", "words", "notice"]),
        ("artifact", &["traps", "verdict", "units", "words", "notice"]),
        ("approval", &["artifact", "health", "study", "verdict", "stats", "units", "words", "notice"]),
        ("report", &["artifact", "traps", "verdict", "units", "words", "notice"]),
        ("synth", &["units", "words", "notice"]),
        ("agents", &["units", "words"]),
    ];

    /// Crates and parts of the standard library with the folders and files that may name them.
    const HOMES: [(&str, &[&str]); 18] = [
        ("polars", &["ingest", "panel"]),
        ("polars_parquet", &["ingest"]),
        ("polars_arrow", &["ingest"]),
        ("polars_arrow_format", &["ingest"]),
        ("clap", &["cli", "main.rs"]),
        ("linfa", &["hazard"]),
        ("linfa_logistic", &["hazard"]),
        ("forust_ml", &["validation"]),
        ("plotters", &["report/chart"]),
        ("askama", &["report"]),
        ("indicatif", &["cli"]),
        ("encoding_rs", &["ingest"]),
        ("faer", &["stats"]),
        ("std::fs", &["cli", "ingest"]),
        ("std::env", &["cli", "main.rs"]),
        ("std::time", &["cli", "main.rs"]),
        ("std::process", &["cli", "main.rs"]),
        ("std::net", &[]),
    ];

    /// Trap files that import other traps than the shared `context` and `evidence`.
    const TRAP_EXCEPTIONS: [(&str, &[&str]); 3] = [
        // What the study says about a column's time is kept with the column.
        ("context.rs", &["leak"]),
        (
            "collect.rs",
            &[
                "concurrent",
                "leak",
                "level_change",
                "near_copy",
                "path",
                "profile",
                "programme",
                "rescue",
                "slices",
                "survey",
            ],
        ),
        // The audit of the columns puts together what these two find.
        ("audit.rs", &["doubles", "leak"]),
    ];

    const MAX_LINES: usize = 600;

    /// One source file without comments and tests.
    struct File {
        /// Below `src`, with `/`.
        name: String,
        code: String,
        lines: usize,
    }

    impl File {
        fn module(&self) -> &str {
            let first = self.name.split('/').next().unwrap();
            first.strip_suffix(".rs").unwrap_or(first)
        }
    }

    fn root() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
    }

    fn paths(folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(paths(&path));
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
        found.sort();
        found
    }

    /// Files below a folder, those that are compiled for tests only left out.
    fn sources(folder: &Path) -> Vec<File> {
        let all = paths(folder);
        assert!(!all.is_empty());
        let texts: Vec<String> = all.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
        let mut test_only: Vec<PathBuf> = Vec::new();
        for (path, text) in all.iter().zip(&texts) {
            let lines: Vec<&str> = text.lines().map(str::trim).collect();
            for pair in lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]") {
                let words: Vec<&str> = pair[1].trim_end_matches(';').split_whitespace().collect();
                if let (true, Some(at)) = (pair[1].ends_with(';'), words.iter().position(|w| *w == "mod")) {
                    let named = path.parent().unwrap().join(words[at + 1]);
                    test_only.extend([named.with_extension("rs"), named]);
                }
            }
        }
        all.iter()
            .zip(texts)
            .filter(|(path, _)| !test_only.iter().any(|t| path.starts_with(t)))
            .map(|(path, text)| File {
                name: path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/"),
                lines: text.lines().count(),
                code: code_of(&text),
            })
            .collect()
    }

    /// Code without line comments, up to the tests at the end of the file.
    fn code_of(text: &str) -> String {
        let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
        let line = |line: &str| if line.trim_start().starts_with("//") { String::new() } else { line.to_owned() };
        text[..end].lines().map(line).collect::<Vec<_>>().join("\n")
    }

    /// What stands behind each `prefix::`, groups in braces taken apart: the first name of every path.
    fn names_after(code: &str, prefix: &str) -> BTreeSet<String> {
        leaves(code, prefix).into_iter().map(|path| path.split("::").next().unwrap().to_owned()).collect()
    }

    /// Every path behind `prefix::`, without the prefix.
    fn leaves(code: &str, prefix: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for (at, _) in code.match_indices(&format!("{prefix}::")) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            expand(&code[at + prefix.len() + 2..], "", &mut found);
        }
        found
    }

    /// Reads one path or group; returns how many bytes it took.
    fn expand(rest: &str, head: &str, found: &mut BTreeSet<String>) -> usize {
        if !rest.starts_with('{') {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '*')).unwrap_or(rest.len());
            let path = format!("{head}{}", &rest[..end]);
            if let Some(deeper) = rest[end..].strip_prefix("::") {
                return end + 2 + expand(deeper, &format!("{path}::"), found);
            }
            found.insert(path);
            return end;
        }
        let mut at = 1;
        while let Some(c) = rest[at..].chars().next() {
            match c {
                '}' => return at + 1,
                c if c.is_alphanumeric() || c == '_' || c == '*' || c == '{' => at += expand(&rest[at..], head, found),
                c => at += c.len_utf8(),
            }
        }
        at
    }

    fn names(code: &str, wanted: &str) -> bool {
        match wanted.rsplit_once("::") {
            Some((prefix, last)) => names_after(code, prefix).contains(last),
            None => !names_after(code, wanted).is_empty(),
        }
    }

    #[track_caller]
    fn nothing(breaches: &[String]) {
        assert!(breaches.is_empty(), "{}", breaches.join("\n"));
    }

    #[test]
    fn the_reader_of_imports_sees_groups_and_no_longer_names() {
        let code =
            "use crate::a::{self, b::C, d};\nlet x = crate::e::f(); use crate::{g, h::i};\nmycrate::j; x::crate::k";
        assert_eq!(names_after(code, "crate"), ["a", "e", "g", "h"].map(str::to_owned).into());
        assert!(leaves(code, "crate").contains("a::b::C") && leaves(code, "crate").contains("h::i"));
        assert!(names("use std::{fs, io};", "std::fs") && !names("use std::io;", "std::fs"));
        assert_eq!(code_of("a\n// crate::b\n#[cfg(test)]\nmod tests {\n crate::c }"), "a\n");
    }

    #[test]
    fn modules_import_only_what_stands_below_them() {
        let files = sources(&root().join("src"));
        let place: BTreeMap<&str, usize> = ORDER.iter().enumerate().map(|(i, m)| (*m, i)).collect();
        let only: BTreeMap<&str, &[&str]> = ONLY.into();
        let mut breaches = Vec::new();
        let mut seen = BTreeSet::new();
        for file in files.iter().filter(|f| !["main", "lib"].contains(&f.module())) {
            let module = file.module();
            let Some(own) = place.get(module) else {
                breaches.push(format!("{}: module `{module}` has no place in the order", file.name));
                continue;
            };
            seen.insert(module);
            let imported = names_after(&file.code, "crate");
            for other in imported.iter().map(String::as_str).filter(|other| *other != module) {
                match place.get(other) {
                    Some(below) if below < own => {}
                    _ => breaches.push(format!("{}: `{module}` must not import `{other}`", file.name)),
                }
                if only.get(module).is_some_and(|allowed| !allowed.contains(&other)) {
                    breaches
                        .push(format!("{}: `{module}` may import only {:?}, not `{other}`", file.name, only[module]));
                }
                if other == "pipeline" && module != "cli" {
                    breaches.push(format!("{}: only `cli` runs the pipeline", file.name));
                }
            }
        }
        assert_eq!(seen, ORDER.into(), "the order names modules that are gone");
        let main = files.iter().find(|f| f.name == "main.rs").unwrap();
        assert_eq!(names_after(&main.code, "fuellamp"), ["cli".to_owned()].into());
        nothing(&breaches);
    }

    #[test]
    fn each_outside_crate_has_its_home() {
        let mut breaches = Vec::new();
        let files = sources(&root().join("src"));
        for (wanted, homes) in HOMES {
            for file in files.iter().filter(|f| names(&f.code, wanted)) {
                let at_home = |home: &&str| file.name == **home || file.name.starts_with(&format!("{home}/"));
                if !homes.iter().any(at_home) {
                    breaches.push(format!("{}: names `{wanted}`, which belongs to {homes:?}", file.name));
                }
            }
        }
        nothing(&breaches);
    }

    #[test]
    fn reports_take_types_of_the_evidence_and_compute_nothing_with_it() {
        let mut breaches = Vec::new();
        for file in sources(&root().join("src")).iter().filter(|f| ["report", "artifact"].contains(&f.module())) {
            for module in ["traps", "verdict"] {
                for path in leaves(&file.code, &format!("crate::{module}")) {
                    if path.split("::").next().unwrap().starts_with(char::is_lowercase) {
                        breaches.push(format!("{}: takes `{module}::{path}`, which is no type", file.name));
                    }
                }
            }
        }
        nothing(&breaches);
    }

    #[test]
    fn traps_do_not_import_one_another() {
        let folder = root().join("src/traps");
        let files = sources(&folder);
        let traps: Vec<&str> = files.iter().map(File::module).filter(|m| *m != "mod").collect();
        let exceptions: BTreeMap<&str, &[&str]> = TRAP_EXCEPTIONS.into();
        let mut breaches = Vec::new();
        for file in files.iter().filter(|f| f.name != "mod.rs") {
            let mut siblings = names_after(&file.code, "super");
            siblings.extend(names_after(&file.code, "crate::traps"));
            for other in siblings.iter().map(String::as_str).filter(|other| traps.contains(other)) {
                let shared = ["context", "evidence", "everything", "foundation"].contains(&other);
                let excepted = exceptions.get(file.name.as_str()).is_some_and(|list| list.contains(&other));
                if !shared && !excepted {
                    breaches.push(format!("traps/{}: imports the trap `{other}`", file.name));
                }
            }
        }
        for (file, list) in TRAP_EXCEPTIONS {
            let code = &files.iter().find(|f| f.name == file).unwrap().code;
            let used = names_after(code, "super");
            breaches.extend(
                list.iter().filter(|l| !used.contains(**l)).map(|l| format!("{file} needs no exception for `{l}`")),
            );
        }
        nothing(&breaches);
    }

    #[test]
    fn files_are_short_and_do_not_panic() {
        const FORBIDDEN: [&str; 7] =
            [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "unreachable!(", "dbg!("];
        let mut breaches = Vec::new();
        for folder in ["src", "score/src"] {
            for file in sources(&root().join(folder)) {
                if file.lines > MAX_LINES {
                    breaches.push(format!("{folder}/{} has {} lines, more than {MAX_LINES}", file.name, file.lines));
                }
                for word in FORBIDDEN.iter().filter(|word| file.code.contains(**word)) {
                    breaches.push(format!("{folder}/{} says `{word}` outside tests", file.name));
                }
            }
        }
        nothing(&breaches);
    }

    #[test]
    fn the_scorer_depends_on_serde_and_nothing_else() {
        let manifest = std::fs::read_to_string(root().join("score/Cargo.toml")).unwrap();
        let manifest: toml::Table = manifest.parse().unwrap();
        let dependencies = manifest["dependencies"].as_table().unwrap();
        let required: Vec<&str> = dependencies
            .iter()
            .filter(|(_, how)| !how.get("optional").and_then(toml::Value::as_bool).unwrap_or(false))
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(required, ["serde", "serde_json"]);
        assert!(dependencies.keys().all(|name| ["serde", "serde_json", "schemars"].contains(&name.as_str())));
        for kind in ["build-dependencies", "target"] {
            assert!(!manifest.contains_key(kind), "{kind}");
        }
        for file in sources(&root().join("score/src")) {
            for wanted in ["std::fs", "std::env", "std::time", "std::process", "std::net", "std::thread", "fuellamp"] {
                assert!(!names(&file.code, wanted), "{}: names `{wanted}`", file.name);
            }
        }
    }
}
