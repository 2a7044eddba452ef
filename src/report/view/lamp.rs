//! The fuel lamp: where it lights, who acts, and what it would have done.

use super::{Fact, Table, fact, head};
use crate::artifact::{
    LampBacktestRecord, LampRecord, LeadRecord, MissRecord, ModelArtifact, ShareRecord, WentOutRecord,
};
use crate::report::ReportError;
use crate::report::chart;
use crate::report::clock::Clock;
use crate::report::format::{NONE, count, fixed, or_dash, percent, plain};
use crate::report::names::say;
use crate::words::Lang;

/// Misses shown; the record lists more.
const MISSES: usize = 20;

/// The section of the analyst's report.
pub(in crate::report) struct LampView {
    /// Why nobody's lamp is lit, and what to add.
    pub(in crate::report) refused: Option<(String, String)>,
    pub(in crate::report) facts: Vec<Fact>,
    /// Why there is no backtest.
    pub(in crate::report) no_backtest: Option<String>,
    pub(in crate::report) sentences: Vec<String>,
    pub(in crate::report) shares: Table,
    /// What the shares do not count.
    pub(in crate::report) left_out: Option<String>,
    pub(in crate::report) lead: Option<String>,
    pub(in crate::report) load: Option<String>,
    pub(in crate::report) went_out: Table,
    pub(in crate::report) phases: Table,
    pub(in crate::report) misses: Table,
}

/// Builds the section; `None` for artifacts that know no lamp.
pub(super) fn lamp(artifact: &ModelArtifact, lang: Lang) -> Result<Option<LampView>, ReportError> {
    let Some(lamp) = &artifact.lamp else { return Ok(None) };
    let (clock, found) = (Clock::of(artifact), lamp.backtest.as_ref());
    let svg = |chart: Option<chart::Chart>| chart.map(|c| c.svg);
    Ok(Some(LampView {
        refused: lamp.refused.as_ref().map(|r| (r.what.get(lang).to_owned(), r.help.get(lang).to_owned())),
        facts: facts(artifact, lamp, lang),
        no_backtest: lamp.no_backtest.as_ref().map(|why| why.get(lang).to_owned()),
        sentences: found.map_or_else(Vec::new, |found| sentences(lamp, found, clock, lang)),
        shares: shares(found, clock, lang),
        left_out: found.and_then(|found| left_out(found, lang)),
        lead: svg(chart::lamp_lead(found, clock, lang)?),
        load: svg(chart::lamp_load(found, lang)?),
        went_out: went_out(found, lang),
        phases: phases(lamp, lang),
        misses: misses(artifact, found, lang),
    }))
}

fn facts(artifact: &ModelArtifact, lamp: &LampRecord, lang: Lang) -> Vec<Fact> {
    let mut facts = vec![
        fact(
            say(lang, "Lit now", "現在の点灯"),
            match lang {
                _ if artifact.score.accounts.iter().any(|a| a.lamp.is_empty()) => say(
                    lang,
                    "not known: an earlier version dropped a KPI by hand, or its artifact keeps no limits; run the study again",
                    "不明です（以前の版でKPIを外したか、成果物に点灯の基準がありません）。調査をやり直してください",
                )
                .to_owned(),
                Lang::En => {
                    format!("{} of {} active accounts", count(lamp.n_lit), count(artifact.score.accounts.len()))
                }
                Lang::Ja => {
                    format!("現在の顧客{}件のうち{}件", count(artifact.score.accounts.len()), count(lamp.n_lit))
                }
            },
        ),
        fact(
            say(lang, "Lights from", "点灯の基準"),
            format!("{}{}{}", percent(lamp.red), say(lang, ", ", "、"), lamp.limit_source.get(lang)),
        ),
        fact(say(lang, "Goes out", "消灯の条件"), lamp.clear.get(lang)),
    ];
    let who = match &lamp.action {
        Some(action) => format!("{}{}{}", action.name, say(lang, ": ", "："), action.owner),
        None if lamp.refused.is_some() => say(lang, "nobody: see above", "なし（上記参照）").to_owned(),
        None => say(
            lang,
            "per account: the action and owner of its first reason that has both",
            "顧客ごと：対応と担当者の決まっている最初の理由に従う",
        )
        .to_owned(),
    };
    facts.push(fact(say(lang, "Who acts", "対応と担当者"), who));
    if lamp.n_without_action > 0 {
        facts.push(fact(
            say(
                lang,
                "Over the limit, but not lit: no reason has an action",
                "基準以上だが、対応が決まっておらず点灯しない",
            ),
            count(lamp.n_without_action),
        ));
    }
    if let Some(costs) = &lamp.costs {
        let value = match (costs.value, lang) {
            (Some(value), _) => plain(value),
            (None, Lang::En) => format!("revenue × {}", plain(costs.value_periods)),
            (None, Lang::Ja) => format!("売上×{}期", plain(costs.value_periods)),
        };
        facts.push(fact(
            say(lang, "Acting pays where", "対応が見合う条件"),
            match lang {
                Lang::En => format!(
                    "probability × {} × {value} > {}{}",
                    plain(costs.saves),
                    plain(costs.cost_of_action),
                    costs
                        .break_even
                        .map_or_else(String::new, |p| format!(": from {} for the median value", percent(p)))
                ),
                Lang::Ja => format!(
                    "確率×{}×{value} > {}{}",
                    plain(costs.saves),
                    plain(costs.cost_of_action),
                    costs
                        .break_even
                        .map_or_else(String::new, |p| format!("（価値が中央値の顧客では{}から）", percent(p)))
                ),
            },
        ));
        facts.push(fact(
            say(lang, "Leave alone: acting does not pay", "対応しない（費用が見合わない）"),
            count(lamp.n_leave_alone),
        ));
    }
    facts
}

