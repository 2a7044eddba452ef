use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crate::study::{Hoped, KpiKind, Source, Study, parse_study};

/// A column of numbers.
fn numbers(name: &str, values: &[i64]) -> ColumnSketch {
    let mut distinct = values.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let codes = values.iter().map(|v| distinct.binary_search(v).unwrap() as u32).collect();
    let yes = distinct.iter().all(|v| [0, 1].contains(v)).then(|| distinct.iter().map(|v| *v == 1).collect());
    let levels = distinct.iter().map(i64::to_string).collect();
    ColumnSketch { name: name.to_owned(), kind: SketchKind::Number, levels, codes, yes, serial: false, months: None }
}

/// A column of text; blank = missing.
fn texts(name: &str, values: &[&str]) -> ColumnSketch {
    let mut distinct: Vec<&str> = values.iter().copied().filter(|v| !v.is_empty()).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let code = |v: &&str| distinct.binary_search(v).map_or(ColumnSketch::MISSING, |at| at as u32);
    let codes = values.iter().map(code).collect();
    let flag = |v: &str| match v {
        "Yes" | "はい" | "有" => Some(true),
        "No" | "いいえ" | "無" => Some(false),
        _ => None,
    };
    let yes: Option<Vec<bool>> = distinct.iter().map(|v| flag(v)).collect();
    let levels = distinct.iter().map(|&v| v.to_owned()).collect();
    ColumnSketch { name: name.to_owned(), kind: SketchKind::Text, levels, codes, yes, serial: false, months: None }
}

const N: usize = 40;

fn ids(name: &str) -> ColumnSketch {
    numbers(name, &(1..=N as i64).collect::<Vec<_>>())
}

fn outcome(name: &str) -> ColumnSketch {
    numbers(name, &(0..N as i64).map(|i| i64::from(i % 4 == 0)).collect::<Vec<_>>())
}

/// Numbers that do not follow the outcome.
fn counts(name: &str) -> ColumnSketch {
    numbers(name, &(0..N as i64).map(|i| (i * 7) % 11).collect::<Vec<_>>())
}

fn study(columns: &[ColumnSketch]) -> (Study, String) {
    let [en, ja] = [Lang::En, Lang::Ja].map(|lang| propose(columns, "t.csv", lang).unwrap().toml);
    for text in [&en, &ja] {
        parse_study(text, "study.toml").unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
    }
    (parse_study(&en, "study.toml").unwrap().value, en)
}

#[test]
fn japanese_names_are_understood() {
    let plans: Vec<&str> = (0..N).map(|i| ["従量", "定額"][i % 2]).collect();
    let industries: Vec<&str> = (0..N).map(|i| ["製造", "小売", "金融"][i % 3]).collect();
    let left: Vec<&str> = (0..N).map(|i| if i % 4 == 0 { "解約" } else { "継続中" }).collect();
    let columns = [
        ids("顧客ID"),
        texts("状態", &left),
        texts("料金プラン", &plans),
        texts("業種", &industries),
        counts("訪問回数"),
        numbers("ログイン回数", &(0..N as i64).map(|i| (i * 3) % 13).collect::<Vec<_>>()),
        numbers("満足度", &(0..N as i64).map(|i| (i * 5) % 7).collect::<Vec<_>>()),
        numbers("問合せ件数", &(0..N as i64).map(|i| (i * 11) % 6).collect::<Vec<_>>()),
        numbers("最終利用からの日数", &(0..N as i64).map(|i| (i * 13) % 17).collect::<Vec<_>>()),
    ];
    let (study, text) = study(&columns);
    let Source::Snapshot(source) = &study.source else { panic!("{text}") };
    assert_eq!((source.account.as_deref(), source.outcome.as_str()), (Some("顧客ID"), "状態"));
    assert_eq!(source.positive.as_deref(), Some("解約"));
    assert_eq!((study.roles.billing.as_deref(), &study.roles.segment), (Some("料金プラン"), &vec!["業種".to_owned()]));
    let found: Vec<(&str, KpiKind, Hoped)> = study.kpis.iter().map(|k| (k.name.as_str(), k.kind, k.hoped)).collect();
    assert_eq!(
        found,
        [
            ("訪問回数", KpiKind::Action, Hoped::More),
            ("ログイン回数", KpiKind::Behaviour, Hoped::More),
            ("満足度", KpiKind::Perception, Hoped::More),
            ("問合せ件数", KpiKind::Friction, Hoped::Less),
            ("最終利用からの日数", KpiKind::Behaviour, Hoped::Less),
        ]
    );
}

