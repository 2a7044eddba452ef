//! What the exported score alone is asked for: decisions, lists, calibration, and whether there is enough data.

use super::{Fact, Table, fact, head};
use crate::artifact::{ByRevenueRecord, DetailRecord, IntervalRecord, SampleSizeRecord, ValidationRecord};
use crate::report::format::{count, fixed, interval, or_dash, percent, signed};
use crate::report::names::say;
use crate::words::Lang;

fn share(found: &IntervalRecord) -> String {
    format!("{} {}", percent(found.value), interval(Some(found.ci_low), Some(found.ci_high), percent))
}

/// What the team would have caught, and whether there is enough data.
pub(super) fn sentences(v: &ValidationRecord, lang: Lang) -> Vec<String> {
    let mut said: Vec<String> = v.sample_size.iter().map(|size| sample_size(size, lang)).collect();
    if let Some(at) = v.detail.as_ref().and_then(|d| d.at_capacity) {
        let (n, caught, right) = (count(at.accounts as usize), share(&at.recall), share(&at.precision));
        said.push(match lang {
            Lang::En => format!("Had the team acted in every period on the {n} riskiest of the accounts that could leave, it would have met {caught} of those who left in time; {right} of those it met would have left."),
            Lang::Ja => format!("毎期、その期に離反できる顧客のうちリスクの高い{n}件に対応していれば、離反した顧客の{caught}に事前に対応できていました。対応した顧客のうち、実際に離反したのは{right}です。"),
        });
        if let Some(revenue) = at.recall_by_revenue {
            let revenue = share(&revenue);
            said.push(match lang {
                Lang::En => format!("Of the revenue that left, {revenue} was among them."),
                Lang::Ja => format!("離反で失った売上の{revenue}がその中に含まれます。"),
            });
        }
    }
    said
}

/// Whether there is enough data for a score, in words.
#[must_use]
pub fn sample_size(size: &SampleSizeRecord, lang: Lang) -> String {
    let (have, need) = (count(size.n_events as usize), count(size.events_needed as usize));
    let (fields, kept) = (count(size.fields), percent(size.shrinkage_expected));
    let enough = size.n_rows >= size.rows_needed;
    match (lang, enough) {
        (Lang::En, true) => format!(
            "Enough data for a score that may choose from {fields} fields: {have} decisions to leave, about {need} needed (Riley et al. 2020, a modest score assumed)."
        ),
        (Lang::Ja, true) => format!(
            "{fields}個の入力から選ぶスコアに十分なデータがあります：離反{have}件、必要なのは約{need}件です（Rileyらの基準、控えめな精度を仮定）。"
        ),
        (Lang::En, false) => format!(
            "Too little data for a score that may choose from {fields} fields: {have} decisions to leave, about {need} needed (Riley et al. 2020, a modest score assumed). Expect slopes to keep {kept} of their size on new customers: name fewer KPIs and attributes, or wait."
        ),
        (Lang::Ja, false) => format!(
            "{fields}個の入力から選ぶスコアにはデータが不足しています：離反{have}件に対し、約{need}件必要です（Rileyらの基準、控えめな精度を仮定）。新しい顧客では傾きが{kept}程度に縮むと見込まれます。KPIや属性を減らすか、データが増えるのをお待ちください。"
        ),
    }
}

/// Calibration error, precision-recall, Brier score in parts.
pub(super) fn facts(v: &ValidationRecord, lang: Lang) -> Vec<Fact> {
    let Some(detail) = &v.detail else { return Vec::new() };
    let mut facts = Vec::new();
    if let Some((ici, e50, e90)) = detail.calibration_error {
        let text = format!("{} / {} / {}", fixed(ici, 4), fixed(e50, 4), fixed(e90, 4));
        facts.push(fact(say(lang, "Calibration error: ICI / E50 / E90", "較正誤差 ICI / E50 / E90"), text));
    }
    if let Some((reliability, resolution, uncertainty)) = detail.brier_parts {
        let text = format!("{} − {} + {}", fixed(reliability, 4), fixed(resolution, 4), fixed(uncertainty, 4));
        let name =
            say(lang, "Brier: reliability − resolution + uncertainty", "ブライア分解 信頼度 − 分離度 + 不確実性");
        facts.push(fact(name, text));
    }
    let precision = or_dash(detail.average_precision, |x| fixed(x, 3));
    facts.push(fact(say(lang, "Average precision", "平均適合率"), precision));
    if let Some(by) = &detail.by_revenue {
        facts.extend(by_revenue(by, lang));
    }
    facts
}

