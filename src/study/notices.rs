//! What the reader of a correct study must still know: missing reasons, one-sided sets.

use std::collections::BTreeMap;

use crate::notice::{Notice, Severity};
use crate::words;
use crate::words::Words;

use super::checks::columns_by_role;
use super::read::ReadKpi;
use super::reader::Report;
use super::types::{Stage, Study};

/// Lines named one by one before the rest is counted.
const LINES_SHOWN: usize = 8;

/// All notices of a study without problems.
pub(super) fn notices(study: &Study, kpis: &[ReadKpi<'_, '_>], report: &Report<'_>) -> Vec<Notice> {
    let mut notices: Vec<Notice> = without_reason(kpis, report).into_iter().collect();
    notices.extend(use_only(study));
    notices.extend(action_without_owner(kpis, report));
    notices.extend(one_language(kpis, report));
    notices.extend(kpi_is_role(study, kpis, report));
    notices.extend(same_column(kpis, report));
    notices
}

/// `study.toml lines 3, 9 and 12`.
fn lines(offsets: &[usize], report: &Report<'_>) -> Words {
    let positions: Vec<_> = offsets.iter().map(|&offset| report.position(offset)).collect();
    let file = positions.first().map(|at| at.file.clone()).unwrap_or_default();
    let shown: Vec<String> = positions.iter().take(LINES_SHOWN).map(|at| at.line.to_string()).collect();
    let (en, ja) = (shown.join(", "), shown.join("・"));
    let line = if offsets.len() == 1 { "line" } else { "lines" };
    match offsets.len().saturating_sub(LINES_SHOWN) {
        0 => words!(en: "{file} {line} {en}", ja: "{file} {ja}行目"),
        more => words!(en: "{file} {line} {en} and {more} more", ja: "{file} {ja}行目 ほか{more}か所"),
    }
}

/// The names of the KPIs concerned and where they are; `None` if there are none.
fn concerned(
    kpis: &[ReadKpi<'_, '_>],
    is_concerned: impl Fn(&ReadKpi<'_, '_>) -> bool,
    report: &Report<'_>,
) -> Option<(usize, String, Words)> {
    let found: Vec<&ReadKpi<'_, '_>> = kpis.iter().filter(|kpi| is_concerned(kpi)).collect();
    let names: Vec<String> = found.iter().map(|(_, kpi)| format!("`{}`", kpi.name)).collect();
    let offsets: Vec<usize> = found.iter().map(|(table, _)| table.offset("name")).collect();
    (!found.is_empty()).then(|| (found.len(), names.join(", "), lines(&offsets, report)))
}

fn without_reason(kpis: &[ReadKpi<'_, '_>], report: &Report<'_>) -> Option<Notice> {
    let (n, names, place) = concerned(kpis, |(_, kpi)| kpi.reason.is_none(), report)?;
    let kpi = if n == 1 { "KPI does" } else { "KPIs do" };
    let what = words!(
        en: "{n} {kpi} not say why it is a candidate: {names}",
        ja: "{n}件の KPI に候補とした理由がありません：{names}"
    );
    Some(Notice::new(Severity::Info, "kpi_without_reason", what).at(place).help(words!(
        en: "add `reason`, so that beliefs can be compared with the evidence",
        ja: "`reason` を書くと、見込みと検証結果を照らし合わせられます"
    )))
}

fn use_only(study: &Study) -> Option<Notice> {
    let all_use = study.kpis.iter().all(|kpi| kpi.stage == Some(Stage::Use));
    all_use.then(|| {
        let what = words!(
            en: "every KPI has the stage `use`: none shows a result or whether the customer recognises it",
            ja: "すべての KPI の段階が `use` です。成果や、顧客がそれを認識しているかを示す KPI がありません"
        );
        Notice::new(Severity::Warning, "use_only", what).help(words!(
            en: "add a KPI of the stage `result` or `recognised`",
            ja: "段階が `result` または `recognised` の KPI を追加してください"
        ))
    })
}

fn action_without_owner(kpis: &[ReadKpi<'_, '_>], report: &Report<'_>) -> Option<Notice> {
    let no_owner = |(_, kpi): &ReadKpi<'_, '_>| kpi.action.as_ref().is_some_and(|action| action.owner.is_none());
    let (_, names, place) = concerned(kpis, no_owner, report)?;
    let what = words!(en: "an action without an owner: {names}", ja: "アクションの担当者がありません：{names}");
    Some(
        Notice::new(Severity::Info, "action_without_owner", what)
            .at(place)
            .help(words!(en: "say who acts when the lamp is on", ja: "ランプが点いたときに動く担当者を書いてください")),
    )
}

fn one_language(kpis: &[ReadKpi<'_, '_>], report: &Report<'_>) -> Option<Notice> {
    let one = |(table, _): &ReadKpi<'_, '_>| {
        let label = table.raw("label").and_then(|label| label.get_ref().as_table());
        label.is_some_and(|label| !(label.contains_key("en") && label.contains_key("ja")))
    };
    let (_, names, place) = concerned(kpis, one, report)?;
    let what = words!(
        en: "a label in one language is shown in both: {names}",
        ja: "片方の言語だけのラベルを両方の表示に使います：{names}"
    );
    Some(Notice::new(Severity::Info, "label_in_one_language", what).at(place))
}

/// Roles that explain churn beside the KPIs: a KPI in one of them is adjusted for itself.
const EXPLAINING: [&str; 6] = ["segment", "billing", "price", "tenure", "term", "phase"];

fn kpi_is_role(study: &Study, kpis: &[ReadKpi<'_, '_>], report: &Report<'_>) -> Option<Notice> {
    let roles = columns_by_role(&study.roles);
    let is_role = |(_, kpi): &ReadKpi<'_, '_>| {
        roles.iter().any(|(role, column)| EXPLAINING.contains(role) && *column == kpi.column())
    };
    let (_, names, place) = concerned(kpis, is_role, report)?;
    let what = words!(
        en: "the column of a KPI also has a role, so its effect cannot be told from the role's: {names}",
        ja: "KPI の列が役割（[roles]）にも使われているため、効果を区別できません：{names}"
    );
    Some(Notice::new(Severity::Warning, "kpi_is_role", what).at(place).help(words!(
        en: "keep it as a KPI or as a role",
        ja: "KPI か役割のどちらか一方にしてください"
    )))
}

fn same_column(kpis: &[ReadKpi<'_, '_>], report: &Report<'_>) -> Option<Notice> {
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, kpi) in kpis.iter().filter(|(_, kpi)| kpi.extraction.is_none()) {
        *uses.entry(kpi.column()).or_default() += 1;
    }
    let shared = |(_, kpi): &ReadKpi<'_, '_>| uses.get(kpi.column()).is_some_and(|&n| n > 1);
    let (_, names, place) = concerned(kpis, shared, report)?;
    let what = words!(
        en: "several KPIs read the same column, so they cannot be told apart: {names}",
        ja: "複数の KPI が同じ列を使っているため、互いに区別できません：{names}"
    );
    Some(
        Notice::new(Severity::Warning, "kpis_share_column", what)
            .at(place)
            .help(words!(en: "keep one of them", ja: "いずれか1つだけを残してください")),
    )
}
