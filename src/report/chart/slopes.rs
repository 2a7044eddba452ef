//! Slopes one below the other with their intervals: level and change, halves and ends, parts of the customers.

use super::canvas::{AMBER, AXIS, Canvas, GRID, INK, SOFT, Stroke, Type, svg, ticks};
use super::{Caption, Chart, ChartError, Scale, numbered};
use crate::artifact::KpiArtifact;
use crate::report::format::{shorten, signed};
use crate::report::names::say;
use crate::traps::{Dossier, Measured, Outcome, TestId};
use crate::words;
use crate::words::{Lang, Words};

const WIDTH: f64 = 440.0;
const PLOT: (f64, f64) = (132.0, 378.0);
const TOP: f64 = 50.0;
/// Height of a row and of what is below the last one, beside the lag profile.
pub(super) const LOOSE: (f64, f64) = (32.0, 52.0);
/// The same where there are many rows.
const DENSE: (f64, f64) = (22.0, 28.0);
/// Rows of the chart by parts; the table below it has all.
const MOST_ROWS: usize = 14;
/// Half-width columns of a label.
const LABEL: usize = 20;

/// One line of the chart.
pub(super) enum Line<'a> {
    /// What the slopes below it have in common.
    Heading(String),
    /// A slope, or none where it was not measured.
    Slope(String, Option<&'a Measured>),
}

