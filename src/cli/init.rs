//! `fuellamp init TABLE...`: reads the tables and writes a first study file beside the user's other files.

use std::path::{Component, Path, PathBuf};

use crate::ingest::{
    ColumnKind, Dates, IngestError, MonthCell, ReadOptions, Table, files_of, lost_zero, month, read_head, read_table,
};
use crate::notice::{Explain, Notice};
use crate::study::propose::{ColumnSketch, ProposeError, SketchKind, TableSketch, propose, propose_raw};
use crate::words;
use crate::words::{Lang, Words};

use super::inputs::Inputs;
use super::load::has_points;
use super::target::{Target, TargetError};

/// What `init` did, for the terminal.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The study file.
    pub path: PathBuf,
    /// What was guessed and what to check by hand, one line each.
    pub summary: Vec<Words>,
    /// What reading the table brought up.
    pub notices: Vec<Notice>,
}

/// Why no study file was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InitError {
    /// The table cannot be read.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// The table does not show what the study is about.
    #[error("{error}")]
    Propose {
        /// What is missing.
        error: ProposeError,
        /// The table.
        table: String,
    },
    /// The study file is there already.
    #[error("`{}` exists already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The same table twice.
    #[error("`{}` is named twice", path.display())]
    Twice {
        /// The table.
        path: PathBuf,
    },
    /// A path that TOML cannot hold.
    #[error("the path `{}` is not valid Unicode", path.display())]
    NotUnicode {
        /// The path.
        path: PathBuf,
    },
    /// The study file cannot be written.
    #[error(transparent)]
    Target(#[from] TargetError),
}

impl Explain for InitError {
    fn ja(&self) -> String {
        match self {
            Self::Ingest(error) => error.ja(),
            Self::Propose { error, .. } => error.ja(),
            Self::Exists { path } => format!("「{}」はすでに存在します", path.display()),
            Self::Twice { path } => format!("「{}」が二度指定されています", path.display()),
            Self::NotUnicode { path } => format!("パス「{}」は Unicode として読めません", path.display()),
            Self::Target(error) => error.ja(),
        }
    }

    fn place(&self) -> Option<Words> {
        match self {
            Self::Ingest(error) => error.place(),
            Self::Target(error) => error.place(),
            Self::Propose { error, table } => Some(match error.place() {
                Some(Words { en, ja }) => words!(en: "{table}, {en}", ja: "{table} {ja}"),
                None => Words::same(table),
            }),
            _ => None,
        }
    }

    fn help(&self) -> Option<Words> {
        match self {
            Self::Ingest(error) => error.help(),
            Self::Propose { error, .. } => error.help(),
            Self::Exists { .. } => Some(words!(
                en: "choose another file with `--out`, or overwrite it with `--force`",
                ja: "`--out` で別のファイルを指定するか、`--force` で上書きしてください",
            )),
            Self::Twice { .. } => Some(words!(
                en: "name each table once: one alone for a panel or a snapshot, or accounts, contracts and events",
                ja: "表は一度ずつ指定してください。パネルかスナップショットなら1つだけ、元の表なら顧客・契約・イベントの各表です",
            )),
            Self::NotUnicode { .. } => {
                Some(words!(en: "rename the file or its folder", ja: "ファイルまたはフォルダーの名前を変えてください"))
            }
            Self::Target(error) => error.help(),
        }
    }
}

/// Reads the table, proposes a study and writes it to `out`; an existing file is kept unless `force`.
///
/// # Errors
/// [`InitError`]; nothing is written then.
pub fn run(tables: &[PathBuf], out: &Path, lang: Lang, force: bool) -> Result<Written, InitError> {
    let [path] = tables else { return run_raw(tables, out, lang, force) };
    let target = target(out, tables, force)?;
    let mut table = read_table(path, &ReadOptions::default())?;
    // Numbers such as 2024.03 may be months, of which 2024.10 needs its zero.
    let pointed: Vec<String> =
        table.columns().iter().map(|c| c.name.clone()).filter(|c| like_months(&table, c)).collect();
    if !pointed.is_empty() {
        let columns: Vec<&str> = pointed.iter().map(String::as_str).collect();
        table = read_table(path, &ReadOptions { level_columns: &columns, ..ReadOptions::default() })?;
    }
    let columns = sketch_months(&table)?;
    let path_in_study = path_from(seen_from(&target, out), path)?;
    let proposal = propose(&columns, &path_in_study, lang)
        .map_err(|error| InitError::Propose { error, table: table.name().to_owned() })?;
    write(&target, out, &proposal.toml, force)?;
    let mut summary = proposal.summary;
    let shown = out.display();
    summary.push(words!(
        en: "wrote {shown}; next: fuellamp check {shown}",
        ja: "{shown} を作成しました。次の手順：fuellamp check {shown}",
    ));
    Ok(Written { path: out.to_owned(), summary, notices: table.notices().to_vec() })
}

