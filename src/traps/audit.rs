//! Columns that fool before any KPI is judged: constants, identifiers, doubles, and stand-ins for the outcome.

use std::collections::BTreeMap;

use crate::design::Sample;
use crate::notice::{Notice, Severity};
use crate::panel::{Category, Panel, PanelError};
use crate::words;
use crate::words::Words;

use super::doubles::{Candidate, doubles};
use super::leak::{Leak, leak};

/// Text columns with more levels than this are not searched for levels that stand for the outcome.
const MAX_LEVELS: usize = 50;
/// Words by which a column of numbers is known to hold codes.
const CODES: [&str; 12] = [
    "code",
    "codes",
    "zip",
    "zipcode",
    "postcode",
    "city",
    "branch",
    "store",
    "course",
    "nationality",
    "nacionality",
    "occupation",
];
/// The same for names written without blanks.
const CODES_JA: [&str; 5] = ["コード", "番号", "支店", "店舗", "都市"];
/// Roles in which a column of numbers counts as a quantity.
const QUANTITIES: [&str; 4] = ["kpi", "controls", "price", "tenure"];
/// Roles whose column does its work with one value in all rows: a notice that every contract has, a revenue that every account
/// brings.
const ALIKE: [&str; 2] = ["notice_periods", "weight"];
/// A code has at least so many values.
const CODE_LEVELS: usize = 4;

/// What the audit of the columns found.
#[derive(Debug, Clone, Default)]
pub struct ColumnAudit {
    /// Findings, by column.
    pub notices: Vec<Notice>,
    /// Columns that no score may use: identifiers and stand-ins for the outcome.
    pub unfit: Vec<String>,
}

/// Examines every column but the account, the period and the outcome.
///
/// # Errors
/// [`PanelError`] where a column cannot be read.
pub fn audit_columns(
    panel: &Panel,
    sample: &Sample,
    as_of: &[usize],
    skip: &[&str],
    used_as: &BTreeMap<String, String>,
) -> Result<ColumnAudit, PanelError> {
    let mut audit = ColumnAudit::default();
    let mut candidates: Vec<Candidate> = Vec::new();
    for column in panel.column_names().into_iter().filter(|name| !skip.contains(&name.as_str())) {
        let category = panel.category(&column)?;
        let role = used_as.get(&column).map(String::as_str);
        let n_known = category.codes.iter().flatten().count();
        if category.levels.len() <= 1 {
            let may_be_alike = n_known > 0 && role.is_some_and(|role| ALIKE.contains(&role));
            audit.notices.extend((!may_be_alike).then(|| constant(&column, n_known == 0, role)));
            continue;
        }
        let kind = panel.kind(&column)?;
        let values = if kind == "number" || kind == "boolean" { Some(panel.numbers(&column)?) } else { None };
        let whole = values.as_ref().is_none_or(|v| v.iter().all(|x| x.is_nan() || x.fract().abs() <= 0.0));
        // Revenue may differ between all customers and never change.
        let is_amount = matches!(role, Some("weight" | "price"));
        if kind != "date" && whole && !is_amount && is_identifier(panel, &category) {
            audit.unfit.push(column.clone());
            audit.notices.push(identifier(&column, category.levels.len(), role));
            continue;
        }
        let seen = match &values {
            Some(values) => as_of.iter().map(|&row| values[row]).collect(),
            None if category.levels.len() <= MAX_LEVELS => event_rates(&category, as_of, &sample.y),
            None => Vec::new(),
        };
        if let Some(found) = leak(&seen, &sample.y) {
            audit.notices.push(stand_in(&column, found, role));
            audit.unfit.push(column.clone());
        }
        if whole && values.is_some() && category.levels.len() >= CODE_LEVELS && holds_codes(&column) {
            audit.notices.extend(role.filter(|role| QUANTITIES.contains(role)).map(|role| code(&column, role)));
        }
        candidates.push(Candidate { used: role.is_some(), column, values, category });
    }
    audit.notices.extend(doubles(&candidates));
    Ok(audit)
}

/// One value per account and no two accounts alike.
fn is_identifier(panel: &Panel, category: &Category) -> bool {
    const FEW: usize = 20;
    let constant_within =
        panel.spells().all(|spell| spell.clone().all(|r| category.codes[r] == category.codes[spell.start]));
    category.levels.len() >= FEW && category.levels.len() == panel.accounts().len() && constant_within
}

