//! From action to KPI to outcome, and which steps of the chain the KPIs cover.

use std::collections::BTreeMap;

use super::beside::effect;
use super::card::named;
use super::{Table, head};
use crate::artifact::{HighUseAccount, HighUseRecord, KpiArtifact, LinkRecord, ModelArtifact};
use crate::report::clock::Clock;
use crate::report::format::{NONE, count, list, percent, plain};
use crate::report::names::{code, say};
use crate::verdict::{Answer, Direction, Verdict};
use crate::words::Lang;

/// Accounts shown per KPI; the record lists more.
const SHOWN: usize = 8;

/// Actions with the KPIs that they move.
pub(super) fn links(artifact: &ModelArtifact, labels: &BTreeMap<&str, &str>, lang: Lang) -> Table {
    let clock = Clock::of(artifact);
    let of = |name: &str| artifact.kpis.iter().find(|kpi| kpi.name == name);
    let mut rows: Vec<Vec<String>> = Vec::new();
    for link in artifact.links.iter().filter(|link| link.status == "responsive") {
        let Some(kpi) = of(&link.kpi) else { continue };
        rows.push(vec![
            named(&link.action, labels),
            named(&link.kpi, labels),
            effect(link, clock, lang).unwrap_or_else(|| NONE.to_owned()),
            kpi.verdict.verdict.label().get(lang).to_owned(),
            reading(kpi, Some(link), lang).to_owned(),
        ]);
    }
    Table {
        caption: say(
            lang,
            "Action → KPI → outcome: what the logged actions move",
            "行動 → KPI → 結果：記録された行動で動くKPI",
        )
        .to_owned(),
        head: head(
            lang,
            &[
                ("Action", "行動"),
                ("KPI", "KPI"),
                ("How much, how soon", "大きさと時期"),
                ("KPI → outcome", "KPI → 結果"),
                ("Reading", "読み方"),
            ],
        ),
        numeric: Vec::new(),
        rows,
    }
}

/// KPIs that no logged action moves, in the order of verdicts.
pub(super) fn unmoved(artifact: &ModelArtifact, labels: &BTreeMap<&str, &str>, lang: Lang) -> Table {
    let clock = Clock::of(artifact);
    let mut still: Vec<&KpiArtifact> = artifact
        .kpis
        .iter()
        .filter(|kpi| kpi.response.as_ref().is_some_and(|response| response.status == "not_responsive"))
        .collect();
    still.sort_by_key(|kpi| kpi.verdict.verdict);
    let row = |kpi: &&KpiArtifact| {
        let tried = artifact.links.iter().filter(|link| link.kpi == kpi.name && link.why_not.is_none());
        let size = |link: &&LinkRecord| {
            link.shown.as_ref().map_or(0.0, |s| s.std_error.map_or(0.0, |se| (s.estimate / se).abs()))
        };
        let strongest = tried.max_by(|a, b| size(a).total_cmp(&size(b)));
        vec![
            named(&kpi.name, labels),
            strongest.map_or_else(|| NONE.to_owned(), |link| named(&link.action, labels)),
            strongest.and_then(|link| effect(link, clock, lang)).unwrap_or_else(|| NONE.to_owned()),
            kpi.verdict.verdict.label().get(lang).to_owned(),
            reading(kpi, None, lang).to_owned(),
        ]
    };
    Table {
        caption: say(
            lang,
            "Not responsive: no logged action or programme moves these within three periods",
            "反応なし：記録された行動や施策では、3期以内に動かないKPI",
        )
        .to_owned(),
        head: head(
            lang,
            &[
                ("KPI", "KPI"),
                ("Strongest action", "最も強い行動"),
                ("How much at most", "最大の動き"),
                ("KPI → outcome", "KPI → 結果"),
                ("Reading", "読み方"),
            ],
        ),
        numeric: Vec::new(),
        rows: still.iter().map(row).collect(),
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
pub(super) fn high_use(artifact: &ModelArtifact, labels: &BTreeMap<&str, &str>, lang: Lang) -> Table {
    let share = |part: usize, whole: usize| {
        let (part, whole) = (u32::try_from(part).unwrap_or(u32::MAX), u32::try_from(whole).unwrap_or(u32::MAX));
        percent(f64::from(part) / f64::from(whole))
    };
    let row = |high: &HighUseRecord| {
        let one = |account: &HighUseAccount| {
            let value = plain(account.value);
            match (lang, &account.left_in) {
                (_, None) => format!("{} ({value})", account.account),
                (Lang::En, Some(left_in)) => format!("{} ({value}; {left_in})", account.account),
                (Lang::Ja, Some(left_in)) => format!("{}（{value}、{left_in}）", account.account),
            }
        };
        let mut accounts: Vec<String> = high.left.iter().take(SHOWN).map(one).collect();
        if high.n_high_left > accounts.len() {
            accounts.push("…".to_owned());
        }
        vec![
            named(&high.kpi, labels),
            format!("≥{}", plain(high.threshold)),
            count(high.n_high),
            count(high.n_high_left),
            share(high.n_high_left, high.n_high),
            share(high.n_left, high.n_accounts),
            list(&accounts, lang),
        ]
    };
    Table {
        caption: say(
            lang,
            "High use that left all the same: accounts in the top quarter of a KPI of use, by its mean over the last three periods with time left to act",
            "よく使っていたのに離れた顧客：利用KPIの上位4分の1（対応が間に合う最後の3期の平均による）",
        )
        .to_owned(),
        head: head(
            lang,
            &[
                ("KPI", "KPI"),
                ("High", "上位の値"),
                ("Accounts", "顧客数"),
                ("Left", "離反数"),
                ("Share", "割合"),
                ("Of all", "全体"),
                ("Who left (value; when), highest first", "離れた顧客（値、離反した期）、高い順"),
            ],
        ),
        numeric: vec![1, 2, 3, 4, 5],
        rows: artifact.chain.high_use.iter().filter(|high| high.n_high_left > 0).map(row).collect(),
    }
}
