//! The ways in which a KPI comes about, which verdicts are right for each, and the explanation in words.

use crate::words;
use crate::words::Words;

/// Why a KPI moves, and what acting on it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mechanism {
    /// Managers run to customers who hinted at leaving.
    T1,
    /// Bought for the feature.
    T2,
    /// A good manager writes more notes and keeps customers otherwise.
    T2o,
    /// Value on the flat plan, cost on the metered one.
    T3,
    /// A survey that is always positive.
    T4,
    /// Use that winds down after the decision.
    T5,
    /// Exports and removed seats after the decision.
    T5x,
    /// A cancelled project: little use for some weeks, and a wish to leave.
    T5b,
    /// Slow hidden satisfaction.
    T5c,
    /// Earlier step of use, result, recognised result.
    T6m,
    /// Recognised result.
    T6r,
    /// Use that only goes along with the result.
    T6z,
    /// Noise.
    T7,
    /// A second log of the same activity.
    T8,
    /// Level and churn differ by segment.
    T9,
    /// Protective.
    T10,
    /// Harmful.
    T11,
    /// Protective below a threshold only.
    T12,
    /// Protective until a product change.
    T13,
    /// Protective until it became a target and was gamed.
    T13g,
    /// Protective, and given to those in trouble.
    T14,
    /// Contact that helps, and rescue visits.
    T15,
    /// Contact that annoys.
    T16,
}

impl Mechanism {
    /// Identifier in the truth.
    pub(super) fn id(self) -> String {
        format!("{self:?}")
    }

    /// Whether acting on it would be a mistake.
    pub(super) fn is_trap(self) -> bool {
        !matches!(self, Self::T6m | Self::T6r | Self::T10 | Self::T11 | Self::T12 | Self::T14 | Self::T15 | Self::T16)
    }

    /// Verdicts that are right.
    pub(super) fn accepted(self) -> &'static [&'static str] {
        match self {
            Self::T1 => &["reverse_causal", "lagging"],
            Self::T2 | Self::T2o => &["confounded"],
            Self::T3 => &["segment_dependent"],
            Self::T4 => &["stale", "no_evidence"],
            Self::T5 | Self::T5x => &["lagging"],
            Self::T5b => &["lagging", "confounded", "reverse_causal"],
            Self::T5c => &["confounded", "lagging", "mediated"],
            Self::T6m => &["mediated"],
            Self::T6z => &["mediated", "confounded"],
            Self::T7 => &["no_evidence"],
            Self::T8 => &["redundant"],
            Self::T9 => &["confounded", "no_evidence"],
            Self::T13 => &["fading"],
            Self::T13g => &["fading", "no_evidence"],
            Self::T15 => &["validated", "reverse_causal"],
            Self::T6r | Self::T10 | Self::T11 | Self::T12 | Self::T14 | Self::T16 => &["validated"],
        }
    }

    /// Why it looks the way it looks.
    pub(super) fn explanation(self) -> Words {
        match self {
            Self::T1 => words!(
                en: "managers visit customers who hinted at leaving; the visit changes nothing",
                ja: "解約をほのめかした顧客を担当者が訪問しているだけで、訪問は結果を変えません",
            ),
            Self::T2 => words!(
                en: "customers who bought for this feature use it and stay for another reason; those who take it up later gain nothing",
                ja: "この機能を目的に購入した顧客が使い、別の理由で残っています。後から使い始めた顧客には効果がありません",
            ),
            Self::T2o => words!(
                en: "good managers write more of these and keep their customers by other means",
                ja: "優秀な担当者ほど記録が多く、顧客は別の理由で残っています",
            ),
            Self::T3 => words!(
                en: "use is value on the flat plan and a growing bill on the metered one",
                ja: "定額プランでは利用が価値になり、従量プランでは請求額が増える原因になります",
            ),
            Self::T4 => words!(
                en: "whoever answers gives 9 or 10, whatever comes next",
                ja: "回答者は先行きにかかわらず9か10を付けます",
            ),
            Self::T5 => words!(
                en: "customers who have decided to leave stop using it; the use itself changes nothing",
                ja: "解約を決めた顧客が使うのをやめたもので、利用自体は結果を変えません",
            ),
            Self::T5x => words!(
                en: "customers who have decided to leave clear their data and seats; it follows the decision",
                ja: "解約を決めた顧客がデータや席を片付けているもので、決断の後に動きます",
            ),
            Self::T5b => words!(
                en: "a cancelled project stops the use for some weeks and makes the customer think of leaving",
                ja: "プロジェクトの中止が数週間の利用低下と解約の検討を同時に引き起こします",
            ),
            Self::T5c => words!(
                en: "shows a slow satisfaction that nobody records; pushing it does not raise the satisfaction",
                ja: "記録されない緩やかな満足度を映すだけで、この値を上げても満足度は上がりません",
            ),
            Self::T6m => words!(
                en: "an early step: it helps in so far as results come of it and are recognised",
                ja: "前段階のKPIです。成果につながり、それが認められた分だけ効きます",
            ),
            Self::T6r => words!(
                en: "a real lever: result that the customer recognises keeps the contract",
                ja: "実際に効くKPIです。顧客が認めた成果が契約の継続につながります",
            ),
            Self::T6z => words!(
                en: "mature customers both use it and have results; the use itself changes nothing",
                ja: "成熟した顧客は利用も成果も多いだけで、利用自体は結果を変えません",
            ),
            Self::T7 => words!(en: "has nothing to do with who stays", ja: "継続とは無関係です"),
            Self::T8 => words!(
                en: "a second log of the same activity; more rows of it alone change nothing",
                ja: "同じ活動の別の記録です。記録だけが増えても結果は変わりません",
            ),
            Self::T9 => words!(
                en: "segments differ in it and in churn; within a segment nothing follows from it",
                ja: "区分ごとに水準と離反率が違うだけで、区分内では何も起こりません",
            ),
            Self::T10 => words!(
                en: "a real lever: more of it makes fewer customers decide to leave",
                ja: "実際に効くKPIです。増えるほど解約の決断が減ります",
            ),
            Self::T11 => words!(
                en: "a real harmful lever: more of it makes more customers decide to leave",
                ja: "実際に悪化させるKPIです。増えるほど解約の決断が増えます",
            ),
            Self::T12 => words!(
                en: "a real lever up to a threshold; beyond it more changes nothing",
                ja: "しきい値までは実際に効きますが、それを超えると変わりません",
            ),
            Self::T13 => words!(
                en: "kept customers until a product change in the middle of the period",
                ja: "期間の中ごろの製品変更までは効いていましたが、その後は効いていません",
            ),
            Self::T13g => words!(
                en: "kept customers until it became a target; since then rows are written that nobody feels",
                ja: "目標になる前は効いていましたが、その後は実体のない記録が増えています",
            ),
            Self::T14 => words!(
                en: "a real lever that is given to customers in trouble, which hides what it does",
                ja: "実際に効くKPIですが、問題を抱えた顧客に多く行われるため効果が隠れています",
            ),
            Self::T15 => words!(
                en: "helps, and is also sent to customers who hinted at leaving",
                ja: "効果がある一方で、解約をほのめかした顧客にも行われています",
            ),
            Self::T16 => words!(
                en: "annoys: more of it makes more customers decide to leave",
                ja: "煩わしさの原因です。増えるほど解約の決断が増えます",
            ),
        }
    }
}
