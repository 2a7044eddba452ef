//! Trap: the level differs between customers, but nothing follows when the KPI changes.
//!
//! # Detects
//! The KPI split into its level M (mean of all periods up to t - g0 - 3) and its change D = Z - M. A lever shows in
//! both: "when the KPI changes, the outcome changes" (Mundlak 1978; Neuhaus & Kalbfleisch 1998).
//!
//! # Why it fools
//! Good customers are high on everything, always.
//!
//! # Cannot see
//! KPIs that never change within an account.
//!
//! # Example
//! ```text
//! account     A  A  B  B  B
//! use         9  9  2  5  7
//! left        0  0  0  0  1      use of B rose and it left all the same
//! ```

use crate::units::TermName;
use crate::words;
use crate::words::Words;

use super::context::{TrapContext, push_single};
use super::foundation::{Foundation, Slopes};
use super::{Evidence, Measured, TestId};

/// Level and change of one KPI, and their joint test.
#[must_use]
pub(super) fn level_change(context: &TrapContext<'_>, full: &Foundation<'_>, target: usize) -> Vec<Evidence> {
    let Some(columns) = context.kpis.get(target).and_then(|kpi| kpi.columns.as_ref()) else { return Vec::new() };
    let (Some(level), Some(change), Some(initial), Some(since)) =
        (&columns.level, &columns.change, &columns.initial, &columns.since)
    else {
        let why = words!(
            en: "one row per customer: change cannot be told from level",
            ja: "顧客ごとに1行なので、水準と変化を区別できません",
        );
        return [TestId::Level, TestId::Change, TestId::LevelChange, TestId::Initial, TestId::Since]
            .map(|test| Evidence::not_applicable(test, why.clone()))
            .to_vec();
    };
    let name = &context.kpis[target].name;
    let (older_term, added_term) = (format!("{name}[older]"), format!("{name}[added]"));
    let columns = |older, added| {
        let mut terms = Vec::new();
        push_single(&mut terms, &older_term, older);
        terms.push((TermName::new(added_term.clone()), added));
        terms
    };
    let asked: Vec<Vec<(TermName, &[f64])>> = vec![columns(level, change), columns(initial, since)];
    let tests = [
        ([TestId::Level, TestId::Change, TestId::LevelGap], Some(TestId::LevelChange)),
        ([TestId::Initial, TestId::Since, TestId::InitialGap], None),
    ];
    let fits = full.with_each(asked).into_iter().zip(tests);
    fits.flat_map(|(fit, tests)| two_parts(context, fit, [&older_term, &added_term], tests)).collect()
}

/// The full model with the KPI as an older value and what has been added to it: both slopes, their difference, their
/// joint test.
fn two_parts(
    context: &TrapContext<'_>,
    fit: Result<Slopes, Words>,
    [m, d]: [&str; 2],
    ([first, second, gap], joint): ([TestId; 3], Option<TestId>),
) -> Vec<Evidence> {
    let mut found = vec![context.read(first, &fit, m), context.read(second, &fit, d)];
    let Ok(fit) = fit else { return found };
    let influence = fit.influence_on_difference(m, d);
    found.extend(
        fit.difference(m, d).map(|found| Evidence::measured(gap, context.measured(&found)).moved_by(influence)),
    );
    found.extend(joint.zip(fit.joint(&[m, d])).map(|(test, joint)| {
        Evidence::measured(
            test,
            Measured {
                estimate: joint.chi2,
                std_error: None,
                p: Some(joint.p),
                n_rows: context.sample.n_rows(),
                n_events: context.sample.n_events(),
            },
        )
    }));
    found
}