/// The same for several raw tables. Of a large one, the first rows tell what its columns are.
fn run_raw(tables: &[PathBuf], out: &Path, lang: Lang, force: bool) -> Result<Written, InitError> {
    if let Some((_, path)) = tables.iter().enumerate().find(|(at, path)| tables[..*at].contains(path)) {
        return Err(InitError::Twice { path: path.clone() });
    }
    let target = target(out, tables, force)?;
    let from = seen_from(&target, out);
    let mut sketches = Vec::new();
    let mut notices = Vec::new();
    for path in tables {
        let table = read_head(path)?;
        notices.extend(table.notices().iter().cloned());
        let columns = sketch(&table)?.into_iter().map(with_days).collect();
        sketches.push(TableSketch { path: path_from(from, path)?, columns });
    }
    let names = tables.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
    let proposal = propose_raw(&sketches, lang).map_err(|error| InitError::Propose { error, table: names })?;
    write(&target, out, &proposal.toml, force)?;
    let mut summary = proposal.summary;
    let shown = out.display();
    summary.push(words!(
        en: "wrote {shown}; next: fuellamp check {shown}",
        ja: "{shown} を作成しました。次の手順：fuellamp check {shown}",
    ));
    Ok(Written { path: out.to_owned(), summary, notices })
}

/// The columns of a table as a proposal sees them.
///
/// # Errors
/// [`IngestError`] for a column that is not what its kind says, which a checked table does not have.
pub fn sketch(table: &Table) -> Result<Vec<ColumnSketch>, IngestError> {
    table.columns().iter().map(|column| sketch_column(table, &column.name, column.kind)).collect()
}

/// The same where a column of months is one of dates, as a panel reads it.
fn sketch_months(table: &Table) -> Result<Vec<ColumnSketch>, IngestError> {
    let of_column = |name: &str, kind| {
        let cells = table.texts(name)?;
        let end = |cell: &String| match month(cell)? {
            MonthCell::End(day) => Some(chrono::NaiveDate::from_epoch_days(day)?.to_string()),
            MonthCell::Ambiguous => None,
        };
        let days: Option<Vec<Option<String>>> = match kind {
            ColumnKind::Text if lost_zero(cells.iter().flatten().map(String::as_str)).is_none() => {
                cells.iter().map(|cell| cell.as_ref().map_or(Some(None), |cell| end(cell).map(Some))).collect()
            }
            _ => None,
        };
        match days {
            Some(days) => sketch_cells(table, name, ColumnKind::Date, &days),
            None => sketch_cells(table, name, kind, &cells),
        }
    };
    table.columns().iter().map(|column| of_column(&column.name, column.kind)).collect()
}

/// Whether every number of a column is a year, a point and one of twelve.
fn like_months(table: &Table, name: &str) -> bool {
    let all =
        |cells: Vec<Option<String>>| cells.iter().flatten().all(|cell| matches!(month(cell), Some(MonthCell::End(_))));
    has_points(table, name) && table.texts(name).is_ok_and(all)
}

fn sketch_column(table: &Table, name: &str, kind: ColumnKind) -> Result<ColumnSketch, IngestError> {
    sketch_cells(table, name, kind, &table.texts(name)?)
}

fn sketch_cells(
    table: &Table,
    name: &str,
    kind: ColumnKind,
    cells: &[Option<String>],
) -> Result<ColumnSketch, IngestError> {
    let mut codes = vec![ColumnSketch::MISSING; cells.len()];
    let mut order: Vec<usize> = (0..cells.len()).filter(|&row| cells[row].is_some()).collect();
    if kind == ColumnKind::Number {
        let numbers = table.numbers(name)?;
        order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
    } else {
        order.sort_by(|&a, &b| cells[a].cmp(&cells[b]));
    }
    let flags = table.flags(name, None).ok();
    let mut levels: Vec<String> = Vec::new();
    let mut yes: Vec<bool> = Vec::new();
    for row in order {
        let Some(cell) = &cells[row] else { continue };
        if levels.last() != Some(cell) {
            levels.push(cell.clone());
            yes.extend(flags.as_ref().and_then(|flags| flags[row]));
        }
        codes[row] = u32::try_from(levels.len() - 1).unwrap_or(ColumnSketch::MISSING);
    }
    let kind = match kind {
        ColumnKind::Empty => SketchKind::Empty,
        ColumnKind::Boolean => SketchKind::Boolean,
        ColumnKind::Number => SketchKind::Number,
        ColumnKind::Date => SketchKind::Date,
        ColumnKind::Text => SketchKind::Text,
    };
    let yes = (!levels.is_empty() && yes.len() == levels.len()).then_some(yes);
    Ok(ColumnSketch { name: name.to_owned(), kind, levels, codes, yes, serial: false })
}

