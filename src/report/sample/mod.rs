//! A small artifact with every verdict, one with hostile names, and one that is almost empty.

use std::collections::BTreeMap;

use crate::artifact::{
    ARTIFACT_VERSION, AccountScore, AliasRecord, ChainRecord, ColumnRecord, CountRecord, DataRecord, FitRecord,
    HistogramRecord, KpiArtifact, KpiSummary, ModelArtifact, Numbers, PeriodRecord, ReasonRecord, ScoreRecord,
    SecondOpinion, StudyRecord, TermRecord, ThresholdRecord, ValidationRecord,
};
use crate::notice::{Notice, Severity};
use crate::traps::{Evidence, Measured, Outcome, TestId};
use crate::verdict::{Answer, Direction, KpiVerdict, Verdict};
use crate::words;
use crate::words::{Lang, Words};
use fuellamp_score::{Weights, example};

mod gut;
mod lamp;
mod steps;
mod validation;

use gut::gut_feeling;
use steps::{chain, link, response, timing};
use validation::validation;

/// Names that try to break out of a page, an SVG, or a spreadsheet.
pub(super) const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "\"quoted\" & 'single'",
    "two\nlines\tand a tab",
    "=cmd|' /C calc'!A0",
    "🔥🚀 emoji",
    "</style></svg>]]>",
    "\u{202e}reversed \u{0}\u{8}controls\u{1b}[31m",
    "{{ v.study }} {% raw %}",
];

fn label(verdict: Verdict) -> Words {
    let (en, ja) = match verdict {
        Verdict::Validated => ("Weekly active users of the core feature", "中心機能の週間利用者数"),
        Verdict::Promising => ("Contacts with decision makers, 90 days", "決裁者との接触回数（90日）"),
        Verdict::Mediated => ("Reports set up in onboarding", "導入時に作成したレポート数"),
        Verdict::SegmentDependent => ("API calls per seat", "1席あたりのAPI呼び出し数"),
        Verdict::Lagging => ("Logins in the last month", "直近1か月のログイン数"),
        Verdict::ReverseCausal => ("CSM contacts, 90 days", "CSMの接触回数（90日）"),
        Verdict::Confounded => ("Premium add-on in use", "有料オプションの利用"),
        Verdict::Redundant => ("Monthly active users", "月間利用者数"),
        Verdict::Fading => ("Training sessions attended", "研修への参加回数"),
        Verdict::Stale => ("Satisfaction survey", "満足度アンケート"),
        Verdict::KgiDerived => ("Data exports", "データの一括出力"),
        Verdict::NoEvidence => ("Newsletter opens", "メールマガジンの開封数"),
        Verdict::CannotTell => ("Meetings of the user group", "ユーザー会への参加"),
    };
    Words { en: en.into(), ja: ja.into() }
}

fn measured(test: TestId, estimate: f64, se: f64) -> Evidence {
    let p = if (estimate / se).abs() > 3.3 { 0.0004 } else { 0.21 };
    Evidence::measured(test, Measured { estimate, std_error: Some(se), p: Some(p), n_rows: 11_842, n_events: 412 })
}

