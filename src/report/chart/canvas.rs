//! A drawing surface over the SVG backend of plotters: sizes in CSS pixels, escaped text, no ids that could collide.

use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoFont, RGBColor, ShapeStyle, TextStyle};

use super::ChartError;
use crate::report::format::{escape, one_line};
use crate::report::names::Mark;
use crate::words::Lang;

/// Text and figures.
pub(super) const INK: RGBColor = RGBColor(0x23, 0x26, 0x2b);
/// Secondary text.
pub(super) const SOFT: RGBColor = RGBColor(0x63, 0x68, 0x70);
/// Axes.
pub(super) const AXIS: RGBColor = RGBColor(0x9a, 0x9d, 0xa3);
/// Grid lines.
pub(super) const GRID: RGBColor = RGBColor(0xe6, 0xe3, 0xdc);
/// Shaded areas.
pub(super) const SHADE: RGBColor = RGBColor(0xf5, 0xf2, 0xea);
/// The fuel lamp.
pub(super) const AMBER: RGBColor = RGBColor(0xc4, 0x7d, 0x0a);
/// In use.
pub(super) const GREEN: RGBColor = RGBColor(0x2c, 0x6e, 0x60);
/// Leaving, mirages.
pub(super) const BRICK: RGBColor = RGBColor(0x9d, 0x42, 0x35);

/// Backend units per CSS pixel: the backend knows whole numbers only.
const SCALE: f64 = 4.0;
/// The backend divides font sizes by this.
const FONT_FACTOR: f64 = 1.24;

/// Pixels above the title, so that tall letters are whole.
const MARGIN: f64 = 4.0;

/// How a text is set.
#[derive(Clone, Copy)]
pub(super) struct Type {
    size: f64,
    colour: RGBColor,
    anchor: HPos,
    bold: bool,
}

impl Type {
    /// Left-aligned text.
    pub(super) const fn new(size: f64, colour: RGBColor) -> Self {
        Self { size, colour, anchor: HPos::Left, bold: false }
    }

    /// Ends at the point.
    pub(super) const fn right(mut self) -> Self {
        self.anchor = HPos::Right;
        self
    }

    /// Centred on the point.
    pub(super) const fn centre(mut self) -> Self {
        self.anchor = HPos::Center;
        self
    }

    /// Bold.
    pub(super) const fn bold(mut self) -> Self {
        self.bold = true;
        self
    }
}

/// A stroke: colour and width in pixels.
#[derive(Clone, Copy)]
pub(super) struct Stroke(pub(super) RGBColor, pub(super) f64);

impl Stroke {
    fn style(self) -> ShapeStyle {
        ShapeStyle { color: self.0.to_rgba(), filled: false, stroke_width: units(self.1).unsigned_abs() }
    }
}

/// A chart in the making.
pub(super) struct Canvas<'a> {
    backend: SVGBackend<'a>,
    family: &'static str,
}

/// Draws one chart and returns its SVG with title, description and language.
pub(super) fn svg(
    size: (f64, f64),
    title: &str,
    description: &str,
    lang: Lang,
    draw: impl FnOnce(&mut Canvas<'_>) -> Result<(), ChartError>,
) -> Result<String, ChartError> {
    let mut buffer = String::new();
    {
        let pixels = (units(size.0).unsigned_abs(), units(size.1).unsigned_abs());
        let backend = SVGBackend::with_string(&mut buffer, pixels);
        let mut canvas = Canvas { backend, family: family(lang) };
        draw(&mut canvas)?;
        canvas.backend.present().map_err(failed)?;
    }
    let body = buffer.split_once('>').map_or("", |(_, body)| body);
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w:.0}\" height=\"{h:.0}\" viewBox=\"0 -{margin} {vw} {vh}\" \
         style=\"background:#fff\" role=\"img\" lang=\"{lang}\" aria-label=\"{title}\">\n<title>{title}</title>\n<desc>{description}</desc>{body}",
        w = size.0,
        h = size.1 + MARGIN,
        margin = units(MARGIN),
        vw = units(size.0),
        vh = units(size.1 + MARGIN),
        title = escape(&one_line(title)),
        description = escape(&one_line(description)),
    ))
}