/// Draws the lines below a heading.
pub(super) fn draw(
    caption: &Caption,
    heading: &str,
    lines: &[Line<'_>],
    (row, below): (f64, f64),
    lang: Lang,
) -> Result<String, ChartError> {
    let mut ends = (-0.1_f64, 0.1_f64);
    for line in lines {
        let Line::Slope(_, Some(m)) = line else { continue };
        let interval = m.interval();
        for value in [Some(m.estimate), interval.map(|c| c.0), interval.map(|c| c.1)].into_iter().flatten() {
            if value.is_finite() {
                ends = (ends.0.min(value), ends.1.max(value));
            }
        }
    }
    let margin = (ends.1 - ends.0) * 0.06;
    let ends = (ends.0 - margin, ends.1 + margin);
    let decimals = if ends.1 - ends.0 < 0.4 { 2 } else { 1 };
    let x = Scale::new(ends, PLOT);
    let count = f64::from(u32::try_from(lines.len()).unwrap_or(u32::MAX));
    let bottom = TOP + row * count;
    svg((WIDTH, bottom + below), caption.title(lang), caption.description(lang), lang, |canvas| {
        canvas.text((0.0, 10.0), heading, Type::new(13.0, INK).bold())?;
        let small = Type::new(10.5, SOFT);
        let axis =
            say(lang, "log-odds of leaving per sd, 95% interval", "離反の対数オッズ（1標準偏差あたり）と95%区間");
        canvas.text((0.0, 29.0), axis, small)?;
        for tick in ticks(ends.0, ends.1, 5.0) {
            let at = x.at(tick);
            canvas.line((at, TOP), (at, bottom), Stroke(GRID, 1.0))?;
            canvas.text((at, bottom + 14.0), &signed(tick, decimals), small.centre())?;
        }
        canvas.line((x.at(0.0), TOP), (x.at(0.0), bottom), Stroke(AXIS, 1.25))?;
        let mut y = TOP + row / 2.0;
        for line in lines {
            match line {
                Line::Heading(text) => canvas.text((0.0, y + 3.0), text, Type::new(10.5, SOFT).bold())?,
                Line::Slope(label, measured) => slope(canvas, &x, y, label, *measured, lang)?,
            }
            y += row;
        }
        Ok(())
    })
}

fn slope(
    canvas: &mut Canvas<'_>,
    x: &Scale,
    y: f64,
    label: &str,
    measured: Option<&Measured>,
    lang: Lang,
) -> Result<(), ChartError> {
    canvas.text((0.0, y), label, Type::new(11.5, INK))?;
    let Some(m) = measured else {
        return canvas.text((WIDTH, y), say(lang, "not run", "未実施"), Type::new(10.5, SOFT).right());
    };
    if let Some((from, to)) = m.interval() {
        let (a, b) = (x.at(from), x.at(to));
        canvas.line((a, y), (b, y), Stroke(INK, 1.25))?;
        canvas.line((a, y - 3.5), (a, y + 3.5), Stroke(INK, 1.25))?;
        canvas.line((b, y - 3.5), (b, y + 3.5), Stroke(INK, 1.25))?;
    }
    canvas.disc((x.at(m.estimate), y), 4.5, AMBER)?;
    canvas.text((WIDTH, y), &signed(m.estimate, 2), Type::new(11.5, INK).right())
}

fn finite(m: &&Measured) -> bool {
    m.estimate.is_finite()
}

/// Level against change, first half against second, low end against the rest; drawn where two of them were measured.
pub(in crate::report) fn pair(
    kpi: &KpiArtifact,
    place: (usize, usize),
    lang: Lang,
) -> Result<Option<Chart>, ChartError> {
    let dossier = Dossier(&kpi.evidence);
    let rows = [
        (TestId::Level, words!(en: "Level", ja: "水準")),
        (TestId::Change, words!(en: "Change", ja: "変化")),
        (TestId::Early, words!(en: "First half", ja: "期間の前半")),
        (TestId::Late, words!(en: "Second half", ja: "期間の後半")),
        (TestId::Below, words!(en: "Lowest 40%", ja: "下位40%")),
        (TestId::Above, words!(en: "Highest 60%", ja: "上位60%")),
    ];
    let lines: Vec<Line<'_>> = rows
        .iter()
        .map(|(id, label)| Line::Slope(label.get(lang).to_owned(), dossier.get(*id).filter(finite)))
        .collect();
    if lines.iter().filter(|line| matches!(line, Line::Slope(_, Some(_)))).count() < 2 {
        return Ok(None);
    }
    let caption = Caption {
        title: Words {
            en: format!("Level and change: {}", shorten(&kpi.label.en, 80)),
            ja: format!("水準と変化：{}", shorten(&kpi.label.ja, 80)),
        },
        description: words!(
            en: "Log-odds of leaving per standard deviation of the KPI, beside everything else, with 95% intervals: for its long-run level and its recent change, in both halves of the calendar, and in its lowest 40% and the rest. A lever shows in level and change alike.",
            ja: "他のすべてを考慮したうえで、KPIの1標準偏差あたりの対数オッズと95%信頼区間を、長期の水準と直近の変化、期間の前半と後半、KPIの下位40%とそれ以外に分けて示します。働きかけられるKPIは、水準にも変化にも現れます。"
        ),
    };
    let heading = say(lang, "Does it hold when the KPI changes, and today?", "KPIが変わるときも、今も成り立つか");
    let drawn = draw(&caption, heading, &lines, DENSE, lang)?;
    Ok(Some(caption.chart(numbered("change", place.0, place.1), drawn)))
}

/// Slopes within billing plans, segments and phases; drawn where one was measured.
pub(in crate::report) fn parts(
    kpi: &KpiArtifact,
    place: (usize, usize),
    lang: Lang,
) -> Result<Option<Chart>, ChartError> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut last: Option<(TestId, Option<&str>)> = None;
    let of_parts = |test| matches!(test, TestId::ByBilling | TestId::BySegment | TestId::ByPhase);
    let mut split: Vec<_> = kpi.evidence.iter().filter(|e| of_parts(e.test)).collect();
    // Parts that could not speak were found first; a reader looks for them among their own.
    split.sort_by(|a, b| (a.test, &a.column, &a.slice).cmp(&(b.test, &b.column, &b.slice)));
    for evidence in &split {
        let own = (evidence.test, evidence.column.as_deref());
        if last != Some(own) {
            let general = match evidence.test {
                TestId::ByBilling => say(lang, "billing plan", "料金体系"),
                TestId::BySegment => say(lang, "segment", "区分"),
                _ => say(lang, "lifecycle phase", "フェーズ"),
            };
            let heading = evidence.column.as_ref().map_or_else(
                || general.to_owned(),
                |column| match lang {
                    Lang::En => format!("{general} ({})", shorten(column, 30)),
                    Lang::Ja => format!("{general}（{}）", shorten(column, 30)),
                },
            );
            lines.push(Line::Heading(heading));
            last = Some(own);
        }
        let measured = match &evidence.outcome {
            Outcome::Measured(m) => Some(m).filter(finite),
            Outcome::NotApplicable(_) => None,
        };
        lines.push(Line::Slope(shorten(evidence.slice.as_deref().unwrap_or("–"), LABEL), measured));
    }
    if !lines.iter().any(|line| matches!(line, Line::Slope(_, Some(_)))) {
        return Ok(None);
    }
    let hidden = lines.len().saturating_sub(MOST_ROWS);
    lines.truncate(MOST_ROWS);
    if hidden > 0 {
        lines.push(Line::Heading(match lang {
            Lang::En => format!("and {hidden} more in the table below"),
            Lang::Ja => format!("ほか{hidden}行は下の表を参照"),
        }));
    }
    let caption = Caption {
        title: Words {
            en: format!("By parts of the customers: {}", shorten(&kpi.label.en, 80)),
            ja: format!("顧客の区分別：{}", shorten(&kpi.label.ja, 80)),
        },
        description: words!(
            en: "Log-odds of leaving per standard deviation of the KPI within each billing plan, segment and lifecycle phase, with 95% intervals. Slopes on opposite sides of zero mean that one sign for all customers would mislead.",
            ja: "KPIの1標準偏差あたりの対数オッズと95%信頼区間を、料金体系・区分・フェーズごとに示します。ゼロをはさんで反対側にある場合、全顧客に同じ向きを当てはめると誤ります。"
        ),
    };
    let heading = say(lang, "Is it the same for everybody?", "どの顧客でも同じか");
    let drawn = draw(&caption, heading, &lines, DENSE, lang)?;
    Ok(Some(caption.chart(numbered("parts", place.0, place.1), drawn)))
}
