//! A study file and its table, read from disk.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::artifact::ModelArtifact;
use crate::ingest::{ColumnKind, IngestError, Log, ReadOptions, Table, files_of, read_table};
use crate::notice::{Explain, Notice};
use crate::panel::RawTables;
use crate::pipeline::{Data, Examination, Request, examined_for, prepare, run};
use crate::study::{Source, Study, TablesSource, level_columns, parse_study};
use crate::traps::Asked;
use crate::words;
use crate::words::Words;

use super::diagnose::Diagnostic;
use super::inputs::Inputs;

/// A checked study with what was noticed while reading it.
pub(super) struct Loaded {
    pub(super) study: Study,
    pub(super) notices: Vec<Notice>,
    /// SHA-256 of the study file.
    pub(super) digest: String,
}

/// Program and version, as recorded in everything written.
pub(super) const GENERATOR: &str = concat!("fuellamp ", env!("CARGO_PKG_VERSION"));

/// Reads a text file.
pub(super) fn read_text(path: &Path) -> Result<String, Box<Diagnostic>> {
    let shown = path.display();
    let place = Some(Words::same(shown.to_string()));
    let bytes = std::fs::read(path).map_err(|error| {
        Diagnostic::new(
            words!(en: "cannot read `{shown}`: {error}", ja: "`{shown}`を読めません：{error}"),
            place.clone(),
            Some(words!(
                en: "check the path, and that you may read the file",
                ja: "パスと、ファイルの読み取り権限を確認してください",
            )),
        )
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes().iter().take(valid).filter(|&&byte| byte == b'\n').count();
        Diagnostic::new(
            words!(en: "`{shown}` is not UTF-8 text", ja: "`{shown}`はUTF-8のテキストではありません"),
            Some(words!(en: "{shown} line {line}", ja: "{shown} {line}行目")),
            Some(words!(en: "save it as UTF-8", ja: "UTF-8で保存し直してください")),
        )
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// A folder given in place of a file, with the file in it that is probably meant.
pub(super) fn is_folder(path: &Path, meant: &str) -> Option<Box<Diagnostic>> {
    let (shown, file) = (path.display(), path.join(meant));
    let help = if file.is_file() {
        let file = file.display();
        words!(en: "did you mean `{file}`?", ja: "`{file}`のことでしょうか")
    } else {
        words!(en: "name the file, for example `{meant}`", ja: "`{meant}`のように、ファイルを指定してください")
    };
    path.is_dir().then(|| {
        Diagnostic::new(
            words!(en: "`{shown}` is a folder; a file is needed here", ja: "`{shown}`はフォルダーです。ファイルを指定してください"),
            None,
            Some(help),
        )
    })
}

/// Whether a file's name ends as that of a table.
pub(super) fn is_table_name(path: &Path) -> bool {
    path.extension().is_some_and(|ending| TABLES.iter().any(|table| ending.eq_ignore_ascii_case(table)))
}

/// Endings of results, which are given in place of a study file by mistake.
const RESULTS: [&str; 3] = ["json", "html", "svg"];

/// Endings of tables, which are given in place of a study file by mistake.
const TABLES: [&str; 9] = ["csv", "tsv", "gz", "parquet", "jsonl", "ndjson", "arrow", "ipc", "feather"];

/// Reads and checks a study file.
pub(super) fn load_study(path: &Path) -> Result<Loaded, Box<Diagnostic>> {
    if let Some(folder) = is_folder(path, "study.toml") {
        return Err(folder);
    }
    if path.is_file()
        && path.extension().is_some_and(|ending| RESULTS.iter().any(|own| ending.eq_ignore_ascii_case(own)))
    {
        let shown = path.display();
        return Err(Diagnostic::new(
            words!(
                en: "`{shown}` is no study file",
                ja: "`{shown}`は調査ファイルではありません",
            ),
            None,
            Some(words!(
                en: "name the study that was run, for example `study.toml`; `fuellamp init TABLE` writes a first one",
                ja: "`study.toml`のような調査ファイルを指定してください。`fuellamp init TABLE`で下書きを作れます",
            )),
        ));
    }
    if is_table_name(path) {
        let shown = path.display();
        return Err(Diagnostic::new(
            words!(
                en: "`{shown}` is a table; a study file is needed here",
                ja: "`{shown}`は表です。ここには調査ファイルを指定してください",
            ),
            None,
            Some(words!(
                en: "write a first study file with `fuellamp init {shown}`",
                ja: "`fuellamp init {shown}`で調査ファイルの下書きを作れます",
            )),
        ));
    }
    let text = read_text(path)?;
    let digest = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    match parse_study(&text, &name) {
        Ok(noted) => Ok(Loaded { study: noted.value, notices: noted.notices, digest }),
        Err(problems) => {
            let all = Diagnostic::all(problems.problems.iter().map(|p| p as &dyn Explain));
            Err(all.in_language(problems.language))
        }
    }
}

/// Every file that a study is read from; of those that are not there, [`load_data`] speaks.
pub(super) fn inputs_of(study_path: &Path, study: &Study) -> Inputs {
    let tables: Vec<&str> = match &study.source {
        Source::Snapshot(s) => vec![&s.path],
        Source::Panel(p) => vec![&p.path],
        Source::Tables(t) => {
            let logs = t.events.iter().map(|events| events.path.as_str());
            [t.accounts.path.as_str(), &t.contracts.path].into_iter().chain(logs).collect()
        }
    };
    let folder = study_path.parent().unwrap_or(Path::new(""));
    let files = tables.iter().flat_map(|path| files_of(&folder.join(path)).unwrap_or_default());
    Inputs::new(std::iter::once(PathBuf::from(study_path)).chain(files))
}

/// Reads the table of a study, or opens its raw tables; paths are relative to the study file. Numbers in columns that are
/// used as levels are codes.
pub(super) fn load_data(study_path: &Path, study: &Study) -> Result<Data, Box<Diagnostic>> {
    read_data(study_path, study, &level_columns(&study.roles, &study.kpis))
}

/// The same, every number a quantity: what other programs for statistics take it for.
pub(super) fn load_quantities(study_path: &Path, study: &Study) -> Result<Data, Box<Diagnostic>> {
    read_data(study_path, study, &[])
}

fn read_data(study_path: &Path, study: &Study, levels: &[&str]) -> Result<Data, Box<Diagnostic>> {
    let folder = study_path.parent().unwrap_or(Path::new(""));
    let (path, account) = match &study.source {
        Source::Snapshot(s) => (&s.path, s.account.as_deref()),
        Source::Panel(p) => (&p.path, Some(p.account.as_str())),
        Source::Tables(tables) => return open_tables(folder, tables, levels).map(|raw| Data::Raw(Box::new(raw))),
    };
    let text: Vec<&str> = account.into_iter().collect();
    let path = folder.join(path);
    let table =
        read_table(&path, &ReadOptions { text_columns: &text, level_columns: levels, ..ReadOptions::default() })?;
    // 2024.10 is October and 2024.1 is not: such periods are read once more, as they are written.
    if let Source::Panel(panel) = &study.source
        && has_points(&table, &panel.period)
    {
        let levels = [levels, &[panel.period.as_str()]].concat();
        let table =
            read_table(&path, &ReadOptions { text_columns: &text, level_columns: &levels, ..ReadOptions::default() })?;
        return Ok(Data::Table(Box::new(table)));
    }
    Ok(Data::Table(Box::new(table)))
}

/// Whether a column of numbers holds one with a decimal point.
pub(super) fn has_points(table: &Table, column: &str) -> bool {
    let is_number = table.column(column).is_some_and(|info| info.kind == ColumnKind::Number);
    is_number && table.numbers(column).is_ok_and(|cells| cells.iter().any(|x| x.fract().abs() > 0.0))
}

/// Reads accounts and contracts and opens the logs; what is wrong with any of them is said at once.
fn open_tables(folder: &Path, tables: &TablesSource, levels: &[&str]) -> Result<RawTables, Box<Diagnostic>> {
    // A study may write the table before the column.
    let bare = levels
        .iter()
        .filter_map(|column| column.strip_prefix("accounts.").or_else(|| column.strip_prefix("contracts.")));
    let levels: Vec<&str> = levels.iter().copied().chain(bare).collect();
    let accounts = &tables.accounts;
    let mut text: Vec<&str> = vec![&accounts.account];
    text.extend(accounts.start.as_deref());
    text.extend(accounts.date_format.columns.keys().map(String::as_str));
    let accounts = read_table(
        &folder.join(&accounts.path),
        &ReadOptions { text_columns: &text, level_columns: &levels, ..ReadOptions::default() },
    );
    let contracts = &tables.contracts;
    let mut text: Vec<&str> = vec![&contracts.account, &contracts.start];
    text.extend(contracts.end.as_deref());
    text.extend(contracts.notice.as_deref());
    text.extend(contracts.date_format.columns.keys().map(String::as_str));
    // A log may name contracts instead of accounts.
    text.extend(tables.events.iter().map(|events| events.account.as_str()));
    let contracts = read_table(
        &folder.join(&contracts.path),
        &ReadOptions { text_columns: &text, level_columns: &levels, ..ReadOptions::default() },
    );
    let logs: Vec<_> = tables.events.iter().map(|events| Log::open(&folder.join(&events.path))).collect();
    match (accounts, contracts) {
        (Ok(accounts), Ok(contracts)) if logs.iter().all(Result::is_ok) => {
            Ok(RawTables { accounts, contracts, logs: logs.into_iter().filter_map(Result::ok).collect() })
        }
        (accounts, contracts) => {
            let mut problems: Vec<IngestError> = [accounts.err(), contracts.err()].into_iter().flatten().collect();
            problems.extend(logs.into_iter().filter_map(Result::err));
            Err(Diagnostic::all(problems.iter().map(|problem| problem as &dyn Explain)))
        }
    }
}

/// Evidence about the KPIs of a study file, as benchmarks compare it with the truth: no score, no files.
///
/// # Errors
/// What is wrong with study or data, as text.
pub fn examine_file(study: &Path) -> Result<Examination, String> {
    timed_examination(study, Asked::All).map(|(examined, _)| examined)
}

/// The same, as much of it as is asked for, with the time that it took to read the files and prepare their rows: from raw
/// tables, to build the panel.
///
/// # Errors
/// What is wrong with study or data, as text.
pub fn timed_examination(study: &Path, asked: Asked) -> Result<(Examination, Duration), String> {
    let text = |error: Box<Diagnostic>| error.english();
    let start = Instant::now();
    let loaded = load_study(study).map_err(text)?;
    let data = load_data(study, &loaded.study).map_err(text)?;
    let ready = prepare(&loaded.study, data, None, &|_, _| ()).map_err(|error| error.what().en)?;
    let reading = start.elapsed();
    Ok((examined_for(&ready, asked).map_err(|error| error.what().en)?, reading))
}

/// Runs a study from its file, with a capacity of a share of its accounts where `capacity` is given: for benchmarks.
///
/// # Errors
/// What is wrong with study or data, as text.
pub fn run_file(study: &Path, capacity: Option<f64>) -> Result<ModelArtifact, String> {
    let text = |error: Box<Diagnostic>| error.english();
    let mut loaded = load_study(study).map_err(text)?;
    if let Some(share) = capacity {
        let ready = prepare(&loaded.study, load_data(study, &loaded.study).map_err(text)?, None, &|_, _| ());
        let accounts = ready.map_err(|error| error.what().en)?.sample.n_clusters as f64;
        loaded.study.capacity.accounts_per_period = Some((share * accounts).round().max(1.0));
    }
    let data = load_data(study, &loaded.study).map_err(text)?;
    let request = Request { generator: "benchmark", ..Request::default() };
    run(&loaded.study, data, request, &|_| (), &|_, _| ()).map_err(|error| error.what().en)
}