fn evidence(verdict: Verdict) -> Vec<Evidence> {
    let profile: [f64; 4] = match verdict {
        Verdict::Lagging | Verdict::KgiDerived => [-1.42, -0.21, -0.06, 0.02],
        Verdict::ReverseCausal => [1.31, 0.42, 0.11, 0.01],
        Verdict::NoEvidence => [0.02, 0.01, -0.02, 0.0],
        _ => [-0.62, -0.58, -0.49, -0.38],
    };
    let path: [f64; 4] = match verdict {
        Verdict::Confounded => [-0.61, -0.12, -0.08, -0.03],
        Verdict::NoEvidence => [0.03, 0.02, 0.02, 0.01],
        Verdict::ReverseCausal => [0.74, 0.66, 0.15, 0.12],
        _ => [-0.66, -0.61, -0.57, -0.47],
    };
    let mut all = vec![
        measured(TestId::AtEvent, profile[0], 0.07),
        measured(TestId::Near, profile[1], 0.07),
        measured(TestId::Near2, profile[2], 0.08),
        measured(TestId::Near4, profile[3], 0.09),
        measured(TestId::Raw, path[0], 0.05),
        measured(TestId::Stat, path[1], 0.06),
        measured(TestId::Adj, path[2], 0.06),
        measured(TestId::Full, path[3], 0.07),
        measured(TestId::Level, path[3] * 0.9, 0.09),
        measured(TestId::Change, path[3] * 1.1, 0.1),
        measured(TestId::ByBilling, path[3], 0.11).of("flat"),
        measured(TestId::ByBilling, path[3] * 0.8, 0.13).of("metered"),
        measured(TestId::Mediator, 0.82, 0.1).of("kpi_validated"),
    ];
    // A year of lags between those of the profile; what is gone there stays gone.
    let lags =
        (1_u32..=8).zip(profile.windows(2).flat_map(|w| [w[0], 0.5 * (w[0] + w[1])]).skip(2).chain([profile[3]; 4]));
    all.extend(lags.map(|(lag, slope)| measured(TestId::LagSlope, slope, 0.08).of(lag.to_string())));
    all.extend([
        measured(TestId::Early, path[3] * 1.1, 0.1),
        measured(TestId::Late, path[3] * 0.9, 0.1),
        measured(TestId::Below, path[3] * 1.2, 0.12),
        measured(TestId::Above, path[3] * 0.8, 0.12),
    ]);
    all.push(Evidence::not_applicable(
        TestId::IntentToTreat,
        words!(en: "no programme pushed this KPI", ja: "このKPIを動かす施策が記録されていません"),
    ));
    all
}

fn kpi(verdict: Verdict, position: f64) -> KpiArtifact {
    let odds = match verdict {
        Verdict::NoEvidence => 1.01,
        Verdict::ReverseCausal => 1.13,
        Verdict::Lagging | Verdict::KgiDerived => 0.31,
        _ => 0.55 + 0.03 * position,
    };
    let estimated = verdict != Verdict::Stale;
    let number = |x: f64| estimated.then_some(x);
    let other = matches!(verdict, Verdict::Redundant | Verdict::Mediated).then(|| "kpi_validated".to_owned());
    KpiArtifact {
        name: format!("kpi_{}", verdict.name()),
        label: label(verdict),
        column: format!("col_{}", verdict.name()),
        kind: if verdict == Verdict::ReverseCausal { "action" } else { "behaviour" }.into(),
        stage: (verdict != Verdict::Stale).then(|| "use".into()),
        hoped: "more".into(),
        why: None,
        cost: Some(2.0),
        action: (verdict == Verdict::Validated).then(|| "1:1".into()),
        action_owner: (verdict == Verdict::Validated).then(|| "CSM".into()),
        summary: KpiSummary {
            missing_share: 0.034,
            n_distinct: 118,
            mean: Some(14.25),
            sd: Some(9.1),
            min: Some(0.0),
            max: Some(212.0),
            log1p: true,
        },
        evidence: evidence(verdict),
        verdict: KpiVerdict {
            verdict,
            predicts: if verdict == Verdict::NoEvidence { Answer::No } else { Answer::Yes },
            direction: if odds < 1.0 { Direction::Protective } else { Direction::Harmful },
            rule: "7f".into(),
            trap: (verdict == Verdict::ReverseCausal).then(|| "rescue_contact".into()),
            reason: words!(
                en: "One sd more goes with {odds:.2} times the odds of leaving (z -6.7); two periods earlier it is the same.",
                ja: "1標準偏差多いと離反のオッズは{odds:.2}倍（z値 -6.7）。その2期前でも同じです。"
            ),
            settle: matches!(verdict, Verdict::CannotTell | Verdict::Promising).then(|| {
                words!(
                    en: "Record who asked for the contact; 60 more decisions would settle it.",
                    ja: "接触を求めたのがどちらかを記録してください。あと60件の離反で判定できます。"
                )
            }),
            other_kpi: other,
            differs_by: None,
        },
        verdict_share: (verdict == Verdict::Validated).then_some(0.93),
        verdict_resamples: (verdict == Verdict::Validated).then_some(200),
        timing: timing(verdict),
        response: response(verdict),
        numbers: Numbers {
            odds_ratio: number(odds),
            ci_low: number(odds * 0.86),
            ci_high: number(odds * 1.16),
            p: number(if verdict == Verdict::NoEvidence { 0.83 } else { 0.000_02 }),
            q: number(if verdict == Verdict::NoEvidence { 0.9 } else { 0.000_1 }),
            e_value: number(2.4),
            e_value_limit: number(1.9),
            lead_periods: number(0.0).map(|_| 4),
            auc_alone: number(0.64),
            n_rows: 11_842,
            n_events: 412,
            in_score: verdict == Verdict::Validated,
            expires: Some("2027-03-31".into()),
        },
    }
}

