//! The numbers of the rule that fired, in words.

use crate::study::Hoped;
use crate::traps::TestId as T;
use crate::traps::leak::Leak;
use crate::words;
use crate::words::Words;

use super::balance;
use super::doubts::{Weak, Young};
use super::facts::{EQUIVALENCE_INTERVAL_Z, KpiFacts, Opposite};

fn odds(log_odds: f64) -> String {
    format!("{:.2}", log_odds.exp())
}

pub(super) fn unusable(f: &KpiFacts<'_>) -> Words {
    f.unusable.clone().unwrap_or_default()
}

pub(super) fn few_events(f: &KpiFacts<'_>) -> Words {
    let n = f.n_events;
    words!(
        en: "only {n} decisions to leave in the data; nothing can be told apart below 40",
        ja: "離反の件数が{n}件しかありません。40件未満では何も区別できません",
    )
}

pub(super) fn leak(f: &KpiFacts<'_>) -> Words {
    match f.leak {
        Some(Leak::Perfect(auc)) => words!(
            en: "alone it ranks leavers before stayers with an AUC of {auc:.3}; only something computed from the outcome does",
            ja: "これだけで離反した顧客をAUC {auc:.3}で見分けます。結果から計算された値でなければ起こりません",
        ),
        Some(Leak::PureStretch(n)) => words!(
            en: "{n} leavers and not one stayer lie beyond one value; it is written when a customer leaves",
            ja: "ある値より先に、離反した顧客が{n}件あり、残った顧客は一件もありません。離反の際に書かれる値です",
        ),
        Some(Leak::Filled(left, stayed)) => {
            let (left, stayed) = (100.0 * left, 100.0 * stayed);
            words!(
                en: "filled in for {left:.0} % of those who left and {stayed:.0} % of those who stayed: it is known only after the outcome",
                ja: "離反した顧客の{left:.0}%、残った顧客の{stayed:.0}%に値があります。結果の後でなければ分からない値です",
            )
        }
        Some(Leak::Afterwards) => words!(
            en: "the study says that it is written once the outcome is known",
            ja: "結果が分かった後に書き込まれる値だと、調査ファイルに記されています",
        ),
        Some(Leak::Recency(days)) => words!(
            en: "leaving was derived from {days} days without an event, and it counts the days since the last one: the outcome in other words",
            ja: "離反は「イベントのない{days}日間」から作られており、このKPIは最後のイベントからの日数です。結果の言い換えにすぎません",
        ),
        Some(Leak::Silent(days)) => words!(
            en: "leaving was derived from {days} days without an event, and it is computed from the same events: it stops because the account has left",
            ja: "離反は「イベントのない{days}日間」から作られており、このKPIは同じイベントから計算されています。離反したから止まった値です",
        ),
        Some(Leak::WhileLeaving) => words!(
            en: "the study says that it is measured while customers leave: nothing in it is early enough to act on",
            ja: "顧客が離れていく最中に測られた値だと、調査ファイルに記されています。働きかけに使えるほど早い情報は含まれていません",
        ),
        Some(Leak::NoLeaver(expected)) => words!(
            en: "beyond one value nobody left, where {expected:.0} should have: whoever leaves has already stopped when it is measured, or leaving is defined by it",
            ja: "ある値より先では、離反が{expected:.0}件あるはずなのに一件もありません。測った時点で離反する顧客はすでに止まっているか、離反がこの値で定義されています",
        ),
        Some(Leak::TooStrong(slope)) => {
            let or = odds(slope);
            words!(
                en: "odds ratio {or} per standard deviation between customers with the same attributes: nothing known before a decision is that strong, so it was measured while they left (if not, say `measured = \"before\"`)",
                ja: "属性が同じ顧客どうしでも、1標準偏差あたりのオッズ比が{or}です。決定の前に分かる値でこれほど強いものはなく、離れていく最中に測られたと考えられます（違う場合は `measured = \"before\"` と書いてください）",
            )
        }
        None => Words::default(),
    }
}

pub(super) fn stale(f: &KpiFacts<'_>) -> Words {
    let top = 100.0 * f.slope(T::Ceiling);
    let z = f.z(T::Full);
    match f.get(T::Silent) {
        Some(silent) => {
            let (or, sz) = (odds(silent.estimate), silent.z());
            words!(
                en: "{top:.0} % of the replies are one of the two top answers and they say nothing about leaving (z {z:.1}); not answering: odds ratio {or} (z {sz:.1})",
                ja: "回答の{top:.0}%が上位2段階で、離反とは関係がありません（z {z:.1}）。無回答のオッズ比は{or}（z {sz:.1}）です",
            )
        }
        None => words!(
            en: "{top:.0} % of the replies are one of the two top answers and they say nothing about leaving (z {z:.1})",
            ja: "回答の{top:.0}%が上位2段階で、離反とは関係がありません（z {z:.1}）",
        ),
    }
}