fn sentences(lamp: &LampRecord, found: &LampBacktestRecord, clock: Clock<'_>, lang: Lang) -> Vec<String> {
    let mut said = Vec::new();
    said.push(match lang {
        Lang::En => format!(
            "Replayed on {} accounts that the model had not seen ({} account-periods).",
            count(found.n_accounts),
            count(found.n_rows)
        ),
        Lang::Ja => format!(
            "学習に使っていない顧客{}件（のべ{}期）で、ランプの動きを再現しました。",
            count(found.n_accounts),
            count(found.n_rows)
        ),
    });
    if let Some(lead) = &found.before_churn {
        said.push(early(lead, clock, lang));
    }
    if let Some(lead) = &found.before_renewal {
        let (n, median) = (count(lead.n), clock.lasting(lead.median, lang));
        said.push(match lang {
            Lang::En => format!("For {n} of them the contract was still running then: it could be left {median} later in the middle case."),
            Lang::Ja => format!("うち{n}件は点灯時に契約期間中で、解約できる時期までの中央値は{median}でした。"),
        });
    }
    let (with, without) = (fixed(found.flicker, 2), fixed(found.flicker_without_margin, 2));
    let year = fixed(found.periods_per_year, 0);
    let per = match (clock.is_known(), lang) {
        (true, Lang::En) => "year".to_owned(),
        (true, Lang::Ja) => "1年".to_owned(),
        (false, Lang::En) => format!("{year} periods"),
        (false, Lang::Ja) => format!("{year}期"),
    };
    let margin = format!("{}%", plain(lamp.clear_margin * 100.0));
    said.push(match lang {
        Lang::En => format!("It changed between on and off {with} times per account and {per}; without the margin of {margin} it would have been {without}."),
        Lang::Ja => format!("点灯と消灯の切り替わりは、顧客1件・{per}あたり{with}回です（余裕幅{margin}がなければ{without}回）。"),
    });
    let (lit, new) = (fixed(found.mean_lit, 1), fixed(found.mean_newly_lit, 1));
    let room = match (found.capacity, found.n_over_capacity, lang) {
        (Some(capacity), Some(over), Lang::En) => format!(
            "; the team can act on {}, and in {} of {} periods more were newly lit",
            plain(capacity),
            count(over),
            count(found.load.len())
        ),
        (Some(capacity), Some(over), Lang::Ja) => format!(
            "。対応できるのは{}件で、新たな点灯がそれを超えたのは{}期中{}期です",
            plain(capacity),
            count(found.load.len()),
            count(over)
        ),
        _ => String::new(),
    };
    said.push(match lang {
        Lang::En => format!("Per period {lit} accounts were lit on average, {new} of them newly{room}."),
        Lang::Ja => format!("1期の点灯は平均{lit}件、うち新たな点灯は{new}件です{room}。"),
    });
    said
}

fn early(lead: &LeadRecord, clock: Clock<'_>, lang: Lang) -> String {
    let (median, low, high) = (clock.lasting(lead.median, lang), plain(lead.q25), clock.lasting(lead.q75, lang));
    match lang {
        Lang::En => format!(
            "Where it was lit in time, that was {median} before they left in the middle case (half of them: {low} to {high})."
        ),
        Lang::Ja => {
            format!("間に合って点灯した顧客では、点灯は離反の{median}前（中央値）でした（半数は{low}〜{high}前）。")
        }
    }
}

