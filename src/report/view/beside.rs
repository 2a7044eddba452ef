//! Beside the verdict of a KPI, one sentence each: how early it predicts, what moves it, how often the verdict came back.

use std::collections::BTreeMap;

use super::card::named;
use super::{Fact, fact};
use crate::artifact::{KpiArtifact, LinkRecord, ModelArtifact, TimingRecord};
use crate::report::clock::Clock;
use crate::report::format::{count, fixed, interval, signed};
use crate::report::names::say;
use crate::traps::{Dossier, TestId};
use crate::verdict::Answer;
use crate::words::Lang;

/// The sentences of one KPI.
pub(super) fn beside(
    kpi: &KpiArtifact,
    artifact: &ModelArtifact,
    labels: &BTreeMap<&str, &str>,
    lang: Lang,
) -> Vec<Fact> {
    let clock = Clock::of(artifact);
    let mut facts = Vec::new();
    if let Some(timing) = &kpi.timing {
        facts.push(fact(say(lang, "Lead time", "先行期間"), lead(kpi, timing, clock, lang)));
    } else if Dossier(&kpi.evidence).get(TestId::LagSlope).is_some() {
        let none = say(
            lang,
            "None: neither the nearest period nor a run of neighbouring ones predicts beyond chance, counting all that were looked at.",
            "なし。調べた期の多さを踏まえると、直前の期にも隣り合う数期にも、偶然を超える予測力は見られません。",
        );
        facts.push(fact(say(lang, "Lead time", "先行期間"), none));
    }
    if let Some(text) = moved_by(kpi, artifact, labels, clock, lang) {
        facts.push(fact(say(lang, "Moved by", "動かす行動"), text));
    }
    if let Some(share) = kpi.verdict_share.filter(|share| share.is_finite()) {
        facts.push(fact(say(lang, "Stability", "判定の安定性"), stability(share, kpi.verdict_resamples, lang)));
    }
    facts
}

fn lead(kpi: &KpiArtifact, timing: &TimingRecord, clock: Clock<'_>, lang: Lang) -> String {
    let nearest = clock.gap.saturating_add(1);
    let length = clock.length(timing.lead_periods, lang);
    let to = match (lang, timing.to_notice_due) {
        (Lang::En, false) => "before the event",
        (Lang::En, true) => "before notice falls due",
        (Lang::Ja, false) => "離反の",
        (Lang::Ja, true) => "解約通知期限の",
    };
    let mut text = match (lang, timing.at_least) {
        (Lang::En, false) => format!("Predicts up to {length} {to}"),
        (Lang::En, true) => format!("Predicts {length} {to}, the farthest that the history carries"),
        (Lang::Ja, false) => format!("{to}{length}前まで予測できます"),
        (Lang::Ja, true) => format!("履歴でさかのぼれる限界の、{to}{length}前でも予測できます"),
    };
    if timing.from_periods > nearest {
        let from = clock.length(timing.from_periods, lang);
        text.push_str(&match lang {
            Lang::En => format!(", with a delay: not later than {from} before"),
            Lang::Ja => format!("（効果は遅れて現れ、{from}前より後では予測できません）"),
        });
    }
    if kpi.verdict.verdict.lever() != Answer::No {
        let window = clock.span(timing.lead_periods, nearest, lang);
        text.push_str(&match lang {
            Lang::En => format!("; decision window: {window} before"),
            Lang::Ja => format!("。働きかける時期は{window}前です"),
        });
        if clock.gap > 0 {
            let gap = clock.length(clock.gap, lang);
            text.push_str(&match lang {
                Lang::En => format!(" ({gap} needed to act)"),
                Lang::Ja => format!("（対応に{gap}必要）"),
            });
        }
        if let Some(renewal) = timing.renewal.as_ref().filter(|r| r.n_running > 0) {
            let (running, inside) = (count(renewal.n_running), count(renewal.n_in_window));
            text.push_str(&match lang {
                Lang::En => format!(
                    ". Of {running} active accounts under a running term, {inside} have their next chance to leave in this window"
                ),
                Lang::Ja => {
                    format!("。契約期間中の顧客{running}件のうち、次に解約できる時期がこの範囲に入るのは{inside}件です")
                }
            });
        }
    }
    text.push_str(say(lang, ".", "。"));
    text.replace("。。", "。")
}

/// `+0.21 sd per sd [0.15, 0.27] after 1 month`.
pub(super) fn effect(link: &LinkRecord, clock: Clock<'_>, lang: Lang) -> Option<String> {
    let shown = link.shown.as_ref()?;
    let size = signed(shown.estimate, 2);
    let range = interval(shown.ci_low, shown.ci_high, |x| fixed(x, 2));
    let when = match (lang, shown.lag) {
        (Lang::En, 0) => "at once".to_owned(),
        (Lang::En, lag) => format!("after {}", clock.length(lag, lang)),
        (Lang::Ja, 0) => "同じ期に".to_owned(),
        (Lang::Ja, lag) => format!("{}後に", clock.length(lag, lang)),
    };
    Some(match (lang, link.programme) {
        (Lang::En, false) => format!("{size} sd per sd {range} {when}"),
        (Lang::En, true) => format!("{size} sd while pushed {range} {when}"),
        (Lang::Ja, false) => format!("{when}1標準偏差あたり{size}標準偏差{range}"),
        (Lang::Ja, true) => format!("{when}施策の対象で{size}標準偏差{range}"),
    })
}

fn moved_by(
    kpi: &KpiArtifact,
    artifact: &ModelArtifact,
    labels: &BTreeMap<&str, &str>,
    clock: Clock<'_>,
    lang: Lang,
) -> Option<String> {
    let response = kpi.response.as_ref()?;
    if let Some(why) = &response.why_not {
        return Some(match lang {
            Lang::En => format!("Not testable: {}.", why.en),
            Lang::Ja => format!("調べられません：{}。", why.ja),
        });
    }
    let own: Vec<&LinkRecord> = artifact.links.iter().filter(|link| link.kpi == kpi.name).collect();
    let moving: Vec<String> = own
        .iter()
        .filter(|link| link.status == "responsive")
        .filter_map(|link| {
            let (name, effect) = (named(&link.action, labels), effect(link, clock, lang)?);
            Some(match lang {
                Lang::En => format!("“{name}”: {effect}"),
                Lang::Ja => format!("「{name}」：{effect}"),
            })
        })
        .collect();
    let tried = own.iter().filter(|link| link.why_not.is_none()).count();
    Some(if moving.is_empty() {
        match (lang, tried) {
            (Lang::En, 1) => "Not responsive: the one logged action does not move it within three periods.".to_owned(),
            (Lang::En, n) => format!("Not responsive: none of {n} logged actions moves it within three periods."),
            (Lang::Ja, n) => format!("反応なし：記録された行動{n}種類のいずれでも、3期以内に動きません。"),
        }
    } else {
        format!("{}{}", moving.join(say(lang, "; ", "、")), say(lang, ".", "。"))
    })
}

fn stability(share: f64, resamples: Option<u32>, lang: Lang) -> String {
    let percent = fixed(share * 100.0, 0);
    match (lang, resamples) {
        (Lang::En, Some(n)) => format!("The verdict came back in {percent}% of {n} account resamples."),
        (Lang::En, None) => format!("The verdict came back in {percent}% of account resamples."),
        (Lang::Ja, Some(n)) => format!("顧客を抽出し直した{n}回のうち、{percent}%で同じ判定になりました。"),
        (Lang::Ja, None) => format!("顧客を抽出し直したとき、{percent}%で同じ判定になりました。"),
    }
}
