//! The commands there are.

use std::{ffi::OsString, io::Write};

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};

#[cfg(feature = "mcp")]
use crate::commands::Mcp;
#[cfg(feature = "serve")]
use crate::commands::Serve;
use crate::{
    commands::{
        Attribute, Bench, Capture, Comments, Compare, Completions, Convert, Diagnose, Diff, Escape, Flame, Gogc,
        Growth, Heap, List, Man, Metrics, Postmortem, Tags, Top, Trace, Traces, Tree,
    },
    failure::Failure,
    show::{Colour, Output},
};

/// Says what allocates in a Go program, why, what it costs and what to change.
#[derive(Debug, Parser)]
#[command(name = "gomem", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Begin with these, or with a folder of what you have:
  gomem capture http://127.0.0.1:6060 -o incident/
  gomem postmortem incident/ -o report.html

Exit codes: 0 fine, 1 a gate failed, 2 bad usage, 3 bad input, 130 interrupted.")]
pub(crate) struct Arguments {
    /// When to use colours.
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value_t,
        global = true,
        hide_default_value = true,
        display_order = 1000
    )]
    pub(crate) color: Colour,
    #[command(subcommand)]
    command: Command,
}

/// What runs a command with its arguments, writing to two outputs; gives its exit code.
pub(crate) type Run = fn(Vec<OsString>, &mut dyn Write, &mut dyn Write) -> u8;

/// In the order in which help lists them.
#[derive(Debug, Subcommand)]
enum Command {
    Capture(Capture),
    Postmortem(Postmortem),
    #[cfg(feature = "serve")]
    Serve(Serve),
    Compare(Compare),
    Top(Top),
    List(List),
    Tree(Tree),
    Traces(Traces),
    Tags(Tags),
    Comments(Comments),
    Flame(Flame),
    Diff(Diff),
    Growth(Growth),
    Heap(Heap),
    Trace(Trace),
    Metrics(Metrics),
    Diagnose(Diagnose),
    Attribute(Attribute),
    Bench(Bench),
    Escape(Escape),
    Gogc(Gogc),
    Convert(Convert),
    #[cfg(feature = "mcp")]
    Mcp(Mcp),
    Completions(Completions),
    Man(Man),
}

impl Arguments {
    /// Answers; gives the exit code. A server runs other commands by `run`.
    #[cfg_attr(not(feature = "mcp"), expect(unused_variables, reason = "only a server runs other commands"))]
    pub(crate) fn answer(&self, out: &mut Output<'_>, err: &mut dyn Write, run: Run) -> Result<u8, Failure> {
        let is_fine = match &self.command {
            Command::Capture(command) => return command.answer(out, err),
            Command::Postmortem(command) => return command.answer(out, err),
            #[cfg(feature = "serve")]
            Command::Serve(command) => command.answer(out, err),
            Command::Compare(command) => return command.answer(out, err),
            Command::Top(command) => command.answer(out),
            Command::List(command) => command.answer(out, err),
            Command::Tree(command) => command.answer(out),
            Command::Traces(command) => command.answer(out),
            Command::Tags(command) => command.answer(out),
            Command::Comments(command) => command.answer(out),
            Command::Flame(command) => command.answer(out, err),
            Command::Diff(command) => return command.answer(out, err),
            Command::Growth(command) => command.answer(out),
            Command::Heap(command) => command.answer(out, err),
            Command::Trace(command) => command.answer(out, err),
            Command::Metrics(command) => command.answer(out, err),
            Command::Diagnose(command) => return command.answer(out, err),
            Command::Attribute(command) => command.answer(out),
            Command::Bench(command) => return command.answer(out, err),
            Command::Escape(command) => return command.answer(out, err),
            Command::Gogc(command) => command.answer(out, err),
            Command::Convert(command) => command.answer(out),
            #[cfg(feature = "mcp")]
            Command::Mcp(command) => command.answer(run, out),
            Command::Completions(command) => command.answer(Self::command(), out),
            Command::Man(command) => command.answer(Self::command()),
        };
        is_fine.map(|()| 0)
    }

    /// What `--color` says among arguments that cannot be read as a whole.
    pub(crate) fn colour_among(args: &[OsString]) -> Colour {
        let words = args.iter().filter_map(|word| word.to_str());
        let next = words.clone().skip(1).map(Some).chain([None]);
        let value = words.zip(next).find_map(|(word, next)| match word.strip_prefix("--color=") {
            None => next.filter(|_| word == "--color"),
            value => value,
        });
        value.and_then(|when| Colour::from_str(when, true).ok()).unwrap_or_default()
    }
}