#[test]
fn names_that_a_study_cannot_have_are_cleaned_and_stay_apart() {
    let vary = |name: &str, k: i64| numbers(name, &(0..N as i64).map(|i| (i * k) % 11).collect::<Vec<_>>());
    let columns = [
        ids("id"),
        outcome("churn"),
        vary("a b", 7),
        vary(" a b ", 2),
        vary("a\nb", 3),
        vary("say \"x\" \\ 'y'", 4),
        vary("(intercept)", 5),
        vary("'''\"\"\"\u{7f}\u{1}", 6),
        vary(&"長".repeat(300), 8),
    ];
    let (study, text) = study(&columns);
    let read: Vec<&str> = study.kpis.iter().map(crate::study::KpiSpec::column).collect();
    let written: Vec<&str> = columns[2..].iter().map(|column| column.name.as_str()).collect();
    assert_eq!(read, written, "{text}");
    let names: Vec<&str> = study.kpis.iter().take(3).map(|kpi| kpi.name.as_str()).collect();
    assert_eq!(names, ["a b", "a b 2", "a b 3"]);
}

#[test]
fn a_panel_needs_every_account_and_period_once() {
    let account: Vec<i64> = (0..N as i64).map(|i| i / 4).collect();
    let month: Vec<i64> = (0..N as i64).map(|i| i % 4).collect();
    let left: Vec<i64> = (0..N as i64).map(|i| i64::from(i % 8 == 7)).collect();
    let mut columns =
        vec![numbers("account_id", &account), numbers("month", &month), numbers("churn", &left), counts("logins")];
    let Source::Panel(panel) = study(&columns).0.source else { panic!("no panel") };
    assert_eq!((panel.account.as_str(), panel.period.as_str()), ("account_id", "month"));
    // Row 1 now repeats the account and month of row 0 with another number of logins.
    let mut twice = month;
    twice[1] = 0;
    columns[1] = numbers("month", &twice);
    let proposal = propose(&columns, "t.csv", Lang::En).unwrap();
    assert!(proposal.toml.contains("[snapshot]"));
    let said = proposal.summary.iter().any(|line| line.en.contains("1 rows share customer and period"));
    assert!(said, "{:?}", proposal.summary);
}

#[test]
fn copies_of_the_outcome_and_of_columns_are_left_out() {
    let left = outcome("churn");
    let negated: Vec<&str> = (0..N).map(|i| if i % 4 == 0 { "No" } else { "Yes" }).collect();
    let when: Vec<&str> = (0..N).map(|i| if i % 4 == 0 { "price" } else { "" }).collect();
    let mut copy = counts("logins_again");
    copy.codes.clone_from(&counts("logins").codes);
    let columns = [
        ids("id"),
        left,
        counts("logins"),
        copy,
        texts("still_here", &negated),
        texts("why", &when),
        numbers("one", &[1; N]),
        numbers("row", &(0..N as i64).rev().collect::<Vec<_>>()),
    ];
    let (study, text) = study(&columns);
    assert_eq!(study.kpis.iter().map(|kpi| kpi.name.as_str()).collect::<Vec<_>>(), ["logins"], "{text}");
    for left_out in
        ["`logins_again`: it says the same as `logins`", "`one`: it has the same", "`row`: it is an identifier"]
    {
        assert!(text.contains(left_out), "{left_out}\n{text}");
    }
    assert!(text.contains("`still_here`: alone it tells"), "{text}");
}

#[test]
fn dates_that_cannot_be_read_are_no_segment() {
    let days: Vec<String> = (0..N).map(|i| format!("{:02}/{:02}/2025", 13 + i % 5, 1 + i % 3)).collect();
    let months: Vec<&str> = (0..N).map(|i| ["2024年1月", "2024年2月", "2024年3月"][i % 3]).collect();
    let columns = [
        ids("id"),
        outcome("churn"),
        counts("logins"),
        texts("renewed", &days.iter().map(String::as_str).collect::<Vec<_>>()),
        texts("契約更新", &months),
    ];
    let (study, text) = study(&columns);
    assert!(study.roles.segment.is_empty(), "{text}");
    for name in ["renewed", "契約更新"] {
        assert!(text.contains(&format!("`{name}`: it looks like dates that cannot be read")), "{text}");
    }
}

#[test]
fn retained_means_left_where_it_says_no() {
    let stayed: Vec<i64> = (0..N as i64).map(|i| i64::from(i % 4 != 0)).collect();
    let (study, text) = study(&[ids("id"), numbers("retained", &stayed), counts("logins")]);
    let Source::Snapshot(source) = study.source else { panic!("{text}") };
    assert_eq!((source.outcome.as_str(), source.positive.as_deref()), ("retained", Some("0")));
}

