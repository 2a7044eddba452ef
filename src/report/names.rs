//! Words of the report for what the artifact names by identifier.

use crate::traps::TestId;
use crate::verdict::{Answer, Direction, Verdict};
use crate::words::Lang;

/// One of two texts.
pub(super) fn say<'a>(lang: Lang, en: &'a str, ja: &'a str) -> &'a str {
    match lang {
        Lang::En => en,
        Lang::Ja => ja,
    }
}

/// What a reader does with a KPI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    /// In use.
    Keep,
    /// Not decided yet.
    Watch,
    /// Not to be acted on.
    Drop,
}

/// Shape that stands for a verdict beside its word, readable without colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Validated.
    Disc,
    /// Differs by segment.
    HalfDisc,
    /// Predicts, not settled.
    Diamond,
    /// Cannot tell.
    OpenDiamond,
    /// Looks as if it predicted.
    Cross,
    /// No evidence.
    Square,
}

/// Family of a verdict.
pub(super) fn family(verdict: Verdict) -> Family {
    match verdict {
        Verdict::Validated => Family::Keep,
        Verdict::SegmentDependent | Verdict::Promising | Verdict::Mediated | Verdict::CannotTell | Verdict::Fading => {
            Family::Watch
        }
        _ => Family::Drop,
    }
}

/// Shape of a verdict.
pub(super) fn mark(verdict: Verdict) -> Mark {
    match verdict {
        Verdict::Validated => Mark::Disc,
        Verdict::SegmentDependent => Mark::HalfDisc,
        Verdict::Promising | Verdict::Mediated | Verdict::Fading => Mark::Diamond,
        Verdict::CannotTell => Mark::OpenDiamond,
        Verdict::NoEvidence => Mark::Square,
        _ => Mark::Cross,
    }
}

/// Whether the verdict says that a KPI only looks as if acting on it helped.
pub(super) fn is_mirage(verdict: Verdict) -> bool {
    mark(verdict) == Mark::Cross
}

/// Colour class of a family in the style sheet.
pub(super) fn family_class(family: Family) -> &'static str {
    match family {
        Family::Keep => "keep",
        Family::Watch => "watch",
        Family::Drop => "drop",
    }
}

/// What a verdict means, one sentence.
pub(super) fn meaning(verdict: Verdict, lang: Lang) -> &'static str {
    let (en, ja) = match verdict {
        Verdict::Validated => (
            "It predicts, and every trap test that the data allows is consistent with acting on it. Not proof.",
            "離反を予測し、データで行える検定はすべて「働きかける価値がある」ことと矛盾しません。証明ではありません。",
        ),
        Verdict::Promising => (
            "It predicts, but one doubt remains, which the reason names: too weak, not confirmed recently, or open to another explanation.",
            "離反を予測しますが、疑いが一つ残ります（弱い、最近の期間で確認できない、別の説明がありうる、など）。理由の欄に示します。",
        ),
        Verdict::Mediated => (
            "An earlier step: its effect runs through a later KPI.",
            "手前の段階です。影響は、後に続く別のKPIを通じて現れます。",
        ),
        Verdict::SegmentDependent => (
            "Direction or existence of the effect differs by segment, billing or lifecycle phase.",
            "影響の向きや有無が、区分・料金体系・フェーズによって異なります。",
        ),
        Verdict::Lagging => (
            "It moves at or after the decision to leave: too late to act on.",
            "離反の決定と同時か、その後に動きます。気づいても間に合いません。",
        ),
        Verdict::ReverseCausal => (
            "The risk of leaving moves it, not the other way round.",
            "離反の危険がこのKPIを動かしています。逆ではありません。",
        ),
        Verdict::Confounded => (
            "Who has it differs, not what it does: selection, segment, or a symptom of health.",
            "違うのは顧客の顔ぶれであり、KPIの働きではありません（選ばれ方、区分、状態の悪化の表れ）。",
        ),
        Verdict::Redundant => {
            ("A near-copy of another KPI, which is named.", "別のKPIとほぼ同じ内容です。相手のKPIを明記します。")
        }
        Verdict::Fading => ("It used to predict and no longer does.", "以前は予測できましたが、今は予測できません。"),
        Verdict::Stale => (
            "A survey that no longer says anything: ceiling, age or silence.",
            "アンケートが形骸化しています（満点への偏り、古さ、無回答）。",
        ),
        Verdict::KgiDerived => (
            "Computed from the outcome, or known only after it.",
            "離反という結果から計算されているか、離反の後にしか分かりません。",
        ),
        Verdict::NoEvidence => (
            "Tested with enough data, and any effect is too small to matter.",
            "十分なデータで調べましたが、意味のある大きさの影響はありません。",
        ),
        Verdict::CannotTell => (
            "The data cannot decide; the report says what would.",
            "このデータでは判定できません。何があれば判定できるかを示します。",
        ),
    };
    say(lang, en, ja)
}

