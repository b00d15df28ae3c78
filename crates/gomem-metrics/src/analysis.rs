//! How numbers develop over time, and one run of a program as the rules look at it.

mod change_point;
mod growth;
mod window;

pub(crate) use change_point::ChangePoint;
pub(crate) use growth::{Envelope, FEWEST_POINTS, Growth};
pub(crate) use window::{PERIODIC_GC_SECONDS, Pace, Window};
