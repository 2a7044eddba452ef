//! The lamp on sequences whose answers are known by hand, and on a company whose hazard is known.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::*;
use crate::health::LampLimits;

const LIMIT: f64 = 0.10;

fn settings(gap: u32, horizon: u32) -> LampSettings {
    let limits = LampLimits::shared(LIMIT, 0.2);
    LampSettings { limits, gap, horizon, periods_per_year: Some(12.0), actions_logged: true }
}

/// Account after account: probabilities in hundredths from period 0 on, and the period of the event.
fn company(lives: &[(&[u8], Option<i32>)]) -> (Vec<LampRow>, Vec<LampAccount>) {
    let mut rows = Vec::new();
    let mut accounts = Vec::new();
    for (account, (life, event)) in (0_u32..).zip(lives) {
        for (period, p) in (0_i32..).zip(*life) {
            rows.push(LampRow {
                account,
                period,
                probability: f64::from(*p) / 100.0,
                phase: None,
                open: true,
                renewal_in: None,
                acted: false,
                value: None,
            });
        }
        accounts.push(LampAccount { event: *event, last_seen: i32::try_from(life.len()).unwrap() - 1 });
    }
    (rows, accounts)
}

fn run(lives: &[(&[u8], Option<i32>)], settings: &LampSettings) -> LampBacktest {
    let (rows, accounts) = company(lives);
    lamp_backtest(&rows, &accounts, settings).unwrap()
}

fn counts(share: Option<Share>) -> (f64, f64) {
    share.map_or((0.0, 0.0), |s| (s.n, s.of))
}

#[test]
fn lead_counts_from_the_lighting_of_the_episode_that_led_to_the_event() {
    // lit in 1, out in 2 (7 is below 8), lit in 4, held by the margin in 5, event in 7: lead 3. The value of 7 is not known
    // before.
    let found = run(&[(&[2, 12, 7, 2, 11, 9, 12, 50], Some(7))], &settings(0, 1));
    assert_eq!(
        found.before_churn.as_ref().map(|lead| (lead.n, lead.max, lead.histogram.clone())),
        Some((1, 3, vec![(3, 1)]))
    );
    assert_eq!((counts(found.caught), counts(found.foreseeable)), ((1.0, 1.0), (1.0, 1.0)));
    // the first of the two episodes was for nothing
    assert_eq!((found.n_episodes, counts(found.false_share)), (2, (1.0, 2.0)));
    assert!(found.misses.is_empty());
}

#[test]
fn lead_times_have_quartiles_and_a_histogram() {
    let lit = [20_u8; 9];
    let lives: Vec<(&[u8], Option<i32>)> =
        [1, 2, 2, 8].iter().map(|&lead| (&lit[..lead + 1], Some(lead as i32))).collect();
    let lead = run(&lives, &settings(0, 1)).before_churn.unwrap();
    assert_eq!(lead.histogram, [(1, 1), (2, 2), (8, 1)]);
    // type 7: 1.75, 2, 3.5
    assert!(lead.quartiles.iter().zip([1.75, 2.0, 3.5]).all(|(got, want)| (got - want).abs() < 1e-12));
}

#[test]
fn a_gap_makes_late_light_useless_and_early_exits_unforeseeable() {
    let gap = settings(2, 1);
    // event in 5: in time are as-of periods up to 2, and the window of 2 is period 5
    let found = run(
        &[
            (&[2, 2, 12, 12, 12, 12], Some(5)), // lit in 2: caught, lead 3
            (&[2, 2, 2, 12, 12, 12], Some(5)),  // lit in 3: too late
            (&[2, 12, 2, 2, 2, 2], Some(5)),    // went out in 2
            (&[2, 2, 2, 2, 2, 2], Some(5)),     // never
            (&[30, 30], Some(1)),               // its only as-of period, 0, is inside the gap; and before any in time
        ],
        &gap,
    );
    assert_eq!((counts(found.caught), counts(found.foreseeable)), ((1.0, 4.0), (4.0, 4.0)));
    assert_eq!((found.n_events, found.n_untested, found.n_too_early, found.n_too_late), (4, 1, 0, 2));
    assert_eq!(found.before_churn.unwrap().histogram, [(3, 1)]);
    let history: Vec<MissHistory> = found.misses.iter().map(|miss| miss.history).collect();
    assert_eq!(history, [MissHistory::TooLate, MissHistory::WentOut, MissHistory::NeverLit]);
    assert!(found.misses.iter().all(|miss| (miss.probability - 0.02).abs() < 1e-12 && miss.period == 5));
    // an account that comes late and leaves within the gap is not foreseeable
    let (mut rows, mut accounts) = company(&[(&[2, 2, 2, 2, 2, 2], None), (&[30, 30], None)]);
    rows.iter_mut().filter(|row| row.account == 1).for_each(|row| row.period += 4);
    accounts[1] = LampAccount { event: Some(5), last_seen: 5 };
    let found = lamp_backtest(&rows, &accounts, &gap).unwrap();
    assert_eq!((counts(found.foreseeable), counts(found.caught), found.n_too_early), ((0.0, 1.0), (0.0, 1.0), 1));
    assert!(found.misses.is_empty());
}

