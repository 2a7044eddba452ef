//! How good the score is on quarters and accounts that it has not seen, beside what else could have been done.

use crate::notice::{Notice, Severity};
use crate::stats::discrimination::AucDifference;
use crate::stats::optimism::Optimism;
use crate::validation::{
    Detail, Origin, Performance, Predictions, Update, auc_difference, boosted, detail, performance, updated,
};
use crate::verdict::KpiVerdict;
use crate::words;
use crate::words::Words;

use super::admit::admit;
use super::candidates::{Candidates, Tier};
use super::examine::Case;
use super::held_out::{HeldOut, held_out, logit, logit_of};
use super::judge::Judged;
use super::optimism::optimism;
use super::splits::{Split, across_time};
use super::{PipelineError, Prepared};

/// Held-out predictions and how good they are.
#[derive(Debug)]
pub(super) struct Estimate {
    pub(super) held: HeldOut,
    pub(super) performance: Performance,
}

/// One origin and what came after it.
#[derive(Debug)]
pub(super) struct OriginResult {
    pub(super) origin: Origin,
    pub(super) n_train: usize,
    pub(super) events_train: usize,
    pub(super) performance: Performance,
    pub(super) n_rows: usize,
    pub(super) n_events: usize,
    /// KPIs in the score, as the first fold chose.
    pub(super) kpis: Vec<bool>,
}

/// Another model on the same held-out rows.
#[derive(Debug)]
pub(super) struct Compared {
    pub(super) model: Words,
    pub(super) performance: Performance,
    /// AUC of this score minus that of the other.
    pub(super) difference: Option<AucDifference>,
}

/// The score without one of its KPIs, on the same held-out rows.
#[derive(Debug)]
pub(super) struct DroppedOne {
    /// By index of the study.
    pub(super) kpi: usize,
    /// AUC of this score minus that without the KPI.
    pub(super) difference: AucDifference,
}

