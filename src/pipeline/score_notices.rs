//! What a score has to say about itself.

use fuellamp_score::Basis;

use crate::notice::{Notice, Severity};
use crate::stats::moments::quantile;
use crate::study::Study;
use crate::words;

use super::backtest::Backtest;

/// Odds of leaving of the riskiest twentieth to those of the safest below which a score tells customers hardly apart.
const FLAT_RATIO: f64 = 2.0;

/// Scores run from 0 to 100 whatever there is to tell; where that is little, a low score is no alarm.
pub(super) fn flat_notice(eta: &[f64]) -> Option<Notice> {
    let (safe, risky) = (quantile(eta, 0.05), quantile(eta, 0.95));
    if (risky - safe).exp() >= FLAT_RATIO {
        return None;
    }
    let percent = |eta: f64| 100.0 / (1.0 + (-eta).exp());
    let (low, high) = (percent(safe), percent(risky));
    let what = words!(
        en: "the score tells customers hardly apart: nine in ten have a probability of leaving between {low:.2} % and {high:.2} %, and the score stretches that over 0 to 100",
        ja: "このスコアでは顧客をほとんど区別できません。9割の顧客の離反確率は{low:.2}%〜{high:.2}%で、スコアはその差を0〜100に引き伸ばしています",
    );
    Some(Notice::new(Severity::Warning, "flat_score", what).help(words!(
        en: "do not call customers by this score; look at the verdicts for what to record",
        ja: "このスコアで訪問先を決めないでください。何を記録すべきかは、KPIごとの判定をご覧ください",
    )))
}

pub(super) fn basis_notice(basis: Basis) -> Option<Notice> {
    let what = match basis {
        Basis::Validated => return None,
        Basis::Promising => words!(
            en: "no KPI is validated: the weights rest on promising ones, which predict and may not be levers",
            ja: "検証済みのKPIがないため、重みは「有望」なKPIに基づきます。予測には役立ちますが、働きかけて効くとは限りません",
        ),
        Basis::Controls => words!(
            en: "no KPI is validated or promising: the weights hold customer attributes only",
            ja: "検証済み・有望なKPIがないため、重みは顧客属性だけです",
        ),
    };
    Some(Notice::new(Severity::Warning, "basis", what))
}

/// KPIs that would be in the score, were the budget larger.
pub(super) fn budget_notice(study: &Study, over: &[usize]) -> Option<Notice> {
    let most = study.budget.max_kpis.filter(|_| !over.is_empty())?;
    let names: Vec<String> = over.iter().map(|&k| format!("`{}`", study.kpis[k].name)).collect();
    let (en, ja) = (names.join(", "), names.join("、"));
    let what = words!(
        en: "the budget of {most} KPIs leaves out {en}: those with the strongest slopes come first",
        ja: "KPIの上限（{most}個）により、{ja}はスコアに入りません。傾きの強いものから選びます",
    );
    Some(Notice::new(Severity::Info, "over_budget", what))
}

/// The figures across time are those of scores without any KPI, while the exported one has some.
pub(super) fn other_score_notice(backtest: &Backtest, in_score: &[bool]) -> Option<Notice> {
    let bare = !backtest.origins.is_empty() && backtest.origins.iter().all(|origin| !origin.kpis.contains(&true));
    if !bare || !in_score.contains(&true) {
        return None;
    }
    let what = words!(
        en: "at no earlier day was there enough data to let a KPI into the score: the figures across time are those of attributes alone, not of the exported score",
        ja: "過去のどの時点でも、データが足りずスコアにKPIが入りませんでした。時間をまたぐ検証の数値は顧客属性だけのスコアのもので、出力したスコアのものではありません",
    );
    Some(Notice::new(Severity::Warning, "other_score_validated", what))
}

/// What a probability says where contracts cannot always be left.
pub(super) fn conditional() -> Notice {
    Notice::new(
        Severity::Info,
        "contracts_run",
        words!(
            en: "probabilities are those of leaving in a period in which the contract can be left; `locked_for` in scores.csv says how long an account still has to wait for one",
            ja: "確率は、契約上離反できる期に離反する確率です。その期が来るまでの期数は、scores.csvの`locked_for`にあります",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_that_tells_little_says_so_and_one_that_tells_much_does_not() {
        let spread = |sd: f64| (0..101).map(|i| -4.0 + sd * (f64::from(i) - 50.0) / 50.0).collect::<Vec<_>>();
        let flat = flat_notice(&spread(0.1)).unwrap();
        assert!(flat.what.en.contains("between 1.65 % and 1.96 %"), "{}", flat.what.en);
        assert!(flat_notice(&spread(1.0)).is_none());
    }
}