fn shown(share: &ShareRecord) -> String {
    format!("{} [{}, {}]", percent(share.share), percent(share.ci_low), percent(share.ci_high))
}

fn shares(found: Option<&LampBacktestRecord>, clock: Clock<'_>, lang: Lang) -> Table {
    let mut rows = Vec::new();
    if let Some(found) = found {
        let stay = clock.length(found.horizon, lang);
        let wrong = match lang {
            Lang::En => format!("False: the account stayed at least {stay} after it was last lit"),
            Lang::Ja => format!("空振り：最後の点灯から{stay}以上残った"),
        };
        let caught = say(lang, "Caught: lit in time before they left", "捕捉：離反に間に合って点灯した");
        let seen = say(lang, "Foreseeable: a prediction was there in time", "予見可能：間に合う時点の予測があった");
        for (name, share, revenue) in [
            (seen, found.foreseeable, found.foreseeable_revenue),
            (caught, found.caught, found.caught_revenue),
            (wrong.as_str(), found.false_share, found.false_revenue),
        ] {
            rows.push(vec![
                name.to_owned(),
                or_dash(share, |s| shown(&s)),
                or_dash(share, |s| of(&s, lang)),
                or_dash(revenue, |s| shown(&s)),
            ]);
        }
    }
    let lit = count(found.map_or(0, |found| found.n_episodes));
    let caption = match lang {
        Lang::En => format!("How the lamp did; it was lit {lit} times"),
        Lang::Ja => format!("ランプの成績（点灯は{lit}回）"),
    };
    Table {
        caption,
        head: head(
            lang,
            &[
                ("Measure", "評価指標"),
                ("Share [95%]", "割合[95%区間]"),
                ("Count", "件数"),
                ("Share of revenue [95%]", "売上での割合[95%区間]"),
            ],
        ),
        numeric: vec![1, 2, 3],
        rows,
    }
}

fn of(share: &ShareRecord, lang: Lang) -> String {
    let (n, of) = (fixed(share.n, 0), fixed(share.of, 0));
    match lang {
        Lang::En => format!("{n} of {of}"),
        Lang::Ja => format!("{of}件中{n}件"),
    }
}

/// What the shares do not count.
fn left_out(found: &LampBacktestRecord, lang: Lang) -> Option<String> {
    let parts = [
        (found.n_untested, "customers who left before the first prediction", "最初の予測より前の離反"),
        (found.n_too_late, "lit when there was no time left to act", "対応が間に合わない時期の点灯"),
        (
            found.n_locked_in,
            "lit and out again while the contract could not be left",
            "契約上離れられない間に点灯して消えたもの",
        ),
        (found.n_unresolved, "whose result is still to be seen", "結果待ちの点灯"),
    ];
    let parts = parts.into_iter().filter(|(n, _, _)| *n > 0);
    let text: Vec<String> = match lang {
        Lang::En => parts.map(|(n, en, _)| format!("{} {en}", count(n))).collect(),
        Lang::Ja => parts.map(|(n, _, ja)| format!("{ja}{}件", count(n))).collect(),
    };
    (!text.is_empty()).then(|| match lang {
        Lang::En => format!("Not counted: {}.", text.join(", ")),
        Lang::Ja => format!("数えていないもの：{}。", text.join("、")),
    })
}

fn went_out(found: Option<&LampBacktestRecord>, lang: Lang) -> Table {
    let row = |w: &WentOutRecord| {
        let name = match w.acted {
            None => say(lang, "all", "すべて"),
            Some(true) => say(lang, "with a logged action in the period", "その期に行動の記録がある"),
            Some(false) => say(lang, "without one", "行動の記録がない"),
        };
        vec![
            name.to_owned(),
            fixed(w.out.of, 0),
            shown(&w.out),
            or_dash(w.stayed, |s| shown(&s)),
            or_dash(w.stayed, |s| of(&s, lang)),
        ]
    };
    Table {
        caption: say(lang, "After a period in which it was lit", "点灯していた期の後").to_owned(),
        head: head(
            lang,
            &[
                ("Lit periods", "点灯していた期"),
                ("Periods", "期数"),
                ("Out in the next [95%]", "次の期に消灯[95%区間]"),
                ("Of those out, stayed [95%]", "消灯後も残った[95%区間]"),
                ("Count", "件数"),
            ],
        ),
        numeric: vec![1, 2, 3, 4],
        rows: found.map_or_else(Vec::new, |found| found.went_out.iter().map(row).collect()),
    }
}

