//! Laws of what comes after the evidence, on simulated companies whose truth is known.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use std::fmt::Write as _;

use crate::artifact::{KpiArtifact, LinkRecord, ModelArtifact};
use crate::ingest::{ReadOptions, read_table};
use crate::notice::Severity;
use crate::study::{Study, parse_study};
use crate::traps::{Outcome, TestId};
use crate::verdict::Verdict;

use super::{Data, Request, Resampling, run};

const ACCOUNTS: usize = 700;
const PERIODS: usize = 26;

/// What happens in a company of independent accounts.
pub(super) struct World {
    pub(super) seed: u64,
    /// Periods before the event in which `use` matters.
    pub(super) works: std::ops::RangeInclusive<usize>,
    /// Standard deviations of `use` per contact of the period before.
    pub(super) contact_moves: f64,
    /// Standard deviations of `use` while the account is pushed.
    pub(super) push_moves: f64,
    /// Periods needed to act.
    pub(super) gap: usize,
}

/// `use` is white noise plus what contacts do to it, so that it predicts at exactly the lags at which it matters; `noise`
/// matters to nobody and answers nothing; `late` jumps in the last period before the event.
pub(super) fn table(world: &World) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(world.seed);
    let mut text = String::from("account,period,left,use,noise,late,contacts,months_left,push\n");
    for account in 0..ACCOUNTS {
        let mut used: Vec<f64> = Vec::new();
        let mut contacts: Vec<f64> = Vec::new();
        let mut rows: Vec<[f64; 4]> = Vec::new();
        let pushed_from = if account % 2 == 0 { 8 } else { usize::MAX };
        for t in 0..PERIODS {
            let contact = f64::from(u8::from(rng.random::<f64>() < 0.4));
            let draw: f64 = rng.sample(StandardNormal);
            let pushed = if t >= pushed_from { world.push_moves } else { 0.0 };
            used.push(draw + pushed + world.contact_moves * t.checked_sub(1).map_or(0.0, |past| contacts[past]));
            contacts.push(contact);
            let effect: f64 = world.works.clone().filter_map(|lag| Some(used[t.checked_sub(lag)?])).sum();
            let hazard = 1.0 / (1.0 + (3.6 + 0.7 * effect).exp());
            let leaves = t > 0 && rng.random::<f64>() < hazard;
            let [noise, late]: [f64; 2] = [rng.sample(StandardNormal), rng.sample(StandardNormal)];
            rows.push([used[t], noise, late, contact]);
            if leaves && t > 0 {
                rows[t - 1][2] += 3.0;
            }
            if leaves {
                break;
            }
        }
        let left = rows.len() < PERIODS;
        for (t, [used, noise, late, contact]) in rows.iter().enumerate() {
            let leaves = u8::from(left && t + 1 == rows.len());
            let until = if leaves == 1 || account % 3 > 0 { 0 } else { (PERIODS + 4 - t) % 12 };
            let push = u8::from(t >= pushed_from);
            let _ = writeln!(text, "A{account:03},{t},{leaves},{used},{noise},{late},{contact},{until},{push}");
        }
    }
    text
}

pub(super) fn study(gap: usize, more: &str) -> String {
    format!(
        "schema = 1\n[study]\nname = \"law\"\npurpose = \"law\"\n[kgi]\ngap = {gap}\n[panel]\npath = \"panel.csv\"\naccount = \"account\"\nperiod = \"period\"\noutcome = \"left\"\n\
         [[kpi]]\nname = \"use\"\nkind = \"behaviour\"\nhoped = \"more\"\nstage = \"use\"\n\
         [[kpi]]\nname = \"noise\"\nkind = \"behaviour\"\nhoped = \"more\"\n\
         [[kpi]]\nname = \"late\"\nkind = \"friction\"\nhoped = \"less\"\n{more}"
    )
}

const CONTACTS: &str = "[[kpi]]\nname = \"contacts\"\nkind = \"action\"\nhoped = \"more\"\n";

fn opened(table: &str, study: &str) -> (Study, Data) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("panel.csv");
    std::fs::write(&path, table).unwrap();
    let study = parse_study(study, "study.toml").unwrap_or_else(|problems| panic!("{problems:?}")).value;
    let table = read_table(&path, &ReadOptions { text_columns: &["account"], ..ReadOptions::default() }).unwrap();
    (study, Data::Table(Box::new(table)))
}

