//! Tables as `init` reads them, and the study files that it writes.

use super::*;
use crate::cli::target::TargetError;
use crate::study::{KpiKind, Source, Study, parse_study};

fn shared() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let found = [folder].into_iter().find(|folder| folder.join("data").is_dir());
    if found.is_none() {
        #[expect(clippy::print_stderr, reason = "a skipped test says so")]
        {
            eprintln!("SKIPPED: the shared data sets are not beside the project");
        }
    }
    found
}

/// The study proposed for a table, in both languages.
fn proposed(table: &Path) -> (Study, Written, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut studies = Vec::new();
    for lang in [Lang::En, Lang::Ja] {
        let out = folder.path().join(format!("study_{lang}.toml"));
        let written = run(&[table.to_owned()], &out, lang, false).unwrap_or_else(|e| panic!("{table:?}: {e}"));
        let text = std::fs::read_to_string(&out).unwrap();
        let study = parse_study(&text, "study.toml").unwrap_or_else(|p| panic!("{table:?}: {p:?}\n{text}")).value;
        studies.push((study, written, text));
    }
    let (other, first) = (studies.pop().unwrap().0, studies.pop().unwrap());
    assert_eq!((&other.kpis, &other.source, &other.roles), (&first.0.kpis, &first.0.source, &first.0.roles));
    first
}

/// Account, period (blank for a snapshot), outcome, positive (blank where it need not be said).
fn frame_of(study: &Study) -> [String; 4] {
    match &study.source {
        Source::Snapshot(s) => [
            s.account.clone().unwrap_or_default(),
            String::new(),
            s.outcome.clone(),
            s.positive.clone().unwrap_or_default(),
        ],
        Source::Panel(p) => {
            [p.account.clone(), p.period.clone(), p.outcome.clone(), p.positive.clone().unwrap_or_default()]
        }
        Source::Tables(_) => panic!("a proposal has no [tables]"),
    }
}

/// File, [`frame_of`] its study, some roles with their columns.
type Known = (&'static str, [&'static str; 4], &'static [(&'static str, &'static str)]);

#[test]
fn known_tables_are_understood() {
    let Some(shared) = shared() else { return };
    let expected: [Known; 12] = [
        (
            "telco_ibm/telco_churn.csv",
            ["customerID", "", "Churn", ""],
            &[("tenure", "tenure"), ("price", "MonthlyCharges"), ("term", "Contract"), ("billing", "PaymentMethod")],
        ),
        (
            "bankchurners/bank_churners.csv",
            ["CLIENTNUM", "", "Attrition_Flag", "Attrited Customer"],
            &[("tenure", "Months_on_book")],
        ),
        ("ecommerce_churn/ecommerce_churn.csv", ["CustomerID", "", "Churn", ""], &[("tenure", "Tenure")]),
        (
            "ibm_hr_attrition/ibm_hr_attrition.csv",
            ["EmployeeNumber", "", "Attrition", ""],
            &[("tenure", "YearsAtCompany")],
        ),
        ("iranian_churn/iranian_churn.csv", ["", "", "Churn", ""], &[("tenure", "Subscription  Length")]),
        ("mlc_churn/mlc_churn.csv", ["", "", "churn", ""], &[("tenure", "account_length")]),
        ("bank_balances_28k/bank_balances.csv", ["customer_id", "", "churn", ""], &[("tenure", "vintage")]),
        ("student_dropout_uci697/student_dropout.csv", ["", "", "Target", "Dropout"], &[]),
        ("saas_churn_pysurvival/saas_churn.csv", ["", "", "churned", ""], &[("tenure", "months_active")]),
        ("ravenstack_saas/accounts.csv", ["account_id", "", "churn_flag", ""], &[("billing", "plan_tier")]),
        ("oulad_2013_2014B/enrolments.csv", ["student_id", "", "final_result", "Withdrawn"], &[]),
        ("rossi_weekly/rossi_person_week.csv", ["person_id", "week", "arrest", ""], &[]),
    ];
    for (file, frame, roles) in expected {
        let (study, _, text) = proposed(&shared.join("data").join(file));
        assert_eq!(frame_of(&study), frame, "{file}\n{text}");
        for (role, column) in roles {
            let found = match *role {
                "tenure" => &study.roles.tenure,
                "price" => &study.roles.price,
                "term" => &study.roles.term,
                "billing" => &study.roles.billing,
                other => panic!("{other}"),
            };
            assert_eq!(found.as_deref(), Some(*column), "{file}: {role}\n{text}");
        }
        assert!(study.kpis.len() <= 25, "{file}");
    }
}

