//! Accounts at risk and events by period.

use super::canvas::{AXIS, BRICK, GRID, INK, SOFT, Stroke, Type, svg, ticks};
use super::{Caption, Chart, ChartError, Scale};
use crate::artifact::PeriodRecord;
use crate::report::format::{count, fixed, shorten};
use crate::report::names::say;
use crate::words;
use crate::words::Lang;
use plotters::style::RGBColor;

const SIZE: (f64, f64) = (900.0, 250.0);
const PLOT_X: (f64, f64) = (62.0, 890.0);
const RISK_Y: (f64, f64) = (120.0, 44.0);
const EVENT_Y: (f64, f64) = (215.0, 150.0);
const PALE: RGBColor = RGBColor(0xc9, 0xcc, 0xcf);

/// Draws two rows of bars, accounts at risk above and events below; nothing for a snapshot.
pub(in crate::report) fn periods(periods: &[PeriodRecord], lang: Lang) -> Result<Option<Chart>, ChartError> {
    if periods.is_empty() {
        return Ok(None);
    }
    let caption = Caption {
        title: words!(en: "At risk and left, by period", ja: "期ごとの対象顧客数と離反数"),
        description: words!(
            en: "Accounts in the risk set and events in each of {} periods.",
            ja: "{}期のそれぞれについて、リスク集合の顧客数と離反数を示します。",
            count(periods.len())
        ),
    };
    let most_risk = periods.iter().map(|p| p.at_risk).max().unwrap_or(0).max(1);
    let most_events = periods.iter().map(|p| p.events).max().unwrap_or(0).max(1);
    let y_risk = Scale::new((0.0, as_f64(most_risk)), RISK_Y);
    let y_event = Scale::new((0.0, as_f64(most_events)), EVENT_Y);
    let step = (PLOT_X.1 - PLOT_X.0) / as_f64(periods.len());
    let every = periods.len().div_ceil(10).max(1);
    let drawn = svg(SIZE, caption.title(lang), caption.description(lang), lang, |canvas| {
        canvas.text((0.0, 10.0), caption.title(lang), Type::new(13.0, INK).bold())?;
        let small = Type::new(11.0, SOFT);
        canvas.text((0.0, 29.0), say(lang, "accounts at risk", "対象顧客数"), small)?;
        canvas.text((0.0, 136.0), say(lang, "left", "離反数"), small)?;
        for (scale, most, range) in [(y_risk, most_risk, RISK_Y), (y_event, most_events, EVENT_Y)] {
            for tick in ticks(0.0, as_f64(most), 3.0).into_iter().filter(|t| t.fract().abs() < 1e-9) {
                canvas.line((PLOT_X.0, scale.at(tick)), (PLOT_X.1, scale.at(tick)), Stroke(GRID, 1.0))?;
                canvas.text((PLOT_X.0 - 6.0, scale.at(tick)), &fixed(tick, 0), small.right())?;
            }
            canvas.line((PLOT_X.0, range.0), (PLOT_X.1, range.0), Stroke(AXIS, 1.25))?;
        }
        let padding = (step * 0.15).min(8.0);
        let mut from = PLOT_X.0;
        for (position, period) in periods.iter().enumerate() {
            let (left, right) = (from + padding, from + step - padding);
            canvas.block((left, y_risk.at(as_f64(period.at_risk))), (right, RISK_Y.0), PALE)?;
            canvas.block((left, y_event.at(as_f64(period.events))), (right, EVENT_Y.0), BRICK)?;
            if position.is_multiple_of(every) {
                let middle = f64::midpoint(left, right);
                canvas.text((middle, EVENT_Y.0 + 14.0), &shorten(&period.period, 12), small.centre())?;
            }
            from += step;
        }
        Ok(())
    })?;
    Ok(Some(caption.chart("periods.svg", drawn)))
}

#[expect(clippy::cast_precision_loss, reason = "counts, drawn to a quarter of a pixel")]
fn as_f64(n: usize) -> f64 {
    n as f64
}
