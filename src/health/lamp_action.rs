//! Who does what when a lamp is lit. A lamp without an action and an owner is refused.

use crate::study::{ActionSpec, Study};
use crate::words;
use crate::words::Words;

/// What is done, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LampAction {
    /// What is done.
    pub name: String,
    /// Who does it.
    pub owner: String,
    /// Where the steps are written.
    pub playbook: Option<String>,
}

/// What can be done about a lit lamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LampActions {
    /// One action for every account.
    Shared(LampAction),
    /// Per KPI, in study order: the action of the account's first reason that has one.
    ByKpi(Vec<Option<LampAction>>),
    /// Neither: nobody's lamp is lit.
    Refused(Refusal),
}

/// Why there is no lamp, and what would make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is missing.
    pub what: Words,
    /// What to add to the study.
    pub help: Words,
}

impl LampActions {
    /// The action for an account whose reasons are these KPIs, worst first.
    #[must_use]
    pub fn of(&self, reasons: impl IntoIterator<Item = usize>) -> Option<&LampAction> {
        match self {
            Self::Shared(action) => Some(action),
            Self::ByKpi(actions) => reasons.into_iter().find_map(|k| actions.get(k)?.as_ref()),
            Self::Refused(_) => None,
        }
    }
}

fn owned(spec: &ActionSpec) -> Option<LampAction> {
    let owner = spec.owner.clone().filter(|owner| !owner.trim().is_empty())?;
    Some(LampAction { name: spec.name.clone(), owner, playbook: spec.playbook.clone() })
}

/// The lamp's action: `[lamp] action`, else the actions of the KPIs marked in `lever` (by position in the study): those in
/// the score on which acting is supported.
#[must_use]
pub fn lamp_actions(study: &Study, lever: &[bool]) -> LampActions {
    let help = || {
        words!(
            en: "add to the study: [lamp] action = {{ name = \"...\", owner = \"...\" }}, or an `action` with an `owner` to a validated KPI in the score",
            ja: "調査ファイルに [lamp] action = {{ name = \"...\", owner = \"...\" }} を追加するか、スコアに入っている「検証済み」のKPIに`owner`付きの`action`を書いてください",
        )
    };
    if let Some(spec) = &study.lamp.action {
        let nobody = || Refusal {
            what: words!(
                en: "the action of the lamp, “{}”, has no owner, so the lamp is not lit for anybody",
                ja: "ランプの対応「{}」に担当者がいないため、ランプは点灯しません",
                spec.name
            ),
            help: help(),
        };
        return owned(spec).map_or_else(|| LampActions::Refused(nobody()), LampActions::Shared);
    }
    let actions: Vec<Option<LampAction>> = study
        .kpis
        .iter()
        .zip(lever)
        .map(|(kpi, lever)| kpi.action.as_ref().filter(|_| *lever).and_then(owned))
        .collect();
    if actions.iter().any(Option::is_some) {
        return LampActions::ByKpi(actions);
    }
    if study.kpis.iter().any(|kpi| kpi.action.as_ref().and_then(owned).is_some()) {
        return LampActions::Refused(Refusal {
            what: words!(
                en: "none of the KPIs whose actions have an owner is validated and in the score, so the lamp is not lit for anybody",
                ja: "担当者付きの対応があるKPIのうち、「検証済み」でスコアに入ったものがないため、ランプは点灯しません",
            ),
            help: help(),
        });
    }
    LampActions::Refused(Refusal {
        what: words!(
            en: "the study says neither what is done when the lamp is lit nor who does it, so it is not lit for anybody",
            ja: "ランプが点いたときに誰が何をするかが決まっていないため、ランプは点灯しません",
        ),
        help: help(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn study(lamp: &str, kpi: &str) -> Study {
        let text = format!(
            "schema = 1\n[study]\nname = \"q\"\npurpose = \"p\"\n[snapshot]\npath = \"c.csv\"\naccount = \"id\"\n\
             outcome = \"left\"\n[lamp]\n{lamp}\n[[kpi]]\nname = \"a\"\nkind = \"behaviour\"\nhoped = \"more\"\n{kpi}\n\
             [[kpi]]\nname = \"b\"\nkind = \"behaviour\"\nhoped = \"more\"\naction = {{ name = \"call\", owner = \"CSM\" }}\n"
        );
        crate::study::parse_study(&text, "study.toml").unwrap().value
    }

    #[test]
    fn the_action_of_the_lamp_comes_first_and_needs_an_owner() {
        let LampActions::Shared(action) =
            lamp_actions(&study("action = { name = \"visit\", owner = \"Ito\" }", ""), &[false; 2])
        else {
            panic!()
        };
        assert_eq!((action.name.as_str(), action.owner.as_str()), ("visit", "Ito"));
        let nobody = lamp_actions(&study("action = { name = \"visit\" }", ""), &[true; 2]);
        let LampActions::Refused(refusal) = nobody else { panic!() };
        assert!(refusal.what.en.contains("“visit”, has no owner"));
    }

    #[test]
    fn else_the_first_reason_with_an_owned_action_decides_and_without_any_the_lamp_is_refused() {
        let study = study("", "action = { name = \"train\" }");
        let actions = lamp_actions(&study, &[true, true]);
        assert_eq!(actions.of([0, 1]).map(|a| a.name.as_str()), Some("call"), "`train` has no owner");
        assert_eq!(actions.of([0]), None);
        // a KPI that is no lever lends no action
        assert!(matches!(lamp_actions(&study, &[true, false]), LampActions::Refused(_)));
    }
}
