//! The report for people: pages, text and charts of what [`gomem_postmortem`] found.
//!
//! Every function here is a pure function of facts: it reads no file and computes no number.
//!
//! ```no_run
//! use gomem_postmortem::{Bundle, Report};
//!
//! let report = Report::from_bundle(&Bundle::open("incident/".as_ref())?);
//! print!("{}", gomem_report::text(&report, 100));
//! std::fs::write("report.html", gomem_report::html(&report))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | room | holds |
//! |---|---|
//! | `words` | facts as words: savings, cells of predictions, the overview, HTML's escapes |
//! | `charts` | facts as SVG: axes and lines, one file a chart; [`waterfall_svg`] |
//! | `flame` | [`FlameHtml`]: a flame graph to walk through |
//! | `text` | what a terminal shows: [`text`], [`comparison_text`] |
//! | `pages` | whole HTML documents: [`html`], [`what_if_html`] |
//!
//! Arrows between rooms go from the bottom to the top: a room imports only from rooms above it.

#![forbid(unsafe_code)]

mod charts;
mod flame;
mod pages;
mod text;
mod words;

pub use charts::waterfall_svg;
pub use flame::FlameHtml;
pub use pages::{html, what_if_html};
pub use text::{comparison_text, text};
