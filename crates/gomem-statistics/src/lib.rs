#![doc = include_str!("../README.md")]
//!
//! ## Tasks and types
//!
//! | to | use |
//! |---|---|
//! | fit a line that ignores outliers | [`Trend`] |
//! | know how fast a value changes lately | [`Pace`], [`later_pace`], [`scatter`], [`widest_gap`] |
//! | take a mean, a median or another quantile | [`geometric_mean`], [`median`], [`median_interval`], [`quantile`] |
//! | know how likely chance is | [`normal_share_within`], [`mann_whitney`], [`least_p`] |

#![forbid(unsafe_code)]

mod normal;
mod pace;
mod quantile;
mod rank_test;
mod trend;

pub use normal::normal_share_within;
pub use pace::{Pace, later_pace, scatter, widest_gap};
pub use quantile::{geometric_mean, median, median_interval, quantile};
pub use rank_test::{least_p, mann_whitney};
pub use trend::{Trend, blocks, kendall_tau, span_medians, theil_sen, thin};