pub(super) fn opposite(f: &KpiFacts<'_>) -> Words {
    let Some(Opposite { first: (first, a), second: (second, b), .. }) = f.opposite() else { return Words::default() };
    let (or_a, za, or_b, zb) = (odds(a.estimate), a.z(), odds(b.estimate), b.z());
    words!(
        en: "odds ratio {or_a} (z {za:.1}) in `{first}` but {or_b} (z {zb:.1}) in `{second}`; their average means nothing",
        ja: "オッズ比は`{first}`で{or_a}（z {za:.1}）、`{second}`で{or_b}（z {zb:.1}）と逆向きです。平均に意味はありません",
    )
}

pub(super) fn leaky(f: &KpiFacts<'_>) -> Words {
    let (near, z) = (odds(f.slope(T::Near)), f.z(T::Near));
    let (near2, near4) = (odds(f.slope(T::Near2)), odds(f.slope(T::Near4)));
    words!(
        en: "odds ratio {near} in the last period before the decision (z {z:.1}), but {near2} and {near4} two and four periods earlier: it moves when the decision is made",
        ja: "決定の直前期のオッズ比は{near}（z {z:.1}）ですが、その2期前は{near2}、4期前は{near4}です。決定と同時に動いています",
    )
}

pub(super) fn perhaps_unmoved(f: &KpiFacts<'_>) -> Words {
    let (near, z) = (odds(f.slope(T::Near)), f.z(T::Near));
    let (event, near2) = (odds(f.slope(T::AtEvent)), odds(f.slope(T::Near2)));
    words!(
        en: "odds ratio {near} in the last period before the decision (z {z:.1}), {near2} one step earlier and {event} at the event: so looks what falls when the decision is made, but it is hardly stronger at the event and nothing shows that risk moves it, as with a lever that works at once",
        ja: "オッズ比は決定の直前期で{near}（z {z:.1}）、その1段階前では{near2}、離反時点で{event}です。決定と同時に動いた値にも見えますが、離反時点でほとんど強まらず、リスクで動く様子もないため、すぐに効く要因かもしれません",
    )
}

pub(super) fn driven(f: &KpiFacts<'_>) -> Words {
    let (near, z, near2) = (odds(f.slope(T::Near)), f.z(T::Near), odds(f.slope(T::Near2)));
    let (lead, zl) = (f.slope(T::Lead), f.z(T::Lead));
    words!(
        en: "last period's risk moves it by {lead:+.2} sd per sd (z {zl:.1}), and its odds ratio of {near} in the last period before the decision (z {z:.1}) is {near2} one step earlier: it falls because leaving has begun",
        ja: "前期のリスク1標準偏差あたり{lead:+.2}標準偏差動きます（z {zl:.1}）。オッズ比は決定の直前期で{near}（z {z:.1}）、その1段階前では{near2}です。離反が始まったために動いた値です",
    )
}

pub(super) fn explained(f: &KpiFacts<'_>) -> Words {
    let (from, to, what_en, what_ja) = if f.explained(T::Raw, T::Stat) {
        (T::Raw, T::Stat, "customers with the same attributes", "属性が同じ顧客どうし")
    } else {
        (T::Stat, T::Adj, "customers with the same recorded reasons", "記録された理由が同じ顧客どうし")
    };
    let (before, zb, after, za) = (odds(f.slope(from)), f.z(from), odds(f.slope(to)), f.z(to));
    words!(
        en: "odds ratio {before} (z {zb:.1}) at first, {after} (z {za:.1}) between {what_en}: who has it differs, not what it does",
        ja: "一見オッズ比{before}（z {zb:.1}）ですが、{what_ja}では{after}（z {za:.1}）です。違うのは顧客であって、このKPIの働きではありません",
    )
}

pub(super) fn mediated(f: &KpiFacts<'_>) -> Words {
    let Some((other, left)) = f.mediator() else { return Words::default() };
    let (adj, z, left) = (odds(f.slope(T::Adj)), f.z(T::Adj), 100.0 * left.max(0.0));
    words!(
        en: "odds ratio {adj} (z {z:.1}), of which {left:.0} % is left once `{other}` is known: the effect runs through it",
        ja: "オッズ比{adj}（z {z:.1}）ですが、`{other}`を加えると残る効果は{left:.0}%です。効果はそちらを通っています",
    )
}

