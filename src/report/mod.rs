//! Reports for people: the analyst's report, the leadership page and the charts. Reads the artifact, formats, and
//! computes no result.
//!
//! ```text
//! ModelArtifact + Lang --view--> ready strings --html (askama)--> report.html, leadership.html
//! ModelArtifact + Lang --chart (SVG)--> charts/*.svg, inline in both pages
//! ```

mod chart;
mod clock;
mod format;
mod html;
mod names;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
mod view;

pub use chart::Chart;
pub use view::sample_size;

use crate::artifact::ModelArtifact;
use crate::notice::Explain;
use crate::words::Lang;

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A chart could not be drawn.
    #[error("chart could not be drawn: {what}")]
    Chart {
        /// What the drawing backend said.
        what: String,
    },
    /// A page could not be filled in.
    #[error("page `{page}` could not be written: {what}")]
    Page {
        /// The page.
        page: &'static str,
        /// What the template engine said.
        what: String,
    },
}

impl From<chart::ChartError> for ReportError {
    fn from(error: chart::ChartError) -> Self {
        Self::Chart { what: error.what }
    }
}

impl Explain for ReportError {
    fn ja(&self) -> String {
        match self {
            Self::Chart { what } => format!("グラフを描けませんでした：{what}"),
            Self::Page { page, what } => format!("ページ「{page}」を書き出せませんでした：{what}"),
        }
    }
}

/// The analyst's report: one HTML page with its charts inline, nothing fetched from outside, no script.
///
/// # Errors
/// [`ReportError`] where a chart or the page cannot be written.
pub fn report_html(artifact: &ModelArtifact, lang: Lang) -> Result<String, ReportError> {
    html::report(&view::report(artifact, lang)?)
}

/// The leadership page: one printed A4 page.
///
/// # Errors
/// [`ReportError`] where a chart or the page cannot be written.
pub fn leadership_html(artifact: &ModelArtifact, lang: Lang) -> Result<String, ReportError> {
    html::leadership(&view::leadership(artifact, lang)?)
}

/// Every chart of the report: forest plot, calibration, score, periods, lamp, and per KPI its lag profile, its path, its
/// level and change, and its slopes by parts of the customers, where the artifact has the numbers. File names are unique and the same in both languages.
///
/// # Errors
/// [`ReportError::Chart`].
pub fn charts(artifact: &ModelArtifact, lang: Lang) -> Result<Vec<Chart>, ReportError> {
    let kpis: Vec<_> = artifact.kpis.iter().collect();
    let mut charts = Vec::new();
    if !kpis.is_empty() {
        charts.push(chart::forest(&kpis, &chart::Forest { max_rows: 40, compact: false }, lang)?);
    }
    charts.extend(chart::calibration(&artifact.validation.curve, lang)?);
    charts.extend(chart::score(&artifact.score.histogram, lang)?);
    charts.extend(chart::periods(&artifact.data.periods, lang)?);
    let lamp = artifact.lamp.as_ref().and_then(|lamp| lamp.backtest.as_ref());
    charts.extend(chart::lamp_lead(lamp, clock::Clock::of(artifact), lang)?);
    charts.extend(chart::lamp_load(lamp, lang)?);
    for (position, kpi) in artifact.kpis.iter().enumerate() {
        let place = (position, kpis.len());
        charts.extend(chart::lag(kpi, place, clock::Clock::of(artifact), lang)?);
        charts.extend(chart::path(kpi, place, lang)?);
        charts.extend(chart::pair(kpi, place, lang)?);
        charts.extend(chart::parts(kpi, place, lang)?);
    }
    Ok(charts)
}
