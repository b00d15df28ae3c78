//! A chart as SVG: axes, lines and points drawn by `plotters`, and what a pointer shows over them.
//!
//! Colours are those of a light page; a style sheet turns them, by their value, into those of a dark one.

use std::fmt::Write as _;

use gomem_metrics::Component;
use plotters::{
    coord::Shift,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

use crate::{
    charts::{axis::Axis, part_colour::part_colour},
    words::escape,
};

/// Lines and points over two axes.
pub(crate) struct Chart {
    about: &'static str,
    height: u32,
    x: Axis,
    y: Axis,
    areas: Vec<Area>,
    lines: Vec<Line>,
    points: Vec<Point>,
    spans: Vec<Span>,
}

/// A line, named in the legend.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) label: &'static str,
    pub(crate) ink: Ink,
    pub(crate) points: Vec<(f64, f64)>,
}

/// What lies between two lines, named in the legend.
#[derive(Debug, Clone)]
pub(crate) struct Area {
    pub(crate) label: &'static str,
    pub(crate) ink: Ink,
    /// Where, from and to.
    pub(crate) points: Vec<(f64, f64, f64)>,
}

/// A point with its interval along both axes: low, value, high.
pub(crate) struct Point {
    pub(crate) label: String,
    pub(crate) x: [f64; 3],
    pub(crate) y: [f64; 3],
    /// Drawn as a ring, beside the others.
    pub(crate) is_marked: bool,
}

/// What a pointer shows over a part of the x axis.
pub(crate) struct Span {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) text: String,
}

/// The colours; each has the same meaning in every chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    Resident,
    Goal,
    Objects,
    Live,
    Start,
    GcCpu,
    Assists,
    Curve,
    Part(Component),
}

impl Chart {
    pub(crate) fn new(about: &'static str, height: u32, x: Axis, y: Axis) -> Self {
        Self { about, height, x, y, areas: Vec::new(), lines: Vec::new(), points: Vec::new(), spans: Vec::new() }
    }

    /// Lines without points are left out.
    pub(crate) fn with_lines(mut self, lines: impl IntoIterator<Item = Line>) -> Self {
        self.lines.extend(lines.into_iter().filter(|line| !line.points.is_empty()));
        self
    }

    pub(crate) fn with_areas(mut self, areas: Vec<Area>) -> Self {
        self.areas = areas;
        self
    }

    pub(crate) fn with_points(mut self, points: Vec<Point>) -> Self {
        self.points = points;
        self
    }

    pub(crate) fn with_spans(mut self, spans: Vec<Span>) -> Self {
        self.spans = spans;
        self
    }

    /// The chart in its frame, with a legend where there are lines with names; `None` where it cannot be drawn. It is drawn
    /// twice: a phone shows the narrow one, whose words are as large as the page's.
    pub(crate) fn to_html(&self) -> Option<String> {
        let (wide, narrow) = (self.svg(Width::Wide)?, self.svg(Width::Narrow)?);
        let lines = self.lines.iter().map(|line| (line.label, line.ink, 4));
        let legend: Vec<_> = self.areas.iter().map(|area| (area.label, area.ink, 16)).chain(lines).collect();
        let mut html = String::from("<figure class=\"chart\">");
        if legend.iter().any(|entry| !entry.0.is_empty()) {
            html.push_str("<figcaption>");
            for (label, ink, thickness) in legend {
                let RGBColor(red, green, blue) = ink.colour();
                let _ = write!(
                    html,
                    "<span><svg viewBox=\"0 0 40 16\" aria-hidden=\"true\"><line x1=\"0\" x2=\"40\" y1=\"8\" y2=\"8\" \
                     stroke=\"#{red:02X}{green:02X}{blue:02X}\" stroke-width=\"{thickness}\"/></svg>{label}</span> "
                );
            }
            html.push_str("</figcaption>");
        }
        let _ = write!(html, "{wide}{narrow}</figure>");
        Some(html)
    }

