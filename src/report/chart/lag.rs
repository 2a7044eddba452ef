//! Lag profile: how strongly the single-period value of a KPI goes with leaving, by periods before the event.

use super::canvas::{AMBER, AXIS, GRID, INK, SHADE, SOFT, Stroke, Type, svg, ticks};
use super::{Caption, Chart, ChartError, Scale, numbered};
use crate::artifact::KpiArtifact;
use crate::report::clock::Clock;
use crate::report::format::{shorten, signed};
use crate::report::names::say;
use crate::traps::{Dossier, Measured, TestId};
use crate::words;
use crate::words::{Lang, Words};

const SIZE: (f64, f64) = (440.0, 230.0);
const PLOT_X: (f64, f64) = (52.0, 400.0);
const PLOT_Y: (f64, f64) = (176.0, 46.0);

/// One point: periods before the event, slope with its interval, and whether the KPI predicts at it.
struct Point {
    before: u32,
    estimate: f64,
    interval: Option<(f64, f64)>,
    predicts: bool,
}

/// The period of the event first, then the lags from the nearest on.
fn points(kpi: &KpiArtifact, gap: u32) -> Vec<Point> {
    let dossier = Dossier(&kpi.evidence);
    let nearest = gap.saturating_add(1);
    let mut lags: Vec<(u32, &Measured)> =
        dossier.all(TestId::LagSlope).filter_map(|(slice, measured)| Some((slice.parse().ok()?, measured))).collect();
    if lags.is_empty() {
        // Records of the first format know three lags only.
        let spots = [(TestId::Near, 0), (TestId::Near2, 2), (TestId::Near4, 4)];
        lags = spots.iter().filter_map(|(test, k)| Some((nearest.saturating_add(*k), dossier.get(*test)?))).collect();
    }
    let run = kpi.timing.as_ref().map(|t| t.from_periods..=t.lead_periods);
    dossier
        .get(TestId::AtEvent)
        .map(|m| (0, m))
        .into_iter()
        .chain(lags)
        .filter(|(_, m)| m.estimate.is_finite())
        .map(|(before, m)| Point {
            before,
            estimate: m.estimate,
            interval: m.interval().filter(|(a, b)| a.is_finite() && b.is_finite()),
            predicts: run.as_ref().is_some_and(|run| before > 0 && run.contains(&before)),
        })
        .collect()
}

/// Draws the profile where at least two of its slopes were measured.
pub(in crate::report) fn lag(
    kpi: &KpiArtifact,
    place: (usize, usize),
    clock: Clock<'_>,
    lang: Lang,
) -> Result<Option<Chart>, ChartError> {
    let points = points(kpi, clock.gap);
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
            en: "Log-odds of leaving per standard deviation of the KPI in single periods before the event, with 95% intervals. Filled points are the lags at which the KPI predicts without a break. A lever shows before the decision; what appears only in the period of leaving comes too late.",
            ja: "離反より前の各期のKPIについて、1標準偏差あたりの対数オッズと95%信頼区間を示します。塗りつぶした点は、途切れずに離反を予測できる時点です。働きかけられるKPIは決定の前に現れます。離反と同じ期にしか現れないものは、気づいても間に合いません。"
        ),
    };
    let ends = points
        .iter()
        .flat_map(|p| [p.estimate, p.interval.map_or(p.estimate, |c| c.0), p.interval.map_or(p.estimate, |c| c.1)]);
    let (low, high) = ends.fold((-0.1_f64, 0.1_f64), |(low, high), v| (low.min(v), high.max(v)));
    let margin = (high - low) * 0.06;
    let y = Scale::new((low - margin, high + margin), PLOT_Y);
    let farthest = points.iter().map(|p| p.before).max().unwrap_or(1);
    let x = Scale::new((-f64::from(farthest) - 0.4, 0.4), PLOT_X);
    let drawn = svg(SIZE, caption.title(lang), caption.description(lang), lang, |canvas| {
        canvas.text(
            (0.0, 10.0),
            say(lang, "How early does it show?", "どれだけ前に現れるか"),
            Type::new(13.0, INK).bold(),
        )?;
        let small = Type::new(10.5, SOFT);
        canvas.text(
            (0.0, 29.0),
            say(lang, "log-odds of leaving per sd, 95% interval", "離反の対数オッズ（1標準偏差あたり）と95%区間"),
            small,
        )?;
        if let Some(timing) = &kpi.timing {
            let length = clock.length(timing.lead_periods, lang);
            let lead = match (lang, timing.at_least) {
                (Lang::En, false) => format!("predicts up to {length} ahead"),
                (Lang::En, true) => format!("predicts {length} ahead or more"),
                (Lang::Ja, false) => format!("{length}前まで予測できる"),
                (Lang::Ja, true) => format!("{length}以上前から予測できる"),
            };
            canvas.text((SIZE.0, 10.0), &lead, Type::new(11.5, INK).right())?;
        }
        // Later than the nearest usable period nothing can be done any more.
        let edge = x.at(-f64::from(clock.gap) - 0.5);
        canvas.block((edge, PLOT_Y.1), (PLOT_X.1, PLOT_Y.0), SHADE)?;
        for tick in ticks(low - margin, high + margin, 4.0) {
            let at = y.at(tick);
            canvas.line((PLOT_X.0, at), (PLOT_X.1, at), Stroke(GRID, 1.0))?;
            canvas.text((PLOT_X.0 - 6.0, at), &signed(tick, if high - low < 0.4 { 2 } else { 1 }), small.right())?;
        }
        canvas.line((PLOT_X.0, y.at(0.0)), (PLOT_X.1, y.at(0.0)), Stroke(AXIS, 1.25))?;
        let place = |p: &Point| (x.at(-f64::from(p.before)), y.at(p.estimate));
        let usable: Vec<_> = points.iter().filter(|p| p.before > 0).map(place).collect();
        canvas.path(&usable, Stroke(AMBER, 1.75))?;
        for point in &points {
            let at = place(point);
            if let Some((from, to)) = point.interval {
                canvas.line((at.0, y.at(from)), (at.0, y.at(to)), Stroke(INK, 1.25))?;
                canvas.line((at.0 - 4.0, y.at(from)), (at.0 + 4.0, y.at(from)), Stroke(INK, 1.25))?;
                canvas.line((at.0 - 4.0, y.at(to)), (at.0 + 4.0, y.at(to)), Stroke(INK, 1.25))?;
            }
            if point.predicts {
                canvas.disc(at, 4.5, AMBER)?;
            } else {
                let colour = if point.before == 0 { INK } else { AMBER };
                canvas.ring(at, 4.0, Stroke(colour, 1.5))?;
            }
            canvas.text((at.0, PLOT_Y.0 + 14.0), &point.before.to_string(), small.centre())?;
        }
        canvas.text((PLOT_X.0, PLOT_Y.0 + 34.0), clock.before_the_event(lang), small)?;
        canvas.text(
            (PLOT_X.1, PLOT_Y.0 + 34.0),
            say(lang, "shaded: too late to act", "網かけ：対応が間に合わない時期"),
            small.right(),
        )
    })?;
    Ok(Some(caption.chart(numbered("lag", place.0, place.1), drawn)))
}
