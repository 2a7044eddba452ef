//! Distribution of the health score for rows that stayed and rows that ended in the event.

use super::canvas::{AXIS, BRICK, GRID, INK, SOFT, Stroke, Type, svg, ticks};
use super::{Caption, Chart, ChartError, Scale};
use crate::artifact::HistogramRecord;
use crate::report::format::{count, fixed, percent};
use crate::report::names::say;
use crate::words;
use crate::words::Lang;
use plotters::style::RGBColor;

const SIZE: (f64, f64) = (440.0, 400.0);
const PLOT_X: (f64, f64) = (52.0, 430.0);
const PLOT_Y: (f64, f64) = (330.0, 66.0);
const PALE: RGBColor = RGBColor(0xc9, 0xcc, 0xcf);

/// Draws the bars where any row was counted; each colour sums to 100 %, because far more stay than leave.
pub(in crate::report) fn score(bars: &[HistogramRecord], lang: Lang) -> Result<Option<Chart>, ChartError> {
    let stayed: usize = bars.iter().map(|b| b.stayed).sum();
    let left: usize = bars.iter().map(|b| b.left).sum();
    if bars.is_empty() || stayed + left == 0 {
        return Ok(None);
    }
    let caption = Caption {
        title: words!(en: "Health score by outcome, in the rows it was fitted on", ja: "結果別の健全度スコア（学習に使った行）"),
        description: words!(
            en: "Share of rows by health score, separately for {} rows that stayed and {} that left; 100 = healthy. The further apart the two, the better the score tells them apart.",
            ja: "健全度スコアごとの行の割合を、残った{}行と離れた{}行に分けて示します。100が健全です。二つが離れているほど、スコアはよく見分けています。",
            count(stayed),
            count(left)
        ),
    };
    let share = |n: usize, of: usize| if of == 0 { 0.0 } else { as_f64(n) / as_f64(of) };
    let top = bars.iter().fold(0.05_f64, |top, b| top.max(share(b.stayed, stayed)).max(share(b.left, left)));
    let ends = bars.iter().fold((f64::MAX, f64::MIN), |(a, b), bar| (a.min(bar.from), b.max(bar.to)));
    let (x, y) = (Scale::new(ends, PLOT_X), Scale::new((0.0, top * 1.05), PLOT_Y));
    let drawn = svg(SIZE, caption.title(lang), caption.description(lang), lang, |canvas| {
        canvas.text((0.0, 10.0), caption.title(lang), Type::new(13.0, INK).bold())?;
        let small = Type::new(11.0, SOFT);
        let stayed_words = words!(en: "stayed ({} rows)", ja: "残った（{}行）", count(stayed));
        let left_words = words!(en: "left ({} rows)", ja: "離れた（{}行）", count(left));
        canvas.block((0.0, 27.0), (12.0, 39.0), PALE)?;
        canvas.text((18.0, 33.0), stayed_words.get(lang), small)?;
        canvas.block((170.0, 27.0), (182.0, 39.0), BRICK)?;
        canvas.text((188.0, 33.0), left_words.get(lang), small)?;
        for tick in ticks(0.0, top * 1.05, 5.0) {
            canvas.line((PLOT_X.0, y.at(tick)), (PLOT_X.1, y.at(tick)), Stroke(GRID, 1.0))?;
            canvas.text((PLOT_X.0 - 6.0, y.at(tick)), &percent(tick), small.right())?;
        }
        for bar in bars {
            let (from, to) = (x.at(bar.from) + 2.5, x.at(bar.to) - 2.5);
            let middle = f64::midpoint(from, to);
            canvas.block((from, y.at(share(bar.stayed, stayed))), (middle, PLOT_Y.0), PALE)?;
            canvas.block((middle, y.at(share(bar.left, left))), (to, PLOT_Y.0), BRICK)?;
        }
        canvas.line((PLOT_X.0, PLOT_Y.0), (PLOT_X.1, PLOT_Y.0), Stroke(AXIS, 1.25))?;
        for tick in ticks(ends.0, ends.1, 5.0) {
            canvas.text((x.at(tick), PLOT_Y.0 + 14.0), &fixed(tick, 0), small.centre())?;
        }
        canvas.text((PLOT_X.0, PLOT_Y.0 + 36.0), say(lang, "← at risk", "← 離反の危険"), small)?;
        canvas.text((PLOT_X.1, PLOT_Y.0 + 36.0), say(lang, "healthy (100) →", "健全（100）→"), small.right())?;
        canvas.text((PLOT_X.0, 54.0), say(lang, "share of each group", "各群の中の割合"), small)
    })?;
    Ok(Some(caption.chart("score.svg", drawn)))
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows, drawn to a quarter of a pixel")]
fn as_f64(n: usize) -> f64 {
    n as f64
}