    fn svg(&self, width: Width) -> Option<String> {
        let mut svg = String::new();
        let titles = self.draw(width, &mut svg).ok()?;
        let body = svg.split_once('>')?.1.trim_end().strip_suffix("</svg>")?;
        let (class, dots, height) = (width.class(), width.units() * DOTS, self.height * DOTS);
        // Who touches a screen points at nothing.
        let titles = if width == Width::Wide { &*titles } else { "" };
        Some(format!(
            "<svg class=\"{class}\" viewBox=\"0 0 {dots} {height}\" role=\"img\" aria-label=\"{}\">{body}{titles}</svg>",
            self.about
        ))
    }

    /// Draws into `svg`, and gives what a pointer shows.
    fn draw(&self, width: Width, svg: &mut String) -> Result<String, DrawingAreaErrorKind<std::io::Error>> {
        let area = SVGBackend::with_string(svg, (width.units() * DOTS, self.height * DOTS)).into_drawing_area();
        let titles = self.draw_on(width, &area)?;
        area.present()?;
        Ok(titles)
    }

    fn draw_on(
        &self,
        width: Width,
        area: &DrawingArea<SVGBackend<'_>, Shift>,
    ) -> Result<String, DrawingAreaErrorKind<std::io::Error>> {
        let mut chart = ChartBuilder::on(area)
            .margin_top(10 * DOTS)
            .margin_right(28 * DOTS)
            .x_label_area_size(26 * DOTS)
            .y_label_area_size(64 * DOTS)
            .build_cartesian_2d(self.x, self.y)?;
        let text = TextStyle::from(("system-ui,sans-serif", FONT * DOTS).into_font()).color(&TEXT);
        chart
            .configure_mesh()
            .x_labels(MOST_LABELS)
            .y_labels(MOST_LABELS)
            .disable_x_mesh()
            .bold_line_style(GRID.stroke_width(DOTS))
            .axis_style(GRID.stroke_width(DOTS))
            .label_style(text.clone())
            .x_label_formatter(&|tick| self.x.label(*tick))
            .y_label_formatter(&|tick| self.y.label(*tick))
            .draw()?;
        for area in &self.areas {
            let outline = area.points.iter().map(|&(at, _, to)| (at, to));
            let outline = outline.chain(area.points.iter().rev().map(|&(at, from, _)| (at, from))).collect::<Vec<_>>();
            chart.draw_series([Polygon::new(outline, area.ink.colour())])?;
        }
        for line in &self.lines {
            let style = line.ink.colour().stroke_width(2 * DOTS);
            chart.draw_series(LineSeries::new(thin(&line.points, width), style))?;
        }
        for point in &self.points {
            let colour = if point.is_marked { MARKED } else { Ink::Curve.colour() };
            let ([left, x, right], [low, y, high]) = (point.x, point.y);
            let bar = colour.mix(0.45).stroke_width(DOTS);
            let bars = [vec![(left, y), (right, y)], vec![(x, low), (x, high)]];
            chart.draw_series(bars.map(|bar_points| PathElement::new(bar_points, bar)))?;
            // What is cheap is big and what is small is dear: of a point on such a curve, the upper right and the lower left
            // are free.
            let (radius, style, shift, anchor) = if point.is_marked {
                (7, colour.stroke_width(2 * DOTS), (-9, 5), Pos::new(HPos::Right, VPos::Top))
            } else {
                (3, colour.filled(), (6, -4), Pos::new(HPos::Left, VPos::Bottom))
            };
            let shift = (shift.0 * DOTS as i32, shift.1 * DOTS as i32);
            let style_of_label = if point.is_marked { text.color(&MARKED) } else { text.clone() }.pos(anchor);
            chart.draw_series([EmptyElement::at((x, y))
                + Circle::new((0, 0), radius * DOTS, style)
                + Text::new(point.label.clone(), shift, style_of_label)])?;
        }
        let mut titles = String::new();
        let plot = chart.plotting_area();
        let (top, bottom) = (plot.get_pixel_range().1.start, plot.get_pixel_range().1.end);
        for span in &self.spans {
            let from = chart.backend_coord(&(span.from, 0.0)).0;
            let to = chart.backend_coord(&(span.to, 0.0)).0;
            let _ = write!(
                titles,
                "<rect class=\"at\" x=\"{from}\" y=\"{top}\" width=\"{}\" height=\"{}\"><title>{}</title></rect>",
                (to - from).max(1),
                bottom - top,
                escape(&span.text)
            );
        }
        Ok(titles)
    }
}

