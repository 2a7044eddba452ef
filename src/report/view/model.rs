//! Tables of the model, the score and the data.

use std::collections::BTreeMap;

use super::{Fact, Table, basis, fact, head, label, status};
use crate::artifact::{ApprovalRecord, DataRecord, DecisionRecord, FitRecord, ModelArtifact};
use crate::report::format::{count, fixed, interval, list, or_dash, p_value, percent, plain, signed};
use crate::report::names::{code, say};
use crate::words::Lang;

/// How the fit went.
pub(super) fn fit_facts(fit: &FitRecord, lang: Lang) -> Vec<Fact> {
    let mut facts = vec![
        fact(say(lang, "Rows", "行数"), count(fit.n_rows)),
        fact(say(lang, "Events", "離反数"), count(fit.n_events)),
        fact(say(lang, "Accounts", "顧客数"), count(fit.n_accounts)),
        fact(say(lang, "Log-likelihood", "対数尤度"), fixed(fit.log_likelihood, 3)),
        fact(say(lang, "Newton steps", "ニュートン法の反復"), count(fit.iterations)),
        fact(say(lang, "Stopped because", "停止の理由"), code(&fit.stop, lang)),
        fact(say(lang, "Largest score component", "スコア関数の最大成分"), plain(fit.max_score)),
        fact(say(lang, "Condition number", "条件数"), plain(fit.condition_number)),
        fact(say(lang, "Penalty", "罰則"), code(&fit.penalty, lang)),
        fact(say(lang, "Standard errors", "標準誤差"), code(&fit.covariance, lang)),
    ];
    let second = fit.second_opinion.as_ref().map_or_else(
        || say(lang, "not available", "実施していません").to_owned(),
        |s| match lang {
            Lang::En => format!(
                "{}: largest difference {} (limit {}), ridge {}, {} rows, {} events",
                s.solver,
                plain(s.largest_difference),
                plain(s.tolerance),
                plain(s.ridge),
                count(s.n_rows),
                count(s.n_events)
            ),
            Lang::Ja => format!(
                "{}：最大の差 {}（許容 {}）、リッジ {}、{}行、離反{}件",
                s.solver,
                plain(s.largest_difference),
                plain(s.tolerance),
                plain(s.ridge),
                count(s.n_rows),
                count(s.n_events)
            ),
        },
    );
    facts.push(fact(say(lang, "Second solver", "別の解法による確認"), second));
    facts
}

/// Every coefficient.
pub(super) fn terms(fit: &FitRecord, labels: &BTreeMap<&str, &str>, lang: Lang) -> Table {
    let rows = fit.terms.iter().map(|t| {
        let name = match labels.get(t.term.as_str()) {
            Some(known) if *known != t.term => format!("{known} ({})", t.term),
            None if t.term == "(intercept)" => say(lang, "(intercept)", "（切片）").to_owned(),
            _ => t.term.clone(),
        };
        vec![
            name,
            signed(t.estimate, 4),
            or_dash(t.std_error, |x| fixed(x, 4)),
            or_dash(t.z, |x| signed(x, 2)),
            or_dash(t.p, p_value),
            interval(t.ci_low, t.ci_high, |x| signed(x, 3)),
        ]
    });
    Table {
        caption: say(
            lang,
            "Coefficients in log-odds: per standard deviation for numbers, 0/1 columns among them; for a category, in brackets, against the one left out; for [missing], against known",
            "係数（対数オッズ）。数値（0/1の列を含む）は1標準偏差あたり、角括弧の区分は基準の区分との差、[missing]は値がある場合との差",
        )
        .to_owned(),
        head: head(
            lang,
            &[
                ("Term", "項"),
                ("Estimate", "推定値"),
                ("SE", "標準誤差"),
                ("z", "z値"),
                ("p", "p値"),
                ("95% interval", "95%区間"),
            ],
        ),
        numeric: (1..6).collect(),
        rows: rows.collect(),
    }
}

