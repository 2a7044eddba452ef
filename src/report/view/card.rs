//! One KPI: its row in the table of verdicts and its card.

use std::collections::BTreeMap;

use super::{Fact, Table, beside, fact, head};
use crate::artifact::{KpiArtifact, ModelArtifact};
use crate::report::ReportError;
use crate::report::chart;
use crate::report::clock::Clock;
use crate::report::format::{count, fixed, interval, odds, or_dash, p_value, percent, plain, signed, told};
use crate::report::html::mark_svg;
use crate::report::names::{answer, code, direction, family, family_class, mark, meaning, say, test};
use crate::traps::{Evidence, Measured, Outcome, TestId};
use crate::words::Lang;

/// A row of the table of verdicts.
pub(in crate::report) struct VerdictRow {
    pub(in crate::report) id: String,
    pub(in crate::report) label: String,
    pub(in crate::report) name: String,
    pub(in crate::report) class: &'static str,
    pub(in crate::report) mark: &'static str,
    pub(in crate::report) verdict: String,
    pub(in crate::report) predicts: &'static str,
    pub(in crate::report) lever: &'static str,
    pub(in crate::report) direction: &'static str,
    pub(in crate::report) odds_ratio: String,
    pub(in crate::report) interval: String,
    pub(in crate::report) p: String,
    pub(in crate::report) q: String,
    pub(in crate::report) e_value: String,
    pub(in crate::report) lead: String,
    pub(in crate::report) auc: String,
    pub(in crate::report) in_score: &'static str,
}

/// A card.
pub(in crate::report) struct Card {
    pub(in crate::report) row: VerdictRow,
    pub(in crate::report) meaning: &'static str,
    pub(in crate::report) reason: String,
    pub(in crate::report) settle: Option<String>,
    /// How early it predicts, what moves it, how often the verdict came back: one sentence each.
    pub(in crate::report) beside: Vec<Fact>,
    pub(in crate::report) facts: Vec<Fact>,
    pub(in crate::report) lag: Option<String>,
    pub(in crate::report) path: Option<String>,
    pub(in crate::report) change: Option<String>,
    pub(in crate::report) parts: Option<String>,
    pub(in crate::report) evidence: Table,
    pub(in crate::report) untested: Table,
}

/// Anchor of the card of a KPI; positions, since names may hold anything.
pub(super) fn id(position: usize) -> String {
    format!("kpi-{}", position + 1)
}

/// The table of verdicts, grouped by verdict, in study order within.
pub(super) fn rows(kpis: &[&KpiArtifact], lang: Lang) -> Vec<VerdictRow> {
    let mut ordered: Vec<_> = kpis.iter().enumerate().collect();
    ordered.sort_by_key(|(_, kpi)| kpi.verdict.verdict);
    ordered.into_iter().map(|(position, kpi)| row(kpi, position, lang)).collect()
}

/// The card of one KPI.
pub(super) fn card(
    kpi: &KpiArtifact,
    place: (usize, usize),
    artifact: &ModelArtifact,
    labels: &BTreeMap<&str, &str>,
    lang: Lang,
) -> Result<Card, ReportError> {
    let clock = Clock::of(artifact);
    Ok(Card {
        row: row(kpi, place.0, lang),
        meaning: meaning(kpi.verdict.verdict, lang),
        reason: told(kpi.verdict.reason.get(lang), labels, lang),
        settle: kpi.verdict.settle.as_ref().map(|w| told(w.get(lang), labels, lang)),
        beside: beside::beside(kpi, artifact, labels, lang),
        facts: facts(kpi, labels, lang),
        lag: chart::lag(kpi, place, clock, lang)?.map(|c| c.svg),
        path: chart::path(kpi, place, lang)?.map(|c| c.svg),
        change: chart::pair(kpi, place, lang)?.map(|c| c.svg),
        parts: chart::parts(kpi, place, lang)?.map(|c| c.svg),
        evidence: evidence(&kpi.evidence, labels, lang),
        untested: untested(&kpi.evidence, labels, lang),
    })
}