/// Name of a test.
pub(super) fn test(test: TestId, lang: Lang) -> &'static str {
    let (en, ja) = match test {
        TestId::AtEvent => ("Same period as the event", "離反と同じ期"),
        TestId::Near => ("Nearest usable period", "使える直近の期"),
        TestId::Near2 => ("One step (two months, or its window) before that", "直近のさらに1段階（2か月か集計期間）前"),
        TestId::Near4 => ("Two steps before that", "直近のさらに2段階前"),
        TestId::Near6 => ("Three steps before that", "直近のさらに3段階前"),
        TestId::Raw => ("Alone", "単独"),
        TestId::Stat => ("With attributes", "属性を加える"),
        TestId::Adj => ("With recorded reasons", "理由を加える"),
        TestId::Full => ("With other KPIs", "他のKPIを加える"),
        TestId::Level => ("Level (long-run mean)", "水準（長期の平均）"),
        TestId::Change => ("Change (recent against level)", "変化（直近と水準の差）"),
        TestId::LevelChange => ("Level and change jointly (chi-squared)", "水準と変化の同時検定（カイ二乗値）"),
        TestId::LevelGap => ("Level minus change", "水準と変化の差"),
        TestId::Initial => ("The account's first periods", "契約当初の水準"),
        TestId::Since => ("Change since the first periods", "契約当初からの変化"),
        TestId::InitialGap => ("First periods minus change since", "契約当初とその後の変化の差"),
        TestId::ByBilling => ("Within a billing plan", "料金体系別"),
        TestId::BySegment => ("Within a segment", "区分別"),
        TestId::ByPhase => ("Within a lifecycle phase", "フェーズ別"),
        TestId::Early => ("First half of the calendar", "期間の前半"),
        TestId::Late => ("Second half of the calendar", "期間の後半"),
        TestId::EarlyLate => ("First half minus second half", "前半と後半の差"),
        TestId::BeforeTarget => ("Before it became a target", "目標になる前"),
        TestId::AfterTarget => ("Since it became a target", "目標になった後"),
        TestId::TargetBreak => ("Before minus since it became a target", "目標になる前と後の差"),
        TestId::Below => ("Lowest 40% of the KPI", "KPIの下位40%"),
        TestId::Above => ("Highest 60% of the KPI", "KPIの上位60%"),
        TestId::Lead => ("Risk moving the KPI (sd per sd of risk)", "リスクがKPIを動かす強さ（リスク1標準偏差あたり）"),
        TestId::Hint => ("KPI after a hint of leaving (sd)", "解約の兆候の後のKPI（標準偏差）"),
        TestId::Mediator => ("Slope left, given the other KPI", "他のKPIを加えたときに残る傾き"),
        TestId::Silent => ("No answer lately", "最近の無回答"),
        TestId::IntentToTreat => ("Leaving, by programme assignment", "施策の割り当てと離反"),
        TestId::FirstStage => ("The KPI, by programme assignment", "施策の割り当てとKPI"),
        TestId::Pushed => ("Per standard deviation that the programme moved it", "施策が動かした1標準偏差あたり"),
        TestId::Equivalence => ("Too small to matter (two one-sided tests)", "影響の小ささの検定（同等性検定）"),
        TestId::NearCopy => ("Correlation with another KPI (r)", "他のKPIとの相関係数（r）"),
        TestId::BesideCopy => ("Beside its near-copy", "よく似たKPIと並べた傾き"),
        TestId::Ceiling => ("Share of top answers", "最上位の回答の割合"),
        TestId::AucAlone => ("Ranking by this KPI alone (AUC)", "このKPIだけによる順位づけ（AUC）"),
        TestId::WithinShare => ("Share of variation within accounts", "同じ顧客の中での変動の割合"),
        TestId::LagSlope => ("Periods before the event", "離反までの期数"),
        TestId::LeadTime => ("Lead time (periods before the event)", "先行期間（離反までの期数）"),
        TestId::Responsive => (
            "Moved by (sd per sd of the action, or per push)",
            "行動による変化（行動1標準偏差または施策1回あたりの標準偏差）",
        ),
    };
    say(lang, en, ja)
}

