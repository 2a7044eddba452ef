//! Laws of the simulated company.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;

static COMPANY: LazyLock<Company> = LazyLock::new(|| simulate(&CompanySettings::default()));

fn text<'a>(table: &'a PanelTable, name: &str) -> &'a [String] {
    match table.column(name) {
        Some(Column::Text(cells)) => cells,
        other => panic!("{name}: {other:?}"),
    }
}

fn whole(table: &PanelTable, name: &str) -> Vec<i64> {
    match table.column(name) {
        Some(Column::Integer(cells)) => cells.iter().map(|cell| cell.unwrap()).collect(),
        other => panic!("{name}: {other:?}"),
    }
}

fn dates(table: &PanelTable) -> &[NaiveDate] {
    match table.column("month") {
        Some(Column::Date(cells)) => cells,
        other => panic!("{other:?}"),
    }
}

fn missing_share(table: &PanelTable, name: &str) -> f64 {
    let (missing, n) = match table.column(name) {
        Some(Column::Integer(cells)) => (cells.iter().filter(|cell| cell.is_none()).count(), cells.len()),
        Some(Column::Number(cells)) => (cells.iter().filter(|cell| cell.is_none()).count(), cells.len()),
        other => panic!("{name}: {other:?}"),
    };
    missing as f64 / n as f64
}

fn effect(name: &str) -> DoEffect {
    COMPANY.truth.kpi(name).unwrap().do_effect
}

#[test]
fn a_seed_gives_the_same_bytes_and_another_seed_gives_others() {
    let small = |seed| simulate(&CompanySettings { seed, n_accounts: 60, n_months: 18 });
    let (first, again, other) = (small(1), small(1), small(2));
    assert_eq!(first.panel.to_csv(), again.panel.to_csv());
    assert_eq!(first.truth_json(), again.truth_json());
    assert_eq!(snapshot(&first).to_csv(), snapshot(&again).to_csv());
    assert_ne!(first.panel.to_csv(), other.panel.to_csv());
}

#[test]
fn more_accounts_do_not_change_the_first_ones() {
    let of = |n_accounts| simulate(&CompanySettings { seed: 1, n_accounts, n_months: 18 }).panel.to_csv();
    assert!(of(40).starts_with(&of(20)));
}

fn assert_panel_form(panel: &PanelTable) {
    let (ids, months, churn) = (text(panel, "account_id"), dates(panel), whole(panel, "churn"));
    let (term_end, notice) = (whole(panel, "months_to_term_end"), whole(panel, "notice_given"));
    let index = |date: NaiveDate| date.year() * 12 + date.month() as i32;
    for row in 0..panel.n_rows() {
        let last_of_account = ids.get(row + 1) != Some(&ids[row]);
        if !last_of_account {
            assert_eq!(index(months[row + 1]) - index(months[row]), 1, "{} {}", ids[row], months[row]);
            assert_eq!(churn[row], 0, "{} has rows after its event", ids[row]);
            if term_end[row] > 0 {
                assert_eq!(term_end[row + 1], term_end[row] - 1, "{} {}", ids[row], months[row]);
            }
        } else {
            assert!(churn[row] == 1 || months[row] == CompanySettings::last_month());
            assert!(ids.get(row + 1).is_none_or(|next| next > &ids[row]));
        }
        assert!(churn[row] == 0 || term_end[row] == 0);
        assert_eq!(churn[row], notice[row]);
        assert_ne!(months[row].succ_opt().unwrap().month(), months[row].month());
    }
}

#[test]
fn every_account_has_consecutive_months_that_end_with_its_event() {
    assert_panel_form(&COMPANY.panel);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, rng_seed: RngSeed::Fixed(20_261_001), ..ProptestConfig::default() })]
    #[test]
    fn the_panel_has_its_form_for_any_seed_and_size(seed: u64, n_accounts in 0_usize..20, n_months in 0_usize..40) {
        let company = simulate(&CompanySettings { seed, n_accounts, n_months });
        assert_panel_form(&company.panel);
        prop_assert_eq!(company.panel.to_csv().iter().filter(|&&byte| byte == b'\n').count(), company.truth.n_rows + 1);
    }
}

/// Mean of a whole-number KPI in the rows that lie `back` months before the notice of their account.
fn mean_before_notice(name: &str, back: usize) -> f64 {
    let panel = &COMPANY.panel;
    let (ids, churn, values) = (text(panel, "account_id"), whole(panel, "churn"), whole(panel, name));
    let notices = (back..panel.n_rows()).filter(|&row| churn[row] == 1 && ids[row - back] == ids[row]);
    let values: Vec<i64> = notices.map(|row| values[row - back]).collect();
    values.iter().sum::<i64>() as f64 / values.len() as f64
}

