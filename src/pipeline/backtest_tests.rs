//! Nothing leaks: neither accounts nor time nor the choice of KPIs.

use std::fmt::Write as _;

use fuellamp_score::Basis;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::ingest::{ReadOptions, read_table};
use crate::stats::discrimination::auc_delong;
use crate::study::parse_study;
use crate::traps::{Dossier, TestId};
use crate::verdict::KpiVerdict;

use super::admit::Admitted;
use super::candidates::{Candidates, Tier};
use super::examine::{Case, examined};
use super::held_out::{HeldOut, held_out, logit};
use super::splits::{Choose, Split, account_folds, across_accounts, across_time};
use super::{Data, Prepared, Resampling, prepare};

const KPIS: usize = 24;
const ACCOUNTS: usize = 260;
const PERIODS: usize = 18;

/// KPIs that are noise: a level of the account and a draw of the month. Leaving is a lottery.
fn noise(seed: u64) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut text = String::from("account,period,left");
    (0..KPIS).for_each(|k| write!(text, ",k{k:02}").unwrap());
    text.push('\n');
    for account in 0..ACCOUNTS {
        let level: Vec<f64> = (0..KPIS).map(|_| rng.sample(StandardNormal)).collect();
        let start = account % 6;
        for t in start..PERIODS {
            let left = t > start && rng.random::<f64>() < 0.035;
            write!(text, "A{account:03},{t},{}", u8::from(left)).unwrap();
            for level in &level {
                write!(text, ",{}", level + rng.sample::<f64, _>(StandardNormal)).unwrap();
            }
            text.push('\n');
            if left {
                break;
            }
        }
    }
    text
}

fn prepared(table: &str) -> Prepared {
    let mut study = String::from(
        "schema = 1\n[study]\nname = \"noise\"\npurpose = \"law\"\n[panel]\npath = \"panel.csv\"\naccount = \"account\"\nperiod = \"period\"\noutcome = \"left\"\n",
    );
    (0..KPIS).for_each(|k| {
        writeln!(study, "[[kpi]]\nname = \"k{k:02}\"\nkind = \"behaviour\"\nhoped = \"more\"").unwrap();
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("panel.csv");
    std::fs::write(&path, table).unwrap();
    let study = parse_study(&study, "study.toml").unwrap().value;
    let table = read_table(&path, &ReadOptions { text_columns: &["account"], ..ReadOptions::default() }).unwrap();
    prepare(&study, Data::Table(Box::new(table)), None, &|_, _| ()).unwrap()
}

/// The four strongest of all KPIs, whatever their verdict: the choice of somebody who looks at coefficients.
fn strongest(cases: &[Case], _: &[KpiVerdict]) -> Admitted {
    let z = |k: usize| Dossier(&cases[k].evidence).get(TestId::Full).map_or(0.0, |m| m.z().abs());
    let mut order: Vec<usize> = (0..cases.len()).collect();
    order.sort_by(|&a, &b| z(b).total_cmp(&z(a)));
    Admitted {
        basis: Basis::Promising,
        kpis: (0..cases.len()).map(|k| order[..4].contains(&k)).collect(),
        within: vec![None; cases.len()],
        predictive: vec![true; cases.len()],
        over_budget: Vec::new(),
    }
}

fn area(ready: &Prepared, splits: &[Split]) -> f64 {
    let candidates = Candidates::read(&ready.study, &ready.panel).unwrap();
    let held = held_out(ready, splits, &|split, at| logit(ready, &candidates, Tier::Score, split, at)).unwrap();
    auc_delong(&held.eta, &held.y(&ready.sample)).unwrap().auc
}

const CHOOSE: (Choose<'_>, Resampling) = (&strongest, Resampling::FirstOrder);

#[test]
#[expect(clippy::print_stderr, reason = "the figures of the README are read off here")]
fn on_noise_the_backtest_finds_nothing_and_a_choice_made_outside_the_folds_is_found_out() {
    let (mut accounts, mut time, mut outside) = (Vec::new(), Vec::new(), Vec::new());
    for seed in 0..8 {
        let ready = prepared(&noise(100 + seed));
        let found = examined(&ready).unwrap();
        let (fold, n) = account_folds(&ready, ready.study.seed).unwrap();
        let mut splits = across_accounts(&ready, (&found, &[]), (&fold, n), CHOOSE).unwrap();
        accounts.push(area(&ready, &splits));
        let (plan, over_time) = across_time(&ready, (&fold, n), CHOOSE, &|_| ()).unwrap();
        assert!(plan.len() >= 3, "{plan:?}");
        time.push(area(&ready, &over_time));
        // The mistake: whoever chooses has seen every row.
        let chosen = strongest(&found.cases, &[]);
        splits.iter_mut().for_each(|split| split.admitted = chosen.clone());
        outside.push(area(&ready, &splits));
    }
    let mean = |areas: &[f64]| areas.iter().sum::<f64>() / areas.len() as f64;
    // Some hundred events each: the standard error of a mean over eight companies is 0.011.
    let (accounts, time, outside) = (mean(&accounts), mean(&time), mean(&outside));
    eprintln!(
        "AUC on noise: across accounts {accounts:.3}, across time {time:.3}, chosen outside the folds {outside:.3}"
    );
    assert!((accounts - 0.5).abs() < 0.03 && (time - 0.5).abs() < 0.04, "{accounts} {time} {outside}");
    assert!(outside > 0.53 && outside > accounts + 0.03, "{accounts} {time} {outside}");
}

#[test]
fn what_comes_after_an_origin_changes_no_score_of_before() {
    let table = noise(7);
    let ready = prepared(&table);
    let (fold, n) = account_folds(&ready, ready.study.seed).unwrap();
    let by_row = |ready: &Prepared| -> (Vec<i32>, HeldOut) {
        let (plan, splits) = across_time(ready, (&fold, n), CHOOSE, &|_| ()).unwrap();
        let candidates = Candidates::read(&ready.study, &ready.panel).unwrap();
        let held = held_out(ready, &splits, &|split, at| logit(ready, &candidates, Tier::Score, split, at));
        (plan.iter().map(|origin| origin.at).collect(), held.unwrap())
    };
    let (plan, before) = by_row(&ready);
    // Values after the second origin turn round; who leaves when stays, so that the origins do.
    let changed: String = table
        .lines()
        .map(|line| {
            let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
            if cells[1].parse::<i32>().is_ok_and(|t| t > plan[1]) {
                cells[3..].iter_mut().for_each(|cell| *cell = (-cell.parse::<f64>().unwrap()).to_string());
            }
            cells.join(",") + "\n"
        })
        .collect();
    let (same_plan, after) = by_row(&prepared(&changed));
    assert_eq!(plan, same_plan);
    let mut compared = 0;
    for row in (0..ready.panel.n_rows()).filter(|&row| ready.panel.period()[row] <= plan[1]) {
        if before.by_row[row].is_finite() {
            assert!((before.by_row[row] - after.by_row[row]).abs() <= 0.0, "{row}");
            compared += 1;
        }
    }
    assert!(compared > 100, "{compared}");
}
