//! How often a verdict comes back when accounts are drawn again: a bootstrap in one step.
//!
//! # Formula
//! ```text
//! estimate* = estimate + Σ_g (w_g - 1) φ_g      w_g: how often account g came in G draws with replacement
//! z* = estimate* / se                           φ_g: influence of account g (stats::influence)
//! ```
//! All estimates of all KPIs move with the same draw, so that what they have in common stays in common; the rules then decide
//! anew. Drawing, fitting and testing the whole company again gives nearly the same shares (`examples/stability/`) in
//! hundreds of times the time.
//!
//! # Moves
//! Every slope and difference of slopes, logit and least squares; the effect of a programme (delta method); the joint test of
//! level and change; equivalence; false discovery rates; the number of decisions to leave; which near-copy speaks.
//!
//! # Held as found
//! Standard errors; shares and correlations (a survey's ceiling, near-copies); which KPIs stand for the outcome or are no
//! controls; which tests could run, with it which mediators were asked; standardisation and the cuts of halves and parts; the
//! risk score that may move a KPI (its own error taken along to first order overstates the spread where few left).
//!
//! # Source
//! Davison & Hinkley (1997), Bootstrap Methods and their Application, §2.7 and §3.8 (cluster draws, linear approximation);
//! Meinshausen & Bühlmann (2010), JRSS B 72:417–473 (how often a selection comes back).

use ndarray::array;
use rayon::prelude::*;

use crate::stats::equivalence::tost;
use crate::stats::resample::Draws;
use crate::stats::wald::joint_wald;
use crate::stats::{normal, student};
use crate::traps::{Dossier, Evidence, Influence, Measured, Outcome, SMALLEST_EFFECT, TestId};
use crate::units::Seed;
use crate::verdict::{KpiVerdict, Verdict};

use super::examine::{Case, Examination};

/// Account resamples behind the share of every verdict: its Monte Carlo error is at most 3.5 percentage points.
pub const RESAMPLES: u32 = 200;

/// Rules whose verdict rests on nothing that a draw moves: too few decisions, nothing to test, a copy of the outcome.
const NOT_RESAMPLED: [&str; 3] = ["1a", "1b", "2"];

impl Examination {
    /// Share of `resamples` account resamples in which each KPI's verdict comes back, for `validated` in the same direction.
    ///
    /// `None` where the verdict rests on nothing that a draw of accounts moves, and without influences. The share depends on
    /// the seed alone, not on the number of threads.
    #[must_use]
    pub fn stability(&self, seed: Seed, resamples: u32) -> Vec<Option<f64>> {
        let draws = Draws::new(seed.0, self.events_by_account.len(), usize::try_from(resamples).unwrap_or(0));
        self.redrawn(&draws, |_, _| ()).0
    }

    /// The share of [`Examination::stability`], and what `each` makes of the examination and the verdicts of every draw.
    pub(super) fn redrawn<T: Send>(
        &self,
        draws: &Draws,
        each: impl Fn(&Self, &[KpiVerdict]) -> T + Sync,
    ) -> (Vec<Option<f64>>, Vec<T>) {
        let found = self.verdicts();
        let all = self.decided_anew(draws, 1.0, |drawn, verdicts| {
            let back: Vec<bool> = found.iter().zip(verdicts).map(|(a, b)| same(a, b)).collect();
            (back, each(drawn, verdicts))
        });
        let (back, made): (Vec<Vec<bool>>, Vec<T>) = all.into_iter().unzip();
        (shares(self, &found, &back), made)
    }

    /// What `each` makes of the examination and the verdicts as they would be without the accounts of each of `n_parts`
    /// parts, to first order; `part` is that of every account of the model. Standard errors grow by `sqrt(G / (G - G_part))`,
    /// with parts of like size.
    pub(super) fn without_parts<T: Send>(
        &self,
        part: &[usize],
        n_parts: usize,
        each: impl Fn(&Self, &[KpiVerdict]) -> T + Sync,
    ) -> Vec<T> {
        let wider = (n_parts as f64 / (n_parts as f64 - 1.0)).sqrt();
        self.decided_anew(&Draws::leaving_out(part, n_parts), wider, each)
    }

