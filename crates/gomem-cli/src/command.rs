//! What is answered.

use std::{io::Write, path::Path};

use clap::CommandFactory;
use gomem_finding::Severity as Found;
use gomem_postmortem::{Comparison, Report};
use gomem_report::{comparison_text, html as html_page};

use crate::{
    arguments::{Arguments, Command, Severity},
    attribute, capture, convert, escape,
    failure::Failure,
    files::{bundle, write_or_print},
    gogc, metrics,
    output::Output,
    profile, progress, prose,
};

/// Answers; gives the exit code.
pub(crate) fn answer(command: &Command, out: &mut Output<'_>, err: &mut dyn Write) -> Result<u8, Failure> {
    match command {
        Command::Postmortem { bundle, output, json, fail_on } => {
            postmortem(bundle, output.as_deref(), json.as_deref(), *fail_on, out)
        }
        Command::Compare { before, after } => {
            let comparison = Comparison::new(&bundle(before)?, &bundle(after)?);
            out.write_all(comparison_text(&comparison).as_bytes())?;
            Ok(0)
        }
        Command::Profile(command) => profile::answer(command, out).map(|()| 0),
        Command::Metrics(command) => metrics::answer(command, out),
        Command::Attribute(command) => attribute::answer(command, out).map(|()| 0),
        Command::Escape(asked) => escape::answer(asked, out),
        Command::Capture(command) => capture::answer(command, out, err),
        Command::Gogc(command) => gogc::answer(command, out).map(|()| 0),
        Command::Convert(command) => convert::answer(command, out).map(|()| 0),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "gomem", &mut script);
            out.write_all(&script)?;
            Ok(0)
        }
        Command::Man { directory } => {
            let failed = |problem: std::io::Error| Failure::io(directory, &problem);
            std::fs::create_dir_all(directory).map_err(failed)?;
            clap_mangen::generate_to(Arguments::command(), directory).map_err(failed)?;
            Ok(0)
        }
    }
}

fn postmortem(
    path: &Path,
    html: Option<&Path>,
    json: Option<&Path>,
    fail_on: Option<Severity>,
    out: &mut Output<'_>,
) -> Result<u8, Failure> {
    let bundle = bundle(path)?;
    let report = progress::busy("joining".to_owned(), || Report::from_bundle(&bundle));
    let is_stdout = |asked: Option<&Path>| asked == Some(Path::new("-"));
    if is_stdout(html) && is_stdout(json) {
        return Err(Failure::Usage("-o - and --json - are both for standard output".to_owned()));
    }
    let is_text = !is_stdout(html) && !is_stdout(json);
    if is_text {
        let columns = out.columns().unwrap_or(prose::MOST_COLUMNS).min(prose::MOST_COLUMNS);
        prose::report(&gomem_report::text(&report, columns), out)?;
    }
    if let Some(path) = json {
        write_or_print(path, report.to_json().as_bytes(), out)?;
    }
    if let Some(path) = html {
        write_or_print(path, html_page(&report).as_bytes(), out)?;
        if is_text {
            writeln!(out, "\nreport: {}", path.display())?;
        }
    }
    let fails = fail_on.is_some_and(|least| {
        report.severity()
            >= match least {
                Severity::Info => Found::Info,
                Severity::Warning => Found::Warning,
                Severity::Critical => Found::Critical,
            }
    });
    Ok(u8::from(fails))
}
