//! What the gomem crates ask of series of numbers: robust trends, quantiles, and how likely chance is.
//!
//! ```
//! use gomem_statistics::{Trend, quantile};
//!
//! let trend = Trend::new(&[(0.0, 1.0), (1.0, 3.0), (2.0, 500.0), (3.0, 7.0)]).unwrap();
//! assert!((trend.slope - 3.0).abs() < 1.5, "one outlier changes little");
//! assert_eq!(quantile(&[5.0, 1.0, 3.0], 0.5), Some(3.0));
//! ```
//!
//! | module | holds |
//! |---|---|
//! | `trend` | [`Trend`]: a line by medians, and whether values rise at all |
//! | `pace` | [`Pace`]: how fast a value goes lately, [`later_pace`], [`scatter`] |
//! | `quantile` | [`median`], [`quantile`] |
//! | `normal` | [`normal_share_within`] |

#![forbid(unsafe_code)]

mod normal;
mod pace;
mod quantile;
mod trend;

pub use normal::normal_share_within;
pub use pace::{Pace, later_pace, scatter};
pub use quantile::{median, quantile};
pub use trend::{Trend, blocks, kendall_tau, theil_sen, thin};
