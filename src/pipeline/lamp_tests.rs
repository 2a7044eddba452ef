//! The lamp of a whole run.

use std::fmt::Write as _;

use crate::artifact::ModelArtifact;

use super::tests::{World, judged, study, table};

const CALL: &str = "action = { name = \"call\", owner = \"CSM lead\" }";
const CONTACTS: &str = "[[kpi]]\nname = \"contacts\"\nkind = \"action\"\nhoped = \"more\"\n";

/// The company of the other laws, with a revenue that differs between accounts.
fn company(works: std::ops::RangeInclusive<usize>, gap: usize) -> String {
    let plain = table(&World { seed: 11, works, contact_moves: 0.0, push_moves: 0.0, gap });
    let mut text = String::new();
    for (i, line) in plain.lines().enumerate() {
        let account: u32 = line.get(1..4).and_then(|digits| digits.parse().ok()).unwrap_or(0);
        let _ = match i {
            0 => writeln!(text, "{line},mrr"),
            _ => writeln!(text, "{line},{}", 40 * (1 + account % 5)),
        };
    }
    text
}

fn run(works: std::ops::RangeInclusive<usize>, gap: usize, more: &str) -> ModelArtifact {
    judged(&company(works, gap), &study(gap, &format!("{CONTACTS}[roles]\nweight = \"mrr\"\n{more}")))
}

#[test]
fn without_an_action_and_an_owner_nobody_is_lit_and_the_bands_stay() {
    let artifact = run(1..=3, 0, "[capacity]\naccounts_per_period = 20\n");
    let lamp = artifact.lamp.as_ref().unwrap();
    assert!(lamp.refused.as_ref().unwrap().help.en.contains("[lamp] action = {"), "{:?}", lamp.refused);
    assert_eq!((lamp.n_lit, lamp.action.as_ref()), (0, None));
    assert!(artifact.score.accounts.iter().all(|a| a.lamp == "off" && a.since.is_none() && a.lamp_action.is_none()));
    assert!(artifact.score.accounts.iter().any(|a| a.band == "red"));
    assert_eq!(artifact.notices.iter().filter(|n| n.code == "lamp_refused").count(), 1);
    assert!(lamp.backtest.is_some(), "what it would have done can still be read");
}

#[test]
fn at_the_limit_no_more_are_lit_than_the_team_can_act_on_and_the_margin_holds_the_others() {
    let artifact = run(1..=3, 0, &format!("[capacity]\naccounts_per_period = 20\n[lamp]\n{CALL}\n"));
    let lamp = artifact.lamp.as_ref().unwrap();
    let accounts = &artifact.score.accounts;
    let over = accounts.iter().filter(|a| a.probability >= lamp.red).count();
    assert_eq!(over, 20);
    assert!((lamp.clear_below - 0.8 * lamp.red).abs() < 1e-15 && lamp.clear.en.starts_with("goes out when"));
    for account in accounts {
        let on = account.lamp == "on";
        assert!(on || account.probability < lamp.red);
        assert!(!on || account.probability >= lamp.clear_below);
        assert_eq!(account.lamp_action.as_ref().map(|a| a.owner.as_str()), on.then_some("CSM lead"));
        assert!(account.since.as_ref().unwrap().parse::<u32>().unwrap() <= 25);
    }
    assert_eq!(accounts.iter().filter(|a| a.lamp == "on").count(), lamp.n_lit);

    let found = lamp.backtest.as_ref().unwrap();
    let events: usize = artifact.data.periods.iter().map(|p| p.events).sum();
    assert_eq!(found.n_events + found.n_untested, events, "every event is placed");
    let missed: usize = found.misses_by_band.iter().map(|(_, n)| n).sum();
    assert!((missed as f64 + found.caught.unwrap().n - found.foreseeable.unwrap().n).abs() < 0.5);
    assert!(found.flicker <= found.flicker_without_margin && found.misses.len() <= 50);
    assert!(found.misses.windows(2).all(|pair| pair[0].revenue >= pair[1].revenue));
    assert_eq!(found.went_out.iter().map(|w| w.acted).collect::<Vec<_>>(), [None, Some(true), Some(false)]);
    // `use` is noise that matters for three periods: the lamp must catch more than a lamp by lot would
    let lit: usize = found.load.iter().map(|l| l.lit).sum();
    let by_lot = lit as f64 / found.n_rows as f64;
    assert!(found.caught.unwrap().ci_low > 1.5 * by_lot, "{:?} against {by_lot}", found.caught);
}

#[test]
fn within_a_gap_nothing_counts_as_caught() {
    let artifact = run(3..=5, 2, &format!("[capacity]\naccounts_per_period = 60\n[lamp]\n{CALL}\n"));
    let found = artifact.lamp.as_ref().unwrap().backtest.as_ref().unwrap();
    let lead = found.before_churn.as_ref().unwrap();
    assert!(lead.histogram.iter().all(|(periods, _)| *periods >= 3), "{:?}", lead.histogram);
    assert!((lead.n as f64 - found.caught.unwrap().n).abs() < 0.5);
}

#[test]
fn costs_decide_per_account_who_is_worth_acting_on() {
    let costs = "cost_of_action = 50.0\nsaves = 0.3\nvalue_periods = 12\n";
    let artifact = run(1..=3, 0, &format!("[lamp]\n{costs}{CALL}\n"));
    let lamp = artifact.lamp.as_ref().unwrap();
    // median revenue 120: 50 / (0.3 * 12 * 120)
    let even = lamp.costs.unwrap().break_even.unwrap();
    assert!((even - 50.0 / 432.0).abs() < 0.03 && (lamp.red - even).abs() < 1e-12, "{even}");
    let mut alone = 0;
    for account in &artifact.score.accounts {
        let digits: u32 = account.account[1..].parse().unwrap();
        let saved = account.probability * 0.3 * 12.0 * f64::from(40 * (1 + digits % 5));
        assert_eq!(account.worth_acting, Some(saved > 50.0), "{}", account.account);
        let left_alone = account.action.en.starts_with("leave alone");
        assert_eq!(left_alone, saved <= 50.0 && account.band != "green" && account.lamp != "on");
        assert!(account.lamp != "on" || account.action.en == account.lamp_action.as_ref().unwrap().name);
        alone += usize::from(left_alone);
        assert!(account.lamp == "on" || saved <= 50.0, "an account worth acting on is lit");
    }
    assert_eq!((alone, alone > 0), (lamp.n_leave_alone, true));
}
