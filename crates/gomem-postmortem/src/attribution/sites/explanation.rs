//! What is said of a site that no decision of the compiler is about.

use crate::attribution::reason::Reason;

/// Why a site allocates, for want of a decision of the compiler; or what would tell.
///
/// ```
/// use gomem_postmortem::{Explanation, Reason};
///
/// assert_eq!(Explanation::Reason(Reason::Channel).words(), "a channel is made");
/// assert!(Explanation::NotLogged.words().starts_with("not logged"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Explanation {
    /// What the runtime or the standard library does there, or what the sizes of the objects show.
    Reason(Reason),
    /// `append` without a log of its package: growth and a copy look alike.
    GrownOrCopied,
    /// The profiler leaves out what the line calls.
    LeftOut,
    /// There is no log.
    NoLog,
    /// The log does not have the package.
    NotLogged,
    /// The log is of another build than the profile.
    OtherBuild,
    /// The log has the package, and nothing that fits on the line.
    NotKnown,
}

impl Explanation {
    /// A sentence.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Reason(reason) => reason.explanation(),
            Self::GrownOrCopied => {
                "append grows a slice or copies it to new memory: which of both, a log of every package tells (`-gcflags=all=-m=2`)"
            }
            Self::LeftOut => {
                "not known: what the line calls allocates, and the profiler leaves it out, as it does for a method that the compiler writes for an embedded value"
            }
            Self::NoLog => "no escape log: add the output of go build -gcflags=all=-m=2",
            Self::NotLogged => "not logged: build with `-gcflags=all=-m=2`, which logs every package",
            Self::OtherBuild => "not known: the log is of another build than the profile",
            Self::NotKnown => "not known: the log has nothing for objects of this size on the line",
        }
    }
}
