//! `fuellamp score`: score rows with exported weights.

use std::path::Path;

use chrono::NaiveDate;
use fuellamp_score::{Scored, Status, Weights};

use crate::ingest::{ReadOptions, Table, files_of, read_table};
use crate::notice::{Explain, Noted, Notice, Severity};
use crate::words;
use crate::words::{Words, counted};

use super::args::{Global, ScoreArgs};
use super::diagnose::{Diagnostic, Exit, print_notices};
use super::inputs::Inputs;
use super::load::{is_folder, is_table_name, read_text};
use super::output::to_stdout;
use super::refused::Refused;
use super::score_inputs::ScoreInputs;
use super::score_remarks::{Remarks, of_accounts};
use super::tables::{csv, inert, interval};
use super::target::Target;

pub(super) fn score(args: &ScoreArgs, global: &Global, today: NaiveDate) -> Result<Exit, Box<Diagnostic>> {
    let lang = global.lang_or_english();
    let weights = load_weights(&args.weights)?;
    if weights.status == Status::Draft && !args.allow_draft {
        return Err(unsigned(&args.weights));
    }
    let tables = files_of(&args.table).unwrap_or_default();
    let inputs = Inputs::new(tables.into_iter().chain([args.weights.clone()]));
    let out = args.out.as_deref().map(|path| Target::new(path, &inputs)).transpose()?;
    let account = weights.study.account.clone();
    let mut text: Vec<&str> = account.iter().map(String::as_str).collect();
    // What a cell is follows from its recipe, not from the other cells of its column.
    text.extend(weights.columns());
    let options = ReadOptions { text_columns: &text, may_be_empty: true, ..ReadOptions::default() };
    let table =
        read_table(&args.table, &options).map_err(|error| no_table(&args.table).unwrap_or_else(|| error.into()))?;
    let mut notices = table.notices().to_vec();
    let expired = expired(&weights, today);
    notices.extend(standing(&weights, expired));
    notices.extend(account.as_deref().and_then(|column| numbered(column, &table)));
    notices.extend(no_rows(&table));
    let inputs = ScoreInputs::read(&weights, &table)?;
    notices.extend_from_slice(&inputs.notices);
    let rows = rows(&weights, &table, &inputs, account.as_deref(), args.explain)?;
    notices.extend(rows.notices);
    print_notices(&notices, lang, global);
    let bytes = csv(&rows.value).map_err(|error| {
        Diagnostic::new(
            words!(en: "the scores cannot be written: {error}", ja: "スコアを書き出せません：{error}"),
            None,
            None,
        )
    })?;
    match out {
        Some(out) => out.write(&bytes)?,
        None => to_stdout(&bytes)?,
    }
    // Nobody relies on a draft; expired weights in production are a failure.
    Ok(if expired && weights.status == Status::Approved { Exit::Failed } else { Exit::Done })
}

/// Drafts score nobody unless somebody asks for it.
fn unsigned(path: &Path) -> Box<Diagnostic> {
    let shown = path.display();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).display();
    Diagnostic::new(
        words!(
            en: "`{shown}` is a draft: nobody has signed these weights",
            ja: "`{shown}`はdraftです。この重みはまだ誰も承認していません",
        ),
        Some(Words::same(shown.to_string())),
        Some(words!(
            en: "let a named person read the report and sign: fuellamp approve {folder} --by NAME; or ask for a draft's scores explicitly with --allow-draft",
            ja: "担当者がレポートを確認して承認してください：fuellamp approve {folder} --by NAME。draftのまま採点する場合は--allow-draftを付けてください",
        )),
    )
}

/// A text that may be weights; a folder or a table in their place is named.
///
/// # Errors
/// What stands there instead, or why it cannot be read.
pub(super) fn read_weights(path: &Path) -> Result<String, Box<Diagnostic>> {
    if let Some(folder) = is_folder(path, "weights.json") {
        return Err(folder);
    }
    if is_table_name(path) && path.is_file() {
        let shown = path.display();
        return Err(Diagnostic::new(
            words!(
                en: "`{shown}` is a table; the weights of a run are needed here",
                ja: "`{shown}`は表です。ここには重みのファイルを指定してください",
            ),
            None,
            Some(words!(
                en: "name weights.json first and the table second: fuellamp score weights.json {shown}",
                ja: "重みのファイル、表の順に指定してください：fuellamp score weights.json {shown}",
            )),
        ));
    }
    read_text(path)
}