/// Columns that others determine.
pub(super) fn aliased(fit: &FitRecord, lang: Lang) -> Table {
    Table {
        caption: say(lang, "Left out because other columns determine them", "他の列から決まるため除いた列").to_owned(),
        head: head(lang, &[("Term", "項"), ("Equals", "等しい式")]),
        numeric: Vec::new(),
        rows: fit.aliased.iter().map(|a| vec![a.term.clone(), a.equals.clone()]).collect(),
    }
}

/// How to read the score.
pub(super) fn score_facts(artifact: &ModelArtifact, lang: Lang) -> Vec<Fact> {
    let w = &artifact.weights;
    let formula = match lang {
        Lang::En => format!(
            "{} − {} × log-odds, kept between {} and {}",
            fixed(w.score.offset, 2),
            fixed(w.score.slope, 2),
            fixed(w.score.low, 0),
            fixed(w.score.high, 0)
        ),
        Lang::Ja => format!(
            "{} − {} × 対数オッズ（{}から{}の範囲）",
            fixed(w.score.offset, 2),
            fixed(w.score.slope, 2),
            fixed(w.score.low, 0),
            fixed(w.score.high, 0)
        ),
    };
    let mut facts = vec![
        fact(say(lang, "Direction", "向き"), label(&w.score.direction, lang)),
        fact(say(lang, "Formula", "計算式"), formula),
        fact(say(lang, "Rests on", "根拠"), basis(w.basis, lang)),
        fact(say(lang, "Status", "状態"), status(artifact, lang)),
        fact(
            say(lang, "Valid until", "有効期限"),
            w.valid_until.clone().unwrap_or_else(|| say(lang, "no date in the data", "データに日付なし").to_owned()),
        ),
    ];
    facts.extend(artifact.approvals.iter().map(|approval| signature(approval, lang)));
    for (band, revenue) in &artifact.score.revenue_by_band {
        let name = band_name(artifact, band, lang);
        let text = match lang {
            Lang::En => format!("Revenue in “{name}”"),
            Lang::Ja => format!("「{name}」の売上"),
        };
        facts.push(fact(&text, fixed(*revenue, 0)));
    }
    facts
}

/// One signature: who, when, which KPIs were kept and dropped, and why.
fn signature(approval: &ApprovalRecord, lang: Lang) -> Fact {
    let (colon, stop) = (say(lang, ": ", "："), say(lang, "; ", "。"));
    let mut parts: Vec<String> = vec![approval.on.clone()];
    parts.extend(approval.note.clone());
    for (name, word) in [("keep", say(lang, "kept", "採用")), ("drop", say(lang, "dropped", "除外"))] {
        let one = |d: &DecisionRecord| match &d.reason {
            Some(reason) if d.named && Some(reason) != approval.note.as_ref() => match lang {
                Lang::En => format!("{} ({reason})", d.kpi),
                Lang::Ja => format!("{}（{reason}）", d.kpi),
            },
            _ => d.kpi.clone(),
        };
        let those: Vec<String> = approval.decisions.iter().filter(|d| d.decision == name).map(one).collect();
        if !those.is_empty() {
            parts.push(format!("{word}{colon}{}", list(&those, lang)));
        }
    }
    let by = &approval.by;
    let name = match lang {
        Lang::En => format!("Signed by {by}"),
        Lang::Ja => format!("{by}の承認"),
    };
    fact(&name, parts.join(stop))
}

/// Points of the score per unit of each input field.
pub(super) fn points(artifact: &ModelArtifact, lang: Lang) -> Table {
    let w = &artifact.weights;
    let whole = artifact.score.whole_points.as_ref();
    let mut rows = vec![vec![
        say(lang, "(intercept)", "（切片）").to_owned(),
        say(lang, "start", "出発点").to_owned(),
        signed(w.intercept.coefficient, 4),
        or_dash(w.intercept.std_error, |x| fixed(x, 4)),
        signed(w.score.offset - w.score.slope * w.intercept.coefficient, 1),
        or_dash(whole.map(|w| w.start), |x| signed(x, 0)),
    ]];
    rows.extend(w.terms.iter().enumerate().map(|(i, t)| {
        let name = w.reasons.iter().find(|r| r.column == t.column).map_or(t.column.as_str(), |r| label(&r.label, lang));
        vec![
            t.term.clone(),
            name.to_owned(),
            signed(t.coefficient, 4),
            or_dash(t.std_error, |x| fixed(x, 4)),
            signed(-t.coefficient * w.score.slope, 1),
            or_dash(whole.and_then(|w| w.points.get(i).copied()), |x| signed(x, 0)),
        ]
    }));
    Table {
        caption: say(
            lang,
            "Points per unit of each prepared input (after clipping, log and scaling); negative points lower health",
            "前処理（範囲・対数・標準化）後の入力1単位あたりの点数。負の点数は健全度を下げます",
        )
        .to_owned(),
        head: head(
            lang,
            &[
                ("Field", "項"),
                ("Input", "入力"),
                ("Log-odds", "対数オッズ"),
                ("SE", "標準誤差"),
                ("Points", "点数"),
                ("Whole points", "整数の点数"),
            ],
        ),
        numeric: vec![2, 3, 4, 5],
        rows,
    }
}

