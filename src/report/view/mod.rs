//! From the artifact to strings that are ready to print.

mod beside;
mod card;
mod chain;
mod detail;
mod gut;
mod lamp;
mod leadership;
mod model;
mod validation;

pub use detail::sample_size;

pub(super) use card::{Card, VerdictRow};
pub(super) use gut::GutView;
pub(super) use lamp::LampView;
pub(super) use leadership::{LeadershipView, leadership};

use std::collections::BTreeMap;

use super::ReportError;
use super::chart::{self, Forest};
use super::format::{count, plain, short_digest, told};
use super::html::mark_svg;
use super::names::{GLOSSARY, code, family, family_class, is_mirage, mark, meaning, say};
use crate::artifact::ModelArtifact;
use crate::notice::{Notice, Severity};
use crate::verdict::Verdict;
use crate::words::{Lang, counted};
use fuellamp_score::{Basis, Label, Status};

/// Cautions on the first page; all of them are under the notices.
const FIRST_CAUTIONS: usize = 4;

/// A label and its value.
pub(super) struct Fact {
    /// Label.
    pub(super) name: String,
    /// Value.
    pub(super) value: String,
}

/// A table of ready strings; the first column names the row.
pub(super) struct Table {
    /// What the table shows.
    pub(super) caption: String,
    /// Column headings.
    pub(super) head: Vec<String>,
    /// Positions of the columns that hold numbers.
    pub(super) numeric: Vec<usize>,
    /// Cells by row.
    pub(super) rows: Vec<Vec<String>>,
}

/// A notice.
pub(super) struct NoticeView {
    /// Style class.
    pub(super) class: &'static str,
    /// Severity in words.
    pub(super) severity: String,
    /// What is so.
    pub(super) what: String,
    /// Where.
    pub(super) place: Option<String>,
    /// Next step.
    pub(super) help: Option<String>,
    /// Identifier for machines.
    pub(super) code: String,
}

/// How many KPIs got a verdict.
pub(super) struct VerdictCount {
    /// Style class.
    pub(super) class: &'static str,
    /// Shape.
    pub(super) mark: &'static str,
    /// Verdict.
    pub(super) label: String,
    /// How many.
    pub(super) n: String,
}

/// A KPI with one or two sentences.
pub(super) struct KpiLine {
    /// Anchor of its card.
    pub(super) id: String,
    /// Shape.
    pub(super) mark: &'static str,
    /// Name for people.
    pub(super) label: String,
    /// Verdict.
    pub(super) verdict: String,
    /// Why.
    pub(super) reason: String,
    /// What would settle it.
    pub(super) settle: Option<String>,
}

/// A verdict explained.
pub(super) struct Meaning {
    /// Shape.
    pub(super) mark: &'static str,
    /// Verdict.
    pub(super) name: String,
    /// Name in files.
    pub(super) code: &'static str,
    /// What it means.
    pub(super) text: String,
}

/// Everything on the analyst's report.
pub(super) struct ReportView {
    lang: Lang,
    pub(super) study: String,
    pub(super) purpose: String,
    pub(super) status: String,
    pub(super) facts: Vec<Fact>,
    /// That conclusions are unsafe, where they are.
    pub(super) unsafe_lead: Option<String>,
    pub(super) urgent: Vec<NoticeView>,
    /// How many cautions are shown further below only.
    pub(super) n_more: usize,
    pub(super) counts: Vec<VerdictCount>,
    pub(super) levers: Vec<KpiLine>,
    pub(super) mirages: Vec<KpiLine>,
    pub(super) untold: Vec<KpiLine>,
    pub(super) verdicts: Vec<VerdictRow>,
    pub(super) forest: Option<String>,
    /// From action to KPI to outcome.
    pub(super) links: Table,
    /// Why there are none.
    pub(super) no_links: Option<String>,
    pub(super) unmoved: Table,
    pub(super) stages: Table,
    pub(super) high_use: Table,
    pub(super) cards: Vec<Card>,
    pub(super) fit_facts: Vec<Fact>,
    pub(super) terms: Table,
    pub(super) aliased: Table,
    pub(super) validation_facts: Vec<Fact>,
    pub(super) calibration: Option<String>,
    /// What the figures mean, in sentences.
    pub(super) validation_says: Vec<String>,
    pub(super) validation: Vec<Table>,
    pub(super) score_facts: Vec<Fact>,
    pub(super) points: Table,
    pub(super) rounding: Option<String>,
    pub(super) histogram: Option<String>,
    pub(super) bands: Table,
    pub(super) at_risk: Table,
    pub(super) gut: Vec<GutView>,
    pub(super) lamp: Option<LampView>,
    pub(super) data_facts: Vec<Fact>,
    pub(super) left_out: Table,
    pub(super) periods: Option<String>,
    pub(super) columns: Table,
    pub(super) notices: Vec<NoticeView>,
    pub(super) thresholds: Table,
    pub(super) glossary: Vec<Fact>,
    pub(super) meanings: Vec<Meaning>,
    pub(super) commands: Vec<Fact>,
    pub(super) generator: String,
}