    fn decided_anew<T: Send>(
        &self,
        draws: &Draws,
        wider: f64,
        each: impl Fn(&Self, &[KpiVerdict]) -> T + Sync,
    ) -> Vec<T> {
        let moves = Moves::new(self, draws);
        let still = self.clone().without_influences();
        (0..draws.n_draws())
            .into_par_iter()
            .map_init(
                || still.clone(),
                |drawn, draw| {
                    moves.apply(self, drawn, draw, wider);
                    let verdicts = drawn.verdicts();
                    each(drawn, &verdicts)
                },
            )
            .collect()
    }
}

/// Share of the draws in which each verdict came back; `None` where a draw could not move it.
pub(super) fn shares(examined: &Examination, found: &[KpiVerdict], back: &[Vec<bool>]) -> Vec<Option<f64>> {
    let resampled = |k: usize| {
        !back.is_empty()
            && !NOT_RESAMPLED.contains(&&*found[k].rule)
            && examined.cases[k].evidence.iter().any(|evidence| evidence.influence.is_some())
    };
    let returned = |k: usize| back.iter().filter(|back| back[k]).count() as f64 / back.len() as f64;
    (0..found.len()).map(|k| resampled(k).then(|| returned(k))).collect()
}

/// The same verdict; `validated` also says which way.
pub(super) fn same(found: &KpiVerdict, drawn: &KpiVerdict) -> bool {
    found.verdict == drawn.verdict && (found.verdict != Verdict::Validated || found.direction == drawn.direction)
}

/// What every draw does to every number.
struct Moves {
    /// By KPI and evidence, then by draw; empty where a draw changes nothing.
    shifts: Vec<Vec<Vec<f64>>>,
    /// Correlation of level and change, by KPI.
    level_change: Vec<Option<f64>>,
    /// Decisions to leave, by draw.
    n_events: Vec<usize>,
}

impl Moves {
    fn new(examined: &Examination, draws: &Draws) -> Self {
        let shifts = |case: &Case| {
            let known: Vec<&[f32]> =
                case.evidence.iter().filter_map(|e| e.influence.as_ref()).map(|found| &*found.by_account).collect();
            let mut moved = draws.shifts(&known).into_iter();
            let one = |e: &Evidence| e.influence.as_ref().and_then(|_| moved.next()).unwrap_or_default();
            case.evidence.iter().map(one).collect()
        };
        let events: Vec<f32> = examined.events_by_account.iter().map(|&events| events as f32).collect();
        let n_events = |change: f64| (examined.n_events as f64 + change).round().max(0.0) as usize;
        Self {
            shifts: examined.cases.par_iter().map(shifts).collect(),
            level_change: examined.cases.iter().map(|case| level_change(&case.evidence)).collect(),
            n_events: draws.shifts(&[&events]).into_iter().flatten().map(n_events).collect(),
        }
    }

    /// Writes the numbers of one draw into a copy of what was found.
    fn apply(&self, found: &Examination, drawn: &mut Examination, draw: usize, wider: f64) {
        drawn.n_events = self.n_events[draw];
        for (k, (before, after)) in found.cases.iter().zip(&mut drawn.cases).enumerate() {
            for ((before, after), shifts) in before.evidence.iter().zip(&mut after.evidence).zip(&self.shifts[k]) {
                if let (Some(influence), Some(&shift)) = (&before.influence, shifts.get(draw)) {
                    after.outcome = moved(before, influence, shift * wider * wider, wider);
                }
            }
            if let Some(correlation) = self.level_change[k] {
                joint(&mut after.evidence, correlation);
            }
        }
    }
}

