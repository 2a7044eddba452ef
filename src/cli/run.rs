//! `fuellamp run`: everything.

use chrono::NaiveDate;
use fuellamp_score::Weights;

use crate::artifact::ModelArtifact;
use crate::notice::{Notice, Severity};
use crate::pipeline::{self, Data, Keep, Request, Resampling};
use crate::report::{charts, leadership_html, report_html};
use crate::words;
use crate::words::{Lang, Words, counted};

use super::args::{Global, RunArgs};
use super::diagnose::{Diagnostic, Exit, print_notices};
use super::kept::KeptInFolder;
use super::load::{GENERATOR, Loaded, inputs_of, load_data, load_study};
use super::lock::FolderLock;
use super::output::{CHARTS, OutputFolder, say};
use super::progress::Progress;
use super::score::expired;
use super::tables::{aligned, csv, score_rows, verdict_rows};

/// The record of a run in its folder.
pub(super) const ARTIFACT: &str = "artifact.json";
/// The production weights in its folder.
pub(super) const WEIGHTS: &str = "weights.json";

/// Every file of a run beside its charts, the record last.
pub(super) const FILES: [&str; 7] =
    ["verdicts.csv", "scores.csv", WEIGHTS, "weights.schema.json", "report.html", "leadership.html", ARTIFACT];

pub(super) fn run(args: &RunArgs, global: &Global, today: NaiveDate) -> Result<Exit, Box<Diagnostic>> {
    let loaded = load_study(&args.study)?;
    let lang = global.lang_or(loaded.study.language);
    let in_language = |error: Box<Diagnostic>| error.in_language(lang);
    let inputs = inputs_of(&args.study, &loaded.study);
    let folder = OutputFolder::open(&args.out, inputs, &FILES).map_err(in_language)?;
    let data = load_data(&args.study, &loaded.study).map_err(in_language)?;
    let resampling = if args.exact { Resampling::Exact } else { Resampling::FirstOrder };
    let kept = args.exact.then(|| KeptInFolder::new(&args.out));
    let artifact = execute(loaded, data, (global, lang), (resampling, kept.as_ref())).map_err(in_language)?;
    let replaced = leave(&artifact, &folder, lang).map_err(in_language)?;
    if let Some(kept) = kept {
        kept.clear();
    }
    let mut worst: Vec<_> = artifact.notices.iter().filter(|n| n.severity > Severity::Info).cloned().collect();
    worst.extend(replaced);
    print_notices(&worst, lang, global);
    say(global, &summary(&artifact, lang));
    say(global, &files(&artifact, &folder, lang, today));
    Ok(Exit::Done)
}

/// Runs the pipeline with progress; the language asked for is the artifact's.
pub(super) fn execute(
    loaded: Loaded,
    data: Data,
    (global, lang): (&Global, Lang),
    (resampling, kept): (Resampling, Option<&KeptInFolder>),
) -> Result<ModelArtifact, Box<Diagnostic>> {
    let progress = Progress::new(global, lang);
    let mut study = loaded.study;
    study.language = lang;
    let step = |stage: &str| progress.step(stage);
    let watch = |table: &str, share: f64| progress.table(table, share);
    let request = Request {
        notices: loaded.notices,
        study_digest: &loaded.digest,
        generator: GENERATOR,
        resampling,
        keep: kept.map(|kept| kept as &dyn Keep),
    };
    pipeline::run(&study, data, request, &step, &watch).map_err(Into::into)
}

/// Writes every file of a run; says so where a signature ends with it.
pub(super) fn leave(
    artifact: &ModelArtifact,
    folder: &OutputFolder,
    lang: Lang,
) -> Result<Option<Notice>, Box<Diagnostic>> {
    let files = render(artifact, lang)?;
    let _alone = FolderLock::take(folder.path())?;
    let replaced = replaced_signature(folder);
    folder.write_all(&files)?;
    Ok(replaced)
}

/// A signature in the folder ends with the run that replaces its weights, and whoever runs it must hear of it.
fn replaced_signature(folder: &OutputFolder) -> Option<Notice> {
    let text = std::fs::read_to_string(folder.join(WEIGHTS)).ok()?;
    let signed = Weights::from_json(&text).ok()?.approval?;
    let (by, on) = (signed.by, signed.on);
    let what = words!(
        en: "the weights that {by} signed on {on} were in this folder; they are replaced by a draft",
        ja: "このフォルダーには{by}が{on}に承認した重みがありました。新しいdraftで置き換えます",
    );
    Some(Notice::new(Severity::Warning, "signature_replaced", what).help(words!(
        en: "let them be signed again (fuellamp approve), or run into another folder and keep both",
        ja: "改めて承認してください（fuellamp approve）。両方を残すには、別のフォルダーに出力してください",
    )))
}