fn row(kpi: &KpiArtifact, position: usize, lang: Lang) -> VerdictRow {
    let numbers = &kpi.numbers;
    let verdict = kpi.verdict.verdict;
    let e_value = match (numbers.e_value, numbers.e_value_limit) {
        (Some(estimate), Some(limit)) => format!("{} ({})", odds(estimate), odds(limit)),
        (Some(estimate), None) => odds(estimate),
        _ => or_dash(None::<f64>, odds),
    };
    VerdictRow {
        id: id(position),
        label: kpi.label.get(lang).to_owned(),
        name: kpi.name.clone(),
        class: family_class(family(verdict)),
        mark: mark_svg(mark(verdict)),
        verdict: verdict.label().get(lang).to_owned(),
        predicts: answer(kpi.verdict.predicts, lang),
        lever: answer(verdict.lever(), lang),
        direction: direction(kpi.verdict.direction, lang),
        odds_ratio: or_dash(numbers.odds_ratio, odds),
        interval: numbers.ci_low.map_or_else(String::new, |low| interval(Some(low), numbers.ci_high, odds)),
        p: or_dash(numbers.p, p_value),
        q: or_dash(numbers.q, p_value),
        e_value,
        lead: or_dash(numbers.lead_periods, |n| {
            if kpi.timing.as_ref().is_some_and(|timing| timing.at_least) { format!("≥{n}") } else { n.to_string() }
        }),
        auc: or_dash(numbers.auc_alone, |x| fixed(x, 2)),
        in_score: if numbers.in_score { say(lang, "yes", "はい") } else { say(lang, "no", "いいえ") },
    }
}

fn facts(kpi: &KpiArtifact, labels: &BTreeMap<&str, &str>, lang: Lang) -> Vec<Fact> {
    let (numbers, summary) = (&kpi.numbers, &kpi.summary);
    let mut facts = vec![fact(say(lang, "Column", "列"), kpi.column.clone())];
    let mut kind = code(&kpi.kind, lang);
    if let Some(stage) = &kpi.stage {
        kind = format!("{kind} / {}", code(stage, lang));
    }
    facts.push(fact(say(lang, "Kind / stage", "種類・段階"), kind));
    facts.push(fact(say(lang, "Belief", "事前の想定"), code(&kpi.hoped, lang)));
    if let Some(why) = &kpi.why {
        facts.push(fact(say(lang, "Why a candidate", "候補の理由"), why.clone()));
    }
    if let Some(cost) = kpi.cost {
        let hours = match lang {
            Lang::En => format!("{} hours a quarter", plain(cost)),
            Lang::Ja => format!("四半期あたり{}時間", plain(cost)),
        };
        facts.push(fact(say(lang, "Cost to collect", "収集の手間"), hours));
    }
    if let Some(action) = &kpi.action {
        let owner = kpi.action_owner.as_ref().map_or_else(String::new, |owner| match lang {
            Lang::En => format!(" ({owner})"),
            Lang::Ja => format!("（{owner}）"),
        });
        facts.push(fact(say(lang, "Action", "対応"), format!("{action}{owner}")));
    }
    if let Some(other) = &kpi.verdict.other_kpi {
        facts.push(fact(say(lang, "Other KPI", "関係するKPI"), named(other, labels)));
    }
    let spread = match (summary.mean, summary.sd) {
        (Some(mean), Some(sd)) => format!("{} ± {}", plain(mean), plain(sd)),
        (Some(mean), None) => plain(mean),
        _ => or_dash(None::<f64>, plain),
    };
    facts.push(fact(say(lang, "Mean ± sd", "平均 ± 標準偏差"), spread));
    facts.push(fact(say(lang, "Range", "範囲"), interval(summary.min, summary.max, plain)));
    facts.push(fact(say(lang, "Missing", "欠測"), percent(summary.missing_share)));
    facts.push(fact(say(lang, "Distinct values", "値の種類"), count(summary.n_distinct)));
    if summary.log1p {
        facts.push(fact(say(lang, "Transform", "変換"), "ln(1 + x)"));
    }
    let rows = match lang {
        Lang::En => format!("{} rows, {} events", count(numbers.n_rows), count(numbers.n_events)),
        Lang::Ja => format!("{}行、離反{}件", count(numbers.n_rows), count(numbers.n_events)),
    };
    facts.push(fact(say(lang, "Full model", "全体モデル"), rows));
    if let Some(expires) = &numbers.expires {
        facts.push(fact(say(lang, "Expires", "有効期限"), expires.clone()));
    }
    facts.push(fact(say(lang, "Rule", "適用したルール"), kpi.verdict.rule.clone()));
    if let Some(trap) = &kpi.verdict.trap {
        facts.push(fact(say(lang, "Trap", "落とし穴"), code(trap, lang)));
    }
    facts
}

