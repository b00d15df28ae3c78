//! What to take.

use std::time::Duration;

use crate::service::{Authorities, Headers, Target};

/// What to take, and within which limits.
#[derive(Debug, Clone)]
pub struct CaptureOptions {
    pub(crate) target: Target,
    pub(crate) metrics: Option<Target>,
    pub(crate) seconds: u32,
    pub(crate) headers: Headers,
    pub(crate) authorities: Option<Authorities>,
    pub(crate) timeout: Duration,
    pub(crate) limit_bytes: u64,
}

impl CaptureOptions {
    /// Of a service, over 30 seconds; each answer within 10 seconds and 128 MiB.
    #[must_use]
    pub fn new(target: Target) -> Self {
        Self {
            target,
            metrics: None,
            seconds: 30,
            headers: Headers::default(),
            authorities: None,
            timeout: Duration::from_secs(10),
            limit_bytes: 128 << 20,
        }
    }

    /// Where the metrics are, if not at `/metrics` of the service itself.
    #[must_use]
    pub fn with_metrics(mut self, metrics: Target) -> Self {
        self.metrics = Some(metrics);
        self
    }

    /// How long the CPU is profiled and metrics are scraped: from 1 to 3600.
    #[must_use]
    pub fn with_seconds(mut self, seconds: u32) -> Self {
        self.seconds = seconds.clamp(1, LONGEST_SECONDS);
        self
    }

    /// What to send with each request to the service's host, and to no other.
    #[must_use]
    pub fn with_headers(mut self, headers: Headers) -> Self {
        self.headers = headers;
        self
    }

    /// Whose certificates to trust instead of those of the system's authorities.
    #[must_use]
    pub fn with_authorities(mut self, authorities: Authorities) -> Self {
        self.authorities = Some(authorities);
        self
    }

    /// How long an answer may take; the CPU profile may take as much longer than its seconds.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How large an answer may be, as it comes over the wire.
    #[must_use]
    pub fn with_limit_bytes(mut self, limit_bytes: u64) -> Self {
        self.limit_bytes = limit_bytes;
        self
    }
}

const LONGEST_SECONDS: u32 = 3600;