/// What typing whole points into another platform costs.
pub(super) fn rounding(artifact: &ModelArtifact, lang: Lang) -> Option<String> {
    let whole = artifact.score.whole_points.as_ref()?;
    let (lost, median, most) =
        (fixed(whole.auc_lost.max(0.0), 4), fixed(whole.median_move, 1), fixed(whole.largest_move, 1));
    Some(match lang {
        Lang::En => format!(
            "With whole points half of the scores move by less than {median} and none by more than {most}; the AUC loses {lost}."
        ),
        Lang::Ja => format!(
            "整数の点数にすると、半数のスコアの動きは{median}点以内、最大で{most}点です。AUCの低下は{lost}です。"
        ),
    })
}

/// Name of a band for people.
pub(super) fn band_name(artifact: &ModelArtifact, band: &str, lang: Lang) -> String {
    let known = artifact.weights.bands.iter().find(|b| b.name == band);
    known.map_or_else(|| band.to_owned(), |b| label(&b.label, lang).to_owned())
}

/// Bands with their limits, shared and by phase, how many are in them now, and the action.
pub(super) fn bands(artifact: &ModelArtifact, lang: Lang) -> Table {
    let phases = artifact.weights.phases.as_ref().map_or(&[][..], |phases| &phases.limits);
    let mut above: Option<f64> = None;
    let mut rows = Vec::new();
    for (i, band) in artifact.weights.bands.iter().enumerate() {
        let limits = match above {
            None => match lang {
                Lang::En => format!("{} and above", percent(band.at_least)),
                Lang::Ja => format!("{}以上", percent(band.at_least)),
            },
            Some(top) if band.at_least > 0.0 => match lang {
                Lang::En => format!("{} to below {}", percent(band.at_least), percent(top)),
                Lang::Ja => format!("{}以上{}未満", percent(band.at_least), percent(top)),
            },
            Some(top) => match lang {
                Lang::En => format!("below {}", percent(top)),
                Lang::Ja => format!("{}未満", percent(top)),
            },
        };
        above = Some(band.at_least);
        let n = artifact.score.accounts.iter().filter(|a| a.band == band.name && !a.is_locked()).count();
        let mut row = vec![label(&band.label, lang).to_owned(), limits];
        row.extend(phases.iter().map(|phase| percent(phase.at_least[i])));
        row.extend([count(n), label(&band.action, lang).to_owned()]);
        rows.push(row);
    }
    let locked = artifact.score.accounts.iter().filter(|a| a.is_locked()).count();
    if locked > 0 {
        let mut row = vec![say(lang, "contract runs on", "契約期間中").to_owned()];
        row.resize(2 + phases.len(), "-".to_owned());
        let what = say(
            lang,
            "cannot leave in the window yet; “locked_for” in scores.csv says for how long",
            "対象期間にはまだ離反できません（期数はscores.csvの「locked_for」）",
        );
        row.extend([count(locked), what.to_owned()]);
        rows.push(row);
    }
    let mut columns = head(lang, &[("Band", "信号"), ("Probability of leaving", "離反の確率")]);
    columns.extend(phases.iter().map(|phase| match lang {
        Lang::En => format!("{}: from", phase.phase),
        Lang::Ja => format!("{}：下限", phase.phase),
    }));
    columns.extend(head(lang, &[("Active accounts that can leave now", "離反できる現在の顧客数"), ("Action", "対応")]));
    Table {
        caption: say(lang, "Bands", "信号の区切り").to_owned(),
        numeric: (1..columns.len() - 1).collect(),
        head: columns,
        rows,
    }
}