#[test]
fn an_episode_is_false_only_once_the_window_is_over_and_if_the_account_could_have_left() {
    let lives: &[(&[u8], Option<i32>)] = &[
        (&[20, 2, 2, 2], None),    // window of 0 with horizon 2 ends in 2: stayed
        (&[2, 2, 20, 2], None),    // ends in 4, seen to 3: not over
        (&[2, 20, 20, 20], None),  // still lit
        (&[20, 2, 2, 2], Some(2)), // left in the window
        (&[20, 2, 2, 2], Some(3)), // left after it
    ];
    let found = run(lives, &settings(0, 2));
    assert_eq!((found.n_episodes, found.n_unresolved, counts(found.false_share)), (5, 2, (2.0, 3.0)));
    // the same with contracts that run through the window: nothing was shown to be false
    let (mut rows, accounts) = company(lives);
    rows.iter_mut().filter(|row| row.account == 0).for_each(|row| row.renewal_in = Some(f64::from(9 - row.period)));
    let found = lamp_backtest(&rows, &accounts, &settings(0, 2)).unwrap();
    assert_eq!((found.n_locked_in, counts(found.false_share)), (1, (1.0, 2.0)));
}

#[test]
fn lead_to_the_renewal_is_read_where_the_contract_still_runs() {
    let (mut rows, accounts) = company(&[(&[2, 2, 20, 20, 20, 20, 20], Some(6)), (&[2, 2, 2, 2, 2, 20, 20], Some(6))]);
    rows.iter_mut().for_each(|row| row.renewal_in = Some(f64::from(6 - row.period)));
    let found = lamp_backtest(&rows, &accounts, &settings(0, 1)).unwrap();
    assert_eq!(found.before_renewal.unwrap().histogram, [(1, 1), (4, 1)]);
}

#[test]
fn flicker_counts_changes_per_account_year_and_the_margin_lowers_it() {
    // 12 intervals of a month: one account-year. Without the margin it changes at every step from 1 on.
    let found = run(&[(&[2, 12, 9, 12, 9, 12, 9, 12, 9, 12, 9, 12, 9], None)], &settings(0, 1));
    assert!((found.account_years - 1.0).abs() < 1e-12);
    assert!((found.flicker[0] - 1.0).abs() < 1e-12 && (found.flicker[1] - 12.0).abs() < 1e-12, "{:?}", found.flicker);
}

#[test]
fn going_out_is_told_apart_by_action_and_followed() {
    let (mut rows, accounts) = company(&[
        (&[20, 2, 2, 2], None),     // acted in 0: out, stayed
        (&[20, 20, 2, 2], Some(3)), // acted in 1: out in 2, left in 3
        (&[20, 20, 20], None),      // no action: lit, lit, then not known
        (&[2, 2, 20, 20], Some(3)), // no action: left while lit
    ]);
    for row in rows.iter_mut().filter(|row| (row.account, row.period) == (0, 0) || (row.account, row.period) == (1, 1))
    {
        row.acted = true;
    }
    let found = lamp_backtest(&rows, &accounts, &settings(0, 1)).unwrap();
    let told: Vec<_> =
        found.went_out.iter().map(|w| (w.acted, counts(Some(w.out)), w.stayed.map(|s| (s.n, s.of)))).collect();
    assert_eq!(
        told,
        [
            (None, (2.0, 6.0), Some((1.0, 2.0))),
            (Some(true), (2.0, 2.0), Some((1.0, 2.0))),
            (Some(false), (0.0, 4.0), None)
        ]
    );
    let silent = LampSettings { actions_logged: false, ..settings(0, 1) };
    assert_eq!(lamp_backtest(&rows, &accounts, &silent).unwrap().went_out.len(), 1);
}

#[test]
fn revenue_weighs_shares_and_orders_the_misses() {
    let (mut rows, accounts) =
        company(&[(&[2, 2, 2], Some(2)), (&[20, 20, 20], Some(2)), (&[2, 2, 2], Some(2)), (&[3, 3, 3], Some(2))]);
    for row in &mut rows {
        row.value = [Some(100.0), Some(300.0), Some(500.0), None][row.account as usize];
    }
    let found = lamp_backtest(&rows, &accounts, &settings(0, 1)).unwrap();
    assert_eq!((counts(found.caught), counts(found.caught_revenue)), ((1.0, 4.0), (300.0, 900.0)));
    assert_eq!(found.misses.iter().map(|miss| miss.account).collect::<Vec<_>>(), [2, 0, 3]);
}