/// Numbers such as 20240331 as dates: a role of raw tables that asks for a date reads them so.
fn with_days(column: ColumnSketch) -> ColumnSketch {
    let dates = Dates::new(None, None).of_role();
    let day = |level: &String| Some(chrono::NaiveDate::from_epoch_days(dates.read(level).ok()?.day)?.to_string());
    match column.levels.iter().map(day).collect::<Option<Vec<String>>>() {
        Some(levels) if column.kind == SketchKind::Number && !levels.is_empty() => {
            ColumnSketch { kind: SketchKind::Date, levels, yes: None, ..column }
        }
        _ => column,
    }
}

/// Path of the table as seen from the folder of the study file, with `/`; absolute where there is no way between them.
fn path_from(out: &Path, table: &Path) -> Result<String, InitError> {
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
fn target(out: &Path, tables: &[PathBuf], force: bool) -> Result<Target, InitError> {
    let inputs = Inputs::new(tables.iter().flat_map(|table| files_of(table).unwrap_or_default()));
    let target = Target::new(out, &inputs)?;
    match target.end() {
        Some(_) if !force && out.symlink_metadata().is_ok() => Err(InitError::Exists { path: out.to_owned() }),
        _ => Ok(target),
    }
}

/// What the paths in the study are relative to: its file, or the working folder where it goes into a stream.
fn seen_from<'a>(target: &Target, out: &'a Path) -> &'a Path {
    target.end().map_or(Path::new(""), |_| out)
}