/// Yes, no or unclear.
pub(super) fn answer(answer: Answer, lang: Lang) -> &'static str {
    match answer {
        Answer::Yes => say(lang, "yes", "はい"),
        Answer::No => say(lang, "no", "いいえ"),
        Answer::Unclear => say(lang, "unclear", "不明"),
    }
}

/// Direction of an association.
pub(super) fn direction(direction: Direction, lang: Lang) -> &'static str {
    match direction {
        Direction::Protective => say(lang, "protective", "離反を減らす"),
        Direction::Harmful => say(lang, "harmful", "離反を増やす"),
        Direction::Mixed => say(lang, "mixed", "一様でない"),
        Direction::None => say(lang, "none", "なし"),
    }
}

/// Words of the study file and of the record (kind, stage, use of a column, penalty, trap); unknown ones stay as written.
pub(super) fn code(text: &str, lang: Lang) -> String {
    let (en, ja) = match text {
        "action" => ("action", "行動"),
        "behaviour" => ("behaviour", "利用行動"),
        "perception" => ("perception", "評価・満足"),
        "outcome" => ("outcome", "結果"),
        "friction" => ("friction", "つまずき"),
        "use" => ("use", "利用"),
        "result" => ("result", "成果"),
        "recognised" => ("recognised result", "成果の認識"),
        "relationship" => ("relationship", "関係"),
        "environment" => ("environment", "環境"),
        "more" => ("more is hoped for", "多いほど良いという想定"),
        "less" => ("less is hoped for", "少ないほど良いという想定"),
        "number" => ("number", "数値"),
        "boolean" => ("yes/no", "真偽値"),
        "date" => ("date", "日付"),
        "text" => ("text", "文字列"),
        "empty" => ("empty", "空"),
        "none" => ("none", "なし"),
        "firth" => ("Firth", "Firth法"),
        "ridge" => ("ridge", "リッジ"),
        "snapshot" => ("snapshot: one row per customer, no time", "スナップショット（1顧客1行、時間なし）"),
        "panel" => ("panel: one row per account and period", "パネル（1顧客1期1行）"),
        "kpi" => ("KPI", "KPI"),
        "account" => ("account", "顧客ID"),
        "period" => ("period", "期"),
        "segment" => ("segment", "区分"),
        "billing" => ("billing", "料金体系"),
        "price" => ("price", "価格"),
        "tenure" => ("tenure", "利用期間"),
        "notice" => ("notice", "解約通知"),
        "notice_periods" => ("notice periods", "予告期間"),
        "renewal_in" => ("periods to renewal", "更新までの期数"),
        "term" => ("contract term", "契約期間"),
        "disclosed_risk" => ("disclosed risk", "解約の申し出・兆候"),
        "reasons" | "reason" => ("recorded reason", "記録された理由"),
        "owner" => ("account owner", "担当者"),
        "weight" => ("revenue weight", "売上（重み）"),
        "controls" | "control" => ("control", "統制変数"),
        "phase" => ("lifecycle phase", "フェーズ"),
        "incumbent" => ("score in use today", "現行のスコア"),
        "programme" => ("programme", "施策"),
        "converged" => ("converged", "収束"),
        "clustered by account (CR1)" => ("clustered by account (CR1)", "顧客単位のクラスター頑健（CR1）"),
        "clustered by account (CR2, Satterthwaite degrees of freedom)" => (
            "clustered by account (CR2, Satterthwaite degrees of freedom)",
            "顧客単位のクラスター頑健（CR2、Satterthwaiteの自由度）",
        ),
        "model-based" => ("model-based", "モデルに基づく"),
        "rescue_contact" => {
            ("rescue contact: the risk of leaving causes it", "救済のための接触（離反の危険が接触を生む）")
        }
        "late_collapse" => ("late collapse: moves only around the decision", "決定前後の急変"),
        "selection" => ("selection: who has it differs", "選ばれ方の違い"),
        "billing_sign" => ("sign differs by billing plan", "料金体系による向きの違い"),
        "stale_survey" => ("survey gone stale", "アンケートの形骸化"),
        "lagging" => ("moves after the decision", "決定の後に動く"),
        "leak" => ("the outcome leaks into it", "結果の漏れ込み"),
        "measured_while_leaving" => ("measured while leaving", "離反の最中の測定"),
        "opposite_signs" => ("opposite signs in two groups", "区分による向きの逆転"),
        "earlier_step" => ("an earlier step of another KPI", "別のKPIの手前の段階"),
        "gamed_target" => ("worked on for its own sake", "目標化による形だけの達成"),
        "programme_refutes" => ("a random programme speaks against it", "無作為施策による反証"),
        "symptom" => ("symptom of health", "状態の悪化の表れ"),
        "mediation" => ("works through a later KPI", "後のKPIを通じて働く"),
        "near_copy" => ("near-copy of another KPI", "別のKPIとほぼ同じ"),
        "simpson" => ("reversed by the mix of segments", "区分の構成による逆転"),
        "fading" => ("effect fades over the calendar", "時とともに効力が低下"),
        "threshold" => ("works only beyond a threshold", "しきい値を境に働く"),
        "masking" => ("masked by another cause", "別の原因による打ち消し"),
        other => return other.to_owned(),
    };
    say(lang, en, ja).to_owned()
}

