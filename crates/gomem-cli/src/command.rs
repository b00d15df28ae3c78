//! What is answered.

use std::{io::Write, path::Path};

use gomem_postmortem::{Bundle, Comparison, Report, Severity as Found};

use crate::{
    arguments::{Command, Severity},
    attribute, capture, escape,
    failure::Failure,
    files::write,
    gogc, metrics, profile,
};

/// Answers; gives the exit code.
pub(crate) fn answer(command: &Command, out: &mut dyn Write, err: &mut dyn Write) -> Result<u8, Failure> {
    match command {
        Command::Postmortem { bundle, output, json, fail_on } => {
            postmortem(bundle, output.as_deref(), json.as_deref(), *fail_on, out)
        }
        Command::Compare { before, after } => {
            let comparison = Comparison::of(&Bundle::open(before)?, &Bundle::open(after)?);
            out.write_all(comparison.to_text().as_bytes())?;
            Ok(0)
        }
        Command::Profile(command) => profile::answer(command, out).map(|()| 0),
        Command::Metrics(command) => metrics::answer(command, out),
        Command::Attribute(command) => attribute::answer(command, out).map(|()| 0),
        Command::Escape(asked) => escape::answer(asked, out),
        Command::Capture(command) => capture::answer(command, out, err),
        Command::Gogc(command) => gogc::answer(command, out).map(|()| 0),
    }
}

fn postmortem(
    bundle: &Path,
    html: Option<&Path>,
    json: Option<&Path>,
    fail_on: Option<Severity>,
    out: &mut dyn Write,
) -> Result<u8, Failure> {
    let report = Report::of(&Bundle::open(bundle)?);
    let to_stdout = json.is_some_and(|path| path == Path::new("-"));
    if to_stdout {
        writeln!(out, "{:#}", report.to_json())?;
    } else {
        out.write_all(report.to_text().as_bytes())?;
    }
    if let Some(path) = json.filter(|_| !to_stdout) {
        write(path, format!("{:#}\n", report.to_json()).as_bytes())?;
    }
    if let Some(path) = html {
        write(path, report.to_html().as_bytes())?;
        if !to_stdout {
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
