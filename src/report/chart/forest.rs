//! Forest plot: odds ratio per standard deviation of every KPI with its 95 % interval, on a log axis.

use super::canvas::{AXIS, GRID, INK, SOFT, Stroke, Type, svg};
use super::{Caption, Chart, ChartError, Scale};
use crate::artifact::KpiArtifact;
use crate::report::format::{NONE, count, odds, shorten};
use crate::report::names::{mark, say};
use crate::words;
use crate::words::Lang;

/// Which KPIs and how wide.
pub(in crate::report) struct Forest {
    /// Rows at most; a line says how many more there are.
    pub(in crate::report) max_rows: usize,
    /// Without the column of verdicts, for the leadership page.
    pub(in crate::report) compact: bool,
}

/// Odds ratios beyond these ends are drawn at the end with an arrow.
const ENDS: (f64, f64) = (0.1, 10.0);
const ROW: f64 = 26.0;
const TOP: f64 = 58.0;

/// Draws the KPIs in the order of verdicts, then of the study.
pub(in crate::report) fn forest(kpis: &[&KpiArtifact], options: &Forest, lang: Lang) -> Result<Chart, ChartError> {
    let caption = Caption {
        title: words!(en: "Odds ratio per standard deviation", ja: "オッズ比(1標準偏差あたり)"),
        description: words!(
            en: "One line per KPI of {} KPIs: odds ratio of leaving per standard deviation in the full model with its 95% interval on a log axis; left of 1 fewer customers leave. The table of verdicts has the same numbers.",
            ja: "{}件のKPIごとに、全体モデルでの離反のオッズ比(1標準偏差あたり)と95%信頼区間を対数軸で示します。1より左は離反が減る向きです。同じ数値は判定の表にあります。",
            kpis.len()
        ),
    };
    let mut ordered: Vec<&KpiArtifact> = kpis.to_vec();
    ordered.sort_by_key(|kpi| kpi.verdict.verdict);
    let hidden = ordered.len().saturating_sub(options.max_rows);
    ordered.truncate(options.max_rows);

    let (label_width, plot, full_width) =
        if options.compact { (25, (156.0, 288.0), 408.0) } else { (40, (286.0, 590.0), 900.0) };
    let columns = (plot.1 + 16.0, plot.1 + 146.0);
    let rows = f64::from(u32::try_from(ordered.len()).unwrap_or(u32::MAX));
    let bottom = TOP + rows * ROW;
    let height = bottom + 42.0;
    let (low, high) = axis(&ordered);
    let x = Scale::new((low.ln(), high.ln()), plot);
    let size = if options.compact { 12.0 } else { 13.0 };

    let drawn = svg((full_width, height), caption.title(lang), caption.description(lang), lang, |canvas| {
        canvas.text((0.0, 12.0), caption.title(lang), Type::new(14.0, INK).bold())?;
        let small = Type::new(11.0, SOFT);
        let one = x.at(0.0);
        canvas.text((one - 8.0, bottom + 31.0), say(lang, "← fewer leave", "← 離反が減る"), small.right())?;
        canvas.text((one + 8.0, bottom + 31.0), say(lang, "more leave →", "離反が増える →"), small)?;
        canvas.text((columns.0, 40.0), say(lang, "OR [95% interval]", "オッズ比 [95%区間]"), small)?;
        if !options.compact {
            canvas.text((columns.1 + 18.0, 40.0), say(lang, "Verdict", "判定"), small)?;
        }
        for tick in TICKS.into_iter().filter(|t| *t >= low * 0.999 && *t <= high * 1.001) {
            let at = x.at(tick.ln());
            canvas.line((at, TOP - 8.0), (at, bottom), Stroke(GRID, 1.0))?;
            canvas.text((at, bottom + 14.0), &tick.to_string(), small.centre())?;
        }
        canvas.line((one, TOP - 8.0), (one, bottom), Stroke(AXIS, 1.25))?;
        let mut y = TOP + ROW / 2.0;
        for kpi in &ordered {
            let numbers = &kpi.numbers;
            canvas.text((0.0, y), &shorten(kpi.label.get(lang), label_width), Type::new(size, INK))?;
            let ends = finite(numbers.ci_low).zip(finite(numbers.ci_high));
            if let Some((from, to)) = ends {
                canvas.line((x.at(from.ln()), y), (x.at(to.ln()), y), Stroke(INK, 1.25))?;
                for (end, beyond, tip) in [(from, from < low, 5.0), (to, to > high, -5.0)] {
                    let at = x.at(end.ln());
                    if beyond {
                        canvas.path(&[(at + tip, y - 4.0), (at, y), (at + tip, y + 4.0)], Stroke(INK, 1.25))?;
                    } else {
                        canvas.line((at, y - 3.5), (at, y + 3.5), Stroke(INK, 1.25))?;
                    }
                }
            }
            let figures = match (finite(numbers.odds_ratio), ends) {
                (Some(estimate), Some((from, to))) => {
                    format!("{} [{}, {}]", odds(estimate), odds(from), odds(to))
                }
                (Some(estimate), None) => odds(estimate),
                _ => format!("{NONE} {}", say(lang, "not estimated", "推定なし")),
            };
            if let Some(estimate) = finite(numbers.odds_ratio) {
                canvas.mark((x.at(estimate.ln()), y), mark(kpi.verdict.verdict))?;
            }
            canvas.text((columns.0, y), &figures, Type::new(12.0, INK))?;
            if !options.compact {
                canvas.mark((columns.1 + 6.0, y), mark(kpi.verdict.verdict))?;
                canvas.text((columns.1 + 18.0, y), kpi.verdict.verdict.label().get(lang), Type::new(12.0, INK))?;
            }
            y += ROW;
        }
        if hidden > 0 {
            let more = words!(en: "and {} more in the report", ja: "ほか{}件は報告書を参照", count(hidden));
            canvas.text((0.0, bottom + 31.0), more.get(lang), small)?;
        }
        Ok(())
    })?;
    Ok(caption.chart("forest.svg", drawn))
}

const TICKS: [f64; 10] = [0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.5, 2.0, 4.0, 10.0];

fn finite(x: Option<f64>) -> Option<f64> {
    x.filter(|x| x.is_finite() && *x > 0.0)
}

/// Ends of the axis: what the intervals need, at least half to double, within [`ENDS`].
fn axis(kpis: &[&KpiArtifact]) -> (f64, f64) {
    let (mut low, mut high) = (0.5_f64, 2.0_f64);
    for numbers in kpis.iter().map(|kpi| &kpi.numbers) {
        for value in [numbers.ci_low, numbers.odds_ratio, numbers.ci_high].into_iter().filter_map(finite) {
            low = low.min(value);
            high = high.max(value);
        }
    }
    (low.max(ENDS.0), high.min(ENDS.1))
}
