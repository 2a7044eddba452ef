//! What explains a KPI away: its slope alone, with attributes, with recorded reasons, with the other KPIs.

use super::canvas::{AMBER, AXIS, GRID, INK, SOFT, Stroke, Type, svg, ticks};
use super::{Caption, Chart, ChartError, Scale, numbered};
use crate::artifact::KpiArtifact;
use crate::report::format::{shorten, signed};
use crate::report::names::{say, test};
use crate::traps::{Dossier, TestId};
use crate::words;
use crate::words::{Lang, Words};

const SIZE: (f64, f64) = (440.0, 230.0);
const PLOT: (f64, f64) = (132.0, 378.0);
const TOP: f64 = 50.0;
const ROW: f64 = 32.0;

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
    let mut ends = (-0.1_f64, 0.1_f64);
    for (_, step) in &steps {
        for value in step.iter().flat_map(|m| [Some(m.estimate), m.interval().map(|c| c.0), m.interval().map(|c| c.1)])
        {
            if let Some(value) = value.filter(|v| v.is_finite()) {
                ends = (ends.0.min(value), ends.1.max(value));
            }
        }
    }
    let margin = (ends.1 - ends.0) * 0.06;
    let ends = (ends.0 - margin, ends.1 + margin);
    let decimals = if ends.1 - ends.0 < 0.4 { 2 } else { 1 };
    let x = Scale::new(ends, PLOT);
    let bottom = TOP + ROW * 4.0;
    let drawn = svg(SIZE, caption.title(lang), caption.description(lang), lang, |canvas| {
        let heading = say(lang, "What explains it away?", "何を加えると消えるか");
        canvas.text((0.0, 10.0), heading, Type::new(13.0, INK).bold())?;
        let small = Type::new(10.5, SOFT);
        let axis = say(lang, "log-odds of leaving per sd, 95% interval", "離反の対数オッズ(1標準偏差あたり)と95%区間");
        canvas.text((0.0, 29.0), axis, small)?;
        for tick in ticks(ends.0, ends.1, 5.0) {
            let at = x.at(tick);
            canvas.line((at, TOP), (at, bottom), Stroke(GRID, 1.0))?;
            canvas.text((at, bottom + 14.0), &signed(tick, decimals), small.centre())?;
        }
        canvas.line((x.at(0.0), TOP), (x.at(0.0), bottom), Stroke(AXIS, 1.25))?;
        let mut y = TOP + ROW / 2.0;
        for (id, step) in &steps {
            canvas.text((0.0, y), test(*id, lang), Type::new(11.5, INK))?;
            if let Some(m) = step {
                if let Some((from, to)) = m.interval() {
                    let (a, b) = (x.at(from), x.at(to));
                    canvas.line((a, y), (b, y), Stroke(INK, 1.25))?;
                    canvas.line((a, y - 3.5), (a, y + 3.5), Stroke(INK, 1.25))?;
                    canvas.line((b, y - 3.5), (b, y + 3.5), Stroke(INK, 1.25))?;
                }
                canvas.disc((x.at(m.estimate), y), 4.5, AMBER)?;
                canvas.text((SIZE.0, y), &signed(m.estimate, 2), Type::new(11.5, INK).right())?;
            } else {
                canvas.text((SIZE.0, y), say(lang, "not run", "未実施"), small.right())?;
            }
            y += ROW;
        }
        Ok(())
    })?;
    Ok(Some(caption.chart(numbered("path", place.0, place.1), drawn)))
}
