//! Views into pages, through templates that escape every text.

use askama::Template;

use super::ReportError;
use super::format::clean;
use super::names::Mark;
use super::view::{LeadershipView, ReportView, Table};

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage<'a> {
    v: &'a ReportView,
}

#[derive(Template)]
#[template(path = "leadership.html")]
struct LeadershipPage<'a> {
    v: &'a LeadershipView,
}

/// The analyst's report.
pub(super) fn report(view: &ReportView) -> Result<String, ReportError> {
    page("report.html", ReportPage { v: view }.render())
}

/// The leadership page.
pub(super) fn leadership(view: &LeadershipView) -> Result<String, ReportError> {
    page("leadership.html", LeadershipPage { v: view }.render())
}

fn page(page: &'static str, rendered: Result<String, askama::Error>) -> Result<String, ReportError> {
    rendered.map(|text| clean(&text)).map_err(|error| ReportError::Page { page, what: error.to_string() })
}

/// Shape of a verdict for running text; the word beside it carries the meaning.
pub(super) fn mark_svg(mark: Mark) -> &'static str {
    match mark {
        Mark::Disc => {
            r##"<svg class="mark" viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="5" fill="#2c6e60"/></svg>"##
        }
        Mark::HalfDisc => {
            r##"<svg class="mark" viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="4.4" fill="#fff" stroke="#2c6e60" stroke-width="1.3"/><path d="M6 1.6a4.4 4.4 0 0 0 0 8.8z" fill="#2c6e60"/></svg>"##
        }
        Mark::Diamond => {
            r##"<svg class="mark" viewBox="0 0 12 12" aria-hidden="true"><path d="M6 .4 11.6 6 6 11.6 .4 6z" fill="#c47d0a"/></svg>"##
        }
        Mark::OpenDiamond => {
            r##"<svg class="mark" viewBox="0 0 12 12" aria-hidden="true"><path d="M6 1.2 10.8 6 6 10.8 1.2 6z" fill="#fff" stroke="#c47d0a" stroke-width="1.3"/></svg>"##
        }
        Mark::Cross => {
            r##"<svg class="mark" viewBox="0 0 12 12" aria-hidden="true"><path d="m2 2 8 8m0-8-8 8" stroke="#9d4235" stroke-width="2.2" fill="none"/></svg>"##
        }
        Mark::Square => {
            r##"<svg class="mark" viewBox="0 0 12 12" aria-hidden="true"><path d="M2 2h8v8H2z" fill="#636870"/></svg>"##
        }
    }
}

impl Table {
    /// Class of the cells of a column: numbers are set right with figures of equal width.
    fn class(&self, column: &usize) -> &'static str {
        if self.numeric.contains(column) { "n" } else { "" }
    }
}