/// Everything that was held out.
#[derive(Debug, Default)]
pub(super) struct Backtest {
    /// Accounts held out, over the whole calendar.
    pub(super) accounts: Option<Estimate>,
    /// Accounts and time held out.
    pub(super) time: Option<Estimate>,
    pub(super) origins: Vec<OriginResult>,
    /// The predictions across time after an update of each origin's block.
    pub(super) updates: Vec<(Update, Performance)>,
    pub(super) comparisons: Vec<Compared>,
    /// What each KPI of the score is worth, least first.
    pub(super) dropped: Vec<DroppedOne>,
    /// Apparent and corrected measures, by name.
    pub(super) optimism: Vec<(&'static str, Optimism)>,
    /// Everything that the exported score alone is asked for.
    pub(super) detail: Option<Detail>,
    pub(super) notices: Vec<Notice>,
}

impl Backtest {
    /// The stricter of the two: across time where the data reaches far enough.
    pub(super) fn headline(&self) -> Option<&Estimate> {
        self.time.as_ref().or(self.accounts.as_ref())
    }
}

/// Runs the backtest; `eta` are the log-odds of the shrunken score on its own rows.
pub(super) fn backtest(
    ready: &Prepared,
    judged: &Judged,
    candidates: &mut Candidates,
    eta: &[f64],
    step: &dyn Fn(&str),
) -> Result<Backtest, PipelineError> {
    let mut found = Backtest::default();
    let Some((fold, n_folds)) = &judged.fold else {
        found.notices.push(not_validated());
        return Ok(found);
    };
    let choose = |cases: &[Case], verdicts: &[KpiVerdict]| admit(&ready.study, cases, verdicts);
    let (plan, splits) = if ready.panel.is_snapshot() {
        (Vec::new(), Vec::new())
    } else {
        across_time(ready, (fold, *n_folds), (&choose, judged.resampling), step)?
    };
    let selections = judged.by_draw.iter().chain(splits.iter().chain(&judged.across_accounts).map(|s| &s.admitted));
    candidates.split_for(&ready.study, &ready.panel, selections)?;
    let candidates = &*candidates;
    let score = |split: &Split, at: &[usize]| logit(ready, candidates, Tier::Score, split, at);
    let estimate = |splits: &[Split]| {
        let held = held_out(ready, splits, &score)?;
        let performance = measure(ready, &held.rows, &held.eta);
        Some(Estimate { held, performance })
    };
    step("validation");
    found.accounts = estimate(&judged.across_accounts);
    found.time = estimate(&splits);
    match &found.time {
        Some(time) => {
            found.origins = by_origin(ready, &plan, &splits, &time.held);
            found.updates = Update::ALL.map(|update| (update, after(ready, fold, &time.held, update))).to_vec();
        }
        None if !ready.panel.is_snapshot() => found.notices.push(no_time()),
        None => {}
    }
    if found.headline().is_none() {
        found.notices.push(not_validated());
    }
    let used = if found.time.is_some() { &splits } else { &judged.across_accounts };
    found.comparisons = comparisons(ready, candidates, used, found.headline());
    found.dropped = drop_one(ready, judged, candidates, used, found.headline());
    found.detail = found.headline().map(|own| details(ready, &own.held)).transpose()?;
    step("optimism");
    found.optimism = optimism(ready, candidates, &judged.unfit, (&judged.draws, &judged.by_draw), eta);
    Ok(found)
}

fn by_origin(ready: &Prepared, plan: &[Origin], splits: &[Split], held: &HeldOut) -> Vec<OriginResult> {
    let one = |(place, origin): (usize, &Origin)| {
        let here: Vec<usize> = (0..held.rows.len()).filter(|&i| held.origin[i] == place).collect();
        let first = splits.iter().find(|split| split.origin == place)?;
        let eta: Vec<f64> = here.iter().map(|&i| held.eta[i]).collect();
        let rows: Vec<usize> = here.iter().map(|&i| held.rows[i]).collect();
        let y: Vec<f64> = rows.iter().map(|&row| ready.sample.y[row]).collect();
        let closed = |split: &Split| (split.train.len(), split.y.iter().filter(|y| **y > 0.5).count());
        let (n_train, events_train) = closed(first);
        Some(OriginResult {
            origin: *origin,
            n_train,
            events_train,
            n_rows: y.len(),
            n_events: y.iter().filter(|y| **y > 0.5).count(),
            performance: measure(ready, &rows, &eta),
            kpis: first.admitted.kpis.clone(),
        })
    };
    plan.iter().enumerate().filter_map(one).collect()
}

/// How the held-out predictions do after an update that other accounts of the same time teach.
fn after(ready: &Prepared, fold: &[usize], held: &HeldOut, update: Update) -> Performance {
    let account = |&row: &usize| ready.panel.account()[ready.sample.rows[row]] as usize;
    let fold: Vec<usize> = held.rows.iter().map(|row| fold[account(row)]).collect();
    let eta = updated(&held.eta, &held.y(&ready.sample), &held.origin, &fold, update);
    measure(ready, &held.rows, &eta)
}

fn comparisons(ready: &Prepared, candidates: &Candidates, splits: &[Split], own: Option<&Estimate>) -> Vec<Compared> {
    let Some(own) = own else { return Vec::new() };
    let mut all = vec![Compared {
        model: words!(en: "this score", ja: "このスコア"),
        performance: own.performance.clone(),
        difference: None,
    }];
    let mut add = |model: Words, other: Option<HeldOut>| {
        if let Some(other) = other.filter(|other| other.rows == own.held.rows) {
            let difference = difference(ready, &own.held, &other);
            all.push(Compared { model, performance: measure(ready, &other.rows, &other.eta), difference });
        }
    };
    let tier = |tier: Tier| held_out(ready, splits, &|split, at| logit(ready, candidates, tier, split, at));
    if candidates.has_incumbent() {
        add(words!(en: "the score in use today", ja: "現行のスコア"), tier(Tier::Incumbent));
    }
    add(words!(en: "customer attributes only", ja: "顧客属性のみ"), tier(Tier::Attributes));
    add(
        words!(en: "attributes and every KPI that is neither a leak nor too late", ja: "属性と、結果の言い換えでも手遅れでもないすべてのKPI"),
        tier(Tier::Everything),
    );
    let tree = held_out(ready, splits, &|split, at| {
        let inputs = candidates.inputs(Tier::Everything, &split.admitted, &split.unfit);
        boosted(&inputs, &split.train, &split.y, at, ready.study.seed)
    });
    add(words!(en: "a gradient-boosted tree on the same", ja: "同じ入力の勾配ブースティング木"), tree);
    all
}

/// Every KPI of the score left out in turn; in each split the others are chosen as before.
fn drop_one(
    ready: &Prepared,
    judged: &Judged,
    candidates: &Candidates,
    splits: &[Split],
    own: Option<&Estimate>,
) -> Vec<DroppedOne> {
    let Some(own) = own else { return Vec::new() };
    let without = |kpi: usize| {
        let model = |split: &Split, at: &[usize]| {
            let mut less = split.admitted.clone();
            less.kpis[kpi] = false;
            logit_of(ready, candidates, (Tier::Score, &less), split, at)
        };
        let other = held_out(ready, splits, &model)?;
        let difference = difference(ready, &own.held, &other)?;
        Some(DroppedOne { kpi, difference })
    };
    let in_score = (0..ready.study.kpis.len()).filter(|&k| judged.admitted.kpis[k]);
    let mut found: Vec<DroppedOne> = in_score.filter_map(without).collect();
    found.sort_by(|a, b| a.difference.difference.estimate.total_cmp(&b.difference.difference.estimate));
    found
}

/// Measures of log-odds of rows of the sample.
fn measure(ready: &Prepared, rows: &[usize], eta: &[f64]) -> Performance {
    let y: Vec<f64> = rows.iter().map(|&row| ready.sample.y[row]).collect();
    let cluster: Vec<u32> = rows.iter().map(|&row| ready.sample.cluster[row]).collect();
    performance(Predictions { eta, y: &y, cluster: &cluster })
}

/// AUC of the first minus that of the second on the same rows; a difference of nothing is sure.
fn difference(ready: &Prepared, first: &HeldOut, second: &HeldOut) -> Option<AucDifference> {
    let (y, cluster) = (first.y(&ready.sample), first.cluster(&ready.sample));
    auc_difference(&first.eta, &second.eta, &y, &cluster)
}

/// Everything that the exported score alone is asked for.
fn details(ready: &Prepared, held: &HeldOut) -> Result<Detail, PipelineError> {
    let (y, cluster) = (held.y(&ready.sample), held.cluster(&ready.sample));
    let at = |&row: &usize| u32::try_from(ready.panel.period()[ready.as_of[row]]).unwrap_or(0);
    let period: Vec<u32> = held.rows.iter().map(at).collect();
    let capacity = ready.study.capacity.accounts_per_period.map(|k| k.floor().max(1.0) as usize);
    let weight = ready.study.roles.weight.as_ref().map(|column| ready.panel.numbers(column)).transpose()?;
    let revenue: Option<Vec<f64>> =
        weight.map(|weight| held.rows.iter().map(|&row| weight[ready.as_of[row]]).collect());
    Ok(detail(Predictions { eta: &held.eta, y: &y, cluster: &cluster }, &period, capacity, revenue.as_deref()))
}

fn not_validated() -> Notice {
    Notice::new(
        Severity::Warning,
        "not_validated",
        words!(
            en: "too few accounts with an event to hold any back: the score was not tested on accounts it has not seen",
            ja: "離反した顧客が少なすぎるため、学習に使っていない顧客での検証はできませんでした",
        ),
    )
}

fn no_time() -> Notice {
    Notice::new(
        Severity::Info,
        "no_backtest_over_time",
        words!(
            en: "too few decisions to leave for a backtest across time: the score was tested on accounts it has not seen, of the same calendar",
            ja: "離反の件数が少なく、時間をさかのぼった検証はできませんでした。同じ期間の、学習に使っていない顧客で検証しています",
        ),
    )
    .help(words!(
        en: "a backtest needs 40 decisions before the first origin and 10 after it: more history, or longer periods",
        ja: "最初の時点より前に40件、後に10件の離反が必要です。期間を延ばすか、より長い期で集計してください",
    ))
}