pub(super) fn snapshot_signal(f: &KpiFacts<'_>) -> Words {
    let (full, z) = (odds(f.slope(T::Full)), f.z(T::Full));
    words!(
        en: "odds ratio {full} per standard deviation with everything else known (z {z:.1}); one row per customer cannot show whether it moved before or after the decision",
        ja: "ほかの条件をそろえたオッズ比は1標準偏差あたり{full}（z {z:.1}）です。顧客ごとに1行のデータでは、決定の前に動いたのか後に動いたのか分かりません",
    )
}

pub(super) fn fading(f: &KpiFacts<'_>) -> Words {
    let (early, ze, late, zl) = (odds(f.slope(T::Early)), f.z(T::Early), odds(f.slope(T::Late)), f.z(T::Late));
    words!(
        en: "odds ratio {early} (z {ze:.1}) in the first half of the calendar, {late} (z {zl:.1}) in the second",
        ja: "前半のオッズ比は{early}（z {ze:.1}）、後半は{late}（z {zl:.1}）です",
    )
}

pub(super) fn rescue(f: &KpiFacts<'_>) -> Words {
    let (at, z) = (odds(f.slope(T::AtEvent)), f.z(T::AtEvent));
    let before = f.get(T::Near4).map_or_else(Words::default, |near4| {
        let (size, z) = (odds(near4.estimate), near4.z());
        words!(
            en: ", {size} four periods before the last one (z {z:.1})",
            ja: "、直前期の4期前は{size}（z {z:.1}）",
        )
    });
    let cause = match (f.get(T::Hint), f.get(T::Lead)) {
        (Some(hint), _) if hint.z() > 3.0 => {
            let (size, z) = (hint.estimate, hint.z());
            words!(
                en: "it moves by {size:+.2} sd in the period after a hint (z {z:.1})",
                ja: "兆候のあった次の期に{size:+.2}標準偏差動きます（z {z:.1}）",
            )
        }
        (_, Some(lead)) if lead.z() > 3.0 => {
            let (size, z) = (lead.estimate, lead.z());
            words!(
                en: "it moves by {size:+.2} sd per sd of last period's risk (z {z:.1})",
                ja: "前期のリスク1標準偏差あたり{size:+.2}標準偏差動きます（z {z:.1}）",
            )
        }
        _ => words!(
            en: "it jumps in the period of the decision",
            ja: "決定のあった期に急に動きます",
        ),
    };
    let (en, ja) = (cause.en, cause.ja);
    Words {
        en: format!(
            "{en}; odds ratio {at} at the event (z {z:.1}){}: the risk brings the action, the action does not bring the risk",
            before.en
        ),
        ja: format!(
            "{ja}。離反時点のオッズ比は{at}（z {z:.1}）{}です。リスクが行動を呼んでいるのであって、行動がリスクを呼んでいるのではありません",
            before.ja
        ),
    }
}

pub(super) fn symptom(f: &KpiFacts<'_>) -> Words {
    let (full, z, lead, zl) = (odds(f.slope(T::Full)), f.z(T::Full), f.slope(T::Lead), f.z(T::Lead));
    words!(
        en: "odds ratio {full} (z {z:.1}), but last period's risk moves it by {lead:+.3} sd per sd (z {zl:.1}): a symptom of the customer's health",
        ja: "オッズ比{full}（z {z:.1}）ですが、前期のリスク1標準偏差あたり{lead:+.3}標準偏差動きます（z {zl:.1}）。顧客の状態の悪化が表れたものです",
    )
}

pub(super) fn follows_hint(f: &KpiFacts<'_>) -> Words {
    let (size, z, full, zf) = (f.slope(T::Hint), f.z(T::Hint), odds(f.slope(T::Full)), f.z(T::Full));
    words!(
        en: "it moves by {size:+.2} sd in the period after a hint at leaving (z {z:.1}), and leaving does not become rarer with it (odds ratio {full}, z {zf:.1}): the risk brings the action",
        ja: "解約の兆候があった次の期に{size:+.2}標準偏差動き（z {z:.1}）、それで離反が減ってもいません（オッズ比{full}、z {zf:.1}）。リスクが行動を呼んでいます",
    )
}

pub(super) fn follows_risk(f: &KpiFacts<'_>) -> Words {
    let (full, z) = (odds(f.slope(T::Full)), f.z(T::Full));
    let lead = f.get(T::Lead).map(|lead| {
        let (size, z) = (lead.estimate, lead.z());
        words!(
            en: "{size:+.3} sd per sd of last period's risk (z {z:.1})",
            ja: "前期のリスク1標準偏差あたり{size:+.3}標準偏差（z {z:.1}）",
        )
    });
    let hint = f.get(T::Hint).map(|hint| {
        let (size, z) = (hint.estimate, hint.z());
        words!(en: "{size:+.2} sd after a hint (z {z:.1})", ja: "兆候の後{size:+.2}標準偏差（z {z:.1}）")
    });
    let (en, ja): (Vec<_>, Vec<_>) = lead.into_iter().chain(hint).map(|moved| (moved.en, moved.ja)).unzip();
    let (en, ja) = (en.join(", "), ja.join("、"));
    words!(
        en: "odds ratio {full} (z {z:.1}), but it also follows the risk: {en}; how much of it is cause is open",
        ja: "オッズ比{full}（z {z:.1}）ですが、リスクの後追いもしており、{ja}動いています。どこまでが原因かは決められません",
    )
}