#[test]
fn without_an_outcome_the_error_says_what_to_add() {
    let error = propose(&[ids("id"), counts("logins"), outcome("beta_user")], "t.csv", Lang::En).unwrap_err();
    assert_eq!(error, ProposeError::NoOutcome { two_valued: vec!["beta_user".to_owned()], left_on: None });
    assert!(error.help().unwrap().en.contains("`churn`") && error.help().unwrap().ja.contains("`churn`"));
    assert_eq!(error.place().unwrap().en, "columns with two values: `beta_user`");
    let none = propose(&[ids("id"), numbers("churn", &[0; N])], "t.csv", Lang::En).unwrap_err();
    assert_eq!(none, ProposeError::OneOutcome { column: "churn".to_owned() });
}

#[test]
fn what_is_left_to_fill_in_becomes_correct_when_the_signs_go() {
    let (before, text) = study(&[ids("id"), outcome("churned"), counts("logins")]);
    assert!(before.lamp.action.is_none() && before.lamp.costs.is_none());
    let filled = text.replace("\n# [", "\n[");
    let keys = ["accounts_per_period", "action", "cost_of_action", "saves", "value"];
    let filled = keys.iter().fold(filled, |text, key| text.replace(&format!("\n# {key} ="), &format!("\n{key} =")));
    let after = parse_study(&filled, "study.toml").unwrap().value;
    assert_eq!(after.capacity.accounts_per_period, Some(40.0));
    assert_eq!(after.lamp.action.unwrap().owner.unwrap(), "csm");
    assert!((after.lamp.costs.unwrap().saves - 0.2).abs() < 1e-12);
}

#[test]
fn one_column_alone_is_no_study() {
    assert!(matches!(propose(&[outcome("churn")], "t.csv", Lang::En), Err(ProposeError::NoKpi { .. })));
    assert!(matches!(propose(&[ids("id")], "t.csv", Lang::En), Err(ProposeError::NoOutcome { .. })));
    assert!(matches!(propose(&[], "t.csv", Lang::En), Err(ProposeError::NoOutcome { .. })));
}

#[test]
fn packed_months_are_the_periods_of_a_panel() {
    let account: Vec<i64> = (0..N as i64).map(|i| i / 4).collect();
    let packed: Vec<i64> = (0..N as i64).map(|i| [202_511, 202_512, 202_601, 202_602][(i % 4) as usize]).collect();
    let left: Vec<i64> = (0..N as i64).map(|i| i64::from(i % 8 == 7)).collect();
    let mut columns =
        [numbers("account_id", &account), numbers("年月", &packed), numbers("churn", &left), counts("logins")];
    columns[1].months = Some(["2025-11-30", "2025-12-31", "2026-01-31", "2026-02-28"].map(str::to_owned).to_vec());
    let (study, text) = study(&columns);
    assert!(matches!(&study.source, Source::Panel(panel) if panel.period == "年月"));
    assert!(!text.contains("CHECK"), "{text}");
}

#[test]
fn candidates_beyond_a_page_are_comments() {
    let mut columns = vec![ids("id"), outcome("churn")];
    columns.extend((0..40).map(|k| {
        numbers(&format!("use_{k:02}"), &(0..N as i64).map(|i| ((i + 1).pow(3) * (k + 3)) % 101).collect::<Vec<_>>())
    }));
    let (study, text) = study(&columns);
    assert_eq!(study.kpis.len(), 25);
    assert!(text.contains("# name = \"use_39\""), "{text}");
    let is_key = |line: &str| ["[[kpi]]", "name =", "kind =", "hoped ="].iter().any(|key| line.starts_with(key));
    let switch_on = |line: &str| line.strip_prefix("# ").filter(|line| is_key(line)).unwrap_or(line).to_owned();
    let all_on: Vec<String> = text.lines().map(switch_on).collect();
    let all = parse_study(&all_on.join("\n"), "study.toml").map(|noted| noted.value.kpis.len());
    assert_eq!(all.unwrap(), 40);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_001), ..ProptestConfig::default() })]

    /// Whatever the columns are called, the file is a correct study or the error is one of ours.
    #[test]
    fn any_names_make_a_correct_study(names in proptest::collection::vec(".{1,12}|[a-z\"'\\\\ \n\t#=\\[\\]]{1,8}", 1..12)) {
        let mut columns = vec![outcome("churn")];
        for (k, name) in names.iter().enumerate() {
            if columns.iter().all(|column| column.name != *name) {
                let k = k as i64 + 2;
                columns.push(numbers(name, &(0..N as i64).map(|i| (i * k) % (13 + k)).collect::<Vec<_>>()));
            }
        }
        for lang in [Lang::En, Lang::Ja] {
            if let Ok(proposal) = propose(&columns, "some \"path\"\n.csv", lang) {
                let parsed = parse_study(&proposal.toml, "study.toml");
                prop_assert!(parsed.is_ok(), "{:?}\n{}", parsed.err(), proposal.toml);
            }
        }
    }
}
