//! How good the score is on what it has not seen.

use std::collections::BTreeMap;

use super::{Fact, Table, fact, head};
use crate::artifact::{AucRecord, EstimateRecord, OriginRecord, ValidationRecord};
use crate::report::format::{count, fixed, interval, list, or_dash, percent, plain, signed};
use crate::report::names::say;
use crate::words::Lang;

/// AUC with its interval.
pub(super) fn auc(auc: &AucRecord) -> String {
    format!("{} {}", fixed(auc.auc, 3), interval(Some(auc.ci_low), Some(auc.ci_high), |x| fixed(x, 3)))
}

/// What was held out, how much the score lost by it, and whether its level had to be moved.
pub(super) fn sentences(v: &ValidationRecord, lang: Lang) -> Vec<String> {
    let mut said = Vec::new();
    match v.held_out.as_str() {
        "time" => said.push(match lang {
            Lang::En => format!(
                "At {} earlier days the score was made again from what was known then: evidence, verdicts, choice of KPIs, preparation and fit, without the accounts that it was to score. The figures are those of the days that followed.",
                v.origins.len()
            ),
            Lang::Ja => format!(
                "過去の{}時点で、その時点までに分かっていたことだけから、根拠の収集、判定、KPIの選択、前処理、推定をすべてやり直しました。採点される顧客は学習から除いています。以下は、その後の期間での成績です。",
                v.origins.len()
            ),
        }),
        "accounts" => said.push(say(
            lang,
            "The score was made again without the accounts that it was to score; the calendar is the same. Whether it holds in later quarters is not shown by this.",
            "採点される顧客を除いてスコアを作り直しました。期間は同じため、後の四半期でも成り立つかどうかは、この結果からは分かりません。",
        ).to_owned()),
        _ => {}
    }
    if let Some(price) = price_of_honesty(v, lang) {
        said.push(price);
    }
    if let Some(trend) = &v.level_trend {
        let (slope, applied) = (pair3(trend.per_period, trend.std_error), signed(trend.applied, 2));
        said.push(match lang {
            Lang::En => format!(
                "Beside everything in the score, the log-odds of leaving move by {slope} a period. The score is stated at the level of the last period ({applied} log-odds against the mean of all), less what chance may explain of the trend."
            ),
            Lang::Ja => format!(
                "スコアに含まれる要因のほかに、離反の対数オッズは1期あたり{slope}動いています。偶然で説明できる分を除き、スコアの水準は最後の期に合わせています（全期間の平均との差は対数オッズで{applied}）。"
            ),
        });
    }
    said.extend(super::detail::sentences(v, lang));
    said
}

/// What the score gives up by resting on levers, against every KPI that predicts.
fn price_of_honesty(v: &ValidationRecord, lang: Lang) -> Option<String> {
    let everything = v.comparisons.iter().find(|c| c.model.en.starts_with("attributes and every KPI"))?;
    let gap = everything.difference?;
    let price =
        format!("{} {}", signed(-gap.estimate, 3), interval(Some(-gap.ci_high), Some(-gap.ci_low), |x| signed(x, 3)));
    Some(match lang {
        Lang::En => {
            format!("Resting on KPIs that can be acted on costs {price} of AUC against using every KPI that predicts.")
        }
        Lang::Ja => {
            format!("予測に役立つKPIをすべて使う場合に比べ、働きかけられるKPIに絞ったことで失うAUCは{price}です。")
        }
    })
}

/// Performance on what was held out.
pub(super) fn facts(v: &ValidationRecord, lang: Lang) -> Vec<Fact> {
    let folds = if v.folds == 0 {
        say(lang, "none: too few accounts with events", "なし（離反のある顧客が少なすぎます）").to_owned()
    } else {
        match (lang, v.held_out.as_str()) {
            (Lang::En, "time") => {
                format!("time and accounts ({} folds), {} rows, {} events", v.folds, count(v.n_rows), count(v.n_events))
            }
            (Lang::Ja, "time") => {
                format!("時間と顧客（{}分割）、{}行、離反{}件", v.folds, count(v.n_rows), count(v.n_events))
            }
            (Lang::En, _) => {
                format!("{} folds by account, {} rows, {} events", v.folds, count(v.n_rows), count(v.n_events))
            }
            (Lang::Ja, _) => format!("顧客単位の{}分割、{}行、離反{}件", v.folds, count(v.n_rows), count(v.n_events)),
        }
    };
    let against = |value: Option<f64>, base: Option<f64>| match (value, base) {
        (Some(value), Some(base)) => match lang {
            Lang::En => format!("{} (base rate {})", fixed(value, 4), fixed(base, 4)),
            Lang::Ja => format!("{}（平均だけの予測 {}）", fixed(value, 4), fixed(base, 4)),
        },
        (value, _) => or_dash(value, |x| fixed(x, 4)),
    };
    let ideal = |value: Option<(f64, f64)>, ideal: &str| match value {
        Some(value) => match lang {
            Lang::En => format!("{} (ideal {ideal})", pair(value)),
            Lang::Ja => format!("{}（理想 {ideal}）", pair(value)),
        },
        None => or_dash(None::<f64>, plain),
    };
    let mut facts = vec![
        fact(say(lang, "Held-out data", "検証用の分割"), folds),
        fact(say(lang, "AUC [95% interval]", "AUC [95%区間]"), or_dash(v.auc.as_ref(), auc)),
        fact(say(lang, "Brier score", "ブライアスコア"), against(v.brier, v.brier_base)),
        fact(say(lang, "Log-loss", "対数損失"), against(v.log_loss, v.log_loss_base)),
        fact(say(lang, "Calibration intercept ± SE", "較正の切片 ± 標準誤差"), ideal(v.calibration_intercept, "0")),
        fact(say(lang, "Calibration slope ± SE", "較正の傾き ± 標準誤差"), ideal(v.calibration_slope, "1")),
        fact(say(lang, "Slopes shrunk by", "傾きの縮小"), percent(1.0 - v.shrinkage)),
    ];
    facts.extend(super::detail::facts(v, lang));
    facts
}

