//! Laws of the latent companies, and the truth recovered by somebody who knows what is hidden.

use std::collections::BTreeSet;

use super::life::Held;
use super::mechanism::{LEVERS, Mechanism, TRAPS};
use super::*;
use crate::stats::irls::{FitOptions, fit_logistic};
use crate::stats::matrix::Matrix;
use crate::stats::moments::{correlation, mean, sd};

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let files = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| company(Family::Hard, 5).files(Lang::Ja))
    };
    let one = files(1);
    assert!(one == files(3));
    assert!(company(Family::Hard, 6).files(Lang::Ja)[0].1 != one[0].1);
    assert!(company(Family::Noise, 5).files(Lang::Ja)[0].1 != one[0].1);
}

#[test]
fn events_and_effects_are_within_the_bounds_of_the_family() {
    for family in Family::ALL {
        let (fewest, most) = family.events();
        let (weakest, strongest) = family.effects();
        for seed in 0..10 {
            let company = company(family, seed);
            let events = company.truth.events;
            assert!((fewest..=most).contains(&events), "{family:?} {seed}: {events} events");
            for (kpi, truth) in company.cast.iter().zip(&company.truth.kpis) {
                let DoEffect { total, early, late, .. } = truth.do_effect;
                let what = format!("{family:?} {seed} {} {:?}", truth.name, truth.do_effect);
                if kpi.mechanism == Mechanism::T6m {
                    assert!(total < 0.0, "{what}");
                } else if !truth.trap {
                    // A twentieth for what moves when several levers are tuned at once.
                    let size = total * kpi.mechanism.sign();
                    assert!((0.95 * weakest..1.05 * strongest).contains(&size), "{what}");
                } else if kpi.until.is_some() {
                    assert!(early.is_none_or(|e| e < -0.9 * weakest) && late.is_none_or(|l| l.abs() < 1e-9), "{what}");
                } else if kpi.mechanism != Mechanism::T3 {
                    assert!(total.abs() < 1e-12, "{what}");
                }
            }
        }
    }
}

#[test]
fn every_mechanism_and_circumstance_appears_within_forty_seeds() {
    let worlds: Vec<World> = (0..40).map(|seed| World::draw(Family::Medium, seed)).collect();
    let seen: BTreeSet<Mechanism> = worlds.iter().flat_map(|world| world.mechanisms.clone()).collect();
    let chain = [(Mechanism::T6m, 0.0), (Mechanism::T6z, 0.0)];
    for (mechanism, _) in LEVERS.iter().chain(&TRAPS).chain(&chain) {
        assert!(seen.contains(mechanism), "{mechanism:?}");
    }
    let some: [fn(&World) -> bool; 9] = [
        |world| world.records.notice,
        |world| world.records.risk.is_some(),
        |world| world.records.champion.is_some(),
        |world| world.programme,
        |world| world.levers_follow > 0.0,
        |world| world.terms.long.0 > 0.0,
        |world| world.terms.notice.len() > 1,
        |world| world.plans.contains(&0.0),
        |world| world.records.dates,
    ];
    for (at, holds) in some.iter().enumerate() {
        let share = worlds.iter().filter(|world| holds(world)).count();
        assert!((4..=36).contains(&share), "circumstance {at} in {share} of 40");
    }
}

/// Months before the decision in which it was possible, with the decision made.
fn reviews(company: &Company) -> Vec<(&Life, Held, f64)> {
    let rows = |life| {
        let life: &Life = life;
        life.held.iter().map(move |held| (life, *held, f64::from(u8::from(life.left == Some(held.review)))))
    };
    company.lives.iter().flat_map(rows).collect()
}

/// Mean of a KPI over the months before each review, on its scale, in standard deviations of the smoothed KPI.
fn exposure(company: &Company, at: usize, rows: &[(&Life, Held, f64)]) -> Vec<f64> {
    let kpi = &company.cast[at];
    let memory = kpi.lever.map_or(3, |lever| lever.memory);
    let spread = sd(&smoothed(company, at));
    rows.iter()
        .map(|(life, held, _)| {
            let end = (held.review.month - life.first) as usize;
            let months = &life.values[at][end.saturating_sub(memory)..end];
            mean(&months.iter().map(|&value| kpi.form.scale(value)).collect::<Vec<_>>()) / spread
        })
        .collect()
}

fn smoothed(company: &Company, at: usize) -> Vec<f64> {
    let months = |life: &Life| {
        let values = life.values[at].clone();
        (2..values.len()).map(|month| record::smoothed(&company.cast[at], &values, month)).collect::<Vec<_>>()
    };
    company.lives.iter().flat_map(months).collect()
}

/// Slope and its standard error for each KPI in one logit with an offset.
fn slopes(company: &Company, kpis: &[usize], offset: fn(&Held) -> f64) -> Vec<(f64, f64)> {
    let rows = reviews(company);
    let y: Vec<f64> = rows.iter().map(|row| row.2).collect();
    let offset: Vec<f64> = rows.iter().map(|row| offset(&row.1)).collect();
    let columns: Vec<Vec<f64>> = kpis.iter().map(|&at| exposure(company, at, &rows)).collect();
    let ones = vec![1.0; y.len()];
    let x = Matrix::new(std::iter::once(&ones[..]).chain(columns.iter().map(|c| &c[..])).collect()).unwrap();
    let options = FitOptions { intercept: Some(0), offset: Some(&offset), ..FitOptions::default() };
    let fit = fit_logistic(&x, &y, &options).unwrap();
    (1..=kpis.len()).map(|j| (fit.coef[j], fit.se_model(j).unwrap())).collect()
}

