//! Forest plot: odds ratio per standard deviation of every KPI with its 95 % interval, on a log axis.

use super::canvas::{AXIS, GRID, INK, SOFT, Stroke, Type, svg};
use super::{Caption, Chart, ChartError, Scale};
use crate::artifact::KpiArtifact;
use crate::report::format::{NONE, count, fixed, odds, shorten_name};
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
        title: words!(en: "Odds ratio per standard deviation", ja: "オッズ比（1標準偏差あたり）"),
        description: words!(
            en: "One line per KPI of {} KPIs: odds ratio of leaving per standard deviation in the full model with its 95% interval on a log axis; left of 1 fewer customers leave. The table of verdicts has the same numbers.",
            ja: "{}件のKPIごとに、全体モデルでの離反のオッズ比（1標準偏差あたり）と95%信頼区間を対数軸で示します。1より左は離反が減る向きです。同じ数値は判定の表にあります。",
            kpis.len()
        ),
    };
    let mut ordered: Vec<&KpiArtifact> = kpis.to_vec();
    ordered.sort_by_key(|kpi| kpi.verdict.verdict);
    let hidden = ordered.len().saturating_sub(options.max_rows);
    ordered.truncate(options.max_rows);

    let (label_width, plot, full_width) =
        if options.compact { (24, (166.0, 288.0), 408.0) } else { (40, (286.0, 590.0), 900.0) };
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
        for tick in ticks(low, high, &x) {
            let at = x.at(tick.ln());
            canvas.line((at, TOP - 8.0), (at, bottom), Stroke(GRID, 1.0))?;
            canvas.text((at, bottom + 14.0), &tick.to_string(), small.centre())?;
        }
        canvas.line((one, TOP - 8.0), (one, bottom), Stroke(AXIS, 1.25))?;
        let mut y = TOP + ROW / 2.0;
        for kpi in &ordered {
            let numbers = &kpi.numbers;
            canvas.text((0.0, y), &shorten_name(kpi.label.get(lang), label_width), Type::new(size, INK))?;
            let ends = finite(numbers.ci_low).zip(finite(numbers.ci_high));
            if let Some((from, to)) = ends {
                canvas.line((x.at(from.ln()), y), (x.at(to.ln()), y), Stroke(INK, 1.25))?;
                for end in [from, to] {
                    let at = x.at(end.ln());
                    match tip(end, low, high) {
                        Some(tip) => {
                            canvas.path(&[(at + tip, y - 4.0), (at, y), (at + tip, y + 4.0)], Stroke(INK, 1.25))?;
                        }
                        None => canvas.line((at, y - 3.5), (at, y + 3.5), Stroke(INK, 1.25))?,
                    }
                }
            }
            let figures = match (finite(numbers.odds_ratio), ends) {
                (Some(estimate), Some((from, to))) => {
                    format!("{} [{}, {}]", brief(estimate), brief(from), brief(to))
                }
                (Some(estimate), None) => brief(estimate),
                _ => format!("{NONE} {}", say(lang, "not estimated", "推定なし")),
            };
            if let Some(estimate) = finite(numbers.odds_ratio) {
                let at = x.at(estimate.ln());
                match tip(estimate, low, high) {
                    // Off the scale: two heads where the interval's own arrow has one.
                    Some(tip) => {
                        canvas.path(&[(at + tip, y - 4.0), (at, y), (at + tip, y + 4.0)], Stroke(INK, 1.25))?;
                        let at = at + tip;
                        canvas.path(&[(at + tip, y - 4.0), (at, y), (at + tip, y + 4.0)], Stroke(INK, 1.25))?;
                    }
                    None => canvas.mark((at, y), mark(kpi.verdict.verdict))?,
                }
            }
            canvas.text((columns.0, y), &figures, Type::new(12.0, INK))?;
            if !options.compact {
                canvas.mark((columns.1 + 6.0, y), mark(kpi.verdict.verdict))?;
                canvas.text((columns.1 + 18.0, y), kpi.verdict.verdict.label().get(lang), Type::new(12.0, INK))?;
            }
            y += ROW;
        }
        if hidden > 0 {
            let more = words!(en: "and {} more in the report", ja: "ほか{}件はレポートを参照", count(hidden));
            canvas.text((0.0, bottom + 31.0), more.get(lang), small)?;
        }
        Ok(())
    })?;
    Ok(caption.chart("forest.svg", drawn))
}

const TICKS: [f64; 10] = [0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.5, 2.0, 4.0, 10.0];

/// Pixels between ticks, so that their labels do not touch.
const APART: f64 = 24.0;

/// Ticks on the axis: 1 always, the others outwards from it as far as their labels have room.
fn ticks(low: f64, high: f64, x: &Scale) -> Vec<f64> {
    let inside = |tick: &f64| *tick >= low * 0.999 && *tick <= high * 1.001;
    let outwards = |ticks: &mut dyn Iterator<Item = f64>| {
        let mut kept = vec![1.0_f64];
        for tick in ticks.filter(inside) {
            if kept.last().is_none_or(|last| (x.at(tick.ln()) - x.at(last.ln())).abs() >= APART) {
                kept.push(tick);
            }
        }
        kept
    };
    let mut all = outwards(&mut TICKS.into_iter().rev().filter(|tick| *tick < 1.0));
    all.extend(outwards(&mut TICKS.into_iter().filter(|tick| *tick > 1.0)).into_iter().skip(1));
    all
}

/// Where the head of an arrow begins, seen from the end of the axis, for a value beyond it.
fn tip(value: f64, low: f64, high: f64) -> Option<f64> {
    match value {
        below if below < low => Some(5.0),
        above if above > high => Some(-5.0),
        _ => None,
    }
}

/// An odds ratio in at most four figures, so that three of them fit beside the plot.
fn brief(x: f64) -> String {
    match x {
        large if (99.95..=999.0).contains(&large) => fixed(large, 0),
        large if (9.995..99.95).contains(&large) => fixed(large, 1),
        other => odds(other),
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_have_room_and_keep_one_and_three_figures_fit() {
        let x = Scale::new((0.1_f64.ln(), 10.0_f64.ln()), (156.0, 288.0));
        let shown = ticks(0.1, 10.0, &x);
        assert_eq!(shown, [1.0, 0.35, 0.1, 4.0, 10.0]);
        let narrow = Scale::new((0.5_f64.ln(), 2.0_f64.ln()), (286.0, 590.0));
        assert_eq!(ticks(0.5, 2.0, &narrow), [1.0, 0.7, 0.5, 1.5, 2.0]);
        let figures: Vec<String> = [0.644, 9.994, 12.345, 99.96, 382.1, 2_000.0, 0.001].map(brief).into();
        assert_eq!(figures, ["0.64", "9.99", "12.3", "100", "382", ">999", "<0.01"]);
        assert_eq!([tip(382.0, 0.1, 10.0), tip(10.0, 0.1, 10.0), tip(0.05, 0.1, 10.0)], [Some(-5.0), None, Some(5.0)]);
    }
}