/// Name of a test with the part of the data, or the other KPI, that it speaks of.
fn test_name(evidence: &Evidence, labels: &BTreeMap<&str, &str>, lang: Lang) -> String {
    let name = test(evidence.test, lang);
    match &evidence.slice {
        Some(slice) => match lang {
            Lang::En => format!("{name}: {}", named(slice, labels)),
            Lang::Ja => format!("{name}：{}", named(slice, labels)),
        },
        None => name.to_owned(),
    }
}

pub(super) fn named(name: &str, labels: &BTreeMap<&str, &str>) -> String {
    labels.get(name).map_or(name, |label| label).to_owned()
}

/// Ratios, shares and areas are not slopes and carry no plus sign.
fn estimate(test: TestId, measured: &Measured) -> String {
    match test {
        TestId::LevelChange | TestId::NearCopy | TestId::Ceiling | TestId::AucAlone | TestId::WithinShare => {
            fixed(measured.estimate, 2)
        }
        TestId::LeadTime => fixed(measured.estimate, 0),
        _ => signed(measured.estimate, 3),
    }
}

fn evidence(evidence: &[Evidence], labels: &BTreeMap<&str, &str>, lang: Lang) -> Table {
    let rows = evidence.iter().filter_map(|e| match &e.outcome {
        Outcome::Measured(m) => Some(vec![
            test_name(e, labels, lang),
            estimate(e.test, m),
            or_dash(m.std_error, |x| fixed(x, 3)),
            or_dash(m.std_error.filter(|_| e.test != TestId::AucAlone).map(|_| m.z()), |x| signed(x, 1)),
            or_dash(m.p, p_value),
            count(m.n_rows),
            count(m.n_events),
        ]),
        Outcome::NotApplicable(_) => None,
    });
    Table {
        caption: say(lang, "Tests that ran", "実施した検定").to_owned(),
        head: head(
            lang,
            &[
                ("Test", "検定"),
                ("Estimate", "推定値"),
                ("SE", "標準誤差"),
                ("z", "z値"),
                ("p", "p値"),
                ("Rows", "行数"),
                ("Events", "離反数"),
            ],
        ),
        numeric: (1..7).collect(),
        rows: rows.collect(),
    }
}

fn untested(evidence: &[Evidence], labels: &BTreeMap<&str, &str>, lang: Lang) -> Table {
    let rows = evidence.iter().filter_map(|e| match &e.outcome {
        Outcome::Measured(_) => None,
        Outcome::NotApplicable(why) => Some(vec![test_name(e, labels, lang), why.get(lang).to_owned()]),
    });
    Table {
        caption: say(
            lang,
            "Not testable with this data (never counted as passed)",
            "このデータでは行えない検定（合格とは数えません）",
        )
        .to_owned(),
        head: head(lang, &[("Test", "検定"), ("Why not", "行えない理由")]),
        numeric: Vec::new(),
        rows: rows.collect(),
    }
}