pub(super) fn judged(table: &str, study: &str) -> ModelArtifact {
    judged_by(table, study, Resampling::FirstOrder)
}

pub(super) fn judged_by(table: &str, study: &str, resampling: Resampling) -> ModelArtifact {
    let (study, data) = opened(table, study);
    let request = Request { generator: "test", resampling, ..Request::default() };
    run(&study, data, request, &|_| (), &|_, _| ()).unwrap()
}

fn kpi<'a>(artifact: &'a ModelArtifact, name: &str) -> &'a KpiArtifact {
    artifact.kpis.iter().find(|kpi| kpi.name == name).unwrap()
}

fn link<'a>(artifact: &'a ModelArtifact, action: &str, kpi: &str) -> &'a LinkRecord {
    artifact.links.iter().find(|link| link.action == action && link.kpi == kpi).unwrap()
}

#[test]
fn the_lead_time_is_the_lag_up_to_which_the_kpi_matters() {
    for (seed, works) in [(1, 1..=3), (2, 1..=1), (4, 2..=4)] {
        let world = World { seed, works: works.clone(), contact_moves: 0.0, push_moves: 0.0, gap: 0 };
        let artifact = judged(&table(&world), &study(world.gap, CONTACTS));
        let timing = kpi(&artifact, "use").timing.as_ref().unwrap();
        let found = (timing.from_periods as usize, timing.lead_periods as usize);
        assert_eq!(found, (*works.start(), *works.end()), "seed {seed}");
        assert_eq!((timing.room as usize, timing.at_least), (*works.end(), false), "seed {seed}");
        assert!(timing.farthest >= 9, "seed {seed}: {}", timing.farthest);
        assert_eq!(kpi(&artifact, "noise").timing, None, "seed {seed}");
        assert_eq!(kpi(&artifact, "late").numbers.lead_periods, Some(1), "seed {seed}");
        assert_eq!(kpi(&artifact, "use").numbers.lead_periods, Some(timing.lead_periods));
    }
}

#[test]
fn a_gap_moves_the_nearest_lag_and_takes_its_periods_from_the_room() {
    let world = World { seed: 5, works: 1..=4, contact_moves: 0.0, push_moves: 0.0, gap: 2 };
    let artifact =
        judged(&table(&world), &study(world.gap, &format!("{CONTACTS}[roles]\nrenewal_in = \"months_left\"\n")));
    let timing = kpi(&artifact, "use").timing.as_ref().unwrap();
    assert_eq!((timing.from_periods, timing.lead_periods, timing.room), (3, 4, 2));
    let renewal = timing.renewal.as_ref().unwrap();
    assert!(renewal.n_running > 20 && renewal.n_in_window <= renewal.n_running, "{renewal:?}");
    // Every third account runs to the same end, five periods after the data's last one: outside of 3 to 4.
    assert_eq!(renewal.n_in_window, 0, "{renewal:?}");
    assert_eq!(kpi(&artifact, "late").timing, None, "its only signal lies inside the gap");
}

#[test]
fn slopes_by_lag_agree_with_the_profile_at_its_lags() {
    let world = World { seed: 6, works: 1..=2, contact_moves: 0.0, push_moves: 0.0, gap: 0 };
    let artifact = judged(&table(&world), &study(world.gap, CONTACTS));
    let evidence = &kpi(&artifact, "use").evidence;
    let estimate = |test: TestId, slice: Option<&str>| {
        let found = evidence.iter().find(|e| e.test == test && e.slice.as_deref() == slice).unwrap();
        let Outcome::Measured(m) = &found.outcome else { panic!("{found:?}") };
        m.estimate
    };
    let near = estimate(TestId::Near, None);
    assert!((near - estimate(TestId::LagSlope, Some("1"))).abs() < 1e-12);
    // 0.7 per standard deviation of a KPI of variance one, the other lag left out: a little less than that.
    assert!((-0.75..-0.5).contains(&near), "{near}");
    assert!((near - estimate(TestId::LagSlope, Some("2"))).abs() < 0.2);
    assert!(estimate(TestId::LagSlope, Some("4")).abs() < 0.15);
}

