#![doc = include_str!("../README.md")]
//!
//! ## Tasks and types
//!
//! | to | use |
//! |---|---|
//! | fit a line that ignores outliers | [`Trend`] |
//! | know how fast a value changes lately | [`Pace`], [`later_pace`], [`scatter`] |
//! | take a median or another quantile | [`median`], [`quantile`] |
//! | know how likely chance is | [`normal_share_within`] |

#![forbid(unsafe_code)]

mod normal;
mod pace;
mod quantile;
mod trend;

pub use normal::normal_share_within;
pub use pace::{Pace, later_pace, scatter};
pub use quantile::{median, quantile};
pub use trend::{Trend, blocks, kendall_tau, theil_sen, thin};
