//! Conditions of KPIs that no row of their log meets: a misspelt value makes a KPI that is always the same.

use std::collections::BTreeSet;

use crate::ingest::{Batch, Log, LogColumn, nearest};
use crate::notice::{Notice, Severity};
use crate::study::{Condition, EventTable, Literal};
use crate::words;
use crate::words::Words;

use super::plan::{KpiPlan, LogPlan};

/// Different values that are remembered of a column.
const KNOWN: usize = 1000;
/// Of them, so many are shown.
const SHOWN: usize = 8;

/// Which conditions and sets of conditions any row has met so far.
#[derive(Debug)]
pub(super) struct Matching {
    conditions: Vec<bool>,
    sets: Vec<bool>,
    /// Values of the columns whose condition no row has met.
    values: Vec<BTreeSet<String>>,
}

impl Matching {
    pub(super) fn new(plan: &LogPlan<'_>) -> Self {
        let n = plan.conditions.len();
        Self { conditions: vec![false; n], sets: vec![false; plan.sets.len()], values: vec![BTreeSet::new(); n] }
    }

    /// Takes the rows of a batch; `masks` says for each condition which of them meet it.
    pub(super) fn take(&mut self, plan: &LogPlan<'_>, batch: &Batch, masks: &[Vec<bool>]) {
        let met = self.conditions.iter_mut().zip(masks).zip(&mut self.values);
        for (((met, mask), values), (column, _)) in met.zip(&plan.conditions) {
            *met = *met || mask.contains(&true);
            if !*met && let Some(cells) = batch.columns.get(*column) {
                remember(cells, values);
            }
        }
        let holds = |set: &[usize], row: usize| set.iter().all(|&at| masks.get(at).is_some_and(|mask| mask[row]));
        for (met, set) in self.sets.iter_mut().zip(&plan.sets) {
            *met = *met || (0..batch.n_rows()).any(|row| holds(set, row));
        }
    }

    /// KPIs that no row speaks of, with the places of their conditions.
    pub(super) fn unmet<'p>(&self, plan: &'p LogPlan<'p>) -> impl Iterator<Item = (&'p KpiPlan<'p>, &'p [usize])> {
        plan.kpis.iter().filter_map(|kpi| {
            let bit = kpi.bit.map(|bit| bit as usize).filter(|&bit| self.sets.get(bit) == Some(&false))?;
            Some((kpi, plan.sets.get(bit).map_or(&[][..], Vec::as_slice)))
        })
    }

    /// What the user must know, KPI by KPI.
    pub(super) fn notices(&self, plan: &LogPlan<'_>, spec: &EventTable, log: &Log) -> Vec<Notice> {
        let mut notices = Vec::new();
        for (kpi, set) in self.unmet(plan) {
            let unmet: Vec<usize> = set.iter().copied().filter(|&at| !self.conditions[at]).collect();
            let (name, table) = (&kpi.kpi.name, &spec.name);
            for &at in &unmet {
                let Some((_, condition)) = plan.conditions.get(at) else { continue };
                let asked = asked(condition);
                let what = words!(
                    en: "KPI `{name}`: no row of `{table}` has `{asked}`, so its value is the same everywhere",
                    ja: "KPI「{name}」：「{table}」に `{asked}` の行がないため、値がすべて同じになります",
                );
                notices.push(
                    Notice::new(Severity::Warning, "no_match", what)
                        .at(Words::same(log.name()))
                        .help(help(condition, &self.values[at])),
                );
            }
            if unmet.is_empty() {
                let what = words!(
                    en: "KPI `{name}`: no row of `{table}` meets all conditions of its `where` at once",
                    ja: "KPI「{name}」：「{table}」に `where` のすべての条件を満たす行がありません",
                );
                let help = words!(
                    en: "each of them alone is met; check whether they can be true together",
                    ja: "条件ごとに見れば該当する行があります。組み合わせを確認してください",
                );
                notices.push(Notice::new(Severity::Warning, "no_match", what).at(Words::same(log.name())).help(help));
            }
        }
        notices
    }
}

fn remember(cells: &LogColumn, values: &mut BTreeSet<String>) {
    let mut add = |cell: &str| {
        let cell = cell.trim();
        if !cell.is_empty() && values.len() < KNOWN && !values.contains(cell) {
            values.insert(cell.to_owned());
        }
    };
    match cells {
        LogColumn::Text(cells) => cells.iter().flatten().for_each(add),
        LogColumn::Levels { levels, .. } => levels.iter().flatten().for_each(add),
        LogColumn::Numbers(cells) => cells.iter().filter(|x| !x.is_nan()).for_each(|x| add(&x.to_string())),
        LogColumn::Flags(cells) => cells.iter().flatten().for_each(|flag| add(&flag.to_string())),
        LogColumn::Days(_) | LogColumn::Instants { .. } => {}
    }
}

fn shown(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => format!("\"{text}\""),
        Literal::Number(number) => number.to_string(),
        Literal::Flag(flag) => flag.to_string(),
        Literal::Date(date) => date.to_string(),
    }
}

/// The condition as the study writes it.
fn asked(condition: &Condition) -> String {
    let values: Vec<String> = condition.any_of.iter().map(shown).collect();
    let key = crate::ingest::toml_key(&condition.column);
    match values.as_slice() {
        [value] => format!("{key} = {value}"),
        values => format!("{key} = [{}]", values.join(", ")),
    }
}

fn help(condition: &Condition, values: &BTreeSet<String>) -> Words {
    let known: Vec<String> = values.iter().cloned().collect();
    let text = |literal: &Literal| match literal {
        Literal::Text(text) => text.clone(),
        other => shown(other),
    };
    let near = condition.any_of.iter().find_map(|literal| nearest(&text(literal), &known).into_iter().next());
    let more = if known.len() > SHOWN { (", ...", "、ほか") } else { ("", "") };
    let first = known.iter().take(SHOWN);
    let en = first.clone().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ") + more.0;
    let ja = first.map(|value| format!("「{value}」")).collect::<Vec<_>>().join("、") + more.1;
    let column = &condition.column;
    match near {
        Some(near) => words!(
            en: "did you mean `{near}`? the values of `{column}` are {en}",
            ja: "「{near}」のことではありませんか。「{column}」の値：{ja}",
        ),
        None if known.is_empty() => words!(
            en: "column `{column}` has no values of that kind",
            ja: "列「{column}」に該当する種類の値がありません",
        ),
        None => words!(en: "the values of `{column}` are {en}", ja: "「{column}」の値：{ja}"),
    }
}
