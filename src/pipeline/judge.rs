//! Evidence, verdicts, and the model with everything behind them.

use crate::design::{KpiColumns, KpiSeries, attributes};
use crate::hazard::{FittedHazard, HazardColumns, HazardSettings, Opinion, fit_hazard, second_opinion};
use crate::notice::Notice;
use crate::stats::resample::Draws;
use crate::study::Study;
use crate::traps::{Controls, Copies, Evidence, TrapContext, audit_columns};
use crate::verdict::KpiVerdict;

use super::admit::{Admitted, admit};
use super::earlier::look_again;
use super::examine::{Case, context, examination, read_kpis};
use super::reach::{Reach, reach};
use super::redraw::{Kept, Resampling, redrawn_exactly};
use super::same_period;
use super::splits::{Split, account_folds, across_accounts};
use super::stability::RESAMPLES;
use super::{PipelineError, Prepared};

/// Evidence, verdicts and the model behind them.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) series: Vec<Option<KpiSeries>>,
    pub(super) columns: Vec<Option<KpiColumns>>,
    pub(super) evidence: Vec<Vec<Evidence>>,
    pub(super) verdicts: Vec<KpiVerdict>,
    /// Share of account resamples in which each verdict came back.
    pub(super) stability: Vec<Option<f64>>,
    pub(super) q: Vec<Option<f64>>,
    pub(super) model: FittedHazard,
    pub(super) opinion: Option<Opinion>,
    pub(super) notices: Vec<Notice>,
    /// Columns that no score may use.
    pub(super) unfit: Vec<String>,
    /// What the logged actions do to the KPIs.
    pub(super) reach: Reach,
    /// What the verdicts admit to the score.
    pub(super) admitted: Admitted,
    /// How often each account came in every draw.
    pub(super) draws: Draws,
    /// What the verdicts of each draw admit.
    pub(super) by_draw: Vec<Admitted>,
    /// How the evidence was repeated.
    pub(super) resampling: Resampling,
    /// Fold of every account of the panel, and the number of folds.
    pub(super) fold: Option<(Vec<usize>, usize)>,
    /// Splits by account, with the verdicts as they are without each fold.
    pub(super) across_accounts: Vec<Split>,
}

/// Runs every test on every KPI and applies the rules. `step` is told about progress.
pub(super) fn judge(
    study: &Study,
    ready: &Prepared,
    (resampling, kept): (Resampling, Option<Kept<'_>>),
    step: &dyn Fn(&str),
) -> Result<Judged, PipelineError> {
    let mut notices = Vec::new();
    step("columns");
    let skip = ready.not_audited();
    let audit = audit_columns(&ready.panel, &ready.sample, &ready.as_of, &skip, &ready.used_as)?;
    let unfit = audit.unfit;
    notices.extend(audit.notices);
    let attributes = attributes(&ready.panel, &study.roles, &ready.sample, &ready.lags)?;
    notices.extend(attributes.notices.iter().filter(|n| n.code != "constant_attribute").cloned());
    let mut read = read_kpis(study, ready)?;
    notices.append(&mut read.notices);
    let mut context = context(study, ready, &attributes, &mut read)?;

    step("evidence");
    let mut examined = examination(study, ready, &context, std::mem::take(&mut read.unusable))?;
    notices.extend(look_again(study, ready, &mut context, &read.series, &mut examined)?);

    step("verdicts");
    let (verdicts, q) = (examined.verdicts(), examined.q_values());
    notices.extend(same_period::notices(&examined, &verdicts));
    let choose = |cases: &[Case], verdicts: &[KpiVerdict]| admit(study, cases, verdicts);
    let admitted = choose(&examined.cases, &verdicts);
    let draws = Draws::new(study.seed.0, examined.events_by_account.len(), RESAMPLES as usize);
    let (stability, by_draw) = match resampling {
        Resampling::FirstOrder => examined.redrawn(&draws, |drawn, verdicts| choose(&drawn.cases, verdicts)),
        Resampling::Exact => redrawn_exactly(ready, &examined, (&draws, kept), &choose, step)?,
    };
    let fold = account_folds(ready, study.seed);
    let across_accounts = match &fold {
        Some((fold, n)) => across_accounts(ready, (&examined, &unfit), (fold, *n), (&choose, resampling))?,
        None => Vec::new(),
    };
    let examined = examined.without_influences();

    step("full model");
    let (model, opinion) = full_model(&context, study)?;
    let mut evidence: Vec<Vec<Evidence>> = examined.cases.into_iter().map(|case| case.evidence).collect();
    let reach = reach(study, ready, &context, &mut evidence);
    let columns = context.kpis.into_iter().map(|kpi| kpi.columns).collect();
    Ok(Judged {
        series: read.series,
        columns,
        evidence,
        verdicts,
        stability,
        q,
        model,
        opinion,
        notices,
        unfit,
        reach,
        admitted,
        draws,
        by_draw,
        resampling,
        fold,
        across_accounts,
    })
}

/// All admissible KPIs with the attributes and reasons in one model, and an independent solver's opinion of it.
fn full_model(context: &TrapContext<'_>, study: &Study) -> Result<(FittedHazard, Option<Opinion>), PipelineError> {
    let columns = HazardColumns {
        terms: context.estimable(context.controls(Controls::Full, usize::MAX, &Copies::new())),
        y: &context.sample.y,
        cluster: &context.sample.cluster,
        n_clusters: context.sample.n_clusters,
        start: None,
    };
    let shown = HazardSettings { profile_separated: true, ..HazardSettings::default() };
    let model = fit_hazard(&columns, shown)?;
    let opinion = second_opinion(&columns, &model, study.seed)?;
    Ok((model, opinion))
}