#[test]
fn noise_has_nothing_to_do_with_leaving() {
    let mut squares = Vec::new();
    for seed in 0..6 {
        let company = company(Family::Noise, seed);
        let kpis: Vec<usize> = (0..company.cast.len()).collect();
        squares.extend(slopes(&company, &kpis, |_| 0.0).iter().map(|(slope, se)| (slope / se).powi(2)));
    }
    // Mean of n squares of standard normals: 1 with error sqrt(2 / n); four of them.
    let n = squares.len() as f64;
    assert!((mean(&squares) - 1.0).abs() < 4.0 * (2.0 / n).sqrt(), "{} of {n}", mean(&squares));
    assert!(squares.iter().all(|square| *square < 16.0));
}

#[test]
fn whoever_knows_what_is_hidden_finds_the_effects_and_no_others() {
    let (mut levers, mut nothing) = (0, Vec::new());
    for seed in 0..5 {
        let mut world = World::draw(Family::Easy, seed);
        (world.n_accounts, world.target) = (4 * world.n_accounts, 4.0 * world.target);
        let company = found(world);
        let kpis: Vec<usize> = (0..company.cast.len()).filter(|&at| !company.cast[at].copy).collect();
        let found = slopes(&company, &kpis, |held| held.hidden);
        for (&at, (slope, se)) in kpis.iter().zip(found) {
            let (kpi, truth) = (&company.cast[at], company.truth.kpis[at].do_effect.total);
            let direct = kpi.lever.is_some_and(|lever| lever.via_health <= 0.0);
            match kpi.mechanism {
                Mechanism::T10 | Mechanism::T11 | Mechanism::T16 if direct => {
                    levers += 1;
                    // A push moves small counts less where the danger is; three standard errors.
                    let close = (slope - truth).abs() < 0.3 * truth.abs() + 3.0 * se;
                    assert!(slope * truth > 0.0 && close, "{seed} {at}: {slope} +- {se}, not {truth}");
                }
                _ if kpi.lever.is_none() && kpi.mechanism != Mechanism::T6m => nothing.push((slope / se).powi(2)),
                _ => {}
            }
        }
    }
    assert!(levers >= 5 && nothing.len() >= 15, "{levers} {}", nothing.len());
    let error = (2.0 / nothing.len() as f64).sqrt();
    assert!(mean(&nothing) < 1.0 + 4.0 * error && nothing.iter().all(|square| *square < 16.0), "{nothing:?}");
}

#[test]
fn copies_resemble_their_parents_and_leaks_follow_decisions() {
    let (mut copies, mut leaks, mut falls) = (0, 0, 0);
    for seed in 0..8 {
        let company = company(Family::Easy, seed);
        for (at, kpi) in company.cast.iter().enumerate() {
            if kpi.copy {
                copies += 1;
                let r = correlation(&smoothed(&company, at), &smoothed(&company, kpi.parent.unwrap()));
                assert!(r > 0.85, "{seed} {:?} {r}", company.cast[kpi.parent.unwrap()].form);
            }
            let Some(after) = kpi.after else { continue };
            let (mut last, mut before) = (Vec::new(), Vec::new());
            for life in &company.lives {
                let Some(left) = life.left else { continue };
                let event = if company.world.records.notice { left.notice } else { left.end };
                for (month, &value) in (life.first..).zip(&life.values[at]) {
                    let z = kpi.upward() * kpi.form.scale(value);
                    match month {
                        _ if month < left.month => before.push(z),
                        _ if month == event => last.push(z),
                        _ => {}
                    }
                }
            }
            let moved = (mean(&last) - mean(&before)) / sd(&before);
            if let kpi::After::Leak(..) = after {
                leaks += 1;
                assert!(kpi.upward() * moved > 1.0, "{seed} {moved}");
            } else {
                falls += 1;
                assert!(moved < -0.15, "{seed} {moved}");
            }
        }
    }
    assert!(copies > 0 && leaks > 0 && falls > 0, "{copies} {leaks} {falls}");
}

#[test]
fn a_panel_ends_with_the_event_and_names_every_column_of_the_study() {
    for (family, seed) in [(Family::Medium, 1), (Family::Hard, 2), (Family::Untraced, 3)] {
        let company = company(family, seed);
        let files = company.files(Lang::En);
        let text = |at: usize| String::from_utf8(files[at].1.clone()).unwrap();
        let (panel, study) = (text(0), text(1));
        let mut lines = panel.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let header = lines.next().unwrap();
        let rows: Vec<Vec<&str>> = lines.collect();
        assert_eq!(rows.len(), company.truth.rows);
        assert!(rows.windows(2).all(|pair| pair[0][0] < pair[1][0] || (pair[0][0] == pair[1][0] && pair[0][2] == "0")));
        let events = if company.world.records.notice {
            let notice = header.iter().position(|&name| name == "notice_given").unwrap();
            let marked: BTreeSet<&str> = rows.iter().filter(|row| row[notice] == "1").map(|row| row[0]).collect();
            marked.len()
        } else {
            rows.iter().filter(|row| row[2] == "1").count()
        };
        assert_eq!(events, company.truth.events);
        for name in header.iter().skip(3) {
            assert!(study.contains(&format!("\"{name}\"")), "{name}");
        }
    }
}
