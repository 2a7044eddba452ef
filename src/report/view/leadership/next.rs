//! What to do next: actions tied to what is kept, owners for what has none, what to record for what is undecided.

use super::{LABEL, dropped_by};
use crate::artifact::{KpiArtifact, ModelArtifact};
use crate::report::format::{shorten, shorten_name, width};
use crate::report::names::{Family, family, say};
use crate::verdict::Verdict;
use crate::words::Lang;

/// Lines of the list of what to do next, without the sign-off.
const NEXT_LINES: usize = 5;
/// Half-width columns of a line of that list.
const NEXT_WIDTH: usize = 110;

/// As many whole clauses of an advice as fit, so that no number is cut; the first is cut where it does not fit itself.
fn whole_clauses(advice: &str, room: usize, lang: Lang) -> String {
    let end = say(lang, "; ", "。");
    let ends = advice.match_indices(end).map(|(at, _)| at).chain([advice.len()]);
    let fits = ends.filter_map(|at| advice.get(..at)).filter(|text| width(text) <= room).last();
    shorten(fits.unwrap_or(advice), room)
}

/// What would settle the undecided KPIs, told once for all that need the same: whom it is about, and the advice.
fn advice(artifact: &ModelArtifact, lang: Lang) -> Vec<(String, &str)> {
    let mut told: Vec<(&KpiArtifact, &str, usize)> = Vec::new();
    for kpi in artifact.kpis.iter().filter(|k| family(k.verdict.verdict) == Family::Watch) {
        let Some(settle) = kpi.verdict.settle.as_ref().map(|settle| settle.get(lang)) else { continue };
        match told.iter_mut().find(|(_, text, _)| *text == settle) {
            Some((_, _, others)) => *others += 1,
            None => told.push((kpi, settle, 0)),
        }
    }
    let named = told.into_iter().map(|(kpi, settle, others)| {
        let label = shorten_name(kpi.label.get(lang), LABEL);
        let label = match (lang, others) {
            (_, 0) => label,
            (Lang::En, n) => format!("{label} and {n} more"),
            (Lang::Ja, n) => format!("{label}ほか{n}件"),
        };
        (label, settle)
    });
    named.collect()
}

/// Actions tied to what is kept, then what to record for what is undecided, as many as there is room for.
pub(super) fn next(artifact: &ModelArtifact, lang: Lang) -> Vec<String> {
    let colon = say(lang, ": ", "：");
    let mut wishes = Vec::new();
    let kept = |k: &&KpiArtifact| k.verdict.verdict == Verdict::Validated && dropped_by(artifact, k).is_none();
    for kpi in artifact.kpis.iter().filter(kept) {
        if let Some(action) = &kpi.action {
            let owner = kpi.action_owner.as_ref().map_or_else(String::new, |owner| match lang {
                Lang::En => format!(" ({})", shorten(owner, 24)),
                Lang::Ja => format!("（{}）", shorten(owner, 24)),
            });
            wishes.push(format!("{}{colon}{}{owner}", shorten_name(kpi.label.get(lang), LABEL), shorten(action, 44)));
        }
    }
    wishes.truncate(2);
    let unassigned = |k: &&KpiArtifact| k.action.is_none() || k.action_owner.is_none();
    let unassigned: Vec<&KpiArtifact> = artifact.kpis.iter().filter(kept).filter(unassigned).collect();
    wishes.extend(assign(&unassigned, lang));
    for (label, settle) in advice(artifact, lang) {
        let room = 2 * NEXT_WIDTH - 4 - width(&label);
        wishes.push(format!("{label}{colon}{}", whole_clauses(settle, room, lang)));
    }
    let mut lines = 0;
    let mut todo = Vec::new();
    for wish in wishes {
        lines += width(&wish).div_ceil(NEXT_WIDTH);
        if lines > NEXT_LINES {
            break;
        }
        todo.push(wish);
    }
    if artifact.weights.status == fuellamp_score::Status::Draft {
        let sign = say(
            lang,
            "Read the report and sign the weights, or say what is missing",
            "レポートを読み、重みを承認するか、足りない点を示してください",
        );
        todo.push(sign.to_owned());
    }
    todo
}

/// The wish for an action and an owner where KPIs to keep have none: nothing is done about a KPI that is nobody's.
fn assign(kpis: &[&KpiArtifact], lang: Lang) -> Option<String> {
    const NAMED: usize = 3;
    if kpis.is_empty() {
        return None;
    }
    let names: Vec<String> = kpis.iter().take(NAMED).map(|k| shorten_name(k.label.get(lang), 24)).collect();
    let others = kpis.len() - names.len();
    Some(match (lang, others) {
        (Lang::En, 0) => format!("Decide what to do, and who does it: {}", names.join(", ")),
        (Lang::En, n) => format!("Decide what to do, and who does it: {} and {n} more", names.join(", ")),
        (Lang::Ja, 0) => format!("働きかけと担当者を決めてください：{}", names.join("、")),
        (Lang::Ja, n) => format!("働きかけと担当者を決めてください：{}、ほか{n}件", names.join("、")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_kpis_without_an_owner_are_named_up_to_three() {
        let artifact = crate::report::sample::artifact();
        let kpis: Vec<&KpiArtifact> = artifact.kpis.iter().cycle().take(5).collect();
        let said = |n: usize, lang| assign(&kpis[..n], lang);
        assert_eq!(said(0, Lang::En), None);
        let name = kpis[0].label.get(Lang::Ja);
        assert_eq!(said(1, Lang::Ja).unwrap(), format!("働きかけと担当者を決めてください：{}", shorten_name(name, 24)));
        assert!(said(5, Lang::En).unwrap().ends_with(" and 2 more"));
        assert!(said(5, Lang::Ja).unwrap().ends_with("、ほか2件"));
    }

    #[test]
    fn advice_that_is_too_long_ends_with_a_clause() {
        let advice = "push it; 0.77 takes 23 periods; 12 show 0.70";
        assert_eq!(whole_clauses(advice, 44, Lang::En), advice);
        assert_eq!(whole_clauses(advice, 40, Lang::En), "push it; 0.77 takes 23 periods");
        assert_eq!(whole_clauses("試す。0.77は23期", 10, Lang::Ja), "試す");
        assert_eq!(whole_clauses("長い助言", 5, Lang::Ja), "長い…");
    }
}
