//! Whole study files: correct ones, broken ones with their messages and places, and hostile ones.

mod broken;
mod correct;
mod hostile;
mod remarks;

use super::*;
use crate::notice::{Explain, Notice};

/// A correct panel study; the line numbers of the broken ones below count from it.
const PANEL: &str = r#"schema = 1
[study]
name = "2026Q3"
purpose = "find accounts to call before renewal"
[kgi]
horizon = 1
[panel]
path = "panel.csv"
account = "account_id"
period = "month"
outcome = "churn"
[roles]
segment = ["segment"]
tenure = "tenure"
[lamp]
bands = { red = 0.10, yellow = 0.04 }
[[kpi]]
name = "logins"
kind = "behaviour"
hoped = "more"
reason = "everyone tracks it"
[[kpi]]
name = "tickets"
kind = "friction"
hoped = "less"
reason = "they cost time"
"#;

/// A correct study on raw tables.
const TABLES: &str = r#"schema = 1
[study]
name = "2026Q3"
purpose = "find accounts to call before renewal"
[tables]
period = "1mo"
from = 2024-01-01
to = 2026-09-30
accounts  = { path = "accounts.csv",  account = "account_id", start = "signup" }
contracts = { path = "contracts.csv", account = "account_id", start = "start", end = "end", notice = "notice_date" }
[[tables.events]]
name = "contacts"
path = "contacts.csv"
account = "account_id"
at = "date"
recorded_at = "synced"
[[kpi]]
name = "contacts_90d"
kind = "action"
hoped = "more"
reason = "everyone tracks it"
from = "contacts"
agg = "count"
window = "90d"
where = { role = "decision_maker", initiated_by = ["customer", "partner"] }
missing = "zero"
"#;

fn study(text: &str) -> (Study, Vec<Notice>) {
    let noted = parse_study(text, "study.toml").unwrap_or_else(|e| panic!("{e}: {:#?}", e.problems));
    (noted.value, noted.notices)
}

fn problems(text: &str) -> Vec<String> {
    let Err(problems) = parse_study(text, "study.toml") else { panic!("no problem found in:\n{text}") };
    problems.problems.iter().map(|p| format!("{}:{} {p}", p.position().line, p.position().column)).collect()
}

fn helps(text: &str) -> Vec<String> {
    let Err(problems) = parse_study(text, "study.toml") else { panic!("no problem found in:\n{text}") };
    problems.problems.iter().map(|p| p.help().map(|help| help.en).unwrap_or_default()).collect()
}

fn changed(base: &str, from: &str, to: &str) -> String {
    assert_eq!(base.matches(from).count(), 1, "`{from}` must be there once");
    base.replace(from, to)
}

const PANEL_SOURCE: &str =
    "[panel]\npath = \"p.csv\"\naccount = \"id\"\nperiod = \"month\"\noutcome = \"churn\"\npositive = \"Left\"\n";

const EVERYTHING: &str = r#"
[study]
name = "2026Q3"
purpose = "find accounts to call before renewal"
language = "ja"
seed = 20261001
[kgi]
outcome = "解約"
horizon = 3
gap = 1
[roles]
segment = "segment"
billing = "plan"
price = "monthly_price"
tenure = "tenure"
notice = "notice_given"
notice_periods = "notice_months"
renewal_in = "months_to_term_end"
term = "term"
disclosed_risk = "risk_flag"
reasons = ["champion_left", "purpose_special"]
owner = "csm"
weight = "mrr"
controls = ["onboarding"]
phase = "phase"
incumbent = "current_score"
[[kpi]]
name = "exec_contacts_90d"
label = { ja = "決裁者との接触回数(90日)", en = "Contacts with decision makers, 90 days" }
kind = "action"
stage = "use"
hoped = "more"
reason = "everyone tracks it"
cost = 2
missing = { carry = 3 }
became_target = 2025-04-01
definition_changed = "2025-06-30"
action = { name = "executive review", owner = "CSM lead", playbook = "playbooks/exec.md" }
programme = { column = "push_kpi", assignment = "random" }
gut_feeling = true
EXTRA
[budget]
max_kpis = 7
[capacity]
accounts_per_period = 40
[lamp]
bands = { red = 0.10, yellow = 0.04 }
clear_margin = 0.2
cost_of_action = 50
saves = 0.3
value = 1000
value_periods = 12
action = { name = "call", owner = "CSM lead", playbook = "playbooks/call.md" }
"#;

fn everything(source: &str, extra: &str) -> String {
    format!("schema = 1\n{}{source}", EVERYTHING.replace("EXTRA", extra))
}

fn notice<'n>(notices: &'n [Notice], code: &str) -> Vec<&'n Notice> {
    notices.iter().filter(|notice| notice.code == code).collect()
}