pub(super) fn answers_the_risk(f: &KpiFacts<'_>) -> Words {
    let (full, z, raw) = (odds(f.slope(T::Full)), f.z(T::Full), odds(f.slope(T::Raw)));
    let (earlier, event) = (odds(f.slope(T::Near2)), odds(f.slope(T::AtEvent)));
    words!(
        en: "odds ratio {full} (z {z:.1}) against the hope, but {raw} before everything else is in the model, and {earlier} two steps before the event, {event} at it: so looks an action that answers a risk; no ground to do less of it",
        ja: "期待と逆のオッズ比{full}（z {z:.1}）ですが、ほかの要因を入れる前は{raw}で、離反の2段階前は{earlier}、離反時は{event}です。リスクへの対応でも同じ形になるため、この行動を減らす根拠にはなりません",
    )
}

pub(super) fn harms_unmoved(f: &KpiFacts<'_>) -> Words {
    let (full, z) = (odds(f.slope(T::Full)), f.z(T::Full));
    let (earlier, event, lead) = (odds(f.slope(T::Near2)), odds(f.slope(T::AtEvent)), f.slope(T::Lead));
    words!(
        en: "odds ratio {full} (z {z:.1}) against the hope, {earlier} two steps before the event and {event} at it, as where a risk brings the action; but last period's risk does not move it ({lead:+.3} sd per sd): harm or answer is open",
        ja: "期待と逆のオッズ比{full}（z {z:.1}）で、離反の2段階前は{earlier}、離反時は{event}と、リスクへの対応に似た形です。しかし前期のリスクでは動いていません（1標準偏差あたり{lead:+.3}）。逆効果なのか対応なのかは決められません",
    )
}

pub(super) fn fades_with_age(f: &KpiFacts<'_>) -> Words {
    let (full, z, n) = (odds(f.slope(T::Full)), f.z(T::Full), f.n_events);
    let (event, near, near2) = (odds(f.slope(T::AtEvent)), odds(f.slope(T::Near)), odds(f.slope(T::Near2)));
    words!(
        en: "odds ratio {full} (z {z:.1}), but strongest at the event and weaker the older ({event}, {near} a step before, {near2} two): so looks what a decision to leave brings down, and {n} decisions are too few to tell",
        ja: "オッズ比{full}（z {z:.1}）ですが、離反時に最も強く、古いほど弱くなっています（離反時{event}、1段階前{near}、2段階前{near2}）。離反の決定に伴う低下も同じ形になり、離反{n}件では見分けられません",
    )
}

pub(super) fn gamed(f: &KpiFacts<'_>) -> Words {
    let (before, zb) = (odds(f.slope(T::BeforeTarget)), f.z(T::BeforeTarget));
    let (after, za, gap) = (odds(f.slope(T::AfterTarget)), f.z(T::AfterTarget), f.target_break_z());
    words!(
        en: "odds ratio {before} (z {zb:.1}) before it became a target, {after} (z {za:.1}) since (z of the break {gap:.1}): what is measured for its own sake no longer means the same",
        ja: "目標になる前のオッズ比は{before}（z {zb:.1}）、なった後は{after}（z {za:.1}）です（差のz {gap:.1}）。数値を上げること自体が目的になり、意味が変わっています",
    )
}

pub(super) fn refuted(f: &KpiFacts<'_>) -> Words {
    let (full, z, pushed, zp) = (odds(f.slope(T::Full)), f.z(T::Full), odds(f.slope(T::Pushed)), f.z(T::Pushed));
    words!(
        en: "odds ratio {full} (z {z:.1}) as observed, but {pushed} (z {zp:.1}) per standard deviation that a programme for accounts drawn by lot moved it: who has it differs, not what it does",
        ja: "観察ではオッズ比{full}（z {z:.1}）ですが、無作為に選んだ顧客への施策では1標準偏差あたり{pushed}（z {zp:.1}）です。違うのは顧客であって、このKPIの働きではありません",
    )
}

