//! What activities are called in logs and labels.

use super::stream::Log;
use crate::words::{Lang, Words};

/// One thing that a log tells apart: value in the log (English and Japanese) and label.
#[derive(Debug, Clone, Copy)]
pub(super) struct Topic {
    pub(super) id: &'static str,
    pub(super) en: &'static str,
    pub(super) ja: &'static str,
}

impl Topic {
    /// The value as written in a file of this language.
    pub(super) fn value(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.id,
            Lang::Ja => self.ja,
        }
    }
}

const fn topic(id: &'static str, en: &'static str, ja: &'static str) -> Topic {
    Topic { id, en, ja }
}

const USAGE: [Topic; 12] = [
    topic("reports", "reports", "レポート"),
    topic("dashboards", "dashboards", "ダッシュボード"),
    topic("automation", "automations", "自動化"),
    topic("templates", "templates", "テンプレート"),
    topic("api", "API calls", "API連携"),
    topic("mobile", "the mobile app", "モバイル"),
    topic("search", "search", "検索"),
    topic("integrations", "integrations", "外部連携"),
    topic("audit_trail", "the audit trail", "監査証跡"),
    topic("forecast", "forecasts", "予測"),
    topic("approval", "approvals", "承認"),
    topic("batch", "batch jobs", "一括処理"),
];

const LOGINS: [Topic; 1] = [topic("login", "logins", "ログイン")];

const CONTACTS: [Topic; 9] = [
    topic("check_in", "check-ins", "定期連絡"),
    topic("training", "trainings", "研修"),
    topic("roadmap", "roadmap talks", "ロードマップ説明"),
    topic("business_review", "business reviews", "成果レビュー"),
    topic("setup_help", "set-up help", "設定支援"),
    topic("success_note", "success notes", "活動メモ"),
    topic("webinar", "webinars", "ウェビナー"),
    topic("newsletter", "newsletters", "ニュースレター"),
    topic("site_visit", "site visits", "訪問"),
];

const TICKETS: [Topic; 5] = [
    topic("bug", "bug tickets", "不具合"),
    topic("how_to", "how-to tickets", "操作質問"),
    topic("performance", "performance tickets", "性能"),
    topic("billing", "billing tickets", "請求"),
    topic("access", "access tickets", "権限"),
];

const SURVEYS: [Topic; 4] = [
    topic("nps", "NPS", "NPS"),
    topic("csat", "CSAT", "CSAT"),
    topic("pulse", "pulse survey", "パルス調査"),
    topic("onboarding_survey", "onboarding survey", "導入調査"),
];

const ADMIN: [Topic; 5] = [
    topic("data_export", "data exports", "データ出力"),
    topic("seat_removed", "removed seats", "席の削除"),
    topic("role_change", "role changes", "権限変更"),
    topic("key_issued", "issued keys", "キー発行"),
    topic("setting_change", "setting changes", "設定変更"),
];

const OUTCOMES: [Topic; 5] = [
    topic("goal_reached", "goals reached", "目標達成"),
    topic("saving_confirmed", "confirmed savings", "削減効果の確認"),
    topic("process_live", "processes live", "稼働業務"),
    topic("report_to_board", "reports to the board", "経営報告"),
    topic("milestone", "milestones", "マイルストーン"),
];

/// Everything a log tells apart.
pub(super) fn topics(log: Log) -> &'static [Topic] {
    match log {
        Log::Usage => &USAGE,
        Log::Logins => &LOGINS,
        Log::Contacts => &CONTACTS,
        Log::Tickets => &TICKETS,
        Log::Surveys => &SURVEYS,
        Log::Admin => &ADMIN,
        Log::Outcomes => &OUTCOMES,
    }
}

/// The topic at a position; the first where there is none.
pub(super) fn topic_of(log: Log, position: usize) -> Topic {
    let all = topics(log);
    all.get(position).or_else(|| all.first()).copied().unwrap_or(topic("other", "others", "その他"))
}

/// A label of a KPI: the topic, how it is measured, the window.
pub(super) fn label(topic: Topic, measure: &Words, window: &str) -> Words {
    let (count, unit) = window.split_at(window.find(|c: char| !c.is_ascii_digit()).unwrap_or(window.len()));
    let (unit_en, unit_ja) = match unit {
        "d" => ("days", "日"),
        "w" => ("weeks", "週"),
        "q" => ("quarter", "四半期"),
        _ => ("month", "か月"),
    };
    let mut en = format!("{}, {} {count} {unit_en}", topic.en, measure.en);
    if let Some(first) = en.get(..1).map(str::to_uppercase) {
        en.replace_range(..1, &first);
    }
    Words { en, ja: format!("{}の{}（{count}{unit_ja}）", topic.ja, measure.ja) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words;

    #[test]
    fn every_topic_has_its_own_values_and_labels_are_whole() {
        for log in Log::ALL {
            for lang in [Lang::En, Lang::Ja] {
                let values: std::collections::BTreeSet<&str> = topics(log).iter().map(|t| t.value(lang)).collect();
                assert_eq!(values.len(), topics(log).len());
            }
        }
        let label = label(topic_of(Log::Usage, 0), &words!(en: "times in", ja: "回数"), "90d");
        assert_eq!((label.en.as_str(), label.ja.as_str()), ("Reports, times in 90 days", "レポートの回数（90日）"));
    }
}
