//! Accounts drawn again, and everything done again on each draw: what `stability.rs` does to first order.
//!
//! Attributes, standardisation, lags, near-copies, leaks, which tests can run, every fit and every verdict are those of the
//! draw. An account that came twice is two accounts with the same history.
//!
//! # Source
//! Davison & Hinkley (1997), Bootstrap Methods and their Application, §3.8 (whole clusters drawn).

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::stats::resample::Draws;
use crate::traps::Asked;

use super::admit::Admitted;
use super::examine::{Examination, examined_for};
use super::splits::Choose;
use super::stability::{same, shares};
use super::{PipelineError, Prepared};

/// How evidence is repeated when accounts are drawn again or held out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Resampling {
    /// Every number moves by the influence of the accounts on it; the rules decide anew.
    #[default]
    FirstOrder,
    /// Every number is computed anew.
    Exact,
}

/// Keeps what a long run has worked out, for a run with the same key to go on from. What is lost costs time and nothing else.
pub trait Keep: std::fmt::Debug + Sync {
    /// What was kept under this key, in the order in which it was.
    fn kept(&self, key: &str) -> Vec<String>;

    /// Keeps more, each on one line.
    fn keep(&self, key: &str, lines: &[String]);
}

/// Where the draws are kept, and under which program, study and data.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept<'a> {
    pub(super) keep: &'a dyn Keep,
    pub(super) key: &'a str,
}

/// What one draw found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Draw {
    /// Position among the draws.
    draw: usize,
    /// Which verdicts came back.
    back: Vec<bool>,
    /// What its verdicts admit.
    admitted: Admitted,
}

impl Kept<'_> {
    /// The draws of an interrupted run, as far as they follow each other; a line that was torn is none.
    fn draws(&self, n_draws: usize, n_kpis: usize) -> Vec<Draw> {
        let mut found: Vec<Draw> = Vec::new();
        for draw in self.keep.kept(self.key).iter().filter_map(|line| serde_json::from_str::<Draw>(line).ok()) {
            let of_this_study = draw.back.len() == n_kpis && draw.admitted.kpis.len() == n_kpis;
            if draw.draw == found.len() && found.len() < n_draws && of_this_study {
                found.push(draw);
            }
        }
        found
    }

    fn keep(&self, draws: &[Draw]) {
        let lines: Vec<String> = draws.iter().filter_map(|draw| serde_json::to_string(draw).ok()).collect();
        self.keep.keep(self.key, &lines);
    }
}

/// Draws handed out between two reports of progress, after which they are kept.
const BATCH: usize = 20;