pub(super) fn programme_in_doubt(f: &KpiFacts<'_>) -> Words {
    let (full, z, pushed, zp) = (odds(f.slope(T::Full)), f.z(T::Full), odds(f.slope(T::Pushed)), f.z(T::Pushed));
    let apart = f.programme_against().unwrap_or(0.0);
    words!(
        en: "odds ratio {full} (z {z:.1}) as observed, but {pushed} (z {zp:.1}) per standard deviation that a programme for accounts drawn by lot moved it, {apart:.1} standard errors apart: the two do not agree, and the programme is too small to overrule what is observed",
        ja: "観察ではオッズ比{full}（z {z:.1}）ですが、無作為に選んだ顧客への施策では1標準偏差あたり{pushed}（z {zp:.1}）で、標準誤差{apart:.1}個分離れています。両者は一致せず、観察を覆すには施策が小さすぎます",
    )
}

pub(super) fn confirmed(f: &KpiFacts<'_>) -> Words {
    let (full, z, pushed, zp) = (odds(f.slope(T::Full)), f.z(T::Full), odds(f.slope(T::Pushed)), f.z(T::Pushed));
    words!(
        en: "odds ratio {full} per standard deviation (z {z:.1}) in level and change, and {pushed} (z {zp:.1}) per standard deviation that a programme for accounts drawn by lot moved it: confirmed by a programme",
        ja: "水準でも変化でも1標準偏差あたりのオッズ比{full}（z {z:.1}）。無作為に選んだ顧客への施策でも、動いた1標準偏差あたり{pushed}（z {zp:.1}）です。施策で裏付けられました",
    )
}

pub(super) fn programme_alone(f: &KpiFacts<'_>) -> Words {
    let (pushed, zp, first) = (odds(f.slope(T::Pushed)), f.z(T::Pushed), f.slope(T::FirstStage));
    words!(
        en: "a programme for accounts drawn by lot moved it by {first:+.2} sd, with an odds ratio of {pushed} (z {zp:.1}) per standard deviation: confirmed by a programme, whatever the observed association",
        ja: "無作為に選んだ顧客への施策で{first:+.2}標準偏差動き、1標準偏差あたりのオッズ比は{pushed}（z {zp:.1}）です。観察上の関連によらず、施策で裏付けられました",
    )
}

pub(super) fn perception(f: &KpiFacts<'_>) -> Words {
    let (full, z) = (odds(f.slope(T::Full)), f.z(T::Full));
    words!(
        en: "odds ratio {full} (z {z:.1}) in level and change; but what customers say follows how they fare, and nobody can push an answer: a warning, not a lever, until something that moves it is shown to keep customers",
        ja: "水準でも変化でもオッズ比{full}（z {z:.1}）です。ただし顧客の回答は状態の反映であり、回答そのものは動かせません。回答を動かす働きかけが継続につながると示されるまでは、警報であって働きかけではありません",
    )
}

pub(super) fn short_lived(f: &KpiFacts<'_>) -> Words {
    let (full, z, near4) = (odds(f.slope(T::Full)), f.z(T::Full), f.along_full(T::Near4));
    let (level, change) = (odds(f.slope(T::Level)), odds(f.slope(T::Change)));
    let young = Young::of(f);
    let recent = words!(
        en: "its level counts for less than its change (odds ratios {level} and {change})",
        ja: "水準の効きが変化の効きより弱く（オッズ比{level}と{change}）",
    );
    let forgotten = words!(
        en: "two steps before the last period it was hardly there (z {near4:.1})",
        ja: "直前期の2段階前にはほとんど見られず（z {near4:.1}）",
    );
    let both = words!(en: " and ", ja: "、");
    let why = match (young.forgotten, young.recent) {
        (true, true) => forgotten.and(both).and(recent),
        (true, false) => forgotten,
        _ => recent,
    };
    let (en, ja) = (why.en, why.ja);
    words!(
        en: "odds ratio {full} (z {z:.1}), but {en}: a passing intent to leave looks the same",
        ja: "オッズ比{full}（z {z:.1}）ですが、{ja}、一時的な解約の意向でも同じ形になります",
    )
}

/// The grounds on which a signal is weak, in one sentence each.
fn weaknesses(f: &KpiFacts<'_>) -> Vec<Words> {
    let (late, e) = (f.along_full(T::Late), f.e_value_limit());
    let (before, since) = (odds(f.slope(T::Early)), odds(f.slope(T::Late)));
    let weak = Weak::of(f);
    let grounds = [
        (weak.faint, words!(en: "not clear enough over all", ja: "全体としての確かさが足りません")),
        (
            weak.explicable,
            words!(
                en: "a weak hidden cause would do (E-value of the limit {e:.2})",
                ja: "弱い隠れた原因でも説明できてしまいます（信頼限界のE値{e:.2}）",
            ),
        ),
        (
            weak.unconfirmed,
            words!(
                en: "not confirmed in the recent half (z {late:.1})",
                ja: "期間の後半では裏付けがありません（z {late:.1}）",
            ),
        ),
        (
            weak.weaker,
            words!(
                en: "weaker in the recent half (odds ratio {since}, before {before})",
                ja: "期間の後半で弱まっています（オッズ比{since}、前半は{before}）",
            ),
        ),
    ];
    grounds.into_iter().filter(|(holds, _)| *holds).map(|(_, ground)| ground).collect()
}

