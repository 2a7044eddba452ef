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

use crate::words;

use super::context::{Controls, Copies, TrapContext, push_single};
use super::{Evidence, Measured, TestId};

/// Level and change of one KPI, and their joint test.
#[must_use]
pub(super) fn level_change(context: &TrapContext<'_>, target: usize, copies: &Copies) -> Vec<Evidence> {
    let Some(columns) = context.kpis.get(target).and_then(|kpi| kpi.columns.as_ref()) else { return Vec::new() };
    let (Some(level), Some(change)) = (&columns.level, &columns.change) else {
        let why = words!(
            en: "one row per customer: change cannot be told from level",
            ja: "顧客ごとに1行なので、水準と変化を区別できません",
        );
        return [TestId::Level, TestId::Change, TestId::LevelChange]
            .map(|test| Evidence::not_applicable(test, why.clone()))
            .to_vec();
    };
    let name = &context.kpis[target].name;
    let (m, d) = (format!("{name}[level]"), format!("{name}[change]"));
    let mut terms = context.controls(Controls::Full, target, copies);
    push_single(&mut terms, &m, level);
    terms.push((crate::units::TermName::new(d.clone()), change));
    let fit = context.fit(terms);
    let mut found = vec![context.read(TestId::Level, &fit, &m), context.read(TestId::Change, &fit, &d)];
    found.extend(fit.ok().and_then(|fit| fit.joint(&[&m, &d])).map(|joint| {
        Evidence::measured(
            TestId::LevelChange,
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