/// The ten accounts most at risk.
pub(super) fn at_risk(artifact: &ModelArtifact, lang: Lang) -> Table {
    let rows = artifact.score.accounts.iter().filter(|a| !a.is_locked()).take(10).map(|a| {
        let reasons: Vec<_> = a
            .reasons
            .iter()
            .map(|r| match lang {
                Lang::En => format!("{} ({})", r.label.get(lang), signed(r.points, 1)),
                Lang::Ja => format!("{}（{}）", r.label.get(lang), signed(r.points, 1)),
            })
            .collect();
        let reasons = if reasons.is_empty() {
            say(lang, "none stands out", "目立つ理由なし").to_owned()
        } else {
            list(&reasons, lang)
        };
        vec![
            a.account.clone(),
            fixed(a.score, 0),
            percent(a.probability),
            band_name(artifact, &a.band, lang),
            reasons,
            a.action.get(lang).to_owned(),
        ]
    });
    Table {
        caption: say(
            lang,
            "The ten most at risk of the active accounts that can leave now; reasons in points against the average customer",
            "いま離反できる顧客のうち、リスクの高い10件。理由は平均的な顧客との点数の差",
        )
        .to_owned(),
        head: head(
            lang,
            &[
                ("Account", "顧客"),
                ("Score", "スコア"),
                ("Probability", "離反の確率"),
                ("Band", "信号"),
                ("Reasons", "理由"),
                ("Suggested action", "対応の案"),
            ],
        ),
        numeric: vec![1, 2],
        rows: rows.collect(),
    }
}

/// What was read.
pub(super) fn data_facts(data: &DataRecord, lang: Lang) -> Vec<Fact> {
    vec![
        fact(say(lang, "Files", "ファイル"), list(&data.files, lang)),
        fact(say(lang, "Rows read", "読み込んだ行数"), count(data.n_rows)),
        fact(say(lang, "Accounts", "顧客数"), count(data.n_accounts)),
        fact(say(lang, "Rows at risk", "リスク集合の行数"), count(data.n_rows_at_risk)),
        fact(say(lang, "Events at risk", "リスク集合の離反数"), count(data.n_events)),
    ]
}

/// Rows left out and why.
pub(super) fn left_out(data: &DataRecord, lang: Lang) -> Table {
    Table {
        caption: say(lang, "Left out", "除いた行").to_owned(),
        head: head(lang, &[("Reason", "理由"), ("Rows", "件数")]),
        numeric: vec![1],
        rows: data.left_out.iter().map(|c| vec![c.what.get(lang).to_owned(), count(c.n)]).collect(),
    }
}

/// The data dictionary.
pub(super) fn columns(data: &DataRecord, lang: Lang) -> Table {
    let rows = data.columns.iter().map(|c| {
        vec![
            c.name.clone(),
            code(&c.kind, lang),
            c.used_as.as_ref().map_or_else(|| say(lang, "not used", "未使用").to_owned(), |u| code(u, lang)),
            percent(c.missing_share),
            count(c.n_distinct),
        ]
    });
    Table {
        caption: say(lang, "Data dictionary", "データ辞書").to_owned(),
        head: head(
            lang,
            &[
                ("Column", "列"),
                ("Kind", "型"),
                ("Used as", "用途"),
                ("Missing", "欠測"),
                ("Distinct values", "値の種類"),
            ],
        ),
        numeric: vec![3, 4],
        rows: rows.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_solver_is_named_or_said_to_be_missing() {
        let artifact = crate::report::sample::artifact();
        let with = fit_facts(&artifact.fit, Lang::En);
        assert!(with.last().unwrap().value.starts_with("linfa-logistic"), "{}", with.last().unwrap().value);
        let mut fit = artifact.fit;
        fit.second_opinion = None;
        assert_eq!(fit_facts(&fit, Lang::Ja).last().unwrap().value, "実施していません");
    }
}
