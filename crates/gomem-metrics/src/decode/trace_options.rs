//! How logs are to be read.

use crate::error::Limits;

/// How a log is to be read for traces.
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