/// How often each verdict came back, and what the verdicts of every draw admit.
pub(super) fn redrawn_exactly(
    ready: &Prepared,
    found: &Examination,
    (draws, kept): (&Draws, Option<Kept<'_>>),
    choose: Choose<'_>,
    step: &dyn Fn(&str),
) -> Result<(Vec<Option<f64>>, Vec<Admitted>), PipelineError> {
    let mut cluster = vec![None; ready.panel.accounts().len()];
    for (&row, &number) in ready.sample.rows.iter().zip(&ready.sample.cluster) {
        cluster[ready.panel.account()[row] as usize] = Some(number as usize);
    }
    let verdicts = found.verdicts();
    let one = |draw: usize| -> Result<Draw, PipelineError> {
        // Accounts that could never leave are no part of the model and come once.
        let drawn = ready.drawn(|account| cluster[account].map_or(1, |number| draws.count(draw, number)))?;
        let examined = examined_for(&drawn, Asked::ForRules)?;
        let now = examined.verdicts();
        let back = verdicts.iter().zip(&now).map(|(a, b)| same(a, b)).collect();
        Ok(Draw { draw, back, admitted: choose(&examined.cases, &now) })
    };
    let mut all = kept.map_or_else(Vec::new, |kept| kept.draws(draws.n_draws(), verdicts.len()));
    while all.len() < draws.n_draws() {
        step(&format!("redraw {}", all.len()));
        let batch = all.len()..draws.n_draws().min(all.len() + BATCH);
        let found = batch.into_par_iter().map(one).collect::<Result<Vec<_>, _>>()?;
        if let Some(kept) = kept {
            kept.keep(&found);
        }
        all.extend(found);
    }
    let (back, admitted): (Vec<Vec<bool>>, Vec<Admitted>) =
        all.into_iter().map(|Draw { back, admitted, .. }| (back, admitted)).unzip();
    Ok((shares(found, &verdicts, &back), admitted))
}

/// What the verdicts admit without the accounts of each part; `part` is that of every account of the panel.
pub(super) fn without_parts_exactly(
    past: &Prepared,
    part: &[usize],
    n_parts: usize,
    choose: Choose<'_>,
) -> Result<Vec<Admitted>, PipelineError> {
    let without = |held_out: usize| {
        let left = examined_for(&past.drawn(|account| usize::from(part[account] != held_out))?, Asked::ForRules)?;
        Ok(choose(&left.cases, &left.verdicts()))
    };
    (0..n_parts).into_par_iter().map(without).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::admit::admit;
    use super::super::examine::{Case, examined};
    use super::super::tests::{World, examined as examined_table, judged, judged_by, prepared, study, table};
    use super::*;
    use crate::artifact::ModelArtifact;
    use crate::traps::{Dossier, Evidence, TestId};
    use crate::verdict::KpiVerdict;

    const CONTACTS: &str = "[[kpi]]\nname = \"contacts\"\nkind = \"action\"\nhoped = \"more\"\n";

    fn world() -> String {
        table(&World { seed: 21, works: 1..=3, contact_moves: 0.3, push_moves: 0.0, gap: 0 })
    }

    /// Accounts 0, 3, 6 ... twice, 1, 4, 7 ... once, the others not at all: as a draw, and as a table written so.
    #[test]
    fn a_draw_is_the_table_in_which_accounts_are_written_as_often_as_they_came() {
        let kpis = study(0, CONTACTS);
        let whole = world();
        let mut written = String::new();
        for line in whole.lines() {
            let account = line.strip_prefix('A').and_then(|l| l[..3].parse::<usize>().ok());
            let (name, rest) = line.split_at(if account.is_some() { 4 } else { 0 });
            for copy in 0..account.map_or(1, |a| 2_usize.saturating_sub(a % 3)) {
                written += &format!("{name}{}{rest}\n", if copy == 0 { "" } else { "~1" });
            }
        }
        let ready = prepared(&whole, &kpis);
        let drawn = ready.drawn(|account| 2_usize.saturating_sub(account % 3)).unwrap();
        let (got, want) = (examined(&drawn).unwrap(), examined_table(&written, &kpis));
        assert_eq!((got.n_rows, got.n_events), (want.n_rows, want.n_events));
        let mut compared = 0;
        for (got, want) in got.cases.iter().zip(&want.cases) {
            for (got, want) in got.evidence.iter().zip(&want.evidence) {
                assert_eq!((got.test, &got.slice, &got.outcome), (want.test, &want.slice, &want.outcome));
                compared += 1;
            }
        }
        assert!(compared > 60, "{compared}");
        // Without what no rule reads the verdicts are the same.
        let quick = examined_for(&drawn, Asked::ForRules).unwrap();
        assert_eq!(quick.verdicts(), got.verdicts());
        let shown_only =
            |e: &Evidence| matches!(e.test, TestId::AucAlone | TestId::Near6 | TestId::Below | TestId::Above);
        assert!(!quick.cases.iter().flat_map(|case| &case.evidence).any(shown_only));
        // And it is another company than the whole.
        let full = |e: &Examination| Dossier(&e.cases[0].evidence).get(TestId::Full).unwrap().estimate;
        assert!((full(&got) - full(&examined(&ready).unwrap())).abs() > 1e-3);
    }

    /// Keeps everything, and counts what it was given.
    #[derive(Debug, Default)]
    struct Memory {
        lines: Mutex<Vec<String>>,
        given: AtomicUsize,
    }

    impl Keep for Memory {
        fn kept(&self, _: &str) -> Vec<String> {
            self.lines.lock().unwrap().clone()
        }

        fn keep(&self, _: &str, lines: &[String]) {
            self.given.fetch_add(lines.len(), Ordering::Relaxed);
            self.lines.lock().unwrap().extend_from_slice(lines);
        }
    }

    #[test]
    fn an_interrupted_run_goes_on_from_its_last_whole_draw_and_finds_the_same() {
        let (table, kpis) = (world(), study(0, CONTACTS));
        let ready = prepared(&table, &kpis);
        let found = examined(&ready).unwrap();
        let draws = Draws::new(1, found.events_by_account.len(), 60);
        let choose = |cases: &[Case], verdicts: &[KpiVerdict]| admit(&ready.study, cases, verdicts);
        let run = |keep: &Memory| {
            let kept = Some(Kept { keep, key: "" });
            redrawn_exactly(&ready, &found, (&draws, kept), &choose, &|_| ()).unwrap()
        };
        let whole = Memory::default();
        let uninterrupted = run(&whole);
        assert_eq!(whole.given.into_inner(), 60);
        let lines = whole.lines.into_inner().unwrap();
        // Twenty-five draws and a half, then a line of another study.
        let mut left = lines[..25].to_vec();
        left.push(lines[25][..lines[25].len() / 2].to_owned());
        left.push(r#"{"draw":25,"back":[],"admitted":{"basis":"controls","kpis":[],"over_budget":[],"within":[],"predictive":[]}}"#.to_owned());
        let resumed = Memory { lines: Mutex::new(left), given: AtomicUsize::new(0) };
        assert_eq!(run(&resumed), uninterrupted);
        assert_eq!(resumed.given.load(Ordering::Relaxed), 35);
        // Interrupted again, the torn line between is passed over; with everything there nothing is left to do.
        assert_eq!(run(&resumed), uninterrupted);
        assert_eq!(resumed.given.into_inner(), 35);
    }

    #[test]
    fn drawn_exactly_verdicts_come_back_about_as_often_as_to_first_order() {
        let (table, kpis) = (world(), study(0, CONTACTS));
        let (quick, exact) = (judged(&table, &kpis), judged_by(&table, &kpis, Resampling::Exact));
        assert!(exact.validation.exact && !quick.validation.exact);
        for (quick, exact) in quick.kpis.iter().zip(&exact.kpis) {
            assert_eq!(quick.verdict, exact.verdict);
            let (Some(a), Some(b)) = (quick.verdict_share, exact.verdict_share) else { continue };
            // Chance alone: 0.035 each.
            assert!((a - b).abs() < 0.15, "{}: {a} to first order, {b} exactly", quick.name);
        }
        let auc = |a: &ModelArtifact| a.validation.across_accounts.as_ref().unwrap().auc.as_ref().unwrap().auc;
        assert!((auc(&quick) - auc(&exact)).abs() < 0.01);
    }
}
