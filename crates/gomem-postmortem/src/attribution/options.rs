//! What the caller knows besides the profile and the log.

use gomem_binary::Binary;
use gomem_pprof::Profile;
use gomem_symbol::is_of_package;

use crate::bundle::Bundle;

/// What the caller knows besides the profile and the log.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// # let log = gomem_escape::EscapeLog::decode(b"# main\n./parse.go:12:9: make([]byte, 4096) escapes to heap\n")?;
/// # let sites = gomem_postmortem::attribute(&profile, Some(&log), &gomem_postmortem::AttributeOptions::default());
/// use gomem_postmortem::{AttributeOptions, attribute};
///
/// let own = ["main".to_owned()];
/// let options = AttributeOptions::default().with_own(&own).with_go_version(Some("go1.26.8"));
/// assert_eq!(attribute(&profile, Some(&log), &options).len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct AttributeOptions<'a> {
    /// A CPU profile of the same run: it keeps the frames of the runtime that a heap profile hides, and so proves what the
    /// compiler's log does not say.
    pub cpu: Option<&'a Profile>,
    /// The program's file: it proves the same for every call, and says whose modules it was built from, and by which Go.
    pub binary: Option<&'a Binary>,
    /// The release of Go that built the program, `go1.26.8`, when the caller knows it.
    pub go_version: Option<&'a str>,
    /// Whose code is the user's own: import paths, `...` at the end for all below, as in `example.com/app/...`. Empty: what
    /// the log and the names tell.
    pub own: &'a [String],
}

impl<'a> AttributeOptions<'a> {
    /// Adds a CPU profile of the same run.
    #[must_use]
    pub fn with_cpu(self, cpu: Option<&'a Profile>) -> Self {
        Self { cpu, ..self }
    }

    /// Adds the program's file.
    #[must_use]
    pub fn with_binary(self, binary: Option<&'a Binary>) -> Self {
        Self { binary, ..self }
    }

    /// Says which release of Go built the program.
    #[must_use]
    pub fn with_go_version(self, go_version: Option<&'a str>) -> Self {
        Self { go_version, ..self }
    }

    /// What a bundle has.
    #[must_use]
    pub fn from_bundle(bundle: &'a Bundle) -> Self {
        Self::default()
            .with_cpu(bundle.cpu.as_deref())
            .with_binary(bundle.binary())
            .with_go_version(bundle.go_version())
    }

    /// Says whose code is the user's own.
    #[must_use]
    pub fn with_own(self, own: &'a [String]) -> Self {
        Self { own, ..self }
    }
}

/// Whether a package is of one of these patterns.
pub(crate) fn is_of(package: &str, patterns: &[String]) -> bool {
    patterns.iter().any(|pattern| is_of_package(package, pattern))
}
