//! `fuellamp approve`: a named person signs the weights of a run.

use chrono::NaiveDate;

use crate::approval::{self, Approved, Request};
use crate::artifact::{DecisionRecord, ModelArtifact};
use crate::notice::Explain;
use crate::verdict::Verdict;
use crate::words;
use crate::words::{Lang, Words};

use super::args::{ApproveArgs, Global};
use super::diagnose::{Diagnostic, Exit, print_notices};
use super::inputs::Inputs;
use super::load::read_text;
use super::lock::FolderLock;
use super::output::{prepare_folder, say};
use super::run::{ARTIFACT, WEIGHTS, render};
use super::staged::replace_all;
use super::tables::aligned;

pub(super) fn approve(args: &ApproveArgs, global: &Global, today: NaiveDate) -> Result<Exit, Box<Diagnostic>> {
    if !args.dir.join(ARTIFACT).exists() {
        return Err(no_run(&args.dir));
    }
    // Held to the end: whoever signs at the same time reads what this signature leaves.
    let alone =
        prepare_folder(&args.dir).map_err(|error| in_place(error.into())).and_then(|()| FolderLock::take(&args.dir));
    let path = args.dir.join(ARTIFACT);
    let artifact = ModelArtifact::from_json(&read_text(&path)?).map_err(|error| {
        let shown = path.display();
        Diagnostic::new(
            words!(en: "`{shown}` cannot be used: {error}", ja: "`{shown}`は使えません：{error}"),
            Some(Words::same(shown.to_string())),
            Some(words!(
                en: "give the folder of a run; a file that was edited by hand is refused",
                ja: "実行結果のフォルダーを指定してください。手で編集されたファイルは受け付けません",
            )),
        )
    })?;
    let lang = global.lang_or(artifact.study.language);
    let in_language = |error: Box<Diagnostic>| error.in_language(lang);
    let _alone = alone.map_err(in_language)?;
    let weights = read_text(&args.dir.join(WEIGHTS)).map_err(in_language)?;
    let request = Request {
        by: args.by.clone(),
        note: args.note.clone(),
        kpis: args.kpis.clone(),
        valid_until: args.valid_until,
    };
    let mut signed = approval::approve(&artifact, &weights, &request, today).map_err(|problems| {
        let mut all = Diagnostic::all(problems.iter().map(|problem| problem as &dyn Explain));
        all.at(&Words::same(args.dir.display().to_string()));
        all.in_language(lang)
    })?;
    signed.artifact.study.language = lang;
    let changed = changed(args, &signed, lang).map_err(in_language)?;
    replace_all(&args.dir, &changed, &Inputs::default()).map_err(|error| in_language(in_place(error)))?;
    print_notices(&signed.notices, lang, global);
    say(global, &summary(&signed, lang));
    let (names, folder) = (named(&changed, lang), args.dir.display());
    say(global, words!(en: "written in {folder}: {names}", ja: "{folder}に書き出したファイル：{names}").get(lang));
    Ok(Exit::Done)
}

/// Nothing that a run left.
fn no_run(path: &std::path::Path) -> Box<Diagnostic> {
    let shown = path.display();
    Diagnostic::new(
        words!(en: "`{shown}` is not the folder of a run: there is no {ARTIFACT} in it", ja: "`{shown}`は実行結果のフォルダーではありません。{ARTIFACT}がありません"),
        None,
        Some(words!(
            en: "name the folder that was written by `fuellamp run STUDY --out DIR`",
            ja: "`fuellamp run STUDY --out DIR`で書き出したフォルダーを指定してください",
        )),
    )
}

/// Where the files of a run cannot be replaced, there is no other place to name: a signature stands in them.
fn in_place(error: Box<Diagnostic>) -> Box<Diagnostic> {
    error.helped(&words!(
        en: "a signature is written into the folder of the run: free disk space and permissions there, or copy the folder to a place where you may write and sign the copy",
        ja: "承認は実行結果のフォルダーに書き込みます。空き容量と権限を確認するか、書き込める場所にフォルダーをコピーし、コピーのほうを承認してください",
    ))
}

/// The files that differ from those in the folder. The record comes first and the weights last: nothing is released before
/// its record exists, and where the weights cannot be written the rest is put back.
fn changed(args: &ApproveArgs, signed: &Approved, lang: Lang) -> Result<Vec<(String, Vec<u8>)>, Box<Diagnostic>> {
    let mut files = render(&signed.artifact, lang)?;
    files.retain(|(name, bytes)| std::fs::read(args.dir.join(name)).ok().as_ref() != Some(bytes));
    files.sort_by_key(|(name, _)| match name.as_str() {
        ARTIFACT => 0,
        WEIGHTS => 2,
        _ => 1,
    });
    Ok(files)
}

/// The files by name, of charts their number.
fn named(files: &[(String, Vec<u8>)], lang: Lang) -> String {
    let (charts, others): (Vec<&str>, Vec<&str>) =
        files.iter().map(|(name, _)| name.as_str()).partition(|name| name.starts_with("charts/"));
    let charts = match charts.as_slice() {
        [] => None,
        [one] => Some(Words::same(*one)),
        more => {
            let n = more.len();
            Some(words!(en: "{n} charts", ja: "グラフ{n}点"))
        }
    };
    others
        .into_iter()
        .map(str::to_owned)
        .chain(charts.map(|charts| charts.get(lang).to_owned()))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Who signed what, and until when it holds.
fn summary(signed: &Approved, lang: Lang) -> String {
    let Some(last) = signed.artifact.approvals.last() else { return String::new() };
    let (by, on, study) = (&last.by, &last.on, &signed.artifact.study.name);
    let (en, ja) = match &last.valid_until {
        Some(day) => (format!("valid until {day}"), format!("有効期限{day}")),
        None => ("no last day of validity".to_owned(), "有効期限なし".to_owned()),
    };
    let head = words!(
        en: "signed by {by} on {on}: weights of “{study}”, {en}",
        ja: "{by}が{on}に「{study}」の重みを承認しました（{ja}）",
    );
    let line = |decision: &DecisionRecord| {
        let known = signed.artifact.kpis.iter().find(|kpi| kpi.name == decision.kpi);
        let verdict = known.map(|kpi| kpi.verdict.verdict).map_or(Words::default(), Verdict::label);
        let word = match (decision.decision.as_str(), lang) {
            ("keep", Lang::Ja) => "採用",
            ("drop", Lang::Ja) => "除外",
            (other, _) => other,
        };
        let reason = decision.reason.clone().unwrap_or_default();
        let name = known.map_or(decision.kpi.as_str(), |kpi| kpi.label.get(lang));
        [word, &decision.kpi, name, verdict.get(lang), &reason].map(str::to_owned).to_vec()
    };
    let rows: Vec<Vec<String>> = last.decisions.iter().map(line).collect();
    let n = signed.artifact.approvals.len();
    let again = match n {
        1 => String::new(),
        _ => words!(en: "signature {n}; the earlier ones stay in artifact.json\n", ja: "{n}回目の承認です。以前の承認はartifact.jsonに残っています\n")
            .get(lang)
            .to_owned(),
    };
    format!("{}\n{}{again}", head.get(lang), aligned(&rows))
}
