//! From action to KPI to outcome, and which steps of the chain the KPIs cover.

use std::collections::BTreeMap;

use super::beside::effect;
use super::card::named;
use super::{Table, head};
use crate::artifact::{HighUseRecord, KpiArtifact, LinkRecord, ModelArtifact};
use crate::report::clock::Clock;
use crate::report::format::{NONE, count, list, or_dash, percent, plain};
use crate::report::names::{code, say};
use crate::verdict::{Answer, Direction, Verdict};
use crate::words::Lang;

/// Accounts shown per KPI; the record lists more.
const SHOWN: usize = 10;

/// Pairs that respond first, then one row per KPI that nothing moves.
pub(super) fn links(artifact: &ModelArtifact, labels: &BTreeMap<&str, &str>, lang: Lang) -> Table {
    let clock = Clock::of(artifact);
    let of = |name: &str| artifact.kpis.iter().find(|kpi| kpi.name == name);
    let mut rows: Vec<Vec<String>> = Vec::new();
    for link in artifact.links.iter().filter(|link| link.status == "responsive") {
        let Some(kpi) = of(&link.kpi) else { continue };
        rows.push(vec![
            named(&link.action, labels),
            named(&link.kpi, labels),
            say(lang, "yes", "動く").to_owned(),
            effect(link, clock, lang).unwrap_or_else(|| NONE.to_owned()),
            kpi.verdict.verdict.label().get(lang).to_owned(),
            reading(kpi, Some(link), lang).to_owned(),
        ]);
    }
    for kpi in &artifact.kpis {
        if kpi.response.as_ref().is_none_or(|response| response.status != "not_responsive") {
            continue;
        }
        let tried: Vec<&LinkRecord> =
            artifact.links.iter().filter(|link| link.kpi == kpi.name && link.why_not.is_none()).collect();
        let size = |link: &&&LinkRecord| {
            link.shown.as_ref().map_or(0.0, |s| s.std_error.map_or(0.0, |se| (s.estimate / se).abs()))
        };
        let strongest = tried.iter().max_by(|a, b| size(a).total_cmp(&size(b)));
        rows.push(vec![
            match (lang, tried.len()) {
                (Lang::En, 1) => "the one logged action".to_owned(),
                (Lang::En, n) => format!("any of {n} logged actions"),
                (Lang::Ja, n) => format!("記録された行動{n}種類のいずれか"),
            },
            named(&kpi.name, labels),
            say(lang, "not responsive", "反応なし").to_owned(),
            strongest.and_then(|link| effect(link, clock, lang)).map_or_else(
                || NONE.to_owned(),
                |effect| match lang {
                    Lang::En => format!("strongest: {effect}"),
                    Lang::Ja => format!("最大：{effect}"),
                },
            ),
            kpi.verdict.verdict.label().get(lang).to_owned(),
            reading(kpi, None, lang).to_owned(),
        ]);
    }
    Table {
        caption: say(lang, "Action → KPI → outcome", "行動 → KPI → 結果").to_owned(),
        head: head(
            lang,
            &[
                ("Action", "行動"),
                ("KPI", "KPI"),
                ("Moves the KPI?", "KPIが動くか"),
                ("How much, how soon", "大きさと時期"),
                ("KPI → outcome", "KPI → 結果"),
                ("Reading", "読み方"),
            ],
        ),
        numeric: Vec::new(),
        rows,
    }
}

/// Why the table is empty, where it is.
pub(super) fn no_links(artifact: &ModelArtifact, lang: Lang) -> Option<String> {
    if !artifact.links.is_empty() {
        return None;
    }
    let why = artifact.kpis.iter().find_map(|kpi| kpi.response.as_ref()?.why_not.as_ref())?;
    Some(match lang {
        Lang::En => format!("Whether actions move the KPIs is not testable: {}.", why.en),
        Lang::Ja => format!("行動がKPIを動かすかどうかは調べられません：{}。", why.ja),
    })
}