/// Every file of a run with its name in the folder, the artifact last.
pub(super) fn render(artifact: &ModelArtifact, lang: Lang) -> Result<Vec<(String, Vec<u8>)>, Box<Diagnostic>> {
    let broken = |error: &dyn std::fmt::Display| {
        Diagnostic::new(
            words!(en: "the results cannot be written: {error}", ja: "結果を書き出せません：{error}"),
            None,
            None,
        )
    };
    let charts = charts(artifact, lang)?.into_iter();
    let mut files: Vec<(String, Vec<u8>)> =
        charts.map(|chart| (format!("{CHARTS}/{}", chart.file_name), chart.svg.into_bytes())).collect();
    let schema = serde_json::to_string_pretty(&fuellamp_score::weights_schema()).map_err(|e| broken(&e))?;
    let weights = artifact.weights.to_json().map_err(|e| broken(&e))?;
    let others = [
        csv(&verdict_rows(artifact)).map_err(|e| broken(&e))?,
        csv(&score_rows(artifact)).map_err(|e| broken(&e))?,
        weights.into_bytes(),
        format!("{schema}\n").into_bytes(),
        report_html(artifact, lang)?.into_bytes(),
        leadership_html(artifact, lang)?.into_bytes(),
        artifact.to_json().map_err(|e| broken(&e))?.into_bytes(),
    ];
    files.extend(FILES.map(str::to_owned).into_iter().zip(others));
    Ok(files)
}

/// The verdicts for a terminal.
pub(super) fn summary(artifact: &ModelArtifact, lang: Lang) -> String {
    let head = match lang {
        Lang::En => ["KPI", "verdict", "odds ratio per sd", "lever", "in score"],
        Lang::Ja => ["KPI", "判定", "オッズ比（1標準偏差）", "働きかける価値", "スコア"],
    };
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for kpi in &artifact.kpis {
        let n = &kpi.numbers;
        let ratio = match (n.odds_ratio, n.ci_low, n.ci_high) {
            (Some(or), Some(low), Some(high)) => format!("{or:.2} ({low:.2}-{high:.2})"),
            _ => "-".to_owned(),
        };
        let answer = match (kpi.verdict.verdict.lever().name(), lang) {
            ("yes", Lang::Ja) => "はい",
            ("no", Lang::Ja) => "いいえ",
            (_, Lang::Ja) => "不明",
            (name, Lang::En) => name,
        };
        rows.push(vec![
            one_line(kpi.label.get(lang)),
            kpi.verdict.verdict.label().get(lang).to_owned(),
            ratio,
            answer.to_owned(),
            if n.in_score { "●" } else { "" }.to_owned(),
        ]);
    }
    let d = &artifact.data;
    let (rows_n, events, accounts) = (d.n_rows_at_risk, d.n_events, d.n_accounts);
    let [of, risk, left] =
        [(accounts, "account"), (rows_n, "row"), (events, "decision")].map(|(n, noun)| counted(n, noun));
    let counts = words!(
        en: "{of}, {risk} at risk, {left} to leave",
        ja: "顧客{accounts}件、対象{rows_n}行、離反{events}件",
    );
    let auc = artifact.validation.auc.as_ref().map_or_else(String::new, |a| {
        let (auc, low, high) = (a.auc, a.ci_low, a.ci_high);
        let text = words!(
            en: "score on accounts it has not seen: AUC {auc:.3} ({low:.3} to {high:.3})",
            ja: "学習に使っていない顧客でのスコア：AUC {auc:.3}（{low:.3}〜{high:.3}）",
        );
        format!("{}\n", text.get(lang))
    });
    format!("{}\n\n{}\n{auc}", counts.get(lang), aligned(&rows))
}

fn one_line(text: &str) -> String {
    const WIDTH: usize = 60;
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if clean.chars().count() > WIDTH { clean.chars().take(WIDTH - 1).chain(['…']).collect() } else { clean }
}

/// Where to look, and what to do with the weights: sign them, unless they are over already.
pub(super) fn files(artifact: &ModelArtifact, folder: &OutputFolder, lang: Lang, today: NaiveDate) -> String {
    let (report, page, weights) = (folder.join("report.html"), folder.join("leadership.html"), folder.join(WEIGHTS));
    let (report, page, weights) = (report.display(), page.display(), weights.display());
    let shown = folder.path().display();
    let Words { en, ja } = match artifact.weights.valid_until.as_deref() {
        Some(day) if expired(&artifact.weights, today) => words!(
            en: "draft, expired on {day}: the data end too early; run the study on newer data, then let a person sign",
            ja: "draft、{day}に期限切れ：データが古いため、新しいデータで調査をやり直してから承認してください",
        ),
        _ => words!(
            en: "draft until a person signs: fuellamp approve {shown} --by NAME",
            ja: "draft：承認するには fuellamp approve {shown} --by NAME",
        ),
    };
    words!(
        en: "report:      {report}\none page:    {page}\nweights:     {weights} ({en})",
        ja: "レポート：         {report}\n経営層向け1ページ：{page}\n重み：             {weights}（{ja}）",
    )
    .get(lang)
    .to_owned()
}
