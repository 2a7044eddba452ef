//! Which KPIs a score may use, from their verdicts: repeated wherever verdicts are drawn anew.

use fuellamp_score::Basis;
use serde::{Deserialize, Serialize};

use crate::study::Study;
use crate::traps::{Dossier, TestId};
use crate::verdict::{Direction, KpiVerdict, Verdict};

use super::examine::Case;

/// The KPIs of a score, by index of the study.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Admitted {
    /// What the score rests on.
    pub(super) basis: Basis,
    /// In the score.
    pub(super) kpis: Vec<bool>,
    /// Would be in the score, were the budget larger; strongest first.
    pub(super) over_budget: Vec<usize>,
    /// Column by whose levels the slope differs.
    pub(super) within: Vec<Option<String>>,
    /// Neither a leak nor too late nor a copy nor constant: what a score could use that asked for prediction alone.
    pub(super) predictive: Vec<bool>,
}

/// KPIs that may enter: validated and segment-dependent ones, else promising ones; strongest first, within the budget.
pub(super) fn admit(study: &Study, cases: &[Case], verdicts: &[KpiVerdict]) -> Admitted {
    let having = |wanted: &[Verdict]| -> Vec<usize> {
        (0..cases.len())
            .filter(|&k| wanted.contains(&verdicts[k].verdict) && as_observed(&cases[k], &verdicts[k]))
            .collect()
    };
    let validated = having(&[Verdict::Validated]);
    let (basis, mut picked) = if validated.is_empty() {
        let promising = having(&[Verdict::Promising]);
        (if promising.is_empty() { Basis::Controls } else { Basis::Promising }, promising)
    } else {
        (Basis::Validated, having(&[Verdict::Validated, Verdict::SegmentDependent]))
    };
    let strength = |k: usize| Dossier(&cases[k].evidence).get(TestId::Full).map_or(0.0, |m| m.z().abs());
    picked.sort_by(|&a, &b| strength(b).total_cmp(&strength(a)).then(a.cmp(&b)));
    let over_budget = picked.split_off(study.budget.max_kpis.unwrap_or(usize::MAX).min(picked.len()));
    Admitted {
        basis,
        over_budget,
        kpis: (0..cases.len()).map(|k| picked.contains(&k)).collect(),
        within: verdicts.iter().map(|verdict| verdict.differs_by.clone()).collect(),
        predictive: cases.iter().zip(verdicts).map(|(case, verdict)| predictive(case, verdict)).collect(),
    }
}

/// A programme may have shown the opposite of what is observed; the weight would be the observed one, and wrong.
fn as_observed(case: &Case, verdict: &KpiVerdict) -> bool {
    let observed = Dossier(&case.evidence).get(TestId::Full).map_or(0.0, |m| m.estimate);
    match verdict.direction {
        Direction::Protective => observed <= 0.0,
        Direction::Harmful => observed >= 0.0,
        Direction::Mixed | Direction::None => true,
    }
}

fn predictive(case: &Case, verdict: &KpiVerdict) -> bool {
    let late_or_copied = matches!(verdict.verdict, Verdict::KgiDerived | Verdict::Lagging | Verdict::Redundant);
    case.unusable.is_none() && case.leak.is_none() && !late_or_copied
}
