#![doc = include_str!("../README.md")]
//!
//! ## Tasks and types
//!
//! | to | use |
//! |---|---|
//! | print a report or a comparison | [`text`], [`comparison_text`] |
//! | write a page | [`html`], [`what_if_html`] |
//! | show a part of a report, on one page of several | [`html_with`], [`ReportView`], [`listing_fragment`] |
//! | show an execution trace over time | [`trace_html`] |
//! | show sources line by line | [`listing_text`], [`listing_html`] |
//! | draw a flame graph | [`FlameHtml`], [`flame_html`] |
//! | draw where the memory is | [`waterfall_svg`] |

#![forbid(unsafe_code)]

mod charts;
mod flame;
mod pages;
mod text;
mod words;

pub use charts::waterfall_svg;
pub use flame::FlameHtml;
pub use pages::{ReportView, flame_html, html, html_with, listing_fragment, listing_html, trace_html, what_if_html};
pub use text::{comparison_text, listing_text, text};
