//! `check`: what could be tested with this study and its data.

use crate::artifact::SampleSizeRecord;
use crate::design::kpi_series;
use crate::notice::{Explain, Notice, Severity};
use crate::study::Study;
use crate::traps::audit_columns;
use crate::words;
use crate::words::Words;

use super::candidates::Candidates;
use super::record_detail::sample_size;
use super::to_record::to_record;
use super::{PipelineError, Prepared};

/// Events below which no verdict is possible.
const MIN_EVENTS: usize = 40;
/// Share of the variance within accounts below which level and change cannot be told apart.
const MOVES: f64 = 0.05;

/// What could be tested.
#[derive(Debug)]
pub struct Readiness {
    /// Findings about columns.
    pub notices: Vec<Notice>,
    /// Head of the table.
    pub header: Vec<Words>,
    /// One row per KPI: name, missing, distinct, moves within accounts, what can be tested.
    pub rows: Vec<Vec<Words>>,
    /// What to record to test more.
    pub to_record: Vec<Words>,
    /// Decisions to leave per KPI of the study; absent without a KPI.
    pub events_per_kpi: Option<f64>,
    /// Whether there is enough data for a score; absent where a column cannot be read.
    pub sample_size: Option<SampleSizeRecord>,
}

/// Examines the columns and says per KPI what the data can carry. The outcome is used to find stand-ins for it, nothing
/// is fitted.
///
/// # Errors
/// [`PipelineError`] where a column cannot be read.
pub fn readiness(study: &Study, ready: &Prepared) -> Result<Readiness, PipelineError> {
    let skip = ready.not_audited();
    let audit = audit_columns(&ready.panel, &ready.sample, &ready.as_of, &skip, &ready.used_as)?;
    let fields = Candidates::read(study, &ready.panel).map(|candidates| candidates.fields(&audit.unfit)).ok();
    let sample_size = fields.and_then(|fields| sample_size(fields, ready.sample.n_rows(), ready.sample.n_events()));
    let mut notices = audit.notices;
    let events = ready.sample.n_events();
    if events == 0 {
        let what = words!(
            en: "nobody leaves in the rows that can be tested: `run` has nothing to compare and will refuse",
            ja: "検定できる行に離反が1件もありません。比べるものがないため、`run`は実行できません",
        );
        notices.push(Notice::new(Severity::Warning, "no_events", what).help(words!(
            en: "check the outcome column and, if it is text, say which value means left with `positive`",
            ja: "結果の列を確認し、文字列の場合は離反を表す値を`positive`で指定してください",
        )));
    } else if events < MIN_EVENTS {
        notices.push(Notice::new(
            Severity::Warning,
            "few_events",
            words!(
                en: "{events} decisions to leave: below {MIN_EVENTS} every verdict is `cannot_tell`",
                ja: "離反は{events}件です。{MIN_EVENTS}件未満では、すべて「判定できない」になります",
            ),
        ));
    }
    let header = vec![
        Words::same("KPI"),
        words!(en: "missing", ja: "欠測"),
        words!(en: "values", ja: "値の種類"),
        words!(en: "moves within accounts", ja: "顧客内での変動"),
        words!(en: "testable", ja: "検定できること"),
    ];
    let mut rows = Vec::new();
    for kpi in &study.kpis {
        let name = Words::same(kpi.name.clone());
        let series = match kpi_series(&ready.panel, kpi) {
            Ok(series) => series,
            Err(error) => {
                rows.push(vec![name, Words::same("-"), Words::same("-"), Words::same("-"), error.what()]);
                continue;
            }
        };
        let n = series.values.len().max(1);
        let missing = series.values.iter().filter(|v| v.is_nan()).count();
        let mut known: Vec<f64> = series.values.iter().copied().filter(|v| !v.is_nan()).collect();
        known.sort_by(f64::total_cmp);
        known.dedup();
        let within = within_share(ready, &series.values);
        let testable = if known.len() < 2 {
            words!(en: "nothing: it never varies", ja: "なし（値が変わりません）")
        } else if events < MIN_EVENTS {
            words!(en: "nothing yet: too few decisions", ja: "まだなし（離反が少なすぎます）")
        } else if ready.panel.is_snapshot() {
            words!(en: "what explains it away; at best promising", ja: "交絡のみ（最高でも「有望」）")
        } else if within < MOVES {
            words!(en: "all but change: it hardly moves within accounts", ja: "変化以外（顧客内でほとんど動きません）")
        } else {
            words!(en: "everything", ja: "すべて")
        };
        let percent = |share: f64| Words::same(format!("{:.1} %", 100.0 * share));
        let moves = if ready.panel.is_snapshot() { Words::same("-") } else { percent(within) };
        rows.push(vec![
            name,
            percent(missing as f64 / n as f64),
            Words::same(known.len().to_string()),
            moves,
            testable,
        ]);
    }
    let n_kpis = study.kpis.len();
    let events_per_kpi = (n_kpis > 0).then(|| events as f64 / n_kpis as f64);
    Ok(Readiness { notices, header, rows, to_record: to_record(study, ready), events_per_kpi, sample_size })
}

/// Share of the variance that lies within accounts.
fn within_share(ready: &Prepared, values: &[f64]) -> f64 {
    let (mut sum, mut n) = (0.0, 0.0);
    for v in values.iter().filter(|v| !v.is_nan()) {
        sum += v;
        n += 1.0;
    }
    let grand = sum / n;
    let (mut within, mut total) = (0.0, 0.0);
    for spell in ready.panel.spells() {
        let own: Vec<f64> = spell.map(|row| values[row]).filter(|v| !v.is_nan()).collect();
        let mean = own.iter().sum::<f64>() / own.len().max(1) as f64;
        within += own.iter().map(|v| (v - mean).powi(2)).sum::<f64>();
        total += own.iter().map(|v| (v - grand).powi(2)).sum::<f64>();
    }
    if total > 0.0 { within / total } else { 0.0 }
}
