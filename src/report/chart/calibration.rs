//! Calibration curve: what was predicted against what happened, with Wilson intervals and the diagonal.

use super::canvas::{AMBER, AXIS, GRID, INK, SOFT, Stroke, Type, svg, ticks};
use super::{Caption, Chart, ChartError, Scale};
use crate::artifact::CalibrationBinRecord;
use crate::report::format::percent;
use crate::report::names::say;
use crate::words;
use crate::words::Lang;

const SIZE: (f64, f64) = (440.0, 400.0);
const PLOT_X: (f64, f64) = (62.0, 420.0);
const PLOT_Y: (f64, f64) = (340.0, 40.0);

/// Draws the curve where it has a point.
pub(in crate::report) fn calibration(curve: &[CalibrationBinRecord], lang: Lang) -> Result<Option<Chart>, ChartError> {
    let points: Vec<_> = curve.iter().filter(|b| b.predicted.is_finite() && b.observed.is_finite()).collect();
    if points.is_empty() {
        return Ok(None);
    }
    let caption = Caption {
        title: words!(en: "Calibration out of fold", ja: "較正（検証用の分割による）"),
        description: words!(
            en: "Observed share of leaving with 95% Wilson interval against the predicted probability, {} groups of rows. On the diagonal prediction and reality agree.",
            ja: "予測確率に対する実際の離反割合を95%ウィルソン区間とともに{}群で示します。対角線上なら予測と実際が一致しています。",
            points.len()
        ),
    };
    let top = points.iter().fold(0.01_f64, |top, b| {
        let high = if b.ci_high.is_finite() { b.ci_high } else { b.observed };
        top.max(b.predicted).max(high)
    });
    let top = (top * 1.05).min(1.0);
    let (x, y) = (Scale::new((0.0, top), PLOT_X), Scale::new((0.0, top), PLOT_Y));
    let drawn = svg(SIZE, caption.title(lang), caption.description(lang), lang, |canvas| {
        canvas.text((0.0, 10.0), caption.title(lang), Type::new(13.0, INK).bold())?;
        let small = Type::new(11.0, SOFT);
        for tick in ticks(0.0, top, 5.0) {
            canvas.line((PLOT_X.0, y.at(tick)), (PLOT_X.1, y.at(tick)), Stroke(GRID, 1.0))?;
            canvas.line((x.at(tick), PLOT_Y.0), (x.at(tick), PLOT_Y.1), Stroke(GRID, 1.0))?;
            canvas.text((PLOT_X.0 - 6.0, y.at(tick)), &percent(tick), small.right())?;
            canvas.text((x.at(tick), PLOT_Y.0 + 14.0), &percent(tick), small.centre())?;
        }
        canvas.dashed((x.at(0.0), y.at(0.0)), (x.at(top), y.at(top)), Stroke(AXIS, 1.25))?;
        let line: Vec<_> = points.iter().map(|b| (x.at(b.predicted), y.at(b.observed))).collect();
        canvas.path(&line, Stroke(AMBER, 1.75))?;
        for bin in &points {
            let at = x.at(bin.predicted);
            if bin.ci_low.is_finite() && bin.ci_high.is_finite() {
                let (low, high) = (y.at(bin.ci_low), y.at(bin.ci_high));
                canvas.line((at, low), (at, high), Stroke(INK, 1.25))?;
                canvas.line((at - 3.5, low), (at + 3.5, low), Stroke(INK, 1.25))?;
                canvas.line((at - 3.5, high), (at + 3.5, high), Stroke(INK, 1.25))?;
            }
            canvas.disc((at, y.at(bin.observed)), 4.5, AMBER)?;
        }
        canvas.text((PLOT_X.0, 28.0), say(lang, "observed share that left", "実際に離れた割合"), small)?;
        canvas.text((PLOT_X.1, PLOT_Y.0 + 34.0), say(lang, "predicted probability", "予測した確率"), small.right())?;
        canvas.text((PLOT_X.0, PLOT_Y.0 + 34.0), say(lang, "dashed: perfect agreement", "破線：完全な一致"), small)
    })?;
    Ok(Some(caption.chart("calibration.svg", drawn)))
}