#[test]
fn load_counts_who_is_lit_and_who_is_newly_lit() {
    let found = run(&[(&[2, 12, 9, 2], None), (&[12, 12, 12, 12], None)], &settings(0, 1));
    let load: Vec<_> = found.load.values().map(|l| (l.active, l.lit, l.newly_lit)).collect();
    assert_eq!(load, [(2, 1, 0), (2, 2, 1), (2, 2, 0), (2, 1, 0)]);
}

#[test]
fn rows_without_a_prediction_are_not_there_and_without_any_there_is_no_backtest() {
    let (mut rows, accounts) = company(&[(&[20, 20, 20], Some(2))]);
    rows[0].probability = f64::NAN;
    let found = lamp_backtest(&rows, &accounts, &settings(0, 1)).unwrap();
    assert_eq!((found.n_rows, found.before_churn.unwrap().histogram), (1, vec![(1, 1)]));
    rows.iter_mut().for_each(|row| row.probability = f64::NAN);
    assert_eq!(lamp_backtest(&rows, &accounts, &settings(0, 1)), None);
}

fn uniform(random: &mut ChaCha8Rng) -> f64 {
    (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Accounts whose log-odds of leaving wander; the probability of each row is its true hazard.
fn known_hazard(n: u32, periods: i32, seed: u64) -> (Vec<LampRow>, Vec<LampAccount>) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut rows, mut accounts) = (Vec::new(), Vec::new());
    for account in 0..n {
        let mut eta = -4.0;
        let mut life = LampAccount { event: None, last_seen: 0 };
        for period in 0..periods {
            // sum of uniforms with variance 1/4: a smooth walk back to -4
            let noise = (0..3).map(|_| uniform(&mut random) - 0.5).sum::<f64>();
            eta = -4.0 + 0.9 * (eta + 4.0) + 1.2 * noise;
            let probability = fuellamp_score::probability(eta);
            let row = LampRow {
                account,
                period,
                probability,
                phase: None,
                open: true,
                renewal_in: None,
                acted: false,
                value: None,
            };
            rows.push(row);
            life.last_seen = period;
            // the hazard known at the end of this period is that of the next
            if uniform(&mut random) < probability && period + 1 < periods {
                rows.push(LampRow { period: period + 1, ..row });
                life = LampAccount { event: Some(period + 1), last_seen: period + 1 };
                break;
            }
        }
        accounts.push(life);
    }
    (rows, accounts)
}

#[test]
fn on_a_known_hazard_the_share_caught_is_the_share_of_the_hazard_that_is_lit() {
    let (rows, accounts) = known_hazard(6_000, 30, 7);
    let mut plain = settings(0, 1);
    plain.limits = LampLimits::shared(0.06, 0.0);
    let found = lamp_backtest(&rows, &accounts, &plain).unwrap();
    // rows whose next period was observed: those before the event and before the end
    let seen = |row: &&LampRow| match accounts[row.account as usize].event {
        Some(event) => row.period < event,
        None => row.period < accounts[row.account as usize].last_seen,
    };
    let (mut lit, mut all) = (0.0, 0.0);
    for row in rows.iter().filter(seen) {
        all += row.probability;
        lit += if row.probability >= 0.06 { row.probability } else { 0.0 };
    }
    let caught = found.caught.unwrap();
    // events and lit events are sums of independent draws with these means
    let se = (lit / all * (1.0 - lit / all) / all).sqrt();
    assert!((caught.share - lit / all).abs() < 4.0 * se, "{} expected {} ± {se}", caught.share, lit / all);
    assert!(caught.of > 1_500.0 && (0.2..0.8).contains(&caught.share), "the company must be able to fail: {caught:?}");
    assert!((caught.of - all).abs() < 4.0 * all.sqrt());
    // a lit episode is right with the probability that at least one of its hazards strikes last; over all of them the
    // events caught are the right episodes
    let wrong = found.false_share.unwrap();
    assert!((wrong.of - wrong.n - caught.n).abs() < 0.5);
}