/// Plain sentence about a KPI for people who steer, by verdict and direction.
pub(super) fn plain_sentence(verdict: Verdict, direction: Direction, other: Option<&str>, lang: Lang) -> String {
    let fixed = |en: &str, ja: &str| say(lang, en, ja).to_owned();
    match (verdict, direction) {
        (Verdict::Validated, Direction::Harmful) => fixed(
            "Where it is lower, fewer customers leave. Worth trying to lower.",
            "低い顧客ほど離れにくく、減らす取り組みを試す価値があります。",
        ),
        (Verdict::Validated, _) => fixed(
            "Where it is higher, fewer customers leave. Worth trying to raise.",
            "高い顧客ほど離れにくく、増やす取り組みを試す価値があります。",
        ),
        (Verdict::SegmentDependent, _) => fixed(
            "Works differently by customer group. Read it within a group only.",
            "顧客の区分で働きが異なります。区分ごとに読んでください。",
        ),
        (Verdict::Promising, _) => fixed(
            "Goes with leaving, but one doubt remains. Do not rely on it yet.",
            "離反と関連しますが、疑いが一つ残ります。まだ頼れません。",
        ),
        (Verdict::Mediated, _) => match other {
            Some(name) => match lang {
                Lang::En => format!("An early step. It works through “{name}”."),
                Lang::Ja => format!("手前の段階です。「{name}」を通じて働きます。"),
            },
            None => fixed("An early step. It works through a later KPI.", "手前の段階です。後のKPIを通じて働きます。"),
        },
        (Verdict::CannotTell, _) => fixed("The data cannot decide yet.", "今のデータでは不明です。"),
        (Verdict::Fading, _) => fixed("Used to warn of leaving; no longer does.", "以前は予兆、今は違います。"),
        (Verdict::Lagging, _) => {
            fixed("Moves only once the decision is made. Too late.", "離反が決まってから動きます。間に合いません。")
        }
        (Verdict::ReverseCausal, _) => fixed(
            "The risk of leaving moves it. It does not make customers leave.",
            "離れそうな顧客で動く数字です。離反の原因ではありません。",
        ),
        (Verdict::Confounded, _) => fixed(
            "Different customers have it. It does not change them.",
            "顧客の顔ぶれの違いです。働きかけても変わりません。",
        ),
        (Verdict::Redundant, _) => match other {
            Some(name) => match lang {
                Lang::En => format!("Says the same as “{name}”."),
                Lang::Ja => format!("「{name}」と同じ内容です。"),
            },
            None => fixed("Says the same as another KPI.", "別のKPIと同じ内容です。"),
        },
        (Verdict::Stale, _) => {
            fixed("The answers no longer tell customers apart.", "回答から顧客の違いが読み取れなくなっています。")
        }
        (Verdict::KgiDerived, _) => fixed("Only restates that customers left.", "離反したことの言い換えです。"),
        (Verdict::NoEvidence, _) => fixed(
            "Tested well; makes no difference that matters.",
            "十分に調べましたが、問題になるほどの違いはありません。",
        ),
    }
}

