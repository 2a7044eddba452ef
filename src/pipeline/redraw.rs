//! Accounts drawn again, and everything done again on each draw: what `stability.rs` does to first order.
//!
//! Attributes, standardisation, lags, near-copies, leaks, which tests can run, every fit and every verdict are those of the
//! draw. An account that came twice is two accounts with the same history.
//!
//! # Source
//! Davison & Hinkley (1997), Bootstrap Methods and their Application, §3.8 (whole clusters drawn).

use rayon::prelude::*;

use crate::stats::resample::Draws;

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

/// Draws handed out between two reports of progress.
const BATCH: usize = 20;

/// How often each verdict came back, and what the verdicts of every draw admit.
pub(super) fn redrawn_exactly(
    ready: &Prepared,
    found: &Examination,
    draws: &Draws,
    choose: Choose<'_>,
    step: &dyn Fn(&str),
) -> Result<(Vec<Option<f64>>, Vec<Admitted>), PipelineError> {
    let mut cluster = vec![None; ready.panel.accounts().len()];
    for (&row, &number) in ready.sample.rows.iter().zip(&ready.sample.cluster) {
        cluster[ready.panel.account()[row] as usize] = Some(number as usize);
    }
    let verdicts = found.verdicts();
    let one = |draw: usize| -> Result<(Vec<bool>, Admitted), PipelineError> {
        // Accounts that could never leave are no part of the model and come once.
        let drawn = ready.drawn(|account| cluster[account].map_or(1, |number| draws.count(draw, number)))?;
        let examined = examined_for(&drawn, true)?;
        let now = examined.verdicts();
        let back = verdicts.iter().zip(&now).map(|(a, b)| same(a, b)).collect();
        Ok((back, choose(&examined.cases, &now)))
    };
    let mut all = Vec::with_capacity(draws.n_draws());
    while all.len() < draws.n_draws() {
        step(&format!("redraw {}", all.len()));
        let batch = all.len()..draws.n_draws().min(all.len() + BATCH);
        all.extend(batch.into_par_iter().map(one).collect::<Result<Vec<_>, _>>()?);
    }
    let (back, admitted): (Vec<Vec<bool>>, Vec<Admitted>) = all.into_iter().unzip();
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
        let left = examined_for(&past.drawn(|account| usize::from(part[account] != held_out))?, true)?;
        Ok(choose(&left.cases, &left.verdicts()))
    };
    (0..n_parts).into_par_iter().map(without).collect()
}

#[cfg(test)]
mod tests {
    use super::super::examine::examined;
    use super::super::tests::{World, examined as examined_table, judged, judged_by, prepared, study, table};
    use super::*;
    use crate::artifact::ModelArtifact;
    use crate::traps::{Dossier, Evidence, TestId};

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
        let quick = examined_for(&drawn, true).unwrap();
        assert_eq!(quick.verdicts(), got.verdicts());
        let shown_only =
            |e: &Evidence| matches!(e.test, TestId::AucAlone | TestId::Near6 | TestId::Below | TestId::Above);
        assert!(!quick.cases.iter().flat_map(|case| &case.evidence).any(shown_only));
        // And it is another company than the whole.
        let full = |e: &Examination| Dossier(&e.cases[0].evidence).get(TestId::Full).unwrap().estimate;
        assert!((full(&got) - full(&examined(&ready).unwrap())).abs() > 1e-3);
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