#[test]
fn an_action_that_moves_a_kpi_is_found_at_its_lag_with_its_size_and_nothing_else_is() {
    for seed in [7, 8] {
        let world = World { seed, works: 1..=2, contact_moves: 0.5, push_moves: 0.0, gap: 0 };
        let artifact = judged(&table(&world), &study(world.gap, CONTACTS));
        assert_eq!(artifact.links.len(), 3, "one action, three KPIs");
        let moved = link(&artifact, "contacts", "use");
        assert_eq!((moved.status.as_str(), moved.first_lag), ("responsive", Some(1)), "seed {seed}: {moved:?}");
        // 0.5 per contact; a contact has standard deviation √(0.4 · 0.6), use √(1 + 0.25 · 0.24).
        let expected = 0.5 * (0.24_f64 / 1.06).sqrt();
        let shown = moved.shown.unwrap();
        assert!((shown.estimate - expected).abs() < 3.0 * shown.std_error.unwrap(), "seed {seed}: {shown:?}");
        assert!(moved.lags[1].estimate.abs() < 0.05 && moved.lags[2].estimate.abs() < 0.05, "seed {seed}: {moved:?}");
        for still in ["noise", "late"] {
            assert_eq!(link(&artifact, "contacts", still).status, "not_responsive", "seed {seed}: {still}");
            assert_eq!(kpi(&artifact, still).response.as_ref().unwrap().status, "not_responsive");
        }
        assert_eq!(kpi(&artifact, "use").response.as_ref().unwrap().status, "responsive");
        assert_eq!(kpi(&artifact, "contacts").response, None, "an action is ours to decide");
    }
}

#[test]
fn noise_is_moved_by_nothing_more_often_than_its_error_rate_allows() {
    let mut responsive = 0;
    for seed in 20..26 {
        let world = World { seed, works: 1..=1, contact_moves: 0.0, push_moves: 0.0, gap: 0 };
        let artifact = judged(&table(&world), &study(world.gap, CONTACTS));
        responsive += artifact.links.iter().filter(|link| link.status == "responsive").count();
    }
    // Under the null at most 5 % of the companies have a false one: two or more of six companies have p < 0.04.
    assert!(responsive <= 1, "{responsive}");
}

#[test]
fn without_actions_the_response_is_not_applicable_and_a_programme_counts_as_one() {
    let world = World { seed: 9, works: 1..=2, contact_moves: 0.0, push_moves: 0.0, gap: 0 };
    let table = table(&world);
    let artifact = judged(&table, &study(0, ""));
    let response = kpi(&artifact, "use").response.as_ref().unwrap();
    assert_eq!(response.status, "not_applicable");
    assert!(response.why_not.as_ref().is_some_and(|why| why.en.contains("no action") && !why.ja.is_ascii()));
    assert!(artifact.links.is_empty());

    let programme =
        study(0, "").replacen("stage = \"use\"\n", "programme = { column = \"push\", assignment = \"chosen\" }\n", 1);
    let artifact = judged(&table, &programme);
    let pushed = link(&artifact, "push", "use");
    assert!(pushed.programme && pushed.status == "not_responsive", "{pushed:?}");

    let world = World { push_moves: 0.6, ..world };
    let artifact = judged(&super::tests::table(&world), &programme);
    let pushed = link(&artifact, "push", "use");
    assert_eq!((pushed.status.as_str(), pushed.first_lag), ("responsive", Some(0)), "{pushed:?}");
    // Pushed in some half of the rows, `use` has a standard deviation between 1 and 1.05.
    let shown = pushed.shown.unwrap();
    assert!((shown.estimate - 0.6 / 1.04).abs() < 3.0 * shown.std_error.unwrap(), "{shown:?}");
    assert!(artifact.links.iter().filter(|link| link.kpi != "use").all(|link| link.status == "not_responsive"));
}

