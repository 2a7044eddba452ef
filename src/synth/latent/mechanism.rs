//! The mechanisms by which a KPI and leaving come together, and the verdicts that are right for each.

use crate::words;
use crate::words::Words;

/// Why a KPI goes along with leaving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mechanism {
    T1,
    T2,
    T2o,
    T3,
    T4,
    T5,
    T5x,
    T5b,
    T5c,
    T6m,
    T6r,
    T6z,
    T7,
    T8,
    T9,
    T10,
    T11,
    T12,
    T13,
    T13g,
    T14,
    T15,
    T16,
}

use Mechanism::{T1, T2, T2o, T3, T4, T5, T5b, T5c, T5x, T6m, T6r, T6z, T7, T8, T9, T10, T11, T12, T13, T13g};
use Mechanism::{T14, T15, T16};

/// Levers with their weights in the draw; the chain T6 is drawn by its end.
pub(super) const LEVERS: [(Mechanism, f64); 7] =
    [(T10, 1.6), (T11, 0.9), (T12, 0.7), (T14, 0.8), (T15, 0.8), (T16, 0.8), (T6r, 0.9)];

/// Traps with their weights in the draw.
pub(super) const TRAPS: [(Mechanism, f64); 14] = [
    (T1, 1.1),
    (T2, 0.8),
    (T2o, 0.5),
    (T3, 0.7),
    (T4, 0.7),
    (T5, 0.9),
    (T5x, 0.9),
    (T5b, 0.7),
    (T5c, 1.0),
    (T7, 1.1),
    (T8, 0.8),
    (T9, 0.7),
    (T13, 0.6),
    (T13g, 0.5),
];

impl Mechanism {
    /// Identifier in the truth.
    pub(super) fn id(self) -> String {
        format!("{self:?}")
    }

    /// Whether acting on it as validated would be a mistake.
    pub(super) fn is_trap(self) -> bool {
        !matches!(self, T6m | T6r | T10 | T11 | T12 | T14 | T15 | T16)
    }

    /// Sign of the effect of more of it on the log-odds of the decision; for T3 on the flat plan.
    pub(super) fn sign(self) -> f64 {
        if matches!(self, T11 | T16) { 1.0 } else { -1.0 }
    }

    /// Verdicts that are right.
    pub(super) fn accepted(self) -> &'static [&'static str] {
        match self {
            T1 => &["reverse_causal", "lagging"],
            T2 | T2o => &["confounded"],
            T3 => &["segment_dependent"],
            T4 => &["stale", "no_evidence"],
            T5 | T5x => &["lagging"],
            T5b => &["lagging", "confounded", "reverse_causal"],
            T5c => &["confounded", "lagging", "mediated"],
            T6m => &["mediated"],
            T6z => &["mediated", "confounded"],
            T7 => &["no_evidence"],
            T8 => &["redundant"],
            T9 => &["confounded", "no_evidence"],
            T13 => &["fading"],
            T13g => &["fading", "no_evidence"],
            T15 => &["validated", "reverse_causal"],
            T6r | T10 | T11 | T12 | T14 | T16 => &["validated"],
        }
    }

    /// Kinds that such a KPI is declared as, with their weights.
    pub(super) fn kinds(self) -> &'static [(&'static str, f64)] {
        const ANY: &[(&str, f64)] =
            &[("action", 1.0), ("behaviour", 1.2), ("perception", 0.6), ("outcome", 0.8), ("friction", 0.6)];
        match self {
            T1 => &[("action", 0.92), ("behaviour", 0.08)],
            T2 | T3 | T5 | T6m => &[("behaviour", 0.75), ("outcome", 0.25)],
            T2o | T13g => &[("action", 0.7), ("behaviour", 0.3)],
            T4 => &[("perception", 1.0)],
            T5x => &[("behaviour", 0.65), ("friction", 0.2), ("action", 0.15)],
            T5b | T6z | T8 => &[("behaviour", 0.8), ("outcome", 0.2)],
            T5c => &[("perception", 0.5), ("behaviour", 0.3), ("outcome", 0.2)],
            T6r => &[("outcome", 0.6), ("perception", 0.4)],
            T9 | T12 | T13 => &[("behaviour", 0.5), ("action", 0.25), ("outcome", 0.25)],
            T10 => &[("behaviour", 0.35), ("action", 0.3), ("outcome", 0.2), ("perception", 0.15)],
            T11 => &[("friction", 0.6), ("behaviour", 0.2), ("action", 0.2)],
            T14 => &[("action", 0.6), ("behaviour", 0.2), ("outcome", 0.2)],
            T15 => &[("action", 0.92), ("friction", 0.08)],
            T16 => &[("action", 0.7), ("friction", 0.3)],
            T7 => ANY,
        }
    }

    /// Why it looks the way it looks.
    pub(super) fn explanation(self) -> Words {
        match self {
            T1 => {
                words!(en: "visits follow signs of leaving and change nothing", ja: "解約の兆候を見て訪問しているだけです")
            }
            T2 => words!(en: "another kind of customer has more of it", ja: "別の性質の顧客で多いだけです"),
            T2o => words!(en: "another kind of manager has more of it", ja: "担当者の違いを映すだけです"),
            T3 => {
                words!(en: "helps on one billing plan and harms on another", ja: "料金プランによって効果の向きが逆です")
            }
            T4 => words!(en: "answers that are always good", ja: "常に良い回答しか返りません"),
            T5 => words!(en: "falls after the decision", ja: "決断の後に下がります"),
            T5x => words!(en: "happens because the decision was made", ja: "決断した結果として起こります"),
            T5b => words!(en: "symptom of a short-lived wish to leave", ja: "一時的な離反意向の症状です"),
            T5c => words!(en: "symptom of slow hidden health", ja: "隠れた緩やかな健全度の症状です"),
            T6m => words!(en: "early step that works through a later one", ja: "後の段階を通じて効く前段階です"),
            T6r => words!(en: "end of the chain, a real lever", ja: "連鎖の終点で、実際に効きます"),
            T6z => words!(en: "shares a cause with the end of the chain", ja: "連鎖の終点と原因を共有するだけです"),
            T7 => words!(en: "noise", ja: "雑音です"),
            T8 => words!(en: "near-copy of another KPI", ja: "別のKPIのほぼ写しです"),
            T9 => words!(en: "differs by segment, and so does leaving", ja: "区分の違いを映すだけです"),
            T10 => words!(en: "real protective lever", ja: "実際に解約を減らします"),
            T11 => words!(en: "real harmful lever", ja: "実際に解約を増やします"),
            T12 => words!(en: "real, but only below a threshold", ja: "しきい値より下でだけ効きます"),
            T13 => words!(en: "real until the product changed", ja: "製品変更の前だけ効いていました"),
            T13g => words!(en: "real until it became a target and was gamed", ja: "目標になる前だけ効いていました"),
            T14 => words!(en: "real, hidden by what decides who gets it", ja: "誰に行うかの偏りで効果が隠れています"),
            T15 => words!(en: "helps, and is also done to rescue", ja: "効果があり、救済にも使われています"),
            T16 => words!(en: "contact that annoys", ja: "煩わしい接触です"),
        }
    }
}
