#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod arguments;
mod commands;
mod failure;
mod read;
mod show;

use std::{
    ffi::OsString,
    io::{BufWriter, ErrorKind, Write},
};

use clap::Parser;

use crate::{
    arguments::Arguments,
    failure::Failure,
    show::{Look, Output, one_line},
};

/// Runs the command with `args`, the first of which is its own name, on the streams of this process; gives the exit code.
pub fn run_process<I, A>(args: I) -> u8
where
    I: IntoIterator<Item = A>,
    A: Into<OsString> + Clone,
{
    // Standard error is not locked: a progress bar is drawn by a thread of its own.
    let (mut out, mut err) = (BufWriter::new(std::io::stdout().lock()), std::io::stderr());
    let code = run_with(args, &mut out, &mut err, Look::from_process());
    out.flush().map_or_else(|problem| tell(&Failure::Output(problem), &mut err, Look::from_process()), |()| code)
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
    arguments.answer(&mut Output::new(out, look), err, run).unwrap_or_else(|failure| tell(&failure, err, look))
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