impl ReportView {
    /// One of two texts of the page itself.
    pub(super) fn t<'a>(&self, en: &'a str, ja: &'a str) -> &'a str {
        say(self.lang, en, ja)
    }

    /// `lang` attribute.
    pub(super) fn code(&self) -> &'static str {
        self.lang.code()
    }
}

/// Builds the analyst's report.
pub(super) fn report(artifact: &ModelArtifact, lang: Lang) -> Result<ReportView, ReportError> {
    let kpis: Vec<_> = artifact.kpis.iter().collect();
    let labels: BTreeMap<&str, &str> = kpis.iter().map(|k| (k.name.as_str(), k.label.get(lang))).collect();
    let notices: Vec<_> = artifact.notices.iter().map(|n| notice(n, &labels, lang)).collect();
    let mut urgent: Vec<_> = artifact.notices.iter().filter(|n| n.severity > Severity::Info).collect();
    urgent.sort_by_key(|n| std::cmp::Reverse(n.severity));
    let n_unsafe = urgent.iter().filter(|n| n.severity == Severity::Unsafe).count();
    let n_more = urgent.len().saturating_sub(n_unsafe + FIRST_CAUTIONS);
    urgent.truncate(n_unsafe + FIRST_CAUTIONS);
    let lines = |wanted: fn(Verdict) -> bool| -> Vec<KpiLine> {
        kpis.iter()
            .enumerate()
            .filter(|(_, kpi)| wanted(kpi.verdict.verdict))
            .map(|(position, kpi)| KpiLine {
                id: card::id(position),
                mark: mark_svg(mark(kpi.verdict.verdict)),
                label: kpi.label.get(lang).to_owned(),
                verdict: kpi.verdict.verdict.label().get(lang).to_owned(),
                reason: told(kpi.verdict.reason.get(lang), &labels, lang),
                settle: kpi.verdict.settle.as_ref().map(|w| told(w.get(lang), &labels, lang)),
            })
            .collect()
    };
    let forest = if kpis.is_empty() {
        None
    } else {
        Some(chart::forest(&kpis, &Forest { max_rows: 40, compact: false }, lang)?.svg)
    };
    let mut cards = Vec::with_capacity(kpis.len());
    for (position, kpi) in kpis.iter().enumerate() {
        cards.push(card::card(kpi, (position, kpis.len()), artifact, &labels, lang)?);
    }
    let svg = |chart: Option<chart::Chart>| chart.map(|c| c.svg);
    Ok(ReportView {
        lang,
        study: artifact.study.name.clone(),
        purpose: artifact.study.purpose.clone(),
        status: status(artifact, lang),
        facts: header(artifact, lang),
        unsafe_lead: unsafe_lead(n_unsafe, lang),
        n_more,
        urgent: urgent.into_iter().map(|n| notice(n, &labels, lang)).collect(),
        counts: counts(artifact, lang),
        levers: lines(|v| v == Verdict::Validated),
        mirages: lines(|v| is_mirage(v) || v == Verdict::Fading),
        untold: lines(|v| {
            matches!(v, Verdict::CannotTell | Verdict::Promising | Verdict::Mediated | Verdict::SegmentDependent)
        }),
        verdicts: card::rows(&kpis, lang),
        forest,
        links: chain::links(artifact, &labels, lang),
        unmoved: chain::unmoved(artifact, &labels, lang),
        no_links: chain::no_links(artifact, lang),
        stages: chain::stages(artifact, &labels, lang),
        high_use: chain::high_use(artifact, &labels, lang),
        cards,
        fit_facts: model::fit_facts(&artifact.fit, lang),
        terms: model::terms(&artifact.fit, &labels, lang),
        aliased: model::aliased(&artifact.fit, lang),
        validation_facts: validation::facts(&artifact.validation, lang),
        validation_says: validation::sentences(&artifact.validation, lang),
        calibration: svg(chart::calibration(&artifact.validation.curve, lang)?),
        validation: validation::tables(&artifact.validation, &labels, lang),
        score_facts: model::score_facts(artifact, lang),
        points: model::points(artifact, lang),
        rounding: model::rounding(artifact, lang),
        histogram: svg(chart::score(&artifact.score.histogram, lang)?),
        bands: model::bands(artifact, lang),
        at_risk: model::at_risk(artifact, lang),
        gut: gut::ratings(artifact, lang),
        lamp: lamp::lamp(artifact, lang)?,
        data_facts: model::data_facts(&artifact.data, lang),
        left_out: model::left_out(&artifact.data, lang),
        periods: svg(chart::periods(&artifact.data.periods, lang)?),
        columns: model::columns(&artifact.data, lang),
        notices,
        thresholds: thresholds(artifact, lang),
        glossary: glossary(lang),
        meanings: Verdict::ALL
            .iter()
            .map(|&v| Meaning {
                mark: mark_svg(mark(v)),
                name: v.label().get(lang).to_owned(),
                code: v.name(),
                text: meaning(v, lang).to_owned(),
            })
            .collect(),
        commands: commands(lang),
        generator: artifact.generator.clone(),
    })
}

