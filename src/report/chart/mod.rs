//! Charts as SVG texts: shapes and words carry the meaning, colour only repeats it.

mod calibration;
mod canvas;
mod forest;
mod lag;
mod lamp;
mod path;
mod periods;
mod score;
mod slopes;

pub(super) use calibration::calibration;
pub(super) use forest::{Forest, forest};
pub(super) use lag::lag;
pub(super) use lamp::{lamp_lead, lamp_load};
pub(super) use path::path;
pub(super) use periods::periods;
pub(super) use score::score;
pub(super) use slopes::{pair, parts};

use crate::words::{Lang, Words};

/// One chart of the report, as written to `charts/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// File name in lower-case ASCII.
    pub file_name: String,
    /// Title.
    pub title: Words,
    /// The SVG, complete in itself.
    pub svg: String,
    /// What is to be seen, for readers who cannot see it.
    pub description: Words,
}

/// The backend refused to draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChartError {
    /// What it said.
    pub(super) what: String,
}

/// Title and description of a chart while it is drawn in one language.
pub(super) struct Caption {
    title: Words,
    description: Words,
}

impl Caption {
    fn title(&self, lang: Lang) -> &str {
        self.title.get(lang)
    }

    fn description(&self, lang: Lang) -> &str {
        self.description.get(lang)
    }

    fn chart(self, file_name: impl Into<String>, svg: String) -> Chart {
        Chart { file_name: file_name.into(), title: self.title, svg, description: self.description }
    }
}

/// Linear map from data to pixels.
#[derive(Clone, Copy)]
struct Scale {
    data: (f64, f64),
    pixels: (f64, f64),
}

impl Scale {
    /// Data limits to pixel limits; equal limits map to the middle.
    fn new(data: (f64, f64), pixels: (f64, f64)) -> Self {
        Self { data, pixels }
    }

    /// Pixel of a value, kept within the limits.
    fn at(&self, value: f64) -> f64 {
        let span = self.data.1 - self.data.0;
        let share = if span > 0.0 { ((value - self.data.0) / span).clamp(0.0, 1.0) } else { 0.5 };
        self.pixels.0 + share * (self.pixels.1 - self.pixels.0)
    }
}

/// `01`, `02` ... wide enough for the number of KPIs.
fn numbered(prefix: &str, position: usize, total: usize) -> String {
    let digits = total.to_string().len().max(2);
    format!("{prefix}_{:0digits$}.svg", position + 1)
}
