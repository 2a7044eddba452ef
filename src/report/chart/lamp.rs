//! The lamp: how early it lit, and how many were lit when.

use super::canvas::{AMBER, AXIS, BRICK, GRID, INK, SOFT, Stroke, Type, svg, ticks};
use super::{Caption, Chart, ChartError, Scale};
use crate::artifact::{LampBacktestRecord, LeadRecord, LoadRecord};
use crate::report::clock::Clock;
use crate::report::format::{count, fixed, plain, shorten};
use crate::report::names::say;
use crate::words;
use crate::words::Lang;
use plotters::style::RGBColor;

const LEAD_SIZE: (f64, f64) = (440.0, 230.0);
const LEAD_X: (f64, f64) = (44.0, 430.0);
const LEAD_Y: (f64, f64) = (176.0, 52.0);
/// Bars; what lit earlier is counted in the last one.
const LEAD_BARS: u32 = 18;

const LOAD_SIZE: (f64, f64) = (440.0, 230.0);
const LOAD_X: (f64, f64) = (44.0, 430.0);
const LOAD_Y: (f64, f64) = (176.0, 52.0);
const PALE: RGBColor = RGBColor(0xf0, 0xd9, 0xb0);

/// Events caught, by periods between lighting and leaving.
pub(in crate::report) fn lamp_lead(
    backtest: Option<&LampBacktestRecord>,
    clock: Clock<'_>,
    lang: Lang,
) -> Result<Option<Chart>, ChartError> {
    let Some(lead) = backtest.and_then(|found| found.before_churn.as_ref()).filter(|lead| lead.n > 0) else {
        return Ok(None);
    };
    let caption = Caption {
        title: words!(en: "How early the lamp was lit", ja: "離反の何期前に点灯したか"),
        description: words!(
            en: "Of {} customers who left after their lamp was lit in time, how many periods before; half of them at least {} before.",
            ja: "間に合って点灯した後に離れた{}件が、何期前に点灯していたかを示します。半数は{}期以上前です。",
            count(lead.n),
            plain(lead.median)
        ),
    };
    let bars = bars(lead);
    let first = clock.gap.saturating_add(1);
    let last = bars.last().map_or(first, |bar| bar.0).max(first.saturating_add(5));
    let most = as_f64(bars.iter().map(|bar| bar.1).max().unwrap_or(1).max(1));
    let step = (LEAD_X.1 - LEAD_X.0) / f64::from(last - first + 1);
    let y = Scale::new((0.0, most), LEAD_Y);
    let cut = lead.max > last;
    let drawn = svg(LEAD_SIZE, caption.title(lang), caption.description(lang), lang, |canvas| {
        canvas.text((0.0, 10.0), caption.title(lang), Type::new(13.0, INK).bold())?;
        let small = Type::new(11.0, SOFT);
        canvas.text((0.0, 30.0), say(lang, "customers who left", "離反した顧客数"), small)?;
        for tick in ticks(0.0, most, 4.0).into_iter().filter(|t| t.fract().abs() < 1e-9) {
            canvas.line((LEAD_X.0, y.at(tick)), (LEAD_X.1, y.at(tick)), Stroke(GRID, 1.0))?;
            canvas.text((LEAD_X.0 - 6.0, y.at(tick)), &fixed(tick, 0), small.right())?;
        }
        for (periods, n) in &bars {
            let from = LEAD_X.0 + step * f64::from(periods.saturating_sub(first));
            canvas.block((from + 2.0, y.at(as_f64(*n))), (from + step - 2.0, LEAD_Y.0), AMBER)?;
        }
        canvas.line((LEAD_X.0, LEAD_Y.0), (LEAD_X.1, LEAD_Y.0), Stroke(AXIS, 1.25))?;
        let every = (last - first + 1).div_ceil(9).max(1);
        for periods in (first..=last).filter(|p| (p - first).is_multiple_of(every) || (cut && *p == last)) {
            let middle = LEAD_X.0 + step * (f64::from(periods - first) + 0.5);
            let more = if cut && periods == last { "+" } else { "" };
            canvas.text((middle, LEAD_Y.0 + 14.0), &format!("{periods}{more}"), small.centre())?;
        }
        canvas.text((LEAD_X.0, LEAD_Y.0 + 36.0), clock.before_the_event(lang), small)
    })?;
    Ok(Some(caption.chart("lamp_lead.svg", drawn)))
}