/// For which screen a chart is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Width {
    Wide,
    Narrow,
}

impl Width {
    fn units(self) -> u32 {
        match self {
            Self::Wide => 900,
            Self::Narrow => 400,
        }
    }

    /// By which the style sheet shows one of the two.
    fn class(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Narrow => "narrow",
        }
    }
}

impl Ink {
    fn colour(self) -> RGBColor {
        match self {
            Self::Resident => RGBColor(0x7A, 0x85, 0x96),
            Self::Goal => RGBColor(0x2F, 0x6F, 0xDE),
            Self::Objects => RGBColor(0xD9, 0x7B, 0x12),
            Self::Live => RGBColor(0xB4, 0x23, 0x18),
            Self::Start => RGBColor(0x7C, 0x5C, 0xC4),
            Self::GcCpu => RGBColor(0x1F, 0x8A, 0x70),
            Self::Assists => RGBColor(0xC2, 0x3B, 0x87),
            Self::Curve => RGBColor(0x2F, 0x70, 0xDE),
            Self::Part(component) => {
                let hex = part_colour(component).trim_start_matches('#');
                let [_, red, green, blue] = u32::from_str_radix(hex, 16).unwrap_or_default().to_be_bytes();
                RGBColor(red, green, blue)
            }
        }
    }
}

/// At most one point a dot: of each run, the highest, since peaks are what kills.
fn thin(points: &[(f64, f64)], width: Width) -> impl Iterator<Item = (f64, f64)> {
    let run = points.len().div_ceil(width.units() as usize).max(1);
    points.chunks(run).filter_map(|run| run.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1)))
}

/// What a page with charts needs.
pub(crate) const STYLE: &str = include_str!("../../assets/chart.css");
/// `plotters` draws at whole dots: two of them a unit keep lines smooth.
const DOTS: u32 = 2;
/// `plotters` divides it by 1.24.
const FONT: u32 = 15;
/// As many as the axis gives.
const MOST_LABELS: usize = 16;
const TEXT: RGBColor = RGBColor(0x5B, 0x65, 0x77);
const GRID: RGBColor = RGBColor(0xDF, 0xE3, 0xEA);
const MARKED: RGBColor = RGBColor(0xC8, 0x50, 0x1E);

#[cfg(test)]
mod tests {
    use gomem_table::Unit;

    use super::*;

    #[test]
    fn peaks_survive_thinning() {
        let points: Vec<_> = (0..9000).map(|at| (f64::from(at), if at == 777 { 9.0 } else { 1.0 })).collect();
        let thinned: Vec<_> = thin(&points, Width::Wide).collect();
        assert!(thinned.len() <= 900 && thinned.contains(&(777.0, 9.0)));
    }

    #[test]
    fn a_chart_has_its_axes_lines_and_words() {
        let chart = Chart::new("Heap", 100, Axis::up_to(30.0, Unit::Seconds), Axis::from_zero(3e6, Unit::Bytes))
            .with_lines([
                Line { label: "live", ink: Ink::Live, points: vec![(0.0, 1e6), (30.0, 3e6)] },
                Line { label: "absent", ink: Ink::Goal, points: vec![] },
            ])
            .with_spans(vec![Span { from: 0.0, to: 30.0, text: "a < b".to_owned() }]);
        let html = chart.to_html().unwrap();
        for part in ["aria-label=\"Heap\"", "1 MiB", "20 s", "<polyline", "live</span>", "<title>a &lt; b</title>"] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(!html.contains("absent") && !html.contains("xmlns"));
        assert_eq!(html.matches("<title>").count(), 1, "only of the wide one");
        assert_eq!(
            (html.matches("<svg class=\"wide\"").count(), html.matches("<svg class=\"narrow\"").count()),
            (1, 1)
        );
    }
}
