//! The `gomem` command, as a library: the binary and the Python wheel run the same code.
//!
//! Exit codes: 0 fine; 1 a gate failed, or a finding as severe as `--fail-on` says; 2 bad usage; 3 bad input, with one
//! line that says which file, where, what, and what to do.
//!
//! | module | holds |
//! |---|---|
//! | `arguments` | what can be asked |
//! | `command` | what is answered |
//! | `profile` | the commands on profiles |
//! | `escape` | the command on escape logs |
//! | `sarif`, `github` | escape logs for code scanning, and as annotations |
//! | `metrics` | the commands on metrics |
//! | `capture` | the command on live services |
//! | `files` | files and standard input |
//! | `failure` | how it can go wrong |
//! | `render` | tables as text, CSV or JSON |

#![forbid(unsafe_code)]

mod arguments;
mod attribute;
mod call_tree;
mod capture;
mod command;
mod convert;
mod escape;
mod failure;
mod files;
mod github;
mod gogc;
mod metrics;
mod profile;
mod render;
mod sarif;
mod traces;

use std::{ffi::OsString, io::Write};

use clap::Parser;

use crate::{arguments::Arguments, failure::Failure};

/// Runs the command with `args`, the first of which is its own name; gives the exit code.
pub fn run<I, A>(args: I, out: &mut dyn Write, err: &mut dyn Write) -> u8
where
    I: IntoIterator<Item = A>,
    A: Into<OsString> + Clone,
{
    let arguments = match Arguments::try_parse_from(args) {
        Ok(arguments) => arguments,
        Err(usage) => {
            let text = usage.render().to_string();
            // Help was asked for: it is the answer, not an error.
            let to: &mut dyn Write = if usage.use_stderr() { err } else { out };
            let _ = to.write_all(text.as_bytes());
            return if usage.use_stderr() { 2 } else { 0 };
        }
    };
    match command::answer(&arguments.command, out, err) {
        Ok(code) => code,
        // The reader of a pipe went away: it has all it wanted.
        Err(Failure::Output(failed)) if failed.kind() == std::io::ErrorKind::BrokenPipe => 0,
        Err(failed) => {
            let _ = writeln!(err, "gomem: {failed}");
            failed.code()
        }
    }
}
