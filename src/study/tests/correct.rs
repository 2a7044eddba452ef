//! Correct files give the study that they say.

use std::path::Path;

use chrono::NaiveDate;

use super::*;
use crate::units::{Gap, Horizon, Seed};
use crate::words::{Lang, Words};

#[test]
fn defaults_are_filled_in() {
    let text = PANEL.replace("[kgi]\nhorizon = 1\n", "");
    let (study, _) = study(&text);
    assert_eq!(study.kgi, Kgi { outcome: "churn".into(), horizon: Horizon(1), gap: Gap(0) });
    assert_eq!((study.language, study.seed), (Lang::En, Seed(1)));
    assert_eq!((study.budget, study.capacity), (Budget::default(), Capacity::default()));
    assert_eq!(study.lamp.bands, Some(BandLimits { red: 0.10, yellow: 0.04 }));
    let kpi = &study.kpis[0];
    assert_eq!((kpi.column(), &kpi.label, kpi.missing), ("logins", &Words::same("logins"), None));
}

#[test]
fn the_whole_schema_is_read_with_a_snapshot() {
    let snapshot = "[snapshot]\npath = \"c.csv\"\naccount = \"customerID\"\noutcome = \"Churn\"\npositive = 1\n";
    let (study, _) = study(&everything(snapshot, "column = \"kpi_01\""));
    let Source::Snapshot(source) = &study.source else { panic!("{:?}", study.source) };
    assert_eq!((source.account.as_deref(), source.positive.as_deref()), (Some("customerID"), Some("1")));
    assert_eq!((study.language, study.seed), (Lang::Ja, Seed(20_261_001)));
    assert_eq!(study.kgi, Kgi { outcome: "解約".into(), horizon: Horizon(3), gap: Gap(1) });
    let text = |column: &str| Some(column.to_owned());
    let roles = Roles {
        segment: vec!["segment".into()],
        billing: text("plan"),
        price: text("monthly_price"),
        tenure: text("tenure"),
        notice: text("notice_given"),
        notice_periods: text("notice_months"),
        renewal_in: text("months_to_term_end"),
        term: text("term"),
        disclosed_risk: text("risk_flag"),
        reasons: vec!["champion_left".into(), "purpose_special".into()],
        owner: text("csm"),
        weight: text("mrr"),
        controls: vec!["onboarding".into()],
        phase: text("phase"),
        incumbent: text("current_score"),
    };
    assert_eq!(study.roles, roles);
    let bands = Some(BandLimits { red: 0.10, yellow: 0.04 });
    let costs = LampCosts { cost_of_action: 50.0, saves: 0.3, value: Some(1000.0), value_periods: 12.0 };
    let action = ActionSpec { name: "call".into(), owner: text("CSM lead"), playbook: text("playbooks/call.md") };
    assert_eq!(study.lamp, Lamp { bands, clear_margin: Some(0.2), costs: Some(costs), action: Some(action) });
    assert_eq!((study.budget.max_kpis, study.capacity.accounts_per_period), (Some(7), Some(40.0)));
    let kpi = &study.kpis[0];
    assert_eq!((kpi.kind, kpi.stage, kpi.hoped), (KpiKind::Action, Some(Stage::Use), Hoped::More));
    assert_eq!((kpi.column(), kpi.missing, kpi.cost), ("kpi_01", Some(MissingPolicy::Carry(3)), Some(2.0)));
    assert_eq!(kpi.became_target, NaiveDate::from_ymd_opt(2025, 4, 1));
    assert_eq!(kpi.definition_changed, NaiveDate::from_ymd_opt(2025, 6, 30));
    assert!(kpi.gut_feeling);
    assert_eq!(kpi.programme, Some(Programme { column: "push_kpi".into(), assignment: Assignment::Random }));
    assert_eq!(kpi.action.as_ref().unwrap().playbook.as_deref(), Some("playbooks/exec.md"));
    assert_eq!(kpi.label.get(Lang::Ja), "決裁者との接触回数(90日)");
}

#[test]
fn the_whole_schema_is_read_with_a_panel() {
    let (study, _) = study(&everything(PANEL_SOURCE, ""));
    let Source::Panel(source) = &study.source else { panic!("{:?}", study.source) };
    assert_eq!((source.period.as_str(), source.positive.as_deref()), ("month", Some("Left")));
    assert_eq!(study.kpis[0].extraction, None);
}