fn by_revenue(by: &ByRevenueRecord, lang: Lang) -> Vec<Fact> {
    let four = |x: Option<f64>| or_dash(x, |x| fixed(x, 4));
    let pair = |x: Option<(f64, f64)>| or_dash(x, super::validation::pair);
    vec![
        fact(
            say(lang, "AUC weighted by revenue", "売上で重み付けしたAUC"),
            or_dash(by.auc.as_ref(), super::validation::auc),
        ),
        fact(
            say(
                lang,
                "Brier score, log-loss, average precision, weighted by revenue",
                "売上で重み付けしたブライアスコア・対数損失・平均適合率",
            ),
            format!("{}, {}, {}", four(by.brier), four(by.log_loss), or_dash(by.average_precision, |x| fixed(x, 3))),
        ),
        fact(
            say(
                lang,
                "Calibration intercept, slope ± SE, weighted by revenue",
                "売上で重み付けした較正の切片・傾き ± 標準誤差",
            ),
            format!("{}, {}", pair(by.calibration_intercept), pair(by.calibration_slope)),
        ),
    ]
}

/// Gains and decision curve.
pub(super) fn tables(v: &ValidationRecord, lang: Lang) -> Vec<Table> {
    v.detail.as_ref().map_or_else(Vec::new, |detail| vec![gains(detail, lang), decisions(detail, lang)])
}

fn gains(detail: &DetailRecord, lang: Lang) -> Table {
    let revenue = detail.by_revenue.as_ref();
    let rows = detail.gains.iter().map(|g| {
        let mut cells = vec![percent(g.share), share(&g.precision), share(&g.recall), fixed(g.lift, 1)];
        if let Some(by) = revenue {
            let same = by.gains.iter().find(|other| (other.share - g.share).abs() < 1e-9);
            cells.push(or_dash(same, |other| share(&other.recall)));
        }
        cells
    });
    let mut names = vec![
        ("Share of the rows", "上位の割合"),
        ("Of these left", "うち離反"),
        ("Of all who left", "離反全体に占める割合"),
        ("Times the average", "平均の何倍か"),
    ];
    if revenue.is_some() {
        names.push(("Of the revenue that left", "失った売上に占める割合"));
    }
    Table {
        caption: say(lang, "The riskiest rows of all", "リスクの高い順に並べたとき").to_owned(),
        head: head(lang, &names),
        numeric: (0..names.len()).collect(),
        rows: rows.collect(),
    }
}

fn decisions(detail: &DetailRecord, lang: Lang) -> Table {
    let per_thousand = |x: f64| signed(1000.0 * x, 1);
    let with_interval = |found: &IntervalRecord| {
        let ends = interval(Some(found.ci_low), Some(found.ci_high), per_thousand);
        format!("{} {ends}", per_thousand(found.value))
    };
    let revenue = detail.by_revenue.as_ref();
    let rows = detail.decisions.iter().map(|d| {
        let mut cells =
            vec![percent(d.threshold), percent(d.acted_on), with_interval(&d.score), per_thousand(d.everybody)];
        if let Some(by) = revenue {
            let same = by.decisions.iter().find(|other| (other.threshold - d.threshold).abs() < 1e-9);
            cells.push(or_dash(same, |other| with_interval(&other.score)));
            cells.push(or_dash(same, |other| per_thousand(other.everybody)));
        }
        cells
    });
    let mut names = vec![
        ("Act from", "対応を始める確率"),
        ("Acted on", "対応する割合"),
        ("With the score", "スコアに従う"),
        ("Act on everybody", "全員に対応"),
    ];
    if revenue.is_some() {
        names.push(("With the score, per 1,000 of revenue", "スコアに従う（売上1,000あたり）"));
        names.push(("Everybody, per 1,000 of revenue", "全員に対応（売上1,000あたり）"));
    }
    Table {
        caption: say(
            lang,
            "Net benefit per 1,000 rows: leavers met, less the needless contacts at the price that the threshold implies; acting on nobody is 0",
            "1,000行あたりの純便益：事前に対応できた離反顧客から、しきい値が意味する費用で換算した不要な対応を引いたもの（誰にも対応しなければ0）",
        )
        .to_owned(),
        head: head(lang, &names),
        numeric: (0..names.len()).collect(),
        rows: rows.collect(),
    }
}