/// Fonts by name only: the page carries none and fetches none.
fn family(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "Segoe UI, Helvetica Neue, Arial, Noto Sans, Noto Sans JP, Noto Sans CJK JP, sans-serif",
        Lang::Ja => "Noto Sans JP, Noto Sans CJK JP, Hiragino Sans, Yu Gothic, Meiryo, sans-serif",
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a float to integer cast saturates; charts are small")]
fn units(pixels: f64) -> i32 {
    (pixels * SCALE).round() as i32
}

fn point((x, y): (f64, f64)) -> (i32, i32) {
    (units(x), units(y))
}

fn failed(error: impl std::fmt::Display) -> ChartError {
    ChartError { what: error.to_string() }
}

impl Canvas<'_> {
    /// A straight line.
    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), stroke: Stroke) -> Result<(), ChartError> {
        self.backend.draw_line(point(from), point(to), &stroke.style()).map_err(failed)
    }

    /// A dashed line.
    pub(super) fn dashed(&mut self, from: (f64, f64), to: (f64, f64), stroke: Stroke) -> Result<(), ChartError> {
        const DASH: f64 = 4.0;
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy);
        if !length.is_finite() || length <= 0.0 {
            return Ok(());
        }
        let mut at = 0.0;
        while at < length {
            let (a, b) = (at / length, (at + DASH).min(length) / length);
            self.line((from.0 + a * dx, from.1 + a * dy), (from.0 + b * dx, from.1 + b * dy), stroke)?;
            at += 2.0 * DASH;
        }
        Ok(())
    }

    /// An open path.
    pub(super) fn path(&mut self, points: &[(f64, f64)], stroke: Stroke) -> Result<(), ChartError> {
        self.backend.draw_path(points.iter().map(|&p| point(p)), &stroke.style()).map_err(failed)
    }

    /// A filled area.
    pub(super) fn area(&mut self, points: &[(f64, f64)], colour: RGBColor) -> Result<(), ChartError> {
        self.backend.fill_polygon(points.iter().map(|&p| point(p)), &Stroke(colour, 0.0).style()).map_err(failed)
    }

    /// A filled rectangle between two corners.
    pub(super) fn block(&mut self, from: (f64, f64), to: (f64, f64), colour: RGBColor) -> Result<(), ChartError> {
        self.backend.draw_rect(point(from), point(to), &Stroke(colour, 0.0).style(), true).map_err(failed)
    }

    /// A filled disc.
    pub(super) fn disc(&mut self, centre: (f64, f64), radius: f64, colour: RGBColor) -> Result<(), ChartError> {
        let radius = units(radius).unsigned_abs();
        self.backend.draw_circle(point(centre), radius, &Stroke(colour, 0.0).style(), true).map_err(failed)
    }

    /// A ring on white.
    pub(super) fn ring(&mut self, centre: (f64, f64), radius: f64, stroke: Stroke) -> Result<(), ChartError> {
        self.disc(centre, radius, RGBColor(255, 255, 255))?;
        let radius = units(radius).unsigned_abs();
        self.backend.draw_circle(point(centre), radius, &stroke.style(), false).map_err(failed)
    }

    /// One line of text, vertically centred on the point.
    pub(super) fn text(&mut self, at: (f64, f64), text: &str, set: Type) -> Result<(), ChartError> {
        let weight = if set.bold { FontStyle::Bold } else { FontStyle::Normal };
        let font = (self.family, set.size * SCALE * FONT_FACTOR).into_font().style(weight);
        let style = TextStyle::from(font).color(&set.colour).pos(Pos::new(set.anchor, VPos::Center));
        self.backend.draw_text(&one_line(text), &style, point(at)).map_err(failed)
    }

    /// The shape of a verdict.
    pub(super) fn mark(&mut self, (x, y): (f64, f64), mark: Mark) -> Result<(), ChartError> {
        const R: f64 = 5.0;
        let diamond = [(x, y - R - 1.0), (x + R + 1.0, y), (x, y + R + 1.0), (x - R - 1.0, y), (x, y - R - 1.0)];
        match mark {
            Mark::Disc => self.disc((x, y), R, GREEN),
            Mark::HalfDisc => {
                self.ring((x, y), R, Stroke(GREEN, 1.5))?;
                let half: Vec<_> = (0..=12)
                    .map(|i| std::f64::consts::PI * (0.5 + f64::from(i) / 12.0))
                    .map(|angle| (x + R * angle.cos(), y + R * angle.sin()))
                    .collect();
                self.area(&half, GREEN)
            }
            Mark::Diamond => self.area(&diamond, AMBER),
            Mark::OpenDiamond => {
                self.area(&diamond, RGBColor(255, 255, 255))?;
                self.path(&diamond, Stroke(AMBER, 1.5))
            }
            Mark::Cross => {
                self.line((x - 4.0, y - 4.0), (x + 4.0, y + 4.0), Stroke(BRICK, 2.25))?;
                self.line((x - 4.0, y + 4.0), (x + 4.0, y - 4.0), Stroke(BRICK, 2.25))
            }
            Mark::Square => self.block((x - 4.0, y - 4.0), (x + 4.0, y + 4.0), SOFT),
        }
    }
}

/// Steps of 1, 2 or 5 times a power of ten, at most `most` of them or so, covering the range.
pub(super) fn ticks(low: f64, high: f64, most: f64) -> Vec<f64> {
    let span = high - low;
    if !span.is_finite() || span <= 0.0 {
        return vec![low];
    }
    let rough = span / most.max(1.0);
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= rough).unwrap_or(10.0 * power);
    let mut found = Vec::new();
    let mut k = (low / step - 1e-9).ceil();
    while k * step <= high + step * 1e-9 && found.len() < 50 {
        found.push(k * step);
        k += 1.0;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_numbers_inside_the_range() {
        let close = |got: Vec<f64>, want: &[f64]| {
            assert_eq!(got.len(), want.len(), "{got:?}");
            assert!(got.iter().zip(want).all(|(g, w)| (g - w).abs() < 1e-12), "{got:?}");
        };
        close(ticks(0.0, 1.0, 5.0), &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
        close(ticks(-1.1, 0.9, 4.0), &[-1.0, -0.5, 0.0, 0.5]);
        close(ticks(3.0, 3.0, 4.0), &[3.0]);
    }

    #[test]
    fn text_is_escaped_and_control_characters_are_left_out() {
        let drawn = svg((40.0, 20.0), "a<b>\u{7}", "\"d\"", Lang::En, |canvas| {
            canvas.text((1.0, 1.0), "<script>&\u{0}\n'x'", Type::new(10.0, INK))
        })
        .unwrap();
        assert!(drawn.contains("<title>a&lt;b&gt;</title>\n<desc>&quot;d&quot;</desc>"), "{drawn}");
        assert!(drawn.contains("&lt;script&gt;&amp; &apos;x&apos;"), "{drawn}");
        assert!(!drawn.contains('\u{0}') && !drawn.contains('\u{7}'));
    }
}