#[test]
fn a_set_that_sees_use_only_is_warned_about_and_its_heavy_users_who_left_are_listed() {
    let world = World { seed: 10, works: 1..=2, contact_moves: 0.0, push_moves: 0.0, gap: 0 };
    let table = table(&world);
    let artifact = judged(&table, &study(0, CONTACTS));
    let notice = artifact.notices.iter().find(|n| n.code == "chain_incomplete").unwrap();
    assert_eq!(notice.severity, Severity::Warning);
    assert!(notice.help.as_ref().unwrap().en.contains("recognised") && notice.what.ja.contains("recognised"));
    let [high] = &artifact.chain.high_use[..] else { panic!("{:?}", artifact.chain) };
    let left: Vec<&str> = table.lines().filter(|l| l.split(',').nth(2) == Some("1")).map(|l| &l[..4]).collect();
    assert!(high.n_left <= left.len() && high.n_left > 100, "{} of {}", high.n_left, left.len());
    assert!((0.24..=0.27).contains(&(high.n_high as f64 / high.n_accounts as f64)));
    // Use protects, so those who used much left less often.
    let share = |part: usize, whole: usize| part as f64 / whole as f64;
    assert!(share(high.n_high_left, high.n_high) < share(high.n_left, high.n_accounts));
    assert!(high.left.len() == high.n_high_left.min(50) && high.left.windows(2).all(|w| w[0].value >= w[1].value));
    for account in &high.left {
        assert!(left.contains(&account.account.as_str()) && account.value >= high.threshold);
        let row = format!("{},{},1,", account.account, account.left_in.as_ref().unwrap());
        assert!(table.contains(&row), "{row}");
    }

    let complete = study(0, CONTACTS)
        .replace("name = \"noise\"\n", "name = \"noise\"\nstage = \"result\"\n")
        .replace("name = \"late\"\n", "name = \"late\"\nstage = \"recognised\"\n");
    let artifact = judged(&table, &complete);
    assert!(!artifact.notices.iter().any(|n| n.code.starts_with("chain_")));
    let none = judged(&table, &study(0, CONTACTS).replace("stage = \"use\"\n", ""));
    let notice = none.notices.iter().find(|n| n.code == "chain_unknown").unwrap();
    assert_eq!(notice.severity, Severity::Info);
    assert!(none.chain.high_use.is_empty());
}

pub(super) fn examined(table: &str, study: &str) -> super::Examination {
    let (study, data) = opened(table, study);
    super::examine(&study, data, &|_, _| ()).unwrap()
}

pub(super) fn prepared(table: &str, study: &str) -> super::Prepared {
    let (study, data) = opened(table, study);
    super::prepare(&study, data, None, &|_, _| ()).unwrap()
}

fn measured(examination: &super::Examination, kpi: usize, test: TestId) -> crate::traps::Measured {
    *crate::traps::Dossier(&examination.cases[kpi].evidence).get(test).unwrap_or_else(|| panic!("{test:?}"))
}

#[test]
fn verdicts_do_not_know_the_order_of_rows_the_names_of_kpis_or_their_units() {
    let world = World { seed: 11, works: 1..=4, contact_moves: 0.3, push_moves: 0.0, gap: 0 };
    let (table, study) = (table(&world), study(0, CONTACTS));
    let plain = examined(&table, &study).verdicts();
    let said = |verdicts: &[crate::verdict::KpiVerdict]| -> Vec<(crate::verdict::Verdict, String)> {
        verdicts.iter().map(|v| (v.verdict, v.rule.clone())).collect()
    };
    assert_eq!(plain[0].verdict.name(), "validated", "{}", plain[0].reason.en);
    // Its jump lies a period before the event and not at it; nobody leaves without it.
    assert_eq!((plain[2].verdict.name(), &*plain[2].rule), ("lagging", "2l"), "{}", plain[2].reason.en);

    let mut rows: Vec<&str> = table.lines().skip(1).collect();
    rows.reverse();
    rows.rotate_left(1234);
    let head = table.lines().next().unwrap();
    let shuffled = format!("{head}\n{}\n", rows.join("\n"));
    assert_eq!(said(&examined(&shuffled, &study).verdicts()), said(&plain));

    let renamed_table = table.replacen("use,noise,late", "zz,aa,mm", 1);
    let renamed_study =
        ["use", "noise", "late"].iter().zip(["zz", "aa", "mm"]).fold(study.clone(), |text, (old, new)| {
            text.replace(&format!("name = \"{old}\""), &format!("name = \"{new}\""))
        });
    assert_eq!(said(&examined(&renamed_table, &renamed_study).verdicts()), said(&plain));

    let in_cents: String = table
        .lines()
        .enumerate()
        .map(|(n, line)| {
            let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
            if n > 0 {
                cells[3] = (cells[3].parse::<f64>().unwrap() * 100.0 - 7.0).to_string();
            }
            cells.join(",") + "\n"
        })
        .collect();
    assert_eq!(said(&examined(&in_cents, &study).verdicts()), said(&plain));
}

