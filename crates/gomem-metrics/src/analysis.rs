//! How numbers develop over time, and one run of a program as the rules look at it.

mod change_point;
mod growth;
mod trend;
mod window;

pub use trend::{Trend, kendall_tau, theil_sen};

pub(crate) use change_point::ChangePoint;
pub(crate) use growth::{Envelope, FEWEST_POINTS, Growth};
pub(crate) use trend::{blocks, median, quantile};
pub(crate) use window::{PERIODIC_GC_SECONDS, Window};