/// Periods and counts, those beyond the last bar put together.
fn bars(lead: &LeadRecord) -> Vec<(u32, usize)> {
    let first = lead.histogram.first().map_or(1, |bar| bar.0);
    let last = first.saturating_add(LEAD_BARS - 1);
    let mut bars: Vec<(u32, usize)> = lead.histogram.iter().copied().filter(|bar| bar.0 < last).collect();
    let beyond: usize = lead.histogram.iter().filter(|bar| bar.0 >= last).map(|bar| bar.1).sum();
    if beyond > 0 {
        bars.push((last, beyond));
    }
    bars
}

/// Accounts lit and newly lit by period, against what the team can act on.
pub(in crate::report) fn lamp_load(
    backtest: Option<&LampBacktestRecord>,
    lang: Lang,
) -> Result<Option<Chart>, ChartError> {
    let Some(found) = backtest.filter(|found| !found.load.is_empty()) else { return Ok(None) };
    let load = &found.load;
    let caption = Caption {
        title: words!(en: "Customers lit, by period", ja: "期ごとの点灯数"),
        description: words!(
            en: "Customers whose lamp was lit in each of {} periods, and those newly lit in it; on average {} and {}.",
            ja: "{}期のそれぞれについて、点灯していた顧客数と新たに点灯した顧客数を示します。平均は{}件と{}件です。",
            count(load.len()),
            fixed(found.mean_lit, 1),
            fixed(found.mean_newly_lit, 1)
        ),
    };
    let capacity = found.capacity.filter(|c| c.is_finite());
    let most = as_f64(load.iter().map(|l| l.lit).max().unwrap_or(0)).max(capacity.unwrap_or(0.0)).max(1.0) * 1.02;
    let y = Scale::new((0.0, most), LOAD_Y);
    let step = (LOAD_X.1 - LOAD_X.0) / as_f64(load.len());
    let padding = (step * 0.12).min(4.0);
    let drawn = svg(LOAD_SIZE, caption.title(lang), caption.description(lang), lang, |canvas| {
        canvas.text((0.0, 10.0), caption.title(lang), Type::new(13.0, INK).bold())?;
        let small = Type::new(11.0, SOFT);
        canvas.block((0.0, 25.0), (12.0, 37.0), PALE)?;
        canvas.text((18.0, 31.0), say(lang, "lit", "点灯"), small)?;
        canvas.block((64.0, 25.0), (76.0, 37.0), AMBER)?;
        canvas.text((82.0, 31.0), say(lang, "newly lit", "新たに点灯"), small)?;
        for tick in ticks(0.0, most, 4.0).into_iter().filter(|t| t.fract().abs() < 1e-9) {
            canvas.line((LOAD_X.0, y.at(tick)), (LOAD_X.1, y.at(tick)), Stroke(GRID, 1.0))?;
            canvas.text((LOAD_X.0 - 6.0, y.at(tick)), &fixed(tick, 0), small.right())?;
        }
        for (i, period) in load.iter().enumerate() {
            bar(canvas, i, period, step, padding, y)?;
        }
        canvas.line((LOAD_X.0, LOAD_Y.0), (LOAD_X.1, LOAD_Y.0), Stroke(AXIS, 1.25))?;
        if let Some(capacity) = capacity {
            canvas.dashed((LOAD_X.0, y.at(capacity)), (LOAD_X.1, y.at(capacity)), Stroke(BRICK, 1.25))?;
            canvas.line((160.0, 31.0), (172.0, 31.0), Stroke(BRICK, 1.25))?;
            let words = words!(en: "capacity {}", ja: "対応できる件数 {}", plain(capacity));
            canvas.text((178.0, 31.0), words.get(lang), small)?;
        }
        let ends = [(0, small), (load.len() - 1, small.right())];
        for (i, set) in ends.into_iter().take(load.len().min(2)) {
            let x = if i == 0 { LOAD_X.0 } else { LOAD_X.1 };
            canvas.text((x, LOAD_Y.0 + 14.0), &shorten(&load[i].period, 16), set)?;
        }
        Ok(())
    })?;
    Ok(Some(caption.chart("lamp_load.svg", drawn)))
}

fn bar(
    canvas: &mut super::canvas::Canvas<'_>,
    i: usize,
    period: &LoadRecord,
    step: f64,
    padding: f64,
    y: Scale,
) -> Result<(), ChartError> {
    let from = LOAD_X.0 + step * as_f64(i);
    let (left, right) = (from + padding, from + step - padding);
    canvas.block((left, y.at(as_f64(period.lit))), (right, LOAD_Y.0), PALE)?;
    canvas.block((left, y.at(as_f64(period.newly_lit))), (right, LOAD_Y.0), AMBER)
}

#[expect(clippy::cast_precision_loss, reason = "counts of customers, drawn to a quarter of a pixel")]
fn as_f64(n: usize) -> f64 {
    n as f64
}