#[test]
fn dropping_any_one_account_changes_no_verdict() {
    let world = World { seed: 12, works: 1..=4, contact_moves: 0.0, push_moves: 0.0, gap: 0 };
    let (table, study) = (table(&world), study(0, CONTACTS));
    let all: Vec<_> = examined(&table, &study).verdicts().iter().map(|v| v.verdict).collect();
    // Every seventh account in turn: leavers and stayers, pushed and not.
    for account in (0..ACCOUNTS).step_by(70) {
        let without = format!("A{account:03},");
        let rest: String = table.lines().filter(|l| !l.starts_with(&without)).map(|l| format!("{l}\n")).collect();
        assert!(rest.len() < table.len());
        let left: Vec<_> = examined(&rest, &study).verdicts().iter().map(|v| v.verdict).collect();
        assert_eq!(left, all, "without {account}");
    }
}

/// The table with `use` measured poorly: noise of so many standard deviations on top.
fn blurred(table: &str, seed: u64, noise: f64) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut lines = table.lines();
    let mut text = format!("{}\n", lines.next().unwrap());
    for line in lines {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        let blur: f64 = rng.sample(StandardNormal);
        cells[3] = (cells[3].parse::<f64>().unwrap() + noise * blur).to_string();
        let _ = writeln!(text, "{}", cells.join(","));
    }
    text
}

#[test]
fn what_works_before_the_last_period_is_looked_at_again_a_month_earlier() {
    let again = |works: std::ops::RangeInclusive<usize>, seed| {
        let world = World { seed, works, contact_moves: 0.0, push_moves: 0.0, gap: 0 };
        let table = blurred(&table(&world), seed, 2.5);
        (examined(&table, &study(0, "")), table)
    };
    let mut helped = 0;
    for seed in 1..=8 {
        let (found, table) = again(3..=4, seed);
        let verdicts = found.verdicts();
        assert!(found.cases[1..].iter().all(|case| case.last_period.is_none()), "seed {seed}: nothing but `use` works");
        if found.cases[0].last_period.is_some() {
            helped += 1;
            assert_eq!(verdicts[0].verdict, Verdict::Validated, "seed {seed}");
            assert!(verdicts[0].reason.en.contains("a month older"), "{}", verdicts[0].reason.en);
            let artifact = judged(&table, &study(0, ""));
            assert!(artifact.notices.iter().any(|notice| notice.code == "looked_at_earlier"), "seed {seed}");
            let first = found.of_last_period().verdicts();
            assert!(matches!(first[0].verdict, Verdict::CannotTell | Verdict::Promising), "{:?}", first[0]);
            assert!(first.iter().zip(&verdicts).skip(1).all(|(one, two)| one.verdict == two.verdict), "seed {seed}");
        }
        assert!(again(1..=2, seed).0.cases[0].last_period.is_none(), "seed {seed}: the last periods tell most");
    }
    assert!(helped > 0, "the second look helps in {helped} of 8 companies");
}

