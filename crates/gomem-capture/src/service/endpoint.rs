//! What a service is asked for.

use crate::service::client::Body;

/// A profile of `net/http/pprof`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// Below `debug/pprof/`.
    pub(crate) path: &'static str,
    /// In the bundle.
    pub(crate) file: &'static str,
    pub(crate) what: &'static str,
    pub(crate) form: Form,
}

/// What an answer has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Protobuf, which Go always compresses.
    Profile,
    /// Goroutine stacks.
    Stacks,
    /// A scrape.
    Metrics,
    /// An execution trace.
    Trace,
}

impl Form {
    /// Says what is wrong with an answer; gzip is told by its first bytes and not inflated.
    pub(crate) fn check(self, body: &Body) -> Result<(), String> {
        let bytes = body.bytes.as_slice();
        let is_gzip = bytes.starts_with(&[0x1f, 0x8b]);
        let found =
            if body.content_type.is_empty() { "an answer of no type".to_owned() } else { body.content_type.clone() };
        match self {
            _ if bytes.is_empty() => Err("an empty answer".to_owned()),
            Self::Profile if is_gzip => Ok(()),
            Self::Profile => Err(format!("not a compressed profile, but {found}")),
            Self::Stacks if bytes.starts_with(b"goroutine ") => Ok(()),
            Self::Stacks => Err(format!("not goroutine stacks, but {found}")),
            Self::Metrics if is_gzip || bytes.contains(&0) || found.contains("html") || bytes.starts_with(b"<") => {
                Err(format!("not metrics as text, but {found}"))
            }
            Self::Metrics => Ok(()),
            Self::Trace if bytes.starts_with(b"go 1.") && bytes[..bytes.len().min(16)].ends_with(b" trace\0\0\0") => {
                Ok(())
            }
            Self::Trace => Err(format!("not an execution trace, but {found}")),
        }
    }
}

const fn profile(path: &'static str, file: &'static str, what: &'static str) -> Endpoint {
    Endpoint { path, file, what, form: Form::Profile }
}

pub(crate) const HEAP_START: Endpoint = profile("heap", "heap-1.pb.gz", "heap profile at the start");
pub(crate) const HEAP_END: Endpoint = profile("heap", "heap-2.pb.gz", "heap profile at the end");
/// Needs `?seconds=`.
pub(crate) const CPU: Endpoint = profile("profile", "cpu.pb.gz", "CPU profile over the whole time");
/// Needs `?seconds=`. Taken last, so that neither the profiles nor the metrics are of a program that it slows.
pub(crate) const TRACE: Endpoint =
    Endpoint { path: "trace", file: "trace.out", what: "execution trace at the end", form: Form::Trace };
/// Taken at the end.
pub(crate) const AT_THE_END: [Endpoint; 6] = [
    HEAP_END,
    profile("allocs", "allocs.pb.gz", "allocs profile at the end"),
    profile("goroutine", "goroutine.pb.gz", "goroutine profile at the end"),
    Endpoint {
        path: "goroutine?debug=2",
        file: "goroutine.txt",
        what: "goroutine stacks (debug=2) at the end",
        form: Form::Stacks,
    },
    profile("mutex", "mutex.pb.gz", "mutex profile at the end"),
    profile("block", "block.pb.gz", "block profile at the end"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_what_was_asked_for() {
        let body =
            |bytes: &[u8], content_type: &str| Body { bytes: bytes.to_vec(), content_type: content_type.to_owned() };
        let login = body(b"<html>log in", "text/html; charset=utf-8");
        for form in [Form::Profile, Form::Stacks, Form::Metrics, Form::Trace] {
            assert!(form.check(&login).unwrap_err().ends_with("but text/html; charset=utf-8"));
            assert_eq!(form.check(&body(b"", "")).unwrap_err(), "an empty answer");
        }
        assert!(Form::Profile.check(&body(b"\x1f\x8b", "")).is_ok());
        assert!(Form::Stacks.check(&body(b"goroutine 1 [running]:\n", "")).is_ok());
        assert!(Form::Metrics.check(&body(b"go_goroutines 1\n", "")).is_ok());
        assert!(Form::Metrics.check(&body(b"\x1f\x8b", "")).is_err());
        assert!(Form::Trace.check(&body(b"go 1.26 trace\0\0\0\x01", "")).is_ok());
        assert!(Form::Trace.check(&body(b"go 1.26 tra", "")).is_err());
    }
}
