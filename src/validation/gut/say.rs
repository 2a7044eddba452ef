//! What the comparison of rating and data says, in a sentence.

use super::{Added, Past, Reading};
use crate::words;
use crate::words::Words;

/// One sentence on what the rating adds.
#[must_use]
pub fn say_added(added: &Added) -> Words {
    let figures = format!("{:+.3} [{:+.3}, {:+.3}]", added.auc.estimate, added.auc.ci_low, added.auc.ci_high);
    match added.reading() {
        Reading::Adds => words!(
            en: "The rating knows something that the data does not: with it, the AUC on unseen accounts changes by {figures}.",
            ja: "評価には、データにない情報が含まれています。評価を加えると、未知の顧客でのAUCは{figures}変わります。",
        ),
        Reading::Nothing => words!(
            en: "The rating adds nothing that matters to the data: with it, the AUC on unseen accounts changes by {figures}.",
            ja: "評価を加えても、データだけの場合と実質的に変わりません。未知の顧客でのAUCの変化は{figures}です。",
        ),
        Reading::Harms => words!(
            en: "The rating makes predictions worse than the data alone: with it, the AUC on unseen accounts changes by {figures}.",
            ja: "評価を加えると、データだけの場合より予測が悪くなります。未知の顧客でのAUCの変化は{figures}です。",
        ),
        Reading::CannotTell => words!(
            en: "Whether the rating adds to the data cannot be told yet: with it, the AUC on unseen accounts changes by {figures}.",
            ja: "評価がデータに何かを加えるかどうかは、まだ判断できません。未知の顧客でのAUCの変化は{figures}です。",
        ),
    }
}

/// One sentence on who was right.
#[must_use]
pub fn say_past(past: &Past) -> Words {
    let (data, gut) = (past.data_riskier, past.gut_riskier);
    let Some((_, low, high)) = past.difference else {
        return words!(
            en: "Rating and data contradicted each other on {} accounts, all in one direction: who judges better cannot be told.",
            ja: "評価とデータが食い違った顧客は{}件で、すべて同じ向きです。どちらが正しいかは判断できません。",
            data.of + gut.of
        );
    };
    let share = |part: usize, of: usize| 100.0 * part as f64 / of.max(1) as f64;
    let (n_data, n_gut) = (data.of, gut.of);
    let (p_data, p_gut) = (format!("{:.1} %", share(data.n, data.of)), format!("{:.1} %", share(gut.n, gut.of)));
    if low > 0.0 {
        words!(
            en: "Where they contradicted each other, the data judged better: of {n_data} accounts that only the data held at risk {p_data} left, of {n_gut} that only the rating did {p_gut}.",
            ja: "食い違った場合は、データのほうが当たっていました。データだけが危険とした{n_data}件の離反は{p_data}、評価だけが危険とした{n_gut}件では{p_gut}です。",
        )
    } else if high < 0.0 {
        words!(
            en: "Where they contradicted each other, the rating judged better: of {n_gut} accounts that only the rating held at risk {p_gut} left, of {n_data} that only the data did {p_data}.",
            ja: "食い違った場合は、評価のほうが当たっていました。評価だけが危険とした{n_gut}件の離反は{p_gut}、データだけが危険とした{n_data}件では{p_data}です。",
        )
    } else {
        words!(
            en: "Where they contradicted each other, neither judged clearly better: of {n_data} accounts that only the data held at risk {p_data} left, of {n_gut} that only the rating did {p_gut}.",
            ja: "食い違った場合にどちらが正しいかは、はっきりしません。データだけが危険とした{n_data}件の離反は{p_data}、評価だけが危険とした{n_gut}件では{p_gut}です。",
        )
    }
}