pub(super) fn pair((value, se): (f64, f64)) -> String {
    format!("{} ± {}", fixed(value, 2), fixed(se, 2))
}

fn pair3(value: f64, se: f64) -> String {
    format!("{} ± {}", signed(value, 3), fixed(se, 3))
}

/// Comparisons, origins, time beside accounts, optimism.
pub(super) fn tables(v: &ValidationRecord, labels: &BTreeMap<&str, &str>, lang: Lang) -> Vec<Table> {
    let mut tables = vec![
        comparisons(v, lang),
        drop_one(v, labels, lang),
        origins(v, labels, lang),
        side_by_side(v, lang),
        optimism(v, lang),
    ];
    tables.extend(super::detail::tables(v, lang));
    tables
}

/// Other models on the same rows.
fn comparisons(v: &ValidationRecord, lang: Lang) -> Table {
    let rows = v.comparisons.iter().map(|c| {
        let ahead = c.difference.map_or_else(
            || or_dash(None::<f64>, plain),
            |d| format!("{} {}", signed(d.estimate, 3), interval(Some(d.ci_low), Some(d.ci_high), |x| signed(x, 3))),
        );
        vec![
            c.model.get(lang).to_owned(),
            fixed(c.auc.auc, 3),
            interval(Some(c.auc.ci_low), Some(c.auc.ci_high), |x| fixed(x, 3)),
            ahead,
            fixed(c.brier, 4),
        ]
    });
    Table {
        caption: say(lang, "Compared on the same held-out rows", "同じ検証用の行での比較").to_owned(),
        head: head(
            lang,
            &[
                ("Model", "モデル"),
                ("AUC", "AUC"),
                ("95% interval", "95%区間"),
                ("This score is ahead by", "このスコアとの差"),
                ("Brier score", "ブライアスコア"),
            ],
        ),
        numeric: vec![1, 2, 3, 4],
        rows: rows.collect(),
    }
}

/// What each KPI is worth: the first to go stands on top.
fn drop_one(v: &ValidationRecord, labels: &BTreeMap<&str, &str>, lang: Lang) -> Table {
    let rows = v.drop_one.iter().map(|d| {
        let lost = &d.lost;
        vec![
            labels.get(d.kpi.as_str()).copied().unwrap_or(&d.kpi).to_owned(),
            fixed(d.auc, 3),
            format!(
                "{} {}",
                signed(lost.estimate, 3),
                interval(Some(lost.ci_low), Some(lost.ci_high), |x| signed(x, 3))
            ),
            or_dash(d.cost, plain),
        ]
    });
    Table {
        caption: say(lang, "What each KPI is worth: the first to go on top", "KPIごとの価値（外すなら上から）")
            .to_owned(),
        head: head(
            lang,
            &[
                ("Without", "外すKPI"),
                ("AUC", "AUC"),
                ("AUC lost [95% interval]", "失うAUC [95%区間]"),
                ("Hours a quarter to collect", "収集にかかる時間（四半期）"),
            ],
        ),
        numeric: vec![1, 2, 3],
        rows: rows.collect(),
    }
}

fn origins(v: &ValidationRecord, labels: &BTreeMap<&str, &str>, lang: Lang) -> Table {
    let row = |o: &OriginRecord| {
        let kpis: Vec<String> =
            o.kpis.iter().map(|kpi| labels.get(kpi.as_str()).copied().unwrap_or(kpi).to_owned()).collect();
        let kpis = if kpis.is_empty() { say(lang, "none", "なし").to_owned() } else { list(&kpis, lang) };
        let mut cells = vec![
            o.known_until.clone(),
            o.scored_until.clone(),
            format!("{} / {}", count(o.train_events), count(o.estimate.n_events)),
        ];
        cells.extend(measured(&o.estimate));
        cells.push(kpis);
        cells
    };
    Table {
        caption: say(
            lang,
            "At each earlier day: the score made from what was known, and how it did until the next",
            "過去の各時点で作ったスコアと、次の時点までの成績",
        )
        .to_owned(),
        head: head(
            lang,
            &[
                ("Known until", "ここまで既知"),
                ("Scored until", "ここまで採点"),
                ("Events before / after", "前後の離反数"),
                ("AUC", "AUC"),
                ("Intercept ± SE", "切片 ± 標準誤差"),
                ("Slope ± SE", "傾き ± 標準誤差"),
                ("KPIs in the score", "スコアのKPI"),
            ],
        ),
        numeric: (0..6).collect(),
        rows: v.origins.iter().map(row).collect(),
    }
}

