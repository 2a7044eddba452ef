//! What to record so that more can be tested next time.

use crate::study::{Assignment, KpiKind, Source, Study};
use crate::words;
use crate::words::Words;

use super::Prepared;

/// One sentence for everything that would open a test which the data cannot carry yet, the most useful first.
#[must_use]
pub(super) fn to_record(study: &Study, ready: &Prepared) -> Vec<Words> {
    let roles = &study.roles;
    let mut list = Vec::new();
    if ready.panel.is_snapshot() {
        list.push(words!(
            en: "every KPI each month, not once: what moves before a decision, at it and after it cannot be told apart in a snapshot",
            ja: "KPIを一度でなく毎月：一時点のデータでは、決定の前・時点・後の動きを区別できません",
        ));
    }
    if roles.disclosed_risk.is_none() {
        list.push(words!(
            en: "the day on which a customer first hinted at leaving (`disclosed_risk`): tells rescue visits from harmful ones, and lets a KPI be validated from observation",
            ja: "顧客が最初に解約をほのめかした日（`disclosed_risk`）：火消しの訪問と害のある訪問を区別でき、観察だけで検証できるKPIが増えます",
        ));
    }
    let notice = match &study.source {
        Source::Tables(tables) => tables.contracts.notice.is_some(),
        _ => roles.notice.is_some(),
    };
    if !notice && !ready.panel.is_snapshot() {
        list.push(words!(
            en: "the day on which notice was given: an end of contract comes months after the decision, and what happens in between looks like a cause",
            ja: "解約を申し出た日：契約の終了は決定の数か月後で、その間の動きが原因のように見えてしまいます",
        ));
    }
    if !study.kpis.iter().any(|kpi| kpi.kind == KpiKind::Perception) {
        list.push(words!(
            en: "a regular rating by the customer (a KPI of kind `perception`): shows whether hidden dissatisfaction lies behind the others",
            ja: "顧客による定期的な評価（種類`perception`のKPI）：隠れた不満がほかのKPIの背後にあるかどうかが分かります",
        ));
    }
    if roles.billing.is_none() && roles.segment.is_empty() {
        list.push(words!(
            en: "billing plan and segment: a KPI may help on one plan and harm on another",
            ja: "料金体系と区分：ある体系では良く、別の体系では悪く働くKPIがあります",
        ));
    }
    if let Source::Tables(tables) = &study.source
        && tables.events.iter().all(|log| log.recorded_at.is_none())
        && study.kpis.iter().any(|kpi| kpi.kind == KpiKind::Action)
    {
        list.push(words!(
            en: "when each contact was entered (`recorded_at`), beside when it happened: notes written after a customer left know the outcome",
            ja: "接触が発生した日だけでなく、入力した日（`recorded_at`）：離反後に書かれた記録は結果を知っています",
        ));
    }
    let by_lot =
        |kpi: &crate::study::KpiSpec| kpi.programme.as_ref().is_some_and(|p| p.assignment == Assignment::Random);
    if !study.kpis.iter().any(by_lot) {
        list.push(words!(
            en: "a small programme for accounts drawn by lot (`programme`, `assignment = \"random\"`): the only evidence that rules out a hidden cause",
            ja: "無作為に選んだ顧客への小さな施策（`programme`、`assignment = \"random\"`）：隠れた原因を否定できる唯一の証拠です",
        ));
    }
    list
}
