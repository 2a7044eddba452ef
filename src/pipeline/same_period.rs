//! KPIs that are much stronger in the period of the event than before it, and whose verdict does not say so already.
//!
//! Whoever has been arrested does not go to work, and whoever has cancelled does not log in: in the period of the event part
//! of the association is the event. Only the slope of the period before is the KPI's own, and only that one is reported.

use crate::notice::{Notice, Severity};
use crate::traps::{Dossier, TestId};
use crate::verdict::{Answer, KpiVerdict};
use crate::words;

use super::examine::Examination;

/// |z| in the period of the event from which it is worth a word: as for a jump.
const CLEAR_Z: f64 = 4.0;
/// Slope in the period of the event as a multiple of the one before: as for an action that the event sets off.
const TIMES: f64 = 1.3;

/// One notice per KPI whose verdict leaves it open as a lever.
pub(super) fn notices(examined: &Examination, verdicts: &[KpiVerdict]) -> Vec<Notice> {
    let open = examined.cases.iter().zip(verdicts).filter(|(_, verdict)| verdict.verdict.lever() != Answer::No);
    open.filter_map(|(case, _)| notice(&case.name, Dossier(&case.evidence))).collect()
}

fn notice(name: &str, dossier: Dossier<'_>) -> Option<Notice> {
    let (at, near) = (dossier.get(TestId::AtEvent)?, dossier.get(TestId::Near)?);
    let inflated = at.z().abs() > CLEAR_Z && at.estimate * near.estimate.signum() > TIMES * near.estimate.abs();
    if !inflated {
        return None;
    }
    let odds = |slope: f64| format!("{:.2}", slope.exp());
    let (same, before) = (odds(at.estimate), odds(near.estimate));
    let share = 100.0 * (1.0 - near.estimate / at.estimate);
    let what = words!(
        en: "KPI `{name}`: odds ratio {same} per standard deviation in the period of the event, {before} before it: {share:.0} % of the slope comes with the event",
        ja: "KPI `{name}`：1標準偏差あたりのオッズ比は離反した期で{same}、その前では{before}です。傾きの{share:.0}%は、離反と同じ期に初めて現れたものです",
    );
    Some(Notice::new(Severity::Warning, "same_period", what).help(words!(
        en: "read the earlier figure; never analyse this KPI together with the outcome of the same period",
        ja: "前の期の数値をお使いください。同じ期の結果と並べて分析してはいけません",
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traps::{Evidence, Measured};

    fn found(at: f64, near: f64) -> Option<Notice> {
        let slope = |test, estimate| {
            let measured = Measured { estimate, std_error: Some(0.1), p: None, n_rows: 1000, n_events: 100 };
            Evidence::measured(test, measured)
        };
        notice("employed", Dossier(&[slope(TestId::AtEvent, at), slope(TestId::Near, near)]))
    }

    #[test]
    fn what_the_event_adds_is_said_and_what_it_does_not_add_is_not() {
        let said = found(-0.66, -0.38).unwrap().what.en;
        assert!(said.contains("odds ratio 0.52") && said.contains("0.68 before it: 42 %"), "{said}");
        assert!(found(-0.45, -0.38).is_none());
        assert!(found(0.66, -0.38).is_none());
        assert!(found(-0.3, -0.01).is_none());
    }
}
