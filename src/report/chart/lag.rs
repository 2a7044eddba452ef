//! Lag profile: how strongly the single-period value of a KPI goes with leaving, by periods before the event.

use super::canvas::{AMBER, AXIS, GRID, INK, SHADE, SOFT, Stroke, Type, svg, ticks};
use super::{Caption, Chart, ChartError, Scale, numbered};
use crate::artifact::KpiArtifact;
use crate::report::format::{shorten, signed};
use crate::report::names::say;
use crate::traps::{Dossier, TestId};
use crate::words;
use crate::words::{Lang, Words};

const SIZE: (f64, f64) = (440.0, 230.0);
const PLOT_X: (f64, f64) = (52.0, 400.0);
const PLOT_Y: (f64, f64) = (176.0, 46.0);

/// Draws the profile where at least two of its tests ran; `gap` is the study's.
pub(in crate::report) fn lag(
    kpi: &KpiArtifact,
    place: (usize, usize),
    gap: u32,
    lang: Lang,
) -> Result<Option<Chart>, ChartError> {
    let dossier = Dossier(&kpi.evidence);
    let nearest = f64::from(gap) + 1.0;
    let spots = [
        (TestId::Near4, nearest + 4.0),
        (TestId::Near2, nearest + 2.0),
        (TestId::Near, nearest),
        (TestId::AtEvent, 0.0),
    ];
    let points: Vec<_> = spots
        .into_iter()
        .filter_map(|(id, before)| dossier.get(id).map(|m| (id, before, m)))
        .filter(|(_, _, m)| m.estimate.is_finite())
        .map(|(id, before, m)| (id, before, m.estimate, m.interval().filter(|(a, b)| a.is_finite() && b.is_finite())))
        .collect();
    if points.len() < 2 {
        return Ok(None);
    }
    let label = &kpi.label;
    let caption = Caption {
        title: Words {
            en: format!("Lag profile: {}", shorten(&label.en, 80)),
            ja: format!("ラグの推移：{}", shorten(&label.ja, 80)),
        },
        description: words!(
            en: "Log-odds of leaving per standard deviation of the KPI in single periods before the event, with 95% intervals. A lever shows before the decision; what appears only in the period of leaving comes too late.",
            ja: "離反より前の各期のKPIについて、1標準偏差あたりの対数オッズと95%信頼区間を示します。働きかけられる指標は決定の前に現れます。離反と同じ期にしか現れないものは、気づいても間に合いません。"
        ),
    };
    let ends = points.iter().flat_map(|(_, _, e, ci)| [*e, ci.map_or(*e, |c| c.0), ci.map_or(*e, |c| c.1)]);
    let (low, high) = ends.fold((-0.1_f64, 0.1_f64), |(low, high), v| (low.min(v), high.max(v)));
    let margin = (high - low) * 0.06;
    let y = Scale::new((low - margin, high + margin), PLOT_Y);
    let x = Scale::new((-(nearest + 4.0) - 0.4, 0.4), PLOT_X);
    let drawn = svg(SIZE, caption.title(lang), caption.description(lang), lang, |canvas| {
        canvas.text(
            (0.0, 10.0),
            say(lang, "Before the decision, or only with it?", "決定の前に現れるか、同時か"),
            Type::new(13.0, INK).bold(),
        )?;
        let small = Type::new(10.5, SOFT);
        canvas.text(
            (0.0, 29.0),
            say(lang, "log-odds of leaving per sd, 95% interval", "離反の対数オッズ(1標準偏差あたり)と95%区間"),
            small,
        )?;
        let edge = x.at(-nearest / 2.0);
        canvas.block((edge, PLOT_Y.1), (PLOT_X.1, PLOT_Y.0), SHADE)?;
        for tick in ticks(low - margin, high + margin, 4.0) {
            let at = y.at(tick);
            canvas.line((PLOT_X.0, at), (PLOT_X.1, at), Stroke(GRID, 1.0))?;
            canvas.text((PLOT_X.0 - 6.0, at), &signed(tick, if high - low < 0.4 { 2 } else { 1 }), small.right())?;
        }
        canvas.line((PLOT_X.0, y.at(0.0)), (PLOT_X.1, y.at(0.0)), Stroke(AXIS, 1.25))?;
        let usable: Vec<_> =
            points.iter().filter(|p| p.0 != TestId::AtEvent).map(|p| (x.at(-p.1), y.at(p.2))).collect();
        canvas.path(&usable, Stroke(AMBER, 1.75))?;
        for (id, before, estimate, interval) in &points {
            let at = x.at(-before);
            if let Some((from, to)) = interval {
                canvas.line((at, y.at(*from)), (at, y.at(*to)), Stroke(INK, 1.25))?;
                canvas.line((at - 4.0, y.at(*from)), (at + 4.0, y.at(*from)), Stroke(INK, 1.25))?;
                canvas.line((at - 4.0, y.at(*to)), (at + 4.0, y.at(*to)), Stroke(INK, 1.25))?;
            }
            if *id == TestId::AtEvent {
                canvas.ring((at, y.at(*estimate)), 4.5, Stroke(INK, 1.5))?;
            } else {
                canvas.disc((at, y.at(*estimate)), 4.5, AMBER)?;
            }
            let name = match id {
                TestId::AtEvent => say(lang, "at the event", "離反と同じ期"),
                TestId::Near => say(lang, "nearest", "直近"),
                TestId::Near2 => say(lang, "2 before that", "さらに2期前"),
                _ => say(lang, "4 before that", "さらに4期前"),
            };
            canvas.text((at, PLOT_Y.0 + 14.0), name, small.centre())?;
        }
        canvas.text((PLOT_X.0, PLOT_Y.0 + 34.0), say(lang, "← earlier", "← 過去"), small)?;
        canvas.text(
            (PLOT_X.1, PLOT_Y.0 + 34.0),
            say(lang, "too late to use, hollow →", "使えない期は白抜き →"),
            small.right(),
        )
    })?;
    Ok(Some(caption.chart(numbered("lag", place.0, place.1), drawn)))
}
