//! Everything in the artifact that follows from the weights, after they changed.

use crate::artifact::{AccountInputs, AccountScore, ModelArtifact};
use crate::words;
use crate::words::Words;

use super::relight::{before, relight};

/// Scores the active accounts again, and lights their lamps, from the inputs and limits that the artifact keeps; returns how
/// many it had to leave out because it does not keep theirs.
pub(super) fn rescore(artifact: &mut ModelArtifact) -> usize {
    let weights = &artifact.weights;
    let columns = weights.columns();
    let n_before = artifact.score.accounts.len();
    let lamps = before(&artifact.score.accounts);
    let mut accounts: Vec<AccountScore> = std::mem::take(&mut artifact.score.accounts)
        .into_iter()
        .filter(|account| columns.iter().all(|column| account.inputs.contains_key(*column)))
        .filter_map(|account| {
            let AccountScore { account, as_of, inputs, weight, locked_for, .. } = account;
            AccountScore::of(weights, AccountInputs { account, as_of, inputs, weight, locked_for })
        })
        .collect();
    AccountScore::sort(&mut accounts);
    if let Some(lamp) = &mut artifact.lamp {
        relight(lamp, &mut accounts, weights, &lamps);
    }
    artifact.score.revenue_by_band = AccountScore::revenue_by_band(&accounts, weights);
    artifact.score.accounts = accounts;
    n_before - artifact.score.accounts.len()
}

/// What a reader of report and weights must know after KPIs were dropped by hand.
pub(super) fn what_changed(kpis: &[&str], by: &str) -> Words {
    let (en, ja) = (
        kpis.iter().map(|kpi| format!("`{kpi}`")).collect::<Vec<_>>().join(", "),
        kpis.iter().map(|kpi| format!("`{kpi}`")).collect::<Vec<_>>().join("、"),
    );
    words!(
        en: "{by} dropped {en} from the score: the other weights were moved close to what a refit without it gives (an expansion around the fit, without the data); figures of validation, the replay of the lamp and the distribution of the score are those from before; lamps go on from the state they had",
        ja: "{by}の決定により{ja}をスコアから外しました。残りの重みは、外して推定し直した場合の近似値に置き換えています（データを使わず、元の推定の周りで展開）。検証の数値、ランプの検証結果、スコアの分布は外す前のものです。ランプは外す前の点灯状態を引き継いでいます",
    )
}
