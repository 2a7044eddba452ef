//! The CSV files of a run, and tables for the terminal.

use crate::artifact::{ArtifactError, ModelArtifact};
use crate::panel::{LeftOut, TableAudit};
use crate::words::Lang;

/// Text that no spreadsheet takes for a formula; a number with its sign is none and stays as it is.
pub(super) fn inert(text: &str) -> String {
    let is_number = |digits: &str| {
        digits.starts_with(|c: char| c.is_ascii_digit()) && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
    };
    match text.chars().next() {
        Some('+' | '-') if is_number(&text[1..]) => text.to_owned(),
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |x| x.to_string())
}

/// The two ends of the probability's interval; empty where the weights carry no covariance.
pub(super) fn interval(interval: Option<fuellamp_score::Interval>) -> [String; 2] {
    [number(interval.map(|i| i.probability_low)), number(interval.map(|i| i.probability_high))]
}

/// Rows as CSV.
pub(super) fn csv(rows: &[Vec<String>]) -> Result<Vec<u8>, ArtifactError> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).map_err(|e| ArtifactError::Json(serde::ser::Error::custom(e)))?;
    }
    writer.into_inner().map_err(|e| ArtifactError::Json(serde::ser::Error::custom(e)))
}

/// Rows of `verdicts.csv`.
pub(super) fn verdict_rows(artifact: &ModelArtifact) -> Vec<Vec<String>> {
    let header = [
        "kpi",
        "verdict",
        "predicts",
        "lever",
        "direction",
        "trap",
        "odds_ratio",
        "ci_low",
        "ci_high",
        "p",
        "q",
        "e_value",
        "lead_periods",
        "auc_alone",
        "n_rows",
        "n_events",
        "in_score",
        "expires",
        "reason_en",
        "reason_ja",
    ];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for kpi in &artifact.kpis {
        let (v, n) = (&kpi.verdict, &kpi.numbers);
        rows.push(vec![
            inert(&kpi.name),
            v.verdict.name().to_owned(),
            v.predicts.name().to_owned(),
            v.verdict.lever().name().to_owned(),
            v.direction.name().to_owned(),
            v.trap.clone().unwrap_or_default(),
            number(n.odds_ratio),
            number(n.ci_low),
            number(n.ci_high),
            number(n.p),
            number(n.q),
            number(n.e_value),
            n.lead_periods.map_or_else(String::new, |l| l.to_string()),
            number(n.auc_alone),
            n.n_rows.to_string(),
            n.n_events.to_string(),
            n.in_score.to_string(),
            n.expires.clone().unwrap_or_default(),
            inert(&v.reason.en),
            inert(&v.reason.ja),
        ]);
    }
    rows
}

/// Rows of `scores.csv`.
pub(super) fn score_rows(artifact: &ModelArtifact) -> Vec<Vec<String>> {
    let header = [
        "account",
        "as_of",
        "score",
        "probability",
        "band",
        "reasons_en",
        "reasons_ja",
        "action_en",
        "action_ja",
        "used_policies",
        "lamp",
        "since",
        "worth_acting",
        "lamp_action",
        "lamp_owner",
        "probability_low",
        "probability_high",
        "locked_for",
    ];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for a in &artifact.score.accounts {
        let reasons = |lang| {
            let one = |r: &crate::artifact::ReasonRecord| format!("{} ({:+.1})", r.label.get(lang), r.points);
            inert(&a.reasons.iter().map(one).collect::<Vec<_>>().join("; "))
        };
        let mut cells = vec![
            inert(&a.account),
            a.as_of.clone().unwrap_or_default(),
            a.score.to_string(),
            a.probability.to_string(),
            a.band.clone(),
            reasons(Lang::En),
            reasons(Lang::Ja),
            inert(&a.action.en),
            inert(&a.action.ja),
            inert(&a.used_policies.join("; ")),
            a.lamp.clone(),
            inert(&a.since.clone().unwrap_or_default()),
            a.worth_acting.map_or_else(String::new, |worth| worth.to_string()),
            inert(a.lamp_action.as_ref().map_or("", |action| &action.name)),
            inert(a.lamp_action.as_ref().map_or("", |action| &action.owner)),
        ];
        cells.extend(interval(a.interval));
        cells.push(a.locked_for.map_or_else(String::new, |periods| periods.to_string()));
        rows.push(cells);
    }
    rows
}

/// Tables as they were used, for a terminal: rows read, used, left out and why. Nothing for a study of one table.
pub(super) fn audit_lines(audit: &[TableAudit], lang: Lang) -> String {
    if audit.is_empty() {
        return String::new();
    }
    let head = match lang {
        Lang::En => ["table", "rows", "used", "left out", "from", "to", "why"],
        Lang::Ja => ["表", "行数", "使用", "除外", "最初", "最後", "除外の理由"],
    };
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for table in audit {
        let left: usize = table.left_out.iter().map(|left| left.n).sum();
        let why = |left: &LeftOut| format!("{} {}", left.what.get(lang), left.n);
        let day = |pick: fn(&(chrono::NaiveDate, chrono::NaiveDate)) -> chrono::NaiveDate| {
            table.days.as_ref().map_or_else(|| "-".to_owned(), |days| pick(days).to_string())
        };
        rows.push(vec![
            table.name.clone(),
            table.n_rows.to_string(),
            table.n_used.to_string(),
            left.to_string(),
            day(|days| days.0),
            day(|days| days.1),
            table.left_out.iter().map(why).collect::<Vec<_>>().join(if lang == Lang::En { "; " } else { "、" }),
        ]);
    }
    aligned(&rows)
}

/// Columns lined up for a terminal; wide (East Asian) characters count twice.
pub(super) fn aligned(rows: &[Vec<String>]) -> String {
    let n = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> =
        (0..n).map(|j| rows.iter().filter_map(|row| row.get(j)).map(|cell| width(cell)).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, &wide) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', wide - width(cell) + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn width(text: &str) -> usize {
    text.chars().map(|c| if matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}') { 2 } else { 1 }).sum()
}
