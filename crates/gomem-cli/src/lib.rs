//! The `gomem` command, as a library: the binary and the Python wheel run the same code.
//!
//! Exit codes: 0 fine; 1 a gate failed, or a finding as severe as `--fail-on` says; 2 bad usage; 3 bad input, with one
//! line that says which file, where, what, and what to do.
//!
//! | module | holds |
//! |---|---|
//! | `arguments` | what can be asked |
//! | `command` | what is answered |
//! | `profile`, `selection` | the commands on profiles, and which samples they look at |
//! | `escape` | the command on escape logs |
//! | `sarif`, `github` | escape logs for code scanning, and as annotations |
//! | `metrics` | the commands on metrics |
//! | `capture` | the command on live services |
//! | `convert`, `form` | the command that writes what can be read in another form |
//! | `files`, `kind` | files and standard input, and what they hold |
//! | `failure` | how it can go wrong |
//! | `render`, `text_table`, `columnar` | tables as text, CSV, JSON, Parquet and Arrow IPC |
//! | `prose` | findings as sentences |
//! | `output`, `terminal`, `progress` | what differs on a terminal |

#![forbid(unsafe_code)]

mod arguments;
mod attribute;
mod call_tree;
mod capture;
#[cfg(feature = "columnar")]
mod columnar;
mod command;
mod convert;
mod escape;
mod failure;
mod files;
mod form;
mod github;
mod gogc;
mod kind;
mod metrics;
mod output;
mod profile;
mod progress;
mod prose;
mod render;
mod sarif;
mod selection;
mod terminal;
mod text_table;
mod traces;

use std::{
    ffi::OsString,
    io::{BufWriter, ErrorKind, Write},
};

use clap::Parser;

use crate::{
    arguments::Arguments,
    failure::Failure,
    output::Output,
    terminal::{Look, one_line},
};

/// Runs the command with `args`, the first of which is its own name, on the streams of this process; gives the exit code.
pub fn run_process<I, A>(args: I) -> u8
where
    I: IntoIterator<Item = A>,
    A: Into<OsString> + Clone,
{
    // Standard error is not locked: a progress bar is drawn by a thread of its own.
    let (mut out, mut err) = (BufWriter::new(std::io::stdout().lock()), std::io::stderr());
    let code = run_with(args, &mut out, &mut err, Look::of_process());
    out.flush().map_or_else(|problem| tell(&Failure::Output(problem), &mut err, Look::of_process()), |()| code)
}

/// The same, writing to `out` and `err` as if these were files.
pub fn run<I, A>(args: I, out: &mut dyn Write, err: &mut dyn Write) -> u8
where
    I: IntoIterator<Item = A>,
    A: Into<OsString> + Clone,
{
    run_with(args, out, err, Look::default())
}

fn run_with<I, A>(args: I, out: &mut dyn Write, err: &mut dyn Write, look: Look) -> u8
where
    I: IntoIterator<Item = A>,
    A: Into<OsString> + Clone,
{
    let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
    let arguments = match Arguments::try_parse_from(&args) {
        Ok(arguments) => arguments,
        Err(usage) => {
            let look = look.with(Arguments::colour_among(&args));
            // Help was asked for: it is the answer, not an error.
            let (to, coloured): (&mut dyn Write, bool) =
                if usage.use_stderr() { (err, look.colours_on_err) } else { (out, look.colours_on_out) };
            let text = usage.render();
            let text = if coloured { text.ansi().to_string() } else { text.to_string() };
            let _ = to.write_all(text.as_bytes());
            return if usage.use_stderr() { 2 } else { 0 };
        }
    };
    let look = look.with(arguments.color);
    command::answer(&arguments.command, &mut Output::new(out, look), err)
        .unwrap_or_else(|failure| tell(&failure, err, look))
}

/// Says what failed, in one line; gives the exit code.
fn tell(failure: &Failure, err: &mut dyn Write, look: Look) -> u8 {
    // The reader of a pipe went away: it has all it wanted.
    if matches!(failure, Failure::Output(problem) if problem.kind() == ErrorKind::BrokenPipe) {
        return 0;
    }
    let name = if look.colours_on_err { "\u{1b}[1;31mgomem:\u{1b}[0m" } else { "gomem:" };
    let _ = writeln!(err, "{name} {}", one_line(&failure.to_string()));
    failure.code()
}
