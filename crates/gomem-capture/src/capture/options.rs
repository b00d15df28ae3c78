//! What to take.

use std::time::Duration;

use gomem_source::SourceTree;

use crate::{
    error::Error,
    service::{Authorities, Headers, Secrets, Target, keeps_secrets},
};

/// What to take, and within which limits.
///
/// ```
/// use std::time::Duration;
///
/// use gomem_capture::{CaptureOptions, Target};
///
/// let options = CaptureOptions::new(Target::parse("http://127.0.0.1:6060")?)
///     .with_seconds(10)
///     .with_timeout(Duration::from_secs(5))
///     .with_limit_bytes(64 << 20);
/// # Ok::<(), gomem_capture::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct CaptureOptions {
    pub(crate) target: Target,
    pub(crate) metrics: Option<Target>,
    pub(crate) seconds: u32,
    pub(crate) trace_seconds: Option<u32>,
    pub(crate) headers: Headers,
    pub(crate) headers_to_metrics: bool,
    pub(crate) insecure_token: bool,
    pub(crate) authorities: Option<Authorities>,
    pub(crate) timeout: Duration,
    pub(crate) limit_bytes: u64,
    pub(crate) sources: Option<SourceTree>,
}

impl CaptureOptions {
    /// Of a service, over 30 seconds; each answer within 10 seconds and 128 MiB.
    #[must_use]
    pub fn new(target: Target) -> Self {
        Self {
            target,
            metrics: None,
            seconds: 30,
            trace_seconds: None,
            headers: Headers::default(),
            headers_to_metrics: false,
            insecure_token: false,
            authorities: None,
            timeout: Duration::from_secs(10),
            limit_bytes: 128 << 20,
            sources: None,
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

    /// Takes an execution trace of so many seconds too, from 1 to 3600, after all else. It slows the program meanwhile, and holds
    /// text of its users: names of tasks and regions, and logs.
    #[must_use]
    pub fn with_trace(mut self, seconds: u32) -> Self {
        self.trace_seconds = Some(seconds.clamp(1, LONGEST_SECONDS));
        self
    }

    /// What to send with each request to the service's origin (scheme, host and port), and to no other.
    #[must_use]
    pub fn with_headers(mut self, headers: Headers) -> Self {
        self.headers = headers;
        self
    }

    /// Sends the headers to the metrics too, when they are of another origin.
    #[must_use]
    pub fn with_headers_to_metrics(mut self) -> Self {
        self.headers_to_metrics = true;
        self
    }

    /// Allows headers, credentials and queries over plain `http` to a host that is not loopback.
    #[must_use]
    pub fn with_insecure_token(mut self) -> Self {
        self.insecure_token = true;
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

    /// Copies the files of a tree that the profiles name into the bundle's folder `src`, as they are. Only sources are copied, by
    /// their names ([`gomem_source::is_source`]), and 64 MiB at most; what is secret in them is not blanked.
    #[must_use]
    pub fn with_sources(mut self, sources: SourceTree) -> Self {
        self.sources = Some(sources);
        self
    }
}

impl CaptureOptions {
    /// Where the metrics are.
    pub(crate) fn metrics_target(&self) -> Target {
        self.metrics.clone().unwrap_or_else(|| self.target.metrics())
    }

    /// What is told in confidence to one origin is not told to another, but where the caller says so.
    pub(crate) fn headers_for(&self, target: &Target) -> Headers {
        let is_theirs = target.has_origin_of(&self.target) || self.headers_to_metrics;
        let headers = if is_theirs { self.headers.clone() } else { Headers::default() };
        headers.with_secrets_of(target)
    }

    /// What no file may hold, whoever was sent it.
    pub(crate) fn secrets(&self) -> Secrets {
        let mut secrets = self.headers.clone().with_secrets_of(&self.target).secrets().clone();
        secrets.extend(self.headers_for(&self.metrics_target()).secrets());
        secrets
    }

    /// Refuses to send a secret for anyone to read.
    pub(crate) fn check_secrecy(&self) -> Result<(), Error> {
        let metrics = self.metrics_target();
        let is_readable = |target: &&Target| {
            let says = !self.headers_for(target).is_empty() || target.has_secrets();
            says && !keeps_secrets(target)
        };
        match [&self.target, &metrics].into_iter().find(is_readable) {
            Some(target) if !self.insecure_token => {
                Err(Error::Unencrypted { url: self.secrets().scrub(&target.shown()) })
            }
            _ => Ok(()),
        }
    }
}

const LONGEST_SECONDS: u32 = 3600;