fn phases(lamp: &LampRecord, lang: Lang) -> Table {
    let rows = lamp.phases.as_ref().map_or_else(Vec::new, |phases| {
        phases.phases.iter().map(|p| vec![p.phase.clone(), count(p.n_events), percent(p.red)]).collect()
    });
    Table {
        caption: lamp.phases.as_ref().map_or_else(String::new, |phases| phases.why.get(lang).to_owned()),
        head: head(lang, &[("Phase", "フェーズ"), ("Events", "離反数"), ("Lights from", "点灯の基準")]),
        numeric: vec![1, 2],
        rows,
    }
}

fn misses(artifact: &ModelArtifact, found: Option<&LampBacktestRecord>, lang: Lang) -> Table {
    let row = |miss: &MissRecord| {
        let history = match miss.history.as_str() {
            "never_lit" => say(lang, "never lit", "一度も点灯せず"),
            "went_out" => say(lang, "had been lit, and went out", "一度点灯し、消灯していた"),
            "too_late" => say(lang, "lit too late", "間に合わない時期に点灯"),
            _ => NONE,
        };
        vec![
            miss.account.clone(),
            miss.period.clone(),
            percent(miss.probability),
            super::model::band_name(artifact, &miss.band, lang),
            history.to_owned(),
            or_dash(miss.revenue, plain),
        ]
    };
    let bands = found.map_or_else(Vec::new, |found| {
        let known = found.misses_by_band.iter().filter(|(_, n)| *n > 0);
        let name = |band: &str| super::model::band_name(artifact, band, lang);
        match lang {
            Lang::En => known.map(|(band, n)| format!("{} in {}", count(*n), name(band))).collect(),
            Lang::Ja => known.map(|(band, n)| format!("{}{}件", name(band), count(*n))).collect::<Vec<_>>(),
        }
    });
    let n = found.map_or(0, |found| found.misses_by_band.iter().map(|(_, n)| n).sum());
    let rows: Vec<Vec<String>> =
        found.map_or_else(Vec::new, |found| found.misses.iter().take(MISSES).map(row).collect());
    let (total, shown) = (count(n), count(rows.len()));
    Table {
        caption: match lang {
            Lang::En => format!(
                "Who left without its warning: {total} ({}); {shown} by name, most revenue first",
                bands.join(", ")
            ),
            Lang::Ja => {
                format!("見逃し：警告なしに離れた顧客{total}件（{}）。売上の多い順に{shown}件", bands.join("、"))
            }
        },
        head: head(
            lang,
            &[
                ("Account", "顧客"),
                ("Left in", "離反した期"),
                ("Last probability in time", "間に合う最後の確率"),
                ("Band then", "その時の信号"),
                ("The lamp", "ランプ"),
                ("Revenue", "売上"),
            ],
        ),
        numeric: vec![2, 5],
        rows,
    }
}

/// One sentence for the leadership page: the share caught, how early, and how often it was lit for nothing.
pub(super) fn in_short(artifact: &ModelArtifact, lang: Lang) -> Option<String> {
    let lamp = artifact.lamp.as_ref()?;
    if lamp.refused.is_some() {
        return Some(
            say(
                lang,
                "The warning lamp is off for everyone: the study names no action with an owner.",
                "対応と担当者が決まっていないため、警告ランプは誰にも点灯しません。",
            )
            .to_owned(),
        );
    }
    let found = lamp.backtest.as_ref()?;
    let (caught, lead) = (percent(found.caught?.share), found.before_churn.as_ref());
    let wrong = found.false_share.map(|share| percent(share.share));
    let early = lead.map(|lead| Clock::of(artifact).lasting(lead.median, lang));
    Some(match lang {
        Lang::En => {
            let early = early.map_or_else(String::new, |early| format!(", {early} ahead in the middle case"));
            let wrong = wrong.map_or_else(String::new, |wrong| {
                format!("; of the warnings that could be judged, {wrong} were false")
            });
            format!("The lamp would have been lit in time for {caught} of those who left{early}{wrong}.")
        }
        Lang::Ja => {
            let early = early.map_or_else(String::new, |early| format!("（{early}前、中央値）"));
            let wrong = wrong.map_or_else(String::new, |wrong| format!("。判定できた点灯の{wrong}は空振りです"));
            format!("ランプは、離反した顧客の{caught}に間に合って点灯していました{early}{wrong}。")
        }
    })
}
