//! The format of a trace, as its header names it.

use crate::error::{Error, ErrorKind};

/// The format of a trace: which version of Go made it first. Go 1.24 writes that of 1.23, Go 1.27 that of 1.26.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// use gomem_trace::Format;
///
/// assert_eq!((trace.format(), trace.format().to_string()), (Format::Go126, "1.26".into()));
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Of Go 1.22.
    Go122,
    /// Of Go 1.23 and 1.24: coroutines, experiments.
    Go123,
    /// Of Go 1.25: clock snapshots.
    Go125,
    /// Of Go 1.26 and 1.27: generations have an end.
    Go126,
}

gomem_table::named!(Format { Go122 "1.22", Go123 "1.23", Go125 "1.25", Go126 "1.26" });

impl Format {
    /// Whether `bytes` begin as a trace of any format.
    #[must_use]
    pub fn is_announced_by(bytes: &[u8]) -> bool {
        version(bytes).is_some()
    }

    pub(crate) fn decode(header: &[u8]) -> Result<Self, Error> {
        let version = version(header).ok_or_else(|| Error::new(ErrorKind::NotATrace, 0))?;
        version
            .parse()
            .map_err(|_| Error::new(ErrorKind::Unsupported { version: version.to_owned() }, VERSION_AT as u64))
    }

    /// Whether a generation ends in a byte of its own.
    pub(crate) fn has_ends(self) -> bool {
        self >= Self::Go126
    }
}

/// The version that a header names.
fn version(bytes: &[u8]) -> Option<&str> {
    let header = bytes.get(..HEADER_BYTES)?;
    let text = std::str::from_utf8(header).ok()?.trim_end_matches('\0');
    let version = text.strip_prefix("go ")?.strip_suffix(" trace")?;
    let (major, minor) = version.split_once('.')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(major) && is_number(minor)).then_some(version)
}

/// The bytes before the first batch.
pub(crate) const HEADER_BYTES: usize = 16;
/// Where the version stands in them.
const VERSION_AT: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_named() {
        assert_eq!(Format::decode(b"go 1.23 trace\0\0\0").map(Format::name), Ok("1.23"));
        for (old, named) in
            [(&b"go 1.21 trace\0\0\0"[..], "1.21"), (b"go 1.5 trace\0\0\0\0", "1.5"), (b"go 1.24 trace\0\0\0", "1.24")]
        {
            let error = Format::decode(old).expect_err("a format that is not read");
            assert_eq!((error.kind().name(), error.offset()), ("unsupported", 3));
            assert!(error.to_string().contains(named), "{error}");
        }
        for other in [&b"go 1.26 t"[..], b"go1.7 heap dump\n", b"", b"go x.yy trace\0\0\0"] {
            assert_eq!(Format::decode(other).map_err(|error| error.kind().name()), Err("not_a_trace"));
        }
    }
}