/// A test whose estimate moved and whose standard error grew, with the p-value of its kind.
fn moved(found: &Evidence, influence: &Influence, shift: f64, wider: f64) -> Outcome {
    let Outcome::Measured(measured) = &found.outcome else { return found.outcome.clone() };
    let std_error = measured.std_error.map(|se| se * wider);
    let mut measured = Measured { estimate: measured.estimate + shift, std_error, ..*measured };
    let z = measured.z();
    measured.p = match (measured.p, measured.std_error, influence.df) {
        (None, ..) | (_, None, _) => measured.p,
        (_, Some(se), _) if found.test == TestId::Equivalence => Some(tost(measured.estimate, se, SMALLEST_EFFECT).p),
        (_, _, Some(df)) => Some(student::two_sided_p(z, df)),
        _ => Some(normal::two_sided_p(z)),
    };
    Outcome::Measured(measured)
}

/// Correlation of the slopes of level and change, where both were tested together.
fn level_change(evidence: &[Evidence]) -> Option<f64> {
    let influence = |test| evidence.iter().find(|e| e.test == test)?.influence.as_ref();
    Dossier(evidence).get(TestId::LevelChange)?;
    let correlation = influence(TestId::Level)?.correlation(influence(TestId::Change)?);
    correlation.is_finite().then_some(correlation)
}