/// Reads weights and lets them replay their parity vectors: self-test or refuse.
pub(super) fn load_weights(path: &Path) -> Result<Weights, Box<Diagnostic>> {
    let text = read_weights(path)?;
    let refuse = |error: &dyn Explain| refused_file(path, error);
    let weights = Weights::from_json(&text).map_err(|e| refuse(&e))?;
    weights.verify().map_err(|e| refuse(&e))?;
    Ok(weights)
}

/// Weights that cannot be used.
pub(super) fn refused_file(path: &Path, error: &dyn Explain) -> Box<Diagnostic> {
    let (shown, Words { en, ja }) = (path.display(), error.what());
    let what = words!(en: "`{shown}` cannot be used: {en}", ja: "`{shown}`は使えません：{ja}");
    Diagnostic::new(what, Some(Words::same(shown.to_string())), error.help())
}

/// Whether the last day of validity is over.
pub(super) fn expired(weights: &Weights, today: NaiveDate) -> bool {
    weights.valid_until.as_deref().and_then(|day| day.parse::<NaiveDate>().ok()).is_some_and(|day| today > day)
}

fn standing(weights: &Weights, expired: bool) -> Vec<Notice> {
    let mut notices = Vec::new();
    if weights.status == Status::Draft {
        notices.push(Notice::new(
            Severity::Info,
            "draft",
            words!(
                en: "these weights are a draft: nobody has signed them",
                ja: "この重みはdraftです。まだ誰も承認していません",
            ),
        ));
    }
    if expired {
        let day = weights.valid_until.clone().unwrap_or_default();
        notices.push(
            Notice::new(
                Severity::Warning,
                "expired",
                words!(en: "these weights expired on {day}", ja: "この重みは{day}に期限が切れています"),
            )
            .help(words!(en: "run the study on newer data", ja: "新しいデータで調査をやり直してください")),
        );
    }
    notices
}

/// Without the column of the accounts nobody can tell whose row it is.
fn numbered(account: &str, table: &Table) -> Option<Notice> {
    if table.column(account).is_some() {
        return None;
    }
    let what = words!(
        en: "the table has no account column `{account}`: its rows are numbered instead",
        ja: "表に顧客の列`{account}`がないため、代わりに行の番号を付けました",
    );
    Some(Notice::new(Severity::Warning, "no_account_column", what).at(Words::same(table.name())).help(words!(
        en: "add the column, or give it the name that it had in the study",
        ja: "列を追加するか、調査のときと同じ列名にしてください",
    )))
}

/// A result of a run, given where the table is needed.
fn no_table(path: &Path) -> Option<Box<Diagnostic>> {
    let text = std::fs::read_to_string(path).ok()?;
    let result: serde_json::Value = serde_json::from_str(&text).ok()?;
    result.get("schema_version")?;
    let shown = path.display();
    let what = words!(en: "`{shown}` is a result of a run; a table is needed here", ja: "`{shown}`は実行結果です。ここには表を指定してください");
    let help = words!(
        en: "name weights.json first, and second the table with one row per account to score",
        ja: "重みのファイルの次に、採点する顧客ごとに1行の表を指定してください",
    );
    Some(Diagnostic::new(what, None, Some(help)))
}

/// A night without rows is scored as any other; whoever expected some must know.
fn no_rows(table: &Table) -> Option<Notice> {
    let name = table.name();
    let what = words!(
        en: "`{name}` has a header and no rows: nobody was scored, and what is written is a header alone",
        ja: "「{name}」には見出し行だけがあり、誰も採点していません。出力も見出し行だけです",
    );
    (table.n_rows() == 0).then(|| {
        Notice::new(Severity::Warning, "no_rows", what).at(Words::same(name)).help(words!(
            en: "where rows were expected, check whether the export that wrote it has finished and its filter matches any row",
            ja: "行があるはずの場合は、書き出しが完了しているか、絞り込みの条件に合う行があるかを確認してください",
        ))
    })
}