#[test]
fn exports_rise_with_the_notice_and_only_in_its_month_and_the_one_before() {
    let usual = mean_before_notice("data_exports", 5);
    let rise = |back| mean_before_notice("data_exports", back) - usual;
    // Six leavers of ten add 4 and 3; a Monte Carlo error of these means is about 0.1.
    assert!((1.9..2.9).contains(&rise(0)) && (1.3..2.3).contains(&rise(1)), "{} {}", rise(0), rise(1));
    assert!(rise(2).abs() < 0.4 && rise(3).abs() < 0.4, "{} {}", rise(2), rise(3));
}

#[test]
fn contact_follows_a_hint_and_is_usual_two_months_before_it() {
    let panel = &COMPANY.panel;
    let (ids, hint, contacts) = (text(panel, "account_id"), whole(panel, "risk_hint"), whole(panel, "exec_contacts"));
    let mean_around = |shift: isize| {
        let rows = (0..panel.n_rows()).filter(|&row| hint[row] == 1);
        let shifted: Vec<i64> = rows
            .filter_map(|row| row.checked_add_signed(shift).filter(|&other| ids.get(other) == Some(&ids[row])))
            .map(|row| contacts[row])
            .collect();
        shifted.iter().sum::<i64>() as f64 / shifted.len() as f64
    };
    let usual = contacts.iter().sum::<i64>() as f64 / contacts.len() as f64;
    assert!(mean_around(1) - usual > 1.8, "{} against {usual}", mean_around(1));
    assert!(mean_around(-2) - usual < 0.4 * (mean_around(1) - usual), "{} against {usual}", mean_around(-2));
}

#[test]
fn almost_all_survey_answers_are_nines_and_tens() {
    let Some(Column::Integer(cells)) = COMPANY.panel.column("nps_score") else { panic!("nps_score is whole") };
    let answers: Vec<i64> = cells.iter().copied().flatten().collect();
    let top = answers.iter().filter(|&&answer| answer >= 9).count() as f64 / answers.len() as f64;
    assert!((0.93..0.97).contains(&top), "{top}");
}

#[test]
fn the_company_has_the_stated_size_and_event_rate() {
    let panel = &COMPANY.panel;
    let churn = whole(panel, "churn");
    let events: i64 = churn.iter().sum();
    let at_risk = whole(panel, "months_to_term_end").iter().filter(|&&months| months == 0).count();
    assert!((24_000..31_000).contains(&panel.n_rows()), "{} rows", panel.n_rows());
    assert!((600..=720).contains(&events), "{events} decisions");
    let rate = events as f64 / at_risk as f64;
    assert!((0.03..0.07).contains(&rate), "{rate} of the account-months in which one could leave");
    assert_eq!((COMPANY.truth.n_rows, COMPANY.truth.n_events as i64), (panel.n_rows(), events));
    let mut by_month: BTreeMap<NaiveDate, i64> = BTreeMap::new();
    for (month, left) in dates(panel).iter().zip(&churn) {
        *by_month.entry(*month).or_default() += left;
    }
    assert_eq!(by_month.len(), 30);
    assert!(by_month.values().all(|&events| (5..=50).contains(&events)), "{by_month:?}");
}

#[test]
fn most_hints_are_recorded_before_the_notice_and_never_in_its_month() {
    let panel = &COMPANY.panel;
    let (hint, churn) = (whole(panel, "risk_hint"), whole(panel, "churn"));
    assert!(hint.iter().zip(&churn).all(|(&hint, &left)| hint * left == 0));
    let share = hint.iter().sum::<i64>() as f64 / hint.len() as f64;
    assert!((0.015..0.06).contains(&share), "{share}");
}

#[test]
fn cells_are_missing_where_records_get_lost_and_surveys_go_unanswered() {
    let panel = &COMPANY.panel;
    let expected = [
        ("exec_contacts", 0.0, 0.0),
        ("webinar_visits", 0.0, 0.0),
        ("usage_hours", 0.04, 0.06),
        ("automations_live", 0.03, 0.05),
        ("pulse_score", 0.42, 0.48),
        ("nps_score", 0.84, 0.90),
    ];
    for (name, low, high) in expected {
        let share = missing_share(panel, name);
        assert!((low..=high).contains(&share), "{name}: {share}");
    }
}