/// The joint test of level and change from their slopes: as they are now, with the errors and the correlation found.
fn joint(evidence: &mut [Evidence], correlation: f64) {
    let dossier = Dossier(evidence);
    let (Some(level), Some(change)) = (dossier.get(TestId::Level), dossier.get(TestId::Change)) else { return };
    let z = [level.z(), change.z()];
    let Ok(tested) = joint_wald(&z, &array![[1.0, correlation], [correlation, 1.0]], &[0, 1]) else { return };
    for both in evidence.iter_mut().filter(|e| e.test == TestId::LevelChange) {
        if let Outcome::Measured(measured) = &mut both.outcome {
            (measured.estimate, measured.p) = (tested.chi2, Some(tested.p));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{World, examined, study, table};
    use super::*;

    /// The first accounts of a world: 700 have many events, 180 have Firth's penalty and CR2.
    fn world(accounts: usize) -> Examination {
        let world = World { seed: 21, works: 1..=3, contact_moves: 0.3, push_moves: 0.0, gap: 0 };
        let last = format!("A{accounts:03}");
        let table: String =
            table(&world).lines().filter(|l| !l.starts_with('A') || l[..4] < *last).map(|l| format!("{l}\n")).collect();
        examined(&table, &study(0, "[[kpi]]\nname = \"contacts\"\nkind = \"action\"\nhoped = \"more\"\n"))
    }

    fn measured(evidence: &Evidence) -> Option<Measured> {
        match &evidence.outcome {
            Outcome::Measured(measured) => Some(*measured),
            Outcome::NotApplicable(_) => None,
        }
    }

    #[test]
    fn a_draw_that_moves_nothing_leaves_every_number_as_it_was() {
        for (accounts, tolerance) in [(700, 1e-4), (180, 0.1)] {
            let found = world(accounts);
            let mut seen = 0;
            for evidence in found.cases.iter().flat_map(|case| &case.evidence) {
                let (Some(before), Some(influence)) = (measured(evidence), &evidence.influence) else { continue };
                let Outcome::Measured(after) = moved(evidence, influence, 0.0, 1.0) else { panic!("{evidence:?}") };
                assert!((after.estimate - before.estimate).abs() <= 0.0);
                assert!((after.p.unwrap() - before.p.unwrap()).abs() < 1e-12, "{:?}", evidence.test);
                seen += 1;
            }
            assert!(seen > 60, "{seen}");
            for case in &found.cases {
                let before = *Dossier(&case.evidence).get(TestId::LevelChange).unwrap();
                let mut after = case.evidence.clone();
                let correlation = level_change(&after).unwrap();
                joint(&mut after, correlation);
                let after = Dossier(&after).get(TestId::LevelChange).unwrap();
                assert!((after.estimate / before.estimate - 1.0).abs() < tolerance, "{before:?} {after:?}");
            }
        }
    }

    #[test]
    fn influences_sum_to_zero_and_their_squares_to_the_variance_found() {
        // CR2 is larger than CR1 by what few leavers lack.
        for (accounts, most) in [(700, 1.0001), (180, 1.25)] {
            let found = world(accounts);
            let g = found.events_by_account.len() as f64;
            for evidence in found.cases.iter().flat_map(|case| &case.evidence) {
                let (Some(m), Some(influence)) = (measured(evidence), &evidence.influence) else { continue };
                let (se, phi) = (m.std_error.unwrap(), influence.by_account.iter().map(|&v| f64::from(v)));
                let (sum, squares) = phi.fold((0.0, 0.0), |(sum, squares), v| (sum + v, squares + v * v));
                let ratio = se / (squares * g / (g - 1.0)).sqrt();
                assert!(sum.abs() < 1e-3 * se, "{:?} {accounts}: {sum} of {se}", evidence.test);
                assert!((0.9999..most).contains(&ratio), "{:?} {accounts}: {ratio}", evidence.test);
            }
        }
    }

    /// Every fifth account out: the numbers to first order beside those of an examination that never saw them.
    #[test]
    fn a_part_taken_out_to_first_order_is_nearly_the_examination_without_it() {
        let world = World { seed: 21, works: 1..=3, contact_moves: 0.3, push_moves: 0.0, gap: 0 };
        let kpis = study(0, "[[kpi]]\nname = \"contacts\"\nkind = \"action\"\nhoped = \"more\"\n");
        let whole = table(&world);
        let out =
            |line: &str| line.strip_prefix('A').and_then(|l| l[..3].parse::<u32>().ok()).is_some_and(|a| a % 5 == 0);
        let rest: String = whole.lines().filter(|line| !out(line)).map(|line| format!("{line}\n")).collect();
        let (found, exact) = (examined(&whole, &kpis), examined(&rest, &kpis));
        // Accounts come in the order of their names; the first period teaches nothing, and some have no other.
        let with_rows: Vec<u32> = (0..700_u32)
            .filter(|a| whole.lines().filter(|l| l.starts_with(&format!("A{a:03},"))).count() > 1)
            .collect();
        assert_eq!(with_rows.len(), found.events_by_account.len());
        let part: Vec<usize> = with_rows.iter().map(|a| (a % 5) as usize).collect();
        let left = found.without_parts(&part, 5, |left, _| left.clone()).swap_remove(0);
        assert_eq!(left.n_events, exact.n_events);
        let mut moved_far = 0;
        for (k, case) in exact.cases.iter().enumerate() {
            for test in [TestId::Raw, TestId::Full, TestId::Near, TestId::Level, TestId::Change, TestId::Lead] {
                let (Some(want), Some(got), Some(before)) = (
                    Dossier(&case.evidence).get(test),
                    Dossier(&left.cases[k].evidence).get(test),
                    Dossier(&found.cases[k].evidence).get(test),
                ) else {
                    continue;
                };
                let se = want.std_error.unwrap();
                let apart = (got.estimate - want.estimate).abs() / se;
                assert!(apart < 0.25, "{} {test:?}: {apart} standard errors", case.name);
                assert!((got.std_error.unwrap() / se).ln().abs() < 0.12, "{} {test:?}", case.name);
                moved_far += usize::from((before.estimate - want.estimate).abs() / se > 0.25);
            }
        }
        assert!(moved_far >= 4, "leaving the part in would have been noticed: {moved_far}");
    }

    #[test]
    fn where_too_few_left_nothing_is_drawn() {
        let found = world(50);
        assert!(found.n_events < 40, "{}", found.n_events);
        assert_eq!(found.stability(Seed(1), 20), vec![None; 4]);
    }
}