/// What both steps together say.
fn reading(kpi: &KpiArtifact, link: Option<&LinkRecord>, lang: Lang) -> &'static str {
    let verdict = kpi.verdict.verdict;
    let settled = verdict == Verdict::Validated;
    // More of a harmful KPI, or less of a protective one, is the wrong way.
    let wrong_way = link.and_then(|link| link.shown.as_ref()).is_some_and(|shown| match kpi.verdict.direction {
        Direction::Protective => shown.estimate < 0.0,
        Direction::Harmful => shown.estimate > 0.0,
        Direction::Mixed | Direction::None => false,
    });
    match (link.is_some(), verdict.lever()) {
        (true, Answer::Yes) if settled && wrong_way => {
            say(lang, "Acting moves it the wrong way.", "行動によって望ましくない向きに動いています。")
        }
        (true, Answer::Yes) => say(
            lang,
            "Both steps hold: acting moves it, and it goes with leaving.",
            "両方が成り立ちます。行動で動き、離反とも関連します。",
        ),
        (true, Answer::Unclear) => say(
            lang,
            "Acting moves it; whether the outcome follows is not settled.",
            "行動で動きますが、結果が続くかはまだ決められません。",
        ),
        (true, Answer::No) => say(
            lang,
            "Acting moves the number, and the outcome does not follow.",
            "行動で数字は動きますが、結果は変わりません。",
        ),
        (false, Answer::Yes) => say(
            lang,
            "Worth moving, and nothing logged moves it: try another action.",
            "動かす価値はありますが、今の行動では動きません。別の行動を試してください。",
        ),
        (false, Answer::Unclear) => say(
            lang,
            "Nothing logged moves it, and whether it matters is not settled.",
            "今の行動では動かず、結果に効くかもまだ決められません。",
        ),
        (false, Answer::No) => say(
            lang,
            "Neither moved by what is logged nor a lever.",
            "今の行動では動かず、働きかける価値も認められません。",
        ),
    }
}

/// Stages with their KPIs.
pub(super) fn stages(artifact: &ModelArtifact, labels: &BTreeMap<&str, &str>, lang: Lang) -> Table {
    let rows = artifact.chain.stages.iter().map(|stage| {
        let name = stage
            .stage
            .as_ref()
            .map_or_else(|| say(lang, "no stage given", "段階の指定なし").to_owned(), |stage| code(stage, lang));
        let kpis: Vec<String> = stage.kpis.iter().map(|kpi| named(kpi, labels)).collect();
        let kpis = if kpis.is_empty() { say(lang, "none", "なし").to_owned() } else { list(&kpis, lang) };
        vec![name, kpis]
    });
    Table {
        caption: say(
            lang,
            "Steps of the chain that the KPIs cover: use → result → recognised result",
            "KPIがとらえている段階：利用 → 成果 → 成果の認識",
        )
        .to_owned(),
        head: head(lang, &[("Stage", "段階"), ("KPIs", "KPI")]),
        numeric: Vec::new(),
        rows: rows.collect(),
    }
}

/// Per KPI of use: accounts with high use that left.
pub(super) fn high_use(artifact: &ModelArtifact, labels: &BTreeMap<&str, &str>, lang: Lang) -> Vec<Table> {
    artifact.chain.high_use.iter().filter(|high| high.n_high_left > 0).map(|high| leavers(high, labels, lang)).collect()
}

fn leavers(high: &HighUseRecord, labels: &BTreeMap<&str, &str>, lang: Lang) -> Table {
    let name = named(&high.kpi, labels);
    let share = |part: usize, whole: usize| {
        let (part, whole) = (u32::try_from(part).unwrap_or(u32::MAX), u32::try_from(whole).unwrap_or(u32::MAX));
        percent(f64::from(part) / f64::from(whole))
    };
    let (n, of, threshold) = (count(high.n_high_left), count(high.n_high), plain(high.threshold));
    let (own, all) = (share(high.n_high_left, high.n_high), share(high.n_left, high.n_accounts));
    let shown = high.left.len().min(SHOWN);
    let first = count(shown);
    let caption = match (lang, shown < high.n_high_left) {
        (Lang::En, more) => format!(
            "High use that left all the same: {n} of {of} accounts in the top quarter of “{name}” ({threshold} or more) left ({own}; of all accounts {all}){}",
            if more { format!("; the {first} highest:") } else { String::new() }
        ),
        (Lang::Ja, more) => format!(
            "よく使っていたのに離れた顧客：「{name}」の上位4分の1({threshold}以上)の{of}件のうち{n}件が離反({own}、全体では{all}){}",
            if more { format!("。高い順に{first}件：") } else { String::new() }
        ),
    };
    let rows = high.left.iter().take(SHOWN).map(|account| {
        vec![account.account.clone(), plain(account.value), or_dash(account.left_in.as_ref(), Clone::clone)]
    });
    Table {
        caption,
        head: head(
            lang,
            &[("Account", "顧客"), ("Mean of the last periods", "直近の期の平均"), ("Left in", "離反した期")],
        ),
        numeric: vec![1],
        rows: rows.collect(),
    }
}