#[test]
fn the_whole_schema_is_read_with_tables() {
    let raw = TABLES.split("[[kpi]]").next().unwrap().split_once("[tables]").unwrap().1;
    let keys = "from = \"contacts\"\nagg = \"mean\"\nvalue = \"minutes\"\nwindow = \"3mo\"\n\
                where = { role = \"exec\", n = [1, 2.5], ok = true, day = 2024-01-02 }";
    let more = "[tables]\nrenewal_tolerance = \"4w\"\ntimezone = \"Asia/Tokyo\"\ndate_format = { signup = \"excel\" }";
    let (study, _) = study(&everything(&format!("{more}{raw}"), keys));
    let Source::Tables(tables) = &study.source else { panic!("{:?}", study.source) };
    assert_eq!((tables.period, tables.renewal_tolerance), (Period::Month, 28));
    assert_eq!(tables.timezone.as_deref(), Some("Asia/Tokyo"));
    assert_eq!(tables.date_format.columns.get("signup"), Some(&DateFormat::ExcelSerial));
    assert_eq!(
        (tables.accounts.start.as_deref(), tables.contracts.notice.as_deref()),
        (Some("signup"), Some("notice_date"))
    );
    assert_eq!(tables.events[0].recorded_at.as_deref(), Some("synced"));
    let extraction = study.kpis[0].extraction.as_ref().unwrap();
    assert_eq!((extraction.agg, extraction.window.unwrap().to_string().as_str()), (Agg::Mean, "3mo"));
    let columns: Vec<&str> = extraction.where_.iter().map(|condition| condition.column.as_str()).collect();
    assert_eq!(columns, ["day", "n", "ok", "role"]);
    assert_eq!(extraction.where_[1].any_of, [Literal::Number(1.0), Literal::Number(2.5)]);
    assert_eq!(extraction.where_[2].any_of, [Literal::Flag(true)]);
}

#[test]
fn a_study_is_written_in_the_words_of_the_file() {
    let written = serde_json::to_value(study(TABLES).0).unwrap();
    assert_eq!(written["source"]["tables"]["from"], "2024-01-01");
    assert_eq!(written["source"]["tables"]["period"], "month");
    assert_eq!(written["kpis"][0]["extraction"]["window"], "90d");
    assert_eq!(written["kpis"][0]["extraction"]["where"][1]["any_of"][0]["text"], "decision_maker");
    assert_eq!(written["kpis"][0]["missing"], "zero");
    assert!(written["kpis"][0].get("gut_feeling").is_none(), "absent where it is not so");
    assert_eq!(written["kgi"], serde_json::json!({ "outcome": "churn", "horizon": 1, "gap": 0 }));
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn the_simulated_worlds_are_correct_studies() {
    let worlds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/worlds");
    let Ok(entries) = std::fs::read_dir(&worlds) else {
        eprintln!("SKIPPED: no simulated worlds beside the project");
        return;
    };
    let mut n_read = 0;
    for entry in entries {
        let path = entry.unwrap().path().join("study.toml");
        let (study, notices) = study(&std::fs::read_to_string(&path).unwrap());
        assert!(study.kpis.len() >= 7, "{}", path.display());
        assert_eq!(notice(&notices, "kpi_without_reason").len(), 1);
        n_read += 1;
    }
    assert!(n_read > 0);
}

#[test]
fn the_period_is_tenure_or_control_and_nothing_else() {
    let study = |role: &str| {
        format!(
            "schema = 1\n[study]\nname = \"q\"\npurpose = \"p\"\n[panel]\npath = \"p.csv\"\naccount = \"id\"\n\
             period = \"week\"\noutcome = \"left\"\n[roles]\n{role}\n[[kpi]]\nname = \"logins\"\nkind = \"behaviour\"\n\
             hoped = \"more\"\n"
        )
    };
    for role in ["controls = [\"week\"]", "tenure = \"week\""] {
        assert!(crate::study::parse_study(&study(role), "study.toml").is_ok(), "{role}");
    }
    for role in ["segment = [\"week\"]", "renewal_in = \"week\"", "controls = [\"left\"]", "tenure = \"id\""] {
        assert!(crate::study::parse_study(&study(role), "study.toml").is_err(), "{role}");
    }
}