fn measured(e: &EstimateRecord) -> [String; 3] {
    let or_none = |value: Option<(f64, f64)>| value.map_or_else(|| or_dash(None::<f64>, plain), pair);
    [
        e.auc.as_ref().map_or_else(|| or_dash(None::<f64>, plain), |a| fixed(a.auc, 3)),
        or_none(e.calibration_intercept),
        or_none(e.calibration_slope),
    ]
}

/// Accounts held out over time beside accounts held out at random: drift shows in the first alone.
fn side_by_side(v: &ValidationRecord, lang: Lang) -> Table {
    let mut rows = Vec::new();
    if let (Some(accounts), "time") = (&v.across_accounts, v.held_out.as_str()) {
        let own = EstimateRecord {
            n_rows: v.n_rows,
            n_events: v.n_events,
            auc: v.auc,
            brier: v.brier.unwrap_or(f64::NAN),
            calibration_intercept: v.calibration_intercept,
            calibration_slope: v.calibration_slope,
            log_loss: v.log_loss,
        };
        let mut row = |name: &str, e: &EstimateRecord| {
            let mut cells = vec![name.to_owned(), count(e.n_rows), count(e.n_events)];
            cells.extend(measured(e));
            cells.extend([fixed(e.brier, 4), or_dash(e.log_loss, |x| fixed(x, 4))]);
            rows.push(cells);
        };
        row(say(lang, "later quarters, other accounts", "後の期間・別の顧客"), &own);
        for update in &v.updates {
            let name = match update.update.as_str() {
                "level" => {
                    say(lang, "the same, level of those quarters known", "同上、その期間の水準が分かっていた場合")
                }
                _ => say(lang, "the same, level and slope known", "同上、水準と傾きが分かっていた場合"),
            };
            row(name, &update.estimate);
        }
        row(say(lang, "same calendar, other accounts", "同じ期間・別の顧客"), accounts);
    }
    Table {
        caption: say(
            lang,
            "Held out across time and at random; between them, what drift of level and slope cost",
            "時間で分けた検証と、無作為に分けた検証。間の行は、水準と傾きのずれで失った分",
        )
        .to_owned(),
        head: head(
            lang,
            &[
                ("Held out", "検証に回したもの"),
                ("Rows", "行数"),
                ("Events", "離反数"),
                ("AUC", "AUC"),
                ("Intercept ± SE", "切片 ± 標準誤差"),
                ("Slope ± SE", "傾き ± 標準誤差"),
                ("Brier score", "ブライアスコア"),
                ("Log-loss", "対数損失"),
            ],
        ),
        numeric: (1..8).collect(),
        rows,
    }
}

fn optimism(v: &ValidationRecord, lang: Lang) -> Table {
    let name = |measure: &str| match measure {
        "auc" => "AUC",
        "brier" => say(lang, "Brier score", "ブライアスコア"),
        "log_loss" => say(lang, "Log-loss", "対数損失"),
        "calibration_intercept" => say(lang, "Calibration intercept", "較正の切片"),
        _ => say(lang, "Calibration slope", "較正の傾き"),
    };
    let rows = v.optimism.iter().map(|o| {
        vec![
            name(&o.measure).to_owned(),
            fixed(o.apparent, 4),
            signed(o.optimism, 4),
            fixed(o.corrected, 4),
            fixed(o.std_error, 4),
        ]
    });
    let caption = match lang {
        Lang::En => format!(
            "How much better the score looks on its own rows: {} draws of accounts, verdicts and choice of KPIs repeated in each ({})",
            v.bootstrap_draws,
            if v.exact { "all evidence computed anew" } else { "from evidence moved to first order" }
        ),
        Lang::Ja => format!(
            "学習に使った行での見かけの性能：顧客を{}回再抽出し（ブートストラップ）、毎回、判定とKPIの選択からやり直した結果（{}）",
            v.bootstrap_draws,
            if v.exact { "検定もすべて計算し直したもの" } else { "検定は1次近似" }
        ),
    };
    Table {
        caption,
        head: head(
            lang,
            &[
                ("Measure", "評価指標"),
                ("Apparent", "見かけ"),
                ("Optimism", "過大評価分"),
                ("Corrected", "補正後"),
                ("± Monte-Carlo", "± モンテカルロ誤差"),
            ],
        ),
        numeric: (1..5).collect(),
        rows: rows.collect(),
    }
}
