//! How logs are to be read.

use crate::error::Limits;

/// How a log is to be read for traces.
///
/// ```
/// # let log = b"gc 1 @0.010s 1%: 0.01+0.50+0.01 ms clock, 0.02+0.10/0.40/0.20+0.02 ms cpu, \
/// #             4->5->2 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 2 P\n";
/// use gomem_metrics::{GcTrace, Limits, TraceOptions};
///
/// let mut limits = Limits::default();
/// limits.cycles = 0;
/// assert!(GcTrace::decode_with(log, &TraceOptions::default().with_limits(limits)).unwrap_err().is_limit());
/// ```
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct TraceOptions {
    /// How much is accepted.
    pub limits: Limits,
}

impl TraceOptions {
    /// Accepts so much.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits }
    }
}