#[test]
fn columns_that_stand_for_the_outcome_are_no_kpis() {
    let Some(shared) = shared() else { return };
    let (study, _, text) = proposed(&shared.join("data/bankchurners/bank_churners.csv"));
    assert!(study.kpis.iter().all(|kpi| !kpi.name.starts_with("Naive_Bayes")), "{text}");
    assert_eq!(text.matches("left out: `Naive_Bayes").count(), 2, "{text}");
    let (study, _, text) = proposed(&shared.join("data/ibm_hr_attrition/ibm_hr_attrition.csv"));
    for constant in ["EmployeeCount", "Over18", "StandardHours"] {
        assert!(text.contains(&format!("left out: `{constant}`: it has the same value")), "{text}");
        assert!(study.kpis.iter().all(|kpi| kpi.name != constant));
    }
}

#[test]
fn simulated_panels_are_read_as_their_makers_meant_them() {
    let Some(shared) = shared() else { return };
    let mut worlds: Vec<PathBuf> =
        std::fs::read_dir(shared.join("worlds")).unwrap().map(|e| e.unwrap().path()).collect();
    worlds.sort();
    for world in worlds.iter().step_by(3) {
        let mut truth = parse_study(&std::fs::read_to_string(world.join("study.toml")).unwrap(), "s").unwrap().value;
        let (study, _, text) = proposed(&world.join("panel.parquet"));
        assert_eq!(frame_of(&study), frame_of(&truth), "{text}");
        let names = |study: &Study| study.kpis.iter().map(|kpi| kpi.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&study), names(&truth), "{world:?}\n{text}");
        // Where every contract is alike, its term says nothing.
        for role in [&mut truth.roles.term, &mut truth.roles.renewal_in] {
            role.take_if(|column| text.contains(&format!("left out: `{column}`: it has the same value")));
        }
        assert_eq!(study.roles, truth.roles, "{world:?}\n{text}");
    }
}

#[test]
fn an_existing_file_is_kept_unless_forced() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("customers.csv");
    std::fs::write(&table, "id,logins,churn\na,1,0\nb,2,1\nc,3,0\n").unwrap();
    let out = folder.path().join("study.toml");
    std::fs::write(&out, "mine").unwrap();
    let refused = run(std::slice::from_ref(&table), &out, Lang::En, false).unwrap_err();
    assert!(matches!(refused, InitError::Exists { .. }), "{refused}");
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "mine");
    run(std::slice::from_ref(&table), &out, Lang::Ja, true).unwrap();
    let text = std::fs::read_to_string(&out).unwrap();
    assert!(text.contains("path = \"customers.csv\""), "{text}");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 2, "no temporary file stays behind");
}

#[test]
fn the_path_is_that_from_the_study_to_the_table() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("data/raw")).unwrap();
    std::fs::create_dir_all(folder.path().join("studies")).unwrap();
    let table = folder.path().join("data/raw/c*.csv");
    assert_eq!(path_from(&folder.path().join("studies/s.toml"), &table).unwrap(), "../data/raw/c*.csv");
    assert_eq!(path_from(&folder.path().join("s.toml"), &table).unwrap(), "data/raw/c*.csv");
}

#[test]
fn raw_tables_become_a_study_of_accounts_contracts_and_logs() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let accounts = write(
        "customers.csv",
        "account_id,signup_date,industry,bought_for,churn_reason\nA1,2024-01-05,IT,cost,price\nA2,2024-02-01,Food,audit,\n\
         A3,2024-02-01,Food,cost,\n",
    );
    let contracts = write(
        "subscriptions.csv",
        "subscription_id,account_id,start_date,end_date,mrr\nS1,A1,2024-01-05,2024-06-30,10\nS2,A2,2024-02-01,,20\nS3,A3,2024-02-01,,30\n",
    );
    let usage =
        write("usage.csv", "subscription_id,usage_date,minutes\nS1,2024-01-09,5\nS2,2024-09-29,7\nS2,2024-03-02,9\n");
    let left = write("churn_events.csv", "account_id,churn_date\nA1,2024-06-30\n");
    let japanese = write("問い合わせ.csv", "顧客ID,日付,対応時間\nA1,2024-03-02,5\nA2,2024-04-05,6\nA2,2024-09-30,8\n");
    let out = folder.path().join("study.toml");
    let written = run(&[usage, japanese, left, contracts, accounts], &out, Lang::En, false).unwrap();
    let text = std::fs::read_to_string(&out).unwrap();
    let study = parse_study(&text, "study.toml").unwrap().value;
    let Source::Tables(tables) = &study.source else { panic!("{text}") };
    assert_eq!(
        (tables.accounts.path.as_str(), tables.accounts.start.as_deref()),
        ("customers.csv", Some("signup_date"))
    );
    assert_eq!(
        (tables.contracts.path.as_str(), tables.contracts.end.as_deref()),
        ("subscriptions.csv", Some("end_date"))
    );
    let logs: Vec<_> =
        tables.events.iter().map(|log| (log.name.as_str(), log.account.as_str(), log.at.as_str())).collect();
    assert!(logs.contains(&("usage", "subscription_id", "usage_date")), "a log that names contracts: {logs:?}");
    assert!(logs.contains(&("問い合わせ", "顧客ID", "日付")), "{logs:?}");
    assert_eq!(tables.to.to_string(), "2024-09-30");
    let from: Vec<&str> =
        study.kpis.iter().filter_map(|kpi| kpi.extraction.as_ref()).map(|e| e.from.as_str()).collect();
    assert!(from.contains(&"usage") && from.contains(&"問い合わせ"), "{from:?}");
    assert!(!from.contains(&"churn_events"), "who left is the outcome, not a KPI");
    assert_eq!(study.roles.segment, ["industry"]);
    assert_eq!(study.roles.controls, ["bought_for"]);
    assert!(text.contains("speak of leaving: \"churn_reason\""), "{text}");
    assert!(written.summary.iter().any(|line| line.en.contains("subscriptions.csv")));
    assert!(matches!(run(&[], &folder.path().join("x.toml"), Lang::En, false), Err(InitError::Propose { .. })));
}