fn count(x: f64) -> usize {
    format!("{x:.0}").parse().unwrap()
}

/// One KPI per verdict, everything measured.
pub(super) fn artifact() -> ModelArtifact {
    let kpis: Vec<_> = Verdict::ALL.iter().zip(0_u8..).map(|(v, i)| kpi(*v, f64::from(i))).collect();
    let term = |name: &str, estimate: f64, se: f64| TermRecord {
        term: name.into(),
        estimate,
        std_error: Some(se),
        z: Some(estimate / se),
        p: Some(0.000_3),
        ci_low: Some(estimate - 1.96 * se),
        ci_high: Some(estimate + 1.96 * se),
    };
    let weights = Weights::from_json(example::WEIGHTS_JSON).unwrap();
    let account = |i: u8| {
        let score = 8.0 + 4.0 * f64::from(i);
        let band = if i < 5 {
            "red"
        } else if i < 11 {
            "yellow"
        } else {
            "green"
        };
        AccountScore {
            account: format!("A-{:04}", 1000 + u16::from(i)),
            as_of: Some("2026-09-30".into()),
            score,
            probability: 0.31 - 0.014 * f64::from(i),
            band: band.into(),
            reasons: vec![ReasonRecord {
                column: "open_tickets".into(),
                label: words!(en: "Open tickets", ja: "未解決の問い合わせ"),
                points: -12.4,
            }],
            action: words!(en: "clear the ticket queue", ja: "未解決の問い合わせを片づける"),
            used_policies: Vec::new(),
            lamp: if band == "red" { "on" } else { "off" }.into(),
            since: Some("2026-08-31".into()),
            worth_acting: None,
            lamp_action: None,
            std_error: None,
            interval: None,
            inputs: BTreeMap::new(),
            weight: None,
            locked_for: None,
        }
    };
    ModelArtifact {
        artifact_version: ARTIFACT_VERSION.into(),
        generator: "fuellamp 0.1.0".into(),
        study: StudyRecord {
            name: "2026Q3".into(),
            purpose: "更新前に連絡すべき顧客を見つける".into(),
            language: Lang::Ja,
            outcome: "churn".into(),
            horizon: 1,
            gap: 0,
            seed: 20_261_001,
            source: "panel".into(),
            max_kpis: Some(7),
            capacity: Some(40.0),
            digest: "5f2c9b0e77aa5f2c9b0e77aa".into(),
        },
        data: DataRecord {
            files: vec!["panel.csv".into()],
            digest: "a90d13cc4b1ea90d13cc4b1e".into(),
            n_rows: 12_480,
            n_accounts: 1_024,
            n_rows_at_risk: 11_842,
            n_events: 412,
            period_from: Some("2024-01".into()),
            period_to: Some("2026-09".into()),
            period_unit: Some("month".into()),
            left_out: vec![CountRecord {
                what: words!(en: "rows after the notice", ja: "解約通知より後の行"),
                n: 638,
            }],
            periods: (0..24_u8)
                .map(|i| PeriodRecord {
                    period: format!("{}-{:02}", 2024 + u16::from(i / 12), i % 12 + 1),
                    at_risk: 380 + 11 * usize::from(i),
                    events: 9 + usize::from(i * 7 % 13),
                })
                .collect(),
            columns: vec![
                ColumnRecord {
                    name: "col_validated".into(),
                    kind: "number".into(),
                    used_as: Some("kpi".into()),
                    missing_share: 0.034,
                    n_distinct: 118,
                },
                ColumnRecord {
                    name: "memo".into(),
                    kind: "text".into(),
                    used_as: None,
                    missing_share: 0.4,
                    n_distinct: 9_120,
                },
            ],
        },
        notices: vec![
            Notice::new(
                Severity::Unsafe,
                "tables_contradict",
                words!(en: "churn differs between two tables for 12 accounts", ja: "12件の顧客で、離反の記録が二つの表の間で異なります"),
            )
            .help(words!(en: "decide which table is right", ja: "どちらの表が正しいかを決めてください")),
            Notice::new(
                Severity::Warning,
                "few_events",
                words!(en: "6.1 events per term, below 10", ja: "1項あたりの離反が6.1件で、10件を下回ります"),
            )
            .at(words!(en: "full model", ja: "全体モデル")),
            Notice::new(Severity::Info, "log1p", words!(en: "8 KPIs were logged", ja: "8件のKPIに対数変換をしました")),
        ],
        fit: FitRecord {
            terms: vec![
                term("(intercept)", -3.412, 0.091),
                term("kpi_validated", -0.598, 0.071),
                term("plan[metered]", 0.214, 0.104),
            ],
            aliased: vec![AliasRecord { term: "seats_total".into(), equals: "seats_used + seats_free".into() }],
            n_rows: 11_842,
            n_events: 412,
            n_accounts: 1_024,
            log_likelihood: -1_623.418,
            iterations: 7,
            max_score: 3.1e-10,
            stop: "converged".into(),
            condition_number: 41.7,
            penalty: "none".into(),
            covariance: "clustered by account (CR1)".into(),
            second_opinion: Some(SecondOpinion {
                solver: "linfa-logistic 0.8.1".into(),
                n_rows: 11_842,
                n_events: 412,
                ridge: 1e-6,
                largest_difference: 2.1e-7,
                tolerance: 1e-4,
            }),
        },
        kpis,
        validation: validation(),
        score: ScoreRecord {
            histogram: (0..10_u8)
                .map(|i| HistogramRecord {
                    from: f64::from(i) * 10.0,
                    to: f64::from(i) * 10.0 + 10.0,
                    stayed: count(2_600.0 * (-(f64::from(i) - 7.0).powi(2) / 6.0).exp()),
                    left: count(110.0 * (-(f64::from(i) - 3.0).powi(2) / 5.0).exp()),
                })
                .collect(),
            accounts: (0..20).map(account).collect(),
            whole_points: None,
            revenue_by_band: vec![("red".into(), 48_200.0), ("yellow".into(), 91_750.0), ("green".into(), 512_300.0)],
            model_covariance: None,
        },
        weights,
        approvals: Vec::new(),
        links: Verdict::ALL.iter().filter_map(|&verdict| link(verdict)).collect(),
        chain: chain(),
        gut_feeling: vec![gut_feeling()],
        lamp: Some(lamp::lamp()),
        thresholds: vec![ThresholdRecord {
            name: "few_decisions".into(),
            value: 40.0,
            meaning: words!(en: "fewer decisions than this: cannot tell", ja: "離反がこれより少なければ判定できない"),
        }],
    }
}