fn write(target: &Target, out: &Path, text: &str, force: bool) -> Result<(), InitError> {
    if force {
        return Ok(target.write(text.as_bytes())?);
    }
    let written = target.write_new(text.as_bytes())?;
    if written { Ok(()) } else { Err(InitError::Exists { path: out.to_owned() }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{KpiKind, Source, Study, parse_study};

    fn shared() -> Option<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
        let found = [folder].into_iter().find(|folder| folder.join("data").is_dir());
        if found.is_none() {
            #[expect(clippy::print_stderr, reason = "a skipped test says so")]
            {
                eprintln!("SKIPPED: the shared data sets are not beside the project");
            }
        }
        found
    }

    /// The study proposed for a table, in both languages.
    fn proposed(table: &Path) -> (Study, Written, String) {
        let folder = tempfile::tempdir().unwrap();
        let mut studies = Vec::new();
        for lang in [Lang::En, Lang::Ja] {
            let out = folder.path().join(format!("study_{lang}.toml"));
            let written = run(&[table.to_owned()], &out, lang, false).unwrap_or_else(|e| panic!("{table:?}: {e}"));
            let text = std::fs::read_to_string(&out).unwrap();
            let study = parse_study(&text, "study.toml").unwrap_or_else(|p| panic!("{table:?}: {p:?}\n{text}")).value;
            studies.push((study, written, text));
        }
        let (other, first) = (studies.pop().unwrap().0, studies.pop().unwrap());
        assert_eq!((&other.kpis, &other.source, &other.roles), (&first.0.kpis, &first.0.source, &first.0.roles));
        first
    }

    /// Account, period (blank for a snapshot), outcome, positive (blank where it need not be said).
    fn frame_of(study: &Study) -> [String; 4] {
        match &study.source {
            Source::Snapshot(s) => [
                s.account.clone().unwrap_or_default(),
                String::new(),
                s.outcome.clone(),
                s.positive.clone().unwrap_or_default(),
            ],
            Source::Panel(p) => {
                [p.account.clone(), p.period.clone(), p.outcome.clone(), p.positive.clone().unwrap_or_default()]
            }
            Source::Tables(_) => panic!("a proposal has no [tables]"),
        }
    }

    /// File, [`frame_of`] its study, some roles with their columns.
    type Known = (&'static str, [&'static str; 4], &'static [(&'static str, &'static str)]);

    #[test]
    fn known_tables_are_understood() {
        let Some(shared) = shared() else { return };
        let expected: [Known; 12] = [
            (
                "telco_ibm/telco_churn.csv",
                ["customerID", "", "Churn", ""],
                &[
                    ("tenure", "tenure"),
                    ("price", "MonthlyCharges"),
                    ("term", "Contract"),
                    ("billing", "PaymentMethod"),
                ],
            ),
            (
                "bankchurners/bank_churners.csv",
                ["CLIENTNUM", "", "Attrition_Flag", "Attrited Customer"],
                &[("tenure", "Months_on_book")],
            ),
            ("ecommerce_churn/ecommerce_churn.csv", ["CustomerID", "", "Churn", ""], &[("tenure", "Tenure")]),
            (
                "ibm_hr_attrition/ibm_hr_attrition.csv",
                ["EmployeeNumber", "", "Attrition", ""],
                &[("tenure", "YearsAtCompany")],
            ),
            ("iranian_churn/iranian_churn.csv", ["", "", "Churn", ""], &[("tenure", "Subscription  Length")]),
            ("mlc_churn/mlc_churn.csv", ["", "", "churn", ""], &[("tenure", "account_length")]),
            ("bank_balances_28k/bank_balances.csv", ["customer_id", "", "churn", ""], &[("tenure", "vintage")]),
            ("student_dropout_uci697/student_dropout.csv", ["", "", "Target", "Dropout"], &[]),
            ("saas_churn_pysurvival/saas_churn.csv", ["", "", "churned", ""], &[("tenure", "months_active")]),
            ("ravenstack_saas/accounts.csv", ["account_id", "", "churn_flag", ""], &[("billing", "plan_tier")]),
            ("oulad_2013_2014B/enrolments.csv", ["student_id", "", "final_result", "Withdrawn"], &[]),
            ("rossi_weekly/rossi_person_week.csv", ["person_id", "week", "arrest", ""], &[]),
        ];
        for (file, frame, roles) in expected {
            let (study, _, text) = proposed(&shared.join("data").join(file));
            assert_eq!(frame_of(&study), frame, "{file}\n{text}");
            for (role, column) in roles {
                let found = match *role {
                    "tenure" => &study.roles.tenure,
                    "price" => &study.roles.price,
                    "term" => &study.roles.term,
                    "billing" => &study.roles.billing,
                    other => panic!("{other}"),
                };
                assert_eq!(found.as_deref(), Some(*column), "{file}: {role}\n{text}");
            }
            assert!(study.kpis.len() <= 25, "{file}");
        }
    }

    #[test]
    fn columns_that_stand_for_the_outcome_are_no_kpis() {
        let Some(shared) = shared() else { return };
        let (study, _, text) = proposed(&shared.join("data/bankchurners/bank_churners.csv"));
        assert!(study.kpis.iter().all(|kpi| !kpi.name.starts_with("Naive_Bayes")), "{text}");
        assert_eq!(text.matches("left out: `Naive_Bayes").count(), 2, "{text}");
        let (study, _, text) = proposed(&shared.join("data/ibm_hr_attrition/ibm_hr_attrition.csv"));
        for constant in ["EmployeeCount", "Over18", "StandardHours"] {
            assert!(text.contains(&format!("left out: `{constant}`: it has the same value")), "{text}");
            assert!(study.kpis.iter().all(|kpi| kpi.name != constant));
        }
    }

    #[test]
    fn simulated_panels_are_read_as_their_makers_meant_them() {
        let Some(shared) = shared() else { return };
        let mut worlds: Vec<PathBuf> =
            std::fs::read_dir(shared.join("worlds")).unwrap().map(|e| e.unwrap().path()).collect();
        worlds.sort();
        for world in worlds.iter().step_by(3) {
            let mut truth =
                parse_study(&std::fs::read_to_string(world.join("study.toml")).unwrap(), "s").unwrap().value;
            let (study, _, text) = proposed(&world.join("panel.parquet"));
            assert_eq!(frame_of(&study), frame_of(&truth), "{text}");
            let names = |study: &Study| study.kpis.iter().map(|kpi| kpi.name.clone()).collect::<Vec<_>>();
            assert_eq!(names(&study), names(&truth), "{world:?}\n{text}");
            // Where every contract is alike, its term says nothing.
            for role in [&mut truth.roles.term, &mut truth.roles.renewal_in] {
                role.take_if(|column| text.contains(&format!("left out: `{column}`: it has the same value")));
            }
            assert_eq!(study.roles, truth.roles, "{world:?}\n{text}");
        }
    }

    #[test]
    fn an_existing_file_is_kept_unless_forced() {
        let folder = tempfile::tempdir().unwrap();
        let table = folder.path().join("customers.csv");
        std::fs::write(&table, "id,logins,churn\na,1,0\nb,2,1\nc,3,0\n").unwrap();
        let out = folder.path().join("study.toml");
        std::fs::write(&out, "mine").unwrap();
        let refused = run(std::slice::from_ref(&table), &out, Lang::En, false).unwrap_err();
        assert!(matches!(refused, InitError::Exists { .. }), "{refused}");
        assert_eq!(std::fs::read_to_string(&out).unwrap(), "mine");
        run(std::slice::from_ref(&table), &out, Lang::Ja, true).unwrap();
        let text = std::fs::read_to_string(&out).unwrap();
        assert!(text.contains("path = \"customers.csv\""), "{text}");
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(left.len(), 2, "no temporary file stays behind");
    }

    #[test]
    fn the_path_is_that_from_the_study_to_the_table() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("data/raw")).unwrap();
        std::fs::create_dir_all(folder.path().join("studies")).unwrap();
        let table = folder.path().join("data/raw/c*.csv");
        assert_eq!(path_from(&folder.path().join("studies/s.toml"), &table).unwrap(), "../data/raw/c*.csv");
        assert_eq!(path_from(&folder.path().join("s.toml"), &table).unwrap(), "data/raw/c*.csv");
    }

    #[test]
    fn raw_tables_become_a_study_of_accounts_contracts_and_logs() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let accounts = write(
            "customers.csv",
            "account_id,signup_date,industry,bought_for,churn_reason\nA1,2024-01-05,IT,cost,price\nA2,2024-02-01,Food,audit,\n\
             A3,2024-02-01,Food,cost,\n",
        );
        let contracts = write(
            "subscriptions.csv",
            "subscription_id,account_id,start_date,end_date,mrr\nS1,A1,2024-01-05,2024-06-30,10\nS2,A2,2024-02-01,,20\nS3,A3,2024-02-01,,30\n",
        );
        let usage = write(
            "usage.csv",
            "subscription_id,usage_date,minutes\nS1,2024-01-09,5\nS2,2024-09-29,7\nS2,2024-03-02,9\n",
        );
        let left = write("churn_events.csv", "account_id,churn_date\nA1,2024-06-30\n");
        let japanese =
            write("問い合わせ.csv", "顧客ID,日付,対応時間\nA1,2024-03-02,5\nA2,2024-04-05,6\nA2,2024-09-30,8\n");
        let out = folder.path().join("study.toml");
        let written = run(&[usage, japanese, left, contracts, accounts], &out, Lang::En, false).unwrap();
        let text = std::fs::read_to_string(&out).unwrap();
        let study = parse_study(&text, "study.toml").unwrap().value;
        let Source::Tables(tables) = &study.source else { panic!("{text}") };
        assert_eq!(
            (tables.accounts.path.as_str(), tables.accounts.start.as_deref()),
            ("customers.csv", Some("signup_date"))
        );
        assert_eq!(
            (tables.contracts.path.as_str(), tables.contracts.end.as_deref()),
            ("subscriptions.csv", Some("end_date"))
        );
        let logs: Vec<_> =
            tables.events.iter().map(|log| (log.name.as_str(), log.account.as_str(), log.at.as_str())).collect();
        assert!(logs.contains(&("usage", "subscription_id", "usage_date")), "a log that names contracts: {logs:?}");
        assert!(logs.contains(&("問い合わせ", "顧客ID", "日付")), "{logs:?}");
        assert_eq!(tables.to.to_string(), "2024-09-30");
        let from: Vec<&str> =
            study.kpis.iter().filter_map(|kpi| kpi.extraction.as_ref()).map(|e| e.from.as_str()).collect();
        assert!(from.contains(&"usage") && from.contains(&"問い合わせ"), "{from:?}");
        assert!(!from.contains(&"churn_events"), "who left is the outcome, not a KPI");
        assert_eq!(study.roles.segment, ["industry"]);
        assert_eq!(study.roles.controls, ["bought_for"]);
        assert!(text.contains("speak of leaving: \"churn_reason\""), "{text}");
        assert!(written.summary.iter().any(|line| line.en.contains("subscriptions.csv")));
        assert!(matches!(run(&[], &folder.path().join("x.toml"), Lang::En, false), Err(InitError::Propose { .. })));
    }

    #[test]
    fn logs_are_taken_apart_by_what_their_rows_are() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, head: &str, rows: &dyn Fn(usize) -> String| {
            let path = folder.path().join(name);
            let rows: Vec<String> = (0..40).map(rows).collect();
            std::fs::write(&path, format!("{head}\n{}\n", rows.join("\n"))).unwrap();
            path
        };
        let day = |i: usize| format!("2024-{:02}-{:02}", 1 + i % 9, 1 + i % 28);
        let accounts = write(
            "customers.csv",
            "customer_no,customer_since,sponsor_gone,concern_date,seats,料金プラン",
            &|i| {
                let (gone, hint) = (["2024-05-01", ""][i % 2], ["", "2024-06-01"][i % 2]);
                format!("C{i:02},2023-12-01,{gone},{hint},{},{}", 1 + i % 5, ["定額", "従量"][i % 2])
            },
        );
        let contracts = write("agreements.csv", "customer_no,valid_from,valid_to,periods_of_notice", &|i| {
            format!("C{i:02},2023-12-01,{},{}", ["2024-09-30", ""][i % 2], i % 3)
        });
        let cases = write("cases.csv", "customer_no,opened_on,closed_on,waiting_hours", &|i| {
            format!("C{i:02},{},{},{}", day(i), day(i), 1.5 * i as f64)
        });
        let contacts =
            write("touchpoint_contacts.csv", "customer_no,day,entered_on,person,person_role,started_by", &|i| {
                let role = ["user", "champion", "decision_maker"][i % 3];
                format!("C{i:02},{},{},u{},{role},{}", day(i), day(i), i % 4, ["us", "customer"][i % 2])
            });
        let usage = write("usage.csv", "customer_no,day,feature,typed", &|i| {
            let feature = ["export", "reports", "forecast", "reports", "tickets"][i % 5];
            format!(
                "C{i:02},{},{feature},{}",
                day(i),
                ["", "a long note that somebody typed into the field once"][i % 2]
            )
        });
        let out = folder.path().join("study.toml");
        run(&[accounts, cases, contracts, contacts, usage], &out, Lang::En, false).unwrap();
        let text = std::fs::read_to_string(&out).unwrap();
        let study = parse_study(&text, "study.toml").unwrap().value;
        let Source::Tables(tables) = &study.source else { panic!("{text}") };
        assert_eq!(tables.contracts.path, "agreements.csv", "cases are opened and closed too");
        assert_eq!(
            tables.events.iter().filter_map(|log| log.recorded_at.as_deref()).collect::<Vec<_>>(),
            ["entered_on"]
        );
        let roles = &study.roles;
        assert_eq!(roles.reasons, ["sponsor_gone"]);
        assert_eq!(roles.disclosed_risk.as_deref(), Some("concern_date"));
        assert_eq!(roles.notice_periods.as_deref(), Some("periods_of_notice"));
        assert_eq!((roles.billing.as_deref(), roles.price.as_deref()), (Some("料金プラン"), None));
        let parts: Vec<(&str, KpiKind)> = study
            .kpis
            .iter()
            .filter(|kpi| kpi.extraction.as_ref().is_some_and(|e| !e.where_.is_empty()))
            .map(|kpi| (kpi.name.as_str(), kpi.kind))
            .collect();
        let expected = [
            ("touchpoint_contacts_decision_maker_90d", KpiKind::Action),
            ("touchpoint_contacts_customer_90d", KpiKind::Behaviour),
        ];
        assert_eq!(parts, expected);
        // Kinds of rows without such a name are for people to choose; of every column one is left out, or they make the whole.
        let kinds: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# name = ")).collect();
        assert_eq!(kinds, ["\"usage_reports_90d\"", "\"usage_export_90d\"", "\"usage_forecast_90d\""]);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let table = folder.path().join("customers.csv");
        std::fs::write(&table, "id,logins,churn\na,1,0\nb,2,1\nc,3,0\n").unwrap();
        let refused = run(&[table], &folder.path().join("no/study.toml"), Lang::En, false).unwrap_err();
        assert!(matches!(refused, InitError::Target(TargetError::NoFolder { .. })), "{refused}");
    }
}