#[test]
fn logs_are_taken_apart_by_what_their_rows_are() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, head: &str, rows: &dyn Fn(usize) -> String| {
        let path = folder.path().join(name);
        let rows: Vec<String> = (0..40).map(rows).collect();
        std::fs::write(&path, format!("{head}\n{}\n", rows.join("\n"))).unwrap();
        path
    };
    let day = |i: usize| format!("2024-{:02}-{:02}", 1 + i % 9, 1 + i % 28);
    let accounts =
        write("customers.csv", "customer_no,customer_since,sponsor_gone,concern_date,seats,料金プラン", &|i| {
            let (gone, hint) = (["2024-05-01", ""][i % 2], ["", "2024-06-01"][i % 2]);
            format!("C{i:02},2023-12-01,{gone},{hint},{},{}", 1 + i % 5, ["定額", "従量"][i % 2])
        });
    let contracts = write("agreements.csv", "customer_no,valid_from,valid_to,periods_of_notice", &|i| {
        format!("C{i:02},2023-12-01,{},{}", ["2024-09-30", ""][i % 2], i % 3)
    });
    let cases = write("cases.csv", "customer_no,opened_on,closed_on,waiting_hours", &|i| {
        format!("C{i:02},{},{},{}", day(i), day(i), 1.5 * i as f64)
    });
    let contacts = write("touchpoint_contacts.csv", "customer_no,day,entered_on,person,person_role,started_by", &|i| {
        let role = ["user", "champion", "decision_maker"][i % 3];
        format!("C{i:02},{},{},u{},{role},{}", day(i), day(i), i % 4, ["us", "customer"][i % 2])
    });
    let usage = write("usage.csv", "customer_no,day,feature,typed", &|i| {
        let feature = ["export", "reports", "forecast", "reports", "tickets"][i % 5];
        format!("C{i:02},{},{feature},{}", day(i), ["", "a long note that somebody typed into the field once"][i % 2])
    });
    let out = folder.path().join("study.toml");
    run(&[accounts, cases, contracts, contacts, usage], &out, Lang::En, false).unwrap();
    let text = std::fs::read_to_string(&out).unwrap();
    let study = parse_study(&text, "study.toml").unwrap().value;
    let Source::Tables(tables) = &study.source else { panic!("{text}") };
    assert_eq!(tables.contracts.path, "agreements.csv", "cases are opened and closed too");
    assert_eq!(tables.events.iter().filter_map(|log| log.recorded_at.as_deref()).collect::<Vec<_>>(), ["entered_on"]);
    let roles = &study.roles;
    assert_eq!(roles.reasons, ["sponsor_gone"]);
    assert_eq!(roles.disclosed_risk.as_deref(), Some("concern_date"));
    assert_eq!(roles.notice_periods.as_deref(), Some("periods_of_notice"));
    assert_eq!((roles.billing.as_deref(), roles.price.as_deref()), (Some("料金プラン"), None));
    let parts: Vec<(&str, KpiKind)> = study
        .kpis
        .iter()
        .filter(|kpi| kpi.extraction.as_ref().is_some_and(|e| !e.where_.is_empty()))
        .map(|kpi| (kpi.name.as_str(), kpi.kind))
        .collect();
    let expected = [
        ("touchpoint_contacts_decision_maker_90d", KpiKind::Action),
        ("touchpoint_contacts_customer_90d", KpiKind::Behaviour),
    ];
    assert_eq!(parts, expected);
    // Kinds of rows without such a name are for people to choose; of every column one is left out, or they make the whole.
    let kinds: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# name = ")).collect();
    assert_eq!(kinds, ["\"usage_reports_90d\"", "\"usage_export_90d\"", "\"usage_forecast_90d\""]);
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("customers.csv");
    std::fs::write(&table, "id,logins,churn\na,1,0\nb,2,1\nc,3,0\n").unwrap();
    let refused = run(&[table], &folder.path().join("no/study.toml"), Lang::En, false).unwrap_err();
    assert!(matches!(refused, InitError::Target(TargetError::NoFolder { .. })), "{refused}");
}