/// That conclusions are unsafe, and why.
pub(super) fn unsafe_lead(n_unsafe: usize, lang: Lang) -> Option<String> {
    (n_unsafe > 0).then(|| match lang {
        Lang::En => format!(
            "Conclusions from this data are unsafe: {n_unsafe} {} below must be settled first.",
            if n_unsafe == 1 { "finding" } else { "findings" }
        ),
        Lang::Ja => format!("このデータからの結論は確かではありません。下の{n_unsafe}件を先に解決してください。"),
    })
}

/// The language's side of a label of the weights.
pub(super) fn label(label: &Label, lang: Lang) -> &str {
    match lang {
        Lang::En => &label.en,
        Lang::Ja => &label.ja,
    }
}

/// A label and its value.
pub(super) fn fact(name: &str, value: impl Into<String>) -> Fact {
    Fact { name: name.to_owned(), value: value.into() }
}

/// First and last period in words.
pub(super) fn window(artifact: &ModelArtifact, lang: Lang) -> String {
    match (&artifact.data.period_from, &artifact.data.period_to) {
        (Some(from), Some(to)) => match lang {
            Lang::En => format!("{from} to {to}"),
            Lang::Ja => format!("{from} 〜 {to}"),
        },
        _ => say(lang, "one point in time", "一時点").to_owned(),
    }
}

/// Draft or signed by whom.
pub(super) fn status(artifact: &ModelArtifact, lang: Lang) -> String {
    let weights = &artifact.weights;
    match (weights.status, &weights.approval) {
        (Status::Approved, Some(approval)) => match lang {
            Lang::En => format!("Approved by {} on {}", approval.by, approval.on),
            Lang::Ja => format!("承認済み（{}、{}）", approval.by, approval.on),
        },
        (Status::Approved, None) => say(lang, "Approved", "承認済み").to_owned(),
        (Status::Draft, _) => say(lang, "Draft: nobody has signed yet", "下書き：まだ承認されていません").to_owned(),
    }
}

/// What the weights rest on.
pub(super) fn basis(basis: Basis, lang: Lang) -> &'static str {
    match basis {
        Basis::Validated => say(lang, "validated KPIs", "検証済みのKPI"),
        Basis::Promising => say(lang, "promising KPIs only: none is validated", "有望なKPIのみ（検証済みなし）"),
        Basis::Controls => say(lang, "customer attributes only: no KPI qualifies", "顧客属性のみ（使えるKPIなし）"),
    }
}