/// The same with names that try to break out.
pub(super) fn hostile() -> ModelArtifact {
    let mut artifact = artifact();
    let long = "長".repeat(200);
    let name = |i: usize| HOSTILE.get(i).copied().unwrap_or(&long);
    for (i, kpi) in artifact.kpis.iter_mut().enumerate() {
        kpi.name = name(i).into();
        kpi.label = Words::same(name(i));
        kpi.column = name(i).into();
        kpi.why = Some(name(i).into());
        kpi.verdict.reason = Words::same(name(i));
        kpi.verdict.settle = Some(Words::same(name(i)));
        kpi.verdict.other_kpi = Some(name(i).into());
        for evidence in &mut kpi.evidence {
            evidence.slice = Some(name(i).into());
            evidence.column = Some(name(i).into());
        }
    }
    for (i, link) in artifact.links.iter_mut().enumerate() {
        link.action = name(i).into();
        link.kpi = artifact.kpis[i].name.clone();
    }
    for high in &mut artifact.chain.high_use {
        high.kpi = name(0).into();
        for (i, account) in high.left.iter_mut().enumerate() {
            account.account = name(i).into();
            account.left_in = Some(name(i).into());
        }
    }
    for rating in &mut artifact.gut_feeling {
        rating.label = Words::same(name(0));
        rating.summary = Words::same(name(6));
        for (i, account) in rating.current.iter_mut().enumerate() {
            account.account = name(i).into();
        }
    }
    artifact.study.name = name(0).into();
    artifact.study.purpose = format!("{}{long}", name(5));
    for (i, account) in artifact.score.accounts.iter_mut().enumerate() {
        account.account = name(i).into();
        account.band = name(i).into();
    }
    for period in &mut artifact.data.periods {
        period.period = name(0).into();
    }
    artifact.lamp = Some(lamp::hostile(HOSTILE));
    artifact
}

