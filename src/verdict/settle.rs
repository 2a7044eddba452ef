//! What would settle or strengthen a verdict, and what it takes.

use crate::words;
use crate::words::Words;

use super::facts::KpiFacts;
use super::programme::and_programme;

/// What would settle or strengthen a verdict; `None` where nothing is open.
pub(super) fn settle(f: &KpiFacts<'_>, rule: &str) -> Option<Words> {
    match rule {
        "1b" => Some(words!(
            en: "give numbers that differ between customers and over time",
            ja: "顧客や時期によって異なる数値を用意してください",
        )),
        "1a" => {
            let missing = 40_usize.saturating_sub(f.n_events);
            Some(words!(
                en: "wait for {missing} more decisions to leave, or add earlier periods or similar customers",
                ja: "離反があと{missing}件増えるのを待つか、過去の期や似た顧客を加えてください",
            ))
        }
        "2l" => Some(words!(
            en: "record it in every period (a [panel]), so that its value from before the decision can be tested",
            ja: "毎期記録して[panel]にしてください。決定より前の値で検定できるようになります",
        )),
        "8" => Some(words!(
            en: "record it every month: a [panel] shows whether it moves before the decision, with the date on which a customer first hinted at leaving",
            ja: "毎月記録して[panel]にしてください。決定より前に動くかどうかが分かります。解約をほのめかした日付もあわせて記録してください",
        )),
        "9g" | "9l" | "9t" => Some(and_programme(
            f,
            words!(
                en: "look again next quarter, or push it for accounts drawn by lot and compare",
                ja: "次の四半期に再確認するか、無作為に選んだ顧客にだけ働きかけて比べてください",
            ),
        )),
        "9o" => Some(and_programme(
            f,
            words!(
                en: "wait until more have left since it is a target, or push it for accounts drawn by lot and compare",
                ja: "目標になってからの離反が増えるのを待つか、無作為に選んだ顧客にだけ働きかけて比べてください",
            ),
        )),
        "9s" => Some(and_programme(
            f,
            words!(
                en: "repeat the programme with more accounts drawn by lot",
                ja: "無作為に選ぶ顧客を増やして、施策をもう一度行ってください",
            ),
        )),
        "9h" => Some(words!(
            en: "correct the tables that contradict each other and run again",
            ja: "矛盾している表を直して、もう一度実行してください",
        )),
        "9j" => Some(and_programme(
            f,
            words!(
                en: "record when a customer hints at leaving (`disclosed_risk`) or a regular rating of the relationship; or push it for accounts drawn by lot",
                ja: "解約のほのめかし（`disclosed_risk`）か、関係の定期的な評価を記録してください。または、無作為に選んだ顧客にだけ働きかけてください",
            ),
        )),
        "5e" | "9e" | "9k" | "9p" | "9q" | "9r" | "12c" => Some(and_programme(
            f,
            words!(
                en: "push it, or what should move it, for accounts drawn by lot and compare",
                ja: "このKPI、またはこれを動かすはずの働きかけを、無作為に選んだ顧客に行って比べてください",
            ),
        )),
        "12b" => Some(and_programme(
            f,
            words!(
                en: "it hardly moves by itself: push it for accounts drawn by lot, or see what follows for those that begin with it later",
                ja: "自然にはほとんど動きません。無作為に選んだ顧客に働きかけるか、後から始めた顧客のその後を見てください",
            ),
        )),
        "7" => Some(and_programme(
            f,
            words!(
                en: "work on the later step; push this one for accounts drawn by lot to see whether the later step follows",
                ja: "後段のKPIに働きかけてください。こちらは、無作為に選んだ顧客にだけ働きかけ、後段が動くか確かめてください",
            ),
        )),
        "4" => Some(words!(
            en: "use it within each part only, with its own direction",
            ja: "区分ごとに、それぞれの向きで使ってください",
        )),
        "14" => match (f.events_needed(), f.snapshot, f.signal()) {
            (_, true, _) => Some(words!(
                en: "record it every month: a [panel] has many more rows and shows what came first",
                ja: "毎月記録して[panel]にしてください。行数が増え、何が先かも分かります",
            )),
            (Some(n), false, false) => Some(words!(
                en: "about {n} decisions to leave would narrow the interval enough",
                ja: "離反が約{n}件あれば、区間が十分に狭くなります",
            )),
            _ => Some(and_programme(
                f,
                words!(
                    en: "push it for accounts drawn by lot and compare: that tells cause from company",
                    ja: "無作為に選んだ顧客にだけ働きかけて比べてください。原因なのか、連れ立って動くだけなのかが分かります",
                ),
            )),
        },
        _ => None,
    }
}
