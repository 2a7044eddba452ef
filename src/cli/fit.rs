//! `fuellamp fit`: only the declared regression, for statisticians to compare.

use crate::design::Scale;
use crate::notice::{Notice, Severity};
use crate::pipeline::{FitOptions, FitReport, PenaltyChoice, StandardErrors, regress};
use crate::words;
use crate::words::{Lang, Words, counted};

use super::args::{FitArgs, Global, ScaleArg, SeArg};
use super::diagnose::{Diagnostic, Exit, print_notices};
use super::load::{inputs_of, load_quantities, load_study};
use super::output::{complain, to_stdout};
use super::progress::Progress;
use super::tables::{csv, inert};
use super::target::Target;

pub(super) fn fit(args: &FitArgs, global: &Global) -> Result<Exit, Box<Diagnostic>> {
    let penalty = penalty(&args.penalty)?;
    let loaded = load_study(&args.study)?;
    let lang = global.lang_or(loaded.study.language);
    let in_language = |error: Box<Diagnostic>| error.in_language(lang);
    let inputs = inputs_of(&args.study, &loaded.study);
    let out =
        args.out.as_deref().map(|path| Target::new(path, &inputs)).transpose().map_err(|e| in_language(e.into()))?;
    let data = load_quantities(&args.study, &loaded.study).map_err(in_language)?;
    let progress = Progress::new(global, lang);
    let options = FitOptions {
        penalty,
        standard_errors: match args.se {
            SeArg::Model => StandardErrors::Model,
            SeArg::Cluster => StandardErrors::Cluster,
            SeArg::TwoWay => StandardErrors::TwoWay,
        },
        scale: match args.scale {
            ScaleArg::Raw => Scale::Raw,
            ScaleArg::Sd => Scale::Sd,
        },
        lag: args.lag,
    };
    let report = regress(&loaded.study, data, &options, &|table, share| progress.table(table, share))
        .map_err(|e| in_language(e.into()))?;
    drop(progress);
    print_notices(&notices(&report), lang, global);
    let bytes = csv(&rows(&report)).map_err(|error| {
        Diagnostic::new(
            words!(en: "the table cannot be written: {error}", ja: "表を書き出せません：{error}"),
            None,
            None,
        )
    })?;
    match out {
        Some(out) => out.write(&bytes).map_err(|e| in_language(e.into()))?,
        None => to_stdout(&bytes)?,
    }
    if !global.quiet {
        complain(&footer(&report, lang));
    }
    Ok(Exit::Done)
}

fn penalty(text: &str) -> Result<PenaltyChoice, Box<Diagnostic>> {
    match text.split_once('=') {
        None if text == "none" => Ok(PenaltyChoice::None),
        None if text == "firth" => Ok(PenaltyChoice::Firth),
        Some(("ridge", weight)) => match weight.parse::<f64>() {
            Ok(weight) if weight.is_finite() && weight >= 0.0 => Ok(PenaltyChoice::Ridge(weight)),
            _ => Err(bad_penalty(text)),
        },
        _ => Err(bad_penalty(text)),
    }
}

fn bad_penalty(text: &str) -> Box<Diagnostic> {
    Diagnostic::new(
        words!(en: "`{text}` is no penalty", ja: "`{text}`という罰則はありません"),
        Some(words!(en: "--penalty", ja: "--penalty")),
        Some(words!(
            en: "use none, firth, or ridge=WEIGHT with a weight that is not negative",
            ja: "none、firth、ridge=重み（0以上）のどれかを指定してください",
        )),
    )
}

fn rows(report: &FitReport) -> Vec<Vec<String>> {
    let header = ["term", "estimate", "std_error", "z", "p", "ci_low", "ci_high"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for (term, estimate, tested) in &report.terms {
        let cell = |value: Option<f64>| value.filter(|x| x.is_finite()).map_or_else(String::new, |x| x.to_string());
        rows.push(vec![
            inert(term),
            estimate.to_string(),
            cell(tested.map(|t| t.std_error)),
            cell(tested.map(|t| t.z)),
            cell(tested.map(|t| t.p)),
            cell(tested.map(|t| t.ci_low)),
            cell(tested.map(|t| t.ci_high)),
        ]);
    }
    rows
}

fn notices(report: &FitReport) -> Vec<Notice> {
    let mut notices = report.notices.clone();
    for alias in &report.aliased {
        let (term, formula) = (&alias.term, alias.formula());
        notices.push(
            Notice::new(
                Severity::Warning,
                "aliased",
                words!(
                    en: "term `{term}` was left out: other terms determine it exactly",
                    ja: "項`{term}`は、ほかの項から完全に決まるため除きました",
                ),
            )
            .at(words!(en: "{term} = {formula}", ja: "{term} = {formula}")),
        );
    }
    for column in &report.constant {
        notices.push(Notice::new(
            Severity::Warning,
            "constant_column",
            words!(
                en: "column `{column}` has one value in all complete rows and makes no term",
                ja: "列`{column}`は欠測のない行ですべて同じ値なので、項になりません",
            ),
        ));
    }
    if report.n_incomplete > 0 {
        let n = report.n_incomplete;
        let (rows, were) = (counted(n, "row"), if n == 1 { "was" } else { "were" });
        notices.push(Notice::new(
            Severity::Warning,
            "incomplete_rows",
            words!(
                en: "{rows} with a missing value {were} dropped; nothing is imputed here",
                ja: "欠測のある{n}行を除きました（ここでは補完しません）",
            ),
        ));
    }
    if report.mended {
        notices.push(
            Notice::new(
                Severity::Warning,
                "two_way_mended",
                words!(
                    en: "the two-way covariance had negative eigenvalues, which were set to zero",
                    ja: "二方向クラスターの共分散行列に負の固有値があったため、0に置き換えました",
                ),
            )
            .help(words!(
                en: "there are too few accounts or periods for it: compare with --se cluster",
                ja: "顧客または期の数が足りません。--se clusterの結果と比べてください",
            )),
        );
    }
    if report.terms.iter().all(|(_, _, tested)| tested.is_none()) {
        notices.push(Notice::new(
            Severity::Warning,
            "no_standard_errors",
            words!(
                en: "a ridge fit has no standard errors: it is biased on purpose",
                ja: "リッジ推定は意図的に偏らせるため、標準誤差はありません",
            ),
        ));
    }
    notices
}

fn footer(report: &FitReport, lang: Lang) -> String {
    let (n, events, accounts) = report.n;
    let (log_likelihood, iterations, score) = report.convergence;
    let (se_en, se_ja) = (&report.covariance.en, &report.covariance.ja);
    let profiled = if report.profiled {
        words!(
            en: "; intervals and p by profile penalised likelihood",
            ja: "、信頼区間とpは罰則付きプロファイル尤度による",
        )
    } else {
        Words::default()
    };
    let (by_en, by_ja) = (profiled.en, profiled.ja);
    let lag = report.lag.map_or_else(|| "-".to_owned(), |lag| lag.to_string());
    words!(
        en: "n {n}, events {events}, accounts {accounts}, lag {lag}\nlog-likelihood {log_likelihood:.9}\nconverged in {iterations} Newton steps, largest scaled score {score:.1e}; standard errors {se_en}{by_en}",
        ja: "n {n}、離反 {events}、顧客 {accounts}、ラグ {lag}\n対数尤度 {log_likelihood:.9}\nニュートン法{iterations}回で収束、最大スコア（尺度調整後）{score:.1e}、標準誤差 {se_ja}{by_ja}",
    )
    .get(lang)
    .to_owned()
}
