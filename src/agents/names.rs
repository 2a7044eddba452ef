//! What this company's systems call their files, columns and values.

use super::cast::Cast;
use super::customer::Term;
use super::dice::Dice;
use super::stream::{Log, Stream};
use super::vocabulary::topic_of;
use super::world::{Billing, World};
use crate::words::Lang;

/// A name in two English habits and in Japanese.
pub(super) type Name = [&'static str; 3];

pub(super) const ACCOUNT: Name = ["account_id", "customer_no", "顧客ID"];
pub(super) const SIGNUP: Name = ["signup_date", "customer_since", "利用開始日"];
pub(super) const SEGMENT: Name = ["segment", "industry", "業種"];
pub(super) const OWNER: Name = ["csm", "account_manager", "担当者"];
pub(super) const ONBOARDING: Name = ["onboarding", "setup_path", "導入方法"];
pub(super) const PURPOSE: Name = ["bought_for", "purchase_reason", "購入目的"];
pub(super) const RISK: Name = ["risk_disclosed_on", "concern_date", "懸念申告日"];
pub(super) const RISK_FLAG: Name = ["risk_flag", "concern", "懸念"];
pub(super) const CHAMPION: Name = ["champion_left_on", "sponsor_gone", "推進者異動日"];
pub(super) const SIZE: Name = ["seats", "licensed_users", "席数"];
pub(super) const START: Name = ["start_date", "valid_from", "開始日"];
pub(super) const END: Name = ["end_date", "valid_to", "終了日"];
pub(super) const NOTICE: Name = ["notice_date", "notice_received", "解約通知日"];
pub(super) const TERM: Name = ["term", "contract_type", "契約形態"];
pub(super) const NOTICE_PERIODS: Name = ["notice_periods", "periods_of_notice", "通知期間数"];
pub(super) const PRICE: Name = ["mrr", "monthly_fee", "月額"];
pub(super) const PLAN: Name = ["plan", "billing_model", "料金プラン"];
pub(super) const CONTRACT: Name = ["contract_id", "agreement", "契約番号"];
pub(super) const DATE: Name = ["date", "day", "日付"];
pub(super) const RECORDED: Name = ["recorded_at", "entered_on", "登録日"];
pub(super) const USER: Name = ["user_id", "person", "利用者ID"];
pub(super) const MINUTES: Name = ["minutes", "duration_min", "分"];
pub(super) const HOURS: Name = ["hours_to_close", "waiting_hours", "対応時間"];
pub(super) const VALUE: Name = ["value", "amount", "効果額"];
pub(super) const SCORE: Name = ["score", "rating", "点数"];
pub(super) const ROLE: Name = ["role", "person_role", "相手の役割"];
pub(super) const BEGUN_BY: Name = ["initiated_by", "started_by", "発信元"];
pub(super) const ROW_ID: Name = ["row_id", "event_no", "記録番号"];

const ROLES: [Name; 3] =
    [["decision_maker", "exec", "決裁者"], ["champion", "sponsor", "推進者"], ["user", "end_user", "利用者"]];

const SIDES: [Name; 2] = [["vendor", "us", "自社"], ["customer", "them", "顧客"]];

const SEGMENTS: [Name; 5] = [
    ["smb", "retail", "小売"],
    ["mid", "manufacturing", "製造"],
    ["enterprise", "services", "サービス"],
    ["public", "health", "医療"],
    ["startup", "finance", "金融"],
];

const PATHS: [Name; 3] =
    [["self_serve", "self", "セルフ"], ["guided", "remote", "オンライン支援"], ["on_site", "on_site", "訪問支援"]];

/// Names of one company.
#[derive(Debug)]
pub(super) struct Names {
    /// Which of the three names.
    pub(super) style: usize,
    prefix: &'static str,
    digits: usize,
    slashes: bool,
    /// Usage and logins carry the time of day.
    pub(super) stamps: bool,
    /// The plan is an attribute of the account and not of the contract.
    pub(super) plan_in_accounts: bool,
    /// Value of the purpose of those who bought for the special feature.
    pub(super) special: &'static str,
}

impl Names {
    pub(super) fn draw(world: &World, cast: &Cast) -> Self {
        let dice = &mut Dice::of(world.seed, "names", 0);
        let style = world.style;
        let special = cast
            .kpis
            .iter()
            .find(|kpi| kpi.mechanism == super::mechanism::Mechanism::T2)
            .map_or(topic_of(Log::Usage, 8), |kpi| topic_of(Log::Usage, cast.streams[kpi.stream].topic));
        Self {
            style,
            prefix: ["A-", "C", "", "cus_"][dice.whole(0, 3)],
            digits: dice.whole(5, 7),
            slashes: dice.chance(0.25),
            stamps: dice.chance(0.4),
            plan_in_accounts: dice.chance(0.4),
            special: special.value(if style == 2 { Lang::Ja } else { Lang::En }),
        }
    }

    /// A name in this company's habit.
    pub(super) fn say(&self, name: Name) -> &'static str {
        name[self.style]
    }

    /// Language of the values.
    pub(super) fn lang(&self) -> Lang {
        if self.style == 2 { Lang::Ja } else { Lang::En }
    }

    /// Identifier of an account; its order is not the order of signing.
    pub(super) fn id(&self, index: usize) -> String {
        // 100003 is prime, so that no two of the first hundred thousand are equal.
        let number = (index + 11) * 37_517 % 100_003;
        format!("{}{number:0width$}", self.prefix, width = self.digits)
    }

    /// A day as this company writes it.
    pub(super) fn date(&self, date: chrono::NaiveDate) -> String {
        if self.slashes { date.format("%Y/%m/%d").to_string() } else { date.to_string() }
    }

    pub(super) fn role(&self, role: usize) -> &'static str {
        self.say(ROLES[role.min(2)])
    }

    pub(super) fn side(&self, stream: &Stream) -> &'static str {
        self.say(SIDES[usize::from(!stream.vendor)])
    }

    pub(super) fn segment(&self, segment: usize) -> &'static str {
        self.say(SEGMENTS[segment % SEGMENTS.len()])
    }

    pub(super) fn path(&self, path: usize) -> &'static str {
        self.say(PATHS[path.min(2)])
    }

    pub(super) fn owner(&self, owner: usize) -> String {
        format!("{}{:02}", ["csm_", "AM", "担当"][self.style], owner + 1)
    }

    pub(super) fn billing(&self, billing: Billing) -> &'static str {
        self.say(match billing {
            Billing::Flat => ["flat", "flat_rate", "定額"],
            Billing::Metered => ["metered", "usage_based", "従量"],
            Billing::Seat => ["seat", "per_seat", "席数課金"],
        })
    }

    pub(super) fn term(&self, term: Term) -> &'static str {
        self.say(match term {
            Term::Monthly => ["monthly", "month", "月契約"],
            Term::Quarterly => ["quarterly", "quarter", "四半期契約"],
            Term::Annual => ["annual", "year", "年契約"],
        })
    }

    /// Value of the purpose of all others.
    pub(super) fn other_purposes(&self) -> [&'static str; 3] {
        [
            ["cost", "efficiency", "growth"],
            ["save_money", "speed", "replace_old"],
            ["コスト削減", "効率化", "旧システム更改"],
        ][self.style]
    }

    /// Name and file of a log.
    pub(super) fn log(&self, log: Log) -> (&'static str, String) {
        let name = self.say(match log {
            Log::Usage => ["usage", "sessions", "利用"],
            Log::Logins => ["logins", "sign_ins", "ログイン"],
            Log::Contacts => ["contacts", "touchpoints", "接触"],
            Log::Tickets => ["tickets", "support_cases", "問合せ"],
            Log::Surveys => ["surveys", "feedback", "アンケート"],
            Log::Admin => ["admin", "exports", "管理操作"],
            Log::Outcomes => ["outcomes", "results", "成果"],
        });
        (name, format!("{name}.csv"))
    }

    /// Column of the topic of a log.
    pub(super) fn topic_column(&self, log: Log) -> &'static str {
        self.say(match log {
            Log::Usage => ["feature", "module", "機能"],
            Log::Logins => ["kind", "event", "種別"],
            Log::Contacts => ["topic", "purpose_of_contact", "用件"],
            Log::Tickets => ["category", "case_type", "分類"],
            Log::Surveys => ["survey", "form", "調査名"],
            Log::Admin => ["action", "operation", "操作"],
            Log::Outcomes => ["outcome", "result", "成果名"],
        })
    }

    /// Column of the amount of a log, and what the average event has of it.
    pub(super) fn amount_column(&self, log: Log) -> Option<(&'static str, f64)> {
        let (name, average) = match log {
            Log::Usage => (MINUTES, 14.0),
            Log::Contacts => (MINUTES, 30.0),
            Log::Tickets => (HOURS, 9.0),
            Log::Outcomes => (VALUE, 1200.0),
            Log::Surveys => (SCORE, 1.0),
            Log::Logins | Log::Admin => return None,
        };
        Some((self.say(name), average))
    }

    /// File of the accounts and of the contracts.
    pub(super) fn accounts_file(&self) -> &'static str {
        self.say(["accounts.csv", "customers.csv", "顧客.csv"])
    }

    pub(super) fn contracts_file(&self) -> &'static str {
        self.say(["contracts.csv", "agreements.csv", "契約.csv"])
    }

    /// Log of hints, where there is one: name and file.
    pub(super) fn risk_log(&self) -> (&'static str, &'static str) {
        match self.style {
            0 => ("risk_signals", "risk_signals.csv"),
            1 => ("concerns", "concerns.csv"),
            _ => ("懸念記録", "懸念記録.csv"),
        }
    }
}