/// A snapshot: no KPI, no period, no active account, nothing validated.
pub(super) fn empty() -> ModelArtifact {
    let mut artifact = artifact();
    artifact.kpis.clear();
    artifact.notices.clear();
    artifact.thresholds.clear();
    artifact.links.clear();
    artifact.chain = ChainRecord::default();
    artifact.gut_feeling.clear();
    artifact.lamp = Some(lamp::refused());
    artifact.study.source = "snapshot".into();
    artifact.study.max_kpis = None;
    artifact.data.period_from = None;
    artifact.data.period_to = None;
    artifact.data.periods.clear();
    artifact.data.left_out.clear();
    artifact.data.columns.clear();
    artifact.fit.aliased.clear();
    artifact.fit.second_opinion = None;
    artifact.score.accounts.clear();
    artifact.score.histogram.clear();
    artifact.score.revenue_by_band.clear();
    artifact.validation = ValidationRecord::default();
    artifact
}

/// A snapshot with KPIs: no lag profile, no path.
pub(super) fn snapshot() -> ModelArtifact {
    let mut artifact = artifact();
    artifact.study.source = "snapshot".into();
    artifact.data.periods.clear();
    artifact.data.period_unit = None;
    artifact.lamp = None;
    artifact.links.clear();
    for kpi in &mut artifact.kpis {
        kpi.timing = None;
        if let Some(response) = &mut kpi.response {
            response.status = "not_applicable".into();
            response.why_not = Some(words!(en: "one row per customer", ja: "顧客ごとに1行です"));
        }
        kpi.evidence.retain(|e| matches!(e.test, TestId::Full | TestId::IntentToTreat));
    }
    artifact
}

/// Every text longer than any page has room for.
pub(super) fn wide() -> ModelArtifact {
    let mut artifact = artifact();
    let long = Words { en: "immeasurable width ".repeat(20), ja: "長い名前のKPI".repeat(30) };
    for kpi in &mut artifact.kpis {
        kpi.label = long.clone();
        kpi.verdict.settle = Some(long.clone());
        kpi.action = Some(long.ja.clone());
        kpi.action_owner = Some(long.ja.clone());
        kpi.verdict.other_kpi = Some(long.ja.clone());
    }
    artifact.study.name = long.ja.clone();
    artifact.study.purpose = long.ja.clone();
    for notice in &mut artifact.notices {
        notice.what = long.clone();
    }
    for band in &mut artifact.weights.bands {
        band.action.en = long.en.clone();
        band.action.ja = long.ja.clone();
    }
    artifact
}