fn header(artifact: &ModelArtifact, lang: Lang) -> Vec<Fact> {
    let (study, data) = (&artifact.study, &artifact.data);
    let periods = |n: u32| counted(n as usize, "period");
    let horizon = match (lang, study.gap) {
        (Lang::En, 0) => format!("within {}", periods(study.horizon)),
        (Lang::En, gap) => format!("within {}, after {} needed to act", periods(study.horizon), periods(gap)),
        (Lang::Ja, 0) => format!("{}期以内", study.horizon),
        (Lang::Ja, gap) => format!("対応に必要な{gap}期の後、{}期以内", study.horizon),
    };
    vec![
        fact(say(lang, "Outcome", "予測する結果"), study.outcome.clone()),
        fact(say(lang, "Counted as leaving", "離反として数える範囲"), horizon),
        fact(say(lang, "Data window", "データの期間"), window(artifact, lang)),
        fact(say(lang, "Form of the data", "データの形"), code(&study.source, lang)),
        fact(say(lang, "Rows", "行数"), count(data.n_rows)),
        fact(say(lang, "Accounts", "顧客数"), count(data.n_accounts)),
        fact(say(lang, "Events", "離反数"), count(data.n_events)),
        fact(say(lang, "Status of the weights", "重みの状態"), status(artifact, lang)),
        fact(say(lang, "Data digest", "データのハッシュ値"), short_digest(&data.digest)),
        fact(say(lang, "Study digest", "調査ファイルのハッシュ値"), short_digest(&study.digest)),
    ]
}

fn counts(artifact: &ModelArtifact, lang: Lang) -> Vec<VerdictCount> {
    let mut by_verdict: BTreeMap<Verdict, usize> = BTreeMap::new();
    for kpi in &artifact.kpis {
        *by_verdict.entry(kpi.verdict.verdict).or_default() += 1;
    }
    by_verdict
        .into_iter()
        .map(|(verdict, n)| VerdictCount {
            class: family_class(family(verdict)),
            mark: mark_svg(mark(verdict)),
            label: verdict.label().get(lang).to_owned(),
            n: count(n),
        })
        .collect()
}

fn notice(notice: &Notice, labels: &BTreeMap<&str, &str>, lang: Lang) -> NoticeView {
    let (class, severity) = match notice.severity {
        Severity::Unsafe => ("unsafe", say(lang, "Unsafe", "結論は不確か")),
        Severity::Warning => ("warning", say(lang, "Caution", "注意")),
        Severity::Info => ("info", say(lang, "Note", "参考")),
    };
    NoticeView {
        class,
        severity: severity.to_owned(),
        what: told(notice.what.get(lang), labels, lang),
        place: notice.place.as_ref().map(|w| told(w.get(lang), labels, lang)),
        help: notice.help.as_ref().map(|w| told(w.get(lang), labels, lang)),
        code: notice.code.clone(),
    }
}

fn thresholds(artifact: &ModelArtifact, lang: Lang) -> Table {
    Table {
        caption: say(lang, "Thresholds of the verdict rules", "判定ルールのしきい値").to_owned(),
        head: head(lang, &[("Name", "名前"), ("Value", "値"), ("Meaning and source", "意味と出典")]),
        numeric: vec![1],
        rows: artifact
            .thresholds
            .iter()
            .map(|t| vec![t.name.clone(), plain(t.value), t.meaning.get(lang).to_owned()])
            .collect(),
    }
}

/// Column headings in the language.
pub(super) fn head(lang: Lang, names: &[(&str, &str)]) -> Vec<String> {
    names.iter().map(|(en, ja)| say(lang, en, ja).to_owned()).collect()
}

fn glossary(lang: Lang) -> Vec<Fact> {
    GLOSSARY
        .iter()
        .map(|(en, en_text, ja, ja_text)| match lang {
            Lang::En => Fact { name: (*en).to_owned(), value: (*en_text).to_owned() },
            Lang::Ja => Fact { name: (*ja).to_owned(), value: (*ja_text).to_owned() },
        })
        .collect()
}

fn commands(lang: Lang) -> Vec<Fact> {
    let rows = [
        (
            "fuellamp run STUDY --out DIR",
            "this report, the weights and the scores; the same study and data give the same bytes",
            "このレポート・重み・スコアを作り直します。同じ調査とデータからは同じ結果が得られます",
        ),
        (
            "fuellamp fit STUDY --se cluster",
            "the declared regression alone, to compare with R, Python or SAS",
            "宣言した回帰だけを実行します。R・Python・SASとの比較に使えます",
        ),
        (
            "fuellamp check STUDY",
            "the audit of study and data, without a fit",
            "モデルを当てはめずに、調査とデータだけを点検します",
        ),
        (
            "fuellamp approve DIR --by NAME",
            "a person's sign-off, after reading this report",
            "このレポートを読んだ人が承認を記録します",
        ),
    ];
    rows.iter().map(|(command, en, ja)| fact(command, say(lang, en, ja))).collect()
}
