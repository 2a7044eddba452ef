//! A second look at what is left open: the same tests on values a month older.
//!
//! A decision is made some time before the notice or the end that is recorded, and what happens in between no longer moves it.
//! How long differs by company and by what a KPI is; the lag profile shows it. Where a KPI is left open and the slope of one
//! step before the last period stands out clearly more than that of the last one, its value, level and change end a month
//! earlier in a second run of its tests. It counts only where something is then validated and no other verdict moves, but that an
//! open near-copy of it may be redundant.

use crate::design::{KpiColumns, KpiSeries, kpi_columns};
use crate::notice::{Notice, Severity};
use crate::study::Study;
use crate::traps::{Dossier, Evidence, Measured, TestId, TrapContext, collect_again};
use crate::verdict::{KpiVerdict, Thresholds, Verdict};
use crate::words;

use super::examine::{Examination, hints, pace};
use super::{PipelineError, Prepared};

const USED: Thresholds = Thresholds::USED;

/// Looks again where that may help; says of which KPIs the second look counts.
pub(super) fn look_again(
    study: &Study,
    ready: &Prepared,
    context: &mut TrapContext<'_>,
    series: &[Option<KpiSeries>],
    examined: &mut Examination,
) -> Result<Vec<Notice>, PipelineError> {
    let groups = told_earlier(context, examined);
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let targets: Vec<usize> = groups.iter().flatten().copied().collect();
    // Whatever else tells more before is held constant as of then: else a KPI would borrow the effect of one that it resembles.
    let moved: Vec<usize> =
        (0..context.kpis.len()).filter(|&kpi| targets.contains(&kpi) || tells_before(context, examined, kpi)).collect();
    let mut older = Vec::new();
    for &kpi in &moved {
        let (Some(values), spec) = (&series[kpi], &study.kpis[kpi]) else { return Ok(Vec::new()) };
        let pace = pace(study, spec, ready).earlier(ready.panel.periods().unit());
        older.push(kpi_columns(&ready.panel, &spec.name, values, &ready.sample, &ready.lags, pace)?);
    }
    exchange(context, &moved, &mut older);
    let hints = hints(study, ready)?;
    let found = collect_again(context, (&ready.panel, &ready.lags, hints.as_deref()), &examined.copies, &targets);
    // The model that is published keeps the values of the last period.
    exchange(context, &moved, &mut older);
    let mut found: Vec<(usize, Vec<Evidence>)> = targets.into_iter().zip(found).collect();
    let mut notices = Vec::new();
    for group in groups {
        let before = examined.verdicts();
        let kept = examined.cases.clone();
        for (kpi, evidence) in found.extract_if(.., |(kpi, _)| group.contains(kpi)) {
            let case = &mut examined.cases[kpi];
            case.last_period = Some(without_influence(std::mem::replace(&mut case.evidence, evidence)));
        }
        if only_validates(&before, &examined.verdicts()) {
            notices.extend(group.iter().map(|&kpi| looked_at_earlier(examined, kpi)));
        } else {
            examined.cases = kept;
        }
    }
    Ok(notices)
}

/// KPIs that are left open though they tell clearly more one step before the last period, each with its near-copies, so that
/// they stay comparable. What a programme pushed keeps the periods of the programme.
fn told_earlier(context: &TrapContext<'_>, examined: &Examination) -> Vec<Vec<usize>> {
    if examined.snapshot {
        return Vec::new();
    }
    let verdicts = examined.verdicts();
    let open = |kpi: usize| matches!(verdicts[kpi].verdict, Verdict::CannotTell | Verdict::Promising);
    let clearly = |kpi: usize| clearly_earlier(Dossier(&examined.cases[kpi].evidence), &USED);
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for kpi in (0..examined.cases.len()).filter(|&kpi| open(kpi)) {
        let mut group: Vec<usize> = examined.copies[kpi].iter().map(|(copy, _)| *copy).chain([kpi]).collect();
        group.sort_unstable();
        let taken = groups.iter().flatten().any(|other| group.contains(other));
        let pushed = group.iter().any(|&k| context.kpis[k].programme.is_some() || context.kpis[k].columns.is_none());
        let clear = group.iter().all(|&k| clearly(k));
        if clear && !taken && !pushed {
            groups.push(group);
        }
    }
    groups
}