fn listed(grounds: Vec<Words>) -> Words {
    let (en, ja): (Vec<_>, Vec<_>) = grounds.into_iter().map(|ground| (ground.en, ground.ja)).unzip();
    Words { en: en.join("; "), ja: ja.join("。") }
}

pub(super) fn weak(f: &KpiFacts<'_>) -> Words {
    let (full, z) = (odds(f.slope(T::Full)), f.z(T::Full));
    let Words { en, ja } = listed(weaknesses(f));
    words!(
        en: "odds ratio {full} (z {z:.1}) in level and change, but {en}",
        ja: "水準でも変化でもオッズ比{full}（z {z:.1}）ですが、{ja}",
    )
}

pub(super) fn target_in_doubt(f: &KpiFacts<'_>) -> Words {
    let (full, z) = (odds(f.slope(T::Full)), f.z(T::Full));
    if f.untested(T::AfterTarget) {
        return words!(
            en: "odds ratio {full} (z {z:.1}), but too few have left since people are measured by it: whether it still means the same is not known",
            ja: "オッズ比{full}（z {z:.1}）ですが、目標になってからの離反が少なすぎるため、今も同じ意味を持つかは分かりません",
        );
    }
    let (after, za, gap) = (odds(f.slope(T::AfterTarget)), f.along_full(T::AfterTarget), f.target_break_z());
    words!(
        en: "odds ratio {full} (z {z:.1}), but {after} (z {za:.1}) since people are measured by it, z of the break {gap:.1}: not confirmed since",
        ja: "オッズ比{full}（z {z:.1}）ですが、目標になってからは{after}（z {za:.1}、前後の差のz {gap:.1}）で、まだ裏付けがありません",
    )
}

pub(super) fn no_health_trace(f: &KpiFacts<'_>) -> Words {
    let (full, z) = (odds(f.slope(T::Full)), f.z(T::Full));
    let e = f.e_value_limit();
    words!(
        en: "odds ratio {full} (z {z:.1}) in level and change, but nothing recorded shows how healthy the account was: a hidden cause of odds ratio {e:.1} with both would do (E-value of the limit)",
        ja: "水準でも変化でもオッズ比{full}（z {z:.1}）ですが、顧客の健全度を示す記録がありません。両方とオッズ比{e:.1}で関わる隠れた原因があれば説明できてしまいます（信頼限界のE値）",
    )
}

pub(super) fn unsafe_data(f: &KpiFacts<'_>) -> Words {
    let (or, z) = (odds(f.slope(T::Full)), f.z(T::Full));
    words!(
        en: "odds ratio {or} (z {z:.1}) and every trap test passed, but the data contradicts itself: see the unsafe findings on the first page",
        ja: "オッズ比{or}（z {z:.1}）で、どの罠の検定も通りましたが、データに矛盾があります（1ページ目の「結論は不確か」を参照）",
    )
}

pub(super) fn validated(f: &KpiFacts<'_>) -> Words {
    let mut doubts = weaknesses(f);
    if f.hidden_health_would_do() {
        doubts.push(words!(
            en: "nothing recorded shows how healthy the account was",
            ja: "顧客の健全度を示す記録がありません",
        ));
    }
    if !doubts.is_empty() {
        return all_together(f, listed(doubts));
    }
    let (full, z) = (odds(f.slope(T::Full)), f.z(T::Full));
    let (level, change, late) = (f.z(T::Level), f.z(T::Change), f.z(T::Late));
    with_luck(
        f,
        words!(
            en: "odds ratio {full} per standard deviation (z {z:.1}); holds between customers (z {level:.1}), within them (z {change:.1}) and recently (z {late:.1}): consistent with acting on it; not proof",
            ja: "1標準偏差あたりのオッズ比{full}（z {z:.1}）。顧客間（z {level:.1}）、顧客内の変化（z {change:.1}）、直近（z {late:.1}）で一貫しています。働きかける根拠になりますが、証明ではありません",
        ),
    )
}

