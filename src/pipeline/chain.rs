//! Chain coverage: do the KPIs see whether use brings a result and whether the customer knows it, and who used much and
//! left all the same.
//!
//! ```text
//! use -> result -> recognised result -> stays
//! ```

use crate::artifact::{ChainRecord, HighUseAccount, HighUseRecord, StageRecord};
use crate::notice::{Notice, Severity};
use crate::stats::moments;
use crate::study::{Hoped, Stage, Study};
use crate::words;

use super::Prepared;
use super::judge::Judged;

/// Stages in the order of the chain.
const STAGES: [(Stage, &str); 5] = [
    (Stage::Use, "use"),
    (Stage::Result, "result"),
    (Stage::Recognised, "recognised"),
    (Stage::Relationship, "relationship"),
    (Stage::Environment, "environment"),
];
/// Periods over which use is averaged, as the models do.
const WIDTH: u32 = 3;
/// Quantile over accounts from which use is high.
const HIGH: f64 = 0.75;
/// Fewer accounts than this have no top quarter to speak of.
const MIN_ACCOUNTS: usize = 20;
/// Accounts listed per KPI; all are counted.
const LISTED: usize = 50;

/// The record of the chain, and what the reader must know about gaps in it.
pub(super) fn chain(study: &Study, ready: &Prepared, judged: &Judged) -> (ChainRecord, Vec<Notice>) {
    let having = |stage: Option<Stage>| -> Vec<String> {
        study.kpis.iter().filter(|kpi| kpi.stage == stage).map(|kpi| kpi.name.clone()).collect()
    };
    let mut stages: Vec<StageRecord> = STAGES
        .iter()
        .map(|(stage, name)| StageRecord { stage: Some((*name).to_owned()), kpis: having(Some(*stage)) })
        .collect();
    let without = having(None);
    if !without.is_empty() {
        stages.push(StageRecord { stage: None, kpis: without });
    }
    let high_use = (0..study.kpis.len())
        .filter(|&k| study.kpis[k].stage == Some(Stage::Use))
        .filter_map(|k| high_use(study, ready, judged, k))
        .collect();
    (ChainRecord { stages, high_use }, notices(study).into_iter().collect())
}

fn notices(study: &Study) -> Option<Notice> {
    let has = |stage: Stage| study.kpis.iter().any(|kpi| kpi.stage == Some(stage));
    if study.kpis.iter().all(|kpi| kpi.stage.is_none()) {
        let what = words!(
            en: "no KPI says its stage, so it cannot be told whether the set covers the way from use to a recognised result",
            ja: "KPIに段階（stage）の指定がないため、利用から成果の認識までを見ているかどうか確かめられません",
        );
        let help = words!(
            en: "add `stage = \"use\"`, `\"result\"` or `\"recognised\"` to the KPIs",
            ja: "KPIに`stage = \"use\"`、`\"result\"`、`\"recognised\"`などを指定してください",
        );
        return Some(Notice::new(Severity::Info, "chain_unknown", what).help(help));
    }
    let what = match (has(Stage::Result), has(Stage::Recognised)) {
        (true, true) => return None,
        (false, false) => words!(
            en: "no KPI of stage `result` or `recognised`: the set sees whether customers use the product, not whether it brings them anything or whether they know it",
            ja: "段階`result`（成果）と`recognised`（成果の認識）のKPIがありません。使われているかは見えても、成果が出ているか、顧客がそれを知っているかは見えません",
        ),
        (false, true) => words!(
            en: "no KPI of stage `result`: whether use brings customers anything is not seen",
            ja: "段階`result`（成果）のKPIがありません。利用が成果につながっているかが見えません",
        ),
        (true, false) => words!(
            en: "no KPI of stage `recognised`: whether customers know what the product brings them is not seen",
            ja: "段階`recognised`（成果の認識）のKPIがありません。顧客が成果を知っているかが見えません",
        ),
    };
    let help = match (has(Stage::Result), has(Stage::Recognised)) {
        (false, true) => words!(
            en: "record what the customer gains, in the customer's own measure: hours saved, invoices closed in time, target reached",
            ja: "顧客が得た成果を、顧客自身の尺度で記録してください（削減できた時間、期限内に終えた処理、達成した目標など）",
        ),
        (true, false) => words!(
            en: "record whether somebody who decides has seen the result: review held, result confirmed, rating of the benefit",
            ja: "決裁者が成果を確認したかを記録してください（成果報告会の実施、成果の承認、効果への評価など）",
        ),
        _ => words!(
            en: "record what the customer gains (hours saved, target reached: `stage = \"result\"`) and whether somebody who decides has seen it (review held, result confirmed: `stage = \"recognised\"`)",
            ja: "顧客が得た成果（削減できた時間、達成した目標など：`stage = \"result\"`）と、決裁者がそれを確認したか（成果報告会、成果の承認など：`stage = \"recognised\"`）を記録してください",
        ),
    };
    Some(Notice::new(Severity::Warning, "chain_incomplete", what).help(help))
}

/// Accounts in the top quarter of a use KPI that left; `None` where too few accounts have a value, or where it is hoped
/// to be low.
///
/// # Formula
/// ```text
/// u_a = mean of the KPI over the three periods that end at t - g0 (left in t) or at the last as-of row (still there)
/// high: u_a >= 75 % quantile of u over accounts; where more than half would be, u_a > it
/// ```
fn high_use(study: &Study, ready: &Prepared, judged: &Judged, k: usize) -> Option<HighUseRecord> {
    let values = &judged.series[k].as_ref()?.values;
    if study.kpis[k].hoped == Hoped::Less {
        return None;
    }
    let panel = &ready.panel;
    let recent = panel.window_mean(values, WIDTH);
    let mut seen: Vec<(f64, usize, bool)> = Vec::new();
    for spell in panel.spells() {
        let Some(last) = spell.last() else { continue };
        let as_of = if panel.is_snapshot() { Some(last) } else { panel.row_before(last, ready.lags.periods[last]) };
        if let Some(value) = as_of.map(|row| recent[row]).filter(|value| value.is_finite()) {
            seen.push((value, last, panel.event()[last]));
        }
    }
    if seen.len() < MIN_ACCOUNTS {
        return None;
    }
    let threshold = moments::quantile(&seen.iter().map(|(value, _, _)| *value).collect::<Vec<_>>(), HIGH);
    let strict = 2 * seen.iter().filter(|(value, _, _)| *value >= threshold).count() > seen.len();
    let is_high = |value: f64| if strict { value > threshold } else { value >= threshold };
    let high: Vec<&(f64, usize, bool)> = seen.iter().filter(|(value, _, _)| is_high(*value)).collect();
    let mut left: Vec<&(f64, usize, bool)> = high.iter().filter(|(_, _, left)| *left).copied().collect();
    left.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let listed = left.iter().take(LISTED).map(|(value, row, _)| HighUseAccount {
        account: panel.accounts()[panel.account()[*row] as usize].clone(),
        value: *value,
        left_in: (!panel.is_snapshot()).then(|| panel.periods().label(panel.period()[*row]).to_owned()),
    });
    Some(HighUseRecord {
        kpi: study.kpis[k].name.clone(),
        threshold,
        n_accounts: seen.len(),
        n_left: seen.iter().filter(|(_, _, left)| *left).count(),
        n_high: high.len(),
        n_high_left: left.len(),
        left: listed.collect(),
    })
}