/// Whether it tells clearly more one step before the last period than in it.
#[must_use]
pub fn clearly_earlier(dossier: Dossier<'_>, limits: &Thresholds) -> bool {
    let z = |test| dossier.get(test).map(Measured::z);
    let (Some(near), Some(near2), Some(full)) = (z(TestId::Near), z(TestId::Near2), z(TestId::Full)) else {
        return false;
    };
    let way = near2.signum();
    near2.powi(2) - near.powi(2) > limits.again_gain
        && near * way > -limits.again_against_z
        // What nothing is seen of beside the other KPIs may borrow their effect when it alone is looked at earlier.
        && full * way > limits.again_full_z
}

/// Its slope is larger one step before the last period, and nothing ties it to that period.
fn tells_before(context: &TrapContext<'_>, examined: &Examination, kpi: usize) -> bool {
    let z = |test| Dossier(&examined.cases[kpi].evidence).get(test).map_or(0.0, |m| m.z().abs());
    let entry = &context.kpis[kpi];
    entry.columns.is_some() && entry.programme.is_none() && z(TestId::Near2) > z(TestId::Near)
}

fn exchange(context: &mut TrapContext<'_>, targets: &[usize], columns: &mut [Option<KpiColumns>]) {
    for (&kpi, columns) in targets.iter().zip(columns) {
        std::mem::swap(&mut context.kpis[kpi].columns, columns);
    }
}

/// What is kept of the first look is read, not drawn again.
fn without_influence(mut evidence: Vec<Evidence>) -> Vec<Evidence> {
    evidence.iter_mut().for_each(|evidence| evidence.influence = None);
    evidence
}

/// Something that was left open is validated and no other verdict moves by the false discovery rate; an open near-copy may turn
/// out to be the copy of what is validated.
fn only_validates(before: &[KpiVerdict], after: &[KpiVerdict]) -> bool {
    let moved: Vec<_> = before.iter().zip(after).filter(|(before, after)| before.verdict != after.verdict).collect();
    let open = |verdict| matches!(verdict, Verdict::CannotTell | Verdict::Promising);
    moved.iter().any(|(_, after)| after.verdict == Verdict::Validated)
        && moved.iter().all(|(before, after)| {
            open(before.verdict) && matches!(after.verdict, Verdict::Validated | Verdict::Redundant)
        })
}

fn looked_at_earlier(examined: &Examination, kpi: usize) -> Notice {
    let case = &examined.cases[kpi];
    let z = |test| Dossier(&case.evidence).get(test).map_or(0.0, Measured::z);
    let (name, near, near2) = (&case.name, z(TestId::Near), z(TestId::Near2));
    let what = words!(
        en: "KPI `{name}` tells more one step before the last period (z {near2:.1}) than in it (z {near:.1}): its tests look at values a month older than those of the full model",
        ja: "KPI`{name}`は、直前期（z {near:.1}）よりその1段階前（z {near2:.1}）の方が離反をよく説明します。このKPIの検定では、全体モデルより1か月前までの値を使います",
    );
    Notice::new(Severity::Info, "looked_at_earlier", what)
}

#[cfg(test)]
mod tests {
    use super::only_validates;
    use crate::verdict::{Answer, Direction, KpiVerdict, Verdict};
    use crate::words::Words;

    fn said(verdicts: &[Verdict]) -> Vec<KpiVerdict> {
        let of = |verdict: &Verdict| KpiVerdict {
            verdict: *verdict,
            predicts: Answer::No,
            direction: Direction::None,
            rule: String::new(),
            trap: None,
            reason: Words::default(),
            settle: None,
            other_kpi: None,
            differs_by: None,
        };
        verdicts.iter().map(of).collect()
    }

    #[test]
    fn a_second_look_may_validate_and_name_the_copy_of_what_it_validates() {
        use Verdict::{CannotTell, NoEvidence, Promising, Redundant, Validated};
        let counts = |before: &[Verdict], after: &[Verdict]| only_validates(&said(before), &said(after));
        assert!(counts(&[CannotTell, NoEvidence], &[Validated, NoEvidence]));
        assert!(counts(&[Promising, Promising], &[Validated, Redundant]));
        assert!(!counts(&[Promising, Promising], &[Promising, Redundant]));
        assert!(!counts(&[Promising, Validated], &[Validated, Redundant]));
        assert!(!counts(&[Promising, Promising], &[Validated, NoEvidence]));
        assert!(!counts(&[Promising], &[Promising]));
    }
}
