//! What the study file and the truth say about each KPI, in both languages.

use super::catalogue::Kpi;
use crate::words;
use crate::words::Words;

/// What a team would do when the lamp of a KPI lights.
#[derive(Debug, Clone)]
pub(crate) struct Action {
    pub(crate) name: Words,
    pub(crate) owner: Words,
    pub(crate) playbook: &'static str,
}

/// How a KPI is declared.
#[derive(Debug, Clone)]
pub(crate) struct Declaration {
    pub(crate) label: Words,
    pub(crate) kind: &'static str,
    pub(crate) stage: &'static str,
    pub(crate) hoped: &'static str,
    pub(crate) reason: Words,
    /// Hours a quarter to collect.
    pub(crate) cost: u32,
    pub(crate) action: Action,
}

fn csm() -> Words {
    words!(en: "CSM", ja: "CSM担当")
}

fn support() -> Words {
    words!(en: "support lead", ja: "サポート責任者")
}

fn product() -> Words {
    words!(en: "product manager", ja: "プロダクトマネージャー")
}

fn declare(
    label: Words,
    [kind, stage, hoped]: [&'static str; 3],
    reason: Words,
    cost: u32,
    (name, owner, playbook): (Words, Words, &'static str),
) -> Declaration {
    Declaration { label, kind, stage, hoped, reason, cost, action: Action { name, owner, playbook } }
}

/// The declaration of a KPI.
pub(crate) fn declaration(kpi: Kpi) -> Declaration {
    match kpi {
        Kpi::ExecContacts => declare(
            words!(en: "Contacts with decision makers", ja: "決裁者との接触回数"),
            ["action", "relationship", "more"],
            words!(en: "every customer-success team tracks it", ja: "CSの定番KPIとして追っている"),
            6,
            (words!(en: "executive review", ja: "エグゼクティブレビュー"), csm(), "playbooks/executive-review.md"),
        ),
        Kpi::SpecialFeatureDays => declare(
            words!(en: "Days with the audit-trail feature", ja: "監査証跡機能の利用日数"),
            ["behaviour", "use", "more"],
            words!(en: "customers who use it stay", ja: "使っている顧客は残っている"),
            1,
            (words!(en: "feature campaign", ja: "機能活用キャンペーン"), product(), "playbooks/feature-campaign.md"),
        ),
        Kpi::UsageHours => declare(
            words!(en: "Hours of use", ja: "利用時間"),
            ["behaviour", "use", "more"],
            words!(en: "who uses more is thought to stay", ja: "使うほど定着すると考えている"),
            1,
            (words!(en: "usage coaching", ja: "活用コーチング"), csm(), "playbooks/usage-coaching.md"),
        ),
        Kpi::NpsScore => declare(
            words!(en: "NPS answer", ja: "NPS回答"),
            ["perception", "relationship", "more"],
            words!(en: "the management report shows it", ja: "経営会議の報告項目"),
            4,
            (words!(en: "follow-up call", ja: "フォローコール"), csm(), "playbooks/nps-follow-up.md"),
        ),
        Kpi::Logins => declare(
            words!(en: "Logins", ja: "ログイン回数"),
            ["behaviour", "use", "more"],
            words!(en: "first sign of adoption", ja: "定着の最初の兆しと見ている"),
            1,
            (words!(en: "re-invite users", ja: "利用者の再招待"), csm(), "playbooks/re-invite.md"),
        ),
        Kpi::AutomationsLive => declare(
            words!(en: "Automations in operation", ja: "稼働中の自動化数"),
            ["outcome", "result", "more"],
            words!(en: "work the customer no longer does by hand", ja: "顧客の手作業が減った量"),
            2,
            (words!(en: "automation workshop", ja: "自動化ワークショップ"), csm(), "playbooks/automation-workshop.md"),
        ),
        Kpi::AutomationRuns => declare(
            words!(en: "Automation runs", ja: "自動化の実行回数"),
            ["behaviour", "use", "more"],
            words!(en: "volume figure from the product log", ja: "プロダクトログで取れる量のKPI"),
            1,
            (words!(en: "automation workshop", ja: "自動化ワークショップ"), csm(), "playbooks/automation-workshop.md"),
        ),
        Kpi::ReviewMinutes => declare(
            words!(en: "Minutes of result reviews held", ja: "成果レビューの実施時間（分）"),
            ["action", "result", "more"],
            words!(en: "results are confirmed together", ja: "成果を顧客と一緒に確認する場"),
            5,
            (words!(en: "book a result review", ja: "成果レビューの設定"), csm(), "playbooks/result-review.md"),
        ),
        Kpi::GoalsRecognised => declare(
            words!(en: "Goals recognised by the customer's management, %", ja: "顧客の経営層が認めた目標達成率（%）"),
            ["outcome", "recognised", "more"],
            words!(en: "result that somebody with a budget has seen", ja: "予算を持つ人に認められた成果"),
            5,
            (words!(en: "value report", ja: "価値報告書の作成"), csm(), "playbooks/value-report.md"),
        ),
        Kpi::TicketDays => declare(
            words!(en: "Days that open tickets have waited", ja: "未解決チケットの累計待ち日数"),
            ["friction", "environment", "less"],
            words!(en: "waiting customers complain first", ja: "待たされた顧客から不満が出る"),
            1,
            (words!(en: "clear the backlog", ja: "滞留チケットの解消"), support(), "playbooks/ticket-backlog.md"),
        ),
        Kpi::TemplateUses => declare(
            words!(en: "Uses of the template library", ja: "テンプレートの利用回数"),
            ["behaviour", "use", "more"],
            words!(en: "validated two years ago", ja: "2年前の分析で有効だった"),
            1,
            (words!(en: "template tour", ja: "テンプレート紹介"), csm(), "playbooks/template-tour.md"),
        ),
        Kpi::DataExports => declare(
            words!(en: "Data exports", ja: "データエクスポート回数"),
            ["behaviour", "use", "less"],
            words!(en: "best predictor in last year's model", ja: "昨年の予測モデルで最も効いた変数"),
            1,
            (words!(en: "ask what the export is for", ja: "エクスポート目的の確認"), csm(), "playbooks/export-call.md"),
        ),
        Kpi::WebinarVisits => declare(
            words!(en: "Webinar attendances", ja: "ウェビナー参加回数"),
            ["behaviour", "relationship", "more"],
            words!(en: "marketing reports it", ja: "マーケティング部門の報告項目"),
            2,
            (words!(en: "webinar invitation", ja: "ウェビナー招待"), csm(), "playbooks/webinar.md"),
        ),
        Kpi::PulseScore => declare(
            words!(en: "In-app pulse survey", ja: "アプリ内パルスアンケート"),
            ["perception", "relationship", "more"],
            words!(en: "the mood of the people who use it", ja: "利用者の気分を映す"),
            2,
            (words!(en: "ask what went wrong", ja: "不満点のヒアリング"), csm(), "playbooks/pulse-call.md"),
        ),
    }
}

/// Why the KPI looks the way it looks.
pub(crate) fn explanation(kpi: Kpi) -> Words {
    match kpi {
        Kpi::ExecContacts => words!(
            en: "managers run to customers who hinted at leaving; the contact itself changes nothing",
            ja: "解約をほのめかした顧客に接触が集中しているだけで、接触自体は結果を変えません",
        ),
        Kpi::SpecialFeatureDays => words!(
            en: "customers who bought the product for this feature use it and stay; the use itself changes nothing",
            ja: "この機能を目的に購入した顧客がよく使い、かつ残っているだけで、利用自体は結果を変えません",
        ),
        Kpi::UsageHours => words!(
            en: "use keeps customers on flat and seat plans, and drives them away on the metered plan because the bill grows",
            ja: "定額・席数課金では利用が継続につながり、従量課金では請求額が増えて解約につながります",
        ),
        Kpi::NpsScore => words!(
            en: "whoever answers gives 9 or 10, whatever comes next; the answers say nothing",
            ja: "回答者は先行きにかかわらず9か10を付けるため、回答からは何も分かりません",
        ),
        Kpi::Logins => words!(
            en: "logging in helps only in so far as automations come of it in the following months",
            ja: "ログインは、その後の数か月で自動化の稼働につながった分だけ効きます",
        ),
        Kpi::AutomationsLive => words!(
            en: "a real lever: the more work runs by itself, the fewer customers decide to leave",
            ja: "実際に効くKPIです。自動化が進むほど解約の決断が減ります",
        ),
        Kpi::AutomationRuns => words!(
            en: "repeats the number of automations in operation; more runs of the same automations change nothing",
            ja: "稼働中の自動化数の写しです。同じ自動化の実行回数だけが増えても結果は変わりません",
        ),
        Kpi::ReviewMinutes => words!(
            en: "a real lever in the team's hands: results that were confirmed together keep customers",
            ja: "チームが動かせる実際に効くKPIです。成果を一緒に確認すると継続につながります",
        ),
        Kpi::GoalsRecognised => words!(
            en: "a real lever: result that the customer's management recognises keeps the contract",
            ja: "実際に効くKPIです。顧客の経営層に認められた成果が契約の継続につながります",
        ),
        Kpi::TicketDays => words!(
            en: "a real harmful lever: waiting tickets make customers decide to leave, also through their mood",
            ja: "実際に悪化させるKPIです。チケットの滞留は、気分の悪化も通じて解約の決断を増やします",
        ),
        Kpi::TemplateUses => words!(
            en: "kept customers until the product change in the middle of the period made it superfluous",
            ja: "期間の中ごろの製品変更で不要になるまでは効いていましたが、その後は効いていません",
        ),
        Kpi::DataExports => words!(
            en: "customers who have already decided carry their data home; the export follows the decision",
            ja: "すでに解約を決めた顧客がデータを持ち出しているもので、決断の後に動きます",
        ),
        Kpi::WebinarVisits => words!(
            en: "has nothing to do with who stays",
            ja: "継続とは無関係です",
        ),
        Kpi::PulseScore => words!(
            en: "shows a mood that tickets and results create; raising the answer does not raise the mood",
            ja: "チケットや成果で決まる気分を映すだけで、点数だけを上げても気分は変わりません",
        ),
    }
}
