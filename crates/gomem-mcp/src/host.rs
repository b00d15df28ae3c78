//! What a server asks: the command, and what a file is.

use std::{ffi::OsString, io::Write, path::Path};

/// What a server asks. The command is above this crate, which starts no process.
///
/// ```
/// use std::{ffi::OsString, io::Write, path::Path};
///
/// use gomem_mcp::Host;
///
/// /// Stands for the command.
/// fn run(arguments: Vec<OsString>, output: &mut dyn Write, _errors: &mut dyn Write) -> u8 {
///     u8::from(writeln!(output, "{} arguments", arguments.len()).is_err())
/// }
///
/// /// A real one looks at the first bytes.
/// fn kind(path: &Path) -> Option<&'static str> {
///     (path.extension()? == "gz").then_some("a profile")
/// }
///
/// let host = Host { run, kind };
/// let mut output = Vec::new();
/// assert_eq!((host.run)(vec!["gomem".into(), "top".into()], &mut output, &mut std::io::sink()), 0);
/// assert_eq!((output, (host.kind)("heap.pb.gz".as_ref())), (b"2 arguments\n".to_vec(), Some("a profile")));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Host {
    /// Runs the command with its arguments, the first of which is its name, writing to two outputs; gives its exit code.
    pub run: fn(Vec<OsString>, &mut dyn Write, &mut dyn Write) -> u8,
    /// What a file is, with its article, by how it begins.
    pub kind: fn(&Path) -> Option<&'static str>,
}
