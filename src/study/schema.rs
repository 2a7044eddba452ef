//! Every table and key of a study file.

use super::shape::Scope;

macro_rules! scopes {
    ($($name:ident = $label:literal / $label_ja:literal : $($key:literal)*;)*) => {
        $(pub(super) static $name: Scope = Scope { label: $label, label_ja: $label_ja, keys: &[$($key),*] };)*
        /// All tables, in file order.
        pub(super) static ALL: &[&Scope] = &[$(&$name),*];
    };
}

scopes! {
    FILE = "the study file" / "調査ファイル":
        "schema" "study" "kgi" "snapshot" "panel" "tables" "roles" "kpi" "budget" "capacity" "lamp";
    STUDY = "[study]" / "[study]": "name" "purpose" "language" "seed";
    KGI = "[kgi]" / "[kgi]": "outcome" "horizon" "gap";
    SNAPSHOT = "[snapshot]" / "[snapshot]": "path" "account" "outcome" "positive";
    PANEL = "[panel]" / "[panel]": "path" "account" "period" "outcome" "positive";
    TABLES = "[tables]" / "[tables]":
        "period" "from" "to" "renewal_tolerance" "timezone" "date_format" "accounts" "contracts" "events";
    ACCOUNTS = "`accounts`" / "`accounts`": "path" "account" "start" "date_format";
    CONTRACTS = "`contracts`" / "`contracts`": "path" "account" "start" "end" "notice" "date_format";
    EVENTS = "[[tables.events]]" / "[[tables.events]]":
        "name" "path" "account" "at" "recorded_at" "keep_duplicates" "date_format";
    ROLES = "[roles]" / "[roles]":
        "segment" "billing" "price" "tenure" "notice" "notice_periods" "renewal_in" "term" "disclosed_risk" "reasons"
        "owner" "weight" "controls" "phase" "incumbent";
    KPI = "[[kpi]]" / "[[kpi]]":
        "name" "label" "kind" "stage" "hoped" "reason" "cost" "column" "from" "agg" "value" "window" "where" "missing"
        "became_target" "definition_changed" "action" "programme" "measured" "gut_feeling";
    LABEL = "`label`" / "`label`": "ja" "en";
    CARRY = "`missing`" / "`missing`": "carry";
    ACTION = "`action`" / "`action`": "name" "owner" "playbook";
    PROGRAMME = "`programme`" / "`programme`": "column" "assignment";
    BUDGET = "[budget]" / "[budget]": "max_kpis";
    CAPACITY = "[capacity]" / "[capacity]": "accounts_per_period";
    LAMP = "[lamp]" / "[lamp]": "bands" "clear_margin" "cost_of_action" "saves" "value" "value_periods" "action";
    BANDS = "`bands`" / "`bands`": "red" "yellow";
}
