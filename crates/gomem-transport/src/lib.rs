#![doc = include_str!("../README.md")]
//!
//! ## What it removes
//!
//! | what | by |
//! |---|---|
//! | byte order marks, UTF-16 | [`utf8`], [`Utf8Reader`] |
//! | colours and other escapes of terminals, also as `#033[` and `^[[` | [`without_escapes`] |
//! | time stamps, Kubernetes' and GitLab's `stderr F`, syslog, klog, Compose, BuildKit, GitHub's tabs | [`prefix_len`] |
//! | JSON of Docker, journald (its lists of bytes too), logrus, zap, Elastic, Loki, CloudWatch, Google | [`message`] |
//! | all of it, line by line; lines that were cut into parts are joined | [`lines`] |
//! | all of it, as one text | [`written`] |
//! | gzip and zstd | [`Compression`] |
//! | the header of an HTTP answer, the marks of `curl -v` | [`body`] |
//!
//! [`Folder`] reads a folder within [`FolderLimits`].

#![forbid(unsafe_code)]

mod answer;
mod compression;
mod encoding;
mod escapes;
mod folder;
mod lines;
mod prefix;
mod record;

pub use answer::body;
pub use compression::Compression;
pub use encoding::{Utf8Reader, utf8};
pub use escapes::without_escapes;
pub use folder::{Folder, FolderLimits, PassedOver};
pub use lines::{Line, lines, written};
pub use prefix::prefix_len;
pub use record::{Message, message};