#[test]
fn a_programme_by_lot_tells_the_effect_per_standard_deviation_and_one_that_people_chose_tells_nothing() {
    let world = World { seed: 13, works: 1..=3, contact_moves: 0.0, push_moves: 1.0, gap: 0 };
    let programme = |assignment: &str| {
        let push = format!("stage = \"use\"\nprogramme = {{ column = \"push\", assignment = \"{assignment}\" }}\n");
        study(0, "").replacen("stage = \"use\"\n", &push, 1)
    };
    let lot = examined(&table(&world), &programme("random"));
    let (full, pushed, first) =
        (measured(&lot, 0, TestId::Full), measured(&lot, 0, TestId::Pushed), measured(&lot, 0, TestId::FirstStage));
    assert!(first.estimate > 1.0 && first.z() > 20.0, "{first:?}");
    // Both estimate what a standard deviation of the smoothed KPI does.
    let apart = (full.estimate - pushed.estimate).abs();
    assert!(pushed.z() < -3.0 && apart < 3.0 * pushed.std_error.unwrap(), "{full:?} {pushed:?}");
    assert_eq!(lot.verdicts()[0].rule, "9i", "{}", lot.verdicts()[0].reason.en);
    let chosen = examined(&table(&world), &programme("chosen"));
    assert!(crate::traps::Dossier(&chosen.cases[0].evidence).get(TestId::Pushed).is_none());
}

#[test]
fn a_break_at_the_day_it_became_a_target_is_seen() {
    let world = World { seed: 14, works: 1..=3, contact_moves: 0.0, push_moves: 0.0, gap: 0 };
    // Periods as months from 2023-01; from the middle on `use` is drawn anew: written for its own sake.
    let mut rng = ChaCha8Rng::seed_from_u64(15);
    let mut dated = String::new();
    for (n, line) in table(&world).lines().enumerate() {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        if n > 0 {
            let t: usize = cells[1].parse().unwrap();
            cells[1] = format!("{}-{:02}-28", 2023 + t / 12, 1 + t % 12);
            if t >= PERIODS / 2 {
                cells[3] = rng.sample::<f64, _>(StandardNormal).to_string();
            }
        }
        dated.push_str(&(cells.join(",") + "\n"));
    }
    let target = study(0, "").replacen("stage = \"use\"\n", "stage = \"use\"\nbecame_target = 2024-02-01\n", 1);
    let examination = examined(&dated, &target);
    let (before, after) =
        (measured(&examination, 0, TestId::BeforeTarget), measured(&examination, 0, TestId::AfterTarget));
    assert!(before.z() < -6.0 && after.z().abs() < 3.0, "{before:?} {after:?}");
    assert_eq!(examination.verdicts()[0].verdict.name(), "fading", "{}", examination.verdicts()[0].reason.en);
}

#[test]
fn where_notices_are_recorded_only_the_period_in_which_one_falls_due_is_asked() {
    // Terms of six periods with two of notice: notice falls due at 2, the last row of a leaver is two periods later.
    let mut text = String::from("account,period,left,notice,ends_in,due,use\n");
    for account in 0..300 {
        let leaves = account % 3 == 0;
        for t in 0..12 {
            let noticed = u8::from(leaves && t >= 9);
            let left = u8::from(leaves && t == 11);
            let _ = writeln!(text, "A{account:03},{t},{left},{noticed},{},2,{}", 5 - t % 6, (account * 7 + t * 3) % 11);
        }
    }
    let study = study(0, "")
        .replace("[[kpi]]\nname = \"noise\"\nkind = \"behaviour\"\nhoped = \"more\"\n", "")
        .replace("[[kpi]]\nname = \"late\"\nkind = \"friction\"\nhoped = \"less\"\n", "")
        .replacen(
            "[[kpi]]",
            "[roles]\nnotice = \"notice\"\nrenewal_in = \"ends_in\"\nnotice_periods = \"due\"\n[[kpi]]",
            1,
        );
    let examination = examined(&text, &study);
    // Each account is asked at t = 3 and t = 9, and leavers' events lie at 9.
    assert_eq!((examination.n_rows, examination.n_events), (600, 100));
    // The same notice for everybody is what the contracts say, and no finding; under any other role it is one.
    let alike = |study: &str| {
        let ready = prepared(&text, study);
        let found = super::readiness(&ready.study, &ready).unwrap().notices;
        found.iter().filter(|n| n.code == "constant_column").map(|n| n.what.en.clone()).collect::<Vec<_>>()
    };
    assert_eq!(alike(&study), [""; 0]);
    let as_reason = study.replace("notice_periods = \"due\"", "reasons = [\"due\"]");
    assert_eq!(alike(&as_reason), ["column `due` has the same value in every row"]);
}