/// Words of the report explained, in the order of reading.
pub(super) const GLOSSARY: &[(&str, &str, &str, &str)] = &[
    (
        "KGI",
        "Key goal indicator: the outcome that the team is judged by, here whether a customer leaves.",
        "KGI",
        "重要目標達成指標。最終的に目指す結果で、ここでは顧客が離れるかどうかです。",
    ),
    (
        "KPI",
        "Key performance indicator: something watched because it is believed to lead to the goal.",
        "KPI",
        "重要業績評価指標。目標につながると考えて見ている数値です。",
    ),
    (
        "Hazard",
        "Probability of leaving in a period for a customer who was still there at its start.",
        "ハザード",
        "期の初めに契約中の顧客が、その期のうちに離れる確率です。",
    ),
    (
        "Risk set",
        "Customers who were able to leave in the period: those under a running term are not in it.",
        "リスク集合",
        "その期に離れることができた顧客です。契約期間の途中で離れられない顧客は含みません。",
    ),
    (
        "As-of date",
        "The last moment whose knowledge a row may use. What was recorded later does not count.",
        "基準日",
        "その行で使ってよい知識の最後の時点です。後から記録されたことは使いません。",
    ),
    (
        "Lag",
        "Periods between the values of a KPI and the opening of the window in which leaving is counted.",
        "ラグ",
        "KPIの値から、離反を数える期間が始まるまでの期数です。",
    ),
    (
        "Lead time",
        "How many periods before the event a single period of the KPI still predicts, without a break on the way.",
        "先行期間",
        "ある期のKPIだけで、離反の何期前まで途切れずに予測できるかを表します。",
    ),
    (
        "Responsive",
        "Moved, within three periods, by an action or programme that is logged.",
        "反応する",
        "記録された行動や施策の後、3期以内に動くことを表します。",
    ),
    (
        "Odds ratio per sd",
        "How the odds of leaving change when the KPI is one standard deviation higher. Below 1 protects, above 1 harms.",
        "オッズ比（1標準偏差あたり）",
        "KPIが1標準偏差高いとき、離反のオッズが何倍になるか。1より小さければ離反が減り、大きければ増えます。",
    ),
    (
        "95% interval",
        "Range of values that the data is compatible with. A wide one says little.",
        "95%信頼区間",
        "データと矛盾しない値の範囲です。広いほど、分かることは少なくなります。",
    ),
    (
        "p",
        "How often chance alone would show at least as much, were there nothing.",
        "p値",
        "本当は何もないときに、偶然だけで同程度以上の差が出る割合です。",
    ),
    (
        "q",
        "False discovery rate (Benjamini-Hochberg) over all KPIs of the joint test of level and change; it is not made from the p beside it.",
        "q値",
        "水準と変化の同時検定を、調べたKPIの数を考慮して補正した値です（偽発見率、Benjamini-Hochberg法）。隣のp値から計算したものではありません。",
    ),
    (
        "E-value",
        "How strongly a hidden cause would have to move both the KPI and leaving to explain the estimate away.",
        "E値",
        "隠れた原因だけで推定値を説明するには、その原因がKPIと離反の両方にどれだけ強く関わる必要があるかを表します。",
    ),
    (
        "AUC",
        "Share of pairs of one leaving and one staying customer that are ranked correctly. 0.5 is chance.",
        "AUC",
        "離れた顧客と残った顧客を1件ずつ比べたとき、正しく順位をつけられる割合です。0.5は偶然と同じです。",
    ),
    (
        "Brier score",
        "Mean squared difference between predicted probability and what happened. Smaller is better.",
        "ブライアスコア",
        "予測した確率と実際の結果との差の二乗平均です。小さいほど良い値です。",
    ),
    (
        "Calibration intercept",
        "Whether predictions are too high or too low overall. Ideal 0.",
        "較正の切片",
        "予測が全体として高すぎる・低すぎるかを表します。理想は0です。",
    ),
    (
        "Calibration slope",
        "Whether predictions are too extreme (below 1) or too timid (above 1). Ideal 1.",
        "較正の傾き",
        "予測が極端すぎる（1未満）か、控えめすぎる（1超）かを表します。理想は1です。",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::RULES;

    #[test]
    fn every_trap_that_a_rule_names_has_words_in_both_languages() {
        for trap in RULES.iter().map(|rule| rule.trap).filter(|trap| !trap.is_empty()) {
            let japanese = code(trap, Lang::Ja);
            assert!(japanese != trap && !japanese.is_ascii(), "{trap}: {japanese}");
            assert!(!code(trap, Lang::En).contains('_'), "{trap}");
        }
    }
}