#[test]
fn traps_without_a_causal_arrow_have_no_effect_at_all() {
    for name in [
        "exec_contacts",
        "special_feature_days",
        "nps_score",
        "automation_runs",
        "data_exports",
        "webinar_visits",
        "pulse_score",
    ] {
        let DoEffect { total, flat, metered, seat, early, late } = effect(name);
        let all = [Some(total), flat, metered, seat, early, late];
        assert!(all.iter().all(|value| value.unwrap().abs() < 1e-12), "{name}: {all:?}");
    }
}

#[test]
fn levers_have_the_sign_and_size_with_which_they_were_built() {
    // Direct slopes of the decision; goals and tickets also work through satisfaction, logins through automations.
    assert!((effect("automations_live").total + 0.75).abs() < 1e-9);
    assert!((effect("review_minutes").total + 0.55).abs() < 1e-9);
    assert!((effect("logins").total + 0.74 * 0.75).abs() < 1e-9);
    assert!((-0.8..-0.5).contains(&effect("goals_recognised").total), "{:?}", effect("goals_recognised"));
    assert!((0.6..0.85).contains(&effect("ticket_days_open").total), "{:?}", effect("ticket_days_open"));
    let usage = effect("usage_hours");
    assert!((usage.flat.unwrap() + 0.55).abs() < 1e-9 && (usage.metered.unwrap() - 0.65).abs() < 1e-9);
    let templates = effect("template_uses");
    assert!((templates.early.unwrap() + 0.75).abs() < 1e-9 && templates.late.unwrap().abs() < 1e-12);
}

#[test]
fn the_truth_names_a_verdict_a_reason_and_a_known_parent_for_every_kpi() {
    for kpi in &COMPANY.truth.kpis {
        assert!(COMPANY.panel.column(&kpi.name).is_some() && !kpi.ok.is_empty());
        assert!(!kpi.explanation.ja.is_ascii() && kpi.explanation.en.is_ascii());
        assert!(kpi.parent.as_ref().is_none_or(|parent| COMPANY.truth.kpi(parent).is_some()));
        assert_eq!(kpi.trap, !["T6m", "T6r", "T10", "T11"].contains(&kpi.trap_id.as_str()));
    }
    let json: serde_json::Value = serde_json::from_str(&COMPANY.truth_json()).unwrap();
    assert_eq!(json["kpis"]["exec_contacts"]["mechanism"], "T1");
    assert_eq!(json["kpis"].as_object().unwrap().len(), COMPANY.truth.kpis.len());
}

#[test]
fn every_column_that_the_studies_name_exists() {
    let shot = snapshot(&COMPANY);
    for (table, study) in [
        (&COMPANY.panel, COMPANY.study_toml(Lang::Ja, "panel.csv")),
        (&shot, COMPANY.snapshot_study_toml(Lang::En, "snapshot.csv")),
    ] {
        let study: toml::Table = study.parse().unwrap();
        let roles = study["roles"].as_table().unwrap().values();
        let role_columns = roles.flat_map(|role| role.as_array().cloned().unwrap_or_else(|| vec![role.clone()]));
        let kpis = study["kpi"].as_array().unwrap().iter().map(|kpi| kpi["name"].clone());
        for name in role_columns.chain(kpis) {
            assert!(table.column(name.as_str().unwrap()).is_some(), "{name}");
        }
    }
}

#[test]
fn the_snapshot_has_one_row_per_customer_and_both_outcomes() {
    let shot = snapshot(&COMPANY);
    let (ids, outcomes) = (text(&shot, "account_id"), text(&shot, "churned"));
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    let left = outcomes.iter().filter(|outcome| *outcome == "Yes").count();
    assert!(left > 25 && outcomes.len() > 8 * left, "{left} of {}", outcomes.len());
    let last_three = dates(&COMPANY.panel).iter().zip(whole(&COMPANY.panel, "churn"));
    let from = NaiveDate::from_ymd_opt(2026, 7, 1).unwrap();
    let all_left = last_three.filter(|(month, left)| **month >= from && *left == 1).count();
    assert!(left <= all_left, "{left} of {all_left}: the others started within the window");
}

#[test]
fn hostile_sizes_give_empty_or_tiny_companies() {
    for (n_accounts, n_months) in [(0, 30), (5, 0), (5, 1), (3, 2)] {
        let company = simulate(&CompanySettings { seed: 0, n_accounts, n_months });
        assert_eq!(company.panel.n_rows(), company.truth.n_rows);
        assert!(company.panel.n_rows() <= n_accounts * n_months);
        assert!(company.truth.kpis.iter().all(|kpi| kpi.do_effect.total.is_finite()));
        assert_eq!(snapshot(&company).n_rows(), 0);
        assert!(!company.panel.to_csv().is_empty());
    }
}