pub(super) fn borne_out(f: &KpiFacts<'_>) -> Words {
    let (level, change) = (f.z(T::Level), f.z(T::Change));
    let doubt = words!(
        en: "level (z {level:.1}) and change (z {change:.1}) are not both clear",
        ja: "水準（z {level:.1}）と変化（z {change:.1}）の両方が明確ではありません",
    );
    all_together(f, listed(std::iter::once(doubt).chain(weaknesses(f)).collect()))
}

/// What all tests bear out though one of them alone is in doubt.
fn all_together(f: &KpiFacts<'_>, doubt: Words) -> Words {
    let (full, z, balance) = (odds(f.slope(T::Full)), f.z(T::Full), balance::say(f));
    let (en, ja) = (format!("{}, but all tests together bear it out ({})", doubt.en, balance.en), doubt.ja);
    let balance = balance.ja;
    with_luck(
        f,
        words!(
            en: "odds ratio {full} per standard deviation (z {z:.1}); {en}: consistent with acting on it; not proof",
            ja: "1標準偏差あたりのオッズ比{full}（z {z:.1}）。{ja}が、検定全体が裏付けています（{balance}）。働きかける根拠になりますが、証明ではありません",
        ),
    )
}

/// Where few have left, large slopes are partly luck.
fn with_luck(f: &KpiFacts<'_>, found: Words) -> Words {
    if f.n_events as f64 >= f.limits.many_events {
        return found;
    }
    let n = f.n_events;
    found.and(words!(
        en: ". Among {n} decisions only large slopes stand out, some of them by luck: expect less when more is known",
        ja: "。離反{n}件では大きな傾きしか目立たず、偶然も混じります。データが増えると小さくなると見込んでください",
    ))
}

pub(super) fn outweighed(f: &KpiFacts<'_>) -> Words {
    let (full, z, balance) = (odds(f.slope(T::Full)), f.z(T::Full), balance::say(f));
    let (en, ja) = (balance.en, balance.ja);
    let most = balance::weighs_most(f).map_or_else(Words::default, |most| {
        let (en, ja) = (most.en, most.ja);
        words!(
            en: ". Compared with a typical lever, what weighs most against it: {en}",
            ja: "。典型的な働きかけと比べて評価を最も下げているのは、次の点です：{ja}",
        )
    });
    words!(
        en: "odds ratio {full} (z {z:.1}), and no single test speaks against it, but all of them together say too little ({en})",
        ja: "オッズ比{full}（z {z:.1}）。単独で反する検定はありませんが、検定全体の裏付けが足りません（{ja}）",
    )
    .and(most)
}

/// What is added where a KPI that may be acted on runs against what people hope of it.
pub(super) fn against_hope(f: &KpiFacts<'_>) -> Words {
    match f.hoped {
        Hoped::More => words!(
            en: ". It runs against the hope: where there is more of it, more leave",
            ja: "。期待とは逆で、多いほど離反が増えます",
        ),
        Hoped::Less => words!(
            en: ". It runs against the hope: where there is more of it, fewer leave",
            ja: "。期待とは逆で、多いほど離反が減ります",
        ),
    }
}

pub(super) fn jump(f: &KpiFacts<'_>) -> Words {
    let (at, z, near2, near4) =
        (odds(f.slope(T::AtEvent)), f.z(T::AtEvent), odds(f.slope(T::Near2)), odds(f.slope(T::Near4)));
    words!(
        en: "odds ratio {at} in the period of the event (z {z:.1}), {near2} and {near4} some periods before: it moves when it is too late",
        ja: "離反した期のオッズ比は{at}（z {z:.1}）、それ以前は{near2}と{near4}です。手遅れになってから動きます",
    )
}

pub(super) fn settled_before(f: &KpiFacts<'_>) -> Words {
    let (level, zl, change, zc) = (odds(f.slope(T::Level)), f.z(T::Level), odds(f.slope(T::Change)), f.z(T::Change));
    words!(
        en: "it differs between customers (odds ratio {level}, z {zl:.1}) and hardly moves within one; where it moved, leaving did not follow clearly (odds ratio {change}, z {zc:.1}): who has it was decided beforehand, and those customers may differ in other ways",
        ja: "差があるのは顧客間で（オッズ比{level}、z {zl:.1}）、同じ顧客の中ではほとんど動きません。動いたときも離反の増減は明らかではありません（オッズ比{change}、z {zc:.1}）。誰が持つかは以前から決まっており、その顧客はほかの点でも違うおそれがあります",
    )
}