fn holds_codes(column: &str) -> bool {
    let lower = column.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).any(|word| CODES.contains(&word))
        || CODES_JA.iter().any(|word| lower.contains(word))
}

/// Share of events of each row's level, so that a level that stands for the outcome shows as a number.
fn event_rates(category: &Category, as_of: &[usize], y: &[f64]) -> Vec<f64> {
    let mut counts = vec![(0.0, 0.0); category.levels.len()];
    for (&row, y) in as_of.iter().zip(y) {
        if let Some(code) = category.codes[row] {
            counts[code as usize].0 += y;
            counts[code as usize].1 += 1.0;
        }
    }
    let rate = |code: u32| counts[code as usize].0 / counts[code as usize].1;
    as_of.iter().map(|&row| category.codes[row].map_or(f64::NAN, rate)).collect()
}

fn role_words(role: Option<&str>) -> Words {
    match role {
        Some(role) => words!(en: "used as {role}", ja: "用途：{role}"),
        None => words!(en: "not used in the study", ja: "調査では使っていません"),
    }
}

fn constant(column: &str, empty: bool, role: Option<&str>) -> Notice {
    let what = if empty {
        words!(en: "column `{column}` is empty", ja: "列`{column}`はすべて空です")
    } else {
        words!(en: "column `{column}` has the same value in every row", ja: "列`{column}`はどの行も同じ値です")
    };
    let severity = if role.is_some() { Severity::Warning } else { Severity::Info };
    Notice::new(severity, "constant_column", what)
        .at(role_words(role))
        .help(words!(en: "it can tell nobody apart; take it out", ja: "顧客を区別できません。除いてください"))
}

fn identifier(column: &str, levels: usize, role: Option<&str>) -> Notice {
    let severity = if role.is_some() { Severity::Warning } else { Severity::Info };
    Notice::new(
        severity,
        "identifier_column",
        words!(
            en: "column `{column}` is an identifier: {levels} accounts, {levels} values",
            ja: "列`{column}`は識別番号です（顧客{levels}件に対し値も{levels}種類）",
        ),
    )
    .at(role_words(role))
    .help(words!(en: "do not use it as a KPI or attribute", ja: "KPIや属性として使わないでください"))
}

fn code(column: &str, role: &str) -> Notice {
    Notice::new(
        Severity::Warning,
        "code_column",
        words!(
            en: "column `{column}` seems to hold codes, and is used as a quantity",
            ja: "列`{column}`は数量ではなくコードのようですが、数量として使われています",
        ),
    )
    .at(role_words(Some(role)))
    .help(words!(
        en: "a code has no more and no less: name it under `segment`, or leave it out",
        ja: "コードに大小の意味はありません。segmentに指定するか、除いてください",
    ))
}

fn stand_in(column: &str, leak: Leak, role: Option<&str>) -> Notice {
    let how = match leak {
        Leak::Perfect(auc) => words!(en: "alone it ranks with an AUC of {auc:.4}", ja: "これだけでAUC {auc:.4}"),
        Leak::PureStretch(n) => {
            words!(en: "{n} leavers and no stayer share a stretch of values", ja: "離反{n}件だけが含まれる値の範囲があります")
        }
        Leak::Filled(left, stayed) => words!(
            en: "filled in for {:.0} % of leavers and {:.0} % of stayers",
            ja: "離反した顧客の{:.0}%、残った顧客の{:.0}%に値があります",
            100.0 * left, 100.0 * stayed
        ),
        // Found in KPIs only, which have a verdict to say it.
        Leak::Afterwards
        | Leak::Recency(_)
        | Leak::Silent(_)
        | Leak::WhileLeaving
        | Leak::NoLeaver(_)
        | Leak::TooStrong(_) => Words::default(),
    };
    let (en, ja) = (how.en, how.ja);
    let severity = match role {
        Some("kpi") | None => Severity::Warning,
        Some(_) => Severity::Unsafe,
    };
    Notice::new(
        severity,
        "stands_for_outcome",
        words!(
            en: "column `{column}` stands for the outcome: {en}",
            ja: "列`{column}`は結果そのものを表しています：{ja}",
        ),
    )
    .at(role_words(role))
    .help(words!(
        en: "ask when its values are written; as a control it would wipe out every real effect",
        ja: "値がいつ書き込まれるか確認してください。controlsに入れると本当の効果まで消えてしまいます",
    ))
}
