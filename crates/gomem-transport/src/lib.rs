//! Text as it was shipped, back to the text as a program wrote it.
//!
//! Between a program and whoever reads its log stand terminals, editors, container runtimes, log shippers and CI systems, and
//! each leaves its own on the lines. Every decoder of text reads through here, so that what is undone for one is for all.
//!
//! ```
//! let log = b"\xef\xbb\xbf{\"log\":\"gc 1 @0.1s 3-\\u003e5\\n\",\"stream\":\"stderr\"}\r\n\
//!             2026-01-02T03:04:05.6Z stderr F \x1b[36mgc 2 @0.2s\x1b[0m\n";
//! let lines: Vec<_> = gomem_transport::lines(&gomem_transport::utf8(log)).map(|line| line.text.into_owned()).collect();
//! assert_eq!(lines, [&b"gc 1 @0.1s 3->5"[..], b"gc 2 @0.2s"]);
//! ```
//!
//! | what | undone by |
//! |---|---|
//! | byte order marks, UTF-16 | [`utf8`], [`Utf8Reader`] |
//! | colours and other escapes of terminals, also as `#033[` and `^[[` | [`without_escapes`] |
//! | time stamps, Kubernetes' and GitLab's `stderr F`, syslog, klog, Compose, BuildKit, GitHub's tabs | [`prefix_len`] |
//! | JSON of Docker, journald (its lists of bytes too), logrus, zap, Elastic, Loki, CloudWatch, Google | [`message`] |
//! | all of it, line by line, lines that were cut into parts joined | [`lines`] |
//! | all of it, as one text | [`written`] |
//! | the header of an HTTP answer, `curl -v`'s marks | [`body`] |
//!
//! A folder is read here too, by [`Folder`]: whoever made it chose its links, its devices and how much there is.

#![forbid(unsafe_code)]

mod answer;
mod encoding;
mod escapes;
mod folder;
mod lines;
mod prefix;
mod record;

pub use answer::body;
pub use encoding::{Utf8Reader, utf8};
pub use escapes::without_escapes;
pub use folder::{Folder, FolderLimits, PassedOver};
pub use lines::{Line, lines, written};
pub use prefix::prefix_len;
pub use record::{Message, message};