pub(super) fn goes_along(f: &KpiFacts<'_>) -> Words {
    let (raw, full, event) = (odds(f.slope(T::Raw)), odds(f.slope(T::Full)), odds(f.slope(T::AtEvent)));
    let (level, zl, change, zc) = (odds(f.slope(T::Level)), f.z(T::Level), odds(f.slope(T::Change)), f.z(T::Change));
    words!(
        en: "odds ratio {raw} at first, {full} with everything else in the model, {event} at the event; it differs between customers (odds ratio {level}, z {zl:.1}), and where it moved within one, leaving did not follow clearly (odds ratio {change}, z {zc:.1}): it shows the state that a customer is in, and moving it need not change that state",
        ja: "一見オッズ比{raw}ですが、ほかの要因をすべて入れると{full}で、離反時は{event}です。差があるのは顧客間で（オッズ比{level}、z {zl:.1}）、同じ顧客の中で動いたときの離反の増減は明らかではありません（オッズ比{change}、z {zc:.1}）。顧客の状態を映す数字であり、これだけを動かしても状態が変わるとは言えません",
    )
}

pub(super) fn no_evidence(f: &KpiFacts<'_>) -> Words {
    let Some((low, high)) = f.get(T::Full).and_then(|m| {
        m.std_error.map(|se| (m.estimate - EQUIVALENCE_INTERVAL_Z * se, m.estimate + EQUIVALENCE_INTERVAL_Z * se))
    }) else {
        return Words::default();
    };
    let (low, high) = (odds(low), odds(high));
    if f.small_and_gone() && !f.surely_small_alone() {
        let (low, high) = f.get(T::Full).and_then(|m| m.interval()).map_or((low, high), |(l, h)| (odds(l), odds(h)));
        let late = f.along_full(T::Late);
        return words!(
            en: "tested with enough data: the 95 % interval of the odds ratio is {low} to {high}, inside 0.77 to 1.30, and the late half shows nothing (z {late:.1}), so any effect is too small to matter",
            ja: "十分なデータで検定しました。オッズ比の95%区間は{low}〜{high}で、0.77〜1.30に収まり、期間の後半には何も見られません（z {late:.1}）。効果があっても小さすぎます",
        );
    }
    words!(
        en: "tested with enough data: the 98 % interval of the odds ratio is {low} to {high}, inside 0.77 to 1.30, so any effect is too small to matter",
        ja: "十分なデータで検定しました。オッズ比の98%区間は{low}〜{high}で、0.77〜1.30に収まります。効果があっても小さすぎます",
    )
}

pub(super) fn undecided(f: &KpiFacts<'_>) -> Words {
    match f.get(T::Full) {
        Some(full) => {
            let (or, z) = (odds(full.estimate), full.z());
            let (low, high) = full.interval().map_or((String::new(), String::new()), |(l, h)| (odds(l), odds(h)));
            let (level, change) = (f.z(T::Level), f.z(T::Change));
            if f.signal() && !f.snapshot {
                words!(
                    en: "odds ratio {or} (z {z:.1}), but level (z {level:.1}) and change (z {change:.1}) do not tell the same story",
                    ja: "オッズ比{or}（z {z:.1}）ですが、水準（z {level:.1}）と変化（z {change:.1}）が一致しません",
                )
            } else if full.interval().is_some_and(|(low, high)| low > 0.0 || high < 0.0) {
                words!(
                    en: "odds ratio {or}, 95 % interval {low} to {high}: more than chance usually makes, but with so many KPIs tested not enough to go by",
                    ja: "オッズ比{or}、95%区間{low}〜{high}。1を含みませんが、検定したKPIの数を考えると偶然の可能性を否定できません",
                )
            } else if f.surely_small() && f.loudest() >= f.limits.quiet_z {
                let loudest = f.loudest();
                words!(
                    en: "odds ratio {or}, 95 % interval {low} to {high}: too small to matter on the whole, but one of its other tests stands out (|z| {loudest:.1}), so that it is not called without evidence",
                    ja: "オッズ比{or}、95%区間{low}〜{high}。全体としては意味のない大きさですが、ほかの検定に目立つ値があり（|z| {loudest:.1}）、関連なしとは言えません",
                )
            } else if full.interval().is_some_and(|(low, high)| low.abs().max(high.abs()) < f.limits.equivalence) {
                words!(
                    en: "odds ratio {or}, 95 % interval {low} to {high}: probably too small to matter, but not surely",
                    ja: "オッズ比{or}、95%区間{low}〜{high}。意味のない大きさと見られますが、確実とまでは言えません",
                )
            } else {
                words!(
                    en: "odds ratio {or}, 95 % interval {low} to {high}: too wide to call it an effect or none",
                    ja: "オッズ比{or}、95%区間{low}〜{high}。効果があるともないとも言えない幅です",
                )
            }
        }
        None => words!(en: "the model could not be fitted with it", ja: "このKPIを入れたモデルを推定できませんでした"),
    }
}