/// Accounts that were written with an apostrophe in front: whoever joins them must take it off.
fn marked(ids: &[Option<String>], account: &str) -> Option<Notice> {
    let changed = ids.iter().flatten().filter(|id| inert(id) != **id);
    let (n, first) = (changed.clone().count(), changed.clone().next()?);
    let (accounts, written) = (counted(n, "account"), inert(first));
    let what = words!(
        en: "{accounts} of column `{account}` could be taken for formulas by a spreadsheet and are written with an apostrophe in front, first `{written}`",
        ja: "列「{account}」の{n}件は表計算ソフトで数式とみなされうるため、先頭にアポストロフィを付けて書き出しました（最初は「{written}」）",
    );
    Some(Notice::new(Severity::Info, "marked_accounts", what).help(words!(
        en: "take the apostrophe off before joining the scores to anything",
        ja: "スコアを結合する前に、先頭のアポストロフィを取り除いてください",
    )))
}

/// The rows to be written, and what is to be said about them.
fn rows(
    weights: &Weights,
    table: &Table,
    inputs: &ScoreInputs,
    account: Option<&str>,
    explain: bool,
) -> Result<Noted<Vec<Vec<String>>>, Box<Diagnostic>> {
    let ids = match account.filter(|column| table.column(column).is_some()) {
        Some(column) => table.texts(column)?,
        None => (1..=table.n_rows()).map(|n| Some(n.to_string())).collect(),
    };
    let period = weights.study.period.as_deref().filter(|column| table.column(column).is_some());
    let periods = period.map(|column| table.texts(column)).transpose()?;
    let mut notices = of_accounts(&ids, periods.as_deref(), table);
    notices.extend(account.and_then(|account| marked(&ids, account)));
    let mut remarks = Remarks::default();
    let mut header = vec![account.filter(|c| table.column(c).is_some()).unwrap_or("row").to_owned()];
    header.extend(period.map(str::to_owned));
    header.extend(["score", "probability", "band", "log_odds", "used_policies"].map(str::to_owned));
    if explain {
        header.push("points_baseline".to_owned());
        header.extend(weights.reasons.iter().map(|r| inert(&format!("points_{}", r.column))));
    }
    header.extend(["probability_low", "probability_high"].map(str::to_owned));
    let mut rows = vec![header];
    let mut refused = Refused::default();
    for (row, id) in ids.into_iter().enumerate() {
        let scored = match weights.score(|column| inputs.value(column, row)) {
            Ok(scored) => scored,
            Err(error) => {
                refused.add(&error, id.as_deref().unwrap_or_default(), table.place_of(row));
                continue;
            }
        };
        remarks.add(weights, &scored, row);
        let mut cells = vec![inert(&id.unwrap_or_default())];
        cells.extend(periods.as_ref().map(|p| inert(p[row].as_deref().unwrap_or_default())));
        let used: Vec<String> = scored
            .used
            .iter()
            .map(|(column, used)| format!("{column}:{}", format!("{used:?}").to_lowercase()))
            .collect();
        cells.extend([
            scored.score.to_string(),
            scored.probability.to_string(),
            scored.band.clone(),
            scored.log_odds.to_string(),
            inert(&used.join("; ")),
        ]);
        if explain {
            cells.push(baseline(weights, &scored).to_string());
            for reason in &weights.reasons {
                let points = scored.contributions.iter().find(|c| c.column == reason.column).map(|c| c.points);
                cells.push(points.map_or_else(String::new, |p| p.to_string()));
            }
        }
        cells.extend(interval(scored.interval));
        rows.push(cells);
    }
    notices.extend(remarks.notices(weights, table, inputs));
    refused.end().map_or(Ok(Noted { value: rows, notices }), Err)
}

/// Score of the average customer, before it is cut off: with the contributions in points it adds up to the row's.
fn baseline(weights: &Weights, scored: &Scored) -> f64 {
    let apart: f64 = scored.contributions.iter().map(|part| part.log_odds).sum();
    weights.score.offset - weights.score.slope * (scored.log_odds - apart)
}
