//! What a server asks: the command, and what a file is.

use std::{ffi::OsString, io::Write, path::Path};

/// What a server asks. The command is above this crate, which starts no process.
///
/// ```
/// use gomem_mcp::Host;
///
/// // What runs a command, and what says of which kind a file is: here nothing is known.
/// let host = Host { run: |_arguments, _output, _errors| 0, kind: |_path| None };
/// assert_eq!((host.kind)("heap.pb.gz".as_ref()), None);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Host {
    /// Runs the command with its arguments, the first of which is its name, writing to two outputs; gives its exit code.
    pub run: fn(Vec<OsString>, &mut dyn Write, &mut dyn Write) -> u8,
    /// What a file is, with its article, by how it begins.
    pub kind: fn(&Path) -> Option<&'static str>,
}
