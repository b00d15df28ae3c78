//! How much a finding matters, how sure it is, and the numbers that speak for it: the words that all who judge share.
//!
//! The rules of `gomem-metrics`, the causes of `gomem-escape` and the findings of `gomem-postmortem` use these types, so
//! that one word has one meaning and what one says needs no translation by the next.
//!
//! ```
//! use gomem_finding::{Confidence, Evidence, Severity};
//! use gomem_table::Unit;
//!
//! let evidence = Evidence::new("live_heap_slope", 3e6, Unit::BytesPerSecond).with_threshold(1e6);
//! assert!(Severity::Critical > Severity::Warning && Confidence::Low < Confidence::High);
//! assert_eq!(evidence.unit.name(), "bytes_per_second");
//! assert_eq!("warning".parse(), Ok(Severity::Warning));
//! ```
//!
//! | module | holds |
//! |---|---|
//! | `severity` | [`Severity`] |
//! | `confidence` | [`Confidence`] |
//! | `evidence` | [`Evidence`]: a number, and what it was held against |
//! | `level` | what the two scales share: names, in order |

#![forbid(unsafe_code)]

mod confidence;
mod evidence;
mod level;
mod severity;

pub use confidence::Confidence;
pub use evidence::Evidence;
pub use level::UnknownLevel;
pub use severity::Severity;