/// Twice as many KPIs, with names of sixty letters, and a finding that makes conclusions unsafe.
pub(super) fn crowded() -> ModelArtifact {
    let mut artifact = artifact();
    for kpi in artifact.kpis.clone() {
        artifact.kpis.push(KpiArtifact { name: format!("{}_again", kpi.name), ..kpi });
    }
    let name = |n: usize| Words {
        en: format!("Share of the agreed rollout milestones signed off by team {n:02}"),
        ja: format!("四半期ごとに決裁者と合意した導入目標のうち、期日までに達成された割合（直近九十日間）、第{n:02}班"),
    };
    for (n, kpi) in artifact.kpis.iter_mut().enumerate() {
        kpi.label = name(n);
        kpi.verdict.other_kpi = kpi.verdict.other_kpi.as_ref().map(|_| name(7).en);
    }
    artifact.study.name = "2026年第3四半期 全社カスタマーサクセスKPIの見直し".to_owned();
    artifact.study.purpose =
        "find early, well before any renewal discussion begins, the larger accounts to visit".repeat(2);
    let what = name(0);
    artifact
        .notices
        .insert(0, Notice::new(Severity::Unsafe, "crowded", Words { en: what.en.repeat(3), ja: what.ja.repeat(2) }));
    artifact
}

/// Numbers at the ends of what a float can be, and numbers that are none.
pub(super) fn extreme() -> ModelArtifact {
    let mut artifact = artifact();
    let ends = [0.0, -0.0, 1e-300, 1e300, -1e300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    for (i, kpi) in artifact.kpis.iter_mut().enumerate() {
        let end = |j: usize| ends[(i + j) % ends.len()];
        kpi.numbers.odds_ratio = Some(end(0));
        kpi.numbers.ci_low = Some(end(1));
        kpi.numbers.ci_high = Some(end(2));
        kpi.numbers.p = Some(end(3));
        kpi.numbers.e_value = Some(end(4));
        kpi.summary.mean = Some(end(5));
        kpi.summary.max = Some(end(6));
        for (j, evidence) in kpi.evidence.iter_mut().enumerate() {
            if let Outcome::Measured(m) = &mut evidence.outcome {
                *m = Measured {
                    estimate: end(j),
                    std_error: Some(end(j + 1)),
                    p: Some(end(j + 2)),
                    n_rows: 0,
                    n_events: 0,
                };
            }
        }
    }
    for (j, link) in artifact.links.iter_mut().enumerate() {
        if let Some(shown) = &mut link.shown {
            (shown.estimate, shown.std_error) = (ends[j % ends.len()], Some(ends[(j + 1) % ends.len()]));
            (shown.ci_low, shown.ci_high) = (Some(ends[(j + 2) % ends.len()]), Some(ends[(j + 3) % ends.len()]));
        }
    }
    for high in &mut artifact.chain.high_use {
        (high.threshold, high.n_high, high.n_accounts) = (f64::NAN, 0, 0);
    }
    for (j, bin) in artifact.validation.curve.iter_mut().enumerate() {
        (bin.predicted, bin.ci_high) = (ends[j % ends.len()], ends[(j + 1) % ends.len()]);
    }
    for (j, bar) in artifact.score.histogram.iter_mut().enumerate() {
        (bar.from, bar.to) = (ends[j % ends.len()], ends[(j + 1) % ends.len()]);
    }
    artifact.validation.calibration_slope = Some((f64::NAN, f64::INFINITY));
    artifact.lamp = Some(lamp::extreme(&ends));
    artifact.fit.log_likelihood = f64::NEG_INFINITY;
    artifact.fit.max_score = f64::NAN;
    artifact.score.revenue_by_band = vec![("red".into(), f64::NAN), ("green".into(), 1e300)];
    artifact
}