#[test]
fn at_a_capacity_the_lamp_catches_what_the_oracle_says_is_catchable() {
    let (rows, accounts) = known_hazard(6_000, 30, 8);
    // the limit that lights 300 of the accounts active in period 10
    let mut then: Vec<f64> = rows.iter().filter(|row| row.period == 10).map(|row| row.probability).collect();
    then.sort_by(|a, b| b.total_cmp(a));
    let mut plain = settings(0, 1);
    plain.limits = LampLimits::shared(then[299], 0.0);
    let found = lamp_backtest(&rows, &accounts, &plain).unwrap();
    assert_eq!(
        found.load[&10].lit,
        rows.iter()
            .filter(|r| r.period == 10 && r.probability >= then[299] && accounts[r.account as usize].event != Some(10))
            .count()
    );
    // nobody with the same number of lit rows catches more than the true hazard ranks: the oracle takes the highest
    let mut seen: Vec<(f64, bool)> = rows
        .iter()
        .filter(|row| accounts[row.account as usize].event.is_none_or(|event| row.period < event))
        .map(|row| (row.probability, accounts[row.account as usize].event == Some(row.period + 1)))
        .collect();
    seen.sort_by(|a, b| b.0.total_cmp(&a.0));
    let n_lit: usize = found.load.values().map(|load| load.lit).sum();
    let best = seen[..n_lit].iter().filter(|row| row.1).count() as f64 / seen.iter().filter(|row| row.1).count() as f64;
    assert!((found.caught.unwrap().share - best).abs() < 1e-12);
}

fn phases(differ: f64, seed: u64) -> (Vec<f64>, Vec<f64>, Vec<Option<u32>>) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut eta, mut y, mut phase) = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..6_000_u32 {
        let x = -3.0 + 2.0 * (uniform(&mut random) - 0.5);
        let own = i % 2;
        let p = fuellamp_score::probability(x + differ * f64::from(own));
        eta.push(x);
        y.push(f64::from(u8::from(uniform(&mut random) < p)));
        phase.push(Some(own));
    }
    (eta, y, phase)
}

#[test]
fn phases_get_limits_of_their_own_only_where_equal_predictions_mean_different_risks() {
    let (eta, y, phase) = phases(0.8, 3);
    let test = phase_test(&eta, &y, &phase, 2);
    assert!(test.differs(), "{test:?}");
    let limits = test.limits(0.1);
    // In odds the limits of the phases are e^0.8 apart; the standard error of the difference is about 0.12.
    let odds = |p: f64| (p / (1.0 - p)).ln();
    assert!((odds(limits[0]) - odds(limits[1]) - 0.8).abs() < 0.48, "{limits:?}");
    assert!(limits[1] < 0.1 && 0.1 < limits[0]);
    for (phase, limit) in limits.iter().enumerate() {
        assert!((test.on_the_whole(*limit, phase) - 0.1).abs() < 1e-12, "the way back");
    }

    let same = (0..40).filter(|&seed| {
        let (eta, y, phase) = phases(0.0, 100 + seed);
        phase_test(&eta, &y, &phase, 2).differs()
    });
    assert!(same.count() <= 3, "a test at 1 % on 40 companies without a difference");
}

#[test]
fn too_few_events_in_any_phase_mean_one_limit_for_all() {
    let (eta, mut y, phase) = phases(0.8, 3);
    let mut kept = 0;
    for (y, phase) in y.iter_mut().zip(&phase) {
        if *y > 0.5 && *phase == Some(0) {
            kept += 1;
            *y = f64::from(u8::from(kept < PHASE_EVENTS));
        }
    }
    let test = phase_test(&eta, &y, &phase, 2);
    assert_eq!((test.events[0], test.tested, test.differs()), (PHASE_EVENTS - 1, None, false));
    assert!(test.limits(0.1).is_empty() && (test.on_the_whole(0.1, 0) - 0.1).abs() <= 0.0);
    assert_eq!(phase_test(&eta, &y, &phase, 1).tested, None);
}

#[test]
fn while_the_contract_runs_on_the_lamp_is_out_and_its_going_out_is_no_success() {
    let (mut rows, accounts) = company(&[(&[50, 50, 50, 50, 50, 5], None), (&[50, 50, 50], Some(3))]);
    for row in &mut rows {
        // The first contract can be left in the windows of its second, fifth and sixth period.
        row.open = row.account == 1 || matches!(row.period, 1 | 4 | 5);
    }
    let found = lamp_backtest(&rows, &accounts, &settings(0, 1)).unwrap();
    let lit: Vec<usize> = found.load.values().map(|load| load.lit).collect();
    assert_eq!(lit, [1, 2, 1, 0, 1, 0]);
    let all = &found.went_out[0];
    // Judged: the second account's three periods and the first one's fifth; the second's end is not the lamp's doing.
    assert_eq!((all.out.n, all.out.of), (1.0, 4.0), "{all:?}");
    assert!((found.flicker[0] * found.account_years - 1.0).abs() < 1e-9, "{found:?}");
    assert_eq!(found.n_locked_in, 0);
}
