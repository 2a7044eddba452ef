//! What explains a KPI away: its slope alone, with attributes, with recorded reasons, with the other KPIs.

use super::slopes::{LOOSE, Line, draw};
use super::{Caption, Chart, ChartError, numbered};
use crate::artifact::KpiArtifact;
use crate::report::format::shorten;
use crate::report::names::{say, test};
use crate::traps::{Dossier, TestId};
use crate::words;
use crate::words::{Lang, Words};

/// Draws the path where at least two of its steps were measured.
pub(in crate::report) fn path(
    kpi: &KpiArtifact,
    place: (usize, usize),
    lang: Lang,
) -> Result<Option<Chart>, ChartError> {
    let dossier = Dossier(&kpi.evidence);
    let steps: Vec<_> = [TestId::Raw, TestId::Stat, TestId::Adj, TestId::Full]
        .into_iter()
        .map(|id| (id, dossier.get(id).filter(|m| m.estimate.is_finite())))
        .collect();
    if steps.iter().filter(|(_, m)| m.is_some()).count() < 2 {
        return Ok(None);
    }
    let caption = Caption {
        title: Words {
            en: format!("What explains it away: {}", shorten(&kpi.label.en, 80)),
            ja: format!("何を加えると消えるか：{}", shorten(&kpi.label.ja, 80)),
        },
        description: words!(
            en: "Log-odds of leaving per standard deviation of the KPI alone, then with account attributes, recorded reasons and other KPIs, with 95% intervals. A slope that shrinks to nothing belonged to what was added.",
            ja: "KPIの1標準偏差あたりの対数オッズを、単独、顧客属性、記録された理由、他のKPIの順に加えながら95%信頼区間とともに示します。途中で消える傾きは、加えたものの影響でした。"
        ),
    };
    let lines: Vec<Line<'_>> = steps.iter().map(|(id, step)| Line::Slope(test(*id, lang).to_owned(), *step)).collect();
    let drawn = draw(&caption, say(lang, "What explains it away?", "何を加えると消えるか"), &lines, LOOSE, lang)?;
    Ok(Some(caption.chart(numbered("path", place.0, place.1), drawn)))
}
